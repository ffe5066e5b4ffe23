"""Worked examples of prices: what a case file calls, and what of the answer it may expect."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from inspect import signature
from typing import Any, Protocol

from xbcommerce.errors import InvalidInput, suggest
from xbcommerce.prices.cash import cash_total
from xbcommerce.prices.ladder import ladder
from xbcommerce.prices.net import net
from xbcommerce.prices.present import present
from xbcommerce.prices.prior import prior
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["CALLS", "run_case"]

CALLS: Mapping[str, Callable[..., Any]] = {
    "prices.cash_total": cash_total,
    "prices.ladder": ladder,
    "prices.net": net,
    "prices.present": present,
    "prices.prior": prior,
}
_OURS = frozenset({"on", "rates", "rulebook"})


class Example(Protocol):
    """A worked example, as far as it is read here."""

    @property
    def call(self) -> str:
        """What is called."""

    @property
    def on(self) -> date | None:
        """The day."""

    @property
    def input(self) -> Mapping[str, Any]:
        """What it is called with."""

    @property
    def rates(self) -> Mapping[str, str] | None:
        """Exchange rates."""


def run_case(case: Example, rulebook: Rulebook) -> object:
    """Return the answer of a worked example as plain values; a price also as it is written with ordinary blanks (`plain`).

    Raises:
        InvalidInput: if the input names what the call does not take, or leaves out what it needs.
    """
    call = CALLS[case.call]
    accepted = signature(call).parameters
    for name in case.input:
        if name not in accepted or name in _OURS:
            known = [name for name in accepted if name not in _OURS]
            raise InvalidInput(
                f"{case.call} takes no {name}", field=f"input.{name}", value=name, allowed=known, hint=suggest(name, known)
            )
    ours = {"on": case.on, "rates": case.rates, "rulebook": rulebook}
    given = {name: value for name, value in ours.items() if name in accepted}
    needed = [name for name, one in accepted.items() if one.default is one.empty and name not in {**case.input, **given}]
    if needed or given.get("on", 0) is None:
        missing = needed[0] if needed else "on"
        raise InvalidInput(f"{case.call} needs {missing}", field=f"input.{missing}", allowed=accepted)
    found = call(**case.input, **given)
    out = json.loads(found.model_dump_json())
    if hasattr(found, "plain"):
        out["plain"] = found.plain
    if call is ladder:
        out["of"] = {rung["market"]: rung for rung in out["rungs"]}
    return out
