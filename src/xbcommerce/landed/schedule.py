"""The charge schedule: bills and steps, compiled from the rulebook into small frozen values.

The words are those of `docs/explanation/charge-schedule.md`. Whatever is not among them, and every reference to an amount
that does not exist yet, is refused here, so that the engine that evaluates needs no checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xbcommerce.errors import RulebookError, shown, suggest
from xbcommerce.money import RoundingMode
from xbcommerce.rules.conditions import AmountTest, AppliedTest, Bound, Test, compile_when
from xbcommerce.rules.figures import Figure, literal
from xbcommerce.rules.rulebook import Entry, Rulebook
from xbcommerce.rules.vocabulary import Vocabulary

__all__ = ["MOMENTS", "Band", "Bill", "Regime", "Relief", "Rounding", "Rule", "Step", "compile_regime", "compile_rule"]

MOMENTS = ("sale", "border", "delivery", "return")
COLLECTORS = ("seller", "platform", "authority", "carrier", "post")
DEBTORS = ("customer", "seller", "platform", "importer")
DATED_BY = ("payment", "export", "entry", "release", "delivery")
KINDS = ("duty", "tax", "fee", "carrier", "composite")
LEVELS = ("line", "goods_item", "consignment")
MODES = ("down", "up", "half-up", "half-down", "half-even")
INPUTS = ("goods", "freight", "insurance", "clearance_fee", "assessed_value")
ITEM_KEYS: Mapping[str, str | int] = {
    **{f"hs{digits}": digits for digits in (4, 6, 8, 9, 10)}, "hs": 12, "origin": "origin", "description": "description",
}  # fmt: skip
"""What may tell goods items apart: so many digits of the commodity code, the origin, the description."""
COUNTED = ("unit", "line", "goods_item", "consignment")
SCOPES = ("line", "unit", "recipient_day", "recipient_year")

TARIFF = "tariff"
"""The slot of a step's rate that each line's own duty rule fills."""
_DEEPEST = 8
_PER = re.compile(r"(?:[1-9][0-9]{0,5} )?[a-z][a-z0-9_.]{0,40}")
_RULE_WORDS = frozenset(
    {"rate", "levy", "per", "sum", "lower_of", "higher_of", "bands", "band_by", "slice", "less", "at_least", "at_most"}
)
_STEP_WORDS = _RULE_WORDS | {
    "value", "charge", "waive", "measures", "kind", "replaces", "base", "quantity", "inside", "base_round", "round",
    "level", "when", "relief", "up_to", "below", "complete", "note", "law", "fx",
}  # fmt: skip
_BILL_WORDS = frozenset({"at", "by", "from", "dated_by", "fx", "currency", "round", "goods_item"})
_BAND_WORDS = _RULE_WORDS | {"up_to", "below"}


@dataclass(frozen=True, slots=True, eq=False)
class Rounding:
    """How and to what an amount is rounded; `level` above the step's own: reckoned by group, rounded on the sum."""

    mode: RoundingMode
    to: Figure
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a base becomes an amount. A reference is a literal figure or the subject of a fact.

    Attributes:
        bounded: something is deducted, or the amount has a least or a most.
        plain: nothing but a rate, a levy or the base itself.
    """

    rate: Figure | str | None = None
    levy: Figure | str | None = None
    per: str | None = None
    combine: str | None = None
    parts: tuple[Rule, ...] = ()
    bands: tuple[Band, ...] = ()
    band_by: str | None = None
    slice: bool = False
    less: Rule | None = None
    less_amounts: tuple[str, ...] = ()
    at_least: Rule | None = None
    at_most: Rule | None = None
    bounded: bool = field(init=False)
    plain: bool = field(init=False)

    def __post_init__(self) -> None:
        bounded = bool(self.less or self.less_amounts or self.at_least or self.at_most)
        object.__setattr__(self, "bounded", bounded)
        object.__setattr__(self, "plain", not (bounded or self.combine or self.bands))


@dataclass(frozen=True, slots=True)
class Band:
    """A rule up to an edge; the last band may be open."""

    rule: Rule
    edge: Figure | str | None
    inclusive: bool


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """When a charge exists and is zero, and by which fact."""

    when: tuple[Test, ...]
    by: str


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One row of a schedule."""

    type: str
    id: str
    kind: str
    base: tuple[str, ...]
    quantity: str | None
    rule: Rule
    inside: bool
    inside_rates: tuple[Figure | str, ...]
    base_round: Rounding | None
    round: Rounding | None
    level: str
    when_order: tuple[Test, ...]
    when_line: tuple[Test, ...]
    relief: Relief | None
    waive: tuple[str, ...]
    limit: Bound | None
    complete: bool
    replaces: tuple[str, ...]
    entry: Entry


