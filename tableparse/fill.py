"""Characters to cells: each exactly once, counted, in reading order.

Single characters are placed, never words (words run across rulings), by their middle. What
makes a text doubtful is said on the cell, with a code of `findings.toml`:

- `cell.unreadable`  a character that no map explains
- `cell.straddle`    a number that runs on over a ruling into the next cell, or lies on one
- `cell.overprint`   different characters drawn over one another
- `cell.lines`       digits on two lines that were not wrapped: two figures in one cell
- `cell.gap`         digits on one line with a wide gap: two figures in one cell
- `cell.sizes`       a digit much smaller than the one beside it: a footnote's mark
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
ON_BORDER = 0.2
"""Share of a glyph's width, and of its size, from its middle within which a line of the grid
goes through it: in no printed cell does text come so near to the border."""
SMALLER = 0.8
"""Times the size of the digit beside it below which a digit is a footnote's mark."""
NUMERIC = frozenset("0123456789.０１２３４５６７８９．")
UNKNOWN = "\ufffd"
OUTSIDE = -1
"""The cell of a character that lies in none."""


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
    chars = list(chars)
    if chars and all(c.top == chars[0].top and c.size == chars[0].size for c in chars):
        return [sorted(chars, key=_by_x)]
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
    """Put every character into the cell under its middle; one below the grid hangs out of
    the last row. Characters beside the grid tell whether a figure runs on over its edge."""
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
    last_cell = OUTSIDE
    for char in chars:
        r = min(bisect_right(ys, (char.top + char.bottom) / 2), rows) - 1
        c = bisect_right(xs, (char.x0 + char.x1) / 2) - 1
        if not (0 <= r < rows and 0 <= c < cols):
            if last is not None and _run_on(last, char):
                straddled.add(last_cell)
            last, last_cell = char, OUTSIDE
            continue
        given += 1
        cell = owner[r][c]
        held[cell].append(char)
        placed += 1
        if last is not None and cell != last_cell and _run_on(last, char):
            straddled.update((cell, last_cell))
        if char.text in NUMERIC:
            over = {owner[i][j] for i, j in _slots_under(char, r, c, xs, ys)}
            if len(over) > 1:
                straddled |= over
        last, last_cell = char, cell
    cells = tuple(
        _cell(span, grid.span_box(span), held[i], page, i in straddled)
        for i, span in enumerate(grid.spans)
    )
    if any(cell.doubt == WRAPPED for cell in cells):
        margin = _margin(grid, held)
        cells = tuple(_settle(c, h, margin) for c, h in zip(cells, held, strict=True))
    return Filled(Table(rows, cols, cells, xs), given, placed)


def _run_on(a: Char, b: Char) -> bool:
    """Whether b continues the number that a belongs to, on the same line. Runs tell nothing:
    some producers draw every character by itself."""
    return (
        a.text in NUMERIC
        and b.text in NUMERIC
        and abs(a.top - b.top) < 0.1 * a.size
        and -RUN_ON * a.size < b.x0 - a.x1 < RUN_ON * a.size
    )


def _slots_under(
    char: Char, r: int, c: int, xs: Sequence[float], ys: Sequence[float]
) -> list[tuple[int, int]]:
    """The slots that the middle part of a glyph in slot (r, c) lies over: one, unless a line
    of the grid goes through it."""
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    wide, high = ON_BORDER * (char.x1 - char.x0), ON_BORDER * char.size
    across = [c]
    if x - xs[c] < wide and c > 0:
        across.append(c - 1)
    if xs[c + 1] - x < wide and c + 2 < len(xs):
        across.append(c + 1)
    down = [r]
    if y - ys[r] < high and r > 0:
        down.append(r - 1)
    if ys[r + 1] - y < high and r + 2 < len(ys):
        down.append(r + 1)
    return [(i, j) for i in down for j in across]


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


WRAPPED = "cell.lines"
"""A number over two lines: doubtful until it is seen that the first line was full."""


def _cell(span: Span, box: Box, chars: list[Char], page: int, straddled: bool) -> Cell:
    if not chars:
        return Cell(span, "", page, box, "cell.straddle" if straddled else None)
    if len(chars) == 1 and not straddled and chars[0].text != UNKNOWN:
        return Cell(span, chars[0].text.strip(), page, box)
    doubt = "cell.straddle" if straddled else None
    texts: list[str] = []
    for line in chars_to_lines(chars):
        text, odd = _line_to_text(line)
        texts.append(text)
        doubt = doubt or odd
    if len(texts) > 1 and not doubt and any(map(_breaks_number, texts, texts[1:])):
        doubt = WRAPPED
    return Cell(span, "".join(texts).strip(), page, box, doubt)


def _breaks_number(text: str, following: str) -> bool:
    return text[-1:] in NUMERIC and following[:1] in NUMERIC


def _settle(cell: Cell, chars: list[Char], margin: float) -> Cell:
    """The cell without doubt if every line that breaks a number was too full for the digit
    that begins the next one."""
    if cell.doubt != WRAPPED or cell.box is None:
        return cell
    width = cell.box.x1 - cell.box.x0 - margin
    lines = chars_to_lines(chars)
    for line, following in pairwise(lines):
        used = line[-1].x1 - line[0].x0
        first = following[0]
        breaks = line[-1].text in NUMERIC and first.text in NUMERIC
        if breaks and used + (first.x1 - first.x0) <= width:
            return cell
    return Cell(cell.span, cell.text, cell.page, cell.box)


def _line_to_text(line: list[Char]) -> tuple[str, str | None]:
    """The text of a line and what makes it doubtful: glyphs drawn twice are read once, other
    characters over one another, wide gaps between digits, digits of two sizes and unknown
    glyphs are told."""
    if len(line) == 1:
        only = line[0].text
        return only, "cell.unreadable" if only == UNKNOWN else None
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
            if char.text in NUMERIC and last.text in NUMERIC:
                if char.x0 - last.x1 > WIDE_GAP * char.size:
                    doubt = doubt or "cell.gap"
                if min(char.size, last.size) < SMALLER * max(char.size, last.size):
                    doubt = doubt or "cell.sizes"
        text += char.text
        last = char
    if UNKNOWN in text:
        doubt = "cell.unreadable"
    return text, doubt
