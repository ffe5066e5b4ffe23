"""`quote`: the landed cost of an order on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from inspect import Parameter, signature
from itertools import product
from typing import Any

from pydantic import PrivateAttr, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, PresumedFact, RulebookError, UnknownFact, XBCommerceError, shown, suggest
from xbcommerce.exchange import FixedRates, RateSource
from xbcommerce.explain import Amount, Answer, Explanation, Result
from xbcommerce.landed.case import FIELDS, Case
from xbcommerce.landed.evaluate import Run
from xbcommerce.landed.schedule import MOMENTS, Regime, Rule, compile_regime, compile_rule
from xbcommerce.money import Amounts, Money, divide
from xbcommerce.places import Territory, currency, locate
from xbcommerce.rules.facts import trait_text
from xbcommerce.rules.figures import Figure, figure_of
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.rules.tables import Row, Table
from xbcommerce.tariff import POLICIES, Duty, Policy, Schedules, Tariff
from xbcommerce.tariff.lookup import a_tariff
from xbcommerce.trade import Line, Order

__all__ = ["Alternative", "Bill", "Charge", "Quote", "QuoteLine", "alternatives", "batch", "quote"]

TABLE = "import"

_CUSTOMERS = frozenset({"customer", "importer"})
_MOST_AMOUNTS = 4096


class Charge(Result):
    """One thing somebody pays.

    Attributes:
        id: name of the charge, as the country calls it.
        kind: duty, tax, fee, carrier, or composite (one levy in place of several).
        amount: sum over all lines.
        bill: the regime it stands in.
        at: when it is billed (sale, border, delivery, return).
        collector: who collects it.
        debtor: who owes it by law.
        borne_by: who bears it under the terms of delivery.
        relieved_by: the fact by which it is zero, if a relief or waiver makes it so.
        replaces: what a composite stands for.
    """

    id: str
    kind: str
    amount: Amount
    bill: str
    at: str
    collector: str
    debtor: str
    borne_by: str
    relieved_by: str | None = None
    replaces: tuple[str, ...] = ()


class Bill(Result):
    """One bill of the quote: when, who collects from whom, on which day's law, and how much."""

    regime: str
    at: str
    collector: str
    debtor: str
    on: date
    charges: tuple[str, ...]
    total: Amount


class QuoteLine(Result):
    """What falls on one line."""

    description: str
    charges: dict[str, Amount]


class Alternative(Result):
    """The same order under other choices: which, and what it then costs, or why it is not open."""

    choices: dict[str, str]
    quote: Quote | None = None
    reason: str | None = None


