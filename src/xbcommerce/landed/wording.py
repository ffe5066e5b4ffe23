"""Words for what the engine did: one sentence template per word of the charge schedule, filled when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from xbcommerce.explain import Explanation, FactUsed, Step
from xbcommerce.landed.case import Case
from xbcommerce.landed.evaluate import Ratio, Run, Worked
from xbcommerce.landed.schedule import Rule
from xbcommerce.money import Amounts, Money, divide
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.figures import Figure
from xbcommerce.rules.rulebook import Entry
from xbcommerce.rules.tables import Row

if TYPE_CHECKING:
    from xbcommerce.landed.quote import Quote

__all__ = ["explanation"]

_MOST_CANDIDATES = 12
_SHOWN = Context(prec=28)
"""Measures are shown under a context of their own, whatever the caller's."""


def explanation(quote: Quote, case: Case, runs: Iterable[Run], rows: Iterable[Row]) -> Explanation:
    """Return the explanation of a quote."""
    from xbcommerce import __version__

    rows, runs = tuple(rows), tuple(runs)
    steps = [step for run in runs for step in _steps(run)]
    rulebook = case.rulebook
    layers = f", overlays: {', '.join(rulebook.layers)}" if rulebook.layers else ""
    return Explanation(
        title=_title(quote, case, rows),
        steps=tuple(steps),
        conversions=tuple(sorted({known.rate.describe() for known in case.conversions.values() if known.rate})),
        assumptions=(*case.assumptions, *case.not_reckoned(), *_candidates(case)),
        warnings=tuple(dict.fromkeys([*_warnings(case, quote.on, rows), *_rule_warnings(runs)])),
        rulebook=f"rulebook {rulebook.version} ({rulebook.sha256[:12]}), xbcommerce {__version__}{layers}",
    )


def _title(quote: Quote, case: Case, rows: tuple[Row, ...]) -> str:
    decided = ", ".join(f"{row.id}{f' ({row.source.title})' if row.source else ''}" for row in rows)
    choices = ", ".join(f"{name} {value}" for name, value in quote.choices.items())
    return (
        f"{case.order.ship_from} to {quote.destination} on {quote.on}: decided by {quote.law} row {decided}"
        f"{f'; choices: {choices}' if choices else ''}; bills: {', '.join(quote.regimes) or 'none'}"
    )


def _steps(run: Run) -> Iterable[Step]:
    waived: set[str] = set()
    for worked in run.worked:
        step = worked.step
        waiver = step.type == "waive"
        waived.update(step.waive)
        facts = [figure.fact for figure in worked.figures] + [_of_tariff(rule) for _, _, rule, _ in worked.groups]
        known = dict.fromkeys(fact for fact in [*facts, worked.relieved_by] if fact is not None)
        yield Step(
            bill=run.regime.entry.id,
            id=step.id,
            kind=step.kind,
            amount=None if waiver or worked.amount is None or step.quantity else _rounded(worked.amount, run.currency),
            text=_waived(run, worked) if waiver else _sentence(run, worked, waived),
            rule=step.entry.fact_id,
            facts=tuple(fact.used() for fact in known) or (_entry(step.entry),),
        )


def _waived(run: Run, worked: Worked) -> str:
    limit = worked.relieved_by.text if worked.relieved_by else ""
    owed = _money(worked.amount or (0, 1), run.currency)
    return f"{' and '.join(worked.step.waive)}: {owed} owed is not collected (limit {limit})"


def _entry(entry: Entry) -> FactUsed:
    """Return a regime or measure as what a step without facts of its own rests on."""
    return FactUsed(
        id=entry.fact_id,
        value="rule",
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        law=entry.law,
        citation=entry.source.citation,
        verified_on=entry.verified_on,
        confidence=entry.confidence,
        status=entry.status,
    )


def _of_tariff(rule: Rule | None) -> Fact | None:
    if rule is None or rule.fact is not None:
        return None if rule is None else rule.fact
    return rule.rate.fact if isinstance(rule.rate, Figure) else None


def _sentence(run: Run, worked: Worked, waived: set[str]) -> str:
    parts: dict[str, int] = {}
    for lines, base, rule, _ in worked.groups:
        text = _group(run, worked, lines, base, rule, waived)
        parts[text] = parts.get(text, 0) + 1
    sentences = [f"{count} × {text}" if count > 1 else text for text, count in parts.items()]
    if worked.relieved_by:
        sentences.append(f"relieved: {worked.relieved_by.subject} {worked.relieved_by.text}")
    if worked.limbs:
        sentences.append(", ".join(dict.fromkeys(worked.limbs)))
    return "; ".join(sentences) or "nothing"


