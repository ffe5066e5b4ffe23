from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, RulebookError
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook
from xbcommerce.tax import Sale
from xbcommerce.tax.exposure import Exposure, exposure

TEXAN = {"establishments": ["US-TX"], "stock": ["US-TX"]}


def sold(on: str, place: str, price: str = "100.00", currency: str = "USD", **more: Any) -> dict[str, Any]:
    line = {"unit_price": f"{price} {currency}"}
    return {"on": on, "ship_from": "US-TX", "ship_to": place, "buyer": "consumer", "lines": [line], **more}


def asked(*sales: Any, seller: Any = None, on: str = "2026-06-30", **more: Any) -> Exposure:
    return exposure(sales, seller or {**TEXAN, "obliged": {"US-CA": True, "US-NY": True, "US-IL": True}}, on=on, **more)


def usd(amount: str) -> Money:
    return Money(amount, "USD")


# ------------------------------------------------------------------ the tax


def test_inclusive_is_the_lower_end_and_exclusive_the_higher() -> None:
    both = asked(sold("2025-03-01", "US-CA"))
    assert (both.rows[0].low, both.rows[0].high) == (usd("6.76"), usd("7.25"))
    assert both.assume == "both"
    for assume, tax in (("inclusive", "6.76"), ("exclusive", "7.25")):
        one = asked(sold("2025-03-01", "US-CA"), assume=assume)
        assert (one.rows[0].low, one.rows[0].high) == (usd(tax), usd(tax))


def test_what_a_sale_says_of_its_price_holds_unless_the_caller_says_otherwise() -> None:
    stated = sold("2025-03-01", "US-CA", prices_include_tax=True)
    assert asked(stated).rows[0].high == usd("6.76")
    assert asked(stated, assume="exclusive").rows[0].high == usd("7.25")


def test_an_obligation_that_is_not_known_is_a_range_and_told() -> None:
    unknown = asked(sold("2025-03-01", "US-CA"), seller=TEXAN, assume="exclusive")
    row = unknown.rows[0]
    assert (row.low, row.high, row.unsettled) == (usd("0.00"), usd("7.25"), 1)
    assert any("not known" in text for text in unknown.warnings)
    freed = asked(sold("2025-03-01", "US-CA"), seller={**TEXAN, "obliged": {"US-CA": False}})
    assert freed.rows == ()
    assert freed.not_owed[0].reason == "owed by buyer (use_tax)"
    assert str(freed) == "nothing is owed"


def test_an_obligation_begins_on_its_day() -> None:
    seller = {**TEXAN, "obliged": {"US-CA": "2025-03-10"}}
    found = asked(sold("2025-03-09", "US-CA"), sold("2025-03-10", "US-CA"), seller=seller, assume="exclusive")
    assert [(row.sales, row.high) for row in found.rows] == [(1, usd("7.25"))]


def test_one_of_two_states_claims_the_tax_and_the_total_has_it_once() -> None:
    sale = {
        "on": "2025-02-10",
        "ship_from": "FR",
        "ship_to": "DE",
        "buyer": "consumer",
        "lines": [{"unit_price": "100.00 EUR"}],
    }
    found = exposure([sale], {"establishments": ["FR"]}, on="2026-06-30", assume="exclusive")
    assert [(one.place, str(one.low), str(one.high)) for one in found.places] == [
        ("DE", "0.00 EUR", "19.00 EUR"),
        ("FR", "0.00 EUR", "20.00 EUR"),
    ]
    assert (found.low, found.high) == ({"EUR": Money("19", "EUR")}, {"EUR": Money("20", "EUR")})


def test_registered_and_not_charged_is_owed_too() -> None:
    found = asked(sold("2025-03-01", "US-TX"), seller={**TEXAN, "registrations": ["US-TX"]}, assume="exclusive")
    assert found.rows[0].low == found.rows[0].high == usd("6.25")


def test_what_others_owe_is_listed() -> None:
    market = sold("2025-03-01", "US-CA", marketplace={"name": "m", "collects": True})
    imported = {**sold("2025-03-01", "DE", "100.00", "EUR"), "ship_from": "CN"}
    found = asked(market, imported, seller={"establishments": ["CN"]})
    assert found.rows == ()
    assert {one.reason for one in found.not_owed} == {"owed by marketplace (marketplace_facilitator)", "owed by buyer (import)"}


