"""The data of prices: complete, cited, without overlap; cash totals; worked examples; broken files."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import date
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.numbers import format_currency

from xbcommerce import cases
from xbcommerce.errors import AmbiguousRule, InvalidInput, RulebookError, UnknownFact
from xbcommerce.prices import cash_total, endings, present
from xbcommerce.prices.cases import CALLS, run_case
from xbcommerce.prices.formats import format_of, locale_of, quantity_text
from xbcommerce.prices.law import fact_of, facts, market_of
from xbcommerce.rules import Rulebook

ON = date(2026, 11, 25)
BOOK = Rulebook.builtin()
CASES = sorted((Path(__file__).parents[2] / "cases").glob("prices_*.toml"))


@pytest.mark.parametrize("case", list(cases.all_of(CASES)), ids=lambda case: case.id)
def test_worked_examples(case: cases.Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "_CALLS", {**cases._CALLS, **dict.fromkeys(CALLS, run_case)})
    assert [str(difference) for difference in cases.run(case).differences] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "1 EUR", "market": "DE", "marke": "x"}, "input.marke"),
        ({"amount": "1 EUR"}, "input.market"),
        ({"amount": "1 EUR", "market": "DE", "on": "2026-01-01"}, "input.on"),
    ],
)
def test_worked_examples_check_their_input(given: dict[str, Any], field: str) -> None:
    case = SimpleNamespace(call="prices.present", on=ON, input=given, rates=None)
    with pytest.raises(InvalidInput) as caught:
        run_case(case, BOOK)
    assert caught.value.field == field
    with pytest.raises(InvalidInput, match="needs on"):
        run_case(SimpleNamespace(call="prices.present", on=None, input={"amount": "1 EUR", "market": "DE"}, rates=None), BOOK)


class TestFacts:
    def test_no_two_answer_at_once(self) -> None:
        groups = defaultdict(list)
        for fact in facts(BOOK):
            groups[fact.subject, fact.place, fact.scope].append(fact)
        for rows in groups.values():
            for one, other in combinations(rows, 2):
                assert (one.valid_to is not None and other.valid_from is not None and one.valid_to < other.valid_from) or (
                    other.valid_to is not None and one.valid_from is not None and other.valid_to < one.valid_from
                ), (one.id, other.id)

    def test_all_are_dated_and_what_is_general_knowledge_is_not_called_sure(self) -> None:
        for fact in facts(BOOK):
            assert fact.valid_from is not None, fact.id
            assert fact.source.url or fact.source.id == "model-knowledge", fact.id
            if fact.source.id == "model-knowledge":
                assert fact.confidence != "high", fact.id

    def test_places_exist(self) -> None:
        for fact in facts(BOOK):
            if fact.place != "EU":
                assert market_of(fact.place, ON).code == fact.place

    def test_each_rounding_has_its_mode_and_duty(self) -> None:
        for fact in facts(BOOK):
            if fact.subject == "cash.rounding":
                traits = {name: values[0] for name, values in fact.scope} or {"payment_at": "door"}
                assert fact.valid_from is not None
                for part in ("mode", "duty"):
                    assert fact_of(BOOK, f"cash.rounding_{part}", (fact.place,), fact.valid_from, traits)

    def test_a_dual_display_names_two_currencies_and_a_rate(self) -> None:
        for fact in facts(BOOK):
            if fact.subject == "price.second_currency":
                assert fact.valid_from is not None
                price = present("10 EUR", fact.place, on=fact.valid_from, rates={"EUR/BGN": "1.95583", "EUR/HRK": "7.5345"})
                assert price.second is not None
                assert price.second.amount.currency != price.amount.currency

    def test_locales_of_parts_are_known_to_the_cldr(self) -> None:
        for fact in facts(BOOK):
            if fact.subject == "price.locale":
                assert locale_of(fact.place.partition("-")[0], str(fact.value)) == (fact.value, ())


class TestEndings:
    def test_every_ending_names_its_evidence_and_source(self) -> None:
        for ending in endings():
            assert ending.evidence in ("documented_practice", "folklore")
            assert ending.citation.title
            assert ending.places

    def test_members_are_members(self) -> None:
        from fractions import Fraction

        for ending in endings():
            for band in ending.bands:
                member = band.at_least(max(band.start, 1))
                assert member is not None
                price = Fraction(member, 10_000)
                assert ending.moved(price, "nearest", Fraction(0)) == price


class TestCash:
    def test_scope_by_place_of_payment(self) -> None:
        assert str(cash_total("4.99 EUR", "BE", on=ON, at="counter").amount) == "5.00 EUR"
        assert str(cash_total("4.99 EUR", "BE", on=ON).amount) == "4.99 EUR"

    def test_unknown_markets_pay_to_the_smallest_unit_and_it_is_said(self) -> None:
        found = cash_total("4.99 EUR", "DE", on=ON)
        assert (str(found.amount), found.duty) == ("4.99 EUR", "none")
        assert found.assumptions

    def test_coins_of_the_cldr(self) -> None:
        found = cash_total("4.99 TWD", "TW", on=ON)
        assert (str(found.amount), found.duty) == ("5.00 TWD", "agreement")
        assert found.warnings

    def test_another_currency_than_that_of_the_rule(self) -> None:
        found = cash_total("4.99 EUR", "CH", on=ON)
        assert str(found.amount) == "4.99 EUR"
        assert any("speaks of CHF" in text for text in found.warnings)

    def test_refunds_mirror_payments(self) -> None:
        for total in ("14.94", "14.97", "0.02"):
            paid, back = (cash_total(f"{sign}{total} EUR", "SK", on=ON).amount for sign in ("", "-"))
            assert paid == -back

    def test_what_is_no_law_is_told(self) -> None:
        assert any("no law" in text for text in cash_total("1 EUR", "IE", on=ON).warnings)

    def test_bad_place_of_payment(self) -> None:
        with pytest.raises(InvalidInput, match="counter or at the door"):
            cash_total("1 EUR", "DE", on=ON, at="bank")  # type: ignore[arg-type]

    def test_never_by_line(self) -> None:
        line = cash_total("4.98 CHF", "CH", on=ON).amount
        total = cash_total("14.94 CHF", "CH", on=ON).amount
        assert str(line * 3) == "15.00 CHF"
        assert str(total) == "14.95 CHF"


class TestFormats:
    def test_as_the_library_writes_it_in_every_market(self) -> None:
        from decimal import Decimal

        for country in ("DE", "FR", "CH", "AE", "IN", "JP", "HU", "PL", "BR", "IL", "NP", "ZA", "LI"):
            locale = locale_of(country, None)[0]
            for currency in ("EUR", "JPY"):
                form = format_of(locale, currency, own=True)
                for minor in (0, 5, 99_999, -123_456_789, 10**14):
                    theirs = format_currency(Decimal(minor) / 100, currency, locale=locale, currency_digits=False)
                    ours = form.text(minor, 2)
                    if ours.count("'") > 1:  # Babel 2.19 takes a pair of apostrophes for quotation marks, and drops them
                        ours, theirs = ours.replace("'", ""), theirs.replace("'", "")
                    assert ours.replace("\xa0", "") == theirs.replace("\xa0", "")

    def test_other_decimals(self) -> None:
        form = format_of("en_US", "USD", own=True)
        assert (form.text(5, 0), form.text(5, 3), form.text(-1234567, 3)) == ("$5", "$0.005", "-$1,234.567")

    def test_the_likely_language_must_be_official(self) -> None:
        assert locale_of("GH", None)[0] == "en_GH"
        assert locale_of("HK", None) == ("zh_Hant_HK", ("the locale zh_Hant_HK is assumed for HK; en is official too",))

    def test_unknown_country(self) -> None:
        with pytest.raises(UnknownFact, match="no locale"):
            locale_of("BV", None)

    def test_quantities(self) -> None:
        from fractions import Fraction

        assert quantity_text("de_DE", "mass", Fraction(1)) == "1 kg"
        assert quantity_text("en_GB", "count", Fraction(12)) == "12"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = Path(str(files("xbcommerce").joinpath("data")))
    for name in ("rulebook.toml", "vocabulary.toml"):
        shutil.copy(source / name, tmp_path / name)
    (tmp_path / "jurisdictions").mkdir()
    for place in ("DE", "EU"):
        shutil.copy(source / "jurisdictions" / f"{place}.toml", tmp_path / "jurisdictions" / f"{place}.toml")
    shutil.copytree(source / "prices", tmp_path / "prices")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("endings.toml", 'id = "nines"', 'identity = "nines"', "unknown key"),
        ("endings.toml", 'evidence = "documented_practice"', 'evidence = "gossip"', "evidence"),
        ("endings.toml", 'offsets = ["0.99"]', 'offsets = ["1.99"]', "offsets lie"),
        ("endings.toml", 'offsets = ["0.99"]', 'offsets = ["0.99999"]', "finer"),
        ("endings.toml", 'source = "habit"', 'source = "hearsay"', "not defined"),
        ("endings.toml", '{ from = "1000", period = "1000"', '{ from = "0", period = "1000"', "one after the other"),
        ("endings.toml", "bands = [", "bands = []\nnote = [", "no bands"),
        ("currencies.toml", 'source = "py-moneyed"', 'source = "nobody"', "not defined"),
        ("cash.toml", 'subject = "cash.rounding"', 'subject = "cash.rouding"', "vocabulary"),
        ("cash.toml", "[defaults]", "[defaults", "cash.toml"),
    ],
)
def test_a_broken_file_is_told(folder: Path, name: str, old: str, new: str, said: str) -> None:
    path = folder / "prices" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=said):
        present("1.50 EUR", "DE", on=ON, rulebook=Rulebook(folder), ending="practice", cash=True)


def test_two_facts_of_equal_rank_are_told(folder: Path) -> None:
    path = folder / "prices" / "cash.toml"
    text = path.read_text(encoding="utf-8")
    more = '\n[[fact]]\nsubject = "cash.rounding"\nplace = "DE"\nvalue = "{}"\nunit = "EUR"\nsource = "cldr"\n'
    path.write_text(text + more.format("0.05") + more.format("0.10"), encoding="utf-8")
    with pytest.raises(AmbiguousRule):
        cash_total("1 EUR", "DE", on=ON, rulebook=Rulebook(folder))


def test_a_callers_own_facts_go_before(folder: Path) -> None:
    path = folder / "vocabulary.toml"
    text = path.read_text(encoding="utf-8")
    if '"cash.rounding"' not in text:
        more = "".join(f'\n"cash.rounding{part}" = "as in the data of prices"' for part in ("", "_mode", "_duty"))
        path.write_text(text.replace("[subject]", f"[subject]{more}", 1), encoding="utf-8")
    rows = [("cash.rounding", "0.10", "EUR"), ("cash.rounding_mode", "down", "code"), ("cash.rounding_duty", "law", "code")]
    book = Rulebook(folder).overlay(
        "mine", [{"subject": subject, "place": "DE", "value": value, "unit": unit} for subject, value, unit in rows]
    )
    found = cash_total("4.99 EUR", "DE", on=ON, rulebook=book)
    assert (str(found.amount), found.facts[0].layer) == ("4.90 EUR", "mine")
    assert str(cash_total("14.94 CHF", "CH", on=ON, rulebook=book).amount) == "14.95 CHF"
