"""The case at hand: an order prepared for the engine, which answers what conditions ask.

Amounts are integers over one denominator, one numerator a line, in minor units of a currency: exact, and the same
arithmetic that columns of integers do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

from xbcommerce.errors import AmbiguousRule, InvalidInput, PresumedFact, RateUnavailable, RulebookError, UnknownFact, shown
from xbcommerce.exchange import Rate, RateSource, policy_rate
from xbcommerce.money import Amounts, Money, allocate, in_minor, minor_units, times
from xbcommerce.places import Territory
from xbcommerce.rules.conditions import Bound
from xbcommerce.rules.facts import Fact, trait_text
from xbcommerce.rules.figures import Figure
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.rules.vocabulary import Vocabulary
from xbcommerce.tariff import Duty, Policy, Tariff
from xbcommerce.tariff.units import UNITS
from xbcommerce.trade import Line, Order

__all__ = ["Case"]


_Asked: TypeAlias = tuple[str, tuple[str, ...], date, tuple[str | None, ...]]
"""What a fact is looked up by: subject, places, day, and the traits by which it is scoped."""


class Conversion(NamedTuple):
    """An exchange rate that was used, as a factor from minor units to minor units."""

    numerator: int
    denominator: int
    rate: Rate | None


class Case:
    """An order on its way through the engine: its amounts, traits and conversions, and what had to be assumed."""

    __slots__ = (
        "_facts",
        "_inputs",
        "_line_traits",
        "_missing",
        "_traits",
        "all_lines",
        "assumptions",
        "chosen",
        "conversions",
        "currency",
        "duties",
        "duty_policy",
        "imposed",
        "latest_rates",
        "lines",
        "nothing",
        "on",
        "order",
        "rates",
        "rulebook",
        "strict",
        "tariff",
        "territory",
        "vocabulary",
    )

    def __init__(
        self,
        order: Order,
        territory: Territory,
        on: date,
        rulebook: Rulebook,
        rates: RateSource | None,
        tariff: Tariff | None = None,
        *,
        strict: bool,
        latest_rates: bool = False,
        duty_policy: Policy = "exact",
    ) -> None:
        self.order = order
        self.lines: tuple[Line, ...] = order.lines
        self.all_lines = tuple(range(len(order.lines)))
        self.territory = territory
        self.on = on
        self.rulebook = rulebook
        self.rates = rates
        self.tariff = tariff
        self.strict = strict
        self.latest_rates = latest_rates
        self.assumptions: dict[str, None] = dict.fromkeys(territory.assumed)
        self.conversions: dict[tuple[str, str, str | None, date], Conversion] = {}
        self.duty_policy = duty_policy
        self.duties: dict[int, Duty] = {}
        self.imposed: str | None = None
        self._facts: dict[_Asked, tuple[Fact, Figure | None]] = {}
        self._missing: set[_Asked] = set()
        self.vocabulary: Vocabulary = rulebook.vocabulary
        self.currency = order.currency
        self.chosen: dict[str, str] = {}
        self._traits: dict[str, str | None] = {}
        self._line_traits: list[dict[str, str | None]] = [{} for _ in order.lines]
        self._inputs: dict[str, Amounts] = {}
        self.nothing = Amounts((0,) * len(order.lines), 1)

    # ------------------------------------------------------------------ traits

    def trait(self, name: str, line: int | None) -> str:
        """Return a trait's value, or raise `UnknownFact`: a missing trait is never taken for "false"."""
        if line is None and (known := self._traits.get(name)) is not None:
            return known
        value = self.maybe_trait(name, line)
        if value is None:
            trait = self.vocabulary.traits.get(name)
            domain = trait.values if trait else "code"
            where = "" if line is None or trait is None or trait.level == "order" else f" of line {line + 1}"
            raise UnknownFact(
                f"the law of {self.territory.code} asks for {name}{where} ({trait.meaning if trait else 'a declared trait'})"
                ", which the order does not say",
                field=name,
                on=self.on,
                allowed=domain if isinstance(domain, tuple) else (domain,),
                hint=f"give {name}, one of {', '.join(domain)}" if isinstance(domain, tuple) else f"give {name}",
            )
        return value

    def maybe_trait(self, name: str, line: int | None) -> str | None:
        """Return a trait's value or its default (which is noted as an assumption), or None if neither is known."""
        trait = self.vocabulary.traits.get(name)
        if line is not None and trait is not None and trait.level == "line":
            known = self._line_traits[line]
        else:
            known, line = self._traits, None
        try:
            return known[name]
        except KeyError:
            value = known[name] = self._look_up(name, line)
            return value

    def _look_up(self, name: str, line: int | None) -> str | None:
        if name in self.chosen:
            return self.chosen[name]
        if name == "ship_to":
            return self.territory.code
        source: Line | Order = self.order if line is None else self.lines[line]
        value = source.traits.get(name)
        if value is None:
            value = getattr(source, _SAID.get(name, name), None) if name in _FIELDS else None
        if value is None and name == "personal_use":
            personal = trait_text(self.trait("buyer", None) == "consumer")
            self.assumptions[f"personal use assumed: {'yes' if personal == 'true' else 'no'} (from the kind of buyer)"] = None
            return personal
        if value is not None:
            return self.vocabulary.checked(name, value) if name in self.vocabulary.traits else trait_text(value)
        return self._default(name, line)

    def _default(self, name: str, line: int | None) -> str | None:
        """Return what is taken where the order is silent, and note it."""
        trait = self.vocabulary.traits.get(name)
        if trait is None or trait.default is None:
            return None
        if name == "goods_class" and line is not None and (told := self.vocabulary.class_of_code(self.lines[line].hs)):
            self.assumptions[f"goods_class of line {line + 1} taken from its commodity code: {told}"] = None
            return told
        self.assumptions[trait.assumed] = None
        return trait.default

    def said(self, name: str) -> str | None:
        """Return what the caller said of a trait of the order; nothing is assumed."""
        value = self.chosen.get(name)
        if value is None:
            value = self.order.traits.get(name)
        if value is None and name in _FIELDS:
            value = getattr(self.order, _SAID.get(name, name), None)
        return None if value is None else trait_text(value)

    def claim(self, line: int) -> bool | str:
        """Return the claim of preferential origin for a line: none, any programme's, or that of a named programme.

        An alternative that is looked at (`imposed`) goes before what the order says; the name of the programme stays.
        """
        own = self.lines[line].preference
        if own is None:
            own = self.order.preference
        if own is None:
            own = self.said("preference") == "true"
        if self.imposed == "false":
            return False
        return own or self.imposed == "true"

    # ------------------------------------------------------------------ amounts

    def input(self, name: str) -> Amounts:
        """Return an input amount of the order, line by line, in minor units of the order's currency."""
        known = self._inputs.get(name)
        if known is None:
            known = self._inputs[name] = self._make_input(name)
        return known

    def _make_input(self, name: str) -> Amounts:
        if name == "goods":
            return self.order.goods or self._vector([line.total for line in self.lines])
        if name in ("freight", "insurance", "clearance_fee"):
            return self._apportioned(name)
        if name == "assessed_value":
            return self._vector([self._assessed(line, index) for index, line in enumerate(self.lines)])
        if name.startswith("content."):
            return self._vector([self._content(line, index, name[8:]) for index, line in enumerate(self.lines)])
        raise RulebookError(f"{shown(name)} is no input of an order")

    def _vector(self, amounts: Sequence[tuple[Decimal, str]]) -> Amounts:
        """Return exact amounts in minor units of the order's currency over one denominator."""
        own = self.currency
        ratios = []
        for amount, currency in amounts:
            numerator, denominator = in_minor(amount, own)
            if currency != own:
                rate = self._given(currency, own)
                numerator, denominator = numerator * rate.numerator, denominator * rate.denominator
            ratios.append((numerator, denominator))
        return Amounts.of(ratios)

    def _given(self, base: str, quote: str) -> Rate:
        if self.rates is None:
            raise RateUnavailable(
                f"the order mixes {base} and {quote}",
                field="lines",
                hint="pass rates= with a rate for them, or price all lines in one",
            )
        rate = self.rates.rate(base, quote, self.on)
        self.conversions.setdefault((base, quote, "order", self.on), Conversion(rate.numerator, rate.denominator, rate))
        return rate

    def _apportioned(self, name: str) -> Amounts:
        shared = self.order.shared_costs.get(name)
        if shared is not None:
            return shared
        cost: Money | None = getattr(self.order, name)
        if cost is None:
            if name != "insurance":
                self.assumptions[f"{name.replace('_', ' ')} not given: none assumed"] = None
            return self.nothing
        if not cost:
            return self.nothing
        whole = self._vector([(cost.amount, cost.currency)])
        weights = self._by_weight() if self.order.freight_by == "weight" else self.input("goods").numerators
        minor, rest = divmod(whole.numerators[0], whole.denominator)
        if rest:  # finer than the minor unit: share it exactly on the first denominator
            return Amounts(tuple(allocate(whole.numerators[0], weights)), whole.denominator)
        return Amounts(tuple(allocate(minor, weights)), 1)

    def _by_weight(self) -> Sequence[int]:
        grams = []
        for index, line in enumerate(self.lines):
            if line.weight is None:
                raise InvalidInput(
                    f"line {index + 1} has no weight, and freight is to be shared by weight", field=f"lines.{index}.weight"
                )
            grams.append(times(line.weight, line.quantity))
        return Amounts.of([gram.as_integer_ratio() for gram in grams]).numerators

    def measure(self, name: str, lines: Sequence[int]) -> Amounts:
        """Return a measure line by line: kg (net), gross_kg, item, or a supplementary unit that the lines give.

        Only the lines that are asked for must give it; what others do not say counts nothing.
        """
        for index in lines:
            if name != "item" and self._measured(name, index) is None:
                raise UnknownFact(
                    f"line {index + 1} does not say its {name}",
                    field=f"lines.{index}.{'weight' if name == 'kg' else f'measures.{name}'}",
                    hint=f"give {'weight' if name == 'kg' else f'measures.{name}'} of one piece: {UNITS.get(name, name)}",
                )
        key = f"measure.{name}"
        known = self._inputs.get(key)
        if known is None:
            known = self._inputs[key] = self._make_measure(name)
        return known

    def _make_measure(self, name: str) -> Amounts:
        if name == "item":
            return Amounts(tuple([line.quantity for line in self.lines]), 1)
        ones = [self._measured(name, index) or Decimal(0) for index in self.all_lines]
        wholes = [times(one, line.quantity) for one, line in zip(ones, self.lines, strict=True)]
        return Amounts.of([whole.as_integer_ratio() for whole in wholes])

    def _measured(self, name: str, index: int) -> Decimal | None:
        """Return a measure of one piece of a line, or None if the line does not say it."""
        line = self.lines[index]
        return line.weight if name in ("kg", "gross_kg") and name not in line.measures else line.measures.get(name)

    def _assessed(self, line: Line, index: int) -> tuple[Decimal, str]:
        if line.assessed_value is None:
            raise UnknownFact(
                f"line {index + 1}: the law assesses by an official list; give assessed_value",
                field=f"lines.{index}.assessed_value",
            )
        return times(line.assessed_value.amount, line.quantity), line.assessed_value.currency

    def _content(self, line: Line, index: int, material: str) -> tuple[Decimal, str]:
        if material not in line.content:
            raise UnknownFact(
                f"line {index + 1}: the law asks for the value of its {material}", field=f"lines.{index}.content.{material}"
            )
        value = line.content[material]
        return times(value.amount, line.quantity), value.currency

    # ------------------------------------------------------------------ facts and rates

    def fact(self, subject: str, places: tuple[str, ...], on: date, line: int | None) -> Fact:
        """Return the fact that answers for a line; it is noted as used."""
        return self._find(subject, places, on, line)[0]

    def figure(
        self,
        reference: Figure | str,
        places: tuple[str, ...],
        on: date,
        line: int | None,
        scopes: tuple[str, ...] | None = None,
    ) -> Figure:
        """Return the figure of a reference: a literal, or what a fact says; the fact is noted as used."""
        if isinstance(reference, Figure):
            return reference
        fact, figure = self._find(reference, places, on, line, scopes)
        if figure is None:
            raise RulebookError(f"{fact.id} is {shown(fact.text)}, no figure")
        return figure

    def knows(self, subject: str, places: tuple[str, ...], on: date, line: int, scopes: tuple[str, ...]) -> bool:
        """Tell whether there is a fact for a line; one that is only presumed is no missing one."""
        key = (subject, places, on, tuple([self.maybe_trait(name, line) for name in scopes]) if scopes else ())
        if key in self._missing:
            return False
        try:
            self._find(subject, places, on, line, scopes)
        except PresumedFact:
            raise
        except UnknownFact:
            self._missing.add(key)
            return False
        return True

    def _find(
        self, subject: str, places: tuple[str, ...], on: date, line: int | None, scopes: tuple[str, ...] | None = None
    ) -> tuple[Fact, Figure | None]:
        if scopes is None:
            scopes = self.rulebook.scopes(subject, places)
        values = tuple([self.maybe_trait(name, line) for name in scopes]) if scopes else ()
        key = (subject, places, on, values)
        found = self._facts.get(key)
        if found is None:
            traits = dict(zip(scopes, values, strict=True))
            found = self.rulebook.find(subject, places, on, traits)
            if self.strict:
                self.firm(found[0].status, found[0].id)
            if subject == TAX_RATE:
                self._confirm(found[0], traits.get("goods_class"), places, on)
            self._facts[key] = found
        return found

    def goods_class(self, line: int) -> str | None:
        """Return the class of a line's goods: as it says, or as its commodity code tells."""
        goods = self.lines[line]
        return goods.goods_class or self.vocabulary.class_of_code(goods.hs)

    def not_reckoned(self) -> tuple[str, ...]:
        """Return in words what is levied on goods of these classes besides duty and tax, and is in no rulebook."""
        names = dict.fromkeys(self.vocabulary.levied.get(self.goods_class(line) or "") for line in self.all_lines)
        return tuple(f"{name} is not reckoned, unless a charge above is it: it comes on top" for name in names if name)

    def _confirm(self, rate: Fact, goods_class: str | None, places: tuple[str, ...], on: date) -> None:
        """Note where the general rate answers for goods of a class whose rate no fact confirms."""
        if goods_class in (None, "standard") or any(name in ("goods_class", "hs") for name, _ in rate.scope):
            return
        try:
            self.rulebook.find("tax.general_rate_applies", places, on, {"goods_class": goods_class})
        except UnknownFact:
            said = f"no fact confirms the tax rate of {goods_class} there: the general rate is assumed"
            self.assumptions[said] = None

    def told(self, subject: str, places: tuple[str, ...], on: date, line: int) -> object:
        """Return what tells lines with different figures of a subject apart; nothing is noted as used, nothing refused."""
        scopes = self.rulebook.scopes(subject, places)
        values = {name: self.maybe_trait(name, line) for name in scopes}
        try:
            fact = self.rulebook.find(subject, places, on, values)[0]
        except (UnknownFact, AmbiguousRule):
            return None
        return fact.ratio, fact.unit

    def firm(self, status: str, name: str) -> None:
        """Refuse what is only presumed: asked where the caller wants firm answers."""
        if status == "presumed":
            raise PresumedFact(f"{name} is only presumed, and strict is asked for", field=name.partition("/")[0], on=self.on)

    @property
    def facts_used(self) -> tuple[Fact, ...]:
        """The facts that answered."""
        return tuple(
            dict.fromkeys([*(fact for fact, _ in self._facts.values()), *(duty.fact for duty in self.duties.values())])
        )

    def factor(self, base: str, quote: str, policy: str | None, places: tuple[str, ...], on: date) -> Conversion:
        """Return the factor from minor units of one currency to minor units of another, under a policy that a fact names."""
        if base == quote:
            return _SAME
        key = (base, quote, policy, on)
        known = self.conversions.get(key)
        if known is None:
            if self.rates is not None:
                name = "given"
            elif policy is not None:
                name = str(self.fact(policy, places, on, None).value)
            else:
                raise RateUnavailable(
                    f"{base} must be converted to {quote}, and the bill or table says by no `fx` at whose rate", on=on,
                    hint=f"pass rates= with a rate for {base}/{quote}, or price the order in {quote}",
                )  # fmt: skip
            rate = policy_rate(name, base, quote, on, self.rates, latest=self.latest_rates)
            shift = minor_units(quote) - minor_units(base)
            numerator, denominator = rate.numerator, rate.denominator
            if shift >= 0:
                numerator *= 10**shift
            else:
                denominator *= 10**-shift
            known = self.conversions[key] = Conversion(numerator, denominator, rate)
        return known

    # ------------------------------------------------------------------ what selection asks

    def asking(self, fx: str | None, places: tuple[str, ...], on: date) -> Selection:
        """Return the question that a selection table asks about this case."""
        return Selection(self, fx, places, on)


