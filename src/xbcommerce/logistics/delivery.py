"""Delivery: what the people of a market expect of a delivery, as dated facts, and how well a service meets it.

Expectations are surveys and observations, not law (save where a fact says that it is): each has its day, its source and its
confidence, and a market of which nothing is known has none.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Citation, FactUsed, Result
from xbcommerce.logistics.models import Days, Service
from xbcommerce.logistics.ratecards import sources
from xbcommerce.places import Address
from xbcommerce.rules.facts import in_force

__all__ = ["TOPICS", "Expectation", "Fit", "expectations", "fit"]

TOPICS: Mapping[str, str] = {
    "out_of_home": "parcel lockers, pickup points or post offices",
    "door": "delivery to the door",
    "cash_on_delivery": "cash on delivery",
    "next_day": "delivery on the next day",
    "within_days": "delivery within the days that shoppers accept",
    "address": "how an address is written, or that there is none",
    "refusal": "parcels that come back unpaid or refused",
    "locker_size": "what fits a locker",
}
_OUT_OF_HOME = frozenset({"pickup_point", "locker", "post_office"})


class Expectation(Result):
    """One dated fact about deliveries in a market.

    Attributes:
        topic: one of `TOPICS`.
        place: the market.
        share: of shoppers or orders that it is true of, in percent, where somebody counted.
        value: anything else that the fact says (a number of days, "required").
        text: in our own words.
    """

    topic: str
    place: str
    share: Decimal | None
    value: str
    text: str
    valid_from: date | None
    valid_to: date | None
    status: str
    confidence: str
    source: Citation

    def covers(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return in_force(self.valid_from, self.valid_to, on)

    def used(self) -> FactUsed:
        """Return it as a fact of an explanation."""
        said = f"{self.share} %" if self.share is not None else self.value or self.text
        return FactUsed(
            id=f"delivery.{self.topic}/{self.place}", value=said, valid_from=self.valid_from, valid_to=self.valid_to,
            citation=self.source, confidence=self.confidence, status=self.status, verified_on=self.source.seen,
        )  # fmt: skip


class Fit(Result):
    """Whether a service meets an expectation of the market; None where it cannot be told."""

    topic: str
    met: bool | None
    text: str
    expectation: Expectation

    @property
    def unmet_share(self) -> Decimal:
        """Share of the market that is not served as it expects, in percent; 0 where it is met or nobody counted."""
        return self.expectation.share or Decimal(0) if self.met is False else Decimal(0)


@lru_cache(maxsize=1)
def _all() -> Mapping[str, tuple[Expectation, ...]]:
    text = files("xbcommerce").joinpath("data/logistics/markets.csv").read_text(encoding="utf-8")
    known = sources()
    out: dict[str, list[Expectation]] = {}
    for row in csv.DictReader(StringIO(text)):
        one = Expectation.made(
            topic=row["topic"], place=row["place"], share=Decimal(row["share"]) if row["share"] else None, value=row["value"],
            text=row["text"], valid_from=_day(row["valid_from"]), valid_to=_day(row["valid_to"]), status=row["status"],
            confidence=row["confidence"], source=known[row["source"]].citation,
        )  # fmt: skip
        out.setdefault(one.place, []).append(one)
    return {place: tuple(rows) for place, rows in out.items()}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def expectations(
    place: str | Address | Mapping[str, Any], *, on: date | str, topic: str | None = None
) -> tuple[Expectation, ...]:
    """Return what is known of deliveries in a market on a day; nothing known is an empty answer.

    Args:
        place: a country or an address.
        on: the day.
        topic: only this one of `TOPICS`.

    >>> [one.share for one in expectations("PL", on="2026-11-25", topic="out_of_home")]
    [Decimal('83')]
    """
    day, country = a_day(on), Address.of(place).country
    if topic is not None and topic not in TOPICS:
        raise InvalidInput(
            f"{shown(topic)} is no topic of deliveries", field="topic", value=topic, allowed=TOPICS, hint=suggest(topic, TOPICS)
        )
    return tuple(one for one in _all().get(country, ()) if one.covers(day) and (topic is None or one.topic == topic))


def fit(service: Service, days: Days | None, place: str | Address, *, on: date | str) -> tuple[Fit, ...]:
    """Return how well a service meets what a market expects.

    Args:
        service: what it offers at the door, at pickup points, in cash.
        days: its transit time to the market, if known.
        place: the market.
        on: the day.
    """
    out = []
    for one in expectations(place, on=on):
        found = _met(service, days, one)
        if found is not None:
            met, text = found
            out.append(Fit.made(topic=one.topic, met=met, text=text, expectation=one))
    return tuple(out)


def _met(service: Service, days: Days | None, one: Expectation) -> tuple[bool | None, str] | None:
    share = f"{one.share} % there" if one.share is not None else "people there"
    if one.topic == "out_of_home":
        offers = sorted(_OUT_OF_HOME & set(service.delivery))
        said = (
            f"delivers to {' and '.join(f'{offer}s' for offer in offers).replace('_', ' ')}"
            if offers
            else "delivers to no pickup point or locker"
        )
        return bool(offers), f"{share} collect parcels themselves; the service {said}"
    if one.topic == "door":
        met = "door" in service.delivery
        return met, f"{share} want delivery to the door; the service {'offers' if met else 'does not offer'} it"
    if one.topic == "cash_on_delivery":
        takes = "collects cash" if service.cash_on_delivery else "collects no cash"
        return service.cash_on_delivery, f"{share} pay on delivery; the service {takes}"
    if one.topic in ("next_day", "within_days"):
        limit = 1 if one.topic == "next_day" else int(one.value)
        when = "on the next day" if limit == 1 else f"within {limit} days"
        if days is None:
            return None, f"{share} expect delivery {when}; the transit time is not known"
        return days.calendar[1] <= limit, f"{share} expect delivery {when}; the service takes {days}"
    return (None, one.text) if one.topic == "address" else None
