"""The score: findings first, a number second, and what each fix would gain.

`score = 100 * sum(weight of part * part) / sum(weight of parts assessed)`; a part is the weighted share of checks passed. The
denominator is the checks that *hold* for platform, market, category and day, never those that a text happens to trigger: so
emptying a field can never raise the score. A field that is unknown leaves both sides; a field that is empty earns nothing.
Reckoned in whole numbers and fractions, so that gains of fixes of different checks add up exactly.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError, shown
from xbcommerce.explain import Answer, Explanation, FactUsed, Result, Step
from xbcommerce.listings.keywords import Coverage, Keyword, KeywordMet, Met, Tokenizer, decimal, keywords_of, measured
from xbcommerce.listings.level import Level, level_of, scales
from xbcommerce.listings.platform import asked, document, findings_of, has_store
from xbcommerce.listings.reading import read
from xbcommerce.listings.reckon import (
    CONCERN,
    HUNDRED,
    SEVERITIES,
    Part,
    Scheme,
    Tally,
    assessed_share,
    family_of,
    field_name,
    keyword_units,
    read_units,
    reckoned,
    scheme_of,
    tally_of,
    together,
)
from xbcommerce.localization.checks import Question
from xbcommerce.localization.content import Finding, Fix, Listing, apply, rows_of
from xbcommerce.localization.language import Identifier
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["CheckResult", "Improvement", "Part", "Scorecard", "score", "score_all"]


# ---------------------------------------------------------------------------------------------------------------- results


class CheckResult(Result):
    """How a check came out.

    Attributes:
        rule: the check; part, weight: in which part it counts, and how much.
        passed: in every field; None: not assessed.
        earned: the share of its weight that is earned, as a fraction ("1", "2/3"); None: not assessed.
    """

    rule: str
    part: str
    weight: str
    passed: bool | None
    earned: str | None


class Improvement(Result):
    """One thing to do, and what it would gain.

    Attributes:
        rule: the check whose objection it answers; "keywords" and "empty" for what no check objects to.
        field: where.
        severity: of the finding; "" where there is none.
        gain: points of the score, if it is answered well; rounded down to a hundredth, and never below 0: that a mended text
            is judged by more checks than the broken one was is no reason to leave it broken.
        say: what to do.
        mechanical: the fix carries a text and can be applied (`Scorecard.after`); its gain was found by applying it. A fix
            that empties its field, or after which something blocks that did not before, is none: a person must look.
        fix: the fix.
    """

    rule: str
    field: str
    severity: str
    gain: Decimal
    say: str
    mechanical: bool = False
    fix: Fix | None = None


_WORDS_OF_ANSWERS = "tells_size"


@dataclass(frozen=True, slots=True, eq=False)
class _Inside:
    question: Question
    options: Mapping[str, Any]
    tally: Tally
    exact: Fraction | None
    met: tuple[Met, ...]
    scheme: Scheme


class Scorecard(Answer):
    """What is wrong with a listing, and a number.

    Attributes:
        platform, market, on: what was asked.
        publishable: nothing blocks.
        findings: the worst first.
        score: from 0 to 100, rounded down to a tenth: 100 only where every check passes; None where nothing could be assessed.
        method: "weighted", or "published" where the platform publishes how it scores.
        parts: what it is made of.
        assessed: share of the checks' weight that could be assessed.
        not_assessed: checks that lacked what they look at, with the reason.
        level: the platform's own band of the number, where it publishes bands.
        keywords: coverage, where keywords were given.
        assumptions: what was assumed.
        rulebook: version of the rulebook.
    """

    platform: str
    market: str
    on: date
    publishable: bool
    findings: tuple[Finding, ...]
    score: Decimal | None
    method: Literal["weighted", "published"]
    parts: tuple[Part, ...]
    assessed: str
    not_assessed: Mapping[str, str]
    level: Level | None = None
    keywords: Coverage | None = None
    assumptions: tuple[str, ...] = ()
    rulebook: str = ""

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every check that holds, with how it came out.

        Raises:
            InvalidInput: if the scorecard was read back from a file and no longer has its listing.
        """
        inside = self._known()
        weight: dict[tuple[str, str], Fraction] = {}
        earned: dict[tuple[str, str], Fraction] = {}
        failed: set[tuple[str, str]] = set()
        for unit in inside.tally.units:
            key = (unit.rule, unit.part)
            weight[key] = weight.get(key, Fraction(0)) + unit.weight
            earned[key] = earned.get(key, Fraction(0)) + (unit.weight if unit.passed else 0)
            if not unit.passed:
                failed.add(key)
        found = []
        for key, whole in weight.items():
            share = earned[key] / whole if whole else Fraction(key not in failed)
            found.append(
                CheckResult.made(rule=key[0], part=key[1], weight=str(whole), passed=key not in failed, earned=str(share))
            )
        found += [
            CheckResult.made(rule=one.rule, part=one.part, weight=str(one.weight), passed=None, earned=None)
            for one in inside.tally.unassessed
        ]
        return tuple(sorted(found, key=lambda one: one.rule))

    @property
    def exact(self) -> Fraction | None:
        """The score before it is rounded."""
        return self._known().exact

    def improvements(self, *, most: int | None = None) -> tuple[Improvement, ...]:
        """Return what to do, what blocks first, then what gains most.

        Args:
            most: how many are returned; silent: all.

        Raises:
            InvalidInput: if the scorecard was read back from a file and no longer has its listing.
        """
        inside = self._known()
        if most is not None and (type(most) is not int or most < 0):
            raise InvalidInput(f"most is a number of improvements, not {shown(most)}", field="most", value=most)
        return tuple(_improvements(self, inside))[:most]

    def after(self, *improvements: Improvement) -> Scorecard:
        """Return the scorecard of the listing with mechanical improvements applied, all of them together.

        Raises:
            InvalidInput: if the scorecard was read back from a file and no longer has its listing.
        """
        inside = self._known()
        for one in improvements:
            if not isinstance(one, Improvement):
                raise InvalidInput(
                    f"{shown(one)} is no improvement of this scorecard", field="improvements", value=one,
                    hint="take them from improvements()",
                )  # fmt: skip
        changed = apply(inside.question.listing, *[one.fix for one in improvements if one.mechanical])
        return score(changed, **inside.options)

    def common_score(self, other: Scorecard) -> Decimal | None:
        """Return the score over the checks that could be assessed in another card too, rounded down to a tenth.

        A check that judges each field for itself counts by the fields that both cards know; one that judges several together
        only where both know the same.

        Raises:
            InvalidInput: if one of them was read back from a file and no longer has its listing.
        """
        whole: dict[str, Fraction] = {}
        got: dict[str, Fraction] = {}
        theirs = other._known().tally.seen
        for rule, seen in self._known().tally.seen.items():
            if rule in theirs:
                weight, earned = seen.earned(seen.shared(theirs[rule]))
                whole[seen.part] = whole.get(seen.part, Fraction(0)) + weight
                got[seen.part] = got.get(seen.part, Fraction(0)) + earned
        weights = {part.part: Fraction(part.weight) for part in self.parts}
        counted = {part: total for part, total in whole.items() if total}
        below = sum((weights[part] for part in counted), Fraction(0))
        if not below:
            return None
        above = sum((weights[part] * got[part] / total for part, total in counted.items()), Fraction(0))
        return Decimal(decimal(HUNDRED * above / below, 1))

    def shares(self, finding: Finding, other: Scorecard) -> bool:
        """Tell whether the check of a finding was assessed in this card and in another, in the field where the finding is.

        Raises:
            InvalidInput: if one of them was read back from a file and no longer has its listing.
        """
        name = field_name(finding.field)
        insides = (self._known(), other._known())
        rule = family_of(finding.rule, insides[0].scheme)
        seen = [inside.tally.seen.get(rule) for inside in insides]
        if seen[0] is not None and seen[1] is not None:
            both = seen[0].shared(seen[1])
            return name in both if seen[0].apart and name else bool(both)
        lacks = any(
            rule in inside.question.missing or any(one.rule == rule for one in inside.tally.unassessed) for inside in insides
        )
        counted = seen[0] is not None or seen[1] is not None
        return not lacks and not counted and all(not name or name in inside.tally.known for inside in insides)

    def asked_otherwise(self, other: Scorecard) -> tuple[str, ...]:
        """Return what was asked differently for another card (platform, weights, keywords ...); none: they can be compared.

        Raises:
            InvalidInput: if one of them was read back from a file and no longer has its listing.
        """
        mine, theirs = _asked_of(self, self._known()), _asked_of(other, other._known())
        return tuple(name for name, value in mine.items() if value != theirs[name])

    def _known(self) -> _Inside:
        inside: _Inside | None = self._inside
        if inside is None:
            raise InvalidInput(
                "this scorecard was stored and read back: its listing is not in it", hint="score the listing again"
            )
        return inside

    def explain(self) -> Explanation:
        """Return parts and findings with the facts they rest on."""
        parts = [
            Step(bill="score", id=part.part, kind="part", amount=None, text=_part_text(part), rule="score.weights", facts=())
            for part in self.parts
        ]
        steps = (*parts, *(_step(finding) for finding in self.findings))
        missing = [f"not assessed: {name} ({reason})" for name, reason in self.not_assessed.items()]
        low = dict.fromkeys(
            f"{one.rule} rests on {one.evidence} of low confidence" for one in self.findings if one.confidence == "low"
        )
        number = "no score: nothing could be assessed" if self.score is None else f"{self.score} of 100 ({self.method})"
        ready = "publishable" if self.publishable else "not publishable"
        return Explanation(
            title=f"{self.platform} {self.market or ''} on {self.on}: {ready}, {number}",
            steps=steps,
            assumptions=(*self.assumptions, *missing),
            warnings=tuple(low),
            rulebook=self.rulebook,
        )

    def __str__(self) -> str:
        """Return findings first, then the number."""
        ready = "publishable" if self.publishable else "NOT publishable"
        return "\n".join([*map(str, self.findings), f"{ready}; score {self.score}"])

    def _repr_html_(self) -> str:
        return self.explain().to_html()


