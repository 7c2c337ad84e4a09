"""Rows of a table as sequences of cells: what the three alignments share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tableparse.labels import Labels
from tableparse.model import Cell, Finding, Row, Value
from tableparse.values import cell_to_value, looks_numeric


@dataclass(frozen=True, slots=True)
class Head:
    """A recognised column: its key, the slots c0 <= c < c1 that its head covers, and the
    head's text where one cell has it."""

    key: str
    c0: int
    c1: int
    text: str = ""


def has_figures(cells: Iterable[Cell]) -> bool:
    """Whether any of the cells prints a number or a mark."""
    return any(c.text and looks_numeric(c.text) for c in cells)


def row_to_heads(row: Row, labels: Labels) -> list[Head]:
    """The columns that a row names; words that are no column ("#...") are left out."""
    heads = []
    for cell in row.inked:
        found = labels.match(cell.text)
        if found and not found.key.startswith("#"):
            heads.append(Head(found.key, cell.span.c0, cell.span.c1, cell.text))
    return heads


def band_to_heads(band: Sequence[Row], labels: Labels, above: Labels) -> list[Head]:
    """The columns that the rows of a header name together.

    A head may stand over two rows (商业 | 企业), or be cut by a page: what stands over one
    slot is read downward as one label, without the words that `above` knows as standing over
    several columns.
    """
    heads: list[Head] = []
    over = [_row_to_slots(row) for row in band]
    for slot in range(max((1 + max(cells, default=-1) for cells in over), default=0)):
        found: list[Cell] = []
        for cells in over:
            cell = cells.get(slot)
            if cell is not None and cell.text and cell not in found:
                found.append(cell)
        key = _texts_to_key([c.text for c in found], labels, above)
        if key and heads and heads[-1].key == key and heads[-1].c1 == slot:
            heads[-1] = Head(key, heads[-1].c0, slot + 1)
        elif key:
            heads.append(Head(key, slot, slot + 1))
    return heads


def _row_to_slots(row: Row) -> dict[int, Cell]:
    """The cell over each slot; of two the left one."""
    return {slot: c for c in reversed(row.cells) for slot in range(c.span.c0, c.span.c1)}


def _texts_to_key(texts: Sequence[str], labels: Labels, above: Labels) -> str | None:
    words = [text for text in texts if not _is_above(text, labels, above)]
    for first in range(len(words)):
        found = labels.match("".join(words[first:]))
        if found and not found.key.startswith("#"):
            return found.key
    return None


def _is_above(text: str, labels: Labels, above: Labels) -> bool:
    own, over = labels.match(text), above.match(text)
    return (own is None and over is not None) or (own is not None and own.key.startswith("#"))


def cells_under(row: Row, head: Head) -> list[Cell]:
    """The cells of a row that share a slot with a head."""
    c0, c1 = head.c0, head.c1
    return [c for c in row.cells if (span := c.span).c0 < c1 and span.c1 > c0]


def head_to_value(row: Row, head: Head, path: str) -> Value:
    """The figure that a row prints under a head.

    Doubtful (`align.merged`) where the cell also reaches under another head or into another
    row with figures, or where two cells under one head print something.
    """
    cells = cells_under(row, head)
    inked = [c for c in cells if c.text]
    if not inked:
        if not cells:
            return Value("")
        blank = cells[0]
        return Value("", None, blank.page, blank.box, blank.doubt, place=blank.place)
    cell = inked[0]
    value = cell_to_value(cell, path)
    wide = cell.span.c0 < head.c0 or cell.span.c1 > head.c1
    if len(inked) > 1 or wide or not row.alone(cell):
        raw = " ".join(c.text for c in inked)
        doubt = value.doubt or "align.merged"
        return Value(raw, None, cell.page, cell.box, doubt, place=cell.place)
    return value


def heads_to_values(row: Row, heads: Sequence[Head], key: str) -> dict[str, Value]:
    """The figures that the row of this key prints under the heads, by the heads' keys."""
    # most cells stand under one head each, alone in their row: found at once
    cells: dict[tuple[int, ...], Cell] = {c.span: c for c in row.inked}
    r0, r1 = row.number, row.number + 1
    values: dict[str, Value] = {}
    for head in heads:
        cell, path = cells.get((r0, r1, head.c0, head.c1)), f"{key}.{head.key}"
        values[head.key] = cell_to_value(cell, path) if cell else head_to_value(row, head, path)
    return values


def same_figures(a: dict[str, Value], b: dict[str, Value]) -> bool:
    """Whether two readings of a row give the same numbers."""
    return {k: v.number for k, v in a.items()} == {k: v.number for k, v in b.items()}


def in_doubt(value: Value, doubt: str) -> Value:
    """The value without its number, for a reason."""
    return value._replace(number=None, doubt=doubt, note=None)


def note(code: str, message: str, cells: Sequence[str] = (), severity: str = "warning") -> Finding:
    """A finding of alignment: what could not be placed with certainty, or was put aside."""
    return Finding(code, severity, "unknown", message, tuple(cells))


def quote(text: str) -> str:
    """A cell's text for a message: one line, at most 24 characters."""
    flat = "".join(text.split())
    return f"'{flat[:24]}...'" if len(flat) > 24 else f"'{flat}'"
