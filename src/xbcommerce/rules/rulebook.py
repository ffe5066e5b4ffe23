"""The rulebook: every figure and rule that a legislator, customs office or carrier could change, as dated and cited data.

One readable TOML file a jurisdiction, loaded when it is first needed and checked completely then. A `Rulebook` never
changes: an overlay makes a new one.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from xbcommerce.days import a_day
from xbcommerce.errors import AmbiguousRule, InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.places import is_place
from xbcommerce.rules.facts import (
    APPLIED,
    CONFIDENCES,
    STATUSES,
    Fact,
    Source,
    a_date,
    a_table,
    a_text,
    cited,
    dates,
    day_after,
    in_force,
    known_keys,
    one_of,
    parse_fact,
    parse_source,
)
from xbcommerce.rules.figures import Figure, figure_of
from xbcommerce.rules.lists import ProductList
from xbcommerce.rules.tables import Table
from xbcommerce.rules.vocabulary import Vocabulary

__all__ = ["Change", "Entry", "Jurisdiction", "Rulebook"]

_FILE_KEYS = frozenset(
    {"place", "name", "uses", "defaults", "source", "subject", "trait", "fact", "regime", "measure", "table"}
)
_DEFAULT_KEYS = frozenset({"verified_on", "confidence", "status", "source"})
_ENTRY_KEYS = {
    "regime": frozenset(
        {"id", "valid_from", "valid_to", "source", "law", "note", "bill", "steps", "verified_on", "confidence", "status"}
    ),
    "measure": frozenset(
        {
            "family",
            "id",
            "rank",
            "valid_from",
            "valid_to",
            "source",
            "law",
            "note",
            "step",
            "verified_on",
            "confidence",
            "status",
        }
    ),
}
_MOST_REMEMBERED = 20_000
BUILT_IN = "built-in"
_CLASS = "goods_class"


class Folder(Protocol):
    """A folder of the rulebook: a `pathlib.Path`, or a folder inside the installed package."""

    @property
    def name(self) -> str:
        """Name of the last part."""

    def iterdir(self) -> Iterator[Any]:
        """Yield what is in the folder."""

    def joinpath(self, *parts: str) -> Any:
        """Return a path inside the folder."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A dated block that an engine compiles (a regime, a measure), with its source."""

    kind: str
    id: str
    place: str
    valid_from: date | None
    valid_to: date | None
    source: Source
    law: str
    status: str
    confidence: str
    verified_on: date | None
    body: Mapping[str, Any]
    where: str

    def covers(self, on: date) -> bool:
        """Tell whether the entry is applied on a day."""
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)

    @property
    def fact_id(self) -> str:
        """Identity as in explanations."""
        return f"{self.id}/{self.place}/{self.valid_from or 'always'}"