# ---------------------------------------------------------------------------------------------------------------- asking


def score(
    listing: object,
    *,
    platform: str,
    on: date | str,
    market: str | None = None,
    marketplace: str | None = None,
    keywords: object = None,
    weights: Mapping[str, Any] | None = None,
    language: str | None = None,
    tokenizer: Tokenizer | None = None,
    identifier: Identifier | None = None,
    rulebook: Rulebook | None = None,
) -> Scorecard:
    """Return what a platform and a market object to in a listing, and a score.

    Args:
        listing: a Listing or a mapping.
        platform: where it is offered ("amazon", "etsy" ...).
        on: the day whose rules count.
        market: where it is shown ("DE", "CA-QC"); silent: the listing's own.
        marketplace: the platform's store, where it is not the market's country.
        keywords: what buyers type, with volumes; silent: keywords are not assessed.
        weights: other weights of parts ("policy" ...) and severities ("block", "warn", "info"); the rest stays as documented.
        language: of the texts; silent: the listing's own, or the market's.
        tokenizer: confirms keywords in languages without spaces (`listings.tokenizer`).
        identifier: names the language of a text, as for `localization.check`.
        rulebook: the rulebook; silent: the built-in one.

    >>> mug = {"title": "Green Mug! " * 12, "bullets": ["Holds 300 ml"]}
    >>> card = score(mug, platform="amazon", market="US", on="2026-11-22")
    >>> card.publishable, sorted({finding.rule.split("/")[0] for finding in card.findings if finding.severity == "block"})
    (False, ['amazon.title.forbidden_chars', 'amazon.title.max_chars', 'amazon.title.max_same_word'])

    Raises:
        InvalidInput: if listing, platform, market, day, keywords or weights cannot be understood.
        UnknownFact: if no rule of the platform is known for the store.
    """
    question = asked(
        listing,
        platform=platform,
        on=on,
        market=market,
        marketplace=marketplace,
        language=language,
        identifier=identifier,
        rulebook=rulebook,
    )
    options = {
        "platform": platform,
        "on": on,
        "market": market,
        "marketplace": marketplace,
        "keywords": keywords,
        "weights": weights,
        "language": language,
        "tokenizer": tokenizer,
        "identifier": identifier,
        "rulebook": rulebook,
    }
    return _carded(question, options, None if keywords is None else keywords_of(keywords), weights, tokenizer)


