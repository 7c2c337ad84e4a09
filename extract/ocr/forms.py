"""The form of a single stroke: what tells a slash, a dash and a one apart when the model, which
sees a lone stroke without anything beside it, does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.ocr.blobs import Piece

Picture = npt.NDArray[Any]

SLANTED, UPRIGHT = 0.24, 0.1
"""Columns a row by which a slash leans at least, and a one at most."""
STRAIGHT = 0.09
"""Share of its height by which the ink of a stroke lies beside its middle, on the average."""
FLAT = 1.6
"""Times its height that a dash is wide at least."""
LOW = 0.22
"""Share of a character's height that a dash is high at most."""
DARK = 150
"""Grey level up to which a pixel is ink."""


def piece_to_form(clean: Picture, piece: Piece, em: float) -> str | None:
    """ "slash", "upright" or "dash" for a piece that is one stroke, None for any other."""
    if len(piece.blobs) != 1:
        return None
    if piece.height <= LOW * em and piece.width >= FLAT * piece.height:
        return "dash"
    ink = clean[piece.top : piece.bottom, piece.x0 : piece.x1] < DARK
    rows, columns = np.nonzero(ink)
    if len(np.unique(rows)) < 6:
        return None
    slope, start = np.polyfit(rows, columns, 1)
    beside = float(np.abs(columns - (slope * rows + start)).mean()) / piece.height
    if beside > STRAIGHT:
        return None
    if slope <= -SLANTED:
        return "slash"
    return "upright" if abs(slope) <= UPRIGHT else None


def with_form(candidates: Sequence[tuple[str, float]], form: str | None) -> list[tuple[str, float]]:
    """The candidates with those that the form rules out counted for the one that it shows."""
    if form is None:
        return list(candidates)
    right, wrong = {
        "slash": ("/", {"1", "/"}),
        "upright": ("1", {"1", "/"}),
        "dash": ("-", {"-", ".", ",", "/", "1", ""}),
    }[form]
    moved = sum(p for text, p in candidates if text in wrong)
    kept = [(text, p) for text, p in candidates if text not in wrong]
    return sorted([*kept, (right, moved)], key=lambda pair: -pair[1])
