"""The price ladder: a consistent list over markets from one base price: margin floors, buffers, endings, a corridor.

Each rung is reckoned from the base: landed cost and buffer on it, tax as the market shows it, exchange, then the market's
ending if one is asked for. No rung falls below its floor, the price at which the margin after fees and cost is still kept; and
no rung's net turnover leaves the corridor around the base, unless its floor forces it to, which is then said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError, shown
from xbcommerce.exchange import FixedRates, Rate, RateSource, policy_rate
from xbcommerce.explain import Amount, Answer, Explanation, FactUsed, Result, Step
from xbcommerce.goods import Model
from xbcommerce.money import Money
from xbcommerce.prices.endings import How, PriceEnding, ending_of
from xbcommerce.prices.figures import (
    amount_text,
    factor_of,
    fraction_of,
    in_units,
    money_of,
    number_of,
    percent_of,
    share_of_percent,
    smallest,
    whole,
)
from xbcommerce.prices.law import doubts_of
from xbcommerce.prices.net import Terms as Plain
from xbcommerce.prices.net import in_home, left_of
from xbcommerce.prices.present import Terms, terms_of
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["BadRung", "MarketTerms", "PriceList", "Rung", "ladder"]

_POLICY = "ecb.daily"
_MOST = 2000
_ONE = Fraction(1)


def _percent(field: str, below: int = 100) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value is None else share_of_percent(value, field, below=below))


_Money = Annotated[Money, BeforeValidator(Money.of)]


class MarketTerms(Model):
    """What is particular to a market, in plain numbers.

    Attributes:
        market: country, part of one, or special territory.
        tax_rate: tax in percent (say 0 where there is none).
        fee_percent: fees in percent of what the shopper pays.
        fee_fixed: fixed fee, in the market's or the home currency.
        conversion_percent: what exchanging costs, in percent of what the shopper pays.
        landed: landed cost that the seller bears there (from a quote), in the home currency.
        rate: units of the market's currency for one of the home currency; silent: `rates`, or the reference rate of the day.
        currency: silent: that of the market.
        buyer, tax_display: as for `present`.
        ending: as for `present`; silent: that of the ladder.
        step: what the shelf price must be a multiple of.
        buffer: percent against changes of the rate; silent: that of the ladder.
    """

    market: Annotated[str, Field(max_length=32)]
    tax_rate: Annotated[Fraction, _percent("tax_rate", 400)]
    fee_percent: Annotated[Fraction, _percent("fee_percent")] = Fraction(0)
    fee_fixed: _Money | None = None
    conversion_percent: Annotated[Fraction, _percent("conversion_percent")] = Fraction(0)
    landed: _Money | None = None
    rate: Annotated[Fraction | None, BeforeValidator(lambda value: None if value is None else factor_of(value, "rate"))] = None
    currency: Annotated[str, Field(max_length=3)] | None = None
    buyer: str = "consumer"
    tax_display: str | None = None
    ending: Annotated[str, Field(max_length=60)] | None = None
    step: Annotated[Fraction | None, BeforeValidator(lambda value: None if value is None else factor_of(value, "step"))] = None
    buffer: Annotated[Fraction | None, _percent("buffer")] = None


class Rung(Result):
    """The price of one market.

    Attributes:
        shelf: the price that shoppers see, and how it is written.
        tax: whether it includes tax.
        raw: the price before floor, ending and rounding.
        floor: the lowest shelf price that keeps the margin.
        net_home: turnover without tax, in the home currency.
        left, margin: what stays after fees, conversion, cost and landed cost; as a percentage of the net turnover.
        parity: net turnover less landed cost, as a percentage of the base price.
        reason: what decided: "base", "ending", "floor" or "corridor".
        findings: what to know.
        steps: how each figure came about.
    """

    market: str
    currency: str
    shelf: Amount
    text: str
    tax: str
    raw: Amount
    floor: Amount
    tax_amount: Amount
    fees: Amount
    net_home: Amount
    left: Amount
    margin: Decimal | None
    parity: Decimal
    reason: str
    findings: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()
    warnings: tuple[str, ...] = ()
    conversion: str | None = None
    steps: tuple[Step, ...] = ()


class BadRung(Result):
    """A market that could not be priced, and why."""

    index: int
    market: str
    error: str
    message: str


class PriceList(Answer):
    """A consistent list of prices.

    Attributes:
        base: the base price without tax.
        on: day.
        rungs: the prices, in the order in which the markets were given.
        rejected: markets that could not be priced.
        spread: by how many percent the dearest market's net turnover (less landed cost) is above the cheapest one's.
    """

    base: Amount
    on: date
    rungs: tuple[Rung, ...]
    rejected: tuple[BadRung, ...] = ()
    spread: Decimal | None = None

    def __getitem__(self, market: str) -> Rung:
        """Return the price of a market."""
        for rung in self.rungs:
            if rung.market == market:
                return rung
        raise InvalidInput(
            f"{shown(market)} is not in the list", field="market", value=market, allowed=[rung.market for rung in self.rungs]
        )

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """How every price came about."""
        book: Rulebook = self._inside
        return Explanation(
            title=f"Price list from {self.base} without tax, on {self.on}",
            steps=tuple(step for rung in self.rungs for step in rung.steps),
            conversions=tuple(dict.fromkeys(rung.conversion for rung in self.rungs if rung.conversion)),
            warnings=tuple(
                dict.fromkeys(
                    text
                    for rung in self.rungs
                    for text in (*rung.warnings, *(f"{rung.market}: {one}" for one in rung.findings))
                )
            ),
            rulebook=f"rulebook {book.version}, sha256 {book.sha256[:12]}",
        )

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What holds for all markets."""

    book: Rulebook
    on: date
    base: Fraction
    home: str
    cost: Fraction
    floor: Fraction
    buffer: Fraction
    corridor: Fraction | None
    ending: str | None
    how: How
    at_most: Fraction
    rates: RateSource | None


