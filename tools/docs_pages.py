"""Write the docs pages that are made from the rulebook and from the code's own answers:

    python tools/docs_pages.py

Pages: docs/coverage/tax-rates.md (general rates of every place), docs/coverage/destinations.md (every destination of quotes),
docs/reference/decision-tables.md (every table with its rows), docs/reference/decision-matrix.md (who owes and who collects on
typical sales), docs/coverage/listing-law.md (what listings must show, may not say, and in which language), docs/reference/categories.md and
docs/reference/listing-words.md. A test compares them with what is made now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from xbcommerce.cases import read
from xbcommerce.errors import UnknownFact
from xbcommerce.listings.fit import classes
from xbcommerce.listings.health import thresholds
from xbcommerce.localization.calendar import events
from xbcommerce.localization.categories import Categories
from xbcommerce.localization.rules import Check, Checks
from xbcommerce.localization.units import Tables
from xbcommerce.places import Address, locate, members
from xbcommerce.rules import Rulebook
from xbcommerce.rules.conditions import TraitTest
from xbcommerce.rules.decisions import Decision, DecisionRow, Decisions
from xbcommerce.tax import determine, rates

DOCS = Path(__file__).parents[1] / "docs"
FIRST = date(2018, 1, 1)


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    yield from ("| " + " | ".join(row) + " |" for row in rows)


# ------------------------------------------------------------------ rates


def rates_page() -> str:
    rulebook = Rulebook.builtin()
    on = rulebook.horizon
    rows = []
    for place in rulebook.places:
        try:
            territory = locate(place, on)
        except Exception:  # noqa: BLE001 - an area such as the Union is no place
            continue
        try:
            found = rates(place, on=on)
        except UnknownFact:
            rows.append([f"{territory.name} ({place})", "", "not known", history(rulebook, place), ""])
            continue
        general = found["standard"]
        others = sorted({one.percent for one in found.values() if one.percent != general.percent})
        doubt = " (presumed)" if any("PRESUMED" in warning for warning in general.warnings) else ""
        rows.append(
            [
                f"{territory.name} ({place})", general.name, f"{general.percent} %{doubt}", history(rulebook, place),
                ", ".join(f"{percent} %" for percent in others),
            ]
        )  # fmt: skip
    out = [
        "# General consumption taxes",
        "",
        f"Made from the rulebook as of {on}. `tax.rate(place, category, on=...)` answers for every day since 2018-01-01 and for what is",
        "announced; a goods class that no fact confirms is answered by the general rate, and the answer says so (`confirmed` is false).",
        "Local taxes on top of a state's are not in these rates. What was confirmed and what is doubtful: [Europe](tax-rates-europe.md),",
        "[United States](tax-rates-us.md), [the rest of the world](tax-rates-world.md).",
        "",
        *table(["place", "tax", "general rate", "changes since 2018", "other rates in use"], rows),
    ]
    return "\n".join(out) + "\n"


def history(rulebook: Rulebook, place: str) -> str:
    facts = [
        fact for fact in rulebook.facts(place)
        if fact.subject == "tax.rate" and fact.place == place and not fact.scope and fact.status not in ("proposed", "suspended")
        and (fact.valid_from is None or fact.valid_from > FIRST)
    ]  # fmt: skip
    return "; ".join(f"{fact.text} from {fact.valid_from}" for fact in sorted(facts, key=lambda fact: fact.valid_from or FIRST))


# ------------------------------------------------------------------ destinations


def destinations_page() -> str:
    rulebook = Rulebook.builtin()
    on = rulebook.horizon
    examples = examples_by_place(on)
    own = [place for place in rulebook.places if "import" in rulebook.jurisdiction(place).tables]
    rows = []
    for place in sorted({*own, *members("EU", "vat", on)} - {"EU"}):
        territory = locate(place, on)
        law = next(code for code in (*territory.lineage, territory.customs) if code in own)
        selection = rulebook.jurisdiction(law).tables["import"]
        now = selection.rows_on(on)
        asked = sorted({test.name for row in now for test in row.when if isinstance(test, TraitTest)})
        number, official = examples.get(place, (0, 0))
        page = f"[{law}]({law}.md)" if (DOCS / "coverage" / f"{law}.md").is_file() else law
        said = f"{number} ({official} official)" if official else str(number) if number else "none found"
        rows.append([f"{territory.name} ({place})", page, f"{len(now)} of {len(selection.rows)}", ", ".join(asked), said])
    out = [
        "# Destinations",
        "",
        f"The {len(rows)} destinations that `landed.quote` answers, made from the rulebook as of {on}. *Rows* are those of the import",
        "table in force on that day, of all with its history; the first row whose conditions hold names the bills. A row may also refuse,",
        "and say what is not known. *Examples* are worked examples of `tests/cases` for the destination; official ones rest on an",
        "authority's own text or figures.",
        "",
        *table(["destination", "law", "rows", "asked of the order", "examples"], rows),
    ]
    return "\n".join(out) + "\n"


def examples_by_place(on: date) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for case in read(DOCS.parent / "tests" / "cases"):
        if case.call != "landed.quote" or "ship_to" not in case.input:
            continue
        address = Address.of(case.input["ship_to"])
        territory = locate(address, case.on or on)
        official = bool(case.source.get("official")) or case.basis == "official"
        for place in territory.lineage:
            number, authority = found.get(place, (0, 0))
            found[place] = (number + 1, authority + official)
    return found


# ------------------------------------------------------------------ tables


def tables_page() -> str:
    decisions = Decisions.of(Rulebook.builtin())
    count = sum(len(one.rows) for one in decisions.tables.values())
    out = [
        "# Decision tables",
        "",
        f"{len(decisions.tables)} tables with {count} rows decide who owes and who collects a tax. In each table the first row whose",
        "conditions hold fires; a condition that a row does not name does not matter to it. *Fires* is the number of combinations of the",
        "whole domain on which a row fires (several numbers: before and after a change of the table); a test counts them again.",
        "",
        "Systems: "
        + ", ".join(f"`{name}` begins with [{first}](#{anchor(first)})" for name, first in decisions.systems.items())
        + ".",
        "Which system a place has is the fact `tax.system`; without one it is `general`.",
    ]
    for one in sorted(decisions.tables.values(), key=lambda one: one.id):
        out += ["", *table_page(one)]
    out += ["", "## Findings", "", *table(["finding", "severity", "text"], [
        [f"`{one.id}`", one.severity, one.text] for one in sorted(decisions.findings.values(), key=lambda one: one.id)
    ])]  # fmt: skip
    return "\n".join(out) + "\n"


def anchor(name: str) -> str:
    return name.replace(".", "").replace("_", "_").lower()


def table_page(one: Decision) -> Iterator[str]:
    yield f"## {one.id}"
    yield ""
    yield one.question
    yield ""
    yield "Columns: " + "; ".join(f"`{name}`: {', '.join(domain)}" for name, domain in one.columns.items()) + "."
    yield ""
    rows = [[row.id, fires(row), conditions(row), answers(row, one), law(row)] for row in one.rows]
    yield from table(["row", "fires", "when", "then", "law"], rows)


def fires(row: DecisionRow) -> str:
    return ", ".join(map(str, row.fires)) if isinstance(row.fires, tuple) else str(row.fires)


def conditions(row: DecisionRow) -> str:
    days = []
    if row.valid_from:
        days.append(f"from {row.valid_from}")
    if row.valid_to:
        days.append(f"until {row.valid_to}")
    tests = [f"{name} = {' / '.join(sorted(values))}" for name, values in row.when]
    return "; ".join([*days, *tests]) or "any other"


def answers(row: DecisionRow, one: Decision) -> str:
    said = [f"{name}: {value}" for name, value in row.then.items()]
    following = row.next if row.next is not None else one.next
    return "; ".join([*said, *([f"→ {following}"] if following else [])])


def law(row: DecisionRow) -> str:
    doubt = f" (confidence {row.confidence})" if row.confidence != "high" else ""
    return (row.law or (row.source.title if row.source else "")) + doubt


# ------------------------------------------------------------------ matrix

Made = Callable[[], Mapping[str, Any]]

LANES = [
    ("FR", "FR", "EUR"), ("FR", "DE", "EUR"), ("CN", "DE", "EUR"), ("GB", "DE", "EUR"), ("XI", "DE", "EUR"), ("DE", "XI", "GBP"), ("GB", "XI", "GBP"),
    ("CN", "XI", "GBP"), ("GB", "GB", "GBP"), ("DE", "GB", "GBP"), ("CN", "GB", "GBP"), ("DE", "CH", "CHF"), ("CH", "CH", "CHF"), ("DE", "NO", "NOK"),
    ("CN", "AU", "AUD"), ("CN", "NZ", "NZD"), ("CN", "SG", "SGD"), ("CN", "MY", "MYR"), ("US-NJ", "US-NY", "USD"), ("CN", "US-NY", "USD"),
    ("US-TX", "US-OR", "USD"), ("CA-ON", "CA-BC", "CAD"), ("CA-ON", "CA-NS", "CAD"), ("US-NY", "CA-ON", "CAD"), ("CN", "JP", "JPY"), ("CN", "KR", "KRW"), ("CN", "TR", "TRY"),
]  # fmt: skip
LOW, HIGH = {"JPY": "5000", "KRW": "50000"}, {"JPY": "500000", "KRW": "5000000", "NOK": "9000"}


def matrix_page() -> str:
    on = Rulebook.builtin().horizon
    out = [
        "# Decision matrix",
        "",
        f"What `tax.determine` answers for typical sales on {on}: the code's own answers, made anew by a test. The seller is established",
        "where the goods are sent from. *Registered* means: with the ordinary registration of the place of arrival and the schemes for sales",
        "to it (one-stop shops, VOEC ...); *not registered* means that nothing was said of registrations, turnover or obligations. The",
        "business buyer has shown a verified number of the place of arrival. *Low* is one piece at 100 (5,000 JPY, 50,000 KRW), *high* one",
        "at 1,500 (9,000 NOK, 500,000 JPY, 5,000,000 KRW), without tax.",
    ]
    for ship_from, ship_to, currency in LANES:
        origin, destination = locate(ship_from, on).name, locate(ship_to, on).name
        rows = []
        for channel, buyer, value, registered in product(
            ("own shop", "marketplace"), ("consumer", "business"), ("low", "high"), ("registered", "not registered")
        ):
            found = determine(sale(ship_from, ship_to, currency, channel, buyer, value, registered), on=on)
            share = "" if found.percent is None else f"{found.percent} %"
            findings = ", ".join(one.id for one in found.findings if one.severity != "note")
            rows.append(
                [
                    channel, buyer, value, registered, found.taxed_in or "-", found.liable or "", found.collects or "",
                    found.charge or "", found.scheme or "", share, found.import_tax or "", findings,
                ]
            )  # fmt: skip
        head = [
            "channel",
            "buyer",
            "value",
            "seller",
            "taxed in",
            "owes",
            "collects",
            "charge",
            "scheme",
            "rate",
            "at import",
            "findings",
        ]
        out += ["", f"## {origin} to {destination}", "", *table(head, merged(rows))]
    return "\n".join(out) + "\n"


def merged(rows: list[list[str]]) -> list[list[str]]:
    """Merge rows that differ in one of the four conditions only and are answered alike."""
    for position in range(4):
        groups: dict[tuple[str, ...], list[str]] = {}
        for row in rows:
            key = tuple(row[:position] + row[position + 1 :])
            groups.setdefault(key, []).append(row[position])
        rows = [[*key[:position], "any" if len(values) > 1 else values[0], *key[position:]] for key, values in groups.items()]
    return rows


def sale(ship_from: str, ship_to: str, currency: str, channel: str, buyer: str, value: str, registered: str) -> dict[str, Any]:
    price = (LOW.get(currency, "100") if value == "low" else HIGH.get(currency, "1500")) + f" {currency}"
    country = ship_to.partition("-")[0]
    names = [ship_from, ship_to, country, "union_oss", "ioss", "voec", "ovr"] if registered == "registered" else []
    seller = {"establishments": [ship_from], "registrations": list(dict.fromkeys(names))}
    business = {"kind": "business", "tax_numbers": [{"country": country, "number": "1", "evidence": "verified"}]}
    return {
        "ship_from": ship_from, "ship_to": ship_to, "seller": seller, "buyer": business if buyer == "business" else "consumer",
        "marketplace": "any" if channel == "marketplace" else None, "lines": [{"unit_price": price}], "prices_include_tax": False,
    }  # fmt: skip


# ------------------------------------------------------------------ listings


def listing_law_page() -> str:
    checks = [check for check in Checks.of(Rulebook.builtin()).all if check.evidence == "law"]
    lines = [
        "# Law of listings",
        "",
        "Every check of a listing that rests on law. Where no market stands, it holds everywhere; low confidence warns at most. A check",
        "of words knows the languages named. What is not here was not found, which is not to say that nothing is asked.",
    ]
    for kind, title in _LAW_KINDS.items():
        rows = [law_row(check) for check in sorted(checks, key=lambda one: (where_of(one), one.id)) if check.kind == kind]
        head = ["market", "rule", "what", "law", "days", "severity", "confidence"]
        lines += ["", f"## {title}", "", *table(head, rows)]
    return "\n".join(lines) + "\n"


_LAW_KINDS = {
    "requires": "What must be there", "terms": "What may not be said, or must be proved", "shape": "Shapes",
    "language": "Languages", "labels": "What images may not show",
}  # fmt: skip


def where_of(check: Check) -> str:
    told = {name: (wanted, refused) for name, wanted, refused in check.where}
    wanted, refused = told.get("market", (frozenset(), frozenset()))
    kinds, not_kinds = told.get("category", (frozenset(), frozenset()))
    place = ", ".join(sorted(wanted)) or ("all but " + ", ".join(sorted(refused)) if refused else "all")
    goods = [", ".join(sorted(kinds))] if kinds else []
    goods += ["not " + ", ".join(sorted(not_kinds))] if not_kinds else []
    return place + (f" ({'; '.join(goods)})" if goods else "")


def law_row(check: Check) -> list[str]:
    days = (
        f"{check.valid_from or ''} to {check.valid_to}"
        if check.valid_to
        else f"from {check.valid_from}"
        if check.valid_from
        else ""
    )
    named = (
        [name for key in ("all_of", "any_of") for name in listed(check.body.get(key, ()))] if check.kind == "requires" else []
    )
    spoken = sorted(check.terms)
    what = check.text + (f": {', '.join(named)}" if named else "") + (f" [{', '.join(spoken)}]" if spoken else "")
    law = f"[{check.law or 'source'}]({check.source.url})" if check.source is not None and check.source.url else check.law
    return [where_of(check), f"`{check.id}`", what.replace("|", "/"), law, days, check.severity, check.confidence]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def categories_page() -> str:
    rows = Categories.of(Rulebook.builtin()).rows
    lines = [
        "# Categories",
        "",
        "Kinds of goods that rules of listings and of platforms speak of. `category` of a listing or product may be any of these words, or a",
        "path of them (`Apparel & Accessories > Clothing`), without regard to case; spaces, hyphens and underscores are alike. What holds",
        "for a wider kind holds for it. Names of particular goods hold only at the end of a path (the brand of the goods below them does not count); those in brackets only below a kind that",
        "theirs is within, or a department in which they stand. A word that no rule knows is told in `not_assessed`.",
        "",
        *table(["kind", "within", "other words", "particular goods"], [
            [f"`{kind}`", ", ".join(row.get("in", ())), *_names(row)] for kind, row in rows.items()
        ]),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _names(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of a kind, and those of particular goods."""
    also, things = list(row.get("also", ())), [*row.get("things", ()), *(f"({word})" for word in row.get("unclear", ()))]
    return ("", ", ".join([*also, *things])) if row.get("thing") else (", ".join(also), ", ".join(things))


