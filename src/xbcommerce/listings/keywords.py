"""Keywords: how much of what buyers type a listing says, and where.

A keyword counts where it stands best: `volume * max over fields (weight of the field * how it is met)`. The maximum, not the
sum, so that repeating gains nothing. A phrase that stands whole counts in full, its words apart in one field count less.

Languages without spaces need no word list: a given keyword is sought as a part of the text (`京都` is then also met
in `東京都`; a tokenizer tells them apart where that matters). In languages that join words, a keyword counts at the
beginning or the end of a longer word (`Wasserflasche` in `Trinkwasserflasche`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import Field

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import Result
from xbcommerce.goods import Model, named
from xbcommerce.listings.platform import document
from xbcommerce.localization.content import Listing
from xbcommerce.localization.language import languages_of, script_language
from xbcommerce.localization.matching import Reading, fold, stem_of
from xbcommerce.localization.rules import Place
from xbcommerce.localization.text import scripts_of
from xbcommerce.places import is_place
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
        language: of the listing; silent: its own, what its script tells, or its market's.
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
    if any(not fold(one.text).text.strip() for one in found):
        raise InvalidInput("a keyword is blank", field="keywords", hint="leave it out: every listing would meet it")
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
    spoken = (language or listing.language or _by_script(listing) or _by_market(listing)).partition("-")[0]
    fields = _fields(listing, rules["fields"])
    reader = _Reader(spoken, rules, cutter, keywords)
    met = tuple(reader.best(keyword, fields) for keyword in keywords)
    total = sum(keyword.volume for keyword in keywords)
    share = Fraction(sum((one.worth * one.keyword.volume for one in met), Fraction(0)), total) if total else Fraction(0)
    by = "" if spoken not in _SPACELESS else getattr(cutter, "name", type(cutter).__name__) if cutter else "parts of the text"
    return share, met, spoken, by


def _by_script(listing: Listing) -> str:
    return script_language(scripts_of(" ".join(field.text for field in listing.fields)[:2_000]))


def _by_market(listing: Listing) -> str:
    """Return the language most spoken where the listing is shown, or "" for a group of countries."""
    if not listing.market or not is_place(listing.market):
        return ""
    country = listing.market.partition("-")[0]
    return next(iter(languages_of(Place(listing.market, frozenset(), (country,)), {})), "")


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


class _Parts(NamedTuple):
    """What is sought at the beginning and the end of longer words, and how long such parts are."""

    parts: frozenset[str]
    lengths: tuple[int, ...]


class _Words(NamedTuple):
    """A text as keywords are sought in it, each thing looked up in one step.

    Attributes:
        stems: of its words.
        line: its stems in order, a sentence's end between them where one is: no phrase goes on beyond it.
        begun, ended, ended_stem: by part, the length of the longest word that begins or ends with it, or whose stem does.
    """

    stems: frozenset[str]
    line: str
    begun: Mapping[str, int]
    ended: Mapping[str, int]
    ended_stem: Mapping[str, int]

    @classmethod
    def of(cls, reading: Reading, language: str, sought: _Parts) -> _Words:
        """Read a text."""
        stem = {word: stem_of(language, word) for word in reading.distinct}
        line = _line([stem[word] for word in reading.words], reading.sentences)
        begun: dict[str, int] = {}
        ended: dict[str, int] = {}
        ended_stem: dict[str, int] = {}
        for word, key in stem.items() if sought.parts else ():
            for length in sought.lengths:
                for found, part in ((begun, word[:length]), (ended, word[-length:]), (ended_stem, key[-length:])):
                    if part in sought.parts:
                        found[part] = max(found.get(part, 0), len(word))
        return cls(frozenset(stem.values()), line, begun, ended, ended_stem)


_STOP = "."
"""Stands between sentences; no word is written so."""


def _line(stems: Sequence[str], sentences: Sequence[int]) -> str:
    """Return stems in order, with a stop where a sentence ends."""
    said: list[str] = []
    number = 0
    for stem, sentence in zip(stems, sentences, strict=True):
        if sentence != number:
            said.append(_STOP)
            number = sentence
        said.append(stem)
    return f" {' '.join(said)} "


_UNITS = re.compile(r"(?:(?![\u0590-\U0010ffff])[^\W\d_])+|\d+|.", re.DOTALL)
"""What is not cut: a word of a script that puts spaces between words (Latin, Cyrillic ...), a number; any other sign."""
_CUT = "\0"


def _cut(text: str) -> str:
    """Return a text with a mark at every place where a keyword may begin or end: `art` is no part of `smart`, nor 5 of 15.

    >>> _cut("smart水筒").replace(_CUT, "|")
    '|smart|水|筒|'
    """
    return f"{_CUT}{_CUT.join(_UNITS.findall(text))}{_CUT}"


class _Reader:
    """Compares keywords with texts in one language."""

    def __init__(self, language: str, rules: Mapping[str, Any], cutter: Tokenizer | None, keywords: Sequence[Keyword]) -> None:
        self.language = language
        self.phrase, self.apart = Fraction(str(rules["match"]["phrase"])), Fraction(str(rules["match"]["words"]))
        self.cutter = cutter
        self._ends: dict[int, frozenset[int]] = {}
        self._read: dict[int, _Words] = {}
        self._marked: dict[int, str] = {}
        joined = language in rules["compound"]["languages"]
        self.joined = rules["compound"]["at_least"] if joined else 0
        words = {word for one in keywords for word in Reading(one.text).words} if joined else set()
        parts = {part for word in words if len(word) >= self.joined for part in (word, stem_of(language, word))}
        self._parts = _Parts(frozenset(parts), tuple(sorted({len(part) for part in parts})))

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
        asked = Reading(wanted)
        words = asked.words
        keys = tuple(stem_of(self.language, word) for word in words)
        if not keys:
            return "phrase" if wanted and any(wanted in reading.folded.text for reading in readings) else ""
        lines = {_line(keys, [0] * len(keys)), _line(keys, asked.sentences)}  # a keyword may have a stop itself (St. Bernard)
        if any(self._in_order(keys, words, lines, reading) for reading in readings):
            return "phrase"
        met = len(keys) > 1 and all(
            any(self._says(key, word, reading) for reading in readings) for key, word in zip(keys, words, strict=True)
        )
        return "words" if met else ""

    def _in_order(self, keys: Sequence[str], words: Sequence[str], lines: Iterable[str], reading: Reading) -> bool:
        if len(keys) == 1:
            return self._says(keys[0], words[0], reading)
        return any(line in self._words(reading).line for line in lines)

    def _says(self, key: str, word: str, reading: Reading) -> bool:
        read = self._words(reading)
        if key in read.stems:
            return True
        if not self.joined or len(word) < self.joined:
            return False
        longest = max(read.begun.get(word, 0), read.begun.get(key, 0), read.ended.get(word, 0), read.ended_stem.get(key, 0))
        return longest > len(word)

    def _words(self, reading: Reading) -> _Words:
        known = self._read.get(id(reading))
        if known is None:
            known = self._read[id(reading)] = _Words.of(reading, self.language, self._parts)
        return known

    def _stands(self, wanted: str, reading: Reading) -> bool:
        text = reading.folded.text
        if wanted not in text or _cut(wanted) not in self._cuts(reading):
            return False
        if self.cutter is None:
            return True
        ends = self._boundaries(reading)
        start = text.find(wanted)
        while start >= 0:
            if start in ends and start + len(wanted) in ends:
                return True
            start = text.find(wanted, start + 1)
        return False

    def _cuts(self, reading: Reading) -> str:
        known = self._marked.get(id(reading))
        if known is None:
            known = self._marked[id(reading)] = _cut(reading.folded.text)
        return known

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


_PIECE = 12_000
"""Signs at once: the Japanese tokenizer takes at most 49,149 bytes."""


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text after a line or a sentence, so that no word is cut where that can be helped."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            stop = max(text.rfind(sign, start, end) for sign in "\n。！？ ")
            end = stop + 1 if stop > start else end
        yield text[start:end]
        start = end


class _Japanese:
    name = "sudachipy, small dictionary, short units"

    def __init__(self) -> None:
        from sudachipy import Dictionary, SplitMode

        self._cut = Dictionary(dict="small").create(mode=SplitMode.A)

    def words(self, text: str) -> Sequence[str]:
        """Return the words of a text."""
        return [word.surface() for piece in _pieces(text) for word in self._cut.tokenize(piece)]


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
