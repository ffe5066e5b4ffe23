"""Benchmarks: `python3 tasks.py bench`. Run on a quiet machine; the medians go into docs/explanation/performance.md."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from xbcommerce.landed import quote
from xbcommerce.trade import Order

ORDER = Order(
    ship_from="CN",
    ship_to="DE",
    channel="courier",
    scheme="ioss",
    freight="5.00 EUR",
    lines=(
        {"description": "silk blouse", "unit_price": "39.90 EUR", "hs": "620610", "origin": "CN"},
        {"description": "wool blouse", "unit_price": "29.90 EUR", "quantity": 2, "hs": "620620", "origin": "CN"},
        {"description": "T-shirt", "unit_price": "9.90 EUR", "quantity": 1, "hs": "610910", "origin": "CN"},
    ),
)
US_ORDER = Order(
    ship_from="VN",
    ship_to="US",
    channel="courier",
    mode="air",
    freight="12.00 USD",
    lines=tuple(
        {"description": name, "unit_price": "40.00 USD", "hs": code, "origin": "VN", "duty": "16.5 %"}
        for name, code in (("T-shirt", "61091000"), ("shoes", "64041190"), ("toy", "95030000"))
    ),
)


def test_warm_three_line_quote_with_explanation_data(benchmark: Any) -> None:
    """The quote and everything its explanation is made of; the sentences are worded when read (see the next)."""
    quote(ORDER, on="2026-07-15")
    benchmark(quote, ORDER, on="2026-07-15")


def test_warm_three_line_quote_and_its_wording(benchmark: Any) -> None:
    benchmark(lambda: quote(ORDER, on="2026-07-15").explanation)


def test_warm_three_line_quote_from_a_plain_dict(benchmark: Any) -> None:
    plain = ORDER.model_dump(exclude_none=True, exclude_defaults=True)
    benchmark(quote, plain, on="2026-07-15")


def test_warm_three_line_quote_with_stacked_measures(benchmark: Any) -> None:
    benchmark(quote, US_ORDER, on="2026-10-01")


@pytest.mark.parametrize("what", ["import xbcommerce", "import xbcommerce; xbcommerce.landed.quote"])
def test_import_time(benchmark: Any, what: str) -> None:
    benchmark.pedantic(lambda: subprocess.run([sys.executable, "-c", what], check=True), rounds=10, iterations=1)


def test_first_quote_of_a_fresh_process(benchmark: Any) -> None:
    code = (
        "import xbcommerce as xb; xb.landed.quote({'ship_from': 'CN', 'ship_to': 'DE', 'channel': 'courier', 'scheme': 'ioss',"
        " 'lines': [{'unit_price': '10 EUR', 'hs': '610910'}]}, on='2026-07-15')"
    )
    benchmark.pedantic(lambda: subprocess.run([sys.executable, "-c", code], check=True), rounds=5, iterations=1)
