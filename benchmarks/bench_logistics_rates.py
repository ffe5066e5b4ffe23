"""Rates over 20 services: warm (services compiled for the day), parcels that differ each time; and the first time.

pytest benchmarks/bench_logistics_rates.py --benchmark-only
"""

from __future__ import annotations

from datetime import date
from itertools import cycle

from xbcommerce.logistics import Service, Shipment
from xbcommerce.logistics.rates import rates

DAY = date(2026, 11, 25)
STEPS = ["0.1 kg", "0.25 kg", "0.5 kg", "1 kg", "2 kg", "5 kg", "10 kg", "20 kg", "30 kg"]


def service(number: int) -> Service:
    """An express-like service: zones, card, volumetric weight, limits, four charges, fuel."""
    zones = [{"zone": "1", "countries": ["US", "CA"]}, {"zone": "2", "countries": ["DE", "FR", "GB"]}, {"zone": "3"}]
    rows = [
        {"zone": zone, "up_to": edge, "levy": f"{10 + number + 3 * place}.50 CNY", "plus": "42.00 CNY", "per": "1 kg"}
        for zone in ("1", "2", "3")
        for place, edge in enumerate(STEPS)
    ]
    return Service(
        id=f"line.{number:02}", carrier=f"Carrier {number}", kind="dedicated_line", currency="CNY", origins="CN",
        batteries=["in_equipment"], valid_from="2026-01-01",
        measure={"volumetric": {"divisor": f"{5000 + 500 * (number % 4)} cm3/kg"},
                 "chargeable": {"round": [{"up_to": "21 kg", "to": "0.5 kg"}, {"to": "1 kg"}]}},
        limits=[{"id": "weight", "test": {"actual": {"up_to": "30 kg"}}},
                {"id": "sides", "test": {"longest": {"up_to": "120 cm"}, "length_plus_girth": {"up_to": "300 cm"}}}],
        zones={"price": zones},
        cards=[{"id": "card", "currency": "CNY", "breaks": rows}],
        charges=[
            {"id": "transport", "card": "card"},
            {"id": "demand", "series": [
                {"levy": "2.00 CNY", "per": "1 kg", "valid_from": "2026-10-01", "valid_to": "2026-12-31"}]},
            {"id": "oversize", "dearest": [{"levy": "200 CNY", "when": {"longest": {"above": "100 cm"}}}]},
            {"id": "fuel", "base": ["transport", "demand", "oversize"], "rate": "24.50 %", "level": "consignment"},
        ],
        transit=[{"days": {"least": 6, "most": 9 + number % 5}, "countries": ["US", "DE"]}],
    )  # fmt: skip


SERVICES = [service(number) for number in range(20)]
SHIPMENTS = [
    Shipment(weight=f"0.{grams} kg", dimensions="30 x 20 x 10 cm", value="25 USD", origin="CN", destination=place)
    for grams in range(110, 999, 7)
    for place in ("US", "DE", "BR")
]


def test_rates_over_20_services_warm(benchmark) -> None:
    parcels = cycle(SHIPMENTS)
    rates(SHIPMENTS[0], SERVICES, on=DAY)
    found = benchmark(lambda: rates(next(parcels), SERVICES, on=DAY))
    assert len(found.quotes) == 20
    if benchmark.stats is not None:
        assert benchmark.stats.stats.min < 300e-6, "the least disturbed round: the machine may be shared"


def test_rates_ranked_by_a_trade_off(benchmark) -> None:
    parcels = cycle(SHIPMENTS)
    found = benchmark(lambda: rates(next(parcels), SERVICES, on=DAY, rank="0.50 CNY"))
    assert len(found.quotes) == 20


def test_explained(benchmark) -> None:
    parcels = cycle(SHIPMENTS)
    found = benchmark(lambda: rates(next(parcels), SERVICES, on=DAY).best.explain().to_text())
    assert "fuel" in found


def test_services_compiled_for_a_day(benchmark) -> None:
    def first() -> None:
        for one in SERVICES:
            one.ready.clear()
        rates(SHIPMENTS[0], SERVICES, on=DAY)

    benchmark(first)
