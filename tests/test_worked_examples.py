"""Every worked example of `tests/cases`, figure by figure: what `xbcommerce check tests/cases` runs."""

from pathlib import Path

import pytest

from xbcommerce.cases import Case, read, run

CASES = list(read(Path(__file__).parent / "cases"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.id}")
def test_worked_example(case: Case) -> None:
    assert not [str(difference) for difference in run(case).differences]


def test_there_are_cases_for_every_jurisdiction() -> None:
    from xbcommerce.places import locate
    from xbcommerce.rules import Rulebook

    rulebook = Rulebook.builtin()
    asked = {case.file.removesuffix(".toml") for case in CASES}
    for case in CASES:
        for name in ("place", "ship_to"):
            place = case.input.get(name)
            if isinstance(place, str) and case.on is not None:
                asked |= {place, *locate(place, case.on).lineage}
    assert set(rulebook.places) - asked == set()
