"""Fit, plans for many stores, comparison, levels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xbcommerce import listings
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
    assert [one.do for one in plan([long], [seen]).operations] == ["cannot"]


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


@pytest.mark.parametrize(
    ("items", "stores"),
    [
        ([ITEM, ITEM], [US]),
        ([ITEM], [US, US]),
        ([5], [US]),
        ([ITEM], [5]),
        ([ITEM], [{**US, "owns": ["titel"]}]),
        ([ITEM], [{**US, "platform": "ebey"}]),
        ([{**ITEM, "sku": ""}], [US]),
    ],
)
def test_errors_of_plans(items: list[object], stores: list[object]) -> None:
    with pytest.raises(InvalidInput):
        plan(items, stores)


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
