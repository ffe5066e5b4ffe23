"""Cash: to what the total of a bill is rounded when it is paid in coins, at a counter or at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Amount, FactUsed, Result
from xbcommerce.money import Money, RoundingMode, minor_units
from xbcommerce.prices.figures import fraction_of, money_of, smallest, whole
from xbcommerce.prices.law import FOLDER, Market, begun, doubts_of, market_of, maybe, share_of
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["CashTotal", "PaymentAt", "cash_total"]

PaymentAt: TypeAlias = Literal["counter", "door"]
PLACES: tuple[PaymentAt, ...] = ("counter", "door")
_LAW = "law"
_DEFAULT_MODE: RoundingMode = "half-up"


class CashTotal(Result):
    """What is asked for in cash.

    Attributes:
        amount: total to pay in cash.
        exact: total to pay otherwise.
        difference: what rounding added (or took, if negative); it is no turnover and bears no tax of its own.
        step: what is rounded to.
        mode: how.
        duty: "law", "agreement" or "voluntary"; "none": no rounding is known, the smallest unit is asked for.
    """

    amount: Amount
    exact: Amount
    difference: Amount
    step: Amount
    mode: str
    duty: str
    facts: tuple[FactUsed, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CashRule:
    """The rounding of cash in a market on a day, resolved."""

    step: Fraction
    mode: RoundingMode
    duty: str
    least: Fraction | None
    above: Fraction | None
    facts: tuple[FactUsed, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def total(self, exact: Money) -> CashTotal:
        """Return what is asked for in cash; a refund is rounded as its payment would be."""
        value = fraction_of(exact)
        size = abs(value)
        if self.above is not None and size <= self.above:
            rounded = size
        else:
            rounded = whole(size, self.step, self.mode)
            if self.least is not None and size and rounded < self.least:
                rounded = self.least
        amount = money_of(rounded if value >= 0 else -rounded, exact.currency)
        return CashTotal.made(
            amount=amount,
            exact=exact,
            difference=amount - exact,
            step=money_of(self.step, exact.currency),
            mode=self.mode,
            duty=self.duty,
            facts=self.facts,
            assumptions=self.assumptions,
            warnings=self.warnings,
        )


def cash_total(
    total: Money | str | Mapping[str, object],
    market: str,
    *,
    on: date | str,
    at: PaymentAt = "door",
    rulebook: Rulebook | None = None,
) -> CashTotal:
    """Return what is asked for when the total of a bill, tax included, is paid in cash.

    Never round a line: the sum of rounded lines is another amount.

    >>> print(cash_total("14.94 CHF", "CH", on="2026-11-25", at="counter").amount)
    14.95 CHF
    >>> print(cash_total("99.75 DKK", "DK", on="2026-11-25").amount)
    100.00 DKK

    Args:
        total: the total of the bill.
        market: where it is paid.
        on: the day, a `date` or "2026-07-15".
        at: "door" (cash on delivery) or "counter".
        rulebook: facts; the built-in ones if not given.

    Raises:
        InvalidInput: if the total is in a currency other than that of the rule.
    """
    book = rulebook or Rulebook.builtin()
    money = Money.of(total)
    return rule_of(book, market_of(market, a_day(on)), a_day(on), money.currency, at).total(money)


def rule_of(book: Rulebook, market: Market, on: date, currency: str, at: PaymentAt) -> CashRule:
    """Return the rounding of cash in a market on a day."""
    if at not in PLACES:
        raise InvalidInput(
            f"cash is paid at a counter or at the door, not {shown(at)}", field="at", value=at, allowed=PLACES,
            hint=suggest(at, PLACES) if isinstance(at, str) else None,
        )  # fmt: skip
    rule: CashRule = book.compiled((FOLDER, "cash", market, on, currency, at), lambda: _rule(book, market, on, currency, at))
    return rule


def _rule(book: Rulebook, market: Market, on: date, currency: str, at: PaymentAt) -> CashRule:
    traits = {"payment_at": at}
    step = maybe(book, "cash.rounding", market.places, on, traits)
    if step is None and begun(book, "cash.rounding", market.places):
        return _unrounded(market, currency, on)
    if step is None or step.unit != currency:
        return _by_coins(market, currency, step)
    mode = maybe(book, "cash.rounding_mode", market.places, on, traits)
    duty = maybe(book, "cash.rounding_duty", market.places, on, traits)
    least = maybe(book, "cash.rounding_least", market.places, on, traits)
    above = maybe(book, "cash.rounding_from", market.places, on, traits)
    used = tuple(fact for fact in (step, mode, duty, least, above) if fact is not None)
    bound = "not known" if duty is None else str(duty.value)
    said = () if bound == _LAW else (f"rounding cash in {market.code} is no law ({bound}): the shop may ask for more",)
    assumed = () if mode is not None else (f"how cash is rounded in {market.code} is not known: {_DEFAULT_MODE} is taken",)
    return CashRule(
        step=share_of(step),
        mode=_DEFAULT_MODE if mode is None else _mode(mode),
        duty="voluntary" if duty is None else bound,
        least=share_of(least) if least else None,
        above=share_of(above) if above else None,
        facts=tuple(fact.used() for fact in used),
        assumptions=assumed,
        warnings=(*doubts_of(used, on, book), *said),
    )


def _mode(fact: Fact) -> RoundingMode:
    return str(fact.value)  # type: ignore[return-value]  # an unknown mode is refused where it is used


def _unrounded(market: Market, currency: str, on: date) -> CashRule:
    """Return what is asked for where a rounding is known, but not for the day or the way of paying: the exact total."""
    said = f"how cash in {currency} was rounded in {market.code} on {on} is not known: the smallest unit is asked for"
    return CashRule(smallest(currency), _DEFAULT_MODE, "none", None, None, (), (said,), ())


def _by_coins(market: Market, currency: str, other: Fact | None) -> CashRule:
    """Return the rounding that the CLDR tells of a currency's coins, where no fact of the market is known."""
    from babel.core import get_global

    fractions = get_global("currency_fractions")
    known = fractions.get(currency, fractions["DEFAULT"])
    cash_digits, cash_rounding = int(known[2]), int(known[3])
    unit = Fraction(1, 10**cash_digits)
    step = max(smallest(currency), unit * cash_rounding if cash_rounding else unit)
    warnings: tuple[str, ...] = ()
    if other is not None:
        warnings = (f"{other.id} speaks of {other.unit}, not of {currency}",)
    if step == smallest(currency) or minor_units(currency) == 0:
        said = f"no rounding of cash is known for {currency} in {market.code}: the smallest unit is asked for"
        return CashRule(step, _DEFAULT_MODE, "none", None, None, (), (said,), warnings)
    said = f"no fact of {market.code} is known: cash in {currency} is rounded as the CLDR says of its coins"
    return CashRule(step, _DEFAULT_MODE, "agreement", None, None, (), (said,), (*warnings, said))
