"""Exposure: what tax is owed on sales on which none was charged, by place and period, and what being late costs.

Each sale is determined as on its day. Where a fact about the seller is not known the sale is determined both ways, and the
answer is a range; where the law is not known it is listed as not assessed, never as 0. Whether the prices contained the tax
is a choice: taken out of the price it is less than on top of it. Interest and penalties are ranges too, and only there where
a fact gives them (`data/late.toml`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from pydantic import PrivateAttr

from xbcommerce.days import a_day
from xbcommerce.errors import (
    AmbiguousRule,
    InvalidInput,
    RateUnavailable,
    RulebookError,
    UnknownFact,
    XBCommerceError,
    shown,
)
from xbcommerce.exchange import RateSource
from xbcommerce.explain import Amount, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money, divide, in_minor
from xbcommerce.parties import Marketplace, Seller
from xbcommerce.places import Address
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact, in_force, known_keys, parse_fact, parse_source
from xbcommerce.rules.rulebook import BUILT_IN, Rulebook
from xbcommerce.tax.determine import Determination, Outcome, determine
from xbcommerce.tax.ledger import iterable
from xbcommerce.tax.rates import book_of, law_of
from xbcommerce.tax.returns import Period
from xbcommerce.tax.sale import Sale

__all__ = ["Exposure", "ExposureRow", "NotAssessed", "NotOwed", "PlaceExposure", "exposure"]

_FILE = "late.toml"
_DAY = timedelta(days=1)
_MOST_REMEMBERED = 50_000
_MOST_SAID = 20
_ASSUMED: Mapping[str | None, tuple[bool, ...]] = {"inclusive": (True,), "exclusive": (False,), None: (True, False)}
_UNKNOWN = (UnknownFact, AmbiguousRule, RateUnavailable)


# ---------------------------------------------------------------------------------------------------------------- results


class ExposureRow(Result):
    """What is owed in one place for one period.

    Attributes:
        place, tax_name: whose tax it is.
        period, start, end: month, quarter or year.
        sales: how many sales are in it.
        price: what the buyers paid for what is taxed.
        low, high: the tax, at least and at most.
        unsettled: sales among them where it depends on a fact about the seller that is not known.
        payable: day until which the tax had to be paid.
        interest_low, interest_high: interest until the day of the question; low without high: at least; neither: no fact.
        penalty_low, penalty_high: penalties, where a fact gives them.
    """

    place: str
    tax_name: str
    period: str
    start: date
    end: date
    currency: str
    sales: int
    price: Amount
    low: Amount
    high: Amount
    unsettled: int
    payable: date
    interest_low: Amount | None
    interest_high: Amount | None
    penalty_low: Amount | None
    penalty_high: Amount | None


class PlaceExposure(Result):
    """Totals of one place in one currency; an interest or penalty is None where that of one of its rows is."""

    place: str
    currency: str
    sales: int
    price: Amount
    low: Amount
    high: Amount
    interest_low: Amount | None
    interest_high: Amount | None
    penalty_low: Amount | None
    penalty_high: Amount | None


class NotAssessed(Result):
    """Sales whose tax is not known, with the reason; they are in no figure.

    Attributes:
        place: where they went.
        reason: what is not known, as told for the first of them.
        sales, price: how many, and what they came to.
        first: index of the first in the history.
    """

    place: str
    reason: str
    sales: int
    price: tuple[Amount, ...]
    first: int


class NotOwed(Result):
    """Sales on which the seller owes no tax, and who does."""

    place: str
    reason: str
    sales: int


class Exposure(Result):
    """What is owed on a history of sales without tax.

    Attributes:
        on: day of the question: interest runs until then.
        assume: whether prices were taken to contain the tax: inclusive, exclusive, or both (the range).
        rows: by place, period and currency.
        places: totals of each place.
        low, high: totals over all places, by currency. A sale that is taxed in one of two places is in them once.
        not_assessed: sales whose tax is not known, with the reason.
        not_owed: sales on which the seller owes nothing.
        facts: facts behind interest and penalties.
        assumptions, warnings: what was assumed, and what is uncertain.
        rulebook, digest: version and SHA-256 of the rulebook that answered.
    """

    on: date
    assume: str
    rows: tuple[ExposureRow, ...]
    places: tuple[PlaceExposure, ...]
    low: dict[str, Amount]
    high: dict[str, Amount]
    not_assessed: tuple[NotAssessed, ...]
    not_owed: tuple[NotOwed, ...]
    facts: tuple[FactUsed, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    rulebook: str
    digest: str
    _facts: Mapping[str, tuple[FactUsed, ...]] = PrivateAttr()

    @cached_property
    def explanation(self) -> Explanation:
        """How the figures came about."""
        return _explanation(self, self._facts)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def __str__(self) -> str:
        """Return the totals, one place a line."""
        lines = [f"{one.place}  {_range(one.low, one.high)} on {one.sales} sales" for one in self.places]
        if self.not_assessed:
            lines.append(f"not assessed: {sum(one.sales for one in self.not_assessed)} sales")
        return "\n".join(lines) or "nothing is owed"

    def _repr_html_(self) -> str:
        return self.explain("html")


def _range(low: Money | None, high: Money | None) -> str:
    if low is None:
        return "not known"
    if high is None:
        return f"at least {low}"
    return str(low) if low == high else f"{low} to {high}"


# ---------------------------------------------------------------------------------------------------------------- being late


@dataclass(frozen=True, slots=True, eq=False)
class _Late:
    """A dated row of interest, penalty or the day of payment."""

    fact: Fact
    bound: str
    after: int
    per: str
    most: Fraction | None
    group: str
    after_year_end: int | None

    @property
    def share(self) -> Fraction:
        return Fraction(*self.fact.ratio)

    def counts(self, bound: str) -> bool:
        return self.bound in ("", bound)

    def begins(self, payable: date) -> date:
        """Return the first day on which it runs."""
        if self.after_year_end is not None:
            return _months_later(payable.replace(month=12, day=31), self.after_year_end) + _DAY
        return payable + timedelta(days=self.after + 1)


_MORE: Mapping[str, Any] = {
    "name": "", "bound": "", "after": 0, "per": "", "most": None, "group": "", "after_year_end": None
}  # fmt: skip
_WORDS = {"bound": ("", "low", "high"), "per": ("", "month", "year")}
_SUBJECTS = ("tax.late.payable", "tax.late.interest", "tax.late.penalty")


def _late(book: Rulebook) -> Mapping[tuple[str, str], tuple[_Late, ...]]:
    """Return the rows of the file by subject and place, checked when it is first read."""

    def read() -> dict[tuple[str, str], tuple[_Late, ...]]:
        if _FILE not in book.names("", ".toml"):
            return {}
        document = book.document(_FILE)
        known_keys(document, frozenset({"defaults", "source", "fact"}), _FILE)
        sources = {name: parse_source(name, row, where=_FILE) for name, row in document.get("source", {}).items()}
        found: dict[tuple[str, str], tuple[_Late, ...]] = {}
        for row in document.get("fact", ()):
            plain = {name: value for name, value in row.items() if name not in _MORE}
            plain["scope"] = {name: str(row[name]) for name in _MORE if name in row}  # tells rows of one day apart
            fact = parse_fact(
                {**document.get("defaults", {}), **plain}, place="", sources=sources, units=book.vocabulary.units, where=_FILE,
                layer=BUILT_IN,
            )  # fmt: skip
            found[fact.subject, fact.place] = (*found.get((fact.subject, fact.place), ()), _of_row(fact, row))
        return found

    return book.compiled("tax.late", read)  # type: ignore[no-any-return]


def _of_row(fact: Fact, row: Mapping[str, Any]) -> _Late:
    where = f"{_FILE}, fact {fact.id}"
    if fact.subject not in _SUBJECTS or not fact.place:
        raise RulebookError(f"{where}: subject or place is none that this file may have", allowed=_SUBJECTS)
    more = {name: row.get(name, usual) for name, usual in _MORE.items()}
    for name, words in _WORDS.items():
        if more[name] not in words:
            raise RulebookError(f"{where}: {name} {shown(more[name])} is none of {', '.join(words[1:])}", allowed=words[1:])
    most = None if more["most"] is None else Fraction(more["most"]) / 100
    return _Late(fact, more["bound"], more["after"], more["per"], most, more["group"], more["after_year_end"])


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = day.replace(year=year, month=month + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    return first.replace(day=min(day.day, last.day))


def _years(first: date, last: date) -> Fraction:
    """Return the length of a span of days (both inclusive) in years: each day is a part of its own year."""
    total = Fraction(0)
    for year in range(first.year, last.year + 1):
        start, end = first.replace(year=year, month=1, day=1), first.replace(year=year, month=12, day=31)
        days = (min(last, end) - max(first, start)).days + 1
        total += Fraction(days, (end - start).days + 1)
    return total


def _months_begun(first: date, last: date) -> int:
    """Return how many months have begun from a day to a day, both inclusive."""
    count = 0
    while _months_later(first, count) <= last:
        count += 1
    return count


class _Cost(NamedTuple):
    """A share of the tax, at least and at most (None: not known), the facts behind it, and days without a rate."""

    low: Fraction | None
    high: Fraction | None
    facts: tuple[Fact, ...]
    gap: int = 0


def _interest(rows: tuple[_Late, ...], payable: date, until: date) -> _Cost:
    """Return the interest from the day of payment until a day, as a share of the tax.

    Days on which no row gives a rate make the upper end unknown.
    """
    if not rows:
        return _Cost(None, None, ())
    ends, used, gaps = [], [], []
    for bound in ("low", "high"):
        own = [row for row in rows if row.counts(bound)]
        total, days = Fraction(0), 0
        for row in own:
            first = max(row.begins(payable), row.fact.valid_from or date.min)
            last = min(until, row.fact.valid_to or date.max)
            if first <= last:
                total += row.share * _years(first, last)
                days += (last - first).days + 1
                used.append(row.fact)
        begin = min((row.begins(payable) for row in own), default=until + _DAY)
        gaps.append(max(0, (until - begin).days + 1 - days))
        ends.append(total)
    gap = max(gaps)
    if gap and not used:
        return _Cost(None, None, (), gap)
    return _Cost(ends[0], None if gap else ends[1], tuple(dict.fromkeys(used)), gap)


def _penalty(rows: tuple[_Late, ...], payable: date, until: date, first_day: date) -> _Cost:
    """Return the penalties for tax of a period that begins on a day, as a share of the tax."""
    groups: dict[str, list[_Late]] = {}
    for row in rows:
        if row.fact.covers(first_day):
            groups.setdefault(row.group, []).append(row)
    if not groups:
        return _Cost(None, None, ())
    low = min(
        sum((_added(row, payable, until) for row in group if row.counts("low")), Fraction(0)) for group in groups.values()
    )
    high = max(
        sum((_added(row, payable, until) for row in group if row.counts("high")), Fraction(0)) for group in groups.values()
    )
    return _Cost(low, high, tuple(row.fact for group in groups.values() for row in group))


def _added(row: _Late, payable: date, until: date) -> Fraction:
    first = row.begins(payable)
    if first > until:
        return Fraction(0)
    times = {"month": lambda: Fraction(_months_begun(first, until)), "year": lambda: _years(first, until)}.get(row.per)
    share = row.share if times is None else row.share * times()
    return share if row.most is None else min(share, row.most)


# ---------------------------------------------------------------------------------------------------------------- one sale


class _Part(NamedTuple):
    """What one way of determining a sale says of a place: the tax's name, the tax and the price, in minor units."""

    tax_name: str
    tax: Fraction
    price: Fraction


