"""Make the packed tariff schedules of `src/xbcommerce/data/tariff` (the .tsv tables and the correlation) from research files.

    python tools/tariff_schedules.py RESEARCH [--samples tests/data/tariff]

RESEARCH is a folder with the files that docs/data-sources.md names (tariff_lines.csv.gz, tariff_lines_2.csv.gz,
us_hts_general.csv, jp_preferences, gb_fta_preferences, gb_fta_staging, pref_NO, averages, hs2022_hs2017_correlation.csv).
The heads (.toml) are written by hand; this tool writes tables only. It prints how many lines are kept as words.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from xbcommerce.tariff.expression import (
    AdValorem,
    Bounded,
    Choice,
    Expression,
    Season,
    Seasonal,
    Specific,
    Sum,
    Text,
    parse,
    printed,
)
from xbcommerce.tariff.importers import special_duties
from xbcommerce.tariff.units import unit_of

DATA = Path(__file__).parent.parent / "src" / "xbcommerce" / "data" / "tariff"
MADE = "# Made by tools/tariff_schedules.py; do not edit.\n"
SEED = 20261125
SAMPLES = 200


def rows(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")  # noqa: SIM115
    with opened as file:
        yield from csv.DictReader(file)


# ---------------------------------------------------------------------- research form -> typed form


def component(part: dict[str, str]) -> Expression:
    kind = part["t"]
    if kind == "av":
        return AdValorem(Fraction(part["r"]))
    if kind == "av_on":
        return AdValorem(Fraction(part["r"]), "" if part["base"] == "entire set" else part["base"])
    if kind == "sp":
        unit = {"%vol/hl": "% vol/hl", "1000_items": "1000_items", "MT": "t"}.get(part["u"], part["u"])
        if part["u"] in ("kg_clean", "proof_l"):
            unit = part["u"]
        known = unit_of(unit)
        if known is None:
            raise ValueError(part["u"])
        return Specific(Decimal(part["a"]), part["cur"], known[0], int(Decimal(part["per"])) * known[1])
    raise ValueError(kind)


def total(parts: list[dict[str, str]]) -> Expression:
    found = [component(part) for part in parts]
    return found[0] if len(found) == 1 else Sum(tuple(found))


def typed(raw: str, expr: str) -> Expression:
    """Return the typed form of a line of the research files; what it leaves out stays as words."""
    if not expr or '"seasons"' in expr:  # the research form leaves out the bounds of seasonal duties
        return parse(one_line(raw))
    body = json.loads(expr)
    try:
        duty = (
            Choice(body["op"].partition("_")[0], tuple(total(alt) for alt in body["alts"]))
            if "op" in body
            else total(body["c"])
        )
        if "min" in body or "max" in body:
            least, most = (total(body[key]) if body.get(key) else None for key in ("min", "max"))
            duty = Bounded(duty, least, most)
    except ValueError:
        return Text(one_line(raw))
    return duty


def one_line(text: str) -> str:
    return " ".join(text.split())


# ---------------------------------------------------------------------- tables


class Table:
    """Lines and preferences of one schedule."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.preferences: list[tuple[str, frozenset[str], str, tuple[str, ...]]] = []
        self.samples: list[tuple[str, str, str]] = []
        self.texts = 0

    def add(self, code: str, duty: Expression, raw: str, *marks: str) -> None:
        if not isinstance(duty, Text) and parse(printed(duty)) != duty:
            raise ValueError(f"{self.name} {code}: {printed(duty)} is not read back")
        self.texts += isinstance(duty, Text)
        self.lines[code] = printed(duty), tuple(marks)
        self.samples.append((code, raw, printed(duty)))

    def prefer(self, code: str, programmes: Iterable[str], duty: Expression, *marks: str) -> None:
        self.preferences.append((code, frozenset(programmes), printed(duty), marks))

    def write(self, samples: Path | None) -> None:
        out = [MADE]
        for code in sorted(self.lines):
            duty, marks = self.lines[code]
            out.append("\t".join((code, duty, *marks)) + "\n")
        if self.preferences:
            out.append("%preferences\n")
            groups: dict[frozenset[str], str] = {}
            for _, programmes, _, _ in self.preferences:
                if programmes not in groups:
                    groups[programmes] = str(len(groups) + 1)
                    out.append(f"={groups[programmes]}\t{' '.join(sorted(programmes))}\n")
            for code, programmes, duty, marks in sorted(
                self.preferences, key=lambda row: (row[0], row[2], sorted(row[1]), row[3])
            ):
                out.append("\t".join((code, groups[programmes], duty, *marks)) + "\n")
        path = DATA / f"{self.name}.tsv"
        path.write_text("".join(out), encoding="utf-8")
        share = 100 * self.texts / len(self.lines) if self.lines else 0
        print(
            f"{self.name:12} {len(self.lines):6} lines, {self.texts:4} as words ({share:.2f} %), "
            f"{len(self.preferences):6} preferences, {path.stat().st_size:8} bytes"
        )
        if samples is not None and self.samples:
            chosen = random.Random(SEED).sample(sorted(self.samples), min(SAMPLES, len(self.samples)))
            text = "".join("\t".join((code, one_line(raw), duty)) + "\n" for code, raw, duty in sorted(chosen))
            head = "# code, the words of the source file, the duty they are stored as; drawn by tools/tariff_schedules.py\n"
            (samples / f"sample_{self.name}.tsv").write_text(head + text, encoding="utf-8")


