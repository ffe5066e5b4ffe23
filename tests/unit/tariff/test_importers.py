"""Importers: small samples in the formats that the authorities publish; what they make answers in place of the built-in."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from datetime import date
from pathlib import Path

import pytest

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact
from xbcommerce.landed import quote
from xbcommerce.rules import Rulebook
from xbcommerce.tariff import Schedules, convert, duty, layered, load
from xbcommerce.tariff.importers import formats

DATA = Path(__file__).parents[2] / "data" / "tariff"
FILES = {"uk-csv": "uk.csv", "us-json": "us.json", "taric": "taric.csv", "no-json": "no.json", "ch-xml": "ch.xml"}
DAY = "2026-11-20"


def imported(tmp_path: Path, name: str, day: str = DAY) -> Path:
    path = tmp_path / f"{name}.tariff"
    path.write_text(convert(DATA / FILES[name], format=name, as_of=day).text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "lines", "words", "preferences", "left_out"),
    [
        ("uk-csv", 7, 0, 3, {"duties inside quotas": 1}),
        ("us-json", 4, 1, 48, {"lines of chapters of temporary and additional duties": 1}),
        ("taric", 8, 1, 2, {"duties inside quotas": 1}),
        ("no-json", 4, 0, 1, {"rates of other country groups": 1}),
        ("ch-xml", 2, 1, 1, {"duties under a privilege of use": 1}),
    ],
)
def test_what_is_read(name: str, lines: int, words: int, preferences: int, left_out: dict[str, int]) -> None:
    found = convert(DATA / FILES[name], format=name, as_of=DAY)
    assert (found.lines, found.words, found.preferences, dict(found.left_out)) == (lines, words, preferences, left_out)
    assert str(found).startswith(f"{lines} lines, {words} of them as words")
    schedule = found.schedule()
    assert len(schedule.codes) == lines
    assert schedule.as_of == date(2026, 11, 20)
    assert schedule.licence
    assert schedule.source.url.startswith("https://")
    assert FILES[name] in schedule.edition


@pytest.mark.parametrize(
    ("name", "place", "code", "text"),
    [
        ("uk-csv", "GB", "6109.10", "12 %"),
        ("uk-csv", "GB", "6404.11.00", "14 %"),  # the measure of the day, not the one that ended
        ("uk-csv", "GB", "2204.10.11.00", "26 GBP per hl"),
        ("uk-csv", "GB", "0402.10.91", "1.10 GBP per 100 kg + 22 GBP per 100 kg"),
        ("us-json", "US", "6109.10.00", "15.5 %"),
        ("us-json", "US", "6404.11.89", "0.90 USD per pair + 20 %"),
        ("taric", "EU", "6109.10.00", "12 %"),  # inherited from the heading
        ("taric", "DE", "4202.22.10", "9.5 %"),
        ("taric", "EU", "0402.29.11", "1.31 EUR per kg_lactic_matter + 22 EUR per 100 kg"),
        ("taric", "EU", "9101.11.00", "4.5 %, at least 0.30 EUR per item, at most 0.80 EUR per item"),
        ("no-json", "NO", "6109.10.00", "10.7 %"),
        ("no-json", "NO", "0406.10.20", "27.15 NOK per kg"),
        ("no-json", "NO", "0101.21.00", "5000 NOK per item"),
        ("ch-xml", "CH", "6109.10.00", "free"),
    ],
)
def test_an_imported_schedule_answers(tmp_path: Path, name: str, place: str, code: str, text: str) -> None:
    found = duty(place, code, on="2026-11-22", tariff=load(imported(tmp_path, name)))
    assert found.text == text
    assert f"imported from {FILES[name]}" in found.edition
    assert any("imported as of 2026-11-20" in warning for warning in found.warnings)
    assert found.fact.layer == f"{name}.tariff"


def test_it_replaces_the_built_in_one_for_its_places_and_days_only(tmp_path: Path) -> None:
    tariff = load(imported(tmp_path, "us-json"))
    assert duty("US", "6109.10.00", on="2026-11-20", tariff=tariff).text == "15.5 %"
    assert duty("US", "6109.10.00", on="2026-11-19", tariff=tariff).text == "16.5 %"
    assert duty("JP", "610910010", on="2026-11-22", tariff=tariff).text == "10.9 %"
    with pytest.raises(UnknownFact, match=r"imported from us\.json"):
        duty("US", "6109.90.10", on="2026-11-22", tariff=tariff)  # no line of the file: never mixed with the built-in one
    two = layered(tariff, load(imported(tmp_path, "uk-csv")))
    assert duty("GB", "6404.11.00.00", on="2026-11-22", tariff=two).text == "16 %"  # the first that knows: the built-in one
    assert tariff.imported[0].id == "US"


def test_columns_and_programmes_of_the_built_in_head_go_with_it(tmp_path: Path) -> None:
    tariff = load(imported(tmp_path, "us-json"))
    assert duty("US", "6109.10.00", origin="RU", on="2026-11-22", tariff=tariff).text == "90 %"
    assert duty("US", "6109.10.00", origin="CA", preference=True, on="2026-11-22", tariff=tariff).programme == "S"
    assert duty("US", "2204.21.50", origin="JO", preference=True, on="2026-11-22", tariff=tariff).text == "0.015 USD per l"
    union = load(imported(tmp_path, "taric"))
    assert duty("EU", "6109.10.00", origin="NZ", preference=True, on="2026-11-22", tariff=union).text == "free"
    assert duty("EU", "6109.10.00", origin="BD", preference="2020", on="2026-11-22", tariff=union).text == "9.6 %"
    kingdom = load(imported(tmp_path, "uk-csv"))
    assert duty("GB", "6109.10.00", origin="DE", preference=True, on="2026-11-22", tariff=kingdom).proof.startswith(
        "statement on origin"
    )
    norway = load(imported(tmp_path, "no-json"))
    assert duty("NO", "6109.10.00", origin="DE", preference=True, on="2026-11-22", tariff=norway).text == "free"


def test_suspensions_and_exclusions_are_noted(tmp_path: Path) -> None:
    tariff = load(imported(tmp_path, "uk-csv"))
    assert any("suspension" in warning for warning in duty("GB", "8708.70.10.99", on="2026-11-22", tariff=tariff).warnings)
    assert any(
        "excludes some origins" in warning for warning in duty("GB", "2204.10.11", on="2026-11-22", tariff=tariff).warnings
    )


def test_the_quote_uses_it_and_its_explanation_names_it(tmp_path: Path) -> None:
    order = {
        "ship_from": "KR", "ship_to": "US", "channel": "courier", "mode": "air", "freight": "0 USD",
        "lines": [{"price": "1000 USD", "hs": "6109.10.00", "origin": "KR"}],
    }  # fmt: skip
    found = quote(order, on="2026-11-22", tariff=load(imported(tmp_path, "us-json")))
    assert str(found.charges["duty"].amount) == "155.00 USD"
    assert "imported from us.json (us-json)" in found.explain()
    assert any("imported as of 2026-11-20" in warning for warning in found.warnings)
    assert str(quote(order, on="2026-11-22").charges["duty"].amount) == "165.00 USD"


def test_the_same_columns_come_as_a_spreadsheet(tmp_path: Path) -> None:
    lines = [line.split(",") for line in (DATA / "taric.csv").read_text().splitlines()]
    shared = sorted({cell for line in lines for cell in line})
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="s"><v>{shared.index(cell)}</v></c>'
            for column, cell in enumerate(line)
            if cell
        )
        + "</row>"
        for number, line in enumerate(lines, 1)
    )
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    path = tmp_path / "Duties Import 01-99.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        strings = "".join(f"<si><t>{cell}</t></si>" for cell in shared)
        packed.writestr("xl/sharedStrings.xml", f"<sst {space}>{strings}</sst>")
        packed.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>")
    found, plain = convert(path, format="taric", as_of=DAY), convert(DATA / "taric.csv", format="taric", as_of=DAY)
    assert found.text.partition("%table")[2] == plain.text.partition("%table")[2]


def test_the_swiss_file_may_stay_packed(tmp_path: Path) -> None:
    path = tmp_path / "TariffMasterData_v6.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(DATA / "ch.xml", "TariffMasterData.xml")
    assert convert(path, format="ch-xml", as_of=DAY).lines == 2
    with pytest.raises(UnknownFact, match="does not say per what"):
        duty("CH", "0406.10.10", on="2026-11-22", tariff=load(imported(tmp_path, "ch-xml")))


def test_spreadsheet_dates_are_read(tmp_path: Path) -> None:
    path = tmp_path / "taric.csv"
    head = (DATA / "taric.csv").read_text().splitlines()[0]
    path.write_text(f"{head}\n6109100000 80,,,46000,,,ERGA OMNES,Third country duty,R,11.000 %,1011,103\n")
    assert convert(path, format="taric", as_of="2025-12-09").lines == 1
    with pytest.raises(InvalidInput, match="no duty"):
        convert(path, format="taric", as_of="2025-12-08")


def test_two_duties_for_one_line_are_words(tmp_path: Path) -> None:
    row = {"htsno": "6109.10.00", "general": "5%", "other": "", "special": ""}
    path = tmp_path / "us.json"
    path.write_text(json.dumps([row, {**row, "general": "6%"}]))
    found = convert(path, format="us-json", as_of=DAY)
    assert (found.lines, found.words) == (1, 1)
    assert "several duties: 5 % / 6 %" in found.text


@pytest.mark.parametrize("name", list(FILES))
@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b"{}", b"<a/>", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_files_of_another_kind_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidInput):
        convert(path, format=name, as_of=DAY)


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'uk-csv'"):
        convert(DATA / "uk.csv", format="uk_csv", as_of=DAY)
    with pytest.raises(InvalidInput, match="cannot be read"):
        convert(tmp_path / "missing.csv", format="uk-csv", as_of=DAY)
    with pytest.raises(InvalidInput, match="no duty of uk-csv in force on 2019-01-01"):
        convert(DATA / "uk.csv", format="uk-csv", as_of="2019-01-01")
    with pytest.raises(InvalidInput):
        convert(DATA / "uk.csv", format="uk-csv", as_of="yesterday")
    with pytest.raises(InvalidInput, match="cannot read"):
        load(tmp_path / "missing.tariff")
    (tmp_path / "other.tariff").write_text("x = 1\n")
    with pytest.raises(RulebookError, match="no schedule file"):
        load(tmp_path / "other.tariff")
    with pytest.raises(InvalidInput, match="has none"):
        layered("tariff")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="at least one"):
        layered()


def test_formats_are_told() -> None:
    assert set(formats()) == set(FILES)
    for content in formats().values():
        assert content["describes"]
        assert content["url"].startswith("https://")


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xbcommerce.cli import main

    out = tmp_path / "us.tariff"
    assert main(["tariff", "import", str(DATA / "us.json"), "--format", "us-json", "--as-of", DAY, "-o", str(out)]) == 0
    assert "4 lines, 1 of them as words" in capsys.readouterr().out
    assert main(["tariff", "show", "US", "6109.10.00", "--origin", "KR", "--on", "2026-11-22", "--tariff", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "duty: 15.5 % (61091000; Harmonized Tariff Schedule of the United States, imported from us.json (us-json))" in shown
    order = tmp_path / "order.json"
    order.write_text(json.dumps({"ship_from": "KR", "ship_to": "US", "channel": "courier", "mode": "air",
                                 "lines": [{"price": "1000 USD", "hs": "6109.10.00", "origin": "KR"}]}))  # fmt: skip
    assert main(["quote", str(order), "--on", "2026-11-22", "--tariff", str(out), "--duty-policy", "highest"]) == 0
    assert "155.00 USD" in capsys.readouterr().out
    assert main(["tariff", "import", str(out), "--format", "us-json", "--as-of", DAY, "-o", str(out)]) == 2
    assert "overwrite" in capsys.readouterr().err


def test_an_archive_in_memory_is_no_path() -> None:
    with pytest.raises((InvalidInput, TypeError)):
        convert(io.BytesIO(b""), format="uk-csv", as_of=DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("%preferences\n", "%preferences\nnonsense\n"),
        ("%preferences\n", "%preferences\n61091000\t99\tfree\n"),
        ("%preferences\n", "%preferences\n=9\tKR\n61091000\t9\tfree\tf:2026-99-99\n"),
        ("[[programme]]", "[programme]"),
        ("[notes]", "notes = 5\n[unknown]"),
    ],
)
def test_a_damaged_schedule_file_is_a_clear_error(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "bad.tariff"
    path.write_text('[{"htsno": "6109.10.00", "general": "15.5%", "special": "Free (KR)", "other": "90%"}]', encoding="utf-8")
    text = convert(path, format="us-json", as_of=DAY).text
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=r"bad\.tariff"):
        duty("US", "6109.10.00", origin="KR", preference=True, on=DAY, tariff=load(path))


def test_what_is_no_tariff_path_or_format_is_refused(tmp_path: Path) -> None:
    order = {"ship_from": "KR", "ship_to": "US", "channel": "courier", "mode": "air",
             "lines": [{"price": "1000 USD", "hs": "6109.10.00", "origin": "KR"}]}  # fmt: skip
    unloaded = str(imported(tmp_path, "us-json"))
    with pytest.raises(InvalidInput, match=r"xbcommerce\.tariff\.load"):
        duty("US", "6109.10.00", on=DAY, tariff=unloaded)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"xbcommerce\.tariff\.load"):
        quote(order, on=DAY, tariff=unloaded)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="a path is a text"):
        load([unloaded])  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="a path is a text"):
        convert(5, format="us-json", as_of=DAY)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="is none of"):
        convert(unloaded, format=["us-json"], as_of=DAY)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="as_of must be a calendar day"):
        convert(unloaded, format="us-json", as_of="2026-13-01")


def test_loaded_schedules_can_be_pickled(tmp_path: Path) -> None:
    current = load(imported(tmp_path, "us-json"))
    again = pickle.loads(pickle.dumps(current))
    assert duty("US", "6109.10.00", on=DAY, tariff=again).text == duty("US", "6109.10.00", on=DAY, tariff=current).text
    assert duty("DE", "6109.10.00", on=DAY, tariff=again).text == "12 %"
    built_in = Schedules.of(Rulebook.builtin())
    assert pickle.loads(pickle.dumps(built_in)) is built_in
    with pytest.raises(TypeError, match="overlays"):
        pickle.dumps(Schedules(Rulebook.builtin().overlay("own", [])))
