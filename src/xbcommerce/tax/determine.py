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
from typing import Any

from pydantic import PrivateAttr, computed_field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError, shown
from xbcommerce.exchange import FixedRates, RateSource
from xbcommerce.explain import Amount, Citation, Explanation, FactUsed, Result, Step
from xbcommerce.money import Money
from xbcommerce.places import Address
from xbcommerce.rules.decisions import DecisionRow, Decisions, Fired
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.amounts import Tax, includes_tax, money_of, rounding_of, taxes_of
from xbcommerce.tax.question import COLUMNS, Goods, Lane, Question
from xbcommerce.tax.rates import STANDARD, Rate, TaxLaw, rate
from xbcommerce.tax.sale import Sale, Worths

__all__ = ["Departure", "Determination", "FindingFound", "Leg", "LineTax", "Outcome", "RowUsed", "determine", "determine_batch"]

SYSTEM = "tax.system"
DEFAULT_SYSTEM = "general"
DEPARTURE = "departure"
_CHARGING = frozenset({"yes", "not_before_registration"})
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
    """

    place: str
    origin_tax: str
    percent: Decimal | None
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
        import_tax: what is due at the border: none, due, relieved, seller, marketplace, unknown.
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


class Determination(Result):
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
    _inside: tuple[_Resolved, ...] = PrivateAttr()

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
    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the sale did not say and was assumed."""
        return tuple(dict.fromkeys(text for resolved in self._inside for text in resolved.assumptions))

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Stale, uncertain, observed or presumed facts among those used, and uncertain rows."""
        return tuple(dict.fromkeys(text for resolved in self._inside for text in resolved.warnings()))

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        """The facts that the answer rests on."""
        return tuple({fact.id: fact.used() for resolved in self._inside for fact in resolved.facts}.values())

    @cached_property
    def explanation(self) -> Explanation:
        """Why: each step with the row that decided it, the rates and the amounts with their facts."""
        return _explanation(self, self._inside)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        told = self.explanation
        renderers = {"text": told.to_text, "markdown": told.to_markdown, "html": told.to_html}
        if style not in renderers:
            raise InvalidInput(f"unknown style {shown(style)}", field="style", value=style, allowed=renderers)
        return renderers[style]()

    def __str__(self) -> str:
        """Return the outcomes, one a line."""
        return "\n".join(_line(outcome) for outcome in self.outcomes)

    def _repr_html_(self) -> str:
        return self.explain("html")


def _line(outcome: Outcome) -> str:
    tax = "undetermined" if outcome.tax is None else str(outcome.tax)
    share = "" if outcome.percent is None else f" at {outcome.percent} %"
    who = f"owed by {outcome.liable}, collected by {outcome.collects} ({outcome.scheme})"
    return f"{tax} {outcome.tax_name}{share} in {outcome.taxed_in or 'nowhere'}: {who}"


def determine(
    sale: Sale | Mapping[str, Any],
    *,
    on: date | str,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    strict: bool = False,
) -> Determination:
    """Return who charges which tax on a sale, where, under which scheme, at which rate, and how much.

    Args:
        sale: one consignment: a `Sale`, or a mapping of its fields.
        on: day of the sale (its tax point).
        rulebook: facts and tables; the built-in ones if not given.
        rates: exchange rates instead of the official policies, for limits in another currency.
        strict: refuse goods classes that no fact confirms, and facts that are only presumed.

    Raises:
        InvalidInput: if the sale cannot be understood.
        UnknownFact: if the rulebook does not know what the law says.

    >>> sale = {
    ...     "ship_from": "FR", "ship_to": "DE", "seller": {"establishments": ["FR"], "registrations": ["FR", "union_oss"]},
    ...     "buyer": "consumer", "lines": [{"unit_price": "119.00 EUR"}], "prices_include_tax": True,
    ... }
    >>> print(determine(sale, on="2026-11-25"))
    19.00 EUR VAT at 19 % in DE: owed by seller, collected by seller (union_oss)
    """
    sale = Sale.of(sale)
    book = rulebook or Rulebook.builtin()
    source = FixedRates(rates) if isinstance(rates, Mapping) else rates
    lane = _lane(sale, a_day(on), book, source, strict=strict)
    resolved = [_resolve(lane, sale, index) for index in range(len(sale.lines))]
    return _answer(lane, sale, resolved)


def determine_batch(
    sales: Iterable[Sale | Mapping[str, Any]],
    *,
    on: date | str | None = None,
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    strict: bool = False,
) -> Iterator[Determination | XBCommerceError]:
    """Yield a determination for each sale; one that cannot be determined yields its error instead, and the batch goes on.

    Args:
        sales: sales, or mappings; a mapping may carry its own day under "on".
        on: day of the sales that carry none.
        rulebook: as for `determine`.
        rates: as for `determine`.
        strict: as for `determine`.
    """
    for sale in sales:
        try:
            day: Any = on
            if isinstance(sale, Mapping) and "on" in sale:
                day = sale["on"]
                sale = {name: value for name, value in sale.items() if name != "on"}  # noqa: PLW2901 - the same sale without its day
            yield determine(sale, on=day, rulebook=rulebook, rates=rates, strict=strict)
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
    charge: str
    percent: Decimal | None
    public: dict[str, Any]
    assumptions: tuple[str, ...]
    facts: tuple[Fact, ...]
    lane: Lane

    def warnings(self) -> Iterator[str]:
        for fact in self.facts:
            yield from doubts(fact, self.lane.on, self.lane.rulebook.review_every)
        if self.rate is not None:
            yield from self.rate.warnings
        for row in (*self.fired.rows, *self.lane.departing.rows):
            if row.confidence != "high":
                yield f"row {row.table} {row.id}: confidence {row.confidence}{f' ({row.note})' if row.note else ''}"


@dataclass(slots=True)
class _Node:
    """What was asked about amounts on the way to an answer: the column, and where each of its values leads."""

    column: str
    branches: dict[str, Any] = field(default_factory=dict)


def _lane(sale: Sale, on: date, book: Rulebook, rates: RateSource | None, *, strict: bool) -> Any:
    if rates is not None:
        return _make_lane(sale, on, book, rates, strict=strict)
    return book.compiled(("tax.lane", sale.lane, on, strict), lambda: _make_lane(sale, on, book, None, strict=strict))


def _make_lane(sale: Sale, on: date, book: Rulebook, rates: RateSource | None, *, strict: bool) -> Lane:
    lane = Lane(sale, on, book, rates, strict=strict)
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
        place=lane.origin.place, origin_tax=origin_tax, percent=percent, rows=_rows(lane, fired), findings=_found(fired)
    )


def _resolve(lane: Lane, sale: Sale, index: int) -> _Resolved:
    """Return what the law says of a line, from what is remembered of the lane if the amounts lead the same way."""
    line = sale.lines[index]
    goods = Goods(line.goods_class, line.hs, line.supply)
    node = lane.outcomes.get(goods)
    if isinstance(node, _Resolved):
        return node
    known: dict[str, str] = {}
    question: Question | None = None
    while isinstance(node, _Node):
        question = question or Question(lane, sale, goods, index, known)
        node = node.branches.get(question.value(node.column, {}))
    return node if isinstance(node, _Resolved) else _remember(lane, sale, goods, index)


def _remember(lane: Lane, sale: Sale, goods: Goods, index: int) -> _Resolved:
    """Ask the tables, and remember the answer under the amounts that were asked about on the way."""
    asked: dict[str, str] = {}
    view = lane.noting()
    question = Question(view, sale, goods, index, {})

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
        if len(lane.outcomes) > 1000:
            lane.outcomes.clear()
        _insert(lane.outcomes, goods, list(asked.items()), resolved)
    return resolved


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
    law = None if taxed_in in ("none", "unknown") else view.taxed(answers)
    charge = answers.get("charge") or ("no" if answers.get("liable") in ("buyer", "nobody") else "undetermined")
    found, by_piece, tax = None, False, None
    if law is not None:
        category = STANDARD if answers.get("rate") == "general" else goods.goods_class or STANDARD
        address = view.sale.ship_from if taxed_in == "origin" else view.sale.ship_to
        found, by_piece = _rate_of(view, address, category, goods.hs)
        if charge in _CHARGING and found is not None:
            tax = _tax(view, law, found, answers)
    for assumed in found.assumptions if found is not None else ():
        view.assume(assumed)
    at = {"import": "import", "none": "none", "unknown": "unknown"}.get(taxed_in, "sale")
    number_kind = answers.get("number", "local" if charge == "yes" else "none")
    public = {
        "taxed_in": law.place if law else None,
        "at": at,
        "nature": answers.get("nature", "domestic"),
        "tax_name": found.name if found is not None else "tax",
        "liable": answers.get("liable", "unknown"),
        "collects": answers.get("collects", "unknown"),
        "charge": charge,
        "scheme": answers.get("scheme", "none"),
        "number_kind": number_kind,
        "number": _number(view, number_kind, answers),
        "import_tax": answers.get("import_tax", "unknown"),
        "invoice": answers.get("invoice"),
        "legs": _legs(answers, charge),
        "rows": _rows(lane, fired),
        "findings": _found(fired),
    }
    facts = tuple(view.facts)
    return _Resolved(
        key=(law.place if law else None, tuple(row.id for row in fired.rows)),
        fired=fired,
        law=law,
        rate=found,
        tax=tax,
        by_piece=by_piece,
        charge=charge,
        percent=found.percent if found is not None else None,
        public=public,
        assumptions=tuple(view.assumptions),
        facts=facts,
        lane=lane,
    )


def _rate_of(view: Lane, address: Address, category: str, hs: str | None) -> tuple[Rate | None, bool]:
    """Return the rate, and whether it depends on the price of a piece (then it is looked up for each line)."""
    try:
        return rate(address, category, on=view.on, hs=hs, rulebook=view.rulebook, strict=view.strict), False
    except UnknownFact as error:
        if error.field != "unit_price":
            raise
    return rate(address, STANDARD, on=view.on, rulebook=view.rulebook), True


def _tax(view: Lane, law: TaxLaw, found: Rate, answers: Mapping[str, str]) -> Tax:
    parts = _parts(found, answers)
    local = view.sale.local_rate
    if local is not None:
        parts = (*parts, ("local", local))
    elif answers.get("local_rate_of") is not None:
        view.assume("local taxes are not in the rate: give local_rate for the place")
    if view.code("tax.second_registration", law, "with_first") != "own":
        parts = ((found.name, sum((share for _, share in parts), Fraction(0))),)
    return Tax.of(
        parts,
        _delivery(view, law, parts),
        exempt_amount=Fraction(0) if found.exempt_amount is None else Fraction(*found.exempt_amount.ratio_minor()),
        rounding=rounding_of(view, law),
        included=includes_tax(view, law),
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
    if code in ("follows_goods", "taxable_if_goods_taxable"):
        view.assume("delivery is taxed as the goods, shared by value")
        return parts
    if code == "exempt" or (code == "exempt_if_stated" and view.sale.freight_stated):
        return ()
    if code == "exempt_if_stated":
        return parts
    general = rate(view.sale.ship_to, on=view.on, rulebook=view.rulebook)
    local = view.sale.local_rate or Fraction(0)
    return ((parts[0][0], general.share + local),)


def _number(view: Lane, kind: str, answers: Mapping[str, str]) -> str | None:
    if kind == "buyer":
        numbers = view.sale.buyer.tax_numbers
        return numbers[0].number if numbers else None
    law = view.taxed(answers)
    scheme = view.code("tax.low_value.scheme", law, "")
    names = {
        "oss": (view.code("tax.one_stop_shop", law, ""),),
        "ioss": (scheme,),
        "regime": (scheme, *law.lineage),
        "local": law.lineage,
        "area": (law.country,),
    }.get(kind)
    if names is None:
        return None
    found = view.registration(names, answers.get("liable", "seller"))
    return found.number if found else None


def _legs(answers: Mapping[str, str], charge: str) -> tuple[Leg, ...]:
    liable = answers.get("liable", "unknown")
    treatment = {"yes": "taxed", "no": answers.get("invoice") or ("reverse_charge" if liable == "buyer" else "untaxed")}.get(
        charge, charge
    )
    if liable == "marketplace":
        return (
            Leg.made(supplier="seller", customer="marketplace", treatment=answers.get("seller_leg", "untaxed")),
            Leg.made(supplier="marketplace", customer="buyer", treatment=treatment),
        )
    return (Leg.made(supplier="seller", customer="buyer", treatment=treatment),)


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
    amounts = taxes_of(sale, values, taxes)
    lines: list[LineTax] = [
        _line_tax(one, sale, index, values, taxes[index], sum(amounts[index].values())) for index, one in enumerate(resolved)
    ]
    groups: dict[object, list[int]] = {}
    for index, one in enumerate(resolved):
        groups.setdefault(one.key, []).append(index)
    outcomes = tuple(
        [_outcome(members, resolved[members[0]], lines, [amounts[index] for index in members]) for members in groups.values()]
    )
    if len(outcomes) > 1:
        numbers = {index: number for number, outcome in enumerate(outcomes) for index in outcome.lines}
        lines = [LineTax.made(**{**line.__dict__, "outcome": numbers[index]}) for index, line in enumerate(lines)]
    book = lane.rulebook
    return Determination.made(
        {"_inside": tuple(dict.fromkeys(resolved))},
        on=lane.on,
        ship_from=lane.origin.place,
        ship_to=lane.destination.place,
        currency=sale.currency,
        outcomes=outcomes,
        lines=tuple(lines),
        departure=lane.departure,
        net=_sum([outcome.net for outcome in outcomes]),
        tax=_sum_or_none([outcome.tax for outcome in outcomes]),
        gross=_sum([outcome.gross for outcome in outcomes]),
        rulebook=book.version,
        digest=book.sha256,
    )


def _tax_at(one: _Resolved, sale: Sale, index: int, values: Worths) -> Tax | None:
    """Return the tax on a line whose rate depends on the price of a piece, at that price."""
    if one.tax is None or one.law is None:
        return one.tax
    line = sale.lines[index]
    piece = money_of(values.goods[index], values.scale * line.quantity, sale.currency)
    found = rate(
        one.lane.to, line.goods_class or STANDARD, on=one.lane.on, hs=line.hs, unit_price=piece, rulebook=one.lane.rulebook
    )
    if found.share:
        return _tax(one.lane.noting(), one.law, found, one.fired.answers)
    delivery = one.tax.delivery if one.tax.delivery != one.tax.goods else ()
    return replace(one.tax, percent=Decimal(0), goods=(), delivery=delivery)


def _line_tax(one: _Resolved, sale: Sale, index: int, values: Worths, tax: Tax | None, amount: int) -> LineTax:
    line, scale, currency = sale.lines[index], values.scale, sale.currency
    charge = one.charge
    price = values.price(index)
    shown = money_of(price, scale, currency)
    charged = Money.from_minor(amount if charge == "yes" else 0, currency)
    net = gross = shown
    if charge == "yes" and amount:
        if tax is not None and tax.included:
            net = money_of(price - amount * scale, scale, currency)
        else:
            gross = money_of(price + amount * scale, scale, currency)
    return LineTax.made(
        description=line.description,
        category=line.goods_class or STANDARD,
        outcome=0,
        percent=tax.percent if tax is not None else one.percent,
        net=net,
        tax=None if charge == "undetermined" else charged,
        gross=gross,
    )


def _outcome(members: list[int], first: _Resolved, lines: list[LineTax], amounts: list[dict[str, int]]) -> Outcome:
    ours = [lines[index] for index in members]
    currency = ours[0].net.currency
    named = amounts[0]
    for taxes in amounts[1:]:
        named = {name: named.get(name, 0) + taxes.get(name, 0) for name in (named | taxes)}
    percent = ours[0].percent
    return Outcome.made(
        lines=tuple(members),
        percent=percent if all(line.percent == percent for line in ours) else None,
        net=_sum([line.net for line in ours]),
        tax=_sum_or_none([line.tax for line in ours]),
        gross=_sum([line.gross for line in ours]),
        owed=Money.from_minor(sum(named.values()), currency) if first.charge == "not_before_registration" else None,
        taxes={name: Money.from_minor(part, currency) for name, part in named.items()} if first.charge == "yes" else {},
        **first.public,
    )


def _sum(amounts: Sequence[Money]) -> Money:
    total = amounts[0]
    if len(amounts) == 1:
        return total
    for amount in amounts[1:]:
        total = total + amount
    return total


def _sum_or_none(amounts: Sequence[Money | None]) -> Money | None:
    if len(amounts) == 1:
        return amounts[0]
    known = [amount for amount in amounts if amount is not None]
    return _sum(known) if len(known) == len(amounts) else None


# ------------------------------------------------------------------ explaining


def _explanation(result: Determination, inside: tuple[_Resolved, ...]) -> Explanation:
    from xbcommerce import __version__

    steps = [_row_step(row, "departure", result.departure.origin_tax) for row in result.departure.rows]
    for outcome in result.outcomes:
        steps += [_row_step(row, f"outcome {outcome.lines}", "") for row in outcome.rows]
        facts = tuple(
            {fact.id: fact for one in inside if one.public is not None and one.rate for fact in one.rate.facts}.values()
        )
        steps.append(
            Step(
                bill="tax",
                id=outcome.tax_name,
                kind="tax",
                amount=outcome.tax,
                text=_line(outcome),
                rule=f"{outcome.scheme}, {outcome.charge}",
                facts=facts,
            )
        )
    book = inside[0].lane.rulebook
    return Explanation(
        title=f"sale from {result.ship_from} to {result.ship_to} on {result.on}",
        steps=tuple(steps),
        assumptions=result.assumptions,
        warnings=(*(f"{one.severity}: {one.text}" for one in result.findings), *result.warnings),
        rulebook=f"rulebook {book.version} ({book.sha256[:12]}), xbcommerce {__version__}",
    )


def _row_step(row: RowUsed, bill: str, answer: str) -> Step:
    law = f" [{row.law}]" if row.law else ""
    cited = f" {row.citation}" if row.citation else ""
    return Step(
        bill=bill, id=f"{row.table} {row.row}", kind="decision", amount=None,
        text=f"{row.question}{f' {answer}' if answer else ''}", rule=f"{row.table}/{row.row}{law}{cited}",
    )  # fmt: skip
