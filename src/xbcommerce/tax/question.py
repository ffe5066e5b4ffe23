"""The columns of the decision tables: what the engine can tell about a sale, each with a closed domain.

A column answers one small question from the sale, the places and the facts. Tables name the columns they need; a column is
worked out only if a row asks for it. No column knows a country: what differs by place is a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from xbcommerce.errors import UnknownFact
from xbcommerce.exchange import RateSource, policy_rate
from xbcommerce.money import Money, minor_units
from xbcommerce.parties import Registration, lies_in
from xbcommerce.places import Address
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.amounts import includes_tax
from xbcommerce.tax.rates import STANDARD, TaxLaw, law_of, rate
from xbcommerce.tax.sale import Sale, Worths

__all__ = ["COLUMNS", "Column", "Goods", "Lane", "Question"]

Answers = Mapping[str, str]
Traits = Mapping[str, str | None]


class Goods(NamedTuple):
    """What decides about one line: its class, code and kind of supply."""

    goods_class: str | None
    hs: str | None
    supply: str

    @property
    def traits(self) -> Traits:
        """The traits by which facts are scoped."""
        return {"goods_class": self.goods_class or "standard", "hs": self.hs}


class Lane:
    """A sale's places, parties and law on a day; shared by all sales that differ in goods and amounts only."""

    def __init__(self, sale: Sale, on: date, rulebook: Rulebook, rates: RateSource | None, *, strict: bool) -> None:
        self.sale = sale
        self.on = on
        self.rulebook = rulebook
        self.rates = rates
        self.strict = strict
        self.assumptions: dict[str, None] = {}
        self.facts: dict[Fact, None] = {}
        self.outcomes: dict[Goods, Any] = {}
        self.remembered: dict[str, Any] = {}
        self.departing: Any = None
        self.departure: Any = None
        self.to: Any = _address_key(sale.ship_to)
        self.origin = law_of(sale.ship_from, on, rulebook)
        self.destination = law_of(sale.ship_to, on, rulebook)
        for law, name in ((self.origin, "ship_from"), (self.destination, "ship_to")):
            for assumed in law.assumed:
                self.assumptions[f"{name}: {assumed}"] = None
        self.seller, self.marketplace = sale.seller, sale.marketplace
        self.origin_area = self._area(self.origin)
        self.destination_area = self._area(self.destination)

    def noting(self) -> Lane:
        """Return this lane with notes of its own, for one question."""
        view = copy(self)
        view.assumptions, view.facts = dict(self.assumptions), dict(self.facts)
        return view

    # ------------------------------------------------------------------ facts

    def fact(self, subject: str, law: TaxLaw, traits: Traits | None = None) -> Fact:
        """Return a fact of a place's tax law, noted as used."""
        found = self.rulebook.find(subject, law.places, self.on, traits or {})[0]
        if self.strict and found.status == "presumed":
            raise UnknownFact(f"{found.id} is only presumed, and strict is asked for", field=subject, on=self.on)
        self.facts[found] = None
        return found

    def maybe(self, subject: str, law: TaxLaw, traits: Traits | None = None) -> Fact | None:
        """Return a fact of a place's tax law, or None where none is known."""
        try:
            return self.fact(subject, law, traits)
        except UnknownFact as error:
            if "only presumed" in str(error):
                raise
            return None

    def code(self, subject: str, law: TaxLaw, otherwise: str, traits: Traits | None = None) -> str:
        """Return a fact's code, or what is taken where none is known."""
        found = self.maybe(subject, law, traits)
        if found is None:
            return otherwise
        return ("yes" if found.value else "no") if isinstance(found.value, bool) else found.value

    def assume(self, text: str) -> None:
        """Note what the sale did not say and is taken."""
        self.assumptions[text] = None

    def _area(self, law: TaxLaw) -> str:
        found = self.maybe("tax.goods_area", law)
        return str(found.value) if found else law.area

    # ------------------------------------------------------------------ places

    @property
    def movement(self) -> str:
        """Tell where the goods move, as the tables of the destination see it."""
        if self.origin_area != self.destination_area:
            return "import"
        return "domestic" if self._state(self.origin) == self._state(self.destination) else "intra_union"

    @staticmethod
    def _state(law: TaxLaw) -> str:
        """Return the state that taxes: what a territory's law descends from."""
        return law.lineage[-1]

    def within(self, place: str, law: TaxLaw, area: str) -> bool:
        """Tell whether a place counts as inside a tax area for movements of goods."""
        if place in law.lineage or lies_in(place, area, self.on):
            return True
        return self._area(law_of(Address.of(place), self.on, self.rulebook)) == area

    def taxed(self, answers: Answers) -> TaxLaw:
        """Return the law of the place where the supply is taxed."""
        return self.origin if answers.get("taxed_in") == "origin" else self.destination

    def established_in(self, area: str) -> bool:
        """Tell whether the seller is established in a place or area."""
        return self.seller.established_in(area, self.on)

    def registration(self, names: tuple[str, ...], person: str) -> Registration | None:
        """Return a registration of the person who owes the tax, under one of the names."""
        holder = self.marketplace if person == "marketplace" and self.marketplace is not None else self.seller
        for name in names:
            found = holder.registered(name, self.on)
            if found is not None:
                return found
        return None


