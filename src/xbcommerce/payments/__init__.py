"""Which payment methods to show this shopper, in which order, and why."""

from xbcommerce.payments.checkout import Checkout, Contract, Fee, Merchant
from xbcommerce.payments.eligibility import Eligibility, MethodVerdict, Reason, eligible
from xbcommerce.payments.instalments import Plan, cost_of_waiting, instalments
from xbcommerce.payments.methods import overlay
from xbcommerce.payments.portfolio import Market, Pick, Portfolio, portfolio
from xbcommerce.payments.recommend import Contribution, Entry, Recommendation, presets, recommend
from xbcommerce.payments.settlement import (
    CashOnDelivery,
    Charge,
    Settlement,
    Settlements,
    cash_on_delivery,
    from_provider,
    settle,
    settlements,
    to_provider,
)
from xbcommerce.payments.shares import Reach, reach, usage
from xbcommerce.payments.surcharge import Surcharge, surcharge

__all__ = [
    "CashOnDelivery",
    "Charge",
    "Checkout",
    "Contract",
    "Contribution",
    "Eligibility",
    "Entry",
    "Fee",
    "Market",
    "Merchant",
    "MethodVerdict",
    "Pick",
    "Plan",
    "Portfolio",
    "Reach",
    "Reason",
    "Recommendation",
    "Settlement",
    "Settlements",
    "Surcharge",
    "cash_on_delivery",
    "cost_of_waiting",
    "eligible",
    "from_provider",
    "instalments",
    "overlay",
    "portfolio",
    "presets",
    "reach",
    "recommend",
    "settle",
    "settlements",
    "surcharge",
    "to_provider",
    "usage",
]
