"""The pictures of a document's pages: pages of a PDF drawn, frames of picture files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from extract.errors import CorruptError
from extract.readers.images import MAX_PIXELS, Frames
from extract.sniff import OFD, PDF
from extract.source import Source

Picture = npt.NDArray[Any]

DRAWN = 216
"""dpi at which pages are drawn that are no picture themselves."""
COARSEST, FINEST = 72, 300
"""dpi between which a scanned page is drawn at its picture's own resolution."""
LARGE = 0.3
"""Share of a page that a picture covers whose resolution is taken for the page's."""


class Shown(NamedTuple):
    """A page's picture, and the page's width as shown in points."""

    picture: Picture
    width: float


def source_to_pictures(source: Source) -> Callable[[int], Shown]:
    """A function that gives the picture of a page by its number, from 1."""
    if source.media_type == PDF:
        return lambda number: _drawn(source.data, number)
    if source.media_type == OFD:
        from extract.ocr.ofd_sheets import ofd_to_pictures

        return ofd_to_pictures(source.data)
    frames = Frames(source.data)
    return lambda number: _frame(frames, number - 1)


def image_to_shown(data: bytes) -> Shown:
    """The first frame of a picture file.

    Raises CorruptError and LimitError, as the reader of picture files does."""
    return _frame(Frames(data), 0)


def _frame(frames: Frames, index: int) -> Shown:
    return Shown(frames.picture(index), frames.width(index))


def _drawn(data: bytes, number: int) -> Shown:
    from extract.readers.pdf import BROKEN

    try:
        return _pdf_picture(data, number)
    except BROKEN as error:
        raise CorruptError(f"page {number} cannot be drawn") from error


def _pdf_picture(data: bytes, number: int) -> Shown:
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as pdf:
        page = pdf[number - 1]
        dpi = _page_dpi(page)
        most = (MAX_PIXELS / max(page.rect.width * page.rect.height, 1.0)) ** 0.5 * 72
        pixmap = page.get_pixmap(dpi=int(min(dpi, most)), alpha=False)
        shape = pixmap.height, pixmap.width, pixmap.n
        colours = np.frombuffer(pixmap.samples, np.uint8).reshape(shape)
        width = float(page.rect.width)
    if shape[2] == 1:
        return Shown(np.ascontiguousarray(colours[:, :, 0]), width)
    return Shown(np.ascontiguousarray(colours[:, :, 2::-1]), width)


def _page_dpi(page: Any) -> int:
    area = abs(page.rect.width * page.rect.height) or 1.0
    found = 0.0
    for info in page.get_image_info():
        x0, top, x1, bottom = info["bbox"]
        if (x1 - x0) * (bottom - top) >= LARGE * area:
            sides = sorted((info["width"], info["height"]))
            spans = sorted((x1 - x0, bottom - top))
            found = max(found, *(72 * a / b for a, b in zip(sides, spans, strict=True)))
    return round(min(max(found, COARSEST), FINEST)) if found else DRAWN


def pdf_to_image_shares(data: bytes, numbers: Iterable[int]) -> dict[int, float]:
    """The share of each of these pages, by its number, that pictures cover; none of a page that
    does not open, which the reader has said."""
    import pymupdf

    from extract.readers.pdf import BROKEN

    shares = {}
    with suppress(*BROKEN), pymupdf.open(stream=data, filetype="pdf") as pdf:
        for number in numbers:
            with suppress(*BROKEN):
                page = pdf[number - 1]
                area = abs(page.rect.width * page.rect.height) or 1.0
                boxes = [pymupdf.Rect(i["bbox"]) & page.rect for i in page.get_image_info()]
                covered = sum(max(b.width, 0) * max(b.height, 0) for b in boxes)
                shares[number] = min(covered / area, 1.0)
    return shares
