"""What must hold for every order, on the built-in law: conservation, monotony, order of lines, dates, overlays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
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
        for fact in step.facts:
            assert fact.valid_from is None or fact.valid_from <= on
            assert fact.valid_to is None or on <= fact.valid_to
            assert fact.status not in ("proposed", "suspended")
            assert fact.citation.title
