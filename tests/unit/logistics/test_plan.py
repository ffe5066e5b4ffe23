"""Plans: textbook optima, brute force on small instances, limits, infeasibility, errors."""

from __future__ import annotations

import itertools
import random
import sys
from fractions import Fraction

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics.assignment import assign
from xbcommerce.logistics.checking import check
from xbcommerce.logistics.network import Contract, Demand, LaneOption, Network, overseas
from xbcommerce.logistics.plan import plan
from xbcommerce.logistics.problem import SolverMissing, hull
from xbcommerce.money import Money

EXACT = {"gap": "0 %"}


def carriers() -> tuple[list[dict], dict]:
    """A stepped-price assignment of Operations Research Stack Exchange, question 11021."""
    prices = {"A": {"P": "2 USD", "Q": "3 USD"}, "B": {"P": "3 USD", "Q": "2 USD"}}
    demand = [
        {"sku": sku, "market": "M", "units": units, "lanes": [{"lane": c, "under": {c: prices[sku][c]}} for c in "PQ"]}
        for sku, units in (("A", 100), ("B", 200))
    ]
    tiers = [{"at_least": 0, "pays": "80 %"}, {"at_least": 120, "pays": "60 %"}]
    return demand, {"contracts": [{"name": c, "by": "units", "tiers": tiers} for c in "PQ"]}


def test_all_units_optimum_sits_on_the_edge() -> None:
    demand, network = carriers()
    found = plan(demand, network, **EXACT)
    assert found.cost == Money("372", "USD")
    assert found.mix == {("A", "M", "P"): 100, ("B", "M", "P"): 20, ("B", "M", "Q"): 180}
    assert found.status == "optimal"
    assert found.split == ("B in M",)


def test_paying_for_more_than_is_sent() -> None:
    """LINDO's quantity discounts: 6,000 needed, 7,500 at 5 are cheaper than 6,000 at 7."""
    a = [(0, 9), (1000, 8), (2500, 7), (7500, 5), (15000, 3)]
    b = [(0, 8), (1200, 7), (3000, 6), (7500, 4), (14000, 2)]
    lanes = [{"lane": name, "under": {name: "1 USD"}} for name in "AB"]
    contracts = [
        {"name": "A", "by": "units", "as_if": True, "tiers": [{"at_least": v, "price": f"{p} USD"} for v, p in a]},
        {"name": "B", "by": "units", "kind": "incremental", "tiers": [{"at_least": v, "price": f"{p} USD"} for v, p in b]},
    ]
    found = plan([{"sku": "S", "market": "M", "units": 6000, "lanes": lanes}], {"contracts": contracts}, **EXACT)
    assert found.cost == Money("37500", "USD")
    assert Contract(**contracts[0]).charge(Fraction(6000), Fraction(0)) == 37500
    assert Contract(**contracts[1]).charge(Fraction(6000), Fraction(0)) == 40200
    plain = Contract(**{**contracts[0], "as_if": False})
    assert plain.charge(Fraction(6000), Fraction(0)) == 42000


def small(seed: int) -> tuple[list[Demand], Network]:
    rng = random.Random(seed)
    demand = [
        Demand(
            sku=f"S{index}", market=rng.choice("XY"), units=rng.randint(1, 4),
            lanes=[
                LaneOption(lane="p", cost=f"{rng.randint(0, 3)} EUR", under={"p": f"{rng.randint(2, 9)} EUR"}, days=rng.randint(10, 20)),
                LaneOption(lane="l", cost=f"{rng.randint(0, 3)} EUR", under={"l": f"{rng.randint(2, 9)} EUR"}, days=rng.randint(5, 9)),
                LaneOption(lane="w", cost=f"{rng.randint(3, 9)} EUR", days=3, site="w"),
            ],
        )
        for index in range(4)
    ]  # fmt: skip
    kind = rng.choice(["all_units", "incremental"])
    by = rng.choice(["spend", "units"]) if kind == "all_units" else "spend"
    tiers = [{"at_least": rng.randint(3, 15), "pays": "70 %"}, {"at_least": rng.randint(16, 40), "pays": "40 %"}]
    extra = rng.choice([{}, {"fee": "5 EUR"}, {"minimum": 4, "optional": True}, {"minimum": 3}])
    if by == "spend" and rng.random() < 0.3:
        extra = {"minimum": 10, "shortfall": "0.50 EUR"}
    network = Network(
        contracts=[{"name": "p", "kind": kind, "by": by, "tiers": tiers, **extra}, {"name": "l", "kind": kind, "tiers": tiers}],
        limits=[{"id": "days", "measure": "days", "average": True, "at_most": rng.choice([8, 12, 20])}],
        sites=[{"name": "w", "fee": f"{rng.randint(0, 6)} EUR"}],
    )
    return demand, network


def best(demand: list[Demand], network: Network) -> Fraction | None:
    """The least cost by trying everything."""
    splits = [[(a, b, row.units - a - b) for a in range(row.units + 1) for b in range(row.units + 1 - a)] for row in demand]
    least = None
    for choice in itertools.product(*splits):
        mix = {
            (row.sku, row.market, option.lane): units
            for row, parts in zip(demand, choice, strict=True)
            for option, units in zip(row.lanes, parts, strict=True)
            if units
        }
        found = check(mix, demand, network)
        if not found.broken and found.cost is not None and (least is None or found.cost < least):
            least = found.cost
    return least


@pytest.mark.parametrize("seed", range(12))
def test_small_plans_equal_brute_force(seed: int) -> None:
    demand, network = small(seed)
    demand = demand[:3]
    least = best(demand, network)
    found = plan(demand, network, **EXACT)
    if least is None:
        assert found.status == "infeasible"
        return
    assert found.cost is not None
    assert Fraction(found.cost.amount) == least, (seed, found.cost, least)


