"""One catalogue, many stores: what differs and what must change in each, nothing applied.

`wanted = what the item should be in the store` (its language, its price, the fields the platform shows), `seen = what the store
has`; the plan is the difference. Only fields that a store's `owns` names are touched. What a platform's rules block is not
planned but told (`cannot`), field by field: a rule about a title never holds up stock and price. What somebody changed or
removed in the store since it was last seen is a `conflict`; of what `last_seen` does not hold, nothing is concluded. A row that
cannot be read is a problem of the plan, and nothing is withdrawn that it may have been about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, XBCommerceError, shown
from xbcommerce.explain import Result
from xbcommerce.goods import Model, named
from xbcommerce.listings.platform import FOLDERS, asked, findings_of, known, own_checks, shows
from xbcommerce.localization.checks import Question
from xbcommerce.localization.content import Finding, Image, Listing, fixed
from xbcommerce.localization.rules import Checks, place_of
from xbcommerce.money import Money, minor_units
from xbcommerce.places import currency
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["CatalogueItem", "Operation", "Problem", "Store", "SyncPlan", "applied", "sync_plan"]

_TEXTS = ("title", "description", "search_terms")
_LISTS = ("bullets", "tags")
_SPOKEN = frozenset((*_TEXTS, *_LISTS, "attributes"))
"""Fields that are words: what reads any text reads these, and these alone are in a language."""
_OFFERED = ("stock", "price")
"""What no rule about a listing's contents holds up: a product that is sold out must not be sold on."""
OWNED = ("title", "bullets", "description", "search_terms", "tags", "attributes", "images", "price", "gtin", "brand", "stock")
Do = Literal["create", "update", "withdraw", "leave", "cannot", "conflict"]
_ORDER: tuple[Do, ...] = ("conflict", "cannot", "create", "update", "withdraw", "leave")
State = Mapping[str, Any]
"""A product in a store, flat: field name to text, list of texts or number; "attributes.colour" for an attribute."""


def _listing(value: object) -> object:
    return Listing.of(value)


def _listings(value: object) -> object:
    return {key: Listing.of(one) for key, one in value.items()} if isinstance(value, Mapping) else value


class CatalogueItem(Model):
    """An item of the catalogue.

    Attributes:
        sku: its number.
        listing: its texts, in the language it says, and all that is the same everywhere.
        translations: listings in further languages, by language; a field they leave out is taken from none.
        prices: by market ("DE") or currency ("EUR"); where none is given for a store, the listing's own counts, if it is in
            the store's currency.
        stock: how many there are.
        stores: only for these stores; silent: for all.
    """

    sku: Annotated[str, Field(min_length=1, max_length=100)]
    listing: Annotated[Listing, BeforeValidator(_listing)]
    translations: Annotated[Mapping[str, Listing], BeforeValidator(_listings)] = Field(default_factory=dict)
    prices: Mapping[str, str] = Field(default_factory=dict)
    stock: Annotated[int, Field(ge=0)] | None = None
    stores: tuple[str, ...] | None = None

    @classmethod
    def of(cls, value: object) -> CatalogueItem:
        """Return an item as it is, or made from a mapping."""
        if isinstance(value, CatalogueItem):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"an item is a mapping with sku and listing, not {shown(value)}", field="catalogue", value=value)


