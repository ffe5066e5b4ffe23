"""Explanations: how a figure came about, by which rule, cited where.

A result carries its explanation as plain frozen values; rendering (text, Markdown, HTML) is separate, so that a shop can
show it, an ERP can store it and an accountant can read it.
"""

from __future__ import annotations

import copyreg
import html
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, TypeAdapter, model_validator

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.money import Money

__all__ = ["Amount", "Answer", "Citation", "Explanation", "FactUsed", "Result", "Step"]

Amount: TypeAlias = Money
"""Money of a result: made by an engine, or read back from a stored result."""

_set = object.__setattr__


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(_Frozen):
    """A frozen answer of an engine: equal to another of its kind where all fields are."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)

    def __hash__(self) -> int:
        return hash((type(self), *[_hashable(getattr(self, name)) for name in type(self).model_fields]))

    @classmethod
    def made(cls, inside: Mapping[str, Any] | None = None, **fields: Any) -> Self:
        """Return a result made of the engine's own values: nothing to validate (a quote makes some ten of them)."""
        result = cls.__new__(cls)
        _set(result, "__dict__", fields)
        _set(result, "__pydantic_fields_set__", _given(cls))
        _set(result, "__pydantic_extra__", None)
        _set(result, "__pydantic_private__", inside)
        return result

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle what an engine made by its fields alone: whole catalogues of answers come from other processes."""
        state = self.__getstate__()
        if state["__pydantic_fields_set__"] != _given(type(self)) or state["__pydantic_extra__"]:
            return copyreg.__newobj__, (type(self),), state  # type: ignore[attr-defined]  # what pickle itself does
        return _revived, (type(self), state["__dict__"], state["__pydantic_private__"])


def _revived(kind: type[Result], fields: dict[str, Any], inside: Mapping[str, Any] | None) -> Result:
    return kind.made(inside, **fields)


class Answer(Result):
    """A result that keeps what the engine knew (`_inside`) until somebody asks why.

    A pickle and a JSON text carry the figures and what is told of them (computed fields that are cached properties, such as
    the explanation), not the engine's insides: an answer read back tells the same and is equal to the first.
    """

    _inside: Any = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _read_back(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, Mapping):
            return handler(data)
        told = {name: data[name] for name in cls.model_computed_fields if name in data}
        answer = handler({name: value for name, value in data.items() if name not in told})
        for name, value in told.items():
            if name in _told(cls):
                answer.__dict__[name] = _reader(cls.model_computed_fields[name].return_type).validate_python(value)
        return answer

    def __getstate__(self) -> dict[Any, Any]:
        for name in _told(type(self)):
            getattr(self, name)
        return {**super().__getstate__(), "__pydantic_private__": {"_inside": None}}

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return type(self).made({"_inside": self._inside}, **deepcopy(self.__dict__, memo))


def _hashable(value: object) -> object:
    return frozenset((name, _hashable(part)) for name, part in value.items()) if isinstance(value, dict) else value


@lru_cache(maxsize=64)
def _told(answer: type[Answer]) -> tuple[str, ...]:
    """Return the computed fields of an answer that are kept once they are told."""
    return tuple(
        name for name, field in answer.model_computed_fields.items() if isinstance(field.wrapped_property, cached_property)
    )


@lru_cache(maxsize=64)
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@lru_cache(maxsize=64)
def _given(result: type[Result]) -> set[str]:
    return set(result.model_fields)


class Citation(_Frozen):
    """Where a fact can be read: title, publisher, address, and the day it was seen."""

    title: str
    publisher: str = ""
    url: str = ""
    seen: date | None = None

    def __str__(self) -> str:
        """Return title and publisher in one line."""
        return f"{self.title}, {self.publisher}" if self.publisher else self.title


class FactUsed(_Frozen):
    """A fact as it was used: its identity, value, validity, source and how sure we are of it."""

    id: str
    value: str
    valid_from: date | None = None
    valid_to: date | None = None
    law: str = ""
    citation: Citation
    verified_on: date | None = None
    confidence: str = "high"
    status: str = "in_force"
    layer: str = "built-in"


class Step(_Frozen):
    """One figure: its name, the amount, the sentence that says how it was reckoned, and the facts it rests on."""

    bill: str
    id: str
    kind: str
    amount: Money | None = None
    text: str
    rule: str
    facts: tuple[FactUsed, ...] = ()


class Explanation(_Frozen):
    """Why a result is what it is.

    Attributes:
        title: what was asked.
        steps: the figures in the order in which they were reckoned.
        conversions: exchange rates used, with source and day.
        assumptions: what the order did not say and was assumed.
        warnings: stale, uncertain, approximated or presumed facts.
        rulebook: version and digest of the rulebook (and of the code) that answered.
    """

    title: str
    steps: tuple[Step, ...]
    conversions: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rulebook: str = ""

    def render(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html".

        Raises:
            InvalidInput: for another style.
        """
        styles = {"text": self.to_text, "markdown": self.to_markdown, "html": self.to_html}
        if not isinstance(style, str) or style not in styles:
            raise InvalidInput(f"unknown style {shown(style)}", field="style", value=style, allowed=styles)
        return styles[style]()

    def to_text(self) -> str:
        """Return the explanation as plain text, one figure a paragraph."""
        width = max((len(step.id) for step in self.steps), default=0)
        money = max((len(str(step.amount)) for step in self.steps if step.amount is not None), default=0)
        out = [self.title, ""]
        for step in self.steps:
            amount = "" if step.amount is None else str(step.amount)
            out.append(f"{step.id:<{width}}  {amount:>{money}}  {step.text}")
            indent = " " * (width + money + 4)
            out.extend(f"{indent}{line}" for line in _references(step))
        for heading, items in self._notes():
            out += ["", f"{heading}:"] + [f"  - {item}" for item in items]
        if self.rulebook:
            out += ["", self.rulebook]
        return "\n".join(out)

    def to_markdown(self) -> str:
        """Return the explanation as Markdown."""
        out = [f"**{_plain(self.title)}**", "", "| figure | amount | how | rule |", "| --- | ---: | --- | --- |"]
        for step in self.steps:
            amount = "" if step.amount is None else str(step.amount)
            rules = "<br>".join(_plain(line) for line in _references(step))
            out.append(f"| {_plain(step.id)} | {amount} | {_plain(step.text)} | {rules} |")
        for heading, items in self._notes():
            out += ["", f"{heading}:", ""] + [f"- {_plain(item)}" for item in items]
        if self.rulebook:
            out += ["", self.rulebook]
        return "\n".join(out)

    def to_html(self) -> str:
        """Return the explanation as an HTML fragment; everything that came from outside is escaped."""
        rows = "".join(
            f"<tr><td>{html.escape(step.id)}</td>"
            f"<td style='text-align:right'>{'' if step.amount is None else html.escape(str(step.amount))}</td>"
            f"<td>{html.escape(step.text)}</td>"
            f"<td>{'<br>'.join(html.escape(line) for line in _references(step))}</td></tr>"
            for step in self.steps
        )
        notes = "".join(
            f"<p>{heading}:</p><ul>{''.join(f'<li>{html.escape(item)}</li>' for item in items)}</ul>"
            for heading, items in self._notes()
        )
        return (
            f"<p><b>{html.escape(self.title)}</b></p><table><thead><tr><th>figure</th><th>amount</th><th>how</th>"
            f"<th>rule</th></tr></thead><tbody>{rows}</tbody></table>{notes}<p><small>{html.escape(self.rulebook)}</small></p>"
        )

    def _notes(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        notes = (("Exchange", self.conversions), ("Assumed", self.assumptions), ("Warnings", self.warnings))
        return [(heading, items) for heading, items in notes if items]

    __str__ = to_text

    def _repr_html_(self) -> str:
        return self.to_html()


def _references(step: Step) -> list[str]:
    out = []
    for fact in step.facts:
        law = f"{fact.law}, " if fact.law else ""
        verified = f"verified {fact.verified_on}" if fact.verified_on else "not verified"
        layer = "" if fact.layer == "built-in" else f", layer {fact.layer}"
        out.append(f"{fact.id} = {fact.value}: {law}{fact.citation} ({verified}{layer})")
    return out or [f"rule {step.rule}"]


def _plain(text: str) -> str:
    """Return text that cannot break out of a Markdown table cell."""
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
