"""What can be seen in a text without knowing its words: scripts, signs that nobody sees, and shapes such as prices and links.

A shape is a recogniser: code with a name, tested to be linear, never a pattern in the data.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

__all__ = ["ROLES", "SHAPES", "Number", "Shape", "graphemes", "lookalikes", "mixed_words", "scripts_of", "signs", "spans_of"]


class Shape(NamedTuple):
    """A stretch that a recogniser found, and what it reads there."""

    start: int
    end: int
    value: str = ""
    unit: str = ""


class Number(NamedTuple):
    """A number in a text: where, how much, and what it is."""

    start: int
    end: int
    value: str
    role: str


ROLES = ("pack", "price", "size", "model", "any")
"""What a number is: how many are in the pack, a price, a measure, part of a model's name, or anything."""

_ENDINGS = r"(?:com|net|org|shop|store|info|cn|co\.[a-z]{2}|COM|NET|ORG|SHOP|STORE|INFO|CN|CO\.[A-Z]{2})"
_URL = re.compile(
    r"(?i:https?://(?!(?:192\.168|10|127|172\.(?:1[6-9]|2[0-9]|3[01]))\.[0-9]|localhost)|www\.)[^\s<>\"']{2,200}|"
    rf"\b[A-Za-z0-9][A-Za-z0-9-]{{0,60}}\.{_ENDINGS}\b(?![A-Za-z@])"
)
"""A link out: addresses inside a house lead nowhere, and "6cm.Net weight" is two sentences without a space."""
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
_PHONE = re.compile(r"(?<![\w.,-])\+?\(?[0-9][0-9 ()/-]{7,18}[0-9](?![\w.,-])")
_CURRENCY = r"[$€£¥￥₹₩₽₺₫฿₱₴]|R\$|US\$|(?<![A-Za-z])(?:USD|EUR|GBP|JPY|CNY|RMB|CAD|AUD|CHF|MXN|BRL|AED|SAR|INR|KRW|SEK|NOK|DKK|ISK|PLN|CZK|HUF|BGN|HKD|SGD|NZD|TWD|THB|VND|IDR|MYR|ILS|ZAR|KWD|QAR|BHD|OMR|EGP|KES|KSh|Ksh|CLP|PEN|ARS|MAD|NGN|元|円|원)(?![A-Za-z])|(?<![^\W\d_])(?:[Kk]r\.?|Rs\.?|z[łl]|Z[łŁ]|[Kk]č|KČ|лв|درهم|جنيه|ريال)(?![^\W\d_])"  # noqa: E501 - one pattern
"""Signs and codes by which a price is known. Left out is what is as well a word or a model: TRY, PHP, KR 5000, ZL 500."""
PRICE_AMOUNT = r"[0-9]{1,9}(?:[.,'’ \u00a0\u202f][0-9]{3}){0,4}(?:[.,][0-9]{1,2})?"
DASHES = ("-", "\u2013", "\u2014")
_DASH = f"[{''.join(DASHES)}]"
_NO_CENTS = (
    rf"(?:(?:,{_DASH}|(?<=[0-9]{{2}}):{_DASH})(?:\s?(?:{_CURRENCY})|(?!\w|\s?[0-9]|[()]))|"
    rf"\.{_DASH}\s?(?:{_CURRENCY}))"
)
"""How shops write that a price has no cents: 499,- and 499:- and 49.- CHF; not 36,- 38, nor a smile."""
_ONE_SIDED = (
    r"[0-9]{2,9}(?:[.,][0-9]{2})?\s?lei(?!\w)|(?!10[0-9]\s?R)(?:[0-9]{3,9}|[0-9]{1,9},[0-9]{2})\s?RON(?!\w)|"
    r"Rp\.?\s?(?:[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{4,9})(?![0-9])|"
    r"(?:RM|R|S/)\s?[0-9]{1,3}(?:[, ][0-9]{3}){0,3}\.[0-9]{2}(?![0-9])"
)
"""What is a price only with such an amount on one side of it: 95 RON is fuel, R 134 a gas, RM2 a model."""
_PRICE = re.compile(
    rf"(?:{_CURRENCY})\s?{PRICE_AMOUNT}(?![0-9])|"
    rf"(?<![0-9.,])(?:{PRICE_AMOUNT}\s?(?:{_CURRENCY})|(?<![^\W_]){PRICE_AMOUNT}{_NO_CENTS}|(?<![^\W_])(?:{_ONE_SIDED}))"
)
_OFF_BEHIND = (
    "off|rabatt|rabatu|rabat|avslag|billigere|taniej|zniżki|slevy|sleva|alennusta|alennus|kedvezmény|reducere|sparen|"
    "reduziert(?! im)|günstiger|de réduction(?! (?:du|des|de))|de remise|de descuento|descuento|de desconto|di sconto|sconto|"
    "korting|rabais|diskaun|diskon|έκπτωση|割引|オフ|خصم"
)
_OFF_BEFORE = (
    "rabatt|rabat|sleva|alennusta|alennus|zniżka|reducere|rabais de|remise de|réduction de|"
    "descuento del|sconto del|sconto|korting|avslag|"
    "desconto de|kedvezmény|diskon|diskaun"
)
_PERCENT_OFF = re.compile(
    rf"(?<![0-9.,])[-−–]?\s?[0-9]{{1,2}}(?:[.,][0-9])?\s?%\s?(?:{_OFF_BEHIND})(?![a-zà-ž-])|(?<!\w)(?:{_OFF_BEFORE})\s?:?\s?[-−–]?[0-9]{{1,2}}\s?%(?![0-9])|"
    r"(?<![^\s(\[{\"'“„«/:;,|])(?<![0-9%]\s)(?<!\+/)[-−–][0-9]{1,2}\s?%(?![0-9])",
    re.IGNORECASE,
)
_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]{0,300})?/?>|<!--")
_SCRIPT = re.compile(r"<\s?(?:script|iframe|object|embed)\b|javascript:|\bon(?:click|load|error)\s?=", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|nbsp|lt|gt|quot|apos|[a-z]{2,8}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\$\{[^{}\n]{1,60}\}|\{[a-zA-Z_0-9][\w. -]{0,40}\}|\{\}|%\([a-zA-Z_]\w{0,40}\)[sdf]|"
    r"%[0-9]?\$?[sd](?![a-zA-Z])|"
    r"\[(?:insert|your|brand|product|name|todo|tbd)\b[^\]\n]{0,40}\]|<%=?[^%\n]{0,60}%>",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\$\{[^{}\n]{1,60}\}|\{[a-zA-Z_][\w.]{0,40}\}|%\([a-zA-Z_]\w{0,40}\)[sdf]|"
    r"\[(?:insert|your|todo|tbd)\b[^\]\n]{0,40}\]|\[(?:brand|product|name)(?: name| here)?\]|"
    r"\b(?:lorem ipsum|Lorem ipsum|undefined|TBD|FIXME)\b|[\[(<]TODO\b|(?m:^)TODO:|\bNaN\b",
)
_BRACES = re.compile(r"[{}]")
_MOJIBAKE = re.compile(
    r"Ã[\u0080-\u00bf¤¶¼ŸœŒ©¨ª«´±²³]|â€[™œ\u009d\u0080-\u00bf“”¦¢]|Â[\u00a0°®©]|ï¿½|\ufffd|&amp;(?:amp|nbsp|lt|gt|quot);"
)
_YEAR = re.compile(r"(?<![0-9.,])(?:19|20)[0-9]{2}(?![0-9.,]?[0-9])")
_CAMEL = re.compile(r"\b[a-z]{2,20}[A-Z][a-zA-Z]{1,20}\b")
_LETTER_OR_DIGIT = r"[0-9.,_A-Za-z\u00c0-\u024f]"
"""What a quantity does not begin behind; signs of scripts without spaces may stand before it, as in 約560g."""
_VALUE = r"([0-9]{1,7}(?:[.,][0-9]{1,3})?(?:\s?/\s?[0-9]{1,2})?)"
_LENGTHS = (
    r"mm|cm|m|km|inch(?:es)?|in(?!\s+(?![x×]\s?[0-9])\w|-[0-9])|ft|feet|foot|yd|yards?|zoll|pouces?|pulgadas?|polegadas?|"
    r"pollic[ei]|cal[ei]|tum|tommer|tuumaa|hüvelyk|дюйм(?:а|ов)?|"
    r"インチ|センチ|ミリ|英寸|厘米|毫米"
)
_WEIGHTS = r"mg|kg|g|lbs?|pounds?|oz|ounces?|gramm|grams?|grammes?|gramos|gramas|libbr[ae]|funt(?:y|ów)|キロ|グラム|公斤|斤"
_VOLUMES = r"ml|cl|l|liters?|litres?|gal|gallons?|fl\.? ?oz|qt|pints?|リットル|毫升|升"
_POWERS = r"w|kw|watts?|v|volts?|volt|mah|ah|hz|lumens?|lm|ワット|ボルト|瓦|伏"
_QUANTITY = re.compile(
    rf"(?<!{_LETTER_OR_DIGIT}){_VALUE}\s?-?\s?(?:({_LENGTHS})|({_WEIGHTS})|({_VOLUMES})|({_POWERS}))(?![A-Za-zÀ-ÿ0-9])",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(r"[0-9¼½¾⅐-⅞]\s?-?\s?[^\W\d_]")
"""A digit with a letter behind it: without one there is no quantity."""
_DIMENSION = re.compile(rf"(?<!{_LETTER_OR_DIGIT}){_VALUE}\s?(?:{_LENGTHS})?\s?[x×*]\s?{_VALUE}", re.IGNORECASE)
_TIMES = re.compile(r"[xX×*]\s?[0-9]")
"""What dimensions cannot be without."""
_BETWEEN = r"to|or|bis|oder|à|a|ou|o|e|até|til|till|tot|do|から|至|到|إلى"
"""Words between two numbers of one quantity."""
JOINT = rf"(?:\s?[-–—~〜]\s?|\s?[x×*]\s?|\s(?:{_BETWEEN})\s|(?:から|至|到))"
"""What joins the numbers of a range or of dimensions."""
_FRACTION = r"[0-9]{1,3}\s?/\s?[0-9]{1,3}(?![0-9])"
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
AMOUNT = (
    rf"(?:[0-9]{{1,4}}(?:\s?-\s?|\s){_FRACTION}|{_FRACTION}|"
    rf"[0-9]{{1,7}}(?:[.,][0-9]{{1,3}})?(?![0-9])(?:\s?[{_VULGAR}])?|[{_VULGAR}])"
)
"""One number of a quantity: a mixed number, a fraction, or a decimal one."""
_MEASURE = re.compile(
    rf"(?<![0-9.,\w])((?>{AMOUNT}(?:{JOINT}{AMOUNT}){{0,3}}))\s?-?\s?({_LENGTHS}|{_WEIGHTS}|{_VOLUMES}|{_POWERS})"
    r"(?![A-Za-zÀ-ÿ0-9²³]|/[A-Za-z])",
    re.IGNORECASE,
)
_DEGREES = r"[-−+]?[0-9]{1,4}(?:[.,][0-9])?"
_TEMPERATURE = re.compile(
    rf"(?<![0-9.,\w])(?:({_DEGREES})\s?[°º]?\s?(?:[-–—~〜/]|\b(?:{_BETWEEN})\b)\s?)?"
    rf"({_DEGREES})\s?(?:(?:°\s?|º\s?|degrees? )([CF])(?![A-Za-z])|([℃℉]))"
)
_ENERGY_CLASS = re.compile(r"(?<!\w)A\+{1,3}(?![\w+])|[(\[][A-G][)\]]")
_NUMBER = re.compile(r"(?<![\w.,])[0-9]{1,9}(?:[.,][0-9]{1,3}){0,3}(?![0-9])")
_PACK_BEFORE = re.compile(
    r"(?:\b(?:sets?|packs?|boxe?s?|lots?|pieces?|pcs|sätze?|pack(?:ung)?|lot|juego|paquete|conjunto)\s(?:of|von|mit|de)|[x×])\s?$",
    re.IGNORECASE,
)
_PACK_AFTER = re.compile(
    r"\s?-?\s?(?:pcs?|pieces?|packs?|er[- ](?:pack|set)|stück|teilig|teile|pièces?|piezas?|peças?|sets?|count|ct|"
    r"個|枚|本|点|セット|パック|入|件|个|只|支|套|개|세트)(?![a-zà-ÿ])",
    re.IGNORECASE,
)
_MODEL_BEFORE = re.compile(
    r"(?:\b(?:model|modell|modèle|modelo|style|art\.?|nr\.?|no\.?|type|typ|series|serie|version|v)\s?|#)$", re.IGNORECASE
)
_MEASURE_AFTER = re.compile(rf"\s?-?\s?(?:{_LENGTHS}|{_WEIGHTS}|{_VOLUMES}|{_POWERS}|°|%)(?![a-zà-ÿ])", re.IGNORECASE)
_WINDOW = 24
_LONGEST_WORD = 100


def _plain(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Shape]]:
    def found(text: str) -> Iterator[Shape]:
        for match in pattern.finditer(text):
            yield Shape(match.start(), match.end(), match.group())

    return found


