"""Rates: quotes, exclusions with every reason, ranking, explanation, storage of results."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.exchange import FixedRates
from xbcommerce.explain import Explanation
from xbcommerce.logistics import Lane, Parcel, Service, Shipment
from xbcommerce.logistics.rates import Excluded, Quote, Rates, TradeOff, limit_set, rate, rates, rates_batch
from xbcommerce.money import Money

DAY = "2026-11-25"
TO_US = {"weight": "0.4 kg", "dimensions": "20 x 15 x 5 cm", "origin": "CN", "destination": "US"}


def fixed(name: str, price: str, days: tuple[int, int] | None = (5, 7), **fields: Any) -> Service:
    transit = [] if days is None else [{"days": {"least": days[0], "most": days[1]}}]
    currency = price.split()[1]
    return Service(id=name, currency=currency, charges=[{"id": "transport", "levy": price}], transit=transit, **fields)


SLOW, MIDDLE, FAST = fixed("slow", "10 CNY", (20, 30)), fixed("middle", "20 CNY", (8, 10)), fixed("fast", "60 CNY", (2, 3))
UNKNOWN = fixed("unknown", "15 CNY", None)


def names(found: Rates) -> list[str]:
    return [quote.service for quote in found.quotes]


def test_ranked_by_cost_speed_and_what_a_day_is_worth() -> None:
    asked = [FAST, UNKNOWN, MIDDLE, SLOW]
    assert names(rates(TO_US, asked, on=DAY)) == ["slow", "unknown", "middle", "fast"]
    assert names(rates(TO_US, asked, on=DAY, rank="speed")) == ["fast", "middle", "slow", "unknown"]
    assert names(rates(TO_US, asked, on=DAY, rank="1 CNY")) == ["middle", "slow", "fast", "unknown"]
    assert names(rates(TO_US, asked, on=DAY, rank={"day": "10 CNY"}))[0] == "fast"
    assert rates(TO_US, asked, on=DAY, rank=TradeOff(day="1 CNY")).rank == "cost and 1.00 CNY a day"
    assert rates(TO_US, [SLOW], on=DAY, rank=Money("1", "CNY")).best.service == "slow"


def test_working_days_count_as_seven_for_five() -> None:
    working = fixed(
        "working",
        "10 CNY",
        None,
    )
    working = working.under(transit=[{"days": {"least": 5, "most": 8, "unit": "working_day"}}])
    assert names(rates(TO_US, [working, MIDDLE], on=DAY, rank="speed")) == ["middle", "working"]


def test_costs_in_several_currencies_are_compared_and_both_are_shown() -> None:
    dollars = fixed("dollars", "2 USD")
    found = rates(TO_US, [MIDDLE, dollars], on=DAY, exchange={"USD/CNY": "7.10"})
    assert names(found) == ["dollars", "middle"]
    assert (found.currency, found["dollars"].cost, found["dollars"].converted) == (
        "CNY",
        Money("2", "USD"),
        Money("14.20", "CNY"),
    )
    assert found["middle"].converted is None
    assert "given by the caller" in found.assumptions[0]
    euro = rates(TO_US, [MIDDLE, dollars], on=DAY, currency="EUR", exchange=FixedRates({"USD/EUR": "0.9", "CNY/EUR": "0.125"}))
    assert {quote.converted for quote in euro.quotes} == {Money("1.80", "EUR"), Money("2.50", "EUR")}


def test_a_rate_that_is_not_known_excludes_and_does_not_guess() -> None:
    found = rates(TO_US, [MIDDLE, fixed("dollars", "2 USD")], on=DAY, exchange={"EUR/CNY": "7.8"})
    assert names(found) == ["middle"]
    assert found.excluded[0].kinds == ("exchange",)


def test_every_failed_limit_is_told_with_what_was_measured_and_where_it_is_written() -> None:
    parcel = {
        "weight": "2.4 kg",
        "dimensions": "61 x 20 x 10 cm",
        "origin": "CN",
        "destination": "US",
        "amounts": {"transport": "1 CNY"},
    }
    (out,) = rates(parcel, ["china_post.epacket"], on=DAY).excluded
    assert [(reason.kind, reason.measured, reason.limit) for reason in out.reasons] == [
        ("limit", "2.4 kg", "2 kg"), ("limit", "91 cm", "90 cm"), ("limit", "61 cm", "60 cm"), ("limit", "10 cm", "11 cm"),
    ][: len(out.reasons)]  # fmt: skip
    assert len(out.reasons) >= 3
    assert all(reason.fact is not None and reason.fact.citation.url for reason in out.reasons)
    assert "side sum 91 cm, up to 90 cm is accepted" in out.explain()


@pytest.mark.parametrize(
    ("dimensions", "form", "accepted"),
    [("40 x 30 x 20 cm", "box", True), ("40 x 30 x 21 cm", "box", False), ("88 x 8 x 8 cm", "roll", True), ("90 x 8 x 8 cm", "roll", False),
     ("13 x 9 x 2 cm", "box", False), ("14 x 9 x 1 cm", "box", True)],
)  # fmt: skip
def test_small_packets_by_form(dimensions: str, form: str, accepted: bool) -> None:
    parcel = {**TO_US, "weight": "1.9 kg", "dimensions": dimensions, "form": form, "amounts": {"transport": "1 CNY"}}
    assert bool(rates(parcel, ["upu.small_packet"], on=DAY).quotes) is accepted


def test_kinds_of_reasons() -> None:
    cases: list[tuple[Service, dict[str, Any], str]] = [
        (fixed("old", "1 CNY", valid_to="2026-11-24"), {}, "not_valid"),
        (fixed("jp", "1 CNY", origins="JP"), {}, "zone"),
        (fixed("gb", "1 CNY", destinations="GB"), {}, "zone"),
        (MIDDLE, {"battery": "in_equipment"}, "goods"),
        (fixed("dry", "1 CNY", refuses="liquid"), {"tags": ["liquid"]}, "goods"),
        (MIDDLE, {"delivery": "locker"}, "delivery"),
        (MIDDLE, {"cash_on_delivery": True}, "delivery"),
        (MIDDLE, {"weight": None}, "missing_input"),
    ]
    for service, fields, kind in cases:
        (out,) = rates({**TO_US, **fields}, [service], on=DAY).excluded
        assert out.kinds == (kind,), service.id
        assert out.reasons[0].kind == kind
    (late,) = rates(TO_US, [SLOW], on=DAY, within=10).excluded
    assert (late.kinds, late.reasons[0].measured) == (("promise",), "20 to 30 days")
    assert rates(TO_US, [UNKNOWN], on=DAY, within=40).excluded[0].reasons[0].text == "its transit time is not known"


def test_an_unknown_trait_is_missing_input_and_not_a_no() -> None:
    service = Service(
        id="s",
        currency="USD",
        charges=[{"id": "a", "levy": "5 USD"}, {"id": "home", "levy": "1 USD", "when": {"residential": True}}],
    )
    assert rates(TO_US, [service], on=DAY).excluded[0].reasons[0].text == "residential is not given"
    assert rate({**TO_US, "residential": True}, service, on=DAY).cost.amount == 6
    assert rate({**TO_US, "residential": False}, service, on=DAY).cost.amount == 5


def test_lithium_batteries_by_air_follow_the_day() -> None:
    service = fixed("air", "1 CNY", batteries=["with_equipment", "in_equipment", "alone"], rules="lithium_air")
    parcel = {**TO_US, "battery": {"packing": "with_equipment", "watt_hours": "20", "charge": "60"}}
    assert rates(parcel, [service], on="2025-12-31").quotes
    (out,) = rates(parcel, [service], on="2026-01-01").excluded
    assert out.kinds == ("goods",)
    assert "30 %" in out.reasons[0].text
    small = {**TO_US, "battery": {"packing": "with_equipment", "watt_hours": "2.7", "charge": "60"}}
    assert rates(small, [service], on="2026-01-01").quotes
    strong = {**TO_US, "battery": {"packing": "in_equipment", "watt_hours": "120"}}
    assert "100 Wh" in rates(strong, [service], on=DAY).excluded[0].reasons[0].text
    silent = {**TO_US, "battery": {"packing": "in_equipment"}}
    assert rates(silent, [service], on=DAY).excluded[0].kinds == ("missing_input",)
    assert limit_set("lithium_air")[0].source is not None


def test_demand_and_remote_area_of_a_day() -> None:
    parcel = {
        "weight": "5.3 kg", "dimensions": "20x20x20 cm", "origin": "CN", "destination": "US", "options": ["remote_area"],
        "amounts": {"transport": "100 CNY", "remote": "20 CNY", "risk": "0 CNY", "restricted": "0 CNY"}, "percents": {"fuel": "24.50 %"},
    }  # fmt: skip
    found = rate(parcel, "dhl_express.cn", on="2024-11-15")
    lines = {part.id: part.amount.amount for part in found.components}
    assert (lines["demand"], found.chargeable) == (Decimal("99.00"), Decimal("5.5"))
    assert lines["fuel"] == Decimal("53.66"), "24.5 % of 100, 20 and 99"


def test_several_parcels_by_piece_or_together() -> None:
    rows = [{"up_to": f"{kg} kg", "levy": f"{kg} CNY"} for kg in range(1, 20)]
    base = {"id": "s", "currency": "CNY", "cards": [{"id": "c", "currency": "CNY", "zones": "", "breaks": rows}]}
    ladder = {"of": "actual", "round": {"to": "1 kg"}}
    pieces = [{"weight": "1.2 kg"}, {"weight": "2.3 kg"}]
    by_piece = Service(**base, measure={"chargeable": ladder}, charges=[{"id": "t", "card": "c"}])
    added = Service(**base, measure={"chargeable": ladder}, charges=[{"id": "t", "card": "c", "level": "consignment"}])
    once = Service(
        **base,
        measure={"chargeable": ladder, "level": "consignment"},
        charges=[{"id": "t", "card": "c", "level": "consignment"}],
    )
    found = [rate(pieces, service, on=DAY, origin="CN", destination="US") for service in (by_piece, added, once)]
    assert [quote.cost.amount for quote in found] == [5, 5, 4]
    assert [quote.chargeable for quote in found] == [5, 5, 4]
    assert "parcel 2:" in found[0].explain().to_text()
    assert ", 2 parcels" in found[0].components[0].text


def test_per_parcel_and_per_consignment_of_several_parcels() -> None:
    limbs = [{"levy": "7 CNY", "per": "consignment", "when": {"battery": "with_equipment"}}]
    service = Service(
        id="s", currency="CNY", batteries=["with_equipment"],
        charges=[
            {"id": "label", "levy": "1 CNY"}, {"id": "sorting", "levy": "2 CNY", "level": "consignment"},
            {"id": "pickup", "levy": "5 CNY", "per": "consignment"}, {"id": "lithium", "dearest": limbs},
            {"id": "odd", "levy": "3 CNY", "when": {"packaging": "other"}},
        ],
    )  # fmt: skip
    pieces = [{"weight": "1 kg"}, {"weight": "1 kg", "battery": "with_equipment", "packaging": "other"}, {"weight": "1 kg"}]
    found = rate(pieces, service, on=DAY, origin="CN", destination="US")
    assert {part.id: part.amount.amount for part in found.components} == {
        "label": 3,
        "sorting": 6,
        "pickup": 5,
        "lithium": 7,
        "odd": 3,
    }
    together = service.under(charges=[{"id": "odd", "levy": "3 CNY", "level": "consignment", "when": {"packaging": "other"}}])
    assert rates(pieces, together, on=DAY, origin="CN", destination="US").excluded[0].kinds == ("missing_input",)


def test_the_components_add_up_and_say_how_they_were_reckoned() -> None:
    found = rate({**TO_US, "weight": "0.085 kg"}, "wanb.usexr", on=DAY)
    assert sum(part.amount for part in found.components if not part.listed) == found.cost
    text = found.explain().to_text()
    for words in (
        "98 CNY per 1 kg (up to 0.1 kg) for 0.085 kg",
        "6 to 12 working days",
        "rounded half-up to 0.01 CNY",
        "weak source",
        "WanB USEXR",
    ):
        assert words in text
    assert isinstance(found.explain(), Explanation)
    assert "<table" in found.explain().to_html()


def test_hints_on_both_sides_of_an_edge() -> None:
    heavier = rate({**TO_US, "weight": "0.1 kg"}, "wanb.usexr", on=DAY)
    assert any("heavier parcel is cheaper" in hint for hint in heavier.hints)
    lighter = rate({**TO_US, "destination": "RU", "weight": "501 g", "value": "1000 RUB"}, "ozon_uni.standard", on=DAY)
    assert lighter.hints == ("0.001 kg less (500 g) would cost 20.50 CNY",)
    assert rate(TO_US, MIDDLE, on=DAY).hints == ()


def test_the_published_lines_by_value_and_weight() -> None:
    parcel = {"weight": "300 g", "dimensions": "20x15x5 cm", "value": "1000 RUB", "origin": "CN", "destination": "RU"}
    assert rate(parcel, "ozon_uni.standard", on=DAY).cost == Money("13.50", "CNY")
    assert rate(parcel, "ozon_uni.economy", on=DAY).cost == Money("10.50", "CNY")
    assert rate({**parcel, "weight": "501 g"}, "ozon_uni.standard", on=DAY).cost == Money("35.53", "CNY")
    assert rate({**parcel, "options": "door"}, "ozon_uni.standard", on=DAY).cost == Money("17.00", "CNY")
    long = {**parcel, "dimensions": "61 x 10 x 5 cm"}
    assert rates(long, ["ozon_uni.standard"], on=DAY).excluded[0].reasons[0].limit == "60 cm"
    assert rates({**parcel, "value": "250001 RUB"}, ["ozon_uni.standard"], on=DAY).excluded[0].kinds == ("value",)


@pytest.mark.parametrize(
    ("dimensions", "weight", "price", "size", "fee"),
    [("15 x 12 x 0.75 in", "5 oz", "50.00", "small_standard", "3.45"), ("12 x 9 x 6 in", "2 lb", "20", "large_standard", "7.53"),
     ("24 x 18 x 14 in", "11 lb", "40", "small_bulky", "23.89"), ("15 x 12 x 0.75 in", "2 oz", "9.99", "small_standard", "2.43"),
     ("15 x 12 x 0.75 in", "2 oz", "10.00", "small_standard", "3.32")],
)  # fmt: skip
def test_fulfilment_by_size_price_and_weight(dimensions: str, weight: str, price: str, size: str, fee: str) -> None:
    unit = {"weight": weight, "dimensions": dimensions, "value": f"{price} USD", "origin": "US", "destination": "US"}
    found = rate(unit, "fba.us", on="2026-02-01")
    assert (found.parcels[0].size, found.cost) == (size, Money(fee, "USD"))
    later = rate(unit, "fba.us", on="2026-05-01")
    assert later.cost > found.cost, "a fuel surcharge since April 2026"


def test_storage_by_volume_and_month() -> None:
    unit = {"weight": "1 lb", "dimensions": "10 x 8 x 4 in", "origin": "US", "destination": "US"}
    many = {"parcels": [{"weight": "1 lb", "dimensions": "10 x 8 x 4 in"}] * 100, "origin": "US", "destination": "US"}
    assert rate(unit, "fba.storage_us", on="2026-09-30").cost == Money("0.14", "USD")
    assert rate(many, "fba.storage_us", on="2026-09-30").cost == Money("14.44", "USD")
    assert rate(many, "fba.storage_us", on="2026-10-01").cost == Money("44.44", "USD")
    assert rate(unit, "fba.storage_us", on="2026-10-01").cost == Money("0.44", "USD")


def test_best_and_look_up_tell_why_there_is_none() -> None:
    found = rates(TO_US, ["wanb.euexr", "wanb.usexr"], on=DAY)
    with pytest.raises(UnknownFact, match="no service takes"):
        _ = found.best
    with pytest.raises(UnknownFact, match="does not go to US"):
        _ = found["wanb.euexr"]
    with pytest.raises(UnknownFact, match="has a hole"):
        _ = found["wanb.usexr"]
    with pytest.raises(UnknownFact, match="was not asked"):
        _ = found["teleporter"]
    with pytest.raises(UnknownFact, match="no service was asked"):
        _ = rates(TO_US, [], on=DAY).best


def test_results_are_stored_and_read_back() -> None:
    found = rates({**TO_US, "weight": "0.08 kg", "amounts": {"china_post.epacket.transport": "12 CNY"}}, on=DAY)
    again = Rates.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.best.components == found.best.components
    assert again.excluded[0].reasons == found.excluded[0].reasons
    carried = pickle.loads(pickle.dumps(found))
    assert carried == found
    assert carried.best.explain() == found.best.explain()
    assert "ranked by cost" in found.explain().to_markdown()
    assert hash(found.quotes[0]) == hash(again.quotes[0])
    assert isinstance(found.quotes[0], Quote)
    assert isinstance(found.excluded[0], Excluded)


def test_lanes_are_plain_data_for_plans() -> None:
    assert rates(TO_US, [MIDDLE], on=DAY).lanes() == (Lane(service="middle", cost="20 CNY", days={"least": 8, "most": 10}),)


def test_the_caller_s_own_shipment_and_service_are_not_touched() -> None:
    shipment = Shipment.of(TO_US)
    before = shipment.model_dump_json(), MIDDLE.model_dump_json()
    rates(shipment, [MIDDLE], on=DAY)
    assert (shipment.model_dump_json(), MIDDLE.model_dump_json()) == before
    assert rates(Parcel(weight="1 kg"), [MIDDLE], on=date(2026, 11, 25), origin="CN", destination="US").best.cost.amount == 20


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: rates(TO_US, [MIDDLE], on="tomorrow"), "calendar day"),
        (lambda: rates(TO_US, [MIDDLE], on=DAY, rank="fun"), "money"),
        (lambda: rates(TO_US, [MIDDLE], on=DAY, within=2.5), "whole number"),  # type: ignore[arg-type]
        (lambda: rates(TO_US, [MIDDLE], on=DAY, currency="EURO"), "currency"),
        (lambda: rates(TO_US, [7], on=DAY), "as a service"),  # type: ignore[list-item]
        (lambda: rates(TO_US, ["dhl"], on=DAY), "unknown service"),
        (lambda: rates({"weight": "1 kg", "destination": "US"}, [MIDDLE], on=DAY), "origin"),
        (lambda: rates({**TO_US, "destination": "USA"}, [MIDDLE], on=DAY), "country"),
        (lambda: rates(TO_US, [{"id": "x", "currency": "EUR"}], on=DAY), "charges"),
    ],
)
def test_questions_that_are_none(call: Any, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        call()


def test_three_express_carriers_are_compared_on_a_day_of_peak() -> None:
    contract = {
        f"{name}.transport": price
        for name, price in (("dhl_express.cn", "300 CNY"), ("fedex.cn", "305 CNY"), ("ups.cn", "310 CNY"))
    }
    silent = {"dhl_express.cn.risk": "0 CNY", "dhl_express.cn.restricted": "0 CNY"}
    parcel = {
        **TO_US,
        "weight": "5.3 kg",
        "amounts": {**contract, **silent},
        "percents": {f"{name}.fuel": "20 %" for name in ("dhl_express.cn", "fedex.cn", "ups.cn")},
    }
    found = rates(parcel, ["dhl_express.cn", "fedex.cn", "ups.cn"], on="2024-11-15")
    assert [(one.service, one.cost.amount) for one in found.quotes] == [
        ("ups.cn", Decimal("420.18")), ("fedex.cn", Decimal("470.94")), ("dhl_express.cn", Decimal("478.80")),
    ]  # fmt: skip


def test_surcharges_for_lithium_batteries_and_dangerous_goods() -> None:
    parcel = {
        "weight": "1 kg",
        "dimensions": "10x10x10 cm",
        "origin": "TW",
        "destination": "US",
        "amounts": {"transport": "1000 TWD"},
        "percents": {"fuel": "0 %"},
    }
    packed = {"watt_hours": "20", "charge": "30"}
    plain, inside, beside = (rate({**parcel, **extra}, "dhl_express.tw", on=DAY).cost.amount for extra in (
        {}, {"battery": {**packed, "packing": "in_equipment"}}, {"battery": {**packed, "packing": "with_equipment"}}))  # fmt: skip
    assert (plain, inside, beside) == (1000, 1000, 1175)
    assert rate({**parcel, "options": ["dangerous_goods", "dry_ice"]}, "dhl_express.tw", on=DAY).cost.amount == 4850
    alone = {**parcel, "battery": {**packed, "packing": "alone"}}
    assert rates(alone, ["dhl_express.tw"], on=DAY).excluded[0].kinds == ("goods",)


def test_one_service_may_be_given_as_it_is() -> None:
    assert rates(TO_US, MIDDLE, on=DAY).best.service == "middle"
    assert len(rates(TO_US, "wanb.usexr", on=DAY).excluded) == 1
    with pytest.raises(InvalidInput, match="as services"):
        rates(TO_US, 7, on=DAY)  # type: ignore[arg-type]


def test_the_rule_of_the_weight_is_cited_with_the_total() -> None:
    parcel = {**TO_US, "dimensions": "70 x 30 x 30 cm", "amounts": {"transport": "100 CNY"}}
    steps = rate(parcel, "china_post.ems", on=DAY).explain().steps
    assert "citygobuy" in steps[-1].facts[0].citation.url


def test_a_batch_outlives_its_bad_rows() -> None:
    rows: list[Any] = [{**TO_US, "on": "2026-10-01"}, {**TO_US, "weight": 1.5}, None, TO_US, {**TO_US, "on": "soon"}]
    found = list(rates_batch(rows, [MIDDLE], on=DAY))
    assert [type(one).__name__ for one in found] == ["Rates", "InvalidInput", "InvalidInput", "Rates", "InvalidInput"]
    assert found[0].on == date(2026, 10, 1)  # type: ignore[union-attr]
    with pytest.raises(InvalidInput, match="iterable"):
        list(rates_batch(TO_US, [MIDDLE], on=DAY))


def test_a_service_of_another_lane_is_not_asked_for_more() -> None:
    (out,) = rates({**TO_US, "dimensions": None}, [fixed("gb", "1 CNY", destinations="GB", limits=[
        {"id": "size", "test": {"longest": {"up_to": "10 cm"}}}])], on=DAY).excluded  # fmt: skip
    assert out.kinds == ("zone",)
    (out,) = rates(
        {**TO_US, "delivery": "locker"},
        [fixed("s", "1 CNY", limits=[{"id": "w", "test": {"actual": {"up_to": "1 g"}}}])],
        on=DAY,
    ).excluded
    assert out.kinds == ("delivery", "limit")
