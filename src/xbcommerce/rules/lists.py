"""Product lists: commodity codes that a measure names, as prefixes, each with its validity."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from xbcommerce.errors import RulebookError, shown
from xbcommerce.rules.facts import in_force

__all__ = ["ProductList"]

_DIGITS = range(2, 13)


@dataclass(frozen=True, slots=True)
class ProductList:
    """Codes of one list, sorted, with the days each is on it.

    A line's code is on the list if a listed code is a prefix of it. A line's code that is shorter than a listed code which
    begins with it cannot be told: `listed` answers None, and the caller is asked for more digits.
    """

    id: str
    codes: tuple[str, ...]
    days: tuple[tuple[date | None, date | None], ...]

    @classmethod
    def parse(cls, name: str, text: str) -> ProductList:
        """Read one code a line, optionally followed by the first and last day ("-" for open), `#` for comments."""
        rows: list[tuple[str, tuple[date | None, date | None]]] = []
        for number, line in enumerate(text.splitlines(), 1):
            parts = line.partition("#")[0].split()
            if not parts:
                continue
            code, days = parts[0], [*parts[1:], "-", "-"][:2]
            if not (code.isascii() and code.isdigit()) or len(code) not in _DIGITS or len(parts) > 3:
                raise RulebookError(f"list {name}, line {number}: cannot read {shown(line)}")
            try:
                start, end = (None if day == "-" else date.fromisoformat(day) for day in days)
            except ValueError:
                raise RulebookError(f"list {name}, line {number}: cannot read the dates of {shown(line)}") from None
            rows.append((code, (start, end)))
        rows.sort(key=lambda row: row[0])
        return cls(name, tuple(code for code, _ in rows), tuple(days for _, days in rows))

    def listed(self, code: str, on: date) -> bool | None:
        """Tell whether a commodity code is on the list on a day; None if its digits do not suffice to tell."""
        for length in range(2, len(code) + 1):
            prefix = code[:length]
            index = bisect_right(self.codes, prefix)
            while index and self.codes[index - 1] == prefix:
                index -= 1
                if in_force(*self.days[index], on):
                    return True
        index = bisect_right(self.codes, code)
        while index < len(self.codes) and self.codes[index].startswith(code):
            if in_force(*self.days[index], on):
                return None
            index += 1
        return False
