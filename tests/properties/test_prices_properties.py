"""Prices: what holds for every price, market and day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.numbers import parse_decimal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError
from xbcommerce.money import Money
from xbcommerce.prices import cash_total, endings, ladder, net, present, prior
from xbcommerce.prices.law import facts
from xbcommerce.rules import Rulebook

MARKETS = ["DE", "FR", "CH", "SE", "GB", "US-CA", "JP", "HU", "PL", "BG", "AE", "IN", "KR", "AU", "NO", "BR"]
CURRENCY = {
    "DE": "EUR", "FR": "EUR", "CH": "CHF", "SE": "SEK", "GB": "GBP", "US-CA": "USD", "JP": "JPY", "HU": "HUF", "PL": "PLN",
    "BG": "EUR", "AE": "AED", "IN": "INR", "KR": "KRW", "AU": "AUD", "NO": "NOK", "BR": "BRL",
}  # fmt: skip
ON = date(2026, 11, 25)
patient = settings(deadline=None)
"""The first of its examples loads files."""
markets = st.sampled_from(MARKETS)
minors = st.integers(min_value=0, max_value=10**9)
percents = st.decimals(min_value=0, max_value=30, places=2)
ENDINGS = endings()
CASH = sorted({fact.place for fact in facts(Rulebook.builtin()) if fact.subject == "cash.rounding"})


@given(markets, minors)
@patient
def test_a_price_is_not_changed_by_showing_it_and_reads_back(market: str, minor: int) -> None:
    money = Money.from_minor(minor, CURRENCY[market])
    price = present(money, market, on=ON)
    assert price.amount == money
    digits = "".join(mark for mark in price.text if mark.isdigit())
    assert int(digits) == minor
    if price.direction == "ltr":
        number = price.text.strip(" \u00a0").replace("\u00a0", " ").strip()
        body = "".join(mark for mark in number if mark.isdigit() or mark in ".,\u202f’ ").strip(". ")
        assert parse_decimal(body.strip(), locale=price.locale) == money.amount or market in ("CH", "BR", "HU")


@given(markets, minors, percents)
@patient
def test_net_and_tax_make_the_price(market: str, minor: int, percent: Decimal) -> None:
    price = present(Money.from_minor(minor, CURRENCY[market]), market, on=ON, tax_rate=percent)
    if price.tax == "included":
        assert price.net is not None
        assert price.tax_amount is not None
        assert price.net + price.tax_amount == price.amount


@given(markets, minors, percents)
@patient
def test_tax_put_in_is_tax_found_in_it(market: str, minor: int, percent: Decimal) -> None:
    given_net = Money.from_minor(minor, CURRENCY[market])
    price = present(given_net, market, on=ON, includes_tax=False, tax_rate=percent)
    assert price.amount >= given_net
    if price.tax == "included":
        assert price.net is not None
        assert abs((price.net - given_net).to_minor()) <= 1


@given(st.sampled_from(CASH), st.integers(min_value=0, max_value=10**7), st.sampled_from(["door", "counter"]))
@patient
def test_cash_is_the_nearest_multiple_and_rounds_once(market: str, minor: int, at: Any) -> None:
    currency = next(fact.unit for fact in facts(Rulebook.builtin()) if fact.subject == "cash.rounding" and fact.place == market)
    exact = Money.from_minor(minor, currency)
    found = cash_total(exact, market, on=ON, at=at)
    assert cash_total(found.amount, market, on=ON, at=at).amount == found.amount
    assert abs(found.difference.amount) < max(found.step.amount, Decimal("0.05"))
    assert found.exact + found.difference == found.amount
    if found.mode.startswith("half") and found.amount.amount > 2 * found.step.amount:
        assert abs(found.difference.amount) * 2 <= found.step.amount


@given(st.sampled_from(ENDINGS), st.integers(min_value=1, max_value=10**8), st.sampled_from(["nearest", "up", "down"]))
def test_endings_move_once_within_the_bound_and_the_right_way(ending: Any, minor: int, how: Any) -> None:
    price, limit = Fraction(minor, 100), Fraction(5, 100)
    found = ending.moved(price, how, limit)
    if found is None:
        return
    assert abs(found - price) <= price * limit
    assert found >= price or how != "up"
    assert found <= price or how != "down"
    for again in ("nearest", "up", "down"):
        assert ending.moved(found, again, limit) == found


@given(st.sampled_from(ENDINGS), st.lists(st.integers(min_value=1, max_value=10**7), min_size=2, max_size=2))
def test_endings_up_keep_the_order(ending: Any, pair: list[int]) -> None:
    low, high = (ending.moved(Fraction(minor, 100), "up", Fraction(10**6)) for minor in sorted(pair))
    assert low is not None
    assert high is not None
    assert low <= high


histories = st.lists(
    st.tuples(st.integers(min_value=1, max_value=300), st.integers(min_value=100, max_value=9999), st.booleans()),
    min_size=1, max_size=12, unique_by=lambda row: row[0],
)  # fmt: skip


def rows_of(history: list[tuple[int, int, bool]], currency: str = "EUR") -> list[tuple[date, Money, bool]]:
    return [(ON - timedelta(days=back), Money.from_minor(minor, currency), reduced) for back, minor, reduced in history]


@given(histories, st.sampled_from(["DE", "FR", "PL", "LU", "AT", "FI"]))
@patient
def test_a_prior_price_was_asked_and_none_in_the_window_was_lower(history: list[Any], market: str) -> None:
    currency = "PLN" if market == "PL" else "EUR"
    rows = rows_of(history, currency)
    found = prior(rows, ON, market)
    assert found.amount in [price for _, price, _ in rows]
    assert found.since is not None
    assert found.until is not None
    assert found.until < ON
    inside = [price for since, price, _ in rows if found.since <= since <= found.until]
    assert all(found.amount <= price for price in inside)
    assert prior(rows[::-1], ON, market) == found


@given(histories)
@patient
def test_a_rise_before_a_sale_never_helps(history: list[Any]) -> None:
    rows = [(since, price, False) for since, price, _ in rows_of(history)]
    assume(all(since != ON - timedelta(days=1) for since, _, _ in rows))
    plain = prior(rows, ON, "DE").amount
    raised = prior([*rows, (ON - timedelta(days=1), Money("500", "EUR"), False)], ON, "DE").amount
    assert raised == plain


@given(
    st.integers(min_value=100, max_value=10**6), st.integers(min_value=0, max_value=90), percents, percents,
    st.sampled_from(["DE", "SE", "JP", "US-CA"]), st.sampled_from([None, "practice"]), st.sampled_from([None, "2", "10"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_rung_is_below_its_floor(
    base: int, cost: int, tax: Decimal, fee: Decimal, market: str, ending: Any, corridor: Any
) -> None:
    money = Money.from_minor(base, "EUR")
    terms = {"market": market, "tax_rate": tax, "fee_percent": fee, "rate": "11.5"}
    prices = ladder(
        money, [terms], on=ON, cost=Money.from_minor(base * cost // 100, "EUR"), margin_floor="10", ending=ending,
        corridor=corridor, buffer="2",
    )  # fmt: skip
    assert not prices.rejected
    rung = prices.rungs[0]
    assert rung.shelf >= rung.floor
    assert rung.left.amount >= rung.net_home.amount * Decimal("0.1") - Decimal("0.02")


@given(st.integers(min_value=0, max_value=10**8), percents, percents, st.booleans())
def test_the_way_back_adds_up(minor: int, tax: Decimal, fee: Decimal, included: bool) -> None:
    found = net(Money.from_minor(minor, "EUR"), tax_rate=tax, fee_percent=fee, fee_fixed="0.25 EUR", includes_tax=included)
    assert found.net + found.tax == found.paid
    assert found.revenue == found.net - found.fees - found.conversion
    assert found.left == found.revenue


anything: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.text())
)


@given(
    anything,
    anything,
    st.dictionaries(
        st.sampled_from(["locale", "currency", "buyer", "tax_rate", "tax_display", "charges", "content", "was", "ending", "how",
                         "at_most", "rates", "buffer", "step", "rounding", "cash", "includes_tax", "history"]),
        anything, max_size=3,
    ),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_hostile_input_is_refused_in_kind(amount: Any, market: Any, options: dict[str, Any]) -> None:
    for one, place in ((amount, market), ("19.90 EUR", "DE"), ("19.90 EUR", market), ("1 GBP", "CH")):
        try:
            present(one, place, on=ON, **options)
        except XBCommerceError as error:
            assert len(str(error)) < 2000


@given(st.lists(anything, max_size=4))
@patient
def test_a_hostile_list_of_markets_is_told_row_by_row(rows: list[Any]) -> None:
    prices = ladder("20 EUR", rows, on=ON)
    assert len(prices.rejected) == len(rows)


@given(st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1)), markets)
@patient
def test_every_day_has_an_answer_or_an_unknown_fact(on: date, market: str) -> None:
    try:
        price = present(
            Money("10", "EUR"),
            market,
            on=on,
            rates={f"EUR/{currency}": "10" for currency in (*CURRENCY.values(), "BGN") if currency != "EUR"},
        )
    except UnknownFact:
        return
    except InvalidInput as error:  # pragma: no cover - told if it happens
        raise AssertionError(error) from error
    assert price.text
