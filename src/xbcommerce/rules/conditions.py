"""Conditions: `subject = test`, all of which must hold; no "or", no nesting, no expressions, no dates.

Tests are compiled once, when the rulebook is loaded, into small frozen values; the engine that asks the question answers
what they need through the `Question` protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.rules.facts import trait_text
from xbcommerce.rules.figures import Figure, literal
from xbcommerce.rules.vocabulary import Vocabulary

__all__ = [
    "AmountTest",
    "AppliedTest",
    "Bound",
    "CountTest",
    "ListTest",
    "Question",
    "Test",
    "TraitTest",
    "all_hold",
    "compile_when",
]

COUNTS = frozenset({"lines", "units"})
SCOPES = frozenset({"line", "unit", "recipient_day", "recipient_year"})
_BOUNDS = ("up_to", "below", "above", "at_least", "is")


class Question(Protocol):
    """What an engine must be able to tell about the case at hand. `line` is the index of a line, or None for the order."""

    def trait(self, name: str, line: int | None) -> str:
        """Return the value of a trait, or raise `UnknownFact`."""

    def compare(self, names: Sequence[str], bound: Bound, line: int | None) -> int:
        """Return -1, 0 or 1: the sum of the named amounts against a bound, both in the bound's currency, unrounded."""

    def count(self, name: str) -> int:
        """Return a count (lines, units)."""

    def listed(self, lists: Sequence[str], line: int) -> bool:
        """Tell whether a line's commodity code is on one of the lists, or raise `UnknownFact` for too short a code."""

    def applied(self, charge: str, line: int) -> bool:
        """Tell whether a step was entered for a line, whatever its amount."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit: the subject of a fact or a literal figure, and the exchange policy if it has its own."""

    operator: str
    limit: str
    fx: str | None = None
    figure: Figure | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure", literal(self.limit))

    def admits(self, comparison: int) -> bool:
        """Tell whether a comparison of the amount with the limit satisfies the bound."""
        if self.operator == "up_to":
            return comparison <= 0
        if self.operator == "below":
            return comparison < 0
        if self.operator == "above":
            return comparison > 0
        return comparison >= 0 if self.operator == "at_least" else comparison == 0


@dataclass(frozen=True, slots=True)
class TraitTest:
    """A trait has (or has not) one of the values."""

    name: str
    by_line: bool
    values: frozenset[str]
    negated: bool

    def holds(self, question: Question, line: int | None) -> bool:
        """Tell whether the test holds for a line (or for the order)."""
        return (question.trait(self.name, line) in self.values) != self.negated


