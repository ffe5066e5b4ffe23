from datetime import date

import pytest

from xbcommerce.errors import RulebookError
from xbcommerce.rules.figures import literal
from xbcommerce.rules.lists import ProductList


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("12 %", (3, 25, "1")),
        ("12.5%", (1, 8, "1")),
        ("22/78", (11, 39, "1")),
        ("0.90 USD", (9, 10, "USD")),
        ("31 kg", (31, 1, "kg")),
        ("free", (0, 1, "1")),
        ("0.6", (3, 5, "1")),
    ],
)
def test_literals(text: str, key: tuple[int, int, str]) -> None:
    figure = literal(text)
    assert figure is not None
    assert figure.key == key


@pytest.mark.parametrize("text", ["tax.rate", "", "12 per cent", "1/0", "-5 %", "1e3 %", None, 12, "9" * 10**6, "١٢ %"])
def test_everything_else_is_a_name(text: object) -> None:
    assert literal(text) is None


def test_lists_are_prefixes_with_days() -> None:
    codes = ProductList.parse("x", "# head\n6109\n64041189 2020-01-01 2020-12-31 # note\n8517 - 2019-12-31\n8517 2021-01-01\n")
    assert codes.listed("61091000", date(2026, 1, 1)) is True
    assert codes.listed("64041189", date(2020, 12, 31)) is True
    assert codes.listed("64041189", date(2021, 1, 1)) is False
    assert codes.listed("640411", date(2020, 1, 1)) is None
    assert codes.listed("640411", date(2021, 1, 1)) is False
    assert [codes.listed("851713", date(year, 6, 1)) for year in (2019, 2020, 2021)] == [True, False, True]


@pytest.mark.parametrize("text", ["61091x", "6", "6109 yesterday", "6109 2020-01-01 2020-01-02 x"])
def test_broken_lists_name_the_line(text: str) -> None:
    with pytest.raises(RulebookError, match="line 1"):
        ProductList.parse("x", text)
