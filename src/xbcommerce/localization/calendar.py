"""The marketing calendar of a market: which events there are, when, with which themes, and how long to prepare.

Dates are reckoned, never stored: by rules, by the Umm al-Qura calendar (package hijridate) and by the public holidays of the
package holidays (extra `calendar`). What rests on the sighting of a moon, on an announcement or on nothing yet says so.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Explanation, Result, Step
from xbcommerce.goods import Model, named
from xbcommerce.localization.matching import Index, Reading, Term, fold
from xbcommerce.localization.rules import Checks, place_of
from xbcommerce.localization.text import scripts_of
from xbcommerce.rules.facts import CONFIDENCES, a_text, known_keys, one_of
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["Calendar", "Campaign", "Clash", "Clashes", "Occasion", "calendar", "clashes"]

Certainty = Literal["exact", "computed", "estimated", "window", "announced"]
"""How sure a date is: by the civil calendar; by an almanac; by a moon to be seen; a time of year; as announced."""

_EVENT_KEYS = frozenset(
    {
        "id",
        "name",
        "markets",
        "nature",
        "rule",
        "not_held",
        "days",
        "lead_content",
        "lead_stock",
        "themes",
        "avoid",
        "heed",
        "categories",
        "valid_to",
        "valid_from",
        "confidence",
        "source",
        "note",
        "words",
    }
)
_NATURES = ("commercial", "religious", "remembrance")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 366 * 30
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        1,
    )
    for name in (names, names[:3])
}


class Occasion(Result):
    """One event in one year.

    Attributes:
        id, name: the event.
        start, end: its first and last day, both inclusive.
        certainty: exact, computed, estimated (a moon has to be seen), window (no day announced), announced.
        earliest, latest: where the first day may fall, if it is not certain.
        content_by, stock_by: when texts and goods should be ready (planning opinions).
        themes, avoid, heed, categories: what fits, what does not, what else to think of, which goods.
    """

    id: str
    name: str
    market: str
    nature: str
    start: date
    end: date
    certainty: Certainty
    earliest: date
    latest: date
    content_by: date
    stock_by: date
    themes: tuple[str, ...]
    avoid: tuple[str, ...]
    heed: tuple[str, ...] = ()
    categories: tuple[str, ...]
    confidence: str
    source: str
    note: str

    def __str__(self) -> str:
        """Return the occasion in one line."""
        days = str(self.start) if self.start == self.end else f"{self.start} to {self.end}"
        between = self.certainty == "estimated" and self.earliest < self.latest
        spread = f", from {self.earliest} to {self.latest}" if between else ""
        return f"{days}  {self.name} ({self.certainty}{spread}); texts by {self.content_by}, goods by {self.stock_by}"


class Calendar(Result):
    """The occasions of a market between two days, in order."""

    market: str
    since: date
    until: date
    occasions: tuple[Occasion, ...]
    unknown: tuple[str, ...]

    def of(self, name: str) -> tuple[Occasion, ...]:
        """Return the occasions of an event."""
        return tuple(occasion for occasion in self.occasions if occasion.id == name)

    def explain(self) -> Explanation:
        """Return the occasions with what they rest on."""
        steps = tuple(
            Step(bill="calendar", id=one.id, kind=one.nature, text=str(one), rule=f"{one.source}, {one.confidence}")
            for one in self.occasions
        )  # fmt: skip
        unsure = tuple(
            f"{one.name}: {one.certainty}, {one.earliest} to {one.latest}"
            for one in self.occasions
            if one.certainty in ("estimated", "window")
        )
        return Explanation(
            title=f"Calendar of {self.market}, {self.since} to {self.until}", steps=steps, warnings=(*unsure, *self.unknown)
        )

    def __str__(self) -> str:
        """Return the occasions, one a line."""
        return "\n".join(map(str, self.occasions)) or "no event"

    def _repr_html_(self) -> str:
        return self.explain().to_html()


def _texts(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Campaign(Model):
    """What somebody plans: days, themes, words.

    Attributes:
        name: what it is called.
        start, end: its first and last day.
        themes: what it shows and says, in words ("alcohol", "party", "mourning").
        text: its text, if there is one.
        category: the goods it is for.
    """

    name: str = "campaign"
    start: date
    end: date | None = None
    themes: Annotated[tuple[str, ...], BeforeValidator(_texts)] = ()
    text: str = ""
    category: str | None = None

    @classmethod
    def of(cls, value: object) -> Campaign:
        """Return a Campaign as it is, or made from a mapping."""
        if isinstance(value, Campaign):
            return value
        if isinstance(value, Mapping):
            return cls(**named(value))
        raise InvalidInput(f"a campaign is a Campaign or a mapping, not {shown(value)}", field="campaign", value=value)


class Clash(Result):
    """Where a campaign meets an occasion that it does not suit, or is late for.

    Attributes:
        kind: theme (something of the campaign is to be avoided then), late (the preparation should have begun), tone (a
            promotion on a day of remembrance).
    """

    occasion: Occasion
    kind: Literal["theme", "late", "tone"]
    severity: Literal["warn", "info"]
    text: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the clash in one line."""
        return f"{self.severity:<4} {self.kind:<6} {self.occasion.name}, {self.occasion.start}: {self.text}"


