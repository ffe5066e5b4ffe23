"""Make the first draft of `data/obligations/us.toml`: economic nexus of the states by period.

The TOML is the truth and is edited by hand; this tool made its first draft. Input: JSON Lines, one object a state and period, with
`state`, `valid_from`, `valid_to`, `sales_threshold`, `transaction_threshold`, `combine`, `comparison`, `transaction_comparison`,
`period`, `includes`, `marketplace_sales`, `registration_due`, `registration_confidence`, `source_url`, `source_date`, `confidence`
and `note`. Origin: collected on 2026-11-22 from the pages of the states' revenue departments named in each row, compared with the
summaries of Sovos, Avior, the Sales Tax Institute and others; figures and dates are taken, texts are not.

    python tools/us_nexus.py nexus.jsonl > src/xbcommerce/data/obligations/us.toml
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.parse import urlparse

import pycountry

SEEN = "2026-11-22"
BOTH = ("calendar_year.current", "calendar_year.previous")
PERIODS = {
    "previous_calendar_year": ("calendar_year.previous",),
    "previous_or_current_calendar_year": BOTH,
    "12_months_ending_sep_30": ("year_to(09-30)",),
    "12_months_ending_last_completed_calendar_quarter": ("completed_quarters(4, first = jan)",),
    "preceding_4_sales_tax_quarters": ("completed_quarters(4, first = mar)",),
    "any_consecutive_12_months": ("rolling(12m)",),
    "preceding_12_months": ("rolling(12m)",),
    "preceding_12_calendar_months": ("completed_months(12)",),
    "12_months_preceding_monthly_period": ("completed_months(12)",),
    "seller_accounting_year": ("seller_year.current",),
}
SALES = {"gross": ["taxable", "exempt", "resale"], "retail": ["taxable", "exempt"], "taxable": ["taxable"]}
STARTS: dict[str, object] = {
    "next_transaction": "next_sale",
    "next_transaction_with_30_day_grace": "next_sale",
    "register_on_reaching_threshold": "next_sale",
    "same_day_threshold_exceeded": ["+0d"],
    "jan_1_following_year": ["+0d"],
    "apr_1_following_year": ["+0d"],
    "sales_after_the_day_threshold_reached": ["+1d"],
    "oct_1_of_year_threshold_met_sep_30": ["+1d"],
    "60_days_after_threshold": ["+60d"],
    "apply_within_30_days_collect_within_60_days": ["+60d"],
    "register_within_30_days_collect_20_days_later": ["+50d"],
    "first_of_month_following": ["month_start(after)"],
    "first_of_second_month_after": ["month_start(after)", "+1m"],
    "first_of_third_month_after": ["month_start(after)", "+2m"],
    "first_of_fourth_month_after": ["month_start(after)", "+3m"],
    "first_of_month_starting_two_months_after_month_exceeded": ["month_start(after)", "+2m"],
    "first_of_month_starting_at_least_30_days_after": ["+30d", "month_start(on_or_after)"],
    "first_of_month_after_30_days_from_local_adoption; register within 30 days of meeting criteria": [
        "+30d",
        "month_start(after)",
    ],
    "first_of_month_after_30_days_from_quarter_end": ["quarter_end", "+30d", "month_start(after)"],
    "first_of_month_after_90th_day": ["+90d", "month_start(after)"],
    "first_of_month_within_30_days": ["+30d", "month_start(on_or_before)"],
    "first_of_month_within_60_days": ["+60d", "month_start(on_or_before)"],
    "first_of_month_at_most_60_days_after": ["+60d", "month_start(on_or_before)"],
    "first_of_next_quarter_after_lookback": ["quarter_start(after)"],
    "within_3_months_after_quarter_close": ["+3m"],
    "next_calendar_year_or_60_days_whichever_earlier": ["earliest(next(01-01), +60d)"],
    "election_collect_or_notice": "next_sale",
}
ACT_BY = {
    "apply_within_30_days_collect_within_60_days": ["+30d"],
    "register_within_30_days_collect_20_days_later": ["+30d"],
    "first_of_month_after_30_days_from_local_adoption; register within 30 days of meeting criteria": ["+30d"],
}
GRACE = {"next_transaction_with_30_day_grace": "30 days to register"}
TERMS = {"US-AZ": "end_of_next_calendar_year", "US-IL": "one_year", "US-PA": "until(03-31)"}
RELATED = {"US-AZ", "US-CA"}
WITH_SERVICES = {("US-HI", "2018-07-01"), ("US-WA", "2020-01-01"), ("US-CT", "2019-07-01")}
NEED_NOT = {"US-OH", "US-WI"}
LEAST = {("US-MN", "2018-10-01"): 10}
ALSO = {"US-PR": ["PR"]}
CONFIDENCES = ("low", "medium", "high")


def quoted(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(quoted(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {quoted(item)}" for key, item in value.items()) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def source_of(row: dict, sources: dict[str, dict]) -> str:
    url = row["source_url"].split(" ")[0].rstrip(";")
    host = urlparse(url).netloc.removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", f"{row['state'][3:]}-{host.rsplit('.', 1)[0]}".lower()).strip("-")
    known = sources.setdefault(name, {"title": f"Economic nexus of {row['state'][3:]}", "publisher": host, "url": url})
    if known["url"] != url:
        name = f"{name}-{row['valid_from'][:4]}"
        sources[name] = {"title": f"Economic nexus of {row['state'][3:]}", "publisher": host, "url": url}
    return name


def tests_of(row: dict) -> list[dict]:
    least = LEAST.get((row["state"], row["valid_from"]))
    tests = []
    periods = ("calendar_year.before(04-01)",) if row["registration_due"] == "apr_1_following_year" else PERIODS[row["period"]]
    for period in periods:
        test: dict = {"period": period}
        if row["sales_threshold"] is not None:
            test |= {"amount": int(row["sales_threshold"]), "currency": "USD", "op": row["comparison"]}
        if least:
            test["at_least_sales"] = least
        if row["transaction_threshold"] is not None:
            test |= {"sales": row["transaction_threshold"], "sales_op": row["transaction_comparison"]}
        tests.append(test)
    return tests


def print_row(row: dict, sources: dict[str, dict]) -> None:
    due = row["registration_due"]
    sales = SALES[row["includes"]] + (["services", "digital"] if (row["state"], row["valid_from"]) in WITH_SERVICES else [])
    marketplace = "include" if row["marketplace_sales"] == "included" else "exclude_if_collected"
    seen = row["registration_confidence"] == "seen"
    note = re.sub(r"\b\w+-knowledge", "general knowledge", row["note"]) + (
        "" if seen else " The start is from general knowledge."
    )
    confidence = row["confidence"] if seen else CONFIDENCES[min(CONFIDENCES.index(row["confidence"]), 1)]
    print("[[obligation.row]]")
    print(f"valid_from = {row['valid_from']}")
    if row["valid_to"]:
        print(f"valid_to = {row['valid_to']}")
    counts = {"sales": sales, "flow": "delivered_to", "marketplace": marketplace, "value": "net"}
    print(f"counts = {quoted(counts)}")
    print(f"tests = [\n  {(',' + chr(10) + '  ').join(quoted(test) for test in tests_of(row))},\n]")
    if row["combine"] == "and":
        print('combine = "all"')
    print(f"start = {quoted(STARTS[due])}")
    if due in ACT_BY:
        print(f"act_by = {quoted(ACT_BY[due])}")
    if due in GRACE or row["state"] == "US-CO":
        print(f"grace = {quoted(GRACE.get(due, 'no duty to collect before 2019-06-01'))}")
    if due == "apr_1_following_year" or row["state"] != "US-PA":
        print(f"term = {quoted(TERMS.get(row['state'], 'unknown'))}")
    if row["state"] == "US-AZ":
        print('limit_of = "tested_period"')
    if row["state"] in RELATED:
        print('aggregate = "related_persons"')
    if row["state"] in NEED_NOT:
        print('marketplace_only = "need_not"')
    print(f"source = {quoted(source_of(row, sources))}")
    print(f"confidence = {quoted(confidence)}")
    print(f"note = {quoted(note.strip())}\n")


def main() -> None:
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if line.strip()]
    sources: dict[str, dict] = {}
    for row in rows:
        source_of(row, sources)
    print(
        "# United States: economic nexus of the states, and presence. First drafted by tools/us_nexus.py, edited by hand since."
    )
    print("# Where the law's own words and the charts differ, the row's note says so and its confidence is not high.\n")
    print(f'[defaults]\nverified_on = {SEEN}\nremit = "own_sales"\n')
    for name, source in sources.items():
        print(f"[source.{name}]")
        for key, value in source.items():
            print(f"{key} = {quoted(value)}")
        print(f"seen = {SEEN}\n")
    print(PRESENCE_SOURCE)
    groups: dict[tuple[str, bool, bool], list[dict]] = {}
    for row in rows:
        key = (
            row["state"],
            row["registration_due"] == "election_collect_or_notice",
            row["registration_due"] == "not_applicable",
        )
        groups.setdefault(key, []).append(row)
    for (state, election, no_tax), own in sorted(groups.items()):
        name = pycountry.subdivisions.get(code=state).name
        short = state.lower().replace("-", "_")
        print("[[obligation]]")
        print(f"id = {quoted(short + ('.collect_or_report' if election else '.sales_tax'))}")
        print(f"name = {quoted(f'{name}, ' + ('collect or report' if election else 'sales tax'))}")
        print(f"place = {quoted(state)}")
        if state in ALSO:
            print(f"also = {quoted(ALSO[state])}")
        print(f"kind = {quoted('no_tax' if no_tax else 'collect_or_report' if election else 'obligation')}")
        if not election and not no_tax:
            print(PRESENCE)
        print()
        for row in sorted(own, key=lambda row: row["valid_from"]):
            if no_tax:
                print("[[obligation.row]]")
                print(f"source = {quoted(source_of(row, sources))}\nnote = {quoted(row['note'])}\n")
            else:
                print_row(row, sources)


PRESENCE = 'presence = { by = ["stock", "establishment"], source = "physical-presence", confidence = "medium" }'
PRESENCE_SOURCE = f"""[source.physical-presence]
title = "Quill Corp. v. North Dakota, 504 U.S. 298: a physical presence in the state obliges to collect"
publisher = "Supreme Court of the United States"
url = "https://supreme.justia.com/cases/federal/us/504/298/"
seen = {SEEN}
"""

if __name__ == "__main__":
    main()
