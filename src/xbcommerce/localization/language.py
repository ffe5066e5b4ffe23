"""In which language a text is: by its script first, by a language identifier where one is installed.

The question is never "which language is this?" but "is this surely *not* the language it should be?": short titles full of
names must not be accused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.localization.content import Field_, Finding
from xbcommerce.localization.matching import fold
from xbcommerce.localization.text import LOOKALIKE, is_simplified_in_japanese, script_of, scripts_of

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check, Place

__all__ = [
    "Identifier",
    "country_names",
    "installed_identifier",
    "language",
    "languages_of",
    "names_a_country",
    "script_language",
    "scripts_for",
    "with_parent",
]

_SAMPLE = 240
_LETTERS = 40
_WORDS = 6
_SURE = 0.6
_SURELY_NOT = 0.2
_PLAINLY = 0.15
"""The share of small words that shows a language: running texts of the languages listed have a quarter and more."""
_FEW_PLAIN = 3
_FEW_LETTERS = 4
"""So many signs of another writing, and nothing else, are no name."""
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


class _Same:
    """An identifier as a key of a cache, by identity: it need not be hashable."""

    __slots__ = ("identifier",)

    def __init__(self, identifier: Identifier) -> None:
        self.identifier = identifier

    def __hash__(self) -> int:
        return id(self.identifier)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.identifier is other.identifier


@lru_cache(maxsize=8_192)
def _probabilities(of: _Same, sample: str) -> Mapping[str, float]:
    """Return languages with their probabilities, the names as CLDR prefers them.

    Raises:
        ValueError: if the identifier tells nothing, or no probabilities.
    """
    found: dict[str, float] = {}
    for name, share in of.identifier.probabilities(sample).items():
        code = canonical(str(name))
        found[code] = found.get(code, 0.0) + float(share)
    if not found:
        raise ValueError("it told nothing")
    return found


@lru_cache(maxsize=1_024)
def canonical(code: str) -> str:
    """Return the language of a code as CLDR prefers it, without script and region.

    >>> canonical("tl"), canonical("no-NO"), canonical("iw")
    ('fil', 'no', 'he')
    """
    from babel.core import get_global

    name = code.replace("_", "-").partition("-")[0].lower()
    return str(get_global("language_aliases").get(name, name)).partition("_")[0]


@lru_cache(maxsize=4_096)
def language_code(text: str) -> str:
    """Return a code of a language (BCP 47) in its usual form.

    >>> language_code("DE"), language_code("pt_br")
    ('de', 'pt-BR')

    Raises:
        InvalidInput: if it is none, with the code that is meant, if that can be told.
    """
    parts = text.strip().replace("_", "-").split("-")
    if not _TAG.fullmatch("-".join(parts)) or parts[0].lower() not in _known_languages():
        meant = _meant(text.strip())
        raise InvalidInput(
            f"{shown(text)} is no code of a language", field="language", value=text,
            hint=f"did you mean {meant!r}?" if meant else "write a code of ISO 639 such as 'de' or 'pt-BR'",
        )  # fmt: skip
    rest = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part for part in parts[1:]]
    return "-".join([parts[0].lower(), *rest])


_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@lru_cache(maxsize=1)
def _known_languages() -> frozenset[str]:
    from babel import Locale
    from babel.core import get_global

    return frozenset({*Locale("en").languages, *get_global("language_aliases"), *get_global("likely_subtags")})


def _meant(text: str) -> str | None:
    """Return the code of a language that is named in English or by itself, or by a country where it is official."""
    from babel import Locale
    from babel.localedata import locale_identifiers

    wanted = text.casefold()
    names = {name.casefold(): code for code, name in Locale("en").languages.items()}
    if wanted in names:
        return str(names[wanted])
    for code in sorted(name for name in locale_identifiers() if "_" not in name):
        if (Locale(code).get_display_name(code) or "").casefold() == wanted:
            return str(code)
    official = _official(text.upper()) if len(text) == 2 and text.isalpha() else ()
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
    return official[0] if official else names[close[0]] if close else None


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
def with_parent(language: str) -> tuple[str, ...]:
    """Return a language without its region, and the wider one that CLDR has it in: what is written in Bokmål is Norwegian.

    >>> with_parent("pt-BR"), with_parent("nb")
    (('pt',), ('nb', 'no'))
    """
    from babel.core import get_global

    code = language.partition("-")[0]
    parent = get_global("parent_exceptions").get(code)
    return (code,) if parent is None else (code, parent)


@lru_cache(maxsize=64)
def country_names(language: str, others: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the names of countries in a language as CLDR has them, and other names for them, folded, by their words."""
    from babel import Locale, UnknownLocaleError

    from xbcommerce.places import is_place

    try:
        told: Mapping[str, str] = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        told = {}
    names = [re.split(r"\s*\(|\s+SAR\b", name)[0] for code, name in told.items() if is_place(code)]
    return frozenset(" ".join(_NAME_WORD.findall(fold(name).text)) for name in (*names, *others)) - {""}


