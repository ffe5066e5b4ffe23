"""`determine`: who charges which tax on a sale, where, under which scheme, at which rate, and how much.

Five steps: place, person liable, scheme and number, rate, amount. The first three are decision tables (`data/decisions/`),
asked for each line of a consignment; the rate is a look-up; the amount is arithmetic. What is not known is answered as
undetermined, never as 0; being obliged without a registration is a finding, never "no tax".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from threading import RLock
from typing import Any, NamedTuple

from pydantic import PrivateAttr, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, PresumedFact, UnknownFact, XBCommerceError, shown, suggest
from xbcommerce.exchange import FixedRates, RateSource
from xbcommerce.explain import Amount, Answer, Citation, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money
from xbcommerce.places import Address
from xbcommerce.rules.decisions import DecisionRow, Decisions, Fired
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.amounts import Tax, includes_tax, money_of, rounding_of, taxes_of, with_whole_delivery
from xbcommerce.tax.ledger import iterable
from xbcommerce.tax.question import COLUMNS, Goods, Lane, Question, address_key, in_currency
from xbcommerce.tax.rates import BY_PIECE, STANDARD, Rate, TaxLaw, book_of, percent_of, rate, rate_by_piece
from xbcommerce.tax.sale import Sale, Worths
from xbcommerce.tax.stated import check_marketplace, check_seller, check_turnover

__all__ = ["Departure", "Determination", "FindingFound", "Leg", "LineTax", "Outcome", "RowUsed", "determine", "determine_batch"]

SYSTEM = "tax.system"
DEFAULT_SYSTEM = "general"
DEPARTURE = "departure"
_MOST_REMEMBERED = 1000
_CHARGING = frozenset({"yes", "not_before_registration"})
_WHOLE_DELIVERY = "whole_if_any_taxable"
_NOWHERE = frozenset({"none", "unknown"})
_lock = RLock()


class RowUsed(Result):
    """A row of a decision table that fired."""

    table: str
    row: str
    question: str
    law: str
    citation: Citation | None
    confidence: str


class FindingFound(Result):
    """Something to know or to mend: severity is error, warning or note."""

    id: str
    severity: str
    text: str


class Leg(Result):
    """One supply in the chain: from whom to whom, and how it is treated."""

    supplier: str
    customer: str
    treatment: str


class Departure(Result):
    """What the place does that the goods leave.

    Attributes:
        place: that place.
        origin_tax: none, by_arrival (decided with the place of arrival), zero, zero_provisional (until exit is proved), or
            domestic_rate.
        percent: the rate there, where it applies.
        tax: what is owed there, where its rate applies: besides the outcomes, which are those of the place of arrival.
    """

    place: str
    origin_tax: str
    percent: Decimal | None
    tax: Amount | None
    rows: tuple[RowUsed, ...]
    findings: tuple[FindingFound, ...]


class LineTax(Result):
    """What falls on one line: price without tax, tax (None: undetermined), price with tax; delivery is in them by its share."""

    description: str
    category: str
    outcome: int
    percent: Decimal | None
    net: Amount
    tax: Amount | None
    gross: Amount


class Outcome(Result):
    """What was decided for some lines of the consignment.

    Attributes:
        lines: their indices.
        taxed_in: place whose tax it is; None: nowhere, or not determined.
        at: where the tax arises: sale, import, none, or unknown.
        nature: domestic, distance_sale, acquisition, margin, low_value, import.
        tax_name: what the tax is called there.
        liable: who owes it: seller, marketplace, buyer, nobody, unknown.
        collects: who collects it: seller, marketplace, carrier, buyer, nobody, unknown.
        charge: whether tax is put on the price: yes, no, not_before_registration, undetermined.
        scheme: the scheme under which it is declared.
        number_kind, number: whose number goes on the invoice or the declaration, and the number where it is known.
        import_tax: what happens at the border: none (nothing is imported, or the sale has borne the tax), due (by the law of
            importation, with its reliefs), relieved, unknown, or who owes it: seller, marketplace.
        invoice: mention that the invoice must carry, as a code.
        percent: rate, where all lines have one.
        net, tax, gross: sums over the lines; tax None: undetermined.
        owed: tax that is owed although it may not be charged yet.
        legs: the supplies in the chain.
        rows: rows that fired, in their order.
        findings: what to know or to mend.
    """

    lines: tuple[int, ...]
    taxed_in: str | None
    at: str
    nature: str
    tax_name: str
    liable: str
    collects: str
    charge: str
    scheme: str
    number_kind: str
    number: str | None
    import_tax: str
    invoice: str | None
    percent: Decimal | None
    net: Amount
    tax: Amount | None
    gross: Amount
    owed: Amount | None
    taxes: dict[str, Amount]
    legs: tuple[Leg, ...]
    rows: tuple[RowUsed, ...]
    findings: tuple[FindingFound, ...]


class Determination(Answer):
    """The tax on a consignment, with the law behind it.

    Attributes:
        on: day of the sale.
        ship_from, ship_to: territories.
        currency: of all amounts.
        outcomes: what was decided; several where the lines of one consignment are treated differently.
        lines: what falls on each line, in the order given.
        departure: what the place of departure does.
        net, tax, gross: sums; tax None: not determined for some line.
        rulebook, digest: version and SHA-256 of the rulebook that answered.
    """

    on: date
    ship_from: str
    ship_to: str
    currency: str
    outcomes: tuple[Outcome, ...]
    lines: tuple[LineTax, ...]
    departure: Departure
    net: Amount
    tax: Amount | None
    gross: Amount
    rulebook: str
    digest: str
    _inside: tuple[_Resolved, ...] | None = PrivateAttr(default=None)

    def _of_all(self, name: str) -> Any:
        values = {getattr(outcome, name) for outcome in self.outcomes}
        return values.pop() if len(values) == 1 else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def taxed_in(self) -> str | None:
        """Place whose tax it is, if it is one for all lines."""
        return self._of_all("taxed_in")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def liable(self) -> str | None:
        """Who owes the tax, if it is one for all lines."""
        return self._of_all("liable")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def collects(self) -> str | None:
        """Who collects the tax, if it is one for all lines."""
        return self._of_all("collects")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def charge(self) -> str | None:
        """Whether the tax is put on the price, if it is so for all lines."""
        return self._of_all("charge")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def scheme(self) -> str | None:
        """Scheme, if it is one for all lines."""
        return self._of_all("scheme")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def import_tax(self) -> str | None:
        """What is due at the border, if it is one for all lines."""
        return self._of_all("import_tax")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> Decimal | None:
        """The rate, if it is one for all lines."""
        return self._of_all("percent")  # type: ignore[no-any-return]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def findings(self) -> tuple[FindingFound, ...]:
        """What to know or to mend, over all outcomes and the departure."""
        found = {one.id: one for outcome in self.outcomes for one in outcome.findings}
        found |= {one.id: one for one in self.departure.findings}
        return tuple(found.values())

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the sale did not say and was assumed."""
        return tuple(dict.fromkeys(text for resolved in self._inside or () for text in resolved.assumptions))

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Stale, uncertain, observed or presumed facts among those used, and uncertain rows."""
        return tuple(dict.fromkeys(text for resolved in self._inside or () for text in resolved.warnings()))

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        """The facts that the answer rests on."""
        return tuple({fact.id: fact for step in self.explanation.steps for fact in step.facts}.values())

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation:
        """Why: each step with the row that decided it, the rates and the amounts with their facts."""
        if self._inside is None:
            return Explanation(title="this determination was stored without its explanation", steps=())
        return _explanation(self, self._inside)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def __str__(self) -> str:
        """Return the outcomes, one a line."""
        return "\n".join(_line(outcome) for outcome in self.outcomes)

    def _repr_html_(self) -> str:
        return self.explain("html")


def _line(outcome: Outcome) -> str:
    tax = "undetermined" if outcome.tax is None else str(outcome.tax)
    share = "" if outcome.percent is None else f" at {outcome.percent} %"
    where = f"{outcome.tax_name}{share} in {outcome.taxed_in or 'nowhere'}"
    who = f"owed by {outcome.liable}, collected by {outcome.collects} ({outcome.scheme})"
    if outcome.charge == "no" and outcome.taxed_in is not None:
        if outcome.liable in ("buyer", "marketplace") or outcome.at == "import":
            return f"no tax charged at the sale; {where}: {who}"
        return f"no {outcome.tax_name} charged in {outcome.taxed_in} ({outcome.scheme})"
    if outcome.charge == "not_before_registration":
        return f"{outcome.owed} {where}: owed by {outcome.liable}, not to be charged before registration ({outcome.scheme})"
    return f"{tax} {where}: {who}"


def determine(
    sale: Sale | Mapping[str, Any],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    strict: bool = False,
    latest_rates: bool = False,
) -> Determination:
    """Return who charges which tax on a sale, where, under which scheme, at which rate, and how much.

    Args:
        sale: one consignment: a `Sale`, or a mapping of its fields.
        on: day of the sale (its tax point).
        rulebook: facts and tables; the built-in ones if not given.
        rates: exchange rates instead of the official policies, for limits in another currency.
        strict: refuse goods classes that no fact confirms, and facts that are only presumed.
        latest_rates: past the end of an embedded table take its last exchange rate, with a note, instead of refusing.

    Raises:
        InvalidInput: if the sale cannot be understood.
        UnknownFact: if the rulebook does not know what the law says.
        RateUnavailable: if a limit is in another currency and its exchange rate is not known.

    >>> sale = {
    ...     "ship_from": "FR", "ship_to": "DE", "seller": {"establishments": ["FR"], "registrations": ["FR", "union_oss"]},
    ...     "buyer": "consumer", "lines": [{"unit_price": "119.00 EUR"}], "prices_include_tax": True,
    ... }
    >>> print(determine(sale, on="2026-11-25"))
    19.00 EUR VAT at 19 % in DE: owed by seller, collected by seller (union_oss)
    """
    sale = Sale.of(sale)
    book = book_of(rulebook)
    if sale.seller.turnover:
        check_turnover(sale.seller.turnover, book)
    lane = _lane(sale, a_day(on), book, rates, strict=strict, latest_rates=latest_rates)
    shared: dict[str, str] = {}
    return _answer(lane, sale, [_resolve(lane, sale, index, shared) for index in range(len(sale.lines))])


def determine_batch(
    sales: Iterable[Sale | Mapping[str, Any]],
    *,
    on: date | str | None = None,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    strict: bool = False,
    latest_rates: bool = False,
) -> Iterator[Determination | XBCommerceError]:
    """Yield a determination for each sale; one that cannot be determined yields its error instead, and the batch goes on.

    Args:
        sales: sales, or mappings; a mapping may carry its own day under "on".
        on: day of the sales that carry none.
        rulebook: as for `determine`.
        rates: as for `determine`.
        strict: as for `determine`.
        latest_rates: as for `determine`.
    """
    for sale in iterable(sales, "sales"):
        try:
            day: Any = on
            if isinstance(sale, Mapping) and "on" in sale:
                day = sale["on"]
                sale = {name: value for name, value in sale.items() if name != "on"}  # noqa: PLW2901 - the same sale without its day
            yield determine(sale, on=day, rulebook=rulebook, rates=rates, strict=strict, latest_rates=latest_rates)
        except XBCommerceError as error:
            yield error


# ------------------------------------------------------------------ resolving


@dataclass(frozen=True, slots=True, eq=False)
class _Resolved:
    """What the law says of a line on a lane, whatever its amount: computed once, used for every sale that is alike."""

    key: object
    fired: Fired
    law: TaxLaw | None
    rate: Rate | None
    tax: Tax | None
    by_piece: bool
    goods: Goods
    local: Fraction | None
    charge: str
    percent: Decimal | None
    public: dict[str, Any]
    told: dict[str, Any]
    assumptions: tuple[str, ...]
    conversions: tuple[str, ...]
    facts: tuple[Fact, ...]
    lane: Lane
    doubts: tuple[str, ...]

    def warnings(self) -> Iterator[str]:
        for fact in self.facts:
            yield from doubts(fact, self.lane.on, self.lane.rulebook.review_every)
        if self.rate is not None:
            yield from self.rate.warnings
        yield from self.doubts
        for row in (*self.fired.rows, *self.lane.departing.rows):
            if row.confidence != "high":
                yield f"row {row.table} {row.id}: confidence {row.confidence}{f' ({row.note})' if row.note else ''}"


@dataclass(slots=True)
class _Node:
    """What was asked about amounts on the way to an answer: the column, and where each of its values leads."""

    column: str
    branches: dict[str, Any] = field(default_factory=dict)


def _lane(
    sale: Sale, on: date, book: Rulebook, rates: RateSource | Mapping[str, str] | None, *, strict: bool, latest_rates: bool
) -> Any:
    """Return the lane of a sale, from what is remembered of it unless the caller brings a rate source of its own."""
    table: object = None
    source: RateSource | None = None
    if isinstance(rates, Mapping):
        source, table = FixedRates(rates), tuple(rates.items())
    elif rates is not None:
        return _make_lane(sale, on, book, rates, strict=strict, latest_rates=latest_rates)
    return book.compiled(
        ("tax.lane", sale.lane, on, strict, latest_rates, table),
        lambda: _make_lane(sale, on, book, source, strict=strict, latest_rates=latest_rates),
    )


def _make_lane(sale: Sale, on: date, book: Rulebook, rates: RateSource | None, *, strict: bool, latest_rates: bool) -> Lane:
    check_seller(sale.seller, book)
    if sale.marketplace is not None:
        check_marketplace(sale.marketplace, book)
    lane = Lane(sale, on, book, rates, strict=strict, latest_rates=latest_rates)
    question = Question(lane, sale, Goods(None, None, "ordinary"), 0, {})
    lane.departing = Decisions.of(book).ask(DEPARTURE, on, question.value)
    lane.departure = _departure(lane, lane.departing)
    return lane


def _departure(lane: Lane, fired: Fired) -> Departure:
    origin_tax = fired.answers["origin_tax"]
    percent = None
    if origin_tax == "domestic_rate":
        percent = rate(lane.sale.ship_from, on=lane.on, rulebook=lane.rulebook).percent
    return Departure.made(
        place=lane.origin.place, origin_tax=origin_tax, percent=percent, tax=None, rows=_rows(lane, fired),
        findings=_found(fired),
    )  # fmt: skip


def _resolve(lane: Lane, sale: Sale, index: int, shared: dict[str, str]) -> _Resolved:
    """Return what the law says of a line, from what is remembered of the lane if the amounts lead the same way."""
    line = sale.lines[index]
    goods = Goods.of(line, lane.rulebook.vocabulary)
    node = lane.outcomes.get(goods)
    if isinstance(node, _Resolved):
        return node
    question: Question | None = None
    while isinstance(node, _Node):
        question = question or Question(lane.quiet(), sale, goods, index, {}, shared)
        node = node.branches.get(question.value(node.column, {}))
    return node if isinstance(node, _Resolved) else _remember(lane, sale, goods, index)


def _remember(lane: Lane, sale: Sale, goods: Goods, index: int) -> _Resolved:
    """Ask the tables, and remember the answer under the amounts that were asked about on the way."""
    asked: dict[str, str] = {}
    _check_class(lane, goods, index)
    view = lane.noting()
    question = Question(view, sale, goods, index, {})  # works out all anew, so that its notes are whole

    def value_of(name: str, answers: Mapping[str, str]) -> str:
        value = question.value(name, answers)
        if COLUMNS[name].by_amount:
            asked.setdefault(name, value)
        return value

    decisions = Decisions.of(lane.rulebook)
    system = view.code(SYSTEM, lane.destination, DEFAULT_SYSTEM)
    fired = decisions.ask(decisions.first(system), lane.on, value_of)
    resolved = _resolved(view, lane, goods, fired)
    with _lock:
        if len(lane.outcomes) > _MOST_REMEMBERED:
            lane.outcomes.clear()
        _insert(lane.outcomes, goods, list(asked.items()), resolved)
    return resolved


def _check_class(lane: Lane, goods: Goods, index: int) -> None:
    classes = lane.rulebook.vocabulary.classes
    if goods.goods_class is not None and goods.goods_class not in classes:
        raise InvalidInput(
            f"line {index + 1}: unknown goods class {shown(goods.goods_class)}", field=f"lines.{index}.goods_class",
            value=goods.goods_class, allowed=classes, hint=suggest(goods.goods_class, classes),
        )  # fmt: skip


def _insert(into: dict[Any, Any], key: Any, asked: list[tuple[str, str]], resolved: _Resolved) -> None:
    for name, value in asked:
        node = into.get(key)
        if not isinstance(node, _Node) or node.column != name:
            node = into[key] = _Node(name)
        into, key = node.branches, value
    into[key] = resolved


def _resolved(view: Lane, lane: Lane, goods: Goods, fired: Fired) -> _Resolved:
    answers = fired.answers
    taxed_in = answers.get("taxed_in", "unknown")
    law = None if taxed_in in _NOWHERE else view.taxed(answers)
    charge = answers.get("charge") or ("no" if answers.get("liable") in ("buyer", "nobody") else "undetermined")
    found, by_piece, tax = None, False, None
    doubts_found: list[str] = []
    if law is not None:
        category = STANDARD if answers.get("rate") == "general" else goods.goods_class or STANDARD
        if not goods.told:
            view.assume(_said_of_class(goods))
        address = address_key(view.sale.ship_from) if taxed_in == "origin" else view.to
        try:
            found, by_piece = _rate_of(view, address, category, goods.hs)
        except PresumedFact:
            raise
        except UnknownFact as error:
            if charge in _CHARGING or view.strict:
                raise
            doubts_found.append(f"the rate is not known: {error}")
        if charge in _CHARGING and found is not None:
            tax = _tax(view, law, found, answers, goods)
            if (view.sale.local_rate or goods.local_rate) and "local_rate_of" not in answers:
                view.assume("local_rate is left aside: no local rate is added there")
        for subject in BY_PIECE if by_piece else ():
            view.maybe(subject, law, goods.traits)
    for assumed in found.assumptions if found is not None else ():
        if not any(known.endswith(assumed) for known in view.assumptions):
            view.assume(assumed)
    if view.sale.prices_include_tax and charge == "no":
        view.assume("no tax is charged at the sale: the prices stand as they are, whatever tax they were meant to contain")
    number_kind = answers.get("number", "local" if charge == "yes" else "none")
    public = {
        "taxed_in": law.place if law else None,
        "at": taxed_in if taxed_in in ("import", "none", "unknown") else "sale",
        "nature": answers.get("nature", "domestic"),
        "tax_name": found.name if found is not None else "tax",
        "liable": answers.get("liable", "unknown"),
        "collects": answers.get("collects", "unknown"),
        "charge": charge,
        "scheme": _scheme(view, answers),
        "number_kind": number_kind,
        "number": _number(view, number_kind, answers),
        "import_tax": answers.get("import_tax", "unknown"),
        "invoice": answers.get("invoice"),
    }
    told = {
        "legs": _legs(answers, charge),
        "rows": _rows(lane, fired),
        "findings": _found(fired),
    }
    return _Resolved(
        key=(law.place if law else None, tuple(row.id for row in fired.rows)),
        fired=fired,
        law=law,
        rate=found,
        tax=tax,
        by_piece=by_piece,
        goods=goods,
        local=_local(view, answers, goods) if tax is not None else None,
        charge=charge,
        percent=found.percent if found is not None and not by_piece and charge != "undetermined" else None,
        public=public,
        told=told,
        assumptions=tuple(view.assumptions),
        conversions=tuple(view.conversions),
        facts=tuple(view.facts),
        lane=lane,
        doubts=tuple(doubts_found),
    )


def _scheme(view: Lane, answers: Mapping[str, str]) -> str:
    """Return the scheme under which the tax is declared: that of the place's own law, where the law has a name for it."""
    scheme = answers.get("scheme", "none")
    return view.code("tax.low_value.scheme", view.taxed(answers), "low_value") if scheme == "regime" else scheme


