"""Decisions: one question a table, closed domains, dated rows, the first matching row fires.

Tables stand in topic files of the rulebook (`data/decisions/`). A row may name the table that is asked next, so that a chain
of small questions (where, who, under which scheme) replaces one large one. What was answered may be asked by later tables.

A test enumerates each table's domain in every era between two changes: every combination is answered, no row is dead, no
column is without effect, and each row fires exactly as often as it says (`fires`: one number, or one for each era).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from xbcommerce.errors import RulebookError, UnknownFact, shown, suggest
from xbcommerce.rules.facts import (
    APPLIED,
    CONFIDENCES,
    STATUSES,
    Source,
    a_date,
    cited,
    dates,
    in_force,
    known_keys,
    parse_source,
)
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Decision", "DecisionRow", "Decisions", "Finding", "Fired", "firing", "problems"]

SEVERITIES = ("error", "warning", "note")
_TABLE_KEYS = frozenset({"id", "question", "columns", "never", "next", "row", "note"})
_ROW_KEYS = frozenset(
    {"id", "fires", "valid_from", "valid_to", "when", "then", "next", "source", "law", "confidence", "verified_on", "status",
     "note"}
)  # fmt: skip
_FILE_KEYS = frozenset({"defaults", "source", "table", "finding", "system"})
_DAY = timedelta(days=1)

When = tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DecisionRow:
    """A row: from when to when, for which values, with what answers."""

    id: str
    table: str
    fires: int | tuple[int, ...] | None
    valid_from: date | None
    valid_to: date | None
    when: When
    then: Mapping[str, str]
    next: str | None
    source: Source | None
    law: str
    confidence: str
    verified_on: date | None
    status: str
    note: str

    def covers(self, on: date) -> bool:
        """Tell whether the row is in force on a day."""
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)

    def matches(self, value_of: Callable[[str], str]) -> bool:
        """Tell whether all its conditions hold; they are asked in their order and no further than needed."""
        for name, values in self.when:  # noqa: SIM110 - asked thousands of times a second
            if value_of(name) not in values:
                return False
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One question with its closed columns and its rows."""

    id: str
    question: str
    columns: Mapping[str, tuple[str, ...]]
    never: tuple[When, ...]
    next: str | None
    rows: tuple[DecisionRow, ...]
    file: str

    def rows_on(self, on: date) -> tuple[DecisionRow, ...]:
        """Return the rows in force on a day."""
        return tuple(row for row in self.rows if row.covers(on))

    def eras(self) -> tuple[date, ...]:
        """Return a day of each era between two changes of the rows, the earliest first."""
        changes = {row.valid_from for row in self.rows if row.valid_from}
        changes |= {row.valid_to + _DAY for row in self.rows if row.valid_to}
        days = sorted(changes)
        before = [days[0] - _DAY] if days else [date.max]
        return tuple(day for day in [*before, *days] if self.rows_on(day))

    def combinations(self) -> Iterator[dict[str, str]]:
        """Yield every combination of the columns' values that can occur."""
        for values in product(*self.columns.values()):
            case = dict(zip(self.columns, values, strict=True))
            if not any(all(case[name] in allowed for name, allowed in rule) for rule in self.never):
                yield case


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the caller should know or mend: text and severity (error, warning, note)."""

    id: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Fired:
    """The rows that fired for a question, in their order, all that they answered, and the findings they name."""

    rows: tuple[DecisionRow, ...]
    answers: Mapping[str, str]
    findings: tuple[Finding, ...]


class Decisions:
    """All decision tables of a rulebook, checked when they are first needed."""

    def __init__(self, tables: Mapping[str, Decision], findings: Mapping[str, Finding], systems: Mapping[str, str]) -> None:
        self.tables = tables
        self.findings = findings
        self.systems = systems
        self._rows: dict[tuple[str, date], tuple[DecisionRow, ...]] = {}

    @classmethod
    def of(cls, rulebook: Rulebook) -> Decisions:
        """Return the tables of a rulebook."""
        return rulebook.compiled("decisions", lambda: _read(rulebook))  # type: ignore[no-any-return]

    def first(self, system: str) -> str:
        """Return the table with which a decision system begins."""
        if system not in self.systems:
            raise RulebookError(f"there is no decision system {shown(system)}", hint=suggest(system, self.systems))
        return self.systems[system]

    def ask(self, table: str, on: date, value_of: Callable[[str, Mapping[str, str]], str]) -> Fired:
        """Ask a table, and those that its rows name next.

        Args:
            table: id of the first table.
            on: the day.
            value_of: tells the value of a column, given what was answered so far.

        Raises:
            UnknownFact: if no row in force answers on that day.
        """
        answers: dict[str, str] = {}
        fired = []
        name: str | None = table
        while name is not None:
            row = self._select(name, on, lambda column: answers.get(column) or value_of(column, answers))
            fired.append(row)
            answers.update(row.then)
            name = row.next if row.next is not None else self.tables[name].next
            if name == "":
                name = None
        named = dict.fromkeys(finding for row in fired for finding in row.then.get("finding", "").split())
        return Fired(tuple(fired), answers, tuple(self.findings[finding] for finding in named))

    def _select(self, name: str, on: date, value_of: Callable[[str], str]) -> DecisionRow:
        key = (name, on)
        rows = self._rows.get(key)
        if rows is None:
            if len(self._rows) > 10_000:
                self._rows.clear()
            rows = self._rows[key] = self.tables[name].rows_on(on)
        for row in rows:
            if row.matches(value_of):
                return row
        raise UnknownFact(f"the decision table {name} has no row in force on {on}", field=name, on=on)


def firing_counts(table: Decision, on: date) -> Mapping[str, int]:
    """Return how often each row fires when the whole domain is asked on a day; "" counts what no row answers."""
    rows = table.rows_on(on)
    counts = dict.fromkeys((row.id for row in rows), 0)
    for case in table.combinations():
        fired = next((row.id for row in rows if row.matches(case.__getitem__)), "")
        counts[fired] = counts.get(fired, 0) + 1
    return counts


def problems(decisions: Decisions, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is wrong with the tables: gaps, dead rows, idle columns, firing counts, columns that nobody can answer.

    Args:
        decisions: the tables.
        known: the columns that the engine can answer, with their closed domains.
    """
    answered: dict[str, set[str]] = {}
    for table in decisions.tables.values():
        for row in table.rows:
            for name, value in row.then.items():
                answered.setdefault(name, set()).add(value)
    for table in decisions.tables.values():
        yield from _columns(table, known, answered)
        yield from _links(decisions, table)
        yield from _firing(table)