@lru_cache(maxsize=16)
def _measured(text: str) -> tuple[tuple[int, Shape], ...]:
    """Return the quantities of a text with the group of their unit; several shapes ask for them."""
    if _UNIT_BEHIND.search(text) is None:
        return ()
    found = []
    for match in _QUANTITY.finditer(text):
        group = match.lastindex or 0
        found.append((group, Shape(match.start(), match.end(), match.group(1), match.group(group).lower())))
    return tuple(found)


def _quantities(*groups: int) -> Callable[[str], Iterator[Shape]]:
    def found(text: str) -> Iterator[Shape]:
        return (shape for group, shape in _measured(text) if group in groups)

    return found


def _dimensions(text: str) -> Iterator[Shape]:
    yield from _quantities(2)(text)
    for match in _DIMENSION.finditer(text) if _TIMES.search(text) else ():
        yield Shape(match.start(), match.end(), match.group())


def _measures(text: str) -> Iterator[Shape]:
    """Yield quantities with all their numbers: a range, dimensions or a mixed number is one quantity."""
    if _UNIT_BEHIND.search(text) is None:
        return
    for match in _MEASURE.finditer(text):
        yield Shape(match.start(), match.end(), match.group(1), match.group(2).lower())


def _temperatures(text: str) -> Iterator[Shape]:
    """Yield temperatures, the ends of a range together, with a blank between them."""
    for match in _TEMPERATURE.finditer(text):
        value = " ".join(part for part in match.group(1, 2) if part).replace("−", "-")
        scale = match.group(3) or {"℃": "C", "℉": "F"}[match.group(4)]
        yield Shape(match.start(), match.end(), value, scale)


