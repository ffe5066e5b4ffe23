"""Make `data/tariff/everyday.csv`: ordinary ad valorem duties of everyday goods by HS subheading.

A subheading is taken only if every national line under it has one and the same ad valorem rate (or is free), so that six digits
suffice. Input: a CSV of normalised tariff lines with the columns destination, hs_code, kind, expr_json, as_of (plain or gzip).

    python tools/everyday_tariff.py tariff_lines.csv.gz > src/xbcommerce/data/tariff/everyday.csv
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

HEADINGS = (
    "3303 3304 3305 3307 3401 3402 3406 3923 3924 3926 4016 4202 4203 4205 4819 4820 4901 4911 6101 6102 6103 6104 "
    "6105 6106 6107 6108 6109 6110 6111 6112 6115 6116 6117 6201 6202 6203 6204 6205 6206 6207 6208 6209 6211 6212 "
    "6214 6215 6217 6301 6302 6303 6304 6307 6401 6402 6403 6404 6405 6504 6505 6601 6702 6802 6911 6912 6913 7013 "
    "7113 7117 7323 7326 8205 8211 8215 8302 8414 8415 8443 8467 8471 8473 8504 8506 8507 8508 8509 8510 8512 8513 "
    "8516 8517 8518 8519 8521 8523 8525 8527 8528 8529 8536 8539 8543 8544 8708 8711 8712 8714 8715 9003 9004 9005 "
    "9006 9013 9017 9018 9019 9021 9025 9101 9102 9113 9201 9202 9207 9401 9403 9404 9405 9503 9504 9505 9506 9507 "
    "9603 9606 9607 9608 9609 9613 9615 9616 9617 9619 "
).split()

DESTINATIONS = ("EU", "GB", "JP", "US")

HEAD = """\
# Ordinary ad valorem duties of everyday goods by HS subheading, where all national lines under it have the same rate.
# Made by tools/everyday_tariff.py; do not edit. Editions: EU CN 2020 and GB 2021 (Contains public sector information licensed
# under the Open Government Licence v3.0), JP of 2026-07-12 (Japan Customs), US HTS 2026 revision 10 (work of the US Government).
# The editions, with the days from which they are known to hold, stand in everyday.toml.
"""


def main(path: Path) -> None:
    wanted = set(HEADINGS)
    rates: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["hs_code"][:4] in wanted and row["destination"] in DESTINATIONS:
                rates[row["destination"], row["hs_code"][:6]].add(ad_valorem(row["expr_json"]))
    sys.stdout.write(HEAD)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["edition", "hs", "percent"])
    for (place, code), found in sorted(rates.items()):
        if len(found) == 1 and (rate := next(iter(found))) is not None:
            out.writerow([place, code, rate])


def ad_valorem(expression: str) -> str | None:
    """Return the percentage of a plain ad valorem line, or None for any other kind."""
    content = json.loads(expression) if expression else {}
    parts = content.get("c", [])
    plain = set(content) == {"c"} and len(parts) == 1 and parts[0].get("t") == "av"
    return f"{Decimal(str(parts[0]['r'])).normalize():f}" if plain else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
