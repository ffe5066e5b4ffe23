from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.trade import Line, Order

LINE: dict[str, Any] = {"unit_price": "10 EUR"}


def order(**more: Any) -> Order:
    return Order(**{"ship_from": "CN", "ship_to": "DE", "lines": [LINE], **more})


def test_prices() -> None:
    assert Line(quantity=3, unit_price="1.105 EUR").total == (Decimal("3.315"), "EUR")
    assert Line(quantity=3, price="10 EUR").total == (Decimal(10), "EUR")


@pytest.mark.parametrize(
    "wrong",
    [{}, {"unit_price": "1 EUR", "price": "1 EUR"}, {"unit_price": 9.9}, {"unit_price": "-1 EUR"}, {"unit_price": "1 EUR", "quantity": 0},
     {"unit_price": "1 EUR", "quantity": -2}, {"unit_price": "1 EUR", "quantity": True}, {"unit_price": "1 EUR", "quantity": 1.0},
     {"unit_price": "1 EUR", "quantity": 10**30}, {"unit_price": "1 EUR", "duty": 0.12}],
)  # fmt: skip
def test_refuses_wrong_lines(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Line(**wrong)


def test_order_takes_friendly_values() -> None:
    made = order(
        ship_to={"country": "de", "postcode": "10115"},
        freight="5 EUR",
        dates={"export": "2026-07-01"},
        history={"recipient_day.goods": "1 EUR"},
    )
    assert made.ship_to.country == "DE"
    assert made.dates["export"] == date(2026, 7, 1)
    assert Order.of(made) is made


@pytest.mark.parametrize(
    "wrong",
    [{"lines": []}, {"lines": [LINE] * 10_001}, {"freight": "-1 EUR"}, {"freight": 1.5}, {"ship_to": "XX"}, {"ship_from": None},
     {"incoterm": "DDU"}, {"buyer": "robot"}, {"channel": "pigeon"}, {"freight_by": "luck"}, {"dates": {"birthday": "2026-01-01"}},
     {"discount": "1 EUR"}, {"scheme": "x" * 100}],
)  # fmt: skip
def test_refuses_wrong_orders(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        order(**wrong)


def test_errors_name_the_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        order(lines=[LINE, {"unit_price": 9.9}])
    assert caught.value.field == "lines.1.unit_price"
    assert "exact" in str(caught.value) or "19.90 EUR" in str(caught.value)


def test_an_order_is_an_order_or_a_mapping() -> None:
    with pytest.raises(InvalidInput, match="int"):
        Order.of(3)
