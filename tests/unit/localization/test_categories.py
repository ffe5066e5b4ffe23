"""Kinds of goods: a shop's words mean the kinds that rules speak of, and an unknown word is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbcommerce import listings, localization
from xbcommerce.errors import RulebookError
from xbcommerce.localization import check
from xbcommerce.localization.categories import Categories, plain
from xbcommerce.rules import Rulebook

DAY = "2026-11-26"
KNOWN = Categories.of(Rulebook.builtin())
GPSR = {"eu.offer.names", "eu.offer.responsible", "eu.offer.picture"}
LACKING = {"attributes": {"manufacturer_name": "", "responsible_person_name": ""}, "images": []}


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("clothing", {"clothing", "textiles"}),
        ("Apparel", {"clothing", "textiles"}),
        ("Apparel & Accessories > Clothing > Shirts & Tops", {"accessories", "clothing", "textiles"}),
        ("Getränke", {"drinks", "food"}),
        ("real-estate", {"real_estate"}),
        ("Dietary_Supplement", {"supplements", "food"}),
        ("Home & Garden / Linens & Bedding / Bedding", {"home", "home_textiles", "textiles"}),
        ("unobtainium", set()),
        ("", set()),
        (" > / ", set()),
        ("ＴＯＹＳ", {"toys"}),
        ("toys\u200b", {"toys"}),
    ],
)
def test_kinds_of_a_category(word: str, kinds: set[str]) -> None:
    assert KNOWN.goods(word).kinds == kinds


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("Damenschuhe", {"shoes"}),
        ("Kinderspielzeug", {"toys"}),
        ("Vêtements femme", {"clothing", "textiles"}),
        ("ropa de mujer", {"clothing", "textiles"}),
        ("Women > Men's Shoes", {"shoes"}),
        ("Bekleidung > Damen > Kleider", {"clothing", "textiles"}),
        ("Handschuhe", {"accessories"}),  # no shoes for hands, and no fabric before it is told
        ("Hundespielzeug", set()),  # no toy by law
        ("für", set()),
    ],
)
def test_words_that_say_for_whom_are_left_out(word: str, kinds: set[str]) -> None:
    assert KNOWN.goods(word).kinds == kinds


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        # what stands below the name of particular goods is not that, unless its name says so again
        ("Electronics > Cell Phones > Cases", {"electronics"}),
        ("Home & Kitchen > Coffee > Machines", {"kitchen"}),
        ("Curtains > Rods", set()),
        ("Electronics > Televisions > OLED TVs", {"electronics", "televisions"}),
        ("Food > Wine > Red Wine", {"food", "drinks", "alcohol", "wine"}),
        ("Laptops > Bags", {"bags"}),
        # what stands below a department is of it
        ("Grocery > Pantry > Noodles", {"food"}),
        ("Clothing > Women > Blusen und Tuniken", {"clothing", "textiles"}),
        # a department in which the goods do not stand gives the word another meaning
        ("Meubles > TV", {"furniture"}),
        ("Baby > Monitors", {"baby"}),
        ("Computers > Monitors", {"electronics", "monitors"}),
        ("Office > Notebooks", {"office"}),
        ("Computers > Notebooks", {"electronics", "laptops"}),
        ("Hardware > Washers", {"tools"}),
        ("Appliances > Washers", {"appliances", "washing_machines"}),
        ("Garden > Bulbs", {"garden"}),
        ("Pet Supplies > Dogs > Food", {"pets", "feed"}),
        ("Sports > Bicycles > Tires", {"sports", "cycles"}),
        ("Automotive > Tires", {"automotive", "tyres"}),
        # below what is closed stands what it is about
        ("Books > Wine", {"books", "media"}),
        ("Toys > Figures > Animals", {"toys"}),
        ("Software > Games", {"software", "media"}),
        ("Pets > Toys", {"pets"}),
        # the narrower of two departments says what it is
        ("Home > Shoes", {"shoes"}),
        ("Clothing, Shoes & Jewelry > Women > Shoes", {"shoes"}),
        ("Clothing, Shoes & Jewelry > Women > Dresses", {"clothing", "textiles"}),
        ("Baby > Clothing", {"baby", "clothing", "textiles"}),
        ("Accessories > Scarves", {"accessories", "clothing", "textiles"}),
        ("Clothing > Hats", {"clothing", "headwear", "textiles"}),
        ("Accessories > Handschuhe", {"accessories", "clothing", "textiles"}),
        ("Garden > Gloves", {"garden"}),
        ("Sports > Cycling > Jerseys", {"clothing", "cycles", "sports", "textiles"}),
        ("Motorrad > Motorradbekleidung", {"clothing", "cycles", "sports", "textiles"}),
        ("Home > Staubsauger", {"appliances", "home", "vacuum_cleaners"}),
        # of several kinds only what they have in common is known
        ("Clothing, Shoes & Jewelry", set()),
        ("Lebensmittel & Getränke", {"food"}),
        ("Toys & unobtainium", set()),
    ],
)
def test_a_path_is_read_to_its_end(path: str, kinds: set[str]) -> None:
    assert KNOWN.goods(path).kinds == kinds


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("Electronics > Cell Phones > Cases", "no rule knows 'Cases', so that rules of smartphones are not applied"),
        ("Clothing, Shoes & Jewelry", "is of several kinds"),
        ("unobtainium", "no rule knows the category"),
        ("beverges", "did you mean 'beverages'?"),
        ("beverages", ""),
        ("", ""),
        ("  ", ""),
        (" " * 70 + "beverges", "no rule knows the category"),
    ],
)
def test_what_a_category_leaves_open_is_told(path: str, reason: str) -> None:
    told = KNOWN.goods(path).doubt
    assert reason in told if reason else not told


@pytest.mark.parametrize(
    "path",
    [
        "Toys > Figures > Animals", "Toys & Games > Remote Control > Aircraft", "Toys > Seeds", "Luggage > Travel", "Books > Travel",
        "Books > Food", "Home & Kitchen > Coffee > Machines", "Kitchen > Wine > Glasses", "Home Decor > Flowers",
        "Garden > Plants > Pots", "Pet Supplies > Dog Food > Bowls", "toys", "unobtainium", "", "Food > Lunch Boxes",
        "Grocery > Coffee > Coffee Grinders", "Medicines > Pill Boxes", "Beer, Wine & Spirits > Bottle Openers",
    ],
)  # fmt: skip
def test_a_word_on_the_way_exempts_nothing(path: str) -> None:
    found = localization.check({"title": "Becher", "category": path, **LACKING}, market="DE", on=DAY)
    assert {one.rule for one in found.findings} >= GPSR
    india = localization.check({"title": "Mug", "category": path, "attributes": {"mrp": ""}}, market="IN", on=DAY)
    assert "in.offer" in {one.rule for one in india.findings}


@pytest.mark.parametrize(
    "path",
    [
        "food",
        "Grocery > Noodles",
        "Garden > Plants",
        "Pet Supplies > Dog Food",
        "Health > Vitamins",
        "Furniture > Antiques",
        "Wine",
    ],
)
def test_what_the_law_leaves_out_is_exempt(path: str) -> None:
    found = localization.check({"title": "Becher", "category": path, **LACKING}, market="DE", on=DAY)
    assert not {one.rule for one in found.findings} & GPSR


def test_every_goods_class_of_tax_is_a_category_too() -> None:
    classes = Rulebook.builtin().document("vocabulary.toml")["goods_class"]
    assert [name for name in classes if name != "standard" and not KNOWN.goods(name).kinds] == []


WORDS = st.sampled_from(["toys", "Food", "coffee", "zz", "Women", "Books", "& ", "Home, Garden and Food", "monitors", ""])


@given(st.text(max_size=500) | st.lists(WORDS | st.sampled_from(sorted(KNOWN.rows)), max_size=9).map(" > ".join))
def test_any_text_may_be_a_category(text: str) -> None:
    goods = KNOWN.goods(text)
    assert goods.kinds <= set(KNOWN.rows)
    assert goods.sure in (goods.kinds, frozenset())
    assert goods.kinds or goods.doubt or not plain(text)


@given(st.sampled_from(sorted(KNOWN.rows)))
def test_every_kind_is_known_by_its_own_name(kind: str) -> None:
    assert kind in KNOWN.goods(kind).sure
    assert not KNOWN.goods(kind).doubt


def test_a_rule_for_food_holds_for_what_is_food() -> None:
    for word in ("supplements", "Vitamins & Supplements", "Grocery > Snacks"):
        found = localization.check({"title": "Detox tea", "category": word}, market="DE", on=DAY)
        assert "eu.health.food" in {one.rule for one in found.findings}, word


def test_a_category_that_no_rule_knows_is_told() -> None:
    found = localization.check({"title": "Detox tea", "category": "beverges"}, market="DE", on=DAY)
    assert "did you mean 'beverages'?" in found.not_assessed["category"]
    card = listings.score({"title": "Detox tea", "category": "zzz"}, platform="etsy", market="US", on=DAY)
    assert any("zzz" in one for one in card.assumptions)
    assert "category" not in localization.check({"title": "Tea", "category": "tea"}, market="DE", on=DAY).not_assessed
    for nothing in ("", " - "):
        empty = listings.score({"title": "Detox tea", "category": nothing}, platform="etsy", market="US", on=DAY)
        assert any("no category is given" in one for one in empty.assumptions)


def test_fit_reads_the_same_words() -> None:
    words = ("apparel", "clothing", "Women > Clothing")
    base = {"brand_owner": True, "made_by": "factory"}
    first, *others = (listings.fit({**base, "category": word}, on=DAY).of("zalando") for word in words)
    assert first.reasons
    assert all(other.reasons == first.reasons for other in others)
    unknown = listings.fit({**base, "category": "qqqq"}, on=DAY).of("zalando")
    assert "category" in unknown.ask


@pytest.mark.parametrize("path", ["home & garden > Slippers", "Home > Shoes"])
def test_a_department_on_the_way_shuts_nothing_out(path: str) -> None:
    assert not listings.fit({"category": path, "brand_owner": True}, on=DAY).of("zalando").excluded


@pytest.mark.parametrize(("path", "excluded"), [("Toys > Party", True), ("Arts & Crafts", True), ("craft supplies", False)])
def test_factory_goods_on_a_market_for_makers(path: str, excluded: bool) -> None:
    product = {"made_by": "factory", "designed_by_seller": False, "age_years": 0, "category": path}
    assert listings.fit(product, on=DAY).of("etsy").excluded is excluded


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"a": {"also": ["x"]}, "b": {"also": ["X"]}}, "is two categories"),
        ({"a": {"in": ["c"]}}, "no category"),
        ({"a": {"in": ["b"]}, "b": {"in": ["a"]}}, "within itself"),
        ({"a": {"under": ["b"]}}, "no category"),
        ({"a": {"beside": ["a"]}}, "beside"),
    ],
)
def test_a_broken_list_is_refused(rows: dict[str, dict[str, list[str]]], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        Categories(rows)


def test_the_brand_of_the_goods_says_nothing_of_their_kind() -> None:
    assert KNOWN.goods("Electronics > Smartphones > Samsung").kinds.isdisjoint({"smartphones"})
    assert "smartphones" in KNOWN.goods("Electronics > Smartphones > Samsung", "SAMSUNG").sure
    assert not KNOWN.goods("Electronics > Smartphones > Samsung", "Samsung").doubt
    assert KNOWN.goods("Samsung", "Samsung").doubt
    assert KNOWN.goods("Electronics > Smartphones > Cases", "Samsung").kinds.isdisjoint({"smartphones"})
    assert "smartphones" in KNOWN.goods("Electronics > Smartphones", "Smartphones").sure
    assert KNOWN.goods("Toys＞Dolls").kinds == KNOWN.goods("Toys > Dolls").kinds
    assert "toys" in KNOWN.goods("Toys > Zorbs").kinds
    assert "'Zorbs'" in KNOWN.goods("Toys > Zorbs").doubt
    assert KNOWN.goods("Antiques > Furniture").sure == {"antiques"}
    phone = {"title": "Galaxy S23", "description": "Phone", "category": "Smartphones > Samsung", "brand": "Samsung"}
    assert any(one.rule == "eu.charger" for one in check(phone, market="IE", on="2026-11-26").findings)