class _Way(NamedTuple):
    """One way of determining a sale: tax owed by place, what stays open, and on what nothing is owed."""

    parts: Mapping[str, _Part]
    open: tuple[str, ...]
    free: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]


@dataclass(slots=True)
class _Asker:
    """Determines sales in every way that the known facts allow, and remembers what was alike."""

    book: Rulebook
    rates: RateSource | Mapping[str, str] | None
    latest_rates: bool
    seller: Seller
    assume: str | None
    sellers: dict[tuple[tuple[str, bool], ...], Seller] = field(default_factory=dict)
    known: dict[tuple[Any, ...], tuple[_Way, ...]] = field(default_factory=dict)

    def ways(self, sale: Sale, on: date) -> tuple[_Way, ...]:
        """Return all ways in which a sale may have to be taxed."""
        key = (on, sale.lane, sale.freight, sale.discount, _goods_of(sale))
        found = self.known.get(key)
        if found is None:
            if len(self.known) > _MOST_REMEMBERED:
                self.known.clear()
            found = self.known[key] = tuple(self._determined(sale, on))
        return found

    def _determined(self, sale: Sale, on: date) -> Iterator[_Way]:
        stated = sale.prices_include_tax
        included = (stated,) if self.assume is None and stated is not None else _ASSUMED[self.assume]
        for contains in included:
            first = self._ask(sale, on, contains, self.seller, sale.marketplace)
            if all(outcome.charge != "undetermined" for outcome in first.outcomes):
                yield _way(first, contains=contains)
                continue
            others = [
                self._ask(sale, on, contains, seller, market)
                for seller, market in product(self._sellers(sale, on), _markets(sale.marketplace))
            ]
            for other in others or [first]:
                yield _way(other, contains=contains)

    def _ask(self, sale: Sale, on: date, contains: bool, seller: Seller, market: Marketplace | None) -> Determination:  # noqa: FBT001 - what the prices contain
        asked = _with(sale, prices_include_tax=contains, seller=seller, marketplace=market)
        return determine(asked, on=on, rulebook=self.book, rates=self.rates, latest_rates=self.latest_rates)

    def _sellers(self, sale: Sale, on: date) -> tuple[Seller, ...]:
        """Return the seller with all obligations of the place that were not stated, and with none of them."""
        law = law_of(sale.ship_to, on, self.book)
        names = list(law.lineage)
        for subject in ("tax.distance_obligation", "tax.place_shift"):
            try:
                names.append(str(self.book.find(subject, law.places, on, {})[0].value))
            except UnknownFact:
                continue
        silent = [name for name in names if self.seller.is_obliged(name, on) is None]
        if not silent:
            return (self.seller,)
        return tuple(self._obliged(tuple((name, obliged) for name in silent)) for obliged in (True, False))

    def _obliged(self, stated: tuple[tuple[str, bool], ...]) -> Seller:
        found = self.sellers.get(stated)
        if found is None:  # one object each: lanes are told apart by the seller's identity
            fields = {name: getattr(self.seller, name) for name in Seller.model_fields}
            found = self.sellers[stated] = Seller(**{**fields, "obliged": {**self.seller.obliged, **dict(stated)}})
        return found


