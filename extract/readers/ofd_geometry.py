"""The small languages inside of OFD attributes: numbers, boxes, matrices, offsets of
characters, path data and colours.

Lengths here are the package's own (millimetres, y down); `POINTS` makes points of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

POINTS = 72 / 25.4
"""Points in a millimetre."""
LEVEL = 1e-3
"""Millimetres by which the side of a rectangle may lean."""
OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""Operators of path data and how many numbers follow each."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_TOKEN = re.compile(r"[A-Za-z]+|[^\sA-Za-z,]+(?:[eE][+-]?\d+)?")

Point = tuple[float, float]


class DamagedError(ValueError):
    """An attribute that does not say what it must."""


class Matrix(NamedTuple):
    """An affine map: x' = a x + c y + e, y' = b x + d y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> Point:
        """Where a point goes."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, other: Matrix) -> Matrix:
        """This map, then the other."""
        e, f = other.point(self.e, self.f)
        return Matrix(
            other.a * self.a + other.c * self.b,
            other.b * self.a + other.d * self.b,
            other.a * self.c + other.c * self.d,
            other.b * self.c + other.d * self.d,
            e,
            f,
        )

    @property
    def across(self) -> float:
        """How much longer a level line becomes."""
        return math.hypot(self.a, self.b)

    @property
    def scale(self) -> float:
        """How much longer lines become on the whole."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))


def text_to_number(text: str) -> float:
    """A plain finite decimal number. Raises DamagedError for anything else."""
    if not _NUMBER.fullmatch(text.strip()) or len(text) > 40:
        raise DamagedError(f"no number: {text[:20]!r}")
    number = float(text)
    if abs(number) > 1e6:
        raise DamagedError(f"a number beyond any page: {text[:20]!r}")
    return number


def text_to_numbers(text: str | None, count: int) -> list[float]:
    """That many numbers, parted by blanks. Raises DamagedError otherwise."""
    words = (text or "").replace(",", " ").split()
    if len(words) != count:
        raise DamagedError(f"{len(words)} numbers for {count}")
    return [text_to_number(word) for word in words]


def text_to_matrix(text: str | None) -> Matrix:
    """A CTM attribute; the identity where there is none. Raises DamagedError."""
    return Matrix() if text is None else Matrix(*text_to_numbers(text, 6))


def text_to_offsets(text: str | None, most: int) -> list[float] | None:
    """DeltaX or DeltaY: numbers, where `g n v` is v n times; at most `most` of them. None
    where there is no such attribute. Raises DamagedError."""
    if text is None or not text.strip():
        return None
    words = text.replace(",", " ").split()
    found: list[float] = []
    at = 0
    while at < len(words):
        if words[at] == "g":
            if at + 2 >= len(words) or not words[at + 1].isdecimal():
                raise DamagedError("a repetition without count or value")
            times = int(words[at + 1][:9])
            found += [text_to_number(words[at + 2])] * min(times, most)
            at += 3
        else:
            found.append(text_to_number(words[at]))
            at += 1
    return found[:most]


def text_to_bool(text: str | None, default: bool) -> bool:
    """An xs:boolean attribute. Raises DamagedError for other words."""
    if text is None:
        return default
    if text.strip().lower() in ("true", "1"):
        return True
    if text.strip().lower() in ("false", "0"):
        return False
    raise DamagedError(f"neither true nor false: {text[:20]!r}")


def text_to_color(text: str | None) -> tuple[float, ...]:
    """A colour's Value (0 to 255 or #hex, one to four of them) as shares of 1, in PyMuPDF's
    way: gray, RGB or CMYK. A colour without Value (a pattern, a shading) is a middle gray.
    Raises DamagedError."""
    if text is None:
        return (0.5,)
    found = []
    for word in text.replace(",", " ").split():
        try:
            part = int(word[1:], 16) if word.startswith("#") else text_to_number(word)
        except ValueError as error:
            raise DamagedError("no colour") from error
        found.append(min(max(part / 255, 0.0), 1.0))
    if len(found) not in (1, 3, 4):
        raise DamagedError("no colour")
    return tuple(found)


def text_to_subpaths(text: str) -> list[tuple[list[Point], bool, bool]]:
    """AbbreviatedData as (points, closed, straight): curves lead to their end points, and
    make their subpath crooked. Raises DamagedError for anything that is no path data."""
    found: list[tuple[list[Point], bool, bool]] = []
    points: list[Point] = []
    straight = True
    words = _TOKEN.findall(text)
    at = 0

    def finish(closed: bool) -> None:
        nonlocal points, straight
        if len(points) > 1:
            found.append((points, closed, straight))
        points, straight = ([points[0]] if closed and points else []), True

    while at < len(words):
        operator = words[at]
        count = OPERANDS.get(operator)
        if count is None or at + count >= len(words):
            raise DamagedError("no path data")
        numbers = [text_to_number(word) for word in words[at + 1 : at + 1 + count]]
        at += 1 + count
        if operator == "C":
            finish(closed=True)
        elif operator in ("S", "M"):
            finish(closed=False)
            points = [(numbers[0], numbers[1])]
        elif not points:
            raise DamagedError("a path without start")
        else:
            straight = straight and operator == "L"
            points.append((numbers[-2], numbers[-1]))
    finish(closed=False)
    return found


def subpaths_to_items(
    subpaths: Sequence[tuple[list[Point], bool, bool]], matrix: Matrix
) -> list[Any]:
    """Subpaths on the page in points as the items of PyMuPDF's drawings: `re` for upright
    rectangles, `l` for other straight sides, `c` for the rest."""
    items: list[Any] = []
    for points, closed, straight in subpaths:
        placed = [matrix.point(x, y) for x, y in points]
        shown = [(x * POINTS, y * POINTS) for x, y in placed]
        if not straight:
            items.append(("c", *shown))
        elif _is_rectangle(placed, closed):
            xs, ys = [x for x, _ in shown], [y for _, y in shown]
            items.append(("re", (min(xs), min(ys), max(xs), max(ys))))
        else:
            ends = [*shown, shown[0]] if closed and len(shown) > 2 else shown
            items += [("l", a, b) for a, b in pairwise(ends) if a != b]
    return items


def _is_rectangle(points: list[Point], closed: bool) -> bool:
    if len(points) == 5:
        (ax, ay), (bx, by) = points[0], points[4]
        if abs(ax - bx) > LEVEL or abs(ay - by) > LEVEL:
            return False
    elif len(points) != 4 or not closed:
        return False
    corners = points[:4]
    level = [abs(a[1] - b[1]) <= LEVEL for a, b in _sides(corners)]
    upright = [abs(a[0] - b[0]) <= LEVEL for a, b in _sides(corners)]
    return (level[0] and level[2] and upright[1] and upright[3]) or (
        upright[0] and upright[2] and level[1] and level[3]
    )


def _sides(corners: list[Point]) -> list[tuple[Point, Point]]:
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))
