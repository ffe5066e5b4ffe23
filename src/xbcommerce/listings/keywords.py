"""Keywords: how much of what buyers type a listing says, and where.

A keyword counts where it stands best: `volume * max over fields (weight of the field * how it is met)`. The maximum, not the
sum, so that repeating gains nothing. A phrase that stands whole counts in full, its words apart in one field count less.

Languages without spaces need no word list: a given keyword is sought as a part of the text (`京都` is then also met
in `東京都`; a tokenizer tells them apart where that matters). In languages that join words, a keyword counts at the
beginning or the end of a longer word (`Wasserflasche` in `Trinkwasserflasche`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import Field

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import Result
from xbcommerce.goods import Model, named
from xbcommerce.listings.platform import document
from xbcommerce.localization.content import Listing
from xbcommerce.localization.language import script_language
from xbcommerce.localization.matching import Reading, fold, stem_of
from xbcommerce.localization.text import scripts_of
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Coverage", "Keyword", "KeywordMet", "Tokenizer", "coverage", "tokenizer"]

_SPACELESS = frozenset({"ja", "zh", "th", "lo", "km", "my"})
_MOST = 2_000
_TEXT_FIELDS = ("title", "bullets", "search_terms", "tags", "description", "text")


class Tokenizer(Protocol):
    """Anything that cuts a text into words; joined again they are the text."""

    def words(self, text: str) -> Sequence[str]:
        """Return the words of a text in order."""


class Keyword(Model):
    """What buyers type, and how often.

    Attributes:
        text: a word or a phrase.
        volume: how often it is searched, in any unit, the same for all.
    """

    text: Annotated[str, Field(min_length=1, max_length=200)]
    volume: Annotated[int, Field(ge=0)] = 1

    @classmethod
    def of(cls, value: object) -> Keyword:
        """Return a Keyword as it is, of a text, or of a mapping."""
        if isinstance(value, Keyword):
            return value
        if isinstance(value, str):
            return cls(text=value)
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(
            f"a keyword is a text or a mapping with text and volume, not {shown(value)}", field="keywords", value=value
        )


class KeywordMet(Result):
    """How a keyword is met: in which field ("" for none), how ("phrase", "words" or ""), and what that is worth of 1."""

    text: str
    volume: int
    field: str
    how: str
    worth: str


class Coverage(Result):
    """How much of the volume of all keywords a listing has.

    Attributes:
        share: from 0 to 1, as a decimal with four digits.
        keywords: each with where and how it is met, the greatest loss of volume first.
        language: the language they were compared in.
        segmented_by: what confirmed the words of a language without spaces: a tokenizer's name, or "parts of the text".
    """

    share: str
    keywords: tuple[KeywordMet, ...]
    language: str
    segmented_by: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The keywords that are not met at all."""
        return tuple(one.text for one in self.keywords if not one.how)


def coverage(
    listing: object,
    keywords: object,
    *,
    language: str | None = None,
    tokenizer: Tokenizer | None = None,
    rulebook: Rulebook | None = None,
) -> Coverage:
    """Return how much of what buyers type a listing says.

    Args:
        listing: a Listing or a mapping.
        keywords: texts, mappings with text and volume, or one mapping from text to volume.
        language: of the listing; silent: its own, or what its script tells.
        tokenizer: confirms words in languages without spaces; silent: parts of the text count.
        rulebook: where the weights of fields stand.

    >>> bottle = {"title": "Trinkwasserflasche aus Stahl", "language": "de"}
    >>> found = coverage(bottle, {"Wasserflasche": 900, "Thermosflasche": 100})
    >>> found.share, found.missing
    ('0.9000', ('Thermosflasche',))

    Raises:
        InvalidInput: if listing or keywords cannot be understood.
    """
    book = rulebook or Rulebook.builtin()
    given, wanted = Listing.of(listing), keywords_of(keywords)
    share, met, spoken, by = measured(given, wanted, language, tokenizer, document(book, "score.toml")["keywords"])
    lost = sorted(met, key=lambda one: (-one.keyword.volume * (1 - one.worth), one.keyword.text))
    return Coverage(
        share=decimal(share, 4),
        keywords=tuple(
            KeywordMet(
                text=one.keyword.text, volume=one.keyword.volume, field=one.field, how=one.how, worth=decimal(one.worth, 2)
            )
            for one in lost
        ),
        language=spoken,
        segmented_by=by,
    )


