"""From a mix of patterns to a plan in whole units: nearly all rows go one way already, the few that are split are settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from xbcommerce.logistics.decomposition import Master, Seen
from xbcommerce.logistics.problem import WHOLE, Charged, Span, Table
from xbcommerce.logistics.programmes import PENALTY, Found, integers, solved

__all__ = ["Made", "Rounding"]

_NEAR = 0.01
"""Lanes that cost a row so little more than its best, as a share, take part in settling."""
_SMALL = 5_000
"""Up to so many columns all take part."""
_MOVES = 6
_DEAR = 1e4


class Made(NamedTuple):
    """A plan: what it costs, its units on columns, and prices of limits near it."""

    cost: float
    units: Any
    prices: Any


class Rounding:
    """Makes plans of mixes."""

    def __init__(self, table: Table, master: Master, accept: Callable[[list[int]], bool] | None, close: float) -> None:
        self.table, self.master, self.accept, self.close = table, master, accept, close

    def settle(self, volume: Any, spans: list[Span], prices: Any, cutoff: float, until: Callable[[], bool]) -> Made | None:
        """Return the plan near volumes of contracts, at the tiers they reach; None if there is none below the cutoff."""
        seen, charged = None, self.table.nearby(volume, spans)
        for _ in range(_MOVES):
            if charged is None:
                return None
            seen = self.master.look(charged, centre=prices, cutoff=cutoff, close=0.4 * self.close, until=until)
            if seen is None or seen.bound >= cutoff or seen.broken > WHOLE:
                return None
            prices = seen.prices
            if float(seen.missing.sum()) > -0.1 * self.close * abs(seen.value):
                break  # no contract charges less for these volumes by another piece
            charged = self.table.nearby(seen.volume, spans) or charged
        return None if seen is None or charged is None else self._made(seen, charged)

    def _made(self, seen: Seen, charged: list[Charged]) -> Made | None:
        shares, stocked = self.master.shares(seen.mix)
        for least in (0.5, 1e-6):
            allowed = self._allowed(stocked, least)
            found = self._crossed(shares, allowed, seen.prices, charged)
            made = None if found is None else self._rounded(found, allowed)
            if found is not None and made is not None:
                return Made(*made, found.prices[: self.table.n_needs])
            if not len(self.table.fees):
                return None
        return None

    def _allowed(self, stocked: Any, least: float) -> Any:
        """Return the columns that may be used, if pools that are half open are opened or shut."""
        table, np = self.table, self.table.np
        allowed = np.ones(table.n, dtype=bool)
        if len(table.fees):
            allowed[table.pool_columns] = stocked[table.pool_of] >= least
            stuck = np.add.reduceat(allowed.astype(np.int64), table.starts) == 0
            allowed |= stuck[table.row_of]
        return allowed

    def _crossed(self, shares: Any, allowed: Any, prices: Any, charged: list[Charged]) -> Found | None:
        """Solve anew with the lanes that the mix uses or nearly does: in a corner hardly a row is split."""
        table, np = self.table, self.table.np
        d = table.cost - np.bincount(table.j, weights=prices[table.i] * table.scaled, minlength=table.n)
        d[~allowed] = np.inf
        least = np.minimum.reduceat(d, table.starts)
        for width, penalty in ((_NEAR, PENALTY), (8 * _NEAR, PENALTY), (8 * _NEAR, PENALTY * _DEAR)):
            near = d <= (least + width * table.row_money)[table.row_of]
            working = allowed if table.n <= _SMALL else allowed & ((shares > WHOLE) | near)
            found = solved(table, working, charged, penalty=penalty)
            if found is not None and found.broken <= WHOLE:
                return found
        return None

    def _rounded(self, found: Found, allowed: Any) -> tuple[float, Any] | None:
        """Settle the split rows by a small whole-number programme; free more rows, or shrink the limits, if it must be."""
        table, np = self.table, self.table.np
        wanted = found.columns * table.per_row
        near = np.rint(wanted)
        split = np.zeros(len(table.units), dtype=bool)
        split[table.row_of[np.abs(wanted - near) > WHOLE * np.maximum(1.0, table.per_row)]] = True
        split |= np.add.reduceat(near, table.starts) != table.units
        for more, shrink in ((20, 0.0), (20, 1e-9), (200, 1e-7), (2000, 1e-6)):
            free = self._freed(split, min(more, len(split)))
            units = self._whole(near, free, found, allowed, shrink)
            if units is not None and (self.accept is None or self.accept([int(number) for number in units])):
                return table.price(units), units
            if free.all() and shrink:
                break
        return None

    def _freed(self, split: Any, more: int) -> Any:
        """Return the rows to settle: the split ones and some small ones that are used to make ends meet."""
        table, np = self.table, self.table.np
        free = split.copy()
        counts = np.diff(np.append(table.starts, table.n))
        spare = np.flatnonzero(~split & (counts > 1))
        order = spare[np.argsort(table.units[spare], kind="stable")]
        free[order[:: max(1, len(order) // max(more, 1))][:more]] = True
        return free

    def _whole(self, near: Any, free: Any, found: Found, allowed: Any, shrink: float) -> Any | None:
        table, np = self.table, self.table.np
        loose = free[table.row_of]
        fixed = np.where(loose, 0.0, near)
        columns = np.flatnonzero(loose & allowed)
        place = np.full(table.n, -1)
        place[columns] = np.arange(len(columns))
        settled = table.amounts(fixed)
        low, high, slopes = self._bounds(table.amounts(found.columns * table.per_row), shrink)
        mine = (place[table.j] >= 0) & (table.a != 0)
        i, j, a = table.i[mine], table.j[mine], table.a[mine]
        cost = table.unit_cost[columns].copy()
        np.add.at(cost, place[j], slopes[i] * a)
        rows = np.flatnonzero(free)
        renamed = np.full(len(free), -1)
        renamed[rows] = np.arange(len(rows))
        bounded = np.flatnonzero((low > -np.inf) | (high < np.inf))
        coupled = np.full(table.n_rows, -1)
        coupled[bounded] = len(rows) + np.arange(len(bounded))
        kept = coupled[i] >= 0
        r = np.concatenate([renamed[table.row_of[columns]], coupled[i[kept]]])
        c = np.concatenate([np.arange(len(columns)), place[j[kept]]])
        v = np.concatenate([np.ones(len(columns)), a[kept]])
        lower = np.concatenate([table.units[rows], low[bounded] - settled[bounded]])
        upper = np.concatenate([table.units[rows], high[bounded] - settled[bounded]])
        if not len(columns):
            return fixed if not len(rows) and bool(np.all((lower <= 0) & (upper >= 0))) else None
        dust = 0.4 * self.close * abs(found.value)
        whole = integers(table, (r, c, v), cost, (lower, upper), table.per_row[columns], enough=dust)
        if whole is None:
            return None
        units = fixed.copy()
        units[columns] = whole
        return units

    def _bounds(self, amounts: Any, shrink: float) -> tuple[Any, Any, Any]:
        """Return what limits and contracts (each within its present piece) leave, and what a unit of each costs there."""
        table, np, problem = self.table, self.table.np, self.table.problem
        low, high = np.full(table.n_rows, -np.inf), np.full(table.n_rows, np.inf)
        slopes = np.zeros(table.n_rows)
        for index, need in enumerate(problem.needs):
            low[index] = need.low + shrink * abs(need.low) if need.low > -np.inf else -np.inf
            high[index] = need.high - shrink * abs(need.high) if need.high < np.inf else np.inf
        for index, curve in enumerate(problem.curves):
            at = table.n_needs + index
            number = table.near(index, float(amounts[at])) or 0
            piece = curve.pieces[number]
            jumps_down = number > 0 and curve.pieces[number - 1].at_high > piece.at_low
            low[at] = piece.low + (shrink * abs(piece.low) if jumps_down else 0.0)
            high[at] = piece.high
            slopes[table.spend_row(index) if index in table.apart else at] = piece.slope
        return low, high, slopes
