from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from tests.conftest import RATE

from xbcommerce.errors import InvalidInput, PresumedFact, UnknownFact
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook
from xbcommerce.tax import Rate, rate, rates

ON = date(2026, 11, 25)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("place", "first_day", "before", "after"),
    [
        ("DE", "2020-07-01", "19", "16"),
        ("DE", "2021-01-01", "16", "19"),
        ("IE", "2020-09-01", "23", "21"),
        ("IE", "2021-03-01", "21", "23"),
        ("EE", "2024-01-01", "20", "22"),
        ("EE", "2025-07-01", "22", "24"),
        ("FI", "2024-09-01", "24", "25.5"),
        ("RO", "2025-08-01", "19", "21"),
        ("SK", "2025-01-01", "20", "23"),
        ("LU", "2023-01-01", "17", "16"),
        ("LU", "2024-01-01", "16", "17"),
        ("CH", "2024-01-01", "7.7", "8.1"),
        ("SG", "2023-01-01", "7", "8"),
        ("SG", "2024-01-01", "8", "9"),
        ("JP", "2019-10-01", "8", "10"),
        ("CN", "2019-04-01", "16", "13"),
        ("CA-NS", "2025-04-01", "15", "14"),
        ("US-DC", "2018-10-01", "5.75", "6"),
    ],
)
def test_the_day_before_and_the_day_of_a_change(place: str, first_day: str, before: str, after: str) -> None:
    day = date.fromisoformat(first_day)
    assert str(rate(place, on=day - DAY).percent) == before
    assert str(rate(place, on=day).percent) == after


def test_every_change_of_a_general_rate_holds_from_its_day_and_not_a_day_earlier() -> None:
    book = Rulebook.builtin()
    for place in book.places:
        facts = [fact for fact in book.facts(place) if fact.subject == "tax.rate" and not fact.scope and fact.place == place]
        for fact in facts:
            if fact.valid_from and fact.valid_from >= date(2018, 1, 2) and fact.covers(fact.valid_from):
                assert rate(place, on=fact.valid_from).components[0].fact.valid_from == fact.valid_from
                try:
                    earlier = rate(place, on=fact.valid_from - DAY)
                except UnknownFact:
                    continue
                assert earlier.components[0].fact.valid_from != fact.valid_from


def test_an_answer_holds_between_its_days() -> None:
    found = rate("DE", on="2020-08-01")
    assert (found.valid_from, found.valid_to) == (date(2020, 7, 1), date(2020, 12, 31))


def test_a_class_is_answered_by_its_own_fact_or_by_a_wider_class() -> None:
    assert str(rate("DE", "book_print", on=ON).percent) == "7"
    assert str(rate("DE", "food_fresh", on=ON).percent) == str(rate("DE", "food", on=ON).percent) == "7"


def test_what_no_fact_confirms_says_so_and_strict_refuses_it(make_rulebook: Callable[..., Rulebook]) -> None:
    book = make_rulebook(JP=RATE)
    found = rate("JP", "jewellery", on=ON, rulebook=book)
    assert (str(found.percent), found.confirmed) == ("10", False)
    assert "no fact confirms the rate of jewellery in JP" in found.assumptions[-1]
    assert str(found) == "10 % tax (standard, assumed) in JP on 2026-11-25"
    with pytest.raises(UnknownFact, match="without strict the general rate is assumed"):
        rate("JP", "jewellery", on=ON, rulebook=book, strict=True)


def test_strict_refuses_a_presumed_rate() -> None:
    presumed = Rulebook.builtin().overlay(
        "what if", [{"subject": "tax.rate", "place": "DE", "value": "20", "unit": "%", "status": "presumed"}]
    )
    assert str(rate("DE", on=ON, rulebook=presumed).percent) == "20"
    with pytest.raises(PresumedFact):
        rate("DE", on=ON, rulebook=presumed, strict=True)


def test_kinds() -> None:
    assert rate("DE", on=ON).kind == "standard"
    assert rate("DE", "book_print", on=ON).kind == "reduced"
    assert rate("GB", "book_print", on=ON).kind == "zero"
    assert rate("US-NY", "food", on=ON).kind == "exempt"
    assert rate("US-OR", on=ON).kind == "none"


@pytest.mark.parametrize(
    ("place", "price", "percent"),
    [
        ("US-NY", "109.99 USD", "0"),
        ("US-NY", "110.00 USD", "4"),
        ("US-MA", "175.00 USD", "0"),
        ("US-MA", "175.01 USD", "6.25"),
        ("US-RI", "250.00 USD", "0"),
        ("US-RI", "250.01 USD", "7"),
        ("US-CT", "1000.00 USD", "6.35"),
        ("US-CT", "1000.01 USD", "7.75"),
    ],
)
def test_the_price_of_a_piece(place: str, price: str, percent: str) -> None:
    assert str(rate(place, "clothing_adult", on=ON, unit_price=price).percent) == percent


