"""The checks as data: read, checked completely when they are loaded, and chosen for a question.

A check says what must hold, of which text or thing, where, from when to when, and how surely. What a file may say is closed:
eleven kinds, the words below, and a ceiling that keeps the severity below what evidence and confidence allow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, get_args

from xbcommerce.errors import InvalidInput, RulebookError, XBCommerceError, shown, suggest
from xbcommerce.localization.categories import Categories
from xbcommerce.localization.content import EVIDENCE, NATURES, SEVERITIES, Evidence, Fix, Listing, Nature, Severity
from xbcommerce.localization.matching import Index, Phrase, Term, fold, phrase_of
from xbcommerce.rules.facts import (
    APPLIED,
    CONFIDENCES,
    STATUSES,
    Source,
    a_date,
    a_text,
    dates,
    in_force,
    known_keys,
    one_of,
    parse_source,
)  # fmt: skip
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["KINDS", "Check", "Checks", "Place", "Rendering", "audit", "place_of"]

KINDS = (
    "measure", "characters", "repeats", "terms", "shape", "language", "requires", "notation", "agrees", "labels", "member",
)  # fmt: skip
"""What a check asks: a quantity within bounds, signs present, the same twice, words present, a recogniser finds something,
written in which language, something absent, not as the market writes it, two ways in one text, what is seen, a closed list."""

_MATCHES = ("lemma", "word", "phrase", "substring", "compound")
_WHERE = ("platform", "marketplace", "market", "category", "program")
_COMMON = frozenset(
    {"id", "kind", "where", "field", "skip_fields", "severity", "nature", "evidence", "confidence", "fix", "valid_from",
     "valid_to", "status", "fact", "facts", "law", "source", "replaces", "text", "note", "spare", "verified_on",
     "concept", "earns", "folklore"}
)  # fmt: skip
_KEYS: Mapping[str, frozenset[str]] = {
    "measure": frozenset({"of", "over", "at_most", "at_least", "above", "below", "is", "given", "unit"}),
    "characters": frozenset({"set", "property", "position", "at_most"}),
    "repeats": frozenset({"unit", "at_most", "except"}),
    "terms": frozenset({"terms", "lexicon", "same_terms_as", "match", "only_near", "not_near", "unless_part_of", "if_source"}),
    "shape": frozenset({"shape", "value", "role", "except", "at_most", "unless"}),
    "language": frozenset({"is", "foreign_script", "every", "given", "words", "letters"}),
    "requires": frozenset({"all_of", "any_of", "unless", "only_if", "at_least"}),
    "notation": frozenset({"topic"}),
    "agrees": frozenset({"trait", "forms"}),
    "labels": frozenset({"any_of"}),
    "member": frozenset({"of"}),
}
"""The words that a kind understands; what is none of them is refused, never ignored."""
_FIX_DOES = get_args(Fix.model_fields["do"].annotation)
_RENDERING_KEYS = frozenset(
    {"term", "id", "lang", "bad", "good", "forms", "alone", "if_source", "not_near", "only_near", "risk", "say", "severity",
     "match", "reviewed_by", "unless_part_of"}
)  # fmt: skip
"""Of these, `risk` and `reviewed_by` are for people, as `note` and `verified_on` of a check are."""
_SAYS_NOTHING = "!"
_FILE_KEYS = frozenset({"source", "lexicon", "check", "rendering", "defaults", "group"})
_MOST_REMEMBERED = 5_000


class Near(NamedTuple):
    """A condition on what stands beside a term: words by language or shapes, within so many words, on a side."""

    words: Mapping[str, tuple[str, ...]]
    shapes: tuple[str, ...]
    within: int
    side: str


class Rendering(NamedTuple):
    """What a rendering of a source term offers instead, by the form in which it was met."""

    term: str
    good: str | None
    forms: Mapping[str, str]
    say: str


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One check.

    Attributes:
        id, kind: its name, and what is asked.
        where: by platform, marketplace, market, category, program: the values it is for, and those it is not for.
        fields, skip_fields: what is read ("any_text" for all) and what is never read.
        severity: after the ceiling; `wished` is what the data asked for.
        body: what the kind needs, as in the data.
        terms: by language, for kind `terms`.
    """

    id: str
    kind: str
    where: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    fields: tuple[str, ...]
    skip_fields: frozenset[str]
    severity: Severity
    wished: Severity
    nature: Nature
    evidence: Evidence
    confidence: str
    valid_from: date | None
    valid_to: date | None
    status: str
    source: Source | None
    law: str
    fact: str
    text: str
    fix: Mapping[str, Any]
    spare: bool
    concept: str
    replaces: tuple[str, ...]
    body: Mapping[str, Any]
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_near: Near | None = None
    not_near: Near | None = None
    unless_part_of: tuple[str, ...] = ()
    if_source: tuple[str, ...] = ()
    rendering: Rendering | None = None
    file: str = ""

    def covers(self, on: date) -> bool:
        """Tell whether the check is applied on a day."""
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)

    def reads(self, path: str, name: str) -> bool:
        """Tell whether a field is read, by its path and name."""
        if path in self.skip_fields or name in self.skip_fields:
            return False
        return "any_text" in self.fields or name in self.fields or path in self.fields or (
            name.startswith("attributes.") and "attributes" in self.fields
        )  # fmt: skip


