"""Rates: what share of the price the general consumption tax of a place takes on a day, for a class of goods.

The general rate is the law's default; a class of goods bears another one only where a fact says so. Where no fact confirms
either, the general rate is answered and the answer says that it was assumed (`confirmed` is false); `strict` refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, TypeAlias

from pydantic import Field, InstanceOf, WithJsonSchema

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, PresumedFact, UnknownFact, shown, suggest
from xbcommerce.explain import Amount, FactUsed, Result
from xbcommerce.goods import hs_code
from xbcommerce.money import Money, minor_units
from xbcommerce.places import Address, locate
from xbcommerce.rules.doubts import doubts
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Rate", "RateComponent", "TaxLaw", "law_of", "percent_of", "rate", "rates"]

STANDARD = "standard"
_EXACT = Context(prec=50)
"""A decimal context of our own: the caller's changes nothing."""
_NAMES = ("tax.name", "tax.name.second")
_RATES = ("tax.rate", "tax.rate.second")
BY_PIECE = ("tax.exempt_below", "tax.exempt_up_to", "tax.exempt_amount", "tax.higher_rate_above")


@dataclass(frozen=True, slots=True)
class TaxLaw:
    """Whose law taxes sales delivered to a place on a day.

    Attributes:
        place: the territory.
        area: its VAT area (itself, if it stands alone).
        lineage: the territory and what it is a part of by law, up to the state.
        places: where facts are looked for, the nearest first.
        assumed: what had to be assumed to find it.
    """

    place: str
    name: str
    country: str
    area: str
    lineage: tuple[str, ...]
    places: tuple[str, ...]
    assumed: tuple[str, ...]


class RateComponent(Result):
    """One of the taxes that a rate is made of, with the fact that says so."""

    name: str
    percent: Decimal
    fact: FactUsed


Share: TypeAlias = Annotated[InstanceOf[Fraction], WithJsonSchema({"type": "string"}), Field(exclude=True)]


class Rate(Result):
    """The rate of the general consumption tax on a class of goods, in a place, on a day.

    Attributes:
        place: territory whose law it is.
        category: goods class.
        on: day.
        name: what the tax is called there.
        percent: the rate; of several taxes the sum of what they take from one price.
        kind: "standard", "reduced", "increased", "zero" (input tax is deductible), "exempt" (it is not), "none" (no such tax).
        confirmed: a fact says this rate of this class; false: the general rate is assumed for it.
        components: the taxes it is made of.
        exempt_amount: part of the price of one piece that is not taxed.
        valid_from, valid_to: days between which this answer holds.
        assumptions, warnings: what was assumed, and what is uncertain.
        share: the rate as an exact fraction of the price without tax (not written to JSON).

    >>> rate("DE", on="2026-11-25").share
    Fraction(19, 100)
    """

    place: str
    category: str
    on: date
    name: str
    percent: Decimal
    kind: str
    confirmed: bool
    components: tuple[RateComponent, ...]
    exempt_amount: Amount | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    share: Share

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        """The facts that the rate rests on."""
        return tuple(component.fact for component in self.components)

    def __str__(self) -> str:
        """Return the rate in one line."""
        doubt = "" if self.confirmed else ", assumed"
        return f"{self.percent} % {self.name} ({self.kind}{doubt}) in {self.place} on {self.on}"


