"""Account health: a seller's metrics held against the thresholds that a platform publishes.

A share is given as a percentage ("0.8 %"), as a decimal share (0.008), or as counts (how many of how many), which is best: then
the answer also says how many more are allowed, or how many good orders bring it back. A threshold without a metric is unknown,
never met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Citation, Explanation, FactUsed, Result, Step
from xbcommerce.listings.level import Where, country_of
from xbcommerce.listings.numbers import READ, fraction
from xbcommerce.listings.platform import document, known
from xbcommerce.rules.facts import APPLIED, CONFIDENCES, STATUSES, Source, dates, in_force, one_of, parse_source
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Health", "Standing", "health"]

_OPS = ("at_most", "below", "at_least", "above")
_WORDS = {"at_most": "at most", "below": "less than", "at_least": "at least", "above": "more than"}
_WHOLE = 100
_FINEST = 60
_MOST_COUNTED = 10**15
_PERCENT = "%"
_RANK = {"block": 0, "warn": 1, "info": 2}
_FILE = "listings/metrics.toml"

Verdict = Literal["failed", "close", "met", "unknown", "not_evaluated"]
_ORDER: tuple[Verdict, ...] = ("failed", "close", "not_evaluated", "unknown", "met")


class Standing(Result):
    """How one metric stands against one threshold.

    Attributes:
        metric: its name; rule: the threshold's id.
        verdict: failed, close (met, but nearer than `near`), met, unknown (not given), not_evaluated (too few orders).
        value, bound: as they were compared, in the threshold's unit; op: "at_most", "below", "at_least" or "above".
        distance: from value to bound in that unit; negative where the bound is broken.
        unit: "%", "h", "stars", "count", a currency ...
        room: further bad cases that the present orders allow, where counts were given; negative: so many too many.
        good_needed: further good orders that bring a broken share back, where counts were given.
        earns: the badge or level that it earns; empty where it is a duty.
        severity: how bad a breach is: "block" endangers the account.
        window: over which days the platform measures.
        text: the sentence.
    """

    metric: str
    rule: str
    verdict: Verdict
    value: str = ""
    op: str
    bound: str
    unit: str
    distance: str = ""
    room: int | None = None
    good_needed: int | None = None
    earns: str = ""
    severity: str
    window: str = ""
    text: str
    confidence: str
    source: Citation
    fact: str = ""
    note: str = ""


class Health(Result):
    """A seller's account on a platform.

    Attributes:
        healthy: True: every duty is known, and those that are evaluated are met; False: one is broken; None: not all are
            known, or none is evaluated (too few orders, or the platform publishes badges alone).
        standings: every threshold that holds, the worst first.
        fix_first: what to do, in order: broken duties, then those that are close, then what a badge lacks.
        badges: badges and levels, each with whether it is earned (None: not all is known) .
    """

    platform: str
    market: str
    on: date
    healthy: bool | None
    standings: tuple[Standing, ...]
    fix_first: tuple[str, ...]
    badges: Mapping[str, bool | None]
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rulebook: str = ""

    @property
    def failed(self) -> tuple[str, ...]:
        """The metrics that break a threshold, also one that only a badge asks for."""
        return tuple(dict.fromkeys(one.metric for one in self.standings if one.verdict == "failed"))

    def explain(self) -> Explanation:
        """Return every threshold with its fact."""
        steps = tuple(
            Step(
                bill="health",
                id=one.metric,
                kind=one.verdict,
                amount=None,
                text=one.text,
                rule=one.rule,
                facts=(
                    FactUsed(
                        id=one.fact or one.rule,
                        value=f"{_WORDS[one.op]} {one.bound} {one.unit}",
                        citation=one.source,
                        verified_on=one.source.seen,
                        confidence=one.confidence,
                    ),
                ),
            )
            for one in self.standings
        )
        word = {True: "healthy", False: "not healthy", None: "not fully known"}[self.healthy]
        return Explanation(
            title=f"Account health on {self.platform} {self.market} on {self.on}: {word}",
            steps=steps,
            assumptions=self.assumptions,
            warnings=self.warnings,
            rulebook=self.rulebook,
        )

    def __str__(self) -> str:
        """Return the verdict, then every threshold, the worst first."""
        word = {True: "healthy", False: "not healthy", None: "not fully known"}[self.healthy]
        return "\n".join([f"{self.platform} {self.market}: {word}".strip(), *(one.text for one in self.standings)])

    def _repr_html_(self) -> str:
        return self.explain().to_html()


@dataclass(frozen=True, slots=True, eq=False)
class _Threshold:
    id: str
    where: Where
    metric: str
    op: str
    bound: Fraction
    unit: str
    earns: str
    severity: str
    window: str
    given: tuple[str, Fraction] | None
    valid_from: date | None
    valid_to: date | None
    status: str
    confidence: str
    source: Source
    fact: str
    note: str

    def met_by(self, value: Fraction) -> bool:
        return {
            "at_most": value <= self.bound,
            "below": value < self.bound,
            "at_least": value >= self.bound,
            "above": value > self.bound,
        }[self.op]

    @property
    def bad_is_more(self) -> bool:
        return self.op in ("at_most", "below")


class _Value(NamedTuple):
    """A metric as given: its number in its unit, and the counts behind it."""

    number: Fraction
    cases: int | None = None
    of: int | None = None


def health(
    metrics: Mapping[str, object],
    *,
    platform: str,
    on: date | str,
    market: str | None = None,
    program: str | None = None,
    targets: Mapping[str, str] | None = None,
    near: str | Decimal = "0.8",
    rulebook: Rulebook | None = None,
) -> Health:
    """Return how a seller stands against a platform's thresholds, and what to fix first.

    Args:
        metrics: by name: "0.8 %", a share such as "0.008", a number in the metric's unit, or counts
            `{"count": 4, "of": 500}`; `count` is what the metric counts (late shipments for a late rate, answered messages
            for an answer rate).
        platform: its id.
        on: the day whose thresholds count.
        market: the store; silent: thresholds of all stores.
        program: how orders are fulfilled or sold ("mfn", "fba", "global_selling"); silent: taken to fit.
        targets: the seller's own, by metric: `{"review_reply_rate": "at least 95 %"}`; beside a threshold of the platform in
            its unit, which need not be written unless it is "%" (a bare 1 may be 1 % or a share of one).
        near: from which part of a bound on a metric is close to it.
        rulebook: the rulebook; silent: the built-in one.

    >>> found = health({"order_defect_rate": {"count": 6, "of": 500}}, platform="amazon", market="US", on="2026-11-22")
    >>> found.healthy, found.failed, found.standings[0].value, found.standings[0].room
    (False, ('order_defect_rate',), '1.2', -2)

    Raises:
        InvalidInput: if a metric, a target, platform or day cannot be understood.
        UnknownFact: if no threshold of the platform is known for the store.
    """
    book = rulebook or Rulebook.builtin()
    name, day = known(platform, book), a_day(on)
    asked = {"platform": name, "marketplace": None if market is None else country_of(market), "program": program}
    if program is not None and not isinstance(program, str):
        raise InvalidInput(f"a program is a name, not {shown(program)}", field="program", value=program)
    held = [row for row in thresholds(book) if _holds(row, asked, day)]
    if not held and not targets:
        raise UnknownFact(
            f"no threshold of {name} is known for {market or 'any store'}", field="platform", value=platform, on=day
        )
    elsewhere = {row.metric: row.unit for row in thresholds(book) if name in row.where.wanted.get("platform", ())}
    held += _targets(targets, elsewhere | _units(held))
    values, idle = _values(metrics, held, elsewhere)
    closeness = _closeness(near)
    standings = sorted((_standing(row, values, closeness) for row in held), key=_urgency)
    return Health(
        platform=name,
        market=market or "",
        on=day,
        healthy=_healthy(standings),
        standings=tuple(standings),
        fix_first=_fix_first(standings),
        badges=_badges(standings),
        assumptions=_assumed(held, market, program),
        warnings=(
            *_unspoken_program(name, program, book),
            *_warnings(standings),
            *(f"{name}: no threshold is known for this store and day" for name in idle),
        ),
        rulebook=f"rulebook {book.version}",
    )


def _unspoken_program(platform: str, program: str | None, book: Rulebook) -> tuple[str, ...]:
    """Return that no threshold of a platform speaks of a program: it may be misspelt, or have none of its own."""
    rows = [row for row in thresholds(book) if platform in row.where.wanted.get("platform", ())]
    told = [row.where.wanted.get("program", frozenset()) | row.where.refused.get("program", frozenset()) for row in rows]
    programs = frozenset().union(*told)
    if program is None or program in programs:
        return ()
    return (f"no threshold of {platform} speaks of the program {shown(program)}: those of other programs are left out",)


def _holds(row: _Threshold, asked: Mapping[str, str | None], on: date) -> bool:
    if row.status not in APPLIED or not in_force(row.valid_from, row.valid_to, on):
        return False
    return row.where.holds(asked, assume=frozenset({"program", *(() if asked["marketplace"] else ("marketplace",))}))


# ------------------------------------------------------------------ reading


def thresholds(book: Rulebook) -> tuple[_Threshold, ...]:
    """Return the thresholds of all platforms and days, as the rulebook tells them."""
    found: tuple[_Threshold, ...] = book.compiled(
        ("listings", "thresholds"), lambda: tuple(_read(document(book, "metrics.toml")))
    )
    return found


def _read(data: Mapping[str, Any]) -> list[_Threshold]:
    sources = {name: parse_source(name, row, where=_FILE) for name, row in data["source"].items()}
    out = []
    for row in data["metric"]:
        where = f"{_FILE}, {row.get('id')}"
        ops = [name for name in _OPS if name in row]
        if len(ops) != 1:
            raise RulebookError(f"{where}: one of {', '.join(_OPS)} is needed", field="bound")
        if row["source"] not in sources:
            raise RulebookError(f"{where}: source {shown(row['source'])} is not defined", field="source")
        start, end = dates(row, where)
        given = row.get("given")
        out.append(
            _Threshold(
                id=row["id"],
                where=Where.of(row["where"], where),
                metric=row["metric"],
                op=ops[0],
                bound=Fraction(row[ops[0]]),
                unit=row["unit"],
                earns=row.get("earns", ""),
                severity=one_of(row, "severity", tuple(_RANK), where, "warn"),
                window=row.get("window", ""),
                given=(given["metric"], Fraction(given["at_least"])) if given else None,
                valid_from=start,
                valid_to=end,
                status=one_of(row, "status", STATUSES, where, "in_force"),
                confidence=one_of(row, "confidence", CONFIDENCES, where, "low"),
                source=sources[row["source"]],
                fact=row.get("fact", ""),
                note=row.get("note", ""),
            )
        )
    return out


_OWN = Source(id="own", title="The seller's own target")


def _targets(targets: object, units: Mapping[str, str]) -> list[_Threshold]:
    if targets is None:
        return []
    if not isinstance(targets, Mapping):
        raise InvalidInput(
            f"targets are a mapping from metric to a text such as 'at least 95 %', not {shown(targets)}",
            field="targets", value=targets,
        )  # fmt: skip
    return [_target(metric, text, units.get(metric)) for metric, text in targets.items()]


def _units(held: Sequence[_Threshold]) -> dict[str, str]:
    return {row.given[0]: "count" for row in held if row.given} | {row.metric: row.unit for row in held}


def _unit_of(metric: str, text: str, unit: str, measured_in: str | None, bound: Fraction) -> str:
    """Return the unit of a target: that of the platform's threshold, or it would say another thing than it seems to."""
    if measured_in is None or unit == measured_in or (not unit and measured_in != _PERCENT):
        found = measured_in or unit
    else:
        raise InvalidInput(
            f"{metric} is measured in {measured_in}, the target " + (f"in {unit}" if unit else "says no unit"),
            field=f"targets.{metric}", value=text, hint=f"write it in {measured_in}, such as 'at most 5 {measured_in}'",
        )  # fmt: skip
    if measured_in == _PERCENT and bound > _WHOLE:
        raise InvalidInput(
            f"{metric} is a share: {shown(text)} is more than all",
            field=f"targets.{metric}",
            value=text,
            hint="at most '100 %'",
        )
    return found


