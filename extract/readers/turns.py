"""Turning a page so that its text reads upright, whatever /Rotate says."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

QUARTERS = {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}
"""Direction of writing on the page as stored (y down) to the clockwise turn that levels it."""
LEAN = 0.035
"""Sine of the slant (two degrees) up to which text is level or upright."""


class Turn(NamedTuple):
    """A clockwise turn by `degrees` (0, 90, 180, 270) of a page as stored, whose size is
    `stored_width` x `stored_height` points."""

    degrees: int
    stored_width: float
    stored_height: float

    @property
    def width(self) -> float:
        """Width of the page as turned, in points."""
        return self.stored_height if self.degrees in (90, 270) else self.stored_width

    @property
    def height(self) -> float:
        """Height of the page as turned, in points."""
        return self.stored_width if self.degrees in (90, 270) else self.stored_height

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A stored point to where it is after the turn."""
        if self.degrees == 90:
            return self.stored_height - y, x
        if self.degrees == 180:
            return self.stored_width - x, self.stored_height - y
        if self.degrees == 270:
            return y, self.stored_width - x
        return x, y

    def box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A stored rectangle to where it is after the turn, edges in ascending order."""
        if not self.degrees:
            return box
        ax, ay = self.point(box[0], box[1])
        bx, by = self.point(box[2], box[3])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def direction_to_turn(dx: float, dy: float) -> int | None:
    """The clockwise turn that levels text written in this direction (a unit vector, y down);
    None for text aslant, or of a damaged file whose text goes no way at all."""
    if min(abs(dx), abs(dy)) > LEAN:
        return None
    return QUARTERS.get((round(dx), round(dy)))


def text_turn(trace: list[dict[str, Any]], rotation: int) -> int:
    """The clockwise turn that makes most of a page's text read upright; the page's own
    rotation where it has no level text."""
    votes: Counter[int] = Counter()
    for span in trace:
        dx, dy = span["dir"]
        quarter = 0 if dx == 1.0 else direction_to_turn(dx, dy)
        if quarter is not None and not span["wmode"]:
            votes[quarter] += len(span["chars"])
    return votes.most_common(1)[0][0] if votes else rotation % 360
