"""The project's tasks, on a bare machine with Python 3.11 and pip: `python3 tasks.py demo`, `python3 tasks.py test`.

Each task makes the virtual environment `.venv` (or the one that XBCOMMERCE_VENV names) if there is none, and installs what
it needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("XBCOMMERCE_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: str | Path) -> None:
    """Run a command in the project and stop at its first failure."""
    print(f"\n$ {' '.join(str(part) for part in command)}", flush=True)
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def tool(name: str, *arguments: str) -> None:
    """Run a program of the virtual environment."""
    run(PYTHON.parent / name, *arguments)


def install(extras: str = "") -> None:
    """Make the virtual environment and install the project into it, editable."""
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f".{extras}")


def demo() -> None:
    """Quote a real order, with the law behind each figure."""
    install()
    tool("xbcommerce", "quote", "examples/orders/blouses-to-germany.toml", "--alternatives")


def test() -> None:
    """Everything that must hold before a change is taken."""
    install("[calendar,dev,docs,excel,images,language,live,nomenclature,optimize]")
    tool("ruff", "check", "src", "tests", "tools", "benchmarks", "tasks.py")
    tool("ruff", "format", "--check", "src", "tests", "tools", "benchmarks", "tasks.py")
    tool("mypy")
    tool("lint-imports")
    tool("xbcommerce", "rulebook", "lint")
    tool("xbcommerce", "check", "tests/cases")
    tool("mkdocs", "build", "--strict", "--quiet")
    tool("pytest", "-q")


def bench() -> None:
    """Measure: quotes per second, first use, import time."""
    install("[calendar,dev,excel,images,language,nomenclature,optimize]")
    tool("pytest", "benchmarks", "--benchmark-only", "--benchmark-columns=min,median,mean,ops", "-o", "python_files=bench_*.py")


TASKS = {task.__name__: task for task in (demo, test, bench)}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in TASKS:
        sys.exit("usage: python3 tasks.py TASK\n" + "\n".join(f"  {name:<6} {task.__doc__}" for name, task in TASKS.items()))
    TASKS[sys.argv[1]]()