class Clashes(Result):
    """What a campaign runs into, the gravest first.

    Attributes:
        not_judged: the themes in a writing that nobody here reads: of them it is not known whether they are to be avoided.
        unknown: occasions whose days in that time are not known: whether the campaign meets them is not known either.
    """

    market: str
    campaign: str
    clashes: tuple[Clash, ...]
    not_judged: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the clashes, one a line."""
        unread = [f"not judged: {theme}" for theme in self.not_judged]
        known = "no clash with what is known" if self.unknown else "no clash"
        unknown = [f"unknown: {what}" for what in self.unknown]
        return "\n".join([*(map(str, self.clashes) if self.clashes else [known]), *unread, *unknown])


# ------------------------------------------------------------------ what people ask for


def calendar(market: str, since: date | str, until: date | str, *, rulebook: Rulebook | None = None) -> Calendar:
    """Return the marketing events of a market that touch the days from `since` to `until`, both inclusive.

    >>> [str(one.start) for one in calendar("SA", "2030-01-01", "2030-12-31").of("ramadan")]
    ['2030-01-05', '2030-12-26']

    What no almanac tells (a year beyond it, two that contradict each other, an event that is not announced yet) stands in
    `unknown`.

    Raises:
        InvalidInput: if the market or the days cannot be understood; if the extra `calendar` is not installed.
    """
    if not isinstance(market, str):
        raise InvalidInput(f"a market is a code such as 'DE', not {shown(market)}", field="market", value=market)
    first, last = a_day(since, "since"), a_day(until, "until")
    if last < first or (last - first).days > _LONGEST:
        raise InvalidInput(f"from {first} to {last} is no span of at most 30 years", field="until", value=until)
    book = rulebook or Rulebook.builtin()
    place = place_of(market, first, Checks.of(book).groups)
    found: list[Occasion] = []
    unknown: list[str] = []
    for event in events(book):
        markets = sorted(event.markets & place.parts) or sorted(event.markets & frozenset(place.countries))
        if not markets:
            continue
        for year in range(max(first.year - 1, date.min.year + 1), min(last.year + 2, date.max.year)):
            try:
                near = list(_occasions(event, markets[0], year))
            except UnknownFact as error:
                unknown += [str(error)] if first.year <= year <= last.year else []
                continue
            found += [occasion for occasion in near if occasion.start <= last and occasion.end >= first]
    unknown += [
        f"the days of {one.name} {one.start.year} are not in this edition: between {one.start} and {one.end}"
        for one in found
        if one.certainty == "window"
    ]
    unique = {(one.id, one.start): one for one in found}
    ordered = sorted(unique.values(), key=lambda one: (one.start, one.id))
    return Calendar(market=market, since=first, until=last, occasions=tuple(ordered), unknown=tuple(dict.fromkeys(unknown)))


def clashes(campaign: object, market: str, *, today: date | str | None = None, rulebook: Rulebook | None = None) -> Clashes:
    """Return what a campaign runs into in a market: themes to avoid then, days of another tone, preparation that is late.

    Themes and the category are met by their words in English, German, French, Spanish, Portuguese, Arabic, Chinese and
    Japanese; in another language a theme may be missed, and one in another writing stands in `not_judged`. Late is a
    campaign for an occasion that it names, be it one that it leads up to.

    Args:
        campaign: a Campaign or a mapping with start, end, themes, text.
        market: the market.
        today: the day the preparation starts; silent: lateness is not judged.
        rulebook: the rulebook; silent: the built-in one.

    >>> plan = {"start": "2026-02-20", "end": "2026-03-01", "themes": ["wine tasting party"]}
    >>> [(clash.kind, clash.occasion.id) for clash in clashes(plan, "AE").clashes]
    [('theme', 'ramadan')]
    """
    plan, begins = Campaign.of(campaign), None if today is None else a_day(today, "today")
    end = plan.end or plan.start
    if end < plan.start:
        raise InvalidInput(f"the campaign ends on {end}, before it starts", field="end", value=end)
    book = rulebook or Rulebook.builtin()
    days = calendar(market, _moved_by(plan.start, -_SPREAD), _moved_by(end, _SPREAD), rulebook=book)
    unknown = calendar(market, plan.start, end, rulebook=book).unknown
    said = " . ".join((plan.name, *plan.themes, plan.text, plan.category or ""))
    reading = Reading(said)
    known, themes = _themes(book).names, _met_themes(book, said)
    found: list[Clash] = []
    for occasion in days.occasions:
        lasting = occasion.end - occasion.start
        if occasion.earliest > end or occasion.latest + lasting < plan.start:
            continue
        words = tuple(what for what in occasion.avoid if what in themes or (what not in known and _says(what, reading)))
        if words:
            text = f"avoid then: {', '.join(words)}"
            found.append(Clash(occasion=occasion, kind="theme", severity="warn", text=text, words=words))
        elif occasion.nature == "remembrance":
            text = "a day of remembrance: no party, no sale in its name"
            found.append(Clash(occasion=occasion, kind="tone", severity="warn", text=text))
    if begins is not None:
        for occasion in _named(book, market, plan.start, end, reading):
            found += _late(occasion, begins)
    order = {"theme": 0, "tone": 1, "late": 2}
    found.sort(key=lambda one: (one.severity != "warn", order[one.kind], one.occasion.start))
    unread = tuple(theme for theme in plan.themes if _is_unread(theme))
    return Clashes(market=market, campaign=plan.name, clashes=tuple(found), not_judged=unread, unknown=unknown)


_SPREAD = timedelta(days=3)
"""By how much a moon that has to be seen moves a day at most."""


def _moved_by(day: date, by: timedelta) -> date:
    return day + max(min(by, date.max - day), date.min - day)


_AHEAD = timedelta(days=120)
"""How long before an occasion a campaign may lead up to it."""


def _named(rulebook: Rulebook, market: str, start: date, end: date, said: Reading) -> Iterator[Occasion]:
    """Yield the first occasion of each event that a campaign names, on its days or after them."""
    known = {event.id: event for event in events(rulebook)}
    seen: set[str] = set()
    last = end + min(_AHEAD, date.max - end)
    for occasion in calendar(market, start, last, rulebook=rulebook).occasions:
        if occasion.id not in seen and _mentions(known[occasion.id], said):
            seen.add(occasion.id)
            yield occasion


def _is_unread(theme: str) -> bool:
    scripts = scripts_of(theme)
    return bool(scripts) and not scripts.keys() & _READ


def _late(occasion: Occasion, today: date) -> Iterator[Clash]:
    if today > occasion.content_by:
        late = (today - occasion.content_by).days
        yield Clash(
            occasion=occasion, kind="late", severity="warn", text=f"texts were due on {occasion.content_by}, {late} days ago"
        )
    elif today > occasion.stock_by:
        late = (today - occasion.stock_by).days
        yield Clash(
            occasion=occasion, kind="late", severity="info", text=f"goods were due on {occasion.stock_by}, {late} days ago"
        )


_READ = frozenset({"Latin", "Arabic", "Han", "Hiragana", "Katakana"})
"""Scripts of the languages in which themes are known."""


def _mentions(event: _Event, said: Reading) -> bool:
    index = Index("en", [Term(event.id, event.name)])
    return any(True for _ in index.hits(said)) or any(_begins_word(word, said.folded.text) for word in event.words)


def _begins_word(word: str, text: str) -> bool:
    place = text.find(word)
    while place >= 0:
        if not text[place - 1 : place].isalnum() or not word.isascii():
            return True
        place = text.find(word, place + 1)
    return False


@dataclass(frozen=True, slots=True, eq=False)
class _Themes:
    indexes: tuple[Index, ...]
    unless: re.Pattern[str] | None
    names: frozenset[str]


def _themes(rulebook: Rulebook) -> _Themes:
    return rulebook.compiled("localization.themes", lambda: _read_themes(rulebook))  # type: ignore[no-any-return]


def _read_themes(rulebook: Rulebook) -> _Themes:
    rows = tomllib.loads(rulebook.text("localization", "calendar.toml")).get("theme", {})
    languages = sorted({language for row in rows.values() for language in row if language != "unless"})
    indexes = [
        Index(language, [Term(name, word) for name, row in rows.items() for word in row.get(language, ())])
        for language in languages
    ]
    spared = sorted({fold(phrase).text for row in rows.values() for phrase in row.get("unless", ())}, key=len, reverse=True)
    # what is spared, and the word that it speaks of: alcohol-free beer
    unless = re.compile(f"(?:{'|'.join(map(re.escape, spared))})(?:[ -][^\\W_]{{1,20}})?") if spared else None
    return _Themes(tuple(indexes), unless, frozenset(rows))


def _met_themes(rulebook: Rulebook, said: str) -> frozenset[str]:
    """Return the themes of the data that a campaign speaks of, in whatever language."""
    themes = _themes(rulebook)
    text = fold(said).text
    if themes.unless is not None:
        text = themes.unless.sub(" . ", text)
    reading = Reading(text)
    return frozenset(hit.term.owner for index in themes.indexes for hit in index.hits(reading))


def _says(phrase: str, said: Reading) -> bool:
    return any(True for _ in Index("en", [Term(phrase, phrase)]).hits(said))


# ------------------------------------------------------------------ events


@dataclass(frozen=True, slots=True, eq=False)
class _Event:
    id: str
    name: str
    markets: frozenset[str]
    nature: str
    rule: Mapping[str, Any]
    not_held: frozenset[int]
    days: int
    lead_content: int
    lead_stock: int
    themes: tuple[str, ...]
    avoid: tuple[str, ...]
    heed: tuple[str, ...]
    words: tuple[str, ...]
    categories: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    confidence: str
    source: str
    note: str


def events(rulebook: Rulebook) -> tuple[_Event, ...]:
    """Return the marketing events of all markets, as the rulebook tells them."""
    return rulebook.compiled("localization.calendar", lambda: _read(rulebook))  # type: ignore[no-any-return]


def _read(rulebook: Rulebook) -> tuple[_Event, ...]:
    document = tomllib.loads(rulebook.text("localization", "calendar.toml"))
    return tuple(_event(row) for row in document["event"])


def _event(row: Mapping[str, Any]) -> _Event:
    where = f"localization/calendar.toml, event {shown(row.get('id'))}"
    known_keys(row, _EVENT_KEYS, where)
    rule = row.get("rule", {})
    if not isinstance(rule, Mapping) or rule.get("kind") not in _RULES:
        raise RulebookError(
            f"{where}: no rule of a known kind", field="rule", allowed=_RULES, hint=suggest(rule.get("kind"), _RULES)
        )
    ends = [
        row[key] if isinstance(row.get(key), date) else date.fromisoformat(row[key]) if row.get(key) else None
        for key in ("valid_from", "valid_to")
    ]
    return _Event(
        id=a_text(row, "id", where), name=a_text(row, "name", where), markets=frozenset(row["markets"]),
        nature=one_of(row, "nature", _NATURES, where, "commercial"), rule=rule,
        not_held=frozenset(row.get("not_held", ())), days=int(row.get("days", 1)),
        lead_content=int(row["lead_content"]), lead_stock=int(row["lead_stock"]), themes=tuple(row.get("themes", ())),
        avoid=tuple(row.get("avoid", ())), heed=tuple(row.get("heed", ())),
        words=tuple(fold(word).text for word in row.get("words", ())), categories=tuple(row.get("categories", ())),
        valid_from=ends[0], valid_to=ends[1],
        confidence=one_of(row, "confidence", CONFIDENCES, where, "low"), source=a_text(row, "source", where),
        note=a_text(row, "note", where),
    )  # fmt: skip


def _occasions(event: _Event, market: str, year: int) -> Iterator[Occasion]:
    if year in event.not_held:
        return
    dated = _instead(event, year) or _RULES[event.rule["kind"]](event, year)
    for start, end, certainty, spread in dated:
        if (event.valid_to is not None and start > event.valid_to) or (
            event.valid_from is not None and start < event.valid_from
        ):
            continue
        yield Occasion.made(
            id=event.id,
            name=event.name,
            market=market,
            nature=event.nature,
            start=start,
            end=end,
            certainty=certainty,
            earliest=start + timedelta(days=spread[0]),
            latest=start + timedelta(days=spread[1]),
            content_by=start - timedelta(days=event.lead_content),
            stock_by=start - timedelta(days=event.lead_stock),
            themes=event.themes,
            avoid=event.avoid,
            heed=event.heed,
            categories=event.categories,
            confidence=event.confidence,
            source=event.source,
            note=event.note,
        )


def _instead(event: _Event, year: int) -> list[_Dated]:
    """Return the days on which an event was held in a year in which it was not as its rule has it."""
    told = [_span(text, event) for text in event.rule.get("instead", ())]
    return [(start, end, "announced", _CERTAIN) for start, end in told if start.year == year]


def _span(text: str, event: _Event) -> tuple[date, date]:
    """Return the days of "2025-07-08/2025-07-11", or of a first day alone and as long as the event lasts."""
    first, _, last = text.partition("/")
    start = date.fromisoformat(first)
    return start, date.fromisoformat(last) if last else _lasting(start, event)


def _on(year: int, month: int, day: int) -> date:
    return date.min.replace(year=year, month=month, day=day)


_Dated = tuple[date, date, Certainty, tuple[int, int]]
_CERTAIN = (0, 0)


def _lasting(start: date, event: _Event) -> date:
    return start + timedelta(days=max(1, event.days) - 1)


def _fixed(event: _Event, year: int) -> Iterator[_Dated]:
    rule = event.rule
    for month in rule.get("months", [rule.get("month")]):
        start = _moved(_on(year, month, rule["day"]), event, year)
        yield start, _lasting(start, event), "exact", _CERTAIN


def _nth_weekday(event: _Event, year: int) -> Iterator[_Dated]:
    rule = event.rule
    start = _nth(year, rule["month"], _WEEKDAYS.index(rule["weekday"]), rule["n"])
    start = _moved(start, event, year) + timedelta(days=rule.get("offset", 0))
    yield start, _lasting(start, event), "exact", _CERTAIN


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th weekday of a month, counted from its end where n is negative."""
    if n > 0:
        first = _on(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = _on(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-n - 1))


