"""Make the built-in carriers' facts from the researched ones.

Input: a folder with `facts.jsonl` (carriers' figures as collected on 2026-11-22 from public pages, each row with its source) and
beside it `corrections.jsonl`. Output: `carriers.csv` and `sources.csv` in src/xbcommerce/data/logistics. Only figures and dates
are taken over, in a structure of our own; no texts. What hides in the prose of a scope or inside a value (carrier, product,
size class, weight band, which of several figures) becomes a column, so that no two rows with the same keys overlap in time.

    python tools/logistics.py FOLDER
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

OUT = Path(__file__).parents[1] / "src" / "xbcommerce" / "data" / "logistics"
KEYS = ("carrier", "product", "place", "origin", "destination", "tier", "band", "part")
COLUMNS = ("subject", *KEYS, "value", "unit", "valid_from", "valid_to", "status", "confidence", "source", "note")
SEEN = "2026-11-22"

CARRIERS = (
    "DHL Express", "InPost", "FedEx", "USPS", "YunExpress", "China Post", "Aramex", "WanB", "Japan Post", "Royal Mail", "Parcelforce",
    "Deutsche Post", "PostNL", "Canada Post", "Poczta Polska", "OOHPod", "Itella", "D Express", "Shiprocket", "UPU", "UPS",
)  # fmt: skip
PRODUCTS = (  # (what the scope says, product): the first that is found
    ("ePacket", "ePacket"), ("EMS", "EMS"), ("small packet", "small packet"), ("FCPIS", "First-Class Package International"),
    ("First-Class Package International", "First-Class Package International"), ("half-bubble", "dedicated line, half-bubble"),
    ("minimum 50 g", "dedicated line, least 50 g"), ("minimum billing weight 500 g", "dedicated line, economy"),
    ("minimum billing weight US", "dedicated line by destination"), ("actual weight only", "dedicated line, actual weight"),
    ("general lines", "dedicated line, general"), ("YunExpress economy", "economy"), ("YunExpress express", "express"),
    ("USEXR", "USEXR"), ("EUEXR", "EUEXR"), ("UKSLRRM", "UKSLRRM"), ("FREXR", "FREXR"), ("DEEXR", "DEEXR"), ("ITEXR", "ITEXR"),
    ("Latin America & Caribbean", "Latin America and Caribbean"), ("Express international, metric", "International Express"),
    ("historic table", "Express, table of 2013"), ("all > 1728", "domestic daily rates"), ("> 1728 in3; packages", "domestic daily rates"),
    ("retail/counter", "retail and Priority above 1728 in3"), ("UPS/FedEx daily", "daily rates"),
    ("international packages, metric", "International"), ("proposed time-limited", "packages, proposed"),
)  # fmt: skip
PLACES = {"DHL Express ex CN/HK to Asia": "Asia"}
AREA = re.compile(r"ex (?:mainland )?CN(?:/HK)?(?:/MO)? to ([^;,]+)")
LANE = re.compile(r"\b([A-Z]{2})->([A-Z]{2,3}|\*)")


def main(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines()]
    correct(rows, folder.parent / "corrections.jsonl")
    sources: dict[tuple[str, str], str] = {}
    out = []
    for row in rows:
        if row["subject"] in SKIPPED or (row["confidence"] == "low" and "placeholder" in row["note"].lower()):
            continue
        out += [{**one, "source": source_of(row, sources)} for one in converted(row)]
    out += [{**dict.fromkeys(COLUMNS, ""), **one, "source": source_of(one, sources)} for one in MORE]
    out = [{name: one.get(name, "") for name in COLUMNS} for one in out]
    distinguish(out)
    OUT.mkdir(parents=True, exist_ok=True)
    write(OUT / "carriers.csv", COLUMNS, sorted(out, key=lambda one: tuple(str(one[name]) for name in COLUMNS)))
    for (url, title), name in EXTRA_SOURCES.items():
        sources.setdefault((url, title), name)
    listed = [
        {"id": name, "title": title or "no page seen", "publisher": host(url), "url": "" if "model-knowledge" in url else url,
         "seen": "" if "model-knowledge" in url else SEEN}
        for (url, title), name in sources.items()
    ]  # fmt: skip
    write(OUT / "sources.csv", ("id", "title", "publisher", "url", "seen"), sorted(listed, key=lambda one: one["id"]))
    print(f"{len(out)} figures, {len(listed)} sources")


SKIPPED = {"logistics.rate_card.effective_date"}


def correct(rows: list[dict[str, Any]], path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        fix = json.loads(line)
        if fix["file"] != "logistics/facts.jsonl":
            continue
        for number in fix["lines"]:
            row = rows[number - 1]
            assert all(row[name] == value for name, value in fix["match"].items()), fix
            new = fix["new"]
            row[fix["field"]] = re.match(r"\d{4}-\d\d-\d\d", new)[0] if fix["field"] == "valid_to" else new  # type: ignore[index]


def source_of(row: dict[str, Any], sources: dict[tuple[str, str], str]) -> str:
    url = row["source_url"]
    known = url.startswith("http")
    key = (
        url if known else "model-knowledge" if "model" in url else "",
        row["source_title"] if known or "model" not in url else "",
    )
    if key not in sources:
        stem = re.sub(r"[^a-z0-9]+", "-", host(url) or re.sub(r"\W+", "-", key[1].lower())[:30] or "unseen").strip("-")
        taken = set(sources.values())
        name = stem
        for count in range(2, 100):
            if name not in taken:
                break
            name = f"{stem}-{count}"
        sources[key] = name
    return sources[key]


def host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def converted(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    subject, scope = row["subject"].removeprefix("logistics."), row["scope"] or ""
    place = "" if row["jurisdiction"] == "*" else row["jurisdiction"]
    for carrier in carriers_of(row["subject"], scope, row):
        yield from of_carrier(row, subject, scope, place, carrier)


def carriers_of(subject: str, scope: str, row: dict[str, Any]) -> tuple[str, ...]:
    """Return the carriers of a row: one scope may name several for which the same figure holds."""
    for said, several in SHARED:
        if said in scope:
            return several
    return (carrier_of(subject, scope, row),)


SHARED = (
    ("DHL/UPS/FedEx", ("DHL Express", "UPS", "FedEx")), ("UPS and FedEx", ("UPS", "FedEx")), ("UPS/FedEx", ("UPS", "FedEx")),
    ("UPS retail/counter", ("UPS", "USPS")), ("Shiprocket default", ("Shiprocket",)),
)  # fmt: skip


def of_carrier(row: dict[str, Any], subject: str, scope: str, place: str, carrier: str) -> Iterator[dict[str, Any]]:
    keys = {"carrier": carrier, "product": "", "place": place}
    keys["product"] = next((product for said, product in PRODUCTS if said in scope), "")
    area = AREA.search(scope)
    if area:
        keys |= {"origin": place, "place": "", "destination": area[1].strip()}
    lane = LANE.search(scope)
    if lane:
        keys |= {"origin": lane[1], "destination": lane[2], "place": ""}
        kind = re.search(r"class (\w+)", scope)
        keys["product"] = keys["product"] or (kind[1].replace("_", " ") if kind else "")
    destination = re.search(r"destination ([A-Z]{2});", scope)
    if destination:
        keys |= {"origin": "CN", "destination": destination[1], "place": ""}
        standard = re.search(r"size standard (\d)", scope)
        yield {**base(row, subject), **keys, "part": "size standard", "value": standard[1] if standard else "", "unit": "class"}
    ladder = re.search(r"EMS to (zone \d).* up to (\d+ g)", scope)
    if ladder:
        keys |= {"destination": ladder[1], "band": f"up to {ladder[2]}"}
    if subject == "dg.lithium":
        keys["product"] = re.sub(r" \(.*?\)|;.*|,.*|:.*", "", scope).strip()
    handling = re.search(r"UPS (\w+), (zone \S+)", scope)
    if handling:
        keys |= {"tier": handling[1], "band": handling[2]}
    for parts, value, unit in figures(subject, row["value"], row["unit"]):
        yield {**base(row, subject), **keys, **parts, "value": value, "unit": unit}


def carrier_of(subject: str, scope: str, row: dict[str, Any]) -> str:
    if subject.startswith("fba."):
        return "Amazon FBA"
    if subject.startswith(("cod.", "returns.")):
        return ""
    if subject == "logistics.dg.lithium":
        return "IATA" if row["jurisdiction"] == "*" else "reseller of DHL Express"
    if "Ozon partner" in scope and subject == "logistics.rate_card":
        return "Ozon partner UNI"
    named = scope if any(name in scope for name in CARRIERS) else f"{scope} {row['source_title']}"
    for name in CARRIERS:
        if re.search(rf"\b{re.escape(name)}\b", named):
            return name
    return {"mydhl": "DHL Express", "karrioapi": "DHL Parcel"}.get(row["source_title"].lower()[:5], "")


def base(row: dict[str, Any], subject: str) -> dict[str, Any]:
    dates = row["valid_from"], row["valid_to"]
    status = "observed" if dates == (None, None) else "in_force"
    if "proposed" in (row["scope"] or ""):
        status = "proposed"
    return {
        "subject": subject, "valid_from": dates[0] or "", "valid_to": dates[1] or "", "status": status,
        "confidence": "low" if "model" in row["source_url"] else row["confidence"], "note": "",
    }  # fmt: skip


def figures(subject: str, value: Any, unit: str | None) -> Iterator[tuple[dict[str, str], str, str]]:
    """Yield each figure of a value with the keys that it had inside."""
    unit = (unit or "").strip()
    if isinstance(value, dict):
        yield from inside(subject, dict(value), unit)
    else:
        yield {}, str(value), unit


def inside(subject: str, value: dict[str, Any], unit: str) -> Iterator[tuple[dict[str, str], str, str]]:
    keys: dict[str, str] = {}
    if "tier" in value:
        keys["tier"] = value.pop("tier")
    if "group" in value:
        keys["tier"] = value.pop("group")
        keys["product"] = value.pop("level")
    if "band" in value:
        keys["band"] = value.pop("band")
    if "steps_g" in value:
        for edge, price in value.pop("steps_g"):
            yield {**keys, "band": f"up to {edge} g"}, str(price), unit
    if "max" in value and subject == "fba.fulfillment_fee":
        ounces = keys["tier"] == "small_standard" or float(value["max"]) > 3
        keys["band"] = f"up to {value.pop('max')} {'oz' if ounces else 'lb'}"
    if subject == "rate_card" and "min_kg" in value and "band" not in keys:
        keys["band"] = f"from {value['min_kg']} kg"
    for name, content in value.items():
        yield from flat(keys, name, content, unit)


def flat(keys: dict[str, str], name: str, content: Any, unit: str) -> Iterator[tuple[dict[str, str], str, str]]:
    if content is None:
        return
    if WINDOW.fullmatch(name):
        keys = {**keys, "valid_from": name[:10], "valid_to": name[12:]}
        yield keys, str(content), unit
        return
    if isinstance(content, dict):
        inner = {**keys, ("tier" if "tier" not in keys else "band"): name}
        for part, one in content.items():
            yield from flat(inner, part, one, unit)
    elif isinstance(content, list):
        ends = ENDS.get(name) or ENDS.get(unit)
        for place, one in enumerate(content):
            yield from flat(keys, f"{name}.{ends[place] if ends else place + 1}", one, unit)
    else:
        yield {**keys, "part": name}, str(content), unit


WINDOW = re.compile(r"\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d")
ENDS = {
    "days": ("min", "max"), "g": ("min", "max"), "value_rub": ("min", "max"), "direct_mail": ("min", "max"),
    "overseas_warehouse": ("min", "max"), "bonded_warehouse": ("min", "max"), "minimal_splits": ("low", "high"),
    "partial": ("low", "high"), "residential_by_volume": ("low", "high"), "USD/unit [off-peak, peak]": ("off_peak", "peak"),
    "EUR/m3/month [Jan-Sep, Oct-Dec]": ("jan_sep", "oct_dec"), "dg_standard": ("jan_sep", "oct_dec"),
    "dg_oversize": ("jan_sep", "oct_dec"),
}  # fmt: skip


def distinguish(rows: list[dict[str, Any]]) -> None:
    """Refuse two rows of the same keys whose validity overlaps."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in ("subject", *KEYS))].append(row)
    bad = [
        key
        for key, same in groups.items()
        for one in same
        for other in same
        if one is not other
        and one["valid_from"] <= (other["valid_to"] or "9999")
        and other["valid_from"] <= (one["valid_to"] or "9999")
    ]
    for key in sorted(set(bad)):
        print("overlap:", key, file=sys.stderr)
    if bad:
        sys.exit(1)


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def more(subject: str, value: str, unit: str, url: str, title: str, **keys: str) -> dict[str, Any]:
    return {
        "subject": subject, "value": value, "unit": unit, "source_url": url, "source_title": title, "status": "observed",
        "confidence": "medium", **keys,
    }  # fmt: skip


