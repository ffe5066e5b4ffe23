from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from xbcommerce.errors import InvalidInput, RateUnavailable, UnknownFact
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook
from xbcommerce.tax import determine, determine_batch
from xbcommerce.tax.returns import RETURN_COLUMNS, Period, ReturnRecord, TaxReturn, returns

SELLER = {
    "establishments": ["FR"],
    "registrations": [
        "FR",
        {"place": "FR", "scheme": "union_oss"},
        {"place": "PL", "number": "PL1234567890"},
        {"place": "NL", "scheme": "ioss", "number": "IM5280000000"},
    ],
}


def record(**more: Any) -> dict[str, Any]:
    return {"day": "2026-08-03", "state": "DE", "ship_from": "FR", "percent": "19", "net": "100.00 EUR", **more}


def union(*records: Any, period: str = "2026-Q3", **more: Any) -> TaxReturn:
    return returns(records, **{"scheme": "union_oss", "period": period, "identification": "FR", **more})


def correction(**more: Any) -> dict[str, Any]:
    return {"state": "DE", "corrects": "2026-Q1", "tax": "-50.00 EUR", **more}


# ------------------------------------------------------------------ periods


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "quarter"),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "quarter"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "month"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "year"),
    ],
)
def test_periods(text: str, start: date, end: date, kind: str) -> None:
    found = Period.parse(text)
    assert (found.start, found.end, found.kind) == (start, end, kind)
    assert {Period.of_day(day, kind) for day in (start, end)} == {found}


@pytest.mark.parametrize("text", ["2026-Q5", "2026-13", "2026-9", "Q3 2026", "26-Q3", "", None, 2026, "0000-01", "x" * 99])
def test_a_wrong_period_is_refused_clearly(text: object) -> None:
    with pytest.raises(InvalidInput, match="is no period; write a month '2026-09'") as caught:
        union(period=text)  # type: ignore[arg-type]
    assert caught.value.field == "period"


@pytest.mark.parametrize(("scheme", "period", "said"), [("union_oss", "2026-09", "quarter"), ("ioss", "2026-Q3", "month")])
def test_the_other_kind_of_period_is_refused(scheme: str, period: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"the tax period of the .* is a {said}"):
        returns([], scheme=scheme, period=period)


def test_before_the_scheme_there_is_no_return() -> None:
    with pytest.raises(UnknownFact, match=r"tax\.return\.period"):
        union(period="2021-Q2")
    assert union(period="2021-Q3").due == date(2021, 10, 31)


@pytest.mark.parametrize(
    ("scheme", "period", "due"),
    [
        ("union_oss", "2026-Q4", date(2027, 1, 31)),
        ("non_union_oss", "2026-Q2", date(2026, 7, 31)),
        ("ioss", "2026-01", date(2026, 2, 28)),
        ("IOSS", "2023-12", date(2024, 1, 31)),
    ],
)
def test_due_at_the_end_of_the_next_month(scheme: str, period: str, due: date) -> None:
    found = returns([], scheme=scheme, period=period)
    assert found.due == due
    assert "nil return" in str(found)


def test_unknown_names_are_refused_with_what_is_accepted() -> None:
    with pytest.raises(InvalidInput, match="no return of 'uniononoss' is known; did you mean") as caught:
        returns([], scheme="uniononoss", period="2026-Q3")
    assert "union_oss" in caught.value.allowed
    with pytest.raises(InvalidInput, match="raise, collect"):
        union(errors="ignore")
    with pytest.raises(InvalidInput, match="seller, marketplace"):
        union(person="buyer")
    with pytest.raises(InvalidInput, match="no state of identification"):
        union(identification="US")


# ------------------------------------------------------------------ lines


