"""Crossings: what is added up for a test, and the day and the sale with which its limit is crossed.

All sums are integers in minor units of the limit's currency. A measure is a table of days with running sums, so that the sum
over any window is one subtraction.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, compress
from typing import NamedTuple

from xbcommerce.errors import RateUnavailable, UnknownFact
from xbcommerce.exchange import RateSource, policy_rate
from xbcommerce.money import divide, minor_units
from xbcommerce.parties import Seller, lies_in
from xbcommerce.rules.facts import APPLIED
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.ledger import Ledger, Series, SeriesKey
from xbcommerce.tax.rates import minor_of, rates
from xbcommerce.tax.thresholds import Counts, LimitTest, Rule, Threshold, month_end, month_ends, on_or_before, plus_months

__all__ = ["Crossing", "Crossings", "Measured", "Table", "Tables"]

Spans = tuple[tuple[int, int], ...]
"""Days as ordinals, both ends inclusive."""

_ONE_DAY = timedelta(days=1)
_POLICY = "ecb.daily"
_MONTHS = {"month_end": 1, "quarter_end": 3, "year_end": 12}


# -------------------------------------------------------------------------------------------------------------- geography


@lru_cache(maxsize=16_384)
def _inside(code: str, area: str, low: int, high: int) -> Spans:
    """Return the days on which a place lies in an area; membership changes at most once between two days."""
    first, last = (lies_in(code, area, date.fromordinal(day)) for day in (low, high))
    if first == last:
        return ((low, high),) if first else ()
    start, end = low, high
    while end - start > 1:
        middle = (start + end) // 2
        if lies_in(code, area, date.fromordinal(middle)) == first:
            start = middle
        else:
            end = middle
    return ((low, start),) if first else ((end, high),)


def _both(one: Spans, other: Spans) -> Spans:
    found = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((low, high) for low, high in found if low <= high)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    out: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return tuple(out)


def _except(one: Spans, other: Spans) -> Spans:
    for a, b in other:
        cut = (((low, min(high, a - 1)), (max(low, b + 1), high)) for low, high in one)
        one = tuple((low, high) for pair in cut for low, high in pair if low <= high)
    return one


class Geography:
    """From where to where, in days: which sales of a class a flow includes."""

    def __init__(self, seller: Seller, low: int, high: int) -> None:
        self.low, self.high = low, high
        self._known: dict[object, Spans] = {}
        self.establishments = [
            (
                one.place,
                max(low, one.valid_from.toordinal() if one.valid_from else low),
                min(high, one.valid_to.toordinal() if one.valid_to else high),
            )
            for one in seller.establishments
        ]
        homes = {place for place, _, _ in self.establishments}
        self.home = next(iter(homes)) if len(homes) == 1 else None

    def inside(self, code: str, areas: Iterable[str]) -> Spans:
        """Return the days on which a place lies in one of the areas."""
        return _joined(span for area in areas for span in _inside(code, area, self.low, self.high))

    def spans(self, key: SeriesKey, rule: Rule, flow: str) -> Spans:
        """Return the days on which a class belongs to a flow."""
        asked = (key.ship_to, key.ship_from, key.small, rule.place, rule.also, rule.union, flow)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._spans(key, rule, flow)
        return found

    def _spans(self, key: SeriesKey, rule: Rule, flow: str) -> Spans:
        places = (rule.place, *rule.also)
        origin = key.ship_from or self.home

        def arriving() -> Spans:
            return self.inside(key.ship_to, places)

        def leaving(areas: tuple[str, ...] = places) -> Spans:
            return self.inside(origin, areas) if origin else ()

        flows: dict[str, Callable[[], Spans]] = {
            "worldwide": lambda: ((self.low, self.high),),
            "delivered_to": arriving,
            "imported_to": lambda: _except(arriving(), leaving()),
            "small_consignments_to": lambda: () if key.small is False else _except(arriving(), leaving()),
            "in_place": leaving,
            "within": lambda: _both(leaving(), arriving()),
            "union": lambda: _joined((*self.inside(key.ship_to, rule.union), *leaving(rule.union))),
            "from_other_members_to": lambda: _both(_except(leaving(rule.union), leaving()), arriving()),
            "dispatched_from_home_to_other_members": lambda: self._to_other_members(origin, key.ship_to, rule, from_home=True),
            "dispatched_from_stock_to_other_members": lambda: self._to_other_members(
                origin, key.ship_to, rule, from_home=False
            ),
        }
        return flows[flow]()

    def _to_other_members(self, origin: str | None, destination: str, rule: Rule, *, from_home: bool) -> Spans:
        if origin is None:
            return ()
        home = _joined(
            span
            for place, low, high in self.establishments
            if low <= high
            for span in _both(((low, high),), _both(self.inside(origin, (place,)), self.inside(place, rule.union)))
        )
        leaving = self.inside(origin, rule.union)
        leaving = _both(leaving, home) if from_home else _except(leaving, home)
        state = origin.partition("-")[0]
        return _both(leaving, _except(self.inside(destination, rule.union), self.inside(destination, (state,))))


# ----------------------------------------------------------------------------------------------------------------- tables


class Row(NamedTuple):
    """A sale of one day, as it is put in order."""

    time: int
    sequence: int
    name: str
    minor: int
    currency: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    total: bool


class Measured(NamedTuple):
    """A sum in minor units and a number of sales."""

    minor: int
    count: int  # type: ignore[assignment]  # hides tuple.count


@dataclass(slots=True)
class Table:
    """What a measure adds up, day by day, with running sums.

    Attributes:
        days: ordinals, sorted.
        sums: running sum before each day, and the whole at the end.
        counts: running number of sales, likewise.
        gains: what each day adds without its returns.
        unrated: days with an amount for which no exchange rate is known.
        notes: what was assumed to tell which sales count.
    """

    days: list[int]
    sums: list[int]
    counts: list[int]
    gains: list[int]
    unrated: list[int]
    notes: set[str]
    members: list[tuple[Series, Spans]]
    convert: Callable[[int, str, int], int]
    gross: bool
    doubtful: dict[int, int] = field(default_factory=dict)
    """What of each day's sum counts or not by something that the history does not say."""

    def in_doubt(self, first: date, last: date) -> int:
        """Return what of the sum over a window is in doubt."""
        low, high = first.toordinal(), last.toordinal()
        return sum(minor for day, minor in self.doubtful.items() if low <= day <= high)

    def between(self, first: date, last: date) -> Measured:
        """Return the sum over a window."""
        low, high = bisect_left(self.days, first.toordinal()), bisect_right(self.days, last.toordinal())
        if high <= low:
            return Measured(0, 0)
        return Measured(self.sums[high] - self.sums[low], self.counts[high] - self.counts[low])

    def within(self, first: date, last: date) -> Measured:
        """Return the sum over a window without its returns."""
        low, high = bisect_left(self.days, first.toordinal()), bisect_right(self.days, last.toordinal())
        return Measured(sum(self.gains[low:high]), self.counts[high] - self.counts[low])

    def rows(self, day: int) -> list[Row]:
        """Return the single sales of a day in order of time, then sequence, then name."""
        found = []
        for series, spans in self.members:
            if not any(low <= day <= high for low, high in spans):
                continue
            key, start = series.key, 0
            while True:
                try:
                    at = series.days.index(day, start)
                except ValueError:
                    break
                minor = series.minors[at] + (series.taxes[at] if self.gross and key.taxed else 0)
                count = 0 if key.returned else series.counts[at] if key.total else 1
                name = series.ids[at] or ""
                found.append(Row(series.times[at], series.sequences[at], name, minor, key.currency, count, key.total))
                start = at + 1
        return sorted(found)


