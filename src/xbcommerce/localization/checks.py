"""The engine: a listing is read once, the checks that hold for it are asked, and what they object to is told.

Each kind of check is a function from a question to findings. Findings of one check in one field are one finding with its
spans; severity never exceeds the ceiling; a check that lacks what it would look at is *not assessed*, never passed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple, Protocol

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, XBCommerceError, shown, suggest
from xbcommerce.explain import Citation, Explanation, FactUsed, Result, Step
from xbcommerce.localization import text as signs
from xbcommerce.localization.content import (
    CANDIDATE,
    NATURES,
    SEVERITIES,
    Edit,
    Field_,
    Finding,
    Fix,
    Fixed,
    Image,
    Listing,
    Span,
    changed,
    digest_of,
    rows_of,
)
from xbcommerce.localization.language import (
    Identifier,
    country_names,
    language_code,
    languages_of,
    names_a_country,
    script_language,
    scripts_for,
    with_parent,
)
from xbcommerce.localization.matching import Hit, Index, Phrase, Reading, fold, longest, stem_of
from xbcommerce.localization.rules import Active, Check, Checks, Near, Place, place_of
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Found", "Group", "Report", "check", "check_all", "evaluate", "group"]

_MOST_SPANS = 20
_MOST_EDITS = 5_000
"""A text with more stretches to change is not mended stretch by stretch: a person is asked."""
_WINDOW = 48
_NEAR_SIGNS = 12
"""Signs that count as one word of distance in scripts without spaces."""


class Report(Result):
    """What was found in a listing.

    Attributes:
        market, on, language: what was asked, and the language the texts were read in.
        findings: the worst first.
        asked: how many checks hold for this listing on this day.
        not_assessed: the checks among them that lacked what they look at, declared labels of images that no check knows
            (`labels.x`), a `category` that no rule knows, and a `market` whose law none knows, each with the reason.
        rulebook: version and digest of the rulebook.
    """

    market: str
    on: date
    language: str
    findings: tuple[Finding, ...]
    asked: int
    not_assessed: Mapping[str, str]
    rulebook: str

    @property
    def publishable(self) -> bool:
        """Tell whether nothing blocks."""
        return all(finding.severity != "block" for finding in self.findings)

    def of(self, *, nature: str | None = None, severity: str | None = None, field: str | None = None) -> tuple[Finding, ...]:
        """Return the findings of a nature, a severity, a field."""
        return tuple(
            finding for finding in self.findings
            if nature in (None, finding.nature) and severity in (None, finding.severity) and field in (None, finding.field)
        )  # fmt: skip

    def explain(self) -> Explanation:
        """Return the findings with the facts they rest on."""
        steps = tuple(_step(finding) for finding in self.findings)
        unsure = tuple(
            dict.fromkeys(f"{one.rule}: {one.evidence}, low confidence" for one in self.findings if one.confidence == "low")
        )
        missing = tuple(f"not assessed: {name} ({reason})" for name, reason in self.not_assessed.items())
        return Explanation(
            title=f"Localization for {self.market or 'any market'} on {self.on}: {len(self.findings)} findings",
            steps=steps, assumptions=missing, warnings=unsure, rulebook=self.rulebook,
        )  # fmt: skip

    def __str__(self) -> str:
        """Return the findings, one a line."""
        return "\n".join(map(str, self.findings)) or "nothing found"

    def _repr_html_(self) -> str:
        return self.explain().to_html()


class Group(Result):
    """Equal findings of many listings: what, how often, and where the first ones are."""

    rule: str
    severity: str
    nature: str
    text: str
    count: int
    listings: tuple[str, ...]


def check(
    content: object,
    *,
    on: date | str,
    market: str | None = None,
    language: str | None = None,
    natures: Iterable[str] | None = None,
    folklore: bool = False,
    identifier: Identifier | None = None,
    rulebook: Rulebook | None = None,
) -> Report:
    """Return what a market objects to in a listing or any text.

    Args:
        content: a Listing, a mapping, or a text.
        on: the day whose law and practice count.
        market: a territory ("DE", "CA-QC") or a group ("EU"); silent: the listing's own.
        language: the language of the texts; silent: the listing's own.
        natures: only these (legal, platform, safety, cultural, quality).
        folklore: with what is only said, too.
        identifier: names the language of a text; silent: the installed one (extra `language`), or none.
        rulebook: the rulebook; silent: the built-in one.

    >>> report = check("Explosive product, free shipping", market="US", on="2026-11-22")
    >>> [(finding.found, finding.fix.text) for finding in report.findings if finding.fix]
    [('Explosive product', 'Popular choice')]

    Raises:
        InvalidInput: if content, market, day or a nature cannot be understood.
    """
    question = Question.of(
        content, on=on, market=market, language=language, folklore=folklore, identifier=identifier, rulebook=rulebook
    )
    wanted = _natures(natures)
    found = [finding for finding in evaluate(question).findings if finding.nature in wanted]
    return Report.made(
        market=question.place.code,
        on=question.on,
        language=question.language,
        findings=tuple(found),
        asked=len(question.active.ids),
        not_assessed=Fixed(question.missing),
        rulebook=f"rulebook {question.rulebook.version}",
    )


def check_all(
    contents: Iterable[object], *, on: date | str, market: str | None = None, **options: Any
) -> list[Report | XBCommerceError]:
    """Return a report for each listing, or the error where one cannot be read: one bad row does not end the batch."""
    out: list[Report | XBCommerceError] = []
    for content in rows_of(contents, "contents"):
        try:
            out.append(check(content, on=on, market=market, **options))
        except XBCommerceError as error:
            out.append(error)
    return out


class Found(Protocol):
    """What has findings: a report, a scorecard."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""


