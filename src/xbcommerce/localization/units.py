"""As the market writes and measures: units, temperatures, numbers, dates, currencies, plugs, mains, paper and sizes.

Number and date forms come from CLDR (through Babel); which units, plugs and sizes a market uses are tables of the rulebook.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.localization.content import Edit, Field_, Finding, Fix, digest_of, fixed
from xbcommerce.localization.matching import Reading, fold
from xbcommerce.localization.text import AMOUNT, DASHES, JOINT, PRICE_AMOUNT, Shape
from xbcommerce.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check

__all__ = ["Tables", "convert_size", "convert_unit", "mains", "notation"]

_BESIDE = 28
_MOST_FIGURES = 100
_AROUND = 40
_AMOUNT = re.compile(AMOUNT)
_JOINT = re.compile(JOINT, re.IGNORECASE)
_COUNTED = re.compile(r"(?:\bof|\bset|\bpack|\bbox|\bà|\bde|\bvon)\s*$", re.IGNORECASE)
_HANGS_ON = re.compile(r"(?:[-–—~〜/*×±+]|(?<!\w)[0-9][0-9.,]*\s{0,2}|(?<![^\W\d_])[xX]\s?|[×*]\s?)$")
"""A quantity with one of these before it is part of something that was not understood."""
_GOES_ON = re.compile(r"\s?[x×*]\s?[0-9]|[-–—~〜/][0-9]")
_MIXED = re.compile(r"(?:([0-9]+)(?:\s?-\s?|\s))?([0-9]+)\s?/\s?([0-9]+)")
_GROUP_OR_PART = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_PARTS = frozenset({2, 3, 4, 5, 8, 10, 16, 32, 64})
"""Into how many parts measures are divided: 20/25 cm are two sizes, no fraction."""
_FEW = 3
"""3 x 5 m may be three of five metres, or three by five."""
_DATE = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d{2})(?![\d/-]|\.\d)")
_DECIMAL = re.compile(r"(?<![\w.,])(\d{1,6})([.,])(\d{1,2})(?![\d.,]*\d)")
_SIZE = re.compile(
    r"\b(US|UK|EU|EUR|JP|CN|DE|FR|IT)\s?(?:size|shoe size|größe|gr\.|taille|talla|tamanho)?\s?-?\s?"
    r"(\d{1,3}(?:[.,]5)?)\b(?!\s?(?:x|×|cm|mm|V\b|v\b))",
    re.IGNORECASE,
)
_REGION = re.compile(r"\b(?:US|UK|EU|EUR|JP|CN|DE|FR|IT)\s?[0-9a-zß-]", re.IGNORECASE)
_VOLTS = re.compile(
    r"(?<![\w.,])(?:ac\s?)?(\d{2,3})(?:\s?(?:v|volts?)?\s?[-–~〜/]\s?(?:ac\s?)?(\d{2,3}))?\s?(?:v|volts?|ボルト|伏)(?![a-zà-ÿ0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of units, mains and sizes of a rulebook."""

    units: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    named_in: Mapping[str, Mapping[str, str]]
    systems: Mapping[str, str]
    mains: Mapping[str, Mapping[str, Any]]
    plugs: tuple[tuple[str, frozenset[str]], ...]
    inch_trades: tuple[str, ...]
    before_no_mains: tuple[str, ...]
    behind_no_mains: tuple[str, ...]
    sizes: Mapping[str, tuple[Mapping[str, str], ...]]
    size_systems: Mapping[str, Mapping[str, str]]
    sexes: Mapping[str, Mapping[str, tuple[str, ...]]]
    currency_signs: Mapping[str, tuple[str, ...]]
    vessels: frozenset[str]
    letters: Mapping[str, frozenset[str]]
    generations: Mapping[str, Mapping[str, frozenset[str]]]

    @classmethod
    def of(cls, rulebook: Rulebook) -> Tables:
        """Return the tables, read once."""
        return rulebook.compiled("localization.tables", lambda: _read(rulebook))  # type: ignore[no-any-return]

    def size_system(self, kind: str, code: str) -> str:
        """Return the column of a table of sizes ("shoes.men"), or of all tables of a trade ("shoes"), that a country reads."""
        own, trade = self.size_systems.get(kind, {}), self.size_systems.get(kind.partition(".")[0], {})
        return own.get(code.upper()) or trade.get(code.upper()) or code.lower()

    def unit(self, written: str, region: str = "") -> Mapping[str, Any] | None:
        """Return the unit that a text of a country means by a name; None where it is no unit."""
        name = self.names.get(written.rstrip("."), "")
        return self.units.get(self.named_in.get(region, {}).get(name, name))

    def system(self, country: str) -> str:
        """Return how a country measures: metric, customary or mixed."""
        return self.systems.get(country, "metric")


