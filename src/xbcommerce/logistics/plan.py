"""Plans: which lane serves which SKU in which market, at the least cost that contracts and limits allow.

Where nothing couples the rows, the cheapest lane of each is the answer, and no solver is needed. Where tiers, capacities and
service levels do, `solve` finds a plan and a bound. Either way the plan is in whole units, priced exactly as the contracts
charge, and checked by code that did not make it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from math import ceil, floor, gcd, inf, lcm
from typing import Literal, NamedTuple

from pydantic import computed_field

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Amount, Answer, Explanation, Result
from xbcommerce.logistics.checking import Checked, check
from xbcommerce.logistics.network import (
    MEASURES,
    Contract,
    Demand,
    LaneOption,
    Limit,
    Network,
    Stretch,
    demands,
    one_currency,
    rounded,
    share,
)
from xbcommerce.logistics.problem import WHOLE
from xbcommerce.logistics.solve import Curve, Need, Piece, Problem, Solution, Want, minimise, relax
from xbcommerce.money import Money

__all__ = ["Conflict", "ContractUse", "LimitUse", "Plan", "PlanLine", "Shift", "Today", "Total", "plan"]


# ------------------------------------------------------------------------------------------------------------------- result


class PlanLine(Result):
    """Units of a SKU for a market by one lane; `cost` is before contracts' discounts."""

    sku: str
    market: str
    lane: str
    units: int
    cost: Amount
    days: Decimal | None = None


class Total(Result):
    """What a lane, a market, or a kind of cost comes to, before contracts' discounts."""

    name: str
    units: int
    cost: Amount


class ContractUse(Result):
    """A contract in the plan.

    Attributes:
        volume: in the contract's measure.
        tier: reached; 0 is the first.
        list_cost, paid: at list price, and as charged (fees and shortfalls in it).
        to_next: volume that is missing to the next tier.
        next_saves: what the next tier would save on the present volume, were it reached (all-units tiers).
        edge: what a unit of volume less would cost more, where the plan stands exactly on a tier's edge.
    """

    name: str
    by: str
    volume: Decimal
    tier: int
    list_cost: Amount
    paid: Amount
    to_next: Decimal | None = None
    next_saves: Amount | None = None
    edge: Amount | None = None


class LimitUse(Result):
    """A limit in the plan.

    Attributes:
        used: the sum or average that is bounded.
        binding: whether there is nothing to spare (to a thousandth).
        price: what one more unit of room would save near the plan, at its tiers (of an average: one more for each unit that is
            counted); None if it does not bind, or is not known.
        costs: what the limit costs as a whole, by planning without it; None unless asked for.
    """

    id: str
    used: Decimal
    at_most: Decimal | None
    at_least: Decimal | None
    binding: bool
    price: Amount | None = None
    costs: Amount | None = None


class Shift(Result):
    """A part of the difference between two plans."""

    name: str
    before: Amount
    after: Amount


class Today(Result):
    """Today's mix, priced and checked like the plan: `saved` is what the plan saves, `parts` tell where."""

    cost: Amount | None
    saved: Amount | None
    breaks: tuple[str, ...]
    days: Decimal | None
    parts: tuple[Shift, ...] = ()


class Conflict(Result):
    """Why there is no plan.

    Attributes:
        rows: rows without a lane, with the reasons.
        limits: the limits that cannot hold together; without any one of them there would be a plan.
        changes: the least change found that makes a plan possible, by limit.
        text: all of it in sentences.
    """

    rows: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    text: str


