"""Decision tables: rows read from the top; the first row whose validity and conditions hold fires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xbcommerce.errors import PresumedFact, RulebookError, UnknownFact, shown
from xbcommerce.rules.conditions import Question, Test, TraitTest, all_hold, compile_when
from xbcommerce.rules.facts import APPLIED, Source, cited, dates, in_force, known_keys, trait_text
from xbcommerce.rules.vocabulary import Vocabulary

__all__ = ["Row", "Table"]

_TABLE_KEYS = frozenset({"id", "on", "dated_by", "fx", "choices", "row", "question"})
_ROW_KEYS = frozenset(
    {
        "id",
        "valid_from",
        "valid_to",
        "when",
        "any_line",
        "regimes",
        "refuse",
        "source",
        "law",
        "note",
        "status",
        "confidence",
        "verified_on",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row: from when to when, under which conditions, with what answer.

    Attributes:
        when: conditions that must hold, those about lines for every line.
        any_line: conditions about lines, all of which must hold for one and the same line at least.
    """

    id: str
    valid_from: date | None
    valid_to: date | None
    when: tuple[Test, ...]
    any_line: tuple[Test, ...]
    answer: tuple[str, ...]
    refuse: str | None
    source: Source | None
    law: str
    note: str
    status: str
    confidence: str
    verified_on: date | None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A dated decision table of one place.

    Attributes:
        on: "consignment" (one decision for the order) or "line" (one for each line).
        choices: columns that are somebody's choice, with their accepted values; the first is assumed when the caller is silent.
    """

    id: str
    place: str
    on: str
    dated_by: str
    fx: str | None
    choices: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]

    def rows_on(self, on: date) -> tuple[Row, ...]:
        """Return the rows that are in force on a day."""
        return tuple(row for row in self.rows if row.status in APPLIED and in_force(row.valid_from, row.valid_to, on))

    def rows_for(self, on: date, territory: str) -> tuple[Row, ...]:
        """Return the rows in force on a day that may fire for a territory: what they ask of it is settled beforehand."""
        out = []
        for row in self.rows_on(on):
            about = [test for test in row.when if isinstance(test, TraitTest) and test.name == "ship_to"]
            if all((territory in test.values) != test.negated for test in about):
                out.append(replace(row, when=tuple(test for test in row.when if test not in about)) if about else row)
        return tuple(out)

    @staticmethod
    def select(rows: Sequence[Row], question: Question, lines: Sequence[int]) -> Row | None:
        """Return the first row whose conditions hold; one about lines must hold for all of them."""
        return next((row for row in rows if _holds(row, question, lines)), None)

    @classmethod
    def parse(
        cls, body: Mapping[str, Any], *, place: str, sources: Mapping[str, Source], vocabulary: Vocabulary,
        defaults: Mapping[str, Any], where: str,
    ) -> Table:  # fmt: skip
        """Compile a table, or raise `RulebookError`."""
        if not isinstance(body, Mapping):
            raise RulebookError(f"{where}: [[table]] is a table, not {shown(body)}")
        where = f"{where}, table {body.get('id')!r}"
        known_keys(body, _TABLE_KEYS, where)
        if not isinstance(body.get("id"), str):
            raise RulebookError(f"{where}: id is missing")
        if body.get("on", "consignment") not in ("consignment", "line"):
            raise RulebookError(f"{where}: on is 'consignment' or 'line', not {shown(body['on'])}")
        for word, known in (("dated_by", "the name of a day"), ("fx", "the subject of a fact")):
            if not isinstance(body.get(word, ""), str):
                raise RulebookError(f"{where}: {word} is {known}, not {shown(body[word])}")
        if not isinstance(body.get("row", []), list):
            raise RulebookError(f"{where}: rows are written [[table.row]]")
        rows = tuple(_row(row, sources, vocabulary, defaults, where) for row in body.get("row", ()))
        names = [row.id for row in rows]
        if len(set(names)) != len(names):
            raise RulebookError(f"{where}: two rows have the same id")
        return cls(
            id=body["id"],
            place=place,
            on=body.get("on", "consignment"),
            dated_by=body.get("dated_by", "entry"),
            fx=body.get("fx"),
            choices=_choices(body.get("choices", {}), vocabulary, where),
            rows=rows,
        )


def _holds(row: Row, question: Question, lines: Sequence[int]) -> bool:
    for test in row.when:
        if test.by_line:
            for line in lines:
                if not test.holds(question, line):
                    return False
        elif not test.holds(question, None):
            return False
    return not row.any_line or _holds_for_one(row.any_line, question, lines)


def _holds_for_one(tests: Sequence[Test], question: Question, lines: Sequence[int]) -> bool:
    """Tell whether the tests hold for one line; a line that cannot be told does not hide one for which they do."""
    unknown: UnknownFact | None = None
    for line in lines:
        try:
            if all_hold(tests, question, line):
                return True
        except PresumedFact:
            raise
        except UnknownFact as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False


def _row(
    row: Mapping[str, Any], sources: Mapping[str, Source], vocabulary: Vocabulary, defaults: Mapping[str, Any], where: str
) -> Row:
    if not isinstance(row, Mapping):
        raise RulebookError(f"{where}: a row is a table, not {shown(row)}")
    where = f"{where}, row {row.get('id')!r}"
    known_keys(row, _ROW_KEYS, where)
    row = {**defaults, **row}
    answer, refuse = row.get("regimes"), row.get("refuse")
    if (answer is None) == (refuse is None):
        raise RulebookError(f"{where}: a row has either regimes or refuse")
    if refuse is not None and (not isinstance(refuse, str) or not refuse):
        raise RulebookError(f"{where}: refuse says why, not {shown(refuse)}")
    if answer is not None and (not isinstance(answer, list) or not all(isinstance(name, str) for name in answer)):
        raise RulebookError(f"{where}: regimes is a list of names, not {shown(answer)}")
    any_line = compile_when(row.get("any_line", {}), vocabulary, f"{where}, any_line")
    for test in any_line:
        if not test.by_line:
            raise RulebookError(f"{where}: any_line holds conditions about lines; those about the order stand in when")
    start, end = dates(row, where)
    return Row(
        id=str(row.get("id", "")),
        valid_from=start,
        valid_to=end,
        when=compile_when(row.get("when", {}), vocabulary, where),
        any_line=any_line,
        answer=tuple(answer or ()),
        refuse=refuse,
        source=cited(row, sources, where) if "source" in row else None,
        law=row.get("law", ""),
        note=row.get("note", ""),
        status=row.get("status", "in_force"),
        confidence=row.get("confidence", "high"),
        verified_on=row.get("verified_on"),
    )


def _choices(body: object, vocabulary: Vocabulary, where: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(body, Mapping):
        raise RulebookError(f"{where}: choices is a table of traits, not {shown(body)}")
    out = {}
    for name, values in body.items():
        if name not in vocabulary.traits or not isinstance(values, list) or not values:
            raise RulebookError(f"{where}: choice {name!r} must be a known trait with a list of values")
        out[name] = tuple(trait_text(value) for value in values)
        for value in out[name]:
            if not vocabulary.traits[name].accepts(value, vocabulary.classes):
                raise RulebookError(f"{where}: choice {name!r}: {shown(value)} is not in its domain")
    return out
