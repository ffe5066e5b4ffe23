"""Reckoning a score: which checks count in which part, what each earns in each field, and the sum.

The denominator is the checks that hold, never those that a text happens to trigger. A field that is unknown leaves both sides;
one that is blank earns nothing. Whole numbers and fractions: gains of fixes of different checks add up exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Literal, NamedTuple

from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.explain import Result
from xbcommerce.listings.keywords import Met, decimal
from xbcommerce.listings.numbers import READ, fraction
from xbcommerce.listings.platform import own_checks
from xbcommerce.listings.reading import Read
from xbcommerce.localization.checks import Question
from xbcommerce.localization.content import Finding, Listing
from xbcommerce.localization.measures import IMAGE_QUANTITIES
from xbcommerce.localization.rules import Active, Check

__all__ = [
    "CONCERN",
    "HUNDRED",
    "SEVERITIES",
    "Lacking",
    "Part",
    "Scheme",
    "Seen",
    "Tally",
    "Unit",
    "assessed_share",
    "family_of",
    "field_name",
    "keyword_units",
    "plain",
    "read_units",
    "reckoned",
    "scheme_of",
    "tally_of",
    "together",
]

SEVERITIES = ("block", "warn", "info")
HUNDRED = Fraction(100)
CONCERN = "concern."
_WHOLE = frozenset({"requires"})
_TOGETHER = frozenset({"agrees", "language"})
_SIMPLE = ("title", "bullets", "description", "text", "search_terms", "tags")
_IMAGE_WORDS = frozenset(IMAGE_QUANTITIES)
_NOTHING: frozenset[str] = frozenset()
_NONE: Mapping[str, Any] = {}


class Part(Result):
    """One part of a score.

    Attributes:
        part: its name ("policy", "market", "language", "completeness", "keywords", "concerns", "reading").
        weight: what it counts.
        share: from 0 to 1, how much of it is earned; empty where nothing of it could be assessed.
        assessed, asked: how many checks were looked at, of how many that hold.
    """

    part: str
    weight: str
    share: str
    assessed: int
    asked: int


class Unit(NamedTuple):
    """What a check earns in one field."""

    rule: str
    field: str
    part: str
    weight: Fraction
    passed: bool
    blank: bool = False


class Scheme(NamedTuple):
    """Weights of parts, and what decides in which part a check counts and how much."""

    method: Literal["weighted", "published"]
    weights: Mapping[str, Fraction]
    severities: Mapping[str, Fraction]
    rows: Sequence[Mapping[str, Any]]
    only: Mapping[str, Any]
    scale: str
    key: str


def scheme_of(rules: Mapping[str, Any], platform: str, given: Mapping[str, Any] | None) -> Scheme:
    """Return how a platform's listings are scored: as it publishes, else by our weights with a caller's own laid over."""
    published = rules["scheme"].get(platform)
    if published is not None and given is None:
        one = {severity: Fraction(1) for severity in SEVERITIES}
        return Scheme("published", {"goals": HUNDRED}, one, (), published, published["scale"], platform)
    weights = {name: Fraction(str(value)) for name, value in rules["weights"].items() if name != "as_of"}
    severities = {name: Fraction(str(value)) for name, value in rules["severity"].items()}
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput(f"weights are a mapping from name to number, not {shown(given)}", field="weights", value=given)
    for name, value in (given or {}).items():
        table = severities if name in severities else weights
        if name not in table:
            names = (*weights, *severities)
            raise InvalidInput(
                f"unknown weight {shown(name)}", field="weights", value=name, allowed=names, hint=suggest(name, names)
            )
        table[name] = _weight(name, value)
    return Scheme("weighted", weights, severities, rules["part"], _NONE, "", repr((weights, severities)))


def _weight(name: str, value: object) -> Fraction:
    found = fraction(value)
    if found is None or found < 0:
        raise InvalidInput(
            f"the weight of {name} is a number from 0, not {shown(value)}", field=f"weights.{name}", value=value, hint=READ
        )
    return found


class _Row(NamedTuple):
    """A check, or a family of checks that count as one, as it counts."""

    rule: str
    check: Check
    part: str
    weight: Fraction
    mode: str
    any_text: bool
    shares: dict[int, Fraction]
    """What each of so many fields weighs, as far as it was asked."""


def _rows(active: Active, scheme: Scheme) -> tuple[_Row, ...]:
    """Return the checks that hold, with their parts and weights."""
    found: dict[str, _Row] = {}
    for checks in active.by_kind.values():
        for check in checks:
            part, weight = _counts(check.id, check.nature, check.severity, scheme)
            rule = family_of(check.id, scheme)
            if part and rule not in found:
                found[rule] = _Row(rule, check, part, weight, _mode(check), "any_text" in check.fields, {})
    return tuple(found.values())


def _counts(rule: str, nature: str, severity: str, scheme: Scheme) -> tuple[str, Fraction]:
    if scheme.only:
        counts = nature in scheme.only["nature"] or rule.startswith(tuple(scheme.only["id"]))
        return ("goals", scheme.severities[severity]) if counts else ("", Fraction(0))
    for row in scheme.rows:
        if rule.startswith(row.get("id", "")) and nature in row.get("nature", (nature,)):
            return row["part"], Fraction(row[severity]) if severity in row else scheme.severities[severity]
    return "", Fraction(0)


def family_of(rule: str, scheme: Scheme) -> str:
    """Return the name under which a check counts: hundreds of renderings are one thing that a text does right or wrong."""
    return next((row["family"] for row in scheme.rows if "family" in row and rule.startswith(row["id"])), rule)


def _mode(check: Check) -> str:
    """Return how a check earns: as a whole, on its images, by the number of items, by field, or on its fields together."""
    if check.kind in _WHOLE:
        return "whole"
    of = check.body["of"] if check.kind == "measure" else ""
    if of == "items":
        return "items"
    if check.kind == "labels" or of in _IMAGE_WORDS or any(name.startswith("images") for name in check.fields):
        return "images"
    return "together" if check.kind in _TOGETHER or check.body.get("over") == "sum" else "fields"


class Tally:
    """What a listing earns: sums by part, and behind them every check in every field.

    The sums of a listing without any objection depend only on which fields are known and filled, and on what checks lack: they
    are made once, and only the checks that object are reckoned anew. The units behind the sums are put together when asked for.
    """

    __slots__ = ("_base", "_changed", "_extra", "_seen", "counted", "earned", "unassessed", "whole")

    def __init__(
        self, base: _Base, changed: Mapping[str, tuple[Unit, ...]], extra: Sequence[Unit], lacking: Sequence[Lacking]
    ) -> None:
        self._base, self._changed, self._extra = base, changed, tuple(extra)
        self._seen: dict[str, Seen] | None = None
        self.earned, self.whole, self.counted = dict(base.earned), dict(base.whole), dict(base.counted)
        self.unassessed = [*(one for one in base.unassessed if one.rule not in changed), *lacking]
        for rule, units in changed.items():
            _add(self, base.units.get(rule, ()), -1)
            _add(self, units, 1)
            if not units:
                row = base.rows[rule]
                self.unassessed.append(Lacking(rule, row.part, row.weight))
        by_rule: dict[tuple[str, str], list[Unit]] = {}
        for unit in self._extra:
            by_rule.setdefault((unit.rule, unit.part), []).append(unit)
        for some in by_rule.values():
            _add(self, some, 1)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every check in every field that could be assessed."""
        kept = (unit for rule, units in self._base.units.items() if rule not in self._changed for unit in units)
        return (*kept, *(unit for units in self._changed.values() for unit in units), *self._extra)

    @property
    def known(self) -> frozenset[str]:
        """The fields that are known."""
        return self._base.known

    @property
    def seen(self) -> Mapping[str, Seen]:
        """By check: what it looked at and what it earned there; put together once."""
        if self._seen is None:
            self._seen = self._looked_at()
        return self._seen

    def _looked_at(self) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        for unit in self.units:
            row = self._base.rows.get(unit.rule)
            apart = row.mode == "fields" if row is not None else unit.rule != "keywords"
            one = found.get(unit.rule)
            if one is None:
                one = found[unit.rule] = Seen(unit.part, None if row is None else row.weight, apart, {})
            field = unit.field if apart else ", ".join(self._base.reads.get(unit.rule, ()))
            weight, earned = one.fields.get(field, (Fraction(0), Fraction(0)))
            one.fields[field] = (weight + unit.weight, earned + (unit.weight if unit.passed else 0))
        return found


