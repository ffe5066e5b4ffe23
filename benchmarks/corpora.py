"""Score public corpora of real listings, and draw findings to be read by a person.

    python benchmarks/corpora.py FOLDER [--most 7] [--seed 7] [--half first] [--judged] [--workers 2]

FOLDER holds any of these, which this repository does not distribute:

    online_retail.csv[.gz]      UCI "Online Retail" (D. Chen 2015, doi 10.24432/C5BW33, CC BY 4.0): item titles
    amazon_com_*.csv            Octaprice, product data of amazon.com (metadata: CC BY 4.0; terms of use: no redistribution)
    shopee-products.csv         a thousand public listings of Shopee in several countries and languages
    lazada-products.csv         a thousand of Lazada: titles
    shein-products.csv          a thousand of Shein's American shop (these three of Bright Data: licence not stated, for
                                comparison only)
    rakuten_fr.csv              texts of the Rakuten France challenge as a validation file has them (column `text`)
    rakuten_fr.json             the same challenge's texts with their languages ({text: code}), cleaned of some signs
    rakuten_jp*.json            answers of the item search of Rakuten Ichiba (fixtures of public client libraries)
    export.MARKET.LANGUAGE.*.csv  product exports of Shopify shops

Prints how many listings were scored and how fast, what was found how often, and a sample of distinct findings, at most `--most`
of a rule, as tab-separated lines. A seed fixes the sample. `--half` takes the listings whose title has an even or an odd
checksum, so that a second reading meets listings that nobody mended by; `--but` leaves out what was read before; `--judged`
leaves out what is only counted (lengths, numbers, fields that are there or not). What became of reading such samples stands in
docs/explanation/localization.md and listing-score.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import html
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from xbcommerce import listings
from xbcommerce.localization import Listing
from xbcommerce.localization.rules import Checks
from xbcommerce.rules.rulebook import Rulebook

ON = "2026-11-22"
SIX = [("amazon", "US"), ("amazon", "DE"), ("amazon", "FR"), ("amazon", "AE"), ("amazon", "SA"), ("rakuten", "JP")]
DOMAINS = {
    "co.id": ("ID", "id"), "com.br": ("BR", "pt"), "com.mx": ("MX", "es"), "cl": ("CL", "es"), "com.co": ("CO", "es"),
    "co.th": ("TH", "th"), "vn": ("VN", "vi"), "com.my": ("MY", "ms"),
    "ph": ("PH", "en"), "com.ph": ("PH", "en"), "sg": ("SG", "en"), "tw": ("TW", "zh"),
}  # fmt: skip
READ_IN = {
    "en": [("amazon", "US"), ("ebay", "GB"), ("amazon", "IE"), ("amazon", "AE"), ("amazon", "SA")],
    "de": [("amazon", "DE"), ("otto", "DE")], "fr": [("amazon", "FR"), ("cdiscount", "FR")],
    "es": [("mercadolibre", "MX"), ("amazon", "ES")], "pt": [("mercadolibre", "BR"), ("amazon", "PT")],
    "it": [("amazon", "IT")], "ja": [("rakuten", "JP")],
}  # fmt: skip
"""Where a listing in a language may well be sold, where its corpus does not tell."""
CATEGORIES = {
    "Home & Living": "home", "Jewelry & Watches": "jewelry", "Tools & Home Improvement": "tools", "Beauty & Health": "beauty",
    "Home Textile": "home", "Toys & Games": "toys", "Pet Supplies": "pet_supplies", "Electronics": "electronics",
    "Underwear & Sleepwear": "apparel", "Men": "apparel", "Women Apparel": "apparel", "Shoes": "shoes", "Baby": "baby",
}  # fmt: skip
COUNTED = frozenset({"measure", "member", "requires"})
"""Kinds that count or look whether a field is there: right if the rule is, so that nothing is judged in them."""

Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description="score corpora of real listings")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=7)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--half", choices=("first", "second"))
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--but", type=Path, nargs="*", default=[], help="samples read before, whose findings are left out")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    csv.field_size_limit(10**9)
    found: list[tuple[str, Any, Any]] = []
    for name, platform, market, every in corpora(given.folder):
        rows = [row for row in every if given.half is None or crc32(row["title"].encode()) % 2 == (given.half == "second")]
        if not rows:
            continue
        start, used = time.perf_counter(), time.process_time()
        cards = listings.score_all(rows, platform=platform, market=market, on=ON, workers=given.workers)
        told(name, platform, market, cards, time.perf_counter() - start, time.process_time() - used)
        found += [(f"{name} {platform} {market}", row, one) for row, card in zip(rows, cards, strict=True)
                  if isinstance(card, listings.Scorecard) for one in card.findings]  # fmt: skip
    before = {tuple(line.split("\t")[3:8:3]) for path in given.but for line in path.read_text(encoding="utf-8").splitlines()}
    found = [one for one in found if (one[2].rule, one_line(one[2].found[:60])) not in before]
    kinds = kinds_of_rules()
    for where, row, finding in sample(found, given.most, given.seed):
        kind = kinds.get(finding.rule, "reading")
        if not (given.judged and counts_only(kind, finding)):
            texts = (finding.found[:60], finding.text[:120], text_around(row, finding))
            print(
                "\t".join([where, kind, finding.nature, finding.rule, finding.severity, finding.field, *map(one_line, texts)])
            )


def kinds_of_rules() -> Mapping[str, str]:
    return {name: check.kind for name, check in Checks.of(Rulebook.builtin(), ("localization", "listings")).by_id.items()}


def counts_only(kind: str, finding: Any) -> bool:
    return kind in COUNTED and "expects" not in finding.rule


# ------------------------------------------------------------------ corpora


def corpora(folder: Path) -> Iterator[tuple[str, str, str, Rows]]:
    titles = uci(folder)
    for platform, market in SIX if titles else ():
        yield "uci", platform, market, titles
    for name, rows in (("octaprice", octaprice(folder)), ("shein", shein(folder))):
        for platform, market in READ_IN["en"] if rows else ():
            yield name, platform, market, rows
    for name in ("shopee", "lazada"):
        by_market: dict[str, Rows] = {}
        for market, row in bright(folder, name):
            by_market.setdefault(market, []).append(row)
        for market, some in sorted(by_market.items()):
            yield name, name, market, some
    for language, rows in by_language((*rakuten_france(folder), *ichiba(folder))).items():
        for platform, market in READ_IN.get(language, ()):
            yield "rakuten", platform, market, rows
    for path in sorted(folder.glob("export.*.csv")):
        _, market, language, shop, _ = path.name.split(".", 4)
        rows = exported(path, language)
        for platform, country in dict.fromkeys([("google_merchant", market), *READ_IN[language]]):
            yield f"export.{shop}", platform, country, rows


def by_language(rows: tuple[dict[str, Any], ...]) -> dict[str, Rows]:
    out: dict[str, Rows] = {}
    for row in rows:
        out.setdefault(row["language"], []).append(row)
    return out


def uci(folder: Path) -> Rows:
    for path in (folder / "online_retail.csv.gz", folder / "online_retail.csv"):
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
                titles = {row["Description"].strip() for row in csv.DictReader(file) if row["Description"]}
            kept = sorted(title for title in titles if title.isupper() or sum(map(str.isupper, title)) > 3)
            return [{"title": title, "language": "en"} for title in kept]
    return []


def octaprice(folder: Path) -> Rows:
    out = {}
    for path in sorted(folder.glob("amazon_com_*.csv")):
        for row in read(path):
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


def shein(folder: Path) -> Rows:
    """Its descriptions repeat the title between two phrases of the shop, which are no seller's text."""
    rows = {
        row["product_name"]: {
            "title": row["product_name"], "brand": None if row["brand"] in ("null", "") else row["brand"], "language": "en",
            "category": CATEGORIES.get(row["root_category"]),
        }
        for row in read(folder / "shein-products.csv") if row["product_name"]
    }  # fmt: skip
    return list(rows.values())


