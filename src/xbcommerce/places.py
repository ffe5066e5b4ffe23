"""Places: addresses, the territories they lie in, and the areas whose law applies there on a day.

Countries are not enough: the Canary Islands are Spain, yet outside the VAT territory of the Union; Northern Ireland is the
United Kingdom, yet follows Union law for goods; Monaco is charged as France. A territory is found by its code, its region
(ISO 3166-2) or its postcode, and belongs, dated, to a customs territory, a VAT territory and an excise territory.

All of this stands in `data/places.toml`, each row with its source; this module knows no country. The file is read when a
place is first asked for. Names come from the Unicode CLDR (`babel`), regions from ISO 3166-2 (`pycountry`).
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal, NoReturn, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, ValidationInfo, field_validator

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest

__all__ = ["Address", "Kind", "Territory", "currency", "is_place", "laws_of", "locate", "members"]

Kind: TypeAlias = Literal["customs", "vat", "excise"]
"""What an area is for: customs duties, value added tax (or GST, or sales tax), excise duties."""

_KINDS: tuple[Kind, ...] = ("customs", "vat", "excise")
_FILE = "places.toml"
_LONGEST_CODE = 32
_LONGEST_POSTCODE = 16
_LONGEST_TEXT = 64


# ---------------------------------------------------------------------------------------------------------------- addresses


class Address(BaseModel):
    """Where a parcel goes, as far as the law asks.

    >>> Address(country="es", postcode=" 35001 ")
    Address(country='ES', region=None, postcode='35001')
    >>> Address(country="CA", region="on").region
    'CA-ON'

    Attributes:
        country: ISO 3166-1 alpha-2, or a territory of the rulebook such as "XI" (Northern Ireland).
        region: ISO 3166-2 ("CA-ON", or "ON" beside its country), or a territory of the rulebook such as "IT-LIVIGNO".
        postcode: as on the label; in upper case, blanks squeezed.

    Raises:
        InvalidInput: for unknown codes (with a suggestion) and for postcodes that are too long or hold control characters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str
    region: str | None = None
    postcode: str | None = None

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise _invalid(error) from error

    @field_validator("country", mode="before")
    @classmethod
    def _country(cls, value: object) -> str:
        code = _code(value, "country")
        return code if code in _table().known else _unknown_country(code)

    @field_validator("region", mode="before")
    @classmethod
    def _region(cls, value: object, info: ValidationInfo) -> str | None:
        country = info.data.get("country")
        if value is None or value == "" or country is None:
            return None
        code = _code(value, "region")
        return _completed(code, country)

    @field_validator("postcode", mode="before")
    @classmethod
    def _postcode(cls, value: object) -> str | None:
        return None if value is None else _normal_postcode(value)

    @classmethod
    def of(cls, value: object) -> Address:
        """Return an Address as it is, or made from a code ("DE", "CA-ON", "XI", "IT-LIVIGNO") or from a mapping.

        >>> Address.of("ca-on")
        Address(country='CA', region='CA-ON', postcode=None)
        >>> Address.of("UK")
        Traceback (most recent call last):
        xbcommerce.errors.InvalidInput: unknown country 'UK': an ISO 3166-1 code of two letters is expected; did you mean 'GB'?
        """
        if isinstance(value, Address):
            return value
        if isinstance(value, str):
            return _from_text(_code(value, "country"))
        if isinstance(value, Mapping):
            return cls(**{name if isinstance(name, str) else shown(name): content for name, content in value.items()})
        raise InvalidInput(
            f"an address is a code of ISO 3166 or a mapping, not {shown(value)}",
            field="address",
            value=value,
            hint="give country, region and postcode as texts",
        )


@lru_cache(maxsize=1024)
def _from_text(code: str) -> Address:
    country, dash, _ = code.partition("-")
    return Address(country=country, region=code if dash else None)


def _invalid(error: ValidationError) -> InvalidInput:
    """Return the `InvalidInput` that a validator raised, or one that tells what pydantic found."""
    problem = error.errors(include_url=False)[0]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, InvalidInput):
        return cause
    field = ".".join(shown(part).strip("'") for part in problem["loc"])
    hint = "an address has country, region and postcode" if problem["type"] == "extra_forbidden" else None
    return InvalidInput(f"{field}: {problem['msg'].lower()}", field=field, value=problem.get("input"), hint=hint)


