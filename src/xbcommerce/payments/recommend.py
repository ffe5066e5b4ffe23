"""Which payment methods to show, in which order: reach, cost, risk, delay, refunds and currency, weighed by the caller.

Every contribution is in points of order value (1 point = 1 % of the basket) and absolute: a method's place against another
never depends on a third. Each has a low and a high end; methods are ordered between the ends by the caller's caution. What the
law says of the order is a constraint on the result, not a weight. Inside, numbers are integers in millionths of a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from math import gcd, lcm
from typing import Any, NamedTuple

from pydantic import computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Amount, Answer, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money
from xbcommerce.payments.checkout import Checkout, Contract, Merchant
from xbcommerce.payments.eligibility import (
    Eligibility,
    Lane,
    MethodVerdict,
    Outcome,
    State,
    _Inside,
    _listed,
    credit_of,
    lane_of,
    told,
)
from xbcommerce.payments.exactly import exactly
from xbcommerce.payments.instalments import Plan
from xbcommerce.payments.methods import TRUE, Book, Keys, Method, Option, Row, book
from xbcommerce.payments.settlement import FeeParts, contract_of, fee_parts
from xbcommerce.payments.shares import POINT, Mix, Reach, mix_of, points
from xbcommerce.payments.shares import told as told_reach
from xbcommerce.rules import Rulebook
from xbcommerce.rules.facts import Fact

__all__ = ["Contribution", "Entry", "Recommendation", "presets", "recommend"]

PARTS = ("reach", "cost", "risk", "delay", "refund", "currency")
_MOST_BOARDS = 64
_NEEDS_APPROVAL = "bnpl"


class Contribution(Result):
    """What one consideration adds to a score, or takes from it, in points of order value.

    Attributes:
        low, high: what it is worth, before the weight.
        weight: the caller's weight; weighed_low, weighed_high: with it.
        text: in words; known: whether a fact or the caller told, rather than a declared range.
    """

    part: str
    low: Decimal
    high: Decimal
    weight: Decimal
    weighed_low: Decimal
    weighed_high: Decimal
    text: str
    known: bool
    facts: tuple[FactUsed, ...] = ()


class Entry(Result):
    """A method as it is shown.

    Attributes:
        place: from 1.
        method, name, kind, provider, options, credit: as in `MethodVerdict`.
        low, high: the ends of the score.
        group: entries of the same number overlap: the data do not separate them.
        contributions: what the score is made of.
        reach: the share of shoppers who prefer it.
        plans: instalments that can be offered with it.
        moved: whether the law of the order moved it to its place.
        warnings, assumptions, facts: as in `MethodVerdict`.
    """

    place: int
    method: str
    name: str
    kind: str
    provider: str | None
    options: tuple[str, ...]
    credit: bool | None
    low: Decimal
    high: Decimal
    group: int
    contributions: tuple[Contribution, ...]
    reach: Reach
    plans: tuple[Plan, ...] = ()
    moved: bool = False
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the result is told from, when somebody asks."""

    checkout: Checkout
    merchant: Merchant
    lane: Lane
    state: State
    board: Board
    order: tuple[int, ...]
    scores: tuple[tuple[int, int], ...]
    rulebook: Rulebook


