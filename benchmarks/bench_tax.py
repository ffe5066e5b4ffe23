"""Benchmarks of tax: `python3 tasks.py bench`. Run on a quiet machine; the medians go into docs/explanation/performance.md.

Aims: 500,000 warm rate look-ups a second, 50,000 warm determinations a second with the data their explanation is made of.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from xbcommerce.tax import Sale, determine, rate

ON = date(2026, 11, 25)
DISTANCE_SALE = Sale(
    ship_from={"country": "FR", "postcode": "69001"},
    ship_to={"country": "DE", "postcode": "10115"},
    seller={"establishments": ["FR"], "registrations": ["FR", "union_oss"]},
    buyer="consumer",
    lines=[{"unit_price": "119.00 EUR"}],
    prices_include_tax=True,
)
IMPORT = Sale(
    ship_from="CN",
    ship_to={"country": "DE", "postcode": "10115"},
    seller={"establishments": ["CN"], "registrations": ["ioss"]},
    buyer="consumer",
    lines=[{"unit_price": "20.00 EUR", "goods_class": "book_print"}, {"unit_price": "50.00 EUR"}],
    freight="4.90 EUR",
    prices_include_tax=True,
)
NEW_YORK = Sale(
    ship_from="US-NJ",
    ship_to="US-NY",
    seller={"establishments": ["US-NJ"], "registrations": ["US-NY"]},
    buyer="consumer",
    lines=[{"unit_price": "110.00 USD", "goods_class": "clothing_adult"}],
    local_rate="4.875 %",
)


def test_warm_rate(benchmark: Any) -> None:
    assert str(benchmark(rate, "DE", on=ON).percent) == "19"


def test_warm_rate_of_a_goods_class(benchmark: Any) -> None:
    assert str(benchmark(rate, "DE", "book_print", on=ON).percent) == "7"


def test_warm_distance_sale(benchmark: Any) -> None:
    """One line, all rows, findings and amounts; sentences are worded when read."""
    assert str(benchmark(determine, DISTANCE_SALE, on=ON).tax) == "19.00 EUR"


def test_warm_import_of_two_lines(benchmark: Any) -> None:
    assert str(benchmark(determine, IMPORT, on=ON).tax) == "9.94 EUR"


def test_warm_clothing_by_piece(benchmark: Any) -> None:
    assert str(benchmark(determine, NEW_YORK, on=ON).tax) == "9.76 USD"


def test_warm_distance_sale_and_its_explanation(benchmark: Any) -> None:
    benchmark(lambda: determine(DISTANCE_SALE, on=ON).explanation)


def test_warm_distance_sale_from_a_plain_dict(benchmark: Any) -> None:
    plain = {
        "ship_from": "FR", "ship_to": "DE", "seller": {"establishments": ["FR"], "registrations": ["FR", "union_oss"]},
        "buyer": "consumer", "lines": [{"unit_price": "119.00 EUR"}], "prices_include_tax": True,
    }  # fmt: skip
    benchmark(determine, plain, on=ON)


def test_first_determination_on_a_new_lane(benchmark: Any) -> None:
    """Another seller each time: nothing is remembered of the lane."""
    sellers = iter(range(10**9))

    def new() -> tuple[tuple[Sale], dict[str, Any]]:
        seller = {"establishments": ["FR"], "registrations": ["FR", {"scheme": "union_oss", "number": f"N{next(sellers)}"}]}
        return (DISTANCE_SALE.model_copy(update={"seller": seller}),), {"on": ON}

    benchmark.pedantic(determine, setup=new, rounds=200)
