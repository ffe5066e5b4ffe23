from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.conftest import HEAD, RATE, TABLE, fact

from xbcommerce.errors import AmbiguousRule, InvalidInput, RulebookError, UnknownFact
from xbcommerce.rules import Rulebook

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
