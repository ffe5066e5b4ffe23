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

from xbcommerce.errors import InvalidInput, RulebookError, shown, suggest
from xbcommerce.money import RoundingMode, minor_units
from xbcommerce.rules.conditions import AmountTest, Bound, Test, compile_when
from xbcommerce.rules.facts import Fact
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
_PICKS = ("highest", "lowest")


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
        pick: which figure decides where `band_by` differs from line to line ("highest", "lowest"); None: they are told apart.
        fact: what a rule of the tariff rests on.
        bounded: something is deducted, or the amount has a least or a most.
        plain: nothing but a rate, a levy or the base itself.
        main: the subject that the rule itself always asks for, if it asks for one.
        others: subjects that its parts, bands and bounds may ask for.
        key: what tells the rule from others: its content.
    """

    rate: Figure | str | None = None
    levy: Figure | str | None = None
    per: str | None = None
    combine: str | None = None
    parts: tuple[Rule, ...] = ()
    bands: tuple[Band, ...] = ()
    band_by: str | None = None
    pick: str | None = None
    slice: bool = False
    less: Rule | None = None
    less_amounts: tuple[str, ...] = ()
    at_least: Rule | None = None
    at_most: Rule | None = None
    fact: Fact | None = field(default=None, compare=False)
    bounded: bool = field(init=False)
    plain: bool = field(init=False)
    main: str | None = field(init=False)
    others: tuple[str, ...] = field(init=False)
    key: object = field(init=False, compare=False)

    def __post_init__(self) -> None:
        bounded = bool(self.less or self.less_amounts or self.at_least or self.at_most)
        main = self.rate if self.rate is not None else self.levy
        inner = [part for part in (*self.parts, self.less, self.at_least, self.at_most) if part is not None]
        others = [] if self.band_by is None or self.pick else [self.band_by]
        others += [band.edge for band in self.bands if isinstance(band.edge, str)]
        for part in (*inner, *(band.rule for band in self.bands)):
            others += part.others if part.main is None else (part.main, *part.others)
        object.__setattr__(self, "bounded", bounded)
        object.__setattr__(self, "plain", not (bounded or self.combine or self.bands))
        object.__setattr__(self, "main", main if isinstance(main, str) and main != TARIFF else None)
        object.__setattr__(self, "others", tuple(dict.fromkeys(others)))
        object.__setattr__(self, "key", self._content())

    def _content(self) -> object:
        if self.plain:
            return _told(self.rate), _told(self.levy), self.per
        bands = tuple((band.rule.key, _told(band.edge), band.inclusive) for band in self.bands)
        bounds = tuple(None if part is None else part.key for part in (self.less, self.at_least, self.at_most))
        parts = tuple(part.key for part in self.parts)
        own = (_told(self.rate), _told(self.levy), self.per, self.combine, self.band_by, self.pick, self.slice)
        return *own, parts, bands, self.less_amounts, bounds


@dataclass(frozen=True, slots=True)
class Band:
    """A rule up to an edge; the last band may be open."""

    rule: Rule
    edge: Figure | str | None
    inclusive: bool


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """When a charge exists and is zero, and by which fact."""

    when_order: tuple[Test, ...]
    when_line: tuple[Test, ...]
    by: str


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One row of a schedule.

    Attributes:
        others: subjects besides that of the rule itself whose figures may differ from line to line.
    """

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
    others: tuple[str, ...] = ()


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
    families = [str(step["measures"]) for step in _steps(entry) if isinstance(step, Mapping) and "measures" in step]
    measures = tuple(measure for family in families for measure in rulebook.entries("measure", family, entry.place, on))
    key = ("regime", id(entry), tuple(map(id, measures)))
    return rulebook.compiled(key, lambda: _Compiler(rulebook, entry).regime(measures))  # type: ignore[no-any-return]


def _told(reference: Figure | str | None) -> object:
    return reference.key if isinstance(reference, Figure) else reference


def compile_rule(content: object, where: str) -> Rule:
    """Compile a duty rule given by the caller or by a tariff: "12 %", "free", or a table of words with literal figures."""
    if isinstance(content, str):
        figure = literal(content)
        if figure is None or not content.endswith(("%", "free")):
            raise RulebookError(f"{where}: {shown(content)} is no duty rate", hint="write '12 %', 'free' or a rule of words")
        return Rule(rate=figure)
    rule = _rule(content, where, frozenset(), needs_verb=True)
    _literal_only(rule, where)
    return rule


