"""Units that duties are counted in: their names here, the names official files use, and the measure a line gives.

A duty "per 100 kg" is reckoned from the line's weight, one "per pair" from `measures.pair`. Units that are multiples of
another measure (a tonne, a hectolitre, a dozen) are reckoned from that measure.
"""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["UNITS", "measure_of", "unit_of"]

UNITS: dict[str, str] = {
    "kg": "net weight in kilograms",
    "g": "net weight in grams",
    "t": "net weight in tonnes",
    "gross_kg": "gross weight in kilograms",
    "kg_drained": "kilograms of net drained weight",
    "kg_dry": "kilograms of net dry matter",
    "kg_with_container": "kilograms of contents and immediate container",
    "kg_clean": "kilograms of clean content (wool)",
    "kg_lactic_matter": "kilograms of lactic matter",
    "kg_dry_lactic_matter": "kilograms of dry lactic matter",
    "kg_sucrose_percent": "kilograms times the percentage of sucrose",
    "kg_standard_quality": "kilograms of sugar of the standard quality",
    "kg_total_alcohol": "kilograms of total alcohol",
    "kg_total_sugars": "kilograms of total sugars",
    "kg_copper": "kilograms of copper in the goods",
    "kg_lead": "kilograms of lead in the goods",
    "kg_magnesium": "kilograms of magnesium in the goods",
    "kg_molybdenum": "kilograms of molybdenum in the goods",
    "kg_tungsten": "kilograms of tungsten in the goods",
    "kg_raw_sugar": "kilograms of raw sugar equivalent",
    "l": "litres",
    "hl": "hectolitres",
    "kl": "kilolitres",
    "l_pure_alcohol": "litres of pure alcohol (one per cent of volume in a hectolitre is one litre)",
    "proof_l": "proof litres",
    "proof_l_alcohol": "proof litres of the ethyl alcohol in the goods",
    "bbl": "barrels",
    "item": "pieces",
    "head": "animals",
    "pair": "pairs",
    "dozen": "dozens of pieces",
    "gross": "gross of pieces",
    "dozen_pair": "dozens of pairs",
    "sheet": "sheets",
    "stick": "sticks",
    "pin": "pins",
    "jewel": "jewels",
    "jewel_over_7": "jewels over seven",
    "gross_lines": "gross of lines (buttons)",
    "m": "metres",
    "m2": "square metres",
    "m3": "cubic metres",
    "cm3": "cubic centimetres (of the engine)",
    "carat": "carats",
}
"""Every unit a duty may be counted in, and what it is."""

_MULTIPLES: dict[str, tuple[str, Fraction]] = {
    "g": ("kg", Fraction(1, 1000)),
    "t": ("kg", Fraction(1000)),
    "hl": ("l", Fraction(100)),
    "kl": ("l", Fraction(1000)),
    "head": ("item", Fraction(1)),
    "dozen": ("item", Fraction(12)),
    "gross": ("item", Fraction(144)),
    "dozen_pair": ("pair", Fraction(12)),
}

