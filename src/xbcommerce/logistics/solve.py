"""The solver behind plans: branching on contract volumes over one warm linear programme.

Rows of demand are shared out over lanes; contracts cost a piecewise linear function of their volume (tiers, fees, minimum
volumes), limits are linear. A node of the search gives each contract a range of volume; within it the contract costs at least
the lower convex hull of its pieces, so the linear programme is a bound, and with one piece it is exact. Every answer of the
programme is a plan: priced as the contracts really charge, in whole units, it is an upper bound from the first second.

Bounds do not trust the solver: with its prices, whatever they are, the cheapest lane of each row gives a bound by plain
arithmetic (Lagrange). Numbers here are floats; the plan that comes out is whole units, which the caller prices exactly.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple

from xbcommerce.errors import XBCommerceError

__all__ = ["Curve", "Need", "Piece", "Problem", "Solution", "SolverMissing", "Want", "assign", "minimise", "relax", "tools"]

_TINY = 1e-9
_WHOLE = 1e-6
_HAIR = 1e-6
_PENALTY = 20.0
_DEAR = 1e4
_FILTER = 40
_TRIES = 0
"""Large programmes spent on moving contracts to neighbouring tiers before the search begins."""
_PATIENCE = 2000
"""Steps of the simplex method for a plan that is only tried; a bound is always worked out."""
"""Price at which limits may be broken while columns are still missing; costs and uses are scaled to about one."""
_ROUNDS = 30
_NEAR = 0.01
_NEAR_FEE = 0.3
_FAT = 1.5
_CUTS = 2400
_PAGE = 5_000
"""Up to so many columns the last gap may be closed by whole-number programmes; beyond, it is told."""


class SolverMissing(XBCommerceError, ImportError):
    """The optional packages for optimisation are not installed."""


def tools() -> tuple[Any, Any]:
    """Return numpy and highspy, or say how to get them.

    Raises:
        SolverMissing: if they are not installed.
    """
    try:
        import highspy
        import numpy
    except ImportError as error:
        raise SolverMissing(
            "limits and contracts that couple the rows need a solver, which is not installed",
            field="optimize",
            hint="pip install 'xbcommerce[optimize]'",
        ) from error
    return numpy, highspy


class Piece(NamedTuple):
    """A stretch of a contract's cost: from `low` to `high`, `at_low` and `slope` for each further unit of volume."""

    low: float
    high: float
    at_low: float
    slope: float

    @property
    def at_high(self) -> float:
        """Cost at the upper end."""
        return self.at_low + self.slope * (self.high - self.low)


class Curve(NamedTuple):
    """What a contract costs.

    Attributes:
        name: of the contract.
        columns: that are charged under it.
        volume: what a unit on each of these columns adds to the contract's volume.
        pieces: by volume, in order; gaps between them cannot be had.
        spend: what a unit is charged at list price, where discounts are levied on another thing than tiers are counted by:
            a piece then costs `at_low` and `slope` times the spend.
    """

    name: str
    columns: Sequence[int]
    volume: Sequence[float]
    pieces: tuple[Piece, ...]
    spend: Sequence[float] | None = None


class Need(NamedTuple):
    """A linear limit: the sum of what a unit uses on each column is between `low` and `high`."""

    name: str
    columns: Sequence[int]
    uses: Sequence[float]
    low: float
    high: float


@dataclass(frozen=True)
class Problem:
    """Rows of demand and their columns (a row on a lane).

    Attributes:
        units: of each row.
        starts: first column of each row, and the number of columns.
        cost: of a unit on each column, outside contracts.
        curves: contracts.
        needs: limits.
        pools: a fee and the columns that need it paid: goods stocked at a site.
    """

    units: Sequence[int]
    starts: Sequence[int]
    cost: Sequence[float]
    curves: Sequence[Curve] = ()
    needs: Sequence[Need] = ()
    pools: Sequence[tuple[float, Sequence[int]]] = ()


@dataclass
class Solution:
    """Whole units on each column, and what is proven.

    Attributes:
        units: None if no plan was found.
        cost: of the plan, in floats.
        bound: no plan can cost less.
        prices: of the limits near the plan, at its tiers.
        programmes: linear programmes solved.
        finished: False if time or effort ran out.
        feasible: False if the limits contradict each other, whatever the units.
    """

    units: list[int] | None
    cost: float
    bound: float
    prices: list[float]
    programmes: int
    finished: bool
    feasible: bool = True


class _Range(NamedTuple):
    """A node's range of a contract: pieces from first to last, and volumes within them."""

    first: int
    last: int
    low: float
    high: float


class _Answer(NamedTuple):
    """What the programme says at a node."""

    value: float
    bound: float
    shares: Any
    stocked: Any
    volume: Any
    missing: Any
    prices: Any
    duals: Any


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    ranges: list[_Range] = field(compare=False)
    seen: Any = field(compare=False)
    whole: bool = field(compare=False, default=False)


def hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the lower convex hull of points as lines (slope, value at zero).

    >>> hull([(0.0, 0.0), (10.0, 10.0), (20.0, 15.0)])
    [(0.75, 0.0)]
    >>> hull([(0.0, 0.0), (10.0, 5.0), (20.0, 15.0)])
    [(0.5, 0.0), (1.0, -5.0)]
    """
    lower: list[tuple[float, float]] = []
    for x, y in sorted(points):
        if lower and x - lower[-1][0] <= _TINY * max(1.0, abs(x)):
            if y >= lower[-1][1]:
                continue
            lower.pop()
        while len(lower) > 1 and _above(lower[-2], lower[-1], (x, y)):
            lower.pop()
        lower.append((x, y))
    if len(lower) == 1:
        return [(0.0, lower[0][1])]
    pairs = pairwise(lower)
    return [((d - b) / (c - a), b - (d - b) / (c - a) * a) for (a, b), (c, d) in pairs]


def _above(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> bool:
    return (two[1] - one[1]) * (three[0] - one[0]) >= (three[1] - one[1]) * (two[0] - one[0])


def clipped(curve: Curve, span: _Range) -> list[tuple[Piece, float, float]]:
    """Return the pieces of a range with the volumes that are left of them."""
    out = []
    for piece in curve.pieces[span.first : span.last + 1]:
        low, high = max(piece.low, span.low), min(piece.high, span.high)
        if low <= high:
            out.append((piece, low, high))
    return out


def corners(curve: Curve, span: _Range) -> list[tuple[float, float]]:
    """Return the ends of a curve's pieces within a range."""
    return [
        (volume, piece.at_low + piece.slope * (volume - piece.low))
        for piece, low, high in clipped(curve, span)
        for volume in (low, high)
    ]


def piece_at(curve: Curve, volume: float, slack: float = 0.0) -> int | None:
    """Return the index of the piece that a volume is charged by: at an edge the upper one, as tiers begin `at least` there."""
    if volume <= _TINY and curve.pieces[0].low <= 0:  # nothing sent: before any fee
        return 0
    for index in range(len(curve.pieces) - 1, -1, -1):
        piece = curve.pieces[index]
        if piece.low - slack <= volume <= piece.high + slack:
            return index
    return None


class Charged(NamedTuple):
    """How a contract is charged at a node: bounds of its volume, lines below its cost, the corners of these lines.

    With `share`, tiers are counted by another thing than the discount is levied on: the cost is at least this share of spend.
    """

    low: float
    high: float
    lines: list[tuple[float, float]]
    corners: list[tuple[float, float]]
    share: float | None = None