def ladder(
    base: Money | str | Mapping[str, object],
    markets: Iterable[object],
    *,
    on: date | str,
    cost: Money | str | None = None,
    margin_floor: str | Decimal | int = 0,
    buffer: str | Decimal | int = 0,
    corridor: str | Decimal | int | None = None,
    ending: str | None = None,
    how: How = "nearest",
    at_most: str | Decimal | int = 5,
    rates: RateSource | Mapping[str, str] | None = None,
    rulebook: Rulebook | None = None,
) -> PriceList:
    """Return a consistent list of prices over markets from one base price.

    >>> prices = ladder(
    ...     "20 EUR",
    ...     [{"market": "DE", "tax_rate": "19"}, {"market": "GB", "tax_rate": "20", "rate": "0.86"}],
    ...     on="2026-10-30", cost="12 EUR", margin_floor="25", ending="practice",
    ... )
    >>> [(rung.market, str(rung.shelf)) for rung in prices.rungs]
    [('DE', '23.95 EUR'), ('GB', '20.99 GBP')]

    Args:
        base: the base price without tax, in the home currency.
        markets: `MarketTerms` or mappings of their fields.
        on: the day, a `date` or "2026-07-15".
        cost: cost of the goods, in the home currency.
        margin_floor: percent of the net turnover that must be left after fees, conversion, cost and landed cost.
        buffer: percent put on converted prices against changes of the rate.
        corridor: by how many percent a market's net turnover less landed cost may differ from the base; silent: no corridor.
        ending: "practice" or the name of an ending; silent: none. Where the corridor does not hold with it, it gives way.
        how: which way endings move prices first: "nearest", "up", "down".
        at_most: how far an ending may move a price, in percent.
        rates: exchange rates; silent: the reference rates of the day.
        rulebook: facts; the built-in ones if not given.

    Raises:
        InvalidInput: if what holds for all markets cannot be read. A market that cannot be priced is told in `rejected`.
    """
    money = Money.of(base)
    if money.amount <= 0:
        raise InvalidInput(f"the base price must be above 0, not {money}", field="base", value=base)
    plan = _Plan(
        book=rulebook or Rulebook.builtin(),
        on=a_day(on),
        base=fraction_of(money),
        home=money.currency,
        cost=in_home(cost, money.currency, "cost"),
        floor=share_of_percent(margin_floor, "margin_floor", below=100),
        buffer=share_of_percent(buffer, "buffer", below=100),
        corridor=None if corridor is None else share_of_percent(corridor, "corridor", below=1000),
        ending=ending,
        how=how,
        at_most=share_of_percent(at_most, "at_most", below=100),
        rates=None if rates is None else FixedRates.of(rates),
    )
    rungs, rejected = [], []
    for index, row in enumerate(_rows(markets)):
        try:
            rungs.append(_rung(plan, _read(row)))
        except XBCommerceError as error:
            name = row.get("market") if isinstance(row, Mapping) else getattr(row, "market", row)
            rejected.append(
                BadRung(index=index, market=str(shown(name)).strip("'"), error=type(error).__name__, message=str(error))
            )
    return PriceList.made(
        {"_inside": plan.book},
        base=money,
        on=plan.on,
        rungs=tuple(rungs),
        rejected=tuple(rejected),
        spread=_spread(rungs),
    )


