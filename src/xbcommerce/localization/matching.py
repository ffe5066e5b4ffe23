"""How a text is read: folded with a map back, cut into words, and met by terms.

A term meets a text by its words' stems (`lemma`), by the words as they stand (`word`), as a part of the text (`substring`,
for scripts that write no spaces), or as the beginning or end of a longer word (`compound`). One index of a language holds
the terms of all checks, so that the cost of a text hardly depends on how many there are.

Everything here is linear in the length of the text: marks are normalised in short groups, stems are only sought for words
that begin like a term, and for a bounded number of them.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

__all__ = ["Folded", "Hit", "Index", "Phrase", "Reading", "Term", "fold", "phrase_of", "stem_of", "strip_marks"]

_LONGEST_GROUP = 30
"""Combining marks that are normalised at once, as in Stream-Safe text: a longer run is normalised in pieces."""
_WIDEST = 4
"""A sign that unfolds to more than this many (a whole phrase in one sign) is left as it is."""
_MOST_STEMS = 5_000
"""So many different words of a text, the first ones, are met by their stems; further ones as they stand."""
_LONGEST_WORD = 40
_MOST_KNOWN = 50_000
_MOST_TOLD = 2_000
_WIDEST_GAP = 3

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?;:\n\r\u3002\uff01\uff1f\u061f\u2022|]")
_ONE_FORM = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u0623": "\u0627", "\u0625": "\u0627", "\u0622": "\u0627", "\u0671": "\u0627", "\u0649": "\u064a", "\u0629": "\u0647",
    "\u0640": None,
})  # fmt: skip
_ARABIC_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_INVISIBLE = frozenset({"Cf", "Cc"})

_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_ACCENTS_MATTER = frozenset({"de", "sv", "da", "no", "fi", "tr"})
"""Languages in which a word without its accent is another word."""
_PREFIXED = frozenset({"ar"})
"""Languages whose stems may begin after the word does."""
_SPACELESS = frozenset({"ja", "zh", "th", "lo", "km", "my"})
"""Languages that write no spaces between words."""


_POSSIBLE = re.compile("[aei](?:bl|vel|vei|bil)")
"""How adjectives of possibility end: sustainable is no form of to sustain, nor sostenible of sostén, though cut alike."""


class Folded(NamedTuple):
    """A text in one form, with the place of each of its signs in the original; None stands for the same place."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original text that a stretch of the folded one came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Return a text in one form: compatible signs and case as one, invisible signs and Arabic vowel marks left out.

    >>> fold("Ｆｒｅｅ ship\u200bping").text
    'free shipping'
    """
    if text.isascii():
        return Folded(text.lower())
    signs = set(text)
    table = {ord(sign): _fold_group(sign) for sign in signs}
    odd = sorted(filter(_is_odd, signs))
    if not odd:
        return Folded(text.translate(table))
    return _fold_in_groups(text, table, _groups("".join(odd)))


@lru_cache(maxsize=65_536)
def _is_odd(sign: str) -> bool:
    """Tell whether a sign does not fold to exactly one, or is a mark that belongs to the sign before it."""
    return len(_fold_group(sign)) != 1 or unicodedata.category(sign).startswith("M")


@lru_cache(maxsize=256)
def _groups(odd: str) -> re.Pattern[str]:
    marks = "".join(sign for sign in odd if unicodedata.category(sign).startswith("M"))
    one = f"[{re.escape(odd)}]"
    return re.compile(rf"(?s:.)[{re.escape(marks)}]{{1,{_LONGEST_GROUP}}}|{one}" if marks else one)


def _fold_in_groups(text: str, table: Mapping[int, str], groups: re.Pattern[str]) -> Folded:
    out: list[str] = []
    starts, ends = array("L"), array("L")
    position = 0
    for match in groups.finditer(text):
        start, end = match.span()
        if position < start:
            out.append(text[position:start].translate(table))
            starts.extend(range(position, start))
            ends.extend(range(position + 1, start + 1))
        folded = _fold_group(match.group())
        if folded:
            out.append(folded)
            starts.extend([start] * len(folded))
            ends.extend([end] * len(folded))
        position = end
    out.append(text[position:].translate(table))
    starts.extend(range(position, len(text)))
    ends.extend(range(position + 1, len(text) + 1))
    return Folded("".join(out), starts, ends)


@lru_cache(maxsize=65_536)
def _fold_group(group: str) -> str:
    if group in "\n\r\t":
        return group
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", group).casefold())
    if len(folded) > _WIDEST * len(group):
        return group
    folded = _ARABIC_MARKS.sub("", folded.translate(_ONE_FORM))
    return "".join(sign for sign in folded if unicodedata.category(sign) not in _INVISIBLE)


class Phrase(NamedTuple):
    """Words by which a text says something: what must be in a folded text, as it is sought first, and how."""

    core: str
    pattern: re.Pattern[str]


def phrase_of(words: str, language: str) -> Phrase:
    """Return words as they are met in a text: whole; `*` stands for more letters, `#` for a digit, ` … ` for up to five words.

    Languages that write no spaces have no whole words: there, they are met anywhere.

    >>> text = "original wool rug, h319"
    >>> [bool(phrase_of(words, "en").pattern.search(text)) for words in ("origin", "origin*", "wool", "h3##", "orig* … h#")]
    [False, True, True, True, True]
    """
    said = _SOME_WORDS.join(fold(part).text for part in words.strip("*").split(_SOME_WORDS))
    body = re.escape(said)
    for sign, pattern in _STANDS_FOR:
        body = body.replace(re.escape(sign), pattern)
    steady = _SOME_WORDS not in said and "*" not in said
    begins = words.startswith("*") or not said[:1].isalnum() or language in _SPACELESS
    ends = words.endswith("*") or not said[-1:].isalnum() or language in _SPACELESS
    # looking back from the end keeps the words themselves first, by which they are sought fast
    before = "" if begins or not steady else rf"(?<![^\W_]{body})"
    after = "" if ends else r"(?![^\W_])"
    first = "" if begins or steady else r"(?<![^\W_])"
    return Phrase(max(re.split("[#*…]", said), key=len).strip(), re.compile(first + body + before + after))


_SOME_WORDS = " … "
_STANDS_FOR = (
    ("#", "[0-9]"),
    ("*", r"[^\W_]{0,20}"),
    (_SOME_WORDS, r"[^\w\n]{1,3}(?:[^\W_]{1,20}[^\w\n]{1,3}){0,5}(?:[0-9]{1,4}[.,]?){0,2}"),  # and the digits before a last one
)


@lru_cache(maxsize=65_536)
def strip_marks(word: str) -> str:
    """Return a word without accents.

    >>> strip_marks("détails")
    'details'
    """
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if unicodedata.category(sign) != "Mn")


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_STEMMERS[language]) if language in _STEMMERS else None


@lru_cache(maxsize=65_536)
def stem_of(language: str, word: str) -> str:
    """Return what the forms of a word have in common, without accents where they do not make another word.

    >>> stem_of("de", "explosionsmodelle") == stem_of("de", "explosionsmodell")
    True
    """
    stemmer = _stemmer(language)
    if stemmer is None or len(word) > _LONGEST_WORD:
        stem = word
    elif language in _PREFIXED:
        stem = _without_article(stemmer, word)
    else:
        stem = stemmer.stemWord(word)
    if language in _ACCENTS_MATTER:
        return stem
    stem = strip_marks(stem)
    return stem + "\u2248" if _POSSIBLE.search(strip_marks(word)[len(stem) :]) else stem


_ARTICLE = re.compile("^(?:[\u0648\u0641]?[\u0628\u0643]?\u0627\u0644|[\u0648\u0641]?\u0644\u0644)(?=.{3})")


def _without_article(stemmer: Any, word: str) -> str:
    """Return the stem of an Arabic word, the same with and without article: the stemmer treats endings differently with it."""
    bare = _ARTICLE.sub("", word)
    stems: list[str] = [stemmer.stemWord(bare), stemmer.stemWord("\u0627\u0644" + bare)]
    return min(stems, key=len)


class Reading:
    """One text, read once: folded, in words, in sentences; each only when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        """The text in one form."""
        return fold(self.text)

    @cached_property
    def signs(self) -> frozenset[str]:
        """The different signs of the text."""
        return frozenset(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words of the folded text."""
        return _WORD.findall(self.folded.text)

    @cached_property
    def distinct(self) -> Mapping[str, int]:
        """The different words of the folded text in the order in which they come, each with its number in it."""
        return {word: place for place, word in enumerate(dict.fromkeys(self.words))}

    @cached_property
    def _spans(self) -> tuple[list[int], list[int]]:
        spans = [match.span() for match in _WORD.finditer(self.folded.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    @property
    def starts(self) -> list[int]:
        """Where each word begins in the folded text."""
        return self._spans[0]

    @property
    def ends(self) -> list[int]:
        """Where each word ends in the folded text."""
        return self._spans[1]

    @cached_property
    def sentences(self) -> list[int]:
        """The number of the sentence in which each word stands."""
        text, out, number = self.folded.text, [], 0
        for place, start in enumerate(self.starts):
            if place and _ends_sentence(text[self.ends[place - 1] : start]):
                number += 1
            out.append(number)
        return out

    def follows_forms(self, word: str) -> bool:
        """Tell whether a word is met by its stem: it is by its place in the text alone, whatever was read before."""
        return self.distinct.get(word, 0) < _MOST_STEMS

    def stem(self, language: str, word: str) -> str:
        """Return the stem of a word; of a bounded number of different words, the further ones as they stand."""
        return stem_of(language, word) if self.follows_forms(word) else word


def _ends_sentence(gap: str) -> bool:
    found = _SENTENCE_END.search(gap)
    if found is None:
        return False
    return len(gap) > 1 or found.group() in "\n\r|\u3002\uff01\uff1f"


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A term of a check: its words as they are compared, and what it stands for.

    Attributes:
        owner: the check that it belongs to.
        text: the term as written in the data.
        good: what may stand instead, if anything may.
    """

    owner: Any
    text: str
    match: str = "lemma"
    good: str | None = None


class Hit(NamedTuple):
    """A term met in a text.

    Attributes:
        term: the term.
        start, end: where in the folded text.
        first, last: which of its words; none (-1) where it is a part of the text.
        exact: as it is written in the data, not another form.
    """

    term: Term
    start: int
    end: int
    first: int
    last: int
    exact: bool = True


class _Phrase(NamedTuple):
    term: Term
    keys: tuple[str, ...]
    words: tuple[str, ...]
    dotted: bool
    stemmed: bool


class _Begun(NamedTuple):
    """The phrases that a word begins: of one word, and longer ones by their second."""

    single: tuple[_Phrase, ...]
    longer: Mapping[str, tuple[_Phrase, ...]]

    @classmethod
    def of(cls, phrases: Iterable[_Phrase]) -> _Begun:
        """Return phrases by their second word."""
        longer: dict[str, tuple[_Phrase, ...]] = {}
        single = []
        for phrase in phrases:
            if len(phrase.keys) == 1:
                single.append(phrase)
            else:
                longer[phrase.keys[1]] = (*longer.get(phrase.keys[1], ()), phrase)
        return cls(tuple(single), longer)


_NONE_BEGUN = _Begun((), {})


class Index:
    """The terms of one language, found in a text in one pass."""

    def __init__(self, language: str, terms: Iterable[Term]) -> None:
        self.language = language
        self._stems: dict[str, list[_Phrase]] = {}
        self._words: dict[str, list[_Phrase]] = {}
        self._parts: dict[str, list[tuple[str, Term]]] = {}
        self._heads: dict[str, list[tuple[str, Term]]] = {}
        self._known: dict[str, _Begun] = {}
        self._told: dict[str, tuple[Reading, tuple[Hit, ...]]] = {}
        for term in terms:
            self._add(term)
        self._begins = frozenset(_head(strip_marks(stem)) for stem in self._stems)
        firsts = sorted({part[0] for parts in self._parts.values() for part, _ in parts})
        self._first = re.compile("[" + re.escape("".join(firsts)) + "]") if firsts else None

    def _add(self, term: Term) -> None:
        folded = fold(term.text).text.strip()
        match = term.match
        if match == "lemma" and self.language in _SPACELESS:
            match = "substring"
        words = _WORD.findall(folded)
        if match == "substring" or not words:
            self._parts.setdefault(folded[:2], []).append((folded, term))
        elif match == "compound" and len(words) == 1:
            self._heads.setdefault(folded[:3], []).append((folded, term))
            self._heads.setdefault(folded[-3:], []).append((folded, term))
        else:
            stems = match == "lemma"
            keys = tuple(stem_of(self.language, word) for word in words) if stems else tuple(words)
            dotted = any(_ends_sentence(gap) or "." in gap for gap in _WORD.split(folded)[1:-1])
            (self._stems if stems else self._words).setdefault(keys[0], []).append(
                _Phrase(term, keys, tuple(words), dotted, stems)
            )

    def accepts(self, word: str) -> bool:
        """Tell whether a word may be a form of the first word of a term."""
        bare = strip_marks(word)
        if self.language in _PREFIXED:
            return any(_head(bare[cut:]) in self._begins for cut in range(5))
        return _head(bare) in self._begins

    def hits(self, reading: Reading, asks: Callable[[Any], bool] = lambda _: True) -> Iterator[Hit]:
        """Yield every term met whose owner asks for it, in no special order; they may overlap."""
        if self._stems or self._words:
            yield from self._phrases(reading, asks)
        if self._heads:
            yield from self._inside_words(reading, asks)
        if self._first is not None:
            yield from self._inside_text(reading, asks)

    def hits_of(self, words: str) -> tuple[Reading, tuple[Hit, ...]]:
        """Return a few words as they are read, and every term met in them; the same words are asked about again and again."""
        known = self._told.get(words)
        if known is None:
            reading = Reading(words)
            known = reading, tuple(self.hits(reading))
            if len(self._told) > _MOST_TOLD:
                self._told.clear()
            self._told[words] = known
        return known

    def _phrases(self, reading: Reading, asks: Callable[[Any], bool]) -> Iterator[Hit]:
        begun = self._begun_in(reading)
        if not begun:
            return
        words = reading.words
        last = len(words) - 1
        for place, word in enumerate(words):
            phrases = begun.get(word)
            if phrases is None:
                continue
            possible = [*phrases.single]
            if phrases.longer and place < last:
                following = words[place + 1]
                for key in dict.fromkeys((following, reading.stem(self.language, following))):
                    possible += phrases.longer.get(key, ())
            for phrase in possible:
                if asks(phrase.term.owner):
                    yield from self._met(phrase, reading, place)

    def _begun_in(self, reading: Reading) -> Mapping[str, _Begun]:
        """Return the words of a text that begin phrases, with these."""
        known, begun = self._known, {}
        for word in reading.distinct:
            phrases = known.get(word) if reading.follows_forms(word) else None
            if phrases is None:
                phrases = self._begun_by(word, reading)
            if phrases is not _NONE_BEGUN:
                begun[word] = phrases
        return begun

    def _begun_by(self, word: str, reading: Reading) -> _Begun:
        """Return the phrases that a word begins, and remember them unless the text is too rich in words for stems."""
        stem = reading.stem(self.language, word) if self.accepts(word) else None
        found = (*(self._stems.get(stem, ()) if stem is not None else ()), *self._words.get(word, ()))
        begun = _Begun.of(found) if found else _NONE_BEGUN
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        if reading.follows_forms(word):
            self._known[word] = begun
        return begun

    def _met(self, phrase: _Phrase, reading: Reading, place: int) -> Iterator[Hit]:
        last = place + len(phrase.keys) - 1
        words = reading.words
        if last >= len(words):
            return
        for step, key in enumerate(phrase.keys[1:], place + 1):
            word = words[step]
            if word != key and (not phrase.stemmed or reading.stem(self.language, word) != key):
                return
        text, starts, ends = reading.folded.text, reading.starts, reading.ends
        for step in range(place + 1, last + 1):
            gap = text[ends[step - 1] : starts[step]]
            if len(gap) > _WIDEST_GAP or (not phrase.dotted and _SENTENCE_END.search(gap)):
                return
        exact = reading.words[place : last + 1] == list(phrase.words)
        yield Hit(phrase.term, starts[place], ends[last], place, last, exact)

    def _inside_words(self, reading: Reading, asks: Callable[[Any], bool]) -> Iterator[Hit]:
        for place, word in enumerate(reading.words):
            for head in dict.fromkeys((word[:3], word[-3:])):
                for part, term in self._heads.get(head, ()):
                    if not asks(term.owner):
                        continue
                    if word.startswith(part):
                        start = reading.starts[place]
                        yield Hit(term, start, start + len(part), place, place)
                    elif word.endswith(part):
                        yield Hit(term, reading.ends[place] - len(part), reading.ends[place], place, place)

    def _inside_text(self, reading: Reading, asks: Callable[[Any], bool]) -> Iterator[Hit]:
        assert self._first is not None  # noqa: S101 - asked before
        text = reading.folded.text
        for match in self._first.finditer(text):
            start = match.start()
            two = text[start : start + 2]
            for part, term in (*self._parts.get(two, ()), *(self._parts.get(two[:1], ()) if len(two) == 2 else ())):
                if text.startswith(part, start) and asks(term.owner) and not _splits_number(text, start, start + len(part)):
                    yield Hit(term, start, start + len(part), -1, -1)


def _splits_number(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch begins or ends inside a number: No.1 is not in No.102."""
    return (text[end - 1].isdigit() and text[end : end + 1].isdigit()) or (
        text[start].isdigit() and text[start - 1 : start].isdigit()
    )


def _head(word: str) -> str:
    """Return what no stemmer changes of a word that it only shortens at its end (dry and dri begin alike)."""
    return word[:2]


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits of one check without overlaps, the longest first where several begin together."""
    out: list[Hit] = []
    end = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, not hit.exact)):
        if hit.start >= end:
            out.append(hit)
            end = hit.end
    return out
