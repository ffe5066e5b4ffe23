"""Plans: textbook optima, brute force on small instances, limits, infeasibility, errors."""

from __future__ import annotations

import itertools
import random
import sys
from decimal import Decimal, localcontext
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


def contract(rng: random.Random, name: str) -> dict:
    """Any contract: tiers that rise as well as fall, prices or shares, least and most volumes that meet, fees, shortfalls."""
    by, kind, priced = rng.choice(["spend", "units", "weight"]), rng.choice(["all_units", "incremental"]), rng.random() < 0.5
    apart = by != "spend" and not priced
    edges = sorted(rng.sample(range(1, 25), rng.randint(0, 3)))
    out: dict = {"name": name, "by": by, "kind": "all_units" if apart else kind}
    if priced:
        out["tiers"] = [{"at_least": edge, "price": f"{rng.randint(0, 99) / 10} EUR"} for edge in [0, *edges]]
    else:
        out["tiers"] = [{"at_least": edge, "pays": f"{rng.randint(1, 10) * 10} %"} for edge in edges]
    least = rng.choice([None, None, 0, rng.randint(1, 10)])
    if out["kind"] == "all_units" and not apart:
        out["as_if"] = rng.random() < 0.3
    if least is not None:
        out |= {"minimum": least, "optional": rng.random() < 0.5}
        if not apart and rng.random() < 0.4:
            out["shortfall"] = f"{rng.randint(0, 30) / 10} EUR"
    if rng.random() < 0.4:
        out["maximum"] = (least or 0) + rng.choice([0, rng.randint(0, 25)])
    if rng.random() < 0.4:
        out["fee"] = f"{rng.randint(0, 9)} EUR"
    return out


@pytest.mark.parametrize("seed", range(60))
def test_contracts_of_any_shape_equal_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    demand = [
        Demand(
            sku=f"S{index}", market="X", units=rng.randint(1, most),
            lanes=[
                LaneOption(lane="p", cost="1 EUR", under={"p": f"{rng.randint(0, 9)} EUR"}, weight=rng.choice(["0.3", "2"])),
                LaneOption(lane="l", cost="0 EUR", under={"l": f"{rng.randint(2, 9)}.50 EUR"}, weight="0.7"),
                LaneOption(lane="w", cost=f"{rng.randint(3, 9)} EUR", site="w"),
            ],
        )
        for index, most in enumerate((12, 5))
    ]  # fmt: skip
    network = Network(contracts=[contract(rng, "p"), contract(rng, "l")], sites=[{"name": "w", "fee": "4 EUR"}])
    least = best(demand, network)
    found = plan(demand, network, **EXACT)
    assert (found.cost is None) == (least is None)
    assert found.status == ("infeasible" if least is None else found.status)
    if found.cost is not None:
        assert Fraction(found.cost.amount) == least
        assert found.bound is not None
        assert found.bound <= found.cost
        assert sum((total.cost.amount for total in found.parts), Decimal(0)) == found.cost.amount


def one_row(units: int = 100, post: str = "5 EUR") -> list[dict]:
    lanes = [{"lane": "post", "under": {"post": post}}, {"lane": "line", "cost": "9 EUR"}]
    return [{"sku": "A", "market": "X", "units": units, "lanes": lanes}]


@pytest.mark.parametrize(
    ("units", "edge"),
    [(13, 11), (1300, 1100), (999_999_937, 999_999_000)],
)
def test_a_dearer_tier_is_stayed_below(units: int, edge: int) -> None:
    tiers = [{"at_least": 0, "price": "5.00 EUR"}, {"at_least": edge, "price": "12.00 EUR"}]
    found = plan(one_row(units), {"contracts": [{"name": "post", "by": "units", "tiers": tiers}]}, **EXACT)
    assert found.mix == {("A", "X", "post"): edge - 1, ("A", "X", "line"): units - edge + 1}
    assert found.status == "optimal"


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        ({"minimum": 50, "maximum": 50}, "700"),
        ({"minimum": 50, "maximum": 50, "optional": True}, "700"),
        ({"minimum": 0, "fee": "500 EUR"}, "900"),
        ({"minimum": 0, "fee": "300 EUR"}, "800"),
        ({"minimum": 120, "shortfall": "1 EUR", "tiers": [{"at_least": 0, "price": "5 EUR"}]}, "520"),
    ],
)
def test_least_and_most_volumes(terms: dict, cost: str) -> None:
    assert plan(one_row(), {"contracts": [{"name": "post", "by": "units", **terms}]}, **EXACT).cost == Money(cost, "EUR")


