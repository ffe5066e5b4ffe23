"""Which payment methods can be shown: a decision in Kleene's logic.

Every check is asked and answers yes, no or unknown, with its fact; the verdict is the least of them, so the order of checks
never changes it. Unknown never hides a no. What no fact restricts passes with an assumption, under `strict=True` it is unknown.
Limits are compared in their own currency only. Bounds that the shopper's account or a negotiation sets are warned of.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, Literal, NamedTuple

from pydantic import computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.explain import Amount, Answer, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money
from xbcommerce.payments.checkout import Checkout, Merchant, checked_provider
from xbcommerce.payments.instalments import Plan, plan_of
from xbcommerce.payments.methods import FALSE, KINDS, TRUE, UNKNOWN, Book, Keys, Method, Option, Row, book, inside_any, upmost
from xbcommerce.rules import Rulebook
from xbcommerce.rules.facts import Fact

__all__ = ["Eligibility", "MethodVerdict", "Reason", "eligible"]

Verdict = Literal["yes", "unknown", "no"]
_WORDS: tuple[Verdict, ...] = ("no", "unknown", "yes")
_ENDS_SOON = timedelta(days=90)
_SOFT = ("account", "negotiable")
_MOST_LANES = 256
"""Resolved questions that are remembered; each holds all methods with their bounds."""

_ASSUMED = {
    "any_provider": "no provider is given: every provider known for the method is asked",
    "live_dates": "no first or last day is known",
    "no_merchant_list": "no list of merchant countries is known",
    "no_limit": "no limit is known",
    "limit_other_currency": "its limits are known in other currencies only",
    "no_currency_list": "no list of currencies is known",
    "stated_by_merchant": "the merchant has it switched on",
    "everywhere": "every provider is taken to offer it",
    "buyer_is_consumer": "the buyer is a consumer",
    "goods_physical": "the goods are physical",
    "vertical_ordinary": "the goods are of an ordinary trade",
    "seen_later": "its limits were only seen later",
}


# ---------------------------------------------------------------------------------------------------------------- results


class Reason(Result):
    """Why a method is refused, or why it is not known.

    Attributes:
        code: what failed, such as "amount_above_max".
        verdict: "no" or "unknown".
        text: the sentence for people.
        bound: the limit in question.
        fact: the fact that says so.
        remedy: what would change it.
    """

    code: str
    verdict: Verdict
    text: str
    bound: Amount | None = None
    fact: FactUsed | None = None
    remedy: str = ""


class MethodVerdict(Result):
    """Whether one method can be shown.

    Attributes:
        method: its id; name: what it is called on the day; kind: "card", "wallet" ...
        verdict: "yes", "unknown" or "no".
        provider: through which provider, if one is named.
        options: the options that remain, where it has several.
        credit: whether the shopper pays later with what remains; None: it depends.
        reasons: why not, or what is not known; those of the provider that comes nearest.
        warnings: limits of accounts, endings, things asked of the shopper.
        assumptions: what was assumed.
        facts: the facts that bound it.
        plan: instalments, where the method is paid in parts.
        elsewhere: providers at which it could be shown instead.
    """

    method: str
    name: str
    kind: str
    verdict: Verdict
    provider: str | None = None
    options: tuple[str, ...] = ()
    credit: bool | None = None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()
    plan: Plan | None = None
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Inside:
    checkout: Checkout
    state: State
    lane: Lane
    rulebook: Rulebook


class Eligibility(Answer):
    """Which methods can be shown at a checkout, which cannot and which nobody knows.

    Attributes:
        shopper: country of the shopper; amount: what is to be paid; on: the day asked for.
        eligible, unknown, refused: ids of the methods.
    """

    shopper: str
    amount: Amount
    on: date
    eligible: tuple[str, ...]
    unknown: tuple[str, ...]
    refused: tuple[str, ...]

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def verdicts(self) -> tuple[MethodVerdict, ...]:
        """Every method asked, with its reasons, warnings and facts."""
        inside: _Inside = self._inside
        return tuple(told(outcome, inside.checkout, inside.lane) for outcome in inside.state.outcomes)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """Why: every method with its verdict and the facts."""
        inside: _Inside = self._inside
        return Explanation(
            title=f"Payment methods for a shopper in {self.shopper} paying {self.amount} on {self.on}",
            steps=tuple(_step(verdict) for verdict in self.verdicts),
            assumptions=_general(inside.checkout),
            warnings=tuple(f"{one.name}: {text}" for one in self.verdicts if one.verdict == "yes" for text in one.warnings),
            rulebook=f"rulebook {inside.rulebook.version}",
        )

    def __getitem__(self, method: str) -> MethodVerdict:
        """Return the verdict of a method by its id."""
        for verdict in self.verdicts:
            if verdict.method == method:
                return verdict
        known = [verdict.method for verdict in self.verdicts]
        raise UnknownFact(
            f"{shown(method)} was not asked about", field="method", value=method, allowed=known, hint=suggest(method, known)
        )

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


def _step(verdict: MethodVerdict) -> Step:
    said = "; ".join(reason.text for reason in verdict.reasons) or f"can be shown{_where(verdict)}"
    facts = tuple(dict.fromkeys([reason.fact for reason in verdict.reasons if reason.fact] or verdict.facts))
    return Step(
        bill="", id=verdict.method, kind=verdict.verdict, text=f"{verdict.verdict}: {said}", rule="payment", facts=facts
    )


def _where(verdict: MethodVerdict) -> str:
    options = f" ({', '.join(verdict.options)})" if verdict.options else ""
    return f"{options}{f' at {verdict.provider}' if verdict.provider else ''}"


# ------------------------------------------------------------------------------------------------------------------ inside


class Found(NamedTuple):
    """The answer of one check."""

    verdict: int
    code: str
    text: str = ""
    row: Row | Fact | None = None
    bound: Money | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit in the currency of the checkout."""

    row: Row
    sure: int
    low: Decimal | None
    high: Decimal | None
    also: Decimal | None
    op: str | None

    @property
    def marks(self) -> tuple[Decimal, ...]:
        """The amounts at which the answer may change."""
        return tuple(mark for mark in (self.low, self.high, self.also) if mark is not None)

    def ask(self, amount: Decimal) -> int:
        """Tell whether an amount lies within."""
        if self.low is not None and amount < self.low:
            return FALSE
        if self.high is None:
            return TRUE
        if self.also is None:
            return self._within(amount, self.high)
        return max(self._within(amount, self.high), self._within(amount, self.also)) and (
            TRUE if self._within(amount, min(self.high, self.also)) == TRUE else UNKNOWN
        )

    def _within(self, amount: Decimal, high: Decimal) -> int:
        if amount != high:
            return TRUE if amount < high else FALSE
        return UNKNOWN if self.op is None else TRUE if self.op == "up_to" else FALSE


