"""Collects text into lines, lines into the cells of open tables or the page's own text.

Rows, cells and tables are placed as browsers place them where markup is broken: a row or cell
that begins inside a cell ends that cell, a cell without row begins one, a table that begins
between cells ends the table around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from extract.errors import LimitError
from extract.readers.html_raw import (
    Flow,
    Item,
    RawCell,
    RawRow,
    RawTable,
    Stray,
    groups_to_items,
    new_block,
    tidy_text,
)
from extract.readers.html_sheets import table_to_parts
from tableparse.spans import MAX_COLSPAN, MAX_ROWSPAN, Stated, text_to_span

MAX_LINES = 50_000
"""Lines of a page, cells among them; a report has some 400, its page some 2,000."""
MAX_TEXT = 2_000_000
"""Characters of a page's text; a long report has 30,000."""
MAX_CELLS = 200_000
"""Cells of a page."""
MAX_NESTED = 100
"""Tables inside of one another; layouts of real pages reach some 15."""


@dataclass(slots=True)
class Builder:
    """A table whose end has not come. `parent` is the flow it stands in, `stray` takes text
    outside of its cells; `implied` says that no thead, tbody or tfoot is open."""

    seq: int
    number: int
    parent: Flow
    stray: Stray = field(default_factory=Stray)
    groups: list[tuple[str, list[RawRow]]] = field(default_factory=list)
    row: RawRow | None = None
    rows: int = 0
    open: bool = True
    implied: bool = True
    holds_form: bool = False