def _goods_of(sale: Sale) -> tuple[object, ...]:
    return tuple((line.goods_class, line.hs, line.supply, line.quantity, line.total, line.discount) for line in sale.lines)


def _price_of(sale: Sale) -> Fraction:
    """Return what the sale came to, in minor units."""
    total = sum((Fraction(*in_minor(line.total[0], sale.currency)) for line in sale.lines), Fraction(0))
    for off in (sale.discount, *(line.discount for line in sale.lines)):
        total -= Fraction(*off.ratio_minor()) if off is not None else 0
    return total if sale.freight is None else total + Fraction(*sale.freight.ratio_minor())


def _with(sale: Sale, **fields: Any) -> Sale:
    return Sale(**{**{name: getattr(sale, name) for name in Sale.model_fields}, **fields})


def _markets(market: Marketplace | None) -> tuple[Marketplace | None, ...]:
    """Return a marketplace as it is if it is said whether it collects, else once collecting and once not."""
    if market is None or market.collects is not None:
        return (market,)
    return tuple(Marketplace(**{**dict(market), "collects": collects}) for collects in (True, False))


def _way(found: Determination, *, contains: bool) -> _Way:
    parts: dict[str, _Part] = {}
    left: list[str] = []
    free: list[tuple[str, str]] = []
    for outcome in found.outcomes:
        tax = _owed(outcome)
        unknown = outcome.charge == "undetermined" or (tax is None and _owes(outcome))
        if unknown or (tax is not None and outcome.taxed_in is None):
            left.append("; ".join(one.text for one in outcome.findings) or "the tax could not be determined")
        elif tax is None or not (tax or outcome.percent):
            free.append((found.ship_to, _because(outcome) if tax is None else "the rate is zero"))
        else:
            assert outcome.taxed_in is not None  # noqa: S101 - asked above
            price = outcome.gross if contains and outcome.charge == "yes" else outcome.net
            before = parts.get(outcome.taxed_in, _Part(outcome.tax_name, Fraction(0), Fraction(0)))
            parts[outcome.taxed_in] = _Part(
                before.tax_name, before.tax + Fraction(*tax.ratio_minor()), before.price + Fraction(*price.ratio_minor())
            )
    return _Way(parts, tuple(left), tuple(free), found.assumptions)


