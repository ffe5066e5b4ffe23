"""Dantzig-Wolfe decomposition of plans: a small programme over patterns, and prices that tell which pattern is missing.

For prices of limits and volumes the cheapest lane of every row is found by arithmetic. That answer is a *pattern* of each group
of rows (what the group costs and uses), and it is a *bound* (Lagrange): whatever the prices, no plan can cost less. The master
programme mixes the patterns known so far to the cheapest plan in parts of units; its prices ask for the next pattern. Bounds
therefore never trust the solver; it only proposes prices.

Patterns hold at every node of a search, so that after some nodes a few rounds are enough.

Source: G. B. Dantzig and P. Wolfe, "Decomposition Principle for Linear Programs", Operations Research 8 (1960) 101-111;
smoothing of prices after P. Wentges, "Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming" (1997).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from xbcommerce.logistics.problem import TINY, WHOLE, Charged, Table
from xbcommerce.logistics.programmes import PENALTY, Triplets, quiet, written

__all__ = ["Master", "Seen", "possible"]

_GROUPS = 24
_MOST = 2_400
"""Patterns kept at most; then those that have not been of use for longest are left out."""
_KEPT = 0.6
_PRIMAL = 4
"""New patterns leave the last answer feasible: the primal simplex method goes on from it."""
_SMOOTH = 0.5
"""How much of the best prices so far is left in the prices asked next."""


class Answer(NamedTuple):
    """The cheapest lane of each row at some prices: a bound for each group, and each group's pattern."""

    least: Any
    cost: Any
    uses: Any
    chosen: Any


class Seen(NamedTuple):
    """What is known of a node.

    Attributes:
        bound: no plan of the node can cost less.
        value: of the cheapest mix of known patterns: the node's bound is no higher, but for limits broken at a price.
        broken: by how much that mix breaks limits, in parts of their size.
        volume: of each contract in that mix.
        missing: by how much each contract charges more for it than was promised.
        prices: that gave the bound.
        mix: parts of patterns, by pattern.
    """

    bound: float
    value: float
    broken: float
    volume: Any
    missing: Any
    prices: Any
    mix: dict[int, float]


