"""Scenarios: one thing changed at a time."""

from __future__ import annotations

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics.scenario import compare
from xbcommerce.money import Money

ROWS = [
    {
        "sku": sku, "market": "X", "units": 100,
        "lanes": [
            {"lane": "post", "cost": {"fuel": "0.50 EUR", "returns": "0.80 EUR"}, "under": {"post": "4 EUR"}, "days": 18},
            {"lane": "warehouse", "cost": {"storage": "0.60 EUR", "returns": "0.30 EUR", "last_mile": last}, "days": 3},
        ],
    }
    for sku, last in (("A", "3.80 EUR"), ("B", "4.80 EUR"))
]  # fmt: skip
NETWORK = {"contracts": [{"name": "post", "tiers": [{"at_least": 700, "pays": "80 %"}]}]}


def test_seed_questions() -> None:
    found = compare(
        ROWS, NETWORK,
        {
            "no warehouse": {"without_lanes": "warehouse"},
            "no tier": {"without_contracts": "post"},
            "fuel": {"parts": {"fuel": "+10 %"}},
        },
        gap="0 %",
    )  # fmt: skip
    assert found.base.cost == Money("900", "EUR")  # all by post, the tier reached
    assert found["no tier"].difference == Money("100", "EUR")  # A from the warehouse at 4.70, B by post at 5.30
    assert found["no tier"].days is not None
    assert found["no tier"].days < 0
    assert found["fuel"].unchanged == Money("910", "EUR")
    assert found["no warehouse"].difference == Money("0", "EUR")


def test_a_change_of_nothing_is_refused() -> None:
    for change in ({"parts": {"fule": "+10 %"}}, {"without_lanes": "air"}, {"without_contracts": "x"}, {"parts": {"fuel": 10}}):
        with pytest.raises(InvalidInput):
            compare(ROWS, NETWORK, {"change": change})
    with pytest.raises(InvalidInput, match="no scenario"):
        compare(ROWS, NETWORK, {})["x"]


def test_limits_of_lanes_that_are_gone() -> None:
    most = {"id": "most", "lanes": ["warehouse"], "at_most": 50}
    both = {"id": "both", "lanes": ["warehouse", "post"], "at_least": 200}
    least = {"id": "least", "lanes": ["warehouse"], "at_least": 10}
    without = {"x": {"without_lanes": "warehouse"}}
    found = compare(ROWS, {**NETWORK, "limits": [most, both]}, without)
    assert found["x"].plan.cost == Money("900", "EUR")
    with pytest.raises(InvalidInput, match="at least 10 of lanes that are not there"):
        compare(ROWS, {**NETWORK, "limits": [least]}, without)
    also = {"x": {"without_lanes": "warehouse", "without_limits": "least"}}
    assert compare(ROWS, {**NETWORK, "limits": [least]}, also)["x"].plan.cost == Money("900", "EUR")


def test_a_limit_on_what_only_a_lane_that_is_gone_uses() -> None:
    rows = [{**row, "lanes": [row["lanes"][0], {**row["lanes"][1], "uses": {"shelves": 2}}]} for row in ROWS]
    limit = {"id": "shelves", "measure": "shelves", "at_most": 100}
    found = compare(rows, {**NETWORK, "limits": [limit]}, {"x": {"without_lanes": "warehouse"}})
    assert found["x"].plan.cost == Money("900", "EUR")


def test_a_plan_that_was_not_found_in_time_is_compared_with_nothing() -> None:
    """Four sums that thirty choices must meet exactly: with no time, no plan is found and none is called impossible."""
    rows = [
        {"sku": f"S{index}", "market": "X", "units": 1, "today": "a", "lanes": [
            {"lane": "a", "cost": "1 EUR", "uses": {f"u{k}": (index * 7919 + k * 104729) % 99991 for k in range(4)}},
            {"lane": "b", "cost": "2 EUR", "uses": {f"u{k}": 0 for k in range(4)}},
        ]}
        for index in range(30)
    ]  # fmt: skip
    sums = {f"u{k}": sum(row["lanes"][0]["uses"][f"u{k}"] for row in rows[::2]) for k in range(4)}
    limits = [{"id": name, "measure": name, "at_most": total, "at_least": total} for name, total in sums.items()]
    found = compare(rows, None, {"exact": {"limits": limits}}, seconds=0)["exact"]
    assert (found.plan.status, found.difference, found.parts) == ("stopped", None, {})
    assert found.plan.today is not None
    assert found.plan.today.parts == ()
