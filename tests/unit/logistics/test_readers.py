"""Rate sheets in their shapes, and broken ones by row and column."""

from __future__ import annotations

import sys
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics import Service
from xbcommerce.logistics.ratecards import services
from xbcommerce.logistics.rates import rate
from xbcommerce.logistics.readers import BrokenSheet, read_fuel, read_rates, read_zones, write_rates


def rows(text: Any, **options: Any) -> list[tuple[Any, ...]]:
    card = read_rates(text, **{"card": "x", "currency": "EUR", **options})
    return [(row.zone, row.up_to, row.levy, row.plus, row.per, row.above, row.unknown) for row in card.breaks]


def cells(text: Any, **options: Any) -> list[tuple[int, str]]:
    with pytest.raises(BrokenSheet) as caught:
        rows(text, **options)
    return [(cell.row, cell.column) for cell in caught.value.cells]


def workbook(*table: list[Any], title: str = "Rates", more: tuple[str, ...] = ()) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = title
    for row in table:
        book.active.append(row)
    for name in more:
        book.create_sheet(name)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_matrix_of_weights_and_zones_below_a_title() -> None:
    text = "Tariff 2026;;\n\nWeight (kg);Zone A;Zone B\n0,5;1.234,50;12\n1;15;-\nadd'l 0,5 kg;3;4\n"
    assert rows(text, decimal=",") == [
        ("A", "0.5 kg", "1234.50 EUR", None, None, None, False), ("A", "1 kg", "15 EUR", None, None, None, False),
        ("A", None, "15 EUR", "3 EUR", "0.5 kg", "1 kg", False), ("B", "0.5 kg", "12 EUR", None, None, None, False),
        ("B", "1 kg", None, None, None, None, True), ("B", None, None, None, None, None, True),
    ]  # fmt: skip


def test_a_flat_sheet_with_units_in_headings_and_currencies_in_cells() -> None:
    text = "Country\tMax weight (g)\tPrice\nUS\t500\t€ 5.00\nUS\t1,000\t7.50 EUR\nDE\t≤ 500 g\t4\n"
    assert rows(text) == [
        ("DE", "500 g", "4 EUR", None, None, None, False), ("US", "500 g", "5.00 EUR", None, None, None, False),
        ("US", "1000 g", "7.50 EUR", None, None, None, False),
    ]  # fmt: skip


def test_bands_per_kilogram_with_a_fee_and_a_hole() -> None:
    text = (
        "Zone,Weight,Per kg,Registration fee\nUS,0<W<=0.1,98,24\nUS,0.1<W<=0.2,92,22\nUS,0.7<W<=2,87,13\nUS,2.001-30 kg,82,13\n"
    )
    assert rows(text) == [
        ("US", "0.1 kg", "24 EUR", "98 EUR", "1 kg", None, False), ("US", "0.2 kg", "22 EUR", "92 EUR", "1 kg", None, False),
        ("US", "0.7 kg", None, None, None, None, True), ("US", "2 kg", "13 EUR", "87 EUR", "1 kg", None, False),
        ("US", "30 kg", "13 EUR", "82 EUR", "1 kg", None, False),
    ]  # fmt: skip


def test_first_and_further_weight_in_another_language() -> None:
    text = "国家,首重(g),首重价格,续重(g),续重价格,最大\nUS,500,80,500,25,30 kg\n"
    assert rows(text) == [
        ("US", "500 g", "80 EUR", None, None, None, False), ("US", "30 kg", "80 EUR", "25 EUR", "500 g", "500 g", False),
    ]  # fmt: skip


def test_lower_edges_in_a_column_of_their_own() -> None:
    text = "Zone,From,To,Price\n1,0,0.5,5\n1,0.501,1,6\n1,2,5,9\n"
    assert [(row[1], row[6]) for row in rows(text)] == [("0.5 kg", False), ("1 kg", False), ("2 kg", True), ("5 kg", False)]


def test_whole_kilograms_of_a_sheet_that_prints_no_decimals_are_no_holes() -> None:
    assert [(row[1], row[6]) for row in rows("Weight,Zone 1\n0-1,5\n2-5,6\n6-10,9\n")] == [
        ("1 kg", False), ("5 kg", False), ("10 kg", False),
    ]  # fmt: skip