def test_without_coupling_no_solver_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    rows = [{"sku": "A", "market": "X", "units": 3, "lanes": [{"lane": "a", "cost": "2 EUR"}, {"lane": "b", "cost": "1 EUR"}]}]
    assert plan(rows).cost == Money("3", "EUR")
    with pytest.raises(SolverMissing, match=r"pip install 'xbcommerce\[optimize\]'"):
        plan(rows, {"limits": [{"id": "half", "lanes": "b", "average": True, "at_most": "50 %"}]})


def two_lanes(**row: object) -> list[dict]:
    return [{
        "sku": "A", "market": "X", "units": 10, "revenue": "20 EUR",
        "lanes": [{"lane": "post", "cost": "2 EUR", "days": 18}, {"lane": "line", "cost": "3 EUR", "days": 8}], **row,
    }]  # fmt: skip


def test_limit_binds_and_is_priced() -> None:
    network = {"limits": [{"id": "days", "measure": "days", "average": True, "at_most": 13}]}
    found = plan(two_lanes(today="post"), network, price_limits=True, **EXACT)
    assert found.cost == Money("25", "EUR")
    assert found.limits[0].binding
    assert found.limits[0].costs == Money("5", "EUR")
    assert str(found.revenue_share) == "0.125"
    assert found.today is not None
    assert found.today.breaks == ("days: 18, at most 13",)
    assert "total" in str(found.explain())
    assert type(found).model_validate_json(found.model_dump_json()) == found


def test_one_impossible_limit_is_named_with_the_best_possible() -> None:
    found = plan(two_lanes(), {"limits": [{"id": "days", "measure": "days", "average": True, "at_most": 5}]})
    assert found.status == "infeasible"
    assert found.conflict is not None
    assert found.conflict.text == "days: at most 5 is demanded, no plan is below 8"


def test_two_limits_that_contradict_are_named() -> None:
    limits = [
        {"id": "days", "measure": "days", "average": True, "at_most": 10},
        {"id": "post", "lanes": "post", "average": True, "at_least": "60 %"},
        {"id": "idle", "lanes": "line", "average": True, "at_most": "90 %"},
    ]
    found = plan(two_lanes(), {"limits": limits})
    assert found.conflict is not None
    assert set(found.conflict.limits) == {"days", "post"}


def test_row_without_lane_tells_why() -> None:
    rows = two_lanes(
        lanes=[{"lane": "post", "cost": "2 EUR", "barred": "battery"}, {"lane": "line", "cost": "3 EUR", "days": 9}]
    )
    found = plan(rows, {"limits": [{"id": "fast", "measure": "days", "each": True, "at_most": 5}]})
    assert found.conflict is not None
    assert found.conflict.rows == ("A in X: post: battery; line: days 9, limit fast",)


def test_what_is_not_known_bars_a_lane() -> None:
    rows = two_lanes(lanes=[{"lane": "post", "cost": "2 EUR"}, {"lane": "line", "cost": "3 EUR", "days": 9}])
    found = plan(rows, {"limits": [{"id": "days", "measure": "days", "average": True, "at_most": 20}]})
    assert found.cost == Money("30", "EUR")
    assert found.warnings


@pytest.mark.parametrize(
    ("rows", "network", "field"),
    [
        ([], None, "demand"),
        (two_lanes() * 2, None, "demand.1"),
        (two_lanes(units=0), None, "demand.0.units"),
        (two_lanes(lanes=[{"lane": "a", "cost": 2.5}]), None, None),
        (two_lanes(today="air"), None, None),
        (two_lanes(), {"limits": [{"id": "x", "lanes": "pots", "at_most": 1}]}, "limits"),
        (two_lanes(), {"limits": [{"id": "x", "measure": "day", "at_most": 1}]}, "limits"),
        (two_lanes(), {"limits": [{"id": "x"}]}, None),
        (two_lanes(), {"sites": [{"name": "w", "fee": "2 USD"}]}, "cost"),
        (two_lanes(), {"contracts": [{"name": "c", "by": "units", "kind": "incremental", "tiers": [{"at_least": 5, "pays": "90 %"}]}]}, None),
    ],
)  # fmt: skip
def test_bad_input(rows: object, network: object, field: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(rows, network)
    if field:
        assert caught.value.field == field


def test_overseas_lane_with_partly_filled_stock() -> None:
    direct = LaneOption(lane="direct", cost="10 EUR", days=12)
    lane = overseas(
        "w", freight="1 EUR", duty="1 EUR", fulfilment="1 EUR", last_mile="1 EUR", storage_month="0.50 EUR", months=2,
        filled="90 %", direct=direct, days=3,
    )  # fmt: skip
    assert lane.total == 5 * Fraction(9, 10) + 1
    assert lane.days == Fraction(39, 10)
    with pytest.raises(InvalidInput):
        overseas(
            "w", freight="1 EUR", duty="1 EUR", fulfilment="1 EUR", last_mile="1 EUR", storage_month="1 EUR", filled="90 %"
        )


def test_assignment() -> None:
    inf = float("inf")
    found = assign([[1.0, 2.0], [1.0, 3.0], [inf, 1.0], [inf, inf]], [1, 1])
    assert found.served == 2
    assert found.cost == 2.0
    assert found.bound == pytest.approx(2.0)
    free = assign([[1.0, 2.0], [inf, 1.0], [inf, inf]])
    assert free.server == [0, 1, -1]


def test_hull() -> None:
    assert hull([(5.0, 3.0)]) == [(0.0, 3.0)]
