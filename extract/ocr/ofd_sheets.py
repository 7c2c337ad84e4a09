"""Pages of an OFD that are nothing but pictures, put together as a viewer shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extract.errors import CorruptError, LimitError
from extract.ocr.pictures import COARSEST, FINEST, Shown
from extract.readers.images import MAX_PIXELS, image_to_picture
from extract.readers.ofd_geometry import POINTS
from extract.readers.ofd_objects import Drawn, Placed
from extract.readers.ofd_pictures import Pictured, ofd_to_pictured
from tableparse.model import Page

Picture = npt.NDArray[Any]

MAX_PLACED = 60
"""Pictures of one page: scanners write one, or a few strips."""


def ofd_to_pictures(data: bytes) -> Callable[[int], Shown]:
    """A function that gives the picture of a page by its number, from 1.

    It raises CorruptError where the page cannot be shown from its pictures alone (one is missing
    or cannot be unpacked, is drawn through a mask, or paths lie over it), LimitError beyond
    MAX_PLACED."""
    pictured = ofd_to_pictured(data)
    return lambda number: _sheet(pictured, number)


def _sheet(pictured: Pictured, number: int) -> Shown:
    page, drawn = pictured.pages[number - 1], pictured.drawn[number - 1]
    _refuse_mixed(number, drawn)
    placed = [(image, image_to_picture(pictured.file(image))) for image in drawn.images]
    dpi = _resolution(placed, page)
    height, width = (max(1, round(side / 72 * dpi)) for side in (page.height, page.width))
    sheet = np.full((height, width, 3), 255, np.uint8)
    for image, picture in placed:
        _lay(sheet, image, picture, dpi)
    return Shown(sheet, page.width)


def _refuse_mixed(number: int, drawn: Drawn) -> None:
    if len(drawn.images) > MAX_PLACED:
        requested = f"requested={len(drawn.images)}, granted={MAX_PLACED}"
        raise LimitError(f"page {number} has too many pictures ({requested})")
    first = min((image.seqno for image in drawn.images), default=0)
    over = any(path["seqno"] > first for path in drawn.paths)
    if over or any(image.mixed for image in drawn.images):
        raise CorruptError(f"page {number} draws over its picture, or through a mask: not read")


def _resolution(placed: Sequence[tuple[Placed, Picture]], page: Page) -> float:
    """The finest of the pictures' own, in dpi, within what recognition needs."""
    found = [picture.shape[1] / max(i.matrix.across, 0.1) * 25.4 for i, picture in placed]
    dpi = min(max([COARSEST, *found]), FINEST)
    most = (MAX_PIXELS / max(page.width * page.height, 1.0)) ** 0.5 * 72
    return float(min(dpi, most))


def _lay(sheet: Picture, image: Placed, picture: Picture, dpi: float) -> None:
    """The picture on the sheet, clipped by its boundary."""
    height, width = picture.shape[:2]
    scale = POINTS / 72 * dpi
    m = image.matrix
    # the middle of a pixel is half a pixel from its corner, on both sides of the map
    affine = np.array([
        [m.a * scale / width, m.c * scale / height, m.e * scale],
        [m.b * scale / width, m.d * scale / height, m.f * scale],
    ])  # fmt: skip
    affine[:, 2] += affine[:, :2] @ (0.5, 0.5) - 0.5
    size = sheet.shape[1], sheet.shape[0]
    smaller = abs(np.linalg.det(affine[:, :2])) < 0.8
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    laid = cv2.warpAffine(picture, affine, size, flags=how, borderValue=(255, 255, 255))
    whole = np.full((height, width), 255, np.uint8)
    inside = cv2.warpAffine(whole, affine, size, flags=cv2.INTER_NEAREST) > 0
    x0, top, x1, bottom = (round(side / 72 * dpi) for side in image.box)
    clip = np.zeros(sheet.shape[:2], bool)
    clip[max(top, 0) : max(bottom, 0), max(x0, 0) : max(x1, 0)] = True
    sheet[inside & clip] = laid[inside & clip]
