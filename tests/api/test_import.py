"""Importing is silent, light and offline; names are what they are said to be."""

from __future__ import annotations

import json
import subprocess
import sys

import xbcommerce

SILENT = """
import builtins, json, sys
opened = []
real = builtins.open
builtins.open = lambda file, *a, **k: (opened.append(str(file)), real(file, *a, **k))[1]
import socket
def no_network(*a, **k): raise AssertionError("network")
socket.socket.connect = no_network
socket.getaddrinfo = no_network
import xbcommerce
before = sorted(set(sys.modules) & {"pydantic", "babel", "pycountry", "currency_converter", "numpy", "requests", "forex_python"})
order = {"ship_from": "CN", "ship_to": "DE", "channel": "courier", "scheme": "ioss", "lines": [{"unit_price": "10 EUR", "hs": "610910", "origin": "CN"}]}
xbcommerce.landed.quote(order, on="2026-07-15")
after = sorted(set(sys.modules) & {"currency_converter", "numpy", "requests", "forex_python"})
print(json.dumps([before, after, opened]))
"""


def python(code: str, *options: str) -> str:
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "" or "-X" in options
    return done.stdout if "-X" not in options else done.stderr


def test_import_is_silent_and_light() -> None:
    before, after, opened = json.loads(python(SILENT))
    assert before == []
    assert after == []
    assert not [path for path in opened if path.endswith((".toml", ".csv"))]


def test_public_names() -> None:
    assert dir(xbcommerce) == sorted(xbcommerce.__all__)
    names: dict[str, object] = {}
    exec("from xbcommerce import *", names)
    assert set(xbcommerce.__all__) <= set(names)


def test_unknown_names_are_attribute_errors() -> None:
    try:
        xbcommerce.nonsense  # noqa: B018
    except AttributeError as error:
        assert "nonsense" in str(error)
    else:
        raise AssertionError


def test_modules_say_what_is_public() -> None:
    import importlib
    import pkgutil

    for module in pkgutil.walk_packages(xbcommerce.__path__, "xbcommerce."):
        loaded = importlib.import_module(module.name)
        for name in getattr(loaded, "__all__", ()):
            public = getattr(loaded, name)
            assert not isinstance(public, type) or public.__doc__, f"{module.name}.{name} has no docstring"
