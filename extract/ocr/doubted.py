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
from tableparse.labels import fold
from tableparse.model import Page
from tableparse.whitespace import Piece, chars_to_pieces

LINES = 6
"""Pieces of a page's lines that are recognised."""
LEAST = 4
"""Characters that such a piece has at least."""
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
            SequenceMatcher(None, fold(shown), fold(piece.text)).ratio()
            for shown, piece in zip(read, pieces, strict=True)
        ]
        if statistics.median(alike) < ALIKE:
            found.append(page.number)
        elif not found:
            agreeing += 1
            if agreeing == AGREEING:
                break
    return found


def _pieces(page: Page) -> list[Piece]:
    """The longest pieces of the page's lines."""
    long = [piece for piece in chars_to_pieces(page.chars) if len(piece.text) >= LEAST]
    return sorted(long, key=lambda piece: len(piece.text), reverse=True)[:LINES]


def _crops(pieces: Sequence[Piece], shown: Shown) -> Iterator[Picture]:
    picture = shown.picture
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    scale = grey.shape[1] / shown.width
    for piece in pieces:
        wide, high = 0.2 * piece.size, 0.1 * piece.size
        edges = (piece.x0 - wide, piece.top - high, piece.x1 + wide, piece.bottom + high)
        x0, y0, x1, y1 = (max(round(edge * scale), 0) for edge in edges)
        crop = grey[y0:y1, x0:x1]
        yield fit_line(crop if crop.size else np.full((8, 8), 255, np.uint8))
