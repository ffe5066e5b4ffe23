"""What reaches the merchant: fees, conversion and reserve; provider minor units; cash on delivery.

Fees come from the merchant's contract, or from facts; a fee that neither tells is unknown, never 0. A rolling reserve is cash
held back, not a cost: it stands in a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.explain import Amount, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money, divide, minor_units
from xbcommerce.payments.checkout import Checkout, Contract, Merchant, percentage, word
from xbcommerce.payments.exactly import exactly
from xbcommerce.payments.methods import TRUE, Book, Keys, Method, Row, book, upmost
from xbcommerce.rules import Rulebook

__all__ = [
    "CashOnDelivery",
    "Charge",
    "FeeParts",
    "Settlement",
    "Settlements",
    "cash_on_delivery",
    "from_provider",
    "settle",
    "settlements",
    "to_provider",
]

POINT = 1_000_000
_ALWAYS = ("", "international", "conversion")


# -------------------------------------------------------------------------------------------------------------------- fees


class FeeParts(NamedTuple):
    """A fee in millionths of a point of the amount, and fixed parts in points times the amount (of the same currency)."""

    percent_low: int
    percent_high: int
    fixed_low: int
    fixed_high: int
    text: str
    known: bool
    rows: tuple[Row, ...] = ()


def _micro(number: Decimal) -> int:
    top, bottom = number.as_integer_ratio()
    return top * POINT // bottom


@exactly
def fee_parts(method: Method, keys: Keys, contract: Contract | None, data: Book) -> FeeParts:
    """Return what a payment costs as far as the amount does not matter: agreed, known, or from 0 to the dearest known."""
    agreed = None if contract is None else contract.fee(method.id, method.kind)
    if agreed is not None and (agreed.fixed is None or agreed.fixed.currency == keys.currency):
        percent = agreed.percent + _surcharges(contract, method, keys)
        fixed = 0 if agreed.fixed is None else _micro(agreed.fixed.amount) * 100
        share = _micro(percent)
        return FeeParts(share, share, fixed, fixed, "agreed in the contract", known=True)
    rows = known_fees(method, keys)
    if rows:
        percent = sum((row.says.get("percent", Decimal(0)) for row in rows), Decimal(0))
        money = [row.says["fixed"] for row in rows if "fixed" in row.says]
        fixed = sum(_micro(one.amount) for one in money) * 100
        share = _micro(percent)
        return FeeParts(share, share, fixed, fixed, "the provider's list price", known=True, rows=rows)
    dearest, kind_rows = _dearest(method, data)
    return FeeParts(0, _micro(dearest), 0, 0, f"unknown: 0 to {dearest} %; tell your fee", known=False, rows=kind_rows)


def _surcharges(contract: Contract | None, method: Method, keys: Keys) -> Decimal:
    if contract is None:
        return Decimal(0)
    abroad = method.kind == "card" and keys.merchant != keys.shopper
    more = contract.international if abroad and contract.international is not None else Decimal(0)
    converted = contract.settlement_currency not in (None, keys.currency)
    return more + (contract.conversion if converted and contract.conversion is not None else Decimal(0))


def known_fees(method: Method, keys: Keys) -> tuple[Row, ...]:
    """Return the list prices that apply to a payment, domestic or international; none if their currency is another."""
    fitting = [row for row in method.rows("fee") if row.fits(keys) == TRUE and row.holds(keys.on) == TRUE]
    base = upmost(row for row in fitting if row.says.get("when", "") == "" and _same(row, keys.currency))
    if not base:
        return ()
    abroad = method.kind == "card" and keys.merchant is not None and keys.merchant != keys.shopper
    more = [
        row
        for row in fitting
        if abroad and row.says.get("when") == "international" and row.keys.get("provider") == base[0].keys.get("provider")
    ]
    return (base[0], *more[:1])


def _same(row: Row, currency: str) -> bool:
    return "fixed" not in row.says or row.says["fixed"].currency == currency


def _dearest(method: Method, data: Book) -> tuple[Decimal, tuple[Row, ...]]:
    """Return the dearest percentage known of the kind, with what is added abroad, or the declared one."""
    found = [
        row
        for other in data.methods.values()
        if other.kind == method.kind
        for row in other.rows("fee")
        if "percent" in row.says
    ]
    by_when = {when: [row.says["percent"] for row in found if row.says.get("when", "") == when] for when in _ALWAYS}
    declared = data.range("cost")[1]
    if not by_when[""]:
        return declared, ()
    return max(declared, sum((max(values, default=Decimal(0)) for values in by_when.values()), Decimal(0))), ()


# -------------------------------------------------------------------------------------------------------------- settlement


class Charge(Result):
    """One thing that is kept back or held: its name, the amount and why."""

    id: str
    amount: Amount
    text: str
    facts: tuple[FactUsed, ...] = ()


class Settlement(Result):
    """What reaches the merchant of one order paid by one method.

    Attributes:
        gross: what the shopper paid; fees: what is kept; net: what is the merchant's.
        charges: the fees one by one.
        reserve: what is held back for `reserve_days`; paid_out: what arrives first (net less reserve).
        warnings, assumptions: what is not known and what was assumed.
    """

    method: str
    provider: str
    gross: Amount
    fees: Amount
    net: Amount
    charges: tuple[Charge, ...]
    reserve: Amount
    reserve_days: int | None
    paid_out: Amount
    settlement_currency: str
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def explanation(self) -> Explanation:
        """Why: every charge with its source."""
        steps = [
            Step(bill="", id=one.id, kind="charge", amount=one.amount, text=one.text, rule="payment.fee", facts=one.facts)
            for one in self.charges
        ]
        steps.append(
            Step(bill="", id="net", kind="value", amount=self.net, text=f"{self.gross} less {self.fees}", rule="payment.net")
        )
        steps.append(
            Step(
                bill="",
                id="paid_out",
                kind="value",
                amount=self.paid_out,
                text=f"after a reserve of {self.reserve}",
                rule="payment.reserve",
            )
        )
        return Explanation(
            title=f"Settlement of {self.gross} by {self.method} at {self.provider}",
            steps=tuple(steps),
            assumptions=self.assumptions,
            warnings=self.warnings,
        )

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


@exactly
def settle(
    checkout: Checkout | Mapping[str, Any] | str,
    merchant: Merchant | Mapping[str, Any] | str,
    *,
    method: str,
    on: date | str,
    provider: str | None = None,
    rulebook: Rulebook | None = None,
) -> Settlement:
    """Tell what of an order reaches the merchant: fees of its contract, or list prices, conversion and reserve.

    Args:
        checkout: who pays what.
        merchant: who sells, with its contracts.
        method: the method that is used.
        on: the day.
        provider: at which provider, if the merchant has several.
        rulebook: the facts to use.

    >>> seller = {"country": "DE", "contracts": [{"provider": "stripe", "settlement_currency": "USD"}]}
    >>> paid = settle("US 100 EUR", seller, method="card_visa", on="2026-11-22")
    >>> paid.net, [str(charge.amount) for charge in paid.charges]
    (Money('94.50 EUR'), ['1.50 EUR', '0.25 EUR', '1.75 EUR', '2.00 EUR'])

    Raises:
        UnknownFact: if neither a contract nor a fact tells the fee, or the method is not known.
        InvalidInput: if no provider is named and the merchant has none or several.
    """
    asked, seller, book_ = Checkout.of(checkout), Merchant.of(merchant), rulebook or Rulebook.builtin()
    data, day = book(book_), a_day(on)
    found = data.method(method)
    contract = _the_contract(asked, seller, provider)
    return _settled(found, asked, contract, contract.country or asked.merchant_country or seller.country, day)


def contract_of(seller: Merchant, provider: str | None, seat: str | None) -> Contract | None:
    """Return the merchant's contract with a provider: that of the entity, or one that names none."""
    fitting = [one for one in seller.contracts if one.provider == provider]
    own = [one for one in fitting if one.country == seat] or [one for one in fitting if one.country is None] or fitting
    return own[0] if own else None


