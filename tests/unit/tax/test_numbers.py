"""Numbers: real ones are never called invalid, mistyped ones are found, registers are believed, and nobody is asked."""

from __future__ import annotations

import socket
import time
from datetime import date, datetime

import pytest

from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, XBCommerceError
from xbcommerce.parties import Buyer, TaxNumber
from xbcommerce.rules.rulebook import Rulebook
from xbcommerce.tax.numbers import Evidence, NumberCheck, check_number, number_formats, parse_numbers, tax_number

ANSWER = {"source": "VIES", "valid": True, "asked_on": "2026-11-20"}

# Numbers that businesses publish, as they write them; each with its country in front.
WITH_PREFIX = """
    ATU 142 43 102|ATU15159209|BE (0)468.561.072|BE 0202.239.951|BE 444.503.092|BE697449992|BG 103873594|BG7111042925
    BG 200442771|CY-10008489 A|CY 10285193Z|CZ 25123891|CZ 640229/4448|CZ 640903926|CZ682127228|CZ687836437|CZ7652046248
    DE - 113866163|DE 813 11 38 75|DE136308783|DK 10 50 32 80|DK-2566 2202|EE 100 931 558|EL 094259216|EL: 094279805
    GR 094259216|ES B-58378431|ES B64717838|ES54362315K|ESX-5253868-R|ES M-1234567-L|ES A-28184661|ES - Q0818001J|FI 20774740
    FR 40 303 265 045|FR 61 954 506 077|Fr 23334175221|FRK7399859412|FR4Z123456782|FR 83 404 833 048|HR 33392005961
    HU 12892312|IE 6433435F|IE 6433435OA|IE8D79739I|IT 00743110157|LT 119511515|LT 100001919017|LT100004801610
    LU 150 274 42|LV 4000 3521 600|LV 40003521600|MT 1167-9112|NL004495445B01|NL4495445B01|NL002455799B11|NL000099998B57
    PL 8567346215|PT 501 964 843|RO 185 472 90|SE 123456789701|SI 5022 3054|SK 202 274 96 19|XI 980 7806 84|GB 980 7806 84
    GB 002 4257 28|GB340804329|GB346270013|GB 242338087388|GBGD100|GB HA501|GBGD888810003|XIGD100|CHE-107.787.577 IVA
    CHE-100.155.212 MWST|CHE-110.576.236 TVA|CHE-116.046.681 TPV|CHE-108.113.335 MwSt|NO 995 525 828 MVA|NO 917 313 008 MVA
    IM3720000224|EU372022452|EU 826010755|MK4030000375897|T7000012050002
"""
BY_COUNTRY = """
    AR 20-26756539-3|AL J 91402501 L|AU 51 824 753 556|AU 12 123 552 732|BR 16.727.230/0001-97|BR 12.ABC.345/01DE-35
    BR 390.533.447-05|CA 12302 6635 RC 0001|CA 123026635RT0001|CA 123026635|CL 12.531.909-2|CN 91110000600037341L|CO 213.123.432-1
    CR 3-101-999999|CZ 530101123|DO 1-01-85004-3|EC 1792060346-001|EG 100-531-385|GH C0000803561|HU 12892312-2-42
    ID 01.312.166.0-091.000|IL 516179157|IN 27AAPFU0939F1ZV|IN 9917SGP29001OSE|IN 0717AUS12345UN1|IN 38AAACT2727Q1ZV
    IS 00621|JP T7000012050002|JP T1810000000000|KE P051365947M|KR 116-82-00276|MA 00 21 36 09 30 00 040|MA 001561191000066
    ME 02655284|MX GODE 561231 GR8|MX GAÑ 010203 AB1|NO 995525828|NZ 49-091-850|NZ 9429041535110|PE 20512333797|RS 101134702
    RU 7707083893|SG 00192200M|SG 197401143C|SG T01FC6132D|SG M90312345X|TH 1-2345-45678-78-1|TR 4540536920|TW 00501503
    UA 32855961|US 91-1144442|UY 21-100342-001-7|VN 0100233488-001|VN 012345678901|ZA 0001339050|AE 100123456700003
    SA 300710482300003|XI 980780684|EL 094259216|UK 980780684|MC 53 0000 04605|ES-CN B58378431|AU 3000 1234 5678
"""
# The same, with one digit changed.
MISTYPED = """
    ATU14343102|BE0406139583|BG131172009|CY10246672F|CZ25557481|DE136695978|DK25652202|EE101586639|EL094501140|ES54362415K
    ESA48951310|FI20774741|FR21326565603|HR33392005962|HU12892313|IE4731823H|IE8D79729I|IT00743110158|LT100001919018|LU15027443
    LV40003189715|MT11679113|NL123456789B90|PL8567346216|PT501964842|RO18547291|SE123456789101|SI50223055|SK2030237945|XI802311781
    GB802311781|CHE107787578MWST|NO995525829MVA
"""


