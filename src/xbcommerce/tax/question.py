"""The columns of the decision tables: what the engine can tell about a sale, each with a closed domain.

A column answers one small question from the sale, the places and the facts. Tables name the columns they need; a column is
worked out only if a row asks for it. No column knows a country: what differs by place is a fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from xbcommerce.errors import PresumedFact, RateUnavailable, UnknownFact
from xbcommerce.exchange import RateSource, policy_rate
from xbcommerce.money import Money, divide, minor_units
from xbcommerce.parties import Registration, TaxNumber, lies_in
from xbcommerce.places import Address, locate
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.rules.vocabulary import Vocabulary
from xbcommerce.tax.amounts import includes_tax
from xbcommerce.tax.rates import STANDARD, TaxLaw, law_of, minor_of, rate, rate_by_piece
from xbcommerce.tax.sale import Sale, SaleLine, Worths
from xbcommerce.tax.stated import rules_by_id

__all__ = ["COLUMNS", "Column", "Goods", "Lane", "Question"]

Answers = Mapping[str, str]
Traits = Mapping[str, str | None]


class Goods(NamedTuple):
    """What decides about one line: its class, code and kind of supply; `told`: the line itself names the class."""

    goods_class: str | None
    hs: str | None
    supply: str
    local_rate: Fraction | None = None
    told: bool = True

    @classmethod
    def of(cls, line: SaleLine, vocabulary: Vocabulary) -> Goods:
        """Return what a line says of its goods; where it names no class, what the commodity code tells (`told` is false)."""
        if line.goods_class is not None:
            return cls(line.goods_class, line.hs, line.supply, line.local_rate)
        return cls(vocabulary.class_of_code(line.hs), line.hs, line.supply, line.local_rate, told=False)

    @property
    def traits(self) -> Traits:
        """The traits by which facts are scoped."""
        return {"goods_class": self.goods_class or "standard", "hs": self.hs}


class Lane:
    """A sale's places, parties and law on a day; shared by all sales that differ in goods and amounts only."""

    def __init__(
        self, sale: Sale, on: date, rulebook: Rulebook, rates: RateSource | None, *, strict: bool, latest_rates: bool
    ) -> None:
        self.sale = sale
        self.on = on
        self.rulebook = rulebook
        self.rates = rates
        self.strict = strict
        self.latest_rates = latest_rates
        self.assumptions: dict[str, None] = {}
        self.conversions: dict[str, None] = {}
        self.facts: dict[Fact, None] = {}
        self.outcomes: dict[Goods, Any] = {}
        self.remembered: dict[Any, Any] = {}
        self.departing: Any = None
        self.departure: Any = None
        self.to: Any = address_key(sale.ship_to)
        self.origin = law_of(sale.ship_from, on, rulebook)
        self.destination = law_of(sale.ship_to, on, rulebook)
        for law, name in ((self.origin, "ship_from"), (self.destination, "ship_to")):
            for assumed in law.assumed:
                self.assumptions[f"{name}: {assumed}"] = None
        self.seller, self.marketplace = sale.seller, sale.marketplace
        self.origin_area = self._area(self.origin)
        self.destination_area = self._area(self.destination)
        self.number = self._best_number()
        self._quiet: Lane | None = None

    def noting(self, *, empty: bool = False) -> Lane:
        """Return this lane with notes of its own, for one question: those of the lane, or none."""
        view = copy(self)
        view.assumptions = {} if empty else dict(self.assumptions)
        view.conversions = {} if empty else dict(self.conversions)
        view.facts = {} if empty else dict(self.facts)
        return view

    def quiet(self) -> Lane:
        """Return this lane for asking again what is known: notes are dropped, so that no answer depends on earlier ones."""
        if self._quiet is None:
            self._quiet = self.noting()
        return self._quiet

    # ------------------------------------------------------------------ facts

    def fact(self, subject: str, law: TaxLaw, traits: Traits | None = None) -> Fact:
        """Return a fact of a place's tax law, noted as used."""
        found = self.rulebook.find(subject, law.places, self.on, traits or {})[0]
        if self.strict and found.status == "presumed":
            raise PresumedFact(f"{found.id} is only presumed, and strict is asked for", field=subject, on=self.on)
        self.facts[found] = None
        return found

    def maybe(self, subject: str, law: TaxLaw, traits: Traits | None = None) -> Fact | None:
        """Return a fact of a place's tax law, or None where none is known."""
        try:
            return self.fact(subject, law, traits)
        except PresumedFact:
            raise
        except UnknownFact:
            return None

    def code(self, subject: str, law: TaxLaw, otherwise: str, traits: Traits | None = None) -> str:
        """Return a fact's code, or what is taken where none is known."""
        found = self.maybe(subject, law, traits)
        if found is None:
            return otherwise
        return ("yes" if found.value else "no") if isinstance(found.value, bool) else found.value

    def peek(self, subject: str, law: TaxLaw) -> str | None:
        """Return a fact's value without noting it: nothing of the answer rests on it."""
        try:
            return str(self.rulebook.find(subject, law.places, self.on, {})[0].value)
        except UnknownFact:
            return None

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
        return "domestic" if _state(self.origin) == _state(self.destination) else "intra_union"

    @property
    def national(self) -> bool:
        """Tell whether a sale between the two places is a domestic one, although goods may cross a border of the tax area."""
        return self.national_area(self.origin) == self.national_area(self.destination)

    def national_area(self, law: TaxLaw) -> str:
        """Return the tax area within which sales are domestic."""
        found = self.maybe("tax.national_area", law)
        return str(found.value) if found else law.area

    def within(self, place: str, law: TaxLaw, area: str) -> bool:
        """Tell whether a place counts as inside a tax area for movements of goods."""
        if place in law.lineage or lies_in(place, area, self.on):
            return True
        other = self.law(place)
        return other is not None and self._area(other) == area

    def law(self, place: str) -> TaxLaw | None:
        """Return the tax law of a place named by its code; None if it did not exist on the day."""
        try:
            return law_of(Address.of(place), self.on, self.rulebook)
        except UnknownFact:
            return None

    def state(self, place: str) -> str:
        """Return the state whose law a place is under."""
        found = self.law(place)
        return place if found is None else _state(found)

    def taxed(self, answers: Answers) -> TaxLaw:
        """Return the law of the place where the supply is taxed."""
        return self.origin if answers.get("taxed_in") == "origin" else self.destination

    def established_in(self, area: str) -> bool:
        """Tell whether the seller is established in a place or area."""
        return self.seller.established_in(area, self.on)

    # ------------------------------------------------------------------ registrations and numbers

    def names(self, law: TaxLaw) -> tuple[str, ...]:
        """Return the codes under which a registration for a place's tax may stand, the nearest first."""
        national = self.maybe("tax.national_area", law)
        return law.lineage if national is None else (*law.lineage, str(national.value))

    def schemes(self, law: TaxLaw) -> tuple[str, ...]:
        """Return the names of the registration under which tax is collected at the sale, without and with the country."""
        name = self.code("tax.low_value.scheme", law, "")
        return (name, f"{law.country.lower()}_{name}") if name else ()

    def same(self, code: str, name: str) -> bool:
        """Tell whether a code stands for a place: itself, another code of it, or a part whose sales are domestic there."""
        if code == name:
            return True
        try:
            if locate(code, self.on).code == name:
                return True
        except UnknownFact:
            return False
        law = self.law(code)
        national = None if law is None else self.maybe("tax.national_area", law)
        return national is not None and national.value == name

    def registration(self, names: tuple[str, ...], person: str) -> Registration | None:
        """Return a registration of the person who owes the tax, under one of the names."""
        holder = self.marketplace if person == "marketplace" and self.marketplace is not None else self.seller
        current = [one for one in holder.registrations if one.covers(self.on)]
        for name in names:
            for one in current:
                if one.scheme == name or (one.scheme is None and one.place is not None and self.same(one.place, name)):
                    return one
        return None

    def _best_number(self) -> TaxNumber | None:
        """Return the buyer's number that tells most: verified before unverified, of the place of arrival before others."""
        numbers = self.sale.buyer.tax_numbers
        if len(numbers) < 2:
            return numbers[0] if numbers else None
        kinds, evidence = _NUMBERS, ("verified", "unverified", "invalid")
        return min(numbers, key=lambda one: (evidence.index(one.evidence), kinds.index(self.kind_of(one))))

    def kind_of(self, number: TaxNumber) -> str:
        """Tell whose number it is: of the state of arrival, of another one of the area, of that of departure, or of none."""
        state = self.state(number.country)
        if state == _state(self.destination):
            return "arrival"
        if state == _state(self.origin):
            return "departure"
        return "other_member" if self.within(number.country, self.destination, self.destination_area) else "outside"


