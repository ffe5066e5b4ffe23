"""Options that cannot be read, the caller's decimal context, facts laid over, and cash before its rounding began."""

from __future__ import annotations

from decimal import Context, Inexact, Rounded, localcontext
from typing import Any

import pytest

from xbcommerce import prices
from xbcommerce.errors import InvalidInput
from xbcommerce.rules import Rulebook

DAY = "2026-10-30"


@pytest.mark.parametrize(
    "option",
    [{"how": 1.5}, {"how": "sideways"}, {"at_most": 5.0}, {"at_most": float("nan")}, {"buffer": 1.5}, {"buffer": False}, {"buffer": None},
     {"trim": "yes"}, {"charges_apart": 1}],
)  # fmt: skip
def test_options_are_read_even_where_they_are_not_needed(option: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(option))):
        prices.present("5 EUR", "DE", on=DAY, **option)


@pytest.mark.parametrize("bad", [1.5, True, [], "Germany", "\u202eDE"])
def test_endings_are_asked_for_of_a_place(bad: Any) -> None:
    with pytest.raises(InvalidInput, match="no place"):
        prices.endings(bad)


def test_the_callers_decimal_context_changes_nothing() -> None:
    terms = [{"market": "SE", "tax_rate": "25", "fee_percent": "3.25"}, {"market": "JP", "tax_rate": "10"}]
    asks: list[Any] = [
        lambda: prices.present("1234567.89 EUR", "JP", on=DAY, content="250 g", ending="practice", cash=True, buffer="3"),
        lambda: prices.prior([("2026-01-01", "1.69 EUR"), ("2026-10-20", "1.39 EUR")], "2026-11-15", "DE", price="1.29 EUR"),
        lambda: prices.net("1234567.99 EUR", tax_rate="19", fee_percent="1.5", fee_fixed="0.25 EUR"),
        lambda: prices.ladder("20 EUR", terms, on=DAY, cost="12 EUR", margin_floor="25", buffer="3", corridor="5"),
        lambda: prices.cash_total("14.94 CHF", "CH", on=DAY),
    ]
    usual = [ask().model_dump_json() for ask in asks]
    for context in (Context(prec=1), Context(prec=5, Emax=3, Emin=-3), Context(traps=[Inexact, Rounded])):
        with localcontext(context):
            assert [ask().model_dump_json() for ask in asks] == usual


@pytest.mark.parametrize(
    ("place", "total", "before", "first", "rounded"),
    [
        ("CA", "9.98 CAD", "2013-02-03", "2013-02-04", "10.00 CAD"),
        ("NO", "9.98 NOK", "2012-04-30", "2012-05-01", "10.00 NOK"),
        ("SE", "9.98 SEK", "2010-09-30", "2010-10-01", "10.00 SEK"),
        ("SK", "9.98 EUR", "2022-06-30", "2022-07-01", "10.00 EUR"),
    ],
)
def test_cash_is_not_rounded_by_todays_coins_before_the_rounding_began(
    place: str, total: str, before: str, first: str, rounded: str
) -> None:
    assert str(prices.cash_total(total, place, on=first).amount) == rounded
    found = prices.cash_total(total, place, on=before)
    assert (str(found.amount), found.duty) == (total, "none")
    assert "not known" in found.assumptions[0]


def test_a_step_of_cash_laid_over_is_enough() -> None:
    own = Rulebook.builtin().overlay("own", [{"subject": "cash.rounding", "place": "DE", "value": "0.05", "unit": "EUR"}])
    found = prices.cash_total("5.03 EUR", "DE", on=DAY, rulebook=own)
    assert (str(found.amount), found.mode, found.duty) == ("5.05 EUR", "half-up", "voluntary")
    assert "half-up is taken" in found.assumptions[0]


def test_the_law_of_display_may_be_laid_over() -> None:
    own = Rulebook.builtin().overlay("own", [{"subject": "price.tax_included", "place": "DE", "value": False, "unit": "bool"}])
    assert prices.present("5 EUR", "DE", on=DAY).tax == "included"
    assert prices.present("5 EUR", "DE", on=DAY, rulebook=own).tax == "excluded"
