"""Two ways in one text: forms of address, spellings of two countries, two sorts of digits; and what a translation lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xbcommerce.localization.content import Field_, Finding
from xbcommerce.localization.matching import Reading
from xbcommerce.localization.text import spans_of

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check

__all__ = ["agrees"]

_DIGITS = {
    "western": re.compile("[0-9]+"), "eastern Arabic": re.compile("[\u0660-\u0669\u06f0-\u06f9]+"),
    "full-width": re.compile("[\uff10-\uff19]+"),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,])\d{1,9}(?:[.,]\d{1,3})?(?![\d])")


def agrees(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield what does not agree."""
    for check in checks:
        yield from TRAITS[check.body["trait"]](question, check)


Uses = dict[str, list[tuple[Field_, tuple[int, int]]]]


class _Variants(NamedTuple):
    """The variants of a language between which a listing should not change.

    Attributes:
        names: of the variants.
        by_word: the variant that a word shows.
        endings: the variants that endings of sentences show, where those do.
        case: the variant that a word shows in capitals alone.
        articles: words after which the next is a noun and shows nothing.
    """

    names: tuple[str, ...]
    by_word: Mapping[str, str]
    endings: Mapping[str, tuple[str, ...]]
    case: str | None
    articles: frozenset[str]


@lru_cache(maxsize=256)
def _variants(check: Check, language: str) -> _Variants | None:
    """Return the variants of a language that a check knows, ready for use."""
    forms = check.body["forms"].get(language)
    if forms is None:
        return None
    words = {name: told for name, told in forms.items() if isinstance(told, list) and name != "nouns_after"}
    return _Variants(
        tuple(words),
        {word.casefold(): name for name, told in words.items() for word in told if " " not in word},
        {name: tuple(word[1:] for word in told) for name, told in words.items() if all(word.startswith("~") for word in told)},
        forms.get("case"),
        frozenset(forms.get("nouns_after", ())),
    )


def _forms(question: Question, check: Check) -> Iterator[Finding]:
    """Yield the rarer of two variants that a listing mixes (or the one that is not the market's)."""
    language = question.language.partition("-")[0]
    forms = _variants(check, language)
    if forms is None:
        return
    variants = forms.names
    uses: Uses = {}
    for field in question.read_by(check):
        for name, span in _uses(question, field, forms):
            uses.setdefault(name, []).append((field, span))
    expected = next((name for name in variants if name in question.place.parts), None)
    if len(uses) < 2 and (expected is None or not uses or expected in uses):
        return
    usual = expected or max(uses, key=lambda name: len(uses[name]))
    others = [(field, variant) for variant, used in uses.items() if variant != usual for field, _ in used]
    for path, name in dict.fromkeys((field.path, variant) for field, variant in others):
        spans = [span for field, span in uses[name] if field.path == path]
        shown = _name(usual)
        yield question.finding(
            check, path, spans, text=f"{check.text}: {_name(name)} here, {shown} elsewhere" if expected is None
            else f"{check.text}: {_name(name)}, not {shown}", suggestion=f"write it the {shown} way throughout",
        )  # fmt: skip


def _name(variant: str) -> str:
    return variant.replace("_", " ")


def _uses(question: Question, field: Field_, forms: _Variants) -> Iterator[tuple[str, tuple[int, int]]]:
    _, by_word, endings, case, articles = forms
    reading = question.reading(field)
    if endings:
        yield from _endings(field.text, endings)
        return
    if reading.distinct.keys().isdisjoint(by_word):
        return
    for place, word in enumerate(reading.words):
        name = by_word.get(word)
        if name is None:
            continue
        start, end = reading.folded.span(reading.starts[place], reading.ends[place])
        if articles and ((place > 0 and reading.words[place - 1] in articles) or _is_capital_name(field.text, start, end)):
            continue
        if name == case and not (field.text[start : start + 1].isupper() and not _begins(reading, place)):
            continue
        yield name, (start, end)


def _is_capital_name(text: str, start: int, end: int) -> bool:
    """Tell whether a word in capitals stands among words that are not: the brand TOI, no pronoun."""
    around = text[max(0, start - 30) : start] + text[end : end + 30]
    return end - start > 1 and text[start:end].isupper() and sum(map(str.islower, around)) > sum(map(str.isupper, around))


def _begins(reading: Reading, place: int) -> bool:
    return place == 0 or reading.sentences[place] != reading.sentences[place - 1]


_CLAUSE = re.compile(r"[^。．！？!?\n]{1,400}")


def _endings(text: str, variants: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield how sentences end, for languages whose politeness is in the last word."""
    for match in _CLAUSE.finditer(text):
        clause = match.group().rstrip(" 　」）)")
        for name, endings in variants.items():
            found = next((ending for ending in endings if clause.endswith(ending)), None)
            if found is not None:
                end = match.start() + len(clause)
                yield name, (end - len(found), end)
                break


def _digits(question: Question, check: Check) -> Iterator[Finding]:
    for field in question.read_by(check):
        if field.text.isascii():
            continue
        found = {name: [match.span() for match in pattern.finditer(field.text)] for name, pattern in _DIGITS.items()}
        used = {name: spans for name, spans in found.items() if spans}
        if len(used) > 1:
            usual = max(used, key=lambda name: len(used[name]))
            other = next(name for name in used if name != usual)
            yield question.finding(check, field.path, used[other], text=f"{check.text}: {other} beside {usual} digits")


def _placeholders(question: Question, check: Check) -> Iterator[Finding]:
    """Yield placeholders and tags that a translation lost or made up."""
    for field in question.read_by(check):
        source = question.listing.source_of(field.path)
        if source is None or (isinstance(question.listing.source, str) and len(question.fields) > 1):
            continue
        wanted = Counter(found.value for found in spans_of("placeholder", source))
        here = spans_of("placeholder", field.text)
        have = Counter(found.value for found in here)
        lost, extra = sorted((wanted - have).elements()), have - wanted
        if lost:
            yield question.finding(check, field.path, [(0, 0)], text=f"missing, the source has: {', '.join(lost)}")
        spans = [(found.start, found.end) for found in here if extra[found.value] > 0]
        if spans:
            yield question.finding(check, field.path, spans, text="not in the source")


def _numbers(question: Question, check: Check) -> Iterator[Finding]:
    """Yield fields that lost a number of their source (sizes converted to other units are not counted)."""
    for field in question.read_by(check):
        source = question.listing.source_of(field.path)
        if source is None or (isinstance(question.listing.source, str) and len(question.fields) > 1):
            continue
        have = {found.replace(",", ".") for found in _NUMBER.findall(_western(field.text))}
        measured = {shape.value.replace(",", ".") for shape in spans_of("quantity", source)}
        lost = [
            number for number in _NUMBER.findall(_western(source))
            if number.replace(",", ".") not in have and number.replace(",", ".") not in measured
        ]  # fmt: skip
        if lost:
            yield question.finding(check, field.path, [(0, 0)], text=f"{check.text}: {', '.join(dict.fromkeys(lost))}")


def _western(text: str) -> str:
    """Return a text with the digits of every writing as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


TRAITS: Mapping[str, Callable[[Any, Any], Iterator[Finding]]] = {
    "address_form": _forms, "politeness": _forms, "spelling_region": _forms, "digits": _digits, "placeholders": _placeholders,
    "numbers": _numbers,
}  # fmt: skip
