"""Doubts: what an answer must say about the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xbcommerce.rules.facts import Fact

__all__ = ["doubts"]


def doubts(fact: Fact, on: date, review_every: int) -> Iterator[str]:
    """Yield in words why a fact may not hold on a day: presumed, observed, uncertain, approximate, unverified or stale."""
    name = f"{fact.id} = {fact.text}"
    if fact.status == "presumed":
        yield f"{name} is PRESUMED: likely to hold on the day, but not confirmed{f' ({fact.note})' if fact.note else ''}"
    if fact.status == "observed":
        yield f"{name} was observed on a day; the law's own dates are not known"
    if fact.confidence != "high":
        yield f"{name}: confidence {fact.confidence}{f' ({fact.note})' if fact.note else ''}"
    if fact.approximates:
        yield f"{name} approximates {fact.approximates}"
    if fact.layer == "built-in" and fact.verified_on is None:
        yield f"{name} has not been verified"
    elif fact.verified_on is not None and (on - fact.verified_on).days > review_every:
        yield f"{name} was last verified on {fact.verified_on}: it may be stale on {on}"
