"""What pixels tell: size, white around the product, how vivid the colours are, and shapes that a person should look at.

Firm are size, format and the white of the frame. Everything else is a *candidate*: a description of pixels, not a verdict
about what they mean. Needs Pillow (extra `images`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import Any

from xbcommerce.errors import InvalidInput
from xbcommerce.explain import Result
from xbcommerce.localization.content import CANDIDATE

__all__ = ["Look", "candidates", "look"]

_NEAR_WHITE = 250
_SMALL = 160
_TINY = 64
_MOST_PIXELS = 50_000_000
_VIVID = 50.0
_GRID = 10
_SHARE = Decimal("0.001")


class Look(Result):
    """What an image's pixels tell.

    Attributes:
        width, height, format: exact.
        frame_white: share of the outer hundredth with all channels at 250 or more; `frame_exact` at 255.
        fill_longest: longest side of the box around what is not white, over the longest side; None where all is white.
        mean_chroma, vivid_share: CIELAB chroma of the product's pixels, mean and the share above 50.
        red_cross: a red cross of equal arms on white is a candidate: look at it.
        text_cells: cells of a 10 x 10 grid with strokes like writing: a candidate (dots and stripes look alike).
        sharpness: mean difference of neighbouring pixels, 0 to 255.
    """

    width: int
    height: int
    format: str
    frame_white: Decimal
    frame_exact: Decimal
    fill_longest: Decimal | None
    mean_chroma: Decimal | None
    vivid_share: Decimal | None
    red_cross: bool
    text_cells: int
    sharpness: Decimal

    @property
    def palette(self) -> str | None:
        """How the colours look in a word: muted, medium or vivid; None where nothing but white is seen."""
        if self.mean_chroma is None or self.vivid_share is None:
            return None
        if self.mean_chroma <= 30 and self.vivid_share <= Decimal("0.1"):
            return "muted"
        return "vivid" if self.mean_chroma >= 45 else "medium"


_MOST_REMEMBERED = 256
_seen: dict[bytes, Look] = {}


def look(pixels: bytes) -> Look:
    """Return what an image file's pixels tell; remembered by a digest, so that the bytes themselves are not kept.

    Raises:
        InvalidInput: if Pillow is not installed, or the bytes are no image it reads, or too many pixels.
    """
    digest = hashlib.blake2b(pixels, digest_size=20).digest()
    known = _seen.get(digest)
    if known is None:
        known = _look(pixels)
        if len(_seen) >= _MOST_REMEMBERED:
            _seen.clear()
        _seen[digest] = known
    return known


def _look(pixels: bytes) -> Look:
    image, name = _opened(pixels)
    width, height = image.size
    near, exact = _frame(image)
    small = image.copy()
    small.thumbnail((_SMALL, _SMALL))
    chroma, vivid = _colours(image)
    return Look(
        width=width, height=height, format=name, frame_white=near, frame_exact=exact, fill_longest=_fill(image),
        mean_chroma=chroma, vivid_share=vivid, red_cross=_red_cross(small), text_cells=_text_cells(image),
        sharpness=_sharpness(small),
    )  # fmt: skip


def candidates(pixels: bytes) -> frozenset[str]:
    """Return labels that pixels alone make candidates of; each begins with `CANDIDATE`."""
    seen = look(pixels)
    found = {f"{CANDIDATE}red_cross"} if seen.red_cross else set()
    if seen.palette is not None:
        found.add(f"{CANDIDATE}palette_{seen.palette}")
    return frozenset(found)


def _opened(pixels: bytes) -> tuple[Any, str]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise InvalidInput(
            "images are read by Pillow, which is not installed", field="pixels", hint="install xbcommerce[images]"
        ) from None
    try:
        with Image.open(BytesIO(pixels)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _too_large(f"an image of {image.width} x {image.height} pixels")
            name = "JPEG" if image.format == "MPO" else str(image.format)  # what cameras write: a JPEG with another behind it
            flat = image.convert("RGBA")
            white = Image.new("RGBA", flat.size, "white")
            return Image.alpha_composite(white, flat).convert("RGB"), name
    except Image.DecompressionBombError:
        raise _too_large("the image") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise InvalidInput("the bytes are no image that can be read", field="pixels") from None


def _too_large(what: str) -> InvalidInput:
    return InvalidInput(f"{what} is too large: at most {_MOST_PIXELS // 10**6} million pixels are read", field="pixels")


def _darkest(image: Any) -> Any:
    from PIL import ImageChops

    red, green, blue = image.split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)


def _frame(image: Any) -> tuple[Decimal, Decimal]:
    dark = _darkest(image)
    width, height = dark.size
    edge = max(1, round(max(width, height) / 100))
    boxes = [(0, 0, width, edge), (0, height - edge, width, height), (0, 0, edge, height), (width - edge, 0, width, height)]
    counts = [sum(pair) for pair in zip(*[dark.crop(box).histogram() for box in boxes], strict=True)]
    total = sum(counts)
    return _share(sum(counts[_NEAR_WHITE:]), total), _share(counts[255], total)


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(_SHARE) if whole else Decimal(0)


def _fill(image: Any) -> Decimal | None:
    from PIL import ImageFilter

    small = image.copy()
    small.thumbnail((512, 512))
    mask = _darkest(small).filter(ImageFilter.MedianFilter(3)).point(lambda level: 255 if level < _NEAR_WHITE else 0)
    box = mask.getbbox()
    if box is None:
        return None
    return _share(max(box[2] - box[0], box[3] - box[1]), max(small.size))


def _colours(image: Any) -> tuple[Decimal | None, Decimal | None]:
    tiny = image.copy()
    tiny.thumbnail((_TINY, _TINY))
    seen = [_chroma(*pixel) for pixel in _pixels(tiny) if min(pixel) < _NEAR_WHITE]
    if not seen:
        return None, None
    mean = Decimal(str(round(sum(seen) / len(seen), 1)))
    return mean, _share(sum(1 for chroma in seen if chroma > _VIVID), len(seen))


def _pixels(image: Any) -> Iterator[tuple[int, int, int]]:
    data = image.tobytes()
    return zip(data[0::3], data[1::3], data[2::3], strict=True)


@lru_cache(maxsize=65_536)
def _chroma(red: int, green: int, blue: int) -> float:
    """Return the CIELAB chroma of an sRGB colour (D65): how far it is from grey as eyes see it."""
    r, g, b = (_linear(level / 255) for level in (red, green, blue))
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = _root(x), _root(y), _root(z)
    return float(((500 * (fx - fy)) ** 2 + (200 * (fy - fz)) ** 2) ** 0.5)


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116


def _sharpness(image: Any) -> Decimal:
    from PIL import ImageFilter, ImageStat

    edges = image.convert("L").filter(ImageFilter.FIND_EDGES)
    return Decimal(str(round(ImageStat.Stat(edges).mean[0], 1)))


# ------------------------------------------------------------------ candidates


def _red_cross(image: Any) -> bool:
    """Tell whether a red figure looks like a cross of equal arms with white between them."""
    width, height = image.size
    colours = list(_pixels(image))
    red = [r > 150 and g < 95 and b < 95 for r, g, b in colours]
    return any(len(figure) >= 24 and _is_cross(figure, colours, width) for figure in _figures(red, width, height))


def _figures(mask: list[bool], width: int, height: int) -> Iterator[set[int]]:
    """Yield the connected figures of a mask."""
    left = {place for place, on in enumerate(mask) if on}
    while left:
        edge = [left.pop()]
        figure = set(edge)
        while edge:
            place = edge.pop()
            x = place % width
            around = ((place - 1) if x else -1, (place + 1) if x < width - 1 else -1, place - width, place + width)
            for other in around:
                if other in left and 0 <= other < width * height:
                    left.remove(other)
                    figure.add(other)
                    edge.append(other)
        yield figure


def _is_cross(figure: set[int], colours: list[tuple[int, int, int]], width: int) -> bool:
    xs, ys = [place % width for place in figure], [place // width for place in figure]
    left, top = min(xs), min(ys)
    wide, high = max(xs) - left + 1, max(ys) - top + 1
    if min(wide, high) < 6 or not 0.8 <= wide / high <= 1.25:
        return False
    filled = [[0] * 3 for _ in range(3)]
    cells = [[0] * 3 for _ in range(3)]
    pale = 0
    corner_pixels = 0
    for y in range(high):
        for x in range(wide):
            place = (top + y) * width + left + x
            row, column = min(2, 3 * y // high), min(2, 3 * x // wide)
            cells[row][column] += 1
            filled[row][column] += place in figure
            if row != 1 and column != 1:
                corner_pixels += 1
                pale += min(colours[place]) > 200
    share = [[filled[row][column] / cells[row][column] for column in range(3)] for row in range(3)]
    arms = (share[0][1], share[1][0], share[1][1], share[1][2], share[2][1])
    corners = (share[0][0], share[0][2], share[2][0], share[2][2])
    return min(arms) > 0.8 and max(corners) < 0.2 and pale > 0.6 * corner_pixels


def _text_cells(image: Any) -> int:
    """Return how many cells of a grid carry repeated thin strokes, as writing does."""
    side = _GRID * 32
    grey = image.convert("L").resize((side, side))
    data = grey.tobytes()
    cells = 0
    for top in range(0, side, 32):
        for left in range(0, side, 32):
            rows = sum(_strokes(data[(top + y) * side + left : (top + y) * side + left + 32]) >= 4 for y in range(0, 32, 2))
            cells += 3 <= rows <= 12
    return cells


def _strokes(row: bytes) -> int:
    """Return how often a row of pixels turns sharply from light to dark or back."""
    return sum(1 for here, there in zip(row, row[2:], strict=False) if abs(here - there) > 70) // 2