class Offer(NamedTuple):
    """A method at one provider for one entity of the merchant, as far as the amount does not matter."""

    provider: str | None
    merchant: str | None
    found: tuple[Found, ...]
    options: tuple[tuple[Option, tuple[Bound, ...]], ...]
    laws: tuple[Bound, ...]
    assumed: tuple[str, ...]
    strict: bool


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A method with its offers."""

    method: Method
    general: tuple[Found, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """How a method came out at an amount."""

    method: Method
    verdict: int
    offer: Offer
    options: tuple[Option, ...]
    found: tuple[Found, ...]
    assumed: tuple[str, ...]
    also: tuple[Outcome, ...] = ()
    """The other contracts and entities of the merchant by which it can be shown as well."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The outcomes of all methods: the same for all amounts between two bounds."""

    outcomes: tuple[Outcome, ...]
    eligible: tuple[str, ...]
    unknown: tuple[str, ...]
    refused: tuple[str, ...]
    memory: dict[Any, Any]


class Lane:
    """All that a checkout, a merchant and a day say before the amount, and the states between the bounds."""

    def __init__(self, candidates: Sequence[Candidate], question: Keys, data: Book, seller: Merchant | None) -> None:
        self.candidates = tuple(candidates)
        self.question = question
        self.data = data
        self.seller = seller
        marks = {mark for one in candidates for offer in one.offers for mark in _marks(offer)}
        self._marks = sorted(marks)
        self._states: dict[int, State] = {}

    def at(self, amount: Decimal) -> State:
        """Return the outcomes at an amount."""
        place = bisect_left(self._marks, amount)
        index = 2 * place + (place < len(self._marks) and self._marks[place] == amount)
        state = self._states.get(index)
        if state is None:
            state = self._states[index] = self._state(amount)
        return state

    def _state(self, amount: Decimal) -> State:
        outcomes = tuple(_outcome(one, amount, self.question) for one in self.candidates)
        ids = [tuple(one.method.id for one in outcomes if one.verdict == verdict) for verdict in (TRUE, UNKNOWN, FALSE)]
        return State(outcomes, eligible=ids[0], unknown=ids[1], refused=ids[2], memory={})


def _marks(offer: Offer) -> Iterator[Decimal]:
    for _, bounds in offer.options:
        for bound in bounds:
            yield from bound.marks
    for law in offer.laws:
        yield from law.marks


# ---------------------------------------------------------------------------------------------------------------- question


def eligible(
    checkout: Checkout | Mapping[str, Any] | str,
    merchant: Merchant | Mapping[str, Any] | str | None = None,
    *,
    on: date | str,
    methods: Iterable[str] | None = None,
    strict: bool = False,
    rulebook: Rulebook | None = None,
) -> Eligibility:
    """Tell which payment methods can be shown at a checkout, and why the others cannot.

    Args:
        checkout: who pays what; a mapping, or a text such as "NL 50 EUR".
        merchant: who sells; the code of a country is enough. Silent: what depends on it is unknown or assumed.
        on: the day.
        methods: ids of the methods to ask about; silent: all.
        strict: whether what is only assumed counts as unknown.
        rulebook: the facts to use; silent: those installed.

    >>> found = eligible("DE 50 EUR", on="2025-02-01", methods=["giropay", "paypal"])
    >>> found.eligible, found["giropay"].reasons[0].code
    (('paypal',), 'method_ended')

    Raises:
        InvalidInput: if the checkout, the merchant or an option cannot be understood.
        UnknownFact: if a method is asked about that is not known.
    """
    asked, book_ = Checkout.of(checkout), rulebook or Rulebook.builtin()
    seller = None if merchant is None else Merchant.of(merchant)
    lane = lane_of(asked, seller, a_day(on), _listed(methods), book_, strict=strict)
    state = lane.at(asked.amount.amount)
    return Eligibility.made(
        {"_inside": _Inside(asked, state, lane, book_)},
        shopper=asked.shopper,
        amount=asked.amount,
        on=lane.question.on,
        eligible=state.eligible,
        unknown=state.unknown,
        refused=state.refused,
    )


