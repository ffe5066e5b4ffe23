"""Duty expressions and schedules: what holds for all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.errors import UnknownFact, XBCommerceError
from xbcommerce.landed.schedule import compile_rule
from xbcommerce.rules import Rulebook
from xbcommerce.tariff import (
    POLICIES,
    AdValorem,
    Bounded,
    Choice,
    Schedules,
    Season,
    Seasonal,
    Specific,
    Sum,
    Text,
    duty,
    parse,
    printed,
)  # fmt: skip
from xbcommerce.tariff.expression import Expression, percent, words
from xbcommerce.tariff.units import UNITS

shares = st.builds(
    lambda n, d: AdValorem(Fraction(n, d)),
    st.integers(0, 10**6),
    st.one_of(st.sampled_from([1, 10, 100, 1000, 3, 7, 9]), st.integers(1, 500)),
)
levies = st.builds(
    Specific, st.decimals(0, 10**6, places=4), st.sampled_from(["EUR", "USD", "JPY"]), st.sampled_from(sorted(UNITS)),
    st.sampled_from([1, 10, 100, 1000]),
)  # fmt: skip
duties = st.recursive(
    st.one_of(shares, levies),
    lambda inner: st.one_of(
        st.builds(Sum, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Choice, st.sampled_from(["higher", "lower"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Bounded, inner, inner, st.one_of(st.none(), inner)),
        st.builds(lambda of, most: Bounded(of, None, most), inner, inner),
    ),
    max_leaves=5,
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
seasonal = st.builds(
    lambda parts: Seasonal(tuple(Season(f"{one:%m-%d}", f"{two:%m-%d}", duty) for one, two, duty in parts)),
    st.lists(st.tuples(days, days, duties), min_size=1, max_size=3),
)


@settings(max_examples=300)
@given(st.one_of(duties, seasonal))
def test_what_is_printed_is_read_back(duty: Expression) -> None:
    assert parse(printed(duty)) == duty


@given(duties)
def test_every_duty_is_a_rule_of_the_charge_schedule(duty: Expression) -> None:
    try:
        compile_rule(words(duty, date(2026, 7, 15)), "test")
    except XBCommerceError as error:
        assert "nested" in str(error)  # deeper than any law


@given(st.text(max_size=200))
def test_any_text_is_a_duty_or_words(text: str) -> None:
    try:
        found = parse(text)
    except XBCommerceError:
        assert not text.strip()
        return
    if isinstance(found, Text):
        assert found.raw == text
    else:
        assert parse(printed(found)) == found


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["US", "GB", "EU", "JP", "EAEU"]), st.integers(0, 10**6), days)
def test_policies_keep_within_the_range(place: str, number: int, on: date) -> None:
    codes = Schedules.of(Rulebook.builtin()).schedule(place, on).codes  # type: ignore[union-attr]
    code = codes[number % len(codes)][:6]
    found = {}
    for policy in POLICIES[:4]:
        try:
            found[policy] = duty(place, code, on=on, policy=policy)
        except UnknownFact:
            continue
    for answer in found.values():
        share = percent(answer.expression) if answer.expression is not None else None
        if answer.least is not None and share is not None:
            assert percent(parse(answer.least)) <= share <= percent(parse(answer.most or ""))  # type: ignore[operator]
    if "exact" in found:
        assert {answer.text for answer in found.values()} == {found["exact"].text}


@given(st.text(max_size=20), st.text(max_size=14), st.text(max_size=4))
def test_hostile_questions_are_told(place: str, code: str, origin: str) -> None:
    try:
        duty(place, code, origin=origin, on="2026-07-15")
    except XBCommerceError as error:
        assert str(error).isprintable() or "\n" not in str(error)


def test_decimals_do_not_depend_on_the_callers_context() -> None:
    from decimal import localcontext

    with localcontext(prec=3):
        assert printed(parse("10.123456 %")) == "10.123456 %"
        assert printed(Specific(Decimal("12345.6789"), "EUR", "kg")) == "12345.6789 EUR per kg"