def _owes(outcome: Outcome) -> bool:
    """Tell whether it is the seller who owes tax on the sale, charged or not."""
    return outcome.liable == "seller" and outcome.at == "sale" and outcome.charge in ("yes", "not_before_registration")


def _owed(outcome: Outcome) -> Money | None:
    """Return the tax that the seller owes; None where somebody else does, or nobody, or where its amount is not known."""
    if not _owes(outcome):
        return None
    return outcome.tax if outcome.charge == "yes" else outcome.owed


def _because(outcome: Outcome) -> str:
    if outcome.liable in ("seller", "nobody"):
        return f"no tax ({outcome.scheme})"
    return f"owed by {outcome.liable} ({outcome.scheme})"


# ---------------------------------------------------------------------------------------------------------------- the history


@dataclass(slots=True)
class _Sum:
    tax_name: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    price: Fraction = Fraction(0)
    sales: int = 0
    unsettled: int = 0


@dataclass(slots=True)
class _Unknown:
    reason: str
    first: int
    sales: int = 0
    prices: dict[str, Fraction] = field(default_factory=dict)


@dataclass(slots=True)
class _History:
    """What was found so far."""

    kind: str
    rows: dict[tuple[str, Period, str], _Sum] = field(default_factory=dict)
    low: dict[str, Fraction] = field(default_factory=dict)
    high: dict[str, Fraction] = field(default_factory=dict)
    unknown: dict[tuple[str, str], _Unknown] = field(default_factory=dict)
    free: dict[tuple[str, str], int] = field(default_factory=dict)
    assumptions: dict[str, None] = field(default_factory=dict)

    def add(self, index: int, day: date, sale: Sale, ways: tuple[_Way, ...]) -> None:
        """Add a sale: what each place may claim, at least and at most over all ways."""
        currency = sale.currency
        period = Period.of_day(day, self.kind)
        for place in dict.fromkeys(place for way in ways for place in way.parts):
            claims = [way.parts.get(place) for way in ways]
            known = [claim for claim in claims if claim is not None]
            row = self.rows.setdefault((place, period, currency), _Sum(known[0].tax_name))
            row.low += min(claim.tax for claim in known) if len(known) == len(claims) else 0
            row.high += max(claim.tax for claim in known)
            row.price += max(claim.price for claim in known)
            row.sales += 1
            row.unsettled += len(known) < len(claims)
        totals = [sum((part.tax for part in way.parts.values()), Fraction(0)) for way in ways]
        self.low[currency] = self.low.get(currency, Fraction(0)) + min(totals)
        self.high[currency] = self.high.get(currency, Fraction(0)) + max(totals)
        for reason in dict.fromkeys(reason for way in ways for reason in way.open):
            self.leave(index, sale, reason, reason)
        free = [frozenset(way.free) for way in ways]
        told = frozenset.intersection(*free) if any(way.parts for way in ways) else frozenset.union(*free)
        for place in sorted({place for place, _ in told}):
            key = (place, " or ".join(sorted(reason for at, reason in told if at == place)))
            self.free[key] = self.free.get(key, 0) + 1
        self.assumptions.update(dict.fromkeys(text for way in ways for text in way.assumptions))

    def leave(self, index: int, sale: Sale, kind: str, reason: str) -> None:
        """Note a sale whose tax is not known, with others of the same place and kind."""
        place = sale.ship_to.region or sale.ship_to.country
        found = self.unknown.setdefault((place, kind), _Unknown(reason, index))
        found.sales += 1
        found.prices[sale.currency] = found.prices.get(sale.currency, Fraction(0)) + _price_of(sale)