class Programme:
    """The linear programme, kept small and warm.

    Most rows go one way whatever the node: they are fixed, and only columns that are near the best of their row are in the
    programme. Its prices are then tried on all columns: that gives a bound, and the columns that must come in.
    """

    def __init__(self, problem: Problem) -> None:
        np, self.highspy = tools()
        self.np, self.problem = np, problem
        self.units = np.asarray(problem.units, dtype=float)
        self.starts = np.asarray(problem.starts[:-1], dtype=np.int64)
        self.row_of = np.repeat(np.arange(len(self.units)), np.diff(np.asarray(problem.starts)))
        self.per_row = self.units[self.row_of]
        self.unit_cost = np.asarray(problem.cost, dtype=float)
        self.n = len(self.unit_cost)
        self.solved = 0
        self._couple()
        self._scale()
        self.penalty = _PENALTY
        self.until = math.inf
        self.widths: list[float] = []
        self.shut = (np.zeros(len(self.fees)), np.ones(len(self.fees)))
        self.working = np.ones(self.n, dtype=bool)
        self.stale = True

    # ---------------------------------------------------------------------------------------------------------- arrays

    def _couple(self) -> None:
        """Lay limits, contracts' volumes and spends out as one sparse matrix, per unit; and the pools as another."""
        np, problem = self.np, self.problem
        parts = [(need.columns, need.uses) for need in problem.needs]
        parts += [(curve.columns, curve.volume) for curve in problem.curves]
        self.apart = [index for index, curve in enumerate(problem.curves) if curve.spend is not None]
        parts += [(problem.curves[index].columns, problem.curves[index].spend or ()) for index in self.apart]
        self.n_needs, self.n_curves, self.n_rows = len(problem.needs), len(problem.curves), len(parts)
        self.i = _joined(np, [np.full(len(columns), index) for index, (columns, _) in enumerate(parts)], int)
        self.j = _joined(np, [np.asarray(columns) for columns, _ in parts], int)
        self.a = _joined(np, [np.asarray(uses, dtype=float) for _, uses in parts], float)
        self.fees = np.asarray([fee for fee, _ in problem.pools], dtype=float)
        self.pool_of = _joined(np, [np.full(len(columns), index) for index, (_, columns) in enumerate(problem.pools)], int)
        self.pool_columns = _joined(np, [np.asarray(columns) for _, columns in problem.pools], int)
        self.pooled = np.zeros(self.n, dtype=bool)
        self.pooled[self.pool_columns] = True
        self.tops = np.zeros(self.n_rows)  # the largest amount possible in each coupling row
        for index in range(self.n_rows):
            mine = self.i == index
            most = np.zeros(len(self.units))
            np.maximum.at(most, self.row_of[self.j[mine]], self.a[mine] * self.per_row[self.j[mine]])
            self.tops[index] = most.sum()

    def _scale(self) -> None:
        """Choose scales by which costs and coupling rows are near one: solvers' tolerances are absolute."""
        np = self.np
        spent = self.unit_cost * self.per_row
        for curve in self.problem.curves:
            columns = np.asarray(curve.columns, dtype=np.int64)
            slope = max((abs(piece.slope) for piece in curve.pieces), default=0.0)
            quantity = curve.volume if curve.spend is None else curve.spend
            spent[columns] += slope * np.asarray(quantity, dtype=float) * self.per_row[columns]
        self.money = max(float(np.abs(spent).mean()) if self.n else 1.0, 1e-6)
        self.near = _NEAR * np.minimum.reduceat(np.abs(spent), self.starts) / self.money
        size = np.abs(self.a * self.per_row[self.j])
        total = np.bincount(self.i, weights=size, minlength=self.n_rows)
        self.size = np.maximum(total / np.maximum(np.bincount(self.i, minlength=self.n_rows), 1), 1e-9)
        self.cost = self.unit_cost * self.per_row / self.money
        self.scaled = self.a * self.per_row[self.j] / self.size[self.i]
        self.need_low = np.asarray([need.low for need in self.problem.needs]) / self.size[: self.n_needs]
        self.need_high = np.asarray([need.high for need in self.problem.needs]) / self.size[: self.n_needs]

    def amounts(self, units: Any) -> Any:
        """Return what each coupling row (limits, volumes, spends) comes to for units on columns."""
        return self.np.bincount(self.i, weights=self.a * units[self.j], minlength=self.n_rows)

    def price(self, units: Any, stocked: Any | None = None) -> float:
        """Return what units on columns really cost; infinite where a contract cannot be had at that volume."""
        np = self.np
        amounts = self.amounts(units)
        cost = float(self.unit_cost @ units)
        for index in range(self.n_curves):
            at = self.at(index, float(amounts[self.n_needs + index]))
            if at is None:
                return math.inf
            cost += self.charged(index, at, amounts)
        if len(self.fees):
            used = np.bincount(self.pool_of, weights=units[self.pool_columns] > _WHOLE, minlength=len(self.fees)) > 0
            cost += float(self.fees @ (used if stocked is None else stocked))
        return cost

    def at(self, index: int, volume: float, *, near: bool = False) -> int | None:
        """Return the piece by which a contract charges a volume; `near`: a hair below a tier's edge is on it."""
        curve = self.problem.curves[index]
        if near:
            hair = _HAIR * max(1.0, float(self.tops[self.n_needs + index]))
            held = [k for k, piece in enumerate(curve.pieces) if piece.low - hair <= volume <= piece.high + hair]
            if volume > hair and held:
                return min(held, key=lambda k: (curve.pieces[k].at_low + curve.pieces[k].slope * (volume - curve.pieces[k].low)))
        at = piece_at(curve, volume)
        return at if at is not None else piece_at(curve, volume, _TINY * max(1.0, float(self.tops[self.n_needs + index])))

    def charged(self, index: int, at: int, amounts: Any) -> float:
        """Return what a contract costs by one of its pieces."""
        piece = self.problem.curves[index].pieces[at]
        if index in self.apart:
            return piece.at_low + piece.slope * float(amounts[self.n_needs + self.n_curves + self.apart.index(index)])
        return piece.at_low + piece.slope * (float(amounts[self.n_needs + index]) - piece.low)

    # ----------------------------------------------------------------------------------------------------------- build

    def in_whole(self, charged: Sequence[Charged], gap: float, seconds: float) -> tuple[float, Any, Seen | None]:
        """Solve a node in whole units and whole pools: for small problems, where shares and units are far apart."""
        np = self.np
        self.working[:] = True
        self.penalty = _PENALTY * _DEAR
        self._build(whole=True)
        self.penalty, self.stale = _PENALTY, True
        for index, one in enumerate(charged):
            self._charge(index, one)
        highs = self.highs
        for name, value in (
            ("presolve", "choose"), ("mip_rel_gap", gap), ("time_limit", seconds), ("mip_feasibility_tolerance", 1e-9),
        ):  # fmt: skip
            highs.setOptionValue(name, value)
        highs.run()
        info = highs.getInfo()
        bound = (float(info.mip_dual_bound) + self.settled_cost) * self.money
        if info.primal_solution_status != self.highspy.SolutionStatus.kSolutionStatusFeasible:
            return bound, None, None
        values = np.asarray(highs.getSolution().col_value)
        units = np.where(self.fixed > 0, self.per_row, 0.0)
        units[self.columns] = np.rint(values[: len(self.columns)])
        amounts = self.amounts(units)
        volume = amounts[self.n_needs : self.n_needs + self.n_curves]
        missing = np.zeros(self.n_curves)
        for index in range(self.n_curves):
            at = self.at(index, float(volume[index]))
            missing[index] = math.inf if at is None else self.charged(index, at, amounts)
            missing[index] -= values[self.at_theta + index] * self.money
        if float(values[self.at_slack :].sum()) > _WHOLE:
            return bound, None, None
        return bound, units, Seen(bound, volume, missing)

    def _build(self, *, whole: bool = False) -> None:  # noqa: PLR0915 - one matrix, written down once
        """Make the programme of the working columns: rows with one of them are fixed."""
        np, highspy = self.np, self.highspy
        counts = np.add.reduceat(self.working.astype(np.int64), self.starts)
        tied = np.add.reduceat((self.working & self.pooled).astype(np.int64), self.starts) > 0
        self.free = (counts > 1) | tied
        loose = self.free[self.row_of]
        self.columns = np.flatnonzero(self.working & loose)
        self.fixed = (self.working & ~loose).astype(float)
        self.rows = np.flatnonzero(self.free)
        place = np.full(self.n, -1)
        place[self.columns] = np.arange(len(self.columns))
        renamed = np.full(len(self.units), -1)
        renamed[self.rows] = np.arange(len(self.rows))
        mine = place[self.j] >= 0
        pool = place[self.pool_columns] >= 0
        n, m, pools, curves, apart = len(self.columns), len(self.rows), len(self.fees), self.n_curves, len(self.apart)
        self.at_pool, self.at_volume = n, n + pools
        self.at_spend = self.at_volume + curves
        self.at_theta = self.at_spend + apart
        self.at_slack = self.at_theta + curves
        width = self.at_slack + 2 * self.n_rows
        self.row_need, self.row_link, self.row_pool = m, m + self.n_needs, m + self.n_rows
        self.row_line = self.row_pool + int(pool.sum())
        self.first_line = self.row_line + np.concatenate([[0], np.cumsum([len(c.pieces) + 2 for c in self.problem.curves])])
        self.first_line = self.first_line.astype(int)
        height = int(self.first_line[-1])
        sign = np.where(self.i[mine] < self.n_needs, 1.0, -1.0)
        k = np.arange(int(pool.sum()))
        couple = np.arange(self.n_rows)
        lines = np.arange(self.row_line, height)
        thetas = self.at_theta + np.repeat(np.arange(curves), np.diff(self.first_line))
        r = np.concatenate([
            renamed[self.row_of[self.columns]], m + self.i[mine], np.arange(self.row_link, self.row_pool), self.row_pool + k,
            self.row_pool + k, lines, m + couple, m + couple,
        ]).astype(np.int64)  # fmt: skip
        c = np.concatenate([
            np.arange(n), place[self.j[mine]], np.arange(self.at_volume, self.at_theta), place[self.pool_columns[pool]],
            n + self.pool_of[pool], thetas, self.at_slack + couple, self.at_slack + self.n_rows + couple,
        ]).astype(np.int64)  # fmt: skip
        v = np.concatenate([
            np.ones(n), self.scaled[mine] * sign, np.ones(curves + apart), -np.ones(len(k)), np.ones(len(k)),
            np.ones(len(lines)), np.ones(self.n_rows), -np.ones(self.n_rows),
        ])  # fmt: skip
        cost = np.concatenate([
            self.cost[self.columns], self.fees / self.money, np.zeros(curves + apart), np.ones(curves),
            np.full(2 * self.n_rows, self.penalty),
        ])  # fmt: skip
        low, high = np.zeros(width), np.full(width, np.inf)
        low[self.at_pool : self.at_volume], high[self.at_pool : self.at_volume] = self.shut
        low[self.at_theta : self.at_slack] = -np.inf
        lower, upper = np.zeros(height), np.zeros(height)
        lower[:m] = upper[:m] = 1.0
        settled = np.bincount(self.i, weights=self.scaled * self.fixed[self.j], minlength=self.n_rows)
        lower[m : self.row_link] = self.need_low - settled[: self.n_needs]
        upper[m : self.row_link] = self.need_high - settled[: self.n_needs]
        lower[self.row_link : self.row_pool] = upper[self.row_link : self.row_pool] = settled[self.n_needs :]
        upper[self.row_pool :] = np.inf
        lower[self.row_line :] = -np.inf
        self.settled_cost = float(self.cost @ self.fixed)
        kinds = None
        if whole:  # columns of shares become columns of units
            scale = np.concatenate([self.per_row[self.columns], np.ones(width - n)])
            v, cost = v / scale[c], cost / scale
            high[:n] = self.per_row[self.columns]
            kinds = [highspy.HighsVarType.kInteger] * self.at_volume + [highspy.HighsVarType.kContinuous] * (
                width - self.at_volume
            )
        self.highs = quiet(highspy)
        self.highs.setOptionValue("presolve", "off")
        self.highs.passModel(programme(highspy, np, (r, c, v), cost, (low, high), (lower, upper), kinds))
        self.stale = False

    # ----------------------------------------------------------------------------------------------------------- nodes

    def whole_range(self) -> list[_Range]:
        """Return the widest range of each contract."""
        out = []
        for index, curve in enumerate(self.problem.curves):
            top = max(float(self.tops[self.n_needs + index]), curve.pieces[0].low)
            last = max(k for k, piece in enumerate(curve.pieces) if piece.low <= top or k == 0)
            out.append(_Range(0, last, curve.pieces[0].low, min(top, curve.pieces[last].high)))
        return out

    def promised(self, ranges: Sequence[_Range]) -> list[Charged]:
        """Return the least that contracts can charge within ranges of volume."""
        out = []
        for index, (curve, span) in enumerate(zip(self.problem.curves, ranges, strict=True)):
            if index in self.apart:
                pieces = [piece for piece, _, _ in clipped(curve, span)]
                base, share = min(piece.at_low for piece in pieces), min(piece.slope for piece in pieces)
                out.append(Charged(span.low, span.high, [(0.0, base)], [(span.low, base), (span.high, base)], share))
            else:
                points = corners(curve, span)
                out.append(Charged(span.low, span.high, hull(points), points))
        return out

    def nearby(self, volume: Any, spans: Sequence[_Range]) -> list[Charged] | None:
        """Return contracts at their price near a plan: where rates fall with volume, what comes out costs no more than it."""
        out = []
        for index, (curve, span) in enumerate(zip(self.problem.curves, spans, strict=True)):
            at = self.at(index, float(volume[index]), near=True)
            if at is None:
                return None
            piece = curve.pieces[at]
            if index in self.apart:
                low, high = max(span.low, piece.low), min(span.high, piece.high)
                corner = [(low, piece.at_low), (high, piece.at_low)]
                out.append(Charged(low, high, [(0.0, piece.at_low)], corner, piece.slope))
                continue
            smooth = all(
                abs(one.at_high - two.at_low) <= _TINY * max(1.0, abs(two.at_low)) and one.slope >= two.slope
                for one, two in zip(curve.pieces, curve.pieces[1:], strict=False)
            )
            low, high = (span.low, span.high) if smooth else (max(span.low, piece.low), min(span.high, piece.high))
            line = (piece.slope, piece.at_low - piece.slope * piece.low)
            out.append(Charged(low, high, [line], [(x, line[0] * x + line[1]) for x in (low, high)]))
        return out

    def solve(
        self, charged: Sequence[Charged] | None, *, close: float, cutoff: float = math.inf, hard: bool = True
    ) -> _Answer | None:
        """Solve to within `close` of the true optimum, or until the bound reaches the cutoff; None if there is no plan."""
        if charged is None:
            return None
        best = -math.inf
        for _ in range(_ROUNDS):
            found = self.run(charged, hard=hard)
            if found is None:
                return None
            value, values, duals = found
            bound, wanted = self._reckon(duals, charged)
            best = max(best, bound)
            done = best >= cutoff or value - best <= close * abs(value)
            self._let_in(wanted, values, done=done)
            if not done and self.widths and float(values[self.at_slack :].sum()) > _WHOLE:
                self._focus(self.widths.pop())  # too few columns to keep the limits: prices are wild, so widen at the old ones
            if done or perf_counter() > self.until:
                break
        if float(values[self.at_slack :].sum()) > _WHOLE and best < cutoff:
            return self._harder(charged, close=close, cutoff=cutoff, hard=hard)
        return self._answer(value, best, values, duals)

    def _harder(self, charged: Sequence[Charged], *, close: float, cutoff: float, hard: bool) -> _Answer | None:
        """Limits were broken at a price: ask again at a higher one; if they still are, there is no plan."""
        if self.penalty > _PENALTY:
            return None
        self.penalty, self.stale = _PENALTY * _DEAR, True
        if hard:
            self.working[:] = True
        try:
            return self.solve(charged, close=close, cutoff=cutoff, hard=hard)
        finally:
            self.penalty, self.stale = _PENALTY, True

    def fix_pools(self, low: Any, high: Any) -> None:
        """Open pools (1), shut them (0) or leave them free (between 0 and 1)."""
        self.shut = (low, high)
        if not self.stale:
            places = self.np.arange(self.at_pool, self.at_volume).astype(self.np.int32)
            self.highs.changeColsBounds(len(places), places, low, high)

    def run(self, charged: Sequence[Charged], *, hard: bool) -> tuple[float, Any, Any] | None:
        """Run the solver once; return value, columns and prices of rows."""
        if self.stale:
            self._build()
        self.highs.setOptionValue("simplex_iteration_limit", 2_000_000_000 if hard else _PATIENCE)
        for index, one in enumerate(charged):
            self._charge(index, one)
        highs = self.highs
        highs.run()
        self.solved += 1
        if highs.getModelStatus() != self.highspy.HighsModelStatus.kOptimal:
            if not hard:
                return None
            highs.clearSolver()  # a warm start that went astray: once more from the beginning
            highs.run()
            if highs.getModelStatus() != self.highspy.HighsModelStatus.kOptimal:
                return None
        solution = highs.getSolution()
        value = (float(highs.getObjectiveValue()) + self.settled_cost) * self.money
        return value, self.np.asarray(solution.col_value), self.np.asarray(solution.row_dual)

    def _charge(self, index: int, charged: Charged) -> None:
        highs, size = self.highs, float(self.size[self.n_needs + index])
        highs.changeColBounds(self.at_volume + index, charged.low / size, charged.high / size)
        start, end = int(self.first_line[index]), int(self.first_line[index + 1])
        for place, row in enumerate(range(start, end)):
            if place >= len(charged.lines):
                highs.changeRowBounds(row, -math.inf, math.inf)
                continue
            slope, base = charged.lines[place]
            if charged.share is not None:
                at = self.n_needs + self.n_curves + self.apart.index(index)
                column = self.at_spend + self.apart.index(index)
                highs.changeCoeff(row, column, -charged.share * float(self.size[at]) / self.money)
            else:
                highs.changeCoeff(row, self.at_volume + index, -slope * size / self.money)
            highs.changeRowBounds(row, base / self.money, math.inf)

    def _reckon(self, duals: Any, charged: Sequence[Charged]) -> tuple[float, Any]:
        """Return a bound by plain arithmetic from the coupling rows' prices, whatever they are, and columns worth having."""
        np = self.np
        y = duals[self.row_need : self.row_pool].copy()
        rest = 0.0
        for index in range(self.n_needs):
            side = self.need_low[index] if y[index] > 0 else self.need_high[index]
            if math.isinf(side):
                y[index] = 0.0
            else:
                rest += float(y[index] * side)
        for index, one in enumerate(charged):
            at = self.n_needs + index
            slope = float(y[at] / self.size[at] * self.money)
            rest += min(cost - slope * volume for volume, cost in one.corners) / self.money
            if one.share is not None:
                at = self.n_needs + self.n_curves + self.apart.index(index)
                y[at] = one.share * self.size[at] / self.money
        sign = np.where(self.i < self.n_needs, -1.0, 1.0)
        d = self.cost + np.bincount(self.j, weights=sign * y[self.i] * self.scaled, minlength=self.n)
        if not len(self.fees):
            least = np.minimum.reduceat(d, self.starts)
            return float(least.sum() + rest) * self.money, d <= (least + self.near)[self.row_of]
        return self._reckon_pools(duals, d, rest)

    def _reckon_pools(self, duals: Any, d: Any, rest: float) -> tuple[float, Any]:
        """Do the same where columns share a fee: a pool is opened if what it saves is more than its fee."""
        np = self.np
        least = np.minimum.reduceat(np.where(self.pooled, np.inf, d), self.starts)
        row = np.full(len(self.units), np.inf)
        row[self.rows] = duals[: len(self.rows)]
        row = np.minimum(row, least)
        row = np.where(np.isinf(row), np.minimum.reduceat(d, self.starts), row)
        saved = np.maximum(0.0, row[self.row_of[self.pool_columns]] - d[self.pool_columns])
        worth = np.bincount(self.pool_of, weights=saved, minlength=len(self.fees)) - self.fees / self.money
        low, high = self.shut
        bound = float(row.sum() + rest - np.where(worth > 0, worth * high, worth * low).sum()) * self.money
        wanted = ~self.pooled & (d <= (least + self.near)[self.row_of])
        near = (((worth > -_NEAR_FEE * self.fees / self.money) | (low > 0)) & (high > 0))[self.pool_of]
        room = (row + self.near)[self.row_of[self.pool_columns]] - d[self.pool_columns]
        wanted[self.pool_columns[near & (room >= 0)]] = True
        return bound, wanted

    def focus(self, prices: Any) -> None:
        """Begin with the columns that are near the best of their row at these prices."""
        self.focused, self.widths = prices, [3.0]
        self._focus(1.0)

    def _focus(self, width: float) -> None:
        np, prices = self.np, self.focused
        d = self.cost - np.bincount(self.j, weights=prices[self.i] * self.scaled, minlength=self.n)
        least = np.minimum.reduceat(np.where(self.pooled, np.inf, d), self.starts)
        least = np.where(np.isinf(least), np.minimum.reduceat(d, self.starts), least)
        wanted = d <= (least + width * self.near)[self.row_of]
        if len(self.fees):
            saved = np.maximum(0.0, least[self.row_of[self.pool_columns]] - d[self.pool_columns])
            worth = np.bincount(self.pool_of, weights=saved, minlength=len(self.fees)) * self.money
            wanted[self.pool_columns] = (worth > (1 - _NEAR_FEE) * self.fees)[self.pool_of] & (saved > 0)
            wanted |= ~self.pooled & (d <= least[self.row_of])
        self.working, self.stale = wanted, True

    def _let_in(self, wanted: Any, values: Any, *, done: bool) -> None:
        """Take wanted columns into the programme; when it has grown fat, leave those out that nobody wants."""
        np = self.np
        self.used = self.fixed.copy()
        self.used[self.columns] = np.clip(values[: len(self.columns)], 0.0, 1.0)
        if self.working.sum() > _FAT * wanted.sum():
            self.working, self.stale = wanted | (self.used > _TINY), True
        elif not done:
            self.working, self.stale = self.working | wanted, True

    def _answer(self, value: float, bound: float, values: Any, duals: Any) -> _Answer:
        np = self.np
        shares = self.used
        amounts = self.amounts(shares * self.per_row)
        volume = amounts[self.n_needs : self.n_needs + self.n_curves]
        missing = np.zeros(self.n_curves)
        for index in range(self.n_curves):
            at = self.at(index, float(volume[index]), near=True)
            true = math.inf if at is None else self.charged(index, at, amounts)
            missing[index] = true - values[self.at_theta + index] * self.money
        prices = duals[self.row_need : self.row_link] * self.money / self.size[: self.n_needs]
        paid = duals[self.row_need : self.row_pool].copy()
        paid[self.n_needs :] *= -1.0
        return _Answer(value, bound, shares, values[self.at_pool : self.at_volume], volume, missing, prices, paid)


