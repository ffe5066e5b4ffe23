"""What markets expect of deliveries, and how services meet it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics import Days, Service
from xbcommerce.logistics.delivery import TOPICS, expectations, fit
from xbcommerce.logistics.rates import TradeOff, rates

DAY = "2026-11-25"


def service(name: str, price: str, **fields: object) -> Service:
    return Service(id=name, currency="EUR", charges=[{"id": "t", "levy": price}], **fields)  # type: ignore[arg-type]


def test_a_rule_of_addresses_begins_on_its_day() -> None:
    assert not expectations("SA", on="2025-12-31", topic="address")
    (rule,) = expectations("SA", on="2026-01-01", topic="address")
    assert (rule.value, rule.status, rule.used().citation.publisher) == ("required", "in_force", "tga.gov.sa")


def test_every_expectation_has_a_known_topic_a_place_and_a_source() -> None:
    from xbcommerce.logistics.delivery import _all

    for rows in _all().values():
        for row in rows:
            assert row.topic in TOPICS
            assert row.source.title
            assert row.share is None or 0 < row.share <= 100
            assert expectations(row.place, on=DAY)


def test_a_market_of_which_nothing_is_known_has_no_expectations() -> None:
    assert expectations("AQ", on=DAY) == ()
    assert fit(service("s", "1 EUR"), None, "AQ", on=DAY) == ()


def test_how_a_service_meets_a_market() -> None:
    locker = service("locker", "5 EUR", delivery=["locker"])
    (found,) = fit(locker, None, "PL", on=DAY)
    assert (found.met, found.unmet_share) == (True, 0)
    (found,) = fit(service("door", "5 EUR"), None, "PL", on=DAY)
    assert (found.met, found.unmet_share) == (False, Decimal(83))
    assert found.text == "83 % there collect parcels themselves; the service delivers to no pickup point or locker"
    slow, fast = Days(least=5, most=9), Days(least=1, most=1)
    next_day = {one.met for days in (slow, fast, None) for one in fit(locker, days, "IE", on=DAY) if one.topic == "next_day"}
    assert next_day == {True, False, None}
    cash = [
        one.met
        for one in fit(service("cod", "5 EUR", cash_on_delivery=True), None, "RO", on=DAY)
        if one.topic == "cash_on_delivery"
    ]
    assert cash == [True]
    (address,) = fit(locker, None, "RW", on=DAY)
    assert (address.met, address.unmet_share) == (None, 0)


def test_expectations_break_ties_and_can_be_given_a_price() -> None:
    parcel = {"weight": "1 kg", "origin": "CN", "destination": "PL"}
    door, locker, dear = (
        service("a.door", "5 EUR"),
        service("b.locker", "5 EUR", delivery=["locker"]),
        service("c.locker", "6 EUR", delivery=["locker"]),
    )
    assert [one.service for one in rates(parcel, [door, locker], on=DAY).quotes] == ["b.locker", "a.door"]
    assert [one.service for one in rates(parcel, [door, dear], on=DAY).quotes] == ["a.door", "c.locker"]
    weigh = TradeOff(day="0 EUR", unmet="2 EUR")
    found = rates(parcel, [door, dear], on=DAY, rank=weigh)
    assert [one.service for one in found.quotes] == ["c.locker", "a.door"]
    assert "83 % there collect" in found.explain().to_text()
    assert "83 %" in found["a.door"].explain().to_text()


def test_wrong_questions() -> None:
    with pytest.raises(InvalidInput, match="did you mean"):
        expectations("PL", on=DAY, topic="adress")
    with pytest.raises(InvalidInput, match="unknown country"):
        expectations("Poland", on=DAY)
