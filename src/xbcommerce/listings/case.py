"""Worked examples of listings: what a case's call answers, as plain JSON; findings and metrics stand under their names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from pydantic import BaseModel

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.listings.compare import compare
from xbcommerce.listings.fit import fit
from xbcommerce.listings.health import health
from xbcommerce.listings.keywords import coverage
from xbcommerce.listings.level import level
from xbcommerce.listings.platform import rules
from xbcommerce.listings.score import Scorecard, score
from xbcommerce.listings.sync import sync_plan
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["run_case"]


class Asked(Protocol):
    """What a worked example asks."""

    @property
    def call(self) -> str:
        """The call, such as "listings.score"."""

    @property
    def on(self) -> date | None:
        """The day."""

    @property
    def input(self) -> Mapping[str, Any]:
        """The arguments by name."""


def run_case(case: Asked, rulebook: Rulebook) -> object:
    """Return the answer to a worked example as plain JSON.

    A scorecard also has `rules`: by the beginning of a rule's name (without its day), how many stretches it objects to and the
    first of them; a rule that objects to nothing is `null`.

    Raises:
        InvalidInput: if the call is none of listings, lacks its day, or has an argument that it does not take.
    """
    call = _CALLS.get(case.call)
    if call is None:
        raise InvalidInput(
            f"no such call {shown(case.call)}", field="call", value=case.call, allowed=_CALLS, hint=suggest(case.call, _CALLS)
        )
    arguments = {**case.input, "rulebook": rulebook}
    if case.call != "listings.coverage":
        if case.on is None:
            raise InvalidInput("the case says no day", field="on", hint="write on = 2026-11-22")
        arguments["on"] = case.on
    try:
        return call(arguments)
    except (TypeError, KeyError) as error:
        raise InvalidInput(f"{case.call}: {error}", field="input", value=sorted(case.input)) from None


def _plain(result: BaseModel) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.model_dump_json())
    return found


def _score(arguments: dict[str, Any]) -> object:
    card = score(arguments.pop("listing"), **arguments)
    out = _plain(card)
    out["rules"] = _rules(card)
    out["blocking"] = sorted({_name(one.rule) for one in card.findings if one.severity == "block"})
    return out


def _rules(card: Scorecard) -> dict[str, Any]:
    out: dict[str, Any] = {_name(one.rule): None for one in card.checks}
    for one in card.findings:
        found = {
            "severity": one.severity,
            "count": one.count,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "found": one.found,
        }
        if out.get(_name(one.rule)) is None:
            out[_name(one.rule)] = found
    return out


def _name(rule: str) -> str:
    return rule.partition("/")[0]


def _health(arguments: dict[str, Any]) -> object:
    found = health(arguments.pop("metrics"), **arguments)
    standings = {one.metric: _plain(one) for one in reversed(found.standings)}
    return {**_plain(found), "failed": list(found.failed), "of": standings}


def _fit(arguments: dict[str, Any]) -> object:
    found = fit(arguments.pop("product"), **arguments)
    named = {f"{one.platform}/{one.program}" if one.program else one.platform: _plain(one) for one in found.suits}
    return {**_plain(found), "best": list(found.best), "of": named}


def _rule(arguments: dict[str, Any]) -> object:
    return {_name(rule.id): _plain(rule) for rule in rules(arguments.pop("platform"), **arguments)}


_CALLS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "listings.score": _score,
    "listings.compare": lambda given: _plain(compare(given.pop("first"), given.pop("second"), **given)),
    "listings.coverage": lambda given: _plain(coverage(given.pop("listing"), given.pop("keywords"), **given)),
    "listings.fit": _fit,
    "listings.health": _health,
    "listings.level": lambda given: _plain(level(given.pop("platform"), **given)),
    "listings.rules": _rule,
    "listings.sync_plan": lambda given: _plain(sync_plan(given.pop("catalogue"), given.pop("stores"), **given)),
}
