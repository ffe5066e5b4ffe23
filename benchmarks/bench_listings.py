"""Benchmarks of listings: `python3 tasks.py bench`. Run on a quiet machine; medians go into docs/explanation/performance.md.

Aims: a catalogue of 10,000 listings scored at 500 a second on two cores (`score_all(..., workers=2)`); a listing of 2,000 signs
in under 5 ms; a look-up of a platform's rules, a plan of a hundred items and an account's health in a few milliseconds.
"""

from __future__ import annotations

import random
import time
from typing import Any

from xbcommerce import listings

ON = "2026-11-22"
KINDS = ("Mug", "Bottle", "Bowl", "Plate", "Lamp", "Towel", "Basket", "Candle", "Frame", "Clock")
STUFFS = ("steel", "glass", "bamboo", "cotton", "oak", "linen", "brass", "clay", "wool", "cork")
SENTENCES = (
    "It is made of {stuff} and keeps its shape for years.",
    "Holds {n} ml, and fits into a cupboard of {n} mm.",
    "Wash it by hand and dry it with a soft cloth.",
    "The box holds one {kind} and a short guide.",
    "A calm colour that goes with every table.",
    "Tested in {n} homes before it was sold.",
)


def catalogue(size: int, signs: int = 700) -> list[dict[str, Any]]:
    """Return listings with title, three bullet points and a description, about so many signs together."""
    chance = random.Random(26)
    return [one(chance, number, signs) for number in range(size)]


def one(chance: random.Random, number: int, signs: int) -> dict[str, Any]:
    words = {"kind": chance.choice(KINDS).lower(), "stuff": chance.choice(STUFFS), "n": chance.randrange(100, 900)}
    sentence = lambda: chance.choice(SENTENCES).format(**words)  # noqa: E731
    description = [sentence()]
    while sum(map(len, description)) < signs - 260:
        description.append(sentence())
    return {
        "title": f"{words['stuff'].title()} {words['kind'].title()} {words['n']} ml, No. {number}",
        "bullets": [sentence(), sentence(), sentence()], "description": " ".join(description), "brand": "Lund",
        "language": "en", "category": "kitchen",
    }  # fmt: skip


def test_score(benchmark: Any) -> None:
    row = catalogue(1)[0]
    listings.score(row, platform="amazon", market="US", on=ON)
    benchmark(lambda: listings.score(row, platform="amazon", market="US", on=ON))


def test_score_of_2000_signs_with_keywords(benchmark: Any) -> None:
    row, wanted = catalogue(1, 2_000)[0], {"glass bottle": 900, "steel mug": 400, "kitchen": 100}
    listings.score(row, platform="amazon", market="DE", on=ON, keywords=wanted)
    benchmark(lambda: listings.score(row, platform="amazon", market="DE", on=ON, keywords=wanted))


def test_improvements(benchmark: Any) -> None:
    card = listings.score({**catalogue(1)[0], "title": "HOT SALE!!! MUG " * 9}, platform="amazon", market="US", on=ON)
    benchmark(card.improvements)


def test_rules(benchmark: Any) -> None:
    benchmark(lambda: listings.rules("amazon", market="US", on=ON))


def test_health(benchmark: Any) -> None:
    metrics = {"order_defect_rate": {"count": 4, "of": 500}, "late_shipment_rate": "3.2 %", "valid_tracking_rate": "96 %"}
    benchmark(lambda: listings.health(metrics, platform="amazon", market="US", on=ON))


def test_sync_plan_of_100_items(benchmark: Any) -> None:
    items = [{"sku": f"A{n}", "listing": row, "prices": {"US": "9.90 USD"}} for n, row in enumerate(catalogue(100))]
    seen = {f"A{n}": {"title": "Old", "price": "9.90 USD"} for n in range(90)}
    store = {"id": "us", "platform": "ebay", "market": "US", "seen": seen}
    benchmark.pedantic(lambda: listings.sync_plan(items, [store], on=ON), rounds=3)


def test_catalogue_of_10000_on_two_cores(benchmark: Any) -> None:
    rows = catalogue(10_000)
    benchmark.pedantic(lambda: listings.score_all(rows, platform="amazon", market="US", on=ON, workers=2), rounds=1)


if __name__ == "__main__":
    many = catalogue(10_000)
    for workers in (1, 2):
        start = time.perf_counter()
        listings.score_all(many, platform="amazon", market="US", on=ON, workers=workers)
        print(f"{workers} processes: {len(many) / (time.perf_counter() - start):.0f} listings a second")
