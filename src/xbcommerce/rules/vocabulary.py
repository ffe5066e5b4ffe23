"""The closed vocabulary: traits of a question, goods classes, subjects of facts, units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xbcommerce.errors import InvalidInput, RulebookError, shown, suggest
from xbcommerce.rules.facts import a_table, a_text, known_keys, one_of, trait_text

__all__ = ["Trait", "Vocabulary"]

_DOMAINS = ("bool", "code", "country", "goods_class", "hs", "territory")
_LEVELS = ("order", "line")
_SUBJECT_KEYS = frozenset({"meaning"})
_TRAIT_KEYS = frozenset({"meaning", "values", "level", "default"})
_COUNTRY = re.compile(r"[A-Z]{2}")
_TERRITORY = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Trait:
    """A property of the order or of a line that a law may ask for.

    Attributes:
        values: the closed domain: the accepted values, or the name of a domain (country, bool ...).
        level: "order" or "line".
        default: what is assumed, and said, when the caller is silent; None: the law's question cannot be answered.
        assumed: how that is said.
    """

    name: str
    meaning: str
    values: tuple[str, ...] | str
    level: str = "order"
    default: str | None = None
    assumed: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "assumed", f"{self.name} assumed: {self.default}")

    def accepts(self, value: str, classes: Mapping[str, str]) -> bool:
        """Tell whether a value lies in the domain."""
        if not isinstance(self.values, str):
            return value in self.values
        if self.values == "bool":
            return value in ("true", "false")
        if self.values == "country":
            return bool(_COUNTRY.fullmatch(value))
        if self.values == "territory":
            return bool(_TERRITORY.fullmatch(value))
        return value in classes if self.values == "goods_class" else True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Traits, goods classes, subjects and units that files may use."""

    traits: Mapping[str, Trait]
    classes: Mapping[str, str]
    within: Mapping[str, str]
    subjects: Mapping[str, str]
    units: frozenset[str] = field(repr=False)
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    levied: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, document: Mapping[str, Any], currencies: frozenset[str], where: str) -> Vocabulary:
        """Return the shared vocabulary of a document."""
        classes, within = document["goods_class"], document.get("goods_class_within", {})
        codes, levied = document.get("goods_class_codes", {}), document.get("goods_class_levied", {})
        for name in {*within, *within.values(), *codes, *levied} - {*classes}:
            raise RulebookError(f"{where}: there is no goods class {name!r}", hint=suggest(name, classes))
        by_code = {code: name for name, listed in codes.items() for code in listed}
        base = cls({}, classes, within, {}, frozenset(document["units"]) | currencies, by_code, levied)
        return base.extended(document, where)

    def class_of_code(self, code: str | None) -> str | None:
        """Return the goods class in which everything under a commodity code lies, or None where the code does not tell."""
        if code is None:
            return None
        known = self.codes.get
        return known(code[:4]) or known(code[:2]) or known(code[:6])

    def widening(self, goods_class: str) -> Iterator[str]:
        """Yield a goods class and the ever wider classes that it lies in."""
        seen: set[str] = set()
        name: str | None = goods_class
        while name is not None and name not in seen:
            seen.add(name)
            yield name
            name = self.within.get(name)

    def extended(self, document: Mapping[str, Any], where: str) -> Vocabulary:
        """Return this vocabulary and the traits and subjects that a jurisdiction file declares for itself."""
        traits = a_table(document.get("trait", {}), where, "trait")
        subjects = a_table(document.get("subject", {}), where, "subject")
        if not traits and not subjects:
            return self
        own = {name: _trait(name, row, f"{where}, trait {shown(name)}") for name, row in traits.items()}
        meanings = {
            name: row if isinstance(row, str) else _meaning(row, f"{where}, subject {shown(name)}")
            for name, row in subjects.items()
        }
        return replace(self, traits={**self.traits, **own}, subjects={**self.subjects, **meanings})

    def joined(self, other: Vocabulary) -> Vocabulary:
        """Return the words of both."""
        return replace(self, traits={**self.traits, **other.traits}, subjects={**self.subjects, **other.subjects})

    def checked(self, name: str, value: str | bool) -> str:  # noqa: FBT001 - either is a trait's value
        """Return a caller's value of a trait as text, or raise `InvalidInput` with the accepted values."""
        trait = self.traits.get(name)
        if trait is None:
            raise InvalidInput(
                f"there is no trait {shown(name)}", field=name, value=value, allowed=sorted(self.traits),
                hint=suggest(name, self.traits),
            )  # fmt: skip
        text = trait_text(value) if isinstance(value, str | bool) else ""
        if not trait.accepts(text, self.classes):
            allowed = trait.values if isinstance(trait.values, tuple) else sorted(self.classes)
            if isinstance(trait.values, str) and trait.values != "goods_class":
                allowed = (trait.values,)
            raise InvalidInput(
                f"{name} {shown(value)} is none of {', '.join(allowed)}",
                field=name,
                value=value,
                allowed=allowed,
                hint=suggest(text, allowed),
            )
        return text


def _meaning(row: object, where: str) -> str:
    row = a_table(row, where, "a subject")
    known_keys(row, _SUBJECT_KEYS, where)
    return a_text(row, "meaning", where)


def _trait(name: str, row: object, where: str) -> Trait:
    row = a_table(row, where, "a trait")
    known_keys(row, _TRAIT_KEYS, where)
    values = row.get("values")
    if isinstance(values, list) and values and all(isinstance(value, str | bool) for value in values):
        values = tuple(trait_text(value) for value in values)
    elif not isinstance(values, str) or values not in _DOMAINS:
        raise RulebookError(
            f"{where}: values must be a list of texts or one of {', '.join(_DOMAINS)}, not {shown(values)}",
            field="values",
            value=values,
        )
    default = row.get("default")
    if default is not None and not isinstance(default, str | bool):
        raise RulebookError(f"{where}: default must be one of the values, not {shown(default)}", field="default", value=default)
    return Trait(
        name=name,
        meaning=a_text(row, "meaning", where),
        values=values,
        level=one_of(row, "level", _LEVELS, where, "order"),
        default=None if default is None else trait_text(default),
    )
