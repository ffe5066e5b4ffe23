"""Import requirements: what applies, what may, what is given, and what is not known."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.errors import InvalidInput, RulebookError
from xbcommerce.landed.requirement_facts import SEVERITIES, law_of
from xbcommerce.landed.requirements import Requirements, audit, requirements
from xbcommerce.rules import Rulebook

ON = "2026-11-22"
SHIRT = {
    "description": "cotton t-shirt",
    "hs": "6109.10",
    "origin": "CN",
    "unit_price": "12.00 EUR",
    "goods_class": "clothing_adult",
}
EARBUDS = {"description": "wireless earbuds", "hs": "8518.30", "origin": "CN", "unit_price": "30.00 EUR"}


def asked(to: object, *lines: dict[str, object], on: str | date = ON, **order: object) -> Requirements:
    whole = {"ship_from": "CN", "channel": "courier", **order, "ship_to": to, "lines": list(lines) or [SHIRT]}
    return requirements(whole, on=on, rates={"EUR/USD": "1.10", "USD/EUR": "0.90"})


def ids(found: Requirements, applies: str = "yes") -> set[str]:
    return {one.id for one in found.requirements if one.applies == applies}


def one(found: Requirements, name: str) -> object:
    (only,) = (one for one in found.requirements if one.id == name)
    return only


# ------------------------------------------------------------------ what applies


@pytest.mark.parametrize("place", ["AR", "BR", "CL", "CN", "CO", "EC", "ID", "IL", "IN", "KR", "MX", "PE", "SA", "TR", "ZA"])
def test_the_recipients_number_is_asked(place: str) -> None:
    found = one(asked(place, ship_from="US"), "consignee_id")
    assert found.severity == "required"
    assert (found.given, found.say) == ("unknown", ("consignee_id",))
    assert "buyer" in found.given_by


@pytest.mark.parametrize(
    ("place", "number", "given"),
    [
        ("BR", "529.982.247-25", "yes"),
        ("BR", "52998224725", "yes"),
        ("BR", "1234", "unknown"),
        ("KR", "P123456789012", "yes"),
        ("KR", "123456789012", "unknown"),
        ("TR", "12345678902", "yes"),
        ("TR", "01234567890", "unknown"),
        ("CL", "12.345.678-k", "yes"),
        ("BR", True, "yes"),
        ("BR", False, "no"),
    ],
)
def test_a_number_that_the_order_gives(place: str, number: str | bool, given: str) -> None:
    found = asked(place, traits={"consignee_id": number})
    assert one(found, "consignee_id").given == given
    assert any("does not look like" in warning for warning in found.warnings) == (given == "unknown")


def test_the_law_of_the_day_of_entry() -> None:
    before, after = asked("DE", on="2026-10-31"), asked("DE", on="2026-11-01")
    assert one(before, "product_identifier").severity == "advisable"
    assert one(after, "product_identifier").severity == "required"
    assert [one.fact.valid_from for one in before.coming if one.id == "product_identifier"] == [date(2026, 11, 1)]
    assert asked("DE", on="2026-10-31", dates={"entry": "2026-11-01"}).entry == date(2026, 11, 1)
    assert "product_identifier" not in ids(asked("DE", on="2026-06-30"))


def test_a_dear_order_needs_no_product_identifier() -> None:
    assert "product_identifier" not in ids(asked("DE", {**SHIRT, "unit_price": "150.01 EUR"}))
    assert "product_identifier" in ids(asked("DE", {**SHIRT, "unit_price": "150.00 EUR"}))


def test_a_business_gives_another_number_than_a_consumer() -> None:
    assert "consignee_id" not in ids(asked("SA", buyer="business"))
    assert "business_number" in ids(asked("SA", buyer="business"))


def test_certificates_by_personal_use() -> None:
    personal, trade = asked("SA"), asked("SA", personal_use=False)
    assert ids(personal) >= {"saber_personal"}
    assert "saber" not in ids(personal)
    assert "saber" in ids(trade)
    assert any("personal use assumed: yes" in text for text in personal.assumptions)


def test_goods_are_told_by_trait_then_class_then_code() -> None:
    assert "ce_radio" in ids(asked("FR", EARBUDS), "unknown")
    assert "ce_radio" in ids(asked("FR", {**EARBUDS, "traits": {"radio": True}}))
    assert "ce_radio" not in ids(asked("FR", {**EARBUDS, "traits": {"radio": False}}), "unknown")
    assert "ce_radio" in ids(asked("FR", {**EARBUDS, "hs": "8517.13"}))
    assert "ce_toy" in ids(asked("FR", {"description": "doll", "goods_class": "toy", "unit_price": "9 EUR"}))
    assert "ce_toy" not in ids(asked("FR", SHIRT)) | ids(asked("FR", SHIRT), "unknown")


def test_what_would_settle_it_is_told() -> None:
    found = asked("FR", SHIRT, EARBUDS)
    assert one(found, "ce_radio").asks == ("lines.1.traits.radio",)
    assert one(found, "ce_radio").lines == (2,)
    assert one(asked("FR", {"description": "thing", "unit_price": "9 EUR"}), "ce_toy").asks == ("lines.0.hs",)
    camera = {**EARBUDS, "hs": "9013.80"}
    assert one(asked("US", camera), "fda_review").asks[0].startswith("whether line 1 is among: ")
    channel = one(asked("FR", {**EARBUDS, "traits": {"contains_battery": "alone"}}, channel=None), "lithium_alone_by_post")
    assert (channel.applies, channel.asks) == ("unknown", ("channel",))


def test_lines_that_are_sure_and_lines_that_may_are_told_apart() -> None:
    found = asked("FR", {**EARBUDS, "hs": "8517.13"}, EARBUDS, SHIRT)
    radio = {one.applies: one.lines for one in found.requirements if one.id == "ce_radio"}
    assert radio == {"yes": (1,), "unknown": (2,)}


def test_prohibitions_come_first() -> None:
    found = asked("US", {"description": "cigarettes", "hs": "2402.20", "unit_price": "9 EUR"}, channel="post")
    assert found.requirements[0].severity == "prohibited"
    assert {one.id for one in found.prohibited} == {"tobacco_by_mail"}
    severities = [SEVERITIES.index(one.severity) for one in found.requirements if one.applies == "yes"]
    assert severities == sorted(severities)


def test_batteries_by_post_and_by_courier() -> None:
    bank = {**EARBUDS, "traits": {"contains_battery": "alone"}}
    assert {one.id for one in asked("US", bank, channel="post").prohibited} == {"lithium_alone_by_post"}
    assert not asked("US", bank, channel="courier").prohibited
    assert "lithium_alone_by_air" in ids(asked("US", bank, channel="courier"))


def test_of_rules_of_one_name_the_nearest_holds() -> None:
    assert one(asked("IT"), "consignee_id").fact.id.startswith("consignee_id/IT/")
    found = asked({"country": "DE", "postcode": "10115"})
    assert len({one.id for one in found.requirements if one.applies == "yes"}) == len(
        [one for one in found.requirements if one.applies == "yes"]
    )


def test_northern_ireland_follows_the_union_for_goods() -> None:
    belfast, london = (
        asked({"country": "GB", "postcode": "BT1 5GS"}, EARBUDS),
        asked({"country": "GB", "postcode": "EC1A 1BB"}, EARBUDS),
    )
    assert "ce_electrical" in ids(belfast)
    assert "conformity_mark" not in ids(belfast)
    assert "conformity_mark" in ids(london)
    assert "responsible_person" not in ids(london)


def test_a_part_of_the_country_outside_its_customs_union_still_follows_its_state_inside_another() -> None:
    assert "packaging_register" in ids(asked({"country": "ES", "postcode": "38001"}))  # Canary Islands


def test_inside_a_customs_union_nothing_is_asked_at_the_border() -> None:
    found = asked("DE", ship_from="FR")
    assert not {one.topic for one in found.requirements} & {"identification", "declaration", "restriction"}
    assert "responsible_person" in ids(found)
    assert any("stays within the customs territory" in text for text in found.assumptions)


def test_meat_from_next_door() -> None:
    ham = {"description": "ham", "hs": "0210.11", "unit_price": "20 EUR"}
    assert "animal_products" in ids(asked("DE", ham))
    assert "animal_products" not in ids(asked("DE", ham, ship_from="CH")) | ids(asked("DE", ham, ship_from="CH"), "unknown")


# ------------------------------------------------------------------ what is given


def test_what_all_lines_say_is_given() -> None:
    lines = [{**SHIRT, "traits": {"responsible_person": True}}, SHIRT]
    assert one(asked("FR", *lines), "responsible_person").given == "unknown"
    assert one(asked("FR", lines[0], lines[0]), "responsible_person").given == "yes"
    lines[1] = {**SHIRT, "traits": {"responsible_person": False}}
    assert one(asked("FR", *lines), "responsible_person").given == "no"


def test_missing_is_what_is_required_and_not_there() -> None:
    found = asked("BR", traits={"consignee_id": "52998224725"})
    assert "consignee_id" not in {one.id for one in found.missing}
    assert "consignee_id" in {one.id for one in asked("BR").missing}


def test_a_fields_of_the_order_count_as_said() -> None:
    assert one(asked("DE"), "advance_data").given == "yes"
    assert one(asked("DE", {"description": "shirt", "unit_price": "9 EUR"}), "advance_data").given == "unknown"


# ------------------------------------------------------------------ what is not known


def test_silence_is_never_an_answer() -> None:
    found = asked("FJ")
    assert {one.area for one in found.coverage if one.state == "unknown"} == {
        "recipient",
        "declaration",
        "products",
        "restrictions",
    }
    assert len(found.not_known) == 4
    assert all("does not say that nothing is asked" in text for text in found.not_known)
    assert "not known" in str(found)
    assert "not known" in found.explain()


def test_coverage_names_every_area_everywhere() -> None:
    for place in ("DE", "US", "JP", "BR", "AQ"):
        assert [one.area for one in asked(place).coverage] == [
            "recipient",
            "declaration",
            "products",
            "restrictions",
            "transport",
        ]


def test_what_was_looked_for_and_not_found_is_told_with_its_source() -> None:
    recipient = asked("JP").coverage[0]
    assert recipient.state == "none_found"
    assert recipient.fact is not None


def test_a_missing_rate_leaves_it_open() -> None:
    order = {"ship_from": "CN", "ship_to": "MX", "channel": "courier", "lines": [{**SHIRT, "unit_price": "900.00 EUR"}]}
    found = requirements(order, on=ON)
    assert [one.asks for one in found.possible if one.id == "nom_information"] == [("rates",)]
    late = requirements(order, on=ON, latest_rates=True)
    assert any("limits compared at 1 EUR = " in text for text in late.assumptions)


# ------------------------------------------------------------------ answers


def test_every_requirement_has_its_evidence() -> None:
    for found in asked("DE", EARBUDS).requirements:
        assert found.fact.citation.title
        assert found.fact.value == found.what
        assert found.fact.confidence in ("high", "medium", "low")


def test_low_confidence_is_a_warning() -> None:
    found = asked("DE", SHIRT)
    assert any(text.startswith("substances_of_concern/EU/") and "confidence low" in text for text in found.warnings)


def test_an_answer_survives_json() -> None:
    found = asked("DE", EARBUDS, SHIRT)
    again = Requirements.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.explain() == found.explain()
    assert hash(again) == hash(found)
    json.loads(found.model_dump_json())


def test_explanations() -> None:
    found = asked("DE", EARBUDS, on="2026-10-01")
    assert "required from 2026-11-01" in found.explain()
    assert found.explain("markdown").startswith("**Import requirements of an order to DE")
    assert found._repr_html_() == found.explain("html")
    assert "<script>" not in asked("DE", {**SHIRT, "description": "<script>"}).explain("html")
    with pytest.raises(InvalidInput, match="unknown style"):
        found.explain("pdf")


def test_the_sentence_names_whom_it_is_about() -> None:
    found = asked("BR", SHIRT, EARBUDS, traits={"consignee_id": True})
    assert one(found, "consignee_id").applies_to == "order"
    assert one(found, "consignee_id").sentence.endswith("(order, from buyer or seller; the order gives it)")
    assert one(asked("FR", SHIRT, SHIRT), "textile_label").applies_to == "lines 1, 2"
    refused = asked("BR", traits={"consignee_id": False})
    assert "says it is not there" in one(refused, "consignee_id").sentence


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"traits": {"consigne_id": "1"}}, "traits.consigne_id"),
        ({"lines": [{**SHIRT, "traits": {"consignee_id": "1"}}]}, "lines.0.traits.consignee_id"),
        ({"traits": {"radio": True}}, "traits.radio"),
        ({"lines": [{**SHIRT, "traits": {"contains_battery": "yes"}}]}, "contains_battery"),
        ({"lines": [{**SHIRT, "goods_class": "unicorns"}]}, "goods_class"),
    ],
)
def test_what_would_be_ignored_is_refused(order: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requirements({"ship_from": "CN", "ship_to": "DE", "channel": "post", "lines": [SHIRT], **order}, on=ON)
    assert caught.value.field == field


def test_traits_of_the_destinations_other_laws_are_known() -> None:
    book = Rulebook.builtin()
    ours = law_of(book).vocabulary.traits
    place, own = next(
        (place, trait)
        for place in book.places
        for trait in book.jurisdiction(place).vocabulary.traits.values()
        if trait.name not in ours and trait.level == "order" and trait.values == "bool"
    )
    order = {"ship_from": "AQ", "ship_to": place, "lines": [SHIRT], "traits": {own.name: True}}
    assert requirements(order, on=ON).destination.startswith(place[:2])


# ------------------------------------------------------------------ the facts


def test_audit() -> None:
    assert audit() == []


def test_every_rule_holds_on_some_day_and_can_be_asked() -> None:
    law = law_of(Rulebook.builtin())
    assert sum(map(len, law.rules.values())) > 400
    for place, rules in law.rules.items():
        for rule in rules:
            start = rule.fact.valid_from or rule.fact.valid_to or date(2026, 1, 1)
            assert rule.fact.covers(start), rule.fact.id
            assert not rule.fact.valid_from or not rule.fact.covers(start - timedelta(days=1))
            assert rule.fact.place == place


def _copy(tmp_path: Path) -> Path:
    data = Path(str(files("xbcommerce"))) / "data"
    for name in ("rulebook.toml", "vocabulary.toml", "jurisdictions", "requirements", "lists"):
        (shutil.copytree if (data / name).is_dir() else shutil.copy)(data / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('id = "x"\nplaces = ["QQ"]', "no place"),
        ('id = "X y"\nplaces = ["NZ"]', "subject must be"),
        ('id = "x"\nplaces = ["NZ"]\ntopic = "tax"', "topic 'tax' is none of"),
        ('id = "x"\nplaces = ["NZ"]\nseverity = "grave"', "severity 'grave' is none of"),
        ('id = "x"\nplaces = ["NZ"]\ngoods = ["radios"]', "no group of goods 'radios'"),
        ('id = "x"\nplaces = ["NZ"]\nsay = ["nothing"]', "cannot say 'nothing'"),
        ('id = "x"\nplaces = ["NZ"]\ngiven_by = ["ghost"]', "given_by 'ghost' is none of"),
        ('id = "x"\nplaces = ["NZ"]\npattern = "["\nsay = ["consignee_id"]', "pattern"),
        ('id = "x"\nplaces = ["NZ"]\npattern = "a"', "one thing the order says"),
        ('id = "x"\nplaces = ["NZ"]\nwhen = { buyers = "consumer" }', "no such trait"),
        ('id = "x"\nplaces = ["NZ"]\nsource = "nowhere"', "source 'nowhere' is not defined"),
        ('id = "x"\nplaces = ["NZ"]\nwhy = "so"', "unknown key 'why'"),
        ('id = "x"\nplaces = 3', "places is a list of texts"),
    ],
)
def test_broken_rows(tmp_path: Path, row: str, message: str) -> None:
    folder = _copy(tmp_path)
    given = {line.partition(" ")[0] for line in row.splitlines()}
    rest = {"topic": '"label"', "severity": '"required"', "what": '"x"', "source": '"unseen"', "confidence": '"low"'}
    lines = [row, *(f"{key} = {value}" for key, value in rest.items() if key not in given)]
    with (folder / "requirements" / "oceania.toml").open("a") as file:
        file.write("\n[[requirement]]\n" + "\n".join(lines) + "\n")
    (problem,) = audit(Rulebook(folder))
    assert "requirements/oceania.toml" in problem
    assert message in problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[goods.x]\nclasses = ['unicorn']\n", "no goods class 'unicorn'"),
        ("\n[goods.x]\ntrait = 'consignee_id'\n", "no yes-or-no trait of a line"),
        ("\n[goods.x]\nhs = ['9']\n", "cannot read '9'"),
        ("\n[goods.x]\ncolour = 'red'\n", "unknown key 'colour'"),
        ("\nfiles = [\n", "index.toml"),
    ],
)
def test_broken_index(tmp_path: Path, text: str, message: str) -> None:
    folder = _copy(tmp_path)
    with (folder / "requirements" / "index.toml").open("a") as file:
        file.write(text)
    (problem,) = audit(Rulebook(folder))
    assert message in problem


def test_the_audit_finds_overlaps_gaps_bare_claims_and_unused_groups(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    row = '\n[[requirement]]\nid = "{id}"\nplaces = ["NZ"]\ntopic = "label"\nseverity = "required"\nwhat = "x"\nsource = "unseen"\n{more}\n'
    with (folder / "requirements" / "oceania.toml").open("a") as file:
        file.write(row.format(id="twice", more='confidence = "low"\nvalid_from = 2020-01-01'))
        file.write(row.format(id="twice", more='confidence = "low"\nvalid_from = 2021-01-01'))
        file.write(row.format(id="gap", more='confidence = "low"\nvalid_to = 2020-01-01'))
        file.write(row.format(id="gap", more='confidence = "low"\nvalid_from = 2021-01-01'))
        file.write(row.format(id="sure", more='confidence = "high"'))
    with (folder / "requirements" / "index.toml").open("a") as file:
        file.write("\n[goods.nobody]\nhs = ['01']\n")
    found = "\n".join(audit(Rulebook(folder)))
    assert "twice/NZ/2020-01-01 and twice/NZ/2021-01-01 hold on the same day" in found
    assert "gap/NZ/2021-01-01 does not follow on it" in found
    assert "sure/NZ/always: no page was seen, and its confidence is high" in found
    assert "goods nobody: no requirement is about them" in found


def test_a_file_that_nobody_lists_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "requirements" / "moon.toml").write_text("")
    with pytest.raises(RulebookError, match=r"files and folder differ: moon\.toml"):
        requirements({"ship_from": "CN", "ship_to": "DE", "lines": [SHIRT]}, on=ON, rulebook=Rulebook(folder))


# ------------------------------------------------------------------ properties

PLACES = st.sampled_from(["AE", "AU", "BR", "CA", "CN", "DE", "FJ", "GB", "ID", "IN", "JP", "KR", "MX", "SA", "TR", "US", "ZA"])
LINES = st.lists(
    st.fixed_dictionaries(
        {"description": st.sampled_from(["thing", ""]), "unit_price": st.sampled_from(["1 EUR", "2000 EUR"])},
        optional={
            "hs": st.sampled_from(["6109.10", "8517.13", "9503.00", "2402.20", "3304.99", "0406.10", "8518.30", "4202.21"]),
            "goods_class": st.sampled_from(["standard", "toy", "electronics", "cosmetics", "food"]),
            "traits": st.fixed_dictionaries(
                {}, optional={"radio": st.booleans(), "contains_battery": st.sampled_from(["none", "alone"])}
            ),
        },
    ),
    min_size=1,
    max_size=3,
)
DAYS = st.dates(date(2015, 1, 1), date(2030, 1, 1))


@settings(max_examples=60, deadline=None)
@given(PLACES, LINES, DAYS, st.sampled_from(["post", "courier", None]))
def test_any_order_has_an_answer_and_saying_more_settles(
    place: str, lines: list[dict[str, object]], on: date, channel: str | None
) -> None:
    order = {"ship_from": "US" if place != "US" else "CN", "ship_to": place, "lines": lines, "channel": channel}
    found = requirements(order, on=on, rates={"EUR/USD": "1.10"})
    assert len({(one.id, one.applies) for one in found.requirements}) == len(found.requirements)
    for each in found.requirements:
        assert bool(each.asks) == (each.applies == "unknown")
        assert all(1 <= line <= len(lines) for line in each.lines)
        assert each.fact.valid_from is None or each.fact.valid_from <= on
        assert each.fact.valid_to is None or on <= each.fact.valid_to
    for each in found.coming:
        assert each.fact.valid_from > on
    if channel is None:  # what a channel settles was possible before
        told = requirements({**order, "channel": "post"}, on=on, rates={"EUR/USD": "1.10"})
        assert {one.id for one in told.requirements} <= {one.id for one in found.requirements}


@settings(max_examples=40, deadline=None)
@given(PLACES, LINES, DAYS)
def test_the_order_of_lines_does_not_matter(place: str, lines: list[dict[str, object]], on: date) -> None:
    order = {"ship_from": "US", "ship_to": place, "channel": "courier"}
    one_way = requirements({**order, "lines": lines}, on=on, rates={"EUR/USD": "1.10"})
    other = requirements({**order, "lines": lines[::-1]}, on=on, rates={"EUR/USD": "1.10"})
    turned = {(one.id, one.applies, tuple(sorted(len(lines) + 1 - line for line in one.lines))) for one in other.requirements}
    assert {(one.id, one.applies, one.lines) for one in one_way.requirements} == turned


def test_the_coverage_page_is_made_from_the_rulebook() -> None:
    import importlib.util

    root = Path(__file__).parents[3]
    spec = importlib.util.spec_from_file_location("requirements_page", root / "tools" / "requirements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (root / "docs" / "coverage" / "requirements.md").read_text(encoding="utf-8")
    assert page == module.page(law_of(Rulebook.builtin())) + "\n"


# ---------------------------------------------------------------------- what a code leaves without doubt


@pytest.mark.parametrize("hs", ["6109.10", "4901.99", "6912.00", "3304.10"])
def test_no_battery_is_possible_where_the_code_excludes_it(hs: str) -> None:
    line = {"description": "goods", "hs": hs, "origin": "CN", "unit_price": "12.00 EUR"}
    found = asked("DE", line, channel="post")
    assert not [one for one in found.possible if "lines.0.traits.contains_battery" in one.asks]
    assert "contains_battery of line 1 taken from its commodity code: none" in found.assumptions
    told = asked("DE", {**line, "traits": {"contains_battery": "in_equipment"}}, channel="post")
    assert "lithium_in_by_post" in ids(told)


def test_a_battery_stays_possible_where_the_code_leaves_it_open() -> None:
    toy = {"description": "toy", "hs": "9503.00", "unit_price": "9 EUR"}
    vague = {"description": "thing", "unit_price": "9 EUR"}
    for line in (EARBUDS, toy, vague):
        assert "lithium_in_by_post" in ids(asked("DE", line, channel="post"), "unknown")


def test_what_is_taken_from_silence_is_checked(tmp_path: Path) -> None:
    for number, text in enumerate(('goods = "nothing"\nvalue = "none"', 'goods = "battery"\nvalue = "perhaps"')):
        (tmp_path / str(number)).mkdir()
        folder = _copy(tmp_path / str(number))
        index = folder / "requirements" / "index.toml"
        old = '[silent.contains_battery]\ngoods = "battery"\nvalue = "none"'
        whole = index.read_text(encoding="utf-8")
        assert old in whole
        index.write_text(whole.replace(old, f"[silent.contains_battery]\n{text}"), encoding="utf-8")
        with pytest.raises((RulebookError, InvalidInput)):
            law_of(Rulebook(folder))
