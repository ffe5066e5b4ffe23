"""Known defects planted into clean listings: each must be found, and the listing without it must be silent."""

from __future__ import annotations

from functools import cache

import pytest

from xbcommerce import localization

ON = "2026-11-22"
CLEAN = {
    "en": "This steel bottle holds 500 ml. It keeps tea warm until the evening and fits into the side pocket of a rucksack.",
    "de": "Die Flasche aus Edelstahl fasst 500 ml. Sie hält den Tee bis zum Abend warm und passt in die Seitentasche.",
    "fr": "La bouteille en acier contient 500 ml. Elle garde le thé chaud jusqu'au soir et entre dans la poche latérale du sac.",
    "es": "La botella de acero tiene 500 ml. Mantiene el té caliente hasta la noche y cabe en el bolsillo lateral de la mochila.",
    "pt": "A garrafa de aço leva 500 ml. Mantém o chá quente até à noite e cabe no bolso lateral da mochila.",
    "ja": "ステンレスの水筒です。容量は500mlです。夕方までお茶が冷めません。",
    "ar": "الزجاجة من الفولاذ وسعتها 500 مل. تحافظ على الشاي ساخنا حتى المساء.",
    "zh": "不锈钢水壶，容量500毫升，可以保温到晚上。",
}
PLANTED = [
    # the seed's examples
    ("en", "US", "rendering.", "Explosive product of the season."),
    ("de", "DE", "rendering.", "Das Explosionsmodell des Jahres."),
    ("en", "SA", "sa.cross", "A cross pendant is included."),
    ("en", "SA", "sa.christmas_tree", "Hang it on the Christmas tree."),
    ("en", "AE", "gulf.cross", "With a cross necklace."),
    # renderings that stand alone
    ("en", "GB", "rendering.", "A charging treasure for the road."),
    ("en", "GB", "rendering.", "Made of ice silk."),
    ("es", "MX", "rendering.", "Se puede agregar terciopelo."),
    ("pt", "BR", "rendering.", "Combina com o sofá preguiçoso."),
    # superlatives
    ("en", "GB", "world.superlative", "The best price in town."),
    ("en", "IE", "world.superlative.first", "The number one brand."),
    ("fr", "FR", "world.superlative", "Au meilleur prix."),
    ("es", "ES", "world.superlative", "Al mejor precio."),
    ("pt", "BR", "world.superlative", "O mais barato."),
    ("de", "DE", "de.sole_leader", "Testsieger unter den Flaschen."),
    ("ja", "JP", "jp.number_one", "売上1位の水筒です。"),
    ("zh", "CN", "cn.absolute", "全网最低的价格。"),
    ("ar", "AE", "world.superlative", "أفضل سعر في السوق."),
    # prices
    ("de", "DE", "eu.price.reduction", "Jetzt 19,99 € statt 29,99 €."),
    ("fr", "FR", "eu.price.reduction", "19,99 € au lieu de 29,99 €."),
    ("en", "IE", "eu.price.reduction.was", "Was €29.99."),
    ("en", "GB", "gb.price.reference", "RRP £29.99."),
    ("en", "US", "us.price.former", "Was $29.99."),
    ("de", "AT", "eu.price.percent", "Heute 30 % Rabatt."),
    ("es", "ES", "eu.price.percent", "Ahora 30 % de descuento."),
    ("fr", "FR", "fr.soldes", "En soldes dès demain."),
    # the environment
    ("en", "IE", "eu.green.generic", "An eco-friendly bottle."),
    ("de", "DE", "eu.green.word", "Eine nachhaltige Wahl."),
    ("fr", "FR", "eu.green.generic", "Respectueux de l'environnement."),
    ("fr", "FR", "fr.biodegradable", "Un étui biodégradable."),
    ("es", "ES", "eu.green.word.alone", "Una funda ecológica."),
    ("pt", "PT", "eu.green.generic", "Amigo do ambiente."),
    ("en", "US", "us.green.general", "Planet friendly."),
    ("en", "GB", "gb.green", "Carbon neutral."),
    ("de", "DE", "eu.green.neutral", "CO2-neutral."),
    # health, germs, approvals
    ("en", "US", "us.fda", "FDA approved."),
    ("en", "US", "us.pesticide", "Kills germs."),
    ("de", "DE", "eu.biocide", "Antibakteriell beschichtet."),
    ("fr", "FR", "eu.biocide", "Revêtement antibactérien."),
    ("en", "IE", "eu.biocide.harmless", "An insect repellent, harmless."),
    ("en", "GB", "world.health.disease", "Cures diabetes."),
    ("es", "MX", "world.health.disease", "Cura la diabetes."),
    ("ja", "JP", "jp.efficacy", "これで痩せる。"),
    ("en", "IE", "world.ce_china_export", "CE certified."),
    ("en", "GB", "world.authentic", "100% authentic."),
    ("fr", "FR", "fr.leather", "Anse en cuir synthétique."),
    ("en", "US", "us.reviews.rewarded", "Gift card for review."),
    # custom and law of the place
    ("de", "DE", "de.unconstitutional", "Mit Hakenkreuz Anhänger."),
    ("en", "SA", "sa.pork", "The strap is of pigskin leather."),
    ("en", "SA", "sa.alcohol", "With a home brewing kit."),
    ("en", "IN", "in.flag", "Comes with an Indian flag doormat."),
    ("en", "AE", "gulf.girlfriend", "A gift for girlfriend."),
    ("en", "AE", "gulf.black_friday", "Black Friday is here."),
    ("en", "GB", "world.red_cross", "With a red cross first aid pouch."),
    ("zh", "CN", "cn.map", "附世界地图。"),
    ("es", "MX", "es_la.vosotros", "Para vosotros."),
    # measures, plugs, signs
    ("de", "DE", "market.unit", "Höhe 12 inch."),
    ("es", "MX", "market.unit", "Altura de 12 pulgadas."),
    ("en", "US", "market.temperature", "Safe up to 60 °C."),
    ("en", "GB", "market.date", "Made on 12/31/2025."),
    ("en", "GB", "market.plug", "Charger with a US plug."),
    ("fr", "FR", "market.voltage", "Chargeur 110V."),
    ("de", "DE", "market.currency", "Nur 20 USD."),
    ("pt", "BR", "market.decimal", "Peso de 1.5 kg."),
    # the text itself
    ("en", "GB", "text.invisible", "Ship\u200bping today."),
    ("en", "GB", "text.mixed_script", "\u0420remium steel."),
    ("en", "GB", "text.leftover", "Dear {{name}}, hello."),
    ("de", "DE", "text.encoding", "FÃ¼r unterwegs."),
    ("fr", "FR", "text.foreign_script", "Couleur 蓝色."),
    ("ja", "JP", "text.foreign_script", "颜色は青です。"),
    ("de", "DE", "text.address_form", "Nehmen Sie sie mit. Du wirst deine Freude haben, und wir danken Ihnen."),
    ("fr", "FR", "text.address_form", "Pour toi et votre sac."),
    ("es", "ES", "text.address_form", "Para usted y tus amigos."),
    ("ja", "JP", "text.politeness", "とても軽いのである。"),
    ("en", "GB", "text.spelling_region", "In a bright color."),
    ("pt", "PT", "text.spelling_region", "Cabe o celular."),
]  # fmt: skip


@cache
def found(text: str, language: str, market: str) -> frozenset[str]:
    report = localization.check({"description": text, "language": language}, market=market, on=ON)
    return frozenset(finding.rule for finding in report.findings)


@pytest.mark.parametrize(("language", "market", "rule", "defect"), PLANTED)
def test_a_planted_defect_is_found(language: str, market: str, rule: str, defect: str) -> None:
    new = found(f"{CLEAN[language]} {defect}", language, market) - found(CLEAN[language], language, market)
    assert any(name.startswith(rule) for name in new)


def test_enough_is_planted() -> None:
    assert len(PLANTED) >= 60
    assert len({rule for _, _, rule, _ in PLANTED}) >= 45
