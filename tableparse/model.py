"""The values that everything else passes on, frozen; nothing here decides.

Lengths are points (1/72 inch), the origin is the top left corner of the page as it is
seen (rotation undone), pages are counted from 1. Tables that come from a container with
spans of its own (text, later HTML, DOCX) lie on a unit grid: a slot is one unit wide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

from tableparse.paths import rows_to_figures


class Char(NamedTuple):
    """One glyph as drawn. The box is made from its baseline and font size, never from
    the font's own box (producers write ascent 0 or boxes of 2,000 units)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    run: int
    """Number of the text run that drew it: neighbours in a run belong together."""


class Ruling(NamedTuple):
    """A drawn line, exactly horizontal (top == bottom) or vertical (x0 == x1)."""

    x0: float
    top: float
    x1: float
    bottom: float


class Box(NamedTuple):
    """A rectangle in points."""

    x0: float
    top: float
    x1: float
    bottom: float


class Grid(NamedTuple):
    """What a detector returns for one table of one page: rectangles of cells, merged
    ones as one rectangle, nothing else."""

    page: int
    boxes: tuple[Box, ...]


class Sight(NamedTuple):
    """A piece of text as it was recognised in a picture: where, the text taken, its score (0 to
    1), whether it is clear, and for a figure all that it may be, likeliest first."""

    box: Box
    text: str
    score: float
    clear: bool
    choices: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read: visible characters and what is drawn around them."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    rulings: tuple[Ruling, ...] = ()
    fills: tuple[Box, ...] = ()
    """Filled areas with a colour other than the paper's."""
    pale_rulings: tuple[Ruling, ...] = ()
    """Lines in the paper's colour: they part cells only where fills lie beneath."""
    images: float = 0.0
    """Share of the page's area that pictures cover, 0 to 1."""
    unreadable: int = 0
    """Visible characters that no character map explains."""
    hidden: int = 0
    """Characters in the file that a reader of the page does not see (not in `chars`)."""
    turn: int = 0
    """Clockwise degrees from the page as shown by a viewer to the page as given here: 0 but
    for a page whose text lies on its side."""
    sights: tuple[Sight, ...] | None = None
    """The pieces of text of a page that was recognised in its picture; None for other pages."""


class Span(NamedTuple):
    """Slots that a cell covers, half-open: rows r0 <= r < r1, columns c0 <= c < c1."""

    r0: int
    r1: int
    c0: int
    c1: int


class Cell(NamedTuple):
    """A rectangle of a table, merged or not, with its text in reading order."""

    span: Span
    text: str
    page: int = 1
    box: Box | None = None
    doubt: str | None = None
    """Why the text may not be what is printed (code of `findings.toml`), else None."""
    place: str | None = None
    """Its address in a container without pages: `table[2]/tr[7]/td[3]` of a web page."""


class Row(NamedTuple):
    """A row of a table: its number and its cells from left to right, each once, also those
    that reach into it from above; those of them that print something, and what they print."""

    number: int
    cells: tuple[Cell, ...]
    inked: tuple[Cell, ...]
    texts: tuple[str, ...]

    def alone(self, cell: Cell) -> bool:
        """Whether the cell stands in this row only."""
        r0, r1, _, _ = cell.span
        return r1 - r0 == 1


@dataclass(frozen=True)
class Table:
    """Sparse cells on a grid of `rows` x `cols`; `dense` gives the view by slot, `by_row` the
    rows."""

    rows: int
    cols: int
    cells: tuple[Cell, ...]
    xs: tuple[float, ...] = ()
    """The cols + 1 column lines in points, or empty on a unit grid."""

    def dense(self) -> list[list[Cell | None]]:
        """The cell that covers each slot, row by row; None where none does."""
        view: list[list[Cell | None]] = [[None] * self.cols for _ in range(self.rows)]
        for cell in self.cells:
            r0, r1, c0, c1 = cell.span
            for r in range(r0, r1):
                view[r][c0:c1] = [cell] * (c1 - c0)
        return view

    @cached_property
    def by_row(self) -> tuple[Row, ...]:
        """The rows, top to bottom, as `dense` has them. Made once: every alignment asks."""
        rows: list[list[Cell]] = [[] for _ in range(self.rows)]
        ends = [0] * self.rows
        mixed: set[int] = set()
        for cell in self.cells:
            r0, r1, c0, c1 = cell.span
            for r in range(r0, r1):
                rows[r].append(cell)
                if not ends[r] <= c0 < c1:
                    mixed.add(r)
                ends[r] = c1
        for r in mixed:
            rows[r] = self._in_order(rows[r])
        return tuple([_cells_to_row(r, cells) for r, cells in enumerate(rows)])

    def _in_order(self, cells: list[Cell]) -> list[Cell]:
        """The cells of a row from left to right; of a slot claimed twice the later one has it."""
        slots: list[Cell | None] = [None] * self.cols
        for cell in cells:
            _, _, c0, c1 = cell.span
            slots[c0:c1] = [cell] * (c1 - c0)
        found: list[Cell] = []
        for slot in slots:
            if slot is not None and (not found or found[-1] is not slot):
                found.append(slot)
        return found


