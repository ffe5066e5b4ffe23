"""Periods, date words, and files that are refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from xbcommerce.errors import RulebookError
from xbcommerce.rules import Rulebook
from xbcommerce.tax.thresholds import DateWords, parse_period, parse_thresholds, thresholds

RULES = thresholds(Rulebook.builtin())
CALENDAR = (1, 1)


@pytest.mark.parametrize(
    ("text", "on", "first", "last"),
    [
        ("calendar_year.current", "2026-08-20", "2026-01-01", "2026-12-31"),
        ("calendar_year.previous", "2026-08-20", "2025-01-01", "2025-12-31"),
        ("calendar_year.before(04-01)", "2020-02-15", "2018-01-01", "2018-12-31"),
        ("calendar_year.before(04-01)", "2020-04-01", "2019-01-01", "2019-12-31"),
        ("fiscal_year(04-06).current", "2026-04-05", "2025-04-06", "2026-04-05"),
        ("fiscal_year(04-06).previous", "2026-04-06", "2025-04-06", "2026-04-05"),
        ("base_period(2)", "2026-08-20", "2024-01-01", "2024-12-31"),
        ("rolling(12m)", "2026-08-20", "2025-08-21", "2026-08-20"),
        ("rolling(12m)", "2024-02-29", "2023-03-01", "2024-02-29"),
        ("rolling(12m)", "2025-02-28", "2024-02-29", "2025-02-28"),
        ("months(12)", "2026-08-20", "2025-09-01", "2026-08-31"),
        ("completed_months(12)", "2026-08-20", "2025-08-01", "2026-07-31"),
        ("completed_months(12)", "2026-07-31", "2025-08-01", "2026-07-31"),
        ("completed_quarters(4, first = jan)", "2026-08-20", "2025-07-01", "2026-06-30"),
        ("completed_quarters(4, first = mar)", "2026-08-20", "2025-06-01", "2026-05-31"),
        ("completed_quarters(4, first = mar)", "2026-02-28", "2025-03-01", "2026-02-28"),
        ("completed_quarters(4, first = mar)", "2026-02-27", "2024-12-01", "2025-11-30"),
        ("year_to(09-30)", "2019-07-01", "2017-10-01", "2018-09-30"),
        ("year_to(09-30)", "2018-09-30", "2017-10-01", "2018-09-30"),
        ("next(30d)", "2026-08-20", "2026-08-21", "2026-09-19"),
    ],
)
def test_windows(text: str, on: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in parse_period(text).window(date.fromisoformat(on), CALENDAR)] == [first, last]


def test_the_sellers_own_year() -> None:
    assert parse_period("seller_year.current").window(date(2026, 3, 1), (7, 1)) == (date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize("period", sorted({test.period.text for rule in RULES for row in rule.rows for test in row.tests}))
def test_windows_move_exactly_at_their_boundaries(period: str) -> None:
    found = parse_period(period)
    day = date(2023, 12, 25)
    while day < date(2025, 3, 10):
        after = found.boundary_after(day, CALENDAR)
        assert after > day
        if found.shape == "closed":
            assert found.window(after - timedelta(days=1), CALENDAR) == found.window(day, CALENDAR)
            assert found.window(after, CALENDAR) != found.window(day, CALENDAR)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "crossed", "start"),
    [
        (["+30d", "month_start(on_or_after)"], "2026-08-20", "2026-10-01"),  # 19 September, so October
        (["+30d", "month_start(after)"], "2026-05-02", "2026-07-01"),  # 1 June, strictly after
        (["+60d", "month_start(on_or_before)"], "2026-03-10", "2026-05-01"),
        (["+30d", "month_start(on_or_before)"], "2026-01-01", "2026-02-01"),  # none within 30 days: the next
        (["month_start(after)", "+3m"], "2026-07-31", "2026-11-01"),
        (["month_start(after)", "+1m"], "2026-05-31", "2026-07-01"),
        (["quarter_start(after)"], "2026-03-31", "2026-04-01"),
        (["quarter_end", "+30d", "month_start(after)"], "2026-02-10", "2026-05-01"),
        (["+90d", "month_start(after)"], "2026-01-01", "2026-05-01"),
        (["earliest(next(01-01), +60d)"], "2026-10-20", "2026-12-19"),
        (["earliest(next(01-01), +60d)"], "2026-11-20", "2027-01-01"),
        (["next(01-01)"], "2026-01-01", "2027-01-01"),
        (["+1m"], "2026-01-31", "2026-02-28"),
        (["+0d"], "2026-01-31", "2026-01-31"),
    ],
)
def test_date_words(words: list[str], crossed: str, start: str) -> None:
    assert DateWords.parse(words).after(date.fromisoformat(crossed)).isoformat() == start


def starts() -> dict[str, DateWords]:
    rows = [row for rule in RULES for row in rule.rows]
    found = [row.start.words for row in rows] + [test.start.words for row in rows for test in row.tests if test.start]
    return {words.text: words for words in found if words is not None}


@pytest.mark.parametrize("text", sorted(starts()))
def test_every_start_lies_after_the_crossing_on_every_day_of_four_years(text: str) -> None:
    words = starts()[text]
    day = date(2023, 1, 1)
    while day < date(2027, 1, 1):
        assert words.after(day) > day or text == "+0d"
        day += timedelta(days=1)


# ---------------------------------------------------------------------------------------------------------------- the data


def test_every_row_is_cited_dated_and_in_order() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        for row in rule.rows:
            assert row.source.title
            assert row.verified_on is not None, row.id
            assert row.source.url or row.confidence != "high", row.id
            assert row.tests or rule.kind == "no_tax" or rule.presence, row.id
            assert row.valid_from is not None or not row.tests, row.id


def test_every_state_of_the_united_states_has_an_answer() -> None:
    import pycountry

    states = {one.code for one in pycountry.subdivisions.get(country_code="US") if one.type in ("State", "District")}
    places = {rule.place for rule in RULES if rule.place.startswith("US-")}
    assert states | {"US-PR"} == places
    assert {rule.place for rule in RULES if rule.kind == "no_tax" and rule.place in states} == {
        "US-DE",
        "US-MT",
        "US-NH",
        "US-OR",
    }
    assert sum(len(rule.rows) for rule in RULES if rule.place in places) == 83, "82 windows of the states, one of them split"


def test_every_member_state_has_its_lines() -> None:
    from xbcommerce.places import members

    states = [code for code in members("EU", "vat", date(2026, 11, 22)) if len(code) == 2 and code not in {"MC", "IM"}]
    known = {rule.id for rule in RULES}
    for code in states:
        assert {f"{code.lower()}.{name}" for name in ("stock", "distance_sales", "small_business")} <= known, code


def test_limits_that_are_facts_stand_once() -> None:
    rule = next(rule for rule in RULES if rule.id == "pl.small_business")
    facts = [fact for fact in Rulebook.builtin().facts("PL") if fact.subject == "tax.small_business_limit"]
    assert [str(row.tests[0].amount) for row in rule.rows] == [f"{fact.value}.00 PLN" for fact in facts]
    assert rule.rows[-1].source is facts[-1].source


GOOD: dict[str, Any] = {
    "source": {"act": {"title": "Act"}},
    "obligation": [
        {
            "id": "xx.tax",
            "place": "NO",
            "kind": "obligation",
            "source": "act",
            "row": [
                {
                    "valid_from": date(2020, 1, 1),
                    "counts": {"sales": ["taxable"], "flow": "delivered_to"},
                    "tests": [{"period": "rolling(12m)", "amount": 5, "currency": "NOK", "op": ">"}],
                }
            ],
        }
    ],
}


def changed(**row: Any) -> dict[str, Any]:
    body = GOOD["obligation"][0]
    return {**GOOD, "obligation": [{**body, "row": [{**body["row"][0], **row}]}]}


def test_a_good_file_is_read() -> None:
    (rule,) = parse_thresholds(GOOD, "file")
    assert rule.rows[0].text == "more than 5.00 NOK in rolling(12m)"
    assert rule.row(date(2019, 12, 31)) is None


TEST = {"period": "rolling(12m)", "amount": 5, "currency": "NOK", "op": ">"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tests": []}, "tests are missing"),
        ({"tests": [{**TEST, "period": "sometimes"}]}, "no period"),
        ({"tests": [{**TEST, "op": "above"}]}, "op is one of >, >="),
        ({"tests": [{**TEST, "currency": "KRONER"}]}, "unknown currency"),
        ({"tests": [{**TEST, "amount": 5.5}]}, "whole number"),
        ({"tests": [{"period": "rolling(12m)"}]}, "an amount, or a whole number of sales"),
        ({"tests": [{**TEST, "limit": 3}]}, "unknown key 'limit'"),
        ({"tests": [{**TEST, "sales": 3}]}, "sales_op is one of"),
        ({"counts": {"sales": ["taxable"], "flow": "sideways"}}, "flow is one of"),
        ({"counts": {"sales": [], "flow": "delivered_to"}}, "sales are missing"),
        ({"start": ["soon"]}, "no date word"),
        ({"start": ["next(13-01)"]}, "a day of the year"),
        ({"start": 5}, "a list of date words"),
        ({"term": "for ever"}, "term is one of"),
        ({"rate": "best"}, "rate is one of"),
        ({"valid_from": "2020-01-01"}, "calendar date"),
        ({"source": "nobody"}, "is not defined"),
        ({"marketplace_only": "perhaps"}, "marketplace_only is one of"),
        ({"kind": "obligation"}, "unknown key 'kind'"),
    ],
)
def test_broken_rows_say_what_is_wrong(row: dict[str, Any], message: str) -> None:
    with pytest.raises(RulebookError, match=message) as error:
        parse_thresholds(changed(**row), "file")
    assert "xx.tax" in str(error.value)


def test_rows_must_not_overlap() -> None:
    body = GOOD["obligation"][0]
    row = body["row"][0]
    document = {**GOOD, "obligation": [{**body, "row": [row, {**row, "valid_from": date(2021, 1, 1)}]}]}
    with pytest.raises(RulebookError, match="overlap"):
        parse_thresholds(document, "file")


def test_a_limit_without_a_fact_is_refused() -> None:
    body = {**GOOD["obligation"][0], "limit_from": "tax.small_business_limit"}
    with pytest.raises(RulebookError, match="no facts"):
        parse_thresholds({**GOOD, "obligation": [body]}, "file")
    with pytest.raises(RulebookError, match="there is no fact"):
        parse_thresholds({**GOOD, "obligation": [{**body, "limit_from": "tax.nonsense"}]}, "file", Rulebook.builtin())


def test_the_page_of_the_docs_is_that_of_the_rulebook() -> None:
    import importlib.util
    from pathlib import Path

    root = Path(__file__).parents[3]
    spec = importlib.util.spec_from_file_location("obligations_page", root / "tools" / "obligations_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (root / "docs" / "coverage" / "obligations.md").read_text(encoding="utf-8") == module.page()


def test_a_row_beside_a_fact_begins_with_it() -> None:
    body = {
        **GOOD["obligation"][0],
        "place": "PL",
        "limit_from": "tax.small_business_limit",
        "counts": GOOD["obligation"][0]["row"][0]["counts"],
    }
    body["tests"] = [{"period": "calendar_year.current", "op": ">"}]
    strict = {"valid_from": date(2026, 1, 1), "start": "same_sale", "note": "more"}
    *_, last = parse_thresholds({**GOOD, "obligation": [{**body, "row": [strict]}]}, "file", Rulebook.builtin())[0].rows
    assert (last.start.first, last.note, str(last.tests[0].amount)) == ("same_sale", "more", "240000.00 PLN")
    wrong = {**strict, "valid_from": date(2026, 1, 2)}
    with pytest.raises(RulebookError, match="begins on that day"):
        parse_thresholds({**GOOD, "obligation": [{**body, "row": [wrong]}]}, "file", Rulebook.builtin())
