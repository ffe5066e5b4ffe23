from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, RateUnavailable
from xbcommerce.exchange import FixedRates, convert, policies, policy_rate
from xbcommerce.money import Money


@pytest.mark.parametrize(
    ("policy", "on", "day"),
    [
        ("ecb.daily", "2026-10-24", "2026-10-23"),  # a Saturday
        ("ecb.day_before", "2026-10-26", "2026-10-23"),
        ("ecb.second_last_wednesday", "2026-11-15", "2026-10-21"),
        ("ecb.second_last_wednesday", "2018-01-31", "2017-12-20"),
        ("ecb.second_last_wednesday", "2025-01-01", "2024-12-18"),
        ("ecb.first_of_october", "2026-03-01", "2025-10-01"),
        ("ecb.first_of_october", "2023-03-01", "2022-10-03"),  # 2022-10-01 was a Saturday
        ("ecb.period_end", "2026-05-15", "2026-06-30"),
        ("ecb.period_end", "2024-01-01", "2024-04-02"),  # Good Friday and Easter Monday: the next publication
        ("ecb.month_end", "2026-08-10", "2026-08-31"),
        ("ecb.month_end", "2025-05-10", "2025-06-02"),  # 2025-05-31 was a Saturday: the next publication
        ("hmrc.monthly", "2026-09-30", "2026-09-01"),
    ],
)
def test_policies_choose_the_day(policy: str, on: str, day: str) -> None:
    assert policy_rate(policy, "EUR", "USD", date.fromisoformat(on)).day == date.fromisoformat(day)


def test_rates_are_exact_and_say_where_they_are_from() -> None:
    rate = policy_rate("ecb.second_last_wednesday", "USD", "EUR", date(2026, 11, 15))
    assert Decimal(rate.denominator) / Decimal(rate.numerator) == Decimal("1.1234")
    assert "ECB" in rate.describe()
    assert "2026-10-21" in rate.describe()
    cross = policy_rate("ecb.daily", "USD", "JPY", date(2018, 1, 2))
    assert Decimal(cross.numerator) / Decimal(cross.denominator) == Decimal("135.35") / Decimal("1.2065")


def test_hmrc_months() -> None:
    assert policy_rate("hmrc.monthly", "GBP", "EUR", date(2026, 9, 15)).value == Decimal("1.1681")
    with pytest.raises(RateUnavailable, match="known from 2018-01-01 to 2026-09-01"):
        policy_rate("hmrc.monthly", "GBP", "EUR", date(2026, 12, 15))
    with pytest.raises(RateUnavailable):
        policy_rate("hmrc.monthly", "GBP", "EUR", date(2017, 12, 31))


def test_currencies_that_joined_the_euro_keep_their_irrevocable_rate() -> None:
    after = policy_rate("ecb.daily", "EUR", "HRK", date(2024, 5, 2))
    assert after.value == Decimal("7.5345")
    assert "irrevocable" in str(after.note)
    assert policy_rate("ecb.daily", "EUR", "HRK", date(2022, 12, 30)).note is None
    assert policy_rate("hmrc.monthly", "GBP", "BGN", date(2026, 6, 1)).note is not None


def test_beyond_the_table_is_unavailable_unless_the_latest_is_asked_for() -> None:
    with pytest.raises(RateUnavailable, match=r"pass rates="):
        policy_rate("ecb.daily", "EUR", "USD", date(2090, 1, 1))
    assert "last rate known" in str(policy_rate("ecb.daily", "EUR", "USD", date(2090, 1, 1), latest=True).note)
    with pytest.raises(RateUnavailable, match="RUB"):
        policy_rate("ecb.daily", "EUR", "RUB", date(2026, 3, 2))


def test_unknown_names() -> None:
    with pytest.raises(InvalidInput, match=r"did you mean 'ecb\.daily'"):
        policy_rate("ecb.dayly", "EUR", "USD", date(2026, 3, 2))
    with pytest.raises(InvalidInput, match="unknown currency"):
        policy_rate("ecb.daily", "EUR", "XYZ", date(2026, 3, 2))
    assert "ecb.period_end" in policies()


def test_same_currency_needs_no_table() -> None:
    assert policy_rate("ecb.daily", "EUR", "EUR", date(1900, 1, 1)).value == 1


def test_fixed_rates() -> None:
    rates = FixedRates({"USD/BRL": "5.40", "EUR/USD": "1.10"})
    on = date(2026, 1, 1)
    assert rates.rate("BRL", "USD", on).numerator * Decimal("5.40") == rates.rate("BRL", "USD", on).denominator
    assert rates.rate("EUR", "BRL", on).value == Decimal("5.94")
    assert policy_rate("ecb.daily", "USD", "BRL", on, rates).source == "given by the caller"
    with pytest.raises(RateUnavailable, match=r"given: USD/BRL"):
        rates.rate("USD", "JPY", on)


@pytest.mark.parametrize(
    "rates",
    [{"USD/BRL": 5.4}, {"USD/BRL": "0"}, {"USD/BRL": "-1"}, {"USD/BRL": "NaN"}, {"USDBRL": "5"}, {"USD/XYZ": "5"}, {5: "5"}],
)
def test_wrong_rates_are_refused(rates: Any) -> None:
    with pytest.raises(InvalidInput):
        FixedRates(rates)


def test_conversion_rounds_to_the_minor_unit() -> None:
    found = convert(Money("10", "USD"), "JPY", on=date(2018, 1, 2), source=FixedRates({"USD/JPY": "112.55"}))
    assert (str(found.amount), str(found.original)) == ("1126 JPY", "10.00 USD")
    assert (
        str(
            convert(
                Money("10", "USD"), "JPY", on=date(2018, 1, 2), source=FixedRates({"USD/JPY": "112.55"}), mode="down"
            ).amount
        )
        == "1125 JPY"
    )