class Master:
    """The master programme, kept warm."""

    def __init__(self, table: Table, penalty: float = PENALTY) -> None:
        self.table, self.np, self.penalty = table, table.np, penalty
        self._group()
        self.pair = self.group_of[table.row_of[table.j]] * table.n_rows + table.i
        self.sources: list[tuple[Any, Any]] = []  # prices, or shares of rows on columns, that patterns were made of
        self.cost: list[float] = []
        self.uses: list[Any] = []
        self.origin: list[tuple[int, int]] = []  # source and group of each pattern
        self.wanted: list[int] = []  # the last run that used it
        self.runs = 0
        self._open()

    # --------------------------------------------------------------------------------------------------------------- groups

    def _group(self) -> None:
        """Put rows together that use the same coupling rows; rows that share a pool stay together."""
        t, np = self.table, self.np
        part = self._parts()
        touched = np.zeros((len(part), t.n_rows), dtype=bool)
        touched[part[t.row_of[t.j]], t.i] = True
        kinds, kind_of = np.unique(touched[part], axis=0, return_inverse=True)
        kind_of = kind_of.reshape(-1)
        weight = np.bincount(kind_of, weights=t.units)
        centres = np.argsort(-weight, kind="stable")[:_GROUPS]
        both = kinds.astype(float) @ kinds[centres].T.astype(float)
        either = kinds.sum(axis=1)[:, None] + kinds[centres].sum(axis=1)[None, :] - both
        nearest = np.argmax(both / np.maximum(either, 1.0), axis=1)
        nearest[centres] = np.arange(len(centres))
        slices = max(1, _GROUPS // len(centres))  # more groups than kinds: patterns can be mixed more finely
        self.group_of = nearest[kind_of] * slices + part % slices
        _, self.group_of = np.unique(self.group_of, return_inverse=True)
        self.group_of = self.group_of.reshape(-1)
        self.groups = int(self.group_of.max()) + 1
        first = np.zeros(len(t.fees), dtype=np.int64)
        first[t.pool_of[::-1]] = t.row_of[t.pool_columns[::-1]]
        self.pool_group = self.group_of[first]

    def _parts(self) -> Any:
        """Return for each row the first of the rows that pools tie it to."""
        t = self.table
        root = list(range(len(t.units)))

        def find(row: int) -> int:
            while root[row] != row:
                root[row] = root[root[row]]
                row = root[row]
            return row

        first: dict[int, int] = {}
        for pool, column in zip(t.pool_of.tolist(), t.pool_columns.tolist(), strict=True):
            row = int(t.row_of[column])
            root[find(row)] = find(first.setdefault(pool, row))
        return self.np.asarray([find(row) for row in range(len(root))])

    # --------------------------------------------------------------------------------------------------------------- answers

    def ask(self, prices: Any) -> Answer:
        """Return the cheapest lane of each row, if a use of a coupling row is paid for at these prices."""
        t, np = self.table, self.np
        d = t.cost - np.bincount(t.j, weights=prices[t.i] * t.scaled, minlength=t.n)
        if not len(t.fees):
            least = np.minimum.reduceat(d, t.starts)
            return self._pattern(d, least, np.bincount(self.group_of, weights=least, minlength=self.groups))
        row = np.minimum.reduceat(np.where(t.pooled, np.inf, d), t.starts)
        row = np.where(np.isinf(row), np.minimum.reduceat(d, t.starts), row)
        saved = np.maximum(0.0, row[t.row_of[t.pool_columns]] - d[t.pool_columns])
        worth = np.bincount(t.pool_of, weights=saved, minlength=len(t.fees)) - t.fee
        bound = np.bincount(self.group_of, weights=row, minlength=self.groups)
        bound -= np.bincount(self.pool_group, weights=np.maximum(0.0, worth), minlength=self.groups)
        open_ones = d.copy()
        open_ones[t.pool_columns[worth[t.pool_of] <= 0]] = np.inf
        least = np.minimum.reduceat(open_ones, t.starts)
        stuck = np.isinf(least)  # rows that must go by some pool: by their cheapest
        open_ones = np.where(stuck[t.row_of], d, open_ones)
        return self._pattern(open_ones, np.minimum.reduceat(open_ones, t.starts), bound)

    def _pattern(self, d: Any, least: Any, bound: Any) -> Answer:
        t, np = self.table, self.np
        hits = np.flatnonzero(d == least[t.row_of])
        rows = t.row_of[hits]
        chosen = hits[np.concatenate([[True], rows[1:] != rows[:-1]])]
        shares = np.zeros(t.n)
        shares[chosen] = 1.0
        return Answer(bound, *self._told(shares), chosen)

    def _told(self, shares: Any) -> tuple[Any, Any]:
        """Return what each group costs, fees of its pools with it, and uses, with shares of rows on columns."""
        t, np = self.table, self.np
        uses = np.bincount(self.pair, weights=t.scaled * shares[t.j], minlength=self.groups * t.n_rows)
        cost = np.bincount(self.group_of[t.row_of], weights=t.cost * shares, minlength=self.groups)
        if len(t.fees):
            cost += np.bincount(self.pool_group, weights=t.fee * self._opened(shares), minlength=self.groups)
        return cost, uses.reshape(self.groups, t.n_rows)

    def _opened(self, shares: Any) -> Any:
        """Tell which pools shares of rows need open."""
        t, np = self.table, self.np
        return np.bincount(t.pool_of, weights=shares[t.pool_columns], minlength=len(t.fees)) > 0

    # ---------------------------------------------------------------------------------------------------------------- master

    def _open(self) -> None:
        """Make the programme: a row for each group (its patterns' parts make one), the coupling rows, lines below contracts."""
        t, np = self.table, self.np
        curves, apart, lines = t.n_curves, len(t.apart), [len(curve.pieces) + 2 for curve in t.problem.curves]
        self.at_spend, self.at_theta = curves, curves + apart
        self.at_slack = self.at_theta + curves
        self.first = width = self.at_slack + 2 * t.n_rows
        self.first_line = (self.groups + t.n_rows + np.concatenate([[0], np.cumsum(lines)])).astype(int)
        height = int(self.first_line[-1])
        coupling, line = self.groups + np.arange(t.n_rows), np.arange(self.groups + t.n_rows, height)
        made = Triplets(np)
        made.add(coupling[t.n_needs :], np.arange(self.at_theta), -1.0)
        made.add(coupling, self.at_slack + np.arange(t.n_rows), 1.0)
        made.add(coupling, self.at_slack + t.n_rows + np.arange(t.n_rows), -1.0)
        made.add(line, self.at_theta + np.repeat(np.arange(curves), lines), 1.0)
        cost, low, high = np.zeros(width), np.zeros(width), np.full(width, np.inf)
        cost[self.at_theta : self.at_slack], cost[self.at_slack :] = 1.0, self.penalty
        low[self.at_theta : self.at_slack] = -np.inf
        lower, upper = np.zeros(height), np.zeros(height)
        lower[: self.groups] = upper[: self.groups] = 1.0
        lower[self.groups : self.groups + t.n_needs], upper[self.groups : self.groups + t.n_needs] = t.need_low, t.need_high
        lower[line], upper[line] = -np.inf, np.inf
        self.highs = quiet(t.highspy)
        self.highs.setOptionValue("presolve", "off")
        self.highs.setOptionValue("simplex_strategy", _PRIMAL)
        self.highs.passModel(written(t, made, cost, (low, high), (lower, upper)))
        self.held: list[int] = []  # patterns in the programme, in its order
        self.charges: list[Charged | None] = [None] * curves
        self.duals: Any = None  # prices of groups and of coupling rows
        self._enter(range(len(self.cost)))

    def _enter(self, patterns: Sequence[int]) -> None:
        """Put patterns into the programme."""
        np = self.np
        starts, index, value = [], [], []
        count = 0
        for number in patterns:
            used = np.flatnonzero(self.uses[number])
            starts.append(count)
            index += [[self.origin[number][1]], self.groups + used]
            value += [[1.0], self.uses[number][used]]
            count += len(used) + 1
        if not starts:
            return
        k = len(starts)
        self.highs.addCols(
            k, np.asarray([self.cost[number] for number in patterns]), np.zeros(k), np.full(k, np.inf), count,
            np.asarray(starts, dtype=np.int32), np.concatenate(index).astype(np.int32), np.concatenate(value),
        )  # fmt: skip
        self.held += patterns

    def _take(self, source: tuple[Any, Any], cost: Any, uses: Any) -> None:
        """Take those patterns of groups that would make the present mix cheaper; all of them, before there is a mix."""
        np, first = self.np, len(self.cost)
        better = np.arange(self.groups)
        if self.duals is not None:
            better = np.flatnonzero(cost - uses @ self.duals[self.groups :] - self.duals[: self.groups] < -TINY)
        self.sources.append(source)
        self.cost += cost[better].tolist()
        self.uses += list(uses[better])
        self.origin += [(len(self.sources) - 1, group) for group in better.tolist()]
        self.wanted += [self.runs] * len(better)
        self._enter(range(first, len(self.cost)))

    def offer(self, shares: Any) -> None:
        """Take a plan, in shares of rows on columns, as patterns."""
        self.duals = None
        self._take((None, shares), *self._told(shares))

    def shares(self, mix: dict[int, float]) -> tuple[Any, Any]:
        """Return the shares of rows on columns that a mix of patterns comes to, and by how much each pool is open."""
        t, np = self.table, self.np
        by_source: dict[int, Any] = {}
        for number, part in mix.items():
            source, group = self.origin[number]
            by_source.setdefault(source, np.zeros(self.groups))[group] += part
        out, stocked = np.zeros(t.n), np.zeros(len(t.fees))
        for source, parts in by_source.items():
            prices, shares = self.sources[source]
            if shares is None:
                shares = np.zeros(t.n)
                shares[self.ask(prices).chosen] = 1.0
            out += shares * parts[self.group_of[t.row_of]]
            if len(t.fees):
                stocked += self._opened(shares) * parts[self.pool_group]
        return out, stocked

    def penalise(self, penalty: float) -> None:
        """Make broken limits dearer."""
        self.penalty = penalty
        self._open()

    def _trim(self) -> None:
        """Leave out patterns that have been of no use for longest."""
        if len(self.held) <= _MOST:
            return
        kept = sorted(sorted(range(len(self.cost)), key=lambda k: -self.wanted[k])[: int(_KEPT * _MOST)])
        for name in ("cost", "uses", "origin", "wanted"):
            everything = getattr(self, name)
            setattr(self, name, [everything[k] for k in kept])
        self._open()

    def _charge(self, charged: Sequence[Charged]) -> None:
        t, highs = self.table, self.highs
        for index, one in enumerate(charged):
            if one == self.charges[index]:
                continue
            self.charges[index] = one
            size = float(t.size[t.n_needs + index])
            highs.changeColBounds(index, one.low / size, one.high / size)
            for place, row in enumerate(range(int(self.first_line[index]), int(self.first_line[index + 1]))):
                if place >= len(one.lines):
                    highs.changeRowBounds(row, -math.inf, math.inf)
                    continue
                slope, base = one.lines[place]
                if one.share is None:
                    highs.changeCoeff(row, index, -slope * size / t.money)
                else:
                    spend = t.spend_row(index)
                    highs.changeCoeff(row, self.at_spend + t.apart.index(index), -one.share * float(t.size[spend]) / t.money)
                highs.changeRowBounds(row, base / t.money, math.inf)

    def _run(self) -> tuple[float, Any, Any] | None:
        """Run the solver; return value, columns and prices of the coupling rows."""
        t, highs, optimal = self.table, self.highs, self.table.highspy.HighsModelStatus.kOptimal
        highs.run()
        self.runs += 1
        t.solved += 1
        if highs.getModelStatus() != optimal:  # a warm start that went astray: once more from the beginning
            highs.clearSolver()
            highs.run()
            if highs.getModelStatus() != optimal:
                return None
        found = highs.getSolution()
        self.duals = self.np.asarray(found.row_dual)[: self.groups + t.n_rows]
        return float(highs.getObjectiveValue()) * t.money, self.np.asarray(found.col_value), self.duals[self.groups :]

    # ----------------------------------------------------------------------------------------------------------------- nodes

    def look(
        self, charged: Sequence[Charged], *, centre: Any | None = None, cutoff: float = math.inf, close: float = 1e-4,
        rounds: int = 60, until: Callable[[], bool] = lambda: False,
    ) -> Seen | None:  # fmt: skip
        """Bound a node and find its cheapest mix of patterns, to within `close`; stop where the bound reaches the cutoff.

        A node whose mix is surely below the cutoff cannot be closed: there less is enough. None if the solver gave up.
        """
        if not self.cost:
            self._begin(charged)
        self._trim()
        self._charge(charged)
        best, at, direct = -math.inf, centre, False
        if centre is not None:
            at = self.clean(centre, charged)
        for number in range(rounds):
            found = self._run()
            if found is None:
                return None
            value, columns, prices = found
            broken = float(columns[self.at_slack : self.first].sum())
            prices = self.clean(prices, charged)
            asked = prices if at is None or direct or not number else _SMOOTH * at + (1 - _SMOOTH) * prices
            answer = self.ask(asked)
            bound = self.bound(asked, answer, charged)
            self._take((asked, None), answer.cost, answer.uses)
            direct = bound <= best and not direct
            if bound > best:
                best, at = bound, asked
            if best >= cutoff or until() or self._near(value, best, broken, cutoff, close):
                break
        return self._seen(best, value, broken, columns, at)

    def _near(self, value: float, best: float, broken: float, cutoff: float, close: float) -> bool:
        """Tell whether a node's bound is near enough: a node that surely cannot be closed needs less."""
        if self.table.free:
            return broken <= WHOLE
        surely_open = value < cutoff < math.inf and broken <= WHOLE
        return value - best <= (5 * close if surely_open else close) * abs(value)

    def _begin(self, charged: Sequence[Charged]) -> None:
        """Take the first patterns: with contracts at their steepest and at their flattest line, limits for nothing."""
        t = self.table
        for end in (0, -1):
            prices = self.np.zeros(t.n_rows)
            for index, one in enumerate(charged):
                prices[t.n_needs + index] = -t.slope(index, one.lines[end][0])
            prices = self.clean(prices, charged)
            answer = self.ask(prices)
            self._take((prices, None), answer.cost, answer.uses)

    def clean(self, prices: Any, charged: Sequence[Charged]) -> Any:
        """Return prices with which the bound is finite: none for a side of a limit that is not there, spend at its share."""
        t, np = self.table, self.np
        out = prices.copy()
        needs = out[: t.n_needs]
        needs[np.isinf(np.where(needs > 0, t.need_low, t.need_high))] = 0.0
        for index in t.apart:
            out[t.spend_row(index)] = -t.share(index, charged[index].share or 0.0)
        return out

    def bound(self, prices: Any, answer: Answer, charged: Sequence[Charged]) -> float:
        """Return the bound: what rows cost at least, limits at their prices, contracts at the best volume for theirs."""
        t, np = self.table, self.np
        needs = prices[: t.n_needs]
        side = np.where(needs > 0, t.need_low, t.need_high)
        rest = float((needs * np.where(needs == 0, 0.0, side)).sum())
        for index, one in enumerate(charged):
            at = t.n_needs + index
            paid = -float(prices[at] / t.size[at]) * t.money
            rest += min(cost - paid * volume for volume, cost in one.corners) / t.money
        return (float(answer.least.sum()) + rest) * t.money

    def floor(self, charged: Sequence[Charged]) -> float:
        """Return the bound at no price of limits and volumes: each row by its cheapest lane, contracts at their least."""
        prices = self.clean(self.np.zeros(self.table.n_rows), charged)
        return self.bound(prices, self.ask(prices), charged)

    def _seen(self, bound: float, value: float, broken: float, columns: Any, prices: Any) -> Seen:
        t, np = self.table, self.np
        used = np.flatnonzero(columns[self.first :] > TINY).tolist()
        mix = {self.held[place]: float(columns[self.first + place]) for place in used if place < len(self.held)}
        for number in mix:
            self.wanted[number] = self.runs
        volume = columns[: t.n_curves] * t.size[t.n_needs : t.n_needs + t.n_curves]
        spend = columns[self.at_spend : self.at_theta] * t.size[t.n_needs + t.n_curves :]
        amounts = np.concatenate([np.zeros(t.n_needs), volume, spend])
        missing = t.missing(amounts, columns[self.at_theta : self.at_slack] * t.money)
        return Seen(bound, value, broken, volume, missing, prices, mix)


def possible(table: Table, charged: Sequence[Charged], until: Callable[[], bool] = lambda: False) -> bool | None:
    """Tell whether limits and ranges of volume can hold together in parts of units; None if that could not be settled.

    Costs count for nothing here: a bound above nothing proves that some limit is broken, whatever the plan.
    """
    proven = WHOLE * table.money
    seen = Master(table.freed(), penalty=1.0).look([one.freed() for one in charged], cutoff=proven, rounds=200, until=until)
    if seen is None or (seen.bound < proven and seen.broken > WHOLE):
        return None
    return seen.bound < proven