def group(
    reports: Iterable[Found | XBCommerceError] | Mapping[str, Found | XBCommerceError], *, most: int = 5
) -> tuple[Group, ...]:
    """Return equal findings of many reports or scorecards together, the worst and most frequent first.

    Args:
        reports: of `check_all` or `score_all`, or by the name of the listing; without names, `listings` are row numbers.
        most: how many listings are named for each.

    >>> texts = ["Explosive product", "Explosive product in blue"]
    >>> [(one.rule, one.count, one.listings) for one in group(check_all(texts, market="US", on="2026-11-22"))]
    [('rendering.mt-001.en', 2, ('0', '1'))]
    """
    if not isinstance(reports, Mapping):
        reports = {str(place): one for place, one in enumerate(rows_of(reports, "reports"))}
    named = reports.items()
    where: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Finding] = {}
    for name, report in named:
        if isinstance(report, XBCommerceError):
            continue
        if not isinstance(getattr(report, "findings", None), tuple):
            raise InvalidInput(
                f"a report is what check_all or score_all return for a listing, not {shown(report)}",
                field="reports",
                value=name,
            )
        for key, finding in {(one.rule, one.severity): one for one in report.findings}.items():
            where.setdefault(key, []).append(name)
            first.setdefault(key, finding)
    groups = [
        Group(
            rule=rule, severity=severity, nature=first[rule, severity].nature, text=first[rule, severity].text,
            count=len(names), listings=tuple(names[:most]),
        )
        for (rule, severity), names in where.items()
    ]  # fmt: skip
    return tuple(sorted(groups, key=lambda one: (SEVERITIES.index(one.severity), -one.count, one.rule)))


def _natures(natures: Iterable[str] | None) -> frozenset[str]:
    if natures is None:
        return frozenset(NATURES)
    if not isinstance(natures, Iterable):
        raise InvalidInput(
            f"natures are names, not {shown(natures)}", field="natures", value=natures, allowed=NATURES,
            hint=f"write some of {', '.join(NATURES)}",
        )  # fmt: skip
    wanted = [natures] if isinstance(natures, str) else list(natures)
    for nature in wanted:
        if nature not in NATURES:
            raise InvalidInput(
                f"{shown(nature)} is no nature of a finding", field="natures", value=nature, allowed=NATURES,
                hint=suggest(nature, NATURES),
            )  # fmt: skip
    return frozenset(wanted)


def _step(finding: Finding) -> Step:
    citation = finding.source or Citation(
        title="linguistic knowledge" if finding.evidence == "linguistic" else "no page on file"
    )
    fact = FactUsed(
        id=finding.fact or finding.rule, value=finding.text, valid_from=None, valid_to=None, law=finding.law, citation=citation,
        verified_on=citation.seen, confidence=finding.confidence, status="in_force", layer="built-in",
    )  # fmt: skip
    return Step(bill="localization", id=finding.rule, kind=finding.nature, text=str(finding), rule=finding.rule, facts=(fact,))


# ------------------------------------------------------------------ the question


