"""Numbers as callers write them, read exactly and in bounded time."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

__all__ = ["READ", "fraction"]

_FARTHEST = 12
_DIGITS = 40
READ = "numbers from 1e-12 to 1e12 are read"
"""What to say of a number that is none."""


def fraction(value: object) -> Fraction | None:
    """Return a number exactly, or None if it is none that anybody means.

    A number beyond a million millions, or finer than a part of that, is none: "1e99999999" would be a whole number of a
    hundred million digits.

    >>> fraction("0.8"), fraction(" 12 "), fraction("1e99999999"), fraction("many"), fraction(True)
    (Fraction(4, 5), Fraction(12, 1), None, None, None)
    """
    if isinstance(value, Fraction):
        return value if max(value.numerator.bit_length(), value.denominator.bit_length()) <= 4 * _DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, int) and value.bit_length() > 4 * _DIGITS:
        return None
    try:
        found = Decimal(value.strip().replace("\u00a0", "") if isinstance(value, str) else str(value))
    except InvalidOperation:
        return None
    if not found.is_finite() or len(found.as_tuple().digits) > _DIGITS or (found and abs(found.adjusted()) > _FARTHEST):
        return None
    return Fraction(found) if found else Fraction(0)
