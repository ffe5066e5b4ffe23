"""Import requirements: what a parcel must carry, prove or not contain at its destination, beyond money.

A requirement is a dated, cited fact of a place: the recipient's number, data of the declaration, a certificate, mark,
registration or label of the goods, a restriction, a rule of transport. Its conditions are those of the rulebook (traits,
amounts, lists of goods); what the order leaves open makes a requirement *possible*, never absent, and an area of law of which
the rulebook holds nothing is told as such. Every rule stands in `data/requirements/*.toml`; this module knows no place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, Literal, Protocol

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RateUnavailable, UnknownFact, shown, suggest
from xbcommerce.exchange import FixedRates, RateSource
from xbcommerce.explain import Explanation, FactUsed, Result, Step
from xbcommerce.landed.case import FIELDS, Case, Selection
from xbcommerce.landed.requirement_facts import (
    AREA_WORDS,
    AREAS,
    SEVERITIES,
    WORLD,
    Goods,
    Law,
    Rule,
    Severity,
    Topic,
    audit,
    law_of,
)
from xbcommerce.places import Territory, locate, members
from xbcommerce.rules.conditions import Test
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import APPLIED, Fact, trait_text
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.rules.vocabulary import Vocabulary
from xbcommerce.trade import Line, Order

__all__ = ["Coverage", "Requirement", "Requirements", "audit", "requirements", "run_case"]

_EXCHANGE = "fx.threshold"
_LONGEST_NUMBER = 64
_ENTRY: frozenset[Topic] = frozenset({"identification", "declaration", "restriction"})
"""Topics that are asked at the border: not of goods that stay within a customs territory."""


# ---------------------------------------------------------------------------------------------------------------- answers


class Requirement(Result):
    """One thing that the destination (or the carriage there) asks of a parcel.

    Attributes:
        id: name of the rule.
        topic: identification, declaration, certificate, registration, label, restriction or transport.
        what: what must be given, shown or left out.
        severity: prohibited, required, conditional or advisable.
        applies: "yes", or "unknown" where the order leaves open whether it does.
        asks: what the order would have to say to settle that.
        lines: numbers of the lines it is about, from 1; none: the whole order.
        given: whether the order says already that it is met.
        say: traits or fields by which the order can say so.
        given_by: who must give it.
        note: what else is known.
        fact: the dated fact with its source and confidence.
    """

    id: str
    topic: Topic
    what: str
    severity: Severity
    applies: Literal["yes", "unknown"]
    asks: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    given: Literal["yes", "no", "unknown"]
    say: tuple[str, ...] = ()
    given_by: tuple[str, ...] = ()
    note: str = ""
    fact: FactUsed

    @property
    def applies_to(self) -> str:
        """What it is about, in words."""
        if not self.lines:
            return "order"
        return f"line{'s' if len(self.lines) > 1 else ''} {', '.join(map(str, self.lines))}"

    @property
    def sentence(self) -> str:
        """The requirement in one sentence."""
        perhaps = "" if self.applies == "yes" else f"may apply, to be settled by {' and '.join(self.asks)}: "
        who = f", from {' or '.join(self.given_by)}" if self.given_by else ""
        told = {"yes": "; the order gives it", "no": "; the order says it is not there", "unknown": ""}[self.given]
        return f"{perhaps}{self.what} ({self.applies_to}{who}{told})"


class Coverage(Result):
    """How much of an area of law the rulebook holds for the destination.

    Attributes:
        area: recipient, declaration, products, restrictions, transport.
        state: "partly" (some rules; no list is complete), "none_found" (looked for, nothing is asked), "unknown".
        text: the same in words.
        fact: what the statement rests on, where it has a source of its own.
    """

    area: str
    state: Literal["partly", "none_found", "unknown"]
    text: str
    fact: FactUsed | None = None


class Requirements(Result):
    """What a parcel needs at its destination, as far as the rulebook knows.

    Attributes:
        on: day of the question; `entry` is the day whose law was looked at.
        destination: territory the order goes to.
        requirements: what applies or may apply, the gravest first.
        coming: rules that begin after that day and will apply to such an order.
        coverage: what the rulebook knows, area by area.
        assumptions, warnings: what was assumed, and what is uncertain.
        rulebook: version of the rulebook that answered.
    """

    on: date
    entry: date
    destination: str
    requirements: tuple[Requirement, ...]
    coming: tuple[Requirement, ...]
    coverage: tuple[Coverage, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    rulebook: str

    @property
    def prohibited(self) -> tuple[Requirement, ...]:
        """Prohibitions that apply."""
        return tuple(one for one in self.requirements if one.severity == "prohibited" and one.applies == "yes")

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is required and does not stand in the order."""
        return tuple(
            one for one in self.requirements if one.severity == "required" and one.applies == "yes" and one.given != "yes"
        )

    @property
    def possible(self) -> tuple[Requirement, ...]:
        """What may apply: the order leaves it open."""
        return tuple(one for one in self.requirements if one.applies == "unknown")

    @property
    def not_known(self) -> tuple[str, ...]:
        """What the rulebook does not know of this destination: no answer, not "nothing is asked"."""
        return tuple(one.text for one in self.coverage if one.state == "unknown")

    @property
    def explanation(self) -> Explanation:
        """Why: every requirement with its fact and source, what is not known, assumptions and warnings."""
        return _explanation(self)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def __str__(self) -> str:
        """Return the requirements, one a line, and then what is not known."""
        rows = [f"{one.severity:<11}  {one.id}: {one.sentence}" for one in self.requirements]
        rows += [f"from {one.fact.valid_from}  {one.id}: {one.sentence}" for one in self.coming]
        return "\n".join([*rows, *(f"not known    {text}" for text in self.not_known)])

    def _repr_html_(self) -> str:
        return self.explain("html")