class Question:
    """A listing asked about: read once, with the checks that hold for it."""

    def __init__(
        self, listing: Listing, place: Place, on: date, checks: Checks, active: Active, rulebook: Rulebook,
        identifier: Identifier | None,
    ) -> None:  # fmt: skip
        self.listing = listing
        self.place = place
        self.on = on
        self.checks = checks
        self.active = active
        self.rulebook = rulebook
        self.identifier = identifier
        self.missing: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self._read_by: dict[tuple[tuple[str, ...], frozenset[str]], tuple[Field_, ...]] = {}
        self._languages: dict[str, tuple[str, ...]] = {}
        self._verdicts: dict[Any, tuple[str | None, str | None]] = {}
        self.memo: dict[str, Any] = {}
        self.looked: dict[str, bool | None] = {}

    @classmethod
    def of(
        cls, content: object, *, on: date | str, market: str | None = None, language: str | None = None, folklore: bool = False,
        identifier: Identifier | None = None, rulebook: Rulebook | None = None, folders: Sequence[str] = ("localization",),
    ) -> Question:  # fmt: skip
        """Return the question about a listing, for a market on a day; `folders` name where the checks stand."""
        listing = Listing.of(content)
        if market is not None and market != listing.market:
            listing = listing.model_copy(update={"market": market})
        if language is not None and language != listing.language:
            listing = listing.model_copy(update={"language": language})
        if listing.language:
            code = language_code(listing.language)
            if code != listing.language:
                listing = listing.model_copy(update={"language": code})
        day, book = a_day(on), Rulebook.builtin() if rulebook is None else rulebook
        if not isinstance(book, Rulebook):
            raise InvalidInput(f"a rulebook is a Rulebook, not {shown(rulebook)}", field="rulebook", value=rulebook)
        checks = Checks.of(book, folders)
        place = place_of(listing.market, day, checks.groups)
        return cls(listing, place, day, checks, checks.active(listing, place, day, folklore=folklore), book, identifier)

    @property
    def fields(self) -> tuple[Field_, ...]:
        """The texts to read."""
        return self.listing.fields

    def read_by(self, check: Check) -> tuple[Field_, ...]:
        """Return the fields that a check reads; many checks read the same."""
        asked = check.fields, check.skip_fields
        known = self._read_by.get(asked)
        if known is None:
            known = tuple(field for field in self.fields if check.reads(field.path, field.name))
            self._read_by[asked] = known
        return known

    def reading(self, field: Field_) -> Reading:
        """Return a field, read once."""
        known = self._readings.get(field.path)
        if known is None:
            known = self._readings[field.path] = Reading(field.text)
        return known

    def verdict(self, check: Check, field: Field_, expected: tuple[str, ...], judge: Callable[..., str | None]) -> str | None:
        """Return what language a field is in instead of the expected ones, judged once for all checks that ask alike."""
        key = (field.path, expected, *map(check.body.get, ("given", "words", "letters")))
        if key not in self._verdicts:
            before = self.missing.pop(check.id, None)
            self._verdicts[key] = (judge(self, check, field, expected), self.missing.pop(check.id, None))
            if before is not None:
                self.missing[check.id] = before
        verdict, reason = self._verdicts[key]
        if reason is not None:
            self.missing[check.id] = reason
        return verdict

    def shapes(self, field: Field_, shape: str) -> tuple[signs.Shape, ...]:
        """Return the stretches of a shape in a field, sought once."""
        return shapes_in(self.reading(field), shape)

    @cached_property
    def language(self) -> str:
        """The language the listing claims to be in, or that of its market, or ""."""
        if self.listing.language:
            return self.listing.language
        return self.market_languages[0] if self.market_languages else ""

    @cached_property
    def market_languages(self) -> tuple[str, ...]:
        """Languages of the market, the most spoken first."""
        return languages_of(self.place, self.checks.groups)

    def languages(self, field: Field_) -> tuple[str, ...]:
        """Return the languages a field is read in: those claimed or expected, and what its script tells."""
        known = self._languages.get(field.path)
        if known is None:
            known = self._languages[field.path] = self._languages_of(field)
        return known

    def _languages_of(self, field: Field_) -> tuple[str, ...]:
        told = list(with_parent(self.listing.language)) if self.listing.language else list(self.market_languages)
        script = "" if field.text.isascii() else script_language(signs.scripts_of(field.text), told)
        if script:
            told.insert(0, script)
        elif not told:
            told = list(_LATIN)
        return tuple(dict.fromkeys(told))

    @cached_property
    def told(self) -> Mapping[tuple[str, ...], str]:
        """By the languages they are read in: the folded texts of all fields, a line each."""
        texts: dict[tuple[str, ...], list[str]] = {}
        for field in self.fields:
            texts.setdefault(self.languages(field), []).append(self.reading(field).folded.text)
        return {languages: "\n".join(some) for languages, some in texts.items()}

    @cached_property
    def source_folded(self) -> str:
        """The source text in one form."""
        return fold(self.listing.source_text).text

    @cached_property
    def spared(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """By field: the stretches of the folded text that are names, in order and without overlaps."""
        names = [name for name in (fold(one).text.strip() for one in self.listing.names) if name]
        if not names:
            return {}
        return {field.path: _merged(_all_of(names, self.reading(field).folded.text)) for field in self.fields}

    def is_spared(self, field: Field_, start: int, end: int) -> bool:
        """Tell whether a stretch of a folded field lies inside a name."""
        return _is_inside(self.spared.get(field.path, ()), start, end)

    def finding(
        self, check: Check, path: str = "", spans: Sequence[tuple[int, int]] = (), *, count: int | None = None, text: str = "",
        fix: Fix | None = None, suggestion: str = "",
    ) -> Finding:  # fmt: skip
        """Return what a check objects to."""
        whole = self.listing.text_at(path) or ""
        start, end = spans[0] if spans else (0, 0)
        if fix is None and check.fix:
            fix = Fix.made(do=check.fix["do"], field=path, edits=(), before="", sure=False, say=check.fix.get("say", ""))
        return Finding.made(
            rule=check.id, severity=check.severity, nature=check.nature, field=path, start=start, end=end,
            found=whole[start:end],
            spans=tuple([Span.made(start=first, end=last) for first, last in spans[:_MOST_SPANS]]),
            count=max(1, len(spans)) if count is None else count, text=text or check.text, evidence=check.evidence,
            confidence=check.confidence, wished=check.wished, source=check.source.citation if check.source else None,
            law=check.law, valid_from=str(check.valid_from or ""), valid_to=str(check.valid_to or ""), fact=check.fact,
            suggestion=suggestion or (fix.say if fix is not None else "") or _DO.get(fix.do if fix is not None else "", ""),
            fix=fix, concept=check.concept,
        )  # fmt: skip


_LATIN = ("en", "de", "fr", "es", "pt", "it", "nl")
_DO = {"delete": "delete it", "shorten": "shorten the text", "recase": "write it in normal case", "add": "add it"}


def _all_of(names: Iterable[str], text: str) -> Iterator[tuple[int, int]]:
    for name in names:
        start = text.find(name)
        while start >= 0:
            yield start, start + len(name)
            start = text.find(name, start + len(name))


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return stretches in order, those that overlap as one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _is_inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a stretch lies in one of these, which are in order and do not overlap."""
    place = bisect_right(spans, start, key=lambda span: span[0]) - 1
    return place >= 0 and end <= spans[place][1]


class Evaluation(NamedTuple):
    """What came of a question: the findings, the worst first."""

    findings: tuple[Finding, ...]


_SOURCE_SCRIPT = "Han"
"""What the terms are written in whose renderings are known: a listing in it renders nothing."""


def evaluate(question: Question) -> Evaluation:
    """Ask every check that holds. What a check could not look at is noted in `question.missing`."""
    found: list[Finding] = []
    if reason := question.checks.categories.goods(question.listing.category, question.listing.brand).doubt:
        question.missing["category"] = reason
    if question.listing.category is None and question.listing.title is not None:
        question.missing["category"] = "no category is told: rules of special categories are not applied"
    spoken, rendered = question.language.partition("-")[0], question.checks.rendered
    if spoken and rendered and spoken not in rendered and _SOURCE_SCRIPT not in scripts_for(spoken):
        question.missing["renderings"] = f"no literal renderings of source terms are known in {spoken!r}"
    if question.place.code and not question.active.knows_law:
        question.missing["market"] = f"no law of {question.place.code} is known: of law, only what holds everywhere is asked"
    for kind, checks in question.active.by_kind.items():
        found += _KINDS[kind](question, checks)
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    places = {field.path: place for place, field in enumerate(question.fields)}
    found.sort(key=lambda one: (order[one.severity], places.get(one.field, -1), one.start, one.rule))
    return Evaluation(tuple(found))


# ------------------------------------------------------------------ terms


def _terms(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    if not question.fields:
        for check in checks:
            question.missing[check.id] = "no text is known"
        return
    active = question.active.ids
    for field in question.fields:
        reading = question.reading(field)
        found: dict[str, list[tuple[Hit, str]]] = {}
        asks = _asking(active, field)
        for language, index, alone in _indexes(question, field):
            for hit in index.hits(reading, asks):
                if alone or hit.last > hit.first:
                    found.setdefault(hit.term.owner.id, []).append((hit, language))
        findings = [_terms_finding(question, field, reading, pairs) for pairs in found.values()]
        yield from _outermost([finding for finding in findings if finding is not None])


def _asking(active: Collection[str], field: Field_) -> Callable[[Check], bool]:
    """Return whether a check holds and reads a field; the terms of all others are passed over."""
    return lambda check: check.id in active and check.reads(field.path, field.name)


def _outermost(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings, but of renderings that lie in one another only the longest: baby details, not baby."""
    renderings = sorted((one for one in findings if one.evidence == "linguistic"), key=lambda one: one.start - one.end)
    taken: set[tuple[int, int]] = set()
    for one in findings:
        if one.evidence != "linguistic":
            yield one
    for one in renderings:
        spans = {(span.start, span.end) for span in one.spans}
        if not all(any(first <= start and end <= last for first, last in taken) for start, end in spans):
            taken |= spans
            yield one


def _indexes(question: Question, field: Field_) -> Iterator[tuple[str, Index, bool]]:
    """Yield the indexes a field is read with: of its languages, and of the language of trade for phrases alone."""
    languages = question.languages(field)
    known = question.checks.languages
    for language in languages:
        if language in known:
            yield language, question.checks.index(language), True
    if _TRADE not in languages:
        yield _TRADE, question.checks.index(_TRADE), False


_TRADE = "en"


def _terms_finding(question: Question, field: Field_, reading: Reading, pairs: Sequence[tuple[Hit, str]]) -> Finding | None:
    check: Check = pairs[0][0].term.owner
    if check.if_source and not any(source in question.source_folded for source in check.if_source):
        return None
    spoken = {id(hit): language for hit, language in pairs}
    held = [hit for hit in longest(hit for hit, _ in pairs) if _holds(question, check, field, reading, hit, spoken[id(hit)])]
    if not held:
        return None
    spans = [reading.folded.span(hit.start, hit.end) for hit in held]
    fix, say = _terms_fix(question, check, field, held, spans)
    return question.finding(check, field.path, spans, count=len(held), fix=fix, suggestion=say)


def _holds(question: Question, check: Check, field: Field_, reading: Reading, hit: Hit, language: str) -> bool:
    if check.spare and question.spared and question.is_spared(field, hit.start, hit.end):
        return False
    if check.unless_part_of and _is_part(reading.folded.text, hit, check.unless_part_of):
        return False
    if check.only_near is not None and not _stands_near(reading, hit, check.only_near, language):
        return False
    return check.not_near is None or not _stands_near(reading, hit, check.not_near, language)


def _is_part(text: str, hit: Hit, phrases: Iterable[str]) -> bool:
    term = text[hit.start : hit.end]
    for phrase in phrases:
        place = phrase.find(term)
        while place >= 0:
            start = hit.start - place
            if start >= 0 and _stands_at(text, start, phrase):
                return True
            place = phrase.find(term, place + 1)
    return False


def _stands_at(text: str, start: int, phrase: str) -> bool:
    """Tell whether a phrase stands at a place; `#` in it is any digit."""
    words, digit, rest = phrase.partition("#")
    end = start + len(words)
    if not text.startswith(words, start):
        return False
    return not digit or (text[end : end + 1].isdigit() and _stands_at(text, end + 1, rest))


def _stands_near(reading: Reading, hit: Hit, near: Near, language: str) -> bool:
    if near.shapes and _shape_near(reading, hit, near):
        return True
    singles, phrases, parts = _near_words(_Ident(near), language)
    if hit.first < 0 or parts:
        text = reading.folded.text
        reach = near.within * _NEAR_SIGNS
        around = text[max(0, hit.start - reach) : hit.start] + "\n" + text[hit.end : hit.end + reach]
        if any(part in around for part in parts):
            return True
    if hit.first < 0:
        return False
    words, sentences = reading.words, reading.sentences
    first = hit.first - near.within if near.side != "after" else hit.last + 1
    last = hit.last + near.within if near.side != "before" else hit.first - 1
    for place in range(max(0, first), min(len(words), last + 1)):
        if hit.first <= place <= hit.last or sentences[place] != sentences[hit.first]:
            continue
        stem = reading.stem(language, words[place])
        if stem in singles and not (place > hit.last and _is_label(reading, place)):
            return True
        for phrase in phrases.get(stem, ()):
            if [reading.stem(language, word) for word in words[place : place + len(phrase)]] == list(phrase):
                return True
    return False


def _is_label(reading: Reading, place: int) -> bool:
    """Tell whether a word names what follows it, as in "colour: green, material: wood", and so belongs to no term before it."""
    end = reading.ends[place]
    return reading.folded.text[end : end + 2].lstrip().startswith(":")


class _Ident:
    """A condition as a key of a cache, by identity."""

    __slots__ = ("near",)

    def __init__(self, near: Near) -> None:
        self.near = near

    def __hash__(self) -> int:
        return id(self.near)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ident) and self.near is other.near


