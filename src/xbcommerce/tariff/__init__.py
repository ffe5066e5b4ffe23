"""Tariff: from a commodity code and an origin to the duty.

This release answers from what the caller gives, from uniform rates that are facts of the rulebook, and from a small table of
everyday goods; complete tariff schedules come behind the same interface.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from xbcommerce.errors import RulebookError, UnknownFact
from xbcommerce.rules.facts import Fact, Source, in_force
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
        rows = self._rows.get((place, code[:6]), ())
        for fact in rows:
            if in_force(fact.valid_from, fact.valid_to, on):
                return Duty(fact.text, fact)
        known = f" on {on}; known from {rows[0].valid_from}" if rows else ""
        raise UnknownFact(
            f"the built-in table of everyday goods has no duty of {place} for {code}{known}",
            field="duty", value=code, on=on, hint="give `duty` on the line, such as duty='12 %'",
        )  # fmt: skip


def _read(rulebook: Rulebook) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    text = rulebook.text("tariff", "everyday.csv")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    out: dict[tuple[str, str], tuple[Fact, ...]] = {}
    for row in csv.DictReader(lines):
        figure = literal(f"{row['percent']} %")
        if figure is None:
            raise RulebookError(f"everyday.csv: {row['percent']!r} is no percentage")
        as_of = date.fromisoformat(row["as_of"])
        fact = Fact(
            subject=_SUBJECT, place=row["place"], value=row["percent"], unit="%",
            valid_from=date.fromisoformat(row["valid_from"]), valid_to=None, scope=(("hs", (row["hs"],)),),
            source=Source(id=row["source"], title=row["title"], publisher=row["publisher"], url=row["url"], seen=as_of),
            law="", verified_on=as_of, confidence=row["confidence"], status="in_force", note="", approximates="",
            layer="built-in", ratio=(figure.numerator, figure.denominator),
        )  # fmt: skip
        key = (row["place"], row["hs"])
        out[key] = (*out.get(key, ()), fact)
    return out