class Asker(Protocol):
    """Who asks for an amount: under which exchange policy, of which places, on which day."""

    fx: str | None
    places: tuple[str, ...]
    on: date


class Selection:
    """Answers the conditions of a selection table: inputs only, in the order's currency."""

    __slots__ = (
        "_compared",
        "case",
        "fx",
        "on",
        "places",
        "trait",
    )

    def __init__(self, case: Case, fx: str | None, places: tuple[str, ...], on: date) -> None:
        self.case = case
        self.fx = fx
        self.places = places
        self.on = on
        self.trait = case.trait
        self._compared: dict[int, int] = {}

    def compare(self, names: Sequence[str], bound: Bound, line: int | None) -> int:
        """Compare a sum of inputs with a bound, in the bound's currency, unrounded; of the consignment only once."""
        if line is None:
            known = self._compared.get(id(bound))  # one test has its bounds for itself
            if known is not None:
                return known
        case = self.case
        numerator, denominator = amount_of(case, names, line, case.all_lines, case.input, case.currency, self)
        found = compare(case, (numerator, denominator), case.currency, bound, self.fx, self.places, self.on, line)
        if line is None:
            self._compared[id(bound)] = found
        return found

    def count(self, name: str) -> int:
        """Count lines or units."""
        return len(self.case.lines) if name == "lines" else sum(self.case.measure("item", ()).numerators)

    def listed(self, lists: Sequence[str], line: int) -> bool:
        """Tell whether a line's code is on one of the lists."""
        return listed(self.case, lists, line, self.on)

    def applied(self, charge: str, line: int) -> bool:
        """Refuse: nothing has been applied when a table is read."""
        raise RulebookError(f"a selection table cannot ask whether {charge} was applied to line {line + 1}")


