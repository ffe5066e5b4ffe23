from __future__ import annotations

import copy
import pickle
from datetime import date
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.money import Money
from xbcommerce.tax import Sale, SaleLine, determine

ON = date(2026, 11, 25)


def sale(**more: Any) -> dict[str, Any]:
    return {"ship_from": "DE", "ship_to": "DE", "seller": "DE", "lines": [{"unit_price": "10.00 EUR"}], **more}


def test_plain_dicts_and_friendly_texts_are_read() -> None:
    made = Sale.of(sale(buyer="consumer", marketplace="any", freight="4.90 EUR", local_rate="4.875 %"))
    assert made.seller.establishments[0].place == "DE"
    assert made.buyer.kind == "consumer"
    assert made.marketplace is not None
    assert made.freight == Money("4.90", "EUR")
    assert str(made.local_rate) == "39/800"
    assert Sale.of(made) is made


def test_a_line_is_priced_by_piece_or_as_a_whole() -> None:
    assert SaleLine(unit_price="10.00 EUR", quantity=3).total == SaleLine(price="30.00 EUR", quantity=3).total
    with pytest.raises(InvalidInput, match="either unit_price"):
        SaleLine(unit_price="10.00 EUR", price="10.00 EUR")


def test_equal_lanes_whatever_the_goods_and_amounts() -> None:
    one, other = Sale(**sale()), Sale(**sale(lines=[{"unit_price": "99.00 EUR", "goods_class": "book_print"}]))
    assert one.lane == other.lane
    assert hash(one.lane) == hash(other.lane)
    assert one.lane != Sale(**sale(ship_to="FR")).lane
    assert one.lane != "lane"


def test_a_turnover_makes_no_lane_of_its_own() -> None:
    sellers = [{"establishments": ["DE"], "turnover": {"eu.distance_sales": f"{amount}.00 EUR"}} for amount in (1, 2)]
    assert len({Sale(**sale(seller=seller)).lane for seller in sellers}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ship_from": "FR"},
        {"seller": {"establishments": ["DE"], "registrations": ["DE"]}},
        {"seller": {"establishments": ["DE"], "obliged": {"DE": True}}},
        {"seller": {"establishments": ["DE"], "elections": {"rounding_level": "line"}}},
        {"buyer": "business"},
        {"marketplace": "any"},
        {"prices_include_tax": True},
        {"importer": "seller"},
        {"release_in": "NL"},
        {"transport_by": "buyer"},
        {"proof_of_exit": "none"},
        {"local_rate": "1 %"},
        {"freight": "1.00 EUR"},
        {"lines": [{"unit_price": "10.00 USD"}]},
    ],
)
def test_what_decides_is_in_the_lane(change: dict[str, Any]) -> None:
    assert Sale(**sale()).lane != Sale(**sale(**change)).lane


def test_worths_are_exact_over_one_denominator() -> None:
    made = Sale(
        **sale(lines=[{"unit_price": "0.125 EUR"}, {"unit_price": "1.00 EUR", "discount": "0.10 EUR"}], freight="0.05 EUR")
    )
    worths = made.worths
    assert [amount / worths.scale for amount in worths.goods] == [12.5, 90.0]
    assert sum(worths.freight) == 5 * worths.scale
    assert worths.prices() == [worths.price(0), worths.price(1)]


def test_a_discount_of_the_whole_sale_is_shared_by_value() -> None:
    made = Sale(**sale(lines=[{"unit_price": "33.33 EUR"}] * 3, discount="10.00 EUR"))
    assert made.worths.goods == [2999, 3000, 3000]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": []}, "at least 1"),
        ({"lines": [{"unit_price": "10.00 EUR"}, {"unit_price": "10.00 USD"}]}, "one currency"),
        ({"freight": "1.00 USD"}, "one currency"),
        ({"discount": "1.00 USD"}, "one currency"),
        ({"lines": [{"unit_price": "10.00 EUR", "discount": "10.01 EUR"}]}, "discount above its price"),
        ({"discount": "10.01 EUR"}, "discount is above the price"),
        ({"lines": [{"unit_price": 10.0}]}, "money"),
        ({"lines": [{"unit_price": "NaN EUR"}]}, "money"),
        ({"lines": [{"unit_price": "-1.00 EUR"}]}, "negative"),
        ({"lines": [{"unit_price": ["1e3", "EUR"]}]}, "amount"),
        ({"lines": [{"unit_price": "10.00 EUR", "quantity": 0}]}, "quantity"),
        ({"lines": [{"unit_price": "10.00 EUR", "quantity": True}]}, "quantity"),
        ({"lines": [{"unit_price": "10.00 EUR", "supply": "magic"}]}, "supply"),
        ({"lines": "none"}, "lines"),
        ({"freigth": "1.00 EUR"}, "freigth"),
        ({"ship_to": "UK"}, "did you mean 'GB'"),
        ({"local_rate": "120 %"}, "no rate"),
        ({"local_rate": 0.05}, "no rate"),
        ({"local_rate": "-1 %"}, "no rate"),
        ({"local_rate": "0.04875"}, "no rate"),
        ({"proof_of_exit": "maybe"}, "proof_of_exit"),
        ({"buyer": {"kind": "robot"}}, "kind"),
        ({"seller": 5}, "seller"),
        ({"traits": {"A B": "x"}}, "trait"),
        ({"ship_to": {"country": {"country": {"country": "DE"}}}}, "country"),
    ],
)
def test_hostile_input_is_refused_in_words(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        determine(sale(**change), on=ON)
    assert said in str(caught.value)


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 10000 lines"):
        Sale(**sale(lines=[{"unit_price": "1.00 EUR"}] * 10_001))


def test_what_is_no_sale_is_refused() -> None:
    for nonsense in (None, 5, "sale", [sale()]):
        with pytest.raises(InvalidInput, match="a sale is a Sale or a mapping"):
            Sale.of(nonsense)


def test_control_and_bidirectional_characters_do_not_reach_the_message() -> None:
    with pytest.raises(InvalidInput) as caught:
        determine(sale(ship_to="D\u202eE"), on=ON)
    assert "\u202e" not in str(caught.value)


def test_a_sale_is_frozen_and_travels() -> None:
    made = Sale(**sale(freight="4.90 EUR"))
    with pytest.raises(Exception, match="frozen"):
        made.freight = None  # type: ignore[misc]
    _ = made.worths, made.lane
    for copied in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made), made.model_copy()):
        assert copied == made
        assert copied.lane == made.lane
