"""Money: an exact amount and an ISO 4217 currency.

Binary floats never touch an amount: they are refused at the door. Rounding is always passed, never inherited, because
it is law: mode and step come from the rulebook. Parts always sum to the whole (largest remainder).

Minor units are those of the Unicode CLDR, read from the `babel` package; where one of its editions differs from ISO 4217, those
of the standard (`data/currencies.toml`): an update of the package changes no amount.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DecimalException, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import lru_cache
from math import lcm
from operator import add
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from xbcommerce.errors import InvalidInput, shown, suggest

__all__ = ["Amounts", "Money", "RoundingMode", "allocate", "divide", "minor_units"]

RoundingMode: TypeAlias = Literal["down", "up", "half-up", "half-down", "half-even"]
"""How a fraction becomes a whole: `down` is towards zero, `up` away from zero."""

MODES: tuple[RoundingMode, ...] = get_args(RoundingMode)
_AMOUNT = r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})"
_TEXT = re.compile(rf"(?:(?P<a>{_AMOUNT})\s?(?P<b>[A-Za-z]{{3}})|(?P<c>[A-Za-z]{{3}})\s?(?P<d>{_AMOUNT}))")
_EXACT = Context(prec=80, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact])
"""Amounts are reckoned in a context of their own: the caller's decimal context, whatever its precision, changes nothing."""
_LARGEST = Decimal("1E15")
_FINEST = -12


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int:
    """Return the number of decimal digits of a currency.

    >>> minor_units("EUR"), minor_units("JPY"), minor_units("KWD")
    (2, 0, 3)

    Raises:
        InvalidInput: if the currency is not an ISO 4217 code.
    """
    from babel.core import get_global

    known = get_global("all_currencies")
    if currency not in known:
        raise InvalidInput(
            f"unknown currency {shown(currency)}: an ISO 4217 code such as 'EUR' is expected",
            field="currency",
            value=currency,
            hint=suggest(currency.upper(), known) if isinstance(currency, str) else None,
        )
    by_standard = _by_standard().get(currency)
    if by_standard is not None:
        return by_standard
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


@lru_cache(maxsize=1)
def _by_standard() -> dict[str, int]:
    """Return the minor units in which ISO 4217 and the CLDR are not, or were not, of one mind."""
    import tomllib
    from importlib.resources import files

    found: dict[str, int] = tomllib.loads(files("xbcommerce").joinpath("data/currencies.toml").read_text("utf-8"))[
        "minor_units"
    ]
    return found


@lru_cache(maxsize=512)
def _smallest(currency: str) -> Decimal:
    return Decimal((0, (1,), -minor_units(currency)))


def in_minor(amount: Decimal, currency: str) -> tuple[int, int]:
    """Return an exact amount in minor units of a currency, as numerator and positive denominator.

    >>> in_minor(Decimal("1.105"), "EUR")
    (221, 2)
    """
    return _EXACT.scaleb(amount, minor_units(currency)).as_integer_ratio()


def times(amount: Decimal, count: int | Decimal) -> Decimal:
    """Return an exact product, whatever the caller's decimal context."""
    return _EXACT.multiply(amount, count)


