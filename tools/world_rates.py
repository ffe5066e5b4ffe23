"""Draft the general consumption taxes of places outside Europe and the United States: one TOML file a place.

Input: `facts.jsonl` and `corrections.jsonl` of a collection of researched facts (figures and dates read on official pages and in the
press, each row with its address; collected 2026-11-22, own work). From them come the general rate and its windows, and the value up
to which the tax is charged at the sale. This was the first draft only: names, classes of goods, histories and corrections were then
written by hand, and the TOML files are the truth. A file that exists is left alone.

    python tools/world_rates.py facts.jsonl corrections.jsonl src/xbcommerce/data/jurisdictions
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

SUBJECTS = {
    "vat.standard_rate": "tax.rate",
    "vat.temporary_rate": "tax.rate",
    "vat.lvg_regime": "tax.threshold.point_of_sale",
}
COLLECTED = date(2026, 11, 22)
BLOCKS = (
    ("tax.name", "the tax"),
    ("tax.exists", "the tax"),
    ("tax.rate", "rates"),
    ("tax.exempt", "exempt without deduction"),
    ("tax.general_rate_applies", "confirmed: the general rate"),
    ("tax.higher_rate", "rates by the price of a piece"),
    ("tax.second_in_base", "how both taxes add up"),
    ("tax.price_display", "prices and rounding"),
    ("tax.rounding", "prices and rounding"),
    ("tax.low_value", "low-value goods from abroad"),
    ("tax.threshold", "low-value goods from abroad"),
    ("tax.min_collection", "low-value goods from abroad"),
)
ORDER = [subject for subject, _ in BLOCKS]
FIELDS = (
    "subject",
    "place",
    "value",
    "unit",
    "scope",
    "valid_from",
    "valid_to",
    "source",
    "law",
    "verified_on",
    "confidence",
    "status",
    "note",
)

Row = dict[str, Any]


def main(facts: Path, corrections: Path, target: Path) -> None:
    """Write a draft for every country of the collection that has no file yet."""
    rows = corrected(read(facts), read(corrections))
    by_place: dict[str, list[Row]] = {}
    for row in rows:
        if row["subject"] in SUBJECTS and "-" not in row["jurisdiction"]:
            by_place.setdefault(row["jurisdiction"], []).append(row)
    for place, found in sorted(by_place.items()):
        path = target / f"{place}.toml"
        if not path.exists():
            sources, drafted = drafts(found)
            path.write_text(render(place, place, sources, drafted), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def corrected(rows: list[Row], corrections: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Apply the corrections of single fields; the others were applied by hand."""
    for change in corrections:
        if (
            change["action"] == "change"
            and change["file"].startswith("world/")
            and change["field"] in {"valid_from", "valid_to"}
        ):
            for row in rows:
                if all(row.get(name) == value for name, value in change["match"].items()):
                    row[change["field"]] = change["new"]
    return rows


def drafts(rows: list[Row]) -> tuple[dict[str, Row], list[Row]]:
    """Return sources and facts; a row without an address is carried with low confidence."""
    sources: dict[str, Row] = {}
    facts = []
    for row in rows:
        url = row.get("source_url") or ""
        name = re.sub(r"[^a-z0-9]+", "-", (row.get("source_title") or "not confirmed").lower()).strip("-")[:30]
        sources[name] = {"title": row.get("source_title") or "not confirmed on a stored page", "url": url, "seen": COLLECTED}
        facts.append(
            {
                "subject": SUBJECTS[row["subject"]],
                "value": row["value"],
                "unit": row["unit"],
                "valid_from": date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
                "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                "source": name,
                "law": row.get("law") or None,
                "confidence": row["confidence"] if url else "low",
            }
        )
    return sources, facts


def render(
    place: str, name: str, sources: Mapping[str, Row], facts: Iterable[Row], subjects: Mapping[str, str] | None = None
) -> str:
    """Return the text of a file: sources, then facts by subject, class and date, a comment a block."""
    ordered = sorted(facts, key=_key)
    used = [source for source in sources if any(fact["source"] == source for fact in ordered)]
    newest = {sources[source]["seen"] for source in used}
    default = newest.pop() if len(newest) == 1 else COLLECTED
    parts = [f'place = "{place}"\nname = "{name}"\n\n[defaults]\nverified_on = {default}\n']
    for source in used:
        body = "".join(f"{key} = {_toml(value)}\n" for key, value in sources[source].items() if value)
        parts.append(f"\n[source.{source}]\n{body}")
    parts += [f'\n[subject."{subject}"]\nmeaning = {_toml(meaning)}\n' for subject, meaning in (subjects or {}).items()]
    block = ""
    for fact in ordered:
        if (heading := _block(fact)) != block:
            block = heading
            parts.append(f"\n# {'-' * 66} {block}\n")
        seen = sources[fact["source"]]["seen"]
        row = {**fact, "verified_on": seen if seen != default else None}
        if row.get("confidence") == "high":
            row["confidence"] = None
        parts.append("\n[[fact]]\n" + "".join(f"{key} = {_toml(row[key])}\n" for key in FIELDS if row.get(key) is not None))
    return "".join(parts)


def _key(fact: Row) -> tuple[Any, ...]:
    rank = next((number for number, subject in enumerate(ORDER) if fact["subject"].startswith(subject)), len(ORDER))
    scope = fact.get("scope") or {}
    classes = scope.get("goods_class") or scope.get("hs") or []
    return (
        _block(fact) != "the tax",
        rank,
        fact["subject"],
        fact.get("place") or "",
        classes,
        fact.get("valid_from") or date.min,
    )


def _block(fact: Row) -> str:
    return next((heading for subject, heading in BLOCKS if fact["subject"].startswith(subject)), "further")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