def _joined(np: Any, parts: Sequence[Any], kind: type) -> Any:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)


def programme(
    highspy: Any, np: Any, matrix: tuple[Any, Any, Any], cost: Any, columns: tuple[Any, Any], rows: tuple[Any, Any],
    kinds: Any = None,
) -> Any:  # fmt: skip
    """Return a programme from triplets (row, column, value), costs, and bounds of columns and rows."""
    r, c, v = matrix
    order = np.lexsort((r, c))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(rows[0])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(c, minlength=len(cost)))]).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = r[order].astype(np.int32), v[order]
    lp.col_cost_, (lp.col_lower_, lp.col_upper_) = cost, columns
    lp.row_lower_, lp.row_upper_ = rows
    if kinds is not None:
        lp.integrality_ = kinds
    return lp


def quiet(highspy: Any) -> Any:
    """Return a silent solver that uses one thread and always takes the same way."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - their interface
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 1)
    return highs


# ------------------------------------------------------------------------------------------------------------------- sketch


class Seen(NamedTuple):
    """What the sketch says at a node: a bound, volumes, and by how much contracts charge more than was promised there."""

    bound: float
    volume: Any
    missing: Any


class Sketch:
    """A small programme that bounds the large one from below: what groups of rows cost at least, given what they use.

    For any prices of limits and volumes, the cheapest column of each row gives an inequality (a cut) that holds at every node.
    The sketch collects them, so that a node costs milliseconds; where it is too coarse, its own prices give better cuts.
    """

    def __init__(self, programme: Programme, groups: int = 24) -> None:
        self.programme, self.np = programme, programme.np
        self._group(groups)
        self.cuts: list[tuple[int, float, Any]] = []  # group, constant, prices
        self.alive: list[int] = []
        self.solved = 0
        self.stale = True

    def _group(self, most: int) -> None:
        """Put rows together that use the same coupling rows; rows that share a pool stay together."""
        p, np = self.programme, self.np
        root = list(range(len(p.units)))

        def find(row: int) -> int:
            while root[row] != row:
                root[row] = root[root[row]]
                row = root[row]
            return row

        first: dict[int, int] = {}
        for pool, column in zip(p.pool_of.tolist(), p.pool_columns.tolist(), strict=True):
            row = int(p.row_of[column])
            root[find(row)] = find(first.setdefault(pool, row))
        part = np.asarray([find(row) for row in range(len(root))])
        touched = np.zeros((len(root), p.n_rows), dtype=bool)
        touched[part[p.row_of[p.j]], p.i] = True
        kinds, kind_of = np.unique(touched[part], axis=0, return_inverse=True)
        kind_of = kind_of.reshape(-1)
        weight = np.bincount(kind_of, weights=p.units)
        centres = np.argsort(-weight, kind="stable")[:most]
        both = kinds.astype(float) @ kinds[centres].T.astype(float)
        either = kinds.sum(axis=1)[:, None] + kinds[centres].sum(axis=1)[None, :] - both
        nearest = np.argmax(both / np.maximum(either, 1.0), axis=1)
        nearest[centres] = np.arange(len(centres))
        self.group_of = nearest[kind_of]
        self.n_groups = len(centres)
        used = np.zeros((self.n_groups, p.n_rows), dtype=bool)
        used[self.group_of[p.row_of[p.j]], p.i] = True
        self.pair_group, self.pair_row = np.nonzero(used)
        most_of, least_of = (np.zeros((p.n_rows, self.n_groups)) for _ in range(2))
        for index in range(p.n_rows):
            mine = p.i == index
            high, low = np.zeros(len(p.units)), np.zeros(len(p.units))
            np.maximum.at(high, p.row_of[p.j[mine]], p.scaled[mine])
            np.minimum.at(low, p.row_of[p.j[mine]], p.scaled[mine])
            most_of[index] = np.bincount(self.group_of, weights=high, minlength=self.n_groups)
            least_of[index] = np.bincount(self.group_of, weights=low, minlength=self.n_groups)
        self.pair_high = most_of[self.pair_row, self.pair_group]
        self.pair_low = least_of[self.pair_row, self.pair_group]
        self.pool_group = self.group_of[p.row_of[[first[pool] for pool in range(len(p.fees))]]] if len(p.fees) else None

    def learn(self, prices: Any) -> Any:
        """Return the constants of the cuts that prices of the coupling rows (as uses are paid) give, one for each group."""
        p, np = self.programme, self.np
        d = p.cost - np.bincount(p.j, weights=prices[p.i] * p.scaled, minlength=p.n)
        if not len(p.fees):
            return np.bincount(self.group_of, weights=np.minimum.reduceat(d, p.starts), minlength=self.n_groups)
        row = np.minimum.reduceat(np.where(p.pooled, np.inf, d), p.starts)
        row = np.where(np.isinf(row), np.minimum.reduceat(d, p.starts), row)
        saved = np.maximum(0.0, row[p.row_of[p.pool_columns]] - d[p.pool_columns])
        worth = np.bincount(p.pool_of, weights=saved, minlength=len(p.fees)) - p.fees / p.money
        constants = np.bincount(self.group_of, weights=row, minlength=self.n_groups)
        return constants - np.bincount(self.pool_group, weights=np.maximum(0.0, worth), minlength=self.n_groups)

    def add(self, prices: Any, theta: Any | None = None, uses: Any | None = None) -> float:
        """Add the cuts of some prices (those that the sketch breaks, if it is told where it stands); return their sum."""
        np = self.np
        constants = self.learn(prices)
        for group in range(self.n_groups):
            mine = self.pair_group == group
            if theta is not None and uses is not None:
                claim = float(constants[group] + prices[self.pair_row[mine]] @ uses[mine])
                if claim <= theta[group] + 1e-7 * max(1.0, abs(claim)):
                    continue
            self.cuts.append((group, float(constants[group]), prices))
            self.alive.append(self.solved)
            if not self.stale:
                columns = np.concatenate([[group], self.n_groups + np.flatnonzero(mine)]).astype(np.int32)
                values = np.concatenate([[1.0], -prices[self.pair_row[mine]]])
                self.highs.addRow(float(constants[group]), math.inf, len(columns), columns, values)
        return float(constants.sum())

    def _build(self) -> None:
        p, np = self.programme, self.np
        if len(self.cuts) > _CUTS:
            kept = sorted(sorted(range(len(self.cuts)), key=lambda k: -self.alive[k])[: _CUTS // 2])
            self.cuts, self.alive = [self.cuts[k] for k in kept], [self.alive[k] for k in kept]
        groups, pairs, curves, apart = self.n_groups, len(self.pair_row), p.n_curves, len(p.apart)
        self.at_volume = groups + pairs
        self.at_spend = self.at_volume + curves
        self.at_theta = self.at_spend + apart
        self.at_slack = self.at_theta + curves
        width = self.at_slack + 2 * p.n_rows
        self.first_line = (p.n_rows + np.concatenate([[0], np.cumsum([len(c.pieces) + 2 for c in p.problem.curves])])).astype(
            int
        )
        self.first_cut = int(self.first_line[-1])
        height = self.first_cut + len(self.cuts)
        k, couple, lines = np.arange(pairs), np.arange(p.n_rows), np.arange(p.n_rows, self.first_cut)
        r = [self.pair_row, np.arange(p.n_needs, p.n_rows), couple, couple, lines]
        c = [
            groups + k, np.arange(self.at_volume, self.at_theta), self.at_slack + couple, self.at_slack + p.n_rows + couple,
            self.at_theta + np.repeat(np.arange(curves), np.diff(self.first_line)),
        ]  # fmt: skip
        v = [
            np.where(self.pair_row < p.n_needs, 1.0, -1.0), np.ones(curves + apart), np.ones(p.n_rows), -np.ones(p.n_rows),
            np.ones(len(lines)),
        ]  # fmt: skip
        for number, (group, _, prices) in enumerate(self.cuts, self.first_cut):
            mine = np.flatnonzero(self.pair_group == group)
            r.append(np.full(len(mine) + 1, number))
            c.append(np.concatenate([[group], groups + mine]))
            v.append(np.concatenate([[1.0], -prices[self.pair_row[mine]]]))
        cost = np.zeros(width)
        cost[:groups] = 1.0
        cost[self.at_theta : self.at_slack] = 1.0
        cost[self.at_slack :] = _PENALTY * 100
        low, high = np.zeros(width), np.full(width, np.inf)
        low[:groups], low[self.at_theta : self.at_slack] = -np.inf, -np.inf
        low[groups : self.at_volume], high[groups : self.at_volume] = self.pair_low, self.pair_high
        lower, upper = np.zeros(height), np.zeros(height)
        lower[: p.n_needs], upper[: p.n_needs] = p.need_low, p.need_high
        lower[p.n_rows :], upper[p.n_rows :] = -np.inf, np.inf
        lower[self.first_cut :] = [constant for _, constant, _ in self.cuts]
        matrix = tuple(np.concatenate(part).astype(kind) for part, kind in ((r, np.int64), (c, np.int64), (v, float)))
        self.highs = quiet(p.highspy)
        self.highs.setOptionValue("presolve", "off")
        self.highs.passModel(programme(p.highspy, np, matrix, cost, (low, high), (lower, upper)))
        self.stale = False

    def look(self, charged: Sequence[Charged], *, cutoff: float, rounds: int, close: float, patience: int = 2) -> Seen | None:
        """Bound a node: until the bound reaches the cutoff, new cuts bring no more, or rounds are over."""
        p = self.programme
        best, stalled = -math.inf, 0
        for number in range(rounds + 1):
            if self.stale or len(self.cuts) > _CUTS:
                self._build()
            for index, one in enumerate(charged):
                self._charge(index, one)
            found = self._run()
            if found is None:
                return None
            value, values, duals = found
            bound = max(best, value * p.money)
            self.prices = prices = duals[: p.n_rows].copy()
            prices[p.n_needs :] *= -1.0
            seen = self._seen(bound, values)
            if bound >= cutoff or number == rounds:
                break
            before = len(self.cuts)
            self.add(prices, values[: self.n_groups], values[self.n_groups : self.at_volume])
            stalled = stalled + 1 if bound - best <= close * abs(bound) else 0
            if len(self.cuts) == before or stalled > patience:
                break
            best = bound
        return seen

    def _run(self) -> tuple[float, Any, Any] | None:
        highs, np, optimal = self.highs, self.np, self.programme.highspy.HighsModelStatus.kOptimal
        highs.run()
        self.solved += 1
        if highs.getModelStatus() != optimal:  # a warm start that went astray: from the beginning, and as the solver likes
            highs.clearSolver()
            highs.setOptionValue("presolve", "choose")
            highs.run()
            highs.setOptionValue("presolve", "off")
            if highs.getModelStatus() != optimal:
                return None
        solution = highs.getSolution()
        duals = np.asarray(solution.row_dual)
        for number in np.flatnonzero(duals[self.first_cut :] > _TINY).tolist():
            self.alive[number] = self.solved
        return float(highs.getObjectiveValue()), np.asarray(solution.col_value), duals

    def _charge(self, index: int, charged: Charged) -> None:
        p = self.programme
        highs, size = self.highs, float(p.size[p.n_needs + index])
        highs.changeColBounds(self.at_volume + index, charged.low / size, charged.high / size)
        for place, row in enumerate(range(int(self.first_line[index]), int(self.first_line[index + 1]))):
            if place >= len(charged.lines):
                highs.changeRowBounds(row, -math.inf, math.inf)
                continue
            slope, base = charged.lines[place]
            if charged.share is not None:
                at = p.n_needs + p.n_curves + p.apart.index(index)
                highs.changeCoeff(row, self.at_spend + p.apart.index(index), -charged.share * float(p.size[at]) / p.money)
            else:
                highs.changeCoeff(row, self.at_volume + index, -slope * size / p.money)
            highs.changeRowBounds(row, base / p.money, math.inf)

    def _seen(self, bound: float, values: Any) -> Seen:
        p, np = self.programme, self.np
        volume = values[self.at_volume : self.at_spend] * p.size[p.n_needs : p.n_needs + p.n_curves]
        spend = values[self.at_spend : self.at_theta] * p.size[p.n_needs + p.n_curves :]
        amounts = np.concatenate([np.zeros(p.n_needs), volume, spend])
        missing = np.zeros(p.n_curves)
        for index in range(p.n_curves):
            at = p.at(index, float(volume[index]), near=True)
            true = math.inf if at is None else p.charged(index, at, amounts)
            missing[index] = true - values[self.at_theta + index] * p.money
        return Seen(bound, volume, missing)


# --------------------------------------------------------------------------------------------------------------- whole units


class Rounding:
    """From shares to whole units: nearly all rows go one way already; the few that are split are settled among themselves."""

    def __init__(self, programme: Programme, accept: Callable[[list[int]], bool] | None, close: float) -> None:
        self.programme, self.accept, self.close = programme, accept, close

    def settle(self, answer: _Answer, spans: Sequence[_Range], *, hard: bool) -> tuple[float, Any] | None:
        """Return cost and whole units of a plan near an answer, or None."""
        programme = self.programme
        answer = self._descended(answer, spans, hard=hard)
        if len(programme.fees):
            stocked = self._stocked(answer, spans, hard=hard)
            if stocked is None:
                return None
            answer = stocked
        return self.rounded(answer)

    def _descended(self, answer: _Answer, spans: Sequence[_Range], *, hard: bool) -> _Answer:
        programme = self.programme
        for _ in range(6):
            better = programme.solve(programme.nearby(answer.volume, spans), close=self.close, hard=hard)
            if better is None or not self.worth(better) < self.worth(answer) * (1 - 1e-6):
                break
            answer = better
        return answer

    def worth(self, answer: _Answer) -> float:
        """Return what an answer would cost as a plan, pools as far open as they are."""
        return self.programme.price(answer.shares * self.programme.per_row, answer.stocked)

    def _stocked(self, answer: _Answer, spans: Sequence[_Range], *, hard: bool) -> _Answer | None:
        """Return the answer with every pool open or shut: those half open are rounded, the rest is solved again."""
        programme, np = self.programme, self.programme.np
        for least in (0.5, 1e-6):
            shut = np.where(answer.stocked >= least, 1.0, 0.0)
            programme.fix_pools(shut, shut)
            found = programme.solve(programme.nearby(answer.volume, spans), close=self.close, hard=hard)
            programme.fix_pools(np.zeros(len(shut)), np.ones(len(shut)))
            if found is not None:
                return found
        return None

    def rounded(self, answer: _Answer) -> tuple[float, Any] | None:
        """Settle the split rows by a small whole-number programme; free more rows, or shrink the limits, if it must be."""
        programme, np = self.programme, self.programme.np
        wanted = answer.shares * programme.per_row
        near = np.rint(wanted)
        split = np.zeros(len(programme.units), dtype=bool)
        split[programme.row_of[np.abs(wanted - near) > _WHOLE * np.maximum(1.0, programme.per_row)]] = True
        split |= np.add.reduceat(near, programme.starts) != programme.units
        allowed = self._allowed(answer)
        most = int(np.ceil(len(split)))
        for more, shrink in ((20, 0.0), (20, 1e-9), (200, 1e-7), (2000, 1e-6)):
            free = self._freed(split, min(more, most))
            units = self._whole(near, free, answer, allowed, shrink)
            if units is not None and (self.accept is None or self.accept([int(number) for number in units])):
                return programme.price(units), units
            if free.all() and shrink:
                break
        return None

    def _allowed(self, answer: _Answer) -> Any:
        programme, np = self.programme, self.programme.np
        allowed = np.ones(len(programme.unit_cost), dtype=bool)
        if len(programme.fees):
            allowed[programme.pool_columns] = answer.stocked[programme.pool_of] > 0.5
        return allowed

    def _freed(self, split: Any, more: int) -> Any:
        """Return the rows to settle: the split ones and some small ones that are used to make ends meet."""
        np = self.programme.np
        free = split.copy()
        counts = np.diff(np.append(self.programme.starts, len(self.programme.unit_cost)))
        spare = np.flatnonzero(~split & (counts > 1))
        order = spare[np.argsort(self.programme.units[spare], kind="stable")]
        free[order[:: max(1, len(order) // max(more, 1))][:more]] = True
        return free

    def _whole(self, near: Any, free: Any, answer: _Answer, allowed: Any, shrink: float) -> Any | None:
        programme, np, highspy = self.programme, self.programme.np, self.programme.highspy
        loose = free[programme.row_of]
        fixed = np.where(loose, 0.0, near)
        columns = np.flatnonzero(loose & allowed)
        place = np.full(len(near), -1)
        place[columns] = np.arange(len(columns))
        settled = programme.amounts(fixed)
        low, high, slopes = self._bounds(answer, shrink)
        mine = (place[programme.j] >= 0) & (programme.a != 0)
        i, j, a = programme.i[mine], programme.j[mine], programme.a[mine]
        cost = programme.unit_cost[columns].copy()
        np.add.at(cost, place[j], slopes[i] * a)
        rows = np.flatnonzero(free)
        renamed = np.full(len(free), -1)
        renamed[rows] = np.arange(len(rows))
        bounded = np.flatnonzero((low > -np.inf) | (high < np.inf))
        coupled = np.full(programme.n_rows, -1)
        coupled[bounded] = len(rows) + np.arange(len(bounded))
        kept = coupled[i] >= 0
        r = np.concatenate([renamed[programme.row_of[columns]], coupled[i[kept]]])
        c = np.concatenate([np.arange(len(columns)), place[j[kept]]])
        v = np.concatenate([np.ones(len(columns)), a[kept]])
        lower = np.concatenate([programme.units[rows], low[bounded] - settled[bounded]])
        upper = np.concatenate([programme.units[rows], high[bounded] - settled[bounded]])
        if not len(columns):
            return fixed if not len(rows) and bool(np.all((lower <= 0) & (upper >= 0))) else None
        dust = 0.02 * self.close * abs(answer.value)
        found = integers(highspy, np, (r, c, v), cost, (lower, upper), programme.per_row[columns], enough=dust)
        if found is None:
            return None
        units = fixed.copy()
        units[columns] = found[0]
        return units

    def _bounds(self, answer: _Answer, shrink: float) -> tuple[Any, Any, Any]:
        """Return what limits and contracts (each within its present piece) leave, and what a unit of each costs there."""
        programme, np, problem = self.programme, self.programme.np, self.programme.problem
        low, high = np.full(programme.n_rows, -np.inf), np.full(programme.n_rows, np.inf)
        slopes = np.zeros(programme.n_rows)
        for index, need in enumerate(problem.needs):
            low[index] = need.low + shrink * abs(need.low) if need.low > -np.inf else -np.inf
            high[index] = need.high - shrink * abs(need.high) if need.high < np.inf else np.inf
        for index, curve in enumerate(problem.curves):
            at = programme.n_needs + index
            volume = float(answer.volume[index])
            number = programme.at(index, volume, near=True) or 0
            piece = curve.pieces[number]
            jumps_down = number > 0 and curve.pieces[number - 1].at_high > piece.at_low
            low[at] = piece.low + (shrink * abs(piece.low) if jumps_down else 0.0)
            high[at] = piece.high
            if index in programme.apart:
                slopes[programme.n_needs + programme.n_curves + programme.apart.index(index)] = piece.slope
            else:
                slopes[at] = piece.slope
        return low, high, slopes


def integers(
    highspy: Any, np: Any, matrix: tuple[Any, Any, Any], cost: Any, bounds: tuple[Any, Any], tops: Any, *, enough: float = 0.0,
    seconds: float = 2.0,
) -> tuple[Any, float] | None:  # fmt: skip
    """Solve a small whole-number programme: columns from 0 to their tops; return them and the solver's bound, or None."""
    columns = np.zeros(len(cost)), np.asarray(tops, dtype=float)
    lp = programme(highspy, np, matrix, cost, columns, bounds, [highspy.HighsVarType.kInteger] * len(cost))
    highs = quiet(highspy)
    highs.setOptionValue("mip_abs_gap", max(enough, 1e-6))
    highs.setOptionValue("time_limit", seconds)
    highs.setOptionValue("mip_feasibility_tolerance", 1e-9)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
    highs.passModel(lp)
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.rint(np.asarray(highs.getSolution().col_value)), float(info.mip_dual_bound)