@lru_cache(maxsize=4_096)
def _near_words(
    ident: _Ident, language: str
) -> tuple[frozenset[str], Mapping[str, tuple[tuple[str, ...], ...]], tuple[str, ...]]:
    words = (*ident.near.words.get("", ()), *ident.near.words.get(language, ()))
    singles: set[str] = set()
    phrases: dict[str, list[tuple[str, ...]]] = {}
    parts: list[str] = []
    for word in words:
        folded = fold(word).text
        keys = tuple(stem_of(language, part) for part in Reading(word).words)
        if not keys or any(sign > "\u2e80" for sign in folded):
            parts.append(folded)
        elif len(keys) == 1:
            singles.add(keys[0])
        else:
            phrases.setdefault(keys[0], []).append(keys)
    return frozenset(singles), {key: tuple(some) for key, some in phrases.items()}, tuple(parts)


def _shape_near(reading: Reading, hit: Hit, near: Near) -> bool:
    start, end = reading.folded.span(hit.start, hit.end)
    return any(_within(reading.text, start, end, shapes_in(reading, shape), near) for shape in near.shapes)


def shapes_in(reading: Reading, shape: str) -> tuple[signs.Shape, ...]:
    """Return the stretches of a shape in a text, sought once."""
    known: dict[str, tuple[signs.Shape, ...]] = reading.__dict__.setdefault("_shapes", {})
    if shape not in known:
        known[shape] = signs.spans_of(shape, reading.text, reading.signs)
    return known[shape]


