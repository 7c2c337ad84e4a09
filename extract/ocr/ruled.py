"""The rulings of a level page, by morphology: runs of ink too long for strokes of characters,
their gaps bridged, and kept where they end at lines that cross them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]

SCALE = 3.0
"""Pixels a point of the pages that are looked at."""
GAP = 9
"""Pixels of a broken line that are bridged before lines are looked for."""
RUN_ACROSS, RUN_DOWN = 45, 33
"""Pixels of the shortest run each way: wider than a character, lower than a row."""
PIECE = 15
"""Pixels of the shortest piece of a broken line."""
BESIDE = 4
"""Pixels beside a line at which there is paper: along a line of text there is ink."""
INKED, CROWDED = 0.7, 0.4
"""Share of a line's length that is ink at least, and that is ink beside it at most."""
THICK = 12
"""Pixels of the thickest ruling; thicker ones are bars, unless they are very long."""
MEETS, TOUCHES = 9.0, 5.0
"""Pixels within which the end of a line is at a line that crosses it; where nothing but that tells
it from a stroke of a character, they are fewer."""
SURE_ACROSS, SURE_DOWN = 300.0, 130.0
"""Pixels from which a line needs no other at its ends."""
OVERHANG = 60.0
"""Pixels that a line may seem to run on beyond its table."""
BENT = 8.0
"""Pixels beside a ruling within which runs of ink are still of it: it is bent, or aslant."""
BREAK = 40.0
"""Pixels between the pieces of one line that stop half-way between crossing lines."""
SAME = 6.0
"""Pixels by which pieces of one line may lie beside one another."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight ruling in pixels: `at` across its direction, from `start` to `end` along it."""

    at: float
    start: float
    end: float
    thick: float

    @property
    def length(self) -> float:
        """Pixels along it."""
        return self.end - self.start


def ink_to_rulings(ink: Picture) -> tuple[list[Stroke], list[Stroke]]:
    """(across, down): the rulings of a level page's ink (255), top to bottom and left to right."""
    across = _strokes(ink, RUN_ACROSS)
    down = _strokes(np.ascontiguousarray(ink.T), RUN_DOWN)
    across, down = _joined(across), _joined(down)
    while True:
        kept_across = [s for s in across if s.length >= SURE_ACROSS or _is_held(s, down)]
        kept_down = [s for s in down if s.length >= SURE_DOWN or _is_held(s, kept_across)]
        if len(kept_across) == len(across) and len(kept_down) == len(down):
            break
        across, down = kept_across, kept_down
    across, down = _mended(across, down), _mended(down, across)
    return _trimmed(across, down), _trimmed(down, across)


def _strokes(ink: Picture, run: int) -> list[Stroke]:
    """Level runs of ink as strokes."""
    thick = cv2.dilate(ink, np.ones((2, 1), np.uint8))  # a line may step by a pixel
    pieces = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, PIECE), np.uint8))
    bridged = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, np.ones((1, GAP), np.uint8))
    runs = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    count, labels, stats, middles = cv2.connectedComponentsWithStats(runs)
    found = []
    for i in range(1, count):
        x, _, w, h, area = (float(v) for v in stats[i])
        mean = area / w
        if mean > THICK and mean * 20 > w:
            continue
        if h > THICK + 0.02 * w + 4:
            continue  # a frame of thick strokes, a picture
        if not _is_apart(ink, labels, i, stats[i]):
            continue
        found.append(Stroke(float(middles[i][1]), x, x + w, mean))
    return sorted(found, key=lambda s: (s.at, s.start))


def _is_apart(ink: Picture, labels: Any, i: int, stats: Any) -> bool:
    """Whether a run of ink stands by itself: ink along it, paper on both sides of it."""
    x, y, w, h, _ = (int(v) for v in stats)
    own = labels[y : y + h, x : x + w] == i
    inked = (own & (ink[y : y + h, x : x + w] > 0)).any(axis=0).mean()
    if inked < INKED:
        return False
    columns = np.arange(w)
    highest = y + own.argmax(axis=0) - BESIDE
    lowest = y + h - 1 - own[::-1].argmax(axis=0) + BESIDE
    some = own.any(axis=0)
    for rows in (highest, lowest):
        inside = some & (rows >= 0) & (rows < ink.shape[0])
        if inside.any() and (ink[rows[inside], x + columns[inside]] > 0).mean() > CROWDED:
            return False
    return True


