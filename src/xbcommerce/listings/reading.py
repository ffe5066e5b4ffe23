"""Readability: how long the sentences are, and how heavy the words (LIX)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from xbcommerce.explain import Citation
from xbcommerce.localization.content import Finding, Listing
from xbcommerce.localization.text import scripts_of

__all__ = ["Read", "read", "sentences"]

_SENTENCE = re.compile(r"(?<![0-9])[.]|[.](?![0-9])|[!?:;•|。！？：\n]|\s[-–—*]\s|\s[*]")
_WORD = re.compile(r"[^\W\d_]+")
_LONG = 6
_SPACELESS_SCRIPTS = ("Han", "Hiragana", "Katakana")
_UNMARKED_SCRIPTS = ("Thai", "Khmer", "Lao", "Myanmar")
"""Scripts that mark no end of a sentence: nothing is said of its length."""


class Read(NamedTuple):
    """How a field reads: its name, whether it is easy enough, and what is found if not."""

    field: str
    good: bool
    finding: Finding | None


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a line is a sentence.

    >>> sentences("Holds 1.5 litres. Keeps cold.")
    ['Holds 1.5 litres', 'Keeps cold']
    """
    found = (part.strip() for part in _SENTENCE.split(text))
    return [part for part in found if any(map(str.isalpha, part))]


def read(listing: Listing, language: str, rules: Mapping[str, Any]) -> Iterator[Read]:
    """Yield how each field reads that is known; one that is empty is not good, one that is short says nothing."""
    for name in rules["fields"]:
        value = getattr(listing, name)
        if value is None:
            continue
        text = "\n".join(value) if isinstance(value, tuple) else value
        if listing.is_empty(name) or (isinstance(value, tuple) and any(not item.strip() for item in value)):
            yield Read(name, good=False, finding=None)
            continue
        told = _heavy(text, language, rules, weigh=isinstance(value, str))
        finding = _finding(f"{name}.0" if isinstance(value, tuple) else name, told, rules) if told else None
        yield Read(name, good=not told, finding=finding)


def _heavy(text: str, language: str, rules: Mapping[str, Any], *, weigh: bool) -> str:
    """Return in words what makes a text hard to read, or an empty text; LIX is only for running text (`weigh`)."""
    counts = scripts_of(text)
    if any(script in counts for script in _UNMARKED_SCRIPTS):
        return ""
    parts = sentences(text)
    if sum(counts.get(script, 0) for script in _SPACELESS_SCRIPTS) * 2 > sum(counts.values()):
        return _heavy_signs(parts, rules)
    return _heavy_words([part for part in parts if not _is_list(part)], language, rules, weigh=weigh)


def _heavy_signs(parts: list[str], rules: Mapping[str, Any]) -> str:
    signs = sum(map(len, parts))
    if signs < rules["given_signs"] or signs <= rules["sentence_signs"] * len(parts):
        return ""
    return f"a sentence has {signs // len(parts)} signs on average, more than {rules['sentence_signs']}"


def _heavy_words(parts: list[str], language: str, rules: Mapping[str, Any], *, weigh: bool) -> str:
    words = [word for part in parts for word in _WORD.findall(part)]
    if len(words) < rules["given_words"] or len(parts) < _PARTS:
        return ""
    length = Decimal(len(words)) / len(parts)
    if length > rules["sentence_words"]:
        return f"a sentence has {length:.0f} words on average, more than {rules['sentence_words']}"
    lix = length + Decimal(100 * sum(len(word) > _LONG for word in words)) / len(words)
    most = rules["lix"].get(language.partition("-")[0], rules["lix"]["default"])
    weigh = weigh and length >= _WEIGHED
    return f"LIX is {lix:.0f}, more than {most}: long sentences of long words" if weigh and lix > most else ""


_PARTS = 3
"""Fewer sentences tell too little: a text with one stop has lost the others more often than it never had them."""
_WEIGHED = 12
"""Shorter sentences are a list of properties, whose words are long in any shop."""
_MOST_OF_A_SENTENCE = 70
_NAMES = Decimal("0.5")
_FIGURES = Decimal("0.15")


def _is_list(part: str) -> bool:
    """Tell whether a stretch is an enumeration and no sentence.

    That is: a comma at least every five words (ingredients, species), more words than anybody's sentence has (its stops were
    lost), half of them names, or many of them figures.
    """
    words = _WORD.findall(part)
    if len(words) <= 8:
        return False
    named = sum(word[0].isupper() for word in words)
    return (
        part.count(",") * 5 >= len(words) or len(words) > _MOST_OF_A_SENTENCE or named > _NAMES * len(words)
        or sum(map(str.isdigit, part.split())) > _FIGURES * len(words)
    )  # fmt: skip


def _finding(path: str, told: str, rules: Mapping[str, Any]) -> Finding:
    return Finding(
        rule="reading.sentences",
        severity="info",
        nature="quality",
        field=path,
        text=told,
        evidence=rules["evidence"],
        confidence="low",
        wished="info",
        source=Citation(title=rules["note"]),
        suggestion="write shorter sentences",
    )
