"""Amounts: levels of rounding, prices with and without tax, discounts, delivery, limits by piece, several taxes."""

from __future__ import annotations

from datetime import date
from decimal import localcontext
from fractions import Fraction
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook
from xbcommerce.tax import Determination, determine
from xbcommerce.tax.amounts import Rounding, Share, Tax, money_of, taxes_of
from xbcommerce.tax.sale import Sale

ON = date(2026, 11, 25)
DE = {"country": "DE", "postcode": "10115"}


def german(lines: list[dict[str, Any]], **more: Any) -> Determination:
    seller = {"establishments": ["DE"], "registrations": ["DE"], **more.pop("seller", {})}
    sale = {"ship_from": DE, "ship_to": DE, "seller": seller, "buyer": "consumer", "lines": lines, **more}
    return determine({"prices_include_tax": True, **sale}, on=ON)


def american(state: str, lines: list[dict[str, Any]], **more: Any) -> Determination:
    seller = {"establishments": ["US-NV"], "registrations": [state], **more.pop("seller", {})}
    sale = {"ship_from": "US-NV", "ship_to": state, "seller": seller, "buyer": "consumer", "lines": lines, **more}
    return determine({"prices_include_tax": False, **sale}, on=ON)


def clothing(price: str, **more: Any) -> dict[str, Any]:
    return {"unit_price": price, "goods_class": "clothing_adult", **more}


# ------------------------------------------------------------------ inclusive and exclusive


def test_tax_is_taken_out_of_the_gross_price_once() -> None:
    found = german([{"unit_price": "119.00 EUR"}])
    assert (str(found.net), str(found.tax), str(found.gross)) == ("100.00 EUR", "19.00 EUR", "119.00 EUR")
    found = german([{"unit_price": "19.99 EUR"}])
    assert (str(found.net), str(found.tax), str(found.gross)) == ("16.80 EUR", "3.19 EUR", "19.99 EUR")


def test_tax_on_top_of_the_net_price() -> None:
    found = german([{"unit_price": "16.80 EUR"}], prices_include_tax=False)
    assert (str(found.net), str(found.tax), str(found.gross)) == ("16.80 EUR", "3.19 EUR", "19.99 EUR")


def test_the_mixed_order_of_the_design() -> None:
    """A book of 20.00 at 7 % and a shirt of 50.00 at 19 %, delivery 4.90, all gross: 1.40 + 8.54 = 9.94, not 10.08."""
    found = german([{"unit_price": "20.00 EUR", "goods_class": "book_print"}, {"unit_price": "50.00 EUR"}], freight="4.90 EUR")
    assert [str(line.gross) for line in found.lines] == ["21.40 EUR", "53.50 EUR"]
    assert [str(line.tax) for line in found.lines] == ["1.40 EUR", "8.54 EUR"]
    assert str(found.tax) == "9.94 EUR"
    assert found.percent is None
    assert [str(line.percent) for line in found.lines] == ["7", "19"]


# ------------------------------------------------------------------ levels of rounding


@pytest.mark.parametrize(("level", "tax"), [("document", "9.58 EUR"), ("line", "9.57 EUR"), ("unit", "9.57 EUR")])
def test_three_times_19_99_with_19_percent_inside(level: str, tax: str) -> None:
    found = german([{"unit_price": "19.99 EUR"}] * 3, seller={"elections": {"rounding_level": level}})
    assert str(found.tax) == tax
    assert sum(line.tax for line in found.lines) == found.tax  # type: ignore[misc]


def test_the_documents_figure_leads_and_ties_go_to_the_earlier_line() -> None:
    found = german([{"unit_price": "19.99 EUR"}] * 3)
    assert [str(line.tax) for line in found.lines] == ["3.20 EUR", "3.19 EUR", "3.19 EUR"]


@pytest.mark.parametrize(("level", "tax"), [("document", "0.10 USD"), ("line", "0.09 USD")])
def test_three_times_0_49_at_7_percent(level: str, tax: str) -> None:
    assert str(american("US-RI", [{"unit_price": "0.49 USD"}] * 3, seller={"elections": {"rounding_level": level}}).tax) == tax


