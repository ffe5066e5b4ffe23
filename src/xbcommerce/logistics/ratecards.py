"""Rate cards: which zone, which row, what it costs; charges in the order of the carrier's invoice; discounts by volume.

A cell of a card is up to and including its edge. A charge is an exact fraction until it is rounded, once, to the unit of the
bill. A surcharge for which no row is known on the day is unknown, never zero, unless the series says that it is complete.
"""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from itertools import pairwise
from math import ceil
from typing import Any, TypeAlias

from xbcommerce.days import a_day
from xbcommerce.errors import AmbiguousRule, InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Citation, FactUsed, Result
from xbcommerce.logistics.models import (
    Band,
    Break,
    Charge,
    Discount,
    Index,
    RateCard,
    Service,
    Shipment,
    Source,
    Zone,
    period,
    quantity,
)
from xbcommerce.logistics.parcels import Missing, Piece, account, all_hold, compile_tests, shifted
from xbcommerce.money import Money, divide, minor_units
from xbcommerce.places import Address
from xbcommerce.rules.facts import in_force

__all__ = [
    "BillOfCharges",
    "CarrierFact",
    "carrier_fact",
    "carrier_facts",
    "discounted",
    "fuel_percent",
    "services",
    "zone_of",
]

Ratio: TypeAlias = tuple[int, int]


class BeyondCard(Missing):
    """No row of the card holds the parcel."""


class UnknownPrice(Missing):
    """A price or surcharge that nobody published for this day or weight."""


class NoZone(Missing):
    """A place that is in no zone of the service."""


# ---------------------------------------------------------------------------------------------------------------------- zones


class ZoneMap:
    """A zone map on a day: the most specific row wins (postcode, region, country, everywhere)."""

    __slots__ = ("_countries", "_detailed", "_else")

    def __init__(self, rows: Sequence[Zone], on: date) -> None:
        self._countries: dict[str, str] = {}
        self._detailed: dict[str, list[tuple[tuple[int, int, int], Zone, str, str]]] = {}
        self._else: str | None = None
        for row in rows:
            if row.covers(on):
                self._add(row)
        for country, detailed in self._detailed.items():
            detailed.sort(key=lambda entry: entry[0], reverse=True)
            _refuse_overlaps(country, detailed)

    def _add(self, row: Zone) -> None:
        if row.regions or row.postcodes:
            for country in row.countries:
                self._detailed.setdefault(country, []).extend(_details(row))
            return
        for country in row.countries:
            if country == "*":
                self._else = self._once(self._else, row, country)
            else:
                self._countries[country] = self._once(self._countries.get(country), row, country)

    @staticmethod
    def _once(before: str | None, row: Zone, country: str) -> str:
        if before is not None and before != row.zone:
            raise AmbiguousRule(f"{country} is in zone {before} and in zone {row.zone}", field="zones", value=country)
        return row.zone

    def find(self, address: Address) -> str | None:
        """Return the zone of an address, or None."""
        detailed = self._detailed.get(address.country)
        if detailed is not None:
            postcode = (address.postcode or "").replace(" ", "").replace("-", "").upper()
            for _, row, start, end in detailed:
                if _matches(row, start, end, address.region, postcode):
                    return row.zone
        return self._countries.get(address.country, self._else)


def _details(row: Zone) -> list[tuple[tuple[int, int, int], Zone, str, str]]:
    region = 1 if row.regions else 0
    if not row.postcodes:
        return [((0, 0, region), row, "", "")]
    out = []
    for text in row.postcodes:
        start, dots, end = text.replace(" ", "").replace("-", "").upper().partition("..")
        if dots and (len(start) != len(end) or start > end):
            raise InvalidInput(f"{shown(text)} is no range of postcodes of equal length", field="postcodes", value=text)
        out.append(((len(start), 0 if dots else 1, region), row, start, end or start))
    return out


def _refuse_overlaps(country: str, detailed: Sequence[tuple[tuple[int, int, int], Zone, str, str]]) -> None:
    """Refuse rows of equal rank that hold the same postcodes or regions: which one counts would be a matter of order."""
    rows = sorted((rank, row.regions, start, end, row.zone) for rank, row, start, end in detailed)
    for before, after in pairwise(rows):
        if before[:2] == after[:2] and after[2] <= before[3] and before[4] != after[4]:
            where = f"{country} {after[2] or ', '.join(after[1])}".strip()
            raise AmbiguousRule(f"{where} is in zone {before[4]} and in zone {after[4]}", field="zones", value=where)


def _matches(row: Zone, start: str, end: str, region: str | None, postcode: str) -> bool:
    if row.regions and region not in row.regions:
        return False
    return not start or (len(postcode) >= len(start) and start <= postcode[: len(start)] <= end)


