"""Stacking: the duty of the tariff and the additional measures of the rulebook that stand on top of it on a day.

The measures are those that `landed` evaluates; here only their conditions about the goods are asked, so that somebody sees
without an order what would be levied. What depends on more than code, origin and traits is named as depending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.errors import PresumedFact, UnknownFact
from xbcommerce.explain import FactUsed
from xbcommerce.goods import hs_code
from xbcommerce.rules.conditions import Bound, compile_when
from xbcommerce.rules.facts import Fact, trait_text
from xbcommerce.rules.figures import literal
from xbcommerce.rules.rulebook import Entry, Rulebook
from xbcommerce.tariff.expression import percent
from xbcommerce.tariff.lookup import Claim, Duty, Policy, Tariff, country, territory
from xbcommerce.tariff.lookup import duty as ordinary_duty

__all__ = ["Additional", "Stack", "stack"]

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Additional:
    """An additional measure that applies, or whose application depends on something that was not said.

    Attributes:
        charge: name of the charge.
        rate: its rate or amount, as the law prints it.
        base: what it is levied on.
        less: earlier charges that are deducted (a rate that fills the duty up to a total).
        depends: what its application depends on; empty where it applies.
        fact: the fact of the rate; None where the rate stands in the measure itself.
        measure: identity of the measure, `law` and `citation` where it is written.
    """

    charge: str
    rate: str
    base: tuple[str, ...]
    less: tuple[str, ...]
    depends: str
    fact: FactUsed | None
    measure: str
    law: str
    citation: str
    url: str
    percent: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """The duty of the tariff, the additional measures of the day in their order, and what was assumed about the goods."""

    place: str
    code: str
    origin: str
    on: date
    duty: Duty
    additional: tuple[Additional, ...]
    assumptions: tuple[str, ...]

    @property
    def percent(self) -> Fraction | None:
        """Sum of the percentages that apply, or None where a duty is none, or not on the whole value."""
        share = percent(self.duty.expression) if self.duty.expression is not None else None
        if share is None:
            return None
        for measure in self.additional:
            if measure.depends:
                continue
            if measure.percent is None or any(name.startswith("content.") for name in measure.base):
                return None
            own = measure.percent
            if measure.less:
                own = max(own - share, Fraction(0))
            share += own
        return share

    def __str__(self) -> str:
        """Return the stack with its citations, one charge a line."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.place} {self.code}, origin {self.origin}, {self.on}"
        yield f"duty: {self.duty}"
        yield f"    {self.duty.fact.source.citation} {self.duty.fact.source.url}".rstrip()
        for measure in self.additional:
            less = f" less {' and '.join(measure.less)}" if measure.less else ""
            depends = f" - only if {measure.depends}" if measure.depends else ""
            yield f"{measure.charge}: {measure.rate}{less}{depends}"
            law = f"{measure.law}; " if measure.law else ""
            yield f"    {measure.measure}: {law}{measure.citation} {measure.url}".rstrip()
        if not self.additional:
            yield "no additional measure of the rulebook applies"
        if self.percent is not None:
            yield f"together: {_shown(self.percent)} %"
        for text in (*self.assumptions, *self.duty.warnings):
            yield f"note: {text}"


def stack(
    place: str,
    code: str,
    *,
    origin: str,
    on: date | str,
    preference: Claim | None = None,
    policy: Policy = "exact",
    traits: Mapping[str, str | bool] | None = None,
    rulebook: Rulebook | None = None,
    tariff: Tariff | None = None,
) -> Stack:
    """Return the duty of a code and the additional measures that the rulebook lays on top of it on a day, with citations.

    Args:
        place: customs territory, or a country that belongs to one.
        code: commodity code of 6 to 12 digits; measures that name products may need the national code.
        origin: country of origin.
        on: day of the question.
        preference: preferential origin is claimed; see `duty`.
        policy: what answers where a short code leaves several duties open; see `duty`.
        traits: what else the measures ask about the goods, such as {"us_232": "steel"}; silent: the law's defaults, said.
        rulebook: whose measures and schedules are asked.
        tariff: another tariff.

    Raises:
        UnknownFact: if the duty is not known.

    >>> found = stack("US", "6109.10.00", origin="CN", on="2026-03-15")
    >>> [(measure.charge, measure.rate) for measure in found.additional]
    [('section301_list4a', '7.5 %'), ('section122', '10 %')]
    >>> float(found.percent)
    34.0
    """
    day = a_day(on)
    book = rulebook or Rulebook.builtin()
    law = territory(place, day)
    code = hs_code(code)
    own = country(origin)
    found = ordinary_duty(law, code, on=day, origin=own, preference=preference, policy=policy, rulebook=book, tariff=tariff)
    goods = _Goods(book, law, day, {"hs": code, "origin": own or "", "preference": bool(preference), **(traits or {})})
    measures = tuple(goods.measures()) if law in book.places else ()
    return Stack(law, code, own or "", day, found, measures, tuple(goods.assumptions))


