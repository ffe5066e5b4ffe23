"""Presenting prices: currency, tax, charges, endings, writing, and what is refused."""

from __future__ import annotations

import pickle
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale

from xbcommerce.errors import InvalidInput, RateUnavailable, UnknownFact
from xbcommerce.money import Money
from xbcommerce.prices import Presented, endings, present
from xbcommerce.rules import Rulebook

ON = date(2026, 11, 25)


def shown(amount: str, market: Any, **options: Any) -> Presented:
    return present(amount, market, on=options.pop("on", ON), **options)


def found(price: Presented) -> set[str]:
    return {finding.id for finding in price.findings}


class TestCurrency:
    def test_the_lev_ends_on_the_last_day_of_2025(self) -> None:
        last, first = (shown("10 EUR", "BG", on=day, rates={"EUR/BGN": "2"}) for day in ("2025-12-31", "2026-01-01"))
        assert (str(last.amount), str(first.amount)) == ("20.00 BGN", "10.00 EUR")

    def test_the_second_currency_ends_with_its_fact(self) -> None:
        assert shown("10 EUR", "BG", on="2026-08-08").second is not None
        assert shown("10 EUR", "BG", on="2026-08-09").second is None

    def test_a_foreign_price_has_no_second_currency_and_is_told(self) -> None:
        price = shown("10 USD", "BG", on="2026-03-01", currency="USD")
        assert price.second is None
        assert found(price) == {"foreign_currency"}

    def test_a_business_is_shown_no_second_currency(self) -> None:
        assert shown("10 EUR", "BG", on="2026-03-01", buyer="business").second is None

    def test_several_tenders_are_told(self) -> None:
        assert "several_tenders" in found(shown("10 EUR", "PA", rates={"EUR/PAB": "1.1"}, tax_display="included"))

    def test_a_buffer_is_put_on_converted_prices_only(self) -> None:
        rates = {"EUR/SEK": "10"}
        assert str(shown("100 EUR", "SE", rates=rates, buffer="3").amount) == "1030.00 SEK"
        assert str(shown("100 SEK", "SE", buffer="3").amount) == "100.00 SEK"

    def test_reference_rates_are_used_where_none_is_given(self) -> None:
        price = shown("100 EUR", "SE", on="2026-10-30")
        assert price.amount.currency == "SEK"
        assert "ECB" in price.explanation.conversions[0]

    def test_a_missing_rate_is_told(self) -> None:
        with pytest.raises(RateUnavailable):
            shown("100 EUR", "SE", rates={"EUR/GBP": "0.9"})


class TestTax:
    def test_what_the_law_wants_decides(self) -> None:
        assert shown("1 EUR", "DE").tax == "included"
        assert shown("1 USD", "US-CA").tax == "excluded"
        assert shown("1 USD", "US-OR").tax == "none"
        assert shown("1 HKD", "HK").tax == "none"

    def test_taken_out_for_a_market_that_shows_it_apart(self) -> None:
        price = shown("108 USD", "US-CA", includes_tax=True, tax_rate="8")
        assert (str(price.amount), str(price.tax_amount), price.tax) == ("100.00 USD", "8.00 USD", "excluded")

    def test_no_tax_leaves_the_price_alone(self) -> None:
        assert str(shown("100 HKD", "HK", includes_tax=False, tax_rate="5").amount) == "100.00 HKD"

    def test_a_missing_rate_is_asked_for(self) -> None:
        with pytest.raises(InvalidInput, match="give the rate"):
            shown("100 EUR", "DE", includes_tax=False)
        with pytest.raises(InvalidInput, match="shown without tax"):
            shown("100 USD", "US-CA", includes_tax=True)

    def test_what_is_assumed_is_said(self) -> None:
        assert "10.00 EUR is taken to be the price with tax, as it is shown" in shown("10 EUR", "DE").assumptions

    def test_prices_without_tax_to_consumers_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="must be shown prices with tax") as caught:
            shown("100 EUR", "FR", tax_display="excluded")
        assert caught.value.field == "tax_display"
        assert shown("100 EUR", "FR", tax_display="excluded", buyer="business").tax == "excluded"

    def test_where_the_law_leaves_a_choice_it_is_told(self) -> None:
        assert found(shown("1 USD", "US-CA", tax_display="included")) == {"tax_included_by_choice"}

    def test_an_unknown_law_is_not_guessed(self) -> None:
        with pytest.raises(UnknownFact, match="not known"):
            shown("1 KES", "KE")
        assert found(shown("1 KES", "KE", tax_display="included")) == {"display_by_caller"}

    def test_net_and_tax_make_the_price(self) -> None:
        price = shown("19.99 EUR", "DE", tax_rate="19")
        assert price.net is not None
        assert price.tax_amount is not None
        assert price.net + price.tax_amount == price.amount

    def test_flags_are_flags(self) -> None:
        with pytest.raises(InvalidInput, match="true or false"):
            shown("1 EUR", "DE", includes_tax="no", tax_rate="19")  # type: ignore[arg-type]


