"""Figures: where a rule says how much, either a literal ("12 %", "0.90 USD", "31 kg", "22/78") or the subject of a fact."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from math import gcd

from xbcommerce.errors import RulebookError, shown
from xbcommerce.rules.facts import Fact

__all__ = ["Figure", "figure_of", "literal"]

_LITERAL = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,12})?) ?(%|[A-Z]{3}|[a-z][a-z0-9]{0,7})?")
_FRACTION = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """An exact number with its unit, and the fact it comes from (None for a literal).

    A percentage is a share: "12 %" has the numbers 3 and 25 and the unit "1". Money has its currency as unit.

    Attributes:
        is_money: the unit is a currency.
        key: what tells the number from others.
    """

    numerator: int
    denominator: int
    unit: str
    fact: Fact | None = None
    text: str = ""
    is_money: bool = field(init=False)
    key: tuple[int, int, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_money", len(self.unit) == 3 and self.unit.isupper())
        object.__setattr__(self, "key", (self.numerator, self.denominator, self.unit))


def literal(text: object) -> Figure | None:
    """Return the figure that a text states, or None if it is a name.

    >>> figure = literal("12.5 %")
    >>> figure.numerator, figure.denominator, figure.unit
    (1, 8, '1')
    """
    if not isinstance(text, str):
        return None
    if text == "free":
        return Figure(0, 1, "1", text="free")
    if match := _FRACTION.fullmatch(text):
        return _reduced(int(match[1]), int(match[2]), "1", text)
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    numerator, denominator = Decimal(match[1]).as_integer_ratio()
    if match[2] == "%":
        return _reduced(numerator, denominator * 100, "1", text)
    return _reduced(numerator, denominator, match[2] or "1", text)


def figure_of(fact: Fact) -> Figure:
    """Return the figure of a fact."""
    if fact.unit in ("code", "bool"):
        raise RulebookError(f"{fact.id} is {shown(fact.text)}, no figure")
    return _reduced(*fact.ratio, "1" if fact.unit == "%" else fact.unit, fact.text, fact)


def _reduced(numerator: int, denominator: int, unit: str, text: str, fact: Fact | None = None) -> Figure:
    divisor = gcd(numerator, denominator) or 1
    return Figure(numerator // divisor, denominator // divisor, unit, fact, text)
