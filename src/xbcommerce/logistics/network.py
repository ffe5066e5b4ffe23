"""What a plan is made from: demand by SKU and market, the lanes that can serve it, contracts with tiers, and limits.

All of it is plain data in one currency. What a lane costs comes from rate cards, quotes or a spreadsheet: here it is a number
for one unit. Costs are named by what they are for ("transport", "duty", "returns"), so that a plan can tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.goods import Model, named
from xbcommerce.money import Money

__all__ = ["Contract", "Demand", "LaneOption", "Limit", "Network", "Site", "Tier", "overseas"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_FINEST = -6
_MOST_LANES = 100
_EXACT = Context(prec=60)
_STEP = Decimal(1).scaleb(_FINEST)


def number(value: object) -> Decimal:
    """Return an exact number of at most nine decimals; floats are refused."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        exact = Decimal(value) if not isinstance(value, int) or value.bit_length() <= 60 else Decimal("NaN")
        if exact.is_finite() and abs(exact) < 10**15 and int(exact.as_tuple().exponent) >= -9:
            return exact
    raise InvalidInput(
        f"cannot read {shown(value)} as a number", value=value, hint="write a Decimal, an int or '12.5'; floats are not exact"
    )


def part(value: object) -> Decimal:
    """Return a number from "85 %", or from a plain number: a part of one, or more of it."""
    text = value.strip() if isinstance(value, str) and len(value) <= 30 else value
    if isinstance(text, str) and text.endswith("%"):
        return number(text[:-1].strip()).scaleb(-2, _EXACT)
    return number(text)


def share(value: object) -> Decimal:
    """Return a share of one from "85 %", or from a plain number between 0 and 1.

    >>> share("85 %"), share("0.85")
    (Decimal('0.85'), Decimal('0.85'))
    """
    found = part(value)
    if not 0 <= found <= 1:
        raise InvalidInput(f"{shown(value)} is no share", value=value, hint="write '85 %' or a number between 0 and 1")
    return found


def _money(value: object) -> Money:
    money = Money.of(value)
    if int(money.amount.as_tuple().exponent) < _FINEST:
        raise InvalidInput(f"{money} has more than six decimals", value=value, hint="round prices of a unit to six decimals")
    return money


def rounded(value: Fraction, places: int) -> Decimal:
    """Return a number of so many decimals at most, without idle zeros, whatever the caller's decimal context."""
    found = _EXACT.scaleb(Decimal(round(value * 10**places)), -places)
    return _EXACT.quantize(found, Decimal(1)) if found == found.to_integral_value() else _EXACT.normalize(found)


def _sum(prices: Iterable[Money]) -> Decimal:
    """Return the exact sum of prices, whatever the caller's decimal context."""
    return reduce(_EXACT.add, [money.amount for money in prices], Decimal(0))


def one_currency(prices: Iterable[Money], what: str) -> str:
    """Return the currency that all prices have; empty without prices.

    Raises:
        InvalidInput: if two have different ones.
    """
    first: Money | None = None
    for money in prices:
        first = first or money
        if money.currency != first.currency:
            raise InvalidInput(
                f"{what} has one currency: {first} and {money} are given", field="cost", value=money, hint="convert one of them"
            )
    return "" if first is None else first.currency


def _costs(value: object) -> Mapping[str, Money]:
    if isinstance(value, Mapping) and value.keys() != {"amount", "currency"}:
        return {_label(name): _money(one) for name, one in value.items()}
    return {"transport": _money(value)}


def _prices(value: object) -> Mapping[str, Money]:
    if not isinstance(value, Mapping):
        raise InvalidInput(
            f"prices are given by contract, not as {shown(value)}", value=value, hint="write {'post': '2.40 EUR'}"
        )
    return {_label(name): _money(one) for name, one in value.items()}


def _label(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 80 or not value.isprintable():
        raise InvalidInput(f"{shown(value)} is no name", value=value, hint="a printable text of at most 80 characters")
    return value.strip()


def _labels(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_label(value),)
    if not isinstance(value, list | tuple | set | frozenset):
        raise InvalidInput(f"a list of names is expected, not {shown(value)}", value=value)
    return tuple(_label(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value))


Label: TypeAlias = Annotated[str, BeforeValidator(_label)]
Labels: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_labels)]
Number: TypeAlias = Annotated[Decimal, BeforeValidator(number)]
Share: TypeAlias = Annotated[Decimal, BeforeValidator(share)]
Amount: TypeAlias = Annotated[Money, BeforeValidator(_money)]