def _address_key(address: Address) -> Address | str:
    """Return an address as its code where that says all: codes are looked up faster."""
    return address if address.postcode is not None else address.region or address.country


class Question:
    """One line's question to the tables."""

    __slots__ = ("_known", "goods", "index", "lane", "sale")

    def __init__(self, lane: Lane, sale: Sale, goods: Goods, index: int, known: dict[str, str]) -> None:
        self.lane = lane
        self.sale = sale
        self.goods = goods
        self.index = index
        self._known = known

    def value(self, name: str, answers: Answers) -> str:
        """Return the value of a column."""
        known = self._known.get(name)
        if known is None:
            known = COLUMNS[name].of(self, answers)
            if not COLUMNS[name].by_answers:
                self._known[name] = known
        return known


class Column(NamedTuple):
    """A column's domain and how it is worked out."""

    domain: tuple[str, ...]
    of: Callable[[Question, Answers], str]
    by_answers: bool = False
    by_amount: bool = False


def _yes(condition: object) -> str:
    return "yes" if condition else "no"


# ------------------------------------------------------------------ the buyer


def _buyer_kind(question: Question, _: Answers) -> str:
    kind = question.lane.sale.buyer.kind
    if kind is None:
        numbers = question.lane.sale.buyer.tax_numbers
        kind = "business" if numbers else "consumer"
        said = "a business (it gave a tax number)" if numbers else "a consumer"
        question.lane.assume(f"buyer not described: taken to be {said}")
    return kind


def _number_of(question: Question, _: Answers) -> str:
    lane = question.lane
    numbers = lane.sale.buyer.tax_numbers
    if not numbers:
        return "none"
    country = numbers[0].country
    if country in (lane.destination.country, *lane.destination.lineage):
        return "arrival"
    if country in (lane.origin.country, *lane.origin.lineage):
        return "departure"
    return "other_member" if lies_in(country, lane.destination_area, lane.on) else "outside"


def _evidence(question: Question, _: Answers) -> str:
    numbers = question.lane.sale.buyer.tax_numbers
    return numbers[0].evidence if numbers else "unverified"


def _accept_unverified(question: Question, _: Answers) -> str:
    return _yes(question.lane.sale.accept_unverified)


def _certificate(question: Question, _: Answers) -> str:
    lane = question.lane
    certificates = [one for one in lane.sale.buyer.certificates if one.state == lane.destination.place]
    if not certificates:
        return "none"
    return next((one.kind for one in certificates if one.covers(lane.on)), "expired_or_missing")


# ------------------------------------------------------------------ the movement


def _movement(question: Question, _: Answers) -> str:
    return question.lane.movement


