"""Worked examples: TOML files that an accountant can write, run against the library figure by figure.

A case names the call, the day, the input and the figures expected, as dotted paths into the result's JSON. The margin is zero.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from xbcommerce.errors import InvalidInput, RulebookError, XBCommerceError, shown
from xbcommerce.money import Money
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Case", "Difference", "Outcome", "read", "run"]

_KEYS = frozenset(
    {"id", "title", "call", "on", "basis", "source", "rates", "overlay", "input", "expect", "raises", "disputed", "published",
     "note", "official", "strict"}
)  # fmt: skip
_MISSING = "nothing there"


@dataclass(frozen=True, slots=True)
class Case:
    """One worked example."""

    file: str
    id: str
    call: str
    on: date | None
    input: Mapping[str, Any]
    expect: Mapping[str, Any]
    raises: str | None = None
    rates: Mapping[str, str] | None = None
    overlay: tuple[Mapping[str, Any], ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    basis: str = ""
    disputed: str | None = None
    published: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not as expected."""

    path: str
    expected: object
    found: object

    def __str__(self) -> str:
        """Return the difference in one line."""
        return f"{self.path}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case and how it came out."""

    case: Case
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every figure is as expected."""
        return not self.differences


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of a file, or of all TOML files below a folder.

    Raises:
        RulebookError: if a file is broken: the message names file, case and reason.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*.toml")):
            yield from read(file)
        return
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulebookError(f"{path}: {error}") from None
    ids: set[str] = set()
    for row in document.get("case", ()):
        yield _case(row, path.name, ids)


def run(case: Case, rulebook: Rulebook | None = None) -> Outcome:
    """Run a case and compare every expected figure."""
    book = rulebook or Rulebook.builtin()
    call = _CALLS.get(case.call)
    if call is None:
        return Outcome(case, (Difference("call", f"one of {', '.join(_CALLS)}", case.call),))
    try:
        if case.overlay:
            book = book.overlay("case", case.overlay)
        result = call(case, book)
    except XBCommerceError as error:
        if case.raises == type(error).__name__:
            return Outcome(case, ())
        wanted = case.raises or "a result"
        return Outcome(case, (Difference("raises", wanted, f"{type(error).__name__}: {error}"),))
    if case.raises:
        return Outcome(case, (Difference("raises", case.raises, "a result"),))
    differences = [difference for path, wanted in case.expect.items() if (difference := _compare(result, path, wanted))]
    if case.disputed and case.published and not any(_compare(result, path, wanted) for path, wanted in case.published.items()):
        differences.append(Difference("published", "other figures than ours (the case is disputed)", "the same figures"))
    return Outcome(case, tuple(differences))


def _case(row: Mapping[str, Any], file: str, ids: set[str]) -> Case:
    where = f"{file}, case {row.get('id')!r}"
    for key in row:
        if key not in _KEYS:
            raise RulebookError(f"{where}: unknown key {shown(key)}", allowed=sorted(_KEYS))
    if not isinstance(row.get("id"), str) or row["id"] in ids:
        raise RulebookError(f"{where}: the id is missing or taken")
    if not row.get("source", {}).get("title") and row.get("basis") != "own":
        raise RulebookError(f"{where}: the source has no title")
    if ("raises" in row) == bool(row.get("expect")):
        raise RulebookError(f"{where}: a case has either expect or raises")
    ids.add(row["id"])
    return Case(
        file=file,
        id=row["id"],
        call=row.get("call", "landed.quote"),
        on=row.get("on"),
        input=row.get("input", {}),
        expect=row.get("expect", {}),
        raises=row.get("raises"),
        rates=row.get("rates"),
        overlay=tuple(row.get("overlay", ())),
        source=row.get("source", {}),
        title=row.get("title", ""),
        basis=row.get("basis", ""),
        disputed=row.get("disputed"),
        published=row.get("published", {}),
        strict=row.get("strict", False),
    )


def _compare(result: object, path: str, wanted: object) -> Difference | None:
    found = _at(result, path)
    wanted = wanted.isoformat() if isinstance(wanted, date) else wanted
    same = found == wanted or (isinstance(found, str) and isinstance(wanted, str) and _same_money(found, wanted))
    return None if same else Difference(path, wanted, found)


def _same_money(one: str, other: str) -> bool:
    try:
        return Money.parse(one) == Money.parse(other)
    except InvalidInput:
        return False


def _at(result: object, path: str) -> object:
    """Follow a dotted path; names that contain points themselves are tried longest first."""
    if not path:
        return result
    if isinstance(result, list):
        head, _, rest = path.partition(".")
        return _at(result[int(head)], rest) if head.isdigit() and int(head) < len(result) else _MISSING
    if isinstance(result, dict):
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            if name in result:
                return _at(result[name], ".".join(parts[length:]))
    return _MISSING


def _quote(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.landed import quote

    found = quote(dict(case.input), on=case.on, rulebook=rulebook, rates=case.rates, strict=case.strict)  # type: ignore[arg-type]
    return json.loads(found.model_dump_json())


def _value(case: Case, rulebook: Rulebook) -> object:
    subject, place = case.input["subject"], case.input["place"]
    fact = rulebook.fact(subject, place, on=case.on, **case.input.get("scope", {}))  # type: ignore[arg-type]
    return {"value": fact.text, "valid_from": fact.valid_from, "status": fact.status}


def _rate(case: Case, _: Rulebook) -> object:
    from xbcommerce.exchange import FixedRates, policy_rate

    rates = FixedRates(case.rates) if case.rates else None
    rate = policy_rate(case.input.get("policy", "ecb.daily"), case.input["base"], case.input["quote"], case.on, rates)  # type: ignore[arg-type]
    return {"value": str(rate.value), "day": rate.day.isoformat(), "source": rate.source}


def _convert(case: Case, _: Rulebook) -> object:
    from xbcommerce.exchange import FixedRates, convert

    rates = FixedRates(case.rates) if case.rates else None
    policy = case.input.get("policy", "ecb.daily")
    found = convert(Money.parse(case.input["amount"]), case.input["to"], on=case.on, policy=policy, source=rates)  # type: ignore[arg-type]
    return {"amount": str(found.amount), "day": found.rate.day.isoformat()}


def _round(case: Case, _: Rulebook) -> object:
    return {"amount": str(Money.parse(case.input["amount"]).round(case.input["mode"], case.input.get("to")))}


def _locate(case: Case, _: Rulebook) -> object:
    from xbcommerce.places import Address, locate

    found = locate(Address.of(case.input["address"]), case.on)  # type: ignore[arg-type]
    return {"code": found.code, "customs": found.customs, "vat": found.vat, "excise": found.excise}


def _tax_rate(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.tax import rate

    found = rate(**{"category": "standard", **case.input}, on=case.on, rulebook=rulebook, strict=case.strict)  # type: ignore[arg-type]
    return json.loads(found.model_dump_json())


def _determine(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.tax import determine

    found = determine(dict(case.input), on=case.on, rulebook=rulebook, rates=case.rates, strict=case.strict)  # type: ignore[arg-type]
    return json.loads(found.model_dump_json())


_CALLS: Mapping[str, Callable[[Case, Rulebook], object]] = {
    "landed.quote": _quote,
    "rulebook.fact": _value,
    "exchange.rate": _rate,
    "exchange.convert": _convert,
    "money.round": _round,
    "places.locate": _locate,
    "tax.determine": _determine,
    "tax.rate": _tax_rate,
}


def all_of(paths: Iterable[Path]) -> Iterator[Case]:
    """Yield the cases of several files and folders."""
    for path in paths:
        yield from read(path)
