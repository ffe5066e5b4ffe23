"""Return figures: what the returns of the one-stop shops ask for, by state of consumption, dispatch and rate.

Records of one tax period become the lines of its return: added up exactly, converted at the rate that the law names for the
period's end, rounded once a line. Corrections of earlier periods stand apart, by state and period, at the earlier period's
rate. What does not belong into the return is listed with the reason; nothing is dropped in silence.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError, shown, suggest
from xbcommerce.exchange import FixedRates, RateSource, policy_rate
from xbcommerce.exchange import Rate as ExchangeRate
from xbcommerce.explain import Amount, Explanation, FactUsed, Result, Step
from xbcommerce.goods import Model
from xbcommerce.money import Money, divide, minor_units
from xbcommerce.parties import Number, Place, Scheme, Seller, place_code
from xbcommerce.places import Address
from xbcommerce.places import currency as currency_of
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.determine import Determination, Outcome
from xbcommerce.tax.ledger import iterable
from xbcommerce.tax.rates import STANDARD, TaxLaw, book_of, law_of, rate
from xbcommerce.tax.rates import rates as rates_of

__all__ = [
    "RETURN_COLUMNS",
    "BadRecord",
    "LeftOut",
    "Period",
    "ReturnCorrection",
    "ReturnLine",
    "ReturnRecord",
    "StateTotal",
    "TaxReturn",
    "returns",
]

RETURN_COLUMNS = (
    "section", "scheme", "period", "state", "state_code", "kind", "origin", "ship_from", "number", "rate_type", "percent",
    "net", "tax", "currency", "corrects",
)  # fmt: skip
"""Columns of `TaxReturn.rows()`, in their order; they stay as they are."""

PERSONS = ("seller", "marketplace")
_FILE = "returns.toml"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_TEXT = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
_WRITTEN = {"month": "2026-09", "quarter": "2026-Q3", "year": "2026"}
_MOST_SAID = 20


# ---------------------------------------------------------------------------------------------------------------- periods


def _month_end(day: date, months: int = 0) -> date:
    """Return the last day of a day's month, or of the month some months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=calendar.monthrange(year, month + 1)[1])