def _said_of_class(goods: Goods) -> str:
    if goods.goods_class is not None:
        return f"goods class {goods.goods_class} taken from the commodity code {goods.hs}"
    return "no goods class given: the general rate is assumed"


def _rate_of(view: Lane, place: Address | str, category: str, hs: str | None) -> tuple[Rate | None, bool]:
    """Return the rate, and whether it depends on the price of a piece (then it is looked up for each line)."""
    try:
        return rate(place, category, on=view.on, hs=hs, rulebook=view.rulebook, strict=view.strict), False
    except UnknownFact as error:
        if error.field != "unit_price":
            raise
    return rate(place, STANDARD, on=view.on, rulebook=view.rulebook), True


def _local(view: Lane, answers: Mapping[str, str], goods: Goods) -> Fraction | None:
    """Return the local rate on the goods, if one is charged that is known."""
    if "local_rate_of" not in answers or answers.get("local_on") == "no":
        return None
    found: Fraction | None = goods.local_rate if goods.local_rate is not None else view.sale.local_rate
    return found


def _tax(view: Lane, law: TaxLaw, found: Rate, answers: Mapping[str, str], goods: Goods) -> Tax:
    parts = _parts(found, answers)
    local = _local(view, answers, goods)
    if local is not None:
        parts = (*parts, ("local", local))
    elif (
        "local_rate_of" in answers
        and answers.get("local_on", "yes") == "yes"
        and view.peek("tax.local_rate.average", law) != "0"
    ):
        view.assume("local taxes are not in the rate: give local_rate for the place")
    if view.code("tax.second_registration", law, "with_first") != "own":
        parts = ((found.name, sum((share for _, share in parts), Fraction(0))),)
    return Tax.of(
        parts,
        _delivery(view, law, parts),
        exempt_amount=Fraction(0) if found.exempt_amount is None else Fraction(*found.exempt_amount.ratio_minor()),
        rounding=rounding_of(view, law),
        included=includes_tax(view, law),
        whole_delivery=view.sale.freight is not None and view.code("tax.shipping", law, "") == _WHOLE_DELIVERY,
    )


