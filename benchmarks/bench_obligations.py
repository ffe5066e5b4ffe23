"""Benchmark of obligations: a million sales over sixty jurisdictions, three years.

    python benchmarks/bench_obligations.py [sales]

prints the time of the fold, of the answer, and the peak memory of the process. The sales are made on the way, one by one, as a
shop would stream them; the time it takes to make them is told apart.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from xbcommerce.money import Money
from xbcommerce.parties import Seller
from xbcommerce.tax.obligations import Ledger, Obligations, Sold, obligations

STATES = """
AL AK AZ AR CA CO CT DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO NE NV NJ NM NY NC ND OH OK PA RI SC SD TN TX UT VT VA
WA WV WI WY
""".split()  # noqa: SIM905
PLACES = [
    *(f"US-{state}" for state in STATES),
    *("DE", "IT", "ES", "AT", "NL", "GB", "NO", "CH", "AU", "NZ", "SG", "CA-ON", "JP"),
]
SELLER = Seller(establishments=["FR"], stock=["FR", {"place": "US-NJ", "valid_from": "2024-06-01"}])
FIRST, ON = date(2024, 1, 1), date(2026, 11, 22)


def stream(number: int) -> Iterator[Sold]:
    """Yield sales in no order: an id, an amount, a time of day, a channel; one in twenty is a return."""
    draw = random.Random(7)
    days = [FIRST + timedelta(days=day) for day in range((ON - FIRST).days + 1)]
    amounts = [Money.from_minor(draw.randint(500, 20_000) * (-1 if draw.random() < 0.05 else 1), "USD") for _ in range(5000)]
    day, amount, place = draw.choices(days, k=997), draw.choices(amounts, k=4999), draw.choices(PLACES, k=9973)
    channel = ("own", "own", "marketplace")
    for at in range(number):
        yield Sold(day[at % 997], amount[at % 4999], place[at % 9973], "FR", channel[at % 3], id=str(at), sequence=at)


RATES = {
    "EUR/USD": "1.12", "GBP/USD": "1.30", "CHF/USD": "1.20", "NOK/USD": "0.095", "AUD/USD": "0.65", "NZD/USD": "0.60",
    "SGD/USD": "0.75", "JPY/USD": "0.0066", "CAD/USD": "0.72",
}  # fmt: skip


def answer(ledger: Ledger) -> Obligations:
    return obligations(ledger, SELLER, on=ON, rates=RATES)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    start = time.perf_counter()
    for _ in stream(number):
        pass
    made = time.perf_counter()
    ledger = Ledger(stream(number))
    folded = time.perf_counter()
    found = answer(ledger)
    done = time.perf_counter()
    again = time.perf_counter()
    ledger.add(stream(1000))
    answer(ledger)
    later = time.perf_counter()
    places = {series.key.ship_to for series in ledger.series.values()}
    print(f"{len(ledger):,} sales, {len(places)} places, {len(found)} obligations ({len(found.with_status('liable'))} liable)")
    print(f"made {made - start:.2f} s; made and folded {folded - made:.2f} s; answered {done - folded:.2f} s")
    print(f"from sales to answer {done - made:.2f} s; a thousand more and the answer again {later - again:.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def test_fold_ten_thousand_sales(benchmark: Any) -> None:
    sales = list(stream(10_000))
    benchmark(Ledger, sales)


def test_answer_for_ten_thousand_sales(benchmark: Any) -> None:
    ledger = Ledger(stream(10_000))
    answer(ledger)
    benchmark(answer, ledger)


def test_fold_ten_thousand_mappings(benchmark: Any) -> None:
    rows = [
        {"day": sale.day.isoformat(), "amount": str(sale.amount), "ship_to": sale.ship_to, "id": sale.id}
        for sale in stream(10_000)
    ]
    benchmark(Ledger, rows)


if __name__ == "__main__":
    main()
