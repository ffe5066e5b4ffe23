"""Obligations: which registration limits a seller's history crosses, with which sale, from when, and by when to act.

*The test is met today* and *a liability is in force* are two answers. A crossing that has once happened is final, even where a
refund lowers today's figure; a liability runs for its term. Where the history has gaps the figure is a bound, and the answer is
"undetermined" rather than a guess. Where the rulebook has no rule the answer is "unknown", never "none".
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown
from xbcommerce.exchange import FixedRates, RateSource
from xbcommerce.explain import Explanation, FactUsed, Step
from xbcommerce.money import Money
from xbcommerce.parties import Establishment, Seller, Stock, lies_in, place_code
from xbcommerce.rules import Rulebook
from xbcommerce.tax.crossings import Crossing, Crossings, Hit, Table, Tables, currency_of
from xbcommerce.tax.ledger import Coverage, Ledger, Rejected, Series, Sold, plausible
from xbcommerce.tax.rates import book_of
from xbcommerce.tax.stated import check_seller
from xbcommerce.tax.thresholds import LimitTest, Rule, Threshold, thresholds

__all__ = [
    "Coverage",
    "CrossingFound",
    "CrossingSale",
    "Ledger",
    "Measure",
    "Obligation",
    "Obligations",
    "Projection",
    "Rejected",
    "Sold",
    "obligations",
]

Status = Literal["below", "near", "met", "liable", "undetermined", "no_such_tax", "unknown_rule"]
Cause = Literal["sale", "period", "rule_change", "presence", "forecast"]

_ONE_DAY = timedelta(days=1)
_TREND = 90
"""Days whose mean is carried forward in a projection."""
_SHORTEST = 7
_HORIZON = 731
_LONGEST = 4 * 366

ASSUMPTIONS = {
    "history_is_complete": "all sales are in the history",
    "crossing_is_final": "a later refund does not undo a crossing",
    "crossing_may_be_earlier": "the history has gaps before the crossing: it may have happened earlier",
    "earlier_history_unknown": "whether the limit was crossed before the history begins is not known",
    "returns_subtracted_on_return_day": "whether returns lower the measure is not known: subtracted on the day of the return",
    "buyer_is_consumer": "buyers that are not described are consumers",
    "tax_not_given": "the measure includes tax, and some sales give none: nothing is added for them",
    "consignments_are_small": "consignments that are not described are small",
    "ship_from_is_home": "goods without a place of dispatch are sent from the seller's only establishment",
    "order_within_day": "sales of the crossing day have neither time nor sequence: they are put in order of their names",
    "marketplace_collects": "marketplaces collect the tax where nothing else is said",
    "shipping_unknown": "whether shipping belongs to the measure is not known: the amounts are taken as given",
    "related_persons": "sales of related persons count: add them to the history",
    "term_unknown": "how long the liability lasts is not known: it stands until it is ended",
    "retest_unknown": "whether a liability that has begun ends with a change of the rule is not known: it is taken to stand",
    "no_establishment_given": "no establishment is given: the seller is taken to be established elsewhere",
    "seller_year_is_calendar_year": "the seller's accounting year is the calendar year",
    "no_forecast": "sales expected next are not given: that test is left out",
    "rate_missing": "some amounts have no exchange rate: they are left out",
    "rows_rejected": "rows that could not be read are left out",
    "services_not_counted": "services and digital products are not counted here",
    "state_not_given": "sales to the country without a state or province are left out",
    "marketplace_only_unknown": "whether a seller whose sales are all collected by marketplaces must register is not known",
    "stock_elsewhere": "goods also lie in, or were sent from, another member state this year: whether the limit still holds "
    "for what is sent from home is disputed (by one reading all goods must be sent from the state of establishment)",
    "ids_repeated": "some sales have the same name: if a sale was added twice it counts twice",
    "turnover_in_place": "turnover of the place is what is dispatched from it",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class CrossingSale(_Frozen):
    """The sale with which a limit was crossed; its name is None where the history does not name it."""

    id: str | None = None
    day: date


class CrossingFound(_Frozen):
    """One crossing of a limit, and the liability that follows from it."""

    cause: Cause
    crossed_on: date | None
    sale: CrossingSale | None = None
    start: date | None = None
    act_by: date | None = None
    until: date | None = None
    window: tuple[date, date] | None = None
    rule: str


class Measure(_Frozen):
    """A test as of the day: what is added up, and how far it is from the limit.

    Attributes:
        period: in the words of the rulebook; `window` is what it means on the day.
        measured: the exact sum.
        headroom: what is left to the limit; negative beyond it.
        met: whether the test is met; None where gaps leave it open.
    """

    period: str
    window: tuple[date, date]
    measured: Money | None
    count: int
    limit: Money | None
    op: str = ""
    limit_count: int | None = None
    count_op: str = ""
    headroom: Money | None
    headroom_count: int | None
    met: bool | None
    gaps: bool


class Projection(_Frozen):
    """When the limit will be crossed if sales go on as they did: a projection, no fact."""

    crossed_on: date
    per_day: Decimal
    currency: str
    days: int
    basis: str


class Obligation(_Frozen):
    """One obligation of a seller in a place as of a day.

    Attributes:
        status: below; near (at the caller's share of the limit); met (met, or certain to be at the next look, but no liability
            yet); liable (a liability is in force); undetermined (gaps); no_such_tax; unknown_rule.
        met_today: whether the test is met on the day; None where gaps leave it open.
        in_force: whether a liability is in force on the day; None where the rule does not tell.
        measured: exact sum of the test that is nearest to its limit; all tests stand in `measures`.
        measured_at_least: a lower bound instead, where the history has gaps; `headroom_at_most` likewise.
        cause: why it was crossed; `sale` is the sale that did it.
        crossed_on: day on which the test was met; after the day asked about where it is certain to come.
        start: from when tax is due; `first_taxed` says whether the crossing sale itself is taxed.
        act_by: by when to register; None: not known.
        until: last day of the liability; None: open or not known (`term`).
        registered: the seller has a registration that fulfils it.
        marketplace_only: for a seller whose sales are all collected by marketplaces: whether to register all the same.
        rules: the rows that answered, with their source.
    """

    id: str
    place: str
    name: str
    kind: str
    on: date
    status: Status
    met_today: bool | None = None
    in_force: bool | None = False
    measured: Money | None = None
    count: int | None = None
    limit: Money | None = None
    limit_count: int | None = None
    headroom: Money | None = None
    headroom_count: int | None = None
    measured_at_least: Money | None = None
    headroom_at_most: Money | None = None
    window: tuple[date, date] | None = None
    cause: Cause | None = None
    sale: CrossingSale | None = None
    crossed_on: date | None = None
    start: date | None = None
    first_taxed: Literal["same_sale", "next_sale", "day"] | None = None
    act_by: date | None = None
    until: date | None = None
    term: str | None = None
    leave: str = ""
    grace: str = ""
    remit_on: Literal["all", "own_sales"] | None = None
    marketplace_only: Literal["register", "need_not", "unknown"] | None = None
    registered: bool = False
    measures: tuple[Measure, ...] = ()
    crossings: tuple[CrossingFound, ...] = ()
    projection: Projection | None = None
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rules: tuple[FactUsed, ...] = ()

    def __str__(self) -> str:
        """Return the answer in one line."""
        parts = [f"{self.place:<6} {self.status:<12} {self.name}"]
        bound = self.measured_at_least
        measured = f"at least {bound}" if bound is not None else str(self.measured) if self.measured is not None else ""
        if measured:
            parts.append(f"{measured} of {self.limit}" if self.limit is not None else measured)
        if self.limit_count is not None:
            parts.append(f"{self.count} of {self.limit_count} sales")
        if self.cause:
            by = f" ({self.sale.id})" if self.sale and self.sale.id else ""
            parts.append(f"crossed {self.crossed_on} by {self.cause}{by}, due from {self.start}")
        if self.projection:
            parts.append(f"projected {self.projection.crossed_on}")
        return "; ".join(parts)

    def explain(self) -> Explanation:
        """Return the measures, the crossings, the rules with their sources and what was assumed."""
        steps = [
            Step(bill=self.place, id=f"test {number}", kind="value", amount=measure.measured, text=_measure_text(measure),
                 rule=self.id, facts=self.rules[:1])
            for number, measure in enumerate(self.measures, 1)
        ]  # fmt: skip
        steps += [
            Step(bill=self.place, id=f"crossing {number}", kind="value", text=_crossing_text(found), rule=found.rule,
                 facts=tuple(rule for rule in self.rules if rule.id == found.rule))
            for number, found in enumerate(self.crossings, 1)
        ]  # fmt: skip
        if self.projection:
            steps.append(Step(bill=self.place, id="projection", kind="value", text=self.projection.basis, rule=self.id))
        return Explanation(
            title=f"{self.name} ({self.place}) on {self.on}: {self.status}",
            steps=tuple(steps),
            assumptions=tuple(ASSUMPTIONS.get(name, name) for name in self.assumptions),
            warnings=self.warnings,
        )


class Obligations(_Frozen):
    """All obligations that can concern a seller as of a day."""

    on: date
    results: tuple[Obligation, ...]
    rulebook: str = ""

    def __len__(self) -> int:
        """Return the number of results."""
        return len(self.results)

    def __getitem__(self, name: str) -> Obligation:
        """Return the obligation of an id, or the only one of a place."""
        found = [one for one in self.results if one.id == name] or [one for one in self.results if one.place == name]
        if len(found) == 1:
            return found[0]
        known = sorted({one.id for one in self.results})
        raise InvalidInput(
            f"{len(found)} obligations answer to {shown(name)}", field="obligation", value=name, allowed=known,
            hint="name one by its id" if found else None,
        )  # fmt: skip

    def of(self, place: str) -> tuple[Obligation, ...]:
        """Return the obligations of a place."""
        return tuple(one for one in self.results if one.place == place)

    def with_status(self, *statuses: Status) -> tuple[Obligation, ...]:
        """Return the obligations with one of the statuses."""
        return tuple(one for one in self.results if one.status in statuses)

    def obliged(self) -> dict[str, bool | date]:
        """Return what is settled, as `Seller(obliged=...)` takes it: since when, or that not, by obligation and by place.

        What is undetermined or unknown is left out. A place is obliged by its obligations to register or collect alone.
        """
        settled = {one.id: found for one in self.results if (found := _settled(one)) is not None}
        by_place: dict[str, list[bool | date | None]] = {}
        for one in self.results:
            if one.kind in ("obligation", "no_tax"):
                by_place.setdefault(one.place, []).append(_settled(one))
        for place, answers in by_place.items():
            days = [answer for answer in answers if isinstance(answer, date)]
            if True in answers or days:
                settled[place] = True if True in answers else min(days)
            elif None not in answers:
                settled[place] = False
        return settled

    def __str__(self) -> str:
        """Return one line an obligation."""
        return "\n".join(str(one) for one in self.results)

    def _repr_html_(self) -> str:
        """Return a table for a notebook; everything that came from outside is escaped."""
        heads = ("place", "obligation", "status", "measured", "limit", "crossed on", "due from", "act by")
        rows = [
            (
                one.place,
                one.name,
                one.status,
                one.measured or one.measured_at_least,
                one.limit,
                one.crossed_on,
                one.start,
                one.act_by,
            )
            for one in self.results
        ]
        cells = ["".join(f"<td>{html.escape('' if cell is None else str(cell))}</td>" for cell in row) for row in rows]
        head = "".join(f"<th>{name}</th>" for name in heads)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def _settled(one: Obligation) -> bool | date | None:
    if one.in_force is None or one.status in ("undetermined", "unknown_rule"):
        return None
    if one.in_force:
        return one.start or True
    return one.start if one.status == "met" and one.start is not None else False


def obligations(
    sales: Ledger | Iterable[object],
    seller: Seller | Mapping[str, object] | str,
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    near: Decimal | str = "0.8",
    places: Iterable[str] | str | None = None,
    coverage: Iterable[object] | None = None,
) -> Obligations:
    """Tell which registration limits a seller's history crosses, with which sale, from when, and by when to act.

    >>> sales = [
    ...     {"day": "2026-03-01", "amount": "9000 EUR", "ship_from": "FR", "ship_to": "DE", "id": "1"},
    ...     {"day": "2026-03-02", "amount": "1500 EUR", "ship_from": "FR", "ship_to": "IT", "id": "2"},
    ... ]
    >>> found = obligations(sales, "FR", on="2026-03-31")["eu.distance_sales"]
    >>> found.status, str(found.measured), found.sale.id, found.first_taxed, found.start.isoformat()
    ('liable', '10500.00 EUR', '2', 'same_sale', '2026-03-02')

    Args:
        sales: the history: a `Ledger`, or any iterable of `Sold`, mappings or models, in any order, read once.
        seller: where the seller is established, holds stock and is registered.
        on: the day.
        rulebook: another rulebook than the one installed.
        rates: exchange rates instead of the published ones.
        near: share of a limit from which an obligation is called near ("0.8" or "80 %").
        places: limit the answer to some places (and the areas that they lie in).
        coverage: what the history covers, where it does not cover everything (see `Ledger`).

    Raises:
        InvalidInput: if a sale, the seller, the day or the share cannot be read.
    """
    day = a_day(on)
    if not plausible(day):
        raise InvalidInput(f"on {day} is not plausible", field="on", value=on)
    book = book_of(rulebook)
    ledger = sales if isinstance(sales, Ledger) else Ledger(sales, coverage=coverage)
    if isinstance(sales, Ledger) and coverage is not None:
        raise InvalidInput("a ledger has its own coverage", field="coverage", value=coverage)
    wanted = None if places is None else _places(places, thresholds(book))
    who = Seller.of(seller)
    check_seller(who, book)
    answering = _Answering(ledger, who, day, book, _source(rates), _share(near), wanted)
    return Obligations(on=day, results=answering.answer(), rulebook=f"rulebook {book.version} sha256 {book.sha256[:16]}")


def _places(places: object, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return codes of places, or of the areas that rules speak of."""
    areas = {rule.place for rule in rules}
    given = (places,) if isinstance(places, str) else places
    if not isinstance(given, Iterable):
        raise InvalidInput(f"places are a list of codes, not {shown(places)}", field="places", value=places)
    return tuple(one if isinstance(one, str) and one in areas else place_code(one) for one in given)