def names_a_country(text: str, names: frozenset[str], words_too: Collection[str] = ()) -> bool:
    """Tell whether the sentence that a folded text begins with names a country; what is a word too must stand first.

    >>> names_a_country("a mill near porto, portugal. ships from china", country_names("en"))
    True
    >>> names_a_country("small batches. ships from china", country_names("en"))
    False
    """
    words = _NAME_WORD.findall(_SENTENCE_END.split(text.lstrip(" :\n\t-"), 1)[0])
    found = ((at, " ".join(words[at : at + size])) for at in range(len(words)) for size in (1, 2, 3, 4))
    return any(name in names and (at == 0 or name not in words_too) for at, name in found)


_NAME_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.;!?]\s|\n")


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
    if told is not None:
        return _SCRIPTS.get(told, frozenset())
    full = likely.get("_".join(parts[:2])) or likely.get(parts[0]) or ""
    usual = next((part for part in full.split("_")[1:] if len(part) == 4), "Latn")
    return frozenset().union(*[_SCRIPTS.get(name, frozenset()) for name in (usual, *_further_scripts().get(parts[0], ()))])


@lru_cache(maxsize=1)
def _further_scripts() -> Mapping[str, frozenset[str]]:
    """Return by language the scripts that CLDR has as official somewhere beside the likely one: Serbian is written in two."""
    from babel.core import get_global
    from babel.languages import get_territory_language_info

    found: dict[str, set[str]] = {}
    for country in get_global("territory_currencies"):
        for name, row in get_territory_language_info(country).items():
            code, _, script = name.partition("_")
            if len(script) == 4 and row["official_status"]:
                found.setdefault(code, set()).add(script)
    return {code: frozenset(scripts) for code, scripts in found.items()}


@lru_cache(maxsize=512)
def _read_in(country: str) -> frozenset[str]:
    """Return the scripts of all languages that a twentieth of a country speaks."""
    from babel.languages import get_territory_language_info

    told = get_territory_language_info(country)
    spoken = [name for name, row in told.items() if float(row["population_percent"] or 0) >= _SPOKEN]
    return frozenset().union(*[scripts_for(name) for name in spoken])


_SPOKEN = 4.0


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
    if check.body.get("letters") and question.listing.language is None:
        return  # what is claimed to be in no language is met by its letters
    if not expected:
        question.missing[check.id] = "no language is claimed or known for the market"
        return
    for field in question.read_by(check):
        verdict = question.verdict(check, field, expected, _verdict_of)
        if verdict is None:
            if check.body.get("every") and (lacking := _lacking(question, check, field.text, expected)):
                name = _name_of(lacking)
                yield question.finding(
                    check, field.path, [(0, len(field.text))], text=f"{name} is lacking: {check.text}", suggestion=f"add {name}"
                )
            continue
        wanted = " or ".join(_name_of(code) for code in expected)
        say = f"translate it into {wanted}"
        yield question.finding(
            check, field.path, [(0, len(field.text))], text=f"{verdict}, not {wanted}: {check.text}", suggestion=say
        )


