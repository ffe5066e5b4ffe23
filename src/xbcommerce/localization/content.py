"""Content: what a listing says and shows, and what is found in it.

Two kinds of absence are kept apart everywhere: a field that is `None` is *unknown* (nobody told; nothing is concluded from
it), a field that is empty text or an empty list is *known to be empty* (only a check that asks for it speaks).

Fields are named by dotted paths: `title`, `bullets.0`, `description`, `search_terms`, `tags.2`, `text`,
`attributes.material`, `images.0.alt_text`. A span counts code points of the field's own text, from `start` up to `end`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import Citation, Result
from xbcommerce.goods import Model, Price, named

__all__ = [
    "CANDIDATE", "EVIDENCE", "NATURES", "SEVERITIES", "Edit", "Field_", "Finding", "Fix", "Image", "Listing", "Span", "apply",
    "digest_of", "rows_of",
]  # fmt: skip

Severity = Literal["block", "warn", "info"]
Nature = Literal["legal", "platform", "safety", "cultural", "quality"]
Evidence = Literal["law", "platform_policy", "study", "documented_practice", "linguistic", "folklore"]

SEVERITIES: tuple[Severity, ...] = ("block", "warn", "info")
"""How bad: do not publish, look at it, know it; the worst first."""
NATURES: tuple[Nature, ...] = ("legal", "platform", "safety", "cultural", "quality")
CANDIDATE = "candidate_"
"""How a label begins that pixels alone make likely."""
EVIDENCE: tuple[Evidence, ...] = ("law", "platform_policy", "study", "documented_practice", "linguistic", "folklore")

_MOST_SIGNS = 2_000_000
_MOST_ITEMS = 2_000
_SIMPLE = ("title", "description", "search_terms", "text")
_LISTS = ("bullets", "tags")


class Fixed(dict[Any, Any]):
    """A mapping that nobody changes: what an answer or the rulebook holds is the same for everybody who was given it."""

    def _refused(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping cannot be changed: make a dict of it")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refused

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __copy__(self) -> Fixed:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Fixed:
        return self


def fixed(value: Any) -> Any:
    """Return a value with all that it holds unchangeable: mappings, and lists as tuples.

    >>> fixed({"plugs": ["A", "B"]})
    {'plugs': ('A', 'B')}
    """
    if isinstance(value, Mapping):
        return Fixed({key: fixed(one) for key, one in value.items()})
    return tuple(map(fixed, value)) if isinstance(value, list | tuple) else value


def _short_enough(text: str) -> str:
    if len(text) > _MOST_SIGNS:
        raise InvalidInput(f"a text of {len(text)} signs is too long", hint=f"at most {_MOST_SIGNS} signs a field")
    return text


def _few_enough(items: Any) -> Any:
    if len(items) > _MOST_ITEMS:
        raise InvalidInput(f"{len(items)} items are too many", hint=f"at most {_MOST_ITEMS} a field")
    return items


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _bytes_as_they_are(value: object) -> object:
    if value is None or isinstance(value, bytes):
        return value
    raise InvalidInput("pixels are the bytes of an image file", field="pixels", hint="pass `Path(...).read_bytes()`")


def _fixed(value: Any) -> Any:
    return Fixed(value) if isinstance(value, Mapping) else value


Text = Annotated[str, AfterValidator(_short_enough)]


def _joined(value: object) -> object:
    """Return search terms that come as a list as the one field that stores have for them."""
    many = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return " ".join(value) if many else value  # type: ignore[arg-type]  # it is a list of texts


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple), AfterValidator(_few_enough)]


class Field_(NamedTuple):  # noqa: N801 - `field` and `Field` are taken
    """One text of a listing: its dotted path, the name a check asks for it by, and what it says."""

    path: str
    name: str
    text: str


class Image(Model):
    """One image, as far as it is known.

    Attributes:
        width, height: in pixels; silent: read from `pixels` where given.
        file_bytes: size of the file; silent: the length of `pixels`.
        format: "JPEG", "PNG" ...; silent: read from `pixels`.
        alt_text: the text for those who do not see it.
        labels: what is on it, declared by a person or a recogniser ("cross", "red_cross_on_white", "alcohol").
        text_cells: of a 10 x 10 grid, the cells that carry text, declared.
        main: this is the first image that a buyer sees.
        pixels: the bytes of the image file; nothing is fetched or opened by name.
        palette: the intended palette, stated: "muted" or "vivid".
    """

    width: Annotated[int, Field(gt=0)] | None = None
    height: Annotated[int, Field(gt=0)] | None = None
    file_bytes: Annotated[int, Field(ge=0)] | None = None
    format: str | None = None
    alt_text: Text | None = None
    labels: Texts | None = None
    text_cells: Annotated[int, Field(ge=0, le=100)] | None = None
    main: bool | None = None
    pixels: Annotated[bytes, BeforeValidator(_bytes_as_they_are)] | None = Field(default=None, repr=False, exclude=True)
    palette: str | None = None


class Listing(Model):
    """A listing, or any free text, as it stands in one language for one market.

    Attributes:
        title, bullets, description, search_terms, tags: the texts; None is unknown, empty is empty.
        text: any other text (an e-mail, a page, an advertisement).
        attributes: further fields by name ("material", "colour", "manufacturer_name"); an empty text is known to be empty.
        images: None is unknown, an empty list is known to be without images.
        language: the language the texts claim to be in ("de", "pt-BR"); silent: the market's, or the one identified.
        market: where it is shown: a territory ("DE", "CA-QC") or a group ("EU").
        platform, marketplace, program, category: where and under what it is offered ("amazon", "DE", "fba", "toys").
        brand, model, merchant: the names that are free from language checks and that some rules spare.
        spare: further names that are free.
        price, gtin: the offer's price and number.
        source: the texts this was translated from, by field path ("title", "bullets.0"), or one text for the whole.
        source_language: their language.
        traits: further facts by name ("made_by", "age", "battery").
    """

    title: Text | None = None
    bullets: Texts | None = None
    description: Text | None = None
    search_terms: Annotated[Text | None, BeforeValidator(_joined)] = None
    tags: Texts | None = None
    text: Text | None = None
    attributes: Annotated[Mapping[str, Text], AfterValidator(_few_enough), AfterValidator(_fixed)] = Field(
        default_factory=Fixed
    )
    images: Annotated[tuple[Image, ...], AfterValidator(_few_enough)] | None = None
    language: str | None = None
    market: str | None = None
    platform: str | None = None
    marketplace: str | None = None
    program: str | None = None
    category: str | None = None
    brand: str | None = None
    model: str | None = None
    merchant: str | None = None
    spare: Texts = ()
    price: Price | None = None
    gtin: str | None = None
    source: Annotated[Mapping[str, Text] | Text | None, AfterValidator(_fixed)] = None
    source_language: str | None = None
    traits: Annotated[Mapping[str, str | bool | int], AfterValidator(_fixed)] = Field(default_factory=Fixed)

    @classmethod
    def of(cls, value: object) -> Listing:
        """Return a Listing as it is, made from a mapping, or of one free text.

        >>> Listing.of("explosive model").text
        'explosive model'
        """
        if isinstance(value, Listing):
            return value
        if isinstance(value, str):
            return cls(text=value)
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"a listing is a Listing, a mapping or a text, not {shown(value)}", field="listing", value=value)

    @cached_property
    def fields(self) -> tuple[Field_, ...]:
        """All texts that are known and not blank, in the order in which a buyer meets them."""
        return tuple(field for field in self._all_texts() if field.text.strip())

    def _all_texts(self) -> Iterator[Field_]:
        yield from self._simple("title")
        for name in _LISTS[:1]:
            yield from self._items(name)
        yield from self._simple("description", "text", "search_terms")
        yield from self._items("tags")
        for name, text in self.attributes.items():
            yield Field_(f"attributes.{name}", f"attributes.{name}", text)
        for number, image in enumerate(self.images or ()):
            if image.alt_text is not None:
                yield Field_(f"images.{number}.alt_text", "alt_text", image.alt_text)

    def _simple(self, *names: str) -> Iterator[Field_]:
        for name in names:
            text = getattr(self, name)
            if text is not None:
                yield Field_(name, name, text)

    def _items(self, name: str) -> Iterator[Field_]:
        for number, text in enumerate(getattr(self, name) or ()):
            yield Field_(f"{name}.{number}", name, text)

    def text_at(self, path: str) -> str | None:
        """Return the text at a dotted path; None where nothing is known.

        >>> Listing(bullets=["a", "b"]).text_at("bullets.1")
        'b'
        """
        return self._texts_by_path.get(path)

    @cached_property
    def _texts_by_path(self) -> Mapping[str, str]:
        return {field.path: field.text for field in self._all_texts()}

    def is_known(self, name: str) -> bool:
        """Tell whether anything, be it nothing, is known of a field ("title", "attributes.material", "images", "price")."""
        head, _, rest = name.partition(".")
        if head == "attributes" and rest:
            return rest in self.attributes
        return getattr(self, head, None) is not None

    def is_empty(self, name: str) -> bool:
        """Tell whether a field is known and holds nothing."""
        head, _, rest = name.partition(".")
        value = self.attributes.get(rest) if head == "attributes" and rest else getattr(self, head, None)
        if value is None:
            return False
        if isinstance(value, str):
            return not value.strip()
        return isinstance(value, tuple | Mapping) and not any(_says_something(item) for item in value)

    def source_of(self, path: str) -> str | None:
        """Return the text that a field was translated from; a single source text stands for every field."""
        if isinstance(self.source, str):
            return self.source
        return None if self.source is None else self.source.get(path)

    @cached_property
    def source_text(self) -> str:
        """All that is known of the source, joined: where a term is looked for that may have moved to another field."""
        if self.source is None:
            return ""
        return self.source if isinstance(self.source, str) else "\n".join(self.source.values())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names inside which nothing is found: brand, model, merchant and what else the caller spares."""
        given = (self.brand, self.model, self.merchant, *self.spare)
        return tuple(dict.fromkeys(name for name in given if name))

    def with_text(self, path: str, text: str) -> Listing:
        """Return a copy that says something else at a path.

        >>> Listing(bullets=["a", "b"]).with_text("bullets.1", "c").bullets
        ('a', 'c')
        """
        return self.with_texts({path: text})

    def with_texts(self, texts: Mapping[str, str]) -> Listing:
        """Return a copy that says something else at several paths; all of them must be there."""
        changed: dict[str, Any] = {}
        for path, text in texts.items():
            if path not in self._texts_by_path:
                raise InvalidInput(f"the listing has no field {shown(path)}", field=path, allowed=self._texts_by_path)
            head, _, rest = path.partition(".")
            if head in _SIMPLE:
                changed[head] = text
            elif head == "attributes":
                changed[head] = {**changed.get(head, self.attributes), rest: text}
            elif head == "images":
                images = list(changed.get(head) or self.images or ())
                number = int(rest.partition(".")[0])
                images[number] = images[number].model_copy(update={"alt_text": text})
                changed[head] = tuple(images)
            else:
                items = list(changed.get(head, getattr(self, head)))
                items[int(rest)] = text
                changed[head] = tuple(items)
        return self.model_copy(update=changed) if changed else self


