"""Payments as a shop uses them: the seed markets, reasons, remedies, weights, fees, plans, explanations, errors."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce import payments
from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError
from xbcommerce.money import Money
from xbcommerce.payments import Checkout, Contract, Eligibility, Fee, Market, Merchant, Recommendation, eligible, recommend
from xbcommerce.payments.instalments import cost_of_waiting, instalments
from xbcommerce.payments.portfolio import portfolio

DAY = "2026-11-22"


def shown(checkout: Any, merchant: Any = "DE", **options: Any) -> Recommendation:
    return recommend(checkout, merchant, **{"on": DAY, "weights": "conversion", **options})


# ----------------------------------------------------------------------------------------------------------- seed markets


def sources_of(entry: payments.Entry) -> set[str]:
    return {fact.citation.url for fact in entry.facts} | {fact.citation.url for fact in entry.reach.facts} - {""}


def test_brazil_shows_pix_first_and_instalments_with_a_plan() -> None:
    found = shown("BR 199.90 BRL", "BR")
    assert found.order[0] == "pix"
    card = next(entry for entry in found.entries if entry.method == "card_visa")
    (plan,) = card.plans
    assert (plan.count, str(plan.parts[0]), sum(plan.parts)) == (6, "33.35 BRL", Money("199.90", "BRL"))
    assert plan.facts[0].citation.url.startswith("https://docs.2checkout.com")
    assert "br_parcelado" not in found.order  # a way to pay by card, not a second reach
    assert any("who bears the interest is not known" in text for text in plan.warnings)


def test_instalments_stand_alone_where_no_card_is_shown() -> None:
    found = recommend("BR 100 BRL", "BR", on=DAY, methods=["br_parcelado", "pix"])
    assert found.order == ("pix", "br_parcelado")
    assert found.entries[1].plans[0].count == 6


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("2025-06-01", "iDEAL"),
        ("2026-01-28", "iDEAL"),
        ("2026-01-29", "iDEAL | Wero"),
        ("2027-12-31", "iDEAL | Wero"),
        ("2028-01-01", "Wero"),
    ],
)
def test_the_netherlands_show_ideal_first_under_the_name_of_the_day(on: str, name: str) -> None:
    entry = recommend("NL 50 EUR", "NL", on=on, weights="conversion").entries[0]
    assert (entry.method, entry.name) == ("ideal", name)
    assert any(url.startswith("https://docs.mollie.com") for url in sources_of(entry))
    assert any("presumed" in warning for warning in entry.warnings) == (name == "Wero")


def test_sweden_shows_swish_and_klarna_in_the_lawful_order() -> None:
    found = shown("SE 800 SEK", "SE")
    entries = dict(zip(found.order, found.entries, strict=True))
    assert found.order[0] == "swish"
    assert entries["klarna.pay_now"].credit is False
    assert entries["klarna.pay_later+pay_in_parts+financing"].credit is True
    assert found.preselect == "swish"
    law = next(step for step in found.explanation.steps if step.id == "order")
    assert law.facts[0].id.startswith("payment.order.credit_not_first/SE/2020-07-01")
    assert law.facts[0].citation.url == "https://www.swedbankpay.com/paymentservicesact"


def test_credit_is_moved_behind_the_best_without_credit_and_cards_are_the_callers_choice() -> None:
    cheap = {
        "country": "SE",
        "contracts": [
            {
                "provider": "mollie",
                "methods": ["klarna", "card_visa", "paypal"],
                "fees": {"klarna": "0 %", "paypal": "5 %", "card": "1 %"},
            }
        ],
    }
    asked: dict[str, Any] = {"on": DAY, "weights": {"cost": 1}}
    later = {"shopper": "SE", "amount": "800 SEK", "product": "pay_later"}
    found = recommend(later, cheap, **asked)
    assert found.order[:2] == ("card_visa", "klarna")
    assert found.entries[0].moved
    assert found.findings == ("card_visa stands before klarna: credit may not stand first",)
    strict = recommend(later, cheap, cards_are_credit=True, **asked)
    assert strict.order[:2] == ("paypal", "klarna")
    business = recommend({**later, "buyer": "business"}, cheap, **asked)
    assert business.order[0] == "klarna"
    assert not business.findings


def test_only_credit_leaves_nothing_ticked() -> None:
    found = recommend({"shopper": "SE", "amount": "800 SEK", "product": "pay_later"}, "SE", on=DAY, methods=["klarna"])
    assert found.preselect is None
    assert len(found.findings) == 3
    assert "offer another beside them" in found.findings[1]


@pytest.mark.parametrize(("shopper", "amount"), [("ID", "250000 IDR"), ("AE", "500 AED")])
def test_cash_on_delivery_is_shown_with_its_warning(shopper: str, amount: str) -> None:
    found = shown(f"{shopper} {amount}", shopper)
    entry = next(entry for entry in found.entries if entry.method == "cod")
    risk = next(one for one in entry.contributions if one.part == "risk")
    assert "parcels are refused at the door" in risk.text
    assert not risk.known
    if shopper == "AE":
        assert risk.facts[0].value.startswith("place X-MEA; percent 19")


def test_germany_shows_paypal_and_invoice_first() -> None:
    found = shown("DE 80 EUR")
    assert found.order[:2] == ("paypal", "invoice_de")
    first = found.entries[0].reach
    assert (first.low, first.high, first.identified_by, first.years) == (Decimal("18.5"), Decimal("38.5"), "method", (2024,))
    assert first.facts[0].citation.url


def test_japan_shows_cards_and_the_convenience_store() -> None:
    found = shown("JP 8000 JPY", "JP")
    konbini = next(entry for entry in found.entries if entry.method == "konbini")
    assert konbini.options == ("7_eleven", "lawson", "familymart", "ministop", "seicomart")
    assert any("up to 7 days later" in warning for warning in konbini.warnings)
    assert any("antom" in url or "ppro" in url or "worldpay" in url for url in sources_of(konbini))
    assert found.reach.low == Decimal(62)


def test_india_shows_upi_first_with_the_second_factor() -> None:
    found = shown({"shopper": "IN", "amount": "9000 INR", "recurring": True}, "IN")
    assert found.order[0] == "upi"
    assert any("charges above 15000 INR need a second factor" in text for text in found.entries[0].warnings)


# ------------------------------------------------------------------------------------------------------ reasons and sources


def test_a_refusal_names_the_fact_the_bound_and_the_remedy() -> None:
    found = eligible({"shopper": "MX", "amount": "9.99 MXN", "provider": "Worldpay"}, "GB", on=DAY)
    reason = found["oxxo"].reasons[0]
    assert (reason.code, reason.bound, reason.remedy) == ("amount_below_min", Money("10", "MXN"), "from 10.00 MXN")
    assert reason.fact is not None
    assert reason.fact.citation.url == "https://developer.worldpay.com/products/apms/oxxo"
    assert "oxxo" in found.refused
    assert "no: is below the minimum of 10.00 MXN" in found.explain()


def test_soft_limits_warn_and_do_not_refuse() -> None:
    verdict = eligible({"shopper": "PT", "amount": "1500 EUR", "provider": "antom"}, "DE", on=DAY)["mb_way"]
    assert verdict.verdict == "yes"
    assert any("may raise" in warning for warning in verdict.warnings)


def test_what_a_merchant_states_turns_unknown_into_yes_but_never_no() -> None:
    asked = {"shopper": "DE", "amount": "50 EUR"}
    unknown = eligible({**asked, "provider": "adyen"}, "DE", on=DAY, methods=["paypal"])
    assert unknown.unknown == ("paypal",)
    stated = {"country": "DE", "contracts": [{"provider": "adyen", "methods": ["paypal"]}]}
    assert eligible(asked, stated, on=DAY, methods=["paypal"]).eligible == ("paypal",)
    other = eligible(asked, stated, on=DAY, methods=["eps", "trustly"])
    assert other["trustly"].reasons[0].code == "not_enabled"


def test_two_entities_are_alternatives() -> None:
    seller = {"country": "SG", "entities": ["BR"], "contracts": ["antom"]}
    assert eligible("BR 60000 BRL", seller, on=DAY, methods=["pix"]).eligible == ("pix",)
    assert eligible("BR 60000 BRL", "SG", on=DAY, methods=["pix"])["pix"].verdict == "unknown"


def test_strict_takes_no_assumption() -> None:
    plain = eligible("DE 50 EUR", "DE", on=DAY, methods=["paypal"])
    strict = eligible("DE 50 EUR", "DE", on=DAY, methods=["paypal"], strict=True)
    assert (plain.eligible, strict.unknown) == (("paypal",), ("paypal",))
    assert plain["paypal"].assumptions


def test_needs_refunds_and_renewals() -> None:
    asked = {"shopper": "JP", "amount": "5000 JPY", "refund_days": 30}
    found = eligible(asked, "JP", on=DAY)
    assert found["konbini"].reasons[0].code == "no_refund"
    assert found["paypay"].verdict == "yes"
    blik = eligible({"shopper": "PL", "amount": "50 PLN", "provider": "paypal", "refund_days": 200}, "PL", on=DAY)["blik"]
    assert blik.reasons[0].code == "refund_window"
    again = eligible({"shopper": "PL", "amount": "50 PLN", "recurring": True}, "PL", on=DAY)["blik"]
    assert again.reasons[0].code == "no_recurring"
    ideal = eligible({"shopper": "NL", "amount": "50 EUR", "recurring": True}, "NL", on=DAY)["ideal"]
    assert (ideal.verdict, "direct debit mandate" in " ".join(ideal.warnings)) == ("yes", True)


def test_business_only_and_digital_goods() -> None:
    assert eligible("DE 50 EUR", "DE", on=DAY)["billie"].reasons[0].code == "buyer_kind"
    business = eligible({"shopper": "DE", "amount": "50 EUR", "buyer": "business"}, "DE", on=DAY)
    assert business["billie"].verdict == "yes"
    download = eligible({"shopper": "AE", "amount": "50 AED", "goods": "digital"}, "AE", on=DAY)
    assert download["cod"].reasons[0].code == "goods"


def test_unknown_merchant_country_is_unknown_where_it_decides() -> None:
    found = eligible({"shopper": "CH", "amount": "100 CHF", "provider": "antom"}, on=DAY, methods=["twint"])
    assert found["twint"].reasons[0].code == "merchant_unknown"


# ---------------------------------------------------------------------------------------------------------------- ranking


def test_contributions_are_told_in_words_and_unknown_costs_ask_for_the_fee() -> None:
    entry = shown("NL 50 EUR").entries[0]
    texts = {one.part: one.text for one in entry.contributions}
    assert texts["reach"].startswith("reach 43..77 × 1 = 43.00..77.00")
    assert "unknown: 0 to" in texts["cost"]
    assert "tell your fee" in texts["cost"]


def test_the_merchants_own_fees_decide_the_order() -> None:
    def order(fees: dict[str, str]) -> tuple[str, ...]:
        seller = {"country": "DE", "contracts": [{"provider": "acme", "methods": ["paypal", "card_visa"], "fees": fees}]}
        return recommend("DE 10 EUR", seller, on=DAY, weights={"cost": 1}).order

    assert order({"paypal": "1 %", "card_visa": "1 % + 0.10 EUR"}) == ("paypal", "card_visa")
    assert order({"paypal": "3 %", "card_visa": "1 % + 0.10 EUR"}) == ("card_visa", "paypal")


def test_a_fixed_fee_weighs_less_in_a_large_basket() -> None:
    seller = {
        "country": "DE",
        "contracts": [
            {"provider": "acme", "methods": ["paypal", "card_visa"], "fees": {"paypal": "2 %", "card_visa": "0.50 EUR"}}
        ],
    }
    assert recommend("DE 10 EUR", seller, on=DAY, weights={"cost": 1}).order[0] == "paypal"
    assert recommend("DE 100 EUR", seller, on=DAY, weights={"cost": 1}).order[0] == "card_visa"


def test_presets_and_caution_change_the_order_and_bad_weights_are_told() -> None:
    assert (
        recommend("SE 800 SEK", "SE", on=DAY, weights="low_cost").order
        != recommend("SE 800 SEK", "SE", on=DAY, weights="conversion").order
    )
    for weights, told in [
        ("speed", "unknown preset 'speed'"), ({"speed": 1}, "unknown weight 'speed'"), ({"cost": -1}, "at least 0"), ({"cost": 0.5}, "floats are not exact"),
        ({}, "all weights are 0"), ({"cost": True}, "weights.cost"), (5, "a preset or a mapping"),
    ]:  # fmt: skip
        with pytest.raises(InvalidInput, match=told):
            recommend("SE 800 SEK", "SE", on=DAY, weights=weights)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="caution lies between 0 and 1"):
        recommend("SE 800 SEK", "SE", on=DAY, caution=2)


def test_methods_whose_scores_overlap_share_a_group() -> None:
    entries = shown("IN 2000 INR", "IN").entries
    assert entries[0].group == 1
    assert entries[1].group == 2
    assert entries[0].low > entries[1].high


def test_a_foreign_currency_costs_the_shopper() -> None:
    entry = next(entry for entry in shown("BR 100 USD", "US", weights={"currency": 1}).entries if entry.method == "card_visa")
    one = next(one for one in entry.contributions if one.part == "currency")
    assert (one.low, one.high) == (Decimal("3.5"), Decimal("6.5"))
    assert one.facts[0].id.startswith("payment.card_abroad_tax/BR/2025-07-16")


# ---------------------------------------------------------------------------------------------------- results and reading


def test_results_are_frozen_and_come_back_from_json_and_pickle() -> None:
    found = shown("NL 50 EUR")
    with pytest.raises(Exception, match="frozen"):
        found.order = ()  # type: ignore[misc]
    text = found.model_dump_json()
    again = Recommendation.model_validate_json(text)
    assert again == found
    assert again.entries == found.entries
    assert again.explain() == found.explain()
    assert pickle.loads(pickle.dumps(found)) == found
    assert deepcopy(found).entries == found.entries
    told = eligible("NL 50 EUR", "NL", on=DAY)
    assert Eligibility.model_validate_json(told.model_dump_json()).verdicts == told.verdicts
    assert json.loads(text)["amount"] == "50.00 EUR"


def test_explanations_come_in_three_styles_and_name_the_rulebook() -> None:
    found = shown("NL 50 EUR")
    assert "rulebook 20" in found.explain()
    assert found.explain("markdown").startswith("**Payment methods to show a shopper in NL")
    assert "<table>" in found._repr_html_()
    assert "<table>" in eligible("NL 50 EUR", on=DAY)._repr_html_()
    with pytest.raises(InvalidInput, match="unknown style"):
        found.explain("pdf")
    assert found.eligibility().eligible
    assert found.held_back


def test_an_entry_that_was_not_asked_for_is_told() -> None:
    with pytest.raises(UnknownFact, match="was not asked about"):
        eligible("NL 50 EUR", on=DAY, methods=["ideal"])["paypal"]


@pytest.mark.parametrize(
    ("checkout", "field"),
    [
        ("nonsense", "shopper"), ({"shopper": "NL"}, "amount"), ({"shopper": "XX", "amount": "1 EUR"}, "shopper"), ({"shopper": "NL", "amount": "0 EUR"}, "amount"),
        ({"shopper": "NL", "amount": 5.0}, "amount"), ({"shopper": "NL", "amount": "5 EUR", "flow": "telepathy"}, "flow"), (7, "checkout"),
        ({"shopper": "NL", "amount": "5 EUR", "provider": "stripee"}, "provider"), ({"shopper": "NL", "amount": "5 EUR", "buyer": "dog"}, "buyer"),
        ({"shopper": "NL", "amount": "5 EUR", "instalments": 0}, "instalments"),
    ],
)  # fmt: skip
def test_a_checkout_that_cannot_be_understood_is_told(checkout: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        eligible(checkout, on=DAY)
    assert error.value.field is not None
    assert field in error.value.field


def test_other_inputs_that_cannot_be_understood_are_told() -> None:
    with pytest.raises(InvalidInput, match="calendar day"):
        eligible("NL 5 EUR", on="soon")
    with pytest.raises(InvalidInput, match="list of ids"):
        eligible("NL 5 EUR", on=DAY, methods="ideal")
    with pytest.raises(UnknownFact, match="no payment method"):
        eligible("NL 5 EUR", on=DAY, methods=["idael"])
    with pytest.raises(InvalidInput, match="at most 1000"):
        eligible("NL 5 EUR", on=DAY, methods=["ideal"] * 1001)
    with pytest.raises(InvalidInput, match="two contracts"):
        Merchant(country="DE", contracts=["stripe", "stripe"])
    for fee in ("", "much", "1.5.5 %", 3, 0.5):
        with pytest.raises(InvalidInput):
            Fee.of(fee)
    assert Fee.of({"percent": "1"}) == Fee.of("1 %")
    assert Contract(provider="Checkout.com", fees="0.35 EUR").fee("ideal", "bank_transfer") == Fee(fixed="0.35 EUR")


# --------------------------------------------------------------------------------------------------------- parts and cash


def test_parts_are_refused_where_they_make_no_sense() -> None:
    for count in (0, 121, True, "six"):
        with pytest.raises(InvalidInput, match="counted from 1 to 120"):
            instalments("100 BRL", count)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            cost_of_waiting(count, a_month="1")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="the least part is in USD"):
        instalments("100 BRL", 3, min_part="5 USD")
    with pytest.raises(InvalidInput, match="not above 0"):
        instalments("0 BRL", 3)
    assert [str(cost_of_waiting(count, a_month="1.5")) for count in (2, 6, 12)] == ["2.21", "5.05", "9.10"]


def test_cash_on_delivery_without_a_known_rate_is_a_wide_range() -> None:
    found = payments.cash_on_delivery("12 EUR", fee="2 EUR", out="5 EUR", back="4 EUR", shopper="ES", on=DAY)
    assert (found.refusal_low, found.refusal_high) == (Decimal(0), Decimal(30))
    assert (found.expected_low, found.expected_high) == (Money("4.30", "EUR"), Money("10.00", "EUR"))
    assert found.limit == Money("1000", "EUR")
    assert found.warnings
    assert payments.cash_on_delivery("1 EUR", fee="2 EUR", out="5 EUR", back="4 EUR", shopper="ES", on=DAY).break_even is None
    with pytest.raises(InvalidInput, match="amounts in EUR and USD"):
        payments.cash_on_delivery("12 EUR", fee="2 USD", out="5 EUR", back="4 EUR", shopper="ES", on=DAY)


# -------------------------------------------------------------------------------------------------------------- settlement


def test_an_unknown_fee_is_never_zero() -> None:
    with pytest.raises(UnknownFact, match="the fee of ideal at mollie in EUR is not known"):
        payments.settle("NL 50 EUR", {"country": "NL", "contracts": ["mollie"]}, method="ideal", on=DAY)
    with pytest.raises(InvalidInput, match="the provider must be named"):
        payments.settle("NL 50 EUR", "NL", method="ideal", on=DAY)
    with pytest.raises(InvalidInput, match="the fixed fee is in USD"):
        payments.settle(
            "NL 50 EUR", {"country": "NL", "contracts": [{"provider": "mollie", "fees": "0.30 USD"}]}, method="ideal", on=DAY
        )


def test_agreed_fees_surcharges_and_reserve() -> None:
    seller = {
        "country": "DE",
        "contracts": [{"provider": "acme", "fees": {"card": "1.2 % + 0.20 EUR"}, "international": "1.5", "conversion": "2", "settlement_currency": "USD", "reserve": "5 %", "reserve_days": 90}],
    }  # fmt: skip
    paid = payments.settle("US 100 EUR", seller, method="card_visa", on=DAY)
    assert [(charge.id, str(charge.amount)) for charge in paid.charges] == [
        ("percentage", "1.20 EUR"), ("fixed", "0.20 EUR"), ("international", "1.50 EUR"), ("conversion", "2.00 EUR")
    ]  # fmt: skip
    assert (str(paid.net), str(paid.reserve), str(paid.paid_out), paid.reserve_days) == (
        "95.10 EUR",
        "5.00 EUR",
        "90.10 EUR",
        90,
    )
    assert "net" in paid.explain()
    at_home = payments.settle("DE 100 EUR", seller, method="card_visa", on=DAY)
    assert "international" not in [charge.id for charge in at_home.charges]
    small = payments.settle("DE 0.10 EUR", seller, method="card_visa", on=DAY)
    assert small.warnings == ("the fees exceed the amount",)


@pytest.mark.parametrize(
    ("amount", "provider", "count"),
    [
        ("5000 CLP", "stripe", 5000), ("5000 CLP", "adyen", 500000), ("100000 IDR", "adyen", 100000), ("100000 IDR", "stripe", 10000000),
        ("1500 ISK", "adyen", 150000), ("1500 ISK", "stripe", 150000), ("12.340 KWD", "stripe", 12340), ("12.345 KWD", "adyen", 12345), ("10 JPY", "adyen", 10),
    ],
)  # fmt: skip
def test_minor_units_of_providers(amount: str, provider: str, count: int) -> None:
    assert payments.to_provider(amount, provider) == count
    assert payments.from_provider(count, amount.split()[1], provider) == Money.parse(amount)


@pytest.mark.parametrize(
    ("amount", "provider"),
    [("12.345 KWD", "stripe"), ("1250.50 CVE", "adyen"), ("100000.50 IDR", "adyen"), ("1999.50 HUF", "stripe")],
)
def test_amounts_finer_than_a_provider_takes_are_refused_not_rounded(amount: str, provider: str) -> None:
    with pytest.raises(InvalidInput, match="finer than"):
        payments.to_provider(amount, provider)


def test_sources_that_disagree_are_told() -> None:
    with pytest.raises(UnknownFact, match="sources disagree on UGX at stripe"):
        payments.to_provider("1000 UGX", "stripe")
    with pytest.raises(InvalidInput, match="a whole number"):
        payments.from_provider(1.5, "EUR", "stripe")  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------------------- portfolio


def test_a_portfolio_tells_each_step_with_its_gain_and_how_firm_it_is() -> None:
    found = portfolio({"NL": 60, "DE": 40}, 4, on=DAY, solver="greedy")
    assert [pick.gain for pick in found.picks] == sorted((pick.gain for pick in found.picks), reverse=True)
    assert found.picks[-1].total == found.reach
    assert all(pick.frequency is not None for pick in found.picks)
    assert Decimal("0.63") < found.certificate <= 1
    assert found.guarantee == Decimal("0.6321")
    assert "second choices are assumed" in " ".join(found.assumptions)
    assert "points" in found.explain()


def test_a_portfolio_of_first_choices_only_takes_ideal_before_paypal_in_the_netherlands() -> None:
    found = portfolio({"NL": 1}, 1, on=DAY, substitution={}, samples=0)
    assert [pick.item for pick in found.picks] == ["ideal"]
    assert (found.first_low, found.first_high) == (Decimal(43), Decimal(77))


def test_a_portfolio_of_providers_counts_what_each_brings() -> None:
    found = portfolio(
        [{"shopper": "PL", "weight": 1, "amount": "200 PLN"}], 2, on=DAY, merchant="GB", items="providers", samples=0
    )
    assert found.picks
    assert all("przelewy24" not in pick.methods for pick in found.picks if pick.item == "mollie")


def test_costs_budget_and_what_is_there_already() -> None:
    plain = portfolio({"NL": 1}, 2, on=DAY, samples=0)
    dear = portfolio(
        {"NL": 1},
        "2000 EUR",
        on=DAY,
        samples=0,
        costs={"ideal": "1500 EUR", **{one.item: 1000 for one in plain.picks if one.item != "ideal"}},
        methods=["ideal", "card_visa", "paypal"],
    )
    assert dear.spent <= 2000
    there = portfolio({"NL": 1}, 1, on=DAY, samples=0, have=["ideal"])
    assert there.picks[0].item != "ideal"
    assert there.first_low >= Decimal(43)


def test_a_market_without_figures_is_told() -> None:
    found = portfolio([Market(shopper="CA")], 1, on=DAY, samples=0)
    assert found.warnings == ("no figures of usage are known for CA",)
    assert (found.first_low, found.first_high) == (Decimal(0), Decimal(100))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"markets": {}, "budget": 1}, "between 1 and 300 markets"), ({"markets": {"NL": 0}, "budget": 1}, "all weights of markets are 0"),
        ({"markets": ["NL", "NL"], "budget": 1}, "given twice"), ({"markets": {"NL": 1}, "budget": 0}, "must be above 0"), ({"markets": {"NL": 1}, "budget": 1.5}, "floats"),
        ({"markets": {"NL": 1}, "budget": 1, "solver": "magic"}, "solver is none of"), ({"markets": {"NL": 1}, "budget": 1, "items": "people"}, "items is none of"),
        ({"markets": {"NL": 1}, "budget": 1, "samples": -1}, "samples"), ({"markets": {"NL": 1}, "budget": 1, "substitution": {"any": 1}}, "unknown substitution"),
        ({"markets": {"NL": 1}, "budget": 1, "substitution": {"to_card": 2}}, "part of one"), ({"markets": {"NL": 1}, "budget": 1, "costs": {"gone": 1}}, "no item 'gone'"),
        ({"markets": {"NL": 1}, "budget": 1, "have": ["gone"]}, "no item 'gone'"), ({"markets": "XX", "budget": 1}, "XX"),
    ],
)  # fmt: skip
def test_a_portfolio_that_cannot_be_understood_is_told(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(XBCommerceError, match=told):
        portfolio(arguments.pop("markets"), arguments.pop("budget"), on=DAY, **{"samples": 0, **arguments})


def test_the_exact_solver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(InvalidInput, match="optimize"):
        portfolio({"NL": 1}, 1, on=DAY, solver="exact", samples=0)
    assert portfolio({"NL": 1}, 1, on=DAY, samples=0).method == "greedy"


def test_sixty_markets_are_solved_exactly() -> None:
    pytest.importorskip("highspy")
    places = [
        "US",
        "CN",
        "GB",
        "JP",
        "KR",
        "DE",
        "IN",
        "ID",
        "FR",
        "CA",
        "BR",
        "AU",
        "ES",
        "IT",
        "MX",
        "NL",
        "TR",
        "TH",
        "TW",
        "PL",
        "VN",
        "SE",
        "SA",
        "AE",
        "CH",
        "BE",
        "PH",
        "MY",
        "SG",
        "AT",
        "DK",
        "NO",
        "AR",
        "IL",
        "ZA",
        "IE",
        "CZ",
        "CL",
        "PT",
        "CO",
        "RO",
        "FI",
        "NZ",
        "HK",
        "GR",
        "HU",
        "UA",
        "EG",
        "NG",
        "PE",
        "PK",
        "KW",
        "QA",
        "SK",
        "BG",
        "KE",
        "MA",
        "JO",
    ]
    found = portfolio(dict.fromkeys(places, 1), 12, on=DAY, samples=0)
    assert (found.method, found.certificate) == ("exact", Decimal(1))


# -------------------------------------------------------------------------------------- surcharges, other providers, names


def test_surcharges_by_place_day_and_buyer() -> None:
    assert payments.surcharge("card_visa", "FR", on=DAY).allowed is False
    assert payments.surcharge("card_visa", "FR", on="2018-01-12").allowed is None
    assert payments.surcharge("paypal", "DE", on="2021-03-24").allowed is None
    assert payments.surcharge("paypal", "DE", on="2021-03-25").allowed is True
    assert payments.surcharge("paypal", "GB", on=DAY).allowed is False
    business = payments.surcharge("card_visa", "DE", on=DAY, buyer="business")
    assert business.allowed is None
    assert business.fact is not None
    with pytest.raises(InvalidInput, match="a consumer or a business"):
        payments.surcharge("card_visa", "DE", on=DAY, buyer="dog")  # type: ignore[arg-type]


def test_a_refusal_names_the_providers_at_which_it_could_be_shown() -> None:
    asked = {"shopper": "PL", "amount": "300 PLN", "merchant_country": "GB", "provider": "mollie"}
    verdict = eligible(asked, on=DAY, methods=["przelewy24"])["przelewy24"]
    assert verdict.verdict == "no"
    assert "airwallex" in verdict.elsewhere
    assert "antom" not in verdict.elsewhere


def test_contracts_that_name_unknown_methods_are_told() -> None:
    with pytest.raises(UnknownFact, match="did you mean 'klarna'"):
        eligible("SE 50 SEK", {"country": "SE", "contracts": [{"provider": "acme", "methods": ["klarma"]}]}, on=DAY)
    with pytest.raises(InvalidInput, match="neither a method nor a kind"):
        eligible("SE 50 SEK", {"country": "SE", "contracts": [{"provider": "acme", "fees": {"cards": "1 %"}}]}, on=DAY)


def test_co_badged_cards_leave_the_choice_to_the_shopper() -> None:
    warnings = eligible("FR 50 EUR", "FR", on=DAY)["card_cartes_bancaires"].warnings
    assert any("may choose the brand of a card that is also visa or mastercard" in text for text in warnings)


def test_limits_that_were_only_seen_later_are_an_assumption() -> None:
    asked = {"shopper": "PL", "amount": "300 PLN", "merchant_country": "DE", "provider": "mollie"}
    before = eligible(asked, on="2024-01-01", methods=["blik"])["blik"]
    assert before.verdict == "yes"
    assert "its limits were only seen later" in before.assumptions
    over = eligible({**asked, "amount": "50000.01 PLN"}, on="2024-01-01", methods=["blik"])["blik"]
    assert over.verdict == "unknown"


def test_a_lane_is_forgotten_rather_than_memory_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    from xbcommerce.payments import eligibility, shares

    monkeypatch.setattr(eligibility, "_MOST_LANES", 2)
    monkeypatch.setattr(shares, "_MOST_MIXES", 2)
    orders = [recommend("NL 50 EUR", "NL", on=f"2026-11-{day:02d}", weights="conversion").order[0] for day in range(1, 8)]
    assert set(orders) == {"ideal"}


def test_the_callers_decimal_context_changes_no_amount() -> None:
    from decimal import localcontext

    def figures() -> list[str]:
        seller = {"country": "DE", "contracts": [{"provider": "acme", "fees": "2.937 % + 0.25 EUR", "reserve": "3.3"}]}
        paid = payments.settle("DE 123456.78 EUR", seller, method="paypal", on=DAY)
        plan = instalments("123456.78 BRL", 12, interest="2.99")
        cod = payments.cash_on_delivery(
            "123456.78 EUR", fee="2 EUR", out="5 EUR", back="4 EUR", shopper="AE", on=DAY, refusal="19.7"
        )
        counts = [payments.to_provider("123456.78 EUR", "stripe"), payments.from_provider(12345678, "EUR", "stripe")]
        return [
            str(one)
            for one in (paid.fees, paid.reserve, plan.total, cod.expected_low, cost_of_waiting(11, a_month="1.7"), *counts)
        ]

    plain = figures()
    with localcontext() as context:
        context.prec = 4
        assert figures() == plain


# --------------------------------------------------------------------------------------------------------------- corners


def test_before_any_provider_ended_it_a_method_lives_at_all() -> None:
    assert eligible("DE 50 EUR", "DE", on="2024-01-01", methods=["sofort"])["sofort"].verdict == "yes"


def test_an_entity_is_unknown_without_a_merchant_and_given_by_one() -> None:
    asked = {"shopper": "BR", "amount": "100 BRL", "provider": "ppro"}
    assert eligible(asked, on=DAY, methods=["pix"])["pix"].reasons[0].code == "entity"
    assert eligible(asked, {"country": "US", "entities": ["BR"]}, on=DAY, methods=["pix"])["pix"].verdict == "yes"
    bizum = {"shopper": "ES", "amount": "50 EUR", "provider": "mollie"}
    assert eligible(bizum, {"country": "DE", "own_contracts": ["ES"]}, on=DAY, methods=["bizum"])["bizum"].verdict == "yes"


def test_cash_on_delivery_weighs_its_own_carriage_by_the_basket() -> None:
    seller = {"country": "AE", "refusal_rate": "20", "parcel_out": "15 AED", "parcel_back": "10 AED"}

    def risk(amount: str) -> payments.Contribution:
        entry = recommend(f"AE {amount}", seller, on=DAY, weights={"risk": 1}, methods=["cod"]).entries[0]
        return next(one for one in entry.contributions if one.part == "risk")

    assert (risk("100 AED").low, risk("100 AED").high) == (Decimal(5), Decimal(5))  # 20 % of 25 of 100
    assert risk("500 AED").high == Decimal(1)
    wide = recommend("AE 100 AED", {**seller, "refusal_rate": None}, on=DAY, weights={"risk": 1}, methods=["cod"]).entries[0]
    assert [(one.low, one.high) for one in wide.contributions if one.part == "risk"] == [(Decimal(0), Decimal("7.5"))]


def test_the_merchants_own_figures_narrow_the_scores() -> None:
    seller = {
        "country": "DE", "dispute_rate": "0.4", "capital_cost": "7.3", "return_rate": "10",
        "contracts": [{"provider": "acme", "methods": ["card_visa", "bank_transfer_manual"], "fees": "1 %", "settle_days": 5}],
    }  # fmt: skip
    found = recommend("DE 100 EUR", seller, on=DAY)
    parts = {one.part: one for entry in found.entries if entry.method == "card_visa" for one in entry.contributions}
    assert (parts["cost"].low, parts["cost"].high, parts["cost"].known) == (Decimal(1), Decimal(1), True)
    assert (parts["risk"].low, parts["risk"].high) == (Decimal("0.4"), Decimal("0.4"))
    assert (parts["delay"].low, parts["delay"].known) == (Decimal("0.1"), True)
    manual = {one.part: one for entry in found.entries if entry.method == "bank_transfer_manual" for one in entry.contributions}
    assert (manual["refund"].low, manual["refund"].high) == (Decimal(0), Decimal("0.5"))


def test_surcharges_and_conversion_of_a_contract_count_in_the_cost() -> None:
    contract = {
        "provider": "acme",
        "methods": ["card_visa"],
        "fees": "1 %",
        "international": "1.5",
        "conversion": "2",
        "settlement_currency": "USD",
    }
    entry = recommend("US 100 EUR", {"country": "DE", "contracts": [contract]}, on=DAY).entries[0]
    assert next(one.high for one in entry.contributions if one.part == "cost") == Decimal("4.5")
    paid = payments.settle(
        "US 100 EUR", {"country": "DE", "contracts": [{**contract, "conversion": None}]}, method="card_visa", on=DAY
    )
    assert any("mark-up of conversion is not told" in text for text in paid.warnings)
    assert "<table>" in paid._repr_html_()


def test_the_figures_of_a_region_stand_in_and_say_so() -> None:
    found = payments.reach(["gcash"], "PH", on=DAY)
    assert found.identified_by == "region"
    assert any("region X-APAC" in text for text in found.notes)
    assert found.high - found.low > 50


def test_a_figure_of_a_method_above_its_kind_is_a_conflict_that_is_told() -> None:
    from datetime import date

    from xbcommerce.payments.methods import book
    from xbcommerce.payments.shares import Share, _constrained
    from xbcommerce.rules import Rulebook

    data, on = book(Rulebook.builtin()), date(2026, 11, 22)

    def share(kind: str, method: str | None, points: int, group: str) -> Share:
        return Share("DE", 2026, kind, method, points * 1_000_000, "value", group, False, "high", "unsourced", "")

    rows = [share("wallet", None, 20, "a"), share("wallet", "paypal", 60, "b")]
    methods = [data.method("paypal"), data.method("card_visa")]
    mix = _constrained(rows, [], methods, 100_000_000, frozenset(), on, data, None)
    assert mix.bounds(["paypal"])[0] <= mix.bounds(["paypal"])[1]
    many = [share("wallet", None, 90, "a"), share("card", None, 90, "b")]
    crowded = _constrained(many, [], methods, 100_000_000, frozenset({"wallet", "card"}), on, data, None)
    assert "figures of different sources add up to more than the whole" in crowded.conflicts
    assert sum(kind.low for kind in crowded.kinds.values()) <= 100_000_000
    few = [share("wallet", None, 10, "a"), share("card", None, 10, "a")]
    scarce = _constrained(few, [], methods, 10_000_000, frozenset({"wallet", "card"}), on, data, None)
    assert sum(kind.high for kind in scarce.kinds.values()) >= 100_000_000


def test_names_fees_and_numbers_are_read_or_refused() -> None:
    from xbcommerce.payments.checkout import percentage, word

    assert word("Amazon Payment Services") == "amazon_payment_services"
    for name in ("", "!!!", 5, None, "x" * 100):
        with pytest.raises(InvalidInput):
            word(name)
    for number in ("many", "-1", "1e400", 0.5, True, None, Decimal("NaN"), 5000):
        with pytest.raises(InvalidInput):
            percentage(number)
    asked = Checkout.of("NL 50 EUR")
    assert Checkout.of(asked) is asked
    assert Fee.of(Fee(percent="1")) == Fee(percent="1")
    assert Contract.of(Contract(provider="acme")).provider == "acme"
    assert Merchant.of(Merchant(country="DE")).countries == ("DE",)
    assert Contract(provider="acme", fees={"percent": "1", "fixed": "0.10 EUR"}).fees["any"] == Fee.of("1 % + 0.10 EUR")
    with pytest.raises(InvalidInput, match="a list is expected"):
        Merchant(country="DE", entities=5)
    with pytest.raises(InvalidInput, match="at most 200"):
        Merchant(country="DE", tax_ids=["DE"] * 201)


def test_weights_are_bounded() -> None:
    with pytest.raises(InvalidInput, match="there are 6 weights"):
        recommend("NL 50 EUR", "NL", on=DAY, weights={f"x{index}": 1 for index in range(20)})
    with pytest.raises(InvalidInput):
        recommend("NL 50 EUR", "NL", on=DAY, weights={"cost": []})  # type: ignore[dict-item]
    with pytest.raises(InvalidInput, match="caution"):
        recommend("NL 50 EUR", "NL", on=DAY, caution="half")
    for index in range(70):
        recommend("NL 50 EUR", "NL", on=DAY, weights={"cost": 1, "reach": index})


def test_budgets_may_be_money_and_portfolios_show_themselves() -> None:
    found = portfolio({"NL": 1}, Money("1", "EUR"), on=DAY, samples=0, costs={"ideal": Money("1", "EUR")})
    assert found.picks
    assert "<table>" in found._repr_html_()
    with pytest.raises(InvalidInput, match="must be above 0"):
        portfolio({"NL": 1}, "much", on=DAY, samples=0)


def test_one_dear_item_may_be_worth_more_than_many_cheap_ones() -> None:
    from xbcommerce.payments.portfolio import _Item, _Problem, greedy

    items = (_Item("dear", frozenset()), _Item("cheap", frozenset()))
    problem = _Problem(items, (Decimal(10), Decimal(1)), Decimal(10), ({0: 90}, {1: 10}))
    assert greedy(problem) == (0,)


def test_what_is_known_stands_before_what_is_not() -> None:
    found = shown("PL 200 PLN", "PL")
    assert found.order[0] == "blik"
    assert found.entries[0].reach.identified_by == "method"