def _columns(table: Decision, known: Mapping[str, tuple[str, ...]], answered: Mapping[str, set[str]]) -> Iterator[str]:
    for name, domain in table.columns.items():
        possible = set(known.get(name, ())) | answered.get(name, set())
        if not possible:
            yield f"{table.id}: nobody answers the column {name!r}; {suggest(name, known) or ''}"
        elif name in known and not set(domain) <= possible:
            yield f"{table.id}: {name} has no value {sorted(set(domain) - possible)}"
        elif name in known and not set(known[name]) <= set(domain):
            yield f"{table.id}: {name} may also be {sorted(set(known[name]) - set(domain))}"
        if not any(name == tested for row in table.rows for tested, _ in row.when):
            yield f"{table.id}: the column {name!r} is without effect"


def _links(decisions: Decisions, table: Decision) -> Iterator[str]:
    for target in {table.next, *(row.next for row in table.rows)} - {None, ""}:
        if target not in decisions.tables:
            yield f"{table.id}: next names no table {target!r}"
    for row in table.rows:
        for finding in filter(None, row.then.get("finding", "").split()):
            if finding not in decisions.findings:
                yield f"{table.id}, row {row.id}: no finding {finding!r}"


def firing(table: Decision) -> Mapping[str, int | tuple[int, ...]]:
    """Return how often each row fires, as `fires` says it: one number, or one for each era in which the row is in force."""
    counts = [firing_counts(table, day) for day in table.eras()]
    found = {row.id: tuple(count[row.id] for count in counts if row.id in count) for row in table.rows}
    return {name: many[0] if len(set(many)) == 1 else many for name, many in found.items()}


def _firing(table: Decision) -> Iterator[str]:
    for day in table.eras():
        counts = firing_counts(table, day)
        if counts.get(""):
            yield f"{table.id} on {day}: {counts['']} combinations are not answered"
        yield from (f"{table.id}, row {name} is dead on {day}" for name, count in counts.items() if not count)
    found = firing(table)
    for row in table.rows:
        if row.fires != found[row.id]:
            yield f"{table.id}, row {row.id} fires {found[row.id]} times, not {row.fires}"


# ------------------------------------------------------------------ reading