# ------------------------------------------------------------------ words that calls understand


def words_page() -> str:
    book = Rulebook.builtin()
    lines = [
        "# Words that calls understand",
        "",
        "Made from the rulebook. A word that is not here is refused with what is meant, or told in `not_assessed`.",
        *_section("Labels of images", "`images[].labels`, by the checks that look for them.", ["label", "checks"], _labels(book)),
        *_section("Sizes", "`convert_size(kind, value, from, to)`.", ["kind", "systems"], [
            [f"`{kind}`", ", ".join(sorted(rows[0]))] for kind, rows in Tables.of(book).sizes.items()
        ]),
        *_section("Units", "`convert_unit(value, unit, to)`; temperatures are converted in texts only.", ["unit", "also", "told in"], [
            [f"`{unit}`", ", ".join(row.get("words", ())), str(row["to"])] for unit, row in Tables.of(book).units.items()
        ]),
        *_section("Metrics of sellers", "`health(metrics, platform=...)`.", ["platform", "metrics"], _metrics(book)),
        *_section("Product classes", "`fit({'classes': [...]})`.", ["class"], [[f"`{name}`"] for name in sorted(classes(book))]),
        *_section("Events", "`calendar(market, ...)`; `of(id)` picks one.", ["market", "events"], _events_of(book)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _section(title: str, say: str, head: list[str], rows: list[list[str]]) -> list[str]:
    return ["", f"## {title}", "", say, "", *table(head, rows)]


def _labels(book: Rulebook) -> list[list[str]]:
    labels = Checks.of(book, ("localization", "listings")).labels
    return [[f"`{name}`", ", ".join(f"`{one}`" for one in checks)] for name, checks in sorted(labels.items())]


def _metrics(book: Rulebook) -> list[list[str]]:
    found: dict[str, dict[str, str]] = {}
    for row in thresholds(book):
        for platform in row.where.wanted.get("platform", ()):
            found.setdefault(platform, {})[row.metric] = row.unit
    return [
        [platform, ", ".join(f"`{name}` ({unit or 'number'})" for name, unit in sorted(metrics.items()))]
        for platform, metrics in sorted(found.items())
    ]


def _events_of(book: Rulebook) -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for event in events(book):
        for market in event.markets:
            found.setdefault(market, []).append(event.id)
    return [[market, ", ".join(f"`{name}`" for name in sorted(found[market]))] for market in sorted(found)]


PAGES: Mapping[str, Callable[[], str]] = {
    "coverage/destinations.md": destinations_page,
    "coverage/tax-rates.md": rates_page,
    "reference/decision-tables.md": tables_page,
    "reference/decision-matrix.md": matrix_page,
    "coverage/listing-law.md": listing_law_page,
    "reference/categories.md": categories_page,
    "reference/listing-words.md": words_page,
}


def main() -> None:
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
