"""Schedules: the lines of one tariff, its columns, its preferential programmes, and what is known about it.

A schedule is a head (TOML: title, edition, dates, licence, columns, programmes, notes) and a table (one line a text line):

    61091000 TAB 16.5 % TAB c2:90 %          a line, its duty, the duty of another column, notes (n:), its first day (f:)
    %preferences                             what follows are preferential duties
    =1 TAB AU BH CL                          a group of programmes
    61091000 TAB 1 TAB free                  a code (or its first digits), the group, the duty, first and last day (f:, t:)

The table stays text until a line is asked for. Codes are matched by their digits: the line itself, the line that a longer
code lies in, or the lines below a shorter one.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from xbcommerce.errors import RulebookError, shown
from xbcommerce.rules.facts import CONFIDENCES, Source, in_force
from xbcommerce.tariff.expression import Expression, parse

__all__ = ["Entry", "Programme", "Schedule"]

PREFERENCES = "%preferences"
_HEAD = frozenset(
    {"id", "places", "title", "publisher", "url", "licence", "edition", "as_of", "valid_from", "valid_to", "nomenclature",
     "confidence", "note", "old", "kind", "column", "programme", "notes", "no_preferences", "proof", "made_from", "source",
     "only_then"}
)  # fmt: skip
_AFTER_ALL = "\x7f"


class Entry(NamedTuple):
    """A line of a schedule: its code, its duty, and the marks that stand behind it."""

    code: str
    duty: str
    marks: tuple[str, ...] = ()

    def mark(self, name: str) -> str | None:
        """Return the content of a mark (`n` for a note, `f` for the first day ...), or None."""
        return next((mark[len(name) + 1 :] for mark in self.marks if mark.startswith(f"{name}:")), None)


class Preference(NamedTuple):
    """A preferential duty: of which code or its first digits, under which programmes, from when to when."""

    code: str
    programmes: tuple[str, ...]
    duty: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A preferential programme: whom it benefits, from when to when, by which proof of origin, and where that is written.

    Attributes:
        countries: origins that benefit; None where that is not known here, and the caller must know it.
        proof: what proves the origin; empty where it is not known here.
        status: "in_force", or why it is not: "lapsed", "unknown".
    """

    id: str
    name: str
    countries: frozenset[str] | None
    valid_from: date | None
    valid_to: date | None
    proof: str
    status: str
    confidence: str
    source: str
    url: str
    note: str

    def covers(self, on: date) -> bool:
        """Tell whether the programme is in force on a day, as far as is known."""
        return in_force(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A further column of duties: for which origins it stands in place of the general one, from when to when.

    `note` is what an answer from it must say besides.
    """

    mark: str
    name: str
    origins: frozenset[str]
    valid_from: date | None
    valid_to: date | None
    law: str
    note: str


class Schedule:
    """One tariff: head and table."""

    def __init__(self, head: Mapping[str, Any], table: str, *, layer: str, where: str) -> None:
        for key in head:
            if key not in _HEAD:
                raise RulebookError(f"{where}: unknown key {shown(key)}", field=key, allowed=sorted(_HEAD))
        self.where = where
        self.layer = layer
        self.id: str = _text(head, "id", where)
        self.places: tuple[str, ...] = tuple(_list(head, "places", where))
        self.title: str = _text(head, "title", where)
        self.edition: str = _text(head, "edition", where)
        self.licence: str = _text(head, "licence", where)
        self.as_of: date = _day(head, "as_of", where) or date.min
        self.valid_from: date | None = _day(head, "valid_from", where)
        self.valid_to: date | None = _day(head, "valid_to", where)
        self.nomenclature: str = str(head.get("nomenclature", ""))
        self.confidence: str = str(head.get("confidence", "high"))
        if self.confidence not in CONFIDENCES:
            raise RulebookError(f"{where}: confidence is one of {', '.join(CONFIDENCES)}", field="confidence")
        self.note: str = str(head.get("note", ""))
        self.old: bool = head.get("old") is True
        self.only_then: bool = head.get("only_then") is True
        self.average: bool = head.get("kind") == "average"
        self.no_preferences: str = str(head.get("no_preferences", ""))
        self.notes: Mapping[str, str] = head.get("notes", {})
        if not isinstance(self.notes, Mapping):
            raise RulebookError(f"{where}: notes is a table, not {shown(self.notes)}", field="notes", value=self.notes)
        self.source = Source(
            f"tariff-{self.id}", f"{self.title}, {self.edition}", str(head.get("publisher", "")), str(head.get("url", "")),
            self.as_of, self.licence,
        )  # fmt: skip
        self.columns = tuple(_column(row, where) for row in _tables(head, "column", where))
        programmes = [_programme(row, head, where) for row in _tables(head, "programme", where)]
        self.programmes = {programme.id: programme for programme in programmes}
        lines, _, preferences = table.partition(f"{PREFERENCES}\n")
        self._lines_text, self._preferences_text = lines, preferences

    @classmethod
    def read(cls, head: str, table: str, *, layer: str, where: str) -> Schedule:
        """Return the schedule of a head and a table.

        Raises:
            RulebookError: if it is broken: the message names the file and the reason.
        """
        try:
            content = tomllib.loads(head)
        except tomllib.TOMLDecodeError as error:
            raise RulebookError(f"{where}: {error}") from None
        return cls(content, table, layer=layer, where=where)

    @cached_property
    def _rows(self) -> tuple[list[str], list[str]]:
        codes, rests = [], []
        for line in self._lines_text.splitlines():
            if line and line[0] != "#":
                code, tab, rest = line.partition("\t")
                if not tab or not code.isdigit():
                    raise RulebookError(f"{self.where}: cannot read the line {shown(line)}")
                codes.append(code)
                rests.append(rest)
        if codes != sorted(set(codes)):
            raise RulebookError(f"{self.where}: the codes are not in order, or one stands twice")
        return codes, rests

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {code: index for index, code in enumerate(self._rows[0])}

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes of the table."""
        return tuple(self._rows[0])

    def entry(self, code: str) -> Entry | None:
        """Return the line of exactly a code."""
        index = self._index.get(code)
        return None if index is None else self._entry(index)

    def _entry(self, index: int) -> Entry:
        duty, *marks = self._rows[1][index].split("\t")
        return Entry(self._rows[0][index], duty, tuple(marks))

    def within(self, code: str) -> Entry | None:
        """Return the line that a code is or lies in (the longest)."""
        for length in range(len(code), 1, -1):
            index = self._index.get(code[:length])
            if index is not None:
                return self._entry(index)
        return None

    def below(self, code: str) -> tuple[Entry, ...]:
        """Return the lines below a code that is shorter than they are."""
        codes = self._rows[0]
        start, end = bisect_left(codes, code), bisect_left(codes, code + _AFTER_ALL)
        return tuple(self._entry(index) for index in range(start, end) if codes[index] != code)

    # ------------------------------------------------------------------ columns and preferences

    def duty_text(self, entry: Entry, origin: str | None, on: date) -> tuple[str, Column | None]:
        """Return the duty of a line for an origin: of the general column, or of the one that stands in its place."""
        for column in self.columns:
            if origin in column.origins and in_force(column.valid_from, column.valid_to, on):
                return entry.mark(column.mark) or f"not stated in the column {column.name}", column
        return entry.duty, None

    @cached_property
    def _preferences(self) -> Mapping[str, tuple[Preference, ...]]:
        groups: dict[str, tuple[str, ...]] = {}
        found: dict[str, list[Preference]] = {}
        for line in self._preferences_text.splitlines():
            if not line or line[0] == "#":
                continue
            first, _, second = line.partition("\t")
            if first[:1] == "=":
                groups[first[1:]] = tuple(second.split())
                continue
            try:
                group, duty, *rest = second.split("\t")
                marks = Entry(first, duty, tuple(rest))
                days = [None if day is None else date.fromisoformat(day) for day in (marks.mark("f"), marks.mark("t"))]
                row = Preference(first, groups[group], duty, days[0], days[1])
            except (ValueError, KeyError):
                raise RulebookError(f"{self.where}: cannot read the preference {shown(line)}") from None
            found.setdefault(first, []).append(row)
        return {code: tuple(rows) for code, rows in found.items()}

    @cached_property
    def _preference_codes(self) -> list[str]:
        return sorted(self._preferences)

    @property
    def has_preferences(self) -> bool:
        """Tell whether preferential duties are in the table."""
        return bool(self._preferences_text.strip())

    def preferences(self, code: str, programme: str, on: date) -> tuple[Preference, ...]:
        """Return the preferential duties of a programme on a day: of the code or its longest beginning, and those below it."""
        found: tuple[Preference, ...] = ()
        for length in range(len(code), 1, -1):
            found = tuple(self._open(code[:length], programme, on))
            if found:
                break
        codes = self._preference_codes
        start, end = bisect_left(codes, code), bisect_left(codes, code + _AFTER_ALL)
        below = (row for name in codes[start:end] if name != code for row in self._open(name, programme, on))
        return (*found, *below)

    def _open(self, code: str, programme: str, on: date) -> Iterator[Preference]:
        for row in self._preferences.get(code, ()):
            if programme in row.programmes and in_force(row.valid_from, row.valid_to, on):
                yield row

    def programmes_of(self, origin: str, on: date) -> tuple[Programme, ...]:
        """Return the programmes in force that benefit an origin."""
        return tuple(
            programme
            for programme in self.programmes.values()
            if programme.countries is not None and origin in programme.countries and programme.covers(on)
            and programme.status == "in_force"
        )  # fmt: skip

    # ------------------------------------------------------------------ doubts

    def warnings(self, on: date) -> Iterator[str]:
        """Yield what an answer from this schedule on a day must say."""
        outside = not in_force(self.valid_from, self.valid_to, on)
        days = f"from {self.valid_from or 'the start'} to {self.valid_to or 'further notice'}"
        if self.old:
            lies = f" (known {days}; {on} lies outside)" if outside else ""
            since = f"changes since {self.as_of} are not in it; import a current one"
            yield f"{self.title}: edition {self.edition} is OLD{lies}: {since}"
        elif outside:
            yield f"{self.title}: edition {self.edition} is known {days}; {on} lies outside, and its duty is used all the same"
        elif on > self.as_of and self.layer != "built-in":
            yield f"{self.title}: imported as of {self.as_of}; changes since are not in it"

    def note_of(self, entry: Entry, on: date) -> Iterator[str]:
        """Yield the notes of a line."""
        mark = entry.mark("n")
        if mark is not None:
            yield f"{self.title}: {entry.code}: {self.notes.get(mark) or self.notes.get('*') or 'a note applies'} ({mark})"
        first = entry.mark("f")
        if first is not None and on.isoformat() < first:
            yield f"{self.title}: {entry.code} is known from {first}; {on} lies before"

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield each line's code and duty."""
        for index in range(len(self._rows[0])):
            entry = self._entry(index)
            yield entry.code, parse(entry.duty)


def _text(head: Mapping[str, Any], key: str, where: str) -> str:
    value = head.get(key)
    if not isinstance(value, str) or not value:
        raise RulebookError(f"{where}: {key} must be a text, not {shown(value)}", field=key, value=value)
    return value


def _list(head: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = head.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise RulebookError(f"{where}: {key} must be a list of texts, not {shown(value)}", field=key, value=value)
    return value


def _tables(head: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    value = head.get(key, [])
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise RulebookError(f"{where}: {key} is a list of tables (`[[{key}]]`), not {shown(value)}", field=key, value=value)
    return value


def _day(head: Mapping[str, Any], key: str, where: str) -> date | None:
    value = head.get(key)
    if value is not None and type(value) is not date:
        raise RulebookError(f"{where}: {key} must be a calendar date, not {shown(value)}", field=key, value=value)
    return value


def _column(row: Mapping[str, Any], where: str) -> Column:
    return Column(
        _text(row, "mark", where), _text(row, "name", where), frozenset(_list(row, "origins", where)),
        _day(row, "valid_from", where), _day(row, "valid_to", where), str(row.get("law", "")),
        str(row.get("note", "")),
    )  # fmt: skip


def _programme(row: Mapping[str, Any], head: Mapping[str, Any], where: str) -> Programme:
    countries = row.get("countries")
    return Programme(
        id=_text(row, "id", where),
        name=_text(row, "name", where),
        countries=None if countries is None else frozenset(_list(row, "countries", where)),
        valid_from=_day(row, "valid_from", where),
        valid_to=_day(row, "valid_to", where),
        proof=str(row.get("proof", head.get("proof", ""))),
        status=str(row.get("status", "in_force")),
        confidence=str(row.get("confidence", "high")),
        source=str(row.get("source", head.get("source", ""))),
        url=str(row.get("url", "")),
        note=str(row.get("note", "")),
    )