@pytest.mark.parametrize(
    ("terms", "limits", "text"),
    [
        ({"maximum": 50}, [{"id": "l", "lanes": "line", "at_most": 30}], "l would have to go from 30 to 50; post stays"),
        (
            {"maximum": 50, "minimum": 40},
            [{"id": "l", "lanes": "line", "at_least": 70}],
            "the minimum of post would have to go from 40 to 30",
        ),
        ({"minimum": 150}, [], "post cannot hold; the minimum of post would have to go from 150 to 100"),
        ({"minimum": 80}, [{"id": "line: least", "lanes": "line", "at_least": 30}], "line: least, post cannot hold together"),
        ({}, [{"id": "a: b", "lanes": "line", "at_least": 300}], "a: b: at least 300 is demanded, no plan goes above 100"),
    ],
)
def test_a_conflict_names_the_bound_and_a_change_that_helps(terms: dict, limits: list, text: str) -> None:
    found = plan(one_row(), {"contracts": [{"name": "post", "by": "units", **terms}], "limits": limits})
    assert found.conflict is not None
    assert text in found.conflict.text
    assert set(found.conflict.limits) <= {"post", *(limit["id"] for limit in limits)}


def test_the_change_that_is_told_lets_a_plan_pass() -> None:
    """To the last decimal: a bound rounded to a few figures would not."""
    lanes = [
        {"lane": "a", "cost": "1 EUR", "uses": {"x": "1234567.891"}},
        {"lane": "b", "cost": "2 EUR", "uses": {"x": "1234599.123"}},
    ]
    rows = [{"sku": sku, "market": "X", "units": 7, "lanes": lanes} for sku in "AB"]
    limits = [
        {"id": "x", "measure": "x", "at_most": "17283975"},
        {"id": "b", "lanes": "b", "at_least": 5},
    ]
    found = plan(rows, {"limits": limits})
    assert found.conflict is not None
    change = next(text for text in found.conflict.changes if text.startswith("x would"))
    limits[0]["at_most"] = change.split()[-1]
    again = plan(rows, {"limits": limits})
    assert again.status == "optimal" or again.conflict is None or "x" not in again.conflict.limits


def hard_sums() -> tuple[list[dict], dict]:
    """Four sums that thirty choices must meet exactly: there is a plan, and no search finds it soon."""
    rng = random.Random(3)
    rows = [
        {"sku": f"S{index}", "market": "X", "units": 1, "lanes": [
            {"lane": "a", "cost": "1 EUR", "uses": {f"u{k}": rng.randint(1, 10**6) for k in range(4)}},
            {"lane": "b", "cost": "2 EUR", "uses": {f"u{k}": 0 for k in range(4)}},
        ]}
        for index in range(30)
    ]  # fmt: skip
    picked = [row["lanes"][0]["uses"] for row in rows if rng.random() < 0.5]
    sums = {f"u{k}": sum(uses[f"u{k}"] for uses in picked) for k in range(4)}
    return rows, {
        "limits": [{"id": name, "measure": name, "at_most": value, "at_least": value} for name, value in sums.items()]
    }


@pytest.mark.parametrize("stop", [{"seconds": 0}, {"effort": 1}])
def test_no_plan_in_time_is_not_called_impossible(stop: dict) -> None:
    rows, network = hard_sums()
    found = plan(rows, network, **stop)
    assert (found.status, found.cost, found.conflict) == ("stopped", None, None)
    assert "whether there is one is not known" in found.warnings[0]
    assert found.bound is not None
    assert found.bound >= Money("30", "EUR")
    assert "No plan was found" in str(found.explain())