class Plan(Answer):
    """The answer.

    Attributes:
        status: "optimal" (to the gap asked for), "stopped" (before that; see `gap`) or "infeasible" (see `conflict`).
        cost: of the whole plan, exact; None without a plan: infeasible, or stopped before one was found.
        bound: no plan can cost less.
        gap: how far the plan may be from the best, as a share of its cost.
        revenue_share: cost as a share of revenue, where all revenues are known.
        days: average over units, where all are known.
        split: rows that more than one lane serves.
        stocked: SKUs by site.
    """

    status: Literal["optimal", "stopped", "infeasible"]
    currency: str
    units: int
    cost: Amount | None = None
    bound: Amount | None = None
    gap: Decimal | None = None
    cost_per_unit: Amount | None = None
    revenue_share: Decimal | None = None
    days: Decimal | None = None
    lines: tuple[PlanLine, ...] = ()
    lanes: tuple[Total, ...] = ()
    markets: tuple[Total, ...] = ()
    parts: tuple[Total, ...] = ()
    contracts: tuple[ContractUse, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    fees: Amount | None = None
    stocked: Mapping[str, tuple[str, ...]] = {}
    split: tuple[str, ...] = ()
    today: Today | None = None
    conflict: Conflict | None = None
    warnings: tuple[str, ...] = ()
    programmes: int = 0

    @property
    def mix(self) -> Mapping[tuple[str, str, str], int]:
        """Units by SKU, market and lane: what `check` reads."""
        return {(line.sku, line.market, line.lane): line.units for line in self.lines}

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """How the plan's cost comes about, what binds it, and what was assumed."""
        from xbcommerce.logistics.plan_wording import explanation

        return explanation(self)

    def explain(self) -> Explanation:
        """Return the explanation: print it, or render it as Markdown or HTML."""
        return self.explanation


# ------------------------------------------------------------------------------------------------------------------ columns


class Column(NamedTuple):
    """A row on a lane that it may use."""

    row: int
    option: LaneOption


class _Table(NamedTuple):
    """Demand and network as the solver reads them, with exact figures beside."""

    rows: tuple[Demand, ...]
    network: Network
    columns: list[Column]
    starts: list[int]
    needs: list[tuple[Limit, list[int], list[Fraction], Fraction | None, Fraction | None]]
    under: list[tuple[Contract, list[int], list[Fraction], list[Fraction]]]
    pools: list[tuple[str, str, Fraction, list[int]]]
    currency: str
    barred: dict[int, list[str]]
    warnings: list[str]

    def mix(self, units: Sequence[int]) -> dict[tuple[str, str, str], int]:
        """Return units on columns as a mix."""
        return {
            (self.rows[column.row].sku, self.rows[column.row].market, column.option.lane): number
            for column, number in zip(self.columns, units, strict=True)
            if number
        }

    def keeps(self, units: Sequence[int]) -> bool:
        """Tell, exactly, whether limits and contracts allow these units."""
        for _, columns, uses, low, high in self.needs:
            total = sum((use * units[column] for column, use in zip(columns, uses, strict=True) if units[column]), Fraction(0))
            if (low is not None and total < low) or (high is not None and total > high):
                return False
        for contract, columns, volumes, _ in self.under:
            volume = sum((use * units[c] for c, use in zip(columns, volumes, strict=True) if units[c]), Fraction(0))
            if contract.stretch(volume) is None:
                return False
        return True


def _table(rows: tuple[Demand, ...], network: Network) -> _Table:
    _known_names(rows, network)
    each = [limit for limit in network.limits if limit.each]
    summed = [limit for limit in network.limits if not limit.each]
    table = _Table(rows, network, [], [0], [], [], [], _currency(rows, network), {}, [])
    scopes = _Scopes(summed, rows)
    needs: list[tuple[list[int], list[Fraction]]] = [([], []) for _ in summed]
    under: dict[str, tuple[Contract, list[int], list[Fraction], list[Fraction]]]
    under = {one.name: (one, [], [], []) for one in network.contracts}
    sites = {site.name: site for site in network.sites}
    pools: dict[tuple[str, str], tuple[Fraction, list[int]]] = {}
    for index, row in enumerate(rows):
        for option in row.lanes:
            counted = scopes.of(row, option)
            reason = _reason(row, option, each, counted, network.contracts)
            if reason:
                table.barred.setdefault(index, []).append(f"{option.lane}: {reason}")
                continue
            column = len(table.columns)
            table.columns.append(Column(index, option))
            for place, use in counted:
                if use:
                    needs[place][0].append(column)
                    needs[place][1].append(Fraction(use))
            for name, money in option.under.items():
                if name in under:
                    one, columns, volumes, spends = under[name]
                    columns.append(column)
                    volumes.append(Fraction(one.counts(option) or 0))
                    spends.append(Fraction(money.amount))
            site = sites.get(option.site) if option.site else None
            fee = site.of(row.sku) if site else None
            if option.site and fee is not None and fee.amount:
                pools.setdefault((option.site, row.sku), (Fraction(fee.amount), []))[1].append(column)
        table.starts.append(len(table.columns))
    for limit, (columns, uses) in zip(summed, needs, strict=True):
        whole = scopes.units[limit.id] if limit.average else 1
        low, high = (None if bound is None else Fraction(bound) * whole for bound in (limit.at_least, limit.at_most))
        table.needs.append((limit, columns, uses, low, high))
    table.warnings.extend(_not_given(rows, network))
    table.under.extend(under.values())
    table.pools.extend((site, sku, fee, columns) for (site, sku), (fee, columns) in pools.items())
    return table


class _Scopes:
    """Which limits count a row's lane: looked up by market and lane, where no limit names SKUs."""

    def __init__(self, limits: Sequence[Limit], rows: Sequence[Demand]) -> None:
        self.limits = list(enumerate(limits))
        self.found: dict[tuple[str, str], list[tuple[int, Limit]]] = {}
        by_market: dict[str, int] = {}
        for row in rows:
            by_market[row.market] = by_market.get(row.market, 0) + row.units
        self.units = {
            limit.id: sum(row.units for row in rows if limit.covers(row.sku, row.market))
            if limit.skus
            else sum(units for market, units in by_market.items() if not limit.markets or market in limit.markets)
            for limit in limits
            if limit.average
        }

    def of(self, row: Demand, option: LaneOption) -> list[tuple[int, Decimal | None]]:
        """Return the limits that count a row's lane, with what a unit counts."""
        key = (row.market, option.lane)
        if key not in self.found:
            self.found[key] = [
                (place, limit)
                for place, limit in self.limits
                if (not limit.markets or row.market in limit.markets) and (not limit.lanes or option.lane in limit.lanes)
            ]
        return [
            (place, option.measure(limit.measure))
            for place, limit in self.found[key]
            if not limit.skus or row.sku in limit.skus
        ]


def _reason(
    row: Demand, option: LaneOption, each: Sequence[Limit], counted: Iterable[tuple[int, Decimal | None]],
    contracts: Sequence[Contract],
) -> str:  # fmt: skip
    """Return why a row cannot use a lane; empty if it can. What is not known bars a lane: it is never taken as nothing."""
    if option.barred:
        return option.barred
    for limit in each:
        if limit.covers(row.sku, row.market) and (not limit.lanes or option.lane in limit.lanes):
            value = option.measure(limit.measure)
            if value is None:
                return f"{limit.measure} not known ({limit.id})"
            if (limit.at_most is not None and value > limit.at_most) or (limit.at_least is not None and value < limit.at_least):
                return f"{limit.measure} {value}, limit {limit.id}"
    if any(use is None for _, use in counted):
        return "a measure that a limit counts is not known"
    for contract in contracts:
        if contract.name in option.under and contract.counts(option) is None:
            return f"{contract.by} not known ({contract.name})"
    return ""


def _not_given(rows: Sequence[Demand], network: Network) -> Iterable[str]:
    """Say of which lanes a limit counts nothing because they do not name its measure."""
    for limit in network.limits:
        if limit.measure not in MEASURES:
            silent = {
                option.lane for row in rows if limit.covers(row.sku, row.market) for option in row.lanes
                if limit.measure not in option.uses and (not limit.lanes or option.lane in limit.lanes)
            }  # fmt: skip
            if silent:
                yield f"limit {limit.id} counts no {limit.measure} on {', '.join(sorted(silent)[:5])}: none is given there"


def _known_names(rows: Sequence[Demand], network: Network) -> None:
    """Refuse limits that speak of what is nowhere in the demand: most are misspelt."""
    lanes = {option.lane for row in rows for option in row.lanes}
    _known_sites(rows, network)
    markets, skus = {row.market for row in rows}, {row.sku for row in rows}
    uses = {name for row in rows for option in row.lanes for name in option.uses} | set(MEASURES)
    for limit in network.limits:
        for what, named, known in (
            ("lane", limit.lanes, lanes), ("market", limit.markets, markets), ("sku", limit.skus, skus),
            ("measure", (limit.measure,), uses),
        ):  # fmt: skip
            for name in named:
                if name not in known:
                    raise InvalidInput(
                        f"limit {limit.id} is about {what} {shown(name)}, which is nowhere in the demand", field="limits",
                        value=name, allowed=sorted(known)[:50], hint=suggest(name, known),
                    )  # fmt: skip


def _known_sites(rows: Sequence[Demand], network: Network) -> None:
    """Refuse a lane that stocks at a site of which the network knows no fee, where it knows of sites at all."""
    sites = {site.name for site in network.sites}
    for site in {option.site for row in rows for option in row.lanes if option.site} if sites else ():
        if site not in sites:
            raise InvalidInput(
                f"a lane stocks at {shown(site)}, which is none of the network's sites", field="site", value=site,
                allowed=sorted(sites)[:50], hint=suggest(site, sites) or "a site without a fee is given without one",
            )  # fmt: skip


def _currency(rows: Sequence[Demand], network: Network) -> str:
    currency = one_currency(_all_money(rows, network), "a plan")
    if not currency:
        raise InvalidInput("there is no demand to plan", field="demand")
    return currency


def _all_money(rows: Sequence[Demand], network: Network) -> Iterable[Money]:
    for row in rows:
        for option in row.lanes:
            yield from option.cost.values()
            yield from option.under.values()
        if row.revenue is not None:
            yield row.revenue
    for contract in network.contracts:
        yield from (one for one in (contract.fee, contract.shortfall) if one is not None)
        yield from (tier.price for tier in contract.tiers if tier.price is not None)
    for site in network.sites:
        yield from ([site.fee] if site.fee is not None else [])
        yield from site.fees.values()


# --------------------------------------------------------------------------------------------------------------------- plan


def plan(
    demand: object, network: object = None, *, gap: object = "0.001", seconds: float | None = 60.0, effort: int | None = None,
    price_limits: bool | Sequence[str] = False,
) -> Plan:  # fmt: skip
    """Return the mix of lanes that costs least.

    Args:
        demand: rows of `Demand`, or mappings.
        network: contracts, limits and sites: `Network`, or a mapping; None: none, and each row takes its cheapest lane.
        gap: share of the cost by which the plan may miss the best one.
        seconds: stop after so long; what is found then depends on the machine, and the answer says how far it may be off.
        effort: stop after so many linear programmes: the same on every machine.
        price_limits: plan again without each limit (or those named), to say what it costs as a whole.

    Raises:
        InvalidInput: if rows or network cannot be understood.
        SolverMissing: if limits or tiers couple the rows and the extra `optimize` is not installed.

    >>> found = plan([{"sku": "A", "market": "X", "units": 10, "lanes": [
    ...     {"lane": "post", "cost": "2.40 EUR", "days": 18}, {"lane": "line", "cost": "3.10 EUR", "days": 9}]}])
    >>> found.status, found.cost, found.lanes[0].name
    ('optimal', Money('24.00 EUR'), 'post')
    """
    rows, net = demands(demand), Network.of(network)
    table = _table(rows, net)
    wanted = float(share(gap))
    priced = _limits_named(net, [limit.id for limit in net.limits] if price_limits is True else price_limits or ())
    stuck = [index for index in range(len(rows)) if table.starts[index] == table.starts[index + 1]]
    if stuck:
        return _infeasible(table, _stuck(table, stuck))
    solution = _cheapest(table) or _solved(table, wanted, seconds, effort)
    if solution.units is None and not solution.finished:
        return _none_yet(table, solution)
    if solution.units is None:
        return _infeasible(table, _conflict(table))
    found = _answer(table, solution, wanted)
    return _with_costs(found, table, priced, wanted, seconds, effort) if priced else found


def _limits_named(network: Network, names: Sequence[str]) -> Sequence[str]:
    """Return the names of limits whose cost is asked for; refuse one that is none."""
    known = {limit.id for limit in network.limits}
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"there is no limit {shown(name)}", field="price_limits", value=name, allowed=sorted(known),
                hint=suggest(name, known),
            )  # fmt: skip
    return names


