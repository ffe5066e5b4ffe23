"""Price endings: habits of a market as sets of customary prices, each with its evidence. Nobody is given one unasked.

An ending is a set: the prices that leave one of some remainders when divided by a period, band by band. Moving a price is
picking the next member of that set, so what was moved once is not moved again, and a higher price never becomes the lower one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Citation
from xbcommerce.places import is_place
from xbcommerce.prices.figures import number_of
from xbcommerce.prices.law import FOLDER, document
from xbcommerce.rules.facts import CONFIDENCES, Source, a_table, a_text, cited, known_keys, one_of, parse_source
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["How", "PriceEnding", "ending_of", "endings"]

How: TypeAlias = Literal["nearest", "up", "down"]
HOW: tuple[How, ...] = ("nearest", "up", "down")
EVIDENCE = ("documented_practice", "folklore")
PRACTICE = "practice"
"""What a caller asks for who wants the market's documented habit, whichever it is."""
_FILE = "endings.toml"
_KEYS = frozenset({"id", "places", "evidence", "confidence", "source", "note", "bands"})
_BAND_KEYS = frozenset({"from", "period", "offsets"})


_SCALE = 10_000
"""Endings are reckoned in whole ten-thousandths of a currency's unit, finer than any of them."""


@dataclass(frozen=True, slots=True)
class Band:
    """Part of the scale of prices, from a price on, and what is customary in it; all in ten-thousandths."""

    start: int
    end: int | None
    period: int
    offsets: tuple[int, ...]

    def at_least(self, price: int) -> int | None:
        """Return the lowest member of the band that is not below a price."""
        floor = max(price, self.start)
        found = min([floor + (offset - floor) % self.period for offset in self.offsets])
        return found if self.end is None or found < self.end else None

    def at_most(self, price: int) -> int | None:
        """Return the highest member of the band that is not above a price."""
        top = price if self.end is None else min(price, self.end - 1)
        found = max([top - (top - offset) % self.period for offset in self.offsets])
        return found if found >= self.start else None


@dataclass(frozen=True, slots=True)
class PriceEnding:
    """A habit of some markets.

    Attributes:
        id: its name.
        places: markets it is known in.
        evidence: "documented_practice" or "folklore".
        confidence: how sure we are that it is as described.
        note: what else is said of it.
    """

    id: str
    places: tuple[str, ...]
    evidence: str
    confidence: str
    source: Source
    note: str
    bands: tuple[Band, ...]

    @property
    def citation(self) -> Citation:
        """Where it is described."""
        return self.source.citation

    def moved(self, price: Fraction, how: How, at_most: Fraction) -> Fraction | None:
        """Return the customary price next to a price, or None if it would have to move by more than a share of itself.

        Of two that are equally near the lower one is taken: the shopper's side.
        """
        scaled = price * _SCALE
        under, over = scaled.numerator // scaled.denominator, -(-scaled.numerator // scaled.denominator)
        down = max([found for band in self.bands if (found := band.at_most(under)) is not None], default=0)
        up = min([found for band in self.bands if (found := band.at_least(over)) is not None], default=0)
        room = scaled * at_most
        lower = down if how != "up" and down > 0 and scaled - down <= room else 0
        upper = up if how != "down" and up > 0 and up - scaled <= room else 0
        if not lower or not upper:
            return Fraction(lower or upper, _SCALE) if lower or upper else None
        return Fraction(lower if scaled - lower <= upper - scaled else upper, _SCALE)


def endings(market: str | None = None, *, rulebook: Rulebook | None = None) -> tuple[PriceEnding, ...]:
    """Return the known endings, of one market or of all.

    >>> [(ending.id, ending.evidence) for ending in endings("JP")]
    [('eighty', 'documented_practice'), ('seven', 'folklore')]
    """
    book = rulebook or Rulebook.builtin()
    known: tuple[PriceEnding, ...] = book.compiled((FOLDER, _FILE), lambda: _read(book))
    if market is not None and not (isinstance(market, str) and is_place(market)):
        raise InvalidInput(f"{shown(market)} is no place", field="market", value=market, hint="write a code such as 'DE'")
    return known if market is None else tuple(ending for ending in known if market in ending.places)


def ending_of(wanted: str, country: str, book: Rulebook) -> PriceEnding:
    """Return an ending by name, or the market's documented practice.

    Raises:
        InvalidInput: if there is no such ending.
        UnknownFact: if no documented practice is known for the market.
    """
    known = endings(rulebook=book)
    here = [ending for ending in known if country in ending.places]
    if wanted == PRACTICE:
        for ending in here:
            if ending.evidence != EVIDENCE[1]:
                return ending
        raise UnknownFact(f"no documented price ending is known for {country}", field="ending", value=country)
    for ending in (*here, *known):
        if ending.id == wanted:
            return ending
    names = [PRACTICE, *sorted({ending.id for ending in known})]
    raise InvalidInput(
        f"unknown price ending {shown(wanted)}", field="ending", value=wanted, allowed=names, hint=suggest(wanted, names)
    )


def _read(book: Rulebook) -> tuple[PriceEnding, ...]:
    where = f"{FOLDER}/{_FILE}"
    content = document(book, _FILE)
    known_keys(content, frozenset({"source", "ending"}), where)
    sources = {name: parse_source(name, row, where=where) for name, row in content.get("source", {}).items()}
    return tuple(_ending(row, sources, where) for row in content.get("ending", ()))


def _ending(row: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> PriceEnding:
    name = a_text(a_table(row, where, "an ending"), "id", where)
    where = f"{where}, ending {shown(name)}"
    known_keys(row, _KEYS, where)
    bands = row.get("bands")
    if not isinstance(bands, list) or not bands:
        raise RulebookError(f"{where}: there are no bands", field="bands", value=bands)
    starts = [_number(band, "from", where) for band in bands]
    ends: list[int | None] = [*starts[1:], None]
    if starts != sorted(set(starts)):
        raise RulebookError(f"{where}: bands begin one after the other", field="bands", value=bands)
    return PriceEnding(
        id=name,
        places=tuple(row.get("places", ())),
        evidence=one_of(row, "evidence", EVIDENCE, where, EVIDENCE[1]),
        confidence=one_of(row, "confidence", CONFIDENCES, where, "low"),
        source=cited(row, sources, where),
        note=a_text(row, "note", where),
        bands=tuple(_band(band, start, end, where) for band, start, end in zip(bands, starts, ends, strict=True)),
    )


def _band(row: Mapping[str, Any], start: int, end: int | None, where: str) -> Band:
    known_keys(a_table(row, where, "a band"), _BAND_KEYS, where)
    period = _number(row, "period", where)
    offsets = tuple(_scaled(text, "offsets", where) for text in row.get("offsets", ()))
    if period <= 0 or not offsets or not all(0 <= offset < period for offset in offsets):
        raise RulebookError(f"{where}: offsets lie from 0 up to the period", field="offsets", value=row.get("offsets"))
    return Band(start, end, period, offsets)


def _number(row: Mapping[str, Any], key: str, where: str) -> int:
    return _scaled(a_text(row, key, where), key, where)


def _scaled(text: object, key: str, where: str) -> int:
    scaled = number_of(text, key) * _SCALE
    if scaled.denominator != 1:
        raise RulebookError(f"{where}: {key} {shown(text)} is finer than endings are reckoned", field=key, value=text)
    return scaled.numerator
