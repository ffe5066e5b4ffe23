"""Zones, rows, charges, discounts, and the built-in data."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from xbcommerce.errors import AmbiguousRule, InvalidInput, UnknownFact
from xbcommerce.logistics import RateCard, Service
from xbcommerce.logistics.models import Break, Charge, Zone, period
from xbcommerce.logistics.ratecards import (
    carrier_fact,
    carrier_facts,
    discounted,
    fuel_percent,
    services,
    zone_of,
)
from xbcommerce.logistics.rates import rate, rates
from xbcommerce.money import Money

DAY = "2026-11-25"


def line(**fields: Any) -> Service:
    plain: dict[str, Any] = {"id": "line", "currency": "EUR", "measure": {"chargeable": {"of": "actual"}}}
    return Service(**{**plain, **fields})


def cost(service: Service, weight: str = "1 kg", destination: object = "DE", on: str = DAY, **fields: Any) -> Money:
    return rate({"weight": weight, "origin": "CN", "destination": destination, **fields}, service, on=on).cost


def card(*breaks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "card", "currency": "EUR", "zones": "", "breaks": breaks, **fields}


TRANSPORT = [{"id": "transport", "card": "card"}]

# ---------------------------------------------------------------------------------------------------------------------- zones


def test_the_most_specific_row_of_a_zone_map_wins() -> None:
    rows = [
        {"zone": "rest"},
        {"zone": "europe", "countries": ["DE", "GB"]},
        {"zone": "canaries", "countries": "ES", "regions": "ES-CN"},
        {"zone": "spain", "countries": "ES"},
        {"zone": "islands", "countries": "GB", "postcodes": ["ZE", "HS", "KW15..KW17"]},
        {"zone": "alaska", "countries": "US", "postcodes": "99500..99999"},
        {"zone": "anchorage", "countries": "US", "postcodes": "99501"},
    ]
    for address, zone in (
        ("FR", "rest"), ("DE", "europe"), ({"country": "GB", "postcode": "ZE1 0AA"}, "islands"),
        ({"country": "GB", "postcode": "KW16 3AA"}, "islands"), ({"country": "GB", "postcode": "KW14 1AA"}, "europe"),
        ({"country": "GB"}, "europe"), ({"country": "ES", "region": "CN"}, "canaries"), ("ES", "spain"),
        ({"country": "US", "postcode": "99502-1234"}, "alaska"), ({"country": "US", "postcode": "99501"}, "anchorage"),
        ({"country": "US", "postcode": "10001"}, "rest"),
    ):  # fmt: skip
        assert zone_of(rows, address, on=DAY) == zone, address
    assert zone_of(rows[1:2], "FR", on=DAY) is None


def test_zones_have_their_days_and_no_two_of_equal_rank() -> None:
    rows = [
        {"zone": "4", "countries": "US", "valid_from": "2022-06-01"},
        {"zone": "2", "countries": "US", "valid_to": "2022-05-31"},
    ]
    assert zone_of(rows, "US", on="2022-05-31") == "2"
    assert zone_of(rows, "US", on="2022-06-01") == "4"
    with pytest.raises(AmbiguousRule):
        zone_of([{"zone": "1", "countries": "US"}, {"zone": "2", "countries": "US"}], "US", on=DAY)
    for postcodes in ("99501..99510", "99505"):
        twice = [
            {"zone": "1", "countries": "US", "postcodes": postcodes},
            {"zone": "2", "countries": "US", "postcodes": postcodes},
        ]
        with pytest.raises(AmbiguousRule):
            zone_of(twice, "US", on=DAY)
    with pytest.raises(InvalidInput, match="equal length"):
        zone_of([{"zone": "1", "countries": "US", "postcodes": "995..99999"}], "US", on=DAY)


# ----------------------------------------------------------------------------------------------------------------------- rows


def test_a_cell_is_up_to_and_including_its_edge() -> None:
    service = line(cards=[card({"up_to": "0.5 kg", "levy": "5 EUR"}, {"up_to": "1 kg", "levy": "7 EUR"})], charges=TRANSPORT)
    assert [cost(service, weight).amount for weight in ("0.5 kg", "0.500000001 kg", "1 kg")] == [5, 7, 7]
    with pytest.raises(UnknownFact, match="ends before it"):
        cost(service, "1.01 kg")


def test_base_and_step_in_proportion_or_begun() -> None:
    row = {"levy": "10 EUR", "plus": "2 EUR", "per": "0.5 kg", "above": "1 kg"}
    exact = line(cards=[card(row)], charges=TRANSPORT)
    begun = line(cards=[card({**row, "begun": True})], charges=TRANSPORT)
    assert [cost(exact, kg).amount for kg in ("0.4 kg", "1 kg", "1.2 kg", "2 kg")] == [10, 10, Decimal("10.8"), 14]
    assert [cost(begun, kg).amount for kg in ("0.4 kg", "1 kg", "1.2 kg", "1.5 kg", "1.51 kg")] == [10, 10, 12, 12, 14]


def test_a_hole_and_an_expired_card_are_unknown_and_never_the_next_price() -> None:
    holed = line(cards=[card({"up_to": "1 kg", "unknown": True}, {"up_to": "2 kg", "levy": "7 EUR"})], charges=TRANSPORT)
    assert rates({"weight": "0.5 kg", "origin": "CN", "destination": "DE"}, [holed], on=DAY).excluded[0].kinds == (
        "unknown_price",
    )
    dated = line(cards=[card({"levy": "7 EUR"}, valid_to="2026-11-24")], charges=TRANSPORT)
    assert cost(dated, on="2026-11-24").amount == 7
    with pytest.raises(UnknownFact, match="no card card is valid"):
        cost(dated)


def test_cards_of_one_name_are_its_history_and_do_not_overlap() -> None:
    history = [card({"levy": "5 EUR"}, valid_to="2026-06-30"), card({"levy": "6 EUR"}, valid_from="2026-07-01")]
    service = line(cards=history, charges=TRANSPORT)
    assert (cost(service, on="2026-06-30").amount, cost(service, on="2026-07-01").amount) == (5, 6)
    with pytest.raises(AmbiguousRule):
        cost(line(cards=[card({"levy": "5 EUR"}), card({"levy": "6 EUR"})], charges=TRANSPORT))


def test_minimum_and_billing_at_the_next_break() -> None:
    rows = [{"up_to": "1 kg", "plus": "9 EUR", "per": "1 kg"}, {"plus": "5 EUR", "per": "1 kg"}]
    assert cost(line(cards=[card(*rows, minimum="4 EUR")], charges=TRANSPORT), "0.1 kg").amount == 4
    assert cost(line(cards=[card(*rows)], charges=TRANSPORT), "0.9 kg").amount == Decimal("8.1")
    assert cost(line(cards=[card(*rows, as_if=True)], charges=TRANSPORT), "0.9 kg").amount == 5


def test_a_card_by_zone_size_and_value() -> None:
    service = line(
        zones={"price": [{"zone": "1", "countries": "DE"}, {"zone": "2", "countries": "FR"}]},
        cards=[
            card(
                {"zone": "1", "value_below": "10 EUR", "levy": "2 EUR"}, {"zone": "1", "value_up_to": "50 EUR", "levy": "3 EUR"},
                {"zone": "1", "levy": "4 EUR"}, {"zone": "2", "levy": "8 EUR"}, zones="price",
            )
        ],
        charges=TRANSPORT,
    )  # fmt: skip
    assert [cost(service, value=value).amount for value in ("9.99 EUR", "10 EUR", "50 EUR", "50.01 EUR")] == [2, 3, 3, 4]
    assert cost(service, destination="FR").amount == 8
    with pytest.raises(UnknownFact, match="value of the goods is not given"):
        cost(service)
    with pytest.raises(UnknownFact, match="no prices for"):
        cost(service, destination="IT")
    assert rate(
        {"weight": "1 kg", "value": "11 USD", "origin": "CN", "destination": "DE"}, service, on=DAY, exchange={"USD/EUR": "0.9"}
    ).cost == Money("2", "EUR")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"up_to": "1 kg"}, "has a price"),
        ({"up_to": "1 kg", "plus": "1 EUR"}, "give both or neither"),
        ({"up_to": "1 EUR kg", "levy": "1 EUR"}, "cannot read"),
        ({"up_to": "1 kg", "levy": "1 kg"}, "not a money"),
        ({"up_to": "-1 kg", "levy": "1 EUR"}, "negative"),
    ],
)
def test_rows_that_are_none(row: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        Break(**row)


def test_cards_that_are_none() -> None:
    with pytest.raises(InvalidInput, match="currency"):
        RateCard(id="x", currency="EUR", breaks=[{"levy": "1 USD"}])
    with pytest.raises(InvalidInput, match="no measure"):
        RateCard(id="x", currency="EUR", by="wieght", breaks=[{"levy": "1 EUR"}])
    falling = line(cards=[card({"up_to": "2 kg", "levy": "5 EUR"}, {"up_to": "1 kg", "levy": "7 EUR"})], charges=TRANSPORT)
    with pytest.raises(InvalidInput, match="light to heavy"):
        cost(falling)


# -------------------------------------------------------------------------------------------------------------------- charges


def test_fuel_is_levied_on_the_lines_that_it_names_and_on_no_other() -> None:
    service = line(
        charges=[
            {"id": "transport", "levy": "100.00 EUR"}, {"id": "remote", "levy": "20.00 EUR"}, {"id": "demand", "levy": "10.00 EUR"},
            {"id": "dtp", "levy": "15.00 EUR"}, {"id": "fuel", "base": ["transport", "remote", "demand"], "rate": "24.50 %"},
        ]
    )  # fmt: skip
    found = rate({"weight": "1 kg", "origin": "CN", "destination": "DE"}, service, on=DAY)
    assert {part.id: part.amount.amount for part in found.components}["fuel"] == Decimal("31.85")
    assert found.cost == Money("176.85", "EUR")


def test_per_kilogram_with_least_most_and_begun_steps() -> None:
    charge = {"id": "remote", "levy": "4.00 EUR", "per": "1 kg", "at_least": "200 EUR", "at_most": "230 EUR"}
    service = line(charges=[charge])
    assert [cost(service, kg).amount for kg in ("12 kg", "50 kg", "55 kg", "60 kg")] == [200, 200, 220, 230]
    begun = line(charges=[{"id": "air", "levy": "0.15 EUR", "per": "20 g", "begun": True}])
    assert [cost(begun, grams).amount for grams in ("20 g", "21 g")] == [Decimal("0.15"), Decimal("0.3")]


def test_the_dearest_of_several_reasons_is_one_charge() -> None:
    limbs = [
        {"levy": "46.50 EUR", "when": {"actual": {"above": "50 lb"}}}, {"levy": "30.00 EUR", "when": {"longest": {"above": "48 in"}}},
        {"levy": "26.75 EUR", "when": {"packaging": "other"}},
    ]  # fmt: skip
    service = line(charges=[{"id": "transport", "levy": "1 EUR"}, {"id": "handling", "dearest": limbs}])
    plain = {"dimensions": "10x10x10 in"}
    assert cost(service, "51 lb", dimensions="50x10x10 in").amount == Decimal("47.5")
    assert cost(service, "50 lb", dimensions="50x10x10 in", packaging="other").amount == 31
    assert cost(service, "50 lb", **plain, packaging="other").amount == Decimal("27.75")
    assert cost(service, "50 lb", **plain).amount == 1


def test_a_series_is_unknown_outside_its_rows_unless_it_is_complete() -> None:
    rows = [{"levy": "3 EUR", "valid_from": "2026-10-01", "valid_to": "2026-10-31"}]
    charges = [{"id": "transport", "levy": "1 EUR"}, {"id": "demand", "series": rows, "complete": "2026-01-01..2026-10-31"}]
    service = line(charges=charges)
    assert [cost(service, on=day).amount for day in ("2026-09-30", "2026-10-01", "2026-10-31")] == [1, 4, 4]
    with pytest.raises(UnknownFact, match="demand is not known"):
        cost(service, on="2026-11-01")
    presumed = rate({"weight": "1 kg", "origin": "CN", "destination": "DE"}, service, on="2026-11-01", presume=True)
    assert presumed.cost.amount == 4
    assert "presumed" in " ".join(presumed.assumptions)
    assert cost(service, on="2026-11-01", amounts={"demand": "0 EUR"}).amount == 1


def test_a_share_that_nobody_published_is_given_by_the_caller() -> None:
    service = line(charges=[{"id": "transport", "given": "transport"}, {"id": "fuel", "base": "transport"}])
    assert cost(service, amounts={"transport": "100 EUR"}, percents={"fuel": "24.5 %"}).amount == Decimal("124.5")
    assert cost(service, amounts={"line.transport": "100 EUR"}, percents={"line.fuel": "10 %"}).amount == 110
    with pytest.raises(UnknownFact, match="fuel is not known"):
        cost(service, amounts={"transport": "100 EUR"})
    with pytest.raises(UnknownFact, match="transport is not given"):
        cost(service)


def test_a_contract_price_is_of_one_service() -> None:
    one = line(id="one", charges=[{"id": "transport", "given": "transport"}])
    two = line(id="two", charges=[{"id": "transport", "given": "transport"}])
    parcel = {
        "weight": "1 kg",
        "origin": "CN",
        "destination": "DE",
        "amounts": {"transport": "5 EUR", "two.transport": "6 EUR"},
    }
    found = rates(parcel, [one, two], on=DAY)
    assert [quote.service for quote in found.quotes] == ["two"]
    assert found.excluded[0].reasons[0].text == "the contract price one.transport is not given"


def test_fuel_by_an_index_with_its_lag() -> None:
    index = {"name": "jet", "start": "2.80", "first": "28.5", "step": "0.06", "adds": "0.5", "below": "4.30"}
    service = line(charges=[{"id": "transport", "levy": "100 EUR"}, {"id": "fuel", "base": "transport", "index": index}])
    assert cost(service, on="2022-11-15", indices={"jet": {"2022-09": "3.25"}}).amount == 132
    for indices, word in (
        ({}, "2022-09 is not given"),
        ({"jet": {"2022-09": "4.30"}}, "does not hold"),
        ({"jet": {"2022-09": "2.79"}}, "does not hold"),
    ):
        with pytest.raises(UnknownFact, match=word):
            cost(service, on="2022-11-15", indices=indices)
    weekly = {**index, "per": "week", "lag": 2}
    service = line(charges=[{"id": "transport", "levy": "100 EUR"}, {"id": "fuel", "base": "transport", "index": weekly}])
    assert cost(service, on="2026-01-08", indices={"jet": {"2025-W52": "2.80"}}).amount == Decimal("128.5")


def test_the_lower_edge_of_an_index_row_belongs_to_it() -> None:
    table = {"name": "jet", "start": "2.80", "first": "28.5", "step": "0.06", "adds": "0.5"}
    assert [fuel_percent(table, price) for price in ("2.80", "2.859", "2.86")] == [Fraction(57, 2), Fraction(57, 2), 29]


def test_an_index_whose_rows_are_not_even() -> None:
    table = {"name": "jet", "rows": [["1.94", "1.98", "0.5"], ["2.02", "2.06", "1.5"], ["2.26", "2.32", "4.5"]]}
    assert [fuel_percent(table, price) for price in ("1.97", "2.02", "2.319")] == [
        Fraction(1, 2),
        Fraction(3, 2),
        Fraction(9, 2),
    ]
    for price in ("1.93", "1.98", "2.32"):
        with pytest.raises(UnknownFact):
            fuel_percent(table, price)
    for wrong in ({"name": "x"}, {"name": "x", "start": "1"}, {**table, "start": "1"},
                  {"name": "x", "start": "1", "first": "1", "step": "0", "adds": "1"}):  # fmt: skip
        with pytest.raises(InvalidInput):
            fuel_percent(wrong, "2")


def test_a_discount_is_a_share_paid_with_a_least_amount_per_parcel() -> None:
    charges = [
        {"id": "list", "card": "card", "listed": True}, {"id": "transport", "base": "list", "rate": "40 %", "at_least": "11.32 EUR"},
    ]  # fmt: skip
    service = line(cards=[card({"up_to": "1 kg", "levy": "20 EUR"}, {"up_to": "5 kg", "levy": "50 EUR"})], charges=charges)
    assert (cost(service, "1 kg").amount, cost(service, "3 kg").amount) == (Decimal("11.32"), 20)
    both = rate([{"weight": "1 kg"}, {"weight": "3 kg"}], service, on=DAY, origin="CN", destination="DE")
    assert both.cost.amount == Decimal("31.32"), "the least amount is of each parcel"
    assert [part.listed for part in both.components] == [True, False]


def test_tiers_of_a_period_all_units_and_slices() -> None:
    bands = [{"below": "120", "rate": "80 %"}, {"rate": "60 %"}]
    charges = [
        {"id": "list", "levy": "100 EUR", "listed": True},
        {"id": "transport", "base": "list", "bands": bands, "band_by": "account.month"},
    ]
    service = line(charges=charges)
    assert [cost(service, account={"month": count}).amount for count in ("119", "120")] == [80, 60]
    with pytest.raises(UnknownFact, match="account's month is not given"):
        cost(service)
    sliced = line(
        charges=[{"id": "weight", "band_by": "chargeable", "slices": True, "per": "1 lb", "bands": [
            {"up_to": "15 lb", "levy": "2.20 EUR"}, {"up_to": "20 lb", "levy": "0.50 EUR"}]}]
    )  # fmt: skip
    assert cost(sliced, "19 lb").amount == 35
    with pytest.raises(UnknownFact, match="bands end"):
        cost(sliced, "21 lb")


def test_bands_count_begun_units() -> None:
    bands = [{"up_to": "1 kg", "levy": "2 EUR"}, {"levy": "3 EUR"}]
    whole = line(charges=[{"id": "x", "band_by": "chargeable", "per": "1 kg", "begun": True, "bands": bands}])
    assert cost(whole, "1.5 kg") == Money("6", "EUR")
    slices = line(charges=[{"id": "x", "band_by": "chargeable", "per": "1 kg", "begun": True, "slices": True, "bands": bands}])
    assert cost(slices, "1.5 kg") == Money("5", "EUR")


def test_a_charge_is_unknown_outside_its_days_unless_it_is_complete() -> None:
    base = {"id": "list", "levy": "5 EUR"}
    for dates in ({"valid_to": "2026-01-01"}, {"valid_from": "2027-01-01"}):
        service = line(charges=[base, {"id": "extra", "levy": "1 EUR", **dates}])
        with pytest.raises(UnknownFact, match="extra is not known"):
            cost(service)
        assert cost(service, amounts={"extra": "2 EUR"}) == Money("7", "EUR")
        asked = line(charges=[base, {"id": "extra", "levy": "1 EUR", "optional": "signature", **dates}])
        assert cost(asked) == Money("5", "EUR")
        ended = line(charges=[base, {"id": "extra", "levy": "1 EUR", "complete": "2026-01-02..2026-12-31", **dates}])
        assert cost(ended) == Money("5", "EUR")
    limbs = [{"id": "a", "levy": "1 EUR"}, {"id": "b", "levy": "9 EUR", "valid_to": "2026-01-01"}]
    with pytest.raises(UnknownFact, match="b is not known"):
        cost(line(charges=[base, {"id": "dearest", "dearest": limbs}]))


def test_a_series_has_outer_dates_and_bands_a_base_of_amounts() -> None:
    fuel = {"id": "fuel", "valid_to": "2024-12-31", "series": [{"rate": "10 %", "base": "list"}]}
    with pytest.raises(UnknownFact, match="fuel is not known"):
        cost(line(charges=[{"id": "list", "levy": "10 EUR"}, fuel]))
    duty = {"id": "x", "bands": [{"up_to": "100 kg", "rate": "10 %"}], "band_by": "chargeable", "base": "amount.duties"}
    assert cost(line(charges=[duty]), amounts={"duties": "50 EUR"}) == Money("5", "EUR")
    with pytest.raises(UnknownFact, match="duties"):
        cost(line(charges=[duty]))


def test_limbs_of_limbs_decide_whether_parcels_are_charged_together() -> None:
    measure = {"level": "consignment", "chargeable": {"of": "actual", "round": {"to": "1 kg"}}}
    cards = [card({"up_to": "1 kg", "levy": "3 EUR"}, {"up_to": "2 kg", "levy": "5 EUR"})]
    limbs = [{"id": "b", "series": [{"dearest": [{"card": "card"}, {"levy": "1 EUR"}]}]}]
    shipment = {"parcels": [{"weight": "0.4 kg"}] * 2, "origin": "CN", "destination": "DE"}
    assert rate(shipment, line(measure=measure, cards=cards, charges=limbs), on=DAY).cost == Money("3", "EUR")


def test_what_is_weighed_together_is_charged_together() -> None:
    measure = {"level": "consignment", "chargeable": {"of": "actual", "round": {"to": "0.5 kg"}}}
    service = line(measure=measure, charges=[{"id": "x", "levy": "1 EUR", "per": "1 kg"}, {"id": "each", "levy": "3 EUR"}])
    shipment = {"parcels": [{"weight": "0.75 kg"}, {"weight": "0.75 kg"}], "origin": "CN", "destination": "DE"}
    assert rate(shipment, service, on=DAY).cost == Money("7.50", "EUR")


def test_the_published_contracts_of_tiers() -> None:
    all_units = line(charges=[{"id": "goods", "band_by": "account.ordered", "per": "1", "quantity": "account.ordered", "bands": [
        {"below": "1000", "levy": "9 EUR"}, {"below": "2500", "levy": "8 EUR"}, {"below": "7500", "levy": "7 EUR"},
        {"below": "15000", "levy": "5 EUR"}, {"levy": "3 EUR"}]}])  # fmt: skip
    slices = line(charges=[{"id": "goods", "band_by": "account.ordered", "slices": True, "bands": [
        {"up_to": "1200", "levy": "8 EUR"}, {"up_to": "3000", "levy": "7 EUR"}, {"up_to": "7500", "levy": "6 EUR"},
        {"up_to": "14000", "levy": "4 EUR"}, {"levy": "2 EUR"}]}])  # fmt: skip
    assert cost(all_units, account={"ordered": "6000"}).amount == 42000
    assert cost(all_units, account={"ordered": "7500"}).amount == 37500
    assert cost(slices, account={"ordered": "6000"}).amount == 40200


def test_discounted_volumes() -> None:
    tiers = [{"at_least": "0", "pays": "100 %"}, {"at_least": "100", "pays": "90 %"}, {"at_least": "200", "pays": "80 %"}]
    assert discounted({"kind": "all_units", "tiers": tiers}, "1 EUR", 200) == Money("160", "EUR")
    assert discounted({"kind": "incremental", "tiers": tiers}, "1 EUR", 250) == Money("230", "EUR")
    with pytest.raises(InvalidInput, match="smallest volume"):
        discounted({"tiers": tiers[::-1]}, "1 EUR", 1)
    with pytest.raises(InvalidInput, match="below the first"):
        discounted({"tiers": tiers[1:]}, "1 EUR", 1)


def test_advance_fees_only_where_something_is_advanced() -> None:
    service, parcel = services("dhl_express.us.advance")[0], {"weight": "1 kg", "origin": "CN", "destination": "US"}
    for duties, fee in (("500 USD", "17.00"), ("850 USD", "17.00"), ("900 USD", "18.00"), ("0 USD", "0")):
        assert rate({**parcel, "amounts": {"duties": duties}}, service, on=DAY).cost == Money(fee, "USD")
    with pytest.raises(UnknownFact, match="amount of duties is not given"):
        rate(parcel, service, on=DAY)


@pytest.mark.parametrize(
    ("charge", "word"),
    [
        ({"id": "x"}, "no way"),
        ({"id": "x", "levy": "1 EUR", "given": "y"}, "levy and given"),
        ({"id": "x", "rate": "5 %"}, "share of nothing"),
        ({"id": "x", "bands": [{"levy": "1 EUR"}]}, "by what"),
        ({"id": "x", "band_by": "chargeable", "bands": [{"up_to": "1 kg"}]}, "a band has a price"),
        (
            {"id": "x", "band_by": "chargeable", "bands": [{"up_to": "1 kg", "below": "1 kg", "levy": "1 EUR"}]},
            "one upper edge",
        ),
        (
            {"id": "x", "band_by": "chargeable", "bands": [{"levy": "1 EUR"}, {"up_to": "1 kg", "levy": "1 EUR"}]},
            "only the last",
        ),
        ({"id": "x", "band_by": "chargeable", "bands": [{"rate": "5 %"}]}, "share of nothing"),
        ({"id": "x", "levy": "1 EUR", "per": "1"}, "counts chargeable"),
        ({"id": "x", "levy": "1 EUR", "per": "1 m3"}, "counts chargeable"),
        ({"id": "x", "levy": "1 EUR", "per": "0 kg"}, "cannot be counted"),
        ({"id": "x", "levy": "1 EUR", "per": "1 kg", "quantity": "foo"}, "no measure"),
        ({"id": "x", "band_by": "foo", "bands": [{"levy": "1 EUR"}]}, "no measure"),
        ({"id": "x", "band_by": "value", "bands": [{"up_to": "9 EUR", "levy": "1 EUR"}]}, "not known"),
        ({"id": "x", "band_by": "chargeable", "bands": [{"up_to": "2 cm", "levy": "1 EUR"}]}, "edges of the bands"),
        ({"id": "x", "band_by": "chargeable", "slices": True, "bands": [{"levy": "1 EUR"}]}, "per how much"),
        ({"id": "x", "band_by": "chargeable", "base": "l", "slices": True, "bands": [{"rate": "5 %"}]}, "priced by `levy`"),
        ({"id": "x", "levy": "1 EUR", "per": "1 EUR"}, "cannot be counted"),
        ({"id": "x", "levy": "1 EUR", "complete": "2026"}, "no period"),
        ({"id": "x", "levy": "1 kg"}, "not a money"),
    ],
)
def test_charges_that_are_none(charge: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        Charge(**charge)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"charges": [{"id": "a", "levy": "1 EUR"}, {"id": "a", "levy": "1 EUR"}]}, "two charges"),
        ({"charges": [{"id": "fuel", "base": "transprot", "rate": "5 %"}]}, "no charge before it"),
        ({"charges": [{"id": "a", "card": "nope"}]}, "no card"),
        ({"charges": [{"id": "a", "card": "card"}], "cards": [{**card({"levy": "1 USD"}), "currency": "USD"}]}, "bills in EUR"),
        ({"charges": []}, "charges"),
        ({"charges": [{"id": "a", "levy": "1 USD"}]}, "currency of service line is EUR: 1 USD"),
        ({"charges": [{"id": "a", "levy": "1 EUR", "at_least": "40 JPY"}]}, "40 JPY is not in it"),
        ({"charges": [{"id": "a", "series": [{"levy": "1 EUR"}, {"levy": "1 USD"}]}]}, "1 USD is not in it"),
        ({"charges": [{"id": "a", "band_by": "chargeable", "bands": [{"levy": "1 USD"}]}]}, "1 USD is not in it"),
        ({"charges": TRANSPORT, "cards": [card({"levy": "1 EUR"}, minimum="2 USD")]}, "2 USD is not in it"),
        ({"charges": TRANSPORT, "cards": [card({"up_to": "2", "levy": "1 EUR"})]}, "goes by chargeable"),
        ({"charges": [{"id": "a", "levy": "1 EUR"}], "rules": "no_such_rules"}, "no set of limits"),
    ],
)
def test_services_that_are_none(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        cost(line(**fields))


def test_periods() -> None:
    assert period("..2026-01-01") == (None, date(2026, 1, 1))
    with pytest.raises(InvalidInput):
        period("..")


# ---------------------------------------------------------------------------------------------------------------- built-in data


def test_every_built_in_service_is_read_is_cited_and_works_out_on_its_days() -> None:
    for service in (*services(), *services(kind="handling"), *services(kind="storage")):
        assert service.source is not None, service.id
        days = {service.valid_from, service.valid_to, *(one.valid_from for one in service.cards)} - {None}
        for day in (*days, date(2026, 11, 25)):
            rates({"weight": "0.4 kg", "origin": "CN", "destination": "US"}, [service], on=day)
        for one in (*service.limits, *service.sizes, *service.transit, *service.cards):
            assert one.source is not None, (service.id, one)
        for charge in service.charges:
            for row in charge.series:
                assert row.source is not None, (service.id, charge.id)


def test_no_two_facts_of_the_same_keys_hold_on_one_day() -> None:
    seen: dict[tuple[str, ...], list[Any]] = {}
    for fact in carrier_facts():
        seen.setdefault((fact.subject, *fact.keys), []).append(fact)
    edge, end = date(1900, 1, 1), date(2999, 1, 1)
    for same in seen.values():
        spans = sorted((fact.valid_from or edge, fact.valid_to or end) for fact in same)
        assert all(a[1] < b[0] for a, b in pairwise(spans)), same[0].keys


def test_facts_change_on_their_days() -> None:
    handling = {"carrier": "UPS", "place": "US", "tier": "weight", "band": "zone 2"}
    for day, value in (("2025-12-21", "43.50"), ("2025-12-22", "46.50")):
        assert carrier_fact("surcharge.additional_handling", on=day, **handling).value == value
    demand = {"carrier": "DHL Express", "origin": "CN", "destination": "Americas"}
    assert carrier_fact("demand_surcharge", on="2025-01-31", **demand).value == "18.00"
    with pytest.raises(UnknownFact, match="no demand_surcharge"):
        carrier_fact("demand_surcharge", on="2025-02-01", **demand)


def test_facts_that_are_asked_wrongly() -> None:
    with pytest.raises(InvalidInput, match="did you mean"):
        carrier_facts("dim_divisors")
    with pytest.raises(InvalidInput, match="no key"):
        carrier_facts("dim_divisor", carier="UPS")
    with pytest.raises(AmbiguousRule):
        carrier_fact("dim_divisor", on=DAY)
    with pytest.raises(InvalidInput, match="unknown service"):
        services("dhl")


def test_clearance_fees_by_carrier_and_country_are_cited() -> None:
    fees = carrier_facts("disbursement_fee", carrier="DHL Express", on=DAY)
    assert {fact.place for fact in fees} >= {"US", "DE", "SI"}
    assert all(fact.source.url for fact in fees)
    assert (
        carrier_fact("disbursement_fee", carrier="DHL Express", place="SI", part="fixed", on=DAY).used().value
        == "12.00 EUR per shipment"
    )


def test_services_and_facts_say_the_same() -> None:
    """What a service uses of the carriers' facts is the same figure."""
    remote = next(charge for charge in services("dhl_express.cn")[0].charges if charge.id == "remote")
    row = next(row for row in remote.series if row.covers(date(2026, 11, 25)))
    facts = {
        part: carrier_fact("surcharge.remote_area", carrier="DHL Express", place="CN", part=part, on=DAY).value
        for part in ("per_kg", "minimum")
    }
    assert row.levy == f"{facts['per_kg']} CNY"
    assert Money.parse(row.at_least or "") == Money(facts["minimum"], "CNY")
    for charge in services("ups.us")[0].charges:
        for entry in charge.series if charge.id == "handling" else ():
            assert entry.valid_from is not None
            for limb, tier in zip(entry.dearest, ("weight", "length_width", "length_width", "packaging"), strict=True):
                zone = entry.when["carrier_zone"]
                band = {"2": "zone 2", "3": "zone 3-4", "5": "zone 5-6", "7": "zone 7+"}[
                    zone if isinstance(zone, str) else zone[0]
                ]
                fact = carrier_fact(
                    "surcharge.additional_handling", carrier="UPS", place="US", tier=tier, band=band, on=entry.valid_from
                )
                assert limb.levy == f"{fact.value} USD"


