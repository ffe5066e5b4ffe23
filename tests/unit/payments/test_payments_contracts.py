"""Several contracts and entities: the best for the order is taken, whatever the order in which they are listed."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from xbcommerce import payments

DAY = "2026-11-22"
DEAR = {"provider": "stripe", "fees": {"any": "9 %"}}
CHEAP = {"provider": "mollie", "fees": {"any": "1 %"}}
UNTOLD = {"provider": "adyen"}


def test_merchants_can_be_keys() -> None:
    one = payments.Merchant.of(
        {"country": "DE", "contracts": [{"provider": "stripe", "fees": {"card": "1 %", "any": "2.0 %"}}]}
    )
    other = payments.Merchant.of(
        {"country": "DE", "contracts": [{"provider": "stripe", "fees": {"any": "2 %", "card": "1 %"}}]}
    )
    assert one == other
    assert {one: 1}[other] == 1


@pytest.mark.parametrize("question", ["NL 50 EUR", "SE 800 SEK", "DE 5 EUR", "BR 90 BRL", "FR 34 EUR"])
def test_the_order_of_contracts_decides_nothing(question: str) -> None:
    told = []
    for contracts in permutations([DEAR, CHEAP, UNTOLD]):
        show = payments.recommend(question, {"country": "DE", "contracts": contracts}, on=DAY)
        assert len({(entry.method, entry.credit) for entry in show.entries}) == len(show.entries) == len(show.order)
        told.append([(entry.method, entry.provider, entry.low, entry.high) for entry in show.entries])
    assert all(one == told[0] for one in told)


def test_the_cheaper_contract_carries_a_method_that_both_have() -> None:
    show = payments.recommend("NL 50 EUR", {"country": "DE", "contracts": [DEAR, CHEAP]}, on=DAY, weights="low_cost")
    by_method = {entry.method: entry.provider for entry in show.entries}
    assert by_method["card_visa"] == "mollie"
    paid = {
        one.method: one
        for one in payments.settlements("NL 50 EUR", {"country": "DE", "contracts": [DEAR, CHEAP]}, on=DAY).known
    }
    assert (paid["card_visa"].provider, str(paid["card_visa"].net)) == ("mollie", "49.50 EUR")


def test_the_amount_decides_between_a_fixed_fee_and_a_percentage() -> None:
    contracts = [
        {"provider": "stripe", "methods": ["card_visa"], "fees": {"any": "0.50 EUR"}},
        {"provider": "mollie", "methods": ["card_visa"], "fees": {"any": "2 %"}},
    ]

    def provider(amount: str) -> Any:
        show = payments.recommend(f"NL {amount}", {"country": "NL", "contracts": contracts}, on=DAY, weights={"cost": 1})
        return next(entry.provider for entry in show.entries if entry.method == "card_visa")

    assert (provider("10 EUR"), provider("100 EUR")) == ("mollie", "stripe")


def test_each_entity_has_the_fees_of_its_own_contract() -> None:
    contracts = [
        {"provider": "stripe", "country": "DE", "methods": ["card_visa"], "fees": {"any": "3 %"}, "international": "1"},
        {"provider": "stripe", "country": "BR", "methods": ["card_visa"], "fees": {"any": "2 %"}, "international": "1"},
    ]
    seller = {"country": "DE", "entities": ["BR"], "contracts": contracts}
    entry = next(one for one in payments.recommend("BR 90 BRL", seller, on=DAY).entries if one.method == "card_visa")
    cost = next(part for part in entry.contributions if part.part == "cost")
    assert (str(cost.low), str(cost.high)) == ("2", "2")  # at home, by the Brazilian entity
    at_home = payments.settle(
        {"shopper": "BR", "amount": "90 BRL", "merchant_country": "BR"}, seller, method="card_visa", on=DAY, provider="stripe"
    )
    assert str(at_home.fees) == "1.80 BRL"


def test_where_the_law_parts_by_credit_each_part_stands_once() -> None:
    contracts = [{"provider": "mollie"}, {"provider": "ppro"}, {"provider": "stripe"}]
    show = payments.recommend("SE 800 SEK", {"country": "SE", "contracts": contracts}, on=DAY)
    assert [(one.method, one.credit) for one in show.entries if one.method == "klarna"].count(("klarna", True)) == 1
    assert show.entries[0].credit is not True
