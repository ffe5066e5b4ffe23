"""Payment methods as data: what a method is, where it is offered, and the facts that bound it.

A *method* is what the shopper knows. An *option* is a way to use it that changes the answer (a product, a flow, a brand of
shop, a tier of the account). An *offer* is a method at a provider. Facts are rows: each has keys (provider, merchant, shopper,
currency, option, vertical, buyer) that limit it, days, a source and a confidence. Lists replace each other (the provider's own
before the method's), bounds add up, options are alternatives. This module knows no method and no provider by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import FactUsed
from xbcommerce.money import Money
from xbcommerce.parties import lies_in
from xbcommerce.rules import Rulebook
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
    known_keys,
    one_of,
    parse_fact,
    parse_source,
)
from xbcommerce.rules.rulebook import BUILT_IN

__all__ = ["FALSE", "KINDS", "TRUE", "UNKNOWN", "Book", "Keys", "Method", "Option", "Row", "book", "overlay", "upmost"]

FALSE, UNKNOWN, TRUE = 0, 1, 2
"""Kleene's three answers, so ordered that `min` is "and" and `max` is "or"."""

KINDS = ("card", "wallet", "bank_transfer", "direct_debit", "cash_voucher", "cod", "bnpl", "instalment")
VERTICALS = ("ordinary", "games", "top_up", "gambling", "adult", "travel", "education", "insurance", "financial")
BUYERS = ("consumer", "business")
NEEDS = (
    "shopper_tax_id", "shopper_identity", "entity", "local_acquiring", "domestic_only", "own_contract", "merchant_tax_id"
)  # fmt: skip
GROUPS = ("flow", "product", "brand", "account")
REFUNDS = ("multiple", "partial", "full", "off_rail", "none", "as_card")
ANSWERS = ("yes", "no", "conditional", "mandate_only", "as_card", "unknown")
NATURES = ("provider", "account", "negotiable", "law")
OPS = ("up_to", "below")
WHENS = ("", "international", "conversion", "failed", "chargeback")