def exposure(
    sales: Iterable[Mapping[str, Any] | tuple[Any, Any]],
    seller: Seller | Mapping[str, Any] | str,
    *,
    on: date | str,
    period: str = "month",
    assume: str | None = None,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    latest_rates: bool = False,
    errors: str = "raise",
) -> Exposure:
    """Return the tax owed on a history of sales on which none was charged, by place and period, with what being late costs.

    Args:
        sales: the history in any order: mappings of a `Sale` with its day under "on", or pairs of a day and a sale.
        seller: who sold: it stands in for the seller of each sale. What `tax.obligations` found goes into `obliged`.
        on: the day of the question: interest runs until then, later sales are left out.
        period: "month", "quarter" or "year".
        assume: "inclusive" (the price contained the tax), "exclusive" (it is owed on top); silent: as each sale says, and
            where it says nothing, both, as a range.
        rulebook: facts; the built-in ones if not given.
        rates: exchange rates instead of the official policies, for limits in another currency.
        latest_rates: past the end of an embedded table take its last exchange rate, with a note, instead of refusing.
        errors: "raise" stops at the first sale that cannot be read, "collect" lists it as not assessed and goes on.

    Raises:
        InvalidInput: for a sale that cannot be read.

    >>> sale = {"on": "2026-01-20", "ship_from": "US-TX", "ship_to": "US-CA", "buyer": "consumer"}
    >>> sales = [{**sale, "lines": [{"unit_price": "100.00 USD"}]}]
    >>> print(exposure(sales, {"establishments": ["US-TX"], "obliged": {"US-CA": True}}, on="2026-06-30"))
    US-CA  6.76 USD to 7.25 USD on 1 sales
    >>> print(exposure(sales, {"establishments": ["US-TX"]}, on="2026-06-30", assume="exclusive"))
    US-CA  0.00 USD to 7.25 USD on 1 sales
    """
    book = book_of(rulebook)
    until = a_day(on)
    Period.of_day(until, period)
    for name, value, allowed in (("assume", assume, tuple(_ASSUMED)), ("errors", errors, ("raise", "collect"))):
        if value not in allowed:
            said = [word for word in allowed if word]
            raise InvalidInput(f"{shown(value)} is none of {', '.join(said)}", field=name, value=value, allowed=said)
    asker = _Asker(book, rates, latest_rates, Seller.of(seller), assume)
    history = _History(period)
    for index, item in enumerate(iterable(sales, "sales")):
        try:
            day, sale = _sale(item, asker.seller)
        except XBCommerceError as error:
            if errors == "raise":
                raise InvalidInput(f"sale {index + 1}: {error}", field=error.field, value=error.value) from error
            history.unknown.setdefault(("", f"cannot be read: {error}"), _Unknown(str(error), index)).sales += 1
            continue
        if day > until:
            history.leave(index, sale, "later", f"after {until}, the day of the question")
            continue
        try:
            ways = asker.ways(sale, day)
        except _UNKNOWN as error:
            history.leave(index, sale, f"{type(error).__name__} {error.field}", str(error))
            continue
        history.add(index, day, sale, ways)
    return _answer(history, book, until, assume)