def _within(text: str, start: int, end: int, shapes: Sequence[signs.Shape], near: Near) -> bool:
    place = bisect_left(shapes, (start,))
    candidates = [shapes[at] for at in (place - 1, place) if 0 <= at < len(shapes)]
    for shape in candidates:
        if shape.end <= start and near.side != "after":
            gap = text[shape.end : start]
        elif shape.start >= end and near.side != "before":
            gap = text[end : shape.start]
        else:
            if shape.start < end and start < shape.end:
                return True
            continue
        if len(gap) <= 20 * (near.within + 1):
            between = Reading(gap)
            if (len(between.words) <= near.within and not any(sign in gap for sign in ".\n;!?")) or not gap.strip():
                return True
    return False


def _terms_fix(
    question: Question, check: Check, field: Field_, hits: Sequence[Hit], spans: Sequence[tuple[int, int]]
) -> tuple[Fix | None, str]:
    """Return what to do about terms: put the good form, delete, or ask a person."""
    offered = check.rendering
    if offered is None:
        if check.fix.get("do") == "delete":
            cuts = _cuts(field.text, spans)
            return _fix_of(question, check, field, "delete", cuts, check.fix.get("say", "")), check.fix.get("say", "")
        return None, ""
    if offered.good is None:
        return Fix.made(do="ask", field=field.path, edits=(), before="", sure=False, say=offered.say), offered.say
    edits: list[Edit] = []
    exact = True
    for hit, (start, end) in zip(hits, spans, strict=True):
        found = field.text[start:end]
        good = hit.term.good or offered.good
        exact = exact and hit.exact
        nouns = bool(_NOUNS_CAPITAL & check.terms.keys()) and not _begins_sentence(field.text, start)
        edits.append(_with_article(field.text, start, end, _cased(found, good, nouns=nouns), check.terms))
    say = f"write {edits[0].text!r}" + ("" if exact else " and check the ending") + (f"; {offered.say}" if offered.say else "")
    if _would_find(question, field, edits, check):
        deleted = _cuts(field.text, spans)
        say = f"delete it here ({edits[0].text!r} is not welcome in this field either)"
        return _fix_of(question, check, field, "delete", deleted, say), say
    return _fix_of(question, check, field, "replace", tuple(edits), say, sure=exact), say


_ARTICLE = re.compile(r"(?<![^\W_])([Aa])(n?)(\s{1,3})$")
_SOUNDS_OTHERWISE = re.compile("eu|uni|use|one|hour|honest|heir")


def _with_article(text: str, start: int, end: int, good: str, languages: Collection[str]) -> Edit:
    """Return the edit that puts a good form, and mends the English article before it: a popular choice."""
    article = _ARTICLE.search(text, max(0, start - 5), start) if _TRADE in languages else None
    if article is None:
        return Edit.made(start=start, end=end, text=good)
    first = good.lower()
    vowel = (first[:1] in "aeiou") != bool(_SOUNDS_OTHERWISE.match(first)) if first[:1] in "aeiouh" else False
    return Edit.made(start=article.start(), end=end, text=f"{article[1]}{'n' if vowel else ''}{article[3]}{good}")


def _fix_of(
    question: Question, check: Check, field: Field_, do: str, edits: tuple[Edit, ...], say: str, *, sure: bool = False
) -> Fix:
    """Return a fix whose text is offered only if it does not bring the same finding again."""
    if len(edits) > _MOST_EDITS or _comes_back(question, field, edits, check):
        return Fix.made(do="ask", field=field.path, edits=(), before="", sure=False, say=say or "rewrite the sentence")
    return Fix.made(do=do, field=field.path, edits=edits, before=digest_of(field.text), sure=sure, say=say)


