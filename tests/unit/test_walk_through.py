"""The example country of the how-to does what it says when it is followed to the letter."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from xbcommerce.landed import quote
from xbcommerce.landed.audit import audit
from xbcommerce.rules import Rulebook
from xbcommerce.rules.rulebook import parse_jurisdiction

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-country.md"


def country() -> str:
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return "\n".join(blocks)


def test_the_example_country_passes_the_audit(tmp_path: Path) -> None:
    path = tmp_path / "NZ.toml"
    path.write_text(country(), encoding="utf-8")
    assert audit(path) == []


@pytest.mark.parametrize(("price", "gst"), [("100 NZD", "16.50 NZD"), ("100 USD", None), ("100 EUR", None)])
def test_orders_in_any_currency_can_be_quoted_there(price: str, gst: str | None) -> None:
    document = tomllib.loads(country())
    rulebook = Rulebook.builtin()
    rulebook = rulebook.with_file(parse_jurisdiction(document, rulebook.words_for(document), "NZ.toml"))
    order = {
        "ship_from": "CN",
        "ship_to": "NZ",
        "freight": "0 NZD",
        "lines": [{"unit_price": price, "hs": "610910", "duty": "10 %"}],
    }
    found = quote(order, on="2026-07-01", rulebook=rulebook)
    assert found.currency == "NZD"
    assert found.charges["gst"].amount.amount > 0
    if gst:
        assert str(found.charges["gst"].amount) == gst
