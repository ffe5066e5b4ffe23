"""Allocation: buffers, priorities, stock-takes, repeated events."""

from __future__ import annotations

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.logistics.allocation import Ledger, allocate, apply, offered, replay


def test_published_stock_is_less_the_reserve() -> None:
    assert offered(Ledger(on_hand=3), {"name": "shop", "buffer": 5}) == 0
    assert offered(Ledger(on_hand=30), {"name": "shop", "buffer": 5, "cap": 20}) == 20


def test_an_event_counts_once_and_late_cancellations_bring_nothing_back() -> None:
    events = [
        {"id": "1", "kind": "receive", "units": 5},
        {"id": "2", "kind": "reserve", "order": "A", "channel": "shop", "units": 3},
        {"id": "2", "kind": "reserve", "order": "A", "channel": "shop", "units": 3},
        {"id": "3", "kind": "ship", "order": "A"},
        {"id": "4", "kind": "cancel_late", "order": "A"},
        {"id": "5", "kind": "release", "order": "A"},
    ]
    ledger, answers = replay(Ledger(), events)
    assert ledger.free == ledger.on_hand == 2
    assert answers[2].repeated
    assert answers[5].answer == "refused: nothing is held for order A"


def test_a_stock_take_breaks_the_newest_holds() -> None:
    events = [{"id": name, "kind": "reserve", "order": name, "channel": "shop", "units": 2} for name in "ABC"]
    ledger, _ = replay(Ledger(on_hand=6), events)
    found = apply(ledger, {"id": "count", "kind": "count", "units": 3})
    assert found.broken == ("C", "B")
    assert found.ledger.held == 2


def test_shares_by_priority_and_in_turns() -> None:
    channels = [{"name": "a"}, {"name": "b", "demand": 2}, {"name": "c", "priority": 2, "buffer": 1}]
    assert [one.units for one in allocate(9, channels)] == [7, 2, 0]
    assert sum(one.units for one in allocate(9, [{"name": "a", "cap": 3}, {"name": "b", "priority": 2, "buffer": 1}])) == 8


@pytest.mark.parametrize(
    "event",
    [{"id": "1", "kind": "reserve", "units": 1}, {"id": "1", "kind": "burn"}, {"id": "1", "kind": "receive", "units": -1}],
)
def test_bad_events(event: dict) -> None:
    with pytest.raises(InvalidInput):
        apply(Ledger(), event)


def test_bad_channels() -> None:
    with pytest.raises(InvalidInput, match="no channel"):
        apply(
            Ledger(on_hand=1), {"id": "1", "kind": "reserve", "order": "A", "channel": "shpo", "units": 1}, [{"name": "shop"}]
        )
    with pytest.raises(InvalidInput):
        allocate(3, [{"name": "a"}, {"name": "a"}])
    with pytest.raises(InvalidInput):
        Ledger(on_hand=3, received=2)
