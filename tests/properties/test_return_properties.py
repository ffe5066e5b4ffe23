"""Return figures: whatever the order and the way records are cut, the totals are the same and the parts make the whole."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.money import Money
from xbcommerce.tax.returns import Period, TaxReturn, returns

RATES = {"DE": ("19", "7"), "FR": ("20", "5.5"), "GR": ("24", "6"), "XI": ("20",)}
FIXED = {"PLN/EUR": "0.23", "SEK/EUR": "0.087"}
DAYS = st.dates(date(2026, 7, 1), date(2026, 9, 30))
CENTS = st.integers(-10_000_00, 10_000_00)


def money(cents: int, currency: str) -> Money:
    return Money.from_minor(cents, currency)


@st.composite
def supplies(draw: st.DrawFn) -> dict[str, Any]:
    state = draw(st.sampled_from(sorted(RATES)))
    percent = draw(st.sampled_from(RATES[state]))
    net = money(draw(CENTS), draw(st.sampled_from(["EUR", "PLN", "SEK"])))
    tax = draw(st.sampled_from([None, (net * (Decimal(percent) / 100)).round("half-up")]))
    ship_from = draw(st.sampled_from([place for place in ("FR", "PL", "NL") if place != state]))
    return {"day": draw(DAYS), "state": state, "ship_from": ship_from, "percent": percent, "net": net, "tax": tax}


@st.composite
def corrections(draw: st.DrawFn) -> dict[str, Any]:
    period = draw(st.sampled_from(["2026-Q2", "2025-Q4", "2024-Q1"]))
    tax = money(draw(CENTS), draw(st.sampled_from(["EUR", "PLN"])))
    return {"state": draw(st.sampled_from(sorted(RATES))), "corrects": period, "tax": tax}


RECORDS = st.lists(st.one_of(supplies(), corrections()), max_size=12)


def union(records: list[dict[str, Any]]) -> TaxReturn:
    return returns(records, scheme="union_oss", period="2026-Q3", identification="FR", rates=FIXED)


def figures(found: TaxReturn) -> tuple[object, ...]:
    return found.lines, found.corrections, found.states, found.payable, found.refund, found.exchange, set(found.warnings)


@given(RECORDS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_records_does_not_matter(records: list[dict[str, Any]], random: Any) -> None:
    mixed = list(records)
    random.shuffle(mixed)
    assert figures(union(mixed)) == figures(union(records))


@given(RECORDS)
@settings(max_examples=60, deadline=None)
def test_totals_are_the_sums_of_the_rows(records: list[dict[str, Any]]) -> None:
    found = union(records)
    rows = found.rows()
    for section, total in (("supply", found.tax), ("correction", found.corrected)):
        assert sum((row["tax"] for row in rows if row["section"] == section), Decimal(0)) == total.amount
    assert sum((row["net"] or 0 for row in rows), Decimal(0)) == found.net.amount
    assert sum((one.balance.amount for one in found.states), Decimal(0)) == found.tax.amount + found.corrected.amount
    assert found.payable.amount - found.refund.amount == found.tax.amount + found.corrected.amount
    assert found.payable.amount >= 0 <= found.refund.amount
    assert all(not one.to_pay or not one.to_refund for one in found.states)
    assert len(
        {(row["section"], *(row[name] for name in ("state", "kind", "ship_from", "percent", "corrects"))) for row in rows}
    ) == len(rows)


@given(supplies(), st.integers(-10_000_00, 10_000_00), RECORDS)
@settings(max_examples=60, deadline=None)
def test_cutting_a_record_in_two_changes_no_total(record: dict[str, Any], cents: int, others: list[dict[str, Any]]) -> None:
    part = money(cents, record["net"].currency)
    whole = {**record, "tax": None}
    cut = [{**whole, "net": part}, {**whole, "net": record["net"] - part}]
    one, two = union([whole, *others]), union([*cut, *others])
    assert (one.net, one.tax, one.payable, one.refund) == (two.net, two.tax, two.payable, two.refund)
    assert one.rows() == two.rows()


@given(RECORDS, st.lists(corrections(), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_corrections_that_are_taken_back_change_nothing(records: list[dict[str, Any]], made: list[dict[str, Any]]) -> None:
    back = [{**one, "tax": -one["tax"]} for one in made]
    without, with_both = union(records), union([*records, *made, *back])
    assert with_both.rows() == without.rows()
    assert (with_both.payable, with_both.refund) == (without.payable, without.refund)


@given(supplies())
@settings(max_examples=60, deadline=None)
def test_a_line_is_the_exact_sum_rounded_once(record: dict[str, Any]) -> None:
    found = union([{**record, "tax": None}] * 7)
    rate = Fraction(FIXED.get(f"{record['net'].currency}/EUR", "1"))
    exact = 7 * Fraction(record["net"].amount) * rate
    for amount, share in ((found.net, Fraction(1)), (found.tax, Fraction(record["percent"]) / 100)):
        assert abs(Fraction(amount.amount) - exact * share) <= Fraction(1, 200)


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)), st.sampled_from(["month", "quarter", "year"]))
def test_periods_tile_the_calendar(day: date, kind: str) -> None:
    found = Period.of_day(day, kind)
    assert found.start <= day <= found.end
    assert Period.parse(found.text) == found
    following = Period.of_day(found.end + timedelta(days=1), kind)
    assert following.start == found.end + timedelta(days=1)
    assert following > found