@pytest.mark.parametrize("mode", ["half_up", "", None])
def test_an_unknown_mode_is_refused_whatever_the_amount(mode: Any) -> None:
    for amount in ("0.01", "1000"):
        with pytest.raises(InvalidInput, match="rounding modes"):
            convert(Money(amount, "USD"), "EUR", on="2026-10-15", mode=mode)


def test_days_may_be_texts_and_are_days() -> None:
    assert convert("1000 USD", "EUR", on="2026-10-23") == convert(Money("1000", "USD"), "EUR", on=date(2026, 10, 23))  # type: ignore[arg-type]
    for day in (datetime(2026, 10, 23), "2026-10", 20261023, None, []):
        with pytest.raises(InvalidInput) as caught:
            convert(Money("1", "USD"), "EUR", on=day)  # type: ignore[arg-type]
        assert caught.value.field == "on"


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("latest", [True, False])
@pytest.mark.parametrize("policy", policies())
def test_the_ends_of_the_calendar_have_no_rate(policy: str, day: date, latest: bool) -> None:
    try:
        found = policy_rate(policy, "EUR", "USD", day, latest=latest)
    except RateUnavailable as error:
        assert error.on is not None
    else:
        assert latest
        assert "last rate known" in str(found.note)


def test_the_latest_rate_is_noted_only_past_the_end_of_the_table() -> None:
    within = policy_rate("hmrc.monthly", "GBP", "EUR", date(2026, 9, 15), latest=True)
    assert within == policy_rate("hmrc.monthly", "GBP", "EUR", date(2026, 9, 15))
    assert within.note is None
    past = policy_rate("hmrc.monthly", "GBP", "EUR", date(2026, 10, 1), latest=True)
    assert past.note == "the last rate known, of 2026-09-01"
    assert policy_rate("ecb.daily", "EUR", "USD", within.day, latest=True).note is None


@pytest.mark.parametrize(
    ("policy", "base", "quote", "field"),
    [("nonsense", "EUR", "EUR", "policy"), ("ecb.daily", "ZZZ", "ZZZ", "currency"), (None, "EUR", "USD", "policy"),
     (["ecb.daily"], "EUR", "USD", "policy"), ("ecb.daily", ["EUR"], "USD", "currency"), ("ecb.daily", "EUR", None, "currency")],
)  # fmt: skip
def test_names_are_checked_also_where_nothing_is_converted(policy: Any, base: Any, quote: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        policy_rate(policy, base, quote, date(2026, 7, 1))
    assert caught.value.field == field


@pytest.mark.parametrize("source", [[], [("USD/EUR", "1")], "USD/EUR", 3, object()])
def test_a_source_of_rates_is_one(source: Any) -> None:
    with pytest.raises(InvalidInput, match="write") as caught:
        policy_rate("given", "USD", "EUR", date(2026, 7, 1), source)
    assert caught.value.field == "rates"
    with pytest.raises(InvalidInput):
        FixedRates(source)


def test_a_mapping_is_a_source_of_rates() -> None:
    given = FixedRates.of({"USD/EUR": "0.9"})
    assert FixedRates.of(given) is given
    assert convert(Money("10", "USD"), "EUR", on="2026-07-01", source={"USD/EUR": "0.9"}).amount == Money("9", "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("currency", "anchor", "units"),
    [
        ("SAR", "USD", "3.75"),
        ("AED", "USD", "3.6725"),
        ("QAR", "USD", "3.64"),
        ("BHD", "USD", "0.376"),
        ("OMR", "USD", "0.384497"),
        ("JOD", "USD", "0.709"),
        ("BAM", "EUR", "1.95583"),
    ],
)
def test_a_fixed_rate_does_not_end_with_a_table(currency: str, anchor: str, units: str) -> None:
    for on in (date(2018, 1, 1), date(2026, 11, 22), date(2030, 1, 1)):
        rate = policy_rate("ecb.daily.pegged", anchor, currency, on)
        assert (rate.value, rate.day, rate.policy) == (Decimal(units), on, "ecb.daily.pegged")
        assert "fixed rate" in rate.describe()
        back = policy_rate("ecb.daily.pegged", currency, anchor, on)
        assert (back.numerator, back.denominator) == (rate.denominator, rate.numerator)


def test_between_pegs_and_beyond_them() -> None:
    on = date(2026, 9, 15)
    both = policy_rate("ecb.daily.pegged", "SAR", "AED", date(2030, 1, 1))
    assert both.numerator * 375_00 == both.denominator * 367_25
    euro, dollar = policy_rate("ecb.daily.pegged", "EUR", "SAR", on), policy_rate("ecb.daily", "EUR", "USD", on)
    assert euro.numerator * dollar.denominator * 4 == dollar.numerator * euro.denominator * 15
    assert (euro.base, euro.quote, euro.day) == ("EUR", "SAR", dollar.day)
    assert policy_rate("ecb.daily.pegged", "USD", "EUR", on).value == policy_rate("ecb.daily", "USD", "EUR", on).value
    with pytest.raises(RateUnavailable):
        policy_rate("ecb.daily.pegged", "EUR", "SAR", date(2030, 1, 1))
    with pytest.raises(RateUnavailable):  # no peg yet
        policy_rate("ecb.daily.pegged", "EUR", "BAM", date(2001, 1, 1))
