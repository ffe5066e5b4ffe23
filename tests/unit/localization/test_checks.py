"""Checks: what is found, where, how severe, and what is offered instead."""

from __future__ import annotations

import json
import pickle
import tomllib
from datetime import date
from pathlib import Path

import pytest

from xbcommerce.errors import InvalidInput, RulebookError
from xbcommerce.localization import Finding, Listing, Report, apply, check, check_all, group, matching
from xbcommerce.localization.categories import Categories
from xbcommerce.localization.checks import Question, evaluate
from xbcommerce.localization.language import Lingua, installed_identifier
from xbcommerce.localization.rules import Checks, place_of, read
from xbcommerce.rules import Rulebook

DAY = "2026-11-22"
NATIVE = tomllib.loads((Path(__file__).parent / "native.toml").read_text(encoding="utf-8"))
HOME = {"en": "US", "de": "DE", "fr": "FR", "es": "ES", "pt": "BR", "ja": "JP", "ar": "SA"}
CEILING = tomllib.loads(Rulebook.builtin().text("localization", "ceiling.toml"))["ceiling"]


def rules(content: object, market: str | None = None, on: str = DAY, **options: object) -> list[str]:
    return [finding.rule for finding in check(content, market=market, on=on, **options).findings]


def one(content: object, rule: str, market: str | None = None, on: str = DAY) -> Finding:
    found = [finding for finding in check(content, market=market, on=on).findings if finding.rule == rule]
    assert found, check(content, market=market, on=on)
    return found[0]


@pytest.mark.parametrize("language", NATIVE)
def test_renderings_that_stand_alone_are_silent_on_native_text(language: str) -> None:
    for sentence in NATIVE[language]:
        for rule in rules({"text": sentence, "language": language}):
            assert not rule.startswith("rendering."), (sentence, rule)


@pytest.mark.parametrize("language", NATIVE)
def test_native_text_is_seldom_warned_of(language: str) -> None:
    for sentence in NATIVE[language]:
        report = check({"description": sentence, "language": language}, market=HOME[language], on=DAY)
        assert not [finding for finding in report.findings if finding.severity == "block"], sentence
        assert not [finding.rule for finding in report.findings if finding.severity == "warn"], sentence


def all_renderings() -> list[tuple[str, str, str]]:
    checks = Checks.of(Rulebook.builtin())
    return [
        (language, text, name)
        for name, made in checks.by_id.items()
        if made.rendering is not None
        for language, terms in made.terms.items()
        for text in terms
    ]


def test_every_rendering_is_found_in_its_base_form_beside_its_source() -> None:
    missed = []
    for language, text, name in all_renderings():
        made = Checks.of(Rulebook.builtin()).by_id[name]
        beside = f" {made.only_near.words[''][0]}" if made.only_near is not None else ""
        concept = made.concept
        report = check({"text": text + beside, "language": language, "source": concept}, on=DAY)
        met = {finding.concept for finding in report.findings}
        if concept not in met and not any(finding.found == text for finding in report.findings):
            missed.append((language, text, name))
    assert not missed


def test_after_a_fix_of_a_rendering_nothing_of_the_same_rule_is_left() -> None:
    for language, text, name in all_renderings():
        made = Checks.of(Rulebook.builtin()).by_id[name]
        beside = f" {made.only_near.words[''][0]}" if made.only_near is not None else ""
        content = Listing(text=text + beside, language=language, source=made.concept)
        for finding in check(content, on=DAY).findings:
            if finding.fix is not None and finding.fix.edits:
                mended = apply(content, finding)
                assert finding.rule not in rules(mended), (text, mended.text)
                assert apply(mended, finding) == mended


COVERED = {"en": 172, "de": 170, "fr": 170, "es": 170, "pt": 170, "ar": 170, "ja": 168}
"""Source terms with a rendering, by language; the head of a file names the others with a reason."""


