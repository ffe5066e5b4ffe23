"""What a tax determination is asked about: one consignment of one seller to one buyer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.goods import Country, Model, Traits, named
from xbcommerce.money import Money, allocate, in_minor
from xbcommerce.parties import Buyer, Marketplace, Seller
from xbcommerce.places import Address
from xbcommerce.rules.figures import literal
from xbcommerce.trade import Line, Price

__all__ = ["Sale", "SaleLine", "Supply", "Worths"]

_MOST_LINES = 10_000

Supply = Literal["ordinary", "new_vehicle", "installed", "margin_scheme"]
"""Kinds of supplies of goods that the law places differently."""


def _percentage(value: object) -> Any:
    if value is None or isinstance(value, Fraction):
        return value
    figure = literal(value.strip()) if isinstance(value, str) and value.strip().endswith("%") else None
    if figure is None or figure.is_money or not figure.numerator < figure.denominator:
        raise InvalidInput(f"{shown(value)} is no rate", field="local_rate", value=value, hint="write '4.875 %'")
    return Fraction(figure.numerator, figure.denominator)


class Worths(NamedTuple):
    """What the lines are worth, in minor units over one denominator: goods after discounts, and shares of the delivery."""

    goods: list[int]
    freight: list[int]
    scale: int

    def price(self, index: int) -> int:
        """Return goods and delivery of a line."""
        return self.goods[index] + self.freight[index]

    def prices(self) -> list[int]:
        """Return goods and delivery of every line."""
        return [goods + freight for goods, freight in zip(self.goods, self.freight, strict=True)]


class LaneKey:
    """A key that works out its hash once."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, *parts: object) -> None:
        self._parts = parts
        self._hash = hash(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, LaneKey) and self._hash == other._hash and self._parts == other._parts)


class SaleLine(Line):
    """A line of a sale.

    Attributes:
        unit_price, price: as the shop shows them: with or without tax, as the sale says.
        discount: taken off the whole line by the seller; it lowers what is taxed.
        third_party_discount: paid by somebody else (a maker's coupon); it does not.
        supply: ordinary goods, or a kind that the law places differently.
        local_rate: local sales tax on this line, where it is not that of the sale ("2 %", "0 %").
    """

    discount: Price | None = None
    third_party_discount: Price | None = None
    supply: Supply = "ordinary"
    local_rate: Annotated[Any, BeforeValidator(_percentage)] = None


