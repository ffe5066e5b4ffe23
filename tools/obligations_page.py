"""Write the table of docs/coverage/obligations.md from the rulebook: every obligation with its rows.

python tools/obligations_page.py > docs/coverage/obligations.md
"""

from __future__ import annotations

from xbcommerce.rules import Rulebook
from xbcommerce.tax.thresholds import Rule, Threshold, thresholds

HEAD = """# Obligations

Made from the rulebook by `tools/obligations_page.py`; a test compares them. How to ask: [Find out where you must register](../how-to/obligations.md).

## Confirmed

- The Union's 10,000 euro, stock in another member state, the old national distance thresholds, the 100,000 euro of the cross-border scheme, Germany, Austria and France since 2025, Italy and Czechia since 2023, Poland's limits.
- Great Britain's limits; the Swiss mail-order rule from the ordinance; Norway's limit, Australia's test and Québec's specified system from the authorities' own pages.
- Economic nexus of every state as the pages named in each row print it; where pages disagree, the row says so and is not of high confidence.

## Assumed

- Returns lower the measure on their own day; shipping is taken as given; marketplaces collect unless the sale says otherwise.
- How long a liability lasts is known for Arizona, Illinois, Pennsylvania and the Union; elsewhere it stands until it is ended.
- Small-business lines of the member states without a row of their own: the limit is the state's, period and start are the directive's (confidence low).
- Presence in a state of the United States: stock or an establishment obliges in every state with the tax (confidence medium); staff, events, affiliates and click-through are not covered.

## Not known, not covered

- Registration deadlines in most states; whether a liability ends with a change of the rule; whether a seller on marketplaces alone must register (known: Ohio and Wisconsin need not).
- Home-rule cities, Alaska's municipalities (the day of their own adoption), gross receipts taxes, platforms' own thresholds.
- Tests of expected turnover need a forecast: only Great Britain's 30 days are asked, from sales dated ahead.
- Starts in New Zealand, Singapore, Malaysia and Australia after the limit is crossed; a country that is not in the table was not found.

## Check next

Texts of the national small-business rules of 2025 and 2026; the states' own words on returns, shipping and services in the measure.

## Every row

| id | place | concerns | from | to | test | adds up | marketplace sales | start | term | confidence |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def line(rule: Rule, row: Threshold) -> str:
    counts = row.tests[0].counts if row.tests else None
    test = row.tests[0].start if row.tests and row.tests[0].start else row.start
    start = (test.words.text if test.words else test.first.replace("_", " ")) if row.tests else "first day"
    adds = (
        f"{', '.join(sorted(counts.sales))} ({counts.flow.replace('_', ' ')}, {'gross' if counts.gross else 'net'})"
        if counts
        else ""
    )
    tested = row.text if row.tests else "stock there" if rule.presence else "no such tax"
    cells = (
        rule.id, rule.place, ", ".join(rule.who).replace("_", " "), row.valid_from or "", row.valid_to or "", tested, adds,
        counts.marketplace.replace("_", " ") if counts else "", start, row.term.replace("_", " "), row.confidence,
    )  # fmt: skip
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def page() -> str:
    rules = thresholds(Rulebook.builtin())
    rows = [line(rule, row) for rule in sorted(rules, key=lambda rule: (rule.place, rule.id)) for row in rule.rows]
    return "\n".join([HEAD, *rows]) + "\n"


if __name__ == "__main__":
    print(page(), end="")
