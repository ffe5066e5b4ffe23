"""Whether the law lets a merchant charge the shopper for using a method."""

from __future__ import annotations

from datetime import date
from typing import Literal

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import FactUsed, Result
from xbcommerce.parties import place_code
from xbcommerce.payments.methods import BUYERS, book
from xbcommerce.rules import Rulebook

__all__ = ["Surcharge", "surcharge"]


class Surcharge(Result):
    """Whether a surcharge on a method is allowed: True, False, or None where nobody told the library.

    Attributes:
        text: in words.
        fact: the rule, if one is known.
    """

    allowed: bool | None
    text: str
    fact: FactUsed | None = None


def surcharge(
    method: str,
    shopper: str,
    *,
    on: date | str,
    buyer: Literal["consumer", "business"] = "consumer",
    rulebook: Rulebook | None = None,
) -> Surcharge:
    """Tell whether a surcharge on a method is allowed where the shopper is.

    >>> surcharge("card_visa", "DE", on="2026-11-22").allowed, surcharge("paypal", "DE", on="2026-11-22").allowed
    (False, True)
    >>> surcharge("paypal", "JP", on="2026-11-22").allowed is None
    True

    Raises:
        UnknownFact: if the method is not known.
        InvalidInput: if the country, the day or the buyer cannot be understood.
    """
    if buyer not in BUYERS:
        raise InvalidInput(
            f"the buyer is a consumer or a business, not {shown(buyer)}", field="buyer", value=buyer, allowed=BUYERS
        )
    data, day, place = book(rulebook or Rulebook.builtin()), a_day(on), place_code(shopper)
    found = data.method(method)
    places = data.places_of(place, day)
    allowed = data.rule("payment.surcharge.allowed", places, day, method=found.id, kind=found.kind, buyer=buyer)
    if allowed is not None:
        return Surcharge.made(allowed=True, text="a court or a law allows it", fact=allowed.used())
    ban = data.rule("payment.surcharge.ban", places, day, method=found.id, kind=found.kind, buyer=buyer)
    if ban is not None:
        text = (
            "is banned for consumers" if buyer == "consumer" else "is banned for consumers; whether for businesses is not known"
        )
        return Surcharge.made(allowed=False if buyer == "consumer" else None, text=text, fact=ban.used())
    return Surcharge.made(allowed=None, text="no rule is known", fact=None)