def keywords_of(given: object) -> tuple[Keyword, ...]:
    """Return keywords of texts, mappings, or a mapping from text to volume.

    Raises:
        InvalidInput: if they cannot be understood, or are too many.
    """
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        given = [{"text": text, "volume": volume} for text, volume in given.items()]
    if not isinstance(given, Iterable):
        raise InvalidInput(
            f"keywords are a list or a mapping from text to volume, not {shown(given)}", field="keywords", value=given
        )
    found = tuple(Keyword.of(one) for one in given)
    if len(found) > _MOST:
        raise InvalidInput(f"{len(found)} keywords are too many", field="keywords", hint=f"at most {_MOST}")
    return found


class Met(NamedTuple):
    """A keyword with the best place it is met in."""

    keyword: Keyword
    field: str
    how: str
    worth: Fraction


def measured(
    listing: Listing, keywords: Sequence[Keyword], language: str | None, cutter: Tokenizer | None, rules: Mapping[str, Any]
) -> tuple[Fraction, tuple[Met, ...], str, str]:
    """Return the share of volume, each keyword with its place, the language and what cut the words."""
    spoken = (language or listing.language or _by_script(listing)).partition("-")[0]
    fields = _fields(listing, rules["fields"])
    reader = _Reader(spoken, rules, cutter)
    met = tuple(reader.best(keyword, fields) for keyword in keywords)
    total = sum(keyword.volume for keyword in keywords)
    share = Fraction(sum((one.worth * one.keyword.volume for one in met), Fraction(0)), total) if total else Fraction(0)
    by = "" if spoken not in _SPACELESS else getattr(cutter, "name", type(cutter).__name__) if cutter else "parts of the text"
    return share, met, spoken, by


def _by_script(listing: Listing) -> str:
    return script_language(scripts_of(" ".join(field.text for field in listing.fields)[:2_000]))


class _Field(NamedTuple):
    name: str
    weight: Fraction
    readings: tuple[Reading, ...]


def _fields(listing: Listing, weights: Mapping[str, Any]) -> tuple[_Field, ...]:
    found: dict[str, list[Reading]] = {}
    for field in listing.fields:
        if field.name in _TEXT_FIELDS:
            found.setdefault(field.name, []).append(Reading(field.text))
    order = sorted(found, key=lambda name: -Fraction(str(weights.get(name, 0))))
    return tuple(_Field(name, Fraction(str(weights.get(name, 0))), tuple(found[name])) for name in order if name in weights)


