"""Tables and lines gathered in the order of a document that has no pages and no places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tableparse.labels import (
    applicant_columns,
    proactive_columns,
    proactive_rows,
    review_columns,
)
from tableparse.model import Box, Cell, Document, Finding, Line, Table
from tableparse.rows import Head, quote, row_to_heads

STEP = 2.0
"""Every line begins further right than the one before: each is a paragraph of its own."""


class Flow:
    """What a reader of such a document builds its `Document` from."""

    def __init__(self) -> None:
        self._tables: list[Table] = []
        self._lines: list[Line] = []
        self._notes: list[Finding] = []
        self._numbered = 0

    def next_table(self) -> int:
        """The number of the table that is read now, from 1."""
        self._numbered += 1
        return self._numbered

    def add_text(self, text: str) -> None:
        """Running text: a line for each line that is not blank."""
        for piece in text.split("\n"):
            shown = piece.replace("\t", " ").strip()
            if shown:
                at = len(self._lines)
                box = Box(STEP * at, at, STEP * at + len(shown), at + 1.0)
                self._lines.append(Line(shown, 1, box, 0.0))

    def add_table(self, table: Table, ragged: Collection[int] = ()) -> None:
        """A table; `ragged` are the rows whose cells may stand in other columns. Where such a
        row names columns of the form, all figures below it are uncertain, and that is said."""
        if not table.cells:
            return
        self._tables.append(_doubt_strays(table))
        for cell in table.cells:
            if cell.span.r0 in ragged and _is_head(cell):
                where = f"{cell.place}: " if cell.place else ""
                message = f"{where}the row of {quote(cell.text)} is wider or narrower than others"
                self._notes.append(Finding("row.ragged", "error", "publisher", message))
                break

    def to_document(self, media_type: str, notes: Sequence[Finding] = ()) -> Document:
        """All that was gathered."""
        return Document(
            media_type,
            tables=tuple(self._tables),
            lines=tuple(self._lines),
            notes=(*notes, *self._notes),
        )


def _doubt_strays(table: Table) -> Table:
    """The table with those rows of the proactive table in doubt that print a figure under no
    head: of which column it is cannot be told, and it would be lost without a word."""
    heads: list[Head] = []
    changed: dict[Cell, Cell] = {}
    for row in table.by_row:
        inked = row.inked
        label = proactive_rows().match(inked[0].text) if inked else None
        own = row_to_heads(row, proactive_columns())
        if own or (label is not None and label.key.startswith("#")):
            heads = own
        elif label is not None and heads:
            right = [c for c in row.cells if c.span.c0 >= inked[0].span.c1]
            one_each = len(right) == len(heads)  # read by their order
            if not one_each and any(_is_stray(c, heads) for c in right if c.text):
                changed |= {c: c._replace(doubt=c.doubt or "row.ragged") for c in right}
    if not changed:
        return table
    return replace(table, cells=tuple(changed.get(c, c) for c in table.cells))


def _is_stray(cell: Cell, heads: Sequence[Head]) -> bool:
    return not any(cell.span.c0 < h.c1 and h.c0 < cell.span.c1 for h in heads)


def _is_head(cell: Cell) -> bool:
    """Whether a cell names a column of one of the form's tables."""
    return bool(cell.text) and any(
        (match := labels().match(cell.text)) is not None and not match.key.startswith("#")
        for labels in (applicant_columns, proactive_columns, review_columns)
    )
