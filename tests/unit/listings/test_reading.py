"""Readability: sentences, LIX, lists, scripts without spaces or full stops."""

from __future__ import annotations

import pytest

from xbcommerce import listings
from xbcommerce.listings.reading import sentences

LONG = "This bottle that we have made for you and for all your friends who like to walk in the hills with it " * 2


def hard(description: str, language: str = "en") -> bool:
    card = listings.score({"description": description, "language": language}, platform="ebay", market="US", on="2026-11-22")
    return any(finding.rule == "reading.sentences" for finding in card.findings)


def test_sentences() -> None:
    assert sentences("Holds 1.5 l. Blue!\nNew: yes; 12.") == ["Holds 1.5 l", "Blue", "New", "yes"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (LONG, "en", True),
        ("Short text. It is easy. " * 6, "en", False),
        ("corn, wheat, seed, oats, millet, peanuts, raisins, maize, barley, rye, " * 4, "en", False),
        ("Extraordinary international manufacturing considerations notwithstanding. " * 5, "en", True),
        ("これは水筒です。" * 10, "ja", False),
        ("水筒" * 60, "ja", True),
        ("水筒", "ja", False),
        ("ขวดน้ำสแตนเลสเก็บความเย็น" * 10, "th", False),
        ("Small.", "en", False),
    ],
)
def test_what_is_hard_to_read(text: str, language: str, expected: bool) -> None:
    assert hard(text, language) is expected
