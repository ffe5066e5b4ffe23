"""The ledger: a seller's sales, folded so that any number of them, in any order, is asked about quickly.

Sales are kept by *class* (from where, to where, kind, channel, buyer, currency) in plain columns of integers. Adding and
merging are addition: shuffled, split or late rows change nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import compress
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, XBCommerceError, shown, suggest
from xbcommerce.money import Money
from xbcommerce.parties import place_code

__all__ = ["Coverage", "Ledger", "Rejected", "Sold"]

Channel = Literal["own", "marketplace"]
Kind = Literal["taxable", "exempt", "resale", "services", "digital"]
BuyerKind = Literal["consumer", "business"]

_CHANNELS: tuple[str, ...] = get_args(Channel)
_KINDS: tuple[str, ...] = get_args(Kind)
_BUYERS: tuple[str, ...] = get_args(BuyerKind)
_LARGEST = 2**62
_EARLIEST, _LATEST = 693_961, 803_533
"""The ordinals of plausible days: the years 1901 to 2200."""
_NONE = -1


class Sold(NamedTuple):
    """One sale, or a day's sales of one class together; light, and checked when it is added to a ledger.

    >>> Sold(date(2026, 3, 1), Money("49.90", "USD"), "US-CA", channel="marketplace", id="1001").amount
    Money('49.90 USD')

    Attributes:
        day: local calendar day of the sale (or of the return).
        amount: net of tax; negative for a refund.
        ship_to: code of the place of delivery: a country, a state ("US-CA"), a province, a territory.
        ship_from: code of the place the goods are sent from; silent: the seller's only establishment is assumed.
        channel: own shop, or a marketplace.
        kind: taxable, exempt or resale goods; services; digital.
        buyer: consumer or business; silent: consumer.
        collected_by_marketplace: the marketplace collects the tax; silent: it is assumed to.
        id: the sale's own name.
        time: time of day, which puts the sales of a day in order.
        sequence: a number that does the same.
        is_return: the amount (whatever its sign) is given back.
        tax: tax on the sale, where a measure includes it.
        count: number of sales that the row stands for; given, the row is a day's total and no single sale.
        small: a consignment so small that no import tax is levied; silent: yes, unless it is so at no rate.
    """

    day: date
    amount: Money
    ship_to: str
    ship_from: str | None = None
    channel: str = "own"
    kind: str = "taxable"
    buyer: str | None = None
    collected_by_marketplace: bool | None = None
    id: str | None = None
    time: time | None = None
    sequence: int | None = None
    is_return: bool = False
    tax: Money | None = None
    count: int | None = None  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    small: bool | None = None

    @classmethod
    def of(cls, value: object) -> Sold:
        """Return a sale as it is, or from a mapping, a model with these fields, or a plain tuple; a ledger checks its values.

        >>> Sold.of({"day": "2026-03-01", "amount": "49.90 USD", "ship_to": "US-CA"}).ship_to
        'US-CA'
        """
        if type(value) is Sold:
            return value
        if isinstance(value, BaseModel):
            value = dict(value)
        if isinstance(value, Mapping):
            try:
                return cls(**value)
            except TypeError:
                raise _unreadable(value) from None
        if isinstance(value, tuple | list) and 3 <= len(value) <= len(cls._fields):
            return cls(*value)
        raise InvalidInput(f"a sale is a Sold, a mapping or a tuple, not {type(value).__name__}", field="sale", value=value)


def _unreadable(value: Mapping[Any, Any]) -> InvalidInput:
    known = Sold._fields
    for name in value:
        if name not in known:
            hint = suggest(str(name), known)
            return InvalidInput(f"a sale has no field {shown(name)}", field=str(name), value=name, allowed=known, hint=hint)
    missing = next((name for name in known[:3] if name not in value), "day")
    return InvalidInput(f"{missing} is missing", field=missing, allowed=known)


class Coverage(NamedTuple):
    """What a ledger knows: from a day to a day, for some channels and places; an open end is unlimited."""

    valid_from: date | None = None
    valid_to: date | None = None
    channels: tuple[str, ...] = _CHANNELS
    places: tuple[str, ...] | None = None

    @classmethod
    def of(cls, value: object) -> Coverage:
        """Return a coverage as it is, or made from a mapping or from (first day, last day, ...)."""
        given = dict(value) if isinstance(value, Mapping) else None
        if given is None and isinstance(value, tuple | list) and len(value) <= len(cls._fields):
            given = dict(zip(cls._fields, value, strict=False))
        if given is None or not given.keys() <= set(cls._fields):
            raise InvalidInput(
                f"a coverage has {', '.join(cls._fields)}, not {shown(value)}",
                field="coverage",
                value=value,
                allowed=cls._fields,
            )
        days = {name: a_day(given[name], f"coverage.{name}") for name in cls._fields[:2] if given.get(name) is not None}
        channels = tuple(_word(name, _CHANNELS, "coverage.channels") for name in given.get("channels", _CHANNELS))
        places = given.get("places")
        return cls(**days, channels=channels, places=None if places is None else tuple(map(place_code, places)))


class Rejected(NamedTuple):
    """A row that could not be read, by its position in what was added, and why."""

    index: int  # type: ignore[assignment]  # hides tuple.index
    error: XBCommerceError
    value: object


class SeriesKey(NamedTuple):
    """What the rows of a series have in common."""

    ship_to: str
    ship_from: str | None
    channel: str
    kind: str
    buyer: str | None
    collected: bool | None
    small: bool | None
    returned: bool
    total: bool
    taxed: bool
    currency: str


@dataclass(slots=True)
class Series:
    """The rows of one class, in columns: days as ordinals, amounts and taxes in minor units."""

    key: SeriesKey
    days: array[int]
    minors: array[int]
    times: array[int]
    sequences: array[int]
    ids: list[str | None]
    counts: array[int]
    taxes: array[int]

    @classmethod
    def empty(cls, key: SeriesKey) -> Series:
        """Return a series without rows."""
        return cls(key, array("i"), array("q"), array("q"), array("q"), [], array("q"), array("q"))

    def absorb(self, other: Series) -> None:
        """Add the rows of another series of the same class."""
        self.days.extend(other.days)
        self.minors.extend(other.minors)
        self.times.extend(other.times)
        self.sequences.extend(other.sequences)
        self.ids.extend(other.ids)
        self.counts.extend(other.counts)
        self.taxes.extend(other.taxes)

    def picked(self, keep: list[bool]) -> Series:
        """Return the series with some of its rows."""
        parts = (self.days, self.minors, self.times, self.sequences)
        days, minors, times, sequences = (array(part.typecode, compress(part, keep)) for part in parts)
        counts, taxes = (array(part.typecode, compress(part, keep)) for part in (self.counts, self.taxes))
        return Series(self.key, days, minors, times, sequences, list(compress(self.ids, keep)), counts, taxes)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows in an order that does not depend on how they came."""
        counts = self.counts or [_NONE] * len(self.days)
        taxes = self.taxes or [_NONE] * len(self.days)
        columns = zip(self.days, self.times, self.sequences, self.ids, self.minors, counts, taxes, strict=True)
        return sorted(columns, key=lambda row: (*row[:3], row[3] or "", *row[4:]))


