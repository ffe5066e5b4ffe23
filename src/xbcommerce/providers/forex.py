"""Live exchange rates through the forex-python package, as a `RateSource`.

The package is imported when a rate is asked for, never before. Its requests have no time-out of their own: each runs in a
thread that is left behind when it takes too long.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from xbcommerce.errors import InvalidInput, RateUnavailable
from xbcommerce.exchange import Rate
from xbcommerce.money import minor_units

__all__ = ["ForexPython"]


class ForexPython:
    """Rates from the service that forex-python asks (a public one, often down: be ready for `RateUnavailable`).

    Args:
        timeout: seconds after which a request is given up.

    Raises:
        InvalidInput: if the time-out is not above 0.
    """

    def __init__(self, timeout: float = 5.0) -> None:
        if not timeout > 0:
            raise InvalidInput("the time-out must be above 0 seconds", field="timeout", value=timeout)
        self._timeout = timeout

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """Return the rate of a day.

        Raises:
            RateUnavailable: if the package is missing, the service fails or is too slow, or the rate makes no sense.
        """
        minor_units(base)
        minor_units(quote)
        found = self._asked(base, quote, on)
        if not isinstance(found, Decimal) or not found.is_finite() or found <= 0:
            raise self._unavailable(base, quote, on, f"the service answered {found!r}"[:200])
        numerator, denominator = found.as_integer_ratio()
        return Rate(base, quote, numerator, denominator, on, "forex-python", "given", "a live market rate, no official one")

    def _asked(self, base: str, quote: str, on: date) -> object:
        answers: SimpleQueue[tuple[bool, object]] = SimpleQueue()
        Thread(target=_ask, args=(base, quote, on, answers), daemon=True).start()
        try:
            done, answer = answers.get(timeout=self._timeout)
        except Empty:
            raise self._unavailable(base, quote, on, f"no answer within {self._timeout} seconds") from None
        if not done:
            raise self._unavailable(base, quote, on, f"{type(answer).__name__}: {answer}"[:200])
        return answer

    @staticmethod
    def _unavailable(base: str, quote: str, on: date, why: str) -> RateUnavailable:
        missing = "ModuleNotFoundError" in why
        return RateUnavailable(
            f"no live rate of {base} in {quote} for {on}: {why}",
            field="rates",
            value=f"{base}/{quote}",
            on=on,
            hint="pip install 'xbcommerce[live]'" if missing else "use the embedded rates or pass your own",
        )


def _ask(base: str, quote: str, on: date, answers: SimpleQueue[tuple[bool, object]]) -> None:
    try:
        converter: Any = import_module("forex_python.converter").CurrencyRates(force_decimal=True)
        moment = datetime(on.year, on.month, on.day, 12)  # noqa: DTZ001 - the package takes naive moments
        answers.put((True, converter.get_rate(base, quote, moment)))
    except Exception as error:  # noqa: BLE001 - whatever a network library raises is "unavailable"
        answers.put((False, error))
