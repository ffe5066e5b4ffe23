"""The search against a straightforward programme of the same problem: a binary for each piece of each contract."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbcommerce.logistics.decomposition import Master
from xbcommerce.logistics.problem import Curve, Need, Piece, Problem, Span, Table
from xbcommerce.logistics.programmes import Triplets, model, quiet
from xbcommerce.logistics.solve import minimise

np = pytest.importorskip("numpy")
highspy = pytest.importorskip("highspy")

FAR = 1e6


def pieces(draw: st.DrawFn) -> tuple[Piece, ...]:
    """A contract: falling rates with jumps (all units), without (incremental), rising, with a fee, or with a gap."""
    kind = draw(st.sampled_from(["all units", "incremental", "rising", "fee", "minimum"]))
    first, second = sorted(draw(st.lists(st.integers(1, 60), min_size=2, max_size=2, unique=True)))
    if kind == "minimum":
        return Piece(0, 0, 0, 0), Piece(first, FAR, first * 0.7, 0.7)
    rates = (1.0, 0.9, 0.7) if kind != "rising" else (0.7, 0.9, 1.2)
    edges = (0.0, float(first), float(second), FAR)
    out, at = [], 0.0
    for low, high, rate in zip(edges, edges[1:], rates, strict=False):
        start = rate * low if kind == "all units" else at
        out.append(Piece(low, high, start, rate))
        at = start + rate * (high - low)
    if kind == "fee":
        return Piece(0, 0, 0, 0), *[piece._replace(at_low=piece.at_low + 9) for piece in out]
    return tuple(out)


@st.composite
def problems(draw: st.DrawFn, most: int = 6) -> Problem:
    rows, lanes = draw(st.integers(1, most)), draw(st.integers(2, 3))
    units = draw(st.lists(st.integers(1, 12), min_size=rows, max_size=rows))
    n = rows * lanes
    number = st.integers(0, 90).map(lambda cents: cents / 10)
    cost = draw(st.lists(number, min_size=n, max_size=n))
    curves = []
    for index in range(draw(st.integers(0, 2))):
        columns = [k for k in range(n) if k % lanes == index]
        volume = draw(st.lists(st.integers(1, 50).map(lambda x: x / 10), min_size=len(columns), max_size=len(columns)))
        curves.append(Curve(f"c{index}", columns, volume, pieces(draw)))
    if draw(st.booleans()):
        columns = [k for k in range(n) if k % lanes == lanes - 1]
        spend = draw(st.lists(number, min_size=len(columns), max_size=len(columns)))
        first = float(draw(st.integers(1, 40)))
        shares = (Piece(0.0, first, 0.0, 1.0), Piece(first, FAR, 0.0, 0.8))
        curves.append(Curve("apart", columns, [1.0] * len(columns), shares, spend))
    needs = []
    for index in range(draw(st.integers(0, 2))):
        uses = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
        total = sum(units) * 5
        low, high = sorted(draw(st.lists(st.integers(0, total), min_size=2, max_size=2)))
        sides = draw(st.sampled_from([(-math.inf, float(high)), (float(low), math.inf), (float(low), float(high))]))
        needs.append(Need(f"n{index}", list(range(n)), uses, *sides))
    pools = []
    if draw(st.booleans()):
        pools.append((draw(number), [k for k in range(n) if k % lanes == 1]))
    return Problem(units, list(range(0, n + 1, lanes)), cost, curves, needs, pools)


def straightforward(problem: Problem) -> float | None:
    """Return the least cost by one whole-number programme, or None if there is no plan."""
    n, rows = len(problem.cost), len(problem.units)
    made, cost, tops, lower, upper = Triplets(np), list(problem.cost), [], [], []
    for row in range(rows):
        first, last = problem.starts[row], problem.starts[row + 1]
        tops += [problem.units[row]] * (last - first)
        made.add([row] * (last - first), range(first, last), 1.0)
        lower.append(problem.units[row])
        upper.append(problem.units[row])
    whole = [True] * n

    def column(price: float, top: float, *, binary: bool) -> int:
        cost.append(price)
        tops.append(top)
        whole.append(binary)
        return len(cost) - 1

    def row(parts: list[tuple[int, float]], low: float, high: float) -> None:
        made.add([len(lower)] * len(parts), [at for at, _ in parts], [value for _, value in parts])
        lower.append(low)
        upper.append(high)

    for need in problem.needs:
        row(list(zip(need.columns, need.uses, strict=True)), need.low, need.high)
    for fee, columns in problem.pools:
        paid = column(fee, 1.0, binary=True)
        for at in columns:
            row([(at, -1.0), (paid, 1e3)], 0.0, math.inf)
    for curve in problem.curves:
        volumes, spends, picks = [], [], []
        for piece in curve.pieces:
            slope = piece.slope if curve.spend is None else 0.0
            pick = column(piece.at_low - slope * piece.low, 1.0, binary=True)
            volume = column(slope, FAR, binary=False)
            row([(volume, 1.0), (pick, -piece.low)], 0.0, math.inf)
            row([(volume, 1.0), (pick, -min(piece.high, 1e4))], -math.inf, 0.0)
            picks.append((pick, 1.0))
            volumes.append((volume, -1.0))
            if curve.spend is not None:
                spend = column(piece.slope, FAR, binary=False)
                row([(spend, 1.0), (pick, -1e4)], -math.inf, 0.0)
                spends.append((spend, -1.0))
        row(picks, 1.0, 1.0)
        row([*zip(curve.columns, curve.volume, strict=True), *volumes], 0.0, 0.0)
        if curve.spend is not None:
            row([*zip(curve.columns, curve.spend, strict=True), *spends], 0.0, 0.0)
    kinds = [highspy.HighsVarType.kInteger if one else highspy.HighsVarType.kContinuous for one in whole]
    columns = np.zeros(len(cost)), np.asarray(tops, dtype=float)
    bounds = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    highs = quiet(highspy)
    for name in ("mip_rel_gap", "mip_abs_gap"):
        highs.setOptionValue(name, 0.0)
    for name in ("mip_feasibility_tolerance", "primal_feasibility_tolerance"):
        highs.setOptionValue(name, 1e-9)
    highs.passModel(model(highspy, np, made.joined(), np.asarray(cost), columns, bounds, kinds))
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return float(highs.getInfo().objective_function_value)


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_search_finds_what_a_straightforward_programme_finds(problem: Problem) -> None:
    best = straightforward(problem)
    found = minimise(problem, gap=0.0)
    if best is None:
        assert found.units is None
        return
    assert found.units is not None
    assert found.finished
    assert found.cost == pytest.approx(best, rel=1e-6, abs=1e-5)
    assert found.bound <= best + 1e-5 * max(1.0, best)
    assert Table(problem).price(np.asarray(found.units, dtype=float)) == pytest.approx(found.cost)


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_any_prices_bound_every_plan(problem: Problem, seed: int) -> None:
    chance = random.Random(seed)
    table = Table(problem)
    master = Master(table)
    spans = table.whole_range()
    charged = table.promised(spans)
    prices = np.asarray([chance.uniform(-3, 3) for _ in range(table.n_rows)])
    clean = master.clean(prices, charged)
    bound = master.bound(clean, master.ask(clean), charged)
    for _ in range(20):
        units = np.zeros(table.n)
        for row, number in enumerate(problem.units):
            at = chance.randrange(problem.starts[row], problem.starts[row + 1])
            units[at] = number
        amounts = table.amounts(units)[: table.n_needs]
        if all(need.low <= use <= need.high for need, use in zip(problem.needs, amounts, strict=True)):
            assert bound <= table.price(units) + 1e-6 * max(1.0, abs(bound))


def test_a_volume_a_hair_below_a_tier_stands_on_it() -> None:
    tiers = (Piece(0, 100, 0, 1.0), Piece(100, FAR, 80, 0.8))
    table = Table(Problem([200], [0, 2], [0.0, 1.0], [Curve("c", [0], [1.0], tiers)]))
    assert table.near(0, 100 - 1e-7) == 1
    assert table.near(0, 99.0) == 0
    assert table.at(0, 100 - 1e-3) == 0


def test_where_a_higher_tier_is_dearer_a_hair_does_not_lift() -> None:
    rising = (Piece(0, 100, 0, 1.0), Piece(100, FAR, 150, 1.5))
    table = Table(Problem([200], [0, 2], [0.0, 1.0], [Curve("c", [0], [1.0], rising)]))
    assert table.near(0, 100 - 1e-7) == 0
    assert table.near(0, 100 + 1e-7) == 0


def test_many_patterns_are_trimmed_and_the_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    n = 900
    units = [chance.randint(1, 9) for _ in range(n // 3)]
    cost = [chance.uniform(1, 9) for _ in range(n)]
    volume = [chance.uniform(0.5, 4) for _ in range(n)]
    top = sum(units) * 2
    curves = [
        Curve(
            f"c{lane}", list(range(lane, n, 3)), [volume[k] for k in range(lane, n, 3)],
            (Piece(0, top * 0.2, 0, 1), Piece(top * 0.2, top * 0.4, top * 0.18, 0.9), Piece(top * 0.4, FAR, top * 0.3, 0.75)),
        )
        for lane in range(3)
    ]  # fmt: skip
    needs = [Need("space", list(range(0, n, 3)), [volume[k] for k in range(0, n, 3)], -math.inf, top * 0.3)]
    problem = Problem(units, list(range(0, n + 1, 3)), cost, curves, needs)
    whole = minimise(problem, gap=1e-4)
    monkeypatch.setattr("xbcommerce.logistics.decomposition._MOST", 60)
    trimmed = minimise(problem, gap=1e-4)
    assert whole.finished
    assert trimmed.finished
    assert trimmed.cost == pytest.approx(whole.cost, rel=2e-4)
    assert max(whole.bound, trimmed.bound) <= min(whole.cost, trimmed.cost) * (1 + 1e-9)


def test_a_node_that_cannot_be_bounded_is_not_lost() -> None:
    tiers = (Piece(0, 5, 0, 1.0), Piece(5, FAR, 4, 0.8))
    table = Table(Problem([4], [0, 2], [0.0, 2.0], [Curve("c", [0], [1.0], tiers)]))
    seen = Master(table).look(table.promised([Span(0, 1, 0.0, 4.0)]))
    assert seen is not None
    assert seen.bound == pytest.approx(4.0)