def _read(rulebook: Rulebook) -> Tables:
    document = tomllib.loads(rulebook.text("localization", "tables.toml") + rulebook.text("localization", "mains.toml"))
    names = {word: unit for unit, row in document["unit"].items() for word in (unit, *row.get("words", ()))}
    return Tables(
        units=document["unit"],
        names=names,
        named_in=document["named_in"],
        systems={country: system for system, row in document["system"].items() for country in row["markets"]},
        mains={country: fixed(row) for row in document["mains"] for country in row["markets"]},
        plugs=tuple(
            (fold(word).text, frozenset(row["types"])) for row in document["plug"] for word in row["words"]
        ),
        inch_trades=tuple(fold(word).text for word in document["inch_trades"]["words"]),
        before_no_mains=tuple(fold(word).text for word in document["no_mains"]["before"]),
        behind_no_mains=tuple(fold(word).text for word in document["no_mains"]["behind"]),
        sizes={name: tuple(row["rows"]) for name, row in document["size"].items()},
        size_systems={
            kind: {code: column for column, codes in row.items() for code in codes}
            for kind, row in document["size_systems"].items()
        },
        sexes={sex: {how: tuple(_folded(words)) for how, words in row.items()} for sex, row in document["sex"].items()},
        currency_signs={code: tuple(signs) for code, signs in document["currency_signs"].items()},
        vessels=_folded(document["vessels"]["words"]),
        letters={letter: _folded(words) for letter, words in document["letters"].items()},
        generations={
            unit: {key: _folded(row[key]) for key in ("numbers", "words")} for unit, row in document["generations"].items()
        },
    )  # fmt: skip


def _folded(words: Sequence[str]) -> frozenset[str]:
    return frozenset(fold(word).text for word in words)


# ------------------------------------------------------------------ what people ask for


def convert_unit(value: object, unit: str, to: str | None = None, *, rulebook: Rulebook | None = None) -> tuple[Decimal, str]:
    """Return a quantity in another unit: exactly, or to 28 figures where it has no end as a decimal number (1 cm in inches).

    >>> convert_unit("12", "in", "cm")
    (Decimal('30.48'), 'cm')

    Raises:
        InvalidInput: if the value is no number, or the units measure different things.
    """
    tables = Tables.of(rulebook or Rulebook.builtin())
    rows: list[Any] = []
    for name in (unit, to):
        if not isinstance(name, str) and (name is not None or not rows):
            raise InvalidInput(f"{shown(name)} is no unit", field="unit", value=name, hint="write 'in', 'cm', 'lb'")
        if name is not None and name.lower() not in tables.names:
            raise InvalidInput(f"{shown(name)} is no unit", field="unit", value=name, hint=suggest(name, tables.names))
        rows.append(tables.units[tables.names[name.lower()]] if name is not None else None)
    here, there = rows
    assert here is not None  # noqa: S101 - the first is always given
    target = tables.names[to.lower()] if to is not None else here["to"]
    there = there or tables.units[target]
    if here["base"] != there["base"]:
        raise InvalidInput(f"{unit} and {to} measure different things", field="to", value=to)
    found = _number(value) * Decimal(here["factor"]) / Decimal(there["factor"])
    return Decimal(f"{found:f}"), target


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidInput(f"{shown(value)} is no exact number", field="value", value=value, hint="write '12.5'")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise InvalidInput(f"{shown(value)} is no number", field="value", value=value, hint="write '12.5'") from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_FIGURES:
        raise InvalidInput(f"{shown(value)} is no quantity of anything", field="value", value=value, hint="write '12.5'")
    return number


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
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise InvalidInput(f"{shown(value)} is no size", field="value", value=value, hint="write '42.5' or 'XS'")
    rows = tables.sizes.get(kind) if isinstance(kind, str) else None
    if rows is None:
        raise InvalidInput(
            f"no table of sizes {shown(kind)}", field="kind", value=kind, allowed=tables.sizes,
            hint=f"there are {', '.join(sorted(tables.sizes))}",
        )  # fmt: skip
    columns = []
    for system in (frm, to):
        name = tables.size_system(kind, system) if isinstance(system, str) else ""
        if name not in rows[0]:
            raise InvalidInput(
                f"the table {kind} has no {shown(system)}", field="system", value=system, allowed=sorted(rows[0]),
                hint=suggest(name, rows[0]),
            )  # fmt: skip
        columns.append(name)
    here, there = columns
    asked = _HALF.sub(".5", str(value).strip()).replace(",", ".").lower()
    found = tuple(dict.fromkeys(row[there] for row in rows if there in row and row.get(here, "").lower() == asked))
    if not found:
        raise UnknownFact(f"the table {kind} has no size {shown(value)} of {frm}", field="value", value=value)
    return found


