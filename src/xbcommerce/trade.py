"""Trade: who sells what to whom, how it travels, and on which terms.

Terms of delivery are the Incoterms 2020 of the International Chamber of Commerce. They say who bears the charges at the
border; who pays the freight is told apart from them, because shops do as they like.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.goods import Country, Item, Model, Price, Quantity, Traits, named
from xbcommerce.money import Amounts, allocate, in_minor, times
from xbcommerce.places import Address

__all__ = ["DATES", "HISTORY", "Incoterm", "Line", "Order", "Price"]

Incoterm: TypeAlias = Literal["EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"]
"""Incoterms 2020. Only DDP lays import duty and tax on the seller."""

Day: TypeAlias = Literal["payment", "export", "entry", "release", "delivery"]
DATES: tuple[Day, ...] = ("payment", "export", "entry", "release", "delivery")
"""The days a law may look at; all are the day of the question unless the order says otherwise."""

HISTORY: tuple[str, ...] = tuple(
    f"{period}.{amount}"
    for period in ("recipient_day", "recipient_year")
    for amount in ("goods", "freight", "insurance", "clearance_fee", "assessed_value")
)
"""What a law may ask about the recipient's earlier consignments: an amount of the day or of the year."""

_MOST_LINES = 10_000
_LARGEST = 10**15


def _rule(value: object) -> Any:
    if value is None or isinstance(value, str | Mapping):
        return value
    raise InvalidInput(
        f"a duty is a text such as '12 %' or 'free', or a rule in words of the charge schedule, not {shown(value)}",
        field="duty",
        value=value,
    )


def _claim(value: object) -> object:
    """Return a claim of preferential origin: yes, no, or the name of the programme."""
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if not text or len(text) > 64 or not text.isprintable():
            raise InvalidInput(
                f"preference is true, false or the name of a programme, not {shown(value)}", field="preference", value=value
            )
        return text
    return value


Claim = Annotated[bool | str | None, BeforeValidator(_claim)]
"""Whether preferential origin is claimed: true (any programme of the origin), the name of a programme, or false."""


def _history(value: object) -> object:
    for name in value if isinstance(value, Mapping) else ():
        if name not in HISTORY:
            raise InvalidInput(
                f"no law asks for the earlier {shown(name)}: accepted are {', '.join(HISTORY)}",
                field="history",
                value=name,
                allowed=HISTORY,
                hint=suggest(name, HISTORY),
            )
    return value


class Line(Item):
    """A line of an order: an item, how many, and its price.

    Attributes:
        quantity: pieces.
        unit_price: price of one piece, net of destination taxes; or
        price: price of the whole line instead.
        duty: duty rate or rule of the tariff for this line ("12 %", "free", `{"sum": [...]}`); silent: looked up in the tariff.
        preference: preferential origin of this line is claimed, with proof: true or a programme's name; silent: as the order.
    """

    quantity: Quantity = 1
    unit_price: Price | None = None
    price: Price | None = None
    duty: Annotated[Any, BeforeValidator(_rule)] = None
    preference: Claim = None

    @model_validator(mode="after")
    def _one_price(self) -> Line:
        if (self.unit_price is None) == (self.price is None):
            raise InvalidInput("give either unit_price (one piece) or price (the whole line)", field="unit_price")
        amount, currency = self.total
        if amount >= _LARGEST:
            raise InvalidInput(f"{self.quantity} pieces at {self.unit_price} are no plausible line", field="unit_price")
        for material, value in self.content.items():
            if value.currency == currency and times(value.amount, self.quantity) > amount:
                raise InvalidInput(
                    f"the {material} in one piece is worth {value}, more than the piece", field=f"content.{material}",
                    value=value,
                )  # fmt: skip
        return self

    @property
    def total(self) -> tuple[Decimal, str]:
        """Exact price of the line and its currency."""
        if self.price is not None:
            return self.price.amount, self.price.currency
        assert self.unit_price is not None  # noqa: S101 - guaranteed by _one_price
        return times(self.unit_price.amount, self.quantity), self.unit_price.currency