def test_excel_with_its_floats_dates_and_sheets(tmp_path: Path) -> None:
    content = workbook(["Weight", "Zone 1"], [0.1 + 0.2, 5.1], [1, 7], more=("Notes",))
    assert [row[1:3] for row in rows(content)] == [("0.3 kg", "5.1 EUR"), ("1 kg", "7 EUR")]
    path = tmp_path / "rates.xlsx"
    path.write_bytes(content)
    assert rows(path) == rows(str(path)) == rows(content, sheet="Rates") == rows(content, sheet=0)
    with pytest.raises(BrokenSheet, match="did you mean 'Rates'"):
        rows(content, sheet="Rate")
    with pytest.raises(BrokenSheet, match="empty"):
        rows(content, sheet="Notes")
    fuel = workbook(["Effective", "Fuel surcharge"], [datetime(2026, 10, 5), 24.5], [datetime(2026, 10, 12), 25])
    charge = read_fuel(fuel, base=["transport"])
    assert [(row.valid_from, row.valid_to, row.rate) for row in charge.series] == [
        (date(2026, 10, 5), date(2026, 10, 11), "24.5 %"), (date(2026, 10, 12), None, "25 %"),
    ]  # fmt: skip


def test_a_broken_workbook_and_one_without_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrokenSheet, match="no Excel workbook"):
        rows(b"PK\x03\x04 broken")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(BrokenSheet, match=r"xbcommerce\[excel\]"):
        rows(b"PK\x03\x04")