def _listed(methods: Iterable[str] | None) -> tuple[str, ...] | None:
    if methods is None:
        return None
    if isinstance(methods, str) or not isinstance(methods, Iterable):
        raise InvalidInput(f"methods are a list of ids, not {shown(methods)}", field="methods", value=methods)
    found = tuple(islice(methods, 1001))
    if not all(isinstance(name, str) for name in found):
        wrong = next(name for name in found if not isinstance(name, str))
        raise InvalidInput(f"methods are a list of ids, not of {shown(wrong)}", field="methods", value=wrong)
    if len(found) > 1000:
        raise InvalidInput("at most 1000 methods are asked about at once, not more", field="methods", value=len(found))
    return tuple(dict.fromkeys(found))


def lane_of(
    asked: Checkout, seller: Merchant | None, on: date, methods: tuple[str, ...] | None, rulebook: Rulebook, *, strict: bool
) -> Lane:
    """Return the lane of a question, resolving its facts once."""
    data = book(rulebook)
    key = (asked.lane, None if seller is None else seller.signature, on, methods, strict)
    lanes: dict[Any, Lane] = rulebook.compiled(("payments.lanes",), dict)
    lane = lanes.get(key)
    if lane is None:
        if len(lanes) >= _MOST_LANES:
            lanes.clear()
        lane = lanes[key] = _resolved(asked, seller, on, methods, data, strict=strict)
    return lane


def _resolved(
    asked: Checkout, seller: Merchant | None, on: date, methods: tuple[str, ...] | None, data: Book, *, strict: bool
) -> Lane:
    chosen = [data.method(name) for name in (sorted(data.methods) if methods is None else methods)]
    if asked.provider is not None and (seller is None or asked.provider not in {one.provider for one in seller.contracts}):
        checked_provider(asked.provider, data.providers)
    _check_options(asked, data)
    _check_contracts(seller, data)
    question = Keys(
        on=on,
        shopper=asked.shopper,
        currency=asked.amount.currency,
        provider=asked.provider,
        merchant=asked.merchant_country or (seller.country if seller else None),
        vertical=asked.vertical,
        buyer=asked.buyer,
    )
    return Lane([_candidate(method, asked, seller, question, data, strict=strict) for method in chosen], question, data, seller)


def _check_options(asked: Checkout, data: Book) -> None:
    for group in ("flow", "product", "brand", "account"):
        said = getattr(asked, group)
        known = sorted({one.id for method in data.methods.values() for one in method.options if one.group == group})
        if said is not None and said not in known:
            raise InvalidInput(
                f"unknown {group} {shown(said)}", field=group, value=said, allowed=known, hint=suggest(said, known)
            )


def _check_contracts(seller: Merchant | None, data: Book) -> None:
    """Refuse names of methods that nobody knows: a misspelt one would silently switch nothing on."""
    for contract in seller.contracts if seller is not None else ():
        for name in contract.methods or ():
            data.method(name)
        accepted = {"any", *KINDS, *data.methods}
        for name in contract.fees:
            if name not in accepted:
                raise InvalidInput(
                    f"{shown(name)} is neither a method nor a kind", field="fees", value=name, hint=suggest(name, accepted)
                )


def _candidate(
    method: Method, asked: Checkout, seller: Merchant | None, question: Keys, data: Book, *, strict: bool
) -> Candidate:
    general = [_serves(method, question), _buyer(method, question), _goods(method, asked)]
    places = _routes(method, asked, seller)
    if len(places) > 1 or places[0].provider is None:
        general.append(_live(method, question))
    refused = any(one.verdict == FALSE for one in general)  # then one provider's reasons are enough
    offers = [_offer(method, asked, seller, question, route, data, strict=strict) for route in places[: 1 if refused else None]]
    return Candidate(method, tuple(one for one in general if one.verdict != TRUE), tuple(offers))


def _switched_on(method: Method, seller: Merchant | None) -> bool | None:
    """Tell whether a method that needs no provider is switched on; None: the merchant's contracts do not list all."""
    lists = [contract.methods for contract in seller.contracts] if seller is not None else []
    if not lists or None in lists:
        return None
    return any(method.id in (listed or ()) for listed in lists)


class Route(NamedTuple):
    """A provider, an entity of the merchant, and whether the merchant says that the method is switched on."""

    provider: str | None
    merchant: str | None
    stated: bool | None


def _routes(method: Method, asked: Checkout, seller: Merchant | None) -> list[Route]:
    """Return the ways in which a merchant may take a method: by its contracts, or by any provider that has it."""
    seats: tuple[str | None, ...] = (asked.merchant_country,)
    if asked.merchant_country is None and seller is not None:
        seats = seller.countries
    if method.direct:
        return [Route(None, seat, _switched_on(method, seller)) for seat in seats]
    if seller is not None and seller.contracts:
        contracts = [one for one in seller.contracts if asked.provider in (None, one.provider)]
        if contracts:
            return [
                Route(one.provider, seat, None if one.methods is None else method.id in one.methods)
                for one in contracts
                for seat in ((one.country,) if one.country else seats)
            ]
    if asked.provider is not None:
        return [Route(asked.provider, seat, None) for seat in seats]
    return [Route(provider, seat, None) for provider in (method.offers or (None,)) for seat in seats]


