"""A document's pages that have no usable text, recognised in their pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from extract.beat import enter, is_skipped
from extract.ocr.cutting import cut_long, pages_to_stretches, stretch_page
from extract.ocr.pictures import Shown
from extract.ocr.recogniser import load_recogniser
from extract.ocr.sheet import level_to_parts, parts_to_page, picture_to_level, turn_upright
from tableparse.model import Box, Finding, Page

Map = npt.NDArray[np.float64]

MAX_SEEN = 40
"""Pages of a document that are recognised."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a recognised page lies on the document's own: its number there, and the map from
    points of the level page to points of the page as shown."""

    number: int
    to_shown: tuple[tuple[float, float, float], ...]

    def box(self, box: Box) -> Box:
        """The rectangle on the page as shown that holds what `box` holds on the level page."""
        corners = [(x, y, 1.0) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
        points = np.array(corners) @ np.array(self.to_shown).T
        x, y = points[:, 0] / points[:, 2], points[:, 1] / points[:, 2]
        return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


@dataclass(frozen=True, slots=True)
class Seen:
    """Pages as recognised, numbered in the order of all pages, where each lies on the
    document's own pages, and what is to be said of them."""

    pages: tuple[Page, ...]
    frames: Mapping[int, Frame]
    notes: tuple[Finding, ...]


def see_pages(
    pages: Sequence[Page], why: Mapping[int, str], pictures: Callable[[int], Shown]
) -> Seen:
    """All pages, those that `why` names (with the reason) recognised in their pictures.

    Raises DependencyError where the extra `ocr` is not installed, and what the picture of a page
    raises."""
    recogniser = load_recogniser()
    found: list[Page] = []
    frames: dict[int, Frame] = {}
    notes: list[Finding] = []
    quarters = 0
    seen = 0
    for page in pages:
        left = seen >= MAX_SEEN or is_skipped("ocr", page.number)
        if page.number not in why or left:
            found.append(replace(page, number=len(found) + 1))
            frames[len(found)] = Frame(page.number, _to_rows(np.eye(3)))
            continue
        seen += 1
        enter("ocr", page.number)
        shown = pictures(page.number)
        level = picture_to_level(shown.picture, shown.width)
        quarters, level, parts = turn_upright(recogniser, level, quarters)
        for part in cut_long(level):
            number = len(found) + 1
            own = parts if part is level else level_to_parts(part)
            found.append(parts_to_page(recogniser, part, own, number))
            frames[number] = Frame(page.number, _to_rows(part.to_shown))
        notes.append(_note(page.number, why[page.number], quarters))
    for number, stretch in pages_to_stretches(found).items():
        found[number - 1] = stretch_page(found[number - 1], stretch)
        back = [[1 / stretch.ratio, 0, -stretch.shift / stretch.ratio], [0, 1, 0], [0, 0, 1]]
        frame = frames[number]
        frames[number] = Frame(frame.number, _to_rows(np.array(frame.to_shown) @ np.array(back)))
    return Seen(tuple(found), frames, tuple(notes))


def _to_rows(matrix: Map) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)


def _note(number: int, why: str, quarters: int) -> Finding:
    turned = f", turned by {90 * quarters} degrees" if quarters else ""
    message = f"page {number} has {why}: it was recognised in its picture{turned}"
    return Finding("ocr.page", "info", "unknown", message)
