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
        ("Cable 10-12 inch", "DE", "de", "Cable 25–30 cm"),
        ("Cable 10 to 12 inch", "DE", "de", "Cable 25 to 30 cm"),
        ("Frame 8 x 10 inch", "DE", "de", "Frame 20 x 25 cm"),
        ("Frame 8x10 in", "DE", "de", "Frame 20x25 cm"),
        ("Frame 8in x 10in", "DE", "de", "Frame 20 cm x 25 cm"),
        ("Box 8 x 10 x 12 inches", "DE", "de", "Box 20 x 25 x 30 cm"),
        ("Bag 2-1/2 lbs", "DE", "de", "Bag 1,1 kg"),
        ("Rope 1 1/2 inch", "DE", "de", "Rope 3,8 cm"),
        ("Rope ½ inch", "DE", "de", "Rope 1,3 cm"),
        ("Tea 3 x 8 oz", "DE", "de", "Tea 3 x 227 g"),
        ("Pin 1 mm", "US", "en", "Pin 0.039 in"),
        ("Keeps 20-30°C", "US", "en", "Keeps 68–86 °F"),
        ("From -10 to 40 degrees C", "US", "en", "From 14 to 104 °F"),
        ("20°C-30°C", "US", "en", "68 °F-86 °F"),
        ("Heat 350–400 °F", "DE", "de", "Heat 177–204 °C"),
        ("5G smartphone, 4G LTE", "US", "en", "5G smartphone, 4G LTE"),
        ("5g smartphone", "US", "en", "5g smartphone"),
        ("T-shirt size 5 M, pack 2 L", "US", "en", "T-shirt size 5 M, pack 2 L"),
        ("Kettle 2 L capacity", "US", "en", "Kettle 68 fl oz capacity"),
        ("Cup 16 oz / 473 ml", "DE", "de", "Cup 16 oz / 473 ml"),
        ("A 12-in-1 tool", "DE", "de", "A 12-in-1 tool"),
        ("A4 210 x 297 mm", "US", "en", "A4 8.3 x 12 in"),
        ("Carpet 50 m², 300 g/m²", "US", "en", "Carpet 50 m², 300 g/m²"),
        ("1.5-2.5 kg", "DE", "de", "1,5-2,5 kg"),
        ("until 12/25/2026.", "FR", "fr", "until 25/12/2026."),
        ("until 12/25/2026.", "GB", "en", "until 25/12/2026."),
        ("until 12/25/2026", "NL", "nl", "until 25-12-2026"),
        ("until 12/25/2026", "ES", "es", "until 25/12/2026"),
        ("until 12/25/2026", "SE", "sv", "until 2026-12-25"),
        ("until 12/25/2026", "CA", "en", "until 2026-12-25"),
        ("until 12/25/2026.", "HU", "hu", "until 2026. 12. 25."),
        ("until 12/25/2026", "CZ", "en", "until 25/12/2026"),
    ],
)
def test_conversion_in_text(text: str, market: str, language: str, expected: str) -> None:
    assert mended(text, market, language) == expected
    assert mended(expected, market, language) == expected


@pytest.mark.parametrize(
    ("text", "market"),
    [
        ("iPhone 15 6 inch", "DE"), ("Part-12 inch", "DE"), ("Rope 2 x 12 inch", "DE"), ("5 ft 6 in", "DE"), ("1,000 lb", "DE"), ("12/30 inch", "DE"), ("16 oz tumbler", "DE"),
        ("4 x 5 x 6 x 7 x 8 inch", "DE"), ("Within ±2°C", "US"), ("30-20°C", "US"),
    ],
)  # fmt: skip
def test_a_quantity_that_is_not_understood_is_told_and_left_alone(text: str, market: str) -> None:
    found = [
        one
        for one in check({"title": text, "language": "en"}, market=market, on=DAY).findings
        if one.rule.startswith("market.")
    ]
    assert found
    assert all(one.fix is not None and one.fix.do == "ask" and not one.fix.edits for one in found)


