"""Parcels: what a piece weighs and measures to a carrier, and which cartons take an order.

Every weight is a whole number of attograms and every side one of femtometres, so that nothing that a parcel or a tariff can
say in kilograms, pounds, ounces, centimetres or inches is rounded before the carrier rounds it. A volumetric weight is taken
up to the next attogram, which leaves every comparison and every ladder of steps as exact as a fraction would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Annotated, Any, Protocol, TypeAlias

from pydantic import BeforeValidator, Field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, XBCommerceError, shown
from xbcommerce.explain import FactUsed, Result
from xbcommerce.goods import Dimensions, Model, Weight, named
from xbcommerce.logistics.models import (
    MEASURES,
    Measuring,
    Parcel,
    Rounding,
    Service,
    Shipment,
    Size,
    Volumetric,
    Words,
    quantity,
)
from xbcommerce.money import divide

__all__ = [
    "Carton",
    "FirstFit",
    "Goods",
    "Measured",
    "Packed",
    "Packer",
    "Packing",
    "Placement",
    "girth",
    "length_plus_girth",
    "measure",
    "pack",
    "volumetric_weight",
]

KILOGRAM = 10**21
CENTIMETRE = 10**13
_DIVISOR = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)3/([a-z]+)")


class Missing(XBCommerceError):
    """Something that a service asks for and the shipment does not say: the service is excluded, never priced without it."""


# --------------------------------------------------------------------------------------------------------------- plain sums


_EXACT = Context(prec=120)
"""A decimal context of our own: the caller's changes nothing."""


def shifted(number: int, places: int) -> Decimal:
    """Return a whole number divided by a power of ten, without trailing zeros."""
    found = _EXACT.normalize(_EXACT.scaleb(Decimal(number), -places))
    return _EXACT.add(found, 0) if found.as_tuple().exponent > 0 else found  # type: ignore[operator]  # it is finite


def _cm(size: int) -> Decimal:
    return shifted(size, 13)


@lru_cache(maxsize=8192)
def kilograms(mass: int) -> Decimal:
    """Return attograms as kilograms."""
    return shifted(mass, 21)


@lru_cache(maxsize=512)
def _per_volume(divisor: str) -> tuple[int, int]:
    """Return a divisor as a fraction: attograms for a cubic femtometre."""
    match = _DIVISOR.fullmatch(divisor)
    if match is None or not Fraction(match[1]):
        raise InvalidInput(
            f"{shown(divisor)} is no divisor", field="divisor", value=divisor, hint="write '5000 cm3/kg' or '139 in3/lb'"
        )
    volume = quantity(f"1 {match[2]}3").size * Fraction(match[1])
    share = quantity(f"1 {match[3]}").size / volume
    return share.numerator, share.denominator


def volumetric_weight(dimensions: Dimensions | str | Mapping[str, Any], divisor: str) -> Decimal:
    """Return a volumetric weight in kilograms: the volume over a carrier's divisor, unrounded (to 12 decimals).

    >>> volumetric_weight("30 x 50 x 60 cm", "6000 cm3/kg")
    Decimal('15')
    >>> volumetric_weight("12 x 18 x 59 cm", "6000 cm3/kg")
    Decimal('2.124')
    """
    sides = Parcel(dimensions=Dimensions.of(dimensions)).sides
    assert sides is not None  # noqa: S101 - it was given
    numerator, denominator = _per_volume(divisor)
    return shifted(divide(sides[0] * sides[1] * sides[2] * numerator, denominator * 10**9, "half-up"), 12)


def girth(dimensions: Dimensions | str | Mapping[str, Any]) -> Decimal:
    """Return the girth in centimetres: once around the two smaller sides.

    >>> girth("60 x 30 x 20 cm")
    Decimal('100')
    """
    sides = Parcel(dimensions=Dimensions.of(dimensions)).sides
    assert sides is not None  # noqa: S101 - it was given
    return _cm(2 * (sides[1] + sides[2]))


def length_plus_girth(dimensions: Dimensions | str | Mapping[str, Any]) -> Decimal:
    """Return the longest side and the girth in centimetres.

    >>> length_plus_girth("60 x 30 x 20 cm")
    Decimal('160')
    """
    sides = Parcel(dimensions=Dimensions.of(dimensions)).sides
    assert sides is not None  # noqa: S101 - it was given
    return _cm(sides[0] + 2 * (sides[1] + sides[2]))


# ----------------------------------------------------------------------------------------------------------- one piece as seen


