"""Account health: shares, counts, thresholds of the day, badges, what to fix first."""

from __future__ import annotations

import decimal

import pytest

from xbcommerce.errors import InvalidInput, UnknownFact
from xbcommerce.listings import Health, Standing, health
from xbcommerce.listings.level import level

ON = "2026-11-22"


def amazon(metrics: dict[str, object], **options: object) -> Health:
    return health(metrics, **{"platform": "amazon", "market": "US", "on": ON, **options})  # type: ignore[arg-type]


def of(found: Health, metric: str) -> Standing:
    return next(one for one in found.standings if one.metric == metric)


@pytest.mark.parametrize("given", ["0.2 %", "0.002", 0.002, {"count": 1078, "of": 539000}])
def test_a_share_can_be_given_in_three_ways(given: object) -> None:
    one = of(amazon({"order_defect_rate": given}), "order_defect_rate")
    assert one.value == "0.2"
    assert one.verdict == "met"


def test_at_the_bound() -> None:
    below = of(amazon({"order_defect_rate": "1 %"}), "order_defect_rate")
    assert below.verdict == "failed"
    assert of(amazon({"order_defect_rate": "0.99 %"}), "order_defect_rate").verdict == "close"
    walmart = health({"cancellation_rate": "2 %"}, platform="walmart", market="US", on=ON)
    assert of(walmart, "cancellation_rate").verdict == "close"


def test_counts_tell_the_room_and_the_way_back() -> None:
    broken = of(amazon({"order_defect_rate": {"count": 6, "of": 500}}), "order_defect_rate")
    assert (broken.room, broken.good_needed) == (-2, 101)
    assert 6 / (500 + 101) < 0.01 <= 6 / (500 + 100)
    fine = of(amazon({"order_defect_rate": {"count": 2, "of": 500}}), "order_defect_rate")
    assert (fine.room, fine.good_needed) == (2, None)
    tracked = of(amazon({"valid_tracking_rate": {"count": 940, "of": 1000}}), "valid_tracking_rate")
    assert tracked.verdict == "failed"
    assert tracked.good_needed == 201


def test_the_day_decides() -> None:
    old = health({"average_rating": "4.9", "orders_3m": 8}, platform="etsy", market="US", on="2022-03-01")
    assert any("average_rating" in text for text in old.warnings)
    assert of(old, "orders_3m").verdict == "failed"
    assert of(health({"orders_3m": 8}, platform="etsy", market="US", on=ON), "orders_3m").verdict == "met"


def test_badges_are_no_duties() -> None:
    star = {
        "message_response_rate_24h": "96 %", "on_time_shipping_tracking": "95 %", "average_rating": "4.79", "orders_3m": 12,
        "sales_3m": 900,
    }  # fmt: skip
    found = health(star, platform="etsy", market="US", on=ON)
    assert found.healthy is None
    assert found.badges == {"star_seller": False}
    assert found.failed == ("average_rating",)
    assert health({**star, "average_rating": "4.8"}, platform="etsy", market="US", on=ON).badges == {"star_seller": True}
    assert health({"average_rating": "4.9"}, platform="etsy", market="US", on=ON).badges == {"star_seller": None}


def test_what_to_fix_first() -> None:
    found = amazon({"order_defect_rate": "3 %", "late_shipment_rate": "4.1 %", "valid_tracking_rate": "95.5 %"})
    assert found.fix_first[:2] == ("order_defect_rate", "late_shipment_rate")
    assert "valid_tracking_rate" in found.fix_first
    assert found.healthy is False
    assert amazon({"order_defect_rate": "0.1 %"}).healthy is None


def test_own_targets() -> None:
    found = amazon({"review_reply_rate": "90 %"}, targets={"review_reply_rate": "at least 95 %"})
    one = of(found, "review_reply_rate")
    assert one.verdict == "failed"
    assert one.source.title == "The seller's own target"
    assert of(amazon({"reply_hours": 12}, targets={"reply_hours": "<= 24 h"}), "reply_hours").verdict == "met"


def test_no_orders_is_no_verdict() -> None:
    assert of(amazon({"order_defect_rate": {"count": 0, "of": 0}}), "order_defect_rate").verdict == "not_evaluated"


def test_unknown_store_assumes_and_says_so() -> None:
    found = health({"cancellation_rate": "2.5 %"}, platform="walmart", on=ON)
    assert any("no store" in text for text in found.assumptions)
    assert len([one for one in found.standings if one.metric == "cancellation_rate"]) == 2


