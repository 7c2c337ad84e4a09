"""Cells that seem blank and may not be: ink too pale to be read, or of a seal's colour. A cell is
blank only where there is nothing; else what stands there is not known.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extract.ocr.parts import Level, Parts
from extract.ocr.ruled import SCALE
from tableparse.model import Box

Picture = npt.NDArray[Any]

PALE = 0.86
"""Share of the paper's brightness below which there is something on it."""
INSET = 5
"""Pixels along a cell's edge that are left out: the shadow of its ruling."""
HIGH = 0.4
"""Share of a character's height that a trace of a figure is high at least."""
FULL = 0.12
"""Share of its rectangle that a trace covers at least: grain is thinner."""


def find_traces(level: Level, parts: Parts) -> list[Box]:
    """The places, in points, of what may be a figure in cells that hold no text."""
    if not parts.blank:
        return []
    soft = cv2.GaussianBlur(parts.clean, (0, 0), 1.6)
    pale = soft < PALE * 255
    found = []
    for box in parts.blank:
        x0, top, x1, bottom = (round(edge * SCALE) for edge in box)
        inner = slice(top + INSET, bottom - INSET), slice(x0 + INSET, x1 - INSET)
        red = None if level.red is None else level.red[inner]
        if not pale[inner].size:
            continue
        if _has_trace(pale[inner], parts.em) or (red is not None and _is_held(red, parts.em)):
            found.append(box)
    return found


def _has_trace(where: Picture, em: float) -> bool:
    count, _, stats, _ = cv2.connectedComponentsWithStats(where.astype(np.uint8))
    for _, _, w, h, area in stats[1:count].tolist():
        if h >= HIGH * em and area >= FULL * w * h:
            return True
    return False


def _is_held(red: Picture, em: float) -> bool:
    """Whether red ink stands in the cell and does not run over its edge, as a seal's does."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((red > 0).astype(np.uint8))
    height, width = red.shape
    for x, y, w, h, _ in stats[1:count].tolist():
        if h >= HIGH * em and x > 0 and y > 0 and x + w < width and y + h < height:
            return True
    return False
