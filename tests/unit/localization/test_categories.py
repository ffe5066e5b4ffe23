"""Kinds of goods: a shop's words mean the kinds that rules speak of, and an unknown word is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbcommerce import listings, localization
from xbcommerce.errors import RulebookError
from xbcommerce.localization.categories import Categories
from xbcommerce.rules import Rulebook

DAY = "2026-11-26"
KNOWN = Categories.of(Rulebook.builtin())


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("clothing", {"clothing", "textiles"}),
        ("Apparel", {"clothing", "textiles"}),
        ("Apparel & Accessories > Clothing > Shirts & Tops", {"accessories", "clothing", "textiles"}),
        ("Getränke", {"drinks", "food"}),
        ("real-estate", {"real_estate"}),
        ("Dietary_Supplement", {"supplements", "food"}),
        ("Home & Garden / Linens & Bedding / Bedding", {"home", "home_textiles", "textiles"}),
        ("unobtainium", set()),
        ("", set()),
        (" > / ", set()),
    ],
)
def test_kinds_of_a_category(word: str, kinds: set[str]) -> None:
    assert KNOWN.kinds(word) == kinds


def test_every_goods_class_of_tax_is_a_category_too() -> None:
    classes = Rulebook.builtin().document("vocabulary.toml")["goods_class"]
    assert [name for name in classes if name != "standard" and not KNOWN.kinds(name)] == []


@given(st.text(max_size=2_000))
def test_any_text_may_be_a_category(text: str) -> None:
    assert KNOWN.kinds(text) <= set(KNOWN.rows)
    assert bool(KNOWN.unknown(text)) is not bool(KNOWN.kinds(text))


def test_a_rule_for_food_holds_for_what_is_food() -> None:
    for word in ("supplements", "Vitamins & Supplements", "Grocery > Snacks"):
        found = localization.check({"title": "Detox tea", "category": word}, market="DE", on=DAY)
        assert "eu.health.food" in {one.rule for one in found.findings}, word


def test_a_category_that_no_rule_knows_is_told() -> None:
    found = localization.check({"title": "Detox tea", "category": "beverges"}, market="DE", on=DAY)
    assert "did you mean 'beverages'?" in found.not_assessed["category"]
    card = listings.score({"title": "Detox tea", "category": "zzz"}, platform="etsy", market="US", on=DAY)
    assert any("zzz" in one for one in card.assumptions)
    assert "category" not in localization.check({"title": "Tea", "category": "tea"}, market="DE", on=DAY).not_assessed


def test_fit_reads_the_same_words() -> None:
    words = ("apparel", "clothing", "Apparel & Accessories > Clothing")
    base = {"brand_owner": True, "made_by": "factory"}
    first, *others = (listings.fit({**base, "category": word}, on=DAY).of("zalando") for word in words)
    assert first.reasons
    assert all(other.reasons == first.reasons for other in others)
    unknown = listings.fit({**base, "category": "qqqq"}, on=DAY).of("zalando")
    assert "category" in unknown.ask


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"a": {"also": ["x"]}, "b": {"also": ["X"]}}, "is two categories"),
        ({"a": {"in": ["c"]}}, "no category"),
        ({"a": {"in": ["b"]}, "b": {"in": ["a"]}}, "within itself"),
        ({"a": {"under": ["b"]}}, "under"),
    ],
)
def test_a_broken_list_is_refused(rows: dict[str, dict[str, list[str]]], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        Categories(rows)
