"""Draft the facts of prices from collected facts, and write docs/coverage/prices.md from the rulebook.

    python tools/prices.py draft FACTS > draft.toml   # FACTS holds payments/facts.jsonl, europe/facts.jsonl, corrections.jsonl
    python tools/prices.py page > docs/coverage/prices.md

Origin of the collected facts: the Unicode CLDR through the Babel package (Unicode-3.0 licence), public pages, and general knowledge that
is marked so; collected on 2026-11-22. Only figures are taken over. Samples of how the CLDR prints a price (`price.display.cldr`) are no
law and are left out: prices are written through Babel itself. The draft was then confirmed page by page; the files under
`src/xbcommerce/data/prices/` are the truth and edited by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SUBJECTS = {
    "cash.rounding": "cash.rounding",
    "price.display.tax_inclusive": "price.tax_included",
    "consumer.prior_price_days": "price.prior_days",
}

HEAD = """# Prices

Made from the rulebook by `tools/prices.py`; a test compares them. How to ask: [Show, check and set prices](../how-to/prices.md).

## Confirmed

- Cash rounding in Sweden, Norway, Denmark, Finland, Belgium, Ireland, Italy, Slovakia, Estonia, Lithuania, Czechia, Hungary, Malaysia and Canada:
  step and day. Belgium does not round distance sales, Estonia only a physical point of sale; Slovakia rounds cash on delivery too.
- Dual display: Croatia from 2022-09-05 to 2023-12-31, Bulgaria from 2025-08-08 to 2026-08-08, at the fixed rates.
- Prior prices: the directive, the judgment C-330/23, and the national choices of Germany, France, Italy, Austria, the Netherlands, Ireland,
  Poland, Czechia, Slovakia (from 2024-07-01 only), Denmark, Sweden, Finland, Greece and Norway; Switzerland's rule since 2025.
- The unit price of Great Britain since 2026-04-06.

## Assumed

- The locale of a market is the likely one of the CLDR; other official languages are named in the answer.
- Where no fact of cash rounding is known, the smallest unit is asked for, or the CLDR's coins are taken, and the answer says which.
- Tax included or not outside the places below stands in the jurisdictions' own files; facts of general knowledge are of low confidence.
- A reduction counts as growing step by step only where the history marks its steps as announced (`reduced`).

## Not known, not covered

- What the other member states (Spain, Portugal, Belgium, Hungary, Romania, Bulgaria, Croatia and others) chose for steps, goods that perish and new goods: the plain rule answers and the answer warns.
- The first day in Belgium: pages name 2022-05-28 (taken) and 2022-06-02.
- Prior prices in the United Kingdom, the United States, Canada, Australia and elsewhere: they are tests of what is misleading, without a number.
- Rounding of cash in the states of the United States since the cent is no longer struck: several have rules of their own, none federal.
- Goods that a country excepts from the unit price; Great Britain's quantities before 2026-04-06; customary quantities such as 100 g.
- Grouping of four-digit numbers: some locales (Spanish, Polish, Portuguese of Portugal) leave it out, and Babel has no such data.
- Comparisons with recommended prices of makers or with prices of others, loyalty prices, and offers of several pieces.
- Digits other than 0 to 9: Babel does not write them.

## Endings

Habits, never law, and never applied unless asked for. That an ending raises sales has not been shown for any market.

| ending | markets | evidence | confidence | source |
| --- | --- | --- | --- | --- |"""


def draft(folder: Path) -> Iterator[str]:
    for row in _corrected(folder):
        subject = SUBJECTS.get(row["subject"])
        if subject is None:
            continue
        value = row["value"] if row["value"] in ("true", "false") else f'"{row["value"]}"'
        yield "[[fact]]"
        yield f'subject = "{subject}"\nplace = "{row["jurisdiction"]}"\nvalue = {value}\nunit = "{row["unit"]}"'
        if row.get("valid_from"):
            yield f"valid_from = {row['valid_from']}"
        known = row.get("source_url", "").startswith("http")
        yield f'source = "{"page" if known else "model-knowledge"}"     # {row.get("source_url")}'
        if row.get("law"):
            yield f'law = "{row["law"]}"'
        yield f'confidence = "{row["confidence"]}"\n'


def _corrected(folder: Path) -> Iterator[dict[str, Any]]:
    for name in ("payments", "europe"):
        yield from map(json.loads, (folder / name / "facts.jsonl").read_text(encoding="utf-8").splitlines())
    for line in (folder / "corrections.jsonl").read_text(encoding="utf-8").splitlines():
        correction = json.loads(line)
        if correction["action"] == "add" and correction.get("match", {}).get("subject") in SUBJECTS:
            for row in correction["new"]:
                yield {
                    "subject": correction["match"]["subject"], "unit": "EUR", "confidence": correction["confidence"], **row
                }  # fmt: skip


def page() -> str:
    from xbcommerce.prices import endings
    from xbcommerce.prices.law import facts
    from xbcommerce.rules import Rulebook

    rows = [HEAD]
    for ending in endings():
        cells = (ending.id, ", ".join(ending.places), ending.evidence.replace("_", " "), ending.confidence, ending.source.title)
        rows.append("| " + " | ".join(cells) + " |")
    rows += [
        "",
        "## Every fact",
        "",
        "| subject | place | value | from | to | scope | law | confidence |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for fact in sorted(
        facts(Rulebook.builtin()), key=lambda fact: (fact.subject, fact.place, str(fact.valid_from), fact.scope)
    ):
        scope = ", ".join("/".join(values) for _, values in fact.scope)
        cells = (
            fact.subject, fact.place, fact.text, fact.valid_from or "", fact.valid_to or "", scope, fact.law, fact.confidence,
        )  # fmt: skip
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["draft"]:
        print("\n".join(draft(Path(sys.argv[2]))))
    else:
        print(page(), end="")
