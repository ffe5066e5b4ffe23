"""Goods: what is sold and sent, described as customs and carriers need it.

Commodity codes follow the Harmonized System of the World Customs Organization: chapter (2 digits), heading (4),
subheading (6); countries add digits of their own (8 to 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.money import Money, times

__all__ = ["Dimensions", "HSCode", "Item", "Price", "Quantity", "Weight", "hs_code", "hs_level", "weight"]

_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "lb": Decimal("0.45359237"), "oz": Decimal("0.028349523125")}
_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,21})?)"
_FINEST = -21
"""Whatever has nine decimals in ounces or inches has no more in kilograms or centimetres: they are written and read again."""
_WEIGHT = re.compile(rf"{_NUMBER}\s?([a-z]{{1,2}})")
_DIMENSIONS = re.compile(rf"{_NUMBER}\s?x\s?{_NUMBER}\s?x\s?{_NUMBER}\s?(cm|mm|in)")
_CENTIMETRES = {"cm": Decimal(1), "mm": Decimal("0.1"), "in": Decimal("2.54")}
_WORD = re.compile(r"[a-z][a-z0-9_]{0,40}")
_QUOTED = re.compile(r"'([^']*)'")
_LONGEST_TEXT = 2000


class Model(BaseModel):
    """Base of all input models: frozen, no unknown keys, and errors that are `InvalidInput`.

    What a model has worked out of its fields (its cached properties) stays with it: copies and pickles work it out anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise invalid(error, type(self).model_fields) from error

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # nested models are read by pydantic itself

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values of some fields; they are checked like those of a new one."""
        copied = super().model_copy(deep=deep)
        if not update:
            return copied
        return type(self)(**named({**{name: getattr(copied, name) for name in copied.model_fields_set}, **update}))

    def __copy__(self) -> Self:
        return self._bare(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._bare(super().__deepcopy__(memo))

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        return {**state, "__dict__": self._fields(state["__dict__"])}

    @classmethod
    def _bare(cls, copied: Self) -> Self:
        object.__setattr__(copied, "__dict__", cls._fields(copied.__dict__))
        return copied

    @classmethod
    def _fields(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name in cls.model_fields}


def named(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping as arguments by name; a key that is no text becomes one, which no model knows."""
    return {name if isinstance(name, str) else shown(name): content for name, content in value.items()}


def invalid(error: ValidationError, fields: Iterable[str] = ()) -> InvalidInput:
    """Return the `InvalidInput` that tells what pydantic found: the place of the first problem and all of them in words."""
    problems = error.errors(include_url=False)
    texts = []
    for problem in problems[:5]:
        where = ".".join(_part(part) for part in problem["loc"])
        text = problem["msg"].removeprefix("Value error, ")
        texts.append(f"{where}: {text}" if where else text)
    more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
    first = problems[0]
    cause = first.get("ctx", {}).get("error")
    hint = _meant(first, tuple(fields)) if first["type"] == "extra_forbidden" else None
    allowed = _QUOTED.findall(first["ctx"]["expected"]) if first["type"] == "literal_error" else []
    found = InvalidInput(
        "; ".join(texts) + more,
        field=_where(first["loc"], cause),
        value=first.get("input"),
        allowed=allowed,
        hint=hint or suggest(first.get("input"), allowed),
    )
    if isinstance(cause, InvalidInput):  # the message has its hint already
        found.allowed, found.hint = cause.allowed, cause.hint
    return found


def _meant(problem: Any, fields: tuple[str, ...]) -> str | None:
    """Return what is meant by a name that a model does not know."""
    if len(problem["loc"]) != 1:
        return None
    name = problem["loc"][0]
    traits = "traits that only some laws know go into `traits`" if not fields or "traits" in fields else None
    return suggest(name, fields) or traits


def _part(part: object) -> str:
    return part if isinstance(part, str) and part.isprintable() and len(part) <= 60 else shown(part)


def _where(place: tuple[int | str, ...], cause: object) -> str | None:
    """Return the dotted name of a field: where it is, and which of its parts a check of the whole names."""
    parts = [_part(part) for part in place]
    if isinstance(cause, InvalidInput) and cause.field:
        if parts and cause.field.split(".")[0] == parts[-1]:
            parts[-1] = cause.field
        elif not place or isinstance(place[-1], int) or isinstance(cause.__cause__, ValidationError):
            parts.append(cause.field)
    return ".".join(parts) or None