_NUMBERS = ("arrival", "other_member", "departure", "outside")


def _state(law: TaxLaw) -> str:
    """Return the state that taxes: what a territory's law descends from."""
    return law.lineage[-1]


def address_key(address: Address) -> Address | str:
    """Return an address as its code where that says all: codes are looked up faster."""
    return address if address.postcode is not None else address.region or address.country


class Question:
    """One line's question to the tables."""

    __slots__ = ("_known", "goods", "index", "lane", "sale", "shared")

    def __init__(
        self, lane: Lane, sale: Sale, goods: Goods, index: int, known: dict[str, str], shared: dict[str, str] | None = None
    ) -> None:
        self.lane = lane
        self.sale = sale
        self.goods = goods
        self.index = index
        self.shared = {} if shared is None else shared
        """What was worked out of the whole consignment: the same for all its lines."""
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
    return "none" if lane.number is None else lane.kind_of(lane.number)


def _number_here(question: Question, _: Answers) -> str:
    """Tell whether the buyer gave a number of the place of arrival, whichever part of the country it names."""
    lane = question.lane
    if lane.number is None:
        return "no"
    country = lane.number.country
    return _yes(country == lane.destination.country or any(lane.same(country, name) for name in lane.names(lane.destination)))


def _evidence(question: Question, _: Answers) -> str:
    number = question.lane.number
    return "unverified" if number is None else number.evidence


