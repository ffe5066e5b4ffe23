"""Duty expressions: one typed form for what tariffs print, one parser, and its way back into readable text.

    free                                            12 %
    41.20 EUR per 100 kg                            0.90 USD per pair + 20 %
    12 %, at least 0.40 EUR per 100 kg              the higher of (20 % or 48 JPY per kg)
    from 11-01 to 05-14: 8 %; from 05-15 to 10-31: 14 %

The parser also reads how official files write them ("90¢/pr. + 20%", "12.00% MIN 0.40 EUR / 100 kg", "10.200 % + 93.100 EUR
DTN"). What it cannot express is kept as `Text`, which has no charge: reckoning with it raises `UnknownFact` with its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from xbcommerce.errors import InvalidInput, UnknownFact, shown
from xbcommerce.tariff.units import UNITS, measure_of, unit_of

__all__ = [
    "FREE",
    "AdValorem",
    "Bounded",
    "Choice",
    "Expression",
    "Season",
    "Seasonal",
    "Specific",
    "Sum",
    "Text",
    "measures",
    "parse",
    "percent",
    "printed",
    "words",
]

_MOST_DIGITS = 12
_LONGEST = 2000
_MOST_COUNTED = 10**6
"""The charge schedule counts per fewer."""


@dataclass(frozen=True, slots=True)
class AdValorem:
    """A share of the value, in per cent; `of` names the part of the goods it is levied on, if not the whole."""

    percent: Fraction
    of: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", Fraction(self.percent))
        if not 0 <= self.percent < 10**_MOST_DIGITS or self.percent.denominator >= 10**9:
            raise InvalidInput(f"{shown(str(self.percent))} is no plausible percentage", field="percent", value=self.percent)
        if self.of and (not self.of.isprintable() or '"' in self.of):
            raise InvalidInput(f"{shown(self.of)} is no name of a part", field="of", value=self.of)


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount per so many units: 41.20 EUR per 100 kg."""

    amount: Decimal
    currency: str
    unit: str
    per: int = 1

    def __post_init__(self) -> None:
        exponent = self.amount.as_tuple().exponent
        plausible = self.amount.is_finite() and 0 <= self.amount < 10**_MOST_DIGITS
        if not plausible or not isinstance(exponent, int) or exponent < -_MOST_DIGITS:
            raise InvalidInput(f"{shown(str(self.amount))} is no plausible amount", field="amount", value=self.amount)
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise InvalidInput(f"{shown(self.currency)} is no currency", field="currency", value=self.currency)
        if self.unit not in UNITS:
            raise InvalidInput(f"{shown(self.unit)} is no unit of duties", field="unit", value=self.unit, allowed=UNITS)
        if not 1 <= self.per <= 1000:
            raise InvalidInput(f"per {shown(self.per)} is no plausible count", field="per", value=self.per)


@dataclass(frozen=True, slots=True)
class Sum:
    """Duties that are added (a compound duty)."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        _several(self.parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """The higher or the lower of several (a mixed duty)."""

    which: Literal["higher", "lower"]
    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        _several(self.parts)
        if self.which not in ("higher", "lower"):
            raise InvalidInput(f"{shown(self.which)} is neither higher nor lower", field="which", value=self.which)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A duty with a least or a most (a mixed duty)."""

    of: Expression
    at_least: Expression | None = None
    at_most: Expression | None = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise InvalidInput("a bounded duty has a least or a most", field="at_least")
        _inner([part for part in (self.of, self.at_least, self.at_most) if part is not None])


@dataclass(frozen=True, slots=True)
class Season:
    """A duty from one day of the year to another, both inclusive ("MM-DD"); it may run over the end of the year."""

    start: str
    end: str
    duty: Expression

    def __post_init__(self) -> None:
        for day in (self.start, self.end):
            if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", day):
                raise InvalidInput(f"{shown(day)} is no day of the year", field="season", value=day, hint="write MM-DD")
        _inner([self.duty])

    def covers(self, on: date) -> bool:
        """Tell whether a day lies in the season."""
        day = f"{on:%m-%d}"
        return self.start <= day <= self.end if self.start <= self.end else not self.end < day < self.start


