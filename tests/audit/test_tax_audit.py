from __future__ import annotations

from collections.abc import Callable

from tests.conftest import RATE, fact

from xbcommerce.rules import Rulebook
from xbcommerce.tax.audit import audit

Make = Callable[..., Rulebook]


def test_the_built_in_tables_and_codes_are_clean() -> None:
    assert audit() == []


def test_a_code_that_the_engine_does_not_know_is_found(make_rulebook: Make) -> None:
    rulebook = make_rulebook(JP=RATE + fact("tax.shipping", "tax_free", "code"))
    assert "the engine knows no 'tax_free'" in "\n".join(audit(rulebook))
