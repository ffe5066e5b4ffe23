"""What can go wrong, as types.

Every error of the library is an `XBCommerceError`; each leaf is also a `ValueError` or a `LookupError`, so that callers
who know nothing of this module still catch it naturally. Messages say what was wrong, where, and what is accepted;
the same information stands in attributes for programs.
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable
from datetime import date

__all__ = [
    "AmbiguousRule",
    "InvalidInput",
    "PresumedFact",
    "RateUnavailable",
    "RulebookError",
    "UnknownFact",
    "XBCommerceError",
    "suggest",
]

_SHOWN = 60
"""Longest part of a caller's value that a message repeats."""


class XBCommerceError(Exception):
    """Root of all errors of this library.

    Attributes:
        field: what the error is about (a field of the input, a fact's subject), if it is about one.
        value: the offending value as given.
        allowed: the accepted values, where they can be listed.
        on: the day the question was asked for.
        hint: what to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        value: object = None,
        allowed: Iterable[str] = (),
        on: date | None = None,
        hint: str | None = None,
    ) -> None:
        self.field = field
        self.value = value
        self.allowed = tuple(allowed)
        self.on = on
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)


class InvalidInput(XBCommerceError, ValueError):
    """The caller's input cannot be understood or is impossible (a float amount, HS "61", a negative quantity)."""


class UnknownFact(XBCommerceError, LookupError):
    """The rulebook does not know this, or the order leaves out what the law asks for: never answered by a silent zero."""


class PresumedFact(UnknownFact):
    """The answer rests on a fact that is only presumed, and the caller asked for firm ones (`strict=True`).

    Code that reads a missing fact as "nothing is levied" lets this one pass: there is a fact, it is only not firm.
    """


class AmbiguousRule(XBCommerceError, LookupError):
    """Two facts or rules of equal rank answer the same question."""


class RateUnavailable(XBCommerceError, LookupError):
    """No exchange rate is known for these currencies on this day."""


class RulebookError(XBCommerceError, ValueError):
    """A rulebook file is broken: the message names the file, the key and the reason."""


def suggest(value: object, known: Iterable[str]) -> str | None:
    """Return a "did you mean" hint for a misspelt `value`, or None.

    >>> suggest("ERU", ["EUR", "USD"])
    "did you mean 'EUR'?"
    """
    if not isinstance(value, str) or len(value) > _SHOWN:
        return None
    close = difflib.get_close_matches(value, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else None


def shown(value: object) -> str:
    """Return `repr(value)` for a message, cut to a readable length and free of control and bidirectional characters.

    However long, deep or broken the value is, this is quick and does not fail.
    """
    try:
        text = _SHORT.repr(value).encode("ascii", "backslashreplace").decode("ascii")
    except Exception:  # noqa: BLE001 - a message about a broken value must not fail itself
        text = f"an object of {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


class _Short(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002 - as reprlib calls it
        return repr(x) if x.bit_length() <= 256 else f"an integer of {x.bit_length()} bits"

    def repr_str(self, x: str, level: int) -> str:  # noqa: ARG002 - as reprlib calls it
        return repr(x[: _SHOWN + 1])


_SHORT = _Short()
_SHORT.maxlevel, _SHORT.maxother = 4, _SHOWN + 1