def test_an_exempt_part_of_each_piece() -> None:
    assert rate("US-MA", "clothing_adult", on=ON, unit_price="200.00 USD").exempt_amount == Money("175", "USD")


def test_a_law_that_asks_for_the_price_of_a_piece_is_not_guessed() -> None:
    with pytest.raises(UnknownFact, match="give unit_price") as caught:
        rate("US-NY", "clothing_adult", on=ON)
    assert caught.value.field == "unit_price"


def test_the_price_of_a_piece_is_in_the_currency_of_the_law() -> None:
    with pytest.raises(InvalidInput, match="in USD, not in EUR"):
        rate("US-NY", "clothing_adult", on=ON, unit_price="100 EUR")


def test_two_taxes_and_a_tax_on_tax() -> None:
    quebec = rate("CA-QC", on=ON)
    assert [(one.name, str(one.percent)) for one in quebec.components] == [("GST", "5"), ("QST", "9.975")]
    assert str(quebec.percent) == "14.975"
    assert str(rate("GH", on="2025-06-01").percent) == "21.9"
    assert rate("GH", on="2025-06-01").share == Fraction(219, 1000)


def test_special_territories_do_not_inherit_what_is_not_theirs() -> None:
    assert str(rate("ES-CN", on=ON).percent) == "7"
    assert str(rate({"country": "DE", "postcode": "78266"}, on=ON).percent) == "8.1"
    assert str(rate("MC", on=ON).percent) == "20"
    assert str(rate("XI", on=ON).percent) == str(rate("GB", on=ON).percent)
    with pytest.raises(UnknownFact):
        rate("DE-HELGO", on=ON)


def test_rates_of_a_place() -> None:
    found = rates("DE", on=ON)
    assert str(found["standard"].percent) == "19"
    assert all(one.confirmed for one in found.values())
    assert "clothing_adult" not in rates("US-NY", on=ON)


def test_an_address_a_code_and_a_mapping_are_answered_alike() -> None:
    assert rate("DE", on=ON).percent == rate({"country": "DE", "postcode": "10115"}, on=ON).percent
    assert rate("us-ca", on=ON) == rate({"country": "US", "region": "CA"}, on=ON)


def test_answers_are_frozen_and_travel() -> None:
    found = rate("US-MA", "clothing_adult", on=ON, unit_price="200.00 USD")
    with pytest.raises(Exception, match="frozen"):
        found.percent = Decimal(1)  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(found)) == found
    text = found.model_dump_json()
    assert '"percent":"6.25"' in text
    assert "share" not in text


@pytest.mark.parametrize("precision", [1, 3, 28])
def test_the_callers_decimal_context_changes_nothing(precision: int) -> None:
    book = Rulebook.builtin().overlay("none", [])
    with localcontext() as context:
        context.prec = precision
        assert str(rate("CA-QC", on=ON, rulebook=book).percent) == "14.975"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"place": "UK"}, "did you mean 'GB'"),
        ({"place": "DE", "category": "bok_print"}, "did you mean 'book_print'"),
        ({"place": "DE", "category": ["food"]}, "unknown goods class"),
        ({"place": "DE", "category": 7}, "unknown goods class"),
        ({"place": "DE", "category": "food\u202e"}, "unknown goods class"),
        ({"place": "DE", "hs": "61"}, "not a commodity code"),
        ({"place": "DE", "hs": ["610910"]}, "commodity code"),
        ({"place": "DE", "on": "2026-02-30"}, "2026-02-30"),
        ({"place": "DE", "on": ["2026-02-03"]}, "on"),
        ({"place": 5}, "5"),
        ({"place": {"country": {"country": "DE"}}}, "country"),
        ({"place": "US-NY", "category": "clothing_adult", "unit_price": 100.0}, "cannot read"),
    ],
)
def test_hostile_input_is_refused_in_words(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rate(**{"on": ON, **arguments})  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_a_place_without_a_file_is_an_unknown_fact() -> None:
    with pytest.raises(UnknownFact):
        rate("AQ", on=ON)


def test_rate_in_words() -> None:
    assert str(rate("DE", on=ON)) == "19 % VAT (standard) in DE on 2026-11-25"
    assert isinstance(rate("DE", on=ON), Rate)
    assert rate("DE", on=ON).facts[0].id == "tax.rate/DE/2021-01-01"


def test_a_commodity_code_tells_the_class_and_a_silent_class_is_told() -> None:
    book = rate("DE", on="2026-11-25", hs="4901.99")
    assert (str(book.percent), book.category, book.confirmed) == ("7", "book_print", True)
    assert "taken from the commodity code 490199" in "; ".join(book.assumptions)
    milk = rate("PT", on="2026-11-25", hs="0401.10")
    assert milk.confirmed or "no goods class given" in "; ".join(milk.assumptions)
    assert rate("DE", "standard", on="2026-11-25", hs="4901.99").category == "standard"