def _source(rates: object) -> RateSource | None:
    if isinstance(rates, Mapping):
        return FixedRates(rates)
    if rates is not None and not callable(getattr(rates, "rate", None)):
        raise InvalidInput(
            f"rates are a mapping such as {{'USD/EUR': '0.92'}} or a source of rates, not {shown(rates)}",
            field="rates",
            value=rates,
        )
    return rates  # type: ignore[return-value]  # it has the method


def _share(near: object) -> tuple[int, int]:
    text = near.strip() if isinstance(near, str) else near
    percent = isinstance(text, str) and text.endswith("%")
    try:
        number = Decimal(text[:-1].strip() if percent else text) if isinstance(text, str | Decimal) else None  # type: ignore[index]
    except ArithmeticError:
        number = None
    if number is None or not number.is_finite() or not 0 < number <= (100 if percent else 1):
        raise InvalidInput(f"near is a share of the limit such as '0.8' or '80 %', not {shown(near)}", field="near", value=near)
    numerator, denominator = number.as_integer_ratio()
    return numerator, denominator * (100 if percent else 1)


# ---------------------------------------------------------------------------------------------------------------- inside


@dataclass(frozen=True, slots=True)
class _Judged:
    """A test of today's row as of the day, and the table it is read from."""

    test: LimitTest
    table: Table
    window: tuple[date, date]
    minor: int
    count: int
    gaps: bool
    met: bool | None

    def share(self, numerator: int, denominator: int) -> bool:
        """Tell whether a share of the limit is reached."""
        parts = []
        if self.test.amount is not None:
            parts.append(self.minor * denominator >= self.test.minor * numerator and self.minor > 0)
        if self.test.sales is not None:
            parts.append(self.count * denominator >= self.test.sales * numerator and self.count > 0)
        return all(parts) if self.test.all_of else any(parts)

    @property
    def nearness(self) -> tuple[bool, Decimal]:
        """How far the test has come: to choose which one is shown."""
        parts = []
        if self.test.amount is not None:
            parts.append(Decimal(self.minor) / max(self.test.minor, 1))
        if self.test.sales is not None:
            parts.append(Decimal(self.count) / max(self.test.sales, 1))
        return self.met is True, min(parts) if self.test.all_of else max(parts)


