"""What an offer must show: what decides whether a rule concerns the goods, and what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbcommerce.errors import InvalidInput
from xbcommerce.listings import score
from xbcommerce.localization import calendar, check
from xbcommerce.places import members

DAY = "2026-11-26"
EMPTY = {"responsible_person_name": ""}


def rules(listing: dict[str, object], market: str, on: str = DAY) -> set[str]:
    return {finding.rule for finding in check(listing, market=market, on=on).findings}


@given(st.sampled_from(["DE", "FR", "US", "CN", "GB", "NO", "CH", "pt", " IT ", "", "Germany"]))
def test_who_needs_a_responsible_person(country: str) -> None:
    from datetime import date

    listing = {"title": "Tasse", "attributes": {**EMPTY, "manufacturer_country": country}}
    inside = country.strip().upper() in members("EU", "customs", date(2026, 11, 26))
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
    ("market", "language", "category", "text", "on", "asked"),
    [
        ("NO", "nb", "clothing", "Myk genser til høsten", DAY, {"eea.textile.fibres"}),
        ("NO", "no", "clothing", "Myk genser i merinoull", DAY, set()),
        ("NO", "nb", "clothing", "Myk genser til høsten", "2012-10-31", set()),
        ("IS", "is", "clothing", "Mjúk peysa", DAY, {"eea.textile.fibres"}),
        ("IS", "is", "clothing", "Mjúk peysa úr merínóull", DAY, set()),
        ("NO", "nb", "wine", "Rødvin til middag, inneholder sulfitt", DAY, {"eea.alcohol.strength"}),
        (
            "NO",
            "nb",
            "insecticides",
            "Insektspray, giftfri. Fare: brannfarlig.",
            DAY,
            {"eea.biocide.harmless", "eea.biocide.phrase"},
        ),
        ("NO", "nb", None, "Før kr 499, nå kr 299", DAY, {"no.price.reduction.was"}),
        ("NO", "nb", None, "Før 499,-, nå 299,-", "2023-09-30", set()),
        ("NO", "nb", None, "Les før du kjøper for 499 kr", DAY, set()),
        ("NO", "nb", "smartphones", "Telefon, lader følger ikke med, 25 W lading", DAY, set()),
    ],
)
def test_law_of_the_union_in_norway_and_iceland(
    market: str, language: str, category: str | None, text: str, on: str, asked: set[str]
) -> None:
    report = check({"title": "x", "category": category, "description": text, "language": language}, market=market, on=on)
    assert {one.rule for one in report.findings if one.nature in ("legal", "safety")} == asked
    assert "market" not in report.not_assessed


@pytest.mark.parametrize(
    ("market", "told"), [("GE", True), ("LI", True), ("EEA", True), ("DE", False), ("XI", False), ("CA-QC", False)]
)
def test_a_market_of_which_no_law_is_known_is_told(market: str, told: bool) -> None:
    assert ("market" in check("A mug", market=market, on=DAY).not_assessed) is told


@pytest.mark.parametrize(("code", "meant"), [("UK", "GB"), ("EL", "GR"), ("IC", "ES-CN"), ("de", "DE")])
def test_what_is_meant_by_a_misnomer(code: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match=f"did you mean '{meant}'"):
        check("A mug", market=code, on=DAY)


def test_northern_ireland_is_read_in_english() -> None:
    report = check({"title": "Ein Becher aus Keramik für die Küche und den Garten"}, market="XI", on=DAY)
    assert report.language == "en"


@pytest.mark.parametrize(
    ("market", "text", "rule", "found"),
    [
        ("DE", "Das Beste aus meinem Leben: ein Erinnerungsbuch", "de.sole_leader", False),
        ("DE", "Karten Nr. 1 bis 10", "de.sole_leader", False),
        ("DE", "Die Nr. 1 in Deutschland", "de.sole_leader", True),
        ("FR", "Carnet de solde de tout compte", "fr.soldes", False),
        ("FR", "Soldes d'été sur tout", "fr.soldes", True),
        ("IT", "Manici ben saldi", "it_be.saldi", False),
        ("IT", "Saldi estivi", "it_be.saldi", True),
        ("ES", "Cuesta 80 € antes de usar el cupón", "eu.price.reduction", False),
        ("ES", "Antes 80 €, ahora 60 €", "eu.price.reduction.was", True),
        ("PL", "Cena 99 zł, zamiast 129 zł", "eu.price.reduction.was", True),
        ("PL", "Cena od 99 zł", "eu.price.reduction", False),
        ("SE", "Nu 299 kr, tidigare pris 399 kr", "eu.price.reduction", True),
        ("CZ", "299 Kč místo 399 Kč", "eu.price.reduction.was", True),
        ("SE", "Som 5 kräver", "eu.price.reduction", False),
        ("DK", "Nu 499,-", "market.currency", False),
        ("DE", "Nu 499 kr", "market.currency", True),
    ],
)
def test_words_that_are_part_of_something_else(market: str, text: str, rule: str, found: bool) -> None:
    assert (rule in rules({"title": "x", "description": text}, market)) is found


@pytest.mark.parametrize(
    ("attributes", "text", "state"),
    [
        ({"origin": ""}, "Cotton shirt", "found"),
        ({"origin": ""}, "Cotton shirt. Country of origin: China", "silent"),
        ({"country_of_origin": "China"}, "Cotton shirt", "silent"),
        ({}, "Cotton shirt", "not assessed"),
    ],
)
def test_the_country_of_an_indian_offer(attributes: dict[str, str], text: str, state: str) -> None:
    report = check({"title": "x", "description": text, "attributes": attributes}, market="IN", on=DAY)
    found, unknown = "in.offer.origin" in {one.rule for one in report.findings}, "in.offer.origin" in report.not_assessed
    assert (found, unknown) == (state == "found", state == "not assessed")


@pytest.mark.parametrize(
    ("label", "lacking"),
    [
        ("Keep away from the reach of children and wash it with water", "French is lacking"),
        ("Tenir hors de la portée des enfants et laver avec de l'eau", "English is lacking"),
        ("Keep away from children, wash it with water. Tenir hors de la portée des enfants, laver avec de l'eau.", None),
        ("Shampoo 250 ml", None),
        ("Keep away from children and wash it with water / Savon lavande miel", None),
        ("Lavender honey soap / Tenir hors de la portée des enfants et laver avec de l'eau", None),
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
        ("Made in USA", "US", "us.made_in_usa", True),
        ("Designed in California, made in USA", "US", "us.made_in_usa", True),
        ("Spare parts made in USA", "US", "us.made_in_usa", True),
        ("Made in USA of imported parts", "US", "us.made_in_usa", False),
        ("Made in USA with US and imported parts", "US", "us.made_in_usa", False),
        ("Not made in USA", "US", "us.made_in_usa", False),
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


def missed(rule: str, market: str, category: str, text: str, **attributes: str) -> bool:
    listing = {"title": "x", "category": category, "description": text, "attributes": attributes}
    return rule in rules(listing, market)


@pytest.mark.parametrize(
    ("rule", "market", "category", "text", "found"),
    [
        ("us.textile.origin", "US", "clothing", "original design", True),
        ("us.textile.origin", "US", "clothing", "Machine wash. Imported", False),
        ("eu.textile.fibres", "IE", "clothing", "wooly feel", True),
        ("eu.textile.fibres", "IE", "clothing", "button-down", True),
        ("eu.textile.fibres", "IE", "clothing", "alpaca and mohair", False),
        ("eu.textile.fibres", "DE", "clothing", "aus Biobaumwolle", False),
        ("eu.textile.fibres", "DE", "clothing", "die wir tragen wollen", True),
        ("eu.textile.fibres", "DE", "home textiles", "mit Daunenfüllung", False),
        ("eu.toys.warnings", "FR", "toys", "fait avec attention aux détails", True),
        ("eu.toys.warnings", "FR", "toys", "Attention : petits éléments", False),
        ("eu.toys.warnings", "FR", "toys", "Ne convient pas à un enfant de moins de 3 ans", False),
        ("eu.toys.warnings", "ES", "toys", "No apto para menores de 3 años", False),
        ("us.toys.warnings", "US", "toys", "Not for children under 3 years", False),
        ("us.toys.warnings", "US", "toys", "police car with warning lights", True),
        ("us.toys.warnings", "US", "toys", "over 140 pieces for ages 3 and up", True),
        ("us.toys.warnings", "US", "toys", "for ages 8 and up", False),
        ("us.toys.warnings", "PR", "toys", "police car with warning lights", True),
        ("eu.unit_price", "IE", "Beauty & Health > Wigs & Accs > Synthetic Extensions", "55 g a pack", False),
        ("eu.charger", "NL", "smartphones", "bladeren door foto's", True),
        ("eu.charger", "NL", "smartphones", "zonder oplader", False),
        ("eu.charger", "IE", "smartphones", "works with any wireless charger", True),
        ("eu.charging_label", "IE", "smartphones", "charger not included", True),
        ("eu.charging_label", "IE", "smartphones", "up to 25W fast charging", False),
        ("eu.unit_price", "GB", "food", "500 g jar w/lid", True),
        ("eu.unit_price", "GB", "food", "500 g, £3.20/kg", False),
        ("eu.clp.hazards", "IE", "cleaning", "H2O based, no harmful fumes", True),
        ("eu.clp.hazards", "IE", "cleaning", "H318", False),
        ("eu.clp.hazards", "DE", "cleaning", "Gefahr. Verursacht schwere Augenschäden.", False),
        ("eu.biocide.phrase", "IE", "insecticides", "Use insecticides safely.", True),
        ("eu.biocide.phrase", "IE", "insecticides", "Always read the label before use.", True),
        (
            "eu.biocide.phrase",
            "IE",
            "insecticides",
            "Use insecticides safely. Always read the label and product information before use.",
            False,
        ),
        (
            "eu.biocide.phrase",
            "DE",
            "insecticides",
            "Insektizide vorsichtig verwenden. Vor Gebrauch stets Kennzeichnung und Produktinformationen lesen.",
            False,
        ),
        ("eu.alcohol.strength", "DE", "wine", "Alkohol: 5,1 %", False),
        ("eu.alcohol.strength", "DE", "wine", "12 Vol.-%", False),
        ("eu.alcohol.strength", "FR", "vin", "13,5°", False),
        ("eu.alcohol.strength", "FR", "vin", "à servir à 16°C", True),
        ("eu.alcohol.strength", "FR", "vin", "Températures de service : entre 14 et 16,5°", True),
        ("eu.alcohol.strength", "FR", "spiritueux", "Rhum agricole, 40°", False),
        ("eu.alcohol.strength", "ES", "vino", "Vino tinto, 14º", False),
        ("eu.alcohol.strength", "ES", "vino", "Servir entre 14 y 16º", True),
        ("eu.alcohol.strength", "IT", "vino", "Rosso, 13 gradi", False),
        ("eu.alcohol.strength", "IT", "vino", "Servire a 18 gradi", True),
        ("eu.unit_price", "IT", "food", "Olio 0,5 l, 12,00 €/litro", False),
        ("eu.unit_price", "DE", "food", "Öl 0,5 l, 12,00 €/Liter", False),
        ("eu.clp.hazards", "IE", "cleaning", "Cleaner, model H300", True),
        ("us.textile.origin", "US", "clothing", "Cotton shirt, USA-made", False),
        ("us.textile.origin", "US", "clothing", "Cotton shirt. Product of Vietnam.", False),
        ("us.textile.origin", "US", "clothing", "Cotton shirt, made in heaven", True),
        ("us.textile.origin", "US", "clothing", "Cotton tie, product of the year", True),
        ("us.textile.origin", "US", "hats", "Warm hat for winter", False),
        ("eu.textile.fibres", "IE", "hats", "Warm hat for winter", True),
        ("us.energy_label", "US", "water heaters", "Hot water for all", False),
        ("us.lighting_facts", "US", "light bulbs", "Warm white", True),
        ("us.lighting_facts", "US", "light bulbs", "Lighting Facts: 800 lumens, $1.08 a year", False),
        ("fr.repairability.vacuum_cleaners", "FR", "aspirateurs", "Aspirateur robot", True),
        ("fr.repairability.vacuum_cleaners", "FR", "aspirateurs", "Aspirateur d'occasion", False),
        ("fr.repairability.vacuum_cleaners", "FR", "aspirateurs", "Indice de réparabilité : 7,9/10", False),
        ("fr.repairability.lawn_mowers", "FR", "Jardin > Tondeuses", "Tondeuse sur batterie", True),
        ("fr.repairability.lawn_mowers", "FR", "Jardin > Tondeuses", "Tondeuse thermique, moteur 4 temps", False),
        ("eu.alcohol.strength", "ES", "vino", "13,5 % de alcohol", False),
        ("eu.alcohol.strength", "IE", "beer", "ABV 13.5%", False),
        ("eu.alcohol.strength", "IE", "beer", "alcohol-free", False),
    ],
)
def test_what_is_said_is_met_by_whole_words(rule: str, market: str, category: str, text: str, found: bool) -> None:
    assert missed(rule, market, category, text) is found


@pytest.mark.parametrize(
    ("rule", "market", "category", "text", "found"),
    [
        ("eu.textile.fibres", "IE", "clothing", "faux leather jacket", True),
        ("eu.textile.fibres", "IE", "clothing", "leather biker jacket of soft lambskin", False),
        ("eu.textile.fibres", "IE", "clothing", "cowhide print dress", True),
        ("eu.textile.fibres", "IE", "bedding", "bed linen set of 4 pieces", True),
        ("eu.textile.fibres", "IE", "bedding", "bed linen of washed linen", False),
        ("eu.textile.fibres", "DE", "bedding", "Bettwäsche, seidenweich", True),
        ("eu.textile.fibres", "DE", "clothing", "100% cotton", False),
        ("eu.textile.fibres", "DE", "clothing", "Jeans, gebraucht", False),
        ("eu.textile.fibres", "DE", "clothing", "wird gebraucht für den Winter", True),
        ("eu.charger", "DE", "smartphones", "Gebrauchtes Gerät, gebraucht", False),
        ("eu.charger", "IE", "smartphones", "works with charger of any brand", True),
        ("eu.charger", "IE", "smartphones", "The charger is sold separately", False),
        ("eu.charging_label", "FR", "smartphones", "Charge 2 jours", True),
        ("eu.charging_label", "FR", "smartphones", "Charge 25 W", False),
        ("eu.alcohol.allergens", "DE", "wine", "Enthält Schwefeldioxid", False),
        ("eu.alcohol.strength", "DE", "wine", "Zuckeranteil 0,0%", True),
        ("eu.toys.warnings", "DE", "toys", "Altersempfehlung ab 8 Jahren", False),
        ("us.toys.warnings", "US", "toys", "Latex balloons, 8 years and up", False),
        ("us.toys.balloons", "US", "toys", "Latex balloons, 8 years and up", True),
        ("us.toys.balloons", "US", "toys", "Wooden cubes, 8 years and up", False),
        ("eu.energy_label", "DE", "kühlschränke", "gebraucht", False),
    ],
)
def test_words_that_say_nothing_and_goods_that_are_not_meant(
    rule: str, market: str, category: str, text: str, *, found: bool
) -> None:
    assert missed(rule, market, category, text) is found


@pytest.mark.parametrize(
    ("title", "market", "found"),
    [
        ("Grüne Mode Kleid", "DE", False),
        ("Vestido verde moda mujer", "ES", False),
        ("Green brand new dress", "IE", False),
        ("Green energy supply", "IE", True),
        ("A green brand", "IE", True),
    ],
)
def test_a_colour_beside_a_noun_of_claims(title: str, market: str, *, found: bool) -> None:
    assert ("eu.green.word" in rules({"title": title}, market)) is found


@pytest.mark.parametrize(("market", "asked"), [("DE", False), ("GB", False), ("US", True)])
def test_an_age_is_a_warning_in_europe_and_no_choking_hazard_in_america(market: str, asked: bool) -> None:
    rule = "us.toys.warnings" if market == "US" else "eu.toys.warnings"
    assert missed(rule, market, "toys", "small cubes", suitable_age="3-6 years") is asked
    assert missed(rule, market, "toys", "small cubes") is True
    assert missed(rule, market, "toys", "small cubes", suitable_age="Over 14 years") is False


@pytest.mark.parametrize(
    ("market", "text", "battery", "found"),
    [
        ("IE", "rechargeable", "", True),
        ("IE", "30 hours of playtime", "", True),
        ("IE", "x", "Li-ion 400 mAh", True),
        ("IE", "battery life 20 h with 2 AA batteries", "", False),
        ("IE", "no charging needed", "", False),
        ("IE", "non-rechargeable", "", False),
        ("IE", "x", "none", False),
        ("IE", "x", "2 x AAA", False),
        ("NL", "accuraat geluid", "", False),
        ("NL", "oplaadbare accu", "", True),
        ("FR", "autonomie de deux ans avec piles", "", False),
    ],
)
def test_only_what_is_recharged_needs_a_charger(market: str, text: str, battery: str, found: bool) -> None:
    assert missed("eu.charger.rechargeable", market, "headphones", text, battery=battery) is found


@pytest.mark.parametrize(
    ("market", "concerned"),
    [("DE", True), ("EU", True), ("GP", True), ("FR-971", True), ("AX", True), ("ES-CN", True), ("XI", True), ("GB-NIR", True),
     ("MC", False), ("GB", False), ("GB-ENG", False), ("NO", False), ("CH", False)],
)  # fmt: skip
def test_where_the_law_of_goods_of_the_union_holds(market: str, concerned: bool) -> None:
    assert ("eu.offer.names" in rules({"title": "Mug", "attributes": {"manufacturer_name": ""}}, market)) is concerned


@pytest.mark.parametrize("text", ["2027 Wall Calendar with Cats", "Brake Pads fits 2015 Honda"])
def test_a_year_that_is_the_goods(text: str) -> None:
    found = {one.rule for one in score({"title": text}, platform="walmart", market="US", on=DAY).findings}
    assert "walmart.any_text.forbidden_content.year" not in found
    found = {one.rule for one in score({"title": "Mug 2027"}, platform="walmart", market="US", on=DAY).findings}
    assert "walmart.any_text.forbidden_content.year" in found


@pytest.mark.parametrize("on", ["2020-09-25", "2021-09-20", "2019-09-25"])
def test_a_festival_that_was_not_held(on: str) -> None:
    held = {one.id for one in calendar("DE", on[:4] + "-09-01", on[:4] + "-10-31").occasions}
    assert ("oktoberfest" in held) is on.startswith("2019")