_FILES = ("cards.toml", "wallets.toml", "bank.toml", "cash.toml", "credit.toml")
_FOLDER = "payments"
_KEYS = ("provider", "merchant", "merchant_not", "shopper", "shopper_not", "currency", "vertical", "buyer")
_COMMON = frozenset(
    {*_KEYS, "option", "valid_from", "valid_to", "also_from", "also_to", "status", "confidence", "source", "note", "law",
     "verified_on"}
)  # fmt: skip
_FAMILIES: Mapping[str, frozenset[str]] = {
    "serves": frozenset({"of"}),
    "takes": frozenset({"of"}),
    "merchants": frozenset({"of"}),
    "buyer": frozenset({"of"}),
    "live": frozenset(),
    "gate": frozenset({"need", "place"}),
    "limit": frozenset({"min", "max", "also", "op", "unlimited", "nature", "per"}),
    "plan": frozenset({"min_part", "max_parts", "counts", "on_renewal", "borne_by", "interest"}),
    "recurring": frozenset({"value", "days"}),
    "refund": frozenset({"value", "days"}),
    "dispute": frozenset({"value", "days"}),
    "settle": frozenset({"days"}),
    "fee": frozenset({"percent", "fixed", "when"}),
}
_METHOD_KEYS = frozenset(
    {"kind", "credit", "on", "wraps", "cobadged_with", "succeeds", "succeeded_by", "succession", "physical_only", "everywhere",
     "direct", "pay_within", "source", "confidence", "names", "also_called", "offers", "note", "options", *_FAMILIES}
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class Keys:
    """What a question says of the keys of facts; None: it does not say."""

    on: date
    shopper: str
    currency: str
    provider: str | None
    merchant: str | None
    vertical: str
    buyer: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One fact about a method: its keys, days, source and what it says (`says`)."""

    family: str
    method: str
    says: Mapping[str, Any]
    keys: Mapping[str, tuple[str, ...]]
    option: str | None
    valid_from: date | None
    valid_to: date | None
    also_from: date | None
    also_to: date | None
    status: str
    confidence: str
    verified_on: date | None
    source: Source
    note: str
    law: str
    layer: int = 0
    laid_by: str = BUILT_IN

    @property
    def id(self) -> str:
        """Identity as in explanations."""
        scope = ",".join(f"{name}={'|'.join(values)}" for name, values in self.keys.items() if name != "provider")
        scope = scope if len(scope) <= 60 else scope[:59] + "…"
        provider = "|".join(self.keys.get("provider", ()))
        parts = [
            f"payment.{self.family}",
            self.method,
            provider,
            str(self.start or "always"),
            scope,
            self.option or "",
            *_apart(self),
        ]
        return "/".join(part for part in parts if part)

    @property
    def start(self) -> date | None:
        """The first day for which the row is known to hold: what was only observed does not reach back."""
        if self.valid_from is not None or self.status != "observed":
            return self.valid_from
        return self.source.seen

    def holds(self, on: date) -> int:
        """Tell whether the row holds on a day; unknown where its first or last day is, and before it was observed."""
        if self.status not in APPLIED:
            return FALSE
        if self.valid_to is not None and on > self.valid_to:
            return UNKNOWN if self.also_to is not None and on <= self.also_to else FALSE
        if self.valid_from is not None and self.status != "observed":
            if on >= self.valid_from:
                return TRUE
            return UNKNOWN if self.also_from is not None and on >= self.also_from else FALSE
        start = self.start
        if start is None or on >= start:
            return TRUE
        return FALSE if self.also_from is not None and on < self.also_from else UNKNOWN

    def fits(self, question: Keys) -> int:
        """Tell whether the row is about a question's case: unknown where the question does not say."""
        verdict = TRUE
        for name, values in self.keys.items():
            verdict = min(verdict, _fits(name, values, question))
        return verdict

    def used(self) -> FactUsed:
        """Return the row as it appears in explanations."""
        return FactUsed(
            id=self.id,
            value=_told(self.says),
            valid_from=self.start,
            valid_to=self.valid_to,
            law=self.law,
            citation=self.source.citation,
            verified_on=self.verified_on,
            confidence=self.confidence,
            status=self.status,
            layer=self.laid_by,
        )


def upmost(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows of the uppermost layer among some that answer: what a caller laid over the built-in ones hides them."""
    found = tuple(rows)
    top = max((row.layer for row in found), default=0)
    return found if not top else tuple(row for row in found if row.layer == top)


def _fits(name: str, values: tuple[str, ...], question: Keys) -> int:
    if name == "provider":
        return TRUE if question.provider in values else FALSE
    if name in ("merchant", "merchant_not"):
        if question.merchant is None:
            return UNKNOWN
        inside = inside_any(question.merchant, values, question.on)
        return TRUE if inside == (name == "merchant") else FALSE
    if name in ("shopper", "shopper_not"):
        inside = inside_any(question.shopper, values, question.on)
        return TRUE if inside == (name == "shopper") else FALSE
    said = getattr(question, name)
    if said is None:
        return UNKNOWN
    return TRUE if said in values else FALSE


@lru_cache(maxsize=65_536)
def inside_any(place: str, areas: tuple[str, ...], on: date) -> bool:
    """Tell whether a place is one of some countries or lies in one of some areas on a day ("*": anywhere).

    >>> inside_any("NO", ("EU", "NO"), date(2026, 1, 1)), inside_any("GB", ("EU",), date(2026, 1, 1))
    (True, False)
    """
    return "*" in areas or place in areas or any(lies_in(place, area, on) for area in areas)


def _apart(row: Row) -> list[str]:
    """Return what tells rows of the same keys apart: the currency of a bound, the need of a gate, the occasion of a fee."""
    money = [value.currency for value in row.says.values() if isinstance(value, Money)]
    return [*dict.fromkeys(money), str(row.says.get("need", "")), str(row.says.get("when", ""))]


def _told(says: Mapping[str, Any]) -> str:
    parts = []
    for name, value in says.items():
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts.append(text if name in ("of", "value", "need") else f"{name} {text}")
    text = "; ".join(parts) or "yes"
    return text if len(text) <= 200 else text[:199] + "…"


# ---------------------------------------------------------------------------------------------------------------- methods


@dataclass(frozen=True, slots=True)
class Option:
    """A way to use a method: one of a closed list; one that fits is enough.

    Attributes:
        group: what it is a choice of: "flow", "product", "brand" or "account".
        credit: whether the shopper pays later; None: it depends (a card may be either).
        shopper: the countries in which it exists; none: wherever the method does.
    """

    id: str
    group: str = ""
    chosen_by: str = "shop"
    credit: bool | None = None
    shopper: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """What a method is called, from a day to a day."""

    text: str
    valid_from: date | None = None
    valid_to: date | None = None
    status: str = "in_force"
    source: Source | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A payment method with all its facts."""

    id: str
    kind: str
    credit: bool | None
    names: tuple[Name, ...]
    also_called: tuple[str, ...]
    offers: tuple[str, ...]
    options: tuple[Option, ...]
    on: tuple[str, ...]
    wraps: str | None
    cobadged_with: tuple[str, ...]
    succeeds: str | None
    succeeded_by: str | None
    physical_only: bool
    everywhere: bool
    direct: bool
    pay_within: int | None
    confidence: str
    source: Source
    note: str
    facts: Mapping[str, tuple[Row, ...]]

    @property
    def mix_kind(self) -> str:
        """The kind under which figures of usage count it: vouchers and cash at the door are both cash."""
        return "cash" if self.kind in ("cash_voucher", "cod") else self.kind

    def name_on(self, on: date) -> Name:
        """Return what the method is called on a day."""
        for name in self.names:
            if (name.valid_from is None or name.valid_from <= on) and (name.valid_to is None or on <= name.valid_to):
                return name
        return self.names[-1]

    def rows(self, family: str) -> tuple[Row, ...]:
        """Return all rows of a family of facts."""
        return self.facts.get(family, ())

    def replaced(self, family: str, question: Keys) -> tuple[Row, ...]:
        """Return the rows of a list that answer: the provider's own where it has some, else the method's."""
        fitting = upmost(row for row in self.rows(family) if row.fits(question) != FALSE and row.holds(question.on) != FALSE)
        own = tuple(row for row in fitting if "provider" in row.keys)
        return own or tuple(row for row in fitting if "provider" not in row.keys)


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """All payment data of a rulebook, checked."""

    methods: Mapping[str, Method]
    providers: tuple[str, ...]
    cash_limits: tuple[Row, ...]
    refusals: tuple[Row, ...]
    rules: Mapping[tuple[str, str], tuple[Fact, ...]]
    laid: Callable[[str, tuple[str, ...], date, Mapping[str, str | None]], Fact | None]
    minor_units: Mapping[str, tuple[Row, ...]]
    areas: Mapping[str, tuple[str, ...]]
    declared: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, Source]
    shares: tuple[Mapping[str, str], ...] = field(repr=False)

    def method(self, name: str) -> Method:
        """Return a method by its id.

        Raises:
            UnknownFact: if there is none; the message suggests.
        """
        found = self.methods.get(name) if isinstance(name, str) else None
        if found is None:
            raise UnknownFact(
                f"there is no payment method {shown(name)}", field="method", value=name, allowed=self.methods,
                hint=suggest(name, self.methods),
            )  # fmt: skip
        return found

    def rule(self, subject: str, places: Sequence[str], on: date, **scope: str) -> Fact | None:
        """Return the rule of a subject on a day, or None: a caller's own, else that of the first place that has one."""
        own = self.laid(subject, tuple(places), on, scope)
        if own is not None:
            return own
        for place in places:
            for fact in self.rules.get((subject, place), ()):
                if fact.covers(on) and all(scope.get(name) in values for name, values in fact.scope):
                    return fact
        return None

    def law(self, subject: str, places: Sequence[str], on: date, **scope: str) -> Fact | None:
        """Return the rule of a subject if it says yes: a rule that says no, such as a caller's own, is as good as none."""
        found = self.rule(subject, places, on, **scope)
        return found if found is not None and found.value is True else None

    def places_of(self, shopper: str, on: date) -> tuple[str, ...]:
        """Return the places whose rules reach a shopper: the country, and the areas it lies in."""
        ruled = dict.fromkeys(place for _, place in self.rules)
        return (
            shopper,
            *(place for place in ruled if place != shopper and inside_any(shopper, self.areas.get(place, (place,)), on)),
        )

    def range(self, name: str) -> tuple[Decimal, Decimal]:
        """Return a declared range: what is assumed where nobody told."""
        low, high = self.declared["range"][name]
        return Decimal(low), Decimal(high)


def book(rulebook: Rulebook) -> Book:
    """Return the payment data of a rulebook, reading and checking them once.

    Raises:
        RulebookError: if a file is broken: the message names file, key and reason.
    """
    if not isinstance(rulebook, Rulebook):
        raise InvalidInput(f"rulebook is a Rulebook, not {shown(rulebook)}", field="rulebook", value=rulebook)
    found: Book = rulebook.compiled(("payments",), lambda: _read(rulebook))
    return found


# ---------------------------------------------------------------------------------------------------------------- reading


def _read(rulebook: Rulebook) -> Book:
    declared = rulebook.document(_FOLDER, "declared.toml")
    areas = {name: tuple(of) for name, of in declared["area"].items()}
    sources = _sources(rulebook.document(_FOLDER, "sources.toml"), "sources.toml")
    methods: dict[str, Method] = {}
    for name in _FILES:
        methods |= parse_methods(rulebook.document(_FOLDER, name), sources, areas, name)
    rules = rulebook.document(_FOLDER, "rules.toml")
    own = _sources(rules, "rules.toml")
    cash_limits = _laws(rules, "cash_limit", "limit", own, areas, {})
    ruled = _rules(rules, own, rulebook)
    for number, layer in enumerate(layers_of(rulebook), 1):
        cash_limits += _own_laws(layer, number, areas)
        methods |= {name: _laid(name, row, methods, layer, number, areas) for name, row in layer["methods"].items()}
        for fact in _own_rules(layer, rulebook):
            ruled[fact.subject, fact.place] = (fact, *ruled.get((fact.subject, fact.place), ()))
    check_references(methods)
    providers = {provider for method in methods.values() for provider in method.offers}
    minor = _minor_units(rulebook.document(_FOLDER, "minor_units.toml"))
    return Book(
        methods=methods,
        providers=tuple(sorted(providers | minor.keys())),
        cash_limits=cash_limits,
        refusals=_laws(rules, "refusal", "refusal", own, areas, {"place", "percent", "prepaid"}),
        rules=ruled,
        laid=_laid_over(rulebook),
        minor_units=minor,
        areas=areas,
        declared=declared,
        sources=sources,
        shares=_table(rulebook.text(_FOLDER, "shares.csv")),
    )


def _sources(document: Mapping[str, Any], where: str) -> dict[str, Source]:
    rows = a_table(document.get("source", {}), where, "source")
    return {name: parse_source(name, row, where=where) for name, row in rows.items()}


def _table(text: str) -> tuple[Mapping[str, str], ...]:
    import csv

    return tuple(csv.DictReader(text.splitlines()))


def _rules(document: Mapping[str, Any], sources: Mapping[str, Source], rulebook: Rulebook) -> dict[Any, tuple[Fact, ...]]:
    units, defaults = rulebook.vocabulary.units, document.get("defaults", {})
    out: dict[tuple[str, str], tuple[Fact, ...]] = {}
    for row in document.get("fact", ()):
        fact = parse_fact(
            {**defaults, **row}, place="", sources=sources, units=units, where="payments/rules.toml", layer="built-in"
        )
        out[fact.subject, fact.place] = (*out.get((fact.subject, fact.place), ()), fact)
    return out


def _laid_over(rulebook: Rulebook) -> Callable[[str, tuple[str, ...], date, Mapping[str, str | None]], Fact | None]:
    """Return what finds the fact of a caller's overlays that answers: the uppermost first, whatever its place."""

    def find(subject: str, places: tuple[str, ...], on: date, scope: Mapping[str, str | None]) -> Fact | None:
        if not rulebook.layers:
            return None
        try:
            found = rulebook.find(subject, places, on, scope)[0]
        except UnknownFact:
            return None
        return found if found.layer != BUILT_IN else None

    return find


# --------------------------------------------------------------------------------------------------------------- overlays

_OWN_FILE = "payments-own-"
_OWN_DAY = "$day"
_EXTENDED = frozenset({*_FAMILIES, "offers", "names", "options"})
_OWN_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")


class _OwnFile:
    """A file of a layer, held in memory; it counts for the digest of the rulebook as any other."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        return True

    def read_text(self, encoding: str = "utf-8") -> str:  # noqa: ARG002 - as of a path
        return self._text

    def read_bytes(self) -> bytes:
        return self._text.encode()


class _OwnFolder:
    """The folder of a rulebook with one file more."""

    def __init__(self, below: Any, file: _OwnFile) -> None:
        self._below, self._file, self.name = below, file, below.name

    def iterdir(self) -> Iterator[Any]:
        yield from self._below.iterdir()
        yield self._file

    def joinpath(self, *parts: str) -> Any:
        if parts == ("",):
            return self
        return self._file if parts == (self._file.name,) else self._below.joinpath(*parts)


def overlay(
    name: str,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    cash_limits: Sequence[Mapping[str, Any]] = (),
    rules: Sequence[Mapping[str, Any]] = (),
    sources: Mapping[str, Mapping[str, Any]] | None = None,
    rulebook: Rulebook | None = None,
) -> Rulebook:
    """Return a rulebook with the caller's own payment methods, limits and rules laid over those of another.

    Rows are written as in the data files. A row of a known method hides the rows below it that answer the same question (the
    same list, fee or right of the same provider; a limit: those of its currency, so say both ends), gates are added. Providers
    that rows name offer the method. A method nobody knows needs `kind`, `serves` and `takes`.

    Args:
        name: what the layer is called; it is cited where a row names no source.
        methods: by id: what is added to a known method, or a new one.
        cash_limits: legal limits of cash: {"shopper": ["DE"], "max": "10000 EUR", "op": "up_to"}.
        rules: rules such as {"subject": "payment.surcharge.ban", "place": "NO", "value": True, "unit": "bool",
            "scope": {"kind": ["card"]}}.
        sources: by id: title, publisher, url, seen.
        rulebook: what they are laid over; silent: the facts installed.

    >>> own = overlay("our contract", {"ideal": {"limit": [{"provider": "mollie", "min": "1 EUR", "max": "500 EUR"}]}})
    >>> from xbcommerce.payments import eligible
    >>> asked = {"shopper": "NL", "amount": "600 EUR", "provider": "mollie"}
    >>> eligible(asked, "DE", on="2026-11-22", rulebook=own)["ideal"].reasons[0].text
    'is above the maximum of 500.00 EUR'

    Raises:
        RulebookError: if a row is broken: the message names layer, method, key and reason.
        InvalidInput: if the name is empty or that of the built-in layer.
    """
    base = (Rulebook.builtin() if rulebook is None else rulebook).overlay(name, ())
    document = {
        "layer": name,
        "methods": {} if methods is None else methods,
        "cash_limits": cash_limits,
        "rules": rules,
        "sources": {} if sources is None else sources,
    }
    try:
        text = json.dumps(document, default=_written, sort_keys=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise RulebookError(f"layer {shown(name)}: cannot be read: {error}") from None
    for key, wanted in (("methods", Mapping), ("sources", Mapping), ("cash_limits", list | tuple), ("rules", list | tuple)):
        if not isinstance(document[key], wanted):
            raise RulebookError(f"layer {shown(name)}: {key} is not of its form: {shown(document[key])}", field=key)
    file = _OwnFile(f"{_OWN_FILE}{len(layers_of(base)) + 1:03}.json", text)
    base._folder = _OwnFolder(base._folder, file)  # noqa: SLF001 - a rulebook of our own making, not yet handed out
    book(base)
    return base


def _written(value: object) -> object:
    if type(value) is date:
        return {_OWN_DAY: value.isoformat()}
    if isinstance(value, Decimal | Money):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{shown(value)} is no text, number, date or list")


def _day_of(row: dict[str, Any]) -> Any:
    return date.fromisoformat(row[_OWN_DAY]) if row.keys() == {_OWN_DAY} else row


def layers_of(rulebook: Rulebook) -> list[Mapping[str, Any]]:
    """Return the layers of payment methods of a rulebook, the lowest first, checked in form."""
    found = [name for name in rulebook.names("", ".json") if name.startswith(_OWN_FILE)]
    return [json.loads(rulebook.text(name), object_hook=_day_of) for name in found]


def _own_sources(layer: Mapping[str, Any]) -> dict[str, Source]:
    where = f"layer {shown(layer['layer'])}"
    own = {name: parse_source(name, row, where=where) for name, row in layer["sources"].items()}
    return {layer["layer"]: Source(id=layer["layer"], title=layer["layer"]), **own}


def _own_laws(layer: Mapping[str, Any], number: int, areas: Mapping[str, tuple[str, ...]]) -> tuple[Row, ...]:
    where, sources = f"layer {shown(layer['layer'])}, cash_limits", _own_sources(layer)
    defaults = {"status": "in_force", "source": layer["layer"]}
    return tuple(
        replace(
            parse_row({**defaults, **a_table(row, where, "a limit")}, "limit", "cash_limit", _FAMILIES["limit"], sources, areas,
                      where),
            layer=number,
            laid_by=layer["layer"],
        )
        for row in layer["cash_limits"]
    )  # fmt: skip


def _own_rules(layer: Mapping[str, Any], rulebook: Rulebook) -> Iterator[Fact]:
    where, sources = f"layer {shown(layer['layer'])}, rules", _own_sources(layer)
    for row in layer["rules"]:
        fact = parse_fact(
            {"source": layer["layer"], **a_table(row, where, "a rule")}, place="", sources=sources,
            units=rulebook.vocabulary.units, where=where, layer=layer["layer"],
        )  # fmt: skip
        if fact.subject not in rulebook.vocabulary.subjects or not fact.subject.startswith("payment."):
            known = [name for name in rulebook.vocabulary.subjects if name.startswith("payment.")]
            raise RulebookError(
                f"{where}: {shown(fact.subject)} is no rule on paying", field="subject", value=fact.subject, allowed=known,
                hint=suggest(fact.subject, known),
            )  # fmt: skip
        yield fact


def _laid(
    name: str,
    row: Any,
    methods: Mapping[str, Method],
    layer: Mapping[str, Any],
    number: int,
    areas: Mapping[str, tuple[str, ...]],
) -> Method:
    """Return a known method with a layer's rows over its own, or a new method."""
    where = f"layer {shown(layer['layer'])}"
    sources, table = _own_sources(layer), a_table(row, where, "a method")
    known = methods.get(name)
    if not _OWN_ID.fullmatch(name):
        raise RulebookError(f"{where}: {shown(name)} is no id of small letters, digits and _", field="method", value=name)
    if known is None and "kind" not in table:
        raise RulebookError(
            f"{where}: there is no payment method {shown(name)} to lay facts over; a new one needs kind, serves and takes",
            field="method", value=name, hint=suggest(name, methods),
        )  # fmt: skip
    whole: dict[str, Any] = dict(table) if known is None else {**table, "kind": known.kind}
    if known is not None:
        known_keys(table, _EXTENDED, f"{where}, {name}")
        whole["options"] = [
            *({"id": option.id, "group": option.group} for option in known.options if option.id),
            *table.get("options", ()),
        ]
    elif not table.get("serves") or not table.get("takes"):
        raise RulebookError(f"{where}, {name}: a new method needs serves and takes", field="serves", value=name)
    given = {"source": layer["layer"], "names": [{"text": name}], **whole}
    made = _method(name, given, {"status": "in_force"}, sources, areas, f"{where}, {name}")
    facts = {
        family: tuple(replace(one, layer=number, laid_by=layer["layer"]) for one in rows) for family, rows in made.facts.items()
    }
    named = [provider for rows in facts.values() for one in rows for provider in one.keys.get("provider", ())]
    if known is None:
        return replace(made, facts=facts, offers=tuple(dict.fromkeys([*made.offers, *named])))
    added = table.get("options", ())
    return replace(
        known,
        facts={**known.facts, **{family: (*rows, *known.facts.get(family, ())) for family, rows in facts.items()}},
        offers=tuple(dict.fromkeys([*known.offers, *made.offers, *named])),
        names=(*made.names, *known.names) if "names" in table else known.names,
        options=(*[one for one in known.options if one.id], *made.options[-len(added) :]) if added else known.options,
    )


# ------------------------------------------------------------------------------------------------------------------ parts


def _laws(
    document: Mapping[str, Any],
    name: str,
    family: str,
    sources: Mapping[str, Source],
    areas: Mapping[str, tuple[str, ...]],
    more: set[str] | dict[str, Any],
) -> tuple[Row, ...]:
    keys = _FAMILIES["limit"] if family == "limit" else frozenset(more)
    defaults = {"status": "in_force", **document.get("defaults", {})}
    return tuple(
        parse_row({**defaults, **row}, family, name, keys, sources, areas, f"payments/rules.toml, {name} {number}")
        for number, row in enumerate(document.get(name, ()), 1)
    )


def _minor_units(document: Mapping[str, Any]) -> dict[str, tuple[Row, ...]]:
    sources = _sources(document, "minor_units.toml")
    keys = frozenset({"digits", "also_digits", "step"})
    out = {}
    for provider, block in document["provider"].items():
        where = f"payments/minor_units.toml, {provider}"
        rows = [{**document["defaults"], **row} for row in block["rows"]]
        out[provider] = tuple(parse_row(row, "minor_units", provider, keys, sources, {}, where) for row in rows)
    return out


def parse_methods(
    document: Mapping[str, Any], sources: Mapping[str, Source], areas: Mapping[str, tuple[str, ...]], where: str
) -> dict[str, Method]:
    """Check a file of methods completely and return them by id, or raise `RulebookError` with file, key and reason."""
    known_keys(document, frozenset({"defaults", "method"}), where)
    defaults = a_table(document.get("defaults", {}), where, "defaults")
    rows = a_table(document.get("method", {}), where, "method").items()
    return {name: _method(name, row, defaults, sources, areas, f"{where}, {name}") for name, row in rows}


def _method(
    name: str,
    row: Mapping[str, Any],
    defaults: Mapping[str, Any],
    sources: Mapping[str, Source],
    areas: Mapping[str, tuple[str, ...]],
    where: str,
) -> Method:
    known_keys(a_table(row, where, "a method"), _METHOD_KEYS, where)
    for key in ("names", "options", *_FAMILIES):
        if not isinstance(row.get(key, []), list | tuple) or not all(isinstance(one, Mapping) for one in row.get(key, [])):
            raise RulebookError(f"{where}: {key} is a list of tables, not {shown(row[key])}", field=key, value=row[key])
    source = cited(row, sources, where)
    confidence = one_of(row, "confidence", CONFIDENCES, where, "high")
    inherited = {**defaults, "source": source.id, "confidence": confidence}
    options = tuple(_option(option, where) for option in row.get("options", ()))
    facts = {
        family: tuple(
            parse_row({**inherited, **one}, family, name, keys, sources, areas, f"{where}.{family}")
            for one in row.get(family, ())
        )
        for family, keys in _FAMILIES.items()
        if family in row
    }
    for rows in facts.values():
        for one in rows:
            if one.option is not None and one.option not in [option.id for option in options]:
                raise RulebookError(
                    f"{where}: {shown(one.option)} is no option of the method", field="option", value=one.option
                )
    return Method(
        id=name,
        kind=one_of(row, "kind", KINDS, where, ""),
        credit=_flag(row, "credit", where),
        names=tuple(_name(one, sources, where) for one in row.get("names", ({"text": name},))),
        also_called=tuple(row.get("also_called", ())),
        offers=tuple(row.get("offers", ())),
        options=options or (Option(id="", credit=_flag(row, "credit", where)),),
        on=tuple(row.get("on", ())),
        wraps=row.get("wraps"),
        cobadged_with=tuple(row.get("cobadged_with", ())),
        succeeds=row.get("succeeds"),
        succeeded_by=row.get("succeeded_by"),
        physical_only=bool(row.get("physical_only", False)),
        everywhere=bool(row.get("everywhere", False)),
        direct=bool(row.get("direct", False)),
        pay_within=row.get("pay_within"),
        confidence=confidence,
        source=source,
        note=a_text(row, "note", where),
        facts=facts,
    )


def _flag(row: Mapping[str, Any], key: str, where: str) -> bool | None:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise RulebookError(f"{where}: {key} is true or false, not {shown(value)}", field=key, value=value)
    return value


def _option(row: Mapping[str, Any], where: str) -> Option:
    known_keys(row, frozenset({"id", "group", "chosen_by", "credit", "shopper"}), where)
    return Option(
        id=a_text(row, "id", where),
        group=one_of(row, "group", GROUPS, where, ""),
        chosen_by=one_of(row, "chosen_by", ("shop", "shopper", "account"), where, "shop"),
        credit=_flag(row, "credit", where),
        shopper=tuple(row.get("shopper", ())),
    )


def _name(row: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> Name:
    known_keys(row, frozenset({"text", "valid_from", "valid_to", "status", "confidence", "source"}), where)
    start, end = dates(row, where)
    return Name(
        text=a_text(row, "text", where),
        valid_from=start,
        valid_to=end,
        status=one_of(row, "status", STATUSES, where, "in_force"),
        source=cited(row, sources, where) if "source" in row else None,
    )


def parse_row(
    row: Mapping[str, Any],
    family: str,
    method: str,
    keys: frozenset[str],
    sources: Mapping[str, Source],
    areas: Mapping[str, tuple[str, ...]],
    where: str,
) -> Row:
    """Return one fact row, or raise `RulebookError` with file, key and reason."""
    known_keys(row, _COMMON | keys, where)
    start, end = dates(row, where)
    says = {name: _said(name, row[name], areas, where) for name in row if name in keys}
    _CHECKS.get(family, _no_check)(says, where)
    scope = {name: _expanded(row[name], areas) for name in _KEYS if name in row and name not in keys}
    return Row(
        family=family,
        method=method,
        says=says,
        keys=scope,
        option=row.get("option"),
        valid_from=start,
        valid_to=end,
        also_from=a_date(row, "also_from", where),
        also_to=a_date(row, "also_to", where),
        status=one_of(row, "status", STATUSES, where, "in_force"),
        confidence=one_of(row, "confidence", CONFIDENCES, where, "high"),
        verified_on=a_date(row, "verified_on", where),
        source=cited(row, sources, where),
        note=a_text(row, "note", where),
        law=a_text(row, "law", where),
    )


def _expanded(values: object, areas: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    listed = values if isinstance(values, list | tuple) else [values]
    return tuple(dict.fromkeys(part for value in listed for part in areas.get(str(value), (str(value),))))


_MONEY = ("min", "max", "also", "min_part", "fixed")


def _said(name: str, value: object, areas: Mapping[str, tuple[str, ...]], where: str) -> Any:
    if name == "of":
        return _expanded(value, areas)
    try:
        if name in _MONEY:
            return Money.of(value)
        if name in ("percent", "prepaid", "step", "interest"):
            return Money.of(f"{value} XXX").amount
    except ValueError as error:
        raise RulebookError(f"{where}: {name}: {error}", field=name, value=value) from None
    return tuple(value) if isinstance(value, list) else value


def _no_check(says: Mapping[str, Any], where: str) -> None:
    """Families of free content."""


def _word(name: str, accepted: Sequence[str]) -> Callable[[Mapping[str, Any], str], None]:
    def check(says: Mapping[str, Any], where: str) -> None:
        one_of(says, name, accepted, where, "")

    return check


def _limit(says: Mapping[str, Any], where: str) -> None:
    one_of(says, "nature", NATURES, where, "provider")
    one_of(says, "op", OPS, where, "up_to")
    bounds = [says[name] for name in ("min", "max", "also") if name in says]
    if not bounds and not says.get("unlimited"):
        raise RulebookError(f"{where}: a limit has a min, a max, or is unlimited", field="limit")
    if len({bound.currency for bound in bounds}) > 1:
        raise RulebookError(f"{where}: the bounds of a limit are of one currency", field="limit")
    if "min" in says and "max" in says and says["max"] < says["min"]:
        raise RulebookError(f"{where}: max lies below min", field="max", value=says["max"])


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], str], None]] = {
    "gate": _word("need", NEEDS),
    "refund": _word("value", REFUNDS),
    "recurring": _word("value", ANSWERS),
    "dispute": _word("value", ANSWERS),
    "fee": _word("when", WHENS),
    "limit": _limit,
}


def check_references(methods: Mapping[str, Method]) -> None:
    """Refuse names of methods that do not exist."""
    for method in methods.values():
        named = [*method.on, *method.cobadged_with, method.succeeds, method.succeeded_by]
        for name in named:
            if name is not None and name not in methods:
                raise RulebookError(
                    f"{method.id}: there is no method {shown(name)}", field="method", value=name, hint=suggest(name, methods)
                )