def test_by_unit_each_piece_is_rounded() -> None:
    one = german([{"unit_price": "0.49 EUR", "quantity": 3}], seller={"elections": {"rounding_level": "unit"}})
    assert str(one.tax) == "0.24 EUR"
    assert str(german([{"unit_price": "0.49 EUR", "quantity": 3}]).tax) == "0.23 EUR"


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput, match="none of document, line, unit"):
        german([{"unit_price": "1.00 EUR"}], seller={"elections": {"rounding_level": "galaxy"}})


def test_a_currency_without_minor_units() -> None:
    found = determine(
        {
            "ship_from": "JP", "ship_to": "JP", "seller": {"establishments": ["JP"], "registrations": ["JP"]}, "buyer": "consumer",
            "lines": [{"unit_price": "1999 JPY"}], "prices_include_tax": False,
        },
        on=ON,
    )  # fmt: skip
    assert str(found.tax) == "200 JPY"


def test_a_step_coarser_than_the_minor_unit() -> None:
    rounding = Rounding("half-up", 5, "document")
    tax = Tax.of((("VAT", Fraction(81, 1000)),), (), exempt_amount=Fraction(0), rounding=rounding, included=False)
    sale = Sale(ship_from="CH", ship_to="CH", seller="CH", lines=[{"unit_price": "9.99 CHF"}, {"unit_price": "9.99 CHF"}])
    assert [sum(one.values()) for one in taxes_of(sale, sale.worths, [tax, tax])] == [80, 80]  # 161.8 centimes, to 160


# ------------------------------------------------------------------ discounts


def test_discounts_lower_the_base_before_tax() -> None:
    assert str(german([{"unit_price": "119.00 EUR", "discount": "11.90 EUR"}]).tax) == "17.10 EUR"
    assert str(german([{"unit_price": "119.00 EUR"}], discount="11.90 EUR").tax) == "17.10 EUR"


def test_a_sales_discount_of_10_over_three_lines_of_33_33() -> None:
    found = german([{"unit_price": "33.33 EUR"}] * 3, discount="10.00 EUR")
    assert [str(line.gross) for line in found.lines] == ["29.99 EUR", "30.00 EUR", "30.00 EUR"]
    assert str(found.gross) == "89.99 EUR"


def test_what_a_third_party_pays_lowers_nothing() -> None:
    plain, coupon = (
        american("US-TX", [{"unit_price": "100.00 USD", **more}]) for more in ({}, {"third_party_discount": "10.00 USD"})
    )
    assert plain.tax == coupon.tax
    assert plain.gross == coupon.gross


# ------------------------------------------------------------------ delivery


@pytest.mark.parametrize(
    ("state", "stated", "tax"),
    [
        ("US-CA", True, "7.25 USD"),  # exempt if stated apart
        ("US-CA", False, "7.98 USD"),
        ("US-TX", True, "6.88 USD"),  # taxable if the goods are
        ("US-HI", True, "4.40 USD"),  # taxable
        ("US-GA", True, "4.40 USD"),  # follows the goods
    ],
)
def test_delivery_by_the_rule_of_the_state(state: str, stated: bool, tax: str) -> None:
    assert str(american(state, [{"unit_price": "100.00 USD"}], freight="10.00 USD", freight_stated=stated).tax) == tax


def test_delivery_of_exempt_goods_is_exempt_where_it_follows_them() -> None:
    found = american("US-GA", [{"unit_price": "100.00 USD", "goods_class": "medicine_prescription"}], freight="10.00 USD")
    assert str(found.tax) == "0.00 USD"


def test_delivery_is_shared_by_value_and_said_so() -> None:
    found = german([{"unit_price": "20.00 EUR", "goods_class": "book_print"}, {"unit_price": "50.00 EUR"}], freight="4.90 EUR")
    assert "delivery is taxed as the goods, shared by value" in found.assumptions


# ------------------------------------------------------------------ limits and exempt parts by piece


