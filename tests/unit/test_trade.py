import re
from copy import copy, deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from pickle import dumps, loads
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.trade import HISTORY, Line, Order

LINE: dict[str, Any] = {"unit_price": "10 EUR"}
BARE: dict[str, Any] = {"ship_from": "CN", "ship_to": "DE", "lines": [LINE]}


def order(**more: Any) -> Order:
    return Order(**{**BARE, **more})


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


def test_a_copy_with_other_values_is_another_order() -> None:
    made = order(freight="5 EUR")
    assert made.goods is not None
    assert made.shared_costs
    copied = made.model_copy(update={"lines": [{"unit_price": "25 EUR"}], "freight": "1 EUR"})
    assert copied.goods == order(lines=[{"unit_price": "25 EUR"}]).goods
    assert copied.shared_costs["freight"].numerators == (100,)
    assert copied.model_fields_set == made.model_fields_set
    assert made.model_copy(update={"gift": True}) == order(freight="5 EUR", gift=True)


def test_a_copy_with_other_values_is_checked() -> None:
    for wrong in ({"freight": "-1 EUR"}, {"freigth": "1 EUR"}, {"lines": []}, {1: 2}):
        with pytest.raises(InvalidInput):
            order().model_copy(update=wrong)


@pytest.mark.parametrize("again", [copy, deepcopy, lambda one: loads(dumps(one)), lambda one: one.model_copy(deep=True)])
def test_copies_work_out_anew_what_follows_from_the_fields(again: Any) -> None:
    made = order(freight="5 EUR")
    assert made.goods is not None
    copied = again(made)
    assert copied == made
    assert set(copied.__dict__) == set(Order.model_fields)
    assert copied.goods == made.goods


@pytest.mark.parametrize(
    ("history", "said"),
    [({"recipient_year.good": "1 CNY"}, "did you mean 'recipient_year.goods'"), ({"goods": "1 CNY"}, "recipient_day.goods"),
     ({"recipient_year.goods": 25000}, "cannot read 25000 as money"), ({"recipient_year.goods": "-1 CNY"}, "negative"),
     ({"recipient_year.goods": -2500000}, "cannot read"), ({7: "1 CNY"}, "accepted are"), (["recipient_year.goods"], "history")],
)  # fmt: skip
def test_history_is_amounts_of_known_names(history: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        order(history=history)
    assert str(caught.value.field).startswith("history")


def test_every_history_that_the_rulebook_asks_for_can_be_given() -> None:
    found = [
        name
        for path in (Path(__file__).parents[2] / "src/xbcommerce/data/jurisdictions").glob("*.toml")
        for name in re.findall(r"recipient_(?:day|year)\.[a-z_.]+", path.read_text(encoding="utf-8"))
    ]
    assert set(found) <= set(HISTORY)
    assert found


@pytest.mark.parametrize("day", [1783036800, 1783036800.0, datetime(2026, 7, 1), "2026-7-1", True])
def test_a_day_is_a_calendar_day(day: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        order(dates={"entry": day})
    assert caught.value.field == "dates.entry"


def test_content_is_at_most_the_price() -> None:
    Line(quantity=2, price="10 EUR", content={"metal": "5 EUR"})
    Line(unit_price="10 EUR", content={"metal": "10 EUR", "other": "900 JPY"})
    for wrong in ({"unit_price": "10 EUR"}, {"price": "20 EUR", "quantity": 2}):
        with pytest.raises(InvalidInput, match="more than") as caught:
            Line(**wrong, content={"metal": "10.01 EUR"})
        assert caught.value.field == "content.metal"


def test_a_line_is_a_plausible_amount() -> None:
    with pytest.raises(InvalidInput, match="plausible"):
        Line(unit_price="999999999999999 EUR", quantity=10**9)


@pytest.mark.parametrize("name", [1, None, b"x", (1, 2), "self", "cls", "data", "\ud800"])
def test_a_key_that_is_no_field_is_refused(name: Any) -> None:
    for made in ({**BARE, name: 2}, {**BARE, "lines": [{**LINE, name: 2}]}, {**BARE, "ship_to": {"country": "DE", name: 2}}):
        with pytest.raises(InvalidInput) as caught:
            Order.of(made)
        assert len(str(caught.value)) < 300


def test_errors_keep_the_hint_and_what_is_accepted() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'GB'") as caught:
        order(ship_to="UK")
    assert caught.value.hint == "did you mean 'GB'?"
    assert "GB" in caught.value.allowed
    with pytest.raises(InvalidInput) as caught:
        order(lines=[LINE, {"unit_price": "1 EUR", "price": "1 EUR"}])
    assert caught.value.field == "lines.1.unit_price"


def test_a_misspelt_choice_is_told_with_what_is_accepted() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'courier'") as caught:
        order(channel="curier")
    assert caught.value.allowed == ("post", "courier", "freight")
    assert caught.value.field == "channel"
