"""Stock formulas against the textbooks' figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics.stock import days_of_cover, newsvendor, order_quantity, reorder, turnover


def test_newsvendor_by_prices() -> None:
    found = newsvendor(50, 8, short="0.70 EUR", over="0.18 EUR")
    assert str(found.quantity) == "56.6040"
    assert str(found.cost.amount) == "1.9976"
    assert Decimal("0.70") * 50 - found.cost.amount == Decimal("33.0024")  # profit at 1.00, bought at 0.30, salvage 0.12


def test_small_seasons_are_counted() -> None:
    found = newsvendor(3, 0, short="3 EUR", over="1 EUR")
    assert found.distribution == "poisson"
    assert found.quantity == 4


def test_nothing_is_lost_by_being_short() -> None:
    assert newsvendor(50, 8, short="0 EUR", over="1 EUR").quantity == 0


def test_service_levels_are_different_questions() -> None:
    assert round(reorder(20, 8, lead=35, lead_deviation=6, service="95 %").safety) == 212
    assert (
        reorder(20, 8, lead=35, service="95 %", measure="fill", batch=700).safety
        < reorder(20, 8, lead=35, service="95 %").safety
    )
    assert reorder("0.1", "0.3", lead=10, service="95 %").distribution == "poisson"
    assert reorder(20, 8, lead=35, review=7).point > reorder(20, 8, lead=35).point


def test_order_quantities() -> None:
    assert str(order_quantity(1300, order_cost="8 USD", holding="30 %", tiers=[(0, "0.75 USD")]).quantity) == "304.0468"
    assert order_quantity(1300, order_cost="8 USD", holding="30 %", tiers=[(0, "0.75 USD"), (400, "0.72 USD")]).quantity == 400


def test_cover_and_turnover() -> None:
    assert days_of_cover(10, [5, 5]) is None
    assert days_of_cover(7, [5, 5]) == Decimal("1.4")
    assert turnover("100 EUR", "30 EUR") == Decimal("3.3333")


@pytest.mark.parametrize(
    "bad",
    [
        lambda: newsvendor(50, 8, short="1 EUR", over="1 USD"),
        lambda: newsvendor(1.5, 8, short="1 EUR", over="1 EUR"),
        lambda: newsvendor(-1, 8, short="1 EUR", over="1 EUR"),
        lambda: reorder(1, 1, lead=1, service="100 %"),
        lambda: reorder(1, 1, lead=1, measure="fill"),
        lambda: order_quantity(10, order_cost="1 USD", holding="30 %", tiers=[]),
        lambda: order_quantity(10, order_cost="1 USD", holding="30 %", tiers=[(0, "1 EUR")]),
        lambda: order_quantity(10, order_cost="1 USD", holding="30 %", tiers=[(0, "0 USD")]),
        lambda: newsvendor(50, 8, short="0.70 EUR", over="0.18 USD"),
        lambda: turnover("1 EUR", "1 USD"),
        lambda: turnover("1 EUR", "0 EUR"),
    ],
)
def test_bad_input(bad: object) -> None:
    with pytest.raises(InvalidInput):
        bad()
