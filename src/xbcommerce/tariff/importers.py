"""Importers: a file of an official machine format becomes a schedule file that answers in place of the built-in schedule.

    xbcommerce tariff import FILE --format uk-csv --as-of 2026-11-20 -o gb.tariff

Only what is in force on the day is read. Duties inside quotas, under end use and of trade remedies are left out and counted;
a suspension is noted on its line. What the grammar cannot express is kept as words, which raise when they are asked for.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.tariff.expression import FREE, Expression, Text, parse, printed
from xbcommerce.tariff.lookup import TABLE, a_path
from xbcommerce.tariff.schedule import PREFERENCES, Schedule

__all__ = ["Conversion", "convert", "formats", "special_duties"]

_CODE = re.compile(r"[0-9]{2,12}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LARGEST = 2 * 10**9
_EXCEL_START = 693_594
"""Days of the proleptic calendar before the first day that spreadsheets count."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted file: the text of the schedule file, and what was read.

    Attributes:
        text: the schedule file, to be written and given to `load`.
        lines: lines with a duty.
        words: lines whose duty is kept as words.
        preferences: preferential duties.
        left_out: what was not read, by reason.
    """

    text: str
    lines: int
    words: int
    preferences: int
    left_out: Mapping[str, int]

    def __str__(self) -> str:
        """Return what was read in one line."""
        share = f"{100 * self.words / self.lines:.2f} %" if self.lines else "none"
        out = "".join(f"; left out: {count} {reason}" for reason, count in self.left_out.items())
        return f"{self.lines} lines, {self.words} of them as words ({share}), {self.preferences} preferences{out}"

    def schedule(self) -> Schedule:
        """Return the schedule."""
        head, _, table = self.text.partition(TABLE)
        return Schedule.read(head, table, layer="imported", where="imported")


@dataclass(slots=True)
class _Table:
    """What is read of a file: duties by code, preferences by code and programme, and notes."""

    duties: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    preferences: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    programmes: dict[str, tuple[str, tuple[str, ...] | None]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, duty: Expression, **marks: str) -> None:
        """Add a duty of a line; a second, different one makes the line's duty words, for nobody says which it is."""
        known = self.duties.setdefault(code, [])
        text = printed(duty)
        if text not in known:
            known.append(text)
        self.marks.setdefault(code, {}).update(marks)

    def note(self, code: str, mark: str) -> None:
        """Note something on a line, if it has a duty."""
        if code in self.duties:
            self.marks.setdefault(code, {}).setdefault("n", mark)

    def prefer(self, code: str, programme: str, duty: Expression) -> None:
        """Add a preferential duty."""
        known = self.preferences.setdefault((code, programme), [])
        text = printed(duty)
        if text not in known:
            known.append(text)


def formats() -> Mapping[str, Mapping[str, Any]]:
    """Return the formats that can be read, by name, with what is known of each."""
    content = _settings()
    return {name: content[name] for name in _READERS}


def convert(path: str | Path, *, format: str, as_of: date | str) -> Conversion:  # noqa: A002 - as the command line calls it
    """Return a downloaded file of an official format as a schedule.

    Args:
        path: the file.
        format: its format; see `formats`.
        as_of: the day whose duties are read: the day of the download, or of its edition.

    Raises:
        InvalidInput: if the format is not known, or the file is not of that format.
    """
    if not isinstance(format, str) or format not in _READERS:
        raise InvalidInput(
            f"format {shown(format)} is none of {', '.join(_READERS)}", field="format", value=format, allowed=_READERS,
            hint=suggest(format, _READERS),
        )  # fmt: skip
    day, path = a_day(as_of, "as_of"), a_path(path)
    settings = _settings()[format]
    table = _Table()
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidInput(f"{shown(path.name)} is too large", field="path", value=str(path))
        _READERS[format](path, day, settings, table)
    except (OSError, ArithmeticError, ValueError, LookupError, AttributeError, TypeError, StopIteration, zipfile.BadZipFile,
            ElementTree.ParseError, RecursionError) as error:  # fmt: skip
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(
            f"{shown(path.name)} cannot be read as {format} ({settings['describes']}): {type(error).__name__}: {error}"[:300],
            field="path", value=str(path),
        ) from None  # fmt: skip
    if not table.duties:
        raise InvalidInput(
            f"{shown(path.name)} holds no duty of {format} in force on {day}", field="path", value=str(path),
            hint="is it the file, the format and the day you mean?",
        )  # fmt: skip
    return _written(table, settings, path.name, format, day)


