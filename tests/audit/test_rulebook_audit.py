from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import RATE, TABLE, fact, regime

from xbcommerce.errors import XBCommerceError
from xbcommerce.landed.audit import _audit, audit
from xbcommerce.rules import Rulebook
from xbcommerce.rules.rulebook import parse_jurisdiction

Make = Callable[..., Rulebook]
BILL = 'at = "border", by = "carrier", from = "customer", currency = "EUR", round = { mode = "half-up", to = "0.01" }'
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
        (regime(VAT, bill=BILL + ', fx = "fx.custom"') + TABLE, "fx names no subject"),
        (regime(VAT, bill=BILL + ', fx = "fx.customs"') + TABLE, "'fx.customs' has no fact for JP"),
        (
            regime(VAT) + TABLE.replace('id = "import"', 'id = "import"\nfx = "fx.threshold"'),
            "'fx.threshold' has no fact for JP",
        ),
        (regime(VAT, more="").replace("bill = {", "bil = {") + TABLE, "unknown key 'bil'"),
        (regime(VAT, more="", bill='at = "border"') + TABLE, "by None is none of"),
        (regime("", more="").replace("steps = [\n\n]", "steps = 5") + TABLE, "steps is a list of tables, not 5"),
        (regime('{ charge = "vat", base = [5], rate = "tax.rate" }', more="") + TABLE, "base is a list of names, not [5]"),
        (fact("tax.rate", "5", "EUR") + regime(VAT) + TABLE, "'tax.rate' has a fact in EUR, and a share is expected here"),
        (
            fact("fee.entry", "5", "%") + regime('{ charge = "fee", levy = "fee.entry", per = "line" }') + TABLE,
            "'fee.entry' has a fact in %, and money is expected here",
        ),
        (
            RATE + fact("fee.entry", "5", "kg") + regime(VAT.replace(" }", ', at_least = "fee.entry" }')) + TABLE,
            "'fee.entry' has a fact in kg, and money or a share is expected here",
        ),
        (
            RATE + regime(VAT.replace(" }", ', when = { applied = { none_of = ["dutty"] } } }')) + TABLE,
            "applied names no step: 'dutty'",
        ),
        (
            RATE + regime(VAT) + TABLE.replace("regimes", 'when = { gods = { up_to = "fee.entry" } }\nregimes'),
            "did you mean 'goods'",
        ),
        (RATE + regime(VAT) + TABLE.replace('id = "import"', ""), "id is missing"),
        (RATE + regime(VAT) + TABLE.replace('id = "import"', 'id = "import"\nchoices = 5'), "choices is a table"),
        (
            RATE + regime(VAT) + TABLE.replace('id = "import"', 'id = "import"\nchoices = { channel = ["pigeon"] }'),
            "'pigeon' is not in its domain",
        ),
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


WRONG = [5, 3.5, True, "x", "", [], [5], {}, {"x": 5}, ["x"]]
GOOD = (
    RATE
    + fact("fee.entry", "3", "EUR")
    + regime(
        """{ charge = "duty", kind = "duty", base = ["goods"], rate = "tariff", relief = { when = { goods = { up_to = "fee.entry" } }, by = "fee.entry" } },
           { measures = "xx" },
           { charge = "vat", base = ["goods", "kind.duty"], rate = "tax.rate", inside = ["tax.rate"], at_least = { levy = "fee.entry", per = "line" }, when = { lines = { above = "1" }, channel = { none_of = ["post"] }, applied = { none_of = ["duty"] } } },
           { charge = "fee", kind = "fee", replaces = ["duty"], level = "consignment", band_by = { highest = "tax.rate" }, bands = [ { up_to = "tax.rate", levy = "fee.entry", per = "consignment" }, { levy = "fee.entry", per = "consignment" } ] },
           { waive = ["duty"], up_to = "fee.entry", when = { hs = { unlisted = ["a"] } } }""",
        bill=BILL + ', goods_item = ["hs6"], dated_by = "entry"',
        more="",
    )
    + '[[measure]]\nfamily = "xx"\nid = "m"\nrank = 1\nsource = "act"\nstep = { charge = "m", kind = "duty", base = ["goods"], rate = "tax.rate", complete = true }\n'
    + TABLE.replace("regimes", 'when = { buyer = "consumer", sum = { of = ["goods"], above = "fee.entry" } }\nany_line = { "line.goods" = { above = "fee.entry" } }\nregimes')
    .replace('id = "import"', 'id = "import"\nchoices = { scheme = ["standard"] }')
)  # fmt: skip


def places_of(content: object) -> Iterator[tuple[object, object]]:
    """Yield every container of a document with each of its keys."""
    for key, value in content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ():
        yield content, key
        yield from places_of(value)


def test_a_broken_rule_is_a_clear_problem_wherever_it_is_broken(make_rulebook: Make) -> None:
    """Each value of regimes, measures and tables in turn becomes one of another type: lint tells, and does not fail."""
    rulebook = make_rulebook({"a": "6109"}, JP=GOOD)
    assert problems(rulebook) == ""
    document = tomllib.loads(rulebook._folder.joinpath("jurisdictions", "JP.toml").read_text())
    count = 0
    for part in ("regime", "measure", "table"):
        for container, key in [*places_of(document[part]), (document, part)]:
            held = container[key]  # type: ignore[index]
            for wrong in WRONG:
                container[key] = wrong  # type: ignore[index]
                try:
                    file = parse_jurisdiction(document, rulebook.words_for(document), "JP.toml")
                    for problem in _audit(rulebook.with_file(file), file):
                        assert isinstance(problem, str)
                except XBCommerceError:
                    count += 1
                container[key] = held  # type: ignore[index]
    assert count > 100
