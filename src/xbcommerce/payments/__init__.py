"""Which payment methods to show this shopper, in which order, and why."""

from xbcommerce.payments.checkout import Checkout, Contract, Fee, Merchant
from xbcommerce.payments.eligibility import Eligibility, MethodVerdict, Reason, eligible
from xbcommerce.payments.instalments import Plan, cost_of_waiting, instalments

__all__ = [
    "Checkout", "Contract", "Eligibility", "Fee", "Merchant", "MethodVerdict", "Plan", "Reason", "cost_of_waiting", "eligible",
    "instalments",
]  # fmt: skip