@dataclass(frozen=True, slots=True, eq=False)
class Bill:
    """Terms of a bill: when, who collects, who owes, which day and exchange rate, which currency and rounding."""

    at: str
    by: str
    debtor: str
    dated_by: str
    fx: str | None
    currency: str | None
    goods_item: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """A bill and its steps, ready to be evaluated."""

    entry: Entry
    bill: Bill
    steps: tuple[Step, ...]


def compile_regime(rulebook: Rulebook, entry: Entry, on: date) -> Regime:
    """Compile a regime with the measures that are in force on a day; remembered for every set of measures."""
    families = [
        str(step["measures"]) for step in entry.body.get("steps", ()) if isinstance(step, Mapping) and "measures" in step
    ]
    measures = tuple(measure for family in families for measure in rulebook.entries("measure", family, entry.place, on))
    key = ("regime", id(entry), tuple(map(id, measures)))
    return rulebook.compiled(key, lambda: _Compiler(rulebook, entry).regime(measures))  # type: ignore[no-any-return]


def compile_rule(content: object, where: str) -> Rule:
    """Compile a duty rule given by the caller or by a tariff: "12 %", "free", or a table of words with literal figures."""
    if isinstance(content, str):
        figure = literal(content)
        if figure is None or not content.endswith(("%", "free")):
            raise RulebookError(f"{where}: {shown(content)} is no duty rate", hint="write '12 %', 'free' or a rule of words")
        return Rule(rate=figure)
    return _rule(content, where, frozenset({*COUNTED}))


