from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, datetime

import pytest
from tests.conftest import HEAD, RATE, TABLE, fact

from xbcommerce.errors import AmbiguousRule, InvalidInput, RulebookError, UnknownFact
from xbcommerce.rules import Rulebook
from xbcommerce.rules.rulebook import parse_jurisdiction

Make = Callable[..., Rulebook]
SERIES = (
    fact("tax.rate", "19", "%", valid_from="2016-01-01", valid_to="2020-06-30")
    + fact("tax.rate", "16", "%", valid_from="2020-07-01", valid_to="2020-12-31")
    + fact("tax.rate", "19", "%", valid_from="2021-01-01")
    + fact("tax.rate", "21", "%", valid_from="2030-01-01", status='"proposed"')
    + fact("tax.rate", "7", "%", valid_from="2021-01-01", scope='{ goods_class = ["book_print", "food"] }')
)


@pytest.mark.parametrize(
    ("on", "rate"),
    [("2020-06-30", "19 %"), ("2020-07-01", "16 %"), ("2020-12-31", "16 %"), ("2021-01-01", "19 %"), ("2040-01-01", "19 %")],
)
def test_both_ends_are_inclusive(make_rulebook: Make, on: str, rate: str) -> None:
    assert make_rulebook(JP=SERIES).fact("tax.rate", "JP", on=date.fromisoformat(on)).text == rate


def test_most_specific_scope_answers(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)
    on = date(2026, 1, 1)
    assert rulebook.fact("tax.rate", "JP", on=on, goods_class="food").text == "7 %"
    assert rulebook.fact("tax.rate", "JP", on=on, goods_class="standard").text == "19 %"
    assert rulebook.fact("tax.rate", "JP", on=on, goods_class="food").id == "tax.rate/JP/2021-01-01/goods_class=book_print|food"


def test_places_are_asked_in_their_order(make_rulebook: Make) -> None:
    rulebook = make_rulebook(CA=RATE + fact("tax.rate", "13", "%", place='"CA-ON"'))
    on = date(2026, 1, 1)
    assert rulebook.fact("tax.rate", ["CA-ON", "CA"], on=on).text == "13 %"
    assert rulebook.fact("tax.rate", ["CA-AB", "CA"], on=on).text == "10 %"
    assert rulebook.fact("tax.rate", "CA-ON", on=on).text == "13 %"


def test_unknown_subject_and_unknown_day_are_told_apart(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)
    with pytest.raises(UnknownFact, match=r"not known on 1950-01-01; known: tax.rate/JP/2016-01-01 until 2020-06-30"):
        rulebook.fact("tax.rate", "JP", on=date(1950, 1, 1))
    with pytest.raises(UnknownFact, match=r"no subject of the rulebook.*did you mean 'tax.rate'"):
        rulebook.fact("tax.rat", "JP", on=date(2026, 1, 1))
    with pytest.raises(UnknownFact, match="is not known for JP"):
        rulebook.fact("tax.gift_relief", "JP", on=date(2026, 1, 1))
    for _ in range(2):  # remembered errors say the same
        with pytest.raises(UnknownFact, match="has no law of"):
            rulebook.jurisdiction("FR")


def test_suspended_and_proposed_facts_are_never_applied(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=fact("fee.handling", "2", "EUR", status='"suspended"'))
    with pytest.raises(UnknownFact, match="suspended"):
        rulebook.fact("fee.handling", "JP", on=date(2026, 1, 1))
    assert [item.status for item in rulebook.facts("JP")] == ["suspended"]
    assert rulebook.facts("JP", date(2026, 1, 1)) == ()


def test_firm_facts_go_before_presumed_ones(make_rulebook: Make) -> None:
    both = fact("tax.rate", "7", "%", status='"presumed"') + RATE
    assert make_rulebook(JP=both).fact("tax.rate", "JP", on=date(2026, 1, 1)).text == "10 %"


def test_equal_rank_is_ambiguous(make_rulebook: Make) -> None:
    crossing = fact("tax.rate", "1", "%", scope='{ origin = "CN" }') + fact("tax.rate", "2", "%", scope='{ channel = "post" }')
    with pytest.raises(AmbiguousRule):
        make_rulebook(JP=crossing).fact("tax.rate", "JP", on=date(2026, 1, 1), origin="CN", channel="post")


