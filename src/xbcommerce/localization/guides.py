"""Guides: what people of a market should know and no check can see. Shown when asked for, never a finding."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.explain import Citation, Result
from xbcommerce.localization.rules import Checks, place_of
from xbcommerce.rules.facts import in_force
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Guide", "guides"]


class Guide(Result):
    """A sentence for people.

    Attributes:
        id, topic, subject: what it is about (symbol, map, number, colour, formality, address_name ...).
        text: the sentence.
        evidence, confidence: what it rests on, and how sure we are.
        law, source: where it is written, if it is.
    """

    id: str
    topic: str
    subject: str
    text: str
    evidence: str
    confidence: str
    law: str
    source: Citation | None
    note: str

    def __str__(self) -> str:
        """Return the guide in one line."""
        return f"{self.topic}: {self.subject}: {self.text} ({self.evidence}, {self.confidence})"


def guides(
    market: str, *, on: date | str, topic: str | None = None, language: str | None = None, rulebook: Rulebook | None = None
) -> tuple[Guide, ...]:
    """Return what is known of a market's culture and language laws on a day.

    >>> [guide.subject for guide in guides("JP", on="2026-11-22", topic="number")][:2]
    ['4', '9']
    """
    day, book = a_day(on), rulebook or Rulebook.builtin()
    place = place_of(market, day, Checks.of(book).groups)
    here = place.parts | {"*"}
    out = []
    for row in _rows(book):
        spoken = language is not None and any(name.partition("-")[0] == language for name in row["markets"])
        if (not here & set(row["markets"]) and not spoken) or topic not in (None, row["topic"]):
            continue
        if in_force(_day(row, "valid_from"), _day(row, "valid_to"), day):
            out.append(_guide(row))
    return tuple(out)


def _rows(rulebook: Rulebook) -> list[Mapping[str, Any]]:
    def read() -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = tomllib.loads(rulebook.text("localization", "guides.toml"))["guide"]
        return rows

    return rulebook.compiled("localization.guides", read)  # type: ignore[no-any-return]


def _day(row: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(row[key]) if row.get(key) else None


def _guide(row: Mapping[str, Any]) -> Guide:
    source = Citation(title=row["title"], url=row.get("url", ""), seen=_day(row, "seen")) if row.get("title") else None
    return Guide(
        id=row["id"], topic=row["topic"], subject=row["subject"], text=row["text"], evidence=row["evidence"],
        confidence=row["confidence"], law=row.get("law", ""), source=source, note=row.get("note", ""),
    )  # fmt: skip