def _years_later(day: date, years: int) -> date:
    last = _month_end(day, 12 * years)
    return last.replace(day=min(day.day, last.day))


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month, quarter or year.

    >>> Period.parse("2026-Q3").end, Period.of_day(date(2026, 2, 5), "month").text
    (datetime.date(2026, 9, 30), '2026-02')
    """

    start: date
    end: date
    kind: str
    text: str

    @classmethod
    def parse(cls, text: object, field: str = "period") -> Period:
        """Return the period of a text: "2026-09", "2026-Q3" or "2026".

        Raises:
            InvalidInput: for anything else.
        """
        if isinstance(text, Period):
            return text
        match = _TEXT.fullmatch(text.strip().upper()) if isinstance(text, str) and len(text) <= 16 else None
        if match is None or match[1] == "0000" or match[1] == "9999":
            raise InvalidInput(
                f"{shown(text)} is no period", field=field, value=text, allowed=tuple(_WRITTEN.values()),
                hint="write a month '2026-09', a quarter '2026-Q3' or a year '2026'",
            )  # fmt: skip
        kind = "quarter" if match[2] else "month" if match[3] else "year"
        month = 3 * int(match[2]) - 2 if match[2] else int(match[3] or 1)
        return cls.of_day(date.min.replace(year=int(match[1]), month=month), kind)

    @classmethod
    def of_day(cls, day: date, kind: str) -> Period:
        """Return the month, quarter or year that a day lies in."""
        months = _MONTHS.get(kind)
        if months is None:
            raise InvalidInput(
                f"{shown(kind)} is no kind of period", field="period", value=kind, allowed=_MONTHS,
                hint=suggest(kind, _MONTHS) if isinstance(kind, str) else None,
            )  # fmt: skip
        start = day.replace(month=(day.month - 1) // months * months + 1, day=1)
        year = f"{start.year:04}"
        text = {"month": f"{year}-{start.month:02}", "quarter": f"{year}-Q{(start.month + 2) // 3}"}.get(kind, year)
        return cls(start, _month_end(start, months - 1), kind, text)

    def __str__(self) -> str:
        """Return the text."""
        return self.text


# ---------------------------------------------------------------------------------------------------------------- records


def _percent_of(value: object) -> Decimal | None:
    """Return a rate in percent: from "19", "19 %", a Decimal or an int."""
    if value is None:
        return None
    text = value.strip().removesuffix("%").strip() if isinstance(value, str) else str(value)
    exact = isinstance(value, str | Decimal | int) and not isinstance(value, bool)
    if not exact or not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", text) or Decimal(text) > 100:
        raise InvalidInput(f"{shown(value)} is no rate in percent", field="percent", value=value, hint="write '19' or '5.5 %'")
    return Decimal(f"{Decimal(text).normalize():f}")


def _day(value: object) -> date | None:
    return None if value is None else a_day(value, "day")


def _period_text(value: object) -> str | None:
    return None if value is None else Period.parse(value, "corrects").text


class ReturnRecord(Model):
    """What one sale, credit note or total of sales adds to a return.

    Attributes:
        day: day on which the tax became chargeable (of a correction: on which it was made).
        state: member state of consumption, or a territory of it with rates of its own.
        ship_from: where the goods are sent from; of services: where the establishment is that supplies them.
        number: VAT or tax number in that state, which the return asks for if there is one.
        kind: goods or services.
        percent: rate, in percent.
        rate_type: standard or reduced; silent: by the general rate of the state on the day.
        net: amount without tax; below zero for a reduction in the same period.
        tax: the tax on it as charged; silent: net times percent, exactly.
        corrects: earlier period that this corrects ("2026-Q1"): `tax` (and `net`) are then the difference, up or down.
        scheme: scheme under which it is declared; silent: the one asked for.
        person: who owes the tax.
        reference: the caller's own name for it, repeated where the record is left out.
    """

    day: Annotated[date | None, BeforeValidator(_day)] = None
    state: Place
    ship_from: Place | None = None
    number: Number | None = None
    kind: Literal["goods", "services"] = "goods"
    percent: Annotated[Decimal | None, BeforeValidator(_percent_of)] = None
    rate_type: Literal["standard", "reduced"] | None = None
    net: Money | None = None
    tax: Money | None = None
    corrects: Annotated[str | None, BeforeValidator(_period_text)] = None
    scheme: Scheme | None = None
    person: Literal["seller", "marketplace"] = "seller"
    reference: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _complete(self) -> ReturnRecord:
        if self.corrects is None:
            missing = [name for name in ("day", "percent", "net") if getattr(self, name) is None]
        else:
            missing = [] if self.tax is not None or (self.net is not None and self.percent is not None) else ["tax"]
        if missing:
            raise InvalidInput(f"{missing[0]} is missing", field=missing[0], hint=f"needed: {', '.join(missing)}")
        if self.net is not None and self.tax is not None and self.net.currency != self.tax.currency:
            raise InvalidInput(
                f"net is in {self.net.currency}, tax in {self.tax.currency}: one record is in one currency", field="tax"
            )
        return self

    @classmethod
    def of(cls, value: object) -> ReturnRecord:
        """Return a record as it is, or made from a mapping, or from a determination that has one rate.

        Raises:
            InvalidInput: for a determination of several rates or schemes: `many` returns a record for each.
        """
        if isinstance(value, ReturnRecord):
            return value
        if isinstance(value, Determination):
            found = cls.many(value)
            if len(found) != 1:
                raise InvalidInput(
                    f"the determination makes {len(found)} records, not one", field="records",
                    hint="use ReturnRecord.many, or give returns the determination itself",
                )  # fmt: skip
            return found[0]
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        raise InvalidInput(
            f"a record is a ReturnRecord, a mapping or a determination, not {type(value).__name__}", field="records"
        )

    @classmethod
    def many(cls, determination: Determination) -> tuple[ReturnRecord, ...]:
        """Return the records of a determination, one for each outcome and rate on which tax is charged.

        >>> from xbcommerce.tax import determine
        >>> seller = {"establishments": ["FR"], "registrations": ["FR", "union_oss"]}
        >>> sale = {"ship_from": "FR", "ship_to": "DE", "seller": seller, "buyer": "consumer", "prices_include_tax": True}
        >>> lines = [{"unit_price": "119.00 EUR"}, {"unit_price": "10.70 EUR", "goods_class": "book_print"}]
        >>> determined = determine(sale | {"lines": lines}, on="2026-09-01")
        >>> [(one.state, str(one.percent), one.tax) for one in ReturnRecord.many(determined)]
        [('DE', '19', Money('19.00 EUR')), ('DE', '7', Money('0.70 EUR'))]
        """
        sums: dict[tuple[int, Decimal], tuple[Money, Money]] = {}
        for line in determination.lines:
            outcome = determination.outcomes[line.outcome]
            if outcome.charge != "yes" or line.tax is None or line.percent is None or outcome.taxed_in is None:
                continue
            key = (line.outcome, line.percent)
            net, tax = sums.get(key, (None, None))
            sums[key] = (line.net if net is None else net + line.net, line.tax if tax is None else tax + line.tax)
        return tuple(
            cls(
                day=determination.on,
                state=determination.outcomes[number].taxed_in,
                ship_from=determination.ship_from,
                percent=percent,
                net=net,
                tax=tax,
                scheme=determination.outcomes[number].scheme,
                person=determination.outcomes[number].liable,
            )
            for (number, percent), (net, tax) in sums.items()
        )


# ---------------------------------------------------------------------------------------------------------------- results


class ReturnLine(Result):
    """One line of the return.

    Attributes:
        state: member state of consumption (ISO 3166-1).
        state_code: its code as returns write it.
        kind: goods or services.
        origin: identification (sent or supplied from the state of identification), other_state, or "" where the return
            does not ask or the state of identification was not given.
        ship_from: state of dispatch or of the establishment, where the return asks for it.
        number: VAT or tax number there.
        rate_type, percent: the rate.
        net: taxable amount.
        tax: VAT amount.
        difference: VAT amount less taxable amount times rate: what rounding on the invoices left.
        records: how many records are in it.
    """

    state: str
    state_code: str
    kind: str
    origin: str
    ship_from: str | None
    number: str | None
    rate_type: str
    percent: Decimal
    net: Amount
    tax: Amount
    difference: Amount
    records: int


class ReturnCorrection(Result):
    """The correction of an earlier period for one state: the VAT amount, up or down."""

    state: str
    state_code: str
    period: str
    tax: Amount
    records: int


class StateTotal(Result):
    """One state of consumption: taxable amount, VAT of the period, corrections, and what they come to.

    Attributes:
        balance: VAT and corrections.
        to_pay: what is paid for the state.
        to_refund: what the state has to refund itself, where its balance is negative.
    """

    state: str
    state_code: str
    net: Amount
    tax: Amount
    corrections: Amount
    balance: Amount
    to_pay: Amount
    to_refund: Amount


class LeftOut(Result):
    """A record, or lines of a determination, that do not belong into this return, and why."""

    index: int
    reference: str
    scheme: str
    reason: str


class BadRecord(Result):
    """A record that could not be used, and what was wrong with it."""

    index: int
    reference: str
    error: str
    message: str


class TaxReturn(Result):
    """The figures of one return.

    Attributes:
        scheme, title: the scheme and its name.
        period, start, end: the tax period.
        identification: member state of identification, if given.
        currency: of all amounts.
        lines: by state of consumption, kind, dispatch and rate.
        corrections: of earlier periods, by state and period.
        states: totals of each state of consumption.
        net, tax, corrected: taxable amounts, VAT of the period, corrections, over all states.
        payable: what is paid with the return.
        refund: what states with a negative balance refund themselves.
        due: last day for the return and the payment.
        rounding: how amounts were rounded.
        left_out: what does not belong into the return.
        errors: records that could not be used (`errors="collect"`).
        exchange: exchange rates used.
        facts: facts that the figures rest on.
        assumptions, warnings: what was assumed, and what is uncertain.
        rulebook, digest: version and SHA-256 of the rulebook that answered.
    """

    scheme: str
    title: str
    period: str
    start: date
    end: date
    identification: str | None
    currency: str
    lines: tuple[ReturnLine, ...]
    corrections: tuple[ReturnCorrection, ...]
    states: tuple[StateTotal, ...]
    net: Amount
    tax: Amount
    corrected: Amount
    payable: Amount
    refund: Amount
    due: date
    rounding: str
    left_out: tuple[LeftOut, ...]
    errors: tuple[BadRecord, ...]
    exchange: tuple[str, ...]
    facts: tuple[FactUsed, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    rulebook: str
    digest: str
    _facts: Mapping[str, FactUsed] = PrivateAttr()

    def rows(self) -> list[dict[str, Any]]:
        """Return the lines and the corrections as plain rows with the columns `RETURN_COLUMNS`; amounts are Decimal."""
        supplies = [
            _row(
                self, line, section="supply", kind=line.kind, origin=line.origin, ship_from=line.ship_from, number=line.number,
                rate_type=line.rate_type, percent=line.percent, net=line.net.amount,
            )
            for line in self.lines
        ]  # fmt: skip
        return supplies + [_row(self, one, section="correction", corrects=one.period) for one in self.corrections]

    @cached_property
    def explanation(self) -> Explanation:
        """How the figures came about."""
        return _explanation(self, self._facts)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def __str__(self) -> str:
        """Return the totals, one state a line."""
        head = f"{self.title}, {self.period}: {self.payable} to pay by {self.due}"
        if not self.lines and not self.corrections:
            return f"{head} (nil return)"
        return "\n".join([head, *(f"{one.state}  {one.net} net, {one.balance} VAT" for one in self.states)])

    def _repr_html_(self) -> str:
        return self.explain("html")


def _row(found: TaxReturn, one: ReturnLine | ReturnCorrection, **cells: Any) -> dict[str, Any]:
    common = {
        "scheme": found.scheme, "period": found.period, "state": one.state, "state_code": one.state_code,
        "tax": one.tax.amount, "currency": found.currency,
    }  # fmt: skip
    return {**dict.fromkeys(RETURN_COLUMNS), **common, **cells}


# ---------------------------------------------------------------------------------------------------------------- the law


@dataclass(frozen=True, slots=True)
class _Form:
    """A return's form: whose scheme it is, what may be declared, whether dispatch is told apart."""

    scheme: str
    title: str
    area: str
    kinds: tuple[str, ...]
    origins: bool
    within: tuple[str, ...]
    codes: Mapping[str, str]


