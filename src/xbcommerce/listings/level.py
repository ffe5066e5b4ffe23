"""Levels: the bands that platforms publish for a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, XBCommerceError, shown
from xbcommerce.explain import Citation, Result
from xbcommerce.listings.numbers import READ, fraction
from xbcommerce.listings.platform import document, known
from xbcommerce.localization.content import Listing
from xbcommerce.parties import place_code
from xbcommerce.rules.facts import APPLIED, CONFIDENCES, STATUSES, Source, dates, in_force, one_of, parse_source
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Level", "Scale", "Where", "country_of", "level", "level_of", "scales"]


def country_of(market: object) -> str:
    """Return the country that a market is, or lies in: stores and rows of data are by country.

    >>> country_of("CA-QC"), country_of("de")
    ('CA', 'DE')

    Raises:
        InvalidInput: if it is no country or region; a union of countries is none.
    """
    try:
        if isinstance(market, str):
            return place_code(market).partition("-")[0]
    except XBCommerceError:
        pass
    raise InvalidInput(
        f"{shown(market)} is no market", field="market", value=market,
        hint="write the ISO 3166 code of a country or region, such as 'DE' or 'CA-QC'",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Where:
    """Where a row of data holds: by platform, marketplace, category and program; nothing said is everywhere."""

    wanted: Mapping[str, frozenset[str]]
    refused: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, row: Mapping[str, Any], where: str) -> Where:
        """Return the `where` of a row: a value, a list, or `none_of`."""
        wanted, refused = {}, {}
        for name, value in row.items():
            if name not in ("platform", "marketplace", "category", "program"):
                raise RulebookError(f"{where}: where knows no {shown(name)}", field="where", value=name)
            if isinstance(value, Mapping):
                refused[name] = frozenset(value["none_of"])
            else:
                wanted[name] = frozenset([value] if isinstance(value, str) else value)
        return cls(wanted, refused)

    def holds(self, values: Mapping[str, str | None], *, assume: frozenset[str] = frozenset()) -> bool:
        """Tell whether the row holds; names in `assume` are taken to fit where they are not known."""
        for name, some in self.wanted.items():
            value = values.get(name)
            if value is None and name in assume:
                continue
            if value not in some:
                return False
        return not any(values.get(name) in some for name, some in self.refused.items())


class Level(Result):
    """The band of a platform that a number falls in.

    Attributes:
        scale: its id; name: of the band; number: as it was compared, rounded as the platform does.
        lower: where the band begins; next_at: where the next better one begins, None in the best.
        note: what to know about it.
    """

    scale: str
    name: str
    number: Decimal
    lower: Decimal
    next_at: Decimal | None
    confidence: str
    source: Citation
    fact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Bands of a number."""

    id: str
    where: Where
    of: str
    digits: int
    bands: tuple[tuple[Decimal, str], ...]
    valid_from: date | None
    valid_to: date | None
    status: str
    confidence: str
    source: Source
    fact: str
    note: str

    def holds(self, listing: Listing, on: date) -> bool:
        """Tell whether the scale is used for a listing on a day."""
        values = {name: getattr(listing, name) for name in ("platform", "marketplace", "category", "program")}
        return self.status in APPLIED and in_force(self.valid_from, self.valid_to, on) and self.where.holds(values)


def scales(book: Rulebook) -> tuple[Scale, ...]:
    """Return all scales of the rulebook."""
    found: tuple[Scale, ...] = book.compiled(("listings", "scales"), lambda: tuple(_read(document(book, "scales.toml"))))
    return found


def _read(data: Mapping[str, Any]) -> list[Scale]:
    sources = {name: parse_source(name, row, where="listings/scales.toml") for name, row in data["source"].items()}
    out = []
    for row in data["scale"]:
        where = f"listings/scales.toml, {row.get('id')}"
        start, end = dates(row, where)
        bands = tuple((Decimal(band["from"]), band["name"]) for band in row["bands"])
        if list(bands) != sorted(bands, key=lambda band: band[0]):
            raise RulebookError(f"{where}: bands are not in order", field="bands")
        out.append(
            Scale(
                id=row["id"],
                where=Where.of(row["where"], where),
                of=row["of"],
                digits=row["digits"],
                bands=bands,
                valid_from=start,
                valid_to=end,
                status=one_of(row, "status", STATUSES, where, "in_force"),
                confidence=one_of(row, "confidence", CONFIDENCES, where, "low"),
                source=sources[row["source"]],
                fact=row.get("fact", ""),
                note=row.get("note", ""),
            )
        )
    return out


def level(
    platform: str,
    *,
    on: date | str,
    score: object = None,
    met: int | None = None,
    applicable: int | None = None,
    market: str | None = None,
    category: str | None = None,
    of: str | None = None,
    rulebook: Rulebook | None = None,
) -> Level:
    """Return the band of a platform that a number falls in: a score, or goals met of those that apply.

    >>> level("walmart", market="US", score=59, on="2026-11-22").name
    'poor'
    >>> level("mercadolibre", market="MX", category="vehicles", met=2, applicable=3, on="2026-11-22").name
    'professional'

    Args:
        platform: its id.
        on: the day.
        score: a number on the platform's scale; or
        met: how many goals are met,
        applicable: of how many that apply.
        market: the store.
        category: of the listing.
        of: which number ("score", "ratio", "points"), where a platform has several scales.
        rulebook: the rulebook; silent: the built-in one.

    Raises:
        InvalidInput: if the number cannot be understood.
        UnknownFact: if the platform publishes no such bands.
    """
    book = rulebook or Rulebook.builtin()
    name, day = known(platform, book), a_day(on)
    number = _number(score, met, applicable)
    kind = of or ("ratio" if met is not None else None)
    listing = Listing(platform=name, marketplace=market, category=category)
    for scale in scales(book):
        if scale.holds(listing, day) and kind in (None, scale.of):
            most = {"score": _HUNDRED, "ratio": 1}.get(scale.of)
            if most is not None and number > most:
                raise InvalidInput(f"a {scale.of} is at most {most}, not {shown(score)}", field="score", value=score)
            return level_of(scale, number, scale.note)
    raise UnknownFact(
        f"no bands of {name} are known for this store, category and day", field="platform", value=platform, on=day
    )


_HUNDRED = 100


def _number(score: object, met: int | None, applicable: int | None) -> Fraction:
    if score is not None and met is None and applicable is None:
        found = fraction(score)
        if found is not None and found >= 0:
            return found
        raise InvalidInput(f"a score is a number from 0, not {shown(score)}", field="score", value=score, hint=READ)
    if type(met) is int and type(applicable) is int and 0 <= met <= applicable and applicable > 0 and score is None:
        return Fraction(met, applicable)
    raise InvalidInput("give either a score, or met and applicable with 0 <= met <= applicable", field="met", value=met)


def level_of(scale: Scale, number: Fraction, note: str) -> Level:
    """Return the band of a scale: the number is rounded half up first, since published ranges leave gaps."""
    step = Decimal(1).scaleb(-scale.digits)
    rounded = (Decimal(number.numerator) / Decimal(number.denominator)).quantize(step, ROUND_HALF_UP)
    place = max((place for place, (lower, _) in enumerate(scale.bands) if lower <= rounded), default=0)
    following = scale.bands[place + 1][0] if place + 1 < len(scale.bands) else None
    return Level(
        scale=scale.id,
        name=scale.bands[place][1],
        number=rounded,
        lower=scale.bands[place][0],
        next_at=following,
        confidence=scale.confidence,
        source=scale.source.citation,
        fact=scale.fact,
        note=note,
    )