@pytest.mark.parametrize("today", [None, {"post": 80, "line": 120}])
def test_the_price_of_an_average_is_of_the_average(today: object) -> None:
    """One day more, on average of 200 units: 40 of them go by post, which is 5 days slower and 1 EUR cheaper."""
    rows = [{
        "sku": "A", "market": "X", "units": 200, "today": today,
        "lanes": [{"lane": "post", "cost": "2 EUR", "days": 10}, {"lane": "line", "cost": "3 EUR", "days": 5}],
    }]  # fmt: skip
    network = {"limits": [{"id": "days", "measure": "days", "average": True, "at_most": "7"}]}
    found = plan(rows, network, **EXACT)
    assert found.limits[0].price == Money("40", "EUR")
    network["limits"][0]["at_most"] = "8"
    assert plan(rows, network, **EXACT).cost == found.cost - found.limits[0].price


@pytest.mark.parametrize(
    ("limit", "price"),
    [
        ({"lanes": "p", "at_most": 0}, "4"),
        ({"lanes": "l", "at_least": 10}, "4"),
        ({"measure": "days", "average": True, "at_most": 5}, "8"),
        ({"lanes": "l", "average": True, "at_least": "100 %"}, "40"),
    ],
)
def test_the_price_of_a_limit_at_its_extreme(limit: dict, price: str) -> None:
    lanes = [{"lane": "p", "cost": "2 EUR", "days": 10}, {"lane": "l", "cost": "6 EUR", "days": 5}]
    found = plan([{"sku": "A", "market": "X", "units": 10, "lanes": lanes}], {"limits": [{"id": "a", **limit}]}, **EXACT)
    assert found.limits[0].price == Money(price, "EUR")


def test_a_limit_far_from_both_bounds_does_not_bind() -> None:
    lanes = [{"lane": "p", "cost": "2 EUR", "days": 10}, {"lane": "l", "cost": "6 EUR", "days": 5}]
    limits = [{"id": "a", "lanes": "l", "at_least": 1, "at_most": 10000}, {"id": "b", "lanes": "l", "at_least": 6}]
    found = plan([{"sku": "A", "market": "X", "units": 10, "lanes": lanes}], {"limits": limits}, **EXACT)
    assert [(use.binding, use.price is None) for use in found.limits] == [(False, True), (True, False)]


def test_an_unknown_limit_is_refused_though_there_is_no_plan() -> None:
    with pytest.raises(InvalidInput, match="there is no limit"):
        plan(two_lanes(), {"limits": [{"id": "d", "measure": "days", "average": True, "at_most": 5}]}, price_limits=["nope"])


def test_what_the_next_tier_saves_is_without_fees_and_within_the_maximum() -> None:
    tiers = [{"at_least": 0, "price": "3 EUR"}, {"at_least": 200, "price": "2 EUR"}, {"at_least": 300, "price": "1 EUR"}]
    terms = {"name": "post", "by": "units", "tiers": tiers, "minimum": 150, "shortfall": "1 EUR", "fee": "500 EUR"}
    rows = [{"sku": "A", "market": "X", "units": 100, "lanes": [{"lane": "post", "under": {"post": "5 EUR"}}]}]
    used = plan(rows, {"contracts": [terms]}, **EXACT).contracts[0]
    assert (used.paid, used.next_saves, used.to_next) == (Money("850", "EUR"), Money("100", "EUR"), 100)
    used = plan(rows, {"contracts": [{**terms, "maximum": 180}]}, **EXACT).contracts[0]
    assert (used.next_saves, used.to_next) == (None, None)


def test_parts_add_up_whatever_costs_are_called() -> None:
    lanes = [{"lane": "w", "cost": {"stocking": "1 EUR", "contract c": "2 EUR"}, "under": {"c": "1 EUR"}, "site": "hub"}]
    rows = [{"sku": "A", "market": "X", "units": 5, "lanes": lanes}]
    found = plan(rows, {"contracts": [{"name": "c"}], "sites": [{"name": "hub", "fee": "7 EUR"}]})
    assert found.cost == Money("27", "EUR")
    assert {total.name: str(total.cost) for total in found.parts} == {"stocking": "12.00 EUR", "contract c": "15.00 EUR"}