def _forms(book: Rulebook) -> Mapping[str, _Form]:
    def read() -> dict[str, _Form]:
        rows = book.document(_FILE)["return"]
        return {
            scheme: _Form(
                scheme, row["name"], row["area"], tuple(row["kinds"]), row["origins"], tuple(row["within"]), row["codes"]
            )
            for scheme, row in rows.items()
        }

    return book.compiled("tax.returns", read)  # type: ignore[no-any-return]


class _Rules:
    """The facts about a return in force at the end of a tax period."""

    def __init__(self, book: Rulebook, form: _Form, on: date) -> None:
        self._found: dict[str, Fact] = {}
        self._ask = (book, form, on)

    def fact(self, subject: str) -> Fact:
        found = self._found.get(subject)
        if found is None:
            book, form, on = self._ask
            found = self._found[subject] = book.find(subject, (form.area,), on, {"scheme": form.scheme})[0]
        return found

    def number(self, subject: str) -> int:
        return self.fact(subject).ratio[0]

    def text(self, subject: str) -> str:
        return str(self.fact(subject).value)

    def holds(self, subject: str) -> bool:
        return self.fact(subject).value is True

    @property
    def used(self) -> Mapping[str, Fact]:
        return self._found

    def due(self, period: Period) -> date:
        """Return the last day for the return of a period."""
        return _month_end(period.end, self.number("tax.return.due"))