def lines(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in line.split("|") if part.strip()]


@pytest.mark.parametrize("number", lines(WITH_PREFIX))
def test_real_numbers_tell_their_country(number: str) -> None:
    check = check_number(number)
    assert check.format_valid
    assert check.check_digit != "invalid"
    assert check.status == "not_verified", "nobody asked the register"
    assert check.problems == ()
    assert check.kind in ("vat", "ioss", "non_union_oss")
    again = check_number(check.compact, check.kind, None if check.kind != "vat" else check.country)
    assert (again.compact, again.country) == (check.compact, check.country)


@pytest.mark.parametrize("given", lines(BY_COUNTRY))
def test_real_numbers_of_a_country(given: str) -> None:
    country, number = given.split(" ", 1)
    check = check_number(number, country=country)
    assert check.format_valid
    assert check.status == "not_verified"
    assert check.source.title
    assert check_number(check.compact, check.kind, country).compact == check.compact


def test_there_are_more_than_a_hundred() -> None:
    assert len(lines(WITH_PREFIX)) + len(lines(BY_COUNTRY)) > 140


@pytest.mark.parametrize("number", lines(MISTYPED))
def test_mistyped_numbers_are_found(number: str) -> None:
    check = check_number(number, "vat")
    assert (check.format_valid, check.check_digit, check.status) == (True, "invalid", "invalid")
    assert "check digit" in check.problems[0]


@pytest.mark.parametrize(
    "number", ["DE12345", "ATX12345678", "FR123", "NL123456782X01", "GB12345", "EL12345678X", "CHE12345", "IM123", "EU0400000"]
)
def test_wrong_formats(number: str) -> None:
    kind = "ioss" if number.startswith("IM") else "non_union_oss" if number.startswith("EU") else "vat"
    check = check_number(number, kind)
    assert (check.format_valid, check.check_digit, check.status) == (False, "none", "invalid")
    assert check.compact == number


def test_one_form_for_all_ways_of_writing() -> None:
    written = [
        "094259216",
        "EL094259216",
        "GR 094.259.216",
        "el 94259216",
        "ΕL".replace("Ε", "E") + "\u2011094\u00a0259 216",
        "EL ０９４２５９２１６",
    ]
    assert {check_number(one, "vat", "GR").compact for one in written} == {"EL094259216"}
    assert check_number("094259216", country="EL").country == "GR"
    assert check_number("BE 444.503.092").compact == "BE0444503092"
    assert check_number("NL4495445B01").compact == "NL004495445B01"
    assert check_number("107.787.577", "vat", "CH").compact == "CHE107787577"
    assert check_number("3720000224", "ioss").compact == "IM3720000224"
    assert check_number("المصرية"[:0] + "١٠٠٥٣١٣٨٥", "vat", "EG").compact == "100531385"


