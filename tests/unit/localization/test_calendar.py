"""The calendar: rules, almanacs, uncertainty, clashes, guides."""

from __future__ import annotations

from datetime import date

import pytest

from xbcommerce.errors import InvalidInput, RulebookError
from xbcommerce.localization import calendar, clashes, guides
from xbcommerce.localization.calendar import _event, _nth, _window


@pytest.mark.parametrize(
    ("market", "event", "year", "days"),
    [
        ("FR", "mothers_day_fr", 2026, ["2026-05-31"]), ("FR", "mothers_day_fr", 2029, ["2029-05-27"]), ("NL", "kings_day", 2025, ["2025-04-26"]),
        ("US", "black_friday", 2026, ["2026-11-27"]), ("US", "black_friday", 2027, ["2027-11-26"]), ("US", "memorial_us", 2026, ["2026-05-25"]),
        ("GB", "mothers_day_gb_ie", 2026, ["2026-03-15"]), ("IN", "diwali", 2028, ["2028-10-17"]), ("CN", "lantern", 2026, ["2026-03-03"]),
        ("VN", "tet", 2027, ["2027-02-06"]), ("KR", "chuseok", 2026, ["2026-09-25"]), ("JP", "rakuten_super_sale", 2026, ["2026-03-04", "2026-06-04", "2026-09-04", "2026-12-04"]),
        ("AU", "back_to_school_au_nz", 2026, ["2026-12-27"]), ("DE", "oktoberfest", 2026, ["2026-09-19"]), ("US", "prime_day", 2025, ["2025-07-08"]),
    ],
)  # fmt: skip
def test_days(market: str, event: str, year: int, days: list[str]) -> None:
    found = calendar(market, f"{year}-01-01", f"{year}-12-31")
    assert [str(one.start) for one in found.of(event) if one.start.year == year] == days


def test_what_crosses_the_year_is_seen_from_both_sides() -> None:
    (one,) = calendar("AU", "2027-01-10", "2027-01-11").of("back_to_school_au_nz")
    assert (one.start, one.end) == (date(2026, 12, 27), date(2027, 2, 5))


def test_ramadan_ends_the_day_before_the_feast_and_may_be_a_day_later() -> None:
    for year in range(2025, 2031):
        found = calendar("SA", f"{year}-01-01", f"{year}-12-31")
        for one in found.of("ramadan"):
            assert (one.end - one.start).days in (28, 29)
            assert one.latest > one.start
            assert one.certainty == "estimated"


def test_what_ended_is_gone() -> None:
    assert calendar("CO", "2022-01-01", "2022-12-31").of("dia_sin_iva")
    assert not calendar("CO", "2023-01-01", "2023-12-31").of("dia_sin_iva")


def test_beyond_the_almanac_is_said() -> None:
    found = calendar("SA", "2090-01-01", "2090-12-31")
    assert any("Umm al-Qura" in text for text in found.unknown)
    assert not found.of("ramadan")


def test_explained() -> None:
    found = calendar("SA", "2026-02-01", "2026-03-31")
    assert "Ramadan" in str(found)
    assert "estimated" in found.explain().to_text()
    assert "<table>" in found._repr_html_()
    assert str(calendar("AQ", "2026-02-01", "2026-03-31")) == "no event"


@pytest.mark.parametrize(
    ("since", "until"), [("2026-02-01", "2026-01-01"), ("2026-02-01", "2096-01-01"), ("soon", "2026-01-01")]
)
def test_bad_days(since: str, until: str) -> None:
    with pytest.raises(InvalidInput):
        calendar("SA", since, until)


def test_clashes() -> None:
    assert str(clashes({"start": "2026-05-25", "themes": ["party"]}, "US")).startswith("warn tone")
    assert clashes({"start": "2026-03-01", "themes": ["alcohol"]}, "AE").clashes[0].words == ("alcohol",)
    assert str(clashes({"start": "2026-08-01"}, "NO")) == "no clash"
    late = clashes({"name": "Black Friday", "start": "2026-11-20", "end": "2026-11-30"}, "US", today="2026-09-01").clashes
    assert [(one.kind, one.severity) for one in late] == [("late", "info")]
    with pytest.raises(InvalidInput, match="before it starts"):
        clashes({"start": "2026-05-25", "end": "2026-05-01"}, "US")
    with pytest.raises(InvalidInput, match="a campaign is"):
        clashes("sale", "US")


def met(market: str, start: str, end: str, **campaign: object) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.occasion.id, one.words) for one in clashes({"start": start, "end": end, **campaign}, market).clashes]