def _accept_unverified(question: Question, _: Answers) -> str:
    return _yes(question.lane.sale.accept_unverified)


def _certificate(question: Question, _: Answers) -> str:
    lane = question.lane
    certificates = [one for one in lane.sale.buyer.certificates if lane.same(one.state, lane.destination.place)]
    if not certificates:
        return "none"
    return next((one.kind for one in certificates if one.covers(lane.on)), "expired_or_missing")


# ------------------------------------------------------------------ the movement


def _movement(question: Question, _: Answers) -> str:
    return question.lane.movement


def _sent_from(question: Question, _: Answers) -> str:
    lane = question.lane
    if lane.national:
        return "same_state"
    return "same_area" if lane.origin_area == lane.destination_area else "outside"


def _same_part(question: Question, _: Answers) -> str:
    """Tell whether the goods are sent from the part of the country in which they are delivered."""
    lane = question.lane
    return _yes(lane.origin.lineage[0] == lane.destination.lineage[0])


def _goods_at_sale(question: Question, _: Answers) -> str:
    lane = question.lane
    return "in_area" if lane.origin_area == lane.destination_area or lane.national else "outside"


def _importer(question: Question, _: Answers) -> str:
    if _goods_at_sale(question, _) == "in_area":
        return "buyer"
    if question.lane.sale.importer is None:
        question.lane.assume("importer not given: the buyer is taken to import")
    return question.lane.sale.importer or "buyer"


def _import_state(question: Question, _: Answers) -> str:
    lane = question.lane
    released = lane.sale.release_in
    here = (
        released is None or released == lane.destination.country or lane.state(released) == lane.state(lane.destination.place)
    )
    return "destination" if here else "other_member"


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
    return _yes(lane.registration((*lane.names(lane.origin), lane.origin.country), "seller"))


def _established_at_origin(question: Question, _: Answers) -> str:
    lane = question.lane
    return _yes(any(lane.established_in(place) for place in (*lane.origin.lineage, lane.origin.country)))


def _departing(question: Question, _: Answers) -> str:
    """Return the movement as the place of departure sees it."""
    movement = question.lane.movement
    if movement != "import":
        return movement
    return "domestic" if question.lane.national else "export"


# ------------------------------------------------------------------ the goods


def _supply(question: Question, _: Answers) -> str:
    goods = question.goods
    return "excise" if goods.supply == "ordinary" and _excise(question, _) == "yes" else goods.supply


def _excise(question: Question, _: Answers) -> str:
    return _yes(goods_in(question, "tax.excise_goods"))


def goods_in(question: Question, subject: str) -> bool:
    """Tell whether a fact names the line's goods class."""
    found = _naming(question.lane, subject, question.goods)
    return found is not None and found.value is True


def _naming(lane: Lane, subject: str, goods: Goods) -> Fact | None:
    """Return the fact that speaks of goods of a class or code; None where they have neither, or none does."""
    if goods.goods_class is None and goods.hs is None:
        return None
    return lane.maybe(subject, lane.destination, goods.traits)


def _excluded(question: Question, _: Answers) -> str:
    return _yes(goods_in(question, "tax.low_value.excluded"))


