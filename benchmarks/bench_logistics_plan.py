"""Plans of 10,000 rows: 500 SKUs in 20 markets, 4 lanes, 13 contracts of 4 tiers, 29 limits; with and without stocking fees.

Run: `python3 benchmarks/bench_logistics_plan.py [SEED ...]` prints a line for each seed and kind; each plan is checked by
`check`, which did not make it. The instances are synthetic: discounts of 7, 13 and 20 % at 12, 30 and 55 % of what a contract
could carry at most, so that tiers compete for the same parcels; storage and average days bind.
"""

from __future__ import annotations

import math
import random
import sys
import time
from decimal import Decimal
from fractions import Fraction

from xbcommerce.logistics.checking import check
from xbcommerce.logistics.network import Demand, Network
from xbcommerce.logistics.plan import plan


def euros(value):
    return f"{value:.4f} EUR"


def instance(seed, *, incremental, stocking, skus=500, markets=20):
    rng = random.Random(seed)
    places = [
        {"post": rng.uniform(5, 9), "line": rng.uniform(6, 10), "fast": rng.uniform(18, 30), "last": rng.uniform(3, 6),
         "size": rng.uniform(0.2, 3)}
        for _ in range(markets)
    ]  # fmt: skip
    goods = [
        {"kg": math.exp(rng.gauss(-1.0, 0.9)), "value": math.exp(rng.gauss(3.2, 0.8)), "units": math.exp(rng.gauss(3.0, 1.1)),
         "m3": rng.uniform(0.004, 0.012)}
        for _ in range(skus)
    ]  # fmt: skip
    rows, most, days, local = [], {}, {}, {}
    for s, sku in enumerate(goods):
        for m, place in enumerate(places):
            units = max(1, int(rng.expovariate(1 / (sku["units"] * place["size"]))))
            kg, value, volume = sku["kg"], sku["value"], sku["kg"] * sku["m3"]
            options = [
                (f"post{m % 2}", "post", place["post"] * (0.35 + 1.6 * kg), 0.04 * value, 18 + m % 7),
                (f"line{m % 4}", "line", place["line"] * (0.4 + 1.1 * kg), 0.025 * value, 10 + m % 4),
                ("fast", "express", place["fast"] * (0.5 + 0.5 * kg), 0.01 * value, 4),
                (f"hub{m % 6}", "hub", place["last"] * (0.7 + 0.3 * kg), 0.5 + 1.2 * kg + 60 * volume + 0.05 * value, 3),
            ]
            lanes = []
            for contract, lane, price, cost, time_ in options:
                price *= rng.uniform(0.85, 1.15)  # noqa: PLW2901 - the list price of this row
                most.setdefault(contract, 0.0)
                most[contract] += price * units
                extra = {}
                if lane == "hub":
                    extra = {"site": contract, "volume": f"{volume:.6f}", "uses": {"capital": f"{value:.4f}"}}
                    local[contract] = local.get(contract, 0.0) + volume * units
                    local["capital"] = local.get("capital", 0.0) + value * units
                lanes.append({"lane": lane, "cost": euros(cost), "under": {contract: euros(price)}, "days": time_, **extra})
            days[m] = days.get(m, 0) + units
            rows.append(
                Demand(sku=f"S{s}", market=f"M{m}", units=units, revenue=euros(value), lanes=lanes, today=lanes[0]["lane"])
            )
    contracts = [
        {"name": name, "kind": "incremental" if incremental else "all_units", "tiers": [
            {"at_least": f"{top * part * rng.uniform(0.8, 1.2):.2f}", "pays": f"{pays} %"}
            for part, pays in ((0.12, 93), (0.3, 87), (0.55, 80))
        ]}
        for name, top in sorted(most.items())
    ]  # fmt: skip
    limits = [
        {"id": f"storage{h}", "measure": "volume", "lanes": "hub", "markets": [f"M{m}" for m in days if m % 6 == h],
         "at_most": f"{local[f'hub{h}'] * 0.35:.3f}"}
        for h in range(6)
    ]  # fmt: skip
    limits += [{"id": f"days{m}", "measure": "days", "average": True, "markets": f"M{m}", "at_most": 9} for m in sorted(days)]
    limits += [
        {"id": "capital", "measure": "capital", "at_most": f"{local['capital'] * 0.5:.2f}"},
        {"id": "post share", "lanes": "post", "average": True, "at_most": "60 %"},
        {"id": "line minimum", "lanes": "line", "average": True, "at_least": "15 %"},
    ]
    sites = [{"name": f"hub{h}", "fee": euros(rng.uniform(15, 60))} for h in range(6)] if stocking else []
    return rows, Network(contracts=contracts, limits=limits, sites=sites)


def main(seeds):
    print(f"{'seed':>4} {'tiers':<12}{'stocking':<10}{'rows':>6}{'seconds':>9}{'gap':>10}{'cost':>16}{'LPs':>6}  status")
    for seed in seeds:
        for incremental in (False, True):
            for stocking in (False, True):
                rows, network = instance(seed, incremental=incremental, stocking=stocking)
                begin = time.perf_counter()
                found = plan(rows, network, gap="0.1 %", seconds=55)
                took = time.perf_counter() - begin
                if found.cost is None:
                    print(seed, found.conflict)
                    continue
                checked = check(found.mix, rows, network)
                assert not checked.broken, checked.broken[:3]
                assert checked.cost == Fraction(found.cost.amount)
                kind = "incremental" if incremental else "all units"
                print(
                    f"{seed:>4} {kind:<12}{'yes' if stocking else 'no':<10}{len(rows):>6}{took:>9.1f}"
                    f"{found.gap or Decimal(0):>10.5%}{found.cost.amount:>16.2f}{found.programmes:>6}  {found.status}",
                    flush=True,
                )


def test_rows_without_coupling(benchmark):
    """The cheapest lane of each of 900 rows: no solver."""
    rows, _ = instance(1, incremental=False, stocking=False, skus=50)
    free = [row.model_copy(update={"today": None}) for row in rows]
    assert benchmark(plan, free).status == "optimal"


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1, 2, 3, 4, 5])
