from __future__ import annotations

import sys
import types
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import perf_counter, sleep

import pytest

from xbcommerce.errors import InvalidInput, RateUnavailable
from xbcommerce.landed import quote
from xbcommerce.providers.forex import ForexPython

ON = date(2026, 3, 2)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """A forex_python that answers what the test says, without a network."""

    def install(answer: object) -> None:
        class CurrencyRates:
            def __init__(self, *, force_decimal: bool) -> None:
                assert force_decimal

            def get_rate(self, *_: object) -> object:
                return answer() if callable(answer) else answer

        module = types.ModuleType("forex_python.converter")
        module.CurrencyRates = CurrencyRates  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "forex_python", types.ModuleType("forex_python"))
        monkeypatch.setitem(sys.modules, "forex_python.converter", module)

    return install


def test_a_live_rate_says_what_it_is(service: Callable[[object], None]) -> None:
    service(Decimal("1.25"))
    rate = ForexPython().rate("EUR", "USD", ON)
    assert (rate.value, rate.source, rate.day) == (Decimal("1.25"), "forex-python", ON)
    order = {"ship_from": "CN", "ship_to": "DE", "lines": [{"unit_price": "125 USD", "hs": "610910"}]}
    service(Decimal("0.8"))
    found = quote(order, on=ON, rates=ForexPython())
    assert str(found.goods) == "100.00 EUR"
    assert any("live market rate" in text for text in found.warnings)


def fail() -> object:
    raise ConnectionError("down")


@pytest.mark.parametrize("answer", [fail, 1.25, Decimal("NaN"), Decimal(0), Decimal(-1), None])
def test_whatever_goes_wrong_is_unavailable(service: Callable[[object], None], answer: object) -> None:
    service(answer)
    with pytest.raises(RateUnavailable):
        ForexPython().rate("EUR", "USD", ON)


def test_a_hang_is_given_up(service: Callable[[object], None]) -> None:
    service(lambda: sleep(3))
    start = perf_counter()
    with pytest.raises(RateUnavailable, match="within"):
        ForexPython(timeout=0.1).rate("EUR", "USD", ON)
    assert perf_counter() - start < 2


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "forex_python", None)
    with pytest.raises(RateUnavailable, match="no live rate"):
        ForexPython().rate("EUR", "USD", ON)


def test_wrong_input() -> None:
    with pytest.raises(InvalidInput):
        ForexPython(timeout=0)
    with pytest.raises(InvalidInput):
        ForexPython().rate("EURO", "USD", ON)