def _lacking(question: Question, check: Check, text: str, expected: Sequence[str]) -> str | None:
    """Return the language of several due of which nothing is there, while another shows by two small words or more."""
    small = question.checks.lexicons.get("connectives", {})
    words = {word.lower() for word in _WORD.findall(text[: _SAMPLE * 10])}
    shown_ = {code: len(words & frozenset(small[code])) for code in expected if code in small}
    if max(shown_.values(), default=0) < 2:
        return None
    lacking = next((code for code, count in shown_.items() if not count), None)
    return None if lacking is None or _stands_apart(question, check, text, lacking, expected) else lacking


def _stands_apart(question: Question, check: Check, text: str, code: str, expected: Sequence[str]) -> bool:
    """Tell whether a part of a text is rather in a language than in the others due, or nobody can say."""
    parts = [part for part in _PARTS.split(text[: _SAMPLE * 10]) if len(_WORD.findall(part)) > 1]
    for part in parts[:_MOST_PARTS]:
        shares = _shares(question, check, part)
        if shares is None or max(expected, key=lambda one: shares.get(one, 0.0)) == code:
            return True
    return False


_PARTS = re.compile(r"[/|\n.;•–—()]")
_MOST_PARTS = 20


def _expected(question: Question, check: Check) -> tuple[str, ...]:
    wanted = check.body.get("is", "listing")
    if wanted == "listing":
        return (question.listing.language,) if question.listing.language else ()
    return question.market_languages if wanted == "market" else tuple(wanted)


def _verdict_of(question: Question, check: Check, field: Field_, expected: tuple[str, ...]) -> str | None:
    sample: _Sample | None = question.memo.get(f"sample {field.path}")
    if sample is None:
        sample = question.memo[f"sample {field.path}"] = _Sample(question, _without_names(question, field))
    verdict = _verdict(question, check, sample, expected)
    return None if verdict and field.name == "title" and _is_built_as(question, field.text, expected, verdict) else verdict


def _without_names(question: Question, field: Field_) -> str:
    text = field.text
    for name in question.listing.names:
        text = text.replace(name, " ")
    return text


class _Sample:
    """What tells the language of a text, reckoned once for all checks that ask."""

    def __init__(self, question: Question, text: str) -> None:
        self.text = text
        self.counts = scripts_of(text)
        self.letters = sum(self.counts.values())
        self._question = question
        self._plainly: dict[str, bool] = {}

    @cached_property
    def words(self) -> list[str]:
        """The first words in small letters."""
        return [word.lower() for word in _WORD.findall(self.text[: _SAMPLE * 2])]

    def is_plainly(self, code: str) -> bool:
        """Tell whether small words alone show a language."""
        if code not in self._plainly:
            self._plainly[code] = _is_plainly(self._question, self.words, code)
        return self._plainly[code]


def _verdict(question: Question, check: Check, sample: _Sample, expected: Sequence[str]) -> str | None:
    """Return what the text is instead, in words; None where it may be right or nobody can say."""
    counts, letters = sample.counts, sample.letters
    wanted = frozenset().union(*[scripts_for(code) for code in expected])
    own = sum(number for script, number in counts.items() if script in wanted)
    given = check.body.get("given", _LETTERS)
    by_letters = check.body.get("letters")
    if by_letters:
        wanted |= frozenset().union(*[_read_in(country) for country in question.place.countries])
        own = sum(number for script, number in counts.items() if script in wanted)
    foreign = letters - own
    if "Latin" not in wanted:
        other = letters >= given and own <= _SCRIPT_SHARE * letters
    else:
        other = foreign > 0.5 * letters and (foreign >= min(given, 10) or (not own and foreign >= _FEW_LETTERS))
    if other:  # Latin letters are read everywhere
        readable = counts.get("Latin", 0) > 0.5 * letters
        return "written in other letters" if by_letters in (None, not readable) else None
    if by_letters or "Latin" not in wanted or letters < given or len(sample.words) < check.body.get("words", _WORDS):
        return None
    plain = any(sample.is_plainly(code) for code in expected)
    shares = None if plain else _shares(question, check, sample.text)
    if shares is None:
        return None
    best = max(shares, key=lambda code: shares[code])
    mine = {canonical(code) for code in expected}
    here = sum(shares.get(code, 0.0) for code in mine)
    if shares[best] < _SURE or here > _SURELY_NOT or any(_are_near(best, code) for code in mine):
        return None
    return f"written in {_name_of(best)}"


