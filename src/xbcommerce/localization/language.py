"""In which language a text is: by its script first, by a language identifier where one is installed.

The question is never "which language is this?" but "is this surely *not* the language it should be?": short titles full of
names must not be accused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from xbcommerce.localization.content import Field_, Finding
from xbcommerce.localization.text import LOOKALIKE, is_simplified_in_japanese, script_of, scripts_of

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check, Place

__all__ = ["Identifier", "installed_identifier", "language", "languages_of", "script_language", "scripts_for"]

_SAMPLE = 240
_LETTERS = 40
_WORDS = 6
_SURE = 0.6
_SURELY_NOT = 0.2
_SCRIPT_SHARE = 0.1
_WORD = re.compile(r"[^\W\d_]+")

_SCRIPTS: Mapping[str, frozenset[str]] = {
    "Latn": frozenset({"Latin"}),
    "Cyrl": frozenset({"Cyrillic"}),
    "Grek": frozenset({"Greek"}),
    "Arab": frozenset({"Arabic"}),
    "Hebr": frozenset({"Hebrew"}),
    "Thai": frozenset({"Thai"}),
    "Deva": frozenset({"Devanagari"}),
    "Jpan": frozenset({"Han", "Hiragana", "Katakana"}),
    "Kore": frozenset({"Hangul"}),
    "Hans": frozenset({"Han"}),
    "Hant": frozenset({"Han", "Bopomofo"}),
    "Armn": frozenset({"Armenian"}),
    "Geor": frozenset({"Georgian"}),
    "Beng": frozenset({"Bengali"}),
    "Taml": frozenset({"Tamil"}),
    "Telu": frozenset({"Telugu"}),
    "Gujr": frozenset({"Gujarati"}),
    "Khmr": frozenset({"Khmer"}),
    "Laoo": frozenset({"Lao"}),
    "Mymr": frozenset({"Myanmar"}),
    "Ethi": frozenset({"Ethiopic"}),
}
"""Scripts of ISO 15924 as Unicode names them; the composite ones with what they are made of."""
_OF_SCRIPT = (
    ("Hiragana", "ja"),
    ("Katakana", "ja"),
    ("Hangul", "ko"),
    ("Han", "zh"),
    ("Arabic", "ar"),
    ("Cyrillic", "ru"),
    ("Greek", "el"),
    ("Hebrew", "he"),
    ("Thai", "th"),
    ("Devanagari", "hi"),
)
"""The language that a script most often writes in commerce: in which a text is read when nobody says more."""


class Identifier(Protocol):
    """Anything that tells how likely a text is in which language."""

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Return languages of ISO 639-1 with their probabilities."""


class _Py3langid:
    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Return languages with their probabilities."""
        return {str(name): float(share) for name, share in self._model.rank(text)}


class Lingua:
    """The identifier of the package lingua-language-detector: more accurate on single titles, and a hundred megabytes.

    Args:
        languages: codes of ISO 639-1 among which it decides; the fewer, the better.
    """

    def __init__(self, languages: Iterable[str]) -> None:
        from lingua import IsoCode639_1, LanguageDetectorBuilder

        codes = [getattr(IsoCode639_1, name.upper()) for name in languages]
        self._detector: Any = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Return languages with their probabilities."""
        return {
            one.language.iso_code_639_1.name.lower(): float(one.value)
            for one in self._detector.compute_language_confidence_values(text)
        }


@lru_cache(maxsize=1)
def installed_identifier() -> Identifier | None:
    """Return the identifier of the extra `language`, or None where it is not installed."""
    try:
        return _Py3langid()
    except ImportError:
        return None


@lru_cache(maxsize=8_192)
def _probabilities(identifier: Any, sample: str) -> Mapping[str, float]:
    found: Mapping[str, float] = identifier.probabilities(sample)
    return found