def hs_code(value: object) -> str:
    """Return a commodity code as bare digits: 6 (HS subheading) to 12.

    >>> hs_code("6109.10"), hs_code("6109 10 00")
    ('610910', '61091000')

    Raises:
        InvalidInput: if it is shorter than a subheading, longer than any national code, or of no chapter.
    """
    if not isinstance(value, str) or len(value) > 20:
        raise InvalidInput(f"a commodity code is a text of 6 to 12 digits, not {shown(value)}", field="hs", value=value)
    digits = value.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or not 6 <= len(digits) <= 12:
        raise InvalidInput(
            f"{shown(value)} is not a commodity code",
            field="hs",
            value=value,
            hint="give at least the 6 digits of the HS subheading, such as '6109.10', and at most 12",
        )
    if not 1 <= int(digits[:2]) <= 99 or digits[2:4] == "00":
        raise InvalidInput(f"{shown(value)} is in no chapter of the Harmonized System", field="hs", value=value)
    return digits


def hs_level(code: str) -> Literal["subheading", "national"]:
    """Tell whether a code stops at the international subheading or has national digits.

    >>> hs_level("610910"), hs_level("61091000")
    ('subheading', 'national')
    """
    return "subheading" if len(hs_code(code)) == 6 else "national"


def weight(value: object) -> Decimal:
    """Return a weight in kilograms, exactly: from "0.2 kg", "200 g", "7 oz", "1.5 lb", or a Decimal or int of kilograms.

    >>> weight("200 g"), weight("1 lb")
    (Decimal('0.200'), Decimal('0.45359237'))
    """
    match = _WEIGHT.fullmatch(value.strip().lower()) if isinstance(value, str) and len(value) <= 40 else None
    if match and match[2] in _KILOGRAMS:
        value = times(_KILOGRAMS[match[2]], Decimal(match[1]))
    return _measure(value, field="weight", example="'0.2 kg' or '200 g'", units=_KILOGRAMS)


def _measure(value: object, *, field: str, example: str, units: Mapping[str, Decimal] | None = None) -> Decimal:
    plain = isinstance(value, Decimal | int) and not isinstance(value, bool)
    if isinstance(value, str) and units is None and re.fullmatch(_NUMBER, value.strip()):
        value, plain = Decimal(value.strip()), True
    if not plain:
        raise InvalidInput(
            f"cannot read {shown(value)} as {field}",
            field=field,
            value=value,
            allowed=sorted(units or ()),
            hint=f"write {example}; floats are not exact",
        )
    if isinstance(value, int) and value.bit_length() > 40:
        raise InvalidInput(f"{shown(value)} is not a plausible {field}", field=field, value=value)
    number = Decimal(value)  # type: ignore[arg-type]
    if not number.is_finite() or not 0 <= number < 10**9 or int(number.as_tuple().exponent) < _FINEST:
        raise InvalidInput(f"{shown(str(number))} is not a plausible {field}", field=field, value=value)
    return number


def _quantity(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10**9:
        raise InvalidInput(
            f"quantity must be a whole number from 1 to 1,000,000,000, not {shown(value)}", field="quantity", value=value
        )
    return value


def _not_negative(value: object) -> Money:
    money = Money.of(value)
    if money.amount < 0:
        raise InvalidInput(f"{money} is negative: prices, costs and values are at least 0", value=value)
    return money


def _text(value: str) -> str:
    if len(value) > _LONGEST_TEXT:
        raise InvalidInput(f"a description has at most {_LONGEST_TEXT} characters, not {len(value)}", field="description")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"{shown(value)} holds half a character (a lone surrogate)", field="description", value=value,
            hint="it was decoded wrongly: read it as UTF-8",
        ) from None  # fmt: skip
    return value


def _word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise InvalidInput(f"{shown(value)} is no name of lower-case letters, digits and underscores", value=value)
    return value


def _country(value: object) -> str:
    from xbcommerce.places import Address

    return Address.of(value).country


