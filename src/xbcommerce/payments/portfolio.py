"""Which methods, or which providers, to integrate first for a set of markets.

The reach of a set is the weighted share of shoppers who find their preferred method in it, or one they would take instead.
That is a facility-location function: monotone and submodular, so the gain of a step never grows with what is there already.
It is maximised on a central mix (the lower end of the interval is not submodular), exactly by integer programming where the
`optimize` extra is installed and the size is realistic, else greedily with a bound proved for the instance. The reach of the
chosen set is told as an interval beside it, and each pick with its frequency over mixes drawn from all that figures allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import Field

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, UnknownFact, shown, suggest
from xbcommerce.explain import Explanation, Result, Step
from xbcommerce.goods import Country, Model, Price, named
from xbcommerce.money import Money
from xbcommerce.payments.checkout import Checkout, Merchant, Percent
from xbcommerce.payments.eligibility import lane_of
from xbcommerce.payments.exactly import exactly
from xbcommerce.payments.methods import TRUE, Book, Keys, Method, book, inside_any
from xbcommerce.payments.shares import POINT, WHOLE, Interval, Mix, mix_of, points
from xbcommerce.rules import Rulebook

__all__ = ["Market", "Pick", "Portfolio", "portfolio"]

Solver: TypeAlias = Literal["auto", "exact", "greedy"]
_LARGEST = 200_000
"""Cells times levels up to which the exact solver is asked by default."""
_MOST_MARKETS = 300
_MILLE = 1000
_OFF = False


class Market(Model):
    """A market that is sold to.

    Attributes:
        shopper: country; weight: its share of the merchant's turnover, in any unit.
        amount: a typical basket; silent: limits on amounts are left out.
    """

    shopper: Country
    weight: Percent = Decimal(1)
    amount: Price | None = Field(default=None)

    @classmethod
    def of(cls, value: object) -> Market:
        """Return a market as it is, made from a mapping, or from a country's code."""
        if isinstance(value, Market):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        return cls(shopper=value)


class Pick(Result):
    """One step: what is integrated next, and what it adds.

    Attributes:
        item: a method, a bundle or a provider; methods: what it brings.
        cost: in the unit of the budget; gain: points of reach it adds to what stands before it; total: reach with it.
        frequency: in how many of the drawn mixes it is picked too, in percent; None: none were drawn.
    """

    item: str
    methods: tuple[str, ...]
    cost: Decimal
    gain: Decimal
    total: Decimal
    frequency: Decimal | None = None


class Portfolio(Result):
    """What to integrate, in which order.

    Attributes:
        picks: the steps, the most worth first.
        reach: points of weighted reach of the set, second choices counted, on the central mix.
        first_low, first_high: the interval of first-choice reach: both ends are possible.
        spent: of the budget.
        method: "exact" or "greedy".
        certificate: the reach is proved to be at least this part of the best possible.
        guarantee: what the greedy rule promises for every instance; 1 for exact.
        assumptions, warnings: what the figures do not settle.
    """

    picks: tuple[Pick, ...]
    reach: Decimal
    first_low: Decimal
    first_high: Decimal
    spent: Decimal
    method: Literal["exact", "greedy"]
    certificate: Decimal
    guarantee: Decimal
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @cached_property
    def explanation(self) -> Explanation:
        """Why: every step with what it adds."""
        steps = tuple(
            Step(
                bill="",
                id=f"{place}. {pick.item}",
                kind="pick",
                rule="payment.portfolio",
                text=f"+{pick.gain} points to {pick.total}, cost {pick.cost}"
                + (f", picked in {pick.frequency} % of the drawn mixes" if pick.frequency is not None else ""),
            )
            for place, pick in enumerate(self.picks, 1)
        )
        title = (
            f"{len(self.picks)} steps, {self.reach} points of reach ({self.method}, at least {self.certificate} of the best)"
        )
        return Explanation(title=title, steps=steps, assumptions=self.assumptions, warnings=self.warnings)

    def explain(self, style: str = "text") -> str:
        """Return the explanation as "text", "markdown" or "html"."""
        return self.explanation.render(style)

    def _repr_html_(self) -> str:
        return self.explain("html")


