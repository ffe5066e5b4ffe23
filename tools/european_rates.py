"""Draft the files of European consumption taxes: rates, goods classes, small-business and distance limits.

The TOML files are the truth and are edited by hand; this tool only made their first drafts. Inputs:

1. a table of our own, one short line a fact (below), with its sources;
2. JSON Lines of researched facts with `subject`, `jurisdiction`, `value`, `unit`, `valid_from`, `valid_to`; from them come the old
   distance thresholds, and every general rate of the table is compared with theirs. Origin of these: the Commission's Taxes in
   Europe Database, situation of 2021-07-01, in the package eurovat 0.10.1 (MIT); EU standard rates by date of 2026-10-04 by Duty27
   (https://duty27.com/vat-rates/history, CC BY 4.0); eu-vat-rates-data 2026.9.29 (MIT); news pages named in the table.

Lines of the table (fields parted by `|`; dates inclusive, an empty end is open; confidence is `high`, `medium` or `low`, with
`:observed` and so on for another status than in force):

    @ id | title | publisher | address | seen | licence        a source, usable in all files
    = AT | Austria | name of the tax (VAT if not given)         begins a place
    s rate |  | from | to | source | confidence | note | law    general rate
    r rate | classes or hs:codes or hs:codes&classes | from | to | source | confidence | note | law
    g classes | from | to | source | confidence | note          these classes bear the general rate
    l amount currency | from | to | source | confidence | note  turnover up to which a small business is exempt
    c yes or no | source | confidence | note                    reverse charge for suppliers who are not established
    f [place] subject | value | unit | from | to | source | confidence | note | law
    F [place] subject | value | unit | classes | from | to | source | confidence | note | law

    python tools/european_rates.py table.txt facts.jsonl src/xbcommerce/data/jurisdictions
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SEEN = "2026-11-22"
TODAY = "2026-11-25"
EU = frozenset("AT BE BG HR CY CZ DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
NO_VAT = frozenset({"GF", "YT"})

# The directive lets only listed goods bear a reduced rate: these are not listed (alcohol: save the parking rates).
NEVER_REDUCED = (
    "alcohol clothing_adult cosmetics electronics footwear furniture jewellery knitwear leather perfume sporting_goods textile "
    "tobacco toy watch"
).split()
LISTED_SINCE_2022 = ("bicycle", "clothing_children", "footwear_children")
PARKING_ON_WINE = frozenset({"AT", "LU", "PT"})
FIRST, BEFORE_2022, SINCE_2022 = "2018-01-01", "2022-04-05", "2022-04-06"

ORDER = (
    "tax.name", "tax.exists", "tax.price_display", "tax.rate", "tax.general_rate_applies", "tax.exempt", "tax.facilitator",
    "tax.reverse_charge.non_established", "tax.small_business_limit", "tax.distance_threshold", "tax.threshold.point_of_sale",
    "tax.low_value.test", "tax.low_value.bound", "tax.low_value.b2b", "tax.low_value.platform", "tax.low_value.compulsion",
    "tax.low_value.border", "tax.low_value.excluded", "fee.handling",
)  # fmt: skip
HEADINGS = {
    "tax.name": "the tax",
    "tax.rate": "rates",
    "tax.general_rate_applies": "goods classes confirmed at the general rate",
    "tax.facilitator": "marketplaces",
    "tax.reverse_charge.non_established": "who accounts for the tax",
    "tax.small_business_limit": "turnover limits",
    "tax.threshold.point_of_sale": "goods of low value from abroad",
    "fee.handling": "parcel fees",
}

Fact = dict[str, Any]


def fields(text: str, count: int) -> list[str]:
    """Split a line into its fields, empty ones for those that are missing."""
    parts = [part.strip() for part in text.split("|")]
    return [*parts, *[""] * (count - len(parts))][:count]


def scope_of(text: str) -> dict[str, list[str]]:
    """Return the scope: goods classes, codes of the nomenclature, or both."""
    if not text.startswith("hs:"):
        return {"goods_class": text.split(",")} if text else {}
    codes, _, classes = text[3:].partition("&")
    return {"hs": codes.split(",")} | ({"goods_class": classes.split(",")} if classes else {})


def fact(subject: str, value: str, unit: str, **more: object) -> Fact:
    """Return a fact without what is empty."""
    confidence, _, status = str(more.pop("confidence", "")).partition(":")
    made = {
        "subject": subject,
        "value": value,
        "unit": unit,
        "confidence": confidence.replace("high", ""),
        "status": status,
        **more,
    }
    return {key: content for key, content in made.items() if content not in ("", {}, None)}


def own_fact(line: str) -> Fact:
    """Return the fact of an `s`, `r`, `g`, `l`, `c`, `f` or `F` line."""
    kind, text = line[0], line[2:]
    if kind in "sr":
        value, scope, start, end, source, confidence, note, law = fields(text, 8)
        return fact("tax.rate", value, "%", scope=scope_of(scope), valid_from=start, valid_to=end, source=source,
                    confidence=confidence, note=note, law=law)  # fmt: skip
    if kind in "gG":
        scope, start, end, source, confidence, note = fields(text, 6)
        return fact("tax.general_rate_applies", "true", "bool", scope=scope_of(scope), valid_from=start, valid_to=end,
                    source=source, confidence=confidence, note=note)  # fmt: skip
    if kind == "l":
        amount, start, end, source, confidence, note = fields(text, 6)
        value, unit = amount.split()
        return fact("tax.small_business_limit", value, unit, valid_from=start, valid_to=end, source=source,
                    confidence=confidence, note=note)  # fmt: skip
    if kind == "c":
        value, source, confidence, note = fields(text, 4)
        return fact("tax.reverse_charge.non_established", "true" if value == "yes" else "false", "bool", valid_from=TODAY,
                    source=source, confidence=f"{confidence}:observed", note=note)  # fmt: skip
    place, text = text[1:].split("] ", 1) if text.startswith("[") else ("", text)
    parts = fields(text, 10)
    scope = scope_of(parts.pop(3)) if kind == "F" else {}
    subject, value, unit, start, end, source, confidence, note, law = parts[:9]
    return fact(subject, value, unit, place=place, scope=scope, valid_from=start, valid_to=end, source=source,
                confidence=confidence, note=note, law=law)  # fmt: skip


def standing(place: str, tax: str, own: list[Fact], distance: dict[str, tuple[str, str]]) -> list[Fact]:
    """Return the facts that follow from what a place is: name of the tax, display of prices, classes never reduced."""
    found = [fact("tax.exists", "no" if tax == "none" else "yes", "code", valid_from=FIRST, source=own[0]["source"])]
    if tax != "none":
        found.append(fact("tax.name", tax, "code", valid_from=FIRST, source=own[0]["source"]))
    if place not in EU:
        return found
    found.append(
        fact("tax.price_display", "true", "bool", valid_from=FIRST, source="price-display", law="Directive 98/6/EC art. 2(a)")
    )
    named = {name for one in own if "place" not in one for name in one.get("scope", {}).get("goods_class", ())}
    law = "Directive 2006/112/EC arts. 96, 98, annex III"
    never = [name for name in NEVER_REDUCED if name not in named and not (name == "alcohol" and place in PARKING_ON_WINE)]
    found.append(fact("tax.general_rate_applies", "true", "bool", scope={"goods_class": never}, valid_from=FIRST,
                      source="directive", confidence="medium", note="not in the directive's list of goods for reduced rates", law=law))  # fmt: skip
    if listed := [name for name in LISTED_SINCE_2022 if name not in named]:
        scope = {"goods_class": listed}
        found.append(fact("tax.general_rate_applies", "true", "bool", scope=scope, valid_from=FIRST, valid_to=BEFORE_2022,
                          source="directive", confidence="medium", law=law))  # fmt: skip
        found.append(fact("tax.general_rate_applies", "true", "bool", scope=scope, valid_from=SINCE_2022, source="tedb",
                          confidence="low:observed", note="no reduced row in 2021; since 2022 the directive may allow one"))  # fmt: skip
    value, unit = distance[place]
    note = {"IT": "the Commission's list of 2019 prints 100,000", "HU": "older lists print 8,800,000 HUF"}.get(place, "")
    found.append(fact("tax.distance_threshold", value, unit, valid_from=FIRST, valid_to="2021-06-30", source="distance",
                      confidence="medium" if note else "", note=note, law="Directive 2006/112/EC art. 34 (until 2021-06-30)"))  # fmt: skip
    return found


def rank(one: Fact) -> tuple[object, ...]:
    """Sort by place, subject, scope (general first) and date."""
    scope = one.get("scope", {})
    first = [*scope.get("goods_class", ()), *scope.get("hs", ())][:1]
    return one.get("place", ""), ORDER.index(one["subject"]), "hs" in scope, first, one["valid_from"]


def quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def written(one: Fact, seen: str) -> str:
    """Return a fact as a TOML table."""
    lines = ["[[fact]]", f"subject = {quoted(one['subject'])}"]
    for key in ("place", "value", "unit"):
        if key in one:
            bare = key == "value" and one["unit"] == "bool"
            lines.append(f"{key} = {one[key] if bare else quoted(one[key])}")
    if "scope" in one:
        parts = [f"{name} = [{', '.join(quoted(value) for value in values)}]" for name, values in one["scope"].items()]
        lines.append(f"scope = {{ {', '.join(parts)} }}")
    lines += [f"{key} = {one[key]}" for key in ("valid_from", "valid_to") if key in one]
    lines += [f"{key} = {quoted(one[key])}" for key in ("source", "law", "confidence", "status", "note") if key in one]
    lines += [f"verified_on = {seen}"] if seen != SEEN else []
    return "\n".join(lines) + "\n"


def document(place: str, name: str, facts: list[Fact], sources: dict[str, list[str]]) -> str:
    """Return a whole file."""
    out = [f"place = {quoted(place)}\nname = {quoted(name)}\n"]
    out[0] += 'uses = ["EU"]\n' if place in EU else ""
    out.append(f"[defaults]\nverified_on = {SEEN}\n")
    used = [key for key in sources if any(one["source"] == key for one in facts)]
    for key in used:
        title, publisher, url, seen, licence = sources[key]
        rows = [f"[source.{key}]", f"title = {quoted(title)}"]
        rows += [f"{label} = {quoted(text)}" for label, text in (("publisher", publisher), ("url", url)) if text]
        rows += [f"seen = {seen}"] + ([f"licence = {quoted(licence)}"] if licence else [])
        out.append("\n".join(rows) + "\n")
    before = ("", "")
    for one in sorted(facts, key=rank):
        where, subject = one.get("place", ""), one["subject"]
        if where != before[0]:
            out.append(f"# ------------------------------------------------------------------ {where}\n")
        elif subject in HEADINGS and subject != before[1] and not where:
            out.append(f"# ------------------------------------------------------------------ {HEADINGS[subject]}\n")
        before = (where, subject)
        out.append(written(one, sources[one["source"]][3]))
    return "\n".join(out)


def main(table: Path, research: Path, folder: Path) -> None:
    """Write the files."""
    rows = [json.loads(line) for line in research.read_text(encoding="utf-8").splitlines() if line]
    distance = {
        row["jurisdiction"]: (row["value"], row["unit"]) for row in rows if row["subject"] == "vat.distance_sales_threshold"
    }
    distance["IT"] = ("35000", "EUR")
    sources: dict[str, list[str]] = {}
    places: dict[str, tuple[str, str, list[Fact]]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            key, *content = fields(line[1:], 6)
            sources[key] = content
        elif line.startswith("="):
            place, name, tax = fields(line[1:], 3)
            places[place] = (name, tax or "VAT", [])
        elif line.strip():
            places[place][2].append(own_fact(line))
    for place, (name, tax, own) in places.items():
        compare(place, own, rows)
        facts = [*standing(place, tax, own, distance), *own]
        (folder / f"{place}.toml").write_text(document(place, name, facts, sources), encoding="utf-8")


def compare(place: str, own: list[Fact], rows: list[dict[str, Any]]) -> None:
    """Complain about general rates that the research does not have."""
    ours = {
        (one["value"], one.get("valid_to")) for one in own if one["subject"] == "tax.rate" and not {"scope", "place"} & set(one)
    }
    theirs = {
        (row["value"], row["valid_to"])
        for row in rows
        if row["subject"] == "vat.standard_rate" and row["jurisdiction"] == place and (row["valid_to"] or "9") >= FIRST
    }
    if theirs and ours != theirs:
        sys.stderr.write(f"{place}: general rates differ from the research: {sorted(map(str, ours ^ theirs))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