# ---------------------------------------------------------------------------------------------------------------- a rung


@dataclass(frozen=True, slots=True)
class _Sums:
    """One market's numbers, exact.

    Attributes:
        ratio: what is shown, for one that is paid: less than 1 where tax is shown apart.
        rate: units of the market's currency for one of the home currency.
    """

    plain: Plain
    shown: Terms
    unit: Fraction
    rate: Fraction
    raw: Fraction
    floor: Fraction
    landed: Fraction
    told: Rate | None


@dataclass(frozen=True, slots=True)
class _Choice:
    price: Fraction
    reason: str
    parity: Fraction


def _rung(plan: _Plan, market: MarketTerms) -> Rung:
    sums = _sums(plan, market)
    name = market.ending or plan.ending
    ending = None if name is None else ending_of(name, sums.shown.market.country, plan.book)
    findings: list[str] = []
    choice = _chosen(plan, sums, ending, findings)
    shelf = money_of(choice.price, sums.shown.currency)
    found = left_of(shelf, sums.plain)
    if ending is not None:
        said = f"ending {ending.id}: {ending.evidence.replace('_', ' ')}, confidence {ending.confidence}, no law"
        findings.append(said if choice.reason == "ending" else f"{said}; it gave way")
    facts = sums.shown.facts
    return Rung.made(
        market=sums.shown.market.code,
        currency=sums.shown.currency,
        shelf=shelf,
        text=_text(sums.shown, choice.price),
        tax=sums.shown.tax,
        raw=money_of(whole(sums.raw, smallest(shelf.currency), "half-up"), shelf.currency),
        floor=money_of(sums.floor, shelf.currency),
        tax_amount=found.tax,
        fees=found.fees,
        net_home=found.net_home,
        left=found.left,
        margin=found.margin,
        parity=percent_of(choice.parity),
        reason=choice.reason,
        findings=(*findings, *(finding.text for finding in sums.shown.findings)),
        facts=tuple(fact.used() for fact in facts),
        warnings=doubts_of(facts, plan.on, plan.book),
        conversion=None if sums.told is None else sums.told.describe(),
        steps=tuple(_steps(plan, sums, choice, found.steps, shelf)),
    )


def _sums(plan: _Plan, market: MarketTerms) -> _Sums:
    """Return what the price of a market is reckoned from."""
    terms = terms_of(plan.book, market.market, plan.on, None, market.currency, market.buyer, market.tax_display)
    rate, told = _rate(plan, market, terms.currency)
    foreign = terms.currency != plan.home
    landed = in_home(market.landed, plan.home, "landed")
    buffer = (plan.buffer if market.buffer is None else market.buffer) if foreign else Fraction(0)
    tax = Fraction(0) if terms.tax == "none" else market.tax_rate
    if terms.tax == "none" and market.tax_rate:
        raise InvalidInput(f"there is no tax on sales in {terms.market.code}, and a rate is given", field="tax_rate")
    fixed, fixed_home = _fixed(market.fee_fixed, terms.currency, plan.home)
    plain = Plain(
        tax=tax,
        included=terms.tax == "included",
        fee=market.fee_percent,
        fixed=fixed,
        fixed_home=fixed_home,
        home=plan.home,
        rate=1 / rate,
        conversion=market.conversion_percent,
        cost=plan.cost + landed,
    )
    unit = _unit(market, terms.currency)
    side = 1 + tax if plain.included else _ONE
    raw = (plan.base + landed) * (1 + buffer) * side * rate
    return _Sums(plain, terms, unit, rate, raw, _floor(plan, plain, unit, terms.currency), landed, told)


