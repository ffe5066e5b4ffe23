"""Worked examples of payments: what a case's call answers, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from pydantic import BaseModel

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.payments.eligibility import eligible
from xbcommerce.payments.instalments import instalments
from xbcommerce.payments.portfolio import portfolio
from xbcommerce.payments.recommend import recommend
from xbcommerce.payments.settlement import cash_on_delivery, from_provider, settle, to_provider
from xbcommerce.payments.shares import reach
from xbcommerce.rules import Rulebook

__all__ = ["run_case"]


class Asked(Protocol):
    """What a worked example asks."""

    @property
    def call(self) -> str:
        """The call, such as "payments.eligible"."""

    @property
    def on(self) -> date | None:
        """The day."""

    @property
    def input(self) -> Mapping[str, Any]:
        """The arguments by name."""

    @property
    def strict(self) -> bool:
        """Whether what is only assumed counts as unknown."""


def run_case(case: Asked, rulebook: Rulebook) -> object:
    """Return the answer to a worked example as plain JSON; methods and entries stand under their ids.

    Raises:
        InvalidInput: if the call is none of payments, lacks its day, or has an argument that it does not take.
    """
    call = _CALLS.get(case.call)
    if call is None:
        raise InvalidInput(
            f"no such call {shown(case.call)}", field="call", value=case.call, allowed=_CALLS, hint=suggest(case.call, _CALLS)
        )
    arguments = dict(case.input) | ({} if case.on is None else {"on": case.on})
    if case.strict:
        arguments["strict"] = True
    try:
        return call(arguments, rulebook)
    except TypeError as error:
        raise InvalidInput(f"{case.call}: {error}", field="input", value=sorted(arguments)) from None


def _plain(result: BaseModel) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.model_dump_json())
    return found


def _eligible(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    found = eligible(arguments.pop("checkout"), arguments.pop("merchant", None), rulebook=rulebook, **arguments)
    return {**_plain(found), **{one.method: _plain(one) for one in found.verdicts}}


def _recommend(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    found = recommend(arguments.pop("checkout"), arguments.pop("merchant"), rulebook=rulebook, **arguments)
    entries = {name: _plain(entry) for name, entry in zip(found.order, found.entries, strict=True)}
    return {**_plain(found), **entries}


def _settle(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    return _plain(settle(arguments.pop("checkout"), arguments.pop("merchant"), rulebook=rulebook, **arguments))


def _portfolio(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    return _plain(portfolio(arguments.pop("markets"), arguments.pop("budget"), rulebook=rulebook, **arguments))


def _reach(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    return _plain(reach(arguments.pop("methods"), arguments.pop("shopper"), rulebook=rulebook, **arguments))


def _instalments(arguments: dict[str, Any], _: Rulebook) -> object:
    arguments.pop("on", None)
    return _plain(instalments(arguments.pop("amount"), arguments.pop("count"), **arguments))


def _cash(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    return _plain(cash_on_delivery(arguments.pop("margin"), rulebook=rulebook, **arguments))


def _to_provider(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    arguments.pop("on", None)
    return {"count": to_provider(rulebook=rulebook, **arguments)}


def _from_provider(arguments: dict[str, Any], rulebook: Rulebook) -> object:
    arguments.pop("on", None)
    return {"amount": str(from_provider(rulebook=rulebook, **arguments))}


def _needing(*names: str) -> Callable[[Callable[[dict[str, Any], Rulebook], object]], Any]:
    """Refuse a case that leaves out what its call cannot do without."""

    def wrap(call: Callable[[dict[str, Any], Rulebook], object]) -> Callable[[dict[str, Any], Rulebook], object]:
        def checked(arguments: dict[str, Any], rulebook: Rulebook) -> object:
            for name in names:
                if name not in arguments:
                    raise InvalidInput(f"the case says no {name}", field=name, hint=f"write {name} = ...")
            return call(arguments, rulebook)

        return checked

    return wrap


_CALLS: Mapping[str, Callable[[dict[str, Any], Rulebook], object]] = {
    "payments.eligible": _needing("checkout", "on")(_eligible),
    "payments.recommend": _needing("checkout", "merchant", "on")(_recommend),
    "payments.settle": _needing("checkout", "merchant", "on", "method")(_settle),
    "payments.portfolio": _needing("markets", "budget", "on")(_portfolio),
    "payments.reach": _needing("methods", "shopper", "on")(_reach),
    "payments.instalments": _needing("amount", "count")(_instalments),
    "payments.cash_on_delivery": _needing("margin", "fee", "out", "back", "shopper", "on")(_cash),
    "payments.to_provider": _needing("amount", "provider")(_to_provider),
    "payments.from_provider": _needing("count", "currency", "provider")(_from_provider),
}