def test_places_with_numbers_of_their_own() -> None:
    assert check_number("XI980780684").country == "XI"
    assert check_number("GB980780684").country == "GB"
    assert check_number("980780684", country="IM").country == "GB", "the Isle of Man uses British numbers"
    assert check_number("FR 53 0000 04605", country="MC").country == "FR"
    assert check_number("IM3720000224").country == "IE", "the first digits name the state that issued it"
    assert check_number("IM9000000224").country == "XI"
    assert check_number("IM9990000224").country is None
    assert check_number("IM9990000224").problems == ("999 is no member state",)


def test_kinds() -> None:
    assert check_number("DE136695976").kind == "vat"
    assert check_number("DE136695976", "union_oss").kind == "union_oss"
    assert check_number("DE136695976", "eori").kind == "eori"
    assert check_number("DE136695976").also == ("union_oss", "eori")
    assert check_number("GB205672212000").kind == "eori", "twelve digits that no branch's VAT number has"
    assert check_number("GB205672212000", "vat").check_digit == "invalid"
    assert check_number("GB242338087388").kind == "vat"
    assert check_number("IN0400000001").kind == "ioss_intermediary"
    assert check_number("2012345", "low_value", "NO").name == "VOEC number"
    assert check_number("VOEC 2012345").country == "NO"
    assert check_number("51824753556", "business", "AU").kind == "business"
    assert check_number("300012345678", "low_value", "AU").name == "ARN"


def test_doubts_of_the_check_are_warnings_not_verdicts() -> None:
    for number in ("IT00687129980", "CY12259033P", "LT100001354", "FR L7399859412", "LV-10103241337"):
        check = check_number(number, "vat")
        assert (check.check_digit, check.status) == ("none", "not_verified")
        assert check.warnings
    assert check_number("00501502", "vat", "TW").status == "not_verified", "the rule was loosened in 2023"
    assert check_number("9999999999001", "vat", "EC").status == "not_verified"


def test_no_check_digit_is_not_a_valid_one() -> None:
    for number, kind, country in [
        ("IM3720000224", "ioss", None), ("GBGD100", "vat", None), ("DE1234567", "eori", None), ("91-1144442", "business", "US"),
    ]:  # fmt: skip
        assert check_number(number, kind, country).check_digit == "none"
    assert check_number("IM3720000224").module is None
    assert check_number("DE136695976").module == "stdnum.de.vat"


# ------------------------------------------------------------------ evidence


def test_only_evidence_verifies() -> None:
    check = check_number("DE136695976", evidence=ANSWER, on="2026-11-25")
    assert (check.status, check.evidence_age, check.warnings) == ("verified", 5, ())
    assert check.evidence == Evidence.of(ANSWER)
    assert "verified by VIES on 2026-11-20" in str(check)
    assert check_number("DE136695976").evidence_age is None
    assert check_number("DE136695976", evidence=ANSWER).evidence_age is None, "without a day there is no age"


def test_the_register_knows_better() -> None:
    said_no = check_number("DE136695976", evidence={**ANSWER, "valid": False})
    assert (said_no.format_valid, said_no.check_digit, said_no.status) == (True, "valid", "invalid")
    assert said_no.problems == ("VIES says that it is not valid",)
    said_yes = check_number("DE136695978", evidence=ANSWER)
    assert (said_yes.check_digit, said_yes.status) == ("invalid", "verified")
    assert said_yes.warnings == ("VIES knows it, although its check digit does not fit",)


def test_evidence_about_another_number_is_refused() -> None:
    assert check_number("DE 136695976", evidence={**ANSWER, "number": "136695976"}).status == "verified"
    assert check_number("EL 94259216", evidence={**ANSWER, "number": "EL094259216"}).status == "verified"
    with pytest.raises(InvalidInput, match="is about DE129274202, not about DE136695976") as caught:
        check_number("DE136695976", evidence={**ANSWER, "number": "DE129274202"})
    assert caught.value.field == "evidence.number"


def test_evidence_of_a_later_day_is_named() -> None:
    check = check_number("DE136695976", evidence=ANSWER, on=date(2026, 11, 1))
    assert (check.status, check.evidence_age) == ("verified", -19)
    assert check.warnings == ("VIES was asked on 2026-11-20, after 2026-11-01",)