def _rate(plan: _Plan, market: MarketTerms, currency: str) -> tuple[Fraction, Rate | None]:
    if currency == plan.home:
        return _ONE, None
    if market.rate is not None:
        return market.rate, None
    told = policy_rate(_POLICY, plan.home, currency, plan.on, plan.rates)
    return Fraction(told.numerator, told.denominator), told


def _fixed(fee: Money | None, currency: str, home: str) -> tuple[Fraction, Fraction]:
    if fee is None:
        return Fraction(0), Fraction(0)
    if fee.currency == currency:
        return fraction_of(fee), Fraction(0)
    return Fraction(0), in_home(fee, home, "fee_fixed")


def _unit(market: MarketTerms, currency: str) -> Fraction:
    least = smallest(currency)
    unit = market.step or least
    if (unit / least).denominator != 1:
        raise InvalidInput(f"the step is finer than {currency} is written", field="step")
    return unit


def _floor(plan: _Plan, plain: Plain, unit: Fraction, currency: str) -> Fraction:
    """Return the lowest shelf price that keeps the margin, in closed form; roundings may ask for a step or two more."""
    kept = (1 - plan.floor) / (1 + plain.tax) - plain.fee - plain.conversion
    if kept <= 0:
        raise InvalidInput(
            "no price keeps the margin: tax, fees and the margin asked for take all of it", field="margin_floor",
            hint="lower the margin floor or the fees",
        )  # fmt: skip
    paid = ((plain.cost + plain.fixed_home) / plain.rate + plain.fixed) / kept
    price = whole(paid if plain.included else paid / (1 + plain.tax), unit, "up")
    return price + unit * _turns(lambda turns: _keeps(plan, plain, price + unit * turns, currency))


def _turns(holds: Callable[[int], bool]) -> int:
    """Return how many steps more are needed until the rounded figures hold: doubled, then halved again."""
    if holds(0):
        return 0
    short, enough = 0, 1
    while not holds(enough):
        short, enough = enough, enough * 2
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if holds(middle) else (middle, enough)
    return enough


def _keeps(plan: _Plan, plain: Plain, price: Fraction, currency: str) -> bool:
    if price <= 0:
        return plain.cost == 0
    found = left_of(money_of(price, currency), plain)
    return fraction_of(found.left) >= plan.floor * fraction_of(found.net_home)


def _chosen(plan: _Plan, sums: _Sums, ending: PriceEnding | None, findings: list[str]) -> _Choice:
    """Return the price: the first candidate within the corridor, else the one nearest to it."""
    candidates = [_Choice(price, reason, _parity(plan, sums, price)) for price, reason in _candidates(plan, sums, ending)]
    if plan.corridor is None:
        return candidates[0]
    for candidate in candidates:
        if abs(candidate.parity - 1) <= plan.corridor:
            gave_way = candidate is not candidates[0] and candidate.reason != "ending"
            return replace(candidate, reason="corridor") if gave_way else candidate
    nearest = min(candidates, key=lambda candidate: abs(candidate.parity - 1))
    why = "its floor forces it" if sums.floor > sums.raw else "buffer or rounding force it"
    findings.append(
        f"outside the corridor of {percent_of(plan.corridor)} %: {why} to {percent_of(nearest.parity)} % of the base"
    )
    return nearest


