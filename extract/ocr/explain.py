"""Whether a figure's ink is what its digits and marks leave: as many glyphs, of one height, in
their order, and nothing over. The model does not count; this does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extract.ocr.blobs import Blob, Piece, blobs_to_glyphs

Picture = npt.NDArray[Any]

DIGITS = frozenset("0123456789")
TALL = 0.66
"""Share of the highest glyph's height from which one is a digit; lower ones are marks."""
NEAR = 0.38
"""Share of a digit's height up to which digits stand apart; in a wider gap a point may have
faded, so it has to be white."""
CLOSE = 0.28
"""The same in darker ink, where a point may have gone with the paler: no point has room there."""
EDGE = 3
"""Pixels by which darker ink may end before all of it does."""
NARROW = 0.4
"""Share of its height that a digit which touches another is wide at least."""
TOUCHING = 0.95
"""Share of its height that it is wide at most."""
WHITE = 200
"""Grey level below which there is something in a gap."""
DARKER = 120
"""Grey level of ink without the blur at its edge."""
FOOT = 0.35
"""Share of a line's height, from below, in which its points stand."""
LEAST = 3
"""Pixels of the smallest point."""
FLAT = 0.4
"""Share of a digit's height that a minus is high at most."""


def is_explained(text: str, piece: Piece, clean: Picture) -> bool:
    """Whether the ink of a piece on a page without rulings is that of the text: as it was found,
    or its darker part alone, in which what touches comes apart."""
    dark = _dark_blobs(piece, clean)
    return _explains(text, _with_points(piece, dark), clean, NEAR) or _explains(
        text, _darker(piece, dark), clean, CLOSE
    )


def _dark_blobs(piece: Piece, clean: Picture) -> list[Blob]:
    """Pieces of ink without the blur at its edge, points among them."""
    ink = (clean[piece.top : piece.bottom, piece.x0 : piece.x1] < DARKER).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x0, y0 = piece.x0, piece.top
    return [
        Blob(x0 + x, y0 + y, x0 + x + w, y0 + y + h, area)
        for x, y, w, h, area in stats[1:count].tolist()
        if area >= LEAST
    ]


def _with_points(piece: Piece, dark: Sequence[Blob]) -> list[Blob]:
    """The ink as it was found, and what is in its gaps as dark as print, at the foot of the line,
    that was taken for grain: points."""
    foot = piece.bottom - FOOT * piece.height
    points = [
        b for b in dark if b.top >= foot and all(b.x1 <= c.x0 or c.x1 <= b.x0 for c in piece.blobs)
    ]
    return [*piece.blobs, *points]


def _darker(piece: Piece, found: list[Blob]) -> list[Blob]:
    """The darker part alone, if it is all that there is."""
    # what is pale altogether (a sign, a point) must not go without being missed
    reaches = found and (
        min(b.x0 for b in found) <= piece.x0 + EDGE and max(b.x1 for b in found) >= piece.x1 - EDGE
    )
    kept = all(any(b.x0 < c.x1 and c.x0 < b.x1 for c in found) for b in piece.blobs)
    return found if reaches and kept else []


def _explains(text: str, blobs: Sequence[Blob], clean: Picture, near: float) -> bool:
    glyphs = blobs_to_glyphs(blobs)
    if not glyphs:
        return False
    if not any(c in DIGITS for c in text):
        return len(text) == 1 and (text == "无" or len(glyphs) == 1)
    if text[0] in "+-":
        glyphs, signed = _without_sign(text[0], glyphs, clean)
        if not signed:
            return False
        text = text[1:]
    height = max(g.bottom - g.top for g in glyphs)
    count = sum(c in DIGITS for c in text)
    tall = [g for g in glyphs if g.bottom - g.top >= TALL * height]
    if len(tall) == count and all(g.x1 - g.x0 <= TOUCHING * height for g in tall):
        order = "".join("d" if g in tall else "m" for g in glyphs)
    else:
        order = _touching(glyphs, tall, count, height)
    if order != "".join("d" if c in DIGITS else "m" for c in text):
        return False
    return all(
        b.x0 - a.x1 <= near * height or _is_white(a, b, clean)
        for a, b in pairwise(glyphs)
        if a in tall and b in tall
    )


def _touching(glyphs: Sequence[Blob], tall: Sequence[Blob], count: int, height: int) -> str:
    """The order of digits and marks where digits touch: each glyph is as many as it is wide."""
    wide = sum(g.x1 - g.x0 for g in tall)
    pitch = wide / max(count, 1)
    if not NARROW * height <= pitch <= TOUCHING * height:
        return ""
    return "".join("d" * max(1, round((g.x1 - g.x0) / pitch)) if g in tall else "m" for g in glyphs)


def _is_white(a: Blob, b: Blob, clean: Picture) -> bool:
    """Whether nothing has faded between two glyphs: a point leaves at least a shadow."""
    gap = clean[min(a.top, b.top) : max(a.bottom, b.bottom) + 3, a.x1 + 2 : b.x0 - 2]
    return gap.size > 0 and int(gap.min()) >= WHITE


def _without_sign(sign: str, glyphs: Sequence[Blob], clean: Picture) -> tuple[list[Blob], bool]:
    """The glyphs behind a sign, and whether there is one: ink of its form, by itself or, for a
    minus, as the flat beginning of the first glyph."""
    first = glyphs[0]
    width, height = first.x1 - first.x0, first.bottom - first.top
    if len(glyphs) > 1 and sign == "+":
        return list(glyphs[1:]), 0.7 <= width / height <= 1.4
    if len(glyphs) > 1 and width >= 1.5 * height:
        return list(glyphs[1:]), True
    if sign == "+" or width < 0.8 * height:
        return list(glyphs), False
    start = clean[first.top : first.bottom, first.x0 : first.x0 + max(width // 4, 2)] < WHITE
    rows = np.nonzero(start.any(axis=1))[0]
    flat = len(rows) > 0 and int(rows[-1] - rows[0]) + 1 <= FLAT * height
    rest = Blob(first.x0 + width // 3, first.top, first.x1, first.bottom, first.ink)
    return [rest, *glyphs[1:]], flat