# ------------------------------------------------------------------------------------------------------------------- search


class Search:
    """Best bound first; every answer of the programme is tried as a plan."""

    def __init__(
        self, problem: Problem, *, gap: float, seconds: float | None, effort: int | None,
        accept: Callable[[list[int]], bool] | None,
    ) -> None:  # fmt: skip
        self.programme = Programme(problem)
        self.problem = problem
        self.gap = max(gap, _TINY)
        self.rounding = Rounding(self.programme, accept, 0.05 * self.gap)
        self.until = math.inf if seconds is None else perf_counter() + seconds
        self.programme.until = self.until
        self.effort = math.inf if effort is None else effort
        self.best: Any = None
        self.cost = math.inf
        self.dropped = math.inf
        self.heap: list[_Node] = []
        self.count = self.tries = 0
        self.root = -math.inf
        self.prices: list[float] = [0.0] * len(problem.needs)

    @property
    def spent(self) -> bool:
        """Tell whether time or effort ran out."""
        return perf_counter() > self.until or self.programme.solved >= self.effort

    @property
    def enough(self) -> float:
        """Return the bound from which a node need not be looked into."""
        return self.cost - self.gap * abs(self.cost)

    def offer(self, units: Any) -> None:
        """Take a plan that somebody else made, if it is better."""
        cost = self.programme.price(units)
        if cost < self.cost:
            self.cost, self.best = cost, units

    def run(self) -> Solution:
        """Search until the gap is closed or the time is over."""
        self.ranges = ranges = self.programme.whole_range()
        root = self._ask(ranges)
        if root is None:
            return Solution(None, math.inf, math.inf, [], self.programme.solved, finished=True, feasible=False)
        self.root = root.bound
        self._try(root)
        if self.root < self.enough:
            self.sketch = Sketch(self.programme)
            self.sketch.add(root.duals)
            self._local()
            ranges = self._tightened(ranges)
            self._push(self._look(ranges, 20), ranges, root.bound)
        else:
            self.dropped = self.root
        while self.heap and not self.spent:
            node = heapq.heappop(self.heap)
            if node.bound >= self.enough:
                self.dropped = min(self.dropped, node.bound)
                continue
            self._branch(node)
        bound = min([self.cost, self.dropped, *[node.bound for node in self.heap]])
        finished = self.best is not None and self.cost - bound <= self.gap * abs(self.cost) + _TINY
        units = None if self.best is None else [int(number) for number in self.best]
        return Solution(units, self.cost, max(bound, self.root), self.prices, self.programme.solved, finished)

    def _ask(self, ranges: list[_Range]) -> _Answer | None:
        """Solve a node by the large programme."""
        close = max(0.05 * self.gap, _TINY)
        return self.programme.solve(self.programme.promised(ranges), close=close, cutoff=self.enough)

    def _look(self, ranges: list[_Range], rounds: int = 6) -> Seen | None:
        """Bound a node by the sketch."""
        charged = self.programme.promised(ranges)
        return self.sketch.look(charged, cutoff=self.enough, rounds=rounds, close=0.02 * self.gap)

    def _push(self, seen: Seen | None, ranges: list[_Range], bound: float, *, whole: bool = False) -> None:
        if seen is None:
            return
        bound = max(bound, seen.bound)
        if bound >= self.enough:
            self.dropped = min(self.dropped, bound)
            return
        self.count += 1
        heapq.heappush(self.heap, _Node(bound, self.count, ranges, seen, whole))

    def _try(self, answer: _Answer | None) -> bool:
        """Make a plan of an answer if it promises to be better than the best by more than dust."""
        if answer is None:
            return False
        missing = float(self.programme.np.where(answer.missing < math.inf, answer.missing, 0.0).sum())
        if self.best is not None and answer.value + missing > self.cost - 0.05 * self.gap * abs(self.cost):
            return False
        found = self.rounding.settle(answer, self.ranges, hard=self.best is None)
        if found is None or not found[0] < self.cost:
            return False
        self.cost, self.best = found
        self.prices = [float(price) for price in answer.prices]
        return True

    def _local(self) -> None:
        """Move one contract at a time to a neighbouring tier, as long as that makes a better plan."""
        better, curves = self.best is not None, self.problem.curves
        most = self.programme.solved + _TRIES
        while better and not self.spent and self.programme.solved < most:
            better = False
            for index in range(len(curves)):
                for step in (1, -1):
                    better |= self._moved(index, step, most)

    def _moved(self, index: int, step: int, most: int) -> bool:
        programme, curve = self.programme, self.problem.curves[index]
        first = programme.n_needs
        volume = programme.amounts(self.best)[first : first + programme.n_curves]
        at = programme.at(index, float(volume[index]))
        if (
            at is None
            or self.spent
            or self.programme.solved > most
            or not self.ranges[index].first <= at + step <= self.ranges[index].last
        ):
            return False
        piece, span = curve.pieces[at + step], self.ranges[index]
        moved = volume.copy()
        moved[index] = (piece.low + min(piece.high, span.high)) / 2
        spans = [*self.ranges]
        spans[index] = _Range(at + step, at + step, max(piece.low, span.low), min(piece.high, span.high))
        charged = programme.nearby(moved, spans)
        if charged is None:
            return False
        seen = self.sketch.look(charged, cutoff=self.cost, rounds=2, close=0.1 * self.gap)
        if seen is None or seen.bound >= self.cost:
            return False
        return self._tried(charged)

    def _tried(self, charged: list[Charged] | None) -> bool:
        if charged is None:
            return False
        seen = self.sketch.look(charged, cutoff=self.cost, rounds=80, close=0.02 * self.gap, patience=3)
        if seen is None or seen.bound >= self.cost:
            return False
        self.programme.focus(self.sketch.prices)
        answer = self.programme.solve(charged, close=0.02 * self.gap, cutoff=self.cost, hard=False)
        if answer is not None:
            self.sketch.add(answer.duals)
        return self._try(answer)

    def _branch(self, node: _Node) -> None:
        index = self._doubtful(node)
        if index is None:
            self._last(node)
            return
        for span in self._halves(index, node.ranges[index], float(node.seen.volume[index])):
            ranges = [*node.ranges]
            ranges[index] = span
            seen = self._look(ranges)
            if seen is None:
                continue
            worth = seen.bound + float(seen.missing.sum())
            if worth < self.cost * (1 - 0.3 * self.gap) and self.tries < 2 + self.count / 50:
                self.tries += 1
                self._tried(self.programme.nearby(seen.volume, self.ranges))
            self._push(seen, ranges, node.bound, whole=node.whole)

    def _doubtful(self, node: _Node) -> int | None:
        """Return the contract whose promised cost differs most from what it really charges, if a range can still be halved."""
        open_ones = [
            index
            for index, curve in enumerate(self.problem.curves)
            if len(clipped(curve, node.ranges[index])) > 1
            and node.seen.missing[index] > 1e-3 * self.gap * max(abs(node.bound), 1e-9) / max(1, len(self.problem.curves))
        ]
        return max(open_ones, key=lambda index: float(node.seen.missing[index]), default=None)

    def _halves(self, index: int, span: _Range, volume: float) -> list[_Range]:
        """Return a range below and a range above the break next to a volume."""
        curve = self.problem.curves[index]
        inside = [
            k for k in range(span.first, span.last) if curve.pieces[k].high >= span.low and curve.pieces[k + 1].low <= span.high
        ]
        at = min(inside, key=lambda k: abs((curve.pieces[k].high + curve.pieces[k + 1].low) / 2 - volume))
        below = span._replace(last=at, high=min(span.high, curve.pieces[at].high))
        above = span._replace(first=at + 1, low=max(span.low, curve.pieces[at + 1].low))
        return [half for half in (below, above) if half.low <= half.high]

    def _last(self, node: _Node) -> None:
        """Close what is left between shares and whole units, if the problem is small enough for it."""
        bound, answer = node.bound, self._ask(node.ranges)
        if answer is None:
            return
        self.sketch.add(answer.duals)
        self._try(answer)
        bound = max(bound, answer.bound)
        true = Seen(bound, answer.volume, answer.missing)
        if bound < self.enough and self._doubtful(_Node(bound, 0, node.ranges, true)) is not None:
            self._push(true, node.ranges, bound)  # the sketch was too coarse to see what is missing
            return
        if bound < self.enough and self.programme.n <= _PAGE and not self.spent:
            left = min(60.0, self.until - perf_counter())
            bound, units, seen = self.programme.in_whole(self.programme.promised(node.ranges), self.gap / 2, left)
            bound = max(bound, node.bound)
            if units is not None and (self.rounding.accept is None or self.rounding.accept([int(n) for n in units])):
                self.offer(units)
            again = _Node(bound, 0, node.ranges, seen)
            if bound < self.enough and seen is not None and self._doubtful(again) is not None:
                self._push(seen, node.ranges, bound)
                return
        self.dropped = min(self.dropped, bound)

    def _tightened(self, ranges: list[_Range]) -> list[_Range]:
        """Cut from each contract's range the pieces that cannot be part of a better plan."""
        ranges = [*ranges]
        for index in range(len(ranges)):
            for low_end in (True, False):
                while not self.spent and self.best is not None:
                    pieces = clipped(self.problem.curves[index], ranges[index])
                    if len(pieces) < 2:
                        break
                    span = ranges[index]
                    curve = self.problem.curves[index]
                    if low_end:
                        probe = span._replace(last=span.first, high=min(span.high, curve.pieces[span.first].high))
                        rest = span._replace(first=span.first + 1, low=max(span.low, curve.pieces[span.first + 1].low))
                    else:
                        probe = span._replace(first=span.last, low=max(span.low, curve.pieces[span.last].low))
                        rest = span._replace(last=span.last - 1, high=min(span.high, curve.pieces[span.last - 1].high))
                    tried = [*ranges]
                    tried[index] = probe
                    seen = self._look(tried) if probe.low <= probe.high else None
                    if seen is not None and seen.bound < self.enough:
                        break
                    if seen is not None:
                        self.dropped = min(self.dropped, seen.bound)
                    ranges[index] = rest
        return ranges


