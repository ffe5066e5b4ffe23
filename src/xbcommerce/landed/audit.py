"""The audit of a rulebook: everything that would make a wrong answer or a late error, found when the data is written.

Checked besides what loading refuses: overlapping and interrupted facts, references to facts, regimes, lists and amounts that
do not exist, figures of the law written into steps, facts without an address, schedules on every day on which one changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

from xbcommerce.errors import RulebookError, XBCommerceError, suggest
from xbcommerce.landed.schedule import TARIFF, Regime, Rule, Step, compile_regime
from xbcommerce.rules.conditions import AmountTest, ListTest, Test
from xbcommerce.rules.facts import APPLIED, Fact, day_after
from xbcommerce.rules.figures import Figure, literal
from xbcommerce.rules.rulebook import Jurisdiction, Rulebook, parse_jurisdiction

__all__ = ["audit"]

_OUTER = (date.min, date.max)


def audit(path: Path | None = None) -> list[str]:
    """Return the problems of a rulebook folder, of one jurisdiction file, or of the built-in rulebook."""
    if path is not None and path.is_file():
        return _audit_file(path)
    rulebook = Rulebook(path) if path is not None else Rulebook.builtin()
    problems: list[str] = []
    try:
        places = rulebook.places
    except OSError:
        return [f"{path}: no folder of a rulebook (jurisdictions/ is missing)"]
    except XBCommerceError as error:
        return [str(error)]
    for place in places:
        try:
            problems += _audit(rulebook, rulebook.jurisdiction(place))
        except XBCommerceError as error:
            problems.append(str(error))
    return problems


def _audit_file(path: Path) -> list[str]:
    """Audit a file that lies outside the rulebook, with the built-in vocabulary."""
    rulebook = Rulebook.builtin()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        file = parse_jurisdiction(document, rulebook.words_for(document), path.name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"{path.name}: {error}"]
    except XBCommerceError as error:
        return [str(error)]
    return list(_audit(rulebook.with_file(file), file))


def _audit(rulebook: Rulebook, file: Jurisdiction) -> Iterator[str]:
    yield from _windows(file)
    yield from _citations(file)
    yield from _schedules(rulebook, file)
    yield from _tables(rulebook, file)


def _windows(file: Jurisdiction) -> Iterator[str]:
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in file.facts:
        if fact.status in APPLIED:
            groups.setdefault((fact.subject, fact.place), []).append(fact)
    for facts in groups.values():
        for one, other in combinations(facts, 2):
            if _overlap(one, other) and _scopes_meet(one, other) and (one.status == "presumed") == (other.status == "presumed"):
                yield f"{file.place}: {one.id} and {other.id} overlap"
        same: dict[object, list[Fact]] = {}
        for fact in facts:
            same.setdefault(fact.scope, []).append(fact)
        for series in same.values():
            for earlier, later in pairwise(sorted(series, key=lambda fact: fact.valid_from or date.min)):
                if (
                    earlier.valid_to
                    and later.valid_from
                    and day_after(earlier.valid_to) < later.valid_from
                    and not earlier.note
                ):
                    yield f"{file.place}: unexplained gap between {earlier.id} and {later.id} (a note explains it)"


def _overlap(one: Fact, other: Fact) -> bool:
    start = max(one.valid_from or _OUTER[0], other.valid_from or _OUTER[0])
    return start <= min(one.valid_to or _OUTER[1], other.valid_to or _OUTER[1])


def _scopes_meet(one: Fact, other: Fact) -> bool:
    """Tell whether two scopes name the same traits and share a value of each: then neither is more specific."""
    ours, theirs = dict(one.scope), dict(other.scope)
    return ours.keys() == theirs.keys() and all(set(ours[name]) & set(theirs[name]) for name in ours)


def _citations(file: Jurisdiction) -> Iterator[str]:
    for fact in file.facts:
        if not fact.source.url and fact.confidence == "high":
            yield f"{file.place}: {fact.id} has no address to be read at and claims high confidence"
        if fact.status in APPLIED and fact.verified_on is None:
            yield f"{file.place}: {fact.id} has no verified_on"


def _schedules(rulebook: Rulebook, file: Jurisdiction) -> Iterator[str]:
    days = sorted(set(_change_days(file)))
    for entry in file.regimes:
        seen: set[int] = set()
        for day in days:
            if not entry.covers(day):
                continue
            try:
                regime = compile_regime(rulebook, entry, day)
            except RulebookError as error:
                yield f"{error} (on {day})"
                break
            if id(regime) not in seen:
                seen.add(id(regime))
                yield from _references(rulebook, file, regime)


def _change_days(file: Jurisdiction) -> Iterator[date]:
    for entry in (*file.regimes, *file.measures):
        if entry.valid_from:
            yield entry.valid_from
        if entry.valid_to:
            yield entry.valid_to
            yield entry.valid_to + timedelta(days=1)


def _references(rulebook: Rulebook, file: Jurisdiction, regime: Regime) -> Iterator[str]:
    for step in regime.steps:
        where = f"{step.entry.where}, {step.id}"
        for reference in _figures(step):
            if isinstance(reference, Figure):
                if reference.numerator and not reference.fact:
                    yield f"{where}: the figure {reference.text!r} belongs in a fact"
            elif reference != TARIFF and reference not in file.vocabulary.subjects:
                yield f"{where}: no subject {reference!r}; {suggest(reference, file.vocabulary.subjects) or ''}"
        yield from _tests(
            rulebook, file, (*step.when_order, *step.when_line, *(step.relief.when if step.relief else ())), where
        )
    fx = regime.bill.fx
    if fx is not None and fx not in file.vocabulary.subjects:
        yield f"{regime.entry.where}: fx names no subject: {fx!r}"


def _figures(step: Step) -> Iterator[Figure | str]:
    yield from _rule_figures(step.rule)
    yield from step.inside_rates
    if step.relief:
        yield step.relief.by
    if step.limit:
        yield literal(step.limit.limit) or step.limit.limit


def _rule_figures(rule: Rule) -> Iterator[Figure | str]:
    yield from (reference for reference in (rule.rate, rule.levy, rule.band_by) if reference is not None)
    for part in (*rule.parts, rule.less, rule.at_least, rule.at_most):
        if part is not None:
            yield from _rule_figures(part)
    for band in rule.bands:
        yield from _rule_figures(band.rule)
        if band.edge is not None:
            yield band.edge


def _tests(rulebook: Rulebook, file: Jurisdiction, tests: Iterable[Test], where: str) -> Iterator[str]:
    for test in tests:
        if isinstance(test, ListTest):
            for name in test.lists:
                try:
                    rulebook.product_list(name)
                except RulebookError as error:
                    yield f"{where}: {error}"
        if isinstance(test, AmountTest):
            for bound in test.bounds:
                figure = literal(bound.limit)
                if figure is None and bound.limit not in file.vocabulary.subjects:
                    yield f"{where}: no subject {bound.limit!r}"
                elif figure is not None and figure.numerator:
                    yield f"{where}: the limit {bound.limit!r} belongs in a fact"


def _tables(rulebook: Rulebook, file: Jurisdiction) -> Iterator[str]:
    for table in file.tables.values():
        for row in table.rows:
            where = f"{file.place}, table {table.id}, row {row.id}"
            for name in row.answer:
                try:
                    if not rulebook.all_entries("regime", name, file.place):
                        yield f"{where}: no regime {name!r}"
                except XBCommerceError as error:
                    yield f"{where}: {error}"
            yield from _tests(rulebook, file, row.when, where)