class Quote(Answer):
    """The landed cost of an order.

    Attributes:
        on: day of the question.
        destination: territory the order goes to.
        law: place whose import table decided.
        decided_by: ids of the rows that fired.
        choices: the choices under which the quote stands.
        regimes: ids of the bills' regimes, in the order in which they are billed.
        currency: currency of all charges.
        bills: the bills, each with collector and debtor.
        charges: every charge by its id.
        lines: what falls on each line, in the order given.
        total: sum of all charges.
        goods, freight, insurance: the inputs in the quote's currency.
        landed_cost: goods, freight, insurance and all charges.
        borne_by_customer: sum of the charges that the customer bears.
        customer_pays: goods and insurance, the freight unless the seller pays it, and the charges that the customer bears.
        rulebook, digest: version and SHA-256 of the rulebook that answered.
    """

    on: date
    destination: str
    law: str
    decided_by: tuple[str, ...]
    choices: dict[str, str]
    regimes: tuple[str, ...]
    currency: str
    bills: tuple[Bill, ...]
    charges: dict[str, Charge]
    lines: tuple[QuoteLine, ...]
    total: Amount
    goods: Amount
    freight: Amount
    insurance: Amount
    landed_cost: Amount
    borne_by_customer: Amount
    customer_pays: Amount
    rulebook: str
    digest: str
    _inside: _Inside | None = PrivateAttr(default=None)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """Why: every figure with its rule and source, conversions, assumptions and warnings."""
        from xbcommerce.landed.wording import explanation

        inside = self._inside
        if inside is None:
            return Explanation(title="this quote was stored without its explanation", steps=())
        return explanation(self, inside.case, inside.runs, inside.rows)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the order did not say and was assumed."""
        if self._inside is None:
            return self.explanation.assumptions
        return (*self._inside.case.assumptions, *self._inside.case.not_reckoned())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Stale, uncertain, approximated or presumed facts among those used."""
        return self.explanation.warnings

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def alternatives(self) -> tuple[Alternative, ...]:
        """Return what the same order costs under the other choices that the law leaves (scheme, preference, option)."""
        if self._inside is None:
            raise InvalidInput(
                "a stored quote does not carry its order", hint="ask xbcommerce.landed.alternatives(order, on=…)"
            )
        case = self._inside.case
        return alternatives(
            case.order, on=self.on, rulebook=case.rulebook, rates=case.rates, tariff=case.tariff, strict=case.strict,
            latest_rates=case.latest_rates, duty_policy=case.duty_policy,
        )  # fmt: skip

    def __str__(self) -> str:
        """Return the charges and the total, one a line."""
        rows = [
            (charge.id, str(charge.amount), f"{charge.at}, {charge.collector} from {charge.debtor}")
            for charge in self.charges.values()
        ]
        rows += [
            ("total", str(self.total), ""),
            ("landed cost", str(self.landed_cost), "goods, freight, insurance and all charges"),
        ]
        name, amount = (max(len(row[index]) for row in rows) for index in (0, 1))
        return "\n".join(f"{row[0]:<{name}}  {row[1]:>{amount}}  {row[2]}".rstrip() for row in rows)

    def _repr_html_(self) -> str:
        return self.explain("html")


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the explanation is made of, when somebody asks for it."""

    case: Case
    runs: tuple[Run, ...]
    rows: tuple[Row, ...]


Alternative.model_rebuild()
Quote.model_rebuild()


def quote(
    order: Order | Mapping[str, Any],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    tariff: Tariff | None = None,
    strict: bool = False,
    latest_rates: bool = False,
    duty_policy: Policy = "exact",
) -> Quote:
    """Return what an order costs at the door: each charge, who collects and owes it, the total, and why.

    Args:
        order: an `Order`, or a mapping of its fields.
        on: day of the question (a `date` or "2026-07-15"); the order's `dates` may name others (export, entry ...).
        rulebook: facts and rules; the built-in ones if not given.
        rates: exchange rates instead of the official policies: a `RateSource`, or a mapping such as {"USD/EUR": "0.92"}.
        tariff: where duties are looked up that the lines do not give.
        strict: refuse facts that are only presumed.
        latest_rates: past the end of an embedded table take its last exchange rate, with a warning, instead of refusing.
        duty_policy: what answers where a commodity code leaves several duties open: "exact" (an error that lists them),
            "highest", "lowest", "typical" (the most frequent), or "average" (a mean, only where no lines are known); the
            range is shown.

    Raises:
        InvalidInput: if the order cannot be understood.
        UnknownFact: if the rulebook does not know what the law says, or the order leaves out what the law asks for.
        AmbiguousRule: if facts of equal rank contradict each other.
        RateUnavailable: if an exchange rate is needed and not known.

    >>> order = {
    ...     "ship_from": "CN", "ship_to": "DE", "freight": "5.00 EUR", "scheme": "ioss", "channel": "courier",
    ...     "lines": [{"description": "silk blouse", "unit_price": "40.00 EUR", "hs": "6206.10", "origin": "CN"}],
    ... }
    >>> print(quote(order, on="2026-07-15"))
    vat           8.55 EUR  sale, seller from customer
    duty          3.00 EUR  border, authority from seller
    total        11.55 EUR
    landed cost  56.55 EUR  goods, freight, insurance and all charges
    """
    order = Order.of(order)
    day = a_day(on)
    book = rulebook or Rulebook.builtin()
    return _Quoting(
        order, day, book, _rates(rates), tariff, strict=strict, latest_rates=latest_rates, duty_policy=duty_policy
    ).answer({})


def alternatives(
    order: Order | Mapping[str, Any],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    tariff: Tariff | None = None,
    strict: bool = False,
    latest_rates: bool = False,
    duty_policy: Policy = "exact",
) -> tuple[Alternative, ...]:
    """Return the order under every combination of the choices that the law leaves, the cheapest first.

    Choices are columns of the selection table that are somebody's to make: the scheme, a preference, the carrier's option.
    Combinations that are not open carry the reason; those that come to the same bills are listed once.
    """
    order = Order.of(order)
    quoting = _Quoting(
        order, a_day(on), rulebook or Rulebook.builtin(), _rates(rates), tariff, strict=strict, latest_rates=latest_rates,
        duty_policy=duty_policy,
    )  # fmt: skip
    table = quoting.table
    open_: dict[object, Alternative] = {}
    closed: list[Alternative] = []
    refused: XBCommerceError | None = None
    for values in product(*table.choices.values()):
        choices = dict(zip(table.choices, values, strict=True))
        try:
            found = quoting.answer(choices)
        except XBCommerceError as error:
            refused = refused or error
            closed.append(Alternative(choices=choices, reason=str(error)))
            continue
        key = (found.regimes, found.total, tuple(charge.amount for charge in found.charges.values()))
        open_.setdefault(key, Alternative(choices=choices, quote=found))
    if not open_ and isinstance(refused, InvalidInput):  # the order itself, not a choice
        raise refused
    cheapest = sorted(open_.values(), key=lambda item: item.quote.total.amount if item.quote else 0)
    return (*cheapest, *closed)


def batch(
    orders: Iterable[Order | Mapping[str, Any]],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    tariff: Tariff | None = None,
    strict: bool = False,
    latest_rates: bool = False,
    duty_policy: Policy = "exact",
) -> Iterator[Quote | XBCommerceError]:
    """Yield a quote for each order; an order that cannot be quoted yields its error instead, and the batch goes on."""
    for order in orders:
        try:
            yield quote(
                order, on=on, rulebook=rulebook, rates=rates, tariff=tariff, strict=strict, latest_rates=latest_rates,
                duty_policy=duty_policy,
            )  # fmt: skip
        except XBCommerceError as error:
            yield error


def _rates(rates: RateSource | Mapping[str, str] | None) -> RateSource | None:
    return FixedRates(rates) if isinstance(rates, Mapping) else rates


class _Quoting:
    """One order on one day: resolves the law, evaluates the bills, puts the answer together."""

    def __init__(
        self,
        order: Order,
        on: date,
        rulebook: Rulebook,
        rates: RateSource | None,
        tariff: Tariff | None,
        *,
        strict: bool,
        latest_rates: bool,
        duty_policy: Policy,
    ) -> None:
        self.order = order
        self.on = on
        self.rulebook = rulebook
        self.rates = rates
        self.tariff = None if tariff is None else a_tariff(tariff)
        self.strict = strict
        self.latest_rates = latest_rates
        self.duty_policy: Policy = duty_policy
        if duty_policy not in POLICIES:
            raise InvalidInput(
                f"duty_policy {shown(duty_policy)} is none of {', '.join(POLICIES)}", field="duty_policy", value=duty_policy,
                allowed=POLICIES, hint=suggest(duty_policy, POLICIES),
            )  # fmt: skip
        self.territory: Territory = locate(order.ship_to, on)
        law = self.territory.customs
        if law is None:
            raise UnknownFact(
                f"{self.territory.name} belongs to no customs territory that the rulebook knows", field="ship_to",
                value=self.territory.code, on=on,
            )  # fmt: skip
        self.law: str = law
        self.file = rulebook.jurisdiction(law)
        table = self.file.tables.get(TABLE)
        if table is None:
            raise UnknownFact(f"the rulebook has no import table of {self.law}", field="ship_to", value=self.law, on=on)
        self.table: Table = table
        self.places = tuple(dict.fromkeys((*self.territory.lineage, law, *self.file.uses)))

    def answer(self, choices: Mapping[str, str]) -> Quote:
        """Return the quote under the order's own choices, or under others."""
        case = Case(
            self.order, self.territory, self.on, self.rulebook, self.rates, self.tariff, strict=self.strict,
            latest_rates=self.latest_rates, duty_policy=self.duty_policy,
        )  # fmt: skip
        case.vocabulary = self.file.vocabulary
        self._check_traits(case)
        if self.strict and (missing := case.not_reckoned()):
            raise UnknownFact(f"{missing[0]}, and strict is asked for", field="goods_class", on=self.on)
        self._choose(case, choices)
        try:
            decisions = self._decide(case)
            runs = self._run(case, decisions)
        except UnknownFact as error:
            raise self._by_region(error) from None
        return self._quote(case, runs, tuple(dict.fromkeys(row for row, _ in decisions)))

    def _by_region(self, error: UnknownFact) -> UnknownFact:
        """Return an error as it is, or, if the law knows the fact by region and the order names only the country, say so."""
        own = f"{self.territory.code}-"
        regions = sorted({fact.place for fact in self.file.facts if fact.subject == error.field and fact.place.startswith(own)})
        if not regions or isinstance(error, PresumedFact):
            return error
        return UnknownFact(
            f"{error.field} differs by region of {self.territory.name}, and ship_to names only the country", field="ship_to",
            value=self.territory.code, on=error.on or self.on, allowed=regions,
            hint=f"give the region, such as ship_to={regions[0]!r}, or an address with its region or postcode",
        )  # fmt: skip

    # ------------------------------------------------------------------ what the order says

    def _check_traits(self, case: Case) -> None:
        """Refuse declared traits that would be ignored: unknown here, of the other level, or contradicting their own field."""
        if self.order.traits:
            self._check(case, self.order, "order", "")
        for index, line in enumerate(self.order.lines):
            if line.traits:
                self._check(case, line, "line", f"lines.{index}.")

    def _check(self, case: Case, holder: Order | Line, level: str, where: str) -> None:
        known = case.vocabulary.traits
        for name, value in holder.traits.items():
            field = f"{where}traits.{name}"
            if name not in known:
                raise InvalidInput(
                    f"{shown(name)} is no trait that the law of {self.law} knows", field=field, value=value,
                    allowed=sorted(known), hint=suggest(name, known),
                )  # fmt: skip
            if known[name].level != level:
                right, wrong = ("each line", "order") if level == "order" else ("the order", "line")
                raise InvalidInput(
                    f"{name} is a trait of {right}, and {field} gives it on the {wrong}, where it would be ignored",
                    field=field, value=value, hint=f"give {name} on {right}",
                )  # fmt: skip
            text = case.vocabulary.checked(name, value)
            own = self.territory.code if name == "ship_to" else getattr(holder, name, None) if name in FIELDS else None
            if own is not None and trait_text(own) != text:
                raise InvalidInput(
                    f"{field} is {shown(text)}, and {where}{name} is {shown(trait_text(own))}: they contradict each other",
                    field=field, value=value, hint="say it once",
                )  # fmt: skip

    def _choose(self, case: Case, choices: Mapping[str, str]) -> None:
        """Settle the columns that are somebody's choice: as asked, as the order says, or the first, which is then said."""
        for name, values in self.table.choices.items():
            given = choices.get(name)
            if given is None:
                given = case.said(name)
            if given is None:
                given = values[0]
                case.assumptions[_chosen(name, values)] = None
            if given not in values:
                raise InvalidInput(
                    f"{name} {shown(given)} is not known to the import law of {self.law}", field=name, value=given,
                    allowed=values, hint=f"accepted: {', '.join(values)}",
                )  # fmt: skip
            case.chosen[name] = given
        case.imposed = choices.get("preference")

    def _day(self, name: str) -> date:
        return self.order.dates.get(name, self.on)  # type: ignore[call-overload, no-any-return]

    # ------------------------------------------------------------------ which bills

    def _decide(self, case: Case) -> list[tuple[Row, tuple[int, ...]]]:
        """Return the rows that fire, each with its lines."""
        day = self._day(self.table.dated_by)
        question = case.asking(self.table.fx, self.places, day)
        table = self.table
        key = ("rows", self.law, table.id, day, self.territory.code)
        rows = self.rulebook.compiled(key, lambda: table.rows_for(day, self.territory.code))
        if self.table.on == "consignment":
            return [(self._row(table.select(rows, question, case.all_lines), day), case.all_lines)]
        decided: dict[str, tuple[Row, list[int]]] = {}
        for line in case.all_lines:
            row = self._row(table.select(rows, question, (line,)), day)
            decided.setdefault(row.id, (row, []))[1].append(line)
        return [(row, tuple(lines)) for row, lines in decided.values()]

    def _row(self, row: Row | None, day: date) -> Row:
        if row is None:
            first = min((row.valid_from for row in self.table.rows if row.valid_from), default=None)
            early = f"; the table begins on {first}" if first and day < first else ""
            raise UnknownFact(
                f"no row of the import table of {self.law} covers this order on {day}{early}",
                field="on",
                value=self.law,
                on=day,
            )
        if row.refuse is not None:
            raise UnknownFact(f"{self.law}, row {row.id}: {row.refuse}", field=self.law, value=row.id, on=day)
        if self.strict and row.status == "presumed":
            raise PresumedFact(f"{self.law}, row {row.id} is only presumed, and strict is asked for", field=self.law, on=day)
        return row

    def _run(self, case: Case, decisions: list[tuple[Row, tuple[int, ...]]]) -> tuple[Run, ...]:
        """Evaluate the regimes of all rows in the order of bills."""
        planned = [(self._regime(name), lines) for row, lines in decisions for name in row.answer]
        planned.sort(key=lambda item: MOMENTS.index(item[0].bill.at))
        money = currency(self.territory.code, self.on)
        earlier: dict[str, Amounts] = {}
        runs: list[Run] = []
        for number, (regime, lines) in enumerate(planned, 1):
            own = regime.bill.currency or money
            if runs and own != runs[0].currency:
                raise RulebookError(f"{regime.entry.where}: bills in {runs[0].currency} and {own} in one quote")
            places = self._places_of(regime)
            day = self._day(regime.bill.dated_by)
            run = Run(case, regime, places, own, day, lines, dict(earlier), self._duty)
            runs.append(run.evaluate())
            if number < len(planned):
                _carry(earlier, run)
        return tuple(runs)

    def _places_of(self, regime: Regime) -> tuple[str, ...]:
        """Return where a regime's facts are looked up: the territory and its ancestors, the law, the files that it uses."""
        place = regime.entry.place
        return self.places if place in self.places else (*self.places, place)

    def _regime(self, name: str) -> Regime:
        """Return the regime of a name in force; where all days are one, it is remembered."""
        if self.order.dates:
            return self._resolve(name)
        key = ("in force", self.law, name, self.on, self.places)
        return self.rulebook.compiled(key, lambda: self._active(self._resolve(name)))  # type: ignore[no-any-return]

    def _active(self, regime: Regime) -> Regime:
        """Return a regime without the steps of complete families that have no fact here on the day."""
        places = self._places_of(regime)
        steps = [
            step
            for step in regime.steps
            if not (step.complete and step.rule.main) or self.rulebook.has_fact(step.rule.main, places, self.on)
        ]
        return regime if len(steps) == len(regime.steps) else replace(regime, steps=tuple(steps))

    def _resolve(self, name: str) -> Regime:
        entries = self.rulebook.all_entries("regime", name, self.law)
        if not entries:
            raise RulebookError(f"{self.law}: there is no regime {shown(name)}")
        for entry in entries:
            bill = entry.body.get("bill")
            dated_by = bill.get("dated_by", "entry") if isinstance(bill, Mapping) else "entry"
            day = self._day(str(dated_by))
            if entry.covers(day):
                return compile_regime(self.rulebook, entry, day)
        raise UnknownFact(f"regime {name} is not in force on {self.on}", field=name, on=self.on)

    def _duty(self, run: Run, line: int) -> Rule:
        """Return a line's duty: from the line itself, a uniform rate of the rulebook, or the tariff.

        Where preferential origin is claimed, the ordinary duty is not the answer, unless it is nothing already.
        """
        case, places, day = run.case, run.places, run.on
        given = case.lines[line].duty
        if given is not None:
            try:
                return _given_rule(given) if isinstance(given, str) else compile_rule(given, f"line {line + 1}, duty")
            except RulebookError as error:
                raise InvalidInput(str(error), field=f"lines.{line}.duty", value=given) from None
        try:
            fact = case.fact("customs.duty_rate", places, day, line)
        except PresumedFact:
            raise
        except UnknownFact:
            rule = self._of_tariff(run, line)
        else:
            rule = Rule(rate=figure_of(fact))
            if any(name == "preference" for name, _ in fact.scope):
                return rule
        if line in case.duties and case.duties[line].programme is not None:
            return rule
        if case.claim(line) and not (isinstance(rule.rate, Figure) and rule.plain and not rule.rate.numerator):
            raise UnknownFact(
                f"line {line + 1}: preferential origin is claimed, and only the ordinary duty is known",
                field=f"lines.{line}.duty", on=day, hint="give the preferential duty on the line, such as duty='free'",
            )  # fmt: skip
        return rule

    def _of_tariff(self, run: Run, line: int) -> Rule:
        """Return the duty of a line as the tariff states it, with the fact that it rests on."""
        case = run.case
        tariff = self.tariff or Schedules.of(self.rulebook)
        place, code, origin = run.regime.entry.place, case.trait("hs", line), case.maybe_trait("origin", line)
        claim, policy = case.claim(line), self.duty_policy
        options: dict[str, object] = {}
        if claim or policy != POLICIES[0]:
            known = _options(type(tariff))
            options = {name: value for name, value in (("preference", claim or None), ("policy", policy)) if name in known}
        ask: Callable[..., Duty] = tariff.duty
        try:
            duty = ask(place, code, origin=origin, on=run.on, **options)
        except (InvalidInput, UnknownFact) as error:
            if error.field in ("hs", "preference", "duty"):  # fields of the line
                error.field = f"lines.{line}.{error.field}"
            raise
        if self.strict:
            case.firm(duty.fact.status, duty.fact.id)
        case.duties[line] = duty
        return _tariff_rule(duty)

    # ------------------------------------------------------------------ the answer

    def _quote(self, case: Case, runs: tuple[Run, ...], rows: tuple[Row, ...]) -> Quote:
        money = runs[0].currency if runs else currency(self.territory.code, self.on)
        make = _purse(money)
        charges: dict[str, Charge] = {}
        by_line: list[dict[str, Money]] = [{} for _ in case.lines]
        bills = tuple([self._bill(run, charges, by_line, make) for run in runs])
        due = [sum([sum(amounts) for amounts in run.charges.values()]) for run in runs]
        total = sum(due)
        borne = sum([part for run, part in zip(runs, due, strict=True) if self._bearer(run) in _CUSTOMERS])
        goods, freight, insurance = self._inputs(case, runs, money)
        return Quote.made(
            {"_inside": _Inside(case, runs, rows)},
            on=self.on,
            destination=self.territory.code,
            law=self.law,
            decided_by=tuple([row.id for row in rows]),
            choices=case.chosen,
            regimes=tuple([bill.regime for bill in bills]),
            currency=money,
            bills=bills,
            charges=charges,
            lines=tuple(
                [
                    QuoteLine.made(description=line.description, charges=own)
                    for line, own in zip(case.lines, by_line, strict=True)
                ]
            ),
            total=make(total),
            goods=make(goods),
            freight=make(freight),
            insurance=make(insurance),
            landed_cost=make(goods + freight + insurance + total),
            borne_by_customer=make(borne),
            customer_pays=make(goods + insurance + borne + (freight if self.order.freight_paid_by == "customer" else 0)),
            rulebook=self.rulebook.version,
            digest=self.rulebook.sha256,
        )

    def _bearer(self, run: Run) -> str:
        """Return who bears a bill's charges under the terms of delivery: with DDP the seller, else the debtor."""
        debtor = run.regime.bill.debtor
        return "seller" if self.order.incoterm == "DDP" and debtor != "platform" else debtor

    def _bill(
        self, run: Run, charges: dict[str, Charge], by_line: list[dict[str, Money]], make: Callable[[int], Money]
    ) -> Bill:
        """Return one bill; its charges are added to all charges and to those of the lines."""
        terms, regime = run.regime.bill, run.regime.entry.id
        bearer = self._bearer(run)
        ids = []
        due = 0
        for name, amounts in run.charges.items():
            step = run.steps_by_charge[name]
            key = name if name not in charges else _free_key(charges, name, terms.at, regime)
            amount = sum(amounts)
            relieved = run.relieved.get(name) if not amount else None
            charges[key] = Charge.made(
                id=key,
                kind=step.kind,
                amount=make(amount),
                bill=regime,
                at=terms.at,
                collector=terms.by,
                debtor=terms.debtor,
                borne_by=bearer,
                relieved_by=relieved.id if relieved else None,
                replaces=step.replaces,
            )
            ids.append(key)
            due += amount
            for line in run.entered[name]:
                by_line[line][key] = make(amounts[line])
        return Bill.made(
            regime=regime,
            at=terms.at,
            collector=terms.by,
            debtor=terms.debtor,
            on=run.on,
            charges=tuple(ids),
            total=make(due),
        )

    def _inputs(self, case: Case, runs: tuple[Run, ...], money: str) -> list[int]:
        """Return goods, freight and insurance in the quote's currency, converted as the last bill converts, rounded half up."""
        fx, places, day = (runs[-1].fx, runs[-1].places, runs[-1].on) if runs else (self.table.fx, self.places, self.on)
        factor = case.factor(case.currency, money, fx, places, day)
        out = []
        for name in ("goods", "freight", "insurance"):
            vector = case.input(name)
            out.append(divide(sum(vector.numerators) * factor.numerator, vector.denominator * factor.denominator, "half-up"))
        return out


