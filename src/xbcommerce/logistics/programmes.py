"""Linear and whole-number programmes as the solver takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from xbcommerce.logistics.problem import Charged, Table

__all__ = ["PENALTY", "Found", "Triplets", "integers", "quiet", "solved", "written"]

PENALTY = 20.0
"""Price at which limits may be broken while lanes or patterns are still missing; costs and uses are scaled to about one."""


class Triplets:
    """A sparse matrix in the making."""

    def __init__(self, np: Any) -> None:
        self.np = np
        self.rows: list[Any] = []
        self.columns: list[Any] = []
        self.values: list[Any] = []

    def add(self, rows: Any, columns: Any, values: Any) -> None:
        """Add entries; one value may stand for all."""
        self.rows.append(rows)
        self.columns.append(columns)
        self.values.append(self.np.broadcast_to(self.np.asarray(values, dtype=float), self.np.shape(rows)))

    def joined(self) -> tuple[Any, Any, Any]:
        """Return rows, columns and values."""
        join = self.np.concatenate
        return join(self.rows).astype(self.np.int64), join(self.columns).astype(self.np.int64), join(self.values)


def written(table: Table, made: Triplets, cost: Any, columns: tuple[Any, Any], rows: tuple[Any, Any], kinds: Any = None) -> Any:
    """Return a programme from triplets, costs, and bounds of columns and rows."""
    np, highspy = table.np, table.highspy
    return model(highspy, np, made.joined(), cost, columns, rows, kinds)


def model(
    highspy: Any, np: Any, matrix: tuple[Any, Any, Any], cost: Any, columns: tuple[Any, Any], rows: tuple[Any, Any],
    kinds: Any = None,
) -> Any:  # fmt: skip
    """Return a programme from (rows, columns, values), costs, and bounds of columns and rows."""
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


class Found(NamedTuple):
    """An answer of the programme of rows and columns.

    Attributes:
        value: in money.
        bound: the solver's, where units are whole; else the value.
        columns: shares of rows on columns; whole units where units are whole.
        short, over: by how much each coupling row is missed, in its own measure.
        broken: the sum of these, in parts of the rows' sizes.
        theta: what contracts were taken to cost.
        prices: of limits and volumes: what a unit more of them would save.
    """

    value: float
    bound: float
    columns: Any
    short: Any
    over: Any
    broken: float
    theta: Any
    prices: Any


def solved(
    table: Table, working: Any, charged: Sequence[Charged], *, penalty: float = PENALTY, free: bool = False,
    whole: tuple[float, float] | None = None,
) -> Found | None:  # fmt: skip
    """Solve the programme of rows and columns as it is written, for the working columns.

    Args:
        table: the problem.
        working: the columns that may be used; a row with one of them is fixed.
        charged: what contracts cost.
        penalty: price of breaking a limit.
        free: costs count for nothing, only broken limits do.
        whole: gap and seconds, for an answer in whole units that pays the fees of pools; else fees are left out.
    """
    np = table.np
    fixed, columns, rows, place = _settled(table, working, all_rows=whole is not None)
    pools = len(table.fees) if whole else 0
    n, m, curves = len(columns), len(rows), table.n_curves
    at_volume = n + pools
    at_spend, at_theta = at_volume + curves, at_volume + curves + len(table.apart)
    at_slack = at_theta + curves
    width = at_slack + 2 * table.n_rows
    links = np.flatnonzero(place[table.pool_columns] >= 0) if pools else np.zeros(0, dtype=np.int64)
    row_line = m + table.n_rows + len(links)
    lines = np.cumsum([row_line] + [len(one.lines) for one in charged])
    mine, coupling = place[table.j] >= 0, m + np.arange(table.n_rows)
    renamed = np.full(len(table.units), -1)
    renamed[rows] = np.arange(m)
    made = Triplets(np)
    made.add(renamed[table.row_of[columns]], np.arange(n), 1.0)
    made.add(m + table.i[mine], place[table.j[mine]], table.scaled[mine])
    made.add(coupling[table.n_needs :], np.arange(at_volume, at_theta), -1.0)
    made.add(coupling, at_slack + np.arange(table.n_rows), 1.0)
    made.add(coupling, at_slack + table.n_rows + np.arange(table.n_rows), -1.0)
    made.add(m + table.n_rows + np.arange(len(links)), place[table.pool_columns[links]], -1.0)
    made.add(m + table.n_rows + np.arange(len(links)), n + table.pool_of[links], 1.0)
    cost, low, high = np.zeros(width), np.zeros(width), np.full(width, np.inf)
    lower, upper = np.zeros(int(lines[-1])), np.full(int(lines[-1]), np.inf)
    for index, one in enumerate(charged):
        size, spend = float(table.size[table.n_needs + index]), table.spend_row(index) if one.share is not None else -1
        low[at_volume + index], high[at_volume + index] = one.low / size, one.high / size
        for row, (slope, base) in enumerate(one.lines, int(lines[index])):
            made.add([row], [at_theta + index], 1.0)
            if one.share is None:
                made.add([row], [at_volume + index], -slope * size / table.money)
            else:
                made.add([row], [at_spend + table.apart.index(index)], -one.share * float(table.size[spend]) / table.money)
            lower[row] = base / table.money
    if not free:
        cost[:n], cost[at_theta:at_slack] = table.cost[columns], 1.0
        cost[n:at_volume] = table.fee[:pools]
    cost[at_slack:] = penalty
    low[at_theta:at_slack] = -np.inf
    high[n:at_volume] = 1.0
    settled = np.bincount(table.i, weights=table.scaled * fixed[table.j], minlength=table.n_rows)
    lower[:m] = upper[:m] = 1.0
    lower[coupling], upper[coupling] = -settled, -settled
    lower[m : m + table.n_needs] += table.need_low
    upper[m : m + table.n_needs] += table.need_high
    if whole:
        units = np.concatenate([table.per_row[columns], np.ones(width - n)])
        high[:n] = table.per_row[columns]
    highs = quiet(table.highspy)
    kinds = None
    if whole:  # columns of shares become columns of units
        kind = table.highspy.HighsVarType
        kinds = [kind.kInteger] * at_volume + [kind.kContinuous] * (width - at_volume)
        made.values = [value / units[column] for value, column in zip(made.values, made.columns, strict=True)]
        cost = cost / units
        for name, value in (
            ("mip_rel_gap", whole[0]),
            ("time_limit", max(whole[1], 0.01)),
            ("mip_feasibility_tolerance", 1e-9),
        ):
            highs.setOptionValue(name, value)
    highs.passModel(written(table, made, cost, (low, high), (lower, upper), kinds))
    highs.run()
    table.solved += 1
    info, settled_cost = highs.getInfo(), 0.0 if free else float(table.cost @ fixed)
    if info.primal_solution_status != table.highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    solution = highs.getSolution()
    x = np.asarray(solution.col_value)
    out = fixed * table.per_row if whole else fixed.copy()
    out[columns] = np.rint(x[:n]) if whole else np.clip(x[:n], 0.0, 1.0)
    slack = x[at_slack:] * np.concatenate([table.size, table.size])
    value = (float(info.objective_function_value) + settled_cost) * table.money
    bound = (float(info.mip_dual_bound) + settled_cost) * table.money if whole else value
    prices = np.zeros(table.n_rows) if whole else np.asarray(solution.row_dual)[coupling] * table.money / table.size
    return Found(
        value, bound, out, slack[: table.n_rows], slack[table.n_rows :], float(x[at_slack:].sum()),
        x[at_theta:at_slack] * table.money, prices,
    )  # fmt: skip


def _settled(table: Table, working: Any, *, all_rows: bool) -> tuple[Any, Any, Any, Any]:
    """Fix rows with one working column; return what is fixed, the free columns and rows, and each column's place."""
    np = table.np
    counts = np.add.reduceat(working.astype(np.int64), table.starts)
    free = counts > (0 if all_rows else 1)
    loose = free[table.row_of]
    columns = np.flatnonzero(working & loose)
    place = np.full(table.n, -1)
    place[columns] = np.arange(len(columns))
    return (working & ~loose).astype(float), columns, np.flatnonzero(free), place


def integers(
    table: Table, matrix: tuple[Any, Any, Any], cost: Any, bounds: tuple[Any, Any], tops: Any, *, enough: float = 0.0,
    seconds: float = 2.0,
) -> Any | None:  # fmt: skip
    """Solve a small whole-number programme: return columns from 0 to their tops, or None."""
    np, highspy = table.np, table.highspy
    columns = np.zeros(len(cost)), np.asarray(tops, dtype=float)
    highs = quiet(highspy)
    for name, value in (
        ("mip_abs_gap", max(enough, 1e-6)), ("time_limit", seconds), ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
    ):  # fmt: skip
        highs.setOptionValue(name, value)
    highs.passModel(model(highspy, np, matrix, cost, columns, bounds, [highspy.HighsVarType.kInteger] * len(cost)))
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.rint(np.asarray(highs.getSolution().col_value))
