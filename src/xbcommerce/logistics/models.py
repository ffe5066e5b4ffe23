"""Parcels, services and rate cards: the nouns that rates and plans share, as frozen typed data.

A *service* is what a parcel can be sent by: what it accepts, how it measures, its zones, its charges. A *rate card* is a table
of prices by zone and weight, valid between two days. Nothing here reckons: `parcels` measures, `ratecards` looks prices up,
`rates` puts the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Citation, FactUsed
from xbcommerce.goods import Dimensions, Model, Price, Weight, named
from xbcommerce.money import Money, RoundingMode
from xbcommerce.places import Address
from xbcommerce.rules.facts import in_force

__all__ = [
    "Band",
    "Battery",
    "Break",
    "Charge",
    "Chargeable",
    "Days",
    "Discount",
    "DiscountTier",
    "Index",
    "Lane",
    "Limit",
    "Measuring",
    "Parcel",
    "Quantity",
    "RateCard",
    "Service",
    "Shipment",
    "Size",
    "Source",
    "Transit",
    "Volumetric",
    "Zone",
    "quantity",
]

# ---------------------------------------------------------------------------------------------------------------- quantities

_EXACT_NUMBER = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,9})?)\s?([A-Za-z][A-Za-z0-9]{0,3}|%)?")
_MASS = {"kg": 10**21, "g": 10**18, "lb": 453592370 * 10**12, "oz": 28349523125 * 10**9}
"""Attograms: whatever a parcel or a card says with nine decimals, in any of these units, is a whole number of them."""
_LENGTH = {"m": 10**15, "cm": 10**13, "mm": 10**12, "in": 254 * 10**11, "ft": 12 * 254 * 10**11}
"""Femtometres, for the same reason."""
_VOLUME = {f"{unit}3": size**3 for unit, size in _LENGTH.items()}
_TIME = {"day": 1, "days": 1}
_KINDS = (("mass", _MASS), ("length", _LENGTH), ("volume", _VOLUME), ("days", _TIME))


class Quantity(NamedTuple):
    """A mass, length, volume, amount, percentage or number, as an exact fraction of the unit of its kind.

    Attributes:
        kind: "mass" (attograms), "length" (femtometres), "volume" (their cubes), "money", "percent" (shares of one), "number".
        size: the exact size.
        unit: ISO 4217 code of money, otherwise the unit as written.
        text: as written.
    """

    kind: str
    size: Fraction
    unit: str
    text: str


@lru_cache(maxsize=8192)
def quantity(text: str) -> Quantity:
    """Read a quantity with its unit: "0.5 kg", "60 cm", "1728 in3", "1500 RUB", "24.5 %", "120".

    >>> quantity("1 in").size == quantity("2.54 cm").size
    True

    Raises:
        InvalidInput: if it cannot be read, or its unit is unknown.
    """
    match = _EXACT_NUMBER.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= 40 else None
    if match is None:
        raise InvalidInput(
            f"cannot read {shown(text)} as a quantity", field="quantity", value=text,
            hint="write a number and a unit, such as '0.5 kg', '60 cm', '12.50 USD' or '24.5 %'",
        )  # fmt: skip
    number, unit = Fraction(match[1]), match[2] or ""
    for kind, units in _KINDS:
        if unit in units:
            return Quantity(kind, number * units[unit], unit, text.strip())
    if unit == "%":
        return Quantity("percent", number / 100, unit, text.strip())
    if not unit:
        return Quantity("number", number, unit, text.strip())
    money = Money.parse(text)
    return Quantity("money", number, money.currency, text.strip())


def _of_kind(*kinds: str) -> BeforeValidator:
    def check(value: object) -> str:
        text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
        found = quantity(text)
        if found.kind not in kinds:
            raise InvalidInput(f"{shown(text)} is a {found.kind}, not a {' or '.join(kinds)}", value=value)
        if found.size < 0 and found.kind != "money":
            raise InvalidInput(f"{shown(text)} is negative", value=value)
        return found.text

    return BeforeValidator(check)


MassText: TypeAlias = Annotated[str, _of_kind("mass")]
LengthText: TypeAlias = Annotated[str, _of_kind("length")]
MoneyText: TypeAlias = Annotated[str, _of_kind("money")]
PercentText: TypeAlias = Annotated[str, _of_kind("percent")]
StepText: TypeAlias = Annotated[str, _of_kind("mass", "length")]
NumberText: TypeAlias = Annotated[str, _of_kind("number")]
EdgeText: TypeAlias = Annotated[str, _of_kind("mass", "length", "volume", "money", "number", "days")]

# --------------------------------------------------------------------------------------------------------------- conditions

MEASURES: Mapping[str, str] = {
    "actual": "mass", "volumetric": "mass", "heavier": "mass", "chargeable": "mass", "volume": "volume", "longest": "length",
    "middle": "length", "shortest": "length", "side_sum": "length", "girth": "length", "length_plus_girth": "length",
    "roll_sum": "length", "bulk": "number", "parcels": "number", "value": "money", "batteries": "number", "net_battery": "mass",
    "watt_hours": "number", "charge_state": "number", "age": "days",
}  # fmt: skip
"""What a condition may measure. `bulk` is volumetric over actual weight; a girth is around the two smaller sides."""
BOUNDS = ("up_to", "below", "above", "at_least")


def conditions(value: object) -> dict[str, Any]:
    """Return conditions as checked: a measure against bounds, or a trait against one value, a list, or {"none_of": [...]}.

    Raises:
        InvalidInput: for unknown words, and for a bound of another kind than its measure.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"conditions are a mapping, not {shown(value)}", field="when", value=value)
    for name, test in value.items():
        if not isinstance(name, str) or not 0 < len(name) <= 60:
            raise InvalidInput(f"{shown(name)} is the name of no measure or trait", field="when", value=name)
        if isinstance(test, Mapping) and "none_of" not in test:
            _bounds(name, test)
        elif name in MEASURES:
            raise InvalidInput(
                f"{name} is a measure: it is compared with bounds", field=name, value=test, allowed=BOUNDS,
                hint="write {up_to = '60 cm'}",
            )  # fmt: skip
        else:
            _values(name, test["none_of"] if isinstance(test, Mapping) else test)
    return dict(value)


