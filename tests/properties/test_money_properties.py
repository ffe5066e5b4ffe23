from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xbcommerce.errors import InvalidInput
from xbcommerce.money import Money, allocate, divide

MODES = st.sampled_from(["down", "up", "half-up", "half-down", "half-even"])
DECIMAL_MODES = {
    "down": "ROUND_DOWN",
    "up": "ROUND_UP",
    "half-up": "ROUND_HALF_UP",
    "half-down": "ROUND_HALF_DOWN",
    "half-even": "ROUND_HALF_EVEN",
}


@given(st.integers(-(10**18), 10**18), st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_parts_sum_to_the_whole_and_are_within_one_of_their_share(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        share = Decimal(total) * weight / whole if whole else Decimal(total) / len(weights)
        assert abs(part - share) < 1


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6), MODES)
def test_divide_is_decimal_rounding(numerator: int, denominator: int, mode: str) -> None:
    import decimal

    with decimal.localcontext() as context:
        context.prec = 60
        exact = Decimal(numerator) / Decimal(denominator)
        expected = int(exact.to_integral_value(rounding=DECIMAL_MODES[mode]))
    assert divide(numerator, denominator, mode) == expected  # type: ignore[arg-type]


@given(st.decimals(-(10**9), 10**9, places=4), MODES, st.sampled_from(["0.01", "0.05", "1", "100"]))
def test_rounding_stays_within_a_step_and_is_stable(amount: Decimal, mode: str, step: str) -> None:
    money = Money(amount, "EUR")
    rounded = money.round(mode, step)  # type: ignore[arg-type]
    assert abs(rounded.amount - money.amount) < Decimal(step)
    assert rounded.amount % Decimal(step) == 0
    assert rounded.round(mode, step) == rounded  # type: ignore[arg-type]


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_and_texts_are_inverse(minor: int, currency: str) -> None:
    money = Money.from_minor(minor, currency)
    assert money.to_minor() == minor
    assert Money.parse(str(money)) == money


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        Money.parse(text)
    except ValueError as error:
        assert len(str(error)) < 500


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=5) | st.binary(max_size=3)


@given(st.integers(-(10**14), 10**14), anything | st.lists(anything, max_size=3))
def test_arithmetic_with_anything_is_money_or_a_clear_error(minor: int, other: object) -> None:
    money = Money.from_minor(minor, "EUR")
    operations = (
        lambda: money + other, lambda: money - other, lambda: money * other, lambda: other * money, lambda: money < other,
        lambda: money >= other, lambda: money.round("up", other), lambda: money.round(other), lambda: money.allocate(other),
        lambda: Money(other, "EUR"), lambda: Money("1", other), lambda: Money.of(other), lambda: Money.from_minor(other, "EUR"),
    )  # fmt: skip
    for operation in operations:
        try:
            found = operation()
        except InvalidInput as error:
            assert len(str(error)) < 600
        else:
            assert isinstance(found, Money | bool | list)


@given(st.decimals(-(10**15) + 1, 10**15 - 1, places=6), st.integers(1, 30), st.sampled_from(["EUR", "JPY", "KWD"]), MODES)
def test_the_callers_context_changes_no_figure(amount: Decimal, precision: int, currency: str, mode: str) -> None:
    import decimal

    def figures() -> tuple[object, ...]:
        money = Money(str(amount), currency)
        rounded = money.round(mode)  # type: ignore[arg-type]
        return str(money), rounded.to_minor(), [str(part) for part in rounded.allocate([1, 2, 4])], money >= rounded

    expected = figures()
    with decimal.localcontext() as context:
        context.prec = precision
        context.traps[decimal.Inexact] = True
        assert figures() == expected
