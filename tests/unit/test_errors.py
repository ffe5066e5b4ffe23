from datetime import date

import pytest

from xbcommerce import errors
from xbcommerce.errors import InvalidInput, XBCommerceError, shown, suggest


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name[0].isupper() and name != "XBCommerceError"])
def test_leaves_are_also_builtin_errors(name: str) -> None:
    leaf = getattr(errors, name)
    assert issubclass(leaf, XBCommerceError)
    assert issubclass(leaf, ValueError) or issubclass(leaf, LookupError)


def test_attributes_carry_what_the_message_says() -> None:
    error = InvalidInput("x is wrong", field="x", value=1, allowed=["a"], on=date(2026, 1, 1), hint="write a")
    assert str(error) == "x is wrong; write a"
    assert (error.field, error.value, error.allowed, error.on, error.hint) == ("x", 1, ("a",), date(2026, 1, 1), "write a")


def test_shown_is_short_and_harmless() -> None:
    assert len(shown("a" * 10**6)) < 80
    assert "\u202e" not in shown("a\u202eb")
    assert "\x00" not in shown("\x00")
    assert "bits" in shown(10**10000)


def test_suggest() -> None:
    assert suggest("tax.rat", ["tax.rate", "fx.sale"]) == "did you mean 'tax.rate'?"
    assert suggest("zzz", ["tax.rate"]) is None
    assert suggest("a" * 10**6, ["a"]) is None


def test_shown_is_quick_and_never_fails() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise KeyError

    class deque:  # noqa: N801 - named like something that reprlib knows
        pass

    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert shown(deep) == "[[[[[...]]]]]"
    assert shown({"a": {"b": {"c": {"d": {"e": 1}}}}}) == "{'a': {'b': {'c': {'d': {...}}}}}"
    assert "bits" in shown([10**10000])
    assert shown("\ud800") == "'\\ud800'"
    assert "Broken" in shown(Broken())
    assert "deque" in shown(deque())
