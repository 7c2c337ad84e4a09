"""Text objects of OFD to runs of placed glyphs, in the form of PyMuPDF's `get_texttrace`.

A text object says where each character stands (start and offsets), never how wide it is:
widths are offsets to the next where these are plausible, else those of a usual font.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lxml import etree

from extract.readers.ofd_geometry import (
    POINTS,
    DamagedError,
    Matrix,
    text_to_number,
    text_to_offsets,
)

ASCENT, DESCENT = 0.88, 0.12
"""Share of the size above and below the baseline, as in pdf_chars."""
MAX_RUN = 100_000
"""Characters of one text object."""
UNKNOWN = 0xFFFD
WIDE = 0x2E80
"""Code point from which characters are as wide as high; dashes and quotes of Chinese fonts
stand below it."""
WIDE_MARKS = frozenset("—‘’“”…·×÷①②③④⑤⑥⑦⑧⑨⑩")
SLIM_MARKS = frozenset(".,:;'|!")
DIRECTIONS = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}
"""Where characters run for an angle (clockwise) in an object's own axes, y down."""

Glyph = tuple[int, int, tuple[float, float], tuple[float, float, float, float]]


def text_object_to_span(element: etree._Element, matrix: Matrix) -> Iterator[dict[str, Any]]:
    """A run for each TextCode, on the page in points. `matrix` leads from the object's own
    millimetres to the page's. Raises DamagedError."""
    size = text_to_number(element.get("Size") or "")
    stretch = text_to_number(element.get("HScale") or "1")
    if size <= 0 or stretch <= 0:
        raise DamagedError("text without size")
    reading = _direction(element, "ReadDirection")
    upright = _direction(element, "CharDirection")
    brush = _Brush(matrix, upright, size, stretch)
    x = y = 0.0
    written = 0
    for code in element:
        if str(code.tag).rpartition("}")[2] != "TextCode":
            continue
        x = _start(code, "X", x)
        y = _start(code, "Y", y)
        text = _code_text(code)
        written += len(text)
        if written > MAX_RUN:
            raise DamagedError(f"more than {MAX_RUN} characters")
        if text:
            origins = _origins(code, text, (x, y), reading, size * stretch, size)
            yield brush.span([ord(c) for c in text], origins)
    if not written:
        yield from _untold(element, brush, (x, y))


def _direction(element: etree._Element, name: str) -> tuple[float, float]:
    angle = text_to_number(element.get(name) or "0") % 360
    if angle not in DIRECTIONS:
        raise DamagedError(f"a {name} that is no quarter turn")
    return DIRECTIONS[int(angle)]


def _start(code: etree._Element, name: str, before: float) -> float:
    """X or Y of a TextCode; that of the one before where it has none."""
    value = code.get(name)
    return before if value is None else text_to_number(value)


def _code_text(code: etree._Element) -> str:
    """The text without the line breaks that a printer of XML puts around it; elements inside
    are none of the standard's."""
    if len(code):
        raise DamagedError("elements inside of text")
    text = code.text or ""
    if "\n" in text or "\r" in text:
        text = text.strip("\r\n\t ")
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")


def _origins(
    code: etree._Element,
    text: str,
    start: tuple[float, float],
    reading: tuple[float, float],
    width: float,
    size: float,
) -> list[tuple[float, float]]:
    """Where each character stands, in the object's own millimetres."""
    across = text_to_offsets(code.get("DeltaX"), len(text))
    down = text_to_offsets(code.get("DeltaY"), len(text))
    if across is None and down is not None:
        reading = DIRECTIONS[90]
    x, y = start
    found = [(x, y)]
    for i, char in enumerate(text[:-1]):
        told = False
        for offsets, (ux, uy) in ((across, (1, 0)), (down, (0, 1))):
            if offsets is not None and i < len(offsets):
                x, y = x + offsets[i] * ux, y + offsets[i] * uy
                told = True
        if not told:
            step = _ems(char) * (width if reading[0] else size)
            x, y = x + reading[0] * step, y + reading[1] * step
        found.append((x, y))
    return found


def _untold(
    element: etree._Element, brush: _Brush, start: tuple[float, float]
) -> Iterator[dict[str, Any]]:
    """Glyphs that are drawn without any text: characters that nobody can read from the file."""
    count = 0
    for child in element:
        if str(child.tag).rpartition("}")[2] == "CGTransform":
            count += sum(len((g.text or "").split()) for g in child)
    if count:
        yield brush.span([UNKNOWN] * min(count, MAX_RUN), [start] * min(count, MAX_RUN))


def _ems(char: str) -> float:
    if ord(char) >= WIDE or char in WIDE_MARKS:
        return 1.0
    return 0.25 if char in SLIM_MARKS else 0.5


class _Brush:
    """Sets glyphs of one size and direction on the page."""

    def __init__(
        self, matrix: Matrix, upright: tuple[float, float], size: float, stretch: float
    ) -> None:
        self.matrix = matrix
        ux, uy = upright
        ax, ay = matrix.a * ux + matrix.c * uy, matrix.b * ux + matrix.d * uy
        bx, by = -matrix.a * uy + matrix.c * ux, -matrix.b * uy + matrix.d * ux
        across, high = math.hypot(ax, ay), math.hypot(bx, by)
        if across < 1e-6 or high < 1e-6:
            raise DamagedError("text squeezed to nothing")
        self.direction = (ax / across, ay / across)
        self.size = size * high * POINTS
        self.em = size * stretch * across * POINTS
        # a mirrored glyph hangs below its baseline
        self.mirrored = ax * by - ay * bx < 0

    def span(self, codes: list[int], origins: list[tuple[float, float]]) -> dict[str, Any]:
        """The run in PyMuPDF's form."""
        ux, uy = self.direction
        nx, ny = -uy, ux  # from the baseline downwards
        above, below = ASCENT * self.size, DESCENT * self.size
        lift = (ASCENT - DESCENT) * self.size if self.mirrored else 0.0
        placed = []
        for x, y in origins:
            px, py = self.matrix.point(x, y)
            placed.append((px * POINTS + nx * lift, py * POINTS + ny * lift))
        glyphs: list[Glyph] = []
        for i, (code, (x, y)) in enumerate(zip(codes, placed, strict=True)):
            width = self._width(code, (x, y), placed[i + 1] if i + 1 < len(placed) else None)
            xs = (x - nx * above, x + ux * width - nx * above, x + nx * below,
                  x + ux * width + nx * below)  # fmt: skip
            ys = (y - ny * above, y + uy * width - ny * above, y + ny * below,
                  y + uy * width + ny * below)  # fmt: skip
            glyphs.append((code, 0, (x, y), (min(xs), min(ys), max(xs), max(ys))))
        boxes = [glyph[3] for glyph in glyphs]
        return {
            "dir": self.direction,
            "wmode": 0,
            "size": self.size,
            "chars": glyphs,
            "bbox": (
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            ),
        }

    def _width(
        self, code: int, here: tuple[float, float], after: tuple[float, float] | None
    ) -> float:
        usual = _ems(chr(code)) * self.em
        if after is None:
            return usual
        ux, uy = self.direction
        step = (after[0] - here[0]) * ux + (after[1] - here[1]) * uy
        return step if 0.2 * usual < step < usual else usual