def minimise(
    problem: Problem, *, gap: float = 1e-3, seconds: float | None = 60.0, effort: int | None = None,
    starts: Sequence[Sequence[int]] = (), accept: Callable[[list[int]], bool] | None = None,
) -> Solution:  # fmt: skip
    """Return the plan of least cost, to a relative gap, with the bound that proves it.

    Args:
        problem: rows, columns, contracts, limits.
        gap: relative distance to the bound at which to stop.
        seconds: stop after so long; None: never.
        effort: stop after so many linear programmes: unlike seconds the same on every machine.
        starts: plans (whole units on each column) known to be allowed.
        accept: exact check of a plan in whole units.
    """
    search = Search(problem, gap=gap, seconds=seconds, effort=effort, accept=accept)
    for units in starts:
        search.offer(search.programme.np.asarray(units, dtype=float))
    return search.run()


# --------------------------------------------------------------------------------------------------------------- assignment


class Assignment(NamedTuple):
    """Who serves which order.

    Attributes:
        server: of each order; -1 where it is not served.
        served: orders served: the most that can be.
        cost: of the orders served, in floats.
        bound: no assignment that serves as many can cost less.
        columns: of the linear programme, after orders that cannot matter were left out.
    """

    server: list[int]
    served: int
    cost: float
    bound: float
    columns: int


