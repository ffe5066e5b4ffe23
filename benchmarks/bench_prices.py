"""Benchmarks of prices: `python3 tasks.py bench`. Run on a quiet machine; the medians go into docs/explanation/performance.md.

Aim: 20,000 warm presentations a second, with the data their explanation is made of.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from xbcommerce.prices import ladder, net, present, prior

ON = date(2026, 3, 1)
HISTORY = [("2025-01-01", "1.69 EUR"), ("2026-02-10", "1.39 EUR"), ("2026-02-20", "1.69 EUR")]
TERMS = [
    {"market": "DE", "tax_rate": "19", "fee_percent": "1.5"},
    {"market": "SE", "tax_rate": "25", "fee_percent": "3.25", "rate": "10.98"},
    {"market": "GB", "tax_rate": "20", "fee_percent": "3.25", "rate": "0.86"},
    {"market": "JP", "tax_rate": "10", "fee_percent": "3.25", "rate": "170"},
]


def test_warm_price(benchmark: Any) -> None:
    assert benchmark(present, "1234.50 EUR", "DE", on=ON).plain == "1.234,50 €"


def test_warm_price_with_a_second_currency(benchmark: Any) -> None:
    assert str(benchmark(present, "20.40 EUR", "BG", on=ON).second.amount) == "39.90 BGN"


def test_warm_price_with_tax_put_in(benchmark: Any) -> None:
    assert str(benchmark(present, "100 EUR", "DE", on=ON, includes_tax=False, tax_rate="19").amount) == "119.00 EUR"


def test_warm_price_with_an_ending(benchmark: Any) -> None:
    assert str(benchmark(present, "21.37 EUR", "DE", on=ON, ending="practice").amount) == "20.99 EUR"


def test_warm_price_with_a_unit_price(benchmark: Any) -> None:
    assert str(benchmark(present, "19.90 EUR", "DE", on=ON, content="250 g").unit.amount) == "79.60 EUR"


def test_warm_price_exchanged(benchmark: Any) -> None:
    assert benchmark(present, "19.90 EUR", "SE", on="2026-10-30").amount.currency == "SEK"


def test_warm_prior_price(benchmark: Any) -> None:
    assert str(benchmark(prior, HISTORY, ON, "DE").amount) == "1.39 EUR"


def test_warm_net(benchmark: Any) -> None:
    assert str(benchmark(net, "19.99 EUR", tax_rate="19", fee_percent="1.5", fee_fixed="0.25 EUR").revenue) == "16.25 EUR"


def test_warm_ladder_of_four_markets(benchmark: Any) -> None:
    prices = benchmark(ladder, "20 EUR", TERMS, on=ON, cost="12 EUR", margin_floor="25", ending="practice")
    assert not prices.rejected
