"""Picture files to documents of pages without text: PNG, JPEG, TIFF with several frames, BMP, GIF,
WebP. What is on them is recognised later (`extract/ocr`); here they are opened, within limits.

By Pillow, which tells a picture's size before it unpacks it and says why it cannot.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from extract.errors import CorruptError, LimitError
from tableparse.model import Document, Page

Picture = npt.NDArray[Any]
"""Rows x columns (grey), or rows x columns x (blue, green, red); 8 bits each."""

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
MAX_PIXELS = 40_000_000
"""Pixels of one picture: A3 at 400 dpi has 31 million."""
MAX_FRAMES = 60
"""Frames of a TIFF; of what moves (GIF, WebP, PNG) only the first is a page."""
A4 = (595.0, 842.0)
"""Points: the page that a picture is taken for that does not tell its size."""
PLAUSIBLE = (400.0, 870.0)
"""Points of width within which the resolution that a file states is believed."""


def image_to_document(data: bytes, media_type: str) -> Document:
    """A page for each frame, in points as the file's resolution says.

    Raises CorruptError for what cannot be opened, LimitError beyond MAX_PIXELS or MAX_FRAMES."""
    sizes = Frames(data).sizes()
    pages = (Page(i, *size, (), images=1.0) for i, size in enumerate(sizes, start=1))
    return Document(media_type, tuple(pages), page_count=len(sizes))


def image_to_picture(data: bytes) -> Picture:
    """The colours of the first frame, as `Frames.picture` gives them."""
    return Frames(data).picture(0)


class Frames:
    """A picture file, opened once however many of its frames are asked for.

    All raise CorruptError for what cannot be unpacked, LimitError beyond MAX_PIXELS."""

    def __init__(self, data: bytes) -> None:
        with _mapped():
            self._image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
            _check_size(self._image)

    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of every frame in points; LimitError beyond MAX_FRAMES."""
        found: list[tuple[float, float]] = []
        with _mapped():
            for index in range(MAX_FRAMES + 1):
                try:
                    self._image.seek(index)
                except EOFError:
                    return found
                found.append(_size_in_points(self._image))
                if self._image.format != "TIFF":
                    return found
        raise LimitError(f"the picture has more than {MAX_FRAMES} frames: no report has")

    def width(self, index: int) -> float:
        """The frame's width in points."""
        with _mapped():
            self._image.seek(index)
            return _size_in_points(self._image)[0]

    def picture(self, index: int) -> Picture:
        """The frame's colours, upright as its file says, on white, with square pixels."""
        with _mapped():
            self._image.seek(index)
            return _image_to_picture(self._image)


def _image_to_picture(image: Any) -> Picture:
    _check_size(image)
    across, down = _resolution(image)
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:
        across, down = down, across
    rgba = upright.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    rgb = Image.alpha_composite(paper, rgba).convert("RGB")
    if abs(across / down - 1) > 0.02:
        rgb = rgb.resize((rgb.width, max(1, round(rgb.height * across / down))))
    return np.ascontiguousarray(np.asarray(rgb)[:, :, ::-1])


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        # Pillow warns of metadata that it cannot read: what it can, it reads
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    except Image.DecompressionBombError as error:
        raise LimitError(f"the picture is too large: at most {MAX_PIXELS} pixels") from error
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError,
        KeyError, ZeroDivisionError, OverflowError,
    ) as error:  # fmt: skip
        # what broken pictures make Pillow's decoders raise
        raise CorruptError("the picture cannot be unpacked: fetch it again") from error


def _check_size(image: Any) -> None:
    asked = image.width * image.height
    if asked > MAX_PIXELS:
        raise LimitError(
            f"the picture is too large (pixels requested={asked}, granted={MAX_PIXELS})"
        )


def _resolution(image: Any) -> tuple[float, float]:
    """(across, down) in dpi as stated; equal where nothing believable is."""
    try:
        across, down = (float(v) for v in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 1.0, 1.0
    if not (0 < across < 5000 and 0 < down < 5000 and 0.3 < across / down < 3.4):
        return 1.0, 1.0
    return across, down


def _size_in_points(image: Any) -> tuple[float, float]:
    across, down = _resolution(image)
    width, height = image.width / across * 72, image.height / down * 72
    if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):  # stored on its side
        width, height = height, width
    if not PLAUSIBLE[0] <= min(width, height) <= PLAUSIBLE[1]:
        wanted = A4[0] if width <= height else A4[1]
        width, height = wanted, height * wanted / width
    return width, height