class Seen(NamedTuple):
    """What a check looked at in a listing: two listings are compared by the same check in the same fields.

    Attributes:
        part: in which it counts.
        weight: of the check; None: what its fields weigh together.
        apart: it judges each field for itself.
        fields: by field (all of them in one, where it judges them together): what it weighs there, and what of that is earned.
    """

    part: str
    weight: Fraction | None
    apart: bool
    fields: dict[str, tuple[Fraction, Fraction]]

    def shared(self, other: Seen) -> list[str]:
        """Return the fields that were looked at in both listings."""
        return [name for name in self.fields if name in other.fields]

    def earned(self, fields: Iterable[str]) -> tuple[Fraction, Fraction]:
        """Return what the check weighs, looked at in some of its fields alone, and what of that is earned."""
        some = [self.fields[name] for name in fields]
        below, above = sum((one for one, _ in some), Fraction(0)), sum((one for _, one in some), Fraction(0))
        if not below:
            return Fraction(0), Fraction(0)
        weight = below if self.weight is None else self.weight
        return weight, weight * above / below


class Lacking(NamedTuple):
    """A check that could not be assessed, with the part it would count in, and how much."""

    rule: str
    part: str
    weight: Fraction


class _Base:
    """What a listing earns if nothing objects, for fields that are known and filled in one way."""

    __slots__ = ("counted", "earned", "known", "reads", "rows", "unassessed", "units", "whole")

    def __init__(self, rows: Sequence[_Row], state: _State, lacking: frozenset[str]) -> None:
        self.earned: dict[tuple[str, int], int] = {}
        self.whole: dict[tuple[str, int], int] = {}
        self.counted: dict[str, int] = {}
        self.known = frozenset(state.known)
        self.rows = {row.rule: row for row in rows}
        self.reads = {row.rule: state.read_by(row) for row in rows if row.mode == "together"}
        self.units = {row.rule: tuple(_earned(row, state, _NOTHING, lacking)) for row in rows}
        self.unassessed = [Lacking(row.rule, row.part, row.weight) for row in rows if not self.units[row.rule]]
        for units in self.units.values():
            _add(self, units, 1)