@pytest.mark.parametrize(
    "evidence",
    [
        True, "valid", 1, [], {}, {**ANSWER, "valid": "false"}, {**ANSWER, "valid": 1}, {**ANSWER, "source": ""},
        {**ANSWER, "asked_on": "yesterday"}, {**ANSWER, "asked_on": datetime(2026, 11, 20, 12)}, {**ANSWER, "status": "ok"},
        {**ANSWER, "name": "x" * 10_000}, {"source": "VIES", "valid": True},
    ],
)  # fmt: skip
def test_evidence_is_strict(evidence: object) -> None:
    with pytest.raises(InvalidInput):
        check_number("DE136695976", evidence=evidence)  # type: ignore[arg-type]


def test_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert check_number("NL004495445B01", evidence=ANSWER).status == "verified"


# ------------------------------------------------------------------ the buyer's number


def test_tax_number_of_a_buyer() -> None:
    assert tax_number("GR 094259216") == TaxNumber(country="GR", number="EL094259216")
    assert tax_number("DE136695976", evidence=ANSWER) == TaxNumber(
        country="DE", number="DE136695976", evidence="verified", verified_on="2026-11-20"
    )
    assert tax_number("DE136695976", evidence={**ANSWER, "valid": False}).evidence == "invalid"
    assert tax_number("DE136695978").evidence == "invalid"
    assert tax_number("XI980780684").country == "XI"
    buyer = Buyer(kind="business", tax_numbers=[tax_number("51 824 753 556", country="AU")])
    assert buyer.tax_numbers[0].number == "51824753556"


def test_tax_number_of_a_check() -> None:
    check = check_number("136695976", "vat", "DE", evidence=ANSWER)
    assert tax_number(check).evidence == "verified"
    assert tax_number(check_number("DE136695976"), evidence=ANSWER).evidence == "verified"
    assert tax_number(check, on="2026-11-25").verified_on == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("number", "kind"), [("DE136695976", "eori"), ("IM3720000224", "ioss"), ("EU372022452", "non_union_oss")]
)
def test_numbers_that_say_nothing_of_a_buyer(number: str, kind: str) -> None:
    with pytest.raises(InvalidInput, match="says nothing of a buyer") as caught:
        tax_number(number, kind)
    assert "vat" in caught.value.allowed
    with pytest.raises(InvalidInput, match="says nothing of a buyer"):
        tax_number(check_number(number, kind))


# ------------------------------------------------------------------ what cannot be answered


def test_unknown_countries_and_kinds() -> None:
    with pytest.raises(UnknownFact, match="no format of tax numbers is known of BD") as unknown:
        check_number("123", "vat", "BD")
    assert {"DE", "AU"} <= set(unknown.value.allowed)
    with pytest.raises(UnknownFact, match="no ioss number is known of DE; known are vat") as kindless:
        check_number("DE136695976", "ioss", "DE")
    assert kindless.value.allowed == ("vat", "union_oss", "eori")
    with pytest.raises(InvalidInput, match="unknown country 'QQ'"):
        check_number("123", "vat", "QQ")
    with pytest.raises(InvalidInput, match="unknown kind of number 'vta'; did you mean 'vat'") as misspelt:
        check_number("123", "vta")
    assert "eori" in misspelt.value.allowed


def test_whose_number_it_is_must_be_known() -> None:
    with pytest.raises(InvalidInput, match="it could be one of IE: give the country") as caught:
        check_number("8D79739I")
    assert caught.value.allowed == ("IE",)
    with pytest.raises(InvalidInput, match="give the country"):
        check_number("QQ1")
    with pytest.raises(InvalidInput, match="could be one of SG"):
        check_number("T01FC6132D")
    with pytest.raises(InvalidInput, match="is written like a number of FR, not of DE; leave the country out"):
        check_number("FR83404833048", "vat", "DE")
    assert check_number("DE99", "vat", "DE").problems == ("it does not look like a number of the kind: USt-IdNr.",)


