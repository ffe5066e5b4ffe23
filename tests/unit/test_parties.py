from datetime import date
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.parties import Buyer, Establishment, Marketplace, Registration, Seller, Stock, TaxNumber, lies_in, place_code

DAY = date(2026, 11, 22)


def test_friendly_and_full_forms_are_the_same() -> None:
    assert Seller(establishments=["FR"]) == Seller.of("FR") == Seller.of({"establishments": {"place": "fr"}})
    assert Seller(establishments="FR").establishments == (Establishment(place="FR"),)
    assert Seller.of(Seller.of("FR")) == Seller.of("FR")


def test_days_are_inclusive() -> None:
    seller = Seller(establishments=[{"place": "FR", "valid_from": "2020-01-01", "valid_to": date(2020, 12, 31)}])
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    assert [seller.established_in("FR", day) for day in days] == [False, True, True, False]
    assert seller.places_established(date(2020, 6, 1)) == ("FR",)


def test_areas_follow_the_day() -> None:
    assert lies_in("GB", "EU", date(2020, 12, 31))
    assert not lies_in("GB", "EU", date(2021, 1, 1))
    assert lies_in("US-CA", "US", DAY)
    assert not lies_in("US", "US-CA", DAY)
    assert lies_in("XI", "GB", DAY)
    assert not lies_in("XI", "GB", date(2020, 1, 1)), "there was none then"
    assert lies_in("MC", "EU", DAY)
    assert not lies_in("ES-CN", "EU", DAY)
    assert lies_in("ES-CN", "ES", DAY)


def test_registrations_of_places_and_schemes() -> None:
    seller = Seller(registrations=["DE", "non-union-oss", {"place": "FR", "scheme": "union_oss", "number": "fr 1"}])
    assert seller.registered("DE", DAY) == Registration(place="DE")
    assert seller.registered("FR", DAY) is None
    found = seller.registered("union_oss", DAY)
    assert found is not None
    assert (found.place, found.number) == ("FR", "FR1")
    assert seller.registered("non_union_oss", DAY) is not None
    with pytest.raises(InvalidInput, match="a place or a scheme"):
        Registration()


def test_options_exemptions_and_what_is_stated() -> None:
    seller = Seller(
        options={"eu_destination": ["2026-01-01"], "always": True},
        exemptions=["DE", {"place": "AT", "scheme": "sme_union"}],
        obliged={"US-CA": "2026-05-01", "US-NY": False},
        turnover={"eu.distance_sales": "4000 EUR"},
    )
    assert [seller.opted("eu_destination", day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [False, True]
    assert seller.opted("always", DAY)
    assert not seller.opted("unknown", DAY)
    assert seller.exempt_in("AT", DAY).scheme == "sme_union"
    assert seller.exempt_in("FR", DAY) is None
    assert [seller.is_obliged(name, DAY) for name in ("US-CA", "US-NY", "US-TX")] == [True, False, None]


def test_nothing_said_is_nothing_assumed() -> None:
    seller = Seller()
    assert seller.stock is None
    assert not seller.stock_in("DE", DAY)
    assert seller.places_of_stock(DAY) == ()
    assert seller.registered("DE", DAY) is None
    assert Marketplace().collects is None
    assert Buyer().kind is None


def test_buyers() -> None:
    buyer = Buyer(
        kind="business",
        tax_numbers=[("DE", "DE123", "verified", "2026-01-01"), "FR1", {"country": "AT", "number": "U1"}],
        certificates=[("US-CA", "resale", "2026-12-31")],
    )
    assert [number.country for number in buyer.tax_numbers] == ["DE", "FR", "AT"]
    assert buyer.certificate("US-CA", DAY) is not None
    assert buyer.certificate("US-CA", date(2027, 1, 1)) is None
    assert Buyer.of("consumer").kind == "consumer"
    with pytest.raises(InvalidInput, match="what came of it"):
        TaxNumber(country="DE", number="1", verified_on="2026-01-01")


@pytest.mark.parametrize(
    "wrong",
    [
        {"establishments": ["UK"]},
        {"establishments": 7},
        {"stock": [{"place": "FR", "since": "2020-01-01"}]},
        {"stock": [{"place": "FR", "valid_from": "2020-01-02", "valid_to": "2020-01-01"}]},
        {"registrations": ["a scheme!"]},
        {"options": ["eu_destination"]},
        {"turnover": {"x": 1.5}},
        {"turnover": {"x": "-1 EUR"}},
        {"nonsense": 1},
    ],
)
def test_what_cannot_be_read_says_so(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Seller(**wrong)


def test_a_postcode_is_no_place() -> None:
    with pytest.raises(InvalidInput, match="territory's own code"):
        place_code({"country": "ES", "postcode": "35001"})


@pytest.mark.parametrize("name", [1, None, (1, 2), "self", "cls", "data"])
def test_a_key_that_is_no_field_is_refused(name: Any) -> None:
    for party, known in (
        (Seller, {}),
        (Buyer, {}),
        (Marketplace, {}),
        (Stock, {"place": "DE"}),
        (TaxNumber, {"country": "DE", "number": "1"}),
    ):
        with pytest.raises(InvalidInput):
            party.of({**known, name: 2})
    with pytest.raises(InvalidInput):
        Seller.of({"stock": [{"place": "DE", name: 2}]})


def test_a_copy_with_other_values_is_checked() -> None:
    assert Seller.of("FR").model_copy(update={"stock": ["PL"]}).stock_in("PL", date(2026, 1, 1))
    with pytest.raises(InvalidInput):
        Seller.of("FR").model_copy(update={"stock": ["XX"]})