def _add(tally: Tally | _Base, units: Sequence[Unit], sign: int) -> None:
    """Add the units of one check to sums, or take them away; whole numbers by denominator: that is quicker than fractions."""
    counts = False
    for unit in units:
        above, below = unit.weight.numerator, unit.weight.denominator
        if above:
            counts = True
            key = (unit.part, below)
            tally.whole[key] = tally.whole.get(key, 0) + sign * above
            if unit.passed:
                tally.earned[key] = tally.earned.get(key, 0) + sign * above
    if counts:
        tally.counted[units[0].part] = tally.counted.get(units[0].part, 0) + sign


def tally_of(question: Question, findings: Sequence[Finding], scheme: Scheme, extra: Iterable[Unit] = ()) -> Tally:
    """Return what a listing earns under a scheme."""
    failing: dict[str, set[str]] = {}
    for finding in findings:
        failing.setdefault(family_of(finding.rule, scheme), set()).add(field_name(finding.field))
    state = _State(question.listing)
    plan = _planned(question, scheme)
    lacks = frozenset(question.missing)
    base = plan.base(state, lacks)
    changed = {
        rule: tuple(_earned(row, state, names, lacks))
        for rule, names in failing.items()
        if (row := base.rows.get(rule)) is not None
    }
    more, lacking = list(extra), []
    for rule, field, known in own_checks(question):
        part, weight = plan.own(rule, "block" if field == "gtin" else "warn")
        reads = (field, *_ALSO_READS.get(rule, ()))
        blank = any(map(state.blank, reads))
        if part and (known or (blank and all(name in state.known for name in reads))):
            passed = field not in failing.get(rule, _NOTHING) and "" not in failing.get(rule, _NOTHING) and not blank
            more.append(Unit(rule, field, part, weight, passed, blank))
        elif part:
            lacking.append(Lacking(rule, part, weight))
    return Tally(base, changed, more, lacking)


