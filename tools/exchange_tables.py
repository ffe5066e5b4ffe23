"""Make `data/exchange/hmrc_monthly.csv`: the monthly rates of HM Revenue & Customs since 2018, units of currency for one pound.

Input: a CSV with the columns month (YYYY-MM), start, end, and one column a currency.

    python tools/exchange_tables.py fx_hmrc_monthly_gbp.csv > src/xbcommerce/data/exchange/hmrc_monthly.csv
"""

from __future__ import annotations

import csv
import sys
from decimal import Decimal
from pathlib import Path

FIRST = "2018-01"
HEAD = """\
# HM Revenue & Customs exchange rates for customs and VAT, by month: units of the currency for 1 GBP. Crown copyright, OGL v3.0.
# Made by tools/exchange_tables.py; do not edit.
"""


def main(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["month"] >= FIRST]
    currencies = sorted({code for row in rows for code, value in row.items() if code.isupper() and value})
    out = csv.writer(sys.stdout, lineterminator="\n")
    sys.stdout.write(HEAD)
    out.writerow(["month", *currencies])
    for row in rows:
        out.writerow([row["month"], *(plain(row[code]) for code in currencies)])


def plain(rate: str) -> str:
    """Return a rate without blanks, thousands separators and trailing zeros."""
    rate = rate.strip().replace(",", "")
    return f"{Decimal(rate).normalize():f}" if rate else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