class Piece:
    """A parcel (or all of a shipment together) as one service sees it; what is not asked for is not reckoned."""

    __slots__ = (
        "actual", "batteries", "bulk", "charge_state", "chargeable", "chosen", "fx", "girth", "heavier",
        "length_plus_girth", "longest", "middle", "net_battery", "parcel", "parcels", "places", "roll_sum",
        "shipment", "shortest", "side_sum", "sides", "size", "value", "volume", "volumetric", "watt_hours", "why",
    )  # fmt: skip

    actual: int
    volumetric: int
    heavier: int
    chosen: int
    chargeable: int
    sides: tuple[int, ...]
    longest: int
    volume: int
    length_plus_girth: int
    side_sum: int
    size: str | None
    places: Callable[[str], str | None]
    fx: Any

    def __init__(self, shipment: Shipment, parcel: Parcel | None) -> None:
        self.shipment = shipment
        self.parcel = parcel
        self.parcels = 1
        self.size = None
        self.volumetric = 0
        self.why: tuple[Any, ...] = ()

    def __getattr__(self, name: str) -> Any:
        """Reckon a measure when it is first asked for."""
        reckon = _RECKONED.get(name)
        if reckon is None:
            raise AttributeError(name)
        found = reckon(self)
        setattr(self, name, found)
        return found


def _parcel_of(piece: Piece) -> Parcel:
    if piece.parcel is None:
        raise Missing("several parcels have no common form", field="parcels")
    return piece.parcel


def _sides(piece: Piece) -> tuple[int, int, int]:
    sides = None if piece.parcel is None else piece.parcel.sides
    if sides is None:
        raise Missing("the parcel's dimensions are not given", field="dimensions")
    return sides


def _actual(piece: Piece) -> int:
    mass = None if piece.parcel is None else piece.parcel.mass
    if mass is None:
        raise Missing("the parcel's weight is not given", field="weight")
    return mass


def _value(piece: Piece) -> Any:
    value = None if piece.parcel is None else piece.parcel.value
    if value is None:
        raise Missing("the value of the goods is not given", field="value")
    return value


def _missing_battery(name: str) -> Callable[[Piece], Any]:
    def look(piece: Piece) -> Any:
        battery = _parcel_of(piece).battery
        found = None if battery is None else getattr(battery, name)
        if found is None:
            raise Missing(f"{name.replace('_', ' ')} of the batteries is not given", field=f"battery.{name}")
        return quantity(found).size if isinstance(found, str) else int(Fraction(found) * KILOGRAM)

    return look


def _batteries(piece: Piece) -> int:
    battery = _parcel_of(piece).battery
    return 0 if battery is None else battery.count


def _sides_sum(piece: Piece) -> int:
    return int(sum(piece.sides))


_RECKONED: dict[str, Callable[[Piece], Any]] = {
    "sides": _sides,
    "actual": _actual,
    "value": _value,
    "longest": lambda piece: piece.sides[0],
    "middle": lambda piece: piece.sides[1],
    "shortest": lambda piece: piece.sides[2],
    "side_sum": _sides_sum,
    "girth": lambda piece: 2 * (piece.sides[1] + piece.sides[2]),
    "length_plus_girth": lambda piece: piece.sides[0] + 2 * (piece.sides[1] + piece.sides[2]),
    "roll_sum": lambda piece: piece.sides[0] + 2 * piece.sides[1],
    "volume": lambda piece: piece.sides[0] * piece.sides[1] * piece.sides[2],
    "bulk": lambda piece: Fraction(piece.volumetric, piece.actual) if piece.actual else Fraction(10**9),
    "batteries": _batteries,
    "watt_hours": _missing_battery("watt_hours"),
    "charge_state": _missing_battery("charge"),
    "net_battery": _missing_battery("net"),
}
Test: TypeAlias = Callable[[Piece], bool]


# -------------------------------------------------------------------------------------------------------- conditions, compiled


def _bound(name: str, operator: str, edge: Any) -> Test:
    if operator == "up_to":
        return lambda piece: bool(getattr(piece, name) <= edge)
    if operator == "below":
        return lambda piece: bool(getattr(piece, name) < edge)
    if operator == "above":
        return lambda piece: bool(getattr(piece, name) > edge)
    return lambda piece: bool(getattr(piece, name) >= edge)


def _plain(size: Fraction) -> int | Fraction:
    return size.numerator if size.denominator == 1 else size


def compile_tests(
    conditions: Mapping[str, Any], money: Callable[[Piece, str, str], Fraction]
) -> list[tuple[str, str, str, Test]]:
    """Return conditions as single tests, each with the measure or trait, the comparison and the edge in words.

    Args:
        conditions: checked ones.
        money: tells an amount of a piece (its value, or one that the caller gave) in a currency.
    """
    out = []
    for name, test in conditions.items():
        if isinstance(test, Mapping) and "none_of" not in test:
            for operator, edge in test.items():
                out.append((name, operator, str(edge), _bound_test(name, operator, edge, money)))
        else:
            out.append((name, "is", _words_of(test), _trait_test(name, test)))
    return out