class Recommendation(Answer):
    """The methods to show, in their order, with the evidence.

    Attributes:
        order: the entries by name, such as "paypal" or "klarna.pay_later", the first to be shown first.
        unknown: methods held back because nobody knows whether they can be shown.
        refused: methods that cannot be shown.
        preselect: the entry that may be ticked beforehand: the first, unless the law forbids it.
        findings: what the law of the order asks and whether it moved an entry.
    """

    shopper: str
    amount: Amount
    on: date
    order: tuple[str, ...]
    unknown: tuple[str, ...]
    refused: tuple[str, ...]
    preselect: str | None
    findings: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Each entry with its score, contributions, reach, plans, warnings and facts."""
        return _entries(self._inside)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def reach(self) -> Reach:
        """The share of shoppers whose preferred method is among those shown."""
        known: _Known = self._inside
        shown_ = {known.board.ranked[index].method.id for index in known.order}
        return told_reach(sorted(shown_), known.board.mix, known.lane.data)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def held_back(self) -> tuple[MethodVerdict, ...]:
        """The methods that are refused or unknown, each with its reasons."""
        known: _Known = self._inside
        return tuple(told(one, known.checkout, known.lane) for one in known.state.outcomes if one.verdict != TRUE)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """Why: each entry with its contributions and facts, and what the law asks of the order."""
        return _explanation(self, self._inside)

    def eligibility(self) -> Eligibility:
        """Return the eligibility on which it rests."""
        known: _Known = self._inside
        return Eligibility.made(
            {"_inside": _Inside(known.checkout, known.state, known.lane, known.rulebook)},
            shopper=self.shopper,
            amount=self.amount,
            on=self.on,
            eligible=known.state.eligible,
            unknown=known.state.unknown,
            refused=known.state.refused,
        )

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


# ------------------------------------------------------------------------------------------------------------------ inside


class Value(NamedTuple):
    """What a consideration is worth, in millionths of a point, and why."""

    low: int
    high: int
    text: str
    known: bool
    facts: tuple[Row | Fact, ...] = ()


class Ranked(NamedTuple):
    """An entry before the amount: the weighed ends, and fixed fees that weigh less the larger the amount."""

    name: str
    method: Method
    options: tuple[Option, ...]
    outcome: Outcome
    credit: bool | None
    values: Mapping[str, Value]
    low: int
    high: int
    fixed_low: int
    fixed_high: int
    tie: tuple[int, int, str, int, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The entries of a state, in an order that the amount may still change."""

    ranked: tuple[Ranked, ...]
    mix: Mix
    weights: Weights
    steady: bool
    first: Fact | None
    tick: Fact | None
    mixed_is_credit: bool
    choice: bool
    memory: dict[str, Any]


class Weights(NamedTuple):
    """Weights and caution as whole numbers without a common factor: equal orders have equal weights."""

    parts: tuple[int, ...]
    given: tuple[Decimal, ...]
    cautious: int
    bold: int


def presets(*, rulebook: Rulebook | None = None) -> Mapping[str, Mapping[str, Decimal]]:
    """Return the named sets of weights.

    >>> sorted(presets())
    ['balanced', 'cash_flow', 'conversion', 'low_cost', 'low_risk']
    """
    found = book(rulebook or Rulebook.builtin()).declared["preset"]
    return {name: {part: Decimal(value) for part, value in weights.items()} for name, weights in found.items()}


def recommend(
    checkout: Checkout | Mapping[str, Any] | str,
    merchant: Merchant | Mapping[str, Any] | str,
    *,
    on: date | str,
    weights: str | Mapping[str, Decimal | str | int] = "balanced",
    caution: Decimal | str | int = "0.8",
    methods: Iterable[str] | None = None,
    strict: bool = False,
    cards_are_credit: bool | None = None,
    rulebook: Rulebook | None = None,
) -> Recommendation:
    """Rank the payment methods that can be shown at a checkout, with the evidence for each place.

    Args:
        checkout: who pays what.
        merchant: who sells, with its contracts; what it leaves out is unknown and widens the scores.
        on: the day.
        weights: the name of a preset, or weights of "reach", "cost", "risk", "delay", "refund" and "currency" (silent: 0).
        caution: 1 orders by the low ends, 0 by the high ends. The default leans to what is known: half-way, a method of which
            nothing is known would stand before one that a third of the shoppers are known to prefer.
        methods: ids of the methods to consider; silent: all.
        strict: whether what is only assumed counts as unknown.
        cards_are_credit: whether a card that may be debit or credit counts as credit where the law of the order asks.
        rulebook: the facts to use; silent: those installed.

    >>> show = recommend("NL 50 EUR", "DE", on="2026-11-22", weights="conversion")
    >>> show.order[0], show.entries[0].name
    ('ideal', 'iDEAL | Wero')

    Raises:
        InvalidInput: if an input cannot be understood, or a weight is negative.
        UnknownFact: if a method is asked about that is not known.
    """
    asked, seller, book_ = Checkout.of(checkout), Merchant.of(merchant), rulebook or Rulebook.builtin()
    lane = lane_of(asked, seller, a_day(on), _listed(methods), book_, strict=strict)
    weighed = _weights(weights if isinstance(weights, str) else _frozen(weights), caution, book_)
    state = lane.at(asked.amount.amount)
    key = (weighed, cards_are_credit)
    board = state.memory.get(key)
    if board is None:
        if len(state.memory) >= _MOST_BOARDS:
            state.memory.clear()
        board = state.memory[key] = _board(asked, seller, lane, state, weighed, book_, cards_are_credit=cards_are_credit)
    order, scores, names, findings, tick = _ordered(board, asked.amount)
    return Recommendation.made(
        {"_inside": _Known(asked, seller, lane, state, board, order, scores, book_)},
        shopper=asked.shopper,
        amount=asked.amount,
        on=lane.question.on,
        order=names,
        unknown=state.unknown,
        refused=state.refused,
        preselect=tick,
        findings=findings,
    )


