"""Thresholds: what a registration limit means, as data.

A threshold is not one number. It is a *test* (a measure, a period, a limit), *when it is looked at*, a *start* (a date
expression), a *term*, and *whom it concerns*. The words are a closed vocabulary; a file that uses another one is refused when
it is loaded. Every figure stands in `data/obligations/*.toml`, dated and cited; this module knows no place and no date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

from xbcommerce.errors import InvalidInput, RulebookError, shown, suggest
from xbcommerce.explain import FactUsed
from xbcommerce.money import Money
from xbcommerce.parties import Seller, lies_in
from xbcommerce.rules import Rulebook
from xbcommerce.rules.facts import (
    APPLIED,
    CONFIDENCES,
    STATUSES,
    Fact,
    Source,
    a_date,
    cited,
    dates,
    in_force,
    known_keys,
    parse_source,
)

__all__ = [
    "Counts",
    "DateWords",
    "LimitTest",
    "Period",
    "Presence",
    "Rule",
    "Start",
    "Threshold",
    "parse_period",
    "parse_thresholds",
    "thresholds",
]

KINDS = ("obligation", "exemption_lost", "place_shift", "collect_or_report", "no_tax")
WHO = ("any", "resident", "non_resident", "one_establishment_in_union", "in_union", "outside_union")
SALES = ("taxable", "exempt", "resale", "services", "digital")
FLOWS = (
    "delivered_to",
    "imported_to",
    "small_consignments_to",
    "within",
    "in_place",
    "worldwide",
    "union",
    "dispatched_from_home_to_other_members",
    "dispatched_from_stock_to_other_members",
    "from_other_members_to",
)
MARKETPLACE = ("include", "exclude_if_collected", "only", "exclude")
RETURNS = ("subtract_on_return_day", "ignore", "unknown")
TERMS = ("until_left", "end_of_next_calendar_year", "one_year", "while_met", "unknown")
LIMIT_OF = ("test_day", "tested_period", "first_day")
LOOKS = ("each_sale", "month_end", "quarter_end", "year_end")
ANSWERS = ("register", "need_not", "unknown")
PRESENCES = ("stock", "establishment")
REMIT = ("all", "own_sales")

_ONE_DAY = timedelta(days=1)
_INDEX = "index.toml"
_FILE_KEYS = frozenset({"defaults", "source", "obligation"})
_ROW_KEYS = frozenset(
    {
        "valid_from", "valid_to", "counts", "tests", "combine", "rate", "looked_at", "limit_of", "start", "act_by", "term",
        "leave", "retest_on_rule_change", "grace", "marketplace_only", "remit", "aggregate", "source", "law", "note", "status",
        "confidence", "verified_on",
    }
)  # fmt: skip
_RULE_KEYS = _ROW_KEYS | {
    "id", "name", "place", "places", "also", "kind", "who", "union", "register_under", "presence", "row", "limit_from"
}  # fmt: skip
_COUNT_KEYS = frozenset({"sales", "flow", "marketplace", "value", "shipping", "returns", "buyer"})
_TEST_KEYS = frozenset(
    {
        "period",
        "looked_at",
        "amount",
        "currency",
        "op",
        "sales",
        "sales_op",
        "at_least_sales",
        "start",
        "act_by",
        "counts",
        "within",
    }
)
_PRESENCE_KEYS = frozenset({"by", "elsewhere", "valid_from", "confidence", "source", "law", "note", "verified_on", "status"})


# ------------------------------------------------------------------------------------------------------------------- days


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def plus_months(day: date, months: int) -> date:
    """Return the same day some months later (or earlier), or the last of that month.

    >>> plus_months(date(2024, 1, 31), 1), plus_months(date(2024, 3, 31), -13)
    (datetime.date(2024, 2, 29), datetime.date(2023, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def quarter_start(day: date) -> date:
    """Return the first day of a day's calendar quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _days_of(month: int) -> int:
    """Return the number of days of a month in a common year."""
    return calendar.monthrange(1, month)[1]


def _month_day(text: str, where: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{2})-([0-9]{2})", text)
    if match is None or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= _days_of(int(match[1])):
        raise RulebookError(f"{where}: a day of the year is written '04-01', not {shown(text)}")
    return int(match[1]), int(match[2])


def on_or_before(month: int, day: int, on: date) -> date:
    """Return the last such day of a year that is not after a day."""
    this = on.replace(month=month, day=day)
    return this if this <= on else this.replace(year=on.year - 1)


# ------------------------------------------------------------------------------------------------------------- date words


Word = Callable[[date, date], date]
"""Takes the day so far and the crossing day."""

_DAYS = re.compile(r"\+([0-9]{1,3})d")
_MONTHS = re.compile(r"\+([0-9]{1,2})m")
_NEXT = re.compile(r"next\((\d\d-\d\d)\)")
_EARLIEST = re.compile(r"earliest\((.+)\)")


def _word(text: str, where: str) -> Word:
    if match := _DAYS.fullmatch(text):
        days = int(match[1])
        return lambda day, _: day + timedelta(days=days)
    if match := _MONTHS.fullmatch(text):
        months = int(match[1])
        return lambda day, _: plus_months(day, months)
    if match := _NEXT.fullmatch(text):
        month, of_month = _month_day(match[1], where)
        return lambda day, _: on_or_before(month, of_month, plus_months(day, 12))
    if match := _EARLIEST.fullmatch(text):
        words = [_word(part.strip(), where) for part in match[1].split(",")]
        return lambda day, crossed: min(word(day, crossed) for word in words)
    known = _NAMED.get(text)
    if known is None:
        raise RulebookError(f"{where}: {shown(text)} is no date word", allowed=_NAMED, hint=suggest(text, _NAMED))
    return known


def _month_after(day: date, _: date) -> date:
    return month_end(day) + _ONE_DAY


def _month_on_or_after(day: date, crossed: date) -> date:
    return day if day.day == 1 else _month_after(day, crossed)


def _month_on_or_before(day: date, crossed: date) -> date:
    """Return the first of the day's month; where that is not after the crossing day there is none within, so the next one."""
    first = day.replace(day=1)
    return first if first > crossed else _month_after(day, crossed)


_NAMED: Mapping[str, Word] = {
    "month_start(after)": _month_after,
    "month_start(on_or_after)": _month_on_or_after,
    "month_start(on_or_before)": _month_on_or_before,
    "quarter_start(after)": lambda day, _: plus_months(quarter_start(day), 3),
    "quarter_end": lambda day, _: plus_months(quarter_start(day), 3) - _ONE_DAY,
    "month_end": lambda day, _: month_end(day),
}


@dataclass(frozen=True, slots=True)
class DateWords:
    """A date expression: words read from left to right, beginning at the crossing day.

    >>> DateWords.parse(["+30d", "month_start(on_or_after)"]).after(date(2026, 8, 20))
    datetime.date(2026, 10, 1)
    >>> DateWords.parse(["+30d", "month_start(after)"]).after(date(2026, 5, 2))
    datetime.date(2026, 7, 1)
    """

    text: str
    words: tuple[Word, ...]

    @classmethod
    def parse(cls, content: object, where: str = "date words") -> DateWords:
        """Compile words, or raise `RulebookError` for one that is not known."""
        texts = [content] if isinstance(content, str) else content
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            raise RulebookError(f"{where}: a list of date words is expected, not {shown(content)}")
        return cls(" ".join(texts), tuple(_word(text, where) for text in texts))

    def after(self, crossed: date) -> date:
        """Return the day that the words lead to."""
        day = crossed
        for word in self.words:
            day = word(day, crossed)
        return day


@dataclass(frozen=True, slots=True)
class Start:
    """From when tax is due.

    Attributes:
        first: what is taxed first: "same_sale" (the crossing sale itself), "next_sale", or "day" (all sales from that day).
        words: where it is a day of its own.
    """

    first: str
    words: DateWords | None = None

    @classmethod
    def parse(cls, content: object, where: str) -> Start:
        """Compile a start."""
        if content in ("same_sale", "next_sale"):
            return cls(str(content))
        return cls("day", DateWords.parse(content, where))

    def after(self, crossed: date) -> date:
        """Return the first day of the liability."""
        return crossed if self.words is None else self.words.after(crossed)


# ---------------------------------------------------------------------------------------------------------------- periods


class Period(Protocol):
    """What is added up, and when a sum is judged.

    A *running* period ends on the day of the question; a *closed* one has ended before, and another begins to count at its
    boundary; a *future* one lies ahead.
    """

    @property
    def text(self) -> str:
        """The period in the words of the file."""

    @property
    def shape(self) -> str:
        """Return running, closed or future."""

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:
        """Return first and last day of what counts on a day; `year` is where the seller's own year begins."""

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:
        """Return the next day on which another window begins to count."""


@dataclass(frozen=True, slots=True)
class _Year:
    """A calendar or fiscal year: the current one, or one that lies some years back."""

    text: str
    shape: str
    begins: tuple[int, int] | None
    back: int

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:
        first = on_or_before(*(self.begins or year), on)
        first = first.replace(year=first.year - self.back)
        return first, first.replace(year=first.year + 1) - _ONE_DAY

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:
        first = on_or_before(*(self.begins or year), on)
        return first.replace(year=first.year + 1)


@dataclass(frozen=True, slots=True)
class _YearBefore:
    """The calendar year before the last such day: what counts for a collection year of its own."""

    text: str
    shape: str
    begins: tuple[int, int]

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:  # noqa: ARG002 - one signature for all periods
        first = on_or_before(*self.begins, on).replace(month=1, day=1)
        return first.replace(year=first.year - 1), first - _ONE_DAY

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:  # noqa: ARG002
        first = on_or_before(*self.begins, on)
        return first.replace(year=first.year + 1)


@dataclass(frozen=True, slots=True)
class _Rolling:
    """Months that end on the day; they begin the day after the same day."""

    text: str
    shape: str
    months: int

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:  # noqa: ARG002
        before = plus_months(on, -self.months)
        # the last of February in a leap year has no same day: what lies between is not counted twice
        return before + _ONE_DAY, on

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:  # noqa: ARG002
        return on + _ONE_DAY


@dataclass(frozen=True, slots=True)
class _Months:
    """The month of the day and those before it."""

    text: str
    shape: str
    months: int

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:  # noqa: ARG002
        return plus_months(on.replace(day=1), 1 - self.months), month_end(on)

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:  # noqa: ARG002
        return month_end(on) + _ONE_DAY


@dataclass(frozen=True, slots=True)
class _Completed:
    """Whole months, ending at the last end of a month, of a quarter or of a year."""

    text: str
    shape: str
    months: int
    step: int
    anchor: int

    def _last_end(self, on: date) -> date:
        """Return the last end of a step that is not after a day."""
        behind = (on.month - self.anchor) % self.step
        end = month_end(plus_months(on.replace(day=1), -behind))
        return end if end <= on else month_end(plus_months(end.replace(day=1), -self.step))

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:  # noqa: ARG002
        end = self._last_end(on)
        return plus_months(end.replace(day=1), 1 - self.months), end

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:  # noqa: ARG002
        return month_end(plus_months(self._last_end(on).replace(day=1), self.step))


@dataclass(frozen=True, slots=True)
class _Next:
    """Days ahead: sales that are dated after the day of the question are a forecast."""

    text: str
    shape: str
    days: int

    def window(self, on: date, year: tuple[int, int]) -> tuple[date, date]:  # noqa: ARG002
        return on + _ONE_DAY, on + timedelta(days=self.days)

    def boundary_after(self, on: date, year: tuple[int, int]) -> date:  # noqa: ARG002
        return on + _ONE_DAY


_QUARTERS = {"jan": 3, "feb": 1, "mar": 2}
"""Month in which the first quarter ends, modulo three, by the month in which it begins."""
_PERIOD = re.compile(r"([a-z_]+)(?:\(([^()]*)\))?(?:\.([a-z]+)(?:\(([^()]*)\))?)?")


def parse_period(text: object, where: str = "period") -> Period:
    """Compile a period, or raise `RulebookError`.

    >>> parse_period("rolling(12m)").window(date(2024, 2, 29), (1, 1))
    (datetime.date(2023, 3, 1), datetime.date(2024, 2, 29))
    >>> parse_period("completed_quarters(4, first = mar)").window(date(2026, 8, 20), (1, 1))
    (datetime.date(2025, 6, 1), datetime.date(2026, 5, 31))
    """
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    made = _period(str(text), match[1], match[2] or "", match[3] or "", match[4] or "", where) if match else None
    if made is None:
        raise RulebookError(f"{where}: {shown(text)} is no period")
    return made


def _period(text: str, name: str, argument: str, part: str, of: str, where: str) -> Period | None:
    if name in ("calendar_year", "fiscal_year", "seller_year"):
        return _year_of(text, name, argument, part, of, where)
    if name == "base_period" and argument.isdigit():
        return _Year(text, "closed", (1, 1), int(argument))
    if name == "rolling" and (months := re.fullmatch(r"(\d{1,2})m", argument)):
        return _Rolling(text, "running", int(months[1]))
    if name == "next" and (days := re.fullmatch(r"(\d{1,3})d", argument)):
        return _Next(text, "future", int(days[1]))
    return _whole_months(text, name, argument, where)


def _year_of(text: str, name: str, argument: str, part: str, of: str, where: str) -> Period | None:
    begins = (1, 1) if name == "calendar_year" else _month_day(argument, where) if name == "fiscal_year" else None
    if part == "before" and begins:
        return _YearBefore(text, "closed", _month_day(of, where))
    back = {"current": 0, "previous": 1}.get(part)
    return None if back is None else _Year(text, "closed" if back else "running", begins, back)


def _whole_months(text: str, name: str, argument: str, where: str) -> Period | None:
    if name == "months" and argument.isdigit():
        return _Months(text, "running", int(argument))
    if name == "completed_months" and argument.isdigit():
        return _Completed(text, "closed", int(argument), 1, 1)
    if name == "completed_quarters" and (quarters := re.fullmatch(r"(\d), first = ([a-z]{3})", argument)):
        anchor = _QUARTERS.get(quarters[2])
        return None if anchor is None else _Completed(text, "closed", 3 * int(quarters[1]), 3, anchor)
    if name == "year_to":
        month, day = _month_day(argument, where)
        return _Completed(text, "closed", 12, 12, month) if day == _days_of(month) else None
    return None


# ------------------------------------------------------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class Counts:
    """Which sales are added up.

    Attributes:
        sales: kinds of sales.
        flow: from where to where.
        marketplace: what becomes of sales through a marketplace.
        gross: tax is in the sum.
        buyer: "consumer", or "any".
        returns: what becomes of returns.
    """

    sales: frozenset[str]
    flow: str
    marketplace: str
    gross: bool
    buyer: str
    returns: str
    shipping: str


@dataclass(frozen=True, slots=True)
class LimitTest:
    """A sum or a number of sales over a period against a limit."""

    period: Period
    looked_at: str
    counts: Counts
    amount: Money | None
    minor: int
    over: bool
    sales: int | None
    sales_over: bool
    at_least_sales: int
    all_of: bool
    start: Start | None
    act_by: DateWords | None

    def holds(self, minor: int, count: int) -> bool:
        """Tell whether a sum (in minor units) and a number of sales satisfy the test."""
        by_amount = self.amount is not None and (minor > self.minor or (minor == self.minor and not self.over))
        by_amount = by_amount and count >= self.at_least_sales
        by_count = self.sales is not None and (count > self.sales or (count == self.sales and not self.sales_over))
        if self.all_of:
            return (by_amount or self.amount is None) and (by_count or self.sales is None)
        return by_amount or by_count


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """One dated row of an obligation."""

    rule: str
    place: str
    valid_from: date | None
    valid_to: date | None
    tests: tuple[LimitTest, ...]
    all_tests: bool
    rate_day: date | None
    rate: str
    limit_of: str
    start: Start
    act_by: DateWords | None
    term: str
    until: tuple[int, int] | None
    leave: str
    retest: str
    grace: str
    marketplace_only: str
    remit: str
    aggregate: str
    source: Source
    law: str
    note: str
    status: str
    confidence: str
    verified_on: date | None

    @property
    def id(self) -> str:
        """Identity: the obligation and the first day of the row."""
        return f"{self.rule}/{self.place}/{self.valid_from or 'always'}"

    @property
    def text(self) -> str:
        """What is tested, in words."""
        parts = [_test_text(test) for test in self.tests]
        return (" and " if self.all_tests else " or ").join(parts) or "no tax"

    def covers(self, on: date) -> bool:
        """Tell whether the row is applied on a day."""
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)

    def used(self) -> FactUsed:
        """Return the row as it appears in results."""
        return FactUsed(
            id=self.id,
            value=self.text,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            law=self.law,
            citation=self.source.citation,
            verified_on=self.verified_on,
            confidence=self.confidence,
            status=self.status,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """What obliges without any sale: stock or an establishment in the place.

    Attributes:
        by: kinds of presence.
        elsewhere: it is presence outside the state in which the seller is established that counts.
    """

    by: tuple[str, ...]
    elsewhere: bool
    fact: FactUsed


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """An obligation: what follows, whom it concerns, and its rows by date.

    Attributes:
        place: where it applies.
        also: further codes of the same place.
        union: the area (or areas) whose members a flow or a condition speaks of.
        register_under: registrations that fulfil it; silent: the ordinary one of the place.
    """

    id: str
    name: str
    place: str
    also: tuple[str, ...]
    kind: str
    who: tuple[str, ...]
    union: tuple[str, ...]
    register_under: tuple[str, ...]
    presence: Presence | None
    rows: tuple[Threshold, ...]

    def row(self, on: date) -> Threshold | None:
        """Return the row in force on a day."""
        return next((row for row in self.rows if row.covers(on)), None)

    def concerns(self, seller: Seller, on: date) -> bool:
        """Tell whether it is an obligation of a seller who is established where this one is."""
        return all(self._is(word, seller, on) for word in self.who)

    def _is(self, word: str, seller: Seller, on: date) -> bool:
        here = any(seller.established_in(place, on) for place in (self.place, *self.also))
        members = {
            place.partition("-")[0]
            for place in seller.places_established(on)
            if any(lies_in(place, area, on) for area in self.union)
        }
        answers = {
            "any": True,
            "resident": here,
            "non_resident": not here,
            "in_union": bool(members),
            "outside_union": not members,
            "one_establishment_in_union": len(members) == 1,
        }
        return answers[word]


def thresholds(rulebook: Rulebook) -> tuple[Rule, ...]:
    """Return all obligations of a rulebook, checked and compiled once."""
    found: tuple[Rule, ...] = rulebook.compiled("tax.thresholds", lambda: _load(rulebook))
    return found


def _load(rulebook: Rulebook) -> tuple[Rule, ...]:
    index = rulebook.document("obligations", _INDEX)
    rules = [
        rule
        for name in index.get("files", ())
        for rule in parse_thresholds(rulebook.document("obligations", name), f"obligations/{name}", rulebook)
    ]
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise RulebookError(f"obligations: {next(name for name in ids if ids.count(name) > 1)!r} stands twice")
    return tuple(rules)


def parse_thresholds(document: Mapping[str, Any], where: str, rulebook: Rulebook | None = None) -> tuple[Rule, ...]:
    """Check a file of obligations completely and return its rules, or raise `RulebookError` with file, key and reason.

    Args:
        document: the file.
        where: its name, for messages.
        rulebook: whose facts give the limits of obligations that name a subject instead of an amount.
    """
    known_keys(document, _FILE_KEYS, where)
    sources = {name: parse_source(name, row, where=where) for name, row in document.get("source", {}).items()}
    defaults = document.get("defaults", {})
    known_keys(defaults, _RULE_KEYS - {"row", "id"}, f"{where}, defaults")
    bodies = [one for body in document.get("obligation", ()) for one in _for_places({**defaults, **body})]
    return tuple(_rule(body, sources, where, rulebook) for body in bodies)


def _for_places(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield one obligation for each of the places that share it."""
    if "places" not in body:
        yield body
        return
    for place in body["places"]:
        words = {"place": str(place).lower(), "PLACE": place}
        own = {key: content for key, content in body.items() if key != "places"}
        yield {**own, "place": place, "id": str(body.get("id")).format(**words), "name": str(body.get("name")).format(**words)}


def _rule(body: Mapping[str, Any], sources: Mapping[str, Source], where: str, rulebook: Rulebook | None) -> Rule:
    name = body.get("id")
    where = f"{where}, obligation {name!r}"
    known_keys(body, _RULE_KEYS, where)
    if not isinstance(name, str) or not isinstance(body.get("place"), str):
        raise RulebookError(f"{where}: id and place are texts")
    kind = _one_of(body.get("kind"), KINDS, "kind", where)
    shared = {key: content for key, content in body.items() if key in _ROW_KEYS}
    if "limit_from" in body:
        given = tuple(_rows_of_facts(body, rulebook, where))
    else:
        given = tuple((row, None) for row in body.get("row", ({},)))
    plain = kind == "no_tax" or ("presence" in body and "tests" not in shared and "row" not in body)
    rows = tuple(
        _row({**shared, **row}, name, body["place"], sources, f"{where}, row {row.get('valid_from')}", plain=plain, fact=fact)
        for row, fact in given
    )
    for before, after in pairwise(rows):
        if before.valid_to is None or after.valid_from is None or after.valid_from <= before.valid_to:
            raise RulebookError(f"{where}: the rows are not in order of their days, or overlap")
    return Rule(
        id=name,
        name=body.get("name", name),
        place=body["place"],
        also=tuple(body.get("also", ())),
        kind=kind,
        who=tuple(_one_of(word, WHO, "who", where) for word in body.get("who", ("any",))),
        union=tuple(body.get("union", ())),
        register_under=tuple(body.get("register_under", (body["place"],))),
        presence=_presence(body, sources, where) if "presence" in body else None,
        rows=rows,
    )


def _rows_of_facts(
    body: Mapping[str, Any], rulebook: Rulebook | None, where: str
) -> Iterator[tuple[Mapping[str, Any], Fact | None]]:
    """Yield a row for each dated fact of the place that states the limit, so that no figure stands twice.

    A row of the obligation that begins on the same day says what else is known of that time.
    """
    subject, place = body["limit_from"], body["place"]
    if rulebook is None or rulebook.file_of(place) is None:
        raise RulebookError(f"{where}: there are no facts of {shown(place)}")
    facts = [fact for fact in rulebook.facts(place) if fact.subject == subject and fact.place == place and not fact.scope]
    if not facts:
        raise RulebookError(f"{where}: there is no fact {shown(subject)}")
    laid = [fact for fact in facts if fact.layer != facts[-1].layer]
    own = {row.get("valid_from"): row for row in body.get("row", ())}
    for day in own.keys() - {fact.valid_from for fact in facts}:
        raise RulebookError(f"{where}, row {day}: there is no fact {shown(subject)} that begins on that day")
    for fact in sorted(laid or facts, key=lambda fact: fact.valid_from or date.min):
        said = {**body, **own.get(fact.valid_from, {})}
        tests = [{"amount": int(Decimal(str(fact.value))), "currency": fact.unit, **test} for test in said.get("tests", ())]
        confidence = CONFIDENCES[max(CONFIDENCES.index(fact.confidence), CONFIDENCES.index(said.get("confidence", "high")))]
        row: dict[str, Any] = {"valid_from": fact.valid_from} if fact.valid_from else {}
        if fact.valid_to:
            row["valid_to"] = fact.valid_to
        row = {**own.get(fact.valid_from, {}), **row, "tests": tests, "confidence": confidence, "status": fact.status}
        row |= {"law": said.get("law", "") or fact.law, "note": "; ".join(filter(None, (fact.note, said.get("note"))))}
        yield row, fact if "source" not in own.get(fact.valid_from, {}) else None


def _row(
    row: Mapping[str, Any], rule: str, place: str, sources: Mapping[str, Source], where: str, *, plain: bool, fact: Fact | None
) -> Threshold:
    known_keys(row, _ROW_KEYS, where)
    start, end = dates(row, where)
    tests = row.get("tests", ())
    if bool(tests) == plain:
        raise RulebookError(f"{where}: {'a place without the tax has no tests' if plain else 'tests are missing'}")
    combine = _one_of(row.get("combine", "any"), ("any", "all"), "combine", where)
    rate = row.get("rate", "sale_day")
    term = row.get("term", "unknown")
    until = re.fullmatch(r"until\((\d\d-\d\d)\)", str(term))
    return Threshold(
        rule=rule,
        place=place,
        valid_from=start,
        valid_to=end,
        tests=tuple(_test(test, row, combine, f"{where}, test {number}") for number, test in enumerate(tests, 1)),
        all_tests=combine == "all",
        rate_day=rate if isinstance(rate, date) else None,
        rate="named"
        if isinstance(rate, date)
        else _one_of(rate, ("sale_day", "period_end", "first_day_of_year"), "rate", where),
        limit_of=_one_of(row.get("limit_of", "test_day"), LIMIT_OF, "limit_of", where),
        start=Start.parse(row.get("start", "next_sale"), f"{where}, start"),
        act_by=DateWords.parse(row["act_by"], f"{where}, act_by") if "act_by" in row else None,
        term="until" if until else _one_of(term, TERMS, "term", where),
        until=_month_day(until[1], where) if until else None,
        leave=row.get("leave", ""),
        retest=_one_of(
            row.get("retest_on_rule_change", "unknown"), ("true", "false", "unknown"), "retest_on_rule_change", where
        ),
        grace=row.get("grace", ""),
        marketplace_only=_one_of(row.get("marketplace_only", "unknown"), ANSWERS, "marketplace_only", where),
        remit=_one_of(row.get("remit", "all"), REMIT, "remit", where),
        aggregate=_one_of(row.get("aggregate", "self"), ("self", "related_persons"), "aggregate", where),
        source=fact.source if fact is not None else cited(row, sources, where),
        law=row.get("law", ""),
        note=row.get("note", ""),
        status=_one_of(row.get("status", "in_force"), STATUSES, "status", where),
        confidence=_one_of(row.get("confidence", "high"), CONFIDENCES, "confidence", where),
        verified_on=fact.verified_on if fact is not None else a_date(row, "verified_on", where),
    )


def _test(test: Mapping[str, Any], row: Mapping[str, Any], combine: str, where: str) -> LimitTest:
    known_keys(test, _TEST_KEYS, where)
    period = parse_period(test.get("period"), where)
    amount = _limit(test, where)
    sales = test.get("sales")
    if (amount is None and sales is None) or not (sales is None or (type(sales) is int and sales >= 0)):
        raise RulebookError(f"{where}: a test has an amount, or a whole number of sales, or both")
    looked_at = test.get("looked_at", row.get("looked_at", "each_sale"))
    return LimitTest(
        period=period,
        looked_at=_one_of(looked_at, LOOKS, "looked_at", where),
        counts=_counts({**row.get("counts", {}), **test.get("counts", {})}, where),
        amount=amount,
        minor=0 if amount is None else amount.to_minor(),
        over=_operator(test, "op", where) if amount is not None else True,
        sales=sales,
        sales_over=_operator(test, "sales_op", where) if sales is not None else True,
        at_least_sales=int(test.get("at_least_sales", 0)),
        all_of=_one_of(test.get("within", combine), ("any", "all"), "within", where) == "all",
        start=Start.parse(test["start"], f"{where}, start") if "start" in test else None,
        act_by=DateWords.parse(test["act_by"], f"{where}, act_by") if "act_by" in test else None,
    )


def _limit(test: Mapping[str, Any], where: str) -> Money | None:
    amount = test.get("amount")
    if amount is None:
        return None
    if type(amount) is not int:
        raise RulebookError(f"{where}: amount is a whole number, not {shown(amount)}")
    try:
        return Money(Decimal(amount), test.get("currency", ""))
    except InvalidInput as error:
        raise RulebookError(f"{where}: {error}") from None


def _operator(test: Mapping[str, Any], key: str, where: str) -> bool:
    return _one_of(test.get(key), (">", ">="), key, where) == ">"


def _counts(row: Mapping[str, Any], where: str) -> Counts:
    known_keys(row, _COUNT_KEYS, f"{where}, counts")
    sales = row.get("sales", ())
    if not sales:
        raise RulebookError(f"{where}, counts: sales are missing")
    return Counts(
        sales=frozenset(_one_of(kind, SALES, "sales", where) for kind in sales),
        flow=_one_of(row.get("flow"), FLOWS, "flow", where),
        marketplace=_one_of(row.get("marketplace", "include"), MARKETPLACE, "marketplace", where),
        gross=_one_of(row.get("value", "net"), ("net", "gross"), "value", where) == "gross",
        buyer=_one_of(row.get("buyer", "any"), ("any", "consumer", "business"), "buyer", where),
        returns=_one_of(row.get("returns", "unknown"), RETURNS, "returns", where),
        shipping=_one_of(row.get("shipping", "unknown"), ("in", "out", "unknown"), "shipping", where),
    )


def _presence(body: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> Presence:
    row = body["presence"]
    where = f"{where}, presence"
    known_keys(row, _PRESENCE_KEYS, where)
    by = tuple(_one_of(word, PRESENCES, "by", where) for word in row.get("by", ()))
    if not by:
        raise RulebookError(f"{where}: by is missing")
    source = cited(row, sources, where)
    start = a_date(row, "valid_from", where)
    return Presence(
        by=by,
        elsewhere=row.get("elsewhere", False) is True,
        fact=FactUsed(
            id=f"{body['id']}.presence/{body['place']}/{start or 'always'}",
            value=" or ".join(by),
            valid_from=start,
            law=row.get("law", ""),
            citation=source.citation,
            verified_on=a_date(row, "verified_on", where) or a_date(body, "verified_on", where),
            confidence=_one_of(row.get("confidence", "high"), CONFIDENCES, "confidence", where),
            status=_one_of(row.get("status", "in_force"), STATUSES, "status", where),
        ),
    )


def _one_of(value: object, known: Sequence[str], key: str, where: str) -> str:
    if not isinstance(value, str) or value not in known:
        hint = suggest(value, known) if isinstance(value, str) else None
        raise RulebookError(f"{where}: {key} is one of {', '.join(known)}, not {shown(value)}", allowed=known, hint=hint)
    return value


def _test_text(test: LimitTest) -> str:
    parts = []
    if test.amount is not None:
        least = f" in at least {test.at_least_sales} sales" if test.at_least_sales else ""
        parts.append(f"{'more than' if test.over else 'at least'} {test.amount}{least}")
    if test.sales is not None:
        parts.append(f"{'more than' if test.sales_over else 'at least'} {test.sales} sales")
    return f"{(' and ' if test.all_of else ' or ').join(parts)} in {test.period.text}"


def month_ends(since: date, until: date, months: int) -> Iterator[date]:
    """Yield the ends of months, quarters (3) or years (12) from a day to a day."""
    end = month_end(since)
    while end <= until:
        if end.month % months == 0:
            yield end
        end = month_end(end + _ONE_DAY)