def listed(case: Case, lists: Sequence[str], line: int, on: date) -> bool:
    """Tell whether a line's commodity code is on one of the lists; ask for the code, or for more digits of it."""
    code = case.trait("hs", line)
    answers = [case.rulebook.product_list(name).listed(code, on) for name in lists]
    if any(answers):
        return True
    if None in answers:
        undecided = ", ".join(name for name, answer in zip(lists, answers, strict=True) if answer is None)
        raise UnknownFact(
            f"line {line + 1}: {code} has too few digits to tell whether it is on the list {undecided}",
            field=f"lines.{line}.hs", value=code, on=on, hint="give the national code (8 or 10 digits)",
        )  # fmt: skip
    return False


def amount_of(
    case: Case,
    names: Sequence[str],
    line: int | None,
    lines: Sequence[int],
    vector_of: Callable[[str], Amounts],
    currency: str,
    asker: Asker,
) -> tuple[int, int]:
    """Return a sum of amounts under their scopes: the consignment, a line, a unit of it, or with the recipient's history."""
    if len(names) == 1 and "." not in names[0]:
        return vector_of(names[0]).total(lines)
    result = (0, 1)
    for name in names:
        scope, _, rest = name.partition(".")
        if scope in ("line", "unit"):
            assert line is not None  # noqa: S101 - compiled as a test by line
            numerator, denominator = vector_of(rest).total((line,))
            part = (numerator, denominator * (case.lines[line].quantity if scope == "unit" else 1))
        elif scope in ("recipient_day", "recipient_year"):
            part = _added(vector_of(rest).total(lines), _history(case, name, currency, asker))
        else:
            part = vector_of(name).total(lines)
        result = _added(result, part)
    return result


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] * other[1] + other[0] * one[1], one[1] * other[1]