def _cells_to_row(number: int, cells: list[Cell]) -> Row:
    inked = [c for c in cells if c.text]
    return Row(number, tuple(cells), tuple(inked), tuple([c.text for c in inked]))


class Line(NamedTuple):
    """A line of running text outside of the tables."""

    text: str
    page: int
    box: Box
    size: float


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of a file: pages to be searched for tables, or, where the
    container states its tables itself, `tables` and `lines` ready made."""

    media_type: str
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] | None = None
    lines: tuple[Line, ...] = ()
    notes: tuple[Finding, ...] = ()
    """What the reader has to say of the file (damage, hidden text...)."""
    page_count: int | None = None
    meta: tuple[tuple[str, str], ...] = ()
    """What the document says of itself: `published` (a date), `index_number` (索引号)."""


class Value(NamedTuple):
    """A figure: what is printed, and the number it says. `number` is None for blanks and
    marks (no doubt) and where the print does not give one number (`doubt` says why)."""

    raw: str
    number: int | float | str | None = None
    page: int | None = None
    box: Box | None = None
    doubt: str | None = None
    note: str | None = None
    """Words printed beside the number, kept word for word."""
    place: str | None = None
    """The cell's address in a container without pages."""
    score: float | None = None
    """How certain it was recognised in a picture, 0 to 1; None for figures of text."""
    choices: tuple[tuple[int | float, float], ...] = ()
    """The numbers that a figure in a picture may be where that is not clear, with scores."""
    chosen: bool = False
    """Whether the form's equations decided between the choices."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a user of the report has to know. `cells` are paths such as
    `applications.granted.business`; `left` and `right` the two sides of an identity."""

    code: str
    severity: str
    blame: str
    message: str
    cells: tuple[str, ...] = ()
    left: int | float | None = None
    right: int | float | None = None


@dataclass(frozen=True)
class Matrix:
    """One table of the form: values by row key, then column key. `form` is the edition
    that its own labels show. Rows of the edition that were not found are in `missing`."""

    name: str
    form: str
    rows: dict[str, dict[str, Value]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    subtotals: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Printed subtotals by group: the form has none, some reports add them."""

    @cached_property
    def figures(self) -> dict[str, Value]:
        """Every figure by its path (`applications.granted.business`), in the form's order."""
        return rows_to_figures(self.name, self.rows)

    @cached_property
    def numbers(self) -> dict[str, int | float | None]:
        """The numbers of figures and subtotals by path, None for blanks; without those that are
        in doubt or printed in a unit of their own."""
        return figures_to_numbers(self.figures | self.subtotal_figures)

    @cached_property
    def subtotal_figures(self) -> dict[str, Value]:
        """Every printed subtotal by its path (`applications.denied.subtotal.total`)."""
        parts = {f"{group}.subtotal": values for group, values in self.subtotals.items()}
        return rows_to_figures(self.name, parts)


def figures_to_numbers(figures: dict[str, Value]) -> dict[str, int | float | None]:
    """What figures count for in sums, by path: see `Matrix.numbers`."""
    return {
        path: value.number
        for path, value in figures.items()
        if not value.doubt and not isinstance(value.number, str)
    }


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one detector made of a document: identities evaluated, and held."""

    detector: str
    evaluated: int
    held: int


# Named tuples from all of their fields: where thousands are made, their own constructors, which
# run as Python, are half of the work.
new_box: Callable[[tuple[float, float, float, float]], Box] = partial(tuple.__new__, Box)
new_span: Callable[[tuple[int, int, int, int]], Span] = partial(tuple.__new__, Span)
new_cell: Callable[[tuple[object, ...]], Cell] = partial(tuple.__new__, Cell)
new_value: Callable[[tuple[object, ...]], Value] = partial(tuple.__new__, Value)
