"""Ink to lines of text: pieces of ink, cut apart along white rows, and along wide white columns
where no ruling parts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]

GRAIN = 4
"""Pixels: pieces of ink smaller than this each way are grain, not print."""
USUAL = 29.0
"""Pixels that a character is high where a page does not tell."""
NEAR = 0.3
"""Share of a character's height that is white between labels of several lines side by side."""
HIGHER = 1.3
"""Times a character's height from which a part is no single line."""
SMALL = 0.6
"""Share of the height of most characters on a page that the smallest are high."""
CLOSE, APART = 0.2, 0.4
"""Shares of a character's height that are white between its parts, and between its strokes."""
FLAT = 0.2
"""Share of a character's height that a stroke across is high at most."""
LARGEST = 0.5
"""Share of a page's side from which a piece of ink is no character."""


class Blob(NamedTuple):
    """A connected piece of ink: its rectangle in pixels, half-open, and its ink in pixels."""

    x0: int
    top: int
    x1: int
    bottom: int
    ink: int


class Piece(NamedTuple):
    """A line of text, or a part of one: its rectangle in pixels and its pieces of ink."""

    x0: int
    top: int
    x1: int
    bottom: int
    blobs: tuple[Blob, ...]

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.x1 - self.x0


def ink_to_blobs(ink: Picture) -> list[Blob]:
    """All pieces of ink that may be print, grain left out."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = ink.shape
    rows = stats[1:count]
    large = (rows[:, 2] >= GRAIN) | (rows[:, 3] >= GRAIN)
    small = (rows[:, 2] < LARGEST * width) & (rows[:, 3] < LARGEST * height)
    return [Blob(x, y, x + w, y + h, area) for x, y, w, h, area in rows[large & small].tolist()]


def blobs_to_piece(blobs: Sequence[Blob]) -> Piece:
    """The piece that these make up."""
    return Piece(
        min(b.x0 for b in blobs),
        min(b.top for b in blobs),
        max(b.x1 for b in blobs),
        max(b.bottom for b in blobs),
        tuple(sorted(blobs)),
    )


def cut_rows(blobs: Sequence[Blob]) -> list[list[Blob]]:
    """Parts between which there is a row without ink, top to bottom."""
    return _cut(blobs, 1, 3, 0)


def cut_columns(blobs: Sequence[Blob], gap: float) -> list[list[Blob]]:
    """Parts between which there are more than `gap` columns without ink, left to right."""
    return _cut(blobs, 0, 2, gap)


def _cut(blobs: Sequence[Blob], low: int, high: int, gap: float) -> list[list[Blob]]:
    parts: list[list[Blob]] = []
    end = float("-inf")
    for blob in sorted(blobs, key=lambda b: b[low]):
        if blob[low] >= end + gap:
            parts.append([])
        parts[-1].append(blob)
        end = max(end, blob[high])
    return parts


def cell_to_pieces(blobs: Sequence[Blob], em: float) -> list[Piece]:
    """The lines of a cell, top to bottom. Strokes that lie apart (二, 三) are one line as long
    as they are no higher than a character together."""
    lines: list[list[Blob]] = []
    for part in cut_rows(blobs):
        if lines and _is_one_line(lines[-1], part, em):
            lines[-1] = [*lines[-1], *part]
        else:
            lines.append(part)
    return [blobs_to_piece(line) for line in lines]


def _is_one_line(upper: Sequence[Blob], lower: Sequence[Blob], em: float) -> bool:
    a, b = blobs_to_piece(upper), blobs_to_piece(lower)
    if b.bottom - a.top > 1.15 * em or b.top - a.bottom > 0.45 * em:
        return False
    return min(a.height, b.height) < 0.6 * em


def free_to_pieces(blobs: Sequence[Blob], em: float) -> list[Piece]:
    """The lines of text that stand in no cell, parted where more than a character's width is
    white: by turns along rows and columns, so that lines side by side do not disturb."""
    found = [piece for band in cut_rows(blobs) for piece in _cut_up(band, em)]
    return _merged(found, em)


def _cut_up(part: Sequence[Blob], em: float) -> list[Piece]:
    """The lines of a part, of which those that stand beside others may lie at other heights:
    cut along wide white columns, else along white rows, else, where it is higher than a line,
    at its widest white column however narrow: labels over many rows stand near those of the
    rows."""
    whole = blobs_to_piece(part)
    local = _size(part)
    size = max(em, local)
    parts = cut_columns(part, max(SMALL * em, local or em))
    if len(parts) == 1 and whole.height > HIGHER * size:
        parts = [list(line.blobs) for line in cell_to_pieces(part, size)]
        if len(parts) == 1:
            parts = _at_widest(cut_columns(part, NEAR * size))
    if len(parts) == 1:
        return [whole]
    return [piece for one in parts for line in _lines(one, size) for piece in _cut_up(line, em)]


def _at_widest(columns: list[list[Blob]]) -> list[list[Blob]]:
    """Columns as two parts, the widest white between them: a narrower one may be the room that
    a bracket leaves in lines over one another."""
    if len(columns) < 2:
        return columns
    pieces = [blobs_to_piece(column) for column in columns]
    _, at = max((b.x0 - a.x1, i) for i, (a, b) in enumerate(pairwise(pieces), 1))
    return [list(chain(*columns[:at])), list(chain(*columns[at:]))]


def _lines(part: Sequence[Blob], size: float) -> list[list[Blob]]:
    """A part cut along its white rows; one that is as high as a line is one."""
    if blobs_to_piece(part).height <= HIGHER * size:
        return [list(part)]
    return [list(line.blobs) for line in cell_to_pieces(part, size)]


def _size(band: Sequence[Blob]) -> float:
    """The height of the characters of a line, whatever that of most on the page."""
    heights = [b.bottom - b.top for b in band]
    return float(np.percentile(heights, 80)) if len(heights) >= 4 else 0.0


def _merged(pieces: Sequence[Piece], em: float) -> list[Piece]:
    """Pieces that are parts of one line of characters: strokes over one another (二), and what
    stands beside them within a character's width."""
    found: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.top, p.x0)):
        for i, other in enumerate(found):
            beside = piece.x0 < other.x1 + em and other.x0 < piece.x1 + em
            union = max(piece.bottom, other.bottom) - min(piece.top, other.top)
            strokes = union <= 1.2 * em and min(piece.height, other.height) < 0.6 * em
            if beside and (strokes or _is_one_character(other, piece, em)):
                found[i] = blobs_to_piece((*other.blobs, *piece.blobs))
                break
        else:
            found.append(piece)
    return found