def _not_negative(value: Decimal | None, field: str) -> None:
    if value is not None and value < 0:
        raise InvalidInput(f"{field} is {value}: it is at least 0", field=field, value=value)


class LaneOption(Model):
    """One way to serve a row of demand, for one unit.

    >>> LaneOption(lane="post", cost="4.10 EUR", days=18).total
    Decimal('4.10')

    Attributes:
        lane: name of the way ("post", "line", "warehouse.de").
        cost: what a unit costs outside contracts: an amount, or amounts by what they are for.
        under: list prices of a unit by contract, on which the contract's tiers are levied; in the currency of the costs.
        days: from order to delivery, on average.
        on_time: share delivered within what was promised.
        weight: kilograms of a unit, where contracts or limits count them.
        volume: cubic metres of a unit.
        uses: anything else that limits count ("capital", "pallets").
        site: where the SKU must be stocked for this lane.
        barred: why the lane may not be used ("battery"); it is kept for the explanation.
    """

    lane: Label
    cost: Annotated[Mapping[str, Money], BeforeValidator(_costs)] = Field(default_factory=dict)
    under: Annotated[Mapping[str, Money], BeforeValidator(_prices)] = Field(default_factory=dict)
    days: Number | None = None
    on_time: Share | None = None
    weight: Number | None = None
    volume: Number | None = None
    uses: Mapping[Label, Number] = Field(default_factory=dict)
    site: Label | None = None
    barred: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _sound(self) -> LaneOption:
        if not self.cost and not self.under and not self.barred:
            raise InvalidInput(f"lane {self.lane} costs nothing known: a cost of 0 must be written", field="cost")
        for name in ("days", "weight", "volume"):
            _not_negative(getattr(self, name), name)
        one_currency([*self.cost.values(), *self.under.values()], "a lane")
        for contract, price in self.under.items():
            if price.amount < 0:
                raise InvalidInput(f"the list price under {contract} is {price}: it is at least 0", field="under", value=price)
        return self

    @property
    def total(self) -> Decimal:
        """What a unit costs outside contracts."""
        return _sum(self.cost.values())

    def measure(self, name: str) -> Decimal | None:
        """Return what a unit counts in a measure; None if it is not known."""
        if name == "units":
            return Decimal(1)
        if name == "late":
            return None if self.on_time is None else _EXACT.subtract(1, self.on_time)
        if name in ("days", "weight", "volume"):
            found: Decimal | None = getattr(self, name)
            return found
        if name == "list_cost":
            return _sum([*self.cost.values(), *self.under.values()])
        return self.uses.get(name, Decimal(0))


MEASURES = ("units", "weight", "volume", "days", "late", "list_cost")
"""What limits can count on every lane, beside what lanes name in `uses`."""


class Demand(Model):
    """A row of demand: so many units of a SKU in a market, and the ways to serve it.

    Attributes:
        sku, market: their names; a market may carry a period ("DE 2026-12"). Each pair appears once.
        units: to be served, all of them.
        revenue: of one unit, for cost as a share of revenue.
        lanes: the options.
        today: the lane used today, or units by lane.
    """

    sku: Label
    market: Label
    units: Annotated[int, Field(ge=1, le=10**9, strict=True)]
    revenue: Amount | None = None
    lanes: tuple[LaneOption, ...] = Field(max_length=_MOST_LANES)
    today: Mapping[str, int] | str | None = None

    @model_validator(mode="after")
    def _lanes_differ(self) -> Demand:
        names = [option.lane for option in self.lanes]
        if len(set(names)) < len(names):
            double = next(name for name in names if names.count(name) > 1)
            raise InvalidInput(f"{self.sku} in {self.market} has lane {shown(double)} twice", field="lanes", value=double)
        if self.today is not None:
            mix = self.mix
            for name in mix:
                if name not in names:
                    raise InvalidInput(
                        f"{self.sku} in {self.market} is sent by {shown(name)} today, which is none of its lanes",
                        field="today", value=name, allowed=names, hint=suggest(name, names),
                    )  # fmt: skip
            if sum(mix.values()) != self.units or min(mix.values()) < 0:
                raise InvalidInput(
                    f"today's mix of {self.sku} in {self.market} adds up to {sum(mix.values())}, not {self.units}",
                    field="today",
                )
        return self

    @property
    def mix(self) -> Mapping[str, int]:
        """Today's units by lane; empty if not said."""
        if isinstance(self.today, str):
            return {self.today: self.units}
        return self.today or {}


