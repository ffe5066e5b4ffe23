"""One catalogue, many stores: what differs and what must change in each, nothing applied.

`wanted = what the item should be in the store` (its language, its price, the fields the platform shows), `seen = what the store
has`; the plan is the difference. Only fields that a store's `owns` names are touched. What a platform's rules block is not
planned but told (`cannot`); what somebody changed in the store since it was last seen is a `conflict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown
from xbcommerce.explain import Result
from xbcommerce.goods import Model, named
from xbcommerce.listings.platform import asked, findings_of, known, shows
from xbcommerce.localization.content import Finding, Listing
from xbcommerce.money import Money
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["CatalogueItem", "Operation", "Store", "SyncPlan", "applied", "sync_plan"]

_TEXTS = ("title", "description", "search_terms")
_LISTS = ("bullets", "tags")
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
        prices: by market ("DE") or currency ("EUR").
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
        language: of its texts; silent: the item's own.
        currency: of its prices.
        seen: what the store has now, by sku: flat fields ("title", "bullets", "attributes.colour", "price", "stock").
        last_seen: what it had when it was last synchronised; silent: conflicts are not looked for.
        owns: the fields the catalogue decides; others are left alone.
        withdraws: products that the catalogue does not have are withdrawn; otherwise they are left.
    """

    id: Annotated[str, Field(min_length=1, max_length=100)]
    platform: str
    market: str
    marketplace: str | None = None
    language: str | None = None
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
        do: create, update, withdraw, leave, cannot (a rule or a missing text forbids it) or conflict.
        field: which field, for update and conflict.
        before, after: its values; for create, `after` is the whole product.
        because: why.
        findings: what blocks it, for cannot.
    """

    store: str
    sku: str
    do: Do
    field: str = ""
    before: Any = None
    after: Any = None
    because: str = ""
    findings: tuple[Finding, ...] = ()


class SyncPlan(Result):
    """What would change, store by store; nothing was applied.

    Attributes:
        operations: in the order of stores and item numbers.
        count: how many there are of each kind.
    """

    on: date
    operations: tuple[Operation, ...]
    count: Mapping[str, int]
    rulebook: str

    def of(self, store: str | None = None, *, do: str | None = None, sku: str | None = None) -> tuple[Operation, ...]:
        """Return the operations of a store, a kind, an item."""
        return tuple(
            one for one in self.operations if store in (None, one.store) and do in (None, one.do) and sku in (None, one.sku)
        )

    @property
    def empty(self) -> bool:
        """Tell whether nothing would change."""
        return all(one.do == "leave" for one in self.operations)

    def __str__(self) -> str:
        """Return the operations, one a line."""
        return (
            "\n".join(
                f"{one.store}  {one.sku}  {one.do:<8} {one.field}  {one.because}".rstrip()
                for one in self.operations
                if one.do != "leave"
            )
            or "nothing to change"
        )


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
        InvalidInput: if an item or a store cannot be understood, or one is named twice.
    """
    book, day = rulebook or Rulebook.builtin(), a_day(on)
    items = _once((CatalogueItem.of(one) for one in catalogue), "sku")
    places = _once((Store.of(one) for one in stores), "id")
    operations = [one for place in places for one in _of_store(items, place, day, book)]
    count = {do: sum(one.do == do for one in operations) for do in _ORDER}
    return SyncPlan(on=day, operations=tuple(operations), count=count, rulebook=f"rulebook {book.version}")


def _once(rows: Iterable[Any], name: str) -> list[Any]:
    found: dict[str, Any] = {}
    for row in rows:
        key = getattr(row, name)
        if key in found:
            raise InvalidInput(f"{name} {shown(key)} is there twice", field=name, value=key)
        found[key] = row
    return [found[key] for key in sorted(found)]


def _of_store(items: Sequence[CatalogueItem], store: Store, on: date, book: Rulebook) -> list[Operation]:
    owned = _owned(store, book)
    wanted = [item for item in items if item.stores is None or store.id in item.stores]
    out = [one for item in wanted for one in _of_item(item, store, owned, on, book)]
    here = {item.sku for item in wanted}
    for sku in sorted(set(store.seen) - here):
        if store.withdraws:
            out.append(
                Operation(store=store.id, sku=sku, do="withdraw", because="the catalogue does not have it for this store")
            )
        else:
            out.append(
                Operation(store=store.id, sku=sku, do="leave", because="the catalogue does not have it; it is left alone")
            )
    return sorted(out, key=lambda one: (one.sku, _ORDER.index(one.do), one.field))


