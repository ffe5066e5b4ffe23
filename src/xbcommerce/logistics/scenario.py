"""Scenarios: the same demand and network with one thing changed, planned anew and compared.

For each change three figures: the plan of today, the same plan under the change (if nothing is done), and the plan made for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Amount, Result
from xbcommerce.goods import Model, named
from xbcommerce.logistics.checking import check
from xbcommerce.logistics.network import MEASURES, Contract, Demand, Labels, LaneOption, Limit, Network, demands, part, rounded
from xbcommerce.logistics.plan import Plan, plan
from xbcommerce.money import Money

__all__ = ["Change", "Comparison", "Outcome", "compare"]


def _percents(value: object) -> Mapping[str, Decimal]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"changes are given by name, not as {shown(value)}", value=value, hint="write {'fuel': '+10 %'}")
    return {name: _percent(one) for name, one in value.items()}


def _percent(value: object) -> Decimal:
    text = value.strip() if isinstance(value, str) else ""
    if not text.endswith("%") or len(text) > 30:
        raise InvalidInput(f"cannot read {shown(value)} as a change", value=value, hint="write '+10 %' or '-5 %'")
    return part(text)


Percents = Annotated[Mapping[str, Decimal], BeforeValidator(_percents)]


class Change(Model):
    """What is different.

    Attributes:
        parts: kinds of cost that rise or fall: {"fuel": "+10 %"}.
        lists: list prices under contracts that rise or fall.
        without_lanes: lanes that are not there.
        contracts: contracts that replace those of the same name, or are new.
        without_contracts: contracts whose tiers are not there: the list price is paid.
        limits: limits that replace those of the same id, or are new.
        without_limits: limits that are dropped.
    """

    parts: Percents = Field(default_factory=dict)
    lists: Percents = Field(default_factory=dict)
    without_lanes: Labels = ()
    contracts: tuple[Contract, ...] = ()
    without_contracts: Labels = ()
    limits: tuple[Limit, ...] = ()
    without_limits: Labels = ()


class Outcome(Result):
    """What a change comes to.

    Attributes:
        plan: made for the change.
        unchanged: what the base plan would cost under the change; None where it can no longer be carried out.
        breaks: what the base plan would break.
        difference: cost of the new plan less that of the base.
        days: average days of the new plan less those of the base.
        parts: difference by kind of cost (returns, transport, storage ...); empty where one of the plans is none.
    """

    name: str
    plan: Plan
    unchanged: Amount | None
    breaks: tuple[str, ...]
    difference: Amount | None
    days: Decimal | None
    parts: Mapping[str, Amount]


class Comparison(Result):
    """The base plan, and what each change comes to."""

    base: Plan
    outcomes: tuple[Outcome, ...]

    def __getitem__(self, name: str) -> Outcome:
        """Return the outcome of a change by its name."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        names = [outcome.name for outcome in self.outcomes]
        raise InvalidInput(f"there is no scenario {shown(name)}", field="name", allowed=names, hint=suggest(name, names))


def compare(demand: object, network: object, changes: Mapping[str, Change | Mapping[str, Any]], **options: Any) -> Comparison:
    """Return plans with one thing changed at a time; options are those of `plan`.

    >>> rows = [{"sku": "A", "market": "X", "units": 10, "lanes": [
    ...     {"lane": "post", "cost": {"transport": "2 EUR", "fuel": "0.50 EUR"}}, {"lane": "line", "cost": "2.52 EUR"}]}]
    >>> found = compare(rows, None, {"fuel": {"parts": {"fuel": "+10 %"}}})["fuel"]
    >>> found.unchanged, found.plan.cost, found.difference
    (Money('25.50 EUR'), Money('25.20 EUR'), Money('0.20 EUR'))
    """
    rows, net = demands(demand), Network.of(network)
    base = plan(rows, net, **options)
    outcomes = []
    for name, value in changes.items():
        change = value if isinstance(value, Change) else Change(**named(value))
        _known(change, rows, net)
        left = _rows(rows, change)
        outcomes.append(_outcome(name, base, left, _network(net, change, left), options))
    return Comparison(base=base, outcomes=tuple(outcomes))