class Tables:
    """The measures of one question, each added up once."""

    def __init__(self, ledger: Ledger, seller: Seller, on: date, rates: RateSource | None, book: Rulebook) -> None:
        self.book = book
        days = [day for series in ledger.series.values() for day in (min(series.days), max(series.days))]
        reach = [on.toordinal(), *days]
        self.ledger, self.seller, self.on, self.rates = ledger, seller, on, rates
        self.first = date.fromordinal(min(reach))
        self.geography = Geography(seller, min(reach), max(reach))
        self._known: dict[object, Table] = {}

    def table(self, rule: Rule, row: Threshold, counts: Counts, currency: str) -> Table:
        """Return the table of a measure."""
        key = (rule.place, rule.also, rule.union, counts, currency, row.rate, row.rate_day)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._make(rule, row, counts, currency)
        return found

    def _make(self, rule: Rule, row: Threshold, counts: Counts, currency: str) -> Table:
        notes: set[str] = set()
        doubtful: dict[int, int] = {}
        convert = _converter(row, currency, self.rates)
        members = []
        for series in self.ledger.series.values():
            if _included(series.key, counts) and (spans := self.geography.spans(series.key, rule, counts.flow)):
                if counts.flow == "small_consignments_to" and series.key.small is None and not series.key.total:
                    series = self._perhaps_small(series, rule, currency, convert, doubtful)  # noqa: PLW2901 - part of the same
                    if not series.days:
                        continue
                members.append((series, spans))
                notes.update(_assumptions(series.key, counts))
                if series.key.ship_from is None and counts.flow not in ("delivered_to", "worldwide"):
                    notes.add("ship_from_is_home")
        table = _added_up(members, convert, notes, gross=counts.gross)
        table.doubtful = doubtful
        return table

    def _perhaps_small(
        self, series: Series, rule: Rule, currency: str, convert: Callable[[int, str, int], int], doubtful: dict[int, int]
    ) -> Series:
        """Return the single sales without those whose import tax is levied at any rate; note those where the rate decides."""
        keep = []
        for day, minor in zip(series.days, series.minors, strict=True):
            try:
                value = convert(minor, series.key.currency, day)
            except RateUnavailable:
                keep.append(True)
                continue
            always, ever = _small(self.book, rule.place, currency, date.fromordinal(day).year)
            keep.append(ever is None or abs(value) <= ever)
            if always is not None and keep[-1] and abs(value) > always:
                doubtful[day] = doubtful.get(day, 0) + value
        return series if all(keep) else series.picked(keep)