# ---------------------------------------------------------------------------------------------------------------- question


@exactly
def portfolio(
    markets: Mapping[str, Any] | Iterable[Any],
    budget: int | str | Decimal | Money,
    *,
    on: date | str,
    merchant: Merchant | Mapping[str, Any] | str | None = None,
    items: Literal["methods", "providers"] = "methods",
    costs: Mapping[str, Any] | None = None,
    methods: Iterable[str] | None = None,
    have: Iterable[str] = (),
    substitution: Mapping[str, Any] | None = None,
    solver: Solver = "auto",
    samples: int = 20,
    rulebook: Rulebook | None = None,
) -> Portfolio:
    """Tell which methods or providers to integrate first so that reach gained per cost is greatest.

    Args:
        markets: countries with their weights ({"NL": 60, "DE": 40}), or `Market`s with a typical basket.
        budget: how many items; with `costs`, how much in the unit of the costs.
        on: the day.
        merchant: who sells; silent: what depends on the merchant's country is taken to be had.
        items: whether single methods (and bundles that come in one contract) or providers are picked.
        costs: cost of an item by name; silent: 1 each.
        methods: which methods to consider; silent: all.
        have: items that are integrated already.
        substitution: parts of those who take a second choice ("same_kind", "same_kind_card", "to_card", "to_other");
            silent: the declared ones; {}: none, first choices only.
        solver: "exact" needs the extra `optimize`; "auto" takes it where it is there and the size is realistic.
        samples: how many mixes are drawn to tell how firm each pick is; 0: none.
        rulebook: the facts to use.

    >>> found = portfolio({"NL": 50, "DE": 50}, 3, on="2026-11-22", solver="greedy", samples=0)
    >>> found.picks[0].item, len(found.picks)
    ('cards', 3)

    Raises:
        InvalidInput: if an input cannot be understood.
        UnknownFact: if an item or a method is not known.
    """
    book_, day = rulebook or Rulebook.builtin(), a_day(on)
    data = book(book_)
    wanted = _markets(markets)
    seller = None if merchant is None else Merchant.of(merchant)
    taken = _substitution(substitution, data)
    _one_of(items, "items", ("methods", "providers"))
    _one_of(solver, "solver", ("auto", "exact", "greedy"))
    if isinstance(samples, bool) or not isinstance(samples, int) or not 0 <= samples <= 1000:
        raise InvalidInput(f"samples are counted from 0 to 1000, not {shown(samples)}", field="samples", value=samples)
    universe = [data.method(name) for name in (sorted(data.methods) if methods is None else methods)]
    fields = [_field(market, universe, seller, day, book_) for market in wanted]
    offered = _items(items, universe, fields, data)
    _of_one_currency(budget, costs)
    priced = _priced(offered, costs, _amount(budget, "budget"))
    owned = _owned(have, offered)
    problem = _problem(offered, priced, fields, taken, data, [_central(one.mix) for one in fields])
    chosen, how, certificate = _solved(problem, owned, solver)
    return _told(
        problem, chosen, owned, fields, how, certificate, _frequencies(problem, owned, fields, taken, data, samples), wanted
    )


def _one_of(value: object, name: str, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise InvalidInput(
            f"{name} is none of {', '.join(accepted)}: {shown(value)}", field=name, value=value, allowed=accepted
        )


def _markets(markets: object) -> tuple[Market, ...]:
    if isinstance(markets, Mapping):
        found = tuple(Market.of({"shopper": place, "weight": weight}) for place, weight in markets.items())
    elif isinstance(markets, str) or not isinstance(markets, Iterable):
        found = (Market.of(markets),)
    else:
        found = tuple(Market.of(one) for one in markets)
    if not 1 <= len(found) <= _MOST_MARKETS:
        raise InvalidInput(f"between 1 and {_MOST_MARKETS} markets, not {len(found)}", field="markets", value=len(found))
    if len({one.shopper for one in found}) < len(found):
        raise InvalidInput("a market is given twice", field="markets", value=[one.shopper for one in found])
    if not any(one.weight for one in found):
        raise InvalidInput("all weights of markets are 0", field="markets")
    return found


def _amount(value: object, name: str) -> Decimal:
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, str) and " " in value.strip():
        return Money.of(value).amount
    if isinstance(value, bool | float) or not isinstance(value, int | str | Decimal) or len(str(value)[:41]) > 40:
        raise InvalidInput(f"{name} must be a number, not {shown(value)}", field=name, value=value, hint="floats are not exact")
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 < number <= 10**12:
        raise InvalidInput(f"{name} must be above 0, not {shown(value)}", field=name, value=value)
    return number