def _target(metric: str, text: object, measured_in: str | None) -> _Threshold:
    """Return a seller's own target."""
    if isinstance(text, str):
        for op, words in _WORDS.items():
            for begin in (words, {"at_most": "<=", "below": "<", "at_least": ">=", "above": ">"}[op]):
                if text.startswith(begin) and not text.startswith(begin + "="):
                    number, _, unit = text.removeprefix(begin).strip().partition(" ")
                    unit = unit or (_PERCENT if number.endswith(_PERCENT) else "")
                    bound = fraction(number.removesuffix(_PERCENT))
                    if bound is not None:
                        return _Threshold(
                            f"own.{metric}",
                            Where({}, {}),
                            metric,
                            op,
                            bound,
                            _unit_of(metric, text, unit, measured_in, bound),
                            "",
                            "warn",
                            "",
                            None,
                            None,
                            None,
                            "in_force",
                            "high",
                            _OWN,
                            "",
                            "",
                        )
    raise InvalidInput(
        f"a target is a text such as 'at least 95 %', not {shown(text)}",
        field=f"targets.{metric}",
        value=text,
        allowed=tuple(_WORDS.values()),
    )


def _values(
    metrics: object, held: Sequence[_Threshold], elsewhere: Mapping[str, str]
) -> tuple[dict[str, _Value], tuple[str, ...]]:
    """Return metrics in their thresholds' units, and the names of those that only other days or stores have a threshold for."""
    if not isinstance(metrics, Mapping):
        raise InvalidInput(f"metrics are a mapping from name to value, not {shown(metrics)}", field="metrics", value=metrics)
    units = _units(held)
    out, idle = {}, []
    for name, value in metrics.items():
        if name not in units and name in elsewhere:
            idle.append(name)
            continue
        if name not in units:
            raise InvalidInput(
                f"no threshold reads {shown(name)}",
                field=f"metrics.{name}",
                value=name,
                allowed=sorted(units),
                hint=suggest(name, units) or "leave it out, or give a target for it",
            )
        out[name] = _value(name, value, units[name])
    return out, tuple(idle)


