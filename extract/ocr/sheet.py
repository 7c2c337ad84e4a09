"""A picture of a page to the page: level, its rulings found, its cells and lines read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extract.detectors.plumber import page_to_grids
from extract.ocr.blobs import (
    Blob,
    Piece,
    blobs_to_em,
    cell_to_pieces,
    free_to_pieces,
    ink_to_blobs,
)
from extract.ocr.figures import Seen, read_pieces
from extract.ocr.level import ink_to_level
from extract.ocr.parts import Level, Parts
from extract.ocr.recogniser import Recogniser
from extract.ocr.ruled import SCALE, ink_to_rulings, rulings_to_mask
from extract.ocr.tone import colours_to_tone, grey_to_ink
from extract.ocr.traces import find_traces
from tableparse.grid import GridError, boxes_to_grid
from tableparse.model import Box, Char, Page, Ruling, Sight

Picture = npt.NDArray[Any]
Map = npt.NDArray[np.float64]

SAMPLES = 5
OPENING, CLOSING = "（《【〔“", "），。、：；》】〕”"
HALF = 0.45
"""Share of its size that a wide bracket or comma leaves white on one side."""
DENSE = 0.85
"""Characters to a square of a line's height from which it is one."""
UPRIGHT = 0.55
"""Mean certainty of some lines from which a page is taken to be the right way up."""


def picture_to_level(picture: Picture, width: float) -> Level:
    """The page level and clean; `width` is the width of the page as shown in points."""
    scale = picture.shape[1] / width
    if scale > 1.15 * SCALE:
        shrink = SCALE / scale
        picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        scale = picture.shape[1] / width
    tone = colours_to_tone(picture, scale)
    level = ink_to_level(grey_to_ink(tone.grey))
    to_points = np.diag([1 / scale, 1 / scale, 1.0])
    grow = np.diag([SCALE / scale, SCALE / scale, 1.0])
    rows, columns = picture.shape[:2]
    size = (round(columns * SCALE / scale), round(rows * SCALE / scale))
    turned = grow @ level
    grey = cv2.warpPerspective(tone.grey, turned, size, flags=cv2.INTER_CUBIC, borderValue=255)
    red = None
    if tone.red is not None:
        red = cv2.warpPerspective(tone.red, turned, size, flags=cv2.INTER_NEAREST, borderValue=0)
    back = to_points @ np.linalg.inv(turned) @ np.diag([SCALE, SCALE, 1.0])
    return Level(grey, grey_to_ink(grey), red, back)


def turn_level(level: Level, quarters: int) -> Level:
    """The page turned clockwise by so many quarters."""
    if not quarters % 4:
        return level
    rows, columns = level.grey.shape
    w, h = columns / SCALE, rows / SCALE
    # from the turned page's points back to those of the page before
    back = {
        1: np.array([[0, 1, 0], [-1, 0, h], [0, 0, 1.0]]),
        2: np.array([[-1, 0, w], [0, -1, h], [0, 0, 1.0]]),
        3: np.array([[0, -1, w], [1, 0, 0], [0, 0, 1.0]]),
    }[quarters % 4]

    def turned(picture: Picture) -> Picture:
        return np.ascontiguousarray(np.rot90(picture, -quarters))

    red = None if level.red is None else turned(level.red)
    return Level(turned(level.grey), turned(level.ink), red, level.to_shown @ back)


def level_to_parts(level: Level) -> Parts:
    """Rulings, cells and the text in and around them."""
    across, down = ink_to_rulings(level.ink)
    mask = rulings_to_mask(level.ink, across, down)
    ink = cv2.bitwise_and(level.ink, cv2.bitwise_not(mask))
    clean = level.grey.copy()
    clean[mask > 0] = 255
    blobs = ink_to_blobs(ink)
    em = blobs_to_em(blobs)
    cells = _cells(_page(level, across, down))
    held, free = _by_cell(blobs, cells)
    pieces: list[Piece] = []
    alone: list[bool] = []
    for inside in held.values():
        lines = cell_to_pieces(inside, em)
        pieces += lines
        alone += [len(lines) == 1] * len(lines)
    lines = free_to_pieces(free, em)
    pieces += lines
    alone += [True] * len(lines)
    blank = tuple(box for i, box in enumerate(cells) if i not in held)
    return Parts(tuple(across), tuple(down), clean, tuple(pieces), tuple(alone), blank, em)


def _page(level: Level, across: Sequence[Any], down: Sequence[Any]) -> Page:
    rows, columns = level.ink.shape
    rulings = [Ruling(s.start / SCALE, s.at / SCALE, s.end / SCALE, s.at / SCALE) for s in across]
    rulings += [Ruling(s.at / SCALE, s.start / SCALE, s.at / SCALE, s.end / SCALE) for s in down]
    return Page(1, columns / SCALE, rows / SCALE, (), tuple(rulings))