def _cheapest(table: _Table) -> Solution | None:
    """Return the cheapest lane of each row, if it is the answer: it keeps every limit, and no contract could do better.

    Each contract is taken at the best rate that any volume reaches. If the volumes that come out are really charged so, no
    plan can cost less.
    """
    if table.pools or any(contract.fee or contract.minimum is not None for contract in table.network.contracts):
        return None
    best = {one.name: _best_rates(one) for one in table.network.contracts}
    if any(rate is None for rate in best.values()):
        return None
    units = [0] * len(table.columns)
    cost = Fraction(0)
    for index, row in enumerate(table.rows):
        columns = range(table.starts[index], table.starts[index + 1])
        prices = [_at_best(table, table.columns[column].option, best) for column in columns]
        least = min(range(len(prices)), key=prices.__getitem__)
        units[columns[least]] = row.units
        cost += prices[least] * row.units
    if not table.keeps(units):
        return None
    checked = check(table.mix(units), table.rows, table.network)
    if checked.cost != cost:
        return None
    return Solution(units, float(cost), float(cost), None, 0, finished=True)


def _best_rates(contract: Contract) -> Fraction | None:
    """Return the lowest share or price that a contract can come to on everything; None if it has no such thing."""
    return min((piece.slope for piece in contract.stretches()), default=None)


