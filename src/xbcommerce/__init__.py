"""Cross-border e-commerce by the rules: landed cost, taxes and customs charges, offline, dated, cited and explained.

Everything is loaded when it is first used; importing the package reads no file and writes no log.

>>> import xbcommerce as xb
>>> order = {"ship_from": "CN", "ship_to": "DE", "lines": [{"unit_price": "40.00 EUR", "hs": "6206.10"}], "scheme": "ioss"}
>>> xb.landed.quote(order, on="2026-07-15").charges["duty"].amount
Money('3.00 EUR')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xbcommerce import (
        errors,
        exchange,
        goods,
        landed,
        listings,
        localization,
        logistics,
        parties,
        payments,
        places,
        prices,
        rules,
        tariff,
        tax,
        trade,
    )
    from xbcommerce.landed import Quote
    from xbcommerce.money import Money
    from xbcommerce.rules import Rulebook
    from xbcommerce.trade import Line, Order

__version__ = "0.1.0"
__all__ = [
    "Line",
    "Money",
    "Order",
    "Quote",
    "Rulebook",
    "__version__",
    "errors",
    "exchange",
    "goods",
    "landed",
    "listings",
    "localization",
    "logistics",
    "parties",
    "payments",
    "places",
    "prices",
    "rules",
    "tariff",
    "tax",
    "trade",
]

_NAMES = {
    "Line": "xbcommerce.trade",
    "Money": "xbcommerce.money",
    "Order": "xbcommerce.trade",
    "Quote": "xbcommerce.landed",
    "Rulebook": "xbcommerce.rules",
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
    elif name in __all__:
        value = import_module(f"xbcommerce.{name}")
    else:
        raise AttributeError(f"module 'xbcommerce' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
