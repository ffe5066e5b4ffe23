"""Benchmarks of payments: `python -m pytest benchmarks/bench_payments.py`. Run on a quiet machine, on one core.

The amounts change from question to question; country, merchant, day and weights stay, as they do in a shop (a warm lane).
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest

from xbcommerce.payments import Checkout, Merchant, eligible, portfolio, recommend

DAY = "2026-11-22"
SELLER = Merchant.of(
    {
        "country": "DE",
        "contracts": [
            {"provider": "stripe", "fees": {"card": "1.5 % + 0.25 EUR", "any": "2 % + 0.10 EUR"}},
            {"provider": "mollie", "fees": {"any": "1.8 % + 0.25 EUR"}},
            "paypal",
        ],
    }
)
MARKETS = dict(
    zip(
        ["BR", "NL", "DE", "SE", "MX", "CO", "FR", "ES", "IT", "KR", "ID", "GB", "MY", "JP", "IN", "CN", "US", "AE", "PL"],
        [10, 10, 30, 8, 5, 2, 15, 8, 8, 5, 3, 20, 2, 10, 6, 10, 40, 2, 5],
        strict=True,
    )
)


def checkouts(shopper: str, currency: str) -> Any:
    return cycle([Checkout(shopper=shopper, amount=f"{20 + index}.{index % 100:02d} {currency}") for index in range(2000)])


@pytest.mark.parametrize(("shopper", "currency"), [("DE", "EUR"), ("BR", "BRL"), ("SE", "SEK"), ("JP", "JPY")])
@pytest.mark.parametrize("seller", [SELLER, Merchant.of("DE")], ids=["contracts", "no contracts"])
def test_recommend_warm(benchmark: Any, shopper: str, currency: str, seller: Merchant) -> None:
    if currency == "JPY":
        asked = cycle([Checkout(shopper=shopper, amount=f"{2000 + index} JPY") for index in range(2000)])
    else:
        asked = checkouts(shopper, currency)
    recommend(next(asked), seller, on=DAY)
    benchmark(lambda: recommend(next(asked), seller, on=DAY))
    assert benchmark.stats["median"] < 1e-3  # a tenfold loss


def test_eligible_warm(benchmark: Any) -> None:
    asked = checkouts("DE", "EUR")
    eligible(next(asked), SELLER, on=DAY)
    benchmark(lambda: eligible(next(asked), SELLER, on=DAY))


def test_recommend_from_a_mapping(benchmark: Any) -> None:
    amounts = cycle(f"{20 + index}.00 EUR" for index in range(2000))
    benchmark(lambda: recommend({"shopper": "DE", "amount": next(amounts)}, SELLER, on=DAY))


def test_recommend_told_in_full(benchmark: Any) -> None:
    asked = checkouts("DE", "EUR")
    benchmark(lambda: recommend(next(asked), SELLER, on=DAY).model_dump_json())


def test_a_new_lane(benchmark: Any) -> None:
    days = cycle(f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29))
    benchmark.pedantic(lambda: recommend("FR 50 EUR", SELLER, on=next(days)), rounds=50)


@pytest.mark.parametrize("solver", ["exact", "greedy"])
def test_portfolio(benchmark: Any, solver: Any) -> None:
    if solver == "exact":
        pytest.importorskip("highspy")
    benchmark.pedantic(lambda: portfolio(MARKETS, 10, on=DAY, solver=solver, samples=0), rounds=3)
