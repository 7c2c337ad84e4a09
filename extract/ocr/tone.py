"""Colours to clean grey: light evened out, red ink taken off, dark surroundings made white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]

RED = 36
"""Levels by which red must outshine green and blue in the ink of a seal."""
WINDOW = 15
"""Points: paper shows somewhere in every square of this size."""
DARK = 0.5
"""Share of the paper's brightness below which what reaches the picture's edge is no paper."""
INK = (0.55, 0.78)
"""Shares of the paper's brightness between which the limit of ink is looked for."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A page in grey levels, paper 255, and where red ink was taken off it (None: no red)."""

    grey: Picture
    red: Picture | None


def colours_to_tone(bgr: Picture, scale: float) -> Tone:
    """Grey levels of a coloured page at `scale` pixels a point.

    Red ink is judged by the channel in which it is as bright as paper: black under it stays."""
    red: Picture | None = None
    if bgr.ndim == 3:
        grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        blue, green, reds = cv2.split(cv2.GaussianBlur(bgr, (0, 0), 0.9))
        other = cv2.max(blue, green)
        mask = _mask(cv2.subtract(reds, other) > RED)
        if cv2.countNonZero(mask) > 30 * scale * scale:
            red = mask
            near = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=2)
            # the ink of the seal becomes paper, and what lies under it keeps its contrast
            brightness = max(float(np.percentile(bgr[:, :, 2][mask > 0], 60)), 60.0)
            bright = float(np.percentile(grey[::7, ::7], 90))
            lifted = cv2.convertScaleAbs(bgr[:, :, 2], alpha=max(bright / brightness, 1.0) * 1.04)
            grey = np.where(near > 0, lifted, grey)
    else:
        grey = bgr
    return Tone(_evened(grey, scale), red)


def _evened(grey: Picture, scale: float) -> Picture:
    """The page with its paper at 255, whatever light fell on it."""
    step = max(1, round(WINDOW * scale / 8))
    small = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((9, 9), np.uint8))
    paper = cv2.medianBlur(paper, 9)
    paper = cv2.GaussianBlur(paper, (0, 0), 4)
    edge = _surroundings(small)
    size = (grey.shape[1], grey.shape[0])
    light = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(grey, np.maximum(light, 1), scale=255)
    if edge is not None:
        even[cv2.resize(edge, size, interpolation=cv2.INTER_NEAREST) > 0] = 255
    return even


def _surroundings(small: Picture) -> Picture | None:
    """What is dark and reaches the edge of the picture: the lid of a scanner, a desk."""
    bright = float(np.percentile(small, 90))
    dark = _mask(small < DARK * bright)
    # what lies around the picture is taken for dark, so that the thinnest strip hangs on to it
    rim = 4
    dark = cv2.copyMakeBorder(dark, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=255)
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(dark)
    found = (labels == labels[0, 0]).astype(np.uint8)[rim:-rim, rim:-rim]
    if not found.any():
        return None
    return cv2.dilate(found, np.ones((7, 7), np.uint8))


def grey_to_ink(grey: Picture) -> Picture:
    """Where there is ink (255): darker than half-way between the paper and the page's ink."""
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    level, _ = cv2.threshold(soft[::3, ::3], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    level = min(max(level, INK[0] * 255), INK[1] * 255)
    return _mask(soft < level)


def _mask(where: npt.NDArray[Any]) -> Picture:
    return where.astype(np.uint8) * np.uint8(255)
