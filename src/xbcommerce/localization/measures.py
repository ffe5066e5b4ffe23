"""Quantities: how long, how many, how large; held against the bounds of a check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from xbcommerce.localization.content import Edit, Field_, Finding, Fix, Image, digest_of
from xbcommerce.localization.matching import Reading
from xbcommerce.localization.text import full_width, graphemes

if TYPE_CHECKING:
    from xbcommerce.localization.checks import Question
    from xbcommerce.localization.rules import Check

__all__ = ["IMAGE_QUANTITIES", "QUANTITIES", "measure", "quantity"]

_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]?")


def _cp932(text: str) -> int:
    return sum(1 if sign.isascii() or "\uff61" <= sign <= "\uff9f" else 2 for sign in text)


def _word_bytes(text: str) -> int:
    """Return the bytes of a text but for its blanks and punctuation, which a store that counts so does not see."""
    return sum(len(sign.encode("utf-8", "surrogatepass")) for sign in text if unicodedata.category(sign)[0] not in "PZC")


def _capital_share(text: str) -> Decimal:
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    return Decimal(upper) / cased if cased else Decimal(0)


QUANTITIES: Mapping[str, Callable[[str], Any]] = {
    "code_points": len,
    "graphemes": graphemes,
    "utf8_bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "word_bytes": _word_bytes,
    "cp932_bytes": _cp932,
    "full_width": lambda text: Decimal(full_width(text)) / 2,
    "words": lambda text: len(Reading(text).words),
    "sentences": lambda text: sum(1 for found in _SENTENCE.findall(text) if found.strip(" .!?。！？\n")),
    "letters": lambda text: sum(map(str.isalpha, text)),
    "capital_share": _capital_share,
}
"""What can be measured of a text."""

_WIDTHS: Mapping[str, Callable[[str], Any]] = {
    "code_points": len, "utf8_bytes": lambda sign: len(sign.encode("utf-8", "surrogatepass")),
    "word_bytes": _word_bytes, "cp932_bytes": _cp932,
    "full_width": lambda sign: Decimal(full_width(sign)) / 2,
}  # fmt: skip


def quantity(of: str, text: str) -> Any:
    """Return a quantity of a text.

    >>> quantity("utf8_bytes", "Küche"), quantity("full_width", "お茶 a")
    (6, Decimal('3'))
    """
    return QUANTITIES[of](text)


def _pixels(name: str) -> Callable[[Image], Any]:
    def of(image: Image) -> Any:
        if image.pixels is None:
            return None
        from xbcommerce.localization.images import look

        return getattr(look(image.pixels), name)

    return of


def _side(pick: Callable[[int, int], Any]) -> Callable[[Image], Any]:
    def of(image: Image) -> Any:
        width = image.width if image.width is not None else _pixels("width")(image)
        height = image.height if image.height is not None else _pixels("height")(image)
        return None if width is None or height is None else pick(width, height)

    return of


def _file_mb(image: Image) -> Any:
    size = image.file_bytes if image.file_bytes is not None else len(image.pixels) if image.pixels is not None else None
    return None if size is None else Decimal(size) / (1024 * 1024)


IMAGE_QUANTITIES: Mapping[str, Callable[[Image], Any]] = {
    "width": _side(lambda width, _: width),
    "height": _side(lambda _, height: height),
    "longest": _side(max),
    "shortest": _side(min),
    "aspect": _side(lambda width, height: Decimal(width) / height),
    "file_mb": _file_mb,
    "megapixels": _side(lambda width, height: Decimal(width * height) / 1_000_000),
    "frame_white": _pixels("frame_white"),
    "fill_longest": _pixels("fill_longest"),
    "mean_chroma": _pixels("mean_chroma"),
    "vivid_share": _pixels("vivid_share"),
    "sharpness": _pixels("sharpness"),
    "text_cells": lambda image: image.text_cells,
    "text_cells_seen": _pixels("text_cells"),
}
"""What can be measured of an image; None where it is not known."""
_UNTOLD = frozenset({"jpeg_quality"})
"""What a platform asks of an image that no file tells."""
KNOWN = frozenset({*QUANTITIES, *IMAGE_QUANTITIES, *_UNTOLD, "items", "ratio_to_source"})
"""All that a check may measure."""
PALETTES = ("muted", "vivid")


def measure(question: Question, checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield what is outside its bounds."""
    for check in checks:
        of = check.body["of"]
        if of in IMAGE_QUANTITIES:
            yield from _of_images(question, check, IMAGE_QUANTITIES[of])
        elif of == "items":
            yield from _of_items(question, check)
        elif of == "ratio_to_source":
            yield from _of_ratios(question, check)
        elif of in QUANTITIES:
            yield from _of_texts(question, check, of)
        else:
            question.missing[check.id] = f"no file tells its {of.replace('_', ' ')}"


