"""A DOCX table (w:tbl) to cells with spans: gridSpan, vMerge, hMerge, gridBefore, gridAfter,
rows and cells inside content controls, tracked rows and cells.

Columns are the table's own (w:tblGrid); those narrower than a person can see, which converters
leave behind when they round, are joined to their neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extract.errors import LimitError
from extract.readers.docx_text import (
    CONTENT,
    Element,
    Ink,
    Seen,
    TextReader,
    attribute,
    child,
    is_on,
    name,
    setting,
    unwrap,
)
from extract.readers.merges import (
    SLIVER,
    Placed,
    Raw,
    rows_to_placed,
    rows_to_ragged,
    text_to_doubt,
)

MAX_SPAN = 1_000
"""Columns that a cell may cover; word processors allow 63."""


@dataclass(slots=True)
class RawTable:
    """A w:tbl: cells, number of rows, rows that end elsewhere than others, and what stood
    inside cells and is content of its own (nested tables, text boxes)."""

    cells: list[Placed] = field(default_factory=list)
    rows: int = 0
    ragged: frozenset[int] = frozenset()
    inner: list[Element] = field(default_factory=list)
    nested: bool = False
    widest: int = 0
    """Cells in the row that has most."""


def read_table(table: Element, reader: TextReader) -> RawTable:
    """The cells of a w:tbl. Raises LimitError for spans and sizes beyond any real table."""
    found = RawTable()
    rows: list[list[Raw]] = []
    ends: list[int] = []
    for row in unwrap(table, reader.seen):
        if name(row) == "w:tr" and not _is_gone(row, reader.seen):
            raws, end = _read_row(row, reader, found)
            rows.append(raws)
            ends.append(end)
    # a column in which something is printed is one, however narrow
    inked = {raw.c0 for raws in rows for raw in raws if raw.text and raw.c1 - raw.c0 == 1}
    lines = _grid_to_lines(table, inked)
    for raw in (raw for raws in rows for raw in raws):
        raw.c0, raw.c1 = _snap(raw.c0, lines), _snap(raw.c1, lines)
    found.cells = rows_to_placed(rows)
    found.rows = len(rows)
    found.ragged = rows_to_ragged([_snap(end, lines) for end in ends], lines[-1])
    found.widest = max(map(len, rows), default=0)
    return found


def table_cells(table: Element, seen: Seen) -> Iterator[Element]:
    """The w:tc of all rows that show, in order."""
    for row in unwrap(table, seen):
        if name(row) == "w:tr" and not _is_gone(row, seen):
            yield from (cell for cell in unwrap(row, seen) if name(cell) == "w:tc")


def _grid_to_lines(table: Element, inked: set[int]) -> list[int]:
    """For each column line of w:tblGrid its number among the lines that can be told apart."""
    grid = child(table, "w:tblGrid")
    columns = [] if grid is None else [c for c in grid if name(c) == "w:gridCol"]
    if len(columns) > MAX_SPAN:
        raise LimitError(f"too many columns (requested={len(columns)}, granted={MAX_SPAN})")
    lines = [0]
    since = 0
    for number, column in enumerate(columns):
        width = _to_int(attribute(column, "w") or "0")
        since += width
        # no width says nothing of the column
        apart = width <= 0 or since >= SLIVER or number in inked
        lines.append(lines[-1] + apart)
        since = 0 if apart else since
    return lines


def _snap(line: int, lines: Sequence[int]) -> int:
    """The number of a column line; those beyond the declared grid follow on."""
    last = len(lines) - 1
    return lines[line] if line <= last else lines[last] + line - last


def _is_gone(row: Element, seen: Seen) -> bool:
    properties = child(row, "w:trPr")
    if properties is None:
        return False
    tracked = {name(c) for c in properties} & {"w:ins", "w:del"}
    seen.tracked = seen.tracked or bool(tracked)
    if "w:del" in tracked:
        return True
    hidden = is_on(properties, "w:hidden")
    seen.hidden = seen.hidden or hidden
    return hidden


def _read_row(row: Element, reader: TextReader, found: RawTable) -> tuple[list[Raw], int]:
    """The row's cells, and the column line at which it ends."""
    properties = child(row, "w:trPr")
    column = _to_span(setting(properties, "w:gridBefore"), 0)
    raws: list[Raw] = []
    for tc in unwrap(row, reader.seen):
        if name(tc) != "w:tc":
            continue
        own = child(tc, "w:tcPr")
        if own is not None and {name(c) for c in own} & {"w:cellIns", "w:cellDel", "w:cellMerge"}:
            reader.seen.tracked = True
            if child(own, "w:cellDel") is not None:
                continue
        span = _to_span(setting(own, "w:gridSpan"), 1)
        if column + span > MAX_SPAN:
            raise LimitError(
                f"a row is too wide (columns requested={column + span}, granted={MAX_SPAN})"
            )
        ink = _read_cell(tc, reader, found)
        text = ink.text.strip("\n")
        raws.append(
            Raw(
                column, column + span, _merge(own, "w:vMerge"), _merge(own, "w:hMerge"),
                text, text_to_doubt(text, ink.odd), len(raws) + 1,
            )
        )  # fmt: skip
        column += span
    return raws, column + _to_span(setting(properties, "w:gridAfter"), 0)


def _merge(properties: Element | None, kind: str) -> str | None:
    value = setting(properties, kind)
    return None if value is None else value or "continue"


def _read_cell(cell: Element, reader: TextReader, found: RawTable) -> Ink:
    """What a cell prints, a paragraph a line; nested tables and text boxes go to `inner`."""
    ink = Ink()
    joined = True
    fields = reader.open_fields
    for block in unwrap(cell, reader.seen):
        kind = name(block)
        if kind == "w:p":
            ink.text += "" if joined else "\n"
            joined = reader.paragraph(block, ink)
        elif kind == "w:tbl":
            found.inner.append(block)
            found.nested = True
            ink.odd = ink.odd or CONTENT
        elif kind in ("w:altChunk", "w:subDoc"):
            reader.seen.parts += 1
            ink.odd = ink.odd or CONTENT
    if reader.close_fields(fields) or ink.boxes:
        ink.odd = ink.odd or CONTENT
    found.inner += ink.boxes
    return ink


def _to_int(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else 0


def _to_span(value: str | None, absent: int) -> int:
    """A number of columns. Raises LimitError for more than any word processor grants."""
    digits = (value or "").strip().lstrip("+0")
    if not digits.isdecimal():
        return absent
    if len(digits) > 4 or int(digits) > MAX_SPAN:
        shown = digits if len(digits) < 20 else f"{digits[:20]}..."
        raise LimitError(f"a cell is too wide (columns requested={shown}, granted={MAX_SPAN})")
    return int(digits)