def _offer(
    method: Method, asked: Checkout, seller: Merchant | None, question: Keys, route: Route, data: Book, *, strict: bool
) -> Offer:
    keys = Keys(
        question.on, question.shopper, question.currency, route.provider, route.merchant, question.vertical, question.buyer
    )
    given = asked.provider is not None or (seller is not None and bool(seller.contracts))
    found = [
        _live(method, keys), _offered(method, route, given), _served_there(method, keys), _currency(method, keys),
        _merchant(method, keys), *_gates(method, keys, seller), _recurring(method, asked, keys),
        _refund(method, asked, keys), *_notes(method, keys, asked, data),
    ]  # fmt: skip
    if route.stated:
        found = [_stated(one) for one in found]
    options = tuple((option, _bounds(method, option, keys)) for option in _chosen(method, asked, keys))
    assumed = [one.code for one in found if one.code in _ASSUMED]
    if options and not any(bounds for _, bounds in options):
        assumed.append(_no_bound(method, keys))
    elif options and not any(bound.row.holds(keys.on) == TRUE for _, bounds in options for bound in bounds):
        assumed.append("seen_later")
    if strict and assumed:
        found.append(Found(UNKNOWN, "assumed", f"only assumed: {'; '.join(_ASSUMED[code] for code in assumed)}"))
    kept = tuple(one for one in found if one.verdict != TRUE or one.text)
    return Offer(
        route.provider, route.merchant, kept, options, _laws(method, keys, data), tuple(dict.fromkeys(assumed)), strict
    )


_MERCHANT_MAY_STATE = frozenset({"not_listed", "merchant_unknown", "entity", "own_contract", "merchant_tax_id"})


def _stated(found: Found) -> Found:
    """Turn what is only unknown into yes on the merchant's word; a fact that says no stays."""
    if found.verdict == UNKNOWN and found.code in _MERCHANT_MAY_STATE:
        return Found(TRUE, "stated_by_merchant")
    return found


# ------------------------------------------------------------------------------------------------------------------ checks

_OK = Found(TRUE, "")


def _live(method: Method, keys: Keys) -> Found:
    rows = method.rows("live")
    about = upmost(row for row in rows if row.fits(keys) == TRUE)
    # a row of one country is the life of the method there; rows of providers do not end it elsewhere
    others = [row for row in rows if row.fits(keys) != TRUE and "shopper" not in row.keys]
    if about:
        verdict, row = max(((row.holds(keys.on), row) for row in about), key=lambda pair: pair[0])
        return _lived(method, row, verdict, keys.on)
    if not others:
        if rows and all("shopper" in row.keys for row in rows):
            return Found(
                UNKNOWN, "live_unknown", f"when {method.name_on(keys.on).text} can be used there is not known", rows[0]
            )
        return Found(TRUE, "live_dates")
    states = {row.holds(keys.on) for row in others}
    ends = sorted(row.valid_to for row in others if row.valid_to)
    if states == {TRUE}:
        return Found(TRUE, "live_dates")
    last = max(others, key=lambda row: row.valid_to or date.max)
    if states == {FALSE}:
        return Found(FALSE, "method_ended", f"the last known provider ended it on {ends[-1]}", last, remedy=_successor(method))
    return Found(UNKNOWN, "live_unknown", f"providers ended it between {ends[0]} and {ends[-1]}: name the provider", last)


def _lived(method: Method, row: Row, verdict: int, on: date) -> Found:
    if verdict == TRUE:
        if row.valid_to is not None and row.valid_to - on <= _ENDS_SOON:
            return Found(TRUE, "ends_soon", f"ends on {row.valid_to}", row)
        return _OK
    past = row.valid_to is not None and on > row.valid_to
    if verdict == UNKNOWN:
        text = f"its last day is not certain: {row.valid_to} or {row.also_to}" if past else "its first day is not certain"
        if not past and row.also_from and row.valid_from:
            text += f": between {row.also_from} and {row.valid_from}"
        return Found(UNKNOWN, "live_unknown", text, row)
    if past:
        return Found(FALSE, "method_ended", f"ended on {row.valid_to}", row, remedy=_successor(method))
    return Found(FALSE, "not_yet_live", f"begins {row.also_from or row.start}", row)


def _successor(method: Method) -> str:
    return f"its successor is {method.succeeded_by}" if method.succeeded_by else ""


def _offered(method: Method, route: Route, given: bool) -> Found:  # noqa: FBT001 - a plain flag
    if route.stated is False:
        where = f" at {route.provider}" if route.provider else ""
        return Found(FALSE, "not_enabled", f"is not switched on{where}", remedy="switch it on")
    if method.direct:  # the merchant or its carrier takes the money
        return _OK
    if not given:
        return Found(TRUE, "any_provider")
    if route.provider in method.offers:
        return _OK
    if method.everywhere:
        return Found(TRUE, "everywhere")
    return Found(UNKNOWN, "not_listed", f"no page of {route.provider} on it is known")


def _serves(method: Method, keys: Keys) -> Found:
    general = upmost(
        row for row in method.rows("serves") if "provider" not in row.keys and (not row.layer or _lives(row, keys))
    )
    own = [row for row in method.rows("serves") if row.layer and "provider" in row.keys and _lives(row, keys)]
    if any(inside_any(keys.shopper, row.says["of"], keys.on) for row in (*general, *own)):
        return _OK
    row = general[0] if general else None
    listed = ", ".join(row.says["of"][:12]) if row else "nowhere"
    return Found(FALSE, "shopper_country", f"is not for shoppers in {keys.shopper} (for: {listed})", row)