class _Answering:
    """One question: the history, the seller and the day."""

    def __init__(
        self, ledger: Ledger, seller: Seller, on: date, book: Rulebook, rates: RateSource | None,
        near: tuple[int, int], places: tuple[str, ...] | None,
    ) -> None:  # fmt: skip
        self.ledger, self.seller, self.on, self.near, self.places = ledger, seller, on, near, places
        self.rules = thresholds(book)
        self.tables = Tables(ledger, seller, on, rates, book)
        year = seller.elections.get("year_start")
        self.year = (1, 1) if year is None else _year_start(year)
        self.year_given = year is not None
        self.ids_repeated = any(_repeated(series) for series in ledger.series.values())
        self.destinations = {series.key.ship_to for series in ledger.series.values()}

    def answer(self) -> tuple[Obligation, ...]:
        found = [one for rule in self.rules if self._wanted(rule) and (one := self._of_rule(rule)) is not None]
        found += self._unknown(found)
        return tuple(sorted(found, key=lambda one: (one.place, one.id)))

    def _wanted(self, rule: Rule) -> bool:
        if self.places is None:
            return True
        return any(lies_in(place, area, self.on) for place in self.places for area in (rule.place, *rule.also))

    # ------------------------------------------------------------------ one rule

    def _of_rule(self, rule: Rule, *, touched: bool = False) -> Obligation | None:
        if rule.kind == "no_tax":
            return self._no_tax(rule)
        finder = Crossings(self.tables, rule, self.on, self.year)
        concerned = rule.concerns(self.seller, self.on)
        if not touched and not self._touches(rule) and not any(self._sold(finder, row) for row in rule.rows):
            return None
        crossings = [one for one in finder.found() if rule.concerns(self.seller, min(one.on or self.on, self.on))]
        crossings = sorted([*crossings, *self._presences(rule)], key=lambda one: one.key)
        chain = _chain(crossings, self.on)
        if not concerned and not (chain and _runs(chain, self.on)):
            return None
        row = rule.row(self.on)
        if row is None and not chain:
            return self._no_row(rule)
        if row is not None and not row.tests and not chain:
            return None
        judged = [] if row is None else [self._judge(finder, rule, row, index) for index in range(len(row.tests))]
        return self._result(rule, row, judged, crossings, chain)

    @staticmethod
    def _sold(finder: Crossings, row: Threshold) -> bool:
        """Tell whether something was sold that a row counts."""
        sold = [bool(finder.table(row, index).days) for index in range(len(row.tests))]
        return bool(sold) and (all(sold) if row.all_tests else any(sold))

    def _touches(self, rule: Rule) -> bool:
        """Tell whether the seller is in the place without selling there."""
        if rule.place in (self.places or ()):
            return True
        if rule.kind not in ("obligation", "exemption_lost"):
            return False
        here = (self.seller.established_in, self.seller.stock_in)
        places = (rule.place, *rule.also)
        return any(ask(place, self.on) for ask in here for place in places) or any(
            self.seller.registered(name, self.on) for name in rule.register_under
        )

    def _presences(self, rule: Rule) -> Iterator[Crossing]:
        presence = rule.presence
        if presence is None:
            return
        held: list[Stock | Establishment] = [*(self.seller.stock or ())] if "stock" in presence.by else []
        held += self.seller.establishments if "establishment" in presence.by else ()
        for one in held:
            day = one.valid_from
            if not any(lies_in(one.place, place, day or self.on) for place in (rule.place, *rule.also)):
                continue
            if presence.elsewhere and self.seller.established_in(rule.place, day or self.on):
                continue
            if not rule.concerns(self.seller, day or self.on):
                continue
            yield Crossing(None, 0, "presence", day, None, None, day, None, None, "day")

    def _judge(self, finder: Crossings, rule: Rule, row: Threshold, index: int) -> _Judged:
        test, table = row.tests[index], finder.table(row, index)
        window = test.period.window(self.on, self.year)
        limit = finder.limit(row, index, window)
        last = window[1] if test.period.shape == "future" else min(window[1], self.on)
        minor, count = table.between(window[0], last)
        gaps = self._gaps(rule, test, table, window[0], last)
        met: bool | None = limit.holds(minor, count)
        if gaps and not met:
            met = None
        if test.period.shape == "future" and not count:
            met = False
        return _Judged(limit, table, window, minor, count, gaps, met)

    def _gaps(self, rule: Rule, test: LimitTest, table: Table, first: date, last: date) -> bool:
        """Tell whether something of the window is not in the history."""
        low, high = first.toordinal(), last.toordinal()
        if any(low <= day <= high for day in table.unrated):
            return True
        if self.ledger.coverage is None or test.period.shape == "future":
            return False
        channels = {"own": ("exclude", "exclude_if_collected"), "marketplace": ("only",)}
        needed = next((one for one, words in channels.items() if test.counts.marketplace in words), None)
        for channel in (needed,) if needed else tuple(channels):
            spans = [
                (one.valid_from or date.min, one.valid_to or date.max)
                for one in self.ledger.coverage
                if channel in one.channels and (one.places is None or _covers(one.places, rule, self.on))
            ]
            if not _whole(sorted(spans), first, last):
                return True
        return False

    # ------------------------------------------------------------------ the answer

    def _result(
        self, rule: Rule, row: Threshold | None, judged: list[_Judged], crossings: list[Crossing], chain: list[Crossing]
    ) -> Obligation:
        met = _combined(row, judged)
        only = self._marketplace_only(rule, row or rule.rows[-1])
        running = bool(chain) and _runs(chain, self.on)
        in_force: bool | None = running
        if running and only in ("need_not", "unknown") and chain[0].cause != "presence":
            in_force = False if only == "need_not" else None
        status = self._status(row, judged, (met, in_force), chain)
        main = self._main(row, judged)
        first = chain[0] if chain else None
        due = first is not None and only != "need_not"
        certain = main is not None and not main.gaps
        measured = _amount(main, row) if main else None
        headroom = _headroom(main) if main else None
        return Obligation(
            id=rule.id,
            place=rule.place,
            name=rule.name,
            kind=rule.kind,
            on=self.on,
            status=status,
            met_today=met,
            in_force=in_force,
            measured=measured if certain else None,
            count=main.count if main else None,
            limit=main.test.amount if main else None,
            limit_count=main.test.sales if main else None,
            headroom=headroom if certain else None,
            headroom_count=main.test.sales - main.count if main and main.test.sales is not None else None,
            measured_at_least=None if certain else measured,
            headroom_at_most=None if certain else headroom,
            window=main.window if main else None,
            cause=first.cause if first else None,
            sale=_sale(first.hit) if first else None,
            crossed_on=first.on if first else None,
            start=first.start if first and due else None,
            first_taxed=first.first if first and due else None,
            act_by=first.act_by if first and due else None,
            until=_end(chain) if first and due else None,
            term=(first.row.term if first.row else "unknown") if first else row.term if row else None,
            leave=row.leave if row else "",
            grace=row.grace if row else "",
            remit_on=row.remit if row else None,
            marketplace_only=only,
            registered=any(self.seller.registered(name, self.on) is not None for name in rule.register_under),
            measures=tuple(_measure(one, row) for one in judged),
            crossings=tuple(_found(one, rule) for one in crossings),
            projection=self._projection(row, judged) if status in ("below", "near") else None,
            assumptions=self._assumptions(rule, row, judged, chain, only),
            warnings=(*_warnings(rule, row, first), *_doubts(judged, row)),
            rules=_facts(rule, row, crossings),
        )

    def _status(
        self, row: Threshold | None, judged: list[_Judged], answers: tuple[bool | None, bool | None], chain: list[Crossing]
    ) -> Status:
        met, in_force = answers
        if in_force:
            return "liable"
        ahead = bool(chain) and (chain[0].start is None or chain[0].start > self.on)
        if met or ahead or in_force is None:
            return "met"
        if row is None:
            return "unknown_rule"
        if met is None:
            return "undetermined"
        reached = [one.share(*self.near) for one in judged]
        return "near" if (all(reached) if row.all_tests else any(reached)) else "below"

    @staticmethod
    def _main(row: Threshold | None, judged: list[_Judged]) -> _Judged | None:
        """Return the test that is shown: the nearest to its limit, or the farthest where all must hold."""
        if row is None or not judged:
            return None
        shown_first = [one for one in judged if one.test.amount is not None and one.test.period.shape != "future"] or judged
        nearest = min if row.all_tests else max
        return nearest(shown_first, key=lambda one: one.nearness)

    def _marketplace_only(self, rule: Rule, row: Threshold) -> str | None:
        """Return what the rule says to a seller whose sales to the place are all collected by marketplaces, if this is one."""
        if rule.kind != "obligation":
            return None
        here = [
            series.key
            for series in self.ledger.series.values()
            if not series.key.returned and self.tables.geography.spans(series.key, rule, "delivered_to")
        ]
        if not here or any(key.channel == "own" or key.collected is False for key in here):
            return None
        return row.marketplace_only

    def _assumptions(
        self, rule: Rule, row: Threshold | None, judged: list[_Judged], chain: list[Crossing], only: str | None
    ) -> tuple[str, ...]:
        notes: set[str] = set()
        for one in judged:
            notes |= one.table.notes
            notes |= _gap_notes(one)
            if one.test.period.text.startswith("seller_year") and not self.year_given:
                notes.add("seller_year_is_calendar_year")
            if one.test.counts.flow == "in_place":
                notes.add("turnover_in_place")
            if one.test.counts.marketplace == "exclude_if_collected" and self._assumed_collected(rule):
                notes.add("marketplace_collects")
        conditions = {
            "history_is_complete": self.ledger.coverage is None,
            "earlier_history_unknown": self.ledger.coverage is not None and not chain,
            "crossing_is_final": any(one.cause == "sale" for one in chain),
            "crossing_may_be_earlier": bool(chain) and any(one.gaps for one in judged),
            "order_within_day": any(one.hit is not None and not one.hit.ordered for one in chain[:1]),
            "term_unknown": any(one.row is None or one.row.term == "unknown" for one in chain[:1]),
            "retest_unknown": bool(chain) and row is not None and chain[0].row not in (None, row) and row.retest == "unknown",
            "related_persons": row is not None and row.aggregate == "related_persons",
            "no_establishment_given": not self.seller.establishments and rule.who != ("any",),
            "rows_rejected": bool(self.ledger.rejected),
            "services_not_counted": self._services(rule, judged),
            "state_not_given": self._stateless(rule),
            "stock_elsewhere": self._sends_from_elsewhere(rule, row),
            "ids_repeated": self.ids_repeated,
            "marketplace_only_unknown": only == "unknown" and bool(chain),
        }
        return tuple(name for name in ASSUMPTIONS if name in notes or conditions.get(name))

    def _assumed_collected(self, rule: Rule) -> bool:
        return any(
            series.key.channel == "marketplace" and series.key.collected is None
            and self.tables.geography.spans(series.key, rule, "delivered_to")
            for series in self.ledger.series.values()
        )  # fmt: skip

    def _services(self, rule: Rule, judged: list[_Judged]) -> bool:
        left_out = {"services", "digital"}.difference(*(one.test.counts.sales for one in judged)) if judged else set()
        return any(
            series.key.kind in left_out and self.tables.geography.spans(series.key, rule, "delivered_to")
            for series in self.ledger.series.values()
        )

    def _sends_from_elsewhere(self, rule: Rule, row: Threshold | None) -> bool:
        """Tell whether goods lie in, or were sent across a border from, another member state in the year of the question."""
        if row is None or all(test.counts.flow != "dispatched_from_home_to_other_members" for test in row.tests):
            return False
        home = {self._state(place) for place in self.seller.places_established(self.on)}
        stock = {
            self._state(one.place)
            for one in self.seller.stock or ()
            if (one.valid_from or self.on) <= self.on and (one.valid_to or self.on).year >= self.on.year
            and any(lies_in(one.place, area, self.on) for area in rule.union)
        }  # fmt: skip
        if stock - home:
            return True
        first, last = self.on.replace(month=1, day=1).toordinal(), self.on.toordinal()
        return any(
            low <= day <= high and first <= day <= last
            for series in self.ledger.series.values()
            for low, high in self.tables.geography.spans(series.key, rule, "dispatched_from_stock_to_other_members")
            for day in series.days
        )

    def _state(self, place: str) -> str:
        return place.partition("-")[0]

    def _stateless(self, rule: Rule) -> bool:
        country, dash, _ = rule.place.partition("-")
        return bool(dash) and country in self.destinations

    # ------------------------------------------------------------------ projection

    def _projection(self, row: Threshold | None, judged: list[_Judged]) -> Projection | None:
        if row is None or not judged or any(one.gaps for one in judged):
            return None
        first = min((date.fromordinal(one.table.days[0]) for one in judged if one.table.days), default=self.on)
        days = min(_TREND, (self.on - first).days + 1)
        if days < _SHORTEST:
            return None
        trend = [one.table.between(self.on - timedelta(days=days - 1), self.on) for one in judged]
        if not any(self._may_hold(one, sums, days) for one, sums in zip(judged, trend, strict=True)):
            return None
        for ahead in range(1, _HORIZON):
            day = self.on + timedelta(days=ahead)
            met = [self._would_hold(one, sums, day, days) for one, sums in zip(judged, trend, strict=True)]
            if all(met) if row.all_tests else any(met):
                currency = currency_of(row)
                leading = max(trend)
                per_day = Money.from_minor(leading.minor // days, currency).amount if currency else Decimal(0)
                basis = (
                    f"projection: the mean of the last {days} days ({per_day} {currency} a day, {leading.count} sales in all) "
                    f"goes on unchanged; no seasons, no returns to come"
                )
                return Projection(crossed_on=day, per_day=per_day, currency=currency, days=days, basis=basis)
        return None

    def _may_hold(self, one: _Judged, trend: tuple[int, int], days: int) -> bool:
        """Tell whether a test is in reach at all: with all that was sold in the longest window, and a year of the trend."""
        known = one.table.within(self.on - timedelta(days=_LONGEST), self.on)
        year = _HORIZON // 2 + 1
        return trend != (0, 0) and one.test.holds(known[0] + trend[0] * year // days, known[1] + trend[1] * year // days)

    def _would_hold(self, one: _Judged, trend: tuple[int, int], day: date, days: int) -> bool:
        first, last = one.test.period.window(day, self.year)
        if one.test.period.shape == "future":
            return False
        minor, count = one.table.between(first, min(last, self.on))
        ahead = max(0, (min(last, day) - max(first, self.on + _ONE_DAY)).days + 1)
        return one.test.holds(minor + trend[0] * ahead // days, count + trend[1] * ahead // days)

    # ------------------------------------------------------------------ no tax, no row, no rule

    def _no_tax(self, rule: Rule) -> Obligation | None:
        sold = any(lies_in(place, rule.place, self.on) for place in self.destinations)
        row = rule.row(self.on)
        if row is None or not (sold or self._touches(rule)):
            return None
        return Obligation(
            id=rule.id, place=rule.place, name=rule.name, kind=rule.kind, on=self.on, status="no_such_tax", met_today=False,
            warnings=_warnings(rule, row, None), rules=(row.used(),),
        )  # fmt: skip

    def _no_row(self, rule: Rule) -> Obligation | None:
        """Answer that the rule of the day is not known; a rule that has ended says nothing any more."""
        last = rule.rows[-1].valid_to
        if last is not None and last < self.on:
            return None
        known = "; ".join(f"{row.valid_from or 'always'} to {row.valid_to or 'further notice'}" for row in rule.rows)
        return Obligation(
            id=rule.id, place=rule.place, name=rule.name, kind=rule.kind, on=self.on, status="unknown_rule",
            warnings=(f"no rule is known for {self.on}; known: {known}",),
        )  # fmt: skip

    def _unknown(self, found: list[Obligation]) -> list[Obligation]:
        """Return an answer for each place of delivery that no rule speaks of: not found is not none."""
        out = []
        answered = [area for one in found for area in self._areas(one)]
        for place in sorted(self.destinations):
            if self.places is not None and not any(lies_in(place, wanted, self.on) for wanted in self.places):
                continue
            if any(lies_in(place, area, self.on) for area in answered):
                continue
            here = [rule for rule in self.rules if any(lies_in(place, area, self.on) for area in (rule.place, *rule.also))]
            sellers = [rule for rule in here if rule.kind in ("obligation", "place_shift") and not rule.union]
            if asked := [one for rule in sellers if (one := self._of_rule(rule, touched=True)) is not None]:
                out += asked  # nothing that was sold there counts: measured 0
                answered += [area for one in asked for area in self._areas(one)]
                continue
            others = [rule.id for rule in here]
            reason = f"the rules known there concern other sellers: {', '.join(others[:5])}" if others else "no rule is known"
            out.append(
                Obligation(
                    id=f"{place}.unknown",
                    place=place,
                    name="no rule",
                    kind="obligation",
                    on=self.on,
                    status="unknown_rule",
                    warnings=(f"{reason}; a missing rule is no permission",),
                )
            )
        return out

    def _areas(self, one: Obligation) -> tuple[str, ...]:
        rule = next(rule for rule in self.rules if rule.id == one.id)
        return (rule.place, *rule.also)


def _repeated(series: Series) -> bool:
    """Tell whether a name stands twice among the sales of a class; a return may have the name of its sale."""
    if series.key.returned:
        return False
    named = len(series.ids) - series.ids.count(None)
    return named > 1 and len(set(series.ids) - {None}) < named


def _year_start(value: object) -> tuple[int, int]:
    parts = value.split("-") if isinstance(value, str) else []
    if len(parts) == 2 and all(part.isdigit() for part in parts) and 1 <= int(parts[0]) <= 12 and 1 <= int(parts[1]) <= 28:
        return int(parts[0]), int(parts[1])
    raise InvalidInput(f"year_start is a day such as '04-06', not {shown(value)}", field="elections.year_start", value=value)


def _covers(places: tuple[str, ...], rule: Rule, on: date) -> bool:
    return any(lies_in(rule.place, place, on) for place in places)


def _whole(spans: list[tuple[date, date]], first: date, last: date) -> bool:
    """Tell whether spans, in order, cover every day of a window."""
    reached = first
    for start, end in spans:
        if start > reached:
            return False
        if end >= last:
            return True
        reached = max(reached, end + _ONE_DAY)
    return reached > last


def _chain(crossings: list[Crossing], on: date) -> list[Crossing]:
    """Return the crossings whose liabilities, one after the other without a break, hold on a day; or the next to come."""
    chain: list[Crossing] = []
    for one in crossings:
        if chain and _runs(chain, on) and (one.start or date.min) > on:
            break
        end = _end(chain) if chain else None
        if chain and end is not None and (one.start or date.min) > end + _ONE_DAY:
            if _runs(chain, on):
                break
            chain = []
        chain.append(one)
    return chain if chain and (_runs(chain, on) or (chain[0].start or date.min) > on) else []


def _end(chain: list[Crossing]) -> date | None:
    """Return the last day of a chain of liabilities, or None if it is open."""
    ends = [one.until for one in chain]
    return None if any(end is None for end in ends) else max(end for end in ends if end is not None)


def _runs(chain: list[Crossing], on: date) -> bool:
    end = _end(chain)
    return (chain[0].start or date.min) <= on and (end is None or on <= end)


def _combined(row: Threshold | None, judged: list[_Judged]) -> bool | None:
    found = [one.met for one in judged]
    if row is None or not found:
        return None if row is None else False
    if row.all_tests:
        return False if False in found else None if None in found else True
    return True if True in found else None if None in found else False


def _amount(one: _Judged, row: Threshold | None) -> Money | None:
    currency = currency_of(row) if row else ""
    return Money.from_minor(one.minor, currency) if currency else None


def _headroom(one: _Judged) -> Money | None:
    limit = one.test.amount
    return None if limit is None else Money.from_minor(one.test.minor - one.minor, limit.currency)


def _measure(one: _Judged, row: Threshold | None) -> Measure:
    test = one.test
    return Measure(
        period=test.period.text,
        window=one.window,
        measured=_amount(one, row),
        count=one.count,
        limit=test.amount,
        op=("" if test.amount is None else ">" if test.over else ">="),
        limit_count=test.sales,
        count_op=("" if test.sales is None else ">" if test.sales_over else ">="),
        headroom=_headroom(one),
        headroom_count=None if test.sales is None else test.sales - one.count,
        met=one.met,
        gaps=one.gaps,
    )


def _gap_notes(one: _Judged) -> set[str]:
    notes = {"rate_missing"} if one.table.unrated else set()
    if one.test.period.shape == "future" and not one.count:
        notes.add("no_forecast")
    if one.test.counts.shipping == "unknown":
        notes.add("shipping_unknown")
    return notes


def _sale(hit: Hit | None) -> CrossingSale | None:
    return CrossingSale(id=hit.name, day=hit.day) if hit is not None and hit.known else None


def _found(one: Crossing, rule: Rule) -> CrossingFound:
    assert one.row is not None or rule.presence is not None  # noqa: S101 - only presence has no row
    return CrossingFound(
        cause=one.cause,
        crossed_on=one.on,
        sale=_sale(one.hit),
        start=one.start,
        act_by=one.act_by,
        until=one.until,
        window=one.window,
        rule=one.row.id if one.row is not None else rule.presence.fact.id,  # type: ignore[union-attr]
    )


def _facts(rule: Rule, row: Threshold | None, crossings: list[Crossing]) -> tuple[FactUsed, ...]:
    rows = dict.fromkeys([*([row] if row else []), *(one.row for one in crossings if one.row is not None)])
    facts = [one.used() for one in rows]
    if rule.presence is not None and any(one.row is None for one in crossings):
        facts.append(rule.presence.fact)
    return tuple(facts)


def _warnings(rule: Rule, row: Threshold | None, first: Crossing | None) -> tuple[str, ...]:
    out = []
    for used in dict.fromkeys([row, first.row if first else None]):
        if used is None:
            continue
        if used.confidence != "high":
            out.append(f"{used.id} is of {used.confidence} confidence")
        if used.status not in ("in_force", "scheduled"):
            out.append(f"{used.id} is {used.status}")
        if used.note:
            out.append(used.note)
    if first is not None and first.row is None and rule.presence is not None and rule.presence.fact.confidence != "high":
        out.append(f"{rule.presence.fact.id} is of {rule.presence.fact.confidence} confidence")
    return tuple(out)


def _doubts(judged: list[_Judged], row: Threshold | None) -> Iterator[str]:
    """Yield the bounds of what was measured where it depends on something that the history does not say."""
    for one in judged:
        doubt = one.table.in_doubt(*one.window)
        if doubt and row is not None:
            currency = currency_of(row)
            least, most = (Money.from_minor(minor, currency) for minor in (one.minor - doubt, one.minor))
            yield (
                f"between {least} and {most} ({one.test.period.text}): whether import tax is levied on some consignments "
                f"depends on the rate of their goods; say `small` of them"
            )


def _measure_text(measure: Measure) -> str:
    parts = []
    if measure.limit is not None:
        parts.append(f"{measure.measured} against {'more than' if measure.op == '>' else 'at least'} {measure.limit}")
    if measure.limit_count is not None:
        words = "more than" if measure.count_op == ">" else "at least"
        parts.append(f"{measure.count} sales against {words} {measure.limit_count}")
    bound = " (a lower bound: the history has gaps)" if measure.gaps else ""
    return f"{', '.join(parts)}, from {measure.window[0]} to {measure.window[1]} ({measure.period}){bound}"


def _crossing_text(found: CrossingFound) -> str:
    sale = f", with sale {found.sale.id or 'without a name'} of {found.sale.day}" if found.sale else ""
    until = f" until {found.until}" if found.until else ""
    act = f"; register by {found.act_by}" if found.act_by else ""
    return f"crossed on {found.crossed_on} by {found.cause}{sale}: due from {found.start}{until}{act}"
