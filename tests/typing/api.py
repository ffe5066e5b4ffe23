"""Calls as users write them: checked by mypy --strict, never run."""

from __future__ import annotations

from datetime import date

import xbcommerce as xb
from xbcommerce import Money, Order, Quote, Rulebook
from xbcommerce.errors import XBCommerceError

found: Quote = xb.landed.quote({"ship_from": "CN", "ship_to": "DE", "lines": [{"unit_price": "9.90 EUR"}]}, on=date(2026, 7, 1))
total: Money = found.total
by_id: dict[str, str] = {name: charge.collector for name, charge in found.charges.items()}
text: str = found.explain("markdown")
rulebook: Rulebook = Rulebook.builtin().overlay("mine", [{"subject": "tax.rate", "place": "DE", "value": "19", "unit": "%"}])
rate: str = rulebook.fact("tax.rate", "DE", on=date(2026, 7, 1)).text
others: tuple[xb.landed.Alternative, ...] = found.alternatives()


def quotes(orders: list[Order]) -> list[Quote]:
    """Return the quotes of those orders that can be quoted."""
    out: list[Quote] = []
    for item in xb.landed.batch(orders, on="2026-07-01", rates={"USD/EUR": "0.92"}):
        if isinstance(item, XBCommerceError):
            continue
        out.append(item)
    return out