@dataclass(frozen=True, slots=True)
class Seasonal:
    """Duties by the season of the year."""

    seasons: tuple[Season, ...]

    def __post_init__(self) -> None:
        if not self.seasons:
            raise InvalidInput("a seasonal duty has seasons", field="seasons")


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a tariff that the other forms cannot express; they are never reckoned with."""

    raw: str

    def __post_init__(self) -> None:
        if not self.raw.strip() or len(self.raw) > _LONGEST:
            raise InvalidInput("the words of a duty are missing or too long", field="raw", value=self.raw)


Expression: TypeAlias = AdValorem | Specific | Sum | Choice | Bounded | Seasonal | Text

FREE = AdValorem(Fraction(0))


def _several(parts: tuple[Expression, ...]) -> None:
    if len(parts) < 2:
        raise InvalidInput("two parts at least make a sum or a choice", field="parts", value=len(parts))
    _inner(parts)


def _inner(parts: tuple[Expression, ...] | list[Expression]) -> None:
    for part in parts:
        if isinstance(part, Seasonal | Text):
            raise InvalidInput(f"{type(part).__name__} stands alone, not inside another duty", field="parts")


# ---------------------------------------------------------------------- printing


def printed(duty: Expression) -> str:
    """Return a duty as text that `parse` reads back.

    >>> printed(Bounded(AdValorem(Fraction(12)), at_least=Specific(Decimal("0.4"), "EUR", "kg", 100)))
    '12 %, at least 0.40 EUR per 100 kg'
    """
    if isinstance(duty, Text):
        return duty.raw
    if isinstance(duty, Seasonal):
        return "; ".join(f"from {season.start} to {season.end}: {_bounded(season.duty)}" for season in duty.seasons)
    return _bounded(duty)


def _bounded(duty: Expression) -> str:
    if not isinstance(duty, Bounded):
        return _sum(duty)
    least = f", at least {_sum(duty.at_least)}" if duty.at_least is not None else ""
    most = f", at most {_sum(duty.at_most)}" if duty.at_most is not None else ""
    return f"{_sum(duty.of)}{least}{most}"


def _sum(duty: Expression) -> str:
    return " + ".join(map(_term, duty.parts)) if isinstance(duty, Sum) else _term(duty)


def _term(duty: Expression) -> str:
    if isinstance(duty, AdValorem):
        part = f' of "{duty.of}"' if duty.of else ""
        return "free" if not duty.percent and not part else f"{_percent(duty.percent)} %{part}"
    if isinstance(duty, Specific):
        count = f"{duty.per} " if duty.per != 1 else ""
        return f"{_amount(duty.amount)} {duty.currency} per {count}{duty.unit}"
    if isinstance(duty, Choice):
        return f"the {duty.which} of ({' or '.join(map(_bounded, duty.parts))})"
    return f"({_bounded(duty)})"


def _percent(value: Fraction) -> str:
    text = _decimal(value)
    if text is not None:
        return text
    whole, rest = divmod(value, 1)
    return f"{whole} {rest}" if whole else str(rest)


def _decimal(value: Fraction) -> str | None:
    """Return a fraction as a decimal number, or None if it has no end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    with localcontext(prec=60):
        return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def _amount(value: Decimal) -> str:
    whole, _, decimals = f"{value:f}".partition(".")
    decimals = decimals.rstrip("0")
    if not decimals:
        return whole
    return f"{whole}.{decimals}0" if len(decimals) == 1 else f"{whole}.{decimals}"


