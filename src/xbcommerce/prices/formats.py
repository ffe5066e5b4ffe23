"""How a price is written: by the Unicode CLDR, through the `babel` package, without tables of our own.

What a locale does with an amount of money (separators, grouping, sign, the place of the symbol, no-break spaces and marks of
direction) is read once from an amount that `babel` wrote, and then repeated: the same text, an order of magnitude quicker. We
never let it round: amounts come rounded, by a named mode.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

from xbcommerce.errors import InvalidInput, UnknownFact, shown
from xbcommerce.prices.figures import PRECISE

__all__ = ["Format", "format_of", "locale_of", "official_languages", "plain", "tenders"]

_SAMPLE = Decimal("1234567890123.45")
_SHAPE = re.compile(r"([^0-9]*)([0-9].*[0-9])([^0-9]*)", re.DOTALL)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
_ISOLATES = {"ltr": "\u2066", "rtl": "\u2067"}
_END_ISOLATE = "\u2069"
_UNITS = {
    "mass": "mass-kilogram",
    "volume": "volume-liter",
    "length": "length-meter",
    "area": "area-square-meter",
    "room": "volume-cubic-meter",
}


@dataclass(frozen=True, slots=True)
class Format:
    """How a locale writes amounts of a currency."""

    locale: str
    currency: str
    symbol: str
    direction: str
    before: tuple[str, str]
    after: tuple[str, str]
    group: str
    decimal: str
    sizes: tuple[int, int]

    def text(self, minor: int, digits: int) -> str:
        """Return an amount, in units of its last decimal, as a text."""
        negative = minor < 0
        number = str(-minor if negative else minor)
        if digits:
            number = number.rjust(digits + 1, "0")
            whole, fraction = number[:-digits], f"{self.decimal}{number[-digits:]}"
        else:
            whole, fraction = number, ""
        if len(whole) > self.sizes[0]:
            whole = self._grouped(whole)
        return f"{self.before[negative]}{whole}{fraction}{self.after[negative]}"

    def _grouped(self, whole: str) -> str:
        size, rest = self.sizes
        parts = [whole[-size:]]
        whole = whole[:-size]
        while len(whole) > rest:
            parts.append(whole[-rest:])
            whole = whole[:-rest]
        parts.append(whole)
        return self.group.join(reversed(parts))


def plain(text: str) -> str:
    r"""Return a text with ordinary blanks and without marks of direction, for feeds that cannot carry them.

    >>> plain("1\u202f234,50\u00a0€")
    '1 234,50 €'
    """
    return text.translate(_MARKS).translate(_SPACES)


def isolated(text: str, direction: str) -> str:
    """Return a text in Unicode isolates, so that a sentence in the other direction does not tear it apart."""
    return f"{_ISOLATES[direction]}{text}{_END_ISOLATE}"


def locale_of(country: str, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the locale of a market and what was assumed; a locale that the CLDR lacks falls back to its language.

    Raises:
        InvalidInput: if what is wanted is no locale.
        UnknownFact: if the CLDR knows no language of the country.
    """
    if wanted is None:
        return _likely(country)
    if not isinstance(wanted, str) or not _LOCALE.fullmatch(wanted):
        raise InvalidInput(f"{shown(wanted)} is no locale", field="locale", value=wanted, hint="write 'de_CH' or 'fr'")
    return _wanted(wanted.replace("-", "_"))


@lru_cache(maxsize=512)
def _likely(country: str) -> tuple[str, tuple[str, ...]]:
    """Return the likely locale of a country; if its language is not official there, that of the first official one."""
    found, official = _parsed(f"und_{country}"), official_languages(country)
    if found is not None and official and not found.startswith(official):
        found = _parsed(f"{official[0]}_{country}") or found
    if found is None:
        raise UnknownFact(f"no locale is known for {country}", field="locale", value=country, hint="give locale")
    others = [code for code in official if not found.startswith(code)]
    said = f"; {', '.join(others)} {'is' if len(others) == 1 else 'are'} official too" if others else ""
    return found, (f"the locale {found} is assumed for {country}{said}",)


