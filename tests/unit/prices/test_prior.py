"""Prior prices: windows, steps, goods that perish or are new, and the rule of prices offered."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.prices import Asked, PriorPrice, prior

DIP = [("2026-01-01", "1.69 EUR"), ("2026-10-20", "1.39 EUR"), ("2026-11-01", "1.69 EUR")]


def test_the_window_is_thirty_days_before_the_reduction() -> None:
    found = prior(DIP, "2026-11-30", "DE")
    assert (str(found.amount), str(found.since), str(found.until)) == ("1.39 EUR", "2026-10-31", "2026-11-29")
    assert str(prior(DIP, "2026-12-01", "DE").amount) == "1.69 EUR"


def test_the_price_in_force_when_the_window_opens_counts() -> None:
    rows = [("2026-01-01", "1.00 EUR"), ("2026-11-20", "2.00 EUR")]
    assert str(prior(rows, "2026-11-25", "DE").amount) == "1.00 EUR"


def test_prices_from_the_day_itself_do_not_count() -> None:
    assert str(prior([*DIP, ("2026-12-01", "0.99 EUR")], "2026-12-01", "DE").amount) == "1.69 EUR"


def test_days_off_sale_are_left_out() -> None:
    rows = [("2026-01-01", "5 EUR"), ("2026-11-01", None), ("2026-11-20", "6 EUR")]
    assert str(prior(rows, "2026-12-10", "DE").amount) == "6.00 EUR"
    with pytest.raises(UnknownFact, match="no price was asked"):
        prior(rows[:2], "2026-12-10", "DE")


def test_the_reduction_is_told() -> None:
    assert str(prior(DIP, "2026-11-15", "DE", price="1.29 EUR").reduction) == "7.19"
    none = prior(DIP, "2026-11-15", "DE", price="1.49 EUR")
    assert none.reduction is None
    assert none.findings == ("1.49 EUR is no reduction: the prior price is 1.39 EUR",)


class TestSteps:
    ROWS = (("2026-01-01", "100 EUR"), ("2026-06-01", "80 EUR", True), ("2026-06-10", "75 EUR", True))

    def test_the_first_step_stands_where_the_law_says_so(self) -> None:
        found = prior(self.ROWS, "2026-06-20", "DE", price="70 EUR")
        assert (str(found.amount), str(found.until)) == ("100.00 EUR", "2026-05-31")

    def test_a_break_ends_them(self) -> None:
        rows = (*self.ROWS[:2], ("2026-06-05", "100 EUR"), ("2026-06-10", "75 EUR", True))
        assert str(prior(rows, "2026-06-20", "DE", price="70 EUR").amount) == "80.00 EUR"

    def test_a_step_up_ends_them(self) -> None:
        assert str(prior(self.ROWS, "2026-06-20", "DE", price="78 EUR").amount) == "75.00 EUR"

    def test_silent_cuts_are_no_steps(self) -> None:
        assert str(prior([row[:2] for row in self.ROWS], "2026-06-20", "DE", price="70 EUR").amount) == "75.00 EUR"

    def test_nothing_was_asked_before_the_first_step(self) -> None:
        found = prior(self.ROWS[1:], "2026-06-20", "DE", price="70 EUR")
        assert str(found.amount) == "75.00 EUR"
        assert any("no price was asked before it" in text for text in found.warnings)

    def test_an_unknown_choice_is_warned_of(self) -> None:
        found = prior(self.ROWS, "2026-06-20", "LU", price="70 EUR")
        assert str(found.amount) == "75.00 EUR"
        assert any("step by step" in text for text in found.warnings)


class TestChoices:
    def test_new_goods(self) -> None:
        rows = [("2026-06-05", "20 EUR"), ("2026-06-12", "25 EUR")]
        assert str(prior(rows, "2026-06-25", "IT").amount) == "20.00 EUR"
        assert str(prior(rows, "2026-06-25", "GR").amount) == "25.00 EUR"
        assert any("is not known" in text for text in prior(rows, "2026-06-25", "DE").warnings)

    def test_perishable_goods(self) -> None:
        assert prior(DIP, "2026-11-15", "DE", perishable=True).rule == "exempt"
        assert prior(DIP, "2026-11-15", "DE", perishable=True).amount is None
        found = prior(DIP, "2026-11-15", "LU", perishable=True)
        assert str(found.amount) == "1.39 EUR"
        assert any("perishable" in text for text in found.warnings)

    def test_perishable_goods_without_any_price_before(self) -> None:
        with pytest.raises(UnknownFact):
            prior([("2026-11-15", "9 PLN")], "2026-11-15", "PL", perishable=True)

    def test_percentages_before_the_judgment(self) -> None:
        found = prior([("2023-01-01", "5 EUR")], "2024-01-10", "DE", price="4 EUR")
        assert any("was not settled" in text for text in found.warnings)


class TestOffered:
    def test_half_of_the_time_offered(self) -> None:
        found = prior([("2026-05-01", "40 CHF"), ("2026-06-01", "50 CHF")], "2026-06-21", "CH")
        assert (str(found.amount), str(found.shown_until), found.rule) == ("50.00 CHF", "2026-06-30", "offered")

    def test_long_enough_without_limit(self) -> None:
        assert prior([("2026-01-01", "50 CHF")], "2026-06-21", "CH").shown_until is None

    def test_at_most_two_months(self) -> None:
        assert str(prior([("2024-01-01", "50 CHF")], "2024-12-31", "CH").shown_until) == "2025-02-27"

    def test_a_price_offered_for_a_day(self) -> None:
        found = prior([("2026-05-01", "40 CHF"), ("2026-06-20", "50 CHF")], "2026-06-21", "CH")
        assert any("too briefly" in text for text in found.warnings)

    def test_a_rise_in_between_ends_it(self) -> None:
        rows = [("2026-01-01", "50 CHF"), ("2026-06-01", None), ("2026-06-05", "60 CHF")]
        assert str(prior(rows, "2026-06-21", "CH").amount) == "60.00 CHF"

    def test_the_same_price_twice_is_one_stretch(self) -> None:
        rows = [("2026-05-20", "50 CHF"), ("2026-06-01", "50 CHF"), ("2026-06-05", "45 CHF")]
        assert str(prior(rows, "2026-06-21", "CH").since) == "2026-06-05"
        assert str(prior([*rows[:2], ("2026-06-10", "50 CHF")], "2026-06-21", "CH").amount) == "50.00 CHF"

    def test_nothing_offered_before(self) -> None:
        with pytest.raises(UnknownFact, match="immediately before"):
            prior([("2026-01-01", "50 CHF"), ("2026-06-01", None)], "2026-06-21", "CH")


def test_a_replaced_currency_is_converted_at_its_fixed_rate() -> None:
    assert str(prior([("2025-10-01", "39.90 BGN")], "2026-01-10", "BG").amount) == "20.40 EUR"
    with pytest.raises(InvalidInput, match="prices in USD and in EUR"):
        prior([("2025-10-01", "39.90 USD")], "2026-01-10", "BG")


def test_markets_and_days_without_a_rule() -> None:
    for market, day in (("US", "2026-01-10"), ("DE", "2022-05-27"), ("IT", "2023-06-30"), ("GB", "2026-01-10")):
        with pytest.raises(UnknownFact) as caught:
            prior([("2020-01-01", "1 EUR")], day, market)
        assert caught.value.field == "price.prior_rule"


@pytest.mark.parametrize(
    "history",
    [
        "1 EUR",
        {"since": "2026-01-01"},
        None,
        7,
        [7],
        [("2026-01-01",)],
        [("soon", "1 EUR")],
        [("2026-01-01", 1.5)],
        [{"since": "2026-01-01", "price": "1 EUR", "colour": "red"}],
        [("2026-01-01", "1 EUR"), ("2026-01-01", "2 EUR")],
    ],
)
def test_bad_histories(history: Any) -> None:
    with pytest.raises(InvalidInput):
        prior(history, "2026-06-21", "DE")


def test_too_long_a_history_is_refused_soon() -> None:
    row = Asked(since="2026-01-01", price="1 EUR")
    with pytest.raises(InvalidInput, match="at most"):
        prior((row for _ in range(10**9)), "2026-06-21", "DE")


def test_reads_back_equal() -> None:
    found = prior(DIP, "2026-11-15", "DE", price="1.29 EUR")
    again = PriorPrice.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.explain() == found.explain() == pickle.loads(pickle.dumps(found)).explain()
    assert "price.prior_days/EU/2022-05-28" in found.explain()