@pytest.mark.parametrize("language", COVERED)
def test_every_source_term_is_rendered_or_named_as_not_rendered(language: str) -> None:
    checks = Checks.of(Rulebook.builtin())
    rendered = {made.concept for made in checks.all if made.rendering is not None and language in made.terms}
    every = {made.concept for made in checks.all if made.rendering is not None and "en" in made.terms}
    head = Rulebook.builtin().text("localization", f"renderings.{language}.toml").partition("\n[[")[0]
    left_out = dict(line[2:].split(": ", 1) for line in head.partition("# not rendered:\n")[2].splitlines() if line)
    assert len(rendered) >= COVERED[language]
    assert rendered | set(left_out) == every
    assert not rendered & set(left_out)
    assert all(left_out.values())


def test_a_good_form_is_not_found_as_the_rendering_that_it_replaces() -> None:
    found = []
    for made in Checks.of(Rulebook.builtin()).all:
        if made.rendering is None:
            continue
        (language,) = made.terms
        for good in {made.rendering.good, *made.rendering.forms.values()} - {None}:
            met = rules({"text": good, "language": language, "source": made.concept})
            found += [(made.id, good) for rule in met if rule.split(".")[1].rstrip("s") == made.id.split(".")[1].rstrip("s")]
    assert not found


def test_renderings_that_need_their_source_are_silent_without_it() -> None:
    needing = [made for made in Checks.of(Rulebook.builtin()).all if made.rendering is not None and made.if_source]
    for made in needing:
        for language, terms in made.terms.items():
            for text in terms:
                assert made.id not in rules({"text": text, "language": language}), text


def test_a_rendering_within_a_longer_word_of_the_language_is_free() -> None:
    assert rules({"text": "ins風のバッグ", "language": "ja"}) == ["rendering.mt-025.ja"]
    assert rules({"text": "北欧の風のクッション", "language": "ja"}) == ["rendering.mt-026.ja"]
    assert rules({"text": "北欧の風景のクッション", "language": "ja"}) == []
    assert rules({"text": "diente azul", "language": "es"}) == []
    assert rules({"text": "auriculares con diente azul", "language": "es"}) == ["rendering.mt-067s.es"]


INFLECTED = {
    "de": ["explosiven Modellen", "Explosionsmodellen", "nordischen Windes", "chinesischen Wind", "warmen Baby Aufkleber", "Grundierungshemden", "faulen Sofas", "Ladeschätze", "positiven Waren", "Taschensteuern", "Dummkopf-Stile"],
    "fr": ["modèles explosifs", "produits explosifs", "modele explosif", "vents nordiques", "canapés paresseux", "trésors de charge", "tuer en quelques secondes", "véritables cuirs PU", "jupes connectées"],
    "es": ["modelos explosivos", "productos explosivos", "vientos nórdicos", "viento nordico", "sofás perezosos", "tesoros de carga", "mata en segundos", "agujas rectas de fábrica", "faldas conectadas"],
    "pt": ["modelos explosivos", "produtos explosivos", "ventos nórdicos", "sofás preguiçosos", "tesouros de carregamento", "agulhas retas de fábrica", "saias conectadas"],
    "en": ["explosive models", "explosive products", "lazy sofas", "Nordic winds", "bottoming shirts", "embrace pillows"],
    "ar": ["المنتجات المتفجرة", "منتجات متفجرة", "والمنتج المتفجر", "كنوز الشحن", "قذائف الهاتف"],
}  # fmt: skip


@pytest.mark.parametrize("language", INFLECTED)
def test_inflected_forms_are_met(language: str) -> None:
    found = [
        form
        for form in INFLECTED[language]
        if any(rule.startswith("rendering.") for rule in rules({"text": f"x {form} y", "language": language}))
    ]
    assert len(found) >= len(INFLECTED[language]) - 1, set(INFLECTED[language]) - set(found)


def test_a_brand_is_free_and_a_claim_is_not() -> None:
    assert rules({"title": "Explosive Model trainers", "brand": "Explosive Model"}, "US") == []
    assert rules({"title": "Explosive model trainers"}, "US") == ["rendering.mt-001.1.en"]


def test_the_ceiling_holds_everywhere() -> None:
    order = ["block", "warn", "info"]
    for made in Checks.of(Rulebook.builtin()).all:
        most = CEILING[made.evidence][made.confidence]
        most = most.get(made.nature, most["other"]) if isinstance(most, dict) else most
        if made.body.get("trait") != "placeholders":
            assert order.index(made.severity) >= order.index(most), made.id