def _sent_from(question: Question, _: Answers) -> str:
    lane = question.lane
    if lane.origin.place == lane.destination.place or lane.origin.area == lane.destination.country:
        return "same_state"
    if lane.origin.country == lane.destination.country and lane.origin.area != lane.destination.area:
        return "same_state"
    return "same_area" if lane.origin_area == lane.destination_area else "outside"


def _goods_at_sale(question: Question, _: Answers) -> str:
    lane = question.lane
    inside = lane.origin_area == lane.destination_area or lane.origin.country == lane.destination.country
    return "in_area" if inside else "outside"


def _importer(question: Question, _: Answers) -> str:
    if _goods_at_sale(question, _) == "in_area":
        return "buyer"
    if question.lane.sale.importer is None:
        question.lane.assume("importer not given: the buyer is taken to import")
    return question.lane.sale.importer or "buyer"


def _import_state(question: Question, _: Answers) -> str:
    lane = question.lane
    released = lane.sale.release_in
    return "destination" if released in (None, lane.destination.country, lane.destination.place) else "other_member"


def _special(question: Question, _: Answers) -> str:
    return _yes(question.lane.sale.special_arrangements)


def _transport_by(question: Question, _: Answers) -> str:
    return question.lane.sale.transport_by


def _proof_of_exit(question: Question, _: Answers) -> str:
    return question.lane.sale.proof_of_exit


def _origin_kind(question: Question, _: Answers) -> str:
    lane = question.lane
    kind = lane.code("tax.kind", lane.origin, "")
    if kind:
        return kind
    if lane.code("tax.exists", lane.origin, "yes") == "no":
        return "none"
    return "vat"


def _registered_at_origin(question: Question, _: Answers) -> str:
    lane = question.lane
    return _yes(lane.registration((*lane.origin.lineage, lane.origin.country), "seller"))


def _established_at_origin(question: Question, _: Answers) -> str:
    lane = question.lane
    return _yes(any(lane.established_in(place) for place in (*lane.origin.lineage, lane.origin.country)))


def _departing(question: Question, _: Answers) -> str:
    """Return the movement as the place of departure sees it."""
    movement = question.lane.movement
    return "export" if movement == "import" else movement


# ------------------------------------------------------------------ the goods


def _supply(question: Question, _: Answers) -> str:
    goods = question.goods
    if goods.supply == "ordinary" and _is_excise(question):
        return "excise"
    return goods.supply


def _is_excise(question: Question) -> bool:
    return goods_in(question, "tax.excise_goods")


def goods_in(question: Question, subject: str) -> bool:
    """Tell whether a fact names the line's goods class."""
    if question.goods.goods_class is None and question.goods.hs is None:
        return False
    found = question.lane.maybe(subject, question.lane.destination, question.goods.traits)
    return found is not None and found.value is True


def _excluded(question: Question, _: Answers) -> str:
    return _yes(goods_in(question, "tax.low_value.excluded"))


def _in_limit(question: Question, _: Answers) -> str:
    limit = _limit(question.lane)
    if limit is None:
        return "no"
    values = question.sale.worths
    if limit.by_piece:
        lines: Sequence[int] = (question.index,)
        pieces = question.sale.lines[question.index].quantity
    else:
        lines, pieces = range(len(values.goods)), 1
    net = net_of(question, values, lines, included=limit.included)
    left, right = net.numerator * limit.denominator, limit.numerator * net.denominator * pieces
    return _yes(left < right or (left == right and limit.inside))


class _Limit(NamedTuple):
    """The limit up to which tax is collected at the sale, in minor units of the sale's currency, and how it is compared."""

    numerator: int
    denominator: int
    inside: bool
    by_piece: bool
    included: bool
    facts: Mapping[Fact, None]
    assumptions: Mapping[str, None]


