"""Amounts: from prices, discounts and delivery to the tax, rounded at the level that the law says.

Order of reckoning: price, the line's own discount, the sale's discount shared by value, delivery shared by value, exempt parts
by piece, base by tax, tax, rounding, shares of the lines by largest remainder. Everything is exact (integers over one
denominator) until the tax is rounded; a price that contains the tax is never rounded net and multiplied again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.money import Money, RoundingMode, allocate, divide, minor_units
from xbcommerce.tax.rates import TaxLaw, percent_of
from xbcommerce.tax.sale import Sale, Worths

if TYPE_CHECKING:
    from xbcommerce.tax.question import Lane

__all__ = ["Rounding", "Share", "Tax", "includes_tax", "money_of", "rounding_of", "taxes_of", "with_whole_delivery"]

LEVELS = ("document", "line", "unit")
_EXACT = Context(prec=80, traps=[InvalidOperation, Inexact])
"""A decimal context of our own: the caller's changes nothing."""


class Rounding(NamedTuple):
    """How tax amounts are rounded: mode, step in minor units, and what is rounded."""

    mode: RoundingMode
    step: int
    level: str


class Share(NamedTuple):
    """One tax as a share of what is priced: of the price without tax, or taken out of the price that contains it."""

    name: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Tax:
    """The taxes on a line.

    Attributes:
        percent: their rate together, on the price without tax.
        goods: the taxes on the goods, each rounded for itself.
        delivery: the taxes on the line's share of the delivery charge; none: it is not taxed.
        whole_delivery: one charge for several goods is taxed in full if any of them are taxed.
        exempt_amount: part of one piece's price, in minor units, that is not taxed.
        included: the prices contain the tax.
    """

    percent: Decimal
    goods: tuple[Share, ...]
    delivery: tuple[Share, ...]
    exempt_amount: Fraction
    rounding: Rounding
    included: bool
    whole_delivery: bool = False

    @property
    def taxes_goods(self) -> bool:
        """Tell whether the goods bear tax at all."""
        return any(share.numerator for share in self.goods)

    @classmethod
    def of(
        cls, goods: Sequence[tuple[str, Fraction]], delivery: Sequence[tuple[str, Fraction]], *, exempt_amount: Fraction,
        rounding: Rounding, included: bool, whole_delivery: bool = False,
    ) -> Tax:  # fmt: skip
        """Return a tax from its rates on the price without tax."""
        whole = sum((share for _, share in goods), Fraction(0))
        return cls(
            percent_of(whole), _shares(goods, included=included), _shares(delivery, included=included), exempt_amount, rounding,
            included, whole_delivery,
        )  # fmt: skip


def _shares(parts: Sequence[tuple[str, Fraction]], *, included: bool) -> tuple[Share, ...]:
    divisor = 1 + sum((share for _, share in parts), Fraction(0)) if included else Fraction(1)
    return tuple(Share(name, *(share / divisor).as_integer_ratio()) for name, share in parts)


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
    if level == "either" and elected is None:
        lane.assume("the seller may round by document or by line: by document is taken (elections rounding_level)")
    elif mode is None or (not level and elected is None):
        lane.assume("how tax is rounded is not in the rulebook for the place: half up on the document's total is taken")
    if level in ("either", ""):
        level = str(elected or LEVELS[0])
    step = lane.maybe("tax.rounding_step", law)
    smallest = Fraction(*step.ratio) * 10 ** minor_units(lane.sale.currency) if step is not None else Fraction(1)
    return Rounding(str(mode.value) if mode else "half-up", max(1, int(smallest)), level)  # type: ignore[arg-type]


def with_whole_delivery(taxes: Sequence[Tax | None]) -> list[Tax | None]:
    """Return the taxes on lines where one delivery charge for taxed and untaxed goods is taxed in full by some laws."""
    taxed = next((tax for tax in taxes if tax is not None and tax.whole_delivery and tax.taxes_goods), None)
    if taxed is None:
        return list(taxes)
    return [
        replace(tax, delivery=taxed.delivery) if tax is not None and tax.whole_delivery and not tax.taxes_goods else tax
        for tax in taxes
    ]


def taxes_of(sale: Sale, values: Worths, taxes: Sequence[Tax | None]) -> list[dict[str, int]]:
    """Return each line's taxes by name, in whole minor units: rounded at the legal level, shared so that the parts sum up."""
    out: list[dict[str, int]] = [{} for _ in taxes]
    groups: dict[tuple[Share, Rounding], dict[int, int]] = {}
    for index, tax in enumerate(taxes):
        if tax is None:
            continue
        base = _taxable(sale, index, values, tax)
        for share in tax.goods:
            within = groups.setdefault((share, tax.rounding), {})
            within[index] = base
        if values.freight[index]:
            for share in tax.delivery:
                within = groups.setdefault((share, tax.rounding), {})
                within[index] = within.get(index, 0) + values.freight[index]
    for (share, rounding), bases in groups.items():
        for index, amount in _rounded(sale, bases, values.scale, share, rounding):
            found = out[index]
            found[share.name] = found.get(share.name, 0) + amount
    return out


def _taxable(sale: Sale, index: int, values: Worths, tax: Tax) -> int:
    if not tax.exempt_amount:
        return values.goods[index]
    if tax.included:
        raise UnknownFact(
            "a price that contains the tax cannot be taken apart where a part of each piece is exempt",
            field="prices_include_tax", hint="give prices without tax",
        )  # fmt: skip
    exempt = tax.exempt_amount * sale.lines[index].quantity * values.scale
    return max(0, int(values.goods[index] - exempt))


def _rounded(sale: Sale, bases: dict[int, int], scale: int, share: Share, rounding: Rounding) -> Sequence[tuple[int, int]]:
    mode, step, level = rounding
    over = share.denominator * scale * step
    if level == "document":
        whole = divide(sum(bases.values()) * share.numerator, over, mode)
        parts = allocate(whole, list(bases.values()))
        return [(index, part * step) for index, part in zip(bases, parts, strict=True)]
    if level == "unit":
        counts = {index: sale.lines[index].quantity for index in bases}
        return [
            (index, divide(base * share.numerator, over * counts[index], mode) * step * counts[index])
            for index, base in bases.items()
        ]
    return [(index, divide(base * share.numerator, over, mode) * step) for index, base in bases.items()]


def money_of(numerator: int, scale: int, currency: str) -> Money:
    """Return minor units over a denominator as money, exactly."""
    if scale == 1 or not numerator % scale:
        return Money.from_minor(numerator // scale, currency)
    amount = _EXACT.divide(Decimal(numerator), Decimal(scale))  # exact: prices are decimal fractions
    return Money(_EXACT.scaleb(amount, -minor_units(currency)), currency)