def _lives(row: Row, keys: Keys) -> bool:
    return row.holds(keys.on) != FALSE


def _served_there(method: Method, keys: Keys) -> Found:
    rows = method.replaced("serves", keys)
    if not rows or any(inside_any(keys.shopper, row.says["of"], keys.on) for row in rows):
        return _OK
    listed = ", ".join(rows[0].says["of"][:12])
    if "provider" not in rows[0].keys and _serves(method, keys).verdict == FALSE:
        return _OK  # told already
    where = f"{keys.provider} offers it" if "provider" in rows[0].keys else "is offered"
    return Found(FALSE, "shopper_country", f"{where} to shoppers in {listed} only", rows[0])


def _buyer(method: Method, keys: Keys) -> Found:
    for row in upmost(row for row in method.rows("buyer") if not row.layer or _lives(row, keys)):
        if keys.buyer not in row.says["of"]:
            return Found(FALSE, "buyer_kind", f"is for {' and '.join(row.says['of'])} buyers only", row)
    return _OK


def _currency(method: Method, keys: Keys) -> Found:
    rows = method.replaced("takes", keys)
    if not rows:
        return Found(TRUE, "no_currency_list")
    if any(keys.currency in row.says["of"] for row in rows):
        return _OK
    listed = ", ".join(rows[0].says["of"][:12])
    return Found(
        FALSE,
        "currency_not_supported",
        f"does not take {keys.currency} (takes: {listed})",
        rows[0],
        remedy=f"charge in {listed}",
    )


def _merchant(method: Method, keys: Keys) -> Found:
    rows = method.replaced("merchants", keys)
    own = [row for row in rows if "provider" in row.keys] or rows
    if not own:
        return Found(TRUE, "no_merchant_list")
    if keys.merchant is None:
        return Found(UNKNOWN, "merchant_unknown", "depends on the merchant's country", own[0])
    if any(inside_any(keys.merchant, row.says["of"], keys.on) for row in own):
        return _OK
    listed = ", ".join(own[0].says["of"][:12])
    verdict = FALSE if any(row.holds(keys.on) == TRUE for row in own) else UNKNOWN
    text = f"is not for merchants in {keys.merchant} (for: {listed})"
    return Found(verdict, "merchant_country", text, own[0], remedy=f"with an entity in {listed}")


def _gates(method: Method, keys: Keys, seller: Merchant | None) -> Iterator[Found]:
    for row in method.rows("gate"):
        if row.fits(keys) == TRUE:
            yield _GATES[row.says["need"]](row, keys, seller)


def _entity(row: Row, keys: Keys, seller: Merchant | None) -> Found:
    place = row.says["place"]
    known = {keys.merchant, *(seller.countries if seller else ())} - {None}
    if not known:
        return Found(UNKNOWN, "entity", f"needs an entity in {place}", row)
    return (
        _OK
        if place in known
        else Found(FALSE, "entity", f"needs an entity in {place}", row, remedy=f"with an entity in {place}")
    )


def _own_contract(row: Row, keys: Keys, seller: Merchant | None) -> Found:
    place = row.says["place"]
    if seller is not None and place in seller.own_contracts:
        return _OK
    text = f"needs the merchant's own contract with a bank in {place}"
    verdict = UNKNOWN if keys.merchant in (None, place) else FALSE
    return Found(verdict, "own_contract", text, row, remedy=f"with an own contract in {place}")


def _merchant_tax_id(row: Row, keys: Keys, seller: Merchant | None) -> Found:
    place = row.says["place"]
    if keys.merchant == place or (seller is not None and place in seller.tax_ids):
        return _OK
    text = f"needs a tax number of the merchant in {place}"
    return Found(
        UNKNOWN if keys.merchant is None else FALSE, "merchant_tax_id", text, row, remedy=f"with a tax number in {place}"
    )


def _domestic(row: Row, keys: Keys, _: Merchant | None) -> Found:
    if keys.merchant == keys.shopper:
        return _OK
    text = f"is for merchants of the shopper's own country ({keys.shopper}) only"
    return Found(
        UNKNOWN if keys.merchant is None else FALSE, "domestic_only", text, row, remedy=f"with an entity in {keys.shopper}"
    )


_GATES = {
    "entity": _entity,
    "own_contract": _own_contract,
    "merchant_tax_id": _merchant_tax_id,
    "domestic_only": _domestic,
    "shopper_tax_id": lambda row, *_: Found(TRUE, "asks_tax_id", "the shopper is asked for a tax number", row),
    "shopper_identity": lambda row, *_: Found(TRUE, "asks_identity", "the shopper needs an electronic identity", row),
    "local_acquiring": lambda row, *_: Found(TRUE, "local_acquiring", f"is acquired locally in {row.says['place']}", row),
}


def _goods(method: Method, asked: Checkout) -> Found:
    if method.physical_only and asked.goods == "digital":
        return Found(
            FALSE, "goods", "is for goods that are handed over: there is no door to pay at", _fact_of(method, "serves")
        )
    return _OK


def _fact_of(method: Method, family: str) -> Row | None:
    rows = method.rows(family)
    return rows[0] if rows else None


