"""Rates: what each service costs for a shipment, how long it takes, and why the others cannot take it.

`rates` measures the parcels as each service does, applies its limits, looks its prices up, writes its invoice line by line and
ranks what is left. What is not known is never a price: the service is excluded and the reason says what is missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from pydantic import computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RateUnavailable, UnknownFact, XBCommerceError, shown
from xbcommerce.exchange import FixedRates, Rate, RateSource, policy_rate
from xbcommerce.explain import Amount, Answer, Explanation, FactUsed, Result, Step
from xbcommerce.goods import Model, Price
from xbcommerce.logistics.delivery import Fit, fit
from xbcommerce.logistics.models import Break, Charge, Days, Lane, Limit, Parcel, Service, Shipment, Transit, quantity
from xbcommerce.logistics.parcels import (
    KILOGRAM,
    Measured,
    Measurer,
    Missing,
    Piece,
    Test,
    TooLarge,
    all_hold,
    compile_tests,
    kilograms,
    measured,
    measured_text,
    shifted,
    weight_text,
)
from xbcommerce.logistics.ratecards import (
    BeyondCard,
    Bill,
    BillOfCharges,
    NoZone,
    UnknownPrice,
    ZoneMap,
    money_of,
    sources,
)
from xbcommerce.logistics.ratecards import (
    services as built_in,
)
from xbcommerce.money import Money, divide, minor_units

__all__ = ["Component", "Excluded", "Quote", "Rates", "Reason", "TradeOff", "rate", "rates", "rates_batch"]

Kind: TypeAlias = Literal[
    "limit", "zone", "lane", "goods", "value", "delivery", "promise", "beyond_card", "unknown_price", "missing_input",
    "not_valid", "exchange",
]  # fmt: skip
_FINE = 10**12
_REMEMBERED = 64


class TradeOff(Model):
    """What time and convenience are worth, so that cost, speed and fit can be weighed.

    Attributes:
        day: what a shopper's day of waiting costs the seller.
        unmet: what it costs if an expectation of the whole market is not met (in proportion to the share that has it).
    """

    day: Price
    unmet: Price | None = None

    @classmethod
    def of(cls, value: object) -> TradeOff:
        """Return a trade-off as it is, or made from the price of a day or from a mapping."""
        if isinstance(value, TradeOff):
            return value
        if isinstance(value, Mapping) and "day" in value:
            return cls(**value)
        return cls(day=value)


class Component(Result):
    """One line of a carrier's invoice.

    Attributes:
        listed: a price that later lines refer to; it is not part of the sum.
    """

    id: str
    amount: Amount
    text: str
    listed: bool = False
    facts: tuple[FactUsed, ...] = ()


class Reason(Result):
    """Why a service cannot take a shipment.

    Attributes:
        kind: what it is about, from a closed list.
        measured, limit: what was found and what is allowed, where it is a limit.
        fact: where it is written.
    """

    kind: Kind
    text: str
    measured: str = ""
    limit: str = ""
    fact: FactUsed | None = None


class _Ledger:
    """What a quote knows until somebody asks why."""

    __slots__ = ("bill", "lane", "piece", "pieces", "total")

    def __init__(self, lane: _Ready, pieces: Sequence[Piece], piece: Piece, bill: Bill) -> None:
        self.lane, self.pieces, self.piece, self.bill = lane, pieces, piece, bill
        self.total = bill.total


class Quote(Answer):
    """What one service charges for a shipment.

    Attributes:
        service, carrier, kind: which.
        cost: in the currency of its bill.
        converted: in the currency of the comparison, if that is another one.
        chargeable: kilograms that are charged, all parcels together.
        days: from handover to delivery, if known.
        on_time: share delivered within `days`, if somebody measured it.
        delivery: how it delivers.
        fits: how it meets what the market expects.
        assumptions, warnings: what was assumed, and what is uncertain.
    """

    service: str
    carrier: str
    kind: str
    cost: Amount
    converted: Amount | None
    chargeable: Decimal
    days: Days | None
    on_time: str | None
    delivery: tuple[str, ...]
    fits: tuple[Fit, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def components(self) -> tuple[Component, ...]:
        """The invoice, line by line; the lines that are not `listed` add up to `cost`."""
        return _components(self._inside)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def parcels(self) -> tuple[Measured, ...]:
        """How the service measures each parcel."""
        return tuple(measured(piece) for piece in self._inside.pieces)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def hints(self) -> tuple[str, ...]:
        """What a little less or more weight would change."""
        return _hints(self._inside, self.cost)

    def lane(self) -> Lane:
        """Return cost, days and service as plain data for a plan."""
        return Lane(service=self.service, cost=self.cost, days=self.days, on_time=self.on_time)

    def explain(self) -> Explanation:
        """Return why it costs that."""
        steps = [
            Step(bill=self.carrier, id=part.id, kind="listed" if part.listed else "charge", amount=part.amount, text=part.text,
                 rule=self.service, facts=part.facts)
            for part in self.components
        ]  # fmt: skip
        steps.append(
            Step(
                bill=self.carrier,
                id="total",
                kind="total",
                amount=self.cost,
                text=self._total_text(),
                rule=self.service,
                facts=tuple(dict.fromkeys(fact for parcel in self.parcels for fact in parcel.facts)),
            )
        )
        fits = tuple(one.text for one in self.fits)
        return Explanation(
            title=f"{self.service}: {self.cost}", steps=tuple(steps), assumptions=(*self.assumptions, *fits, *self.hints),
            warnings=self.warnings,
        )  # fmt: skip

    def _total_text(self) -> str:
        parts = [parcel.text for parcel in self.parcels]
        said = parts[0] if len(parts) == 1 else "; ".join(f"parcel {index}: {text}" for index, text in enumerate(parts, 1))
        return f"{said}; {self.days}" if self.days else f"{said}; transit time not known"


class Excluded(Answer):
    """A service that cannot take the shipment, or whose price is not known."""

    service: str
    carrier: str
    kinds: tuple[Kind, ...]

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason, not the first only."""
        return tuple(make() for make in self._inside)

    def explain(self) -> str:
        """Return the reasons in one line."""
        return f"{self.service}: {'; '.join(reason.text for reason in self.reasons)}"


