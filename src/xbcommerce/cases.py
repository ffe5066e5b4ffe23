"""Worked examples: TOML files that an accountant can write, run against the library figure by figure.

A case names the call, the day, the input and the figures expected, as dotted paths into the result's JSON. The margin is zero.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, XBCommerceError, shown, suggest
from xbcommerce.money import Money
from xbcommerce.rules.facts import a_table, a_text, known_keys
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
        RulebookError: if a file is broken or holds no case: the message names file, case and reason.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*.toml")):
            yield from read(file)
        return
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulebookError(f"{path}: {error}") from None
    except RecursionError:
        raise RulebookError(f"{path}: nested too deeply") from None
    known_keys(document, frozenset({"case"}), path.name)
    rows = document.get("case")
    if not isinstance(rows, list) or not rows:
        raise RulebookError(f"{path.name}: there is no case: each begins with `[[case]]`", field="case", value=rows)
    ids: set[str] = set()
    for number, row in enumerate(rows, 1):
        yield _case(a_table(row, f"{path.name}, case {number}", "a case"), path.name, ids)


def run(case: Case, rulebook: Rulebook | None = None) -> Outcome:
    """Run a case and compare every expected figure."""
    book = rulebook or Rulebook.builtin()
    call = _runner(case.call)
    if call is None:
        return Outcome(case, (Difference("call", f"one of {', '.join([*_CALLS, *_RUNNERS])}", case.call),))
    try:
        if case.overlay:
            book = book.overlay("case", case.overlay)
        result = call(case, book)
    except XBCommerceError as error:
        if case.raises in [kind.__name__ for kind in type(error).__mro__]:
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
    where = f"{file}, case {shown(row.get('id'))}"
    known_keys(row, _KEYS, where)
    name = a_text(row, "id", where)
    if not name or name in ids:
        raise RulebookError(f"{where}: the id is missing or taken", field="id", value=name)
    tables = {key: a_table(row.get(key, {}), where, key) for key in ("source", "input", "expect", "published", "rates")}
    if not tables["source"].get("title") and row.get("basis") != "own":
        raise RulebookError(f"{where}: the source has no title", field="source")
    if ("raises" in row) == bool(tables["expect"]):
        raise RulebookError(f"{where}: a case has either expect or raises", field="expect")
    overlay = row.get("overlay", [])
    if not isinstance(overlay, list):
        raise RulebookError(f"{where}: overlay is a list of facts, not {shown(overlay)}", field="overlay", value=overlay)
    strict = row.get("strict", False)
    if not isinstance(strict, bool):
        raise RulebookError(f"{where}: strict is true or false, not {shown(strict)}", field="strict", value=strict)
    ids.add(name)
    return Case(
        file=file,
        id=name,
        call=a_text(row, "call", where, "landed.quote"),
        on=_day(row, where),
        input=tables["input"],
        expect=tables["expect"],
        raises=a_text(row, "raises", where) or None,
        rates=tables["rates"] or None,
        overlay=tuple(a_table(fact, where, "a fact of the overlay") for fact in overlay),
        source=tables["source"],
        title=a_text(row, "title", where),
        basis=a_text(row, "basis", where),
        disputed=a_text(row, "disputed", where) or None,
        published=tables["published"],
        strict=strict,
    )


def _day(row: Mapping[str, Any], where: str) -> date | None:
    try:
        return a_day(row["on"]) if "on" in row else None
    except InvalidInput as error:
        raise RulebookError(f"{where}: {error}", field="on", value=row["on"]) from None


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


def _on(case: Case) -> date:
    if case.on is None:
        raise InvalidInput("the case says no day", field="on", hint="write on = 2026-07-15")
    return case.on


def _said(case: Case, *needed: str, **others: Any) -> list[Any]:
    """Return the named parts of a case's input, and others or what they are when nothing is said; there may be no more."""
    accepted = (*needed, *others)
    for name in case.input:
        if name not in accepted:
            raise InvalidInput(
                f"{case.call} takes no {shown(name)}",
                field=f"input.{name}",
                value=name,
                allowed=accepted,
                hint=suggest(name, accepted),
            )
    for name in needed:
        if name not in case.input:
            raise InvalidInput(f"{case.call} needs {name}", field=f"input.{name}", allowed=accepted)
    return [case.input.get(name, others.get(name)) for name in accepted]