def _bounds(name: str, test: Mapping[Any, Any]) -> None:
    kind = MEASURES.get(name, "number" if name.startswith("account.") else "money" if name.startswith("amount.") else None)
    if kind is None:
        raise InvalidInput(
            f"{shown(name)} is no measure", field=name, value=name, allowed=MEASURES, hint=suggest(name, MEASURES)
        )
    if not test:
        raise InvalidInput(f"{name} is compared with nothing", field=name, allowed=BOUNDS)
    for operator, edge in test.items():
        if operator not in BOUNDS:
            raise InvalidInput(
                f"{shown(operator)} is no comparison",
                field=name,
                value=operator,
                allowed=BOUNDS,
                hint=suggest(operator, BOUNDS),
            )
        if quantity(edge).kind != kind:
            raise InvalidInput(f"{name} is a {kind}, {shown(edge)} is not", field=name, value=edge)


def _values(name: str, test: object) -> None:
    several = test if isinstance(test, list | tuple) else [test]
    if not several or not all(isinstance(one, str | bool) for one in several):
        raise InvalidInput(f"{name} is compared with texts or true or false, not with {shown(test)}", field=name, value=test)


Conditions: TypeAlias = Annotated[dict[str, Any], BeforeValidator(conditions)]


def _several(value: object) -> object:
    """Take one for a tuple of one: `countries = "US"` and `countries = ["US"]` say the same."""
    return (value,) if isinstance(value, str | Mapping | Model) else value


Words: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_several)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]

# ------------------------------------------------------------------------------------------------------------------ parcels


class Battery(Model):
    """Batteries in a parcel, as air transport asks for them.

    Attributes:
        kind: lithium-ion or lithium-metal.
        packing: shipped alone, packed with the equipment, or built into it.
        count: how many batteries (cells of one battery are not counted).
        watt_hours: of one battery (ion).
        grams: lithium in one battery (metal).
        net: weight of the batteries alone.
        charge: state of charge in percent.
    """

    kind: Literal["lithium_ion", "lithium_metal"] = "lithium_ion"
    packing: Literal["alone", "with_equipment", "in_equipment"]
    count: int = Field(default=1, ge=1, le=10**6)
    watt_hours: Annotated[str, _of_kind("number")] | None = None
    grams: Annotated[str, _of_kind("number")] | None = None
    net: Weight | None = None
    charge: Annotated[str, _of_kind("number")] | None = None


