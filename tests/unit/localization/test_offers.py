"""What an offer must show: what decides whether a rule concerns the goods, and what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbcommerce.localization import check
from xbcommerce.places import members

DAY = "2026-11-26"
EMPTY = {"responsible_person_name": ""}


def rules(listing: dict[str, object], market: str, on: str = DAY) -> set[str]:
    return {finding.rule for finding in check(listing, market=market, on=on).findings}


@given(st.sampled_from(["DE", "FR", "US", "CN", "GB", "NO", "CH", "pt", " IT ", "", "Germany"]))
def test_who_needs_a_responsible_person(country: str) -> None:
    from datetime import date

    listing = {"title": "Tasse", "attributes": {**EMPTY, "manufacturer_country": country}}
    inside = country.strip().upper() in members("EU", "vat", date(2026, 11, 26))
    assert ("eu.offer.responsible" in rules(listing, "DE")) is not inside


def test_a_country_by_its_name_is_told() -> None:
    listing = {"title": "Tasse", "attributes": {**EMPTY, "manufacturer_country": "Germany"}}
    assert "no code of a country" in check(listing, market="DE", on=DAY).not_assessed["attributes.manufacturer_country"]


def test_an_unknown_weight_is_told() -> None:
    report = check({"title": "Seife", "category": "beauty"}, market="DE", on=DAY)
    assert report.not_assessed["eu.unit_price"] == "nobody told whether it concerns the goods: net quantity or weight or volume"


def test_text_in_a_language_without_words_is_not_judged() -> None:
    listing = {"title": "Paita", "category": "apparel", "language": "fi", "description": "Mukava paita jokaiselle päivälle."}
    report = check(listing, market="FI", on=DAY)
    assert report.not_assessed["eu.textile.fibres"] == "none of what it asks for is known"


@pytest.mark.parametrize(
    ("label", "lacking"),
    [
        ("Keep away from the reach of children and wash it with water", "French is lacking"),
        ("Tenir hors de la portée des enfants et laver avec de l'eau", "English is lacking"),
        ("Keep away from children, wash it with water. Tenir hors de la portée des enfants, laver avec de l'eau.", None),
        ("Shampoo 250 ml", None),
    ],
)
def test_a_canadian_label_has_both_languages(label: str, lacking: str | None) -> None:
    found = check({"title": "Soap", "attributes": {"label": label}}, market="CA", on=DAY).findings
    told = [one.text for one in found if one.rule == "ca.bilingual"]
    assert told[0].startswith(lacking) if lacking else not told, told


def test_quebec_asks_for_french_beside_english() -> None:
    text = "This chair is made of solid oak and comes with a cover that can be washed by hand in cold water."
    found = check({"title": "Oak chair", "description": text}, market="CA-QC", language="en", on=DAY).findings
    assert {one.severity for one in found if one.rule == "qc.language"} == {"warn"}


@pytest.mark.parametrize(("on", "severity"), [("2027-06-01", "warn"), ("2027-06-02", "block")])
def test_goods_made_before_the_trade_mark_rule(on: str, severity: str) -> None:
    label = "Lavender and shea butter hand soap with natural oils"
    found = check({"title": "Savon", "attributes": {"label": label}}, market="CA-QC", on=on).findings
    assert {one.severity for one in found if one.rule.startswith("qc.trademark")} == {severity}


@pytest.mark.parametrize(
    ("text", "market", "rule", "found"),
    [
        ("Energy efficient fridge, class A", "IE", "eu.green.energy", False),
        ("Energy efficient kettle for every kitchen", "IE", "eu.green.energy", True),
        ("最佳饮用温度 60 度，第一人称射击", "CN", "cn.absolute", False),
        ("最佳选择", "CN", "cn.absolute", True),
        ("Leave a review for gift card", "US", "us.reviews.rewarded", True),
        ("Leave a 5-star review for a gift", "US", "us.reviews", True),
        ("Ecopelle di alta qualità", "IT", "it.leather", True),
        ("Vera pelle di vitello", "IT", "it.leather", False),
        ("Sapone ecologico", "CH", "ch.climate.word", False),
        ("Klimaneutrale Seife", "CH", "ch.climate.word", True),
        ("Made in the USA", "US", "us.made_in_usa", True),
        ("Made in Usak", "US", "us.made_in_usa", False),
        ("★5レビューで特典プレゼント", "JP", "jp.reviews", True),
        ("レビューをお待ちしています", "JP", "jp.reviews", False),
    ],
)
def test_claims(text: str, market: str, rule: str, found: bool) -> None:
    assert (rule in rules({"title": text}, market)) is found


def test_a_globe_is_verified_and_a_wrong_map_blocks() -> None:
    def severity(label: str) -> set[str]:
        listing = {"title": "Globe", "images": [{"labels": [label]}]}
        return {one.severity for one in check(listing, market="IN", on=DAY).findings if one.rule.startswith("in.image.map")}

    assert severity("globe") == {"warn"}
    assert severity("wrong map of India") == {"block"}