def _sale(item: object, seller: Seller) -> tuple[date, Sale]:
    """Return the day and the sale of an item of the history, with the seller of the question."""
    if isinstance(item, tuple) and len(item) == 2:
        day, sale = item
    elif isinstance(item, Mapping) and "on" in item:
        day, sale = item["on"], {name: value for name, value in item.items() if name != "on"}
    else:
        raise InvalidInput(
            "a sale of the history is a mapping with its day under 'on', or a pair of a day and a sale", field="on", value=item
        )
    if isinstance(sale, Sale):
        return a_day(day), _with(sale, seller=seller)
    if isinstance(sale, Mapping):
        return a_day(day), Sale.of({**sale, "seller": seller})
    raise InvalidInput(f"a sale is a Sale or a mapping, not {type(sale).__name__}", field="sale", value=sale)


# ---------------------------------------------------------------------------------------------------------------- the answer


def _money(minor: Fraction, currency: str) -> Money:
    return Money.from_minor(divide(minor.numerator, minor.denominator, "half-up"), currency)


@dataclass(slots=True)
class _Lateness:
    """Being late in the places of a history, with the facts used and what is not known."""

    book: Rulebook
    until: date
    facts: dict[str, dict[Fact, None]] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)

    def of(self, place: str, period: Period) -> tuple[date, _Cost, _Cost]:
        """Return the day of payment, the interest and the penalty of a period."""
        places = law_of(Address.of(place), period.end, self.book).places
        payable, fact = period.end, None
        for row in self._rows("tax.late.payable", places):
            if in_force(row.fact.valid_from, row.fact.valid_to, period.end):
                payable, fact = period.end + timedelta(days=row.fact.ratio[0]), row.fact
        if fact is None:
            self.assumed[f"{place}: no fact gives the day on which the tax was payable; the end of the period is taken"] = None
        interest = _interest(self._rows("tax.late.interest", places), payable, self.until)
        penalty = _penalty(self._rows("tax.late.penalty", places), payable, self.until, period.start)
        noted = self.facts.setdefault(place, {})
        noted.update(dict.fromkeys((*((fact,) if fact else ()), *interest.facts, *penalty.facts)))
        self.gaps[place] = max(self.gaps.get(place, 0), interest.gap)
        for name, cost in (("interest", interest), ("penalties", penalty)):
            if cost.low is None and name not in self.missing.setdefault(place, []):
                self.missing[place].append(name)
        return payable, interest, penalty

    def _rows(self, subject: str, places: tuple[str, ...]) -> tuple[_Late, ...]:
        rows = _late(self.book)
        return next((rows[subject, place] for place in places if (subject, place) in rows), ())

    def warnings(self) -> Iterator[str]:
        """Yield what is not known or uncertain about being late."""
        for place, names in self.missing.items():
            if names:
                yield f"{place}: no fact gives {' or '.join(names)}"
        for place, days in self.gaps.items():
            if days and "interest" not in self.missing.get(place, ()):
                yield f"{place}: no fact gives the rate of interest for {days} of the days: the interest is at least the figure"
        for facts in self.facts.values():
            for fact in facts:
                yield from doubts(fact, self.until, self.book.review_every)


