"""Prices: what a shopper is shown, what a shelf price leaves, and a consistent list over markets."""

from xbcommerce.prices.cash import CashTotal, cash_total
from xbcommerce.prices.endings import PriceEnding, endings
from xbcommerce.prices.ladder import BadRung, MarketTerms, PriceList, Rung, ladder
from xbcommerce.prices.net import NetRevenue, net
from xbcommerce.prices.present import EndingUsed, Finding, Presented, Shown, UnitPrice, present
from xbcommerce.prices.prior import Asked, PriorPrice, prior

__all__ = [
    "Asked",
    "BadRung",
    "CashTotal",
    "EndingUsed",
    "Finding",
    "MarketTerms",
    "NetRevenue",
    "Presented",
    "PriceEnding",
    "PriceList",
    "PriorPrice",
    "Rung",
    "Shown",
    "UnitPrice",
    "cash_total",
    "endings",
    "ladder",
    "net",
    "present",
    "prior",
]