def _parts(found: Rate, answers: Mapping[str, str]) -> tuple[tuple[str, Fraction], ...]:
    """Return the taxes that are charged: all, or the first alone where the second is not charged."""
    second = answers.get("second_charge", "with_first")
    if len(found.components) < 2 or found.exempt_amount is not None:
        return ((found.name, found.share),)
    first, other = found.components[:2]
    if second != "with_first":
        return ((first.name, Fraction(first.percent) / 100),)
    rest = found.share - Fraction(first.percent) / 100
    return ((first.name, Fraction(first.percent) / 100), (other.name, rest))


def _delivery(view: Lane, law: TaxLaw, parts: tuple[tuple[str, Fraction], ...]) -> tuple[tuple[str, Fraction], ...]:
    """Return the taxes on a line's share of the delivery charge."""
    if view.sale.freight is None:
        return parts
    rule = view.maybe("tax.shipping", law)
    code = "follows_goods" if rule is None else str(rule.value)
    if code == _WHOLE_DELIVERY:
        return parts
    if code in ("follows_goods", "taxable_if_goods_taxable"):
        view.assume("delivery is taxed as the goods, shared by value")
        return parts
    if code == "exempt" or (code == "exempt_if_stated" and view.sale.freight_stated):
        return ()
    if code == "exempt_if_stated":
        return parts
    general = rate(view.to, on=view.on, rulebook=view.rulebook)
    local = view.sale.local_rate or Fraction(0)
    return ((parts[0][0], general.share + local),)