def _group(run: Run, worked: Worked, lines: tuple[int, ...], base: Ratio, rule: Rule | None, waived: set[str]) -> str:
    step = worked.step
    if rule is None:
        return "nothing"
    how = _rule(run, rule, lines[0])
    if not step.base and not step.quantity:
        return how
    if step.quantity:
        return f"{how} of {_plain(base)} {step.quantity}".strip()
    amounts = [(name, _at_the_time(run, name, waived).total(lines)) for name in step.base]
    names = " + ".join(f"{name} {_money(amount, run.currency)}" for name, amount in amounts if amount[0]) or "nothing"
    inside = ", inside its own base" if step.inside else ""
    rounded = f", base rounded {step.base_round.mode} to {step.base_round.to.text}" if step.base_round else ""
    return f"{how} of {names}{inside}{rounded}" if how else names


def _at_the_time(run: Run, name: str, waived: set[str]) -> Amounts:
    """Return an amount as the step saw it: a charge that is waived only later was still there."""
    return run.vector(name) if name in waived else run.before_waiver.get(name) or run.vector(name)


def _rule(run: Run, rule: Rule, line: int, *, cited: bool = False) -> str:
    cited = cited or rule.fact is not None
    if rule.combine:
        word = {"sum": " + ", "lower_of": " or (lower) ", "higher_of": " or (higher) "}[rule.combine]
        return word.join(_rule(run, part, line, cited=cited) for part in rule.parts)
    if rule.bands:
        decided = f" of {rule.band_by}" if rule.band_by else ""
        return f"by band{decided}{f' ({rule.pick} of the lines)' if rule.pick else ''}"
    reference = rule.rate if rule.rate is not None else rule.levy
    if reference is None:
        return ""
    figure = run.figure(reference, line)
    per = f" per {rule.per.replace('_', ' ')}" if rule.per else ""
    less = f" less {' and '.join(rule.less_amounts)}" if rule.less_amounts else ""
    literal = isinstance(reference, Figure) and figure.fact is None and figure.numerator and not cited
    given = " (given)" if literal else ""
    return f"{figure.text}{per}{given}{less}"


def _money(amount: Ratio, currency: str) -> str:
    return str(_rounded(amount, currency))


def _rounded(amount: Ratio, currency: str) -> Money:
    """Return an exact amount as money, for reading: rounded half up to the minor unit."""
    return Money.from_minor(divide(amount[0], amount[1], "half-up"), currency)


def _plain(ratio: Ratio) -> str:
    return f"{_SHOWN.divide(Decimal(ratio[0]), Decimal(ratio[1])).normalize(_SHOWN):f}"


def _rule_warnings(runs: Iterable[Run]) -> Iterable[str]:
    for run in runs:
        for worked in run.worked:
            entry = worked.step.entry
            if entry.status == "presumed":
                yield f"rule {entry.fact_id} is PRESUMED: it has lapsed and its renewal is not confirmed"
            if entry.confidence != "high":
                yield f"rule {entry.fact_id}: confidence {entry.confidence}"


def _candidates(case: Case) -> Iterable[str]:
    """Yield the lines of the tariff that a code left open, and what was taken."""
    for line, duty in case.duties.items():
        if duty.candidates:
            shown = "; ".join(f"{one.code} {one.duty}" for one in duty.candidates[:_MOST_CANDIDATES])
            more = len(duty.candidates) - _MOST_CANDIDATES
            rest = f" and {more} more" if more > 0 else ""
            yield f"line {line + 1}: duty by the policy {duty.policy!r}: {duty.text}; open were {shown}{rest}"


def _warnings(case: Case, on: date, rows: tuple[Row, ...]) -> Iterable[str]:
    rulebook = case.rulebook
    for fact in case.facts_used:
        yield from doubts(fact, on, rulebook.review_every)
    for line, duty in case.duties.items():
        for text in duty.warnings:
            yield f"line {line + 1}: {text}"
    for row in rows:
        if row.confidence != "high":
            yield f"row {row.id}: confidence {row.confidence}{f' ({row.note})' if row.note else ''}"
    for conversion in case.conversions.values():
        if conversion.rate is not None and conversion.rate.note:
            yield conversion.rate.note
