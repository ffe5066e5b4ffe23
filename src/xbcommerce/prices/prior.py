"""The prior price: what must, or may, be shown as "before" when a price reduction is announced.

Two families of law are known. Under the rule *lowest* the prior price is the lowest that the seller asked in a period before
the reduction began, the price in force when the period opens included. Under the rule *offered* it is a price that was really
offered, shown for a share of the time it was. What a law says of steps of one reduction, of goods that perish and of goods that
are new on sale differs by country: where no fact says, the plain rule answers and the answer warns.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown
from xbcommerce.exchange import convert
from xbcommerce.explain import Amount, Answer, Explanation, Step
from xbcommerce.goods import Model
from xbcommerce.money import Money
from xbcommerce.places import currency as currency_of
from xbcommerce.prices.figures import fraction_of, percent_of
from xbcommerce.prices.law import Market, doubts_of, fact_of, market_of, maybe, share_of
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Asked", "PriorPrice", "prior"]

_MOST = 20_000
_EXEMPT = "exempt"
_BEFORE = ("first", "last")
"""What may be shown of perishable goods instead: the price before the first reduction, or the one before this reduction."""
_ONE_DAY = timedelta(days=1)


class Asked(Model):
    """A price that the seller asked from a day on, until the next one.

    Attributes:
        since: first day.
        price: what was asked; None: the goods were not on sale.
        reduced: it was announced as a reduction.
    """

    since: Annotated[date, BeforeValidator(lambda value: a_day(value, "since"))]
    price: Annotated[Money | None, BeforeValidator(lambda value: None if value is None else Money.of(value))] = Field(...)
    reduced: bool = False

    @classmethod
    def of(cls, value: object) -> Asked:
        """Return one as it is, or made of a mapping or of (since, price) or (since, price, reduced)."""
        if isinstance(value, Asked):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        if isinstance(value, list | tuple) and 2 <= len(value) <= 3:
            return cls(**dict(zip(("since", "price", "reduced"), value, strict=False)))
        raise InvalidInput(
            f"cannot read {shown(value)} as a price that was asked", field="history", value=value,
            hint="write ('2026-10-01', '19.90 EUR')",
        )  # fmt: skip


class PriorPrice(Answer):
    """The prior price of a reduction.

    Attributes:
        market: where it is announced.
        on: first day of the reduction.
        amount: prior price; None: the law asks for none of these goods.
        rule: "lowest", "offered", "before" (the price before the reduction, of perishable goods), or "exempt" where the law
            makes an exception.
        since, until: the days that were looked at; under the rule "offered": the days on which the price was offered.
        shown_until: last day on which it may be shown, where that is limited.
        reduction: what an announced percentage may be at most, rounded down, if the new price was given and is a reduction.
        findings: what to mend before it is announced.
    """

    market: str
    on: date
    amount: Amount | None
    rule: str
    since: date | None = None
    until: date | None = None
    shown_until: date | None = None
    reduction: Decimal | None = None
    findings: tuple[str, ...] = ()

    _inside: _Found | None = PrivateAttr(default=None)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the history did not say and was assumed."""
        return self._inside.assumptions if self._inside else ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Uncertain facts, and national choices that are not known."""
        return self._inside.warnings if self._inside else ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """Why it is this price."""
        assert self._inside is not None  # noqa: S101 - an answer read back has its explanation
        return self._inside.explanation(self)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


@dataclass(frozen=True, slots=True)
class _Rules:
    """The law of prior prices in a market on a day."""

    market: Market
    on: date
    book: Rulebook
    rule: Fact

    def maybe(self, subject: str) -> Fact | None:
        return maybe(self.book, f"price.prior_{subject}", self.market.places, self.on)

    def known(self, subject: str) -> Fact:
        return fact_of(self.book, f"price.prior_{subject}", self.market.places, self.on)


@dataclass(slots=True)
class _Found:
    """A prior price as it was found, and why."""

    rules: _Rules
    facts: list[Fact]
    said: list[str]
    assumed: list[str]
    doubted: list[str]
    amount: Money | None = None
    rule: str = ""
    since: date | None = None
    until: date | None = None
    shown_until: date | None = None

    @property
    def assumptions(self) -> tuple[str, ...]:
        return tuple(self.assumed)

    @property
    def warnings(self) -> tuple[str, ...]:
        return (*doubts_of(tuple(self.facts), self.rules.on, self.rules.book), *self.doubted)

    def explanation(self, price: PriorPrice) -> Explanation:
        step = Step(
            bill="prior price", id="prior price", kind="value", amount=self.amount, text="; ".join(self.said),
            rule=f"price.prior_rule/{self.rules.market.code}", facts=tuple(fact.used() for fact in self.facts),
        )  # fmt: skip
        book = self.rules.book
        return Explanation(
            title=f"Prior price in {price.market} of a reduction that begins on {price.on}",
            steps=(step,),
            assumptions=self.assumptions,
            warnings=(*self.warnings, *price.findings),
            rulebook=f"rulebook {book.version}, sha256 {book.sha256[:12]}",
        )


def prior(
    history: Iterable[object],
    on: date | str,
    market: str,
    *,
    price: Money | str | None = None,
    perishable: bool = False,
    rulebook: Rulebook | None = None,
) -> PriorPrice:
    """Return the prior price that a reduction beginning on a day must, or may, be compared with.

    >>> history = [("2026-01-01", "1.69 EUR"), ("2026-10-20", "1.39 EUR"), ("2026-11-01", "1.69 EUR")]
    >>> found = prior(history, "2026-11-15", "DE", price="1.29 EUR")
    >>> print(found.amount, found.reduction)
    1.39 EUR 7.19
    >>> print(prior(history, "2026-12-01", "DE").amount)
    1.69 EUR

    Args:
        history: the prices that the seller asked in this market, each from a day on until the next: `Asked`, mappings,
            or (since, price) or (since, price, reduced). A currency that was replaced is converted at its fixed rate.
        on: first day of the reduction (of its present step), a `date` or "2026-07-15".
        market: where it is announced.
        price: the new price.
        perishable: the price is cut because the goods would soon spoil, and shoppers are told so.
        rulebook: facts; the built-in ones if not given.

    Raises:
        InvalidInput: if the history cannot be read, or has two prices for one day.
        UnknownFact: if no rule of prior prices is known for the market and the day, or no price was asked before.
    """
    book = rulebook or Rulebook.builtin()
    day = a_day(on)
    place = market_of(market, day)
    asked = _read(history)
    new = None if price is None else Money.of(price)
    rule = fact_of(book, "price.prior_rule", place.places, day)
    found = _Found(_Rules(place, day, book, rule), [rule], [], [], [])
    code = str(rule.value)
    if code not in _RULES:
        raise UnknownFact(
            f"no rule of prior prices holds in {place.code} on {day} ({rule.id}: {rule.note})", field="price.prior_rule",
            value=place.code, on=day,
        )  # fmt: skip
    currency = new.currency if new else currency_of(place.code, day)
    before = [(one, _in(one.price, currency, day)) for one in asked if one.since < day]
    _RULES[code](found, before, new, perishable)
    return _answer(found, new)


# ---------------------------------------------------------------------------------------------------------------- lowest

Row = tuple[Asked, Money | None]


def _lowest(found: _Found, before: list[Row], new: Money | None, perishable: bool) -> None:  # noqa: FBT001 - a fact of the goods
    rules = found.rules
    if perishable and _perishable(found, before):
        return
    days = (rules.maybe("perishable_days") if perishable else None) or rules.known("days")
    found.facts.append(days)
    begin = _begin_of_steps(found, before, new)
    start = begin - timedelta(days=int(share_of(days)))
    launched = _launched(before)
    if launched is not None and launched > start:
        begun = _of_new_goods(found, launched, begin)
        if begun is None:
            return
        start = begun
    _take_lowest(found, before, start, begin - _ONE_DAY)


def _take_lowest(found: _Found, before: list[Row], start: date, end: date) -> None:
    """Find the lowest price asked at any time between two days."""
    seen = [
        (money, max(one.since, start))
        for (one, money), until in zip(before, _ends(before, end), strict=True)
        if money is not None and one.since <= end and until >= start
    ]
    if not seen:
        raise UnknownFact(
            f"no price was asked from {start} to {end}: there is no prior price to compare with", field="history",
            on=found.rules.on, hint="a first price is no reduction",
        )  # fmt: skip
    amount, since = min(seen, key=lambda row: row[0].amount)
    found.amount, found.rule, found.since, found.until = amount, "lowest", start, end
    found.said.append(f"the lowest price asked from {start} to {end}, in force on {since}")


def _ends(before: list[Row], last: date) -> list[date]:
    return [*(later.since - _ONE_DAY for later, _ in before[1:]), last][: len(before)]


def _launched(before: list[Row]) -> date | None:
    return next((one.since for one, money in before if money is not None), None)


def _begin_of_steps(found: _Found, before: list[Row], new: Money | None) -> date:
    """Return the day on which the reduction began: of steps without a break, where the law looks at the first, the first."""
    first = _first_step(before, new)
    if first is None:
        return found.rules.on
    if all(one.since >= first or money is None for one, money in before):
        found.doubted.append(f"the price since {first} was announced as reduced, and no price was asked before it")
        return found.rules.on
    allowed = found.rules.maybe("progressive")
    if allowed is None:
        found.doubted.append(
            f"the reduction grows step by step since {first}; whether {found.rules.market.code} lets the prior price of the "
            "first step stand is not known: the plain rule answers"
        )
        return found.rules.on
    found.facts.append(allowed)
    if allowed.value is not True:
        return found.rules.on
    limit = found.rules.maybe("progressive_days") or found.rules.maybe("progressive_months")
    if limit is not None:
        found.facts.append(limit)
        if found.rules.on > _last_day(first, limit):
            found.said.append(f"the reduction grows without a break since {first}, longer than {limit.text}: the plain rule")
            return found.rules.on
    found.said.append(f"the reduction grows without a break since {first}")
    return first


def _last_day(first: date, limit: Fact) -> date:
    """Return the last day of a time that is given in days or months."""
    length = int(share_of(limit))
    return _after(first, length) if limit.unit == "months" else first + timedelta(days=length - 1)


def _first_step(before: list[Row], new: Money | None) -> date | None:
    """Return the first day of an announced reduction that grew without a break up to now, if there is one."""
    rows = list(before)
    if not rows or not rows[-1][0].reduced or rows[-1][1] is None or (new is not None and new >= rows[-1][1]):
        return None
    first = rows[-1]
    for earlier, later in reversed(list(pairwise(rows))):
        if not (earlier[0].reduced and earlier[1] is not None and later[1] is not None and earlier[1] > later[1]):
            break
        first = earlier
    return first[0].since


def _of_new_goods(found: _Found, launched: date, begin: date) -> date | None:
    """Return from when prices of goods are looked at that are on sale for less than the period; None: the law exempts them."""
    said = f"on sale since {launched}, less than the period before {begin}"
    choice = found.rules.maybe("new")
    if choice is None:
        found.doubted.append(
            f"{said}: what {found.rules.market.code} makes of that is not known; the whole time on sale is looked at"
        )
        return launched
    found.facts.append(choice)
    if choice.value == _EXEMPT:
        found.rule = _EXEMPT
        found.said.append(f"{said}: no prior price is asked for")
        return None
    found.said.append(f"{said}: state the period beside the price")
    days = found.rules.maybe("new_days")
    if days is None:
        return launched
    found.facts.append(days)
    return max(launched, begin - timedelta(days=int(share_of(days))))


def _perishable(found: _Found, before: list[Row]) -> bool:
    """Apply what the law says of goods that soon perish; tell whether that settles it."""
    choice = found.rules.maybe("perishable")
    if choice is None:
        found.doubted.append(
            f"what {found.rules.market.code} says of perishable goods is not known: they are treated as others"
        )
        return False
    found.facts.append(choice)
    if choice.value == _EXEMPT:
        found.rule = _EXEMPT
        found.said.append(f"no prior price is asked for of perishable goods ({choice.note or choice.law})")
        return True
    if choice.value not in _BEFORE:
        return False
    end = _first_step(before, None) if choice.value == _BEFORE[0] else None
    rows = [(one, money) for one, money in before if one.since < (end or found.rules.on) and money is not None]
    if not rows:
        return False
    one, found.amount = rows[-1]
    found.rule, found.since, found.until = "before", one.since, (end or found.rules.on) - _ONE_DAY
    found.said.append(f"of perishable goods the price before the {'first ' if end else ''}reduction, asked since {one.since}")
    return True


# --------------------------------------------------------------------------------------------------------------- offered


def _offered(found: _Found, before: list[Row], new: Money | None, perishable: bool) -> None:  # noqa: ARG001, FBT001 - one form for all rules
    """Find the price that may be shown: one offered long enough, for as long as prices only fall, else the last one."""
    runs = _runs(before, found.rules.on)
    if not runs or runs[-1][0] is None:
        raise UnknownFact("no price was offered immediately before", field="history", on=found.rules.on)
    days = found.rules.maybe("days")
    long = _long_offered(runs, int(share_of(days))) if days is not None else None
    if days is not None and long is not None:
        found.facts.append(days)
        money, since, until = long
        found.said.append(
            f"offered from {since} to {until}, {(until - since).days + 1} consecutive days; prices only fell since"
        )
        found.amount, found.rule, found.since, found.until = money, "offered", since, until
        return
    last_price, since, until = runs[-1]
    share, months = found.rules.known("share"), found.rules.known("months")
    found.facts += [share, months]
    offered = (until - since).days + 1
    half = Fraction(offered) * share_of(share)
    last = min(
        found.rules.on + timedelta(days=half.numerator // half.denominator - 1), _after(found.rules.on, int(share_of(months)))
    )
    found.amount, found.rule, found.since, found.until, found.shown_until = last_price, "offered", since, until, last
    found.said.append(f"offered from {since} to {until}, {offered} days: it may be shown until {last}")
    if last < found.rules.on:
        found.doubted.append("it was offered too briefly to be shown for a whole day")


def _runs(before: list[Row], on: date) -> list[tuple[Money | None, date, date]]:
    """Return the stretches of one price, each with its first and last day."""
    out: list[tuple[Money | None, date, date]] = []
    for (one, money), until in zip(before, _ends(before, on - _ONE_DAY), strict=True):
        if out and out[-1][0] == money:
            out[-1] = (money, out[-1][1], until)
        else:
            out.append((money, one.since, until))
    return out


def _long_offered(runs: Sequence[tuple[Money | None, date, date]], days: int) -> tuple[Money, date, date] | None:
    """Return the highest price offered for at least so many days in a row after which prices only fell."""
    found, later = None, None
    for money, since, until in reversed(runs):
        if money is None or (later is not None and money < later):
            break
        if (until - since).days + 1 >= days:
            found = money, since, until
        later = money
    return found


def _after(day: date, months: int) -> date:
    """Return the last day of a time of some months that begins on a day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = monthrange(year, month)[1]
    return day.replace(year=year, month=month, day=min(day.day, last)) - _ONE_DAY


