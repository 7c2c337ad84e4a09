"""Rows of cells with merge flags (DOCX, RTF) to cells with spans on the columns of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from extract.errors import LimitError
from tableparse.model import Cell, Span, Table
from tableparse.spans import MAX_SLOTS

MAX_CELLS = 50_000
"""Cells of one table; the form's largest has some 300."""

SLIVER = 40
"""Twentieths of a point below which a column is no column."""
UNKNOWN = "\ufffd"
"""Stands for something printed that has no code (symbol fonts, formats not understood)."""
_TWO_NUMBERS = re.compile(r"[\d.,，．]\s*\n\s*[\d.,，．+-]")


@dataclass(slots=True)
class Placed:
    """A cell as placed: rows r0 <= r < r1, columns c0 <= c < c1, and where it stands in the
    file (row and cell, from 1)."""

    r0: int
    r1: int
    c0: int
    c1: int
    text: str
    doubt: str | None
    row: int
    cell: int


@dataclass(slots=True)
class Raw:
    """A cell before merging: columns c0 <= c < c1, for either kind of merge "restart", "continue"
    or None, text, doubt and number in its row."""

    c0: int
    c1: int
    vertical: str | None
    horizontal: str | None
    text: str
    doubt: str | None
    cell: int


def text_to_doubt(text: str, odd: str | None) -> str | None:
    """Why the text of a cell may not be what is printed: `odd` is known already."""
    if odd or UNKNOWN in text:
        return odd or "cell.unreadable"
    return "cell.lines" if _TWO_NUMBERS.search(text) else None


def merge_left(raws: Sequence[Raw]) -> list[Raw]:
    """A row's cells with those joined that a flag joins to the one before them."""
    merged: list[Raw] = []
    for raw in raws:
        if raw.horizontal == "continue" and merged and merged[-1].horizontal:
            last = merged[-1]
            last.c1 = raw.c1
            _join(last, raw)
        else:
            merged.append(raw)
    return merged


def rows_to_placed(rows: Sequence[Sequence[Raw]]) -> list[Placed]:
    """The cells of a table; those that a merge from above continues are one with it.

    Cells without width are left out. A merge that changes its width is no rectangle: its text
    counts in every row, as a label's does; a figure in it belongs to no one row.

    Raises LimitError for a table beyond any real one."""
    count = sum(map(len, rows))
    if count > MAX_CELLS:
        raise LimitError(f"a table is too large (cells requested={count}, granted={MAX_CELLS})")
    found: list[Placed] = []
    above: dict[int, Placed] = {}
    for r, raws in enumerate(rows):
        open_: dict[int, Placed] = {}
        for raw in merge_left(raws):
            if raw.c0 >= raw.c1:
                continue
            upper = _upper(above, raw.c0, raw.c1) if raw.vertical == "continue" else None
            if upper is not None and (upper.c0, upper.c1) == (raw.c0, raw.c1):
                _join(upper, raw)
                upper.r1 = r + 1
                placed = upper
            else:
                placed = Placed(r, r + 1, raw.c0, raw.c1, raw.text, raw.doubt, r + 1, raw.cell)
                if upper is not None:
                    placed.text = placed.text or upper.text
                    placed.doubt = upper.doubt = "align.merged"
                found.append(placed)
            if raw.vertical:
                open_[raw.c0] = placed
        above = open_
    return found


def placed_to_table(
    placed: Sequence[Placed], rows: int, number: int, ragged: Collection[int]
) -> Table:
    """A table on a unit grid; `number` counts the document's tables, from 1, for the evidence.

    Raises LimitError for a table beyond any real one."""
    cols = max((p.c1 for p in placed), default=0)
    if rows * cols > MAX_SLOTS:
        raise LimitError(
            f"a table is too large (slots requested={rows * cols}, granted={MAX_SLOTS})"
        )
    cells = tuple(
        make_cell(
            Span(p.r0, p.r1, p.c0, p.c1), p.text,
            p.doubt or ("row.ragged" if p.row - 1 in ragged else None),
            f"table {number}, row {p.row}, cell {p.cell}",
        )
        for p in placed
    )  # fmt: skip
    return Table(rows, cols, cells)


def make_cell(span: Span, text: str, doubt: str | None, place: str) -> Cell:
    """A cell with its place in words, for the evidence."""
    return Cell(span, text, doubt=doubt, place=place)


def rows_to_ragged(ends: Sequence[int], declared: int = 0) -> frozenset[int]:
    """The rows that do not end where most do: a cell of theirs is lost, doubled or of another
    width, so that it is not certain which column any of them stands in."""
    counts = Counter(ends)
    if not counts:
        return frozenset()
    usual = max(counts, key=lambda end: (counts[end], end == declared, end))
    return frozenset(row for row, end in enumerate(ends) if end != usual)


def _join(cell: Placed | Raw, more: Raw) -> None:
    """Add the text of a cell that is merged into another; no program shows it, none has any."""
    cell.text = "\n".join(t for t in (cell.text, more.text) if t)
    cell.doubt = cell.doubt or more.doubt or text_to_doubt(cell.text, None)


def _upper(above: dict[int, Placed], c0: int, c1: int) -> Placed | None:
    if c0 in above:
        return above[c0]
    return next((p for p in above.values() if p.c0 < c1 and c0 < p.c1), None)