def _half_step(book: Rulebook, subject: str, place: str, on: date) -> Fraction:
    """Return by how much rounding may change a value, in minor units."""
    try:
        return minor_of(book.fact(subject, place, on=on)) / 2
    except UnknownFact:
        return Fraction(0)


def _small(book: Rulebook, place: str, currency: str, year: int) -> tuple[Fraction | None, Fraction | None]:
    """Return up to which value no import tax is levied at any rate of a year, and above which it is at all of them."""

    def make() -> tuple[Fraction | None, Fraction | None]:
        days = (date.min.replace(year=year), date.max.replace(year=year))
        try:
            shares = [one.share for day in days for one in rates(place, on=day, rulebook=book).values() if one.share]
            limits = [book.fact("tax.min_collection", place, on=day) for day in days]
        except UnknownFact:
            return None, None
        if not shares or any(limit.unit != currency for limit in limits):
            return None, None
        base, tax = (_half_step(book, subject, place, days[1]) for subject in ("tax.import_base_step", "tax.import_step"))
        owed = [minor_of(limit) for limit in limits]
        return (min(owed) - tax) / max(shares) - base, (max(owed) + tax) / min(shares) + base

    found: tuple[Fraction | None, Fraction | None] = book.compiled(("tax.small", place, currency, year), make)
    return found


def _included(key: SeriesKey, counts: Counts) -> bool:
    if key.kind not in counts.sales or (key.returned and counts.returns == "ignore"):
        return False
    if counts.buyer not in {"any", key.buyer or "consumer"}:
        return False
    if key.channel == "own":
        return counts.marketplace != "only"
    if counts.marketplace == "exclude_if_collected":
        return key.collected is False
    return counts.marketplace != "exclude"