def _at_best(table: _Table, option: LaneOption, best: Mapping[str, Fraction | None]) -> Fraction:
    cost = Fraction(option.total)
    for contract in table.network.contracts:
        if contract.name in option.under:
            counted = option.under[contract.name].amount if contract.apart else contract.counts(option)
            cost += (best[contract.name] or 0) * Fraction(counted or 0)
    known = best.keys()
    return cost + sum((Fraction(money.amount) for name, money in option.under.items() if name not in known), Fraction(0))


def _problem(table: _Table) -> Problem:
    """Return the table in floats, as the solver takes it."""
    known = {contract.name for contract in table.network.contracts}
    cost = [
        float(column.option.total)
        + sum(float(money.amount) for name, money in column.option.under.items() if name not in known)
        for column in table.columns
    ]
    needs = [
        Need(limit.id, columns, [float(use) for use in uses], _low(low), _high(high))
        for limit, columns, uses, low, high in table.needs
    ]
    curves = [
        Curve(
            one.name, columns, [float(use) for use in volumes],
            tuple(
                Piece(float(p.low), inf if p.high is None else float(p.high), float(p.at_low), float(p.slope))
                for p in _attained(one, volumes)
            ),
            [float(spend) for spend in spends] if one.apart else None,
        )
        for one, columns, volumes, spends in table.under
    ]  # fmt: skip
    pools = [(float(fee), columns) for _, _, fee, columns in table.pools]
    return Problem([row.units for row in table.rows], table.starts, cost, curves, needs, pools)