class Sale(Model):
    """One consignment: what one seller sends to one buyer.

    Attributes:
        lines: what is sold.
        ship_from: where the goods are when they are sold.
        ship_to: where they are delivered.
        seller: who sells; a text is the place of its only establishment.
        buyer: who buys; silent: a consumer, and the answer says so.
        marketplace: the marketplace that facilitates the sale; silent: the seller's own shop.
        freight: what the buyer pays for delivery.
        freight_stated: the delivery charge stands apart on the invoice.
        discount: taken off the whole sale by the seller, shared to the lines by value.
        prices_include_tax: whether prices (and freight and discounts) contain the tax; silent: as the market shows prices.
        importer: who imports goods that come from outside; silent: the buyer.
        release_in: member state where goods from outside are released; silent: that of delivery.
        special_arrangements: the carrier uses the special arrangements for import VAT.
        transport_by: who has the goods carried: the seller, or the buyer who collects them.
        proof_of_exit: proof that exported goods left: yes, pending or none.
        accept_unverified: treat a buyer's number that nobody verified as valid.
        local_rate: local sales tax on top of the state's, where the caller knows it ("4.875 %").
        traits: further traits that a law asks for, by name.
    """

    lines: Annotated[tuple[SaleLine, ...], Field(min_length=1)]
    ship_from: Annotated[Address, BeforeValidator(Address.of)]
    ship_to: Annotated[Address, BeforeValidator(Address.of)]
    seller: Annotated[Seller, BeforeValidator(Seller.of)]
    buyer: Annotated[Buyer, BeforeValidator(Buyer.of)] = Buyer()
    marketplace: Annotated[Marketplace, BeforeValidator(Marketplace.of)] | None = None
    freight: Price | None = None
    freight_stated: bool = True
    discount: Price | None = None
    prices_include_tax: bool | None = None
    importer: Literal["buyer", "seller"] | None = None
    release_in: Country | None = None
    special_arrangements: bool | None = None
    transport_by: Literal["seller", "buyer"] = "seller"
    proof_of_exit: Literal["yes", "pending", "none"] = "pending"
    accept_unverified: bool = False
    local_rate: Annotated[Any, BeforeValidator(_percentage)] = None
    traits: Traits = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_currency(self) -> Sale:
        if len(self.lines) > _MOST_LINES:
            raise InvalidInput(f"a sale has at most {_MOST_LINES} lines, not {len(self.lines)}", field="lines")
        costs = [self.freight, self.discount]
        for line in self.lines:
            costs += [line.discount, line.third_party_discount]
        used = {line.total[1] for line in self.lines} | {cost.currency for cost in costs if cost is not None}
        if len(used) > 1:
            raise InvalidInput(
                f"a sale is in one currency, not in {', '.join(sorted(used))}", field="lines", hint="convert the prices first"
            )
        for index, line in enumerate(self.lines):
            if line.discount is not None and line.discount.amount > line.total[0]:
                raise InvalidInput(f"line {index + 1} has a discount above its price", field=f"lines.{index}.discount")
        return self

    @classmethod
    def of(cls, value: object) -> Sale:
        """Return a Sale as it is, or made from a mapping."""
        if isinstance(value, Sale):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"a sale is a Sale or a mapping, not {type(value).__name__}", field="sale", value=value)

    @cached_property
    def currency(self) -> str:
        """Currency of the sale."""
        return self.lines[0].total[1]

    @cached_property
    def lane(self) -> LaneKey:
        """What decides about the sale besides its goods and amounts; sales with equal lanes are determined alike."""
        market, buyer, seller = self.marketplace, self.buyer, self.seller
        return LaneKey(
            self.currency,
            self.ship_from.country, self.ship_from.region, self.ship_from.postcode,
            self.ship_to.country, self.ship_to.region, self.ship_to.postcode,
            seller.establishments, seller.registrations, seller.stock, seller.exemptions,
            *seller.options.items(), *seller.elections.items(), *seller.obliged.items(),
            buyer.kind, buyer.tax_numbers, buyer.certificates, buyer.place,
            None if market is None else (market.name, market.place, market.collects, market.registrations),
            self.freight is None, self.freight_stated, self.prices_include_tax, self.importer, self.release_in,
            self.special_arrangements, self.transport_by, self.proof_of_exit, self.accept_unverified, self.local_rate,
            *self.traits.items(),
        )  # fmt: skip

    @cached_property
    def worths(self) -> Worths:
        """What each line is worth after discounts, with its share of the delivery charge.

        >>> lines = [{"unit_price": "33.33 EUR"}] * 3
        >>> Sale(lines=lines, ship_from="DE", ship_to="DE", seller="DE", discount="10.00 EUR").worths.goods
        [2999, 3000, 3000]
        """
        prices = [_price(line, self.currency) for line in self.lines]
        scale = lcm(*[denominator for _, denominator in prices])
        goods = [numerator * (scale // denominator) for numerator, denominator in prices]
        if self.discount is None and self.freight is None:
            return Worths(goods, [0] * len(goods), scale)
        off, parts = _minor(self.discount)
        cost, shares = _minor(self.freight)
        common = lcm(scale, parts, shares)
        parts_off = allocate(off, goods)
        left = [price * (common // scale) - part * (common // parts) for price, part in zip(goods, parts_off, strict=True)]
        if min(left) < 0:
            raise InvalidInput("the discount is above the price", field="discount", value=self.discount)
        return Worths(left, [part * (common // shares) for part in allocate(cost, left)], common)


def _price(line: SaleLine, currency: str) -> tuple[int, int]:
    amount: Decimal = line.total[0]
    numerator, denominator = in_minor(amount, currency)
    if line.discount is None:
        return numerator, denominator
    off, parts = line.discount.ratio_minor()
    return numerator * parts - off * denominator, denominator * parts


def _minor(value: Money | None) -> tuple[int, int]:
    """Return an optional cost in minor units: nothing is nothing."""
    return (0, 1) if value is None else value.ratio_minor()