def requirements(
    order: Order | Mapping[str, Any],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    latest_rates: bool = False,
) -> Requirements:
    """Return what an order needs at its destination besides money: numbers, data, certificates, marks; and what may not go.

    Args:
        order: an `Order` as for `quote`, or a mapping of its fields.
        on: day of the question (a `date` or "2026-07-15"); the order's `dates` may name another day of entry.
        rulebook: facts and rules; the built-in ones if not given.
        rates: exchange rates for limits in other currencies, instead of the official policies.
        latest_rates: past the end of an embedded table take its last exchange rate.

    Raises:
        InvalidInput: if the order cannot be understood.

    >>> found = requirements(
    ...     {
    ...         "ship_from": "CN", "ship_to": "BR", "channel": "post",
    ...         "lines": [{"description": "cotton t-shirt", "hs": "6109.10", "origin": "CN", "unit_price": "12.00 USD"}],
    ...     },
    ...     on="2026-11-22",
    ... )
    >>> [(one.id, one.severity, one.given, one.say) for one in found.missing if one.topic == "identification"]
    [('consignee_id', 'required', 'unknown', ('consignee_id',))]
    """
    order = Order.of(order)
    day = a_day(on)
    book = rulebook or Rulebook.builtin()
    source = FixedRates(rates) if isinstance(rates, Mapping) else rates
    return _Asking(order, day, book, source, latest_rates=latest_rates).answer()


# -------------------------------------------------------------------------------------------------------------- the question


class _Question(Selection):
    """Answers the conditions of a requirement; groups of goods are told by code, class or trait."""

    __slots__ = ("law",)

    def __init__(self, case: Case, law: Law, places: tuple[str, ...], on: date) -> None:
        super().__init__(case, _EXCHANGE, places, on)
        self.law = law
        self.trait = self._trait

    def _trait(self, name: str, line: int | None) -> str:
        """Return a trait; what a line does not say is taken from its code, where that leaves no doubt (and noted)."""
        silence = self.law.silent.get(name)
        if silence is not None and line is not None and self.case.maybe_trait(name, line) is None:
            code = self.case.maybe_trait("hs", line)
            if code is not None and self._belongs(silence.goods, line) is False:
                self.case.assumptions[f"{name} of line {line + 1} taken from its commodity code: {silence.value}"] = None
                return silence.value
        return self.case.trait(name, line)

    def listed(self, lists: Sequence[str], line: int) -> bool:
        """Tell whether a line belongs to one of the groups, or raise `UnknownFact` with what would settle it."""
        answers = [self._belongs(self.law.goods[name], line) for name in lists]
        if any(answers):
            return True
        unsettled = [name for name, answer in zip(lists, answers, strict=True) if answer is None]
        if not unsettled:
            return False
        traits = [trait for name in unsettled if (trait := self.law.goods[name].trait)]
        if traits:
            asks = " or ".join(f"lines.{line}.traits.{trait}" for trait in dict.fromkeys(traits))
        elif self.case.lines[line].hs is None:
            asks = f"lines.{line}.hs"
        else:
            asks = f"whether line {line + 1} is among: {'; '.join(self.law.goods[name].meaning for name in unsettled)}"
        raise UnknownFact(f"the order leaves open whether line {line + 1} is among {', '.join(unsettled)}", field=asks)

    def _belongs(self, goods: Goods, line: int) -> bool | None:
        """Tell whether a line belongs to a group; None where what is said of it does not suffice.

        What the line says outright (the trait) goes first; then its code, which is finer than a class; then the class.
        """
        case = self.case
        if goods.trait and (told := case.maybe_trait(goods.trait, line)) is not None:
            return told == "true"
        of_class = self._of_class(goods, case.lines[line].goods_class)
        if of_class is True:
            return True
        code = case.maybe_trait("hs", line)
        if code is None:
            return of_class
        sure, perhaps = goods.codes.listed(code, self.on), goods.perhaps_codes.listed(code, self.on)
        if sure:
            return True
        return None if sure is None or perhaps is not False else False

    def _of_class(self, goods: Goods, name: str | None) -> bool | None:
        """Tell it by the goods class; one that says nothing leaves it open."""
        if name is None or name == self.case.vocabulary.traits["goods_class"].default:
            return None
        wider = tuple(self.case.vocabulary.widening(name))
        if any(one in goods.classes for one in wider):
            return True
        return None if any(one in goods.perhaps_classes for one in wider) else False