def _attained(contract: Contract, volumes: Sequence[Fraction]) -> list[Stretch]:
    """Return a contract's stretches; one that ends where a dearer one begins ends at the last volume that whole units reach.

    A tier holds from its edge on, so that the edge itself is not to be had at the lower tier's price. Volumes are whole
    multiples of what the units' volumes have in common.
    """
    pieces = contract.stretches()
    step: Fraction | None = None
    out: list[Stretch] = []
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        if after is not None and piece.high == after.low and _dearer(contract, piece, after):
            step = step or _common(volumes)
            last = (ceil(after.low / step) - 1) * step
            if last >= piece.low:
                out.append(piece._replace(high=last))
        else:
            out.append(piece)
    return out


def _dearer(contract: Contract, one: Stretch, two: Stretch) -> bool:
    """Tell whether the cost jumps up from a stretch that has a length to the next."""
    if one.low == one.high:
        return False
    if contract.apart:
        return two.slope > one.slope or two.at_low > one.at_low
    return two.at_low > one.at_low + one.slope * (two.low - one.low)


def _common(volumes: Sequence[Fraction]) -> Fraction:
    """Return the largest number of which all volumes are whole multiples."""
    whole = lcm(*(one.denominator for one in volumes))
    return Fraction(gcd(*(int(one * whole) for one in volumes)) or 1, whole)


def _low(bound: Fraction | None) -> float:
    return -inf if bound is None else float(bound)


def _high(bound: Fraction | None) -> float:
    return inf if bound is None else float(bound)


def _solved(table: _Table, gap: float, seconds: float | None, effort: int | None) -> Solution:
    starts = [units for units in _heuristics(table) if table.keeps(units)]
    return minimise(_problem(table), gap=gap, seconds=seconds, effort=effort, starts=starts, accept=table.keeps)


def _rank(name: str, option: LaneOption) -> tuple[object, ...]:
    return option.lane != name, option.measure("list_cost")


def _heuristics(table: _Table) -> list[list[int]]:
    """Return plans that anybody would try first: today's mix, the cheapest lane at list price, the fastest, each lane alone."""
    out: list[list[int]] = []
    names = sorted({column.option.lane for column in table.columns})
    keys: list[Callable[[LaneOption], tuple[object, ...]]] = [
        lambda option: (option.measure("list_cost"),),
        lambda option: (option.days is None, option.days or 0, option.measure("list_cost")),
        *[partial(_rank, name) for name in names[:20]],
    ]
    for key in keys:
        units = [0] * len(table.columns)
        for index, row in enumerate(table.rows):
            columns = range(table.starts[index], table.starts[index + 1])
            units[min(columns, key=lambda column: key(table.columns[column].option))] = row.units
        out.append(units)
    if all(row.mix for row in table.rows):
        units = [table.rows[column.row].mix.get(column.option.lane, 0) for column in table.columns]
        if sum(units) == sum(row.units for row in table.rows):
            out.append(units)
    return out


# ------------------------------------------------------------------------------------------------------------------- answer


def _money(value: Fraction | float, currency: str) -> Money:
    """Return an amount of at most twelve decimals; sums of the input's prices are exact."""
    return Money(rounded(Fraction(value), 12), currency)


def _decimal(value: Fraction | None, places: int = 6) -> Decimal | None:
    return None if value is None else rounded(value, places)


