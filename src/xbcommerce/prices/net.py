"""The way back: what a chosen shelf price leaves after tax, fees, exchange and cost, all of them plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xbcommerce.errors import InvalidInput
from xbcommerce.explain import Amount, Explanation, Result, Step
from xbcommerce.money import Money, RoundingMode
from xbcommerce.prices.figures import factor_of, fraction_of, money_of, percent_of, share_of_percent, smallest, whole

__all__ = ["NetRevenue", "net"]


class NetRevenue(Result):
    """What a shelf price leaves.

    Attributes:
        shelf: the price that shoppers see.
        paid: what the shopper pays (the shelf price, with the tax that is added to it).
        tax: tax in it; `net + tax` is what the shopper pays.
        net: turnover without tax.
        fees: fees of payment, without fixed ones in another currency.
        fee_fixed: a fixed fee in the home currency.
        conversion: what exchanging costs.
        revenue: what is left of the price, in the home currency: net, less fees and conversion.
        cost: cost of goods and landed cost that were given.
        left: revenue less cost.
        margin: `left` as a percentage of the net turnover; None where nothing is turned over.
        steps: how each figure came about.
    """

    shelf: Amount
    paid: Amount
    tax: Amount
    net: Amount
    fees: Amount
    fee_fixed: Amount
    conversion: Amount
    net_home: Amount
    revenue: Amount
    cost: Amount
    left: Amount
    margin: Decimal | None
    steps: tuple[Step, ...] = ()

    def explain(self, style: str = "text") -> str:
        """Return how each figure came about, as "text", "markdown" or "html"."""
        return Explanation(title=f"What {self.shelf} leaves", steps=self.steps).render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


@dataclass(frozen=True, slots=True)
class Terms:
    """The plain numbers of a sale in one market.

    Attributes:
        tax: tax as a share of the net price.
        included: the shelf price includes it.
        fee: fees as a share of what the shopper pays.
        fixed: fixed fee in the currency of the shelf price.
        fixed_home: fixed fee in the home currency.
        rate: units of the home currency for one of the shelf price's.
        conversion: cost of exchanging, as a share of what the shopper pays.
        cost: cost of goods, landed cost and others, in the home currency.
    """

    tax: Fraction
    included: bool
    fee: Fraction
    fixed: Fraction
    fixed_home: Fraction
    home: str
    rate: Fraction
    conversion: Fraction
    cost: Fraction


def net(
    shelf_price: Money | str | Mapping[str, object],
    *,
    tax_rate: str | Decimal | int,
    includes_tax: bool = True,
    fee_percent: str | Decimal | int = 0,
    fee_fixed: Money | str | None = None,
    currency: str | None = None,
    rate: str | Decimal | int | None = None,
    conversion_percent: str | Decimal | int = 0,
    cost: Money | str | None = None,
    landed: Money | str | None = None,
    rounding: RoundingMode = "half-up",
) -> NetRevenue:
    """Return the net revenue that a chosen shelf price leaves.

    >>> found = net("19.99 EUR", tax_rate="19", fee_percent="1.5", fee_fixed="0.25 EUR")
    >>> print(found.net, found.tax, found.revenue)
    16.80 EUR 3.19 EUR 16.25 EUR

    Args:
        shelf_price: the price that shoppers see.
        tax_rate: tax in percent of the net price (0 where there is none: it must be said).
        includes_tax: whether the shelf price includes it.
        fee_percent: fees of payment or platform in percent of what the shopper pays, tax included.
        fee_fixed: fixed fee, in the currency of the price or in the home currency.
        currency: the home currency; silent: that of the price.
        rate: units of the home currency for one of the price's currency.
        conversion_percent: what exchanging costs, in percent of what the shopper pays.
        cost: cost of the goods, in the home currency.
        landed: further cost in the home currency that the seller bears (duty, import tax that is not recovered, carriage).
        rounding: how tax, fees and exchanged amounts are rounded to the smallest unit.

    Raises:
        InvalidInput: for what cannot be read, a missing rate of exchange, and amounts in a third currency.
    """
    shelf = Money.of(shelf_price)
    home = currency or shelf.currency
    if home != shelf.currency and rate is None:
        raise InvalidInput(
            f"{shelf.currency} must be exchanged into {home}: give rate",
            field="rate",
            hint=f"units of {home} for 1 {shelf.currency}",
        )
    fixed = Money(0, shelf.currency) if fee_fixed is None else Money.of(fee_fixed)
    if fixed.currency not in (shelf.currency, home):
        raise InvalidInput(
            f"the fee is in {fixed.currency}: give it in {shelf.currency} or {home}", field="fee_fixed", value=fixed
        )
    at_home = fixed.currency != shelf.currency
    terms = Terms(
        tax=share_of_percent(tax_rate, "tax_rate", below=400),
        included=includes_tax,
        fee=share_of_percent(fee_percent, "fee_percent", below=100),
        fixed=Fraction(0) if at_home else fraction_of(fixed),
        fixed_home=fraction_of(fixed) if at_home else Fraction(0),
        home=home,
        rate=Fraction(1) if home == shelf.currency else factor_of(rate, "rate"),
        conversion=share_of_percent(conversion_percent, "conversion_percent", below=100),
        cost=sum((in_home(money, home, name) for money, name in ((cost, "cost"), (landed, "landed"))), Fraction(0)),
    )
    return left_of(shelf, terms, rounding)


def in_home(value: Money | str | None, home: str, field: str) -> Fraction:
    """Return an amount that must be in the home currency."""
    if value is None:
        return Fraction(0)
    money = Money.of(value)
    if money.currency != home:
        raise InvalidInput(f"{field} must be in {home}, not {money}", field=field, value=value, hint="convert it first")
    return fraction_of(money)


def left_of(shelf: Money, terms: Terms, rounding: RoundingMode = "half-up") -> NetRevenue:
    """Return what a shelf price leaves under terms; every amount that somebody pays is rounded to the smallest unit."""
    local, home = shelf.currency, terms.home
    unit, home_unit = smallest(local), smallest(home)
    price = fraction_of(shelf)
    tax = whole(price * terms.tax / (1 + terms.tax) if terms.included else price * terms.tax, unit, rounding)
    paid = price if terms.included else price + tax
    turnover = paid - tax
    fees = whole(paid * terms.fee, unit, rounding) + terms.fixed
    conversion = whole(paid * terms.conversion, unit, rounding)
    turnover_home = whole(turnover * terms.rate, home_unit, rounding)
    revenue = whole((turnover - fees - conversion) * terms.rate, home_unit, rounding) - terms.fixed_home
    left = revenue - terms.cost
    return NetRevenue.made(
        shelf=shelf,
        paid=money_of(paid, local),
        tax=money_of(tax, local),
        net=money_of(turnover, local),
        fees=money_of(fees, local),
        fee_fixed=money_of(terms.fixed_home, home),
        conversion=money_of(conversion, local),
        net_home=money_of(turnover_home, home),
        revenue=money_of(revenue, home),
        cost=money_of(terms.cost, home),
        left=money_of(left, home),
        margin=percent_of(left / (turnover * terms.rate)) if turnover > 0 else None,
        steps=tuple(_steps(terms, local, rounding, (paid, tax, turnover, fees, conversion, revenue, left))),
    )


def _steps(terms: Terms, local: str, rounding: RoundingMode, figures: tuple[Fraction, ...]) -> list[Step]:
    paid, tax, turnover, fees, conversion, revenue, left = figures
    home = terms.home
    side = "in" if terms.included else "on"
    exchanged = "" if home == local else f", exchanged at {_number(terms.rate)} {home} for 1 {local}"
    at_home = f", less {money_of(terms.fixed_home, home)}" if terms.fixed_home else ""
    rows = [
        ("paid", paid, local, "what the shopper pays"),
        ("tax", tax, local, f"{percent_of(terms.tax)} % {side} the price, rounded {rounding}"),
        ("net", turnover, local, "paid less tax"),
        (
            "fees",
            fees,
            local,
            f"{percent_of(terms.fee)} % of what is paid, rounded {rounding}, and {money_of(terms.fixed, local)}",
        ),
        ("conversion", conversion, local, f"{percent_of(terms.conversion)} % of what is paid, rounded {rounding}"),
        ("revenue", revenue, home, f"net less fees and conversion{exchanged}{at_home}, rounded {rounding}"),
        ("left", left, home, f"revenue less cost of {money_of(terms.cost, home)}"),
    ]
    return [
        Step(bill="net", id=name, kind="value", amount=money_of(value, currency), text=text, rule=f"prices.net.{name}")
        for name, value, currency, text in rows
    ]


def _number(value: Fraction) -> str:
    return f"{percent_of(value / 100, 6):f}"
