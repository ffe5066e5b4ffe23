"""The payment data: complete, cited, and the reader's complaints about broken rows."""

from __future__ import annotations

import shutil
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pycountry
import pytest
from babel.core import get_global

from xbcommerce.errors import RulebookError, UnknownFact
from xbcommerce.payments.methods import FALSE, KINDS, TRUE, UNKNOWN, Keys, book, check_references, inside_any, parse_methods
from xbcommerce.payments.shares import _rows
from xbcommerce.rules import Rulebook
from xbcommerce.rules.facts import Source

DATA = book(Rulebook.builtin())
FOLDER = Path(__file__).parents[3] / "src" / "xbcommerce" / "data" / "payments"
COUNTRIES = {country.alpha_2 for country in pycountry.countries}
SOURCES = {"page": Source(id="page", title="A page", seen=date(2026, 1, 1))}


def keys(**said: Any) -> Keys:
    plain: dict[str, Any] = {
        "on": date(2026, 11, 22), "shopper": "DE", "currency": "EUR", "provider": None, "merchant": None, "vertical": "ordinary", "buyer": "consumer",
    }  # fmt: skip
    return Keys(**{**plain, **said})


def parsed(text: str, areas: dict[str, tuple[str, ...]] | None = None) -> Any:
    return parse_methods(tomllib.loads(text), SOURCES, areas or {}, "test.toml")


def test_all_the_methods_are_there() -> None:
    assert len(DATA.methods) == 127
    assert {method.kind for method in DATA.methods.values()} == set(KINDS)
    assert len(DATA.providers) >= 25


def test_every_row_is_cited_and_its_places_and_currencies_exist() -> None:
    currencies = set(get_global("all_currencies"))
    areas = COUNTRIES | set(DATA.areas) | {"EU", "*", "XK"}
    for method in DATA.methods.values():
        assert method.rows("serves"), method.id
        for rows in method.facts.values():
            for row in rows:
                assert row.source.title
                assert row.source.url or row.source.id == "unsourced"
                assert row.confidence != "high" or row.source.id != "unsourced", row.id
                for name in ("merchant", "merchant_not", "shopper", "shopper_not"):
                    assert set(row.keys.get(name, ())) <= areas, row.id
                assert set(row.keys.get("provider", ())) <= set(DATA.providers), row.id
                if row.family in ("serves", "merchants"):
                    assert set(row.says["of"]) <= areas, row.id
                if row.family == "takes":
                    assert set(row.says["of"]) <= currencies, row.id


def test_every_source_is_used_and_every_identity_of_a_limit_is_its_own() -> None:
    used = {row.source.id for method in DATA.methods.values() for rows in method.facts.values() for row in rows}
    used |= {method.source.id for method in DATA.methods.values()} | {row.source for row in _rows(DATA)}
    used |= {name.source.id for method in DATA.methods.values() for name in method.names if name.source}
    offered = {source for source in DATA.sources if source.split("-")[0] in DATA.methods}
    assert set(DATA.sources) - used <= offered
    rules = tomllib.loads((FOLDER / "rules.toml").read_text(encoding="utf-8"))
    cited = {row["source"] for kind in ("fact", "cash_limit", "refusal") for row in rules[kind]}
    assert set(rules["source"]) == cited


def test_every_fact_has_an_identity_of_its_own() -> None:
    rows = [row for method in DATA.methods.values() for rows in method.facts.values() for row in rows if row.family != "takes"]
    ids = [row.id for row in rows]
    double = {name for name in ids if ids.count(name) > 1}
    assert not double


def test_rules_of_a_place_do_not_overlap() -> None:
    for (subject, place), facts in DATA.rules.items():
        for one in facts:
            for other in facts:
                apart = one is other or one.scope != other.scope
                ends = (one.valid_to or date.max) < (other.valid_from or date.min) or (other.valid_to or date.max) < (
                    one.valid_from or date.min
                )
                assert apart or ends, (subject, place)


def test_shares_name_methods_that_exist_and_stay_below_the_whole() -> None:
    declared = DATA.declared["basis"]
    known = {*declared["mix"], *declared["ability"], *declared["of_cards"]}
    groups: dict[str, int] = {}
    for row in _rows(DATA):
        assert row.method is None or row.method in DATA.methods, row
        assert row.basis in known
        assert 0 < row.points <= 100_000_000
        if row.basis == "value":
            groups[row.group] = groups.get(row.group, 0) + row.points
    assert max(groups.values()) <= 101_000_000  # whole percents that a page rounds may add up to 101


def test_no_survey_with_several_answers_enters_a_mix() -> None:
    assert not set(DATA.declared["basis"]["ability"]) & set(DATA.declared["basis"]["mix"])
    assert not set(DATA.declared["basis"]["of_cards"]) & set(DATA.declared["basis"]["mix"])