def divide(numerator: int, denominator: int, mode: RoundingMode) -> int:
    """Divide two integers and round the quotient to an integer, exactly.

    >>> divide(5, 2, "half-up"), divide(5, 2, "half-even"), divide(5, 2, "half-down"), divide(-7, 2, "down")
    (3, 2, 2, -3)

    Args:
        numerator: any integer.
        denominator: a positive integer.
        mode: see `RoundingMode`.

    Raises:
        InvalidInput: for any other mode.
    """
    if mode not in MODES:
        raise InvalidInput(
            f"{shown(mode)} is none of the rounding modes {', '.join(MODES)}", field="mode", value=mode, allowed=MODES,
            hint=suggest(mode, MODES),
        )  # fmt: skip
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    if rest and (
        mode == "up"
        or (mode == "half-up" and 2 * rest >= denominator)
        or (mode == "half-down" and 2 * rest > denominator)
        or (mode == "half-even" and (2 * rest > denominator or (2 * rest == denominator and whole % 2)))
    ):
        whole += 1
    return sign * whole


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole into integer parts in proportion to weights, by largest remainder; the parts sum to the whole.

    Ties go to the earlier part. If all weights are zero, the parts are as equal as possible.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    >>> sum(allocate(-7, [3, 5]))
    -7

    Raises:
        InvalidInput: if there is no weight, or one is negative or no integer.
    """
    try:
        fit = {int} == {type(total), *map(type, weights)} and min(weights) >= 0
    except (TypeError, ValueError):  # not iterable, or empty
        fit = False
    if not fit:
        raise InvalidInput(
            f"a whole number is split by one or more whole numbers of at least 0, not {shown(total)} by {shown(weights)}",
            field="weights",
            value=weights,
        )
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    if whole == 0:
        weights = [1] * len(weights)
        whole = len(weights)
    sign = -1 if total < 0 else 1
    size = abs(total)
    shares = [divmod(size * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    missing = size - sum(parts)
    if missing:
        by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
        for index in by_remainder[:missing]:
            parts[index] += 1
    return parts if sign > 0 else [-part for part in parts]


class Amounts(NamedTuple):
    """Exact amounts of several things in one currency: numerators over one denominator, in minor units (or in a measure)."""

    numerators: tuple[int, ...]
    denominator: int

    @classmethod
    def of(cls, ratios: Sequence[tuple[int, int]]) -> Amounts:
        """Return fractions over their common denominator."""
        common = lcm(*[denominator for _, denominator in ratios])
        return cls(tuple([numerator * (common // denominator) for numerator, denominator in ratios]), common)

    def scaled(self, numerator: int, denominator: int) -> Amounts:
        """Return all amounts multiplied by a fraction."""
        if numerator == denominator:
            return self
        return Amounts(tuple([number * numerator for number in self.numerators]), self.denominator * denominator)

    def plus(self, other: Amounts) -> Amounts:
        """Add other amounts one by one."""
        if self.denominator == other.denominator:
            return Amounts(tuple(map(add, self.numerators, other.numerators)), self.denominator)
        common = lcm(self.denominator, other.denominator)
        p, q = common // self.denominator, common // other.denominator
        return Amounts(tuple([a * p + b * q for a, b in zip(self.numerators, other.numerators, strict=True)]), common)

    def total(self, picked: Sequence[int]) -> tuple[int, int]:
        """Add up some of the amounts, by their indices."""
        numbers = self.numerators
        return sum([numbers[index] for index in picked]), self.denominator


class Money:
    """An immutable exact amount of one currency.

    Made from a `Decimal`, an `int` or a decimal string, from a text such as `"19.90 EUR"` (`Money.parse`), or in models
    from a pair `["19.90", "EUR"]` or an object `{"amount": "19.90", "currency": "EUR"}`.

    >>> Money("19.90", "EUR") + Money.parse("0.10 EUR")
    Money('20.00 EUR')
    >>> Money("10", "EUR").allocate([1, 1, 1])
    [Money('3.34 EUR'), Money('3.33 EUR'), Money('3.33 EUR')]

    Raises:
        InvalidInput: for floats, NaN, infinities, amounts of 10^15 and more or finer than 12 decimals, unknown currencies.
    """

    __slots__ = ("amount", "currency")
    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        if not isinstance(currency, str):
            raise InvalidInput(
                f"currency must be an ISO 4217 code, not {type(currency).__name__}", field="currency", value=currency
            )
        minor_units(currency)
        _set_amount(self, _exact(amount))
        _set_currency(self, currency)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Money is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("Money is immutable")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `"19.90 EUR"` or `"EUR 19.90"`: a point as decimal mark, no thousands separators.

        >>> Money.parse("JPY 10000")
        Money('10000 JPY')
        """
        match = _TEXT.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= 64 else None
        if match is None:
            raise InvalidInput(
                f"cannot read {shown(text)} as money",
                value=text,
                hint="write a number with a point as decimal mark and an ISO 4217 code, such as '1990.50 EUR'",
            )
        return cls(match["a"] or match["d"], (match["b"] or match["c"]).upper())

    @classmethod
    def of(cls, value: object) -> Money:
        """Return `value` as Money: a Money, a text, a pair of amount and currency, or an object with these two keys."""
        if isinstance(value, Money):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            return cls(value["amount"], value["currency"])
        if isinstance(value, list | tuple) and len(value) == 2:
            return cls(value[0], value[1])
        raise InvalidInput(
            f"cannot read {shown(value)} as money",
            value=value,
            hint="write '19.90 EUR', ['19.90', 'EUR'] or {'amount': '19.90', 'currency': 'EUR'}",
        )

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """Return an amount given in minor units.

        >>> Money.from_minor(1990, "EUR"), Money.from_minor(1990, "JPY")
        (Money('19.90 EUR'), Money('1990 JPY'))
        """
        try:
            amount = _EXACT.multiply(_smallest(currency), minor)
        except (DecimalException, TypeError):
            raise InvalidInput(
                f"{shown(minor)} is no plausible count of the smallest unit of {shown(currency)}", field="minor", value=minor
            ) from None
        return _made(amount, currency)

    def to_minor(self) -> int:
        """Return the amount in whole minor units.

        Raises:
            InvalidInput: if the amount is finer than the minor unit: round it first.
        """
        numerator, denominator = self.ratio_minor()
        if numerator % denominator:
            raise InvalidInput(f"{self} is finer than the smallest unit of {self.currency}", value=self, hint="round it first")
        return numerator // denominator

    @property
    def is_whole(self) -> bool:
        """Tell whether the amount is a whole number of minor units."""
        return self.ratio_minor()[1] == 1

    def ratio_minor(self) -> tuple[int, int]:
        """Return the exact amount in minor units as numerator and positive denominator."""
        return in_minor(self.amount, self.currency)

    def round(self, mode: RoundingMode, to: Decimal | int | str | None = None) -> Money:
        """Round to a multiple of `to` (a number of this currency), or to the minor unit.

        >>> Money("7.52", "CHF").round("half-up", "0.05")
        Money('7.50 CHF')
        >>> Money("12345", "JPY").round("down", 1000)
        Money('12000 JPY')
        """
        step = _smallest(self.currency) if to is None else _exact(to)
        if step <= 0:
            raise InvalidInput("the rounding step must be above 0", field="to", value=to)
        numerator, denominator = self.amount.as_integer_ratio()
        step_numerator, step_denominator = step.as_integer_ratio()
        steps = divide(numerator * step_denominator, denominator * step_numerator, mode)
        return Money(_EXACT.multiply(step, steps), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split into parts in proportion to integer weights; the parts sum to the whole (largest remainder)."""
        return [Money.from_minor(part, self.currency) for part in allocate(self.to_minor(), weights)]

    def __add__(self, other: Money) -> Money:
        self._same(other, "add")
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other, "subtract")
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        if isinstance(factor, float | bool) or not isinstance(factor, int | Decimal):
            raise InvalidInput(f"cannot multiply money by {shown(factor)}", value=factor, hint="use an int or a Decimal")
        try:
            product = _EXACT.multiply(self.amount, factor)
        except DecimalException:
            raise InvalidInput(f"{self} times {shown(factor)} is not a plausible amount", value=factor) from None
        return Money(product, self.currency)

    __rmul__ = __mul__

    def __radd__(self, other: object) -> Money:
        """Add to the 0 that `sum` begins with."""
        if type(other) is int and other == 0:
            return self
        raise InvalidInput(f"cannot add {shown(other)} and {self}", value=other, hint="both must be Money")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.currency == other.currency and self.amount == other.amount

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __lt__(self, other: Money) -> bool:
        self._same(other, "compare")
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other, "compare")
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        self._same(other, "compare")
        return self.amount > other.amount

    def __ge__(self, other: Money) -> bool:
        self._same(other, "compare")
        return self.amount >= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        digits = minor_units(self.currency)
        amount = self.amount
        if -int(amount.as_tuple().exponent) < digits:
            amount = _EXACT.quantize(amount, _smallest(self.currency))
        return f"{amount:f} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({str(self)!r})"

    def __reduce__(self) -> tuple[Callable[[Decimal, str], Money], tuple[Decimal, str]]:
        return (_made, (self.amount, self.currency))

    def _same(self, other: Money, verb: str) -> None:
        if not isinstance(other, Money):
            raise InvalidInput(f"cannot {verb} {self} and {shown(other)}", value=other, hint="both must be Money")
        if other.currency != self.currency:
            raise InvalidInput(
                f"cannot {verb} amounts in {self.currency} and {other.currency}",
                value=other,
                hint="convert one of them first",
            )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.of, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{_AMOUNT} [A-Z]{{3}}$", "examples": ["19.90 EUR"]}


_set_amount = Money.__dict__["amount"].__set__  # what object.__setattr__ does, at a third of its cost
_set_currency = Money.__dict__["currency"].__set__


def _made(amount: Decimal, currency: str) -> Money:
    """Return money of what is known to be an exact amount and a currency."""
    money = Money.__new__(Money)
    _set_amount(money, amount)
    _set_currency(money, currency)
    return money


def _exact(amount: object) -> Decimal:
    """Return `amount` as a finite Decimal of sane size, or raise."""
    if isinstance(amount, bool | float):
        kind = type(amount).__name__
        raise InvalidInput(
            f"an amount must be exact, {shown(amount)} is a {kind}",
            field="amount",
            value=amount,
            hint="pass a decimal string such as '19.90', a Decimal or an int",
        )
    if isinstance(amount, str):
        if len(amount) > 64 or not re.fullmatch(_AMOUNT, amount.strip()):
            raise InvalidInput(
                f"cannot read {shown(amount)} as an amount",
                field="amount",
                value=amount,
                hint="write digits with a point as decimal mark, such as '1990.50'",
            )
        number = Decimal(amount.strip())
    elif isinstance(amount, int):
        if amount.bit_length() > 64:
            raise _absurd(amount)
        number = Decimal(amount)
    elif isinstance(amount, Decimal):
        number = amount
    else:
        raise InvalidInput(
            f"an amount must be a Decimal, an int or a decimal string, not {type(amount).__name__}",
            field="amount",
            value=amount,
        )
    if not number.is_finite():
        raise InvalidInput(f"an amount must be finite, not {shown(str(number))}", field="amount", value=amount)
    exponent = int(number.as_tuple().exponent)
    if number.copy_abs() >= _LARGEST or exponent > 15:
        raise _absurd(amount)
    if exponent < _FINEST:
        raise InvalidInput(
            f"an amount has at most {-_FINEST} decimals, {shown(str(amount))} has {-exponent}", field="amount", value=amount
        )
    return number


def _absurd(amount: object) -> InvalidInput:
    return InvalidInput(
        f"{shown(amount)} is not a plausible amount: the largest accepted is below 10^15", field="amount", value=amount
    )
