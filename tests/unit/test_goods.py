import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbcommerce.errors import InvalidInput
from xbcommerce.goods import Dimensions, Item, hs_code, hs_level, weight


@pytest.mark.parametrize(
    ("given", "code"), [("6109.10", "610910"), ("6109 10 00", "61091000"), ("610910", "610910"), ("0901210000", "0901210000")]
)
def test_reads_commodity_codes(given: str, code: str) -> None:
    assert hs_code(given) == code


@pytest.mark.parametrize(
    "given",
    ["61", "6109", "61091", "00109010", "610010", "abc", "", 610910, None, "6109١0", "6" * 13, "1" * 10**6, "61\u202e0910"],
)
def test_refuses_what_is_no_code(given: object) -> None:
    with pytest.raises(InvalidInput):
        hs_code(given)


def test_levels() -> None:
    assert hs_level("610910") == "subheading"
    assert hs_level("6109100010") == "national"


@pytest.mark.parametrize(
    ("given", "kg"),
    [
        ("0.2 kg", "0.2"),
        ("200 g", "0.200"),
        ("1lb", "0.45359237"),
        ("16 oz", "0.453592370000"),
        (Decimal("1.5"), "1.5"),
        (2, "2"),
    ],
)
def test_reads_weights(given: object, kg: str) -> None:
    assert weight(given) == Decimal(kg)


@pytest.mark.parametrize(
    "given", [0.2, "0.2", "0,2 kg", "-1 kg", "1 stone", True, None, Decimal("NaN"), Decimal(-1), 10**50, "9" * 10**6]
)
def test_refuses_other_weights(given: object) -> None:
    with pytest.raises(InvalidInput):
        weight(given)


def test_dimensions() -> None:
    assert Dimensions.of("30x20x10 cm").volume == Decimal(6000)
    assert Dimensions.of("300 x 200 x 100 mm") == Dimensions.of("30x20x10 cm")
    assert Dimensions.of({"length": "1", "width": "2", "height": "3"}).volume == 6
    for wrong in ("30x20 cm", "big", 3, "30x20x10 ft"):
        with pytest.raises(InvalidInput):
            Dimensions.of(wrong)


def test_item_is_checked_and_frozen() -> None:
    item = Item(
        description="T-shirt", hs="6109.10", origin="cn", weight="200 g", content={"metal": "1 USD"}, measures={"pair": "2"}
    )
    assert (item.hs, item.origin, item.measures["pair"]) == ("610910", "CN", 2)
    with pytest.raises(ValueError, match="frozen"):
        item.hs = "1"  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [{"hs": "61"}, {"origin": "XX"}, {"colour": "red"}, {"description": "a" * 3000}, {"traits": {"Bad Name": True}},
     {"traits": {"x": 1.5}}, {"traits": {"x": "a" * 65}}, {"measures": {"pair": 1.5}}, {"content": {"metal": 1.5}}],
)  # fmt: skip
def test_refuses_wrong_items(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Item(**wrong)  # type: ignore[arg-type]


def test_unknown_keys_get_a_hint() -> None:
    with pytest.raises(InvalidInput, match="traits") as caught:
        Item(us_232="full")  # type: ignore[call-arg]
    assert caught.value.field == "us_232"


def test_the_callers_decimal_context_changes_no_measure() -> None:
    import decimal

    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert weight("1.23456 lb") == Decimal("0.5599869963072")
        assert Dimensions.of("12.345 x 10 x 10 in").volume == Decimal("20229.830508")


@pytest.mark.parametrize(
    "wrong",
    [{"content": {"metal": "-1 EUR"}}, {"assessed_value": "-1 EUR"}, {"content": {"Metal\ud800": "1 EUR"}}, {"measures": {"": "1"}},
     {"description": "half \ud800"}, {"traits": {"us_232": "\ud800"}}, {"traits": {"us_232": "a\nb"}}],
)  # fmt: skip
def test_refuses_wrong_values_and_names(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Item(**wrong)
    assert str(caught.value.field).startswith(next(iter(wrong)))


@given(
    st.decimals(min_value=0, max_value=900, places=9), st.sampled_from(["kg", "g", "lb", "oz"]),
    st.lists(st.decimals(min_value=0, max_value=900, places=9), min_size=3, max_size=3), st.sampled_from(["cm", "mm", "in"]),
)  # fmt: skip
def test_weights_and_sides_are_written_so_that_they_can_be_read_again(
    mass: Decimal, unit: str, sides: list[Decimal], length: str
) -> None:
    item = Item(description="x", weight=f"{mass:f} {unit}", dimensions=f"{sides[0]:f}x{sides[1]:f}x{sides[2]:f} {length}")
    assert Item(**json.loads(item.model_dump_json())) == item


def test_whole_characters_of_any_script_describe_goods() -> None:
    item = Item(description="シルクブラウス 👚")
    assert Item(**json.loads(item.model_dump_json())) == item