def _assumptions(key: SeriesKey, counts: Counts) -> Iterator[str]:
    if counts.buyer != "any" and key.buyer is None:
        yield "buyer_is_consumer"
    if key.returned and counts.returns == "unknown":
        yield "returns_subtracted_on_return_day"
    if counts.gross and not key.taxed:
        yield "tax_not_given"
    if counts.flow == "small_consignments_to" and key.small is None:
        yield "consignments_are_small"


def _converter(row: Threshold, currency: str, rates: RateSource | None) -> Callable[[int, str, int], int]:
    """Return a function from (minor units, currency, day) to minor units of the limit's currency."""
    known: dict[tuple[str, int], tuple[int, int] | None] = {}

    def ratio(other: str, day: int) -> tuple[int, int]:
        key = (other, day)
        if key not in known:
            try:
                rate = policy_rate(_POLICY, other, currency, _rate_day(row, date.fromordinal(day)), rates)
                known[key] = (rate.numerator, rate.denominator)
            except RateUnavailable:
                known[key] = None
        found = known[key]
        if found is None:
            raise RateUnavailable(f"no rate of {other} in {currency}")
        return found

    def convert(minor: int, other: str, day: int) -> int:
        if not minor or currency in {other, ""}:
            return minor
        numerator, denominator = ratio(other, day)
        shift = minor_units(currency) - minor_units(other)
        numerator, denominator = (numerator * 10**shift, denominator) if shift >= 0 else (numerator, denominator * 10**-shift)
        return divide(minor * numerator, denominator, "half-up")

    return convert


def _rate_day(row: Threshold, day: date) -> date:
    if row.rate_day is not None:
        return row.rate_day
    if row.rate == "first_day_of_year":
        return day.replace(month=1, day=1)
    return month_end(day.replace(month=12)) if row.rate == "period_end" else day


def _added_up(
    members: list[tuple[Series, Spans]], convert: Callable[[int, str, int], int], notes: set[str], *, gross: bool
) -> Table:
    """Add up by day: sales and returns apart, each currency apart until the day is whole."""
    gained: dict[str, dict[int, int]] = {}
    lost: dict[str, dict[int, int]] = {}
    counts: Counter[int] = Counter()
    for series, spans in members:
        key = series.key
        days, minors, pieces = _columns(series, spans, gross=gross)
        by_day = (lost if key.returned else gained).setdefault(key.currency, {})
        get = by_day.get
        for day, minor in zip(days, minors, strict=True):
            by_day[day] = get(day, 0) + minor
        if key.returned:
            continue
        if key.total:
            for day, piece in zip(days, pieces, strict=True):
                counts[day] += piece
        else:
            counts.update(days)
    unrated: set[int] = set()

    def total(by_currency: Mapping[str, Mapping[int, int]], day: int) -> int:
        whole = 0
        for other, by_day in by_currency.items():
            try:
                whole += convert(by_day.get(day, 0), other, day)
            except RateUnavailable:
                unrated.add(day)
        return whole

    days = sorted({day for part in (gained, lost) for by_day in part.values() for day in by_day})
    gains = [total(gained, day) for day in days]
    losses = [total(lost, day) for day in days] if lost else [0] * len(days)
    return Table(
        days=list(days),
        sums=list(accumulate(map(int.__add__, gains, losses), initial=0)),
        counts=list(accumulate((counts.get(day, 0) for day in days), initial=0)),
        gains=gains,
        unrated=sorted(unrated),
        notes=notes,
        members=members,
        convert=convert,
        gross=gross,
    )


def _columns(series: Series, spans: Spans, *, gross: bool) -> tuple[Sequence[int], Iterable[int], Sequence[int]]:
    """Return days, amounts and numbers of the rows that count."""
    days: Sequence[int] = series.days
    minors: Iterable[int] = map(int.__add__, series.minors, series.taxes) if gross and series.key.taxed else series.minors
    pieces: Sequence[int] = series.counts
    low, high = min(days), max(days)
    if any(start <= low and high <= end for start, end in spans):
        return days, minors, pieces
    picked = [any(start <= day <= end for start, end in spans) for day in days]
    return list(compress(days, picked)), compress(minors, picked), list(compress(pieces, picked))