def _form_of(book: Rulebook, scheme: object) -> _Form:
    forms = _forms(book)
    name = scheme.strip().lower().replace("-", "_").replace(" ", "_") if isinstance(scheme, str) else ""
    if name not in forms:
        raise InvalidInput(
            f"no return of {shown(scheme)} is known", field="scheme", value=scheme, allowed=forms, hint=suggest(name, forms)
        )
    return forms[name]


def _period_of(rules_of: Mapping[str, Any], text: object, form: _Form, book: Rulebook) -> tuple[Period, _Rules]:
    period = Period.parse(text)
    rules = _Rules(book, form, period.end)
    kind = rules.text("tax.return.period")
    if period.kind != kind:
        raise InvalidInput(
            f"the tax period of the {form.title} is a {kind}: {period.text} is a {period.kind}", field="period", value=text,
            hint=f"write it as {rules_of[kind]!r}",
        )  # fmt: skip
    return period, rules


# ---------------------------------------------------------------------------------------------------------------- reckoning


@dataclass(slots=True)
class _Sum:
    """An exact sum in minor units of the return's currency."""

    net: Fraction = Fraction(0)
    tax: Fraction = Fraction(0)
    records: int = 0

    def add(self, net: Fraction, tax: Fraction) -> None:
        self.net += net
        self.tax += tax
        self.records += 1