class Store(Model):
    """A store, and what is in it.

    Attributes:
        id: its name; platform, market: what it is.
        language: of its texts; silent: the item's own. Texts in another form of the language ("en-GB" for "en") are taken where
            there are no others, and the plan says so.
        currency: of its prices; a price in another one is not sent. Silent: a price is sent as it is given, and the plan says
            so where it is not in the currency of the market.
        seen: what the store has now, by sku: flat fields ("title", "bullets", "attributes.colour", "price", "stock"). A price
            without a currency is in the store's, or its market's. "images"
            is their number, or a list with what is known of each ("alt_text", "width", "sha256" of the file ...): by their
            number alone, an image that was replaced is not noticed.
        last_seen: what it had when it was last synchronised; silent: conflicts are not looked for. The same for a product or a
            field that it does not hold.
        owns: the fields the catalogue decides; others are left alone.
        withdraws: products that the catalogue does not have are withdrawn; otherwise they are left.
    """

    id: Annotated[str, Field(min_length=1, max_length=100)]
    platform: str
    market: str
    marketplace: str | None = None
    language: Annotated[str, Field(min_length=2)] | None = None
    currency: str | None = None
    seen: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    last_seen: Mapping[str, Mapping[str, Any]] | None = None
    owns: tuple[str, ...] = OWNED
    withdraws: bool = False

    @classmethod
    def of(cls, value: object) -> Store:
        """Return a store as it is, or made from a mapping."""
        if isinstance(value, Store):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(
            f"a store is a mapping with id, platform and market, not {shown(value)}", field="stores", value=value
        )


class Operation(Result):
    """One thing that would change in a store.

    Attributes:
        store, sku: where.
        do: create, update, withdraw, leave, cannot (a rule, a missing text or a wrong price forbids it) or conflict.
        field: which field, for update and conflict, and for cannot where it is one field; empty for the product as a whole.
        before, after: its values; for create, `after` is the whole product.
        because: why.
        findings: what blocks it, for cannot; for update, what blocks the product as it stands.
    """

    store: str
    sku: str
    do: Do
    field: str = ""
    before: Any = None
    after: Any = None
    because: str = ""
    findings: tuple[Finding, ...] = ()


class Problem(Result):
    """A row that cannot be planned with; the others are.

    Attributes:
        rows: "catalogue" or "stores"; row: which of them, counted from 0.
        name: its sku or id, if it has one.
        text: what is wrong.
    """

    rows: Literal["catalogue", "stores"]
    row: int
    name: str
    text: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        return f"{self.rows}, row {self.row} {self.name}".rstrip() + f": {self.text}"


class SyncPlan(Result):
    """What would change, store by store; nothing was applied.

    Attributes:
        operations: in the order of stores and item numbers.
        count: how many there are of each kind.
        problems: rows that cannot be read, or are there twice: nothing was planned for them.
    """

    on: date
    operations: tuple[Operation, ...]
    count: Mapping[str, int]
    problems: tuple[Problem, ...] = ()
    rulebook: str

    def of(self, store: str | None = None, *, do: str | None = None, sku: str | None = None) -> tuple[Operation, ...]:
        """Return the operations of a store, a kind, an item."""
        return tuple(
            one for one in self.operations if store in (None, one.store) and do in (None, one.do) and sku in (None, one.sku)
        )

    @property
    def empty(self) -> bool:
        """Tell whether nothing would change, and every row was understood."""
        return not self.problems and all(one.do == "leave" for one in self.operations)

    def __str__(self) -> str:
        """Return problems and operations, one a line."""
        lines = [f"problem  {one}" for one in self.problems]
        lines += [
            f"{one.store}  {one.sku}  {one.do:<8} {one.field}  {one.because}".rstrip()
            for one in self.operations
            if one.do != "leave"
        ]
        return "\n".join(lines) or "nothing to change"


def sync_plan(
    catalogue: Iterable[object], stores: Iterable[object], *, on: date | str, rulebook: Rulebook | None = None
) -> SyncPlan:
    """Return what differs between a catalogue and its stores, and what must change in each.

    Args:
        catalogue: items or mappings.
        stores: stores or mappings, each with what it has now.
        on: the day whose rules count.
        rulebook: the rulebook; silent: the built-in one.

    >>> item = {"sku": "A1", "listing": {"title": "Steel Bottle 500 ml", "language": "en"}, "prices": {"US": "19.90 USD"}}
    >>> store = {"id": "us", "platform": "ebay", "market": "US", "seen": {"A1": {"title": "Bottle", "price": "19.90 USD"}}}
    >>> print(sync_plan([item], [store], on="2026-11-22"))
    us  A1  update   title  the catalogue says otherwise

    Raises:
        InvalidInput: if catalogue or stores are no lists of rows, or the day cannot be understood. A row that cannot be read is
            a problem of the plan.
    """
    book, day = rulebook or Rulebook.builtin(), a_day(on)
    items, unread = _read(catalogue, "catalogue", CatalogueItem.of, "sku")
    places, closed = _read(stores, "stores", lambda row: _opened(row, day, book), "id")
    operations = [one for place in places for one in _of_store(items, place, unread, day, book)]
    count = {do: sum(one.do == do for one in operations) for do in _ORDER}
    return SyncPlan(
        on=day,
        operations=tuple(operations),
        count=count,
        problems=(*unread, *closed),
        rulebook=f"rulebook {book.version}",
    )