def rate(
    place: str | Address | Mapping[str, object],
    category: str | None = None,
    *,
    on: date | str,
    hs: str | None = None,
    unit_price: Money | str | None = None,
    rulebook: Rulebook | None = None,
    strict: bool = False,
) -> Rate:
    """Return the rate of VAT, GST or sales tax on goods delivered in a place on a day.

    Args:
        place: a country ("DE"), a part of one ("US-CA", "CA-QC"), a special territory ("XI"), or an address.
        category: goods class of the vocabulary ("book_print", "food", "clothing_children" ...); silent: what the commodity
            code tells, else the general rate ("standard" says that no other class applies).
        on: the day, a `date` or "2026-07-15".
        hs: commodity code, where the law lists goods by code.
        unit_price: price of one piece without tax, where the law asks for it (clothing in New York, Massachusetts ...).
        rulebook: facts; the built-in ones if not given.
        strict: refuse a class that no fact confirms, and facts that are only presumed.

    Raises:
        InvalidInput: for an unknown place or class.
        UnknownFact: if no rate is known for the place on that day, if the law asks for the price of a piece and none is
            given, or under `strict` if the class is not confirmed.

    >>> print(rate("DE", on="2020-08-01"))
    16 % VAT (standard) in DE on 2020-08-01
    >>> rate("DE", "book_print", on="2026-11-25").percent
    Decimal('7')
    """
    book = book_of(rulebook)
    if not isinstance(place, str):
        place = Address.of(place)
    try:
        found = book.compiled(
            (place, category, on, hs, strict),
            lambda: _rate(book, Address.of(place), category, a_day(on), hs, strict=strict),
        )
    except TypeError:  # a list, say, is no key: it is refused where it is read
        found = _rate(book, Address.of(place), category, a_day(on), hs, strict=strict)
    one: Rate = found.at(None if unit_price is None else Money.of(unit_price)) if found.by_piece else found.rate
    return one


def rate_by_piece(
    place: str | Address, category: str, price: Fraction, *, on: date, hs: str | None, rulebook: Rulebook,
    minor_of: Callable[[Fact], Fraction],
) -> Rate:  # fmt: skip
    """Return the rate where it may depend on the price of one piece, given exactly in minor units of some currency.

    Args:
        place: as for `rate`.
        category: as for `rate`.
        price: price of one piece.
        on: the day.
        hs: as for `rate`.
        rulebook: facts.
        minor_of: tells a limit of the law in the same minor units.
    """
    found = rulebook.compiled(
        ("tax.piece", place, category, on, hs), lambda: _rate(rulebook, Address.of(place), category, on, hs, strict=False)
    )
    rate: Rate = found.at_price(price, minor_of)
    return rate


def rates(
    place: str | Address | Mapping[str, object], *, on: date | str, rulebook: Rulebook | None = None
) -> Mapping[str, Rate]:
    """Return the rates of a place on a day: the general one, and that of every goods class that a fact names there.

    Classes whose tax depends on the price of a piece are left out; `rate` answers them.

    >>> sorted({str(one.percent) for one in rates("DE", on="2026-11-25").values()})
    ['19', '7']
    """
    book = book_of(rulebook)
    found = {}
    for category in book.vocabulary.classes:
        try:
            one = rate(place, category, on=on, rulebook=book)
        except UnknownFact:
            if category == STANDARD:
                raise
            continue
        if one.confirmed:
            found[category] = one
    return found


def book_of(rulebook: Rulebook | None) -> Rulebook:
    """Return the rulebook that was given, or the built-in one."""
    if rulebook is None:
        return Rulebook.builtin()
    if not isinstance(rulebook, Rulebook):
        raise InvalidInput(
            f"rulebook is a Rulebook, not {shown(rulebook)}", field="rulebook", value=rulebook,
            hint="`Rulebook.builtin()`, or one with facts laid over it",
        )  # fmt: skip
    return rulebook


@lru_cache(maxsize=4096)
def _law(address: Address, on: date) -> TaxLaw:
    territory = locate(address, on)
    return TaxLaw(
        territory.code,
        territory.name,
        territory.country,
        territory.vat or territory.code,
        territory.lineage,
        territory.lineage,
        territory.assumed,
    )


def law_of(address: Address, on: date, rulebook: Rulebook) -> TaxLaw:
    """Return whose tax law a place is under on a day, and where its facts stand."""
    law = _law(address, on)
    file = rulebook.file_of(law.places[0])
    uses = rulebook.jurisdiction(file).uses if file in law.lineage else ()  # its file may stand in that of a foreign law
    places = tuple(dict.fromkeys((*law.places, *uses, law.area)))
    return law if places == law.places else replace(law, places=places)


def minor_of(limit: Fact) -> Fraction:
    """Return a limit in minor units of its own currency."""
    return Fraction(*limit.ratio) * Fraction(10) ** minor_units(limit.unit)