def _answer(history: _History, book: Rulebook, until: date, assume: str | None) -> Exposure:
    late = _Lateness(book, until)
    rows = tuple(_row(key, found, late) for key, found in sorted(history.rows.items(), key=lambda item: item[0]))
    assumed = {
        "inclusive": "prices are taken to have contained the tax",
        "exclusive": "the tax is owed on top of the prices",
        None: "low: the prices contained the tax; high: it is owed on top (where a sale does not say)",
    }[assume]
    told = (
        assumed,
        "interest is simple, by days of the year, on the tax; interest and penalties are rounded half up",
        *late.assumed,
        *history.assumptions,
    )
    used = {place: tuple(fact.used() for fact in facts) for place, facts in late.facts.items()}
    unsettled = sum(row.unsettled for row in rows)
    warnings = list(late.warnings())
    if unsettled:
        warnings.insert(0, f"{unsettled} entries depend on facts about the seller that are not known: give them in `obliged`")
    return Exposure.made(
        {"_facts": used},
        on=until,
        assume=assume or "both",
        rows=rows,
        places=tuple(_places(rows)),
        low={currency: _money(amount, currency) for currency, amount in sorted(history.low.items())},
        high={currency: _money(amount, currency) for currency, amount in sorted(history.high.items())},
        not_assessed=tuple(
            NotAssessed.made(
                place=place, reason=found.reason, sales=found.sales, first=found.first,
                price=tuple(_money(price, currency) for currency, price in sorted(found.prices.items())),
            )
            for (place, _), found in history.unknown.items()
        ),
        not_owed=tuple(
            NotOwed.made(place=place, reason=reason, sales=count) for (place, reason), count in sorted(history.free.items())
        ),
        facts=tuple({fact.id: fact for facts in used.values() for fact in facts}.values()),
        assumptions=tuple(dict.fromkeys(told)),
        warnings=tuple(dict.fromkeys(warnings)),
        rulebook=book.version,
        digest=book.sha256,
    )  # fmt: skip


