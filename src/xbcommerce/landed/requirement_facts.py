"""Facts on import requirements: `data/requirements/*.toml`, read and checked completely when they are first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.places import is_place
from xbcommerce.rules.conditions import ListTest, Test, compile_when
from xbcommerce.rules.facts import (
    Fact,
    Source,
    a_table,
    a_text,
    day_after,
    in_force,
    known_keys,
    one_of,
    parse_fact,
    parse_source,
)
from xbcommerce.rules.lists import ProductList
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.rules.vocabulary import Vocabulary
from xbcommerce.trade import Line, Order

__all__ = ["AREAS", "AREA_WORDS", "SEVERITIES", "WORLD", "Goods", "Law", "Rule", "Said", "Severity", "Topic", "audit", "law_of"]

Severity: TypeAlias = Literal["prohibited", "required", "conditional", "advisable"]
SEVERITIES: tuple[Severity, ...] = ("prohibited", "required", "conditional", "advisable")
"""Prohibited: the goods do not get in. Required: without it they do not. Conditional: what is asked hangs on facts that no
order tells (a list, a use, a quantity over time). Advisable: not asked by law, but parcels stop without it."""

Topic: TypeAlias = Literal["identification", "declaration", "certificate", "registration", "label", "restriction", "transport"]
AREAS: Mapping[Topic, str] = {
    "identification": "recipient",
    "declaration": "declaration",
    "certificate": "products",
    "registration": "products",
    "label": "products",
    "restriction": "restrictions",
    "transport": "transport",
}
"""Area of law in which a topic lies: coverage is told by area."""
AREA_WORDS: Mapping[str, str] = {
    "recipient": "numbers of the recipient that a declaration must carry",
    "declaration": "data that a declaration must carry beyond the ordinary",
    "products": "product certificates, marks, registrations and labels",
    "restrictions": "prohibited and restricted goods",
    "transport": "dangerous goods in post and courier",
}
GIVERS = ("buyer", "seller", "carrier", "importer", "manufacturer", "marketplace")
STATES = ("partly", "none_found")

WORLD = "*"
_FOLDER = "requirements"
_INDEX = "index.toml"
_INDEX_KEYS = frozenset({"files", "group", "trait", "goods", "silent"})
_FILE_KEYS = frozenset({"defaults", "source", "requirement", "coverage"})
_COMMON = frozenset({"valid_from", "valid_to", "source", "law", "note", "status", "confidence", "verified_on"})
_ROW_KEYS = _COMMON | {"id", "places", "topic", "severity", "what", "given_by", "say", "pattern", "goods", "not_goods", "when"}
_COVERAGE_KEYS = _COMMON | {"places", "area", "state", "what"}
_GOODS_KEYS = frozenset({"meaning", "hs", "classes", "trait", "perhaps_hs", "perhaps_classes"})


@dataclass(frozen=True, slots=True, eq=False)
class Goods:
    """A group of goods: what belongs to it, and what may."""

    meaning: str
    codes: ProductList
    perhaps_codes: ProductList
    classes: frozenset[str]
    perhaps_classes: frozenset[str]
    trait: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One requirement of one place, as the file states it."""

    fact: Fact
    topic: Topic
    severity: Severity
    given_by: tuple[str, ...]
    say: tuple[str, ...]
    pattern: re.Pattern[str] | None
    by_order: tuple[Test, ...]
    by_line: tuple[Test, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A statement of coverage."""

    fact: Fact
    area: str
    state: Literal["partly", "none_found"]


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """What a trait of a line is where the line does not say it, and its goods are certainly of no such group."""

    goods: Goods
    group: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """All requirements, checked: by place, with the words and goods they use."""

    vocabulary: Vocabulary
    goods: Mapping[str, Goods]
    silent: Mapping[str, Silence]
    rules: Mapping[str, tuple[Rule, ...]]
    said: Mapping[str, tuple[Said, ...]]


def law_of(rulebook: Rulebook) -> Law:
    """Return the requirements of a rulebook, reading and checking all files when they are first asked for.

    Raises:
        RulebookError: if a file is broken: the message names file, key and reason.
    """
    found: Law = rulebook.compiled((_FOLDER, "law"), lambda: _read(rulebook))
    return found


def _read(rulebook: Rulebook) -> Law:
    """Read and check all files of the folder, or raise `RulebookError` with file, key and reason."""
    where = f"{_FOLDER}/{_INDEX}"
    index = rulebook.document(_FOLDER, _INDEX)
    known_keys(index, _INDEX_KEYS, where)
    vocabulary = rulebook.vocabulary.extended(index, where)
    goods = {
        name: _goods(row, name, vocabulary, where) for name, row in a_table(index.get("goods", {}), where, "goods").items()
    }
    silent = a_table(index.get("silent", {}), where, "silent")
    groups = {name: _texts(index["group"], name, f"{where}, group") for name in a_table(index.get("group", {}), where, "group")}
    files = _texts(index, "files", where)
    unread = set(rulebook.names(_FOLDER, ".toml")) ^ {_INDEX, *files}
    if unread:
        raise RulebookError(f"{where}: files and folder differ: {', '.join(sorted(unread))}", field="files")
    rules: dict[str, list[Rule]] = {}
    said: dict[str, list[Said]] = {}
    for name in files:
        reader = _Reader(rulebook, vocabulary, goods, groups, f"{_FOLDER}/{name}", rulebook.document(_FOLDER, name))
        for rule in reader.rules():
            rules.setdefault(rule.fact.place, []).append(rule)
        for statement in reader.statements():
            said.setdefault(statement.fact.place, []).append(statement)
    return Law(
        vocabulary,
        goods,
        {name: _silence(row, name, vocabulary, goods, where) for name, row in silent.items()},
        {place: tuple(found) for place, found in rules.items()},
        {place: tuple(found) for place, found in said.items()},
    )


def _silence(row: object, name: str, vocabulary: Vocabulary, goods: Mapping[str, Goods], where: str) -> Silence:
    where = f"{where}, silent {shown(name)}"
    row = a_table(row, where, "what is taken where a line is silent")
    known_keys(row, frozenset({"goods", "value"}), where)
    trait = vocabulary.traits.get(name)
    if trait is None or trait.level != "line":
        raise RulebookError(f"{where}: it is no trait of a line", field="silent", value=name)
    group = one_of(row, "goods", tuple(goods), where, "")
    return Silence(goods[group], group, vocabulary.checked(name, a_text(row, "value", where)))


def _goods(row: object, name: str, vocabulary: Vocabulary, where: str) -> Goods:
    where = f"{where}, goods {shown(name)}"
    row = a_table(row, where, "a group of goods")
    known_keys(row, _GOODS_KEYS, where)
    classes = {key: frozenset(_texts(row, key, where, ())) for key in ("classes", "perhaps_classes")}
    for one in sorted(classes["classes"] | classes["perhaps_classes"]):
        if one not in vocabulary.classes:
            raise RulebookError(f"{where}: there is no goods class {shown(one)}", hint=suggest(one, vocabulary.classes))
    trait = a_text(row, "trait", where) or None
    if trait is not None:
        known = vocabulary.traits.get(trait)
        if known is None or known.values != "bool" or known.level != "line":
            raise RulebookError(f"{where}: {shown(trait)} is no yes-or-no trait of a line", field="trait", value=trait)
    codes = ["\n".join(_texts(row, key, where, ())) for key in ("hs", "perhaps_hs")]
    return Goods(
        meaning=a_text(row, "meaning", where, name),
        codes=ProductList.parse(f"{name} (hs)", codes[0]),
        perhaps_codes=ProductList.parse(f"{name} (perhaps_hs)", codes[1]),
        classes=classes["classes"],
        perhaps_classes=classes["perhaps_classes"],
        trait=trait,
    )


def _texts(row: Mapping[str, Any], key: str, where: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
    value = row.get(key, default)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise RulebookError(f"{where}: {key} is a list of texts, not {shown(value)}", field=key, value=value)
    return tuple(value)


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    """Reads the rows of one file."""

    rulebook: Rulebook
    vocabulary: Vocabulary
    goods: Mapping[str, Goods]
    groups: Mapping[str, tuple[str, ...]]
    where: str
    document: Mapping[str, Any]

    def rules(self) -> Iterator[Rule]:
        """Yield a rule for each row and place."""
        known_keys(self.document, _FILE_KEYS, self.where)
        for row in self._rows("requirement"):
            where = f"{self.where}, requirement {shown(row.get('id'))}"
            known_keys(row, _ROW_KEYS, where)
            tests = self._tests(row, where)
            pattern = a_text(row, "pattern", where)
            say = _texts(row, "say", where, ())
            for name in say:
                if name not in self.vocabulary.traits and name not in {**Order.model_fields, **Line.model_fields}:
                    raise RulebookError(f"{where}: an order cannot say {shown(name)}", field="say", value=name)
            for place in self._places(row, where):
                yield Rule(
                    fact=self._fact(row, a_text(row, "id", where), place, where),
                    topic=one_of(row, "topic", tuple(AREAS), where, ""),  # type: ignore[arg-type]
                    severity=one_of(row, "severity", SEVERITIES, where, ""),  # type: ignore[arg-type]
                    given_by=tuple(self._givers(row, where)),
                    say=say,
                    pattern=self._pattern(pattern, say, where) if pattern else None,
                    by_order=tuple(test for test in tests if not test.by_line),
                    by_line=tuple(test for test in tests if test.by_line),
                )

    def statements(self) -> Iterator[Said]:
        """Yield a statement of coverage for each row and place."""
        for row in self._rows("coverage"):
            where = f"{self.where}, coverage {shown(row.get('places'))}"
            known_keys(row, _COVERAGE_KEYS, where)
            area = one_of(row, "area", tuple(AREA_WORDS), where, "")
            state: Any = one_of(row, "state", STATES, where, "")
            for place in self._places(row, where):
                yield Said(self._fact(row, f"coverage.{area}", place, where), area, state)

    def _rows(self, key: str) -> list[Mapping[str, Any]]:
        rows = self.document.get(key, [])
        if not isinstance(rows, list):
            raise RulebookError(f"{self.where}: {key} is a list of tables (`[[{key}]]`), not {shown(rows)}", field=key)
        defaults = a_table(self.document.get("defaults", {}), self.where, "defaults")
        known_keys(defaults, _COMMON, f"{self.where}, defaults")
        return [{**defaults, **a_table(row, self.where, key)} for row in rows]

    def _sources(self) -> Mapping[str, Source]:
        rows = a_table(self.document.get("source", {}), self.where, "source").items()
        made: Mapping[str, Source] = self.rulebook.compiled(
            (_FOLDER, "sources", self.where), lambda: {name: parse_source(name, row, where=self.where) for name, row in rows}
        )
        return made

    def _fact(self, row: Mapping[str, Any], subject: str, place: str, where: str) -> Fact:
        common = {key: value for key, value in row.items() if key in _COMMON}
        source = self._sources().get(str(row.get("source")))
        if source is not None and source.seen is not None:  # a row is verified on the day its page was seen
            common.setdefault("verified_on", source.seen)
        return parse_fact(
            {**common, "subject": subject, "value": row.get("what"), "unit": "code"},
            place=place,
            sources=self._sources(),
            units=self.vocabulary.units,
            where=where,
            layer="built-in",
        )

    def _places(self, row: Mapping[str, Any], where: str) -> Iterator[str]:
        for name in _texts(row, "places", where):
            for place in self.groups.get(name, (name,)):
                if place != WORLD and not is_place(place):
                    raise RulebookError(f"{where}: {shown(place)} is no place", field="places", value=place)
                yield place

    def _givers(self, row: Mapping[str, Any], where: str) -> Iterator[str]:
        for name in _texts(row, "given_by", where, ()):
            yield one_of({"given_by": name}, "given_by", GIVERS, where, "")

    def _tests(self, row: Mapping[str, Any], where: str) -> list[Test]:
        tests = list(compile_when(row.get("when", {}), self.vocabulary, where))
        for key in ("goods", "not_goods"):
            names = _texts(row, key, where, ())
            if names:
                tests.append(ListTest(names, negated=key == "not_goods"))
        for test in tests:
            for name in test.lists if isinstance(test, ListTest) else ():
                if name not in self.goods:
                    raise RulebookError(f"{where}: there is no group of goods {shown(name)}", hint=suggest(name, self.goods))
        return tests

    def _pattern(self, text: str, say: tuple[str, ...], where: str) -> re.Pattern[str]:
        if len(say) != 1:
            raise RulebookError(f"{where}: a pattern is that of the one thing the order says", field="pattern", value=text)
        try:
            return re.compile(text)
        except re.error as error:
            raise RulebookError(f"{where}: pattern: {error}", field="pattern", value=text) from None


def audit(rulebook: Rulebook | None = None) -> list[str]:
    """Return what is wrong with the facts on import requirements: rules that overlap, groups that nobody uses, bare claims."""
    book = rulebook or Rulebook.builtin()
    try:
        law = law_of(book)
    except RulebookError as error:
        return [str(error)]
    found = [*_overlaps(law), *_unsourced(law)]
    used = {
        name
        for rules in law.rules.values()
        for rule in rules
        for test in rule.by_line
        if isinstance(test, ListTest)
        for name in test.lists
    }
    used |= {silence.group for silence in law.silent.values()}
    return [*found, *(f"goods {name}: no requirement is about them" for name in law.goods if name not in used)]


def _overlaps(law: Law) -> Iterator[str]:
    """Yield rules of one name and place that hold on the same day."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in _facts(law):
        groups.setdefault((fact.subject, fact.place), []).append(fact)
    for facts in groups.values():
        for one, other in pairwise(sorted(facts, key=lambda fact: fact.valid_from or date.min)):
            if one.valid_to is None or in_force(other.valid_from, other.valid_to, one.valid_to):
                yield f"{one.id} and {other.id} hold on the same day"
            elif other.valid_from is not None and day_after(one.valid_to) != other.valid_from:
                yield f"{one.id} ends on {one.valid_to}, and {other.id} does not follow on it"


def _unsourced(law: Law) -> Iterator[str]:
    """Yield facts without a page that somebody saw and yet without low confidence."""
    for fact in _facts(law):
        if not fact.source.url and fact.confidence != "low":
            yield f"{fact.id}: no page was seen, and its confidence is {fact.confidence}"


def _facts(law: Law) -> Iterator[Fact]:
    for rules in law.rules.values():
        yield from (rule.fact for rule in rules)
    for statements in law.said.values():
        yield from (one.fact for one in statements)
