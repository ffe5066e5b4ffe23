"""An independent check of a plan: units, limits and costs reckoned again from the demand and the network, in exact fractions.

Nothing here knows how plans are made: it reads the same models as the planner, and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics.network import Contract, Demand, LaneOption, Limit, Network

__all__ = ["Checked", "check"]

Mix = Mapping[tuple[str, str, str], int]
"""Units by SKU, market and lane."""


class Checked(NamedTuple):
    """What a plan comes to.

    Attributes:
        cost: exact, in the network's currency; None where a contract cannot be had at its volume.
        broken: every limit, contract or row that is not kept, in words.
        used: what each limit comes to: a sum or an average.
        contracts: volume, spend at list price and what is paid, by contract.
        fees: of sites, for the SKUs stocked there.
        stocked: SKUs by site.
    """

    cost: Fraction | None
    broken: tuple[str, ...]
    used: Mapping[str, Fraction]
    contracts: Mapping[str, tuple[Fraction, Fraction, Fraction | None]]
    fees: Fraction
    stocked: Mapping[str, tuple[str, ...]]


def check(mix: Mix, demand: Iterable[Demand], network: Network) -> Checked:
    """Reckon a plan anew: what it costs, and what it breaks.

    >>> lanes = [{"lane": "post", "cost": "2 EUR"}, {"lane": "line", "cost": "3 EUR"}]
    >>> row = Demand(sku="A", market="X", units=10, lanes=lanes)
    >>> check({("A", "X", "post"): 6, ("A", "X", "line"): 4}, [row], Network()).cost
    Fraction(24, 1)
    >>> check({("A", "X", "post"): 6}, [row], Network()).broken
    ('A in X: 6 of 10 units are sent',)
    """
    rows = {(row.sku, row.market): row for row in demand}
    broken: list[str] = []
    sent: list[tuple[Demand, LaneOption, int]] = []
    served = dict.fromkeys(rows, 0)
    for (sku, market, lane), units in mix.items():
        row = rows.get((sku, market))
        option = next((one for one in row.lanes if one.lane == lane), None) if row else None
        if row is None or option is None:
            raise InvalidInput(f"there is no lane {lane} for {sku} in {market}", field="mix", value=lane)
        if units < 0:
            broken.append(f"{sku} in {market}: {units} units by {lane}")
        if option.barred and units:
            broken.append(f"{sku} in {market}: {lane} is barred ({option.barred})")
        served[sku, market] += units
        if units:
            sent.append((row, option, units))
    broken += [
        f"{sku} in {market}: {served[sku, market]} of {row.units} units are sent"
        for (sku, market), row in rows.items()
        if served[sku, market] != row.units
    ]
    used = {}
    for limit in network.limits:
        used[limit.id] = _used(limit, rows.values(), sent, broken)
    contracts = {one.name: _contract(one, sent, broken) for one in network.contracts}
    stocked, fees = _sites(network, sent)
    cost = sum((Fraction(option.total) * units for _, option, units in sent), Fraction(0)) + fees
    paid = [one[2] for one in contracts.values()]
    known = {one.name for one in network.contracts}  # what is under no contract of the network is paid at list price
    loose = sum((Fraction(m.amount) * n for _, o, n in sent for name, m in o.under.items() if name not in known), Fraction(0))
    total = None if None in paid else cost + loose + sum((one for one in paid if one is not None), Fraction(0))
    return Checked(total, tuple(broken), used, contracts, fees, stocked)


def _used(
    limit: Limit, rows: Iterable[Demand], sent: Iterable[tuple[Demand, LaneOption, int]], broken: list[str]
) -> Fraction:  # fmt: skip
    total, worst = Fraction(0), None
    for row, option, units in sent:
        if not limit.covers(row.sku, row.market) or (limit.lanes and option.lane not in limit.lanes):
            continue
        counted = option.measure(limit.measure)
        if counted is None:
            broken.append(f"{limit.id}: {limit.measure} of {option.lane} for {row.sku} in {row.market} is not known")
            continue
        total += Fraction(counted) * units
        if limit.each and _breaks(limit, Fraction(counted)):
            worst = Fraction(counted)
    if limit.each:
        if worst is not None:
            broken.append(f"{limit.id}: {float(worst):g} on one lane")
        return total
    if limit.average:
        units = sum(row.units for row in rows if limit.covers(row.sku, row.market))
        total = total / units if units else Fraction(0)
        if not units:
            return total
    if _breaks(limit, total):
        broken.append(f"{limit.id}: {float(total):g}, {_bounds(limit)}")
    return total


def _breaks(limit: Limit, value: Fraction) -> bool:
    return (limit.at_most is not None and value > limit.at_most) or (limit.at_least is not None and value < limit.at_least)


def _bounds(limit: Limit) -> str:
    parts = [f"at most {limit.at_most}"] if limit.at_most is not None else []
    return " and ".join(parts + ([f"at least {limit.at_least}"] if limit.at_least is not None else []))


def _contract(
    contract: Contract, sent: Iterable[tuple[Demand, LaneOption, int]], broken: list[str]
) -> tuple[Fraction, Fraction, Fraction | None]:
    volume, spend = Fraction(0), Fraction(0)
    for row, option, units in sent:
        if contract.name not in option.under:
            continue
        counted = contract.counts(option)
        if counted is None:
            broken.append(f"{contract.name}: {contract.by} of {option.lane} for {row.sku} in {row.market} is not known")
            continue
        volume += Fraction(counted) * units
        spend += Fraction(option.under[contract.name].amount) * units
    paid = contract.charge(volume, spend)
    if paid is None:
        broken.append(f"contract {contract.name}: a volume of {float(volume):g} cannot be had")
    return volume, spend, paid


def _sites(network: Network, sent: Iterable[tuple[Demand, LaneOption, int]]) -> tuple[Mapping[str, tuple[str, ...]], Fraction]:
    at: dict[str, set[str]] = {}
    for row, option, _ in sent:
        if option.site is not None:
            at.setdefault(option.site, set()).add(row.sku)
    fees = Fraction(0)
    for site in network.sites:
        for sku in at.get(site.name, ()):
            fee = site.of(sku)
            fees += Fraction(fee.amount) if fee is not None else 0
    return {name: tuple(sorted(skus)) for name, skus in sorted(at.items())}, fees