class Ledger:
    """Sales, folded. What is added later, in any order, is as if it had been there from the first.

    >>> ledger = Ledger([{"day": "2026-03-01", "amount": "100.00 USD", "ship_to": "US-CA"}])
    >>> rejected = ledger.add([("2026-03-02", "1.5e3 USD", "US-CA")], errors="collect")
    >>> len(ledger), rejected[0].index, rejected[0].error.field
    (1, 0, 'amount')

    Args:
        sales: see `add`.
        coverage: what the ledger knows; silent: everything is there.
    """

    __slots__ = ("_raw", "coverage", "rejected", "series")

    def __init__(self, sales: Iterable[object] = (), *, coverage: Iterable[object] | None = None) -> None:
        self.series: dict[SeriesKey, Series] = {}
        self.coverage = None if coverage is None else tuple(map(Coverage.of, iterable(coverage, "coverage")))
        self.rejected: list[Rejected] = []
        self._raw: dict[Any, Series] = {}
        if sales != ():
            self.add(sales)

    def add(self, sales: Iterable[object], *, errors: Literal["raise", "collect"] = "raise") -> list[Rejected]:
        """Fold sales into the ledger: `Sold`, mappings, models or tuples with its fields, in any order.

        Args:
            sales: read once.
            errors: "raise" refuses the whole of what is added at the first row that cannot be read; "collect" leaves such
                rows out, and returns and remembers them with their reason.

        Raises:
            InvalidInput: naming the row and the field.
        """
        if errors not in ("raise", "collect"):
            raise InvalidInput(f"errors is 'raise' or 'collect', not {shown(errors)}", field="errors", value=errors)
        fresh = Ledger()
        for index, sale in enumerate(iterable(sales, "sales")):
            try:
                fresh._fold(sale if type(sale) is Sold else Sold.of(sale))
            except XBCommerceError as error:
                if errors == "raise":
                    raise InvalidInput(f"sale {index}: {error}", field=f"sales.{index}.{error.field}", value=sale) from error
                fresh.rejected.append(Rejected(index, error, sale))
        self._absorb(fresh)
        return fresh.rejected

    def merge(self, other: Ledger) -> Ledger:
        """Return a ledger that knows what both know."""
        merged = Ledger()
        for ledger in (self, other):
            merged._absorb(ledger)
        if self.coverage is not None or other.coverage is not None:
            merged.coverage = (*(self.coverage or ()), *(other.coverage or ()))
        return merged

    def totals(self) -> Iterator[Sold]:
        """Yield the days' totals of each class: all that is needed to measure, without the single sales."""
        for key in sorted(self.series, key=str):
            series = self.series[key]
            by_day: dict[int, list[int]] = {}
            counts = series.counts or [1] * len(series.days)
            taxes = series.taxes or [0] * len(series.days)
            for day, minor, count, tax in zip(series.days, series.minors, counts, taxes, strict=True):
                total = by_day.setdefault(day, [0, 0, 0])
                total[0] += minor
                total[1] += count
                total[2] += tax
            for day, (minor, count, tax) in sorted(by_day.items()):
                yield Sold(
                    day=date.fromordinal(day), amount=Money.from_minor(minor, key.currency), ship_to=key.ship_to,
                    ship_from=key.ship_from, channel=key.channel, kind=key.kind, buyer=key.buyer,
                    collected_by_marketplace=key.collected, is_return=key.returned, small=key.small, count=count,
                    tax=Money.from_minor(tax, key.currency) if key.taxed else None,
                )  # fmt: skip

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(len(series.days) for series in self.series.values())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        if self.series.keys() != other.series.keys() or set(self.coverage or ()) != set(other.coverage or ()):
            return False
        return all(series.rows() == other.series[key].rows() for key, series in self.series.items())

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<Ledger of {len(self)} rows in {len(self.series)} classes>"

    def __getstate__(self) -> tuple[Any, ...]:
        return self.series, self.coverage, self.rejected

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.series, self.coverage, self.rejected = state
        self._raw = {}

    # ------------------------------------------------------------------ inside

    def _absorb(self, other: Ledger) -> None:
        for key, series in other.series.items():
            if not series.days:
                continue
            own = self.series.get(key)
            if own is None:
                own = self.series[key] = Series.empty(key)
            own.absorb(series)
        self.rejected += other.rejected

    def _fold(self, sale: Sold) -> None:
        """Check a sale and put it into the columns of its class; nothing is entered unless everything can be read."""
        day, amount, ship_to, ship_from, channel, kind, buyer, collected, name, at, sequence, is_return, tax, count, small = (
            sale
        )
        if type(amount) is not Money:
            amount = _money(amount, "amount")
        minor = _minor(amount, "amount")
        if is_return is not False and is_return is not True:
            raise InvalidInput(f"is_return is true or false, not {shown(is_return)}", field="is_return", value=is_return)
        if is_return or minor < 0:
            minor, is_return = -abs(minor), True
        ordinal = day.toordinal() if type(day) is date else a_day(day, "day").toordinal()
        if not _EARLIEST <= ordinal <= _LATEST:
            raise InvalidInput(f"day {day} is not plausible", field="day", value=day)
        raw = (ship_to, ship_from, channel, kind, buyer, collected, small, is_return, count is not None, tax is not None,
               amount.currency)  # fmt: skip
        try:
            series = self._raw.get(raw)
        except TypeError:
            series = None
        if series is None:
            series = self._new(raw)
        moment = _NONE if at is None else _time(at)
        number = _NONE if sequence is None else _whole(sequence, "sequence")
        if name is not None and (type(name) is not str or len(name) > 200):
            name = _name(name)
        taxed = 0 if tax is None else _tax(tax, amount.currency, returned=is_return)
        pieces = 1 if count is None else _whole(count, "count")
        series.days.append(ordinal)
        series.minors.append(minor)
        series.times.append(moment)
        series.sequences.append(number)
        series.ids.append(name)
        if count is not None:
            series.counts.append(pieces)
        if tax is not None:
            series.taxes.append(taxed)

    def _new(self, raw: tuple[Any, ...]) -> Series:
        """Check what a class is made of, once."""
        ship_to, ship_from, channel, kind, buyer, collected, small, returned, total, taxed, currency = raw
        for flag, field in ((collected, "collected_by_marketplace"), (small, "small")):
            if flag is not None and not isinstance(flag, bool):
                raise InvalidInput(f"{field} is true or false, not {shown(flag)}", field=field, value=flag)
        key = SeriesKey(
            _place(ship_to, "ship_to"),
            None if ship_from is None else _place(ship_from, "ship_from"),
            _word(channel, _CHANNELS, "channel"),
            _word(kind, _KINDS, "kind"),
            None if buyer is None else _word(buyer, _BUYERS, "buyer"),
            collected,
            small,
            returned,
            total,
            taxed,
            currency,
        )
        series = self.series.get(key)
        if series is None:
            series = self.series[key] = Series.empty(key)
        with suppress(TypeError):  # a place given as a mapping
            self._raw[raw] = series
        return series