def _bound_test(name: str, operator: str, edge: str, money: Callable[[Piece, str, str], Fraction]) -> Test:
    limit = quantity(edge)
    if limit.kind == "money":
        compare = _COMPARE[operator]
        return lambda piece: compare(money(piece, name, limit.unit), limit.size)
    if name.startswith("account."):
        compare, key = _COMPARE[operator], name.removeprefix("account.")
        return lambda piece: compare(account(piece.shipment, key).size, limit.size)
    return _bound(name, operator, _plain(limit.size))


_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "up_to": lambda size, edge: size <= edge,
    "below": lambda size, edge: size < edge,
    "above": lambda size, edge: size > edge,
    "at_least": lambda size, edge: size >= edge,
}


def account(shipment: Shipment, name: str) -> Any:
    """Return a volume of the account's period, or tell that it is missing."""
    given = shipment.account.get(name)
    if given is None:
        raise Missing(f"the account's {name} is not given", field=f"account.{name}")
    return quantity(given)


def _words_of(test: object) -> str:
    if isinstance(test, Mapping):
        return f"none of {_words_of(test['none_of'])}"
    several = test if isinstance(test, list | tuple) else [test]
    return ", ".join({True: "yes", False: "no"}.get(one, str(one)) if isinstance(one, bool) else str(one) for one in several)


def _trait_test(name: str, test: Any) -> Test:
    refused = isinstance(test, Mapping)
    wanted = test["none_of"] if isinstance(test, Mapping) else test
    among = frozenset(wanted if isinstance(wanted, list | tuple) else (wanted,))
    read = trait_reader(name)
    return lambda piece: (read(piece) in among) is not refused


def trait_reader(name: str) -> Callable[[Piece], Any]:
    """Return how a trait of a piece is read."""
    if name in _TRAITS:
        return _TRAITS[name]
    kind, _, key = name.partition(".")
    if kind == "zone":
        return lambda piece: piece.places(key)
    if kind == "option":
        return lambda piece: key in piece.shipment.options
    return lambda piece: _said(piece.shipment.traits.get(name), name)


_PACKINGS = ("none", "in_equipment", "with_equipment", "alone")
"""How batteries may be packed, from the least to the most dangerous."""


def _packing_of(piece: Piece) -> str:
    """Return how batteries are packed; of several parcels the most dangerous way."""
    parcels = piece.shipment.parcels if piece.parcel is None else (piece.parcel,)
    return max(("none" if one.battery is None else one.battery.packing for one in parcels), key=_PACKINGS.index)


def _battery_kind(piece: Piece) -> str:
    return _common(piece, lambda parcel: "none" if parcel.battery is None else parcel.battery.kind)


def _common(piece: Piece, read: Callable[[Parcel], str]) -> str:
    """Return what a parcel is, or what all parcels of a shipment are."""
    if piece.parcel is not None:
        return read(piece.parcel)
    found = {read(parcel) for parcel in piece.shipment.parcels}
    if len(found) > 1:
        raise Missing("the parcels differ: the charge cannot be reckoned for all of them together", field="parcels")
    return found.pop()


_TRAITS: dict[str, Callable[[Piece], Any]] = {
    "form": lambda piece: _common(piece, lambda parcel: parcel.form),
    "packaging": lambda piece: _common(piece, lambda parcel: parcel.packaging),
    "battery": _packing_of,
    "battery_kind": _battery_kind,
    "size": lambda piece: piece.size,
    "origin": lambda piece: _said(piece.shipment.origin, "origin").country,
    "destination": lambda piece: _said(piece.shipment.destination, "destination").country,
    "residential": lambda piece: _said(piece.shipment.residential, "residential"),
    "delivery": lambda piece: _said(piece.shipment.delivery, "delivery"),
    "cash_on_delivery": lambda piece: piece.shipment.cash_on_delivery,
}


def _said(value: Any, name: str) -> Any:
    if value is None:
        raise Missing(f"{name.replace('_', ' ')} is not given", field=name)
    return value


def all_hold(tests: Sequence[tuple[str, str, str, Test]]) -> Test | None:
    """Return one test that all of these hold, or None if there is none."""
    only = [test for *_, test in tests]
    if not only:
        return None
    if len(only) == 1:
        return only[0]
    if len(only) == 2:
        first, second = only
        return lambda piece: first(piece) and second(piece)
    return lambda piece: all(test(piece) for test in only)


# ---------------------------------------------------------------------------------------------------------- measuring, compiled

_Ladder: TypeAlias = list[tuple[int | None, int, str]]


def _ladder(rounding: Iterable[Rounding], on: date) -> _Ladder:
    return [
        (None if rule.up_to is None else int(quantity(rule.up_to).size), int(quantity(rule.to).size), rule.mode)
        for rule in rounding
        if rule.covers(on)
    ]