# ---------------------------------------------------------------------- schedules


def united_states(folder: Path) -> Table:
    table = Table("US")
    known = {r["hs_code"]: r for r in rows(folder / "tariff_lines.csv.gz") if r["destination"] == "US"}
    for row in rows(folder / "us_hts_general.csv"):
        code = row["hs_code"]
        line = known[code]
        marks = [f"c2:{printed(parse(us(row['col2_raw'])))}"] if row["col2_raw"].strip() else []
        if row["valid_from_seen"] != "2025-01-01":
            marks.append(f"f:{row['valid_from_seen']}")
        table.add(code, typed(line["rate_raw"], line["expr_json"]), line["rate_raw"], *marks)
        for duty, symbols in special_duties(row["special_raw"]):
            table.prefer(code, symbols, duty)
    return table


def us(text: str) -> str:
    return re.sub(r"(pr|doz|gr)\.", r"\1", one_line(text))


def common(name: str, folder: Path) -> Table:
    table = Table(name)
    for row in rows(folder / "tariff_lines.csv.gz"):
        if row["destination"] == name:
            table.add(row["hs_code"], typed(row["rate_raw"], row["expr_json"]), row["rate_raw"])
    return table


GB_STAGED = {"Viet Nam": "Vietnam", "Andean - Ecuador": "Ecuador", "South Africa - SACUM": "South Africa"}


def great_britain(folder: Path) -> Table:
    table = Table("GB")
    for row in rows(folder / "gb_ukgt_2021.csv"):
        marks = [
            f"n:{mark}"
            for mark, column in (("suspension", "suspension_applies"), ("remedy", "trade_remedy_applies"))
            if row[column] == "1"
        ]
        table.add(row["hs_code"], typed(row["rate_raw"], row["expr_json"]), row["rate_raw"], *marks[:1])
    staged = {(row["partner"], row["code"]): row for row in rows(folder / "gb_fta_staging_2022_2034.csv.gz")}
    for row in rows(folder / "gb_fta_preferences_2022.csv.gz"):
        prefer_gb(table, row, staged.get((GB_STAGED.get(row["partner"], row["partner"]), row["code"].ljust(10, "0"))))
    return table


def prefer_gb(table: Table, row: dict[str, str], stages: dict[str, str] | None) -> None:
    programme = gb_programme(row["partner"])
    code = short(row["code"])
    if row["notes"] != "-":
        table.prefer(
            code, [programme], Text(f"a note ({row['notes']}) of the reference document qualifies: {row['rate_2022']}")
        )
        return
    duty = in_season(gb_rate(row["rate_2022"]), row["validity"])
    if row["staging"] == "-":
        table.prefer(code, [programme], duty)
        return
    if stages is None:
        table.prefer(code, [programme], duty, "t:2022-12-31")
        return
    for first, last, duty in gb_stages(row, stages):
        table.prefer(code, [programme], duty, f"f:{first}-01-01", *([f"t:{last}-12-31"] if last < 2034 else []))