# ------------------------------------------------------------------ reading


def _read(
    rows: object, name: Literal["catalogue", "stores"], read: Callable[[object], Any], key: str
) -> tuple[list[Any], list[Problem]]:
    """Return the rows that can be read, in the order of their names, and what is wrong with the others."""
    if not isinstance(rows, Iterable) or isinstance(rows, str | bytes | Mapping):
        raise InvalidInput(f"{name} is a list of rows, not {shown(rows)}", field=name, value=rows)
    found: dict[str, list[tuple[int, Any]]] = {}
    wrong: list[tuple[int, str, str]] = []
    for place, row in enumerate(rows):
        try:
            one = read(row)
        except XBCommerceError as error:
            wrong.append((place, _name_of(row, key), str(error)))
        else:
            found.setdefault(getattr(one, key), []).append((place, one))
    for named_, some in found.items():
        if len(some) > 1:
            text = f"{key} {shown(named_)} is there {len(some)} times: which row counts is not known"
            wrong += [(place, named_, text) for place, _ in some]
    problems = [Problem(rows=name, row=place, name=told, text=text) for place, told, text in sorted(wrong)]
    return [some[0][1] for _, some in sorted(found.items()) if len(some) == 1], problems


def _name_of(row: object, key: str) -> str:
    found = row.get(key) if isinstance(row, Mapping) else getattr(row, key, None)
    return found if isinstance(found, str) else ""


def _opened(row: object, on: date, book: Rulebook) -> Store:
    """Return a store with which plans can be made: platform, market, currency and fields are known ones."""
    store = Store.of(row)
    known(store.platform, book)
    place_of(store.market, on, Checks.of(book, FOLDERS).groups)
    if store.currency is not None:
        minor_units(store.currency)
    for name in store.owns:
        if name not in OWNED:
            raise InvalidInput(f"a store cannot own {shown(name)}", field="owns", value=name, allowed=OWNED)
    return store


# ------------------------------------------------------------------ planning


def _of_store(
    items: Sequence[CatalogueItem], store: Store, unread: Sequence[Problem], on: date, book: Rulebook
) -> list[Operation]:
    owned = _owned(store, book)
    wanted = [item for item in items if item.stores is None or store.id in item.stores]
    out = [one for item in wanted for one in _of_item_or_why_not(item, store, owned, on, book)]
    here = {item.sku for item in wanted}
    out += [_not_wanted(sku, store, unread) for sku in sorted(set(store.seen) - here)]
    return sorted(out, key=lambda one: (one.sku, _ORDER.index(one.do), one.field))


def _owned(store: Store, book: Rulebook) -> frozenset[str]:
    """Return the fields that the catalogue decides and the platform shows."""
    return frozenset(store.owns) & {*shows(known(store.platform, book), book), "stock"}


def _not_wanted(sku: str, store: Store, unread: Sequence[Problem]) -> Operation:
    """Return what becomes of a product that no row of the catalogue is for; what an unread row may be for stays."""
    do: Do = "leave"
    if any(one.name == sku for one in unread):
        why = "its row of the catalogue cannot be read; it is left alone"
    elif store.withdraws and any(not one.name for one in unread):
        why = "a row of the catalogue cannot be read and may be its; it is left alone"
    elif store.withdraws:
        do, why = "withdraw", "the catalogue does not have it for this store"
    else:
        why = "the catalogue does not have it; it is left alone"
    return Operation(store=store.id, sku=sku, do=do, because=why)


