"""Reckoning that does not depend on the caller: decimals are worked out in a context of the library's own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["exactly"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_OWN = Context(prec=50, rounding=ROUND_HALF_EVEN)


def exactly(reckon: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a function reckon in the library's own decimal context, whatever precision or traps the caller has set.

    >>> from decimal import Decimal
    >>> with localcontext(prec=2):
    ...     exactly(lambda: Decimal(1) / 3)().adjusted(), len(str(exactly(lambda: Decimal(1) / 3)()))
    (-1, 52)
    """

    @wraps(reckon)
    def inside(*args: _P.args, **named: _P.kwargs) -> _R:
        with localcontext(_OWN):
            return reckon(*args, **named)

    return inside
