"""Tables of successive pages to one table, by the geometry of their columns, and rows and
labels that the break cut in two, by their labels.

Two pieces belong together when nothing but page furniture stands between them and their outer
edges agree (a facing page may be shifted). Column lines of both are united, so a piece that
lacks a line gets a span where the other has two cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from tableparse.grid import nearest, snap_edges
from tableparse.labels import Labels, applicant_columns, applicant_rows, review_columns
from tableparse.model import Cell, Span, Table
from tableparse.pages import PageText, Placed
from tableparse.values import looks_numeric

SAME_EDGE = 6.0
"""Points by which outer edges of two pieces may differ, once shifted onto each other."""
SAME_COLUMN = 4.0
"""Points by which a column line may move over a page break."""
SHIFT = 60.0
"""Points by which a facing page's margins may shift a table."""
APART = 40.0
"""Points of empty space that two pieces on one page may have between them."""


def pages_to_tables(pages: Sequence[PageText]) -> tuple[Table, ...]:
    """All tables of the document in reading order, pieces that belong together as one."""
    tables: list[Table] = []
    last: Placed | None = None
    last_page: PageText | None = None
    for page in pages:
        for placed in page.tables:
            if last and last_page and _follows(last, last_page, placed, page):
                tables[-1] = join(tables[-1], placed.table)
            else:
                tables.append(placed.table)
            last, last_page = placed, page
    return tuple(tables)


def _follows(upper: Placed, above: PageText, lower: Placed, below: PageText) -> bool:
    """Whether `lower` may continue `upper`: nothing between them, the same outer edges."""
    a, b = upper.box, lower.box
    shift = b.x0 - a.x0
    if abs((b.x1 - a.x1) - shift) > SAME_EDGE or abs(shift) > SHIFT:
        return False
    if upper.page == lower.page:
        between = any(a.bottom - 2 <= line.box.top < b.top for line in above.lines)
        return not between and 0 <= b.top - a.bottom + 2 <= APART and abs(shift) <= SAME_EDGE
    if lower.page != upper.page + 1:
        return False
    under = any(line.box.top >= a.bottom - 2 for line in above.lines)
    over = any(line.box.bottom <= b.top + 2 for line in below.lines)
    return not under and not over


def join(upper: Table, lower: Table) -> Table:
    """`lower` under `upper`, on the union of their column lines; a row or a label that the
    break cut in two is made whole where the labels confirm it."""
    shift = lower.xs[0] - upper.xs[0]
    moved = tuple(x - shift for x in lower.xs)
    stretched = _stretch(moved, upper.xs[0], upper.xs[-1])
    xs = snap_edges((*upper.xs, *stretched), SAME_COLUMN)
    top = [_on_columns(cell, upper.xs, xs, 0) for cell in upper.cells]
    bottom = [_on_columns(cell, stretched, xs, upper.rows) for cell in lower.cells]
    table = Table(upper.rows + lower.rows, len(xs) - 1, (*top, *bottom), xs)
    return _mend(table, upper.rows)


def _stretch(xs: tuple[float, ...], x0: float, x1: float) -> tuple[float, ...]:
    width = (xs[-1] - xs[0]) or 1.0
    return tuple(x0 + (x - xs[0]) * (x1 - x0) / width for x in xs)


def _on_columns(cell: Cell, old: Sequence[float], new: Sequence[float], down: int) -> Cell:
    r0, r1, c0, c1 = cell.span
    span = Span(r0 + down, r1 + down, nearest(new, old[c0]), nearest(new, old[c1]))
    return Cell(span, cell.text, cell.page, cell.box, cell.doubt)


def _mend(table: Table, cut: int) -> Table:
    """Make whole what the break above row `cut` cut: a row, or a label beside whole rows."""
    view = table.dense()
    first = _first_body_row(view, cut)
    if first is None or cut == 0:
        return table
    upper, lower = _row_cells(view[cut - 1]), _row_cells(view[first])
    labels = applicant_rows()
    if _is_one_row(upper, lower, labels):
        rest = [_row_cells(row) for r, row in enumerate(view) if r not in (cut - 1, first)]
        unsure = _one_label_lost(upper, lower) and any(_is_blank(cells, labels) for cells in rest)
        return _merge_rows(table, cut, first, upper, lower, "align.merged" if unsure else None)
    merged: dict[Cell, Cell] = {}
    gone: set[Cell] = set()
    for a in upper:
        for b in lower:
            if a.span[2:] == b.span[2:] and first == cut and _is_one_label(a, b, labels):
                text = a.text if a.text == b.text else a.text + b.text
                span = Span(a.span.r0, b.span.r1, a.span.c0, a.span.c1)
                merged[a] = Cell(span, text, a.page, a.box, a.doubt or b.doubt)
                gone.add(b)
    cells = tuple(merged.get(c, c) for c in table.cells if c not in gone)
    return Table(table.rows, table.cols, cells, table.xs)


def _first_body_row(view: list[list[Cell | None]], cut: int) -> int | None:
    """The first row from `cut` on that is no repeated header."""
    rows = range(cut, min(cut + 4, len(view)))
    return next((r for r in rows if not _is_header(_row_cells(view[r]))), None)