def _answer(table: _Table, solution: Solution, gap: float) -> Plan:
    units = solution.units or []
    mix = table.mix(units)
    checked = check(mix, table.rows, table.network)
    if checked.broken or checked.cost is None:
        raise AssertionError(f"a plan that breaks its limits was made: {checked.broken}")  # pragma: no cover
    cost, number, currency = checked.cost, sum(row.units for row in table.rows), table.currency
    bound = min(cost, Fraction(solution.bound))
    missed = (cost - bound) / cost if cost > 0 else Fraction(0)
    sent = [(table.columns[c], n) for c, n in enumerate(units) if n]
    revenue = _revenue(table.rows)
    served: dict[int, int] = {}
    for column, _ in sent:
        served[column.row] = served.get(column.row, 0) + 1
    return Plan(
        status="optimal" if solution.finished and float(missed) <= gap + 1e-9 else "stopped",
        currency=currency,
        units=number,
        cost=_money(cost, currency),
        bound=_money(bound, currency),
        gap=_decimal(missed, 9),
        cost_per_unit=_money(cost / number, currency),
        revenue_share=_decimal(cost / revenue) if revenue else None,
        days=_days((column.option, n) for column, n in sent),
        lines=tuple(
            PlanLine.made(
                sku=table.rows[c.row].sku, market=table.rows[c.row].market, lane=c.option.lane, units=n,
                cost=_money(Fraction(c.option.measure("list_cost") or 0) * n, currency), days=c.option.days,
            )
            for c, n in sent
        ),
        lanes=_totals(((c.option.lane, c.option, n) for c, n in sent), currency),
        markets=_totals(((table.rows[c.row].market, c.option, n) for c, n in sent), currency),
        parts=_parts(checked, ((c.option, n) for c, n in sent), currency),
        contracts=tuple(_contract_use(one, checked, currency) for one in table.network.contracts),
        limits=_limit_uses(table, checked, solution, currency),
        fees=_money(checked.fees, currency),
        stocked=dict(checked.stocked),
        split=tuple(f"{table.rows[row].sku} in {table.rows[row].market}" for row, lanes in served.items() if lanes > 1),
        today=_today(table, checked, [(column.option, n) for column, n in sent]),
        warnings=tuple(_warnings(table, solution)),
        programmes=solution.programmes,
    )  # fmt: skip


def _revenue(rows: Sequence[Demand]) -> Fraction | None:
    if any(row.revenue is None for row in rows):
        return None
    return sum((Fraction(row.revenue.amount) * row.units for row in rows if row.revenue is not None), Fraction(0))


def _days(sent: Iterable[tuple[LaneOption, int]]) -> Decimal | None:
    total, units = Fraction(0), 0
    for option, number in sent:
        if option.days is None:
            return None
        total, units = total + Fraction(option.days) * number, units + number
    return _decimal(total / units, 3) if units else None


def _totals(sent: Iterable[tuple[str, LaneOption, int]], currency: str) -> tuple[Total, ...]:
    sums: dict[str, tuple[int, Fraction]] = {}
    for name, option, number in sent:
        units, cost = sums.get(name, (0, Fraction(0)))
        sums[name] = (units + number, cost + Fraction(option.measure("list_cost") or 0) * number)
    return tuple(Total(name=name, units=n, cost=_money(cost, currency)) for name, (n, cost) in sorted(sums.items()))


def _part_sums(checked: Checked, sent: Iterable[tuple[LaneOption, int]]) -> dict[str, tuple[int, Fraction]]:
    """Return the whole cost by what it is for: parts of lanes, contracts as paid, fees of sites."""
    sums: dict[str, tuple[int, Fraction]] = {}
    for option, number in sent:
        loose = {name: money for name, money in option.under.items() if name not in checked.contracts}
        for name, money in (*option.cost.items(), *loose.items()):
            units, cost = sums.get(name, (0, Fraction(0)))
            sums[name] = (units + number, cost + Fraction(money.amount) * number)
    others = [(f"contract {name}", 0, paid or Fraction(0)) for name, (_, _, paid) in checked.contracts.items()]
    if checked.fees:
        others.append(("stocking", sum(len(skus) for skus in checked.stocked.values()), checked.fees))
    for name, number, paid in others:  # a lane's cost may be called the same
        units, cost = sums.get(name, (0, Fraction(0)))
        sums[name] = (units + number, cost + paid)
    return sums


def _parts(checked: Checked, sent: Iterable[tuple[LaneOption, int]], currency: str) -> tuple[Total, ...]:
    sums = _part_sums(checked, sent)
    return tuple(Total(name=name, units=n, cost=_money(cost, currency)) for name, (n, cost) in sums.items())


def _contract_use(contract: Contract, checked: Checked, currency: str) -> ContractUse:
    volume, spend, paid = checked.contracts[contract.name]
    piece = contract.stretch(volume)
    most = inf if contract.maximum is None else contract.maximum
    ahead = [tier for tier in contract.tiers if volume < tier.at_least <= most]
    saves = edge = None
    if ahead and contract.kind == "all_units" and paid is not None:
        fixed = contract.fixed(volume) if volume else paid  # with nothing sent there is nothing to save
        saves = _money(paid - fixed - Fraction(ahead[0].factor) * (volume if contract.priced else spend), currency)
    if piece is not None and volume > 0 and any(tier.at_least == volume for tier in contract.tiers) and not contract.apart:
        before = contract.charge(volume * Fraction(999999, 1000000), spend)
        edge = None if before is None or paid is None or before <= paid else _money(before - paid, currency)
    return ContractUse(
        name=contract.name, by=contract.by, volume=_decimal(volume) or Decimal(0), tier=0 if piece is None else piece.tier,
        list_cost=_money(spend, currency), paid=_money(paid or 0, currency),
        to_next=_decimal(Fraction(ahead[0].at_least) - volume) if ahead else None, next_saves=saves, edge=edge,
    )  # fmt: skip


