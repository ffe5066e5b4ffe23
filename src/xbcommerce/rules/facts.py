"""Facts: one figure or rule of the law, dated, scoped and cited.

A fact's identity is `subject/place/valid_from[/scope]`; it appears in explanations, the changelog and the docs.
Validity is in local calendar dates, both ends inclusive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
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
    where = f"{where}, source {name!r}"
    if not isinstance(row, Mapping):
        raise RulebookError(f"{where}: a source is a table, not {shown(row)}")
    known_keys(row, _SOURCE_KEYS, where)
    if not isinstance(row.get("title"), str) or not row["title"]:
        raise RulebookError(f"{where}: title is missing")
    return Source(
        id=name,
        title=row["title"],
        publisher=row.get("publisher", ""),
        url=row.get("url", ""),
        seen=a_date(row, "seen", where),
        licence=row.get("licence", ""),
        review_every=row.get("review_every"),
    )


def parse_fact(row: Row, *, place: str, sources: Mapping[str, Source], units: frozenset[str], where: str, layer: str) -> Fact:
    """Return a fact, or raise `RulebookError` with file, key and reason."""
    subject = row.get("subject")
    where = f"{where}, fact {subject!r}"
    known_keys(row, _FACT_KEYS, where)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise RulebookError(f"{where}: subject must be lower-case words joined by points, not {shown(subject)}")
    value, unit = row.get("value"), row.get("unit")
    valid_from, valid_to = dates(row, where)
    if row.get("status", "in_force") not in STATUSES:
        raise RulebookError(f"{where}: status {shown(row['status'])} is none of {', '.join(STATUSES)}")
    if row.get("confidence", "high") not in CONFIDENCES:
        raise RulebookError(f"{where}: confidence {shown(row['confidence'])} is none of {', '.join(CONFIDENCES)}")
    return Fact(
        subject=subject,
        place=row.get("place", place),
        value=value,  # type: ignore[arg-type]  # _ratio checks it
        unit=unit,  # type: ignore[arg-type]  # _ratio checks it
        valid_from=valid_from,
        valid_to=valid_to,
        scope=_scope(row.get("scope", {}), where),
        source=cited(row, sources, where),
        law=row.get("law", ""),
        verified_on=a_date(row, "verified_on", where),
        confidence=row.get("confidence", "high"),
        status=row.get("status", "in_force"),
        note=row.get("note", ""),
        approximates=row.get("approximates", ""),
        layer=layer,
        ratio=_ratio(value, unit, units, where),
    )


def known_keys(row: Row, keys: frozenset[str], where: str) -> None:
    """Refuse keys that mean nothing: a misspelt key must not be ignored."""
    for key in row:
        if key not in keys:
            hint = suggest(str(key), keys)
            raise RulebookError(f"{where}: unknown key {shown(key)}", hint=hint, allowed=sorted(keys))


def a_date(row: Row, key: str, where: str) -> date | None:
    """Return a calendar date of a row, or None; a time of day is refused."""
    value = row.get(key)
    if value is None:
        return None
    if type(value) is not date:
        raise RulebookError(f"{where}: {key} must be a calendar date such as 2026-07-01, not {shown(value)}")
    return value


def dates(row: Row, where: str) -> tuple[date | None, date | None]:
    """Return both inclusive ends of a row's validity."""
    start, end = a_date(row, "valid_from", where), a_date(row, "valid_to", where)
    if start and end and end < start:
        raise RulebookError(f"{where}: valid_to {end} lies before valid_from {start}")
    return start, end


def cited(row: Row, sources: Mapping[str, Source], where: str) -> Source:
    """Return the source that a row names."""
    name = row.get("source")
    if not isinstance(name, str) or name not in sources:
        hint = suggest(name, sources) if isinstance(name, str) else None
        raise RulebookError(f"{where}: source {shown(name)} is not defined in this file", hint=hint)
    return sources[name]


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)


def _scope(scope: object, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(scope, Mapping):
        raise RulebookError(f"{where}: scope is a table of traits, not {shown(scope)}")
    return tuple(
        (name, tuple(trait_text(item) for item in (values if isinstance(values, list) else [values])))
        for name, values in sorted(scope.items())
    )


def trait_text(value: str | bool) -> str:  # noqa: FBT001 - either is a trait's value
    """Return a trait's value as text, so that `true` in a file and `True` in Python are the same."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _ratio(value: object, unit: object, units: frozenset[str], where: str) -> tuple[int, int]:
    if not isinstance(unit, str) or unit not in units:
        raise RulebookError(f"{where}: unit {shown(unit)} is neither a currency nor a unit of the vocabulary")
    if unit == "bool":
        if not isinstance(value, bool):
            raise RulebookError(f"{where}: value must be true or false, not {shown(value)}")
        return int(value), 1
    if not isinstance(value, str) or not value:
        raise RulebookError(f"{where}: value must be a text in quotes, not {shown(value)}: numbers of TOML are not exact")
    if unit == "code":
        return 0, 1
    if unit == "1" and (fraction := _FRACTION.fullmatch(value)):
        return int(fraction[1]), int(fraction[2])
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise RulebookError(f"{where}: value {shown(value)} is not a plausible number")
    numerator, denominator = number.as_integer_ratio()
    return (numerator, denominator * 100) if unit == "%" else (numerator, denominator)
