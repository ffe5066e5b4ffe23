"""The audit of what the tax engine reads: decision tables over their whole domains, and codes that the engine understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import get_args

from xbcommerce.errors import XBCommerceError, suggest
from xbcommerce.money import RoundingMode
from xbcommerce.rules.decisions import Decisions, problems
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.amounts import LEVELS
from xbcommerce.tax.question import COLUMNS
from xbcommerce.tax.rates import book_of

__all__ = ["audit"]

_CODES: Mapping[str, frozenset[str]] = {
    "tax.exists": frozenset(COLUMNS["tax_exists"].domain),
    "tax.kind": frozenset(COLUMNS["origin_kind"].domain),
    "tax.sourcing": frozenset(COLUMNS["sourcing"].domain),
    "tax.second_registration": frozenset(COLUMNS["second_registration"].domain),
    "tax.platform_domestic": frozenset(COLUMNS["platform_domestic"].domain),
    "tax.low_value.test": frozenset({"item", "consignment"}),
    "tax.low_value.bound": frozenset({"up_to", "below"}),
    "tax.low_value.b2b": frozenset(COLUMNS["regime_b2b"].domain),
    "tax.low_value.platform": frozenset(COLUMNS["regime_platform"].domain),
    "tax.low_value.compulsion": frozenset(COLUMNS["compulsion"].domain),
    "tax.low_value.border": frozenset(COLUMNS["border"].domain),
    "tax.rounding": frozenset(get_args(RoundingMode)),
    "tax.rounding_level": frozenset({*LEVELS, "either"}),
    "tax.low_value.above_relief": frozenset({"sale", "border"}),
    "tax.import_relief_base": frozenset({"goods", "goods_and_freight"}),
    "tax.shipping": frozenset(
        {"follows_goods", "taxable_if_goods_taxable", "whole_if_any_taxable", "exempt_if_stated", "taxable", "exempt"}
    ),
}


def audit(rulebook: Rulebook | None = None) -> list[str]:
    """Return what is wrong with the decision tables and with the codes in tax facts."""
    book = book_of(rulebook)
    try:
        decisions = Decisions.of(book)
    except XBCommerceError as error:
        return [str(error)]
    tables = problems(decisions, {name: column.domain for name, column in COLUMNS.items()})
    return list(chain(tables, _codes(book, decisions)))


def _codes(book: Rulebook, decisions: Decisions) -> Iterator[str]:
    accepted = {**_CODES, "tax.system": frozenset(decisions.systems)}
    for place in book.places:
        for fact in book.facts(place):
            known = accepted.get(fact.subject)
            if known is not None and str(fact.value) not in known:
                hint = suggest(fact.text, known) or ""
                yield f"{fact.id}: the engine knows no {fact.text!r} ({', '.join(sorted(known))}); {hint}"
