"""Tax: who charges which general consumption tax, where, under which scheme, at which rate; which thresholds are crossed."""

from xbcommerce.tax.rates import Rate, RateComponent, rate, rates

__all__ = ["Rate", "RateComponent", "rate", "rates"]