def _settled(found: Method, asked: Checkout, contract: Contract, seat: str, day: date) -> Settlement:
    keys = Keys(day, asked.shopper, asked.amount.currency, contract.provider, seat, asked.vertical, asked.buyer)
    charges, warnings = _charges(found, asked.amount, keys, contract, day)
    fees = sum((one.amount for one in charges), Money(0, asked.amount.currency))
    net = asked.amount - fees
    reserve = _part(asked.amount, contract.reserve or Decimal(0))
    if net.amount < 0:
        warnings.append("the fees exceed the amount")
    return Settlement.made(
        method=found.id,
        provider=contract.provider,
        gross=asked.amount,
        fees=fees,
        net=net,
        charges=tuple(charges),
        reserve=reserve,
        reserve_days=contract.reserve_days,
        paid_out=net - reserve,
        settlement_currency=contract.settlement_currency or asked.amount.currency,
        warnings=tuple(warnings),
        assumptions=() if contract.settlement_currency else ("it is paid out in the currency of the order",),
    )


class Settlements(Result):
    """What reaches the merchant of one order by each method that can be shown.

    Attributes:
        known: by method, the most to the merchant first.
        unknown: methods of which no fee is known: never a net of the whole amount.
    """

    known: tuple[Settlement, ...]
    unknown: tuple[str, ...]