HOSTILE = [
    None, 1.5, 136695976, True, b"DE136695976", ["DE136695976"], {}, object(), "", "   ", "-./", "DE\x00136695976", "DE\u202e136695976",
    "\u200bDE136695976", "DE136695976\ud800", "DE" + "1" * 100_000, "\U0001f600" * 100_000, "ﷺ" * 64, float("nan"), date(2026, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("number", HOSTILE, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("country", [None, "DE", "IN"])
def test_hostile_numbers(number: object, country: str | None) -> None:
    start = time.perf_counter()
    try:
        check = check_number(number, None, country)  # type: ignore[arg-type]
    except XBCommerceError as error:
        assert len(str(error)) < 1000
        assert str(error).isprintable()
    else:
        assert check.status == "invalid"
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("value", [1.5, 7, True, b"DE", [], object(), "D" * 100_000, "\x00", "\u202eDE", ""])
def test_hostile_options(value: object) -> None:
    for options in ({"country": value}, {"kind": value}, {"on": value, "evidence": ANSWER}):
        with pytest.raises(XBCommerceError) as caught:
            check_number("DE136695976", **options)  # type: ignore[arg-type]
        assert len(str(caught.value)) < 1000


def test_every_format_bears_every_character() -> None:
    """No check of python-stdnum fails otherwise than by saying so."""
    for one in number_formats():
        for length in range(1, 22):
            for char in "0159AKMZ+*Ñ&":
                check = check_number(one.prefix + char * length, one.kinds[0], one.place)
                assert check.status in ("not_verified", "invalid")


# ------------------------------------------------------------------ the result and the data


def test_the_result_is_frozen_and_travels() -> None:
    check = check_number("DE136695976", evidence=ANSWER)
    with pytest.raises(ValueError, match="frozen"):
        check.status = "invalid"
    assert NumberCheck.model_validate_json(check.model_dump_json()) == check
    assert str(check_number("IM9990000224")).startswith("IM9990000224: IOSS number, format invalid")


def test_all_formats_are_good() -> None:
    from importlib import import_module

    from xbcommerce.places import Address

    formats = number_formats()
    for one in formats:
        assert one.name
        assert one.place == "EU" or Address.of(one.place).country == one.place
        assert one.module is None or hasattr(import_module(f"stdnum.{one.module}"), "validate")
    members = {one.place for one in formats if "union_oss" in one.kinds}
    assert len(members) == 28, "27 member states and Northern Ireland"
    assert members - {"XI"} <= {one.place for one in formats if "eori" in one.kinds}
    assert number_formats("EL") == number_formats("GR")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "numbers.toml"),
        ("[oops]", "unknown key 'oops'"),
        ("[kinds]\nvat = {}", "title is missing"),
        ("[[group]]\nkinds = ['vat']", "a group has kinds and a source"),
        ("number = { pattern = '(' }", "is no pattern"),
        ("number = { pattern = 'x', module = 'os.path; x' }", "is no module"),
        ("number = { pattern = 'x' }", "place is missing"),
        ("number = { patern = 'x' }", "unknown key 'patern'"),
    ],
)
def test_broken_files_are_refused(text: str, said: str) -> None:
    if text.startswith("number"):
        text = "\n".join(
            [
                "[kinds]\nvat = { title = 'VAT' }\n[source.s]\ntitle = 'S'\n[[group]]\nkinds = ['vat']\nsource = 's'",
                text.replace("{", "[{").replace("}", "}]"),
            ]
        )
    with pytest.raises(RulebookError, match=said.replace("(", r"\(")):
        parse_numbers(text)


def test_an_overlaid_rulebook_has_the_formats() -> None:
    book = Rulebook.builtin().overlay("mine", [{"subject": "tax.rate", "place": "DE", "value": "25", "unit": "%"}])
    assert check_number("DE136695976", rulebook=book).kind == "vat"