def outside(check: Check, value: Any) -> bool:
    """Tell whether a value breaks a bound of a check."""
    body = check.body
    bounds = {name: Decimal(str(body[name])) for name in ("at_most", "at_least", "above", "below", "is") if name in body}
    number = Decimal(str(value))
    return (
        ("at_most" in bounds and number > bounds["at_most"])
        or ("at_least" in bounds and number < bounds["at_least"])
        or ("above" in bounds and number <= bounds["above"])
        or ("below" in bounds and number >= bounds["below"])
        or ("is" in bounds and number != bounds["is"])
    )


def _told(check: Check, value: Any, what: str) -> str:
    body = check.body
    words = {"at_most": "at most", "at_least": "at least", "above": "more than", "below": "less than", "is": "exactly"}
    bounds = " and ".join(f"{words[name]} {body[name]}" for name in words if name in body)
    number = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, Decimal | float) else str(value)
    return f"{what} is {number}, {bounds} is asked for" + (f": {check.text}" if check.text else "")


def _of_texts(question: Question, check: Check, of: str) -> Iterator[Finding]:
    fields = question.read_by(check)
    if not fields and not any(question.listing.is_known(name) for name in check.fields):
        question.missing[check.id] = "its fields are not known"
        return
    label = of.replace("_", " ")
    if check.body.get("over") == "sum":
        total = sum(quantity(of, field.text) for field in fields)
        if fields and outside(check, total):
            yield question.finding(
                check, fields[-1].path, [(0, len(fields[-1].text))], text=_told(check, total, f"{label} together")
            )
        return
    for field in fields:
        if "given" in check.body and sum(map(str.isalpha, field.text)) < check.body["given"]:
            continue
        value = quantity(of, field.text)
        if outside(check, value):
            yield _text_finding(question, check, field, of, value)


def _text_finding(question: Question, check: Check, field: Field_, of: str, value: Any) -> Finding:
    told = _told(check, value, of.replace("_", " "))
    most = check.body.get("at_most")
    if most is None or of not in _WIDTHS:
        return question.finding(check, field.path, [(0, len(field.text))], text=told)
    widths = accumulate(_WIDTHS[of](sign) for sign in field.text)
    cut = next((place for place, width in enumerate(widths) if width > most), len(field.text))
    fix = _shortened(check, field, cut) if check.fix.get("do") == "shorten" else None
    return question.finding(check, field.path, [(cut, len(field.text))], text=told, fix=fix)


def _shortened(check: Check, field: Field_, cut: int) -> Fix:
    """Return the fix that ends a text at the last word that fits."""
    kept = field.text[:cut]
    space = kept.rfind(" ")
    end = space if space > 0 and field.text[cut : cut + 1] not in ("", " ") else cut
    end = len(field.text[:end].rstrip(" ,;-–|"))
    return Fix.made(
        do="shorten",
        field=field.path,
        edits=(Edit.made(start=end, end=len(field.text), text=""),),
        before=digest_of(field.text),
        sure=False,
        say=check.fix.get("say", "") or "say the most important first and end here",
    )


def _of_items(question: Question, check: Check) -> Iterator[Finding]:
    for name in check.fields:
        items = getattr(question.listing, name, None)
        if items is None:
            question.missing[check.id] = f"{name} is not known"
        elif items and outside(check, len(items)):
            yield question.finding(check, text=_told(check, len(items), f"number of {name}"))


def _of_ratios(question: Question, check: Check) -> Iterator[Finding]:
    for field in question.fields:
        source = question.listing.source_of(field.path)
        if source is None or isinstance(question.listing.source, str) or not check.reads(field.path, field.name):
            continue
        if len(source) >= check.body.get("given", 1) and outside(check, Decimal(len(field.text)) / len(source)):
            value = Decimal(len(field.text)) / len(source)
            yield question.finding(
                check, field.path, [(0, len(field.text))], text=_told(check, value, "length over the source's")
            )


def _of_images(question: Question, check: Check, of: Callable[[Image], Any]) -> Iterator[Finding]:
    images = question.listing.images
    if not images:
        question.missing[check.id] = "no image is known"
        return
    stated = check.body.get("unit")
    for number, image in enumerate(images):
        main = image.main if image.main is not None else number == 0
        if ("images.main" in check.fields and not main) or (stated is not None and image.palette != stated):
            continue
        value = of(image)
        if value is None:
            question.missing[check.id] = "the pixels are not known"
        elif outside(check, value):
            yield question.finding(check, text=_told(check, value, f"image {number + 1}: {check.body['of'].replace('_', ' ')}"))