def test_every_broken_cell_is_named() -> None:
    assert cells("Weight,Zone 1\n0.5,ten\nx,5\n1,3 USD\n") == [(2, "B"), (3, "A"), (4, "B")]
    assert cells("Zone,Weight,Price\n1,0.5,5\n1,0.5,6\n1,1,-3\n") == [(3, "C"), (4, "C")]
    assert cells('Weight,Zone 1\n0.5,"12,5"\n') == [(2, "B")]
    assert cells("Zone,Weight,Per kg,Fee\nUS,1,a,b\n") == [(2, "C"), (2, "D")]
    assert cells("Zone,First weight,First price,Additional weight,Additional price,Max\nUS,a,b,500 g,c,d\n") == [
        (2, "B"),
        (2, "C"),
        (2, "E"),
    ]
    many = "Weight,Zone 1\n" + "".join(f"{row},?\n" for row in range(1, 300))
    assert len(cells(many)) == 100
    with pytest.raises(BrokenSheet, match=r"row 2, column B \(Zone 1\): .*; say decimal=','|no number"):
        rows('Weight,Zone 1\n0.5,"12,5"\n')


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("a,b\n1,2\n", "no row of headings"), ("Weight,Zone 1\n", "no row below"), ("\n", "no row of headings"), (b"", "empty"),
        ("Zone,Price\n1,5\n", "no column of weights"), ("Price,Note\n1,5\n", "no row of headings"), ("no_such_file.csv", "cannot read"), (b"Weight,Zone\n\xff\xfe\x00", "."),
        ("Weight,Zone\n" + "x" * 200_000 + "\n", "."), ("Weight," + ",".join("z" * 400) + "\n1\n", "300 columns"),
    ],
)  # fmt: skip
def test_sheets_that_are_none(source: Any, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        rows(source)


def test_options_that_are_none() -> None:
    with pytest.raises(InvalidInput, match="currency"):
        rows("Weight,Zone 1\n1,5\n", currency="EURO")
    with pytest.raises(InvalidInput, match="as a sheet"):
        rows(7)
    with pytest.raises(InvalidInput, match="calendar day"):
        rows("Weight,Zone 1\n1,5\n", valid_from="soon")


def test_what_is_written_is_read_back() -> None:
    card = services("posta_me.registered")[0].cards[0]
    again = read_rates(write_rates(card), card=card.id, currency="EUR")
    assert again.breaks == card.breaks
    fba = services("fba.us")[0].cards[0]
    assert read_rates(write_rates(fba), card="fba.us", currency="USD").breaks == tuple(
        sorted(fba.breaks, key=lambda row: (row.zone, row.size))
    )
    assert cells(write_rates(fba), currency="EUR")[0] == (2, "F")
    assert cells("zone,up_to,levy,plus\n1,1 kg,,\n") == [(2, "A")]


def test_zone_maps() -> None:
    text = 'Zone,Country,Region,Postcode\nZone 1,US CA,,\n2,GB,,"ZE, HS KW15-KW17"\n3,US,AK,\n'
    found = read_zones(text)
    assert [(zone.zone, zone.countries, zone.regions, zone.postcodes) for zone in found] == [
        ("1", ("US", "CA"), (), ()), ("2", ("GB",), (), ("ZE", "HS", "KW15..KW17")), ("3", ("US",), ("US-AK",), ()),
    ]  # fmt: skip
    with pytest.raises(BrokenSheet) as caught:
        read_zones("Country,Zone\nUSA,1\n,2\nDE,\n")
    assert [(cell.row, cell.column) for cell in caught.value.cells] == [(2, "A"), (3, "A"), (4, "B")]
    with pytest.raises(BrokenSheet, match="a column `zone`"):
        read_zones("Country,Area code\nUS,1\n")


def test_fuel_series() -> None:
    fuel = read_fuel(
        "Valid from,Valid to,Percent\n2026-10-01,2026-10-31,24.50%\n2026-11-01,2026-11-30,25\n", base=["transport"]
    )
    assert [row.rate for row in fuel.series] == ["24.50 %", "25 %"]
    service = Service(id="s", currency="EUR", charges=[{"id": "transport", "levy": "100 EUR"}, fuel])
    parcel = {"weight": "1 kg", "origin": "CN", "destination": "US"}
    assert rate(parcel, service, on="2026-10-31").cost.amount == 124.5
    for text, found in (
        ("Valid from,Percent\nsoon,5\n", [(2, "A")]), ("Valid from,Percent\n2026-01-01,much\n", [(2, "B")]),
        ("Valid from,Valid to,Percent\n2026-02-01,2026-01-01,5\n", [(2, "B")]),
        ("Valid from,Valid to,Percent\n2026-01-01,2026-02-01,5\n2026-02-01,2026-02-28,5\n", [(3, "A")]),
    ):  # fmt: skip
        with pytest.raises(BrokenSheet) as caught:
            read_fuel(text, base=["transport"])
        assert [(cell.row, cell.column) for cell in caught.value.cells] == found
    with pytest.raises(BrokenSheet):
        read_fuel("Percent,Note\n5,x\n", base=["transport"])


def test_a_sheet_becomes_a_service() -> None:
    card = read_rates(
        "Weight (kg),Zone 1,Zone 2\n0.5,5,6\n1,7,8\n",
        card="c",
        currency="EUR",
        valid_from="2026-01-01",
        cited={"title": "offer"},
    )
    zones = read_zones("Country,Zone\nUS,1\n*,2\n")
    service = Service(id="s", currency="EUR", zones={"price": zones}, cards=[card], charges=[{"id": "t", "card": "c"}])
    parcel = {"weight": "0.6 kg", "origin": "CN", "destination": "DE"}
    found = rate(parcel, service, on="2026-11-25")
    assert found.cost.amount == 8
    assert "offer" in found.explain().to_text()


def test_zones_down_and_weights_across() -> None:
    assert rows("Zone,500 g,1 kg,2 kg\n1,5,6,8\nZone 2,6,,9\n") == [
        ("1", "500 g", "5 EUR", None, None, None, False), ("1", "1 kg", "6 EUR", None, None, None, False),
        ("1", "2 kg", "8 EUR", None, None, None, False), ("2", "500 g", "6 EUR", None, None, None, False),
        ("2", "1 kg", None, None, None, None, True), ("2", "2 kg", "9 EUR", None, None, None, False),
    ]  # fmt: skip
    assert cells("Zone,500 g,1 kg\n1,5,six\n") == [(2, "C")]


def test_a_sheet_of_several_services_and_currencies() -> None:
    text = "service_code,zone_label,min_weight,max_weight,rate,currency\na,1,0,0.5,5,EUR\na,1,0.5,1,6,EUR\nb,1,0,1,9,USD\n"
    with pytest.raises(BrokenSheet, match=r"holds 2 services; say which: where="):
        rows(text)
    assert [row[:3] for row in rows(text, where={"service code": "a"})] == [("1", "0.5 kg", "5 EUR"), ("1", "1 kg", "6 EUR")]
    assert cells(text, where={"service_code": "b"}) == [(4, "F")]
    assert rows(text, where={"service_code": "b"}, currency="USD")
    with pytest.raises(BrokenSheet, match="no column"):
        rows(text, where={"sevice": "a"})
    with pytest.raises(BrokenSheet, match="no row has"):
        rows(text, where={"service_code": "c"})


@pytest.mark.parametrize("filler", [" ", "1", "1 ", "1,", "-", "(", "kg"])
def test_hostile_cells_take_no_time(filler: str) -> None:
    import time

    long = filler * (100_000 // len(filler))
    start = time.perf_counter()
    for text in (
        f"Weight,Zone 1\n1{long}x,5\n",
        f"Weight,Zone 1\n1,5{long}x\n",
        f"Weight {long},Zone{long}\n1,5\n",
        f"Zone,{long}1 kg\n1,5\n",
    ):
        try:
            rows(text)
        except InvalidInput:
            continue
    assert time.perf_counter() - start < 2
