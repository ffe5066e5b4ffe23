"""Listings: what holds for every listing, platform and day."""

from __future__ import annotations

import time
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xbcommerce import listings
from xbcommerce.localization import Listing

DAYS = (date(2026, 11, 22), date(2026, 7, 26), date(2025, 6, 1))
STORES = (("amazon", "US"), ("amazon", "DE"), ("etsy", "US"), ("mercadolibre", "MX"), ("rakuten", "JP"), ("kaufland", "DE"),
    ("lazada", "SG"), ("microsoft_merchant", "US"),
)  # fmt: skip
PIECES = (
    "Mug", "mug", "MUG", "Tasse", "free shipping", "Best Seller", "eco-friendly", "https://example.com", "+1 212-555-0123", "!", "$5",
    "300 ml", "12 inch", "<b>new</b>", "🎁", "爆款", "保温杯", "made of steel", "Sie", "du", "UVP 19,99 €", "in the dishwasher.", "new",
    "two", "{name}", "Р\u200bremium", "x" * 90, "\n", ".", "for", "and",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)
TEXT = st.one_of(WORDS, st.text(max_size=40))
LISTINGS = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "bullets": st.lists(TEXT, max_size=7),
        "description": TEXT,
        "search_terms": TEXT,
        "tags": st.lists(TEXT, max_size=5),
        "attributes": st.dictionaries(st.sampled_from(["material", "colour", "manufacturer_name"]), TEXT, max_size=3),
        "images": st.lists(
            st.fixed_dictionaries(
                {}, optional={"width": st.integers(1, 3000), "height": st.integers(1, 3000), "alt_text": TEXT}
            ),
            max_size=3,
        ),
        "gtin": st.sampled_from(["4006381333931", "4006381333932", "12", ""]),
        "brand": st.sampled_from(["Mug", "Lund", ""]),
        "model": st.sampled_from(["Tasse", "X1", ""]),
        "merchant": st.sampled_from(["Mug", "Lund", "Best Seller", ""]),
        "text": TEXT,
        "spare": st.lists(st.sampled_from(["Mug", "Best Seller"]), max_size=2),
        "category": st.sampled_from(["kitchen", "books", "apparel"]),
        "language": st.sampled_from(["en", "de", "ja"]),
    },
)
KEYWORDS = st.one_of(
    st.none(), st.dictionaries(st.sampled_from(["mug", "steel mug", "保温杯", "Tasse"]), st.integers(0, 9), max_size=3)
)
ASKED = st.sampled_from(STORES)
BLANKS: dict[str, Any] = {
    "title": "",
    "bullets": [],
    "description": "",
    "search_terms": "",
    "tags": [],
    "gtin": "",
    "brand": "",
    "model": "",
    "merchant": "",
    "text": "",
    "images": [],
    "spare": [],
}
"""What each field is when it says nothing: all fields that are content. Platform, market, category ... are the question."""
OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def scored(listing: dict[str, Any], asked: tuple[str, str], on: date = DAYS[0], **options: Any) -> listings.Scorecard:
    return listings.score(listing, platform=asked[0], market=asked[1], on=on, **options)


@OFTEN
@given(LISTINGS, ASKED, st.sampled_from(DAYS), KEYWORDS)
def test_score_lies_between_0_and_100(listing: dict[str, Any], asked: tuple[str, str], on: date, keywords: Any) -> None:
    card = scored(listing, asked, on, keywords=keywords)
    assert card.score is None or 0 <= card.score <= 100
    if card.exact is not None:
        weighed = [check for check in card.checks if Fraction(check.weight) and check.passed is not None]
        assert (card.exact == 100) == all(check.earned == "1" for check in weighed)


@OFTEN
@given(LISTINGS, ASKED, KEYWORDS, st.data())
def test_emptying_a_field_never_raises_the_score(
    listing: dict[str, Any], asked: tuple[str, str], keywords: Any, data: Any
) -> None:
    known = [name for name in BLANKS if name in listing]
    if not known:
        return
    before = scored(listing, asked, keywords=keywords)
    name = data.draw(st.sampled_from(known))
    emptied = dict(listing)
    if isinstance(listing[name], list) and listing[name] and name != "images" and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(listing[name]) - 1))
        emptied[name] = [*listing[name][:place], "", *listing[name][place + 1 :]]
    else:
        emptied[name] = BLANKS[name]
    after = scored(emptied, asked, keywords=keywords)
    assert after.exact is not None or before.exact is None
    assert before.exact is None or after.exact is None or after.exact <= before.exact


