"""As the market writes and measures: units, temperatures, numbers, dates, currencies, plugs, mains, paper and sizes.

Number and date forms come from CLDR (through Babel); which units, plugs and sizes a market uses are tables of the rulebook.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.localization.content import Edit, Field_, Finding, Fix, digest_of
from xbcommerce.localization.matching import fold
from xbcommerce.localization.text import Shape
from xbcommerce.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check

__all__ = ["Tables", "convert_size", "convert_unit", "mains", "notation"]

_BESIDE = 28
_DATE = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d{2})(?![\d./-])")
_DECIMAL = re.compile(r"(?<![\w.,])(\d{1,6})([.,])(\d{1,2})(?![\d.,]*\d)")
_SIZE = re.compile(
    r"\b(US|UK|EU|EUR|JP|CN|DE|FR|IT)\s?(?:size|shoe size|größe|gr\.|taille|talla|tamanho)?\s?-?\s?"
    r"(\d{1,3}(?:[.,]5)?)\b(?!\s?(?:x|×|cm|mm|V\b|v\b))",
    re.IGNORECASE,
)
_REGION = re.compile(r"\b(?:US|UK|EU|EUR|JP|CN|DE|FR|IT)\s?[0-9a-zß-]", re.IGNORECASE)
_VOLTS = re.compile(
    r"(?<![\w.,])(\d{2,3})(?:\s?[-–~/]\s?(\d{2,3}))?\s?(?:v|volt|volts|ボルト|伏)(?![a-zà-ÿ0-9])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of units, mains and sizes of a rulebook."""

    units: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    systems: Mapping[str, str]
    mains: Mapping[str, Mapping[str, Any]]
    plugs: tuple[tuple[str, frozenset[str]], ...]
    inch_trades: tuple[str, ...]
    sizes: Mapping[str, tuple[Mapping[str, str], ...]]
    size_systems: Mapping[str, str]
    currency_signs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, rulebook: Rulebook) -> Tables:
        """Return the tables, read once."""
        return rulebook.compiled("localization.tables", lambda: _read(rulebook))  # type: ignore[no-any-return]

    def system(self, country: str) -> str:
        """Return how a country measures: metric, customary or mixed."""
        return self.systems.get(country, "metric")


def _read(rulebook: Rulebook) -> Tables:
    document = tomllib.loads(rulebook.text("localization", "tables.toml") + rulebook.text("localization", "mains.toml"))
    names = {word: unit for unit, row in document["unit"].items() for word in (unit, *row.get("words", ()))}
    return Tables(
        units=document["unit"],
        names=names,
        systems={country: system for system, row in document["system"].items() for country in row["markets"]},
        mains={country: row for row in document["mains"] for country in row["markets"]},
        plugs=tuple(
            (fold(word).text, frozenset(row["types"])) for row in document["plug"] for word in row["words"]
        ),
        inch_trades=tuple(fold(word).text for word in document["inch_trades"]["words"]),
        sizes={name: tuple(row["rows"]) for name, row in document["size"].items()},
        size_systems=document["size_systems"],
        currency_signs={code: tuple(signs) for code, signs in document["currency_signs"].items()},
    )  # fmt: skip


# ------------------------------------------------------------------ what people ask for


def convert_unit(value: object, unit: str, to: str | None = None, *, rulebook: Rulebook | None = None) -> tuple[Decimal, str]:
    """Return a quantity in another unit, exactly.

    >>> convert_unit("12", "in", "cm")
    (Decimal('30.48'), 'cm')

    Raises:
        InvalidInput: if the value is no number, or the units measure different things.
    """
    tables = Tables.of(rulebook or Rulebook.builtin())
    rows = []
    for name in (unit, to):
        if name is not None and name.lower() not in tables.names:
            raise InvalidInput(f"{shown(name)} is no unit", field="unit", value=name, hint=suggest(name, tables.names))
        rows.append(tables.units[tables.names[name.lower()]] if name is not None else None)
    here, there = rows
    assert here is not None  # noqa: S101 - the first is always given
    target = tables.names[to.lower()] if to is not None else here["to"]
    there = there or tables.units[target]
    if here["base"] != there["base"]:
        raise InvalidInput(f"{unit} and {to} measure different things", field="to", value=to)
    number = _number(value)
    return number * Decimal(here["factor"]) / Decimal(there["factor"]), target


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidInput(f"{shown(value)} is no exact number", field="value", value=value, hint="write '12.5'")
    try:
        return Decimal(value)
    except ArithmeticError:
        raise InvalidInput(f"{shown(value)} is no number", field="value", value=value) from None