def test_dispatch_states_kinds_and_rates_are_kept_apart() -> None:
    found = union(
        record(),
        record(net="50.00 EUR"),
        record(percent="7", net="10.00 EUR"),
        record(ship_from="PL", net="20.00 EUR"),
        record(kind="services", ship_from=None, net="30.00 EUR"),
        record(state="GR", percent="24", ship_from="PL"),
        seller=SELLER,
        identification=None,
    )
    told = [(one.state, one.kind, one.origin, one.ship_from, one.number, one.rate_type, str(one.net)) for one in found.lines]
    assert told == [
        ("DE", "goods", "identification", "FR", None, "reduced", "10.00 EUR"),
        ("DE", "goods", "identification", "FR", None, "standard", "150.00 EUR"),
        ("DE", "goods", "other_state", "PL", "PL1234567890", "standard", "20.00 EUR"),
        ("DE", "services", "identification", "FR", None, "standard", "30.00 EUR"),
        ("GR", "goods", "other_state", "PL", "PL1234567890", "standard", "100.00 EUR"),
    ]
    assert [one.state_code for one in found.states] == ["DE", "EL"]
    assert found.identification == "FR"
    assert found.lines[1].records == 2


def test_rows_have_stable_columns_and_add_up() -> None:
    found = union(record(), correction())
    assert [tuple(row) for row in found.rows()] == [RETURN_COLUMNS, RETURN_COLUMNS]
    supply, corrected = found.rows()
    assert supply["section"], supply["tax"] == ("supply", Decimal("19.00"))
    assert (corrected["section"], corrected["corrects"], corrected["tax"]) == ("correction", "2026-Q1", Decimal("-50.00"))
    assert corrected["percent"] is None


def test_tax_is_rounded_once_a_line_and_not_to_whole_units() -> None:
    found = union(*[record(net="0.49 EUR", percent="7") for _ in range(3)])
    assert found.tax == Money("0.10", "EUR"), "3 x 0.0343 is 0.1029"
    as_charged = union(*[record(net="0.49 EUR", percent="7", tax="0.03 EUR") for _ in range(3)])
    assert as_charged.tax == Money("0.09", "EUR")
    assert as_charged.lines[0].difference == Money("-0.01", "EUR")
    assert "half up, to 0.01 EUR" in found.rounding
    assert any("half up" in one for one in found.assumptions)


def test_whole_units_where_a_fact_says_so() -> None:
    rounded = Rulebook.builtin().overlay(
        "whole", [{"subject": "tax.return.whole_units", "place": "EU", "value": True, "unit": "bool"}]
    )
    assert union(record(net="10.00 EUR"), rulebook=rounded).tax == Money("2", "EUR")


def test_rate_type_by_the_general_rate_of_the_place_and_day() -> None:
    def rate_type(**more: Any) -> str:
        period = more.pop("period", "2026-Q3")
        return union(record(**more), period=period).lines[0].rate_type

    assert rate_type() == "standard"
    assert rate_type(percent="7") == "reduced"
    assert rate_type(percent="7", rate_type="standard") == "standard"
    assert rate_type(percent="22", state="EE", day="2025-06-30", period="2025-Q2") == "standard"
    assert rate_type(percent="22", state="EE", day="2025-07-01", period="2025-Q3") == "reduced"
    assert rate_type(percent="16", state="PT-20") == "standard", "the Azores have a general rate of their own"
    assert union(record(percent="16", state="PT-20")).lines[0].state == "PT"


def test_a_rate_that_no_fact_confirms_is_told() -> None:
    assert any("no fact confirms a rate of 18 % in DE" in text for text in union(record(percent="18")).warnings)
    assert not any("no fact confirms" in text for text in union(record()).warnings)


def test_territories_follow_the_tax_area() -> None:
    assert union(record(state="MC", percent="20", ship_from="DE")).lines[0].state == "FR"
    assert union(record(state="XI", percent="20")).lines[0].state == "XI"
    for state in ("ES-CN", "GB", "CH", "US-CA", "AX"):
        with pytest.raises(InvalidInput, match="is not in the tax area of EU"):
            union(record(state=state))
    with pytest.raises(InvalidInput, match="is not in the tax area"):
        union(record(state="XI", percent="20", kind="services"))


def test_goods_that_stay_in_a_state_are_a_marketplaces_only() -> None:
    found = union(record(ship_from="DE"))
    assert found.lines == ()
    assert "stay within DE" in found.left_out[0].reason
    platform = union(record(ship_from="DE", person="marketplace"), person="marketplace")
    assert platform.lines[0].origin == "other_state"


