"""How shoppers pay: figures of usage as constraints, and the reach of a set of methods as an interval.

The mix of a country is unknown: 100 points over kinds and, within them, methods. Each figure says that a part of it is some
points, give or take what such figures err by (source, age, basis). Reach of a set is the smallest and the largest sum that all
constraints allow. Figures of different sources are never added up nor intersected: the tightest is the anchor, another of about
the same year that lies outside widens it. Surveys with several answers say who *can* pay so: they never enter the mix. A
missing figure is 0 to 100, never 0. All numbers here are integers, in millionths of a point.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Citation, FactUsed, Result
from xbcommerce.payments.exactly import exactly
from xbcommerce.payments.methods import Book, Method, book, inside_any
from xbcommerce.places import is_place
from xbcommerce.rules import Rulebook

__all__ = ["POINT", "Mix", "Reach", "Share", "mix_of", "reach", "usage"]

POINT = 1_000_000
WHOLE = 100 * POINT
OTHER = "other"
_MOST_MIXES = 2000


class Reach(Result):
    """The share of shoppers whose preferred method is among some methods, in points, as far as figures tell.

    Attributes:
        low, high: the ends; both are possible.
        identified_by: what the figures name: "method", "kind", "region" or "none".
        years: years of the figures.
        notes: what widens the interval.
        facts: the figures.
    """

    low: Decimal
    high: Decimal
    identified_by: Literal["method", "kind", "region", "none"]
    years: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()


class Share(NamedTuple):
    """A printed figure of usage."""

    place: str
    year: int | None
    kind: str
    method: str | None
    points: int
    basis: str
    group: str
    forecast: bool
    confidence: str
    source: str
    note: str


class Interval(NamedTuple):
    """What a part of the mix may be, and the figures that say so."""

    low: int
    high: int
    rows: tuple[Share, ...] = ()
    widened: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """What is known of how the shoppers of a country pay on a day.

    Attributes:
        kinds: by kind: what it may be of the whole.
        methods: by method: what it may be of the whole.
        unnamed: by kind: what methods that are not listed may be.
        region: the region whose figures stand in for the country's own, if so.
    """

    kinds: Mapping[str, Interval]
    methods: Mapping[str, Interval]
    members: Mapping[str, tuple[str, ...]]
    unnamed: Mapping[str, int]
    region: str | None
    regional: bool
    conflicts: tuple[str, ...]

    def bounds(self, chosen: Collection[str]) -> tuple[int, int]:
        """Return the smallest and the largest reach of a set of methods."""
        inside = [self._parts(kind, chosen, within=True) for kind in self.kinds]
        outside = [self._parts(kind, chosen, within=False) for kind in self.kinds]
        return _least(inside, outside, self.kinds.values()), WHOLE - _least(outside, inside, self.kinds.values())

    def _parts(self, kind: str, chosen: Collection[str], *, within: bool) -> tuple[int, int]:
        members = [self.methods[name] for name in self.members[kind] if (name in chosen) == within]
        spare = 0 if within else self.unnamed[kind]
        return sum(one.low for one in members), sum(one.high for one in members) + spare


def _least(asked: list[tuple[int, int]], rest: list[tuple[int, int]], kinds: Iterable[Interval]) -> int:
    """Return the smallest sum of the asked parts: each kind gives the rest what it can hold, the whole being 100 points."""
    least, held = 0, 0
    for (low, _), (_, spare), kind in zip(asked, rest, kinds, strict=True):
        least += max(low, kind.low - spare)
        held += max(kind.low, min(kind.high, low + spare))
    return least + max(0, WHOLE - held)


# ---------------------------------------------------------------------------------------------------------------- figures


def _rows(data: Book) -> tuple[Share, ...]:
    return _parsed(data)


@lru_cache(maxsize=8)
@exactly
def _parsed(data: Book) -> tuple[Share, ...]:
    return tuple(
        Share(
            place=row["place"],
            year=int(row["year"]) if row["year"] else None,
            kind=row["kind"],
            method=row["method"] or None,
            points=int(Decimal(row["share"]) * POINT),
            basis=row["basis"],
            group=row["group"],
            forecast=row["forecast"] == "yes",
            confidence=row["confidence"],
            source=row["source"],
            note=row["note"],
        )
        for row in data.shares
    )


def _age(row: Share, on: date, data: Book) -> int:
    return int(data.declared["tolerance"]["undated_years"]) if row.year is None else abs(on.year - row.year)


@exactly
def tolerance(row: Share, on: date, data: Book, *, regional: bool) -> int:
    """Return how far a figure may be from the truth on a day."""
    said = data.declared["tolerance"]
    base = Decimal(said[row.confidence])
    if row.basis in data.declared["basis"]["soft"]:
        base *= Decimal(said["soft"])
    points = base + Decimal(said["a_year"]) * _age(row, on, data) + (Decimal(said["regional"]) if regional else 0)
    return int(points * POINT)


@exactly
def used(row: Share, data: Book) -> FactUsed:
    """Return a figure as it appears in explanations."""
    source = data.sources[row.source]
    share = Decimal(row.points) / POINT
    basis = row.basis.replace("_", " ")
    return FactUsed(
        id=f"payment.share/{row.place}/{row.year or 'undated'}/{row.method or row.kind}",
        value=f"{share.normalize():f} % ({basis}{', forecast' if row.forecast else ''})",
        citation=Citation(title=source.title, publisher=source.publisher, url=source.url, seen=source.seen),
        verified_on=source.seen,
        confidence=row.confidence,
        status="observed",
    )


def _usable(rows: Iterable[Share], on: date, data: Book) -> list[Share]:
    mix = data.declared["basis"]["mix"]
    return [row for row in rows if row.basis in mix and (not row.forecast or row.year == on.year)]


def _anchored(rows: list[Share], on: date, data: Book, *, regional: bool) -> Interval:
    """Return what some figures of one part say: the tightest, widened by those of other sources of about the same year."""
    ranked = sorted(
        rows, key=lambda row: (tolerance(row, on, data, regional=regional), row.forecast, _age(row, on, data), row.group)
    )
    anchor = ranked[0]
    spread = tolerance(anchor, on, data, regional=regional)
    low, high, said = max(0, anchor.points - spread), min(WHOLE, anchor.points + spread), [anchor]
    for row in ranked[1:]:
        near = row.year is None or anchor.year is None or abs(row.year - anchor.year) <= 1
        if near and row.group != anchor.group and not low <= row.points <= high:
            low, high = min(low, row.points), max(high, row.points)
            said.append(row)
    return Interval(low, high, tuple(said), len(said) > 1)


def _cap(rows: list[Share], on: date, data: Book, *, regional: bool) -> tuple[int, frozenset[str]]:
    """Return what parts that no figure of the most complete group names may be together, and the parts it names."""
    groups: dict[str, list[Share]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    best, named = WHOLE, frozenset[str]()
    for group in groups.values():
        said = [row for row in group if row.kind != OTHER]
        spread = max((tolerance(row, on, data, regional=regional) for row in said), default=WHOLE)
        cap = min(WHOLE, max(0, WHOLE - sum(row.points for row in said)) + spread)
        if cap < best:
            best, named = cap, frozenset(row.method or row.kind for row in said)
    return best, named


# -------------------------------------------------------------------------------------------------------------------- mix


def mix_of(rulebook: Rulebook, shopper: str, on: date) -> Mix:
    """Return what is known of how the shoppers of a country pay, working it out once."""
    mixes: dict[tuple[str, date], Mix] = rulebook.compiled(("payments.mixes",), dict)
    mix = mixes.get((shopper, on))
    if mix is None:
        if len(mixes) >= _MOST_MIXES:
            mixes.clear()
        mix = mixes[shopper, on] = _mix(book(rulebook), shopper, on)
    return mix


def _mix(data: Book, shopper: str, on: date) -> Mix:
    all_rows = _rows(data)
    rows = _usable([row for row in all_rows if row.place == shopper], on, data)
    region = None
    if not rows:
        for name in _regions(data, shopper, on):
            rows = _usable([row for row in all_rows if row.place == name], on, data)
            if rows:
                region = name
                break
    regional = region is not None
    methods = [one for one in data.methods.values() if not one.on and _there(one, shopper, on)]
    cap, named = _cap(rows, on, data, regional=regional)
    brands = [row for row in all_rows if row.place == shopper and row.basis in data.declared["basis"]["of_cards"]]
    return _constrained(rows, brands, methods, cap, named, on, data, region)


def _there(method: Method, shopper: str, on: date) -> bool:
    return any(inside_any(shopper, row.says["of"], on) for row in method.rows("serves"))


def _regions(data: Book, shopper: str, on: date) -> list[str]:
    """Return the regions that a country lies in, the smallest first."""
    found = [name for name, members in data.areas.items() if name.startswith("X-") and inside_any(shopper, members, on)]
    return sorted(found, key=lambda name: len(data.areas[name]))


def _constrained(
    rows: list[Share],
    brands: list[Share],
    methods: list[Method],
    cap: int,
    named: frozenset[str],
    on: date,
    data: Book,
    region: str | None,
) -> Mix:
    regional = region is not None
    by_kind: dict[str, list[Share]] = {}
    by_method: dict[str, list[Share]] = {}
    for row in rows:
        (by_kind if row.method is None else by_method).setdefault(row.method or row.kind, []).append(row)
    kinds = sorted({one.mix_kind for one in methods} | by_kind.keys() | {OTHER})
    members = {kind: tuple(sorted(one.id for one in methods if one.mix_kind == kind)) for kind in kinds}
    known = {name: _anchored(found, on, data, regional=regional) for name, found in by_method.items()}
    spans, conflicts = {}, []
    for kind in kinds:
        lows = sum(known[name].low for name in members[kind] if name in known)
        if kind in by_kind:
            span = _lifted(
                _anchored(by_kind[kind], on, data, regional=regional), [known[n] for n in members[kind] if n in known]
            )
        else:
            listed = sum(known[name].high for name in members[kind] if name in known)
            span = Interval(0, min(WHOLE, listed + cap) if named else WHOLE)
        if lows > span.high:
            conflicts.append(f"figures of {kind} and of its methods disagree")
            span = span._replace(high=lows)
        spans[kind] = span._replace(low=max(span.low, lows))
    spans = _possible(spans, conflicts)
    intervals = {
        name: _of_method(name, kind, known, spans, members, cap if kind not in named else WHOLE)
        for kind in kinds
        for name in members[kind]
    }
    _branded(intervals, brands, spans, members, on, data)
    return Mix(spans, intervals, members, _unnamed(spans, by_kind, members, data), region, regional, tuple(conflicts))


def _lifted(kind: Interval, methods: list[Interval]) -> Interval:
    """Return a kind, raised to what a surer figure of one of its methods allows: sources are not intersected."""
    surer = [one.high for one in methods if one.high - one.low < kind.high - kind.low]
    return kind._replace(high=max([kind.high, *surer]))


def _possible(spans: dict[str, Interval], conflicts: list[str]) -> dict[str, Interval]:
    """Return the kinds so that some mix fits: lows that exceed the whole together are lowered, highs that fall short raised."""
    total = sum(one.low for one in spans.values())
    if total > WHOLE:
        conflicts.append("figures of different sources add up to more than the whole")
        spans = {kind: one._replace(low=one.low * WHOLE // total) for kind, one in spans.items()}
    out = {}
    for kind, one in spans.items():
        others = sum(span.low for name, span in spans.items() if name != kind)
        out[kind] = one._replace(high=max(one.low, min(one.high, WHOLE - others)))
    short = WHOLE - sum(one.high for one in out.values())
    if short > 0:
        out[OTHER] = out[OTHER]._replace(high=out[OTHER].high + short)
    return out


def _of_method(
    name: str,
    kind: str,
    known: Mapping[str, Interval],
    spans: Mapping[str, Interval],
    members: Mapping[str, tuple[str, ...]],
    cap: int,
) -> Interval:
    others = sum(known[other].low for other in members[kind] if other in known and other != name)
    room = max(0, spans[kind].high - others)
    if name in known:
        own = known[name]
        low = min(own.low, room)
        return own._replace(low=low, high=max(low, min(own.high, room)))
    return Interval(0, min(room, cap), spans[kind].rows, spans[kind].widened)


def _branded(
    intervals: dict[str, Interval],
    brands: list[Share],
    spans: Mapping[str, Interval],
    members: Mapping[str, tuple[str, ...]],
    on: date,
    data: Book,
) -> None:
    """Narrow the methods of a kind by figures of their part of its payments; those not named share what is left of it."""
    rows = {row.method: row for row in brands if row.method in intervals}
    for kind in {row.kind for row in rows.values()}:
        said = {name: row for name, row in rows.items() if row.kind == kind}
        widest = max(tolerance(row, on, data, regional=False) for row in said.values())
        rest = min(WHOLE, max(0, WHOLE - sum(row.points for row in said.values())) + widest)
        for name in members[kind]:
            row, own = said.get(name), intervals[name]
            low, high = (0, rest) if row is None else _around(row, on, data)
            top = max(own.low, min(own.high, -(-spans[kind].high * high // WHOLE)))
            bottom = min(top, max(own.low, spans[kind].low * low // WHOLE))
            told_by = (*([row] if row else [*said.values()]), *spans[kind].rows)
            intervals[name] = Interval(bottom, top, told_by, own.widened)


def _around(row: Share, on: date, data: Book) -> tuple[int, int]:
    spread = tolerance(row, on, data, regional=False)
    return max(0, row.points - spread), min(WHOLE, row.points + spread)


@exactly
def _unnamed(
    spans: Mapping[str, Interval], by_kind: Mapping[str, list[Share]], members: Mapping[str, tuple[str, ...]], data: Book
) -> dict[str, int]:
    """Return what methods that the library does not list may be of each kind: little where it knows the brands of cards."""
    cover = int(Decimal(data.declared["tolerance"]["brands_cover"]) * POINT)
    brands = {kind for kind in members if kind == "card" and members[kind]}
    return {kind: cover if kind in brands and kind in by_kind else spans[kind].high for kind in spans}


# ----------------------------------------------------------------------------------------------------------------- telling


def reach(methods: Iterable[str], shopper: str, *, on: date | str, rulebook: Rulebook | None = None) -> Reach:
    """Return the share of a country's shoppers whose preferred method is among some methods, as an interval.

    >>> found = reach(["upi"], "IN", on="2026-11-22")
    >>> found.low, found.high, found.identified_by
    (Decimal('64'), Decimal('82'), 'method')

    Raises:
        UnknownFact: if a method is not known.
        InvalidInput: if the day or the country cannot be understood.
    """
    from xbcommerce.days import a_day
    from xbcommerce.parties import place_code

    book_ = rulebook or Rulebook.builtin()
    if isinstance(methods, str) or not isinstance(methods, Iterable):
        raise InvalidInput(f"methods are a list of ids, not {shown(methods)}", field="methods", value=methods)
    chosen = [book(book_).method(name).id for name in methods]
    return told(chosen, mix_of(book_, place_code(shopper), a_day(on)), book(book_))


def told(chosen: Collection[str], mix: Mix, data: Book) -> Reach:
    """Return the reach of some methods as a result."""
    low, high = mix.bounds(chosen)
    rows = tuple(dict.fromkeys(row for name in chosen if name in mix.methods for row in mix.methods[name].rows))
    kinds = {data.methods[name].mix_kind for name in chosen}
    rows = rows or tuple(dict.fromkeys(row for kind in sorted(kinds) if kind in mix.kinds for row in mix.kinds[kind].rows))
    return Reach.made(
        low=points(low),
        high=points(high),
        identified_by=_identified(rows, mix),
        years=tuple(sorted({row.year for row in rows if row.year})),
        notes=_notes(chosen, rows, mix),
        facts=tuple(used(row, data) for row in rows),
    )


@exactly
def points(value: int) -> Decimal:
    """Return millionths of a point as points."""
    return Decimal(f"{(Decimal(value) / POINT).normalize():f}")


def _identified(rows: tuple[Share, ...], mix: Mix) -> Literal["method", "kind", "region", "none"]:
    if not rows:
        return "none"
    if mix.regional:
        return "region"
    return "method" if any(row.method for row in rows) else "kind"


def _notes(chosen: Collection[str], rows: tuple[Share, ...], mix: Mix) -> tuple[str, ...]:
    out = []
    if mix.regional and rows:
        out.append(f"figures of the region {mix.region} stand in for the country's own")
    if not rows:
        out.append("no figure is known: unknown is not zero")
    if any(name in mix.methods and mix.methods[name].widened for name in chosen):
        out.append("sources of about the same year disagree: the interval holds them all")
    return (*out, *mix.conflicts)


def usage(place: str, *, rulebook: Rulebook | None = None) -> tuple[FactUsed, ...]:
    """Return all figures of usage of a country or region with basis, year and source, those that enter no mix too.

    >>> [fact.value for fact in usage("PL")]
    ['51 % (several answers)', '35 % (single answer)']
    """
    data = book(rulebook or Rulebook.builtin())
    known = sorted({row.place for row in _rows(data)})
    if not isinstance(place, str) or (place not in known and not is_place(place)):
        raise InvalidInput(
            f"{shown(place)} is neither a country nor a region with figures", field="place", value=place, allowed=known,
            hint=suggest(place, known) if isinstance(place, str) else None,
        )  # fmt: skip
    return tuple(used(row, data) for row in _rows(data) if row.place == place)