def _limit(lane: Lane) -> _Limit | None:
    """Return the limit of the place, worked out once for a lane; what it rests on is noted for each question."""
    if "limit" not in lane.remembered:
        lane.remembered["limit"] = _make_limit(lane.noting())
    limit: _Limit | None = lane.remembered["limit"]
    if limit is not None:
        lane.facts.update(limit.facts)
        lane.assumptions.update(limit.assumptions)
    return limit


def _make_limit(lane: Lane) -> _Limit | None:
    law = lane.destination
    fact = lane.maybe("tax.threshold.point_of_sale", law)
    if fact is None:
        return None
    bound = in_currency(lane, fact)
    return _Limit(
        bound.numerator,
        bound.denominator,
        lane.code("tax.low_value.bound", law, "up_to") == "up_to",
        lane.code("tax.low_value.test", law, "consignment") == "item",
        includes_tax(lane, law),
        lane.facts,
        lane.assumptions,
    )


def _import_tax_owed(question: Question, _: Answers) -> str:
    """Tell whether the import tax on the consignment is so small that it is not levied."""
    lane = question.lane
    limit = lane.maybe("tax.min_collection", lane.destination)
    if limit is None:
        return "due"
    values = question.sale.worths
    included = includes_tax(lane, lane.destination)
    value = sum(
        (
            (net_of(question, values, [index], included=included) + Fraction(values.freight[index], values.scale))
            * _share(question, index)
            for index in range(len(values.goods))
        ),
        Fraction(0),
    )
    return "waived" if value <= in_currency(lane, limit) else "due"


def net_of(question: Question, values: Worths, lines: Sequence[int], *, included: bool) -> Fraction:
    """Return the value of lines after discounts, in minor units, without the destination's tax where the prices contain it."""
    if not included:
        return Fraction(sum([values.goods[index] for index in lines]), values.scale)
    by_share: dict[Fraction, int] = {}
    for index in lines:
        share = _share(question, index)
        by_share[share] = by_share.get(share, 0) + values.goods[index]
    parts = [
        Fraction(amount * share.denominator, values.scale * (share.numerator + share.denominator))
        for share, amount in by_share.items()
    ]
    return parts[0] if len(parts) == 1 else sum(parts, Fraction(0))


def _share(question: Question, index: int) -> Fraction:
    """Return the rate of the destination on a line's goods."""
    line, lane = question.sale.lines[index], question.lane
    return rate(lane.to, line.goods_class or STANDARD, on=lane.on, hs=line.hs, rulebook=lane.rulebook).share


def in_currency(lane: Lane, limit: Fact) -> Fraction:
    """Return a limit in minor units of the sale's currency, exactly: the rate is the one that the law names for limits."""
    bound = Fraction(*limit.ratio) * 10 ** minor_units(limit.unit)
    return _converted(lane, bound, limit.unit, lane.sale.currency)


def _converted(lane: Lane, minor: Fraction, currency: str, to: str) -> Fraction:
    if currency == to:
        return minor
    policy = lane.code("fx.threshold", lane.destination, "ecb.daily")
    found = policy_rate(policy, to, currency, lane.on, lane.rates)
    return minor * Fraction(found.denominator, found.numerator) * Fraction(10) ** (minor_units(to) - minor_units(currency))


# ------------------------------------------------------------------ the seller


def _channel(question: Question, _: Answers) -> str:
    return "own" if question.lane.marketplace is None else "marketplace"


def _seller_in_area(question: Question, _: Answers) -> str:
    lane = question.lane
    places = lane.seller.places_established(lane.on)
    inside = any(lane.within(place, lane.destination, lane.destination_area) for place in places) or any(
        lies_in(place, lane.destination.country, lane.on) for place in places
    )
    return "in_area" if inside else "outside_area"


def _eligible(question: Question, _: Answers) -> str:
    """Tell whether the seller is established in exactly one member state of the area and the goods are sent from it."""
    lane = question.lane
    established = lane.seller.places_established(lane.on)
    states = {_state_of(place) for place in established if lane.within(place, lane.origin, lane.origin_area)}
    return _yes(states == {lane.origin.lineage[-1]})