_ALIASES: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("kgm", "kg net", "kg/net", "kilogram", "kilogramme", "kgn"), ("kg", 1)),
    **dict.fromkeys(("dtn", "100kg", "quintal"), ("kg", 100)),
    **dict.fromkeys(("grm", "gi f/s", "gram"), ("g", 1)),
    **dict.fromkeys(("tne", "tonne", "tonnes", "mt", "metric ton", "ton", "1000kg"), ("t", 1)),
    **dict.fromkeys(("kg/br", "kg/gross", "kg gross", "kg brutto", "kgg"), ("gross_kg", 1)),
    **dict.fromkeys(("dtn g",), ("gross_kg", 100)),
    **dict.fromkeys(("kg eda", "kg/net drained wt", "kg on drained weight", "kge"), ("kg_drained", 1)),
    **dict.fromkeys(("dtn e",), ("kg_drained", 100)),
    **dict.fromkeys(("kg mas", "kg/net dry", "ksd"), ("kg_dry", 1)),
    **dict.fromkeys(("dtn s", "dtn l"), ("kg_dry", 100)),
    **dict.fromkeys(("clean kg", "kg clean", "cy kg"), ("kg_clean", 1)),
    **dict.fromkeys(("kg/lactic matter", "kgm l", "kg lactic matter"), ("kg_lactic_matter", 1)),
    **dict.fromkeys(("kg/dry lactic matter", "kgm t"), ("kg_dry_lactic_matter", 1)),
    **dict.fromkeys(("kg/net/% sacchar.", "kg/net/%sacchar.", "kg/net/%sacchar"), ("kg_sucrose_percent", 1)),
    **dict.fromkeys(("dtn z",), ("kg_sucrose_percent", 100)),
    **dict.fromkeys(("kg/std qual", "kg std qual"), ("kg_standard_quality", 1)),
    **dict.fromkeys(("dtn r",), ("kg_standard_quality", 100)),
    **dict.fromkeys(("kg/tot alc", "kgm a", "kg/tot/alc"), ("kg_total_alcohol", 1)),
    **dict.fromkeys(("kg of total sugars",), ("kg_total_sugars", 1)),
    **{name: (f"kg_{name[6:-8]}", 1) for name in ("kg on copper content", "kg on lead content", "kg on magnesium content")},
    **{name: (f"kg_{name[6:-8]}", 1) for name in ("kg on molybdenum content", "kg on tungsten content")},
    **dict.fromkeys(("ltr", "litre", "litres", "liter", "liters"), ("l", 1)),
    **dict.fromkeys(("hlt", "hectolitre"), ("hl", 1)),
    **dict.fromkeys(("% vol/hl", "%vol/hl", "lpa", "asv x", "l alc. 100%"), ("l_pure_alcohol", 1)),
    **dict.fromkeys(("pf. liter", "pf.liter", "pf liter", "proof liter", "proof litre"), ("proof_l", 1)),
    "pf. liter on ethyl alcohol content": ("proof_l_alcohol", 1),
    **dict.fromkeys(("each", "piece", "pieces", "no", "nar", "pce", "p/st", "article", "unit", "items"), ("item", 1)),
    **dict.fromkeys(("cen", "100 p/st"), ("item", 100)),
    **dict.fromkeys(("mil", "thousand", "thousands", "1000_items", "1000 items", "1000 p/st", "1000p/st"), ("item", 1000)),
    "kg on contents and container": ("kg_with_container", 1),
    "kg on entire contents of container": ("kg_with_container", 1),
    "kg on the entire contents of container": ("kg_with_container", 1),
    "1,000 pins": ("pin", 1000),
    "pins": ("pin", 1),
    **dict.fromkeys(("npr", "pr", "prs", "pa", "pairs"), ("pair", 1)),
    **dict.fromkeys(("doz", "dz"), ("dozen", 1)),
    **dict.fromkeys(("doz. pr", "doz. prs", "doz.pr"), ("dozen_pair", 1)),
    **dict.fromkeys(("mtr", "metre", "meter"), ("m", 1)),
    **dict.fromkeys(("mtk", "m²", "square metre"), ("m2", 1)),
    **dict.fromkeys(("mtq", "m³", "cubic metre"), ("m3", 1)),
    **dict.fromkeys(("ctm", "c/k"), ("carat", 1)),
    "barrel": ("bbl", 1),
    "jewel over 7": ("jewel_over_7", 1),
    "line/gross": ("gross_lines", 1),
}


_SLASH = re.compile(r" ?/ ?")


def unit_of(name: str) -> tuple[str, int] | None:
    """Return the unit that a name in an official text stands for, and how many of it; None for an unknown name.

    >>> unit_of("DTN"), unit_of("pr."), unit_of("firkin")
    (('kg', 100), ('pair', 1), None)
    """
    plain = _SLASH.sub("/", " ".join(name.casefold().split())).rstrip(".")
    if plain in UNITS:
        return plain, 1
    return _ALIASES.get(plain) or _ALIASES.get(plain + ".")


def measure_of(unit: str) -> tuple[str, Fraction]:
    """Return the measure of a line from which a unit is reckoned, and how much of it one unit is.

    >>> measure_of("t"), measure_of("pair")
    (('kg', Fraction(1000, 1)), ('pair', Fraction(1, 1)))
    """
    return _MULTIPLES.get(unit, (unit, Fraction(1)))