def gb_stages(row: dict[str, str], stages: dict[str, str]) -> Iterator[tuple[int, int, Expression]]:
    """Yield the duties of a staged preference with the first and the last year of each."""
    duty, first = in_season(gb_rate(row["rate_2022"]), row["validity"]), 2022
    for year in range(2022, 2035):
        text = stages[f"y{year}"]
        following = in_season(gb_rate(text), row["validity"]) if text else duty
        if following != duty:
            if year > first:
                yield first, year - 1, duty
            duty, first = following, year
    yield first, 2034, duty


def gb_rate(text: str) -> Expression:
    text = one_line(text)
    if re.fullmatch(r"[0-9.]+(?:E-?[0-9]+)?", text):
        return AdValorem(Fraction(round(Decimal(text) * 100, 6)))  # the source file went through binary floats
    return parse(re.sub(r"^0(?:\.0+)?\s?% \+ ", "", text))


def in_season(duty: Expression, days: str) -> Expression:
    match = re.fullmatch(r"(\d\d)-(\d\d) to (\d\d)-(\d\d)", days)
    if days == "-":
        return duty
    if not match or isinstance(duty, Text):
        return Text(f"{printed(duty)} ({days})")
    return Seasonal((Season(f"{match[2]}-{match[1]}", f"{match[4]}-{match[3]}", duty),))


def gb_programme(partner: str) -> str:
    return re.sub(r"[^A-Za-z]+", "-", partner.replace("'", "")).strip("-").lower()


def short(code: str) -> str:
    """Return a code without the pairs of zeros that only fill it up."""
    return code[:8] if len(code) == 10 and code.endswith("00") else code


def japan(folder: Path) -> Table:
    table = common("JP", folder)
    for row in rows(folder / "jp_preferences_2026-07.csv.gz"):
        table.prefer(row["hs_code"] + row["stat_suffix"], row["programmes"].split("|"), jp_rate(row["rate_raw"]))
    return table


def jp_rate(raw: str) -> Expression:
    """Return the typed form of a rate in Japanese; conditions, quotas and ranges stay words."""
    text = one_line(raw).replace("＋", " + ").replace("㎡", "m2").replace("+ /", "+")
    match = re.fullmatch(r"(.+)又は(.+)のうちいずれか(高|低)い税率", text)
    sides = [jp_side(side) for side in (match[1], match[2])] if match else [jp_side(text)]
    duties = [parse(side) for side in sides if side is not None]
    if len(duties) != len(sides) or any(isinstance(duty, Text) for duty in duties):
        own = one_line(raw)
        return Text(own) if isinstance(parse(own), Text) else Text(f"as printed, in parentheses: {own}")
    if match:
        return Choice("higher" if match[3] == "高" else "lower", tuple(duties))
    return duties[0]


def jp_side(text: str) -> str | None:
    text = text.strip()
    if text == "無税":
        return "free"
    units = {
        "kg": "kg",
        "l": "l",
        "m2": "m2",
        "足": "pair",
        "頭": "head",
        "kl": "kl",
        "枚": "sheet",
        "本": "stick",
        "個": "item",
    }

    def levy(match: re.Match[str]) -> str:
        return f"{match[1].replace(',', '')} JPY per {units.get(match[2], '?')}"

    out = re.sub(r"([0-9][0-9,.]*)円/([A-Za-z0-9]+|足|頭|枚|本|個)", levy, text)
    return out if re.fullmatch(r"[0-9A-Za-z .%+]+", out) and "?" not in out else None


def eurasian(folder: Path) -> Table:
    table = Table("EAEU")
    for row in rows(folder / "more" / "tariff_lines_2.csv.gz"):
        if row["destination"] != "EAEU":
            continue
        footnotes = re.findall(r"\[(\d+С\)?)\]?", row["rate_raw"])
        marks = [f"n:{footnotes[0].rstrip(')')}"] if footnotes else []
        if row["valid_from"] != "2022-01-01":
            marks.append(f"f:{row['valid_from']}")
        table.add(row["hs_code"], typed(row["rate_raw"], row["expr_json"]), row["rate_raw"], *marks)
    return table