def _code(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_CODE or not value.strip():
        raise InvalidInput(f"{field} must be a code of ISO 3166, not {shown(value)}", field=field, value=value)
    return value.strip().upper()


def _unknown_country(code: str) -> NoReturn:
    table = _table()
    if code in table.areas:
        hint: str | None = f"{table.areas[code].name} is an area, not a place: give the country"
    else:
        hint = _meant(code)
    raise InvalidInput(
        f"unknown country {shown(code)}: an ISO 3166-1 code of two letters is expected",
        field="country",
        value=code,
        allowed=sorted(table.known),
        hint=hint,
    )


def _meant(code: str) -> str | None:
    """Return a "did you mean" hint for what is no country's code: a common misnomer, a name, or an alpha-3 code."""
    table = _table()
    found = table.misnomers.get(code)
    if found is None and len(code) == 3:
        found = _of_alpha_3(code)
    if found is None and len(code) > 3:
        names = {_country_name(known).upper(): known for known in table.known}
        close = difflib.get_close_matches(code, names, n=1, cutoff=0.8)
        found = names[close[0]] if close else None
    return f"did you mean {found!r}?" if found else None


def usual_code(code: str) -> str:
    """Return the code that a common misnomer stands for (Greek tax numbers begin with "EL"); others as they are.

    >>> usual_code("EL"), usual_code("FR")
    ('GR', 'FR')
    """
    return _table().misnomers.get(code.strip().upper(), code)


def meant_place(code: str) -> str | None:
    """Return the place that is meant by a common misnomer or a code in small letters; None where none is.

    >>> meant_place("UK"), meant_place(" ca-qc"), meant_place("Atlantis")
    ('GB', 'CA-QC', None)
    """
    meant = usual_code(code).strip().upper()
    return meant if is_place(meant) else None


def country_of(code: str) -> str:
    """Return the ISO 3166-1 code of a place: its own, or that of the state it belongs to.

    >>> country_of("XI"), country_of("CA-QC"), country_of("PR")
    ('GB', 'CA', 'PR')
    """
    row = _table().rows.get(code)
    return row.country if row is not None else code.partition("-")[0]


def _of_alpha_3(code: str) -> str | None:
    import pycountry

    countries: Any = pycountry.countries
    found = countries.get(alpha_3=code)
    return None if found is None else str(found.alpha_2)


def _completed(code: str, country: str) -> str:
    """Return a region's full code, or raise `InvalidInput`."""
    table = _table()
    home = table.rows[country].country if country in table.rows else country
    full = code if "-" in code else f"{home}-{code}"
    if full.partition("-")[0] not in (country, home):
        raise InvalidInput(
            f"region {shown(code)} is not in {country}", field="region", value=code, hint=_region_hint(code, home)
        )
    if full in table.rows or full in table.aliases or _subdivision(full) is not None:
        return full
    raise InvalidInput(
        f"unknown region {shown(code)} of {country}: an ISO 3166-2 code is expected",
        field="region",
        value=code,
        hint=_region_hint(code, home),
    )


def _region_hint(code: str, country: str) -> str | None:
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    names = {region.name.upper(): region.code for region in subdivisions.get(country_code=country) or ()}
    names |= {row.name.upper(): row.code for row in _table().rows.values() if row.country == country and "-" in row.code}
    close = difflib.get_close_matches(code.removeprefix(f"{country}-"), names, n=1, cutoff=0.8)
    return f"did you mean {names[close[0]]!r}?" if close else None


def _normal_postcode(value: object) -> str | None:
    if not isinstance(value, str):
        raise InvalidInput(
            f"a postcode is a text, not {shown(value)}", field="postcode", value=value, hint="numbers lose their leading zeros"
        )
    text = value
    if len(text) <= _LONGEST_TEXT:
        text = unicodedata.normalize("NFKC", value)
        if any(unicodedata.category(letter) in _UNPRINTABLE for letter in (*value, *text)):
            raise InvalidInput(f"postcode {shown(value)} holds control or invisible characters", field="postcode", value=value)
        text = " ".join(text.upper().split())
    if len(text) > _LONGEST_POSTCODE:
        raise InvalidInput(
            f"a postcode has at most {_LONGEST_POSTCODE} characters, not {len(text)}",
            field="postcode",
            value=value[:_LONGEST_TEXT],
        )
    return text or None


_UNPRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


# -------------------------------------------------------------------------------------------------------------- territories


@dataclass(frozen=True, slots=True)
class Territory:
    """A place with a law of its own, on a day.

    Attributes:
        code: ISO 3166-1 or 3166-2, or a code of the rulebook ("XI", "IT-LIVIGNO").
        name: in English.
        country: ISO 3166-1 code of the territory, or of the state it belongs to.
        lineage: codes whose law applies by descent, the territory itself first.
        customs: the customs territory it belongs to ("EU", or its own code), or None if the rulebook knows of none.
        vat: the VAT territory, likewise.
        excise: the excise territory, likewise.
        assumed: what had to be assumed to find it, in words.
    """

    code: str
    name: str
    country: str
    lineage: tuple[str, ...]
    customs: str | None
    vat: str | None
    excise: str | None
    assumed: tuple[str, ...] = ()


def locate(address: Address | str | Mapping[str, object], on: date) -> Territory:
    """Return the territory of an address on a day: by its own code, by region, by postcode, or the country as a whole.

    Where a country has territories told apart by postcode and no postcode is given, its main territory is answered and
    `assumed` says so.

    >>> from datetime import date
    >>> locate("JP", date(2026, 11, 22)).customs
    'JP'
    >>> tenerife = locate({"country": "ES", "postcode": "38001"}, date(2026, 11, 22))
    >>> tenerife.code, tenerife.customs, tenerife.vat, tenerife.lineage
    ('ES-CN', 'EU', 'ES-CN', ('ES-CN',))
    >>> belfast = Address(country="GB", postcode="BT1 5GS")
    >>> locate(belfast, date(2020, 12, 31)).code, locate(belfast, date(2021, 1, 1)).code
    ('GB', 'XI')

    Args:
        address: an `Address`, or what `Address.of` accepts.
        on: the day.

    Raises:
        InvalidInput: if the address cannot be read, or `on` is no calendar date.
        UnknownFact: if a territory is named that did not exist on the day.
    """
    if type(address) is not Address:
        address = Address.of(address)
    return _locate(address.country, address.region, address.postcode, on)


@lru_cache(maxsize=16_384)
def _locate(country: str, region: str | None, postcode: str | None, on: date) -> Territory:
    _check_day(on)
    table = _table()
    named = table.rows.get(country)
    if named is not None and not named.exists(on):
        _not_then(named, on)
    ancestry = _ancestry(region) if region else ()
    row = _row_of_region(ancestry, on)
    assumed: tuple[str, ...] = ()
    if row is None:
        row, assumed = _by_postcode(country, ancestry, postcode, on)
    if row is not None:
        return _of_row(row, on)
    base = _of_country(country, on) if named is None else _of_row(named, on)
    if ancestry:
        base = replace(base, code=ancestry[0], name=_region_name(ancestry[0]), lineage=(*ancestry, *base.lineage))
    return replace(base, assumed=assumed) if assumed else base


def is_place(code: str) -> bool:
    """Tell whether a text is exactly the code of a country, region, territory or area.

    >>> is_place("DE"), is_place("CA-ON"), is_place("EU"), is_place("de"), is_place("Germany")
    (True, True, True, False, False)
    """
    table = _table()
    if code in table.known or code in table.rows or code in table.areas:
        return True
    return "-" in code and getattr(_subdivision(code), "code", None) == code


@lru_cache(maxsize=4096)
def laws_of(code: str, on: date) -> tuple[str, ...]:
    """Return the places whose general law (language, consumers, products; not taxes) holds in a place on a day, itself first.

    >>> from datetime import date
    >>> laws_of("ES-GC", date(2026, 11, 26)), laws_of("FR-971", date(2026, 11, 26)), laws_of("MC", date(2026, 11, 26))
    (('ES-GC', 'ES-CN', 'ES'), ('FR-971', 'GP', 'FR'), ('MC',))
    >>> laws_of("GB-NIR", date(2026, 11, 26)), laws_of("GB-NIR", date(2020, 11, 26))
    (('GB-NIR', 'XI', 'GB'), ('GB-NIR', 'GB'))
    """
    _check_day(on)
    regions = _ancestry(code) if "-" in code else (code,)
    row = _row_of_region(regions, on)
    own = (row.code, row.law_of) if row is not None else ()
    return tuple(dict.fromkeys(one for one in (*regions, *own, code.partition("-")[0]) if one))


def _check_day(on: object) -> None:
    if type(on) is not date:
        raise InvalidInput(f"on must be a calendar date, not {shown(on)}", field="on", value=on)


def _not_then(row: _Row, on: date) -> NoReturn:
    existed = f"from {row.valid_from}" if row.valid_from and on < row.valid_from else f"until {row.valid_to}"
    raise UnknownFact(
        f"there was no territory {row.code!r} ({row.name}) on {on}: the rulebook knows it {existed}",
        field="country",
        value=row.code,
        on=on,
        hint=f"give country {row.country!r} and a postcode" if row.country != row.code else None,
    )


def _of_row(row: _Row, on: date) -> Territory:
    customs, vat, excise = (_area_of(row.code, kind, on) for kind in _KINDS)
    return Territory(row.code, row.name, row.country, row.lineage, customs, vat, excise)


def _of_country(country: str, on: date) -> Territory:
    customs, vat, excise = (_area_of(country, kind, on) for kind in _KINDS)
    return Territory(country, _country_name(country), country, (country,), customs, vat, excise)


def _area_of(code: str, kind: Kind, on: date) -> str | None:
    """Return the area of a kind that a territory or country belongs to on a day: one that it shares, or its own."""
    table = _table()
    row = table.rows.get(code)
    if row is not None:
        for membership in row.memberships:
            if membership.kind == kind and membership.exists(on):
                if membership.of in table.areas:
                    return membership.of
                return _area_of(membership.of, kind, on) if membership.of else None
        return code
    for area, member in table.joined.get(code, ()):
        if kind in area.kinds and member.exists(on):
            return area.code
    return code


# ------------------------------------------------------------------------------------------------------ regions and postcodes


@lru_cache(maxsize=4096)
def _ancestry(region: str) -> tuple[str, ...]:
    """Return a region and the regions it is a part of."""
    found = _subdivision(region)
    parent = getattr(found, "parent_code", None)
    return (region, *_ancestry(parent)) if parent else (region,)


def _subdivision(code: str) -> Any:
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    return subdivisions.get(code=code)


def _region_name(code: str) -> str:
    found = _subdivision(code)
    return str(found.name) if found is not None else code


@lru_cache(maxsize=512)
def _country_name(code: str) -> str:
    from babel import Locale

    row = _table().rows.get(code)
    return row.name if row is not None else str(Locale.parse("en").territories.get(code, code))


def _row_of_region(ancestry: tuple[str, ...], on: date) -> _Row | None:
    table = _table()
    for code in ancestry:
        row = table.rows.get(table.aliases.get(code, code))
        if row is not None and row.exists(on):
            return row
    return None


def _by_postcode(
    country: str, ancestry: tuple[str, ...], postcode: str | None, on: date
) -> tuple[_Row | None, tuple[str, ...]]:
    """Return the territory that a postcode tells, if it tells one, and what had to be assumed."""
    patterns = [pattern for pattern in _table().patterns.get(country, ()) if pattern.row.exists(on)]
    if not patterns:
        return None, ()
    if postcode is None:
        told_apart = [pattern.row.code for pattern in patterns if pattern.row.lies_in(ancestry)]
        left_out = [row.name for row in _table().rows.values() if row.code in told_apart]
        if not left_out:
            return None, ()
        return None, (f"postcode not given: mainland {_country_name(country)} assumed (not {', '.join(left_out)})",)
    letters = "".join(letter for letter in postcode if letter.isalnum())
    digits = "".join(letter for letter in letters if letter in "0123456789")
    for pattern in patterns:
        if pattern.matches(letters, digits):
            if not pattern.shared:
                return pattern.row, ()
            where = f"mainland {_country_name(country)}"
            return None, (f"postcode {postcode} serves {pattern.row.name} and its surroundings: {where} assumed",)
    return None, ()


# ---------------------------------------------------------------------------------------------------- members and currencies


@lru_cache(maxsize=512)
def members(area: str, kind: Kind, on: date) -> tuple[str, ...]:
    """Return the codes of all countries and territories of the rulebook that belong to an area on a day, sorted.

    Regions without a law of their own are not listed: they belong where their country does.

    >>> from datetime import date
    >>> members("CH", "customs", date(2026, 11, 22))
    ('CH', 'DE-BUSINGEN', 'LI')
    >>> "GB" in members("EU", "vat", date(2020, 12, 31)), "GB" in members("EU", "vat", date(2021, 1, 1))
    (True, False)

    Raises:
        InvalidInput: if there is no such area or kind.
    """
    _check_day(on)
    table = _table()
    if kind not in _KINDS:
        raise InvalidInput(f"unknown kind of area {shown(kind)}", field="kind", value=kind, allowed=_KINDS)
    places = sorted(table.known | set(table.rows))
    if area not in table.areas and area not in places:
        raise InvalidInput(
            f"unknown area {shown(area)}", field="area", value=area, hint=suggest(str(area), (*table.areas, *places))
        )
    there = (code for code in places if code not in table.rows or table.rows[code].exists(on))
    return tuple(code for code in there if _area_of(code, kind, on) == area)


@lru_cache(maxsize=8192)
def currency(code: str, on: date) -> str:
    """Return the official currency of a country, region or territory on a day.

    Where two circulate at once while one replaces the other, it is the new one.

    >>> from datetime import date
    >>> currency("HR", date(2022, 12, 31)), currency("HR", date(2023, 1, 1))
    ('HRK', 'EUR')
    >>> currency("XI", date(2026, 11, 22)), currency("CA-ON", date(2026, 11, 22))
    ('GBP', 'CAD')

    Raises:
        InvalidInput: if the code is unknown.
        UnknownFact: if no official currency is known there on that day.
    """
    _check_day(on)
    table = _table()
    address = Address.of(code)
    row = table.rows.get(table.aliases.get(address.region or "", address.region or address.country))
    places = (row.code, row.country) if row else (address.country,)
    for place in places:
        for entry in table.currencies.get(place, ()):
            if entry.exists(on):
                return entry.currency
    known = _cldr_currency(places[-1], on)
    if known is None:
        raise UnknownFact(f"no official currency of {shown(code)} is known on {on}", field="currency", value=code, on=on)
    return known


def _cldr_currency(country: str, on: date) -> str | None:
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country, on, on, include_details=True)
    youngest = max(found, key=lambda entry: entry["from"] or date.min, default=None)
    return None if youngest is None else str(youngest["currency"])