class _Exchange:
    """Conversion into the return's currency at the rate of a period's end, remembered and told."""

    def __init__(self, currency: str, source: RateSource | None, *, latest: bool) -> None:
        self.currency = currency
        self._source = source
        self._latest = latest
        self._rates: dict[tuple[str, Period], tuple[Fraction, ExchangeRate]] = {}

    def minor(self, money: Money, period: Period, rules: _Rules) -> Fraction:
        """Return an amount in exact minor units of the return's currency."""
        value = Fraction(*money.ratio_minor())
        if money.currency == self.currency:
            return value
        key = (money.currency, period)
        if key not in self._rates:
            policy = rules.text("fx.return")
            found = policy_rate(policy, money.currency, self.currency, period.end, self._source, latest=self._latest)
            digits = minor_units(self.currency) - minor_units(money.currency)
            self._rates[key] = (Fraction(found.numerator, found.denominator) * Fraction(10) ** digits, found)
        return value * self._rates[key][0]

    @property
    def told(self) -> tuple[str, ...]:
        """Return the rates used in words."""
        found = sorted(self._rates.items(), key=lambda item: (item[0][1], item[0][0]))
        return tuple(f"{period.text}: {used.describe()}" for (_, period), (_, used) in found)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what should be known about the rates used."""
        return tuple(sorted({f"{used.base}/{used.quote}: {used.note}" for _, used in self._rates.values() if used.note}))


@dataclass(slots=True)
class _Gathering:
    """What one call of `returns` has read so far."""

    book: Rulebook
    form: _Form
    period: Period
    rules: _Rules
    exchange: _Exchange
    person: str
    identification: str | None
    numbers: Mapping[str, str]
    lines: dict[tuple[str, ...], _Sum] = field(default_factory=dict)
    corrections: dict[tuple[str, Period], _Sum] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    errors: list[BadRecord] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)
    earlier: dict[Period, _Rules | str] = field(default_factory=dict)
    checked: set[tuple[str, Decimal, date]] = field(default_factory=set)

    def warn(self, text: str) -> None:
        self.warnings[text] = None

    def leave_out(self, index: int, reason: str, scheme: str = "", reference: str = "") -> None:
        self.left_out.append(LeftOut.made(index=index, reference=reference, scheme=scheme or self.form.scheme, reason=reason))

    # ------------------------------------------------------------------ reading

    def read(self, index: int, item: object) -> None:
        """Take in whatever stands in the caller's list."""
        if isinstance(item, XBCommerceError):
            raise item
        if not isinstance(item, Determination):
            self.take(index, ReturnRecord.of(item))
            return
        for outcome in item.outcomes:
            if outcome.scheme == self.form.scheme and outcome.charge != "yes":
                self.leave_out(index, f"{_why(outcome)}, lines {_numbered(outcome.lines)}", outcome.scheme)
            elif outcome.scheme != self.form.scheme:
                self.leave_out(index, f"declared elsewhere ({_why(outcome)}), lines {_numbered(outcome.lines)}", outcome.scheme)
        for record in ReturnRecord.many(item):
            if record.scheme == self.form.scheme:
                self.take(index, record)

    def take(self, index: int, record: ReturnRecord) -> None:
        """Add a record to its line or its correction, or list it with the reason why not."""
        reason = self._outside(record)
        if reason is None and record.corrects is not None:
            reason = self._correct(record, Period.parse(record.corrects))
        elif reason is None:
            reason = self._declare(record)
        if reason is not None:
            self.leave_out(index, reason, record.scheme or "", record.reference)

    def _outside(self, record: ReturnRecord) -> str | None:
        if record.scheme is not None and record.scheme != self.form.scheme:
            return "declared elsewhere"
        if record.person != self.person:
            return f"owed by the {record.person}: it stands in that return"
        if record.day is not None and not self.period.start <= record.day <= self.period.end:
            return f"its day {record.day} lies outside {self.period.text}"
        return None

    # ------------------------------------------------------------------ lines

    def _declare(self, record: ReturnRecord) -> str | None:
        assert record.day is not None and record.percent is not None and record.net is not None  # noqa: S101, PT018 - _complete
        law, state = self._state(record.state, record.day, record.kind, "state")
        origin, ship_from, number = self._origin(record, state)
        if origin == "within":
            return (
                f"the goods stay within {state}: not a sale to another state; only a marketplace that owes the tax declares it"
            )
        rate_type = record.rate_type or self._rate_type(law, record)
        if record.kind == "goods":
            self._check_rate(law, record.percent, record.day)
        net = self.exchange.minor(record.net, self.period, self.rules)
        key = (state, record.kind, origin, ship_from, number, rate_type, str(record.percent))
        tax = net * Fraction(record.percent) / 100 if record.tax is None else self._minor(record.tax)
        self.lines.setdefault(key, _Sum()).add(net, tax)
        return None

    def _minor(self, money: Money) -> Fraction:
        return self.exchange.minor(money, self.period, self.rules)

    def _state(self, place: str, on: date, kind: str, name: str) -> tuple[TaxLaw, str]:
        """Return the law of a place and its member state, or refuse a place outside the scheme's area."""
        law = law_of(Address.of(place), on, self.book)
        state = law.lineage[-1]
        if kind not in self.form.kinds:
            raise InvalidInput(
                f"the {self.form.title} declares {' and '.join(self.form.kinds)} only", field="kind", value=kind,
                allowed=self.form.kinds,
            )  # fmt: skip
        if law.area != self.form.area and not (kind == "goods" and self._goods_area(law, on) == self.form.area):
            raise InvalidInput(
                f"{name} {place} is not in the tax area of {self.form.area} on {on}", field=name, value=place,
                hint="sales there are not declared in this return",
            )  # fmt: skip
        return law, state

    def _goods_area(self, law: TaxLaw, on: date) -> str:
        try:
            return str(self.book.find("tax.goods_area", law.places, on, {})[0].value)
        except UnknownFact:
            return law.area

    def _origin(self, record: ReturnRecord, state: str) -> tuple[str, str, str]:
        """Return where the goods come from, as the return tells it apart: origin, state and number there."""
        if not self.form.origins:
            return "", "", ""
        assert record.day is not None  # noqa: S101 - _complete
        if record.ship_from is None:
            if record.kind == "goods" or self.identification is None:
                raise InvalidInput(
                    "ship_from is missing: the return lists goods by where they are sent from", field="ship_from"
                )
            return "identification", self.identification, ""
        _, sent_from = self._state(record.ship_from, record.day, record.kind, "ship_from")
        if record.kind == "goods" and sent_from == state and self.person not in self.form.within:
            return "within", "", ""
        if sent_from == self.identification:
            return "identification", sent_from, ""
        number = record.number or self.numbers.get(sent_from, "")
        if not number and self.identification is not None:
            self.warn(f"no number of {sent_from} is given: the return asks for the VAT or tax number there, if there is one")
        return "other_state" if self.identification else "", sent_from, number

    def _rate_type(self, law: TaxLaw, record: ReturnRecord) -> str:
        assert record.day is not None  # noqa: S101 - _complete
        general = rate(law.place, on=record.day, rulebook=self.book).percent
        return STANDARD if record.percent == general else "reduced"

    def _check_rate(self, law: TaxLaw, percent: Decimal, on: date) -> None:
        """Warn of a rate that no fact of the state confirms on the day."""
        key = (law.place, percent, on)
        if key in self.checked:
            return
        self.checked.add(key)
        try:
            known = {one.percent for one in rates_of(law.place, on=on, rulebook=self.book).values()}
        except UnknownFact:
            return
        if percent not in known:
            self.warn(f"no fact confirms a rate of {percent} % in {law.place} on {on}")

    # ------------------------------------------------------------------ corrections

    def _correct(self, record: ReturnRecord, period: Period) -> str | None:
        rules = self._rules_of(period)
        if isinstance(rules, str):
            return rules
        kind = rules.text("tax.return.period")
        if period.kind != kind:
            raise InvalidInput(
                f"the tax period of the {self.form.title} is a {kind}: {period.text} is a {period.kind}",
                field="corrects", value=period.text,
            )  # fmt: skip
        if period.start >= self.period.start:
            raise InvalidInput(
                f"{period.text} does not lie before {self.period.text}", field="corrects", value=period.text,
                hint="changes of the period itself are ordinary records",
            )  # fmt: skip
        last = _years_later(rules.due(period), self.rules.number("tax.return.corrections"))
        if self.period.end >= last:
            return f"{period.text} could be corrected until {last}: turn to the state of consumption, {record.state}"
        if self.rules.due(self.period) > last:
            self.warn(f"corrections of {period.text} can be handed in until {last} only, before this return is due")
        _, state = self._state(record.state, period.end, record.kind, "state")
        net = Fraction(0) if record.net is None else self.exchange.minor(record.net, period, rules)
        if record.tax is not None:
            tax = self.exchange.minor(record.tax, period, rules)
        else:
            tax = net * Fraction(record.percent or 0) / 100
        self.corrections.setdefault((state, period), _Sum()).add(net, tax)
        return None

    def _rules_of(self, period: Period) -> _Rules | str:
        """Return the facts of an earlier period, or why it cannot be corrected here."""
        if period not in self.earlier:
            rules = _Rules(self.book, self.form, period.end)
            try:
                rules.text("tax.return.period")
                self.earlier[period] = rules
            except UnknownFact:
                self.earlier[period] = f"the {self.form.title} did not exist in {period.text}"
        return self.earlier[period]