def test_unknown_law_is_never_nothing() -> None:
    unknown = [{**sold("2025-03-01", "AF", price), "ship_from": "AF"} for price in ("100.00", "20.00")]
    for seller in (TEXAN, {**TEXAN, "obliged": {"AF": True, "US-CA": True}}):
        found = asked(*unknown, sold("2025-03-01", "US-CA"), seller=seller)
        assert [(one.place, one.sales, one.price, one.first) for one in found.not_assessed] == [("AF", 2, (usd("120.00"),), 0)]
        assert "AF" in found.not_assessed[0].reason
        assert [row.place for row in found.rows] == ["US-CA"]
        assert "not assessed: 2 sales" in str(found)
        assert "not assessed" in found.explain()


def test_sales_after_the_day_are_left_out_and_told() -> None:
    found = asked(sold("2026-06-30", "US-CA"), sold("2026-07-01", "US-CA"))
    assert found.rows[0].sales == 1
    assert "after 2026-06-30" in found.not_assessed[0].reason


@pytest.mark.parametrize(
    ("period", "rows"), [("month", ["2025-01", "2025-03", "2025-04"]), ("quarter", ["2025-Q1", "2025-Q2"]), ("year", ["2025"])]
)
def test_periods(period: str, rows: list[str]) -> None:
    found = asked(
        *[sold(day, "US-CA") for day in ("2025-01-31", "2025-04-01", "2025-03-31")], period=period, assume="exclusive"
    )
    assert [row.period for row in found.rows] == rows
    assert found.places[0].high == usd("21.75")


def test_order_and_cutting_change_nothing() -> None:
    history = [sold(f"2025-0{1 + n % 3}-1{n % 7}", place, f"{n}.37") for n in range(1, 9) for place in ("US-CA", "US-NY", "FR")]
    whole, mixed = asked(*history), asked(*reversed(history))
    assert whole.rows == mixed.rows
    assert whole.places == mixed.places
    first, second = asked(*history[:7]), asked(*history[7:])
    assert {key: first.high[key] + second.high[key] for key in first.high} == whole.high


def test_pairs_and_sales_are_accepted() -> None:
    plain = sold("2025-03-01", "US-CA")
    day = plain.pop("on")
    made = Sale(**plain, seller="US-NV")
    assert asked((day, plain)).rows == asked((date(2025, 3, 1), made)).rows == asked({**plain, "on": day}).rows
    assert made.seller.establishments[0].place == "US-NV"


# ------------------------------------------------------------------ being late


def test_interest_as_the_comptroller_of_texas_reckons_it() -> None:
    # https://comptroller.texas.gov/taxes/file-pay/interest.php: 1,000 USD for 150 days of 2024 at 9.50 % are 38.93 USD
    sale = sold("2023-11-15", "US-TX", "16000.00")
    found = asked(sale, on="2024-07-17", assume="exclusive")  # payable 2023-12-20, interest from the 61st day after, 2024-02-19
    row = found.rows[0]
    assert (row.high, row.payable) == (usd("1000.00"), date(2023, 12, 20))
    assert row.interest_low == row.interest_high == usd("38.93")
    assert (row.penalty_low, row.penalty_high) == (usd("100.00"), usd("200.00"))


@pytest.mark.parametrize(
    ("on", "low"),
    [
        ("2025-04-20", "0.00"),
        ("2025-04-21", "100.00"),
        ("2025-05-20", "100.00"),
        ("2025-05-21", "110.00"),
        ("2025-06-21", "120.00"),
        ("2029-01-01", "300.00"),
    ],
)
def test_new_yorks_penalty_grows_by_the_month_to_its_cap(on: str, low: str) -> None:
    row = asked(sold("2025-03-10", "US-NY", "25000.00"), on=on, assume="exclusive").rows[0]
    assert row.high == usd("1000.00")
    assert row.penalty_low == row.penalty_high == usd(low)


def test_steps_of_illinois_and_interest_that_no_fact_gives() -> None:
    for on, low in (("2025-04-30", "2"), ("2025-05-15", "10")):
        found = asked(sold("2025-03-10", "US-IL", "1600.00"), on=on, assume="exclusive")
        row = found.rows[0]
        assert row.high == usd("100.00")
        assert row.penalty_low == usd(low)
        assert row.interest_low is row.interest_high is None
    assert any("US-IL: no fact gives interest" in text for text in found.warnings)
    assert found.places[0].interest_low is None


def test_days_without_a_rate_leave_the_upper_end_open() -> None:
    found = asked(sold("2025-03-10", "US-TX"), on="2026-06-30", assume="exclusive")
    assert found.rows[0].interest_low is not None
    assert found.rows[0].interest_high is None
    assert any("US-TX: no fact gives the rate of interest for" in text for text in found.warnings)
    assert "at least" in found.explain()