def test_another_persons_sale_and_another_schemes_are_listed() -> None:
    found = union(record(person="marketplace", reference="a"), record(scheme="ioss", reference="b"))
    assert [(one.reference, one.reason) for one in found.left_out] == [
        ("a", "owed by the marketplace: it stands in that return"),
        ("b", "declared elsewhere"),
    ]


@pytest.mark.parametrize(
    ("day", "inside"), [("2026-06-30", False), ("2026-07-01", True), ("2026-09-30", True), ("2026-10-01", False)]
)
def test_the_period_has_both_its_ends(day: str, inside: bool) -> None:
    found = union(record(day=day))
    assert bool(found.lines) == inside
    assert bool(found.left_out) != inside


def test_without_the_state_of_identification_dispatch_is_told_apart_by_state() -> None:
    found = union(record(), identification=None)
    assert (found.lines[0].origin, found.lines[0].ship_from) == ("", "FR")
    assert any("state of identification was not given" in text for text in found.assumptions)


def test_what_does_not_add_up_to_a_line_is_told() -> None:
    nothing = union(record(), record(net="-100.00 EUR"))
    assert nothing.lines == ()
    assert any("come to nothing" in text for text in nothing.warnings)
    below = union(record(net="-100.00 EUR"))
    assert below.tax == Money("-19.00", "EUR")
    assert any("below zero" in text for text in below.warnings)
    assert any("exempt" in text for text in union(record(percent="0", net="5.00 EUR")).warnings)


# ------------------------------------------------------------------ the other schemes


def test_import_scheme_by_month_without_dispatch() -> None:
    found = returns([record(day="2026-09-30", ship_from="CN", net="100.00 USD")], scheme="ioss", period="2026-09")
    line = found.lines[0]
    assert (line.origin, line.ship_from, line.number) == ("", None, None)
    assert found.exchange[0].startswith("2026-09: 1 USD =")
    assert "2026-09-30" in found.exchange[0]


def test_each_scheme_declares_its_kinds_only() -> None:
    service = record(kind="services", ship_from=None)
    assert returns([service], scheme="non_union_oss", period="2026-Q3").tax == Money("19.00", "EUR")
    for scheme, period, one in (("non_union_oss", "2026-Q3", record()), ("ioss", "2026-08", service)):
        with pytest.raises(InvalidInput, match=r"declares (services|goods) only"):
            returns([one], scheme=scheme, period=period)


# ------------------------------------------------------------------ currency


def test_conversion_at_the_last_day_or_the_next_publication() -> None:
    found = union(record(net="430.00 PLN"), record(net="430.00 PLN"), period="2026-Q3")
    assert found.exchange == ("2026-Q3: 1 PLN = 0.22888532845 EUR (ECB euro foreign exchange reference rates, 2026-09-30)",)
    assert found.net == Money("196.84", "EUR")
    weekend = union(record(day="2022-11-03", net="100.00 USD"), period="2022-Q4")
    assert "2023-01-02" in weekend.exchange[0], "2022-12-31 was a Saturday"


def test_own_rates_go_first_and_missing_ones_are_errors() -> None:
    assert union(record(net="100.00 USD"), rates={"USD/EUR": "0.90"}).net == Money("90.00", "EUR")
    with pytest.raises(RateUnavailable, match="record 1"):
        union(record(day="2026-11-03", net="100.00 USD"), period="2026-Q4")
    preview = union(record(day="2026-11-03", net="100.00 USD"), period="2026-Q4", latest_rates=True)
    assert any("the last rate known" in text for text in preview.warnings)
    collected = union(record(day="2026-11-03", net="1.00 USD"), record(day="2026-11-03"), period="2026-Q4", errors="collect")
    assert (len(collected.errors), len(collected.lines)) == (1, 1)


def test_return_in_the_currency_of_a_state_without_the_euro() -> None:
    euro = union(record(), identification="SE")
    assert any("SE may ask for SEK" in text for text in euro.assumptions)
    crowns = union(record(), identification="SE", currency="SEK")
    assert crowns.currency == crowns.lines[0].net.currency == "SEK"
    assert not any("may ask for" in text for text in crowns.assumptions)
    with pytest.raises(InvalidInput):
        union(currency="EURO")


# ------------------------------------------------------------------ corrections