class _Asking:
    """One order on one day."""

    def __init__(self, order: Order, on: date, rulebook: Rulebook, rates: RateSource | None, *, latest_rates: bool) -> None:
        self.order = order
        self.on = on
        self.rulebook = rulebook
        self.law = law_of(rulebook)
        self.entry: date = order.dates.get("entry", on)
        self.territory: Territory = locate(order.ship_to, self.entry)
        self.places = tuple(_places_of(self.territory, self.entry))
        case = self.case = Case(order, self.territory, on, rulebook, rates, strict=False, latest_rates=latest_rates)
        case.vocabulary = self.law.vocabulary
        self._check_traits()
        self.question = _Question(case, self.law, self.places, self.entry)
        self.notes: dict[str, None] = {}

    def answer(self) -> Requirements:
        """Return what the law of the day of entry asks, and what is announced."""
        rules = [rule for place in (*self.places, WORLD) for rule in self.law.rules.get(place, ())]
        if self._within():
            rules = [rule for rule in rules if rule.topic not in _ENTRY]
        held = _nearest(rule for rule in rules if rule.fact.covers(self.entry))
        now = [(rule, one) for rule in held for one in self._asked(rule)]
        ahead = [one for rule in rules if _ahead(rule.fact, self.entry) for one in self._asked(rule) if one.applies == "yes"]
        for rule, one in now:
            if one.applies == "yes":
                self._doubt(rule.fact)
        return Requirements.made(
            on=self.on,
            entry=self.entry,
            destination=self.territory.code,
            requirements=tuple(sorted((one for _, one in now), key=_gravity)),
            coming=tuple(sorted(ahead, key=lambda one: (one.fact.valid_from or self.entry, _gravity(one)))),
            coverage=tuple(self._coverage(held)),
            assumptions=(*self.case.assumptions, *self._conversions()),
            warnings=tuple(self.notes),
            rulebook=self.rulebook.version,
        )

    def _within(self) -> bool:
        """Tell whether the parcel stays within a customs territory: then no rule of entry is asked."""
        union = self.territory.customs
        within = union is not None and locate(self.order.ship_from, self.entry).customs == union
        if within:
            self.case.assumptions[f"the parcel stays within the customs territory {union}: rules of entry are left out"] = None
        return within

    def _doubt(self, fact: Fact) -> None:
        """Note the first thing to be said against a fact; its wording stands in the requirement already."""
        for doubt in islice(doubts(fact, self.entry, self.rulebook.review_every), 1):
            self.notes[doubt.replace(f" = {fact.text}", "", 1)] = None

    # ------------------------------------------------------------------ does it apply?

    def _asked(self, rule: Rule) -> Iterator[Requirement]:
        """Yield the requirement for what it applies to, and once more for what it may apply to."""
        whole, asks = self._hold(rule.by_order, None)
        if whole is False:
            return
        if not rule.by_line:
            yield self._made(rule, (), asks)
            return
        sure: list[int] = []
        perhaps: list[int] = []
        open_asks: dict[str, None] = dict.fromkeys(asks)
        for line in self.case.all_lines:
            holds, more = self._hold(rule.by_line, line)
            if holds is False:
                continue
            (sure if holds and whole else perhaps).append(line)
            open_asks.update(dict.fromkeys(more))
        if sure:
            yield self._made(rule, tuple(sure), ())
        if perhaps:
            yield self._made(rule, tuple(perhaps), tuple(open_asks))

    def _hold(self, tests: Sequence[Test], line: int | None) -> tuple[bool | None, tuple[str, ...]]:
        """Tell whether all tests hold; None, and what would settle it, where the order leaves one open and none fails."""
        asks: dict[str, None] = {}
        for test in tests:
            try:
                if not test.holds(self.question, line):
                    return False, ()
            except UnknownFact as error:
                asks[self._field(error, line)] = None
            except RateUnavailable:
                asks["rates"] = None
        return (None, tuple(asks)) if asks else (True, ())

    def _field(self, error: UnknownFact, line: int | None) -> str:
        """Return where the order would say what a condition asks for."""
        name = error.field or str(error)
        trait = self.law.vocabulary.traits.get(name)
        if trait is None:
            return "rates" if name == _EXCHANGE else name
        where = f"lines.{line}." if trait.level == "line" and line is not None else ""
        return f"{where}{name}" if name in FIELDS else f"{where}traits.{name}"

    def _made(self, rule: Rule, lines: tuple[int, ...], asks: tuple[str, ...]) -> Requirement:
        return Requirement.made(
            id=rule.fact.subject,
            topic=rule.topic,
            what=str(rule.fact.value),
            severity=rule.severity,
            applies="unknown" if asks else "yes",
            asks=asks,
            lines=tuple(line + 1 for line in lines),
            given=self._given(rule, lines),
            say=rule.say,
            given_by=rule.given_by,
            note=rule.fact.note,
            fact=rule.fact.used(),
        )

    # ------------------------------------------------------------------ is it there?

    def _given(self, rule: Rule, lines: tuple[int, ...]) -> Literal["yes", "no", "unknown"]:
        """Tell whether the order says all that would meet a requirement, for all lines it is about."""
        if not rule.say:
            return "unknown"
        said = [value for name in rule.say for value in self._said(name, lines or self.case.all_lines)]
        if any(value is False for value in said):
            return "no"
        if any(value is None for value in said):
            return "unknown"
        if rule.pattern is not None and not all(self._fits(rule, value) for value in said):
            return "unknown"
        return "yes"

    def _fits(self, rule: Rule, value: object) -> bool:
        """Tell whether a number looks like one; a number that does not is told, not refused."""
        text = trait_text(value) if isinstance(value, str | bool) else ""
        assert rule.pattern is not None  # noqa: S101 - asked for rules with a pattern
        if value is True or (len(text) <= _LONGEST_NUMBER and rule.pattern.fullmatch(text)):
            return True
        self.notes[f"{rule.say[0]} {shown(text)} does not look like what {rule.fact.id} asks for ({rule.fact.text})"] = None
        return False

    def _said(self, name: str, lines: Sequence[int]) -> Iterator[object]:
        """Yield what the order says under a name: once, or for each of the lines where the lines have it."""
        trait = self.law.vocabulary.traits.get(name)
        of_lines = trait.level == "line" if trait is not None else name in Line.model_fields
        holders: Sequence[Order | Line] = [self.order.lines[line] for line in lines] if of_lines else [self.order]
        for holder in holders:
            value = holder.traits.get(name, getattr(holder, name, None))
            value = False if value == "false" else value
            yield None if value in ("", {}, ()) else value

    # ------------------------------------------------------------------ what is known

    def _coverage(self, rules: Sequence[Rule]) -> Iterator[Coverage]:
        said = [one for place in (*self.places, WORLD) for one in self.law.said.get(place, ())]
        statements = [one for one in said if one.fact.covers(self.entry)]
        known = {AREAS[rule.topic] for rule in rules if rule.fact.place != WORLD or rule.topic == "transport"}
        for area, words in AREA_WORDS.items():
            told = next((one for one in statements if one.area == area), None)
            if told is not None:
                yield Coverage.made(area=area, state=told.state, text=f"{words}: {told.fact.text}", fact=told.fact.used())
            elif area in known:
                text = f"{words}: some rules of {self.territory.name} are known; the list is not complete"
                yield Coverage.made(area=area, state="partly", text=text, fact=None)
            else:
                where = f"{self.territory.name} on {self.entry}"
                text = f"{words}: nothing is known of {where}; this does not say that nothing is asked"
                yield Coverage.made(area=area, state="unknown", text=text, fact=None)

    def _conversions(self) -> Iterator[str]:
        """Yield the exchange rates with which limits were compared."""
        for conversion in self.case.conversions.values():
            if conversion.rate is not None:
                yield f"limits compared at {conversion.rate.describe()}"

    # ------------------------------------------------------------------ what the order says

    def _check_traits(self) -> None:
        """Refuse classes and traits that no law knows, and traits that stand where they would be ignored."""
        for name, value in self.order.traits.items():
            self._check_trait(name, value, "order", f"traits.{name}")
        for index, line in enumerate(self.order.lines):
            if line.goods_class is not None:
                self.law.vocabulary.checked("goods_class", line.goods_class)
            for name, value in line.traits.items():
                self._check_trait(name, value, "line", f"lines.{index}.traits.{name}")

    def _check_trait(self, name: str, value: Any, level: str, field: str) -> None:
        words = self.law.vocabulary
        if name not in words.traits:
            words = self._other_words()
        trait = words.traits.get(name)
        if trait is None:
            raise InvalidInput(
                f"{shown(name)} is no trait that a law of {self.territory.code} knows", field=field, value=value,
                allowed=sorted(words.traits), hint=suggest(name, words.traits),
            )  # fmt: skip
        if trait.level != level:
            right = "each line" if trait.level == "line" else "the order"
            raise InvalidInput(
                f"{name} is a trait of {right}, and {field} would be ignored", field=field, value=value,
                hint=f"give {name} on {right}",
            )  # fmt: skip
        words.checked(name, value)

    def _other_words(self) -> Vocabulary:
        """Return the words of the destination's other laws too: the same order is asked for its charges."""
        words = self.law.vocabulary
        for place in self.places:
            if place in self.rulebook.places:
                words = replace(words, traits={**self.rulebook.jurisdiction(place).vocabulary.traits, **words.traits})
        return words


