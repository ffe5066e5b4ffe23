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
from xbcommerce.rules.facts import Fact
from xbcommerce.rules.rulebook import BUILT_IN

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
    scope = {"method": found.id, "kind": found.kind, "buyer": buyer}
    allowed = data.rule("payment.surcharge.allowed", places, day, **scope)
    ban = data.rule("payment.surcharge.ban", places, day, **scope)
    if allowed is not None and _outranks(ban, allowed):
        allowed = None
    if allowed is not None and allowed.value is True:
        return Surcharge.made(allowed=True, text="a court or a law allows it", fact=allowed.used())
    if ban is not None and ban.value is not True:
        return Surcharge.made(allowed=True, text="the rule says that it is not banned", fact=ban.used())
    if ban is not None:
        text = (
            "is banned for consumers" if buyer == "consumer" else "is banned for consumers; whether for businesses is not known"
        )
        return Surcharge.made(allowed=False if buyer == "consumer" else None, text=text, fact=ban.used())
    if allowed is not None:
        return Surcharge.made(allowed=False, text="the rule says that it is not allowed", fact=allowed.used())
    return Surcharge.made(allowed=None, text="no rule is known", fact=None)


def _outranks(ban: Fact | None, allowed: Fact) -> bool:
    """Tell whether a caller's own ban is laid over a built-in permission."""
    return ban is not None and ban.layer != BUILT_IN and allowed.layer == BUILT_IN
