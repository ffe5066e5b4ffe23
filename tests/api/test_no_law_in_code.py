"""Engine code holds no country, date, rate or limit: they are data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pycountry
import pytest

SOURCE = Path(__file__).parents[2] / "src" / "xbcommerce"
FILES = sorted(SOURCE.rglob("*.py"))
COUNTRIES = {country.alpha_2 for country in pycountry.countries} | {"EU", "XI", "UK"}


def constants(tree: ast.Module) -> Iterator[tuple[int, object]]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_country_and_no_date(path: Path) -> None:
    for line, value in constants(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(value, str):
            assert value not in COUNTRIES, f"line {line}: {value}"
            assert not re.fullmatch(r"(19|20)\d\d-\d\d-\d\d", value), f"line {line}: {value}"
            assert not re.fullmatch(r"\d+(\.\d+)? ?%", value), f"line {line}: {value}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_date_literal(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "date":
            assert len(node.args) < 3, f"line {node.lineno}: a date literal"


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.name != "cli.py" and "providers" not in path.parts],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_no_clock_and_no_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in (".today(", ".now(", "os.environ", "getenv(", "time.time("):
        assert word not in text