# ----------------------------------------------------------------------------------------------------------------- weights


def _frozen(weights: object) -> tuple[tuple[str, str, Any], ...]:
    """Return weights as a key; their types stand in it, for `True` equals 1."""
    if not isinstance(weights, Mapping):
        raise InvalidInput(f"weights are a preset or a mapping, not {shown(weights)}", field="weights", value=weights)
    if len(weights) > len(PARTS) * 2:
        raise InvalidInput(f"there are {len(PARTS)} weights, not {len(weights)}", field="weights", value=len(weights))
    return tuple((name, type(weights[name]).__name__, weights[name]) for name in weights)


def _weights(weights: str | tuple[tuple[str, str, Any], ...], caution: Decimal | str | int, rulebook: Rulebook) -> Weights:
    try:
        found: Weights = rulebook.compiled(
            ("payments.weights", weights, type(caution).__name__, caution), lambda: _read(weights, caution, rulebook)
        )
    except TypeError:
        raise InvalidInput(f"weights are numbers by name, not {shown(weights)}", field="weights", value=weights) from None
    return found


def _read(weights: str | tuple[tuple[str, str, Any], ...], caution: Decimal | str | int, rulebook: Rulebook) -> Weights:
    named = {name: value for name, _, value in weights} if not isinstance(weights, str) else _preset(weights, rulebook)
    for name in named:
        if name not in PARTS:
            raise InvalidInput(
                f"unknown weight {shown(name)}", field="weights", value=name, allowed=PARTS, hint=suggest(name, PARTS)
            )
    given = tuple(_number(named.get(part, 0), f"weights.{part}") for part in PARTS)
    if not any(given):
        raise InvalidInput("all weights are 0: nothing orders the methods", field="weights", value=named)
    careful = _number(caution, "caution")
    if careful > 1:
        raise InvalidInput(f"caution lies between 0 and 1, not {careful}", field="caution", value=caution)
    low, whole = careful.as_integer_ratio()
    return Weights(_whole(given), given, low, whole - low)


def _preset(name: str, rulebook: Rulebook) -> Mapping[str, Decimal]:
    known = presets(rulebook=rulebook)
    if name not in known:
        raise InvalidInput(
            f"unknown preset {shown(name)}", field="weights", value=name, allowed=sorted(known), hint=suggest(name, known)
        )
    return known[name]


def _number(value: object, field: str) -> Decimal:
    plain = isinstance(value, Decimal | int | str) and not isinstance(value, bool) and len(str(value)[:41]) <= 40
    try:
        number = Decimal(value) if plain else Decimal("NaN")  # type: ignore[arg-type]  # plain values only
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 10**9 or int(number.as_tuple().exponent) < -12:
        raise InvalidInput(
            f"{field} must be a number of at least 0, not {shown(value)}",
            field=field,
            value=value,
            hint="write '0.5' or a Decimal; floats are not exact",
        )
    return number


