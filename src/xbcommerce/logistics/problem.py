"""What a solver of plans is given: rows of demand, their columns, contracts, limits and shared fees; and the same as arrays.

Numbers here are floats, scaled so that costs and uses are about one; the plan that comes out is in whole units, which the
caller prices exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from xbcommerce.errors import XBCommerceError

__all__ = ["Charged", "Curve", "Need", "Piece", "Problem", "SolverMissing", "Span", "Table", "clipped", "hull", "tools"]

TINY = 1e-9
WHOLE = 1e-6
"""How far a number of units may be from a whole one, and a volume from a tier's edge (as a share of the most possible)."""


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
        return self.at(self.high)

    def at(self, volume: float) -> float:
        """Cost of a volume by this piece."""
        return self.at_low + self.slope * (volume - self.low)


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

    @property
    def smooth(self) -> bool:
        """Tell whether a rate only falls with volume and never jumps, so that any piece's line is at least the cost."""
        return all(
            abs(one.at_high - two.at_low) <= TINY * max(1.0, abs(two.at_low)) and one.slope >= two.slope
            for one, two in pairwise(self.pieces)
        )


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


class Span(NamedTuple):
    """A range of a contract's volume: pieces from first to last, and volumes within them."""

    first: int
    last: int
    low: float
    high: float


class Charged(NamedTuple):
    """How a contract is charged at a node: bounds of its volume, lines below its cost, the corners of these lines.

    With `share`, tiers are counted by another thing than the discount is levied on: the cost is at least this share of spend.
    """

    low: float
    high: float
    lines: list[tuple[float, float]]
    corners: list[tuple[float, float]]
    share: float | None = None

    def freed(self) -> Charged:
        """Return the same range at no cost."""
        return Charged(self.low, self.high, [(0.0, 0.0)], [(self.low, 0.0), (self.high, 0.0)])


def hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the lower convex hull of points as lines (slope, value at zero).

    >>> hull([(0.0, 0.0), (10.0, 10.0), (20.0, 15.0)])
    [(0.75, 0.0)]
    >>> hull([(0.0, 0.0), (10.0, 5.0), (20.0, 15.0)])
    [(0.5, 0.0), (1.0, -5.0)]
    """
    lower: list[tuple[float, float]] = []
    for x, y in sorted(points):
        if lower and x - lower[-1][0] <= TINY * max(1.0, abs(x)):
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


def clipped(curve: Curve, span: Span) -> list[tuple[Piece, float, float]]:
    """Return the pieces of a range with the volumes that are left of them."""
    out = []
    for piece in curve.pieces[span.first : span.last + 1]:
        low, high = max(piece.low, span.low), min(piece.high, span.high)
        if low <= high:
            out.append((piece, low, high))
    return out


class Table:
    """A problem as arrays.

    Rows that couple (limits, then contracts' volumes, then spends) are one sparse matrix: `i` the coupling row, `j` the column,
    `a` what a unit uses, `scaled` what the whole demand of the column's row uses, in the coupling row's size.
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
        self.free = False
        self._couple()
        self._scale()

    def _couple(self) -> None:
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
        self.row_money = np.minimum.reduceat(np.abs(spent), self.starts) / self.money
        size = np.abs(self.a * self.per_row[self.j])
        total = np.bincount(self.i, weights=size, minlength=self.n_rows)
        self.size = np.maximum(total / np.maximum(np.bincount(self.i, minlength=self.n_rows), 1), 1e-9)
        self.cost = self.unit_cost * self.per_row / self.money
        self.fee = self.fees / self.money
        self.scaled = self.a * self.per_row[self.j] / self.size[self.i]
        self.need_low = np.asarray([need.low for need in self.problem.needs]) / self.size[: self.n_needs]
        self.need_high = np.asarray([need.high for need in self.problem.needs]) / self.size[: self.n_needs]

    def freed(self) -> Table:
        """Return the same problem at no cost: whether limits can hold is all that is left of it."""
        out = copy(self)
        out.cost, out.fee, out.free = self.cost * 0.0, self.fee * 0.0, True
        return out

    def spend_row(self, index: int) -> int:
        """Return the coupling row that adds up the spend of a contract whose tiers are counted by another thing."""
        return self.n_needs + self.n_curves + self.apart.index(index)

    def slope(self, index: int, slope: float) -> float:
        """Return a contract's slope for volume in its row's size and cost in the table's money."""
        return slope * float(self.size[self.n_needs + index]) / self.money

    def share(self, index: int, share: float) -> float:
        """Return the same for a share of spend."""
        return share * float(self.size[self.spend_row(index)]) / self.money

    # --------------------------------------------------------------------------------------------------------- what it costs

    def amounts(self, units: Any) -> Any:
        """Return what each coupling row (limits, volumes, spends) comes to for units on columns."""
        return self.np.bincount(self.i, weights=self.a * units[self.j], minlength=self.n_rows)

    def price(self, units: Any) -> float:
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
            used = np.bincount(self.pool_of, weights=units[self.pool_columns] > WHOLE, minlength=len(self.fees)) > 0
            cost += float(self.fees @ used)
        return cost

    def at(self, index: int, volume: float) -> int | None:
        """Return the piece by which a contract charges a volume: at an edge the upper one, as tiers begin `at least` there."""
        pieces = self.problem.curves[index].pieces
        if volume <= TINY and pieces[0].low <= 0:  # nothing sent: before any fee
            return 0
        for slack in (0.0, TINY * self._most(index)):
            for number in range(len(pieces) - 1, -1, -1):
                if pieces[number].low - slack <= volume <= pieces[number].high + slack:
                    return number
        return None

    def near(self, index: int, volume: float) -> int | None:
        """Return the piece that charges a volume least, if a hair below a tier's edge stands on it: programmes stop there."""
        pieces, hair = self.problem.curves[index].pieces, WHOLE * self._most(index)
        if volume <= hair:
            return self.at(index, max(volume, 0.0))
        held = [k for k, piece in enumerate(pieces) if piece.low - hair <= volume <= piece.high + hair]
        return min(held, key=lambda k: pieces[k].at(volume), default=None)

    def _most(self, index: int) -> float:
        return max(1.0, float(self.tops[self.n_needs + index]))

    def charged(self, index: int, at: int, amounts: Any) -> float:
        """Return what a contract costs by one of its pieces."""
        piece = self.problem.curves[index].pieces[at]
        if index in self.apart:
            return piece.at_low + piece.slope * float(amounts[self.spend_row(index)])
        return piece.at(float(amounts[self.n_needs + index]))

    def missing(self, amounts: Any, promised: Any) -> Any:
        """Return by how much each contract charges more for amounts than was promised."""
        out = self.np.zeros(self.n_curves)
        for index in range(self.n_curves):
            at = self.near(index, float(amounts[self.n_needs + index]))
            out[index] = math.inf if at is None else self.charged(index, at, amounts) - promised[index]
        return out

    # ----------------------------------------------------------------------------------------------------------------- nodes

    def whole_range(self) -> list[Span]:
        """Return the widest range of each contract."""
        out = []
        for index, curve in enumerate(self.problem.curves):
            top = max(float(self.tops[self.n_needs + index]), curve.pieces[0].low)
            last = max(k for k, piece in enumerate(curve.pieces) if piece.low <= top or k == 0)
            out.append(Span(0, last, curve.pieces[0].low, min(top, curve.pieces[last].high)))
        return out

    def promised(self, spans: Sequence[Span]) -> list[Charged]:
        """Return the least that contracts can charge within ranges of volume."""
        out = []
        for index, (curve, span) in enumerate(zip(self.problem.curves, spans, strict=True)):
            left = clipped(curve, span)
            if index in self.apart:
                base, share = min(piece.at_low for piece, _, _ in left), min(piece.slope for piece, _, _ in left)
                out.append(Charged(span.low, span.high, [(0.0, base)], [(span.low, base), (span.high, base)], share))
            else:
                points = [(volume, piece.at(volume)) for piece, low, high in left for volume in (low, high)]
                out.append(Charged(span.low, span.high, hull(points), points))
        return out

    def nearby(self, volume: Any, spans: Sequence[Span]) -> list[Charged] | None:
        """Return contracts at their price near a plan: where rates fall with volume, what comes out costs no more than it."""
        out = []
        for index, (curve, span) in enumerate(zip(self.problem.curves, spans, strict=True)):
            at = self.near(index, float(volume[index]))
            if at is None:
                return None
            piece = curve.pieces[at]
            smooth = curve.smooth and index not in self.apart
            low, high = (span.low, span.high) if smooth else (max(span.low, piece.low), min(span.high, piece.high))
            if index in self.apart:
                out.append(Charged(low, high, [(0.0, piece.at_low)], [(x, piece.at_low) for x in (low, high)], piece.slope))
            else:
                out.append(Charged(low, high, [(piece.slope, piece.at(0.0))], [(x, piece.at(x)) for x in (low, high)]))
        return out


def _joined(np: Any, parts: Sequence[Any], kind: type) -> Any:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)