_RULES: Mapping[str, Any] = {"lowest": _lowest, "offered": _offered}


# ---------------------------------------------------------------------------------------------------------------- inside


def _read(history: Iterable[object]) -> list[Asked]:
    if isinstance(history, str | Mapping) or not isinstance(history, Iterable):
        raise InvalidInput(f"a history is a list of prices, not {shown(history)}", field="history", value=history)
    rows = []
    for row in history:
        rows.append(Asked.of(row))
        if len(rows) > _MOST:
            raise InvalidInput(f"at most {_MOST} prices are accepted", field="history")
    rows.sort(key=lambda row: row.since)
    for one, other in pairwise(rows):
        if one.since == other.since and one.price != other.price:
            raise InvalidInput(
                f"there are two prices from {one.since} on: {one.price} and {other.price}", field="history", value=one.since,
                hint="of several prices on one day give the lowest",
            )  # fmt: skip
    return rows


def _in(money: Money | None, currency: str, on: date) -> Money | None:
    """Return a price in the currency of the new one; only a currency that was replaced may differ."""
    if money is None or money.currency == currency:
        return money
    conversion = convert(money, currency, on=on)
    if not conversion.rate.note:
        raise InvalidInput(
            f"the history has prices in {money.currency} and in {currency}", field="history", value=money,
            hint="give the prices that were shown in this market",
        )  # fmt: skip
    return conversion.amount


def _answer(found: _Found, new: Money | None) -> PriorPrice:
    reduction, findings = None, []
    if new is not None and found.amount is not None:
        if new >= found.amount:
            findings.append(f"{new} is no reduction: the prior price is {found.amount}")
        else:
            reduction = percent_of(1 - fraction_of(new) / fraction_of(found.amount), mode="down")
        percent = found.rules.maybe("percent")
        if percent is not None:
            found.facts.append(percent)
            found.said.append("a percentage is reckoned from it")
        elif found.rule == "lowest":
            found.doubted.append(
                "whether an announced percentage must be reckoned from the prior price was not settled on that day"
            )
    return PriorPrice.made(
        {"_inside": found},
        market=found.rules.market.code,
        on=found.rules.on,
        amount=found.amount,
        rule=found.rule,
        since=found.since,
        until=found.until,
        shown_until=found.shown_until,
        reduction=reduction,
        findings=tuple(findings),
    )