def test_corrections_stand_apart_by_state_and_period() -> None:
    found = union(record(), correction(), correction(tax="20.00 EUR"), correction(corrects="2025-Q4", tax="1.00 EUR"))
    assert [(one.state, one.period, str(one.tax), one.records) for one in found.corrections] == [
        ("DE", "2025-Q4", "1.00 EUR", 1),
        ("DE", "2026-Q1", "-30.00 EUR", 2),
    ]
    assert found.tax == Money("19.00", "EUR")
    assert found.corrected == Money("-29.00", "EUR")


def test_a_negative_balance_lowers_no_other_states_payment() -> None:
    found = union(record(), correction(state="ES"))
    assert found.payable == Money("19.00", "EUR")
    assert found.refund == Money("50.00", "EUR")
    assert [(one.state, str(one.to_pay), str(one.to_refund)) for one in found.states] == [
        ("DE", "19.00 EUR", "0.00 EUR"),
        ("ES", "0.00 EUR", "50.00 EUR"),
    ]
    assert any("ES: the balance is negative" in text for text in found.warnings)


def test_offset_where_a_fact_says_so() -> None:
    book = Rulebook.builtin().overlay(
        "offset", [{"subject": "tax.return.offset", "place": "EU", "value": True, "unit": "bool"}]
    )
    assert union(record(net="1000.00 EUR"), correction(state="ES"), rulebook=book).payable == Money("140.00", "EUR")
    assert union(record(), correction(state="ES"), rulebook=book).refund == Money("31.00", "EUR")


def test_corrections_use_the_earlier_periods_rate() -> None:
    found = union(correction(tax="-100.00 USD", corrects="2026-Q1"))
    assert "2026-03-31" in found.exchange[0]


@pytest.mark.parametrize(
    ("period", "inside", "warned"), [("2024-Q2", True, False), ("2024-Q3", True, False), ("2024-Q4", False, False)]
)
def test_three_years_from_the_day_on_which_the_return_was_due(period: str, inside: bool, warned: bool) -> None:
    found = union(correction(corrects="2021-Q3"), period=period)  # due 2021-10-31, correctable until 2024-10-31
    assert bool(found.corrections) == inside
    if not inside:
        assert "could be corrected until 2024-10-31" in found.left_out[0].reason


def test_corrections_of_what_never_was() -> None:
    assert "did not exist in 2021-Q2" in union(correction(corrects="2021-Q2"), period="2022-Q1").left_out[0].reason
    for corrects, said in (("2026-Q3", "does not lie before"), ("2026-Q4", "does not lie before"), ("2026-01", "is a quarter")):
        with pytest.raises(InvalidInput, match=said) as caught:
            union(correction(corrects=corrects))
        assert caught.value.field == "corrects"


def test_a_correction_may_be_reckoned_from_the_net_amount() -> None:
    assert union(correction(tax=None, net="-100.00 EUR", percent="19")).corrected == Money("-19.00", "EUR")


# ------------------------------------------------------------------ determinations


def sold(**more: Any) -> dict[str, Any]:
    sale = {"ship_from": "FR", "ship_to": "DE", "seller": SELLER, "buyer": "consumer", "prices_include_tax": True}
    return {**sale, "lines": [{"unit_price": "119.00 EUR"}], **more}


def test_determinations_go_in_as_they_are() -> None:
    mixed = determine(
        sold(lines=[{"unit_price": "119.00 EUR"}, {"unit_price": "10.70 EUR", "goods_class": "book_print"}]), on="2026-08-03"
    )
    at_home = determine(sold(ship_to="FR", lines=[{"unit_price": "120.00 EUR"}]), on="2026-08-03")
    imported = determine(sold(ship_from="CN"), on="2026-08-03")
    found = union(mixed, at_home, imported, seller=SELLER)
    assert [(one.rate_type, str(one.percent), str(one.tax)) for one in found.lines] == [
        ("reduced", "7", "0.70 EUR"),
        ("standard", "19", "19.00 EUR"),
    ]
    assert found.tax == Money("19.70", "EUR")
    assert [(one.index, one.scheme) for one in found.left_out] == [(1, "domestic"), (2, "ioss")]
    assert returns([mixed, at_home, imported], scheme="ioss", period="2026-08").tax == imported.tax