def _value(name: str, value: object, unit: str) -> _Value:
    field = f"metrics.{name}"
    if isinstance(value, Mapping):
        return _counted(field, value, unit)
    text = value.strip() if isinstance(value, str) else value
    percent = isinstance(text, str) and text.endswith(_PERCENT)
    number = fraction(text.removesuffix(_PERCENT) if isinstance(text, str) else text)
    if number is None or number < 0:
        raise InvalidInput(
            f"{name} is a number, a percentage or counts, not {shown(value)}",
            field=field,
            value=value,
            hint=f"write '0.8 %', '0.008' or {{'count': 4, 'of': 500}}; {READ}",
        )
    if unit != _PERCENT:
        if percent:
            what = f"is measured in {unit}" if unit else "has no unit, its target is a plain number"
            raise InvalidInput(f"{name} {what}: {shown(value)} is a percentage", field=field, value=value)
        return _Value(number)
    if not percent and number == 1:
        raise InvalidInput(
            f"{name}: a bare {shown(value)} may be 1 % or all of them", field=field, value=value,
            hint="write '1 %', '100 %' or counts",
        )  # fmt: skip
    if not percent and number > 1:
        raise InvalidInput(
            f"{name} is a share: {shown(value)} is more than one",
            field=field,
            value=value,
            hint=f"write '{value} %' for a percentage",
        )
    if percent and number > _WHOLE:
        raise InvalidInput(
            f"{name} is a share: {shown(value)} is more than all", field=field, value=value, hint="at most '100 %'"
        )
    return _Value(number if percent else number * 100)