def _mixed(question: Question, _: Answers) -> str:
    """Tell whether the consignment holds, besides the line's own goods, goods that are outside the regime."""
    known = question.shared.get("mixed")
    if known is None:
        words = question.lane.rulebook.vocabulary
        every = dict.fromkeys(Goods.of(line, words) for line in question.sale.lines)
        known = question.shared["mixed"] = _yes(any(_is_excluded(question, goods) for goods in every))
    return known


def _is_excluded(question: Question, goods: Goods) -> bool:
    """Tell whether goods are outside the regime; what that rests on is noted for each question, however it is known."""
    lane, key = question.lane, ("excluded", goods)
    if key not in lane.remembered:
        lane.remembered[key] = _naming(lane, "tax.low_value.excluded", goods)
    found: Fact | None = lane.remembered[key]
    if found is None:
        return False
    lane.facts[found] = None
    return found.value is True


def _in_limit(question: Question, _: Answers) -> str:
    limit = _limit(question.lane)
    if limit is None:
        return _regime(question, _)
    if limit.by_piece:
        return _inside(question, limit, (question.index,), question.sale.lines[question.index].quantity)
    known = question.shared.get("in_limit")
    if known is None:
        known = question.shared["in_limit"] = _inside(question, limit, range(len(question.sale.lines)), 1)
    return known


def _inside(question: Question, limit: _Limit, lines: Sequence[int], pieces: int) -> str:
    net = net_of(question, question.sale.worths, lines, included=limit.included, freight=not question.sale.freight_stated)
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
    conversions: Mapping[str, None]


def _limit(lane: Lane) -> _Limit | None:
    """Return the limit of the place, worked out once for a lane; what it rests on is noted for each question."""
    if "limit" not in lane.remembered:
        lane.remembered["limit"] = _make_limit(lane.noting(empty=True))
    limit: _Limit | None = lane.remembered["limit"]
    if limit is not None:
        lane.facts.update(limit.facts)
        lane.assumptions.update(limit.assumptions)
        lane.conversions.update(limit.conversions)
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
        lane.conversions,
    )


def _import_tax_owed(question: Question, _: Answers) -> str:
    """Tell whether the import tax on the consignment is so small that it is not levied."""
    lane = question.lane
    if _goods_at_sale(question, _) == "in_area":
        return "waived"
    limit = lane.maybe("tax.min_collection", lane.destination)
    if limit is None:
        return "due"
    known = question.shared.get("import_tax")
    if known is None:
        values = question.sale.worths
        parts = _by_share(question, values.prices(), range(len(values.goods)), included=includes_tax(lane, lane.destination))
        base_step, step = (lane.maybe(subject, lane.destination) for subject in ("tax.import_base_step", "tax.import_step"))
        tax = Fraction(0)
        for share, value in parts:
            base = _stepped(_converted(lane, value, lane.sale.currency, limit.unit), base_step)
            tax += _stepped(base * share, step)
        known = question.shared["import_tax"] = "waived" if tax <= minor_of(limit) else "due"
    return known


def _stepped(value: Fraction, step: Fact | None) -> Fraction:
    """Return minor units rounded half up to a multiple of a step, if the law has one."""
    if step is None:
        return value
    steps = value / minor_of(step)
    return divide(steps.numerator, steps.denominator, "half-up") * minor_of(step)


def _relief(question: Question, _: Answers) -> str:
    """Tell whether the consignment is inside the relief on importation, above it, or whether there is none."""
    lane = question.lane
    limit = lane.maybe("tax.import_relief", lane.destination)
    if limit is None:
        return "none"
    known = question.shared.get("relief")
    if known is None:
        values = question.sale.worths
        included = includes_tax(lane, lane.destination)
        with_freight = lane.code("tax.import_relief_base", lane.destination, "goods") == "goods_and_freight"
        amounts = values.prices() if with_freight or not question.sale.freight_stated else values.goods
        value = sum(
            (part for _share, part in _by_share(question, amounts, range(len(amounts)), included=included)), Fraction(0)
        )
        share = lane.maybe("customs.value_share", lane.destination)
        if share is not None and lane.sale.buyer.kind != "business":  # goods for personal use
            value *= Fraction(*share.ratio)
        known = question.shared["relief"] = "inside" if value <= in_currency(lane, limit) else "above"
    return known


def _import_relief(question: Question, _: Answers) -> str:
    """Tell the same where nothing but the border depends on it: without an exchange rate for its limit it is not known."""
    try:
        return _relief(question, _)
    except RateUnavailable as error:
        question.lane.assume(f"whether the value is inside the relief on importation is not known: {error}")
        return "unknown"