def _read(rulebook: Rulebook) -> Decisions:
    tables: dict[str, Decision] = {}
    findings: dict[str, Finding] = {}
    systems: dict[str, str] = {}
    for name in rulebook.names("decisions", ".toml"):
        where = f"decisions/{name}"
        document = rulebook.document("decisions", name)
        known_keys(document, _FILE_KEYS, where)
        for table in _tables(document, where):
            if table.id in tables:
                raise RulebookError(f"{where}: there are two tables {table.id!r}")
            tables[table.id] = table
        for key, row in document.get("finding", {}).items():
            findings[key] = _finding(key, row, where)
        systems |= document.get("system", {})
    for system, first in systems.items():
        if first not in tables:
            raise RulebookError(f"system {system!r} begins with no table: {first!r}")
    return Decisions(tables, findings, systems)


def _finding(name: str, row: Mapping[str, Any], where: str) -> Finding:
    known_keys(row, frozenset({"severity", "text"}), f"{where}, finding {name!r}")
    if row.get("severity") not in SEVERITIES or not row.get("text"):
        raise RulebookError(f"{where}, finding {name!r}: needs a text and a severity of {', '.join(SEVERITIES)}")
    return Finding(name, row["severity"], row["text"])


def _tables(document: Mapping[str, Any], where: str) -> Iterator[Decision]:
    sources = {name: parse_source(name, row, where=where) for name, row in document.get("source", {}).items()}
    for body in document.get("table", ()):
        inside = f"{where}, table {body.get('id')!r}"
        known_keys(body, _TABLE_KEYS, inside)
        _text(body, "id", inside)
        columns = {name: _domain(values, name, inside) for name, values in body.get("columns", {}).items()}
        rows = tuple(
            _row(row, body["id"], columns, sources, document.get("defaults", {}), inside) for row in body.get("row", ())
        )
        names = [row.id for row in rows]
        if len(set(names)) != len(names):
            raise RulebookError(f"{inside}: two rows have the same id")
        yield Decision(
            id=body["id"],
            question=body.get("question", ""),
            columns=columns,
            never=tuple(_when(rule, columns, inside) for rule in body.get("never", ())),
            next=body.get("next"),
            rows=rows,
            file=where,
        )


def _row(
    row: Mapping[str, Any], table: str, columns: Mapping[str, tuple[str, ...]], sources: Mapping[str, Source],
    defaults: Mapping[str, Any], where: str,
) -> DecisionRow:  # fmt: skip
    where = f"{where}, row {row.get('id')!r}"
    known_keys(row, _ROW_KEYS, where)
    row = {**defaults, **row}
    _text(row, "id", where)
    start, end = dates(row, where)
    for key, accepted in (("status", STATUSES), ("confidence", CONFIDENCES)):
        if row.get(key, accepted[0]) not in accepted:
            raise RulebookError(f"{where}: {key} {shown(row[key])} is none of {', '.join(accepted)}", allowed=accepted)
    then = row.get("then", {})
    if not isinstance(then, Mapping) or not all(isinstance(value, str) for value in then.values()):
        raise RulebookError(f"{where}: then is a table of texts")
    return DecisionRow(
        id=row["id"],
        table=table,
        fires=tuple(row["fires"]) if isinstance(row.get("fires"), list) else row.get("fires"),
        valid_from=start,
        valid_to=end,
        when=_when(row.get("when", {}), columns, where),
        then=then,
        next=row.get("next"),
        source=cited(row, sources, where) if "source" in row else None,
        law=row.get("law", ""),
        confidence=row.get("confidence", "high"),
        verified_on=a_date(row, "verified_on", where),
        status=row.get("status", "in_force"),
        note=row.get("note", ""),
    )


def _text(row: Mapping[str, Any], key: str, where: str) -> None:
    if not isinstance(row.get(key), str) or not row[key]:
        raise RulebookError(f"{where}: {key} is missing")


def _domain(values: object, name: str, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise RulebookError(f"{where}: the column {name!r} has no list of values")
    return tuple(values)


def _when(when: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]], where: str) -> When:
    out = []
    for name, value in when.items():
        values = tuple(value) if isinstance(value, list) else (value,)
        if name not in columns:
            raise RulebookError(f"{where}: {name!r} is no column of the table", hint=suggest(name, columns))
        for one in values:
            if one not in columns[name]:
                raise RulebookError(f"{where}: {shown(one)} is not in the domain of {name}", allowed=columns[name])
        out.append((name, frozenset(values)))
    return tuple(out)