def _limit_uses(table: _Table, checked: Checked, solution: Solution, currency: str) -> tuple[LimitUse, ...]:
    prices = _prices(table, solution)
    out = []
    for limit in table.network.limits:
        used = checked.used[limit.id]
        bounds = [Fraction(bound) for bound in (limit.at_most, limit.at_least) if bound is not None]
        tight = any(abs(bound - used) <= abs(bound) / 1000 for bound in bounds)
        binding = not limit.each and bool(solution.programmes) and tight
        price = prices.get(limit.id)
        out.append(
            LimitUse(
                id=limit.id, used=_decimal(used) or Decimal(0), at_most=limit.at_most, at_least=limit.at_least, binding=binding,
                price=None if price is None or not binding else _money(round(price, 6), currency),
            )
        )  # fmt: skip
    return tuple(out)


def _prices(table: _Table, solution: Solution) -> dict[str, float]:
    """Return what one more unit of each limit saves: of an average, one more for every unit that is counted."""
    if solution.prices is None:
        return {}
    scopes = _Scopes([limit for limit, *_ in table.needs], table.rows)
    return {
        limit.id: abs(price) * (scopes.units[limit.id] if limit.average else 1)
        for (limit, *_), price in zip(table.needs, solution.prices, strict=True)
    }


def _today(table: _Table, checked: Checked, planned: Sequence[tuple[LaneOption, int]] = ()) -> Today | None:
    if not all(row.mix for row in table.rows):
        return None
    options = {(row.sku, row.market, option.lane): option for row in table.rows for option in row.lanes}
    mix = {(row.sku, row.market, lane): n for row in table.rows for lane, n in row.mix.items() if n}
    found = check(mix, table.rows, table.network)
    currency = table.currency
    before = _part_sums(found, ((options[key], n) for key, n in mix.items()))
    after = _part_sums(checked, planned)
    none = (0, Fraction(0))
    return Today(
        cost=None if found.cost is None else _money(found.cost, currency),
        saved=None if found.cost is None or checked.cost is None else _money(found.cost - checked.cost, currency),
        breaks=found.broken,
        days=_days((options[key], n) for key, n in mix.items()),
        parts=()
        if checked.cost is None
        else tuple(
            Shift(
                name=name, before=_money(before.get(name, none)[1], currency), after=_money(after.get(name, none)[1], currency)
            )
            for name in sorted({*before, *after})
        ),
    )


def _warnings(table: _Table, solution: Solution) -> list[str]:
    out = list(table.warnings)
    if table.barred:
        out.append(f"{sum(map(len, table.barred.values()))} lanes of {len(table.barred)} rows cannot be used")
    if not solution.finished:
        out.append("stopped before the gap was closed")
    return out


def _with_costs(
    found: Plan, table: _Table, names: Sequence[str], gap: float, seconds: float | None, effort: int | None
) -> Plan:
    """Plan again without each limit: what it costs as a whole, where that is more than the gap can tell."""
    out = []
    for use in found.limits:
        costs = None
        if use.id in names:
            rest = Network(
                contracts=table.network.contracts, sites=table.network.sites,
                limits=tuple(limit for limit in table.network.limits if limit.id != use.id),
            )  # fmt: skip
            other = plan(table.rows, rest, gap=Decimal(str(gap)), seconds=seconds, effort=effort)
            if other.cost is not None and found.cost is not None and found.bound is not None:
                saved = found.cost - other.cost
                noise = found.cost - found.bound
                costs = saved if saved > noise or (not noise and saved.amount >= 0) else Money(0, table.currency)
        out.append(use.model_copy(update={"costs": costs}))
    return found.model_copy(update={"limits": tuple(out)})


# --------------------------------------------------------------------------------------------------------------- infeasible


def _infeasible(table: _Table, conflict: Conflict) -> Plan:
    return Plan(
        status="infeasible", currency=table.currency, units=sum(row.units for row in table.rows), conflict=conflict,
        today=_today(table, Checked(None, (), {}, {}, Fraction(0), {})), warnings=tuple(table.warnings),
    )  # fmt: skip


_NONE_YET = "no plan was found before the search stopped: whether there is one is not known"


def _none_yet(table: _Table, solution: Solution) -> Plan:
    """Answer that time or effort ran out with no plan found, and with no proof that there is none."""
    bound = _money(solution.bound, table.currency) if abs(solution.bound) < inf else None
    return Plan(
        status="stopped", currency=table.currency, units=sum(row.units for row in table.rows), bound=bound,
        today=_today(table, Checked(None, (), {}, {}, Fraction(0), {})), programmes=solution.programmes,
        warnings=(_NONE_YET, *_warnings(table, solution)),
    )  # fmt: skip