def _number(view: Lane, kind: str, answers: Mapping[str, str]) -> str | None:
    if kind == "buyer":
        return view.number.number if view.number is not None else None
    law = view.taxed(answers)
    if kind == "oss":
        names: tuple[str, ...] = (view.code("tax.one_stop_shop", law, ""),)
    elif kind in ("ioss", "regime"):
        names = (*view.schemes(law), *(view.names(law) if kind == "regime" else ()))
    elif kind in ("local", "area"):
        names = view.names(law) if kind == "local" else (law.country,)
    else:
        return None
    found = view.registration(names, answers.get("liable", "seller"))
    return found.number if found else None


def _legs(answers: Mapping[str, str], charge: str) -> tuple[Leg, ...]:
    treatment = {"yes": "taxed", "no": answers.get("invoice") or _untaxed(answers)}.get(charge, charge)
    if answers.get("liable") == "marketplace":
        return (
            Leg.made(supplier="seller", customer="marketplace", treatment=answers.get("seller_leg", "untaxed")),
            Leg.made(supplier="marketplace", customer="buyer", treatment=treatment),
        )
    return (Leg.made(supplier="seller", customer="buyer", treatment=treatment),)


def _untaxed(answers: Mapping[str, str]) -> str:
    """Return why a supply bears no tax at the sale."""
    if answers.get("taxed_in") == "import":
        return "taxed_on_import"
    return "reverse_charge" if answers.get("scheme") == "reverse_charge" else "untaxed"


