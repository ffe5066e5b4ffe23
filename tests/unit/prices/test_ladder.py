"""The way back, and price lists."""

from __future__ import annotations

from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.money import Money
from xbcommerce.prices import MarketTerms, PriceList, ladder, net

TERMS = [
    {"market": "DE", "tax_rate": "19", "fee_percent": "1.5", "fee_fixed": "0.25 EUR"},
    {"market": "SE", "tax_rate": "25", "fee_percent": "3.25", "conversion_percent": "2", "fee_fixed": "0.25 EUR"},
    {"market": "GB", "tax_rate": "20", "fee_percent": "3.25", "conversion_percent": "2", "fee_fixed": "0.25 EUR"},
    {"market": "JP", "tax_rate": "10", "fee_percent": "3.25", "conversion_percent": "2", "fee_fixed": "0.25 EUR"},
]
COMMON: dict[str, Any] = {"on": "2026-10-30", "cost": "12 EUR", "margin_floor": "25", "buffer": "3", "ending": "practice"}


class TestNet:
    def test_in_one_currency(self) -> None:
        found = net("19.99 EUR", tax_rate="19", fee_percent="1.5", fee_fixed="0.25 EUR", cost="10 EUR")
        assert [str(one) for one in (found.net, found.tax, found.fees, found.revenue, found.left)] == [
            "16.80 EUR", "3.19 EUR", "0.55 EUR", "16.25 EUR", "6.25 EUR",
        ]  # fmt: skip
        assert str(found.margin) == "37.2"

    def test_tax_on_top(self) -> None:
        found = net("100 USD", tax_rate="8", includes_tax=False, fee_percent="3")
        assert (str(found.paid), str(found.net), str(found.fees)) == ("108.00 USD", "100.00 USD", "3.24 USD")

    def test_exchanged(self) -> None:
        found = net(
            "279 SEK",
            tax_rate="25",
            fee_percent="3.25",
            conversion_percent="2",
            currency="EUR",
            rate="0.0911",
            fee_fixed="0.25 EUR",
        )
        assert (str(found.net_home), str(found.revenue), str(found.fee_fixed)) == ("20.33 EUR", "18.75 EUR", "0.25 EUR")
        assert "exchanged at 0.0911 EUR for 1 SEK" in found.explain()

    def test_landed_cost_is_cost(self) -> None:
        assert net("20 EUR", tax_rate="0", cost="5 EUR", landed="3 EUR").left == Money("12", "EUR")

    def test_nothing_turned_over_has_no_margin(self) -> None:
        assert net("0 EUR", tax_rate="19").margin is None

    @pytest.mark.parametrize(
        "options",
        [
            {"tax_rate": 0.19},
            {"tax_rate": "x"},
            {"tax_rate": "19", "currency": "USD"},
            {"tax_rate": "19", "fee_fixed": "1 JPY"},
            {"tax_rate": "19", "cost": "1 JPY"},
            {"tax_rate": "19", "fee_percent": "100"},
            {"tax_rate": "19", "currency": "USD", "rate": "0"},
        ],
    )
    def test_bad_numbers(self, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            net("20 EUR", **options)


class TestLadder:
    def test_the_list(self) -> None:
        prices = ladder("20 EUR", TERMS, **COMMON)
        assert [(str(rung.shelf), str(rung.left), rung.reason) for rung in prices.rungs] == [
            ("23.95 EUR", "7.52 EUR", "ending"),
            ("279.00 SEK", "6.75 EUR", "ending"),
            ("20.99 GBP", "7.41 EUR", "ending"),
            ("3980 JPY", "7.15 EUR", "ending"),
        ]
        assert prices["JP"].text == "￥3,480".replace("3,480", "3,980")
        assert prices.spread is not None

    def test_no_ending_unless_asked_for(self) -> None:
        prices = ladder("20 EUR", TERMS, **{**COMMON, "ending": None})
        assert [rung.reason for rung in prices.rungs] == ["base"] * 4
        assert str(prices["DE"].shelf) == "23.80 EUR"

    def test_the_floor_holds(self) -> None:
        prices = ladder("13 EUR", TERMS, **COMMON)
        for rung in prices.rungs:
            assert rung.shelf >= rung.floor
            assert rung.margin is not None
            assert rung.margin >= 25

    def test_the_floor_without_an_ending(self) -> None:
        rung = ladder("13 EUR", TERMS[:1], on="2026-10-30", cost="12 EUR", margin_floor="25").rungs[0]
        assert (rung.reason, str(rung.shelf)) == ("floor", "19.92 EUR")

    def test_the_floor_holds_where_the_home_currency_is_the_coarser_one(self) -> None:
        for cost in ("12 EUR", "11.99 EUR", "7.01 EUR", "0.01 EUR"):
            terms = {"market": "ID", "tax_rate": "11", "rate": "17437.5", "tax_display": "included", "fee_percent": "2.9"}
            rung = ladder("0.02 EUR", [terms], on="2026-10-30", cost=cost, margin_floor="25").rungs[0]
            assert rung.left.amount >= rung.net_home.amount / 4

    def test_the_corridor_makes_endings_give_way(self) -> None:
        prices = ladder("20 EUR", TERMS, **COMMON, corridor="1")
        for rung in prices.rungs:
            assert 99 <= rung.parity <= 101
        assert prices["SE"].reason == "corridor"

    def test_a_floor_above_the_corridor_is_told(self) -> None:
        rung = ladder("13 EUR", TERMS[:1], **{**COMMON, "corridor": "5"}).rungs[0]
        assert any("outside the corridor" in text for text in rung.findings)
        assert rung.shelf >= rung.floor

    def test_landed_cost_raises_price_and_floor(self) -> None:
        plain, landed = (ladder("20 EUR", [{**TERMS[0], **more}], **COMMON).rungs[0] for more in ({}, {"landed": "3 EUR"}))
        assert landed.floor > plain.floor
        assert landed.raw > plain.raw
        assert landed.steps

    def test_a_tax_shown_apart(self) -> None:
        rung = ladder("20 EUR", [{"market": "US-CA", "tax_rate": "8", "rate": "1.10"}], on="2026-10-30").rungs[0]
        assert (str(rung.shelf), rung.tax, str(rung.tax_amount)) == ("22.00 USD", "excluded", "1.76 USD")

    def test_own_steps_rates_and_buffers(self) -> None:
        terms = {"market": "CH", "tax_rate": "8.1", "rate": "0.93", "step": "0.05", "buffer": "0", "fee_fixed": "0.30 CHF"}
        rung = ladder("20 EUR", [terms], on="2026-10-30", buffer="10").rungs[0]
        assert str(rung.shelf) == "20.10 CHF"

    def test_a_bad_market_does_not_spoil_the_list(self) -> None:
        bad: list[Any] = [
            {"market": "DE"}, {"market": "Atlantis", "tax_rate": "1"}, 7, {"market": "DE", "tax_rate": 0.19},
            {"market": "KE", "tax_rate": "16"}, {"market": "DE", "tax_rate": "19", "fee_percent": "80"},
            {"market": "HK", "tax_rate": "5"}, {"market": "DE", "tax_rate": "19", "landed": "1 USD"},
            {"market": "DE", "tax_rate": "19", "step": "0.001"}, {"market": "DE", "tax_rate": "19", "colour": "red"},
        ]  # fmt: skip
        prices = ladder("20 EUR", [*bad, MarketTerms(**TERMS[0])], **COMMON)
        assert [row.index for row in prices.rejected] == list(range(len(bad)))
        assert [rung.market for rung in prices.rungs] == ["DE"]
        assert {row.error for row in prices.rejected} == {"InvalidInput", "UnknownFact"}

    @pytest.mark.parametrize(
        "options",
        [
            {"markets": "DE"},
            {"markets": {"market": "DE"}},
            {"markets": None},
            {"base": "0 EUR"},
            {"base": "-1 EUR"},
            {"cost": "1 USD"},
            {"margin_floor": "100"},
            {"corridor": "x"},
        ],
    )
    def test_bad_input_for_all(self, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            ladder(options.pop("base", "20 EUR"), options.pop("markets", TERMS), **{**COMMON, **options})

    def test_too_many_markets_are_refused_soon(self) -> None:
        with pytest.raises(InvalidInput, match="at most"):
            ladder("20 EUR", (7 for _ in range(10**9)), **COMMON)

    def test_a_market_that_is_not_in_the_list(self) -> None:
        with pytest.raises(InvalidInput, match="not in the list"):
            ladder("20 EUR", TERMS[:1], **COMMON)["FR"]

    def test_each_figure_is_explained_and_read_back(self) -> None:
        prices = ladder("20 EUR", TERMS, **COMMON)
        text = prices.explain()
        for part in ("DE raw", "SE floor", "GB fees", "JP left", "keeps 25 %", "1 EUR = 10.978 SEK"):
            assert part in text
        again = PriceList.model_validate_json(prices.model_dump_json())
        assert again == prices
        assert again.explain() == text
        assert "<table>" in prices._repr_html_()
        assert prices.explain("markdown").startswith("**")
        with pytest.raises(InvalidInput, match="style"):
            prices.explain("song")
        assert "<table>" in net("1 EUR", tax_rate="19")._repr_html_()
