"""Benchmarks of localization: `python3 tasks.py bench`. Run on a quiet machine.

Aims: a listing of 2,000 signs with every text check under 5 ms warm; 1 MB of hostile text under 3 s.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from xbcommerce.localization import Listing, calendar, check

ON = "2026-11-22"
GERMAN = (
    "Diese Trinkflasche aus Edelstahl hält Getränke lange warm. Der Deckel aus Bambus schließt dicht, und Sie können sie in "
    "der Spülmaschine reinigen. 7 x 7 x 26 cm, 340 g. "
)
ENGLISH = (
    "This insulated bottle keeps drinks warm for hours. The lid closes tightly; it weighs 12 oz and ships from Ohio within "
    "2 business days. "
)
JAPANESE = "ステンレス製の水筒です。保温と保冷に対応し、氷も入る広口タイプです。サイズは高さ26cm、重さ340gです。"
TEXTS = {"DE": ("de", GERMAN), "US": ("en", ENGLISH), "JP": ("ja", JAPANESE)}


def listing(market: str, number: int = 0) -> Listing:
    language, sentence = TEXTS[market]
    text = (f"{number} {sentence}" * 40)[:2000]
    return Listing(
        title=text[:120],
        bullets=[text[start : start + 150] for start in range(120, 870, 150)],
        description=text[870:],
        language=language,
    )


@pytest.mark.parametrize("market", TEXTS)
def test_listing_of_2000_signs(benchmark: Any, market: str) -> None:
    numbers = count()
    check(listing(market), market=market, on=ON)
    benchmark(lambda: check(listing(market, next(numbers)), market=market, on=ON))


@pytest.mark.parametrize("piece", ["a\u200b", "explosive model ", "e\u0301", "1 ", "爆款第一"])
def test_a_megabyte(benchmark: Any, piece: str) -> None:
    content = {"description": piece * (1_000_000 // len(piece)), "language": "de"}
    benchmark.pedantic(lambda: check(content, market="DE", on=ON), rounds=1)


def test_a_year_of_a_market(benchmark: Any) -> None:
    benchmark(lambda: calendar("SA", "2026-01-01", "2026-12-31"))
