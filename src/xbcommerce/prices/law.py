"""What the law says of prices shown to shoppers: dated facts of `data/prices/*.toml`, a caller's overlays before them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from xbcommerce.errors import AmbiguousRule, RulebookError, UnknownFact, shown
from xbcommerce.places import Address, Territory, locate, members
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact, a_text, known_keys
from xbcommerce.rules.rulebook import BUILT_IN, Rulebook, parse_jurisdiction

__all__ = ["Market", "fact_of", "market_of", "maybe", "share_of"]

FOLDER = "prices"
FILES = ("cash.toml", "display.toml", "prior.toml")
_DIGITS = "currencies.toml"
Traits = Mapping[str, str | None]
NO_TRAITS: Traits = {}


@dataclass(frozen=True, slots=True)
class Market:
    """Where a price is shown.

    Attributes:
        code: the place that was named.
        country: its state, whose languages and currency count.
        places: where facts are looked for, the nearest first: the place, its country, the union that the country is in.
    """

    code: str
    country: str
    places: tuple[str, ...]


def market_of(place: object, on: date) -> Market:
    """Return a market on a day, of a code ("DE", "CA-QC", "XI") or an address."""
    territory = locate(Address.of(place), on)
    country = territory.country
    home = locate(Address.of(country), on) if territory.code != country else territory
    places = (*territory.lineage, country, *_unions_of(home, on))
    return Market(territory.code, country, tuple(dict.fromkeys(places)))


def _unions_of(home: Territory, on: date) -> tuple[str, ...]:
    """Return the union that a country belongs to."""
    area = home.vat
    if area is None or area == home.code:
        return ()
    return (area,) if home.code in members(area, "vat", on) else ()


def fact_of(book: Rulebook, subject: str, places: tuple[str, ...], on: date, traits: Traits = NO_TRAITS) -> Fact:
    """Return the fact that answers: of an overlay, else of the nearest place, there the most specific scope.

    Raises:
        UnknownFact: if nothing is known for the day.
    """
    found = _laid_over(book, subject, places, on, traits)
    if found is not None:
        return found
    law = _law(book)
    for place in places:
        covering = [fact for fact in law.get((subject, place), ()) if fact.covers(on) and _fits(fact, traits)]
        if covering:
            return _most_specific(covering, on)
    raise _unknown(law, subject, places, on)


def maybe(book: Rulebook, subject: str, places: tuple[str, ...], on: date, traits: Traits = NO_TRAITS) -> Fact | None:
    """Return the fact that answers, or None."""
    try:
        return fact_of(book, subject, places, on, traits)
    except UnknownFact:
        return None


def begun(book: Rulebook, subject: str, places: tuple[str, ...]) -> bool:
    """Tell whether facts of a subject are known for a place, of whatever day."""
    return any((subject, place) in _law(book) for place in places)


def doubts_of(facts: tuple[Fact, ...], on: date, book: Rulebook) -> tuple[str, ...]:
    """Return in words why facts may not hold."""
    return tuple(dict.fromkeys(text for fact in facts for text in doubts(fact, on, book.review_every)))


def share_of(fact: Fact) -> Fraction:
    """Return the exact number of a fact."""
    return Fraction(*fact.ratio)


def digits_of_account(book: Rulebook) -> Mapping[str, int]:
    """Return the decimals of account of currencies that are printed with fewer."""
    found: Mapping[str, int] = book.compiled((FOLDER, _DIGITS), lambda: _digits(book))
    return found


def document(book: Rulebook, name: str) -> Mapping[str, Any]:
    """Return a data file of prices."""
    try:
        return tomllib.loads(book.text(FOLDER, name))
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{FOLDER}/{name}: {error}") from None


def facts(book: Rulebook) -> tuple[Fact, ...]:
    """Return all built-in facts of prices."""
    return tuple(fact for rows in _law(book).values() for fact in rows)


# ---------------------------------------------------------------------------------------------------------------- inside


def _law(book: Rulebook) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    found: Mapping[tuple[str, str], tuple[Fact, ...]] = book.compiled((FOLDER, "law"), lambda: _read(book))
    return found


def _read(book: Rulebook) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    index: dict[tuple[str, str], list[Fact]] = {}
    for name in FILES:
        file = parse_jurisdiction(document(book, name), book.vocabulary, f"{FOLDER}/{name}")
        for fact in file.facts:
            index.setdefault((fact.subject, fact.place), []).append(fact)
    return {key: tuple(rows) for key, rows in index.items()}


def _digits(book: Rulebook) -> Mapping[str, int]:
    where = f"{FOLDER}/{_DIGITS}"
    rows = dict(document(book, _DIGITS)["digits"])
    sources = document(book, _DIGITS)["source"]
    if a_text(rows, "source", where) not in sources:
        raise RulebookError(f"{where}: the source is not defined", field="source")
    known_keys(rows, frozenset({"source", "confidence"}) | book.vocabulary.units, where)
    return {code: value for code, value in rows.items() if isinstance(value, int)}


def _laid_over(book: Rulebook, subject: str, places: tuple[str, ...], on: date, traits: Traits) -> Fact | None:
    if not book.layers:
        return None
    try:
        found = book.find(subject, places, on, traits)[0]
    except UnknownFact:
        return None
    return found if found.layer != BUILT_IN else None


def _fits(fact: Fact, traits: Traits) -> bool:
    return all(traits.get(name) in values for name, values in fact.scope)


def _most_specific(covering: list[Fact], on: date) -> Fact:
    most = max(len(fact.scope) for fact in covering)
    best = [fact for fact in covering if len(fact.scope) == most]
    if len({fact.value for fact in best}) > 1:
        ids = ", ".join(fact.id for fact in best)
        raise AmbiguousRule(f"several facts of equal rank answer: {ids}", field=best[0].subject, on=on)
    return best[0]


def _unknown(law: Mapping[tuple[str, str], tuple[Fact, ...]], subject: str, places: tuple[str, ...], on: date) -> UnknownFact:
    where = " or ".join(places)
    rows = [fact for place in places for fact in law.get((subject, place), ())]
    if not rows:
        return UnknownFact(f"{subject} is not known for {where}", field=subject, value=where, on=on)
    windows = "; ".join(f"{fact.id} until {fact.valid_to or 'further notice'}" for fact in rows[:4])
    return UnknownFact(
        f"{subject} for {shown(where)} is not known on {on}; known: {windows}", field=subject, value=where, on=on
    )
