"""The engine: it evaluates a bill's steps over the lines of a case.

Within a step: lines picked by `when`, relieved lines out, grouped by level (and by rule, where lines differ), base, `inside`,
`base_round`, rule, `less`, bounds, `round`, shared to the lines by largest remainder. Everything is exact until `round`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import lcm
from typing import NamedTuple

from xbcommerce.errors import RulebookError, UnknownFact
from xbcommerce.landed.case import Case, amount_of, compare, listed
from xbcommerce.landed.schedule import INPUTS, TARIFF, Band, Regime, Rounding, Rule, Step
from xbcommerce.money import Amounts, allocate, divide, minor_units
from xbcommerce.rules.conditions import Bound, all_hold
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.figures import Figure
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Run", "Worked"]

Ratio = tuple[int, int]
_NOTHING: Ratio = (0, 1)


class Worked(NamedTuple):
    """How one amount came about: raw material of the explanation, worded only when somebody reads it."""

    step: Step
    lines: tuple[int, ...]
    groups: tuple[tuple[tuple[int, ...], Ratio, Rule | None, Ratio], ...]
    figures: tuple[Figure, ...]
    limbs: tuple[str, ...]
    amount: Ratio | None
    relieved_by: Fact | None = None


class Run:
    """One bill on its way: its amounts so far, step by step."""

    __slots__ = (
        "_duties",
        "_figures",
        "_item_keys",
        "_kinds",
        "_known",
        "_limbs",
        "_measures",
        "_minor",
        "_of_measure",
        "_steps",
        "amounts",
        "before_waiver",
        "case",
        "charges",
        "currency",
        "duty_of",
        "earlier",
        "entered",
        "fx",
        "lines",
        "on",
        "places",
        "regime",
        "relieved",
        "steps_by_charge",
        "trait",
        "worked",
    )

    def __init__(
        self,
        case: Case,
        regime: Regime,
        places: tuple[str, ...],
        currency: str,
        on: date,
        lines: tuple[int, ...],
        earlier: dict[str, Amounts],
        duty_of: Callable[[Run, int], Rule],
    ) -> None:
        self.case = case
        self.regime = regime
        self.places = places
        self.currency = currency
        self.on = on
        self.lines = lines
        self.fx = regime.bill.fx
        self.earlier = earlier
        self.duty_of = duty_of
        self._duties: dict[int, Rule] = {}
        self.amounts: dict[str, Amounts] = {}
        self.charges: dict[str, tuple[int, ...]] = {}
        self.steps_by_charge: dict[str, Step] = {}
        self.entered: dict[str, set[int]] = {}
        self.worked: list[Worked] = []
        self.relieved: dict[str, Fact] = {}
        self.before_waiver: dict[str, Amounts] = {}
        self.trait = case.trait
        self._figures: list[Figure] = []
        self._limbs: list[str] = []
        self._item_keys: dict[int, object] = {}
        self._kinds: dict[str, Amounts] = {}
        self._measures: set[str] = set()
        self._of_measure = False
        self._known: dict[str, Figure | tuple[tuple[str, ...], dict[int, Figure]]] = {}
        self._minor = minor_units(currency)
        self._steps: dict[Rounding, int] = {}

    def evaluate(self) -> Run:
        """Evaluate all steps in their order."""
        for step in self.regime.steps:
            if step.type == "waive":
                self._waive(step)
            else:
                self._reckon(step)
        return self

    # ------------------------------------------------------------------ a step

    def _reckon(self, step: Step) -> None:
        lines = self._lines(step)
        if not lines:
            return
        if self.case.strict:
            self.case.firm(step.entry.status, step.entry.fact_id)
        self._figures, self._limbs, self._of_measure = [], [], step.quantity is not None
        relieved = self._relieved(step, lines)
        active = tuple([line for line in lines if line not in relieved]) if relieved else lines
        entered = self.entered.get(step.id)
        if entered is None:
            self.entered[step.id] = set(lines)
        elif entered.isdisjoint(lines):
            entered.update(lines)
        else:
            raise RulebookError(f"{step.entry.where}: two steps {step.id!r} fire for one line")
        base = self._base(step)
        groups = [self._group(step, base, group, rule) for group, rule in self._groups(step, active)]
        shares = self._rounded(step, base, groups) if step.round else self._exact(groups)
        self._enter(step, shares)
        fact = self.relieved.get(step.id) if relieved else None
        amount = (sum(shares.numerators), shares.denominator)
        self.worked.append(Worked(step, lines, tuple(groups), tuple(self._figures), tuple(self._limbs), amount, fact))

    def _lines(self, step: Step) -> tuple[int, ...]:
        if step.when_order and not all_hold(step.when_order, self, None):
            return ()
        lines = self.lines
        if step.when_line:
            lines = tuple([line for line in lines if all_hold(step.when_line, self, line)])
        return self._with_rate(step, lines) if step.complete and lines else lines

    def _with_rate(self, step: Step, lines: tuple[int, ...]) -> tuple[int, ...]:
        """Return the lines for which there is a rate: in a family that declares itself complete, none means no charge."""
        main, case, places, on = step.rule.main, self.case, self.places, self.on
        assert main is not None  # noqa: S101 - compiled so
        scopes = case.rulebook.scopes(main, places)
        if not scopes:  # the same for all lines and orders
            key = ("absent", main, places, on)
            return () if case.rulebook.compiled(key, lambda: _absent(case.rulebook, main, places, on)) else lines
        return tuple([line for line in lines if case.knows(main, places, on, line, scopes)])

    def _relieved(self, step: Step, lines: tuple[int, ...]) -> frozenset[int]:
        relief = step.relief
        if relief is None or (relief.when_order and not all_hold(relief.when_order, self, None)):
            return frozenset()
        relieved = frozenset([line for line in lines if all_hold(relief.when_line, self, line)])
        if relieved:
            self.relieved[step.id] = self.case.fact(relief.by, self.places, self.on, min(relieved))
        return relieved

    def _enter(self, step: Step, shares: Amounts) -> None:
        before = self.amounts.get(step.id)
        vector = shares if before is None else before.plus(shares)
        self.amounts[step.id] = vector
        if step.quantity is not None:
            self._measures.add(step.id)
        if step.type == "charge":
            self._kinds.clear()
            self.charges[step.id] = vector.numerators
            self.steps_by_charge.setdefault(step.id, step)

    # ------------------------------------------------------------------ groups

    def _groups(self, step: Step, lines: tuple[int, ...]) -> list[tuple[tuple[int, ...], Rule]]:
        """Lines that are reckoned as one: the same goods item or consignment, under the same rule and the same figures."""
        if step.level == "line":
            return [((line,), self._rule(step.rule, line)) for line in lines]
        case, places, on, main = self.case, self.places, self.on, step.rule.main
        scoped = [name for name in step.others if case.rulebook.scopes(name, places)] if step.others else ()
        grouped: dict[object, tuple[list[int], Rule]] = {}
        for line in lines:
            rule = self._rule(step.rule, line)
            level = self._item_key(line) if step.level == "goods_item" else None
            own = self.figure(main, line).key if main is not None else rule.key
            key = (level, own, *[case.told(name, places, on, line) for name in scoped]) if scoped else (level, own)
            found = grouped.get(key)
            if found is None:
                grouped[key] = ([line], rule)
            else:
                found[0].append(line)
        return [(tuple(members), rule) for members, rule in grouped.values()]

    def _item_key(self, line: int) -> object:
        """Return what makes one declared item, as the bill says."""
        key = self._item_keys.get(line)
        if key is None:
            key = self._item_keys[line] = tuple([self._item_part(part, line) for part in self.regime.bill.goods_item])
        return key

    def _item_part(self, part: str | int, line: int) -> str:
        goods = self.case.lines[line]
        if isinstance(part, int):
            code = goods.hs or self.case.trait("hs", line)
            return code[:part]
        return (goods.origin or "") if part == "origin" else " ".join(goods.description.split()).casefold()

    def _rule(self, rule: Rule, line: int) -> Rule:
        """Return the rule for a line: the step's own, or the tariff's in its slot."""
        if rule.rate != TARIFF:
            return rule
        found = self._duties.get(line)
        if found is None:
            found = self._duties[line] = self.duty_of(self, line)
        return found

    def _group(
        self, step: Step, vector: Amounts | None, lines: tuple[int, ...], rule: Rule
    ) -> tuple[tuple[int, ...], Ratio, Rule, Ratio]:
        base = _NOTHING if vector is None else vector.total(lines)
        if step.inside:
            base = self._inside(step, rule, base, lines[0])
        if step.base_round:
            unit = self._step(step.base_round)
            base = divide(base[0], base[1] * unit, step.base_round.mode) * unit, 1
        result = self._apply(rule, base, lines)
        if rule is not step.rule and not step.rule.plain:  # the tariff's rule inside the step's own bounds
            result = self._bounded(step.rule, result, base, lines)
        return lines, base, rule, result

    def _base(self, step: Step) -> Amounts | None:
        """Return what the step is levied on, line by line."""
        if step.quantity is not None:
            name = step.quantity
            return self.amounts[name] if name in self._measures else self.case.measure(name, self.lines)
        vector: Amounts | None = None
        for name in step.base:
            part = self.vector(name)
            vector = part if vector is None else vector.plus(part)
        return vector

    def _inside(self, step: Step, rule: Rule, base: Ratio, line: int) -> Ratio:
        """Divide the base by one minus the rates that are inside it."""
        if not step.inside_rates and rule.rate is None:
            raise RulebookError(
                f"{step.entry.where}: {step.id!r} lies inside its base, and the rule of line {line + 1} is no rate"
            )
        numerator, denominator = 1, 1
        for rate in step.inside_rates or (rule.rate,):
            figure = self.figure(rate, line)  # type: ignore[arg-type]  # asked before
            if figure.unit != "1":
                raise self._no_share(figure)
            numerator, denominator = (
                numerator * figure.denominator - figure.numerator * denominator,
                denominator * figure.denominator,
            )
        if numerator <= 0:
            raise RulebookError(f"{step.entry.where}: rates inside the base of {step.id!r} reach 100 %")
        return base[0] * denominator, base[1] * numerator

    # ------------------------------------------------------------------ rules

    def _apply(self, rule: Rule, base: Ratio, lines: tuple[int, ...]) -> Ratio:
        """Turn a base into an amount by a rule."""
        if rule.combine:
            result = self._combined(rule, base, lines)
        elif rule.bands:
            result = self._banded(rule, base, lines)
        elif rule.levy is not None:
            result = self._levied(rule, base, lines)
        elif rule.rate is not None:
            figure = self._figure(rule.rate, lines[0])
            if figure.unit != "1":
                raise self._no_share(figure)
            result = base[0] * figure.numerator, base[1] * figure.denominator
        else:
            result = base
        return self._bounded(rule, result, base, lines) if rule.bounded else result

    def figure(self, reference: Figure | str, line: int) -> Figure:
        """Return the figure of a reference for a line."""
        if isinstance(reference, Figure):
            return reference
        known = self._known.get(reference)
        if known is None:
            scopes = self.case.rulebook.scopes(reference, self.places)
            known = (scopes, {}) if scopes else self.case.figure(reference, self.places, self.on, line)
            self._known[reference] = known
        if isinstance(known, Figure):
            return known
        scopes, figures = known
        figure = figures.get(line)
        if figure is None:
            figure = figures[line] = self.case.figure(reference, self.places, self.on, line, scopes)
        return figure

    def _figure(self, reference: Figure | str, line: int) -> Figure:
        figure = self.figure(reference, line)
        self._figures.append(figure)
        return figure

    def _no_share(self, figure: Figure) -> RulebookError:
        name = figure.fact.id if figure.fact else "the figure"
        return RulebookError(f"{self.regime.entry.where}: {name} is {figure.text}, and a rate is a share of the base (in %)")

    def _combined(self, rule: Rule, base: Ratio, lines: tuple[int, ...]) -> Ratio:
        results = [self._apply(part, base, lines) for part in rule.parts]
        if rule.combine == "sum":
            numerator, denominator = _NOTHING
            for part, other in results:
                numerator, denominator = numerator * other + part * denominator, denominator * other
            return numerator, denominator
        best = results[0]
        for result in results[1:]:
            if _less(result, best) == (rule.combine == "lower_of"):
                best = result
        self._limbs.append(f"{'lower' if rule.combine == 'lower_of' else 'higher'} of {len(results)} taken")
        return best

    def _levied(self, rule: Rule, base: Ratio, lines: tuple[int, ...]) -> Ratio:
        assert rule.levy is not None  # noqa: S101 - asked before
        figure = self._figure(rule.levy, lines[0])
        if rule.per is None and not figure.is_money:  # a share where an amount is accepted, or a plain number
            if figure.unit == "1":
                return base[0] * figure.numerator, base[1] * figure.denominator
            if self._of_measure:
                return figure.numerator, figure.denominator
        if not figure.is_money:
            raise RulebookError(f"{self.regime.entry.where}: a levy is money, not {figure.text}")
        numerator, denominator = self._money(figure)
        count, parts = self._count(rule.per, lines)
        return numerator * count, denominator * parts

    def _money(self, figure: Figure) -> Ratio:
        """Return a figure in minor units of the bill's currency."""
        if not figure.is_money:
            return figure.numerator, figure.denominator
        factor = self.case.factor(figure.unit, self.currency, self.fx, self.places, self.on)
        scale = 10 ** minor_units(figure.unit)
        return figure.numerator * scale * factor.numerator, figure.denominator * factor.denominator

    def _count(self, per: str | None, lines: tuple[int, ...]) -> Ratio:
        if per is None or per == "consignment":
            return 1, 1
        if per == "line":
            return len(lines), 1
        if per == "unit":
            return sum([self.case.lines[line].quantity for line in lines]), 1
        if per == "goods_item":
            return 1 if len(lines) == 1 else len({self._item_key(line) for line in lines}), 1
        if per in self._measures:
            return self.amounts[per].total(lines)
        number, _, name = per.rpartition(" ")
        count, parts = self.case.measure(name, lines).total(lines)
        return count, parts * (int(number) if number else 1)

    def _banded(self, rule: Rule, base: Ratio, lines: tuple[int, ...]) -> Ratio:
        size = base
        by_rate = rule.band_by is not None
        if rule.band_by is not None:
            figure = self._deciding(rule.band_by, rule.pick, lines)
            size = (figure.numerator, figure.denominator)
        edge_before: Ratio = _NOTHING
        result: Ratio = _NOTHING
        for band in rule.bands:
            edge, beyond = self._edge(band, size, lines[0], money=not by_rate)
            if rule.slice:
                upper = base if not beyond or edge is None else edge
                part = self._apply(band.rule, _minus(upper, edge_before), lines)
                result = result[0] * part[1] + part[0] * result[1], result[1] * part[1]
                edge_before = upper
            if not beyond:
                if rule.slice:
                    return result
                self._limbs.append(_band_text(band))
                return self._apply(band.rule, base, lines)
        raise UnknownFact(
            f"{self.regime.entry.id}: the amount lies beyond the last band", field=self.regime.entry.id, on=self.on,
            hint="the law that this regime states does not reach so far",
        )  # fmt: skip

    def _deciding(self, subject: str, pick: str | None, lines: tuple[int, ...]) -> Figure:
        """Return the figure that decides the band: of lines with several, the highest or the lowest, as the rule says."""
        best = self.figure(subject, lines[0])
        for line in lines[1:] if pick else ():
            figure = self.figure(subject, line)
            if figure.unit != best.unit:
                raise RulebookError(f"{self.regime.entry.where}: {subject} is {best.text} and {figure.text}: not comparable")
            one, other = (figure.numerator, figure.denominator), (best.numerator, best.denominator)
            if _less(other, one) if pick == "highest" else _less(one, other):
                best = figure
        self._figures.append(best)
        return best

    def _edge(self, band: Band, size: Ratio, line: int, *, money: bool) -> tuple[Ratio | None, bool]:
        """Return a band's edge in the bill's currency, and whether a size lies beyond it."""
        if band.edge is None:
            return None, False
        figure = self._figure(band.edge, line)
        if money and figure.numerator and not figure.is_money and (figure.unit == "1" or not self._of_measure):
            raise RulebookError(f"{self.regime.entry.where}: a band's edge needs a currency or a unit, not {figure.text}")
        edge = self._money(figure) if money else (figure.numerator, figure.denominator)
        beyond = _less(edge, size) if band.inclusive else not _less(size, edge)
        return edge, beyond

    def _bounded(self, rule: Rule, result: Ratio, base: Ratio, lines: tuple[int, ...]) -> Ratio:
        """Apply `less` (never under zero), `at_least` and `at_most`, in this order."""
        for name in rule.less_amounts:
            result = _minus(result, self.vector(name).total(lines))
        if rule.less is not None:
            result = _minus(result, self._apply(rule.less, base, lines))
        if result[0] < 0:
            result = _NOTHING
        if rule.at_least is not None:
            least = self._apply(rule.at_least, base, lines)
            if _less(result, least):
                self._limbs.append("brought to at least")
                result = least
        if rule.at_most is not None:
            most = self._apply(rule.at_most, base, lines)
            if _less(most, result):
                self._limbs.append("brought to at most")
                result = most
        return result

    # ------------------------------------------------------------------ rounding and sharing

    def _step(self, rounding: Rounding) -> int:
        """Return a rounding's step in minor units of the bill's currency."""
        step = self._steps.get(rounding)
        if step is None:
            step, rest = divmod(rounding.to.numerator * 10**self._minor, rounding.to.denominator)
            if rest:
                raise RulebookError(f"rounding to {rounding.to.text} is finer than the minor unit of {self.currency}")
            self._steps[rounding] = step
        return step

    def _rounded(
        self, step: Step, base: Amounts | None, groups: Sequence[tuple[tuple[int, ...], Ratio, Rule, Ratio]]
    ) -> Amounts:
        """Round each group (or, at a higher level, their sum) and share it to the lines in whole minor units."""
        rounding = step.round
        assert rounding is not None  # noqa: S101 - asked before
        shares = [0] * len(self.case.lines)
        unit, mode = self._step(rounding), rounding.mode
        together = rounding.level == "consignment" and step.level != "consignment" and len(groups) > 1
        if together:
            results = [result for *_, result in groups]
            exact = _sum(results)
            whole = divide(exact[0], exact[1] * unit, mode) * unit
            common = lcm(*[denominator for _, denominator in results])
            parts = allocate(whole, [number * (common // denominator) for number, denominator in results])
        else:
            parts = [divide(result[0], result[1] * unit, mode) * unit for _, _, _, result in groups]
        for (lines, *_), part in zip(groups, parts, strict=True):
            if len(lines) == 1:
                shares[lines[0]] += part
            else:
                for line, share in zip(lines, allocate(part, self._weights(base, lines)), strict=True):
                    shares[line] += share
        return Amounts(tuple(shares), 1)

    def _exact(self, groups: Sequence[tuple[tuple[int, ...], Ratio, Rule, Ratio]]) -> Amounts:
        """Share unrounded values to the lines, exactly."""
        exact: dict[int, Ratio] = {}
        for lines, _, rule, (numerator, denominator) in groups:
            del rule
            weights = [1] if len(lines) == 1 else self._weights_exact(lines)
            whole = sum(weights)
            for line, weight in zip(lines, weights, strict=True):
                exact[line] = (numerator * weight, denominator * whole)
        common = lcm(*[denominator for _, denominator in exact.values()])
        numerators = [0] * len(self.case.lines)
        for line, (numerator, denominator) in exact.items():
            numerators[line] = numerator * (common // denominator)
        return Amounts(tuple(numerators), common)

    def _weights(self, base: Amounts | None, lines: Sequence[int]) -> list[int]:
        """Weights by which a group's amount falls on its lines: their base; without one, their price."""
        weights = [] if base is None else [base.numerators[line] for line in lines]
        return weights if any(weights) else self._weights_exact(lines)

    def _weights_exact(self, lines: Sequence[int]) -> list[int]:
        goods = self.case.input("goods").numerators
        weights = [goods[line] for line in lines]
        return weights if any(weights) else [1] * len(lines)

    # ------------------------------------------------------------------ waivers

    def _waive(self, step: Step) -> None:
        charged = [charge for charge in step.waive if charge in self.charges]
        lines = self._lines(step) if charged else ()
        if not lines or step.limit is None:
            return
        owed = sum([self.charges[charge][line] for charge in charged for line in lines])
        if not owed:
            return
        if self.case.strict:
            self.case.firm(step.entry.status, step.entry.fact_id)
        comparison = compare(self.case, (owed, 1), self.currency, step.limit, self.fx, self.places, self.on, None)
        if not step.limit.admits(comparison):
            return
        fact = self.case.fact(step.limit.limit, self.places, self.on, None)
        waived = frozenset(lines)
        for charge in charged:
            self.before_waiver.setdefault(charge, self.amounts[charge])
            left = tuple([0 if line in waived else amount for line, amount in enumerate(self.charges[charge])])
            self.charges[charge] = left
            self.amounts[charge] = Amounts(left, 1)
            self.relieved[charge] = fact
        self._kinds.clear()
        self.worked.append(Worked(step, lines, (), (), (), (owed, 1), fact))

    # ------------------------------------------------------------------ what conditions and bases ask

    def vector(self, name: str) -> Amounts:
        """Return an amount by its name, line by line, in minor units of the bill's currency."""
        known = self.amounts.get(name)
        if known is not None:
            return known
        if name.startswith("kind."):
            return self._sum_of_kind(name[5:])
        if name.startswith("bill."):
            return self.earlier.get(name[5:]) or self.case.nothing
        if name in INPUTS or name.startswith("content."):
            factor = self.case.factor(self.case.currency, self.currency, self.fx, self.places, self.on)
            vector = self.case.input(name).scaled(factor.numerator, factor.denominator)
            self.amounts[name] = vector
            return vector
        return self.case.nothing  # a step that was not entered

    def _sum_of_kind(self, kind: str) -> Amounts:
        known = self._kinds.get(kind)
        if known is None:
            known = self.case.nothing
            for charge, step in self.steps_by_charge.items():
                if step.kind == kind:
                    known = known.plus(self.amounts[charge])
            self._kinds[kind] = known
        return known

    def compare(self, names: Sequence[str], bound: Bound, line: int | None) -> int:
        """Compare a sum of amounts with a bound, in the bound's currency, unrounded."""
        amount = amount_of(self.case, names, line, self.lines, self.vector, self.currency, self)
        return compare(self.case, amount, self.currency, bound, self.fx, self.places, self.on, line)

    def count(self, name: str) -> int:
        """Count lines or units of this bill."""
        return len(self.lines) if name == "lines" else sum(self.case.lines[line].quantity for line in self.lines)

    def listed(self, lists: Sequence[str], line: int) -> bool:
        """Tell whether a line's code is on one of the lists."""
        return listed(self.case, lists, line, self.on)

    def applied(self, charge: str, line: int) -> bool:
        """Tell whether a step was entered for a line, whatever its amount."""
        return line in self.entered.get(charge, ())


def _absent(rulebook: Rulebook, subject: str, places: tuple[str, ...], on: date) -> bool:
    try:
        rulebook.find(subject, places, on, {})
    except UnknownFact:
        return True
    return False


def _less(one: Ratio, other: Ratio) -> bool:
    return one[0] * other[1] < other[0] * one[1]


def _minus(one: Ratio, other: Ratio) -> Ratio:
    return one[0] * other[1] - other[0] * one[1], one[1] * other[1]


def _sum(ratios: Sequence[Ratio]) -> Ratio:
    numerator, denominator = _NOTHING
    for part, other in ratios:
        numerator, denominator = numerator * other + part * denominator, denominator * other
    return numerator, denominator


def _band_text(band: Band) -> str:
    if band.edge is None:
        return "the last band"
    edge = band.edge if isinstance(band.edge, str) else band.edge.text
    return f"band {'up to' if band.inclusive else 'below'} {edge}"