def _stuck(table: _Table, rows: Sequence[int]) -> Conflict:
    told = tuple(
        f"{table.rows[index].sku} in {table.rows[index].market}: {'; '.join(table.barred.get(index, ['no lane is given']))}"
        for index in rows
    )
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return Conflict(rows=told, text=f"{len(told)} rows have no lane that may be used: {' | '.join(told[:3])}{more}")


def _conflict(table: _Table) -> Conflict:
    """Return the smallest explanation: one limit that cannot hold by itself, else a set that cannot hold together."""
    alone = [found for need in table.needs for found in _alone(table, need)]
    if alone:
        texts = tuple(text for _, text in alone)
        return Conflict(limits=tuple(name for name, _ in alone), changes=texts, text="; ".join(texts))
    wants = relax(_problem(table))
    names = tuple(want.name for want in wants)
    changes = tuple(_change(table, want) for want in wants)
    if not names:
        return Conflict(
            text="limits and contracts leave no plan in whole units, though in parts of units (to a millionth) they do"
        )
    verb = "cannot hold together" if len(names) > 1 else "cannot hold"
    return Conflict(limits=names, changes=changes, text=f"{', '.join(names)} {verb}; {'; '.join(changes)}")


def _alone(
    table: _Table, need: tuple[Limit, list[int], list[Fraction], Fraction | None, Fraction | None]
) -> list[tuple[str, str]]:
    """Compare what a limit demands with the best that any plan could do for it."""
    limit, columns, uses, low, high = need
    per = dict(zip(columns, uses, strict=True))
    least = most = Fraction(0)
    touched = {table.columns[column].row for column in columns}
    for index in touched:
        own = [per.get(column, Fraction(0)) for column in range(table.starts[index], table.starts[index + 1])]
        least += min(own) * table.rows[index].units
        most += max(own) * table.rows[index].units
    whole = 1
    if limit.average:
        whole = sum(row.units for row in table.rows if limit.covers(row.sku, row.market)) or 1
    out = []
    if high is not None and least > high:
        out.append((limit.id, f"{limit.id}: at most {limit.at_most} is demanded, no plan is below {rounded(least / whole, 9)}"))
    if low is not None and most < low:
        text = f"{limit.id}: at least {limit.at_least} is demanded, no plan goes above {rounded(most / whole, 9)}"
        out.append((limit.id, text))
    return out


def _change(table: _Table, want: Want) -> str:
    """Say how far a limit or a contract's bound would have to give way, at least: volumes are whole multiples of a step."""
    if not want.by:
        return f"{want.name} stays"
    for limit, _, uses, low, high in table.needs:
        if limit.id == want.name:
            bound, total = (limit.at_most, high) if want.more else (limit.at_least, low)
            whole = sum(row.units for row in table.rows if limit.covers(row.sku, row.market)) if limit.average else 1
            given = _given_way(total or Fraction(0), want, uses) / (whole or 1)
            return f"{limit.id} would have to go from {bound} to {_outward(given, up=want.more)}"
    contract, volumes = next((one, volumes) for one, _, volumes, _ in table.under if one.name == want.name)
    what, bound = ("maximum", contract.maximum) if want.more else ("minimum", contract.minimum)
    given = _given_way(Fraction(bound or 0), want, volumes)
    return f"the {what} of {want.name} would have to go from {bound} to {_outward(given, up=want.more)}"


def _given_way(bound: Fraction, want: Want, uses: Sequence[Fraction]) -> Fraction:
    """Return the nearest sum beyond a bound that gives way so far and that whole units reach."""
    step, way = _common(uses), 1 if want.more else -1
    steps = (bound + way * Fraction(want.by)) / step * way
    return way * ceil(steps - Fraction(WHOLE)) * step


def _outward(value: Fraction, *, up: bool) -> Decimal:
    """Return a bound of at most nine decimals that lets the value pass."""
    scaled = value * 10**9
    return rounded(Fraction(ceil(scaled) if up else floor(scaled), 10**9), 9)


def run_case(values: Mapping[str, object]) -> object:
    """Run a worked example: demand, network and gap; return the plan, with units by row and lane under `mix`."""
    import json

    rest = {name: value for name, value in values.items() if name not in ("demand", "network")}
    found = plan(values.get("demand"), values.get("network"), **rest)  # type: ignore[arg-type]  # checked by `plan`
    mix = {f"{line.sku}/{line.market}/{line.lane}": line.units for line in found.lines}
    return {**json.loads(found.model_dump_json()), "mix": mix}
