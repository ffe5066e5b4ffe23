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


@dataclass(frozen=True, slots=True)
class Band:
    """Part of the scale of prices, from a price on, and what is customary in it."""

    start: Fraction
    end: Fraction | None
    period: Fraction
    offsets: tuple[Fraction, ...]

    def at_least(self, price: Fraction) -> Fraction | None:
        """Return the lowest member of the band that is not below a price."""
        floor = max(price, self.start)
        base = floor // self.period * self.period
        found = min(
            candidate
            for offset in self.offsets
            for turn in (0, 1)
            if (candidate := base + turn * self.period + offset) >= floor
        )
        return found if self.end is None or found < self.end else None

    def at_most(self, price: Fraction) -> Fraction | None:
        """Return the highest member of the band that is not above a price."""
        top = price if self.end is None or price < self.end else self.end
        inside = self.end is None or price < self.end
        base = top // self.period * self.period
        fitting = [
            candidate
            for offset in self.offsets
            for turn in (0, 1, 2)
            if self.start <= (candidate := base - turn * self.period + offset)
            and (candidate <= top if inside else candidate < top)
        ]
        return max(fitting, default=None)


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
        below, above = price * (1 - at_most), price * (1 + at_most)
        down = max((found for band in self.bands if (found := band.at_most(price)) is not None), default=None)
        up = min((found for band in self.bands if (found := band.at_least(price)) is not None), default=None)
        lower = down if how != "up" and down is not None and below <= down and down > 0 else None
        upper = up if how != "down" and up is not None and up <= above else None
        if lower is None or upper is None:
            return upper if lower is None else lower
        return lower if price - lower <= upper - price else upper


def endings(market: str | None = None, *, rulebook: Rulebook | None = None) -> tuple[PriceEnding, ...]:
    """Return the known endings, of one market or of all.

    >>> [(ending.id, ending.evidence) for ending in endings("JP")]
    [('eighty', 'documented_practice'), ('seven', 'folklore')]
    """
    book = rulebook or Rulebook.builtin()
    known: tuple[PriceEnding, ...] = book.compiled((FOLDER, _FILE), lambda: _read(book))
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
    ends = [*starts[1:], None]
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


def _band(row: Mapping[str, Any], start: Fraction, end: Fraction | None, where: str) -> Band:
    known_keys(a_table(row, where, "a band"), _BAND_KEYS, where)
    period = _number(row, "period", where)
    offsets = tuple(number_of(text, "offsets") for text in row.get("offsets", ()))
    if period <= 0 or not offsets or not all(0 <= offset < period for offset in offsets):
        raise RulebookError(f"{where}: offsets lie from 0 up to the period", field="offsets", value=row.get("offsets"))
    return Band(start, end, period, offsets)


def _number(row: Mapping[str, Any], key: str, where: str) -> Fraction:
    return number_of(a_text(row, key, where), key)