def assign(cost: Any, capacity: Sequence[int] | None = None) -> Assignment:
    """Serve as many orders as possible, and those at least cost, each whole by one server.

    Args:
        cost: of each order (rows) at each server (columns); infinite where it cannot serve.
        capacity: orders that each server can take; None: any number, and no solver is needed.

    Orders that may go to the same servers differ by cost only: of them no more than these servers can take together, the
    cheapest at a server, can ever be served there. The rest leaves the programme, which is a flow: its corners are whole.
    """
    np, highspy = tools()
    cost = np.asarray(cost, dtype=float)
    can = np.isfinite(cost)
    if capacity is None:
        server = np.where(can.any(axis=1), np.argmin(np.where(can, cost, np.inf), axis=1), -1)
        least = float(cost[np.flatnonzero(server >= 0), server[server >= 0]].sum())
        return Assignment(server.tolist(), int((server >= 0).sum()), least, least, 0)
    room = np.asarray(capacity, dtype=float)
    kinds, kind_of = np.unique(can, axis=0, return_inverse=True)
    kind_of = kind_of.reshape(-1)
    most = _most_served(np, highspy, kinds, np.bincount(kind_of, minlength=len(kinds)), room)
    order, column = _matter(np, cost, kinds, kind_of, room)
    return _flow(np, highspy, cost, (order, column), room, most)


