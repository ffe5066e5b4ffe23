"""Numbers: whether a VAT, GST, EORI or IOSS number can be one, and what a register said of it.

Three things that are easily taken for one another are kept apart. The format is what a number looks like. The check digit tells
whether it was mistyped. That somebody has the number is known to its register alone: this library asks nobody, it reads the
answer that the caller got (`Evidence`) and says verified only where there is one.

Formats are data (numbers.toml); check digits are reckoned by python-stdnum. What a format leaves open is left open: a valid
number that is called invalid costs a sale, an invalid one that passes costs a question to the register.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Citation, Result
from xbcommerce.goods import Model
from xbcommerce.parties import TaxNumber
from xbcommerce.places import Address
from xbcommerce.rules.facts import Source, known_keys, parse_source
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.rates import book_of

__all__ = ["Evidence", "NumberCheck", "NumberFormat", "check_number", "number_formats", "tax_number"]

_FILE = "numbers.toml"
_LONGEST = 64
_MARKS = frozenset("-./,:;_'()·")
_MODULE = re.compile(r"[a-z_0-9]+(?:\.[a-z_0-9]+)?")
_FILE_KEYS = frozenset({"aliases", "kinds", "issuers", "source", "group"})
_KIND_KEYS = frozenset({"title", "buyer"})
_GROUP_KEYS = frozenset({"kinds", "source", "prefixed", "number"})
_NUMBER_KEYS = frozenset(
    {"place", "places", "name", "prefix", "accepts", "pattern", "module", "advisory", "demands", "issued", "whole"}
)

CheckDigit = Literal["valid", "invalid", "none"]
Status = Literal["verified", "not_verified", "invalid"]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Evidence(Model):
    """What a register answered when the caller asked it about a number.

    >>> Evidence(source="VIES", valid=True, asked_on="2026-11-20", consultation_number="WAPIAAAAXabc")
    Evidence(source='VIES', valid=True, asked_on=datetime.date(2026, 11, 20), number=None, name=None, address=None, \
consultation_number='WAPIAAAAXabc')

    Attributes:
        source: who was asked.
        valid: the answer.
        asked_on: the day of the answer.
        number: the number that was asked about; given, it must be the one that is checked.
        name, address: whose number it is, as far as the register tells.
        consultation_number: what proves later that it was asked.
    """

    source: _Line
    valid: StrictBool
    asked_on: Annotated[date, BeforeValidator(lambda value: a_day(value, "asked_on"))]
    number: Annotated[str, Field(max_length=_LONGEST)] | None = None
    name: _Line | None = None
    address: _Line | None = None
    consultation_number: _Line | None = None

    @classmethod
    def of(cls, value: object) -> Evidence:
        """Return evidence as it is, or made from a mapping."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Mapping):
            return cls(**{str(name): content for name, content in value.items()})
        raise InvalidInput(
            f"evidence is what a register answered, not {shown(value)}", field="evidence", value=value,
            hint="give {'source': 'VIES', 'valid': True, 'asked_on': '2026-07-15'}; nobody is asked here",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One format of the rulebook.

    Attributes:
        place: whose numbers look like this ("EU": of the union's schemes).
        kinds: what they are, the usual one first.
        name: what they are called there.
        prefix: what is written before them.
        accepts: further beginnings that are understood and not kept.
        pattern: the rest, as a regular expression over capital letters and digits.
        module: module of python-stdnum that knows the check digit; None: there is none.
        advisory: a check digit that does not fit proves nothing.
        demands: the prefix must be there.
        issued: the first three digits tell who issued it.
        whole: the module wants the prefix too.
        source: where the format can be read.
    """

    place: str
    kinds: tuple[str, ...]
    name: str
    prefix: str
    accepts: tuple[str, ...]
    pattern: str
    module: str | None
    advisory: bool
    demands: bool
    issued: bool
    whole: bool
    source: Citation

    def body(self, text: str) -> str:
        """Return a number without its prefix."""
        for prefix in (self.prefix, *self.accepts):
            if prefix and text.startswith(prefix):
                return text[len(prefix) :]
        return text

    def begins(self, text: str) -> bool:
        """Tell whether a number begins with a prefix of this format."""
        return self.body(text) != text

    def fits(self, text: str) -> re.Match[str] | None:
        """Return the match of what stands behind the prefix, or of the whole where the prefix may be left out."""
        body = self.body(text)
        if body == text and self.demands:
            return None
        return re.fullmatch(self.pattern, body) or (None if self.demands else re.fullmatch(self.pattern, text))


class NumberCheck(Result):
    """What can be said of a number without asking its register, and what the register said.

    Attributes:
        number: as given.
        compact: in its normal form: capital letters and digits, with the prefix that belongs to it.
        kind: what it is ("vat", "gst", "eori", "ioss" ...).
        name: what it is called there.
        country: whose number it is; None: it does not name one.
        format_valid: it looks like one.
        check_digit: valid; invalid: most likely mistyped; none: it has none that is known, or the format is wrong already.
        status: verified or invalid: a register said so (invalid also: it cannot be a number); not_verified: nobody asked.
        evidence: the answer of the register, as the caller gave it.
        evidence_age: days from that answer to the day asked for; whether that is too old is not judged.
        also: further kinds of number that it could be.
        problems: what is wrong with it, in words.
        warnings: what is uncertain.
        module: module of python-stdnum that reckoned the check digit.
        source: where the format can be read.
    """

    number: str
    compact: str
    kind: str
    name: str
    country: str | None
    format_valid: bool
    check_digit: CheckDigit
    status: Status
    evidence: Evidence | None = None
    evidence_age: int | None = None
    also: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    module: str | None = None
    source: Citation

    def __str__(self) -> str:
        """Return the check in one line."""
        looks = "format valid" if self.format_valid else "format invalid"
        digit = {"none": "no check digit", "valid": "check digit valid", "invalid": "check digit invalid"}[self.check_digit]
        said = f" by {self.evidence.source} on {self.evidence.asked_on}" if self.evidence else ""
        of = f" of {self.country}" if self.country else ""
        return f"{self.compact}: {self.name}{of}, {looks}, {digit}, {self.status.replace('_', ' ')}{said}"


def check_number(
    number: str,
    kind: str | None = None,
    country: str | None = None,
    *,
    evidence: Evidence | Mapping[str, object] | None = None,
    on: date | str | None = None,
    rulebook: Rulebook | None = None,
) -> NumberCheck:
    """Check format and check digit of a tax or customs number, and read what a register said of it. Nobody is asked.

    Args:
        number: as the customer wrote it.
        kind: "vat", "gst", "eori", "ioss" ...; not given: what it looks like. Say it where you know it: an EORI number fits
            almost everything.
        country: whose number it is; needed where the number does not begin with it.
        evidence: the answer of VIES, HM Revenue & Customs or another register that you asked.
        on: the day for which the age of the evidence is reckoned.
        rulebook: formats; the built-in ones if not given.

    Raises:
        InvalidInput: for what is no text of reasonable length, an unknown kind, or if it cannot be told whose number it is.
        UnknownFact: if no format is known for the country, or for the kind there.

    >>> print(check_number("EL 094.259.216"))
    EL094259216: ΑΦΜ of GR, format valid, check digit valid, not verified
    >>> check_number("DE136695978").check_digit
    'invalid'
    >>> answer = {"source": "VIES", "valid": True, "asked_on": "2026-11-20"}
    >>> check_number("U57194903", "vat", "AT", evidence=answer, on="2026-11-25").status
    'verified'
    """
    return _checked(_numbers(rulebook), number, _Wanted.of(kind), country, evidence, on)


def tax_number(
    number: str | NumberCheck,
    kind: str | None = None,
    country: str | None = None,
    *,
    evidence: Evidence | Mapping[str, object] | None = None,
    on: date | str | None = None,
    rulebook: Rulebook | None = None,
) -> TaxNumber:
    """Return a buyer's number, checked, as the tax number that `Buyer` takes.

    Its evidence is "verified" or "invalid" where a register said so; "invalid" also where it cannot be a number; else
    "unverified".

    Raises:
        InvalidInput: as `check_number`, and for numbers that say nothing of a buyer (EORI, IOSS ...).
        UnknownFact: as `check_number`.

    >>> tax_number("GR 094259216")
    TaxNumber(country='GR', number='EL094259216', evidence='unverified', verified_on=None)
    """
    book = _numbers(rulebook)
    known = number if isinstance(number, NumberCheck) else None
    if known is not None and (kind, country, evidence, on) == (None, None, None, None):
        check = known
    elif known is not None:
        wanted = _Wanted.of(kind or known.kind)
        check = _checked(book, known.compact, wanted, country or known.country, evidence or known.evidence, on)
    else:
        check = _checked(book, number, _Wanted.of(kind, book.of_buyers), country, evidence, on)
    if check.kind not in book.of_buyers or check.country is None:
        raise InvalidInput(
            f"{check.compact} is a {book.kinds[check.kind]}: it says nothing of a buyer's tax",
            field="kind", value=check.kind, allowed=book.of_buyers,
        )  # fmt: skip
    said = check.evidence
    return TaxNumber(
        country=check.country,
        number=check.compact,
        evidence="unverified" if check.status == "not_verified" else check.status,
        verified_on=said.asked_on if said else None,
    )


def number_formats(country: str | None = None, *, rulebook: Rulebook | None = None) -> tuple[NumberFormat, ...]:
    """Return the formats that are known, of a country or of all.

    >>> [(one.name, one.kinds) for one in number_formats("NO") if "eori" not in one.kinds][:2]
    [('MVA-nummer', ('vat',)), ('organisasjonsnummer', ('business',))]
    """
    book = _numbers(rulebook)
    return book.formats if country is None else book.of_place(country)


# ------------------------------------------------------------------ the check


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The kinds that are asked for; None: any."""

    kinds: tuple[str, ...] | None

    @classmethod
    def of(cls, kind: str | None, among: tuple[str, ...] | None = None) -> _Wanted:
        return cls(among if kind is None else (kind,))

    def takes(self, one: NumberFormat) -> bool:
        return self.kinds is None or any(kind in self.kinds for kind in one.kinds)

    def kind_of(self, one: NumberFormat) -> str:
        return next((kind for kind in one.kinds if self.kinds is None or kind in self.kinds), one.kinds[0])


@dataclass(frozen=True, slots=True)
class _Reading:
    """A number read by one format."""

    form: NumberFormat
    compact: str
    check_digit: CheckDigit | None  # None: the format is wrong already
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def _checked(
    book: Numbers, number: object, wanted: _Wanted, country: object, evidence: object, on: date | str | None
) -> NumberCheck:
    for kind in wanted.kinds or ():
        if not isinstance(kind, str) or kind not in book.kinds:
            raise InvalidInput(
                f"unknown kind of number {shown(kind)}", field="kind", value=kind, allowed=book.kinds,
                hint=suggest(kind, book.kinds) if isinstance(kind, str) else None,
            )  # fmt: skip
    text = _cleaned(number)
    said = None if evidence is None else Evidence.of(evidence)
    readings = [_read(book, one, text) for one in _candidates(book, text, wanted, country)]
    fitting = [one for one in readings if one.check_digit is not None]
    best = next((one for one in fitting if one.check_digit == "valid"), (fitting or readings)[0])
    kind = wanted.kind_of(best.form)
    warnings = [*best.warnings, *_contradictions(best, said)]
    day = None if on is None else a_day(on)
    if said:
        _same(best, said)
        if day and said.asked_on > day:
            warnings.append(f"{said.source} was asked on {said.asked_on}, after {day}")
    return NumberCheck.made(
        number=number,
        compact=best.compact,
        kind=kind,
        name=best.form.name,
        country=_country(book, best),
        format_valid=best.check_digit is not None,
        check_digit=best.check_digit or "none",
        status=_status(best, said),
        evidence=said,
        evidence_age=(day - said.asked_on).days if day and said else None,
        also=tuple(dict.fromkeys(other for one in fitting for other in one.form.kinds if other != kind)),
        problems=best.problems if said is None or said.valid else (*best.problems, f"{said.source} says that it is not valid"),
        warnings=tuple(warnings),
        module=best.form.module and f"stdnum.{best.form.module}",
        source=best.form.source,
    )


def _status(reading: _Reading, said: Evidence | None) -> Status:
    """Return the status: the register knows better than any formula."""
    if said is not None:
        return "verified" if said.valid else "invalid"
    return "invalid" if reading.problems else "not_verified"


def _contradictions(reading: _Reading, said: Evidence | None) -> tuple[str, ...]:
    if said is None or not said.valid:
        return ()
    return tuple(f"{said.source} knows it, although {problem}" for problem in reading.problems)


def _same(reading: _Reading, said: Evidence) -> None:
    """Refuse an answer about another number."""
    if said.number is None:
        return
    asked = _cleaned(said.number)
    if reading.form.body(asked) != reading.form.body(reading.compact):
        raise InvalidInput(
            f"the evidence is about {asked}, not about {reading.compact}", field="evidence.number", value=said.number
        )


def _cleaned(number: object) -> str:
    """Return a number as capital letters and digits, without blanks and marks."""
    if not isinstance(number, str):
        raise InvalidInput(
            f"a number is a text, not {shown(number)}", field="number", value=number,
            hint="leading zeros count, so write it in quotes",
        )  # fmt: skip
    if len(number) > _LONGEST:
        raise InvalidInput(
            f"a number has at most {_LONGEST} characters, not {len(number)}", field="number", value=number[:_LONGEST]
        )
    kept = []
    for char in unicodedata.normalize("NFKC", number.strip()):
        category = unicodedata.category(char)
        if char.isspace() or category == "Pd" or char in _MARKS:
            continue
        if category.startswith("C"):
            raise InvalidInput(f"the number holds the hidden character U+{ord(char):04X}", field="number", value=number)
        kept.append(str(unicodedata.decimal(char)) if category == "Nd" else char)
    text = "".join(kept).upper()
    if not text:
        raise InvalidInput(f"{shown(number)} holds no letter and no digit", field="number", value=number)
    return text


def _candidates(book: Numbers, text: str, wanted: _Wanted, country: object) -> Iterable[NumberFormat]:
    """Return the formats by which a number may be read, or raise what keeps us from knowing."""
    if country is not None:
        return _of_country(book, text, wanted, country)
    begun = [one for one in book.beginning(text) if wanted.takes(one)]
    if any(one.fits(text) for one in begun):
        return begun
    asked = [one for one in book.formats if wanted.takes(one)]
    if len({one.place for one in asked}) == 1:
        return asked
    elsewhere = sorted({one.place for one in asked if one.fits(text) and _speaks_for(_read(book, one, text))})
    if begun and not elsewhere:
        return begun
    raise InvalidInput(
        f"it cannot be told whose number {shown(text)} is", field="country", value=text, allowed=elsewhere or book.places,
        hint=f"it could be one of {', '.join(elsewhere)}: give the country" if elsewhere else "give the country",
    )  # fmt: skip


def _speaks_for(reading: _Reading) -> bool:
    """Tell whether a number without a prefix may well be one of this format."""
    return not reading.problems and not reading.warnings


def _of_country(book: Numbers, text: str, wanted: _Wanted, country: object) -> Iterable[NumberFormat]:
    formats = book.of_place(country)
    found = [one for one in formats if wanted.takes(one)]
    if not found:
        known = tuple(dict.fromkeys(kind for one in formats for kind in one.kinds))
        raise UnknownFact(
            f"no {' or '.join(wanted.kinds or ())} number is known of {formats[0].place}",
            field="kind", value=wanted.kinds, allowed=known, hint=f"known are {', '.join(known)}",
        )  # fmt: skip
    if not any(one.fits(text) for one in found):
        place = found[0].place
        other = next((one for one in book.formats if one.place != place and one.begins(text) and one.fits(text)), None)
        if other is not None and not any(one.begins(text) for one in found):
            raise InvalidInput(
                f"{text} is written like a number of {other.place}, not of {place}", field="country", value=country,
                hint="leave the country out, or correct it",
            )  # fmt: skip
    # A number that does not fit is reported by the format with whose prefix it begins.
    return sorted(found, key=lambda one: not one.begins(text))


def _country(book: Numbers, reading: _Reading) -> str | None:
    if reading.form.issued:
        return book.issuers.get(reading.form.body(reading.compact)[:3])
    return reading.form.place


def _read(book: Numbers, form: NumberFormat, text: str) -> _Reading:
    match = form.fits(text)
    if match is None:
        body = form.body(text)
        lacks = form.demands and body == text
        said = f"it does not begin with {form.prefix}" if lacks else f"it does not look like a number of the kind: {form.name}"
        return _Reading(form, text if lacks else form.prefix + body, None, (said,))
    body = match[0]
    if form.issued and body[:3] not in book.issuers:
        return _Reading(form, form.prefix + body, None, (f"{body[:3]} is no member state",))
    if form.module is None:
        return _Reading(form, form.prefix + body, "none")
    part = match[1] if match.lastindex else body
    try:
        normal = str(import_module(f"stdnum.{form.module}").validate(form.prefix + part if form.whole else part))
    except (ValueError, LookupError, ImportError) as error:
        return _failed(form, form.prefix + body, error)
    if part == body and normal.lstrip("0") == body.lstrip("0"):
        body = normal
    return _Reading(form, form.prefix + body, "valid")


def _failed(form: NumberFormat, compact: str, error: Exception) -> _Reading:
    """Return what python-stdnum's refusal means: only a wrong check digit proves a mistake, other doubts are its own."""
    from stdnum.exceptions import InvalidChecksum

    if not isinstance(error, InvalidChecksum):
        said = f"stdnum.{form.module} does not know a part of it, so its check digit is not known"
        return _Reading(form, compact, "none", warnings=(said,))
    if form.advisory:
        said = "its check digit does not fit the rule that is known, which not all numbers in use follow"
        return _Reading(form, compact, "none", warnings=(said,))
    return _Reading(form, compact, "invalid", ("its check digit does not fit",))


# ------------------------------------------------------------------ the data


@dataclass(frozen=True)
class Numbers:
    """The formats of a rulebook."""

    formats: tuple[NumberFormat, ...]
    kinds: Mapping[str, str]
    of_buyers: tuple[str, ...]
    aliases: Mapping[str, str]
    issuers: Mapping[str, str]

    @cached_property
    def places(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_place))

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[NumberFormat, ...]]:
        found: dict[str, tuple[NumberFormat, ...]] = {}
        for one in self.formats:
            found[one.place] = (*found.get(one.place, ()), one)
        return found

    @cached_property
    def _by_prefix(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for index, one in enumerate(self.formats):
            for prefix in filter(None, (one.prefix, *one.accepts)):
                found[prefix] = (*found.get(prefix, ()), index)
        return found

    @cached_property
    def _longest_prefix(self) -> int:
        return max(map(len, self._by_prefix), default=0)

    def beginning(self, text: str) -> list[NumberFormat]:
        """Return the formats with whose prefix a number begins, in the order of the file."""
        lengths = range(1, self._longest_prefix + 1)
        found = {index for length in lengths for index in self._by_prefix.get(text[:length], ())}
        return [self.formats[index] for index in sorted(found)]

    def of_place(self, country: object) -> tuple[NumberFormat, ...]:
        """Return the formats of a country, or of the one whose numbers it uses."""
        code = country.strip().upper() if isinstance(country, str) and len(country) <= _LONGEST else ""
        code = self.aliases.get(code, code)
        if code not in self._by_place:
            code = Address.of(country).country
            code = self.aliases.get(code, code)
        found = self._by_place.get(code)
        if found is None:
            raise UnknownFact(
                f"no format of tax numbers is known of {code}", field="country", value=country, allowed=self.places,
                hint=f"known are {', '.join(self.places)}",
            )  # fmt: skip
        return found


def _numbers(rulebook: Rulebook | None) -> Numbers:
    book = book_of(rulebook)
    found: Numbers = book.compiled(_FILE, lambda: parse_numbers(book.text(_FILE)))
    return found


def parse_numbers(text: str) -> Numbers:
    """Check a file of formats completely and return it, or raise `RulebookError` with key and reason."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{_FILE}: {error}") from None
    known_keys(document, _FILE_KEYS, _FILE)
    sources = {name: parse_source(name, row, where=_FILE) for name, row in document.get("source", {}).items()}
    kinds = document.get("kinds", {})
    for name, row in kinds.items():
        known_keys(row, _KIND_KEYS, f"{_FILE}, kind {name}")
        if not isinstance(row.get("title"), str):
            raise RulebookError(f"{_FILE}, kind {name}: title is missing")
    return Numbers(
        formats=tuple(one for group in document.get("group", ()) for one in _group(group, kinds, sources)),
        kinds={name: row["title"] for name, row in kinds.items()},
        of_buyers=tuple(name for name, row in kinds.items() if row.get("buyer")),
        aliases=document.get("aliases", {}),
        issuers=document.get("issuers", {}),
    )


def _group(group: Mapping[str, Any], kinds: Iterable[str], sources: Mapping[str, Source]) -> Iterable[NumberFormat]:
    known_keys(group, _GROUP_KEYS, f"{_FILE}, group")
    unknown = [kind for kind in group.get("kinds", ("",)) if kind not in kinds]
    if unknown or group.get("source") not in sources:
        raise RulebookError(
            f"{_FILE}: a group has kinds and a source that the file knows", value=unknown or group.get("source")
        )
    for row in group.get("number", ()):
        where = f"{_FILE}, {row.get('name')!r}"
        known_keys(row, _NUMBER_KEYS, where)
        _check_rule(row, where)
        for place in row.get("places") or [row.get("place")]:
            if not isinstance(place, str):
                raise RulebookError(f"{where}: place is missing")
            yield NumberFormat(
                place=place,
                kinds=tuple(group["kinds"]),
                name=row.get("name", ""),
                prefix=row.get("prefix", place if group.get("prefixed") else ""),
                accepts=tuple(row.get("accepts", ())),
                pattern=row["pattern"],
                module=row.get("module"),
                advisory=row.get("advisory", False),
                demands=row.get("demands", False),
                issued=row.get("issued", False),
                whole=row.get("whole", False),
                source=sources[group["source"]].citation,
            )


def _check_rule(row: Mapping[str, Any], where: str) -> None:
    try:
        re.compile(row.get("pattern") or "(")
    except (re.error, TypeError):
        raise RulebookError(f"{where}: {shown(row.get('pattern'))} is no pattern") from None
    module = row.get("module")
    if module is not None and not (isinstance(module, str) and _MODULE.fullmatch(module)):
        raise RulebookError(f"{where}: {shown(module)} is no module of python-stdnum")
