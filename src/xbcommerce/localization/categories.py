"""Kinds of goods: what a shop's word for a category means to the rules.

Shops name their categories as they like, the law names kinds of goods. A closed list in the rulebook says which kinds there
are, by which other words they go, and which wider kinds they belong to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.rules.facts import known_keys
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Categories", "plain"]

_PATH = re.compile(r"\s*[>›»|/]\s*")
_LONGEST = 500
_SHORT = 60
_CLOSE = 0.8
"""How near a word must be to be what was meant: short words of many languages are near to one another (sacs, snacks)."""
_MOST_STEPS = 20


def plain(category: str) -> str:
    """Return a category's word without regard to case, spaces, hyphens and underscores.

    >>> plain(" Real-Estate ")
    'real estate'
    """
    return " ".join(re.findall(r"[^\s_-]+", category.casefold()))


class Categories:
    """The kinds of goods that a rulebook knows."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]], where: str = "") -> None:
        self.rows = rows
        self._kind: dict[str, str] = {}
        for kind, row in rows.items():
            known_keys(row, frozenset({"also", "in"}), f"{where}, category {kind}")
            for word in (kind, *row.get("also", ())):
                if self._kind.setdefault(plain(word), kind) != kind:
                    raise RulebookError(f"{where}: {shown(word)} is two categories", field="category", value=word)
            for wider in row.get("in", ()):
                if wider not in rows:
                    raise RulebookError(f"{where}, category {kind}: no category {shown(wider)}", hint=suggest(wider, rows))
        self._wide = {kind: frozenset(self._wider(kind, ())) for kind in rows}
        self._kinds_of = lru_cache(maxsize=4_096)(self._kinds)
        self._reason = lru_cache(maxsize=4_096)(self._why_unknown)

    @classmethod
    def of(cls, rulebook: Rulebook) -> Categories:
        """Return the categories of a rulebook; none where it tells none."""
        return rulebook.compiled(("localization.categories",), lambda: _load(rulebook))  # type: ignore[no-any-return]

    def _wider(self, kind: str, below: tuple[str, ...]) -> Iterator[str]:
        if kind in below:
            raise RulebookError(f"category {kind} is within itself", field="in", value=kind)
        yield kind
        for wider in self.rows[kind].get("in", ()):
            yield from self._wider(wider, (*below, kind))

    def named(self, words: Iterable[str], where: str) -> frozenset[str]:
        """Return the kinds that a row of data names, each by its own name.

        Raises:
            RulebookError: if there is no such kind.
        """
        kinds = frozenset(words)
        unknown = min(kinds - self.rows.keys(), default=None)
        if unknown is not None:
            raise RulebookError(
                f"{where}: there is no category {shown(unknown)}", field="category", value=unknown,
                hint=suggest(unknown, self.rows),
            )  # fmt: skip
        return kinds

    def kinds(self, category: str | None) -> frozenset[str]:
        """Return all kinds that a category, or any step of its path, means; none where it is not known or not given."""
        return frozenset() if category is None else self._kinds_of(category)

    def _kinds(self, category: str) -> frozenset[str]:
        steps = _PATH.split(category[:_LONGEST])[:_MOST_STEPS]
        found = {self._kind.get(plain(step)) for step in (category[:_LONGEST], *steps)}
        return frozenset().union(*[self._wide[kind] for kind in found if kind is not None])

    def unknown(self, category: str | None) -> str:
        """Return why a category means nothing to the rules; "" where it does or is not given."""
        return "" if category is None or self.kinds(category) else self._reason(category)

    def _why_unknown(self, category: str) -> str:
        close = difflib.get_close_matches(plain(category[:_SHORT]), self._kind, n=1, cutoff=_CLOSE)
        return f"no rule knows the category {shown(category)}; rules of special categories are not applied" + (
            f"; did you mean {close[0]!r}?" if close else ""
        )


def _load(rulebook: Rulebook) -> Categories:
    if "categories.toml" not in rulebook.names("localization", ".toml"):
        return Categories({})
    data = rulebook.document("localization", "categories.toml")
    known_keys(data, frozenset({"category"}), "localization/categories.toml")
    return Categories(data["category"], "localization/categories.toml")