@dataclass(frozen=True, slots=True)
class AmountTest:
    """A sum of amounts keeps within its bounds."""

    names: tuple[str, ...]
    by_line: bool
    bounds: tuple[Bound, ...]

    def holds(self, question: Question, line: int | None) -> bool:
        """Tell whether the test holds for a line (or for the order)."""
        for bound in self.bounds:  # noqa: SIM110 - as in all_hold
            if not bound.admits(question.compare(self.names, bound, line)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class CountTest:
    """A count keeps within its bounds."""

    name: str
    bounds: tuple[tuple[Bound, int], ...]
    by_line: bool = False

    def holds(self, question: Question, line: int | None) -> bool:  # noqa: ARG002 - one signature for all tests
        """Tell whether the test holds."""
        count = question.count(self.name)
        return all(bound.admits((count > limit) - (count < limit)) for bound, limit in self.bounds)


@dataclass(frozen=True, slots=True)
class ListTest:
    """The line's commodity code is (or is not) on one of the lists."""

    lists: tuple[str, ...]
    negated: bool
    by_line: bool = True

    def holds(self, question: Question, line: int | None) -> bool:
        """Tell whether the test holds for a line."""
        assert line is not None  # noqa: S101 - list tests are by line
        return question.listed(self.lists, line) != self.negated


@dataclass(frozen=True, slots=True)
class AppliedTest:
    """Some or none of the steps were entered for the line."""

    charges: tuple[str, ...]
    negated: bool
    by_line: bool = True

    def holds(self, question: Question, line: int | None) -> bool:
        """Tell whether the test holds for a line."""
        assert line is not None  # noqa: S101 - applied tests are by line
        return any(question.applied(charge, line) for charge in self.charges) != self.negated


Test: TypeAlias = TraitTest | AmountTest | CountTest | ListTest | AppliedTest


def all_hold(tests: Sequence[Test], question: Question, line: int | None) -> bool:
    """Tell whether all tests hold, asking in the order written."""
    for test in tests:  # noqa: SIM110 - a plain loop: this is the hottest line of a quote
        if not test.holds(question, line):
            return False
    return True


def compile_when(when: object, vocabulary: Vocabulary, where: str) -> tuple[Test, ...]:
    """Compile a `when` table, or raise `RulebookError` for words it does not know."""
    if not isinstance(when, Mapping):
        raise RulebookError(f"{where}: when is a table of conditions, not {shown(when)}")
    return tuple(test for subject, content in when.items() for test in _compile(subject, content, vocabulary, where))


def _compile(subject: str, content: Any, vocabulary: Vocabulary, where: str) -> list[Test]:
    where = f"{where}, condition {subject!r}"
    if subject == "applied":
        return [
            AppliedTest(_strings(content, word, where), word == "none_of")
            for word in _words(content, ("none_of", "any_of"), where)
        ]
    if subject == "sum":
        of = _strings(content, "of", where)
        if any(name.partition(".")[0] in ("line", "unit") for name in of):
            raise RulebookError(f"{where}: a sum is of the consignment; the amounts of one line are compared one by one")
        return [AmountTest(of, by_line=False, bounds=_bounds({k: v for k, v in content.items() if k != "of"}, where))]
    if subject == "hs" and isinstance(content, Mapping):
        return [
            ListTest(_strings(content, word, where), word == "unlisted")
            for word in _words(content, ("listed", "unlisted"), where)
        ]
    if subject in COUNTS:
        bounds = _bounds(content if isinstance(content, Mapping) else {"is": content}, where)
        return [CountTest(subject, tuple((bound, _whole(bound.limit, where)) for bound in bounds))]
    if subject in vocabulary.traits:
        return [_trait_test(subject, content, vocabulary, where)]
    if not isinstance(content, Mapping):
        hint = suggest(subject, vocabulary.traits)
        raise RulebookError(f"{where}: no such trait, and an amount needs a bound such as {{ up_to = … }}", hint=hint)
    by_line = subject.partition(".")[0] in ("line", "unit")
    return [AmountTest((subject,), by_line, _bounds(content, where))]


def _trait_test(name: str, content: Any, vocabulary: Vocabulary, where: str) -> TraitTest:
    negated = False
    if name == "hs":
        raise RulebookError(
            f"{where}: commodity codes stand in a product list", hint='write { listed = ["…"] } or { unlisted = ["…"] }'
        )
    if isinstance(content, Mapping):
        words = _words(content, ("none_of", "any_of"), where)
        if len(words) != 1:
            raise RulebookError(f"{where}: either none_of or any_of; one list says it all")
        negated, content = words[0] == "none_of", content[words[0]]
    values = [trait_text(value) for value in (content if isinstance(content, list) else [content])]
    trait = vocabulary.traits[name]
    for value in values:
        if not trait.accepts(value, vocabulary.classes):
            known = trait.values if isinstance(trait.values, tuple) else vocabulary.classes
            raise RulebookError(f"{where}: {shown(value)} is not in the domain of {name}", hint=suggest(value, known))
    return TraitTest(name, trait.level == "line", frozenset(values), negated)


def _words(content: object, known: tuple[str, ...], where: str) -> list[str]:
    if not isinstance(content, Mapping) or not content or any(word not in known for word in content):
        raise RulebookError(f"{where}: one of {', '.join(known)} is expected, not {shown(content)}")
    return list(content)


def _strings(content: object, word: str, where: str) -> tuple[str, ...]:
    values = content.get(word) if isinstance(content, Mapping) else None
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise RulebookError(f"{where}: {word} must be a list of names, not {shown(values)}")
    return tuple(values)


def _bounds(content: Mapping[str, Any], where: str) -> tuple[Bound, ...]:
    fx = content.get("fx")
    words = [word for word in content if word != "fx"]
    if not words or any(word not in _BOUNDS for word in words):
        raise RulebookError(f"{where}: a bound is one of {', '.join(_BOUNDS)}, not {shown(words)}")
    for word in words:
        if isinstance(content[word], bool) or not isinstance(content[word], int | str):
            raise RulebookError(f"{where}: {word} is the subject of a fact or a whole number, not {shown(content[word])}")
    if fx is not None and not isinstance(fx, str):
        raise RulebookError(f"{where}: fx is the subject of a fact, not {shown(fx)}")
    return tuple(Bound(word, str(content[word]), fx) for word in words)


def _whole(limit: str, where: str) -> int:
    if not (limit.isascii() and limit.isdigit()):
        raise RulebookError(f"{where}: a count is compared with a whole number, not {shown(limit)}")
    return int(limit)