def _new_places(edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """Yield where the new texts will stand."""
    shift = 0
    for edit in edits:
        start = edit.start + shift
        yield start, start + len(edit.text)
        shift += len(edit.text) - (edit.end - edit.start)


def _comes_back(question: Question, field: Field_, edits: Sequence[Edit], check: Check) -> bool:
    """Tell whether a check still meets something where its own edits were made, read with some text around them."""
    after, places = changed(field.text, edits), list(_new_places(edits))
    for begin, stop in _merged((max(0, start - _WINDOW), end + _WINDOW) for start, end in places):
        reading = Reading(after[begin:stop])
        for _, index, _ in _indexes(question, field):
            for hit in index.hits(reading, lambda owner: owner is check):
                first, last = reading.folded.span(hit.start, hit.end)
                if _touches(places, begin + first, begin + last):
                    return True
    return False


def _touches(places: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a stretch meets one of these, which are in order; side by side is meeting."""
    place = bisect_left(places, start, key=lambda span: span[1])
    return place < len(places) and places[place][0] <= end


def _would_find(question: Question, field: Field_, edits: Sequence[Edit], check: Check) -> bool:
    """Tell whether good forms would raise a finding of equal or higher severity in the same field."""
    worst = SEVERITIES.index(check.severity)
    for text in {edit.text for edit in edits}:
        for language, index, alone in _indexes(question, field):
            reading, hits = index.hits_of(text)
            for hit in hits:
                owner = hit.term.owner
                if (
                    owner.id in question.active.ids and (alone or hit.last > hit.first) and not owner.if_source
                    and SEVERITIES.index(owner.severity) <= worst and owner.reads(field.path, field.name)
                    and _holds(question, owner, field, reading, hit, language)
                ):  # fmt: skip
                    return True
    return False


_NOUNS_CAPITAL = frozenset({"de"})
"""Languages in which a capital is a noun's, not the beginning's."""


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \"'(-")
    return start == 0 or not before or before[-1] in ".!?:\n|"


def _cased(found: str, good: str, *, nouns: bool = False) -> str:
    """Return a good form with the capitals of what it replaces."""
    if len(found) > 1 and found.isupper() and not good.isupper():
        return good.upper()
    return good[:1].upper() + good[1:] if found[:1].isupper() and good[:1].islower() and not nouns else good


def _cuts(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Edit, ...]:
    """Return the edits that delete stretches, each with one of the spaces beside it that no other has taken."""
    out: list[Edit] = []
    taken = 0
    for start, end in sorted(spans):
        first, last = max(start, taken), end
        if first > taken and text[first - 1] == " " and (end == len(text) or text[end] in " ,.;:!?"):
            first -= 1
        elif end < len(text) and text[end] == " ":
            last += 1
        if first < last:
            out.append(Edit.made(start=first, end=last, text=""))
            taken = last
    return tuple(out)


# ------------------------------------------------------------------ signs, repeats, shapes


def _fields(question: Question, check: Check) -> tuple[Field_, ...]:
    found = question.read_by(check)
    if not found and not any(question.listing.is_known(name) for name in check.fields if name != "any_text"):
        question.missing[check.id] = "its fields are not known"
    return found


def _characters(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        for field in _fields(question, check):
            found = sorted(set(_signs(question, check, field)))
            if found:
                spans = [(start, end) for start, end in found]
                yield question.finding(check, field.path, spans, fix=_signs_fix(question, check, field, spans))


def _signs(question: Question, check: Check, field: Field_) -> Iterator[tuple[int, int]]:
    for kind in check.body.get("property", ()):
        some = signs.mixed_words(field.text) if kind == "mixed_script_word" else signs.signs(kind, field.text)
        names = question.listing.names if check.spare else ()
        for shape in some:
            if not names or not any(name in field.text[shape.start : shape.end] for name in names):
                yield shape.start, shape.end
    wanted, reading = check.body.get("set", ""), question.reading(field)
    if (reading.signs if reading.text == field.text else frozenset(field.text)).isdisjoint(wanted):
        return
    spared = question.spared.get(field.path, ()) if check.spare else ()
    places = [
        place for place, sign in enumerate(field.text)
        if sign in wanted and _is_placed(field.text, place, check.body.get("position", "any"))
    ]  # fmt: skip
    span_of = question.reading(field).folded.span
    taken = _merged(span_of(start, end) for start, end in spared)
    places = [place for place in places if not _is_inside(taken, place, place + 1)]
    most = check.body.get("at_most", 0)
    seen: Counter[str] = Counter()
    for place in places:
        seen[field.text[place]] += 1
        if seen[field.text[place]] > most:
            yield place, place + 1


def _is_placed(text: str, place: int, position: str) -> bool:
    if position == "leading":
        return not text[:place].strip() if place < 4 else False
    if position == "trailing":
        return place >= len(text.rstrip()) - 1
    if position == "decorative":
        sign = text[place]
        doubled = text[place + 1 : place + 2] == sign or (place > 0 and text[place - 1] == sign)
        touches = text[place + 1 : place + 2].isdigit() or (place > 0 and text[place - 1].isdigit())
        return doubled or not touches
    return True


def _signs_fix(question: Question, check: Check, field: Field_, spans: Sequence[tuple[int, int]]) -> Fix | None:
    do = check.fix.get("do")
    if len(spans) > _MOST_EDITS:
        return None
    if do == "delete":
        edits = [Edit.made(start=start, end=end, text="") for start, end in spans]
    elif do == "replace":
        alike = {word: signs.lookalikes(word) for word in {field.text[start:end] for start, end in spans}}
        words = list(alike.values())
        edits = [Edit.made(start=start, end=end, text=alike[field.text[start:end]]) for start, end in spans]
        if any(tuple(signs.mixed_words(word)) for word in words):
            return None
    else:
        return None
    if do == "delete" and any(
        True for _ in _signs(question, check, Field_(field.path, field.name, changed(field.text, edits)))
    ):
        return None
    return Fix.made(
        do=do, field=field.path, edits=tuple(edits), before=digest_of(field.text), sure=True, say=check.fix.get("say", "")
    )


def _repeats(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        most, unit = check.body.get("at_most", 1), check.body.get("unit", "word")
        if unit == "item":
            yield from _repeated_items(question, check, most)
            continue
        free = question.checks.lexicons.get(check.body.get("except", ""), {})
        spared = {word for words in free.values() for word in words}
        for field in _fields(question, check):
            reading = question.reading(field)
            counts: Counter[str] = Counter()
            over: list[tuple[int, int]] = []
            for place, word in enumerate(reading.words):
                counts[word] += 1
                if counts[word] > most and word not in spared and not word.isdigit():
                    over.append(reading.folded.span(reading.starts[place], reading.ends[place]))
            if over:
                yield question.finding(check, field.path, over)


def _repeated_items(question: Question, check: Check, most: int) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for field in _fields(question, check):
        item = question.reading(field).folded.text.strip()
        counts[item] += 1
        if counts[item] == most + 1:
            yield question.finding(check, field.path, [(0, len(field.text))])


def _shape(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        if any(_is_there(question, name, check) for name in _listed(check.body.get("unless", []))):
            continue
        names = _listed(check.body["shape"])
        for field in _fields(question, check):
            if "number" not in names and not any(question.shapes(field, name) for name in names):
                continue
            spans = sorted(_shape_spans(question, check, field))
            if len(spans) <= check.body.get("at_most", 0):
                continue
            fix = None
            if check.fix.get("do") == "delete" and len(spans) <= _MOST_EDITS:
                edits = _cuts(field.text, spans)
                after = Field_(field.path, field.name, changed(field.text, edits))
                if not any(True for _ in _shape_spans(question, check, after)):
                    fix = Fix.made(
                        do="delete", field=field.path, edits=edits, before=digest_of(field.text), sure=False, say="delete it"
                    )
            yield question.finding(check, field.path, spans, fix=fix)


def _shape_spans(question: Question, check: Check, field: Field_) -> Iterator[tuple[int, int]]:
    reading = question.reading(field)
    if reading.text != field.text:
        reading = Reading(field.text)
    names, spared = check.body["shape"], frozenset(check.body.get("except", ()))
    end = -1
    for name in (names,) if isinstance(names, str) else names:
        for shape in _numbers(check, reading) if name == "number" else shapes_in(reading, name):
            if spared and _first_word(reading.text[shape.start : shape.end]) in spared:
                continue
            if shape.start >= end or len(names) > 1:
                yield shape.start, shape.end
                end = shape.end


def _first_word(text: str) -> str:
    """Return the first word of a stretch: of a tag, its name."""
    found = re.search(r"[^\W_]+", text)
    return found[0].lower() if found else ""


def _numbers(check: Check, reading: Reading) -> Iterator[signs.Shape]:
    values = {str(value) for value in check.body.get("value", ())}
    roles = check.body.get("role", ["any"])
    if values and not any(value in reading.text for value in values):
        return
    for number in signs.numbers(reading.text, shapes_in(reading, "price")):
        if (not values or number.value in values) and ("any" in roles or number.role in roles):
            yield signs.Shape(number.start, number.end, number.value)


# ------------------------------------------------------------------ measures, members, what must be there


def _measure(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    from xbcommerce.localization.measures import measure

    return measure(question, checks)


def _member(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        allowed = {value.lower() for value in _listed(check.body["of"])}
        for name in check.fields:
            if name == "images.format":
                for number, image in enumerate(question.listing.images or ()):
                    form = _format_of(image)
                    if form is not None and form.lower() not in allowed:
                        accepted = ", ".join(_listed(check.body["of"]))
                        yield question.finding(check, "", text=f"image {number + 1} is {form}; accepted are {accepted}")
                continue
            value = question.listing.text_at(name) or getattr(question.listing, name, None)
            if isinstance(value, str) and value and value.lower() not in allowed:
                path = name if question.listing.text_at(name) else ""
                yield question.finding(check, path, [(0, len(value))] if path else ())


def _format_of(image: Image) -> str | None:
    """Return the format of an image: as declared, else as its pixels tell."""
    if image.format is not None or image.pixels is None:
        return image.format
    from xbcommerce.localization.images import look

    return look(image.pixels).format


def _requires(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        if any(_is_there(question, name, check) for name in _listed(check.body.get("unless", []))):
            continue
        if not _concerns(question, check):
            continue
        every, some = _listed(check.body.get("all_of", [])), _listed(check.body.get("any_of", []))
        answers = {name: _is_there(question, name, check) for name in (*every, *some)}
        lacking = [name for name in every if answers[name] is False]
        if some:
            looked = [name for name in some if answers[name] is not None]
            if not looked:
                question.missing[check.id] = "none of what it asks for is known"
            elif sum(1 for name in looked if answers[name]) < check.body.get("at_least", 1):
                lacking += [name for name in some if not answers[name]]
        elif every and not lacking and any(answers[name] is None for name in every):
            question.missing[check.id] = "not known: " + ", ".join(name for name in every if answers[name] is None)
        if lacking:
            yield question.finding(check, text=f"{check.text or 'missing'}: {', '.join(dict.fromkeys(map(_plain, lacking)))}")


def _concerns(question: Question, check: Check) -> bool:
    """Tell whether one of the things is there for which alone the check asks; where nobody knows, that is noted."""
    wanted = _listed(check.body.get("only_if", []))
    answers = [_is_there(question, name, check) for name in wanted]
    if wanted and not any(answers) and None in answers:
        question.missing[check.id] = f"nobody told whether it concerns the goods: {' or '.join(map(_plain, wanted))}"
    return not wanted or any(answers)


_TELLING = ("bullets", "description")
"""Where a listing tells what it does not say in its title: without any of them known, nothing is missed."""


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _plain(name: str) -> str:
    kind, _, rest = name.partition(".")
    return (rest if kind in ("attributes", *_LOOKS) else name).replace("_", " ")


def _is_there(question: Question, name: str, check: Check) -> bool | None:
    """Tell whether something is there; None where nobody knows."""
    kind, _, rest = name.partition(".")
    look = _LOOKS.get(kind)
    if look is None:
        listing = question.listing
        return not listing.is_empty(name) if listing.is_known(name) else None
    if look is _is_at_home:
        return look(question, rest, check)
    if name not in question.looked:
        question.looked[name] = look(question, rest, check)
    return question.looked[name]


def _shape_is_there(question: Question, shape: str, _: Check) -> bool | None:
    if any(shapes_in(question.reading(field), shape) for field in question.fields):
        return True
    return False if _tells(question) else None


def _country_is_there(question: Question, lexicon: str, _: Check) -> bool | None:
    """Tell whether a country is named in the sentence, soon after words of a lexicon: "made in a mill near Porto, Portugal"."""
    known = question.checks.lexicons.get(lexicon, {})
    others = question.checks.lexicons.get("country_aliases", {})
    words = question.checks.lexicons.get("country_words", {})
    spoken = False
    for languages, text in question.told.items():
        for language in dict.fromkeys((*languages, _TRADE)):
            spoken = spoken or (language in known and language in languages)
            names = country_names(language, tuple(others.get(language, ())))
            phrases, idle = question.checks.said_by(lexicon, language)
            said = _without(idle, text)
            for core, pattern in phrases:
                for place in islice(pattern.finditer(said), _MOST_SAID) if core in said else ():
                    if names_a_country(said[place.end() : place.end() + _SOON], names, words.get(language, ())):
                        return True
    return False if spoken and _tells(question) else None


def _word_is_there(question: Question, lexicon: str, _: Check) -> bool | None:
    known = question.checks.lexicons.get(lexicon, {})
    spoken = False
    for languages, text in question.told.items():
        for language in dict.fromkeys((*languages, _TRADE)):  # what is said in the language of trade is said as well
            spoken = spoken or (language in known and language in languages)
            phrases, idle = question.checks.said_by(lexicon, language)
            said = _without(idle, text)
            for core, pattern in phrases:
                if core in said and pattern.search(said):
                    return True
    return False if spoken and _tells(question) else None


def _without(idle: Sequence[Phrase], text: str) -> str:
    """Return a text without the words that say nothing."""
    for core, pattern in idle:
        text = pattern.sub(" ", text) if core in text else text
    return text


def _tells(question: Question) -> bool:
    """Tell whether what the title leaves out could be told: without a text, nothing is missed."""
    return any(question.listing.is_known(field) for field in _TELLING)


def _label_is_there(question: Question, label: str, _: Check) -> bool | None:
    images = question.listing.images
    if images is None:
        return None
    if any(as_label(label) in map(as_label, image.labels or ()) for image in images):
        return True
    return False if all(image.labels is not None for image in images) else None


def _is_at_home(question: Question, attribute: str, check: Check) -> bool | None:
    """Tell whether an attribute names a country, or a region of one, of the markets that the check is for."""
    from xbcommerce.places import is_place, usual_code

    told = usual_code(question.listing.attributes.get(attribute, "").strip().upper())
    if not told:
        return None
    if not is_place(told):
        question.missing[f"attributes.{attribute}"] = f"{shown(told)} is no code of a country: write DE, not Germany"
        return None
    markets = (wanted for name, wanted, _ in check.where if name == "market")
    return not place_of(told, question.on, question.checks.groups).parts.isdisjoint(frozenset().union(*markets))


_SOON, _MOST_SAID = 60, 200
"""Within so many signs after "made in" the country is named; so often at most it is looked for."""
_LOOKS = {
    "shape": _shape_is_there, "lexicon": _word_is_there, "country": _country_is_there,
    "labels": _label_is_there, "home": _is_at_home,
}  # fmt: skip


def _labels(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    images = question.listing.images
    if not images:
        for check in checks:
            question.missing[check.id] = "no image is known"
        return
    seen = [labels_of(image) for image in images]
    for label in sorted(frozenset().union(*[image.labels or () for image in images])):
        if as_label(label) not in question.checks.labels:
            meant = suggest(as_label(label), question.checks.labels)
            question.missing[f"labels.{label}"] = "no check knows this label" + (f"; {meant}" if meant else "")
    for check in checks:
        wanted = frozenset(check.body.get("any_of", ()))
        if (untold := _untold(images, wanted)) and len(untold) == len(images):
            question.missing[check.id] = "nobody told what the images show"
        elif untold:
            question.missing[check.id] = f"nobody told what image {' and '.join(map(str, untold[:_MOST_TOLD]))} shows"
        for number, labels in enumerate(seen):
            shown_ = sorted({as_label(name) for name in wanted} & (labels or frozenset()))
            if shown_:
                names = ", ".join(shown_).replace("_", " ")
                yield question.finding(check, text=f"image {number + 1} shows {names}: {check.text}")


_MOST_TOLD = 10


def _untold(images: Sequence[Image], wanted: Collection[str]) -> list[int]:
    """Return which images nobody described: pixels tell candidates only."""
    seen = all(name.startswith(CANDIDATE) for name in wanted)
    return [number for number, one in enumerate(images, 1) if one.labels is None and not (seen and one.pixels is not None)]


def as_label(text: str) -> str:
    """Return a label as the data writes it, without regard to capitals and spaces.

    >>> as_label("Red Cross on white")
    'red_cross_on_white'
    """
    return "_".join(re.split(r"[\s_-]+", text.strip().lower()))


def labels_of(image: Image) -> frozenset[str] | None:
    """Return what an image shows: as declared, and what its pixels make a candidate."""
    labels = None if image.labels is None else frozenset(map(as_label, image.labels))
    if image.pixels is None:
        return labels
    from xbcommerce.localization.images import candidates

    return (labels or frozenset()) | candidates(image.pixels)


def _language(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    from xbcommerce.localization.language import language

    return language(question, checks)


def _notation(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    from xbcommerce.localization.units import notation

    return notation(question, checks)


def _agrees(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    from xbcommerce.localization.agreement import agrees

    return agrees(question, checks)


_KINDS: Mapping[str, Callable[[Question, Sequence[Check]], Iterator[Finding]]] = {
    "measure": _measure, "characters": _characters, "repeats": _repeats, "terms": _terms, "shape": _shape,
    "language": _language, "requires": _requires, "notation": _notation, "agrees": _agrees, "labels": _labels,
    "member": _member,
}  # fmt: skip