def test_folklore_is_off_unless_asked_for() -> None:
    lucky = {"title": "Set of 13 cups"}
    assert "west.number" not in rules(lucky, "US")
    assert "west.number" in rules(lucky, "US", folklore=True)


def test_natures_can_be_chosen() -> None:
    text = {"title": "Cross necklace, explosive model"}
    assert rules(text, "SA", natures=["legal"]) == ["sa.cross"]
    assert rules(text, "SA", natures="quality") == ["rendering.mt-001.1.en"]
    with pytest.raises(InvalidInput, match="nature"):
        check(text, market="SA", on=DAY, natures=["moral"])


def test_a_group_of_markets_and_a_province() -> None:
    assert rules({"title": "Eco-friendly brush"}, "EU") == ["eu.green.generic"]
    english = {"title": "Stainless steel water bottle with bamboo lid and handle", "language": "en"}
    assert "qc.language" in rules(english, "CA-QC")
    assert "qc.language" not in rules(english, "CA")
    assert place_of("GB", date(2019, 1, 1), Checks.of(Rulebook.builtin()).groups).parts >= {"EU", "GB"}
    assert "EU" not in place_of("GB", date(2026, 1, 1), Checks.of(Rulebook.builtin()).groups).parts


def test_equal_findings_are_grouped_and_a_bad_row_does_not_end_the_batch() -> None:
    reports = check_all([{"title": "Explosive model"}, {"title": 5}, {"title": "An explosive model"}], on=DAY, market="US")
    assert isinstance(reports[1], InvalidInput)
    (together,) = group(reports)
    assert (together.rule, together.count, together.listings) == ("rendering.mt-001.1.en", 2, ("0", "2"))


def test_many_hits_are_one_finding() -> None:
    finding = one({"text": "explosive model. " * 500, "language": "en"}, "rendering.mt-001.1.en")
    assert (finding.count, len(finding.spans)) == (500, 20)


def test_report_tells_and_keeps() -> None:
    report = check({"title": "Eco-friendly brush", "language": "en"}, market="DE", on=DAY)
    assert not report.publishable
    assert "Directive 2005/29/EC" in report.explain().to_text()
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert "eu.green.generic" in str(report)
    assert report.of(nature="legal", severity="block", field="title")
    assert "<table>" in report._repr_html_()
    assert json.loads(report.model_dump_json())["findings"][0]["law"]


def test_a_fix_that_would_offend_again_is_a_deletion() -> None:
    finding = one({"title": "Mug, fake one lose ten"}, "rendering.mt-106.en", "US")
    assert finding.fix.do == "ask"
    assert finding.suggestion.startswith("leave it out") or finding.suggestion


def test_formality_in_other_languages() -> None:
    assert one({"bullets": ["Votre sac est prêt.", "Tu peux laver ton sac."], "language": "fr"}, "text.address_form").field
    assert "text.politeness" in rules(
        {"description": "これはお茶です。とても美味しいのである。使いやすいです。", "language": "ja"}
    )
    assert "text.address_form" not in rules({"description": "Sie finden es hier. Sie ist gut.", "language": "de"})


def test_spelling_of_the_market() -> None:
    assert one({"title": "Colour pencils", "language": "en"}, "text.spelling_region", "US").found == "Colour"
    assert "text.spelling_region" not in rules({"title": "Colour pencils", "language": "en"}, "GB")


def test_digits_and_encoding_and_leftovers() -> None:
    assert "text.digits" in rules({"text": "السعر ٢٥ ريال و 30", "language": "ar"})
    assert "text.encoding" in rules({"text": "KÃ¼che", "language": "de"})
    assert "text.leftover" in rules({"text": "Buy {product_name} now", "language": "en"})
    assert "text.braces" in rules({"text": "a { b", "language": "en"})
    assert one({"title": "A <b>new</b> mug"}, "text.markup", "US").fix.edits
    assert "text.entities" in rules({"title": "Salt &amp; pepper"}, "US")


