"""The data of listings: named, cited, without two rules of one thing at a time."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from xbcommerce.errors import InvalidInput, RulebookError
from xbcommerce.listings.fit import _rows
from xbcommerce.listings.health import thresholds
from xbcommerce.listings.level import Where, scales
from xbcommerce.listings.platform import FOLDERS, asked, document, own, platforms, shows
from xbcommerce.localization import Listing
from xbcommerce.localization.rules import Checks
from xbcommerce.rules import Rulebook

BOOK = Rulebook.builtin()
CHECKS = [
    check for check in Checks.of(BOOK, FOLDERS).all if any(name == "platform" and wanted for name, wanted, _ in check.where)
]
DAYS = (date(2019, 8, 1), date(2024, 9, 1), date(2026, 7, 26), date(2026, 7, 27), date(2027, 1, 31))
STORES = ("US", "DE", "GB", "SA", "AE", "JP", "IN", "MX", "BR", "SG", "ID", "TW", "VN", "FR", "PL", "MY")


def test_every_platform_has_a_name_and_fields() -> None:
    named = {platform for check in CHECKS for name, wanted, _ in check.where if name == "platform" for platform in wanted}
    named |= {platform for row in thresholds(BOOK) for platform in row.where.wanted["platform"]}
    assert named <= set(platforms())
    assert all("title" in shows(platform, BOOK) for platform in platforms())


def test_every_row_is_cited() -> None:
    assert all(check.source is not None and check.fact for check in CHECKS)
    assert all(row.source.title for row in (*thresholds(BOOK), *scales(BOOK), *_rows(BOOK)))


def test_nothing_blocks_that_nobody_saw() -> None:
    for check in CHECKS:
        if check.source is not None and not check.source.url and "unsourced" in check.source.id:
            assert check.severity != "block", check.id


@pytest.mark.parametrize("category", [None, "books", "apparel"])
def test_no_two_rules_of_one_quantity_at_a_time(category: str | None) -> None:
    for platform in platforms():
        for store in STORES:
            for on in DAYS:
                try:
                    question = asked(Listing(category=category), platform=platform, on=on, market=store, rulebook=BOOK)
                except LookupError:
                    continue
                bound = Counter(
                    (check.fields, check.body["of"], check.body.get("over", ""), side)
                    for check in question.active.by_kind.get("measure", ())
                    if own(check, platform) and check.severity != "info"
                    for side in ("at_most", "at_least")
                    if side in check.body
                )
                assert not [key for key, count in bound.items() if count > 1], (platform, store, on)


def test_no_two_duties_of_one_metric_at_a_time() -> None:
    for on in DAYS:
        for store in STORES:
            for platform in platforms():
                asked_for = {"platform": platform, "marketplace": store, "program": "mfn"}
                held = [row for row in thresholds(BOOK) if row.status != "none" and row.where.holds(asked_for)]
                held = [row for row in held if (row.valid_from or on) <= on <= (row.valid_to or on)]
                duties = Counter(row.metric for row in held if not row.earns)
                assert not [name for name, count in duties.items() if count > 1], (platform, store, on)


def test_weights_and_scales_are_sound() -> None:
    rules = document(BOOK, "score.toml")
    assert sum(value for name, value in rules["weights"].items() if name != "as_of") == 100
    assert all(scale.bands[0][0] == 0 for scale in scales(BOOK))


def test_where() -> None:
    where = Where.of({"platform": "x", "marketplace": {"none_of": ["SA"]}}, "here")
    assert where.holds({"platform": "x", "marketplace": "US"})
    assert not where.holds({"platform": "x", "marketplace": "SA"})
    assert not where.holds({"marketplace": "US"})
    with pytest.raises(RulebookError):
        Where.of({"planet": "x"}, "here")
    with pytest.raises(InvalidInput):
        asked(Listing(), platform="x", on=DAYS[0])
