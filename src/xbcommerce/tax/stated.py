"""What a seller states: names that no law knows are refused, so that a slip of the pen is not taken for "nothing stated"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.parties import Marketplace, Registration, Seller, place_code
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.thresholds import Rule, thresholds

__all__ = ["ELECTIONS", "OPTIONS", "check_marketplace", "check_seller", "check_turnover", "rules_by_id"]

OPTIONS = ("destination", "assent_to_import")
"""Choices that hold from a day: taxation at arrival, and declaring imports in one's own name."""
ELECTIONS = ("rounding_level", "year_start")
"""Choices that are a value."""
_SCHEME_FACTS = ("tax.one_stop_shop", "tax.low_value.scheme")
_PREVIOUS = ".previous"


def check_seller(seller: Seller, book: Rulebook) -> None:
    """Refuse names of obligations, options, elections and schemes that neither the rulebook nor the engine knows."""
    if seller.options:
        _refuse("options", seller.options, OPTIONS)
    if seller.elections:
        _refuse("elections", seller.elections, ELECTIONS)
    if seller.registrations:
        _check_schemes("registrations", seller.registrations, book)
    if seller.turnover:
        check_turnover(seller.turnover, book)
    for name in seller.obliged:
        if not _is_place(name) and name not in (rules := rules_by_id(book)):
            _refuse("obliged", (name,), (*rules, *{rule.place for rule in rules.values()}))


def check_turnover(names: Iterable[str], book: Rulebook) -> None:
    """Refuse turnover under a name that is no obligation's."""
    for name in names:
        if name.removesuffix(_PREVIOUS) not in rules_by_id(book):
            _refuse("turnover", (name,), rules_by_id(book))


def check_marketplace(market: Marketplace, book: Rulebook) -> None:
    """Refuse registrations under schemes that no law has."""
    if market.registrations:
        _check_schemes("marketplace.registrations", market.registrations, book)


def rules_by_id(book: Rulebook) -> dict[str, Rule]:
    """Return the obligations of a rulebook by id."""
    found: dict[str, Rule] = book.compiled("tax.rules_by_id", lambda: {rule.id: rule for rule in thresholds(book)})
    return found


@lru_cache(maxsize=1024)
def _is_place(name: str) -> bool:
    try:
        place_code(name)
    except InvalidInput:
        return False
    return True


def _refuse(field: str, names: Iterable[str], known: Iterable[str]) -> None:
    allowed = tuple(sorted(known))
    for name in names:
        if name not in allowed:
            raise InvalidInput(
                f"{field}: {shown(name)} is not known", field=f"seller.{field}", value=name, allowed=allowed,
                hint=suggest(name, allowed),
            )  # fmt: skip


def _check_schemes(field: str, registrations: Iterable[Registration], book: Rulebook) -> None:
    for one in registrations:
        if one.scheme is None or one.scheme in book.compiled("tax.schemes", lambda: frozenset(_usual_schemes(book))):
            continue
        every = book.compiled("tax.schemes.all", lambda: frozenset((*_usual_schemes(book), *_schemes_of_facts(book))))
        _refuse(field, (one.scheme,), every)


def _usual_schemes(book: Rulebook) -> Iterator[str]:
    """Yield the schemes that have returns of their own; they are known without reading the facts."""
    yield from book.document("returns.toml").get("return", {})


def _schemes_of_facts(book: Rulebook) -> Iterator[str]:
    """Yield the schemes that facts and obligations name, with the place's code before the name and without."""
    for rule in thresholds(book):
        yield from (name for name in rule.register_under if name.islower())
    for place in book.places:
        for fact in book.facts(place):
            if fact.subject in _SCHEME_FACTS:
                name = str(fact.value)
                yield from (name, f"{fact.place.partition('-')[0].lower()}_{name}")
