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


FACT = """
[[case]]
id = "fact"
call = "rulebook.fact"
on = 2020-08-01
basis = "own"
input = { subject = "tax.rate", place = "DE" }
expect = { value = "16 %", valid_from = 2020-07-01, valid_to = "2020-12-31" }
"""


def test_the_days_of_a_fact_can_be_expected(tmp_path: Path) -> None:
    assert one(tmp_path, FACT) == []
    assert one(tmp_path, FACT.replace("2020-07-01", "2020-07-02")) == ["valid_from: expected 2020-07-02, found 2020-07-01"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('subject = "tax.rate", ', "", "rulebook.fact needs subject"),
        (', place = "DE"', "", "rulebook.fact needs place"),
        ('place = "DE"', 'plase = "DE"', "did you mean 'place'"),
        ('place = "DE"', "place = 5", "one or more places"),
        ('place = "DE"', 'place = "DE", scope = 5', "scope is a table"),
        ('place = "DE"', 'place = "DE", scope = { on = "x" }', "on is none"),
        ('place = "DE"', 'place = "DE", scope = { goods_class = "fod" }', "did you mean 'food'"),
        ("on = 2020-08-01\n", "", "the case says no day"),
    ],
)
def test_what_a_call_lacks_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    (difference,) = one(tmp_path, FACT.replace(old, new))
    assert said in difference


@pytest.mark.parametrize("call", ["landed.quote", "rulebook.fact", "exchange.rate", "exchange.convert", "money.round",
                                  "places.locate", "tax.rate", "tax.determine", "tax.returns", "tax.obligations"])  # fmt: skip
@pytest.mark.parametrize(
    "given", ["", "on = 2026-07-01", 'input = { x = "y" }', "on = 2026-07-01\ninput = { place = 1, address = 1 }"]
)
def test_every_call_tells_what_it_lacks(tmp_path: Path, call: str, given: str) -> None:
    text = f'[[case]]\nid = "a"\nbasis = "own"\ncall = "{call}"\n{given}\nexpect = {{ x = 1 }}\n'
    (difference,) = one(tmp_path, text)
    assert difference.startswith("raises: expected a result, found InvalidInput")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (FACT, "case = 5", "there is no case"),
        (FACT, "case = [5]", "a case is a table"),
        (FACT, "[[cases]]\nid = 'a'", "did you mean 'case'"),
        (FACT, "", "there is no case"),
        (FACT, "x = " + "[" * 5000, "too deeply"),
        ('basis = "own"', "source = 5", "source is a table"),
        ('basis = "own"', 'basis = "own"\noverlay = 5', "overlay is a list"),
        ('basis = "own"', 'basis = "own"\noverlay = [5]', "a fact of the overlay is a table"),
        ('basis = "own"', 'basis = "own"\nrates = [5]', "rates is a table"),
        ('basis = "own"', 'basis = "own"\nstrict = "yes"', "strict is true or false"),
        ('basis = "own"', 'basis = "own"\ntitle = 5', "title must be a text"),
        ('input = { subject = "tax.rate", place = "DE" }', "input = [1]", "input is a table"),
        ('expect = { value = "16 %", valid_from = 2020-07-01, valid_to = "2020-12-31" }', "expect = 5", "expect is a table"),
        (
            'expect = { value = "16 %", valid_from = 2020-07-01, valid_to = "2020-12-31" }',
            "raises = 5",
            "raises must be a text",
        ),
        ("on = 2020-08-01", "on = 2020-08-01T00:00:00", "calendar day"),
        ("on = 2020-08-01", "on = 5", "calendar day"),
        ('id = "fact"', "id = 5", "id must be a text"),
        ('call = "rulebook.fact"', "call = 5", "call must be a text"),
    ],
)
def test_files_of_the_wrong_shape_are_clear_errors(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FACT
    with pytest.raises(RulebookError, match=said) as caught:
        one(tmp_path, FACT.replace(old, new))
    assert "cases.toml" in str(caught.value)


def test_a_kind_of_error_may_be_expected_by_its_wider_name(tmp_path: Path) -> None:
    raising = GOOD.replace('basis = "own"', 'basis = "own"\nraises = "XBCommerceError"').partition("[case.expect]")[0]
    assert one(tmp_path, raising.replace("half-up", "luck")) == []