def zone_of(
    rows: Iterable[Zone | Mapping[str, Any]], address: Address | str | Mapping[str, Any], *, on: date | str
) -> str | None:
    """Return the zone of an address in a zone map, or None if it is in none.

    >>> rows = [{"zone": "remote", "countries": "GB", "postcodes": ["ZE", "HS"]}, {"zone": "normal"}]
    >>> zone_of(rows, {"country": "GB", "postcode": "ZE1 0AA"}, on="2026-11-25")
    'remote'
    """
    zones = [row if isinstance(row, Zone) else Zone(**row) for row in rows]
    return ZoneMap(zones, a_day(on)).find(Address.of(address))


# ------------------------------------------------------------------------------------------------------------------------ rows


@dataclass(frozen=True, slots=True)
class _Row:
    """A row ready for use: edge in the measure's units, price as fractions of the bill's unit."""

    edge: int | Fraction | None
    value: tuple[Fraction, str, bool] | None
    levy: Ratio
    plus: Ratio | None
    per: int
    above: int
    begun: bool
    row: Break

    def price(self, size: int) -> Ratio:
        if self.plus is None:
            return self.levy
        rest = size - self.above
        if rest <= 0:
            return self.levy
        if self.begun:
            rest = -(-rest // self.per) * self.per
        numerator, denominator = self.plus
        levy, below = self.levy
        return levy * denominator * self.per + rest * numerator * below, below * denominator * self.per


class Card:
    """A rate card ready for use: rows by zone and size class, sorted by their edges."""

    __slots__ = ("_by", "_minimum", "_money", "_rows", "_unit", "card")

    def __init__(self, card: RateCard, unit: Fraction, money: Callable[[Piece, str, str], Fraction]) -> None:
        self.card = card
        self._by = card.by
        self._money = money
        self._unit = unit
        self._minimum = None if card.minimum is None else _in_units(card.minimum, unit)
        self._rows: dict[tuple[str, str], tuple[list[Any], list[_Row], bool]] = {}
        groups: dict[tuple[str, str], list[_Row]] = {}
        for row in card.breaks:
            groups.setdefault((row.zone, row.size), []).append(self._row(row))
        for key, rows in groups.items():
            by_value = any(row.value is not None for row in rows)
            self._refuse_disorder(key, rows, by_value=by_value)
            self._rows[key] = ([row.edge for row in rows], rows, by_value)

    def _row(self, row: Break) -> _Row:
        value = None
        text = row.value_below if row.value_up_to is None else row.value_up_to
        if text is not None:
            limit = quantity(text)
            value = (limit.size, limit.unit, row.value_up_to is not None)
        return _Row(
            edge=None if row.up_to is None else _whole(quantity(row.up_to).size),
            value=value,
            levy=(0, 1) if row.levy is None else _in_units(row.levy, self._unit),
            plus=None if row.plus is None else _in_units(row.plus, self._unit),
            per=1 if row.per is None else int(quantity(row.per).size),
            above=0 if row.above is None else int(quantity(row.above).size),
            begun=row.begun,
            row=row,
        )

    def _refuse_disorder(self, key: tuple[str, str], rows: list[_Row], *, by_value: bool) -> None:
        edges = [row.edge for row in rows]
        falls = any(before is None or (after is not None and before >= after) for before, after in pairwise(edges))
        if falls and not by_value:
            raise InvalidInput(
                f"card {self.card.id}, zone {key[0]}: the rows do not go from light to heavy",
                field="breaks",
                value=self.card.id,
            )

    def rows(self, zone: str, size: str | None) -> tuple[list[Any], list[_Row], bool] | None:
        """Return the rows for a zone and size class, the most specific first."""
        rows, named = self._rows, size or "*"
        return rows.get((zone, named)) or rows.get((zone, "*")) or rows.get(("*", named)) or rows.get(("*", "*"))

    def find(self, piece: Piece, _: object = None) -> tuple[int, int, Break]:
        """Return the price of a piece and the row that gave it.

        Raises:
            NoZone: if the destination is in no zone of the card.
            BeyondCard: if no row holds the piece.
            UnknownPrice: if the row is a hole.
        """
        zone = piece.places(self.card.zones) if self.card.zones else "*"
        found = self.rows(zone or "*", piece.size)
        if found is None:
            raise NoZone(f"the card {self.card.id} has no prices for {zone or 'that place'}", field="destination")
        edges, rows, by_value = found
        size = getattr(piece, self._by)
        row = self._by_value(piece, rows, size) if by_value else self._by_edge(edges, rows, size)
        if row is None:
            raise BeyondCard(f"the card {self.card.id} ends before it", field=self._by)
        if row.row.unknown:
            raise UnknownPrice(f"the card {self.card.id} has a hole at this weight", field=self._by)
        numerator, denominator = row.price(size)
        best = row.row
        if self.card.as_if and not by_value:
            numerator, denominator, best = self._as_if(edges, rows, row, (numerator, denominator))
        if self._minimum is not None and numerator * self._minimum[1] < self._minimum[0] * denominator:
            numerator, denominator = self._minimum
        return numerator, denominator, best

    @staticmethod
    def _by_edge(edges: list[Any], rows: list[_Row], size: int) -> _Row | None:
        last = len(edges) - 1
        index = bisect_left(edges, size, hi=last + (edges[last] is not None))
        return rows[index] if index <= last else None

    def _by_value(self, piece: Piece, rows: list[_Row], size: int) -> _Row | None:
        for row in rows:
            if row.edge is not None and size > row.edge:
                continue
            if row.value is not None:
                limit, currency, closed = row.value
                worth = self._money(piece, "value", currency)
                if worth > limit or (worth == limit and not closed):
                    continue
            return row
        return None

    @staticmethod
    def _as_if(edges: list[Any], rows: list[_Row], row: _Row, price: Ratio) -> tuple[int, int, Break]:
        best, chosen = price, row.row
        for before, later in zip(edges, rows[1:], strict=False):
            if before is None or rows.index(later) <= rows.index(row) or later.row.unknown:
                continue
            other = later.price(int(before))
            if other[0] * best[1] < best[0] * other[1]:
                best, chosen = other, later.row
        return (*best, chosen)


def _whole(size: Fraction) -> int | Fraction:
    return size.numerator if size.denominator == 1 else size


@lru_cache(maxsize=20_000)
def _in_units(text: str, unit: Fraction) -> Ratio:
    size = quantity(text).size / unit
    return size.numerator, size.denominator


# --------------------------------------------------------------------------------------------------------------------- charges

Way: TypeAlias = Callable[[Piece, "Bill"], "tuple[int, int, Any] | None"]
"""What a charge comes to, as a fraction of the bill's unit, with what priced it; None if it is not entered."""


class Bill:
    """A bill as it is written: what each line came to, in whole units."""

    __slots__ = ("lines", "presumed", "total", "totals")

    def __init__(self) -> None:
        self.total = 0
        self.totals: dict[str, int] = {}
        self.lines: list[tuple[Charge, int, Any]] = []
        self.presumed: list[str] = []


@dataclass(frozen=True, slots=True)
class _Line:
    charge: Charge
    by_piece: bool
    listed: bool
    way: Way


class BillOfCharges:
    """A service's charges as they stand on a day, ready for use.

    Args:
        service: the service.
        on: the day of handover.
        money: tells an amount of a piece in a currency.
        presume: past the last row of a series, its last row stands in.
    """

    def __init__(
        self, service: Service, on: date, money: Callable[[Piece, str, str], Fraction], *, presume: bool = False
    ) -> None:
        self.currency = service.currency
        self._service = service.id
        self.mode = service.round
        self.unit = quantity(service.unit).size if service.unit else Fraction(1, 10 ** minor_units(service.currency))
        self._minor = self.unit == Fraction(1, 10 ** minor_units(service.currency))
        self._half_up = service.round == "half-up"
        self._on = on
        self._money = money
        self._presume = presume
        self._cards: dict[str, Card] = {}
        for card in service.cards:
            if card.covers(on):
                if card.id in self._cards:
                    raise AmbiguousRule(f"two cards {card.id} are valid on {on}", field="cards", value=card.id, on=on)
                self._cards[card.id] = Card(card, self.unit, money)
        self._by_piece: set[str] = set()
        self._weighed_together = service.measure.level == "consignment"
        self._lines = [self._line(charge) for charge in service.charges]

    def write(self, pieces: Sequence[Piece], whole: Piece) -> Bill:
        """Return the bill of a shipment.

        Raises:
            Missing: if something is not given or not known.
        """
        bill = Bill()
        parts: list[dict[str, int]] = [{} for _ in pieces] if len(pieces) > 1 else []
        totals, lines, rounded = bill.totals, bill.lines, self._rounded
        for line in self._lines:
            if parts and line.by_piece:
                self._write_parts(line, pieces, parts, bill)
                continue
            found = line.way(whole, bill)
            if found is not None:
                charge = line.charge
                amount = totals[charge.id] = rounded(found[0], found[1])
                lines.append((charge, amount, found[2]))
                if not line.listed:
                    bill.total += amount
        return bill

    def _write_parts(self, line: _Line, pieces: Sequence[Piece], parts: list[dict[str, int]], bill: Bill) -> None:
        """Write a line that each parcel has of its own: a share or a least amount is of that parcel's own lines."""
        totals, name, why, entered = bill.totals, line.charge.id, None, False
        for piece, part in zip(pieces, parts, strict=True):
            bill.totals = part
            found = line.way(piece, bill)
            if found is not None:
                part[name] = self._rounded(found[0], found[1])
                why, entered = found[2], True
        bill.totals = totals
        if entered:
            totals[name] = sum(part.get(name, 0) for part in parts)
            bill.lines.append((line.charge, totals[name], why))
            if not line.listed:
                bill.total += totals[name]

    def money(self, units: int) -> Money:
        """Return whole units as money."""
        if self._minor:
            return Money.from_minor(units, self.currency)
        return Money(_decimal(self.unit * units), self.currency)

    def cards(self) -> tuple[RateCard, ...]:
        """Return the cards that are valid on the day."""
        return tuple(card.card for card in self._cards.values())

    def compiled(self, card: str) -> Card | None:
        """Return a card ready for use."""
        return self._cards.get(card)

    def _rounded(self, numerator: int, denominator: int) -> int:
        if denominator == 1:
            return numerator
        if self._half_up and numerator >= 0:
            return (2 * numerator + denominator) // (2 * denominator)
        return divide(numerator, denominator, self.mode)

    def _line(self, charge: Charge) -> _Line:
        limbs = tuple(_limbs(charge))
        base = {name for limb in limbs for name in limb.base}
        once = any(limb.per == "consignment" for limb in limbs)
        once = once or (self._weighed_together and any(self._weighs(limb) for limb in limbs))
        by_piece = charge.level == "parcel" and not once and base <= self._by_piece
        if by_piece:
            self._by_piece.add(charge.id)
        return _Line(charge, by_piece, charge.listed, self._way(charge))

    def _weighs(self, charge: Charge) -> bool:
        """Tell whether a charge goes by the chargeable weight."""
        counted = charge.quantity if _size_of(charge.per) else ""
        card = self._cards.get(charge.card or "")
        return "chargeable" in (counted, charge.band_by, None if card is None else card.card.by)

    def _way(self, charge: Charge, *, dated: bool = True) -> Way:
        outside = dated and not charge.covers(self._on)
        way = self._series(charge) if charge.series or outside else self._bare(charge)
        way = self._between(charge, way)
        when = all_hold(compile_tests(charge.when, self._money))
        option = charge.optional
        if option is None:
            return way if when is None else (lambda piece, bill: way(piece, bill) if when(piece) else None)

        def only_when(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            if option not in piece.shipment.options:
                return None
            return way(piece, bill) if when is None or when(piece) else None

        return only_when

    def _bare(self, charge: Charge) -> Way:
        if charge.rate is not None:
            return self._share(charge, quantity(charge.rate).size)
        makers: tuple[tuple[object, Callable[[Charge], Way]], ...] = (
            (charge.levy, self._levy), (charge.card, self._look_up), (charge.given, self._given), (charge.index, self._indexed),
            (charge.bands, self._banded), (charge.dearest, self._dearest),
        )  # fmt: skip
        return next((make for there, make in makers if there), self._series)(charge)

    def _levy(self, charge: Charge) -> Way:
        assert charge.levy is not None  # noqa: S101 - asked for only where there is one
        numerator, denominator = _in_units(charge.levy, self.unit)
        if charge.per == "consignment":
            fixed = (numerator, denominator, charge)
            return lambda _piece, _bill: fixed
        if charge.per == "parcel":
            return lambda piece, _bill: (numerator * piece.parcels, denominator, charge)
        per, name, begun = int(quantity(charge.per).size), charge.quantity, charge.begun

        def each(piece: Piece, _: Bill) -> tuple[int, int, Any]:
            size = getattr(piece, name) if not name.startswith("account.") else account(piece.shipment, name[8:]).size
            if begun:
                return numerator * -(-size // per), denominator, charge
            if type(size) is Fraction:
                return numerator * size.numerator, denominator * per * size.denominator, charge
            return numerator * size, denominator * per, charge

        return each

    def _look_up(self, charge: Charge) -> Way:
        name = charge.card or ""
        card = self._cards.get(name)
        if card is None:

            def expired(_piece: Piece, _bill: Bill) -> tuple[int, int, Any]:
                raise UnknownPrice(f"no card {name} is valid on {self._on}", field="on")

            return expired
        return card.find

    def _share(self, charge: Charge, rate: Fraction) -> Way:
        numerator, denominator = rate.numerator, rate.denominator
        lines = tuple(name for name in charge.base if not name.startswith("amount."))
        amounts = tuple(name.removeprefix("amount.") for name in charge.base if name.startswith("amount."))

        def share(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            totals = bill.totals
            base = 0
            for name in lines:
                base += totals.get(name, 0)
            if not amounts:
                return base * numerator, denominator, charge
            whole = base + sum(self._money(piece, f"amount.{name}", self.currency) / self.unit for name in amounts)
            found = Fraction(whole) * rate
            return (found.numerator, found.denominator, charge) if found else None

        return share

    def _base(self, charge: Charge, piece: Piece, bill: Bill) -> Fraction:
        """Return what a share is levied on: lines of the bill, and amounts that the caller gave."""
        base = Fraction(0)
        for name in charge.base:
            if name.startswith("amount."):
                base += self._money(piece, name, self.currency) / self.unit
            else:
                base += bill.totals.get(name, 0)
        return base

    def _given(self, charge: Charge) -> Way:
        name, own = charge.given or "", f"{self._service}.{charge.given}"

        def given(piece: Piece, _: Bill) -> tuple[int, int, Any]:
            if own in piece.shipment.amounts:
                found = self._money(piece, f"amount.{own}", self.currency) / self.unit
            elif piece.fx.alone:
                found = self._money(piece, f"amount.{name}", self.currency) / self.unit
            else:
                raise Missing(f"the contract price {own} is not given", field=f"amounts.{own}")
            return found.numerator, found.denominator, charge

        return given

    def _indexed(self, charge: Charge) -> Way:
        index = charge.index
        assert index is not None  # noqa: S101 - asked for only where there is one

        def follow(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            period = period_before(self._on, index)
            price = piece.shipment.indices.get(index.name, {}).get(period)
            if price is None:
                raise UnknownPrice(f"the price of index {index.name} for {period} is not given", field=f"indices.{index.name}")
            try:
                rate = fuel_percent(index, price)
            except UnknownFact as error:
                raise UnknownPrice(str(error), field=f"indices.{index.name}") from None
            return self._share(charge, rate / 100)(piece, bill)

        return follow

    def _banded(self, charge: Charge) -> Way:
        bands = [_band(band, self.unit) for band in charge.bands]
        per = _size_of(charge.per)

        def counted(size: Fraction) -> Fraction:
            """Return how often `per` is in a size, each begun one in full where the charge says so."""
            times = size / (per or 1)
            return Fraction(ceil(times)) if charge.begun else times

        def reached(piece: Piece, bill: Bill) -> tuple[int, int, Any]:
            size = _measured(piece, charge.band_by or "")
            if charge.slices:
                found = _sliced(bands, counted(size) * (per or 1), per or Fraction(1))
            else:
                times = Fraction(1) if per is None else counted(_measured(piece, charge.quantity))
                found = _reached(bands, size).price(self._base(charge, piece, bill), times)
            return found.numerator, found.denominator, charge

        return reached

    def _dearest(self, charge: Charge) -> Way:
        limbs = [self._way(limb) for limb in charge.dearest]
        if len(limbs) == 1:
            return limbs[0]

        def dearest(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            best = None
            for limb in limbs:
                found = limb(piece, bill)
                if found is not None and (best is None or found[0] * best[1] > best[0] * found[1]):
                    best = found
            return best

        return dearest

    def _series(self, charge: Charge) -> Way:
        rows = [(self._way(row), row) for row in charge.series if row.covers(self._on) and charge.covers(self._on)]
        complete = any((a is None or a <= self._on) and (b is None or self._on <= b) for a, b in map(period, charge.complete))
        presumed = None
        if not rows and not complete and self._presume:
            presumed = _latest(charge.series or (charge,), self._on)
            rows = [(self._way(row, dated=False), row) for row in presumed]
        if len(rows) == 1 and not presumed:
            return rows[0][0]

        def dated(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            for way, row in rows:
                found = way(piece, bill)
                if found is not None:
                    if presumed:
                        bill.presumed.append(f"{charge.id} of {row.valid_to} is presumed to go on")
                    return found
            return None if rows or complete else self._instead(charge, piece, bill)

        return dated

    def _instead(self, charge: Charge, piece: Piece, bill: Bill) -> tuple[int, int, Any]:
        """Return what the caller knows of a charge for which no row is known on the day."""
        shipment = piece.shipment
        own = f"{self._service}.{charge.id}"
        percent = shipment.percents.get(own) or (shipment.percents.get(charge.id) if piece.fx.alone else None)
        if percent is not None and charge.base:
            given = Charge(id=charge.id, rate=percent, base=charge.base)
            return self._share(given, quantity(percent).size)(piece, bill) or (0, 1, given)
        if own in shipment.amounts or (piece.fx.alone and charge.id in shipment.amounts):
            return self._given(Charge(id=charge.id, given=charge.id))(piece, bill) or (0, 1, charge)
        raise UnknownPrice(f"{charge.id} is not known for {self._on}", field=charge.id)

    def _between(self, charge: Charge, way: Way) -> Way:
        if charge.at_least is None and charge.at_most is None:
            return way
        least = None if charge.at_least is None else _in_units(charge.at_least, self.unit)
        most = None if charge.at_most is None else _in_units(charge.at_most, self.unit)

        def between(piece: Piece, bill: Bill) -> tuple[int, int, Any] | None:
            found = way(piece, bill)
            if found is None:
                return None
            numerator, denominator, why = found
            if least is not None and numerator * least[1] < least[0] * denominator:
                return (*least, why)
            if most is not None and numerator * most[1] > most[0] * denominator:
                return (*most, why)
            return found

        return between


def _size_of(per: str) -> Fraction | None:
    """Return the size that a charge is per; None for a charge per parcel or consignment."""
    return None if per in ("parcel", "consignment") else quantity(per).size


def _measured(piece: Piece, name: str) -> Fraction:
    """Return a measure of a piece, or a volume of the account."""
    return Fraction(account(piece.shipment, name[8:]).size if name.startswith("account.") else getattr(piece, name))


def _limbs(charge: Charge) -> Iterator[Charge]:
    """Yield a charge and all that it is made of."""
    yield charge
    for limb in (*charge.series, *charge.dearest):
        yield from _limbs(limb)


def _latest(series: Sequence[Charge], on: date) -> list[Charge]:
    """Return the rows of a series that ended last before a day."""
    past = [row for row in series if row.valid_to is not None and row.valid_to < on]
    last = max((row.valid_to for row in past if row.valid_to), default=None)
    return [row for row in past if row.valid_to == last]


@dataclass(frozen=True, slots=True)
class _Band:
    edge: Fraction | None
    closed: bool
    levy: Fraction | None
    rate: Fraction | None

    def price(self, base: Fraction, count: Fraction) -> Fraction:
        if self.rate is not None:
            return base * self.rate
        return (self.levy or Fraction(0)) * count


def _band(band: Band, unit: Fraction) -> _Band:
    return _Band(
        None if band.edge is None else band.edge.size,
        band.up_to is not None,
        None if band.levy is None else Fraction(*_in_units(band.levy, unit)),
        None if band.rate is None else quantity(band.rate).size,
    )


def _reached(bands: Sequence[_Band], size: Fraction) -> _Band:
    for band in bands:
        if band.edge is None or size < band.edge or (size == band.edge and band.closed):
            return band
    raise BeyondCard("the bands end before it", field="bands")


def _sliced(bands: Sequence[_Band], size: Fraction, per: Fraction) -> Fraction:
    total, start = Fraction(0), Fraction(0)
    for band in bands:
        end = size if band.edge is None else min(size, band.edge)
        if end > start:
            total += (band.levy or Fraction(0)) * (end - start) / per
            start = end
        if start >= size:
            return total
    raise BeyondCard("the bands end before it", field="bands")


# ------------------------------------------------------------------------------------------------------------ index, discount


def fuel_percent(index: Index | Mapping[str, Any], price: str | Decimal) -> Fraction:
    """Return the surcharge in percent at a price of the index: the lower edge of a row belongs to it.

    >>> table = {"name": "jet", "start": "2.80", "first": "28.5", "step": "0.06", "adds": "0.5", "below": "4.30"}
    >>> str(fuel_percent(table, "3.25")), str(fuel_percent(table, "3.28"))
    ('32', '65/2')

    Raises:
        UnknownFact: below the first row and past the end of the published table.
    """
    table = index if isinstance(index, Index) else Index(**index)
    at = quantity(str(price)).size
    found = _printed(table, at) if table.rows else _stepped(table, at)
    if found is None:
        raise UnknownFact(f"the table of index {table.name} does not hold {price}", field=table.name, value=price)
    return found


def _printed(table: Index, at: Fraction) -> Fraction | None:
    """Return the percentage of the row that holds a price."""
    rows = (tuple(quantity(cell).size for cell in row) for row in table.rows)
    return next((percent for low, high, percent in rows if low <= at < high), None)


def _stepped(table: Index, at: Fraction) -> Fraction | None:
    """Return the percentage by even steps from the first row."""
    start, first, step, adds = (quantity(text or "0").size for text in (table.start, table.first, table.step, table.adds))
    if at < start or (table.below is not None and at >= quantity(table.below).size):
        return None
    return first + (at - start) // step * adds


def period_before(on: date, index: Index) -> str:
    """Return the period whose index price counts on a day: "2022-09", or an ISO week "2022-W35"."""
    if index.per == "week":
        year, week, _ = (on - timedelta(weeks=index.lag)).isocalendar()
        return f"{year}-W{week:02}"
    months = on.year * 12 + on.month - 1 - index.lag
    return f"{months // 12}-{months % 12 + 1:02}"


def discounted(discount: Discount | Mapping[str, Any], price: Money | str, volume: int | str | Decimal) -> Money:
    """Return what a volume costs at a contract's discount: `price` is the list price of one unit of what is counted.

    >>> tiers = [{"at_least": "0", "pays": "100 %"}, {"at_least": "100", "pays": "90 %"}]
    >>> discounted({"kind": "all_units", "tiers": tiers}, "2 USD", 150)
    Money('270.00 USD')
    >>> discounted({"kind": "incremental", "tiers": tiers}, "2 USD", 150)
    Money('290.00 USD')
    """
    contract = discount if isinstance(discount, Discount) else Discount(**discount)
    unit = Money.of(price)
    count = quantity(str(volume)).size
    tiers = [(quantity(tier.at_least).size, quantity(tier.pays).size) for tier in contract.tiers]
    if any(a[0] >= b[0] for a, b in pairwise(tiers)):
        raise InvalidInput("tiers go from the smallest volume to the largest", field="tiers")
    if count < tiers[0][0]:
        raise InvalidInput(f"{count} is below the first tier", field="volume", value=volume)
    if contract.kind == "all_units":
        paid = count * max(((start, pays) for start, pays in tiers if start <= count), key=lambda tier: tier[0])[1]
    else:
        ends = [*[start for start, _ in tiers[1:]], None]
        paid = sum(
            (
                ((count if end is None else min(count, end)) - (start if index else Fraction(0))) * pays
                for index, ((start, pays), end) in enumerate(zip(tiers, ends, strict=True))
                if count > start or not index
            ),
            Fraction(0),
        )
    minor = paid * Fraction(*unit.ratio_minor())
    return Money.from_minor(divide(minor.numerator, minor.denominator, "half-up"), unit.currency)


def _decimal(size: Fraction) -> Decimal:
    """Return a fraction whose denominator is a power of ten as a decimal."""
    digits = 0
    while size.denominator != 1 and digits < 12:
        size, digits = size * 10, digits + 1
    return shifted(size.numerator, digits)


# -------------------------------------------------------------------------------------------------------------- built-in data


class CarrierFact(Result):
    """One dated figure of a carrier, with its keys.

    Attributes:
        subject: "dim_divisor", "surcharge.remote_area", "disbursement_fee" ...
        carrier, product: whose, and of which product.
        place: country whose tariff it is; origin and destination where the figure is about a lane.
        tier, band, part: size class, weight or value band, and which figure of several ("per_kg", "minimum", "percent").
        value, unit: the figure.
        status: "observed" was seen on a day, its own dates are unknown.
    """

    subject: str
    carrier: str = ""
    product: str = ""
    place: str = ""
    origin: str = ""
    destination: str = ""
    tier: str = ""
    band: str = ""
    part: str = ""
    value: str
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    status: str = "in_force"
    confidence: str = "high"
    note: str = ""
    source: Citation

    def covers(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return in_force(self.valid_from, self.valid_to, on)

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells it from other facts of its subject."""
        return tuple(getattr(self, name) for name in KEYS)

    def used(self) -> FactUsed:
        """Return it as a fact of an explanation."""
        name = "/".join(part for part in (self.subject, *self.keys) if part)
        return FactUsed(
            id=name, value=f"{self.value} {self.unit}".strip(), valid_from=self.valid_from, valid_to=self.valid_to,
            citation=self.source, confidence=self.confidence, status=self.status, verified_on=self.source.seen,
        )  # fmt: skip


KEYS = ("carrier", "product", "place", "origin", "destination", "tier", "band", "part")
_PLAIN = ("subject", *KEYS, "value", "unit", "status", "confidence", "note")
_DATA = "data/logistics"


def _text(name: str) -> str:
    return files("xbcommerce").joinpath(_DATA, name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def sources() -> Mapping[str, Source]:
    """Return the sources of the built-in facts and services."""
    return {
        row["id"]: Source(
            title=row["title"], publisher=row["publisher"], url=row["url"],
            seen=date.fromisoformat(row["seen"]) if row["seen"] else None,
        )
        for row in csv.DictReader(StringIO(_text("sources.csv")))
    }  # fmt: skip


@lru_cache(maxsize=1)
def _facts() -> tuple[CarrierFact, ...]:
    known = sources()
    out = []
    for row in csv.DictReader(StringIO(_text("carriers.csv"))):
        fields: dict[str, Any] = {name: row[name] for name in _PLAIN}
        for name in ("valid_from", "valid_to"):
            fields[name] = date.fromisoformat(row[name]) if row[name] else None
        out.append(CarrierFact.made(None, **fields, source=known[row["source"]].citation))
    return tuple(out)


def carrier_facts(subject: str | None = None, *, on: date | str | None = None, **keys: str) -> tuple[CarrierFact, ...]:
    """Return the carriers' facts of a subject that agree with the keys given, and that hold on a day if one is given.

    Args:
        subject: such as "disbursement_fee"; all subjects if not given.
        on: a day.
        keys: carrier, product, place, origin, destination, tier, band, part.

    >>> [fact.value for fact in carrier_facts("dim_divisor", carrier="China Post", product="EMS", on="2023-01-01")]
    ['6000']
    """
    day = None if on is None else a_day(on)
    subjects = {fact.subject for fact in _facts()}
    if subject is not None and subject not in subjects:
        raise InvalidInput(
            f"no carrier fact is about {shown(subject)}", field="subject", value=subject, allowed=sorted(subjects),
            hint=suggest(subject, subjects),
        )  # fmt: skip
    for name in keys:
        if name not in KEYS:
            raise InvalidInput(f"{shown(name)} is no key of carrier facts", field=name, allowed=KEYS, hint=suggest(name, KEYS))
    return tuple(
        fact
        for fact in _facts()
        if (subject is None or fact.subject == subject)
        and (day is None or fact.covers(day))
        and all(getattr(fact, name) == value for name, value in keys.items())
    )


def carrier_fact(subject: str, *, on: date | str, **keys: str) -> CarrierFact:
    """Return the one fact that agrees with the keys on a day.

    Raises:
        UnknownFact: if there is none.
        AmbiguousRule: if there are several.

    >>> carrier_fact("disbursement_fee", carrier="DHL Express", place="US", part="minimum", on="2026-11-25").value
    '17.00'
    """
    found = carrier_facts(subject, on=on, **keys)
    said = ", ".join(f"{name} {value}" for name, value in keys.items())
    if not found:
        raise UnknownFact(f"no {subject} of {said or 'any carrier'} is known for {on}", field=subject, on=a_day(on))
    if len(found) > 1:
        raise AmbiguousRule(f"{len(found)} facts of {subject} agree with {said}", field=subject, on=a_day(on))
    return found[0]


@lru_cache(maxsize=1)
def _services() -> Mapping[str, Service]:
    document = tomllib.loads(_text("services.toml"))
    known, groups = sources(), document.get("groups", {})
    out = {}
    for name, row in document["service"].items():
        try:
            out[name] = Service(id=name, **_resolved(row, known, groups))
        except (InvalidInput, KeyError) as error:
            raise RulebookError(f"services.toml: {name}: {error}", field=name) from error
    return out


def _resolved(row: Any, known: Mapping[str, Source], groups: Mapping[str, list[str]]) -> Any:
    """Return a table with its sources in place of their names, and countries in place of groups."""
    if isinstance(row, list):
        return tuple(_resolved(one, known, groups) for one in row)
    if not isinstance(row, dict):
        return row
    out: dict[str, Any] = {}
    for name, value in row.items():
        if name == "source" and isinstance(value, str):
            out[name] = known[value]
        elif name in ("countries", "origins", "destinations"):
            several = [value] if isinstance(value, str) else value
            out[name] = tuple(code for one in several for code in (groups[one[1:]] if one.startswith("@") else [one]))
        else:
            out[name] = _resolved(value, known, groups)
    return out


def services(*names: str, kind: str | None = None) -> tuple[Service, ...]:
    """Return the built-in services: public tariffs and published rate cards, each dated and cited, as examples.

    Without a name or kind those that send parcels; bills for duty advanced or storage are asked for by name or kind.

    >>> services("japan_post.ems")[0].carrier
    'Japan Post'

    Raises:
        InvalidInput: for a name that is none.
    """
    known = _services()
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"unknown service {shown(name)}", field="services", value=name, allowed=known, hint=suggest(name, known)
            )
    if names:
        return tuple(known[name] for name in names)
    return tuple(one for one in known.values() if (one.kind == kind if kind else one.kind not in ("handling", "storage")))


def money_of(shipment: Shipment, piece: Piece, name: str) -> Money:
    """Return an amount that a condition or charge names: the value of a piece, or an amount that the caller gave."""
    if name == "value":
        if piece.parcel is not None:
            value: Money = piece.value
            return value
        values = [parcel.value for parcel in shipment.parcels if parcel.value is not None]
        if len(values) < len(shipment.parcels):
            raise Missing("the value of the goods is not given", field="value")
        return sum(values[1:], start=values[0])
    given = shipment.amounts.get(name.removeprefix("amount."))
    if given is None:
        raise Missing(
            f"the amount of {name.removeprefix('amount.')} is not given", field=f"amounts.{name.removeprefix('amount.')}"
        )
    return given
