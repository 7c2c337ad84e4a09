"""Tables as marked up to tables on a unit grid: spans, order of the groups, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extract.errors import LimitError
from extract.readers.html_raw import RawRow, RawTable, cell_to_text
from tableparse.model import Cell, Finding, Span, Table, new_box, new_cell
from tableparse.ragged import doubt_row, mend_ragged
from tableparse.spans import MAX_SLOTS, SlotLimitError, groups_to_slots


def raw_to_table(raw: RawTable, top: float) -> tuple[Table, tuple[Finding, ...]]:
    """A table on the unit grid and what has to be said of it. A slot is one unit wide and high;
    the first row is at `top`, page 1. Each cell's place is its address in the page
    (`table[2]/tr[7]/td[3]`). Raises LimitError over MAX_SLOTS.
    """
    groups = _in_shown_order(raw.groups)
    try:
        slotted = groups_to_slots([[[c.stated for c in r.cells] for r in rows] for rows in groups])
    except SlotLimitError as error:
        message = f"a table is too large (slots requested={error.asked}, granted={MAX_SLOTS})"
        raise LimitError(message) from error
    rows = [row for group in groups for row in group]
    cells = []
    for r, (row, spans) in enumerate(zip(rows, slotted.spans, strict=True)):
        cells += _row_to_cells(row, spans, top, f"table[{raw.number}]/tr[{row.number}]/td")
        for at in (at for r_, at in slotted.overlapped if r_ == r):
            lost = cells[at - len(spans)]
            cells[at - len(spans)] = lost._replace(doubt=lost.doubt or "cell.overlap")
    table = Table(slotted.rows, slotted.cols, tuple(cells))
    if raw.part:
        table = _without_empty_end(table)
    if not raw.is_form or (slotted.tiled and not any(row.stray for row in rows)):
        return table, ()
    return mend_ragged(_doubt_stray(table, rows))


def _without_empty_end(table: Table) -> Table:
    """The table without the columns at its end in which nothing stands."""
    end = max((c.span.c1 for c in table.cells if c.text), default=table.cols)
    kept = tuple(c for c in table.cells if c.span.c0 < end)
    return Table(table.rows, end, kept) if all(c.span.c1 <= end for c in kept) else table


def _in_shown_order(groups: Sequence[tuple[str, list[RawRow]]]) -> list[list[RawRow]]:
    """Groups of rows as browsers show them: the first head first, the first foot last."""
    kinds = [kind for kind, _ in groups]
    head = kinds.index("thead") if "thead" in kinds else None
    foot = kinds.index("tfoot") if "tfoot" in kinds else None
    between = [rows for i, (_, rows) in enumerate(groups) if i not in (head, foot)]
    first = [groups[head][1]] if head is not None else []
    return first + between + ([groups[foot][1]] if foot is not None else [])


def _row_to_cells(row: RawRow, spans: Sequence[Span], top: float, place: str) -> list[Cell]:
    cells = []
    for cell, span in zip(row.cells, spans, strict=True):
        text, doubt = cell_to_text(cell)
        r0, r1, c0, c1 = span
        box = new_box((c0, top + r0, c1, top + r1))
        cells.append(new_cell((span, text, 1, box, doubt, f"{place}[{cell.number}]")))
    return cells


def _doubt_stray(table: Table, rows: Sequence[RawRow]) -> Table:
    """The table with the figures of those rows in doubt beside whose cells digits stand."""
    if not any(row.stray for row in rows):
        return table
    changed: dict[Cell, Cell] = {}
    for row, raw in zip(table.by_row, rows, strict=True):
        if raw.stray:
            changed |= doubt_row(row)
    return replace(table, cells=tuple(changed.get(c, c) for c in table.cells))