class _Goods:
    """Answers the conditions of measures from code, origin and traits."""

    def __init__(self, rulebook: Rulebook, place: str, on: date, traits: Mapping[str, str | bool]) -> None:
        self.rulebook = rulebook
        self.place = place
        self.on = on
        self.assumptions: dict[str, None] = {}
        self._applied: set[str] = set()
        if place in rulebook.places:
            file = rulebook.jurisdiction(place)
            self.vocabulary = file.vocabulary
            self.places = (place, *file.uses)
            for name, value in traits.items():
                if name not in ("hs", "origin", "preference"):
                    self.vocabulary.checked(name, value)
        self._traits = {name: trait_text(value) for name, value in traits.items()}

    def measures(self) -> Iterator[Additional]:
        """Yield the measures of the day that apply or may apply, by family and rank."""
        files = [self.rulebook.jurisdiction(code) for code in self.places]
        entries = [entry for file in files for entry in file.measures if entry.covers(self.on)]
        entries.sort(key=lambda entry: (str(entry.body.get("family")), entry.body.get("rank", 0), entry.id))
        for entry in entries:
            step = entry.body.get("step")
            if isinstance(step, Mapping) and "charge" in step:
                found = self._measure(entry, step)
                if found is not None:
                    yield found

    def _measure(self, entry: Entry, step: Mapping[str, Any]) -> Additional | None:
        depends = ""
        for test in compile_when(step.get("when", {}), self.vocabulary, entry.where):
            try:
                if not test.holds(self, 0 if test.by_line else None):
                    return None
            except UnknownFact as error:
                depends = depends or str(error)
        fact, rate = self._rate(step)
        if rate is None:
            return None
        if not depends:
            self._applied.add(str(step["charge"]))
        share = fact.ratio if fact is not None and fact.unit == "%" else None
        return Additional(
            charge=str(step["charge"]),
            rate=rate,
            base=tuple(step.get("base", ())),
            less=tuple(step.get("less", ())) if isinstance(step.get("less"), list) else (),
            depends=depends,
            fact=fact.used() if fact is not None else None,
            measure=entry.fact_id,
            law=entry.law or (fact.law if fact is not None else ""),
            citation=str((fact.source if fact is not None else entry.source).citation),
            url=(fact.source if fact is not None else entry.source).url,
            percent=Fraction(share[0] * _PERCENT, share[1]) if share is not None else None,
        )

    def _rate(self, step: Mapping[str, Any]) -> tuple[Fact | None, str | None]:
        """Return the rate of a step: a fact, or a literal; nothing where a complete family has none for these goods."""
        subject = step.get("rate", step.get("levy"))
        if not isinstance(subject, str) or literal(subject) is not None:
            return None, str(subject) if isinstance(subject, str) else "a rule of several words"
        scopes = self.rulebook.scopes(subject, self.places)
        values = {name: self._maybe(name) for name in scopes}
        try:
            fact = self.rulebook.find(subject, self.places, self.on, values)[0]
        except PresumedFact:
            raise
        except UnknownFact:
            return None, None
        return fact, fact.text

    def _maybe(self, name: str) -> str | None:
        try:
            return self.trait(name, 0)
        except UnknownFact:
            return None

    # ------------------------------------------------------------------ what conditions ask

    def trait(self, name: str, line: int | None) -> str:  # noqa: ARG002 - one line stands for the goods
        """Return a trait of the goods, or its default, which is noted."""
        value = self._traits.get(name)
        if value is not None:
            return value
        trait = self.vocabulary.traits.get(name)
        if trait is None or trait.default is None:
            raise UnknownFact(f"{name} is as the law asks ({trait.meaning if trait else 'not said'})", field=name, on=self.on)
        self.assumptions[f"{name} assumed: {trait.default}"] = None
        return trait.default

    def compare(self, names: Sequence[str], bound: Bound, line: int | None) -> int:  # noqa: ARG002
        """Refuse: amounts are not known here."""
        raise UnknownFact(f"the sum of {' and '.join(names)} is {bound.operator.replace('_', ' ')} {bound.limit}", on=self.on)

    def count(self, name: str) -> int:
        """Refuse: counts are not known here."""
        raise UnknownFact(f"the number of {name} is as the law asks", on=self.on)

    def listed(self, lists: Sequence[str], line: int) -> bool:  # noqa: ARG002
        """Tell whether the code is on one of the lists."""
        code = self.trait("hs", 0)
        answers = [self.rulebook.product_list(name).listed(code, self.on) for name in lists]
        if any(answers):
            return True
        if None in answers:
            raise UnknownFact(f"the national code tells whether the goods are on the list {', '.join(lists)}", field="hs")
        return False

    def applied(self, charge: str, line: int) -> bool:  # noqa: ARG002
        """Tell whether an earlier measure applies."""
        return charge in self._applied


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
