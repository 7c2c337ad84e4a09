"""Characters to cells: each exactly once, counted, in reading order.

Single characters are placed, never words (words run across rulings), by their middle. What
makes a text doubtful is said on the cell, with a code of `findings.toml`:

- `cell.unreadable`  a character that no map explains
- `cell.straddle`    a number that runs on over a ruling into the next cell
- `cell.overprint`   different characters drawn over one another
- `cell.lines`       digits on two lines that were not wrapped: two figures in one cell
- `cell.gap`         digits on one line with a wide gap: two figures in one cell
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tableparse.grid import SpanGrid
from tableparse.model import Box, Cell, Char, Span, Table

SAME_LINE = 0.5
"""Share of the font size by which middles may differ on one line (digits sit lower)."""
SAME_GLYPH = 0.25
"""Share of the font size within which the same character drawn again is fake bold."""
RUN_ON = 0.12
"""Share of the font size up to which digits of one run are one number."""
WIDE_GAP = 0.6
"""Share of the font size from which a gap between digits parts two numbers."""
NUMERIC = frozenset("0123456789.０１２３４５６７８９．")


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its text, and how many characters were given and placed."""

    table: Table
    given: int
    placed: int


def chars_to_lines(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters to lines of text, top to bottom, each from left to right.

    Middles within half a font size of the line's first character are one line.
    """
    lines: list[list[Char]] = []
    middle = size = 0.0
    for char in sorted(chars, key=_by_middle):
        here = (char.top + char.bottom) / 2
        if lines and here - middle <= SAME_LINE * min(size, char.size):
            lines[-1].append(char)
        else:
            lines.append([char])
            middle, size = here, char.size
    for line in lines:
        line.sort(key=_by_x)
    return lines


def _by_middle(char: Char) -> float:
    return char.top + char.bottom


def _by_x(char: Char) -> float:
    return char.x0


def chars_to_table(grid: SpanGrid, chars: Sequence[Char], page: int) -> Filled:
    """Put every character whose middle lies on the grid into its cell."""
    xs, ys = grid.xs, grid.ys
    rows, cols = len(ys) - 1, len(xs) - 1
    owner = [[0] * cols for _ in range(rows)]
    for index, span in enumerate(grid.spans):
        for r in range(span.r0, span.r1):
            owner[r][span.c0 : span.c1] = [index] * (span.c1 - span.c0)
    held: list[list[Char]] = [[] for _ in grid.spans]
    straddled: set[int] = set()
    given = placed = 0
    last: Char | None = None
    last_cell = -1
    for char in chars:
        r = bisect_right(ys, (char.top + char.bottom) / 2) - 1
        c = bisect_right(xs, (char.x0 + char.x1) / 2) - 1
        if not (0 <= r < rows and 0 <= c < cols):
            last = None
            continue
        given += 1
        cell = owner[r][c]
        held[cell].append(char)
        placed += 1
        if last is not None and cell != last_cell and _run_on(last, char):
            straddled.update((cell, last_cell))
        last, last_cell = char, cell
    margin = _margin(grid, held)
    cells = tuple(
        _cell(span, grid.span_box(span), held[i], page, margin, i in straddled)
        for i, span in enumerate(grid.spans)
    )
    return Filled(Table(rows, cols, cells, xs), given, placed)


def _run_on(a: Char, b: Char) -> bool:
    """Whether b continues the number that a belongs to, on the same line of the same run."""
    return (
        a.run == b.run
        and a.text in NUMERIC
        and b.text in NUMERIC
        and abs(a.top - b.top) < 0.1 * a.size
        and -RUN_ON * a.size < b.x0 - a.x1 < RUN_ON * a.size
    )


def _margin(grid: SpanGrid, held: list[list[Char]]) -> float:
    """The least distance, on both sides together, that any cell's text keeps from its
    cell: the padding of this table, in points."""
    least = 12.0
    for span, chars in zip(grid.spans, held, strict=True):
        if chars:
            box = grid.span_box(span)
            left = min(c.x0 for c in chars) - box.x0
            right = box.x1 - max(c.x1 for c in chars)
            least = min(least, max(left + right, 0.0))
    return least


def _cell(
    span: Span, box: Box, chars: list[Char], page: int, margin: float, straddled: bool
) -> Cell:
    if not chars:
        return Cell(span, "", page, box)
    doubt = "cell.straddle" if straddled else None
    texts: list[str] = []
    lines = chars_to_lines(chars)
    for line in lines:
        text, odd = _line_to_text(line)
        texts.append(text)
        doubt = doubt or odd
    if len(lines) > 1 and not doubt and _unwrapped(lines, texts, box.x1 - box.x0 - margin):
        doubt = "cell.lines"
    return Cell(span, "".join(texts).strip(), page, box, doubt)


def _line_to_text(line: list[Char]) -> tuple[str, str | None]:
    """The text of a line and what makes it doubtful: glyphs drawn twice are read once, other
    characters over one another, wide gaps between digits and unknown glyphs are told."""
    if len(line) == 1:
        only = line[0].text
        return only, "cell.unreadable" if only == "\ufffd" else None
    doubt: str | None = None
    text = ""
    last: Char | None = None
    for char in line:
        if last is not None:
            step = char.x0 - last.x0
            if step < SAME_GLYPH * char.size and not char.text.isspace():
                if char.text == last.text:
                    continue
                if not last.text.isspace() and step < 0.5 * (last.x1 - last.x0):
                    doubt = "cell.overprint"
            gap = char.x0 - last.x1
            if gap > WIDE_GAP * char.size and char.text in NUMERIC and last.text in NUMERIC:
                doubt = doubt or "cell.gap"
        text += char.text
        last = char
    if "\ufffd" in text:
        doubt = "cell.unreadable"
    return text, doubt


def _unwrapped(lines: list[list[Char]], texts: list[str], width: float) -> bool:
    """Whether a line that ends in a digit had room for the digit that begins the next one:
    then the break was meant, and the digits are two numbers."""
    for line, text, after, following in zip(lines, texts, texts[1:], lines[1:], strict=False):
        if text[-1:] in NUMERIC and after[:1] in NUMERIC and text[-1:] and after[:1]:
            used = line[-1].x1 - line[0].x0
            first = following[0]
            if used + (first.x1 - first.x0) <= width:
                return True
    return False