def climb(size: int, ladder: _Ladder) -> int:
    """Round a size by the first step of a ladder whose edge holds it; an edge that it passes by rounding is no matter."""
    for edge, step, mode in ladder:
        if edge is None or size <= edge:
            return -(-size // step) * step if mode == "up" else divide(size, step, mode) * step  # type: ignore[arg-type]
    return size


class Measurer:
    """How a service measures on a day, ready for use."""

    __slots__ = ("_alternatives", "_level", "_packing", "_sides", "_sizes", "_volumetric", "rule")

    def __init__(self, rule: Measuring, sizes: Sequence[Size], on: date, money: Any) -> None:
        self.rule = rule
        self._level = rule.level
        self._sides = _ladder(rule.sides, on)
        self._volumetric: list[tuple[int, int, Test | None, Volumetric]] = [
            (*_per_volume(one.divisor), all_hold(compile_tests(one.when, money)), one)
            for one in rule.volumetric
            if one.covers(on)
        ]
        self._alternatives = [
            (
                all_hold(compile_tests(one.when, money)), one.of, _ladder(one.round, on),
                0 if one.at_least is None else int(quantity(one.at_least).size), one,
            )
            for one in rule.chargeable
        ]  # fmt: skip
        self._packing = None if rule.packing is None else quantity(rule.packing)
        self._sizes = [
            (
                one.name, sorted((int(quantity(side).size) for side in one.sides), reverse=True),
                all_hold(compile_tests(one.test, money)), one,
            )
            for one in sizes
            if one.covers(on)
        ]  # fmt: skip

    def piece(self, piece: Piece) -> Piece:
        """Take the sides and the volumetric weight of a piece."""
        piece.actual = _actual(piece) if self._packing is None else self._packed(piece)
        parcel = piece.parcel
        if parcel is not None and parcel.geometry is not None and not self._sides:
            piece.sides = sides = parcel.sides  # type: ignore[assignment]  # a parcel of a known geometry has sides
            piece.longest = sides[0]  # type: ignore[index]
            piece.volume, piece.length_plus_girth, piece.side_sum = parcel.geometry
        elif self._sides:
            piece.sides = tuple(sorted((climb(side, self._sides) for side in _sides(piece)), reverse=True))
        for numerator, denominator, when, rule in self._volumetric:
            piece.volumetric = -(-piece.volume * numerator // denominator)
            if when is None or when(piece):
                piece.why = (rule,)
                break
            piece.volumetric = 0
        piece.heavier = max(piece.actual, piece.volumetric)
        return piece

    def weigh(self, piece: Piece) -> None:
        """Find the size class and the weight that is charged."""
        if self._sizes:
            self._classify(piece)
        for when, of, ladder, least, rule in self._alternatives:
            if when is None or when(piece):
                chosen = piece.actual if of == "actual" else piece.volumetric if of == "volumetric" else piece.heavier
                piece.chosen = chosen
                charged = max(climb(chosen, ladder), least) if ladder else max(chosen, least)
                piece.chargeable = charged
                piece.why = (*piece.why, rule)
                return
        raise Missing("no rule says which weight is charged", field="chargeable")

    def together(self, shipment: Shipment, pieces: Sequence[Piece]) -> Piece:
        """Return several pieces as one: their weights added; the ladder is climbed by each, or once by their sum."""
        whole = Piece(shipment, None)
        whole.parcels = len(pieces)
        whole.places, whole.fx = pieces[0].places, pieces[0].fx
        whole.actual = sum(piece.actual for piece in pieces)
        whole.volumetric = sum(piece.volumetric for piece in pieces)
        whole.heavier = sum(piece.heavier for piece in pieces)
        whole.chargeable = sum(piece.chargeable for piece in pieces)
        whole.why = pieces[0].why
        if all(piece.parcel is not None and piece.parcel.sides is not None for piece in pieces):
            whole.volume = sum(piece.volume for piece in pieces)
            whole.longest = max(piece.longest for piece in pieces)
        if self._level == "consignment":
            for when, _, ladder, least, _ in self._alternatives:
                if when is None or all(when(piece) for piece in pieces):
                    chosen = sum(piece.chosen for piece in pieces)
                    whole.chargeable = max(climb(chosen, ladder), least)
                    break
        return whole

    def _packed(self, piece: Piece) -> int:
        mass = _actual(piece)
        extra = self._packing
        assert extra is not None  # noqa: S101 - asked for only where there is some
        return mass + int(extra.size * mass if extra.kind == "percent" else extra.size)

    def _classify(self, piece: Piece) -> None:
        sides = piece.sides
        for name, edges, test, _ in self._sizes:
            if all(side <= edge for side, edge in zip(sides, edges, strict=False)) and (test is None or test(piece)):
                piece.size = name
                return
        raise TooLarge("it fits no size class", field="size")


class TooLarge(Missing):
    """A piece that fits none of a service's size classes."""


class Measured(Result):
    """What a parcel measures to a service.

    Attributes:
        actual, volumetric, chargeable: kilograms.
        sides: centimetres, the longest first, as the carrier rounds them; None if not given.
        size: size class, where the service has classes.
        text: why this weight is charged.
        facts: the rules used.
    """

    actual: Decimal
    volumetric: Decimal
    chargeable: Decimal
    sides: tuple[Decimal, Decimal, Decimal] | None
    size: str | None
    text: str
    facts: tuple[FactUsed, ...] = ()

    def explain(self) -> str:
        """Return why this weight is charged."""
        return self.text


def measure(parcel: Parcel | Mapping[str, Any], by: Service | Measuring | Mapping[str, Any], *, on: date | str) -> Measured:
    """Return what one parcel measures to a service on a day.

    Args:
        parcel: weight and dimensions.
        by: a service, or how it measures.
        on: the day of handover.

    Raises:
        InvalidInput: if weight or dimensions are missing that the rule asks for, or no size class takes the parcel.

    >>> rule = {"volumetric": {"divisor": "8000 cm3/kg", "when": {"longest": {"above": "60 cm"}}},
    ...         "chargeable": {"of": "heavier", "round": {"to": "0.5 kg"}}}
    >>> print(measure({"weight": "6 kg", "dimensions": "70 x 30 x 30 cm"}, rule, on="2012-08-01").text)
    actual 6 kg, volumetric 7.875 kg (8000 cm3/kg as longest side above 60 cm); charged 8 kg
    """
    day = a_day(on)
    one = parcel if isinstance(parcel, Parcel) else Parcel(**named(parcel))
    rule = by.measure if isinstance(by, Service) else by if isinstance(by, Measuring) else Measuring(**named(by))
    shipment = Shipment.model_construct(parcels=(one,), origin=None, destination=None)  # type: ignore[arg-type]  # it goes nowhere
    measurer = Measurer(rule, by.sizes if isinstance(by, Service) else (), day, value_in_own_currency)
    try:
        piece = measurer.piece(Piece(shipment, one))
        measurer.weigh(piece)
    except Missing as error:
        raise InvalidInput(str(error), field=error.field) from None
    return measured(piece)


def value_in_own_currency(piece: Piece, name: str, currency: str) -> Fraction:
    """Return a piece's value where no exchange rate is at hand: it must be in the currency of the limit."""
    value = piece.value
    if name != "value" or value.currency != currency:
        raise Missing(f"{name} in {currency} is not given", field=name)
    return Fraction(value.amount)


def measured(piece: Piece) -> Measured:
    """Return a piece's measures as a result."""
    try:
        sides = tuple(_cm(side) for side in piece.sides)
    except Missing:
        sides = None
    facts = tuple(rule.used(f"volumetric/{rule.divisor}", rule.divisor) for rule in piece.why if isinstance(rule, Volumetric))
    return Measured.made(
        actual=kilograms(piece.actual), volumetric=kilograms(piece.volumetric), chargeable=kilograms(piece.chargeable),
        sides=sides, size=piece.size, text=weight_text(piece), facts=facts,
    )  # fmt: skip


def weight_text(piece: Piece) -> str:
    """Say why this weight is charged."""
    said = [f"actual {_short(piece.actual)}"]
    rule = next((one for one in piece.why if isinstance(one, Volumetric)), None)
    if rule is not None:
        because = " and ".join(
            f"{_NAMES.get(name, name.replace('_', ' '))} {operator.replace('_', ' ')} {edge}"
            for name, test in rule.when.items()
            if isinstance(test, Mapping)
            for operator, edge in test.items()
        )
        said.append(f"volumetric {_short(piece.volumetric)} ({rule.divisor}{' as ' + because if because else ''})")
    return f"{', '.join(said)}; charged {_short(piece.chargeable)}"


_NAMES = {"longest": "longest side", "middle": "second side", "shortest": "shortest side", "bulk": "volumetric over actual"}


def _short(mass: int) -> str:
    """Return a weight for people: to the tenth of a gram."""
    tenths = divide(mass, 10**17, "half-up")
    text = f"{shifted(tenths, 4):f}"
    return f"{text} kg" if tenths * 10**17 == mass else f"about {text} kg"


def measured_text(piece: Piece, name: str) -> str:
    """Return one measure of a piece for people."""
    kind = MEASURES.get(name)
    found = getattr(piece, name)
    if kind == "mass":
        return _short(found)
    if kind == "length":
        return f"{_cm(found):f} cm"
    if kind == "volume":
        return f"{shifted(divide(found, 10**36, 'half-up'), 3):f} cm3"
    return str(found)


# ---------------------------------------------------------------------------------------------------------------- cartonization


class Goods(Model):
    """What is to be packed: pieces of one kind.

    Attributes:
        upright: it must stand: only turned around its vertical axis.
    """

    id: str = Field(min_length=1, max_length=80)
    dimensions: Annotated[Dimensions, BeforeValidator(Dimensions.of)]
    weight: Weight
    count: int = Field(default=1, ge=1, le=500)
    upright: bool = False

    @cached_property
    def box(self) -> Box:
        """Sides in femtometres."""
        return _inner(self.dimensions)

    @cached_property
    def mass(self) -> int:
        """Weight in attograms."""
        return int(Fraction(self.weight) * KILOGRAM)


class Carton(Model):
    """A carton that may be used: inner sides for what goes in, outer sides for the carrier.

    Attributes:
        carries: most it may hold.
        weight: of the empty carton.
        available: how many there are.
        keeps: at most so many pieces of one kind ("battery": 2); ids of goods.
    """

    id: str = Field(min_length=1, max_length=80)
    inner: Annotated[Dimensions, BeforeValidator(Dimensions.of)]
    outer: Annotated[Dimensions, BeforeValidator(Dimensions.of)] | None = None
    carries: Weight | None = None
    weight: Weight = Decimal(0)
    available: int = Field(default=10_000, ge=0, le=10_000)
    keeps: dict[str, int] = Field(default_factory=dict)
    tags: Words = ()


class Placement(Result):
    """Where a piece stands in a carton: its corner and its sides as turned, in centimetres."""

    id: str
    at: tuple[Decimal, Decimal, Decimal]
    sides: tuple[Decimal, Decimal, Decimal]


class Packed(Result):
    """A carton with what is in it.

    Attributes:
        weight: gross, kilograms.
        used: share of the carton's inner volume that is filled.
    """

    carton: str
    parcel: Parcel
    weight: Decimal
    used: Decimal
    placements: tuple[Placement, ...]


class Packing(Result):
    """Cartons for an order, and what no carton takes."""

    cartons: tuple[Packed, ...]
    left_over: tuple[str, ...] = ()
    text: str = ""

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """The cartons as parcels to be rated."""
        return tuple(one.parcel for one in self.cartons)

    def explain(self) -> str:
        """Say which cartons were chosen and how full they are."""
        return self.text


Box: TypeAlias = tuple[int, int, int]
Spot: TypeAlias = tuple[Box, Box]
"""Corner and sides."""


class Packer(Protocol):
    """Anything that can put boxes into a box; an implementation with another method takes the place of `FirstFit`."""

    def fill(self, inner: Box, boxes: Sequence[tuple[Box, bool]]) -> list[Spot | None]:
        """Return a spot for each box (its sides, and whether it must stand upright), or None where it has no room."""


class FirstFit:
    """Boxes from large to small, each at the lowest, innermost corner point where it fits, in the way that it lies flattest.

    A plain heuristic, not an optimum: it never overlaps and never sticks out, and it knows nothing of crushing. A box rests on
    the floor or with its middle on another one.
    """

    most_points = 400
    """Corner points that are kept."""

    def __init__(self, *, comparisons: int = 20_000_000) -> None:
        self.comparisons = comparisons
        """Comparisons of boxes that are left: bounds the time on thousands of pieces (a few seconds)."""

    def fill(self, inner: Box, boxes: Sequence[tuple[Box, bool]]) -> list[Spot | None]:
        """Return a spot for each box, or None."""
        spots: list[Spot | None] = [None] * len(boxes)
        placed: list[Spot] = []
        points: list[Box] = [(0, 0, 0)]
        hopeless: set[tuple[Box, bool]] = set()
        for index in sorted(range(len(boxes)), key=lambda i: (-_volume(boxes[i][0]), boxes[i][0], i)):
            if boxes[index] in hopeless:
                continue
            spot = self._place(inner, *boxes[index], points, placed)
            if spot is None:
                hopeless.add(boxes[index])  # it fits no better once more is inside
                continue
            spots[index] = spot
            placed.append(spot)
            points = self._corners(points, spot, placed)
        return spots

    def _place(self, inner: Box, box: Box, upright: bool, points: list[Box], placed: list[Spot]) -> Spot | None:  # noqa: FBT001
        turns = _turns(box, upright=upright)
        for at in points:
            for sides in turns:
                if at[0] + sides[0] > inner[0] or at[1] + sides[1] > inner[1] or at[2] + sides[2] > inner[2]:
                    continue
                self.comparisons -= len(placed) + 1
                if self.comparisons < 0:
                    return None
                spot = (at, sides)
                if not any(_overlap(spot, other) for other in placed) and _rests(spot, placed):
                    return spot
        return None

    def _corners(self, points: list[Box], spot: Spot, placed: list[Spot]) -> list[Box]:
        (x, y, z), (a, b, c) = spot
        fresh = [
            point
            for point in ((x + a, y, z), (x, y + b, z), (x, y, z + c))
            if not any(_inside(point, other) for other in placed)
        ]
        free = {*fresh, *(point for point in points if not _inside(point, spot))}
        return sorted(free, key=lambda point: (point[2], point[1], point[0]))[: self.most_points]


def _volume(box: Box) -> int:
    return box[0] * box[1] * box[2]


@lru_cache(maxsize=4096)
def _turns(box: Box, *, upright: bool) -> list[Box]:
    a, b, c = box
    turned = {(a, b, c), (b, a, c)} if upright else {(a, b, c), (b, a, c), (a, c, b), (c, a, b), (b, c, a), (c, b, a)}
    return sorted(turned, key=lambda sides: (sides[2], -sides[0], sides[1]))


def _overlap(one: Spot, other: Spot) -> bool:
    (ax, ay, az), (ap, aq, ar) = one
    (bx, by, bz), (bp, bq, br) = other
    return ax < bx + bp and bx < ax + ap and ay < by + bq and by < ay + aq and az < bz + br and bz < az + ar


def _inside(point: Box, spot: Spot) -> bool:
    return all(corner <= where < corner + side for where, corner, side in zip(point, spot[0], spot[1], strict=True))


def _rests(spot: Spot, placed: list[Spot]) -> bool:
    (x, y, z), (a, b, _) = spot
    if z == 0:
        return True
    return any(
        oz + oc == z and 2 * ox <= 2 * x + a < 2 * (ox + oa) and 2 * oy <= 2 * y + b < 2 * (oy + ob)
        for (ox, oy, oz), (oa, ob, oc) in placed
    )


def pack(
    goods: Goods | Mapping[str, Any] | Iterable[Goods | Mapping[str, Any]],
    cartons: Carton | Mapping[str, Any] | Iterable[Carton | Mapping[str, Any]],
    *,
    packer: Packer | None = None,
) -> Packing:
    """Return cartons that take an order: the smallest that takes all that is left, else the one that takes most, and so on.

    Args:
        goods: pieces.
        cartons: those that may be used.
        packer: how boxes are put into a box; `FirstFit` if not given. Its answer is checked: a packer that lets boxes overlap
            or stick out is refused.

    Raises:
        InvalidInput: for more than 500 pieces or 20 kinds of cartons, and for a wrong answer of the packer.

    >>> found = pack([{"id": "mug", "dimensions": "10x10x10 cm", "weight": "0.4 kg", "count": 8}],
    ...              [{"id": "S", "inner": "20x20x10 cm"}, {"id": "L", "inner": "20x20x20 cm", "weight": "0.2 kg"}])
    >>> [(one.carton, one.weight) for one in found.cartons]
    [('L', Decimal('3.4'))]
    """
    kinds = [_goods(one) for one in ([goods] if isinstance(goods, Goods | Mapping) else goods)]
    boxes = [_carton(one) for one in ([cartons] if isinstance(cartons, Carton | Mapping) else cartons)]
    if sum(kind.count for kind in kinds) > 500 or len(boxes) > 20:
        raise InvalidInput("at most 500 pieces are packed at once, into at most 20 kinds of cartons", field="goods")
    way = packer or FirstFit()
    left = [kind for kind in sorted(kinds, key=lambda kind: -_volume(kind.box)) for _ in range(kind.count)]
    stock = {id(box): box.available for box in boxes}
    filled: list[Packed] = []
    while left:
        best = _fullest(left, [box for box in boxes if stock[id(box)] > 0], way)
        if best is None:
            break
        box, spots = best
        stock[id(box)] -= 1
        filled.append(_packed(box, left, spots))
        left = [piece for piece, spot in zip(left, spots, strict=True) if spot is None]
    return Packing.made(cartons=tuple(filled), left_over=tuple(piece.id for piece in left), text=_told(filled, left, way))


def _fullest(left: list[Goods], boxes: list[Carton], way: Packer) -> tuple[Carton, list[Spot | None]] | None:
    """Return the smallest carton that takes all, else the one that takes the largest volume."""
    best: tuple[int, Carton, list[Spot | None]] | None = None
    for box in sorted(boxes, key=lambda box: _volume(_inner(box.inner))):
        spots = _filled(box, left, way)
        volume = sum([_volume(piece.box) for piece, spot in zip(left, spots, strict=True) if spot])
        if volume and all(spots):
            return box, spots
        if volume and (best is None or volume > best[0]):
            best = volume, box, spots
    return None if best is None else best[1:]


_TRIES = 5


def _filled(box: Carton, left: list[Goods], way: Packer) -> list[Spot | None]:
    """Return spots of as much as the carton may carry: what found no room leaves its allowance to what was left out for it."""
    inner, out = _inner(box.inner), set[int]()
    best: tuple[int, list[Spot | None]] = (-1, [])
    out.update(index for index, piece in enumerate(left) if not _fits(inner, piece))
    for _ in range(_TRIES):
        chosen = _chosen(box, left, out)
        found = way.fill(inner, [(left[index].box, left[index].upright) for index in chosen])
        _check(inner, [left[index] for index in chosen], found)
        spots: list[Spot | None] = [None] * len(left)
        for index, spot in zip(chosen, found, strict=True):
            spots[index] = spot
        best = max(best, (sum(_volume(spot[1]) for spot in found if spot), spots), key=lambda one: one[0])
        outside = {index for index in chosen if spots[index] is None}
        alike = {left[index].box for index in outside}
        out |= {index for index, piece in enumerate(left) if spots[index] is None and piece.box in alike}
        if not outside or all(index in out or spots[index] is not None for index in range(len(left))):
            break
    return best[1]


def _fits(inner: Box, piece: Goods) -> bool:
    """Tell whether a piece alone enters a box."""
    return any(
        all(side <= room for side, room in zip(sides, inner, strict=True)) for sides in _turns(piece.box, upright=piece.upright)
    )


def _chosen(box: Carton, left: list[Goods], out: set[int]) -> list[int]:
    """Return the pieces, from the largest, that a carton may carry by weight and kind, without those that are out."""
    room = None if box.carries is None else int(Fraction(box.carries) * KILOGRAM)
    chosen, kept = [], dict(box.keeps)
    for index, piece in enumerate(left):
        if index in out or (room is not None and piece.mass > room) or kept.get(piece.id, 1) < 1:
            continue
        if room is not None:
            room -= piece.mass
        if piece.id in kept:
            kept[piece.id] -= 1
        chosen.append(index)
    return chosen


def _check(inner: Box, pieces: list[Goods], spots: Sequence[Spot | None]) -> None:
    placed: list[Spot] = []
    if len(spots) != len(pieces):
        raise InvalidInput(f"the packer told {len(spots)} spots of {len(pieces)} pieces", field="packer", value=len(spots))
    for piece, spot in zip(pieces, spots, strict=True):
        if spot is None:
            continue
        if (
            tuple(spot[1]) not in _turns(piece.box, upright=piece.upright)
            or any(corner < 0 or corner + side > room for corner, side, room in zip(*spot, inner, strict=True))
            or any(_overlap(spot, other) for other in placed)
        ):
            raise InvalidInput(f"the packer put {piece.id} where it does not fit", field="packer", value=piece.id)
        placed.append(spot)


def _packed(box: Carton, left: list[Goods], spots: list[Spot | None]) -> Packed:
    inside = [(piece, spot) for piece, spot in zip(left, spots, strict=True) if spot is not None]
    mass = sum(piece.mass for piece, _ in inside) + int(Fraction(box.weight) * KILOGRAM)
    filled = sum(_volume(spot[1]) for _, spot in inside)
    gross = kilograms(mass)
    return Packed.made(
        carton=box.id,
        parcel=Parcel(weight=gross, dimensions=box.outer or box.inner, tags=box.tags),
        weight=gross,
        used=shifted(filled * 1000 // _volume(_inner(box.inner)), 3),
        placements=tuple(
            Placement.made(id=piece.id, at=tuple(_cm(one) for one in spot[0]), sides=tuple(_cm(one) for one in spot[1]))
            for piece, spot in inside
        ),
    )


def _told(filled: list[Packed], left: list[Goods], way: Packer) -> str:
    said = [f"{one.carton}: {len(one.placements)} pieces, {one.weight} kg, {one.used:.0%} full" for one in filled]
    if getattr(way, "comparisons", 0) < 0:
        said.append("the search was stopped: a better packing may exist")
    if left:
        said.append(f"{len(left)} pieces fit into no carton")
    return "; ".join(said)


@lru_cache(maxsize=4096)
def _inner(dimensions: Dimensions) -> Box:
    return (
        int(Fraction(dimensions.length) * CENTIMETRE),
        int(Fraction(dimensions.width) * CENTIMETRE),
        int(Fraction(dimensions.height) * CENTIMETRE),
    )


def _goods(value: object) -> Goods:
    return value if isinstance(value, Goods) else Goods(**named(_mapping(value, "goods")))


def _carton(value: object) -> Carton:
    return value if isinstance(value, Carton) else Carton(**named(_mapping(value, "cartons")))


def _mapping(value: object, field: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    raise InvalidInput(f"cannot read {shown(value)} as {field}", field=field, value=value)