def test_a_batch_with_errors_and_undetermined_sales() -> None:
    batch = determine_batch([sold(), sold(lines=[]), sold(seller={"establishments": ["FR"]})], on="2026-08-03")
    found = union(*batch, errors="collect")
    assert len(found.lines) == 1
    assert [one.index for one in found.errors] == [1]
    assert "not determined" in found.left_out[0].reason
    with pytest.raises(InvalidInput, match="record 2"):
        union(*determine_batch([sold(), sold(lines=[])], on="2026-08-03"))


def test_records_of_a_determination() -> None:
    one = ReturnRecord.of(determine(sold(), on="2026-08-03"))
    assert (one.state, one.ship_from, one.scheme, one.tax) == ("DE", "FR", "union_oss", Money("19.00", "EUR"))
    mixed = determine(
        sold(lines=[{"unit_price": "1.19 EUR"}, {"unit_price": "1.07 EUR", "goods_class": "food"}]), on="2026-08-03"
    )
    with pytest.raises(InvalidInput, match="makes 2 records, not one"):
        ReturnRecord.of(mixed)
    assert ReturnRecord.of(one) is one


# ------------------------------------------------------------------ bad records


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"net": 19.9}, "net"),
        ({"net": "19.90"}, "net"),
        ({"percent": "101"}, "percent"),
        ({"percent": 19.0}, "percent"),
        ({"percent": "-19"}, "percent"),
        ({"percent": None}, "percent"),
        ({"day": None}, "day"),
        ({"day": "03.08.2026"}, "day"),
        ({"net": None}, "net"),
        ({"tax": "19.00 USD"}, "tax"),
        ({"state": "ZZ"}, "state"),
        ({"kind": "good"}, "kind"),
        ({"rate": "19"}, "rate"),
        ({"ship_from": None}, "ship_from"),
        ({"ship_from": "CN"}, "ship_from"),
        ({"corrects": "spring", "tax": "1.00 EUR"}, "corrects"),
        ({"corrects": "2026-Q1", "net": None}, "tax"),
    ],
)
def test_a_bad_record_names_its_field_and_kills_nothing_when_collected(change: dict[str, Any], field: str) -> None:
    bad = record(**change)
    with pytest.raises(InvalidInput, match="record 2: ") as caught:
        union(record(), bad)
    assert field in str(caught.value.field) or field in str(caught.value)
    found = union(record(reference="good"), {**bad, "reference": "bad"}, errors="collect")
    assert found.tax == Money("19.00", "EUR")
    assert [(one.index, one.reference) for one in found.errors] == [(1, "bad")]
    assert found.errors[0].error == "InvalidInput"


@pytest.mark.parametrize("item", [None, 3, "DE 19 % 100 EUR", [record()]])
def test_what_is_no_record_is_refused(item: object) -> None:
    with pytest.raises(InvalidInput, match="record 1: a record is a ReturnRecord"):
        union(item)


# ------------------------------------------------------------------ the result


def test_the_result_is_frozen_explains_itself_and_is_json() -> None:
    found = union(record(ship_from="PL", net="430.00 PLN"), correction(), record(day="2026-10-01"))
    with pytest.raises(Exception, match="frozen"):
        found.tax = Money("0", "EUR")  # type: ignore[misc]
    text = found.explain()
    for said in (
        "tax.return.due/EU/2021-07-01",
        "art. 60",
        "1 PLN =",
        "no number of PL",
        "record 3 left out",
        "half up",
        found.rulebook,
    ):
        assert said in text
    assert found.explain("html") == found._repr_html_()
    assert found.explain("markdown").startswith("**Union one-stop shop")
    with pytest.raises(InvalidInput, match="unknown style"):
        found.explain("pdf")
    document = json.loads(found.model_dump_json())
    assert document["lines"][0]["tax"] == "18.70 EUR"
    assert document["due"] == "2026-10-31"


def test_facts_of_the_caller_are_used() -> None:
    late = Rulebook.builtin().overlay("later", [{"subject": "tax.return.due", "place": "EU", "value": "2", "unit": "months"}])
    assert union(rulebook=late).due == date(2026, 11, 30)