def test_overlays_are_layers(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)
    on = date(2026, 1, 1)
    row = {"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%"}
    first = rulebook.overlay("first", [row])
    second = first.overlay("second", [{**row, "value": "30", "valid_from": date(2026, 7, 1)}])
    assert first.fact("tax.rate", "JP", on=on, goods_class="food").text == "25 %"
    assert second.fact("tax.rate", "JP", on=on).layer == "first"
    assert second.fact("tax.rate", "JP", on=date(2026, 7, 1)).layer == "second"
    assert rulebook.fact("tax.rate", "JP", on=on).layer == "built-in"
    assert second.layers == ("second", "first")
    assert len({rulebook.sha256, first.sha256, second.sha256}) == 3
    assert [item.layer for item in second.facts("JP", on)] == ["first", "built-in", "built-in"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"place": "JP", "value": "25", "unit": "%"}, "subject"),
        ({"subject": "tax.rate", "value": "25", "unit": "%"}, "place is missing"),
        ({"subject": "tax.rate", "place": "JP", "value": 25, "unit": "%"}, "text in quotes"),
        ({"subject": "tax.rate", "place": "JP", "value": "1e400", "unit": "%"}, "plausible"),
        ({"subject": "tax.rate", "place": "JP", "value": "NaN", "unit": "%"}, "plausible"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "pct"}, "unit"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%", "until": 1}, "unknown key"),
        ({"subject": "tax.rat", "place": "JP", "value": "25", "unit": "%"}, "did you mean 'tax.rate'"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%", "status": "maybe"}, "status"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%", "confidence": "sure"}, "confidence"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "bool"}, "true or false"),
        ({"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%", "scope": "x"}, "scope"),
    ],
)
def test_overlay_rows_are_checked_like_built_in_ones(make_rulebook: Make, row: dict[str, object], said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        make_rulebook(JP=SERIES).overlay("x", [row])


@pytest.mark.parametrize("name", ["", "built-in"])
def test_layers_have_names(make_rulebook: Make, name: str) -> None:
    with pytest.raises(InvalidInput):
        make_rulebook(JP=SERIES).overlay(name, [])


def test_changes_tell_what_starts_and_ends(make_rulebook: Make) -> None:
    ending = fact("customs.duty_relief", "150", "EUR", valid_from="2018-01-01", valid_to="2020-07-31")
    rulebook = make_rulebook(JP=SERIES + ending)
    changes = rulebook.changes(date(2020, 7, 1), date(2020, 8, 1))
    assert [(str(change.day), change.kind, change.fact.text) for change in changes] == [
        ("2020-07-01", "starts", "16 %"),
        ("2020-08-01", "ends", "150 EUR"),
    ]
    assert "tax.rate/JP/2020-07-01" in str(changes[0])
    assert [change.fact.status for change in rulebook.changes(date(2030, 1, 1), date(2030, 1, 1))] == ["proposed"]
    with pytest.raises(InvalidInput, match="before"):
        rulebook.changes(date(2021, 1, 1), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "JP.toml"),
        ('name = "no place"', "unknown key|place is missing"),
        (HEAD.format(place="JP") + "[[facts]]\n", "did you mean 'fact'"),
        (
            HEAD.format(place="JP") + '[[fact]]\nsubject = "tax.rate"\nvalue = "1"\nunit = "%"\nsource = "akt"\n',
            "did you mean 'act'",
        ),
        (HEAD.format(place="JP") + fact("tax.rate", "1", "%", valid_from="2020-01-01T00:00:00"), "calendar date"),
        (
            HEAD.format(place="JP") + fact("tax.rate", "1", "%", valid_from="2021-01-01", valid_to="2020-01-01"),
            "before valid_from",
        ),
        (HEAD.format(place="JP") + fact("tax.rat", "1", "%"), "no vocabulary"),
        (HEAD.format(place="JP") + fact("Tax Rate", "1", "%"), "lower-case"),
        (HEAD.format(place="JP") + fact("tax.rate", "1", "%", scope='{ colour = "red" }'), "no known trait"),
        (HEAD.format(place="JP") + fact("tax.rate", "1", "%", scope='{ goods_class = "booc" }'), "domain"),
        (HEAD.format(place="JP") + "[trait.x]\nvalues = 3\n", "values must be"),
        (HEAD.format(place="JP") + TABLE.replace('regimes = ["entry"]\n', ""), "either regimes or refuse"),
        (HEAD.format(place="JP") + TABLE + TABLE.replace('[[table]]\nid = "import"\n', ""), "same id"),
        (HEAD.format(place="JP") + TABLE.replace('id = "import"', 'id = "import"\non = "parcel"'), "consignment"),
        (HEAD.format(place="JP") + TABLE.replace('id = "import"', 'id = "import"\nchoices = { colour = ["red"] }'), "choice"),
        (HEAD.format(place="JP") + '[[regime]]\nsource = "act"\n', "id is missing"),
        (HEAD.format(place="JP") + '[source.x]\nurl = "u"\n', "title is missing"),
        (HEAD.format(place="JP") + '[source.x]\ntitle = "t"\nadress = "u"\n', "unknown key"),
    ],
)
def test_a_broken_file_is_a_clear_error(make_rulebook: Make, text: str, said: str) -> None:
    rulebook = make_rulebook(JP='place = "JP"')
    path = rulebook._folder.joinpath("jurisdictions", "JP.toml")
    path.write_text(text)  # type: ignore[attr-defined]
    with pytest.raises(RulebookError, match=said) as caught:
        rulebook.jurisdiction("JP")
    assert "JP.toml" in str(caught.value)


