"""Tables of successive pages as one: what belongs together, and what the break cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from drawing import Texts, balanced, matrix_to_texts, printed_form, rows_to_table

from tableparse.align_applications import tables_to_applications
from tableparse.model import Box, Line, Span, Table
from tableparse.pages import PageText, Placed
from tableparse.stitch import pages_to_tables

FORM = printed_form()
KEYS = [key for key, *_ in FORM["rows_2021"]]
COLUMNS = FORM["columns"]


def place(table: Table, page: int, x: float = 80.0, top: float = 200.0) -> Placed:
    """A table on a page, its top left corner at (x, top)."""
    xs = tuple(x + edge for edge in table.xs)
    cells = tuple(
        c._replace(
            page=page, box=Box(x + c.box.x0, top + c.box.top, x + c.box.x1, top + c.box.bottom)
        )
        for c in table.cells
        if c.box
    )
    box = Box(xs[0], top, xs[-1], top + 20.0 * table.rows)
    return Placed(replace(table, cells=cells, xs=xs), page, box)


def page(number: int, *parts: Placed | tuple[str, float]) -> PageText:
    """A page with tables and lines of text, each (text, top)."""
    lines = tuple(
        Line(text, number, Box(80, top, 200, top + 10), 10.0)
        for text, top in (p for p in parts if isinstance(p, tuple) and not isinstance(p, Placed))
    )
    tables = tuple(p for p in parts if isinstance(p, Placed))
    return PageText(number, 842, tables, lines, 0, 0)


def below(texts: Texts, start: int, *, labels: str = "blank") -> Texts:
    """The rows from `start` on as a page of their own: cells that reach in from above are
    begun anew, "blank" or with their label "again"."""
    first: list[str | None] = []
    for c, text in enumerate(texts[start]):
        above = next(row[c] for row in reversed(texts[: start + 1]) if row[c] != "^")
        first.append(text if text != "^" else above if labels == "again" or above == "<" else "")
    return [first, *texts[start + 1 :]]


def stitch(*pieces: Texts, shift: float = 0.0) -> tuple[Table, ...]:
    """The pieces on successive pages, every second one shifted to the right."""
    return pages_to_tables(
        [
            page(i + 1, place(rows_to_table(t), i + 1, 80 + shift * (i % 2), 600 if i == 0 else 60))
            for i, t in enumerate(pieces)
        ]
    )


def figures(tables: Sequence[Table]) -> dict[str, list[object]]:
    """The matrix read from stitched tables; nothing must have to be said of it."""
    matrix, findings, _ = tables_to_applications(tables)
    assert matrix is not None
    assert (findings, matrix.missing) == ((), ())
    return {key: [row[c].number for c in COLUMNS] for key, row in matrix.rows.items()}


GIVEN = {key: [int(n) for n in row] for key, row in balanced().items()}


@pytest.mark.parametrize("labels", ["blank", "again"])
@pytest.mark.parametrize("cut", range(4, 28))
def test_cut_between_any_two_rows(cut: int, labels: str) -> None:
    """Wherever the page breaks, and whether the merged labels go on blank or are printed
    again: one table, the same figures."""
    texts = matrix_to_texts(balanced())
    tables = stitch(texts[:cut], below(texts, cut, labels=labels))
    assert len(tables) == 1
    assert figures(tables) == GIVEN


@pytest.mark.parametrize("cut", range(4, 28, 3))
def test_header_repeated_on_the_next_page(cut: int) -> None:
    """A header printed again on the continuation is no row, and its rows are not lost."""
    texts = matrix_to_texts(balanced())
    tables = stitch(texts[:cut], [*texts[:3], *below(texts, cut, labels="again")])
    assert figures(tables) == GIVEN


def test_three_pages() -> None:
    """A matrix over three pages, with the pages' margins alternating."""
    texts = matrix_to_texts(balanced())
    pieces = (texts[:10], below(texts, 10)[:10], below(texts, 20))
    tables = stitch(*pieces, shift=17.0)
    assert len(tables) == 1
    assert figures(tables) == GIVEN


@pytest.mark.parametrize("shift", [-40.0, -5.0, 3.0, 28.3, 57.0])
def test_facing_page_may_be_shifted(shift: float) -> None:
    """Mirrored margins shift the whole piece; its columns are the same."""
    texts = matrix_to_texts(balanced())
    tables = stitch(texts[:15], below(texts, 15), shift=shift)
    assert len(tables) == 1
    assert figures(tables) == GIVEN