def _says_something(item: object) -> bool:
    return bool(item.strip()) if isinstance(item, str) else item is not None


class Span(Result):
    """A stretch of a field's text: `text[start:end]`."""

    start: int
    end: int


def rows_of(rows: object, field: str = "rows") -> list[Any]:
    """Return the rows of a batch; one listing alone, or what has no rows, is refused.

    >>> rows_of(("Mug", "Bowl"))
    ['Mug', 'Bowl']
    """
    if isinstance(rows, str | bytes | Mapping | BaseModel) or not isinstance(rows, Iterable):
        raise InvalidInput(
            f"{field} are a list of listings, not {shown(rows)}", field=field, value=rows, hint="put a single one into a list"
        )
    return list(rows)


class Edit(Result):
    """One stretch of a field that is replaced by a text."""

    start: int
    end: int
    text: str


class Fix(Result):
    """What to do about a finding.

    Attributes:
        do: replace, delete, shorten, recase, convert, add, move or ask.
        field: the field it changes.
        edits: the stretches that are replaced, from left to right; none where only a person can say.
        before: digest of the whole field text the fix was made for: a changed text is left alone, so that applying a fix
            twice is applying it once.
        sure: the change is mechanical; otherwise a person checks endings and sense.
        say: what to do in words.
    """

    do: Literal["replace", "delete", "shorten", "recase", "convert", "add", "move", "ask"]
    field: str = ""
    edits: tuple[Edit, ...] = ()
    before: str = ""
    sure: bool = False
    say: str = ""

    @property
    def text(self) -> str | None:
        """What the first stretch is replaced by."""
        return self.edits[0].text if self.edits else None