def _joined(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Pieces of one line that follow each other within a few pixels, as one."""
    lines: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda s: s.start):
        for i, line in enumerate(lines):
            if abs(line.at - stroke.at) <= SAME and -2 * GAP <= stroke.start - line.end <= GAP:
                lines[i] = _union(line, stroke)
                break
        else:
            lines.append(stroke)
    return sorted(lines, key=lambda s: (s.at, s.start))


def _union(a: Stroke, b: Stroke) -> Stroke:
    weight = a.length + b.length
    at = (a.at * a.length + b.at * b.length) / weight
    thick = (a.thick * a.length + b.thick * b.length) / weight
    return Stroke(at, min(a.start, b.start), max(a.end, b.end), thick)


def _is_held(stroke: Stroke, crossing: Sequence[Stroke]) -> bool:
    """Whether lines cross it at both of its ends: a stroke of a character hangs free."""
    return all(_ends_at(end, stroke.at, crossing, TOUCHES) for end in (stroke.start, stroke.end))


def _mended(lines: Sequence[Stroke], crossing: Sequence[Stroke]) -> list[Stroke]:
    """Pieces of one line joined where both stop between crossing lines: a line that ends where
    it should ends at another."""
    found: list[Stroke] = []
    for line in sorted(lines, key=lambda s: s.start):
        for i, before in enumerate(found):
            gap = line.start - before.end
            if abs(before.at - line.at) > SAME or not -SAME <= gap <= BREAK:
                continue
            if not (
                _ends_at(before.end, line.at, crossing) and _ends_at(line.start, line.at, crossing)
            ):
                found[i] = _union(before, line)
                break
        else:
            found.append(line)
    return sorted(found, key=lambda s: (s.at, s.start))


def _ends_at(end: float, at: float, crossing: Sequence[Stroke], near: float = MEETS) -> bool:
    return any(
        abs(line.at - end) <= near and line.start - MEETS <= at <= line.end + MEETS
        for line in crossing
    )


def _trimmed(lines: Sequence[Stroke], crossing: Sequence[Stroke]) -> list[Stroke]:
    """Lines cut back to the outermost one that crosses them, where they run on a little beyond
    it by themselves: into a stroke of a character above. Where others run on as far, a frame
    stays open at a page's end."""

    def outer(line: Stroke) -> tuple[float, float]:
        at = [c.at for c in crossing if c.start - MEETS <= line.at <= c.end + MEETS]
        at = [a for a in at if line.start - MEETS <= a <= line.end + MEETS]
        return (min(at), max(at)) if len(at) > 1 else (line.start, line.end)

    found = []
    for line in lines:
        low, high = outer(line)
        start, end = line.start, line.end
        beyond = [o for o in lines if o is not line]
        if MEETS < low - start < OVERHANG and _alone(start, low, [o.start for o in beyond]):
            start = low
        if MEETS < end - high < OVERHANG and _alone(end, high, [o.end for o in beyond]):
            end = high
        found.append(replace(line, start=start, end=end))
    return found


def _alone(end: float, crossed: float, others: Sequence[float]) -> bool:
    """Whether fewer lines end where one does than at the line that it crosses."""
    with_it = sum(abs(o - end) <= MEETS for o in others)
    return with_it < sum(abs(o - crossed) <= MEETS for o in others)


def rulings_to_mask(
    ink: Picture, across: Sequence[Stroke], down: Sequence[Stroke], margin: float = 1.5
) -> Picture:
    """Where the rulings of the ink are (255): along each, with a margin in pixels, and what runs
    on beside it where it is bent."""
    straight = np.zeros(ink.shape, np.uint8)
    beside = np.zeros(ink.shape, np.uint8)
    for line in across:
        _fill(straight, line, margin)
        _fill(beside, line, BENT)
    for line in down:
        _fill(straight.T, line, margin)
        _fill(beside.T, line, BENT)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, RUN_ACROSS), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((RUN_DOWN, 1), np.uint8))
    runs = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    return cv2.bitwise_or(straight, cv2.bitwise_and(runs, beside))


def _fill(mask: Picture, line: Stroke, margin: float) -> None:
    half = line.thick / 2 + margin
    top, bottom = max(round(line.at - half), 0), round(line.at + half) + 1
    mask[top:bottom, max(round(line.start), 0) : round(line.end) + 1] = 255