class TestCharges:
    def test_they_belong_in_the_price(self) -> None:
        assert str(shown("10 EUR", "DE", charges="2 EUR").amount) == "12.00 EUR"
        with pytest.raises(InvalidInput, match="belong in the price"):
            shown("10 EUR", "DE", charges="2 EUR", charges_apart=True)

    def test_apart_where_no_law_is_known(self) -> None:
        price = shown("10 EUR", "MX", charges="2 EUR", charges_apart=True, rates={"EUR/MXN": "20"}, buffer="10")
        assert price.charges is not None
        assert (str(price.amount), str(price.charges.amount)) == ("220.00 MXN", "44.00 MXN")
        assert "charges_law_unknown" in found(price)

    def test_apart_they_are_taxed_like_the_price(self) -> None:
        price = shown("100 MXN", "MX", charges="10 MXN", charges_apart=True, includes_tax=False, tax_rate="16")
        assert price.charges is not None
        assert str(price.charges.amount) == "11.60 MXN"

    @pytest.mark.parametrize("charges", ["-1 EUR", "1 USD"])
    def test_bad_ones(self, charges: str) -> None:
        with pytest.raises(InvalidInput, match="charges must be"):
            shown("10 EUR", "DE", charges=charges)


class TestEnding:
    def test_none_unless_asked_for(self) -> None:
        assert shown("21.37 EUR", "DE").ending is None

    @pytest.mark.parametrize(
        ("amount", "market", "how", "want"),
        [
            ("21.37 EUR", "DE", "nearest", "20.99 EUR"),
            ("21.37 EUR", "DE", "up", "21.95 EUR"),
            ("243 SEK", "SE", "nearest", "239.00 SEK"),
            ("243 SEK", "SE", "up", "249.00 SEK"),
            ("3456 JPY", "JP", "nearest", "3480 JPY"),
            ("812 HUF", "HU", "up", "812.00 HUF"),
        ],
    )
    def test_moves_within_the_bound(self, amount: str, market: str, how: Any, want: str) -> None:
        price = shown(amount, market, ending="practice", how=how)
        assert str(price.amount) == want
        assert "ending_evidence" in found(price)

    def test_folklore_is_never_the_practice(self) -> None:
        for ending in endings():
            for market in ending.places:
                chosen = next(one for one in endings(market) if one.evidence == "documented_practice")
                assert chosen.evidence == "documented_practice"

    def test_folklore_by_name_says_so(self) -> None:
        price = shown("79 JPY", "JP", ending="seven", at_most="20")
        assert price.ending is not None
        assert (str(price.amount), price.ending.evidence) == ("77 JPY", "folklore")

    def test_a_price_that_stays_is_told(self) -> None:
        price = shown("812 HUF", "HU", ending="practice", how="up")
        assert price.ending is not None
        assert not price.ending.moved
        assert "the price stays" in price.findings[0].text

    def test_an_ending_that_the_step_forbids_is_not_taken(self) -> None:
        price = shown("10.03 CHF", "CH", ending="practice", step="1")
        assert str(price.amount) == "10.00 CHF"

    def test_unknown_ones(self) -> None:
        with pytest.raises(InvalidInput, match="unknown price ending"):
            shown("1 EUR", "DE", ending="ninez")
        with pytest.raises(UnknownFact, match="no documented price ending"):
            shown("1 PGK", "PG", ending="practice", tax_display="included")
        with pytest.raises(InvalidInput, match="how"):
            shown("1 EUR", "DE", ending="practice", how="sideways")  # type: ignore[arg-type]