def _state_of(place: str) -> str:
    return place.partition("-")[0]


def _over_threshold(question: Question, _: Answers) -> str:
    lane = question.lane
    limit = lane.maybe("tax.distance_threshold", lane.destination)
    obligation = lane.code("tax.distance_obligation", lane.destination, "distance_sales")
    stated = lane.seller.is_obliged(obligation, lane.on)
    if stated is not None:
        return "over" if stated else "under"
    current = lane.seller.turnover.get(obligation)
    previous = lane.seller.turnover.get(f"{obligation}.previous")
    if limit is None or current is None:
        return "unknown"
    if previous is None:
        lane.assume(f"turnover of the year before not given ({obligation}.previous): taken to be below the threshold")
    elif _minor(lane, previous) > in_currency(lane, limit):
        return "over"
    values = question.sale.worths
    included = includes_tax(lane, lane.destination)
    total = _minor(lane, current) + net_of(question, values, range(len(values.goods)), included=included)
    total += Fraction(sum(values.freight), values.scale)
    return "over" if total > in_currency(lane, limit) else "under"


def _minor(lane: Lane, money: Money) -> Fraction:
    """Return an amount in minor units of the sale's currency."""
    return _converted(lane, Fraction(*money.ratio_minor()), money.currency, lane.sale.currency)


def _opted(question: Question, _: Answers) -> str:
    """Tell whether the seller chose taxation at arrival: who is registered for the one-stop shop has, or has to."""
    lane = question.lane
    shop = lane.code("tax.one_stop_shop", lane.destination, "")
    return _yes(lane.seller.opted("destination", lane.on) or lane.registration((shop,), "seller"))


def _established_in_taxed(question: Question, answers: Answers) -> str:
    lane = question.lane
    return _yes(any(lane.established_in(place) for place in lane.taxed(answers).lineage))


def _state_reverse_charge(question: Question, answers: Answers) -> str:
    lane = question.lane
    return lane.code("tax.reverse_charge.non_established", lane.taxed(answers), "unknown")


def _person(answers: Answers) -> str:
    return "marketplace" if answers.get("liable") == "marketplace" else "seller"


def _holds(question: Question, answers: Answers, names: tuple[str, ...]) -> str:
    """Tell whether the person liable holds a registration; a marketplace that the law makes liable is taken to."""
    lane = question.lane
    person = _person(answers)
    if lane.registration(names, person) is not None:
        return "yes"
    if person == "marketplace" and lane.marketplace is not None and lane.marketplace.collects is not False:
        lane.assume("the marketplace is taken to be registered where the law makes it liable")
        return "yes"
    return "no"


def _registered(question: Question, answers: Answers) -> str:
    return _holds(question, answers, question.lane.taxed(answers).lineage)


def _registered_in_part(question: Question, answers: Answers) -> str:
    return _holds(question, answers, question.lane.taxed(answers).lineage[:1])


def _registered_in_area(question: Question, _: Answers) -> str:
    lane = question.lane
    return _yes(lane.registration((lane.destination.country,), "seller"))


def _oss(question: Question, answers: Answers) -> str:
    return _holds(question, answers, (question.lane.code("tax.one_stop_shop", question.lane.destination, ""),))


def _local_number(question: Question, answers: Answers) -> str:
    return _holds(question, answers, question.lane.taxed(answers).lineage)


def _ioss(question: Question, _: Answers) -> str:
    person = "seller" if question.lane.marketplace is None else "marketplace"
    scheme = question.lane.code("tax.low_value.scheme", question.lane.destination, "")
    return _holds(question, {"liable": person}, (scheme,))


def _exemption(question: Question, answers: Answers) -> str:
    lane = question.lane
    if _person(answers) == "marketplace":
        return "none"
    exempt = any(lane.seller.exempt_in(place, lane.on) for place in lane.taxed(answers).lineage)
    return "small_business" if exempt else "none"


