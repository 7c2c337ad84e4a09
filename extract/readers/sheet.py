"""Sheets of cells (XLSX, XLS, CSV) to tables and lines.

A sheet holds what an office typed into it: title, prose, and several tables one under the
other. A row with one text that is no label of the form is a line; the rest are tables, parted
by such lines and, where another table begins after them, by empty rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from extract.errors import LimitError
from extract.readers.flow import Flow
from extract.readers.merges import make_cell, text_to_doubt
from tableparse.labels import (
    applicant_columns,
    applicant_rows,
    proactive_columns,
    proactive_rows,
    review_blocks,
    review_columns,
)
from tableparse.model import Cell, Span, Table
from tableparse.prose import is_section_heading
from tableparse.spans import MAX_SLOTS
from tableparse.values import looks_numeric

MAX_MERGED = 1_000_000
"""Slots of a sheet in merged ranges."""
Slot = tuple[int, int]
"""(row, column), from 0."""


@dataclass(slots=True)
class Sheet:
    """What a sheet shows. `merges` are (r0, r1, c0, c1), half-open; `stated` are the rows, also
    empty ones, that have cells in the file; `place` names a slot for the evidence."""

    place: Callable[[int, int], str]
    texts: dict[Slot, str] = field(default_factory=dict)
    odd: dict[Slot, str] = field(default_factory=dict)
    """Cells that show more, or less, than their text: the codes that say so."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    stated: set[int] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def place_in_sheet(name: str) -> Callable[[int, int], str]:
    """Slots of a sheet as spreadsheets call them: `Sheet1!C9`."""

    def place(row: int, column: int) -> str:
        letters = ""
        column += 1
        while column:
            column, digit = divmod(column - 1, 26)
            letters = chr(ord("A") + digit) + letters
        return f"{name}!{letters}{row + 1}"

    return place


@dataclass(slots=True)
class _Grid:
    """The cells that show, on rows and columns without the hidden ones; `top` holds the cells
    that begin in each row, `under` the rows that a merge from above covers."""

    cells: dict[int, list[Cell]]
    covered: set[int]
    rows: int
    inked: list[int]
    """The rows in which cells begin, in order."""
    stated: set[int]


def sheet_to_flow(sheet: Sheet, flow: Flow) -> None:
    """Add a sheet's lines and tables, from top to bottom. Raises LimitError for a table beyond
    any real one."""
    grid = _sheet_to_grid(sheet)
    block: list[int] = []
    for r in range(grid.rows):
        cells = grid.cells.get(r, [])
        if not cells and r not in grid.covered:
            if block and not _goes_on(grid, r):
                # a row of blank cells may be one of blank figures
                _end_block(grid, [*block, r] if r in grid.stated else block, flow)
                block = []
            elif block:
                block.append(r)
        elif _is_line(cells, r, grid):
            _end_block(grid, block, flow)
            block = []
            flow.add_text(cells[0].text)
        else:
            block.append(r)
    _end_block(grid, block, flow)


def _sheet_to_grid(sheet: Sheet) -> _Grid:
    last_row = 1 + max([*sheet.stated, *(r for r, _ in sheet.texts)], default=-1)
    last_column = max((c + 1 for _, c in sheet.texts), default=0)
    rows = _shown(last_row, sheet.hidden_rows)
    columns = _shown(last_column, sheet.hidden_columns)
    merged = {
        (r0, c0): (r0, min(r1, last_row), c0, min(c1, last_column))
        for r0, r1, c0, c1 in sheet.merges
        if r0 < last_row and c0 < last_column
    }
    beneath = _slots_beneath(merged.values())
    found: dict[int, list[Cell]] = {}
    covered: set[int] = set()
    for slot in sorted(sheet.texts.keys() - beneath):
        r0, r1, c0, c1 = merged.get(slot, (slot[0], slot[0] + 1, slot[1], slot[1] + 1))
        text = sheet.texts[slot]
        span = Span(rows[r0], rows[r1], columns[c0], columns[c1])
        if span.r0 >= span.r1 or span.c0 >= span.c1:
            continue
        doubt = text_to_doubt(text, sheet.odd.get(slot))
        found.setdefault(span.r0, []).append(make_cell(span, text, doubt, sheet.place(*slot)))
        covered.update(range(span.r0 + 1, span.r1))
    stated = {rows[r] for r in sheet.stated if r not in sheet.hidden_rows}
    return _Grid(found, covered, rows[last_row], sorted(found), stated)


