from __future__ import annotations

from pathlib import Path

import pytest

from xbcommerce.cases import read, run
from xbcommerce.errors import RulebookError

GOOD = """
[[case]]
id = "rounding"
call = "money.round"
basis = "own"
[case.input]
amount = "7.525 CHF"
mode = "half-up"
to = "0.05"
[case.expect]
amount = "7.55 CHF"
"""


def one(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "cases.toml"
    path.write_text(text)
    return [str(difference) for case in read(path) for difference in run(case).differences]


def test_a_case_that_holds(tmp_path: Path) -> None:
    assert one(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('amount = "7.55 CHF"', 'amount = "7.5 CHF"', "amount: expected 7.5 CHF, found 7.55 CHF"),
        ('amount = "7.55 CHF"', '"charges.vat.amount" = "1 CHF"', "charges.vat.amount: expected 1 CHF, found nothing there"),
        ('call = "money.round"', 'call = "money.burn"', "call: expected one of landed.quote"),
        ('mode = "half-up"', 'mode = "luck"', "InvalidInput"),
    ],
)
def test_differences_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    (difference,) = one(tmp_path, GOOD.replace(old, new))
    assert said in difference


def test_expected_errors(tmp_path: Path) -> None:
    raising = GOOD.replace('basis = "own"', 'basis = "own"\nraises = "InvalidInput"').partition("[case.expect]")[0]
    assert one(tmp_path, raising.replace("half-up", "luck")) == []
    assert "found a result" in one(tmp_path, raising)[0]


def test_a_disputed_case_must_differ_from_the_published_figure(tmp_path: Path) -> None:
    disputed = GOOD.replace('basis = "own"', 'basis = "own"\ndisputed = "rounds wrongly"') + "[case.published]\namount = "
    assert one(tmp_path, disputed + '"7.50 CHF"') == []
    assert "disputed" in one(tmp_path, disputed + '"7.55 CHF"')[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [("x", "cases.toml"), (GOOD + GOOD, "taken"), (GOOD.replace("basis", "bases"), "unknown key"), (GOOD.replace('basis = "own"\n', ""), "no title"),
     (GOOD.partition("[case.expect]")[0], "either expect or raises")],
)  # fmt: skip
def test_broken_files_are_clear_errors(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        one(tmp_path, text)
