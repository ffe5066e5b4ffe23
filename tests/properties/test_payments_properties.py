"""Properties of payments: verdicts, limits, reach, ranking, the lawful order, plans, settlement, portfolios."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xbcommerce import payments
from xbcommerce.errors import XBCommerceError
from xbcommerce.money import Money
from xbcommerce.payments import Checkout, eligible, instalments, recommend
from xbcommerce.payments.eligibility import Bound
from xbcommerce.payments.methods import FALSE, TRUE, UNKNOWN, Row, book
from xbcommerce.payments.portfolio import _central, _drawn, _Item, _Problem, greedy
from xbcommerce.payments.recommend import PARTS, lawful
from xbcommerce.payments.shares import WHOLE, mix_of
from xbcommerce.rules import Rulebook

BOOK = Rulebook.builtin()
DATA = book(BOOK)
DAY = date(2026, 11, 22)
COUNTRIES = sorted(
    {place for method in DATA.methods.values() for row in method.rows("serves") for place in row.says["of"]}
    - {"*", "FO", "GL", "GG"}
)
CURRENCIES = ["EUR", "USD", "GBP", "SEK", "BRL", "JPY", "INR", "IDR", "MXN", "PLN", "CHF", "AED", "SAR", "KRW", "AUD"]
places = st.sampled_from(COUNTRIES)
cents = st.integers(min_value=1, max_value=10**11)
days = st.dates(min_value=date(2014, 1, 1), max_value=date(2029, 12, 31))
providers = st.none() | st.sampled_from(DATA.providers)
money = st.builds(Money.from_minor, cents, st.sampled_from(CURRENCIES))
checkouts = st.builds(
    Checkout,
    shopper=places,
    amount=money,
    buyer=st.sampled_from(["consumer", "business"]),
    recurring=st.booleans(),
    goods=st.sampled_from(["physical", "digital"]),
    vertical=st.sampled_from(["ordinary", "top_up"]),
    merchant_country=st.none() | st.sampled_from(["DE", "US", "GB", "SG", "BR", "CH", "IN"]),
    provider=providers,
)


def with_amount(checkout: Checkout, minor: int) -> Checkout:
    return checkout.model_copy(update={"amount": Money.from_minor(minor, checkout.amount.currency)})


@settings(max_examples=60, deadline=None)
@given(checkouts, days)
def test_every_method_is_answered_once_and_every_refusal_says_why(checkout: Checkout, on: date) -> None:
    found = eligible(checkout, on=on)
    assert sorted([*found.eligible, *found.unknown, *found.refused]) == sorted(DATA.methods)
    for verdict in found.verdicts:
        if verdict.verdict == "no":
            assert any(reason.verdict == "no" and reason.text for reason in verdict.reasons)
            assert all(reason.fact for reason in verdict.reasons if reason.verdict == "no" and reason.code != "option")
        elif verdict.verdict == "unknown":
            assert verdict.reasons
            assert all(reason.verdict == "unknown" for reason in verdict.reasons)
        else:
            assert not verdict.reasons


@settings(max_examples=80, deadline=None)
@given(checkouts, days, cents)
def test_raising_never_makes_below_minimum_and_lowering_never_above_maximum(checkout: Checkout, on: date, other: int) -> None:
    low, high = sorted([checkout.amount.to_minor(), other])
    below, above = (eligible(with_amount(checkout, minor), on=on) for minor in (low, high))
    for small, large in zip(below.verdicts, above.verdicts, strict=True):
        codes = {reason.code for reason in small.reasons}
        if "amount_below_min" not in codes:
            assert "amount_below_min" not in {reason.code for reason in large.reasons}
        if not {"amount_above_max", "law"} & {reason.code for reason in large.reasons}:
            assert not {"amount_above_max", "law"} & codes


@settings(max_examples=60, deadline=None)
@given(checkouts, days)
def test_strict_yes_is_a_part_of_yes_and_no_stays_no(checkout: Checkout, on: date) -> None:
    plain, strict = eligible(checkout, on=on), eligible(checkout, on=on, strict=True)
    assert set(strict.eligible) <= set(plain.eligible)
    assert set(strict.refused) == set(plain.refused)


@settings(max_examples=60, deadline=None)
@given(checkouts, days)
def test_the_state_of_a_lane_is_that_of_a_fresh_question(checkout: Checkout, on: date) -> None:
    """Whether the answer was remembered for a neighbouring amount makes no difference."""
    first = eligible(checkout, on=on, methods=["pix", "klarna", "konbini", "upi", "cod", "gopay", "bancontact"])
    fresh = eligible(
        checkout,
        on=on,
        methods=["pix", "klarna", "konbini", "upi", "cod", "gopay", "bancontact"],
        rulebook=BOOK.overlay("x", []),
    )
    assert [one.verdict for one in first.verdicts] == [one.verdict for one in fresh.verdicts]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_edges_of_every_limit(data: st.DataObject) -> None:
    """At a bound the amount is allowed, one step beyond it is not."""
    limits = [(method, row) for method in DATA.methods.values() for row in method.rows("limit") if "max" in row.says]
    _method, row = data.draw(st.sampled_from(limits))
    high, sure = row.says["max"], TRUE
    bound = Bound(row, sure, row.says["min"].amount if "min" in row.says else None, high.amount, None, "up_to")
    step = Money.from_minor(1, high.currency).amount
    assert bound.ask(high.amount) == TRUE
    assert bound.ask(high.amount + step) == FALSE
    if bound.low is not None:
        assert (bound.ask(bound.low), bound.ask(bound.low - step)) == (TRUE, FALSE)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 60))
def test_between_two_disputed_bounds_nobody_knows(one: int, other: int, amount: int) -> None:
    bound = Bound(None, TRUE, None, Decimal(one), Decimal(other), "up_to")  # type: ignore[arg-type]
    low, high = sorted([one, other])
    assert bound.ask(Decimal(amount)) == (TRUE if amount <= low else FALSE if amount > high else UNKNOWN)


# ------------------------------------------------------------------------------------------------------------------- days


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_the_edges_of_every_dated_life(data: st.DataObject) -> None:
    rows = [row for method in DATA.methods.values() for row in method.rows("live") if row.valid_to or row.valid_from]
    row: Row = data.draw(st.sampled_from(rows))
    if row.valid_to:
        assert row.holds(row.valid_to) != FALSE
        assert row.holds(row.valid_to + timedelta(days=1)) != TRUE
    if row.valid_from and row.status != "observed":
        assert row.holds(row.valid_from) == TRUE
        assert row.holds(row.valid_from - timedelta(days=1)) != TRUE


# ------------------------------------------------------------------------------------------------------------------ reach


@settings(max_examples=100, deadline=None)
@given(places, days, st.data())
def test_reach_grows_with_the_set_and_spans_the_whole_with_the_rest(place: str, on: date, data: st.DataObject) -> None:
    mix = mix_of(BOOK, place, on)
    methods = sorted(mix.methods)
    small = set(data.draw(st.lists(st.sampled_from(methods), max_size=8)))
    large = small | set(data.draw(st.lists(st.sampled_from(methods), max_size=8)))
    for chosen in (small, large):
        low, high = mix.bounds(chosen)
        assert 0 <= low <= high <= WHOLE
    assert mix.bounds(small)[0] <= mix.bounds(large)[0]
    assert mix.bounds(small)[1] <= mix.bounds(large)[1]


@settings(max_examples=60, deadline=None)
@given(places, days, st.integers(0, 10**6), st.data())
def test_a_mix_inside_the_constraints_lies_within_the_reach(place: str, on: date, seed: int, data: st.DataObject) -> None:
    mix = mix_of(BOOK, place, on)
    assume(mix.methods)
    drawn = _drawn(mix, random.Random(seed))
    inside = all(mix.methods[name].low <= value <= mix.methods[name].high for name, value in drawn.items())
    sums = {kind: sum(drawn[name] for name in names) for kind, names in mix.members.items()}
    fits = all(sums[kind] <= one.high and sums[kind] + mix.unnamed[kind] >= one.low for kind, one in mix.kinds.items())
    assume(inside and fits)
    chosen = set(data.draw(st.lists(st.sampled_from(sorted(mix.methods)), max_size=10)))
    assert sum(drawn[name] for name in chosen) <= mix.bounds(chosen)[1]


@settings(max_examples=60, deadline=None)
@given(places, days)
def test_the_central_mix_adds_up_to_at_most_the_whole(place: str, on: date) -> None:
    assert sum(_central(mix_of(BOOK, place, on)).values()) <= WHOLE


# ---------------------------------------------------------------------------------------------------------------- ranking

SELLERS: list[Any] = [
    "DE",
    {"country": "US", "contracts": [{"provider": "stripe", "fees": {"card": "2.9 % + 0.30 USD", "any": "1 %"}}]},
    {
        "country": "DE",
        "contracts": ["mollie", {"provider": "antom", "settle_days": 3}],
        "capital_cost": "8",
        "dispute_rate": "0.4",
    },
    {"country": "AE", "refusal_rate": "19", "parcel_out": "20 AED", "parcel_back": "15 AED", "return_rate": "5"},
]
sellers = st.sampled_from(SELLERS)
weights = st.fixed_dictionaries({part: st.integers(0, 9) for part in PARTS}).filter(lambda found: any(found.values()))


@settings(max_examples=60, deadline=None)
@given(checkouts, sellers, weights, st.integers(1, 1000), st.sampled_from(["0", "0.5", "0.8", "1"]))
def test_the_order_does_not_change_when_all_weights_are_multiplied(
    checkout: Checkout, seller: Any, weights: dict[str, int], factor: int, caution: str
) -> None:
    plain = recommend(checkout, seller, on=DAY, weights=weights, caution=caution)
    scaled = {part: Decimal(weight) * factor / 8 for part, weight in weights.items()}
    assert recommend(checkout, seller, on=DAY, weights=scaled, caution=caution).order == plain.order


@settings(max_examples=60, deadline=None)
@given(checkouts, sellers, weights, st.sampled_from(["0", "0.5", "1"]))
def test_every_method_shown_is_eligible_and_every_eligible_one_is_shown(
    checkout: Checkout, seller: Any, weights: dict[str, int], caution: str
) -> None:
    shown = recommend(checkout, seller, on=DAY, weights=weights, caution=caution)
    can = set(eligible(checkout, seller, on=DAY).eligible)
    entries = {entry.method for entry in shown.entries}
    carried = {method for method in can if set(DATA.methods[method].on) & can}
    assert entries == can - carried
    assert [entry.place for entry in shown.entries] == list(range(1, len(shown.order) + 1))


@settings(max_examples=40, deadline=None)
@given(checkouts, sellers, weights, st.data())
def test_a_place_against_another_does_not_depend_on_a_third(
    checkout: Checkout, seller: Any, weights: dict[str, int], data: st.DataObject
) -> None:
    full = recommend(checkout, seller, on=DAY, weights=weights)
    assume(len(full.order) > 2 and not full.findings)
    kept = {entry.method for entry in full.entries}
    gone = data.draw(st.sampled_from(sorted(kept)))
    left = recommend(checkout, seller, on=DAY, weights=weights, methods=sorted(set(DATA.methods) - {gone}))
    assume(not left.findings and not any(gone in DATA.methods[name].on for name in left.eligibility().eligible))
    assert [name for name in full.order if name.split(".")[0] != gone] == list(left.order)


@settings(max_examples=40, deadline=None)
@given(checkouts, sellers, weights)
def test_contributions_add_up_to_the_score(checkout: Checkout, seller: Any, weights: dict[str, int]) -> None:
    for entry in recommend(checkout, seller, on=DAY, weights=weights).entries:
        low = sum((one.weighed_low for one in entry.contributions), Decimal(0))
        high = sum((one.weighed_high for one in entry.contributions), Decimal(0))
        assert abs(low - entry.low) <= Decimal("0.01")
        assert abs(high - entry.high) <= Decimal("0.01")
        assert entry.low <= entry.high


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_the_lawful_order_is_the_least_moved(credit: list[bool]) -> None:
    order = list(range(len(credit)))
    found = lawful(order, credit, [], [str(index) for index in order])

    def moved(other: tuple[int, ...]) -> int:
        return sum((a < b) != (other.index(a) < other.index(b)) for a, b in itertools.combinations(order, 2))

    lawful_orders = [other for other in itertools.permutations(order) if not credit[other[0]] or all(credit)]
    assert sorted(found) == order
    assert moved(tuple(found)) == min(moved(other) for other in lawful_orders)


# -------------------------------------------------------------------------------------------------------------- parts, cash


@settings(max_examples=150, deadline=None)
@given(money, st.integers(1, 60))
def test_parts_without_interest_sum_to_the_whole(amount: Money, count: int) -> None:
    plan = instalments(amount, count)
    assert sum(plan.parts) == amount
    assert len(plan.parts) == plan.count == count
    assert max(plan.parts) - min(plan.parts) <= Money.from_minor(count, amount.currency)


@settings(max_examples=100, deadline=None)
@given(money, st.integers(1, 60), st.integers(1, 10**7), st.integers(1, 24))
def test_no_part_is_below_the_least_unless_paid_in_full(amount: Money, count: int, least: int, most: int) -> None:
    floor = Money.from_minor(least, amount.currency)
    plan = instalments(amount, count, min_part=floor, max_parts=most)
    assert plan.count <= most
    assert plan.count == 1 or min(plan.parts) >= floor


@settings(max_examples=100, deadline=None)
@given(st.integers(10**4, 10**9), st.integers(2, 60), st.integers(1, 900))
def test_interest_makes_the_total_larger(minor: int, count: int, rate: int) -> None:
    amount = Money.from_minor(minor, "BRL")
    plan = instalments(amount, count, interest=Decimal(rate) / 100)
    assert plan.total > amount - Money.from_minor(count, "BRL")


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 10**9),
    st.sampled_from(DATA.providers),
    st.sampled_from([*CURRENCIES, "CLP", "KWD", "ISK", "CVE", "HUF", "TWD", "UGX"]),
)
def test_minor_units_come_back_or_are_refused(minor: int, provider: str, currency: str) -> None:
    amount = Money.from_minor(minor, currency)
    try:
        count = payments.to_provider(amount, provider)
    except XBCommerceError:
        return
    assert payments.from_provider(count, currency, provider) == amount


@settings(max_examples=80, deadline=None)
@given(st.integers(100, 10**7), st.integers(0, 99), st.integers(0, 99), st.integers(0, 50))
def test_settlement_loses_nothing(minor: int, percent: int, fixed: int, reserve: int) -> None:
    seller = {
        "country": "DE",
        "contracts": [{"provider": "acme", "fees": {"any": f"{percent / 10} % + 0.{fixed:02d} EUR"}, "reserve": reserve}],
    }
    paid = payments.settle({"shopper": "DE", "amount": Money.from_minor(minor, "EUR")}, seller, method="paypal", on=DAY)
    assert paid.net + paid.fees == paid.gross
    assert paid.paid_out + paid.reserve == paid.net
    assert paid.fees == sum(charge.amount for charge in paid.charges) or not paid.charges


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 99), st.integers(0, 40), st.integers(0, 40))
def test_more_refusals_never_pay_better(refused: int, out: int, back: int) -> None:
    asked: dict[str, Any] = {"fee": "2 EUR", "out": f"{out} EUR", "back": f"{back} EUR", "shopper": "AE", "on": DAY}
    some = payments.cash_on_delivery("12 EUR", refusal=refused, **asked)
    more = payments.cash_on_delivery("12 EUR", refusal=refused + 1, **asked)
    assert more.expected_low <= some.expected_low


# -------------------------------------------------------------------------------------------------------------- portfolio


@st.composite
def problems(draw: st.DrawFn, *, priced: bool = False) -> _Problem:
    count, cells = draw(st.integers(2, 7)), draw(st.integers(1, 8))
    worth = tuple(
        draw(st.dictionaries(st.integers(0, cells - 1), st.integers(1, 100).map(lambda value: value * 10**6), max_size=cells))
        for _ in range(count)
    )
    costs = tuple(Decimal(draw(st.integers(1, 5))) if priced else Decimal(1) for _ in range(count))
    items = tuple(_Item(f"i{index}", frozenset()) for index in range(count))
    return _Problem(items, costs, Decimal(draw(st.integers(1, 6))), worth)


def best_of(problem: _Problem) -> int:
    indices = range(len(problem.items))
    sets = [chosen for size in range(len(problem.items) + 1) for chosen in itertools.combinations(indices, size)]
    return max(
        problem.value(chosen)
        for chosen in sets
        if sum((problem.costs[index] for index in chosen), Decimal(0)) <= problem.budget
    )


@settings(max_examples=80, deadline=None)
@given(problems())
def test_greedy_keeps_its_promise_and_its_certificate(problem: _Problem) -> None:
    from xbcommerce.payments.portfolio import _certificate

    chosen = greedy(problem)
    reached, best = problem.value(chosen), best_of(problem)
    assert reached >= Decimal("0.632") * best
    assert reached >= _certificate(problem, chosen, ()) * best


@settings(max_examples=60, deadline=None)
@given(problems(priced=True))
def test_greedy_with_costs_keeps_within_the_budget_and_its_promise(problem: _Problem) -> None:
    from xbcommerce.payments.portfolio import _certificate

    chosen = greedy(problem)
    assert sum((problem.costs[index] for index in chosen), Decimal(0)) <= problem.budget
    reached, best = problem.value(chosen), best_of(problem)
    assert reached >= Decimal("0.316") * best
    assert reached >= _certificate(problem, chosen, ()) * best


@settings(max_examples=60, deadline=None)
@given(problems(priced=True))
def test_exact_is_the_best_of_all_sets(problem: _Problem) -> None:
    pytest.importorskip("highspy")
    from xbcommerce.payments.portfolio import _exact

    chosen = _exact(problem, (), must=True)
    assert chosen is not None
    assert problem.value(chosen) == best_of(problem)


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["NL", "DE", "SE", "BR", "IN", "JP", "US", "AE", "ID", "CA"]), st.integers(1, 50), min_size=1
    ),
    st.integers(1, 8),
)
def test_gains_never_rise_and_more_budget_never_reaches_less(markets: dict[str, int], count: int) -> None:
    few = payments.portfolio(markets, count, on=DAY, samples=0)
    more = payments.portfolio(markets, count + 1, on=DAY, samples=0)
    gains = [pick.gain for pick in few.picks]
    assert gains == sorted(gains, reverse=True)
    assert abs(sum(gains, Decimal(0)) - few.reach) <= Decimal("0.1")
    assert more.reach >= few.reach
    assert few.first_low <= few.first_high


# ------------------------------------------------------------------------------------------------------------ hostile input

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=5)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
FIELDS = sorted(Checkout.model_fields)
SELLING = sorted(payments.Merchant.model_fields)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FIELDS), junk)
def test_junk_in_a_checkout_is_a_typed_error(field: str, value: Any) -> None:
    try:
        eligible({"shopper": "DE", "amount": "10 EUR", field: value}, on=DAY, methods=["paypal"])
    except XBCommerceError as error:
        assert len(str(error)) < 4000


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SELLING), junk, junk)
def test_junk_in_a_merchant_is_a_typed_error(field: str, value: Any, weights: Any) -> None:
    try:
        recommend("DE 10 EUR", {"country": "DE", field: value}, on=DAY, weights=weights, methods=["paypal"])
    except XBCommerceError as error:
        assert len(str(error)) < 4000


@settings(max_examples=100, deadline=None)
@given(junk, junk, junk)
def test_junk_elsewhere_is_a_typed_error(first: Any, second: Any, third: Any) -> None:
    for call in (
        lambda: payments.portfolio(first, second, on=DAY, samples=0, costs=third if isinstance(third, dict) else None),
        lambda: instalments(first, second, interest=third),
        lambda: payments.settle(first, second, method=third, on=DAY),
        lambda: payments.to_provider(first, second),
        lambda: payments.from_provider(first, second, third),
        lambda: payments.cash_on_delivery(first, fee=second, out=third, back=first, shopper=second, on=third),
        lambda: payments.reach(first if isinstance(first, list) else [first], second, on=third),
    ):
        try:
            call()
        except XBCommerceError as error:
            assert len(str(error)) < 4000
