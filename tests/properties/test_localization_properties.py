"""What must hold of every listing: spans, fixes, emptiness, linear time."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xbcommerce.localization import Listing, apply, check
from xbcommerce.localization.checks import Question
from xbcommerce.localization.matching import Reading, fold

DAY = "2026-11-22"
MARKETS = ["DE", "FR", "US", "GB", "JP", "CN", "SA", "AE", "BR", "MX", "CA-QC", "IN", "KR", "EU", "IT"]
LANGUAGES = [None, "de", "en", "fr", "es", "pt", "ja", "zh", "ar"]
PIECES = [
    "explosive model", "Explosionsmodelle", "modèle explosif", "爆款", "第一", "全网最低", "cross necklace", "صليب", "منتجات متفجرة", "eco-friendly", "green packaging", "statt",
    "19,99 €", "$20", "12 inch", "350 °F", "110V", "US plug", "12/31/2026", "set of 4", "Sie", "du", "です。", "である。", "{name}", "<b>", "&amp;", "\u200b", "\u202e", "Рremium",
    "a\u0301", "ﷺ", "ＦＲＥＥ", "Straße", "İstanbul", "👨‍👩‍👧", "best price", "Baby", ".", ",", " ", "\n", "no. 1", "was", "9.99", "1.5 kg", "faules Sofa", "100% original", "好评返现",
    "fake one lose ten", "hair goods fast", "Colour", "color", "75 % off", "ßßß", "ŉ", "\ufb01", "\u0345", "\ud800",
    "FDA approved", "FDA registered", "国家级", "最高级", "10-12 inch", "8 x 10 in", "1 1/2 lb", "5 M", "20-30°C", "199 kr", "1,000 g", "Herren", "US 9",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12).map(" ".join)
glued = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=10).map("".join)
often = st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", ". ", ", ", "\n"])).map(lambda pair: "".join(pair) * 25)
words = st.one_of(texts, glued, often)
relaxed = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    return Listing(
        title=draw(st.none() | words),
        bullets=draw(st.none() | st.lists(words, max_size=3)),
        description=draw(st.none() | words),
        search_terms=draw(st.none() | words),
        attributes=draw(
            st.dictionaries(st.sampled_from(["colour", "material", "warnings", "manufacturer_name"]), words, max_size=2)
        ),
        language=draw(st.sampled_from(LANGUAGES)),
        category=draw(st.sampled_from([None, "home", "food", "shoes"])),
        source=draw(st.none() | st.sampled_from(["爆款", "宝贝", "{name}"])),
    )


@relaxed
@given(listings(), st.sampled_from(MARKETS))
def test_spans_lie_inside_the_text_and_say_what_stands_there(listing: Listing, market: str) -> None:
    for finding in check(listing, market=market, on=DAY).findings:
        text = listing.text_at(finding.field) if finding.field else ""
        assert text is not None
        for span in finding.spans:
            assert 0 <= span.start <= span.end <= len(text)
        assert finding.found == text[finding.start : finding.end]
        assert finding.count >= len(finding.spans)


@relaxed
@given(listings(), st.sampled_from(MARKETS))
def test_a_fix_removes_its_finding_adds_none_of_its_rule_and_is_idempotent(listing: Listing, market: str) -> None:
    before = check(listing, market=market, on=DAY).findings
    for finding in before:
        if finding.fix is None or not finding.fix.edits:
            continue
        alike = [one for one in before if one.rule == finding.rule and one.field == finding.field and one != finding]
        once = apply(listing, finding)
        assert apply(once, finding) == once
        left = [
            one
            for one in check(once, market=market, on=DAY).findings
            if one.rule == finding.rule and one.field == finding.field
        ]
        assert len(left) <= len(alike)
        assert not [one for one in left if one.fix is not None and one.fix.edits]
        assert alike or not left, (listing.text_at(finding.field), once.text_at(finding.field), finding)


@relaxed
@given(listings(), st.sampled_from(MARKETS), st.data())
def test_emptying_a_field_raises_no_finding_but_of_what_is_required(listing: Listing, market: str, data: st.DataObject) -> None:
    fields = [field.path for field in listing.fields]
    if not fields:
        return
    emptied = listing.with_text(data.draw(st.sampled_from(fields)), "")
    question = Question.of(emptied, market=market, on=DAY)
    before = {(one.rule, one.field) for one in check(listing, market=market, on=DAY).findings}
    for finding in check(emptied, market=market, on=DAY).findings:
        kind = question.checks.by_id[finding.rule].kind
        assert kind == "requires" or (finding.rule, finding.field) in before or kind == "agrees", finding


@relaxed
@given(st.sampled_from(MARKETS), st.sampled_from(LANGUAGES))
def test_nothing_is_found_in_nothing(market: str, language: str | None) -> None:
    empty = Listing(
        title="", bullets=[], description=" ", search_terms="", tags=[], text="", language=language, category="home"
    )
    question = Question.of(empty, market=market, on=DAY)
    for finding in check(empty, market=market, on=DAY).findings:
        assert question.checks.by_id[finding.rule].kind == "requires"
    assert not check(Listing(language=language), market=market, on=DAY).findings


@given(st.text(max_size=40) | glued)
@settings(max_examples=400, deadline=None)
def test_folding_keeps_places(text: str) -> None:
    folded = fold(text)
    assert fold(folded.text).text == folded.text or not text.isascii()
    position = 0
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert 0 <= start < end <= len(text)
        assert start >= position
        position = start
    reading = Reading(text)
    assert [folded.text[a:b] for a, b in zip(reading.starts, reading.ends, strict=True)] == reading.words


@relaxed
@given(listings(), st.sampled_from(MARKETS))
def test_the_same_question_has_the_same_answer(listing: Listing, market: str) -> None:
    assert check(listing, market=market, on=DAY) == check(listing.model_copy(), market=market, on=DAY)


HOSTILE = {
    "marks": lambda n: "a" + "\u0301" * n, "two marks": lambda n: "\u0301\u0323" * (n // 2), "one sign for many": lambda n: "\ufdfa" * n, "unseen": lambda n: "a\u200b" * (n // 2),
    "hits": lambda n: "explosive model " * (n // 16), "words like terms": lambda n: " ".join(f"explos{i}" for i in range(n // 12)), "chinese": lambda n: "爆款第一" * (n // 4),
    "digits": lambda n: "1 " * (n // 2), "braces": lambda n: "{" * n, "tags": lambda n: "<a " * (n // 3), "prices": lambda n: "9,99 € statt " * (n // 13), "two alphabets": lambda n: "Рa" * (n // 2),
    "overrides": lambda n: "\u202e" * n, "one word": lambda n: "a" * n, "at": lambda n: "a@" * (n // 2), "address": lambda n: "Sie du " * (n // 7), "inches": lambda n: "12 inch " * (n // 8),
    "degrees": lambda n: "30°C " * (n // 5), "both degrees": lambda n: "70°F " * (n // 10) + "30°C " * (n // 10), "by": lambda n: "8 x " * (n // 4), "sizes by": lambda n: "8 x 10 inch " * (n // 12), "from to": lambda n: "1-" * (n // 2) + "a",
    "names": lambda n: "Yum! x! best explosive model Yum! " * (n // 34), "crowns": lambda n: "199 kr " * (n // 7), "cuts": lambda n: "FDA approved " * (n // 13), "sizes": lambda n: "US 9 " * (n // 5),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(name: str) -> None:
    def taken(length: int) -> float:
        text = HOSTILE[name](length)
        gc.collect()
        gc.disable()  # a collection walks all that the whole test run holds: not this text's time
        try:
            begun = time.process_time()
            content = {"description": text, "language": "de", "brand": "Yum!", "category": "shoes"}
            check(content, market="US" if name in ("degrees", "cuts") else "DE", on=DAY)
            return time.process_time() - begun
        finally:
            gc.enable()

    taken(1_000)
    short, long = taken(40_000), taken(160_000)
    assert long < 12 * short + 0.3
    assert long < 2
