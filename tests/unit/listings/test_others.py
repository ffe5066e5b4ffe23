"""Fit, plans for many stores, comparison, levels."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce import listings, localization
from xbcommerce.errors import InvalidInput, UnknownFact

ON = "2026-11-22"


# ------------------------------------------------------------------ fit


def test_standard_goods_and_handmade_goods() -> None:
    standard = listings.fit({"made_by": "factory", "designed_by_seller": False, "standard": True, "gtin": True, "age_years": 0,
                             "category": "kitchen", "market": "US", "weight_kg": "0.4", "units_a_month": 300}, on=ON)  # fmt: skip
    assert standard.best[0] == "amazon/fba"
    assert standard.of("etsy").excluded
    handmade = listings.fit({"made_by": "seller", "designed_by_seller": True, "personalised": True, "gtin": False}, on=ON)
    assert handmade.best[0] == "etsy"
    assert handmade.of("amazon", "fba").verdict == "possible"
    assert not handmade.of("amazon", "handmade").excluded


def test_the_season_shuts_out_what_melts() -> None:
    chocolate = {"meltable": True, "market": "US", "standard": True}
    assert listings.fit(chocolate, on="2026-07-01").of("amazon", "fba").excluded
    assert not listings.fit(chocolate, on="2026-11-22").of("amazon", "fba").excluded


def test_what_is_not_known_is_asked() -> None:
    one = listings.fit({}, on=ON, platforms=["etsy"]).of("etsy")
    assert one.verdict == "possible"
    assert "made_by" in one.ask
    assert one.reasons == ()


@pytest.mark.parametrize(
    ("traits", "on", "asked"),
    [
        ({"classes": ["alcohol"]}, ON, "market"),
        ({"classes": ["gift_card"]}, ON, "market"),
        ({"meltable": True}, "2026-07-01", "market"),
        ({"shelf_life_days": 30}, ON, "market"),
    ],
)
def test_what_may_be_barred_does_not_suit(traits: dict[str, object], on: str, asked: str) -> None:
    product = {**traits, "standard": True, "gtin": True}
    one = listings.fit(product, on=on).of("amazon", "fba")
    assert one.verdict == "possible"
    assert one.ask[0] == asked
    assert asked in one.undecided[0]
    assert "amazon/fba" in " ".join(listings.fit(product, on=on).explain().warnings)
    assert listings.fit({**product, "market": "US"}, on=on).of("amazon", "fba").excluded
    told = listings.fit({**product, "market": "JP"}, on=on).of("amazon", "fba")
    assert (told.verdict, told.undecided) == ("suits", ())


def test_what_nobody_thinks_of_saying_is_no_doubt() -> None:
    one = listings.fit({"standard": True, "market": "US"}, on=ON).of("amazon", "fba")
    assert (one.verdict, one.undecided) == ("suits", ())
    assert "classes" in one.ask


@pytest.mark.parametrize("name", ["gift_card", "Gift Card", " GIFT-CARD "])
def test_classes_are_known_ones_however_written(name: str) -> None:
    for classes in ([name], name):
        assert listings.fit({"classes": classes, "market": "US"}, on=ON).of("amazon", "fba").excluded


def test_classes_and_markets_that_nobody_knows_are_refused() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'alcohol'"):
        listings.fit({"classes": ["alcohl"]}, on=ON)
    for market in ("Narnia", "ZZ", "EU", ""):
        with pytest.raises(InvalidInput, match="no market"):
            listings.fit({"market": market}, on=ON)
    region = listings.fit({"classes": ["alcohol"], "market": "US-CA"}, on=ON)
    assert region.of("amazon", "fba").excluded
    assert listings.fit({"category": "Electronics"}, on=ON).of("zalando").excluded


def test_tobacco_is_barred_in_every_program_of_the_store() -> None:
    for name in ("tobacco", "e_cigarette"):
        found = listings.fit({"classes": [name], "market": "US", "standard": True, "made_by": "seller"}, on=ON)
        assert all(one.excluded for one in found.suits if one.platform == "amazon")
        assert found.of("amazon", "fba").reasons[0].source.publisher == "sellercentral.amazon.com"
    gum = listings.fit({"classes": ["nicotine"], "market": "US", "standard": True}, on=ON)
    assert not gum.of("amazon", "mfn").excluded


@pytest.mark.parametrize("figure", ["1e99999999", "1e-99999999", "1e13"])
@pytest.mark.parametrize("name", ["weight_kg", "margin"])
def test_figures_that_no_product_has_are_refused(name: str, figure: str) -> None:
    with pytest.raises(InvalidInput):
        listings.fit({name: figure}, on=ON)


def test_platforms_are_one_name_or_several() -> None:
    assert [one.platform for one in listings.fit({}, on=ON, platforms="etsy").suits] == ["etsy"]
    for bad in (5, "etsi", [5], ["etsi"]):
        with pytest.raises(InvalidInput):
            listings.fit({}, on=ON, platforms=bad)  # type: ignore[arg-type]


def test_fit_explains_and_errs() -> None:
    found = listings.fit({"classes": ["gift_card"], "market": "US"}, on=ON, platforms=["amazon"])
    assert found.of("amazon", "fba").excluded
    assert "not accepted" in found.explain().to_text()
    assert "<table>" in found._repr_html_()
    with pytest.raises(InvalidInput):
        found.of("etsy")
    for bad in (5, {"margin": 3}, {"made": "x"}, {"made_by": "elves"}):
        with pytest.raises(InvalidInput):
            listings.fit(bad, on=ON)
    with pytest.raises(InvalidInput):
        listings.fit({}, on=ON, platforms=["etsi"])


# ------------------------------------------------------------------ plans for many stores

ITEM = {
    "sku": "A1",
    "listing": {"title": "Steel Bottle 500 ml", "description": "Holds 500 ml.", "language": "en", "gtin": "4006381333931"},
    "translations": {"de": {"title": "Edelstahlflasche 500 ml", "description": "Fasst 500 ml."}},
    "prices": {"US": "19.90 USD", "EUR": "18.90 EUR"},
    "stock": 5,
}
US = {"id": "us", "platform": "ebay", "market": "US", "language": "en"}
DE = {"id": "de", "platform": "ebay", "market": "DE", "language": "de", "currency": "EUR"}


def plan(items: list[object], stores: list[object]) -> listings.SyncPlan:
    return listings.sync_plan(items, stores, on=ON)


def test_create_in_the_language_and_currency_of_the_store() -> None:
    found = plan([ITEM], [US, DE])
    german = found.of("de")[0]
    assert german.do == "create"
    assert german.after["title"] == "Edelstahlflasche 500 ml"
    assert german.after["price"] == "18.90 EUR"
    assert german.after["gtin"] == "4006381333931"
    assert found.of("us")[0].after["price"] == "19.90 USD"


def test_applying_a_plan_leaves_nothing_to_do() -> None:
    stores = [US, DE]
    state = listings.applied(plan([ITEM], stores), {})
    again = plan([ITEM], [{**store, "seen": state[str(store["id"])]} for store in stores])
    assert again.empty
    assert str(again) == "nothing to change"


def test_only_owned_fields_are_touched() -> None:
    store = {**US, "owns": ["price"], "seen": {"A1": {"title": "Old", "price": "1.00 USD"}}}
    assert [(one.do, one.field) for one in plan([ITEM], [store]).operations] == [("update", "price")]


def test_no_texts_no_guess() -> None:
    one = plan([ITEM], [{**US, "language": "fr"}]).operations[0]
    assert (one.do, one.field) == ("cannot", "")
    assert "fr" in one.because


def test_what_blocks_is_told() -> None:
    long = {**ITEM, "listing": {"title": "Bottle " * 20, "language": "en"}}
    one = plan([long], [US]).operations[0]
    assert one.do == "cannot"
    assert any("max_chars" in finding.rule for finding in one.findings)
    seen = {**US, "seen": {"A1": {"title": "Bottle", "price": "1.00 USD"}}}
    told = [(one.do, one.field) for one in plan([long], [seen]).operations]
    assert told == [("cannot", "title"), ("update", "price"), ("update", "stock")]
    assert plan([long], [seen]).operations[0].findings


def test_conflicts_and_withdrawals() -> None:
    seen = {"A1": {"title": "Hand edited", "description": "Holds 500 ml."}, "B2": {"title": "Old"}}
    store = {**US, "seen": seen, "last_seen": {"A1": {"title": "Steel Bottle", "description": "Holds 500 ml."}}}
    found = plan([ITEM], [store])
    assert [one.field for one in found.of(do="conflict")] == ["title"]
    assert found.of(sku="B2")[0].do == "leave"
    assert plan([ITEM], [{**store, "withdraws": True}]).of(sku="B2")[0].do == "withdraw"
    state = listings.applied(plan([ITEM], [{**store, "withdraws": True}]), {"us": seen})
    assert set(state["us"]) == {"A1"}


def test_an_unknown_store_of_a_platform_is_still_planned() -> None:
    assert plan([ITEM], [{"id": "x", "platform": "otto", "market": "FR"}]).operations[0].do == "create"


def told(found: listings.SyncPlan) -> list[tuple[str, str]]:
    return [(one.do, one.field) for one in found.operations]


def test_a_sold_out_product_is_told_whatever_else_is_wrong() -> None:
    item = {"sku": "A1", "listing": {"title": "Bottle", "language": "en", "gtin": "4006381333932"}, "stock": 0}
    same = plan([item], [{**US, "seen": {"A1": {"title": "Bottle", "gtin": "4006381333932", "stock": 5}}}])
    assert told(same) == [("update", "stock")]
    store = {**US, "seen": {"A1": {"title": "Old", "gtin": "4006381333931", "stock": 5}}}
    found = plan([item], [store])
    assert sorted(told(found)) == [("cannot", "gtin"), ("update", "stock"), ("update", "title")]
    title = next(one for one in found.operations if one.field == "title")
    assert "object" in title.because
    assert [finding.rule for finding in title.findings] == ["gtin.check_digit"]


def test_a_missing_duty_stops_only_its_own_fields() -> None:
    item = {
        "sku": "A1",
        "listing": {"title": "Becher", "language": "de", "images": [], "attributes": {"colour": "blau"}},
        "stock": 0,
    }
    store = {
        "id": "de",
        "platform": "ebay",
        "market": "DE",
        "seen": {"A1": {"images": 2, "stock": 3, "attributes.colour": "rot"}},
    }
    done = {field: do for do, field in told(plan([item], [store]))}
    assert done["images"] == "cannot"
    assert done["stock"] == done["attributes.colour"] == "update"


@pytest.mark.parametrize(
    ("prices", "more", "do", "said"),
    [
        ({"DE": "19.90 USD"}, {"currency": "EUR"}, "cannot", "not in EUR"),
        ({"DE": "abc"}, {}, "cannot", "abc"),
        ({"DE": "-1 EUR"}, {}, "cannot", "below zero"),
        ({"DE": "19.90 EUR"}, {"currency": "EUR"}, "create", "does not have it"),
        ({}, {"currency": "EUR"}, "create", "no price is known"),
    ],
)
def test_a_price_is_right_or_told(prices: dict[str, str], more: dict[str, object], do: str, said: str) -> None:
    item = {"sku": "A1", "listing": {"title": "Becher", "language": "de"}, "prices": prices, "stock": 1}
    store = {"id": "de", "platform": "ebay", "market": "DE", **more}
    one = plan([item], [store]).operations[0]
    assert one.do == do
    assert said in one.because
    if do == "cannot":
        found = plan([item], [{**store, "seen": {"A1": {"title": "Alt", "stock": 2}}}])
        assert told(found) == [("cannot", "price"), ("update", "stock"), ("update", "title")]


def test_the_price_of_the_listing_counts_where_no_other_is_given() -> None:
    item = {"sku": "A1", "listing": {"title": "Becher", "language": "de", "price": "9.90 EUR"}}
    store = {"id": "de", "platform": "ebay", "market": "DE"}
    assert plan([item], [store]).operations[0].after["price"] == "9.90 EUR"
    foreign = plan([item], [{**store, "currency": "USD"}]).operations[0]
    assert "price" not in foreign.after
    assert "9.90 EUR" in foreign.because
    assert plan([item], [{**store, "market": "EU"}]).operations[0].because.endswith("is not sent")
    there = {"seen": {"A1": {"title": "Becher", "price": "8.00 USD"}}}
    known = plan([item], [{**store, **there, "currency": "USD"}])
    assert told(known) == [("leave", "price")]
    assert "9.90 EUR" in known.operations[0].because
    assert known.empty


def test_a_price_in_another_currency_than_the_market_is_said_where_the_store_says_none() -> None:
    item = {"sku": "A1", "listing": {"title": "Becher", "language": "de"}, "prices": {"DE": "19.90 USD"}}
    store = {"id": "de", "platform": "ebay", "market": "DE"}
    assert "currency of DE is EUR" in plan([item], [store]).operations[0].because
    changed = plan([item], [{**store, "seen": {"A1": {"title": "Becher", "price": "8.00 EUR"}}}]).operations[0]
    assert (changed.do, changed.field) == ("update", "price")
    assert "currency of DE is EUR" in changed.because
    assert "currency" not in plan([{**item, "prices": {"DE": "19.90 EUR"}}], [store]).operations[0].because
    assert "currency" not in plan([item], [{**store, "market": "EU"}]).operations[0].because


@pytest.mark.parametrize(
    "state",
    [
        {"price": "USD 19.90"},
        {"price": "19.9 USD"},
        {"price": ["19.90", "USD"]},
        {"bullets": ("a", "b")},
        {"bullets": ["a", "b"]},
    ],
)
def test_values_are_compared_not_spellings(state: dict[str, object]) -> None:
    item = {"sku": "A1", "listing": {"bullets": ["a", "b"], "language": "en"}, "prices": {"US": "19.90 USD"}}
    store = {**US, "platform": "amazon", "owns": list(state), "seen": {"A1": state}}
    assert plan([item], [store]).empty
    assert plan([item], [{**store, "last_seen": {"A1": {"price": "19.900 USD", "bullets": ["a", "b"]}}}]).empty


def test_what_was_removed_in_the_store_is_a_conflict() -> None:
    kept = {"A1": {"title": "Steel Bottle 500 ml", "description": "Holds 500 ml."}}
    gone = plan([ITEM], [{**US, "seen": {}, "last_seen": kept}]).operations[0]
    assert (gone.do, gone.field) == ("conflict", "")
    assert "removed" in gone.because
    found = plan([ITEM], [{**US, "seen": {"A1": {"title": "Steel Bottle 500 ml"}}, "last_seen": kept}])
    assert [one.field for one in found.of(do="conflict")] == ["description"]


def test_what_last_seen_does_not_hold_is_no_conflict() -> None:
    store = {**US, "seen": {"A1": {"title": "Other", "description": "Other."}}}
    assert not plan([ITEM], [{**store, "last_seen": {}}]).of(do="conflict")
    assert [one.field for one in plan([ITEM], [{**store, "last_seen": {"A1": {"title": "Mine"}}}]).of(do="conflict")] == [
        "title"
    ]


@pytest.mark.parametrize(
    ("own", "translations", "wanted", "title", "noted"),
    [
        ("en-GB", {}, "en", "own", True),
        ("en", {"en-GB": "british"}, "en-GB", "british", False),
        ("de", {"pt-BR": "brazil"}, "pt-PT", "brazil", True),
        ("de", {"zh-Hans": "simple"}, "zh-TW", None, False),
        ("EN_gb", {}, "en-GB", "own", False),
        ("de", {}, "en", None, False),
    ],
)
def test_a_near_form_of_the_language_is_taken_and_said(
    own: str, translations: dict[str, str], wanted: str, title: str | None, noted: bool
) -> None:
    item = {
        "sku": "A1",
        "listing": {"title": "own", "language": own},
        "translations": {language: {"title": text} for language, text in translations.items()},
    }
    one = plan([item], [{**US, "language": wanted}]).operations[0]
    assert one.do == ("create" if title else "cannot")
    if title:
        assert one.after["title"] == title
    assert ("its texts are in" in one.because) is noted


@pytest.mark.parametrize(
    ("items", "stores", "where"),
    [
        ([ITEM, {**ITEM, "sku": ""}], [US], ("catalogue", 1, "")),
        ([5, ITEM], [US], ("catalogue", 0, "")),
        ([ITEM], [US, 5], ("stores", 1, "")),
        ([ITEM], [US, {**DE, "owns": ["titel"]}], ("stores", 1, "de")),
        ([ITEM], [US, {**DE, "platform": "nope"}], ("stores", 1, "de")),
        ([ITEM], [US, {**DE, "market": "ZZ"}], ("stores", 1, "de")),
        ([ITEM], [US, {**DE, "currency": "EURO"}], ("stores", 1, "de")),
        ([ITEM], [US, {**DE, "language": ""}], ("stores", 1, "de")),
        ([ITEM], [US, DE, DE], ("stores", 1, "de")),
        ([ITEM, {"sku": "B2", "listing": {"titel": "x"}}], [US], ("catalogue", 1, "B2")),
    ],
)
def test_a_bad_row_is_a_problem_and_the_rest_is_planned(
    items: list[object], stores: list[object], where: tuple[str, int, str]
) -> None:
    found = plan(items, stores)
    problem = found.problems[0]
    assert (problem.rows, problem.row, problem.name) == where
    assert problem.text
    assert [one.do for one in found.of("us", sku="A1")] == ["create"]
    assert not found.empty
    assert str(problem) in str(found)
    assert listings.SyncPlan.model_validate_json(found.model_dump_json()).problems == found.problems


def test_nothing_is_withdrawn_that_an_unread_row_may_be_for() -> None:
    store = {**US, "withdraws": True, "seen": {"A1": {"title": "x"}, "B2": {"title": "y"}}}
    assert [one.do for one in plan([ITEM, ITEM], [store]).of(sku="A1")] == ["leave"]
    assert plan([ITEM, ITEM], [store]).of(sku="B2")[0].do == "withdraw"
    assert plan([ITEM, 5], [store]).of(sku="B2")[0].do == "leave"
    assert plan([ITEM], [store]).of(sku="B2")[0].do == "withdraw"


def test_a_row_that_cannot_be_planned_is_told() -> None:
    with pytest.raises(InvalidInput):
        listings.sync_plan("A1", [US], on=ON)
    with pytest.raises(InvalidInput):
        listings.sync_plan([], {"id": "us"}, on=ON)
    with pytest.raises(InvalidInput):
        listings.sync_plan([], [], on="2026-13-01")


def test_what_only_the_store_has_is_told() -> None:
    item = {"sku": "A1", "listing": {"title": "Mug", "language": "en", "attributes": {"colour": "blue"}}}
    store = {**US, "seen": {"A1": {"title": "Mug", "attributes.colour": "blue", "attributes.size": "L"}}}
    found = plan([item], [store])
    assert told(found) == [("leave", "attributes.size")]
    assert found.empty
    assert told(plan([item], [{**store, "owns": ["title"]}])) == [("leave", "")]


PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


def test_what_cannot_be_checked_holds_up_neither_stock_nor_price() -> None:
    item = {"sku": "A1", "listing": {"title": "Mug", "language": "en", "images": [{"pixels": b"no image"}]}, "stock": 0}
    store = {**US, "seen": {"A1": {"title": "Mug", "images": 2, "stock": 4}}}
    assert told(plan([item], [store])) == [("cannot", "images"), ("update", "stock")]


def test_replaced_images_are_told_where_the_store_tells_its_images() -> None:
    item = {
        "sku": "A1",
        "listing": {
            "title": "Mug",
            "language": "en",
            "images": [{"alt_text": "front", "pixels": PNG, "width": 1600, "height": 1600}],
        },
    }
    counted = plan([item], [{**US, "seen": {"A1": {"title": "Mug", "images": 1}}}])
    assert counted.empty
    assert "by their number" in counted.operations[0].because
    for state, same in (({"alt_text": "front"}, True), ({"alt_text": "back"}, False), ({"sha256": "0" * 64}, False)):
        found = plan([item], [{**US, "seen": {"A1": {"title": "Mug", "images": [state]}}}])
        assert found.empty is same
        assert found.empty or told(found) == [("update", "images")]
    blind = plan([item], [{**US, "seen": {"A1": {"title": "Mug", "images": [{"url": "https://example.org/1.png"}]}}}])
    assert blind.empty
    assert "by their number" in blind.operations[0].because


# ------------------------------------------------------------------ comparison and levels


def test_compare() -> None:
    first = {"title": "MUG! MUG! MUG! MUG!", "bullets": ["a"] * 6}
    second = {"title": "Stoneware Mug, Blue", "bullets": ["Holds a lot of coffee", "Made of stoneware", "Safe in dishwashers"]}
    found = listings.compare(first, second, platform="amazon", market="US", on=ON)
    assert found.better == "second"
    assert found.gain > 0
    assert any("forbidden_chars" in finding.rule for finding in found.mended)
    assert "better: second" in str(found)
    back = listings.compare(second, first, platform="amazon", market="US", on=ON)
    assert back.better == "first"
    assert back.gain == -found.gain
    same = listings.compare(first, first, platform="amazon", market="US", on=ON)
    assert (same.better, same.gain) == ("neither", Decimal(0))


def test_leaving_something_out_is_no_progress() -> None:
    whole = {"title": "Stoneware Mug", "description": "<b>Mug</b>"}
    less = {"title": "Stoneware Mug"}
    found = listings.compare(whole, less, platform="amazon", market="US", on=ON)
    assert "amazon.description.no_html" in found.only_first
    assert found.gain <= Decimal("0.0")


@pytest.mark.parametrize("left_out", ["title", "description", "bullets", "tags", "images"])
def test_leaving_out_what_blocks_is_no_progress(left_out: str) -> None:
    whole = {
        "title": "MUG!!! MUG MUG MUG best seller",
        "description": "A mug of stoneware, best seller. <b>Call +1 212-555-0123</b>",
        "bullets": ["best seller", "HOLDS 300 ML!!!"] * 6,
        "tags": ["mug " * 12] * 20,
        "images": [{"width": 10, "height": 10, "alt_text": "best seller"}],
        "language": "en",
    }
    less = {name: value for name, value in whole.items() if name != left_out}
    for platform in ("amazon", "etsy", "walmart", "mercadolibre"):
        found = listings.compare(whole, less, platform=platform, market="MX" if platform == "mercadolibre" else "US", on=ON)
        assert found.better != "second", platform
        assert found.gain <= 0
        assert found.mended == ()


def test_what_blocks_in_both_fields_is_weighed_in_both() -> None:
    bad, good = {"title": "MUG!!! MUG MUG MUG"}, {"title": "Stoneware Mug"}
    found = listings.compare({**bad, "description": "A mug."}, good, platform="amazon", market="US", on=ON)
    assert (found.better, found.publishable) == ("second", (False, True))
    assert found.mended


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"weights": {"policy": 1}}, {}, "weights"),
        ({"keywords": ["mug"]}, {}, "keywords"),
        ({"keywords": {"mug": 1}}, {"keywords": {"mug": 2}}, "keywords"),
        ({"market": "US"}, {"market": "DE"}, "market"),
        ({"language": "en"}, {"language": "de"}, "language"),
        ({"weights": {"policy": 1}, "keywords": ["mug"]}, {}, "weights, keywords"),
    ],
)
def test_only_equal_questions_are_compared(first: dict[str, object], second: dict[str, object], said: str) -> None:
    cards = [
        listings.score({"title": "Mug"}, **{"platform": "amazon", "market": "US", "on": ON, **options})  # type: ignore[arg-type]
        for options in (first, second)
    ]
    with pytest.raises(InvalidInput, match=said):
        listings.compare(*cards)


def test_compare_errs() -> None:
    card = listings.score({"title": "Mug"}, platform="amazon", market="US", on=ON)
    other = listings.score({"title": "Mug"}, platform="etsy", market="US", on=ON)
    with pytest.raises(InvalidInput):
        listings.compare(card, other)
    with pytest.raises(InvalidInput):
        listings.compare({"title": "Mug"}, card)
    assert listings.compare(card, card).better == "neither"


@pytest.mark.parametrize(("score", "name"), [(0, "poor"), ("59.4", "poor"), ("59.5", "good"), (79, "good"), (80, "excellent")])
def test_levels(score: object, name: str) -> None:
    assert listings.level("walmart", market="US", score=score, on=ON).name == name


def test_levels_of_goals() -> None:
    assert listings.level("mercadolibre", market="BR", met=10, applicable=10, on=ON).name == "professional"
    vehicles = listings.level("mercadolibre", market="MX", category="vehicles", met=2, applicable=3, on=ON)
    assert (vehicles.name, vehicles.number) == ("professional", Decimal("0.67"))
    points = listings.level("shopee", market="SG", score=7, on=ON, of="points")
    assert (points.name, points.next_at) == ("no boost, lower in search", Decimal(9))


@pytest.mark.parametrize(
    "options", [{"score": -1}, {"score": "x"}, {"score": True}, {"met": 3, "applicable": 2}, {}, {"score": 1, "met": 1}]
)
def test_errors_of_levels(options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        listings.level("walmart", market="US", on=ON, **options)  # type: ignore[arg-type]


def test_no_bands_are_unknown() -> None:
    with pytest.raises(UnknownFact):
        listings.level("etsy", score=5, on=ON)


@pytest.mark.parametrize("there", ["19.90", "19.9", Decimal("19.90"), "19.90 EUR"])
@pytest.mark.parametrize("currency", ["EUR", None])
def test_a_price_without_currency_is_in_that_of_the_store(there: object, currency: str | None) -> None:
    item = {"sku": "A", "listing": {"title": "Tasse", "language": "de"}, "prices": {"DE": "19.90 EUR"}}
    seen = {"A": {"title": "Tasse", "price": there}}
    store = {"id": "de", "platform": "ebay", "market": "DE", "currency": currency, "seen": seen}
    assert [one.do for one in listings.sync_plan([item], [store], on=ON).operations] == ["leave"]
    dearer = {**store, "seen": {"A": {"title": "Tasse", "price": "21"}}}
    assert [one.field for one in listings.sync_plan([item], [dearer], on=ON).operations] == ["price"]


def test_what_a_plan_would_create_cannot_be_changed() -> None:
    item = {"sku": "A", "listing": {"title": "Cup", "bullets": ["steel"], "language": "en"}, "prices": {"US": "19.90 USD"}}
    plan = listings.sync_plan([item], [{"id": "us", "platform": "ebay", "market": "US"}], on=ON)
    with pytest.raises(TypeError, match="cannot be changed"):
        plan.operations[0].after["title"] = "x"


def test_cards_and_reports_are_grouped_alike() -> None:
    rows = [{"title": "Explosive product"}, {"title": None, "price": "x"}]
    cards = listings.score_all(rows, platform="ebay", market="US", on=ON)
    assert listings.group is localization.group
    assert ("rendering.mt-001.en", 1, ("0",)) in [(one.rule, one.count, one.listings) for one in listings.group(cards)]


@pytest.mark.parametrize(
    ("seen", "differs"),
    [(19.9, False), ("19.9", False), (19, True), (float("nan"), True), (float("inf"), True), (True, True)],
)
def test_a_price_as_json_gives_it(seen: object, differs: bool) -> None:
    item = {"sku": "A1", "listing": {"title": "Bottle", "language": "en"}, "prices": {"US": "19.90 USD"}}
    store = {"id": "us", "platform": "ebay", "market": "US", "seen": {"A1": {"title": "Bottle", "price": seen}}}
    fields = [one.field for one in listings.sync_plan([item], [store], on=ON).operations]
    assert ("price" in fields) is differs


@pytest.mark.parametrize("reports", [[None], ["x"], {"a": 3}])
def test_only_reports_are_grouped(reports: Any) -> None:
    with pytest.raises(InvalidInput, match="a report is what check_all or score_all return"):
        localization.group(reports)
