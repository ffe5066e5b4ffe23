"""What must hold of every determination, over sellers, buyers, places and days from 2018 to 2028."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from xbcommerce.errors import UnknownFact
from xbcommerce.exchange import FixedRates
from xbcommerce.money import Money
from xbcommerce.rules import Rulebook
from xbcommerce.rules.decisions import Decisions
from xbcommerce.tax import Determination, Outcome, Sale, determine
from xbcommerce.tax.question import COLUMNS, Goods, Lane, Question

RATES = {
    "EUR/USD": "1.10", "EUR/GBP": "0.85", "EUR/CHF": "0.95", "EUR/NOK": "11.5", "EUR/AUD": "1.65", "EUR/NZD": "1.80", "EUR/SGD": "1.45",
    "EUR/MYR": "5.00", "EUR/CAD": "1.50", "EUR/JPY": "160", "EUR/PLN": "4.30", "EUR/DKK": "7.45", "EUR/SEK": "11.2", "EUR/CZK": "25",
    "EUR/RON": "4.95", "EUR/BGN": "1.9558", "EUR/HRK": "7.5345", "EUR/HUF": "390", "EUR/CNY": "7.8",
}  # fmt: skip
UNION = ["FR", "DE", "IT", "PL", "NL", "SE", "MC", "PT-20"]
PLACES = [
    *UNION, "XI", "GB", "IM", "ES-CN", "IT-LIVIGNO", "AX", "GP", "CH", "LI", "NO", "AU", "NZ", "SG", "MY", "CL", "KZ", "JP", "CN", "HK",
    "US-NY", "US-CA", "US-OR", "US-AK", "US-MA", "CA-QC", "CA-ON", "CA-AB", "CA", "TW", "TR", "BR",
]  # fmt: skip
days = st.dates(date(2018, 1, 1), date(2028, 12, 31))
places = st.sampled_from(PLACES)
members = st.sampled_from(UNION)
cents = st.integers(1, 40_000)
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
names = st.lists(st.sampled_from([*PLACES, "union_oss", "ioss", "voec", "ovr"]), max_size=4, unique=True)


@st.composite
def sellers(draw: Any, established: Any = places) -> dict[str, Any]:
    home = draw(established)
    known = draw(st.dictionaries(st.sampled_from([*PLACES, "ch.mail_order", "eu.distance_sales"]), st.booleans(), max_size=3))
    seller: dict[str, Any] = {"establishments": [home], "registrations": draw(names), "obliged": known}
    if draw(st.booleans()):
        seller["turnover"] = {
            "eu.distance_sales": f"{draw(st.integers(0, 12_000))}.00 EUR",
            "eu.distance_sales.previous": f"{draw(st.integers(0, 12_000))}.00 EUR",
        }
    if draw(st.integers(0, 5)) == 0:
        seller["exemptions"] = [draw(places)]
    if draw(st.integers(0, 5)) == 0:
        seller["stock"] = [draw(places)]
    return seller


buyers = st.one_of(
    st.just("consumer"),
    st.just("business"),
    st.builds(
        lambda country, evidence: {
            "kind": "business",
            "tax_numbers": [{"country": country, "number": "1", "evidence": evidence}],
        },
        st.sampled_from(["FR", "DE", "IT", "PL", "NL", "GB", "CH", "NO", "AU", "SG", "CA", "CN"]),
        st.sampled_from(["verified", "unverified", "invalid"]),
    ),
)
markets = st.one_of(
    st.none(), st.just("any"),
    st.builds(lambda collects, registrations: {"name": "any", "collects": collects, "registrations": registrations},
              st.sampled_from([None, True, False]), names),
)  # fmt: skip
lines = st.lists(
    st.fixed_dictionaries(
        {"unit_price": cents.map(lambda minor: str(Money.from_minor(minor, "EUR")))},
        optional={
            "quantity": st.integers(1, 4),
            "goods_class": st.sampled_from(["book_print", "food", "alcohol", "clothing_adult", "standard"]),
            "supply": st.sampled_from(["ordinary", "ordinary", "new_vehicle", "installed", "margin_scheme"]),
        },
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@st.composite
def sales(draw: Any, **fixed: Any) -> dict[str, Any]:
    sale: dict[str, Any] = {
        "ship_from": draw(fixed.get("ship_from", places)),
        "ship_to": draw(fixed.get("ship_to", places)),
        "seller": draw(fixed.get("seller", sellers())),
        "buyer": draw(fixed.get("buyer", buyers)),
        "marketplace": draw(fixed.get("marketplace", markets)),
        "lines": draw(fixed.get("lines", lines)),
        "prices_include_tax": draw(fixed.get("included", st.booleans())),
    }
    options = {
        "freight": cents.map(lambda minor: str(Money.from_minor(minor, "EUR"))),
        "importer": st.sampled_from(["buyer", "seller"]),
        "proof_of_exit": st.sampled_from(["yes", "pending", "none"]),
        "transport_by": st.sampled_from(["seller", "buyer"]),
        "release_in": st.sampled_from(["NL", "DE"]),
        "special_arrangements": st.booleans(),
        "accept_unverified": st.booleans(),
    }
    for name, strategy in options.items():
        if draw(st.integers(0, 4)) == 0:
            sale[name] = draw(strategy)
    return sale


def ask(sale: dict[str, Any], on: date, **more: Any) -> Determination | None:
    """Return the determination, or None where the law of that day honestly does not answer."""
    try:
        return determine(sale, on=on, rates=RATES, **more)
    except UnknownFact:
        event("unknown fact")
        return None


def known(sale: dict[str, Any], on: date, **more: Any) -> Determination:
    found = ask(sale, on, **more)
    assume(found is not None)
    assert found is not None
    return found


# ------------------------------------------------------------------ closed domains


@settings(relaxed, max_examples=300)
@given(sales(), days)
def test_every_column_stays_in_its_domain_and_what_cannot_occur_does_not(sale: dict[str, Any], on: date) -> None:
    known(sale, on)
    made = Sale.of(sale)
    lane = Lane(made, on, Rulebook.builtin(), FixedRates(RATES), strict=False, latest_rates=False)
    decisions = Decisions.of(Rulebook.builtin())
    for index, line in enumerate(made.lines):
        question = Question(lane, made, Goods(line.goods_class, line.hs, line.supply), index, {})
        answers: dict[str, str] = {}
        name: str | None = decisions.first(lane.code("tax.system", lane.destination, "general"))
        while name:
            table = decisions.tables[name]
            case = {}
            for column, domain in table.columns.items():
                try:
                    case[column] = answers.get(column) or question.value(column, answers)
                except UnknownFact:  # what nobody asked for on the way may be unknown
                    case[column] = domain[0]
                    continue
                assert case[column] in domain, (name, column)
                if column in COLUMNS and column not in answers:
                    assert case[column] in COLUMNS[column].domain
            for rule in table.never:
                assert not all(case[column] in values for column, values in rule), (name, rule, case)
            row = next(row for row in table.rows_on(on) if row.matches(case.__getitem__))
            answers.update(row.then)
            name = row.next if row.next is not None else table.next


@relaxed
@given(sales(), days)
def test_answers_are_from_closed_lists(sale: dict[str, Any], on: date) -> None:
    found = known(sale, on)
    persons = {"seller", "marketplace", "buyer", "nobody", "unknown"}
    for outcome in found.outcomes:
        assert outcome.at in {"sale", "import", "none", "unknown"}
        assert outcome.liable in persons
        assert outcome.collects in persons | {"carrier"}
        assert outcome.charge in {"yes", "no", "not_before_registration", "undetermined"}
        assert outcome.import_tax in {"none", "due", "relieved", "seller", "marketplace", "unknown"}
        assert outcome.legs
        assert outcome.rows


# ------------------------------------------------------------------ zero is never silent


@relaxed
@given(sales(), days)
def test_undetermined_is_never_zero_and_zero_has_a_reason(sale: dict[str, Any], on: date) -> None:
    found = known(sale, on)
    for outcome in found.outcomes:
        if outcome.charge == "undetermined":
            assert outcome.tax is None
            assert any(one.severity in ("warning", "error") for one in outcome.findings)
        else:
            assert outcome.tax is not None
        if outcome.charge == "not_before_registration":
            assert outcome.owed is not None
            assert any(one.severity == "error" for one in outcome.findings)
        if outcome.charge == "yes" and outcome.tax is not None and not outcome.tax:
            assert all(
                line.percent == 0 or line.gross.amount * line.percent < 5
                for line in found.lines
                if line.outcome == found.outcomes.index(outcome)
            )
        if outcome.liable == "unknown":
            assert outcome.charge == "undetermined"
    assert (found.tax is None) == any(outcome.charge == "undetermined" for outcome in found.outcomes)


# ------------------------------------------------------------------ amounts


@relaxed
@given(sales(), days)
def test_parts_sum_to_the_whole(sale: dict[str, Any], on: date) -> None:
    found = known(sale, on)
    zero = Money("0", found.currency)
    assert sum((line.net for line in found.lines), zero) == found.net == sum((one.net for one in found.outcomes), zero)
    assert sum((line.gross for line in found.lines), zero) == found.gross == sum((one.gross for one in found.outcomes), zero)
    if found.tax is not None:
        assert sum((line.tax for line in found.lines if line.tax is not None), zero) == found.tax
        assert found.net + found.tax == found.gross
    for outcome in found.outcomes:
        assert sum(outcome.taxes.values(), zero) == (outcome.tax if outcome.charge == "yes" else zero)
        assert {index for index, line in enumerate(found.lines) if line.outcome == found.outcomes.index(outcome)} == set(
            outcome.lines
        )
    price = sum((Money.parse(line["unit_price"]) * line.get("quantity", 1) for line in sale["lines"]), zero)
    if "freight" in sale:
        price += Money.parse(sale["freight"])
    assert price == (found.gross if sale["prices_include_tax"] else found.net)


@relaxed
@given(st.integers(1, 5_000_000), st.sampled_from(["DE", "FR", "NL", "PL", "SE"]), days)
def test_price_with_and_without_tax_are_inverse(minor: int, place: str, on: date) -> None:
    """The tax on top of a net price is the tax inside the gross price that it makes."""
    sale = {
        "ship_from": place,
        "ship_to": place,
        "seller": {"establishments": [place], "registrations": [place]},
        "buyer": "consumer",
    }
    price = Money.from_minor(minor, "EUR")
    outside = known({**sale, "lines": [{"unit_price": str(price)}], "prices_include_tax": False}, on)
    inside = known({**sale, "lines": [{"unit_price": str(outside.gross)}], "prices_include_tax": True}, on)
    assert inside.gross == outside.gross
    assert inside.net == outside.net
    assert inside.tax == outside.tax


@relaxed
@given(sales(), days, st.integers(2, 50))
def test_a_larger_quantity_is_a_larger_tax_to_within_rounding(sale: dict[str, Any], on: date, times: int) -> None:
    one = known(sale, on)
    many = known({**sale, "lines": [{**line, "quantity": line.get("quantity", 1) * times} for line in sale["lines"]]}, on)
    assume(
        [row.row for outcome in one.outcomes for row in outcome.rows]
        == [row.row for outcome in many.outcomes for row in outcome.rows]
    )
    assume("freight" not in sale and one.tax is not None)
    assert many.net + (many.tax or one.net * 0) == many.gross
    assert one.tax is not None
    assert many.tax is not None
    assert abs(many.tax.amount - one.tax.amount * times) <= Fraction(times * len(sale["lines"]), 2 * 100) + Fraction(1, 100)


@relaxed
@given(sales(), days, st.randoms(use_true_random=False))
def test_the_order_of_lines_is_irrelevant(sale: dict[str, Any], on: date, random: Any) -> None:
    found = known(sale, on)
    order = list(range(len(sale["lines"])))
    random.shuffle(order)
    again = known({**sale, "lines": [sale["lines"][index] for index in order]}, on)
    assert (again.net + again.gross, again.tax) == (found.net + found.gross, found.tax)
    for place, index in enumerate(order):
        ours, theirs = again.outcomes[again.lines[place].outcome], found.outcomes[found.lines[index].outcome]
        assert [row.row for row in ours.rows] == [row.row for row in theirs.rows]
        assert (ours.liable, ours.scheme, ours.tax) == (theirs.liable, theirs.scheme, theirs.tax)


# ------------------------------------------------------------------ invariants of the design


@relaxed
@given(sales(ship_from=members, ship_to=members, marketplace=st.none()), days)
def test_a_marketplace_never_changes_the_place_of_a_supply_inside_the_union(sale: dict[str, Any], on: date) -> None:
    own, market = known(sale, on), known({**sale, "marketplace": {"name": "any", "registrations": ["union_oss", *UNION]}}, on)
    assert [outcome.taxed_in for outcome in own.outcomes] == [outcome.taxed_in for outcome in market.outcomes]


@relaxed
@given(sales(ship_from=members, ship_to=members, seller=sellers(members), marketplace=st.just("any")), days)
def test_a_seller_established_in_the_union_is_never_displaced(sale: dict[str, Any], on: date) -> None:
    assert all(outcome.liable != "marketplace" for outcome in known(sale, on).outcomes)


@relaxed
@given(sales(buyer=st.just("consumer")), days)
def test_a_verified_number_never_raises_the_sellers_tax(sale: dict[str, Any], on: date) -> None:
    country = {"MC": "FR", "IM": "GB"}.get(sale["ship_to"], sale["ship_to"].partition("-")[0])
    verified = {"kind": "business", "tax_numbers": [{"country": country, "number": "1", "evidence": "verified"}]}
    consumer, business = known(sale, on), known({**sale, "buyer": verified}, on)
    for line in range(len(sale["lines"])):
        before, after = (found.outcomes[found.lines[line].outcome] for found in (consumer, business))
        if after.liable == "seller" and after.charge == "yes" and before.charge in ("yes", "no"):
            sellers_before = before.tax if before.liable == "seller" else None
            if sellers_before is None:
                event("a marketplace or the buyer had owed")
                continue
            assert after.tax is not None
            assert business.lines[line].tax <= consumer.lines[line].tax + Money("0.01", business.currency)  # type: ignore[operator]


@relaxed
@given(
    sales(ship_from=st.sampled_from(["CN", "US-NY", "TR"]), ship_to=st.sampled_from(["DE", "GB", "NO", "AU", "NZ", "SG", "MY", "CL"]),
          lines=st.lists(st.fixed_dictionaries({"unit_price": cents.map(lambda minor: str(Money.from_minor(minor, "EUR")))}), min_size=1, max_size=1)),
    days, st.integers(1, 99),
)  # fmt: skip
def test_a_lower_value_never_leaves_a_low_value_regime(sale: dict[str, Any], on: date, percent: int) -> None:
    found = known(sale, on)
    low = {"ioss", "low_value", "voec", "ovr", "lvg", "simplified_gst"}
    assume(found.scheme in low)
    minor = Money.parse(sale["lines"][0]["unit_price"]).to_minor() * percent // 100
    assume(minor > 0)
    lower = known({**sale, "lines": [{"unit_price": str(Money.from_minor(minor, "EUR"))}]}, on)
    assert (lower.scheme, lower.liable, lower.charge) == (found.scheme, found.liable, found.charge)


@relaxed
@given(sales(included=st.just(False)), days, st.integers(1, 40))
def test_place_person_and_scheme_never_read_a_rate(sale: dict[str, Any], on: date, percent: int) -> None:
    found = known(sale, on)
    assume(all(row.table != "ch.goods" for outcome in found.outcomes for row in outcome.rows))  # import tax up to 5 francs
    law = [
        {"subject": "tax.rate", "place": place, "value": str(percent), "unit": "%"}
        for place in dict.fromkeys(
            (sale["ship_from"].partition("-")[0], sale["ship_from"], sale["ship_to"].partition("-")[0], sale["ship_to"])
        )
    ]
    other = known(sale, on, rulebook=Rulebook.builtin().overlay("another rate", law))
    for line, same in zip(found.lines, other.lines, strict=True):
        ours, theirs = found.outcomes[line.outcome], other.outcomes[same.outcome]
        assert decided(ours) == decided(theirs)
        assert (ours.taxed_in, ours.liable, ours.scheme, ours.charge) == (
            theirs.taxed_in,
            theirs.liable,
            theirs.scheme,
            theirs.charge,
        )


def decided(outcome: Outcome) -> list[str]:
    """Return the rows that tell place, person and scheme; what a locality does with the goods is a question of the rate."""
    return [row.row for row in outcome.rows if row.table != "us.local_goods"]


@relaxed
@given(sales(), days)
def test_departure_and_arrival_never_both_take_the_full_tax_in_silence(sale: dict[str, Any], on: date) -> None:
    found = known(sale, on)
    if found.departure.origin_tax == "domestic_rate":
        assert found.departure.tax is not None
        assert any(one.severity == "error" for one in found.departure.findings)
    if any(outcome.taxed_in == found.ship_from != found.ship_to and outcome.charge == "yes" for outcome in found.outcomes):
        assert found.departure.origin_tax in ("by_arrival", "none")


@relaxed
@given(
    sales(ship_from=members, ship_to=st.sampled_from(["CN", "GB", "ES-CN", "GP", "CH", "NO", "US-NY"])),
    st.dates(date(2021, 1, 1), date(2028, 12, 31)),
)
def test_what_leaves_the_union_is_in_no_one_stop_shop(sale: dict[str, Any], on: date) -> None:
    assert all(outcome.scheme not in ("union_oss", "ioss", "intra_community") for outcome in known(sale, on).outcomes)


@relaxed
@given(sales(ship_to=members), st.dates(date(2018, 1, 1), date(2021, 6, 30)))
def test_before_july_2021_there_was_no_one_stop_shop_and_no_deemed_supplier(sale: dict[str, Any], on: date) -> None:
    for outcome in known(sale, on).outcomes:
        assert outcome.scheme not in ("union_oss", "ioss", "special_arrangements")
        assert outcome.liable != "marketplace"


# ------------------------------------------------------------------ determinism and storage


@relaxed
@given(sales(), days)
def test_the_same_question_has_the_same_answer_in_a_cold_and_a_warm_rulebook(sale: dict[str, Any], on: date) -> None:
    found, again = known(sale, on), known(sale, on)
    cold = known(sale, on, rulebook=Rulebook.builtin().overlay("cold", []))
    assert found.model_dump_json() == again.model_dump_json()
    assert bare(found) == bare(cold)


def bare(found: Determination) -> tuple[Any, Any]:
    """Return all but the digest of the rulebook that answered."""
    told = found.explanation.model_dump()
    return found.model_dump(exclude={"digest", "explanation"}), {
        name: part for name, part in told.items() if name != "rulebook"
    }


@settings(relaxed, max_examples=60)
@given(sales(), days)
def test_stored_answers_tell_the_same(sale: dict[str, Any], on: date) -> None:
    found = known(sale, on)
    again = Determination.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.explain() == found.explain()
    json.loads(found.model_dump_json())


@settings(relaxed, max_examples=60)
@given(sales())
def test_answers_change_only_on_days_on_which_the_law_changes(sale: dict[str, Any]) -> None:
    """A day on which no row of a table, no fact and no territory changes answers like the day before."""
    book = Rulebook.builtin()
    day = date(2026, 3, 17)
    starts = {change.day for change in book.changes(day, day + timedelta(days=1))}
    assume(day + timedelta(days=1) not in starts)
    first, second = ask(sale, day), ask(sale, day + timedelta(days=1))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert [(one.rows, one.tax, one.owed) for one in first.outcomes] == [
            (one.rows, one.tax, one.owed) for one in second.outcomes
        ]