def _outside_relief(question: Question, _: Answers) -> str:
    """Tell whether the goods are of a kind that the place's laws on small consignments leave out."""
    return _yes(_excise(question, _) == "yes" or _excluded(question, _) == "yes")


def _law_known(question: Question, _: Answers) -> str:
    """Tell whether the rulebook knows anything of the place's tax."""
    lane = question.lane
    return _yes(lane.maybe("tax.exists", lane.destination) or lane.maybe("tax.rate", lane.destination))


def _border(question: Question, _: Answers) -> str:
    """Tell what happens at the border to goods without tax at the sale."""
    code = question.lane.code("tax.low_value.border", question.lane.destination, "unknown")
    return "taxed" if code == "relieved" and _relief(question, _) == "above" else code


def _left_to_border(question: Question, _: Answers) -> str:
    """Tell whether the law leaves the tax to the border because the consignment is above the relief, whatever its items."""
    code = question.lane.code("tax.low_value.above_relief", question.lane.destination, "sale")
    return _yes(code == "border" and _relief(question, _) == "above")


def net_of(question: Question, values: Worths, lines: Sequence[int], *, included: bool, freight: bool = False) -> Fraction:
    """Return the value of lines after discounts, in minor units, without the tax of the place where the prices contain it.

    Delivery is no part of the goods' own value, unless it is in the price and the invoice does not show it apart (`freight`).
    """
    amounts = values.prices() if freight else values.goods
    if not included:
        return Fraction(sum([amounts[index] for index in lines]), values.scale)
    parts = [part for _share, part in _by_share(question, amounts, lines, included=True)]
    return parts[0] if len(parts) == 1 else sum(parts, Fraction(0))


def _by_share(
    question: Question, amounts: Sequence[int], lines: Sequence[int], *, included: bool, place: Address | str | None = None
) -> list[tuple[Fraction, Fraction]]:
    """Return the value of lines by rate, in minor units, without the tax where the amounts contain it."""
    by_share: dict[Fraction, int] = {}
    for index in lines:
        share = _share(question, index, place)
        by_share[share] = by_share.get(share, 0) + amounts[index]
    scale = question.sale.worths.scale
    return [
        (share, Fraction(amount * share.denominator, scale * (share.numerator + share.denominator)) if included
         else Fraction(amount, scale))
        for share, amount in by_share.items()
    ]  # fmt: skip


def _share(question: Question, index: int, place: Address | str | None) -> Fraction:
    """Return the rate of a place (the destination) on a line's goods."""
    line, lane = question.sale.lines[index], question.lane
    key = (line.goods_class, line.hs, place is None)
    share: Fraction | None = lane.remembered.get(key)
    if share is None:
        found = rate(place or lane.to, line.goods_class, on=lane.on, hs=line.hs, rulebook=lane.rulebook)
        share = lane.remembered[key] = found.share
    return share


def in_currency(lane: Lane, limit: Fact) -> Fraction:
    """Return a limit in minor units of the sale's currency, exactly: the rate is the one that the law names for limits."""
    return _converted(lane, minor_of(limit), limit.unit, lane.sale.currency)


def _converted(lane: Lane, minor: Fraction, currency: str, to: str) -> Fraction:
    if currency == to:
        return minor
    policy = lane.code("fx.threshold", lane.destination, "")
    if not policy:
        policy = _POLICY
        if lane.rates is None:
            lane.assume(f"no rate is named for limits in another currency there: {policy} is taken")
    found = policy_rate(policy, to, currency, lane.on, lane.rates, latest=lane.latest_rates)
    note = f": {found.note}" if found.note else ""
    lane.conversions[f"{found.describe()}{note}"] = None
    return minor * Fraction(found.denominator, found.numerator) * Fraction(10) ** (minor_units(to) - minor_units(currency))


_POLICY = "ecb.daily"


# ------------------------------------------------------------------ the seller


def _channel(question: Question, _: Answers) -> str:
    return "own" if question.lane.marketplace is None else "marketplace"


def _seller_in_area(question: Question, _: Answers) -> str:
    lane = question.lane
    places = lane.seller.places_established(lane.on)
    inside = any(lane.within(place, lane.destination, lane.destination_area) for place in places)
    return "in_area" if inside else "outside_area"