def test_themes_are_met_by_their_own_words_alone() -> None:
    assert not met("AE", "2026-02-20", "2026-03-01", text="Dark chocolate bar and soap bar; watch the video")
    assert not met("AE", "2026-02-20", "2026-03-01", themes=["alcohol-free drinks"])
    assert not met("CN", "2026-02-15", "2026-02-25", text="Watch our video: 4 white mugs, factories")
    assert met("CN", "2026-02-15", "2026-02-25", text="Wall clock in white wrapping paper") == [
        ("cny_cn", ("clocks", "white wrapping"))
    ]
    (occasion,) = [one for one in calendar("CN", "2026-02-15", "2026-02-25").occasions if one.id == "cny_cn"]
    assert "factories shut 2-4 weeks" in occasion.heed


@pytest.mark.parametrize(
    "theme", ["Weinprobe", "dégustation de vin", "cata de vinos", "prova de vinhos", "حفلة نبيذ", "品酒会", "ワイン会"]
)
def test_themes_in_other_languages(theme: str) -> None:
    ((occasion, words),) = met("AE", "2026-02-20", "2026-03-01", themes=[theme])
    assert occasion == "ramadan"
    assert "alcohol" in words


def test_a_theme_in_a_writing_that_nobody_reads_is_not_judged() -> None:
    told = clashes({"start": "2026-02-20", "themes": ["Дегустация вина", "lanterns"]}, "AE")
    assert told.not_judged == ("Дегустация вина",)
    assert "not judged: Дегустация вина" in str(told)


@pytest.mark.parametrize("name", ["Christmas sale", "Weihnachtsaktion"])
def test_a_campaign_that_leads_up_to_what_it_names_may_be_late(name: str) -> None:
    plan = {"name": name, "start": "2026-12-01", "end": "2026-12-24"}
    assert [(one.kind, one.occasion.id) for one in clashes(plan, "DE", today="2026-11-26").clashes] == [("late", "christmas")]


@pytest.mark.parametrize(
    ("market", "event", "days"),
    [
        ("MX", "el_buen_fin", ("2025-11-13", "2025-11-17")), ("MX", "el_buen_fin", ("2024-11-15", "2024-11-18")), ("US", "prime_day", ("2024-07-16", "2024-07-17")),
        ("US", "prime_day", ("2025-07-08", "2025-07-11")), ("US", "prime_day", ("2026-06-23", "2026-06-26")), ("MX", "dia_muertos", ("2026-11-01", "2026-11-02")),
        ("CL", "cyberday_cl", ("2024-06-03", "2024-06-05")), ("AR", "cybermonday_ar", ("2024-11-04", "2024-11-06")),
    ],
)  # fmt: skip
def test_days_as_they_were(market: str, event: str, days: tuple[str, str]) -> None:
    (one,) = calendar(market, f"{days[0][:4]}-01-01", f"{days[0][:4]}-12-31").of(event)
    assert (str(one.start), str(one.end)) == days


def test_a_past_year_without_days_is_not_called_unannounced() -> None:
    told = calendar("US", "2021-01-01", "2021-12-31").unknown
    assert any("Prime Day 2021 are not in this edition" in text for text in told)


def test_far_years_warn_nobody(recwarn: pytest.WarningsRecorder) -> None:
    for market in ("CN", "IN", "KR"):
        calendar(market, "2098-01-01", "2099-12-31")
    assert not recwarn.list


def test_a_market_that_is_no_text() -> None:
    with pytest.raises(InvalidInput, match="a market is a code"):
        calendar(5, "2026-01-01", "2026-02-01")


def test_weekdays_counted_from_both_ends() -> None:
    assert _nth(2026, 11, 3, 4) == date(2026, 11, 26)
    assert _nth(2026, 5, 6, -1) == date(2026, 5, 31)
    assert _nth(2026, 12, 0, -2) == date(2026, 12, 21)


def test_broken_events() -> None:
    with pytest.raises(RulebookError, match="no rule"):
        _event({"id": "x", "rule": {"kind": "tides"}})
    with pytest.raises(RulebookError, match="time of year"):
        _window("soonish", 2026)


def test_without_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from xbcommerce.localization import calendar as face
    from xbcommerce.localization.calendar import _hijri_days, _holiday

    del face
    monkeypatch.setitem(sys.modules, "hijridate", None)
    monkeypatch.setitem(sys.modules, "holidays", None)
    _hijri_days.cache_clear()
    _holiday.cache_clear()
    with pytest.raises(InvalidInput, match=r"xbcommerce\[calendar\]"):
        _hijri_days(2031, 9, 1)
    with pytest.raises(InvalidInput, match=r"xbcommerce\[calendar\]"):
        _holiday("KR", 2031, "Chuseok")


def test_guides() -> None:
    assert {guide.topic for guide in guides("SA", on="2026-11-22")} >= {"symbol", "animal", "language_law"}
    assert all(guide.subject != "Crimea" for guide in guides("DE", on="2026-11-22"))
    assert guides("DE", on="2026-11-22", topic="formality", language="de")
    assert [guide.id for guide in guides("CA-QC", on="2020-01-01", topic="language_law")] == ["language_law.062"]
    assert "law" in str(guides("SA", on="2026-11-22")[0])