@pytest.mark.parametrize(
    ("state", "line", "tax"),
    [
        ("US-NY", clothing("109.99 USD"), "0.00 USD"),
        ("US-NY", clothing("110.00 USD"), "4.40 USD"),
        ("US-NY", clothing("60.00 USD", quantity=3), "0.00 USD"),
        ("US-NY", clothing("110.00 USD", discount="0.01 USD"), "0.00 USD"),
        ("US-NY", {"price": "329.99 USD", "quantity": 3, "goods_class": "clothing_adult"}, "0.00 USD"),  # 109.99666... a piece
        ("US-NY", {"price": "330.00 USD", "quantity": 3, "goods_class": "clothing_adult"}, "13.20 USD"),
        ("US-MA", clothing("175.00 USD"), "0.00 USD"),
        ("US-MA", clothing("200.00 USD"), "1.56 USD"),
        ("US-MA", clothing("200.00 USD", quantity=3), "4.69 USD"),
        ("US-RI", clothing("250.00 USD"), "0.00 USD"),
        ("US-RI", clothing("300.00 USD"), "3.50 USD"),
        ("US-CT", clothing("1000.00 USD"), "63.50 USD"),
        ("US-CT", clothing("1000.01 USD"), "77.50 USD"),
    ],
)
def test_the_price_of_each_piece_decides(state: str, line: dict[str, Any], tax: str) -> None:
    assert str(american(state, [line]).tax) == tax


def test_pieces_below_and_above_the_limit_in_one_sale() -> None:
    found = american("US-NY", [clothing("100.00 USD"), clothing("120.00 USD")])
    assert [str(line.tax) for line in found.lines] == ["0.00 USD", "4.80 USD"]
    assert [str(line.percent) for line in found.lines] == ["0", "4"]


def test_a_limit_in_another_currency_is_converted() -> None:
    sale = {
        "ship_from": "US-NV", "ship_to": "US-NY", "seller": {"establishments": ["US-NV"], "registrations": ["US-NY"]},
        "buyer": "consumer", "prices_include_tax": False,
    }  # fmt: skip
    for price, tax in (("99.99 EUR", "0.00 EUR"), ("100.00 EUR", "4.00 EUR")):
        assert str(determine({**sale, "lines": [clothing(price)]}, on=ON, rates={"EUR/USD": "1.1"}).tax) == tax


def test_an_exempt_part_inside_a_gross_price_cannot_be_told() -> None:
    with pytest.raises(UnknownFact, match="give prices without tax"):
        american("US-MA", [clothing("200.00 USD")], prices_include_tax=True)


# ------------------------------------------------------------------ several taxes


def test_gst_and_qst_are_rounded_each_for_itself() -> None:
    sale = {
        "ship_from": "CA-QC", "ship_to": "CA-QC", "seller": {"establishments": ["CA-QC"], "registrations": ["CA", "CA-QC"]},
        "buyer": "consumer", "lines": [{"unit_price": "19.99 CAD"}], "prices_include_tax": False,
    }  # fmt: skip
    found = determine(sale, on=ON)
    assert {name: str(amount) for name, amount in found.outcomes[0].taxes.items()} == {"GST": "1.00 CAD", "QST": "1.99 CAD"}
    assert (str(found.tax), str(found.percent)) == ("2.99 CAD", "14.975")
    inside = determine({**sale, "lines": [{"unit_price": "22.98 CAD"}], "prices_include_tax": True}, on=ON)
    assert (str(inside.net), str(inside.tax)) == ("19.99 CAD", "2.99 CAD")


def test_one_harmonized_tax_is_one_amount() -> None:
    sale = {
        "ship_from": "CA-ON", "ship_to": "CA-ON", "seller": {"establishments": ["CA-ON"], "registrations": ["CA"]},
        "buyer": "consumer", "lines": [{"unit_price": "19.99 CAD"}], "prices_include_tax": False,
    }  # fmt: skip
    assert {name: str(amount) for name, amount in determine(sale, on=ON).outcomes[0].taxes.items()} == {"HST": "2.60 CAD"}


def test_state_and_local_tax_are_summed_before_rounding() -> None:
    assert str(american("US-NY", [{"unit_price": "10.10 USD"}], local_rate="4.875 %").tax) == "0.90 USD"