def _is_header(cells: Sequence[Cell]) -> bool:
    columns = applicant_columns()
    return sum(columns.match(c.text) is not None for c in cells if c.text) > 1


def _row_cells(row: Sequence[Cell | None]) -> list[Cell]:
    return [c for i, c in enumerate(row) if c is not None and (i == 0 or row[i - 1] is not c)]


def _leaf(cells: Sequence[Cell]) -> Cell | None:
    """The cell of a row that holds its own label: the last one that is not a figure."""
    words = [c for c in cells if c.text and not looks_numeric(c.text)]
    return words[-1] if words else None


def _figures(cells: Sequence[Cell], leaf: Cell | None) -> dict[int, Cell]:
    after = leaf.span.c1 if leaf else 0
    return {c.span.c0: c for c in cells if c.span.c0 >= after and c.text and c is not leaf}


def _is_one_row(upper: Sequence[Cell], lower: Sequence[Cell], labels: Labels) -> bool:
    a, b = _leaf(upper), _leaf(lower)
    if b is not None and _figures_first(upper, lower, b, labels):
        return True
    if a is None or a.span.r1 - a.span.r0 > 1:
        return False
    over = _figures(upper, a)
    whole = labels.match(a.text)
    if b is None or b.span.c1 <= a.span.c0:  # a label over a's column names a row of its own
        under = _figures(lower, a)
        return whole is not None and not over and bool(under)
    if a.span.c0 != b.span.c0:
        return False
    under = _figures(lower, b)
    if set(over) & set(under) or (over and under):
        return False
    both = labels.match(a.text + b.text)
    if both is None:
        return False
    part = labels.match(b.text)
    if part is not None and part.key != both.key:
        return False
    return whole is None or (whole.key == both.key and both.likeness >= whole.likeness)


def _one_label_lost(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether one side has no label of its own: one row, or two of which one is blank and the
    other has lost its label."""
    a, b = _leaf(upper), _leaf(lower)
    return a is None or b is None or a.span.c0 != b.span.c0


def _is_blank(cells: Sequence[Cell], labels: Labels) -> bool:
    """Whether a row of the form prints its label and no figure: then such rows mean something."""
    leaf = None if _is_header(cells) else _leaf(cells)
    found = labels.match(leaf.text) if leaf is not None else None
    return bool(found and not found.key.startswith("#") and not _figures(cells, leaf))


def _figures_first(
    upper: Sequence[Cell], lower: Sequence[Cell], label: Cell, labels: Labels
) -> bool:
    """Whether the upper row has the figures and no label of its own, and the lower one the
    label and no figures."""
    found = labels.match(label.text)
    if found is None or found.key.startswith("#") or label.span.r1 - label.span.r0 > 1:
        return False
    own = [c for c in upper if c.span.c0 == label.span.c0 and c.span.c1 == label.span.c1]
    blank = bool(own) and not own[0].text and own[0].span.r1 - own[0].span.r0 == 1
    right = [c for c in upper if c.span.c0 >= label.span.c1]
    return blank and any(c.text for c in right) and not _figures(lower, label)


def _is_one_label(a: Cell, b: Cell, labels: Labels) -> bool:
    """Whether two cells left and right of the break are one label: the lower one is empty,
    says the same again, or completes the upper one."""
    if not a.text or looks_numeric(a.text) or (not b.text and _is_head(a.text)):
        return False
    if not b.text or a.text == b.text:
        return a.span.r1 - a.span.r0 > 1 or b.span.r1 - b.span.r0 > 1 or a.text == b.text
    both, upper, lower = (labels.match(t) for t in (a.text + b.text, a.text, b.text))
    if both is None or both.likeness < 1:
        return False
    return (upper is None or upper.key == both.key) and (lower is None or lower.key == both.key)


def _is_head(text: str) -> bool:
    """Whether a cell is the head of a column: a blank cell overleaf is a figure's then."""
    return any(labels.match(text) for labels in (applicant_columns(), review_columns()))


def _merge_rows(
    table: Table,
    cut: int,
    first: int,
    upper: Sequence[Cell],
    lower: Sequence[Cell],
    unsure: str | None,
) -> Table:
    """Rows cut - 1 and `first` as one: texts of cells over the same columns run together. The
    rows of a repeated header between them stay, above. `unsure` is a doubt on all of it."""
    merged: dict[Cell, Cell] = {}
    gone: set[Cell] = set()
    for a in upper:
        under = [b for b in lower if b.span.c0 >= a.span.c0 and b.span.c1 <= a.span.c1]
        for b in under:
            gone.add(b)
        if under:
            text = a.text + "".join(b.text for b in under if b.text != a.text)
            doubt = next((d for d in (a.doubt, *(b.doubt for b in under)) if d), unsure)
            inked = a if a.text else next((b for b in under if b.text), a)
            last = max(b.span.r1 for b in under)
            end = last if last > first + 1 else a.span.r1
            span = Span(a.span.r0, end, a.span.c0, a.span.c1)
            merged[a] = Cell(span, text, inked.page, inked.box, doubt)
    keep = [merged.get(c, c) for c in table.cells if c not in gone]
    return Table(table.rows, table.cols, tuple(keep), table.xs)
