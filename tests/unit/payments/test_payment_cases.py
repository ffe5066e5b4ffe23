"""The worked examples of payments, run by the engine's own runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from xbcommerce.cases import Case, _compare, read
from xbcommerce.errors import InvalidInput, XBCommerceError
from xbcommerce.payments.case import run_case
from xbcommerce.rules import Rulebook

CASES = Path(__file__).parents[2] / "cases"
FOUND = [
    case for name in ("payments_methods.toml", "payments_scenarios.toml", "payments_more.toml") for case in read(CASES / name)
]


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case.id)
def test_worked_example(case: Case) -> None:
    book = Rulebook.builtin()
    if case.raises:
        with pytest.raises(XBCommerceError) as error:
            run_case(case, book)
        assert case.raises in [kind.__name__ for kind in type(error.value).__mro__]
        return
    found = run_case(case, book)
    assert [str(one) for path, wanted in case.expect.items() if (one := _compare(found, path, wanted))] == []


def case(call: str, **said: object) -> Case:
    return Case(file="", id="x", call=call, on=None, input=said, expect={})


def test_a_case_without_its_day_or_with_a_stranger_is_told() -> None:
    with pytest.raises(InvalidInput, match="says no on"):
        run_case(case("payments.eligible", checkout="DE 50 EUR"), Rulebook.builtin())
    with pytest.raises(InvalidInput, match="no such call"):
        run_case(case("payments.elligible"), Rulebook.builtin())
    with pytest.raises(InvalidInput, match="unexpected keyword"):
        run_case(case("payments.instalments", amount="10 EUR", count=2, colour="red"), Rulebook.builtin())


def test_portfolio_and_back_from_a_provider_run_as_cases() -> None:
    book = Rulebook.builtin()
    assert run_case(case("payments.from_provider", count=1990, currency="EUR", provider="stripe"), book) == {
        "amount": "19.90 EUR"
    }
    asked = Case(file="", id="x", call="payments.portfolio", on=None, input={"markets": {"NL": 1}, "budget": 1}, expect={})
    with pytest.raises(InvalidInput, match="says no on"):
        run_case(asked, book)
