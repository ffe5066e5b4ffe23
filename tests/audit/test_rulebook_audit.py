from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import RATE, TABLE, fact, regime

from xbcommerce.landed.audit import audit
from xbcommerce.rules import Rulebook

Make = Callable[..., Rulebook]
VAT = '{ charge = "vat", base = ["goods"], rate = "tax.rate" }'


def test_the_built_in_rulebook_is_clean() -> None:
    assert audit() == []


def problems(rulebook: Rulebook) -> str:
    return "\n".join(audit(rulebook._folder))  # type: ignore[arg-type]


def test_a_good_file_is_clean(make_rulebook: Make) -> None:
    assert problems(make_rulebook(JP=RATE + regime(VAT) + TABLE)) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RATE + fact("tax.rate", "11", "%", valid_from="2020-01-01"), "overlap"),
        (
            fact("tax.rate", "1", "%", valid_to="2019-12-31") + fact("tax.rate", "2", "%", valid_from="2020-01-02"),
            "unexplained gap",
        ),
        (
            RATE
            + fact("tax.rate", "7", "%", scope='{ goods_class = ["food"] }')
            + fact("tax.rate", "8", "%", scope='{ goods_class = ["food", "toy"] }'),
            "overlap",
        ),
        (regime('{ charge = "vat", base = ["goods"], rate = "tax.rat" }') + TABLE, "did you mean 'tax.rate'"),
        (regime('{ charge = "vat", base = ["goods"], rate = "19 %" }') + TABLE, "belongs in a fact"),
        (
            regime('{ charge = "vat", base = ["goods"], rate = "tax.rate", when = { goods = { up_to = "150 EUR" } } }') + TABLE,
            "belongs in a fact",
        ),
        (regime('{ charge = "vat", base = ["gods"], rate = "tax.rate" }') + TABLE, "did you mean 'goods'"),
        (
            regime('{ charge = "vat", base = ["goods"], rate = "tax.rate", when = { hs = { listed = ["none"] } } }') + TABLE,
            "no product list",
        ),
        (TABLE, "no regime 'entry'"),
        (regime(VAT, bill='at = "border", by = "carrier", from = "customer", fx = "fx.custom"') + TABLE, "fx names no subject"),
        ("x = 1", "unknown key"),
    ],
)
def test_what_is_wrong_is_found(make_rulebook: Make, text: str, said: str) -> None:
    assert said in problems(make_rulebook(JP=text))


def test_sources_need_an_address_and_facts_a_verification(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=RATE)
    path = rulebook._folder.joinpath("jurisdictions", "JP.toml")
    path.write_text(path.read_text().replace('url = "https://example.org/act"', "").replace("verified_on = 2026-11-22", ""))  # type: ignore[attr-defined]
    found = problems(Rulebook(rulebook._folder))
    assert "no address" in found
    assert "no verified_on" in found


def test_a_single_file_is_audited_with_the_built_in_vocabulary(tmp_path: Path, make_rulebook: Make) -> None:
    rulebook = make_rulebook(NZ=RATE + regime(VAT) + TABLE)
    path = rulebook._folder.joinpath("jurisdictions", "NZ.toml")
    assert audit(path) == []  # type: ignore[arg-type]
    broken = tmp_path / "broken.toml"
    broken.write_text("x = [")
    assert "broken.toml" in audit(broken)[0]
    assert audit(tmp_path / "nothing")