def _rows(lane: Lane, fired: Fired) -> tuple[RowUsed, ...]:
    tables = Decisions.of(lane.rulebook).tables
    return tuple(_row(row, tables[row.table].question) for row in fired.rows)


def _row(row: DecisionRow, question: str) -> RowUsed:
    return RowUsed.made(
        table=row.table, row=row.id, question=question, law=row.law,
        citation=row.source.citation if row.source else None, confidence=row.confidence,
    )  # fmt: skip


def _found(fired: Fired) -> tuple[FindingFound, ...]:
    return tuple(FindingFound.made(id=one.id, severity=one.severity, text=one.text) for one in fired.findings)


# ------------------------------------------------------------------ computing


def _answer(lane: Lane, sale: Sale, resolved: list[_Resolved]) -> Determination:
    values = sale.worths
    taxes = [_tax_at(one, sale, index, values) if one.by_piece else one.tax for index, one in enumerate(resolved)]
    if sale.freight is not None and any(tax is not None and tax.whole_delivery for tax in taxes):
        taxes = with_whole_delivery(taxes)
    amounts = taxes_of(sale, values, taxes)
    groups: dict[object, list[int]] = {resolved[0].key: [0]}
    for index, one in enumerate(resolved[1:], 1):
        groups.setdefault(one.key, []).append(index)
    reckoned = [_reckon(one, values, index, taxes[index], sum(amounts[index].values())) for index, one in enumerate(resolved)]
    number = {index: place for place, members in enumerate(groups.values()) for index in members} if len(groups) > 1 else {}
    lines = [
        _line_tax(sale, index, one, reckoned[index], taxes[index], number.get(index, 0)) for index, one in enumerate(resolved)
    ]
    outcomes = tuple(
        [
            _outcome(members, resolved[members[0]], lines, _Sums.of([reckoned[index] for index in members]),
                     [amounts[index] for index in members], values.scale)
            for members in groups.values()
        ]
    )  # fmt: skip
    if len(outcomes) == 1:
        net, tax, gross = outcomes[0].net, outcomes[0].tax, outcomes[0].gross
    else:
        net, tax, gross = _Sums.of(reckoned).shown(values.scale, sale.currency)
    book = lane.rulebook
    return Determination.made(
        {"_inside": tuple(dict.fromkeys(resolved))},
        on=lane.on,
        ship_from=lane.origin.place,
        ship_to=lane.destination.place,
        currency=sale.currency,
        outcomes=outcomes,
        lines=tuple(lines),
        departure=lane.departure if lane.departure.percent is None else _taxed_departure(lane, sale, values),
        net=net,
        tax=tax,
        gross=gross,
        rulebook=book.version,
        digest=book.sha256,
    )


