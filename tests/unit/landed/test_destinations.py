"""One order to every destination that the rulebook knows: each is answered, or refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from xbcommerce.errors import UnknownFact
from xbcommerce.landed import quote
from xbcommerce.places import members
from xbcommerce.rules import Rulebook

ON = date(2026, 10, 20)
PARTS = {"CA": "CA-ON", "BR": "BR-SP"}


def destinations() -> list[str]:
    rulebook = Rulebook.builtin()
    own = [place for place in rulebook.places if "import" in rulebook.jurisdiction(place).tables and place != "EU"]
    return sorted({*own, *members("EU", "vat", ON)} - {"EU"})


def order(place: str) -> dict[str, object]:
    shirt = {
        "description": "T-shirt",
        "unit_price": "40 USD",
        "hs": "61091000",
        "origin": "CN",
        "duty": "12 %",
        "weight": "0.2 kg",
    }
    return {
        "ship_from": "CN", "ship_to": PARTS.get(place, place), "channel": "courier", "mode": "air", "buyer": "consumer",
        "freight": "10 USD", "lines": [{**shirt, "traits": {"positive_list": True} if place == "CN" else {}}],
    }  # fmt: skip


def test_there_are_more_than_sixty() -> None:
    assert len(destinations()) >= 80


@pytest.mark.parametrize("place", destinations())
def test_one_order_to_each(place: str) -> None:
    try:
        found = quote(order(place), on=ON, latest_rates=True)
    except UnknownFact as error:
        assert "not know" in str(error)
        return
    assert found.total.amount == sum(charge.amount.amount for charge in found.charges.values())
    assert found.landed_cost.amount == found.goods.amount + found.freight.amount + found.total.amount
    assert found.explanation.steps
    assert found.decided_by


def test_sixty_are_answered_and_not_refused() -> None:
    answered = 0
    for place in destinations():
        try:
            quote(order(place), on=ON, latest_rates=True)
        except UnknownFact:
            continue
        answered += 1
    assert answered >= 75