def _most_served(np: Any, highspy: Any, kinds: Any, counts: Any, room: Any) -> int:
    k, p = np.nonzero(kinds)
    x = np.arange(len(k))
    matrix = (np.concatenate([k, len(kinds) + p]), np.concatenate([x, x]), np.ones(2 * len(k)))
    upper = np.concatenate([counts, room])
    _, value, _ = _linear(highspy, np, matrix, -np.ones(len(k)), (np.full(len(upper), -np.inf), upper))
    return round(-value)


def _matter(np: Any, cost: Any, kinds: Any, kind_of: Any, room: Any) -> tuple[Any, Any]:
    """Return the pairs of order and server that an assignment of least cost may need."""
    orders, columns = [], []
    for kind, servers in enumerate(kinds):
        mine = np.flatnonzero(kind_of == kind)
        most = int(room[servers].sum()) + 1  # one more: it stays unserved, so that prices hold for those left out
        for server in np.flatnonzero(servers):
            kept = (
                mine if len(mine) <= most else mine[np.argpartition(cost[mine, server], most - 1)[:most]] if most else mine[:0]
            )
            orders.append(kept)
            columns.append(np.full(len(kept), server))
    return np.concatenate(orders or [np.zeros(0, int)]), np.concatenate(columns or [np.zeros(0, int)])