class _Sums(NamedTuple):
    """Price without tax and price with tax, over the sale's denominator, and the tax in minor units (None: undetermined)."""

    net: int
    gross: int
    tax: int | None

    @classmethod
    def of(cls, parts: Sequence[_Sums]) -> _Sums:
        """Return the sum of several."""
        if len(parts) == 1:
            return parts[0]
        taxes = [part.tax for part in parts]
        known = [tax for tax in taxes if tax is not None]
        return cls(
            sum([part.net for part in parts]), sum([part.gross for part in parts]),
            sum(known) if len(known) == len(taxes) else None,
        )  # fmt: skip

    def shown(self, scale: int, currency: str) -> tuple[Money, Money | None, Money]:
        """Return net, tax and gross as money."""
        net = money_of(self.net, scale, currency)
        tax = None if self.tax is None else Money.from_minor(self.tax, currency)
        return net, tax, net if self.gross == self.net else money_of(self.gross, scale, currency)


def _reckon(one: _Resolved, values: Worths, index: int, tax: Tax | None, amount: int) -> _Sums:
    price = values.price(index)
    if one.charge != "yes":
        return _Sums(price, price, None if one.charge == "undetermined" else 0)
    if tax is not None and tax.included:
        return _Sums(price - amount * values.scale, price, amount)
    return _Sums(price, price + amount * values.scale, amount)


def _taxed_departure(lane: Lane, sale: Sale, values: Worths) -> Departure:
    """Return the departure with what the place of departure takes, where the goods' exit is not proved."""
    view, place = lane.noting(), address_key(sale.ship_from)
    shares = [rate(place, line.goods_class, on=lane.on, hs=line.hs, rulebook=lane.rulebook) for line in sale.lines]
    rounding, included = rounding_of(view, lane.origin), includes_tax(view, lane.origin)
    taxes = [
        Tax.of(
            ((one.name, one.share),), ((one.name, one.share),), exempt_amount=Fraction(0), rounding=rounding, included=included
        )
        for one in shares
    ]
    whole = sum(amount for parts in taxes_of(sale, values, taxes) for amount in parts.values())
    return Departure.made(**{**lane.departure.__dict__, "tax": Money.from_minor(whole, sale.currency)})


