"""A page's grids and characters to its tables and the lines of text around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tableparse.fill import chars_to_lines, chars_to_table
from tableparse.grid import GridError, SpanGrid, boxes_to_grid
from tableparse.model import Box, Char, Grid, Line, Page, Ruling, Table

MARGIN = 0.11
"""Share of a page's height, above and below, in which page numbers and running titles stand."""
LEAST_COLUMNS = 2
"""Columns that a table has at least; boxes under one another are framed prose."""
_PAGE_NUMBER = re.compile(
    r"[-—–―－·.\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/,，共]\s*共?\s*\d{1,4}\s*页?)?[-—–―－·.\s]*"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A table where it stands: page from 1, rectangle in points."""

    table: Table
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class PageText:
    """A page taken apart: its tables, the lines outside of them, top to bottom, and how many
    characters were given and put somewhere (the two are equal, or a character is lost)."""

    number: int
    height: float
    tables: tuple[Placed, ...]
    lines: tuple[Line, ...]
    given: int
    placed: int


def page_to_text(page: Page, grids: Sequence[Grid]) -> PageText:
    """Fill the grids from the page's characters, smallest grid first: a frame around a table
    does not swallow the table's text. What is in no grid becomes lines."""
    rest: list[Char] = list(page.chars)
    tables: list[Placed] = []
    placed = 0
    for grid in sorted(grids, key=_area):
        try:
            spans = boxes_to_grid(grid.boxes)
        except GridError:
            continue
        if len(spans.xs) < LEAST_COLUMNS + 1:
            continue
        box = Box(spans.xs[0], spans.ys[0], spans.xs[-1], spans.ys[-1])
        reach = _with_overhang(box, spans, rest, page.rulings)
        near, _ = _split(rest, Box(reach.x0 - BESIDE, reach.top, reach.x1 + BESIDE, reach.bottom))
        _, rest = _split(rest, reach)
        filled = chars_to_table(spans, near, page.number)
        placed += filled.placed
        tables.append(Placed(filled.table, page.number, box))
    lines = tuple(_lines(page.number, rest))
    return PageText(
        page.number,
        page.height,
        tuple(sorted(tables, key=lambda t: (t.box.top, t.box.x0))),
        lines,
        len(page.chars),
        placed + len(rest),
    )


BESIDE = 12.0
"""Points beside a table within which a figure of its outer columns may run on."""
OVERHANG = 1.2
"""Times the font size that may lie between the last line of a cell and its overhang."""
AT_FOOT = 3.0
"""Points within which a ruling closes the foot of a cell."""


def _with_overhang(
    box: Box, grid: SpanGrid, chars: Sequence[Char], rulings: Sequence[Ruling]
) -> Box:
    """The table's box, reaching further down over lines that hang out of its open foot.

    Browsers draw no border under a cell that goes on overleaf, and print a label that is
    longer than its part of the page below it. Figures never hang out.
    """
    below = [c for c in chars if (c.top + c.bottom) / 2 >= box.bottom and not c.text.isspace()]
    if not below or min(c.top for c in below) > box.bottom + OVERHANG * below[0].size:
        return box
    closing = [r for r in rulings if r.top == r.bottom and abs(r.top - box.bottom) <= AT_FOOT]
    feet = [grid.span_box(s) for s in grid.spans if s.r1 == len(grid.ys) - 1]
    ruled = any(r.x0 == r.x1 and abs(r.bottom - box.bottom) <= AT_FOOT for r in rulings)
    opened = [b for b in feet if ruled and not _is_closed(b, closing)]
    bottom = box.bottom
    for line in chars_to_lines(below):
        first = line[0]
        inside = all(any(b.x0 <= c.x0 and c.x1 <= b.x1 for b in opened) for c in line)
        figures = any(c.text.isdigit() for c in line)
        if not inside or figures or first.top > bottom + OVERHANG * first.size:
            break
        bottom = first.bottom
    return Box(box.x0, box.top, box.x1, bottom)


def _is_closed(foot: Box, closing: Sequence[Ruling]) -> bool:
    """Whether rulings run under a cell, solid or in dots: under a third of its width or more."""
    under = sum(max(0.0, min(r.x1, foot.x1) - max(r.x0, foot.x0)) for r in closing)
    return 3 * under >= foot.x1 - foot.x0


def _area(grid: Grid) -> float:
    return (max(b.x1 for b in grid.boxes) - min(b.x0 for b in grid.boxes)) * (
        max(b.bottom for b in grid.boxes) - min(b.top for b in grid.boxes)
    )


def _split(chars: Iterable[Char], box: Box) -> tuple[list[Char], list[Char]]:
    x0, top, x1, bottom = box
    inside: list[Char] = []
    outside: list[Char] = []
    for char in chars:
        if x0 <= (char.x0 + char.x1) / 2 < x1 and top <= (char.top + char.bottom) / 2 < bottom:
            inside.append(char)
        else:
            outside.append(char)
    return inside, outside


def _lines(number: int, chars: Sequence[Char]) -> list[Line]:
    found = []
    for line in chars_to_lines(chars):
        text = "".join(_unrepeated(line))
        if not text.strip():
            continue
        inked = [c for c in line if not c.text.isspace()]
        box = Box(
            inked[0].x0,
            min(c.top for c in inked),
            max(c.x1 for c in inked),
            max(c.bottom for c in inked),
        )
        found.append(Line(text.strip(), number, box, max(c.size for c in inked)))
    return found


def _unrepeated(line: Sequence[Char]) -> Iterable[str]:
    last: Char | None = None
    for char in line:
        if last is None or char.text != last.text or char.x0 - last.x0 >= 0.25 * char.size:
            yield char.text
        last = char


def without_furniture(pages: Sequence[PageText]) -> tuple[PageText, ...]:
    """The pages without page numbers and running titles: lines in the margins that are
    numbers, or that stand at the same height on another page with the same words."""
    seen: dict[tuple[str, int], set[int]] = {}
    for page in pages:
        for line in page.lines:
            if _in_margin(line, page.height):
                seen.setdefault(_signature(line), set()).add(page.number)

    def kept(page: PageText) -> tuple[Line, ...]:
        return tuple(
            line
            for line in page.lines
            if not (
                _in_margin(line, page.height)
                and (_PAGE_NUMBER.fullmatch(line.text) or len(seen[_signature(line)]) > 1)
            )
        )

    return tuple(PageText(p.number, p.height, p.tables, kept(p), p.given, p.placed) for p in pages)


def _signature(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", "".join(line.text.split())), round(line.box.top / 4)


def _in_margin(line: Line, height: float) -> bool:
    return line.box.bottom < MARGIN * height or line.box.top > (1 - MARGIN) * height