def _owned(store: Store, book: Rulebook) -> frozenset[str]:
    """Return the fields that the catalogue decides and the platform shows."""
    for name in store.owns:
        if name not in OWNED:
            raise InvalidInput(f"a store cannot own {shown(name)}", field="owns", value=name, allowed=OWNED)
    shown_there = {*shows(known(store.platform, book), book), "stock"}
    return frozenset(store.owns) & shown_there


def _of_item(item: CatalogueItem, store: Store, owned: frozenset[str], on: date, book: Rulebook) -> list[Operation]:
    listing = _spoken(item, store)
    if listing is None:
        return [
            Operation(
                store=store.id, sku=item.sku, do="cannot", because=f"the item has no texts in {store.language}: translate them"
            )
        ]
    wanted = _projected(item, listing, store, owned)
    seen = store.seen.get(item.sku)
    if seen is None:
        return [_created(item, listing, wanted, store, on, book)]
    changes = [_change(item.sku, field, seen, wanted, store) for field in sorted(wanted) if seen.get(field) != wanted[field]]
    if not changes:
        return [Operation(store=store.id, sku=item.sku, do="leave", because="nothing differs")]
    blocked = _blocking(listing, store, owned, on, book)
    touched = {change.field.partition(".")[0] for change in changes if change.do == "update"}
    stopped = tuple(finding for finding in blocked if not finding.field or finding.field.partition(".")[0] in touched)
    if stopped and touched:
        kept = [change for change in changes if change.do == "conflict"]
        return [*kept, _cannot(item.sku, store, stopped)]
    return changes


def _spoken(item: CatalogueItem, store: Store) -> Listing | None:
    """Return the item's texts in the store's language; what is the same everywhere comes from the item."""
    language = store.language
    if language is None or item.listing.language in (language, language.partition("-")[0]):
        return item.listing
    found = item.translations.get(language) or item.translations.get(language.partition("-")[0])
    if found is None:
        return None
    same = {
        name: getattr(item.listing, name)
        for name in ("images", "gtin", "brand", "category", "price")
        if getattr(found, name) is None
    }
    return found.model_copy(update={**same, "language": language})


def _projected(item: CatalogueItem, listing: Listing, store: Store, owned: frozenset[str]) -> dict[str, Any]:
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
        out["images"] = len(listing.images)
    price = item.prices.get(store.market) or item.prices.get(store.currency or "")
    if "price" in owned and price:
        out["price"] = str(Money.parse(price))
    if "stock" in owned and item.stock is not None:
        out["stock"] = item.stock
    return out


def _change(sku: str, field: str, seen: State, wanted: State, store: Store) -> Operation:
    before, after = seen.get(field), wanted[field]
    last = None if store.last_seen is None else store.last_seen.get(sku, {}).get(field)
    if store.last_seen is not None and field in seen and before != last:
        return Operation(
            store=store.id,
            sku=sku,
            do="conflict",
            field=field,
            before=before,
            after=after,
            because="somebody changed it in the store since it was last seen",
        )
    why = "the store has none" if before is None else "the catalogue says otherwise"
    return Operation(store=store.id, sku=sku, do="update", field=field, before=before, after=after, because=why)


def _created(item: CatalogueItem, listing: Listing, wanted: State, store: Store, on: date, book: Rulebook) -> Operation:
    blocked = _blocking(listing, store, _owned(store, book), on, book)
    if blocked:
        return _cannot(item.sku, store, blocked)
    return Operation(store=store.id, sku=item.sku, do="create", after=dict(wanted), because="the store does not have it")


def _cannot(sku: str, store: Store, findings: tuple[Finding, ...]) -> Operation:
    why = "; ".join(dict.fromkeys(finding.text for finding in findings))
    return Operation(
        store=store.id, sku=sku, do="cannot", because=f"the rules of the store forbid it: {why}", findings=findings
    )


def _blocking(listing: Listing, store: Store, owned: frozenset[str], on: date, book: Rulebook) -> tuple[Finding, ...]:
    """Return what blocks a listing in a store, in the fields that would be sent; nothing where no rule is known."""
    kept = {name: None for name in (*_TEXTS, *_LISTS) if name not in owned and getattr(listing, name) is not None}
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
        return ()
    return tuple(finding for finding in findings_of(question) if finding.severity == "block")


def applied(plan: SyncPlan, seen: Mapping[str, Mapping[str, State]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the stores would have if a plan were applied: for a rehearsal; no store is touched.

    Args:
        plan: of `sync_plan`.
        seen: by store and sku, what they have now.
    """
    out = {store: {sku: dict(state) for sku, state in products.items()} for store, products in seen.items()}
    for one in plan.operations:
        products = out.setdefault(one.store, {})
        if one.do == "create":
            products[one.sku] = dict(one.after)
        elif one.do == "update":
            products[one.sku][one.field] = one.after
        elif one.do == "withdraw":
            products.pop(one.sku, None)
    return out
