"""Write docs/coverage/requirements.md from the rulebook, or compare the rulebook with a folder of researched facts.

python tools/requirements.py > docs/coverage/requirements.md
python tools/requirements.py --raw FOLDER     names the researched rows whose place has no rule of their topic

The facts in src/xbcommerce/data/requirements/ were written by hand from three collections of researched rows (world, Europe,
product certificates; collected 2026-11-22, corrections applied) and from the pages that each row cites, seen on 2026-11-25.
Figures and rules were taken over, texts were not; every source is a public page, cited with its address.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from xbcommerce.landed.requirement_facts import AREA_WORDS, AREAS, Law, Rule, law_of
from xbcommerce.rules import Rulebook

HEAD = """# Import requirements

Made from the rulebook by `tools/requirements.py`; a test compares them. How to ask: [Import requirements](../how-to/import-requirements.md).

No list here is complete. What a destination has no row for is *not known*; an answer says so, area by area.

## Confirmed

- Numbers of the recipient: Brazil, Korea, Türkiye, South Africa, India, Chile, Ecuador, Mexico, Indonesia, Saudi Arabia, Israel, China, Taiwan on pages of authorities, posts or carriers.
- Declaration: ICS2 and the product identifiers of the Union (voluntary from 2026-07-01, required from 2026-11-01), six-digit codes in the post (2025-09-01), the mail-order flag of Japan, FDA data and prior notice and the CPSC certificate filing of the United States.
- Certificates: the Union's responsible person, radio, battery, cosmetics, textile and packaging rules, UKCA or CE and connected products in Great Britain, PSE and domestic administrator in Japan, FCC, G-mark of toys, SABER, RCM and button batteries in Australia, SAFETY Mark, certificates of approval in Malaysia, PVoC and SONCAP, ANATEL.
- Restrictions: animal products in the Union, tobacco and vapes in United States mail, vapes and tobacco in Australia, the minimum price of Indonesia, gifts, drones and e-cigarettes in India, personal amounts of cosmetics and medicines in Japan.

## Assumed

- Goods are told by trait, class and commodity code; groups of goods are drawn wide where a law's own list was not at hand, and such a requirement is *possible* until the order says more.
- For own use many certificates are not asked; where a page says so the rule is split by `personal_use`, elsewhere the split is general knowledge (confidence low).
- Rows that cite no page ("general knowledge of the trade") have confidence low and are told as a warning with every answer that rests on them.
- A rule without a first day reaches back as far as the rulebook.

## Not known, not covered

- Lists by tariff line: BIS and quality control orders, CCC, KC, PSE, INMETRO, TISI, SNI, SASO product lists, the positive list of China; which of a group's goods are on them is not told.
- Most of Africa, Central Asia, Central America, the Pacific and the Caribbean; Russia and Belarus beyond a few rows.
- National rules of the Union's member states beyond packaging and electronics in a few; product rules of single states of the United States but one.
- Acceptance of dangerous goods by single posts and carriers; export controls, sanctions, intellectual property.
- Check digits of numbers: only their shape is looked at (see `tax.numbers` for tax numbers).

## Check next

The start of the Union's product identifiers in practice (2026-11-01), halal enforcement in Indonesia (2026-10-18), the renewal of Korea's personal codes, BIS orders after the withdrawals of late 2025, CPSC filing (2026-07-08).
"""


def rows(law: Law) -> Iterator[Rule]:
    for place in sorted(law.rules):
        yield from sorted(law.rules[place], key=lambda rule: (rule.topic, rule.fact.subject, str(rule.fact.valid_from or "")))


def page(law: Law) -> str:
    out = [
        HEAD,
        "## Rules by place and area",
        "",
        f"| place | {' | '.join(AREA_WORDS)} |",
        f"| --- |{' ---: |' * len(AREA_WORDS)}",
    ]
    for place in sorted(law.rules):
        count = Counter(AREAS[rule.topic] for rule in law.rules[place])
        out.append(
            f"| {'everywhere' if place == '*' else place} | {' | '.join(str(count[area] or '') for area in AREA_WORDS)} |"
        )
    confidence = Counter(rule.fact.confidence for rule in rows(law))
    told = ", ".join(f"{confidence[word]} {word}" for word in ("high", "medium", "low"))
    out += ["", f"{sum(confidence.values())} dated rules; confidence: {told}.", "", "## Every rule", ""]
    out += ["| place | id | topic | severity | from | to | what | confidence | source |"]
    out += ["| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for rule in rows(law):
        fact = rule.fact
        source = f"[{fact.source.title}]({fact.source.url})" if fact.source.url else "no page seen"
        place = "everywhere" if fact.place == "*" else fact.place
        cells = (
            place,
            fact.subject,
            rule.topic,
            rule.severity,
            fact.valid_from or "",
            fact.valid_to or "",
            fact.text,
            fact.confidence,
            source,
        )
        out.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(out)


AREA_OF_RAW = {"requirement": None, "product_safety": "products", "epr": "products", "customs": "declaration"}


def unmatched(law: Law, folder: Path) -> Iterator[str]:
    """Yield researched rows whose place (or its members) has no rule in the area."""
    groups = {"GCC": "SA"}
    for name in ("world/facts.jsonl", "europe/facts.jsonl", "localization/certificates.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            subject = row.get("subject") or "certificate"
            head = subject.partition(".")[0]
            if head not in (*AREA_OF_RAW, "certificate") or (head == "customs" and subject != "customs.product_identifiers"):
                continue
            area = "products" if head == "certificate" else AREA_OF_RAW[head]
            if subject == "requirement.consignee_id":
                area = "recipient"
            place = groups.get(row["jurisdiction"], row["jurisdiction"])
            if not any(area in (None, AREAS[rule.topic]) for rule in law.rules.get(place, ())):
                yield f"{name}: {row['jurisdiction']} {subject} {row.get('mark', row.get('value'))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path)
    given = parser.parse_args()
    law = law_of(Rulebook.builtin())
    print("\n".join(unmatched(law, given.raw)) if given.raw else page(law))


if __name__ == "__main__":
    main()
