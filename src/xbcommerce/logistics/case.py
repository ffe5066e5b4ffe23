"""Worked examples of logistics: what each call is given, and what it answers as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.logistics.delivery import expectations
from xbcommerce.logistics.parcels import measure, pack
from xbcommerce.logistics.ratecards import discounted, fuel_percent, services
from xbcommerce.logistics.rates import rates

__all__ = ["CALLS", "run_case"]


def run_case(case: Any, rulebook: object = None) -> object:  # noqa: ARG001 - every runner is called with the rulebook
    """Return what a worked example asks for, as JSON: its call is one of `CALLS`."""
    call = CALLS.get(case.call)
    if call is None:
        raise InvalidInput(
            f"{shown(case.call)} is no call of logistics",
            field="call",
            value=case.call,
            allowed=CALLS,
            hint=suggest(case.call, CALLS),
        )
    return call(dict(case.input), case)


def _case_rates(given: dict[str, Any], case: Any) -> Any:
    shipment, asked = given.pop("shipment"), given.pop("services", None)
    found = rates(shipment, asked, on=case.on, exchange=case.rates, **given).model_dump(mode="json")
    by_name = {
        quote["service"]: {**quote, "lines": {part["id"]: part["amount"] for part in quote["components"]}}
        for quote in found["quotes"]
    }
    excluded = {one["service"]: one for one in found["excluded"]}
    return {**found, "order": [quote["service"] for quote in found["quotes"]], "by_name": by_name, "out": excluded}


def _case_measure(given: dict[str, Any], case: Any) -> Any:
    by = services(given["by"])[0] if isinstance(given["by"], str) else given["by"]
    return measure(given["parcel"], by, on=case.on).model_dump(mode="json")


def _case_pack(given: dict[str, Any], _: Any) -> Any:
    return pack(given["goods"], given["cartons"]).model_dump(mode="json")


def _case_fuel(given: dict[str, Any], _: Any) -> Any:
    percent = fuel_percent(given["index"], given["price"])
    return {"percent": f"{percent.numerator / Decimal(percent.denominator):f}"}


def _case_discount(given: dict[str, Any], _: Any) -> Any:
    return {"cost": str(discounted(given["discount"], given["price"], given["volume"]))}


def _case_delivery(given: dict[str, Any], case: Any) -> Any:
    found = expectations(given["place"], on=case.on, topic=given.get("topic"))
    return [one.model_dump(mode="json") for one in found]


def _case_plan(given: dict[str, Any], _: Any) -> Any:
    from xbcommerce.logistics.plan import run_case as planned

    return planned(given)


CALLS: Mapping[str, Callable[[dict[str, Any], Any], Any]] = {
    "logistics.rates": _case_rates,
    "logistics.measure": _case_measure,
    "logistics.pack": _case_pack,
    "logistics.fuel": _case_fuel,
    "logistics.discount": _case_discount,
    "logistics.delivery": _case_delivery,
    "logistics.plan": _case_plan,
}
"""What worked examples can ask of this engine."""