def _of_item_or_why_not(item: CatalogueItem, store: Store, owned: frozenset[str], on: date, book: Rulebook) -> list[Operation]:
    try:
        return _of_item(item, store, owned, on, book)
    except XBCommerceError as error:
        return [Operation(store=store.id, sku=item.sku, do="cannot", because=str(error))]


def _of_item(item: CatalogueItem, store: Store, owned: frozenset[str], on: date, book: Rulebook) -> list[Operation]:
    listing, note = _spoken(item, store)
    if listing is None:
        why = f"the item has no texts in {store.language}: translate them"
        return [Operation(store=store.id, sku=item.sku, do="cannot", because=why)]
    price = _priced(item, listing, store, on) if "price" in owned else _NO_PRICE
    seen, unit = store.seen.get(item.sku), _unit(store, on)
    wanted = _projected(item, listing, price, owned, seen)
    if seen is None:
        return [_created(item, listing, wanted, price, store, note, on, book)]
    differing = [field for field in sorted(wanted) if not _same(field, seen.get(field), wanted[field], unit)]
    notes = {**dict.fromkeys(_SPOKEN, note), "price": f"; {price.note}" if price.note else ""}
    changes = [
        _change(item.sku, field, seen, wanted, store, unit, notes.get(field.partition(".")[0], "")) for field in differing
    ]
    if any(change.do == "update" and change.field not in _OFFERED for change in changes):
        changes = _judged(changes, listing, store, owned, on, book)
    out = [*changes, *_price_told(item.sku, price, store), *_only_there(item.sku, seen, wanted, store, owned)]
    why = "nothing differs" + _unsure(seen.get("images"), wanted.get("images"))
    return out or [Operation(store=store.id, sku=item.sku, do="leave", because=why)]


def _unsure(seen: Any, wanted: Any) -> str:
    """Return how little the images were compared by, where a replaced one would not have been noticed."""
    if type(wanted) is int:
        return "; images were compared by their number alone" if wanted else ""
    pairs = zip(seen or (), wanted or (), strict=False)
    blind = any(isinstance(one, Mapping) and not one.keys() & other.keys() for one, other in pairs)
    return "; some images were compared by their number alone: nothing is known of them on both sides" if blind else ""


def _only_there(sku: str, seen: State, wanted: State, store: Store, owned: frozenset[str]) -> list[Operation]:
    """Tell the attributes that only the store has: nobody said that they are wrong."""
    if "attributes" not in owned:
        return []
    why = "only the store has it; it is left alone"
    return [
        Operation(store=store.id, sku=sku, do="leave", field=field, before=seen[field], because=why)
        for field in sorted(seen)
        if field.startswith("attributes.") and field not in wanted
    ]


# ------------------------------------------------------------------ what an item should be


def _spoken(item: CatalogueItem, store: Store) -> tuple[Listing | None, str]:
    """Return the item's texts in the store's language, and a note where they are in another form of it.

    What is the same everywhere comes from the item.
    """
    asked_for, own = store.language, item.listing.language
    if asked_for is None or (own is not None and _tag(own) == _tag(asked_for)):
        return item.listing, ""
    spoken = {_tag(language): language for language in item.translations}
    near = [language for language in sorted(spoken) if _akin(language, asked_for)]
    if _tag(asked_for) in spoken:
        language = _tag(asked_for)
    elif own is not None and _akin(own, asked_for):
        return item.listing, f"; its texts are in {own}, not in {asked_for}"
    elif near:
        language = near[0]
    else:
        return None, ""
    found = item.translations[spoken[language]]
    same = {
        name: getattr(item.listing, name)
        for name in ("images", "gtin", "brand", "category", "price")
        if getattr(found, name) is None
    }
    note = "" if language == _tag(asked_for) else f"; its texts are in {spoken[language]}, not in {asked_for}"
    return found.model_copy(update={**same, "language": asked_for}), note


def _tag(language: str) -> str:
    return language.replace("_", "-").lower()


