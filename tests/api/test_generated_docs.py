"""Docs pages made from the rulebook and from the code's own answers are what would be made now."""

from __future__ import annotations

import pytest
from tools.docs_pages import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run python tools.docs_pages.py and read the difference"