@exactly
def settlements(
    checkout: Checkout | Mapping[str, Any] | str,
    merchant: Merchant | Mapping[str, Any] | str,
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
) -> Settlements:
    """Tell what of an order reaches the merchant by each method that can be shown, each by the contract that leaves most.

    >>> contract = {"provider": "mollie", "fees": {"ideal": "0.35 EUR", "card": "1.8 % + 0.25 EUR"}}
    >>> seller = {"country": "NL", "contracts": [contract]}
    >>> found = settlements("NL 50 EUR", seller, on="2026-11-22")
    >>> [(one.method, str(one.net)) for one in found.known][:2]
    [('ideal', '49.65 EUR'), ('card_amex', '48.85 EUR')]
    >>> "trustly" in found.unknown
    True

    Raises:
        InvalidInput: if an input cannot be understood.
    """
    from xbcommerce.payments.eligibility import eligible

    asked, seller = Checkout.of(checkout), Merchant.of(merchant)
    found, unknown = [], []
    for outcome in eligible(asked, seller, on=on, rulebook=rulebook)._inside.state.outcomes:  # noqa: SLF001 - of the same engine
        if outcome.verdict != TRUE:
            continue
        known = []
        for route in (outcome, *outcome.also):
            contract = contract_of(seller, route.offer.provider, route.offer.merchant)
            if contract is None and route.offer.provider is not None:
                contract = Contract(provider=route.offer.provider)
            try:
                if contract is not None:
                    known.append(_settled(outcome.method, asked, contract, route.offer.merchant or seller.country, a_day(on)))
            except (UnknownFact, InvalidInput):  # no fee, or a fee in another currency
                continue
        if known:
            found.append(max(known, key=lambda one: one.net.amount))
        else:
            unknown.append(outcome.method.id)
    ranked = sorted(found, key=lambda one: (-one.net.amount, one.method))
    return Settlements.made(known=tuple(ranked), unknown=tuple(unknown))


def _the_contract(asked: Checkout, seller: Merchant, provider: str | None) -> Contract:
    name = asked.provider if provider is None else word(provider)
    known = [one.provider for one in seller.contracts]
    fitting = [one for one in seller.contracts if name in (None, one.provider)]
    if fitting and (name is not None or len(fitting) == 1):
        return contract_of(seller, fitting[0].provider, asked.merchant_country or seller.country) or fitting[0]
    if name is not None:
        return Contract(provider=name)
    raise InvalidInput(
        "the provider must be named: its fees are asked for",
        field="provider",
        value=provider,
        allowed=known,
        hint="pass provider='...'",
    )


def _part(amount: Money, percent: Decimal) -> Money:
    top, bottom = amount.ratio_minor()
    share, whole = percent.as_integer_ratio()
    return Money.from_minor(divide(top * share, bottom * whole * 100, "half-up"), amount.currency)


def _charges(method: Method, amount: Money, keys: Keys, contract: Contract, on: date) -> tuple[list[Charge], list[str]]:
    agreed = contract.fee(method.id, method.kind)
    abroad = method.kind == "card" and keys.merchant != keys.shopper
    converted = contract.settlement_currency not in (None, amount.currency)
    warnings: list[str] = []
    if agreed is not None:
        charges = _agreed(agreed.percent, agreed.fixed, amount)
        if abroad and contract.international is not None:
            charges.append(
                Charge.made(
                    id="international",
                    amount=_part(amount, contract.international),
                    text=f"{contract.international} % for cards of another country, as agreed",
                    facts=(),
                )
            )
        if converted and contract.conversion is None:
            warnings.append("the mark-up of conversion is not told: it is not in the net")
    else:
        rows = known_fees(method, keys)
        if not rows:
            raise UnknownFact(
                f"the fee of {method.id} at {contract.provider} in {amount.currency} is not known",
                field="fees",
                value=method.id,
                on=on,
                hint="give it in the contract: fees={'" + method.id + "': '1.5 % + 0.25 EUR'}",
            )
        charges = [charge for row in rows for charge in _listed(row, amount)]
        warnings += [f"{row.id} is of {row.confidence} confidence" for row in rows if row.confidence != "high"]
    if converted:
        charges += _conversion(method, amount, keys, contract)
    return charges, warnings


