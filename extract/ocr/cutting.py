"""Pages as people know them: a long picture cut into the pages that it shows, and tables on
pages that were scanned a little larger or smaller brought to one width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from extract.ocr.parts import Level
from extract.ocr.ruled import SCALE
from tableparse.model import Box, Char, Page, Ruling, Sight

LONG = 2.2
"""Times its width from which a picture may be several pages under one another."""
SHEET = 1.4142
"""Height of a page as a multiple of its width."""
FITS = 0.08
"""Share of a page by which a picture may miss a whole number of pages, a page."""
NEAR = 0.06
"""Share of a page around the expected end of one within which white is looked for."""
BLANK = 4.0
"""Points of white that lie between two pages at least."""
ALIKE = (0.001, 0.12)
"""Shares of their width by which tables of one document may differ for being scanned."""


def cut_long(level: Level) -> list[Level]:
    """The pages under one another in a long picture; the picture itself where it shows one, or
    none that end in white where pages end."""
    rows, columns = level.ink.shape
    count = round(rows / columns / SHEET)
    whole = rows / columns / SHEET
    if rows < LONG * columns or abs(whole - count) > FITS * count:
        return [level]
    cuts = [0]
    inked = (level.ink > 0).mean(axis=1) > 0.002
    for i in range(1, count):
        cut = _white_row(inked, i * rows / count, NEAR * rows / count)
        if cut is None:
            return [level]
        cuts.append(cut)
    cuts.append(rows)
    return [_part(level, a, b) for a, b in pairwise(cuts)]


def _white_row(inked: Any, at: float, near: float) -> int | None:
    """The middle of the highest white band near a row."""
    best, width, start = None, BLANK * SCALE, None
    low, high = max(int(at - near), 0), min(int(at + near), len(inked) - 1)
    for row in range(low, high + 1):
        if not inked[row]:
            start = row if start is None else start
            if row - start >= width:
                best, width = (start + row) // 2, row - start
        else:
            start = None
    return best


def _part(level: Level, top: int, bottom: int) -> Level:
    down = np.array([[1.0, 0, 0], [0, 1.0, top / SCALE], [0, 0, 1.0]])
    red = None if level.red is None else level.red[top:bottom]
    return Level(level.grey[top:bottom], level.ink[top:bottom], red, level.to_shown @ down)


class Stretch(NamedTuple):
    """x becomes `ratio` times x plus `shift`, in points."""

    ratio: float
    shift: float

    def x(self, at: float) -> float:
        """Where `at` comes to lie."""
        return self.ratio * at + self.shift


def pages_to_stretches(pages: Sequence[Page]) -> Mapping[int, Stretch]:
    """By page number, what brings the tables of a recognised page to the width of those on the
    first one; nothing for pages where they differ much, or not at all."""
    found: dict[int, Stretch] = {}
    wanted: tuple[float, float] | None = None
    for page in pages:
        upright = [r.x0 for r in page.rulings if r.x0 == r.x1]
        if page.sights is None or len(upright) < 2:
            continue
        low, high = min(upright), max(upright)
        wanted = wanted or (low, high)
        ratio = (wanted[1] - wanted[0]) / max(high - low, 1.0)
        if ALIKE[0] < abs(ratio - 1) < ALIKE[1]:
            found[page.number] = Stretch(ratio, wanted[0] - ratio * low)
    return found


def stretch_page(page: Page, stretch: Stretch) -> Page:
    """The page with all that is on it stretched sideways."""
    x = stretch.x

    def box(b: Box) -> Box:
        return Box(x(b.x0), b.top, x(b.x1), b.bottom)

    chars = tuple(Char(c[0], x(c.x0), c.top, x(c.x1), *c[4:]) for c in page.chars)
    rulings = tuple(Ruling(x(r.x0), r.top, x(r.x1), r.bottom) for r in page.rulings)
    sights = tuple(Sight(box(s.box), *s[1:]) for s in page.sights or ())
    return replace(page, chars=chars, rulings=rulings, sights=sights)