@lru_cache(maxsize=64)
def _purse(currency: str) -> Callable[[int], Money]:
    """Return what makes money of minor units; equal amounts, of which quotes have many, are made once."""
    known: dict[int, Money] = {}

    def make(minor: int) -> Money:
        money = known.get(minor)
        if money is None:
            if len(known) >= _MOST_AMOUNTS:
                known.clear()
            money = known[minor] = Money.from_minor(minor, currency)
        return money

    return make


@lru_cache(maxsize=256)
def _chosen(name: str, values: tuple[str, ...]) -> str:
    """Return how the first of several choices is said to be assumed."""
    return f"{name} assumed: {values[0]} (accepted: {', '.join(values)})"


def _free_key(charges: Mapping[str, Charge], name: str, at: str, regime: str) -> str:
    """Return the id of a charge whose plain name another bill has taken."""
    return next(free for free in (f"{at}.{name}", f"{regime}.{name}") if free not in charges)


def _carry(earlier: dict[str, Amounts], run: Run) -> None:
    """Add a bill's charges to what later bills may name as `bill.<moment>`."""
    at = run.regime.bill.at
    for amounts in run.charges.values():
        charged = Amounts(amounts, 1)
        earlier[at] = earlier[at].plus(charged) if at in earlier else charged


@lru_cache(maxsize=4096)
def _tariff_rule(duty: Duty) -> Rule:
    return replace(compile_rule(duty.rule, f"tariff {duty.fact.id}"), fact=duty.fact)


@lru_cache(maxsize=64)
def _options(tariff: type[Tariff]) -> frozenset[str]:
    """Return what a tariff's `duty` can be told besides place, code, origin and day: one of the caller's own may know less."""
    parameters = signature(tariff.duty).parameters
    if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return frozenset({"preference", "policy"})
    return frozenset(parameters)


@lru_cache(maxsize=1024)
def _given_rule(text: str) -> Rule:
    rule = compile_rule(text, "duty")
    assert isinstance(rule.rate, Figure)  # noqa: S101 - compile_rule makes a rate of a text
    return rule