class Tier(Model):
    """A tier of a contract: from a volume on, a share of the list price is paid, or a price for each unit of volume.

    >>> Tier(at_least=1000, pays="93 %").pays
    Decimal('0.93')
    """

    at_least: Number
    pays: Share | None = None
    price: Amount | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Tier:
        if (self.pays is None) == (self.price is None):
            raise InvalidInput(
                "a tier says what share of the list price is paid (`pays`), or a price: one of them", field="pays"
            )
        _not_negative(self.at_least, "at_least")
        return self

    @property
    def factor(self) -> Decimal:
        """Share or price."""
        return self.pays if self.pays is not None else self.price.amount  # type: ignore[union-attr]  # one is given


class Stretch(NamedTuple):
    """A part of a contract's cost by volume: from `low` to `high` (None: without end), `at_low`, and `slope` beyond it."""

    low: Fraction
    high: Fraction | None
    at_low: Fraction
    slope: Fraction
    tier: int


class Contract(Model):
    """What a carrier or site charges by volume.

    Attributes:
        name: by which lanes name it in `under`.
        by: what tiers are counted by: "spend" at list price, "units", "weight" or "volume".
        kind: "all_units" (the tier reached holds for everything) or "incremental" (each slice has its own).
        tiers: by rising volume; below the first the list price is paid.
        as_if: a shipper may pay for the next tier's volume where that is cheaper (all-units tiers).
        minimum: least volume.
        optional: nothing at all may be sent instead of the minimum.
        shortfall: price of each unit of volume that is short of the minimum, which then is no hard limit (take or pay).
        maximum: most volume.
        fee: paid once if anything is sent: a site's rent, an account's fee.
    """

    name: Label
    by: Literal["spend", "units", "weight", "volume"] = "spend"
    kind: Literal["all_units", "incremental"] = "all_units"
    tiers: tuple[Tier, ...] = Field(default=(), max_length=50)
    as_if: bool = False
    minimum: Number | None = None
    optional: bool = False
    shortfall: Amount | None = None
    maximum: Number | None = None
    fee: Amount | None = None

    @model_validator(mode="after")
    def _sound(self) -> Contract:
        edges = [tier.at_least for tier in self.tiers]
        if edges != sorted(set(edges)):
            raise InvalidInput(f"contract {self.name}: tiers rise by volume, each edge once", field="tiers")
        if len({tier.price is None for tier in self.tiers}) > 1:
            raise InvalidInput(f"contract {self.name}: tiers are all shares or all prices", field="tiers")
        if self.priced and edges[0] != 0:
            raise InvalidInput(f"contract {self.name}: the first price holds from 0", field="tiers", value=edges[0])
        if self.apart and (self.kind == "incremental" or self.as_if or self.shortfall):
            raise InvalidInput(
                f"contract {self.name} counts {self.by} and takes off a share of spend: slices are undefined for a parcel",
                field="kind", value=self.kind, hint="count by spend, or give each tier a price",
            )  # fmt: skip
        if self.as_if and self.kind == "incremental":
            raise InvalidInput(f"contract {self.name}: `as_if` is about all-units tiers", field="as_if")
        for name in ("minimum", "maximum"):
            _not_negative(getattr(self, name), name)
        if (self.optional or self.shortfall) and self.minimum is None:
            raise InvalidInput(f"contract {self.name}: there is no minimum to be optional or short of", field="minimum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidInput(f"contract {self.name}: the minimum is above the maximum", field="minimum", value=self.minimum)
        return self

    @property
    def priced(self) -> bool:
        """Whether tiers are prices of volume rather than shares of spend."""
        return bool(self.tiers) and self.tiers[0].price is not None

    @property
    def apart(self) -> bool:
        """Whether tiers are counted by another thing than the share is levied on."""
        return self.by != "spend" and not self.priced

    def counts(self, option: LaneOption) -> Decimal | None:
        """Return what a unit on a lane adds to the volume; None if it is not known."""
        return option.under[self.name].amount if self.by == "spend" else option.measure(self.by)

    def stretches(self) -> list[Stretch]:
        """Return the contract's cost by volume, piece by piece; what lies between pieces cannot be had."""
        rows = [(Fraction(tier.at_least), Fraction(tier.factor)) for tier in self.tiers]
        if not rows or rows[0][0] > 0:
            rows.insert(0, (Fraction(0), Fraction(1)))
        ends = [low for low, _ in rows[1:]]
        out: list[Stretch] = []
        level = Fraction(0)
        for index, (low, factor) in enumerate(rows):
            high = ends[index] if index < len(ends) else None
            if self.apart:
                out.append(Stretch(low, high, Fraction(0), factor, index))
            elif self.kind == "incremental":
                out.append(Stretch(low, high, level, factor, index))
                level += factor * (high - low) if high is not None else 0
            else:
                out += self._all_units(rows, index, low, high)
        return self._bounded(out)

    def _all_units(
        self, rows: Sequence[tuple[Fraction, Fraction]], index: int, low: Fraction, high: Fraction | None
    ) -> list[Stretch]:
        factor = rows[index][1]
        whole = Stretch(low, high, factor * low, factor, index)
        ahead = [edge * later for edge, later in rows[index + 1 :]]
        if not self.as_if or not ahead or high is None or factor <= 0 or min(ahead) >= factor * high:
            return [whole]
        turn = max(low, min(ahead) / factor)
        flat = Stretch(turn, high, min(ahead), Fraction(0), index)
        return [flat] if turn == low else [whole._replace(high=turn), flat]

    def _bounded(self, pieces: list[Stretch]) -> list[Stretch]:
        least = Fraction(self.minimum) if self.minimum is not None else Fraction(0)
        most = None if self.maximum is None else Fraction(self.maximum)
        out: list[Stretch] = []
        for piece in pieces:
            for low, high in _cut(piece, least, most):
                short = Fraction(self.shortfall.amount) if self.shortfall is not None and low < least else Fraction(0)
                if low < least and self.shortfall is None:
                    continue
                level = piece.at_low if self.apart else piece.at_low + piece.slope * (low - piece.low)
                level += self.fixed(low)
                out.append(Stretch(low, high, level, piece.slope - short, piece.tier))
        if self.optional or (self.fee and (not least or self.shortfall is not None)):
            free = Fraction(0) if self.optional or self.shortfall is None else Fraction(self.shortfall.amount) * least
            out.insert(0, Stretch(Fraction(0), Fraction(0), free, Fraction(0), 0))
        return out

    def fixed(self, volume: Fraction) -> Fraction:
        """Return what a volume is charged whatever its tier, once anything is sent: the fee, and what is short of a minimum."""
        charged = Fraction(self.fee.amount) if self.fee else Fraction(0)
        if self.shortfall is not None and self.minimum is not None and volume < self.minimum:
            charged += Fraction(self.shortfall.amount) * (Fraction(self.minimum) - volume)
        return charged

    def stretch(self, volume: Fraction) -> Stretch | None:
        """Return the piece that a volume is charged by: at an edge the upper one; with nothing sent, the first."""
        pieces = self.stretches()
        if volume == 0 and pieces and pieces[0].low == 0:
            return pieces[0]
        found = [piece for piece in pieces if piece.low <= volume and (piece.high is None or volume <= piece.high)]
        return found[-1] if found else None

    def charge(self, volume: Fraction, spend: Fraction) -> Fraction | None:
        """Return what is paid for a volume (and a spend at list price), exactly; None where it cannot be had."""
        piece = self.stretch(volume)
        if piece is None:
            return None
        return piece.at_low + piece.slope * (spend if self.apart else volume - piece.low)


def _cut(piece: Stretch, least: Fraction, most: Fraction | None) -> list[tuple[Fraction, Fraction | None]]:
    """Return the stretch below the minimum and that above it, both within the maximum."""
    high = piece.high if most is None else most if piece.high is None else min(piece.high, most)
    if high is not None and high < piece.low:
        return []
    whole = piece.high is None or least < piece.high  # else the minimum is where the next tier begins
    if piece.low < least and whole and (high is None or least <= high):
        return [(piece.low, least), (least, high)]
    return [(piece.low, high)]


class Limit(Model):
    """What a plan must keep to.

    >>> Limit(id="days.de", measure="days", markets="DE", average=True, at_most=9).average
    True

    Attributes:
        id: its name in the answer.
        measure: "units", "weight", "volume", "days", "late" (share not on time), "list_cost", or a name that lanes use.
        lanes, markets, skus: what is counted; empty is all.
        average: the sum is divided by all units of these markets and SKUs, whatever their lane: average days, a lane's share.
        each: the limit holds for each row's lane by itself: lanes that break it are barred.
        at_most, at_least: at least one of them.
    """

    id: Label
    measure: Label = "units"
    lanes: Labels = ()
    markets: Labels = ()
    skus: Labels = ()
    average: bool = False
    each: bool = False
    at_most: Number | None = None
    at_least: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _percent(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            read = {
                name: share(data[name])
                for name in ("at_most", "at_least")
                if isinstance(data.get(name), str) and data[name].strip().endswith("%")
            }
            return {**data, **read}
        return data

    @model_validator(mode="after")
    def _bounds(self) -> Limit:
        if self.at_most is None and self.at_least is None:
            raise InvalidInput(f"limit {self.id} has no bound: give at_most or at_least", field="at_most")
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            raise InvalidInput(f"limit {self.id}: at_least is above at_most", field="at_least", value=self.at_least)
        if self.each and self.average:
            raise InvalidInput(f"limit {self.id} is either on each lane or on the average", field="each")
        return self

    def covers(self, sku: str, market: str) -> bool:
        """Tell whether a row is counted."""
        return (not self.markets or market in self.markets) and (not self.skus or sku in self.skus)


class Site(Model):
    """A place where SKUs are stocked: what it costs to have a SKU there at all, whatever the units.

    Attributes:
        name: by which lanes name it.
        fee: for each SKU: listing, labelling, the least storage.
        fees: for some SKUs another.
    """

    name: Label
    fee: Amount | None = None
    fees: Annotated[Mapping[str, Money], BeforeValidator(_prices)] = Field(default_factory=dict)

    def of(self, sku: str) -> Money | None:
        """Return the fee of a SKU."""
        return self.fees.get(sku, self.fee)


class Network(Model):
    """Contracts, limits and sites that a plan is made under.

    >>> Network(contracts=[{"name": "post", "tiers": [{"at_least": 1000, "pays": "90 %"}]}]).contracts[0].by
    'spend'
    """

    contracts: tuple[Contract, ...] = Field(default=(), max_length=500)
    limits: tuple[Limit, ...] = Field(default=(), max_length=5000)
    sites: tuple[Site, ...] = Field(default=(), max_length=500)

    @model_validator(mode="after")
    def _names_differ(self) -> Network:
        for what, names in (
            ("contracts", [one.name for one in self.contracts]),
            ("limits", [one.id for one in self.limits]),
            ("sites", [one.name for one in self.sites]),
        ):
            if len(set(names)) < len(names):
                double = next(name for name in names if names.count(name) > 1)
                raise InvalidInput(f"two {what} are called {shown(double)}", field=what, value=double)
        return self

    @classmethod
    def of(cls, value: object) -> Network:
        """Return a network as it is, or made from a mapping; None is one without contracts and limits."""
        if isinstance(value, Network):
            return value
        if value is None:
            return cls()
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"cannot read {shown(value)} as a network", field="network", value=value)


def demands(value: object) -> tuple[Demand, ...]:
    """Return rows of demand, made from mappings where they are; each pair of SKU and market once."""
    if isinstance(value, Demand | Mapping):
        value = [value]
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidInput(f"demand is a list of rows, not {shown(value)}", field="demand", value=value)
    out: list[Demand] = []
    seen: set[tuple[str, str]] = set()
    for index, row in enumerate(value):
        try:
            made = row if isinstance(row, Demand) else Demand(**named(row)) if isinstance(row, Mapping) else None
        except InvalidInput as error:
            field = f"demand.{index}" + (f".{error.field}" if error.field else "")
            raise InvalidInput(f"row {index} of the demand: {error}", field=field, value=error.value) from error
        if made is None:
            raise InvalidInput(f"row {index} of the demand is {shown(row)}", field=f"demand.{index}", value=row)
        if (made.sku, made.market) in seen:
            raise InvalidInput(f"{made.sku} in {made.market} is in the demand twice", field=f"demand.{index}", value=made.sku)
        seen.add((made.sku, made.market))
        out.append(made)
    return tuple(out)


def overseas(
    lane: str, *, freight: object, duty: object, fulfilment: object, last_mile: object, storage_month: object,
    months: object = 1, tax: object = None, capital_rate: object = 0, goods: object = None, return_rate: object = 0,
    return_cost: object = None, filled: object = 1, direct: LaneOption | Mapping[str, Any] | None = None,
    under: Mapping[str, object] | None = None, **fields: Any,
) -> LaneOption:  # fmt: skip
    """Return the lane of an overseas warehouse for one unit, from its parts.

    Goods go in bulk (`freight`, `duty`, `tax` that is not recovered), wait `months` at `storage_month`, tie up the capital of
    `goods` at `capital_rate` a year, are picked (`fulfilment`) and sent (`last_mile`). A share `return_rate` comes back at
    `return_cost`. If stock fills only a share of the demand, the rest is sent by the `direct` lane, and the lane is a mixture:
    what is not known of both ways (days, share on time, weight, volume) is not known of it.

    >>> lane = overseas("warehouse", freight="1.10 EUR", duty="0.40 EUR", fulfilment="1.50 EUR", last_mile="3.20 EUR",
    ...     storage_month="0.06 EUR", months=2, goods="12.00 EUR", capital_rate="6 %", return_rate="8 %", return_cost="4 EUR")
    >>> str(lane.cost["returns"]), lane.total
    ('0.320000 EUR', Decimal('6.760000'))
    """
    if "cost" in fields:
        raise InvalidInput("the cost of this lane is made of its parts: give freight, duty, fulfilment ...", field="cost")
    if isinstance(direct, Mapping):
        direct = LaneOption(**named(direct))
    rest, time = share(filled), number(months)
    _not_negative(time, "months")
    returned, tied = share(return_rate), part(capital_rate)
    for rate, amount, name in ((returned, return_cost, "return_cost"), (tied, goods, "goods")):
        if rate and amount is None:
            raise InvalidInput(f"a rate of {rate} is given, but not of what: give {name}", field=name)
    if rest < 1 and direct is None:
        raise InvalidInput("what stock does not fill goes by a direct lane: give it", field="direct")
    given = {
        "freight": (freight, Decimal(1)), "duty": (duty, Decimal(1)), "storage": (storage_month, time),
        "fulfilment": (fulfilment, Decimal(1)), "last_mile": (last_mile, Decimal(1)), "tax": (tax, Decimal(1)),
        "capital": (goods, _EXACT.divide(_EXACT.multiply(tied, time), 12)), "returns": (return_cost, returned),
    }  # fmt: skip
    cost = {name: (_money(one), times) for name, (one, times) in given.items() if one is not None}
    own = LaneOption(
        lane=lane,
        cost=_blended(cost.items()),
        under=_blended((name, (_money(one), Decimal(1))) for name, one in (under or {}).items()),
        **fields,
    )
    return own if direct is None or rest == 1 else _mixed(own, direct, rest)


def _blended(parts: Iterable[tuple[str, tuple[Money, Decimal]]]) -> dict[str, Money]:
    """Add up amounts by name, each so many times, to six decimals; all in one currency."""
    listed, sums = list(parts), dict[str, Decimal]()
    currency = one_currency([money for _, (money, _) in listed], "a lane")
    for name, (money, times) in listed:
        sums[name] = _EXACT.add(sums.get(name, Decimal(0)), _EXACT.multiply(money.amount, times))
    return {name: Money(_EXACT.quantize(amount, _STEP), currency) for name, amount in sums.items()}


def _mixed(own: LaneOption, direct: LaneOption, filled: Decimal) -> LaneOption:
    """Return a lane of which so large a part goes one way and the rest the other; what is not known of both is not known."""
    ways = ((own, filled), (direct, _EXACT.subtract(1, filled)))
    parts = [(name, (money, times)) for way, times in ways for name, money in way.cost.items()]
    prices = [(name, (money, times)) for way, times in ways for name, money in way.under.items()]

    def mean(pair: Sequence[Decimal | None]) -> Decimal | None:
        known = [_EXACT.multiply(one, times) for one, (_, times) in zip(pair, ways, strict=True) if one is not None]
        return rounded(Fraction(reduce(_EXACT.add, known)), -_FINEST) if len(known) == len(pair) else None

    fields = {name: mean([getattr(way, name) for way, _ in ways]) for name in ("days", "on_time", "weight", "volume")}
    uses = {name: mean([way.measure(name) for way, _ in ways]) for name in {**own.uses, **direct.uses}}
    return LaneOption(
        lane=own.lane, cost=_blended(parts), under=_blended(prices), uses=uses, site=own.site,
        barred=own.barred or direct.barred, **fields,
    )  # fmt: skip
