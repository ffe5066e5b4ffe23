"""What must hold for every history: order, splitting and merging change nothing; more sales never help; edges are exact."""

from __future__ import annotations

import pickle
import random
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.money import Money
from xbcommerce.parties import Seller
from xbcommerce.rules import Rulebook
from xbcommerce.tax.obligations import Ledger, Obligation, Obligations, Sold, obligations
from xbcommerce.tax.thresholds import LimitTest, Rule, Threshold, thresholds

RULES = thresholds(Rulebook.builtin())
US = [rule for rule in RULES if rule.place.startswith("US-") and rule.kind == "obligation"]
SELLER = Seller.of("MX")
FIRST = date(2024, 1, 1)
ON = date(2026, 6, 30)
PLACES = ("US-TX", "US-TN", "US-AZ", "US-CT", "US-NY", "US-IL", "US-GA", "US-PA", "NO")


@lru_cache(maxsize=1)
def sales_of() -> st.SearchStrategy[Sold]:
    return st.tuples(
        st.integers(0, 1000),
        st.integers(-3_000_000, 30_000_000),
        st.sampled_from(PLACES),
        st.sampled_from(("own", "marketplace")),
        st.sampled_from(("taxable", "exempt", "resale")),
        st.integers(0, 10**6),
        st.integers(0, 5) | st.none(),
    ).map(a_sale)


def a_sale(drawn: tuple[int, int, str, str, str, int, int | None]) -> Sold:
    days, minor, place, channel, kind, name, sequence = drawn
    amount = Money.from_minor(minor, "USD")
    return Sold(FIRST + timedelta(days=days), amount, place, "MX", channel, kind, id=str(name), sequence=sequence)


HISTORIES = st.lists(sales_of(), max_size=60)
RATES = {"USD/NOK": "10"}


def ask(sales: Any, on: date = ON, **more: Any) -> Obligations:
    return obligations(sales, SELLER, on=on, rates=RATES, **more)


@settings(max_examples=40, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False), st.integers(1, 5))
def test_shuffling_splitting_and_merging_change_nothing(sales: list[Sold], shuffler: random.Random, parts: int) -> None:
    expected = ask(sales)
    shuffled = list(sales)
    shuffler.shuffle(shuffled)
    assert ask(shuffled) == expected
    grown = Ledger(shuffled[:parts])
    for sale in shuffled[parts:]:
        grown.add([sale])
    assert ask(grown) == expected
    merged = Ledger()
    for part in range(parts):
        merged = Ledger(shuffled[part::parts]).merge(merged)
    assert merged == Ledger(sales)
    assert ask(merged) == expected


@settings(max_examples=40, deadline=None)
@given(HISTORIES)
def test_daily_totals_measure_the_same(sales: list[Sold]) -> None:
    """Only the order inside a day is lost: a day that is beyond the limit at its end is crossed in both."""
    single, total = ask(sales), ask(Ledger(Ledger(sales).totals()))
    for one, other in zip(single.results, total.results, strict=True):
        assert (one.id, one.measured, one.count, one.headroom, one.met_today) == (
            other.id, other.measured, other.count, other.headroom, other.met_today,
        )  # fmt: skip
        assert other.sale is None
        if other.cause:
            assert one.crossings[0].crossed_on <= other.crossings[0].crossed_on  # type: ignore[operator]


@settings(max_examples=40, deadline=None)
@given(HISTORIES, sales_of())
def test_another_sale_never_lowers_a_figure_or_makes_a_crossing_later(sales: list[Sold], more: Sold) -> None:
    if more.amount.amount < 0:
        more = more._replace(amount=-more.amount)
    before = {one.id: one for one in ask(sales).results}
    after = {one.id: one for one in ask([*sales, more]).results}
    for name, old in before.items():
        if old.status == "unknown_rule":
            continue
        new = after[name]
        old_measures = {measure.period: measure for measure in old.measures}
        for measure in new.measures:
            past = old_measures[measure.period]
            assert measure.measured >= past.measured  # type: ignore[operator]
            assert measure.count >= past.count
            assert measure.headroom <= past.headroom  # type: ignore[operator]
            assert measure.met or not past.met
        assert new.met_today or not old.met_today
        if old.crossings:
            assert new.crossings[0].crossed_on <= old.crossings[0].crossed_on  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.sampled_from(("US-TN", "US-AZ")))
def test_the_crossing_sale_is_that_of_a_walk_over_every_sale(sales: list[Sold], place: str) -> None:
    """Tennessee adds up twelve months to the day, Arizona the calendar year: a plain walk is the reference."""
    counted = {"US-TN": ("taxable", "exempt"), "US-AZ": ("taxable", "exempt", "resale")}[place]
    mine = [sale for sale in sales if sale.ship_to == place and sale.channel == "own" and sale.kind in counted]
    mine.sort(key=lambda sale: (sale.day, -1 if sale.sequence is None else sale.sequence, sale.id))
    ids = [(sale.day, sale.sequence, sale.id) for sale in mine]
    if len(set(ids)) < len(ids):
        return
    crossed = None
    for at, sale in enumerate(mine):
        if sale.day > ON:
            break
        first = date(sale.day.year, 1, 1)
        if place == "US-TN":
            year = sale.day.year - 1
            first = (
                sale.day.replace(year=year) if (sale.day.month, sale.day.day) != (2, 29) else date(year, 2, 28)
            ) + timedelta(days=1)
        window = [other for other in mine[: at + 1] if other.day >= first]
        before = sum(other.amount.to_minor() for other in window[:-1])
        opening = sum(other.amount.to_minor() for other in window if other.day < sale.day)
        if opening <= 10_000_000 and before <= 10_000_000 < before + sale.amount.to_minor():
            crossed = sale
            break
    found = next((one for one in ask(sales).results if one.place == place), None)
    by_sale = [one for one in found.crossings if one.cause == "sale"] if found else []
    if crossed is None:
        assert not by_sale
    else:
        first_found = min(by_sale, key=lambda one: one.crossed_on)  # type: ignore[arg-type,return-value]
        assert first_found.sale is not None
        assert (first_found.sale.day, first_found.sale.id) == (crossed.day, crossed.id)