def _known_obligation(question: Question, names: tuple[str, ...]) -> str:
    stated = [known for name in names if (known := question.lane.seller.is_obliged(name, question.lane.on)) is not None]
    return _yes(any(stated)) if stated else "unknown"


def _obliged(question: Question, answers: Answers) -> str:
    return _known_obligation(question, question.lane.taxed(answers).lineage)


def _obliged_in_part(question: Question, answers: Answers) -> str:
    """Stated, or by presence: an establishment or stock in the part of the country."""
    lane = question.lane
    place = lane.taxed(answers).place
    if lane.established_in(place) or lane.seller.stock_in(place, lane.on) or lane.origin.place == place:
        return "yes"
    return _known_obligation(question, (place,))


def _obliged_in_area(question: Question, _: Answers) -> str:
    lane = question.lane
    return _known_obligation(question, (lane.destination.country,))


def _place_shifted(question: Question, _: Answers) -> str:
    lane = question.lane
    if _goods_at_sale(question, _) == "in_area":
        return "no"
    if lane.seller.opted("assent_to_import", lane.on):
        return "assent"
    obligation = lane.maybe("tax.place_shift", lane.destination)
    if obligation is None:
        return "no"
    return {"yes": "mail_order", "no": "no", "unknown": "unknown"}[_known_obligation(question, (str(obligation.value),))]


# ------------------------------------------------------------------ the marketplace and the regime


def _platform_registered(question: Question, _: Answers) -> str:
    lane = question.lane
    return "no" if lane.marketplace is None else _holds(question, {"liable": "marketplace"}, lane.destination.lineage)


def _platform_domestic(question: Question, _: Answers) -> str:
    return question.lane.code("tax.platform_domestic", question.lane.destination, "none")


def _facilitator_collects(question: Question, _: Answers) -> str:
    lane = question.lane
    if lane.marketplace is None:
        return "no"
    if lane.marketplace.collects is not None:
        return _yes(lane.marketplace.collects)
    known = lane.maybe("tax.facilitator", lane.destination)
    if known is None:
        return "no" if lane.rulebook.scopes("tax.facilitator", lane.destination.lineage[:1]) else "unknown"
    lane.assume("the marketplace is taken to be above the state's threshold for facilitators")
    return _yes(known.value)


def _regime(question: Question, _: Answers) -> str:
    return _yes(question.lane.maybe("tax.threshold.point_of_sale", question.lane.destination))


def _regime_registered(question: Question, _: Answers) -> str:
    lane = question.lane
    names = (lane.code("tax.low_value.scheme", lane.destination, ""), *lane.destination.lineage)
    deemed = lane.marketplace is not None and _regime_platform(question, _) == "deemed"
    return _holds(question, {"liable": "marketplace" if deemed else "seller"}, names)


def _regime_b2b(question: Question, _: Answers) -> str:
    return question.lane.code("tax.low_value.b2b", question.lane.destination, "unknown")


def _regime_platform(question: Question, _: Answers) -> str:
    return question.lane.code("tax.low_value.platform", question.lane.destination, "unknown")


def _compulsion(question: Question, _: Answers) -> str:
    return question.lane.code("tax.low_value.compulsion", question.lane.destination, "if_registered")


def _border(question: Question, _: Answers) -> str:
    return question.lane.code("tax.low_value.border", question.lane.destination, "unknown")


def _tax_exists(question: Question, _: Answers) -> str:
    return question.lane.code("tax.exists", question.lane.destination, "yes")


def _sourcing(question: Question, _: Answers) -> str:
    return question.lane.code("tax.sourcing", question.lane.destination, "unknown")


def _second_registration(question: Question, _: Answers) -> str:
    lane = question.lane
    if lane.maybe("tax.rate.second", lane.destination, question.goods.traits) is None:
        return "none"
    return lane.code("tax.second_registration", lane.destination, "with_first")


_YES_NO = ("yes", "no")
_KNOWN = ("yes", "no", "unknown")

