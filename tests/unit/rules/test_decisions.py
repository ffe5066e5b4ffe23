"""Decision tables: reading, asking, and what the audit finds in broken ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from xbcommerce.errors import RulebookError, UnknownFact
from xbcommerce.rules import Rulebook
from xbcommerce.rules.decisions import Decisions, firing, firing_counts, problems

ON = date(2026, 11, 25)
KNOWN = {"a": ("x", "y"), "b": ("1", "2", "3")}
HEAD = """
[system]
s = "first"
[source.act]
title = "Act"
[defaults]
source = "act"
[finding.told]
severity = "note"
text = "told"
"""
FIRST = """
[[table]]
id = "first"
question = "Which?"
next = "second"
[table.columns]
a = ["x", "y"]
[[table.row]]
id = "F1"
fires = 1
when = { a = "x" }
then = { said = "one", finding = "told" }
[[table.row]]
id = "F2"
fires = 1
when = { a = "y" }
then = { said = "two" }
next = ""
"""
SECOND = """
[[table]]
id = "second"
question = "And?"
[table.columns]
said = ["one"]
b = ["1", "2", "3"]
[[table.row]]
id = "S1"
fires = [1, 2]
when = { b = "1" }
then = { more = "low" }
[[table.row]]
id = "S1n"
fires = 1
valid_from = 2025-01-01
when = { b = ["1", "2"] }
then = { more = "new" }
[[table.row]]
id = "S2"
fires = [2, 1]
when = { said = "one" }
then = { more = "high" }
"""


@pytest.fixture
def decisions(make_rulebook: Callable[..., Rulebook], tmp_path: Path) -> Callable[..., Decisions]:
    def make(*texts: str) -> Decisions:
        book = make_rulebook()
        (tmp_path / "decisions").mkdir(exist_ok=True)
        (tmp_path / "decisions" / "t.toml").write_text("\n".join(texts))
        return Decisions.of(book)

    return make


def asked(values: Mapping[str, str]) -> Callable[[str, Mapping[str, str]], str]:
    return lambda name, answers: values[name]


def test_a_chain_of_tables_is_asked_and_answers_serve_later_tables(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST, SECOND)
    fired = tables.ask(tables.first("s"), ON, asked({"a": "x", "b": "2"}))
    assert [row.id for row in fired.rows] == ["F1", "S1n"]
    assert dict(fired.answers) == {"said": "one", "finding": "told", "more": "new"}
    assert [one.text for one in fired.findings] == ["told"]


def test_a_row_may_end_the_chain(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST, SECOND)
    assert [row.id for row in tables.ask("first", ON, asked({"a": "y"})).rows] == ["F2"]


def test_rows_are_dated_facts(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST, SECOND)
    before, after = date(2024, 12, 31), date(2025, 1, 1)
    values = asked({"a": "x", "b": "2"})
    assert [tables.ask("first", day, values).answers["more"] for day in (before, after)] == ["high", "new"]
    assert tables.tables["second"].eras() == (before, after)


def test_columns_are_asked_no_further_than_needed(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST, SECOND)
    names: list[str] = []

    def value_of(name: str, answers: Mapping[str, str]) -> str:
        names.append(name)
        return {"a": "x", "b": "1"}[name]

    tables.ask("first", ON, value_of)
    assert names == ["a", "b"]


def test_no_row_in_force_is_an_unknown_fact(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST.replace("[[table.row]]", "[[table.row]]\nvalid_to = 2019-12-31"), SECOND)
    with pytest.raises(UnknownFact, match="first has no row in force on 2026-11-25"):
        tables.ask("first", ON, asked({"a": "x", "b": "1"}))
    assert tables.ask("first", date(2019, 12, 31), asked({"a": "y"})).rows


def test_an_unknown_system_is_told(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD.replace("s = ", "system_one = "), FIRST, SECOND)
    with pytest.raises(RulebookError, match="did you mean 'system_one'"):
        tables.first("sistem_one")


def test_a_good_file_has_no_problems_and_counts_are_by_era(decisions: Callable[..., Decisions]) -> None:
    tables = decisions(HEAD, FIRST, SECOND)
    found = firing(tables.tables["second"])
    assert dict(found) == {"S1": 1, "S1n": 1, "S2": (2, 1)}
    assert firing_counts(tables.tables["second"], date(2024, 1, 1)) == {"S1": 1, "S2": 2}
    corrected = decisions(HEAD, FIRST, SECOND.replace("fires = [1, 2]", "fires = 1"))
    assert list(problems(corrected, {"a": ("x", "y"), "b": ("1", "2", "3")})) == []


GOOD = SECOND.replace("fires = [1, 2]", "fires = 1")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (FIRST, SECOND, "row S1 fires 1 times, not (1, 2)"),
        (FIRST, GOOD.replace('when = { said = "one" }', 'when = { b = "3" }'), "1 combinations are not answered"),
        (FIRST, GOOD.replace('when = { b = ["1", "2"] }', 'when = { b = "1" }'), "row S1n is dead on 2025-01-01"),
        (FIRST.replace('next = "second"', 'next = "third"'), GOOD, "next names no table 'third'"),
        (FIRST.replace('finding = "told"', 'finding = "tolt"'), GOOD, "no finding 'tolt'"),
        (FIRST.replace('a = ["x", "y"]', 'a = ["x", "y"]\nidle = ["p", "q"]'), GOOD, "nobody answers the column 'idle'"),
        (FIRST.replace('a = ["x", "y"]', 'a = ["x", "y"]\nb = ["1", "2", "3"]'), GOOD, "the column 'b' is without effect"),
        (FIRST, GOOD.replace('b = ["1", "2", "3"]', 'b = ["1", "2", "3", "4"]'), "b has no value ['4']"),
        (FIRST, GOOD.replace('b = ["1", "2", "3"]', 'b = ["1", "2"]'), "b may also be ['3']"),
    ],
)
def test_what_is_wrong_is_found(decisions: Callable[..., Decisions], first: str, second: str, said: str) -> None:
    assert said in "\n".join(problems(decisions(HEAD, first, second), KNOWN))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FIRST.replace("fires = 1", "fire = 1", 1), "unknown key 'fire'"),
        (FIRST.replace("question =", "questoin ="), "did you mean 'question'"),
        (FIRST.replace('id = "F2"', 'id = "F1"'), "two rows have the same id"),
        (FIRST.replace('when = { a = "y" }', 'when = { c = "y" }'), "'c' is no column of the table"),
        (FIRST.replace('when = { a = "y" }', 'when = { a = "z" }'), "'z' is not in the domain of a"),
        (FIRST.replace('{ said = "two" }', "{ said = 2 }"), "then is a table of texts"),
        (FIRST + FIRST, "two tables 'first'"),
        (FIRST + '[[table.never]]\na = "q"\n', "'q' is not in the domain of a"),
        (FIRST.replace('id = "F2"', 'id = "F2"\nsource = "none"'), "source 'none' is not defined"),
        (FIRST.replace('id = "F2"', 'id = "F2"\nvalid_from = 2025-01-02\nvalid_to = 2025-01-01'), "lies before valid_from"),
        ('[finding.odd]\nseverity = "fatal"\ntext = "x"\n' + FIRST, "needs a text and a severity"),
        ("[[table", "decisions/t.toml"),
        (FIRST.replace('id = "first"', ""), "id is missing"),
        (FIRST.replace('id = "F2"', "id = 2"), "id is missing"),
        (FIRST.replace('id = "F2"', 'id = "F2"\nstatus = "maybe"'), "status 'maybe' is none of in_force"),
        (FIRST.replace('id = "F2"', 'id = "F2"\nconfidence = "sure"'), "confidence 'sure' is none of high"),
        (FIRST.replace('a = ["x", "y"]', 'a = "x"'), "the column 'a' has no list of values"),
        (FIRST.replace('when = { a = "y" }', "when = { a = [[1]] }"), "is not in the domain of a"),
    ],
)
def test_a_broken_file_is_a_clear_error(decisions: Callable[..., Decisions], text: str, said: str) -> None:
    with pytest.raises(RulebookError, match=re.escape(said)):
        decisions(HEAD, text)


def test_a_system_begins_with_a_table(decisions: Callable[..., Decisions]) -> None:
    with pytest.raises(RulebookError, match="begins with no table: 'first'"):
        decisions(HEAD)


def test_combinations_that_cannot_occur_are_left_out(decisions: Callable[..., Decisions]) -> None:
    text = FIRST.replace("[[table.row]]", '[[table.never]]\na = "y"\n[[table.row]]', 1)
    table = decisions(HEAD, text, SECOND).tables["first"]
    assert list(table.combinations()) == [{"a": "x"}]
    assert firing(table) == {"F1": 1, "F2": 0}