def _outcome(name: str, base: Plan, rows: tuple[Demand, ...], net: Network, options: Mapping[str, Any]) -> Outcome:
    made = plan(rows, net, **options)
    unchanged, breaks = _unchanged(base, rows, net)
    difference = None if made.cost is None or base.cost is None else made.cost - base.cost
    days = None if made.days is None or base.days is None else made.days - base.days
    known = difference is not None
    before, after = ({part.name: part.cost for part in one.parts if known} for one in (base, made))
    zero = Money(0, base.currency)
    parts = {part: after.get(part, zero) - before.get(part, zero) for part in sorted({*before, *after})}
    return Outcome(name=name, plan=made, unchanged=unchanged, breaks=breaks, difference=difference, days=days, parts=parts)


def _unchanged(base: Plan, rows: tuple[Demand, ...], net: Network) -> tuple[Money | None, tuple[str, ...]]:
    lanes = {(row.sku, row.market, option.lane) for row in rows for option in row.lanes}
    gone = [key for key in base.mix if key not in lanes]
    if gone or not base.mix:
        return None, tuple(f"{sku} in {market}: {lane} is not there" for sku, market, lane in gone[:20])
    checked = check(base.mix, rows, net)
    if checked.cost is None:
        return None, checked.broken
    return Money(rounded(checked.cost, 12), base.currency), checked.broken


def _rows(rows: tuple[Demand, ...], change: Change) -> tuple[Demand, ...]:
    if not (change.parts or change.lists or change.without_lanes):
        return rows
    return tuple(_row(row, change) for row in rows)


def _row(row: Demand, change: Change) -> Demand:
    lanes = tuple(_lane(option, change) for option in row.lanes if option.lane not in change.without_lanes)
    kept = {option.lane for option in lanes}
    today = row.today if all(lane in kept for lane in row.mix) else None
    return row.model_copy(update={"lanes": lanes, "today": today})


def _lane(option: LaneOption, change: Change) -> LaneOption:
    cost = {name: _times(money, change.parts.get(name)) for name, money in option.cost.items()}
    under = {name: _times(money, change.lists.get(name)) for name, money in option.under.items()}
    return option.model_copy(update={"cost": cost, "under": under})


def _times(money: Money, change: Decimal | None) -> Money:
    if change is None:
        return money
    return Money(rounded(Fraction(money.amount) * (1 + Fraction(change)), 6), money.currency)


def _network(net: Network, change: Change, rows: tuple[Demand, ...]) -> Network:
    contracts = {one.name: one for one in net.contracts}
    for name in change.without_contracts:
        contracts[name] = Contract(name=name)
    contracts.update({one.name: one for one in change.contracts})
    limits = {one.id: one for one in net.limits if one.id not in change.without_limits}
    if change.without_lanes:
        uses = {*MEASURES, *(measure for row in rows for option in row.lanes for measure in option.uses)}
        again = {one.id for one in change.limits}
        kept = [one for name, one in limits.items() if name not in again]
        limits = {one.id: left for one in kept if (left := _without(one, change.without_lanes, uses)) is not None}
    limits.update({one.id: one for one in change.limits})
    return Network(contracts=tuple(contracts.values()), limits=tuple(limits.values()), sites=net.sites)


def _without(limit: Limit, gone: Collection[str], uses: Collection[str]) -> Limit | None:
    """Return a limit without lanes that are gone; None where nothing is left that counts, so that nothing can break it."""
    left = tuple(lane for lane in limit.lanes if lane not in gone)
    if limit.measure in uses and (left or not limit.lanes):
        return limit.model_copy(update={"lanes": left})
    if limit.at_least:
        raise InvalidInput(
            f"limit {limit.id} asks for at least {limit.at_least} of lanes that are not there", field="without_lanes",
            value=min(gone), hint=f"leave the limit out, too: without_limits={[limit.id]}",
        )  # fmt: skip
    return None


def _known(change: Change, rows: tuple[Demand, ...], net: Network) -> None:
    """Refuse a change of what is nowhere: it would change nothing, and say so with a figure."""
    lanes = {option.lane for row in rows for option in row.lanes}
    parts = {part for row in rows for option in row.lanes for part in option.cost}
    under = {name for row in rows for option in row.lanes for name in option.under}
    for field, names, known in (
        ("parts", change.parts, parts), ("lists", change.lists, under), ("without_lanes", change.without_lanes, lanes),
        ("without_contracts", change.without_contracts, {one.name for one in net.contracts}),
        ("without_limits", change.without_limits, {one.id for one in net.limits}),
    ):  # fmt: skip
        for name in names:
            if name not in known:
                raise InvalidInput(
                    f"the change is about {shown(name)}, which is nowhere in the plan", field=field, value=name,
                    allowed=sorted(known)[:50], hint=suggest(name, known),
                )  # fmt: skip