def convert_size(kind: str, value: object, frm: str, to: str, *, rulebook: Rulebook | None = None) -> tuple[str, ...]:
    """Return a size of shoes or clothes in another system, as the table of the rulebook has it; several where it has several.

    No standard binds these tables (ISO 19407 gives guidance only): offer them as a help beside measures in centimetres.

    >>> convert_size("shoes.men", "27", "JP", "US")
    ('9',)

    Raises:
        InvalidInput: for an unknown table or system.
        UnknownFact: if the table has no such size.
    """
    tables = Tables.of(rulebook or Rulebook.builtin())
    rows = tables.sizes.get(kind)
    if rows is None:
        raise InvalidInput(
            f"no table of sizes {shown(kind)}", field="kind", value=kind, allowed=tables.sizes, hint=suggest(kind, tables.sizes)
        )
    columns = []
    for system in (frm, to):
        name = tables.size_systems.get(system.upper(), system.lower())
        if name not in rows[0]:
            raise InvalidInput(
                f"the table {kind} has no {shown(system)}", field="system", value=system, allowed=sorted(rows[0]),
                hint=suggest(name, rows[0]),
            )  # fmt: skip
        columns.append(name)
    here, there = columns
    found = tuple(dict.fromkeys(row[there] for row in rows if row[here].lower() == str(value).replace(",", ".").lower()))
    if not found:
        raise UnknownFact(f"the table {kind} has no size {shown(value)} of {frm}", field="value", value=value)
    return found


def mains(market: str, *, rulebook: Rulebook | None = None) -> Mapping[str, Any]:
    """Return voltage, frequency and plug types of a market.

    >>> mains("JP")["plugs"]
    ['A', 'B']

    Raises:
        UnknownFact: if the rulebook does not know.
    """
    table = Tables.of(rulebook or Rulebook.builtin()).mains
    if market not in table:
        raise UnknownFact(
            f"mains and plugs of {shown(market)} are not known", field="market", value=market, allowed=sorted(table)
        )
    return table[market]


# ------------------------------------------------------------------ the checks