def test_the_built_in_rulebook_is_one_and_knows_itself() -> None:
    rulebook = Rulebook.builtin()
    assert Rulebook.builtin() is rulebook
    assert Rulebook.pin(rulebook.version) is rulebook
    assert len(rulebook.sha256) == 64
    assert rulebook.horizon >= date(2026, 11, 22)
    with pytest.raises(RulebookError, match="is installed"):
        Rulebook.pin("1999.01.1")


def test_concurrent_first_use_gives_one_answer(make_rulebook: Make) -> None:
    from concurrent.futures import ThreadPoolExecutor

    rulebook = make_rulebook(JP=SERIES)
    with ThreadPoolExecutor(8) as pool:
        files = set(pool.map(lambda _: id(rulebook.jurisdiction("JP")), range(64)))
        rates = set(pool.map(lambda _: rulebook.fact("tax.rate", "JP", on=date(2026, 1, 1)).text, range(64)))
    assert (len(files), rates) == (1, {"19 %"})


LAID = {"subject": "tax.rate", "place": "JP", "value": "25", "unit": "%"}


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"scope": {"goods_clas": "food"}}, "scope", "did you mean 'goods_class'"),
        ({"scope": {"goods_class": ["standart"]}}, "scope.goods_class", "did you mean 'standard'"),
        ({"scope": {"origin": "Viet Nam"}}, "scope.origin", "domain of origin"),
        ({"scope": {"goods_class": [1]}}, "scope.goods_class", "texts or true or false"),
        ({"scope": {1: "food"}}, "scope", "table of traits"),
        ({"place": "Germany"}, "place", "is no place"),
        ({"place": "jp"}, "place", "did you mean 'JP'"),
        ({"place": "US-XX"}, "place", "is no place"),
        ({"place": 5}, "place", "text in quotes"),
        ({"law": 7}, "law", "text in quotes"),
        ({"note": None}, "note", "text in quotes"),
        ({"source": 5}, "source", "text in quotes"),
        ({"source": {"title": "Act", "url": 5}}, "url", "text in quotes"),
        ({"source": {"title": "Act", "review_every": "a year"}}, "review_every", "number of days"),
        ({"source": {"url": "https://example.org"}}, "title", "title is missing"),
        ({"value": "1e3"}, "value", "plausible"),
        ({"valid_to": date.max}, "valid_to", "leave it out"),
        ({"unit": ["%"]}, "unit", "unit"),
        ({1: 2}, None, "unknown key"),
    ],
)
def test_an_overlay_that_would_be_ignored_or_break_later_is_refused(
    make_rulebook: Make, more: dict[str, object], field: str | None, said: str
) -> None:
    with pytest.raises(RulebookError, match=said) as caught:
        make_rulebook(JP=SERIES).overlay("x", [{**LAID, **more}])
    assert caught.value.field == field
    assert str(caught.value).startswith("layer 'x', row 1")


def test_an_overlay_may_name_any_place_and_trait_of_the_law(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES, EU=RATE)
    for place in ("JP", "EU", "FR", "US-CA", "XI", "IT-LIVIGNO"):
        scoped = rulebook.overlay("x", [{**LAID, "place": place, "scope": {"goods_class": ("food", "toy"), "gift": True}}])
        assert scoped.fact("tax.rate", place, on="2026-01-01", goods_class="toy", gift=True).layer == "x"