@lru_cache(maxsize=512)
def _wanted(name: str) -> tuple[str, tuple[str, ...]]:
    found = _parsed(name)
    if found is not None:
        return found, ()
    language = _parsed(name.partition("_")[0])
    if language is None:
        raise InvalidInput(f"the CLDR has no locale {shown(name)}", field="locale", value=name, hint="write 'de_CH' or 'fr'")
    return language, (f"the CLDR has no locale {name}: {language} is used",)


def _parsed(name: str) -> str | None:
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(name))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=512)
def official_languages(country: str) -> tuple[str, ...]:
    """Return the official languages of a country."""
    from babel.languages import get_official_languages

    return tuple(get_official_languages(country))


def tenders(country: str, on: Any) -> tuple[str, ...]:
    """Return the currencies that are tender in a country on a day, by the CLDR."""
    from babel.numbers import get_territory_currencies

    return tuple(get_territory_currencies(country, on, on))


@lru_cache(maxsize=2048)
def format_of(locale: str, currency: str, own: bool) -> Format:  # noqa: FBT001 - a cached key
    """Return how a locale writes amounts of a currency.

    Args:
        locale: a locale that the CLDR knows.
        currency: ISO 4217 code.
        own: it is the currency of the locale's own country: only then its short symbol is clear ("$" is many dollars).
    """
    from babel import Locale
    from babel.numbers import format_currency, get_currency_symbol

    known = Locale.parse(locale)
    wide = None if own else str(known.currency_formats["standard"].pattern).replace("¤", "¤¤")
    positive, negative = (
        format_currency(value, currency, format=wide, locale=known, currency_digits=False) for value in (_SAMPLE, -_SAMPLE)
    )
    before, number, after = _split(positive)
    minus_before, _, minus_after = _split(negative)
    symbol = get_currency_symbol(currency, known) if own else currency
    groups = re.split(r"[^0-9]+", number)
    *_, last, fraction = groups
    separators = re.findall(r"[^0-9]+", number)
    marks = known.number_symbols["latn"]  # a few locales have other marks in amounts of money, which the library passes over
    if fraction != "45":  # the locale's pattern has no decimals
        last, separators = groups[-1], [*separators, marks["decimal"]]
        groups = [*groups, ""]
    size = len(last)
    rest = len(groups[-3]) if len(groups) > 3 else size
    group = separators[0] if len(separators) > 1 else ""
    if not group and marks["group"] == "'":  # the library takes a pair of apostrophes for quotation marks, and drops them
        group, (size, rest) = "'", known.currency_formats["standard"].grouping
    return Format(
        locale=locale,
        currency=currency,
        symbol=symbol,
        direction=known.text_direction,
        before=(_spaced(before, symbol), _spaced(minus_before, symbol)),
        after=(_spaced_after(after, symbol), _spaced_after(minus_after, symbol)),
        group=marks.get("currencyGroup", group),
        decimal=marks.get("currencyDecimal", separators[-1]),
        sizes=(size, rest),
    )


def _split(text: str) -> tuple[str, str, str]:
    match = _SHAPE.fullmatch(text)
    assert match is not None  # noqa: S101 - an amount has digits
    return match[1], match[2], match[3]


def _spaced(before: str, symbol: str) -> str:
    """Return what stands before the number; letters and digits are kept apart, as the CLDR asks (currencySpacing)."""
    apart = before.endswith(symbol) and unicodedata.category(symbol[-1]).startswith("L")
    return f"{before}\u00a0" if apart else before


def _spaced_after(after: str, symbol: str) -> str:
    apart = after.startswith(symbol) and unicodedata.category(symbol[0]).startswith("L")
    return f"\u00a0{after}" if apart else after


@lru_cache(maxsize=512)
def quantity_text(locale: str, measure: str, quantity: Fraction) -> str:
    """Return a quantity with its unit in a locale's words ("1 kg"); pieces are only counted."""
    from babel.numbers import format_decimal
    from babel.units import format_unit

    with localcontext(PRECISE):
        number = Decimal(quantity.numerator) / Decimal(quantity.denominator)
        if measure not in _UNITS:
            return str(format_decimal(number, locale=locale))
        return str(format_unit(number, _UNITS[measure], length="short", locale=locale))
