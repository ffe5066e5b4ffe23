"""Landed cost: what a parcel costs at the door, who collects it, who owes it, and why."""

from xbcommerce.landed.quote import Alternative, Bill, Charge, Quote, QuoteLine, alternatives, batch, quote

__all__ = ["Alternative", "Bill", "Charge", "Quote", "QuoteLine", "alternatives", "batch", "quote"]