def _recurring(method: Method, asked: Checkout, keys: Keys) -> Found:
    if not (asked.recurring or asked.renewal):
        return _OK
    rows = method.replaced("recurring", keys)
    for plan in method.rows("plan"):
        if asked.renewal and plan.says.get("on_renewal") is False and plan.fits(keys) == TRUE:
            return Found(FALSE, "no_recurring", "is not for renewals", plan)
    if not rows or rows[0].says["value"] == "unknown":
        return Found(UNKNOWN, "recurring_unknown", "whether it can be charged again is not known", rows[0] if rows else None)
    value = rows[0].says["value"]
    if value == "no":
        return Found(FALSE, "no_recurring", "cannot be charged again without the shopper", rows[0])
    if value == "yes":
        return _OK
    text = (
        "can be charged again through a direct debit mandate only"
        if value == "mandate_only"
        else "can be charged again under conditions"
    )
    return Found(TRUE, "recurring_limited", text, rows[0])


def _refund(method: Method, asked: Checkout, keys: Keys) -> Found:
    if asked.refund_days is None:
        return _OK
    rows = method.replaced("refund", keys)
    if not rows:
        return Found(UNKNOWN, "refund_unknown", "whether it can be refunded is not known")
    value, days = rows[0].says["value"], rows[0].says.get("days")
    if value == "none":
        return Found(FALSE, "no_refund", "cannot be refunded", rows[0])
    if days is not None and days < asked.refund_days:
        return Found(FALSE, "refund_window", f"can be refunded for {days} days only", rows[0])
    if value == "off_rail":
        return Found(TRUE, "off_rail_refund", "is refunded by a transfer outside the method", rows[0])
    return Found(UNKNOWN, "refund_unknown", "for how long it can be refunded is not known", rows[0]) if days is None else _OK


def _notes(method: Method, keys: Keys, asked: Checkout, data: Book) -> Iterator[Found]:
    """Yield what does not refuse but should be known."""
    if method.pay_within:
        yield Found(TRUE, "paid_later", f"may be paid up to {method.pay_within} days later: send the goods after it is paid")
    if method.kind == "bnpl":
        yield Found(TRUE, "approval", "the amount being within the limits does not guarantee approval of the shopper")
    if method.kind == "cod":
        yield _refused_at_the_door(keys, data)
    name = method.name_on(keys.on)
    if name.status == "presumed":
        yield Found(TRUE, "name_presumed", f"the name {name.text!r} is presumed for this day, not announced with a date")
    places = data.places_of(keys.shopper, keys.on)
    tax = data.rule("payment.card_abroad_tax", places, keys.on)
    if method.kind == "card" and keys.merchant not in (None, keys.shopper):
        declined = data.law("payment.cards_charged_abroad_declined", places, keys.on)
        if declined is not None:
            yield Found(TRUE, "declined_abroad", "many issuers there decline cards that are charged from abroad", declined)
        if tax is not None:
            yield Found(TRUE, "card_abroad_tax", f"the shopper pays {tax.text} tax on cards charged abroad", tax)
    choice = data.law("payment.cobadge.shopper_choice", places, keys.on)
    if method.cobadged_with and choice is not None:
        yield Found(TRUE, "cobadged", f"the shopper may choose the brand of a card that is also {_either(method)}", choice)
    strong = data.law("payment.strong_authentication", places, keys.on, kind=method.kind)
    if strong is not None:
        yield Found(TRUE, "strong_authentication", "the shopper confirms with two factors", strong)
    free = data.rule("payment.mandate.no_second_factor_up_to", places, keys.on)
    if asked.recurring and free is not None and free.unit == keys.currency:
        yield Found(TRUE, "second_factor", f"charges above {free.text} need a second factor each time", free)


def _refused_at_the_door(keys: Keys, data: Book) -> Found:
    """Tell that parcels are refused at the door, with the figure that is known, or that none is."""
    text = "parcels may be refused at the door (cash_on_delivery tells from which rate on it does not pay)"
    for row in data.refusals:
        place = row.says["place"]
        if row.holds(keys.on) == TRUE and keys.shopper in data.areas.get(place, (place,)):
            prepaid = f", {row.says['prepaid']} % of prepaid ones" if "prepaid" in row.says else ""
            since = f" in {row.start.year}" if row.start is not None else ""
            return Found(TRUE, "refusals", f"{text}: {row.says['percent']} %{prepaid}{since}; {row.note}", row)
    return Found(TRUE, "refusals", f"{text}: no figure of the country is known")


def _either(method: Method) -> str:
    return " or ".join(name.removeprefix("card_").replace("_", " ") for name in method.cobadged_with)


# ----------------------------------------------------------------------------------------------------------------- amounts


def _chosen(method: Method, asked: Checkout, keys: Keys) -> tuple[Option, ...]:
    """Return the options of a method that the checkout leaves open."""
    said = {"flow": asked.flow, "product": asked.product, "brand": asked.brand, "account": asked.account}
    out = []
    for option in method.options:
        wanted = said.get(option.group)
        known = wanted in [one.id for one in method.options]
        if wanted is not None and known and option.id != wanted:
            continue
        if option.shopper and keys.shopper not in option.shopper:
            continue
        out.append(option)
    return tuple(out)


def _bounds(method: Method, option: Option, keys: Keys) -> tuple[Bound, ...]:
    found = [
        (row, sure)
        for row in method.rows("limit")
        if row.option in (None, option.id) and (sure := min(row.fits(keys), row.holds(keys.on))) != FALSE
        and (_in_currency(row, keys.currency) or (row.layer and row.says.get("unlimited")))
    ]  # fmt: skip
    left = upmost(row for row, _ in found)
    return tuple(bound for row, sure in found if row in left and (bound := _bound(row, sure, keys.currency)) is not None)