def _tax_at(one: _Resolved, sale: Sale, index: int, values: Worths) -> Tax | None:
    """Return the tax on a line whose rate depends on the price of a piece, at that price."""
    if one.tax is None or one.law is None:
        return one.tax
    line, view = sale.lines[index], one.lane.noting()
    found = rate_by_piece(
        one.lane.to, one.goods.goods_class or STANDARD, Fraction(values.goods[index], values.scale * line.quantity),
        on=one.lane.on, hs=line.hs, rulebook=one.lane.rulebook, minor_of=lambda limit: in_currency(view, limit),
    )  # fmt: skip
    if found.share:
        tax = _tax(view, one.law, found, one.fired.answers, one.goods)
        if tax.exempt_amount and found.exempt_amount is not None:
            tax = replace(tax, exempt_amount=in_currency(view, _exempt(one, one.goods.goods_class, line.hs)))
        return tax
    delivery = one.tax.delivery if one.tax.delivery != one.tax.goods else ()
    local = one.goods.local_rate if one.local else None
    if local:  # a locality that taxes what the state does not
        alone = Tax.of(
            ((found.name, local),), ((found.name, local),), exempt_amount=Fraction(0), rounding=one.tax.rounding,
            included=one.tax.included, whole_delivery=one.tax.whole_delivery,
        )  # fmt: skip
        return replace(alone, delivery=delivery or alone.delivery)
    return replace(one.tax, percent=Decimal(0), goods=(), delivery=delivery)


def _exempt(one: _Resolved, goods_class: str | None, hs: str | None) -> Fact:
    assert one.law is not None  # noqa: S101 - a part of a piece is exempt by the law of a place
    return one.lane.noting().fact("tax.exempt_amount", one.law, Goods(goods_class, hs, "ordinary").traits)


def _line_tax(sale: Sale, index: int, one: _Resolved, sums: _Sums, tax: Tax | None, outcome: int) -> LineTax:
    line = sale.lines[index]
    net, charged, gross = sums.shown(sale.worths.scale, sale.currency)
    return LineTax.made(
        description=line.description,
        category=one.goods.goods_class or STANDARD,
        outcome=outcome,
        percent=tax.percent if tax is not None else one.percent,
        net=net,
        tax=charged,
        gross=gross,
    )


def _outcome(
    members: list[int], first: _Resolved, lines: list[LineTax], sums: _Sums, amounts: list[dict[str, int]], scale: int
) -> Outcome:
    line = lines[members[0]]
    currency = line.net.currency
    if len(members) == 1:
        net, tax, gross = line.net, line.tax, line.gross
    else:
        net, tax, gross = sums.shown(scale, currency)
    named = amounts[0]
    for taxes in amounts[1:]:
        named = {name: named.get(name, 0) + taxes.get(name, 0) for name in (named | taxes)}
    percent = line.percent
    if len(members) > 1 and any(lines[index].percent != percent for index in members):
        percent = None
    charged: dict[str, Money] = {}
    if first.charge == "yes":
        one = len(named) == 1 and tax is not None
        charged = {name: tax if one else Money.from_minor(part, currency) for name, part in named.items()}  # type: ignore[misc]
    return Outcome.made(
        lines=tuple(members),
        **first.public,
        percent=percent,
        net=net,
        tax=tax,
        gross=gross,
        owed=Money.from_minor(sum(named.values()), currency) if first.charge == "not_before_registration" else None,
        taxes=charged,
        **first.told,
    )


# ------------------------------------------------------------------ explaining

_LABELS = {
    "buyer": "the buyer counts as", "taxed_in": "taxed in", "nature": "nature of the supply", "liable": "owed by",
    "collects": "collected by", "scheme": "scheme", "number": "number shown", "import_tax": "at the border",
    "charge": "charged at the sale", "registered": "registered", "obliged": "obliged to register", "invoice": "invoice says",
    "origin_tax": "the place of departure takes", "local_rate_of": "local rate of",
    "local_on": "local rate added", "second_charge": "second tax charged",
    "seller_leg": "the seller's supply to the marketplace is", "rate": "rate", "exemption": "small business exemption",
}  # fmt: skip


def _explanation(result: Determination, inside: tuple[_Resolved, ...]) -> Explanation:
    from xbcommerce import __version__

    lane = inside[0].lane
    steps = [_decided(lane, row, "departure", "") for row in lane.departing.rows]
    if result.departure.tax is not None:
        said = f"tax of {lane.origin.name} at {result.departure.percent} %, besides what the place of arrival takes"
        steps.append(_amount(result.departure.tax, "departure", "tax", said))
    shown: dict[tuple[str, str], None] = {}
    for outcome in result.outcomes:
        ours = [one for one in inside if one.key == _key(outcome)]
        of = "" if len(result.outcomes) == 1 else f" (lines {', '.join(str(index + 1) for index in outcome.lines[:20])})"
        for row in ours[0].fired.rows:
            if (row.table, row.id) not in shown:
                steps.append(_decided(lane, row, "decision", of))
            shown[row.table, row.id] = None
        steps += _rated(result, outcome, ours, of)
        steps += _reckoned(outcome, ours, of)
    steps += _facts(inside, steps)
    return Explanation(
        title=f"tax on a sale from {result.ship_from} to {result.ship_to} on {result.on}",
        steps=tuple(steps),
        conversions=tuple(dict.fromkeys(text for one in inside for text in one.conversions)),
        assumptions=result.assumptions,
        warnings=(*(f"{one.severity}: {one.text}" for one in result.findings), *result.warnings),
        rulebook=f"rulebook {result.rulebook} ({result.digest[:12]}), xbcommerce {__version__}",
    )