def _row(key: tuple[str, Period, str], found: _Sum, late: _Lateness) -> ExposureRow:
    place, period, currency = key
    payable, interest, penalty = late.of(place, period)

    def part(tax: Fraction, share: Fraction | None) -> Money | None:
        return None if share is None else _money(tax * share, currency)

    return ExposureRow.made(
        place=place,
        tax_name=found.tax_name,
        period=period.text,
        start=period.start,
        end=period.end,
        currency=currency,
        sales=found.sales,
        price=_money(found.price, currency),
        low=_money(found.low, currency),
        high=_money(found.high, currency),
        unsettled=found.unsettled,
        payable=payable,
        interest_low=part(found.low, interest.low),
        interest_high=part(found.high, interest.high),
        penalty_low=part(found.low, penalty.low),
        penalty_high=part(found.high, penalty.high),
    )


def _places(rows: tuple[ExposureRow, ...]) -> Iterator[PlaceExposure]:
    groups: dict[tuple[str, str], list[ExposureRow]] = {}
    for row in rows:
        groups.setdefault((row.place, row.currency), []).append(row)
    for (place, currency), own in groups.items():
        zero = Money.from_minor(0, currency)

        def total(of: Callable[[ExposureRow], Money], own: list[ExposureRow] = own, zero: Money = zero) -> Money:
            return sum((of(row) for row in own), zero)

        def known(of: Callable[[ExposureRow], Money | None], own: list[ExposureRow] = own, zero: Money = zero) -> Money | None:
            amounts = [of(row) for row in own]
            found = [amount for amount in amounts if amount is not None]
            return sum(found, zero) if len(found) == len(amounts) else None

        yield PlaceExposure.made(
            place=place,
            currency=currency,
            sales=sum(row.sales for row in own),
            price=total(lambda row: row.price),
            low=total(lambda row: row.low),
            high=total(lambda row: row.high),
            interest_low=known(lambda row: row.interest_low),
            interest_high=known(lambda row: row.interest_high),
            penalty_low=known(lambda row: row.penalty_low),
            penalty_high=known(lambda row: row.penalty_high),
        )


def _explanation(found: Exposure, facts: Mapping[str, tuple[FactUsed, ...]]) -> Explanation:
    from xbcommerce import __version__

    steps = [
        Step(
            bill="exposure", id=f"{row.place} {row.period}", kind="tax", amount=row.high,
            text=(
                f"{row.tax_name} {_range(row.low, row.high)} on {row.price} ({row.sales} sales), payable {row.payable}; "
                f"interest {_range(row.interest_low, row.interest_high)}, penalties {_range(row.penalty_low, row.penalty_high)}"
            ),
            rule="tax.determine, each sale as on its day",
        )
        for row in found.rows
    ]  # fmt: skip
    steps += [
        Step(
            bill="exposure", id=f"{one.place} total", kind="total", amount=one.high,
            text=f"{_range(one.low, one.high)} on {one.sales} sales", rule="sum of its periods", facts=facts.get(one.place, ()),
        )
        for one in found.places
    ]  # fmt: skip
    left = [f"{one.sales} sales to {one.place or 'somewhere'} not assessed: {one.reason}" for one in found.not_assessed]
    more = [f"and {len(left) - _MOST_SAID} more reasons"] if len(left) > _MOST_SAID else []
    free = [f"{one.sales} sales to {one.place}: {one.reason}" for one in found.not_owed]
    return Explanation(
        title=f"tax owed on {found.on} and not charged",
        steps=tuple(steps),
        assumptions=(*found.assumptions, *free[:_MOST_SAID]),
        warnings=(*found.warnings, *left[:_MOST_SAID], *more),
        rulebook=f"rulebook {found.rulebook} ({found.digest[:12]}), xbcommerce {__version__}",
    )