# ---------------------------------------------------------------------- parsing

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_TOKEN = rf"""\s*(?:
    (?P<season>from\s+\d\d-\d\d\s+to\s+\d\d-\d\d\s*:)
  | (?P<choice>the\s+(?:higher|lower)\s+of\s*\()
  | (?P<least>,?\s*(?:at\s+least\b|but\s+not\s+less\s+than\b|MIN\b))
  | (?P<most>,?\s*(?:at\s+most\b|but\s+not\s+more\s+than\b|MAX\b))
  | (?P<percent>(?:(?P<whole>[0-9]+)\s+)?(?P<numerator>[0-9]+)/(?P<denominator>[0-9]+)\s*%|(?P<rate>{_NUMBER})\s*%(?!\s*vol))
  | (?P<of>(?:of|on)\s+(?:"(?P<quoted>[^"]*)"|(?:the\s+)?(?P<part>[a-z][a-z, ]*[a-z])))
  | (?P<cents>{_NUMBER})\s*¢
  | \$\s*(?P<dollars>{_NUMBER})
  | (?P<amount>{_NUMBER})\s*(?P<currency>[A-Z]{{3}}\b|€)
  | (?P<free>(?:free|nil)\b)
  | (?P<or>or\b) | (?P<plus>\+) | (?P<open>\() | (?P<close>\)) | (?P<semicolon>;)
  )"""
_UNIT_END = r"(?=\s*(?:$|[+;()]|,?\s*at\s+(?:least|most)\b|,?\s*but\s+not\b|\bMIN\b|\bMAX\b|\bor\b))"
_UNIT = re.compile(
    r"\s*(?:(?:/|per\b)\s*|(?=each\b)|(?=[A-Z]{3}\b))"
    rf"(?:(?P<thousand>1,?000){_UNIT_END}|(?P<per>1,000 |[1-9][0-9]{{0,5}}\s*(?![0-9,.]))?"
    rf"(?P<unit>%\s?vol\s?/\s?hl|[A-Za-z²³][^+;()]*?){_UNIT_END})"
)
_DATED = re.compile(r"(?P<duty>[0-9][^()]*?)\s?\((?P<spans>\s*\d{1,2}(?:\s+[A-Z]{3,9})?\s?-[^()]*)\)(?:, ?|$)")
_SPAN = re.compile(r"\s*(\d{1,2})(?:\s+([A-Z]{3})[A-Z]*)?\s?-\s?(\d{1,2})\s+([A-Z]{3})[A-Z]*\s*")
_MONTHS = dict(
    zip(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], range(1, 13), strict=True)
)
_WHOLE = "entire set"


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """Return the pattern of all tokens, compiled when something is first read."""
    return re.compile(_TOKEN, re.VERBOSE | re.IGNORECASE)


