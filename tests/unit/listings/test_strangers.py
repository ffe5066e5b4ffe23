"""What somebody meets who knows only the documentation: input that is none, stores that are none, silence that is no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xbcommerce import listings, localization
from xbcommerce.errors import InvalidInput

ON = "2026-11-22"
STORE: dict[str, Any] = {"platform": "amazon", "market": "US", "on": ON}
ROWS = [{"title": f"Blue mug {number}"} for number in range(12)]


def test_a_listing_without_a_title_is_no_progress() -> None:
    assert not listings.score({"title": " "}, **STORE).publishable
    found = listings.compare({"title": "HOT SALE! Mug", "bullets": ["x"]}, {"title": "", "bullets": ["x"]}, **STORE)
    assert found.better == "first"


@pytest.mark.parametrize("rows", ["abc", {"title": "Mug"}, None, 5])
def test_one_listing_alone_is_no_batch(rows: Any) -> None:
    for call in (lambda: listings.score_all(rows, **STORE), lambda: localization.check_all(rows, market="US", on=ON)):
        with pytest.raises(InvalidInput, match="put a single one into a list"):
            call()


@pytest.mark.parametrize("wrong", [{"platform": "nope"}, {"market": "XX"}, {"on": "tomorrow"}, {"weights": {"x": 1}}])
def test_what_is_wrong_for_all_rows_is_told_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        listings.score_all(ROWS, **{**STORE, **wrong})


def test_scorecards_of_another_process_say_what_they_lack() -> None:
    card = listings.score_all(ROWS, workers=2, **STORE)[5]
    assert isinstance(card, listings.Scorecard)
    lacking: list[Callable[[], object]] = [card.improvements, lambda: card.checks, lambda: listings.compare(card, card)]
    for call in lacking:
        with pytest.raises(InvalidInput, match="score the listing again"):
            call()


def test_options_that_cannot_be_sent() -> None:
    with pytest.raises(InvalidInput, match="cannot be sent"):
        listings.score_all(ROWS, workers=2, identifier=lambda text: ("en", 1.0), **STORE)


def test_improvements_are_counted_and_are_of_the_scorecard() -> None:
    card = listings.score(ROWS[0], **STORE)
    for call in (lambda: card.improvements(most=-1), lambda: card.after("x")):
        with pytest.raises(InvalidInput):
            call()


def test_a_store_that_there_is_not_is_told() -> None:
    told = [listings.score({"title": "Mug"}, platform="amazon", market=market, on=ON).assumptions for market in ("KE", "US")]
    assert [any("has no store of" in one for one in some) for some in told] == [True, False]


def test_a_label_that_no_check_knows_is_told_by_a_score_too() -> None:
    card = listings.score({"title": "x", "images": [{"labels": ["crooss"]}]}, platform="amazon", market="SA", on=ON)
    assert "did you mean 'cross'" in card.not_assessed["labels.crooss"]


def test_a_score_is_at_most_a_hundred_and_a_barred_listing_is_called_so() -> None:
    with pytest.raises(InvalidInput, match="at most 100"):
        listings.level("walmart", market="US", score=101, on=ON)
    card = listings.score({"title": "Mug " * 60, "description": "See www.example.com"}, platform="walmart", market="US", on=ON)
    assert not card.publishable
    assert card.level is not None
    assert "barred" in card.level.note


@pytest.mark.parametrize("rate", [1, "1", "1.0"])
def test_a_bare_one_may_be_a_percent_or_all(rate: object) -> None:
    with pytest.raises(InvalidInput, match="may be 1 %"):
        listings.health({"order_defect_rate": rate}, platform="amazon", market="US", on=ON)


def test_a_program_that_no_threshold_knows_is_told() -> None:
    told = [
        listings.health({"order_defect_rate": "0.5 %"}, platform="amazon", market="US", on=ON, program=program).warnings
        for program in ("zzz", "mfn")
    ]
    assert [any("speaks of the program" in one for one in some) for some in told] == [True, False]
    with pytest.raises(InvalidInput, match="a program is a name"):
        listings.health({}, platform="amazon", on=ON, program=["fba"])  # type: ignore[arg-type]


def test_keywords_are_read_once_for_all_rows() -> None:
    cards = listings.score_all([{"title": "Mug cup"}] * 3, keywords=iter(["mug", "cup"]), **STORE)
    assert [card.keywords is not None and card.keywords.share for card in cards if isinstance(card, listings.Scorecard)] == [
        "1.0000"
    ] * 3


def test_a_row_that_cannot_be_sent_is_told_in_its_place() -> None:
    rows = [*ROWS, {"title": (part for part in "abc")}, *ROWS]
    cards = listings.score_all(rows, workers=2, **STORE)
    assert [type(card).__name__ for card in cards[11:14]] == ["Scorecard", "InvalidInput", "Scorecard"]


def test_a_ratio_is_at_most_one() -> None:
    with pytest.raises(InvalidInput, match="a ratio is at most 1"):
        listings.level("mercadolibre", market="MX", category="vehicles", score=85, on=ON)


def test_silence_about_a_class_that_others_bar_is_no_permission() -> None:
    found = listings.fit({"classes": ["sky_lantern"], "made_by": "seller", "market": "US"}, on=ON)
    assert found.of("etsy").verdict == "possible"
    assert "no rule about sky lantern is known here" in found.of("etsy").undecided[0]
    assert found.of("amazon", "fba").excluded
    assert listings.fit({"classes": ["weapon"], "made_by": "seller"}, on=ON).of("etsy").excluded
    assert "etsy: " in str(found)
    with pytest.raises(InvalidInput, match="no platform"):
        listings.fit({}, on=ON, platforms=[])


def test_a_field_that_no_listing_has() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'title'"):
        listings.rules("etsy", on=ON, field="titel")


def test_a_price_that_is_there_and_none_for_the_store_is_told() -> None:
    items = [{"sku": "D", "listing": {"title": "Becher"}, "prices": {"US": "9.90 USD"}}]
    store = {
        "id": "de",
        "platform": "ebay",
        "market": "DE",
        "currency": "EUR",
        "seen": {"D": {"title": "Becher", "price": "9.90 EUR"}},
    }
    told = [one.because for one in listings.sync_plan(items, [store], on=ON).operations]
    assert any("no price for this store" in why for why in told)