class Order(Model):
    """One consignment: what is sent in one parcel from one place to one buyer.

    Attributes:
        lines: at least one line.
        ship_from: country the parcel is sent from.
        ship_to: destination: "DE", "CA-ON", or country, region and postcode.
        freight: what the transport costs the buyer; silent: none is assumed, and the quote says so.
        insurance: what the transport insurance costs; silent: none.
        clearance_fee: fee of post or courier for the clearance, known before entry, where the law puts it into the tax base.
        freight_by: whether freight and insurance fall on the lines by value or by weight.
        freight_paid_by: who pays the carrier; independent of the terms of delivery.
        incoterm: terms of delivery; they decide who bears the charges at the border.
        channel: post, courier or freight.
        mode: means of transport.
        buyer: consumer, or business that gives its tax number.
        sold_via: own site or marketplace.
        seller_established: country of the seller.
        scheme: collection scheme used for this sale ("ioss" ...), as the destination's table names it.
        entry: kind of customs entry, where the caller chooses it.
        option: a method that the carrier may choose, where the law offers several.
        gift: unpaid gift between private persons.
        personal_use: for the buyer's own use; silent: true for a consumer, false for a business.
        preference: preferential origin is claimed, with proof: true, or the name of a programme of the destination's tariff.
        fee_exempt: a trade agreement frees the entry from the processing fee.
        traits: further traits that a law asks for.
        history: what the recipient has had before on the day or in the year, without this order ("recipient_day.goods" ...,
            see `HISTORY`); silent: nothing, and the quote says so where a law asks.
        dates: days other than the day of the question (payment, export, entry, release, delivery).
    """

    lines: tuple[Line, ...]
    ship_from: Country
    ship_to: Annotated[Address, BeforeValidator(Address.of)]
    freight: Price | None = None
    insurance: Price | None = None
    clearance_fee: Price | None = None
    freight_by: Literal["value", "weight"] = "value"
    freight_paid_by: Literal["customer", "seller"] = "customer"
    incoterm: Incoterm | None = None
    channel: Literal["post", "courier", "freight"] | None = None
    mode: Literal["air", "sea", "road", "rail"] | None = None
    buyer: Literal["consumer", "business"] | None = None
    sold_via: Literal["own_site", "marketplace"] | None = None
    seller_established: Country | None = None
    scheme: str | None = Field(default=None, max_length=64)
    entry: Literal["formal", "informal"] | None = None
    option: str | None = Field(default=None, max_length=64)
    gift: bool | None = None
    personal_use: bool | None = None
    preference: Claim = None
    fee_exempt: bool | None = None
    traits: Traits = Field(default_factory=dict)
    history: Annotated[dict[str, Price], BeforeValidator(_history)] = Field(default_factory=dict)
    dates: dict[Day, Annotated[date, BeforeValidator(lambda value: a_day(value, "the day"))]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _some_lines(self) -> Order:
        if not 1 <= len(self.lines) <= _MOST_LINES:
            raise InvalidInput(
                f"an order has 1 to {_MOST_LINES} lines, not {len(self.lines)}", field="lines", value=len(self.lines)
            )
        return self

    @property
    def currency(self) -> str:
        """Currency of the order: that of its first line."""
        return self.lines[0].total[1]

    @property
    def claimed(self) -> bool | None:
        """Whether preferential origin is claimed for the whole order: by the order, or by all of its lines; None: not said."""
        if self.preference is not None:
            return bool(self.preference)
        claims = [line.preference for line in self.lines]
        if all(claims):
            return True
        return None if all(claim is None for claim in claims) else False

    @cached_property
    def goods(self) -> Amounts | None:
        """Exact price of each line in minor units, or None where the lines are priced in several currencies."""
        totals = [line.total for line in self.lines]
        if len({currency for _, currency in totals}) > 1:
            return None
        return Amounts.of([in_minor(amount, currency) for amount, currency in totals])

    @cached_property
    def shared_costs(self) -> Mapping[str, Amounts]:
        """Costs in the currency of the goods, shared to the lines by value in whole minor units (largest remainder)."""
        goods = self.goods
        if goods is None or self.freight_by != "value":
            return {}
        costs = {"freight": self.freight, "insurance": self.insurance, "clearance_fee": self.clearance_fee}
        return {
            name: Amounts(tuple(allocate(cost.to_minor(), goods.numerators)), 1)
            for name, cost in costs.items()
            if cost is not None and cost.currency == self.currency and cost.is_whole
        }

    @classmethod
    def of(cls, value: object) -> Order:
        """Return an Order as it is, or made from a mapping."""
        if isinstance(value, Order):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"an order is an Order or a mapping, not {type(value).__name__}", field="order", value=value)
