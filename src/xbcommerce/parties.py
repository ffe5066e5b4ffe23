"""Parties: who sells, who buys, and the marketplace between them, as far as tax law asks.

Everything that begins or ends has its days, both inclusive: a seller who moved, left a warehouse or gave up a number is asked
about as of a day. What is not said is not assumed: no list of registrations means that none is known, no list of stock that
the goods lie where they are sent from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from xbcommerce.errors import InvalidInput, UnknownFact, shown
from xbcommerce.goods import Model, Traits
from xbcommerce.money import Money
from xbcommerce.places import Address, locate

__all__ = [
    "Buyer",
    "Certificate",
    "Dated",
    "Establishment",
    "Exemption",
    "Marketplace",
    "Place",
    "Registration",
    "Seller",
    "Stock",
    "TaxNumber",
    "lies_in",
    "place_code",
]

_PLACE_TEXT = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z0-9]{1,8})?")
_SCHEME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LONGEST_NUMBER = 40
_MOST = 10_000


@lru_cache(maxsize=4096)
def _code_of_text(value: str) -> str:
    address = Address.of(value)
    return address.region or address.country


def place_code(value: object) -> str:
    """Return the code of a country, region or territory.

    >>> place_code("us-ca"), place_code("XI"), place_code({"country": "CA", "region": "ON"})
    ('US-CA', 'XI', 'CA-ON')

    Raises:
        InvalidInput: for unknown codes, and for a postcode: name the territory instead.
    """
    if isinstance(value, str):
        return _code_of_text(value)
    address = Address.of(value)
    if address.postcode is not None:
        raise InvalidInput(
            "a place is given by its code, without a postcode", field="place", value=address.postcode,
            hint="where the postcode matters, give the territory's own code, such as 'ES-CN'",
        )  # fmt: skip
    return address.region or address.country


@lru_cache(maxsize=65_536)
def lies_in(code: str, area: str, on: date) -> bool:
    """Tell whether a place is an area, lies in it, or belongs to its tax territory on a day.

    >>> day = date(2026, 11, 22)
    >>> lies_in("US-CA", "US", day), lies_in("FR", "EU", day), lies_in("GB", "EU", date(2020, 12, 31)), lies_in("GB", "EU", day)
    (True, True, True, False)
    """
    if code == area or code.startswith(f"{area}-"):
        return True
    try:
        found = locate(code, on)
    except (InvalidInput, UnknownFact):  # an area lies in nothing but itself; a territory may not have existed on the day
        return False
    return area in (found.code, found.country, found.vat, *found.lineage)


def _scheme(value: object) -> str:
    text = value.strip().lower().replace("-", "_").replace(" ", "_") if isinstance(value, str) else ""
    if not _SCHEME.fullmatch(text):
        raise InvalidInput(
            f"the name of a scheme is a word such as 'union_oss', not {shown(value)}", field="scheme", value=value
        )
    return text


def _number(value: object) -> str:
    text = "".join(value.split()).upper() if isinstance(value, str) and len(value) <= 2 * _LONGEST_NUMBER else ""
    if not 1 <= len(text) <= _LONGEST_NUMBER or not text.isascii() or not text.isprintable():
        raise InvalidInput(
            f"a number is a text of 1 to {_LONGEST_NUMBER} characters, not {shown(value)}", field="number", value=value
        )
    return text


def _country_of_number(value: object) -> str:
    """Return the country whose number it is; prefixes that numbers have instead of the code of ISO 3166 are understood."""
    from xbcommerce.places import usual_code

    return Address.of(usual_code(value) if isinstance(value, str) else value).country


Place = Annotated[str, BeforeValidator(place_code)]
"""Code of a country, region or territory: "DE", "US-CA", "XI", "ES-CN"."""
Scheme = Annotated[str, BeforeValidator(_scheme)]
Number = Annotated[str, BeforeValidator(_number)]


class Dated(Model):
    """Something that holds from a day to a day, both inclusive; an open end is unlimited."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidInput(
                f"valid_to {self.valid_to} lies before valid_from {self.valid_from}", field="valid_to", value=self.valid_to
            )
        return self

    def covers(self, on: date) -> bool:
        """Tell whether a day lies within."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    @classmethod
    def of(cls, value: object) -> Self:
        """Return one as it is, or made from a mapping, or from the text that its first field is."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        return cls._from_text(value)

    @classmethod
    def _from_text(cls, value: object) -> Self:
        """Return one that begins on a day."""
        return cls(valid_from=value)