# -------------------------------------------------------------------------------------------------------------- crossings


class Hit(NamedTuple):
    """The sale with which a limit is crossed, if single sales are known, and whether the order of the day is."""

    day: date
    name: str | None
    known: bool
    ordered: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """A limit crossed.

    Attributes:
        cause: sale, period (another window begins to count), rule_change, presence.
        on: the day on which the test is met.
        hit: the sale that brought the window beyond the limit.
        window: first and last day of what was added up.
        start: first day of the liability.
        until: its last day, or None while it is open.
    """

    row: Threshold | None
    index: int
    cause: str
    on: date | None
    hit: Hit | None
    window: tuple[date, date] | None
    start: date | None
    until: date | None
    act_by: date | None
    first: str

    @property
    def key(self) -> tuple[date, date]:
        """Order in time."""
        return self.start or date.min, self.on or date.min


@dataclass(slots=True)
class Crossings:
    """Finds the crossings of one obligation up to a day."""

    tables: Tables
    rule: Rule
    on: date
    year: tuple[int, int]
    seen: set[object] = field(default_factory=set)

    def found(self) -> list[Crossing]:
        """Return the crossings by sales, periods and changes of the rule, and those certain to come, in order of start."""
        out: list[Crossing] = []
        for position, row in enumerate(self.rule.rows):
            if row.status not in APPLIED or (row.valid_from is not None and row.valid_from > self.on):
                continue
            before = self.rule.rows[position - 1] if position else None
            by_test = [list(self._of_test(row, before, index)) for index in range(len(row.tests))]
            out += _all_of(by_test) if row.all_tests and len(by_test) > 1 else [one for found in by_test for one in found]
        return sorted(map(self._retested, out), key=lambda crossing: crossing.key)

    def _retested(self, crossing: Crossing) -> Crossing:
        """End a liability with the rule it rests on, where the law has it tested again by the rule that follows."""
        if crossing.row is None or crossing.window is None:
            return crossing
        for row in self.rule.rows:
            begins = row.valid_from
            if row.retest != "true" or begins is None or (crossing.start or begins) >= begins or begins > self.on:
                continue
            if crossing.until is not None and crossing.until < begins:
                continue
            window = crossing.window
            met = [test.holds(*self.table(row, index).between(*window)) for index, test in enumerate(row.tests)]
            if not (all(met) if row.all_tests else any(met)):
                return replace(crossing, until=begins - _ONE_DAY)
        return crossing

    def table(self, row: Threshold, index: int) -> Table:
        """Return the table of a row's test."""
        return self.tables.table(self.rule, row, row.tests[index].counts, currency_of(row))

    def limit(self, row: Threshold, index: int, window: tuple[date, date]) -> LimitTest:
        """Return the test whose limit is compared: that of the day, or that of the period tested."""
        if row.limit_of == "tested_period" and not row.covers(window[1]):
            of = next((other for other in reversed(self.rule.rows) if other.covers(window[1])), None)
            if of is not None and len(of.tests) == len(row.tests):
                return of.tests[index]
        return row.tests[index]

    # ------------------------------------------------------------------ inside

    def _of_test(self, row: Threshold, before: Threshold | None, index: int) -> Iterator[Crossing]:
        test = row.tests[index]
        low = max(self.tables.first, row.valid_from or self.tables.first)
        high = min(self.on, row.valid_to or self.on)
        if test.period.shape == "future":
            yield from self._ahead(row, index)
        elif test.period.shape == "closed" or test.looked_at != "each_sale":
            yield from self._at_boundaries(row, before, index, low, high)
        else:
            yield from self._by_each_sale(row, before, index, low, high)

    def _ahead(self, row: Threshold, index: int) -> Iterator[Crossing]:
        """Test a forecast: sales that are dated after the day of the question."""
        if not row.covers(self.on):
            return
        table, test = self.table(row, index), row.tests[index]
        window = test.period.window(self.on, self.year)
        if test.holds(*table.between(*window)):
            yield self._crossing(row, index, "forecast", self.on, None, window)

    def _by_each_sale(self, row: Threshold, before: Threshold | None, index: int, low: date, high: date) -> Iterator[Crossing]:
        table, test = self.table(row, index), row.tests[index]
        if row.valid_from is not None and row.valid_from == low and not self._held_before(before, low):
            at_first = test.period.window(low, self.year)
            if test.holds(*table.between(at_first[0], low - _ONE_DAY)):
                hit = self._hit(table, test, at_first[0], low - _ONE_DAY)
                yield from self._once(row, index, "rule_change", low, hit, at_first)
        window: tuple[date, date] | None = None
        start = 0
        rolling = test.period.boundary_after(low, self.year) == low + _ONE_DAY
        days, sums, counts = table.days, table.sums, table.counts
        for at in range(bisect_left(days, low.toordinal()), bisect_right(days, high.toordinal())):
            if window is None or rolling or days[at] > window[1].toordinal():
                day = date.fromordinal(days[at])
                window = test.period.window(day, self.year)
                start = bisect_left(days, window[0].toordinal())
            minor, count = sums[at] - sums[start], counts[at] - counts[start]
            reached = (minor + table.gains[at], count + counts[at + 1] - counts[at])
            if test.holds(minor, count) or not test.holds(*reached):
                continue
            hit = self._on_the_day(table, test, days[at], minor, count)
            if hit is not None:
                yield from self._once(row, index, "sale", hit.day, hit, window)

    def _at_boundaries(self, row: Threshold, before: Threshold | None, index: int, low: date, high: date) -> Iterator[Crossing]:
        """Judge whole windows on the days on which they begin to count, and the one to come next."""
        test = row.tests[index]
        running = test.period.shape == "running"
        boundaries = list(self._boundaries(test, low, high))
        if row.valid_from is not None and row.valid_from == low:
            boundaries = [low, *boundaries[boundaries[:1] == [low] :]]
        upcoming = self._next_boundary(test)
        if row.covers(self.on) and (self.rule.row(upcoming) is row):
            boundaries.append(upcoming)
        held = False
        finite = row.term not in ("unknown", "until_left")
        for boundary in boundaries:
            of = self._row_of_first_day(row, test, boundary)
            window = test.period.window(boundary, self.year)
            limit = self.limit(of, index, window)
            table = self.table(of, index)
            holds = limit.holds(*table.between(window[0], min(window[1], self.on)))
            changed = boundary == row.valid_from and not self._held_before(before, boundary)
            if holds and (not held or finite) and not (boundary == row.valid_from and not changed and running):
                cause = "rule_change" if changed else "sale" if running else "period"
                hit = self._hit(table, limit, window[0], min(window[1], self.on))
                yield from self._once(of, index, cause, boundary, hit, window)
            held = holds

    def _row_of_first_day(self, row: Threshold, test: LimitTest, boundary: date) -> Threshold:
        """Return the row whose limit a look asks for: its own, or that of the day from which tax would be due."""
        if row.limit_of != "first_day":
            return row
        of = self.rule.row((test.start or row.start).after(boundary))
        return of if of is not None and len(of.tests) == len(row.tests) else row

    def _boundaries(self, test: LimitTest, low: date, high: date) -> Iterator[date]:
        if test.period.shape == "running":
            yield from month_ends(low, high, _MONTHS[test.looked_at])
            return
        day = test.period.boundary_after(low - _ONE_DAY, self.year)
        while day <= high:
            yield day
            day = test.period.boundary_after(day, self.year)

    def _next_boundary(self, test: LimitTest) -> date:
        if test.period.shape == "running":
            months = _MONTHS[test.looked_at]
            return next(month_ends(self.on + _ONE_DAY, self.on + timedelta(days=31 * (months + 1)), months))
        return test.period.boundary_after(self.on, self.year)

    def _held_before(self, before: Threshold | None, day: date) -> bool:
        """Tell whether the row before would have been satisfied on the day on which a new row begins."""
        if before is None:
            return False
        found = []
        for index, test in enumerate(before.tests):
            window = test.period.window(day if test.period.shape == "closed" else day - _ONE_DAY, self.year)
            sums = self.table(before, index).between(window[0], min(window[1], day - _ONE_DAY, self.on))
            found.append(self.limit(before, index, window).holds(*sums))
        return all(found) if before.all_tests else any(found)

    def _hit(self, table: Table, test: LimitTest, first: date, last: date) -> Hit | None:
        """Return the sale of a window that brought its sum beyond the limit."""
        low, high = bisect_left(table.days, first.toordinal()), bisect_right(table.days, last.toordinal())
        for at in range(low, high):
            minor, count = table.sums[at] - table.sums[low], table.counts[at] - table.counts[low]
            if test.holds(minor + table.gains[at], count + table.counts[at + 1] - table.counts[at]):
                hit = self._on_the_day(table, test, table.days[at], minor, count)
                if hit is not None:
                    return hit
        return None

    @staticmethod
    def _on_the_day(table: Table, test: LimitTest, day: int, minor: int, count: int) -> Hit | None:
        """Return the sale of a day with which the limit is crossed, in order of time, or None if it is not."""
        rows = table.rows(day)
        if any(row.total for row in rows):
            at = bisect_left(table.days, day)
            closing = (minor + table.sums[at + 1] - table.sums[at], count + table.counts[at + 1] - table.counts[at])
            return Hit(date.fromordinal(day), None, known=False, ordered=True) if test.holds(*closing) else None
        by_currency: dict[str, int] = {}
        for row in rows:
            by_currency[row.currency] = by_currency.get(row.currency, 0) + row.minor
            count += row.count
            try:
                reached = minor + sum(table.convert(total, currency, day) for currency, total in by_currency.items())
            except RateUnavailable:
                continue
            if test.holds(reached, count):
                ties = [other for other in rows if other[:2] == row[:2]]
                return Hit(date.fromordinal(day), row.name or None, known=True, ordered=len(ties) == 1)
        return None

    def _once(
        self, row: Threshold, index: int, cause: str, day: date, hit: Hit | None, window: tuple[date, date]
    ) -> Iterator[Crossing]:
        key = (row.tests[index].period.text, index, window)
        if key not in self.seen:
            self.seen.add(key)
            yield self._crossing(row, index, cause, day, hit, window)

    def _crossing(
        self, row: Threshold, index: int, cause: str, day: date, hit: Hit | None, window: tuple[date, date]
    ) -> Crossing:
        test = row.tests[index]
        begin = test.start or row.start
        by_hand = cause == "rule_change" or (cause == "period" and begin.words is None)
        start = day if by_hand else begin.after(day)
        act_by = test.act_by or row.act_by
        first = "day" if cause != "sale" or begin.words is not None else begin.first
        until = _until(row, start, window)
        ended = self.rule.rows[-1].valid_to  # a rule that has ended ends what followed from it
        if ended is not None:
            until = ended if until is None else min(until, ended)
        return Crossing(row, index, cause, day, hit, window, start, until, act_by.after(day) if act_by else None, first)


def currency_of(row: Threshold) -> str:
    """Return the currency of a row's limits, or "" where only sales are counted."""
    return next((test.amount.currency for test in row.tests if test.amount is not None), "")


def _all_of(by_test: list[list[Crossing]]) -> list[Crossing]:
    """Return the crossings of tests that must all hold in the same window: the last of them counts."""
    windows = [{crossing.window: crossing for crossing in reversed(found)} for found in by_test]
    shared = set(windows[0]).intersection(*windows[1:])
    return [max((found[window] for found in windows), key=lambda crossing: (crossing.on, crossing.start)) for window in shared]


def _until(row: Threshold, start: date, window: tuple[date, date]) -> date | None:
    if row.term == "end_of_next_calendar_year":
        return window[1].replace(year=window[1].year + 1, month=12, day=31)
    if row.term == "one_year":
        return plus_months(start, 12) - _ONE_DAY
    if row.term == "until" and row.until is not None:
        return on_or_before(*row.until, plus_months(start, 12) - _ONE_DAY)
    return window[1] if row.term == "while_met" else None