@dataclass(frozen=True, slots=True)
class _Found:
    """A rate, and the rules by price of a piece that may change it."""

    rate: Rate
    by_piece: tuple[Fact, ...]
    higher: Fact | None

    def at(self, unit_price: Money | None) -> Rate:
        """Return the rate at a price of a piece."""
        if unit_price is None:
            said = ", ".join(f"{fact.subject} {fact.text}" for fact in self.by_piece)
            raise UnknownFact(
                f"{self.rate.category} in {self.rate.place} is taxed by the price of a piece ({said})",
                field="unit_price", on=self.rate.on, hint="give unit_price",
            )  # fmt: skip
        other = next((fact.unit for fact in self.by_piece if fact.unit != unit_price.currency), None)
        if other is not None:
            raise InvalidInput(
                f"the law looks at the price of a piece in {other}, not in {unit_price.currency}", field="unit_price",
                value=unit_price, hint="convert it first",
            )  # fmt: skip
        return self.at_price(Fraction(*unit_price.ratio_minor()), minor_of)

    def at_price(self, price: Fraction, minor_of: Callable[[Fact], Fraction]) -> Rate:
        """Return the rate at an exact price of a piece, in minor units; `minor_of` tells a limit in the same units."""
        for fact in self.by_piece:
            limit = minor_of(fact)
            if fact.subject == "tax.exempt_amount":
                return self._changed(
                    fact, self.rate.share if price > limit else Fraction(0), exempt=Money(str(fact.value), fact.unit)
                )
            if fact.subject == "tax.higher_rate_above":
                if self.higher is not None and price > limit:
                    return self._changed(self.higher, Fraction(*self.higher.ratio))
            elif price < limit or (fact.subject == "tax.exempt_up_to" and price == limit):
                return self._changed(fact, Fraction(0))
        return self.rate

    def _changed(self, fact: Fact, share: Fraction, exempt: Money | None = None) -> Rate:
        known = self.rate
        component = RateComponent.made(name=known.name, percent=percent_of(share), fact=fact.used())
        kind = "zero" if not share else known.kind if share == known.share else _kind(share, known.share)
        fields = {name: getattr(known, name) for name in Rate.model_fields}
        fields |= {
            "percent": percent_of(share),
            "kind": kind,
            "confirmed": True,
            "exempt_amount": exempt,
            "assumptions": (),
            "share": share,
        }
        fields["components"] = (*(known.components if share == known.share else ()), component)
        return Rate.made(**fields)


def _rate(book: Rulebook, address: Address, category: str | None, on: date, hs: str | None, *, strict: bool) -> _Found:
    classes, code = book.vocabulary.classes, hs_code(hs) if hs is not None else None
    told = book.vocabulary.class_of_code(code) if category is None else None
    silent = category is None and told is None and code is not None
    category = (told or STANDARD) if category is None else category
    if not isinstance(category, str) or category not in classes:
        raise InvalidInput(
            f"unknown goods class {shown(category)}", field="category", value=category, allowed=classes,
            hint=suggest(category, classes) if isinstance(category, str) else None,
        )  # fmt: skip
    law = law_of(address, on, book)
    traits = {"goods_class": category, "hs": code}
    used = [_general(book, law, on, traits)]
    second = _maybe(book, "tax.rate.second", law.lineage[:1], on, traits)
    used += [second] if second else []
    confirmed, assumptions = _confirmation(book, law, category, on, traits, used[0], strict=strict, silent=silent)
    if told:
        assumptions = (f"goods class {told} taken from the commodity code {code}", *assumptions)
    share = _combined([Fraction(*fact.ratio) for fact in used], _flag(book, "tax.second_in_base", law, on, traits))
    by_piece = tuple(fact for subject in BY_PIECE if (fact := _maybe(book, subject, law.places, on, traits)))
    facts = [*used, *by_piece]
    _refuse_presumed(facts, on, strict=strict)
    result = Rate.made(
        share=share,
        place=law.place,
        category=category,
        on=on,
        name=_name(book, law, on, 0),
        percent=percent_of(share),
        kind=_kind_of(book, law, category, on, traits, share),
        confirmed=confirmed,
        components=tuple(
            RateComponent.made(name=_name(book, law, on, index), percent=percent_of(Fraction(*fact.ratio)), fact=fact.used())
            for index, fact in enumerate(used)
        ),
        exempt_amount=None,
        valid_from=max((fact.valid_from for fact in facts if fact.valid_from), default=None),
        valid_to=min((fact.valid_to for fact in facts if fact.valid_to), default=None),
        assumptions=(*law.assumed, *assumptions),
        warnings=tuple(doubt for fact in facts for doubt in doubts(fact, on, book.review_every)),
    )
    return _Found(result, by_piece, _maybe(book, "tax.higher_rate", law.places, on, traits) if by_piece else None)