def _in_currency(row: Row, currency: str) -> bool:
    stated = row.says.get("min") or row.says.get("max")
    return stated is not None and stated.currency == currency


def _no_bound(method: Method, keys: Keys) -> str:
    """Tell whether limits are not known at all, or only in other currencies: they are not converted."""
    elsewhere = any(row.fits(keys) != FALSE and row.holds(keys.on) != FALSE for row in method.rows("limit"))
    return "limit_other_currency" if elsewhere else "no_limit"


def _bound(row: Row, sure: int, currency: str) -> Bound | None:
    low, high, also = (row.says.get(name) for name in ("min", "max", "also"))
    stated = low or high
    if stated is None or stated.currency != currency:
        return None
    op = row.says.get("op", None if row.family == "limit" and row.method == "cash_limit" else "up_to")
    low, high, also = (None if one is None else one.amount for one in (low, high, also))
    return Bound(row, sure, low, high, also, op)


def _laws(method: Method, keys: Keys, data: Book) -> tuple[Bound, ...]:
    """Return the legal limits of cash, which bind what is paid in coins and notes at the door."""
    if method.kind != "cod":
        return ()
    rows = [(row, min(row.fits(keys), row.holds(keys.on))) for row in data.cash_limits]
    left = upmost(row for row, sure in rows if sure != FALSE)
    return tuple(bound for row, sure in rows if row in left and (bound := _bound(row, sure, keys.currency)) is not None)


def _judged(bound: Bound, amount: Decimal, currency: str, option: str = "") -> Found | None:
    """Return what a bound says against an amount, or None if it has nothing against it."""
    answer = bound.ask(amount)
    if answer == TRUE:
        return None
    below = bound.low is not None and amount < bound.low
    mark = bound.low if below else bound.high
    limit = None if mark is None else Money(mark, currency)
    where = f" ({option})" if option else ""
    if below:
        text, code, remedy = f"is below the minimum of {limit}{where}", "amount_below_min", f"from {limit}"
    else:
        text, code, remedy = f"is above the maximum of {limit}{where}", "amount_above_max", f"up to {limit}"
    if answer == UNKNOWN:
        text = f"whether {Money(amount, currency)} is allowed is not certain: the bound is {limit}"
        text += f" or {Money(bound.also, currency)}" if bound.also is not None else ""
        return Found(UNKNOWN, code, text, bound.row, limit, remedy)
    if bound.row.says.get("nature") in _SOFT:
        return Found(TRUE, "soft_limit", f"{text}, which the shopper or the provider may raise", bound.row, limit)
    if bound.sure == UNKNOWN:
        return Found(UNKNOWN, code, f"{text}, but whether that bound applies is not known", bound.row, limit, remedy)
    return Found(FALSE, "law" if bound.row.method == "cash_limit" else code, text, bound.row, limit, remedy)


def _asked_option(option: Option, bounds: tuple[Bound, ...], amount: Decimal, currency: str) -> tuple[int, list[Found]]:
    found = [one for bound in bounds if (one := _judged(bound, amount, currency, option.id)) is not None]
    return min((one.verdict for one in found), default=TRUE), found


def _asked_offer(offer: Offer, amount: Decimal, currency: str) -> tuple[int, tuple[Option, ...], list[Found]]:
    found = list(offer.found)
    found += [one for law in offer.laws if (one := _judged(law, amount, currency)) is not None]
    answers = [(option, *_asked_option(option, bounds, amount, currency)) for option, bounds in offer.options]
    best = max((verdict for _, verdict, _ in answers), default=FALSE)
    left = tuple(option for option, verdict, _ in answers if verdict == best and verdict != FALSE)
    if not answers:
        found.append(Found(FALSE, "option", "has no such option there"))
    elif best == TRUE:
        found += _dropped(answers)
    else:
        found += _nearest([one for _, verdict, said in answers if verdict == best for one in said if one.verdict == best])
    return min([best, *(one.verdict for one in found)]), left, found


def _dropped(answers: Sequence[tuple[Option, int, list[Found]]]) -> list[Found]:
    out = [one for _, verdict, said in answers if verdict == TRUE for one in said]
    gone = [option.id for option, verdict, _ in answers if verdict != TRUE]
    if gone:
        out.append(Found(TRUE, "options_dropped", f"not as {', '.join(gone)}"))
    return out


def _nearest(found: Sequence[Found]) -> list[Found]:
    """Return the nearest miss of each kind over the options: the highest maximum, the lowest minimum."""
    above = [one for one in found if one.code != "amount_below_min"]
    below = [one for one in found if one.code == "amount_below_min"]
    out = [max(above, key=_mark)] if above else []
    return out + ([min(below, key=_mark)] if below else [])


def _mark(found: Found) -> Decimal:
    return found.bound.amount if found.bound is not None else Decimal(0)


def _outcome(candidate: Candidate, amount: Decimal, question: Keys) -> Outcome:
    answers = []
    for offer in candidate.offers:
        verdict, options, found = _asked_offer(offer, amount, question.currency)
        misses = sum(one.verdict == FALSE for one in found)
        answers.append((verdict, -misses, -len(offer.assumed), offer, options, found))
    answers = [_joined(answer, answers) for answer in answers]
    verdict, _, _, offer, options, found = max(answers, key=lambda answer: answer[:3])
    if verdict == TRUE and "any_provider" in offer.assumed and "no_limit" in offer.assumed:
        verdict, found = _not_by_ignorance(verdict, found, [answer[-1] for answer in answers])
    said = [*candidate.general, *found]
    verdict = min([verdict, *(one.verdict for one in candidate.general)])
    kept = {(one.code, one.text): one for one in said}
    also = _also(candidate, verdict, offer, answers)
    return Outcome(candidate.method, verdict, offer, options, tuple(kept.values()), offer.assumed, also)


