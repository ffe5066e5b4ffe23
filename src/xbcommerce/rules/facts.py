"""Facts: one figure or rule of the law, dated, scoped and cited.

A fact's identity is `subject/place/valid_from[/scope]`; it appears in explanations, the changelog and the docs.
Validity is in local calendar dates, both ends inclusive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.explain import Citation, FactUsed

__all__ = ["CONFIDENCES", "STATUSES", "Fact", "Row", "Source", "in_force", "parse_fact", "parse_source"]

STATUSES = ("in_force", "scheduled", "proposed", "suspended", "observed", "presumed")
"""`proposed` and `suspended` facts are known but never applied; `observed` ones were seen on a day, the law's own dates are
unknown; `presumed` ones stand in for a renewal that is likely but unconfirmed."""
APPLIED = frozenset({"in_force", "scheduled", "observed", "presumed"})
CONFIDENCES = ("high", "medium", "low")

_SUBJECT = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*")
_FRACTION = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_COMMON = frozenset({"verified_on", "confidence", "status", "note"})
_FACT_KEYS = _COMMON | {"subject", "place", "value", "unit", "valid_from", "valid_to", "scope", "source", "law", "approximates"}
_SOURCE_KEYS = frozenset({"title", "publisher", "url", "archived_url", "seen", "licence", "review_every", "law"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from."""

    id: str
    title: str
    publisher: str = ""
    url: str = ""
    seen: date | None = None
    licence: str = ""
    review_every: int | None = None

    @property
    def citation(self) -> Citation:
        """The source as it appears in explanations."""
        return Citation(title=self.title, publisher=self.publisher, url=self.url, seen=self.seen)


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One dated figure or rule.

    Attributes:
        subject: what it is about, from the closed vocabulary.
        place: territory (ISO 3166-1 or -2, or a union such as the customs territory) whose law it is.
        value: as the law prints it: "19" with unit "%".
        unit: "%", an ISO 4217 code, or a unit of the vocabulary.
        valid_from: first day, or None if it reaches back further than the rulebook.
        valid_to: last day, or None if in force until further notice.
        scope: the traits it is limited to, each with its accepted values; more scope is more specific.
        source: where it is written.
        ratio: the value as an exact fraction (a percentage as a share of one), if it is a number.
    """

    subject: str
    place: str
    value: str | bool
    unit: str
    valid_from: date | None
    valid_to: date | None
    scope: tuple[tuple[str, tuple[str, ...]], ...]
    source: Source
    law: str
    verified_on: date | None
    confidence: str
    status: str
    note: str
    approximates: str
    layer: str
    ratio: tuple[int, int]

    @property
    def id(self) -> str:
        """Identity: `subject/place/valid_from[/scope]`."""
        scope = ",".join(f"{name}={'|'.join(values)}" for name, values in self.scope)
        if len(scope) > 60:
            scope = scope[:59] + "…"
        start = self.valid_from or "always"
        return f"{self.subject}/{self.place}/{start}" + (f"/{scope}" if scope else "")

    @property
    def text(self) -> str:
        """The value with its unit, for people."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return self.value if self.unit in ("code", "1") else f"{self.value} {self.unit}"

    def covers(self, on: date) -> bool:
        """Tell whether the fact is applied on a day."""
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)

    def used(self) -> FactUsed:
        """Return the fact as it appears in explanations."""
        return FactUsed(
            id=self.id,
            value=self.text,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            law=self.law,
            citation=self.source.citation,
            verified_on=self.verified_on,
            confidence=self.confidence,
            status=self.status,
            layer=self.layer,
        )


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Tell whether a day lies within two inclusive ends, either of which may be open."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def parse_source(name: str, row: object, *, where: str) -> Source:
    """Return a source record, or raise `RulebookError` with file, key and reason."""
    where = f"{where}, source {shown(name)}"
    row = a_table(row, where, "a source")
    known_keys(row, _SOURCE_KEYS, where)
    if not a_text(row, "title", where):
        raise RulebookError(f"{where}: title is missing", field="title")
    days = row.get("review_every")
    if days is not None and (type(days) is not int or days < 1):
        raise RulebookError(f"{where}: review_every is a number of days, not {shown(days)}", field="review_every", value=days)
    return Source(
        id=name,
        title=row["title"],
        publisher=a_text(row, "publisher", where),
        url=a_text(row, "url", where),
        seen=a_date(row, "seen", where),
        licence=a_text(row, "licence", where),
        review_every=days,
    )


def parse_fact(row: Row, *, place: str, sources: Mapping[str, Source], units: frozenset[str], where: str, layer: str) -> Fact:
    """Return a fact, or raise `RulebookError` with file, key and reason."""
    subject = row.get("subject")
    where = f"{where}, fact {shown(subject)}"
    known_keys(row, _FACT_KEYS, where)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise RulebookError(
            f"{where}: subject must be lower-case words joined by points, not {shown(subject)}", field="subject", value=subject
        )
    value, unit = row.get("value"), row.get("unit")
    valid_from, valid_to = dates(row, where)
    return Fact(
        subject=subject,
        place=a_text(row, "place", where, place),
        value=value,  # type: ignore[arg-type]  # _ratio checks it
        unit=unit,  # type: ignore[arg-type]  # _ratio checks it
        valid_from=valid_from,
        valid_to=valid_to,
        scope=_scope(row.get("scope", {}), where),
        source=cited(row, sources, where),
        law=a_text(row, "law", where),
        verified_on=a_date(row, "verified_on", where),
        confidence=one_of(row, "confidence", CONFIDENCES, where, "high"),
        status=one_of(row, "status", STATUSES, where, "in_force"),
        note=a_text(row, "note", where),
        approximates=a_text(row, "approximates", where),
        layer=layer,
        ratio=_ratio(value, unit, units, where),
    )