def bright(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lazada's descriptions are lists of searches, so its titles alone are read."""
    for row in read(folder / f"{name}-products.csv"):
        ending = row["domain"].partition(f"{name}.")[2].strip("/")
        if ending in DOMAINS and row["title"]:
            market, language = DOMAINS[ending]
            yield market, {
                "title": row["title"], "description": row.get("Product Description") or None, "brand": row["brand"] or None,
                "language": language,
            }  # fmt: skip


def rakuten_france(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the challenge's listings: designation and description stand in one text, parted by ' - '."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    seen: set[str] = set()
    for text in (row["text"] for row in read(folder / "rakuten_fr.csv")):
        language, share = identifier.classify(text[:400].casefold())
        if share > 0.9 and len(text) > 60 and language in READ_IN:
            seen.add(text[:30])
            yield parted(text, language)
    path = folder / "rakuten_fr.json"
    told_by_file = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for text, told_language in told_by_file.items():
        language, share = identifier.classify(text[:400].casefold())
        if language == told_language and share > 0.9 and len(text) > 60 and language in READ_IN and text[:30] not in seen:
            seen.add(text[:30])
            yield parted(text, language)


def parted(text: str, language: str) -> dict[str, Any]:
    title, _, description = text.partition(" - ")
    if len(title) > 200:
        title, description = title[:80].rpartition(" ")[0], title
    return {"title": title.strip(), "description": description.strip(" -") or None, "language": language}


def ichiba(folder: Path) -> Iterator[dict[str, Any]]:
    seen = set()
    for path in sorted(folder.glob("rakuten_jp*.json")):
        for item in json.loads(path.read_text(encoding="utf-8")):
            if item["itemName"] not in seen:
                seen.add(item["itemName"])
                book = _BOOK.search(item["itemName"] + item["itemCaption"]) is not None
                yield {
                    "title": item["itemName"], "description": item["itemCaption"] or None, "language": "ja",
                    "category": "books" if book else None,
                }  # fmt: skip


_BOOK = re.compile("ISBN|発行年月|出版|電子書籍|単行本|文庫|入試|赤本|PS4|DVD")


def exported(path: Path, language: str) -> Rows:
    return [
        {"title": row["Title"], "description": plain(row["Body (HTML)"]) or None, "language": language,
         "brand": row.get("Vendor") or None}
        for row in read(path) if row["Title"]
    ]  # fmt: skip


def plain(markup: str) -> str:
    """Return markup as a buyer reads it."""
    lines = re.sub(r"(?i)</(?:p|li|h[1-6]|div|tr)>|<br\s*/?>", "\n", re.sub(r"(?is)<(style|script).*?</\1>", "", markup))
    return html.unescape(re.sub(r"<[^>]*>", "", lines)).strip()


def read(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8-sig") as file:
            yield from csv.DictReader(file)


# ------------------------------------------------------------------ what is told


def told(name: str, platform: str, market: str, cards: list[Any], seconds: float, processor: float) -> None:
    scored = [card for card in cards if isinstance(card, listings.Scorecard)]
    numbers = [float(card.score) for card in scored if card.score is not None]
    ready = sum(card.publishable for card in scored)
    speed = f"{len(cards) / seconds:.0f}/s; {1000 * processor / len(cards):.1f} ms of processor each"
    print(
        f"# {name} on {platform} {market}: {len(scored)} of {len(cards)} scored in {seconds:.1f} s ({speed})", file=sys.stderr
    )
    print(f"#   median {statistics.median(numbers) if numbers else 0:.1f}, publishable {ready}", file=sys.stderr)
    for group in listings.group(cards):
        print(f"#   {group.severity:<5} {group.rule:<60} {group.count}", file=sys.stderr)


def sample(found: list[tuple[str, Any, Any]], most: int, seed: int) -> list[tuple[str, Any, Any]]:
    """Return distinct findings (rule and what it found), at most so many of a rule, in a random order that the seed fixes."""
    distinct = {}
    for where, row, one in found:
        distinct.setdefault((one.rule, (one.found or row["title"]).casefold()), (where, row, one))
    keys = sorted(distinct)
    random.Random(seed).shuffle(keys)
    taken: dict[str, int] = {}
    out = []
    for key in keys:
        taken[key[0]] = taken.get(key[0], 0) + 1
        if taken[key[0]] <= most:
            out.append(distinct[key])
    return sorted(out, key=lambda one: one[2].rule)


def text_around(row: dict[str, Any], finding: Any) -> str:
    whole = Listing.of(row).text_at(finding.field) or row["title"]
    return whole[max(0, finding.start - 70) : finding.end + 70][:300]


def one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