class Finding(Result):
    """Something in a listing that a market, a platform or a reader objects to.

    Attributes:
        rule: id of the check.
        severity: block, warn or info, after the ceiling that evidence and confidence allow.
        nature: whose business it is: legal, platform, safety, cultural or quality.
        field: where, as a dotted path; empty for the listing as a whole.
        start, end: the first stretch; equal where something is missing.
        found: the text of the first stretch.
        spans: all stretches listed (at most twenty), the first included.
        count: how many there are.
        text: what is wrong, in a sentence.
        evidence: what the check rests on.
        confidence: how sure we are of it.
        wished: the severity before the ceiling.
        source, law, valid_from, valid_to, fact: where it is written.
        suggestion: what to do, in words; empty where nothing can be said.
        fix: the same for a program.
        concept: what findings of equal cause share (a source term, a claim).
    """

    rule: str
    severity: Severity
    nature: Nature
    field: str = ""
    start: int = 0
    end: int = 0
    found: str = ""
    spans: tuple[Span, ...] = ()
    count: int = 1
    text: str = ""
    evidence: Evidence
    confidence: str
    wished: Severity
    source: Citation | None = None
    law: str = ""
    valid_from: str = ""
    valid_to: str = ""
    fact: str = ""
    suggestion: str = ""
    fix: Fix | None = None
    concept: str = ""

    def __str__(self) -> str:
        """Return the finding in one line."""
        where = f"{self.field}[{self.start}:{self.end}]" if self.field else "listing"
        hint = f" -> {self.suggestion}" if self.suggestion else ""
        return (
            f"{self.severity:<5} {self.nature:<8} {where}  {self.text}{hint}  ({self.rule}; {self.evidence}, {self.confidence})"
        )