def _literal_only(rule: Rule, where: str) -> None:
    """Refuse subjects of facts, and figures that are neither money nor a share, in a rule that is not the law's."""
    edges = [band.edge for band in rule.bands]
    for reference in (rule.rate, rule.levy, rule.band_by, *edges):
        if isinstance(reference, str):
            raise RulebookError(f"{where}: {shown(reference)} is no figure", hint="write '12 %' or an amount with its currency")
    for figure in (rule.levy, *edges):
        if isinstance(figure, Figure) and figure.numerator and not figure.is_money and (figure.unit != "1" or figure in edges):
            raise RulebookError(f"{where}: {shown(figure.text)} is neither a share nor money of a currency")
    for part in (*rule.parts, rule.less, rule.at_least, rule.at_most, *(band.rule for band in rule.bands)):
        if part is not None:
            _literal_only(part, where)


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
        for number, row in enumerate(_steps(self.entry), 1):
            if not isinstance(row, Mapping):
                raise RulebookError(f"{where}, step {number}: a step is a table, not {shown(row)}")
            if "measures" in row:
                filling = [measure for measure in measures if measure.body["family"] == row["measures"]]
                filling.sort(key=lambda measure: (measure.body.get("rank", 0), measure.id))
                steps.extend([self.step(measure.body.get("step"), rounding, measure.where, measure) for measure in filling])
            else:
                steps.append(self.step(row, rounding, f"{where}, step {number}", self.entry))
        return Regime(self.entry, bill, tuple(steps))

    def step(self, row: object, rounding: Rounding | None, where: str, entry: Entry) -> Step:
        if not isinstance(row, Mapping):
            raise RulebookError(f"{where}: a step is a table, not {shown(row)}")
        _words(row, _STEP_WORDS, where)
        types = [word for word in ("value", "charge", "waive") if word in row]
        if len(types) != 1:
            raise RulebookError(f"{where}: a step is one of value, charge, waive or measures")
        if types[0] != "waive" and (not isinstance(row[types[0]], str) or not row[types[0]]):
            raise RulebookError(f"{where}: {types[0]} is the step's id, not {shown(row[types[0]])}")
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
        inside, inside_rates = _inside(row.get("inside", False), rule, where)
        rounded = _rounding(row.get("round"), where) or (rounding if type_ == "charge" else None)
        if type_ == "charge" and rounded is None:
            raise RulebookError(f"{where}: a charge always rounds, and neither the bill nor the step has `round`")
        complete = _flag(row.get("complete", False), "complete", where)
        if complete and rule.main is None:
            raise RulebookError(
                f"{where}: complete needs a rate or a levy that names a fact: without one no charge is ever made"
            )
        others = dict.fromkeys((*rule.others, *(rate for rate in inside_rates if isinstance(rate, str))))
        return Step(
            type=type_,
            id=row[type_],
            kind=kind,
            base=base,
            quantity=self._quantity(row.get("quantity"), where),
            rule=rule,
            inside=inside,
            inside_rates=inside_rates,
            base_round=_rounding(row.get("base_round"), where),
            round=rounded,
            level=_level(row, rule, where),
            when_order=tuple(test for test in when if not test.by_line),
            when_line=tuple(test for test in when if test.by_line),
            relief=self._relief(row.get("relief"), where),
            waive=(),
            limit=None,
            complete=complete,
            replaces=_texts(row.get("replaces", []), "replaces", where),
            entry=entry,
            others=tuple(name for name in others if name != rule.main),
        )

    def _waive(self, row: Mapping[str, Any], where: str, entry: Entry) -> Step:
        ids = row["waive"]
        if not isinstance(ids, list) or not ids or not all(isinstance(name, str) and name in self.charges for name in ids):
            raise RulebookError(f"{where}: waive names earlier charges ({', '.join(sorted(self.charges))}), not {shown(ids)}")
        limits = [word for word in ("up_to", "below") if word in row]
        if len(limits) != 1:
            raise RulebookError(f"{where}: a waiver has one limit: up_to or below")
        if not isinstance(row[limits[0]], str):
            raise RulebookError(f"{where}: {limits[0]} is the subject of a fact, not {shown(row[limits[0]])}")
        when = self._when(row.get("when", {}), where)
        return Step(
            type="waive", id="waive " + " ".join(ids), kind="waive", base=tuple(ids), quantity=None, rule=Rule(), inside=False,
            inside_rates=(), base_round=None, round=None, level="consignment", relief=None, waive=tuple(ids),
            when_order=tuple(test for test in when if not test.by_line), when_line=tuple(test for test in when if test.by_line),
            limit=Bound(limits[0], row[limits[0]], row.get("fx")), complete=False, replaces=(), entry=entry,
        )  # fmt: skip

    def _names(self, names: object, where: str) -> tuple[str, ...]:
        known = _texts(names, "base", where)
        for name in known:
            self._known(name, where)
        return known

    def _known(self, name: str, where: str) -> None:
        group, _, rest = name.partition(".")
        if name in self.amounts or (group == "content" and rest):
            return
        if (group == "kind" and rest in KINDS) or (group == "bill" and rest in MOMENTS):
            return
        raise RulebookError(
            f"{where}: {shown(name)} is no amount that exists at this step: a base names inputs and earlier steps",
            hint=suggest(name, (*self.amounts, *(f"kind.{kind}" for kind in KINDS))), allowed=sorted(self.amounts),
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
        return tests

    def _relief(self, relief: object, where: str) -> Relief | None:
        if relief is None:
            return None
        if not isinstance(relief, Mapping) or relief.keys() != {"when", "by"} or not isinstance(relief["by"], str):
            raise RulebookError(f"{where}: relief has when and by (the subject of a fact), not {shown(relief)}")
        when = self._when(relief["when"], where)
        order, line = (tuple(test for test in when if test.by_line is by_line) for by_line in (False, True))
        return Relief(order, line, relief["by"])


def _steps(entry: Entry) -> list[Any]:
    steps = entry.body.get("steps", [])
    if not isinstance(steps, list):
        raise RulebookError(f"{entry.where}: steps is a list of tables, not {shown(steps)}")
    return steps


def _texts(content: object, word: str, where: str) -> tuple[str, ...]:
    if not isinstance(content, list) or not all(isinstance(name, str) and name for name in content):
        raise RulebookError(f"{where}: {word} is a list of names, not {shown(content)}")
    return tuple(content)


def _flag(content: object, word: str, where: str) -> bool:
    if not isinstance(content, bool):
        raise RulebookError(f"{where}: {word} is true or false, not {shown(content)}")
    return content


def _inside(content: object, rule: Rule, where: str) -> tuple[bool, tuple[Figure | str, ...]]:
    """Return whether rates lie inside the base, and which, if not the rule's own."""
    if isinstance(content, list) and content:
        return True, tuple(_share(_figure(rate, where), where) for rate in content)
    if not isinstance(content, bool):
        raise RulebookError(f"{where}: inside is true, false or a list of rates, not {shown(content)}")
    if content and rule.rate is None:
        raise RulebookError(f"{where}: inside = true needs the step's own rate; name the rates that lie inside the base")
    return content, ()


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
    for key in _texts(body.get("goods_item", []), "goods_item", where):
        if key not in ITEM_KEYS:
            raise RulebookError(f"{where}: goods_item {shown(key)} is none of {', '.join(ITEM_KEYS)}")
    for word in ("fx", "currency"):
        _name(body.get(word), where)
    if body.get("currency") is not None:
        try:
            minor_units(body["currency"])
        except InvalidInput as error:
            raise RulebookError(f"{where}: {error}") from None
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


def _rule(content: object, where: str, amounts: frozenset[str], depth: int = 0, *, needs_verb: bool = False) -> Rule:
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
    if (depth or needs_verb) and not (combining or {"bands", "rate", "levy"} & content.keys()):
        raise RulebookError(f"{where}: a rule says how much: one of rate, levy, sum, lower_of, higher_of, bands is missing")
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
    band_by, pick = _band_by(content.get("band_by"), where)
    if band_by is not None and "bands" not in content:
        raise RulebookError(f"{where}: band_by without bands")
    return Rule(
        rate=_rate(content["rate"], where, depth) if "rate" in content else None,
        levy=_figure(content["levy"], where) if "levy" in content else None,
        per=content.get("per"),
        combine=combining[0] if combining else None,
        parts=tuple(_rule(part, where, amounts, depth + 1) for part in content[combining[0]]) if combining else (),
        bands=tuple(_band(band, where, amounts, depth + 1) for band in content.get("bands", ())),
        band_by=band_by,
        pick=pick,
        slice=_flag(content.get("slice", False), "slice", where),
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
    if content["per"] in INPUTS or "." in content["per"]:
        raise RulebookError(f"{where}: per is what is counted, and {shown(content['per'])} is money")
    figure = _figure(content["levy"], where)
    if isinstance(figure, Figure) and not figure.is_money:
        raise RulebookError(f"{where}: a levy is money, not {shown(figure.text)}")


def _name(content: object, where: str) -> str | None:
    if content is not None and not isinstance(content, str):
        raise RulebookError(f"{where}: a name is expected, not {shown(content)}")
    return content


def _band_by(content: object, where: str) -> tuple[str | None, str | None]:
    """Return the subject by which bands are told, and whose figure decides where it differs from line to line."""
    if not isinstance(content, Mapping):
        return _name(content, where), None
    if len(content) != 1 or (pick := next(iter(content))) not in _PICKS or content[pick] is None:
        raise RulebookError(
            f"{where}: band_by is a subject, or one of {', '.join(_PICKS)} with a subject, not {shown(content)}"
        )
    return _name(content[pick], where), pick


def _band(content: object, where: str, amounts: frozenset[str], depth: int) -> Band:
    if not isinstance(content, Mapping):
        raise RulebookError(f"{where}: a band is a table, not {shown(content)}")
    _words(content, _BAND_WORDS, where)
    edges = [word for word in ("up_to", "below") if word in content]
    if len(edges) > 1:
        raise RulebookError(f"{where}: a band has one edge")
    rule = _rule({word: content[word] for word in content if word in _RULE_WORDS}, where, amounts, depth)
    return Band(rule, _figure(content[edges[0]], where) if edges else None, edges == ["up_to"])
