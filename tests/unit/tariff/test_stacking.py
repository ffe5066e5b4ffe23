"""Stacking: the duty and the additional measures of the rulebook, by the law of the day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.landed import quote
from xbcommerce.rules import Rulebook
from xbcommerce.tariff import stack

ALUMINIUM = "7606.12.30"


def entry(code: str, on: str, origin: str = "CN", **traits: str):
    order = {
        "ship_from": origin, "ship_to": "US", "channel": "freight", "mode": "air", "entry": "formal", "freight": "0 USD",
        "buyer": "business", "lines": [{"price": "10000 USD", "hs": code, "origin": origin, "traits": traits}],
    }  # fmt: skip
    return quote(order, on=on)


@pytest.mark.parametrize(
    ("on", "measures", "together"),
    [
        ("2018-03-22", [], 3),
        ("2018-06-01", [("section232", "10 %")], 13),
        ("2019-10-15", [("section232", "10 %"), ("section301_list4a", "15 %")], 28),
        ("2024-09-26", [("section232", "10 %"), ("section301_list4a", "7.5 %")], 20.5),
        ("2024-10-15", [("section232", "10 %"), ("section301_review_25_2024", "25 %")], 38),
        ("2025-03-20", [("section232", "25 %"), ("section301_review_25_2024", "25 %"), ("ieepa_fentanyl", "20 %")], 73),
        ("2025-09-15", [("section232", "50 %"), ("section301_review_25_2024", "25 %"), ("ieepa_fentanyl", "20 %")], 98),
        ("2026-03-15", [("section232", "50 %"), ("section301_review_25_2024", "25 %")], 78),
        ("2026-11-22", [("section232", "50 %"), ("section301_review_25_2024", "25 %")], 78),
    ],
)
def test_general_duty_301_and_232_by_the_law_of_the_day(on: str, measures: list[tuple[str, str]], together: float) -> None:
    """Aluminium plate of China: 3 % general, Section 232 (10, 25, 50 %), Section 301 (89 FR 76581), IEEPA until 2026-02-23.

    That the layers add up is stated by SMM, "US expands Section 232 ... adds 407 items", 2025-08: base, 301, fentanyl and 232
    "layered on top".
    """
    found = stack("US", ALUMINIUM, origin="CN", on=on, traits={"us_232": "aluminium"})
    assert [(measure.charge, measure.rate) for measure in found.additional] == measures
    assert found.percent == together
    owed = [charge for charge in entry(ALUMINIUM, on, us_232="aluminium").charges.values() if charge.kind == "duty"]
    assert sum(charge.amount.amount for charge in owed) == 100 * together


@pytest.mark.parametrize("origin", ["CN", "VN", "KR", "DE", "BR", "MX", "GB"])
@pytest.mark.parametrize("code", ["6109.10.00", "8471.30.01", "4202.21.60", "9503.00.00.73"])
@pytest.mark.parametrize("on", ["2019-10-01", "2025-05-15", "2025-10-15", "2026-03-15", "2026-11-22"])
def test_the_stack_is_what_the_quote_charges(origin: str, code: str, on: str) -> None:
    found = stack("US", code, origin=origin, on=on)
    charged = {charge.id: charge for charge in entry(code, on, origin).charges.values() if charge.kind == "duty"}
    assert not any(measure.depends for measure in found.additional)
    assert {measure.charge for measure in found.additional} | {"duty"} == set(charged)
    assert found.percent is not None
    assert sum(charge.amount.amount for charge in charged.values()) == pytest.approx(100 * found.percent, abs=0.05)


def test_the_stack_is_printed_with_citations(capsys: pytest.CaptureFixture[str]) -> None:
    from xbcommerce.cli import main

    assert main(["tariff", "show", "US", "6109.10.00", "--origin", "CN", "--on", "2026-11-22"]) == 0
    shown = capsys.readouterr().out
    for words in ("16.5 %", "section301_list4a: 7.5 %", "section301_labour: 12.5 %", "91 FR 47318", "together: 36.5 %",
                  "https://hts.usitc.gov/", "us_232 assumed: none"):  # fmt: skip
        assert words in shown
    metal = ["tariff", "show", "US", ALUMINIUM, "--origin", "CN", "--on", "2026-11-22", "--trait", "us_232=aluminium"]
    assert main(metal) == 0
    assert "section232: 50 %" in capsys.readouterr().out


def test_what_depends_on_more_is_named() -> None:
    found = stack("US", "7604.29", origin="CN", on="2026-11-22", policy="highest")
    assert found.duty.candidates or found.duty.text
    short = stack("US", "8471.30", origin="CN", on="2026-11-22", policy="highest")
    assert all(measure.charge for measure in short.additional)
    content = stack("US", "7615.10.71", origin="CN", on="2025-09-15", traits={"us_232": "aluminium_content"})
    assert content.percent is None  # levied on a part of the value


def test_places_without_additional_measures() -> None:
    found = stack("DE", "6109.10.00", origin="CN", on="2026-11-22")
    assert (found.place, found.additional, found.percent) == ("EU", (), 12)
    assert "no additional measure of the rulebook applies" in str(found)
    assert stack("RU", "6109.10", origin="CN", on="2026-11-22").percent is None


def test_wrong_questions() -> None:
    with pytest.raises(InvalidInput, match="no trait"):
        stack("US", "6109.10.00", origin="CN", on="2026-11-22", traits={"us_233": "steel"})
    with pytest.raises(InvalidInput, match="none of"):
        stack("US", "6109.10.00", origin="CN", on="2026-11-22", traits={"us_232": "wood"})
    with pytest.raises(UnknownFact):
        stack("SA", "6109.10.00", origin="CN", on="2026-11-22")


CHINA = ["us.s301.list1", "us.s301.list2", "us.s301.list3", "us.s301.list4a"]


def test_a_subheading_stands_on_one_list_of_section_301() -> None:
    """Each tranche took in what none before it had: no goods owe two of them (83 FR 28710, 40823, 47974; 84 FR 43304)."""
    lists = {name: Rulebook.builtin().product_list(name).codes for name in CHINA}
    for one, other in combinations(CHINA, 2):
        assert not [(a, b) for a in lists[one] for b in lists[other] if a.startswith(b) or b.startswith(a)]
    assert not [code for codes in lists.values() for code in codes if code.startswith("98")]
    crystals = stack("US", "8541.60.00", origin="CN", on="2024-01-10")  # named by the notes of lists 1 and 3
    assert [(one.charge, one.rate) for one in crystals.additional] == [("section301_list1", "25 %")]


@pytest.mark.parametrize(
    ("code", "start", "before", "last", "after"),
    [
        ("8703.80.00", "2018-07-06", "25 %", "2024-09-26", "100 %"),
        ("8541.43.00", "2018-08-23", "25 %", "2024-09-26", "50 %"),
        ("8542.31.00", "2018-08-23", "25 %", "2024-12-31", "50 %"),
        ("3818.00.00", "2019-05-10", "25 %", "2024-12-31", "50 %"),
        ("7210.49.00", "2020-02-14", "7.5 %", "2024-09-26", "25 %"),
        ("8507.60.00.20", "2020-02-14", "7.5 %", "2025-12-31", "25 %"),
        ("9018.31.00", "2018-07-06", None, "2024-09-26", "100 %"),
        ("8505.11.00", "2018-07-06", None, "2025-12-31", "25 %"),
    ],
)
def test_goods_of_the_four_year_review_paid_what_their_list_said_before(
    code: str, start: str, before: str | None, last: str, after: str
) -> None:
    """Previous and new rates by product group: USTR, 89 FR 76581 and the notices of the lists."""

    def section_301(on: str) -> list[str]:
        found = stack("US", code, origin="CN", on=on, policy="highest").additional
        return [one.rate for one in found if one.charge.startswith("section301") and "labour" not in one.charge]

    assert section_301(start) == section_301(last) == ([before] if before else [])
    assert section_301((date.fromisoformat(last) + timedelta(days=1)).isoformat()) == [after]


def test_where_eight_digits_stand_on_two_lists_ten_are_asked() -> None:
    assert [one.charge for one in stack("US", "8517.62.00.90", origin="CN", on="2024-01-10").additional] == [
        "section301_list4a"
    ]
    assert [one.charge for one in stack("US", "8517.62.00.20", origin="CN", on="2024-01-10").additional] == ["section301_list3"]
    short = stack("US", "8517.62.00", origin="CN", on="2024-01-10").additional
    assert all("national code" in one.depends for one in short)
    with pytest.raises(UnknownFact, match="too few digits"):
        entry("8517.62.00", "2024-01-10")


@pytest.mark.parametrize(
    ("origin", "rate"),
    [
        ("VN", "46 %"), ("DE", "20 %"), ("JP", "24 %"), ("KR", "25 %"), ("IN", "26 %"), ("CH", "31 %"), ("LS", "50 %"),
        ("CM", "11 %"), ("NA", "21 %"), ("TW", "32 %"), ("GB", "10 %"), ("AU", "10 %"), ("XK", "10 %"), ("CN", "84 %"),
        ("RU", None), ("CU", None), ("CA", None),
    ],
)  # fmt: skip
def test_one_day_of_country_rates(origin: str, rate: str | None) -> None:
    """CSMS 64680374: HTS 9903.01.43 to 9903.01.76 on 2025-04-09; suspended on 2025-04-10 (CSMS 64701128) but for China."""

    def reciprocal(on: str) -> list[str]:
        found = stack("US", "9503.00.00", origin=origin, on=on).additional
        return [one.rate for one in found if one.charge == "ieepa_reciprocal"]

    assert reciprocal("2025-04-09") == ([rate] if rate else [])
    assert reciprocal("2025-04-08") == (["10 %"] if rate else [])
    assert reciprocal("2025-04-10") == (["125 %"] if origin == "CN" else ["10 %"] if rate else [])


def test_goods_of_belarus_and_russia_pay_column_2_and_cuba_is_refused() -> None:
    shirt = entry("6109.10.00", "2026-11-22", "BY")
    assert str(shirt.charges["duty"].amount) == "9000.00 USD"
    assert str(entry("6109.10.00", "2022-04-08", "BY").charges["duty"].amount) == "1650.00 USD"
    russian = entry("6109.10.00", "2026-11-22", "RU")
    assert any("9903.90.08" in text for text in russian.warnings)
    assert not any("9903.90.08" in text for text in shirt.warnings)
    plate = stack("US", ALUMINIUM, origin="RU", on="2023-03-10", traits={"us_232": "aluminium"})
    assert ("section232", "200 %") in [(one.charge, one.rate) for one in plate.additional]
    for origin in ("CU", "KP"):
        with pytest.raises(UnknownFact, match="barred"):
            entry("6109.10.00", "2026-11-22", origin)


@pytest.mark.parametrize("origin", ["EU", "UK", "XX", "ZZ"])
def test_an_origin_that_is_no_country_is_refused(origin: str) -> None:
    with pytest.raises(InvalidInput, match="unknown country") as caught:
        stack("US", "6109.10.00", origin=origin, on="2026-11-22")
    assert caught.value.field == "origin"
