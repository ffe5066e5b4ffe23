"""Payment in parts: how many, how much each, what interest, and who bears it."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from xbcommerce.errors import InvalidInput, shown
from xbcommerce.explain import Amount, FactUsed, Result
from xbcommerce.money import Money, minor_units
from xbcommerce.payments.checkout import Checkout, percentage
from xbcommerce.payments.methods import FALSE, TRUE, Keys, Method, Row, upmost

__all__ = ["Plan", "cost_of_waiting", "instalments"]

_EXACT = Context(prec=50)
_MOST_PARTS = 120
_BEARERS = ("merchant", "shopper", "none", "unknown")


class Plan(Result):
    """A payment in parts.

    Attributes:
        count: how many parts; 1: it is paid in full.
        parts: the amounts, in the order in which they fall due.
        total: what the shopper pays in all.
        interest: percent a month that the shopper pays.
        borne_by: who bears the cost of waiting: "merchant", "shopper", "none" or "unknown".
        most: the most parts that the amount allows.
        warnings: what was asked for and is not possible, and what is not known.
        facts: the facts of the plan.
    """

    count: int
    parts: tuple[Amount, ...]
    total: Amount
    interest: Decimal | None = None
    borne_by: Literal["merchant", "shopper", "none", "unknown"] = "unknown"
    most: int = 1
    warnings: tuple[str, ...] = ()
    facts: tuple[FactUsed, ...] = ()


def instalments(
    amount: Money | str,
    count: int,
    *,
    interest: Decimal | str | int = 0,
    min_part: Money | str | None = None,
    max_parts: int | None = None,
    borne_by: Literal["merchant", "shopper", "none", "unknown"] | None = None,
) -> Plan:
    """Split an amount into monthly parts.

    Without interest the parts are equal to the smallest unit, the remainder on the first; the parts sum to the amount. With
    interest of the shopper every part is the equal payment that repays the amount.

    Args:
        amount: what is bought.
        count: in how many parts it is to be paid.
        interest: percent a month that the shopper pays.
        min_part: the least that a part may be; fewer parts are planned where it asks for it.
        max_parts: the most parts.
        borne_by: who bears the waiting; silent: the shopper if there is interest, else nobody is named.

    >>> [str(part) for part in instalments("199.90 BRL", 6).parts]
    ['33.35 BRL', '33.31 BRL', '33.31 BRL', '33.31 BRL', '33.31 BRL', '33.31 BRL']
    >>> plan = instalments("1000 BRL", 12, interest="2.99")
    >>> str(plan.parts[0]), str(plan.total)
    ('100.40 BRL', '1204.80 BRL')
    >>> instalments("20 BRL", 12, min_part="5 BRL", max_parts=6).count
    4

    Raises:
        InvalidInput: if the count is not from 1 to 120, or amounts are of different currencies.
    """
    money, rate = Money.of(amount), percentage(interest)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST_PARTS:
        raise InvalidInput(f"parts are counted from 1 to {_MOST_PARTS}, not {shown(count)}", field="count", value=count)
    if money.amount <= 0:
        raise InvalidInput(f"{money} is not above 0", field="amount", value=money)
    if max_parts is not None and (isinstance(max_parts, bool) or not isinstance(max_parts, int) or max_parts < 1):
        raise InvalidInput(f"the most parts are a number from 1, not {shown(max_parts)}", field="max_parts", value=max_parts)
    if borne_by not in (None, *_BEARERS):
        raise InvalidInput(
            f"the waiting is borne by {', '.join(_BEARERS)}, not {shown(borne_by)}", field="borne_by", value=borne_by,
            allowed=_BEARERS,
        )  # fmt: skip
    least = None if min_part is None else Money.of(min_part)
    most = most_parts(money, least, max_parts)
    taken = min(count, most)
    warnings = (f"{count} parts are not possible: at most {most}",) if taken < count else ()
    parts = _with_interest(money, taken, rate) if rate and taken > 1 else _equal(money, taken)
    return Plan.made(
        count=taken,
        parts=tuple(parts),
        total=sum(parts[1:], parts[0]),
        interest=rate if taken > 1 else Decimal(0),
        borne_by=borne_by or ("shopper" if rate else "unknown"),
        most=most,
        warnings=warnings,
        facts=(),
    )


def most_parts(amount: Money, min_part: Money | None, max_parts: int | None) -> int:
    """Return the most parts that an amount allows, at least 1: in full."""
    most = _MOST_PARTS if max_parts is None else max_parts
    if min_part is not None:
        if min_part.currency != amount.currency:
            raise InvalidInput(
                f"the least part is in {min_part.currency}, the amount in {amount.currency}", field="min_part", value=min_part
            )
        (top, bottom), (size, parts) = amount.amount.as_integer_ratio(), min_part.amount.as_integer_ratio()
        if size > 0:
            most = min(most, top * parts // (bottom * size))
    return max(1, most)


def _equal(amount: Money, count: int) -> list[Money]:
    whole = amount.round("half-up").to_minor()
    each = whole // count
    return [
        Money.from_minor(whole - each * (count - 1), amount.currency),
        *[Money.from_minor(each, amount.currency)] * (count - 1),
    ]


def _with_interest(amount: Money, count: int, rate: Decimal) -> list[Money]:
    """Return the equal payment that repays an amount with interest, so many times."""
    unit = Decimal(1).scaleb(-minor_units(amount.currency))
    month = _EXACT.divide(rate, Decimal(100))
    factor = _EXACT.subtract(Decimal(1), _EXACT.divide(Decimal(1), _EXACT.power(_EXACT.add(Decimal(1), month), count)))
    payment = _EXACT.divide(_EXACT.multiply(amount.amount, month), factor).quantize(unit, ROUND_HALF_UP, context=_EXACT)
    return [Money(payment, amount.currency)] * count


def cost_of_waiting(count: int, *, a_month: Decimal | str | int) -> Decimal:
    """Return what it costs a merchant, in percent of the amount, to wait for monthly parts (the first after one month).

    >>> cost_of_waiting(6, a_month="1.5")
    Decimal('5.05')
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST_PARTS:
        raise InvalidInput(f"parts are counted from 1 to {_MOST_PARTS}, not {shown(count)}", field="count", value=count)
    month = _EXACT.add(Decimal(1), _EXACT.divide(percentage(a_month), Decimal(100)))
    worth = Decimal(0)
    for k in range(1, count + 1):
        worth = _EXACT.add(worth, _EXACT.divide(Decimal(1), _EXACT.power(month, k)))
    lost = _EXACT.subtract(Decimal(1), _EXACT.divide(worth, Decimal(count)))
    return _EXACT.multiply(lost, Decimal(100)).quantize(Decimal("0.01"), ROUND_HALF_UP, context=_EXACT)


