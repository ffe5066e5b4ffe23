"""The page of coverage is what would be written now; drafts read what they are given."""

from __future__ import annotations

import json
from pathlib import Path

from tools.prices import draft, page

PAGE = Path(__file__).parents[3] / "docs" / "coverage" / "prices.md"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tools/prices.py page > docs/coverage/prices.md"


def test_draft(tmp_path: Path) -> None:
    row = {
        "subject": "cash.rounding", "jurisdiction": "CH", "value": "0.05", "unit": "CHF", "valid_from": None,
        "source_url": "https://example.org", "confidence": "high", "law": "",
    }  # fmt: skip
    sample = {**row, "subject": "price.display.cldr"}
    for name in ("payments", "europe"):
        (tmp_path / name).mkdir()
        lines = [row, sample] if name == "payments" else []
        (tmp_path / name / "facts.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    added = {
        "action": "add", "match": {"subject": "cash.rounding"}, "confidence": "low",
        "new": [{"jurisdiction": "EE", "value": "0.05", "valid_from": "2025-01-01"}],
    }  # fmt: skip
    (tmp_path / "corrections.jsonl").write_text(json.dumps(added), encoding="utf-8")
    text = "\n".join(draft(tmp_path))
    assert text.count("[[fact]]") == 2
    assert 'place = "EE"' in text
    assert "price.display.cldr" not in text