def _of_one_currency(budget: object, costs: Mapping[str, Any] | None) -> None:
    """Refuse a budget and costs of several currencies, and costs that are no mapping."""
    if costs is not None and not isinstance(costs, Mapping):
        raise InvalidInput(f"costs are amounts by item, not {shown(costs)}", field="costs", value=costs)
    found = [
        one
        for one in (budget, *(costs or {}).values())
        if isinstance(one, Money) or (isinstance(one, str) and " " in one.strip())
    ]
    currencies = sorted({Money.of(one).currency for one in found})
    if len(currencies) > 1:
        raise InvalidInput(
            f"budget and costs are in {' and '.join(currencies)}: give them in one currency", field="costs", value=currencies
        )


def _substitution(given: Mapping[str, Any] | None, data: Book) -> Mapping[str, int]:
    declared = data.declared["substitution"]
    if given is None:
        given = declared
    out = dict.fromkeys(declared, 0)
    for name, value in given.items():
        if name not in out:
            raise InvalidInput(
                f"unknown substitution {shown(name)}",
                field="substitution",
                value=name,
                allowed=declared,
                hint=suggest(name, declared),
            )
        part = Decimal(0) if value in (0, "0") else _amount(value, f"substitution.{name}")
        if part > 1:
            raise InvalidInput(f"{name} is a part of one, not {part}", field=f"substitution.{name}", value=value)
        out[name] = int(part * _MILLE)
    return out


# ------------------------------------------------------------------------------------------------------------------ fields


class _Field(NamedTuple):
    """A market with the methods that can be had there, by provider, and its mix."""

    market: Market
    can: frozenset[str]
    at: Mapping[str, frozenset[str]]
    mix: Mix


def _field(market: Market, universe: Sequence[Method], seller: Merchant | None, on: date, rulebook: Rulebook) -> _Field:
    mix = mix_of(rulebook, market.shopper, on)
    can = _there(market, universe, on) if market.amount is None else None
    at: dict[str, set[str]] = {}
    if can is None or seller is not None:
        can, at = _asked(market, universe, seller, on, rulebook)
    else:
        for method in universe:
            for provider in method.offers if method.id in can else ():
                at.setdefault(provider, set()).add(method.id)
    for everywhere in [one.id for one in universe if one.everywhere and one.id in can]:
        for names in at.values():
            names.add(everywhere)
    return _Field(market, frozenset(can), {name: frozenset(found) for name, found in at.items()}, mix)


def _there(market: Market, universe: Sequence[Method], on: date) -> set[str]:
    """Return the methods of a country on a day, whatever the basket."""
    keys = Keys(on, market.shopper, "", None, None, "ordinary", "consumer")
    out = set()
    for method in universe:
        serves = any(inside_any(market.shopper, row.says["of"], on) for row in method.rows("serves"))
        lives = [row.holds(on) for row in method.rows("live") if row.fits(keys) == TRUE or "provider" in row.keys]
        if serves and (not method.rows("live") or (lives and max(lives) == TRUE)):
            out.add(method.id)
    return out


