"""Keywords: where buyers' words stand, in languages with and without spaces."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.listings import Coverage, coverage, keywords, tokenizer


def one(title: str, keyword: str, language: str, **more: object) -> tuple[str, str]:
    found = coverage({"title": title, "language": language, **more}, [keyword]).keywords[0]
    return found.field, found.how


@pytest.mark.parametrize(
    ("title", "keyword", "language", "how"),
    [
        ("Stainless Steel Water Bottle", "water bottle", "en", "phrase"),
        ("Water Bottles of Steel", "water bottle", "en", "phrase"),
        ("Bottle for Water", "water bottle", "en", "words"),
        ("Steel Flask", "water bottle", "en", ""),
        ("Trinkwasserflasche 1 l", "Wasserflasche", "de", "phrase"),
        ("Wasserflaschenhalter", "Wasserflasche", "de", "phrase"),
        ("Trinkwasserflasche", "Wasser", "de", ""),
        ("Teekanne", "Tee", "de", ""),
        ("Edelstahl-Trinkflasche", "edelstahl trinkflasche", "de", "phrase"),
        ("ステンレス水筒 500ml", "水筒", "ja", "phrase"),
        ("ステンレス ボトル", "ボトル ステンレス", "ja", "words"),
        ("不锈钢保温杯", "保温杯", "zh", "phrase"),
        ("ขวดน้ำสแตนเลส", "สแตนเลส", "th", "phrase"),
        ("Ｗａｔｅｒ Bottle", "water bottle", "en", "phrase"),
        ("C++ Mug", "++", "en", "phrase"),
        ("Glazed stoneware. Mug", "stoneware mug", "en", "words"),
        ("Mugs. Glazed stoneware mugs", "stoneware mug", "en", "phrase"),
        ("スマートSmartケース sealed", "art", "ja", ""),
        ("スマートSmartケース sealed", "LED", "ja", ""),
        ("スマートSmartケース sealed", "smart", "ja", "phrase"),
        ("LEDライト", "led", "ja", "phrase"),
        ("St. Bernard plush", "st. bernard", "en", "phrase"),
        ("St Bernard plush", "st. bernard", "en", "phrase"),
        ("A plush saint. Bernard", "saint bernard", "en", "words"),
        ("水筒1500ml", "500ml", "ja", ""),
        ("水筒1500ml", "ml", "ja", "phrase"),
        ("Art水筒 smart", "art水筒", "ja", "phrase"),
        ("Smart水筒", "art水筒", "ja", ""),
    ],
)
def test_how_a_keyword_is_met(title: str, keyword: str, language: str, how: str) -> None:
    assert one(title, keyword, language)[1] == how


def test_the_best_field_counts_once() -> None:
    found = coverage({"title": "Mug", "description": "mug mug mug", "search_terms": "cup"}, {"mug": 3, "cup": 1})
    assert found.share == "0.8750"
    assert [(met.text, met.field, met.worth) for met in found.keywords] == [
        ("cup", "search_terms", "0.50"),
        ("mug", "title", "1.00"),
    ]


def test_repeating_gains_nothing() -> None:
    once, often = coverage({"title": "Mug"}, ["mug"]), coverage({"title": "Mug mug mug mug"}, ["mug"])
    assert once.share == often.share


class Pieces:
    name = "pieces"

    def words(self, text: str) -> Sequence[str]:
        return ["東京", "都", "の", "観光"]


def test_a_tokenizer_confirms() -> None:
    listing = {"title": "東京都の観光", "language": "ja"}
    assert coverage(listing, ["京都"]).missing == ()
    found = coverage(listing, ["京都", "東京"], tokenizer=Pieces())
    assert found.missing == ("京都",)
    assert found.segmented_by == "pieces"


def test_language_by_script() -> None:
    assert coverage({"title": "お茶のマグカップ"}, ["マグ"]).language == "ja"


def test_language_by_market() -> None:
    assert coverage({"title": "Trinkflaschen", "market": "DE"}, ["Trinkflasche"]).share == "1.0000"
    assert coverage({"title": "Trinkflaschen", "market": "EU"}, ["Trinkflasche"]).language == ""


def test_a_long_japanese_text_is_read_to_its_end() -> None:
    text = "水筒。" * 9_000 + "魔法瓶"
    pieces = list(keywords._pieces(text))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 12_000
    assert all(piece.endswith("。") for piece in pieces[:-1])
    assert "".join(keywords._pieces("字" * 30_000)) == "字" * 30_000


@pytest.mark.parametrize("text", ["a" * 500_000, "smart" * 100_000, "steel mug " * 50_000])
def test_a_hostile_text_is_sought_through_in_one_pass(text: str) -> None:
    some = ["a" * length for length in range(1, 150)] + [f"art{number}" for number in range(200)]
    start = time.process_time()
    for language in ("ja", "en"):
        coverage({"description": text, "language": language}, some)
    assert time.process_time() - start < 10


def test_many_keywords_of_a_long_text_take_one_reading() -> None:
    text = " ".join(f"wort{number} Trinkwasserflasche" for number in range(20_000))
    some = [f"Wasserflasche{number}" for number in range(500)]
    start = time.process_time()
    found = coverage({"description": text, "language": "de"}, [*some, "Wasserflasche", "wort19999"])
    assert time.process_time() - start < 5
    assert set(found.missing) == set(some)


@pytest.mark.parametrize(
    "given",
    [[" "], ["\u3000"], ["\u200b"], 5, [5], [{"text": ""}], [{"text": "a", "volume": -1}], [{"txt": "a"}], ["a"] * 2_001],
)
def test_errors(given: object) -> None:
    with pytest.raises(InvalidInput):
        coverage({"title": "Mug"}, given)


def test_no_volume_is_no_coverage() -> None:
    found = coverage({"title": "Mug"}, {"mug": 0})
    assert isinstance(found, Coverage)
    assert found.share == "0.0000"
    assert coverage({"title": "Mug"}, "mug").share == "1.0000"


def test_tokenizers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="no tokenizer"):
        tokenizer("de")
    import sys

    tokenizer.cache_clear()
    for name in ("sudachipy", "rjieba", "pythainlp", "pythainlp.tokenize"):
        monkeypatch.setitem(sys.modules, name, None)
    for language in ("ja", "zh-Hans", "th"):
        with pytest.raises(InvalidInput, match="not installed"):
            tokenizer(language)
    tokenizer.cache_clear()
