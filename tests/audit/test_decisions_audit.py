"""The decision tables: total, without dead rows or idle columns, each row pinned by its firing count and shown by an example."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

from xbcommerce.cases import read
from xbcommerce.rules import Rulebook
from xbcommerce.rules.decisions import Decision, DecisionRow, Decisions, firing, problems
from xbcommerce.tax import Determination, determine
from xbcommerce.tax.question import COLUMNS

CASES = Path(__file__).parents[1] / "cases"
TABLES = Decisions.of(Rulebook.builtin()).tables


def test_the_tables_are_total_and_say_how_often_each_row_fires() -> None:
    known = {name: column.domain for name, column in COLUMNS.items()}
    assert list(problems(Decisions.of(Rulebook.builtin()), known)) == []


def test_every_column_is_named_by_a_table_and_every_table_is_asked() -> None:
    named = {column for table in TABLES.values() for column in table.columns}
    assert set(COLUMNS) <= named
    decisions = Decisions.of(Rulebook.builtin())
    asked = {*decisions.systems.values(), "departure"}
    asked |= {
        following for table in TABLES.values() for following in (table.next, *(row.next for row in table.rows)) if following
    }
    assert set(TABLES) == asked


def test_every_finding_is_named_by_a_row() -> None:
    named = {finding for table in TABLES.values() for row in table.rows for finding in row.then.get("finding", "").split()}
    assert set(Decisions.of(Rulebook.builtin()).findings) == named


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.id)
def test_every_row_is_cited_and_asked_for_a_reason(table: Decision) -> None:
    assert table.question.endswith("?") or table.question.endswith(")")
    for row in table.rows:
        assert row.source is not None, row.id
        assert row.confidence in ("high", "medium", "low"), row.id
        assert row.when, f"{row.id}: a row without a condition catches what nobody thought of"


def seen(table: Decision, changed: tuple[DecisionRow, ...]) -> bool:
    """Tell whether a change of the rows changes a firing count, or leaves combinations without an answer."""
    mutant = replace(table, rows=changed)
    counts = firing(mutant)
    return any(row.fires != counts[row.id] for row in changed)


@pytest.mark.parametrize("table", [table for table in TABLES.values() if len(table.rows) > 1], ids=lambda table: table.id)
def test_a_deleted_row_is_seen(table: Decision) -> None:
    """Deleting a row lets its combinations fall to later rows, or to none: both are seen."""
    for index, row in enumerate(table.rows):
        rest = (*table.rows[:index], *table.rows[index + 1 :])
        unanswered = any(
            not any(other.matches(case.__getitem__) for other in rest if other.covers(day))
            for day in table.eras()
            if row.covers(day)
            for case in list(table.combinations())
            if row.matches(case.__getitem__)
        )
        assert unanswered or seen(table, rest), row.id


@pytest.mark.parametrize("table", [table for table in TABLES.values() if len(table.rows) > 1], ids=lambda table: table.id)
def test_swapped_neighbours_are_seen_where_it_matters(table: Decision) -> None:
    for index, (first, second) in enumerate(pairwise(table.rows)):
        swapped = (*table.rows[:index], second, first, *table.rows[index + 2 :])
        both = any(
            first.covers(day) and second.covers(day) and first.matches(case.__getitem__) and second.matches(case.__getitem__)
            and not any(earlier.covers(day) and earlier.matches(case.__getitem__) for earlier in table.rows[:index])
            for day in table.eras()
            for case in table.combinations()
        )  # fmt: skip
        assert seen(table, swapped) == both, (first.id, second.id)


@lru_cache(maxsize=1)
def determinations() -> tuple[Determination, ...]:
    found = []
    for case in read(CASES):
        if case.call == "tax.determine" and not case.raises:
            book = Rulebook.builtin()
            if case.overlay:
                book = book.overlay("case", case.overlay)
            found.append(determine(dict(case.input), on=case.on, rates=case.rates, strict=case.strict, rulebook=book))
    return tuple(found)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.id)
def test_every_row_is_shown_by_a_worked_example(table: Decision) -> None:
    fired = {
        row.row
        for found in determinations()
        for row in (*found.departure.rows, *(row for outcome in found.outcomes for row in outcome.rows))
        if row.table == table.id
    }
    assert {row.id for row in table.rows} == fired


def test_every_explanation_reads() -> None:
    for found in determinations():
        text = found.explain()
        assert str(found.on) in text
        steps = [(step.id, step.text) for step in found.explanation.steps]
        assert len(set(steps)) == len(steps), "a step is told twice"
        assert {row.row for outcome in found.outcomes for row in outcome.rows} <= {
            step.id.split()[-1] for step in found.explanation.steps if step.kind == "decision"
        }
        for step in found.explanation.steps:
            assert step.text[:1].isupper() or step.text[:1].isdigit() or step.kind in ("amount", "fact", "rate"), step
            assert "None" not in step.text