def test_contracts_are_services_changed() -> None:
    listed = services("wanb.usexr")[0]
    cheaper = listed.under(
        id="wanb.contract", cards=[{**listed.cards[0].model_dump(), "breaks": [{"plus": "80 CNY", "per": "1 kg"}]}]
    )
    assert cost(cheaper, "0.1 kg", "US") == Money("8", "CNY")
    assert listed.cards[0].breaks[0].levy == "24 CNY"
    assert Zone(zone="1").covers(date(2026, 1, 1) + timedelta(1))


def test_a_contract_is_checked_like_any_service() -> None:
    service = line(charges=[{"id": "a", "levy": "1 EUR"}])
    assert cost(service.under(charges=[{"id": "a", "levy": "2 EUR"}])) == Money("2", "EUR")
    with pytest.raises(InvalidInput, match="1 USD is not in it"):
        service.under(charges=[{"id": "a", "levy": "1 USD"}])
    with pytest.raises(InvalidInput, match="carier"):
        service.under(carier="x")


def test_engine_code_names_no_carrier() -> None:
    import ast
    from pathlib import Path

    import xbcommerce.logistics as engine

    folder = Path(engine.__file__).parent
    carriers = {fact.carrier for fact in carrier_facts() if fact.carrier} | {service.carrier for service in services()}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and "\n" not in node.value
                and ">>>" not in node.value
            ):
                assert node.value not in carriers, (path.name, node.lineno)