def _braces(text: str) -> Iterator[Shape]:
    """Yield braces that have no partner."""
    opened: list[int] = []
    for match in _BRACES.finditer(text):
        if match.group() == "{":
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            yield Shape(match.start(), match.end(), "}")
    for place in opened:
        yield Shape(place, place + 1, "{")


def _phones(text: str) -> Iterator[Shape]:
    for match in _PHONE.finditer(text):
        if 8 <= sum(sign.isdigit() for sign in match.group()) <= 15:
            yield Shape(match.start(), match.end(), match.group())


SHAPES: Mapping[str, Callable[[str], Iterator[Shape]]] = {
    "url": _plain(_URL), "email": _plain(_EMAIL), "phone": _phones, "price": _plain(_PRICE),
    "percent_off": _plain(_PERCENT_OFF), "html_tag": _plain(_HTML), "script": _plain(_SCRIPT), "entity": _plain(_ENTITY),
    "placeholder": _plain(_PLACEHOLDER), "leftover": _plain(_LEFTOVER), "brace": _braces, "mojibake": _plain(_MOJIBAKE),
    "year": _plain(_YEAR), "camel_case": _plain(_CAMEL), "dimension": _dimensions, "length": _quantities(2),
    "weight": _quantities(3), "volume": _quantities(4), "power": _quantities(5), "quantity": _quantities(2, 3, 4, 5),
    "measure": _measures, "temperature": _temperatures, "number": _plain(_NUMBER), "energy_class": _plain(_ENERGY_CLASS),
}  # fmt: skip
"""The recognisers by name."""