def test_placeholders_of_the_source() -> None:
    content = {"title": "Hallo {nome}", "source": {"title": "你好 {name}"}, "language": "de"}
    found = [finding for finding in check(content, on=DAY).findings if finding.rule == "text.placeholders"]
    assert [(finding.start, finding.end) for finding in found] == [(0, 0), (6, 12)]
    assert all(finding.severity == "block" for finding in found)
    assert "text.numbers" in rules({"title": "Set", "source": {"title": "4 件套 2026"}, "language": "en"})


def test_languages() -> None:
    german = "Die Trinkflasche aus Edelstahl hält Getränke zwölf Stunden warm und passt in jede Tasche."
    assert "text.language" in rules({"description": german, "language": "fr"})
    assert "text.language" not in rules({"description": german, "language": "de"})
    assert "text.language" in rules({"description": german, "language": "ja"})
    assert "text.language" not in rules({"title": "TUTTI FRUTTI PARISIENNE", "language": "de"})
    assert "text.foreign_script" in rules({"title": "Tasse 陶瓷", "language": "de"})


class Always:
    def __init__(self, **shares: float) -> None:
        self.shares = shares

    def probabilities(self, text: str) -> dict[str, float]:
        return self.shares


def test_an_identifier_of_ones_own_and_doubt() -> None:
    text = {
        "description": "Trinkflasche Edelstahl doppelwandig zwölf Stunden lang warm, sechzehn Stunden kalt.",
        "language": "de",
    }
    assert "text.language" in rules(text, identifier=Always(fr=0.9, de=0.1))
    assert "text.language" not in rules(text, identifier=Always(fr=0.7, de=0.3))
    assert "text.language" not in rules(text, identifier=Always(lb=0.95, de=0.0))


class Broken:
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, told: object) -> None:
        self.told = told

    def probabilities(self, text: str) -> object:
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


@pytest.mark.parametrize("told", [{}, None, {"de": "much"}, RuntimeError("boom")])
def test_an_identifier_that_fails_ends_no_batch(told: object) -> None:
    text = {"description": "Die Trinkflasche aus Edelstahl hält Getränke zwölf Stunden lang warm.", "language": "de"}
    reports = check_all([text, text], market="DE", on=DAY, identifier=Broken(told))
    for report in reports:
        assert isinstance(report, Report)
        assert "the language identifier failed" in report.not_assessed["text.language"]
    assert not [one for one in check(text, on=DAY, identifier=Broken({"de": 1.0})).findings if one.rule == "text.language"]


def test_languages_that_are_one_to_an_identifier() -> None:
    english = {"description": "Swastika free diary of World War II with Nazi flag photo and more", "language": "en"}
    assert "text.language" not in rules(english, "GB", identifier=Always(pcm=0.95))
    filipino = {"description": "Ang magandang bote na ito ay gawa sa bakal at nagpapanatili ng init", "language": "fil"}
    assert "text.language" not in rules(filipino, "PH", identifier=Always(tl=0.95))
    for language, market in (("sr", "RS"), ("uz", "UZ"), ("az", "AZ"), ("bs", "BA")):
        for text in (
            "Ova boca od čelika održava piće toplim dvanaest sati i staje u svaku torbu",
            "Ова боца од челика одржава пиће топлим дванаест сати и стаје у сваку торбу",
        ):
            assert "text.language" not in rules(
                {"description": text, "language": language}, market, identifier=Always(**{language: 0.9})
            )
            assert "text.foreign_script" not in rules({"title": text, "language": language}, market)


@pytest.mark.parametrize(
    ("given", "meant"), [("deutsch", "de"), ("German", "de"), ("jp", "ja"), ("français", "fr"), ("spanisch", "es")]
)
def test_a_language_by_another_name_is_no_code(given: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match=f"did you mean '{meant}'"):
        check({"title": "Mug", "language": given}, on=DAY)


def test_codes_of_languages_are_read_in_any_case() -> None:
    assert check({"title": "Mug", "language": "PT_br"}, on=DAY).language == "pt-BR"
    with pytest.raises(InvalidInput, match="no code of a language"):
        check({"title": "Mug"}, language="!!", on=DAY)


def test_lingua_speaks_the_same_protocol() -> None:
    pytest.importorskip("lingua")
    shares = Lingua(["de", "en"]).probabilities("Das ist eine schöne Flasche aus Stahl")
    assert shares["de"] > 0.9
    assert installed_identifier() is not None