# ------------------------------------------------------------------------------------------------------- plans of a method


def plan_of(method: Method, asked: Checkout, provider: str | None, on: date, question: Keys) -> Plan | None:
    """Return the plan that a method allows for an amount, as far as facts tell, or None if it is not paid in parts."""
    if asked.renewal:
        return None
    keys = Keys(on, question.shopper, question.currency, provider, question.merchant, question.vertical, question.buyer)
    rows = upmost(row for row in method.rows("plan") if row.fits(keys) != FALSE and row.holds(on) != FALSE)
    if not rows:
        return None
    row = rows[0]
    least: Money | None = row.says.get("min_part")
    if least is not None and least.currency != asked.amount.currency:
        return None
    counts: tuple[int, ...] | None = row.says.get("counts")
    wanted = asked.instalments or row.says.get("max_parts") or (max(counts) if counts else 1)
    plan = instalments(asked.amount, wanted, min_part=least, max_parts=row.says.get("max_parts"))
    taken = plan.count if counts is None else max((one for one in counts if one <= plan.count), default=1)
    split = instalments(asked.amount, taken)
    return Plan.made(
        count=taken,
        parts=split.parts,
        total=asked.amount,
        interest=None,
        borne_by=row.says.get("borne_by", "unknown"),
        most=plan.most,
        warnings=_warnings(row, plan, taken, asked, on),
        facts=(row.used(),),
    )


def _warnings(row: Row, plan: Plan, taken: int, asked: Checkout, on: date) -> tuple[str, ...]:
    out = list(plan.warnings) if asked.instalments else []
    if taken == 1 and (asked.instalments or 2) > 1:
        out.append("the amount is too small for parts: it is paid in full")
    if "borne_by" not in row.says:
        out.append("who bears the interest is not known: ask the provider")
    if row.holds(on) != TRUE:
        out.append(f"the plan was first seen on {row.start}")
    return tuple(out)