def languages_of(place: Place, groups: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the official languages of a market, the most spoken first: as its group says, else as CLDR knows them."""
    for name in sorted(place.parts):
        told = groups.get(name, {}).get("languages")
        if told and name in place.parts:
            return tuple(told)
    return _official(place.countries[0]) if len(place.countries) == 1 else ()


@lru_cache(maxsize=512)
def _official(country: str) -> tuple[str, ...]:
    from babel.languages import get_official_languages

    return tuple(dict.fromkeys(name.partition("_")[0] for name in get_official_languages(country, de_facto=True)))[:4]


@lru_cache(maxsize=512)
def scripts_for(language: str) -> frozenset[str]:
    """Return the scripts in which a language is written, by CLDR's likely subtags.

    >>> sorted(scripts_for("ja"))
    ['Han', 'Hiragana', 'Katakana']
    """
    from babel.core import get_global

    likely = get_global("likely_subtags")
    parts = language.replace("_", "-").split("-")
    told = next((part.title() for part in parts[1:] if len(part) == 4), None)
    if told is None:
        full = likely.get("_".join(parts[:2])) or likely.get(parts[0]) or ""
        told = next((part for part in full.split("_")[1:] if len(part) == 4), "Latn")
    return _SCRIPTS.get(told, frozenset())


def script_language(counts: Mapping[str, int], expected: Iterable[str] = ()) -> str:
    """Return the language that the scripts of a text tell, unless they belong to one that is expected anyway.

    >>> script_language({"Han": 3, "Hiragana": 5}), script_language({"Latin": 9})
    ('ja', '')
    """
    usual: frozenset[str] = frozenset().union(*[scripts_for(name) for name in expected]) if expected else frozenset()
    for script, name in _OF_SCRIPT:
        if script in counts:
            return "" if script in usual else name
    return ""


def language(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield the fields that are surely not in the language they should be in, and foreign writing inside them."""
    for check in checks:
        if "foreign_script" in check.body:
            yield from _foreign_script(question, check)
        else:
            yield from _other_language(question, check)


# ------------------------------------------------------------------ another language


def _other_language(question: Question, check: Check) -> Iterator[Finding]:
    expected = _expected(question, check)
    if not expected:
        question.missing[check.id] = "no language is claimed or known for the market"
        return
    fields = [field for field in question.fields if check.reads(field.path, field.name)]
    for field in fields:
        verdict = question.verdict(check, field, expected, _verdict_of)
        if verdict is None:
            continue
        wanted = " or ".join(_name_of(code) for code in expected)
        say = f"translate it into {wanted}"
        yield question.finding(
            check, field.path, [(0, len(field.text))], text=f"{verdict}, not {wanted}: {check.text}", suggestion=say
        )


def _expected(question: Question, check: Check) -> tuple[str, ...]:
    wanted = check.body.get("is", "listing")
    if wanted == "listing":
        return (question.listing.language,) if question.listing.language else ()
    return question.market_languages if wanted == "market" else tuple(wanted)


def _verdict_of(question: Question, check: Check, field: Field_, expected: tuple[str, ...]) -> str | None:
    return _verdict(question, check, _without_names(question, field), expected)


def _without_names(question: Question, field: Field_) -> str:
    text = field.text
    for name in question.listing.names:
        text = text.replace(name, " ")
    return text


def _verdict(question: Question, check: Check, text: str, expected: Sequence[str]) -> str | None:
    """Return what the text is instead, in words; None where it may be right or nobody can say."""
    counts = scripts_of(text)
    letters = sum(counts.values())
    wanted = frozenset().union(*[scripts_for(code) for code in expected])
    own = sum(number for script, number in counts.items() if script in wanted)
    given = check.body.get("given", _LETTERS)
    if "Latin" not in wanted:
        return None if letters < given or own > _SCRIPT_SHARE * letters else "written in other letters"
    foreign = letters - own
    if letters and foreign > 0.5 * letters and foreign >= min(given, 10):
        return "written in other letters"
    words = _WORD.findall(text[: _SAMPLE * 2])
    if letters < given or len(words) < check.body.get("words", _WORDS):
        return None
    identifier: Any = question.identifier or installed_identifier()
    if identifier is None:
        question.missing[check.id] = "no language identifier is installed (extra `language`)"
        return None
    shares = _probabilities(identifier, text[:_SAMPLE].casefold())
    best = max(shares, key=lambda code: shares[code])
    here = sum(shares.get(code.partition("-")[0], 0.0) for code in expected)
    near = _NEIGHBOURS.get(best, frozenset())
    if shares[best] < _SURE or here > _SURELY_NOT or any(code.partition("-")[0] in near for code in expected):
        return None
    return f"written in {_name_of(best)}"


_NEIGHBOURS = {
    "da": frozenset({"no", "nb", "nn", "sv"}),
    "no": frozenset({"nb", "nn", "da", "sv"}),
    "nb": frozenset({"no", "nn", "da", "sv"}),
    "nn": frozenset({"no", "nb", "da"}),
    "gl": frozenset({"pt", "es"}),
    "ca": frozenset({"es"}),
    "an": frozenset({"es"}),
    "lb": frozenset({"de"}),
    "af": frozenset({"nl"}),
    "ms": frozenset({"id"}),
    "id": frozenset({"ms"}),
    "bs": frozenset({"hr", "sr"}),
    "hr": frozenset({"bs", "sr"}),
    "sr": frozenset({"hr", "bs"}),
    "oc": frozenset({"fr", "ca"}),
    "wa": frozenset({"fr"}),
    "sk": frozenset({"cs"}),
    "cs": frozenset({"sk"}),
    "ht": frozenset({"fr"}),
    "br": frozenset({"fr"}),
    "li": frozenset({"nl"}),
}
"""Languages that an identifier takes for one another on short texts: no verdict between them."""


@lru_cache(maxsize=512)
def _name_of(code: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale("en").languages.get(code.replace("-", "_")) or Locale("en").languages[code.partition("-")[0]])
    except (KeyError, UnknownLocaleError):
        return code


# ------------------------------------------------------------------ foreign letters


def _foreign_script(question: Question, check: Check) -> Iterator[Finding]:
    claimed = (question.listing.language,) if question.listing.language else question.market_languages
    if not claimed:
        question.missing[check.id] = "no language is claimed or known for the market"
        return
    home = frozenset().union(*[scripts_for(code) for code in claimed]) | {"Latin"}
    watched = frozenset(check.body["foreign_script"])
    for field in question.fields:
        if not check.reads(field.path, field.name) or field.text.isascii():
            continue
        spans = [span for span in _runs(field.text, home, watched, claimed) if not _is_name(question, field.text[slice(*span)])]
        if spans:
            found = field.text[slice(*spans[0])]
            yield question.finding(
                check,
                field.path,
                spans,
                text=f"{found!r} is left in another writing",
                suggestion="translate it or leave it out",
            )


def _is_name(question: Question, found: str) -> bool:
    return any(found in name for name in question.listing.names)


def _runs(text: str, home: frozenset[str], watched: frozenset[str], claimed: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of letters of a watched script that is not at home; in Japanese, runs with a simplified Chinese sign."""
    japanese = any("Hiragana" in scripts_for(code) for code in claimed)
    foreign = {
        sign for sign in set(text)
        if not sign.isascii() and sign.isalpha() and _is_foreign(sign, home, watched, japanese=japanese)
    }  # fmt: skip
    if not foreign:
        return
    start = None
    for place, sign in enumerate(text):
        same = sign in foreign or (japanese and sign.isalpha() and script_of(sign) == "Han")
        if same and start is None:
            start = place
        elif not same and start is not None:
            if any(one in foreign for one in text[start:place]) and not _inside_word(text, start, place):
                yield start, place
            start = None
    if start is not None and any(one in foreign for one in text[start:]) and not _inside_word(text, start, len(text)):
        yield start, len(text)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Tell whether letters that look Latin stand inside a Latin word: that is a word in two alphabets, told elsewhere."""
    if script_of(text[start]) not in LOOKALIKE:
        return False
    return text[start - 1 : start].isalpha() or text[end : end + 1].isalpha()


def _is_foreign(sign: str, home: frozenset[str], watched: frozenset[str], *, japanese: bool) -> bool:
    script = script_of(sign)
    if script in ("Common", "Unknown") or ("any" not in watched and script not in watched):
        return False
    if script == "Han" and japanese:
        return is_simplified_in_japanese(sign)
    return script not in home