def norway(folder: Path) -> tuple[Table, Table]:
    table = Table("NO")
    table.lines["64"] = "free", ()
    for row in rows(folder / "more" / "pref_NO_2026-02.csv.gz"):
        raw = row["rate_raw"]
        table.prefer(
            row["hs_code"], row["groups"].split(), typed(raw, row["expr_json"]) if row["expr_json"] else Text(one_line(raw))
        )
    average = Table("NO.average")
    for row in rows(folder / "more" / "averages_hs2_hs6.csv.gz"):
        if row["destination"] == "NO" and row["mean_ad_valorem"] and row["hs"].isdigit():
            average.lines[row["hs"]] = printed(AdValorem(Fraction(row["mean_ad_valorem"]))), ()
    average.lines["61"] = average.lines["62"] = "10.7 %", ()
    return table, average


def flat(name: str) -> Table:
    """Return the table of a place with one duty for (nearly) all goods: chapters, and what is excepted in words."""
    table = Table(name)
    duty, chapters, excepted = FLAT[name]
    for chapter in chapters:
        if chapter != 77:
            table.lines[f"{chapter:02}"] = duty, ()
    for codes, why in excepted:
        for code in codes.split():
            table.lines[code] = why, ()
    return table


FLAT: dict[str, tuple[str, range, list[tuple[str, str]]]] = {
    "HK": ("free", range(1, 98), []),
    "MO": ("free", range(1, 98), []),
    "SG": ("free", range(1, 98), [
        ("2203 2204 2205 2206 2207 2208", "intoxicating liquors are dutiable: the rate by line is not known here"),
        ("24", "tobacco is dutiable: the rate by line is not known here"),
        ("2710 2711 3826", "petroleum and biodiesel blends are dutiable: the rate by line is not known here"),
        ("8702 8703 8704 8711", "motor vehicles are dutiable: the rate by line is not known here"),
    ]),
    "CH": ("free", range(25, 98), [
        ("35 38", "agricultural lines of this chapter are not free: the duty by line is not known here"),
    ]),
    "CL": ("6 %", range(1, 98), [
        ("1001 1101 1701", "wheat, flour and sugar lie in price bands: the duty of the day is not known here"),
        ("1507 1508 1509 1510 1511 1512 1513 1514 1515 1516", "oils may lie in price bands: the duty is not known here"),
    ]),
    "AE": ("5 %", range(1, 98), [
        ("2203 2204 2205 2206 2207 2208", "alcoholic beverages pay a higher duty: the rate by line is not known here"),
        ("24", "tobacco pays a higher duty: the rate by line is not known here"),
    ]),
}  # fmt: skip
FLAT["GCC"] = FLAT["AE"]


def correlation(folder: Path) -> None:
    """Write which subheadings of HS 2022 correspond to which of HS 2017."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows(folder / "hs2022_hs2017_correlation.csv"):
        found[row["hs2022"]].append((-int(row["unsd_conversion"]), row["hs2017"]))
    same: dict[str, list[str]] = defaultdict(list)
    changed = []
    for new, olds in sorted(found.items()):
        codes = [old for _, old in sorted(olds)]
        if codes == [new]:
            same[new[:4]].append(new[4:])
        else:
            changed.append(f"{new}: {' '.join(codes)}\n")
    head = (
        MADE + "# HS 2022 to HS 2017: United Nations Statistics Division, correlation and conversion tables, as carried by\n"
        "# insongkim/concordance (MIT). Unchanged subheadings by heading; others with what they correspond to, the statistical\n"
        "# conversion first.\n"
    )
    lines = [f"{heading} {' '.join(ends)}\n" for heading, ends in sorted(same.items())]
    path = DATA / "correlation.txt"
    path.write_text(head + "".join(lines) + "".join(changed), encoding="utf-8")
    print(f"correlation  {len(found):6} subheadings, {len(changed)} changed, {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("research", type=Path)
    parser.add_argument("--samples", type=Path)
    options = parser.parse_args()
    folder: Path = options.research
    correlation(folder)
    tables = [
        united_states(folder),
        common("EU", folder),
        great_britain(folder),
        japan(folder),
        eurasian(folder),
        *norway(folder),
    ]
    tables += [flat(name) for name in FLAT]
    for table in tables:
        table.write(options.samples)
    print(f"together {sum(path.stat().st_size for path in DATA.iterdir())} bytes")


if __name__ == "__main__":
    main()