class _Reader:
    """Compares keywords with texts in one language."""

    def __init__(self, language: str, rules: Mapping[str, Any], cutter: Tokenizer | None) -> None:
        self.language = language
        self.phrase, self.apart = Fraction(str(rules["match"]["phrase"])), Fraction(str(rules["match"]["words"]))
        joined = language in rules["compound"]["languages"]
        self.joined = rules["compound"]["at_least"] if joined else 0
        self.cutter = cutter
        self._ends: dict[int, frozenset[int]] = {}

    def best(self, keyword: Keyword, fields: Sequence[_Field]) -> Met:
        """Return the best place of a keyword; of equal ones the field that weighs more."""
        found = Met(keyword, "", "", Fraction(0))
        wanted = fold(keyword.text).text.strip()
        for field in fields:
            if field.weight <= found.worth:
                break
            how = self._how(wanted, field.readings)
            worth = field.weight * (self.phrase if how == "phrase" else self.apart if how else 0)
            if worth > found.worth:
                found = Met(keyword, field.name, how, worth)
        return found

    def _how(self, wanted: str, readings: Sequence[Reading]) -> str:
        spaceless = self.language in _SPACELESS or any("\u0e00" <= sign <= "\u0e7f" or sign > "\u2e80" for sign in wanted)
        if spaceless:
            if any(self._stands(wanted, reading) for reading in readings):
                return "phrase"
            parts = wanted.split()
            some = len(parts) > 1 and all(any(self._stands(part, reading) for reading in readings) for part in parts)
            return "words" if some else ""
        words = Reading(wanted).words
        keys = tuple(stem_of(self.language, word) for word in words)
        if not keys:
            return "phrase" if wanted and any(wanted in reading.folded.text for reading in readings) else ""
        if any(self._in_order(keys, words, reading) for reading in readings):
            return "phrase"
        met = len(keys) > 1 and all(
            any(self._says(key, word, reading) for reading in readings) for key, word in zip(keys, words, strict=True)
        )
        return "words" if met else ""

    def _in_order(self, keys: Sequence[str], words: Sequence[str], reading: Reading) -> bool:
        if len(keys) == 1:
            return self._says(keys[0], words[0], reading)
        stems = self._stems(reading)
        return any(stems[place : place + len(keys)] == list(keys) for place in range(len(stems) - len(keys) + 1))

    def _says(self, key: str, word: str, reading: Reading) -> bool:
        stems = self._stems(reading)
        if key in stems:
            return True
        if not self.joined or len(word) < self.joined:
            return False
        return any(
            len(other) > len(word) and (other.startswith((word, key)) or other.endswith(word) or stem.endswith(key))
            for other, stem in zip(reading.words, stems, strict=True)
        )

    def _stems(self, reading: Reading) -> list[str]:
        known: dict[str, list[str]] = reading.__dict__.setdefault("_keyword_stems", {})
        if self.language not in known:
            known[self.language] = [stem_of(self.language, word) for word in reading.words]
        return known[self.language]

    def _stands(self, wanted: str, reading: Reading) -> bool:
        text = reading.folded.text
        start = text.find(wanted)
        if start < 0 or self.cutter is None:
            return start >= 0
        ends = self._boundaries(reading)
        while start >= 0:
            if start in ends and start + len(wanted) in ends:
                return True
            start = text.find(wanted, start + 1)
        return False

    def _boundaries(self, reading: Reading) -> frozenset[int]:
        known = self._ends.get(id(reading))
        if known is None:
            text, place, ends = reading.folded.text, 0, {0}
            for word in self.cutter.words(text) if self.cutter is not None else ():
                found = text.find(word, place)
                if found >= 0:
                    place = found + len(word)
                    ends |= {found, place}
            known = self._ends[id(reading)] = frozenset(ends)
        return known


def decimal(share: Fraction, digits: int) -> str:
    """Return a fraction as a decimal text, rounded down."""
    scaled = share * 10**digits
    whole = scaled.numerator // scaled.denominator
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


# ------------------------------------------------------------------ tokenizers of the extra `words`


@lru_cache(maxsize=8)
def tokenizer(language: str) -> Tokenizer:
    """Return the tokenizer of the extra `words` for a language without spaces.

    Nothing uses one unless it is passed: what is installed never changes an answer by itself.

    Raises:
        InvalidInput: if there is none for the language, or the extra is not installed.
    """
    made = _TOKENIZERS.get(language.partition("-")[0])
    if made is None:
        raise InvalidInput(
            f"there is no tokenizer for {shown(language)}", field="language", value=language, allowed=_TOKENIZERS
        )
    try:
        cutter: Tokenizer = made()
    except ImportError as error:
        raise InvalidInput(
            f"the tokenizer for {language} is not installed",
            field="language",
            value=language,
            hint=f"pip install 'xbcommerce[words]' ({error.name})",
        ) from None
    return cutter


class _Japanese:
    name = "sudachipy, small dictionary, short units"

    def __init__(self) -> None:
        from sudachipy import Dictionary, SplitMode

        self._cut = Dictionary(dict="small").create(mode=SplitMode.A)

    def words(self, text: str) -> Sequence[str]:
        """Return the words of a text."""
        return [word.surface() for word in self._cut.tokenize(text[:16_000])]


class _Chinese:
    name = "rjieba"

    def __init__(self) -> None:
        import rjieba

        self._cut = rjieba.cut

    def words(self, text: str) -> Sequence[str]:
        """Return the words of a text."""
        return list(self._cut(text))


class _Thai:
    name = "pythainlp, newmm"

    def __init__(self) -> None:
        from pythainlp.tokenize import word_tokenize

        self._cut = word_tokenize

    def words(self, text: str) -> Sequence[str]:
        """Return the words of a text."""
        return list(self._cut(text, engine="newmm"))


_TOKENIZERS: Mapping[str, type[_Japanese | _Chinese | _Thai]] = {"ja": _Japanese, "zh": _Chinese, "th": _Thai}