class Rates(Result):
    """Services ranked for a shipment, and those that cannot take it.

    Attributes:
        rank: in words.
        currency: in which costs were compared.
        quotes: the best first.
    """

    on: date
    rank: str
    currency: str | None
    quotes: tuple[Quote, ...]
    excluded: tuple[Excluded, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def best(self) -> Quote:
        """The first of the ranking.

        Raises:
            UnknownFact: if no service is left; the message says why.
        """
        if self.quotes:
            return self.quotes[0]
        said = "; ".join(one.explain() for one in self.excluded[:3]) or "no service was asked"
        raise UnknownFact(f"no service takes the shipment on {self.on}: {said}", field="services", on=self.on)

    def __getitem__(self, service: str) -> Quote:
        """Return the quote of a service.

        Raises:
            UnknownFact: if it was excluded or not asked.
        """
        for quote in self.quotes:
            if quote.service == service:
                return quote
        said = next((one.explain() for one in self.excluded if one.service == service), f"{service} was not asked")
        raise UnknownFact(said, field="services", value=service, on=self.on)

    def lanes(self) -> tuple[Lane, ...]:
        """Return all quotes as plain data for a plan."""
        return tuple(quote.lane() for quote in self.quotes)

    def explain(self) -> Explanation:
        """Return the ranking in words."""
        steps = tuple(
            Step(bill="rates", id=f"{place}. {quote.service}", kind="quote", amount=quote.cost, text=_ranked(quote),
                 rule=quote.service)
            for place, quote in enumerate(self.quotes, 1)
        )  # fmt: skip
        return Explanation(
            title=f"{len(self.quotes)} services on {self.on}, ranked by {self.rank}", steps=steps, assumptions=self.assumptions,
            warnings=tuple(f"excluded: {one.explain()}" for one in self.excluded),
        )  # fmt: skip


def _ranked(quote: Quote) -> str:
    said = [str(quote.days) if quote.days else "transit time not known", f"{quote.chargeable:f} kg charged"]
    if quote.converted is not None:
        said.insert(0, str(quote.converted))
    said += [one.text for one in quote.fits if one.met is False]
    return "; ".join(said)


# ------------------------------------------------------------------------------------------------------------------------ ready


class _Exchange:
    """Exchange rates of one call: each pair is looked up once."""

    __slots__ = ("_known", "_on", "_source", "alone", "used")

    def __init__(self, on: date, source: RateSource | None, *, alone: bool) -> None:
        self._on, self._source, self.alone = on, source, alone
        self._known: dict[tuple[str, str], Rate] = {}
        self.used: list[str] = []

    def rate(self, base: str, quote: str) -> Rate:
        found = self._known.get((base, quote))
        if found is None:
            found = policy_rate("ecb.daily", base, quote, self._on, self._source, latest=True)
            self._known[base, quote] = found
            self.used.append(found.describe() + (f", {found.note}" if found.note else ""))
        return found


def _money(piece: Piece, name: str, currency: str) -> Fraction:
    amount = money_of(piece.shipment, piece, name)
    if amount.currency == currency:
        return Fraction(amount.amount)
    rate = piece.fx.rate(amount.currency, currency)
    return Fraction(amount.amount) * Fraction(rate.numerator, rate.denominator)


class _Ready:
    """A service on a day, ready for use."""

    __slots__ = (
        "assumptions",
        "batteries",
        "bill",
        "carrier",
        "destinations",
        "fits",
        "id",
        "kind",
        "limits",
        "measurer",
        "on",
        "origins",
        "scale",
        "service",
        "transit",
        "valid",
        "warnings",
        "zones",
    )  # fmt: skip

    def __init__(self, service: Service, on: date, *, presume: bool) -> None:
        self.service, self.on, self.id, self.carrier, self.kind = service, on, service.id, service.carrier, service.kind
        self.valid = service.covers(on)
        self.origins, self.destinations = frozenset(service.origins), frozenset(service.destinations)
        self.bill = BillOfCharges(service, on, _money, presume=presume)
        self.scale = int(self.bill.unit * _FINE)
        self.measurer = Measurer(service.measure, service.sizes, on, _money)
        self.zones = {name: ZoneMap(rows, on) for name, rows in service.zones.items()}
        rules = [limit for name in service.rules for limit in limit_set(name)]
        self.limits: list[tuple[Limit, Test | None, list[tuple[str, str, str, Test]]]] = [
            (limit, all_hold(compile_tests(limit.when, _money)), compile_tests(limit.test, _money))
            for limit in (*service.limits, *rules)
            if limit.covers(on)
        ]
        self.transit: dict[str, Transit] = {}
        for row in service.transit:
            if row.covers(on):
                for country in row.countries:
                    self.transit.setdefault(country, row)
        self.fits: dict[str, tuple[tuple[Fit, ...], Decimal]] = {}
        self.warnings = tuple(_doubts(service, self.bill, on))
        options = [charge for charge in service.charges if charge.optional and charge.covers(on)]
        self.assumptions = (
            f"each charge is rounded {service.round} to {self.bill.money(1)}",
            *(f"{charge.id.replace('_', ' ')} is charged only with the option {charge.optional}" for charge in options),
        )

    def days(self, country: str) -> Transit | None:
        return self.transit.get(country) or self.transit.get("*")

    def fit(self, country: str, days: Days | None) -> tuple[tuple[Fit, ...], Decimal]:
        """Return how it meets a market's expectations, and the share of the market that it does not serve as expected."""
        found = self.fits.get(country)
        if found is None:
            fits = fit(self.service, days, country, on=self.on)
            found = self.fits[country] = fits, sum((one.unmet_share for one in fits), Decimal(0))
        return found


def _doubts(service: Service, bill: BillOfCharges, on: date) -> Iterable[str]:
    for dated, what in ((service, "the service"), *((card, f"the card {card.id}") for card in bill.cards())):
        seen = f" on {dated.source.seen}" if dated.source and dated.source.seen else ""
        if dated.status == "observed":
            yield f"{what} was seen{seen}; from when to when it holds is not known"
        if dated.status == "presumed":
            yield f"{what} is presumed to hold"
        if dated.confidence == "low":
            yield f"{what} rests on a weak source{': ' + dated.note if dated.note else ''}"
        if dated.valid_from is not None and (on - dated.valid_from).days > 730 and dated.valid_to is None:
            yield f"{what} is of {dated.valid_from}: newer prices may exist"


def ready(service: Service, on: date, *, presume: bool = False) -> _Ready:
    """Return a service as it stands on a day; remembered with the service."""
    memory = service.ready
    found = memory.get((on, presume))
    if found is None:
        if len(memory) >= _REMEMBERED:
            memory.clear()
        found = memory[on, presume] = _Ready(service, on, presume=presume)
    return found


@lru_cache(maxsize=1)
def _limit_sets() -> Mapping[str, tuple[Limit, ...]]:
    document = tomllib.loads(files("xbcommerce").joinpath("data/logistics/rules.toml").read_text(encoding="utf-8"))
    known = sources()
    return {
        name: tuple(Limit(**{**row, "source": known[row["source"]]}) for row in rows)
        for name, rows in document["limits"].items()
    }


def limit_set(name: str) -> tuple[Limit, ...]:
    """Return a dated set of limits of the built-in data, such as those of lithium batteries by air."""
    found = _limit_sets().get(name)
    if found is None:
        raise InvalidInput(f"{shown(name)} is no set of limits", field="rules", value=name, allowed=_limit_sets())
    return found


# -------------------------------------------------------------------------------------------------------------------- one quote


def _quote(lane: _Ready, shipment: Shipment, fx: _Exchange, within: Fraction | None) -> tuple[Quote, _Ledger] | Excluded:
    reasons: list[tuple[Kind, Callable[[], Reason]]] = []
    _ask_service(lane, shipment, reasons)
    off_lane = bool(reasons) and not _ON_LANE.issuperset(kind for kind, _ in reasons)
    try:
        pieces = [] if off_lane else _pieces(lane, shipment, fx, reasons)
        if not reasons:
            whole = pieces[0] if len(pieces) == 1 else lane.measurer.together(shipment, pieces)
            bill = lane.bill.write(pieces, whole)
    except (Missing, RateUnavailable) as error:
        reasons.append(_because(error))
    country = shipment.destination.country
    transit = lane.days(country)
    days = None if transit is None else transit.days
    if within is not None and (days is None or days.calendar[1] > within):
        reasons.append(_late(days, within))
    if reasons:
        return Excluded.made(
            {"_inside": tuple(make for _, make in reasons)}, service=lane.id, carrier=lane.carrier,
            kinds=tuple(dict.fromkeys(kind for kind, _ in reasons)),
        )  # fmt: skip
    ledger = _Ledger(lane, pieces, whole, bill)
    quote = Quote.made(
        {"_inside": ledger},
        service=lane.id,
        carrier=lane.carrier,
        kind=lane.kind,
        cost=lane.bill.money(ledger.total),
        converted=None,
        chargeable=kilograms(whole.chargeable),
        days=days,
        on_time=None if transit is None else transit.on_time,
        delivery=lane.service.delivery,
        fits=lane.fit(country, days)[0],
        assumptions=(*lane.assumptions, *bill.presumed) if bill.presumed else lane.assumptions,
        warnings=lane.warnings,
    )
    return quote, ledger


_ON_LANE = frozenset({"goods", "delivery"})
"""Reasons beside which the limits are worth telling too: a service of another lane or another year is not asked further."""


def _ask_service(lane: _Ready, shipment: Shipment, reasons: list[tuple[Kind, Callable[[], Reason]]]) -> None:
    """Collect what the service as such says about the shipment."""
    service = lane.service
    if not lane.valid:
        said = f"the service is valid from {service.valid_from or 'ever'} to {service.valid_to or 'further notice'}"
        _add(reasons, "not_valid", said, limit=f"{service.valid_from} to {service.valid_to}", fact=(service, service.id))
    if lane.origins and shipment.origin.country not in lane.origins:
        _add(reasons, "zone", f"it does not leave from {shipment.origin.country}", fact=(service, "origins"))
    if lane.destinations and shipment.destination.country not in lane.destinations:
        _add(reasons, "zone", f"it does not go to {shipment.destination.country}", fact=(service, "destinations"))
    if shipment.delivery is not None and shipment.delivery not in service.delivery:
        _add(reasons, "delivery", f"it does not deliver to a {shipment.delivery.replace('_', ' ')}", fact=(service, "delivery"))
    if shipment.cash_on_delivery and not service.cash_on_delivery:
        _add(reasons, "delivery", "it collects no cash on delivery", fact=(service, "cash_on_delivery"))
    for parcel in shipment.parcels:
        if parcel.battery is not None and (service.batteries is None or parcel.battery.packing not in service.batteries):
            said = "nothing is known about batteries" if service.batteries is None else "it does not take batteries"
            packing = parcel.battery.packing.replace("_", " ")
            _add(reasons, "goods", f"{said} ({packing})", measured=packing, fact=(service, "batteries"))
            break
    if service.refuses:
        for tag in dict.fromkeys(tag for parcel in shipment.parcels for tag in parcel.tags if tag in service.refuses):
            _add(reasons, "goods", f"it does not take {tag.replace('_', ' ')}", measured=tag, fact=(service, "refuses"))


def _add(
    reasons: list[tuple[Kind, Callable[[], Reason]]], kind: Kind, text: str, *, measured: str = "", limit: str = "",
    fact: tuple[Any, str] | None = None,
) -> None:  # fmt: skip
    def make() -> Reason:
        used = None if fact is None else fact[0].used(fact[1], limit or text)
        return Reason.made(kind=kind, text=text, measured=measured, limit=limit, fact=used)

    reasons.append((kind, make))


def _because(error: XBCommerceError) -> tuple[Kind, Callable[[], Reason]]:
    kinds: tuple[tuple[type[XBCommerceError], Kind], ...] = (
        (TooLarge, "limit"), (BeyondCard, "beyond_card"), (UnknownPrice, "unknown_price"), (NoZone, "zone"),
        (RateUnavailable, "exchange"),
    )  # fmt: skip
    kind: Kind = next((kind for raised, kind in kinds if isinstance(error, raised)), "missing_input")
    return kind, lambda: Reason.made(kind=kind, text=str(error), measured="", limit=error.field or "", fact=None)


def _late(days: Days | None, within: Fraction) -> tuple[Kind, Callable[[], Reason]]:
    text = f"it takes {days}, promised are {float(within):g} days" if days else "its transit time is not known"
    return "promise", lambda: Reason.made(
        kind="promise", text=text, measured=str(days or ""), limit=f"{float(within):g} days", fact=None
    )


def _pieces(lane: _Ready, shipment: Shipment, fx: _Exchange, reasons: list[tuple[Kind, Callable[[], Reason]]]) -> list[Piece]:
    """Return the parcels as the service measures them; limits that do not hold become reasons."""
    places, measurer, limits = _places(lane, shipment), lane.measurer, lane.limits
    pieces = []
    for parcel in shipment.parcels:
        piece = Piece(shipment, parcel)
        piece.places, piece.fx = places, fx
        pieces.append(piece)
        try:
            measurer.piece(piece)
            measurer.weigh(piece)
        except TooLarge as error:
            reasons.append(_because(error))
            piece.chargeable = piece.heavier
        for limit, when, tests in limits:
            if when is None or when(piece):
                for name, operator, edge, test in tests:
                    if not test(piece):
                        reasons.append(_broken_limit(limit, piece, name, operator, edge))
    return pieces


def _places(lane: _Ready, shipment: Shipment) -> Callable[[str], str | None]:
    zones, destination = lane.zones, shipment.destination
    return lambda name: zones[name].find(destination) if name in zones else None


def _broken_limit(limit: Limit, piece: Piece, name: str, operator: str, edge: str) -> tuple[Kind, Callable[[], Reason]]:
    kind: Kind = limit.kind

    def make() -> Reason:
        found = measured_text(piece, name) if operator != "is" else ""
        said = f"{name.replace('_', ' ')} {found}, {operator.replace('_', ' ')} {edge} is accepted" if found else limit.text
        text = f"{limit.text}: {said}" if limit.text and found else said or f"{name.replace('_', ' ')} must be {edge}"
        return Reason.made(
            kind=limit.kind,
            text=text,
            measured=found,
            limit=edge,
            fact=limit.used(limit.id, f"{operator.replace('_', ' ')} {edge}"),
        )

    return kind, make


# ------------------------------------------------------------------------------------------------------------------------ rates


def rates(
    parcel: Shipment | Parcel | Mapping[str, Any] | Sequence[Parcel | Mapping[str, Any]],
    services: Service | Mapping[str, Any] | str | Iterable[Service | Mapping[str, Any] | str] | None = None,
    *,
    on: date | str,
    rank: TradeOff | Money | str | Mapping[str, Any] = "cost",
    origin: object = None,
    destination: object = None,
    within: int | None = None,
    currency: str | None = None,
    exchange: RateSource | Mapping[str, str] | None = None,
    presume: bool = False,
) -> Rates:
    """Return what each service charges for a shipment on a day, the best first, and why the others cannot take it.

    Args:
        parcel: a parcel, several, a `Shipment`, or a mapping such as {"weight": "0.4 kg", "destination": "US"}.
        services: services, mappings or names of built-in ones; all built-in ones if not given.
        on: the day of handover.
        rank: "cost", "speed", or a trade-off: the worth of a day (Money or "1.50 USD"), or a `TradeOff`. Costs and days that
            are equal are ranked by how well the market's expectations are met.
        origin: where it is handed over, if `parcel` does not say.
        destination: where it goes, if `parcel` does not say.
        within: days promised to the shopper; slower services and those of unknown speed are excluded.
        currency: in which costs are compared; that of the bills if they share one, else that of the first.
        exchange: the caller's rates ({"USD/CNY": "7.1"}); those of the European Central Bank if not given.
        presume: where a series of surcharges has ended, its last row stands in, and the answer says so.

    Raises:
        InvalidInput: if the shipment or a service cannot be understood.

    >>> found = rates({"weight": "450 g", "origin": "JP", "destination": "US"}, ["japan_post.ems"], on="2023-03-01")
    >>> found.best.cost
    Money('3900 JPY')
    """
    day = a_day(on)
    journey = {} if origin is None and destination is None else {"origin": origin, "destination": destination}
    shipment = parcel if isinstance(parcel, Shipment) and not journey else Shipment.of(parcel, **journey)
    weigh = rank if isinstance(rank, str) and rank in ("cost", "speed") else TradeOff.of(rank)
    if within is not None and (isinstance(within, bool) or not isinstance(within, int) or not 0 <= within <= 1000):
        raise InvalidInput(f"promised days are a whole number up to 1000, not {shown(within)}", field="within", value=within)
    asked = _asked(services)
    fx = _Exchange(day, None if exchange is None else FixedRates.of(exchange), alone=len(asked) == 1)
    limit = None if within is None else Fraction(within)
    quotes: list[tuple[Quote, _Ledger]] = []
    excluded: list[Excluded] = []
    for service in asked:
        known = service if isinstance(service, Service) else _service(service)
        found = _quote(ready(known, day, presume=presume), shipment, fx, limit)
        if isinstance(found, Excluded):
            excluded.append(found)
        else:
            quotes.append(found)
    target = _target(quotes, weigh, currency)
    ranked = _rank(quotes, excluded, weigh, target, fx)
    return Rates.made(
        on=day,
        rank=weigh if isinstance(weigh, str) else f"cost and {weigh.day} a day",
        currency=target,
        quotes=tuple(ranked),
        excluded=tuple(excluded),
        assumptions=tuple(fx.used),
    )


def rates_batch(
    shipments: Iterable[Shipment | Mapping[str, Any]],
    services: Service | Mapping[str, Any] | str | Iterable[Service | Mapping[str, Any] | str] | None = None,
    *,
    on: date | str | None = None,
    **options: Any,
) -> Iterator[Rates | XBCommerceError]:
    """Yield the rates of each shipment; one that cannot be read yields its error instead, and the batch goes on.

    Args:
        shipments: shipments, or mappings; a mapping may carry its own day under "on".
        services: as for `rates`.
        on: day of the shipments that carry none.
        options: as for `rates`.

    >>> rows = [{"weight": weight, "origin": "CN", "destination": "US"} for weight in ("85 g", "a lot")]
    >>> [type(one).__name__ for one in rates_batch(rows, ["wanb.usexr"], on="2026-11-25")]
    ['Rates', 'InvalidInput']
    """
    known = tuple(one if isinstance(one, Service) else _service(one) for one in _asked(services))
    if not isinstance(shipments, Iterable) or isinstance(shipments, str | bytes | Mapping):
        kind = type(shipments).__name__
        raise InvalidInput(f"shipments are a list or another iterable, not {kind}", field="shipments", value=shipments)
    for shipment in shipments:
        try:
            if isinstance(shipment, Mapping) and "on" in shipment:
                rest = {name: value for name, value in shipment.items() if name != "on"}
                yield rates(rest, known, on=shipment["on"], **options)
            else:
                yield rates(shipment, known, on=on, **options)  # type: ignore[arg-type]  # refused if there is no day
        except XBCommerceError as error:
            yield error


def rate(
    parcel: Shipment | Parcel | Mapping[str, Any], service: Service | Mapping[str, Any] | str, *, on: date | str, **options: Any
) -> Quote:
    """Return what one service charges.

    Raises:
        UnknownFact: if it cannot take the shipment or its price is not known: the message gives the reasons.

    >>> rate({"weight": "0.085 kg", "origin": "CN", "destination": "US"}, "wanb.usexr", on="2026-11-25").cost
    Money('32.33 CNY')
    """
    return rates(parcel, [service], on=on, **options).best


def _asked(services: object) -> tuple[Any, ...]:
    """Return the services that are asked: one, several, or all that are built in."""
    if services is None:
        return built_in()
    if isinstance(services, Service | Mapping | str):
        return (services,)
    if not isinstance(services, Iterable):
        raise InvalidInput(f"cannot read {shown(services)} as services", field="services", value=services)
    return tuple(services)


def _service(value: object) -> Service:
    return built_in(value)[0] if isinstance(value, str) else Service.of(value)


def _target(quotes: list[tuple[Quote, _Ledger]], weigh: TradeOff | str, currency: str | None) -> str | None:
    if currency is not None:
        minor_units(currency)
        return currency
    if isinstance(weigh, TradeOff):
        return weigh.day.currency
    return quotes[0][0].cost.currency if quotes else None


def _rank(
    quotes: list[tuple[Quote, _Ledger]], excluded: list[Excluded], weigh: TradeOff | str, target: str | None, fx: _Exchange
) -> list[Quote]:
    scored = []
    for quote, ledger in quotes:
        try:
            fine = _compared(quote, ledger, target, fx)
        except RateUnavailable as error:
            kind, make = _because(error)
            excluded.append(Excluded.made({"_inside": (make,)}, service=quote.service, carrier=quote.carrier, kinds=(kind,)))
            continue
        scored.append((_score(quote, ledger, fine, weigh, fx), quote.service, quote))
    scored.sort(key=lambda entry: entry[:2])
    return [quote for *_, quote in scored]


def _compared(quote: Quote, ledger: _Ledger, target: str | None, fx: _Exchange) -> int:
    """Return a cost in millionths of millionths of the currency of comparison; another currency is shown with the quote."""
    fine = ledger.total * ledger.lane.scale
    if target is None or quote.cost.currency == target:
        return fine
    rate = fx.rate(quote.cost.currency, target)
    fine = fine * rate.numerator // rate.denominator
    minor = divide(fine * 10 ** minor_units(target), _FINE, "half-up")
    quote.__dict__["converted"] = Money.from_minor(minor, target)
    return fine


_NEVER = 10**9


def _score(quote: Quote, ledger: _Ledger, fine: int, weigh: TradeOff | str, fx: _Exchange) -> tuple[Any, ...]:
    days = _NEVER if quote.days is None else quote.days.calendar[1]
    unmet = ledger.lane.fit(ledger.piece.shipment.destination.country, quote.days)[1]
    if weigh == "cost":
        return fine, unmet, days
    if weigh == "speed":
        return days, fine, unmet
    assert isinstance(weigh, TradeOff)  # noqa: S101 - the two words are above
    worth = fine + _fine(weigh.day, weigh.day.currency, fx) * days
    if weigh.unmet is not None:
        worth += _fine(weigh.unmet, weigh.day.currency, fx) * Fraction(unmet) / 100
    return worth, fine, unmet


def _fine(money: Money, currency: str, fx: _Exchange) -> int:
    size = Fraction(money.amount)
    if money.currency != currency:
        rate = fx.rate(money.currency, currency)
        size *= Fraction(rate.numerator, rate.denominator)
    return int(size * _FINE)


# ---------------------------------------------------------------------------------------------------------------------- wording


def _components(ledger: _Ledger) -> tuple[Component, ...]:
    money = ledger.lane.bill.money
    out = []
    for charge, amount, why in ledger.bill.lines:
        out.append(
            Component.made(
                id=charge.id,
                amount=money(amount),
                text=_line_text(ledger, charge, why),
                listed=charge.listed,
                facts=_line_facts(ledger, charge, why),
            )
        )
    return tuple(out)


def _line_text(ledger: _Ledger, charge: Charge, why: Any) -> str:
    many = f", {len(ledger.pieces)} parcels" if len(ledger.pieces) > 1 else ""
    if isinstance(why, Break):
        return _row_text(ledger, why) + many
    limb = why if isinstance(why, Charge) else charge
    if limb.base and (limb.rate or limb.index or limb.bands):
        money, totals = ledger.lane.bill.money, ledger.bill.totals
        base = " + ".join(f"{name} {money(totals[name])}" for name in limb.base if name in totals)
        named = " + ".join(name for name in limb.base if name.startswith("amount."))
        return f"{limb.rate or 'a share'} of {base or named or 'nothing'}{_edges(charge, limb)}{many}"
    if limb.levy is not None:
        if limb.per in ("parcel", "consignment"):
            return f"{limb.levy} per {limb.per}{_edges(charge, limb)}{many}"
        name = limb.quantity
        size = measured_text(ledger.piece, name) if not name.startswith("account.") else name
        return f"{limb.levy} per {limb.per} of {size}{_edges(charge, limb)}{many}"
    return (f"{limb.given.replace('_', ' ')} as given" if limb.given else limb.text or "by its bands") + many


def _edges(charge: Charge, limb: Charge) -> str:
    least, most = limb.at_least or charge.at_least, limb.at_most or charge.at_most
    return (f", at least {least}" if least else "") + (f", at most {most}" if most else "")


def _row_text(ledger: _Ledger, row: Break) -> str:
    zone = f"zone {row.zone}" if row.zone != "*" else ""
    size = row.size.replace("_", " ") if row.size != "*" else ""
    edge = f"up to {row.up_to}" if row.up_to else "last row"
    price = row.levy or ""
    if row.plus:
        above = f" above {row.above}" if row.above else ""
        price = f"{price + ' and ' if price else ''}{row.plus} per {'begun ' if row.begun else ''}{row.per}{above}"
    where = ", ".join(part for part in (zone, size, edge) if part)
    return f"{price} ({where}) for {weight_text(ledger.piece).rpartition('charged ')[2]}"


def _line_facts(ledger: _Ledger, charge: Charge, why: Any) -> tuple[FactUsed, ...]:
    service = ledger.lane.service
    if isinstance(why, Break):
        card = next((card for card in ledger.lane.bill.cards() if any(row is why for row in card.breaks)), None)
        dated: Any = card if card is not None and card.source else service
        return (
            (dated.used(f"{service.id}/{card.id if card else charge.id}", why.levy or why.plus or ""),) if dated.source else ()
        )
    limb = why if isinstance(why, Charge) else charge
    for dated in (limb, charge, service):
        if dated.source is not None:
            said = limb.levy or limb.rate or ""
            return (
                FactUsed(
                    id=f"{service.id}/{charge.id}", value=said, valid_from=limb.valid_from or charge.valid_from,
                    valid_to=limb.valid_to or charge.valid_to, citation=dated.source.citation, confidence=dated.confidence,
                    status=dated.status, verified_on=dated.source.seen,
                ),
            )  # fmt: skip
    return ()


def _hints(ledger: _Ledger, cost: Money) -> tuple[str, ...]:
    """Say what a little less weight, or the next row of the card, would cost."""
    if len(ledger.pieces) != 1 or ledger.piece.parcel is None or ledger.piece.parcel.weight is None:
        return ()
    row = next((why for _, _, why in ledger.bill.lines if isinstance(why, Break)), None)
    card = next((card for card in ledger.lane.bill.cards() if row is not None and any(one is row for one in card.breaks)), None)
    if row is None or card is None or card.by != "chargeable":
        return ()
    rows = [one for one in card.breaks if (one.zone, one.size) == (row.zone, row.size)]
    place = next(index for index, one in enumerate(rows) if one is row)
    out = []
    if place and rows[place - 1].up_to and ledger.piece.volumetric <= ledger.piece.actual:
        out.append(_hint(ledger, cost, rows[place - 1].up_to or "", Fraction(1), lighter=True))
    if row.up_to and place + 1 < len(rows) and not rows[place + 1].unknown:
        out.append(_hint(ledger, cost, row.up_to, Fraction(10001, 10000), lighter=False))
    return tuple(hint for hint in out if hint)


def _hint(ledger: _Ledger, cost: Money, edge: str, factor: Fraction, *, lighter: bool) -> str | None:
    grams = quantity(edge).size / 10**18 * factor
    weight = shifted(divide(grams.numerator * 10**6, grams.denominator, "down"), 9)
    parcel = ledger.piece.parcel
    if parcel is None or weight <= 0:
        return None
    shipment = ledger.piece.shipment.model_copy(update={"parcels": (parcel.model_copy(update={"weight": weight}),)})
    other = _quote(ledger.lane, shipment, ledger.piece.fx, None)
    if isinstance(other, Excluded) or other[0].cost >= cost:
        return None
    if not lighter:
        return f"a heavier parcel is cheaper: just above {edge} it costs {other[0].cost}"
    less = ledger.piece.actual - int(Fraction(weight) * KILOGRAM)
    near = less * 5 <= ledger.piece.actual
    return f"{kilograms(less):f} kg less ({edge}) would cost {other[0].cost}" if near else None