_HALF = re.compile(r"\s*(?:1/2|\u00bd)$")


def mains(market: str, *, rulebook: Rulebook | None = None) -> Mapping[str, Any]:
    """Return voltage, frequency and plug types of a market.

    >>> mains("JP")["plugs"]
    ('A', 'B')

    Raises:
        InvalidInput: if the market is no place.
        UnknownFact: if the rulebook does not know.
    """
    from xbcommerce.places import country_of, is_place, meant_place

    if not isinstance(market, str) or not is_place(market):
        meant = meant_place(market) if isinstance(market, str) else None
        raise InvalidInput(
            f"a market is a code such as 'DE', not {shown(market)}", field="market", value=market,
            hint=f"did you mean {meant!r}?" if meant else "write an ISO 3166 code",
        )  # fmt: skip
    table = Tables.of(rulebook or Rulebook.builtin()).mains
    place = market if market in table else country_of(market)
    if place not in table:
        raise UnknownFact(
            f"mains and plugs of {shown(market)} are not known", field="market", value=market, allowed=sorted(table)
        )
    return table[place]


# ------------------------------------------------------------------ the checks


def notation(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield what is not written as the market writes it."""
    country = question.place.countries[0] if len(question.place.countries) == 1 else ""
    for check in checks:
        if not country:
            question.missing[check.id] = "no single market is named"
            continue
        tables = Tables.of(question.rulebook)
        for field in question.read_by(check):
            yield from TOPICS[check.body["topic"]](question, check, field, country, tables)


def _converted(field: Field_, edits: Sequence[Edit], say: str = "") -> Fix:
    return Fix.made(do="convert", field=field.path, edits=tuple(edits), before=digest_of(field.text), sure=False, say=say)


def _asked(field: Field_, spans: Sequence[tuple[int, int]]) -> Fix:
    found = field.text[slice(*spans[0])]
    return Fix.made(do="ask", field=field.path, edits=(), before="", sure=False, say=f"write {found!r} as the market does")


def _units(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    """Yield quantities in units of elsewhere: those that are understood with their conversion, the others to be looked at."""
    system = tables.system(country)
    if system == "mixed":
        return
    found = question.shapes(field, "measure")
    region = (question.listing.language or "").rpartition("-")[2]
    money = _money(question, country, tables) if found else ()
    edits: list[Edit] = []
    unclear: list[tuple[int, int]] = []
    rows = [tables.unit(shape.unit) for shape in found]
    for place, shape in enumerate(found):
        row = tables.unit(shape.unit, region) if region else rows[place]
        if row is None or row["system"] in ("any", system) or _is_no_unit(field.text, shape, tables):
            continue
        if field.text[shape.end - len(shape.unit) : shape.end] in money:
            continue
        if _told_twice(field.text, row, found, rows, place, system):
            continue
        if row["base"] == "m" and _is_inch_trade(field.text, shape, tables):
            continue
        clear = _stands_alone(field.text, found, place) and not _may_be_fluid(field.text, shape, row, tables)
        text = _in_local_units(question, shape, row, tables, country) if clear else None
        if text is None:
            unclear.append((shape.start, shape.end))
        else:
            edits.append(Edit.made(start=shape.start, end=shape.end, text=text))
    if edits:
        spans = [(edit.start, edit.end) for edit in edits]
        first = edits[0]
        yield question.finding(
            check, field.path, spans, text=f"{field.text[first.start : first.end]} is not how the market measures",
            fix=_converted(field, edits, f"write {first.text!r}"),
        )  # fmt: skip
    if unclear:
        said = field.text[slice(*unclear[0])]
        yield question.finding(
            check, field.path, unclear, text=f"{said} is not how the market measures", fix=_asked(field, unclear)
        )


def _may_be_fluid(text: str, shape: Shape, row: Mapping[str, Any], tables: Tables) -> bool:
    """Tell whether a weight may be a volume, as the ounces of a cup are."""
    return "may_be" in row and bool(_words_around(text, shape) & tables.vessels)


def _money(question: Question, country: str, tables: Tables) -> tuple[str, ...]:
    """Return the signs of the market's money: where Ft is forint it is no foot."""
    try:
        code = _currency_of(country, question)
    except UnknownFact:
        return ()
    return _own_signs(code, country, tables.currency_signs.get(code, ()))


def _is_no_unit(text: str, shape: Shape, tables: Tables) -> bool:
    """Tell whether a letter behind a number is no unit: 4G, size 5 M; its context tells, by whole words."""
    written = text[shape.end - len(shape.unit) : shape.end]
    if written in tables.letters:
        return not _words_around(text, shape) & tables.letters[written]
    if written in tables.generations and text[shape.start : shape.end - 1] in tables.generations[written]["numbers"]:
        return bool(_words_around(text, shape) & tables.generations[written]["words"])
    return False


def _words_around(text: str, shape: Shape) -> frozenset[str]:
    around = text[max(0, shape.start - _AROUND) : shape.start] + " " + text[shape.end : shape.end + _AROUND]
    return frozenset(re.findall(r"[^\W\d_]+", fold(around).text))


def _stands_alone(text: str, found: Sequence[Shape], place: int) -> bool:
    """Tell whether a quantity is all of what is said: no number, sign or further unit hangs on it that was not read with it."""
    shape = found[place]
    before = found[place - 1] if place else None
    behind = found[place + 1] if place + 1 < len(found) else None
    if before is not None and not text[before.end : shape.start].strip() and before.unit != shape.unit:
        return False  # 5 ft 6 in is one length
    if behind is not None and not text[shape.end : behind.start].strip() and behind.unit != shape.unit:
        return False
    lead, mixed = text[max(0, shape.start - 12) : shape.start], _MIXED.fullmatch(shape.value)
    if mixed is not None and mixed.group(1) and _COUNTED.search(lead):
        return False  # a pack of 2 1/2 inch hooks: two of half an inch, or some of two and a half
    joined = before is not None and _JOINT.fullmatch(text, before.end, shape.start) is not None
    if not joined and _HANGS_ON.search(lead):
        return False
    goes_on = _GOES_ON.match(text, shape.end)
    return goes_on is None or (behind is not None and behind.start < goes_on.end())


def _told_twice(
    text: str,
    mine: Mapping[str, Any],
    found: Sequence[Shape],
    rows: Sequence[Mapping[str, Any] | None],
    place: int,
    system: str,
) -> bool:
    """Tell whether the same measure stands beside it in a unit of the market, as in 12 inch (30 cm)."""
    shape = found[place]
    for at in range(max(0, place - 2), min(place + 3, len(found))):
        other, row = found[at], rows[at]
        if row is mine or row is None:
            continue
        gap = text[other.end : shape.start] if other.end <= shape.start else text[shape.end : other.start]
        same = row["base"] in (mine["base"], mine.get("may_be"))
        if same and row["system"] == system and len(gap) <= _BESIDE:
            return True
    return False


def _is_inch_trade(text: str, shape: Shape, tables: Tables) -> bool:
    around = fold(text[max(0, shape.start - 40) : shape.end + 40]).text
    for word in tables.inch_trades:  # noqa: SIM110 - a text may hold a hundred thousand quantities
        if word in around:
            return True
    return False


def _in_local_units(question: Question, shape: Shape, row: Mapping[str, Any], tables: Tables, country: str) -> str | None:
    """Return all numbers of a quantity in the market's unit; None where they are not understood."""
    read = _read_numbers(shape.value, by_count=row["base"] != "m")
    if read is None:
        return None
    count, values, joints = read

    def converted(unit: str) -> list[Decimal]:
        return [value * Decimal(row["factor"]) / Decimal(tables.units[unit]["factor"]) for value in values]

    unit = row["to"]
    exact = converted(unit)
    if "small" in row and max(exact) < Decimal(row["small_below"]):
        unit = row["small"]
        exact = converted(unit)
    written = [_localised(_rounded(*pair), question, country) for pair in zip(exact, values, strict=True)]
    if len(written) == 2 and written[0] == written[1] and not _is_by(joints[0]):
        written, joints = written[:1], []
    told = "".join(number + joint for number, joint in zip(written, (*joints, ""), strict=True))
    return f"{count}{told} {unit}"


def _read_numbers(text: str, *, by_count: bool) -> tuple[str, list[Decimal], list[str]] | None:
    """Return a count that stays, the numbers of a quantity, and what joins them; None where they are not understood.

    `by_count`: of things that have one dimension, "3 x" tells how many there are.
    """
    matches = list(_AMOUNT.finditer(text))
    values = [_plain_value(match.group()) for match in matches]
    joints = [text[one.end() : other.start()] for one, other in pairwise(matches)]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    if not joints:
        return "", known, []
    if all(map(_is_by, joints)):
        if by_count:
            return (text[: matches[1].start()], known[1:], []) if len(known) == 2 and matches[0].group().isdigit() else None
        few = len(known) == 2 and known[0] <= _FEW and known[0] == known[0].to_integral_value()
        return None if few else ("", known, joints)
    if len(known) == 2 and known[0] < known[1]:
        return "", known, [joints[0] if _has_letters(joints[0]) else re.sub(r"[-~〜—]", "–", joints[0])]
    return None


def _is_by(joint: str) -> bool:
    return joint.strip() in ("x", "X", "×", "*")


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def _plain_value(text: str) -> Decimal | None:
    """Return a number as it stands in a text; None where it may be read in two ways, as 1,000 or 20/25."""
    if _GROUP_OR_PART.fullmatch(text):
        return None
    mixed = _MIXED.fullmatch(text)
    if mixed is not None:
        whole, part, parts = (int(group or 0) for group in mixed.groups())
        return Decimal(whole) + Decimal(part) / parts if parts in _PARTS and 0 < part < parts else None
    vulgar = Decimal(0)
    if unicodedata.category(text[-1]) == "No":
        vulgar = Decimal(round(unicodedata.numeric(text[-1]) * 1000)) / 1000
        text = text[:-1].strip() or "0"
    return Decimal(text.replace(",", ".")) + vulgar


def _rounded(exact: Decimal, said: Decimal) -> Decimal:
    """Round as precisely as the original was said: whole units from ten upwards, else a tenth, of small ones two figures."""
    step = Decimal(1) if exact >= 10 and said == said.to_integral_value() else Decimal("0.1")
    if 0 < exact < 1:
        step = Decimal(1).scaleb(exact.adjusted() - 1)
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
    own = [shape.start for shape in found if shape.unit != foreign]
    edits: list[Edit] = []
    unclear: list[tuple[int, int]] = []
    for place, shape in enumerate(found):
        if shape.unit != foreign or _has_one_near(own, shape.start):
            continue
        text = _on_other_scale(field.text, shape, foreign) if _stands_alone(field.text, found, place) else None
        if text is None:
            unclear.append((shape.start, shape.end))
        else:
            edits.append(Edit.made(start=shape.start, end=shape.end, text=text))
    if edits:
        spans = [(edit.start, edit.end) for edit in edits]
        yield question.finding(
            check, field.path, spans, text="not the market's scale of temperature",
            fix=_converted(field, edits, f"write {edits[0].text!r}"),
        )  # fmt: skip
    if unclear:
        yield question.finding(
            check, field.path, unclear, text="not the market's scale of temperature", fix=_asked(field, unclear)
        )


def _has_one_near(starts: Sequence[int], start: int) -> bool:
    """Tell whether one of these places, which are in order, is beside another."""
    place = bisect_left(starts, start - _BESIDE)
    return place < len(starts) and starts[place] <= start + _BESIDE


_WORD_BETWEEN = re.compile(r"\s?[^\W\d_º]+\s?(?=[-−+]?[0-9])")


def _on_other_scale(text: str, shape: Shape, scale: str) -> str | None:
    """Return a temperature, or both ends of a range, on the other scale; None where the ends are not in order."""
    values = [Decimal(part.replace(",", ".")) for part in shape.value.split()]
    if values != sorted(values):
        return None
    exact = [value * 9 / 5 + 32 if scale == "C" else (value - 32) * 5 / 9 for value in values]
    told = [str(value.quantize(Decimal(1), rounding=ROUND_HALF_UP)) for value in exact]
    word = _WORD_BETWEEN.search(text, shape.start, shape.end)
    joint = word.group() if word is not None and len(told) > 1 else "–"
    return f"{joint.join(told)} °{'F' if scale == 'C' else 'C'}"


def _decimals(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:  # noqa: ARG001
    measured = [shape for name in ("price", "quantity", "measure") for shape in question.shapes(field, name)]
    if not measured:
        return
    decimal, _ = _symbols(question.language, country)
    if decimal not in (".", ","):
        return
    places = {
        match.start(2)
        for shape in measured
        for match in _DECIMAL.finditer(field.text, shape.start, shape.end)
        if match.group(2) != decimal
    }
    if places:
        unique = tuple(Edit.made(start=place, end=place + 1, text=decimal) for place in sorted(places))
        spans = [(edit.start, edit.end) for edit in unique]
        yield question.finding(
            check, field.path, spans, text=f"decimals are written with {decimal!r} here",
            fix=_converted(field, unique, f"write {decimal!r}"),
        )  # fmt: skip


def _dates(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:  # noqa: ARG001
    if "20" not in field.text and "19" not in field.text:
        return
    pattern = _date_pattern(question.language, country)
    order = "".join(dict.fromkeys(sign.lower() for sign in pattern if sign in "dMy"))
    spans, edits = [], []
    for match in _DATE.finditer(field.text):
        first, second = int(match.group(1)), int(match.group(3))
        said = "dm" if first > 12 >= second else "md" if second > 12 >= first else ""
        if said and said != order[:2] and max(first, second) <= 31:
            day, month = (first, second) if said == "dm" else (second, first)
            spans.append(match.span())
            text = _date_in(pattern, day, month, match.group(4))
            if text.endswith(".") and field.text[match.end() : match.end() + 1] == ".":
                text = text[:-1]  # the point of the date and that of the sentence are one
            edits.append(Edit.made(start=match.start(), end=match.end(), text=text))
    if spans:
        yield question.finding(
            check, field.path, spans,
            text="dates begin with the year here" if order[:1] == "y" else "day and month stand the other way round here",
            fix=_converted(field, edits, f"write {edits[0].text!r}"),
        )  # fmt: skip


@lru_cache(maxsize=1_024)
def _date_pattern(language: str, country: str) -> str:
    """Return the pattern of short dates by CLDR; English where CLDR has none of its own for the country is international."""
    from babel import Locale

    locale = _locale(language, country)
    if locale.language == "en" and locale.territory is None:
        locale = Locale.parse("en_001")
    pattern = str(locale.date_formats["short"].pattern)
    return "".join(sign for sign in pattern if unicodedata.category(sign) != "Cf")


_DATE_PART = re.compile(r"'([^']*)'|(d+)|(M+)|(y+)")


def _date_in(pattern: str, day: int, month: int, year: str) -> str:
    """Write a date by a pattern of CLDR, the year in full."""

    def part(match: re.Match[str]) -> str:
        quoted, days, months, _ = match.groups()
        if quoted is not None:
            return quoted
        return f"{day:0{len(days)}}" if days else f"{month:0{min(2, len(months))}}" if months else year

    return _DATE_PART.sub(part, pattern)


def _currency(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    if _DIGIT.search(field.text) is None:
        return
    try:
        code = _currency_of(country, question)
    except UnknownFact:
        question.missing[check.id] = "the currency of the market is not known"
        return
    signs = _own_signs(code, country, tables.currency_signs.get(code, ()))
    told = [shape for shape in question.shapes(field, "price") if not shape.value.endswith(DASHES)]  # 499,- names no currency
    if any(sign in shape.value for shape in told for sign in signs) or _beside_amount(signs).search(field.text):
        return
    abroad: re.Pattern[str] = question.rulebook.compiled(
        "localization.foreign_amounts", lambda: _behind_amount(_foreign_signs(frozenset(tables.names)))
    )
    written = abroad.finditer(field.text)
    spans = sorted({*((shape.start, shape.end) for shape in told), *(match.span() for match in written)})
    if spans:
        yield question.finding(check, field.path, spans, text=f"no price in {code}, the market's currency")


def _currency_of(country: str, question: Question) -> str:
    from xbcommerce.places import currency

    return currency(country, question.on)


_DIGIT = re.compile("[0-9]")
_DOTS = "\u200b\u200e\u200f"


def _locales(country: str) -> Iterator[Any]:
    """Yield the locales of a country's languages that CLDR has."""
    from babel import Locale, UnknownLocaleError
    from babel.languages import get_official_languages

    for language in get_official_languages(country, de_facto=True):
        try:
            yield Locale.parse(f"{language}_{country}")
        except (UnknownLocaleError, ValueError):
            continue


@lru_cache(maxsize=512)
def _own_signs(code: str, country: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """Return how a currency is written in a country: by its code, as CLDR has it, and as shops do."""
    from babel import Locale

    found = [str(locale.currency_symbols.get(code, code)).strip(_DOTS) for locale in (*_locales(country), Locale("en"))]
    narrow = [sign[-1] for sign in found if 1 < len(sign) <= 3 and not sign[-1].isalnum() and sign[-1] != "."]
    return tuple(dict.fromkeys(sign for sign in (code, *found, *others, *narrow) if sign))


@lru_cache(maxsize=8)
def _foreign_signs(units: frozenset[str]) -> tuple[str, ...]:
    """Return the signs in letters by which a currency is known abroad, of all currencies that CLDR has; kr is that of several.

    Left out is what may as well be a unit (Ft) or a word (Le, Ar): short Latin letters of one currency alone.
    """
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    codes: dict[str, set[str]] = {}
    for country in get_global("territory_currencies"):
        for locale in _locales(country):
            for code in get_territory_currencies(country):
                codes.setdefault(str(locale.currency_symbols.get(code, code)).strip(_DOTS), set()).add(code)
    return tuple(
        sorted(
            sign for sign, of in codes.items()
            if len(sign) > 1 and any(map(str.isalpha, sign)) and sign.casefold() not in units and sign not in of
            and (len(of) > 1 or not sign.isascii())
        )
    )  # fmt: skip


def _any_of(signs: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(signs, key=len, reverse=True)))


@lru_cache(maxsize=512)
def _behind_amount(signs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,]){PRICE_AMOUNT}\s?(?:{_any_of(signs)})(?!\w)")


@lru_cache(maxsize=512)
def _beside_amount(signs: tuple[str, ...]) -> re.Pattern[str]:
    behind = _behind_amount(signs).pattern
    return re.compile(rf"{behind}|(?<![^\W_])(?:{_any_of(signs)})\s?{PRICE_AMOUNT}(?![0-9])")


def _plugs_told(question: Question, tables: Tables) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the names of plugs that any field has: mostly none."""
    known: tuple[tuple[str, frozenset[str]], ...] | None = question.memo.get("plugs")
    if known is None:
        texts = "\n".join(question.told.values())
        known = question.memo["plugs"] = tuple([plug for plug in tables.plugs if plug[0] in texts])
    return known


def _plugs(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    row = tables.mains.get(country)
    if row is None:
        question.missing[check.id] = "plugs of the market are not known"
        return
    reading = question.reading(field)
    text, here = reading.folded.text, frozenset(row["plugs"])
    spans, fits = [], False
    for phrase, types in _plugs_told(question, tables):
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
        if max(first, last) < 90 or max(first, last) > 260 or _is_no_mains(field.text, *match.span(), tables):
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


def _is_no_mains(text: str, start: int, end: int, tables: Tables) -> bool:
    """Tell whether a voltage is a battery's or that of an output, as words just before it or its capacity behind it tell."""
    before, behind = fold(text[max(0, start - 18) : start]).text, fold(text[end : end + 26]).text
    return any(word in before for word in tables.before_no_mains) or any(word in behind for word in tables.behind_no_mains)


def _paper(question: Question, check: Check, field: Field_, country: str, tables: Tables) -> Iterator[Finding]:
    row = tables.mains.get(country)
    if row is None:
        question.missing[check.id] = "the paper of the market is not known"
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
    kinds = question.checks.categories.goods(question.listing.category, question.listing.brand).kinds
    trade = next((trade for trade in _TRADES if trade in kinds), None)
    matches = list(_SIZE.finditer(field.text)) if trade is not None and _REGION.search(field.text) else []
    if trade is None or not matches:
        return
    who = _who(question, tables)
    kind = f"{trade}.{who}" if who else trade
    own = tables.size_system(kind, country)
    known = [rows[0] for name, rows in tables.sizes.items() if name == kind or (not who and name.startswith(f"{trade}."))]
    if not any(own in row for row in known):
        question.missing[check.id] = f"the market's sizes of {trade}{f' for {who}' if who else ''} are not known"
        return
    found = [(match.span(), tables.size_system(kind, match.group(1)), match.group(2)) for match in matches]
    if any(system == own for _, system, _ in found):
        return
    spans = [span for span, _, _ in found]
    say = _say_size(kind, found[0][2], found[0][1], own, question.rulebook) if who else _WHOSE
    yield question.finding(check, field.path, spans, text="no size of the market's own system", suggestion=say)


_TRADES = ("shoes", "clothing")
_WHOSE = "add the local size, and measures in centimetres; whether men's or women's is not said, so that none is reckoned"


def _say_size(kind: str, size: str, system: str, own: str, rulebook: Rulebook) -> str:
    try:
        local = convert_size(kind, size, system, own, rulebook=rulebook)
    except (UnknownFact, InvalidInput):
        return "add the local size, and measures in centimetres"
    return f"add the local size ({' or '.join(local)})"


def _who(question: Question, tables: Tables) -> str:
    """Return whose sizes are meant, as the words of the title and its neighbours tell; "" where they tell nothing, or both."""
    if "who" not in question.memo:
        readings = [question.reading(field) for field in question.fields[:4]]
        told = [sex for sex, how in tables.sexes.items() if any(_tells(reading, how) for reading in readings)]
        question.memo["who"] = told[0] if len(told) == 1 else ""
    return str(question.memo["who"])


def _tells(reading: Reading, how: Mapping[str, tuple[str, ...]]) -> bool:
    text, words = reading.folded.text, reading.distinct
    return (
        any(word in words for word in how["words"])
        or any(part in text for part in how["parts"])
        or any(word.startswith(how["beginnings"]) for word in words)
    )


TOPICS: Mapping[str, Callable[[Any, Any, Any, Any, Any], Iterator[Finding]]] = {
    "unit": _units, "temperature": _temperature, "decimal": _decimals, "date": _dates, "currency": _currency, "plug": _plugs,
    "voltage": _voltage, "paper": _paper, "shoe_size": _sizes, "clothing_size": _sizes, "size": _sizes,
}  # fmt: skip