def test_an_observed_row_does_not_reach_back() -> None:
    row = DATA.method("affirm").rows("limit")[0]
    assert row.start == date(2024, 10, 23)
    assert (row.holds(date(2024, 10, 22)), row.holds(date(2024, 10, 23))) == (UNKNOWN, TRUE)


def test_the_area_of_a_merchant_is_that_of_the_day() -> None:
    area = DATA.areas["EEA"]
    assert inside_any("GB", area, date(2020, 12, 31))
    assert not inside_any("GB", area, date(2021, 1, 1))
    assert inside_any("NO", area, date(2026, 1, 1))


def test_keys_fit_do_not_fit_or_are_not_told() -> None:
    row = next(row for row in DATA.method("pix").rows("limit") if "merchant_not" in row.keys)
    assert row.fits(keys(provider="antom", merchant="SG")) == TRUE
    assert row.fits(keys(provider="antom", merchant="BR")) == FALSE
    assert row.fits(keys(provider="antom")) == UNKNOWN
    assert row.fits(keys(provider="ppro", merchant="SG")) == FALSE
    assert "payment.limit/pix/antom" in row.id


def test_a_misspelt_method_is_told() -> None:
    with pytest.raises(UnknownFact, match="did you mean 'klarna'"):
        DATA.method("klarma")


PLAIN = 'kind = "wallet"\nsource = "page"\nnames = [{ text = "X" }]\nserves = [{ of = ["DE"] }]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"[method.x]\n{PLAIN}colour = 1", "unknown key 'colour'"),
        (f"[method.x]\n{PLAIN.replace('wallet', 'purse')}", "kind 'purse' is none of"),
        (f"[method.x]\n{PLAIN.replace('page', 'nowhere')}", "source 'nowhere' is not defined"),
        (f"[method.x]\n{PLAIN}credit = 1", "credit is true or false"),
        (f"[method.x]\n{PLAIN}limit = [{{ min = 1.5 }}]", "min"),
        (f"[method.x]\n{PLAIN}limit = [{{ note = 'nothing' }}]", "a limit has a min, a max, or is unlimited"),
        (f'[method.x]\n{PLAIN}limit = [{{ min = "5 EUR", max = "1 EUR" }}]', "max lies below min"),
        (f'[method.x]\n{PLAIN}limit = [{{ min = "5 EUR", max = "10 USD" }}]', "of one currency"),
        (f'[method.x]\n{PLAIN}limit = [{{ min = "5 EUR", option = "gone" }}]', "is no option of the method"),
        (f'[method.x]\n{PLAIN}limit = [{{ min = "5 EUR", nature = "magic" }}]', "nature 'magic' is none of"),
        (f'[method.x]\n{PLAIN}gate = [{{ need = "luck" }}]', "need 'luck' is none of"),
        (f'[method.x]\n{PLAIN}refund = [{{ value = "sometimes" }}]', "value 'sometimes' is none of"),
        (f"[method.x]\n{PLAIN}live = [{{ valid_from = 2026-02-01, valid_to = 2026-01-01 }}]", "lies before valid_from"),
        (f'[method.x]\n{PLAIN}options = [{{ id = "a", group = "taste" }}]', "group 'taste' is none of"),
        ("[methods.x]\n", "unknown key 'methods'"),
    ],
)
def test_a_broken_row_is_told_with_file_and_key(text: str, told: str) -> None:
    with pytest.raises(RulebookError, match=told) as error:
        parsed(text)
    assert "test.toml" in str(error.value)


def test_references_between_methods_are_resolved() -> None:
    with pytest.raises(RulebookError, match="there is no method 'gone'"):
        check_references(parsed(f'[method.x]\n{PLAIN}succeeded_by = "gone"'))


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(FOLDER.parent, folder)
    (folder / "payments" / "cards.toml").write_text("not = = toml", encoding="utf-8")
    with pytest.raises(RulebookError, match=r"payments/cards\.toml"):
        book(Rulebook(folder))


def test_declared_figures_are_numbers() -> None:
    for low, high in DATA.declared["range"].values():
        assert Decimal(low) <= Decimal(high)
    for weights in DATA.declared["preset"].values():
        assert all(Decimal(weight) >= 0 for weight in weights.values())


def test_facts_laid_over_are_found_before_the_built_in_ones() -> None:
    mine = {"subject": "payment.order.credit_not_first", "place": "SE", "value": False, "unit": "bool"}
    data = book(Rulebook.builtin().overlay("mine", [mine]))
    found = data.rule("payment.order.credit_not_first", ("SE",), date(2026, 11, 22), buyer="consumer")
    assert found is not None
    assert (found.value, found.layer) == (False, "mine")