def _general(book: Rulebook, law: TaxLaw, on: date, traits: Mapping[str, str | None]) -> Fact:
    """Return the fact that answers: the rate, or that there is no such tax."""
    try:
        return book.find("tax.rate", law.places, on, traits)[0]
    except UnknownFact:
        exists = _maybe(book, "tax.exists", law.places, on, traits)
        if exists is None or exists.value != "no":
            raise
        return exists


def _refuse_presumed(facts: Iterable[Fact], on: date, *, strict: bool) -> None:
    for fact in facts:
        if strict and fact.status == "presumed":
            raise PresumedFact(f"{fact.id} is only presumed, and strict is asked for", field=fact.subject, on=on)


def _confirmation(
    book: Rulebook, law: TaxLaw, category: str, on: date, traits: Mapping[str, str | None], fact: Fact, *, strict: bool,
    silent: bool,
) -> tuple[bool, tuple[str, ...]]:  # fmt: skip
    """Tell whether a fact confirms the class's rate, and what is assumed if none does."""
    scoped = any(name in ("goods_class", "hs") for name, _ in fact.scope)
    if silent and not scoped:
        category = f"the commodity code {traits['hs']} (no goods class given)"
    elif category == STANDARD or scoped or _flag(book, "tax.general_rate_applies", law, on, traits):
        return True, ()
    said = f"no fact confirms the rate of {category} in {law.place} on {on}: the general rate is assumed"
    if strict:
        raise UnknownFact(
            f"no fact confirms the rate of {category} in {law.place}", field="category", value=category, on=on,
            hint="without strict the general rate is assumed, and the answer says so",
        )  # fmt: skip
    return False, (said,)


def _kind_of(book: Rulebook, law: TaxLaw, category: str, on: date, traits: Mapping[str, str | None], share: Fraction) -> str:
    if not share:
        exists = _maybe(book, "tax.exists", law.places, on, traits)
        if exists is not None and exists.value != "yes":
            return "none"
        return "exempt" if _flag(book, "tax.exempt", law, on, traits) else "zero"
    if category == STANDARD and traits["hs"] is None:
        return STANDARD
    general = _rate(book, Address.of(law.place), STANDARD, on, None, strict=False).rate
    return _kind(share, general.share)


def _kind(share: Fraction, general: Fraction) -> str:
    return STANDARD if share == general else "reduced" if share < general else "increased"


def _combined(shares: list[Fraction], compounded: bool) -> Fraction:  # noqa: FBT001 - a property of the law
    first, second = (*shares, Fraction(0))[:2]
    return (1 + first) * (1 + second) - 1 if compounded else first + second


@lru_cache(maxsize=1024)
def percent_of(share: Fraction) -> Decimal:
    """Return a share of one as a percentage without trailing zeros.

    >>> percent_of(Fraction(255, 1000))
    Decimal('25.5')
    """
    percent = share * 100
    number = _EXACT.normalize(_EXACT.divide(Decimal(percent.numerator), Decimal(percent.denominator)))
    return Decimal(f"{number:f}")


def _name(book: Rulebook, law: TaxLaw, on: date, index: int) -> str:
    fact = _maybe(book, _NAMES[index], law.places, on, {})
    return str(fact.value) if fact else ("tax", "second tax")[index]


def _maybe(book: Rulebook, subject: str, places: tuple[str, ...], on: date, traits: Mapping[str, str | None]) -> Fact | None:
    try:
        return book.find(subject, places, on, traits)[0]
    except UnknownFact:
        return None


def _flag(book: Rulebook, subject: str, law: TaxLaw, on: date, traits: Mapping[str, str | None]) -> bool:
    fact = _maybe(book, subject, law.places, on, traits)
    return fact is not None and fact.value is True
