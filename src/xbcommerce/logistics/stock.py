"""Stock: how much to hold, when to order, how long it lasts.

Formulas are the textbooks' (Arrow, Harris and Marschak 1951; Hadley and Whitin 1963; Silver, Pyke and Thomas). Quantities are
statistics and may be fractions; amounts of money are exact where they are sums, and rounded to a ten-thousandth where a
distribution comes in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import Amount, Result
from xbcommerce.logistics.network import number, one_currency, share
from xbcommerce.money import Money

__all__ = ["Newsvendor", "OrderQuantity", "Reorder", "days_of_cover", "newsvendor", "order_quantity", "reorder", "turnover"]

_NORMAL = NormalDist()
_SMALL_MEAN = 10
_ROUND = Decimal("0.0001")


class Newsvendor(Result):
    """How much to stock once for a season: `cost` is what being short and being over cost together, on average."""

    quantity: Decimal
    ratio: Decimal
    cost: Amount
    distribution: Literal["normal", "poisson"]


class Reorder(Result):
    """When to order: as soon as what is on hand and on order, less what is owed, falls to `point`."""

    point: Decimal
    safety: Decimal
    lead_demand: Decimal
    deviation: Decimal
    distribution: Literal["normal", "poisson"]


class OrderQuantity(Result):
    """How much to order at a time, and what a year costs then."""

    quantity: Decimal
    cost: Amount


def days_of_cover(on_hand: object, forecast: Sequence[object]) -> Decimal | None:
    """Return the days that stock lasts by a daily forecast; None if it outlasts the forecast.

    >>> days_of_cover(50, [10, 20, 40, 40])
    Decimal('2.5')
    """
    left = _positive(on_hand, "on_hand")
    for day, value in enumerate(forecast):
        demand = _positive(value, "forecast")
        if demand > left:
            return _rounded(Decimal(day) + left / demand)
        left -= demand
    return None


def turnover(cost_of_goods_sold: object, average_stock: object) -> Decimal:
    """Return how often stock was sold in a period; both at cost.

    >>> turnover("120000 EUR", "20000 EUR")
    Decimal('6')
    """
    sold, held = Money.of(cost_of_goods_sold), Money.of(average_stock)
    if sold.currency != held.currency or held.amount <= 0:
        raise InvalidInput(
            f"turnover is goods sold over a stock above 0 in the same currency, not {sold} over {held}", field="average_stock"
        )
    return _rounded(Decimal(sold.amount) / held.amount)


def newsvendor(mean: object, deviation: object, *, short: object, over: object) -> Newsvendor:
    """Return the quantity for a season: what a unit short costs against what a unit over costs.

    Where direct shipping stands behind the stock, a unit short costs the difference between the two ways, not the margin.

    >>> found = newsvendor(50, 8, short="0.70 EUR", over="0.18 EUR")
    >>> found.quantity, found.cost
    (Decimal('56.6040'), Money('1.9976 EUR'))
    """
    centre, spread = _positive(mean, "mean"), _positive(deviation, "deviation")
    under, above = Money.of(short), Money.of(over)
    if under.currency != above.currency or under.amount < 0 or above.amount <= 0:
        raise InvalidInput(f"costs are at least 0 in one currency, not {under} and {above}", field="short", value=short)
    ratio = under.amount / (under.amount + above.amount)
    if not ratio:
        return Newsvendor(quantity=Decimal(0), ratio=ratio, cost=Money(0, under.currency), distribution="normal")
    if centre < _SMALL_MEAN:
        return _small_season(centre, ratio, under, above)
    z = _NORMAL.inv_cdf(float(ratio))
    cost = float(under.amount + above.amount) * float(spread) * _NORMAL.pdf(z)
    return Newsvendor(
        quantity=_rounded(float(centre) + z * float(spread)), ratio=ratio, cost=Money(_rounded(cost), under.currency),
        distribution="normal",
    )  # fmt: skip


def _small_season(mean: Decimal, ratio: Decimal, under: Money, above: Money) -> Newsvendor:
    """Small means are counted, not measured: Poisson."""
    chances = _poisson(float(mean), float(ratio))
    quantity = len(chances) - 1
    left = sum((quantity - k) * chance for k, chance in enumerate(chances))
    missing = float(mean) - quantity + left
    cost = float(above.amount) * left + float(under.amount) * missing
    return Newsvendor(
        quantity=Decimal(quantity), ratio=ratio, cost=Money(_rounded(cost), under.currency), distribution="poisson"
    )


def _poisson(mean: float, ratio: float) -> list[float]:
    """Return the chances of 0, 1, 2 ... until they add up to a ratio."""
    chances = [math.exp(-mean)]
    total = chances[0]
    while total < ratio - 1e-12 and len(chances) < 10_000:
        chances.append(chances[-1] * mean / len(chances))
        total += chances[-1]
    return chances


def reorder(
    demand: object, deviation: object, *, lead: object, lead_deviation: object = 0, review: object = 0,
    service: object = "0.95", measure: Literal["cycle", "fill"] = "cycle", batch: object = None,
) -> Reorder:  # fmt: skip
    """Return the reorder point and the safety stock in it.

    Args:
        demand: units a day.
        deviation: their standard deviation.
        lead: days until an order arrives.
        lead_deviation: their standard deviation: at sea it dominates.
        review: days between two looks at the stock; 0: always.
        service: what is asked for;
        measure: of which "cycle" is the chance of not running out before an order arrives, "fill" the share of units filled.
        batch: units ordered at a time, for "fill".

    >>> found = reorder(20, 8, lead=35, lead_deviation=6, service="95 %")
    >>> round(found.safety), round(reorder(20, 8, lead=35, service="95 %").safety)
    (212, 78)
    """
    rate, spread, days, wobble, pause = (
        _positive(value, name)
        for value, name in (
            (demand, "demand"), (deviation, "deviation"), (lead, "lead"), (lead_deviation, "lead_deviation"),
            (review, "review"),
        )
    )  # fmt: skip
    wanted = share(service)
    if not 0 < wanted < 1:
        raise InvalidInput(f"a service level lies between 0 and 1, not {shown(service)}", field="service", value=service)
    mean = rate * (days + pause)
    sigma = math.sqrt(float((days + pause) * spread**2 + rate**2 * wobble**2))
    if measure == "fill":
        safety, distribution = sigma * _fill(sigma, float(wanted), batch), "normal"
    elif mean < _SMALL_MEAN and not wobble:
        safety, distribution = len(_poisson(float(mean), float(wanted))) - 1 - float(mean), "poisson"
    else:
        safety, distribution = sigma * _NORMAL.inv_cdf(float(wanted)), "normal"
    return Reorder.made(
        point=_rounded(float(mean) + safety), safety=_rounded(safety), lead_demand=_rounded(mean), deviation=_rounded(sigma),
        distribution=distribution,
    )  # fmt: skip


def _fill(sigma: float, wanted: float, batch: object) -> float:
    """Return z so that the units expected to be missed in a cycle are the share not filled of a batch."""
    if batch is None:
        raise InvalidInput("the share of units filled depends on how many are ordered at a time: give `batch`", field="batch")
    missed = float(_positive(batch, "batch")) * (1 - wanted)
    if not sigma:
        return 0.0
    low, high = -10.0, 10.0
    for _ in range(80):
        z = (low + high) / 2
        if sigma * (_NORMAL.pdf(z) - z * (1 - _NORMAL.cdf(z))) > missed:
            low = z
        else:
            high = z
    return (low + high) / 2


def order_quantity(
    demand: object, *, order_cost: object, holding: object, tiers: Sequence[tuple[object, object]],
    kind: Literal["all_units", "incremental"] = "all_units",
) -> OrderQuantity:  # fmt: skip
    """Return the quantity to order where unit prices fall by tiers (from which quantity, price), and a year's cost.

    `holding` is a share of the price a year. All-units tiers: the optimum in each tier and the edges above; incremental: those
    optima that lie within their own tier.

    >>> found = order_quantity(1300, order_cost="8 USD", holding="30 %", kind="incremental",
    ...     tiers=[(0, "0.75 USD"), (400, "0.72 USD"), (800, "0.68 USD")])
    >>> found.quantity, found.cost
    (Decimal('304.0468'), Money('1043.4105 USD'))
    """
    need, rate = float(_positive(demand, "demand")), float(share(holding))
    fixed = Money.of(order_cost)
    rows = [(float(_positive(edge, "tiers")), Money.of(price)) for edge, price in tiers]
    if not rows or rows[0][0] != 0 or any(a >= b for (a, _), (b, _) in pairwise(rows)) or not rate or not need:
        raise InvalidInput("tiers rise from 0, and demand and holding are above 0", field="tiers", value=tiers)
    if any(price.amount <= 0 for _, price in rows) or fixed.amount <= 0:
        raise InvalidInput("prices and the cost of an order are above 0", field="tiers", value=tiers)
    one_currency([fixed, *(price for _, price in rows)], "an order")
    best: tuple[float, float] | None = None
    extra = 0.0
    for index, (edge, money) in enumerate(rows):
        price = float(money.amount)
        if index:
            extra += (float(rows[index - 1][1].amount) - price) * edge
        end = rows[index + 1][0] if index + 1 < len(rows) else math.inf
        own = 0.0 if kind == "all_units" else extra
        quantity = math.sqrt(2 * need * (float(fixed.amount) + own) / (rate * price))
        if kind == "all_units":
            quantity = max(quantity, edge)
        if not edge <= quantity < end:
            continue
        cost = need * price + need * (float(fixed.amount) + own) / quantity + rate * (price * quantity + own) / 2
        if best is None or cost < best[1]:
            best = quantity, cost
    if best is None:
        raise InvalidInput("no tier has an optimum of its own", field="tiers", value=tiers)
    return OrderQuantity(quantity=_rounded(best[0]), cost=Money(_rounded(best[1]), fixed.currency))


def _positive(value: object, field: str) -> Decimal:
    found = number(value)
    if found < 0:
        raise InvalidInput(f"{field} is {found}: it is at least 0", field=field, value=value)
    return found


def _rounded(value: float | Decimal) -> Decimal:
    found = Decimal(value).quantize(_ROUND)
    return found if isinstance(value, float) else found.normalize() + Decimal(0)