class _Compiler:
    def __init__(self, rulebook: Rulebook, entry: Entry) -> None:
        self.vocabulary: Vocabulary = rulebook.jurisdiction(entry.place).vocabulary
        self.entry = entry
        self.amounts: set[str] = set(INPUTS)
        self.charges: set[str] = set()

    def regime(self, measures: tuple[Entry, ...]) -> Regime:
        where = self.entry.where
        body = self.entry.body
        bill, rounding = _bill(body.get("bill"), where)
        steps: list[Step] = []
        for number, row in enumerate(body.get("steps", ()), 1):
            if not isinstance(row, Mapping):
                raise RulebookError(f"{where}, step {number}: a step is a table, not {shown(row)}")
            if "measures" in row:
                filling = [measure for measure in measures if measure.body["family"] == row["measures"]]
                filling.sort(key=lambda measure: (measure.body.get("rank", 0), measure.id))
                steps.extend([self.step(measure.body["step"], rounding, measure.where, measure) for measure in filling])
            else:
                steps.append(self.step(row, rounding, f"{where}, step {number}", self.entry))
        return Regime(self.entry, bill, tuple(steps))

    def step(self, row: Mapping[str, Any], rounding: Rounding | None, where: str, entry: Entry) -> Step:
        _words(row, _STEP_WORDS, where)
        types = [word for word in ("value", "charge", "waive") if word in row]
        if len(types) != 1:
            raise RulebookError(f"{where}: a step is one of value, charge, waive or measures")
        if types[0] == "waive":
            return self._waive(row, where, entry)
        step = self._amount(types[0], row, rounding, f"{where} {row[types[0]]!r}", entry)
        self.amounts.add(step.id)
        if step.type == "charge":
            self.charges.add(step.id)
            self.amounts.add(f"kind.{step.kind}")
        return step

    def _amount(self, type_: str, row: Mapping[str, Any], rounding: Rounding | None, where: str, entry: Entry) -> Step:
        kind = row.get("kind", "tax" if type_ == "charge" else "value")
        if type_ == "charge" and kind not in KINDS:
            raise RulebookError(f"{where}: kind {shown(kind)} is none of {', '.join(KINDS)}")
        rule = _rule({word: row[word] for word in row if word in _RULE_WORDS}, where, frozenset(self.amounts))
        base = self._names(row.get("base", []), where)
        if not base and row.get("quantity") is None and rule.levy is None and not rule.bands and not rule.parts:
            raise RulebookError(f"{where}: a step without base, quantity or levy has no amount")
        when = self._when(row.get("when", {}), where)
        inside = row.get("inside", False)
        return Step(
            type=type_,
            id=row[type_],
            kind=kind,
            base=base,
            quantity=self._quantity(row.get("quantity"), where),
            rule=rule,
            inside=bool(inside),
            inside_rates=tuple(_figure(rate, where) for rate in inside) if isinstance(inside, list) else (),
            base_round=_rounding(row.get("base_round"), where),
            round=_rounding(row.get("round"), where) or (rounding if type_ == "charge" else None),
            level=_level(row, rule, where),
            when_order=tuple(test for test in when if not test.by_line),
            when_line=tuple(test for test in when if test.by_line),
            relief=self._relief(row.get("relief"), where),
            waive=(),
            limit=None,
            complete=bool(row.get("complete", False)),
            replaces=tuple(row.get("replaces", ())),
            entry=entry,
        )

    def _waive(self, row: Mapping[str, Any], where: str, entry: Entry) -> Step:
        ids = row["waive"]
        if not isinstance(ids, list) or not ids or not set(ids) <= self.charges:
            raise RulebookError(f"{where}: waive names earlier charges ({', '.join(sorted(self.charges))}), not {shown(ids)}")
        limits = [word for word in ("up_to", "below") if word in row]
        if len(limits) != 1:
            raise RulebookError(f"{where}: a waiver has one limit: up_to or below")
        when = self._when(row.get("when", {}), where)
        return Step(
            type="waive", id="waive " + " ".join(ids), kind="waive", base=tuple(ids), quantity=None, rule=Rule(), inside=False,
            inside_rates=(), base_round=None, round=None, level="consignment", relief=None, waive=tuple(ids),
            when_order=tuple(test for test in when if not test.by_line), when_line=tuple(test for test in when if test.by_line),
            limit=Bound(limits[0], row[limits[0]], row.get("fx")), complete=False, replaces=(), entry=entry,
        )  # fmt: skip

    def _names(self, names: object, where: str) -> tuple[str, ...]:
        if not isinstance(names, list):
            raise RulebookError(f"{where}: base is a list of names, not {shown(names)}")
        for name in names:
            self._known(name, where)
        return tuple(names)

    def _known(self, name: str, where: str) -> None:
        if name in self.amounts or name.startswith(("content.", "kind.")):
            return
        if name.startswith("bill.") and name[5:] in MOMENTS:
            return
        raise RulebookError(
            f"{where}: {shown(name)} is no amount that exists at this step: a base names inputs and earlier steps",
            hint=suggest(name, self.amounts), allowed=sorted(self.amounts),
        )  # fmt: skip

    def _quantity(self, quantity: object, where: str) -> str | None:
        if quantity is not None and not isinstance(quantity, str):
            raise RulebookError(f"{where}: quantity is the name of a measure, not {shown(quantity)}")
        return quantity

    def _when(self, when: object, where: str) -> tuple[Test, ...]:
        tests = compile_when(when, self.vocabulary, where)
        for test in tests:
            if isinstance(test, AmountTest):
                for name in test.names:
                    scope, _, rest = name.partition(".")
                    self._known(rest if scope in SCOPES else name, where)
            if isinstance(test, AppliedTest) and not all(isinstance(charge, str) for charge in test.charges):
                raise RulebookError(f"{where}: applied names charges")
        return tests

    def _relief(self, relief: object, where: str) -> Relief | None:
        if relief is None:
            return None
        if not isinstance(relief, Mapping) or relief.keys() != {"when", "by"}:
            raise RulebookError(f"{where}: relief has when and by, not {shown(relief)}")
        return Relief(self._when(relief["when"], where), relief["by"])