def _asked(
    market: Market, universe: Sequence[Method], seller: Merchant | None, on: date, rulebook: Rulebook
) -> tuple[set[str], dict[str, set[str]]]:
    """Return the methods that a merchant can have in a market, and at which providers; limits count if a basket is given."""
    from xbcommerce.places import currency

    amount = market.amount or Money(1, currency(market.shopper, on))
    ask = Checkout(shopper=market.shopper, amount=amount)
    lane = lane_of(ask, seller, on, tuple(one.id for one in universe), rulebook, strict=False)
    within = set(lane.at(amount.amount).eligible)
    can: set[str] = set()
    at: dict[str, set[str]] = {}
    for candidate in lane.candidates:
        name = candidate.method.id
        if candidate.general or (market.amount is not None and name not in within):
            continue
        for offer in candidate.offers:
            if all(one.verdict == TRUE for one in offer.found):
                can.add(name)
                at.setdefault(offer.provider or "", set()).add(name)
    at.pop("", None)
    return can, at


class _Item(NamedTuple):
    name: str
    methods: frozenset[str]


def _items(kind: str, universe: Sequence[Method], fields: Sequence[_Field], data: Book) -> tuple[_Item, ...]:
    had = {name for one in fields for name in one.can}
    if kind == "providers":
        names = sorted({provider for one in fields for provider in one.at})
        return tuple(_Item(name, frozenset().union(*(one.at.get(name, frozenset()) for one in fields))) for name in names)
    bundles = {name: frozenset(members) & had for name, members in data.declared["bundle"].items()}
    bundled = {member for members in bundles.values() for member in members}
    single = [_Item(one.id, frozenset({one.id})) for one in universe if one.id in had - bundled and not one.on]
    return tuple(sorted([*single, *(_Item(name, members) for name, members in bundles.items() if members)]))


def _priced(offered: Sequence[_Item], costs: Mapping[str, Any] | None, budget: Decimal) -> tuple[tuple[Decimal, ...], Decimal]:
    given = {} if costs is None else costs
    names = [one.name for one in offered]
    for name in given:
        if name not in names:
            raise UnknownFact(
                f"there is no item {shown(name)} to pick", field="costs", value=name, allowed=names, hint=suggest(name, names)
            )
    return tuple(_amount(given.get(name, 1), f"costs.{name}") for name in names), budget


def _owned(have: Iterable[str], offered: Sequence[_Item]) -> tuple[int, ...]:
    names = {one.name: index for index, one in enumerate(offered)}
    if not isinstance(have, Iterable):
        raise InvalidInput(f"have is a list of items, not {shown(have)}", field="have", value=have)
    out = []
    for name in [have] if isinstance(have, str) else have:
        if name not in names:
            raise UnknownFact(
                f"there is no item {shown(name)}", field="have", value=name, allowed=names, hint=suggest(name, names)
            )
        out.append(names[name])
    return tuple(dict.fromkeys(out))


# -------------------------------------------------------------------------------------------------------------- the problem


