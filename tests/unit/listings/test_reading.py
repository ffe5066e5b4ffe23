"""Readability: sentences, LIX, lists, scripts without spaces or full stops."""

from __future__ import annotations

import pytest

from xbcommerce import listings
from xbcommerce.listings.reading import sentences

LONG = (
    "This is the bottle that we have made for you and for all your friends who like to walk with it and to sit until the sun is gone. "
    * 4
)


def hard(description: str, language: str = "en") -> bool:
    card = listings.score({"description": description, "language": language}, platform="ebay", market="US", on="2026-11-22")
    return any(finding.rule == "reading.sentences" for finding in card.findings)


def test_sentences() -> None:
    assert sentences("Holds 1.5 l. Blue!\nNew: yes; 12.") == ["Holds 1.5 l", "Blue", "New", "yes"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (LONG, "en", True),
        (LONG.replace(".", ""), "en", False),  # the stops were lost: nobody can tell where its sentences end
        ("One stop in all of this long and winding text about a bottle " * 3 + ". And nothing more.", "en", False),
        ("Blue Whale And Red Fox And Grey Seal And Brown Bear And White Owl And Black Cat And Pied Crow. " * 5, "en", False),
        ("width 12 cm depth 14 cm height 80 cm seat 40 cm back 70 cm arm 10 cm leg 12 cm base 45 cm. " * 5, "en", False),
        ("Short text. It is easy. " * 6, "en", False),
        ("corn, wheat, seed, oats, millet, peanuts, raisins, maize, barley, rye, " * 4, "en", False),
        ("Extraordinary international manufacturing considerations notwithstanding. " * 5, "en", False),
        (("Extraordinary international manufacturing considerations notwithstanding " * 3 + ". ") * 5, "en", True),
        ("これは水筒です。" * 10, "ja", False),
        ("水筒" * 60, "ja", True),
        ("水筒", "ja", False),
        ("ขวดน้ำสแตนเลสเก็บความเย็น" * 10, "th", False),
        ("Small.", "en", False),
    ],
)
def test_what_is_hard_to_read(text: str, language: str, expected: bool) -> None:
    assert hard(text, language) is expected
