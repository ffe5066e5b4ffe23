"""What must hold for every order, on the built-in law: conservation, monotony, order of lines, dates, overlays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.conftest import TABLE, fact, regime
from tests.orders import CURRENCY, RATES, order

from xbcommerce.errors import UnknownFact
from xbcommerce.landed import Quote, quote
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook

CODES = ["610910", "620610", "640411", "950300", "851830", "330499"]

lines = st.lists(
    st.fixed_dictionaries(
        {
            "cents": st.integers(1, 30_000),
            "quantity": st.integers(1, 4),
            "hs": st.sampled_from(CODES),
            "duty": st.sampled_from(["free", "5 %", "12 %", "16.9 %"]),
        }
    ),
    min_size=1,
    max_size=5,
)
days = st.dates(date(2018, 1, 1), date(2026, 11, 22))


def ask(place: str, on: date, goods: list[dict[str, Any]], freight: int = 0, **more: Any) -> Quote | None:
    """Return the quote, or None where the law of that day honestly does not answer."""
    currency = CURRENCY[place]
    rows = [
        {
            "description": f"goods {line['hs']}",
            "unit_price": str(Money.from_minor(line["cents"], currency)),
            "quantity": line["quantity"],
            "hs": line["hs"],
            "duty": line["duty"],
            "origin": "VN",
            "weight": "300 g",
        }
        for line in goods
    ]
    try:
        return quote(order(place, rows, freight=str(Money.from_minor(freight, currency)), **more), on=on, rates=RATES)
    except UnknownFact:
        return None


places = st.sampled_from(sorted(CURRENCY))
relaxed = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])

relaxed_on_disk = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
"""For laws written for the test: each example writes the file anew."""


@relaxed
@given(places, days, lines, st.integers(0, 5_000))
def test_amounts_are_conserved(place: str, on: date, goods: list[dict[str, Any]], freight: int) -> None:
    found = ask(place, on, goods, freight)
    assume(found is not None)
    assert found is not None
    zero = Money("0", found.currency)
    assert sum((charge.amount for charge in found.charges.values()), zero) == found.total
    assert sum((bill.total for bill in found.bills), zero) == found.total
    assert found.goods + found.freight + found.insurance + found.total == found.landed_cost
    for name, charge in found.charges.items():
        assert sum((line.charges.get(name, zero) for line in found.lines), zero) == charge.amount
        assert charge.amount >= zero


@relaxed
@given(places, days, lines, st.randoms(use_true_random=False))
def test_order_of_lines_is_irrelevant(place: str, on: date, goods: list[dict[str, Any]], random: Any) -> None:
    found = ask(place, on, goods)
    assume(found is not None)
    shuffled = list(goods)
    random.shuffle(shuffled)
    again = ask(place, on, shuffled)
    assert found is not None
    assert again is not None
    assert {name: charge.amount for name, charge in again.charges.items()} == {
        name: charge.amount for name, charge in found.charges.items()
    }
    assert again.decided_by == found.decided_by


@relaxed
@given(places, days, st.integers(1, 200_000), st.integers(1, 5_000))
def test_the_rulebook_answers_the_same_twice_and_with_an_equal_overlay(place: str, on: date, cents: int, more: int) -> None:
    goods = [{"cents": cents, "quantity": 1, "hs": "610910", "duty": "12 %"}]
    found = ask(place, on, goods, more)
    assume(found is not None)
    assert found is not None
    again = ask(place, on, goods, more)
    assert again is not None
    assert again.model_dump_json() == found.model_dump_json()


@pytest.mark.parametrize("place", ["DE", "GB", "JP", "AU"])
@relaxed
@given(days, st.integers(1, 300_000), st.integers(1, 10_000))
def test_a_higher_price_never_lowers_a_charge_but_at_a_band_edge(place: str, on: date, cents: int, more: int) -> None:
    low = ask(place, on, [{"cents": cents, "quantity": 1, "hs": "610910", "duty": "12 %"}])
    high = ask(place, on, [{"cents": cents + more, "quantity": 1, "hs": "610910", "duty": "12 %"}])
    assume(low is not None and high is not None)
    assert low is not None
    assert high is not None
    if (low.decided_by, low.regimes) == (high.decided_by, high.regimes):
        for name, charge in low.charges.items():
            assert high.charges[name].amount >= charge.amount


@settings(max_examples=60, deadline=None)
@given(days, st.integers(0, 40))
def test_a_fact_holds_between_its_dates_and_not_a_day_longer(on: date, rate: int) -> None:
    end = on + timedelta(days=30)
    row = {"subject": "tax.rate", "place": "DE", "value": str(rate), "unit": "%", "valid_from": on, "valid_to": end}
    builtin = Rulebook.builtin()
    laid = builtin.overlay("window", [row])
    for day, expected in (
        (on, "window"),
        (end, "window"),
        (on - timedelta(days=1), "built-in"),
        (end + timedelta(days=1), "built-in"),
    ):
        assert laid.fact("tax.rate", "DE", on=day).layer == expected


@relaxed
@given(st.dates(date(2023, 8, 1), date(2026, 11, 22)), st.integers(100, 500_000), st.sampled_from(["BR-SP", "BR-MG"]))
def test_a_tax_inside_its_base_is_the_rate_of_the_whole(on: date, cents: int, state: str) -> None:
    """Inclusive and exclusive are inverse: ICMS is its rate times (goods, import tax and ICMS), to half a cent."""
    row = {"price": str(Money.from_minor(cents, "BRL")), "hs": "620610"}
    found = quote(
        order("BR", [row], ship_to={"country": "BR", "region": state}, freight="0 BRL"), on=on, rates={"USD/BRL": "5"}
    )
    rate = Rulebook.builtin().fact("icms.import_rate", state, on=on).ratio
    icms = found.charges["icms"].amount.to_minor()
    whole = found.landed_cost.to_minor()
    assert abs(icms * rate[1] - rate[0] * whole) * 2 <= rate[1] + rate[0]


@relaxed
@given(places, days, lines)
def test_the_day_before_and_after_a_change_differ_only_by_facts_in_force(
    place: str, on: date, goods: list[dict[str, Any]]
) -> None:
    """Every fact an answer rests on is in force on the day of its bill."""
    found = ask(place, on, goods)
    assume(found is not None)
    assert found is not None
    for step in found.explanation.steps:
        for used in step.facts:
            assert used.valid_from is None or used.valid_from <= on
            assert used.valid_to is None or on <= used.valid_to
            assert used.status not in ("proposed", "suspended")
            assert used.citation.title


WORDS = st.sampled_from(
    [
        'rate = "tax.rate"',
        'bands = [ { rate = "tax.rate" } ]',
        'bands = [ { up_to = "fee.entry", rate = "tax.rate" }, { rate = "customs.duty_rate", less = "customs.flat_duty" } ]',
        'sum = [ { rate = "tax.rate" }, { levy = "customs.flat_duty", per = "unit" } ]',
        'lower_of = [ { rate = "tax.rate" }, { levy = "customs.flat_duty", per = "unit" } ]',
        'rate = "customs.duty_rate", at_least = "customs.flat_duty", at_most = { rate = "tax.rate" }',
        'rate = "customs.duty_rate", inside = ["tax.rate"]',
        'band_by = "tax.rate", bands = [ { up_to = "customs.value_share", rate = "0 %" }, { rate = "customs.duty_rate" } ]',
        'band_by = { highest = "tax.rate" }, bands = [ { up_to = "customs.value_share", rate = "0 %" }, { rate = "customs.duty_rate" } ]',
        'band_by = { lowest = "tax.rate" }, bands = [ { up_to = "customs.value_share", rate = "0 %" }, { rate = "customs.duty_rate" } ]',
    ]
)
SCOPED = (
    fact("tax.rate", "20", "%")
    + fact("tax.rate", "7", "%", scope='{ goods_class = ["food", "book_print"] }')
    + fact("tax.rate", "0", "%", scope='{ goods_class = "medicine" }')
    + fact("customs.flat_duty", "3", "EUR")
    + fact("customs.flat_duty", "1.11", "EUR", scope='{ goods_class = "food" }')
    + fact("customs.duty_rate", "12.5", "%")
    + fact("customs.value_share", "10", "%")
    + fact("fee.entry", "40", "EUR")
    + fact("fee.entry", "90", "EUR", scope='{ goods_class = "book_print" }')
)
classed = st.lists(
    st.fixed_dictionaries(
        {
            "cents": st.integers(1, 9_000),
            "quantity": st.integers(1, 3),
            "goods_class": st.sampled_from(["standard", "food", "book_print", "medicine"]),
            "hs": st.sampled_from(CODES[:2]),
        }
    ),
    min_size=2,
    max_size=6,
)


@relaxed_on_disk
@given(WORDS, st.sampled_from(["line", "goods_item", "consignment"]), classed, st.randoms(use_true_random=False))
def test_order_of_lines_is_irrelevant_whatever_differs_between_them(
    make_rulebook: Any, rule: str, level: str, goods: list[dict[str, Any]], random: Any
) -> None:
    """Figures that differ from line to line, anywhere in a rule, at any level: the first line decides nothing."""
    steps = f'{{ charge = "x", base = ["goods"], level = "{level}", {rule} }}'
    bill = 'at = "border", by = "carrier", from = "customer", currency = "EUR", goods_item = ["hs6"], round = { mode = "half-up", to = "0.01" }'
    rulebook = make_rulebook(JP=SCOPED + regime(steps, bill=bill) + TABLE)

    def total(rows: list[dict[str, Any]]) -> Money:
        lines = [
            {"price": f"{row['cents'] / 100:.2f} EUR", **{key: row[key] for key in ("quantity", "goods_class", "hs")}}
            for row in rows
        ]
        found = quote({"ship_from": "CN", "ship_to": "JP", "lines": lines}, on="2026-03-01", rulebook=rulebook)
        assert sum(line.charges["x"].to_minor() for line in found.lines) == found.total.to_minor()
        return found.total

    shuffled = list(goods)
    random.shuffle(shuffled)
    assert total(shuffled) == total(goods)


@relaxed_on_disk
@given(st.lists(st.sampled_from(["in_force", "presumed"]), min_size=4, max_size=4), classed)
def test_strict_refuses_or_answers_the_same(make_rulebook: Any, statuses: list[str], goods: list[dict[str, Any]]) -> None:
    """What is only presumed is refused under strict; it is never taken for missing, which would lower the total silently."""
    subjects = [
        ("tax.rate", "20", "%"),
        ("customs.duty_rate", "12", "%"),
        ("customs.flat_duty", "3", "EUR"),
        ("fee.entry", "4", "EUR"),
    ]
    facts = "".join(
        fact(*subject, status=f'"{status}"', scope='{ goods_class = ["food", "medicine"] }')
        for subject, status in zip(subjects, statuses, strict=True)
    )
    steps = """{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" },
               { charge = "extra", kind = "duty", base = ["goods"], rate = "tax.rate", complete = true },
               { charge = "flat", kind = "duty", levy = "customs.flat_duty", per = "goods_item", complete = true },
               { charge = "fee", kind = "fee", levy = "fee.entry", per = "consignment", complete = true },"""
    rulebook = make_rulebook(JP=facts + regime(steps) + TABLE)
    lines = [{"price": f"{row['cents'] / 100:.2f} EUR", **{key: row[key] for key in ("goods_class", "hs")}} for row in goods]
    order_ = {"ship_from": "CN", "ship_to": "JP", "lines": lines}

    def ask(*, strict: bool) -> str:
        try:
            return str(quote(order_, on="2026-03-01", rulebook=rulebook, strict=strict).total)
        except UnknownFact as error:
            return type(error).__name__

    loose, strict = ask(strict=False), ask(strict=True)
    assert strict in (loose, "PresumedFact")
    if all(status == "in_force" for status in statuses):
        assert strict == loose