def _akin(one: str, other: str) -> bool:
    """Tell whether two languages are forms of one, in one script as far as they say."""
    if _tag(one).partition("-")[0] != _tag(other).partition("-")[0]:
        return False
    scripts = {_script(one), _script(other)} - {""}
    return len(scripts) < 2


def _script(language: str) -> str:
    """Return the script that a language with a script or a region is written in (zh-TW: Hant); empty where it says neither."""
    from babel.core import get_global

    first, *rest = _tag(language).split("-")
    if not rest:
        return ""
    told = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), None)
    if told is None:
        likely = get_global("likely_subtags")
        told = (likely.get(f"{first}_{rest[0].upper()}") or likely.get(first) or "__").split("_")[1]
    return told


class _PriceOf(NamedTuple):
    """What an item costs in a store: an amount, or why the one that is given is not sent, or what else to know.

    `told`: the note is of a price that is there, so that it is told of a product that the store has, too.
    """

    amount: Money | None = None
    wrong: str = ""
    note: str = ""
    told: bool = False


_NO_PRICE = _PriceOf()


def _priced(item: CatalogueItem, listing: Listing, store: Store, on: date) -> _PriceOf:
    keys = (store.market, store.market.partition("-")[0], store.currency or "")
    text = next((item.prices[key] for key in keys if item.prices.get(key)), None)
    if text is None:
        own = _own_price(listing.price, store, on)
        return own._replace(note="no price for this store is known", told=True) if item.prices and own.amount is None else own
    try:
        amount = Money.parse(text)
    except InvalidInput as error:
        return _PriceOf(wrong=str(error))
    if amount.amount < 0:
        return _PriceOf(wrong=f"the price {amount} is below zero")
    if store.currency is not None and amount.currency != store.currency:
        return _PriceOf(wrong=f"the price {amount} is not in {store.currency}, the currency of the store")
    return _PriceOf(amount, note=_foreign(amount, store, on))


def _unit(store: Store, on: date) -> str | None:
    """Return the currency of a store's prices: as it says, else its market's, if that is known."""
    try:
        return store.currency or currency(store.market, on)
    except XBCommerceError:
        return None


def _foreign(amount: Money, store: Store, on: date) -> str:
    """Return that a price is not in the currency of the market, where the store says none that it could be checked by."""
    usual = _unit(store, on)
    if store.currency is not None or usual is None:
        return ""
    return "" if amount.currency == usual else f"its price is in {amount.currency}, the currency of {store.market} is {usual}"


def _own_price(own: Money | None, store: Store, on: date) -> _PriceOf:
    """Return the listing's own price where it is in the store's currency, or that of its market if the store says none."""
    if own is None:
        return _PriceOf(note="no price is known for it")
    wanted = _unit(store, on)
    if wanted is None:
        return _PriceOf(note=f"the store says no currency: the listing's price of {own} is not sent", told=True)
    if own.currency == wanted:
        return _PriceOf(own)
    return _PriceOf(note=f"no price in {wanted} is known: the listing's is {own}", told=True)


def _price_told(sku: str, price: _PriceOf, store: Store) -> list[Operation]:
    if price.wrong:
        return [Operation(store=store.id, sku=sku, do="cannot", field="price", because=price.wrong)]
    return [Operation(store=store.id, sku=sku, do="leave", field="price", because=price.note)] if price.told else []


def _projected(
    item: CatalogueItem, listing: Listing, price: _PriceOf, owned: frozenset[str], seen: State | None
) -> dict[str, Any]:
    """Return what the product should be in the store: the fields it owns and knows, flat."""
    out: dict[str, Any] = {}
    for name in (*_TEXTS, "gtin", "brand"):
        if name in owned and getattr(listing, name) is not None:
            out[name] = getattr(listing, name)
    for name in _LISTS:
        value = getattr(listing, name)
        if name in owned and value is not None:
            out[name] = list(value)
    if "attributes" in owned:
        out |= {f"attributes.{name}": text for name, text in listing.attributes.items()}
    if "images" in owned and listing.images is not None:
        one_by_one = isinstance((seen or {}).get("images"), list | tuple)
        out["images"] = [_facts(image) for image in listing.images] if one_by_one else len(listing.images)
    if price.amount is not None:
        out["price"] = str(price.amount)
    if "stock" in owned and item.stock is not None:
        out["stock"] = item.stock
    return out