class TestWriting:
    def test_no_break_spaces_and_marks(self) -> None:
        french, arabic = shown("1234.50 EUR", "FR"), shown("1234.50 AED", "AE")
        assert "\u202f" in french.text
        assert french.plain == "1 234,50 €"
        assert arabic.text.startswith("\u200f")
        assert arabic.plain[0] == "1"
        assert arabic.direction == "rtl"
        assert arabic.isolated == f"\u2067{arabic.text}\u2069"

    def test_a_locale_of_the_callers(self) -> None:
        group = " " if Locale("fr", "CH").number_symbols["latn"]["group"].isspace() else "'"  # since CLDR 48
        assert shown("1234.50 CHF", "CH", locale="fr-CH").plain == f"1{group}234.50 CHF"
        assert shown("1234567.50 CHF", "CH", locale="fr-CH").plain == f"1{group}234{group}567.50 CHF"

    def test_parts_of_a_country_have_their_own_language(self) -> None:
        assert shown("1234.50 CAD", "CA-QC").plain == "1 234,50 $"
        assert shown("1234.50 CAD", "CA-ON").plain == "$1,234.50"
        assert shown("1234.50 CHF", "CH-TI").locale == "it_CH"
        assert shown("1234.50 CAD", "CA-QC", locale="en_CA").plain == "$1,234.50"

    def test_a_locale_that_is_lacking_falls_back_and_is_told(self) -> None:
        price = shown("12.345 KWD", "KW", locale="en_KW")
        assert price.plain == "KWD 12.345"
        assert "the CLDR has no locale en_KW: en is used" in price.assumptions

    @pytest.mark.parametrize("locale", ["", "german please", "xx", "de_CH" * 30, 7])
    def test_bad_locales(self, locale: Any) -> None:
        with pytest.raises(InvalidInput):
            shown("1 EUR", "DE", locale=locale)

    def test_symbols_only_where_they_are_clear(self) -> None:
        assert shown("10 USD", "SG", currency="USD").plain == "USD 10.00"
        assert shown("10 SGD", "SG").plain == "$10.00"
        assert shown("10 SGD", "SG", locale="en_US").plain == "SGD 10.00"

    def test_decimals_of_account_are_kept(self) -> None:
        assert shown("1234.56 RSD", "RS").plain == "1.234,56 RSD"
        assert shown("1234 RSD", "RS").plain == "1.234,00 RSD"

    def test_decimals_that_are_zero_can_be_left_out(self) -> None:
        assert shown("279 SEK", "SE", trim=True).plain == "279 kr"
        assert shown("279.50 SEK", "SE", trim=True).plain == "279,50 kr"

    def test_negative_amounts_have_their_sign_where_the_locale_puts_it(self) -> None:
        group = Locale("de", "CH").number_symbols["latn"]["group"]
        assert shown("-1234.50 CHF", "CH").plain == f"CHF-1{group}234.50"


class TestStep:
    def test_a_coarser_step(self) -> None:
        assert str(shown("12.38 CHF", "CH", step="0.05").amount) == "12.40 CHF"
        assert str(shown("12.38 CHF", "CH", step=Money("0.05", "CHF")).amount) == "12.40 CHF"

    @pytest.mark.parametrize("step", ["0.001", "0", "x", Money("1", "EUR"), 0.05])
    def test_bad_steps(self, step: Any) -> None:
        with pytest.raises(InvalidInput):
            shown("12.38 CHF", "CH", step=step)