def test_without_an_identifier_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xbcommerce.localization.language.installed_identifier", lambda: None)
    report = check(
        {"description": "Die Trinkflasche aus Edelstahl hält Getränke zwölf Stunden warm.", "language": "fr"}, on=DAY
    )
    assert "no language identifier" in report.not_assessed["text.language"]


# ------------------------------------------------------------------ loading


BASE = {
    "id": "x",
    "kind": "terms",
    "terms": {"en": ["wine"]},
    "severity": "block",
    "nature": "legal",
    "evidence": "law",
    "confidence": "high",
}


def load(**changes: object) -> Checks:
    row = {name: value for name, value in {**BASE, **changes}.items() if value is not None}
    return read([("test.toml", {"check": [row]})], CEILING, Categories.of(Rulebook.builtin()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "one word without a condition"),
        ({"kind": "magic"}, "kind"),
        ({"severity": "terrible"}, "severity"),
        ({"terms": {}}, "no terms"),
        ({"colour": 1}, "unknown key 'colour'"),
        ({"lexicon": "nowhere"}, "no lexicon"),
        ({"source": "nowhere"}, "source"),
        ({"where": {"planet": "earth"}}, "where knows no"),
        ({"only_near": {"side": "left"}}, "side"),
        ({"id": ""}, "id is missing"),
        ({"terms": {"en": [5]}}, "must be a text"),
        ({"fix": {"do": "pray"}}, "do"),
        ({"severity": "warn", "replaces": ["y"]}, "replaces no check"),
        ({"same_terms_as": "y", "terms": None}, "no terms of"),
        ({"match": "vibes", "severity": "warn"}, "match"),
        ({"terms": {"en": ["#1"]}, "severity": "warn"}, "too little is left"),
        ({"unless_part_of": ["wine glass"]}, "one word without a condition"),
    ],
)
def test_a_broken_check_is_refused_when_it_is_loaded(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        load(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "warn"}, {"confidence": "low"}, {"only_near": ["kit"]}, {"where": {"category": "food"}}, {"terms": {"en": ["wine making"]}},
        {"field": "attributes.material"}, {"terms": {"zh": ["第一"]}, "unless_part_of": ["第一步"]},
    ],
)  # fmt: skip
def test_what_a_one_word_check_needs(changes: dict[str, object]) -> None:
    assert load(**changes).by_id["x"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "shape", "shape": "price", "only_near": ["x"]}, "only_near"), ({"kind": "shape", "shape": "banana"}, "shape knows no 'banana'"),
        ({"kind": "labels", "any_of": ["x"], "all_of": ["y"]}, "all_of"), ({"kind": "labels", "any_of": ["x"], "with_terms": ["y"]}, "with_terms"),
        ({"terms": {"en": ["wine"]}, "languages": ["en"]}, "languages"), ({"terms": {"en": ["wine"]}, "option": "x"}, "option"),
        ({"kind": "repeats", "unit": "banana"}, "unit knows no 'banana'"), ({"kind": "measure", "of": "banana"}, "of knows no 'banana'"),
        ({"kind": "characters", "property": ["odd"]}, "property knows no 'odd'"), ({"kind": "notation", "topic": "size of hats"}, "topic knows no"),
        ({"kind": "agrees", "trait": "banana"}, "trait knows no"), ({"terms": {"en": ["wine"]}, "only_near": {"within": 3}}, "name no words"),
        ({"terms": {"en": ["wine"]}, "only_near": {"shape": "banana"}}, "knows no shape"), ({"fix": {"do": "delete", "to": "x"}}, "unknown key 'to'"),
        ({"kind": "requires", "any_of": ["lexicon.banana"]}, "any_of names no lexicon 'banana'"),
        ({"kind": "requires", "all_of": ["title"], "only_if": ["shape.banana"]}, "only_if names no shape"),
        ({"terms": {"en": ["wine"]}, "where": {"category": "banana"}}, "no category 'banana'"),
        ({"kind": "language", "is": "market", "every": True}, "every needs the languages"),
    ],
)  # fmt: skip
def test_a_word_that_nobody_acts_on_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        load(**{"terms": None, "severity": "warn", **changes})


