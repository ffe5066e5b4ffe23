"""The score: findings first, parts, gains, batches, what is unknown and what is empty."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from xbcommerce import listings
from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.listings import Improvement, Scorecard
from xbcommerce.localization import Image, Listing

ON = "2026-11-22"
MUG = {
    "title": "Stoneware Mug 300 ml, Blue",
    "bullets": ["Holds 300 ml of coffee or tea", "Made of glazed stoneware", "Safe in the dishwasher"],
    "description": "A mug of glazed stoneware. It holds 300 ml and goes in the dishwasher.",
    "search_terms": "cup pottery breakfast",
    "brand": "Lund",
    "gtin": "4006381333931",
    "language": "en",
}


def score(listing: object = None, **options: object) -> Scorecard:
    given = {"platform": "amazon", "market": "US", "on": ON, **options}
    return listings.score(MUG if listing is None else listing, **given)  # type: ignore[arg-type]


def rules(card: Scorecard) -> set[str]:
    return {finding.rule.partition("/")[0] for finding in card.findings}


def test_a_good_listing_is_publishable() -> None:
    card = score()
    assert card.publishable
    assert card.score is not None
    assert card.score > 95
    assert {part.part for part in card.parts} == {
        "policy", "market", "language", "completeness", "keywords", "concerns", "reading",
    }  # fmt: skip


def test_the_rule_of_the_day_counts() -> None:
    title = {"title": "Green tea cup with a saucer " * 3}
    assert "amazon.title.max_chars" in rules(score(title))
    assert "amazon.title.max_chars" not in rules(score(title, on="2026-07-26"))
    assert "amazon.title.max_chars" not in rules(score(title, market="AE"))
    assert "amazon.title.max_chars" not in rules(score({**title, "category": "books"}))


@pytest.mark.parametrize(
    ("platform", "market", "listing", "rule"),
    [
        ("amazon", "DE", {"search_terms": "ü" * 125}, "amazon.search_terms.max_bytes"),
        ("amazon", "US", {"title": "Best Steel Bottle! Steel Cup Steel Lid"}, "amazon.title.max_same_word"),
        ("amazon", "US", {"title": "Mug", "description": "Call us: +1 (212) 555-0123 today"}, "text.phone_number"),
        ("amazon", "US", {"title": "Mug of Lundware", "merchant": "Lundware", "brand": "Lund"}, "title.merchant_name"),
        ("etsy", "US", {"title": "Mug", "tags": ["a" * 21]}, "etsy.tags.max_chars_each"),
        ("etsy", "US", {"title": "Mug & Cup & Bowl"}, "etsy.title.max_once_chars"),
        ("ebay", "US", {"title": "M" * 81}, "ebay.title.max_chars"),
        ("rakuten", "JP", {"title": "保" * 128}, "rakuten.title.max_bytes"),
        ("rakuten", "JP", {"title": "マグ", "images": [{"text_cells": 24}]}, "rakuten.main_image.max_text_area"),
        ("google_merchant", "DE", {"title": "Tasse", "images": [{"width": 90, "height": 400}]}, "google_merchant.images.min_side"),
        ("kaufland", "DE", {"title": "TASSE AUS STEINGUT BLAU"}, "kaufland.title.forbidden_content.capitals"),
        ("mercadolibre", "MX", {"title": "Taza " * 13}, "mercadolibre.title.max_chars"),
        ("amazon", "US", {"title": "Mug", "gtin": "4006381333932"}, "gtin.check_digit"),
        ("amazon", "US", {"title": "Mug", "gtin": "123"}, "gtin.check_digit"),
        ("amazon", "US", {"title": "Mug", "gtin": "ABC"}, "gtin.check_digit"),
        ("amazon", "US", {"title": ""}, "complete.title"),
    ],
)  # fmt: skip
def test_platform_rules(platform: str, market: str, listing: dict[str, object], rule: str) -> None:
    assert rule in rules(score(listing, platform=platform, market=market))


@pytest.mark.parametrize(
    ("listing", "rule"),
    [
        ({"title": "Bag for Men and Women for Work and Gym for Travel"}, "amazon.title.max_same_word"),
        ({"title": "Kaytee 100033941 Thistle Seed Pouch"}, "text.phone_number"),
        ({"title": "Lund Mug", "merchant": "Lund", "brand": "Lund"}, "title.merchant_name"),
        ({"title": "Ülk Mug", "merchant": "Ülk Shop"}, "title.merchant_name"),
        ({"title": "Mug Style #4301 under <10 lb"}, "amazon.title.restricted_chars"),
        ({"title": "Yum! Mug", "brand": "Yum!"}, "amazon.title.forbidden_chars"),
    ],
)
def test_silence(listing: dict[str, object], rule: str) -> None:
    assert rule not in rules(score(listing))


def test_unknown_leaves_both_sides_empty_earns_nothing() -> None:
    unknown, empty = score({"title": MUG["title"]}), score({"title": MUG["title"], "description": "", "bullets": []})
    assert Decimal(unknown.assessed) < Decimal(empty.assessed)
    assert unknown.score is not None
    assert empty.score is not None
    assert empty.score < unknown.score
    assert "amazon.description.max_chars" in {name.partition("/")[0] for name in unknown.not_assessed}


def test_empty_content_has_only_findings_of_what_is_required() -> None:
    card = score({"title": "", "bullets": [], "description": "", "search_terms": "", "images": [], "gtin": "", "brand": ""})
    assert {
        check for check in rules(card) if not check.startswith(("complete.", "amazon.gtin", "amazon.bullet_points.min"))
    } <= {rule for rule in rules(card) if "expects" in rule or "requires" in rule or "offer" in rule}


def test_weights_can_be_replaced() -> None:
    plain = score({"title": "MUG " * 30})
    heavy = score({"title": "MUG " * 30}, weights={"policy": 1000})
    assert plain.score is not None
    assert heavy.score is not None
    assert heavy.score < plain.score
    assert score({"title": "MUG " * 30}, weights={"block": 0, "warn": 0}).score is not None


@pytest.mark.parametrize("weights", [{"polcy": 1}, {"policy": -1}, {"policy": "much"}, {"policy": True}, {"policy": None}])
def test_weights_are_checked(weights: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="weight"):
        score(weights=weights)


def test_keywords() -> None:
    card = score(keywords={"stoneware mug": 100, "teapot": 100})
    assert card.keywords is not None
    assert card.keywords.share == "0.5000"
    assert card.keywords.missing == ("teapot",)
    assert any(one.rule == "keywords" and "teapot" in one.say for one in card.improvements())


def test_improvements_say_what_they_gain() -> None:
    card = score({**MUG, "title": "Stoneware Mug! " + "x" * 80}, keywords={"teapot": 10})
    found = card.improvements()
    blocking = [one.severity == "block" for one in found]
    assert blocking == sorted(blocking, reverse=True)
    mechanical = [one for one in found if one.mechanical]
    assert mechanical
    assert card.score is not None
    for one in mechanical:
        after = card.after(one)
        assert after.exact is not None
        assert card.exact is not None
        assert abs(float(after.exact - card.exact) - float(one.gain)) < 0.011
    assert card.improvements(most=1) == found[:1]


def test_a_blank_field_is_one_thing_to_fill() -> None:
    found = score({"title": "Mug", "description": ""}).improvements()
    assert [one.field for one in found if one.rule == "empty"] == ["description"]


def test_a_stored_card_tells_the_same() -> None:
    card = score()
    back = Scorecard.model_validate_json(card.model_dump_json())
    assert back == card
    assert str(back.explain()) == str(card.explain())
    with pytest.raises(InvalidInput, match="read back"):
        back.improvements()
    with pytest.raises(InvalidInput, match="read back"):
        back.after()
    with pytest.raises(InvalidInput, match="read back"):
        listings.compare(back, card)


def test_explanation() -> None:
    card = score({"title": "MUG! " * 30})
    text = card.explain().to_text()
    assert "not publishable" in text
    assert "Product title requirements" in text
    assert "NOT publishable" in str(card)
    assert "<table>" in card._repr_html_()
    assert json.loads(card.model_dump_json())["publishable"] is False


def test_published_ways_of_scoring_are_used_and_named() -> None:
    card = score(
        {"title": "Taza de cerámica", "images": [{"width": 1200, "height": 1200}]}, platform="mercadolibre", market="MX"
    )
    assert card.method == "published"
    assert card.level is not None
    assert card.level.name in {"basic", "standard", "professional"}
    assert score({"title": "Taza"}, platform="mercadolibre", market="MX", weights={"policy": 30}).method == "weighted"
    walmart = score(platform="walmart")
    assert walmart.level is not None
    assert walmart.level.name == "excellent"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"platform": "amazn"}, InvalidInput),
        ({"platform": None}, InvalidInput),
        ({"market": "Germania"}, InvalidInput),
        ({"on": "yesterday"}, InvalidInput),
        ({"platform": "otto", "market": "FR"}, UnknownFact),
        ({"keywords": 5}, InvalidInput),
        ({"listing": 5}, InvalidInput),
        ({"listing": {"titel": "Mug"}}, InvalidInput),
    ],
)
def test_errors(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        score(**options)


def test_a_batch_survives_bad_rows_and_equals_single_calls() -> None:
    rows = [MUG, {"titel": "Mug"}, {"title": "MUG"}, 7] * 3
    cards = listings.score_all(rows, platform="amazon", market="US", on=ON)
    assert [type(card).__name__ for card in cards[:4]] == ["Scorecard", "InvalidInput", "Scorecard", "InvalidInput"]
    assert cards[0] == score()
    both = listings.score_all(rows, platform="amazon", market="US", on=ON, workers=2)
    assert [card for card in both if isinstance(card, Scorecard)] == [card for card in cards if isinstance(card, Scorecard)]
    with pytest.raises(InvalidInput, match="workers"):
        listings.score_all(rows, platform="amazon", on=ON, workers=0)


def test_equal_findings_are_grouped() -> None:
    cards = listings.score_all(
        [{"title": f"GREEN MUG NUMBER {n}X"} for n in range(9)] + [{}], platform="amazon", market="US", on=ON
    )
    groups = {group.rule: group for group in listings.group(cards, most=3)}
    assert groups["amazon.title.no_all_caps"].count == 9
    assert groups["amazon.title.no_all_caps"].listings == ("0", "1", "2")


def test_images_count_where_they_are_known() -> None:
    small = Listing(title="Mug", images=(Image(width=300, height=300, format="BMP"),))
    found = rules(score(small))
    assert "amazon.images.min_longest_side" in found
    assert "amazon.images.formats" in found


def test_rules_can_be_looked_up() -> None:
    found = {rule.id: rule for rule in listings.rules("etsy", market="US", on=ON)}
    assert found["etsy.tags.max_count"].at_most == "13"
    assert found["etsy.tags.max_count"].source is not None
    title = [rule for rule in listings.rules("rakuten", market="JP", on=ON, field="title") if rule.of]
    assert [(rule.of, rule.at_most) for rule in title] == [("cp932_bytes", "255")]
    future = {
        rule.at_least for rule in listings.rules("google_merchant", market="DE", on="2027-01-31") if rule.of == "shortest"
    }
    assert future == {"500"}
    with pytest.raises(UnknownFact):
        listings.rules("otto", market="FR", on=ON)


def test_a_concern_is_only_raised_where_it_can_be_known() -> None:
    assert not any(rule.startswith("concern.") for rule in rules(score({"title": "Mug", "category": "kitchen"})))
    assert "concern.material" in rules(score({"title": "Mug", "description": "Nice thing", "category": "kitchen"}))
    foreign = score({"title": "Bögre", "description": "Szép tárgy", "category": "kitchen", "language": "hu"})
    assert not any(rule.startswith("concern.") for rule in rules(foreign))


def test_improvement_is_a_value() -> None:
    one = score({"title": ""}).improvements()[0]
    assert isinstance(one, Improvement)
    assert hash(one) == hash(one.model_copy())


def test_mending_is_never_told_to_cost_points() -> None:
    card = score({"title": "<b>new</b> Mug", "tags": ["mug " * 20], "description": "x <b>new</b> 12 inch Best Seller"})
    assert card.improvements()
    assert all(one.gain >= 0 for one in card.improvements())


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Mug 300 ml " + "x" * 64, "market.unit.customary"),  # in ounces it is too long
        ("free shipping", "amazon.title.forbidden_phrases"),  # nothing would be left
    ],
)
def test_a_fix_that_makes_it_worse_is_for_a_person(title: str, rule: str) -> None:
    card = score({"title": title})
    found = [one for one in card.improvements() if one.rule.startswith(rule)]
    assert found
    assert not any(one.mechanical for one in found)
    assert all(one.gain >= 0 for one in found)
    assert card.after(*found).exact == card.exact


@pytest.mark.parametrize("weights", [[1], "policy", 5])
def test_weights_are_a_mapping(weights: object) -> None:
    with pytest.raises(InvalidInput, match="mapping"):
        score({"title": "Mug"}, weights=weights)


@pytest.mark.parametrize("weight", ["1e99999999", "1e-99999999", 10**30])
def test_weights_are_of_a_size_that_anybody_means(weight: object) -> None:
    with pytest.raises(InvalidInput, match="1e12"):
        score({"title": "Mug"}, weights={"policy": weight})