class TestBeside:
    def test_unit_price(self) -> None:
        unit = shown("19.90 EUR", "DE", content="250 g").unit
        assert unit is not None
        assert (str(unit.amount), unit.required) == ("79.60 EUR", True)

    def test_no_unit_price_that_repeats_the_price(self) -> None:
        assert shown("19.90 EUR", "DE", content="1 kg").unit is None

    def test_small_packs_need_none(self) -> None:
        unit = shown("19.90 EUR", "DE", content="8 g").unit
        assert unit is not None
        assert unit.required is False

    def test_an_unknown_law_of_unit_prices_is_told(self) -> None:
        price = shown("19.90 BRL", "BR", content="12 pcs")
        assert price.unit is not None
        assert price.unit.required is None
        assert found(price) == {"unit_price_law_unknown"}

    @pytest.mark.parametrize("content", ["", "250", "250 stone", "0 g", 250, "9" * 50 + " g"])
    def test_bad_contents(self, content: Any) -> None:
        with pytest.raises(InvalidInput):
            shown("1 EUR", "DE", content=content)

    def test_cash_is_rounded_once_on_the_total(self) -> None:
        price = shown("14.94 CHF", "CH", cash="counter")
        assert price.cash is not None
        assert (str(price.amount), str(price.cash.amount), price.cash_text) == ("14.94 CHF", "14.95 CHF", "CHF\xa014.95")

    def test_cash_needs_the_tax_in_it(self) -> None:
        with pytest.raises(InvalidInput, match="shown without"):
            shown("14.94 USD", "US-CA", cash=True)


class TestReduction:
    HISTORY = (("2026-01-01", "50 EUR"), ("2026-11-10", "40 EUR"), ("2026-11-15", "50 EUR"))

    def test_the_prior_price_stands_beside(self) -> None:
        price = shown("30 EUR", "DE", history=self.HISTORY, was="40 EUR")
        assert price.prior is not None
        assert (str(price.prior.amount), price.prior_text) == ("40.00 EUR", "40,00\xa0€")

    def test_a_higher_before_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="must not be shown as the price before"):
            shown("30 EUR", "DE", history=self.HISTORY, was="50 EUR")

    def test_a_reduction_that_is_none_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="no reduction from"):
            shown("50 EUR", "DE", history=self.HISTORY, was="50 EUR")
        assert found(shown("45 EUR", "DE", history=self.HISTORY)) == {"no_reduction"}

    def test_an_ending_must_not_eat_the_reduction(self) -> None:
        with pytest.raises(InvalidInput, match="no reduction"):
            shown("39.50 EUR", "DE", history=(("2026-01-01", "39.95 EUR"),), was="39.95 EUR", ending="practice", how="up")

    def test_the_rule_is_for_consumers(self) -> None:
        price = shown("30 EUR", "DE", history=self.HISTORY, was="50 EUR", buyer="business")
        assert (price.prior, price.findings) == (None, ())

    def test_a_percentage_is_never_overstated(self) -> None:
        price = shown("20 EUR", "DE", history=[("2026-01-01", "30 EUR")])
        assert price.prior is not None
        assert str(price.prior.reduction) == "33.33"

    def test_without_history_it_is_unchecked(self) -> None:
        assert found(shown("30 EUR", "DE", was="40 EUR")) == {"before_unchecked"}

    def test_a_first_price_is_no_reduction(self) -> None:
        with pytest.raises(UnknownFact, match="no price was asked"):
            shown("30 EUR", "DE", history=[("2026-11-25", "30 EUR")])

    def test_without_a_rule_it_is_unchecked(self) -> None:
        assert "no_prior_rule" in found(shown("30 USD", "US-CA", history=[("2026-01-01", "50 USD")], was="40 USD"))