def _flow(np: Any, highspy: Any, cost: Any, pairs: tuple[Any, Any], room: Any, most: int) -> Assignment:
    order, column = pairs
    rows, renamed = np.unique(order, return_inverse=True)
    n, p, x = len(rows), len(room), np.arange(len(order))
    prices = cost[order, column]
    matrix = (np.concatenate([renamed, n + column, np.full(len(x), n + p)]), np.concatenate([x, x, x]), np.ones(3 * len(x)))
    lower = np.concatenate([np.full(n + p, -np.inf), [most]])
    upper = np.concatenate([np.ones(n), room, [most]])
    value, _, duals = _linear(highspy, np, matrix, prices, (lower, upper))
    picked = value > 0.5
    server = np.full(len(cost), -1)
    server[order[picked]] = column[picked]
    least = float(prices[picked].sum())
    place, count = np.minimum(duals[n : n + p], 0.0), float(duals[n + p])
    best = np.where(np.isfinite(cost), cost - place[None, :] - count, np.inf).min(axis=1)
    bound = float(np.minimum(best, 0.0).sum() + place @ room + count * most)
    return Assignment(server.tolist(), int(picked.sum()), least, bound, len(order))


def _linear(highspy: Any, np: Any, matrix: tuple[Any, Any, Any], cost: Any, bounds: tuple[Any, Any]) -> tuple[Any, float, Any]:
    """Solve a linear programme with columns of 0 and more; return columns, value and prices of the rows."""
    r, c, v = matrix
    order = np.lexsort((r, c))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(bounds[0])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(c, minlength=len(cost)))]).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = r[order].astype(np.int32), v[order]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), np.full(len(cost), np.inf)
    lp.row_lower_, lp.row_upper_ = bounds
    highs = quiet(highspy)
    highs.passModel(lp)
    highs.run()
    solution = highs.getSolution()
    return np.asarray(solution.col_value), float(highs.getObjectiveValue()), np.asarray(solution.row_dual)


# --------------------------------------------------------------------------------------------------------------- infeasible


class Want(NamedTuple):
    """A limit that would have to give way: by how much, upwards (`more`) or downwards."""

    name: str
    by: float
    more: bool


def relax(problem: Problem) -> list[Want]:
    """Return the limits that cannot hold together, and the least relative change that would make a plan possible.

    The linear programme with a price on every broken limit shows which ones have one; of these, each is left out in turn, and
    stays out if the others still contradict each other: what remains is a set of which none can be spared.
    """
    wants = _wants(problem)
    if len(wants) > _FILTER:
        return wants
    kept = [want.name for want in wants]
    for want in wants:
        rest = [name for name in kept if name != want.name]
        needs = [need for need in problem.needs if need.name in rest]
        if want.name in {need.name for need in problem.needs} and needs and _wants(replace(problem, needs=needs)):
            kept = rest
    return [want for want in wants if want.name in kept]


def _wants(problem: Problem) -> list[Want]:
    model = Programme(problem)
    charged = [one._replace(lines=[(0.0, 0.0)], share=None) for one in model.promised(model.whole_range())]
    model.penalty, model.cost, model.fees = 1.0, model.cost * 0.0, model.fees * 0.0
    found = model.run(charged, hard=True)
    if found is None:
        return []
    _, values, duals = found
    slack = values[model.at_slack :]
    names = [need.name for need in problem.needs] + [curve.name for curve in problem.curves]
    less, more = slack[: model.n_rows], slack[model.n_rows :]  # added to the row, taken from it
    wants = []
    for index, name in enumerate(names):
        short, over = float(less[index] * model.size[index]), float(more[index] * model.size[index])
        if abs(float(duals[model.row_need + index])) > _TINY or short > _WHOLE or over > _WHOLE:
            wants.append(Want(name, max(short, over), (over > short) != (index >= model.n_needs)))
    return wants if float(slack.sum()) > _WHOLE else []
