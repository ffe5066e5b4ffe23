"""Read the Supply Chain Logistics Problem dataset, and turn it into a matrix of costs.

Origin: T. Kalganova and I. Dzalbs, Brunel University London, "Supply Chain Logistics Problem Dataset" (2019),
https://brunel.figshare.com/articles/dataset/Supply_Chain_Logistics_Problem_Dataset/7558679. The tables are not in this
repository: the licence named on the page could not be confirmed. Download them, save each sheet as CSV under its name, and give
the folder as argument: `python3 benchmarks/brunel.py FOLDER`.

What the tables leave open, and how it is read here:
- a band of a freight line is closed on both ends (min <= weight <= max); an order whose weight lies between two bands of a line
  cannot use that line; a line costs the higher of its minimum and rate times weight; of all lines the cheapest is taken;
- a plant with two ports uses the cheaper; orders whose freight the customer arranges (service CRF) pay no freight;
- a plant serves only products it lists, and the customers listed for it if any are;
- transit days are no constraint, but "matched" means that the line has the order's service level;
- capacities are orders a day; nothing says that all orders must fit.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple


class Tables(NamedTuple):
    orders: list[dict[str, str]]
    lines: list[dict[str, str]]
    ports: dict[str, list[str]]
    products: dict[str, set[str]]
    customers: dict[str, set[str]]
    capacity: dict[str, int]
    unit_cost: dict[str, float]


def number(text: str) -> float:
    return float(text.replace("$", "").replace(",", "").strip())


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            {key.strip(): (value or "").strip() for key, value in row.items() if key and key.strip()}
            for row in csv.DictReader(file)
            if any((value or "").strip() for value in row.values() if isinstance(value, str))
        ]


def pairs(folder: Path, name: str) -> list[list[str]]:
    return [list(row.values())[:2] for row in rows(folder, name)]


def read(folder: Path) -> Tables:
    ports: dict[str, list[str]] = {}
    products: dict[str, set[str]] = {}
    customers: dict[str, set[str]] = {}
    for plant, port in pairs(folder, "PlantPorts"):
        ports.setdefault(plant, []).append(port)
    for plant, product in pairs(folder, "ProductsPerPlant"):
        products.setdefault(plant, set()).add(product)
    for plant, customer in pairs(folder, "VmiCustomers"):
        customers.setdefault(plant, set()).add(customer)
    return Tables(
        rows(folder, "OrderList"), rows(folder, "FreightRates"), ports, products, customers,
        {plant: int(number(text)) for plant, text in pairs(folder, "WhCapacities")},
        {plant: number(text) for plant, text in pairs(folder, "WhCosts")},
    )  # fmt: skip


def matrix(tables: Tables, *, matched: bool) -> tuple[Any, list[str]]:
    """Return the cost of each order at each plant (infinite where it cannot be served), and the plants."""
    import numpy as np

    plants = sorted(tables.capacity)
    weight = np.array([number(order["Weight"]) for order in tables.orders])
    quantity = np.array([number(order["Unit quantity"]) for order in tables.orders])
    service = np.array([order["Service Level"] for order in tables.orders])
    by_weight = np.argsort(weight, kind="stable")
    sorted_weight = weight[by_weight]
    freight: dict[tuple[str, str], Any] = {}
    for line in tables.lines:
        key = (line["orig_port_cd"], line["svc_cd"] if matched else "")
        cheapest = freight.setdefault(key, np.full(len(weight), np.inf))
        low, high = number(line["minm_wgh_qty"]), number(line["max_wgh_qty"])
        a, b = np.searchsorted(sorted_weight, low, "left"), np.searchsorted(sorted_weight, high, "right")
        cost = np.maximum(number(line["minimum cost"]), number(line["rate"]) * sorted_weight[a:b])
        cheapest[by_weight[a:b]] = np.minimum(cheapest[by_weight[a:b]], cost)
    out = np.full((len(weight), len(plants)), np.inf)
    product = [order["Product ID"] for order in tables.orders]
    customer = [order["Customer"] for order in tables.orders]
    for column, plant in enumerate(plants):
        known, bound = tables.products.get(plant, set()), tables.customers.get(plant)
        fits = np.array([p in known and (bound is None or c in bound) for p, c in zip(product, customer, strict=True)])
        carried = np.full(len(weight), np.inf)
        for port in tables.ports.get(plant, []):
            for level in sorted(set(service)) if matched else [""]:
                mine = service == level if matched else np.ones(len(weight), bool)
                line_cost = freight.get((port, level))
                if line_cost is not None:
                    carried[mine] = np.minimum(carried[mine], line_cost[mine])
        carried[service == "CRF"] = 0.0
        out[:, column] = np.where(fits, quantity * tables.unit_cost[plant] + carried, np.inf)
    return out, plants


def check(tables: Tables, server: list[int], plants: list[str], *, matched: bool, capped: bool) -> tuple[int, float]:
    """Reckon an assignment anew by plain loops: orders served and their cost; raise if anything is not allowed."""
    used = dict.fromkeys(plants, 0)
    total = 0.0
    for order, place in zip(tables.orders, server, strict=True):
        if place < 0:
            continue
        plant = plants[place]
        used[plant] += 1
        assert order["Product ID"] in tables.products[plant]
        assert plant not in tables.customers or order["Customer"] in tables.customers[plant]
        total += number(order["Unit quantity"]) * tables.unit_cost[plant]
        if order["Service Level"] == "CRF":
            continue
        weight = number(order["Weight"])
        prices = [
            max(number(line["minimum cost"]), number(line["rate"]) * weight)
            for port in tables.ports[plant]
            for line in tables.lines
            if line["orig_port_cd"] == port
            and number(line["minm_wgh_qty"]) <= weight <= number(line["max_wgh_qty"])
            and (not matched or line["svc_cd"] == order["Service Level"])
        ]
        total += min(prices)
    if capped:
        assert all(used[plant] <= tables.capacity[plant] for plant in plants)
    return sum(used.values()), total
