"""Text that disagrees with its own picture: some of a page's lines are recognised where they
stand, and compared with what the text layer says of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import cv2
import numpy as np

from extract.beat import enter, is_skipped
from extract.ocr.ctc import steps_to_text
from extract.ocr.pictures import Picture, Shown, source_to_pictures
from extract.ocr.recogniser import fit_line, load_recogniser
from extract.source import Source
from tableparse.fill import chars_to_lines
from tableparse.labels import fold
from tableparse.model import Char, Page

LINES = 6
"""Pieces of a page's lines that are recognised."""
LEAST, MOST = 4, 30
"""Characters of such a piece."""
LEAST_LINES = 3
"""Pieces without which nothing is said of a page."""
ALIKE = 0.5
"""Likeness (difflib ratio) of what is shown to what is said, from which they agree."""
AGREEING = 2
"""Pages that agree after which the others are believed: one document has one way of writing."""


def disagreeing_pages(source: Source, pages: Sequence[Page]) -> list[int]:
    """The numbers of the pages whose text is not what they show. Pages that lie on their side
    and pages with little text are not looked at.

    Raises DependencyError where the extra `ocr` is not installed, and what drawing raises."""
    recogniser = load_recogniser()
    pictures = source_to_pictures(source)
    found: list[int] = []
    agreeing = 0
    for page in pages:
        pieces = [] if page.turn else _pieces(page)
        if len(pieces) < LEAST_LINES or is_skipped("ocr", page.number):
            continue
        enter("ocr", page.number)
        crops = list(_crops(pieces, pictures(page.number)))
        read = (steps_to_text(recogniser, steps)[0] for steps in recogniser.read(crops))
        alike = [
            SequenceMatcher(None, fold(shown), fold("".join(c.text for c in piece))).ratio()
            for shown, piece in zip(read, pieces, strict=True)
        ]
        if statistics.median(alike) < ALIKE:
            found.append(page.number)
        elif not found:
            agreeing += 1
            if agreeing == AGREEING:
                break
    return found


def _pieces(page: Page) -> list[list[Char]]:
    """Pieces of lines in which characters stand close, the longest ones."""
    found: list[list[Char]] = []
    for line in chars_to_lines(c for c in page.chars if not c.text.isspace()):
        piece: list[Char] = []
        for char in line:
            if piece and (char.x0 - piece[-1].x1 > char.size or len(piece) == MOST):
                found.append(piece)
                piece = []
            piece.append(char)
        found.append(piece)
    long = [piece for piece in found if len(piece) >= LEAST]
    return sorted(long, key=len, reverse=True)[:LINES]


def _crops(pieces: Sequence[Sequence[Char]], shown: Shown) -> Iterator[Picture]:
    picture = shown.picture
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    scale = grey.shape[1] / shown.width
    for piece in pieces:
        size = max(c.size for c in piece)
        left, right = min(c.x0 for c in piece), max(c.x1 for c in piece)
        top, bottom = min(c.top for c in piece), max(c.bottom for c in piece)
        edges = (left - 0.2 * size, top - 0.1 * size, right + 0.2 * size, bottom + 0.1 * size)
        x0, y0, x1, y1 = (max(round(edge * scale), 0) for edge in edges)
        crop = grey[y0:y1, x0:x1]
        yield fit_line(crop if crop.size else np.full((8, 8), 255, np.uint8))