def _seller_in_country(question: Question, _: Answers) -> str:
    """Tell whether the seller is established where sales to the place are domestic ones."""
    lane = question.lane
    national = lane.national_area(lane.destination)
    places = lane.seller.places_established(lane.on)
    inside = any(lies_in(place, national, lane.on) or lies_in(place, lane.destination.country, lane.on) for place in places)
    return "in_area" if inside else "outside_area"


def _eligible(question: Question, _: Answers) -> str:
    """Tell whether the seller is established in exactly one member state of the area and the goods are sent from it.

    It is doubtful where goods are also known to lie in another one.
    """
    lane = question.lane
    established = lane.seller.places_established(lane.on)
    states = {lane.state(place) for place in established if lane.within(place, lane.origin, lane.origin_area)}
    if states != {_state(lane.origin)}:
        return "no"
    stock = {
        lane.state(place) for place in lane.seller.places_of_stock(lane.on) if lane.within(place, lane.origin, lane.origin_area)
    }
    return "doubtful" if stock - states else "yes"


def _over_threshold(question: Question, _: Answers) -> str:
    lane = question.lane
    limit = lane.maybe("tax.distance_threshold", lane.destination)
    obligation = lane.code("tax.distance_obligation", lane.destination, f"{_state(lane.destination).lower()}.distance_sales")
    stated = lane.seller.is_obliged(obligation, lane.on)
    if stated is not None:
        return "over" if stated else "under"
    current = question.sale.seller.turnover.get(obligation)
    previous = question.sale.seller.turnover.get(f"{obligation}.previous")
    if limit is None or current is None:
        return "unknown"
    if previous is None:
        lane.assume(f"turnover of the year before not given ({obligation}.previous): taken to be below the threshold")
    elif _minor(lane, previous) > in_currency(lane, limit):
        return "over"
    values = question.sale.worths
    counted = [index for index, line in enumerate(question.sale.lines) if line.supply == "ordinary"]
    place = address_key(lane.sale.ship_from)  # as long as the threshold is not crossed, prices contain the tax of departure
    included = includes_tax(lane, lane.destination)
    parts = _by_share(question, values.prices(), counted, included=included, place=place if included else None)
    total = _minor(lane, current) + sum((part for _share, part in parts), Fraction(0))
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


def _established_in_part(question: Question, answers: Answers) -> str:
    """Tell whether the seller is established in the very part of the country that taxes."""
    lane = question.lane
    return _yes(lane.established_in(lane.taxed(answers).lineage[0]))


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
    return _holds(question, answers, question.lane.names(question.lane.taxed(answers)))


def _registered_in_part(question: Question, answers: Answers) -> str:
    return _holds(question, answers, question.lane.taxed(answers).lineage[:1])


def _registered_in_area(question: Question, _: Answers) -> str:
    lane = question.lane
    return _yes(lane.registration((lane.destination.country,), "seller"))


def _oss(question: Question, answers: Answers) -> str:
    return _holds(question, answers, (question.lane.code("tax.one_stop_shop", question.lane.destination, ""),))


def _local_number(question: Question, answers: Answers) -> str:
    return _holds(question, answers, question.lane.names(question.lane.taxed(answers)))


def _ioss(question: Question, _: Answers) -> str:
    person = "seller" if question.lane.marketplace is None else "marketplace"
    return _holds(question, {"liable": person}, question.lane.schemes(question.lane.destination))


def _exemption(question: Question, answers: Answers) -> str:
    lane = question.lane
    if _person(answers) == "marketplace":
        return "none"
    names = lane.names(lane.taxed(answers))
    exempt = any(one.covers(lane.on) and any(lane.same(one.place, name) for name in names) for one in lane.seller.exemptions)
    return "small_business" if exempt else "none"


def _known_obligation(question: Question, names: tuple[str, ...]) -> str:
    """Tell what the seller states of its obligations in a place, under any code of it, or under an obligation's name.

    What is stated of a single obligation of the place settles it alone if it holds; that it does not hold settles the place
    if it is stated of all that concern the seller there.
    """
    lane = question.lane
    stated = [
        known
        for key in lane.seller.obliged
        if any(key == name or (_CODE.fullmatch(key) and lane.same(key, name)) for name in names)
        and (known := lane.seller.is_obliged(key, lane.on)) is not None
    ]
    if stated or all(_CODE.fullmatch(key) for key in lane.seller.obliged):
        return _yes(any(stated)) if stated else "unknown"
    single = [
        lane.seller.is_obliged(rule.id, lane.on)
        for rule in rules_by_id(lane.rulebook).values()
        if rule.kind == "obligation" and rule.place in names and rule.concerns(lane.seller, lane.on) and rule.row(lane.on)
    ]
    return "yes" if True in single else "unknown" if None in single or not single else "no"


