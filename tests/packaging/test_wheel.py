"""The wheel is what is tested: built, installed into a fresh environment, every data file loaded."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]

LOAD = """
from xbcommerce import Rulebook, landed
import xbcommerce, pathlib
assert "site-packages" in xbcommerce.__file__, xbcommerce.__file__
from xbcommerce.landed.audit import audit
assert audit() == [], audit()
rulebook = Rulebook.builtin()
for place in rulebook.places:
    rulebook.jurisdiction(place)
for path in (pathlib.Path(xbcommerce.__file__).parent / "data" / "lists").glob("*.txt"):
    rulebook.product_list(path.stem)
order = {"ship_from": "CN", "ship_to": "DE", "channel": "courier", "scheme": "ioss", "lines": [{"unit_price": "10 USD", "hs": "610910"}]}
print(len(rulebook.places), landed.quote(order, on="2026-07-15").charges["duty"].amount)
"""


@pytest.mark.packaging
def test_the_wheel_holds_everything_and_answers(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in ZipFile(wheel).namelist() if name.startswith("xbcommerce/")}
    source = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "xbcommerce").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == source
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
    assert run(str(python), "-c", LOAD).split()[1:] == ["3.00", "EUR"]


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
