"""Fit: which platform suits a product, and why.

The rows are data: a condition on declared traits, and what it means for a platform or one of its programs. `excludes` shuts a
platform out, `for` and `against` are reasons. The rest is ranked by reasons met; no number is given where nobody publishes one.
A trait that nobody told answers "unknown", and is asked for. A rule that would shut the product out, and that something told
speaks for, is not passed over in silence because the rest (the market, say) is not told: until then nothing more than
"possible" is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, shown, suggest
from xbcommerce.explain import Citation, Explanation, FactUsed, Result, Step
from xbcommerce.goods import Model, Price, named
from xbcommerce.listings.level import country_of
from xbcommerce.listings.numbers import READ, fraction
from xbcommerce.listings.platform import document, known, name_of
from xbcommerce.localization.categories import Categories
from xbcommerce.rules.facts import APPLIED, CONFIDENCES, STATUSES, Source, dates, in_force, one_of, parse_source
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Fit", "Product", "Reason", "Suitability", "fit"]

_FILE = "listings/fit.toml"
_EFFECTS = ("excludes", "against", "for")
_SURELY = "category, surely"
"""The trait by which an exception is met: what a path says only in part lifts no rule."""
Effect = Literal["excludes", "against", "for"]


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise InvalidInput(f"a margin is a share from 0 to 1, not {shown(value)}", field="margin", value=value)
    return _measurable(value)


def _measurable(value: Decimal) -> Decimal:
    """Refuse a figure that no product has: it could not be reckoned with in any time."""
    if fraction(value) is None:
        raise InvalidInput(f"{shown(value)} is no figure that a product has", value=value, hint=READ)
    return value


def _word(value: object) -> object:
    """Return a name as the data write it: `Gift card` is `gift_card`."""
    return value.strip().casefold().replace(" ", "_").replace("-", "_") if isinstance(value, str) else value


def _words(value: object) -> object:
    some = (value,) if isinstance(value, str) else value
    return tuple(map(_word, some)) if isinstance(some, list | tuple | set | frozenset) else some


class Product(Model):
    """A product, as far as its choice of platform depends on it; None is unknown.

    Attributes:
        made_by: "seller" (by hand or with tools), "partner" (designed by the seller, made by a partner), "factory".
        designed_by_seller: the design is the seller's own.
        standard: the same article is bought again and again, from stock.
        personalised: made or changed for one buyer.
        age_years: how old it is; 0 for new.
        gtin: it carries a product number.
        brand_owner: the seller owns the registered brand.
        category: what it is ("toys", "clothing", "craft_supplies", or a shop's word for it); one that no rule knows is
            unknown.
        classes: product classes that programs bar or review ("gift_card", "lithium_battery", "alcohol", "aerosol" ...); only
            those that the data know, () where it is of none of them.
        meltable: it melts in summer heat.
        shelf_life_days: days until it expires at the warehouse's door.
        digital: a file, not a thing.
        condition: "new", "used", "refurbished".
        weight_kg, price, margin, units_a_month: figures.
        market: where it is sold: a country, or a region of one.
    """

    made_by: Literal["seller", "partner", "factory"] | None = None
    designed_by_seller: bool | None = None
    standard: bool | None = None
    personalised: bool | None = None
    age_years: Annotated[int, Field(ge=0)] | None = None
    gtin: bool | None = None
    brand_owner: bool | None = None
    category: str | None = None
    classes: Annotated[tuple[str, ...], BeforeValidator(_words)] | None = None
    meltable: bool | None = None
    shelf_life_days: Annotated[int, Field(ge=0)] | None = None
    digital: bool | None = None
    condition: Literal["new", "used", "refurbished"] | None = None
    weight_kg: Annotated[Decimal, Field(ge=0), AfterValidator(_measurable)] | None = None
    price: Price | None = None
    margin: Annotated[Decimal, AfterValidator(_share)] | None = None
    units_a_month: Annotated[int, Field(ge=0)] | None = None
    market: str | None = None

    @classmethod
    def of(cls, value: object) -> Product:
        """Return a Product as it is, or made from a mapping."""
        if isinstance(value, Product):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"a product is a Product or a mapping, not {shown(value)}", field="product", value=value)


class Reason(Result):
    """Why a platform suits or not."""

    rule: str
    effect: Effect
    text: str
    evidence: str
    confidence: str
    source: Citation
    fact: str = ""


class Suitability(Result):
    """How a platform, or a program of it, suits.

    Attributes:
        platform, program, name: which.
        verdict: "suits" (more speaks for it than against), "possible", "excluded".
        reasons: the ones that are met.
        ask: traits that nobody told and that would matter here, first those that may shut it out.
        undecided: rules that may shut it out, each with what must be told; as long as there is one, the verdict is at most
            "possible".
    """

    platform: str
    program: str
    name: str
    verdict: Literal["suits", "possible", "excluded"]
    reasons: tuple[Reason, ...]
    ask: tuple[str, ...]
    undecided: tuple[str, ...] = ()

    @property
    def excluded(self) -> bool:
        """Tell whether a rule shuts the product out."""
        return self.verdict == "excluded"


class Fit(Result):
    """Platforms and programs, the best first, the excluded last."""

    on: date
    suits: tuple[Suitability, ...]
    rulebook: str

    def of(self, platform: str, program: str = "") -> Suitability:
        """Return one of them."""
        for one in self.suits:
            if (one.platform, one.program) == (platform, program):
                return one
        raise InvalidInput(f"{shown(platform)} was not asked", field="platform", value=platform)

    @property
    def best(self) -> tuple[str, ...]:
        """Those that suit, as "platform" or "platform/program"."""
        return tuple(_label(one) for one in self.suits if one.verdict == "suits")

    def explain(self) -> Explanation:
        """Return every reason with its fact."""
        steps = [
            Step(
                bill=_label(one),
                id=_label(one),
                kind=reason.effect,
                amount=None,
                text=f"{reason.effect}: {reason.text}",
                rule=reason.rule,
                facts=(
                    FactUsed(
                        id=reason.fact or reason.rule,
                        value=reason.text,
                        citation=reason.source,
                        verified_on=reason.source.seen,
                        confidence=reason.confidence,
                    ),
                ),
            )
            for one in self.suits
            for reason in one.reasons
        ]
        open_ = tuple(f"{_label(one)}: {text}" for one in self.suits for text in one.undecided)
        return Explanation(title=f"Where it suits, on {self.on}", steps=tuple(steps), warnings=open_, rulebook=self.rulebook)

    def __str__(self) -> str:
        """Return a line for each, the best first, with its reasons."""
        return "\n".join(f"{_label(one)}: {one.verdict}" + _because(one) for one in self.suits)

    def _repr_html_(self) -> str:
        return self.explain().to_html()


def _because(one: Suitability) -> str:
    told = [*(f"{reason.effect} {reason.text}" for reason in one.reasons), *one.undecided]
    return f" ({'; '.join(told)})" if told else ""


def _label(one: Suitability) -> str:
    return f"{one.platform}/{one.program}" if one.program else one.platform


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    id: str
    platform: str
    program: str
    effect: Effect
    when: Mapping[str, Any]
    text: str
    evidence: str
    confidence: str
    status: str
    valid_from: date | None
    valid_to: date | None
    season: tuple[str, str] | None
    source: Source
    fact: str

    def holds(self, on: date) -> bool:
        """Tell whether the row is applied on a day: in force, and in its season of the year where it has one."""
        day = f"{on:%m-%d}"
        inside = self.season is None or self.season[0] <= day <= self.season[1]
        return inside and self.status in APPLIED and in_force(self.valid_from, self.valid_to, on)


def fit(
    product: object, *, on: date | str, platforms: Iterable[str] | str | None = None, rulebook: Rulebook | None = None
) -> Fit:
    """Return which platforms suit a product, with reasons.

    Args:
        product: a Product or a mapping.
        on: the day whose rules count.
        platforms: only these, or this one; silent: all of which anything is known.
        rulebook: the rulebook; silent: the built-in one.

    >>> found = fit({"made_by": "seller", "designed_by_seller": True, "personalised": True, "gtin": False}, on="2026-11-22")
    >>> found.suits[0].platform, found.of("amazon", "fba").verdict
    ('etsy', 'possible')

    Raises:
        InvalidInput: if product, platforms or day cannot be understood.
    """
    book, day = rulebook or Rulebook.builtin(), a_day(on)
    traits = _traits(_placed(Product.of(product), book), book)
    wanted = _wanted(platforms, book)
    names = document(book, "fit.toml")["program"]
    found = []
    for (platform, program), rows in _by_program(_rows(book)).items():
        if wanted is None or platform in wanted:
            held = [row for row in rows if row.holds(day)]
            label = names.get(program, {}).get("name", program)
            name = f"{name_of(platform, book)} {label}".strip()
            found.append(_suitability(traits, platform, program, name, held, _unspoken(traits, rows, _rows(book))))
    return Fit(on=day, suits=tuple(sorted(found, key=_rank)), rulebook=f"rulebook {book.version}")


def _wanted(platforms: object, book: Rulebook) -> frozenset[str] | None:
    if platforms is None:
        return None
    if isinstance(platforms, str):
        platforms = (platforms,)
    if not isinstance(platforms, Iterable):
        raise InvalidInput(f"platforms are a list of names, not {shown(platforms)}", field="platforms", value=platforms)
    found = frozenset(known(name, book) for name in platforms)
    if not found:
        raise InvalidInput("no platform is asked for", field="platforms", hint="name some, or leave it out for all")
    return found


def _placed(product: Product, book: Rulebook) -> Product:
    """Return the product with its market as a country, which is what rows speak of; its classes must be known ones."""
    known_ones = classes(book)
    for name in product.classes or ():
        if name not in known_ones:
            raise InvalidInput(
                f"no rule knows the product class {shown(name)}", field="classes", value=name, allowed=sorted(known_ones),
                hint=suggest(name, known_ones) or "leave it out: what no rule bars need not be told",
            )  # fmt: skip
    if product.market is None:
        return product
    return product.model_copy(update={"market": country_of(product.market)})


def _traits(product: Product, book: Rulebook) -> Mapping[str, Any]:
    """Return what is known of a product by name, its category as the kinds of goods it means; unknown is None."""
    goods = Categories.of(book).goods(product.category)
    told = {name: getattr(product, name) for name in Product.model_fields}
    return {**told, "category": tuple(goods.kinds) or None, _SURELY: tuple(goods.sure)}


def classes(book: Rulebook) -> frozenset[str]:
    """Return the product classes that any row speaks of."""
    found: frozenset[str] = book.compiled(("listings", "classes"), lambda: _classes(_rows(book)))
    return found


def _classes(rows: Iterable[_Row]) -> frozenset[str]:
    return frozenset(name for row in rows for name in _listed(row.when.get("classes", ())))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _rank(one: Suitability) -> tuple[int, int, str, str]:
    order = ("suits", "possible", "excluded").index(one.verdict)
    return (order, -_balance(one.reasons), one.platform, one.program)


def _balance(reasons: Iterable[Reason]) -> int:
    return sum({"for": 1, "against": -1}.get(reason.effect, 0) for reason in reasons)


def _by_program(rows: Iterable[_Row]) -> dict[tuple[str, str], list[_Row]]:
    """Return rows by platform and program; what holds for a platform holds for its programs too."""
    out: dict[tuple[str, str], list[_Row]] = {}
    general: dict[str, list[_Row]] = {}
    for row in rows:
        out.setdefault((row.platform, row.program), [])
        if row.program:
            out[row.platform, row.program].append(row)
        else:
            general.setdefault(row.platform, []).append(row)
    return {key: [*general.get(key[0], ()), *own] for key, own in out.items()}


def _unspoken(product: Mapping[str, Any], rows: Sequence[_Row], every: Sequence[_Row]) -> list[str]:
    """Return what is open about classes that others bar and of which nothing is known here: silence is no permission."""
    barred = _classes(row for row in every if row.effect == "excludes")
    open_ = [name for name in product["classes"] or () if name in barred and name not in _classes(rows)]
    return [f"no rule about {name.replace('_', ' ')} is known here, which others bar: ask the platform" for name in open_]


def _suitability(
    product: Mapping[str, Any], platform: str, program: str, name: str, rows: Sequence[_Row], unspoken: Sequence[str]
) -> Suitability:
    reasons, ask, first, undecided = [], [], [], list(unspoken)
    for row in rows:
        answer, unknown = _holds(product, row.when)
        if answer is None and row.effect == "excludes" and _speaks_for(product, row.when):
            first += unknown
            undecided.append(f"it may be shut out ({row.text}): tell its {' and '.join(unknown)}")
        if answer:
            reasons.append(
                Reason(
                    rule=row.id,
                    effect=row.effect,
                    text=row.text,
                    evidence=row.evidence,
                    confidence=row.confidence,
                    source=row.source.citation,
                    fact=row.fact,
                )
            )
        elif answer is None:
            ask += unknown
    reasons.sort(key=lambda reason: (_EFFECTS.index(reason.effect), reason.rule))
    excluded = any(reason.effect == "excludes" for reason in reasons)
    verdict: Literal["suits", "possible", "excluded"] = (
        "excluded" if excluded else "suits" if _balance(reasons) > 0 and not undecided else "possible"
    )
    return Suitability(
        platform=platform,
        program=program,
        name=name,
        verdict=verdict,
        reasons=tuple(reasons),
        ask=tuple(dict.fromkeys([*first, *ask])),
        undecided=() if excluded else tuple(dict.fromkeys(undecided)),
    )


def _speaks_for(product: Mapping[str, Any], when: Mapping[str, Any]) -> bool:
    """Tell whether something told of the product itself meets a condition.

    Where it is sold is nothing of the product, nor is being none of some kinds: else every product that is sold somewhere
    would be in doubt for all that nobody thought of saying.
    """
    return any(
        name != "market" and not (isinstance(wanted, Mapping) and "none_of" in wanted) and product[name] is not None
        for name, wanted in when.items()
    )


def _holds(product: Mapping[str, Any], when: Mapping[str, Any]) -> tuple[bool | None, list[str]]:
    """Return whether all conditions hold (None: not known), and the traits that are not known; one no is a no."""
    unknown = []
    for name, wanted in when.items():
        value = product[name]
        if value is None:
            unknown.append(name)
        elif isinstance(wanted, Mapping) and "none_of" in wanted:
            if _meets(product[_SURELY] if name == "category" else value, wanted["none_of"]):
                return False, []
        elif not _meets(value, wanted):
            return False, []
    return (None if unknown else True), unknown


def _meets(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        number = Fraction(value)
        return ("at_least" not in wanted or number >= Fraction(str(wanted["at_least"]))) and (
            "at_most" not in wanted or number <= Fraction(str(wanted["at_most"]))
        )
    some = wanted if isinstance(wanted, list) else [wanted]
    return any(one in some for one in value) if isinstance(value, tuple) else value in some


def _rows(book: Rulebook) -> tuple[_Row, ...]:
    found: tuple[_Row, ...] = book.compiled(("listings", "fit"), lambda: tuple(_read(document(book, "fit.toml"), book)))
    return found


def _read(data: Mapping[str, Any], book: Rulebook) -> list[_Row]:
    sources = {name: parse_source(name, row, where=_FILE) for name, row in data["source"].items()}
    out = []
    for row in data["row"]:
        where = f"{_FILE}, {row.get('id')}"
        start, end = dates(row, where)
        wanted = row["when"].get("category", ())
        Categories.of(book).named(wanted["none_of"] if isinstance(wanted, Mapping) else _listed(wanted), where)
        for trait in row["when"]:
            if trait not in Product.model_fields:
                raise RulebookError(f"{where}: a product has no {shown(trait)}", field="when", value=trait)
        out.append(
            _Row(
                id=row["id"],
                platform=known(row["platform"], book),
                program=row.get("program", ""),
                effect=one_of(row, "effect", _EFFECTS, where, ""),  # type: ignore[arg-type]
                when=row["when"],
                text=row["text"],
                evidence=row["evidence"],
                confidence=one_of(row, "confidence", CONFIDENCES, where, "low"),
                status=one_of(row, "status", STATUSES, where, "in_force"),
                valid_from=start,
                valid_to=end,
                season=tuple(row["season"]) if "season" in row else None,
                source=sources[row["source"]],
                fact=row.get("fact", ""),
            )
        )
    return out