def notation(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield what is not written as the market writes it."""
    country = question.place.countries[0] if len(question.place.countries) == 1 else ""
    for check in checks:
        if not country:
            question.missing[check.id] = "no single market is named"
            continue
        tables = Tables.of(question.rulebook)
        for field in question.fields:
            if check.reads(field.path, field.name):
                yield from _TOPICS[check.body["topic"]](question, check, field, country, tables)


def _converted(field: Field_, edits: Sequence[Edit], say: str = "") -> Fix:
    return Fix.made(do="convert", field=field.path, edits=tuple(edits), before=digest_of(field.text), sure=False, say=say)


def _units(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    system = tables.system(country)
    if system == "mixed":
        return
    found = question.shapes(field, "quantity")
    edits: list[Edit] = []
    for place, shape in enumerate(found):
        unit = tables.names.get(shape.unit.rstrip("."))
        row = tables.units.get(unit or "")
        if row is None or row["system"] in ("any", system) or _told_twice(field.text, shape, found, place, tables, system):
            continue
        if row["base"] == "m" and _is_inch_trade(field.text, shape, tables):
            continue
        edit = _in_local_units(question, shape, row, tables, country)
        if edit is not None:
            edits.append(edit)
    if edits:
        spans = [(edit.start, edit.end) for edit in edits]
        first = edits[0]
        yield question.finding(
            check, field.path, spans, text=f"{field.text[first.start : first.end]} is not how the market measures",
            fix=_converted(field, edits[:20], f"write {first.text!r}"),
        )  # fmt: skip


def _told_twice(text: str, shape: Shape, found: Sequence[Shape], place: int, tables: Tables, system: str) -> bool:
    """Tell whether the same measure stands beside it in a unit of the market, as in 12 inch (30 cm)."""
    for other in (*found[max(0, place - 2) : place], *found[place + 1 : place + 3]):
        row = tables.units.get(tables.names.get(other.unit.rstrip("."), ""))
        mine = tables.units[tables.names[shape.unit.rstrip(".")]]
        gap = text[other.end : shape.start] if other.end <= shape.start else text[shape.end : other.start]
        if row is not None and row["system"] == system and row["base"] == mine["base"] and len(gap) <= _BESIDE:
            return True
    return False


def _is_inch_trade(text: str, shape: Shape, tables: Tables) -> bool:
    around = fold(text[max(0, shape.start - 40) : shape.end + 40]).text
    return any(word in around for word in tables.inch_trades)


def _in_local_units(question: Question, shape: Shape, row: Mapping[str, Any], tables: Tables, country: str) -> Edit | None:
    value = _plain_value(shape.value)
    if value is None:
        return None
    exact, unit = value * Decimal(row["factor"]) / Decimal(tables.units[row["to"]]["factor"]), row["to"]
    if "small" in row and exact < Decimal(row["small_below"]):
        unit = row["small"]
        exact = value * Decimal(row["factor"]) / Decimal(tables.units[unit]["factor"])
    written = _rounded(exact, value)
    return Edit.made(start=shape.start, end=shape.end, text=f"{_localised(written, question, country)} {unit}")


def _plain_value(text: str) -> Decimal | None:
    whole, _, part = text.replace(" ", "").partition("/")
    try:
        value = Decimal(whole.replace(",", "."))
        return value / Decimal(part) if part and Decimal(part) else value
    except ArithmeticError:
        return None


def _rounded(exact: Decimal, said: Decimal) -> Decimal:
    """Round as precisely as the original was said: to whole units from ten upwards, else to a tenth."""
    step = Decimal(1) if exact >= 10 and said == said.to_integral_value() else Decimal("0.1")
    rounded = exact.quantize(step, rounding=ROUND_HALF_EVEN)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded


def _localised(value: Decimal, question: Question, country: str) -> str:
    text = format(value, "f")
    return text.replace(".", _symbols(question.language, country)[0])


@lru_cache(maxsize=1_024)
def _symbols(language: str, country: str) -> tuple[str, str]:
    """Return the signs for decimals and for groups of a language in a country, by CLDR."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = _locale(language, country)
    return get_decimal_symbol(locale), get_group_symbol(locale)


@lru_cache(maxsize=1_024)
def _locale(language: str, country: str) -> Any:
    from babel import Locale, UnknownLocaleError
    from babel.languages import get_official_languages

    code = (language or next(iter(get_official_languages(country)), "en")).partition("-")[0].partition("_")[0]
    for name in (f"{code}_{country}", code, f"en_{country}", "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError  # pragma: no cover - English is always there


def _temperature(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    foreign = "C" if tables.system(country) == "customary" else "F"
    found = question.shapes(field, "temperature")
    edits = []
    for shape in found:
        near = any(other.unit != foreign and abs(other.start - shape.start) <= _BESIDE for other in found)
        if shape.unit == foreign and not near:
            value = Decimal(shape.value.replace(",", "."))
            exact = value * 9 / 5 + 32 if foreign == "C" else (value - 32) * 5 / 9
            there = "F" if foreign == "C" else "C"
            edits.append(
                Edit.made(
                    start=shape.start, end=shape.end, text=f"{exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)} °{there}"
                )
            )
    if edits:
        spans = [(edit.start, edit.end) for edit in edits]
        yield question.finding(
            check, field.path, spans, text="not the market's scale of temperature",
            fix=_converted(field, edits[:20], f"write {edits[0].text!r}"),
        )  # fmt: skip


def _decimals(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:  # noqa: ARG001
    measured = sorted((*question.shapes(field, "price"), *question.shapes(field, "quantity")))
    if not measured:
        return
    decimal, _ = _symbols(question.language, country)
    if decimal not in (".", ","):
        return
    edits = []
    for shape in measured:
        match = _DECIMAL.search(field.text, shape.start, shape.end)
        if match is not None and match.group(2) != decimal:
            edits.append(Edit.made(start=match.start(2), end=match.end(2), text=decimal))
    unique = tuple({edit.start: edit for edit in edits}.values())
    if unique:
        spans = [(edit.start, edit.end) for edit in unique]
        yield question.finding(
            check, field.path, spans, text=f"decimals are written with {decimal!r} here",
            fix=_converted(field, unique[:20], f"write {decimal!r}"),
        )  # fmt: skip


def _dates(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:  # noqa: ARG001
    if "20" not in field.text and "19" not in field.text:
        return
    order = _date_order(question.language, country)
    spans, edits = [], []
    for match in _DATE.finditer(field.text):
        first, second = int(match.group(1)), int(match.group(3))
        said = "dm" if first > 12 >= second else "md" if second > 12 >= first else ""
        if said and said != order[:2] and max(first, second) <= 31:
            day, month = (first, second) if said == "dm" else (second, first)
            spans.append(match.span())
            edits.append(Edit.made(start=match.start(), end=match.end(), text=_date_in(order, day, month, match.group(4))))
    if spans:
        yield question.finding(
            check, field.path, spans, text="day and month stand the other way round here",
            fix=_converted(field, edits[:20], f"write {edits[0].text!r}"),
        )  # fmt: skip


@lru_cache(maxsize=1_024)
def _date_order(language: str, country: str) -> str:
    pattern = str(_locale(language, country).date_formats["short"].pattern).lower()
    letters = [sign for sign in pattern if sign in "dmy"]
    return "".join(dict.fromkeys(letters))


def _date_in(order: str, day: int, month: int, year: str) -> str:
    parts = {"d": f"{day:02}", "m": f"{month:02}", "y": year}
    mark = "." if order == "dmy" else "/"
    return mark.join(parts[sign] for sign in order)


def _currency(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    prices = question.shapes(field, "price")
    if not prices:
        return
    code = _currency_of(country, question)
    signs = _currency_signs(code, tables.currency_signs.get(code, ()))
    spans = [(shape.start, shape.end) for shape in prices if not any(sign in shape.value for sign in signs)]
    if spans and len(spans) == len(prices):
        yield question.finding(check, field.path, spans, text=f"no price in {signs[0]}, the market's currency")


def _currency_of(country: str, question: Question) -> str:
    from xbcommerce.places import currency

    return currency(country, question.on)


@lru_cache(maxsize=256)
def _currency_signs(code: str, others: tuple[str, ...]) -> tuple[str, ...]:
    from babel import Locale
    from babel.numbers import get_currency_symbol

    locales = [Locale("en"), *(_locale("", code[:2]),)]
    found = [code, *(get_currency_symbol(code, locale) for locale in locales), *others]
    narrow = [symbol[-1] for symbol in found if len(symbol) <= 3 and not symbol[-1].isalnum()]
    return tuple(dict.fromkeys((*found, *narrow)))


def _plugs(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    row = tables.mains.get(country)
    if row is None:
        question.missing[check.id] = "plugs of the market are not known"
        return
    reading = question.reading(field)
    text, here = reading.folded.text, frozenset(row["plugs"])
    spans, fits = [], False
    for phrase, types in tables.plugs:
        start = text.find(phrase)
        if start >= 0 and _alone(text, start, start + len(phrase)):
            fits = fits or bool(types & here)
            if not types & here:
                spans.append(reading.folded.span(start, start + len(phrase)))
    if spans and not fits:
        fitting = "/".join(row["plugs"])
        yield question.finding(
            check, field.path, sorted(set(spans)), text=f"this plug does not fit: the market's is type {fitting}",
            suggestion=f"offer type {fitting}, or say that an adapter is needed",
        )  # fmt: skip


def _alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() and text[start].isascii()) and not (
        text[end : end + 1].isalnum() and text[end - 1].isascii()
    )


def _voltage(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    row = tables.mains.get(country)
    if row is None:
        question.missing[check.id] = "mains of the market are not known"
        return
    if not any(sign in question.reading(field).folded.text for sign in ("v", "ボルト", "伏")):
        return
    here = [int(value) for value in re.findall(r"\d+", row["voltage"])]
    low, high = min(here) * Decimal("0.85"), max(here) * Decimal("1.15")
    spans, fits = [], False
    for match in _VOLTS.finditer(field.text):
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        if max(first, last) < 90 or max(first, last) > 260:
            continue
        said = (min(first, last), max(first, last))
        if said[0] <= high and said[1] >= low:
            fits = True
        else:
            spans.append(match.span())
    if spans and not fits:
        yield question.finding(
            check, field.path, spans, text=f"the mains here are {row['voltage']} V, {row['hz']} Hz",
            suggestion=f"offer {row['voltage']} V, or say that a transformer is needed",
        )  # fmt: skip


def _paper(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    row = tables.mains.get(country)
    if row is None:
        return
    foreign = _LETTER if row["paper"].startswith("A4") else _A4
    own = _A4 if foreign is _LETTER else _LETTER
    if "4" not in field.text and "5" not in field.text and "etter" not in field.text:
        return
    spans = [match.span() for match in foreign.finditer(field.text)]
    if spans and not own.search(field.text):
        yield question.finding(check, field.path, spans, text=f"paper here is {row['paper']}")


_LETTER = re.compile(r"\b(?:US[- ]?letter|letter[- ]size(?:d)?|8\.5\s?[x×]\s?11)\b", re.IGNORECASE)
_A4 = re.compile(r"(?<![A-Za-z0-9])A4(?= (?:paper|size|papier|papel)|-)", re.IGNORECASE)


def _sizes(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    """Yield sizes stated in other countries' systems alone."""
    matches = list(_SIZE.finditer(field.text)) if _REGION.search(field.text) else []
    kind = _size_kind(question) if matches else None
    if kind is None:
        return
    own = tables.size_systems.get(country, country.lower())
    found = [
        (match.span(), tables.size_systems.get(match.group(1).upper(), match.group(1).lower()), match.group(2))
        for match in matches
    ]
    if any(system == own for _, system, _ in found) or own not in tables.sizes[kind][0]:
        return
    try:
        local = convert_size(kind, found[0][2], found[0][1], own, rulebook=question.rulebook)
    except (UnknownFact, InvalidInput):
        local = ()
    say = f"add the local size ({' or '.join(local)})" if local else "add the local size, and measures in centimetres"
    yield question.finding(
        check, field.path, [span for span, _, _ in found], text="no size of the market's own system", suggestion=say
    )


def _size_kind(question: Question) -> str | None:
    category = (question.listing.category or "").lower()
    who = "men" if any(word in _words(question) for word in ("men", "herren", "homme", "hombre", "メンズ")) else "women"
    if category in ("shoes", "footwear"):
        return f"shoes.{who}"
    return "clothing.women" if category in ("clothing", "apparel", "fashion") and who == "women" else None


def _words(question: Question) -> frozenset[str]:
    return frozenset(word for field in question.fields[:3] for word in question.reading(field).words)


_TOPICS: Mapping[str, Callable[[Any, Any, Any, Any, Any], Iterator[Finding]]] = {
    "unit": _units, "temperature": _temperature, "decimal": _decimals, "date": _dates, "currency": _currency, "plug": _plugs,
    "voltage": _voltage, "paper": _paper, "shoe_size": _sizes, "clothing_size": _sizes, "size": _sizes,
}  # fmt: skip