def test_explained_and_stored() -> None:
    found = amazon({"order_defect_rate": "3 %"})
    assert "not healthy" in found.explain().to_text()
    assert "<table>" in found._repr_html_()
    assert Health.model_validate_json(found.model_dump_json()) == found
    assert found.warnings == () or all("confidence" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("metrics", "options"),
    [
        ({"order_defect_rate": 3}, {}),
        ({"order_defect_rate": "-1 %"}, {}),
        ({"order_defect_rate": "much"}, {}),
        ({"order_defect_rate": None}, {}),
        ({"order_defect_rate": True}, {}),
        ({"order_defect_rate": {"count": 5, "of": 2}}, {}),
        ({"order_defect_rate": {"count": 5}}, {}),
        ({"message_response_hours": {"count": 5, "of": 9}}, {}),
        ({"message_response_hours": "5 %"}, {}),
        ({"order_defects": "1 %"}, {}),
        ({}, {"near": 0}),
        ({}, {"near": "x"}),
        ({}, {"targets": {"x": "95"}}),
        ({}, {"targets": {"x": 95}}),
        ({}, {"platform": "amazn"}),
        (5, {}),
    ],
)
def test_errors(metrics: object, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        amazon(metrics, **options)  # type: ignore[arg-type]


def test_a_platform_without_thresholds() -> None:
    with pytest.raises(UnknownFact):
        health({}, platform="otto", market="DE", on=ON)


def test_a_target_beside_a_threshold_is_in_its_unit() -> None:
    with pytest.raises(InvalidInput, match="measured in %"):
        amazon({"order_defect_rate": 0.02}, targets={"order_defect_rate": "less than 1"})
    found = amazon({"order_defect_rate": 0.02}, targets={"order_defect_rate": "less than 0.5 %"})
    assert {one.value for one in found.standings if one.metric == "order_defect_rate"} == {"2"}
    assert found.failed == ("order_defect_rate",)


@pytest.mark.parametrize("number", ["1e99999999", "1e-99999999", "9" * 400, "NaN", "Infinity"])
def test_numbers_that_nobody_means_are_refused_at_once(number: str) -> None:
    with pytest.raises(InvalidInput):
        amazon({"order_defect_rate": f"{number} %"})
    with pytest.raises(InvalidInput):
        amazon({"order_defect_rate": "1 %"}, near=number)
    with pytest.raises(InvalidInput):
        level("walmart", on=ON, score=number)


def test_a_target_inherits_the_unit_of_the_threshold() -> None:
    found = amazon({"message_response_hours": 12}, targets={"message_response_hours": "at most 6"})
    own = next(one for one in found.standings if one.rule == "own.message_response_hours")
    assert (own.verdict, own.unit, own.bound) == ("failed", "h", "6")
    for text in ("at most 6 days", "at most 6 %"):
        with pytest.raises(InvalidInput, match="measured in h"):
            amazon({}, targets={"message_response_hours": text})
    with pytest.raises(InvalidInput, match="more than all"):
        amazon({}, targets={"order_defect_rate": "less than 150 %"})
    with pytest.raises(InvalidInput, match="mapping"):
        amazon({}, targets=["at most 6"])


def test_a_target_without_a_unit_is_a_plain_number() -> None:
    found = amazon({"reviews": 4}, targets={"reviews": "at least 5"})
    assert of(found, "reviews").text == "reviews is 4: at least 5 is asked for"
    with pytest.raises(InvalidInput, match="no unit"):
        amazon({"reviews": "4 %"}, targets={"reviews": "at least 5"})


def test_more_than_all_is_no_share() -> None:
    with pytest.raises(InvalidInput, match="more than all"):
        amazon({"valid_tracking_rate": "250 %"})


def test_a_market_is_a_place() -> None:
    with pytest.raises(InvalidInput, match="no market"):
        health({"order_defect_rate": "1 %"}, platform="amazon", market="Atlantis", on=ON)


def test_a_value_just_below_its_bound_is_not_written_as_the_bound() -> None:
    one = next(one for one in amazon({"order_defect_rate": "0.999999 %"}).standings if one.metric == "order_defect_rate")
    assert (one.verdict, one.value, one.distance) == ("close", "0.999999", "0.000001")


def test_a_bound_is_told_as_it_was_set() -> None:
    with decimal.localcontext(prec=2):
        one = of(amazon({"x": "0.99999 %"}, targets={"x": "less than 0.999991 %"}), "x")
    assert (one.value, one.bound, one.verdict) == ("1", "0.999991", "close")
    over = of(amazon({"order_defect_rate": "1.00001 %"}), "order_defect_rate")
    assert (over.value, over.distance) == ("1.00001", "-0.00001")


def test_the_market_is_a_country_or_lies_in_one() -> None:
    assert amazon({}, market="US-CA").standings == amazon({}).standings
    with pytest.raises(InvalidInput, match="no market"):
        amazon({}, market="EU")
    with pytest.raises(InvalidInput):
        amazon({"order_defect_rate": {"count": 1, "of": 10**400}})


def test_nothing_evaluated_is_not_healthy() -> None:
    metrics = {row.metric: {"count": 0, "of": 0} for row in amazon({}).standings if row.unit == "%" and not row.earns}
    found = amazon(metrics)
    assert found.healthy is None