def test_all_places_are_mended_however_many() -> None:
    for text, market in (
        ("Lamp 12 inch. ", "DE"),
        ("Gewicht 1.5 kg. ", "DE"),
        ("Heat 70°F. ", "DE"),
        ("bis 12/31/2026, ", "DE"),
    ):
        content = Listing(description=text * 30, language="de")
        (finding,) = [one for one in check(content, market=market, on=DAY).findings if one.rule.startswith("market.")]
        assert (finding.count, len(finding.spans), len(finding.fix.edits)) == (30, 20, 30)
        after = check(apply(content, finding), market=market, on=DAY)
        assert not [one for one in after.findings if one.rule.startswith("market.")]


@pytest.mark.parametrize(
    ("text", "market", "silent"),
    [
        ("Pris 199 kr (cirka 19 €)", "SE", True), ("199 zł, około 45 €", "PL", True), ("499 Kč, asi 20 €", "CZ", True), ("Fr. 19.90, 20 €", "CH", True),
        ("100 lei, 20 €", "RO", True), ("R199, $10", "ZA", True), ("199 TL, 5 €", "TR", True), ("Nur 199 kr", "DE", False), ("Nur 199 kr", "NO", True),
        ("Nur 199 kr", "DK", True), ("6 Ft cable", "US", True), ("Le 7 mai", "FR", True), ("19 €", "SE", False),
    ],
)  # fmt: skip
def test_prices_as_they_are_written(text: str, market: str, silent: bool) -> None:
    assert ("market.currency" not in found(text, market)) is silent


def test_forint_is_no_foot() -> None:
    assert "market.unit" not in found("5 Ft", "HU")


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


def sizes(title: str, market: str, **more: object) -> tuple[str, str]:
    report = check({"title": title, "category": "shoes", **more}, market=market, on=DAY)
    told = [one.suggestion for one in report.findings if one.rule == "market.size"]
    return told[0] if told else "", report.not_assessed.get("market.size", "")


@pytest.mark.parametrize("market", ["DE", "FR", "IT", "ES", "NL", "AT", "BE", "SE", "PL"])
def test_shoes_are_told_in_one_system_in_all_of_the_union(market: str) -> None:
    assert "42.5" in sizes("Men's running shoes US 9", market)[0]
    assert sizes("Men's running shoes US 9 (EU 42.5)", market)[0] == ""


@pytest.mark.parametrize(
    ("title", "market", "local"),
    [
        ("Herrenschuhe EU 42", "US", "8.5"), ("Chaussures pour hommes EU 42", "US", "8.5"), ("メンズ スニーカー EU 42", "JP", "26.5"),
        ("Women's shoes EU 37", "AU", "6.5"), ("Damenschuhe EU 38.5", "US", "8"), ("Herrenschuhe EU 42", "AU", "8"),
    ],
)  # fmt: skip
def test_whose_shoes_they_are(title: str, market: str, local: str) -> None:
    assert sizes(title, market)[0] == f"add the local size ({local})"


def test_no_size_is_reckoned_where_nobody_says_whose_it_is() -> None:
    for title in ("Schuhe EU 42", "Unisex shoes for men and women EU 42"):
        assert "is not said" in sizes(title, "US")[0]
        assert sizes(title, "AU") == ("", "the market's sizes of shoes are not known")
    assert "not known" in sizes("Men's shirt US 9", "DE", category="clothing")[1]