def _candidates(plan: _Plan, sums: _Sums, ending: PriceEnding | None) -> Iterator[tuple[Fraction, str]]:
    """Yield prices in the order in which they are wanted, none below the floor."""
    unit, floor = sums.unit, sums.floor
    if ending is not None:
        ways: tuple[How, ...] = (plan.how, "nearest", "down", "up")
        for way in dict.fromkeys(ways):
            found = ending.moved(sums.raw, way, plan.at_most)
            if found is not None and found >= floor and (found / unit).denominator == 1:
                yield found, "ending"
        if sums.raw < floor:
            found = ending.moved(floor, "up", plan.at_most)
            if found is not None and (found / unit).denominator == 1:
                yield found, "ending"
    rounded = whole(sums.raw, unit, "half-up")
    yield (rounded, "base") if rounded >= floor else (floor, "floor")
    if plan.corridor is not None:
        low, high = ((plan.base * (1 + side * plan.corridor) + sums.landed) for side in (-1, 1))
        side = (1 + sums.plain.tax if sums.plain.included else _ONE) * sums.rate
        for edge, mode in ((high, "down"), (low, "up")):
            price = whole(edge * side, unit, mode)  # type: ignore[arg-type]  # both are modes
            if price >= floor:
                yield price, "corridor"


def _parity(plan: _Plan, sums: _Sums, price: Fraction) -> Fraction:
    """Return the net turnover less landed cost, as a share of the base."""
    turnover = price / (1 + sums.plain.tax) if sums.plain.included else price
    return (turnover / sums.rate - sums.landed) / plan.base


def _text(terms: Terms, price: Fraction) -> str:
    digits = max(0, -int(money_of(smallest(terms.currency), terms.currency).amount.as_tuple().exponent))
    return terms.format.text(in_units(price, digits), digits)


def _steps(plan: _Plan, sums: _Sums, choice: _Choice, left: tuple[Step, ...], shelf: Money) -> Iterator[Step]:
    code, currency = sums.shown.market.code, sums.shown.currency
    facts = tuple(fact.used() for fact in sums.shown.facts)

    def step(name: str, value: Money | None, text: str, used: tuple[FactUsed, ...] = ()) -> Step:
        return Step(
            bill=code, id=f"{code} {name}", kind="value", amount=value, text=text, rule=f"prices.ladder.{name}", facts=used
        )

    put = [f"base {money_of(plan.base, plan.home)}"]
    if sums.landed:
        put.append(f"landed cost {money_of(sums.landed, plan.home)}")
    if currency != plan.home:
        put.append(f"1 {plan.home} = {percent_of(sums.rate / 100, 6):f} {currency}, buffer")
    if sums.plain.included:
        put.append(f"tax of {percent_of(sums.plain.tax)} % in it")
    yield step("raw", None, f"{amount_text(sums.raw, currency)}: {', '.join(put)}", facts)
    yield step("floor", money_of(sums.floor, currency), f"keeps {percent_of(plan.floor)} % after fees and cost, rounded up")
    yield step("shelf", shelf, f"decided by {choice.reason}; {percent_of(choice.parity)} % of the base after landed cost")
    for one in left:
        yield one.model_copy(update={"bill": code, "id": f"{code} {one.id}"})


def _spread(rungs: list[Rung]) -> Decimal | None:
    parities = [rung.parity for rung in rungs]
    if len(parities) < 2 or min(parities) <= 0:
        return None
    return percent_of(number_of(max(parities), "parity") / number_of(min(parities), "parity") - 1)


def _rows(markets: Any) -> Iterator[Any]:
    if isinstance(markets, str | Mapping) or not isinstance(markets, Iterable):
        raise InvalidInput(f"markets are a list of terms, not {shown(markets)}", field="markets", value=markets)
    for index, row in enumerate(markets):
        if index >= _MOST:
            raise InvalidInput(f"at most {_MOST} markets are accepted", field="markets")
        yield row


def _read(row: object) -> MarketTerms:
    if isinstance(row, MarketTerms):
        return row
    if isinstance(row, Mapping):
        if "tax_rate" not in row:
            raise UnknownFact("the tax rate of the market is not given: say 0 where there is none", field="tax_rate")
        return MarketTerms(**{str(name): content for name, content in row.items()})
    raise InvalidInput(f"terms of a market are MarketTerms or a mapping, not {shown(row)}", field="markets", value=row)
