"""Selection, choices, alternatives, days, places, currencies: what stands around the steps."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from tests.conftest import RATE, TABLE, fact, regime

from xbcommerce.errors import AmbiguousRule, InvalidInput, PresumedFact, RateUnavailable, RulebookError, UnknownFact
from xbcommerce.landed import Quote, alternatives, batch, quote
from xbcommerce.rules import Rulebook
from xbcommerce.rules.facts import Fact
from xbcommerce.tariff import Duty

Make = Callable[..., Rulebook]
ON = "2026-03-01"
ORDER: dict[str, Any] = {"ship_from": "CN", "ship_to": "JP", "lines": [{"price": "100 EUR", "origin": "CN"}]}


def ask(rulebook: Rulebook, on: Any = ON, rates: Any = None, **order: Any) -> Quote:
    return quote({**ORDER, **order}, on=on, rulebook=rulebook, rates=rates)


def at(place: str, by: str = "carrier", debtor: str = "customer") -> str:
    return f'at = "{place}", by = "{by}", from = "{debtor}", currency = "EUR", round = {{ mode = "half-up", to = "0.01" }}'


CHOICES = """
[[table]]
id = "import"
dated_by = "payment"
choices = { scheme = ["standard", "ioss"], preference = [false, true] }
[[table.row]]
id = "T1"
valid_from = 2018-01-01
when = { scheme = "ioss", preference = true }
refuse = "no preference is possible under the scheme"
source = "act"
[[table.row]]
id = "T2"
valid_from = 2018-01-01
when = { scheme = "ioss", buyer = "consumer", goods = { up_to = "customs.duty_relief" } }
regimes = ["sale"]
source = "act"
[[table.row]]
id = "T3"
valid_from = 2018-01-01
when = { scheme = "standard", preference = true }
regimes = ["free"]
source = "act"
[[table.row]]
id = "T4"
valid_from = 2018-01-01
when = { scheme = "standard" }
regimes = ["entry"]
source = "act"
"""


@pytest.fixture
def choosing(make_rulebook: Make) -> Rulebook:
    sale = regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }', id="sale", bill=at("sale", "seller"))
    free = regime('{ charge = "vat", base = ["goods"], rate = "0 %" }', id="free")
    entry = regime(
        '{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }, { charge = "vat", base = ["goods", "duty"], rate = "tax.rate" }'
    )
    return make_rulebook(JP=RATE + fact("customs.duty_relief", "150", "EUR") + sale + free + entry + CHOICES)


def test_first_row_that_holds_fires(choosing: Rulebook) -> None:
    found = ask(choosing, scheme="ioss")
    assert (found.decided_by, found.regimes, found.choices) == (("T2",), ("sale",), {"scheme": "ioss", "preference": "false"})
    assert found.charges["vat"].collector == "seller"


def test_silence_takes_the_first_choice_and_says_so(choosing: Rulebook) -> None:
    found = ask(choosing, lines=[{"price": "100 EUR", "duty": "5 %"}])
    assert found.decided_by == ("T4",)
    assert any("scheme assumed: standard" in text for text in found.assumptions)


def test_unknown_choice_is_refused(choosing: Rulebook) -> None:
    with pytest.raises(InvalidInput, match="accepted: standard, ioss"):
        ask(choosing, scheme="voec")


def test_no_row_and_refused_row_are_unknown_facts(choosing: Rulebook) -> None:
    with pytest.raises(UnknownFact, match="no row of the import table"):
        ask(choosing, scheme="ioss", lines=[{"price": "150.01 EUR"}])
    with pytest.raises(UnknownFact, match="row T1: no preference"):
        ask(choosing, scheme="ioss", preference=True)
    with pytest.raises(UnknownFact, match="begins on 2018-01-01"):
        ask(choosing, on="1950-01-01")


def test_alternatives_are_the_table_with_its_choices_flipped(choosing: Rulebook) -> None:
    order = {**ORDER, "lines": [{"price": "100 EUR", "duty": "5 %"}]}
    found = alternatives(order, on=ON, rulebook=choosing)
    assert [
        (item.choices["scheme"], item.choices["preference"], str(item.quote.total) if item.quote else item.reason)
        for item in found
    ] == [
        ("standard", "true", "0.00 EUR"),
        ("ioss", "false", "10.00 EUR"),
        ("standard", "false", "15.50 EUR"),
        ("ioss", "true", "JP, row T1: no preference is possible under the scheme"),
    ]
    assert [item.choices for item in ask(choosing, lines=order["lines"]).alternatives()] == [item.choices for item in found]


def test_selection_by_line_splits_the_parcel(make_rulebook: Make) -> None:
    table = """
