"""The built-in schedules: the source files' rates, known lines, columns, preferences, policies, editions."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact
from xbcommerce.rules import Rulebook
from xbcommerce.tariff import Schedules, Text, duty, parse
from xbcommerce.tariff.lookup import territory
from xbcommerce.tariff.schedule import Schedule

SAMPLES = Path(__file__).parents[2] / "data" / "tariff"
LINES = ("US", "EU", "GB", "JP", "EAEU")
ON = "2026-07-15"


def schedule(name: str) -> Schedule:
    found = Schedules.of(Rulebook.builtin()).schedule(name, date(2026, 7, 15))
    assert found is not None
    return found


@pytest.mark.parametrize("name", LINES)
def test_two_hundred_lines_are_what_the_source_file_says(name: str) -> None:
    """The sample was drawn from the source file with a fixed seed by tools/tariff_schedules.py."""
    table = schedule(name)
    rows = [line.split("\t") for line in (SAMPLES / f"sample_{name}.tsv").read_text().splitlines() if line[0] != "#"]
    assert len(rows) == 200
    for code, raw, stored in rows:
        entry = table.entry(code)
        assert entry is not None
        assert entry.duty == stored, (code, raw)
        own = parse(raw)
        if name in ("US", "EU", "GB") and not isinstance(own, Text):
            assert own == parse(stored), (code, raw)  # the official words, read by the same parser


@pytest.mark.parametrize("name", LINES)
def test_few_lines_are_kept_as_words(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    duties = [duty for _, duty in schedule(name).expressions()]
    words = sum(isinstance(duty, Text) for duty in duties)
    with capsys.disabled():
        print(f" {name}: {words} of {len(duties)} lines are words ({100 * words / len(duties):.2f} %)", end="")
    assert len(duties) > 9_000
    assert words < len(duties) / 100


@pytest.mark.parametrize(
    ("place", "code", "text"),
    [
        ("US", "6109.10.00", "16.5 %"),
        ("US", "6404.11.90", "20 %"),
        ("US", "8517.13.00", "free"),
        ("US", "6404.11.89", "0.90 USD per pair + 20 %"),
        ("US", "2204.21.50", "0.063 USD per l"),
        ("GB", "6109.10", "12 %"),
        ("GB", "0402.10.19", "99 GBP per 100 kg"),
        ("GB", "0102.29.10", "10 % + 77 GBP per 100 kg"),
        ("EU", "6109.10", "12 %"),
        ("DE", "6404.11", "16.9 %"),
        ("EU", "0402.10.19", "118.80 EUR per 100 kg"),
        ("EU", "0102.29.10", "10.2 % + 93.10 EUR per 100 kg"),
        ("EU", "9101.11.00", "4.5 %, at least 0.30 EUR per item, at most 0.80 EUR per item"),
        ("JP", "610910010", "10.9 %"),
        ("JP", "610910020", "7.4 %"),
        ("JP", "010121290", "3400000 JPY per head"),
        ("JP", "040110190", "21.3 % + 54 JPY per kg"),
        ("JP", "220421020", "the lower of (15 % or 125 JPY per l), at least 67 JPY per l"),
        ("RU", "6109.10", "1.75 EUR per kg"),
        ("KZ", "6404.11", "0.47 EUR per pair"),
        ("AM", "3401110001", "4.5 % + 0.02 EUR per kg"),
        ("BY", "8517.13", "free"),
        ("HK", "6109.10", "free"),
        ("MO", "6109.10", "free"),
        ("SG", "6109.10", "free"),
        ("CH", "6109.10", "free"),
        ("LI", "6109.10", "free"),
        ("CL", "6109.10", "6 %"),
        ("AE", "6109.10", "5 %"),
        ("QA", "6109.10", "5 %"),
        ("NO", "6404.11", "free"),
    ],
)
def test_known_lines(place: str, code: str, text: str) -> None:
    assert duty(place, code, on=ON).text == text


def test_seasons_and_the_law_of_the_day() -> None:
    assert duty("GB", "07020000", on="2026-01-10").text == "8 %"
    assert duty("GB", "07020000", on="2026-07-10").text == "14 %"


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        ("EU", "1905.31.99", "9.00% + EA MAX 24.20% + ADSZ"),  # Meursing
        ("EU", "0702.00.00", "Entry Price"),
        ("US", "6203.22.30", "rate applicable to each garment"),
        ("US", "9102.19.40", "part of the goods"),  # watches, by component
        ("JP", "010392012", "cannot|in words"),  # gate price
        ("SG", "2203.00", "intoxicating liquors"),
        ("CH", "3501.10", "agricultural lines"),
        ("CL", "1001.99", "price bands"),
    ],
)
def test_words_of_a_tariff_raise_with_their_words(place: str, code: str, words: str) -> None:
    with pytest.raises(UnknownFact, match=words.replace("+", r"\+")) as caught:
        duty(place, code, on=ON)
    assert "give `duty` on the line" in str(caught.value)


# ---------------------------------------------------------------------- policies


def test_six_digits_with_several_duties() -> None:
    with pytest.raises(UnknownFact, match=r"610910010 10\.9 %; 610910020 7\.4 %") as caught:
        duty("JP", "6109.10", on=ON)
    assert caught.value.allowed == ("610910010", "610910020")
    assert "choose a policy" in str(caught.value)
    found = {policy: duty("JP", "6109.10", on=ON, policy=policy) for policy in ("highest", "lowest", "typical")}  # type: ignore[arg-type]
    assert {policy: answer.text for policy, answer in found.items()} == {
        "highest": "10.9 %",
        "lowest": "7.4 %",
        "typical": "10.9 %",
    }
    assert (found["lowest"].least, found["lowest"].most) == ("7.4 %", "10.9 %")
    assert [one.code for one in found["lowest"].candidates] == ["610910010", "610910020"]
    assert any("7.4 % to 10.9 %" in warning for warning in found["lowest"].warnings)


def test_duties_that_cannot_be_ranked_become_a_choice() -> None:
    found = duty("US", "6404.11", on=ON, policy="highest")
    assert found.text.startswith("the higher of (10.5 % or ")
    assert found.least is None
    assert len(found.candidates) == 14
    with pytest.raises(UnknownFact, match="cannot be compared"):
        duty("US", "6203.22", on=ON, policy="highest")


def test_averages_only_on_request_and_only_where_nothing_is_finer() -> None:
    with pytest.raises(UnknownFact, match="has no line for 610910"):
        duty("NO", "6109.10", on=ON)
    found = duty("NO", "6109.10", on=ON, policy="average")
    assert found.average
    assert found.text == "10.7 %"
    assert any("AVERAGE" in warning for warning in found.warnings)
    assert found.fact.confidence == "low"
    assert str(found).startswith("10.7 % (average, ")
    with pytest.raises(UnknownFact, match="ask for the line"):
        duty("US", "6109.10", on=ON, policy="average")
    with pytest.raises(UnknownFact, match="no average of SA"):
        duty("SA", "6109.10", on=ON, policy="average")


def test_wrong_questions() -> None:
    with pytest.raises(InvalidInput, match="policy"):
        duty("US", "6109.10", on=ON, policy="best")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="origin"):
        duty("US", "6109.10", on=ON, origin="China")
    with pytest.raises(InvalidInput, match="place"):
        duty(1, "6109.10", on=ON)  # type: ignore[arg-type]
    with pytest.raises(UnknownFact, match="no tariff schedule of 'SA'"):
        duty("SA", "6109.10", on=ON)
    with pytest.raises(UnknownFact, match="no line for 61099999"):
        duty("US", "6109.99.99", on=ON)
    assert territory("FR", date(2026, 7, 15)) == "EU"
    assert territory("Neverland", date(2026, 7, 15)) == "Neverland"


def test_a_code_of_another_country_is_answered_by_its_subheading_with_a_warning() -> None:
    found = duty("EU", "6206.10.30.00", on=ON)
    assert found.text == "12 %" or found.text
    assert any("is asked instead" in warning or "lies" in warning for warning in found.warnings)


# ---------------------------------------------------------------------- editions


def test_old_editions_always_warn() -> None:
    for place in ("EU", "GB"):
        for day in ("2020-06-30", "2021-06-30", ON):
            assert any("is OLD" in warning for warning in duty(place, "6109.10", on=day).warnings), (place, day)
    assert duty("US", "6109.10", on=ON).warnings == ()


def test_a_day_outside_an_edition_is_warned_of_with_the_edition() -> None:
    found = duty("US", "6109.10", on="2024-12-31")
    assert [warning for warning in found.warnings if "2026 revision 10" in warning and "lies outside" in warning]
    assert duty("US", "6109.10", on="2025-01-01").warnings == ()
    assert any("is known from 2025-06-06" in warning or "is known from" in warning for warning in _new_line().warnings)


def _new_line():
    table = schedule("US")
    code = next(code for code in table.codes if table.entry(code).mark("f"))  # type: ignore[union-attr]
    return duty("US", code, on="2025-01-02")


def test_where_another_law_held_before_nothing_is_answered() -> None:
    with pytest.raises(UnknownFact, match="holds from 2024-01-01"):
        duty("CH", "6109.10", on="2023-12-31")
    assert duty("CH", "6109.10", on="2024-01-01").text == "free"


def test_a_subheading_of_2022_is_found_in_a_tariff_of_2017() -> None:
    found = duty("EU", "8517.13.00", on=ON)
    assert (found.text, found.line) == ("free", "85171200")
    assert any("851713 is not in HS2017: it corresponds to 851712" in warning for warning in found.warnings)


def test_a_subheading_whose_scope_has_grown_is_warned_of() -> None:
    from xbcommerce.tariff import correlate
    from xbcommerce.tariff.correlation import subheadings

    grown = [code for code in sorted(subheadings("HS2022") & subheadings("HS2017")) if len(correlate(code)) > 1]
    assert 20 < len(grown) < 200
    found = duty("EU", grown[0], on=ON, policy="typical")
    assert any("has taken in goods that were in" in warning for warning in found.warnings)
    assert not any("has taken in" in warning for warning in duty("EU", "6109.10", on=ON).warnings)


def test_every_answer_names_source_licence_and_edition() -> None:
    rng = random.Random(1)
    for name in Schedules.of(Rulebook.builtin()).names:
        if name.endswith(".average"):
            continue
        place = schedule(name if name not in ("EAEU", "GCC") else {"EAEU": "RU", "GCC": "QA"}[name])
        assert place.licence
        assert place.edition
        assert place.as_of > date(2020, 1, 1)
        for code in rng.sample(place.codes, min(20, len(place.codes))):
            try:
                found = duty(place.places[0], code.ljust(6, "1"), on=ON, policy="typical")
            except (UnknownFact, InvalidInput):
                continue
            assert found.fact.source.url
            assert found.edition == place.edition
            assert found.fact.id.startswith("tariff.duty/")


# ---------------------------------------------------------------------- columns and preferences


def test_the_second_column_of_the_united_states() -> None:
    assert duty("US", "6109.10.00", origin="CU", on=ON).text == "90 %"
    assert duty("US", "6109.10.00", origin="RU", on="2022-04-08").text == "16.5 %"
    found = duty("US", "6109.10.00", origin="RU", on="2022-04-09")
    assert (found.text, found.column) == ("90 %", "column 2")
    assert "General Note 3(b)" in found.fact.law


@pytest.mark.parametrize(
    ("place", "code", "origin", "claim", "text", "programme"),
    [
        ("US", "6109.10.00", "KR", True, "free", "KR"),
        ("US", "6109.10.00", "MX", True, "free", "S"),
        ("US", "6109.10.00", "GT", "P", "free", "P"),
        ("JP", "610910010", "CN", True, "6.8 %", "RCEP-CN"),
        ("JP", "610910010", "CN", "RCEP-CN", "6.8 %", "RCEP-CN"),
        ("JP", "610910010", "VN", "CPTPP", "free", "CPTPP"),
        ("JP", "610910010", "DE", True, "free", "EPA-EU"),
        ("GB", "6109.10.00", "FR", True, "free", "eu"),
        ("GB", "6302.60.00", "VN", True, "free", "viet-nam"),
        ("NO", "6109.10.00", "DE", True, "free", "EU"),
    ],
)
def test_preferences(place: str, code: str, origin: str, claim: bool | str, text: str, programme: str) -> None:
    found = duty(place, code, origin=origin, on=ON, preference=claim)
    assert (found.text, found.programme) == (text, programme)
    assert any("preferential origin is claimed by the caller; proof of origin" in warning for warning in found.warnings)


def test_staged_preferences_follow_the_year() -> None:
    rates = [
        duty("GB", "6302.60.00", origin="VN", preference=True, on=f"{year}-07-01").text for year in (2022, 2023, 2024, 2025)
    ]
    assert rates == ["6 %", "4 %", "2 %", "free"]


def test_proofs_of_origin_come_from_the_data() -> None:
    assert (
        duty("GB", "6109.10.00", origin="FR", preference=True, on=ON).proof
        == "statement on origin by the exporter, or importer's knowledge"
    )
    assert "nine data elements" in duty("US", "6109.10.00", origin="CA", preference=True, on=ON).proof
    assert duty("US", "6109.10.00", origin="KR", preference=True, on=ON).proof == ""  # not known here, and said so


def test_a_preference_is_never_assumed_and_never_invented() -> None:
    assert duty("US", "6109.10.00", origin="KR", on=ON).text == "16.5 %"
    assert duty("US", "6109.10.00", origin="KR", on=ON, preference=False).programme is None
    with pytest.raises(
        UnknownFact, match=r"preferential duties of the Union are not in this schedule.*give the preferential duty"
    ):
        duty("EU", "6109.10.00", origin="JP", on=ON, preference=True)
    with pytest.raises(UnknownFact, match=r"no preferential programme in force .* is known to benefit CN"):
        duty("US", "6109.10.00", origin="CN", on=ON, preference=True)
    with pytest.raises(UnknownFact, match=r"A .Generalized System of Preferences. is not in force"):
        duty("US", "6109.10.00", origin="BD", on=ON, preference="A")
    with pytest.raises(InvalidInput, match="does not benefit CN"):
        duty("US", "6109.10.00", origin="CN", on=ON, preference="KR")
    with pytest.raises(InvalidInput, match="knows no preferential programme"):
        duty("US", "6109.10.00", origin="KR", on=ON, preference="KOREA")
    with pytest.raises(UnknownFact, match="states no preferential duty"):
        duty("US", "6109.10.00", origin="KE", on=ON, preference="D")
    with pytest.raises(UnknownFact, match="depends on the origin"):
        duty("US", "6109.10.00", on=ON, preference=True)


def test_what_is_free_anyway_needs_no_preference() -> None:
    for place in ("US", "EU", "HK"):
        assert duty(place, "8517.13.00", origin="JP", on=ON, preference=True).text == "free"


def test_quotas_are_not_mixed_in() -> None:
    table = schedule("JP")
    quota = next(
        (code, row) for code in table.codes for row in table.preferences(code, "CPTPP", date(2026, 7, 15)) if "割当" in row.duty
    )
    with pytest.raises(UnknownFact, match="in words"):
        duty("JP", quota[0], origin="AU", on=ON, preference="CPTPP")


def test_a_programme_whose_beneficiaries_are_unknown_is_said_to_be() -> None:
    table = schedule("JP")
    code = next(
        code for code in table.codes if table.preferences(code, "GSP", date(2026, 7, 15)) and table.entry(code).duty != "free"
    )  # type: ignore[union-attr]
    try:
        found = duty("JP", code, origin="BD", on=ON, preference="GSP")
    except UnknownFact:
        return
    assert any("whether BD benefits is not known here" in warning for warning in found.warnings)


# ---------------------------------------------------------------------- broken files

HEAD = 'id = "XX"\nplaces = ["XX"]\ntitle = "T"\nedition = "E"\nlicence = "L"\nas_of = 2026-01-01\n'


@pytest.mark.parametrize(
    ("head", "table", "said"),
    [
        ("x = [", "", "where"),
        ('colour = "red"\n', "", "unknown key"),
        ("", "", "id must be a text"),
        (HEAD + 'confidence = "sure"\n', "", "confidence"),
        (HEAD.replace('"L"', "1"), "", "licence must be a text"),
        (HEAD.replace("2026-01-01", '"2026"'), "", "as_of must be a calendar date"),
        (HEAD.replace('["XX"]', "[1]"), "", "places must be a list"),
        (HEAD, "610910 12 %\n", "cannot read the line"),
        (HEAD, "620000\t1 %\n610000\t1 %\n", "not in order"),
        (HEAD, "610000\t1 %\n%preferences\n61\t1\tfree\n", "cannot read the preference"),
    ],
)
def test_broken_schedules_are_told(head: str, table: str, said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        _asked(head, table)


def _asked(head: str, table: str) -> None:
    broken = Schedule.read(head, table, layer="built-in", where="where")
    assert broken.codes
    assert broken.preferences("610000", "X", date(2026, 1, 1))


def test_every_built_in_schedule_is_whole() -> None:
    """Each line and each preference of each schedule is read; each programme of a preference is told of."""
    names = Schedules.of(Rulebook.builtin())
    for name in names.names:
        table = names._file(name)
        assert table is not None
        assert sum(1 for _ in table.expressions()) == len(table.codes)
        for rows in table._preferences.values():
            for row in rows:
                assert parse(row.duty)
                assert set(row.programmes) <= set(table.programmes), (name, row)
        for programme in table.programmes.values():
            assert programme.status in ("in_force", "lapsed", "unknown")


@pytest.mark.parametrize("claim", [5, "", ["KR"], 1.5])
def test_a_claim_is_yes_no_or_the_name_of_a_programme(claim: object) -> None:
    with pytest.raises(InvalidInput, match="a claim of preferential origin"):
        duty("US", "6109.10.00", origin="KR", preference=claim, on=ON)  # type: ignore[arg-type]
