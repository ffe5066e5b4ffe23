"""The twenty hard scenarios, and what surrounds them."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.money import Money
from xbcommerce.parties import Seller
from xbcommerce.tax.obligations import Coverage, Ledger, Obligation, Obligations, Sold, obligations

FR = Seller.of("FR")


def sold(day: str, amount: str, to: str, **more: Any) -> dict[str, Any]:
    return {"day": day, "amount": amount, "ship_to": to, **more}


def state(place: str, sales: list[dict[str, Any]], on: str, seller: Any = FR, **more: Any) -> Obligation:
    return obligations(sales, seller, on=on, places=[place], **more)[f"{place.lower().replace('-', '_')}.sales_tax"]


# ----------------------------------------------------------------------------------------------------------- the scenarios


def test_01_the_crossing_distance_sale_is_itself_taxed_at_destination() -> None:
    sales = [
        sold("2025-05-01", "4000 EUR", "DE", ship_from="FR"),
        sold("2026-03-01", "9000 EUR", "DE", ship_from="FR", id="de"),
        sold("2026-03-02", "1500 EUR", "IT", ship_from="FR", id="it"),
        sold("2026-03-03", "100 EUR", "ES", ship_from="FR", id="es"),
    ]
    found = obligations(sales, FR, on="2026-03-31")["eu.distance_sales"]
    assert (found.status, found.cause, found.first_taxed) == ("liable", "sale", "same_sale")
    assert found.sale is not None
    assert (found.sale.id, found.start) == ("it", date(2026, 3, 2))
    assert found.until == date(2027, 12, 31)


def test_02_new_jersey_taxes_the_next_sale() -> None:
    sales = [sold("2026-03-01", "99990 USD", "US-NJ"), sold("2026-03-02", "50.00 USD", "US-NJ", id="x")]
    found = state("US-NJ", sales, "2026-03-02")
    assert found.sale is not None
    assert (found.sale.id, found.first_taxed, found.start) == ("x", "next_sale", date(2026, 3, 2))
    assert found.grace


def test_03_exactly_at_the_line_is_not_above_it() -> None:
    found = state("US-AZ", [sold("2025-06-01", "100000.00 USD", "US-AZ")], "2025-12-31")
    assert (found.met_today, found.in_force, str(found.headroom)) == (False, False, "0.00 USD")
    assert found.status == "near"


def test_04_arizona_from_the_first_of_a_month_to_the_end_of_the_next_year() -> None:
    found = state("US-AZ", [sold("2026-08-20", "100000.01 USD", "US-AZ")], "2026-10-01")
    assert (found.status, found.crossed_on, found.start, found.until) == (
        "liable", date(2026, 8, 20), date(2026, 10, 1), date(2027, 12, 31),
    )  # fmt: skip
    assert state("US-AZ", [sold("2026-08-20", "100000.01 USD", "US-AZ")], "2026-09-30").status == "met"
    assert state("US-AZ", [sold("2026-08-20", "100000.01 USD", "US-AZ")], "2028-01-01").status == "below"


def test_06_the_limit_of_the_year_that_is_tested() -> None:
    sales = [sold("2019-11-01", "180000 USD", "US-AZ")]
    assert state("US-AZ", sales, "2020-02-01").met_today is False
    more = [*sales, sold("2020-03-01", "150000.01 USD", "US-AZ", id="own")]
    found = state("US-AZ", more, "2020-03-01")
    assert found.sale is not None
    assert (found.sale.id, found.cause) == ("own", "sale")


def test_07_the_limit_of_the_day_of_the_test() -> None:
    sales = [sold("2018-06-01", "200000 USD", "US-CT", count=300)]
    before, after = (state("US-CT", sales, day) for day in ("2019-03-01", "2019-07-01"))
    assert (before.met_today, before.status) == (False, "near")
    assert (after.met_today, after.status, after.cause, after.crossed_on) == (True, "liable", "rule_change", date(2019, 7, 1))
    assert after.window == (date(2017, 10, 1), date(2018, 9, 30))


def test_08_the_test_met_today_and_the_liability_in_force_are_two_answers() -> None:
    sales = [sold("2026-03-01", "60000 USD", "US-KY", count=250)]
    before, after = (state("US-KY", sales, day) for day in ("2026-07-31", "2026-08-01"))
    assert (before.met_today, before.in_force) == (True, True)
    assert (after.met_today, after.in_force, after.status) == (False, True, "liable")
    assert "retest_unknown" in after.assumptions
    assert "retest_unknown" not in before.assumptions


def test_09_wisconsin_drops_the_count() -> None:
    sales = [sold("2020-06-01", "60000 USD", "US-WI", count=250)]
    assert [state("US-WI", sales, day).met_today for day in ("2021-02-19", "2021-02-20")] == [True, False]


def test_10_a_limit_that_falls_is_a_cause_of_its_own() -> None:
    found = state("US-GA", [sold("2019-06-01", "150000 USD", "US-GA", count=80)], "2020-01-02")
    assert (found.status, found.cause, found.crossed_on, found.sale) == ("liable", "rule_change", date(2020, 1, 1), None)
    assert state("US-GA", [sold("2019-06-01", "150000 USD", "US-GA", count=80)], "2019-12-31").status == "below"


@pytest.mark.parametrize(("amount", "count", "met"), [("150000", 9, False), ("150000", 10, True), ("1000", 100, True)])
def test_11_minnesota_at_least_ten_sales_or_a_hundred(amount: str, count: int, met: bool) -> None:
    found = state("US-MN", [sold("2018-05-01", f"{amount} USD", "US-MN", count=count)], "2018-11-01")
    assert found.met_today is met


@pytest.mark.parametrize(("amount", "count"), [("500000", 500), ("600000", 100)])
def test_12_new_york_wants_more_of_both(amount: str, count: int) -> None:
    found = state("US-NY", [sold("2025-09-01", f"{amount} USD", "US-NY", count=count)], "2026-08-20")
    assert (found.met_today, found.window) == (False, (date(2025, 6, 1), date(2026, 5, 31)))
    more = state("US-NY", [sold("2025-09-01", "500000.01 USD", "US-NY", count=101)], "2026-08-20")
    assert (more.met_today, more.start) == (True, date(2026, 1, 20))


def test_13_pennsylvania_tests_the_year_before_its_collection_year() -> None:
    sales = [sold("2018-06-01", "100000.01 USD", "US-PA")]
    found = state("US-PA", sales, "2020-02-15")
    assert found.window == (date(2018, 1, 1), date(2018, 12, 31))
    assert (found.start, found.until, found.status) == (date(2019, 7, 1), date(2020, 3, 31), "liable")
    assert state("US-PA", sales, "2020-04-01").status == "below"


@pytest.mark.parametrize(("place", "measured", "met"), [("US-SC", "120000.00 USD", True), ("US-GA", "10000.00 USD", False)])
def test_14_marketplace_sales_count_or_not(place: str, measured: str, met: bool) -> None:
    sales = [
        sold("2025-06-01", "110000 USD", place, channel="marketplace", collected_by_marketplace=True, count=500),
        sold("2025-06-02", "10000 USD", place, count=50),
    ]
    found = state(place, sales, "2025-12-31")
    assert (str(found.measured), found.met_today, found.remit_on) == (measured, met, "own_sales")


def test_15_a_seller_on_marketplaces_alone() -> None:
    def asked(place: str) -> Obligation:
        sales = [sold("2025-06-01", "120000 USD", place, channel="marketplace", collected_by_marketplace=True, count=500)]
        return state(place, sales, "2025-12-31")

    south_carolina, ohio = asked("US-SC"), asked("US-OH")
    assert (south_carolina.status, south_carolina.marketplace_only, south_carolina.in_force) == ("met", "unknown", None)
    assert (ohio.status, ohio.met_today, ohio.marketplace_only, ohio.in_force, ohio.start) == (
        "met",
        True,
        "need_not",
        False,
        None,
    )


def test_16_swiss_mail_order_from_the_next_month() -> None:
    sales = [sold("2026-05-20", "100000 CHF", "CH", ship_from="DE", id="x", small=True)]
    found = obligations(sales, "DE", on="2026-06-01")["ch.mail_order"]
    assert (found.status, found.crossed_on, found.start) == ("liable", date(2026, 5, 20), date(2026, 6, 1))


def test_17_two_limits_and_two_starts() -> None:
    sales = [
        sold("2025-06-01", "20000 EUR", "DE", ship_from="DE"),
        sold("2026-03-01", "25001 EUR", "DE", ship_from="DE"),
        sold("2026-10-05", "75000 EUR", "DE", ship_from="DE", id="up to the line"),
        sold("2026-10-05", "0.01 EUR", "DE", ship_from="DE", id="x", sequence=2),
    ]
    assert obligations(sales, "DE", on="2026-03-31")["de.small_business"].in_force is False
    found = obligations(sales, "DE", on="2026-10-05")["de.small_business"]
    assert found.sale is not None
    assert (found.status, found.first_taxed, found.start, found.until) == (
        "liable", "same_sale", date(2026, 10, 5), date(2027, 12, 31),
    )  # fmt: skip
    only_march = obligations(sales[:2], "DE", on="2027-01-01")["de.small_business"]
    assert (only_march.status, only_march.cause, only_march.start) == ("liable", "period", date(2027, 1, 1))


def test_18_above_the_union_line_no_state_exempts() -> None:
    sales = [sold("2026-03-01", "99991 EUR", "SI", ship_from="SI"), sold("2026-03-02", "10 EUR", "DE", ship_from="SI")]
    found = obligations(sales, "SI", on="2026-03-02")["eu.sme.union"]
    assert (found.status, str(found.measured)) == ("liable", "100001.00 EUR")


def test_19_stock_obliges_without_a_limit() -> None:
    seller = Seller(establishments=["FR"], stock=[{"place": "US-TX", "valid_from": "2026-03-05"}])
    sales = [sold("2026-03-10", "300 USD", "US-TX")]
    found = state("US-TX", sales, "2026-03-10", seller)
    assert (found.status, found.cause, found.start, str(found.measured)) == ("liable", "presence", date(2026, 3, 5), "0.00 USD")
    assert any("confidence" in warning for warning in found.warnings)
    assert state("US-TX", sales, "2026-03-04", seller).status == "met", "certain to come"


def test_20_gaps_give_bounds() -> None:
    ledger = Ledger([sold("2026-03-15", "480000 USD", "US-TX")], coverage=[("2026-03-01", None)])
    found = obligations(ledger, FR, on="2026-08-20")["us_tx.sales_tax"]
    assert (found.status, found.met_today, found.measured) == ("undetermined", None, None)
    assert (str(found.measured_at_least), str(found.headroom_at_most)) == ("480000.00 USD", "20000.00 USD")
    assert found.window == (date(2025, 8, 1), date(2026, 7, 31))
    more = ledger.merge(Ledger([sold("2026-03-16", "20000.01 USD", "US-TX")]))
    crossed = obligations(more, FR, on="2026-12-01")["us_tx.sales_tax"]
    assert (crossed.status, crossed.start) == ("liable", date(2026, 7, 1))
    assert "crossing_may_be_earlier" in crossed.assumptions


# ------------------------------------------------------------------------------------------------------------ other answers


def test_two_stocks_are_outside_the_ten_thousand() -> None:
    seller = Seller(establishments=["FR"], stock=["FR", "PL"])
    found = obligations([sold("2026-03-01", "10 EUR", "DE", ship_from="PL")], seller, on="2026-03-31")
    assert found["eu.distance_sales.other_stock"].status == "liable"
    assert (found["pl.stock"].status, found["pl.stock"].cause, found["pl.stock"].registered) == ("liable", "presence", False)
    assert "eu.distance_sales" not in {one.id for one in found.results}
    assert not [one for one in found.results if one.id == "fr.stock"], "stock at home is no registration elsewhere"


def test_sellers_from_outside_the_union_have_no_ten_thousand() -> None:
    found = obligations(
        [sold("2026-03-01", "10 EUR", "DE", ship_from="NL")], Seller(establishments=["US-CA"], stock=["NL"]), on="2026-03-31"
    )
    assert {one.id: one.status for one in found.results} == {
        "eu.distance_sales.other_stock": "liable", "nl.stock": "liable", "us_ca.sales_tax": "liable",
    }  # fmt: skip


def test_a_missing_rule_is_no_permission() -> None:
    found = obligations(
        [sold("2026-03-01", "10 EUR", "KE"), sold("2026-03-01", "10 EUR", "DE", ship_from="CN")], "CN", on="2026-03-31"
    )
    assert {one.place: one.status for one in found.results} == {"KE": "unknown_rule", "DE": "unknown_rule"}
    assert "concern other sellers" in found.of("DE")[0].warnings[0]


def test_no_such_tax() -> None:
    found = obligations([sold("2026-03-01", "10 USD", place) for place in ("US-OR", "HK")], "MX", on="2026-03-31")
    assert {one.place: one.status for one in found.results} == {"US-OR": "no_such_tax", "HK": "no_such_tax"}


def test_a_rule_that_had_not_begun_is_not_known() -> None:
    assert state("US-FL", [sold("2020-03-01", "500000 USD", "US-FL")], "2020-12-31").status == "unknown_rule"


def test_old_distance_thresholds_are_by_destination_and_end() -> None:
    sales = [
        sold("2020-03-01", "100000.01 EUR", "DE", ship_from="FR", id="x"),
        sold("2020-03-01", "34000 EUR", "AT", ship_from="FR"),
    ]
    found = obligations(sales, FR, on="2020-12-31")
    assert (found["de.distance_sales"].status, found["at.distance_sales"].status) == ("liable", "near")
    assert found["de.distance_sales"].until == date(2021, 6, 30)
    later = obligations(sales, FR, on="2021-07-01")
    assert later["eu.distance_sales"].cause == "rule_change"
    assert "de.distance_sales" not in {one.id for one in later.results}


def test_great_britain_residents_and_others() -> None:
    assert obligations([sold("2026-03-01", "1 GBP", "GB")], "US", on="2026-03-01")["gb.non_resident"].status == "liable"
    sales = [sold("2026-05-10", "90000.01 GBP", "GB", ship_from="GB", id="x")]
    found = obligations(sales, "GB", on="2026-05-20")["gb.resident"]
    assert (found.status, found.met_today, found.crossed_on) == ("met", True, date(2026, 5, 31))
    assert (found.start, found.act_by) == (date(2026, 7, 1), date(2026, 6, 30))
    forecast = [sold("2026-05-25", "90000.01 GBP", "GB", ship_from="GB")]
    ahead = obligations(forecast, "GB", on="2026-05-20")["gb.resident"]
    assert (ahead.cause, ahead.start) == ("forecast", date(2026, 5, 20))


def test_austria_is_gross_and_tolerates_a_tenth() -> None:
    def asked(net: str, tax: str) -> Obligation:
        row = sold("2026-03-01", net, "AT", ship_from="AT", tax=tax)
        return obligations([row], "AT", on="2026-03-02")["at.small_business"]

    assert asked("45000 EUR", "9000 EUR").status == "near"
    over = asked("46000 EUR", "9200 EUR")
    assert (over.status, over.start) == ("met", date(2027, 1, 1))
    assert (asked("51000 EUR", "10200 EUR").status, asked("51000 EUR", "10200 EUR").first_taxed) == ("liable", "same_sale")


def test_singapore_wants_both() -> None:
    sales = [sold("2025-03-01", "900001 SGD", "AU"), sold("2025-03-01", "100000 SGD", "SG")]
    assert obligations(sales, FR, on="2026-01-31")["sg.overseas_vendor"].met_today is False
    sales.append(sold("2025-03-02", "0.01 SGD", "SG", id="x"))
    found = obligations(sales, FR, on="2026-01-31")["sg.overseas_vendor"]
    assert (found.met_today, found.start, found.act_by) == (True, date(2026, 1, 1), date(2026, 1, 31))


def test_sales_without_a_state_are_named() -> None:
    sales = [sold("2026-03-01", "10 USD", "US-TX"), sold("2026-03-01", "10 USD", "US")]
    found = obligations(sales, FR, on="2026-03-31")
    assert "state_not_given" in found["us_tx.sales_tax"].assumptions
    assert found["US"].status == "unknown_rule"


def test_foreign_currency_and_days_without_a_rate() -> None:
    sales = [sold("2026-03-02", "100 EUR", "US-TX")]
    assert str(state("US-TX", sales, "2026-04-01", rates={"EUR/USD": "1.10"}).measured) == "110.00 USD"
    missing = state("US-TX", sales, "2026-04-01", rates={"GBP/USD": "1.10"})
    assert (missing.status, str(missing.measured_at_least)) == ("undetermined", "0.00 USD")
    assert "rate_missing" in missing.assumptions


def test_a_refund_lowers_todays_figure_and_undoes_no_crossing() -> None:
    sales = [sold("2026-03-01", "500001 USD", "US-CA", id="x"), sold("2026-03-02", "-400000 USD", "US-CA")]
    found = state("US-CA", sales, "2026-03-03")
    assert (found.met_today, found.in_force, str(found.measured), found.count) == (False, True, "100001.00 USD", 1)
    assert {"crossing_is_final", "returns_subtracted_on_return_day"} <= set(found.assumptions)


def test_the_crossing_sale_of_a_day_by_time_then_sequence() -> None:
    rows = [
        sold("2026-03-01", "60000 USD", "US-TN", id="late", time="18:00"),
        sold("2026-03-01", "30000 USD", "US-TN", id="early", time="08:00"),
        sold("2026-03-01", "30000 USD", "US-TN", id="noon", time="12:00"),
    ]
    found = state("US-TN", rows, "2026-03-01")
    assert found.sale is not None
    assert found.sale.id == "late"
    assert "order_within_day" not in found.assumptions
    unordered = state("US-TN", [{**row, "time": None} for row in rows], "2026-03-01")
    assert "order_within_day" in unordered.assumptions


def test_daily_totals_give_the_day_and_no_sale() -> None:
    found = state("US-TN", [sold("2026-03-01", "100000.01 USD", "US-TN", count=40)], "2026-03-01")
    assert (found.crossed_on, found.sale, found.count) == (date(2026, 3, 1), None, 40)


def test_near_is_the_callers_share() -> None:
    sales = [sold("2026-03-01", "50000 USD", "US-CA")]
    assert state("US-CA", sales, "2026-03-01", near="0.1").status == "near"
    assert state("US-CA", sales, "2026-03-01", near="10 %").status == "near"
    assert state("US-CA", sales, "2026-03-01").status == "below"
    for wrong in (0.8, "2", "0", "much", "NaN"):
        with pytest.raises(InvalidInput):
            state("US-CA", sales, "2026-03-01", near=wrong)


def test_a_projection_says_that_it_is_one() -> None:
    first = date(2026, 1, 1)
    sales = [sold((first + timedelta(days=day)).isoformat(), "2000 USD", "US-CA") for day in range(100)]
    found = state("US-CA", sales, "2026-04-10")
    assert found.projection is not None
    assert found.projection.crossed_on == first + timedelta(days=250)
    assert found.projection.basis.startswith("projection")
    assert found.projection.days == 90
    assert state("US-CA", sales[:3], "2026-01-03").projection is None, "too short a history"


def test_explanations_and_json() -> None:
    found = obligations([sold("2026-03-01", "500001 USD", "US-CA", id="x")], "MX", on="2026-03-03")
    text = found["US-CA"].explain().to_text()
    assert "us_ca.sales_tax/US-CA/2019-04-01" in text
    assert "with sale x of 2026-03-01" in text
    assert Obligations.model_validate_json(found.model_dump_json()) == found
    assert "liable" in str(found)
    assert len(found) == 1
    assert found.with_status("liable") == found.results
    with pytest.raises(InvalidInput, match="0 obligations answer"):
        found["us_ca.salestax"]


def test_what_is_settled_goes_into_the_seller() -> None:
    sales = [
        sold("2026-03-01", "500000.01 USD", "US-CA"),
        sold("2026-03-01", "10 USD", "US-TX"),
        sold("2026-03-01", "10 USD", "US-OR"),
        sold("2026-08-20", "100000.01 USD", "US-AZ"),
        sold("2026-03-01", "10 USD", "KE"),
        sold("2026-03-01", "900000 USD", "US-SC", channel="marketplace"),
    ]
    seller = Seller(establishments=["MX"], stock=["US-NJ"])
    settled = obligations(sales, seller, on="2026-09-01").obliged()
    places = {name: answer for name, answer in settled.items() if "." not in name}
    assert places == {
        "US-CA": date(2026, 3, 1), "US-TX": False, "US-OR": False, "US-AZ": date(2026, 10, 1), "US-NJ": True,
    }  # fmt: skip
    told = Seller(establishments=["MX"], obliged=settled)
    assert [told.is_obliged(place, date(2026, 9, 1)) for place in ("US-CA", "US-TX", "US-AZ", "US-SC", "KE")] == [
        True, False, False, None, None,
    ]  # fmt: skip
    assert told.is_obliged("us_az.sales_tax", date(2026, 10, 1)) is True


def test_northern_ireland_is_union_for_goods_and_british_for_the_rest() -> None:
    found = obligations([sold("2026-03-01", "10000.01 EUR", "IE", ship_from="XI")], "XI", on="2026-03-01")
    assert found["eu.distance_sales"].status == "liable"
    assert found["gb.resident"].status == "below"
    to_the_north = obligations([sold("2026-03-01", "10000.01 EUR", "XI", ship_from="IE")], "IE", on="2026-03-01")
    assert to_the_north["eu.distance_sales"].status == "liable"


def test_the_ten_thousand_in_another_currency_are_at_the_rate_of_the_law() -> None:
    row = sold("2026-03-01", "256410 CZK", "DE", ship_from="CZ")
    found = obligations([row], "CZ", on="2026-03-01")["eu.distance_sales"]
    assert str(found.measured) == "9995.32 EUR", "at 25.653, the rate of 2017-12-05"


def test_the_sellers_own_year() -> None:
    rows = [sold("2026-06-30", "60000 USD", "US-PR"), sold("2026-07-01", "60000 USD", "US-PR")]
    assert state("US-PR", rows, "2026-07-01").met_today is True
    split = Seller(establishments=["FR"], elections={"year_start": "07-01"})
    assert state("US-PR", rows, "2026-07-01", split).met_today is False
    assert "seller_year_is_calendar_year" in state("US-PR", rows, "2026-07-01").assumptions
    with pytest.raises(InvalidInput):
        state("US-PR", rows, "2026-07-01", Seller(elections={"year_start": "July"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sales": 5}, {"sales": "abc"}, {"sales": {"day": "2026-01-01"}}, {"seller": 5}, {"on": 5}, {"on": "1850-01-01"}, {"rates": 5},
        {"places": 5}, {"places": ["UK"]}, {"coverage": 5},
    ],
)  # fmt: skip
def test_what_cannot_be_asked(wrong: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"sales": [], "seller": "FR", "on": "2026-01-01", **wrong}
    with pytest.raises(InvalidInput):
        obligations(asked.pop("sales"), asked.pop("seller"), **asked)


def test_places_and_areas_may_be_named() -> None:
    sales = [sold("2026-03-01", "10 USD", "US-CA"), sold("2026-03-01", "10 EUR", "DE", ship_from="FR")]
    assert {one.place for one in obligations(sales, FR, on="2026-03-01", places="US-CA").results} == {"US-CA"}
    assert {one.place for one in obligations(sales, FR, on="2026-03-01", places=["EU"]).results} == {"EU"}
    assert "eu.distance_sales" in {one.id for one in obligations(sales, FR, on="2026-03-01", places=["DE"]).results}


# --------------------------------------------------------------------------------------------------------------- the ledger


def test_bad_rows_are_collected_with_their_reason() -> None:
    ledger = Ledger()
    rows: list[object] = [
        Sold(date(2026, 3, 1), Money("10", "USD"), "US-CA"),
        {"day": "2026-03-01", "amount": 10.5, "ship_to": "US-CA"},
        {"day": "2026-02-30", "amount": "1 USD", "ship_to": "US-CA"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "UK"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "chanel": "own"},
        {"day": "2026-03-01", "amount": "1.005 USD", "ship_to": "US-CA"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "kind": "food"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "tax": "1 EUR"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "count": -1},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "time": "25:00"},
        {"day": "2026-03-01", "amount": "1 USD", "ship_to": "US-CA", "collected_by_marketplace": "no"},
        {"amount": "1 USD", "ship_to": "US-CA"},
        None,
    ]
    rejected = ledger.add(rows, errors="collect")
    assert [one.index for one in rejected] == list(range(1, 13))
    fields = [
        "amount",
        "day",
        "ship_to",
        "chanel",
        "amount",
        "kind",
        "tax",
        "count",
        "time",
        "collected_by_marketplace",
        "day",
        "sale",
    ]
    assert [one.error.field for one in rejected] == fields
    assert len(ledger) == 1
    assert "rows_rejected" in obligations(ledger, FR, on="2026-03-31")["US-CA"].assumptions


def test_raising_leaves_the_ledger_as_it_was() -> None:
    ledger = Ledger([sold("2026-03-01", "1 USD", "US-CA")])
    with pytest.raises(InvalidInput, match="sale 1: amount") as error:
        ledger.add([sold("2026-03-01", "1 USD", "US-CA"), sold("2026-03-01", "x", "US-CA")])
    assert error.value.field == "sales.1.amount"
    assert len(ledger) == 1
    with pytest.raises(InvalidInput):
        ledger.add([], errors="ignore")  # type: ignore[arg-type]


def test_forms_of_a_sale_are_the_same() -> None:
    from pydantic import BaseModel

    class Order(BaseModel):
        day: date
        amount: str
        ship_to: str

    forms: list[object] = [
        Sold(date(2026, 3, 1), Money("10", "USD"), "US-CA"),
        {"day": "2026-03-01", "amount": ["10", "USD"], "ship_to": "us-ca"},
        ("2026-03-01", "10 USD", "US-CA"),
        Order(day=date(2026, 3, 1), amount="10.00 USD", ship_to="US-CA"),
        {"day": date(2026, 3, 1), "amount": Money("10", "USD"), "ship_to": {"country": "US", "region": "CA"}},
    ]
    ledgers = [Ledger([form]) for form in forms]
    assert all(ledger == ledgers[0] for ledger in ledgers)
    assert len(Ledger(forms).series) == 1


def test_ledgers_are_carried_about() -> None:
    ledger = Ledger([sold("2026-03-01", "10 USD", "US-CA", id="1"), sold("2026-03-01", "-5 USD", "US-CA")])
    assert pickle.loads(pickle.dumps(ledger)) == ledger
    assert ledger != Ledger()
    assert repr(ledger) == "<Ledger of 2 rows in 2 classes>"
    again = Ledger(ledger.totals())
    assert (
        obligations(again, FR, on="2026-03-31")["US-CA"].measured == obligations(ledger, FR, on="2026-03-31")["US-CA"].measured
    )


def test_coverage_by_channel_and_place() -> None:
    sales = [sold("2026-03-01", "10 USD", "US-CA"), sold("2026-03-01", "10 USD", "US-UT")]
    covered = Ledger(sales, coverage=[{"channels": ["own"]}])
    found = obligations(covered, FR, on="2026-03-31")
    assert found["US-UT"].status == "below", "sales through marketplaces that collect are not counted there"
    assert found["US-CA"].status == "undetermined"
    by_place = Ledger(sales, coverage=[Coverage(places=("US-CA",))])
    assert [obligations(by_place, FR, on="2026-03-31")[place].status for place in ("US-CA", "US-UT")] == [
        "below",
        "undetermined",
    ]
    with pytest.raises(InvalidInput):
        Ledger(coverage=[{"since": "2026-01-01"}])
    with pytest.raises(InvalidInput):
        obligations(covered, FR, on="2026-03-31", coverage=[])


def test_a_known_rule_answers_where_nothing_that_it_counts_was_sold() -> None:
    sales = [sold("2026-03-01", "10 GBP", "GB", ship_from="CN", channel="marketplace")]
    found = obligations(sales, "CN", on="2026-11-25")
    one = found["gb.non_resident"]
    assert (one.status, str(one.measured), one.marketplace_only) == ("below", "0.00 GBP", "need_not")
    assert found.obliged() == {"gb.non_resident": False, "GB": False}
    assert [other.id for other in found.results] == ["gb.non_resident"]


def test_stock_in_another_member_state_puts_the_limit_in_doubt() -> None:
    home = sold("2026-03-01", "10 EUR", "DE", ship_from="FR")
    across = sold("2026-03-02", "10 EUR", "CZ", ship_from="PL")
    with_stock = {"establishments": ["FR"], "stock": ["FR", "PL"]}
    told = [
        "stock_elsewhere" in obligations(sales, seller, on="2026-11-25")["eu.distance_sales"].assumptions
        for sales, seller in (
            ([home], "FR"),
            ([home, across], "FR"),
            ([home, {**across, "day": "2025-03-02"}], "FR"),
            ([home], with_stock),
            ([home], {**with_stock, "stock": ["FR", {"place": "PL", "valid_to": "2025-06-30"}]}),
            ([home], {**with_stock, "stock": ["FR", "GB"]}),
        )
    ]
    assert told == [False, True, False, True, False, False]


def test_sales_that_were_added_twice_are_noticed() -> None:
    sale = sold("2026-03-01", "10 USD", "US-CA", id="1")
    ledger = Ledger([sale, {**sale, "is_return": True}, sold("2026-03-01", "10 USD", "US-CA")])
    assert "ids_repeated" not in obligations(ledger, FR, on="2026-03-31")["US-CA"].assumptions
    ledger.add([sale])
    assert "ids_repeated" in obligations(ledger, FR, on="2026-03-31")["US-CA"].assumptions


def test_illinois_looks_at_the_end_of_2025_under_the_rule_of_2026() -> None:
    def sales(many: int, amount: str, first: date) -> list[dict[str, Any]]:
        return [sold(str(first + timedelta(days=number % 80)), amount, "US-IL", id=str(number)) for number in range(many)]

    autumn, spring = date(2025, 10, 1), date(2025, 3, 1)
    by_count = state("US-IL", sales(210, "50 USD", autumn), "2026-01-01")
    assert (by_count.status, by_count.start) == ("below", None), "the count is repealed"
    before = [state("US-IL", sales(210, "50 USD", spring), on) for on in ("2025-12-31", "2026-01-01")]
    assert [(one.status, one.crossings[0].until) for one in before] == [
        ("liable", date(2026, 6, 30)),
        ("below", date(2025, 12, 31)),
    ], "a liability by count alone is tested again, and ends"
    by_amount = state("US-IL", sales(210, "600 USD", autumn), "2026-01-01")
    assert (by_amount.status, by_amount.start, by_amount.until) == ("liable", date(2026, 1, 1), date(2026, 12, 31))


def test_texas_registers_by_the_first_day_of_the_duty() -> None:
    found = state("US-TX", [sold("2026-01-10", "600000 USD", "US-TX")], "2026-03-01")
    assert found.act_by == found.start == date(2026, 5, 1)


def test_large_parcels_are_no_small_consignments_and_those_between_give_bounds() -> None:
    def parcels(amount: str, **more: Any) -> Obligation:
        sales = [sold(f"2026-0{1 + number // 60}-15", amount, "CH", ship_from="DE", **more) for number in range(300)]
        return obligations(sales, "DE", on="2026-11-25")["ch.mail_order"]

    large = parcels("600 CHF")
    assert (large.status, str(large.measured)) == ("below", "0.00 CHF"), "48.60 of import tax on each, at least 15.60"
    between = [
        sold("2026-02-01", "60.91 CHF", "CH", ship_from="DE"),
        sold("2026-02-01", "60.92 CHF", "CH", ship_from="DE"),
        sold("2026-02-01", "193.76 CHF", "CH", ship_from="DE"),
        sold("2026-02-01", "193.77 CHF", "CH", ship_from="DE"),
        sold("2026-02-01", "1000 CHF", "CH", ship_from="DE", small=False),
        sold("2026-02-01", "1000 CHF", "CH", ship_from="DE", count=20),
    ]
    found = obligations(between, "DE", on="2026-11-25")["ch.mail_order"]
    assert str(found.measured) == "1315.59 CHF"
    assert any(text.startswith("between 1060.91 CHF and 1315.59 CHF") for text in found.warnings)
    assert parcels("600 CHF", small=True).status == "liable", "what is said counts"
    assert parcels("600 CHF", count=10).status == "liable"