_DIGITS = frozenset(f"0123456789{_VULGAR}")
_NEEDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("phone", "price", "percent_off", "year", "dimension", "length", "weight", "volume", "power", "quantity", "measure",
         "temperature", "number"), _DIGITS,
    ),
    "email": frozenset("@"), "entity": frozenset("&"), "brace": frozenset("{}"), "html_tag": frozenset("<"),
    "energy_class": frozenset("+(["), "script": frozenset("<=:"), "placeholder": frozenset("{$%[<"),
    "mojibake": frozenset("Ãâï\ufffdÂ&"), "url": frozenset(".:"),
}  # fmt: skip
"""Signs of which a shape has at least one: most texts are done with after this."""
_TELLTALE = {
    "price": re.compile(f"{_CURRENCY}|[0-9][,:.]{_DASH}|lei|RON|Rp|R[M ]?[0-9]|S/"),
    "percent_off": re.compile("%"),
    "temperature": re.compile("[°º℃℉]|degree"),
    "leftover": re.compile(r"[{$%\[]|orem|undefined|TODO|TBD|FIXME|NaN"),
    "url": re.compile(r"\.[A-Za-z]|://|[wW]\.[^\s]"),
}
"""What else a shape cannot be without."""


def spans_of(shape: str, text: str, having: frozenset[str] | None = None) -> tuple[Shape, ...]:
    """Return the stretches of a shape in a text; `having` are its different signs, where they are known.

    >>> [found.value for found in spans_of("price", "jetzt 9,99 € statt 19,99 €")]
    ['9,99 €', '19,99 €']
    """
    needs = _NEEDS.get(shape)
    if needs is not None and needs.isdisjoint(text if having is None else having):
        return ()
    if shape in _TELLTALE and _TELLTALE[shape].search(text) is None:
        return ()
    return tuple(SHAPES[shape](text))


