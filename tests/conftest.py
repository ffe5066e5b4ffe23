"""Shared fixtures: small rulebooks written for one test."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from xbcommerce.rules import Rulebook

DATA = Path(__file__).parent.parent / "src" / "xbcommerce" / "data"

HEAD = """
place = "{place}"
name = "Test law"
[defaults]
verified_on = 2026-11-22
[source.act]
title = "Test Act"
publisher = "Test"
url = "https://example.org/act"
seen = 2026-11-22
"""


def fact(subject: str, value: str, unit: str, **more: str) -> str:
    """Return a fact in TOML; `more` are further keys in TOML notation."""
    extra = "\n".join(f"{key} = {content}" for key, content in more.items())
    start = "" if "valid_from" in more else "valid_from = 2018-01-01\n"
    return f'[[fact]]\nsubject = "{subject}"\nvalue = "{value}"\nunit = "{unit}"\nsource = "act"\n{start}{extra}\n'


def regime(steps: str, *, id: str = "entry", bill: str = "", more: str = "valid_from = 2018-01-01") -> str:
    """Return a regime in TOML with a plain border bill in yen (no minor units) unless said otherwise."""
    terms = (
        bill or 'at = "border", by = "carrier", from = "customer", currency = "EUR", round = { mode = "half-up", to = "0.01" }'
    )
    return f'[[regime]]\nid = "{id}"\nsource = "act"\n{more}\nbill = {{ {terms} }}\nsteps = [\n{textwrap.dedent(steps)}\n]\n'


TABLE = """
[[table]]
id = "import"
[[table.row]]
id = "T1"
valid_from = 2018-01-01
regimes = ["entry"]
source = "act"
"""

RATE = fact("tax.rate", "10", "%")


@pytest.fixture
def make_rulebook(tmp_path: Path) -> Callable[..., Rulebook]:
    """Return a function that writes jurisdiction files (place = text after the head) and returns their rulebook."""

    def make(lists: dict[str, str] | None = None, **files: str) -> Rulebook:
        for folder in ("jurisdictions", "lists", "tariff"):
            (tmp_path / folder).mkdir(exist_ok=True)
        for name in ("vocabulary.toml", "rulebook.toml"):
            shutil.copy(DATA / name, tmp_path / name)
        (tmp_path / "tariff" / "JP.tsv").write_text("61091000\t7.4 %\n")
        (tmp_path / "tariff" / "JP.toml").write_text(
            'id = "JP"\nplaces = ["JP"]\ntitle = "Test"\nedition = "Tariff"\npublisher = "Customs"\nlicence = "none"\n'
            'url = "https://example.org/tariff"\nvalid_from = 2020-01-01\nas_of = 2026-07-12\nconfidence = "high"\n'
        )
        for place, text in files.items():
            body = text if text.lstrip().startswith("place") else HEAD.format(place=place) + text
            (tmp_path / "jurisdictions" / f"{place}.toml").write_text(body)
        for name, text in (lists or {}).items():
            (tmp_path / "lists" / f"{name}.txt").write_text(text)
        return Rulebook(tmp_path)

    return make
