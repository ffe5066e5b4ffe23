"""Assignments: as many orders served as servers can take, and those at least cost, each whole by one server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from xbcommerce.logistics.problem import tools
from xbcommerce.logistics.programmes import model, quiet

__all__ = ["Assignment", "assign"]


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
    columns = np.zeros(len(cost)), np.full(len(cost), np.inf)
    highs = quiet(highspy)
    highs.passModel(model(highspy, np, matrix, cost, columns, bounds))
    highs.run()
    solution = highs.getSolution()
    return np.asarray(solution.col_value), float(highs.getObjectiveValue()), np.asarray(solution.row_dual)
