"""How a page lies in its picture: its skew, and the perspective of a camera, found from the
lines on it, as one projective map that levels them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]
Map = npt.NDArray[np.float64]
"""A projective map, 3 x 3, of points (x, y, 1)."""

SIDE = 1200
"""Pixels of the longer side at which a page is levelled."""
MOST = 5.0
"""Degrees of skew up to which a page is turned back."""
LEAST_ACROSS, LEAST_DOWN = 4, 3
"""Long lines that a page must have each way for its perspective to be told."""
SPREAD = 4.5
"""Pixels by which a line's ink lies beside the straight one through it: half its thickness, and
what it is bent; two lines that touch lie further."""
BEND = 0.12
"""Share of a page's width by which perspective may move a corner; more is a slip of ours."""


def ink_to_skew(ink: Picture) -> float:
    """Degrees by which the page is turned clockwise (as seen), up to MOST either way: the turn
    at which rows, or columns, of ink stand out best."""
    side = max(ink.shape)
    small = cv2.resize(ink, None, fx=800 / side, fy=800 / side, interpolation=cv2.INTER_AREA)
    small = _square(small)

    def sharpness(degrees: float) -> float:
        turned = _turned(small, degrees)
        best = 0.0
        for axis in (0, 1):
            profile = turned.mean(axis=axis, dtype=np.float64)
            best = max(best, float(np.square(np.diff(profile)).sum()))
        return best

    best, step = 0.0, 0.5
    angles = np.arange(-MOST, MOST + step / 2, step)
    while step > 0.04:
        best = float(max(angles, key=lambda a: (sharpness(a), -abs(a))))
        step /= 3
        angles = best + step * np.arange(-2, 3)
    return best


def _square(picture: Picture) -> Picture:
    height, width = picture.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return cv2.copyMakeBorder(
        picture, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=0
    )


def _turned(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)


def skew_to_map(degrees: float, width: float, height: float) -> Map:
    """The map that turns a page of this size back by `degrees`, about its middle."""
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    found: Map = np.vstack([matrix, [0.0, 0.0, 1.0]])
    return found


def ink_to_level(ink: Picture) -> Map:
    """The map from the pixels of `ink` to where they were if the page lay level and was seen
    from straight above. The page's middle stays about where it is."""
    height, width = ink.shape
    shrink = min(1.0, SIDE / max(height, width))
    small = ink
    if shrink < 1:
        small = cv2.resize(ink, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        small = (small > 80).astype(np.uint8) * np.uint8(255)
    h, w = small.shape
    turn = skew_to_map(ink_to_skew(small), w, h)
    turned = cv2.warpPerspective(small, turn, (w, h), flags=cv2.INTER_LINEAR)
    across = _long_lines(turned)
    down = [(y0, x0, y1, x1) for x0, y0, x1, y1 in _long_lines(turned.T)]
    if len(across) >= LEAST_ACROSS and len(down) >= LEAST_DOWN:
        bend = lines_to_map(np.array(across), np.array(down), w, h)
        turn = bend @ turn
    scale = np.diag([shrink, shrink, 1.0])
    found: Map = np.linalg.inv(scale) @ turn @ scale
    found = found / found[2, 2]
    return found


def _long_lines(ink: Picture) -> list[tuple[float, float, float, float]]:
    """(x0, y0, x1, y1) of the long, nearly level lines, fitted through their pixels."""
    width = ink.shape[1]
    thick = cv2.dilate((ink > 100).astype(np.uint8), np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(24, width // 40)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs)
    found = []
    for i in range(1, count):
        x, y, w, h, _ = stats[i]
        if w < 0.12 * width or h > 0.08 * w + 4:
            continue
        ys, xs = np.nonzero(labels[y : y + h, x : x + w] == i)
        slope, start = np.polyfit(xs, ys, 1)
        rest = np.abs(ys - (slope * xs + start))
        if float(np.percentile(rest, 90)) > SPREAD:
            continue  # two lines that touch, or a curved one
        found.append((float(x), y + start, float(x + w), y + start + slope * w))
    return found


def lines_to_map(across: npt.NDArray[Any], down: npt.NDArray[Any], w: float, h: float) -> Map:
    """The map that makes lines (x0, y0, x1, y1) `across` level and `down` upright, as well as
    one can: four numbers, two of shear and two of perspective, by least squares. The identity
    where the lines tell no such map."""
    unit = max(w, h) / 2
    centre = np.array([w / 2, h / 2, w / 2, h / 2])
    a, d = (across - centre) / unit, (down - centre) / unit

    def rest(p: npt.NDArray[Any]) -> npt.NDArray[Any]:
        level = _moved(a[:, 0:2], p)[:, 1] - _moved(a[:, 2:4], p)[:, 1]
        upright = _moved(d[:, 0:2], p)[:, 0] - _moved(d[:, 2:4], p)[:, 0]
        return np.concatenate([level, upright, 0.02 * p[2:]])

    p = np.zeros(4)
    weight = np.ones(len(a) + len(d) + 2)
    for turn in range(8):
        r = rest(p)
        if turn >= 2:  # lines that lie quite otherwise than the rest say nothing
            weight = 1 / np.maximum(1.0, np.abs(r) / 0.004)
        slopes = np.stack([(rest(p + e) - r) / 1e-6 for e in 1e-6 * np.eye(4)], axis=1)
        step, *_ = np.linalg.lstsq(slopes * weight[:, None], -r * weight, rcond=None)
        p = p + step
    corners = np.array([[x, y] for x in (-w, w) for y in (-h, h)]) / (2 * unit)
    if not np.isfinite(p).all() or np.abs(_moved(corners, p) - corners).max() > 2 * BEND:
        return np.eye(3)
    bend = np.array([[1.0, p[0], 0.0], [p[1], 1.0, 0.0], [p[2], p[3], 1.0]])
    there = np.array([[1 / unit, 0, -w / 2 / unit], [0, 1 / unit, -h / 2 / unit], [0, 0, 1.0]])
    found: Map = np.linalg.inv(there) @ bend @ there
    return found


def _moved(points: npt.NDArray[Any], p: npt.NDArray[Any]) -> npt.NDArray[Any]:
    x, y = points[:, 0], points[:, 1]
    below = p[2] * x + p[3] * y + 1
    return np.stack([(x + p[0] * y) / below, (p[1] * x + y) / below], axis=1)