@pytest.mark.parametrize("facts", [[5], ["x"], [None], [[]]])
def test_an_overlay_is_made_of_tables(make_rulebook: Make, facts: list[object]) -> None:
    with pytest.raises(RulebookError, match="a fact is a table"):
        make_rulebook(JP=SERIES).overlay("x", facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("facts", [5, None, LAID, "x"])
def test_an_overlay_is_a_list(make_rulebook: Make, facts: object) -> None:
    with pytest.raises(InvalidInput, match="list of facts"):
        make_rulebook(JP=SERIES).overlay("x", facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scope", "field", "said"),
    [
        ({"goods_clas": "food"}, "goods_clas", "did you mean 'goods_class'"),
        ({"goods_class": "fod"}, "goods_class", "did you mean 'food'"),
        ({"goods_class": None}, "goods_class", "is none of"),
        ({"gift": 1}, "gift", "is none of bool"),
    ],
)
def test_traits_of_a_question_are_checked(make_rulebook: Make, scope: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        make_rulebook(JP=SERIES).fact("tax.rate", "JP", on="2026-01-01", **scope)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert caught.value.allowed


def test_a_files_own_traits_may_be_asked_with(make_rulebook: Make) -> None:
    own = '[trait.jp_rite]\nmeaning = "rite"\nvalues = ["tea"]\n' + fact("tax.rate", "1", "%", scope='{ jp_rite = "tea" }')
    rulebook = make_rulebook(JP=own, CA=RATE)
    assert rulebook.fact("tax.rate", "JP", on="2026-01-01", jp_rite="tea").text == "1 %"
    with pytest.raises(InvalidInput, match="no trait 'jp_rite'"):
        rulebook.fact("tax.rate", "CA", on="2026-01-01", jp_rite="tea")


@pytest.mark.parametrize(
    ("subject", "place"), [(5, "JP"), ("tax.rate", 5), ("tax.rate", []), ("tax.rate", [5]), ("tax.rate", None)]
)
def test_a_question_has_a_subject_and_a_place(make_rulebook: Make, subject: object, place: object) -> None:
    with pytest.raises(InvalidInput):
        make_rulebook(JP=SERIES).fact(subject, place, on="2026-01-01")  # type: ignore[arg-type]


def test_days_may_be_texts_and_are_days(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)
    assert rulebook.fact("tax.rate", "JP", on="2020-08-01") is rulebook.fact("tax.rate", "JP", on=date(2020, 8, 1))
    assert rulebook.facts("JP", "2020-08-01") == rulebook.facts("JP", date(2020, 8, 1))
    assert rulebook.changes("2020-07-01", "2020-07-31") == rulebook.changes(date(2020, 7, 1), date(2020, 7, 31))
    for day in (datetime(2020, 8, 1), "2020-8-1", 20200801):
        for ask in (
            lambda day: rulebook.fact("tax.rate", "JP", on=day),
            lambda day: rulebook.facts("JP", day),
            lambda day: rulebook.changes(day, "2030-01-01"),
            lambda day: rulebook.changes("2000-01-01", day),
        ):
            with pytest.raises(InvalidInput, match="calendar day"):
                ask(day)


def test_remembered_errors_keep_what_they_say(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)
    raised = []
    for _ in range(2):
        with pytest.raises(UnknownFact, match=r"did you mean 'tax\.rate'") as caught:
            rulebook.fact("tax.rat", "JP", on="2026-01-01")
        raised.append(caught.value)
    first, second = raised
    assert first is not second
    assert first.hint == second.hint == "did you mean 'tax.rate'?"
    assert (second.field, second.value, second.on) == ("tax.rat", "JP", date(2026, 1, 1))
    assert str(first) == str(second)
    assert str(first).count("did you mean") == 1


def test_a_file_tried_out_has_a_digest_of_its_own(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=SERIES)

    def tried(rate: str) -> Rulebook:
        document = tomllib.loads(HEAD.format(place="NZ") + fact("tax.rate", rate, "%"))
        return rulebook.with_file(parse_jurisdiction(document, rulebook.words_for(document), "NZ.toml"))

    one, other = tried("15"), tried("12")
    assert len({rulebook.sha256, one.sha256, other.sha256}) == 3
    assert tried("15").sha256 == one.sha256
    laid = one.overlay("x", [LAID])
    assert laid.sha256 not in (one.sha256, rulebook.overlay("x", [LAID]).sha256)
    assert laid.places == one.places == ("JP", "NZ")
    assert laid.fact("tax.rate", "NZ", on="2026-01-01").text == "15 %"


@pytest.mark.parametrize(
    "text",
    ["subject = 5", "trait = 5", "source = 5", "fact = 5", "table = 5", "regime = 5", "measure = 5", "defaults = 5", "uses = 5",
     "uses = [5]", "name = 5", "fact = [5]", "table = [5]", "regime = [5]", "[subject]\nx = 5", "[subject.x]\nmeanin = 'x'",
     "[trait]\nx = 5", "[trait.x]\nvalues = [5]", "[trait.x]\nvalues = 'bool'\nlevel = 'lines'", "[trait.x]\nvalues = 'bool'\ndefault = 5",
     "[source.x]\ntitle = 't'\nurl = 5", "x = " + "[" * 5000],
)  # fmt: skip
def test_a_file_of_the_wrong_shape_is_a_clear_error(make_rulebook: Make, text: str) -> None:
    rulebook = make_rulebook(JP="place = 'JP'\n" + text)
    with pytest.raises(RulebookError, match=r"^JP.toml") as caught:
        rulebook.jurisdiction("JP")
    assert len(str(caught.value)) < 400
