"""What every look-up and an ordinary order answer on each day on which something changes: a data edit shows its effect here.

After a deliberate change of facts: `XBCOMMERCE_UPDATE_SNAPSHOTS=1 pytest tests/snapshots`, and read the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.orders import CURRENCY, RATES, order

from xbcommerce.errors import XBCommerceError
from xbcommerce.landed import quote
from xbcommerce.rules import Jurisdiction, Rulebook

HERE = Path(__file__).parent
FIRST = date(2018, 1, 1)
DAY = timedelta(days=1)


def change_days(file: Jurisdiction) -> Iterator[date]:
    rows = [*file.facts, *file.regimes, *file.measures, *(row for table in file.tables.values() for row in table.rows)]
    for row in rows:
        for day in (row.valid_from, row.valid_to and row.valid_to + DAY):
            if day and day > FIRST:
                yield day


def around(days: Iterator[date]) -> list[date]:
    return sorted({FIRST, *(day for change in days for day in (change - DAY, change))})


def condensed(answers: list[tuple[date, str]]) -> list[str]:
    """Keep the first day of every answer."""
    out: list[str] = []
    before = None
    for day, answer in answers:
        if answer != before:
            out.append(f"{day} {answer}")
            before = answer
    return out


def facts(file: Jurisdiction) -> dict[str, list[str]]:
    rulebook = Rulebook.builtin()
    days = around(change_days(file))
    out = {}
    for key in sorted({(fact.subject, fact.place, fact.scope) for fact in file.facts}):
        subject, place, scope = key
        traits: dict[str, Any] = {name: values[0] for name, values in scope}
        answers = []
        for day in days:
            try:
                found = rulebook.fact(subject, place, on=day, **traits)
                answer = f"{found.text} ({found.status})" if found.status != "in_force" else found.text
            except XBCommerceError as error:
                answer = type(error).__name__
            answers.append((day, answer))
        out[" ".join([subject, place, *(f"{name}={value}" for name, value in traits.items())])] = condensed(answers)
    return out


def quotes(file: Jurisdiction) -> dict[str, list[str]]:
    place = "DE" if file.place == "EU" else file.place
    if place not in CURRENCY:
        return {}
    rulebook = Rulebook.builtin()
    days = around(
        change_days(file) if place != "DE" else iter([*change_days(file), *change_days(rulebook.jurisdiction(place))])
    )
    money = CURRENCY[place]
    scale = 100 if money == "JPY" else 5 if money in ("BRL", "CNY") else 1
    out = {}
    for price in (20, 60, 140, 400, 4000):
        line = {
            "description": "T-shirt",
            "unit_price": f"{price * scale} {money}",
            "hs": "61091000",
            "origin": "VN",
            "duty": "12 %",
            "weight": "1 kg",
        }
        answers = []
        for day in days:
            try:
                found = quote(order(place, [line], freight=f"{10 * scale} {money}"), on=day, rates=RATES)
                charges = ", ".join(f"{name} {charge.amount}" for name, charge in found.charges.items())
                answer = f"{'+'.join(found.decided_by)}: {charges or 'nothing'}"
            except XBCommerceError as error:
                answer = f"{type(error).__name__}: {error}"[:110]
            answers.append((day, answer))
        out[f"{price * scale} {money}"] = condensed(answers)
    return out


@pytest.mark.parametrize("place", Rulebook.builtin().places)
def test_answers_on_every_day_of_change(place: str) -> None:
    file = Rulebook.builtin().jurisdiction(place)
    found = {"facts": facts(file), "quotes": quotes(file)}
    path = HERE / f"{place}.json"
    if os.environ.get("XBCOMMERCE_UPDATE_SNAPSHOTS"):
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == found