_DHL_DE = (
    "https://dhl.de/en/geschaeftskunden/express/produkte-und-services/duty-billing-services.html",
    "DHL Express Germany: duty billing services",
)
_DHL_SI = ("https://mydhl.express.dhl/si/en/ship/customs-services.html", "MyDHL+ Slovenia: customs services")
_UPS_RW = ("https://www.ups.com/rw/en/shipping/zones-and-rates/additional.page", "UPS additional charges RW")
_ZONOS = (
    "https://support.zonos.com/article/127-who-pays-the-ups-duty-and-tax-forwarding-surcharge",
    "Zonos: UPS duty and tax forwarding surcharge",
)
_SHIPROCKET = (
    "https://support.shiprocket.in/support/solutions/articles/43000544658-how-to-calculate-the-volumetric-weight-of-my-shipment-",
    "Shiprocket volumetric weight",
)
MORE: list[dict[str, Any]] = [
    more("dim_divisor", "6000", "cm3/kg", *_SHIPROCKET, carrier="Aramex", place="IN"),
    more("dim_divisor", "4500", "cm3/kg", *_SHIPROCKET, carrier="FedEx", place="IN", product="surface"),
    more("duty_forwarding_fee", "15", "USD per shipment", *_ZONOS, carrier="UPS", place="US"),
    *(
        more(subject, value, unit, *_UPS_RW, carrier="UPS", place="RW", part=part)
        for subject, part, value, unit in (
            ("duty_forwarding_fee", "", "15.00", "USD per shipment"),
            ("surcharge.extended_area", "per_kg", "0.43", "USD"),
            ("surcharge.extended_area", "minimum", "28.00", "USD"),
            ("surcharge.remote_area", "per_kg", "0.60", "USD"),
            ("surcharge.remote_area", "minimum", "33.00", "USD"),
            ("surcharge.large_package", "", "57.00", "USD/package"),
            ("surcharge.over_maximum", "", "106.00", "USD/package"),
            ("surcharge.additional_handling", "", "3.75", "USD/package"),
        )
    ),
    *(
        more("disbursement_fee", value, unit, *_DHL_DE, carrier="DHL Express", place="DE", part=part, product=product)
        for product in ("duty tax processing", "duty tax paid")
        for part, value, unit in (("pct", "2", "% of duty and tax"), ("minimum", "16.00", "EUR"))
    ),
    more("disbursement_fee", "2", "% of duty and tax", *_DHL_SI, carrier="DHL Express", place="SI", part="pct"),
    more("disbursement_fee", "12.00", "EUR per shipment", *_DHL_SI, carrier="DHL Express", place="SI", part="fixed"),
    *(
        more("clearance_fee", value, unit, *_DHL_SI, carrier="DHL Express", place="SI", product=product, part=part)
        for product, part, value, unit in (
            ("clearance processing", "fixed", "10.00", "EUR per shipment"),
            ("export declaration above 1000 EUR", "fixed", "10.00", "EUR per shipment"),
            ("multiline entry", "each", "5.00", "EUR per line"),
            ("bonded transit", "fixed", "45.00", "EUR per shipment"),
            ("non-routine entry", "fixed", "45.00", "EUR per shipment"),
            ("bonded storage", "fixed", "11.00", "EUR per shipment after 3 working days"),
            ("bonded storage", "per_kg", "0.22", "EUR per kg and day after 3 working days"),
            ("broker notification", "fixed", "12.00", "EUR per shipment"),
        )
    ),
]
EXTRA_SOURCES: dict[tuple[str, str], str] = {
    (
        "https://bestforecommerce.com/ecommerce-statistics/delivery-returns/delivery-methods-share/",
        "Delivery methods share (Gemius E-commerce in Poland, Kearney)",
    ): "bestforecommerce-com",
    (
        "https://www.gfm-nachrichten.de/news/ausser-haus-beliebt/",
        "Sendcloud survey of out-of-home delivery 2024",
    ): "gfm-nachrichten-de",
    (
        "https://parcelandpostaltechnologyinternational.com/analysis/lockers-and-pudos-taking-europe-by-storm.html",
        "Last Mile Experts: out-of-home delivery in Europe 2022",
    ): "parcelandpostal-lme-2022",
    (
        "https://thepaypers.com/payments/news/50-percent-scandinavian-consumers-prefer-delivery-choice-option",
        "PostNord: e-commerce in the Nordic region, first quarter of 2015",
    ): "thepaypers-com",
    (
        "https://www.tga.gov.sa/en/MediaCenter/TGANewsDetails/139",
        "Transport General Authority: National Address for all parcels from January 2026",
    ): "tga-gov-sa",
    (
        "https://digier.erasmus.site/courses/chapter-5-effective-cashless-payment-methods-for-business-in-european-countries/lessons/romania-4",
        "Bucharest University of Economic Studies 2020, how Romanians pay online",
    ): "digier-erasmus-site",
    (
        "https://www.egrow.com/en/blog/the-state-of-cod-e-commerce-in-2026-markets-trends-and-opportunities",
        "eGrow: the state of cash on delivery in 2026",
    ): "egrow-com",
    (
        "https://selligate.com/top-10-e-commerce-cash-on-delivery-cod-countries-in-2026",
        "Selligate: countries of cash on delivery 2026",
    ): "selligate-com",
    (
        "https://uk.dwf.law/en/trending-now/2017/the-global-consumer-2019/delivering-on-expectations",
        "DWF Global Consumer Report 2019: preferred delivery",
    ): "dwf-2019",
    (
        "https://capitaloneshopping.com/research/ecommerce-delivery-statistics",
        "Capital One Shopping: e-commerce delivery statistics",
    ): "capitaloneshopping-com",
    (
        "https://vanoma.com/blog/introducing-delivery-links/",
        "Vanoma: delivery without physical addresses in African cities",
    ): "vanoma-com",
    (
        "http://africa.chinadaily.com.cn/world/2016-02/25/content_23646701.htm",
        "China Daily: delivery addresses in Kenya",
    ): "chinadaily-2016",
    (
        "https://gulfnews.com/world/africa/a-delivery-order-with-no-address-1.66850236",
        "Gulf News: a delivery order with no address",
    ): "gulfnews-com",
    (
        "https://www.romania-insider.com/dante-international-plan-1000-lockers",
        "Romania Insider: deliveries by lockers 2019",
    ): "romania-insider-2019",
    ("http://www.xhfhk.com/paisongguize-en.html", "Xinhang forwarding rules"): "xhfhk-com",
    ("https://www.postacg.me/usluge/pismonosne-usluge/inostranstvo/", "Posta Crne Gore: letters abroad"): "postacg-me",
    (
        "https://gbps.org.uk/information/rates/overseas/airmail-from-1947/tracked-eu-2014-2020.php",
        "Great Britain Philatelic Society: International Tracked rates to the EU 2014-2020",
    ): "gbps-org-uk",
    ("https://www.atlanticpkg.com/?p=16059", "Atlantic Packaging: dimensional weight"): "atlanticpkg-com",
}

if __name__ == "__main__":
    main(Path(sys.argv[1]))