def score_all(
    rows: Iterable[object], *, platform: str, on: date | str, workers: int = 1, **options: Any
) -> list[Scorecard | XBCommerceError]:
    """Return a scorecard for each listing, or the error where one cannot be scored: one bad row does not end the batch.

    Args:
        rows: listings or mappings.
        platform: as for `score`.
        on: the day.
        workers: processes; more than one needs options that can be pickled. Scorecards that come from another process have
            neither `improvements` nor `checks`: score those again that you want to improve or compare.
        **options: what `score` takes besides.

    >>> cards = score_all([{"title": "Mug"}, {"titel": "Mug"}], platform="etsy", market="US", on="2026-11-22")
    >>> [type(one).__name__ for one in cards]
    ['Scorecard', 'InvalidInput']
    """
    if type(workers) is not int or workers < 1:
        raise InvalidInput(f"workers is a number of processes, not {shown(workers)}", field="workers", value=workers)
    if isinstance(options.get("keywords"), Iterator):
        options["keywords"] = list(options["keywords"])  # read once, for all rows
    wanted = {"platform": platform, "on": on, **options}
    listed = rows_of(rows)
    with suppress(UnknownFact):  # of a store that the rows name; what is wrong for all of them is told once
        score(_NO_LISTING, **wanted)
    if workers == 1 or len(listed) < 2 * workers:
        return _scored((listed, wanted))
    from concurrent.futures import ProcessPoolExecutor

    first = _sent((listed[:1], wanted))  # processes that are forked find the rulebook read
    try:
        pickle.dumps(wanted)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInput(
            f"the options cannot be sent to other processes: {error}", field="workers", value=workers,
            hint="use workers=1, or functions of a module",
        ) from error  # fmt: skip
    size = min(_PIECE, max(1, -(-len(listed) // (4 * workers))))
    pieces = [(listed[start : start + size], wanted) for start in range(1, len(listed), size)]
    with ProcessPoolExecutor(workers) as pool:
        sent = [(piece, pool.submit(_sent, piece)) for piece in pieces]
        return [*first, *(card for piece, answer in sent for card in _answered(piece, answer))]


_PIECE = 200
"""Listings sent to a process at once: few enough that answers are read back while the next are made."""


def _answered(piece: tuple[Sequence[object], Mapping[str, Any]], answer: Any) -> list[Scorecard | XBCommerceError]:
    """Return what another process scored; what could not be sent there is scored here."""
    try:
        found: list[Scorecard | XBCommerceError] = answer.result()
    except (pickle.PicklingError, AttributeError, TypeError):
        return _sent(piece)
    return found


_SENT = {"_inside": None}
_NO_LISTING = Listing()


def _sent(piece: tuple[Sequence[object], Mapping[str, Any]]) -> list[Scorecard | XBCommerceError]:
    """Score listings for another process, which gets nothing of what was known inside."""
    return [Scorecard.made(_SENT, **one.__dict__) if isinstance(one, Scorecard) else one for one in _scored(piece)]


def _scored(piece: tuple[Sequence[object], Mapping[str, Any]]) -> list[Scorecard | XBCommerceError]:
    rows, options = piece
    out: list[Scorecard | XBCommerceError] = []
    for row in rows:
        try:
            out.append(score(row, **options))
        except XBCommerceError as error:
            out.append(error)
    return out


# ---------------------------------------------------------------------------------------------------------------- reckoning


def _asked_of(card: Scorecard, inside: _Inside) -> dict[str, object]:
    """Return all that two cards must have in common to be compared."""
    return {
        "platform": card.platform,
        "market": card.market,
        "marketplace": inside.question.listing.marketplace,
        "on": card.on,
        "method": card.method,
        "weights": inside.scheme.key,
        "keywords": sorted((one.keyword.text, one.keyword.volume) for one in inside.met),
        "tokenizer": inside.options["tokenizer"],
        "language": inside.options["language"],
        "rulebook": card.rulebook,
    }


def _carded(
    question: Question,
    options: Mapping[str, Any],
    keywords: tuple[Keyword, ...] | None,
    weights: Mapping[str, Any] | None,
    tokenizer: Tokenizer | None,
) -> Scorecard:
    rules = document(question.rulebook, "score.toml")
    platform = question.listing.platform or ""
    if weights is None:
        scheme = question.rulebook.compiled(("listings.scheme", platform), lambda: scheme_of(rules, platform, None))
    else:
        scheme = scheme_of(rules, platform, weights)
    reads = tuple(read(question.listing, question.language, rules["reading"])) if "reading" in scheme.weights else ()
    found = (*findings_of(question), *(one.finding for one in reads if one.finding))
    findings = _told(question, found)
    extra = read_units(reads, scheme)
    met: tuple[Met, ...] = ()
    cover = None
    if keywords:
        share, met, spoken, by = measured(question.listing, keywords, question.language, tokenizer, rules["keywords"])
        cover = _coverage(share, met, spoken, by)
        extra += keyword_units(met, scheme)
    tally = tally_of(question, found, scheme, extra)
    exact, parts = reckoned(tally, scheme)
    publishable = all(finding.severity != "block" for finding in findings)
    inside = _Inside(question, options, tally, exact, met, scheme)
    return Scorecard.made(
        {"_inside": inside},
        platform=question.listing.platform,
        market=question.place.code,
        on=question.on,
        publishable=publishable,
        findings=findings,
        score=None if exact is None else Decimal(decimal(exact, 1)),
        method=scheme.method,
        parts=parts,
        assessed=assessed_share(tally),
        not_assessed=_reasons(question, tally),
        level=_level(question, exact, scheme, publishable=publishable),
        keywords=cover,
        assumptions=_assumptions(question),
        rulebook=f"rulebook {question.rulebook.version}",
    )


def _coverage(share: Fraction, met: Sequence[Met], language: str, by: str) -> Coverage:
    return Coverage.made(
        share=decimal(share, 4),
        language=language,
        segmented_by=by,
        keywords=tuple(
            KeywordMet.made(
                text=one.keyword.text, volume=one.keyword.volume, field=one.field, how=one.how, worth=decimal(one.worth, 2)
            )
            for one in sorted(met, key=lambda one: (-one.keyword.volume * (1 - one.worth), one.keyword.text))
        ),
    )


def _reasons(question: Question, tally: Tally) -> dict[str, str]:
    open_ = {one.rule: question.missing.get(one.rule, "what it looks at is not known") for one in tally.unassessed}
    about = {
        name: why for name, why in question.missing.items() if name.startswith(("labels.", "attributes.")) or name == "market"
    }
    return {**about, **open_}


def _told(question: Question, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Say of a concern that it is not answered, not how an answer would be recognised.

    Where nobody told the texts that would answer it, or where they are all empty, nothing is said.
    """
    concerns = {finding.rule for finding in findings if finding.rule.startswith(CONCERN)}
    if not concerns:
        return tuple(findings)
    listing = question.listing
    unknown = listing.bullets is None and listing.description is None and listing.text is None
    spoken = question.language.partition("-")[0] in question.checks.lexicons[_WORDS_OF_ANSWERS]
    if unknown or not spoken:
        why = "neither bullet points nor description are known" if unknown else "no words of this language are known"
        question.missing.update(dict.fromkeys(concerns, why))
    if unknown or not spoken or not listing.fields or all(not field.text.strip() for field in listing.fields):
        return tuple(finding for finding in findings if finding.rule not in concerns)
    said = question.checks.by_id
    return tuple(
        Finding.made(**{**finding.__dict__, "text": said[finding.rule].text}) if finding.rule in concerns else finding
        for finding in findings
    )


_OURS = "the number is ours, the bands are the platform's"


def _level(question: Question, exact: Fraction | None, scheme: Scheme, *, publishable: bool) -> Level | None:
    if exact is None:
        return None
    for scale in scales(question.rulebook):
        if scale.holds(question.listing, question.on) and scale.of in ("score", "ratio"):
            if scheme.scale and scale.of == "score":
                continue
            note = _OURS if publishable else f"{_OURS}; as it is, the listing is barred"
            return level_of(scale, exact / 100 if scale.of == "ratio" else exact, note)
    return None


def _assumptions(question: Question) -> tuple[str, ...]:
    out = []
    goods = question.checks.categories.goods(question.listing.category, question.listing.brand)
    if goods.doubt or not goods.kinds:
        out.append(goods.doubt or "no category is given: rules of special categories are not applied")
    if has_store(question) is False:
        out.append(f"the platform has no store of {question.listing.marketplace}: the rules of all its stores are asked")
    if question.listing.language is None and question.language:
        out.append(f"the texts are taken to be in {question.language}")
    return tuple(out)


# ---------------------------------------------------------------------------------------------------------------- fixes


def _improvements(card: Scorecard, inside: _Inside) -> list[Improvement]:
    """Return what to do: what blocks first, then by gain."""
    gains = _gains(inside)
    blocking = _blocking(card.findings)
    found: dict[tuple[str, str], Improvement] = {}
    for finding in card.findings:
        family = family_of(finding.rule, inside.scheme)
        field = field_name(finding.field) or _field_of(inside, family)
        if (finding.rule, field) not in found:
            found[finding.rule, field] = _of_finding(inside, finding, field, gains.get((family, field), Fraction(0)), blocking)
    out = [*found.values(), *_of_blanks(inside), *_of_keywords(inside)]
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    return sorted(out, key=lambda one: (one.severity != "block", -one.gain, order.get(one.severity, 3), one.rule, one.field))


def _points(inside: _Inside) -> dict[str, Fraction]:
    """Return the points that a unit of weight is worth, by part."""
    whole = {part: total for part, total in together(inside.tally.whole).items() if total}
    weights = inside.scheme.weights
    counted = sum((weights[part] for part in whole), Fraction(0))
    return {part: HUNDRED * weights[part] / counted / total for part, total in whole.items()} if counted else {}


def _gains(inside: _Inside) -> dict[tuple[str, str], Fraction]:
    points = _points(inside)
    gains: dict[tuple[str, str], Fraction] = {}
    for unit in inside.tally.units:
        if not unit.passed and not unit.blank and unit.part in points:
            key = (unit.rule, unit.field)
            gains[key] = gains.get(key, Fraction(0)) + unit.weight * points[unit.part]
    return gains


def _field_of(inside: _Inside, rule: str) -> str:
    return next((unit.field for unit in inside.tally.units if unit.rule == rule and not unit.passed), "")


def _blocking(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(finding.rule for finding in findings if finding.severity == "block")


def _of_finding(inside: _Inside, finding: Finding, field: str, gain: Fraction, blocking: frozenset[str]) -> Improvement:
    fix = finding.fix
    mechanical = False
    if fix is not None and fix.edits:
        changed = apply(inside.question.listing, fix)
        after = score(changed, **inside.options)
        mechanical = _blocking(after.findings) <= blocking and bool((changed.text_at(fix.field) or "").strip())
        if mechanical:
            gain = Fraction(0) if after.exact is None or inside.exact is None else max(after.exact - inside.exact, Fraction(0))
    return Improvement(
        rule=finding.rule,
        field=field,
        severity=finding.severity,
        gain=_points_of(gain),
        say=finding.suggestion or finding.text,
        mechanical=mechanical,
        fix=fix,
    )


def _points_of(gain: Fraction) -> Decimal:
    return Decimal(decimal(gain, 2))


def _of_blanks(inside: _Inside) -> Iterator[Improvement]:
    points = _points(inside)
    gains: dict[str, Fraction] = {}
    for unit in inside.tally.units:
        if unit.blank and not unit.passed and unit.part in points:
            gains[unit.field] = gains.get(unit.field, Fraction(0)) + unit.weight * points[unit.part]
    for field, gain in gains.items():
        name = field or "every field"
        yield Improvement(
            rule="empty", field=field, severity="", gain=_points_of(gain), say=f"fill {name}: at most this is gained"
        )


def _of_keywords(inside: _Inside) -> Iterator[Improvement]:
    points = _points(inside).get("keywords", Fraction(0))
    for one in inside.met:
        lost = one.keyword.volume * (1 - one.worth)
        if lost and points:
            yield Improvement(
                rule="keywords",
                field="title",
                severity="",
                gain=_points_of(lost * points),
                say=f"say {one.keyword.text!r} in the title" + (f" (it stands in {one.field})" if one.field else ""),
            )


# ---------------------------------------------------------------------------------------------------------------- telling


def _part_text(part: Part) -> str:
    if not part.share:
        return f"not assessed (weight {part.weight})"
    return f"{part.share} of weight {part.weight}, {part.assessed} of {part.asked} checks assessed"


def _step(finding: Finding) -> Step:
    facts: tuple[FactUsed, ...] = ()
    if finding.source is not None:
        facts = (
            FactUsed(
                id=finding.fact or finding.rule,
                value=finding.text,
                valid_from=None,
                valid_to=None,
                law=finding.law,
                citation=finding.source,
                verified_on=finding.source.seen,
                confidence=finding.confidence,
                status="in_force",
                layer="built-in",
            ),
        )
    return Step(
        bill="findings", id=finding.rule, kind=finding.nature, amount=None, text=str(finding), rule=finding.rule, facts=facts
    )