def _why(outcome: Outcome) -> str:
    if outcome.charge == "undetermined":
        return f"{outcome.scheme}: not determined"
    if outcome.charge != "yes":
        return f"{outcome.scheme}: no tax charged"
    return outcome.scheme


def _numbered(lines: Sequence[int]) -> str:
    text = ", ".join(str(index + 1) for index in lines[:_MOST_SAID])
    return text if len(lines) <= _MOST_SAID else f"{text} and {len(lines) - _MOST_SAID} more"


# ---------------------------------------------------------------------------------------------------------------- the answer


def returns(
    records: Iterable[ReturnRecord | Determination | Mapping[str, Any] | XBCommerceError],
    *,
    scheme: str,
    period: str,
    identification: str | None = None,
    seller: Seller | Mapping[str, Any] | str | None = None,
    person: str = "seller",
    rulebook: Rulebook | None = None,
    rates: RateSource | Mapping[str, str] | None = None,
    currency: str | None = None,
    latest_rates: bool = False,
    errors: str = "raise",
) -> TaxReturn:
    """Return the figures of a return of the Union one-stop shop, the non-Union one, or the import one.

    Args:
        records: records (models or mappings), determinations, or what `determine_batch` yields, in any order.
        scheme: "union_oss", "non_union_oss" or "ioss".
        period: the tax period: "2026-Q3" or "2026-09", as the scheme has it.
        identification: member state of identification; silent: as the seller's registration under the scheme says.
        seller: the seller, for the numbers in the states of dispatch, and for the state of identification.
        person: whose return it is: the seller's, or that of a marketplace which owes the tax.
        rulebook: facts; the built-in ones if not given.
        rates: exchange rates instead of the official policy.
        currency: currency of the return; silent: the one that the law names.
        latest_rates: past the end of the embedded table take its last rate, with a warning, instead of refusing: for a preview.
        errors: "raise" stops at the first bad record, "collect" lists it and goes on.

    Raises:
        InvalidInput: for a wrong period, scheme or record.
        UnknownFact: if no fact describes the scheme's returns in that period.
        RateUnavailable: if an amount cannot be converted.

    >>> sale = {"day": "2026-08-03", "state": "DE", "ship_from": "FR", "percent": "19", "net": "100.00 EUR"}
    >>> print(returns([sale], scheme="union_oss", period="2026-Q3", identification="FR"))
    Union one-stop shop, 2026-Q3: 19.00 EUR to pay by 2026-10-31
    DE  100.00 EUR net, 19.00 EUR VAT
    """
    book = book_of(rulebook)
    form = _form_of(book, scheme)
    found, rules = _period_of(_WRITTEN, period, form, book)
    for name, value, allowed in (("person", person, PERSONS), ("errors", errors, ("raise", "collect"))):
        if value not in allowed:
            raise InvalidInput(f"{shown(value)} is none of {', '.join(allowed)}", field=name, value=value, allowed=allowed)
    if currency is not None:
        minor_units(currency)
    who = None if seller is None else Seller.of(seller)
    at = _identification(identification, who, form, found, book)
    gathering = _Gathering(
        book=book,
        form=form,
        period=found,
        rules=rules,
        exchange=_Exchange(
            currency or rules.text("tax.return.currency"),
            FixedRates(rates) if isinstance(rates, Mapping) else rates,
            latest=latest_rates,
        ),
        person=person,
        identification=at,
        numbers=_numbers(who, found),
    )
    for index, item in enumerate(iterable(records, "records")):
        try:
            gathering.read(index, item)
        except XBCommerceError as error:
            if errors == "raise":
                raise _of_record(error, index) from error
            gathering.errors.append(_bad(index, item, error))
    return _answer(gathering, given=currency is not None)


