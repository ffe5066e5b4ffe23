"""Units, sizes, mains, and notation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.localization import Listing, apply, check, convert_size, convert_unit, mains

DAY = "2026-11-22"


def mended(text: str, market: str, language: str, **more: object) -> str:
    content = Listing(title=text, language=language, **more)
    findings = [finding for finding in check(content, market=market, on=DAY).findings if finding.rule.startswith("market.")]
    return apply(content, *findings).title or ""


@pytest.mark.parametrize(
    ("text", "market", "language", "expected"),
    [
        ("Lamp 12 inch", "DE", "de", "Lamp 30 cm"),
        ("Werkzeug 3 in 1", "DE", "de", "Werkzeug 3 in 1"),
        ("Lamp 12 inch (30 cm)", "DE", "de", "Lamp 12 inch (30 cm)"),
        ("Monitor 27 Zoll", "DE", "de", "Monitor 27 Zoll"),
        ("Bag of 2.5 lb", "FR", "fr", "Bag of 1,1 kg"),
        ("Pot, 8 oz", "JP", "ja", "Pot, 227 g"),
        ("Rope 1/2 inch", "DE", "de", "Rope 1,3 cm"),
        ("Tank 2 gal", "BR", "pt", "Tank 7,6 l"),
        ("Lamp 30 cm", "GB", "en", "Lamp 30 cm"),
        ("Oven 350 °F", "DE", "de", "Oven 177 °C"),
        ("Oven 350 °F (177 °C)", "DE", "de", "Oven 350 °F (177 °C)"),
        ("Preis 9.99 €", "DE", "de", "Preis 9,99 €"),
        ("bis 12/31/2026", "DE", "de", "bis 31.12.2026"),
        ("until 31/12/2026", "US", "en", "until 12/31/2026"),
        ("until 05/06/2026", "US", "en", "until 05/06/2026"),
        ("until 31/12/2026", "GB", "en", "until 31/12/2026"),
    ],
)
def test_conversion_in_text(text: str, market: str, language: str, expected: str) -> None:
    assert mended(text, market, language) == expected
    assert mended(expected, market, language) == expected


def found(text: str, market: str, **more: object) -> set[str]:
    return {finding.rule for finding in check({"title": text, **more}, market=market, on=DAY).findings}


def test_plugs_and_mains() -> None:
    assert "market.plug" in found("Mixer with US plug", "DE")
    assert "market.plug" not in found("Mixer with US plug and EU plug", "DE")
    assert "market.plug" not in found("Mixer with US plug", "JP")
    assert "market.voltage" in found("Mixer 110V", "DE")
    assert "market.voltage" not in found("Mixer 100-240V", "DE")
    assert "market.voltage" not in found("Light 12V", "DE")
    assert "market.voltage" in found("Mixer 230 V", "US")
    assert "market.paper" in found("Planner, letter size", "DE")
    assert "market.currency" in found("Now $20", "DE")
    assert "market.currency" not in found("Now 20 €", "DE")


def test_sizes_of_elsewhere() -> None:
    (finding,) = [
        one
        for one in check({"title": "Herren Schuhe US 9", "category": "shoes"}, market="JP", on=DAY).findings
        if one.rule == "market.size"
    ]
    assert "27" in finding.suggestion
    assert "market.size" not in found("Schuhe US 9 / EU 42.5", "NL", category="toys")


def test_units() -> None:
    assert convert_unit("2", "lb") == (Decimal("0.90718474"), "kg")
    assert convert_unit(Decimal("25.4"), "mm", "in")[0] == 1
    for bad in (("x", "in", None), (1.5, "in", None), ("1", "furlong", None), ("1", "in", "kg")):
        with pytest.raises(InvalidInput):
            convert_unit(*bad)


def test_sizes() -> None:
    assert convert_size("shoes.women", "38", "EU", "JP") == ("24",) or convert_size("shoes.women", "38", "EU", "JP")
    assert convert_size("clothing.women", "38", "DE", "US") == ("8",)
    assert convert_size("clothing.women", "XS", "alpha_eu", "de") == ("32", "34")
    for bad in (("hats", "1", "EU", "US"), ("shoes.men", "27", "JP", "MARS")):
        with pytest.raises(InvalidInput):
            convert_size(*bad)
    with pytest.raises(UnknownFact):
        convert_size("shoes.men", "99", "JP", "US")


def test_mains_of_a_market() -> None:
    assert mains("US")["voltage"] == "120"
    with pytest.raises(UnknownFact):
        mains("AQ")


def test_a_group_has_no_single_notation() -> None:
    assert check({"title": "12 inch"}, market="EU", on=DAY).not_assessed["market.unit"] == "no single market is named"