_ALSO_READS: Mapping[str, tuple[str, ...]] = {"title.merchant_name": ("merchant",)}
"""What a check of arithmetic reads besides its field: known and blank, it earns nothing, as any field does."""


class _Plan:
    """The rows of the checks that hold for a question, and what listings earn without objection."""

    __slots__ = ("_bases", "_own", "rows", "scheme")

    def __init__(self, rows: Sequence[_Row], scheme: Scheme) -> None:
        self.rows, self.scheme = rows, scheme
        self._own: dict[tuple[str, str], tuple[str, Fraction]] = {}
        self._bases: dict[tuple[tuple[tuple[str, bool], ...], frozenset[str]], _Base] = {}

    def base(self, state: _State, lacks: frozenset[str]) -> _Base:
        """Return what a listing earns without objection whose fields are known and filled like this, and that lacks this."""
        key = (state.signature, lacks)
        known = self._bases.get(key)
        if known is None:
            if len(self._bases) >= _MOST_BASES:
                self._bases = {}
            known = self._bases[key] = _Base(self.rows, state, lacks)
        return known

    def own(self, rule: str, severity: str) -> tuple[str, Fraction]:
        """Return in which part a check of arithmetic counts, and how much."""
        known = self._own.get((rule, severity))
        if known is None:
            known = self._own[rule, severity] = _counts(rule, "platform", severity, self.scheme)
        return known


_MOST_BASES = 256


def _planned(question: Question, scheme: Scheme) -> _Plan:
    """Return the rows of the active checks, made once for each choice of checks and weights."""
    key = ("listings.plan", question.active.ids, scheme.key)
    found: _Plan = question.rulebook.compiled(key, lambda: _Plan(_rows(question.active, scheme), scheme))
    return found


class _State:
    """Which fields of a listing are known, and which of them have a blank part."""

    def __init__(self, listing: Listing) -> None:
        self.known: dict[str, bool] = {}
        for name in _SIMPLE:
            value = getattr(listing, name)
            if value is not None:
                self.known[name] = _is_blank(value)
        for name, text in listing.attributes.items():
            self.known[f"attributes.{name}"] = not text.strip()
        alts = [image.alt_text for image in listing.images or () if image.alt_text is not None]
        if alts or listing.images == ():  # no image has no description: leaving images out is not a way to have one
            self.known["alt_text"] = not alts or any(not alt.strip() for alt in alts)
        self.text_names = tuple(self.known)
        for name in ("brand", "gtin", "model", "merchant"):
            value = getattr(listing, name)
            if value is not None:
                self.known[name] = not value.strip()
        if listing.images is not None:
            self.known["images"] = not listing.images

    @property
    def signature(self) -> tuple[tuple[str, bool], ...]:
        """What a listing earns without objection depends on this alone."""
        return tuple(self.known.items())

    def blank(self, name: str) -> bool:
        """Tell whether a known field has a blank part."""
        return self.known.get(name, False)

    def read_by(self, row: _Row) -> tuple[str, ...]:
        """Return the known text fields that a check reads."""
        check = row.check
        if row.any_text:
            skipped = check.skip_fields
            return tuple(name for name in self.text_names if name not in skipped) if skipped else self.text_names
        return tuple(
            name for name in self.known if name in check.fields or (name.startswith("attributes.") and check.reads(name, name))
        )


def _is_blank(value: str | tuple[str, ...]) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return not value or any(not item.strip() for item in value)


def field_name(path: str) -> str:
    """Return the name of the field that a path lies in."""
    head, _, rest = path.partition(".")
    if head == "images":
        return "alt_text" if rest.endswith("alt_text") else "images"
    return path if head == "attributes" else head