@OFTEN
@given(LISTINGS, ASKED, st.data())
def test_emptying_an_alternative_text_never_raises_the_score(
    listing: dict[str, Any], asked: tuple[str, str], data: Any
) -> None:
    told = [place for place, image in enumerate(listing.get("images", ())) if "alt_text" in image]
    if not told:
        return
    place = data.draw(st.sampled_from(told))
    images = [{**image, "alt_text": ""} if number == place else image for number, image in enumerate(listing["images"])]
    before, after = scored(listing, asked), scored({**listing, "images": images}, asked)
    assert before.exact is None or after.exact is None or after.exact <= before.exact


@pytest.mark.parametrize("asked", STORES)
@pytest.mark.parametrize(
    ("full", "empty"),
    [
        ({"title": "Mug", "images": [{"alt_text": ""}]}, {"images": []}),
        ({"title": "Mug", "images": [{"alt_text": "a mug"}]}, {"images": []}),
        ({"title": "Mug", "images": [{}]}, {"images": []}),
        ({"title": "ACME Mug", "merchant": "ACME"}, {"merchant": ""}),
        ({"title": "ACME Mug", "merchant": "ACME", "brand": "ACME"}, {"brand": ""}),
        ({"title": "ACME Mug", "merchant": "ACME", "brand": "ACME"}, {"title": ""}),
    ],
)
def test_emptying_gains_nothing(asked: tuple[str, str], full: dict[str, Any], empty: dict[str, Any]) -> None:
    before, after = scored(full, asked), scored({**full, **empty}, asked)
    assert before.exact is not None
    assert after.exact is not None
    assert after.exact <= before.exact


@OFTEN
@given(LISTINGS, ASKED, st.data())
def test_leaving_a_field_out_does_not_look_like_progress(listing: dict[str, Any], asked: tuple[str, str], data: Any) -> None:
    known = [name for name in BLANKS if name in listing and name != "spare"]
    if not known:
        return
    left_out = data.draw(st.sampled_from(known))
    less = {name: value for name, value in listing.items() if name != left_out}
    found = listings.compare(listing, less, platform=asked[0], market=asked[1], on=DAYS[0])
    assert found.better != "second"
    assert not [finding for finding in found.mended if finding.field.partition(".")[0] == left_out]


@OFTEN
@given(LISTINGS, ASKED, st.data())
def test_emptying_an_attribute_never_raises_the_score(listing: dict[str, Any], asked: tuple[str, str], data: Any) -> None:
    if not listing.get("attributes"):
        return
    name = data.draw(st.sampled_from(sorted(listing["attributes"])))
    before = scored(listing, asked)
    after = scored({**listing, "attributes": {**listing["attributes"], name: ""}}, asked)
    assert before.exact is None or after.exact is None or after.exact <= before.exact


@OFTEN
@given(st.sets(st.sampled_from(sorted(BLANKS))), ASKED, st.sampled_from(DAYS))
def test_empty_content_has_only_findings_of_what_is_required(names: set[str], asked: tuple[str, str], on: date) -> None:
    card = scored({name: BLANKS[name] for name in names}, asked, on)
    from xbcommerce.localization.rules import Checks
    from xbcommerce.rules import Rulebook

    checks = Checks.of(Rulebook.builtin(), ("localization", "listings")).by_id
    assert {checks[finding.rule].kind for finding in card.findings} <= {"requires"}


@OFTEN
@given(LISTINGS, ASKED, KEYWORDS)
def test_fixes_are_ranked_and_gain_what_they_say(listing: dict[str, Any], asked: tuple[str, str], keywords: Any) -> None:
    card = scored(listing, asked, keywords=keywords)
    found = card.improvements()
    keys = [(one.severity != "block", -one.gain) for one in found]
    assert keys == sorted(keys)
    assert found == scored(listing, asked, keywords=keywords).improvements()
    for one in found:
        if one.mechanical and card.exact is not None:
            after = card.after(one)
            assert after.exact is not None
            assert abs(max(float(after.exact - card.exact), 0.0) - float(one.gain)) <= 0.01
            assert blocking(after) <= blocking(card)
        assert one.gain >= 0


def blocking(card: listings.Scorecard) -> set[str]:
    return {finding.rule for finding in card.findings if finding.severity == "block"}