def _is_one_character(a: Piece, b: Piece, em: float) -> bool:
    """Whether two pieces over one another are as wide as they are high together (告, 三), and no
    two lines of a narrow label."""
    common = min(a.x1, b.x1) - max(a.x0, b.x0)
    width = max(a.x1, b.x1) - min(a.x0, b.x0)
    height = max(a.bottom, b.bottom) - min(a.top, b.top)
    gap = max(a.top, b.top) - min(a.bottom, b.bottom)
    if height > 1.25 * em and (_is_several(a, em) or _is_several(b, em)):
        return False
    near = CLOSE if min(a.height, b.height) > FLAT * height else APART
    return (
        common >= 0.6 * min(a.width, b.width)
        and 0.75 * height <= width <= 1.35 * height
        and gap <= near * height
    )


def _is_several(piece: Piece, em: float) -> bool:
    """Whether a piece is characters side by side rather than a part of one: as high as the
    smallest characters are, and parted by a white column or far wider than high."""
    if piece.height < SMALL * em:
        return False
    wide = piece.width >= 2 * piece.height and len(piece.blobs) > 2
    return wide or len(cut_columns(piece.blobs, 1)) > 1


def blobs_to_em(blobs: Sequence[Blob]) -> float:
    """The height of most characters in pixels."""
    heights = [
        p.height
        for part in cut_rows(blobs)
        for p in [blobs_to_piece(part)]
        if p.width > 3 * p.height and 10 <= p.height <= 120
    ]
    singles = [b.bottom - b.top for b in blobs if 10 <= b.bottom - b.top <= 90]
    if len(singles) >= 8:
        # parts of characters are lower than characters: what is high is whole
        return float(np.percentile(singles, 80))
    return float(np.median(heights)) if heights else USUAL


def blobs_to_glyphs(blobs: Sequence[Blob]) -> list[Blob]:
    """Pieces of ink over one another as one glyph each, left to right."""
    glyphs: list[Blob] = []
    for blob in sorted(blobs):
        if glyphs:
            last = glyphs[-1]
            common = min(last.x1, blob.x1) - max(last.x0, blob.x0)
            if common > 0.5 * min(last.x1 - last.x0, blob.x1 - blob.x0):
                glyphs[-1] = Blob(
                    min(last.x0, blob.x0),
                    min(last.top, blob.top),
                    max(last.x1, blob.x1),
                    max(last.bottom, blob.bottom),
                    last.ink + blob.ink,
                )
                continue
        glyphs.append(blob)
    return glyphs
