"""By which words an offer says what the law asks, and claims what it forbids: sentences as sellers write them, in many languages."""

import pytest

from xbcommerce.localization import check

SAID = [
    ("eu.price.reduction", "PL", "pl", None,
        [
            "Cena przed obniżką 129 zł",
        ],
        [
            "Cena promocyjna 89,99 zł. Najniższa cena z 30 dni przed obniżką: 99,99 zł",
        ]),
    ("de.sole_leader", "DE", "de", None,
        [
            "Nr. 1-Marke in Europa", "Deutschlands Nr. 1-Marke", "Nr. 1-Bestseller", "Die Nr. 1 – jetzt kaufen",
            "Nr. 1 und unschlagbar", "Das Beste aus Deutschland", "Das Beste von allen Produkten am Markt",
        ],
        [
            "Nummer 1 bis 10", "Chopin Ballade Nr. 1 in g-Moll", "Du bist der beste Papa", "Für die besten Eltern",
        ]),
    ("it_be.saldi", "IT", "it", None, ["Saldi al 50%", "Saldi al via"], ["Ganci saldi"]),
    ("eu.textile.fibres", "IE", "en", "Automotive > Wheels > Caps", [], ["Alloy wheel centre cap"]),
    ("eu.textile.fibres", "IE", "en", "Camera & Photo > Lens Caps > Caps", [], ["Lens cap 58 mm"]),
    ("eu.textile.fibres", "IE", "en", "Home & Garden > Plumbing > Caps", [], ["End cap for copper pipe"]),
    ("eu.textile.fibres", "IE", "en", "Workwear > Hard Hats", [], ["Hard hat, ABS shell"]),
    ("eu.textile.fibres", "IE", "en", "Tools > Caps", [], ["x cap"]),
    ("eu.textile.fibres", "DE", "de", "Automotive > Motorcycle Clothing > Helmets", [], ["Helme aus Carbon"]),
    ("eu.textile.fibres", "DE", "de", "Arbeitskleidung > Sicherheitsschuhe", [], ["Sicherheitsschuh S3"]),
    ("eu.textile.fibres", "IE", "en", "Sporting Goods > Boxing > Gloves", [], ["Synthetic leather boxing gloves, 12 oz"]),
    ("eu.textile.fibres", "IE", "en", "Sports > Baseball > Gloves", [], ["Leather baseball mitt"]),
    ("eu.textile.fibres", "DE", "de", "Motorradbekleidung", [], ["Lederkombi für Motorrad"]),
    ("eu.textile.fibres", "DE", "de", "Handschuhe",
        [],
        [
            "Motorradhandschuhe aus Leder", "Einweghandschuhe aus Latex", "Boxhandschuhe aus Kunstleder",
        ]),
    ("eu.textile.fibres", "IE", "en", "Clothing > Gloves", [], ["powder-free vinyl", "Gloves in soft leather"]),
    ("eu.textile.fibres", "IE", "en", "hats", [], ["Raffia sun hat", "Leather cap for men", "Sun hat woven from paper"]),
    ("eu.textile.fibres", "FR", "fr", "Chapeaux", [], ["Chapeau en raphia"]),
    ("eu.textile.fibres", "IE", "en", "Protective Clothing > Face Shields", [], ["Clear shield"]),
    ("eu.textile.fibres", "ES", "es", "Salud > Pañuelos", [], ["Pañuelos de papel"]),
    ("eu.textile.fibres", "IE", "en", "Office Products > Ties", [], ["cable ties"]),
    ("eu.textile.fibres", "IE", "en", "Clothing > Caps", ["A cap for summer"], []),
    ("us.wool.origin", "US", "en", "Clothing > Hats",
        [
            "Wool beanie, soft and warm",
        ],
        [
            "Wool beanie, soft and warm. Imported.",
        ]),
    ("us.textile.origin", "US", "en", "Clothing > Baseball Caps", [], ["Nice cap"]),
    ("us.textile.origin", "US", "en", "clothing",
        [
            "Printed in full color", "Woven in stripes", "Woven in a herringbone pattern", "Handmade in small batches",
            "Handmade in our Brooklyn studio", "Produced in small batches", "Product of excellent quality",
            "Made in 100% cotton", "Sewn in label", "Made in small batches. Ships from China.",
        ],
        [
            "Made in a factory in Vietnam", "Made in a small town in Ohio, USA", "Imported", "Made in U.S.A.",
            "Knitted in Portugal", "Crafted in Scotland", "Origin: Viet Nam",
        ]),
    ("in.offer.origin", "IN", "en", "clothing", [], ["Imported from China", "Origin: India"]),
    ("eu.alcohol.strength", "FR", "fr", "vin",
        [
            "Servir entre 10° et 12°", "Servir vers 12°", "T° de service: 8/10°", "pente de 30°", "fermentation à 25°",
            "3 degrés de noblesse", "Températures de service : entre 14 et 16,5°", "à servir à 16°C",
        ],
        [
            "Rhum titrant à 40°", "Whisky embouteillé à 43°", "Bière blonde 5°", "Bière artisanale 8°", "Armagnac 40 °",
            "Vin 13 °", "Rosé 12.5°", "Alcool : 12,5 %", "13,5°",
        ]),
    ("eu.alcohol.strength", "ES", "es", "vino",
        [
            "Servir entre 16º y 18º", "Temperatura ideal: 16º", "Servir a unos 16º", "Servir a 16 grados",
            "Servir entre 8 y 10 grados",
        ],
        [
            "Embotellado a 40º", "Vino 13.5º", "Vino tinto 14º",
        ]),
    ("eu.alcohol.strength", "IT", "it", "vino",
        [
            "Servire a una temperatura di 16°", "Servire tra 16° e 18°", "Servire a 16 - 18 gradi",
            "Servire a 16/18 gradi", "Temperatura di servizio: 8-10 gradi",
        ],
        [
            "Grappa imbottigliata a 43°", "Alcol 13,5%", "13 gradi",
        ]),
    ("eu.alcohol.strength", "PT", "pt", "vinho", ["Servir entre 16º e 18º", "Servir a 16-18 graus"], ["Vinho tinto 14º"]),
    ("eu.alcohol.strength", "DE", "de", "wein", ["Trinktemperatur 8-10°"], ["Rum 40°", "Alkohol 13,5 %"]),
    ("eu.alcohol.strength", "IE", "en", "beer", ["alcohol gift, save 20%"], ["94.6 Proof", "Alcohol 40%"]),
    ("eu.alcohol.strength", "PL", "pl", "alcohol", [], ["Alkohol: 40%"]),
    ("eea.alcohol.strength", "NO", "nb", "beer",
        [
            "Godt øl",
        ],
        [
            "Øl 4,7 % alk", "Cider 4,5 % alk.", "Alkohol 13,5 %", "13,5 prosent alkohol", "4,7 volum%",
            "Vin uten alkohol",
        ]),
    ("eea.alcohol.strength", "IS", "is", "beer", [], ["Styrkur 5%", "vínandi 5%"]),
    ("price.reduction", "PL", "pl", None,
        [
            "Było 129 zł, jest 99 zł", "Cena 99 zł zamiast 129 zł", "Zamiast 129 zl teraz 99 zl",
        ],
        [
            "Zamiast cukru, 12 zł", "Używaj zamiast folii - tylko 29 zł",
        ]),
    ("price.reduction", "CZ", "cs", None, [], ["Dárek místo květin: 299 Kč"]),
    ("price.reduction", "DK", "da", None,
        [
            "Før 499,- nu 299,-",
        ],
        [
            "Bestil før jul, fragt 39 kr", "Levering før jul: 39 kr", "Bestil før 12, fragt 49 kr",
            "Aldrig før så billig: 299 kr",
        ]),
    ("price.reduction", "SE", "sv", None,
        [
            "Ord. pris 499 kr", "Ord.pris 499 kr", "Tidigare 499 kr",
        ],
        [
            "Förr eller senare 99 kr", "Använd glas istället för plast 49 kr",
        ]),
    ("price.reduction", "FI", "fi", None, [], ["Tilaa ennen joulua 5 €", "Pese ennen ensimmäistä käyttöä, 20 €"]),
    ("price.reduction", "HU", "hu", None, ["9990 Ft helyett 7990 Ft"], ["Műanyag helyett fém, 20 €"]),
    ("price.reduction", "RO", "ro", None,
        [
            "Preț vechi 199 lei", "149,99 RON în loc de 199,99 RON",
        ],
        [
            "Sticlă în loc de plastic, 20 €",
        ]),
    ("price.reduction", "PT", "pt", None, [], ["Use antes do treino 29 €", "Agitar antes do uso 29 €"]),
    ("price.reduction", "NO", "nb", None,
        [
            "Tidligere pris 499 kr", "Før Kr 499, nå Kr 299", "Nå 299,-/stk. Før 499,-/stk", "Før 499,-*",
        ],
        [
            "Lad opp før første bruk, 299 kr",
        ]),
    ("price.reduction", "ES", "es", None,
        [
            "Precio antes del descuento: 80 €. Ahora 60 €", "Antes de la rebaja 80 €, ahora 60 €",
            "Antes 80 €, ahora 60 €",
        ],
        []),
    ("price.reduction", "NO", "nn", None, ["I staden for 499 kr"], []),
    ("price.reduction", "NO", "en", None, ["Was 499 NOK, now 299 NOK"], []),
    ("price.reduction", "DE", "de", None, ["Statt 499,-€ nur 299,-€"], []),
    ("no.price.percent", "NO", "nb", None, ["30% avslag"], []),
    ("eu.price.percent", "DK", "da", None, ["30 % rabat"], []),
    ("eu.price.percent", "PL", "pl", None, ["30% rabatu", "rabat 30%"], []),
    ("eu.price.percent", "CZ", "cs", None, ["sleva 30 %"], []),
    ("eu.price.percent", "FI", "fi", None, ["30 % alennus"], []),
    ("fr.repairability.vacuum_cleaners", "FR", "fr", "aspirateurs",
        [
            "Aspirateur pour voiture neuve ou d'occasion",
        ],
        [
            "Aspirateur reconditionné, grade A", "Réparabilité : 7,9/10", "Indice réparabilité 7/10",
        ]),
    ("fr.repairability.vacuum_cleaners", "FR", "fr", "nettoyeurs haute pression",
        [
            "Nettoyeur 130 bars",
        ],
        [
            "Nettoyeur 130 bars thermique 6,5 CV essence",
        ]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Tondeuses", [], ["Tondeuse sans fil"]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Rasage > Tondeuses", [], ["Tondeuse sans fil"]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Hygiène et Santé > Rasage > Tondeuses", [], ["Tondeuse sans fil"]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Coiffure > Tondeuses", [], ["Tondeuse sans fil"]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Animaux > Chiens > Tondeuses", [], ["Tondeuse sans fil"]),
    ("fr.repairability.lawn_mowers", "FR", "fr", "Jardin > Tondeuses",
        [
            "Tondeuse sur accu 40 volts", "Tondeuse sur batterie",
        ],
        [
            "Tondeuse thermique avec démarrage électrique", "Tondeuse à essence, démarreur électrique",
        ]),
    ("eu.biocide.phrase", "IE", "en", "insecticides",
        [
            "Use insecticides safely.", "Always read the label.",
        ],
        [
            "Use disinfectant safely. Always read the label and product information before use.",
            "Use hand sanitisers safely. Always read the label and product information before use.",
            "Use insect repellent safely. Always read the label and product information before use.",
        ]),
    ("eu.biocide.phrase", "DE", "de", "insecticides",
        [],
        [
            "Biozide vorsichtig verwenden. Vor der Verwendung stets Etikett und Produktinformationen lesen.",
            "Insektizide vorsichtig verwenden. Vor Gebrauch immer das Etikett lesen",
        ]),
    ("eu.biocide.phrase", "ES", "es", "insecticides",
        [],
        [
            "Use los biocidas de forma segura. Lea siempre la etiqueta",
            "Utilice el biocida de forma segura. Lea siempre la etiqueta",
        ]),
    ("eu.biocide.phrase", "IT", "it", "insecticides",
        [],
        [
            "Utilizzare i biocidi con cautela. Prima dell'uso leggere sempre l'etichetta",
        ]),
    ("eu.biocide.phrase", "PL", "pl", "insecticides",
        [],
        [
            "Z produktów biobójczych należy korzystać z zachowaniem ostrożności. Przed każdym użyciem należy przeczytać etykietę",
        ]),
    ("eu.biocide.phrase", "FR", "fr", "insecticides",
        [],
        [
            "Utilisez les produits biocides avec précautions. Avant toute utilisation, lisez l'étiquette",
        ]),
    ("eea.biocide.phrase", "NO", "nb", "insecticides",
        [],
        [
            "Bruk biocidprodukter på en sikker måte. Les alltid etiketten",
            "Biocider skal brukes på en sikker måte. Les alltid etiketten", "Bruk biocider trygt. Les alltid etiketten",
        ]),
    ("eu.unit_price", "DE", "de", "food",
        [
            "500 g, 12 g Fett/100 g",
        ],
        [
            "500 g (1 kg = 15,96 €)", "500 g 15,96 €/1 kg", "500 g 15,96 € / 1 kg",
        ]),
    ("eu.unit_price", "GB", "en", "food", ["500 g, 24 g protein/100 g"], ["500 g, £3.20 per 100g"]),
    ("eu.unit_price", "NO", "nb", "food",
        [
            "500 g, 20 g/100 g", "500 ml, dosering 5 ml/l",
        ],
        [
            "500 g, kr pr kg 396", "500 g 39,60 kr/hg",
        ]),
    ("eu.unit_price", "PL", "pl", "food", [], ["500 g 159,96 zł / 1 kg", "500 g, za 1 kg"]),
    ("eu.unit_price", "FR", "fr", "food", ["500 g. Le kilo de bonheur"], ["500 g, 15,96 € le kg"]),
    ("eu.unit_price", "IT", "it", "food", [], ["500 g 15 € il kg"]),
    ("fr.soldes", "FR", "fr", None,
        [
            "Soldes d'été", "En solde !",
        ],
        [
            "Solde de la carte cadeau : 50 €", "Le solde de votre carte cadeau", "acompte puis solde à la livraison",
            "colonne solde", "se solde par",
        ]),
    ("eu.clp.hazards", "IE", "en", "cleaning", ["Model No. H300", "Cleaner H300 series"], ["H318"]),
    ("us.lighting_facts", "US", "en", "Automotive > Light Bulbs", [], ["Headlight bulb"]),
    ("eea.clp.hazards", "NO", "nb", "cleaning",
        [
            "Ikke brannfarlig, skånsom rengjøring", "Ikke skadelig for miljøet", "Ikke giftig for dyr",
            "Uten fare. Skånsom rengjøring",
        ],
        [
            "Kan gi en allergisk reaksjon",
        ]),
    ("eea.textile.fibres", "NO", "nb", "clothing",
        [
            "Stoffet brukt i denne skjorta er mykt", "Mye brukt til fest", "Lin-farget bukse, linje",
        ],
        [
            "Jakke med dunfyll", "Linskjorte", "Ullsokker", "Genser i kashmir",
        ]),
    ("eea.textile.fibres", "IS", "is", "clothing", [], ["Ullarpeysa", "Notuð peysa"]),
    ("eea.biocide", "NO", "nb", None, ["Antibakterielt håndkle"], []),
    ("eea.biocide.harmless", "NO", "nb", "insecticides", ["Insektmiddelet er harmløst", "insektmiddel helt giftfritt"], []),
    ("no.health.food", "NO", "nb", "food",
        [
            "Slankende te",
        ],
        [
            "Slanke, sprø brødpinner 100 g", "slank flaske", "5 kr går til kampen mot kreft",
        ]),
    ("eea.health.food", "IS", "is", "food", ["Megrandi te, læknar krabbamein"], []),
    ("eea.toys.warnings", "NO", "nb", "toys", ["Garanti fra 2 år"], ["Alder 3+", "For barn over 3 år"]),
    ("eea.toys.warnings", "IS", "is", "toys", [], ["Frá 3 ára aldri"]),
    ("no.charger", "NO", "nb", "smartphones", [], ["Lader selges separat", "Lader kjøpes separat"]),
    ("no.charging_label", "NO", "nb", "smartphones", [], ["25W-lading", "45 W USB-C PD"]),
    ("au.price.reference", "AU", "en", None,
        ["RRP $49.95, our price $29.95", "Original price $80"],
        ["Original price tag included", "Regular size"]),
    ("au.price.reference.was", "AU", "en", None, ["Was $49.95 now $29.95"], ["This mug was made by hand for $20"]),
    ("au.price.total", "AU", "en", None, ["$49 plus GST", "Price excl. GST"], ["$49 including GST", "$49 incl. GST"]),
    ("au.no_refunds", "AU", "en", None,
        ["No refunds.", "Exchange or credit note only"],
        ["No refunds for change of mind", "We offer refunds"]),
    ("au.origin", "AU", "en", None,
        ["Proudly made in Australia", "Australian made"],
        ["Not made in Australia", "Made in Austria"]),
    ("au.green", "AU", "en", None, ["An eco-friendly bottle", "Carbon neutral delivery"], ["A green bottle"]),
    ("au.tga.endorsed", "AU", "en", "supplements",
        ["TGA approved formula", "Approved by the TGA"],
        ["Listed in the ARTG, AUST L 12345"]),
    ("au.tga.recommended", "AU", "en", "supplements", ["Doctor recommended"], ["Ask your doctor"]),
    ("au.tga.statement", "AU", "en", "medicines",
        ["Relieves pain."],
        ["Always read the label and follow the directions for use."]),
    ("au.furniture", "AU", "en", "furniture",
        ["Oak bookcase, 180 cm", "Chest of drawers with four drawers"],
        ["Oak chair", "Oak bookcase. Always secure this furniture with an anchor device.", "Second-hand oak bookcase"]),
    ("nz.price.reference", "NZ", "en", None, ["Usual price $80"], ["the usual size"]),
    ("nz.price.reference.was", "NZ", "en", None, ["Was $80 now $40"], []),
    ("nz.food.origin", "NZ", "en", "food",
        ["Fresh salmon fillets, 500 g"],
        ["Fresh salmon fillets, product of New Zealand", "Dried pasta"]),
    ("nz.claims", "NZ", "en", None, ["Clinically proven to work"], ["Proven design"]),
    ("nz.supplements", "NZ", "en", "supplements", ["For weight loss", "Slimming capsules"], ["Vitamin C 500 mg"]),
    ("nz.medicines.recommended", "NZ", "en", "medicines", ["Recommended by doctors"], ["Ask your doctor"]),
    ("nz.origin", "NZ", "en", None, ["NZ made", "Made in New Zealand"], []),
    ("sg.price.benefit", "SG", "en", None, ["Usual price $80, now $40"], ["best value"]),
    ("sg.hsa", "SG", "en", "supplements", ["HSA approved", "Recommended by doctors"], ["Vitamin C"]),
    ("sg.nutri_grade", "SG", "en", "drinks", ["Lemon soda, 330 ml"], ["Lemon soda, Nutri-Grade B"]),
    ("sg.safety_mark", "SG", "en", "chargers", ["65 W charger"], ["65 W charger with SAFETY Mark 12345678"]),
    ("tw.food.medical", "TW", "zh", "food", ["本產品可降血壓、養肝"], ["美味的餅乾"]),
    ("tw.food.exaggerated", "TW", "zh", "food", ["瘦身減肥好幫手"], ["好吃的餅乾"]),
    ("tw.food.health_food", "TW", "zh", "food", ["天然健康食品"], ["本產品非健康食品"]),
    ("tw.cosmetics", "TW", "zh", "beauty", ["活化毛囊精華"], ["保濕乳液"]),
    ("tw.superlative", "TW", "zh", None, ["全網唯一", "銷售第一"], ["第一次使用", "唯一的選擇"]),
    ("hk.oral_claims", "HK", "zh", "supplements", ["有效降血壓"], ["維他命C"]),
    ("hk.price.reference", "HK", "zh", None, ["原價 HK$200 現價 HK$100"], ["原價保證"]),
    ("za.price.reference", "ZA", "en", None, ["Was ZAR 500 now ZAR 300"], ["It was made by hand"]),
    ("za.textile.origin", "ZA", "en", "clothing", ["Cotton shirt"], ["Cotton shirt made in Lesotho"]),
    ("za.textile.fibres", "ZA", "en", "clothing", ["A nice shirt"], ["Cotton shirt"]),
    ("za.food.authority", "ZA", "en", "food", ["Approved by the Department of Health"], ["healthy food"]),
    ("za.no_returns", "ZA", "en", None, ["No returns accepted"], ["Returns within 30 days"]),
    ("cl.price.reference", "CL", "es", None,
        ["Antes $20.000, ahora $15.000", "Precio normal $20.000"],
        ["Lavar antes de usar"]),
    ("cl.green", "CL", "es", None, ["Envase reciclable"], ["Envase de vidrio"]),
    ("cl.food.complete", "CL", "es", "food", ["Alimento completo para toda la familia"], ["Galletas"]),
    ("ar.anmat", "AR", "es", "supplements", ["Aprobado por ANMAT", "Cura la gripe"], ["RNPA 123456"]),
    ("br.supplements", "BR", "pt", "supplements", ["Cura a gripe", "Reduz a glicose"], ["Vitamina C"]),
    ("br.price.reference", "BR", "pt", None, ["Preço original R$ 100, por R$ 80"], ["preço bom"]),
    ("ph.price.by_message", "PH", "en", None, ["PM for price", "DM for price"], ["Price: PHP 100"]),
    ("ph.price.by_message", "MY", "ms", None, ["PM harga"], ["harga RM10"]),
    ("ph.supplements", "PH", "en", "supplements",
        ["Vitamin C tablets"],
        ["Mahalagang paalala: ang Vita ay hindi gamot at hindi dapat gamiting panggamot"]),
    ("my.kkliu", "MY", "en", "supplements", ["Vitamin C"], ["KKLIU 1234/2026"]),
    ("my.diseases", "MY", "ms", "supplements", ["Untuk kencing manis"], ["Untuk tenaga"]),
    ("my.cosmetics", "MY", "en", "beauty", ["For eczema"], ["Soft cream"]),
    ("my.halal", "MY", "ms", None, ["Makanan halal"], ["tidak halal"]),
    ("id.excess", "ID", "id", None, ["Tanpa efek samping"], ["Bahan katun"]),
    ("id.gifts", "ID", "id", "supplements", ["Gratis botol"], ["Gratis ongkir"]),
    ("id.cosmetics", "ID", "id", "beauty", ["Mengobati jerawat"], ["Melembapkan kulit"]),
    ("id.price.reference", "ID", "id", None, ["Harga normal Rp 100.000"], ["harga bagus"]),
    ("ma.soldes", "MA", "fr", None, ["Soldes d'été"], ["solde de tout compte"]),
    ("ng.second_hand", "NG", "en", None, ["Fairly used phone"], ["new phone"]),
    ("ke.price.reference", "KE", "en", None, ["Was USD 50 now USD 40"], ["was made"]),
    ("ke.cures", "KE", "en", "health", ["A miracle cure"], ["A soft cure"]),
    ("pe.alcohol", "PE", "es", "wine", ["Vino tinto"], ["Tomar bebidas alcohólicas en exceso es dañino"]),
    ("cl_co.language", "CO", "en", None,
        ["This ceramic mug holds a quarter of a litre and keeps your coffee warm for a long time."],
        []),
    ("eg.language", "EG", "en", None,
        ["This ceramic mug holds a quarter of a litre and keeps your coffee warm for a long time."],
        []),
]  # fmt: skip
"""A rule (or what its name ends with), market, language, category; sentences in which it objects, and in which it does not."""


def met(rule: str, market: str, language: str, category: str | None, text: str) -> bool:
    listing = {"title": "x", "description": text, "category": category, "language": language, "attributes": {}}
    return any(rule in finding.rule for finding in check(listing, market=market, on="2026-11-27").findings)


@pytest.mark.parametrize(("rule", "market", "language", "category", "objects", "silent"), SAID)
def test_sentences(rule: str, market: str, language: str, category: str | None, objects: list[str], silent: list[str]) -> None:
    assert [text for text in objects if not met(rule, market, language, category, text)] == []
    assert [text for text in silent if met(rule, market, language, category, text)] == []
