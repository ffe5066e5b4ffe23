"""Tariff: from a commodity code and an origin to the duty.

This release answers from what the caller gives, from uniform rates that are facts of the rulebook, and from a small table of
everyday goods; complete tariff schedules come behind the same interface.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from xbcommerce.errors import RulebookError, UnknownFact
from xbcommerce.rules.facts import Fact, Source
from xbcommerce.rules.figures import literal
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Duty", "Everyday", "Tariff"]

_SUBJECT = "tariff.duty"


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of the tariff: the rule in words of the charge schedule ("12 %", a table of words) and the fact it rests on."""

    rule: str | Mapping[str, object]
    fact: Fact


class Tariff(Protocol):
    """Anything that knows duties."""

    def duty(self, place: str, code: str, *, origin: str | None, on: date) -> Duty:
        """Return the ordinary duty of a commodity code in a customs territory.

        Raises:
            UnknownFact: if the schedule does not know the code on that day, or more digits are needed.
        """


class Everyday:
    """Ordinary ad valorem duties of everyday goods by HS subheading, where all national lines under it have the same rate.

    The table is `data/tariff/everyday.csv` of the rulebook; its head names the official schedules and their editions.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rows = rulebook.compiled("tariff.everyday", lambda: _read(rulebook))

    def duty(self, place: str, code: str, *, origin: str | None, on: date) -> Duty:  # noqa: ARG002 - no preferences here
        """Return the ordinary duty; see `Tariff`."""
        fact = self._rows.get((place, code[:6]))
        if fact is not None and fact.covers(on):
            return Duty(fact.text, fact)
        known = f" on {on}; known from {fact.valid_from}" if fact else ""
        raise UnknownFact(
            f"the built-in table of everyday goods has no duty of {place} for {code}{known}",
            field="duty", value=code, on=on, hint="give `duty` on the line, such as duty='12 %'",
        )  # fmt: skip


def _read(rulebook: Rulebook) -> Mapping[tuple[str, str], Fact]:
    editions = tomllib.loads(rulebook.text("tariff", "everyday.toml"))
    lines = [line for line in rulebook.text("tariff", "everyday.csv").splitlines() if line and not line.startswith("#")]
    return {(row["edition"], row["hs"]): _fact(row, editions[row["edition"]]) for row in csv.DictReader(lines)}


def _fact(row: Mapping[str, str], edition: Mapping[str, Any]) -> Fact:
    figure = literal(f"{row['percent']} %")
    if figure is None:
        raise RulebookError(f"everyday.csv: {row['percent']!r} is no percentage")
    return Fact(
        subject=_SUBJECT,
        place=row["edition"],
        value=row["percent"],
        unit="%",
        valid_from=edition["valid_from"],
        valid_to=None,
        scope=(("hs", (row["hs"],)),),
        source=Source(f"tariff-{row['edition']}", edition["title"], edition["publisher"], edition["url"], edition["as_of"]),
        law="",
        verified_on=edition["as_of"],
        confidence=edition["confidence"],
        status="in_force",
        note=edition.get("note", ""),
        approximates="",
        layer="built-in",
        ratio=(figure.numerator, figure.denominator),
    )