def test_two_checks_of_one_name() -> None:
    row = {**BASE, "severity": "warn"}
    with pytest.raises(RulebookError, match="two checks"):
        read([("test.toml", {"check": [row, row]})], CEILING)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"term": "爆款", "lang": "en", "bad": []}, "at least one bad form"),
        ({"term": "爆款", "lang": "en", "bad": ["boom"]}, "say what to do"),
        ({"term": "爆款", "lang": "en", "bad": ["boom"], "good": "hit", "alone": "yes"}, "alone"),
    ],
)
def test_a_broken_rendering_is_refused(row: dict[str, object], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        read([("test.toml", {"rendering": [row]})], CEILING)


def test_a_market_is_known_to_its_regions() -> None:
    with pytest.raises(InvalidInput, match="DE is one"):
        check("mug", market="DE-ZZZ", on=DAY)
    assert check("mug", market="DE-BY", on=DAY).market == "DE-BY"
    with pytest.raises(InvalidInput, match="did you mean 'DE'"):
        check("mug", market="de", on=DAY)


@pytest.mark.parametrize("natures", [5, [5], [["legal"]], "leagl"])
def test_natures_that_are_none(natures: object) -> None:
    with pytest.raises(InvalidInput, match="natur"):
        check("mug", on=DAY, natures=natures)


def test_a_report_is_not_changed() -> None:
    report = check({"title": "Mug"}, on=DAY)
    with pytest.raises(TypeError, match="cannot be changed"):
        report.not_assessed["x"] = "y"
    assert pickle.loads(pickle.dumps(report)) == report


@pytest.mark.parametrize(
    ("text", "market", "language", "rule"),
    [
        ("Explosive model. " * 30, "US", "en", "rendering.mt-001.1.en"), ("\u0420remium. " * 30, "US", "en", "text.mixed_script"), ("a\u200bb " * 30, "US", "en", "text.invisible"),
        ("FDA approved FDA registered mug", "US", "en", "us.fda"), ("国家级 最高级 好杯子", "CN", "zh", "cn.absolute"), ("<b>a</b> " * 30, "US", "en", "text.markup"),
    ],
)  # fmt: skip
def test_a_fix_mends_all_places(text: str, market: str, language: str, rule: str) -> None:
    content = Listing(title=text, language=language)
    finding = one(content, rule, market)
    assert finding.fix is not None
    assert finding.fix.edits
    assert len(finding.spans) <= 20
    assert rule not in rules(apply(content, finding), market)


def test_what_is_met_does_not_hang_on_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_MOST_STEMS", 50)
    text = " ".join(f"explosion{number}" for number in range(60)) + " explosive models sold. "
    index = matching.Index("en", [matching.Term("x", "explosive model")])

    def met(content: str) -> int:
        return len(list(index.hits(matching.Reading(content))))

    assert met(text) == 0
    assert met("explosive models") == 1
    assert met(text) == 0
    assert met("explosive models " + text) == 2
    assert list(matching.Reading("b a b c").distinct) == ["b", "a", "c"]


def test_a_question_can_be_asked_twice() -> None:
    question = Question.of({"title": "Explosive model"}, on=DAY, market="US")
    assert evaluate(question).findings == evaluate(question).findings


def test_kinds_for_platforms() -> None:
    rows = [
        {"id": "len", "kind": "measure", "field": "title", "of": "code_points", "at_most": 10, "fix": {"do": "shorten"}},
        {"id": "bytes", "kind": "measure", "field": "search_terms", "of": "utf8_bytes", "at_most": 9},
        {"id": "wide", "kind": "measure", "field": "title", "of": "full_width", "at_most": 4},
        {"id": "sum", "kind": "measure", "field": "bullets", "of": "code_points", "over": "sum", "at_most": 5},
        {"id": "items", "kind": "measure", "field": "bullets", "of": "items", "at_least": 3},
        {"id": "caps", "kind": "measure", "field": "title", "of": "capital_share", "given": 5, "below": 0.7},
        {"id": "deco", "kind": "characters", "field": "title", "set": "<>#", "position": "decorative", "fix": {"do": "delete"}},
        {"id": "once", "kind": "characters", "field": "title", "set": "&", "at_most": 1},
        {"id": "word", "kind": "repeats", "field": "title", "unit": "word", "at_most": 2},
        {"id": "tags", "kind": "repeats", "field": "tags", "unit": "item", "at_most": 1},
        {"id": "link", "kind": "shape", "field": "description", "shape": ["url", "email", "phone"], "fix": {"do": "delete"}},
        {"id": "format", "kind": "member", "field": "images.format", "of": ["JPEG"]},
        {"id": "kind", "kind": "member", "field": "category", "of": ["toys"]},
        {"id": "odd", "kind": "measure", "field": "title", "of": "jpeg_quality", "at_most": 1},
    ]
    base = {"severity": "warn", "nature": "platform", "evidence": "platform_policy", "confidence": "high"}
    checks = read([("test.toml", {"check": [{**base, **row} for row in rows]})], CEILING)
    listing = Listing(
        title="STEEL << CUP & STEEL & STEEL <10", bullets=["abc", "def"], search_terms="üüüüü", tags=["a", "A"], category="food",
        description="see www.example.com or write to a@example.com", images=[{"format": "GIF"}],
    )  # fmt: skip
    place = place_of(None, date(2026, 1, 1), {})
    question = Question(
        listing, place, date(2026, 1, 1), checks, checks.active(listing, place, date(2026, 1, 1)), Rulebook.builtin(), None
    )
    found = {finding.rule: finding for finding in evaluate(question).findings}
    assert set(found) == {row["id"] for row in rows} - {"odd"}
    assert (found["len"].start, found["len"].end) == (10, 32)
    assert apply(listing, found["len"]).title == "STEEL <<"
    assert (found["bytes"].start, found["bytes"].end) == (4, 5)
    assert [span.start for span in found["deco"].spans] == [6, 7]
    assert found["once"].start == 21
    assert found["word"].found == "STEEL"
    assert found["tags"].field == "tags.1"
    assert "example" not in apply(listing, found["link"]).description
    assert question.missing["odd"] == "no file tells its jpeg quality"


@pytest.mark.parametrize(
    ("expected", "text", "accused"),
    [
        ("de", "Die Lampe ist aus Holz und steht auf dem Tisch, mit einem Schirm für das Licht im Raum.", False),
        ("de", "This lamp is made of wood and stands on the table, with a shade for the light in your room.", True),
        ("de", "De lamp is gemaakt van hout en staat op de tafel, met een kap voor het licht in uw kamer thuis.", True),
        ("de", "Lampen er lavet af træ og står på bordet med en skærm der giver et blødt lys i den store stue.", True),
        ("de", "Die lamp is van hout gemaak en staan op die tafel, met 'n skerm vir die lig in die groot kamer.", True),
        ("fr", "La lampe est en bois et se pose sur la table, avec un abat-jour pour la lumière du salon.", False),
        ("fr", "La lámpara es de madera y se pone sobre la mesa, con una pantalla para la luz del salón de la casa.", True),
        ("es", "A lâmpada é de madeira e fica em cima da mesa, com uma cúpula para a luz da sala de estar da casa.", True),
        ("en", "Die Lampe ist aus Holz und steht auf dem Tisch, mit einem Schirm für das Licht im Raum.", True),
    ],
)
def test_small_words_show_a_language_and_hide_no_other(expected: str, text: str, accused: bool) -> None:
    market = {"de": "DE", "fr": "FR", "es": "ES", "en": "US"}[expected]
    found = check({"title": "x", "description": text}, market=market, language=expected, on=DAY).findings
    told = [one for one in found if one.field == "description" and one.text.startswith("written in")]
    assert bool(told) is accused


def test_a_foreign_half_is_still_accused() -> None:
    german = "Die Lampe ist aus Holz und steht auf dem Tisch. "
    english = "This lamp is made of wood, it stands on the table of your room and gives a warm light for reading at night. "
    found = check({"description": english + german[:12] + english}, market="DE", language="de", on=DAY).findings
    assert any(one.text.startswith("written in English") for one in found)


def test_a_group_within_itself_is_refused() -> None:
    with pytest.raises(RulebookError, match="within itself"):
        place_of("DE", date(2026, 1, 1), {"A": {"members": ["B"]}, "B": {"members": ["A"]}})