def _quote(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.landed import quote

    found = quote(dict(case.input), on=_on(case), rulebook=rulebook, rates=case.rates, strict=case.strict)
    return json.loads(found.model_dump_json())


def _value(case: Case, rulebook: Rulebook) -> object:
    subject, place, scope = _said(case, "subject", "place", scope={})
    for name in a_table(scope, case.id, "scope"):
        if name in ("self", "subject", "place", "on"):
            raise InvalidInput(f"the scope names traits, and {name} is none", field="input.scope", value=name)
    fact = rulebook.fact(subject, place, on=_on(case), **scope)
    start, end = (day.isoformat() if day else None for day in (fact.valid_from, fact.valid_to))
    return {"value": fact.text, "valid_from": start, "valid_to": end, "status": fact.status}


def _rate(case: Case, _: Rulebook) -> object:
    from xbcommerce.exchange import FixedRates, policy_rate

    base, quote, policy = _said(case, "base", "quote", policy="ecb.daily")
    rate = policy_rate(policy, base, quote, _on(case), FixedRates(case.rates) if case.rates else None)
    return {"value": str(rate.value), "day": rate.day.isoformat(), "source": rate.source}


def _convert(case: Case, _: Rulebook) -> object:
    from xbcommerce.exchange import FixedRates, convert

    amount, to, policy = _said(case, "amount", "to", policy="ecb.daily")
    found = convert(Money.of(amount), to, on=_on(case), policy=policy, source=FixedRates(case.rates) if case.rates else None)
    return {"amount": str(found.amount), "day": found.rate.day.isoformat()}


def _round(case: Case, _: Rulebook) -> object:
    amount, mode, to = _said(case, "amount", "mode", to=None)
    return {"amount": str(Money.of(amount).round(mode, to))}


def _locate(case: Case, _: Rulebook) -> object:
    from xbcommerce.places import Address, locate

    (address,) = _said(case, "address")
    found = locate(Address.of(address), _on(case))
    return {"code": found.code, "customs": found.customs, "vat": found.vat, "excise": found.excise}


def _tax_rate(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.tax import rate

    place, category, hs, unit_price = _said(case, "place", category=None, hs=None, unit_price=None)
    found = rate(place, category, on=_on(case), hs=hs, unit_price=unit_price, rulebook=rulebook, strict=case.strict)
    return json.loads(found.model_dump_json())


def _determine(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.tax import determine

    found = determine(dict(case.input), on=_on(case), rulebook=rulebook, rates=case.rates, strict=case.strict)
    return json.loads(found.model_dump_json())


def _returns(case: Case, rulebook: Rulebook) -> object:
    from xbcommerce.tax import returns

    records, scheme, period, identification, seller = _said(
        case, "records", "scheme", "period", identification=None, seller=None
    )
    found = returns(
        records, scheme=scheme, period=period, identification=identification, seller=seller, rulebook=rulebook, rates=case.rates
    )
    return json.loads(found.model_dump_json())


def _obligations(case: Case, rulebook: Rulebook) -> object:
    """Return the obligations by their ids."""
    from xbcommerce.tax import obligations

    sales, seller, places, coverage, near = _said(case, "sales", "seller", places=None, coverage=None, near="0.8")
    found = obligations(
        sales, seller, on=_on(case), places=places, coverage=coverage, near=near, rulebook=rulebook, rates=case.rates
    )
    return {one.id: json.loads(one.model_dump_json()) for one in found.results}


_CALLS: Mapping[str, Callable[[Case, Rulebook], object]] = {
    "landed.quote": _quote,
    "rulebook.fact": _value,
    "exchange.rate": _rate,
    "exchange.convert": _convert,
    "money.round": _round,
    "places.locate": _locate,
    "tax.determine": _determine,
    "tax.obligations": _obligations,
    "tax.rate": _tax_rate,
    "tax.returns": _returns,
}
_RUNNERS: Mapping[str, str] = {
    "landed.requirements": "xbcommerce.landed.requirements",
    "listings": "xbcommerce.listings.case",
    "localization": "xbcommerce.localization.case",
    "logistics": "xbcommerce.logistics.case",
    "payments": "xbcommerce.payments.case",
    "prices": "xbcommerce.prices.cases",
}
"""Engines that run their own examples (`run_case`), by the name of the call or its first part."""


def _runner(name: str) -> Callable[[Case, Rulebook], object] | None:
    """Return what answers a call."""
    found = _CALLS.get(name)
    module = _RUNNERS.get(name) or _RUNNERS.get(name.partition(".")[0])
    if found is None and module is not None:
        found = import_module(module).run_case
    return found


def all_of(paths: Iterable[Path]) -> Iterator[Case]:
    """Yield the cases of several files and folders."""
    for path in paths:
        yield from read(path)
