"""Parcel arithmetic: exact measures, dated rules, ladders, size classes, cartons."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics import Parcel, Shipment
from xbcommerce.logistics.models import Days, quantity
from xbcommerce.logistics.parcels import (
    Carton,
    FirstFit,
    Goods,
    girth,
    length_plus_girth,
    measure,
    pack,
    volumetric_weight,
)
from xbcommerce.logistics.ratecards import services

HALF_KILO = {"round": [{"up_to": "21 kg", "to": "0.5 kg"}, {"to": "1 kg"}]}


@pytest.mark.parametrize(
    ("weight", "charged"),
    [("1.67 kg", "2"), ("34.9 kg", "35"), ("0.5 kg", "0.5"), ("0.501 kg", "1"), ("20.6 kg", "21"), ("21.0 kg", "21"), ("21.01 kg", "22"),
     ("20.5 kg", "20.5")],
)  # fmt: skip
def test_a_ladder_of_steps_is_climbed_only_by_what_exceeds_one(weight: str, charged: str) -> None:
    found = measure({"weight": weight}, {"chargeable": {"of": "actual", **HALF_KILO}}, on="2026-11-25")
    assert found.chargeable == Decimal(charged)


def test_units_are_exact_in_both_directions() -> None:
    assert quantity("1 lb").size == quantity("16 oz").size
    assert quantity("1 ft3").size == quantity("1728 in3").size
    assert quantity("1 in").size * 100 == quantity("254 cm").size
    assert Parcel(weight="1 lb").mass == 453592370 * 10**12


def test_a_volumetric_weight_is_never_rounded_before_the_carrier_rounds() -> None:
    assert volumetric_weight("70 x 30 x 30 cm", "8000 cm3/kg") == Decimal("7.875")
    assert volumetric_weight("10 x 10 x 10 cm", "3000 cm3/kg") == Decimal("0.333333333333")
    tiny = measure(
        {"weight": "0.1 kg", "dimensions": "10 x 10 x 25.000000001 cm"},
        {"volumetric": {"divisor": "5000 cm3/kg"}, "chargeable": {"round": {"to": "0.5 kg"}}},
        on="2026-11-25",
    )
    assert tiny.chargeable == 1, "a hair above half a kilogram is charged as the next step"


def test_girth_is_around_the_smaller_sides_in_any_order() -> None:
    assert girth("60 x 30 x 20 cm") == girth("20 x 60 x 30 cm") == 100
    assert length_plus_girth("20 x 30 x 60 cm") == 160


@pytest.mark.parametrize(("day", "sides"), [("2025-08-17", ("10", "10", "10")), ("2025-08-18", ("11", "11", "10"))])
def test_sides_are_rounded_by_the_rule_of_the_day(day: str, sides: tuple[str, ...]) -> None:
    service = services("ups.us")[0]
    found = measure({"weight": "2 lb", "dimensions": "10 x 10.1 x 10.3 in"}, service, on=day)
    assert tuple(side / Decimal("2.54") for side in found.sides) == tuple(map(Decimal, sides))


@pytest.mark.parametrize(
    ("day", "dimensions", "charged"),
    [("2012-08-01", "70 x 30 x 30 cm", "8"), ("2022-06-01", "70 x 30 x 30 cm", "10.5"), ("2022-06-01", "39 x 39 x 39 cm", "6"),
     ("2012-08-01", "60 x 30 x 30 cm", "6"), ("2022-06-01", "40 x 40 x 40 cm", "11"), ("2010-01-01", "70 x 30 x 30 cm", "6")],
)  # fmt: skip
def test_which_parcels_have_a_volumetric_weight_is_dated(day: str, dimensions: str, charged: str) -> None:
    found = measure({"weight": "6 kg", "dimensions": dimensions}, services("china_post.ems")[0], on=day)
    assert found.chargeable == Decimal(charged)


def test_half_bubble_doubles_at_the_edge() -> None:
    service = services("yunexpress.half_bubble")[0]
    below = measure({"weight": "1 kg", "dimensions": "30 x 20 x 19 cm"}, service, on="2026-11-25")
    at = measure({"weight": "1 kg", "dimensions": "30 x 20 x 20 cm"}, service, on="2026-11-25")
    assert (below.chargeable, at.chargeable) == (1, 2)
    assert "volumetric over actual at least 2" in at.text


def test_the_text_says_why() -> None:
    found = measure({"weight": "6 kg", "dimensions": "70 x 30 x 30 cm"}, services("china_post.ems")[0], on="2012-08-01")
    assert found.explain() == "actual 6 kg, volumetric 7.875 kg (8000 cm3/kg as longest side above 60 cm); charged 8 kg"
    assert found.facts[0].valid_from is not None
    assert "taobaoring" in found.facts[0].citation.url


@pytest.mark.parametrize(("dimensions", "size"), [("18 x 35 x 60 cm", "B"), ("64 x 8 x 38 cm", "A"), ("41 x 38 x 64 cm", "C")])
def test_a_locker_is_the_smallest_box_that_fits(dimensions: str, size: str) -> None:
    assert measure({"weight": "4 kg", "dimensions": dimensions}, services("inpost.locker")[0], on="2026-11-25").size == size


def test_what_fits_no_class_and_what_is_not_given_is_refused() -> None:
    locker = services("inpost.locker")[0]
    with pytest.raises(InvalidInput, match="fits no size class"):
        measure({"weight": "4 kg", "dimensions": "65 x 38 x 8 cm"}, locker, on="2026-11-25")
    with pytest.raises(InvalidInput, match="dimensions are not given"):
        measure({"weight": "4 kg"}, locker, on="2026-11-25")
    with pytest.raises(InvalidInput, match="weight is not given"):
        measure({"dimensions": "10x10x10 cm"}, locker, on="2026-11-25")
    with pytest.raises(InvalidInput, match="no rule says"):
        measure({"weight": "4 kg"}, {"chargeable": {"when": {"actual": {"below": "1 kg"}}}}, on="2026-11-25")


def test_packing_adds_to_the_actual_weight() -> None:
    rule = {"packing": "10 %", "chargeable": {"of": "actual", "round": {"to": "1 lb"}}}
    found = measure({"weight": "17 lb"}, rule, on="2026-11-25")
    assert found.chargeable == 19 * Decimal("0.45359237")
    assert measure({"weight": "1 kg"}, {"packing": "50 g"}, on="2026-11-25").chargeable == Decimal("1.05")


@pytest.mark.parametrize(
    ("text", "message"),
    [("5 qqq", "unknown currency"), ("heavy", "cannot read"), ("", "cannot read"), ("9" * 50, "cannot read"), ("1e5 kg", "cannot read")],
)  # fmt: skip
def test_quantities_that_are_none(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        quantity(text)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"weight": 1.5}, "weight"),
        ({"weight": "1 kg", "form": "ball"}, "form"),
        ({"weight": "1 kg", "dimensions": "1x2"}, "dimensions"),
        ({"weight": "1 kg", "battery": "loose"}, "battery"),
        ({"weight": "1 kg", "colour": "red"}, "colour"),
    ],
)
def test_parcels_that_are_none(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Parcel(**fields)
    assert field in (caught.value.field or "")


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"volumetric": {"divisor": "5000"}}, "divisor"),
        ({"volumetric": {"divisor": "5000 cm3/kg", "when": {"longset": {"above": "60 cm"}}}}, "longest"),
        ({"volumetric": {"divisor": "5000 cm3/kg", "when": {"longest": {"over": "60 cm"}}}}, "no comparison"),
        ({"volumetric": {"divisor": "5000 cm3/kg", "when": {"longest": {"above": "60 kg"}}}}, "length"),
        ({"volumetric": {"divisor": "5000 cm3/kg", "when": {"longest": "60 cm"}}}, "compared with bounds"),
        ({"chargeable": {"round": {"to": "1 EUR"}}}, "mass"),
        ({"chargeable": {"round": {"to": "1 kg", "mode": "sideways"}}}, "mode"),
        ({"volumetric": {"divisor": "0 cm3/kg"}}, "divisor"),
    ],
)
def test_measuring_rules_that_are_none(rule: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        measure({"weight": "1 kg", "dimensions": "1x1x1 cm"}, rule, on="2026-11-25")


def test_a_shipment_is_read_from_what_is_at_hand() -> None:
    one = Shipment.of({"weight": "1 kg", "origin": "CN", "destination": {"country": "GB", "postcode": "ze1 0aa"}})
    assert (one.parcels[0].mass, one.destination.postcode) == (10**21, "ZE1 0AA")
    two = Shipment.of([{"weight": "1 kg"}, Parcel(weight="2 kg")], origin="CN", destination="US")
    assert len(two.parcels) == 2
    assert Shipment.of(one) is one
    assert Shipment.of(one, destination="FR").destination.country == "FR"
    with pytest.raises(InvalidInput, match="cannot read"):
        Shipment.of("a box")
    with pytest.raises(InvalidInput, match="origin"):
        Shipment.of(Parcel(weight="1 kg"))


def test_days_are_a_range_in_order() -> None:
    assert str(Days(least=1, most=1)) == "1 day"
    assert Days(least=5, most=10, unit="working_day").calendar == (7, 14)
    with pytest.raises(InvalidInput, match="wrong way round"):
        Days(least=5, most=3)


# ------------------------------------------------------------------------------------------------------------- cartonization


MUG = {"id": "mug", "dimensions": "10x10x10 cm", "weight": "0.4 kg"}


def test_the_smallest_carton_that_takes_all_is_chosen() -> None:
    cartons = [
        {"id": "L", "inner": "40x40x40 cm"},
        {"id": "S", "inner": "20x10x10 cm", "outer": "21x11x11 cm", "weight": "80 g"},
    ]
    found = pack({**MUG, "count": 2}, cartons)
    assert [(one.carton, one.weight, one.used) for one in found.cartons] == [("S", Decimal("0.88"), 1)]
    assert found.parcels[0].dimensions.length == 21
    assert found.explain() == "S: 2 pieces, 0.88 kg, 100% full"


def test_the_volume_of_an_order_is_packed_and_not_every_side_multiplied() -> None:
    book = {"id": "book", "dimensions": "11.5 x 8.5 x 1.5 in", "weight": "0.6 lb", "count": 24}
    found = pack(book, {"id": "box", "inner": "18 x 12 x 24 in"})
    assert len(found.cartons) == 1
    assert sum(one.dimensions.volume for one in found.parcels) < Decimal(6000) * Decimal("16.387064")


def test_weight_limits_supply_and_caps_open_further_cartons() -> None:
    heavy = pack({**MUG, "count": 6}, {"id": "S", "inner": "30x20x20 cm", "carries": "1 kg"})
    assert [len(one.placements) for one in heavy.cartons] == [2, 2, 2]
    capped = pack({**MUG, "count": 5}, {"id": "S", "inner": "40x40x40 cm", "keeps": {"mug": 2}})
    assert [len(one.placements) for one in capped.cartons] == [2, 2, 1]
    few = pack({**MUG, "count": 5}, {"id": "S", "inner": "20x10x10 cm", "available": 2})
    assert few.left_over == ("mug",)
    assert "1 pieces fit into no carton" in few.text


def test_what_fits_nowhere_is_left_over() -> None:
    found = pack({"id": "rod", "dimensions": "100x5x5 cm", "weight": "1 kg"}, {"id": "S", "inner": "60x60x60 cm"})
    assert (found.cartons, found.left_over) == ((), ("rod",))


def test_upright_goods_are_only_turned_around() -> None:
    vase = {"id": "vase", "dimensions": "10x10x30 cm", "weight": "1 kg", "upright": True}
    assert not pack(vase, {"id": "flat", "inner": "30x30x10 cm"}).cartons
    assert pack({**vase, "upright": False}, {"id": "flat", "inner": "30x30x10 cm"}).cartons


def test_what_finds_no_room_takes_no_allowance_of_weight() -> None:
    long = {"id": "A", "dimensions": "50x5x5 cm", "weight": "4 kg"}
    cube = {"id": "B", "dimensions": "10x10x10 cm", "weight": "3 kg"}
    found = pack([long, cube], {"id": "S", "inner": "20x20x20 cm", "carries": "5 kg"})
    assert found.left_over == ("A",)
    slabs = {"id": "A", "dimensions": "20x20x11 cm", "weight": "2 kg", "count": 2}
    small = {"id": "B", "dimensions": "10x10x9 cm", "weight": "3 kg"}
    found = pack([slabs, small], {"id": "S", "inner": "20x20x20 cm", "carries": "5 kg", "available": 1})
    assert found.left_over == ("A",)


def test_pieces_alike_find_no_room_together() -> None:
    large = {"id": "q", "dimensions": "15x15x15 cm", "weight": "1 kg", "count": 40}
    small = {"id": "t", "dimensions": "4x4x4 cm", "weight": "0.5 kg", "count": 3}
    found = pack([large, small], {"id": "S", "inner": "20x20x20 cm", "carries": "3 kg", "available": 1})
    assert sorted(one.id for one in found.cartons[0].placements) == ["q", "t", "t", "t"]


def test_ounces_are_packed_exactly() -> None:
    found = pack({"id": "m", "dimensions": "4x4x4 in", "weight": "1 oz"}, {"id": "S", "inner": "20x20x20 in"})
    assert found.cartons[0].weight == Decimal("0.028349523125")


def test_a_packer_that_forgets_a_piece_is_refused() -> None:
    class Short:
        def fill(self, inner: Any, boxes: Any) -> Any:
            return []

    with pytest.raises(InvalidInput, match="told 0 spots"):
        pack(MUG, {"id": "L", "inner": "40x40x40 cm"}, packer=Short())


def test_another_packer_is_used_and_checked() -> None:
    class Careless:
        def fill(self, inner: Any, boxes: Any) -> Any:
            return [((0, 0, 0), box) for box, _ in boxes]

    with pytest.raises(InvalidInput, match="where it does not fit"):
        pack({**MUG, "count": 2}, {"id": "L", "inner": "40x40x40 cm"}, packer=Careless())
    assert pack(MUG, {"id": "L", "inner": "40x40x40 cm"}, packer=Careless()).cartons
    assert pack(Goods(**MUG), Carton(id="L", inner="40x40x40 cm"), packer=FirstFit()).cartons


def test_a_search_that_takes_too_long_is_stopped_and_says_so() -> None:
    found = pack({**MUG, "count": 200}, {"id": "L", "inner": "70x70x70 cm"}, packer=FirstFit(comparisons=500))
    assert found.left_over
    assert "the search was stopped" in found.text


def test_packing_refuses_what_it_cannot_bound() -> None:
    with pytest.raises(InvalidInput, match="at most 500"):
        pack([{**MUG, "count": 500}, MUG], {"id": "L", "inner": "40x40x40 cm"})
    with pytest.raises(InvalidInput, match="cannot read"):
        pack(["mug"], {"id": "L", "inner": "40x40x40 cm"})


def test_a_shipment_is_written_so_that_it_can_be_read_again() -> None:
    parcel = Parcel(weight="14 oz", dimensions="30x20x10.123 in", value="3 EUR", battery="in_equipment", tags=["liquid"])
    shipment = Shipment(
        parcels=[parcel], origin="CN", destination={"country": "DE", "postcode": "10115"}, amounts={"duties": "4 EUR"},
        percents={"fuel": "12 %"}, indices={"jet": {"2022-09": "3.25"}}, delivery="door", account={"month.parcels": 12},
    )  # fmt: skip
    assert Shipment.model_validate_json(shipment.model_dump_json()) == shipment