def test_a_measure_that_lanes_do_not_give_is_told() -> None:
    lanes = [{"lane": "a", "cost": "1 EUR"}, {"lane": "b", "cost": "2 EUR", "uses": {"co2": 3}}]
    found = plan(
        [{"sku": "A", "market": "X", "units": 5, "lanes": lanes}], {"limits": [{"id": "air", "measure": "co2", "at_most": 9}]}
    )
    assert found.warnings == ("limit air counts no co2 on a: none is given there",)


def test_amounts_do_not_depend_on_the_decimal_context() -> None:
    rows = one_row(1234, "7.003001 EUR")
    terms = {"contracts": [{"name": "post", "tiers": [{"at_least": 100, "pays": "93.75 %"}]}]}
    expected = plan(rows, terms)
    with localcontext(prec=4):
        assert plan(rows, terms) == expected
    assert expected.cost is not None
    assert expected.cost.amount == Decimal("7.003001") * 1234 * Decimal("0.9375")


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
        (two_lanes(lanes=[{"lane": "a", "cost": {"x": "1 EUR", "y": "1 USD"}}]), None, None),
        (two_lanes(lanes=[{"lane": "a", "cost": "1 EUR", "site": "hbu"}]), {"sites": [{"name": "hub", "fee": "1 EUR"}]}, "site"),
        (two_lanes(), {"contracts": [{"name": "c", "tiers": [{"at_least": 5, "pays": "150 %"}]}]}, None),
        (two_lanes(), {"limits": [{"id": "x", "lanes": "post", "average": True, "at_most": "-5 %"}]}, None),
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
    told = overseas(
        "w", freight="1 EUR", duty="1 EUR", fulfilment="1 EUR", last_mile="1 EUR", storage_month="0.50 EUR", months=2,
        filled="90 %", direct={"lane": "direct", "cost": "10 EUR", "days": 12}, days=3,
    )  # fmt: skip
    assert told == lane
    with pytest.raises(InvalidInput):
        overseas(
            "w", freight="1 EUR", duty="1 EUR", fulfilment="1 EUR", last_mile="1 EUR", storage_month="1 EUR", filled="90 %"
        )


OVERSEAS = {
    "freight": "1.10 EUR", "duty": "0.40 EUR", "fulfilment": "1.50 EUR", "last_mile": "3.20 EUR", "storage_month": "0.06 EUR",
    "months": 2, "goods": "12.00 EUR", "capital_rate": "6 %", "return_rate": "8 %", "return_cost": "4 EUR",
}  # fmt: skip


def test_what_is_not_known_of_both_ways_is_not_known_of_a_mixture() -> None:
    direct = LaneOption(lane="post", cost="5 EUR", days=20, on_time="80 %", weight="0.5", uses={"co2": 2})
    lane = overseas("w", **OVERSEAS, filled="80 %", direct=direct, days=3, on_time="95 %", volume="0.01")
    assert (lane.days, lane.on_time, lane.weight, lane.volume) == (Decimal("6.4"), Decimal("0.92"), None, None)
    assert lane.uses == {"co2": Decimal("0.4")}
    unknown = overseas("w", **OVERSEAS, filled="80 %", direct=LaneOption(lane="post", cost="5 EUR"), days=3)
    assert unknown.days is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"duty": "40 JPY"}, "one currency"),
        ({"under": {"c": "4 USD"}}, "one currency"),
        ({"filled": "50 %", "direct": LaneOption(lane="x", cost="5 USD")}, "one currency"),
        ({"filled": "120 %"}, "no share"),
        ({"months": -2}, "at least 0"),
        ({"return_cost": None}, "give return_cost"),
        ({"goods": None}, "give goods"),
        ({"cost": "4 EUR"}, "made of its parts"),
    ],
)
def test_overseas_parts_that_do_not_go_together(changed: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        overseas("w", **{**OVERSEAS, **changed})


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