# -------------------------------------------------------------------------------------------------------------------- data

_Text: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
_PATTERN = re.compile(r"[A-Z]{1,2}|[0-9]{2,10}|([0-9]{2,10})-([0-9]{2,10})")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Dated(_Model):
    valid_from: date | None = None
    valid_to: date | None = None

    def exists(self, on: date) -> bool:
        """Tell whether a day lies within both inclusive ends."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class _Source(_Model):
    title: _Text
    publisher: str = ""
    url: str = ""
    seen: date | None = None


class _Membership(_Dated):
    kind: Kind
    of: str


class _Member(_Dated):
    code: _Text


class _Cited(_Dated):
    source: tuple[str, ...]
    law: str = ""
    confidence: Literal["high", "medium", "low"] = "high"
    note: str = ""


class _Area(_Cited):
    code: _Text
    name: _Text
    kinds: tuple[Kind, ...]
    members: tuple[_Member, ...]


class _Currency(_Cited):
    place: _Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class _Row(_Cited):
    code: _Text
    name: _Text
    country: _Text
    lineage: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    law_of: str = ""
    postcodes: dict[str, tuple[str, ...]] = {}
    shared: dict[str, tuple[str, ...]] = {}
    memberships: tuple[_Membership, ...]

    def lies_in(self, ancestry: tuple[str, ...]) -> bool:
        """Tell whether the territory may lie in a region (given with its ancestors); without a region: yes."""
        return not ancestry or any(ancestry[0] in _ancestry(region) or region in ancestry for region in self.part_of)


class _Document(_Model):
    verified_on: date
    countries: str
    misnomers: dict[str, str]
    area: tuple[_Area, ...]
    territory: tuple[_Row, ...]
    currency: tuple[_Currency, ...]
    source: dict[str, _Source]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Postcodes of a territory: an area of letters, or a range of leading digits."""

    row: _Row
    low: str
    high: str
    shared: bool

    def matches(self, letters: str, digits: str) -> bool:
        """Tell whether a postcode, as its letters and digits and as its digits alone, is one of these."""
        size = len(self.low)
        if self.low.isalpha():
            return letters.startswith(self.low) and not letters[size : size + 1].isalpha()
        return len(digits) >= size and self.low <= digits[:size] <= self.high


