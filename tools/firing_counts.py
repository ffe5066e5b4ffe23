"""Write into the decision tables how often each row fires over its table's whole domain (`fires`, on the row's first day).

After a deliberate change of a table:

    python tools/firing_counts.py src/xbcommerce/data/decisions/*.toml

and read the difference: a row whose count changed without intent is a mistake.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from xbcommerce.rules import Rulebook
from xbcommerce.rules.decisions import Decisions, firing

_ID = re.compile(r'id = "([^"]+)"')


def main(paths: list[Path]) -> None:
    tables = Decisions.of(Rulebook.builtin()).tables
    for path in paths:
        out: list[str] = []
        table, in_row = None, False
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("fires = "):
                continue
            out.append(line)
            if line.startswith("[[table"):
                in_row = line == "[[table.row]]"
                table = None if line == "[[table]]" else table
            elif match := _ID.fullmatch(line):
                if in_row and table is not None:
                    count = firing(table)[match[1]]
                    out.append(f"fires = {list(count) if isinstance(count, tuple) else count}")
                elif not in_row:
                    table = tables[match[1]]
        path.write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
