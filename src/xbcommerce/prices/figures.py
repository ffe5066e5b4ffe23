"""Plain numbers from callers: percentages, factors, contents of a pack; exact, and refused when they are floats or absurd."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.money import Money, RoundingMode, divide, minor_units

__all__ = ["amount_text", "content_of", "percent_of", "share_of_percent", "whole"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CONTENT = re.compile(r"(?:([0-9]{1,4}) ?[x×] ?)?([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([A-Za-zµ²³0-9]{1,6})")
PRECISE = Context(prec=40)
_LARGEST = 10**15
"""From here on an amount is made the slow way, which refuses absurd ones."""
_KILO, _CENTI, _MILLI = Fraction(1000), Fraction(1, 100), Fraction(1, 1000)
MEASURES = {
    "kg": ("mass", Fraction(1)), "g": ("mass", _MILLI), "mg": ("mass", _MILLI * _MILLI), "t": ("mass", _KILO),
    "l": ("volume", Fraction(1)), "ml": ("volume", _MILLI), "cl": ("volume", _CENTI), "dl": ("volume", Fraction(1, 10)),
    "m": ("length", Fraction(1)), "cm": ("length", _CENTI), "mm": ("length", _MILLI),
    "m2": ("area", Fraction(1)), "m²": ("area", Fraction(1)), "cm2": ("area", _CENTI**2), "cm²": ("area", _CENTI**2),
    "m3": ("room", Fraction(1)), "m³": ("room", Fraction(1)),
    "pc": ("count", Fraction(1)), "pcs": ("count", Fraction(1)), "piece": ("count", Fraction(1)),
}  # fmt: skip
"""Units of measure of the metric system, as shares of the unit that prices are given for."""


def share_of_percent(value: object, field: str, *, least: int = 0, below: int = 1000) -> Fraction:
    """Return a percentage ("19", "19 %", Decimal, int) as an exact share of one.

    >>> share_of_percent("8.1 %", "tax_rate")
    Fraction(81, 1000)

    Raises:
        InvalidInput: for floats, texts that are no number, and numbers outside the bounds (the upper one excluded).
    """
    text = value.removesuffix("%").strip() if isinstance(value, str) and len(value) <= 32 else value
    number = _exactly(text, field, value)
    if not least <= number < below:
        raise InvalidInput(
            f"{field} must be a percentage from {least} to below {below}, not {shown(value)}", field=field, value=value
        )
    return number / 100


def factor_of(value: object, field: str) -> Fraction:
    """Return a number above 0 (an exchange rate, a ratio)."""
    number = _exactly(value.strip() if isinstance(value, str) and len(value) <= 32 else value, field, value)
    if number <= 0:
        raise InvalidInput(f"{field} must be above 0, not {shown(value)}", field=field, value=value)
    return number


def number_of(value: object, field: str) -> Fraction:
    """Return an exact number of a data file."""
    return _exactly(value, field, value)


def content_of(value: object) -> tuple[Fraction, str]:
    """Return the content of a pack in kg, l, m, m², m³ or pieces, and which of them it is.

    >>> content_of("250 g"), content_of("6 x 330 ml")
    ((Fraction(1, 4), 'mass'), (Fraction(99, 50), 'volume'))
    """
    match = _CONTENT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 40 else None
    unit = MEASURES.get(match[3] if match[3] in MEASURES else match[3].lower()) if match else None
    if match is None or unit is None:
        raise InvalidInput(
            f"cannot read {shown(value)} as the content of a pack", field="content", value=value, allowed=MEASURES,
            hint="write '250 g', '0.75 l', '6 x 330 ml', '2.5 m2' or '12 pcs'",
        )  # fmt: skip
    quantity = Fraction(match[1] or 1) * Fraction(match[2]) * unit[1]
    if not quantity:
        raise InvalidInput("the content of a pack is above 0", field="content", value=value)
    return quantity, unit[0]


def fraction_of(money: Money) -> Fraction:
    """Return an amount as an exact fraction of its currency's unit."""
    return Fraction(*money.amount.as_integer_ratio())


def whole(value: Fraction, step: Fraction, mode: RoundingMode) -> Fraction:
    """Return a number rounded to a multiple of a step."""
    turns = divide(value.numerator * step.denominator, value.denominator * step.numerator, mode)
    return Fraction(turns * step.numerator, step.denominator)


def money_of(value: Fraction, currency: str) -> Money:
    """Return an amount that has at most a few decimals as money."""
    minor, rest = divmod(value.numerator * 10 ** minor_units(currency), value.denominator)
    if not rest and abs(minor) < _LARGEST:
        return Money.from_minor(minor, currency)
    return Money(PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator)), currency)


def in_units(value: Fraction, digits: int) -> int:
    """Return an amount in units of its last decimal; what is finer is cut."""
    return value.numerator * int(10**digits) // value.denominator


def smallest(currency: str) -> Fraction:
    """Return the smallest unit of a currency."""
    return Fraction(1, 10 ** minor_units(currency))


def percent_of(share: Fraction, places: int = 2, mode: RoundingMode = "half-up") -> Decimal:
    """Return a share of one as a percentage, for reading.

    >>> percent_of(Fraction(1, 3))
    Decimal('33.33')
    """
    scale = 10**places
    scaled = divide((share * 100 * scale).numerator, (share * 100 * scale).denominator, mode)
    number = Decimal(scaled).scaleb(-places, PRECISE).normalize(PRECISE)
    return Decimal(f"{number:f}")


def amount_text(value: Fraction, currency: str, places: int = 4) -> str:
    """Return an exact amount for a sentence: cut to a few decimals, marked where it is longer."""
    scale = 10**places
    turns = value * scale
    if turns.denominator == 1:
        return str(money_of(value, currency))
    cut = Fraction(divide(turns.numerator, turns.denominator, "half-up"), scale)
    return f"{money_of(cut, currency)} (rounded)"


def _exactly(value: Any, field: str, given: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 15 and int(value.as_tuple().exponent) >= -20:
        return Fraction(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64:
        return Fraction(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)
    hint = (
        "a binary float is not exact: write it as a text"
        if isinstance(value, float)
        else "write a number such as '19' or '2.5'"
    )
    raise InvalidInput(f"{field} must be an exact number, not {shown(given)}", field=field, value=given, hint=hint)
