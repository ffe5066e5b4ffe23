"""Landed cost: what a parcel costs at the door, who collects it, who owes it, and why; and what else it needs."""

from xbcommerce.landed.quote import Alternative, Bill, Charge, Quote, QuoteLine, alternatives, batch, quote
from xbcommerce.landed.requirements import Requirement, Requirements, requirements

__all__ = [
    "Alternative",
    "Bill",
    "Charge",
    "Quote",
    "QuoteLine",
    "Requirement",
    "Requirements",
    "alternatives",
    "batch",
    "quote",
    "requirements",
]