[[table]]
id = "import"
on = "line"
[[table.row]]
id = "L1"
valid_from = 2018-01-01
when = { "unit.goods" = { below = "tax.threshold.point_of_sale" } }
regimes = ["sale"]
source = "act"
[[table.row]]
id = "L2"
valid_from = 2018-01-01
regimes = ["entry"]
source = "act"
"""
    steps = '{ charge = "vat", base = ["goods", "freight"], rate = "tax.rate" }'
    law = (
        RATE
        + fact("tax.threshold.point_of_sale", "3000", "EUR")
        + regime(steps, id="sale", bill=at("sale", "platform"))
        + regime(steps)
        + table
    )
    found = ask(
        make_rulebook(JP=law), lines=[{"unit_price": "1600 EUR", "quantity": 2}, {"price": "3200 EUR"}], freight="64 EUR"
    )
    assert found.decided_by == ("L1", "L2")
    assert {name: (str(charge.amount), charge.at) for name, charge in found.charges.items()} == {
        "vat": ("323.20 EUR", "sale"),
        "border.vat": ("323.20 EUR", "border"),
    }
    assert [list(line.charges) for line in found.lines] == [["vat"], ["border.vat"]]


def test_rows_about_lines_must_hold_for_all_lines(make_rulebook: Make) -> None:
    table = TABLE.replace(
        "[[table.row]]",
        '[[table.row]]\nid = "T0"\nvalid_from = 2018-01-01\nwhen = { goods_class = { none_of = ["alcohol"] } }\nregimes = []\nsource = "act"\n[[table.row]]',
    )
    rulebook = make_rulebook(JP=RATE + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }') + table)
    free = ask(rulebook, rates={"EUR/JPY": "150"})
    assert free.decided_by == ("T0",)
    assert not free.charges
    mixed = ask(rulebook, lines=[{"price": "1 EUR"}, {"price": "1 EUR", "goods_class": "alcohol"}])
    assert mixed.decided_by == ("T1",)


ANY = TABLE.replace(
    "[[table.row]]",
    '[[table.row]]\nid = "T0"\nvalid_from = 2018-01-01\nwhen = { buyer = "consumer" }\nany_line = { origin = ["CN"], "line.goods" = { above = "fee.entry" } }\nregimes = []\nsource = "act"\n[[table.row]]',
)


def test_one_line_may_decide_for_the_consignment(make_rulebook: Make) -> None:
    vat = regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }')
    rulebook = make_rulebook(JP=RATE + fact("fee.entry", "250", "EUR") + vat + ANY)
    dear, cheap, other = (
        {"price": "251 EUR", "origin": "CN"},
        {"price": "250 EUR", "origin": "CN"},
        {"price": "300 EUR", "origin": "VN"},
    )
    unknown = {"price": "300 EUR"}
    for lines, row in (([dear, other], "T0"), ([cheap, other], "T1"), ([other, cheap, dear], "T0"), ([dear, unknown], "T0")):
        for given in (lines, lines[::-1]):
            assert ask(rulebook, lines=given, rates={"EUR/JPY": "150"}).decided_by == (row,)
    with pytest.raises(UnknownFact, match="origin of line 2"):
        ask(rulebook, lines=[cheap, unknown])
    order_level = ANY.replace("any_line = {", 'any_line = { channel = "post",')
    with pytest.raises(RulebookError, match="any_line holds conditions about lines"):
        ask(make_rulebook(JP=RATE + fact("fee.entry", "250", "EUR") + vat + order_level))


def test_each_bill_has_its_day(make_rulebook: Make) -> None:
    rates = fact("tax.rate", "10", "%", valid_to="2026-06-30") + fact("tax.rate", "20", "%", valid_from="2026-07-01")
    bill = at("border") + ', dated_by = "entry"'
    law = rates + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }', bill=bill) + TABLE
    rulebook = make_rulebook(JP=law)
    assert str(ask(rulebook, on="2026-06-30").total) == "10.00 EUR"
    assert str(ask(rulebook, on="2026-07-01").total) == "20.00 EUR"
    assert str(ask(rulebook, on="2026-06-30", dates={"entry": date(2026, 7, 1)}).total) == "20.00 EUR"


@pytest.mark.parametrize("on", ["yesterday", "2026-13-01", 20260301, None, datetime(2026, 3, 1), "2026-03-01T00:00"])
def test_the_day_is_a_calendar_day(choosing: Rulebook, on: object) -> None:
    with pytest.raises(InvalidInput, match="calendar day"):
        ask(choosing, on=on)


def test_missing_trait_is_never_false(make_rulebook: Make) -> None:
    law = RATE + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate", when = { channel = "post" } }') + TABLE
    with pytest.raises(UnknownFact, match="asks for channel") as caught:
        ask(make_rulebook(JP=law))
    assert caught.value.allowed == ("post", "courier", "freight")


def test_declared_traits_of_a_file(make_rulebook: Make) -> None:
    trait = '[trait.certified]\nmeaning = "platform is certified"\nvalues = "bool"\n[trait.list]\nmeaning = "list"\nvalues = ["a", "b"]\nlevel = "line"\ndefault = "a"\n'
    law = (
        trait
        + RATE
        + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate", when = { certified = true, list = "a" } }')
        + TABLE
    )
    rulebook = make_rulebook(JP=law)
    assert ask(rulebook, traits={"certified": True}).charges
    assert not ask(rulebook, traits={"certified": False}).charges
    with pytest.raises(UnknownFact, match="certified"):
        ask(rulebook)
    with pytest.raises(InvalidInput, match="no trait"):
        ask(rulebook, traits={"certfied": True})
    with pytest.raises(InvalidInput, match="none of a, b"):
        ask(rulebook, traits={"certified": True}, lines=[{"price": "1 EUR", "traits": {"list": "c"}}])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"traits": {"goods_class": "book_print"}}, "goods_class is a trait of each line"),
        ({"lines": [{"price": "1 EUR", "traits": {"channel": "post"}}]}, "channel is a trait of the order"),
        ({"channel": "courier", "traits": {"channel": "post"}}, "traits.channel is 'post', and channel is 'courier'"),
        ({"lines": [{"price": "1 EUR", "origin": "CN", "traits": {"origin": "VN"}}]}, "lines.0.traits.origin is 'VN'"),
        ({"gift": False, "traits": {"gift": True}}, "contradict"),
        ({"traits": {"ship_to": "FR"}}, "contradict"),
    ],
)
def test_traits_that_would_be_ignored_are_refused(choosing: Rulebook, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ask(choosing, **{"scheme": "ioss", **given})


def test_a_trait_may_repeat_its_field(choosing: Rulebook) -> None:
    line = {"price": "1 EUR", "origin": "CN", "traits": {"origin": "CN"}}
    assert ask(choosing, scheme="ioss", channel="post", traits={"channel": "post", "ship_to": "JP"}, lines=[line]).charges


def test_goods_classes_are_closed(choosing: Rulebook) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'book_print'"):
        ask(make_scoped(choosing), scheme="ioss", lines=[{"price": "1 EUR", "goods_class": "book_prnt"}])


def make_scoped(rulebook: Rulebook) -> Rulebook:
    return rulebook.overlay(
        "x", [{"subject": "tax.rate", "place": "JP", "value": "7", "unit": "%", "scope": {"goods_class": "book_print"}}]
    )


def test_overlay_goes_before_and_is_named(choosing: Rulebook) -> None:
    laid = make_scoped(choosing)
    books = ask(laid, scheme="ioss", lines=[{"price": "100 EUR", "goods_class": "book_print"}])
    assert str(books.total) == "7.00 EUR"
    assert "layer x" in books.explain()
    assert str(ask(laid, scheme="ioss").total) == "10.00 EUR"
    assert "overlays: x" in books.explanation.rulebook
    assert books.digest != ask(choosing, scheme="ioss").digest


def test_currencies_convert_at_the_callers_rate(make_rulebook: Make) -> None:
    law = (
        RATE
        + fact("fx.customs", "ecb.daily", "code")
        + regime(
            '{ charge = "vat", base = ["goods", "freight"], rate = "tax.rate" }', bill=at("border") + ', fx = "fx.customs"'
        )
        + TABLE
    )
    rulebook = make_rulebook(JP=law)
    found = ask(rulebook, rates={"USD/EUR": "0.5"}, lines=[{"price": "100 USD"}], freight="11 USD")
    assert (str(found.total), str(found.goods), str(found.landed_cost)) == ("5.55 EUR", "50.00 EUR", "61.05 EUR")
    assert any("USD" in text for text in found.explanation.conversions)


def test_past_the_end_of_the_tables_the_last_rate_only_on_demand(make_rulebook: Make) -> None:
    steps = '{ charge = "vat", base = ["goods"], rate = "tax.rate" }'
    law = RATE + fact("fx.customs", "ecb.daily", "code") + regime(steps, bill=at("border") + ', fx = "fx.customs"') + TABLE
    rulebook = make_rulebook(JP=law)
    order = {**ORDER, "lines": [{"price": "100 USD"}]}
    with pytest.raises(RateUnavailable, match="pass rates="):
        quote(order, on="2090-01-01", rulebook=rulebook)
    found = quote(order, on="2090-01-01", rulebook=rulebook, latest_rates=True)
    assert any("last rate known" in text for text in found.warnings)


def test_mixed_currencies_need_a_rate(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=RATE + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }') + TABLE)
    lines = [{"price": "100 EUR"}, {"price": "10 USD"}]
    with pytest.raises(RateUnavailable, match="mixes USD and EUR"):
        ask(rulebook, lines=lines)
    assert str(ask(rulebook, lines=lines, rates={"USD/EUR": "0.5"}).total) == "10.50 EUR"


def test_ambiguous_facts_are_refused(make_rulebook: Make) -> None:
    law = RATE + fact("tax.rate", "11", "%") + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }') + TABLE
    with pytest.raises(AmbiguousRule, match="equal rank"):
        ask(make_rulebook(JP=law))


def test_presumed_facts_warn_and_strict_refuses(make_rulebook: Make) -> None:
    law = (
        fact("tax.rate", "7", "%", valid_from="2026-01-01", status='"presumed"')
        + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }')
        + TABLE
    )
    rulebook = make_rulebook(JP=law)
    assert any("PRESUMED" in text for text in ask(rulebook).warnings)
    with pytest.raises(UnknownFact, match="presumed"):
        quote(ORDER, on=ON, rulebook=rulebook, strict=True)


def test_strict_never_takes_a_presumed_fact_for_a_missing_one(make_rulebook: Make) -> None:
    presumed = {"valid_from": "2026-01-01", "status": '"presumed"'}
    complete = '{ charge = "extra", kind = "duty", base = ["goods"], rate = "customs.flat_duty", complete = true }'
    duty = '{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }'
    measure = '[[measure]]\nfamily = "xx"\nid = "m"\nrank = 1\nsource = "act"\nvalid_from = 2026-01-01\nstatus = "presumed"\nstep = { charge = "m", kind = "duty", base = ["goods"], rate = "tax.rate" }\n'
    cases = [
        fact("customs.flat_duty", "40", "%", **presumed) + regime(complete) + TABLE,
        fact("customs.duty_rate", "40", "%", **presumed) + regime(duty) + TABLE,
        RATE + measure + regime('{ measures = "xx" }') + TABLE,
        RATE + regime(duty.replace("tariff", "tax.rate"), more='valid_from = 2026-01-01\nstatus = "presumed"') + TABLE,
        RATE
        + regime(duty.replace("tariff", "tax.rate"))
        + TABLE.replace("[[table.row]]", '[[table.row]]\nstatus = "presumed"'),
    ]
    order = {**ORDER, "lines": [{"price": "100 EUR", "origin": "CN", "hs": "610910"}]}
    for law in cases:
        rulebook = make_rulebook(JP=law)
        assert quote(order, on=ON, rulebook=rulebook).total.amount > 0
        for _ in range(2):  # what was refused is not remembered as an answer
            with pytest.raises(PresumedFact, match="only presumed"):
                quote(order, on=ON, rulebook=rulebook, strict=True)


def test_stale_observed_uncertain_and_approximated_facts_warn(make_rulebook: Make) -> None:
    more = {"verified_on": "2020-01-01", "status": '"observed"', "confidence": '"low"', "approximates": '"the official rate"'}
    law = fact("tax.rate", "7", "%", **more) + regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }') + TABLE
    warnings = "\n".join(ask(make_rulebook(JP=law)).warnings)
    for word in ("stale", "observed", "confidence low", "approximates the official rate"):
        assert word in warnings


def test_duty_from_the_line_the_law_or_the_tariff(make_rulebook: Make) -> None:
    steps = regime('{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }') + TABLE
    tariff = make_rulebook(JP=steps)
    assert str(ask(tariff, lines=[{"price": "100 EUR", "hs": "61091000"}]).total) == "7.40 EUR"
    assert "Tariff, Customs" in ask(tariff, lines=[{"price": "100 EUR", "hs": "610910"}]).explain()
    assert str(ask(tariff, lines=[{"price": "100 EUR", "hs": "610910", "duty": "free"}]).total) == "0.00 EUR"
    with pytest.raises(UnknownFact, match="give `duty`"):
        ask(tariff, lines=[{"price": "100 EUR", "hs": "640411"}])
    with pytest.raises(UnknownFact, match="hs"):
        ask(tariff)
    uniform = make_rulebook(JP=fact("customs.duty_rate", "5", "%", scope='{ hs = ["61", "62"] }') + steps)
    assert str(ask(uniform, lines=[{"price": "100 EUR", "hs": "610910"}]).total) == "5.00 EUR"


def test_a_claimed_preference_is_never_answered_by_the_ordinary_duty(make_rulebook: Make) -> None:
    steps = regime('{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }')
    table = TABLE.replace('id = "import"', 'id = "import"\nchoices = { preference = [false, true] }')
    line = {"price": "100 EUR", "hs": "610910"}
    tariff = make_rulebook(JP=steps + table)
    assert str(ask(tariff, lines=[line]).total) == "7.40 EUR"
    with pytest.raises(UnknownFact, match="only the ordinary duty is known; give the preferential duty on the line"):
        ask(tariff, lines=[line], preference=True)
    assert str(ask(tariff, lines=[{**line, "duty": "free"}], preference=True).total) == "0.00 EUR"
    found = ask(tariff, lines=[line]).alternatives()
    assert [str(item.quote.total) if item.quote else "closed" for item in found] == ["7.40 EUR", "closed"]
    uniform = fact("customs.duty_rate", "5", "%")
    with pytest.raises(UnknownFact, match="only the ordinary duty"):
        ask(make_rulebook(JP=uniform + steps + table), lines=[line], preference=True)
    preferential = uniform + fact("customs.duty_rate", "2", "%", scope="{ preference = true }")
    assert str(ask(make_rulebook(JP=preferential + steps + table), lines=[line], preference=True).total) == "2.00 EUR"
    nothing = fact("customs.duty_rate", "0", "%")
    assert str(ask(make_rulebook(JP=nothing + steps + table), lines=[line], preference=True).total) == "0.00 EUR"


class Books:
    """A tariff of the caller: its rule is what is charged, its fact what is cited."""

    def __init__(self, rule: Any, fact: Fact) -> None:
        self.rule, self.fact = rule, fact

    def duty(self, place: str, code: str, *, origin: str | None, on: date) -> Duty:
        return Duty(self.rule, self.fact)


@pytest.mark.parametrize("rule", ["50 %", {"rate": "50 %"}, {"sum": ["20 %", "30 %"]}])
def test_the_rule_of_a_tariff_is_charged_and_its_fact_cited(make_rulebook: Make, rule: Any) -> None:
    rulebook = make_rulebook(JP=RATE + regime('{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }') + TABLE)
    tariff = Books(rule, rulebook.fact("tax.rate", "JP", on=date(2026, 3, 1)))
    found = quote({**ORDER, "lines": [{"price": "100 EUR", "hs": "610910"}]}, on=ON, rulebook=rulebook, tariff=tariff)
    assert str(found.total) == "50.00 EUR"
    assert found.explanation.steps[0].facts[0].id == "tax.rate/JP/2018-01-01"
    assert "(given)" not in found.explain()
    assert [str(item.quote.total) for item in found.alternatives() if item.quote] == ["50.00 EUR"]


def test_a_tariff_with_a_broken_rule_is_refused(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=RATE + regime('{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }') + TABLE)
    tariff = Books("fifty", rulebook.fact("tax.rate", "JP", on=date(2026, 3, 1)))
    with pytest.raises(RulebookError, match="no duty rate"):
        quote({**ORDER, "lines": [{"price": "100 EUR", "hs": "610910"}]}, on=ON, rulebook=rulebook, tariff=tariff)


@pytest.mark.parametrize(
    "duty",
    [
        "twelve", "12", "3 EUR", {"rte": "12 %"}, {"levy": "3 EUR"}, {"bands": [3]}, {"sum": [{"rate": 5}]}, {}, {"sum": [{}]},
        {"bands": [{"up_to": "100 EUR"}]}, {"rate": "10 %", "at_most": "5 kg"}, {"rate": "10 %", "at_least": {}},
        {"rate": "tax.rate"}, {"levy": "fee.entry", "per": "unit"}, {"rate": "10 %", "at_most": "fee.entry"},
        {"bands": [{"up_to": "fee.entry", "rate": "10 %"}, {"rate": "0 %"}]}, {"bands": [{"up_to": "5 kg", "rate": "10 %"}]},
        {"bands": [{"rate": "10 %"}], "band_by": "tax.rate"}, {"rate": "10 %", "less": ["unit"]}, {"rate": "10 %", "less": ["goods"]},
        {"levy": "3 EUR", "per": "goods"}, {"bands": [{"rate": "10 %"}], "slice": "false"}, {"at_most": "5 EUR"}, {"rate": "-5 %"},
    ],
)  # fmt: skip
def test_wrong_duties_are_refused(make_rulebook: Make, duty: object) -> None:
    rulebook = make_rulebook(JP=regime('{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff" }') + TABLE)
    with pytest.raises(InvalidInput):
        ask(rulebook, lines=[{"price": "100 EUR", "duty": duty}])


def test_places_without_law_are_unknown(choosing: Rulebook) -> None:
    with pytest.raises(UnknownFact, match="no law of"):
        ask(choosing, ship_to="NZ")


def test_a_batch_never_dies_of_one_row(choosing: Rulebook) -> None:
    orders: list[Any] = [{**ORDER, "scheme": "ioss"}, {"lines": []}, 3, {**ORDER, "ship_to": "NZ"}, {**ORDER, "scheme": "ioss"}]
    found = list(batch(orders, on=ON, rulebook=choosing))
    assert [type(item).__name__ for item in found] == ["Quote", "InvalidInput", "InvalidInput", "UnknownFact", "Quote"]


def test_results_are_frozen_and_survive_json(choosing: Rulebook) -> None:
    found = ask(choosing, scheme="ioss")
    with pytest.raises(ValueError, match="frozen"):
        found.total = None  # type: ignore[misc, assignment]
    document = json.loads(found.model_dump_json())
    assert document["charges"]["vat"]["amount"] == "10.00 EUR"
    assert document["explanation"]["steps"][0]["id"] == "vat"
    assert document["rulebook"] == choosing.version
    assert found.explain("markdown").startswith("**")
    assert found._repr_html_() == found.explain("html")
    with pytest.raises(InvalidInput, match="style"):
        found.explain("latex")


def test_a_quote_survives_copy_pickle_and_json(choosing: Rulebook) -> None:
    found, again = ask(choosing, scheme="ioss"), ask(choosing, scheme="ioss")
    assert found == again
    assert hash(found) == hash(again)
    assert found != ask(choosing, scheme="ioss", lines=[{"price": "99 EUR"}])
    stored = [pickle.loads(pickle.dumps(found)), Quote.model_validate_json(found.model_dump_json())]
    for other in (
        copy.copy(found),
        copy.deepcopy(found),
        found.model_copy(deep=True),
        *stored,
        pickle.loads(pickle.dumps(stored[1])),
    ):
        assert other == found
        assert hash(other) == hash(found)
        assert (other.explanation, other.assumptions, other.warnings) == (found.explanation, found.assumptions, found.warnings)
        assert other.model_dump_json() == found.model_dump_json()
    assert copy.deepcopy(found).alternatives() == found.alternatives()
    for other in stored:
        with pytest.raises(InvalidInput, match="does not carry its order"):
            other.alternatives()
    bare = Quote.model_validate_json(found.model_dump_json(exclude={"explanation"}))
    assert bare == found
    assert "stored without" in bare.explain()
    assert pickle.loads(pickle.dumps(found.alternatives())) == found.alternatives()


def test_alternatives_do_not_die_of_one_that_is_closed(make_rulebook: Make) -> None:
    sale = regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }', id="sale", bill=at("sale") + ', fx = "fx.sale"')
    entry = regime('{ charge = "vat", base = ["goods"], rate = "tax.rate" }')
    table = CHOICES.replace(', goods = { up_to = "customs.duty_relief" }', "")
    free = regime('{ charge = "vat", base = ["goods"], rate = "0 %" }', id="free", bill=at("border") + ', fx = "fx.sale"')
    rulebook = make_rulebook(JP=RATE + fact("fx.sale", "ecb.daily", "code") + sale + free + entry + table)
    order = {**ORDER, "lines": [{"price": "100 USD"}]}
    found = alternatives(order, on=ON, rulebook=rulebook)
    assert [item.quote is not None for item in found] == [True, True, False, False]
    assert "pass rates=" in (found[2].reason or "") + (found[3].reason or "")
    with pytest.raises(InvalidInput, match="no trait"):  # the order itself is wrong, whatever is chosen
        alternatives({**order, "traits": {"colour": "red"}}, on=ON, rulebook=rulebook)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            '{ charge = "a", base = ["b"], rate = "tax.rate" }, { charge = "b", base = ["goods"], rate = "tax.rate" }',
            "no amount that exists",
        ),
        ('{ charge = "a", base = ["a"], rate = "tax.rate" }', "no amount that exists"),
        ('{ charge = "a", base = ["goods"], rat = "tax.rate" }', "did you mean 'rate'"),
        ('{ charge = "a", kind = "toll", base = ["goods"], rate = "tax.rate" }', "kind 'toll'"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", level = "parcel" }', "level 'parcel'"),
        ('{ charge = "a", rate = "tax.rate" }', "no amount"),
        ('{ charge = "a", base = ["goods"], levy = "fee.entry" }', "levy and per"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", sum = [] }', "one of rate"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", less = ["z"] }', "earlier amounts"),
        ('{ charge = "a", base = ["goods"], rate = 12 }', "a figure is a text"),
        (
            '{ charge = "a", base = ["goods"], lower_of = [ { rate = "tariff" }, { rate = "tax.rate" } ] }',
            "only be a step's own rate",
        ),
        ('{ waive = ["z"], up_to = "fee.entry" }', "earlier charges"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate" }, { waive = ["a"] }', "one limit"),
        ('{ charge = "a", value = "b", base = ["goods"] }', "one of value"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", round = { mode = "down" } }', "mode and to"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", round = { mode = "nearest", to = "1" } }', "rounding mode"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", round = { mode = "down", to = "0" } }', "above 0"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", relief = { when = {} } }', "when and by"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", when = { colour = "red" } }', "no such trait"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", when = { buyer = "robot" } }', "domain of buyer"),
        (
            '{ charge = "a", base = ["goods"], rate = "tax.rate", when = { goods = { about = "fee.entry" } } }',
            "a bound is one of",
        ),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", when = { lines = { above = "many" } } }', "whole number"),
        (
            '{ charge = "a", base = ["goods"], bands = [ { up_to = "fee.entry", below = "fee.entry", rate = "0 %" } ] }',
            "one edge",
        ),
        ('{ charge = "a", base = ["goods", "kind.dutty"], rate = "tax.rate" }', "did you mean 'kind.duty'"),
        ('{ charge = "a", base = [5], rate = "tax.rate" }', "base is a list of names"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", replaces = 5 }', "replaces is a list"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", inside = "false" }', "inside is true, false or a list"),
        ('{ charge = "a", base = ["goods"], inside = true, sum = [ { rate = "tax.rate" } ] }', "needs the step's own rate"),
        ('{ charge = "a", base = ["goods"], rate = "tariff", complete = true }', "complete needs"),
        ('{ charge = "a", base = ["goods"], sum = [ { rate = "tax.rate" } ], complete = true }', "complete needs"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", complete = "yes" }', "complete is true or false"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", when = { hs = ["6206"] } }', "product list"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", when = { lines = 3.5 } }', "whole number"),
        (
            '{ charge = "a", base = ["goods"], rate = "tax.rate", when = { channel = { none_of = ["post"], any_of = ["post"] } } }',
            "either none_of or any_of",
        ),
        ('{ charge = "a", base = ["goods"], bands = [ { up_to = "fee.entry" } ] }', "is missing"),
        ('{ charge = "a", base = ["goods"], rate = "tax.rate", band_by = "tax.rate" }', "band_by without bands"),
        (
            '{ charge = "a", base = ["goods"], bands = [ { rate = "0 %" } ], band_by = { most = "tax.rate" } }',
            "highest, lowest",
        ),
        ('{ charge = "a", levy = "fee.entry", per = "goods" }', "is money"),
        ("5", "a step is a table"),
    ],
)
def test_unknown_words_forward_references_and_circles_are_refused(make_rulebook: Make, steps: str, said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        ask(make_rulebook(JP=RATE + regime(steps) + TABLE))


@pytest.mark.parametrize(
    ("bill", "said"),
    [('at = "door", by = "carrier", from = "customer"', "at 'door'"), ('at = "border", by = "robot", from = "customer"', "by 'robot'"),
     ('at = "border", by = "carrier", from = "customer", tip = "1"', "unknown word 'tip'"), ('at = "border", by = "carrier", from = "customer"', "a charge always rounds"),
     ('at = "border", by = "carrier", from = "customer", currency = "EURO"', "unknown currency"), ('at = "border", by = "carrier", from = "customer", fx = 5', "a name is expected"), ('at = "border", by = "carrier", from = "customer", goods_item = ["colour"]', "goods_item")],
)  # fmt: skip
def test_wrong_bills_are_refused(make_rulebook: Make, bill: str, said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        ask(make_rulebook(JP=RATE + regime('{ charge = "a", base = ["goods"], rate = "tax.rate" }', bill=bill) + TABLE))


def test_a_goods_class_whose_rate_no_fact_confirms_is_told() -> None:
    def assumed(goods_class: str) -> str:
        line = {"unit_price": "20 EUR", "hs": "950300", "origin": "CN", "goods_class": goods_class}
        order = {"ship_from": "CN", "ship_to": "DE", "scheme": "ioss", "channel": "courier", "lines": [line]}
        return "; ".join(quote(order, on="2026-07-15").assumptions)

    assert "no fact confirms the tax rate of pet_food" in assumed("pet_food")
    assert "no fact confirms" not in assumed("book_print") + assumed("electronics") + assumed("standard")


def test_a_commodity_code_tells_the_class_where_the_line_does_not() -> None:
    def ask(**line: str) -> str:
        goods = {"unit_price": "20 EUR", "origin": "CN", **line}
        order = {"ship_from": "CN", "ship_to": "DE", "scheme": "ioss", "channel": "courier", "lines": [goods]}
        return str(quote(order, on="2026-07-15").charges["vat"].amount)

    assert ask(hs="490199") == ask(hs="490199", goods_class="book_print") == "1.40 EUR"
    assert ask(hs="490199", goods_class="standard") == "3.80 EUR"
    with pytest.raises(UnknownFact, match="excise goods"):
        ask(hs="240220")


def test_excise_duty_is_told_and_refused_under_strict() -> None:
    line = {"unit_price": "40 EUR", "hs": "240220", "origin": "US", "duty": "57.6 %"}
    order = {"ship_from": "US", "ship_to": "DE", "channel": "courier", "lines": [line]}
    found = quote(order, on="2026-07-15")
    assert "excise duty on tobacco is not reckoned" in "; ".join(found.assumptions)
    assert "excise duty on tobacco" in found.explain()
    with pytest.raises(UnknownFact, match="excise duty on tobacco"):
        quote(order, on="2026-07-15", strict=True)


@pytest.mark.parametrize(("country", "region"), [("CA", "CA-AB"), ("BR", "BR-AC")])
def test_a_country_whose_law_differs_by_region_asks_for_the_region(country: str, region: str) -> None:
    line = {"price": "45 USD", "hs": "6109.10", "origin": "CN", "duty": "18 %"}
    order = {"ship_from": "CN", "ship_to": country, "channel": "post", "lines": [line]}
    with pytest.raises(UnknownFact, match="differs by region") as caught:
        quote(order, on="2026-07-15", rates={"USD/CAD": "1.40", "USD/BRL": "5.40"})
    assert caught.value.field == "ship_to"
    assert caught.value.allowed is not None
    assert region in caught.value.allowed
    assert region in (caught.value.hint or "")
    assert quote({**order, "ship_to": region}, on="2026-07-15", rates={"USD/CAD": "1.40", "USD/BRL": "5.40"}).total