def _words(row: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for word in row:
        if word not in known:
            raise RulebookError(f"{where}: unknown word {shown(word)}", hint=suggest(str(word), known), allowed=sorted(known))


def _bill(body: object, where: str) -> tuple[Bill, Rounding | None]:
    where = f"{where}, bill"
    if not isinstance(body, Mapping):
        raise RulebookError(f"{where}: a bill is a table, not {shown(body)}")
    _words(body, _BILL_WORDS, where)
    for word, known in (("at", MOMENTS), ("by", COLLECTORS), ("from", DEBTORS), ("dated_by", DATED_BY)):
        if body.get(word, known[0] if word == "dated_by" else None) not in known:
            raise RulebookError(f"{where}: {word} {shown(body.get(word))} is none of {', '.join(known)}")
    for key in body.get("goods_item", ()):
        if key not in ITEM_KEYS:
            raise RulebookError(f"{where}: goods_item {shown(key)} is none of {', '.join(ITEM_KEYS)}")
    bill = Bill(
        at=body["at"],
        by=body["by"],
        debtor=body["from"],
        dated_by=body.get("dated_by", "entry"),
        fx=body.get("fx"),
        currency=body.get("currency"),
        goods_item=tuple(ITEM_KEYS[key] for key in body.get("goods_item", ("hs", "origin", "description"))),
    )
    return bill, _rounding(body.get("round"), where)


def _figure(content: object, where: str) -> Figure | str:
    if not isinstance(content, str) or not content:
        raise RulebookError(f"{where}: a figure is a text such as '12 %' or the subject of a fact, not {shown(content)}")
    return literal(content) or content


def _rounding(body: object, where: str) -> Rounding | None:
    if body is None:
        return None
    if not isinstance(body, Mapping) or not {"mode", "to"} <= body.keys() <= {"mode", "to", "level"}:
        raise RulebookError(f"{where}: a rounding has mode and to, and may have level, not {shown(body)}")
    if body["mode"] not in MODES:
        raise RulebookError(f"{where}: rounding mode {shown(body['mode'])} is none of {', '.join(MODES)}")
    step = literal(body["to"])
    if step is None or step.numerator <= 0:
        raise RulebookError(f"{where}: a rounding step is a number above 0, not {shown(body['to'])}")
    if body.get("level", LEVELS[0]) not in LEVELS:
        raise RulebookError(f"{where}: level {shown(body['level'])} is none of {', '.join(LEVELS)}")
    return Rounding(body["mode"], step, body.get("level"))


def _level(row: Mapping[str, Any], rule: Rule, where: str) -> str:
    level = row.get("level")
    if level is None:
        return rule.per if rule.levy is not None and rule.per in LEVELS else LEVELS[0]
    if level not in LEVELS:
        raise RulebookError(f"{where}: level {shown(level)} is none of {', '.join(LEVELS)}")
    return str(level)


def _rule(content: object, where: str, amounts: frozenset[str], depth: int = 0) -> Rule:
    """Compile a rule: a figure (money: a levy on the whole; a share: a rate), or a table of words."""
    if isinstance(content, str):
        figure = _figure(content, where)
        if isinstance(figure, Figure) and figure.unit == "1":
            return Rule(rate=_share(figure, where))
        return Rule(levy=figure, per=None)
    if not isinstance(content, Mapping):
        raise RulebookError(f"{where}: a rule is a figure or a table of words, not {shown(content)}")
    if depth > _DEEPEST:
        raise RulebookError(f"{where}: rules are nested more than {_DEEPEST} deep")
    _words(content, _RULE_WORDS, where)
    combining = [word for word in ("sum", "lower_of", "higher_of") if word in content]
    if len(combining) + ("bands" in content) + ("rate" in content) + ("levy" in content) > 1:
        raise RulebookError(f"{where}: a rule has one of rate, levy, sum, lower_of, higher_of, bands")
    if ("per" in content) != ("levy" in content):
        raise RulebookError(f"{where}: levy and per go together")
    _check_per(content, where)
    for word in (*combining, *(["bands"] if "bands" in content else [])):
        if not isinstance(content[word], list) or not content[word]:
            raise RulebookError(f"{where}: {word} is a list of rules, not {shown(content[word])}")
    less = content.get("less")
    by_amounts = isinstance(less, list)
    if isinstance(less, list) and not all(isinstance(name, str) and name in amounts for name in less):
        raise RulebookError(f"{where}: less names earlier amounts, not {shown(less)}", allowed=sorted(amounts))
    return Rule(
        rate=_rate(content["rate"], where, depth) if "rate" in content else None,
        levy=_figure(content["levy"], where) if "levy" in content else None,
        per=content.get("per"),
        combine=combining[0] if combining else None,
        parts=tuple(_rule(part, where, amounts, depth + 1) for part in content[combining[0]]) if combining else (),
        bands=tuple(_band(band, where, amounts, depth + 1) for band in content.get("bands", ())),
        band_by=_name(content.get("band_by"), where),
        slice=bool(content.get("slice", False)),
        less=None if less is None or by_amounts else _rule(less, where, amounts, depth + 1),
        less_amounts=tuple(less) if by_amounts else (),  # type: ignore[arg-type]
        at_least=_rule(content["at_least"], where, amounts, depth + 1) if "at_least" in content else None,
        at_most=_rule(content["at_most"], where, amounts, depth + 1) if "at_most" in content else None,
    )


def _rate(content: object, where: str, depth: int) -> Figure | str:
    if content == TARIFF and depth:
        raise RulebookError(f"{where}: the tariff's rule can only be a step's own rate, not a part of another rule")
    return _share(_figure(content, where), where)


def _share(figure: Figure | str, where: str) -> Figure | str:
    """Return a rate, or refuse a bare number: 12 is neither 12 % nor 12 of any currency."""
    if isinstance(figure, Figure) and (
        figure.unit != "1" or (not figure.text.endswith(("%", "free")) and "/" not in figure.text)
    ):
        raise RulebookError(
            f"{where}: {shown(figure.text)} is no rate", hint="write '12 %', '22/78' or an amount with its currency"
        )
    return figure


def _check_per(content: Mapping[str, Any], where: str) -> None:
    if "levy" not in content:
        return
    if not isinstance(content["per"], str) or not _PER.fullmatch(content["per"]):
        raise RulebookError(
            f"{where}: per is what is counted (unit, line, consignment, kg, 100 kg ...), not {shown(content['per'])}"
        )
    figure = _figure(content["levy"], where)
    if isinstance(figure, Figure) and not figure.is_money:
        raise RulebookError(f"{where}: a levy is money, not {shown(figure.text)}")


def _name(content: object, where: str) -> str | None:
    if content is not None and not isinstance(content, str):
        raise RulebookError(f"{where}: a name is expected, not {shown(content)}")
    return content


def _band(content: object, where: str, amounts: frozenset[str], depth: int) -> Band:
    if not isinstance(content, Mapping):
        raise RulebookError(f"{where}: a band is a table, not {shown(content)}")
    _words(content, _BAND_WORDS, where)
    edges = [word for word in ("up_to", "below") if word in content]
    if len(edges) > 1:
        raise RulebookError(f"{where}: a band has one edge")
    rule = _rule({word: content[word] for word in content if word in _RULE_WORDS}, where, amounts, depth)
    return Band(rule, _figure(content[edges[0]], where) if edges else None, edges == ["up_to"])