def _counted(field: str, value: Mapping[Any, Any], unit: str) -> _Value:
    count, of = value.get("count"), value.get("of")
    if (
        type(count) is not int
        or type(of) is not int
        or set(value) != {"count", "of"}
        or not 0 <= count <= of <= _MOST_COUNTED
        or unit != _PERCENT
    ):
        raise InvalidInput(
            f"counts are {{'count': 4, 'of': 500}} of a share, not {shown(value)}",
            field=field,
            value=value,
            hint="whole numbers from 0, count not above of",
        )
    return _Value(Fraction(100 * count, of), count, of) if of else _Value(Fraction(0), 0, 0)


def _closeness(near: object) -> Fraction:
    found = fraction(near)
    if found is None or not 0 < found <= 1:
        raise InvalidInput(f"near is a part of a bound between 0 and 1, not {shown(near)}", field="near", value=near, hint=READ)
    return found


# ------------------------------------------------------------------ judging


def _standing(row: _Threshold, values: Mapping[str, _Value], near: Fraction) -> Standing:
    value = values.get(row.metric)
    verdict = _verdict(row, value, values, near)
    bound = f"{_WORDS[row.op]} {_exact(row.bound)} {row.unit}".rstrip()
    room, needed = _counts(row, value) if value is not None and verdict not in ("unknown", "not_evaluated") else (None, None)
    number = "" if value is None else _plain(value.number, row.bound)
    said = f" {number} {row.unit}".rstrip() if number else ""
    text = {
        "failed": f"{row.metric} is{said}: {bound} is asked for",
        "close": f"{row.metric} is{said}, close to the bound: {bound}",
        "met": f"{row.metric} is{said}: {bound} is met",
        "unknown": f"{row.metric} is not known: {bound} is asked for",
        "not_evaluated": f"{row.metric} is not evaluated yet: too few orders",
    }[verdict]
    return Standing(
        metric=row.metric,
        rule=row.id,
        verdict=verdict,
        value=number,
        op=row.op,
        bound=_exact(row.bound),
        unit=row.unit,
        distance="" if value is None else _plain(_distance(row, value.number)),
        room=room,
        good_needed=needed,
        earns=row.earns,
        severity=row.severity,
        window=row.window,
        text=text + _counted_text(room, needed),
        confidence=row.confidence,
        source=row.source.citation,
        fact=row.fact,
        note=row.note,
    )