def _places_of(territory: Territory, on: date) -> Iterator[str]:
    """Yield the places whose law of products and entry holds in a territory: its own, its state's, its customs union's.

    A territory that lies in another customs territory than its state follows that one.
    """
    found = dict.fromkeys(territory.lineage)
    union = territory.customs
    if union is not None:
        if territory.country == union or territory.country in members(union, "customs", on):
            found[territory.country] = None
        found[union] = None
    yield from found


def _nearest(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules, of those of one name only the one of the nearest place: a state's own goes before its union's."""
    found: dict[str, Rule] = {}
    for rule in rules:
        found.setdefault(rule.fact.subject, rule)
    return list(found.values())


def _ahead(fact: Fact, on: date) -> bool:
    return fact.status in APPLIED and fact.valid_from is not None and on < fact.valid_from


def _gravity(one: Requirement) -> tuple[bool, int, str, str, tuple[int, ...]]:
    return one.applies != "yes", SEVERITIES.index(one.severity), one.topic, one.id, one.lines


def _explanation(found: Requirements) -> Explanation:
    steps = [
        Step(
            bill=one.topic,
            id=one.id,
            kind=one.severity,
            text=f"{one.severity}: {one.sentence}",
            rule=one.fact.id,
            facts=(one.fact,),
        )
        for one in found.requirements
    ]
    steps += [
        Step(
            bill=one.topic, id=one.id, kind=one.severity,
            text=f"{one.severity} from {one.fact.valid_from}: {one.sentence}", rule=one.fact.id, facts=(one.fact,),
        )
        for one in found.coming
    ]  # fmt: skip
    return Explanation(
        title=f"Import requirements of an order to {found.destination} on {found.entry}",
        steps=tuple(steps),
        assumptions=found.assumptions,
        warnings=(*found.warnings, *(f"not known: {text}" for text in found.not_known)),
        rulebook=f"rulebook {found.rulebook}",
    )


# --------------------------------------------------------------------------------------------------------- worked examples


class _Case(Protocol):
    """A worked example, as far as it is asked here."""

    on: date | None
    input: Mapping[str, Any]
    rates: Mapping[str, str] | None


def run_case(case: _Case, rulebook: Rulebook) -> Mapping[str, Any]:
    """Return the answer to a worked example by the ids of the requirements."""
    if case.on is None:
        raise InvalidInput("a case of requirements has a day", field="on")
    found = requirements(case.input, on=case.on, rulebook=rulebook, rates=case.rates)
    return {
        "destination": found.destination,
        "requirements": {one.id: _told(one) for one in found.requirements if one.applies == "yes"},
        "possible": {one.id: _told(one) for one in found.possible},
        "coming": {one.id: _told(one) for one in found.coming},
        "ids": [one.id for one in found.requirements if one.applies == "yes"],
        "missing": [one.id for one in found.missing],
        "prohibited": [one.id for one in found.prohibited],
        "coverage": {one.area: one.state for one in found.coverage},
    }


def _told(one: Requirement) -> Mapping[str, Any]:
    return {
        "severity": one.severity,
        "topic": one.topic,
        "given": one.given,
        "lines": list(one.lines),
        "asks": list(one.asks),
        "confidence": one.fact.confidence,
        "valid_from": str(one.fact.valid_from or ""),
    }
