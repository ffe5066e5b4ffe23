"""Worked examples of localization: what a case's call answers, as plain JSON.

Findings stand by the id of their check, and where a check speaks in several fields, the further ones by `check@field`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.localization.calendar import calendar, clashes
from xbcommerce.localization.checks import check
from xbcommerce.localization.content import Listing, apply
from xbcommerce.localization.units import convert_size, convert_unit
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["run_case"]


class Asked(Protocol):
    """What a worked example asks."""

    @property
    def call(self) -> str:
        """The call, such as "localization.check"."""

    @property
    def on(self) -> date | None:
        """The day."""

    @property
    def input(self) -> Mapping[str, Any]:
        """The arguments by name."""


def run_case(case: Asked, rulebook: Rulebook) -> object:
    """Return the answer to a worked example as JSON values.

    Raises:
        InvalidInput: if the call is not known or the case says no day where one is needed.
    """
    answer = _CALLS.get(case.call)
    if answer is None:
        raise InvalidInput(
            f"there is no call {shown(case.call)}",
            field="call",
            value=case.call,
            allowed=_CALLS,
            hint=suggest(case.call, _CALLS),
        )
    return answer(case, rulebook)


def _check(case: Asked, rulebook: Rulebook) -> object:
    if case.on is None:
        raise InvalidInput("the case says no day", field="on", hint="write on = 2026-07-15")
    said = dict(case.input)
    market, folklore = said.pop("market", None), said.pop("folklore", False)
    report = check(said, on=case.on, market=market, folklore=folklore, rulebook=rulebook)
    found: dict[str, Any] = {}
    for finding in report.findings:
        key = finding.rule if finding.rule not in found else f"{finding.rule}@{finding.field}"
        row = json.loads(finding.model_dump_json())
        row["stretches"] = " ".join(f"{span.start}-{span.end}" for span in finding.spans)
        row["instead"] = finding.fix.text if finding.fix is not None else None
        found[key] = row
    mended = apply(Listing.of(said), *report.findings)
    return {
        "publishable": report.publishable,
        "rules": " ".join(sorted({finding.rule for finding in report.findings})),
        "findings": found,
        "mended": {field.path: field.text for field in mended.fields},
        "not_assessed": dict(report.not_assessed),
    }


def _calendar(case: Asked, rulebook: Rulebook) -> object:
    found = calendar(rulebook=rulebook, **dict(case.input))
    days: dict[str, str] = {}
    for one in found.occasions:
        days[one.id] = f"{days[one.id]} {one.start}" if one.id in days else str(one.start)
    last = {one.id: json.loads(one.model_dump_json()) for one in found.occasions}
    return {"days": days, "occasions": last, "unknown": list(found.unknown)}


def _clashes(case: Asked, rulebook: Rulebook) -> object:
    said = dict(case.input)
    found = clashes(said.pop("campaign"), said.pop("market"), today=said.pop("today", None), rulebook=rulebook)
    return {"clashes": " ".join(f"{one.kind}:{one.occasion.id}" for one in found.clashes), "text": str(found)}


def _size(case: Asked, rulebook: Rulebook) -> object:
    said = dict(case.input)
    found = convert_size(said["kind"], said["value"], said["from"], said["to"], rulebook=rulebook)
    return {"sizes": " ".join(found)}


def _unit(case: Asked, rulebook: Rulebook) -> object:
    said = dict(case.input)
    value, unit = convert_unit(said["value"], said["unit"], said.get("to"), rulebook=rulebook)
    return {"value": str(value), "unit": unit}


_CALLS: Mapping[str, Callable[[Asked, Rulebook], object]] = {
    "localization.check": _check,
    "localization.calendar": _calendar,
    "localization.clashes": _clashes,
    "localization.convert_size": _size,
    "localization.convert_unit": _unit,
}
