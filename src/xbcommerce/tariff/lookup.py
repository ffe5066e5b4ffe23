"""Look-up: the duty of a commodity code in a place on a day, from the schedules.

Nothing is assumed: where a code leaves several duties open, the caller's policy decides and the answer shows the range; where
a preference is claimed, the preferential duty answers or nothing does; what a tariff states in words raises with its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.goods import hs_code
from xbcommerce.rules.facts import Fact, in_force
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tariff.correlation import EDITIONS, correlate
from xbcommerce.tariff.expression import Choice, Expression, Text, on_day, parse, percent, printed, words
from xbcommerce.tariff.schedule import Column, Entry, Preference, Programme, Schedule

__all__ = ["POLICIES", "Candidate", "Duty", "Policy", "Schedules", "Tariff", "duty", "layered", "load"]

Policy: TypeAlias = Literal["exact", "highest", "lowest", "typical", "average"]
Claim: TypeAlias = bool | str
"""Preferential origin is claimed: True (under any programme that benefits the origin), or the name of a programme."""
POLICIES: tuple[Policy, ...] = ("exact", "highest", "lowest", "typical", "average")
"""What to answer where a code leaves several duties open: an error that lists them, the highest, the lowest, the most frequent;
"average" asks for a mean of the subheading or chapter where no lines are known."""

TABLE = "%table\n"
"""The line that parts head and table of a schedule file."""
_SUBJECT = "tariff.duty"
_SUBHEADING = 6
_SHOWN = 12
_MOST = 8192


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that a code leaves open, and its duty as text."""

    code: str
    duty: str


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """A duty: the rule that is reckoned with, what it says, and what it rests on.

    Attributes:
        rule: the rule in words of the charge schedule ("12 %", a table of words).
        fact: the fact it rests on, with its source and dates.
        expression: the typed form.
        text: the duty, printed.
        line: code of the schedule's line that answered; empty where several did.
        schedule: title of the schedule; `edition` and `as_of` tell which.
        column: the column of the schedule, where it is not the general one.
        programme: the preferential programme that answered, where a preference was claimed.
        proof: the proof of origin that the programme needs; empty where it is not known here.
        policy: what decided between candidates.
        candidates: the lines that were open, if several.
        least, most: the range of the candidates, where all are percentages.
        average: the figure is a mean of many lines, not a duty of the law.
        warnings: what is doubtful.
    """

    rule: str | Mapping[str, object]
    fact: Fact
    expression: Expression | None = None
    text: str = ""
    line: str = ""
    schedule: str = ""
    edition: str = ""
    as_of: date | None = None
    column: str = ""
    programme: str | None = None
    proof: str = ""
    policy: Policy = "exact"
    candidates: tuple[Candidate, ...] = ()
    least: str | None = None
    most: str | None = None
    average: bool = False
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the duty and where it stands in one line."""
        label = "average, " if self.average else ""
        under = f", {self.programme}" if self.programme else f", {self.column}" if self.column else ""
        return f"{self.text or self.fact.text} ({label}{self.line or 'several lines'}{under}; {self.schedule}, {self.edition})"


@runtime_checkable
class Tariff(Protocol):
    """Anything that knows duties.

    `preference` and `policy` are only passed where the caller gives them: a tariff of your own that has neither may leave
    them out.
    """

    def duty(self, place: str, code: str, *, origin: str | None, on: date) -> Duty:
        """Return the duty of a commodity code in a customs territory.

        Raises:
            UnknownFact: if the schedule does not know the code on that day, or more digits are needed.
        """


class Schedules:
    """The schedules of a rulebook, under imported ones: for its places and days an imported schedule answers first."""

    def __init__(self, rulebook: Rulebook, imported: Iterable[Schedule] = ()) -> None:
        self._rulebook = rulebook
        self._imported = tuple(imported)
        self._known: dict[Any, Duty] = {}
        self._built_in: dict[str, Schedule | None] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the imported schedules; the built-in ones are where the package is."""
        if self._rulebook is not Rulebook.builtin():
            raise TypeError("schedules of a rulebook with overlays cannot be pickled: load them where they are used")
        return _over_built_in, (self._imported,)

    @classmethod
    def of(cls, rulebook: Rulebook) -> Schedules:
        """Return the built-in schedules of a rulebook (always the same object for one rulebook)."""
        return rulebook.compiled("tariff.schedules", lambda: cls(rulebook))  # type: ignore[no-any-return]

    @property
    def imported(self) -> tuple[Schedule, ...]:
        """The imported schedules, the uppermost first."""
        return self._imported

    def duty(
        self,
        place: str,
        code: str,
        *,
        origin: str | None,
        on: date,
        preference: Claim | None = None,
        policy: Policy = "exact",
    ) -> Duty:
        """Return the duty of a commodity code; see `duty`."""
        key = (place, code, origin, on, preference, policy)
        found = self._known.get(key)
        if found is None:
            found = self._find(place, code, origin, on, preference, policy)
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[key] = found
        return found

    def _find(
        self, place: str, code: str, origin: str | None, on: date, preference: Claim | None, policy: Policy
    ) -> Duty:  # fmt: skip
        if policy not in POLICIES:
            raise InvalidInput(f"policy {shown(policy)} is unknown", field="policy", value=policy, allowed=POLICIES,
                               hint=suggest(policy, POLICIES))  # fmt: skip
        code = hs_code(code)
        if policy == "average":
            return _Question(self._average(place, code, on), place, code, origin, on, policy).average()
        schedule = self.schedule(place, on)
        if schedule is None:
            raise _no_schedule(place, code, on)
        if schedule.only_then and not in_force(schedule.valid_from, schedule.valid_to, on):
            raise UnknownFact(
                f"{schedule.title} holds from {schedule.valid_from}; the duties of {on} were others and are not known",
                field="duty", value=code, on=on, hint="give `duty` on the line, such as duty='12 %'",
            )  # fmt: skip
        question = _Question(schedule, place, code, origin, on, policy)
        if preference is None or preference is False:
            return question.ordinary()
        return question.preferential(preference)

    def schedule(self, place: str, on: date) -> Schedule | None:
        """Return the schedule that answers for a place on a day, or None if there is none."""
        for schedule in self._imported:
            if place in schedule.places and (schedule.valid_from or date.min) <= on <= (schedule.valid_to or date.max):
                return schedule
        return self._file(self._file_name(place))

    def _average(self, place: str, code: str, on: date) -> Schedule:
        schedule = self._file(f"{self._file_name(place)}.average")
        if schedule is not None:
            return schedule
        lines = self.schedule(place, on)
        hint = "ask for the line, or choose policy 'typical'" if lines else "give `duty` on the line, such as duty='12 %'"
        raise UnknownFact(f"there is no average of {place}", field="policy", value=code, on=on, hint=hint)

    def _file_name(self, place: str) -> str:
        return self._places.get(place, place)

    @property
    def _places(self) -> Mapping[str, str]:
        return self._rulebook.compiled("tariff.places", self._read_places)  # type: ignore[no-any-return]

    def _read_places(self) -> Mapping[str, str]:
        if "places.toml" not in self._rulebook.names("tariff", "places.toml"):
            return {}
        return self._rulebook.document("tariff", "places.toml")["same_tariff"]  # type: ignore[no-any-return]

    def _file(self, name: str) -> Schedule | None:
        if name not in self._built_in:
            self._built_in[name] = self._rulebook.compiled(("tariff.schedule", name), lambda: self._read(name))
        return self._built_in[name]

    def _read(self, name: str) -> Schedule | None:
        book = self._rulebook
        if not name.replace(".", "").isalnum() or f"{name}.toml" not in book.names("tariff", f"{name}.toml"):
            return None
        table = book.text("tariff", f"{name}.tsv")
        return Schedule.read(book.text("tariff", f"{name}.toml"), table, layer="built-in", where=f"tariff/{name}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the built-in schedules."""
        return tuple(name.removesuffix(".tsv") for name in self._rulebook.names("tariff", ".tsv"))


def _over_built_in(imported: tuple[Schedule, ...]) -> Schedules:
    rulebook = Rulebook.builtin()
    return Schedules(rulebook, imported) if imported else Schedules.of(rulebook)


class _Layered:
    """Tariffs one over the other: the first that knows answers."""

    def __init__(self, tariffs: tuple[Tariff, ...]) -> None:
        self._tariffs = tariffs

    def duty(self, place: str, code: str, *, origin: str | None, on: date, **options: Any) -> Duty:
        """Return the duty of the first tariff that knows it; see `Tariff`."""
        unknown: UnknownFact | None = None
        for tariff in self._tariffs:
            try:
                return tariff.duty(place, code, origin=origin, on=on, **options)
            except UnknownFact as error:
                unknown = unknown or error
        raise unknown or UnknownFact("no tariff is given", field="tariff", on=on)


def layered(*tariffs: Tariff) -> Tariff:
    """Return tariffs as one: the first that knows a duty answers, in the order given.

    Raises:
        InvalidInput: if none is given, or something that knows no duties.
    """
    for tariff in tariffs:
        a_tariff(tariff, "tariffs")
    if not tariffs:
        raise InvalidInput("at least one tariff is needed", field="tariffs")
    return _Layered(tariffs)


def a_tariff(tariff: object, field: str = "tariff") -> Tariff:
    """Return a tariff as it is.

    Raises:
        InvalidInput: for what knows no duties, such as the path of a schedule that is not loaded.
    """
    if isinstance(tariff, Tariff) and not isinstance(tariff, type):
        return tariff
    raise InvalidInput(
        f"a tariff has a method `duty`, {shown(tariff)} has none", field=field, value=tariff,
        hint="load a schedule file first: xbcommerce.tariff.load(path)",
    )  # fmt: skip


def a_path(path: object) -> Path:
    """Return what names a file as its path.

    Raises:
        InvalidInput: for anything else.
    """
    if isinstance(path, str | Path):
        return Path(path)
    raise InvalidInput(f"a path is a text, not {shown(path)}", field="path", value=path)


def load(*paths: str | Path, rulebook: Rulebook | None = None) -> Schedules:
    """Return the built-in schedules under imported ones (files that `xbcommerce tariff import` wrote; the first is uppermost).

    An imported schedule replaces the built-in one for its places from the first of its days on.

    Raises:
        InvalidInput: if a file cannot be read.
        RulebookError: if a file is no schedule.
    """
    return Schedules(rulebook or Rulebook.builtin(), [_read_file(a_path(path)) for path in paths])


def _read_file(path: Path) -> Schedule:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {shown(str(path))}: {error}", field="path", value=str(path)) from None
    head, mark, table = text.partition(TABLE)
    if not mark:
        raise RulebookError(f"{path.name}: this is no schedule file; `xbcommerce tariff import` writes them", field="path")
    return Schedule.read(head, table, layer=path.name, where=path.name)


def duty(
    place: str,
    code: str,
    *,
    on: date | str,
    origin: str | None = None,
    preference: Claim | None = None,
    policy: Policy = "exact",
    rulebook: Rulebook | None = None,
    tariff: Tariff | None = None,
) -> Duty:
    """Return the duty of a commodity code in a place on a day.

    Args:
        place: the customs territory, or a country that belongs to one ("US", "EU", "DE").
        code: commodity code of 6 to 12 digits.
        on: day of the question.
        origin: country of origin; some columns and all preferences depend on it.
        preference: preferential origin is claimed: True (any programme of the origin) or the programme's name.
        policy: what answers where a short code leaves several duties open; see `POLICIES`.
        rulebook: whose schedules are asked; the built-in ones if not given.
        tariff: another tariff, such as `load("my-import.tariff")`.

    Raises:
        UnknownFact: if the schedule does not know the code, more digits are needed, or no preferential duty is known.
        InvalidInput: if the question cannot be understood.

    >>> found = duty("US", "6109.10.00", on="2026-06-30")
    >>> found.text, found.line
    ('16.5 %', '61091000')
    >>> duty("DE", "6404.11", on="2020-06-30").text
    '16.9 %'
    """
    day = a_day(on)
    chosen = Schedules.of(rulebook or Rulebook.builtin()) if tariff is None else a_tariff(tariff)
    options: dict[str, Any] = {}
    if preference is not None:
        options["preference"] = claim_of(preference)
    if policy != "exact":
        options["policy"] = policy
    return chosen.duty(territory(place, day), hs_code(code), origin=country(origin), on=day, **options)


def territory(place: str, on: date) -> str:
    """Return the customs territory of a place; a name that no table of places knows is left as it is."""
    from xbcommerce.places import locate

    if not isinstance(place, str):
        raise InvalidInput(f"a place is a code such as 'US', not {shown(place)}", field="place", value=place)
    try:
        return locate(place, on).customs or place
    except (InvalidInput, UnknownFact):
        return place


def country(origin: object) -> str | None:
    """Return an origin as its country's two letters, or None.

    Raises:
        InvalidInput: for what is no country: measures by origin would pass it by in silence.
    """
    if origin is None:
        return None
    if not isinstance(origin, str) or len(origin) != 2 or not origin.isalpha() or not origin.isascii():
        raise InvalidInput(f"an origin is a country's two letters, not {shown(origin)}", field="origin", value=origin)
    return _country(origin.upper())


@lru_cache(maxsize=512)
def _country(code: str) -> str:
    from xbcommerce.places import Address

    try:
        return Address.of(code).country
    except InvalidInput as error:
        error.field = "origin"
        raise


def claim_of(preference: object) -> Claim | None:
    """Return a claim of preferential origin as it is.

    Raises:
        InvalidInput: if it is neither yes or no nor the name of a programme.
    """
    if preference is None or isinstance(preference, bool) or (isinstance(preference, str) and preference):
        return preference
    raise InvalidInput(
        f"a claim of preferential origin is True, False or the name of a programme, not {shown(preference)}",
        field="preference", value=preference,
    )  # fmt: skip


def _no_schedule(place: str, code: str, on: date) -> UnknownFact:
    return UnknownFact(
        f"there is no tariff schedule of {shown(place)}", field="duty", value=code, on=on,
        hint="give `duty` on the line, such as duty='12 %', or import a schedule (xbcommerce tariff import)",
    )  # fmt: skip


# ---------------------------------------------------------------------- one question


class _Question:
    """One code in one schedule for one origin on one day."""

    def __init__(
        self, schedule: Schedule, place: str, code: str, origin: str | None, on: date, policy: Policy
    ) -> None:  # fmt: skip
        self.schedule = schedule
        self.place = place
        self.code = code
        self.origin = origin
        self.on = on
        self.policy = policy
        self.warnings: list[str] = list(schedule.warnings(on))
        self.programme: Programme | None = None
        self.column: Column | None = None

    def ordinary(self) -> Duty:
        """Return the duty without a preference."""
        return self._answer([(entry, self._ordinary(entry)) for entry in self._entries()])

    def average(self) -> Duty:
        """Return the mean of the subheading or the chapter."""
        entry = self.schedule.within(self.code)
        if entry is None:
            raise UnknownFact(f"{self.schedule.title} has none for {self.code}", field="duty", value=self.code, on=self.on)
        self.warnings.append(f"{entry.duty} is an AVERAGE over {entry.code}, not the duty of a line: an estimate only")
        return self._answer([(entry, self._ordinary(entry))])

    def _ordinary(self, entry: Entry) -> Expression:
        text, self.column = self.schedule.duty_text(entry, self.origin, self.on)
        if self.column is not None and self.column.note:
            self.warnings.append(f"{self.schedule.title}, {self.column.name}: {self.column.note}")
        return self._today(text)

    def _today(self, text: str) -> Expression:
        return on_day(parse(text), self.on)

    # ------------------------------------------------------------------ which lines

    def _entries(self) -> tuple[Entry, ...]:
        """Return the lines that the code leaves open: the one it is or lies in, and those below it."""
        found = self._lines(self.code)
        if not found and len(self.code) > _SUBHEADING:
            found = self._lines(self.code[:_SUBHEADING])
            if found:
                self.warnings.append(
                    f"{self.code} is no line of {self.schedule.title}, {self.schedule.edition}: its subheading "
                    f"{self.code[:_SUBHEADING]} is asked instead"
                )
        if not found:
            return self._correlated()
        self._scope()
        return found

    def _scope(self) -> None:
        """Warn where the subheading has taken in goods of others since the schedule's older edition."""
        own, edition = self.code[:_SUBHEADING], self.schedule.nomenclature
        if edition in EDITIONS[1:]:
            others = [pair.code for pair in correlate(own, to_edition=edition, missing=()) if pair.code != own]
            if others:
                listed = ", ".join(others[:_SHOWN])
                self.warnings.append(f"{own} has taken in goods that were in {listed} in {edition}: their duty may differ")

    def _lines(self, code: str) -> tuple[Entry, ...]:
        entry = self.schedule.within(code)
        below = self.schedule.below(code)
        return below if entry is None else (entry, *below)

    def _correlated(self) -> tuple[Entry, ...]:
        """Return the lines of the subheadings that the code's subheading corresponds to in the schedule's older edition."""
        edition = self.schedule.nomenclature
        found: tuple[Entry, ...] = ()
        if edition in EDITIONS[1:]:
            pairs = correlate(self.code[:_SUBHEADING], to_edition=edition, missing=())
            found = tuple(entry for pair in pairs for entry in self._lines(pair.code))
            if found:
                codes = ", ".join(pair.code for pair in pairs[:_SHOWN])
                self.warnings.append(f"{self.code[:_SUBHEADING]} is not in {edition}: it corresponds to {codes} there")
        if not found:
            raise UnknownFact(
                f"{self.schedule.title}, {self.schedule.edition}, has no line for {self.code}", field="duty", value=self.code,
                on=self.on, hint="give `duty` on the line, such as duty='12 %'",
            )  # fmt: skip
        return found

    # ------------------------------------------------------------------ which duty

    def _answer(self, lines: list[tuple[Entry, Expression]]) -> Duty:
        duties = [duty for _, duty in lines]
        for entry, _ in lines:
            self.warnings.extend(self.schedule.note_of(entry, self.on))
        candidates: tuple[Candidate, ...] = ()
        if len(set(duties)) == 1:
            chosen = duties[0]
        else:
            candidates = tuple(Candidate(entry.code, printed(duty)) for entry, duty in lines)
            chosen = self._chosen(duties, candidates)
        line = lines[0][0].code if len(lines) == 1 else ""
        return self._duty(chosen, line, candidates, duties)

    def _chosen(self, duties: list[Expression], candidates: tuple[Candidate, ...]) -> Expression:
        """Return what the policy picks among different duties."""
        if self.policy == "exact":
            listed = "; ".join(f"{one.code} {one.duty}" for one in candidates[:_SHOWN])
            more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
            open_lines = f"{self.code} leaves {len(candidates)} lines of {self.schedule.title} open, with different duties"
            raise UnknownFact(
                f"{open_lines}: {listed}{more}",
                field="hs", value=self.code, on=self.on, allowed=[one.code for one in candidates],
                hint="give the national code, or choose a policy (highest, lowest, typical)",
            )  # fmt: skip
        different = list(dict.fromkeys(duties))
        if self.policy == "typical":
            return _typical(duties)
        unclear = next((duty for duty in different if isinstance(duty, Text)), None)
        if unclear is not None:
            raise UnknownFact(
                f"{self.code}: one of the lines states a duty that cannot be compared: {shown(unclear.raw)}", field="hs",
                value=self.code, on=self.on, hint="give the national code",
            )  # fmt: skip
        shares = [percent(duty) for duty in different]
        if None not in shares:
            return _extreme(different, shares, highest=self.policy == "highest")
        return Choice("higher" if self.policy == "highest" else "lower", tuple(different))

    def _duty(
        self, chosen: Expression, line: str, candidates: tuple[Candidate, ...], duties: list[Expression]
    ) -> Duty:  # fmt: skip
        text = printed(chosen)
        if isinstance(chosen, Text):
            raise UnknownFact(
                f"{self.schedule.title}: {line or self.code}: the tariff states a duty in words: {shown(chosen.raw)}",
                field="duty", value=chosen.raw, on=self.on, hint="give `duty` on the line, such as duty='12 %'",
            )  # fmt: skip
        least, most = _range(duties) if candidates else (None, None)
        if candidates:
            between = f"{least} to {most}" if least is not None else f"{len(set(duties))} different duties"
            self.warnings.append(
                f"{self.code} leaves {len(candidates)} lines open ({between}): the {self.policy} duty, {text}, is used"
            )
        schedule, programme = self.schedule, self.programme
        return Duty(
            rule=words(chosen, self.on),
            fact=self._fact(chosen, text, line or self.code),
            expression=chosen,
            text=text,
            line=line,
            schedule=schedule.title,
            edition=schedule.edition,
            as_of=schedule.as_of,
            column=self.column.name if self.column else "",
            programme=programme.id if programme else None,
            proof=programme.proof if programme else "",
            policy=self.policy,
            candidates=candidates,
            least=least,
            most=most,
            average=schedule.average,
            warnings=tuple(dict.fromkeys(self.warnings)),
        )

    def _fact(self, duty: Expression, text: str, code: str) -> Fact:
        schedule, share = self.schedule, percent(duty)
        ratio = None if share is None else (share / 100).as_integer_ratio()
        scope = [("hs", (code,))]
        if self.programme:
            scope.append(("programme", (self.programme.id,)))
        if self.column:
            scope.append(("column", (self.column.name,)))
        return Fact(
            subject=_SUBJECT, place=self.place, value=text, unit="code", valid_from=schedule.valid_from,
            valid_to=schedule.valid_to, scope=tuple(scope), source=schedule.source,
            law=self.column.law if self.column else "", verified_on=schedule.as_of,
            confidence="low" if schedule.average else schedule.confidence, status="in_force", note=schedule.note,
            approximates="", layer=schedule.layer, ratio=ratio or (0, 1),
        )  # fmt: skip

    # ------------------------------------------------------------------ preferences

    def preferential(self, claim: Claim) -> Duty:
        """Return the duty under a preference that the caller claims; of several programmes the lowest duty."""
        programmes = self._claimed(claim)
        ordinary = self._free_anyway()
        if ordinary is not None:
            return ordinary
        found: list[tuple[Programme, list[tuple[Entry, Expression]]]] = []
        for programme in programmes:
            lines = [line for entry in self._preferred() for line in self._under(programme, entry)]
            if lines and all(duty is not None for _, duty in lines):
                found.append((programme, lines))  # type: ignore[arg-type]  # just asked
        if not found:
            names = ", ".join(programme.id for programme in programmes)
            raise UnknownFact(
                f"{self.schedule.title}, {self.schedule.edition}, states no preferential duty for {self.code} under {names} on "
                f"{self.on}", field="preference", value=claim, on=self.on,
                hint="give the preferential duty on the line, such as duty='free', or claim none",
            )  # fmt: skip
        answers = [self._of_programme(programme, lines) for programme, lines in found]
        return _lowest(answers, self)

    def _of_programme(self, programme: Programme, lines: list[tuple[Entry, Expression]]) -> Duty | UnknownFact:
        question = _Question(self.schedule, self.place, self.code, self.origin, self.on, self.policy)
        question.programme = programme
        question.warnings.extend(_about(programme, self.origin))
        try:
            return question._answer(lines)
        except UnknownFact as error:
            return error

    def _under(self, programme: Programme, entry: Entry) -> list[tuple[Entry, Expression | None]]:
        """Return the preferential duties of a line; None where the programme has none for it."""
        code = self.code if self.code.startswith(entry.code) else entry.code
        rows: tuple[Preference, ...] = self.schedule.preferences(code, programme.id, self.on)
        if not rows:
            return [(entry, None)]
        if len({row.code for row in rows}) == 1 and len(rows) > 1:
            raise UnknownFact(
                f"{self.schedule.title}: {programme.id} has several duties for {code}, which differ by conditions: "
                f"{shown(' / '.join(row.duty for row in rows))}", field="preference", value=programme.id, on=self.on,
                hint="give the preferential duty on the line",
            )  # fmt: skip
        return [(Entry(max(row.code, entry.code, key=len), row.duty), self._today(row.duty)) for row in rows]

    def _preferred(self) -> tuple[Entry, ...]:
        """Return the lines that the code leaves open; the code itself where the schedule has preferences only."""
        try:
            return self._entries()
        except UnknownFact:
            return (Entry(self.code, ""),)

    def _free_anyway(self) -> Duty | None:
        """Return the ordinary duty where it is nothing already: then there is nothing to prefer."""
        question = _Question(self.schedule, self.place, self.code, self.origin, self.on, self.policy)
        try:
            found = question.ordinary()
        except UnknownFact:
            return None
        return found if found.expression is not None and percent(found.expression) == 0 else None

    def _claimed(self, claim: Claim) -> tuple[Programme, ...]:
        schedule = self.schedule
        if not schedule.has_preferences or not schedule.programmes:
            ordinary = self._free_anyway()
            why = schedule.no_preferences or "only the ordinary duty is known"
            if ordinary is None:
                raise UnknownFact(
                    f"{schedule.title}, {schedule.edition}: {why}", field="preference", value=claim, on=self.on,
                    hint="give the preferential duty on the line, such as duty='free'",
                )  # fmt: skip
            return ()
        if isinstance(claim, str):
            return (self._named(claim),)
        if self.origin is None:
            raise UnknownFact("a preference depends on the origin, and none is given", field="origin", on=self.on)
        programmes = schedule.programmes_of(self.origin, self.on)
        if not programmes and self._free_anyway() is None:
            raise UnknownFact(
                f"{schedule.title}, {schedule.edition}: no preferential programme in force on {self.on} is known to benefit "
                f"{self.origin}", field="preference", value=claim, on=self.on, allowed=schedule.programmes,
                hint="name the programme, or give the preferential duty on the line",
            )  # fmt: skip
        return programmes

    def _named(self, name: str) -> Programme:
        schedule = self.schedule
        programme = schedule.programmes.get(name)
        if programme is None:
            raise InvalidInput(
                f"{schedule.title} knows no preferential programme {shown(name)}", field="preference", value=name,
                allowed=sorted(schedule.programmes), hint=suggest(name, schedule.programmes),
            )  # fmt: skip
        if programme.status == "lapsed" or not programme.covers(self.on):
            raise UnknownFact(
                f"{programme.id} ({programme.name}) is not in force on {self.on}; {programme.note or 'its days are others'}",
                field="preference", value=name, on=self.on,
            )  # fmt: skip
        if programme.countries is not None and self.origin is not None and self.origin not in programme.countries:
            raise InvalidInput(
                f"{programme.id} ({programme.name}) does not benefit {self.origin}", field="preference", value=name,
                allowed=sorted(programme.countries),
            )  # fmt: skip
        return programme


def _about(programme: Programme, origin: str | None) -> Iterable[str]:
    if programme.countries is None or origin is None:
        yield f"{programme.id}: whether {origin or 'the origin'} benefits is not known here; the caller claims it"
    if programme.status not in ("in_force", "lapsed"):
        yield f"{programme.id} ({programme.name}): whether it is in force is {programme.status}; {programme.note}"
    if programme.confidence != "high":
        yield f"{programme.id}: whom it benefits: confidence {programme.confidence}"
    proof = programme.proof or "not known here"
    yield f"{programme.id} ({programme.name}): preferential origin is claimed by the caller; proof of origin: {proof}"


def _lowest(answers: list[Duty | UnknownFact], question: _Question) -> Duty:
    """Return the lowest of the programmes' duties."""
    duties = [answer for answer in answers if isinstance(answer, Duty)]
    if not duties or len(duties) < len(answers):
        raise next(answer for answer in answers if isinstance(answer, UnknownFact))
    shares = [percent(answer.expression) if answer.expression is not None else None for answer in duties]
    if len({answer.text for answer in duties}) > 1 and None in shares:
        raise UnknownFact(
            f"{question.code}: the programmes of {question.origin} state duties that cannot be compared: "
            f"{'; '.join(f'{answer.programme} {answer.text}' for answer in duties)}",
            field="preference", on=question.on, hint="name the programme",
        )  # fmt: skip
    return min(duties, key=lambda answer: (percent(answer.expression) or 0) if answer.expression is not None else 0)


def _typical(duties: list[Expression]) -> Expression:
    """Return the most frequent duty; of equally frequent ones the higher percentage."""
    counted = Counter(duties)
    most = max(counted.values())
    return max((duty for duty in counted if counted[duty] == most), key=lambda duty: percent(duty) or Fraction(0))


def _extreme(duties: list[Expression], shares: list[Fraction | None], *, highest: bool) -> Expression:
    ranked = sorted(zip(duties, shares, strict=True), key=lambda pair: pair[1] or 0)
    return ranked[-1 if highest else 0][0]


def _range(duties: list[Expression]) -> tuple[str | None, str | None]:
    known = [duty for duty in duties if percent(duty) is not None]
    if len(known) < len(duties):
        return None, None
    ranked = sorted(known, key=lambda duty: percent(duty) or 0)
    return printed(ranked[0]), printed(ranked[-1])