class Place(NamedTuple):
    """A market, with all that it is part of on a day (its country, its unions and groups), and the countries it means."""

    code: str
    parts: frozenset[str]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the choice of checks depends on."""

    parts: frozenset[str]
    platform: str | None
    marketplace: str | None
    category: frozenset[str]
    sure_category: frozenset[str]
    program: str | None
    on: date

    def values(self, name: str) -> frozenset[str]:
        if name == "market":
            return self.parts
        if name == "category":
            return self.category
        value = getattr(self, name)
        return frozenset() if value is None else frozenset({value.lower() if name != "marketplace" else value})

    def surely(self, name: str) -> frozenset[str]:
        """Return the values for which a rule that is not for them does not hold."""
        return self.sure_category if name == "category" else self.values(name)


class Active(NamedTuple):
    """The checks that hold for a question, by kind, and whether any law of its market is known at all."""

    ids: frozenset[str]
    by_kind: Mapping[str, tuple[Check, ...]]
    knows_law: bool


class Checks:
    """All checks of some folders of a rulebook."""

    def __init__(
        self, checks: Iterable[Check], groups: Mapping[str, Mapping[str, Any]], lexicons: Mapping[str, Any],
        categories: Categories,
    ) -> None:  # fmt: skip
        self.all = tuple(checks)
        self.categories = categories
        self.groups = groups
        self.lexicons = lexicons
        self.by_id = {check.id: check for check in self.all}
        self._indexes: dict[str, Index] = {}
        self._said_by: dict[tuple[str, str], tuple[tuple[Phrase, ...], tuple[Phrase, ...]]] = {}
        self._active: dict[tuple[_Asked, bool], Active] = {}

    @classmethod
    def of(cls, rulebook: Rulebook, folders: Sequence[str] = ("localization",)) -> Checks:
        """Return the checks of folders of the rulebook, read and checked once.

        Raises:
            RulebookError: if a file is broken or says something that the vocabulary has no word for.
        """
        key = ("localization.checks", tuple(folders))
        return rulebook.compiled(key, lambda: _load(rulebook, folders))  # type: ignore[no-any-return]

    def active(self, listing: Listing, place: Place, on: date, *, folklore: bool = False) -> Active:
        """Return the checks that hold for a listing on a day."""
        goods = self.categories.goods(listing.category, listing.brand)
        asked = _Asked(place.parts, listing.platform, listing.marketplace, goods.kinds, goods.sure, listing.program, on)
        key = (asked, folklore)
        found = self._active.get(key)
        if found is None:
            if len(self._active) > _MOST_REMEMBERED:
                self._active.clear()
            found = self._active[key] = self._choose(asked, folklore=folklore)
        return found

    def _choose(self, asked: _Asked, *, folklore: bool) -> Active:
        held = [check for check in self.all if check.covers(asked.on) and _stands(check, asked)]
        if not folklore:
            held = [check for check in held if check.evidence != "folklore"]
        displaced = {name for check in held for name in check.replaces}
        by_kind: dict[str, list[Check]] = {}
        for check in held:
            if check.id not in displaced:
                by_kind.setdefault(check.kind, []).append(check)
        ids = frozenset(check.id for checks in by_kind.values() for check in checks)
        knows_law = any(_is_law_of(check, asked.parts) for check in self.all if check.covers(asked.on))
        return Active(ids, {kind: tuple(checks) for kind, checks in by_kind.items()}, knows_law)

    def index(self, language: str) -> Index:
        """Return the index of a language's terms, of all checks."""
        known = self._indexes.get(language)
        if known is None:
            known = self._indexes[language] = Index(language, self._terms(language))
        return known

    def said_by(self, lexicon: str, language: str) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
        """Return the words of a lexicon as they are met in a text, and those that say nothing though such words are in them."""
        known = self._said_by.get((lexicon, language))
        if known is None:
            words = self.lexicons.get(lexicon, {}).get(language, ())
            known = self._said_by[lexicon, language] = (
                tuple(phrase_of(word, language) for word in words if not word.startswith(_SAYS_NOTHING)),
                tuple(phrase_of(word[1:], language) for word in words if word.startswith(_SAYS_NOTHING)),
            )
        return known

    def _terms(self, language: str) -> Iterator[Term]:
        for check in self.all:
            for text in check.terms.get(language, ()):
                offered = check.rendering
                good = offered.forms.get(text, offered.good) if offered is not None else None
                yield Term(check, text, check.body.get("match", "lemma"), good)

    @cached_property
    def small_words(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """By language, its small words that no other has, and those of the others that it has not."""
        told = {code: frozenset(words) for code, words in self.lexicons.get("connectives", {}).items()}
        others = {code: frozenset().union(*[words for name, words in told.items() if name != code]) for code in told}
        return {code: (words - others[code], others[code] - words) for code, words in told.items()}

    @cached_property
    def rendered(self) -> frozenset[str]:
        """The languages in which literal renderings of source terms are known."""
        return frozenset(language for check in self.all if check.rendering is not None for language in check.terms)

    @cached_property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """The labels of images that any check looks for, each with the names of those checks."""
        from xbcommerce.localization.checks import as_label

        found: dict[str, list[str]] = {}
        for check in self.all:
            told = [check.body.get(key, ()) for key in ("any_of", "all_of", "unless")]
            names = [name for names in told for name in ([names] if isinstance(names, str) else names)]
            asked = [name.removeprefix("labels.") for name in names if name.startswith("labels.")]
            for name in check.body.get("any_of", ()) if check.kind == "labels" else asked:
                found.setdefault(as_label(name), []).append(check.id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages in which any check has terms."""
        return tuple(sorted({language for check in self.all for language in check.terms}))


def _stands(check: Check, asked: _Asked) -> bool:
    for name, wanted, refused in check.where:
        if (wanted and not wanted & asked.values(name)) or (refused and refused & asked.surely(name)):
            return False
    return True


def _is_law_of(check: Check, parts: frozenset[str]) -> bool:
    """Tell whether a check states law that is for some of the markets."""
    return check.evidence == "law" and any(name == "market" and not wanted.isdisjoint(parts) for name, wanted, _ in check.where)


# ------------------------------------------------------------------ markets


def place_of(market: str | None, on: date, groups: Mapping[str, Mapping[str, Any]]) -> Place:
    """Return a market with all that it is part of on a day.

    Raises:
        InvalidInput: if it is neither a territory nor a group that the data names.
    """
    if market is None:
        return Place("", frozenset(), ())
    if not isinstance(market, str):
        raise InvalidInput(
            f"a market is a code such as 'DE' or 'CA-QC', or a group, not {shown(market)}", field="market", value=market
        )
    return _place_of(market, on, _Groups(groups))


class _Groups:
    """The groups, hashable by identity, so that a market is looked up once a day."""

    __slots__ = ("groups",)

    def __init__(self, groups: Mapping[str, Mapping[str, Any]]) -> None:
        self.groups = groups

    def __hash__(self) -> int:
        return id(self.groups)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Groups) and self.groups is other.groups


@lru_cache(maxsize=4_096)
def _place_of(market: str, on: date, known: _Groups) -> Place:
    from xbcommerce.places import country_of, is_place, laws_of, meant_place

    groups = known.groups
    members = {name: _members(name, on, groups) for name in groups}
    if market in members:
        around = (name for name, some in members.items() if set(members[market]) <= set(some))
        return Place(market, frozenset({market, *around}), members[market])
    country = market.partition("-")[0]
    if not is_place(market):
        raise InvalidInput(
            f"{shown(market)} is no market", field="market", value=market, allowed=sorted(groups),
            hint=f"{country} is one; its regions are those of ISO 3166-2" if is_place(country)
            else f"did you mean {meant!r}?" if (meant := meant_place(market))
            else suggest(market, groups) or "write an ISO 3166 code such as 'DE' or 'CA-QC', or a group",
        )  # fmt: skip
    places = laws_of(market, on)
    groups_met = (name for name, some in members.items() if not set(some).isdisjoint(places))
    return Place(market, frozenset({*places, *groups_met}), (country_of(market),))


def _members(name: str, on: date, groups: Mapping[str, Mapping[str, Any]], below: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the places of a group on a day: of its area, and its members, of which some may be groups themselves."""
    from xbcommerce.places import members

    if name in below:
        raise RulebookError(f"group {name} is within itself", field="members", value=name)
    group = groups[name]
    area = members(group["area"], group["kind"], on) if "area" in group else ()
    told = (_members(one, on, groups, (*below, name)) if one in groups else (one,) for one in group.get("members", ()))
    return (*(one for one in area if one not in group.get("except", ())), *(place for some in told for place in some))


# ------------------------------------------------------------------ reading


def audit(rulebook: Rulebook) -> list[str]:
    """Return what is wrong with the checks of a rulebook, of texts and of platforms; nothing where it has none."""
    try:
        for folders in (("localization",), ("localization", "listings")):
            if all(rulebook.names(folder, ".toml") for folder in folders):
                Checks.of(rulebook, folders)
    except XBCommerceError as error:
        return [str(error)]
    return []


def _load(rulebook: Rulebook, folders: Sequence[str]) -> Checks:
    documents = []
    for folder in folders:
        for name in rulebook.names(folder, ".toml"):
            if not name.startswith(("checks.", "renderings.", "lexicons.")):
                continue
            where = f"{folder}/{name}"
            try:
                document = tomllib.loads(rulebook.text(folder, name))
            except tomllib.TOMLDecodeError as error:
                raise RulebookError(f"{where}: {error}") from None
            known_keys(document, _FILE_KEYS, where)
            documents.append((where, document))
    ceiling = tomllib.loads(rulebook.text("localization", "ceiling.toml"))["ceiling"]
    return read(documents, ceiling, Categories.of(rulebook))


def read(
    documents: Sequence[tuple[str, Mapping[str, Any]]], ceiling: Mapping[str, Any], categories: Categories | None = None
) -> Checks:
    """Return the checks of parsed files; without `categories` no check may name one.

    Raises:
        RulebookError: naming file, check and reason.
    """
    sources: dict[str, Source] = {}
    lexicons: dict[str, Mapping[str, Any]] = {}
    groups: dict[str, Mapping[str, Any]] = {}
    for where, document in documents:
        sources |= {name: parse_source(name, row, where=where) for name, row in document.get("source", {}).items()}
        lexicons |= document.get("lexicon", {})
        groups |= document.get("group", {})
    categories = categories or Categories({})
    reader = _Reader(sources, lexicons, ceiling, categories)
    found: dict[str, Check] = {}
    for where, document in documents:
        for check in reader.checks(document, where):
            if check.id in found:
                raise RulebookError(f"{where}: there are two checks {check.id!r}", field="id", value=check.id)
            found[check.id] = check
    _resolve(found)
    return Checks(found.values(), groups, lexicons, categories)


def _resolve(found: dict[str, Check]) -> None:
    """Give checks that share another's terms these terms, and see that what is named exists."""
    for name, check in found.items():
        shared = check.body.get("same_terms_as")
        if shared is not None:
            if shared not in found or not found[shared].terms:
                raise RulebookError(f"{check.file}, check {name!r}: no terms of {shared!r}", hint=suggest(shared, found))
            object.__setattr__(check, "terms", found[shared].terms)
            _refuse_bare_blocks(check)
        for other in check.replaces:
            if other not in found:
                raise RulebookError(f"{check.file}, check {name!r}: replaces no check {other!r}", hint=suggest(other, found))


class _Reader:
    def __init__(
        self, sources: Mapping[str, Source], lexicons: Mapping[str, Any], ceiling: Mapping[str, Any], categories: Categories
    ) -> None:
        self.categories = categories
        self.sources = sources
        self.lexicons = lexicons
        self.ceiling = ceiling

    def checks(self, document: Mapping[str, Any], where: str) -> Iterator[Check]:
        defaults = document.get("defaults", {})
        for row in document.get("check", ()):
            yield self._check({**defaults, **row}, where)
        for row in document.get("rendering", ()):
            yield self._rendering(row, defaults, where)

    def _check(self, row: Mapping[str, Any], where: str) -> Check:
        where = f"{where}, check {shown(row.get('id'))}"
        if not a_text(row, "id", where):
            raise RulebookError(f"{where}: id is missing", field="id")
        kind = one_of(row, "kind", KINDS, where, "")
        known_keys(row, _COMMON | _KEYS[kind], where)
        fields = _texts(row.get("field", "any_text"), "field", where)
        if kind in ("requires", "shape"):
            self._refuse_unknown_names(row, where)
        return self._made(row, kind, fields, where)

    def _refuse_unknown_names(self, row: Mapping[str, Any], where: str) -> None:
        known = {"shape": dict(_closed("shape"))["shape"], "lexicon": self.lexicons}
        for key in ("all_of", "any_of", "unless", "only_if"):
            for name in _texts(row.get(key, []), key, where):
                kind, _, rest = name.partition(".")
                if kind in known and rest not in known[kind]:
                    raise RulebookError(
                        f"{where}: {key} names no {kind} {shown(rest)}", field=key, value=name, hint=suggest(rest, known[kind])
                    )

    def _made(
        self, row: Mapping[str, Any], kind: str, fields: tuple[str, ...], where: str, rendering: Rendering | None = None
    ) -> Check:
        nature = one_of(row, "nature", NATURES, where, "")
        evidence = one_of(row, "evidence", EVIDENCE, where, "")
        confidence = one_of(row, "confidence", CONFIDENCES, where, "low")
        wished = one_of(row, "severity", SEVERITIES, where, "")
        start, end = dates(row, where)
        made = Check(
            id=row["id"],
            kind=kind,
            where=tuple(self._where(row.get("where", {}), where)),
            fields=fields,
            skip_fields=frozenset(_texts(row.get("skip_fields", []), "skip_fields", where)),
            severity=self._under_ceiling(wished, nature, evidence, confidence, kind, row),
            wished=wished,  # type: ignore[arg-type]
            nature=nature,  # type: ignore[arg-type]
            evidence=evidence,  # type: ignore[arg-type]
            confidence=confidence,
            valid_from=start,
            valid_to=end,
            status=one_of(row, "status", STATUSES, where, "in_force"),
            source=self._source(row, where),
            law=a_text(row, "law", where),
            fact=a_text(row, "fact", where),
            text=a_text(row, "text", where),
            fix=_fix(row.get("fix", {}), where),
            spare=bool(row.get("spare", True)),
            concept=a_text(row, "concept", where),
            replaces=_texts(row.get("replaces", []), "replaces", where),
            body=row,
            terms=self._terms(row, where) if kind == "terms" else {},
            only_near=self._near(row.get("only_near"), where),
            not_near=self._near(row.get("not_near"), where),
            unless_part_of=tuple(fold(text).text for text in _texts(row.get("unless_part_of", []), "unless_part_of", where)),
            if_source=tuple(fold(text).text for text in _texts(row.get("if_source", []), "if_source", where)),
            rendering=rendering,
            file=where,
        )
        _refuse_unknown_words(kind, row, where)
        if row.get("every") and not isinstance(row.get("is"), list):
            raise RulebookError(f"{where}: every needs the languages in `is`", field="is", value=row.get("is"))
        if kind == "terms" and not made.terms and "same_terms_as" not in row:
            raise RulebookError(f"{where}: there are no terms", field="terms")
        _refuse_bare_blocks(made)
        a_date(row, "verified_on", where)
        return made

    def _rendering(self, row: Mapping[str, Any], defaults: Mapping[str, Any], where: str) -> Check:
        where = f"{where}, rendering {shown(row.get('term'))}"
        known_keys(row, _RENDERING_KEYS, where)
        language = a_text(row, "lang", where) or a_text(defaults, "lang", where)
        term, bad = a_text(row, "term", where), _texts(row.get("bad", []), "bad", where)
        if not term or not bad or not language:
            raise RulebookError(f"{where}: a rendering has a term, a language and at least one bad form", field="bad")
        alone = row.get("alone", False)
        forms = row.get("forms", {})
        if not isinstance(alone, bool) or not isinstance(forms, Mapping):
            raise RulebookError(f"{where}: alone is true or false, forms are a table", field="alone", value=alone)
        good = a_text(row, "good", where)
        if not good and not a_text(row, "say", where):
            raise RulebookError(f"{where}: without a good form, say what to do", field="good")
        _texts(row.get("risk", []), "risk", where)
        offered = Rendering(term, good or None, forms, row.get("say", ""))
        made = {
            "id": f"rendering.{row['id']}.{language}" if row.get("id") else f"rendering.{term}.{language}",
            "severity": row.get("severity", "warn"),
            "nature": "quality",
            "evidence": "linguistic",
            "confidence": "medium",
            "text": f"reads like a word-by-word translation of {term}",
            "concept": term,
            "terms": {language: [*bad, *forms]},
            "match": row.get("match", "lemma"),
            **{key: row[key] for key in ("not_near", "only_near", "unless_part_of") if key in row},
        }
        if not alone and "only_near" not in row:
            made["if_source"] = row.get("if_source", term)
        return self._made(made, "terms", ("any_text",), where, offered)

    def _terms(self, row: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
        terms = row.get("terms", {})
        named = self._lexicon(row["lexicon"], where) if "lexicon" in row else {}
        if not isinstance(terms, Mapping):
            raise RulebookError(f"{where}: terms are lists by language", field="terms", value=terms)
        one_of(row, "match", _MATCHES, where, "lemma")
        made = {
            language: (*_texts(terms.get(language, []), f"terms.{language}", where), *named.get(language, ()))
            for language in {*terms, *named}
        }
        for some in made.values():
            for term in some:
                _refuse_nothing(term, where)
        return made

    def _lexicon(self, name: object, where: str) -> Mapping[str, tuple[str, ...]]:
        if not isinstance(name, str) or name not in self.lexicons:
            raise RulebookError(f"{where}: no lexicon {shown(name)}", field="lexicon", hint=suggest(name, self.lexicons))
        return {language: tuple(words) for language, words in self.lexicons[name].items()}

    def _near(self, row: object, where: str) -> Near | None:
        if row is None:
            return None
        if isinstance(row, list):
            row = {"words": row}
        if not isinstance(row, Mapping):
            raise RulebookError(f"{where}: only_near and not_near are tables", value=row)
        known_keys(row, frozenset({"words", "lexicon", "shape", "within", "side"}), where)
        words = {"": _texts(row.get("words", []), "words", where)}
        if "lexicon" in row:
            words |= self._lexicon(row["lexicon"], where)
        side = one_of(row, "side", ("any", "before", "after"), where, "any")
        if not any(words.values()) and "shape" not in row:
            raise RulebookError(f"{where}: only_near and not_near name no words, lexicon or shape", value=row)
        return Near(words, _texts(row.get("shape", []), "shape", where), int(row.get("within", 3)), side)

    def _where(self, where: object, file: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
        if not isinstance(where, Mapping):
            raise RulebookError(f"{file}: where is a table", field="where", value=where)
        for name, value in where.items():
            if name not in _WHERE:
                raise RulebookError(f"{file}: where knows no {shown(name)}", allowed=_WHERE, hint=suggest(name, _WHERE))
            wanted, refused = value, []
            if isinstance(value, Mapping):
                known_keys(value, frozenset({"none_of", "any_of"}), file)
                wanted, refused = value.get("any_of", []), value.get("none_of", [])
            met, barred = frozenset(_texts(wanted, name, file)), frozenset(_texts(refused, name, file))
            if name == "category":
                self.categories.named(met | barred, file)
            yield name, met, barred

    def _source(self, row: Mapping[str, Any], where: str) -> Source | None:
        name = row.get("source")
        if name is None:
            return None
        if name not in self.sources:
            raise RulebookError(
                f"{where}: source {shown(name)} is not defined", field="source", hint=suggest(name, self.sources)
            )
        return self.sources[name]

    def _under_ceiling(
        self, wished: str, nature: str, evidence: str, confidence: str, kind: str, row: Mapping[str, Any]
    ) -> Severity:
        rule = self.ceiling[evidence][confidence]
        if isinstance(rule, Mapping):
            rule = rule.get(nature, rule.get("other", "info"))
        broken = kind == "agrees" and row.get("trait") == "placeholders" and nature == "quality"
        most = "block" if broken else rule
        return SEVERITIES[max(SEVERITIES.index(wished), SEVERITIES.index(most))]


def _refuse_bare_blocks(check: Check) -> None:
    """Refuse a check that blocks a sale for one word: it needs a condition, a category, or a second word."""
    if check.severity != "block" or check.kind != "terms":
        return
    limited = any(name == "category" and wanted for name, wanted, _ in check.where)
    if limited or check.only_near is not None or check.if_source or ("any_text" not in check.fields and _narrow(check.fields)):
        return
    for language, terms in check.terms.items():
        for term in terms:
            spaceless = not re.search(r"[^\W_]", term, re.ASCII) and language in _WRITTEN_TOGETHER
            if _is_one_word(term) and not (spaceless and check.unless_part_of):
                raise RulebookError(
                    f"{check.file}: {shown(term)} is one word without a condition and would block", field="severity",
                    value=term, hint="add only_near, a category or a second word, or make it warn",
                )  # fmt: skip


def _closed(kind: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the keys of a kind whose values are a closed list, with the list."""
    from xbcommerce.localization import agreement, measures, text, units

    if kind == "measure":
        yield "of", measures.KNOWN
        yield "over", ("sum", "items")
        yield "unit", measures.PALETTES
    elif kind == "repeats":
        yield "unit", ("word", "item")
    elif kind == "characters":
        yield "position", ("any", "leading", "trailing", "decorative")
        yield "property", text.SIGN_KINDS
    elif kind == "shape":
        yield "shape", text.SHAPES
        yield "role", text.ROLES
    elif kind == "notation":
        yield "topic", units.TOPICS
    elif kind == "agrees":
        yield "trait", agreement.TRAITS


def _refuse_unknown_words(kind: str, row: Mapping[str, Any], where: str) -> None:
    for key, known in _closed(kind):
        for value in _texts(row[key], key, where) if key in row else ():
            if value not in known:
                raise RulebookError(
                    f"{where}: {key} knows no {shown(value)}", field=key, value=value, allowed=known, hint=suggest(value, known)
                )
    for near in ("only_near", "not_near"):
        shapes = row[near].get("shape", []) if isinstance(row.get(near), Mapping) else []
        for value in _texts(shapes, "shape", where):
            if value not in dict(_closed("shape"))["shape"]:
                raise RulebookError(f"{where}: {near} knows no shape {shown(value)}", field="shape", value=value)


_WRITTEN_TOGETHER = frozenset({"zh", "ja", "th"})


def _refuse_nothing(term: str, where: str) -> None:
    """Refuse a term of which a single letter or digit is left when it is read ("#1" would be met in every 1)."""
    signs = "".join(re.findall(r"[^\W_]", term))
    if len(signs) < 2 and signs.isascii() and signs != term:
        raise RulebookError(f"{where}: too little is left of the term {shown(term)}", field="terms", value=term)


def _narrow(fields: tuple[str, ...]) -> bool:
    return all(name.startswith("attributes.") for name in fields)


def _is_one_word(term: str) -> bool:
    return len(re.findall(r"[^\W_]+", term)) < 2


def _fix(row: object, where: str) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise RulebookError(f"{where}: fix is a table", field="fix", value=row)
    known_keys(row, frozenset({"do", "say"}), where)
    if row:
        one_of(row, "do", _FIX_DOES, where, "")
    return row


def _texts(value: object, key: str, where: str) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    for one in values:
        if not isinstance(one, str) or not one.strip():
            raise RulebookError(f"{where}: {key} must be a text or a list of texts, not {shown(one)}", field=key, value=one)
    return tuple(values)
