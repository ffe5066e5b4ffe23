"""Duty expressions: read as official files write them, printed readably, turned into words of the charge schedule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.tariff import AdValorem, Bounded, Choice, Season, Seasonal, Specific, Sum, Text, parse, printed
from xbcommerce.tariff.expression import measures, on_day, percent, words
from xbcommerce.tariff.units import UNITS, measure_of, unit_of

ON = date(2026, 7, 15)

READ = [
    ("Free", "free"),
    ("16.5%", "16.5 %"),
    ("0.0%", "free"),
    ("33 1/3%", "33 1/3 %"),
    ("90¢/pr. + 20%", "0.90 USD per pair + 20 %"),
    ("6.3¢/liter", "0.063 USD per l"),
    ("1¢ each + 2.8%", "0.01 USD per item + 2.8 %"),
    ("$1.104/kg + 14.9%", "1.104 USD per kg + 14.9 %"),
    ("2.8¢/doz.", "0.028 USD per dozen"),
    ("23.7¢/pf.liter", "0.237 USD per proof_l"),
    ("12.00% MIN 0.40 EUR / 100 kg", "12 %, at least 0.40 EUR per 100 kg"),
    (
        "18.40% MIN 22.00 EUR / 100 kg MAX 24.00 EUR / 100 kg",
        "18.4 %, at least 22 EUR per 100 kg, at most 24 EUR per 100 kg",
    ),
    ("10.00% + 77.00 GBP/100kg", "10 % + 77 GBP per 100 kg"),
    ("10.200 % + 93.100 EUR DTN", "10.2 % + 93.10 EUR per 100 kg"),
    ("0.07 EUR / kg / dry lactic matter + 16.80 EUR / 100 kg", "0.07 EUR per kg_dry_lactic_matter + 16.80 EUR per 100 kg"),
    ("2,765.00 EUR / tonne", "2765 EUR per t"),
    ("2.00 GBP / % vol/hl", "2 GBP per l_pure_alcohol"),
    ("10.00 GBP / 1000 items", "10 GBP per 1000 item"),
    ("12.10 EUR HLT", "12.10 EUR per hl"),
    ("4.500 % MIN 0.300 EUR NAR MAX 0.800 EUR NAR", "4.5 %, at least 0.30 EUR per item, at most 0.80 EUR per item"),
    ("32¢ each + 4.8% on the case", '0.32 USD per item + 4.8 % of "case"'),
    ("89.6¢/1000", "0.896 USD per 1000 item"),
    ("10¢/1,000 pins + 3.5%", "0.10 USD per 1000 pin + 3.5 %"),
    ("52.00 EUR / 1,000 items", "52 EUR per 1000 item"),
    ("41¢ each + 5% on case and strap, band or bracelet", '0.41 USD per item + 5 % of "case and strap, band or bracelet"'),
    ("6.5% on the entire set", "6.5 %"),
    (
        "10.40% MIN 1.3€/100kg/br (01 JAN-31 MAR, 01 DEC-31 DEC), 12.00% MIN 2€/100kg/br (01 APR-30 NOV)",
        "from 01-01 to 03-31: {0}; from 12-01 to 12-31: {0}; from 04-01 to 11-30: 12 %, at least 2 EUR per 100 gross_kg".format(
            "10.4 %, at least 1.30 EUR per 100 gross_kg"
        ),
    ),
    ("8.00% (01 NOV-14 MAY), 14.00% (15 MAY-31 OCT)", "from 11-01 to 05-14: 8 %; from 05-15 to 10-31: 14 %"),
    (
        "15.00% (01 JAN-14 FEB, 16 JUN-31 DEC), 0.00% (15 FEB-15 JUN)",
        "from 01-01 to 02-14: 15 %; from 06-16 to 12-31: 15 %; from 02-15 to 06-15: free",
    ),
    ("4.4¢/kg on contents and container", "0.044 USD per kg_with_container"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), READ, ids=[text for text, _ in READ])
def test_official_texts_are_read_and_read_back(text: str, found: str) -> None:
    duty = parse(text)
    assert printed(duty) == found
    assert parse(found) == duty


@pytest.mark.parametrize(
    "text",
    [
        "Entry Price",
        "9.00% +  EA MAX 24.20% + ADSZ",
        "The rate applicable to each garment in the ensemble if separately entered",
        "See additional U.S. note 1",
        "12 apples",
        "5 EUR",
        "5 EUR per firkin",
        "10 % +",
        "from 01-01 to 02-30x: 5 %",
        "",
        "(" * 90 + "free",
        "1/0 %",
        "99999999999999 %",
        "12 % plus something",
    ],
)
def test_what_the_grammar_cannot_express_stays_words(text: str) -> None:
    if not text:
        with pytest.raises(InvalidInput):
            parse(text)
        return
    assert parse(text) == Text(text)
    with pytest.raises(UnknownFact, match="cannot be reckoned from its text") as caught:
        words(parse(text), ON)
    assert caught.value.value == text


def test_wrong_values_are_refused() -> None:
    with pytest.raises(InvalidInput):
        parse(12)  # type: ignore[arg-type]
    five = AdValorem(Fraction(5))
    for make in (
        lambda: AdValorem(Fraction(-1)),
        lambda: AdValorem(Fraction(5), 'a "part"'),
        lambda: Specific(Decimal("NaN"), "EUR", "kg"),
        lambda: Specific(Decimal(1), "euro", "kg"),
        lambda: Specific(Decimal(1), "EUR", "firkin"),
        lambda: Specific(Decimal(1), "EUR", "kg", 0),
        lambda: Sum((five,)),
        lambda: Sum((five, Text("x"))),
        lambda: Choice("best", (five, five)),  # type: ignore[arg-type]
        lambda: Bounded(five),
        lambda: Season("13-01", "01-01", five),
        lambda: Seasonal(()),
        lambda: Text(" "),
    ):
        with pytest.raises(InvalidInput):
            make()


def test_words_of_the_charge_schedule() -> None:
    assert words(parse("free"), ON) == "free"
    assert words(parse("12.5%"), ON) == "12.5 %"
    assert words(parse("33 1/3%"), ON) == {"rate": "1/3"}
    assert words(parse("41.20 EUR per 100 kg"), ON) == {"levy": "41.2 EUR", "per": "100 kg"}
    assert words(parse("5 EUR per t"), ON) == {"levy": "5 EUR", "per": "1000 kg"}
    assert words(parse("5 EUR per g"), ON) == {"levy": "5000 EUR", "per": "kg"}
    assert words(parse("5 EUR per hl"), ON) == {"levy": "5 EUR", "per": "100 l"}
    assert words(parse("5 EUR per dozen_pair"), ON) == {"levy": "5 EUR", "per": "12 pair"}
    assert words(parse("the higher of (20 % or 48 JPY per kg)"), ON) == {"higher_of": ["20 %", {"levy": "48 JPY", "per": "kg"}]}
    assert words(parse("15 %, at least 67 JPY per l, at most 5 %"), ON) == {
        "rate": "15 %", "at_least": {"levy": "67 JPY", "per": "l"}, "at_most": "5 %",
    }  # fmt: skip
    nested = words(parse("(15 %, at least 5 EUR per kg), at most 30 %"), ON)
    assert nested == {"sum": [{"rate": "15 %", "at_least": {"levy": "5 EUR", "per": "kg"}}], "at_most": "30 %"}
    with pytest.raises(UnknownFact, match="share of a part of the goods"):
        words(parse("4.8% on the case"), ON)


def test_seasons_run_over_the_end_of_the_year() -> None:
    duty = parse("from 11-01 to 05-14: 8 %; from 05-15 to 10-31: 14 %")
    for day, rate in (
        (date(2026, 1, 10), 8),
        (date(2026, 5, 14), 8),
        (date(2026, 5, 15), 14),
        (date(2026, 10, 31), 14),
        (date(2026, 11, 1), 8),
    ):
        assert percent(on_day(duty, day)) == rate
    with pytest.raises(UnknownFact, match="known only from 06-01 to 06-30"):
        on_day(parse("from 06-01 to 06-30: 5 %"), ON)


def test_what_a_duty_is_reckoned_from() -> None:
    assert measures(parse("the higher of (5 % or 1 EUR per t), at most 3 EUR per pair")) == ("kg", "pair")
    assert measures(parse("from 01-01 to 12-31: 5 EUR per hl")) == ("l",)
    assert measures(parse("5 %")) == ()


def test_every_unit_is_told_and_read() -> None:
    for unit, meaning in UNITS.items():
        assert meaning
        assert unit_of(unit) == (unit, 1)
        assert measure_of(unit)[0] in UNITS
        assert parse(f"3 EUR per {unit}") == Specific(Decimal(3), "EUR", unit)