def _agreed(percent: Decimal, fixed: Money | None, amount: Money) -> list[Charge]:
    charges = (
        [Charge.made(id="percentage", amount=_part(amount, percent), text=f"{percent} % as agreed", facts=())]
        if percent
        else []
    )
    if fixed is not None:
        if fixed.currency != amount.currency:
            raise InvalidInput(
                f"the fixed fee is in {fixed.currency}, the order in {amount.currency}",
                field="fees",
                value=fixed,
                hint="give it in the order's currency",
            )
        charges.append(Charge.made(id="fixed", amount=fixed, text="for each payment, as agreed", facts=()))
    return charges


def _listed(row: Row, amount: Money) -> list[Charge]:
    when, facts = row.says.get("when", ""), (row.used(),)
    out = []
    if "percent" in row.says:
        text = f"{row.says['percent']} % by list" + (" for cards of another country" if when else "")
        out.append(Charge.made(id=when or "percentage", amount=_part(amount, row.says["percent"]), text=text, facts=facts))
    if "fixed" in row.says:
        out.append(Charge.made(id="fixed", amount=row.says["fixed"], text="for each payment, by list", facts=facts))
    return out


def _conversion(method: Method, amount: Money, keys: Keys, contract: Contract) -> list[Charge]:
    if contract.conversion is not None:
        return [
            Charge.made(
                id="conversion",
                amount=_part(amount, contract.conversion),
                text=f"{contract.conversion} % for the conversion, as agreed",
                facts=(),
            )
        ]
    rows = upmost(
        row
        for row in method.rows("fee")
        if row.says.get("when") == "conversion" and row.fits(keys) == TRUE and row.holds(keys.on) == TRUE
    )
    return [
        Charge.made(
            id="conversion",
            amount=_part(amount, row.says["percent"]),
            text=f"{row.says['percent']} % for the conversion, by list",
            facts=(row.used(),),
        )
        for row in rows[:1]
    ]


# ------------------------------------------------------------------------------------------------------------- minor units


def _digits(provider: str, currency: str, rulebook: Rulebook | None) -> tuple[int, Decimal, Row | None]:
    if not isinstance(currency, str):
        raise InvalidInput(f"currency must be an ISO 4217 code, not {shown(currency)}", field="currency", value=currency)
    data, digits = book(rulebook or Rulebook.builtin()), minor_units(currency)
    name = word(provider)
    if name not in data.providers:
        raise InvalidInput(
            f"no facts are known of the provider {shown(name)}", field="provider", value=provider, allowed=data.providers,
            hint=suggest(name, data.providers) or "for the minor units of ISO 4217 use Money.to_minor and Money.from_minor",
        )  # fmt: skip
    for row in data.minor_units.get(name, ()):
        if currency in row.keys.get("currency", ()):
            if "also_digits" in row.says:
                raise UnknownFact(
                    f"sources disagree on {currency} at {name}: {row.says['digits']} or {row.says['also_digits']} digits",
                    field="currency",
                    value=currency,
                    hint="ask the provider",
                )
            digits = row.says["digits"]
            return digits, row.says.get("step", Decimal(1).scaleb(-digits)), row
    return digits, Decimal(1).scaleb(-digits), None