_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,8})?")


def _obliged(question: Question, answers: Answers) -> str:
    return _known_obligation(question, question.lane.names(question.lane.taxed(answers)))


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
    return "no" if lane.marketplace is None else _holds(question, {"liable": "marketplace"}, lane.names(lane.destination))


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
        return "unknown"
    lane.assume("the marketplace is taken to be above the state's threshold for facilitators")
    return _yes(known.value)


def _regime(question: Question, _: Answers) -> str:
    """Tell whether the place has a law that collects at the sale, with a limit or without one."""
    lane = question.lane
    return _yes(
        lane.maybe("tax.threshold.point_of_sale", lane.destination) or lane.maybe("tax.low_value.compulsion", lane.destination)
    )


def _regime_registered(question: Question, _: Answers) -> str:
    lane = question.lane
    names = (*lane.schemes(lane.destination), *lane.names(lane.destination))
    deemed = lane.marketplace is not None and _regime_platform(question, _) == "deemed"
    return _holds(question, {"liable": "marketplace" if deemed else "seller"}, names)


def _regime_b2b(question: Question, answers: Answers) -> str:
    """Tell how the regime treats businesses that show their number; consumers are taxed."""
    if answers.get("buyer") != "business_id":
        return "taxed"
    return question.lane.code("tax.low_value.b2b", question.lane.destination, "unknown")


def _regime_platform(question: Question, _: Answers) -> str:
    """Tell whether the marketplace is the deemed supplier under the regime; an own shop has none."""
    if question.lane.marketplace is None:
        return "none"
    return question.lane.code("tax.low_value.platform", question.lane.destination, "unknown")


def _compulsion(question: Question, _: Answers) -> str:
    return question.lane.code("tax.low_value.compulsion", question.lane.destination, "if_registered")


def _tax_exists(question: Question, _: Answers) -> str:
    return question.lane.code("tax.exists", question.lane.destination, "yes")


def _local_rate(question: Question, _: Answers) -> str:
    return "absent" if question.lane.sale.local_rate is None and question.goods.local_rate is None else "given"


def _line_rate(question: Question, _: Answers) -> str:
    return _yes(question.goods.local_rate is not None)


def _local_goods(question: Question, _: Answers) -> str:
    """Tell what local taxes do with goods that the state treats apart, at the price of a piece where that decides."""
    lane, goods = question.lane, question.goods
    if (
        lane.sale.local_rate is None
        and goods.local_rate is None
        and lane.peek("tax.local_rate.average", lane.destination) == "0"
    ):
        return "as_state"
    line, values = question.sale.lines[question.index], question.sale.worths
    found = rate_by_piece(
        lane.to, goods.goods_class or STANDARD, Fraction(values.goods[question.index], values.scale * line.quantity),
        on=lane.on, hs=goods.hs, rulebook=lane.rulebook, minor_of=lambda limit: in_currency(lane, limit),
    )  # fmt: skip
    if found.share == rate(lane.to, on=lane.on, rulebook=lane.rulebook).share:
        return "as_state"
    return lane.code("tax.local_base", lane.destination, "own" if found.share else "follows_state", goods.traits)


def _sourcing(question: Question, _: Answers) -> str:
    return question.lane.code("tax.sourcing", question.lane.destination, "unknown")


def _second_registration(question: Question, _: Answers) -> str:
    lane = question.lane
    if lane.maybe("tax.rate.second", lane.destination, question.goods.traits) is None:
        whole = len(lane.destination.lineage) == 1  # which part of the country it is was not said
        return lane.code("tax.second_registration", lane.destination, "none") if whole else "none"
    return lane.code("tax.second_registration", lane.destination, "with_first")


_YES_NO = ("yes", "no")
_KNOWN = ("yes", "no", "unknown")