def test_units() -> None:
    assert convert_unit("2", "lb") == (Decimal("0.90718474"), "kg")
    assert convert_unit(Decimal("25.4"), "mm", "in")[0] == 1
    bad: tuple[object, ...]
    for bad in (
        ("x", "in", None), (1.5, "in", None), ("1", "furlong", None), ("1", "in", "kg"), ("1", 3, "cm"), ("1", "in", ["cm"]),
        ("1e999999999999", "km", "mm"), ("NaN", "in", "cm"), ("Infinity", "in", "cm"), ("1e-5000", "in", "cm"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            convert_unit(*bad)


def test_sizes() -> None:
    assert convert_size("shoes.women", "38", "EU", "JP") == ("24",) or convert_size("shoes.women", "38", "EU", "JP")
    assert convert_size("clothing.women", "38", "DE", "US") == ("8",)
    assert convert_size("clothing.women", "XS", "alpha_eu", "de") == ("32", "34")
    assert convert_size("shoes.men", "9", "US", "DE") == ("42.5",)
    assert convert_size("shoes.women", "8", "US", "EU") == ("38.5",)
    assert convert_size("shoes.women", "6.5", "US", "EU") == convert_size("shoes.women", "4", "UK", "EU") == ("37",)
    assert convert_size("shoes.women", "37", "EU", "AU") == ("6.5",)
    for bad in (
        ("hats", "1", "EU", "US"), ("shoes.men", "27", "JP", "MARS"), ("shoes.men", "9", 5, "EU"), ("shoes.men", "9", "US", None),
        (["shoes.men"], "9", "US", "EU"), ("shoes.men", [9], "US", "EU"), ("shoes.men", True, "US", "EU"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            convert_size(*bad)
    with pytest.raises(UnknownFact):
        convert_size("shoes.men", "99", "JP", "US")


def test_mains_of_a_market() -> None:
    assert mains("US")["voltage"] == "120"
    with pytest.raises(UnknownFact):
        mains("AQ")
    with pytest.raises(InvalidInput, match="a market is a code"):
        mains(["JP"])
    with pytest.raises((AttributeError, TypeError)):
        mains("JP")["plugs"].append("Z")
    with pytest.raises(TypeError, match="cannot be changed"):
        mains("JP")["voltage"] = "1"


def test_a_market_without_a_known_currency_is_not_assessed() -> None:
    assert (
        check({"title": "Now $5"}, market="AQ", on=DAY).not_assessed["market.currency"]
        == "the currency of the market is not known"
    )


def test_a_group_has_no_single_notation() -> None:
    assert check({"title": "12 inch"}, market="EU", on=DAY).not_assessed["market.unit"] == "no single market is named"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en-GB", "Tank 9,1 l, cup 852,4 ml"), ("en-US", "Tank 7,6 l, cup 709,8 ml"), ("en", "Tank 7,6 l, cup 709,8 ml")],
)
def test_gallons_and_pints_of_a_text_of_the_kingdom(language: str, expected: str) -> None:
    assert mended("Tank 2 gal, cup 1.5 pint", "DE", language) == expected


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("1", "imperial gallon", "l", "4.54609"), ("1", "imp pint", "ml", "568.26125"), ("160", "imp fl oz", "imp gal", "1"),
        ("2", "imp pint", "imp qt", "1"), ("1", "台斤", "kg", "0.6"), ("1", "司馬斤", "kg", "0.60478982"), ("1", "斤", "kg", "0.5"),
    ],
)  # fmt: skip
def test_units_of_other_laws(value: str, unit: str, to: str, expected: str) -> None:
    assert convert_unit(value, unit, to)[0] == Decimal(expected)


def test_words_that_name_no_plug() -> None:
    assert "market.plug" not in found("Phone with USB type C plug", "US")
    assert "market.plug" not in found("国标304不锈钢杯", "DE", language="zh")
    assert "market.plug" not in found("Iron with 3-pin plug", "IN")
    assert "market.plug" in found("Iron with UK 3-pin plug", "IN")


@pytest.mark.parametrize(
    ("market", "voltage", "plugs"),
    [
        ("GR", "230", ("C", "F")),
        ("AR", "220", ("C", "I")),
        ("AU", "230", ("I",)),
        ("KE", "240", ("G",)),
        ("EC", "120", ("A", "B")),
    ],
)
def test_mains_of_further_markets(market: str, voltage: str, plugs: tuple[str, ...]) -> None:
    assert (mains(market)["voltage"], mains(market)["plugs"]) == (voltage, plugs)


@pytest.mark.parametrize(("us", "cm"), [("6", "23"), ("6.5", "23.5"), ("8", "25"), ("10", "27"), ("11", "28")])
def test_shoes_of_women_in_centimetres(us: str, cm: str) -> None:
    assert convert_size("shoes.women", us, "US", "JP") == (cm,)


@pytest.mark.parametrize(
    ("text", "do"),
    [
        ("Pack of 2 1/2 inch hooks", "ask"), ("Set of 4 1/2 inch bits", "ask"), ("Plywood of 1/2 inch", "convert"),
        ("Hook 2 1/2 inch, set of 4", "convert"), ("Board of 12 inch", "convert"),
    ],
)  # fmt: skip
def test_a_count_before_a_fraction_is_asked_about(text: str, do: str) -> None:
    (finding,) = [one for one in check({"title": text, "language": "en"}, market="DE", on=DAY).findings if one.fix]
    assert finding.fix is not None
    assert finding.fix.do == do