@OFTEN
@given(LISTINGS, ASKED)
def test_spans_lie_in_the_texts(listing: dict[str, Any], asked: tuple[str, str]) -> None:
    given_ = Listing.of(listing)
    for finding in scored(listing, asked).findings:
        text = given_.text_at(finding.field) or ""
        for span in finding.spans:
            assert 0 <= span.start <= span.end <= len(text)
        assert finding.found == text[finding.start : finding.end]


@OFTEN
@given(LISTINGS, LISTINGS, ASKED)
def test_comparison_is_symmetric(first: dict[str, Any], second: dict[str, Any], asked: tuple[str, str]) -> None:
    one = listings.compare(first, second, platform=asked[0], market=asked[1], on=DAYS[0])
    other = listings.compare(second, first, platform=asked[0], market=asked[1], on=DAYS[0])
    assert one.gain == -other.gain
    assert {one.better, other.better} in ({"first", "second"}, {"neither"})
    assert listings.compare(first, first, platform=asked[0], market=asked[1], on=DAYS[0]).better == "neither"


# ------------------------------------------------------------------ plans

STATES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Mug", "Cup", "Bowl"]),
        "description": st.sampled_from(["A", "B"]),
        "price": st.sampled_from(["1.00 USD", "2.00 USD"]),
    },
)
ITEMS = st.dictionaries(
    st.sampled_from(["A", "B", "C"]),
    st.fixed_dictionaries({"listing": st.fixed_dictionaries({"title": st.sampled_from(["Mug", "Cup"])}, optional={"description": st.sampled_from(["A", "B"])})}, optional={"prices": st.just({"US": "2.00 USD"}), "stock": st.integers(0, 3)}),
    max_size=3,
)  # fmt: skip


@OFTEN
@given(
    ITEMS,
    st.dictionaries(st.sampled_from(["A", "B", "D"]), STATES, max_size=3),
    st.booleans(),
    st.permutations(["A", "B", "C"]),
)
def test_a_plan_leads_to_what_is_wanted(items: dict[str, Any], seen: dict[str, Any], withdraws: bool, order: list[str]) -> None:
    store = {"id": "s", "platform": "ebay", "market": "US", "withdraws": withdraws, "seen": seen}
    rows = [{"sku": sku, **items[sku]} for sku in items]
    plan = listings.sync_plan(rows, [store], on=DAYS[0])
    assert plan == listings.sync_plan([row for sku in order for row in rows if row["sku"] == sku], [store], on=DAYS[0])
    state = listings.applied(plan, {"s": seen})
    assert listings.sync_plan(rows, [{**store, "seen": state["s"]}], on=DAYS[0]).empty
    for one in plan.operations:
        assert one.do != "update" or one.field.partition(".")[0] in {"title", "description", "price", "stock"}


# ------------------------------------------------------------------ health


@OFTEN
@given(
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from(["order_defect_rate", "late_shipment_rate", "valid_tracking_rate"]),
)
def test_room_and_the_way_back_are_exact(cases: int, more: int, metric: str) -> None:
    whole = cases + more
    if not whole:
        return
    found = listings.health({metric: {"count": cases, "of": whole}}, platform="amazon", market="US", on=DAYS[0])
    one = next(row for row in found.standings if row.metric == metric)
    good = metric == "valid_tracking_rate"
    if one.good_needed:
        mended = {"count": cases + (one.good_needed if good else 0), "of": whole + one.good_needed}
        less = {"count": mended["count"] - good, "of": mended["of"] - 1}
        assert _verdict(metric, mended) != "failed"
        assert _verdict(metric, less) == "failed"
    elif one.room is not None and one.room >= 0:
        bad = cases if not good else whole - cases
        if bad + one.room <= whole:
            worst = bad + one.room
            assert _verdict(metric, {"count": whole - worst if good else worst, "of": whole}) != "failed"
            if worst < whole:
                assert _verdict(metric, {"count": whole - worst - 1 if good else worst + 1, "of": whole}) == "failed"


def _verdict(metric: str, counts: dict[str, int]) -> str:
    found = listings.health({metric: counts}, platform="amazon", market="US", on=DAYS[0])
    return next(row.verdict for row in found.standings if row.metric == metric)


# ------------------------------------------------------------------ hostile texts


@pytest.mark.parametrize(
    "text", ["best " * 40_000, "+1 " * 60_000, "call " * 40_000, "a" * 200_000, "(212) 555-" * 20_000, ", " * 90_000]
)
def test_hostile_texts_are_scored_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    scored({"title": text[:2_000], "description": text, "language": "en"}, ("amazon", "US"), keywords={"steel mug": 5})
    assert time.perf_counter() - start < 20