def _central(mix: Mix) -> dict[str, int]:
    """Return one mix inside the constraints: the middle of each kind and method, what is left split equally (an assumption)."""
    return _filled(mix, lambda one: (one.low + one.high) // 2)


def _drawn(mix: Mix, random: Random) -> dict[str, int]:
    """Return a mix drawn inside the ends of kinds and methods, made to add up."""
    return _filled(mix, lambda one: random.randint(one.low, max(one.low, one.high)))


def _filled(mix: Mix, of: Callable[[Interval], int]) -> dict[str, int]:
    """Return a mix of which the parts that figures tell of are given; what is left is split equally over the others.

    Where methods that the library does not list may be of a kind, they count as one of the others.
    """
    said = {name: of(one) for name, one in mix.methods.items() if any(row.method == name for row in one.rows)}
    kinds = {kind: of(one) for kind, one in mix.kinds.items() if any(row.method is None for row in one.rows)}
    for kind, names in mix.members.items():
        known = sum(said[name] for name in names if name in said)
        if kind in kinds:
            kinds[kind] = max(kinds[kind], known)
        elif known:
            kinds[kind] = known
    silent = [kind for kind in mix.kinds if kind not in kinds]
    total = sum(kinds.values())
    left = max(0, WHOLE - total)
    kinds |= {kind: left // len(silent) for kind in silent}
    whole = max(WHOLE, total)
    out: dict[str, int] = {}
    for kind, names in mix.members.items():
        rest = [name for name in names if name not in said]
        parts = len(rest) + (mix.unnamed[kind] >= mix.kinds[kind].high)
        spare = kinds[kind] - sum(said[name] for name in names if name in said)
        for name in names:
            out[name] = (said[name] if name in said else spare // parts) * WHOLE // whole
    return out


@dataclass(frozen=True, slots=True)
class _Problem:
    """Items with costs, and for each item what it is worth in each cell of demand (a market and a preferred method)."""

    items: tuple[_Item, ...]
    costs: tuple[Decimal, ...]
    budget: Decimal
    worth: tuple[Mapping[int, int], ...]

    def gain(self, item: int, best: Sequence[int]) -> int:
        """Return what an item adds to what the cells have already."""
        return sum(value - best[cell] for cell, value in self.worth[item].items() if value > best[cell])

    def value(self, chosen: Iterable[int]) -> int:
        """Return the reach of a set."""
        best: dict[int, int] = {}
        for item in chosen:
            for cell, value in self.worth[item].items():
                if value > best.get(cell, 0):
                    best[cell] = value
        return sum(best.values())

    @property
    def cells(self) -> int:
        """The number of cells."""
        return 1 + max((cell for worth in self.worth for cell in worth), default=-1)


def _problem(
    offered: tuple[_Item, ...],
    priced: tuple[tuple[Decimal, ...], Decimal],
    fields: Sequence[_Field],
    taken: Mapping[str, int],
    data: Book,
    mixes: Sequence[Mapping[str, int]],
) -> _Problem:
    worth: list[dict[int, int]] = [{} for _ in offered]
    weights = sum((one.market.weight for one in fields), Decimal(0))
    cell = 0
    for field, mix in zip(fields, mixes, strict=True):
        share = (field.market.weight / weights).as_integer_ratio()
        there = [item.methods & field.can & field.at.get(item.name, item.methods) for item in offered]
        for preferred, demand in mix.items():
            if demand <= 0:
                continue
            for index, methods in enumerate(there):
                part = max((_taken(data.methods[preferred], data.methods[name], taken) for name in methods), default=0)
                if part:
                    worth[index][cell] = demand * part * share[0] // (share[1] * _MILLE)
            cell += 1
    return _Problem(offered, priced[0], priced[1], tuple(worth))


def _taken(preferred: Method, other: Method, taken: Mapping[str, int]) -> int:
    """Return which part of those who prefer a method take another, in thousandths."""
    if preferred.id == other.id or (preferred.wraps is not None and preferred.wraps == other.kind):
        return _MILLE
    if preferred.mix_kind == other.mix_kind:
        return taken["same_kind_card" if other.kind == "card" else "same_kind"]
    return taken["to_card" if other.kind == "card" else "to_other"]


# -------------------------------------------------------------------------------------------------------------- the solvers


def _solved(
    problem: _Problem, owned: tuple[int, ...], solver: Solver
) -> tuple[tuple[int, ...], Literal["exact", "greedy"], Decimal]:
    levels = sum(len(worth) for worth in problem.worth)
    chosen = greedy(problem, owned)  # also a check: a solver that finds less is wrong
    if solver == "exact" or (solver == "auto" and levels <= _LARGEST):
        found = _exact(problem, owned, must=solver == "exact")
        if found is not None and problem.value([*owned, *found]) >= problem.value([*owned, *chosen]):
            return found, "exact", Decimal(1)
    return chosen, "greedy", _certificate(problem, chosen, owned)


def greedy(problem: _Problem, owned: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return items by gain per cost while the budget lasts, or the best single one if that is more."""
    best, chosen, left = [0] * problem.cells, [], problem.budget
    for item in owned:
        _take(problem, item, best)
    waiting = {index: problem.gain(index, best) for index in range(len(problem.items)) if index not in owned}
    single = max(
        (index for index in waiting if problem.costs[index] <= left), key=lambda index: (waiting[index], -index), default=None
    )
    while waiting:
        index = _next(problem, waiting, best, left)
        if index is None:
            break
        chosen.append(index)
        left -= problem.costs[index]
        _take(problem, index, best)
        del waiting[index]
    if single is not None and problem.value([*owned, single]) > problem.value([*owned, *chosen]):
        return (single,)
    return tuple(chosen)


def _next(problem: _Problem, waiting: dict[int, int], best: Sequence[int], left: Decimal) -> int | None:
    """Return the item of the greatest gain per cost. Gains never rise: one that stays first when asked anew is the best."""
    fresh: set[int] = set()
    while True:
        fitting = [index for index in waiting if problem.costs[index] <= left and waiting[index] > 0]
        if not fitting:
            return None
        top = max(fitting, key=lambda index: (waiting[index] / problem.costs[index], -index))
        if top in fresh:
            return top
        waiting[top] = problem.gain(top, best)
        fresh.add(top)


def _take(problem: _Problem, item: int, best: list[int]) -> None:
    for cell, value in problem.worth[item].items():
        best[cell] = max(best[cell], value)


def _certificate(problem: _Problem, chosen: Sequence[int], owned: Sequence[int]) -> Decimal:
    """Return the part of the best possible that a set is proved to reach: no set adds more than the budget buys of it."""
    best = [0] * problem.cells
    for item in (*owned, *chosen):
        _take(problem, item, best)
    reached = sum(best)
    gains = sorted(
        ((problem.gain(index, best), problem.costs[index]) for index in range(len(problem.items))),
        key=lambda one: one[0] / one[1],
        reverse=True,
    )
    left, more = problem.budget, Decimal(0)
    for gain, cost in gains:
        part = min(Decimal(1), left / cost)
        more += gain * part
        left -= cost * part
        if left <= 0:
            break
    whole = reached + more
    return Decimal(1) if not whole else (reached / whole).quantize(Decimal("0.0001"), rounding="ROUND_FLOOR")


def _exact(problem: _Problem, owned: tuple[int, ...], *, must: bool) -> tuple[int, ...] | None:
    """Return the best set by integer programming, or None where the solver is not there or does not finish."""
    try:
        import highspy
    except ImportError:
        if must:
            raise InvalidInput(
                "the exact solver is not installed", field="solver", value="exact", hint="pip install 'xbcommerce[optimize]'"
            ) from None
        return None
    make: Any = highspy.Highs
    model = make()
    model.setOptionValue("log_to_console", _OFF)
    model.setOptionValue("output_flag", _OFF)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_max_nodes", 20_000)
    model.setOptionValue("mip_rel_gap", 0.0)
    infinity = highspy.kHighsInf
    for index in range(len(problem.items)):
        model.addVar(1.0 if index in owned else 0.0, 1.0)
        model.changeColIntegrality(index, highspy.HighsVarType.kInteger)
    columns = [index for index in range(len(problem.items)) if index not in owned]
    model.addRow(-infinity, float(problem.budget), len(columns), columns, [float(problem.costs[index]) for index in columns])
    place = len(problem.items)
    for members, step in _levels(problem):
        model.addVar(0.0, 1.0)
        model.changeColCost(place, -step / POINT)
        model.addRow(-infinity, 0.0, len(members) + 1, [place, *members], [1.0, *[-1.0] * len(members)])
        place += 1
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    values = model.getSolution().col_value
    return tuple(index for index in columns if values[index] > 0.5)


def _levels(problem: _Problem) -> Iterable[tuple[tuple[int, ...], int]]:
    """Yield for each cell and level of worth the items that give at least it, and what the level adds; equal ones joined."""
    cells: dict[int, list[tuple[int, int]]] = {}
    for item, worth in enumerate(problem.worth):
        for cell, value in worth.items():
            cells.setdefault(cell, []).append((value, item))
    joined: dict[tuple[int, ...], int] = {}
    for found in cells.values():
        for level, below in _steps(sorted({value for value, _ in found}, reverse=True)):
            members = tuple(sorted(item for value, item in found if value >= level))
            joined[members] = joined.get(members, 0) + level - below
    return joined.items()


def _steps(levels: list[int]) -> Iterable[tuple[int, int]]:
    return zip(levels, [*levels[1:], 0], strict=True)


# ----------------------------------------------------------------------------------------------------------------- telling


def _frequencies(
    problem: _Problem, owned: tuple[int, ...], fields: Sequence[_Field], taken: Mapping[str, int], data: Book, samples: int
) -> Mapping[int, Decimal] | None:
    """Return in which part of the drawn mixes each item is picked; the same draws each time."""
    if not samples:
        return None
    random, counts = Random(0), dict.fromkeys(range(len(problem.items)), 0)  # noqa: S311 - draws, no secret
    for _ in range(samples):
        mixes = [_drawn(one.mix, random) for one in fields]
        drawn = _problem(problem.items, (problem.costs, problem.budget), fields, taken, data, mixes)
        for index in greedy(drawn, owned):
            counts[index] += 1
    return {index: (Decimal(count) * 100 / samples).quantize(Decimal(1)) for index, count in counts.items()}


def _told(
    problem: _Problem,
    chosen: tuple[int, ...],
    owned: tuple[int, ...],
    fields: Sequence[_Field],
    how: Literal["exact", "greedy"],
    certificate: Decimal,
    often: Mapping[int, Decimal] | None,
    wanted: Sequence[Market],
) -> Portfolio:
    best, picks = [0] * problem.cells, []
    for item in owned:
        _take(problem, item, best)
    waiting = set(chosen)
    while waiting:
        index = max(waiting, key=lambda one: (problem.gain(one, best) / problem.costs[one], -one))
        gain = problem.gain(index, best)
        waiting.remove(index)
        _take(problem, index, best)
        picks.append(
            Pick.made(
                item=problem.items[index].name,
                methods=tuple(sorted(problem.items[index].methods)),
                cost=problem.costs[index],
                gain=_shown(gain),
                total=_shown(sum(best)),
                frequency=None if often is None else often[index],
            )
        )
    low, high = _first(problem, (*owned, *chosen), fields)
    return Portfolio.made(
        picks=tuple(picks),
        reach=_shown(sum(best)),
        first_low=_shown(low),
        first_high=_shown(high),
        spent=sum((problem.costs[index] for index in chosen), Decimal(0)),
        method=how,
        certificate=certificate,
        guarantee=_guarantee(problem, how),
        assumptions=_assumptions(wanted),
        warnings=_warnings(fields),
    )


def _guarantee(problem: _Problem, how: str) -> Decimal:
    """Return 1 - 1/e for equal costs, half of it else."""
    if how == "exact":
        return Decimal(1)
    part = (1 - 1 / Decimal(1).exp()).quantize(Decimal("0.0001"), rounding="ROUND_FLOOR")
    return part if len(set(problem.costs)) <= 1 else (part / 2).quantize(Decimal("0.0001"), rounding="ROUND_FLOOR")


def _first(problem: _Problem, chosen: Sequence[int], fields: Sequence[_Field]) -> tuple[int, int]:
    weights = sum((one.market.weight for one in fields), Decimal(0))
    low = high = 0
    for field in fields:
        have = {
            name
            for index in chosen
            for name in problem.items[index].methods & field.can & field.at.get(problem.items[index].name, field.can)
        }
        ends = field.mix.bounds(have)
        top, bottom = (field.market.weight / weights).as_integer_ratio()
        low, high = low + ends[0] * top // bottom, high + ends[1] * top // bottom
    return low, high


def _shown(value: int) -> Decimal:
    return points(value).quantize(Decimal("0.01"))


def _assumptions(wanted: Sequence[Market]) -> tuple[str, ...]:
    out = ["points that figures do not give to a method are split equally within its kind"]
    out.append("second choices are assumed, not measured")
    if any(one.amount is None for one in wanted):
        out.append("no basket is given: limits on amounts are left out")
    if len({one.weight for one in wanted}) == 1 and len(wanted) > 1:
        out.append("all markets weigh the same")
    return tuple(out)


def _warnings(fields: Sequence[_Field]) -> tuple[str, ...]:
    bare = [
        one.market.shopper
        for one in fields
        if not any(kind.rows for kind in one.mix.kinds.values()) and not any(method.rows for method in one.mix.methods.values())
    ]
    return (f"no figures of usage are known for {', '.join(bare)}",) if bare else ()