def _also(candidate: Candidate, verdict: int, best: Offer, answers: Sequence[Any]) -> tuple[Outcome, ...]:
    """Return how else a method can be shown, where the merchant's contracts give a choice: their fees may decide."""
    if verdict != TRUE or "any_provider" in best.assumed:
        return ()
    out = []
    for said, _, _, offer, options, found in answers:
        if said == TRUE and offer is not best:
            kept = {(one.code, one.text): one for one in (*candidate.general, *found)}
            out.append(Outcome(candidate.method, said, offer, options, tuple(kept.values()), offer.assumed))
    return tuple(out)


def _joined(answer: Any, answers: Sequence[Any]) -> Any:
    """Return an answer in which providers of which no page is known are told together."""
    silent = [one[3].provider for one in answers if any(found.code == "not_listed" for found in one[5])]
    if len(silent) < 2:
        return answer
    text = f"no page of {', '.join(dict.fromkeys(silent))} on it is known"
    return (*answer[:5], [found._replace(text=text) if found.code == "not_listed" else found for found in answer[5]])


def _not_by_ignorance(verdict: int, found: list[Found], others: Sequence[list[Found]]) -> tuple[int, list[Found]]:
    """Return unknown where every provider with known limits refuses the amount and only one without them is left."""
    refused = [one for said in others for one in said if one.verdict == FALSE and one.code.startswith("amount")]
    if not refused:
        return verdict, found
    text = "the providers whose limits are known refuse the amount; the limits of the others are not known"
    return UNKNOWN, [*found, Found(UNKNOWN, "limit_unknown", text, refused[0].row, refused[0].bound, refused[0].remedy)]


# ----------------------------------------------------------------------------------------------------------------- telling


def told(outcome: Outcome, asked: Checkout, lane: Lane) -> MethodVerdict:
    """Return an outcome as a result for people and programs."""
    method, on = outcome.method, lane.question.on
    against = sorted((one for one in outcome.found if one.verdict != TRUE), key=lambda one: one.verdict)
    given = outcome.verdict
    reasons = [one for one in against if one.verdict == given] if given != TRUE else []
    reasons += [one for one in against if one not in reasons] if given == FALSE else []
    rows = [one.row for one in outcome.found if isinstance(one.row, Row)]
    rows += [bound.row for option, bounds in outcome.offer.options if option in outcome.options for bound in bounds]
    rows += [row for row in method.rows("live") if row.holds(on) == TRUE]
    return MethodVerdict.made(
        method=method.id,
        name=method.name_on(on).text,
        kind=method.kind,
        verdict=_WORDS[given],
        provider=outcome.offer.provider,
        options=tuple(option.id for option in outcome.options if option.id),
        credit=credit_of(outcome.options, method),
        reasons=tuple(_reason(one) for one in reasons),
        warnings=tuple(one.text for one in outcome.found if one.verdict == TRUE and one.text) + _doubts(rows),
        assumptions=tuple(_ASSUMED[code] for code in outcome.assumed),
        facts=tuple(row.used() for row in dict.fromkeys(rows)),
        plan=plan_of(method, asked, outcome.offer.provider, on, lane.question),
        elsewhere=() if given == TRUE else _elsewhere(outcome, asked, lane),
    )


def _elsewhere(outcome: Outcome, asked: Checkout, lane: Lane) -> tuple[str, ...]:
    """Return the other providers at which a method could be shown to the same shopper by the same merchant."""
    question, seller = lane.question, lane.seller
    if _serves(outcome.method, question).verdict == FALSE:
        return ()
    others = [name for name in outcome.method.offers if name != outcome.offer.provider]
    found = []
    for provider in others:
        here = asked.model_copy(update={"provider": provider})
        bare = None if seller is None else seller.model_copy(update={"contracts": ()})
        candidate = _candidate(outcome.method, here, bare, question, lane.data, strict=False)
        if _outcome(candidate, asked.amount.amount, question).verdict == TRUE:
            found.append(provider)
    return tuple(found)


def credit_of(options: Sequence[Option], method: Method) -> bool | None:
    """Tell whether the shopper pays later with any of some options; None: it depends, or they differ."""
    said = {option.credit if option.id else method.credit for option in options} or {method.credit}
    return said.pop() if len(said) == 1 else None


def _doubts(rows: Sequence[Row]) -> tuple[str, ...]:
    low = [row.id for row in dict.fromkeys(rows) if row.confidence == "low"]
    return (f"rests on facts of low confidence: {', '.join(low[:3])}",) if low else ()


def _reason(found: Found) -> Reason:
    fact = None if found.row is None else found.row.used()
    return Reason.made(
        code=found.code, verdict=_WORDS[found.verdict], text=found.text, bound=found.bound, fact=fact, remedy=found.remedy
    )


def _general(asked: Checkout) -> tuple[str, ...]:
    said = asked.model_fields_set
    codes = [("buyer", "buyer_is_consumer"), ("goods", "goods_physical"), ("vertical", "vertical_ordinary")]
    return tuple(_ASSUMED[code] for name, code in codes if name not in said)