def to_provider(amount: Money | str, provider: str, *, rulebook: Rulebook | None = None) -> int:
    """Return an amount as a provider's interface counts it. It is never rounded: rounding would change the price.

    Where no fact says that the provider deviates, the minor units are those of ISO 4217.

    >>> to_provider("5000 CLP", "stripe"), to_provider("5000 CLP", "adyen"), to_provider("19.90 EUR", "adyen")
    (5000, 500000, 1990)

    Raises:
        InvalidInput: if the amount is finer than the provider accepts, or nothing is known of the provider.
        UnknownFact: if sources disagree on how it counts the currency.
    """
    money = Money.of(amount)
    digits, step, _ = _digits(provider, money.currency, rulebook)
    top, bottom = money.amount.as_integer_ratio()
    size, parts = step.as_integer_ratio()
    if top * parts % (bottom * size):
        raise InvalidInput(
            f"{money} is finer than {provider} accepts: steps of {step} {money.currency}",
            field="amount",
            value=money,
            hint="set a price in that step first",
        )
    return int(top * 10**digits // bottom)


def from_provider(count: int, currency: str, provider: str, *, rulebook: Rulebook | None = None) -> Money:
    """Return the amount that a provider's interface counts so.

    >>> from_provider(500000, "CLP", "adyen")
    Money('5000 CLP')
    """
    if isinstance(count, bool) or not isinstance(count, int) or abs(count) > 10**15:
        raise InvalidInput(f"a count of the smallest unit is a whole number, not {shown(count)}", field="count", value=count)
    digits, _, _ = _digits(provider, currency, rulebook)
    money = Money(Decimal(f"{count}E-{digits}"), currency)
    return money.round("half-up") if money.is_whole else money


# -------------------------------------------------------------------------------------------------------- cash on delivery


class CashOnDelivery(Result):
    """What a parcel paid at the door is worth.

    Attributes:
        break_even: percentage of refusals at which nothing is left; None: it never pays.
        expected_low, expected_high: expected profit of one parcel, over the range of refusals.
        refusal_low, refusal_high: percentage of parcels refused, as known.
        limit: the most that may be paid in cash there, if a law says so.
    """

    break_even: Decimal | None
    refusal_low: Decimal
    refusal_high: Decimal
    expected_low: Amount
    expected_high: Amount
    limit: Amount | None = None
    warnings: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()


@exactly
def cash_on_delivery(
    margin: Money | str,
    *,
    fee: Money | str,
    out: Money | str,
    back: Money | str,
    shopper: str,
    on: date | str,
    refusal: Decimal | str | int | None = None,
    rulebook: Rulebook | None = None,
) -> CashOnDelivery:
    """Tell at what rate of refusals cash on delivery stops paying, and what is expected.

    A parcel that is taken earns its margin less the carrier's fee; one that is refused costs its way out and back.

    Args:
        margin: what an order leaves that is taken, its carriage paid.
        fee: the carrier's for collecting.
        out: what the way out costs.
        back: what the way back costs.
        shopper: country of the shopper.
        on: the day.
        refusal: percentage of parcels refused, if the merchant knows; silent: what is known, a wide range.
        rulebook: the facts to use.

    >>> found = cash_on_delivery("12 EUR", fee="2 EUR", out="5 EUR", back="4 EUR", shopper="AE", on="2026-11-22", refusal="19")
    >>> found.break_even, found.expected_low
    (Decimal('52.6'), Money('6.39 EUR'))
    """
    from xbcommerce.payments.recommend import refusal_rate

    gain = Money.of(margin) - Money.of(fee)
    loss = Money.of(out) + Money.of(back)
    _ = gain + loss  # of one currency
    book_, day = rulebook or Rulebook.builtin(), a_day(on)
    data = book(book_)
    seller = Merchant(country=shopper, refusal_rate=None if refusal is None else percentage(refusal))
    keys = Keys(day, seller.country, gain.currency, None, None, "ordinary", "consumer")
    low, high, rows = refusal_rate(seller, keys, data)
    whole = gain.amount + loss.amount
    even = None if gain.amount <= 0 or whole <= 0 else (gain.amount * 100 / whole).quantize(Decimal("0.1"))
    laws = upmost(row for row in data.cash_limits if row.fits(keys) == TRUE and row.holds(day) == TRUE)
    warnings = [row.note for row in rows if row.note]
    if refusal is None:
        warnings.append("the rate of refusals is not known: the range is declared, not measured")
    return CashOnDelivery.made(
        break_even=even,
        refusal_low=low,
        refusal_high=high,
        expected_low=_expected(gain, loss, high),
        expected_high=_expected(gain, loss, low),
        limit=laws[0].says["max"] if laws else None,
        warnings=tuple(warnings),
        facts=tuple(row.used() for row in [*rows, *laws]),
    )


def _expected(gain: Money, loss: Money, refused: Decimal) -> Money:
    share, whole = refused.as_integer_ratio()
    won, of = gain.ratio_minor()
    lost, of_lost = loss.ratio_minor()
    top = (100 * whole - share) * won * of_lost - share * lost * of
    return Money.from_minor(divide(top, 100 * whole * of * of_lost, "half-up"), gain.currency)