def _identification(place: str | None, seller: Seller | None, form: _Form, period: Period, book: Rulebook) -> str | None:
    if place is None and seller is not None:
        registered = seller.registered(form.scheme, period.end)
        place = registered.place if registered is not None else None
    if place is None:
        return None
    code = place_code(place)
    law = law_of(Address.of(code), period.end, book)
    if form.area not in law.places:
        raise InvalidInput(
            f"{code} is no state of identification of the {form.title}", field="identification", value=place,
            hint=f"a member state of {form.area} is expected",
        )  # fmt: skip
    return law.lineage[-1]


def _numbers(seller: Seller | None, period: Period) -> Mapping[str, str]:
    """Return the seller's ordinary numbers, by state."""
    if seller is None:
        return {}
    return {
        one.place: one.number
        for one in seller.registrations
        if one.scheme is None and one.place and one.number and one.covers(period.end)
    }


def _of_record(error: XBCommerceError, index: int) -> XBCommerceError:
    return type(error)(f"record {index + 1}: {error}", field=error.field, value=error.value, allowed=error.allowed, on=error.on)


def _bad(index: int, item: object, error: XBCommerceError) -> BadRecord:
    reference = item.get("reference", "") if isinstance(item, Mapping) else getattr(item, "reference", "")
    name = reference[:200] if isinstance(reference, str) else ""
    return BadRecord.made(index=index, reference=name, error=type(error).__name__, message=str(error))


def _answer(gathered: _Gathering, *, given: bool) -> TaxReturn:
    form, period, rules, book = gathered.form, gathered.period, gathered.rules, gathered.book
    currency = gathered.exchange.currency
    rounding = _Rounding(currency, 10 ** minor_units(currency) if rules.holds("tax.return.whole_units") else 1)
    lines = tuple(_lines(gathered, rounding))
    corrections = tuple(_corrections(gathered, rounding))
    states = _states(form, lines, corrections, currency)
    zero = Money.from_minor(0, currency)
    payable = sum((one.to_pay for one in states), zero)
    refund = sum((one.to_refund for one in states), zero)
    if rules.holds("tax.return.offset"):
        payable, refund = max(payable - refund, zero), max(refund - payable, zero)
    due = rules.due(period)
    facts = {name: fact.used() for name, fact in sorted(rules.used.items())}
    return TaxReturn.made(
        {"_facts": facts},
        scheme=form.scheme,
        title=form.title,
        period=period.text,
        start=period.start,
        end=period.end,
        identification=gathered.identification,
        currency=currency,
        lines=lines,
        corrections=corrections,
        states=states,
        net=sum((line.net for line in lines), zero),
        tax=sum((line.tax for line in lines), zero),
        corrected=sum((one.tax for one in corrections), zero),
        payable=payable,
        refund=refund,
        due=due,
        rounding=str(rounding),
        left_out=tuple(gathered.left_out),
        errors=tuple(gathered.errors),
        exchange=gathered.exchange.told,
        facts=tuple(facts.values()),
        assumptions=tuple(_assumed(gathered, given=given)),
        warnings=tuple(dict.fromkeys([*sorted(gathered.warnings), *_warned(gathered, lines, states)])),
        rulebook=book.version,
        digest=book.sha256,
    )


class _Rounding:
    """Rounding of a line: once, half up, to the cents of the return (to whole units where the law says so)."""

    def __init__(self, currency: str, step: int) -> None:
        self._currency = currency
        self._step = step

    def money(self, minor: Fraction) -> Money:
        """Return exact minor units as rounded money."""
        whole = divide(minor.numerator, minor.denominator * self._step, "half-up") * self._step
        return Money.from_minor(whole, self._currency)

    def __str__(self) -> str:
        """Return how it is done, in words."""
        smallest = Money.from_minor(self._step, self._currency)
        return f"each line and each correction is added up exactly, converted, and rounded once: half up, to {smallest}"


def _lines(gathered: _Gathering, rounding: _Rounding) -> Iterator[ReturnLine]:
    for key, found in sorted(gathered.lines.items(), key=lambda item: (*item[0][:-1], Decimal(item[0][-1]))):
        state, kind, origin, ship_from, number, rate_type, percent = key
        net, tax = rounding.money(found.net), rounding.money(found.tax)
        if not net and not tax:
            gathered.warn(f"{found.records} records of {state} at {percent} % come to nothing: no line")
            continue
        if net.amount < 0 or tax.amount < 0:
            gathered.warn(
                f"the line of {state} at {percent} % is below zero: what reduces an earlier period is a correction of it"
            )
        yield ReturnLine.made(
            state=state,
            state_code=gathered.form.codes.get(state, state),
            kind=kind,
            origin=origin,
            ship_from=ship_from or None,
            number=number or None,
            rate_type=rate_type,
            percent=Decimal(percent),
            net=net,
            tax=tax,
            difference=tax - rounding.money(Fraction(*net.ratio_minor()) * Fraction(percent) / 100),
            records=found.records,
        )


