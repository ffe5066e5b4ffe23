"""Tariff: from a commodity code and an origin to the duty, offline.

>>> from xbcommerce import tariff
>>> print(tariff.duty("US", "6109.10.00", on="2026-06-30"))
16.5 % (61091000; Harmonized Tariff Schedule of the United States, 2026 revision 10)
>>> tariff.duty("JP", "610910010", origin="CN", preference="RCEP-CN", on="2026-07-15").text
'6.8 %'

- `duty`: the duty of a code, with its schedule, candidates and warnings; `stack`: and the additional measures on top of it
- `parse`, `printed`: duty expressions as typed values and back
- `load`, `layered`: imported schedules over the built-in ones; `convert` makes them from official files
- `search`, `describe`, `correlate`: the nomenclature; it proposes and never classifies
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xbcommerce.tariff.correlation import Correspondence, correlate
from xbcommerce.tariff.expression import (
    AdValorem,
    Bounded,
    Choice,
    Expression,
    Season,
    Seasonal,
    Specific,
    Sum,
    Text,
    parse,
    printed,
)
from xbcommerce.tariff.lookup import POLICIES, Candidate, Duty, Policy, Schedules, Tariff, duty, layered, load

if TYPE_CHECKING:
    from xbcommerce.tariff.importers import Conversion, convert
    from xbcommerce.tariff.nomenclature import Found, Heading, Section, children, describe, parents, search, sections, validate
    from xbcommerce.tariff.stacking import Additional, Stack, stack

__all__ = [
    "POLICIES",
    "AdValorem",
    "Additional",
    "Bounded",
    "Candidate",
    "Choice",
    "Conversion",
    "Correspondence",
    "Duty",
    "Expression",
    "Found",
    "Heading",
    "Policy",
    "Schedules",
    "Season",
    "Seasonal",
    "Section",
    "Specific",
    "Stack",
    "Sum",
    "Tariff",
    "Text",
    "children",
    "convert",
    "correlate",
    "describe",
    "duty",
    "layered",
    "load",
    "parents",
    "parse",
    "printed",
    "search",
    "sections",
    "stack",
    "validate",
]


_LATER = {
    "importers": ("Conversion", "convert"),
    "nomenclature": ("Found", "Heading", "Section", "children", "describe", "parents", "search", "sections", "validate"),
    "stacking": ("Additional", "Stack", "stack"),
}
"""Modules that a landed cost does not need: loaded when one of their names is first asked for."""


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