def test_a_local_rate_where_there_are_none_is_left_aside() -> None:
    assert str(german([{"unit_price": "119.00 EUR"}], local_rate="5 %").tax) == "19.00 EUR"


def test_a_tax_on_tax_inside_a_gross_price() -> None:
    sale = {
        "ship_from": "GH", "ship_to": "GH", "seller": {"establishments": ["GH"], "registrations": ["GH"]}, "buyer": "consumer",
        "lines": [{"unit_price": "1219.00 GHS"}], "prices_include_tax": True,
    }  # fmt: skip
    assert str(determine(sale, on="2025-06-01").tax) == "219.00 GHS"


# ------------------------------------------------------------------ arithmetic


@pytest.mark.parametrize("precision", [2, 5, 28])
def test_the_callers_decimal_context_changes_nothing(precision: int) -> None:
    with localcontext() as context:
        context.prec = precision
        context.Emax, context.Emin = 20, -20
        found = german([{"unit_price": "123456789.01 EUR"}, {"unit_price": "0.125 EUR"}], freight="4.90 EUR")
        assert str(found.gross) == "123456794.035 EUR"
        assert found.net + found.tax == found.gross  # type: ignore[operator]


def test_exact_fractions_of_the_minor_unit_become_money() -> None:
    assert money_of(225, 2, "EUR") == Money("1.125", "EUR")
    assert money_of(200, 2, "JPY") == Money("100", "JPY")


def test_shares_of_a_gross_price_divide_by_the_sum() -> None:
    tax = Tax.of(
        (("GST", Fraction(1, 20)), ("QST", Fraction(9975, 100_000))), (), exempt_amount=Fraction(0),
        rounding=Rounding("half-up", 1, "document"), included=True,
    )  # fmt: skip
    assert tax.goods[0] == Share("GST", *(Fraction(1, 20) / Fraction(114_975, 100_000)).as_integer_ratio())


def test_rounding_that_the_law_names_is_taken_and_what_it_does_not_is_said() -> None:
    singapore = determine(
        {
            "ship_from": "SG", "ship_to": "SG", "seller": {"establishments": ["SG"], "registrations": ["SG"]}, "buyer": "consumer",
            "lines": [{"unit_price": "1.00 SGD"}], "prices_include_tax": False,
        },
        on=ON,
    )  # fmt: skip
    assert any("may round by document or by line" in text for text in singapore.assumptions)
    down = Rulebook.builtin().overlay(
        "what if",
        [
            {"subject": "tax.rounding", "place": "SG", "value": "down", "unit": "code"},
            {"subject": "tax.rounding_level", "place": "SG", "value": "document", "unit": "code"},
        ],
    )
    sale = {
        "ship_from": "SG", "ship_to": "SG", "seller": {"establishments": ["SG"], "registrations": ["SG"]}, "buyer": "consumer",
        "lines": [{"unit_price": "1.00 SGD"}, {"unit_price": "0.99 SGD"}], "prices_include_tax": False,
    }  # fmt: skip
    assert str(determine(sale, on=ON, rulebook=down).tax) == "0.17 SGD"
    assert str(determine(sale, on=ON).tax) == "0.18 SGD"


@pytest.mark.parametrize(
    ("lines", "tax"),
    [
        ([{"unit_price": "50.00 USD"}, clothing("50.00 USD")], "2.40 USD"),
        ([clothing("50.00 USD"), {"unit_price": "50.00 USD"}], "2.40 USD"),
        ([clothing("50.00 USD")], "0.00 USD"),
        ([{"unit_price": "100.00 USD"}], "4.40 USD"),
        ([{"unit_price": "50.00 USD"}, {"unit_price": "50.00 USD", "goods_class": "food"}], "2.40 USD"),
    ],
)
def test_one_delivery_charge_for_taxed_and_exempt_goods_is_taxed_in_full_in_new_york(
    lines: list[dict[str, Any]], tax: str
) -> None:
    assert str(american("US-NY", lines, freight="10.00 USD").tax) == tax