def _whole(numbers: Sequence[Decimal]) -> tuple[int, ...]:
    """Return numbers as whole ones in the same proportions, without a common factor."""
    ratios = [number.as_integer_ratio() for number in numbers]
    scale = lcm(*(ratio[1] for ratio in ratios))
    whole = [top * (scale // bottom) for top, bottom in ratios]
    common = gcd(*whole)
    return tuple(number // common for number in whole)


# ------------------------------------------------------------------------------------------------------------------- board


@exactly
def _board(
    asked: Checkout,
    seller: Merchant,
    lane: Lane,
    state: State,
    weights: Weights,
    rulebook: Rulebook,
    *,
    cards_are_credit: bool | None,
) -> Board:
    data, on = lane.data, lane.question.on
    mix = mix_of(rulebook, asked.shopper, on)
    places = data.places_of(asked.shopper, on)
    first = data.law("payment.order.credit_not_first", places, on, buyer=asked.buyer)
    tick = data.law("payment.order.credit_not_preselected", places, on, buyer=asked.buyer)
    mixed = data.rule("payment.order.mixed_is_credit", places, on, buyer=asked.buyer)
    shown_ids = set(state.eligible)
    ranked = []
    for outcome in state.outcomes:
        carried = outcome.method.on and shown_ids.intersection(outcome.method.on)
        if outcome.verdict == TRUE and not carried:
            for route in (outcome, *outcome.also):
                for name, options in _split(route, by_credit=first is not None):
                    split = len(options) < len(route.options)
                    ranked.append(_ranked(name, options, route, asked, seller, lane, mix, weights, split=split))
    return Board(
        tuple(ranked),
        mix,
        weights,
        all(not (one.fixed_low or one.fixed_high) for one in ranked),
        first,
        tick,
        bool(mixed is not None and mixed.value) if cards_are_credit is None else cards_are_credit,
        any(outcome.also for outcome in state.outcomes),
        {},
    )


def _split(outcome: Outcome, *, by_credit: bool) -> list[tuple[str, tuple[Option, ...]]]:
    """Return the entries of a method: one, or one without and one with credit where the law asks for the option."""
    method, options = outcome.method, outcome.options
    later = tuple(one for one in options if one.id and one.credit)
    now = tuple(one for one in options if one not in later)
    if not (by_credit and later and now):
        return [(method.id, options)]
    return [(f"{method.id}.{'+'.join(one.id for one in part)}", part) for part in (now, later)]


def _ranked(
    name: str,
    options: tuple[Option, ...],
    outcome: Outcome,
    asked: Checkout,
    seller: Merchant,
    lane: Lane,
    mix: Mix,
    weights: Weights,
    *,
    split: bool,
) -> Ranked:
    method, data = outcome.method, lane.data
    contract = contract_of(seller, outcome.offer.provider, outcome.offer.merchant)
    keys = Keys(
        lane.question.on,
        asked.shopper,
        asked.amount.currency,
        outcome.offer.provider,
        outcome.offer.merchant or seller.country,
        asked.vertical,
        asked.buyer,
    )
    fee = fee_parts(method, keys, contract, data)
    values = {
        "reach": _reach(method, mix, split=split),
        "cost": _cost(fee),
        "risk": _risk(method, keys, seller, asked.amount.currency, data),
        "delay": _delay(method, keys, seller, contract, data),
        "refund": _refund(method, keys, seller, data),
        "currency": _currency(method, keys, data),
    }
    low = sum(
        weight * (values[part].low if part == "reach" else -values[part].high)
        for weight, part in zip(weights.parts, PARTS, strict=True)
    )
    high = sum(
        weight * (values[part].high if part == "reach" else -values[part].low)
        for weight, part in zip(weights.parts, PARTS, strict=True)
    )
    cost = weights.parts[PARTS.index("cost")]
    risk = weights.parts[PARTS.index("risk")]
    per_refusal = _parcel(method, seller, asked.amount.currency, data)
    return Ranked(
        name,
        method,
        options,
        outcome,
        credit_of(options, method),
        values,
        low,
        high,
        cost * fee.fixed_low + risk * per_refusal[0],
        cost * fee.fixed_high + risk * per_refusal[1],
        (*_tie(method, name), len(outcome.assumed), outcome.offer.provider or "", outcome.offer.merchant or ""),
    )


def _tie(method: Method, name: str) -> tuple[int, int, str]:
    """Return what orders equal scores: what every provider offers first, then what more of them offer, then the name."""
    return (0 if method.everywhere else 1, -len(method.offers), name)


# ------------------------------------------------------------------------------------------------------------ contributions


def _micro(percent: Decimal) -> int:
    top, bottom = percent.as_integer_ratio()
    return top * POINT // bottom


def _product(one: Decimal, other: Decimal, factor: int) -> int:
    """Return the whole part of a product, reckoned exactly."""
    (top, bottom), (share, whole) = one.as_integer_ratio(), other.as_integer_ratio()
    return top * share * factor // (bottom * whole)


def _reach(method: Method, mix: Mix, *, split: bool) -> Value:
    if method.id not in mix.methods:
        return Value(0, 0, "is a way to pay by card: its shoppers are counted there", known=True)
    low, high = mix.bounds([method.id])
    rows = mix.methods[method.id].rows
    text = "share of shoppers who pay so" if rows else "no figure of its use is known"
    if split:
        return Value(0, high, f"{text}; how its shoppers divide over its options is not known", known=bool(rows))
    return Value(low, high, text, known=bool(rows))


def _cost(fee: FeeParts) -> Value:
    return Value(fee.percent_low, fee.percent_high, fee.text, known=fee.known, facts=fee.rows)


def _risk(method: Method, keys: Keys, seller: Merchant, currency: str, data: Book) -> Value:
    if method.kind == "cod":
        return _refusal(seller, keys, currency, data)
    rows = method.replaced("dispute", keys)
    if rows and rows[0].says["value"] == "no":
        return Value(0, 0, "payments cannot be disputed", known=True, facts=rows[:1])
    if seller.dispute_rate is not None:
        loss = _micro(seller.dispute_rate)
        return Value(loss if rows else 0, loss, "the merchant's own loss to disputes", known=True, facts=rows[:1])
    low, high = data.range("dispute_loss")
    return Value(
        _micro(low),
        _micro(high),
        "disputes are possible" if rows else "whether it can be disputed is not known",
        known=False,
        facts=rows[:1],
    )


def _refusal(seller: Merchant, keys: Keys, currency: str, data: Book) -> Value:
    """Return what parcels refused at the door lose, apart from the carriage (which weighs by the amount)."""
    low, high, facts = refusal_rate(seller, keys, data)
    if _carriage(seller, currency) is not None:
        return Value(
            0, 0, f"between {low} and {high} % of parcels are refused; each loses its carriage", known=bool(facts), facts=facts
        )
    text = f"between {low} and {high} % of parcels are refused at the door; what a refused one loses is not told"
    return Value(0, _micro(high), text, known=False, facts=facts)


def refusal_rate(seller: Merchant, keys: Keys, data: Book) -> tuple[Decimal, Decimal, tuple[Row, ...]]:
    """Return the percentage of cash parcels that are refused: the merchant's, or from 0 to the highest known or declared."""
    if seller.refusal_rate is not None:
        return seller.refusal_rate, seller.refusal_rate, ()
    low, high = data.range("refusal")
    rows = tuple(row for row in data.refusals if keys.shopper in data.areas.get(row.says["place"], (row.says["place"],)))
    rows = tuple(row for row in rows if row.holds(keys.on) == TRUE)
    return low, max([high, *(row.says["percent"] for row in rows)]), rows


def _carriage(seller: Merchant, currency: str) -> Decimal | None:
    costs = [one for one in (seller.parcel_out, seller.parcel_back) if one is not None]
    if not costs or any(one.currency != currency for one in costs):
        return None
    return sum((one.amount for one in costs), Decimal(0))


def _parcel(method: Method, seller: Merchant, currency: str, data: Book) -> tuple[int, int]:
    """Return refused carriage in points times the amount: it weighs less the larger the basket."""
    carriage = _carriage(seller, currency) if method.kind == "cod" else None
    if carriage is None:
        return 0, 0
    if seller.refusal_rate is not None:
        cost = _product(carriage, seller.refusal_rate, POINT)
        return cost, cost
    low, high = data.range("refusal")
    return _product(carriage, low, POINT), _product(carriage, high, POINT)


def _delay(method: Method, keys: Keys, seller: Merchant, contract: Contract | None, data: Book) -> Value:
    rows = method.replaced("settle", keys)
    days: tuple[int, int]
    if contract is not None and contract.settle_days is not None:
        days, text, rows = (contract.settle_days, contract.settle_days), f"paid out after {contract.settle_days} days", ()
    elif rows:
        days = (rows[0].says["days"][0], rows[0].says["days"][-1])
        text = f"paid out after {days[0]} to {days[1]} days"
    else:
        low, high = data.range("settle_days")
        days, text = (int(low), int(high)), f"when it is paid out is not known: {low} to {high} days"
    dear = (seller.capital_cost, seller.capital_cost) if seller.capital_cost is not None else data.range("capital_cost")
    told = seller.capital_cost is not None and (bool(rows) or (contract is not None and contract.settle_days is not None))
    return Value(_micro(dear[0]) * days[0] // 365, _micro(dear[1]) * days[1] // 365, text, known=told, facts=rows[:1])


def _refund(method: Method, keys: Keys, seller: Merchant, data: Book) -> Value:
    rows = method.replaced("refund", keys)
    value = rows[0].says["value"] if rows else None
    if value in ("full", "partial", "multiple", "as_card"):
        return Value(0, 0, f"refunds: {value.replace('_', ' ')}", known=True, facts=rows[:1])
    back = (seller.return_rate, seller.return_rate) if seller.return_rate is not None else data.range("return_rate")
    dear = data.range("off_rail_refund")
    text = "is refunded by a transfer outside the method" if value else "whether it can be refunded is not known"
    low = _product(back[0], dear[0], POINT) // 100
    return Value(low, _product(back[1], dear[1], POINT) // 100, text, known=False, facts=rows[:1])


def _currency(method: Method, keys: Keys, data: Book) -> Value:
    from xbcommerce.errors import UnknownFact
    from xbcommerce.places import currency

    try:
        own = currency(keys.shopper, keys.on)
    except UnknownFact:
        own = ""
    if own == keys.currency:
        return Value(0, 0, "is charged in the shopper's currency", known=True)
    low, high = data.range("foreign_currency")
    tax = (
        data.rule("payment.card_abroad_tax", data.places_of(keys.shopper, keys.on), keys.on) if method.kind == "card" else None
    )
    more = Decimal(str(tax.value)) if tax is not None else Decimal(0)
    return Value(
        _micro(low + more),
        _micro(high + more),
        f"is charged in {keys.currency}, the shopper's own is {own or 'not known'}",
        known=False,
        facts=(tax,) if tax else (),
    )


# ------------------------------------------------------------------------------------------------------------------- order


def _ordered(
    board: Board, amount: Money
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[str, ...], tuple[str, ...], str | None]:
    """Return the entries in their lawful order, their scores, names, findings and what may be ticked."""
    if board.steady:
        known = board.memory.get("order")
        if known is None:
            known = board.memory["order"] = _placed(board, [(one.low, one.high) for one in board.ranked])
        return known
    top, bottom = amount.amount.as_integer_ratio()
    scores = [
        (one.low - one.fixed_high * bottom // top, one.high - one.fixed_low * bottom // top)
        if one.fixed_high
        else (one.low, one.high)
        for one in board.ranked
    ]
    return _placed(board, scores)


def _placed(
    board: Board, scores: list[tuple[int, int]]
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[str, ...], tuple[str, ...], str | None]:
    ranked, careful, bold = board.ranked, board.weights.cautious, board.weights.bold
    keys = [-(low * careful + high * bold) for low, high in scores]
    order = sorted(range(len(ranked)), key=lambda index: (keys[index], ranked[index].tie))
    if board.choice:
        order = _once(order, ranked, parted=board.first is not None)
    findings: list[str] = []
    if board.first is not None:
        order = lawful(order, [_is_credit(one, board) for one in ranked], findings, [one.name for one in ranked])
    if order and all(one.method.kind == _NEEDS_APPROVAL for one in ranked):
        findings.append("only methods that need the shopper's approval by a lender are shown: offer another beside them")
    names = tuple([ranked[index].name for index in order])
    tick = names[0] if names else None
    if board.tick is not None and order and _is_credit(ranked[order[0]], board):
        tick = None
        findings.append("nothing is ticked beforehand: what stands first is credit")
    return tuple(order), tuple(scores), names, tuple(findings), tick


def _once(order: list[int], ranked: Sequence[Ranked], *, parted: bool) -> list[int]:
    """Return an order in which a method stands once (or once with and once without credit): by its best contract."""
    seen: set[tuple[str, bool | None]] = set()
    out = []
    for index in order:
        one = ranked[index]
        entry = (one.method.id, one.credit if parted else None)
        if entry not in seen:
            seen.add(entry)
            out.append(index)
    return out


def _is_credit(entry: Ranked, board: Board) -> bool:
    return board.mixed_is_credit if entry.credit is None else entry.credit


def lawful(order: list[int], credit: Sequence[bool], findings: list[str], names: Sequence[str]) -> list[int]:
    """Return the order nearest to the given one in which no credit stands first, as long as something else is offered.

    >>> lawful([0, 1, 2], [True, False, True], [], ["a", "b", "c"])
    [1, 0, 2]
    """
    if not order or not credit[order[0]]:
        return order
    best = next((index for index in order if not credit[index]), None)
    if best is None:
        findings.append("only credit is offered: the rule that credit may not stand first is silent")
        return order
    findings.append(f"{names[best]} stands before {names[order[0]]}: credit may not stand first")
    return [best, *(index for index in order if index != best)]


# ----------------------------------------------------------------------------------------------------------------- telling


@exactly
def _entries(known: _Known) -> tuple[Entry, ...]:
    board, scale = known.board, _scale(known.board.weights)
    shown_, group, reach_low = [], 0, None
    plans = _plans(known)
    raw = sorted(known.order, key=lambda index: (-_middle(known.scores[index], board.weights), board.ranked[index].tie))
    for place, index in enumerate(known.order, 1):
        one, (low, high) = board.ranked[index], known.scores[index]
        if reach_low is None or high < reach_low:
            group += 1
            reach_low = low
        reach_low = max(reach_low, low)
        verdict = told(one.outcome, known.checkout, known.lane)
        facts = dict.fromkeys([*verdict.facts, *(row.used() for value in one.values.values() for row in value.facts)])
        shown_.append(
            Entry.made(
                place=place,
                method=one.method.id,
                name=verdict.name,
                kind=one.method.kind,
                provider=verdict.provider,
                options=tuple(option.id for option in one.options if option.id),
                credit=one.credit,
                low=_score(low, scale),
                high=_score(high, scale),
                group=group,
                contributions=_contributions(one, known),
                reach=told_reach([one.method.id], board.mix, known.lane.data),
                plans=plans.get(one.method.id, ()) or ((verdict.plan,) if verdict.plan else ()),
                moved=raw[place - 1] != index,
                warnings=verdict.warnings,
                assumptions=verdict.assumptions,
                facts=tuple(facts),
            )
        )
    return tuple(shown_)


def _middle(score: tuple[int, int], weights: Weights) -> int:
    return score[0] * weights.cautious + score[1] * weights.bold


@lru_cache(maxsize=1024)
@exactly
def _scale(weights: Weights) -> Decimal:
    """Return what the whole-number weights are to be divided by to be the caller's."""
    part = next(index for index, weight in enumerate(weights.parts) if weight)
    return Decimal(weights.parts[part]) / weights.given[part]


@exactly
def _score(value: int, scale: Decimal) -> Decimal:
    return (Decimal(value) / scale / POINT).quantize(Decimal("0.01"))


def _plans(known: _Known) -> dict[str, tuple[Plan, ...]]:
    """Return the instalment plans of the methods that carry them."""
    out: dict[str, tuple[Plan, ...]] = {}
    for outcome in known.state.outcomes:
        if outcome.verdict == TRUE and outcome.method.on:
            plan = told(outcome, known.checkout, known.lane).plan
            if plan is not None:
                out |= {carrier: (*out.get(carrier, ()), plan) for carrier in outcome.method.on}
    return out


def _contributions(one: Ranked, known: _Known) -> tuple[Contribution, ...]:
    amount = known.checkout.amount
    out = []
    for part, weight in zip(PARTS, known.board.weights.given, strict=True):
        value = one.values[part]
        low, high, text = value.low, value.high, value.text
        if part in ("cost", "risk"):
            more = _fixed(one, known, part, amount)
            low, high = low + more[0], high + more[1]
        sign = 1 if part == "reach" else -1
        ends = sorted((points(low) * weight * sign + 0, points(high) * weight * sign + 0))
        facts = tuple(row.used() for row in value.facts)
        out.append(
            Contribution.made(
                part=part,
                low=points(low),
                high=points(high),
                weight=weight,
                weighed_low=ends[0],
                weighed_high=ends[1],
                text=_sum(part, low, high, weight, ends, text),
                known=value.known,
                facts=facts,
            )
        )
    return tuple(out)


_CENT = Decimal("0.01")


def _sum(part: str, low: int, high: int, weight: Decimal, ends: Sequence[Decimal], text: str) -> str:
    worth = f"{ends[0].quantize(_CENT)}..{ends[1].quantize(_CENT)}"
    return f"{part} {points(low)}..{points(high)} × {weight} = {worth} ({text})"


def _fixed(one: Ranked, known: _Known, part: str, amount: Money) -> tuple[int, int]:
    top, bottom = amount.amount.as_integer_ratio()
    seller = known.merchant
    if part == "risk":
        ends = _parcel(one.method, seller, amount.currency, known.lane.data)
    else:
        offer = one.outcome.offer
        keys = Keys(
            known.lane.question.on,
            known.checkout.shopper,
            amount.currency,
            offer.provider,
            offer.merchant or seller.country,
            known.checkout.vertical,
            known.checkout.buyer,
        )
        fee = fee_parts(one.method, keys, contract_of(seller, offer.provider, offer.merchant), known.lane.data)
        ends = (fee.fixed_low, fee.fixed_high)
    return ends[0] * bottom // top, ends[1] * bottom // top


def _explanation(result: Recommendation, known: _Known) -> Explanation:
    steps = []
    for entry in result.entries:
        lines = "; ".join(one.text for one in entry.contributions if one.weight)
        moved = "; moved by the law of the order" if entry.moved else ""
        steps.append(
            Step(
                bill="",
                id=f"{entry.place}. {result.order[entry.place - 1]}",
                kind="shown",
                rule="payment",
                text=f"{entry.name}: {entry.low}..{entry.high} points{moved}. {lines}",
                facts=entry.facts,
            )
        )
    warnings = [f"{entry.name}: {text}" for entry in result.entries for text in entry.warnings]
    laws = [rule for rule in (known.board.first, known.board.tick) if rule is not None]
    if laws:
        steps.append(
            Step(
                bill="",
                id="order",
                kind="law",
                rule="payment.order",
                text="; ".join(result.findings) or "the order is lawful as it is",
                facts=tuple(rule.used() for rule in laws),
            )
        )
    return Explanation(
        title=f"Payment methods to show a shopper in {result.shopper} paying {result.amount} on {result.on}",
        steps=tuple(steps),
        assumptions=tuple(dict.fromkeys(text for entry in result.entries for text in entry.assumptions)),
        warnings=tuple(warnings),
        rulebook=f"rulebook {known.rulebook.version}",
    )