COLUMNS: Mapping[str, Column] = {
    "accept_unverified": Column(_YES_NO, _accept_unverified),
    "border": Column(("relieved", "taxed", "unknown"), _border, by_amount=True),
    "buyer_kind": Column(("consumer", "business"), _buyer_kind),
    "certificate": Column(("none", "resale", "exempt", "expired_or_missing"), _certificate),
    "channel": Column(("own", "marketplace"), _channel),
    "compulsion": Column(("always", "if_registered"), _compulsion),
    "departing": Column(("domestic", "intra_union", "export"), _departing),
    "eligible": Column(("yes", "doubtful", "no"), _eligible),
    "established_at_origin": Column(_YES_NO, _established_at_origin),
    "established_in_part": Column(_YES_NO, _established_in_part, by_answers=True),
    "established_in_taxed": Column(_YES_NO, _established_in_taxed, by_answers=True),
    "evidence": Column(("verified", "unverified", "invalid"), _evidence),
    "excise": Column(_YES_NO, _excise),
    "excluded": Column(_YES_NO, _excluded),
    "exemption": Column(("none", "small_business"), _exemption, by_answers=True),
    "facilitator_collects": Column(_KNOWN, _facilitator_collects),
    "goods_at_sale": Column(("in_area", "outside"), _goods_at_sale),
    "import_relief": Column(("inside", "above", "none", "unknown"), _import_relief, by_amount=True),
    "import_state": Column(("destination", "other_member"), _import_state),
    "import_tax_owed": Column(("waived", "due"), _import_tax_owed, by_amount=True),
    "importer": Column(("buyer", "seller"), _importer),
    "in_limit": Column(_YES_NO, _in_limit, by_amount=True),
    "ioss": Column(_YES_NO, _ioss),
    "law_known": Column(_YES_NO, _law_known),
    "left_to_border": Column(_YES_NO, _left_to_border, by_amount=True),
    "line_rate": Column(_YES_NO, _line_rate),
    "local_goods": Column(("as_state", "follows_state", "own", "by_locality"), _local_goods, by_amount=True),
    "local_number": Column(_YES_NO, _local_number, by_answers=True),
    "local_rate": Column(("given", "absent"), _local_rate),
    "mixed_consignment": Column(_YES_NO, _mixed, by_amount=True),
    "movement": Column(("domestic", "intra_union", "import"), _movement),
    "number_here": Column(_YES_NO, _number_here),
    "number_of": Column(("none", "departure", "arrival", "other_member", "outside"), _number_of),
    "obliged": Column(_KNOWN, _obliged, by_answers=True),
    "obliged_in_area": Column(_KNOWN, _obliged_in_area),
    "obliged_in_part": Column(_KNOWN, _obliged_in_part, by_answers=True),
    "opted": Column(_YES_NO, _opted),
    "origin_kind": Column(("vat", "sales_tax", "none"), _origin_kind),
    "oss": Column(_YES_NO, _oss, by_answers=True),
    "outside_relief": Column(_YES_NO, _outside_relief),
    "over_threshold": Column(("under", "over", "unknown"), _over_threshold, by_amount=True),
    "place_shifted": Column(("mail_order", "assent", "no", "unknown"), _place_shifted),
    "platform_domestic": Column(("deemed", "none"), _platform_domestic),
    "platform_registered": Column(_YES_NO, _platform_registered),
    "proof_of_exit": Column(("yes", "pending", "none"), _proof_of_exit),
    "regime": Column(_YES_NO, _regime),
    "regime_b2b": Column(("outside", "reverse_charge", "taxed", "unknown"), _regime_b2b, by_answers=True),
    "regime_platform": Column(("deemed", "none", "unknown"), _regime_platform),
    "regime_registered": Column(_YES_NO, _regime_registered),
    "registered": Column(_YES_NO, _registered, by_answers=True),
    "registered_at_origin": Column(_YES_NO, _registered_at_origin),
    "registered_in_area": Column(_YES_NO, _registered_in_area),
    "registered_in_part": Column(_YES_NO, _registered_in_part, by_answers=True),
    "relief": Column(("inside", "above", "none"), _relief, by_amount=True),
    "same_part": Column(_YES_NO, _same_part),
    "second_registration": Column(("with_first", "own", "none", "unknown"), _second_registration),
    "seller_in_area": Column(("in_area", "outside_area"), _seller_in_area),
    "seller_in_country": Column(("in_area", "outside_area"), _seller_in_country),
    "sent_from": Column(("same_state", "same_area", "outside"), _sent_from),
    "sourcing": Column(("origin", "destination", "mixed", "unknown"), _sourcing),
    "special": Column(_YES_NO, _special),
    "state_reverse_charge": Column(_KNOWN, _state_reverse_charge, by_answers=True),
    "supply": Column(("ordinary", "excise", "new_vehicle", "installed", "margin_scheme"), _supply),
    "tax_exists": Column(("yes", "local_only", "no"), _tax_exists),
    "transport_by": Column(("seller", "buyer"), _transport_by),
}
"""Every column that the tables may name, with its closed domain."""