def _is_plainly(question: Question, words: Sequence[str], code: str) -> bool:
    """Tell whether small words alone show the language: several of them, often, and hardly any of another's.

    It saves most identifications of texts that are as they should be, and never accuses.
    """
    own, others = question.checks.small_words.get(code.partition("-")[0], (frozenset(), frozenset()))
    mine = [word for word in words if word in own]
    return (
        len(mine) >= _PLAINLY * len(words)
        and len(set(mine)) >= _FEW_PLAIN
        and 3 * sum(word in others for word in words) <= len(mine)
    )


def _shares(question: Question, check: Check, text: str) -> Mapping[str, float] | None:
    """Return how likely a text is in which language; None, and the reason noted, where no identifier tells it."""
    identifier = question.identifier if question.identifier is not None else installed_identifier()
    if identifier is None:
        question.missing[check.id] = "no language identifier is installed (extra `language`)"
        return None
    try:
        return _probabilities(_Same(identifier), text[:_SAMPLE].casefold())
    except Exception as error:  # noqa: BLE001 - of a caller's object: its failure is no finding, and ends no batch
        question.missing[check.id] = f"the language identifier failed: {shown(str(error) or type(error).__name__)}"
        return None


def _is_built_as(question: Question, text: str, expected: Sequence[str], verdict: str) -> bool:
    """Tell whether the small words of a title are those of an expected language: names and loan words deceive identifiers."""
    small = question.checks.lexicons.get("connectives", {})
    others = {word for code, words in small.items() if verdict == f"written in {_name_of(code)}" for word in words}
    if not others:
        return False
    mine = {word for code in expected for word in small.get(code.partition("-")[0], ())}
    words = [word.lower() for word in _WORD.findall(text[: _SAMPLE * 2])]
    own = sum(word in mine and word not in others for word in words)
    return own > 0 and own >= sum(word in others and word not in mine for word in words)


def _are_near(one: str, other: str) -> bool:
    return one == other or other in _NEIGHBOURS.get(one, ()) or one in _NEIGHBOURS.get(other, ())


_NEIGHBOURS = {
    "pcm": frozenset({"en"}),
    "sco": frozenset({"en"}),
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
    "cnr": frozenset({"sr", "bs", "hr"}),
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
    spoken = _spoken(question.place.countries[0]) if len(question.place.countries) == 1 else ()
    home = frozenset().union(*[scripts_for(code) for code in (*claimed, *spoken)]) | {"Latin"}
    watched = frozenset(check.body["foreign_script"])
    for field in question.read_by(check):
        if field.text.isascii():
            continue
        runs = _runs(field.text, home, watched, claimed)
        spans = [
            span for span in runs
            if not _is_symbol(field.text, *span) and not _is_name(question, field.text[slice(*span)])
        ]  # fmt: skip
        if spans:
            found = field.text[slice(*spans[0])]
            yield question.finding(
                check,
                field.path,
                spans,
                text=f"{found!r} is left in another writing",
                suggestion="translate it or leave it out",
            )


_SPOKEN_BY = 10


@lru_cache(maxsize=512)
def _spoken(country: str) -> tuple[str, ...]:
    """Return the languages that a tenth of a country or more speaks, by CLDR: what is written in them is no stray text."""
    from babel.languages import get_territory_language_info

    told = get_territory_language_info(country)
    return tuple(code.replace("_", "-") for code, row in told.items() if float(row["population_percent"] or 0) >= _SPOKEN_BY)


def _is_symbol(text: str, start: int, end: int) -> bool:
    """Tell whether a single Greek letter stands for a quantity, a substance or a series: α9, β-carotene, Ω."""
    return end - start == 1 and script_of(text[start]) == "Greek"


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