@pytest.mark.parametrize(
    ("group", "at"),
    [
        ("（三）不予公开", 4),
        ("（三）不予公开", 5),
        ("（四）无法提供", 4),
        ("（四）无法提供", 3),
        ("（五）不予处理", 5),
        ("（五）不予处理", 6),
        ("（六）其他处理", 4),
    ],
)
def test_group_label_cut_in_two(group: str, at: int) -> None:
    """（四）无 | 法提供: the halves are one label over the rows of both pages."""
    texts = matrix_to_texts(balanced())
    row = next(i for i, r in enumerate(texts) if group in r)
    upper = [list(r) for r in texts[: row + 1]]
    upper[row][1] = group[:at]
    lower = below(texts, row + 1)
    lower[0][1] = group[at:]
    (table,) = stitch(upper, lower)
    assert figures([table]) == GIVEN
    whole = [c for c in table.cells if c.text == group]
    size = sum(over == group for *_, over in FORM["rows_2021"])
    assert [(c.span.r0, c.span.r1) for c in whole] == [(row, row + size)]


def cut_row(key: str, at: int, figures_on: str) -> tuple[Texts, Texts]:
    """A row whose label the page cuts after `at` characters, its figures above or below."""
    texts = matrix_to_texts(balanced())
    row = KEYS.index(key) + 3
    column = max(i for i, t in enumerate(texts[row][:3]) if t not in ("<", "^"))
    label = str(texts[row][column])
    upper = [list(r) for r in texts[: row + 1]]
    lower = below(texts, row)
    upper[row][column], lower[0][column] = label[:at], label[at:]
    blank = lower[0] if figures_on == "upper" else upper[row]
    blank[3:] = [""] * 7
    return upper, lower


@pytest.mark.parametrize("figures_on", ["upper", "lower"])
@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("received", 9),
        ("denied.prohibited_by_law", 8),
        ("denied.internal_affairs", 6),
        ("unavailable.not_held", 7),
        ("declined.confirm_or_reissue", 10),
        ("other.not_corrected", 17),
        ("other.fee_unpaid", 30),
        ("granted_in_part", 12),
    ],
)
def test_row_cut_in_the_middle_of_its_label(key: str, at: int, figures_on: str) -> None:
    """A row whose label goes on overleaf is one row, its figures on either page."""
    tables = stitch(*cut_row(key, at, figures_on))
    assert figures(tables) == GIVEN


def test_label_on_one_page_and_figures_on_the_next() -> None:
    """A whole label above the break, its figures below it without a label."""
    upper, lower = cut_row("declined.repeat", 99, "lower")
    assert figures(stitch(upper, lower)) == GIVEN


def test_figures_on_one_page_and_label_on_the_next() -> None:
    """The other way round."""
    upper, lower = cut_row("declined.repeat", 0, "upper")
    assert figures(stitch(upper, lower)) == GIVEN


def test_figures_know_the_page_they_stand_on() -> None:
    """A row made whole keeps the place where its figures are printed."""
    tables = stitch(*cut_row("other.fee_unpaid", 30, "lower"))
    matrix, _, _ = tables_to_applications(tables)
    assert matrix is not None
    value = matrix.rows["other.fee_unpaid"]["total"]
    assert value.page == 2
    assert value.box is not None and value.box.top == 60


def test_two_rows_with_figures_are_never_one() -> None:
    """Figures on both sides of the break stay in rows of their own, whatever the labels say:
    they are not run together."""
    upper, lower = cut_row("declined.repeat", 3, "upper")
    lower[0][3:] = ["1"] * 7
    tables = stitch(upper, lower)
    matrix, findings, _ = tables_to_applications(tables)
    assert matrix is not None
    assert findings or matrix.missing
    printed = {v.raw for row in matrix.rows.values() for v in row.values()}
    assert not any(raw == f"{n}1" for raw in printed for n in balanced()["declined.repeat"])


@pytest.mark.parametrize(
    ("between", "where"),
    [(("四、行政复议", 700.0), 1), (("注：本表不含街道", 40.0), 2)],
)
def test_text_between_parts_tables(between: tuple[str, float], where: int) -> None:
    """A line of text under the upper piece or over the lower one: two tables."""
    table = rows_to_table([["1", "2"]] * 3)
    pages = [place(table, 1, top=600), place(table, 2, top=60)]
    lines = [[between] if where == number else [] for number in (1, 2)]
    found = pages_to_tables([page(p.page, p, *own) for p, own in zip(pages, lines, strict=True)])
    assert [t.rows for t in found] == [3, 3]


