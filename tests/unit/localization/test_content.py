"""Content: listings, fields, fixes."""

from __future__ import annotations

import copy
import pickle

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.localization import Edit, Fix, Image, Listing, apply
from xbcommerce.localization.content import digest_of


def test_unknown_and_empty_are_two_things() -> None:
    listing = Listing(title="", bullets=[], attributes={"a": " "})
    assert listing.is_known("title")
    assert listing.is_empty("title")
    assert not listing.is_known("description")
    assert not listing.is_empty("description")
    assert listing.is_empty("bullets")
    assert listing.is_empty("attributes.a")
    assert not listing.is_known("attributes.b")
    assert listing.fields == ()


def test_fields_and_paths() -> None:
    listing = Listing.of({
        "title": "t", "bullets": "b", "tags": ["x", "y"], "attributes": {"material": "oak"}, "images": [{"alt_text": "alt"}],
        "description": "d", "search_terms": "s", "text": "f",
    })  # fmt: skip
    assert [field.path for field in listing.fields] == [
        "title", "bullets.0", "description", "text", "search_terms", "tags.0", "tags.1", "attributes.material", "images.0.alt_text",
    ]  # fmt: skip
    for field in listing.fields:
        assert listing.with_text(field.path, "new").text_at(field.path) == "new"
    with pytest.raises(InvalidInput, match="no field"):
        listing.with_text("bullets.7", "x")


def test_source_texts() -> None:
    assert Listing(source="整").source_of("title") == "整"
    listing = Listing(source={"title": "一", "description": "二"})
    assert listing.source_of("title") == "一"
    assert listing.source_of("bullets.0") is None
    assert listing.source_text == "一\n二"
    assert Listing().source_of("title") is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": 5}, "title"), ({"titel": "x"}, "titel"), ({"images": [{"width": -1}]}, "images.0.width"), ({"bullets": ["x"] * 3000}, "bullets"),
        ({"title": "x" * 2_000_001}, "title"), ({"images": [{"pixels": "path.png"}]}, "images.0.pixels"),
    ],
)  # fmt: skip
def test_bad_listings(given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Listing.of(given)
    assert caught.value.field == field


@pytest.mark.parametrize("content", [5, None, ["title"]])
def test_no_listing(content: object) -> None:
    with pytest.raises(InvalidInput, match="a listing is"):
        Listing.of(content)


def test_fixes() -> None:
    text = "very very best mug"
    fix = Fix(do="delete", field="text", edits=(Edit(start=0, end=5, text=""),), before=digest_of(text))
    once = apply(text, fix)
    assert once.text == "very best mug"
    assert apply(once, fix) == once
    assert apply(text, None, Fix(do="ask", field="text"), fix).text == "very best mug"
    two = Fix(
        do="replace",
        field="text",
        edits=(Edit(start=3, end=9, text="X"), Edit(start=10, end=14, text="good")),
        before=digest_of(text),
    )
    assert apply(text, fix, two).text == "very good mug"
    assert apply("other", fix).text == "other"
    assert (
        apply(text, Fix(do="delete", field="title", edits=(Edit(start=0, end=1, text=""),), before=digest_of(text))).text
        == text
    )
    with pytest.raises(InvalidInput, match="a fix is"):
        apply(text, "delete it")


def test_what_a_listing_holds_is_not_changed() -> None:
    listing = Listing(attributes={"a": "b"}, traits={"age": 3}, source={"title": "x"})
    for held in (listing.attributes, listing.traits, listing.source, Listing().attributes):
        with pytest.raises(TypeError, match="cannot be changed"):
            held["z"] = "1"
        with pytest.raises(TypeError, match="cannot be changed"):
            held.update(z="1")
    assert pickle.loads(pickle.dumps(listing)) == copy.deepcopy(listing) == listing
    assert listing.with_text("attributes.a", "c").attributes == {"a": "c"}
    assert listing.model_dump()["attributes"] == {"a": "b"}


def test_names_and_images() -> None:
    assert Listing(brand="A", model="B", merchant="A", spare="C").names == ("A", "B", "C")
    assert Image(pixels=b"x") == Image(pixels=b"x")
    assert "pixels" not in Image(pixels=b"x").model_dump()
