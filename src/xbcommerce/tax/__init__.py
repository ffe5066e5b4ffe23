"""Tax: who charges which general consumption tax, where, under which scheme, at which rate; which thresholds are crossed."""

from xbcommerce.tax.determine import (
    Departure,
    Determination,
    FindingFound,
    Leg,
    LineTax,
    Outcome,
    RowUsed,
    determine,
    determine_batch,
)
from xbcommerce.tax.rates import Rate, RateComponent, rate, rates
from xbcommerce.tax.sale import Sale, SaleLine

__all__ = [
    "Departure",
    "Determination",
    "FindingFound",
    "Leg",
    "LineTax",
    "Outcome",
    "Rate",
    "RateComponent",
    "RowUsed",
    "Sale",
    "SaleLine",
    "determine",
    "determine_batch",
    "rate",
    "rates",
]