class TestAnswer:
    def test_reads_back_equal(self) -> None:
        price = shown(
            "19.90 EUR", "BG", on="2026-03-01", content="250 g", ending="nines", history=[("2025-10-01", "50 BGN")], cash=True,
            tax_rate=Decimal(20), charges="1 EUR",
        )  # fmt: skip
        again = Presented.model_validate_json(price.model_dump_json())
        assert again == price
        assert again.explain() == price.explain()
        assert pickle.loads(pickle.dumps(price)).explain() == price.explain()
        assert again.warnings == price.warnings
        assert str(price) == price.text
        assert {fact.id for fact in price.facts} >= {"tax.price_display/BG/2018-01-01"}
        assert "<table>" in price._repr_html_()
        assert price.prior is not None
        assert "<table>" in price.prior._repr_html_()

    def test_explains_each_figure(self) -> None:
        text = shown("100 EUR", "SE", rates={"EUR/SEK": "11"}, includes_tax=False, tax_rate="25", buffer="2").explain()
        for part in (
            "1 EUR = 11 SEK",
            "2 % put on",
            "tax of 25 % put in",
            "rounded half-up to 0.01 SEK",
            "tax.price_display/SE",
        ):
            assert part in text

    def test_taking_out_is_explained(self) -> None:
        assert "tax of 8 % taken out" in shown("108 USD", "US-CA", includes_tax=True, tax_rate="8").explain()
        assert "there is no such tax" in shown("1 HKD", "HK").explain()

    def test_an_address_will_do(self) -> None:
        assert shown("1 EUR", {"country": "DE", "postcode": "10115"}).market == "DE"
        assert shown("1 EUR", "ES-CN").market == "ES-CN"

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"buyer": "nobody"}, "buyer"),
            ({"currency": 7}, "currency"),
            ({"currency": "ERU"}, "currency"),
            ({"tax_rate": 0.19}, "tax_rate"),
            ({"tax_rate": "-1"}, "tax_rate"),
            ({"tax_display": "maybe"}, "tax_display"),
            ({"cash": "bank"}, "at"),
            ({"rounding": "sideways"}, "mode"),
            ({"on": "tomorrow"}, "on"),
            ({"history": "yesterday"}, "history"),
        ],
    )
    def test_bad_options_name_their_field(self, options: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            shown("1 EUR", "DE", **options)
        assert caught.value.field == field

    def test_absurd_results_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="plausible"):
            shown("900000000000000 EUR", "JP", rates={"EUR/JPY": "200000"})

    @pytest.mark.parametrize("amount", [1.5, "ten euros", None, ["1"], "1e9 EUR"])
    def test_bad_amounts(self, amount: Any) -> None:
        with pytest.raises(InvalidInput):
            shown(amount, "DE")

    @pytest.mark.parametrize("market", ["Germany", "UK", None, 7, ["DE"], {"land": "DE"}, "X" * 9999])
    def test_bad_markets(self, market: Any) -> None:
        with pytest.raises(InvalidInput):
            shown("1 EUR", market)


class TestOverlay:
    def test_a_callers_law_of_display_goes_before(self) -> None:
        book = Rulebook.builtin().overlay(
            "mine", [{"subject": "tax.price_display", "place": "KE", "value": True, "unit": "bool"}]
        )  # fmt: skip
        assert present("1 KES", "KE", on=ON, rulebook=book).tax == "included"
        assert str(present("14.94 CHF", "CH", on=ON, rulebook=book, cash=True).cash_text) == "CHF\xa014.95"

    def test_a_dual_display_needs_its_rate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = sys.modules["xbcommerce.prices.present"]
        known = module.maybe
        monkeypatch.setattr(
            module,
            "maybe",
            lambda book, subject, *more: None if subject == "price.second_rate" else known(book, subject, *more),
        )
        book = Rulebook.builtin().overlay("mine", [])
        with pytest.raises(UnknownFact, match="rate of the dual display"):
            present("1 EUR", "BG", on="2026-03-01", rulebook=book)