def _cells(page: Page) -> list[Box]:
    """The rectangles of all cells, those of a table within a frame before the frame's own."""
    found: list[Box] = []
    for grid in page_to_grids(page):
        try:
            spans = boxes_to_grid(grid.boxes)
        except GridError:
            continue
        if len(spans.xs) > 2:
            found += [spans.span_box(s) for s in spans.spans]
    return sorted(found, key=lambda b: (b.x1 - b.x0) * (b.bottom - b.top))


def _by_cell(
    blobs: Sequence[Blob], cells: Sequence[Box]
) -> tuple[dict[int, list[Blob]], list[Blob]]:
    """Pieces of ink by the number of the cell under their middle, and those in none."""
    if not cells or not blobs:
        return {}, list(blobs)
    edges = np.array(cells) * SCALE
    held: dict[int, list[Blob]] = {}
    free = []
    for blob in blobs:
        x, y = (blob.x0 + blob.x1) / 2, (blob.top + blob.bottom) / 2
        inside = (edges[:, 0] <= x) & (x < edges[:, 2]) & (edges[:, 1] <= y) & (y < edges[:, 3])
        where = int(inside.argmax())
        if inside[where]:
            held.setdefault(where, []).append(blob)
        else:
            free.append(blob)
    return dict(sorted(held.items())), free


def parts_to_page(recogniser: Recogniser, level: Level, parts: Parts, number: int) -> Page:
    """The page with its characters, rulings and what was seen of its figures."""
    seen = read_pieces(recogniser, parts.clean, parts.pieces, parts.alone, parts.em)
    page = _page(level, parts.across, parts.down)
    chars: list[Char] = []
    sights: list[Sight] = []
    for run, one in enumerate(seen):
        chars += piece_to_chars(one, run, parts.em)
        box = Box(*(edge / SCALE for edge in one.piece[:4]))
        sights.append(Sight(box, one.text, round(one.score, 4), one.clear, one.choices))
    sights += [Sight(box, "", 0.0, False) for box in find_traces(level, parts)]
    return Page(number, page.width, page.height, tuple(chars), page.rulings, sights=tuple(sights))


def piece_to_chars(seen: Seen, run: int, em: float) -> list[Char]:
    """The characters of a piece, spread over it as they were read, each em high. Wide brackets
    and commas have their ink in one half of their width: the piece has the other half as well."""
    piece = seen.piece
    count = len(seen.text)
    if not count:
        return []
    middle = (piece.top + piece.bottom) / 2 / SCALE
    size = max(piece.height, 0.7 * em) / SCALE
    left, right = piece.x0 / SCALE, piece.x1 / SCALE
    left -= HALF * size if seen.text[0] in OPENING else 0.0
    right += HALF * size if seen.text[-1] in CLOSING else 0.0
    wide = (right - left) / count
    return [
        Char(
            text,
            left + i * wide,
            middle - size / 2,
            left + (i + 1) * wide,
            middle + size / 2,
            size,
            run,
        )
        for i, text in enumerate(seen.text)
    ]


def turn_upright(recogniser: Recogniser, level: Level, first: int = 0) -> tuple[int, Level, Parts]:
    """By how many quarters the page has to be turned clockwise to be the right way up, told by
    how certain some of its lines read, and the page so turned; `first` is tried first."""
    best: tuple[int, Level, Parts] | None = None
    score = -1.0
    for quarters in (first, *(q for q in range(4) if q != first)):
        turned = turn_level(level, quarters)
        parts = level_to_parts(turned)
        sample = sorted(
            (p for p in parts.pieces if 3 * p.height < p.width < 14 * p.height),
            key=lambda p: -p.width,
        )[:SAMPLES]
        seen = read_pieces(recogniser, parts.clean, sample, [False] * len(sample), parts.em)
        certainty = float(np.mean([_certainty(s) for s in seen])) if seen else 0.0
        if best is None or certainty > score:
            best, score = (quarters, turned, parts), certainty
        if certainty >= UPRIGHT:
            break
    assert best is not None
    return best


def _certainty(seen: Seen) -> float:
    """How certain a line of at least three characters was read; never enough alone where they
    stand farther apart than in a line: across the lines of a page on its side, whose characters
    the model knows, too."""
    if len(seen.text) < 3:
        return 0.0
    dense = len(seen.text) * seen.piece.height >= DENSE * seen.piece.width
    return seen.score if dense else seen.score * UPRIGHT / 2