def _weekday_from(event: _Event, year: int) -> Iterator[_Dated]:
    rule = event.rule
    first = _on(year, rule["month"], rule["day"])
    start = first + timedelta(days=(_WEEKDAYS.index(rule["weekday"]) - first.weekday()) % 7)
    end = _lasting(start, event)
    if "until_at_least" in rule:
        end = max(end, _on(year, *map(int, rule["until_at_least"].split("-"))))
    yield start, end, "exact", _CERTAIN


@lru_cache(maxsize=1_024)
def _easter_sunday(year: int) -> date:
    """Return Easter of the western churches (the rule of Gauss in the form of Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return _on(year, month, day + 1)


def _easter(event: _Event, year: int) -> Iterator[_Dated]:
    start = _easter_sunday(year) + timedelta(days=event.rule.get("offset", 0))
    yield start, _lasting(start, event), "computed", _CERTAIN


def _range(event: _Event, year: int) -> Iterator[_Dated]:
    (first_month, first_day), (last_month, last_day) = (map(int, event.rule[key].split("-")) for key in ("start", "end"))
    start, end = _on(year, first_month, first_day), _on(year, last_month, last_day)
    if end < start:
        end = _on(year + 1, last_month, last_day)
    yield start, end, "exact", _CERTAIN


def _hijri(event: _Event, year: int) -> Iterator[_Dated]:
    rule = event.rule
    for start in _hijri_days(year, rule["month"], rule["day"]):
        end = _lasting(start, event)
        if "until" in rule:
            until = rule["until"]
            following = next(
                day for near in (year, year + 1) for day in _hijri_days(near, until["month"], until["day"]) if day > start
            )
            end = following + timedelta(days=until["offset"])
        yield start, end, "estimated", tuple(rule.get("spread", _CERTAIN))


@lru_cache(maxsize=4_096)
def _hijri_days(year: int, month: int, day: int) -> tuple[date, ...]:
    """Return the days of a Gregorian year on which a day of the Umm al-Qura calendar falls: none, one or two.

    Raises:
        UnknownFact: beyond the years of the almanac.
    """
    try:
        from hijridate import Gregorian, Hijri
    except ImportError:
        raise _not_installed("hijridate") from None
    try:
        first, last = Gregorian(year, 1, 1).to_hijri().year, Gregorian(year, 12, 31).to_hijri().year
        days = [Hijri(number, month, day).to_gregorian() for number in range(first, last + 1)]
    except (OverflowError, ValueError):
        raise UnknownFact(f"the Umm al-Qura calendar is not known for {year}", field="year", value=year) from None
    return tuple(_on(found.year, found.month, found.day) for found in days if found.year == year)


def _lunar(event: _Event, year: int) -> Iterator[_Dated]:
    """Yield a day of the Chinese calendar, by its month (not a leap one) and day."""
    start = _lunar_day(year, event.rule["month"], event.rule["day"])
    yield start, _lasting(start, event), "computed", _CERTAIN


@lru_cache(maxsize=1_024)
def _lunar_day(year: int, month: int, day: int) -> date:
    try:
        from borax.calendars.lunardate import LunarDate
    except ImportError:
        raise _not_installed("borax") from None
    try:
        found = LunarDate(year, month, day).to_solar_date()
    except ValueError:
        raise UnknownFact(f"the Chinese calendar is not known for {year}", field="year", value=year) from None
    return _on(found.year, found.month, found.day)


def _not_installed(package: str) -> InvalidInput:
    return InvalidInput(f"the package {package} is not installed", field="market", hint="install xbcommerce[calendar]")


def _library(event: _Event, year: int) -> Iterator[_Dated]:
    """Yield the days of a public holiday by its English name; a name that is not found is unknown, never "no event"."""
    rule = event.rule
    start = _holiday(rule["country"], year, rule["name"])
    other = rule.get("agrees")
    if other is not None:
        there = _holiday(other["country"], year, other["name"])
        if abs((there - start).days) > other["within"]:
            raise UnknownFact(
                f"{event.name} {year}: two almanacs contradict each other ({start} and {there})", field="event", value=event.id
            )
    start += timedelta(days=rule.get("offset", 0))
    spread = tuple(rule.get("spread", _CERTAIN))
    yield start, _lasting(start, event), "computed" if spread == _CERTAIN else "estimated", spread


@lru_cache(maxsize=4_096)
def _holiday(country: str, year: int, name: str) -> date:
    try:
        import holidays
    except ImportError:
        raise _not_installed("holidays") from None
    source = getattr(holidays, country)
    categories = [one for one in ("public", "optional") if one in source.supported_categories]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of far years the almanac is not sure: what it does not name is unknown below
        told = source(years=year, language="en_US", categories=categories)
    for day, names in sorted(told.items()):
        if name in [one.removesuffix(" (estimated)") for one in names.split("; ")]:
            return _on(day.year, day.month, day.day)
    raise UnknownFact(f"the almanac names no {name} in {year}", field="event", value=name)


def _announced(event: _Event, year: int) -> Iterator[_Dated]:
    """Yield the announced days, or the time of year in which an event is going to be announced: a window, and no day."""
    for start, end in (_span(text, event) for text in event.rule.get("dates", ())):
        if start.year == year:
            yield start, end, "announced", _CERTAIN
            return
    start, end = _window(event.rule["window"], year)
    yield start, end, "window", (0, (end - start).days)


def _window(text: str, year: int) -> tuple[date, date]:
    """Return the days of "late May", "June-July", "late May/early June".

    >>> [str(day) for day in _window("late May", 2026)]
    ['2026-05-21', '2026-05-31']
    """
    spans = []
    for part in re.split(r"[/-]", text.lower()):
        words = part.split()
        month = next((_MONTHS[word] for word in words if word in _MONTHS), None)
        if month is None:
            raise RulebookError(f"{shown(text)} is no time of year")
        last = _on(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        third = {"early": (1, 10), "mid": (11, 20), "late": (21, last.day)}.get(words[0], (1, last.day))
        spans.append((_on(year, month, third[0]), _on(year, month, third[1])))
    return spans[0][0], spans[-1][1]


def _decreed(event: _Event, year: int) -> Iterator[_Dated]:
    for text in event.rule.get("dates", ()):
        day = date.fromisoformat(text)
        if day.year == year:
            yield day, _lasting(day, event), "announced", _CERTAIN


def _moved(start: date, event: _Event, year: int) -> date:
    """Return the day to which an event is moved by its exception."""
    exception = event.rule.get("moved")
    if exception is None:
        return start
    when = exception.get("when")
    holds = (
        ("when_day_above" in exception and start.day > exception["when_day_above"])
        or (when == "pentecost" and start == _easter_sunday(year) + timedelta(days=49))
        or (when in ("sunday", "monday") and start.weekday() == {"sunday": 6, "monday": 0}[when])
    )
    return start + timedelta(days={"next_sunday": 7, "day_before": -1, "week_before": -7}[exception["to"]]) if holds else start


_RULES = {
    "fixed": _fixed,
    "nth_weekday": _nth_weekday,
    "weekday_from": _weekday_from,
    "easter": _easter,
    "range": _range,
    "hijri": _hijri,
    "library": _library,
    "lunar": _lunar,
    "announced": _announced,
    "decreed": _decreed,
}
