"""The solver behind plans: branching on contract volumes, with bounds by decomposition.

Rows of demand are shared out over lanes; contracts cost a piecewise linear function of their volume (tiers, fees, minimum
volumes), limits are linear. A node of the search gives each contract a range of volume; within it the contract costs at least
the lower convex hull of its pieces. `Master` bounds a node and finds a mix of lanes for it, in parts of units. Priced as the
contracts really charge, and in whole units (`Rounding`), a mix is a plan: so there is one from the first second, and a bound.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, NamedTuple

from xbcommerce.logistics.decomposition import Master, Seen, possible
from xbcommerce.logistics.problem import TINY, WHOLE, Charged, Curve, Need, Piece, Problem, Span, Table, clipped
from xbcommerce.logistics.programmes import PENALTY, solved
from xbcommerce.logistics.rounding import Rounding

__all__ = ["Curve", "Need", "Piece", "Problem", "Solution", "Want", "minimise", "relax"]

_DEAR = 1e4
_FILTER = 120
_LITTLE = 1e-3
"""How much room a limit is given to see what it saves, as a share of what a lane uses of it on average."""
_PAGE = 5_000
"""Up to so many columns the last gap may be closed by whole-number programmes; beyond, it is told."""


@dataclass
class Solution:
    """Whole units on each column, and what is proven.

    Attributes:
        units: None if no plan was found.
        cost: of the plan, in floats.
        bound: no plan can cost less.
        prices: of the limits near the plan, at its tiers; None if they are not known.
        programmes: linear programmes solved.
        finished: False if neither the gap was closed nor the absence of a plan was proven.
    """

    units: list[int] | None
    cost: float
    bound: float
    prices: list[float] | None
    programmes: int
    finished: bool


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    spans: list[Span] = field(compare=False)
    seen: Seen = field(compare=False)


class Search:
    """Best bound first; every mix that promises a better plan is tried as one."""

    def __init__(
        self, problem: Problem, *, gap: float, seconds: float | None, effort: int | None,
        accept: Callable[[list[int]], bool] | None,
    ) -> None:  # fmt: skip
        self.table, self.problem = Table(problem), problem
        self.master = Master(self.table)
        self.gap = max(gap, TINY)
        self.close = max(0.05 * self.gap, TINY)
        self.accept = accept
        self.rounding = Rounding(self.table, self.master, accept, self.close)
        self.until = math.inf if seconds is None else perf_counter() + seconds
        self.effort = math.inf if effort is None else effort
        self.best: Any = None
        self.cost = math.inf
        self.dropped = math.inf
        self.contradicted = False
        self.heap: list[_Node] = []
        self.count = 0
        self.gains: dict[tuple[int, int], tuple[float, int]] = {}
        self.prices: list[float] | None = None

    def spent(self) -> bool:
        """Tell whether time or effort ran out."""
        return perf_counter() > self.until or self.table.solved >= self.effort

    @property
    def enough(self) -> float:
        """Return the bound from which a node need not be looked into."""
        return self.cost - self.gap * abs(self.cost) if self.best is not None else math.inf

    def offer(self, units: Any) -> None:
        """Take a plan that somebody else made, if it is better; its patterns are worth knowing anyhow."""
        self.master.offer(units / self.table.per_row)
        cost = self.table.price(units)
        if cost < self.cost:
            self.cost, self.best, self.prices = cost, units, None

    def run(self) -> Solution:
        """Search until the gap is closed or the time is over."""
        spans = self.table.whole_range()
        self.whole = spans
        root = self._look(spans, None)
        if root is not None and root.broken > WHOLE:
            root = self._mended(spans)
        if root is None:
            return self._unsearched()
        root = root._replace(bound=max(root.bound, self.master.floor(self.table.promised(spans))))
        self._try(root)
        self._push(root, spans, root.bound)
        self._climb()
        while self.heap and not self.spent():
            node = heapq.heappop(self.heap)
            if node.bound >= self.enough:
                self.dropped = min(self.dropped, node.bound)
                continue
            self._branch(node)
        bound = max(min([self.cost, self.dropped, *[node.bound for node in self.heap]]), root.bound)
        if self.best is None:  # every node was closed, none of them for want of time: there is no plan
            return Solution(None, math.inf, bound, None, self.table.solved, finished=bound == math.inf)
        finished = self.cost - bound <= self.gap * abs(self.cost) + TINY
        return Solution([int(number) for number in self.best], self.cost, bound, self._priced(), self.table.solved, finished)

    def _unsearched(self) -> Solution:
        """Answer where there is nothing to search: limits contradict each other, or time ran out before that was settled."""
        bound = self.master.floor(self.table.promised(self.whole))
        units = None if self.best is None else [int(number) for number in self.best]
        finished = self.contradicted and units is None
        return Solution(units, self.cost, bound, None, self.table.solved, finished)

    def _priced(self) -> list[float] | None:
        """Return the prices of limits at the tiers of the best plan, with the lanes whose sites it pays for."""
        table = self.table
        if not table.n_needs or self.spent() or (self.prices is not None and table.n > _PAGE):
            return self.prices
        charged = table.nearby(table.amounts(self.best)[table.n_needs : table.n_needs + table.n_curves], self.whole)
        allowed = table.np.ones(table.n, dtype=bool)
        if len(table.fees):
            used = table.np.bincount(table.pool_of, weights=self.best[table.pool_columns], minlength=len(table.fees)) > 0
            allowed[table.pool_columns] = used[table.pool_of]
        found = None if charged is None else solved(table, allowed, charged)
        if found is None or charged is None or found.broken > WHOLE:
            return None
        prices = [float(price) for price in found.prices[: table.n_needs]]
        return [self._with_room(index, price, found.value, allowed, charged) for index, price in enumerate(prices)]

    def _with_room(self, index: int, price: float, value: float, allowed: Any, charged: list[Charged]) -> float:
        """Return what a little more room for a limit saves: where several prices hold together the solver names any of them."""
        if not price or self.table.n > _PAGE or self.spent():
            return price
        table, room = copy(self.table), _LITTLE
        table.need_low, table.need_high = self.table.need_low.copy(), self.table.need_high.copy()
        table.need_low[index] -= room
        table.need_high[index] += room
        found = solved(table, allowed, charged)
        if found is None or found.broken > WHOLE:
            return price
        saved = max(0.0, value - found.value) / (room * float(table.size[index]))
        return price if abs(saved - abs(price)) <= 1e-3 * abs(price) else float(f"{saved:.6g}")

    def _mended(self, spans: list[Span]) -> Seen | None:
        """Begin where the programme as it is written is, if the known patterns break limits; None if there is no beginning."""
        charged = self.table.promised(spans)
        self.contradicted = possible(self.table, charged, self.spent) is False
        if self.contradicted or self.spent():
            return None
        everything = self.table.np.ones(self.table.n, dtype=bool)
        for penalty in (PENALTY, PENALTY * _DEAR):
            found = solved(self.table, everything, charged, penalty=penalty)
            if found is not None and found.broken <= WHOLE:
                self.master.offer(found.columns)
                self.master.penalise(penalty)
                return self._look(spans, None)
        found = solved(self.table, everything, charged, penalty=1.0, free=True)
        self.contradicted = found is not None and found.broken > WHOLE
        return None

    def _look(self, spans: list[Span], centre: Any) -> Seen | None:
        """Bound a node."""
        return self.master.look(
            self.table.promised(spans), centre=centre, cutoff=self.enough, close=self.close, until=self.spent
        )

    def _push(self, seen: Seen, spans: list[Span], bound: float) -> None:
        bound = max(bound, seen.bound)
        if bound >= self.enough:
            self.dropped = min(self.dropped, bound)
            return
        self.count += 1
        heapq.heappush(self.heap, _Node(bound, self.count, spans, seen._replace(mix={})))

    def _try(self, seen: Seen) -> bool:
        """Make a plan near a mix, if it may be better than the best by more than dust."""
        found = self.rounding.settle(seen.volume, self.whole, seen.prices, self.cost * (1 - 0.02 * self.gap), self.spent)
        if found is None or not found.cost < self.cost:
            return False
        self.cost, self.best = found.cost, found.units
        self.prices = [float(price) for price in found.prices]
        return True

    def _climb(self) -> None:
        """Move one contract at a time to a neighbouring tier, as long as that makes a better plan."""
        better = self.best is not None
        while better and not self.spent():
            better = False
            for index in range(len(self.problem.curves)):
                for step in (1, -1):
                    better |= self._moved(index, step)

    def _moved(self, index: int, step: int) -> bool:
        table, curve, span = self.table, self.problem.curves[index], self.whole[index]
        volume = table.amounts(self.best)[table.n_needs : table.n_needs + table.n_curves]
        at = table.at(index, float(volume[index]))
        if at is None or self.spent() or not span.first <= at + step <= span.last:
            return False
        piece = curve.pieces[at + step]
        spans = [*self.whole]
        spans[index] = Span(at + step, at + step, max(piece.low, span.low), min(piece.high, span.high))
        moved = volume.copy()
        moved[index] = (spans[index].low + spans[index].high) / 2
        found = self.rounding.settle(moved, spans, None, self.cost * (1 - 0.02 * self.gap), self.spent)
        if found is None or not found.cost < self.cost:
            return False
        self.cost, self.best, self.prices = found.cost, found.units, [float(price) for price in found.prices]
        return True

    def _branch(self, node: _Node) -> None:
        doubtful = self._doubtful(node.spans, node.seen, node.bound)
        if not doubtful:
            self._last(node)
            return
        index = max(doubtful, key=lambda k: self._promise(k, node))
        for side, span in enumerate(self._halves(index, node.spans[index], float(node.seen.volume[index]))):
            spans = [*node.spans]
            spans[index] = span
            seen = self._look(spans, node.seen.prices)
            if seen is None:
                self._push(node.seen, spans, node.bound)
                continue
            self._learn(index, side, node, seen)
            if seen.bound < self.enough and seen.broken <= WHOLE and seen.value + float(seen.missing.sum()) < self.cost:
                self._try(seen)
            self._push(seen, spans, node.bound)

    def _doubtful(self, spans: Sequence[Span], seen: Seen, bound: float) -> list[int]:
        """Return the contracts that really charge more than was promised, if their range can still be halved."""
        curves = self.problem.curves
        least = 1e-3 * self.gap * max(abs(bound), TINY) / max(1, len(curves))
        return [k for k in range(len(curves)) if len(clipped(curves[k], spans[k])) > 1 and seen.missing[k] > least]

    def _learn(self, index: int, side: int, node: _Node, seen: Seen) -> None:
        """Remember by how much the bound rose, for each unit of money that was missing, when a contract's range was halved."""
        total, count = self.gains.get((index, side), (0.0, 0))
        rise = max(0.0, min(seen.bound, self.cost) - node.bound) / float(node.seen.missing[index])
        self.gains[index, side] = total + rise, count + 1

    def _promise(self, index: int, node: _Node) -> float:
        """Return how much halving a contract's range promises: both halves should rise (pseudo-costs)."""
        missing, need = float(node.seen.missing[index]), max(self.enough - node.bound, TINY)
        if math.inf in (missing, need):
            return missing
        known = [total / count for total, count in self.gains.values()]
        usual = sum(known) / len(known) if known else 1.0
        worth = 1.0
        for side in (0, 1):
            total, count = self.gains.get((index, side), (0.0, 0))
            worth *= max(min((total + usual) / (count + 1) * missing, need), 1e-6 * need)
        return worth

    def _halves(self, index: int, span: Span, volume: float) -> list[Span]:
        """Return a range below and a range above the break next to a volume."""
        pieces = self.problem.curves[index].pieces
        inside = [k for k in range(span.first, span.last) if pieces[k].high >= span.low and pieces[k + 1].low <= span.high]
        at = min(inside, key=lambda k: abs((pieces[k].high + pieces[k + 1].low) / 2 - volume))
        below = span._replace(last=at, high=min(span.high, pieces[at].high))
        above = span._replace(first=at + 1, low=max(span.low, pieces[at + 1].low))
        return [half for half in (below, above) if half.low <= half.high]

    def _last(self, node: _Node) -> None:
        """Close what is left between shares and whole units, if the problem is small enough for it."""
        bound = node.bound
        exact = self.master.look(
            self.table.promised(node.spans),
            centre=node.seen.prices,
            cutoff=self.enough,
            close=0.2 * self.close,
            until=self.spent,
        )
        if exact is not None:
            bound = max(bound, exact.bound)
            if bound < self.enough and exact.broken <= WHOLE:
                self._try(exact)
            if bound < self.enough and self._doubtful(node.spans, exact, bound) and not self.spent():
                self._push(exact, node.spans, bound)
                return
        if bound < self.enough and self.table.n <= _PAGE and not self.spent():
            self._in_whole(node, bound)
            return
        self.dropped = min(self.dropped, bound)

    def _in_whole(self, node: _Node, bound: float) -> None:
        """Solve a node in whole units and whole pools: for small problems, where shares and units are far apart."""
        table = self.table
        left = min(60.0, self.until - perf_counter())
        charged, everything = table.promised(node.spans), table.np.ones(table.n, dtype=bool)
        found = solved(table, everything, charged, penalty=PENALTY * _DEAR, whole=(self.gap / 2, left))
        if found is not None and found.broken > WHOLE:  # is there a plan at all, whatever it costs?
            found = solved(
                table, everything, charged, penalty=1.0, free=True, whole=(0.0, min(60.0, self.until - perf_counter()))
            )
            if found is not None and found.bound > WHOLE * table.money:
                return
        if found is None or found.broken > WHOLE:
            self.dropped = min(self.dropped, bound)
            return
        bound = max(bound, found.bound)
        units = found.columns
        if self.accept is None or self.accept([int(number) for number in units]):
            cost = table.price(units)
            if cost < self.cost:
                self.cost, self.best, self.prices = cost, units, None
        amounts = table.amounts(units)
        volume = amounts[table.n_needs : table.n_needs + table.n_curves]
        true = node.seen._replace(volume=volume, missing=table.missing(amounts, found.theta))
        if bound < self.enough and self._doubtful(node.spans, true, bound):
            self._push(true, node.spans, bound)
            return
        self.dropped = min(self.dropped, bound)


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
        search.offer(search.table.np.asarray(units, dtype=float))
    return search.run()


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
    kept, limits = [want.name for want in wants], {need.name: need for need in problem.needs}
    for want in wants:
        rest = [name for name in kept if name != want.name]
        if want.name in limits and _contradict(replace(problem, needs=[limits[name] for name in rest if name in limits])):
            kept = rest
    return [want for want in wants if want.name in kept]


def _bounded(charged: Charged, top: float) -> bool:
    """Tell whether a contract has a least volume, or a most below what could be sent: others never stand in the way."""
    return charged.low > TINY or charged.high < top


def _contradict(problem: Problem) -> bool:
    table = Table(problem)
    settled = possible(table, table.promised(table.whole_range()))
    return bool(_wants(problem)) if settled is None else not settled


def _wants(problem: Problem) -> list[Want]:
    table = Table(problem)
    charged = [one.freed() for one in table.promised(table.whole_range())]
    found = solved(table, table.np.ones(table.n, dtype=bool), charged, penalty=1.0, free=True)
    if found is None:
        return []
    names = [need.name for need in problem.needs] + [curve.name for curve in problem.curves]
    wants = []
    for index, name in enumerate(names):
        if index >= table.n_needs and not _bounded(charged[index - table.n_needs], float(table.tops[index])):
            continue
        short, over = float(found.short[index]), float(found.over[index])
        if abs(float(found.prices[index]) * table.size[index] / table.money) > TINY or max(short, over) > WHOLE:
            wants.append(Want(name, max(short, over), over > short))
    return wants if found.broken > WHOLE else []
