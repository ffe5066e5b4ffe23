"""Plans keep what they promise under an independent check; stock is never promised twice, whatever happens in whatever order."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from xbcommerce.logistics.allocation import Ledger, allocate, apply, offered
from xbcommerce.logistics.checking import check
from xbcommerce.logistics.network import Contract, Network, demands
from xbcommerce.logistics.plan import plan
from xbcommerce.money import Money

CENTS = st.integers(1, 900).map(lambda cents: str(Money.from_minor(cents, "EUR")))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = [
        {
            "sku": f"S{index}", "market": draw(st.sampled_from("XY")), "units": draw(st.integers(1, 30)),
            "today": draw(st.sampled_from(["post", "line"])),
            "lanes": [
                {"lane": "post", "under": {"post": draw(CENTS)}, "days": draw(st.integers(8, 25))},
                {"lane": "line", "cost": draw(CENTS), "under": {"line": draw(CENTS)}, "days": draw(st.integers(4, 9))},
                {"lane": "stock", "cost": draw(CENTS), "days": 2, "site": "hub"},
            ],
        }
        for index in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    kind = draw(st.sampled_from(["all_units", "incremental"]))
    tiers = [{"at_least": draw(st.integers(1, 60)), "pays": "80 %"}, {"at_least": draw(st.integers(61, 200)), "pays": "60 %"}]
    network = {
        "contracts": [{"name": "post", "kind": kind, "tiers": tiers}, {"name": "line", "kind": kind, "tiers": tiers}],
        "sites": [{"name": "hub", "fee": draw(CENTS)}],
        "limits": [
            {"id": "days", "measure": "days", "average": True, "at_most": draw(st.integers(2, 20))},
            {"id": "hub", "lanes": "stock", "at_most": draw(st.integers(0, 40))},
        ],
    }
    return rows, network


@given(problems())
@settings(max_examples=40, deadline=None)
def test_a_plan_is_feasible_priced_right_and_no_dearer_than_what_anybody_would_try(problem: Any) -> None:
    rows, network = problem
    found = plan(rows, network, gap="0 %")
    made = demands(rows)
    if found.status == "infeasible":
        assert found.conflict is not None
        assert found.conflict.text
        return
    assert found.cost is not None
    assert found.bound is not None
    checked = check(found.mix, made, Network.of(network))
    assert not checked.broken
    assert checked.cost == Fraction(found.cost.amount)
    assert found.bound <= found.cost
    for lane in ("post", "line", "stock"):
        mix = {(row.sku, row.market, lane): row.units for row in made}
        other = check(mix, made, Network.of(network))
        if not other.broken and other.cost is not None:
            assert Fraction(found.cost.amount) <= other.cost
    if found.today is not None and not found.today.breaks:
        assert found.today.saved is not None
        assert found.today.saved.amount >= 0


@given(problems(), st.integers(1, 900))
@settings(max_examples=15, deadline=None)
def test_one_more_lane_never_makes_a_plan_dearer(problem: Any, cents: int) -> None:
    rows, network = problem
    before = plan(rows, network, gap="0 %")
    more = [
        {**row, "lanes": [*row["lanes"], {"lane": "new", "cost": str(Money.from_minor(cents, "EUR")), "days": 5}]}
        for row in rows
    ]
    after = plan(more, network, gap="0 %")
    if before.cost is not None:
        assert after.cost is not None
        assert after.cost.amount <= before.cost.amount + before.cost.amount / 10**8


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(1, 10**6), max_size=5, unique=True), st.data())
def test_more_volume_never_costs_less_under_incremental_tiers(
    one: int, two: int, edges: list[int], data: st.DataObject
) -> None:
    tiers = [{"at_least": edge, "pays": f"{data.draw(st.integers(0, 100))} %"} for edge in sorted(edges)]
    contract = Contract(name="c", kind="incremental", tiers=tiers)
    low, high = sorted((one, two))
    first, second = contract.charge(Fraction(low), Fraction(0)), contract.charge(Fraction(high), Fraction(0))
    assert first is not None
    assert second is not None
    assert first <= second


class Selling(RuleBasedStateMachine):
    """Any sequence of receipts, reservations, releases, shipments, late cancellations and stock-takes, with repeats."""

    @initialize(units=st.integers(0, 20))
    def begin(self, units: int) -> None:
        self.ledger, self.number, self.past = Ledger(on_hand=units), 0, []
        self.channels = [{"name": "shop", "buffer": 1}, {"name": "market", "cap": 5}, {"name": "app"}]
        self.shipped: dict[str, int] = {}

    def happen(self, **event: Any) -> None:
        self.number += 1
        event = {"id": f"e{self.number}", **event}
        held = {hold.id: hold.units for hold in self.ledger.holds}
        found = apply(self.ledger, event, self.channels)
        if event["kind"] == "ship" and found.answer == "done":
            self.shipped[event["order"]] = held[event["order"]]
        self.ledger = found.ledger
        self.past.append((event, found.answer))

    @rule(units=st.integers(0, 10))
    def receive(self, units: int) -> None:
        self.happen(kind="receive", units=units)

    @rule(units=st.integers(1, 12), order=st.integers(0, 8), channel=st.sampled_from(["shop", "market", "app"]))
    def reserve(self, units: int, order: int, channel: str) -> None:
        self.happen(kind="reserve", order=f"o{order}", channel=channel, units=units)

    @rule(kind=st.sampled_from(["release", "ship", "cancel_late"]), order=st.integers(0, 8))
    def settle(self, kind: str, order: int) -> None:
        self.happen(kind=kind, order=f"o{order}")

    @rule(units=st.integers(0, 20))
    def count(self, units: int) -> None:
        self.happen(kind="count", units=units)

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.past:
            event, answer = data.draw(st.sampled_from(self.past))
            found = apply(self.ledger, event, self.channels)
            assert found.repeated
            assert found.answer == answer
            assert found.ledger == self.ledger

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        if not hasattr(self, "ledger"):
            return
        ledger = self.ledger
        assert 0 <= ledger.held <= ledger.on_hand == ledger.received - ledger.shipped
        assert all(offered(ledger, channel) <= ledger.free for channel in self.channels)
        assert sum(one.units for one in allocate(ledger, self.channels)) <= ledger.free


Selling.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSelling = Selling.TestCase
