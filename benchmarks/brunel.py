"""The supply-chain benchmark of Brunel University: four variants to proven optimality, against the straightforward model.

Run: `python3 benchmarks/brunel.py FOLDER [--plain]` with the folder of the seven CSV tables (see tools/brunel.py for where they
come from and how they are read). Printed: orders served, cost, gap to the bound, time; with `--plain` also the time of a binary
for each order and plant, most orders first and then least cost, in the same solver.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.brunel import check, matrix, read

from xbcommerce.logistics.assignment import assign
from xbcommerce.logistics.problem import tools


def plain(cost, capacity):
    """Two whole-number programmes over all pairs."""
    np, highspy = tools()
    order, plant = np.nonzero(np.isfinite(cost))
    prices = cost[order, plant]
    n, p = cost.shape
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)  # noqa: FBT003
    x = [highs.addBinary(obj=-1.0) for _ in order]
    by_order, by_plant = [[] for _ in range(n)], [[] for _ in range(p)]
    for index, (o, q) in enumerate(zip(order, plant, strict=True)):
        by_order[o].append(index)
        by_plant[q].append(index)
    for group, most in [*((g, 1) for g in by_order if g), *(zip(by_plant, capacity, strict=True) if capacity else ())]:
        highs.addRow(-highspy.kHighsInf, most, len(group), np.array(group, dtype=np.int32), np.ones(len(group)))
    highs.run()
    served = round(-highs.getObjectiveValue())
    index = np.arange(len(x), dtype=np.int32)
    highs.addRow(served, served, len(x), index, np.ones(len(x)))
    highs.changeColsCost(len(x), index, prices)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.run()
    return served, highs.getObjectiveValue()


def main(folder, compare):
    begin = time.perf_counter()
    tables = read(folder)
    print(f"read {len(tables.orders)} orders, {len(tables.lines)} lines in {time.perf_counter() - begin:.2f} s")
    print(f"{'variant':<22}{'served':>8}{'cost':>16}{'gap':>10}{'matrix s':>10}{'solve s':>10}{'plain s':>10}{'ratio':>8}")
    for capped in (True, False):
        for matched in (False, True):
            begin = time.perf_counter()
            cost, plants = matrix(tables, matched=matched)
            built = time.perf_counter() - begin
            capacity = [tables.capacity[plant] for plant in plants] if capped else None
            times = []
            for _ in range(3):
                begin = time.perf_counter()
                found = assign(cost, capacity)
                times.append(time.perf_counter() - begin)
            served, total = check(tables, found.server, plants, matched=matched, capped=capped)
            assert served == found.served
            assert abs(total - found.cost) < 0.005
            gap = abs(found.cost - found.bound) / found.cost
            name = ("capacities" if capped else "free") + (", matched" if matched else ", any")
            line = f"{name:<22}{served:>8}{total:>16.2f}{gap:>10.1e}"
            line += f"{built:>10.3f}{min(times):>10.4f}"
            if compare:
                begin = time.perf_counter()
                again = plain(cost, capacity)
                took = time.perf_counter() - begin
                assert again[0] == served
                assert abs(again[1] - total) < 0.01
                line += f"{took:>10.2f}{took / min(times):>8.0f}"
            print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), "--plain" in sys.argv)
