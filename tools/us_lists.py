"""Make the product lists of United States additional duties: `data/lists/us.*.txt`.

Input: a folder with the tariff-rate-tracker's resources (Budget Lab at Yale, MIT; contents of the Harmonized Tariff
Schedule, a work of the US Government), and a CSV of normalised tariff lines with the columns destination and hs_code, which
tells all 8-digit codes of the schedule: a subheading all of whose codes are listed is written with six digits.

    python tools/us_lists.py RESOURCES tariff_lines.csv.gz src/xbcommerce/data/lists
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

HEAD = """\
# {title}
# Origin: {file}, Budget Lab at Yale (MIT), from the Harmonized Tariff Schedule (work of the US Government).
# Made by tools/us_lists.py; do not edit. One code a line: every code that begins with it is on the list.
"""
OWN_HEAD = """\
# {title}
# Origin: headings of the Harmonized Tariff Schedule (work of the US Government), chosen by us from the words of the law.
# Made by tools/us_lists.py; do not edit. One code a line: every code that begins with it is on the list.
"""

CHINA = {
    "1": "us.s301.list1",
    "2": "us.s301.list2",
    "3": "us.s301.list3",
    "3_addl": "us.s301.list3",
    "4A": "us.s301.list4a",
    "biden_25": "us.s301.review_25_2024",
    "biden_50": "us.s301.review_50_2024",
    "biden_100": "us.s301.review_100_2024",
    "biden_50_jan25": "us.s301.review_50_2025",
    "biden_25_jan25": "us.s301.review_25_2025",
}
REVIEW_2026 = {
    "9903.91.06": "us.s301.review_25_2026",
    "9903.91.07": "us.s301.review_50_2026",
    "9903.91.08": "us.s301.review_100_2026",
}
STARTS = {"us.s301.review_25_2025": "2025-01-01", "us.s301.review_50_2025": "2025-01-01"} | dict.fromkeys(
    REVIEW_2026.values(), "2026-01-01"
)

# Face masks are five statistical numbers of a subheading that also holds household textiles; batteries of vehicles one of two.
MASKS = ["6307909842", "6307909844", "6307909850", "6307909870", "6307909875"]
NARROWED = {"63079098": MASKS}
ADDED = {
    "us.s301.review_25_2024": [(code, "2024-09-27", "2025-12-31") for code in [*MASKS, "8507600010"]],
    "us.s301.review_50_2025": [("40151210", "2025-01-01", "2025-12-31")],
}
TRANCHES = ("us.s301.list1", "us.s301.list2", "us.s301.list3", "us.s301.list4a")
"""In the order in which they came into force: each took in only what none before it had."""
# Named by the notes of several tranches, as in part: what 83 FR 47974 and 84 FR 43304 put where.
PARTS = {
    "84433210": {"us.s301.list4a": ["84433210"]},
    "85176200": {"us.s301.list3": ["8517620010", "8517620020"], "us.s301.list4a": ["8517620090"]},
}
# On which tranche the goods of the review were before it (83 FR 28710, 83 FR 40823, 83 FR 47974, 84 FR 43304; the schedule names
# only their new headings): what stands nowhere here was on none. The codes of the edition of 2022 follow those they came from.
BEFORE = {
    "us.s301.list1": ["870240", "870290", "870360", "870370", "870380", "870390", "854121", "854129", "854130", "854190"],
    "us.s301.list2": [
        "854110",
        "854142",
        "854143",
        "854149",
        "854151",
        "854159",
        "854231",
        "854232",
        "854233",
        "854239",
        "854290",
    ],
    "us.s301.list3": ["280461", "381800"],
    "us.s301.list4a": ["40151210", "850760", "85079040"],
}
NOTICES = dict(zip(TRANCHES, ("83 FR 28710", "83 FR 40823", "83 FR 47974", "84 FR 43304"), strict=True))
METALS = ("us.s301.list4a", "us.s301.review_25_2024", ("72", "73", "76"))
METALS_ON_NONE = {"72026000", "72029340", "72029380", "72102000", "72159030", "73024000", "73042330"}
OWN = {
    "us.informational": (
        "Informational materials (50 USC 1702(b)): publications, films, posters, photographs, records, artworks",
        ["3705", "3706", "4901", "4902", "4903", "4904", "4905", "4906", "491191", "852349", "852380", "9701", "9702", "9703"],
    ),
    "us.textiles": ("Textiles and apparel (chapters 50 to 63)", [str(chapter) for chapter in range(50, 64)]),
}
EXEMPT = {
    "s122_exempt_products.csv": ("us.s122.exempt", "Goods exempt from the Section 122 surcharge"),
    "ieepa_exempt_products.csv": ("us.ieepa.exempt", "Goods exempt from the reciprocal duty (Annex II and later lists)"),
    "s301_brazil_exempt_products.csv": ("us.s301_brazil.exempt", "Goods exempt from the Section 301 duty on Brazil"),
    "s301fl_exempt_products.csv": ("us.s301_labour.exempt", "Goods exempt from the Section 301 forced-labour duty"),
}


def main(resources: Path, lines: Path, target: Path) -> None:
    schedule = all_codes(lines)
    lists: dict[str, set[str]] = defaultdict(set)
    for row in read(resources / "s301_product_lists.csv"):
        name = REVIEW_2026.get(row["ch99_code"]) if row["list"] == "biden_jan26" else CHINA.get(row["list"])
        if name:
            lists[name].update(NARROWED.get(row["hts8"], [row["hts8"]]) if name in REVIEW_2026.values() else [row["hts8"]])
    disjoint(lists, schedule)
    before(lists)
    for name, found in lists.items():
        dated = [(code, STARTS.get(name, ""), "") for code in compressed(found, schedule)] + ADDED.get(name, [])
        notices = "89 FR 76581" if name in ADDED or name in STARTS else NOTICES.get(name)
        origin = "s301_product_lists.csv" + (f"; {notices}" if notices else "")
        write(target, name, f"Section 301 China: {name}", origin, dated)
    for name, (title, own) in OWN.items():
        text = OWN_HEAD.format(title=title)
        (target / f"{name}.txt").write_text(text + "".join(f"{code}\n" for code in own), encoding="utf-8")
    for file, (name, title) in EXEMPT.items():
        rows = list(read(resources / file))
        by_days: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in rows:
            days = (known(row.get("effective_date_start")), known(row.get("effective_date_end")))
            by_days[days].add(row.get("hts8") or row["hts10"])
        codes = [(code, *days) for days, group in sorted(by_days.items()) for code in compressed(group, schedule)]
        write(target, name, title, file, codes)


def disjoint(lists: dict[str, set[str]], schedule: dict[str, set[str]]) -> None:
    """Leave each code on the first tranche that names it: later notes name it again, and it is never on two."""
    taken = {"98", *PARTS}
    for name in TRANCHES:
        lists[name] = {code for code in lists[name] if not code.startswith(tuple(taken))}
        taken.update(compressed(lists[name], schedule))
        lists[name] |= {part for parts in PARTS.values() for part in parts.get(name, [])}


def before(lists: dict[str, set[str]]) -> None:
    """Put the goods of the review on the tranche on which they were before it, too."""
    for name, codes in BEFORE.items():
        for other in TRANCHES:
            lists[other] = {code for code in lists[other] if not code.startswith(tuple(codes))}
        lists[name] |= set(codes)
    tranche, review, chapters = METALS
    lists[tranche] |= {code for code in lists[review] - METALS_ON_NONE if code.startswith(chapters)}


def all_codes(path: Path) -> dict[str, set[str]]:
    """Return the 8-digit codes of the schedule by subheading."""
    out: dict[str, set[str]] = defaultdict(set)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["destination"] == "US":
                out[row["hs_code"][:6]].add(row["hs_code"][:8])
    return out


def compressed(codes: set[str], schedule: dict[str, set[str]]) -> list[str]:
    """Return the codes, with six digits where all codes of a subheading are among them, without those that a shorter one covers."""
    eight = {code[:8] for code in codes if len(code) == 8 or (len(code) == 10 and code.endswith("00"))}
    whole = {code for code in {code[:6] for code in eight} if schedule.get(code) and schedule[code] <= eight}
    kept = {code for code in codes if code[:6] not in whole} | whole
    return sorted(code for code in kept if not any(code[:length] in kept for length in range(6, len(code))))


def known(day: str | None) -> str:
    return "" if day in (None, "", "NA") else str(day)


def read(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write(target: Path, name: str, title: str, file: str, codes: Iterable[tuple[str, str, str]]) -> None:
    text = HEAD.format(title=title, file=file)
    for code, start, end in codes:
        days = f" {start or '-'} {end or '-'}" if start or end else ""
        text += f"{code}{days}\n"
    (target / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