class Establishment(Dated):
    """A fixed place of business, with people and means of its own (a warehouse of somebody else is stock)."""

    place: Place

    @classmethod
    def _from_text(cls, value: object) -> Self:
        return cls(place=value)


class Stock(Dated):
    """Goods of the seller that lie in a place, also in the warehouse of a marketplace."""

    place: Place

    @classmethod
    def _from_text(cls, value: object) -> Self:
        return cls(place=value)


class Registration(Dated):
    """A registration for tax: the ordinary one of a place, or one under a scheme.

    >>> Registration.of("US-CA").place, Registration.of("union_oss").scheme
    ('US-CA', 'union_oss')

    Attributes:
        place: whose number it is; under a scheme: the place of identification, if it is known.
        scheme: name of the scheme ("union_oss", "ioss", "voec" ...); silent: the ordinary registration of the place.
        number: as on invoices, where it is known.
    """

    place: Place | None = None
    scheme: Scheme | None = None
    number: Number | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Registration:
        if self.place is None and self.scheme is None:
            raise InvalidInput("a registration has a place or a scheme", field="place")
        return self

    @classmethod
    def _from_text(cls, value: object) -> Self:
        if isinstance(value, str) and not _PLACE_TEXT.fullmatch(value.strip()):
            return cls(scheme=value)
        return cls(place=value)

    def answers(self, name: str) -> bool:
        """Tell whether it is the ordinary registration of a place, or the one under a scheme, of this name."""
        return self.scheme == name or (self.scheme is None and self.place == name)


class Exemption(Dated):
    """A small business exemption that the seller uses in a place.

    Attributes:
        place: where sales are exempt.
        scheme: "small_business" (the place's own) or the name of a cross-border scheme.
        number: the number under which it is granted.
    """

    place: Place
    scheme: Scheme = "small_business"
    number: Number | None = None

    @classmethod
    def _from_text(cls, value: object) -> Self:
        return cls(place=value)


class TaxNumber(Model):
    """A tax number that a buyer gave, and what is known of it.

    Attributes:
        country: whose number it is.
        number: as given, without blanks.
        evidence: whether somebody asked the authority: verified, unverified (nobody did) or invalid (it said no).
        verified_on: the day of that answer.
    """

    country: Annotated[str, BeforeValidator(_country_of_number)]
    number: Number
    evidence: Literal["verified", "unverified", "invalid"] = "unverified"
    verified_on: date | None = None

    @model_validator(mode="after")
    def _answered(self) -> TaxNumber:
        if self.verified_on is not None and self.evidence == "unverified":
            raise InvalidInput("verified_on says that the number was asked about: say what came of it", field="evidence")
        return self

    @classmethod
    def of(cls, value: object) -> TaxNumber:
        """Return a number as it is, or made from a mapping, a text that begins with the country, or (country, number, ...).

        >>> TaxNumber.of("DE 123456789")
        TaxNumber(country='DE', number='DE123456789', evidence='unverified', verified_on=None)
        """
        if isinstance(value, TaxNumber):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        if isinstance(value, str):
            return cls(country=value.strip()[:2], number=value)
        if isinstance(value, list | tuple) and 2 <= len(value) <= 4:
            return cls(**dict(zip(("country", "number", "evidence", "verified_on"), value, strict=False)))
        raise InvalidInput(f"cannot read {shown(value)} as a tax number", field="tax_numbers", value=value)


