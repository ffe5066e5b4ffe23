"""What real listings were wrongly accused of, and what stands beside it and is still found: a pair for each class of mistake."""

from __future__ import annotations

from typing import Any

import pytest

from xbcommerce import listings, localization

ON = "2026-11-22"


def found(content: dict[str, Any], market: str, platform: str | None = None) -> set[str]:
    if platform is None:
        return {finding.rule for finding in localization.check(content, market=market, on=ON).findings}
    return {finding.rule for finding in listings.score(content, platform=platform, market=market, on=ON).findings}


def said(text: str, language: str, field: str = "description") -> dict[str, Any]:
    return {field: text, "language": language}


SILENT_AND_FOUND = [
    # a currency is no ending of a word
    ("amazon.any_text.forbidden_content.price", "FR", "amazon", "fr", "Lame de tondeuse. LONGUEUR 508MM.", "Lame à EUR 508."),
    # two sentences without a space, and an address inside a house, are no link
    ("amazon.any_text.forbidden_content.url", "US", "amazon", "en", "Size 21.2*16*6cm.Net weight 488g.", "See www.example.com now."),
    ("amazon.any_text.forbidden_content.url", "US", "amazon", "en", "Open http://192.168.10.1/ to set it up.", "Visit Example.com now."),
    # ranges and tolerances are no reduction
    ("eu.price.percent", "FR", None, "fr", "Humidité de travail : 20-80% ; différence de 2-3%.", "Offre : -30% sur tout."),
    ("eu.price.percent", "PT", None, "pt", "Independência: 32 +- 5%. Gordura (Min)- 30%.", "Hoje (-30%) na loja."),
    ("eu.price.reduction.was", "IE", None, "en", "In 1580 he was fined £40 with others.", "Was £40, now less."),
    # models in a row are no telephone number
    ("text.phone_number", "US", "amazon", "en", "Case for iPhone 15 14 13 12 11 Pro.", "Phone: 020 7946 0123."),
    # a battery's voltage, an output's and a range that covers the market are not the mains
    ("market.voltage", "FR", None, "fr", "Batterie LiPo 4S 148V 4000mAh.", "Tension : 110V."),
    ("market.voltage", "FR", None, "fr", "Entrée 12 V, sortie: 176V 3A.", "Alimentation 120 V."),
    ("market.voltage", "US", None, "en", "Input voltage: AC100V-240V.", "Voltage: 220V-240V."),
    # joined emoji are one sign
    ("text.invisible", "GB", None, "en", "Ask us \U0001f9d1\U0001f3fc\u200d\U0001f4bb today", "Ship\u200bping today"),
    # a word of the language is no placeholder
    ("text.leftover", "ES", None, "es", "TODO LO QUE NECESITAS: un aspirador.", "TODO: describir el aspirador."),
    ("text.leftover", "GB", None, "en", "Colours differ, see [product picture].", "Made by [brand] in Lund."),
    # an adjective of possibility is no form of a verb or of another noun
    ("eu.green.word", "IE", None, "en", "Nutrients for sustained energy.", "A sustainable choice."),
    ("eu.green.word.alone", "ES", None, "es", "Cabe en tu sostén.", "Tejidos sostenibles."),
    ("eu.green.word.alone", "PT", None, "pt", "Conforto e sustentação.", "Tecidos sustentáveis."),
    # the next line's label is not what a colour qualifies
    ("eu.green.word", "FR", None, "fr", "Couleur du toit : vert Matériau : bois dur.", "Un matériau écologique."),
    ("eu.green.word", "IE", None, "en", "Garden greens choice of the week.", "A green choice."),
    # a toy is no biocide
    ("eu.biocide.harmless", "IE", None, "en", "Drawing ink, non-toxic, quick to dry.", "Mosquito repellent, non-toxic."),
    # numbering is no rank
    ("world.superlative.first", "MX", None, "en", "Quality Inspection Report No.: 1", "The number one brand."),
    ("jp.number_one", "JP", None, "ja", "京都教育大学 No.102", "売上No.1の水筒"),
    # a noun with an article is no pronoun, nor is a brand in capitals
    ("text.address_form", "FR", None, "fr", "Le ton de votre photo varie.", "Dis-le à ton ami avec votre carte."),
    ("text.address_form", "FR", None, "fr", "Le liner de la marque TOI pour votre piscine.", "Pour toi et votre piscine."),
    # letters of measures and of chemistry
    ("text.mixed_script", "GB", None, "en", "Vitamin D, 20μg a day", "\u0420remium leather"),
    ("text.foreign_script", "VN", None, "vi", "Bộ xử lý AI α9 và canxi β-hydroxy", "Giày nữ 女鞋 màu đen"),
    # a tenth of the country reads it
    ("text.foreign_script", "MY", None, "ms", "Botol semburan 手动气压式", "Botol semburan हिन्दी"),
    # a count is told, a name is not
    ("jp.expects.measures", "JP", None, "ja", "重量は約560gです。", "丈夫な革のかばんです。"),
    ("jp.expects.packaging", "JP", None, "ja", "内容量 48.0g", "丈夫な革のかばんです。"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "market", "platform", "language", "innocent", "guilty"), SILENT_AND_FOUND)
def test_innocent_and_guilty(rule: str, market: str, platform: str | None, language: str, innocent: str, guilty: str) -> None:
    assert rule not in found(said(innocent, language), market, platform)
    assert rule in found(said(guilty, language), market, platform)


@pytest.mark.parametrize(
    ("title", "silent"),
    [
        ("Gale Force Nine Tanks Expansion", True),
        ("Nous Deux roman de Claudine Jouvet", True),
        ("Set of Three Gift Wraps", False),
        ("Nine Drawer Office Tidy", False),
    ],
)
def test_numbers_in_words(title: str, silent: bool) -> None:
    assert ("amazon.title.numerals_not_words" not in found(said(title, "en", "title"), "US", "amazon")) is silent


def test_small_words_show_how_a_title_is_built() -> None:
    pytest.importorskip("py3langid")
    names = "Câmera webcam 7415 full hd 1080p com microfone webcam home office teams, zoom, meet, hangouts imagem full hd"
    assert "br.language" not in found(said(names, "pt", "title"), "BR")
    plain = "Men underwear mid waist one piece semi-transparent breathable briefs for the summer"
    assert "br.language" in found(said(plain, "pt", "title"), "BR")


def test_a_store_that_is_run_in_two_languages() -> None:
    pytest.importorskip("py3langid")
    english = said("This bottle keeps drinks warm for twelve hours and fits into every bag that you own.", "en")
    assert not {rule for rule in found(english, "AE", "amazon") if rule.startswith("amazon.any_text.language")}
    french = said("Cette bouteille garde les boissons chaudes pendant douze heures et tient dans tous les sacs.", "fr")
    assert "amazon.any_text.language.gulf" in found(french, "AE", "amazon")


def test_no_delivery_is_missed_where_the_platform_bars_it_from_the_text() -> None:
    listing = said("A mug of glazed stoneware. It holds 300 ml.", "en")
    assert "na.expects.delivery" not in found(listing, "US", "amazon")
    assert "na.expects.delivery" in found(listing, "US", "ebay")


def test_connectives_of_any_language_are_no_repeated_words() -> None:
    title = said("Sac de toilette de voyage pochette de rangement", "en", "title")
    assert "amazon.title.max_same_word" not in found(title, "US", "amazon")