class Collector:
    """The lines and tables of a page, in the making. `builder` is the innermost open table,
    `flow` the place that text runs into, `buf` what is collected of its line: a place is only
    left when its line has ended. `pre` counts the open elements whose line breaks are kept,
    `raised` those that raise their text, which begins at `raised_at` in `buf`."""

    def __init__(self) -> None:
        self.root = Flow()
        self.flow = self.root
        self.buf: list[str] = []
        self.builder: Builder | None = None
        self.outer: list[Builder] = []
        self.seq = self.tables = self.chrome = self.chars = self.cells = 0
        self.pre = self.raised = self.raised_at = 0

    def flush(self) -> None:
        """The line ends. Callers that look at `buf` first save most of the calls."""
        buf = self.buf
        if self.raised:
            self.settle_raised()
            self.raised_at = 0
        if self.pre:
            self._flush_lines()
        text = buf[0] if len(buf) == 1 else "".join(buf)
        buf.clear()
        if not text.isalnum():  # figures and most labels need no tidying
            text = tidy_text(text)
            if not text:
                return
        self.seq = seq = self.seq + 1
        self.chars += len(text)
        if seq > MAX_LINES or self.chars > MAX_TEXT:
            raise LimitError(
                f"the page has too much text (granted={MAX_LINES} lines, {MAX_TEXT} characters)"
            )
        flow = self.flow
        flow.items.append(new_block((seq, text, self.chrome > 0)))
        if flow.stray:
            self._note_stray(text)

    def _note_stray(self, text: str) -> None:
        row = self.builder.row if self.builder else None
        if row is not None and any(map(str.isdigit, text)):
            row.stray = True

    def _flush_lines(self) -> None:
        """Ends a line at each break in a piece of text, and behind the piece."""
        pieces = self.buf[:]
        self.buf.clear()
        (pre, self.pre), (raised, self.raised) = (self.pre, 0), (self.raised, 0)
        for piece in pieces:
            for line in piece.splitlines() if "\n" in piece else ():
                self.buf.append(line)
                self.flush()
            if "\n" not in piece:
                self.buf.append(piece)
        self.pre, self.raised = pre, raised

    def settle_raised(self) -> None:
        """The open cell is in doubt if its line has raised text."""
        raised, self.raised_at = self.buf[self.raised_at :], len(self.buf)
        if any(not (piece.isspace() or (self.pre and "\n" in piece)) for piece in raised):
            self._mark("cell.sizes")

    def mark(self, doubt: str) -> None:
        """The open cell, if there is one, is in doubt."""
        if self.raised:
            self.settle_raised()
        self._mark(doubt)

    def _mark(self, doubt: str) -> None:
        if isinstance(self.flow, RawCell):
            self.flow.doubt = self.flow.doubt or doubt

    def open_table(self) -> Builder:
        """A table begins; between the cells of another it ends that one."""
        if self.buf:
            self.flush()
        if self.flow.stray:
            self._finish_table()
        self.seq += 1
        self.tables += 1
        if self.builder is not None:
            self.outer.append(self.builder)
            if len(self.outer) >= MAX_NESTED:
                raise LimitError(f"the page nests too many tables (granted={MAX_NESTED})")
        self.builder = Builder(self.seq, self.tables, self.flow)
        self.flow = self.builder.stray
        return self.builder

    def open_group(self, kind: str) -> Builder | None:
        """A thead, tbody or tfoot begins; nothing outside of tables."""
        builder = self._between_cells()
        if builder is not None:
            builder.row, builder.implied = None, False
            builder.groups.append((kind, []))
        return builder

    def open_row(self) -> Builder | None:
        """A tr begins; nothing outside of tables."""
        builder = self._between_cells()
        if builder is not None:
            self._add_row(builder)
        return builder

    def skip_row(self) -> None:
        """A tr that is not shown."""
        builder = self._between_cells()
        if builder is not None:
            builder.rows += 1
            builder.row = None

    def open_cell(self, attrs: Mapping[str, str]) -> RawCell | None:
        """A td or th begins, in the open row or one of its own; nothing outside of tables."""
        if self.buf:
            self.flush()
        builder = self.builder
        if builder is None:
            return None
        row = builder.row or self._add_row(builder)
        row.seen += 1
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise LimitError(f"the page has too many cells (granted={MAX_CELLS})")
        cell = RawCell(row.seen, self.seq + 1)
        if attrs:
            down, across = attrs.get("rowspan"), attrs.get("colspan")
            if down or across:
                cell.stated = Stated(
                    text_to_span(down, MAX_ROWSPAN, least=0), text_to_span(across, MAX_COLSPAN)
                )
        row.cells.append(cell)
        self.flow = cell
        return cell

    def skip_cell(self) -> None:
        """A td or th that is not shown."""
        builder = self._between_cells()
        if builder is not None and builder.row is not None:
            builder.row.seen += 1

    def close_part(self, builder: Builder, group: bool) -> None:
        """The end tag of a row, or of a group of rows; nothing if its table is not the
        innermost one."""
        if self.builder is builder:
            self._between_cells()
            builder.row = None
            builder.implied = builder.implied or group

    def close_table(self, builder: Builder) -> None:
        """A table's end tag; ends the tables that stand open in it."""
        while builder.open:
            self._finish_table()

    def finish(self) -> tuple[Item, ...]:
        """The page ends: all that was collected, in order."""
        self.flush()
        while self.builder is not None:
            self._finish_table()
        return tuple(sorted(self.root.items, key=lambda item: item.seq))

    def _add_row(self, builder: Builder) -> RawRow:
        if not builder.groups or (builder.implied and builder.groups[-1][0]):
            builder.groups.append(("", []))
        builder.rows += 1
        builder.row = row = RawRow(builder.rows)
        builder.groups[-1][1].append(row)
        return row

    def _between_cells(self) -> Builder | None:
        """The innermost table with its cell ended, or None outside of tables."""
        if self.buf:
            self.flush()
        builder = self.builder
        if builder is not None:
            self.flow = builder.stray
        return builder

    def _finish_table(self) -> None:
        builder = self._between_cells()
        assert builder is not None
        self.builder = self.outer.pop() if self.outer else None
        builder.open = False
        self.flow = builder.parent
        whole = groups_to_items(builder.seq, builder.number, builder.groups, builder.holds_form)
        items = builder.parent.items
        items += builder.stray.items
        holds_form = builder.holds_form
        for item in whole:
            if isinstance(item, RawTable):
                parts = table_to_parts(item)
                holds_form = holds_form or any(isinstance(i, RawTable) and i.is_form for i in parts)
                items += parts
            else:
                items.append(item)
        if holds_form and self.builder is not None:
            self.builder.holds_form = True
