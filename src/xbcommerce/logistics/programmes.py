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
    return _Plain(table, working, charged, whole).solve(penalty, free=free)


class _Plain:
    """Columns: shares (or units) of rows, pools, contracts' volumes, spends, costs, and what breaks limits either way.

    Rows: demand, coupling rows, pools' links, lines below contracts' costs.
    """

    def __init__(self, table: Table, working: Any, charged: Sequence[Charged], whole: tuple[float, float] | None) -> None:
        np = table.np
        self.table, self.charged, self.whole = table, charged, whole
        self.fixed, self.columns, self.rows, self.place = _settled(table, working, all_rows=whole is not None)
        self.pools = len(table.fees) if whole else 0
        self.n, self.m = len(self.columns), len(self.rows)
        self.at_volume = self.n + self.pools
        self.at_spend = self.at_volume + table.n_curves
        self.at_theta = self.at_spend + len(table.apart)
        self.at_slack = self.at_theta + table.n_curves
        self.width = self.at_slack + 2 * table.n_rows
        self.links = np.flatnonzero(self.place[table.pool_columns] >= 0) if self.pools else np.zeros(0, dtype=np.int64)
        self.coupling = self.m + np.arange(table.n_rows)
        self.first_link = self.m + table.n_rows
        first_line = self.first_link + len(self.links)
        self.lines = np.cumsum([first_line, *[len(one.lines) for one in charged]])

    def solve(self, penalty: float, *, free: bool) -> Found | None:
        """Write it down, run the solver, and read the answer."""
        table, highs, kinds = self.table, quiet(self.table.highspy), None
        made, cost, (low, high) = self._matrix(), self._costs(penalty, free=free), self._column_bounds()
        if self.whole:  # columns of shares become columns of units
            kinds = self._in_units(made, cost)
            for name, value in (
                ("mip_rel_gap", self.whole[0]), ("time_limit", max(self.whole[1], 0.01)), ("mip_feasibility_tolerance", 1e-9),
            ):  # fmt: skip
                highs.setOptionValue(name, value)
        highs.passModel(written(table, made, cost, (low, high), self._row_bounds(), kinds))
        highs.run()
        table.solved += 1
        info = highs.getInfo()
        if info.primal_solution_status != table.highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return self._found(highs, 0.0 if free else float(table.cost @ self.fixed))

    def _matrix(self) -> Triplets:
        table, np = self.table, self.table.np
        mine = self.place[table.j] >= 0
        renamed = np.full(len(table.units), -1)
        renamed[self.rows] = np.arange(self.m)
        links = self.first_link + np.arange(len(self.links))
        made = Triplets(np)
        made.add(renamed[table.row_of[self.columns]], np.arange(self.n), 1.0)
        made.add(self.m + table.i[mine], self.place[table.j[mine]], table.scaled[mine])
        made.add(self.coupling[table.n_needs :], np.arange(self.at_volume, self.at_theta), -1.0)
        made.add(self.coupling, self.at_slack + np.arange(table.n_rows), 1.0)
        made.add(self.coupling, self.at_slack + table.n_rows + np.arange(table.n_rows), -1.0)
        made.add(links, self.place[table.pool_columns[self.links]], -1.0)
        made.add(links, self.n + table.pool_of[self.links], 1.0)
        for index, one in enumerate(self.charged):
            for row, (slope, _) in enumerate(one.lines, int(self.lines[index])):
                made.add([row], [self.at_theta + index], 1.0)
                if one.share is None:
                    made.add([row], [self.at_volume + index], -table.slope(index, slope))
                else:
                    made.add([row], [self.at_spend + table.apart.index(index)], -table.share(index, one.share))
        return made

    def _costs(self, penalty: float, *, free: bool) -> Any:
        table = self.table
        cost = table.np.zeros(self.width)
        if not free:
            cost[: self.n], cost[self.at_theta : self.at_slack] = table.cost[self.columns], 1.0
            cost[self.n : self.at_volume] = table.fee[: self.pools]
        cost[self.at_slack :] = penalty
        return cost

    def _column_bounds(self) -> tuple[Any, Any]:
        table, np = self.table, self.table.np
        low, high = np.zeros(self.width), np.full(self.width, np.inf)
        for index, one in enumerate(self.charged):
            size = table.size[table.n_needs + index]
            low[self.at_volume + index], high[self.at_volume + index] = one.low / size, one.high / size
        low[self.at_theta : self.at_slack] = -np.inf
        high[self.n : self.at_volume] = 1.0
        if self.whole:
            high[: self.n] = table.per_row[self.columns]
        return low, high

    def _row_bounds(self) -> tuple[Any, Any]:
        table, np = self.table, self.table.np
        height = int(self.lines[-1])
        lower, upper = np.zeros(height), np.full(height, np.inf)
        lower[: self.m] = upper[: self.m] = 1.0
        settled = np.bincount(table.i, weights=table.scaled * self.fixed[table.j], minlength=table.n_rows)
        lower[self.coupling] = upper[self.coupling] = -settled
        lower[self.m : self.m + table.n_needs] += table.need_low
        upper[self.m : self.m + table.n_needs] += table.need_high
        bases = [base / table.money for one in self.charged for _, base in one.lines]
        lower[int(self.lines[0]) :] = bases
        return lower, upper

    def _in_units(self, made: Triplets, cost: Any) -> list[Any]:
        table, kind = self.table, self.table.highspy.HighsVarType
        units = table.np.concatenate([table.per_row[self.columns], table.np.ones(self.width - self.n)])
        made.values = [value / units[column] for value, column in zip(made.values, made.columns, strict=True)]
        cost /= units
        return [kind.kInteger] * self.at_volume + [kind.kContinuous] * (self.width - self.at_volume)

    def _found(self, highs: Any, settled: float) -> Found:
        table, np, info, solution = self.table, self.table.np, highs.getInfo(), highs.getSolution()
        x = np.asarray(solution.col_value)
        out = self.fixed * table.per_row if self.whole else self.fixed.copy()
        out[self.columns] = np.rint(x[: self.n]) if self.whole else np.clip(x[: self.n], 0.0, 1.0)
        slack = x[self.at_slack :] * np.concatenate([table.size, table.size])
        value = (float(info.objective_function_value) + settled) * table.money
        bound, prices = value, np.zeros(table.n_rows)
        if self.whole:
            bound = (float(info.mip_dual_bound) + settled) * table.money
        else:
            prices = np.asarray(solution.row_dual)[self.coupling] * table.money / table.size
        theta = x[self.at_theta : self.at_slack] * table.money
        return Found(
            value, bound, out, slack[: table.n_rows], slack[table.n_rows :], float(x[self.at_slack :].sum()), theta, prices
        )


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