class Certificate(Dated):
    """A buyer's certificate for one state: bought for resale, or exempt by its person."""

    state: Place
    kind: Literal["resale", "exempt"]
    number: Number | None = None

    @classmethod
    def of(cls, value: object) -> Certificate:
        """Return a certificate as it is, or made from a mapping or from (state, kind, last day)."""
        if isinstance(value, list | tuple) and 2 <= len(value) <= 3:
            return cls(**dict(zip(("state", "kind", "valid_to"), value, strict=False)))
        return super().of(value)


def _many(make: Callable[[Any], Any]) -> BeforeValidator:
    def read(value: object) -> tuple[Any, ...]:
        if value is None:
            return ()
        if isinstance(value, str | Mapping | Model | date):
            return (make(value),)
        if not isinstance(value, Iterable):
            raise InvalidInput(f"a list is expected, not {shown(value)}", value=value)
        found = tuple(make(item) for item in value)
        if len(found) > _MOST:
            raise InvalidInput(f"at most {_MOST} are accepted, not {len(found)}", value=len(found))
        return found

    return BeforeValidator(read)


def _options(value: object) -> dict[str, tuple[Dated, ...]]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"options are a mapping from names to days, not {shown(value)}", field="options", value=value)
    read = _many(Dated.of).func
    return {_scheme(name): (Dated(),) if days is True else read(days) for name, days in value.items()}  # type: ignore[call-arg]


def _not_negative(value: object) -> Money:
    money = Money.of(value)
    if money.amount < 0:
        raise InvalidInput(f"{money} is negative: a turnover is at least 0", value=value)
    return money


def _registered(registrations: Iterable[Registration], name: str, on: date) -> Registration | None:
    return next((one for one in registrations if one.answers(name) and one.covers(on)), None)


class Seller(Model):
    """Who sells.

    >>> seller = Seller(
    ...     establishments=["FR"], stock=["FR", {"place": "PL", "valid_from": "2026-03-05"}], registrations=["FR", "ioss"]
    ... )
    >>> before, after = date(2026, 1, 1), date(2026, 4, 1)
    >>> seller.established_in("EU", before), seller.stock_in("PL", before), seller.stock_in("PL", after)
    (True, False, True)
    >>> seller.registered("PL", after) is None, seller.registered("ioss", after).scheme
    (True, 'ioss')

    Attributes:
        name: for people.
        establishments: fixed places of business.
        stock: where the goods lie; None: not said, they are taken to lie where they are sent from.
        registrations: tax numbers that the seller has; silent: none.
        options: choices with the day from which they hold (`{"destination": ["2026-01-01"]}`).
        elections: choices that are a value (`rounding_level`: "document", "line" or "unit"; `year_start`: "04-06"), by name.
        exemptions: small business exemptions in use.
        turnover: turnover that is stated instead of a sales history, by the name of the obligation.
        obliged: what is known of obligations instead of a sales history, by place or obligation: since when, or whether.
    """

    name: Annotated[str, Field(max_length=200)] = ""
    establishments: Annotated[tuple[Establishment, ...], _many(Establishment.of)] = ()
    stock: Annotated[tuple[Stock, ...], _many(Stock.of)] | None = None
    registrations: Annotated[tuple[Registration, ...], _many(Registration.of)] = ()
    options: Annotated[dict[str, tuple[Dated, ...]], BeforeValidator(_options)] = Field(default_factory=dict)
    elections: Traits = Field(default_factory=dict)
    exemptions: Annotated[tuple[Exemption, ...], _many(Exemption.of)] = ()
    turnover: dict[str, Annotated[Money, BeforeValidator(_not_negative)]] = Field(default_factory=dict)
    obliged: dict[str, bool | date] = Field(default_factory=dict)

    @classmethod
    def of(cls, value: object) -> Seller:
        """Return a Seller as it is, or made from a mapping, or from the code of its only establishment.

        >>> Seller.of("FR").establishments
        (Establishment(valid_from=None, valid_to=None, place='FR'),)
        """
        if isinstance(value, Seller):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        if isinstance(value, str | Address):
            return cls(establishments=[value])
        raise InvalidInput(
            f"a seller is a Seller, a mapping or a place, not {type(value).__name__}", field="seller", value=value
        )

    def established_in(self, area: str, on: date) -> bool:
        """Tell whether the seller has an establishment in a place or an area on a day."""
        return any(one.covers(on) and lies_in(one.place, area, on) for one in self.establishments)

    def stock_in(self, area: str, on: date) -> bool:
        """Tell whether the seller is known to hold stock in a place or an area on a day."""
        return any(one.covers(on) and lies_in(one.place, area, on) for one in self.stock or ())

    def places_established(self, on: date) -> tuple[str, ...]:
        """Return the codes of the places of business on a day."""
        return tuple(dict.fromkeys(one.place for one in self.establishments if one.covers(on)))

    def places_of_stock(self, on: date) -> tuple[str, ...]:
        """Return the codes of the places where stock is known to lie on a day."""
        return tuple(dict.fromkeys(one.place for one in self.stock or () if one.covers(on)))

    def registered(self, name: str, on: date) -> Registration | None:
        """Return the registration of a place, or under a scheme, that holds on a day."""
        return _registered(self.registrations, name, on)

    def opted(self, name: str, on: date) -> bool:
        """Tell whether an option holds on a day."""
        return any(one.covers(on) for one in self.options.get(name, ()))

    def exempt_in(self, place: str, on: date) -> Exemption | None:
        """Return the small business exemption used in a place on a day."""
        return next((one for one in self.exemptions if one.place == place and one.covers(on)), None)

    def is_obliged(self, name: str, on: date) -> bool | None:
        """Tell what the seller states of an obligation (by place or name) on a day; None: nothing."""
        stated = self.obliged.get(name)
        return stated if stated is None or isinstance(stated, bool) else stated <= on