def digest_of(text: str) -> str:
    """Return a short digest of a field's text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def apply(content: object, *fixes: Fix | Finding | None) -> Listing:
    """Return the listing with fixes applied.

    Fixes that carry no text, that were made for another text, or that overlap one already taken change nothing: applying
    twice is applying once.

    >>> fix = Fix(do="replace", field="text", edits=(Edit(start=0, end=3, text="new"),), before=digest_of("old hat"))
    >>> once = apply("old hat", fix)
    >>> once.text, apply(once, fix).text
    ('new hat', 'new hat')
    """
    listing = Listing.of(content)
    wanted: dict[str, list[Edit]] = {}
    for one in fixes:
        fix = one.fix if isinstance(one, Finding) else one
        if fix is not None and not isinstance(fix, Fix):
            raise InvalidInput(f"a fix is a Fix or a Finding, not {shown(fix)}", field="fix", value=fix)
        text = None if fix is None else listing.text_at(fix.field)
        if fix is not None and text is not None and digest_of(text) == fix.before:
            inside = [edit for edit in fix.edits if 0 <= edit.start <= edit.end <= len(text)]
            wanted.setdefault(fix.field, []).extend(inside)
    return listing.with_texts({path: changed(listing.text_at(path) or "", edits) for path, edits in wanted.items()})


def changed(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made; of two that overlap the first is made."""
    out, position = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= position:
            out += [text[position : edit.start], edit.text]
            position = edit.end
    return "".join([*out, text[position:]])