@dataclass(frozen=True, slots=True)
class _Table:
    """The file, indexed."""

    known: frozenset[str]
    misnomers: Mapping[str, str]
    areas: Mapping[str, _Area]
    rows: Mapping[str, _Row]
    aliases: Mapping[str, str]
    joined: Mapping[str, tuple[tuple[_Area, _Member], ...]]
    patterns: Mapping[str, tuple[_Pattern, ...]]
    currencies: Mapping[str, tuple[_Currency, ...]]


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _parse((files("xbcommerce") / "data" / _FILE).read_text(encoding="utf-8"))


def _parse(text: str) -> _Table:
    """Return the indexed table, or raise `RulebookError` with file, key and reason."""
    try:
        document = _Document.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{_FILE}: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise RulebookError(f"{_FILE}, {'.'.join(map(str, problem['loc']))}: {problem['msg'].lower()}") from error
    countries = document.countries.split()
    rows = {row.code: row for row in document.territory}
    joined: dict[str, list[tuple[_Area, _Member]]] = {}
    for area in document.area:
        for member in area.members:
            joined.setdefault(member.code, []).append((area, member))
    currencies: dict[str, list[_Currency]] = {}
    for entry in document.currency:
        currencies.setdefault(entry.place, []).append(entry)
    table = _Table(
        known=frozenset([*countries, *(code for code in rows if "-" not in code)]),
        misnomers=document.misnomers,
        areas={area.code: area for area in document.area},
        rows=rows,
        aliases={alias: row.code for row in document.territory for alias in row.aliases},
        joined={code: tuple(found) for code, found in joined.items()},
        patterns=_patterns(document.territory),
        currencies={place: tuple(found) for place, found in currencies.items()},
    )
    for reason in _faults(document, table):
        raise RulebookError(f"{_FILE}, {reason}")
    return table