def known_keys(row: Row, keys: frozenset[str], where: str) -> None:
    """Refuse keys that mean nothing: a misspelt key must not be ignored."""
    for key in row:
        if key not in keys:
            raise RulebookError(
                f"{where}: unknown key {shown(key)}", field=key if isinstance(key, str) else None, value=key,
                allowed=sorted(keys), hint=suggest(key, keys),
            )  # fmt: skip


def a_table(value: object, where: str, what: str) -> Row:
    """Return what must be a table (a mapping), or raise `RulebookError`."""
    if not isinstance(value, Mapping):
        raise RulebookError(f"{where}: {what} is a table, not {shown(value)}", value=value)
    return value


def a_text(row: Row, key: str, where: str, default: str = "") -> str:
    """Return what must be a text of a row."""
    value = row.get(key, default)
    if not isinstance(value, str):
        raise RulebookError(f"{where}: {key} must be a text in quotes, not {shown(value)}", field=key, value=value)
    return value


def one_of(row: Row, key: str, accepted: Sequence[str], where: str, default: str) -> str:
    """Return what must be one of the accepted words."""
    value = row.get(key, default)
    if not isinstance(value, str) or value not in accepted:
        raise RulebookError(
            f"{where}: {key} {shown(value)} is none of {', '.join(accepted)}", field=key, value=value, allowed=accepted,
            hint=suggest(value, accepted),
        )  # fmt: skip
    return value


def a_date(row: Row, key: str, where: str) -> date | None:
    """Return a calendar date of a row, or None; a time of day is refused."""
    value = row.get(key)
    if value is None:
        return None
    if type(value) is not date:
        raise RulebookError(
            f"{where}: {key} must be a calendar date such as 2026-07-01, not {shown(value)}", field=key, value=value
        )
    return value


def dates(row: Row, where: str) -> tuple[date | None, date | None]:
    """Return both inclusive ends of a row's validity."""
    start, end = a_date(row, "valid_from", where), a_date(row, "valid_to", where)
    if start and end and end < start:
        raise RulebookError(f"{where}: valid_to {end} lies before valid_from {start}", field="valid_to", value=end)
    if end == date.max:
        raise RulebookError(
            f"{where}: valid_to {end} is the end of the calendar", field="valid_to", value=end,
            hint="leave it out: without an end it holds until further notice",
        )  # fmt: skip
    return start, end


def cited(row: Row, sources: Mapping[str, Source], where: str) -> Source:
    """Return the source that a row names."""
    name = row.get("source")
    if not isinstance(name, str) or name not in sources:
        raise RulebookError(
            f"{where}: source {shown(name)} is not defined in this file", field="source", value=name, allowed=sources,
            hint=suggest(name, sources),
        )  # fmt: skip
    return sources[name]


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)


def _scope(scope: object, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(scope, Mapping) or not all(isinstance(name, str) for name in scope):
        raise RulebookError(f"{where}: scope is a table of traits, not {shown(scope)}", field="scope", value=scope)
    out = []
    for name, content in sorted(scope.items()):
        values = content if isinstance(content, list | tuple) else [content]
        for value in values:
            if not isinstance(value, str | bool):
                raise RulebookError(
                    f"{where}: scope {name} must be texts or true or false, not {shown(value)}",
                    field=f"scope.{name}",
                    value=value,
                )
        out.append((name, tuple(map(trait_text, values))))
    return tuple(out)


def trait_text(value: str | bool) -> str:  # noqa: FBT001 - either is a trait's value
    """Return a trait's value as text, so that `true` in a file and `True` in Python are the same."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _ratio(value: object, unit: object, units: frozenset[str], where: str) -> tuple[int, int]:
    if not isinstance(unit, str) or unit not in units:
        raise RulebookError(
            f"{where}: unit {shown(unit)} is neither a currency nor a unit of the vocabulary", field="unit", value=unit,
            hint=suggest(unit, units),
        )  # fmt: skip
    if unit == "bool":
        if not isinstance(value, bool):
            raise RulebookError(f"{where}: value must be true or false, not {shown(value)}", field="value", value=value)
        return int(value), 1
    if not isinstance(value, str) or not value:
        raise RulebookError(
            f"{where}: value must be a text in quotes, not {shown(value)}: numbers of TOML are not exact",
            field="value",
            value=value,
        )
    if unit == "code":
        return 0, 1
    if unit == "1" and (fraction := _FRACTION.fullmatch(value)):
        return int(fraction[1]), int(fraction[2])
    if not _NUMBER.fullmatch(value):
        raise RulebookError(f"{where}: value {shown(value)} is not a plausible number", field="value", value=value)
    numerator, denominator = Decimal(value).as_integer_ratio()
    return (numerator, denominator * 100) if unit == "%" else (numerator, denominator)
