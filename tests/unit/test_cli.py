from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import xbcommerce
from xbcommerce.cli import main

ROOT = Path(__file__).parents[2]
ORDER = ROOT / "examples" / "orders" / "blouses-to-germany.toml"


def test_quote_prints_charges_and_law(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quote", str(ORDER), "--alternatives"]) == 0
    out = capsys.readouterr().out
    for part in ("duty", "6.00 EUR", "customs.flat_duty/EU/2026-07-01", "Alternatives:", "scheme"):
        assert part in out


@pytest.mark.parametrize("style", ["markdown", "html", "json"])
def test_quote_in_other_styles(capsys: pytest.CaptureFixture[str], style: str) -> None:
    assert main(["quote", str(ORDER), "--format", style, "--on", "2026-08-01"]) == 0
    out = capsys.readouterr().out
    if style == "json":
        assert json.loads(out)["on"] == "2026-08-01"


def test_an_order_in_json_keeps_its_decimals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "order.json"
    path.write_text(
        '{"ship_from": "CN", "ship_to": "DE", "scheme": "ioss", "lines": [{"unit_price": [19.90, "EUR"], "hs": "610910"}]}'
    )
    assert main(["quote", str(path), "--on", "2026-07-15"]) == 0
    assert "3.78 EUR" in capsys.readouterr().out


def test_what_cannot_be_answered_is_told_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, said in (
        ("ship_from = 1", "InvalidInput"),
        ("x = [", "InvalidInput"),
        ('ship_from = "CN"\nship_to = "FJ"\nlines = [{unit_price = "1 EUR"}]', "UnknownFact"),
    ):
        path = tmp_path / "order.toml"
        path.write_text(text)
        assert main(["quote", str(path)]) == 2
        assert said in capsys.readouterr().err
    assert main(["quote", str(tmp_path / "nothing.toml")]) == 2


def test_check_counts_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = '[[case]]\nid = "a"\ncall = "money.round"\nbasis = "own"\ninput = { amount = "1.005 EUR", mode = "half-up" }\nexpect = { amount = "1.01 EUR" }\n'
    path = tmp_path / "cases.toml"
    path.write_text(good)
    assert main(["check", str(path), "-v"]) == 0
    assert capsys.readouterr().out.endswith("1 passed, 0 failed\n")
    path.write_text(good + good.replace('"a"', '"b"').replace("1.01", "1.00"))
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "amount: expected 1.00 EUR, found 1.01 EUR" in out
    assert out.endswith("1 passed, 1 failed\n")
    assert main(["check", str(tmp_path / "none")]) == 2


def test_rulebook_commands(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["rulebook", "show", "DE", "--on", "2020-08-01"]) == 0
    assert "tax.rate/DE/2020-07-01 = 16 %" in capsys.readouterr().out
    assert main(["rulebook", "changes", "--since", "2020-07-01", "--until", "2020-07-01"]) == 0
    assert "tax.rate/DE/2020-07-01" in capsys.readouterr().out
    assert main(["rulebook", "version"]) == 0
    assert "sha256" in capsys.readouterr().out
    assert main(["rulebook", "lint"]) == 0
    broken = tmp_path / "XX.toml"
    broken.write_text('place = "XX"\nfacts = 1')
    assert main(["rulebook", "lint", str(broken)]) == 1
    assert "did you mean 'fact'" in capsys.readouterr().out
    assert main(["rulebook", "show", "QQ"]) == 2


def test_usage_errors_exit_with_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


def test_alternatives_stand_in_the_json_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quote", str(ORDER), "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main(["quote", str(ORDER), "--format", "json", "--alternatives"]) == 0
    found = json.loads(capsys.readouterr().out)
    alternatives = found.pop("alternatives")
    assert found == plain
    assert {"choices", "quote", "reason"} <= alternatives[0].keys()
    assert any(other["quote"] and other["quote"]["total"] == plain["total"] for other in alternatives)


@pytest.mark.parametrize("name", ["deep.json", "deep.toml"])
def test_deep_nesting_is_told_and_no_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = tmp_path / name
    path.write_text(("x = " if name.endswith("toml") else '{"x": ') + "[" * 100_000)
    for command in (["quote"], ["check"], ["rulebook", "lint"]):
        if command != ["quote"] and name.endswith("json"):
            continue
        assert main([*command, str(path)]) in (1, 2)
        assert "nested too deeply" in "".join(capsys.readouterr())


def test_nothing_checked_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "no worked examples" in capsys.readouterr().err
    (tmp_path / "a.toml").write_text('[[cases]]\nid = "a"\n')
    assert main(["check", str(tmp_path)]) == 2
    assert "did you mean 'case'" in capsys.readouterr().err


def test_lint_reads_the_checks_of_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "rulebook"
    shutil.copytree(Path(xbcommerce.__file__).parent / "data", folder)
    checks = folder / "localization" / "checks.culture.toml"
    checks.write_text(checks.read_text("utf-8").replace('"cross pendant",', '"cross",', 1), "utf-8")
    assert main(["rulebook", "lint", str(folder)]) == 1
    assert "one word without a condition" in capsys.readouterr().out