def traits(value: Mapping[str, object]) -> Mapping[str, str | bool]:
    """Return declared traits: names in lower case with underscores, values that are codes or booleans."""
    for name, content in value.items():
        if not _WORD.fullmatch(name):
            raise InvalidInput(f"{shown(name)} is not the name of a trait", field="traits", value=name)
        if not isinstance(content, bool) and not (
            isinstance(content, str) and 0 < len(content) <= 64 and content.isprintable()
        ):
            raise InvalidInput(
                f"trait {name} must be a code or true or false, not {shown(content)}", field=f"traits.{name}", value=content
            )
    return value  # type: ignore[return-value]


def _in_full(number: Decimal) -> str:
    return f"{number:f}"


def _in_kilograms(mass: Decimal) -> str:
    return f"{mass:f} kg"


HSCode = Annotated[str, BeforeValidator(hs_code)]
"""A commodity code of 6 to 12 digits."""
Weight = Annotated[Decimal, BeforeValidator(weight), PlainSerializer(_in_kilograms, when_used="json")]
"""Kilograms; in JSON with the unit, so that it can be read again."""
Price = Annotated[Money, BeforeValidator(_not_negative)]
"""An amount of at least 0, net of the taxes of the destination."""
Quantity = Annotated[int, BeforeValidator(_quantity)]
"""A count of pieces."""
Country = Annotated[str, BeforeValidator(_country)]
"""An ISO 3166-1 alpha-2 code."""
Traits = Annotated[dict[str, Any], AfterValidator(traits)]
"""Traits that only some laws ask for, by name."""
Word = Annotated[str, AfterValidator(_word)]
"""The name of a material or a unit."""
Measure = Annotated[
    Decimal, BeforeValidator(lambda value: _measure(value, field="measure", example="'2' or '0.75'")),
    PlainSerializer(_in_full, when_used="json"),
]  # fmt: skip
"""A count of a supplementary unit (pairs, litres, square metres ...)."""


class Dimensions(Model):
    """Outer dimensions in centimetres.

    >>> Dimensions.of("30 x 20 x 10 cm").volume
    Decimal('6000')
    """

    length: Measure
    width: Measure
    height: Measure

    @classmethod
    def of(cls, value: object) -> Dimensions:
        """Return dimensions from a text such as "30x20x10 cm" (cm, mm or in), or from a mapping in centimetres."""
        if isinstance(value, Dimensions):
            return value
        if isinstance(value, str) and len(value) <= 64 and (match := _DIMENSIONS.fullmatch(value.strip().lower())):
            factor = _CENTIMETRES[match[4]]
            sides = [times(factor, Decimal(match[index])) for index in (1, 2, 3)]
            return cls(length=sides[0], width=sides[1], height=sides[2])
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(
            f"cannot read {shown(value)} as dimensions", field="dimensions", value=value, hint="write '30x20x10 cm'"
        )

    @property
    def volume(self) -> Decimal:
        """Volume in cubic centimetres."""
        return times(times(self.length, self.width), self.height)


class Item(Model):
    """One kind of goods.

    Attributes:
        description: plain words, as on the customs declaration.
        hs: commodity code (6 to 12 digits), where known.
        origin: country where the goods were made (not where they are sent from).
        goods_class: class that tax rates and rules name (`vocabulary.toml`); silent: what the commodity code tells, if it tells
            one, else the general rate; "standard" says that none of the classes applies.
        weight: net weight of one piece.
        dimensions: of one piece.
        content: value of a material in one piece (metal under measures on metal content).
        measures: supplementary units in one piece (pairs, litres, square metres ...).
        assessed_value: value of one piece by an official list, where the law assesses by list.
        traits: further traits that a law asks for, by name.
    """

    description: Annotated[str, AfterValidator(_text)] = ""
    hs: HSCode | None = None
    origin: Country | None = None
    goods_class: str | None = Field(default=None, max_length=64)
    weight: Weight | None = None
    dimensions: Annotated[Dimensions, BeforeValidator(Dimensions.of)] | None = None
    content: dict[Word, Price] = Field(default_factory=dict)
    measures: dict[Word, Measure] = Field(default_factory=dict)
    assessed_value: Price | None = None
    traits: Traits = Field(default_factory=dict)