def _verdict(row: _Threshold, value: _Value | None, values: Mapping[str, _Value], near: Fraction) -> Verdict:
    if value is None:
        return "unknown"
    if value.of == 0:
        return "not_evaluated"
    if row.given is not None and row.given[0] in values and values[row.given[0]].number < row.given[1]:
        return "not_evaluated"
    if not row.met_by(value.number):
        return "failed"
    return "close" if _is_close(row, value.number, near) else "met"


def _is_close(row: _Threshold, number: Fraction, near: Fraction) -> bool:
    """Tell whether most of what is allowed is used up: of a ceiling, or of the way from perfect down to a floor."""
    if row.bad_is_more:
        return row.bound > 0 and number >= near * row.bound
    if row.unit == _PERCENT:
        return 100 - number >= near * (100 - row.bound) and number < 100
    return number * near < row.bound and number != row.bound and (number - row.bound) < row.bound * (1 - near) / 2


def _distance(row: _Threshold, number: Fraction) -> Fraction:
    return row.bound - number if row.bad_is_more else number - row.bound


def _counts(row: _Threshold, value: _Value) -> tuple[int | None, int | None]:
    """Return how many more bad cases are allowed (negative: too many), and how many good orders mend a broken share."""
    if value.cases is None or not value.of:
        return None, None
    share = row.bound / 100
    bad = value.cases if row.bad_is_more else value.of - value.cases
    limit = share if row.bad_is_more else 1 - share
    strict = row.op in ("below", "above")
    most = limit * value.of
    allowed = most.numerator // most.denominator
    if strict and allowed == most:
        allowed -= 1
    room = allowed - bad
    if room >= 0 or limit <= 0:
        return room, None
    total = Fraction(bad) / limit
    whole = -(-total.numerator // total.denominator)
    if strict and whole == total:
        whole += 1
    return room, whole - value.of


def _counted_text(room: int | None, needed: int | None) -> str:
    if needed is not None:
        return f"; {needed} further good ones bring it back"
    if room is None:
        return ""
    return f"; {room} more bad ones are allowed" if room >= 0 else f"; {-room} too many"


def _plain(number: Fraction, beside: Fraction = Fraction(0)) -> str:
    """Return a number in four digits, or in as many more as show that it is not the number beside it."""
    digits = 4
    while number != beside and digits < _FINEST and round(number, digits) == beside:
        digits += 1
    return _decimal(number, digits)


def _exact(number: Fraction) -> str:
    """Return a bound as it was set."""
    return _decimal(number, next((digits for digits in range(_FINEST) if round(number, digits) == number), _FINEST))


def _decimal(number: Fraction, digits: int) -> str:
    """Return a number rounded to so many digits, without the zeros at its end; whatever the caller's decimal context."""
    above = round(number * 10**digits)
    whole, rest = divmod(abs(above), 10**digits)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") if digits else str(whole)
    return f"-{text}" if above < 0 else text


def _urgency(one: Standing) -> tuple[int, bool, int, Decimal, str]:
    """Broken duties first, the more serious and the farther beyond first; then badges."""
    bound = Decimal(one.bound) or Decimal(1)
    beyond = Decimal(one.distance) / bound if one.distance else Decimal(0)
    return (_ORDER.index(one.verdict), bool(one.earns), _RANK[one.severity], beyond, one.rule)


def _healthy(standings: Sequence[Standing]) -> bool | None:
    duties = [one for one in standings if not one.earns and one.severity != "info"]
    verdicts = {one.verdict for one in duties}
    if "failed" in verdicts:
        return False
    return True if verdicts & {"met", "close"} and "unknown" not in verdicts else None


def _fix_first(standings: Sequence[Standing]) -> tuple[str, ...]:
    duties = [one for one in standings if not one.earns]
    badges = [one for one in standings if one.earns]
    ordered = [one for verdict in ("failed", "close") for one in duties if one.verdict == verdict]
    return tuple(dict.fromkeys(one.metric for one in (*ordered, *(one for one in badges if one.verdict == "failed"))))


def _badges(standings: Sequence[Standing]) -> dict[str, bool | None]:
    out: dict[str, bool | None] = {}
    for one in standings:
        if one.earns:
            earned = {"failed": False, "unknown": None, "not_evaluated": None}.get(one.verdict, True)
            before = out.get(one.earns, True)
            out[one.earns] = False if False in (before, earned) else None if None in (before, earned) else True
    return out


def _assumed(held: Sequence[_Threshold], market: str | None, program: str | None) -> tuple[str, ...]:
    out = []
    if market is None:
        out.append("no store is given: thresholds of every store are held against the metrics")
    if program is None and any("program" in row.where.wanted for row in held):
        out.append("no program is given: thresholds of orders that the seller fulfils are taken to apply")
    return tuple(out)


def _warnings(standings: Sequence[Standing]) -> tuple[str, ...]:
    return tuple(
        f"{one.rule}: confidence {one.confidence}" + (f" ({one.note})" if one.note else "")
        for one in standings
        if one.confidence != "high" and one.verdict != "unknown"
    )