def _patterns(rows: tuple[_Row, ...]) -> dict[str, tuple[_Pattern, ...]]:
    """Return the patterns by the country on the label, the longest first: it is the most specific."""
    found: dict[str, list[_Pattern]] = {}
    for row in rows:
        for shared, postcodes in ((False, row.postcodes), (True, row.shared)):
            for country, texts in postcodes.items():
                for text in texts:
                    match = _PATTERN.fullmatch(text)
                    if match is None or len(match[1] or "") != len(match[2] or ""):
                        raise RulebookError(f"{_FILE}, territory {row.code}: {shown(text)} is no prefix or range of postcodes")
                    pattern = _Pattern(row, match[1] or text, match[2] or text, shared)
                    found.setdefault(country, []).append(pattern)
    return {country: tuple(sorted(patterns, key=lambda pattern: -len(pattern.low))) for country, patterns in found.items()}


def _faults(document: _Document, table: _Table) -> Iterator[str]:
    """Tell what refers to nothing."""
    for kind, rows in (("area", document.area), ("territory", document.territory), ("currency", document.currency)):
        for row in rows:
            name = getattr(row, "code", getattr(row, "place", ""))
            for source in row.source:
                if source not in document.source:
                    yield f"{kind} {name}: unknown source {shown(source)}"
            if not row.source:
                yield f"{kind} {name}: source is missing"
    if len(table.rows) != len(document.territory):
        yield "territory: a code stands twice"
    known = table.known | set(table.rows) | set(table.areas) | {""}
    for row in document.territory:
        references = (row.country, row.law_of, *row.lineage, *row.postcodes, *row.shared, *(one.of for one in row.memberships))
        for reference in references:
            if reference not in known:
                yield f"territory {row.code}: unknown place {shown(reference)}"
        if row.lineage[:1] != (row.code,):
            yield f"territory {row.code}: the lineage must begin with the territory itself"