def _slots_beneath(merges: Collection[tuple[int, int, int, int]]) -> set[Slot]:
    """The slots of merged ranges but their first: what stands there does not show."""
    area = sum((r1 - r0) * (c1 - c0) for r0, r1, c0, c1 in merges)
    if area > MAX_MERGED:
        raise LimitError(f"too many merged cells (requested={area}, granted={MAX_MERGED})")
    return {
        (r, c)
        for r0, r1, c0, c1 in merges
        for r in range(r0, r1)
        for c in range(c0, c1)
        if (r, c) != (r0, c0)
    }


def _shown(count: int, hidden: set[int]) -> list[int]:
    """For each line between rows (or columns) its number when the hidden ones are gone."""
    lines = [0]
    for number in range(count):
        lines.append(lines[-1] + (number not in hidden))
    return lines


def _is_line(cells: Sequence[Cell], r: int, grid: _Grid) -> bool:
    """Whether a row is running text: one cell, over no other row, that is no label, no head
    and no figure of the form."""
    if len(cells) != 1 or r in grid.covered or cells[0].span.r1 - cells[0].span.r0 > 1:
        return False
    return is_running_text(cells[0].text)


def is_running_text(text: str) -> bool:
    """Whether the only text of a row is no label, no head and no figure of the form."""
    return is_section_heading(text) or not (looks_numeric(text) or _is_known(text))


def _is_known(text: str) -> bool:
    labels = (applicant_rows, proactive_rows, *_HEADS)
    return any(of().match(text) is not None for of in labels)


_HEADS = (applicant_columns, proactive_columns, review_blocks, review_columns)


def _goes_on(grid: _Grid, r: int) -> bool:
    """Whether the next row after an empty one is a row of the table above it: it begins with
    the label of a row of the form, which no table does."""
    at = bisect_right(grid.inked, r)
    if at == len(grid.inked):
        return False
    later = grid.inked[at]
    if _is_line(grid.cells[later], later, grid):
        return False
    found = applicant_rows().match(grid.cells[later][0].text)
    if found is None:
        found = proactive_rows().match(grid.cells[later][0].text)
    return found is not None and not found.key.startswith("#")


def _end_block(grid: _Grid, block: Sequence[int], flow: Flow) -> None:
    cells = [c for r in block for c in grid.cells.get(r, ())]
    if not cells:
        return
    flow.next_table()
    first, last = block[0], max([block[-1] + 1, *(c.span.r1 for c in cells)])
    left, right = min(c.span.c0 for c in cells), max(c.span.c1 for c in cells)
    if (last - first) * (right - left) > MAX_SLOTS:
        raise LimitError(f"a table is too large (slots granted={MAX_SLOTS})")
    moved = [
        c._replace(span=Span(s.r0 - first, s.r1 - first, s.c0 - left, s.c1 - left))
        for c in cells
        for s in (c.span,)
    ]
    flow.add_table(cells_to_table(moved, last - first, right - left))


def cells_to_table(
    cells: Iterable[Cell], rows: int, cols: int, ragged: Collection[int] = ()
) -> Table:
    """A table of cells that print something; every other slot is an empty cell of its own.

    Names of blocks of the review table that are not merged reach over the empty slots after
    them, for there the container could not merge (CSV) or the office did not. The empty cells
    of `ragged` rows are in doubt.
    """
    taken: dict[Slot, Cell] = {}
    for cell in cells:
        s = cell.span
        taken.update({(r, c): cell for r in range(s.r0, s.r1) for c in range(s.c0, s.c1)})
    kept = {id(cell): _spread(cell, taken, cols) for cell in taken.values()}
    found = list(kept.values())
    full = {
        (r, c)
        for cell in found
        for r in range(cell.span.r0, cell.span.r1)
        for c in range(cell.span.c0, cell.span.c1)
    }
    found += [
        Cell(Span(r, r + 1, c, c + 1), "", doubt="row.ragged" if r in ragged else None)
        for r in range(rows)
        for c in range(cols)
        if (r, c) not in full
    ]
    return Table(rows, cols, tuple(sorted(found, key=lambda cell: cell.span)))


def _spread(cell: Cell, taken: Mapping[Slot, Cell], cols: int) -> Cell:
    r0, r1, c0, c1 = cell.span
    if (r1 - r0, c1 - c0) != (1, 1) or review_blocks().match(cell.text) is None:
        return cell
    while c1 < cols and (r0, c1) not in taken:
        c1 += 1
    return cell._replace(span=Span(r0, r1, c0, c1))
