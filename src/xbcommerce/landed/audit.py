"""The audit of a rulebook: everything that would make a wrong answer or a late error, found when the data is written.

Checked besides what loading refuses: overlapping and interrupted facts, references to facts, regimes, lists and amounts that
do not exist, figures of the law written into steps, facts without an address, schedules on every day on which one changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

from xbcommerce.errors import RulebookError, XBCommerceError, suggest
from xbcommerce.landed.schedule import INPUTS, TARIFF, Regime, Rule, Step, compile_regime
from xbcommerce.rules.conditions import SCOPES, AmountTest, AppliedTest, ListTest, Test
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
            except XBCommerceError as error:
                yield f"{error} (on {day})"
                break
            if id(regime) not in seen:
                seen.add(id(regime))
                yield from _references(rulebook, file, regime)


def _change_days(file: Jurisdiction) -> Iterator[date]:
    """Yield the days on which a schedule may change, and the first day of all for what is open in the past."""
    yield date.min
    for entry in (*file.regimes, *file.measures):
        if entry.valid_from:
            yield entry.valid_from
        if entry.valid_to:
            yield entry.valid_to
            if entry.valid_to < date.max:
                yield entry.valid_to + timedelta(days=1)


def _references(rulebook: Rulebook, file: Jurisdiction, regime: Regime) -> Iterator[str]:
    units, ids = _units(rulebook, file), _step_ids(rulebook, file)
    for step in regime.steps:
        where = f"{step.entry.where}, {step.id}"
        for reference, accepted in _roles(step):
            for unit in sorted(units.get(reference, set()) if isinstance(reference, str) else ()):
                if not _accepts(accepted, unit):
                    yield f"{where}: {reference!r} has a fact in {unit}, and {accepted} is expected here"
        for test in _all_tests(step):
            for charge in test.charges if isinstance(test, AppliedTest) else ():
                if charge not in ids:
                    yield f"{where}: applied names no step: {charge!r}; {suggest(charge, ids) or ''}"
        for reference in _figures(step):
            if isinstance(reference, Figure):
                if reference.numerator and not reference.fact:
                    yield f"{where}: the figure {reference.text!r} belongs in a fact"
            elif reference != TARIFF and reference not in file.vocabulary.subjects:
                yield f"{where}: no subject {reference!r}; {suggest(reference, file.vocabulary.subjects) or ''}"
        yield from _tests(rulebook, file, _all_tests(step), where)
    yield from _exchange(file, units, regime.bill.fx, regime.entry.where)


def _all_tests(step: Step) -> tuple[Test, ...]:
    relief = (*step.relief.when_order, *step.relief.when_line) if step.relief else ()
    return (*step.when_order, *step.when_line, *relief)


def _exchange(file: Jurisdiction, units: Mapping[str, set[str]], fx: str | None, where: str) -> Iterator[str]:
    """Yield what keeps an exchange policy that is named from being known: every order in a foreign currency would fail."""
    if fx is None:
        return
    if fx not in file.vocabulary.subjects:
        yield f"{where}: fx names no subject: {fx!r}"
    elif fx not in units:
        yield f"{where}: {fx!r} has no fact for {file.place}: orders in other currencies could not be converted"


def _seen(rulebook: Rulebook, file: Jurisdiction) -> list[Jurisdiction]:
    """Return the file and those that it uses, all of which its regimes may name."""
    return [file, *(rulebook.jurisdiction(place) for place in file.uses)]


def _units(rulebook: Rulebook, file: Jurisdiction) -> Mapping[str, set[str]]:
    units: dict[str, set[str]] = {}
    for seen in _seen(rulebook, file):
        for fact in seen.facts:
            units.setdefault(fact.subject, set()).add(fact.unit)
    return units


def _step_ids(rulebook: Rulebook, file: Jurisdiction) -> set[str]:
    """Return the ids of all steps of all days: a condition may name a measure that is not in force today."""
    ids = set()
    for seen in _seen(rulebook, file):
        rows = [row for regime in seen.regimes if isinstance(steps := regime.body.get("steps"), list) for row in steps]
        rows += [measure.body.get("step") for measure in seen.measures]
        for row in rows:
            if isinstance(row, Mapping):
                ids |= {name for word in ("value", "charge") if isinstance(name := row.get(word), str)}
    return ids


def _accepts(accepted: str, unit: str) -> bool:
    is_share, is_money = unit in ("%", "1"), len(unit) == 3 and unit.isupper()
    return {"a share": is_share, "money": is_money, "money or a share": is_share or is_money}[accepted]


def _roles(step: Step) -> Iterator[tuple[Figure | str, str]]:
    """Yield what a step refers to, with what it must be; a step on a measure is bounded in the measure's own unit."""
    yield from _rule_roles(step.rule, of_measure=step.quantity is not None)
    yield from ((rate, "a share") for rate in step.inside_rates)
    if step.limit:
        yield step.limit.limit, "money"


def _rule_roles(rule: Rule, *, of_measure: bool) -> Iterator[tuple[Figure | str, str]]:
    if rule.rate is not None:
        yield rule.rate, "a share"
    if rule.levy is not None and rule.per is not None:
        yield rule.levy, "money"
    elif rule.levy is not None and not of_measure:
        yield rule.levy, "money or a share"
    for band in rule.bands:
        yield from _rule_roles(band.rule, of_measure=of_measure)
        if band.edge is not None and rule.band_by is None and not of_measure:
            yield band.edge, "money"
    for part in (*rule.parts, rule.less, rule.at_least, rule.at_most):
        if part is not None:
            yield from _rule_roles(part, of_measure=of_measure)


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
    units = _units(rulebook, file)
    for table in file.tables.values():
        yield from _exchange(file, units, table.fx, f"{file.place}, table {table.id}")
        for row in table.rows:
            where = f"{file.place}, table {table.id}, row {row.id}"
            for name in row.answer:
                try:
                    if not rulebook.all_entries("regime", name, file.place):
                        yield f"{where}: no regime {name!r}"
                except XBCommerceError as error:
                    yield f"{where}: {error}"
            yield from _tests(rulebook, file, (*row.when, *row.any_line), where)
            for test in (*row.when, *row.any_line):
                if isinstance(test, AppliedTest):
                    yield f"{where}: nothing is applied yet when a table is read"
                for name in test.names if isinstance(test, AmountTest) else ():
                    amount = name.partition(".")[2] if name.partition(".")[0] in SCOPES else name
                    if amount not in INPUTS and not amount.startswith("content."):
                        yield f"{where}: {name!r} is no amount of an order; {suggest(amount, INPUTS) or ''}"