def numbers(text: str, prices: tuple[Shape, ...] | None = None) -> Iterator[Number]:
    """Yield the numbers of a text with the role that their neighbours tell.

    >>> [(number.value, number.role) for number in numbers("Set of 4 cups, 12 cm, model 88")]
    [('4', 'pack'), ('12', 'size'), ('88', 'model')]
    """
    inside = iter(prices if prices is not None else spans_of("price", text))
    price = next(inside, None)
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        while price is not None and price.end <= start:
            price = next(inside, None)
        yield Number(
            start, end, match.group(), "price" if price is not None and price.start <= start else _role(text, start, end)
        )


def _role(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    if _PACK_BEFORE.search(before) or _PACK_AFTER.match(after):
        return "pack"
    if _MEASURE_AFTER.match(after):
        return "size"
    return "model" if _MODEL_BEFORE.search(before) else "any"


# ------------------------------------------------------------------ signs and scripts

_UNSEEN = {
    "invisible": re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0\ufff9-\ufffb]+|(?<![\\w\u0600-\u06ff\u2190-\u2bff\ufe0f\U0001f000-\U0001ffff])[\u200c\u200d]+|[\u200c\u200d]+(?![\\w\u0600-\u06ff\u2190-\u2bff\U0001f000-\U0001ffff])"),  # noqa: E501 - one pattern
    "bidi_control": re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+"),
    "control": re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+"),
    "private_use": re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]+"),
    "emoji": re.compile("[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]"),
}  # fmt: skip
SIGN_KINDS = frozenset({*_UNSEEN, "not_in_cp932", "mixed_script_word"})
"""Kinds of signs that a check may look for."""
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)
"""All signs that any of the above can be, in one class: most texts have none."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
_FRIENDS = (frozenset({"Han", "Hiragana", "Katakana"}), frozenset({"Han", "Hangul"}), frozenset({"Han", "Bopomofo"}))
_NOT_A_SCRIPT = frozenset({"Common", "Inherited", "Unknown"})
_SCRIPTS = (
    "Latin", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Cyrillic", "Greek", "Arabic", "Hebrew", "Thai", "Devanagari",
    "Armenian", "Georgian", "Bengali", "Tamil", "Telugu", "Gujarati", "Khmer", "Lao", "Myanmar", "Ethiopic", "Cherokee",
)  # fmt: skip


_ISOLATES = frozenset("\u200e\u200f\u061c\u2066\u2067\u2068\u2069")
"""Marks that text from right to left needs; overrides are never needed."""


def signs(kind: str, text: str) -> Iterator[Shape]:
    """Yield the stretches of signs of a kind: invisible, bidi_control, control, private_use, emoji, not_in_cp932.

    >>> [found.start for found in signs("invisible", "ship\u200bping")]
    [4]
    """
    if kind != "control" and text.isascii():
        return
    if kind == "not_in_cp932":
        yield from _not_in_cp932(text)
        return
    if kind != "emoji" and _SUSPECT.search(text) is None:
        return
    bidi = kind == "bidi_control" and _RIGHT_TO_LEFT.search(text) is not None
    for match in _UNSEEN[kind].finditer(text):
        found = match.group()
        if not (bidi and set(found) <= _ISOLATES):
            yield Shape(match.start(), match.end(), found)


def _not_in_cp932(text: str) -> Iterator[Shape]:
    for sign in sorted(set(text)):
        if not _encodes(sign, "cp932"):
            for match in re.finditer(re.escape(sign), text):
                yield Shape(match.start(), match.end(), sign)


@lru_cache(maxsize=65_536)
def _encodes(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=65_536)
def script_of(sign: str) -> str:
    """Return the script of a sign, "Common" where it belongs to none in particular.

    >>> script_of("я"), script_of("7")
    ('Cyrillic', 'Common')
    """
    if sign.isascii():
        return "Latin" if sign.isalpha() else "Common"
    import regex

    if regex.match(r"\p{Script=Common}|\p{Script=Inherited}", sign):
        return "Common"
    return next((name for name in _SCRIPTS if regex.match(rf"\p{{Script={name}}}", sign)), "Unknown")


def scripts_of(text: str) -> Mapping[str, int]:
    """Return how many letters of each script a text has.

    >>> scripts_of("Tee お茶")
    {'Latin': 3, 'Hiragana': 1, 'Han': 1}
    """
    if text.isascii():
        letters = sum(map(str.isalpha, text))
        return {"Latin": letters} if letters else {}
    counts: dict[str, int] = {}
    for sign, number in Counter(text).items():
        if sign.isalpha():
            script = script_of(sign)
            if script not in _NOT_A_SCRIPT:
                counts[script] = counts.get(script, 0) + number
    return counts


_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_LATIN_ALIKE = re.compile("[\u0370-\u058f\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\u2de0-\u2dff\ua640-\ua69f\uab70-\uabbf]")
"""Greek, Cyrillic, Armenian and Cherokee letters: without one of them no word mixes alphabets that look alike."""


_UNIT_SIGNS = frozenset("\u00b5\u03bc\u03a9\u2126")
"""Micro and ohm stand among Latin letters in units."""


def mixed_words(text: str) -> Iterator[Shape]:
    """Yield words written in scripts that never share a word (a Latin word with a Cyrillic letter).

    >>> [found.value for found in mixed_words("\u0420remium leather")]
    ['Cyrillic, Latin']
    """
    if text.isascii() or _NOT_LATIN_ALIKE.search(text) is None:
        return
    for match in _LETTERS.finditer(text):
        word = match.group()
        if word.isascii():
            continue
        scripts = {script_of(sign) for sign in set(word) - _UNIT_SIGNS} - _NOT_A_SCRIPT
        if len(scripts) > 1 and not any(scripts <= friends for friends in _FRIENDS) and _deceives(scripts):
            yield Shape(match.start(), match.end(), ", ".join(sorted(scripts)))


LOOKALIKE = frozenset({"Latin", "Cyrillic", "Greek", "Armenian", "Cherokee"})


def _deceives(scripts: set[str]) -> bool:
    """Tell whether two of the scripts have letters that look alike; T-Shirt in a Japanese word is no deceit."""
    return len(scripts & LOOKALIKE) > 1


def lookalikes(word: str) -> str:
    """Return a word with its letters of a foreign script replaced by those of the prevailing one, where they look alike.

    >>> lookalikes("\u0420remium")
    'Premium'
    """
    from confusable_homoglyphs import confusables

    if len(word) > _LONGEST_WORD:
        return word
    counts: dict[str, int] = {}
    for sign in word:
        script = script_of(sign)
        if script not in _NOT_A_SCRIPT:
            counts[script] = counts.get(script, 0) + 1
    home = max(counts, key=lambda script: counts[script], default="Latin")
    out = []
    for sign in word:
        if script_of(sign) in (home, "Common"):
            out.append(sign)
            continue
        found = confusables.is_confusable(sign, preferred_aliases=[home.upper()], greedy=True) or []
        alike = [other["c"] for entry in found for other in entry["homoglyphs"] if len(other["c"]) == 1]
        same = [other for other in alike if script_of(other) == home and other.isupper() == sign.isupper()]
        out.append(same[0] if same else sign)
    return "".join(out)


def is_simplified_in_japanese(sign: str) -> bool:
    """Tell whether a sign is of simplified Chinese and not of Japanese, by the character sets of both."""
    return _encodes(sign, "gb2312") and not _encodes(sign, "cp932")


def graphemes(text: str) -> int:
    """Return how many signs a reader sees: an emoji family is one.

    >>> graphemes("👨‍👩‍👧")
    1
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex

    return len(regex.findall(r"\X", text))


def full_width(text: str) -> int:
    """Return the width in half signs: a full-width sign counts two.

    >>> full_width("お茶 tea")
    8
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)
