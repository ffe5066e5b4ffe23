"""Readers of rate sheets: CSV and Excel, in the shapes that carriers and resellers send them, into rate cards and zone maps.

Shapes are recognised by their headings:

- *flat*: a row for each zone and weight, with a price, and what more weight costs;
- *matrix*: weights down, zones across;
- *first and further*: a price for the first weight and one for each further step;
- *per kilogram*: bands with a price for a kilogram and a fee for the parcel.

A broken sheet is refused with every broken cell, by row and column as a spreadsheet counts them. Lower edges of bands are used
to find holes: a hole becomes a row marked unknown, so that a parcel that falls into it is never priced at the next row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown, suggest
from xbcommerce.logistics.models import Break, Charge, RateCard, Source, Zone, quantity
from xbcommerce.money import minor_units

__all__ = ["BrokenSheet", "CellError", "read_fuel", "read_rates", "read_zones", "write_rates"]

Table = list[list[Any]]
_MOST_ROWS, _MOST_COLUMNS, _MOST_ERRORS, _MOST_BYTES = 100_000, 300, 100, 50_000_000
_LONGEST = 80
"""Characters of a cell that may be a weight or an amount: bounds the time of the patterns below."""

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "zone": (
        "zone", "zone label", "zone name", "zone code", "area", "country", "destination", "land", "zona", "分区", "区域",
        "国家", "目的地",
    ),
    "up_to": (
        "up to", "to", "max weight", "weight to", "weight up to", "weight", "max", "bis", "gewicht", "重量", "重量段", "最大",
        "kg", "g", "lb",
    ),
    "from": ("from", "min weight", "weight from", "over", "von", "ab", "起重"),
    "price": ("price", "rate", "base", "base price", "fixed", "cost", "amount", "preis", "tarif", "价格", "运费"),
    "per_kg": ("per kg", "price per kg", "rate per kg", "per kilo", "preis pro kg", "运费/kg", "单价", "公斤价"),
    "fee": ("registration", "registration fee", "handling fee", "fee", "per item", "per parcel", "挂号费", "处理费"),
    "first_weight": ("first weight", "首重"),
    "first_price": ("first price", "first weight price", "首重价格", "首重费用"),
    "step": ("additional weight", "step", "further weight", "续重"),
    "step_price": ("additional price", "additional", "step price", "further price", "续重价格", "续重费用"),
    "size": ("size", "tier", "size tier", "format"),
    "value_up_to": ("value up to", "max value", "goods value up to"),
    "service": ("service", "service code", "service name", "product", "channel", "产品", "渠道"),
    "currency": ("currency", "currency code", "währung", "币种"),
    "minimum": ("minimum", "minimum charge", "min charge"),
    "country": ("country", "country code", "iso", "land", "国家", "国家代码"),
    "region": ("region", "state", "province"),
    "postcode": ("postcode", "postcodes", "zip", "postal code", "plz", "邮编"),
    "valid_from": ("valid from", "from", "start", "effective", "gültig ab", "生效日期"),
    "valid_to": ("valid to", "to", "end", "until", "gültig bis", "失效日期"),
    "percent": ("percent", "rate", "fuel", "fuel surcharge", "surcharge", "%", "燃油附加费"),
}  # fmt: skip
_UNIT = re.compile(r"[(\[（]\s*(kg|g|lb|oz|kgs|lbs)\s*[)\]）]|\b(kg|lb|oz)s?\b", re.IGNORECASE)
_NUMBER = r"[0-9][0-9.,' ]*"
_RANGE = re.compile(
    rf"({_NUMBER})\s*(?:kg|g|lb|oz)?\s*(?:-|–|—|~|to|bis|<\s*w\s*<=|<w≤)\s*({_NUMBER})\s*(kg|g|lb|oz)?s?", re.IGNORECASE
)
_EDGE = re.compile(rf"(?:<=|≤|up to|bis|max\.?)?\s*({_NUMBER})\s*(kg|g|lb|oz)?s?", re.IGNORECASE)
_FURTHER = re.compile(
    rf"(?:each |every |per )?(?:\+|add(?:'?l|itional)?|further|续重)\.?:?\s*({_NUMBER})\s*(kg|g|lb|oz)?s?", re.IGNORECASE
)
_MONEY = re.compile(rf"([A-Z]{{3}}|[€$£¥￥]|元)?\s*(-?{_NUMBER})\s*([A-Z]{{3}}|[€$£¥￥]|元)?")
_EMPTY = frozenset({"", "-", "–", "—", "n/a", "na", "/", "x"})


class CellError(NamedTuple):
    """What is wrong with a cell: row and column as a spreadsheet counts them."""

    row: int
    column: str
    heading: str
    value: object
    problem: str

    def __str__(self) -> str:
        """Return the error in one line."""
        return f"row {self.row}, column {self.column}{f' ({self.heading})' if self.heading else ''}: {self.problem}"


class BrokenSheet(InvalidInput):
    """A sheet that cannot be read: every broken cell is in `cells` (the first hundred)."""

    def __init__(self, message: str, cells: Sequence[CellError] = (), **more: Any) -> None:
        self.cells = tuple(cells[:_MOST_ERRORS])
        said = "; ".join(str(cell) for cell in self.cells[:5])
        rest = f" (and {len(cells) - 5} more)" if len(cells) > 5 else ""
        super().__init__(f"{message}: {said}{rest}" if said else message, **more)


class _Sheet:
    """A table with its headings, and the errors that are found in it."""

    def __init__(self, table: Table, decimal: str, wanted: Sequence[str]) -> None:
        self.decimal = decimal
        self.errors: list[CellError] = []
        self.finest = 0
        self.head = _heading_row(table, wanted)
        self.headings = [_plain(cell)[:_LONGEST] for cell in table[self.head]]
        self.rows = [
            (number, row)
            for number, row in enumerate(table[self.head + 1 :], self.head + 2)
            if any(_plain(cell) for cell in row)
        ]
        if not self.rows:
            raise BrokenSheet("there is no row below the headings", field="sheet")

    def column(self, name: str, taken: Sequence[int | None] = (), *, exact: bool = False) -> int | None:
        """Return the column of a heading: the same word, else the word with a unit or remark behind it."""
        bare = [_bare(heading) for heading in self.headings]
        free = [(index, heading) for index, heading in enumerate(bare) if heading and index not in taken]
        same = (index for word in _HEADINGS[name] for index, heading in free if heading == word)
        longer = (index for word in _HEADINGS[name] for index, heading in free if heading.startswith(word + " "))
        return next(same, None if exact else next(longer, None))

    def error(self, row: int, column: int, value: object, problem: str) -> None:
        heading = self.headings[column] if column < len(self.headings) else ""
        self.errors.append(CellError(row, _letter(column), heading, value, problem))

    def see(self, *sizes: Decimal | None) -> None:
        """Note how many decimals weights are printed with."""
        self.finest = min(self.finest, *(int(size.as_tuple().exponent) for size in sizes if size is not None), 0)

    def number(self, row: int, column: int, value: object) -> Decimal | None:
        """Return a number, or None after noting an error."""
        try:
            return _number(value, self.decimal)
        except InvalidInput as error:
            self.error(row, column, value, str(error))
            return None

    def money(self, row: int, column: int, value: object, currency: str) -> str | None:
        """Return an amount as text with its currency, or None after noting an error."""
        match = _MONEY.fullmatch(_plain(value)) if isinstance(value, str) and len(_plain(value)) <= _LONGEST else None
        if match and (said := match[1] or match[3]) and said.isalpha() and len(said) == 3 and said != currency:
            self.error(row, column, value, f"an amount in {said} on a card in {currency}")
            return None
        number = self.number(row, column, match[2] if match else value)
        if number is not None and number < 0:
            self.error(row, column, value, "a negative price")
            return None
        return None if number is None else f"{number:f} {currency}"

    def refuse(self) -> None:
        """Raise if anything was wrong."""
        if self.errors:
            count = "one broken cell" if len(self.errors) == 1 else f"{len(self.errors)} broken cells"
            raise BrokenSheet(f"the sheet has {count}", sorted(self.errors, key=lambda cell: cell[:2]), field="sheet")


# ------------------------------------------------------------------------------------------------------------------ the cells


def _plain(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _bare(heading: str) -> str:
    text = _UNIT.sub(" ", heading.lower()) if _bare_unit(heading) else heading.lower()
    return re.sub(r"[\s_]+", " ", text.replace("(", " ").replace(")", " ")).strip(" :*.")


def _bare_unit(heading: str) -> bool:
    """Tell whether a unit stands beside a heading ("Weight (kg)"), and is no part of it ("per kg")."""
    return bool(re.search(r"[(\[（]", heading)) and bool(_UNIT.search(heading))


def _letter(column: int) -> str:
    letters = ""
    while column >= 0:
        letters = chr(65 + column % 26) + letters
        column = column // 26 - 1
    return letters


def _number(value: object, decimal: str) -> Decimal:
    """Return a number as a sheet shows it: Excel's floats to ten digits, thousands separators only where they belong."""
    if isinstance(value, bool) or value is None:
        raise InvalidInput(f"{shown(value)} is no number", value=value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        text, decimal = f"{value:.10g}", "."
    else:
        text = _plain(value)[: _LONGEST + 1].replace("\u00a0", " ").replace(" ", "").replace("'", "")
    thousands = "," if decimal == "." else "."
    whole, mark, rest = text.partition(decimal)
    if thousands in whole:
        if not re.fullmatch(rf"-?[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+", whole):
            raise InvalidInput(
                f"cannot tell thousands from decimals in {shown(value)}", value=value, hint=f"say decimal={thousands!r}"
            )
        whole = whole.replace(thousands, "")
    try:
        number = Decimal(f"{whole}{'.' if mark else ''}{rest}" if len(text) <= 40 else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or thousands in rest or abs(number) >= 10**12:
        raise InvalidInput(f"{shown(value)} is no number", value=value)
    return number


def _heading_row(table: Table, wanted: Sequence[str]) -> int:
    """Return the row of the headings: the first of the first thirty in which a wanted word stands beside another cell."""
    words = {word for name in wanted for word in _HEADINGS[name]}
    for number, row in enumerate(table[:30]):
        cells = [_bare(_plain(cell)[:_LONGEST]) for cell in row]
        filled = [cell for cell in cells if cell]
        if len(filled) >= 2 and any(cell in words or any(cell.startswith(word + " ") for word in words) for cell in filled):
            return number
    raise BrokenSheet(
        f"no row of headings is found: expected are words such as {', '.join(sorted(_HEADINGS[name][0] for name in wanted))}",
        field="sheet",
    )


# ------------------------------------------------------------------------------------------------------------------- the files


def _table(source: Path | str | bytes, sheet: str | int | None, delimiter: str | None) -> Table:
    content = _content(source)
    if isinstance(content, bytes) and content[:2] == b"PK":
        return _excel(content, sheet)
    text = content if isinstance(content, str) else _decoded(content)
    return _csv(text, delimiter)


def _content(source: Path | str | bytes) -> str | bytes:
    if isinstance(source, bytes):
        return _small(source)
    if isinstance(source, str) and "\n" in source:
        return source if len(source) <= _MOST_BYTES else _small(b"x" * (_MOST_BYTES + 1)).decode()
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise BrokenSheet(f"{path.name} is larger than {_MOST_BYTES // 10**6} MB", field="source")
            return path.read_bytes()
        except OSError as error:
            raise BrokenSheet(
                f"cannot read {shown(str(source))}: {error.strerror}", field="source", value=str(source)
            ) from None
    raise InvalidInput(
        f"cannot read {shown(source)} as a sheet", field="source", value=source, hint="give a path, text or bytes"
    )


def _small(content: bytes) -> bytes:
    if len(content) > _MOST_BYTES:
        raise BrokenSheet(f"the sheet is larger than {_MOST_BYTES // 10**6} MB", field="source")
    return content


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BrokenSheet("the text is in no known encoding", field="source", hint="save it as UTF-8")


def _csv(text: str, delimiter: str | None) -> Table:
    first = "\n".join(text.splitlines()[:20])
    mark = delimiter or max(",;\t|", key=first.count)
    try:
        table: Table = []
        for row in csv.reader(StringIO(text, newline=""), delimiter=mark):
            table.append(list(row))
            _bounded(len(table), len(row))
    except csv.Error as error:
        raise BrokenSheet(f"no CSV: {error}", field="source") from None
    if not table:
        raise BrokenSheet("the sheet is empty", field="source")
    return table


def _bounded(rows: int, columns: int) -> None:
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise BrokenSheet(f"a sheet has at most {_MOST_ROWS} rows and {_MOST_COLUMNS} columns", field="source")


def _excel(content: bytes, sheet: str | int | None) -> Table:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise BrokenSheet("reading Excel needs openpyxl", hint="install xbcommerce[excel]", field="source") from None
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - whatever a broken archive brings about
        raise BrokenSheet(f"no Excel workbook: {type(error).__name__}", field="source") from None
    try:
        names = book.sheetnames
        chosen = names[0] if sheet is None else names[sheet] if isinstance(sheet, int) and sheet < len(names) else sheet
        if chosen not in names:
            raise BrokenSheet(
                f"there is no sheet {shown(sheet)}", field="sheet", value=sheet, allowed=names, hint=suggest(sheet, names)
            )
        table: Table = []
        for row in book[chosen].iter_rows(values_only=True):
            table.append(list(row[:_MOST_COLUMNS]))
            _bounded(len(table), len(row[:_MOST_COLUMNS]))
    finally:
        book.close()
    if not table:
        raise BrokenSheet("the sheet is empty", field="source")
    return table


# ------------------------------------------------------------------------------------------------------------------ rate cards


class _Edge(NamedTuple):
    """A weight cell: a band's edges, or the step of further weight."""

    low: Decimal | None
    high: Decimal | None
    unit: str
    further: bool = False


def _edge(text: object, unit: str, decimal: str) -> _Edge:
    """Read a weight cell: "0.5", "0-0.5 kg", "≤ 500 g", "add'l 0.5 kg", "over 20"."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return _Edge(None, _number(text, decimal), unit)
    plain = _plain(text)
    if len(plain) > _LONGEST:
        raise InvalidInput(f"{shown(text)} is no weight", value=text)
    if match := _FURTHER.fullmatch(plain):
        return _Edge(None, _number(match[1], decimal), (match[2] or unit).lower(), further=True)
    if match := _RANGE.fullmatch(plain):
        return _Edge(_number(match[1], decimal), _number(match[2], decimal), (match[3] or unit).lower())
    if match := re.fullmatch(
        rf"(?:>|over|above|ab|from)\s*({_NUMBER})\s*(kg|g|lb|oz)?|({_NUMBER})\s*(kg|g|lb|oz)?\s*\+", plain, re.IGNORECASE
    ):
        return _Edge(_number(match[1] or match[3], decimal), None, (match[2] or match[4] or unit).lower())
    if match := _EDGE.fullmatch(plain):
        return _Edge(None, _number(match[1], decimal), (match[2] or unit).lower())
    raise InvalidInput(f"{shown(text)} is no weight", value=text)


def _unit_of(heading: str, unit: str) -> str:
    match = _UNIT.search(heading)
    return (match[1] or match[2]).lower().removesuffix("s") if match else unit


def read_rates(
    source: Path | str | bytes,
    *,
    card: str,
    currency: str,
    unit: Literal["kg", "g", "lb", "oz"] = "kg",
    zones: str = "price",
    decimal: Literal[".", ","] = ".",
    sheet: str | int | None = None,
    delimiter: str | None = None,
    valid_from: date | str | None = None,
    valid_to: date | str | None = None,
    cited: Source | Mapping[str, Any] | None = None,
    where: Mapping[str, str] | None = None,
) -> RateCard:
    r"""Return the rate card of a sheet.

    Args:
        source: path of a CSV or Excel file, its bytes, or the text of a CSV.
        card: name of the card.
        currency: of its prices; a cell in another currency is an error.
        unit: of weights without one; a unit in a heading or cell goes before it.
        zones: name of the zone map that the zones of the sheet belong to.
        decimal: the sheet's decimal mark.
        sheet: name or number of the sheet of a workbook; the first if not given.
        delimiter: of a CSV; recognised if not given.
        valid_from: first day of the card.
        valid_to: last day of the card.
        cited: where the sheet is from.
        where: rows that count, by heading ({"service": "express"}), where a sheet holds several services.

    Raises:
        BrokenSheet: with every broken cell by row and column.

    >>> card = read_rates("Weight (kg),Zone 1,Zone 2\n0.5,10.00,12.50\n1,14.00,17.50\n", card="post", currency="EUR")
    >>> [(row.zone, row.up_to, row.levy) for row in card.breaks][:2]
    [('1', '0.5 kg', '10.00 EUR'), ('1', '1 kg', '14.00 EUR')]
    """
    minor_units(currency)
    page = _Sheet(_table(source, sheet, delimiter), decimal, ("up_to", "first_weight", "first_price", "zone"))
    _keep(page, where or {})
    _check_currency(page, currency)
    rows = _rows_of(page, currency, unit)
    page.refuse()

    return _card(
        page, rows, id=card, currency=currency, zones=zones if any(row["zone"] != "*" for row, _ in rows) else "",
        source=Source(**cited) if isinstance(cited, Mapping) else cited,
        valid_from=None if valid_from is None else a_day(valid_from), valid_to=None if valid_to is None else a_day(valid_to),
    )  # fmt: skip


def _keep(page: _Sheet, where: Mapping[str, str]) -> None:
    """Keep the rows of one service."""
    for name, wanted in where.items():
        column = next((index for index, heading in enumerate(page.headings) if _bare(heading) == _bare(name)), None)
        if column is None:
            raise BrokenSheet(f"there is no column {shown(name)}", field="where", value=name, allowed=page.headings)
        known = {_plain(_cell(row, column)) for _, row in page.rows}
        page.rows = [(number, row) for number, row in page.rows if _plain(_cell(row, column)) == wanted]
        if not page.rows:
            raise BrokenSheet(f"no row has {name} {shown(wanted)}", field="where", value=wanted, hint=suggest(wanted, known))
    service = page.column("service", exact=True)
    several = sorted({_plain(_cell(row, service)) for _, row in page.rows}) if service is not None else []
    if len(several) > 1:
        raise BrokenSheet(
            f"the sheet holds {len(several)} services", field="where", allowed=several,
            hint=f"say which: where={{{page.headings[service or 0]!r}: {several[0]!r}}}",
        )  # fmt: skip


def _check_currency(page: _Sheet, currency: str) -> None:
    column = page.column("currency", exact=True)
    for number, row in page.rows if column is not None else ():
        said = _plain(_cell(row, column)).upper()
        if said and said != currency:
            page.error(number, column or 0, said, f"a row in {said[:10]} on a card in {currency}")


_Rows = list[tuple[dict[str, Any], int]]


def _card(page: _Sheet, rows: _Rows, **fields: Any) -> RateCard:
    """Return a card of rows that were read, or the row that does not fit the others."""
    breaks = []
    for row, number in rows:
        try:
            breaks.append(Break(**row))
        except InvalidInput as error:
            page.error(number, 0, row, str(error))
    page.refuse()
    return RateCard(breaks=tuple(_in_order(breaks)), **fields)


def _in_order(breaks: list[Break]) -> list[Break]:
    return sorted(breaks, key=lambda row: (row.zone, row.size))


def _rows_of(page: _Sheet, currency: str, unit: str) -> _Rows:
    columns = {name: page.column(name) for name in ("first_weight", "first_price", "step", "step_price")}
    if all(index is not None for index in columns.values()):
        return _first_and_further(page, columns, currency, unit)
    if {"levy", "plus", "up_to"} <= set(page.headings):
        return _as_written(page, currency)
    zone = page.column("zone", exact=True)
    per_kg = page.column("per_kg")
    up_to = page.column("up_to", (zone, per_kg))
    if zone is not None and page.column("up_to", (zone, per_kg), exact=True) is None and len(_weights_across(page, zone)) > 1:
        return _transposed(page, zone, currency, unit)
    if up_to is None:
        raise BrokenSheet("no column of weights is found", field="sheet", allowed=_HEADINGS["up_to"])
    unit = _unit_of(page.headings[up_to], unit)
    if per_kg is not None or page.column("price", (up_to,)) is not None:
        return _flat(page, zone, up_to, per_kg, currency, unit)
    return _matrix(page, up_to, currency, unit)


def _matrix(page: _Sheet, weights: int, currency: str, unit: str) -> _Rows:
    """Read weights down and zones across."""
    rows: _Rows = []
    across = [(index, _zone_name(heading)) for index, heading in enumerate(page.headings) if index != weights and heading]
    edges = _edges(page, weights, unit)
    for index, zone in across:
        band = _Bands(page, zone, "*", currency)
        for number, row in page.rows:
            if number in edges:
                band.add(number, index, edges[number], row[index] if index < len(row) else None)
        rows += band.rows
    return rows


_WITH_UNIT = re.compile(rf"(?:<=|≤|up to|bis)?\s*{_NUMBER}\s*(kg|g|lb|oz)s?", re.IGNORECASE)


def _weights_across(page: _Sheet, zone: int) -> list[int]:
    """Return the columns whose headings are weights."""
    return [
        index
        for index, heading in enumerate(page.headings)
        if index != zone and (_WITH_UNIT.fullmatch(heading) or _RANGE.fullmatch(heading) or re.fullmatch(_NUMBER, heading))
    ]


def _transposed(page: _Sheet, zone: int, currency: str, unit: str) -> _Rows:
    """Read zones down and weights across."""
    edges = [(column, _edge(page.headings[column], unit, page.decimal)) for column in _weights_across(page, zone)]
    for _, edge in edges:
        page.see(edge.low, edge.high)
    rows: _Rows = []
    for number, row in page.rows:
        band = _Bands(page, _zone_name(_plain(_cell(row, zone))) or "*", "*", currency)
        for column, edge in edges:
            band.add(number, column, edge, _cell(row, column))
        rows += band.rows
    return rows


def _zone_name(heading: str) -> str:
    match = re.fullmatch(r"(?:zone|zona|分区|area)\s*(.+)", heading, re.IGNORECASE)
    return match[1].strip() if match else heading


def _edges(page: _Sheet, column: int, unit: str) -> dict[int, _Edge]:
    out = {}
    for number, row in page.rows:
        cell = row[column] if column < len(row) else None
        try:
            out[number] = edge = _edge(cell, unit, page.decimal)
        except InvalidInput as error:
            page.error(number, column, cell, str(error))
        else:
            page.see(edge.low, edge.high)
    return out


class _Bands:
    """Rows of one zone, from light to heavy: holes between bands become rows marked unknown."""

    def __init__(self, page: _Sheet, zone: str, size: str, currency: str) -> None:
        self.page, self.zone, self.size, self.currency = page, zone, size, currency
        self.rows: _Rows = []
        self.last: tuple[Decimal, str] | None = None
        self.price: str | None = None

    def add(self, number: int, column: int, edge: _Edge, cell: object, **more: str) -> None:
        """Add a row with a price in one cell."""
        if _plain(cell).lower() in _EMPTY:
            self._row(number, column, edge, unknown=True)
            self.price = None
            return
        price = self.page.money(number, column, cell, self.currency)
        if price is None:
            return
        if edge.further:
            self._further(number, column, edge, price)
            return
        self._row(number, column, edge, levy=price, **more)
        self.price = price

    def add_parts(self, number: int, column: int, edge: _Edge, parts: Mapping[str, Any]) -> None:
        """Add a row whose price has several cells."""
        self._row(number, column, edge, **parts)

    def _further(self, number: int, column: int, edge: _Edge, price: str) -> None:
        if self.last is None:
            self.page.error(number, column, price, "further weight without a first row")
            return
        if self.price is None:
            self._row(number, column, _Edge(None, None, edge.unit), unknown=True)
            return
        above = f"{self.last[0]:f} {self.last[1]}"
        self._row(
            number, column, _Edge(None, None, edge.unit), levy=self.price, plus=price, per=f"{edge.high:f} {edge.unit}",
            above=above, begun=True,
        )  # fmt: skip

    def _row(self, number: int, column: int, edge: _Edge, **price: Any) -> None:
        base = {"zone": self.zone, "size": self.size}
        if edge.low is not None and self.last is not None:
            self._hole(number, base, edge)
        if edge.high is not None and self.last is not None and self._mass(edge.high, edge.unit) <= self._mass(*self.last):
            self.page.error(number, column, f"{edge.high:f}", "the weights do not go from light to heavy")
            return
        row = {**base, **price}
        if edge.high is not None:
            row["up_to"] = f"{edge.high:f} {edge.unit}"
            self.last = edge.high, edge.unit
        self.rows.append((row, number))

    def _hole(self, number: int, base: dict[str, Any], edge: _Edge) -> None:
        """Add a row marked unknown if the lower edge is further from the row before than the finest digit of the sheet."""
        assert self.last is not None  # noqa: S101 - asked for only then
        assert edge.low is not None  # noqa: S101 - asked for only then
        gap = self._mass(edge.low, edge.unit) - self._mass(*self.last)
        if gap > self._mass(Decimal(1).scaleb(self.page.finest), edge.unit):
            self.rows.append(({**base, "up_to": f"{edge.low:f} {edge.unit}", "unknown": True}, number))
            self.last = edge.low, edge.unit

    @staticmethod
    def _mass(size: Decimal, unit: str) -> Any:
        return quantity(f"{size:f} {unit}").size


def _flat(page: _Sheet, zone: int | None, up_to: int, per_kg: int | None, currency: str, unit: str) -> _Rows:
    """Read a row for each zone and weight."""
    price = page.column("price", (up_to, per_kg))
    fee = page.column("fee", (up_to, per_kg, price))
    low = page.column("from", (up_to,))
    size = page.column("size", (up_to, zone))
    if price is None and per_kg is None:
        raise BrokenSheet("no column of prices is found", field="sheet", allowed=(*_HEADINGS["price"], *_HEADINGS["per_kg"]))
    bands: dict[tuple[str, str], _Bands] = {}
    edges = _edges(page, up_to, unit)
    starts = {} if low is None else _starts(page, low)
    for number, row in page.rows:
        if number not in edges:
            continue
        name = "*" if zone is None else _zone_name(_plain(row[zone])) or "*"
        tier = "*" if size is None else _plain(row[size]) or "*"
        band = bands.setdefault((name, tier), _Bands(page, name, tier, currency))
        edge = edges[number]._replace(low=starts[number]) if number in starts else edges[number]
        if per_kg is None:
            band.add(number, price or 0, edge, _cell(row, price))
        else:
            _by_kilogram(page, band, number, row, edge, (per_kg, fee if fee is not None else price))
    return [entry for band in bands.values() for entry in band.rows]


def _starts(page: _Sheet, column: int) -> dict[int, Decimal]:
    """Return the lower edges that stand in a column of their own."""
    out = {}
    for number, row in page.rows:
        if _plain(_cell(row, column)):
            start = page.number(number, column, _cell(row, column))
            if start is not None:
                page.see(start)
                out[number] = start
    return out


def _cell(row: Sequence[Any], column: int | None) -> Any:
    return None if column is None or column >= len(row) else row[column]


def _by_kilogram(
    page: _Sheet, band: _Bands, number: int, row: Sequence[Any], edge: _Edge, columns: tuple[int, int | None]
) -> None:
    per_kg, fee = columns
    if _plain(_cell(row, per_kg)).lower() in _EMPTY:
        band.add_parts(number, per_kg, edge, {"unknown": True})
        return
    plus = page.money(number, per_kg, _cell(row, per_kg), band.currency)
    parts: dict[str, Any] = {"plus": plus, "per": "1 kg"}
    if fee is not None and _plain(_cell(row, fee)):
        parts["levy"] = page.money(number, fee, _cell(row, fee), band.currency)
    if None not in parts.values():
        band.add_parts(number, per_kg, edge, parts)


def _first_and_further(page: _Sheet, columns: Mapping[str, int | None], currency: str, unit: str) -> _Rows:
    """Read a price for the first weight and one for each further step."""
    zone, last = page.column("zone", exact=True), page.column("up_to", tuple(columns.values()))
    rows: _Rows = []
    for number, row in page.rows:
        cells = {name: _cell(row, index) for name, index in columns.items()}
        weights = {}
        for name in ("first_weight", "step"):
            column = columns[name] or 0
            try:
                edge = _edge(cells[name], _unit_of(page.headings[column], unit), page.decimal)
                weights[name] = f"{edge.high:f} {edge.unit}"
            except InvalidInput as error:
                page.error(number, column, cells[name], str(error))
        prices = {name: page.money(number, columns[name] or 0, cells[name], currency) for name in ("first_price", "step_price")}
        if len(weights) < 2 or None in prices.values():
            continue
        name = "*" if zone is None else _zone_name(_plain(row[zone])) or "*"
        rows.append(({"zone": name, "up_to": weights["first_weight"], "levy": prices["first_price"]}, number))
        further = {
            "zone": name, "levy": prices["first_price"], "plus": prices["step_price"], "per": weights["step"],
            "above": weights["first_weight"], "begun": True,
        }  # fmt: skip
        if last is not None and _plain(_cell(row, last)):
            try:
                edge = _edge(_cell(row, last), _unit_of(page.headings[last], unit), page.decimal)
                further["up_to"] = f"{edge.high:f} {edge.unit}"
            except InvalidInput as error:
                page.error(number, last, _cell(row, last), str(error))
        rows.append((further, number))
    return rows


# ------------------------------------------------------------------------------------------------ zones, surcharges, back


def read_zones(source: Path | str | bytes, *, sheet: str | int | None = None, delimiter: str | None = None) -> tuple[Zone, ...]:
    r"""Return the zone map of a sheet with a column of zones and one of countries, and if need be of regions and postcodes.

    Several countries or postcodes may stand in a cell, parted by blanks, commas or semicolons; "99500-99999" is a range.

    Raises:
        BrokenSheet: with every broken cell by row and column.

    >>> read_zones("Country,Zone\nUS,1\nDE,2\n")[1].zone
    '2'
    """
    page = _Sheet(_table(source, sheet, delimiter), ".", ("country", "postcode"))
    country = page.column("country")
    zone = next(
        (index for index, heading in enumerate(page.headings) if _bare(heading) in ("zone", "zona", "分区", "area")), None
    )
    if country is None or zone is None:
        raise BrokenSheet("a zone map has a column `zone` and a column `country`", field="sheet")
    region, postcode = page.column("region", (zone,)), page.column("postcode")
    out = []
    for number, row in page.rows:
        countries = _parted(_cell(row, country))
        bad = [code for code in countries if code != "*" and not _is_country(code)]
        if bad or not countries:
            page.error(number, country, _cell(row, country), f"{shown(bad[0]) if bad else 'an empty cell'} is no country code")
            continue
        postcodes = tuple(re.sub(r"^([^-]+)-([^-]+)$", r"\1..\2", code) for code in _parted(_cell(row, postcode)))
        regions = tuple(f"{countries[0]}-{code}" if "-" not in code else code for code in _parted(_cell(row, region)))
        name = _zone_name(_plain(_cell(row, zone)))
        if not name:
            page.error(number, zone, _cell(row, zone), "no zone")
            continue
        out.append(Zone(zone=name, countries=countries, regions=regions, postcodes=postcodes))
    page.refuse()
    return tuple(out)


def _is_country(code: str) -> bool:
    from xbcommerce.places import Address

    try:
        return bool(Address.of(code))
    except InvalidInput:
        return False


def _parted(cell: object) -> tuple[str, ...]:
    return tuple(part.upper() for part in re.split(r"[\s,;|]+", _plain(cell)) if part)


def read_fuel(
    source: Path | str | bytes,
    *,
    base: Sequence[str],
    charge: str = "fuel",
    decimal: Literal[".", ","] = ".",
    sheet: str | int | None = None,
    delimiter: str | None = None,
) -> Charge:
    r"""Return a surcharge whose percentage changes by week or month, from a sheet of first day, last day and percent.

    Args:
        source: as for `read_rates`.
        base: charges that the percentage is levied on.
        charge: name of the charge.
        decimal: as for `read_rates`.
        sheet: as for `read_rates`.
        delimiter: as for `read_rates`.

    A row without a last day holds until the day before the next one; after the last row the surcharge is unknown.

    Raises:
        BrokenSheet: with every broken cell by row and column.

    >>> fuel = read_fuel("Valid from,Valid to,Percent\n2026-10-01,2026-10-31,24.5\n", base=["transport"])
    >>> fuel.series[0].rate
    '24.5 %'
    """
    page = _Sheet(_table(source, sheet, delimiter), decimal, ("valid_from", "percent"))
    start = page.column("valid_from")
    end = page.column("valid_to", (start,))
    percent = page.column("percent", (start, end))
    if start is None or percent is None:
        raise BrokenSheet("a series has a column `valid from` and a column `percent`", field="sheet")
    rows = []
    for number, row in page.rows:
        first = _date(page, number, start, _cell(row, start))
        last = _date(page, number, end, _cell(row, end)) if end is not None and _plain(_cell(row, end)) else None
        cell = _cell(row, percent)
        rate = page.number(number, percent, cell.strip().removesuffix("%") if isinstance(cell, str) else cell)
        if first is not None and rate is not None:
            if last is not None and last < first:
                page.error(number, end or 0, last, "the last day is before the first")
            rows.append((first, last, f"{rate:f} %", number))
    rows.sort(key=lambda entry: entry[0])
    for before, after in pairwise(rows):
        if before[1] is not None and before[1] >= after[0]:
            page.error(after[3], start, after[0], f"it begins before the row of {before[0]} ends")
    page.refuse()
    series = []
    for place, (first, last, rate_text, _) in enumerate(rows):
        following = rows[place + 1][0] if place + 1 < len(rows) else None
        until = last or (None if following is None else date.fromordinal(following.toordinal() - 1))
        series.append(Charge(rate=rate_text, base=tuple(base), valid_from=first, valid_to=until, level="consignment"))
    return Charge(id=charge, base=tuple(base), series=tuple(series), level="consignment")


def _date(page: _Sheet, number: int, column: int, cell: object) -> date | None:
    try:
        return cell.date() if isinstance(cell, datetime) else a_day(cell if isinstance(cell, date) else _plain(cell))
    except InvalidInput:
        page.error(number, column, cell, f"{shown(cell)} is no day: write 2026-07-15")
        return None


def _as_written(page: _Sheet, currency: str) -> _Rows:
    """Read what `write_rates` wrote."""
    rows: _Rows = []
    for number, row in page.rows:
        given: dict[str, Any] = {}
        for index, name in enumerate(page.headings):
            cell = _plain(_cell(row, index))
            if name in ("begun", "unknown"):
                given[name] = cell.lower() in ("yes", "true", "1")
            elif name in _COLUMNS and cell:
                given[name] = cell
            if name in ("levy", "plus") and cell and not cell.endswith(currency):
                page.error(number, index, cell, f"an amount that is not in {currency}")
        rows.append((given, number))
    return rows


_COLUMNS = ("zone", "size", "up_to", "value_up_to", "value_below", "levy", "plus", "per", "above", "begun", "unknown")


def write_rates(card: RateCard) -> str:
    """Return a card as CSV, one row a break; `read_rates` reads it back.

    >>> print(write_rates(RateCard(id="post", currency="EUR", breaks=[{"up_to": "1 kg", "levy": "5 EUR"}])))
    zone,size,up_to,value_up_to,value_below,levy,plus,per,above,begun,unknown
    *,*,1 kg,,,5 EUR,,,,no,no
    <BLANKLINE>
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in card.breaks:
        writer.writerow([_written(getattr(row, name)) for name in _COLUMNS])
    return out.getvalue()


def _written(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else value
