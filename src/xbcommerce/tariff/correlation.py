"""Correlation: which subheadings of one edition of the Harmonized System correspond to those of another.

The table is that of the United Nations Statistics Division, packed into `data/tariff/correlation.txt`: a subheading that went
over unchanged stands under its heading, each other one with all it corresponds to, the one to which statistics convert first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from xbcommerce.errors import InvalidInput, UnknownFact, shown

__all__ = ["EDITIONS", "Correspondence", "correlate"]

EDITIONS = ("HS2022", "HS2017")
"""Editions of the Harmonized System that the table knows, the newest first."""
_SUBHEADING = 6


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A subheading of the other edition, and how many stand for how many ("1:1", "1:n", "n:1", "n:n")."""

    code: str
    relation: str


def correlate(
    code: str, from_edition: str = EDITIONS[0], to_edition: str = EDITIONS[1], *, missing: Any = None
) -> tuple[Correspondence, ...]:
    """Return the subheadings of another edition that a subheading corresponds to, the statistical conversion first.

    Args:
        code: a code of at least 6 digits; the digits after the sixth are national and left out.
        from_edition: the edition it is a code of.
        to_edition: the edition asked for.
        missing: returned instead of an error for a code that the edition does not have.

    Raises:
        UnknownFact: if the edition has no such subheading.
        InvalidInput: if an edition is not known.

    >>> correlate("8517.13", "HS2022", "HS2017")
    (Correspondence(code='851712', relation='n:1'),)
    """
    from xbcommerce.goods import hs_code

    digits = hs_code(code)[:_SUBHEADING]
    for edition in (from_edition, to_edition):
        if edition not in EDITIONS:
            raise InvalidInput(f"edition {shown(edition)} is not known", field="edition", value=edition, allowed=EDITIONS)
    forward, backward = _tables()
    table, other = (forward, backward) if from_edition == EDITIONS[0] else (backward, forward)
    if digits not in table:
        if missing is not None:
            return missing  # type: ignore[no-any-return]  # what the caller gave
        raise UnknownFact(f"{from_edition} has no subheading {digits}", field="code", value=code)
    if from_edition == to_edition:
        return (Correspondence(digits, "1:1"),)
    found = table[digits]
    many = "n" if len(found) > 1 else "1"
    return tuple(Correspondence(one, f"{'n' if len(other[one]) > 1 else '1'}:{many}") for one in found)


def subheadings(edition: str = EDITIONS[0]) -> frozenset[str]:
    """Return all subheadings of an edition."""
    return frozenset(_tables()[EDITIONS.index(edition)])


@lru_cache(maxsize=1)
def _tables() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    forward: dict[str, tuple[str, ...]] = {}
    text = files("xbcommerce").joinpath("data", "tariff", "correlation.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line[0] == "#":
            continue
        first, *rest = line.split()
        if first.endswith(":"):
            forward[first[:-1]] = tuple(rest)
        else:
            forward.update({first + end: (first + end,) for end in rest})
    backward: dict[str, list[str]] = {}
    for new, olds in forward.items():
        for old in olds:
            backward.setdefault(old, []).append(new)
    return forward, {old: tuple(news) for old, news in backward.items()}
