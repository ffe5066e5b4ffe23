"""Images: what pixels tell, on pictures drawn here."""

from __future__ import annotations

from io import BytesIO

import pytest

from xbcommerce.errors import InvalidInput
from xbcommerce.localization import check, images
from xbcommerce.localization.checks import Question, evaluate
from xbcommerce.localization.images import candidates, look

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")
DAY = "2026-11-22"


def drawn(
    *boxes: tuple[tuple[int, int, int, int], object],
    size: tuple[int, int] = (400, 400),
    ground: object = "white",
    form: str = "PNG",
) -> bytes:
    image = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(image)
    for box, colour in boxes:
        pen.rectangle(box, fill=colour)
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def cross(colour: object, ground: object = "white", arm: int = 40, left: int = 100) -> bytes:
    right = left + 3 * arm - 1
    across = ((left, left + arm, right, left + 2 * arm - 1), colour)
    down = ((left + arm, left, left + 2 * arm - 1, right), colour)
    return drawn(across, down, ground=ground)


def test_a_product_on_white() -> None:
    seen = look(drawn(((100, 100, 300, 300), (120, 110, 100))))
    assert (seen.width, seen.height, seen.format) == (400, 400, "PNG")
    assert seen.frame_white == 1
    assert 0.45 < seen.fill_longest < 0.55
    assert seen.palette == "muted"


def test_grey_is_not_white_and_white_on_white_cannot_be_told() -> None:
    assert look(drawn(ground=(248, 248, 248))).frame_white == 0
    blank = look(drawn())
    assert blank.fill_longest is None
    assert blank.palette is None


def test_palettes() -> None:
    assert look(drawn(((50, 50, 350, 350), (230, 20, 30)))).palette == "vivid"
    assert look(drawn(((50, 50, 350, 350), (150, 160, 140)))).palette == "muted"


@pytest.mark.parametrize(
    ("pixels", "found"),
    [
        (cross((220, 20, 30)), True), (cross((220, 20, 30), arm=16), True), (cross((20, 140, 60)), False), (cross("white", (220, 20, 30)), False),
        (drawn(((100, 100, 220, 220), (220, 20, 30))), False), (cross((220, 20, 30), ground=(30, 60, 160)), False), (drawn(((100, 180, 220, 190), (220, 20, 30)), ((155, 100, 165, 300), (220, 20, 30))), False),
    ],
    ids=["red on white", "small", "green", "white on red", "square", "on blue", "thin"],
)  # fmt: skip
def test_red_crosses(pixels: bytes, found: bool) -> None:
    assert look(pixels).red_cross is found
    assert ("candidate_red_cross" in candidates(pixels)) is found


def test_writing_is_a_candidate() -> None:
    lines = [((20 + 8 * step, 40 * row + 20, 23 + 8 * step, 40 * row + 32), "black") for row in range(8) for step in range(44)]
    assert look(drawn(*lines)).text_cells > 20
    assert look(drawn(((100, 100, 300, 300), "black"))).text_cells == 0


def rules(market: str, **image: object) -> dict[str, str]:
    report = check({"title": "Mug", "images": [image]}, market=market, on=DAY)
    return {finding.rule: finding.severity for finding in report.findings}


def test_findings_of_images() -> None:
    assert rules("US", pixels=cross((220, 20, 30)))["world.image.red_cross.candidate"] == "warn"
    vivid = drawn(((50, 50, 550, 550), (230, 20, 30)), size=(600, 600))
    assert rules("JP", pixels=vivid)["jp.palette"] == "info"
    assert "jp.palette" not in rules("US", pixels=vivid)
    assert rules("US", pixels=vivid, palette="muted")["image.palette.muted"] == "warn"
    assert "image.palette.muted" not in rules("US", pixels=vivid)
    assert rules("US", width=300, height=300)["image.small"] == "warn"
    assert "image.main.background" in rules("US", pixels=drawn(ground=(200, 200, 200), size=(600, 600)))
    assert rules("US", width=900, height=900, text_cells=24)["image.text.declared"] == "info"


def test_the_format_is_read_from_the_pixels() -> None:
    def told(image: dict[str, object]) -> list[str]:
        report = evaluate(
            Question.of(
                {"title": "Mug", "platform": "mercadolibre", "images": [image]},
                on=DAY,
                market="MX",
                folders=("localization", "listings"),
            )
        )
        return [one.text for one in report.findings if one.rule == "mercadolibre.images.formats"]

    assert told({"pixels": drawn(form="GIF")}) == ["image 1 is GIF; accepted are JPEG, JPG, PNG"]
    assert told({"format": "PDF"}) == ["image 1 is PDF; accepted are JPEG, JPG, PNG"]
    assert not told({"pixels": drawn(form="PNG")})


def test_labels_are_read_without_regard_to_capitals_and_unknown_ones_are_told() -> None:
    image = {"labels": ["Red Cross on White", "red_cros_on_white"]}
    report = check({"title": "Kit", "images": [image]}, market="GB", on=DAY)
    assert "gb.image.red_cross" in {one.rule for one in report.findings}
    assert "did you mean 'red_cross_on_white'?" in report.not_assessed["labels.red_cros_on_white"]
    assert "labels.Red Cross on White" not in report.not_assessed


def test_pixels_are_remembered_by_their_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = drawn(size=(37, 41))
    seen = look(pixels)
    monkeypatch.setattr(images, "_look", lambda _: pytest.fail("looked twice"))
    assert look(bytes(bytearray(pixels))) is seen
    assert pixels not in images._seen


def test_an_image_of_which_nothing_is_known() -> None:
    report = check({"title": "Mug", "images": [{}]}, market="SA", on=DAY)
    assert report.not_assessed["image.small"] == "the pixels are not known"
    assert "sa.image.cross" in report.not_assessed


@pytest.mark.parametrize("pixels", [b"", b"not an image", drawn()[:60]])
def test_what_is_no_image(pixels: bytes) -> None:
    with pytest.raises(InvalidInput):
        look(pixels)


def test_without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    pixels = drawn(size=(33, 33))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InvalidInput, match=r"xbcommerce\[images\]"):
        look(pixels)