def _history(case: Case, name: str, currency: str, asker: Asker) -> tuple[int, int]:
    known = case.order.history.get(name)
    if known is None:
        case.assumptions[f"no earlier consignments given ({name}): this one is taken to stand alone"] = None
        return 0, 1
    if not isinstance(known, Money):
        raise InvalidInput(
            f"history {name} is compared with money, not {shown(known)}", field=f"history.{name}", value=known,
            hint="write an amount with its currency, such as '250.00 EUR'",
        )  # fmt: skip
    numerator, denominator = known.ratio_minor()
    factor = case.factor(known.currency, currency, asker.fx, asker.places, asker.on)
    return numerator * factor.numerator, denominator * factor.denominator


def compare(
    case: Case,
    amount: tuple[int, int],
    currency: str,
    bound: Bound,
    fx: str | None,
    places: tuple[str, ...],
    on: date,
    line: int | None,
) -> int:
    """Compare an amount with a bound: the amount is converted into the bound's currency and stays unrounded."""
    limit = case.figure(bound.figure or bound.limit, places, on, line)
    numerator, denominator = amount
    limit_numerator = limit.numerator
    if limit.unit == "1" and limit.numerator:
        raise RulebookError(f"the limit {shown(limit.text)} has neither a currency nor a unit")
    if limit.is_money:
        factor = case.factor(currency, limit.unit, bound.fx or fx, places, on)
        numerator, denominator = numerator * factor.numerator, denominator * factor.denominator
        limit_numerator *= 10 ** minor_units(limit.unit)
    left, right = numerator * limit.denominator, limit_numerator * denominator
    return (left > right) - (left < right)


TAX_RATE = "tax.rate"
_SAME = Conversion(1, 1, None)
_FIELDS = frozenset(
    {"channel", "mode", "ship_from", "buyer", "sold_via", "seller_established", "scheme", "entry", "option", "gift",
     "personal_use", "preference", "fee_exempt", "origin", "hs", "goods_class"}
)  # fmt: skip
_SAID = {"preference": "claimed"}
"""Traits whose field says more than they do: the claim for the whole order, not the name of the programme."""
FIELDS: Mapping[str, None] = dict.fromkeys(_FIELDS)
