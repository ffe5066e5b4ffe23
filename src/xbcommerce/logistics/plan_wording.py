"""Plans in words: what it costs, by which contracts, what binds it, and how far it may be from the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xbcommerce.explain import Explanation, Step

if TYPE_CHECKING:
    from xbcommerce.logistics.plan import ContractUse, LimitUse, Plan

__all__ = ["explanation"]


def explanation(plan: Plan) -> Explanation:
    """Return the explanation of a plan."""
    if plan.conflict is not None:
        step = Step(bill="plan", id="conflict", kind="finding", text=plan.conflict.text, rule="logistics.plan")
        return Explanation(title="No plan keeps all limits", steps=(step,), warnings=plan.warnings)
    if plan.cost is None:
        return Explanation(title="No plan was found before the search stopped", steps=(), warnings=plan.warnings)
    steps = [
        Step(bill="plan", id=total.name, kind="part", amount=total.cost, text=_of(total.units), rule="logistics.plan")
        for total in plan.parts
    ]
    steps.append(Step(bill="plan", id="total", kind="total", amount=plan.cost, text=_total(plan), rule="logistics.plan"))
    steps += [_contract(one) for one in plan.contracts if one.volume]
    steps += [_limit(one) for one in plan.limits if one.binding or one.costs]
    if plan.today is not None:
        broken = f"; it breaks {', '.join(plan.today.breaks[:3])}" if plan.today.breaks else ""
        text = f"today's mix, priced alike; the plan saves {plan.today.saved}{broken}"
        steps.append(Step(bill="plan", id="today", kind="comparison", amount=plan.today.cost, text=text, rule="logistics.plan"))
    return Explanation(
        title=f"Plan of {plan.units} units in {len(plan.markets)} markets", steps=tuple(steps),
        assumptions=("demand is served in full", "costs before discounts are those given for one unit"), warnings=plan.warnings,
    )  # fmt: skip


def _of(units: int) -> str:
    return f"{units} units" if units else "as the contract charges"


def _total(plan: Plan) -> str:
    share = "" if plan.revenue_share is None else f", {plan.revenue_share:.2%} of revenue"
    days = "" if plan.days is None else f", {plan.days} days on average"
    return f"{plan.cost_per_unit} a unit{share}{days}; no plan costs less than {plan.bound} (gap {plan.gap or 0:.4%})"


def _contract(one: ContractUse) -> Step:
    text = f"{one.by} {one.volume}, tier {one.tier}, list price {one.list_cost}"
    if one.to_next is not None:
        text += f"; {one.to_next} more reach the next tier"
        text += f", worth {one.next_saves}" if one.next_saves is not None else ""
    if one.edge is not None:
        text += f"; exactly on the edge: a little less costs {one.edge} more"
    return Step(bill="plan", id=f"contract {one.name}", kind="contract", amount=one.paid, text=text, rule="logistics.plan")


def _limit(one: LimitUse) -> Step:
    text = f"used {one.used}" + (f" of at most {one.at_most}" if one.at_most is not None else f", at least {one.at_least}")
    if one.price is not None:
        text += f"; a unit of room more would save {one.price} near this plan"
    if one.costs is not None:
        text += f"; without it the plan would cost {one.costs} less"
    return Step(bill="plan", id=f"limit {one.id}", kind="limit", amount=one.costs, text=text, rule="logistics.plan")