def test_other_widths_part_tables() -> None:
    """Pieces whose outer edges differ are two tables."""
    wide, narrow = rows_to_table([["1", "2"]]), rows_to_table([["1", "2"]], width=36)
    pages = [page(1, place(wide, 1, top=700)), page(2, place(narrow, 2, top=60))]
    assert [t.rows for t in pages_to_tables(pages)] == [1, 1]


def test_page_between_parts_tables() -> None:
    """A page without a table between two pieces: they are not joined over it."""
    table = rows_to_table([["1", "2"]])
    pages = [page(1, place(table, 1, top=700)), page(2), page(3, place(table, 3, top=60))]
    assert len(pages_to_tables(pages)) == 2


def test_two_forms_on_one_page_stay_two_tables() -> None:
    """Two tables 12 points apart with the same edges and other columns: whatever becomes of
    them, no row of one takes figures of the other."""
    rows = [["规章", "1", "2", "3"], ["行政许可", "5", "<", "<"]]
    other = [["行政处罚", "7", "<", "<"], ["行政强制", "8", "<", "<"]]
    first, second = rows_to_table(rows), rows_to_table(other)
    found = pages_to_tables(
        [page(1, place(first, 1, top=200), place(second, 1, top=200 + 40 + 12))]
    )
    read = [[c.text for c in sorted(t.cells, key=lambda c: c.span)] for t in found]
    assert [text for table in read for text in table] == [
        "规章", "1", "2", "3", "行政许可", "5", "行政处罚", "7", "行政强制", "8",
    ]  # fmt: skip
    assert all(c.span.r1 - c.span.r0 == 1 for t in found for c in t.cells)


@pytest.mark.parametrize("gap", [60.0, 200.0])
def test_tables_far_apart_on_a_page_stay_two(gap: float) -> None:
    """Empty space parts tables of one page."""
    table = rows_to_table([["1", "2"]])
    found = pages_to_tables([page(1, place(table, 1, top=200), place(table, 1, top=220 + gap))])
    assert len(found) == 2


def test_piece_that_lacks_a_line_spans_it() -> None:
    """Column lines of both pieces are united: where one has no line its cell spans two."""
    upper = rows_to_table([["a", "b", "c"], ["d", "e", "f"]])
    lower = rows_to_table([["g", "<", "h"]])
    (table,) = pages_to_tables(
        [page(1, place(upper, 1, top=700)), page(2, place(lower, 2, top=60))]
    )
    assert table.cols == 3
    spans = {c.text: c.span for c in table.cells}
    assert spans["g"] == Span(2, 3, 0, 2)
    assert spans["h"] == Span(2, 3, 2, 3)


def test_columns_may_move_a_little() -> None:
    """A column line that moves by some points over the break is the same line."""
    upper = rows_to_table([["a", "b", "c"]])
    lower = replace(upper, xs=(0.0, 42.5, 78.0, 120.0))
    (table,) = pages_to_tables(
        [page(1, place(upper, 1, top=700)), page(2, place(lower, 2, x=80, top=60))]
    )
    assert (table.rows, table.cols) == (2, 3)


def test_no_cell_is_lost_or_doubled() -> None:
    """Stitching keeps every text: cells before and after have the same characters, but for
    labels that were printed twice or blank."""
    texts = matrix_to_texts(balanced())
    for cut in range(4, 28):
        pieces = [rows_to_table(texts[:cut]), rows_to_table(below(texts, cut))]
        (table,) = stitch(texts[:cut], below(texts, cut))
        before = sorted("".join(c.text for p in pieces for c in p.cells))
        assert sorted("".join(c.text for c in table.cells)) == before
        covered = [
            (r, c)
            for cell in table.cells
            for r in range(cell.span.r0, cell.span.r1)
            for c in range(cell.span.c0, cell.span.c1)
        ]
        assert len(covered) == len(set(covered))


def test_nothing_gives_nothing() -> None:
    """No pages, or pages without tables, give no table."""
    assert pages_to_tables([]) == ()
    assert pages_to_tables([page(1, ("文", 100.0))]) == ()
