"""Allocation: stock that several channels sell, and that is never promised twice.

A ledger of one SKU in one place knows what is on hand and what is held for orders. Every event has an id and is applied once;
buffers, caps and priorities act on what is *offered*, never on what is already held. `allocate` plans shares for channels; the
ledger is the truth: a plan may be wrong, the ledger may not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Result
from xbcommerce.goods import Model, named
from xbcommerce.logistics.network import Label

__all__ = ["Applied", "Channel", "Event", "Ledger", "Share", "allocate", "apply", "offered", "replay"]

Units = Annotated[int, Field(ge=0, le=10**9, strict=True)]


class Channel(Model):
    """Where stock is sold.

    Attributes:
        name: of the channel.
        priority: 1 is served first.
        buffer: units kept back from this channel, against late news of sales elsewhere.
        cap: most that may be held for it at a time.
        demand: what it would take, for `allocate`; None: whatever there is.
    """

    name: Label
    priority: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    buffer: Units = 0
    cap: Units | None = None
    demand: Units | None = None


class Share(Result):
    """What a channel may offer."""

    channel: str
    units: int
    reason: str


class Hold(Model):
    """Units held for an order of a channel."""

    id: str
    channel: str
    units: int


class Ledger(Model):
    """One SKU in one place: `on_hand` = `received` - `shipped`, and what is held is never more than that."""

    on_hand: Units = 0
    received: Units = 0
    shipped: Units = 0
    holds: tuple[Hold, ...] = ()
    done: tuple[tuple[str, str], ...] = ()
    """Ids of events and what was answered, so that a repeated event changes nothing."""

    @model_validator(mode="before")
    @classmethod
    def _begin(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "received" not in data and "on_hand" in data:
            return {**data, "received": data["on_hand"]}
        return data

    @model_validator(mode="after")
    def _sound(self) -> Ledger:
        if self.on_hand != self.received - self.shipped or self.held > self.on_hand:
            raise InvalidInput(
                f"{self.on_hand} on hand, {self.received} received, {self.shipped} shipped and {self.held} held do not agree",
                field="on_hand", value=self.on_hand,
            )  # fmt: skip
        return self

    @property
    def held(self) -> int:
        """Units promised to orders."""
        return sum(hold.units for hold in self.holds)

    @property
    def free(self) -> int:
        """Units promised to nobody."""
        return self.on_hand - self.held


class Event(Model):
    """What happens to stock.

    Attributes:
        id: unique; an event seen again changes nothing.
        kind: "receive"; "reserve" (before payment); "release" (failed, expired, cancelled before shipping); "ship";
            "cancel_late" (after shipping: nothing comes back but by a receipt); "count" (stock-take: what is really there).
        units: of receipts, reservations and counts.
        order: the reservation's name; for "reserve" it is the new hold's.
        channel: who reserves.
    """

    id: Label
    kind: Literal["receive", "reserve", "release", "ship", "cancel_late", "count"]
    units: Units = 0
    order: Label | None = None
    channel: Label | None = None

    @model_validator(mode="after")
    def _whole(self) -> Event:
        if self.kind in ("reserve", "release", "ship", "cancel_late") and self.order is None:
            raise InvalidInput(f"event {self.id}: {self.kind} is about an order: name it", field="order")
        if self.kind == "reserve" and (self.channel is None or not self.units):
            raise InvalidInput(f"event {self.id}: a reservation says the channel and at least one unit", field="channel")
        return self


class Applied(Result):
    """The ledger after an event, and what was answered: "done", "refused: ...", or the answer given the first time.

    `broken` names orders whose hold was broken because less is there than was thought.
    """

    ledger: Ledger
    answer: str
    broken: tuple[str, ...] = ()
    repeated: bool = False


def offered(ledger: Ledger, channel: Channel | Mapping[str, Any]) -> int:
    """Return what a channel may offer now: an upper bound, not a promise.

    >>> offered(Ledger(on_hand=3), {"name": "shop", "buffer": 5})
    0
    """
    one = _channel(channel)
    room = ledger.free - one.buffer
    if one.cap is not None:
        room = min(room, one.cap - sum(hold.units for hold in ledger.holds if hold.channel == one.name))
    return max(0, room)


def apply(ledger: Ledger, event: Event | Mapping[str, Any], channels: Sequence[Channel | Mapping[str, Any]] = ()) -> Applied:
    """Return the ledger after an event. A reservation beyond what the channel is offered is refused.

    >>> first = apply(Ledger(on_hand=2), {"id": "e1", "kind": "reserve", "order": "A", "channel": "shop", "units": 2})
    >>> apply(first.ledger, {"id": "e2", "kind": "reserve", "order": "B", "channel": "shop", "units": 1}).answer
    'refused: 0 offered to shop, 1 wanted'
    """
    if not isinstance(event, Event):
        event = Event(**named(event))
    for seen, answer in ledger.done:
        if seen == event.id:
            return Applied.made(ledger=ledger, answer=answer, broken=(), repeated=True)
    known = {one.name: one for one in map(_channel, channels)}
    if known and event.channel is not None and event.channel not in known:
        raise InvalidInput(
            f"there is no channel {shown(event.channel)}", field="channel", value=event.channel, allowed=known,
            hint=suggest(event.channel, known),
        )  # fmt: skip
    answer, changed, broken = _ACTIONS[event.kind](ledger, event, known)
    after = Ledger(**{
        "on_hand": ledger.on_hand, "received": ledger.received, "shipped": ledger.shipped, "holds": ledger.holds, **changed,
        "done": (*ledger.done, (event.id, answer)),
    })  # fmt: skip
    return Applied.made(ledger=after, answer=answer, broken=broken, repeated=False)


_Outcome = tuple[str, dict[str, Any], tuple[str, ...]]


def _receive(ledger: Ledger, event: Event, _: Mapping[str, Channel]) -> _Outcome:
    return "done", {"on_hand": ledger.on_hand + event.units, "received": ledger.received + event.units}, ()


def _reserve(ledger: Ledger, event: Event, known: Mapping[str, Channel]) -> _Outcome:
    if any(hold.id == event.order for hold in ledger.holds):
        return f"refused: order {event.order} is held already", {}, ()
    channel = known.get(event.channel or "", Channel(name=event.channel or "?"))
    room = offered(ledger, channel)
    if event.units > room:
        return f"refused: {room} offered to {channel.name}, {event.units} wanted", {}, ()
    hold = Hold(id=event.order or "", channel=channel.name, units=event.units)
    return "done", {"holds": (*ledger.holds, hold)}, ()


def _find(ledger: Ledger, event: Event) -> Hold | None:
    return next((hold for hold in ledger.holds if hold.id == event.order), None)


def _release(ledger: Ledger, event: Event, _: Mapping[str, Channel]) -> _Outcome:
    hold = _find(ledger, event)
    if hold is None:
        return f"refused: nothing is held for order {event.order}", {}, ()
    return "done", {"holds": tuple(one for one in ledger.holds if one is not hold)}, ()


def _ship(ledger: Ledger, event: Event, _: Mapping[str, Channel]) -> _Outcome:
    hold = _find(ledger, event)
    if hold is None:
        return f"refused: nothing is held for order {event.order}", {}, ()
    rest = tuple(one for one in ledger.holds if one is not hold)
    return "done", {"holds": rest, "on_hand": ledger.on_hand - hold.units, "shipped": ledger.shipped + hold.units}, ()


def _cancel_late(ledger: Ledger, event: Event, _: Mapping[str, Channel]) -> _Outcome:
    """Bring nothing back: a parcel on its way is no stock, units return by a receipt, when they are counted."""
    hold = _find(ledger, event)
    if hold is not None:
        return f"refused: order {event.order} is not shipped: release it", {}, ()
    return "done", {}, ()


def _count(ledger: Ledger, event: Event, _: Mapping[str, Channel]) -> _Outcome:
    """Take what is there for what is there: if it is less than is held, the newest holds are broken, and named."""
    holds, broken = list(ledger.holds), []
    while sum(hold.units for hold in holds) > event.units:
        broken.append(holds.pop().id)
    changed = {"on_hand": event.units, "received": event.units + ledger.shipped, "holds": tuple(holds)}
    return "done", changed, tuple(broken)


_ACTIONS: Mapping[str, Any] = {
    "receive": _receive, "reserve": _reserve, "release": _release, "ship": _ship, "cancel_late": _cancel_late, "count": _count,
}  # fmt: skip


def replay(
    ledger: Ledger, events: Sequence[Event | Mapping[str, Any]], channels: Sequence[Channel | Mapping[str, Any]] = ()
) -> tuple[Ledger, tuple[Applied, ...]]:
    """Apply events in order; return the last ledger and each answer."""
    out = []
    for event in events:
        found = apply(ledger, event, channels)
        ledger = found.ledger
        out.append(found)
    return ledger, tuple(out)


def allocate(stock: Ledger | int, channels: Sequence[Channel | Mapping[str, Any]]) -> tuple[Share, ...]:
    """Share free stock out over channels: never more in sum than there is.

    Channels of a higher priority are served first; those of equal priority in turns, one unit each, until demand, cap and
    buffer stop them. What is shared out may be held for channels that sell without reserving: they then cannot oversell.

    >>> [(one.channel, one.units) for one in allocate(10, [{"name": "shop", "demand": 6}, {"name": "market", "priority": 2}])]
    [('shop', 6), ('market', 4)]
    """
    ledger = stock if isinstance(stock, Ledger) else Ledger(on_hand=stock)
    asked = [_channel(one) for one in channels]
    if len({one.name for one in asked}) < len(asked):
        raise InvalidInput("two channels have the same name", field="channels")
    left, given = ledger.free, dict.fromkeys((one.name for one in asked), 0)
    for priority in sorted({one.priority for one in asked}):
        group = [one for one in asked if one.priority == priority]
        room = {one.name: _room(ledger, one, left) for one in group}
        for one, units in _even(room, left).items():
            given[one] = units
        left -= sum(given[one.name] for one in group)
    return tuple(Share(channel=one.name, units=given[one.name], reason=_why(ledger, one, given[one.name])) for one in asked)


def _room(ledger: Ledger, one: Channel, left: int) -> int:
    room = max(0, left - one.buffer)
    if one.cap is not None:
        room = min(room, max(0, one.cap - sum(hold.units for hold in ledger.holds if hold.channel == one.name)))
    return room if one.demand is None else min(room, one.demand)


def _even(room: Mapping[str, int], left: int) -> dict[str, int]:
    """Fill channels evenly up to their room; odd units go to the earlier ones."""
    out = dict.fromkeys(room, 0)
    waiting = [name for name in room if room[name]]
    while waiting and left:
        each = max(1, left // len(waiting))
        for name in waiting:
            more = min(each, room[name] - out[name], left)
            out[name] += more
            left -= more
        waiting = [name for name in waiting if out[name] < room[name]]
    return out


def _why(ledger: Ledger, one: Channel, units: int) -> str:
    if one.demand is not None and units == one.demand:
        return "all it asks for"
    if one.cap is not None and units >= one.cap - sum(hold.units for hold in ledger.holds if hold.channel == one.name):
        return "up to its cap"
    return f"what is left, {one.buffer} kept back" if one.buffer else "what is left"


def _channel(value: Channel | Mapping[str, Any]) -> Channel:
    return value if isinstance(value, Channel) else Channel(**named(value))