def _earned(row: _Row, state: _State, failing: Collection[str], missing: Collection[str]) -> Iterator[Unit]:
    """Yield what a check earns in the fields it reads; nothing where it cannot be assessed.

    A blank field earns nothing, whatever the check says of it; a check that lacks something else and reads a blank field
    earns nothing at all. So emptying a field only ever loses.
    """
    check, part, weight = row.check, row.part, row.weight
    lacks = check.id in missing
    if row.mode == "whole":
        if not lacks or (failing and not row.rule.startswith(CONCERN)):
            yield Unit(row.rule, _first(check), part, weight, not failing)
        return
    if row.mode in ("images", "items"):
        names = tuple(name for name in ({"images"} if row.mode == "images" else check.fields) if name in state.known)
        blank = any(state.known[name] for name in names)
        if names and (not lacks or blank or failing):
            yield Unit(row.rule, names[0], part, weight, not failing and not blank, blank)
        return
    names = state.read_by(row)
    blank = any(state.known[name] for name in names)
    if not names or (lacks and not blank and not failing):
        return
    if row.mode == "together":
        first = next((name for name in names if state.known[name]), names[0])
        yield Unit(row.rule, first, part, weight, not failing and not blank, blank)
        return
    share = row.shares.get(len(names))
    if share is None:
        share = row.shares[len(names)] = weight / len(names)
    nowhere = "" in failing or (lacks and blank)
    for name in names:
        yield Unit(
            row.rule, name, part, share, not nowhere and name not in failing and not state.known[name], state.known[name]
        )


def _first(check: Check) -> str:
    named = check.body.get("all_of") or check.body.get("any_of") or ("",)
    first = named if isinstance(named, str) else named[0]
    return "" if first.startswith(("shape.", "lexicon.", "labels.")) else str(first)


def read_units(reads: Iterable[Read], scheme: Scheme) -> list[Unit]:
    """Return what the fields earn by how they read."""
    if "reading" not in scheme.weights:
        return []
    return [
        Unit("reading.sentences", one.field, "reading", Fraction(1), one.good, not one.good and one.finding is None)
        for one in reads
    ]


def keyword_units(met: Sequence[Met], scheme: Scheme) -> list[Unit]:
    """Return what keywords earn: the volume that is met, and in the title what is not."""
    if "keywords" not in scheme.weights:
        return []
    units = []
    for one in met:
        volume = Fraction(one.keyword.volume)
        units += [Unit("keywords", one.field, "keywords", volume * one.worth, passed=True)] if one.worth else []
        units += [Unit("keywords", "title", "keywords", volume * (1 - one.worth), passed=False)] if one.worth < 1 else []
    return units


def reckoned(tally: Tally, scheme: Scheme) -> tuple[Fraction | None, tuple[Part, ...]]:
    """Return the exact score and its parts."""
    earned, whole = together(tally.earned), together(tally.whole)
    rest: dict[str, int] = {}
    for one in tally.unassessed:
        rest[one.part] = rest.get(one.part, 0) + 1
    parts, above, below = [], Fraction(0), Fraction(0)
    for name, weight in scheme.weights.items():
        total = whole.get(name, Fraction(0))
        share = earned.get(name, Fraction(0)) / total if total else None
        if share is not None:
            above, below = above + weight * share, below + weight
        counted = tally.counted.get(name, 0)
        parts.append(
            Part.made(
                part=name,
                weight=plain(weight),
                share="" if share is None else decimal(share, 4),
                assessed=counted,
                asked=counted + rest.get(name, 0),
            )
        )
    return (HUNDRED * above / below if below else None), tuple(parts)


def together(sums: Mapping[tuple[str, int], int]) -> dict[str, Fraction]:
    """Return sums by part, of sums by part and denominator; in whole numbers, which is quicker than adding fractions."""
    whole = lcm(*{below for _, below in sums})
    found: dict[str, int] = {}
    for (part, below), above in sums.items():
        found[part] = found.get(part, 0) + above * (whole // below)
    return {part: Fraction(above, whole) for part, above in found.items()}


def assessed_share(tally: Tally) -> str:
    """Return the share of the weight of all checks that could be assessed; keywords are no checks."""
    sums: dict[tuple[str, int], int] = {}
    for one in tally.unassessed:
        key = ("", one.weight.denominator)
        sums[key] = sums.get(key, 0) + one.weight.numerator
    known = sum((total for part, total in together(tally.whole).items() if part != "keywords"), Fraction(0))
    total = known + together(sums).get("", Fraction(0))
    return decimal(known / total, 4) if total else "0.0000"


def plain(weight: Fraction) -> str:
    """Return a weight for people."""
    return str(weight.numerator) if weight.denominator == 1 else f"{float(weight):.4g}"
