"""Calendar days: every question is asked for one, and none is guessed."""

from __future__ import annotations

from datetime import date, datetime

from xbcommerce.errors import InvalidInput, shown

__all__ = ["a_day"]


def a_day(on: object, field: str = "on") -> date:
    """Return a calendar day from a date or an ISO 8601 text.

    >>> a_day("2026-07-15")
    datetime.date(2026, 7, 15)

    Raises:
        InvalidInput: for anything else, also for a time of day: a law begins on a day, in its own country.
    """
    if isinstance(on, date) and not isinstance(on, datetime):
        return on
    if isinstance(on, str) and len(on) == 10:
        try:
            return date.fromisoformat(on)
        except ValueError:
            pass
    raise InvalidInput(
        f"{field} must be a calendar day, not {shown(on)}", field=field, value=on, hint="write '2026-07-15' or a date"
    )