class _Unreadable(Exception):
    """The text is not a duty of this grammar."""


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """Return the typed form of a duty, or `Text` where the words are no expression of the grammar.

    >>> printed(parse("90¢/pr. + 20%"))
    '0.90 USD per pair + 20 %'
    >>> parse("the rate applicable to each garment")
    Text(raw='the rate applicable to each garment')

    Raises:
        InvalidInput: if it is no text, empty, or too long to be a duty.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"a duty is a text, not {shown(text)}", field="duty", value=text)
    try:
        return _Parser(text).whole()
    except (_Unreadable, InvalidInput):
        return Text(text)


class _Parser:
    """Recursive descent over a text, from the left."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise _Unreadable
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        if _DATED.match(self.text):
            return self._dated()
        if self._peek("season"):
            seasons = [self._season()]
            while self._take("semicolon"):
                seasons.append(self._season())
            duty: Expression = Seasonal(tuple(seasons))
        else:
            duty = self._bounded()
        if self.text[self.at :].strip():
            raise _Unreadable
        return duty

    def _dated(self) -> Expression:
        """Return a duty by season as the Union and the UK print it: "8.00% (01 NOV-14 MAY), 14.00% (15 MAY-31 OCT)"."""
        seasons: list[Season] = []
        while match := _DATED.match(self.text, self.at):
            self.at = match.end()
            duty = _Parser(match["duty"]).whole()
            for span in map(_SPAN.fullmatch, match["spans"].split(",")):
                if span is None or not {span[4], span[2] or span[4]} <= _MONTHS.keys():
                    raise _Unreadable
                start, end = _MONTHS[span[2] or span[4]], _MONTHS[span[4]]
                seasons.append(Season(f"{start:02}-{int(span[1]):02}", f"{end:02}-{int(span[3]):02}", duty))
        if self.text[self.at :]:
            raise _Unreadable
        return Seasonal(tuple(seasons))

    def _match(self) -> re.Match[str] | None:
        return _token().match(self.text, self.at)

    def _peek(self, kind: str) -> bool:
        match = self._match()
        return match is not None and match[kind] is not None

    def _take(self, kind: str) -> re.Match[str] | None:
        match = self._match()
        if match is None or match[kind] is None:
            return None
        self.at = match.end()
        return match

    def _season(self) -> Season:
        match = self._take("season")
        if match is None:
            raise _Unreadable
        start, end = re.findall(r"\d\d-\d\d", match["season"])
        return Season(start, end, self._bounded())

    def _bounded(self) -> Expression:
        duty = self._sum()
        least = self._sum() if self._take("least") else None
        most = self._sum() if self._take("most") else None
        return duty if least is None and most is None else Bounded(duty, least, most)

    def _sum(self) -> Expression:
        parts = [self._term()]
        while self._take("plus"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Sum(tuple(parts))

    def _term(self) -> Expression:
        self.depth += 1
        match = self._match()
        if match is None or self.depth > 40:
            raise _Unreadable
        self.at = match.end()
        if match["free"]:
            found: Expression = FREE
        elif match["percent"]:
            found = self._share(match)
        elif match["open"]:
            found = self._closed(self._bounded())
        elif match["choice"]:
            found = self._choice("higher" if "higher" in match["choice"].lower() else "lower")
        else:
            found = self._specific(match)
        self.depth -= 1
        return found

    def _share(self, match: re.Match[str]) -> AdValorem:
        if match["rate"]:
            percent = Fraction(_number(match["rate"]))
        elif not int(match["denominator"]):
            raise _Unreadable
        else:
            percent = int(match["whole"] or 0) + Fraction(int(match["numerator"]), int(match["denominator"]))
        of = self._take("of")
        part = (of["quoted"] or of["part"]) if of else ""
        return AdValorem(percent, "" if part == _WHOLE else part)

    def _choice(self, which: Literal["higher", "lower"]) -> Expression:
        parts = [self._bounded()]
        while self._take("or"):
            parts.append(self._bounded())
        return self._closed(Choice(which, tuple(parts)))

    def _closed(self, duty: Expression) -> Expression:
        if not self._take("close"):
            raise _Unreadable
        return duty

    def _specific(self, match: re.Match[str]) -> Specific:
        if match["cents"]:
            amount, currency = Decimal(f"{_number(match['cents'])}E-2"), "USD"
        elif match["dollars"]:
            amount, currency = _number(match["dollars"]), "USD"
        elif match["amount"]:
            amount, currency = _number(match["amount"]), match["currency"].replace("€", "EUR")
        else:
            raise _Unreadable
        unit = _UNIT.match(self.text, self.at)
        if unit is None:
            raise _Unreadable
        known = unit_of(unit["unit"] or "thousand")
        if known is None:
            raise _Unreadable
        self.at = unit.end()
        count = int((unit["per"] or "1").replace(",", ""))
        return Specific(amount, currency, known[0], count * known[1])


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


# ---------------------------------------------------------------------- what it means


def percent(duty: Expression) -> Fraction | None:
    """Return the percentage of a duty that is nothing but a share of the whole value, or None.

    >>> percent(parse("6.5%")), percent(parse("1.75 EUR per kg"))
    (Fraction(13, 2), None)
    """
    return duty.percent if isinstance(duty, AdValorem) and not duty.of else None


def on_day(duty: Expression, on: date) -> Expression:
    """Return the duty of a day: of a seasonal one, that of the season.

    Raises:
        UnknownFact: if no season covers the day.
    """
    if not isinstance(duty, Seasonal):
        return duty
    for season in duty.seasons:
        if season.covers(on):
            return season.duty
    raise UnknownFact(f"the duty is known only {printed(duty)}", field="duty", on=on)


def words(duty: Expression, on: date) -> str | Mapping[str, object]:
    """Return a duty in words of the charge schedule, as `landed` evaluates them.

    >>> words(parse("20 % + 0.90 USD per pair"), date(2026, 7, 1))
    {'sum': ['20 %', {'levy': '0.9 USD', 'per': 'pair'}]}

    Raises:
        UnknownFact: for words that are no expression, parts of goods, and days outside the seasons.
    """
    return _words(on_day(duty, on))


def _words(duty: Expression) -> str | Mapping[str, object]:
    if isinstance(duty, AdValorem):
        return _share_words(duty)
    if isinstance(duty, Specific):
        return _levy(duty)
    if isinstance(duty, Sum):
        return {"sum": [_words(part) for part in duty.parts]}
    if isinstance(duty, Choice):
        return {f"{duty.which}_of": [_words(part) for part in duty.parts]}
    if isinstance(duty, Bounded):
        return _bounds(duty)
    raise UnknownFact(
        f"the tariff states a duty that cannot be reckoned from its text: {shown(printed(duty))}", field="duty",
        value=printed(duty), hint="give `duty` on the line, such as duty='12 %'",
    )  # fmt: skip


def _bounds(duty: Bounded) -> Mapping[str, object]:
    inner = _words(duty.of)
    rule: dict[str, object] = {"rate": inner} if isinstance(inner, str) else dict(inner)
    if rule.keys() & {"at_least", "at_most"}:
        rule = {"sum": [rule]}
    if duty.at_least is not None:
        rule["at_least"] = _words(duty.at_least)
    if duty.at_most is not None:
        rule["at_most"] = _words(duty.at_most)
    return rule


def _share_words(duty: AdValorem) -> str | Mapping[str, object]:
    if duty.of:
        raise UnknownFact(
            f"the duty is a share of a part of the goods ({duty.of}), whose value the line does not say", field="duty",
            value=printed(duty), hint="give `duty` on the line, such as duty='12 %'",
        )  # fmt: skip
    if not duty.percent:
        return "free"
    text = _decimal(duty.percent)
    share = duty.percent / 100
    if text is not None and len(text.partition(".")[2]) <= _MOST_DIGITS:
        return f"{text} %"
    return {"rate": f"{share.numerator}/{share.denominator}"}


def _levy(duty: Specific) -> Mapping[str, object]:
    measure, times = measure_of(duty.unit)
    count = duty.per * times
    amount = Fraction(duty.amount)
    if count.denominator != 1:
        amount, count = amount * count.denominator, Fraction(count.numerator)
    if count >= _MOST_COUNTED:
        amount, count = amount / 1000, count / 1000
    return {"levy": f"{_decimal(amount)} {duty.currency}", "per": measure if count == 1 else f"{count} {measure}"}


def measures(duty: Expression) -> tuple[str, ...]:
    """Return the measures of a line that a duty is reckoned from.

    >>> measures(parse("8 % + 0.07 EUR per kg"))
    ('kg',)
    """
    return tuple(dict.fromkeys(measure_of(part.unit)[0] for part in _parts(duty) if isinstance(part, Specific)))


def _parts(duty: Expression | None) -> Iterator[Expression]:
    if duty is None:
        return
    yield duty
    if isinstance(duty, Sum | Choice):
        for part in duty.parts:
            yield from _parts(part)
    elif isinstance(duty, Bounded):
        for bound in (duty.of, duty.at_least, duty.at_most):
            yield from _parts(bound)
    elif isinstance(duty, Seasonal):
        for season in duty.seasons:
            yield from _parts(season.duty)
