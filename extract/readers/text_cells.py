"""Cells of a table that is read from text, and what they leave of the text's lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from extract.readers.text_items import Item, Sheet
from extract.readers.text_labels import Span, Stream, pieces, raw_text
from extract.readers.text_runs import Row, row_to_figures, run_to_text
from tableparse import model
from tableparse.model import Box, Cell, Table

AMBIGUOUS = "text.ambiguous"
"""Doubt of all figures of a row whose cells the text does not part with certainty."""
Part = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Built:
    """A table and what of the text stands in it: words as (item, from, to) and figures."""

    table: Table
    words: tuple[Part, ...]
    figures: frozenset[int]


class Draft(NamedTuple):
    """A table whose figures have found their rows: its rows, the offset at which it starts,
    its number of columns, and what writes it once the doubtful rows are known."""

    rows: list[Row]
    start: int
    cols: int
    write: Callable[[], Built]


@lru_cache(maxsize=256)
def _widths(text: str) -> tuple[float, ...]:
    """Width in ems of each beginning of a text: an ASCII character has half of one."""
    return tuple(accumulate((0.5 if char.isascii() else 1.0 for char in text), initial=0.0))


def line_box(sheet: Sheet, line: int, begin: int, end: int) -> Box:
    """The box on the unit grid (ems by lines of the page) of a part of a line."""
    source = sheet.lines[line]
    widths = _widths(source.text)
    right = widths[min(end, len(source.text))]
    return Box(widths[begin], source.top, right, source.top + 1)


class TableWriter:
    """Collects the cells of one table, row by row. The table has `cols` columns and is made
    from the items from offset `start` of the stream to the last figure of `rows`."""

    def __init__(
        self, stream: Stream, sheet: Sheet, cols: int, start: int, rows: Sequence[Row]
    ) -> None:
        self.stream, self.sheet, self.cols = stream, sheet, cols
        self.row = 0
        self._reach = table_reach(stream, start, cols, rows)
        self._cells: list[Cell] = []
        self._words: list[Part] = []
        self._figures: set[int] = set()

    def next_row(self) -> None:
        """What is added from now on stands in the row below."""
        self.row += 1

    def add_text(self, span: tuple[int, int, int, int], text: str, spans: Sequence[Span]) -> None:
        """A cell at slots (r0, r1, c0, c1) with `text`, found at `spans` of the stream."""
        parts = [part for own in spans for part in pieces(self.stream, own)]
        self._words += parts
        first = self.stream.items[parts[0][0]] if parts else None
        self._cells.append(
            Cell(
                model.Span(*span),
                text,
                self._page(first),
                self._box(first) if first and len(spans) == 1 else None,
            )
        )

    def add_label(self, c0: int, c1: int, row: Row) -> None:
        """The row's label, as printed."""
        span = (row.start, row.end)
        self.add_text((self.row, self.row + 1, c0, c1), raw_text(self.stream, span), (span,))

    def add_figures(self, first: int, row: Row) -> None:
        """The row's figures in the columns from `first` on; all doubtful where their places
        are not certain, with all that is printed there as the text of each."""
        found = row_to_figures(self.stream, row, self._reach)
        self._figures.update(i for run in row.runs for i in run.items)
        self._words += row.fused
        if found is None:
            self._add_doubt(first, row)
            return
        label = self.stream.items[self.stream.item_at(row.start)]
        for place, item in enumerate(found):
            slots = model.Span(self.row, self.row + 1, first + place, first + place + 1)
            shown = item or label
            box = self._box(item) if item else None
            self._cells.append(Cell(slots, item.text if item else "", self._page(shown), box))

    def _add_doubt(self, first: int, row: Row) -> None:
        items = [self.stream.items[i] for run in row.runs for i in run.items]
        shown = items[0] if items else self.stream.items[self.stream.item_at(row.start)]
        text = run_to_text(self.stream, row)
        for place in range(first, first + row.count):
            slots = model.Span(self.row, self.row + 1, place, place + 1)
            self._cells.append(Cell(slots, text, self._page(shown), self._box(shown), AMBIGUOUS))

    def built(self) -> Built:
        """The table of all that was added."""
        table = Table(self.row, self.cols, tuple(self._cells))
        return Built(table, tuple(self._words), frozenset(self._figures))

    def _page(self, item: Item | None) -> int:
        return self.sheet.lines[item.line].page if item else 1

    def _box(self, item: Item) -> Box:
        return line_box(self.sheet, item.line, item.column, item.column + len(item.text))


def table_reach(stream: Stream, start: int, cols: int, rows: Sequence[Row]) -> int:
    """Cells in the widest tabbed line among those of a table's header and rows; not fewer
    than its columns."""
    first = stream.item_at(start)
    last = max([first, *(i for row in rows for run in row.runs for i in run.items)])
    items = stream.items[first : last + 1]
    return max(cols, max((item.slot + 1 for item in items if item.tabbed), default=0))


def covered_items(builts: Iterable[Built]) -> tuple[dict[int, list[tuple[int, int]]], set[int]]:
    """Parts of words, by item, and figures that stand in tables."""
    words: dict[int, list[tuple[int, int]]] = {}
    figures: set[int] = set()
    for built in builts:
        for index, begin, end in built.words:
            words.setdefault(index, []).append((begin, end))
        figures |= built.figures
    return words, figures
