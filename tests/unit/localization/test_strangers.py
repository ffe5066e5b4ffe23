"""What is not told, not read or not known is said, and input that is none is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xbcommerce import localization
from xbcommerce.errors import InvalidInput
from xbcommerce.localization import apply, calendar, check, clashes, convert_size, convert_unit, mains

ON = "2026-11-22"


def missed(content: Any, market: str) -> dict[str, str]:
    return dict(check(content, market=market, on=ON).not_assessed)


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        ([{"width": 1200}], "nobody told what the images show"),
        ([{"labels": ["swan"]}, {"width": 1200}], "nobody told what image 2 shows"),
        ([{"labels": ["swan"]}], None),
    ],
)
def test_images_that_nobody_described(images: list[dict[str, Any]], reason: str | None) -> None:
    assert missed({"title": "Ring", "images": images}, "SA").get("sa.image.cross") == reason


def test_pixels_tell_candidates_and_no_more() -> None:
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    file = BytesIO()
    image.new("RGB", (600, 600), "white").save(file, "PNG")
    told = missed({"title": "Ring", "images": [{"pixels": file.getvalue()}]}, "SA")
    assert told["sa.image.cross"] == "nobody told what the images show"
    assert "world.image.red_cross.candidate" not in told


def test_a_language_without_renderings_and_a_listing_without_a_category() -> None:
    told = missed({"title": "Modello esplosivo", "language": "it"}, "IT")
    assert "renderings" in told
    assert "no category" in told["category"]
    assert not {"renderings", "category"} & missed({"title": "Kleid", "language": "de", "category": "clothing"}, "DE").keys()


@pytest.mark.parametrize(
    ("title", "language", "market", "severity"),
    [
        ("爆款连衣裙", "zh", "DE", "warn"),
        ("Летнее платье", "ru", "FR", "warn"),
        ("Sommerkleid in Blau", "de", "DE", None),
        ("Ψχω", "el", "DE", None),
        ("Summer dress in blue for all women, soft and light to wear every day", "en", "JP", "info"),
    ],
)
def test_letters_that_the_market_does_not_use(title: str, language: str, market: str, severity: str | None) -> None:
    found = check({"title": title, "language": language}, market=market, on=ON).findings
    told = [one.severity for one in found if one.rule in ("text.market_letters", "text.market_language")]
    assert told == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("title", "mended"),
    [
        ("An explosive model for summer", "A popular choice for summer"),
        ("Explosive model for summer", "Popular choice for summer"),
        ("Banana explosive model", "Banana popular choice"),
    ],
)
def test_the_article_before_a_mended_word(title: str, mended: str) -> None:
    listing = {"title": title, "language": "en"}
    assert apply(listing, *check(listing, market="US", on=ON).findings).title == mended


@pytest.mark.parametrize(
    ("year", "day"), [(2020, "2020-08-25"), (2024, "2024-08-10"), (2025, "2025-08-29"), (2026, "2026-08-19")]
)
def test_qixi_is_the_seventh_of_the_seventh_month(year: int, day: str) -> None:
    pytest.importorskip("borax")
    for market in ("CN", "TW"):
        (occasion,) = calendar(market, f"{year}-01-01", f"{year}-12-31").of("qixi")
        assert str(occasion.start) == day
    assert any("Chinese calendar" in one for one in calendar("CN", "2103-01-01", "2103-12-31").unknown)


@pytest.mark.parametrize(
    ("theme", "clash"),
    [
        ("non-alcoholic wine", False), ("alcohol-free beer", False), ("no alcohol", False), ("root beer", False),
        ("wine red dress", False), ("wine glass", False), ("party dress", False), ("gin and tonic", True), ("Oktoberfest", True),
        ("Weinfest", True), ("gambling night", True), ("music festival", True), ("حفلة موسيقية", True), ("wine, alcohol-free beer", True),
    ],
)  # fmt: skip
def test_themes_of_ramadan(theme: str, clash: bool) -> None:
    assert bool(clashes({"start": "2026-02-20", "themes": theme}, "SA").clashes) is clash


def test_a_campaign_is_judged_by_its_category_and_what_is_unknown_is_told() -> None:
    assert clashes({"start": "2026-02-20", "category": "wine"}, "SA").clashes
    assert clashes({"start": "2026-12-24", "end": "2026-12-26", "themes": ["mourning"]}, "US").clashes
    far = clashes({"start": "2080-01-01", "end": "2080-12-31"}, "SA")
    assert far.unknown
    assert "no clash with what is known" in str(far)


@pytest.mark.parametrize(("market", "event", "day"), [
    ("US", "super_bowl", "2026-02-08"), ("US", "presidents_us", "2026-02-16"), ("MX", "independence_mx", "2026-09-16"),
    ("IN", "raksha_bandhan", "2026-08-28"), ("IN", "navratri", "2026-10-11"), ("IN", "dussehra", "2026-10-20"),
    ("IN", "dhanteras", "2026-11-06"), ("IN", "independence_in", "2026-08-15"), ("AE", "diwali_ae", "2026-11-08"),
])  # fmt: skip
def test_days_of_further_events(market: str, event: str, day: str) -> None:
    pytest.importorskip("holidays")
    assert [str(one.start) for one in calendar(market, "2026-01-01", "2026-12-31").of(event)] == [day]


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: calendar(None, "2026-01-01", "2026-02-01"), "a market is a code"),  # type: ignore[arg-type]
    (lambda: clashes({"start": "2026-02-20"}, None), "a market is a code"),  # type: ignore[arg-type]
    (lambda: clashes({"start": "2026-02-20"}, "SA", today="x"), "today"),
    (lambda: convert_unit("12", None, "cm"), "no unit"),  # type: ignore[arg-type]
    (lambda: mains("UK"), "did you mean 'GB'"),
    (lambda: convert_size("shoes.kids", "9", "US", "EU"), "there are clothing.women"),
    (lambda: check({"titel": "x"}, market="US", on=ON), "did you mean 'title'"),
    (lambda: check("x", market="US", on=ON, rulebook="x"), "a rulebook is"),  # type: ignore[arg-type]
    (lambda: localization.group(None), "are a list"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_what_is_none_is_refused_with_a_reason(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call()


def test_what_is_meant_is_understood() -> None:
    assert mains("CA-QC") == mains("CA")
    assert convert_size("shoes.men", " 9 ", "US", "EU") == convert_size("shoes.men", "9", "US", "EU")
    assert str(convert_unit("-1", "kg", "g")[0]) == "-1000"
    listing = localization.Listing(search_terms=["mug", "cup"])  # type: ignore[arg-type]
    assert listing.search_terms == "mug cup"


@pytest.mark.parametrize(("text", "language", "market"), [
    ("lampada 12 pollici", "it", "IT"), ("lampa 12 cali", "pl", "PL"), ("lampa 12 tum", "sv", "SE"), ("peso 5 libbre", "it", "IT"),
])  # fmt: skip
def test_customary_units_in_further_languages(text: str, language: str, market: str) -> None:
    assert "market.unit" in {one.rule for one in check({"title": text, "language": language}, market=market, on=ON).findings}
