"""Kinds of goods: what a shop's word for a category means to the rules.

Shops name their categories as they like, the law names kinds of goods. A closed list in the rulebook says which kinds there
are, by which other words they go, and which wider kinds they belong to.

A path ("Home & Kitchen > Coffee > Machines") is read from its widest step to its narrowest. A department stays true below its
name; the name of particular goods (coffee) holds only at the end of a path, since below it stand their cases, cups and spare
parts too, and only below departments where such goods stand. Where two departments disagree the narrower one says what the
goods are, and nothing is exempt by it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.localization.matching import fold
from xbcommerce.rules.facts import known_keys
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Categories", "Goods", "plain"]

_PATH = re.compile(r"\s*[>＞›»→|/]\s*")
_AND = re.compile(r"\s*[,&+、・]\s*|\s+(?:and|und|et|y|e|ed|en|och|og|i)\s+")
_LONGEST = 500
_SHORT = 60
_CLOSE = 0.8
"""How near a word must be to be what was meant: short words of many languages are near to one another (sacs, snacks)."""
_MOST_STEPS = 20
_MOST_PARTS = 8
_SHORTEST_PART = 4
"""So many letters both parts of a compound have: Damen|schuhe."""
_KEYS = frozenset({"also", "in", "things", "thing", "unclear", "under", "aspect", "closed"})


def plain(category: str) -> str:
    """Return a category's word without regard to case, width, invisible signs, spaces, hyphens and underscores.

    >>> plain(" Real-Estate "), plain("ＴＯＹＳ")
    ('real estate', 'toys')
    """
    return " ".join(re.findall(r"[^\s_-]+", fold(category).text))


class Goods(NamedTuple):
    """What a category says of goods.

    Attributes:
        kinds: what they are, for rules that hold for some kinds.
        sure: the same where no step speaks against another, for rules that do not hold for some kinds.
        doubt: why it says nothing, or less than it seems to; "" where there is no doubt.
    """

    kinds: frozenset[str]
    sure: frozenset[str]
    doubt: str = ""


_NOTHING = Goods(frozenset(), frozenset())


class _Step(NamedTuple):
    """A step of a path: the kinds it names (several in "toys & books"), and whether it names particular goods."""

    kinds: tuple[str, ...]
    thing: bool


class Categories:
    """The kinds of goods that a rulebook knows."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]], where: str = "", neutral: Iterable[str] = ()) -> None:
        self.rows = rows
        self._step_of: dict[str, _Step] = {}
        self._unclear: dict[str, list[_Step]] = {}
        for kind, row in rows.items():
            known_keys(row, _KEYS, f"{where}, category {kind}")
            self._name(kind, row.get("things", ()), where, thing=True)
            self._name(kind, (kind, *row.get("also", ())), where, thing=bool(row.get("thing", False)))
            for word in row.get("unclear", ()):
                self._unclear.setdefault(plain(word), []).append(_Step((kind,), thing=True))
            for key in ("in", "under"):
                self.named(row.get(key, ()), f"{where}, category {kind}, {key}")
        self._neutral = frozenset(map(plain, neutral))
        self._wide = {kind: frozenset(self._wider(kind, ())) for kind in rows}
        self._under = {kind: frozenset(self._above(kind)) for kind in rows}
        self._cached = lru_cache(maxsize=4_096)(self._goods)

    @classmethod
    def of(cls, rulebook: Rulebook) -> Categories:
        """Return the categories of a rulebook; none where it tells none."""
        return rulebook.compiled(("localization.categories",), lambda: _load(rulebook))  # type: ignore[no-any-return]

    def _name(self, kind: str, words: Iterable[str], where: str, *, thing: bool) -> None:
        for word in words:
            if self._step_of.setdefault(plain(word), _Step((kind,), thing)).kinds != (kind,):
                raise RulebookError(f"{where}: {shown(word)} is two categories", field="category", value=word)

    def _wider(self, kind: str, below: tuple[str, ...]) -> Iterator[str]:
        if kind in below:
            raise RulebookError(f"category {kind} is within itself", field="in", value=kind)
        yield kind
        for wider in self.rows[kind].get("in", ()):
            yield from self._wider(wider, (*below, kind))

    def _above(self, kind: str) -> Iterator[str]:
        for one in self._wide[kind]:
            yield from self.rows[one].get("under", ())

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

    def goods(self, category: str | None, brand: str | None = None) -> Goods:
        """Return what a category, or the steps of its path, say of goods; the brand of the goods says nothing of their kind."""
        if category is None:
            return _NOTHING
        short = category[:_LONGEST]
        own = brand[:_LONGEST] if brand and brand.casefold() in short.casefold() else ""
        return self._cached(short, own)

    def _goods(self, category: str, brand: str) -> Goods:
        if not plain(category):
            return _NOTHING
        name = plain(brand)
        held: list[_Step] = []
        sure, doubt, passed = True, "", ""
        for word in self._steps(category):
            step = self._read(word, held)
            if held and step is not None and not step.kinds and plain(word) == name:
                continue
            if step is None or any(self._is_topic_of(step, one) for one in held):
                continue
            if not step.kinds or (step.thing and not all(self._agree(step, one) for one in held)):
                if held and held[-1].thing:
                    doubt = _doubted(held.pop().kinds[0], word, category)
                elif held and not step.kinds:
                    passed = passed or _not_narrowed(word, category)
                continue
            passed = ""
            kept = [one for one in held if self._agree(step, one)]
            sure = sure and len(kept) == len(held)
            held = [*kept, step]
        kinds = frozenset().union(*map(self._common, held))
        doubt = doubt or passed
        if not kinds:
            doubt = doubt or (_several(category) if held else self._unknown(category))
        return Goods(kinds, kinds if sure else frozenset(), doubt)

    def _steps(self, category: str) -> Sequence[str]:
        short = category[:_LONGEST]
        return [short] if plain(short) in self._step_of else [step for step in _PATH.split(short)[:_MOST_STEPS] if plain(step)]

    def _read(self, word: str, held: Sequence[_Step]) -> _Step | None:
        """Return what a step names, of no kinds where that is not known; None for a word that says only whom it is for."""
        key = plain(word)
        if key in self._neutral:
            return None
        unclear = self._unclear.get(key, ())
        found = next((one for one in unclear if self._is_placed(one, held)), None) or self._known(key)
        if found is None or (held and any(found == one for one in unclear) and not self._is_placed(found, held)):
            found = self._headed(key, held) or self._joined(word)
        return found or _Step((), thing=False)

    def _known(self, key: str) -> _Step | None:
        """Return the step of a word, with or without the words that say whom it is for."""
        if key in self._step_of:
            return self._step_of[key]
        bare = " ".join(part for part in key.split() if part not in self._neutral)
        if bare != key and bare in self._step_of:
            return self._step_of[bare]
        for place in range(_SHORTEST_PART, len(key) - _SHORTEST_PART + 1) if " " not in key else ():
            if key[:place] in self._neutral and key[place:] in self._step_of:
                return self._step_of[key[place:]]
        return None

    def _headed(self, key: str, held: Sequence[_Step]) -> _Step | None:
        """Return the step of a narrower name of what is held already: OLED TVs below Televisions."""
        head = self._step_of.get(key.rpartition(" ")[2])
        return head if head is not None and any(head.kinds == one.kinds for one in held) else None

    def _joined(self, word: str) -> _Step | None:
        """Return the step of words joined by "and", where all of them are known."""
        parts = [plain(part) for part in _AND.split(fold(word).text)[:_MOST_PARTS]]
        known = [self._known(part) for part in parts if part and part not in self._neutral]
        steps = [step for step in known if step is not None]
        if len(parts) < 2 or not steps or len(steps) < len(known):
            return None
        return _Step(tuple(dict.fromkeys(step.kinds[0] for step in steps)), any(step.thing for step in steps))

    def _is_placed(self, step: _Step, held: Sequence[_Step]) -> bool:
        """Tell whether an unclear name stands where goods of its kind do."""
        kind = step.kinds[0]
        own = self._wide[kind] | frozenset(self.rows[kind].get("under", ()))
        return any(wider in own for one in held for wider in one.kinds)

    def _common(self, step: _Step) -> frozenset[str]:
        """Return the kinds that goods of a step surely are: of several, what they have in common."""
        return frozenset.intersection(*[self._wide[kind] for kind in step.kinds])

    def _agree(self, step: _Step, above: _Step) -> bool:
        """Tell whether goods of a step may stand below another."""
        return any(self._may_stand(kind, wider) for kind in step.kinds for wider in above.kinds)

    def _may_stand(self, kind: str, wider: str) -> bool:
        return (
            wider in self._wide[kind] or kind in self._wide[wider] or wider in self._under[kind]
            or any(self.rows[one].get("aspect", False) for one in (kind, wider))
        )  # fmt: skip

    def _is_topic_of(self, step: _Step, above: _Step) -> bool:
        """Tell whether a step only says what something above it is about: animals among toys, wine among books."""
        closed = [kind for kind in above.kinds if any(self.rows[one].get("closed", False) for one in self._wide[kind])]
        return bool(step.kinds) and len(closed) == len(above.kinds) and not any(
            wider in self._wide[kind] | self._under[kind] for kind in step.kinds for wider in closed
        )  # fmt: skip

    def _unknown(self, category: str) -> str:
        word = plain(category[:_LONGEST])[:_SHORT]
        near = [known for known in self._step_of if known[0] == word[0] and abs(len(known) - len(word)) <= len(word) // 3]
        close = difflib.get_close_matches(word, near, n=1, cutoff=_CLOSE)
        return f"no rule knows the category {shown(category)}; rules of special categories are not applied" + (
            f"; did you mean {close[0]!r}?" if close else ""
        )


def _doubted(kind: str, word: str, category: str) -> str:
    return (
        f"of the category {shown(category)} no rule knows {shown(word)}, so that rules of {kind.replace('_', ' ')} "
        f"are not applied; if it is that, give {kind!r} as the category"
    )


def _not_narrowed(word: str, category: str) -> str:
    return (
        f"of the category {shown(category)} no rule knows {shown(word)}: rules of what stands before it are applied, "
        "those of narrower kinds are not"
    )


def _several(category: str) -> str:
    return f"the category {shown(category)} is of several kinds; rules of special categories are not applied: say which it is"


def _load(rulebook: Rulebook) -> Categories:
    if "categories.toml" not in rulebook.names("localization", ".toml"):
        return Categories({})
    data = rulebook.document("localization", "categories.toml")
    known_keys(data, frozenset({"category", "neutral"}), "localization/categories.toml")
    return Categories(data["category"], "localization/categories.toml", data.get("neutral", ()))