def _whole(size: Decimal, unit: int) -> int:
    """Return a size in whole smallest units; whatever a parcel can say is a whole number of them."""
    numerator, denominator = size.as_integer_ratio()
    return numerator * unit // denominator


def _battery(value: object) -> object:
    return {"packing": value} if isinstance(value, str) else value


class Parcel(Model):
    """One packed piece.

    Attributes:
        weight: gross, in kilograms ("0.4 kg", "14 oz").
        dimensions: outer ("30 x 20 x 10 cm"); of a roll its length, and its diameter twice.
        form: a roll has its own limits at the post.
        packaging: what is not a closed carton may cost extra handling.
        value: of the goods inside.
        battery: lithium batteries; a word alone is how they are packed ("in_equipment").
        tags: anything else that services accept or refuse by name ("liquid", "food", "magnetic" ...).
    """

    weight: Weight | None = None
    dimensions: Annotated[Dimensions, BeforeValidator(Dimensions.of)] | None = None
    form: Literal["box", "roll"] = "box"
    packaging: Literal["carton", "soft", "other"] = "carton"
    value: Price | None = None
    battery: Annotated[Battery, BeforeValidator(_battery)] | None = None
    tags: Words = ()

    @cached_property
    def mass(self) -> int | None:
        """Gross weight in attograms."""
        return None if self.weight is None else _whole(self.weight, _MASS["kg"])

    @cached_property
    def sides(self) -> tuple[int, int, int] | None:
        """Sides in femtometres, the longest first."""
        box = self.dimensions
        if box is None:
            return None
        sides = sorted([_whole(side, _LENGTH["cm"]) for side in (box.length, box.width, box.height)], reverse=True)
        return sides[0], sides[1], sides[2]

    @cached_property
    def geometry(self) -> tuple[int, int, int] | None:
        """Volume, length plus girth, and the sum of the sides, as they are before any rounding."""
        if self.sides is None:
            return None
        a, b, c = self.sides
        return a * b * c, a + 2 * (b + c), a + b + c


_OF_PARCEL = frozenset(Parcel.model_fields)


