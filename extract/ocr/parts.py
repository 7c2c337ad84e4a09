"""A page on its way from a picture to text: level, and taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.ocr.blobs import Piece
from extract.ocr.ruled import Stroke
from tableparse.model import Box

Picture = npt.NDArray[Any]
Map = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """A page as it would lie, straight and from above, at SCALE pixels a point: grey levels,
    ink, red ink that was taken off, and the map from its points to those of the page as shown."""

    grey: Picture
    ink: Picture
    red: Picture | None
    to_shown: Map


@dataclass(frozen=True, slots=True)
class Parts:
    """A level page taken apart: rulings in pixels, the grey levels without them, the pieces of
    text, which of them are all that a cell holds, and the cells that hold no text."""

    across: tuple[Stroke, ...]
    down: tuple[Stroke, ...]
    clean: Picture
    pieces: tuple[Piece, ...]
    alone: tuple[bool, ...]
    blank: tuple[Box, ...]
    em: float