def _settings() -> Mapping[str, Any]:
    return tomllib.loads(files("xbcommerce").joinpath("data", "tariff", "formats.toml").read_text(encoding="utf-8"))


# ---------------------------------------------------------------------- the readers


def _measures(rows: Iterable[Mapping[str, str]], names: _Names, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    """Read measures of the kind that the UK and the Union publish: a row a measure."""
    suspended = []
    for row in rows:
        code = _code(row[names.code])
        kind = str(row[names.type]).strip()
        if code is None or not _in_force(row.get(names.start), row.get(names.end), day):
            continue
        if kind in settings["suspension"]:
            suspended.append(code)
        elif str(row.get(names.quota) or "").strip():
            table.left_out["duties inside quotas"] += 1
        elif kind in settings["general"] and row[names.area] == settings["everyone"]:
            _general(row, names, code, table)
        elif kind in settings["preference"]:
            programme = _programme(str(row[names.area]).strip(), str(row.get(names.area_name) or ""), settings, table)
            table.prefer(code, programme, _duty(row, names))
        else:
            table.left_out["measures of other kinds"] += 1
    for code in suspended:
        table.note(code, "suspension")


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the columns."""

    code: str
    type: str
    duty: str
    start: str
    end: str
    area: str
    area_name: str
    quota: str
    additional: str
    excluded: str


_UK = _Names(
    "commodity__code", "measure__type__id", "measure__duty_expression", "measure__effective_start_date",
    "measure__effective_end_date", "measure__geographical_area__id", "measure__geographical_area__description",
    "measure__quota__order_number", "measure__additional_code__code", "measure__excluded_geographical_areas__ids",
)  # fmt: skip
_TARIC = _Names(
    "Goods code", "Meas. type code", "Duty", "Start date", "End date", "Origin code", "Origin", "Order No.", "Add code",
    "Excluded",
)  # fmt: skip


def _general(row: Mapping[str, str], names: _Names, code: str, table: _Table) -> None:
    excluded = str(row.get(names.excluded) or "").strip()
    table.add(code, _duty(row, names), **({"n": "excluded"} if excluded else {}))


def _duty(row: Mapping[str, str], names: _Names) -> Expression:
    text = " ".join(str(row[names.duty] or "").split())
    additional = str(row.get(names.additional) or "").strip()
    return Text(f"{text or 'no duty stated'} (additional code {additional})") if additional else parse(text or "no duty stated")


def _programme(area: str, name: str, settings: Mapping[str, Any], table: _Table) -> str:
    """Return the programme of an area, and note whom it benefits, if that is known: a country, or a known group."""
    group = settings["groups"].get(area)
    members: Iterable[str] | None = _settings()["groups"].get(group) if group else None
    countries = tuple(members) if members else (area,) if _COUNTRY.fullmatch(area) else None
    programme = group or area
    table.programmes.setdefault(programme, (name.strip() or area, countries))
    return programme


def _uk_csv(path: Path, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        _measures(csv.DictReader(file), _UK, day, settings, table)


def _taric(path: Path, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    if zipfile.is_zipfile(path):
        rows: Iterable[Mapping[str, str]] = _spreadsheet(path)
    else:
        text = path.read_text(encoding="utf-8-sig")
        rows = csv.DictReader(io.StringIO(text), delimiter=";" if text.partition("\n")[0].count(";") > 2 else ",")
    trimmed = ({str(name).strip(): value for name, value in row.items()} for row in rows)
    _measures(({**row, _TARIC.code: _short(row[_TARIC.code])} for row in trimmed), _TARIC, day, settings, table)


def _short(code: str) -> str:
    """Return a TARIC code without its suffix and the pairs of zeros that fill it up: what stands below it inherits."""
    digits = re.sub(r"\D", "", str(code))[:10]
    while len(digits) > 2 and digits.endswith("00"):
        digits = digits[:-2]
    return digits


def _us_json(path: Path, _: date, settings: Mapping[str, Any], table: _Table) -> None:
    for row in json.loads(path.read_text(encoding="utf-8-sig")):
        code = _code(str(row.get("htsno") or "").replace(".", ""))
        general = " ".join(str(row.get("general") or "").split())
        if code is None or len(code) < 8 or not general:
            continue
        if code.startswith(tuple(settings["special_chapters"])):
            table.left_out["lines of chapters of temporary and additional duties"] += 1
            continue
        other = " ".join(str(row.get("other") or "").split())
        table.add(code, _us(general), **({settings["column"]: printed(_us(other))} if other else {}))
        for duty, programmes in special_duties(str(row.get("special") or "")):
            for programme in programmes:
                table.prefer(code, programme, duty)


def _us(text: str) -> Expression:
    return parse(re.sub(r"\b(pr|doz|gr)\.", r"\1", text))


def special_duties(text: str) -> Iterator[tuple[Expression, tuple[str, ...]]]:
    """Yield the duties of a special column with the symbols of their programmes: "Free (AU,BH) 8% (E) See 9822.05.20 (P+)".

    >>> [(printed(duty), symbols) for duty, symbols in special_duties("Free (AU,BH) 8% (E)")]
    [('free', ('AU', 'BH')), ('8 %', ('E',))]
    """
    for words, symbols in re.findall(r"([^()]+?)\s*\(([^()]*)\)", " ".join(text.split())):
        names = tuple(symbol.strip() for symbol in symbols.split(",") if symbol.strip())
        if names and words.strip(" ,"):
            yield _us(words.strip(" ,")), names


def _no_json(path: Path, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    for row in json.loads(path.read_text(encoding="utf-8-sig"))["varer"]:
        code = _code(row["id"])
        if code is None:
            continue
        for agreement in row["avtalesatser"]:
            group = agreement["landgruppe"]
            for rate in agreement["sats"]:
                if not _in_force(rate["fomdato"], rate.get("tomdato"), day) or rate["satsVerdi"] == settings["nothing"]:
                    continue
                duty = _norwegian(rate, settings)
                if group == settings["everyone"]:
                    table.add(code, duty)
                elif group in settings["groups"]:
                    table.prefer(code, settings["groups"][group], duty)
                else:
                    table.left_out["rates of other country groups"] += 1


def _norwegian(rate: Mapping[str, Any], settings: Mapping[str, Any]) -> Expression:
    value, unit = str(rate["satsVerdi"]).replace(",", "."), str(rate.get("satsEnhet") or "")
    if not Decimal(value):
        return FREE
    if unit == "P":
        return parse(f"{value} %")
    known = settings["units"].get(unit)
    return parse(f"{value} {settings['currency']} per {known}") if known else Text(f"{value} ({unit or 'no unit'})")


def _ch_xml(path: Path, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            name = next(name for name in packed.namelist() if name.lower().endswith(".xml"))
            with packed.open(name) as file:
                _swiss(file, day, settings, table)
    else:
        with path.open("rb") as file:
            _swiss(file, day, settings, table)


def _swiss(file: Any, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    for _, element in ElementTree.iterparse(file):  # noqa: S314 - a file of the customs office that the caller downloaded
        if _tag(element) != "commodityCode":
            continue
        code = _code((_inside(element, "value")).replace(".", ""))
        if code is not None and _inside(element, "validForImport") == "true" and _valid(element, day):
            privileges = [child for child in element if _tag(child) == "customsPrivilegeCode"]
            for privilege in privileges:
                if _inside(privilege, "code") == settings["no_privilege"]:  # others depend on the use of the goods
                    _swiss_rates(privilege, code, day, settings, table)
                else:
                    table.left_out["duties under a privilege of use"] += 1
        element.clear()


def _swiss_rates(privilege: ElementTree.Element, code: str, day: date, settings: Mapping[str, Any], table: _Table) -> None:
    for rate in privilege:
        if _tag(rate) != "rate" or not _valid(rate, day):
            continue
        value, basis = _inside(rate, "value"), _inside(rate, "weight")
        duty: Expression = Text(f"{value} {settings['currency']}, basis {basis or 'not said'}: the file does not say per what")
        if not Decimal(value):
            duty = FREE
        group = _inside(rate, "countryGrpNr")
        if _inside(rate, "type") == settings["ordinary"] and group == settings["everyone"]:
            table.add(code, duty)
        elif _inside(rate, "type") == settings["preferential"]:
            table.programmes.setdefault(group, (f"tariff group {group}", None))
            table.prefer(code, group, duty)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _inside(element: ElementTree.Element, name: str) -> str:
    found = next((child for child in element if _tag(child) == name), None)
    return (found.text or "").strip() if found is not None else (element.get(name) or "").strip()


def _valid(element: ElementTree.Element, day: date) -> bool:
    return _in_force(_inside(element, "validFrom"), _inside(element, "validTo"), day)


_READERS: Mapping[str, Callable[[Path, date, Mapping[str, Any], _Table], None]] = {
    "uk-csv": _uk_csv,
    "us-json": _us_json,
    "taric": _taric,
    "no-json": _no_json,
    "ch-xml": _ch_xml,
}


# ---------------------------------------------------------------------- small things


def _code(value: object) -> str | None:
    text = str(value or "").strip()
    return text if _CODE.fullmatch(text) else None


def _in_force(start: object, end: object, day: date) -> bool:
    first, last = _date(start), _date(end)
    return (first is None or first <= day) and (last is None or day <= last)


def _date(value: object) -> date | None:
    """Return a date as official files write it (2026-07-01, 01-07-2026, 01/07/2026, a spreadsheet's number), or None."""
    text = str(value or "").strip()[:10]
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,6}", text):
        return date.fromordinal(_EXCEL_START) + timedelta(days=int(text))
    match = re.fullmatch(r"(\d\d)[-/.](\d\d)[-/.](\d{4})", text)
    return date.fromisoformat(f"{match[3]}-{match[2]}-{match[1]}" if match else text)


def _spreadsheet(path: Path) -> Iterator[Mapping[str, str]]:
    """Yield the rows of the first sheet of a spreadsheet under the names of its first row."""
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            with packed.open("xl/sharedStrings.xml") as file:
                root = ElementTree.parse(file).getroot()  # noqa: S314 - as in _swiss
            shared = ["".join(part.text or "" for part in item.iter() if _tag(part) == "t") for item in root]
        sheet = min(name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        header: dict[str, str] = {}
        with packed.open(sheet) as file:
            for _, element in ElementTree.iterparse(file):  # noqa: S314 - as in _swiss
                if _tag(element) != "row":
                    continue
                cells = {re.sub(r"\d", "", cell.get("r", "")): _cell(cell, shared) for cell in element}
                if header:
                    yield {header[column]: cells.get(column, "") for column in header}
                else:
                    header = {column: text.strip() for column, text in cells.items() if text.strip()}
                element.clear()


def _cell(cell: ElementTree.Element, shared: list[str]) -> str:
    text = "".join(part.text or "" for part in cell.iter() if _tag(part) in ("v", "t"))
    return shared[int(text)] if cell.get("t") == "s" and text else text


# ---------------------------------------------------------------------- the schedule file


def _written(table: _Table, settings: Mapping[str, Any], file: str, format_: str, day: date) -> Conversion:
    built_in = _built_in(settings["place"])
    text = "".join((*_head(table, settings, file, format_, day, built_in), TABLE, *_lines(table)))
    words = sum(isinstance(_one(duties), Text) for duties in table.duties.values())
    return Conversion(text, len(table.duties), words, len(table.preferences), dict(table.left_out))


def _built_in(place: str) -> Mapping[str, Any]:
    """Return the head of the built-in schedule, whose columns and programmes an imported one shares."""
    path = files("xbcommerce").joinpath("data", "tariff", f"{place}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _head(
    table: _Table, settings: Mapping[str, Any], file: str, format_: str, day: date, built_in: Mapping[str, Any]
) -> Iterator[str]:  # fmt: skip
    yield "# Schedule made by `xbcommerce tariff import`; give it to `xbcommerce.tariff.load`.\n"
    yield f"id = {_quoted(settings['place'])}\nplaces = [{', '.join(map(_quoted, settings['places']))}]\n"
    for key in ("title", "publisher", "url", "licence", "nomenclature"):
        yield f"{key} = {_quoted(settings[key])}\n"
    yield f"edition = {_quoted(f'imported from {file} ({format_})')}\nas_of = {day}\nvalid_from = {day}\n"
    yield 'no_preferences = "the imported file has no preferential duties"\n\n[notes]\n'
    yield 'suspension = "a suspension applies to some or all goods of this line: it is not covered, the full duty is used"\n'
    yield 'excluded = "the measure excludes some origins, which are not told apart here"\n'
    for row in built_in.get("column", ()):
        yield "\n[[column]]\n" + "".join(_pair(key, value) for key, value in row.items())
    used = {programme for _, programme in table.preferences}
    known = {row["id"]: row for row in built_in.get("programme", ())}
    for programme in sorted(used):
        name, countries = table.programmes.get(programme, (programme, None))
        row = known.get(programme) or {"id": programme, "name": name, **({"countries": list(countries)} if countries else {})}
        proof = row.get("proof", built_in.get("proof") if programme in known else None)
        yield "\n[[programme]]\n" + "".join(_pair(key, value) for key, value in row.items() if key != "proof")
        if proof:
            yield _pair("proof", proof)


def _pair(key: str, value: object) -> str:
    if isinstance(value, list):
        return f"{key} = [{', '.join(map(_quoted, value))}]\n"
    return f"{key} = {value}\n" if isinstance(value, date) else f"{key} = {_quoted(str(value))}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _one(duties: list[str]) -> Expression:
    """Return the duty of a line, or of several contradicting ones their words."""
    return parse(duties[0]) if len(duties) == 1 else Text(f"several duties: {' / '.join(duties)}")


def _lines(table: _Table) -> Iterator[str]:
    for code in sorted(table.duties):
        marks = [f"{mark}:{content}" for mark, content in table.marks.get(code, {}).items()]
        yield "\t".join((code, printed(_one(table.duties[code])), *marks)) + "\n"
    if not table.preferences:
        return
    yield f"{PREFERENCES}\n"
    grouped: dict[tuple[str, str], list[str]] = {}
    for (code, programme), duties in table.preferences.items():
        grouped.setdefault((code, printed(_one(duties))), []).append(programme)
    groups: dict[str, str] = {}
    for programmes in grouped.values():
        group = " ".join(sorted(programmes))
        if group not in groups:
            groups[group] = str(len(groups) + 1)
            yield f"={groups[group]}\t{group}\n"
    for (code, duty), programmes in sorted(grouped.items()):
        yield f"{code}\t{groups[' '.join(sorted(programmes))]}\t{duty}\n"
