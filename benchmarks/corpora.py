"""Score public corpora of real listings, and draw findings to be read by a person.

    python benchmarks/corpora.py FOLDER [--sample 120] [--seed 7] [--workers 2]

FOLDER holds any of these, which this repository does not distribute:

    online_retail.csv[.gz]      UCI "Online Retail" (D. Chen 2015, doi 10.24432/C5BW33, CC BY 4.0): item titles
    amazon_com_*.csv            Octaprice, product data of amazon.com (metadata: CC BY 4.0; terms of use: no redistribution)
    shopee-products.csv         a thousand public listings of Shopee in several countries and languages (licence not stated:
                                for comparison only)

Prints how many listings were scored and how fast, what was found how often, and a sample of distinct findings, at most eight of
a rule, as tab-separated lines. What became of reading such a sample stands in docs/explanation/listing-score.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xbcommerce import listings
from xbcommerce.localization import Listing

ON = "2026-11-22"
SIX = [("amazon", "US"), ("amazon", "DE"), ("amazon", "FR"), ("amazon", "AE"), ("amazon", "SA"), ("rakuten", "JP")]
DOMAINS = {
    "co.id": ("ID", "id"), "com.br": ("BR", "pt"), "com.mx": ("MX", "es"), "cl": ("CL", "es"), "com.co": ("CO", "es"),
    "co.th": ("TH", "th"), "vn": ("VN", "vi"), "com.my": ("MY", "ms"),
    "ph": ("PH", "en"), "sg": ("SG", "en"), "tw": ("TW", "zh"),
}  # fmt: skip
MOST_OF_A_RULE = 8


def main() -> None:
    parser = argparse.ArgumentParser(description="score corpora of real listings")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    csv.field_size_limit(10**9)
    found: list[tuple[str, Any, Any]] = []
    for name, platform, market, rows in corpora(given.folder):
        start, used = time.perf_counter(), time.process_time()
        cards = listings.score_all(rows, platform=platform, market=market, on=ON, workers=given.workers)
        told(name, platform, market, cards, time.perf_counter() - start, time.process_time() - used)
        found += [(f"{name} {platform} {market}", row, one) for row, card in zip(rows, cards, strict=True)
                  if isinstance(card, listings.Scorecard) for one in card.findings]  # fmt: skip
    for where, row, finding in sample(found, given.sample, given.seed):
        context = text_around(row, finding)
        print(
            "\t".join([where, finding.rule, finding.severity, finding.field, finding.found[:60], finding.text[:120], context])
        )


def corpora(folder: Path) -> Iterator[tuple[str, str, str, list[dict[str, Any]]]]:
    titles = uci(folder)
    for platform, market in SIX if titles else ():
        yield "uci", platform, market, titles
    rows = octaprice(folder)
    if rows:
        yield "octaprice", "amazon", "US", rows
    by_market: dict[str, list[dict[str, Any]]] = {}
    for market, row in shopee(folder):
        by_market.setdefault(market, []).append(row)
    for market, some in sorted(by_market.items()):
        yield "shopee", "shopee", market, some


def uci(folder: Path) -> list[dict[str, Any]]:
    for path in (folder / "online_retail.csv.gz", folder / "online_retail.csv"):
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
                titles = {row["Description"].strip() for row in csv.DictReader(file) if row["Description"]}
            kept = sorted(title for title in titles if title.isupper() or sum(map(str.isupper, title)) > 3)
            return [{"title": title, "language": "en"} for title in kept]
    return []


def octaprice(folder: Path) -> list[dict[str, Any]]:
    out = {}
    for path in sorted(folder.glob("amazon_com_*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if row.get("features") and row["sku"] not in out:
                    out[row["sku"]] = {
                        "title": row["name"], "bullets": json.loads(row["features"]), "description": row["description"] or None,
                        "brand": row["brandName"] or None, "gtin": number(row["gtin"]), "language": "en",
                        "category": "pet_supplies",
                    }  # fmt: skip
    return list(out.values())


def number(text: str) -> str | None:
    if not text:
        return None
    found = json.loads(text) if text.startswith("[") else [{"value": text}]
    return str(found[0]["value"]) if found else None


def shopee(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    path = folder / "shopee-products.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            ending = row["domain"].partition("shopee.")[2]
            if ending in DOMAINS and row["title"]:
                market, language = DOMAINS[ending]
                yield market, {
                    "title": row["title"], "description": row["Product Description"] or None, "brand": row["brand"] or None,
                    "language": language,
                }  # fmt: skip


def told(name: str, platform: str, market: str, cards: list[Any], seconds: float, processor: float) -> None:
    scored = [card for card in cards if isinstance(card, listings.Scorecard)]
    numbers = [float(card.score) for card in scored if card.score is not None]
    ready = sum(card.publishable for card in scored)
    speed = f"{len(cards) / seconds:.0f}/s; {1000 * processor / len(cards):.1f} ms of processor each"
    print(
        f"# {name} on {platform} {market}: {len(scored)} of {len(cards)} scored in {seconds:.1f} s ({speed})", file=sys.stderr
    )
    print(f"#   median {statistics.median(numbers):.1f}, publishable {ready}", file=sys.stderr)
    for group in listings.group(cards):
        print(f"#   {group.severity:<5} {group.rule:<60} {group.count}", file=sys.stderr)


def sample(found: list[tuple[str, Any, Any]], size: int, seed: int) -> list[tuple[str, Any, Any]]:
    """Return distinct findings (rule and what it found), at most eight of a rule, in a random order that the seed fixes."""
    distinct = {}
    for where, row, one in found:
        distinct.setdefault((one.rule, one.found or row["title"]), (where, row, one))
    keys = sorted(distinct)
    random.Random(seed).shuffle(keys)
    taken: dict[str, int] = {}
    out = []
    for key in keys:
        if taken.get(key[0], 0) < MOST_OF_A_RULE and len(out) < size:
            taken[key[0]] = taken.get(key[0], 0) + 1
            out.append(distinct[key])
    return out


def text_around(row: dict[str, Any], finding: Any) -> str:
    whole = Listing.of(row).text_at(finding.field) or row["title"]
    return " ".join(whole[max(0, finding.start - 60) : finding.end + 60].split())[:260]


if __name__ == "__main__":
    main()
