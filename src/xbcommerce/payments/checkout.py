"""What is asked: a checkout, and the merchant with the contracts it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.goods import Country, Model, Price, named
from xbcommerce.money import Money

__all__ = ["Checkout", "Contract", "Fee", "Merchant"]

_WORD = re.compile(r"[a-z0-9][a-z0-9_]{0,40}")
_FEE = re.compile(r"(?:([0-9]{1,3}(?:\.[0-9]{1,6})?)\s?%)?\s?\+?\s?(.*)")
_MOST = 200


def word(value: object) -> str:
    """Return the name of a provider, an option or a method as the data write it.

    >>> word("Checkout.com"), word("7-Eleven")
    ('checkout_com', '7_eleven')
    """
    text = re.sub(r"[^a-z0-9]+", "_", value.strip().lower()).strip("_") if isinstance(value, str) and len(value) <= 60 else ""
    if not _WORD.fullmatch(text):
        raise InvalidInput(f"{shown(value)} is no name of letters, digits and points", field="name", value=value)
    return text


def percentage(value: object) -> Decimal:
    """Return a percentage from "2.9 %", "2.9", a Decimal or an int; a float is refused.

    >>> percentage("2.9 %"), percentage(3)
    (Decimal('2.9'), Decimal('3'))
    """
    text = value.strip().removesuffix("%").strip() if isinstance(value, str) and len(value) <= 30 else value
    if isinstance(text, float | bool) or not isinstance(text, str | int | Decimal) or isinstance(value, bool):
        raise InvalidInput(
            f"cannot read {shown(value)} as a percentage", value=value, hint="write '2.9 %' or a Decimal; floats are not exact"
        )
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,8})?", text):
        raise InvalidInput(f"cannot read {shown(value)} as a percentage", value=value, hint="write '2.9 %'")
    number = Decimal(text)
    if not number.is_finite() or not 0 <= number <= 1000:
        raise InvalidInput(f"{shown(value)} is no plausible percentage", value=value, hint="between 0 and 1000 %")
    return number


def _many(make: Any) -> BeforeValidator:
    def read(value: object) -> tuple[Any, ...]:
        if isinstance(value, str | Mapping):
            value = [value]
        if not isinstance(value, list | tuple | set | frozenset):
            raise InvalidInput(f"a list is expected, not {shown(value)}", value=value)
        if len(value) > _MOST:
            raise InvalidInput(f"at most {_MOST} are accepted, not {len(value)}", value=len(value))
        return tuple(make(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value))

    return BeforeValidator(read)


Word = Annotated[str, BeforeValidator(word)]
Percent = Annotated[Decimal, BeforeValidator(percentage)]
Words = Annotated[tuple[str, ...], _many(word)]
Countries = Annotated[tuple[Country, ...], _many(lambda value: value)]


def _positive(value: Money) -> Money:
    if value.amount <= 0:
        raise InvalidInput(f"{value} is not above 0: there is nothing to pay", field="amount", value=value)
    return value


class Checkout(Model):
    """What a shopper is about to pay.

    >>> Checkout.of("NL 50 EUR").amount
    Money('50.00 EUR')

    Attributes:
        shopper: country of the shopper.
        amount: what is to be paid, all included, in the currency that is charged.
        buyer: "consumer" (assumed) or "business".
        recurring: whether later payments follow without the shopper.
        renewal: whether this is such a later payment.
        goods: "physical" (assumed) or "digital".
        vertical: trade, where a method treats it apart ("games", "top_up" ...); "ordinary" is assumed.
        flow: how a method is used, where it has several ways ("app", "card_entry" ...).
        product: which product of a method, brand: which brand of shop, account: which tier of the shopper's account.
        instalments: in how many parts the shopper would pay.
        refund_days: for how long the merchant promises refunds.
        merchant_country: where the merchant is established, if no `Merchant` is given.
        provider: the payment provider through which it is asked, if only one.
    """

    shopper: Country
    amount: Annotated[Price, AfterValidator(_positive)]
    buyer: Literal["consumer", "business"] = "consumer"
    recurring: bool = False
    renewal: bool = False
    goods: Literal["physical", "digital"] = "physical"
    vertical: Literal[
        "ordinary", "games", "top_up", "gambling", "adult", "travel", "education", "insurance", "financial"
    ] = "ordinary"  # fmt: skip
    flow: Word | None = None
    product: Word | None = None
    brand: Word | None = None
    account: Word | None = None
    instalments: int | None = Field(default=None, ge=1, le=120)
    refund_days: int | None = Field(default=None, ge=0, le=3650)
    merchant_country: Country | None = None
    provider: Word | None = None

    @classmethod
    def of(cls, value: object) -> Checkout:
        """Return a checkout as it is, made from a mapping, or from a text such as "NL 50 EUR"."""
        if isinstance(value, Checkout):
            return value
        if isinstance(value, str) and len(value) <= 80:
            shopper, _, amount = value.strip().partition(" ")
            return cls(shopper=shopper, amount=amount)
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(
            f"cannot read {shown(value)} as a checkout", field="checkout", value=value,
            hint="write {'shopper': 'NL', 'amount': '50 EUR'} or 'NL 50 EUR'",
        )  # fmt: skip

    @cached_property
    def lane(self) -> tuple[Any, ...]:
        """Everything but the amount: questions with the same lane differ only by it."""
        return (
            self.shopper, self.amount.currency, self.buyer, self.recurring, self.renewal, self.goods, self.vertical, self.flow,
            self.product, self.brand, self.account, self.refund_days, self.merchant_country, self.provider,
        )  # fmt: skip


class Fee(Model):
    """What a provider keeps of a payment: a percentage, and an amount for each payment.

    >>> Fee.of("1.5 % + 0.25 EUR")
    Fee(percent=Decimal('1.5'), fixed=Money('0.25 EUR'))
    """

    percent: Percent = Decimal(0)
    fixed: Price | None = None

    @classmethod
    def of(cls, value: object) -> Fee:
        """Return a fee as it is, made from a mapping, or from a text such as "1.5 % + 0.25 EUR"."""
        if isinstance(value, Fee):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        match = _FEE.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 60 else None
        if match is None or not (match[1] or match[2]):
            raise InvalidInput(
                f"cannot read {shown(value)} as a fee",
                field="fee",
                value=value,
                hint="write '1.5 % + 0.25 EUR', '2.9 %' or '0.35 EUR'",
            )
        return cls(percent=match[1] or "0", fixed=match[2] or None)


def _fees(value: object) -> dict[str, Fee]:
    if isinstance(value, str) or not isinstance(value, Mapping):
        return {"any": Fee.of(value)}
    if value.keys() <= {"percent", "fixed"} and value:
        return {"any": Fee.of(value)}
    if len(value) > _MOST:
        raise InvalidInput(f"at most {_MOST} fees are accepted", field="fees", value=len(value))
    return {word(name): Fee.of(fee) for name, fee in value.items()}


class Contract(Model):
    """A contract with a payment provider.

    Attributes:
        provider: its name.
        methods: the methods that are switched on; silent: all that the provider offers.
        country: the entity that holds the contract, if not the merchant's seat.
        fees: by method, by kind, or "any".
        international: what is added for cards of other countries.
        conversion: mark-up, in percent, where the money is paid out in another currency.
        settlement_currency: in which it is paid out.
        settle_days: after how many days.
        reserve: rolling reserve, in percent of each payment, and for how many days it is held.
    """

    provider: Word
    methods: Words | None = None
    country: Country | None = None
    fees: Annotated[dict[str, Fee], BeforeValidator(_fees)] = Field(default_factory=dict)
    international: Percent | None = None
    conversion: Percent | None = None
    settlement_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    settle_days: int | None = Field(default=None, ge=0, le=365)
    reserve: Percent | None = None
    reserve_days: int | None = Field(default=None, ge=0, le=3650)

    @classmethod
    def of(cls, value: object) -> Contract:
        """Return a contract as it is, made from a mapping, or from the name of a provider."""
        if isinstance(value, Contract):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        return cls(provider=value)

    def __hash__(self) -> int:
        """Equal contracts have equal hashes, whatever the order of their fees."""
        return hash((self.provider, self.methods, self.country, frozenset(self.fees.items()), self.settlement_currency))

    def fee(self, method: str, kind: str) -> Fee | None:
        """Return the fee agreed for a method, for its kind, or for any."""
        return self.fees.get(method) or self.fees.get(kind) or self.fees.get("any")


class Merchant(Model):
    """Who sells.

    Attributes:
        country: seat; entities: further countries with an establishment.
        contracts: with payment providers; none: every provider is asked.
        own_contracts: countries in which it has a contract of its own with a local bank or scheme.
        tax_ids: countries in which it has a tax number.
        margin: percent of the price; dispute_rate: percent of value lost to disputes.
        capital_cost: percent a year; return_rate: percent of value sent back.
        refusal_rate: percent of cash parcels refused; parcel_out, parcel_back: what sending it out and back costs.
    """

    country: Country
    entities: Countries = ()
    contracts: Annotated[tuple[Contract, ...], _many(Contract.of)] = ()
    own_contracts: Countries = ()
    tax_ids: Countries = ()
    margin: Percent | None = None
    dispute_rate: Percent | None = None
    capital_cost: Percent | None = None
    return_rate: Percent | None = None
    refusal_rate: Percent | None = None
    parcel_out: Price | None = None
    parcel_back: Price | None = None

    @model_validator(mode="after")
    def _one_contract_each(self) -> Self:
        seen: set[tuple[str, str | None]] = set()
        for contract in self.contracts:
            key = (contract.provider, contract.country)
            if key in seen:
                raise InvalidInput(
                    f"there are two contracts with {contract.provider}", field="contracts", value=contract.provider
                )
            seen.add(key)
        return self

    @classmethod
    def of(cls, value: object) -> Merchant:
        """Return a merchant as it is, made from a mapping, or from the code of its country."""
        if isinstance(value, Merchant):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        return cls(country=value)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Seat and entities."""
        return tuple(dict.fromkeys((self.country, *self.entities)))

    @cached_property
    def signature(self) -> str:
        """All that it says, as a text: equal texts are the same merchant."""
        return self.model_dump_json()


def checked_provider(name: str, known: tuple[str, ...]) -> str:
    """Return a provider that the data know, or raise with a suggestion."""
    if name not in known:
        raise InvalidInput(
            f"no facts are known of the provider {shown(name)}", field="provider", value=name, allowed=known,
            hint=suggest(name, known) or "a contract that lists its methods may be with any provider",
        )  # fmt: skip
    return name
