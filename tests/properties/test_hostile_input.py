"""Hostile input: bounded time and a clear typed error, never a crash of another kind."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.errors import XBCommerceError
from xbcommerce.landed import quote

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "lines",
    "ship_from",
    "ship_to",
    "freight",
    "insurance",
    "channel",
    "buyer",
    "scheme",
    "traits",
    "history",
    "dates",
    "gift",
    "incoterm",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FIELDS), junk)
def test_junk_in_an_order(field: str, value: Any) -> None:
    order: dict[str, Any] = {
        "ship_from": "CN",
        "ship_to": "DE",
        "channel": "courier",
        "lines": [{"unit_price": "10 EUR", "hs": "610910"}],
    }
    try:
        quote({**order, field: value}, on="2026-03-01")
    except XBCommerceError as error:
        assert len(str(error)) < 4000


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            "unit_price",
            "quantity",
            "hs",
            "origin",
            "goods_class",
            "weight",
            "duty",
            "content",
            "measures",
            "traits",
            "description",
        ]
    ),
    junk,
)
def test_junk_in_a_line(field: str, value: Any) -> None:
    line: dict[str, Any] = {"unit_price": "10 EUR", "hs": "610910", "origin": "CN"}
    try:
        quote({"ship_from": "CN", "ship_to": "DE", "channel": "courier", "lines": [{**line, field: value}]}, on="2026-03-01")
    except XBCommerceError as error:
        assert len(str(error)) < 4000


words = st.sampled_from(
    ["rate", "levy", "per", "sum", "lower_of", "bands", "band_by", "less", "at_least", "at_most", "up_to", "slice"]
)
contents = st.sampled_from(["5 %", "3 EUR", "5", "unit", "kg", "100 kg", "tax.rate", "tariff", "", "0 %"]) | junk
rules = st.recursive(
    st.dictionaries(words, contents, max_size=4),
    lambda inner: st.dictionaries(words, contents | inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(rules)
def test_junk_in_the_words_of_a_duty(duty: dict[str, Any]) -> None:
    line: dict[str, Any] = {"unit_price": "200 EUR", "hs": "610910", "origin": "CN", "weight": "1 kg", "duty": duty}
    try:
        quote({"ship_from": "CN", "ship_to": "DE", "channel": "courier", "lines": [line]}, on="2026-03-01")
    except XBCommerceError as error:
        assert len(str(error)) < 4000


def nested(depth: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"rate": "1 %"}
    for _ in range(depth):
        rule = {"sum": [rule]}
    return rule


@pytest.mark.parametrize(
    "line",
    [
        {"unit_price": "9" * 1_000_000 + " EUR"},
        {"unit_price": "10 EUR", "description": "a" * 1_000_000},
        {"unit_price": "10 EUR", "hs": "1" * 1_000_000},
        {"unit_price": "10 EUR", "weight": "1" * 1_000_000},
        {"unit_price": "10 EUR", "duty": nested(5_000)},
        {"unit_price": "10 EUR", "duty": "1" * 1_000_000},
        {"unit_price": 10**100_000},
        {"unit_price": "10 EUR", "quantity": 10**100_000},
    ],
)
def test_huge_input_is_refused_at_once(line: dict[str, Any]) -> None:
    order = {"ship_from": "CN", "ship_to": "US", "channel": "courier", "lines": [{"hs": "610910", "origin": "VN", **line}]}
    start = perf_counter()
    with pytest.raises(XBCommerceError):
        quote(order, on="2019-01-01" if "duty" not in line else "2026-03-01")
    assert perf_counter() - start < 2
