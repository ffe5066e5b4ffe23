"""Amounts: from prices, discounts and delivery to the tax, rounded at the level that the law says.

Order of reckoning: price, the line's own discount, the sale's discount shared by value, delivery shared by value, exempt parts
by piece, base by tax, tax, rounding, shares of the lines by largest remainder. Everything is exact until the tax is rounded; a
price that contains the tax is never rounded net and multiplied again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.money import Money, RoundingMode, allocate, divide, minor_units
from xbcommerce.tax.rates import TaxLaw
from xbcommerce.tax.sale import Sale, money_or_none

if TYPE_CHECKING:
    from xbcommerce.tax.question import Lane

__all__ = ["Rounding", "Tax", "Worth", "includes_tax", "money_of", "rounding_of", "taxes_of", "worths"]

LEVELS = ("document", "line", "unit")


class Rounding(NamedTuple):
    """How tax amounts are rounded: mode, step in minor units, and what is rounded."""

    mode: RoundingMode
    step: int
    level: str


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax on a line's price: its name, its share of the price without tax, and how delivery is treated.

    Attributes:
        parts: name and share of each tax that is rounded for itself.
        exempt_amount: part of one piece's price, in minor units, that is not taxed.
        delivery: whether the line's share of the delivery charge is taxed, and at which shares.
    """

    parts: tuple[tuple[str, Fraction], ...]
    exempt_amount: Fraction
    delivery: tuple[tuple[str, Fraction], ...]
    rounding: Rounding
    included: bool


class Worth(NamedTuple):
    """What a line is worth in minor units: the goods after discounts, and its share of the delivery charge."""

    goods: Fraction
    freight: Fraction

    @property
    def price(self) -> Fraction:
        """Goods and delivery."""
        return self.goods + self.freight


def includes_tax(lane: Lane, law: TaxLaw) -> bool:
    """Tell whether the prices contain the tax: as the sale says, else as prices are shown to consumers there."""
    stated = lane.sale.prices_include_tax
    if stated is not None:
        return stated
    shown = lane.maybe("tax.price_display", law)
    included = shown is not None and shown.value is True and lane.sale.buyer.kind != "business"
    lane.assume(f"prices taken to {'contain' if included else 'be without'} the tax (prices_include_tax was not said)")
    return included


def rounding_of(lane: Lane, law: TaxLaw) -> Rounding:
    """Return how the law rounds tax, or the usual way, and say so."""
    mode = lane.maybe("tax.rounding", law)
    level = lane.code("tax.rounding_level", law, "")
    elected = lane.seller.elections.get("rounding_level")
    if elected is not None and elected not in LEVELS:
        raise InvalidInput(f"rounding_level {elected!r} is none of {', '.join(LEVELS)}", field="elections", value=elected)
    if level == "either":
        level = str(elected or LEVELS[0])
        if elected is None:
            lane.assume("the seller may round by document or by line: by document is taken (elections rounding_level)")
    elif not level:
        level = str(elected or LEVELS[0])
        if elected is None or mode is None:
            lane.assume("how tax is rounded is not in the rulebook for the place: half up on the document's total is taken")
    step = lane.maybe("tax.rounding_step", law)
    smallest = 1
    if step is not None:
        scaled = Fraction(*step.ratio) * 10 ** minor_units(lane.sale.currency)
        smallest = max(1, int(scaled))
    return Rounding(str(mode.value) if mode else "half-up", smallest, level)  # type: ignore[arg-type]


def worths(sale: Sale) -> list[Worth]:
    """Return what each line is worth after discounts, with its share of the delivery charge.

    >>> lines = [{"unit_price": "33.33 EUR"}] * 3
    >>> [str(one.goods) for one in worths(Sale(lines=lines, ship_from="DE", ship_to="DE", seller="DE", discount="10.00 EUR"))]
    ['2999', '3000', '3000']
    """
    prices = [Fraction(*price) for price in sale.prices]
    weights = _weights(prices)
    off = _shared(sale.discount, weights)
    goods = [price - part for price, part in zip(prices, off, strict=True)]
    if any(one < 0 for one in goods):
        raise InvalidInput("the discount is above the price", field="discount", value=sale.discount)
    return [Worth(one, part) for one, part in zip(goods, _shared(sale.freight, _weights(goods)), strict=True)]


def _weights(amounts: Sequence[Fraction]) -> list[int]:
    common = lcm(*[amount.denominator for amount in amounts])
    return [amount.numerator * (common // amount.denominator) for amount in amounts]


def _shared(cost: Money | None, weights: list[int]) -> list[Fraction]:
    numerator, denominator = money_or_none(cost)
    return [Fraction(part, denominator) for part in allocate(numerator, weights)]


def taxes_of(sale: Sale, lines: Sequence[int], values: Sequence[Worth], taxes: Sequence[Tax]) -> list[dict[str, Fraction]]:
    """Return each line's tax by its name, in minor units: rounded at the legal level, shared so that the parts sum up."""
    out: list[dict[str, Fraction]] = [{} for _ in lines]
    groups: dict[tuple[str, Fraction, Fraction, Rounding], dict[int, Fraction]] = {}
    for position, (index, tax) in enumerate(zip(lines, taxes, strict=True)):
        worth = values[position]
        for parts, base in ((tax.parts, _taxable(sale, index, worth.goods, tax)), (tax.delivery, worth.freight)):
            divisor = 1 + sum((share for _, share in parts), Fraction(0)) if tax.included else Fraction(1)
            for name, share in parts:
                within = groups.setdefault((name, share, divisor, tax.rounding), {})
                within[position] = within.get(position, Fraction(0)) + base
    for (name, share, divisor, rounding), bases in groups.items():
        for position, amount in _rounded(sale, lines, bases, share / divisor, rounding).items():
            out[position][name] = out[position].get(name, Fraction(0)) + amount
    return out


def _taxable(sale: Sale, index: int, goods: Fraction, tax: Tax) -> Fraction:
    if not tax.exempt_amount:
        return goods
    if tax.included:
        raise UnknownFact(
            "a price that contains the tax cannot be taken apart where a part of each piece is exempt",
            field="prices_include_tax", hint="give prices without tax",
        )  # fmt: skip
    return max(Fraction(0), goods - tax.exempt_amount * sale.lines[index].quantity)


def _rounded(
    sale: Sale, lines: Sequence[int], bases: dict[int, Fraction], share: Fraction, rounding: Rounding
) -> dict[int, Fraction]:
    if rounding.level == "document":
        whole = _round(sum(bases.values(), Fraction(0)) * share, rounding)
        parts = allocate(whole // rounding.step, _weights(list(bases.values())))
        return {position: Fraction(part * rounding.step) for position, part in zip(bases, parts, strict=True)}
    if rounding.level == "unit":
        counts = {position: sale.lines[lines[position]].quantity for position in bases}
        return {
            position: Fraction(_round(base / counts[position] * share, rounding) * counts[position])
            for position, base in bases.items()
        }
    return {position: Fraction(_round(base * share, rounding)) for position, base in bases.items()}


def _round(amount: Fraction, rounding: Rounding) -> int:
    return divide(amount.numerator, amount.denominator * rounding.step, rounding.mode) * rounding.step


def money_of(minor: Fraction, currency: str) -> Money:
    """Return minor units as money, exactly."""
    if minor.denominator == 1:
        return Money.from_minor(minor.numerator, currency)
    return Money((Decimal(minor.numerator) / Decimal(minor.denominator)).scaleb(-minor_units(currency)), currency)