def test_penalties_that_exclude_each_other_are_a_range() -> None:
    sale = {**sold("2025-05-10", "GB", "100.00", "GBP"), "ship_from": "FR", "prices_include_tax": False}
    found = exposure([sale], {"establishments": ["FR"]}, on="2025-12-31")
    row = found.rows[0]
    assert row.high == Money("20.00", "GBP")
    assert row.penalty_low == Money("0.00", "GBP"), "told unprompted within twelve months"
    assert row.penalty_high == Money("6.00", "GBP"), "30 % for failure to notify, above what late payment costs"
    assert row.interest_low == row.interest_high
    assert "tax.late.interest/GB/2025-08-27" in found.explain()


def test_german_interest_begins_fifteen_months_after_the_year() -> None:
    sale = {**sold("2020-05-10", "DE", "119.00", "EUR"), "ship_from": "DE", "prices_include_tax": True}
    for on, interest in (("2022-03-31", "0.00"), ("2023-03-31", "0.34")):
        row = exposure([sale], {"establishments": ["DE"]}, on=on).rows[0]
        assert row.interest_low == Money(interest, "EUR")
    assert row.penalty_low == Money("0.00", "EUR")
    assert row.penalty_high is not None


def test_the_end_of_the_period_is_taken_and_told_where_no_fact_gives_the_day() -> None:
    found = asked(sold("2025-03-10", "US-CA"))
    assert found.rows[0].payable == date(2025, 3, 31)
    assert any("US-CA: no fact gives the day on which the tax was payable" in text for text in found.assumptions)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    "bad", [{"ship_to": "US-CA"}, 3, ("2025-01-01",), ("2025-01-01", 3), sold("yesterday", "US-CA"), sold("2025-01-01", "ZZ")]
)
def test_a_bad_sale_is_refused_or_collected(bad: Any) -> None:
    with pytest.raises(InvalidInput, match="sale 2"):
        asked(sold("2025-01-01", "US-CA"), bad)
    found = asked(sold("2025-01-01", "US-CA"), bad, errors="collect")
    assert len(found.rows) == 1
    assert (found.not_assessed[0].first, found.not_assessed[0].sales) == (1, 1)


@pytest.mark.parametrize(
    ("name", "value"), [("assume", "gross"), ("errors", "ignore"), ("period", "week"), ("on", "2026-13-01")]
)
def test_wrong_options_say_what_is_accepted(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(**{name: value})
    assert caught.value.field == name


def test_the_result_is_frozen_json_and_html() -> None:
    found = asked(sold("2025-03-01", "US-CA"))
    with pytest.raises(Exception, match="frozen"):
        found.on = date(2026, 1, 1)  # type: ignore[misc]
    assert json.loads(found.model_dump_json())["rows"][0]["high"] == "7.25 USD"
    assert found._repr_html_() == found.explain("html")
    assert "**" in found.explain("markdown")
    with pytest.raises(InvalidInput, match="unknown style"):
        found.explain("pdf")


# ------------------------------------------------------------------ the file


def test_every_row_of_the_file_is_read_cited_and_dated() -> None:
    from xbcommerce.tax.exposure import _late

    rows = [row for own in _late(Rulebook.builtin()).values() for row in own]
    assert len({row.fact.id for row in rows}) == len(rows)
    for row in rows:
        assert row.fact.source.url, row.fact.id
        assert row.fact.verified_on is not None, row.fact.id
        assert row.fact.valid_from is not None, row.fact.id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('subject = "tax.late.interrest"', "subject or place"),
        ('bound = "middle"', "bound"),
        ('per = "week"', "per"),
        ('colour = "red"', "unknown key"),
        ('unit = "percent"', "unit"),
    ],
)
def test_a_broken_file_is_told(make_rulebook: Callable[..., Rulebook], change: str, said: str) -> None:
    from xbcommerce.tax.exposure import _late

    fields = {"subject": '"tax.late.interest"', "place": '"JP"', "value": '"5"', "unit": '"%"', "source": '"act"'}
    name, _, value = change.partition(" = ")
    text = "\n".join(f"{key} = {content}" for key, content in {**fields, name: value}.items())
    rulebook = make_rulebook(JP="")
    rulebook._folder.joinpath("late.toml").write_text(f'[source.act]\ntitle = "Act"\n[[fact]]\n{text}\n')
    with pytest.raises(RulebookError, match=f"late.toml.*{said}"):
        _late(rulebook)


def test_a_rulebook_without_the_file_gives_no_interest(make_rulebook: Callable[..., Rulebook]) -> None:
    from xbcommerce.tax.exposure import _late

    assert _late(make_rulebook(JP="")) == {}