class Buyer(Model):
    """Who buys.

    Attributes:
        kind: consumer or business; None: not said.
        tax_numbers: numbers that the buyer gave, with what is known of them.
        certificates: resale and exemption certificates, by state.
        place: where the buyer is established or lives, where that is not where the goods go.
    """

    kind: Literal["consumer", "business"] | None = None
    tax_numbers: Annotated[tuple[TaxNumber, ...], _many(TaxNumber.of)] = ()
    certificates: Annotated[tuple[Certificate, ...], _many(Certificate.of)] = ()
    place: Place | None = None

    @classmethod
    def of(cls, value: object) -> Buyer:
        """Return a Buyer as it is, or made from a mapping, or from its kind."""
        if isinstance(value, Buyer):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        if isinstance(value, str):
            return cls(kind=value)
        raise InvalidInput(f"a buyer is a Buyer, a mapping or its kind, not {type(value).__name__}", field="buyer", value=value)

    def certificate(self, state: str, on: date) -> Certificate | None:
        """Return the certificate that the buyer has for a state on a day."""
        return next((one for one in self.certificates if one.state == state and one.covers(on)), None)


class Marketplace(Model):
    """A platform that sells for others.

    Attributes:
        name: for people, and for agreements that only some platforms have.
        place: country where it is established.
        collects: whether it collects the tax of this sale: true, false, or None where the law's facts shall tell.
        registrations: its tax numbers.
    """

    name: Annotated[str, Field(max_length=200)] = ""
    place: Place | None = None
    collects: bool | None = None
    registrations: Annotated[tuple[Registration, ...], _many(Registration.of)] = ()

    @classmethod
    def of(cls, value: object) -> Marketplace:
        """Return a Marketplace as it is, or made from a mapping, or from its name."""
        if isinstance(value, Marketplace):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        if isinstance(value, str):
            return cls(name=value)
        raise InvalidInput(f"a marketplace is a Marketplace, a mapping or a name, not {type(value).__name__}", value=value)

    def registered(self, name: str, on: date) -> Registration | None:
        """Return the registration of a place, or under a scheme, that holds on a day."""
        return _registered(self.registrations, name, on)