def _facts(image: Image) -> dict[str, Any]:
    """Return what is known of an image, for comparison: its file by its digest."""
    told = {name: getattr(image, name) for name in ("alt_text", "width", "height", "file_bytes", "format")}
    told["sha256"] = hashlib.sha256(image.pixels).hexdigest() if image.pixels else None
    return {name: value for name, value in told.items() if value is not None}


# ------------------------------------------------------------------ what differs


def _same(field: str, one: Any, other: Any, unit: str | None) -> bool:
    """Tell whether two values of a field mean the same, however they are written."""
    if one is None or other is None:
        return one is other
    if field == "price":
        try:
            return _money(one, unit) == _money(other, unit)
        except InvalidInput:
            return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same_item, one, other))
    return bool(one == other)


def _money(value: Any, unit: str | None) -> Money:
    """Return a price; one that is told as a bare number, as many shops do, is in the store's currency.

    A number of JSON is read as it was written, not as the binary fraction that it became.
    """
    if isinstance(value, float):
        value = Decimal(repr(value))
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    bare = number or (isinstance(value, str) and _BARE.fullmatch(value.strip()))
    return Money(value, unit) if bare and unit is not None else Money.of(value)


_BARE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _same_item(one: Any, other: Any) -> bool:
    """Tell whether two items of a list are the same; of images, as far as both sides know them."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(one[name] == other[name] for name in one.keys() & other.keys())
    return bool(one == other)


def _change(sku: str, field: str, seen: State, wanted: State, store: Store, unit: str | None, note: str) -> Operation:
    before, after = seen.get(field), wanted[field]
    why = _moved(sku, field, seen, store, unit)
    if why:
        return Operation(store=store.id, sku=sku, do="conflict", field=field, before=before, after=after, because=why)
    why = ("the store has none" if before is None else "the catalogue says otherwise") + note
    return Operation(store=store.id, sku=sku, do="update", field=field, before=before, after=after, because=why)


def _moved(sku: str, field: str, seen: State, store: Store, unit: str | None) -> str:
    """Return what somebody did to a field in the store since it was last seen; empty where that is nothing, or not known."""
    last = (store.last_seen or {}).get(sku, {}).get(field)
    if last is None or _same(field, seen.get(field), last, unit):
        return ""
    did = "removed" if seen.get(field) is None else "changed"
    return f"somebody {did} it in the store since it was last seen"


def _created(
    item: CatalogueItem, listing: Listing, wanted: State, price: _PriceOf, store: Store, note: str, on: date, book: Rulebook
) -> Operation:
    if item.sku in (store.last_seen or {}):
        return Operation(
            store=store.id, sku=item.sku, do="conflict", after=fixed(wanted),
            because="somebody removed it from the store since it was last seen",
        )  # fmt: skip
    blocked = _blocking(listing, store, _owned(store, book), on, book)
    if blocked or price.wrong:
        why = [_forbidden(tuple(finding for finding, _ in blocked))] if blocked else []
        return Operation(
            store=store.id, sku=item.sku, do="cannot", field="" if blocked else "price",
            because="; ".join([*why, price.wrong] if price.wrong else why), findings=tuple(finding for finding, _ in blocked),
        )  # fmt: skip
    why_so = "the store does not have it" + note + (f"; {price.note}" if price.note else "")
    return Operation(store=store.id, sku=item.sku, do="create", after=fixed(wanted), because=why_so)


# ------------------------------------------------------------------ what the rules forbid


def _judged(
    changes: Sequence[Operation], listing: Listing, store: Store, owned: frozenset[str], on: date, book: Rulebook
) -> list[Operation]:
    """Return changes without those that a rule forbids; where the rules cannot read the listing, stock and price still go."""
    try:
        return _stopped(changes, _blocking(listing, store, owned, on, book))
    except XBCommerceError as error:
        told = {"do": "cannot", "because": f"the listing cannot be checked: {error}"}
        return [
            change.model_copy(update=told) if change.do == "update" and change.field not in _OFFERED else change
            for change in changes
        ]


def _stopped(changes: Sequence[Operation], blocked: Sequence[tuple[Finding, frozenset[str]]]) -> list[Operation]:
    """Return changes with those that a rule forbids as `cannot`; the others go, with what blocks the product as it stands."""
    out = []
    for change in changes:
        against = tuple(finding for finding, reads in blocked if _touches(change.field, reads))
        general = tuple(finding for finding, _ in blocked if not finding.field)
        if change.do == "update" and against:
            told = {"do": "cannot", "because": _forbidden(against), "findings": against}
            out.append(change.model_copy(update=told))
        elif change.do == "update" and general and change.field not in _OFFERED:
            why = f"{change.because}; the rules of the store object to the product as it stands"
            out.append(change.model_copy(update={"because": why, "findings": general}))
        else:
            out.append(change)
    return out


def _touches(field: str, reads: frozenset[str]) -> bool:
    head = field.partition(".")[0]
    return field in reads or head in reads or ("any_text" in reads and head in _SPOKEN)


def _forbidden(findings: Sequence[Finding]) -> str:
    return "the rules of the store forbid it: " + "; ".join(dict.fromkeys(finding.text for finding in findings))


def _blocking(
    listing: Listing, store: Store, owned: frozenset[str], on: date, book: Rulebook
) -> list[tuple[Finding, frozenset[str]]]:
    """Return what blocks a listing in a store, in the fields that would be sent, each with the fields it reads.

    Nothing where no rule is known.
    """
    kept = {name: None for name in (*_TEXTS, *_LISTS, "gtin") if name not in owned and getattr(listing, name) is not None}
    sent = listing.model_copy(update=kept) if kept else listing
    try:
        question = asked(
            sent,
            platform=store.platform,
            on=on,
            market=store.market,
            marketplace=store.marketplace,
            language=store.language,
            rulebook=book,
        )
    except UnknownFact:
        return []
    blocked = [finding for finding in findings_of(question) if finding.severity == "block"]
    return [(finding, _fields_read(question, finding)) for finding in blocked]


def _fields_read(question: Question, finding: Finding) -> frozenset[str]:
    """Return the fields that a finding is about: its own; of one about the whole listing, those its check reads."""
    if finding.field:
        head = finding.field.partition(".")[0]
        return frozenset({finding.field if head == "attributes" else head})
    by_hand = frozenset(field for rule, field, _ in own_checks(question) if rule == finding.rule)
    check = question.checks.by_id.get(finding.rule)
    if by_hand or check is None:
        return by_hand or _SPOKEN
    if check.kind != "requires":
        return frozenset(name.partition(".")[0] if name.startswith("images") else name for name in check.fields)
    named_ = [check.body.get(key, ()) for key in ("all_of", "any_of")]
    return frozenset(name for some in named_ for name in ([some] if isinstance(some, str) else some))


def applied(plan: SyncPlan, seen: Mapping[str, Mapping[str, State]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the stores would have if a plan were applied: for a rehearsal; no store is touched.

    Args:
        plan: of `sync_plan`.
        seen: by store and sku, what they have now.
    """
    if not isinstance(plan, SyncPlan) or not isinstance(seen, Mapping):
        raise InvalidInput("a plan of sync_plan is applied to a mapping by store and sku", field="plan", value=plan)
    out = {store: {sku: dict(state) for sku, state in products.items()} for store, products in seen.items()}
    for one in plan.operations:
        products = out.setdefault(one.store, {})
        if one.do == "create":
            products[one.sku] = dict(one.after)
        elif one.do == "update":
            products.setdefault(one.sku, {})[one.field] = one.after
        elif one.do == "withdraw":
            products.pop(one.sku, None)
    return out
