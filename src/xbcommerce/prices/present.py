"""Presenting a price: in the shopper's currency, with or without tax as the law wants it, written as the market writes it.

The order is: charges that nobody can avoid, exchange, buffer, tax in or out, ending, step; then the price is written. It is
rounded once: the price that is shown is the price. Beside it stand a second currency, the unit price, the prior price and what
is asked for in cash, where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import PrivateAttr, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.exchange import FixedRates, Rate, RateSource, policy_rate
from xbcommerce.explain import Amount, Answer, Citation, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money, RoundingMode, minor_units
from xbcommerce.places import Address
from xbcommerce.places import currency as currency_of
from xbcommerce.prices.cash import CashTotal, PaymentAt, rule_of
from xbcommerce.prices.endings import HOW, How, PriceEnding, ending_of
from xbcommerce.prices.figures import (
    PRECISE,
    amount_text,
    content_of,
    factor_of,
    fraction_of,
    in_units,
    money_of,
    percent_of,
    share_of_percent,
    smallest,
    whole,
)
from xbcommerce.prices.formats import Format, format_of, isolated, locale_of, plain, quantity_text, tenders
from xbcommerce.prices.law import FOLDER, NO_TRAITS, Market, digits_of_account, doubts_of, market_of, maybe, share_of
from xbcommerce.prices.prior import PriorPrice, prior
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import BUILT_IN, Rulebook

__all__ = ["EndingUsed", "Finding", "Presented", "Shown", "TaxDisplay", "UnitPrice", "present"]

TaxDisplay: TypeAlias = Literal["included", "excluded", "none"]
_ASKED: tuple[TaxDisplay, ...] = ("included", "excluded")
_BUYERS = ("consumer", "business")
_POLICY = "ecb.daily"
_ONE = Fraction(1)


class Shown(Result):
    """An amount and how it is written."""

    amount: Amount
    text: str


class UnitPrice(Result):
    """The price per unit of measure.

    Attributes:
        quantity: what it is for, in the locale's words ("1 kg").
        text: both together.
        required: the law asks for it beside the price; None: not known.
    """

    amount: Amount
    quantity: str
    text: str
    required: bool | None


class EndingUsed(Result):
    """The price ending that was asked for, and what it did."""

    id: str
    evidence: str
    before: Amount
    moved: bool
    citation: Citation


class Finding(Result):
    """What to know or to mend."""

    id: str
    text: str


class Presented(Answer):
    """A price as the shopper sees it.

    Attributes:
        market: where it is shown.
        on: day.
        amount: the price.
        text: the price as the CLDR writes it in the locale, with its no-break spaces and marks of direction.
        locale: the locale.
        direction: "ltr" or "rtl": direction of the locale's script.
        tax: whether tax is included; "none": there is no such tax.
        net, tax_amount: parts of the price, if the tax rate was given.
        second: the price in the currency that must stand beside it.
        charges: charges that nobody can avoid and that are shown apart.
        unit: price per unit of measure.
        prior: prior price, if a history was given.
        cash: what is asked for in cash, if that was asked.
        ending: price ending, if one was asked for.
        findings: what to know or to mend.
    """

    market: str
    on: date
    amount: Amount
    text: str
    locale: str
    direction: str
    tax: TaxDisplay
    net: Amount | None = None
    tax_amount: Amount | None = None
    second: Shown | None = None
    charges: Shown | None = None
    unit: UnitPrice | None = None
    prior: PriorPrice | None = None
    prior_text: str | None = None
    cash: CashTotal | None = None
    cash_text: str | None = None
    ending: EndingUsed | None = None
    findings: tuple[Finding, ...] = ()

    _inside: _Work | None = PrivateAttr(default=None)

    @property
    def plain(self) -> str:
        """The text with ordinary blanks and without marks of direction, for feeds that cannot carry them."""
        return plain(self.text)

    @property
    def isolated(self) -> str:
        """The text in Unicode isolates, to stand within a sentence of the other direction."""
        return isolated(self.text, self.direction)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What was not said and was assumed."""
        return self._inside.assumptions() if self._inside else ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Uncertain, observed or stale facts."""
        return self._inside.warnings(self) if self._inside else ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """How the price came about."""
        assert self._inside is not None  # noqa: S101 - an answer read back has its explanation
        return self._inside.explanation(self)

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        """The facts that the price rests on."""
        return tuple({fact.id: fact for step in self.explanation.steps for fact in step.facts}.values())

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")

    def __str__(self) -> str:
        """Return the price as it is written."""
        return self.text


def present(
    amount: Money | str | Mapping[str, object],
    market: str | Address | Mapping[str, object],
    *,
    on: date | str,
    locale: str | None = None,
    currency: str | None = None,
    buyer: str = "consumer",
    includes_tax: bool | None = None,
    tax_rate: str | Decimal | int | None = None,
    tax_display: str | None = None,
    charges: Money | str | None = None,
    charges_apart: bool = False,
    content: str | None = None,
    history: Iterable[object] | None = None,
    perishable: bool = False,
    was: Money | str | None = None,
    ending: str | None = None,
    how: How = "nearest",
    at_most: str | Decimal | int = 5,
    rates: RateSource | Mapping[str, str] | None = None,
    buffer: str | Decimal | int = 0,
    step: Money | str | Decimal | None = None,
    rounding: RoundingMode = "half-up",
    trim: bool = False,
    cash: bool | PaymentAt = False,
    rulebook: Rulebook | None = None,
) -> Presented:
    """Return a price as shoppers of a market see it on a day.

    >>> present("1234.50 EUR", "DE", on="2026-11-25").plain
    '1.234,50 €'
    >>> shown = present("100 EUR", "SE", on="2026-11-25", rates={"EUR/SEK": "11.00"}, includes_tax=False, tax_rate="25")
    >>> shown.plain, shown.tax
    ('1 375,00 kr', 'included')

    Args:
        amount: the price; where `includes_tax` is silent it is taken to be as the law wants it shown.
        market: a country ("DE"), a part of one ("CA-QC"), a special territory ("XI"), or an address.
        on: the day, a `date` or "2026-07-15".
        locale: how to write it ("de_CH"); silent: the market's likely language, and the answer says so.
        currency: silent: that of the market on the day.
        buyer: "consumer", or "business", for whom the law of display is silent: tax is then left out unless asked for.
        includes_tax: whether `amount` includes the tax.
        tax_rate: the rate in percent, where tax must be put in or taken out, or the price be parted.
        tax_display: "included" or "excluded": a choice where the law leaves one, or knowledge where the rulebook has none.
        charges: charges that nobody can avoid (not taxes), in the amount's currency and on its side of the tax.
        charges_apart: show them apart, where the law allows it.
        content: content of the pack ("250 g", "6 x 330 ml"), for the unit price.
        history: prices asked before, for the prior price of a reduction that begins on the day: see `prior`.
        perishable: see `prior`.
        was: the higher price that shall be shown as "before"; it is checked against the prior price.
        ending: "practice" (the market's documented habit) or the name of an ending; silent: none.
        how: where an ending moves the price: "nearest", "up", "down".
        at_most: how far it may move it, in percent.
        rates: exchange rates; silent: the reference rates of the day.
        buffer: percent put on a converted price against changes of the rate.
        step: what the price must be a multiple of; silent: the smallest unit of the currency.
        rounding: how the price is rounded to the step.
        trim: write no decimals where they are all zero ("279 kr").
        cash: also tell what is asked for in cash ("door" or "counter"; True: at the door). `amount` is then a bill's total.
        rulebook: facts; the built-in ones if not given.

    Raises:
        InvalidInput: for what cannot be read, for a missing tax rate, and for combinations that deceive: a price without tax to
            consumers where the law wants it with tax, unavoidable charges apart where they belong in the price, a "before"
            above the prior price, a "reduction" that is none.
        UnknownFact: if the law of display, or the locale or currency, of the market is not known.
    """
    book = rulebook or Rulebook.builtin()
    terms = terms_of(book, market, on, locale, currency, buyer, tax_display)
    _checked(trim, charges_apart, how, at_most, buffer)
    work = _Work(terms, Money.of(amount))
    value = fraction_of(work.given)
    if charges is not None:
        value += _charges(work, charges, apart=charges_apart)
    if work.given.currency != terms.currency:
        value *= _exchanged(work, rates, buffer)
    value *= _taxed(work, includes_tax, tax_rate)
    work.digits = _digits(terms, work.given)
    smallest_step = _step(step, terms, work.digits)
    if ending is None:
        price = whole(value, smallest_step, rounding)
    else:
        price = _ended(work, value, smallest_step, rounding, ending, how, at_most)
    work.raw, work.step, work.mode = value, smallest_step, rounding
    money = money_of(price, terms.currency)
    digits = 0 if trim and price.denominator == 1 else work.digits
    fields: dict[str, Any] = {
        "market": terms.market.code,
        "on": terms.on,
        "amount": money,
        "text": terms.format.text(in_units(price, digits), digits),
        "locale": terms.locale,
        "direction": terms.format.direction,
        "tax": terms.tax,
        **_NOTHING,
    }
    if work.tax_share is not None:
        fields |= _parts(work, price, terms)
    if terms.second is not None:
        fields["second"] = terms.second.of(price)
    if work.apart is not None:
        fields["charges"] = _apart(work, work.apart)
    if content is not None:
        fields["unit"] = _unit_price(work, price, content)
    if history is not None or was is not None:
        fields |= _prior(work, money, history, was, perishable=perishable)
    if cash is not False:
        fields |= _in_cash(work, money, cash)
    if ending is not None:
        fields["ending"] = work.ending
    if terms.findings or work.findings:
        fields["findings"] = (*terms.findings, *work.findings)
    return Presented.made({"_inside": work}, **fields)


def _checked(trim: object, charges_apart: object, how: object, at_most: object, buffer: object) -> None:
    """Refuse options that cannot be read, even where the price does not need them."""
    usual = trim is False and charges_apart is False and (how, at_most, buffer) == _USUAL
    if usual and type(at_most) is int and type(buffer) is int:
        return
    for name, value in (("trim", trim), ("charges_apart", charges_apart)):
        if not isinstance(value, bool):
            raise InvalidInput(f"{name} is True or False, not {shown(value)}", field=name, value=value)
    _one_of(how, "how", HOW)
    share_of_percent(at_most, "at_most", below=100)
    share_of_percent(buffer, "buffer")


_USUAL = ("nearest", 5, 0)
_BESIDE = ("net", "tax_amount", "second", "charges", "unit", "prior", "prior_text", "cash", "cash_text", "ending")
_NOTHING: Mapping[str, Any] = {**dict.fromkeys(_BESIDE), "findings": ()}


# ------------------------------------------------------------------------------------------------- what holds in a market


@dataclass(frozen=True, slots=True)
class _Second:
    """A second currency that must stand beside the price."""

    currency: str
    factor: Fraction
    format: Format
    facts: tuple[Fact, ...]

    def of(self, price: Fraction) -> Shown:
        digits = minor_units(self.currency)
        value = whole(price * self.factor, smallest(self.currency), "half-up")
        return Shown.made(amount=money_of(value, self.currency), text=self.format.text(in_units(value, digits), digits))


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for prices in a market on a day: resolved once, used for every price."""

    book: Rulebook
    market: Market
    on: date
    buyer: str
    currency: str
    own_currency: bool
    locale: str
    format: Format
    tax: TaxDisplay
    second: _Second | None
    facts: tuple[Fact, ...]
    assumptions: tuple[str, ...]
    findings: tuple[Finding, ...]


def terms_of(
    book: Rulebook, market: object, on: object, locale: str | None, currency: str | None, buyer: str, tax_display: str | None
) -> Terms:
    """Return what holds for prices in a market on a day, remembered."""
    key = (FOLDER, "terms", market, on, locale, currency, buyer, tax_display)
    try:
        found: Terms = book.compiled(key, lambda: _resolved(book, market, on, locale, currency, buyer, tax_display))
    except TypeError:  # an address as a mapping, or what cannot be read
        return _resolved(book, market, on, locale, currency, buyer, tax_display)
    return found


def _resolved(
    book: Rulebook, market: object, on: object, locale: str | None, currency: str | None, buyer: str, tax_display: str | None
) -> Terms:
    day = a_day(on)
    place = market_of(market, day)
    buyer = _one_of(buyer, "buyer", _BUYERS)
    own = currency_of(place.code, day)
    shown_in = own if currency is None else _currency(currency)
    name, assumptions = _locale(book, place, day, locale)
    tax, facts, findings = _tax_display(book, place, day, buyer, tax_display)
    return Terms(
        book=book,
        market=place,
        on=day,
        buyer=buyer,
        currency=shown_in,
        own_currency=shown_in == own,
        locale=name,
        format=_format(name, place, shown_in, own, day),
        tax=tax,
        second=_second(book, place, day, name, shown_in) if shown_in == own and buyer == _BUYERS[0] else None,
        facts=facts,
        assumptions=assumptions,
        findings=(*findings, *_currency_findings(place, day, currency, shown_in, own)),
    )


def _locale(book: Rulebook, place: Market, on: date, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the locale that is wanted, that of the part of the country, or the country's likely one."""
    own = maybe(book, "price.locale", (place.code,), on) if wanted is None else None
    if own is None:
        return locale_of(place.country, wanted)
    return locale_of(place.country, str(own.value))[0], (f"the locale {own.value} is assumed for {place.code}",)


def _format(name: str, place: Market, currency: str, own: str, on: date) -> Format:
    """Return how the currency is written: by its short symbol only where market, locale and currency agree."""
    territory = name.rpartition("_")[2]
    at_home = territory == place.country or not (territory.isupper() and len(territory) == 2)
    return format_of(name, currency, at_home and (currency == own or currency in tenders(place.country, on)))


def _currency(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"currency must be an ISO 4217 code, not {shown(value)}", field="currency", value=value)
    minor_units(value)
    return value


def _currency_findings(place: Market, on: date, asked: str | None, used: str, own: str) -> Iterable[Finding]:
    several = tenders(place.country, on)
    if asked is None and len(several) > 1 and own in several:
        yield Finding(
            id="several_tenders",
            text=f"tender in {place.country} on {on} are {', '.join(sorted(several))}: {used} is taken, or give currency",
        )
    if used != own and used not in several:
        yield Finding(
            id="foreign_currency", text=f"shoppers in {place.code} pay in {own}: a price in {used} is a foreign one to them"
        )


def _one_of(value: object, name: str, accepted: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in accepted:
        return value
    raise InvalidInput(
        f"{name} {shown(value)} is none of {', '.join(accepted)}", field=name, value=value, allowed=accepted,
        hint=suggest(value, accepted),
    )  # fmt: skip


def _tax_display(
    book: Rulebook, place: Market, on: date, buyer: str, asked: str | None
) -> tuple[TaxDisplay, tuple[Fact, ...], tuple[Finding, ...]]:
    """Return whether prices are shown with tax: by the law, by the caller's choice where the law leaves one."""
    wanted: Any = None if asked is None else _one_of(asked, "tax_display", _ASKED)
    if buyer != _BUYERS[0]:
        return wanted or "excluded", (), ()
    exists = _rulebook_fact(book, "tax.exists", place, on)
    if exists is not None and exists.value == "no":
        return "none", (exists,), ()
    own = maybe(book, "price.tax_included", place.places, on)
    law = own if own is not None and own.layer != BUILT_IN else _rulebook_fact(book, "tax.price_display", place, on) or own
    if law is None:
        if wanted is None:
            raise UnknownFact(
                f"whether prices in {place.code} are shown with tax is not known on {on}", field="tax.price_display",
                value=place.code, on=on, hint="say tax_display='included' or 'excluded'",
            )  # fmt: skip
        return (
            wanted,
            (),
            (Finding(id="display_by_caller", text=f"the law of display of {place.code} is not known: as you say"),),
        )
    ruled: TaxDisplay = "included" if law.value is True else "excluded"
    if wanted is None or wanted == ruled:
        return ruled, (law,), ()
    if ruled == "included":
        raise InvalidInput(
            f"consumers in {place.code} must be shown prices with tax ({law.id})", field="tax_display", value=asked,
            hint="leave tax_display out, or say buyer='business'",
        )  # fmt: skip
    said = Finding(
        id="tax_included_by_choice", text=f"prices in {place.code} are usually shown without tax: say that it is included"
    )
    return wanted, (law,), (said,)


def _rulebook_fact(book: Rulebook, subject: str, place: Market, on: date) -> Fact | None:
    try:
        return book.find(subject, place.places, on, NO_TRAITS)[0]
    except UnknownFact:
        return None


def _second(book: Rulebook, place: Market, on: date, locale: str, currency: str) -> _Second | None:
    other = maybe(book, "price.second_currency", place.places, on)
    if other is None:
        return None
    rate = maybe(book, "price.second_rate", place.places, on)
    if rate is None:
        raise UnknownFact(f"the rate of the dual display in {place.code} is not known", field="price.second_rate", on=on)
    code = str(other.value)
    factor = 1 / share_of(rate) if rate.unit == currency else share_of(rate)
    return _Second(code, factor, format_of(locale, code, own=True), (other, rate))


# ------------------------------------------------------------------------------------------------------------- one price


@dataclass(slots=True)
class _Work:
    """One price in the making: what was given, what was done, what was found."""

    terms: Terms
    given: Money
    charged: Money | None = None
    apart: Money | None = None
    rate: Rate | None = None
    buffer: Fraction = Fraction(0)
    includes_tax: bool | None = None
    tax_share: Fraction | None = None
    raw: Fraction = Fraction(0)
    digits: int = 2
    step: Fraction = Fraction(0)
    mode: str = ""
    before: Fraction = Fraction(0)
    ending: EndingUsed | None = None
    facts: list[Fact] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def assumptions(self) -> tuple[str, ...]:
        terms = self.terms
        said = list(terms.assumptions)
        if self.includes_tax is None and terms.tax != "none":
            side = "with" if terms.tax == "included" else "without"
            said.append(f"{self.given} is taken to be the price {side} tax, as it is shown")
        return tuple(said)

    def warnings(self, shown: Presented) -> tuple[str, ...]:
        terms = self.terms
        second = terms.second.facts if terms.second else ()
        told = list(doubts_of((*terms.facts, *second, *self.facts), terms.on, terms.book))
        if self.rate is not None and self.rate.note:
            told.append(self.rate.note)
        if shown.cash is not None:
            told += shown.cash.warnings
        return tuple(dict.fromkeys(told))

    def explanation(self, shown: Presented) -> Explanation:
        terms, book = self.terms, self.terms.book
        return Explanation(
            title=f"Price for a {terms.buyer} in {terms.market.code} on {terms.on}",
            steps=tuple(_steps(self, shown)),
            conversions=() if self.rate is None else (self.rate.describe(),),
            assumptions=shown.assumptions,
            warnings=(*shown.warnings, *(finding.text for finding in shown.findings)),
            rulebook=f"rulebook {book.version}, sha256 {book.sha256[:12]}",
        )


def _charges(work: _Work, charges: Money | str, *, apart: bool) -> Fraction:
    """Return what is put on the price for charges that nobody can avoid."""
    terms, money = work.terms, Money.of(charges)
    if money.currency != work.given.currency or money.amount < 0:
        raise InvalidInput(
            f"charges must be in {work.given.currency} and not negative, not {money}", field="charges", value=charges
        )
    law = maybe(terms.book, "price.charges_included", terms.market.places, terms.on) if terms.buyer == _BUYERS[0] else None
    if law is not None:
        work.facts.append(law)
    if not apart:
        work.charged = money
        return fraction_of(money)
    if law is not None and law.value is True:
        raise InvalidInput(
            f"charges that nobody can avoid belong in the price in {terms.market.code} ({law.id})", field="charges_apart",
            value=True, hint="leave charges_apart out",
        )  # fmt: skip
    if law is None and terms.buyer == _BUYERS[0]:
        work.findings.append(
            Finding(id="charges_law_unknown", text=f"whether charges may stand apart in {terms.market.code} is not known")
        )
    work.apart = money
    return Fraction(0)


def _exchanged(work: _Work, rates: RateSource | Mapping[str, str] | None, buffer: object) -> Fraction:
    """Return the factor of exchange, with the buffer."""
    terms = work.terms
    source = None if rates is None else FixedRates.of(rates)
    work.rate = policy_rate(_POLICY, work.given.currency, terms.currency, terms.on, source)
    work.buffer = share_of_percent(buffer, "buffer", below=100)
    return Fraction(work.rate.numerator, work.rate.denominator) * (1 + work.buffer)


def _taxed(work: _Work, includes_tax: bool | None, tax_rate: object) -> Fraction:  # noqa: FBT001 - as the caller said it
    """Return the factor that puts tax in or takes it out."""
    tax = work.terms.tax
    share = None if tax_rate is None else share_of_percent(tax_rate, "tax_rate", below=400)
    work.includes_tax, work.tax_share = includes_tax, share
    if includes_tax is None or tax == "none" or includes_tax == (tax == "included"):
        return _ONE
    if not isinstance(includes_tax, bool):
        raise InvalidInput(
            f"includes_tax is true or false, not {shown(includes_tax)}", field="includes_tax", value=includes_tax
        )
    if share is None:
        side = "with" if tax == "included" else "without"
        raise InvalidInput(
            f"prices in {work.terms.market.code} are shown {side} tax: give the rate to reckon it", field="tax_rate",
            hint="tax.rate(market, on=...).percent tells it",
        )  # fmt: skip
    return 1 + share if tax == "included" else 1 / (1 + share)


def _digits(terms: Terms, given: Money) -> int:
    """Return with how many decimals the price is written: those of the currency, or of its account if it was given so."""
    digits = minor_units(terms.currency)
    account = digits_of_account(terms.book).get(terms.currency, digits)
    if account > digits and given.currency == terms.currency and given.amount != given.amount.to_integral_value():
        return account
    return digits


def _step(step: object, terms: Terms, digits: int) -> Fraction:
    least = Fraction(1, 10**digits)
    if step is None:
        return least
    if isinstance(step, Money):
        if step.currency != terms.currency:
            raise InvalidInput(f"the step is in {step.currency}, the price in {terms.currency}", field="step", value=step)
        step = step.amount
    wanted = factor_of(step, "step")
    if (wanted / least).denominator != 1:
        raise InvalidInput(f"the step {shown(step)} is finer than {terms.currency} is written", field="step", value=step)
    return wanted


def _ended(
    work: _Work, value: Fraction, step: Fraction, rounding: RoundingMode, ending: str, how: How, at_most: object
) -> Fraction:
    """Return the price moved to the market's ending, or rounded where none is near enough."""
    terms = work.terms
    chosen = ending_of(ending, terms.market.country, terms.book)
    limit = share_of_percent(at_most, "at_most", below=100)
    price, moved = snapped(chosen, value, step, rounding, _one_of(how, "how", HOW), limit)  # type: ignore[arg-type]  # checked
    work.before = whole(value, step, rounding)
    work.ending = EndingUsed.made(
        id=chosen.id,
        evidence=chosen.evidence,
        before=money_of(work.before, terms.currency),
        moved=moved,
        citation=chosen.citation,
    )
    said = f"the ending {chosen.id} is {chosen.evidence.replace('_', ' ')} (confidence {chosen.confidence}), no law"
    if not moved:
        said += f"; none lies within {percent_of(limit)} %: the price stays"
    work.findings.append(Finding.made(id="ending_evidence", text=said))
    return price


def snapped(
    ending: PriceEnding, value: Fraction, step: Fraction, rounding: RoundingMode, how: How, at_most: Fraction
) -> tuple[Fraction, bool]:
    """Return a price moved to an ending that is a multiple of the step, and whether one was found."""
    rounded = whole(value, step, rounding)
    found = ending.moved(rounded if how == "nearest" else value, how, at_most)
    if found is None or (found / step).denominator != 1:
        return rounded, False
    return found, True


def _parts(work: _Work, price: Fraction, terms: Terms) -> dict[str, Any]:
    """Return net and tax of the price that is shown: the tax is rounded, the rest is net."""
    share = work.tax_share
    assert share is not None  # noqa: S101 - asked only then
    unit = Fraction(1, 10**work.digits)
    if terms.tax == "included":
        tax = whole(price * share / (1 + share), unit, "half-up")
        net = price - tax
    else:
        tax, net = whole(price * share, unit, "half-up"), price
    return {"net": money_of(net, terms.currency), "tax_amount": money_of(tax, terms.currency)}


def _apart(work: _Work, money: Money) -> Shown:
    terms = work.terms
    factor = _ONE
    if work.rate is not None:
        factor = Fraction(work.rate.numerator, work.rate.denominator) * (1 + work.buffer)
    if work.includes_tax is not None and work.tax_share is not None and work.includes_tax != (terms.tax == "included"):
        factor *= 1 + work.tax_share if terms.tax == "included" else 1 / (1 + work.tax_share)
    value = whole(fraction_of(money) * factor, Fraction(1, 10**work.digits), "half-up")
    return Shown.made(amount=money_of(value, terms.currency), text=terms.format.text(in_units(value, work.digits), work.digits))


# ------------------------------------------------------------------------------------------- what stands beside the price


class _UnitRule(NamedTuple):
    quantity: Fraction
    required: bool | None
    facts: tuple[Fact, ...]
    not_below: Fraction | None


def _unit_price(work: _Work, price: Fraction, content: str) -> UnitPrice | None:
    """Return the price per unit of measure; none where it would only repeat the price."""
    terms = work.terms
    quantity, measure = content_of(content)
    rule: _UnitRule = terms.book.compiled(
        (FOLDER, "unit", terms.market, terms.on, terms.buyer, measure), lambda: _unit_rule(terms, measure)
    )
    work.facts += rule.facts
    if rule.required is None:
        work.findings.append(
            Finding(id="unit_price_law_unknown", text=f"whether {terms.market.code} asks for a unit price is not known")
        )
    if quantity == rule.quantity:
        return None
    required = False if rule.not_below is not None and quantity < rule.not_below else rule.required
    digits = work.digits
    value = whole(price / quantity * rule.quantity, Fraction(1, 10**digits), "half-up")
    text = terms.format.text(in_units(value, digits), digits)
    words = quantity_text(terms.locale, measure, rule.quantity)
    return UnitPrice.made(amount=money_of(value, terms.currency), quantity=words, text=f"{words} = {text}", required=required)


def _unit_rule(terms: Terms, measure: str) -> _UnitRule:
    places, on, traits = terms.market.places, terms.on, {"measure": measure}
    law = maybe(terms.book, "price.unit_price", places, on, traits) if terms.buyer == _BUYERS[0] else None
    quantity = maybe(terms.book, "price.unit_quantity", places, on, traits)
    not_below = maybe(terms.book, "price.unit_not_below", places, on, traits)
    used = tuple(fact for fact in (law, quantity, not_below) if fact is not None)
    required = (law.value is True) if law is not None else (None if terms.buyer == _BUYERS[0] else False)
    return _UnitRule(share_of(quantity) if quantity else _ONE, required, used, share_of(not_below) if not_below else None)


def _prior(
    work: _Work, price: Money, history: Iterable[object] | None, was: Money | str | None, *, perishable: bool
) -> dict[str, Any]:
    """Return the prior price; refuse what would deceive: a "before" above it, a reduction that is none."""
    before = None if was is None else Money.of(was)
    if before is not None and before <= price:
        raise InvalidInput(f"{price} is no reduction from {before}", field="was", value=was, hint="show the price alone")
    consumer = work.terms.buyer == _BUYERS[0]
    found = _prior_price(work, price, history, perishable=perishable) if history is not None and consumer else None
    if history is None and consumer:
        work.findings.append(
            Finding(id="before_unchecked", text=f"{before} as the price before is not checked: give the history")
        )
    if found is None:
        return {}
    if before is not None and found.amount is not None and before > found.amount:
        raise InvalidInput(
            f"{before} must not be shown as the price before: the prior price in {work.terms.market.code} is {found.amount}",
            field="was", value=was, hint=f"show {found.amount}",
        )  # fmt: skip
    if found.amount is not None and price >= found.amount:
        work.findings.append(Finding(id="no_reduction", text=found.findings[0]))
    text = None if found.amount is None else _written(work.terms, found.amount)
    return {"prior": found, "prior_text": text}


def _prior_price(work: _Work, price: Money, history: Iterable[object], *, perishable: bool) -> PriorPrice | None:
    terms = work.terms
    try:
        return prior(history, terms.on, terms.market.code, price=price, perishable=perishable, rulebook=terms.book)
    except UnknownFact as error:
        if error.field != "price.prior_rule":
            raise
        work.findings.append(Finding(id="no_prior_rule", text=f"no rule of prior prices is known to hold: {error}"))
        return None


def _in_cash(work: _Work, price: Money, cash: bool | PaymentAt) -> dict[str, Any]:  # noqa: FBT001 - as the caller said it
    terms = work.terms
    at: Any = "door" if cash is True else cash
    if terms.tax == "excluded":
        raise InvalidInput(
            "cash is rounded on the total with tax, and this price is shown without", field="cash", value=cash,
            hint="round the bill's total with cash_total",
        )  # fmt: skip
    found = rule_of(terms.book, terms.market, terms.on, terms.currency, at).total(price)
    return {"cash": found, "cash_text": _written(terms, found.amount)}


def _written(terms: Terms, money: Money) -> str:
    digits = minor_units(money.currency)
    form = terms.format if money.currency == terms.currency else format_of(terms.locale, money.currency, own=False)
    decimals = max(digits, -int(money.amount.normalize(PRECISE).as_tuple().exponent))
    return form.text(in_units(fraction_of(money), decimals), decimals)


# ------------------------------------------------------------------------------------------------------------ explanation


def _steps(work: _Work, shown: Presented) -> Iterable[Step]:
    terms = work.terms

    def step(name: str, amount: Money | None, text: str, facts: Iterable[Fact] = ()) -> Step:
        return Step(
            bill="price", id=name, kind="value", amount=amount, text=text, rule=f"prices.{name.replace(' ', '_')}",
            facts=tuple(fact.used() for fact in facts),
        )  # fmt: skip

    yield step("given", work.given, "the price as given")
    if work.charged is not None:
        yield step("charges", work.charged, "charges that nobody can avoid are put in", _named(work, "price.charges_included"))
    if work.rate is not None:
        put = f", {percent_of(work.buffer)} % put on against changes of the rate" if work.buffer else ""
        yield step("exchange", None, f"{work.rate.describe()}{put}")
    yield step("tax", shown.tax_amount, _tax_sentence(work), terms.facts)
    yield step("exact", None, f"{amount_text(work.raw, terms.currency)} before rounding")
    if work.ending is not None:
        moved = f"moved from {work.ending.before}" if work.ending.moved else "not moved"
        yield step("ending", shown.amount, f"{work.ending.id} ({work.ending.evidence}, {work.ending.citation}): {moved}")
    else:
        yield step("rounding", shown.amount, f"rounded {work.mode} to {money_of(work.step, terms.currency)}")
    yield step("written", None, f"{shown.plain} in {terms.locale}")
    if shown.second is not None and terms.second is not None:
        yield step("second", shown.second.amount, "beside it, at the fixed rate, rounded half-up", terms.second.facts)
    if shown.unit is not None:
        yield step("unit", shown.unit.amount, f"for {shown.unit.quantity}, rounded half-up", _named(work, "price.unit"))
    if shown.prior is not None:
        yield from shown.prior.explanation.steps
    if shown.cash is not None:
        yield Step(
            bill="price", id="cash", kind="value", amount=shown.cash.amount,
            text=f"in cash, rounded {shown.cash.mode} to {shown.cash.step} ({shown.cash.duty})", rule="cash.rounding",
            facts=shown.cash.facts,
        )  # fmt: skip


def _tax_sentence(work: _Work) -> str:
    tax = work.terms.tax
    if tax == "none":
        return "there is no such tax"
    if work.tax_share is None:
        return f"tax {tax}"
    percent = percent_of(work.tax_share)
    if work.includes_tax is None or work.includes_tax == (tax == "included"):
        return f"tax {tax}, {percent} %"
    return f"tax of {percent} % put in" if tax == "included" else f"tax of {percent} % taken out"


def _named(work: _Work, subject: str) -> Iterable[Fact]:
    return [fact for fact in work.facts if fact.subject.startswith(subject)]