def _key(outcome: Outcome) -> object:
    return (outcome.taxed_in, tuple(row.row for row in outcome.rows))


def _decided(lane: Lane, row: DecisionRow, kind: str, of: str) -> Step:
    """Return a step of the decision: the question, what was answered, because of what, under which law."""
    question = Decisions.of(lane.rulebook).tables[row.table].question
    places = {"destination": lane.destination.name, "origin": lane.origin.name}
    said = "; ".join(
        f"{_LABELS.get(name, name)}: {places.get(value) or value.replace('_', ' ')}"
        for name, value in row.then.items()
        if name != "finding"
    )
    tested = [f"{name}: {' or '.join(sorted(values))}" for name, values in row.when]
    because = f" (because {'; '.join(tested).replace('_', ' ')})" if tested else ""
    answer = said[:1].upper() + said[1:] if said else "Another question decides"
    law = row.law or (row.source.title if row.source else "")
    cited = f"{law}, {row.source.publisher}" if row.source and row.source.publisher and row.law else law
    return Step(
        bill=kind, id=f"{row.table} {row.id}", kind="decision", amount=None, text=f"{question}{of} {answer}{because}",
        rule=f"{row.table}/{row.id}: {cited}",
    )  # fmt: skip


def _rated(result: Determination, outcome: Outcome, ours: Sequence[_Resolved], of: str) -> Iterator[Step]:
    """Yield the rates that apply, with their facts, and local rates as the caller gave them."""
    seen: set[object] = set()
    for one in ours:
        key = (one.rate.category, one.goods.goods_class if one.by_piece else None) if one.rate is not None else None
        if one.rate is not None and key not in seen and outcome.charge != "undetermined":
            seen.add(key)
            text, facts = str(one.rate), one.rate.facts
            if one.by_piece:
                lines = [result.lines[index] for index in outcome.lines]
                borne = dict.fromkeys(f"{line.percent} %" for line in lines if line.category == one.goods.goods_class)
                rules = [fact for fact in one.facts if fact.subject in BY_PIECE]
                said = "; ".join(f"{_words(one.lane, fact)} {fact.text}" for fact in rules)
                text = (
                    f"{' and '.join(borne)} on {one.goods.goods_class} by the price of a piece ({said}); otherwise {one.rate}"
                )
                facts = (*facts, *(fact.used() for fact in rules))
            name = one.goods.goods_class if one.by_piece else one.rate.category
            yield Step(
                bill="rate", id=f"rate {name}", kind="rate", amount=None, text=f"{text}{of}",
                rule=f"tax.rate/{one.rate.place}", facts=facts,
            )  # fmt: skip
        if one.local is not None and (local := ("local", one.local)) not in seen:
            seen.add(local)
            yield Step(
                bill="rate", id=f"local rate {percent_of(one.local)}", kind="rate", amount=None,
                text=f"local rate of {percent_of(one.local)} % on top, as given with the sale{of}", rule="local_rate",
            )  # fmt: skip


def _words(lane: Lane, fact: Fact) -> str:
    return lane.rulebook.vocabulary.subjects.get(fact.subject, fact.subject)


def _reckoned(outcome: Outcome, ours: Sequence[_Resolved], of: str) -> Iterator[Step]:
    """Yield the amounts: price without tax, tax, price with tax, and how the tax was reckoned."""
    if outcome.charge == "undetermined":
        yield _amount(outcome.net, "amount", "price", f"the price as given; the tax on it is not determined{of}")
        return
    yield _amount(outcome.net, "amount", "net", f"price{of} after discounts, with its share of delivery, without tax")
    tax = next((one.tax for one in ours if one.tax is not None), None)
    how = _line(outcome)
    if tax is not None:
        taken = "taken out of the price that contains it" if tax.included else "on top of the price"
        how = f"{how}; {taken}, rounded {tax.rounding.mode} by {tax.rounding.level}"
    for name, part in outcome.taxes.items() if len(outcome.taxes) > 1 else ():
        yield _amount(part, "amount", name, f"{name}{of}, rounded for itself")
    if outcome.owed is not None:
        yield _amount(outcome.owed, "amount", "owed", f"owed on this price{of}, although it may not be charged yet")
    yield _amount(outcome.tax, "amount", outcome.tax_name, f"{how}{of}")
    yield _amount(outcome.gross, "amount", "gross", f"what the buyer pays to the seller or the marketplace{of}")


def _amount(amount: Money | None, bill: str, name: str, text: str) -> Step:
    return Step(bill=bill, id=name, kind="amount", amount=amount, text=text, rule="sum")


def _facts(inside: Sequence[_Resolved], steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the facts that the columns of the tables, the limits and the rounding rest on."""
    told = {fact.id for step in steps for fact in step.facts}
    words = inside[0].lane.rulebook.vocabulary.subjects
    for fact in dict.fromkeys(fact for one in inside for fact in one.facts):
        if fact.id not in told:
            told.add(fact.id)
            meaning = words.get(fact.subject, fact.subject)
            yield Step(
                bill="facts", id=f"{fact.subject} {fact.place}", kind="fact", amount=None, text=f"{fact.text} ({meaning})",
                rule=fact.id, facts=(fact.used(),),
            )  # fmt: skip