class Shipment(Model):
    """One or more parcels that travel together, from where, to whom.

    A mapping may name a single parcel's fields directly: {"weight": "0.4 kg", "origin": "CN", "destination": "US"}.

    Attributes:
        parcels: the pieces.
        origin, destination: addresses; a country alone is enough unless zones go by postcode.
        residential: whether a household receives it; None if nobody said.
        delivery: how it must be delivered, if it must ("door", "pickup_point", "locker", "post_office").
        cash_on_delivery: whether the recipient pays at the door.
        options: what is ordered with it ("duty_paid", "signature" ...).
        amounts: money that the caller knows and the services do not: duty advanced ("duties"), contract prices by service and
            charge ("dhl_express.cn.transport"; the charge alone where one service only is asked).
        percents: percentages that the caller knows, named in the same way ("fuel"): they stand in where nobody published any.
        account: volumes of the period that decide a discount ("month.parcels", "year.spend"), reached before this one.
        indices: published index prices by period ({"jet": {"2022-09": "3.25"}}), where fuel goes by an index.
        traits: what else a service asks for, by name.
    """

    parcels: tuple[Parcel, ...] = Field(min_length=1, max_length=1000)
    origin: Annotated[Address, BeforeValidator(Address.of)]
    destination: Annotated[Address, BeforeValidator(Address.of)]
    residential: bool | None = None
    delivery: str | None = None
    cash_on_delivery: bool = False
    options: Words = ()
    amounts: dict[Name, Price] = Field(default_factory=dict)
    percents: dict[Name, PercentText] = Field(default_factory=dict)
    account: dict[Name, Annotated[str, _of_kind("number", "money")]] = Field(default_factory=dict)
    indices: dict[Name, dict[str, Annotated[str, _of_kind("number")]]] = Field(default_factory=dict)
    traits: dict[Name, str | bool] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_parcel(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "parcels" in data:
            return data
        parcel = {name: value for name, value in data.items() if name in _OF_PARCEL}
        rest = {name: value for name, value in data.items() if name not in _OF_PARCEL}
        return {**rest, "parcels": (parcel,)} if parcel else data

    @classmethod
    def of(cls, value: object, **journey: Any) -> Shipment:
        """Return a shipment as it is, or made from a parcel, several parcels or a mapping, and where they go.

        >>> Shipment.of(Parcel(weight="400 g"), origin="CN", destination="US").destination.country
        'US'
        """
        given = {name: content for name, content in journey.items() if content is not None}
        if isinstance(value, Shipment):
            return value.model_copy(update=given) if given else value
        if isinstance(value, Parcel):
            return cls(parcels=(value,), **given)
        if isinstance(value, Mapping):
            return cls(**{**named(value), **given})
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return cls(parcels=tuple(value), **given)
        raise InvalidInput(
            f"cannot read {shown(value)} as a shipment", field="shipment", value=value,
            hint="give a Parcel with origin and destination, a Shipment, or a mapping",
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- what is cited


class Source(Model):
    """Where a figure can be read."""

    title: str
    publisher: str = ""
    url: str = ""
    seen: date | None = None

    @property
    def citation(self) -> Citation:
        """The source as it appears in explanations."""
        return Citation(title=self.title, publisher=self.publisher, url=self.url, seen=self.seen)


class Dated(Model):
    """Something that holds between two days, both inclusive, and where it is written.

    Attributes:
        status: "observed" was seen on the source's day and its own dates are unknown; "in_force" has its own dates.
        confidence: "high", "medium" or "low".
    """

    valid_from: date | None = None
    valid_to: date | None = None
    source: Source | None = None
    confidence: Literal["high", "medium", "low"] = "high"
    status: Literal["in_force", "observed", "scheduled", "presumed"] = "in_force"
    note: str = ""

    def covers(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return in_force(self.valid_from, self.valid_to, on)

    def used(self, name: str, value: str) -> FactUsed:
        """Return it as a fact of an explanation."""
        return FactUsed(
            id=name, value=value, valid_from=self.valid_from, valid_to=self.valid_to,
            citation=self.source.citation if self.source else Citation(title="given by the caller"),
            confidence=self.confidence, status=self.status, verified_on=self.source.seen if self.source else None,
        )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- measuring


class Rounding(Dated):
    """Rounding to a multiple of a step, for sizes up to an edge."""

    mode: RoundingMode = "up"
    to: StepText
    up_to: StepText | None = None


class Volumetric(Dated):
    """A volumetric weight: volume over a divisor, where the conditions hold.

    Attributes:
        divisor: "5000 cm3/kg", "139 in3/lb".
        when: conditions on measures (`{"longest": {"at_least": "40 cm"}}`); `bulk` is volumetric over actual.
    """

    divisor: Annotated[str, Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,4})? ?(cm3/kg|in3/lb|ft3/lb|m3/kg)$")]
    when: Conditions = Field(default_factory=dict)


class Chargeable(Model):
    """The weight that is charged, where the conditions hold; of several alternatives the first.

    Attributes:
        of: the actual weight, the volumetric one, or the heavier of the two.
        at_least: least weight charged.
        round: a ladder of steps; the first whose edge holds the weight.
    """

    of: Literal["actual", "volumetric", "heavier"] = "heavier"
    at_least: MassText | None = None
    round: Annotated[tuple[Rounding, ...], BeforeValidator(_several)] = ()
    when: Conditions = Field(default_factory=dict)


class Measuring(Model):
    """How a service measures: sides sorted and rounded, volume, volumetric weight, size class, chosen weight, least, ladder.

    Attributes:
        sides: rounding of each side.
        volumetric: rules by date; none in force means that only the actual weight counts.
        chargeable: alternatives.
        level: whether the ladder is applied to each parcel, or once to what all parcels weigh.
        packing: added to the actual weight, "10 %" or a mass.
    """

    sides: Annotated[tuple[Rounding, ...], BeforeValidator(_several)] = ()
    volumetric: Annotated[tuple[Volumetric, ...], BeforeValidator(_several)] = ()
    chargeable: Annotated[tuple[Chargeable, ...], BeforeValidator(_several)] = (Chargeable(of="actual"),)
    level: Literal["parcel", "consignment"] = "parcel"
    packing: Annotated[str, _of_kind("percent", "mass")] | None = None


class Size(Dated):
    """A size class: the sorted sides must fit, and the tests hold. A parcel is in the first that takes it."""

    name: Name
    sides: tuple[LengthText, ...] = Field(default=(), max_length=3)
    test: Conditions = Field(default_factory=dict)


class Limit(Dated):
    """What must hold for a parcel to be accepted.

    Attributes:
        kind: what the refusal is about, for programs.
    """

    id: Name
    kind: Literal["limit", "goods", "value", "lane"] = "limit"
    when: Conditions = Field(default_factory=dict)
    test: Conditions
    text: str = ""


class Zone(Dated):
    """A row of a zone map: countries, regions and postcodes that are in a zone. The most specific row wins.

    Attributes:
        countries: ISO 3166-1 codes, or "*" for everywhere else.
        regions: ISO 3166-2 codes.
        postcodes: prefixes ("ZE"), or ranges of equal length ("99500..99999").
    """

    zone: Name
    countries: Words = ("*",)
    regions: Words = ()
    postcodes: Words = ()


# -------------------------------------------------------------------------------------------------------------------- prices


class Break(Model):
    """A row of a rate card: up to and including a weight, in a zone, this price.

    The price is `levy`, and `plus` for each `per` of the weight above `above`: in proportion, or (`begun`) for each begun.

    Attributes:
        zone: of the card's zone map; "*" for any.
        size: size class; "*" for any.
        up_to: upper edge, inclusive; None is the last row.
        value_up_to, value_below: upper edge of the goods' value.
        unknown: the source has a hole here: the service is excluded, never priced at the next row.
    """

    zone: Name = "*"
    size: Name = "*"
    up_to: EdgeText | None = None
    value_up_to: MoneyText | None = None
    value_below: MoneyText | None = None
    levy: MoneyText | None = None
    plus: MoneyText | None = None
    per: StepText | None = None
    above: StepText | None = None
    begun: bool = False
    unknown: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Break:
        if (self.plus is None) != (self.per is None):
            raise InvalidInput("`plus` is charged `per` something: give both or neither", field="plus", value=self.plus)
        if not self.unknown and self.levy is None and self.plus is None:
            raise InvalidInput("a row has a price, or is marked unknown", field="levy")
        return self


def _in_currency(currency: str, texts: Iterable[str | None], field: str, owner: str) -> None:
    """Refuse an amount in another currency than its owner's."""
    for text in texts:
        if text is not None and quantity(text).unit != currency:
            raise InvalidInput(f"the currency of {owner} is {currency}: {text} is not in it", field=field, value=text)


class RateCard(Dated):
    """Prices by zone, size class, goods value and weight, in one currency, valid between two days.

    Attributes:
        id: name of the card; cards of one id are its history.
        by: the measure that `up_to` of the rows is about.
        zones: name of the zone map that `zone` of the rows is about.
        breaks: the rows; within the same zone, size and value from light to heavy.
        minimum: least price.
        as_if: billing at the next break is allowed where it is cheaper.
    """

    id: Name
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    by: str = "chargeable"
    zones: str = "price"
    breaks: tuple[Break, ...] = Field(min_length=1)
    minimum: MoneyText | None = None
    as_if: bool = False

    @model_validator(mode="after")
    def _one_currency(self) -> RateCard:
        for row in self.breaks:
            _in_currency(self.currency, (row.levy, row.plus), "breaks", f"card {self.id}")
        _in_currency(self.currency, (self.minimum,), "minimum", f"card {self.id}")
        if self.by not in MEASURES:
            raise InvalidInput(
                f"{shown(self.by)} is no measure", field="by", value=self.by, allowed=MEASURES, hint=suggest(self.by, MEASURES)
            )
        for row in self.breaks:
            if row.up_to is not None and quantity(row.up_to).kind != MEASURES[self.by]:
                raise InvalidInput(
                    f"card {self.id} goes by {self.by}, a {MEASURES[self.by]}; {row.up_to} is none",
                    field="breaks",
                    value=row.up_to,
                )
        return self


class Band(Model):
    """A band of volumes or weights with its price: all of it at the price of the band reached, or slice by slice.

    Attributes:
        up_to, below: its upper edge, which belongs to it or does not; only the last band has none.
        levy, rate: the price of what is counted, or a share of the charge's base: one of them.
    """

    up_to: EdgeText | None = None
    below: EdgeText | None = None
    levy: MoneyText | None = None
    rate: PercentText | None = None

    @model_validator(mode="after")
    def _sound(self) -> Band:
        if self.up_to is not None and self.below is not None:
            raise InvalidInput("a band has one upper edge: `up_to` or `below`", field="up_to", value=self.up_to)
        if (self.levy is None) == (self.rate is None):
            raise InvalidInput("a band has a price: `levy` or `rate`, one of them", field="levy", value=self.levy)
        return self

    @property
    def edge(self) -> Quantity | None:
        """Upper edge."""
        text = self.below if self.up_to is None else self.up_to
        return None if text is None else quantity(text)


class Index(Model):
    """A surcharge that follows a published index: a first rate at a start, and a step for each step of the index.

    Attributes:
        name: of the index; the caller gives its prices by period.
        per: "month" or "week" (ISO week).
        lag: periods between the index price and the shipment.
        start, first: index price and rate in percent of the first row; below it nothing is known.
        step, adds: width of a row, and what each adds to the rate. The lower edge belongs to the upper row.
        below: end of the published table.
        rows: instead of even steps the rows as printed: from, below, percent.
    """

    name: Name
    per: Literal["month", "week"] = "month"
    lag: int = Field(default=2, ge=0, le=12)
    start: NumberText | None = None
    first: NumberText | None = None
    step: NumberText | None = None
    adds: NumberText | None = None
    below: NumberText | None = None
    rows: tuple[tuple[NumberText, NumberText, NumberText], ...] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> Index:
        steps = (self.start, self.first, self.step, self.adds)
        if bool(self.rows) == any(one is not None for one in steps) or (not self.rows and None in steps):
            raise InvalidInput(f"index {self.name} has either rows, or start, first, step and adds", field="rows")
        if self.step is not None and not quantity(self.step).size:
            raise InvalidInput(f"the steps of index {self.name} have no width", field="step", value=self.step)
        return self


def period(text: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of a period such as "2025-01-19..2026-01-17" or "2025-01-19..".

    >>> period("2025-01-19..")
    (datetime.date(2025, 1, 19), None)
    """
    first, dots, last = text.partition("..")
    if not dots or not (first or last):
        raise InvalidInput(f"{shown(text)} is no period", field="complete", value=text, hint="write '2025-01-19..2026-01-17'")
    return a_day(first) if first else None, a_day(last) if last else None


def _period(text: str) -> str:
    period(text)
    return text


Period: TypeAlias = Annotated[str, AfterValidator(_period)]


def _kind_of(measure: str, charge: str) -> str:
    """Return the kind of what a charge counts: a measure of parcels, or a volume of the account, which is a number."""
    kind = "number" if measure.startswith("account.") else MEASURES.get(measure)
    if kind is None:
        raise InvalidInput(
            f"charge {charge}: {shown(measure)} is no measure", field=charge, value=measure, allowed=MEASURES,
            hint=suggest(measure, MEASURES),
        )  # fmt: skip
    return kind


class Charge(Dated):
    """One line of a carrier's invoice.

    It is one of: a look-up (`card`), an amount (`levy` per something), a share (`rate` of `base`), an amount that the caller
    knows (`given`), `bands`, the dearest of several limbs (`dearest`), or a dated `series` of these.

    Attributes:
        id: name of the line, by which later lines and the caller refer to it.
        base: lines (or amounts of the caller) that a share is levied on; a line not named bears no share.
        rate: what is *paid*, never what is taken off: a discount of 60 % is a rate of 40 %.
        per: "parcel", "consignment", or a mass ("1 kg": in proportion to `quantity`).
        begun: whether each begun `per` counts in full.
        level: whether conditions and amounts are about each parcel, or about all of them together.
        listed: a price nobody pays by itself: later lines refer to it, the sum leaves it out.
        series: dated rows; on a day the first in force whose conditions hold is charged.
        complete: periods ("2025-01-19..2026-01-17") for which the series is complete: within them no row means no charge,
            outside it is unknown. A share that has a base and nothing else is one that nobody published.
        optional: an option of the shipment that brings the charge about.
        valid_from, valid_to: on other days the charge is unknown, unless `complete` says that it was not there.
    """

    id: Name = "charge"
    text: str = ""
    card: Name | None = None
    levy: MoneyText | None = None
    per: str = "parcel"
    quantity: str = "chargeable"
    begun: bool = False
    rate: PercentText | None = None
    index: Index | None = None
    base: Words = ()
    given: Name | None = None
    bands: tuple[Band, ...] = ()
    band_by: str | None = None
    slices: bool = False
    dearest: tuple[Charge, ...] = ()
    series: tuple[Charge, ...] = ()
    complete: Annotated[tuple[Period, ...], BeforeValidator(_several)] = ()
    at_least: MoneyText | None = None
    at_most: MoneyText | None = None
    when: Conditions = Field(default_factory=dict)
    level: Literal["parcel", "consignment"] = "parcel"
    listed: bool = False
    optional: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Charge:
        ways = [
            name
            for name, there in (
                ("card", self.card), ("levy", self.levy), ("rate", self.rate), ("index", self.index), ("given", self.given),
                ("bands", self.bands), ("dearest", self.dearest), ("series", self.series),
            )
            if there
        ]  # fmt: skip
        if len(ways) > 1 or not (ways or self.complete or self.base):
            raise InvalidInput(
                f"charge {self.id} is reckoned in {' and '.join(ways) or 'no way'}: exactly one is needed", field=self.id
            )
        if (self.rate or self.index) and not self.base:
            raise InvalidInput(f"charge {self.id} is a share of nothing: name its base", field=self.id)
        self._sound_bands()
        if self.per not in ("parcel", "consignment"):
            self._sound_count(quantity(self.per))
        return self

    def _sound_count(self, per: Quantity) -> None:
        if per.kind not in ("mass", "volume", "number") or not per.size:
            raise InvalidInput(f"charge {self.id} is per {shown(self.per)}, which cannot be counted", field=self.id)
        counted = self.band_by if self.slices and self.band_by else self.quantity
        if (self.levy or self.bands) and per.kind != _kind_of(counted, self.id):
            raise InvalidInput(f"charge {self.id} counts {counted}, not {shown(self.per)}", field=self.id, value=self.per)

    def _sound_bands(self) -> None:
        if self.bands and not self.band_by:
            raise InvalidInput(f"charge {self.id} has bands: say by what (`band_by`)", field=self.id)
        if any(band.rate is not None for band in self.bands):
            if self.slices:
                raise InvalidInput(f"charge {self.id} has slices, which are priced by `levy`, not by `rate`", field=self.id)
            if not self.base:
                raise InvalidInput(f"charge {self.id} is a share of nothing: name its base", field=self.id)
        kind = _kind_of(self.band_by, self.id) if self.bands and self.band_by else None
        if kind in ("money", "days"):
            raise InvalidInput(f"charge {self.id}: bands by {self.band_by} are not known", field=self.id, value=self.band_by)
        kinds = ("number", "money") if (self.band_by or "").startswith("account.") else (kind,)
        if any(band.edge is not None and band.edge.kind not in kinds for band in self.bands):
            raise InvalidInput(f"charge {self.id}: the edges of the bands are a {kind}, as {self.band_by} is", field=self.id)
        if self.slices and kind != "number" and self.per in ("parcel", "consignment"):
            raise InvalidInput(f"charge {self.id} is sliced by {self.band_by}: say per how much of it", field=self.id)
        for before, after in pairwise(band.edge for band in self.bands):
            if before is None or (after is not None and (after.kind != before.kind or after.size < before.size)):
                raise InvalidInput(f"charge {self.id}: bands go from small to large, only the last is open", field=self.id)


class DiscountTier(Model):
    """From this volume on, this share of the list price is paid."""

    at_least: NumberText
    pays: PercentText


class Discount(Model):
    """A contract's discount by volume.

    Attributes:
        kind: "all_units" (the tier reached is paid on everything) or "incremental" (each slice at its own tier).
        by: what is counted: parcels, kilograms or spend at list price.
        tiers: from the smallest volume to the largest.
    """

    kind: Literal["all_units", "incremental"] = "all_units"
    by: Literal["parcels", "kilograms", "spend"] = "parcels"
    tiers: tuple[DiscountTier, ...] = Field(min_length=1)


class Days(Model):
    """How long it takes, from handover to delivery.

    >>> str(Days(least=6, most=12, unit="working_day"))
    '6 to 12 working days'
    """

    least: int = Field(ge=0, le=1000)
    most: int = Field(ge=0, le=1000)
    unit: Literal["day", "working_day"] = "day"

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.least > self.most:
            raise InvalidInput(f"from {self.least} to {self.most} days is the wrong way round", field="least", value=self.least)
        return self

    @cached_property
    def calendar(self) -> tuple[Fraction, Fraction]:
        """Least and most in calendar days: seven for five working days."""
        share = Fraction(7, 5) if self.unit == "working_day" else Fraction(1)
        return self.least * share, self.most * share

    def __str__(self) -> str:
        """Return the range in words."""
        unit = self.unit.replace("_", " ")
        span = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return f"{span} {unit}{'s' if self.most != 1 else ''}"


class Transit(Dated):
    """Transit time to some zones, and the share delivered in time if somebody measured it."""

    days: Days
    countries: Words = ("*",)
    on_time: PercentText | None = None


class Lane(Model):
    """What one way of sending costs and how long it takes: plain data for plans.

    Attributes:
        service: name of the service.
        cost: of one shipment.
        days: from handover to delivery.
        on_time: share delivered within `days`, if known.
    """

    service: str
    cost: Price
    days: Days | None = None
    on_time: PercentText | None = None


class Service(Dated):
    """What a parcel can be sent by.

    Attributes:
        id: unique name ("wanb.usexr").
        carrier, name: for people.
        kind: "express", "dedicated_line", "postal", "marketplace", "fulfilment", "locker", "local", "freight"; "handling" and
            "storage" are bills for something else than sending.
        currency: of its bill.
        origins, destinations: countries it runs between; empty means everywhere (the zones and cards may say less).
        delivery: how it delivers ("door", "pickup_point", "locker", "post_office", "mailbox").
        cash_on_delivery: whether it collects cash.
        batteries: how lithium batteries may be packed ("in_equipment", "with_equipment", "alone"); None: nobody said.
        refuses: tags of parcels it does not carry.
        round, unit: how each charge is rounded.
        measure, sizes, limits, zones, cards, charges, transit: see their types.
        rules: dated sets of limits of the built-in data that it is under ("lithium_air").
    """

    id: Name
    carrier: str = ""
    name: str = ""
    kind: str = "other"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    origins: Words = ()
    destinations: Words = ()
    delivery: Words = ("door",)
    cash_on_delivery: bool = False
    batteries: Words | None = None
    refuses: Words = ()
    round: RoundingMode = "half-up"
    unit: Annotated[str, _of_kind("number")] | None = None
    measure: Measuring = Measuring()
    sizes: tuple[Size, ...] = ()
    limits: tuple[Limit, ...] = ()
    zones: dict[str, tuple[Zone, ...]] = Field(default_factory=dict)
    cards: tuple[RateCard, ...] = ()
    charges: tuple[Charge, ...] = Field(min_length=1)
    transit: tuple[Transit, ...] = ()
    rules: Words = ()

    @cached_property
    def ready(self) -> dict[Any, Any]:
        """What was worked out of it, by day: a bounded memory that copies do not share."""
        return {}

    @model_validator(mode="after")
    def _fits_together(self) -> Service:
        seen: set[str] = set()
        cards = {card.id for card in self.cards}
        for charge in self.charges:
            if charge.id in seen:
                raise InvalidInput(f"service {self.id}: two charges are called {charge.id}", field="charges", value=charge.id)
            self._check(charge, seen, cards)
            seen.add(charge.id)
        for card in self.cards:
            if card.currency != self.currency:
                raise InvalidInput(
                    f"service {self.id} bills in {self.currency}, its card {card.id} is in {card.currency}", field="cards",
                    value=card.id,
                )  # fmt: skip
        return self

    def _check(self, charge: Charge, seen: set[str], cards: set[str]) -> None:
        for name in charge.base:
            if name not in seen and not name.startswith("amount."):
                raise InvalidInput(
                    f"service {self.id}: {charge.id} is levied on {shown(name)}, which is no charge before it", field="base",
                    value=name, allowed=seen, hint=suggest(name, seen) or "amounts of the caller are 'amount.duties'",
                )  # fmt: skip
        prices = (charge.levy, charge.at_least, charge.at_most, *(band.levy for band in charge.bands))
        _in_currency(self.currency, prices, charge.id, f"service {self.id}")
        if charge.card is not None and charge.card not in cards:
            raise InvalidInput(
                f"service {self.id}: there is no card {shown(charge.card)}", field="card", value=charge.card, allowed=cards
            )
        for limb in (*charge.dearest, *charge.series):
            self._check(limb, seen, cards)

    @classmethod
    def of(cls, value: object) -> Service:
        """Return a service as it is, or made from a mapping."""
        if isinstance(value, Service):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"cannot read {shown(value)} as a service", field="services", value=value)

    def under(self, **changed: Any) -> Service:
        """Return the service under a contract: with other cards, charges, limits or anything else, checked like any."""
        return type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **named(changed)})