def _corrections(gathered: _Gathering, rounding: _Rounding) -> Iterator[ReturnCorrection]:
    for (state, period), found in sorted(gathered.corrections.items()):
        tax = rounding.money(found.tax)
        if not tax:
            gathered.warn(f"{found.records} corrections of {state} in {period.text} come to nothing: no row")
            continue
        yield ReturnCorrection.made(
            state=state,
            state_code=gathered.form.codes.get(state, state),
            period=period.text,
            tax=tax,
            records=found.records,
        )


def _states(
    form: _Form, lines: Sequence[ReturnLine], corrections: Sequence[ReturnCorrection], currency: str
) -> tuple[StateTotal, ...]:
    zero = Money.from_minor(0, currency)
    sums: dict[str, list[Money]] = {}
    for line in lines:
        total = sums.setdefault(line.state, [zero, zero, zero])
        total[0], total[1] = total[0] + line.net, total[1] + line.tax
    for one in corrections:
        total = sums.setdefault(one.state, [zero, zero, zero])
        total[2] = total[2] + one.tax
    return tuple(
        StateTotal.made(
            state=state,
            state_code=form.codes.get(state, state),
            net=net,
            tax=tax,
            corrections=corrected,
            balance=tax + corrected,
            to_pay=max(tax + corrected, zero),
            to_refund=max(-(tax + corrected), zero),
        )
        for state, (net, tax, corrected) in sorted(sums.items())
    )


def _assumed(gathered: _Gathering, *, given: bool) -> Iterator[str]:
    yield "the law forbids rounding to whole units and names no mode: half up to the smallest unit, once a line, is taken"
    place = gathered.identification
    if gathered.form.origins and place is None and gathered.lines:
        yield "the state of identification was not given: all dispatch is told apart by state, none as from identification"
    if not given and place is not None:
        own = currency_of(place, gathered.period.end)
        if own != gathered.exchange.currency:
            yield f"the return is taken to be in {gathered.exchange.currency}: {place} may ask for {own} (currency)"


def _warned(gathered: _Gathering, lines: Sequence[ReturnLine], states: Sequence[StateTotal]) -> Iterator[str]:
    yield from gathered.exchange.notes
    for fact in gathered.rules.used.values():
        yield from doubts(fact, gathered.period.end, gathered.book.review_every)
    if any(not line.percent for line in lines):
        yield "a line at 0 %: exempt sales do not belong into the return"
    for one in states:
        if one.to_refund:
            yield f"{one.state}: the balance is negative; the state refunds {one.to_refund} itself, it lowers no other payment"


# ---------------------------------------------------------------------------------------------------------------- explaining


def _explanation(found: TaxReturn, facts: Mapping[str, FactUsed]) -> Explanation:
    from xbcommerce import __version__

    def used(*names: str) -> tuple[FactUsed, ...]:
        return tuple(facts[name] for name in names if name in facts)

    steps = [
        Step(
            bill="return", id=f"{line.state} {line.percent} %", kind="supply", amount=line.tax, text=_told(line),
            rule=f"{found.scheme}, added up by state, dispatch and rate",
        )
        for line in found.lines
    ]  # fmt: skip
    steps += [
        Step(
            bill="return", id=f"{one.state} {one.period}", kind="correction", amount=one.tax,
            text=f"correction of {one.period}, {one.records} records", rule=found.scheme, facts=used("tax.return.corrections"),
        )
        for one in found.corrections
    ]  # fmt: skip
    steps.append(
        Step(
            bill="return", id="to pay", kind="total", amount=found.payable,
            text=f"by {found.due}; {found.rounding}", rule=found.scheme,
            facts=used("tax.return.due", "tax.return.period", "tax.return.whole_units", "tax.return.offset", "fx.return"),
        )
    )  # fmt: skip
    left = [f"record {one.index + 1} left out ({one.scheme}): {one.reason}" for one in found.left_out]
    bad = [f"record {one.index + 1} not used: {one.message}" for one in found.errors]
    more = [f"and {len(left) - _MOST_SAID} more left out"] if len(left) > _MOST_SAID else []
    return Explanation(
        title=f"{found.title}, {found.period}",
        steps=tuple(steps),
        conversions=found.exchange,
        assumptions=found.assumptions,
        warnings=(*found.warnings, *left[:_MOST_SAID], *more, *bad[:_MOST_SAID]),
        rulebook=f"rulebook {found.rulebook} ({found.digest[:12]}), xbcommerce {__version__}",
    )


def _told(line: ReturnLine) -> str:
    origin = f" from {line.ship_from}" if line.ship_from else ""
    number = f" ({line.number})" if line.number else ""
    return f"{line.kind}{origin}{number} to {line.state}, {line.rate_type} rate: {line.net} net, {line.records} records"