# ------------------------------------------------------------------------------------------------------------------- edges


def at_the_line(rule: Rule, row: Threshold, test: LimitTest, on: date, off: int) -> Obligation | None:
    """Ask on a day with a history that lies `off` minor units (or sales) from the limit of a test."""
    first, last = test.period.window(on, (1, 1))
    day = min(max(first, first + (min(last, on) - first) / 2), on)
    enough = max((other.sales or 0 for other in row.tests), default=0) + 1 if test.all_of else max(test.at_least_sales, 1)
    if test.amount is not None:
        row_of = {"amount": Money.from_minor(test.minor + off, test.amount.currency), "count": enough}
    else:
        row_of = {"amount": Money("1", "USD"), "count": (test.sales or 0) + off}
    sale = {"day": day, "ship_to": rule.place, "ship_from": "MX", "tax": None, **row_of}
    return next((one for one in obligations([sale], SELLER, on=on, places=[rule.place]).results if one.id == rule.id), None)


CASES = [
    (rule, row, test)
    for rule in US
    for row in rule.rows
    for test in row.tests
    if test.amount is not None and row.tests.index(test) == 0 and test.minor > 100
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1].id)
def test_edges_of_every_limit_on_the_first_and_last_day_of_every_row(case: tuple[Rule, Threshold, LimitTest]) -> None:
    rule, row, test = case
    assert row.valid_from is not None
    last = row.valid_to or date(2026, 11, 22)
    for on in {row.valid_from + timedelta(days=1), last} if row.limit_of != "tested_period" else {last}:
        for off in (-1, 0, 1):
            found = at_the_line(rule, row, test, on, off)
            assert found is not None
            beyond = off > 0 or (off == 0 and not test.over)
            measure = found.measures[0]
            assert measure.met is beyond, (on, off)
            assert measure.headroom is not None
            assert measure.headroom.to_minor() == -off


@pytest.mark.parametrize("rule", [rule for rule in US if len(rule.rows) > 1], ids=lambda rule: rule.id)
def test_the_day_before_and_after_every_change(rule: Rule) -> None:
    for before, after in zip(rule.rows, rule.rows[1:], strict=False):
        assert before.valid_to is not None
        assert after.valid_from == before.valid_to + timedelta(days=1)
        sale = [{"day": after.valid_from - timedelta(days=400), "amount": "1 USD", "ship_to": rule.place}]
        sale += [{"day": after.valid_from - timedelta(days=1), "amount": "1 USD", "ship_to": rule.place}]
        for row, on in ((before, before.valid_to), (after, after.valid_from)):
            found = obligations(sale, SELLER, on=on, places=[rule.place])
            one = next(found for found in found.results if found.id == rule.id)
            assert one.rules[0].id == row.id
            assert row.limit_of == "tested_period" or one.limit == row.tests[0].amount


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.integers(0, 1000))
def test_what_holds_of_every_answer(sales: list[Sold], days: int) -> None:
    on = FIRST + timedelta(days=days)
    for one in ask(sales, on).results:
        if one.sale is not None and one.cause == "sale":
            assert one.sale.day <= on
        for crossing in one.crossings:
            if crossing.start is not None and crossing.crossed_on is not None:
                assert crossing.start >= crossing.crossed_on
            if crossing.until is not None:
                assert crossing.until >= crossing.start  # type: ignore[operator]
        if one.in_force:
            assert one.status == "liable"
            assert one.start is None or one.start <= on
            assert one.until is None or one.until >= on
        if one.met_today:
            assert one.status in ("met", "liable")
        assert (one.measured is None) or (one.measured_at_least is None)


@settings(max_examples=30, deadline=None)
@given(HISTORIES, st.integers(0, 900), st.integers(1, 900))
def test_bounds_hold_whatever_lies_in_the_gap(sales: list[Sold], start: int, length: int) -> None:
    low, high = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)
    sales = [sale if sale.amount.amount >= 0 else sale._replace(amount=-sale.amount) for sale in sales]
    whole = {one.id: one for one in ask(sales).results}
    known = Ledger([sale for sale in sales if low <= sale.day <= high], coverage=[(low, high)])
    for one in ask(known).results:
        if one.id not in whole or not one.measures:
            continue
        full = {measure.period: measure for measure in whole[one.id].measures}
        for measure in one.measures:
            assert measure.measured <= full[measure.period].measured  # type: ignore[operator]
            if measure.met is not None:
                assert measure.met == full[measure.period].met
            assert measure.gaps or measure.measured == full[measure.period].measured


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.lists(st.integers(), max_size=2)
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(Sold._fields), ANYTHING), st.sampled_from(Sold._fields), ANYTHING)
def test_no_row_breaks_a_batch(row: dict[str, Any], field: str, value: Any) -> None:
    good = {"day": "2026-01-01", "amount": "1 USD", "ship_to": "US-CA"}
    ledger = Ledger()
    rejected = ledger.add([good, row, {**good, field: value}, {**good, **row}, good], errors="collect")
    assert len(ledger) + len(rejected) == 5
    assert {0, 4}.isdisjoint(one.index for one in rejected)
    assert ledger == pickle.loads(pickle.dumps(ledger))