def iterable(value: object, field: str) -> Iterable[Any]:
    """Return something to read one by one as it is, or refuse it."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
        raise InvalidInput(f"{field} is a list or another iterable, not {type(value).__name__}", field=field, value=value)
    return value


def plausible(day: date) -> bool:
    """Tell whether a day lies in the years that calendars and laws are reckoned for."""
    return _EARLIEST <= day.toordinal() <= _LATEST


def _money(value: object, field: str) -> Money:
    try:
        return Money.of(value)
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {error}", field=field, value=value) from error


def _minor(amount: Money, field: str) -> int:
    try:
        minor = amount.to_minor()
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {error}", field=field, value=amount) from None
    if not -_LARGEST < minor < _LARGEST:
        raise InvalidInput(f"{field} {amount} is not plausible", field=field, value=amount)
    return minor


def _tax(tax: object, currency: str, *, returned: bool) -> int:
    money = _money(tax, "tax")
    if money.currency != currency:
        raise InvalidInput(f"tax is in {money.currency}, the sale in {currency}", field="tax", value=tax)
    minor = abs(_minor(money, "tax"))
    return -minor if returned else minor


def _time(at: object) -> int:
    if isinstance(at, str):
        try:
            at = time.fromisoformat(at)
        except ValueError:
            at = None
    if isinstance(at, datetime):
        at = at.time()
    if not isinstance(at, time):
        raise InvalidInput("time is a time of day such as '14:30:00'", field="time", value=at)
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _whole(value: object, field: str) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise InvalidInput(f"{field} is a whole number of at least 0, not {shown(value)}", field=field, value=value)
    return value


def _name(name: object) -> str:
    if type(name) is int and 0 <= name < _LARGEST:
        return str(name)
    raise InvalidInput(f"id is a text of at most 200 characters, not {shown(name)}", field="id", value=name)


def _place(value: object, field: str) -> str:
    try:
        return place_code(value)
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {error}", field=field, value=value, allowed=error.allowed) from error


def _word(value: object, known: tuple[str, ...], field: str) -> str:
    if not isinstance(value, str) or value not in known:
        hint = suggest(value, known) if isinstance(value, str) else None
        raise InvalidInput(
            f"{field} is one of {', '.join(known)}, not {shown(value)}", field=field, value=value, allowed=known, hint=hint
        )
    return value