COLUMNS: Mapping[str, Column] = {
    "accept_unverified": Column(_YES_NO, _accept_unverified),
    "border": Column(("relieved", "taxed", "unknown"), _border),
    "buyer_kind": Column(("consumer", "business"), _buyer_kind),
    "certificate": Column(("none", "resale", "exempt", "expired_or_missing"), _certificate),
    "channel": Column(("own", "marketplace"), _channel),
    "compulsion": Column(("always", "if_registered"), _compulsion),
    "departing": Column(("domestic", "intra_union", "export"), _departing),
    "eligible": Column(_YES_NO, _eligible),
    "established_at_origin": Column(_YES_NO, _established_at_origin),
    "established_in_taxed": Column(_YES_NO, _established_in_taxed, by_answers=True),
    "evidence": Column(("verified", "unverified", "invalid"), _evidence),
    "excluded": Column(_YES_NO, _excluded),
    "exemption": Column(("none", "small_business"), _exemption, by_answers=True),
    "facilitator_collects": Column(_KNOWN, _facilitator_collects),
    "goods_at_sale": Column(("in_area", "outside"), _goods_at_sale),
    "import_state": Column(("destination", "other_member"), _import_state),
    "import_tax_owed": Column(("waived", "due"), _import_tax_owed, by_amount=True),
    "importer": Column(("buyer", "seller"), _importer),
    "in_limit": Column(_YES_NO, _in_limit, by_amount=True),
    "ioss": Column(_YES_NO, _ioss),
    "local_number": Column(_YES_NO, _local_number, by_answers=True),
    "movement": Column(("domestic", "intra_union", "import"), _movement),
    "number_of": Column(("none", "departure", "arrival", "other_member", "outside"), _number_of),
    "obliged": Column(_KNOWN, _obliged, by_answers=True),
    "obliged_in_area": Column(_KNOWN, _obliged_in_area),
    "obliged_in_part": Column(_KNOWN, _obliged_in_part, by_answers=True),
    "opted": Column(_YES_NO, _opted),
    "origin_kind": Column(("vat", "sales_tax", "none"), _origin_kind),
    "oss": Column(_YES_NO, _oss, by_answers=True),
    "over_threshold": Column(("under", "over", "unknown"), _over_threshold, by_amount=True),
    "place_shifted": Column(("mail_order", "assent", "no", "unknown"), _place_shifted),
    "platform_domestic": Column(("deemed", "none"), _platform_domestic),
    "platform_registered": Column(_YES_NO, _platform_registered),
    "proof_of_exit": Column(("yes", "pending", "none"), _proof_of_exit),
    "regime": Column(_YES_NO, _regime),
    "regime_b2b": Column(("outside", "reverse_charge", "taxed", "unknown"), _regime_b2b),
    "regime_platform": Column(("deemed", "none", "unknown"), _regime_platform),
    "regime_registered": Column(_YES_NO, _regime_registered),
    "registered": Column(_YES_NO, _registered, by_answers=True),
    "registered_at_origin": Column(_YES_NO, _registered_at_origin),
    "registered_in_area": Column(_YES_NO, _registered_in_area),
    "registered_in_part": Column(_YES_NO, _registered_in_part, by_answers=True),
    "second_registration": Column(("with_first", "own", "none"), _second_registration),
    "seller_in_area": Column(("in_area", "outside_area"), _seller_in_area),
    "sent_from": Column(("same_state", "same_area", "outside"), _sent_from),
    "sourcing": Column(("origin", "destination", "mixed", "unknown"), _sourcing),
    "special": Column(_YES_NO, _special),
    "state_reverse_charge": Column(_KNOWN, _state_reverse_charge, by_answers=True),
    "supply": Column(("ordinary", "excise", "new_vehicle", "installed", "margin_scheme"), _supply),
    "tax_exists": Column(("yes", "local_only", "no"), _tax_exists),
    "transport_by": Column(("seller", "buyer"), _transport_by),
}
"""Every column that the tables may name, with its closed domain."""
