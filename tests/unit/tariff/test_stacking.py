"""Stacking: the duty and the additional measures of the rulebook, by the law of the day."""

from __future__ import annotations

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.landed import quote
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
        ("2024-10-15", [("section232", "10 %"), ("section301_review_25_2024", "25 %")], 38),
        ("2025-03-20", [("section232", "25 %"), ("section301_review_25_2024", "25 %"), ("ieepa_fentanyl", "20 %")], 73),
        ("2025-09-15", [("section232", "50 %"), ("section301_review_25_2024", "25 %"), ("ieepa_fentanyl", "20 %")], 98),
        ("2026-03-15", [("section232", "50 %"), ("section301_review_25_2024", "25 %")], 78),
        ("2026-11-22", [("section232", "50 %"), ("section301_review_25_2024", "25 %")], 78),
    ],
)
def test_general_duty_301_and_232_by_the_law_of_the_day(on: str, measures: list[tuple[str, str]], together: int) -> None:
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
