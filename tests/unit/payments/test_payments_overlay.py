"""What a caller lays over the built-in payment facts, and inputs that must be refused in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from typing import Any

import pytest

from xbcommerce import payments
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact
from xbcommerce.rules import Rulebook

DAY = "2026-11-22"
ASKED = {"shopper": "NL", "amount": "600 EUR", "provider": "mollie"}


def _verdict(rulebook: Rulebook, on: str = DAY, **more: Any) -> str:
    return payments.eligible({**ASKED, **more}, "DE", on=on, methods=["ideal"], rulebook=rulebook)["ideal"].verdict


def test_a_limit_of_ones_own_provider_hides_the_built_in_one_and_is_cited() -> None:
    own = payments.overlay("our contract", {"ideal": {"limit": [{"provider": "mollie", "min": "1 EUR", "max": "500 EUR"}]}})
    found = payments.eligible(ASKED, "DE", on=DAY, rulebook=own)["ideal"]
    assert (found.verdict, found.reasons[0].code) == ("no", "amount_above_max")
    fact = found.reasons[0].fact
    assert fact is not None
    assert (fact.layer, fact.citation.title) == ("our contract", "our contract")
    assert _verdict(Rulebook.builtin()) == "yes"
    assert own.layers == ("our contract",)
    assert own.sha256 != Rulebook.builtin().sha256
    wider = payments.overlay("wider", {"ideal": {"limit": [{"provider": "mollie", "max": "90000 EUR"}]}})
    assert (_verdict(Rulebook.builtin(), amount="60000 EUR"), _verdict(wider, amount="60000 EUR")) == ("no", "yes")


def test_layers_lie_on_each_other_by_day_and_survive_further_overlays() -> None:
    low = payments.overlay("low", {"ideal": {"limit": [{"provider": "mollie", "max": "500 EUR"}]}})
    high = payments.overlay(
        "high", {"ideal": {"limit": [{"provider": "mollie", "max": "700 EUR", "valid_from": date(2026, 11, 1)}]}}, rulebook=low
    )
    assert (_verdict(high), _verdict(high, "2026-10-31")) == ("yes", "no")
    rule = {"subject": "payment.order.credit_not_first", "place": "NO", "value": True, "unit": "bool"}
    assert _verdict(low.overlay("law", [rule])) == "no"


def test_a_limit_may_be_lifted() -> None:
    own = payments.overlay("free", {"ideal": {"limit": [{"provider": "mollie", "unlimited": True}]}})
    assert _verdict(own, amount="900000 EUR") == "yes"


def test_a_method_of_ones_own() -> None:
    own = payments.overlay(
        "house",
        {
            "store_credit": {
                "kind": "wallet",
                "names": [{"text": "Store credit"}],
                "serves": [{"of": ["NO", "SE"]}],
                "takes": [{"of": ["NOK", "SEK"]}],
                "offers": ["house_psp"],
                "fee": [{"percent": "0.5"}],
                "limit": [{"max": "900 NOK"}],
            }
        },
    )
    seller = {"country": "NO", "contracts": [{"provider": "house_psp", "methods": ["store_credit"]}]}
    show = payments.recommend("NO 800 NOK", seller, on=DAY, rulebook=own)
    entry = next(one for one in show.entries if one.method == "store_credit")
    assert entry.name == "Store credit"
    assert {fact.layer for fact in entry.facts} >= {"house"}
    assert "store_credit" in payments.recommend("NO 901 NOK", seller, on=DAY, rulebook=own).refused
    assert payments.settle("NO 800 NOK", seller, method="store_credit", on=DAY, rulebook=own).fees.amount == 4


def test_a_known_method_at_a_new_provider_and_in_a_new_country() -> None:
    own = payments.overlay("new", {"ideal": {"serves": [{"provider": "house", "of": ["BE"]}]}})
    asked = {"shopper": "BE", "amount": "5 EUR"}
    assert payments.eligible({**asked, "provider": "house"}, "BE", on=DAY, rulebook=own)["ideal"].verdict == "yes"
    assert payments.eligible({**asked, "provider": "mollie"}, "BE", on=DAY, rulebook=own)["ideal"].verdict == "no"
    assert payments.eligible({**asked, "provider": "mollie"}, "BE", on=DAY)["ideal"].verdict == "no"


def test_legal_limits_of_cash_and_rules_of_ones_own() -> None:
    own = payments.overlay(
        "law",
        cash_limits=[{"shopper": ["AE"], "max": "400 AED", "op": "up_to"}],
        rules=[
            {"subject": "payment.surcharge.ban", "place": "NO", "value": True, "unit": "bool", "scope": {"kind": ["card"]}},
        ],
    )
    assert payments.eligible("AE 500 AED", "AE", on=DAY, rulebook=own)["cod"].reasons[0].code == "law"
    assert payments.surcharge("card_visa", "NO", on=DAY).allowed is None
    assert payments.surcharge("card_visa", "NO", on=DAY, rulebook=own).allowed is False
    assert payments.surcharge("paypal", "NO", on=DAY, rulebook=own).allowed is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"klara": {"limit": [{"max": "5 EUR"}]}}, "did you mean 'klarna'"),
        ({"klarna": {"limits": [{"max": "5 EUR"}]}}, "did you mean 'limit'"),
        ({"klarna": {"limit": [{"max": 5.0}]}}, "cannot read 5.0"),
        ({"klarna": {"limit": 5}}, "limit is a list of tables"),
        ({"klarna": {"limit": [{"max": "5 EUR", "option": "pay_in_9"}]}}, "pay_in_9"),
        ({"klarna": {"limit": [{"max": "5 EUR", "valid_from": "2026-01-01"}]}}, "calendar date"),
        ({"klarna": {"limit": [object()]}}, "cannot be read"),
        ({"klarna": {"kind": "card"}}, "unknown key 'kind'"),
        ({"new": {"kind": "wallet"}}, "needs serves and takes"),
        ({"new": {"kind": "wallet", "serves": "NO", "takes": ["NOK"]}}, "list of tables"),
        ({"\u202enew": {"kind": "wallet"}}, "no id of small letters"),
        ([], "not of its form"),
    ],
)
def test_broken_layers_are_told(given: Any, said: str) -> None:
    with pytest.raises(RulebookError) as error:
        payments.overlay("own", given)
    assert said in str(error.value)
    assert "\u202e" not in str(error.value)


# ------------------------------------------------------------------------------------------- facts laid over by a rulebook


def _laid(*rows: dict[str, Any]) -> Rulebook:
    return Rulebook.builtin().overlay("own", [{"unit": "bool", **row} for row in rows])


def test_a_rule_laid_over_as_false_lifts_the_built_in_one() -> None:
    lifted = _laid(
        {"subject": "payment.order.credit_not_first", "place": "SE", "value": False},
        {"subject": "payment.order.credit_not_preselected", "place": "SE", "value": False},
        {"subject": "payment.surcharge.ban", "place": "DE", "value": False},
    )
    seller = {"country": "SE", "contracts": [{"provider": "stripe", "methods": ["klarna", "card_visa"]}]}
    asked = {"weights": {"cost": 1}, "on": DAY, "methods": ["klarna"]}
    built_in = payments.recommend("SE 800 SEK", seller, **asked)  # type: ignore[arg-type]
    ours = payments.recommend("SE 800 SEK", seller, rulebook=lifted, **asked)  # type: ignore[arg-type]
    assert built_in.order[0].startswith("klarna.")  # parted by credit, where the law asks
    assert (ours.order, ours.preselect, ours.findings[1:]) == (("klarna",), "klarna", ())
    assert payments.surcharge("card_visa", "DE", on=DAY, rulebook=lifted).allowed is True


def test_a_rule_laid_over_reaches_every_place() -> None:
    norway = _laid({"subject": "payment.order.credit_not_first", "place": "NO", "value": True})
    order = payments.recommend("NO 800 NOK", "NO", on=DAY, weights="conversion", rulebook=norway).order
    assert "klarna.pay_now" in order
    assert "klarna" in payments.recommend("NO 800 NOK", "NO", on=DAY, weights="conversion").order
    panama = _laid({"subject": "payment.surcharge.ban", "place": "PA", "value": True})  # a place without a file of its own
    assert payments.surcharge("card_visa", "PA", on=DAY, rulebook=panama).allowed is False
    union = _laid({"subject": "payment.surcharge.ban", "place": "EU", "value": True})
    assert [payments.surcharge("paypal", place, on=DAY, rulebook=union).allowed for place in ("DE", "FR")] == [False, False]


# ----------------------------------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("bad", [None, 1.5, True, [], {}, object(), "", "\u202e", 10**400, Decimal("NaN"), b"x"])
def test_what_cannot_be_read_is_refused_in_words(bad: Any) -> None:
    wrong: Any = "x" if bad in (None, {}) else bad
    asks: list[Any] = [
        lambda: payments.eligible("NL 50 EUR", "DE", on=DAY, methods=[bad]),
        lambda: payments.from_provider(5, bad, "stripe"),
        lambda: payments.to_provider("5 EUR", bad),
        lambda: payments.usage(bad),
        lambda: payments.portfolio({"NL": 1}, 2, on=DAY, samples=0, costs=wrong),
        lambda: payments.instalments("100 BRL", 3, max_parts=wrong if wrong != 10**400 else -1),
        lambda: payments.instalments("100 BRL", 3, borne_by="x" if bad is None else bad),  # type: ignore[arg-type]
    ]
    for ask in asks:
        with pytest.raises((InvalidInput, UnknownFact)) as error:
            ask()
        assert len(str(error.value)) < 800
        assert "\u202e" not in str(error.value)


@pytest.mark.parametrize("bad", [None, 1.5, True, "paypal"])
def test_reach_and_have_take_lists(bad: Any) -> None:
    with pytest.raises(InvalidInput):
        payments.reach(bad, "NL", on=DAY)
    if bad != "paypal":
        with pytest.raises(InvalidInput):
            payments.portfolio({"NL": 1}, 2, on=DAY, samples=0, have=bad)


def test_a_rulebook_is_asked_for_in_words() -> None:
    with pytest.raises(InvalidInput, match="rulebook is a Rulebook"):
        payments.eligible("NL 50 EUR", "DE", on=DAY, rulebook="own")  # type: ignore[arg-type]


def test_a_misspelt_provider_is_not_taken_to_count_as_iso_does() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'adyen'"):
        payments.to_provider("5000 CLP", "ayden")
    with pytest.raises(InvalidInput, match=r"Money\.to_minor"):
        payments.from_provider(10, "JPY", "acme_and_sons")


def test_budget_and_costs_are_of_one_currency() -> None:
    with pytest.raises(InvalidInput, match="EUR and USD"):
        payments.portfolio({"NL": 1}, "5000 USD", on=DAY, samples=0, costs={"ideal": "1500 EUR"})


def test_the_callers_decimal_context_changes_nothing() -> None:
    seller = {"country": "DE", "contracts": [{"provider": "stripe", "fees": {"card": "1.5 % + 0.25 EUR"}, "reserve": "10 %"}]}

    def asked() -> list[str]:
        Rulebook.builtin()._compiled.clear()  # nothing remembered from another context
        weights = {"reach": "0.333", "cost": "1.7777777"}
        return [
            payments.recommend("NL 53.17 EUR", seller, on=DAY, weights=weights).model_dump_json(),
            payments.settle("US 1234.56 EUR", seller, method="card_visa", on=DAY).model_dump_json(),
            payments.cash_on_delivery("12 EUR", fee="2 EUR", out="5 EUR", back="4 EUR", shopper="AE", on=DAY).model_dump_json(),
            payments.reach(["upi", "card_visa"], "IN", on=DAY).model_dump_json(),
            payments.portfolio({"NL": 50, "BR": 20}, 2, on=DAY, samples=2, solver="greedy").model_dump_json(),
            str(payments.usage("DE")),
        ]

    usual = asked()
    for context in (Context(prec=1), Context(prec=3, Emax=3, Emin=-3), Context(traps=[Inexact, Rounded])):
        with localcontext(context):
            assert asked() == usual


def test_threads_agree() -> None:
    own = payments.overlay("our contract", {"ideal": {"limit": [{"provider": "mollie", "max": "500 EUR"}]}})

    def ask(cents: int) -> tuple[str, ...]:
        asked = {"shopper": "NL", "amount": f"{cents // 100}.{cents % 100:02} EUR", "provider": "mollie"}
        return payments.recommend(asked, "DE", on=DAY, rulebook=own).order

    amounts = [100, 49_999, 50_000, 50_001, 90_000] * 20
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, amounts)) == [ask(one) for one in amounts]


# ------------------------------------------------------------------------------------------------------------------ facts


@pytest.mark.parametrize(
    ("method", "shopper", "allowed"),
    [
        ("card_visa", "DE", False),
        ("bank_transfer_manual", "DE", False),
        ("sepa_direct_debit", "DE", False),
        ("card_amex", "DE", True),  # three-party schemes are outside the ban
        ("card_discover_diners", "DE", True),
        ("card_amex", "IT", None),  # whether the country bans more is not collected
        ("card_cartes_bancaires", "FR", False),
        ("bancontact", "BE", False),
        ("paypal", "DE", True),
        ("card_amex", "GB", False),  # there the ban covers every card
    ],
)
def test_surcharges_follow_what_the_ban_covers(method: str, shopper: str, allowed: bool | None) -> None:
    assert payments.surcharge(method, shopper, on=DAY).allowed is allowed


def test_the_netherlands_limit_cash_from_2026() -> None:
    def limit(on: str) -> Any:
        return payments.cash_on_delivery("9 EUR", fee="1 EUR", out="5 EUR", back="4 EUR", shopper="NL", on=on).limit

    assert limit("2025-12-31") is None
    assert str(limit("2026-01-01")) == "3000.00 EUR"


def test_instalments_of_a_provider_have_its_own_plan() -> None:
    asked = {"shopper": "BR", "amount": "59.99 BRL", "provider": "PPRO", "instalments": 12}
    plan = payments.eligible(asked, "BR", on=DAY, methods=["br_parcelado"])["br_parcelado"].plan
    assert plan is not None
    assert (plan.count, plan.most, str(plan.parts[0]), str(plan.parts[1])) == (11, 11, "5.49 BRL", "5.45 BRL")


def test_cash_at_the_door_is_shown_with_its_warning() -> None:
    emirates = payments.eligible("AE 500 AED", "AE", on=DAY)["cod"]
    assert emirates.verdict == "yes"
    assert "refused at the door" in emirates.warnings[0]
    assert "19 %, 8 % of prepaid ones in 2014" in emirates.warnings[0]
    assert any(fact.id.startswith("payment.refusal") for fact in emirates.facts)
    entry = next(one for one in payments.recommend("ID 500000 IDR", "ID", on=DAY).entries if one.method == "cod")
    assert "no figure of the country is known" in entry.warnings[0]


def test_every_brand_of_konbini_can_be_named() -> None:
    asked = {"shopper": "JP", "amount": "5000 JPY", "provider": "PPRO", "brand": "Seicomart"}
    assert payments.eligible(asked, "JP", on=DAY, methods=["konbini"])["konbini"].verdict == "yes"