@dataclass(frozen=True, slots=True, eq=False)
class Jurisdiction:
    """One file of the rulebook, checked."""

    place: str
    name: str
    uses: tuple[str, ...]
    sources: Mapping[str, Source]
    vocabulary: Vocabulary
    facts: tuple[Fact, ...]
    regimes: tuple[Entry, ...]
    measures: tuple[Entry, ...]
    tables: Mapping[str, Table]
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that starts or ends within a period; `day` is the first day of the new state."""

    day: date
    kind: str
    fact: Fact

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.day}  {self.kind:<6}  {self.fact.id} = {self.fact.text}  ({self.fact.status}; {self.fact.source.title})"


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    name: str
    by_key: Mapping[tuple[str, str], tuple[Fact, ...]]


class Rulebook:
    """Dated and cited facts, decision tables and charge schedules, in layers.

    >>> rulebook = Rulebook.builtin()
    >>> rulebook.fact("tax.rate", "DE", on=date(2020, 8, 1)).text
    '16 %'
    >>> what_if = rulebook.overlay("what if", [{"subject": "tax.rate", "place": "DE", "value": "25", "unit": "%"}])
    >>> what_if.fact("tax.rate", "DE", on=date(2026, 8, 1)).text
    '25 %'
    """

    def __init__(self, folder: Folder | Path, *, layers: Sequence[_Layer] = ()) -> None:
        self._folder = folder
        self._layers = tuple(layers)
        self._files: dict[str, Jurisdiction] = {}
        self._tried: dict[str, Jurisdiction] = {}
        self._lists: dict[str, ProductList] = {}
        self._found: dict[Any, tuple[Fact, Figure | None] | UnknownFact | AmbiguousRule] = {}
        self._scopes: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self._compiled: dict[Any, Any] = {}
        self._lock = RLock()

    @classmethod
    def builtin(cls) -> Rulebook:
        """Return the rulebook that is installed with the package (always the same object)."""
        return _builtin()

    @classmethod
    def pin(cls, version: str) -> Rulebook:
        """Return the built-in rulebook if it is the named version; a figure is only reproduced by the rules that made it.

        Raises:
            RulebookError: if another version is installed.
        """
        rulebook = cls.builtin()
        if rulebook.version != version:
            raise RulebookError(
                f"rulebook {shown(version)} is asked for, {rulebook.version} is installed",
                hint="install the package release that carries it (see the changelog)",
            )
        return rulebook

    # ------------------------------------------------------------------ what it is

    @cached_property
    def _about(self) -> Mapping[str, Any]:
        return _read_toml(self._folder.joinpath("rulebook.toml"), "rulebook.toml")

    @property
    def version(self) -> str:
        """Version of the built-in facts, `YYYY.MM.N`."""
        return str(self._about["version"])

    @property
    def horizon(self) -> date:
        """Day up to which the facts were reviewed."""
        horizon = a_date(self._about, "horizon", "rulebook.toml")
        assert horizon is not None  # noqa: S101 - the file is ours and audited
        return horizon

    @property
    def review_every(self) -> int:
        """Days after which a fact that nobody has looked at again is called stale."""
        return int(self._about["review_every"])

    @cached_property
    def sha256(self) -> str:
        """Digest of all files of the rulebook, of a file tried out in place of its own, and of the overlays.

        Equal digests mean equal rules. Exchange rates that a caller passes are no rules, nor are the published tables that come
        with other packages: a result names the rates it used.
        """
        digest = hashlib.sha256()
        for name, path in sorted(_walk(self._folder)):
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        for place, file in sorted(self._tried.items()):
            digest.update(json.dumps([place, file.document], sort_keys=True, default=str).encode())
        for layer in self._layers:
            digest.update(
                repr((layer.name, sorted(map(repr, (fact for facts in layer.by_key.values() for fact in facts))))).encode()
            )
        return digest.hexdigest()

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the overlays, the uppermost first."""
        return tuple(layer.name for layer in self._layers)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Words that every file may use."""
        from babel.core import get_global

        currencies = frozenset(get_global("all_currencies"))
        return Vocabulary.parse(
            _read_toml(self._folder.joinpath("vocabulary.toml"), "vocabulary.toml"), currencies, "vocabulary.toml"
        )

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Codes of the jurisdictions that have a file."""
        names = (path.name for path in self._folder.joinpath("jurisdictions").iterdir())
        return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))

    # ------------------------------------------------------------------ files

    def jurisdiction(self, place: str) -> Jurisdiction:
        """Return the file of a place, loading and checking it completely when it is first asked for.

        Raises:
            UnknownFact: if there is no such file.
            RulebookError: if the file is broken: the message names file, key and reason.
        """
        known = self._files.get(place)
        if known is None:
            with self._lock:
                known = self._files.get(place)
                if known is None:
                    if place not in self.places:
                        raise UnknownFact(
                            f"the rulebook has no law of {shown(place)}", field="place", value=place, allowed=self.places,
                            hint=suggest(place, self.places),
                        )  # fmt: skip
                    name = f"{place}.toml"
                    document = _read_toml(self._folder.joinpath("jurisdictions", name), name)
                    known = self._files[place] = parse_jurisdiction(document, self.words_for(document), name)
        return known

    def words_for(self, document: Mapping[str, Any]) -> Vocabulary:
        """Return the shared words and those of the files that a document uses."""
        place = document.get("place")
        return self._words_of(_uses(document, f"{place}.toml" if isinstance(place, str) else "the file"))

    def _words_of(self, places: Iterable[str]) -> Vocabulary:
        words = self.vocabulary
        for code in places:
            words = words.joined(self.jurisdiction(code).vocabulary)
        return words

    def file_of(self, place: str) -> str | None:
        """Return the file in which facts of a place stand: its own, or that of the country it is a part of."""
        for code in (place, place.partition("-")[0]):
            if code in self.places:
                return code
        return None

    def product_list(self, name: str) -> ProductList:
        """Return a product list by its id."""
        known = self._lists.get(name)
        if known is None:
            path = self._folder.joinpath("lists", f"{name}.txt")
            if not path.is_file():
                raise RulebookError(f"there is no product list {shown(name)}")
            known = self._lists[name] = ProductList.parse(name, path.read_text(encoding="utf-8"))
        return known

    def text(self, *parts: str) -> str:
        """Return the text of a further data file of the rulebook."""
        try:
            return str(self._folder.joinpath(*parts).read_text(encoding="utf-8"))
        except OSError:
            raise RulebookError(f"{'/'.join(parts)}: the file cannot be read") from None

    def document(self, *parts: str) -> Mapping[str, Any]:
        """Return a further data file of the rulebook, read as TOML."""
        try:
            return tomllib.loads(self.text(*parts))
        except tomllib.TOMLDecodeError as error:
            raise RulebookError(f"{'/'.join(parts)}: {error}") from None

    def names(self, folder: str, suffix: str) -> tuple[str, ...]:
        """Return the names of the further data files in a folder of the rulebook; none if there is no such folder."""
        try:
            found = [path.name for path in self._folder.joinpath(folder).iterdir()]
        except OSError:
            return ()
        return tuple(sorted(name for name in found if name.endswith(suffix)))

    def entries(self, kind: str, name: str, place: str, on: date) -> tuple[Entry, ...]:
        """Return the regimes of an id, or the measures of a family, that are in force, from a file and those it uses."""
        return tuple(entry for entry in self.all_entries(kind, name, place) if entry.covers(on))

    def all_entries(self, kind: str, name: str, place: str) -> tuple[Entry, ...]:
        """Return the regimes of an id, or the measures of a family, of all days."""
        file = self.jurisdiction(place)
        found: list[Entry] = []
        for code in (place, *file.uses):
            document = self.jurisdiction(code)
            entries = document.regimes if kind == "regime" else document.measures
            found += [entry for entry in entries if name in (entry.id, entry.body.get("family"))]
        return tuple(found)

    def compiled(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what an engine compiled from this rulebook under a key, compiling it once."""
        try:
            return self._compiled[key]
        except KeyError:
            with self._lock:
                if len(self._compiled) > _MOST_REMEMBERED:
                    self._compiled.clear()
                if key not in self._compiled:
                    self._compiled[key] = make()
                return self._compiled[key]

    # ------------------------------------------------------------------ facts

    def fact(self, subject: str, place: str | Sequence[str], *, on: date | str, **scope: str | bool) -> Fact:
        """Return the fact that answers a question on a day.

        The uppermost layer that knows answers; in it the first of the places that knows; there the most specific scope.

        Args:
            subject: what is asked, such as "tax.rate".
            place: a territory, or several, the most specific first.
            on: the day, a `date` or "2026-07-15".
            scope: traits of the case ("goods_class", "origin" ...).

        Raises:
            InvalidInput: if a trait or its value is in no vocabulary of these places.
            UnknownFact: if nothing is known, telling whether the subject or only the day is unknown.
            AmbiguousRule: if two facts of equal rank answer.
        """
        places = (place,) if isinstance(place, str) else tuple(place) if isinstance(place, Sequence) else ()
        if not isinstance(subject, str) or not places or not all(isinstance(code, str) for code in places):
            raise InvalidInput(
                f"a fact is asked for by its subject and one or more places, not {shown(subject)} and {shown(place)}",
                field="place" if isinstance(subject, str) else "subject",
                value=place if isinstance(subject, str) else subject,
            )
        day = a_day(on)
        traits: dict[str, str | None] = {}
        if scope:
            files = self._files_of(places)
            words: Vocabulary = self.compiled(("words", files), lambda: self._words_of(files))
            traits = {name: words.checked(name, value) for name, value in scope.items()}
        return self.find(subject, places, day, traits)[0]

    def find(
        self, subject: str, places: tuple[str, ...], on: date, traits: Mapping[str, str | None]
    ) -> tuple[Fact, Figure | None]:
        """`fact` for engines: the fact and its figure, remembered. `traits` may hold more than the facts are scoped by."""
        used = self.scopes(subject, places)
        key = (subject, places, on, tuple([traits.get(name) for name in used])) if used else (subject, places, on)
        found = self._found.get(key)
        if found is None:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            try:
                fact = self._find(subject, places, on, traits)
                found = (fact, None if fact.unit in ("code", "bool") else figure_of(fact))
            except (UnknownFact, AmbiguousRule) as error:
                found = error
            self._found[key] = found
        if isinstance(found, tuple):
            return found
        raise _anew(found)

    def scopes(self, subject: str, places: tuple[str, ...]) -> tuple[str, ...]:
        """Return the traits by which the facts of a subject are scoped at these places."""
        key = (subject, places)
        found = self._scopes.get(key)
        if found is None:
            if len(self._scopes) > _MOST_REMEMBERED:
                self._scopes.clear()
            names = {name for fact in self._candidates(subject, places) for name, _ in fact.scope}
            found = self._scopes[key] = tuple(sorted(names))
        return found

    def facts(self, place: str, on: date | str | None = None) -> tuple[Fact, ...]:
        """Return the facts of a file (of all days, or those in force on a day), overlays first."""
        day = None if on is None else a_day(on)
        file = self.file_of(place) if isinstance(place, str) else None
        if file is None:
            raise UnknownFact(
                f"the rulebook has no law of {shown(place)}", field="place", value=place, allowed=self.places,
                hint=suggest(place, self.places),
            )  # fmt: skip
        laid = [
            fact
            for layer in self._layers
            for facts in layer.by_key.values()
            for fact in facts
            if self.file_of(fact.place) == file
        ]
        own = [fact for fact in self.jurisdiction(file).facts if place in (file, fact.place)]
        return tuple(fact for fact in [*laid, *own] if day is None or fact.covers(day))

    def changes(self, since: date | str, until: date | str) -> tuple[Change, ...]:
        """Return what starts or ends from one day to another (both inclusive), in the order of days.

        Announced facts are there with their future date; a fact's end is told where no fact of the same scope follows on it.
        """
        since, until = a_day(since, "since"), a_day(until, "until")
        if until < since:
            raise InvalidInput(f"until {until} lies before since {since}", field="until", value=until)
        out = []
        for place in self.places:
            facts = self.jurisdiction(place).facts
            starts = {(fact.subject, fact.place, fact.scope, fact.valid_from) for fact in facts}
            for fact in facts:
                if fact.valid_from and since <= fact.valid_from <= until:
                    out.append(Change(fact.valid_from, "starts", fact))
                ends = day_after(fact.valid_to) if fact.valid_to else None
                if ends and since <= ends <= until and (fact.subject, fact.place, fact.scope, ends) not in starts:
                    out.append(Change(ends, "ends", fact))
        return tuple(sorted(out, key=lambda change: (change.day, change.fact.id, change.kind)))

    # ------------------------------------------------------------------ overlays

    def overlay(self, name: str, facts: Iterable[Mapping[str, Any]]) -> Rulebook:
        """Return a new rulebook with the caller's own facts laid over this one.

        A fact of an upper layer is found before any fact below it, whatever place or scope that has. Facts are checked as
        built-in ones are; `source` may be left out (the layer's name is cited). Explanations name the layer.

        Args:
            name: what the layer is called in explanations.
            facts: tables with at least subject, place, value and unit.

        Raises:
            RulebookError: if a fact is broken, or its subject, place or scope is in no vocabulary.
            InvalidInput: if the name is empty or that of the built-in layer.
        """
        if not isinstance(name, str) or not name or name == BUILT_IN:
            raise InvalidInput(f"{shown(name)} cannot be the name of a layer", field="name", value=name)
        if isinstance(facts, str | Mapping) or not isinstance(facts, Iterable):
            raise InvalidInput(f"an overlay is a list of facts, not {shown(facts)}", field="facts", value=facts)
        by_key: dict[tuple[str, str], tuple[Fact, ...]] = {}
        for index, row in enumerate(facts):
            fact = self._laid(name, row, f"layer {shown(name)}, row {index + 1}")
            by_key[fact.subject, fact.place] = (*by_key.get((fact.subject, fact.place), ()), fact)
        laid = Rulebook(self._folder, layers=(_Layer(name, by_key), *self._layers))
        laid._files, laid._lists, laid._tried, laid.places = self._files, self._lists, self._tried, self.places
        return laid

    def _laid(self, layer: str, row: object, where: str) -> Fact:
        """Return a fact of an overlay, checked like a built-in one."""
        row = a_table(row, where, "a fact")
        given = row.get("source", layer)
        if isinstance(given, Mapping):
            source = parse_source(layer, given, where=where)
        else:
            source = Source(id=layer, title=a_text(row, "source", where, layer))
        fact = parse_fact(
            {**row, "source": layer}, place="", sources={layer: source}, units=self.vocabulary.units, where=where, layer=layer
        )
        if not fact.place:
            raise RulebookError(f"{where}: place is missing", field="place")
        file = self.file_of(fact.place)
        own = self.jurisdiction(file) if file else None
        if not is_place(fact.place) and not (own and fact.place in {own.place, *(fact.place for fact in own.facts)}):
            raise RulebookError(
                f"{where}: {shown(fact.place)} is no place", field="place", value=fact.place, allowed=self.places,
                hint=suggest(fact.place.upper(), self.places) or "write a code such as 'DE' or 'CA-ON'",
            )  # fmt: skip
        _check_scope(fact, own.vocabulary if own else self.vocabulary, where)
        return fact

    def with_file(self, file: Jurisdiction) -> Rulebook:
        """Return this rulebook with one jurisdiction's file in place of its own, for trying out a file being written."""
        tried = Rulebook(self._folder, layers=self._layers)
        tried._files = {**self._files, file.place: file}
        tried._tried = {**self._tried, file.place: file}
        tried.places = tuple(sorted({*self.places, file.place}))
        return tried

    # ------------------------------------------------------------------ inside

    @cached_property
    def _index(self) -> dict[str, Mapping[tuple[str, str], tuple[Fact, ...]]]:
        return {}

    def _facts_by_key(self, file: str) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
        index = self._index.get(file)
        if index is None:
            grouped: dict[tuple[str, str], list[Fact]] = {}
            for fact in self.jurisdiction(file).facts:
                grouped.setdefault((fact.subject, fact.place), []).append(fact)
            index = self._index[file] = {key: tuple(facts) for key, facts in grouped.items()}
        return index

    def _built_in(self, subject: str, place: str, files: tuple[str, ...]) -> tuple[Fact, ...]:
        """Return the built-in facts of a place, whichever of the files they stand in."""
        return tuple(fact for file in files for fact in self._facts_by_key(file).get((subject, place), ()))

    def _files_of(self, places: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(file for place in places if (file := self.file_of(place)) is not None))

    def has_fact(self, subject: str, places: tuple[str, ...], on: date) -> bool:
        """Tell whether any fact of a subject, whatever its scope, is applied at one of the places on a day."""
        return any(fact.covers(on) for fact in self._candidates(subject, places))

    def _candidates(self, subject: str, places: tuple[str, ...]) -> list[Fact]:
        files = self._files_of(places)
        layers = [layer.by_key.get((subject, place), ()) for layer in self._layers for place in places]
        return [fact for facts in [*layers, *(self._built_in(subject, place, files) for place in places)] for fact in facts]

    def _find(self, subject: str, places: tuple[str, ...], on: date, traits: Mapping[str, str | None]) -> Fact:
        files = self._files_of(places)
        for layer in [*self._layers, None]:
            for place in places:
                facts = layer.by_key.get((subject, place), ()) if layer else self._built_in(subject, place, files)
                covering = [fact for fact in facts if fact.covers(on)]
                for widened in self._widened(traits) if covering else ():
                    fitting = [fact for fact in covering if _fits(fact, widened)]
                    named = [fact for fact in fitting if any(name == _CLASS for name, _ in fact.scope)]
                    if named:
                        return _most_specific(fitting, on)
                fitting = [fact for fact in covering if _fits(fact, traits)]
                if fitting:
                    return _most_specific(fitting, on)
        raise self._unknown(subject, places, on, traits)

    def _widened(self, traits: Mapping[str, str | None]) -> Iterator[Mapping[str, str | None]]:
        """Yield the traits with ever wider goods classes: a law that does not name the narrow one may name the wide one."""
        goods_class = traits.get(_CLASS)
        if goods_class is None:
            return
        for wider in self.vocabulary.widening(goods_class):
            yield {**traits, _CLASS: wider}

    def _unknown(self, subject: str, places: tuple[str, ...], on: date, traits: Mapping[str, str | None]) -> UnknownFact:
        where = " or ".join(places)
        facts = self._candidates(subject, places)
        if not facts:
            known = {*self.vocabulary.subjects, *(fact.subject for place in places for fact in self._facts_near(place))}
            said = "is not known" if subject in known else "is no subject of the rulebook"
            hint = None if subject in known else suggest(subject, known)
            return UnknownFact(f"{subject} {said} for {where}", field=subject, value=where, on=on, hint=hint)
        windows = "; ".join(f"{fact.id} until {fact.valid_to or 'further notice'} ({fact.status})" for fact in facts[:4])
        case = ", ".join(f"{name} {traits.get(name)}" for name in self.scopes(subject, places) if traits.get(name))
        return UnknownFact(
            f"{subject} for {where} is not known on {on}{f' for {case}' if case else ''}; known: {windows}",
            field=subject, value=where, on=on,
        )  # fmt: skip

    def _facts_near(self, place: str) -> tuple[Fact, ...]:
        file = self.file_of(place)
        return self.jurisdiction(file).facts if file else ()


def parse_jurisdiction(document: Mapping[str, Any], shared: Vocabulary, where: str) -> Jurisdiction:
    """Check a document completely and return it, or raise `RulebookError` with file, key and reason."""
    known_keys(document, _FILE_KEYS, where)
    place = a_text(document, "place", where)
    if not place:
        raise RulebookError(f"{where}: place is missing", field="place")
    defaults = a_table(document.get("defaults", {}), where, "defaults")
    known_keys(defaults, _DEFAULT_KEYS, f"{where}, defaults")
    vocabulary = shared.extended(document, where)
    rows = a_table(document.get("source", {}), where, "source").items()
    sources = {name: parse_source(name, row, where=where) for name, row in rows}
    facts = tuple(
        parse_fact({**defaults, **row}, place=place, sources=sources, units=vocabulary.units, where=where, layer=BUILT_IN)
        for row in _rows(document, "fact", where)
    )
    for fact in facts:
        _check_scope(fact, vocabulary, where)
    tables = [
        Table.parse(body, place=place, sources=sources, vocabulary=vocabulary, defaults=defaults, where=where)
        for body in _rows(document, "table", where)
    ]
    return Jurisdiction(
        place=place,
        name=a_text(document, "name", where, place),
        uses=_uses(document, where),
        sources=sources,
        vocabulary=vocabulary,
        facts=facts,
        regimes=tuple(_entry("regime", row, place, sources, defaults, where) for row in _rows(document, "regime", where)),
        measures=tuple(_entry("measure", row, place, sources, defaults, where) for row in _rows(document, "measure", where)),
        tables={table.id: table for table in tables},
        document=document,
    )


def _rows(document: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    rows = document.get(key, [])
    if not isinstance(rows, list):
        raise RulebookError(f"{where}: {key} is a list of tables (`[[{key}]]`), not {shown(rows)}", field=key, value=rows)
    return [a_table(row, where, key) for row in rows]


def _uses(document: Mapping[str, Any], where: str) -> tuple[str, ...]:
    uses = document.get("uses", [])
    if not isinstance(uses, list) or not all(isinstance(code, str) for code in uses):
        raise RulebookError(
            f"{where}: uses is a list of places whose files are used, not {shown(uses)}", field="uses", value=uses
        )
    return tuple(uses)


def _check_scope(fact: Fact, vocabulary: Vocabulary, where: str) -> None:
    where = f"{where}, fact {fact.id}"
    if fact.subject not in vocabulary.subjects:
        raise RulebookError(
            f"{where}: the subject is in no vocabulary", field="subject", value=fact.subject,
            hint=suggest(fact.subject, vocabulary.subjects),
        )  # fmt: skip
    for name, values in fact.scope:
        trait = vocabulary.traits.get(name)
        if trait is None:
            raise RulebookError(
                f"{where}: scope names no known trait {shown(name)}", field="scope", value=name, allowed=vocabulary.traits,
                hint=suggest(name, vocabulary.traits),
            )  # fmt: skip
        for value in values:
            if not trait.accepts(value, vocabulary.classes):
                domain = (trait.values,) if isinstance(trait.values, str) else trait.values
                raise RulebookError(
                    f"{where}: {shown(value)} is not in the domain of {name}", field=f"scope.{name}", value=value,
                    allowed=vocabulary.classes if domain == (_CLASS,) else domain,
                    hint=suggest(value, vocabulary.classes if domain == (_CLASS,) else domain),
                )  # fmt: skip


def _entry(
    kind: str, row: Mapping[str, Any], place: str, sources: Mapping[str, Source], defaults: Mapping[str, Any], where: str
) -> Entry:
    where = f"{where}, {kind} {shown(row.get('id'))}"
    known_keys(row, _ENTRY_KEYS[kind], where)
    row = {**defaults, **row}
    if not a_text(row, "id", where):
        raise RulebookError(f"{where}: id is missing", field="id")
    start, end = dates(row, where)
    return Entry(
        kind=kind,
        id=row["id"],
        place=place,
        valid_from=start,
        valid_to=end,
        source=cited(row, sources, where),
        law=a_text(row, "law", where),
        status=one_of(row, "status", STATUSES, where, "in_force"),
        confidence=one_of(row, "confidence", CONFIDENCES, where, "high"),
        verified_on=a_date(row, "verified_on", where),
        body=row,
        where=where,
    )


def _anew(error: UnknownFact | AmbiguousRule) -> UnknownFact | AmbiguousRule:
    """Return a remembered error anew, so that each raise has a traceback of its own; quicker than `copy`."""
    again = type(error).__new__(type(error), *error.args)
    again.__dict__.update(error.__dict__)
    return again


def _fits(fact: Fact, traits: Mapping[str, str | None]) -> bool:
    for name, values in fact.scope:
        value = traits.get(name)
        if value is None or (value not in values and not (name == "hs" and value.startswith(values))):
            return False
    return True


def _most_specific(fitting: list[Fact], on: date) -> Fact:
    """Return the fact whose scope includes that of all others; firm facts go before presumed ones."""
    if len(fitting) == 1:
        return fitting[0]
    names = [{name for name, _ in fact.scope} for fact in fitting]
    best = [fact for fact, own in zip(fitting, names, strict=True) if not any(own < other for other in names)]
    if len(best) > 1:
        firm = [fact for fact in best if fact.status in ("in_force", "scheduled")]
        best = firm or best
    if len({(fact.value, fact.unit) for fact in best}) > 1:
        ids = ", ".join(fact.id for fact in best)
        raise AmbiguousRule(f"several facts of equal rank answer: {ids}", field=best[0].subject, on=on)
    return best[0]


def _read_toml(path: Any, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{name}: {error}") from None
    except RecursionError:
        raise RulebookError(f"{name}: nested too deeply") from None
    except OSError:
        raise RulebookError(f"{name}: the file cannot be read") from None


def _walk(folder: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _walk(path, f"{prefix}{path.name}/")
        elif not path.name.endswith((".py", ".pyc")):
            yield f"{prefix}{path.name}", path


@lru_cache(maxsize=1)
def _builtin() -> Rulebook:
    return Rulebook(files("xbcommerce").joinpath("data"))
