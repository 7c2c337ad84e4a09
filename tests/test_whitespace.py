"""The white-space detector: what it gives back is what was laid out, or it gives nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# the makers are no part of the installed package
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from drawing import text_to_chars

from extract.detectors.whitespace import page_to_grids, pages_to_grids
from extract.readers.pdf import pdf_to_document
from fixtures.make.compose import load_variants
from fixtures.make.report import (
    REPORTS,
    Figure,
    Report,
    form_rows,
    load_form,
    load_report,
)
from fixtures.make.sheet import Cell, Sheet, applications_sheet, proactive_sheets, review_sheet
from tableparse.labels import squeeze
from tableparse.model import Box, Char, Grid, Matrix, Page, Ruling, Table
from tableparse.pages import page_to_text, without_furniture
from tableparse.read import tables_to_reading
from tableparse.stitch import pages_to_tables
from tableparse.whitespace import chars_to_pieces

UNRULED = [v.name for v in load_variants() if v.style not in ("ruled", "segments")]
RULED = [v.name for v in load_variants() if v.style in ("ruled", "segments")]
MARKS = ("0", "0", "0", "", "/", "-", "—", "无")


@dataclass(frozen=True)
class Setting:
    """How a sheet is set: lengths in points, `leading` in font sizes, sides per kind."""

    width: float = 452.0
    size: float = 9.0
    leading: float = 1.3
    pad: float = 2.0
    label_side: str = "left"
    figure_side: str = "middle"
    figure_line: str = "middle"
    head_side: str = "middle"
    word_line: str = "middle"
    lower: float = 0.0
    style: str = "none"


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines of at most `width`, broken at any character, as Chinese text is."""
    lines, used = [""], 0.0
    for char in text:
        step = size * (0.5 if char.isascii() else 1.0)
        if used + step > width and lines[-1]:
            lines.append("")
            used = 0.0
        lines[-1] += char
        used += step
    return lines


def measure(text: str, size: float) -> float:
    """Width of a line."""
    return sum(size * (0.5 if c.isascii() else 1.0) for c in text)


def rows_to_heights(sheet: Sheet, xs: Sequence[float], how: Setting) -> list[float]:
    """Heights of the grid rows: what their own cells need, merged ones reach down."""
    heights = [how.size * how.leading + 2 * how.pad] * sheet.rows
    for cell in sorted(sheet.cells, key=lambda c: c.rs):
        lines = wrap(cell.text, xs[cell.c + cell.cs] - xs[cell.c] - 2 * how.pad, how.size)
        need = len(lines) * how.size * how.leading + 2 * how.pad
        short = need - sum(heights[cell.r : cell.r + cell.rs])
        if short > 0:
            heights[cell.r + cell.rs - 1] += short
    return heights


def cell_to_chars(cell: Cell, box: Box, how: Setting, run: int) -> list[Char]:
    """A cell's text, wrapped, where the setting puts it."""
    lines = wrap(cell.text, box.x1 - box.x0 - 2 * how.pad, how.size)
    sides = {"figure": how.figure_side, "label": how.label_side, "head": how.head_side}
    side = sides.get(cell.kind, "middle")
    step = how.size * how.leading
    room = box.bottom - box.top - 2 * how.pad - step * len(lines)
    place = how.figure_line if cell.kind == "figure" else how.word_line
    top = box.top + how.pad + {"top": 0.0, "middle": room / 2, "bottom": room}[place]
    chars: list[Char] = []
    for i, line in enumerate(lines):
        left, right = box.x0 + how.pad, box.x1 - how.pad - measure(line, how.size)
        x = {"left": left, "right": right, "middle": (left + right) / 2}[side]
        y = top + i * step + (step - how.size) / 2 + 0.88 * how.size
        y += how.lower * how.size if line.isascii() else 0.0
        chars += text_to_chars(line, x, y, how.size, run=run + i)
    return chars


def sheet_to_page(sheet: Sheet, how: Setting, top: float = 60.0, number: int = 1) -> Page:
    """A page that holds one sheet, and a page number under it."""
    x0 = (595.0 - how.width) / 2
    unit = how.width / sum(sheet.widths)
    xs = [x0 + unit * sum(sheet.widths[:i]) for i in range(len(sheet.widths) + 1)]
    heights = rows_to_heights(sheet, xs, how)
    ys = [top + sum(heights[:i]) for i in range(len(heights) + 1)]
    chars: list[Char] = []
    for cell in sorted(sheet.cells):
        box = Box(xs[cell.c], ys[cell.r], xs[cell.c + cell.cs], ys[cell.r + cell.rs])
        chars += cell_to_chars(cell, box, how, len(chars))
    height = max(842.0, ys[-1] + 120)
    chars += text_to_chars("- 2 -", 288, height - 60, 9, run=len(chars))
    rules = {
        "none": (),
        "three": (ys[0], ys[sheet.head], ys[-1]),
        "rows": tuple(ys),
    }[how.style]
    rulings = tuple(Ruling(xs[0], y, xs[-1], y) for y in rules)
    return Page(number, 595.0, height, tuple(chars), rulings)


def cut_sheet(sheet: Sheet, at: int) -> tuple[Sheet, Sheet]:
    """The rows before grid row `at`, and the others, merged labels on the side where more of
    their rows are."""
    parts: tuple[list[Cell], list[Cell]] = [], []
    for cell in sheet.cells:
        before, after = max(0, min(at, cell.r + cell.rs) - cell.r), cell.r + cell.rs - at
        upper, lower = cell.text, cell.text
        if before > 0 and after > 0:
            upper, lower = (cell.text, "") if before >= after else ("", cell.text)
        if before > 0:
            parts[0].append(cell._replace(rs=min(before, cell.rs), text=upper))
        if after > 0:
            start = max(0, cell.r - at)
            parts[1].append(cell._replace(r=start, rs=min(after, cell.rs), text=lower))
    heads = min(sheet.head, at), max(0, sheet.head - at)
    first, second = (
        replace(sheet, cells=tuple(own), head=head) for own, head in zip(parts, heads, strict=True)
    )
    return first, second


def random_report(seed: int, marks: Sequence[str] = MARKS) -> Report:
    """A report with figures of any size, blanks and marks in any place."""
    random = Random(seed)

    def figure() -> Figure:
        if random.random() < 0.4:
            return Figure(random.choice(marks))
        return Figure(str(random.randrange(10 ** random.choice((1, 1, 2, 2, 3, 4)))))

    form = random.choice(("2019", "2021"))
    base = load_report("a01")
    rows = {key: tuple(figure() for _ in range(7)) for key, _, _ in form_rows(form)}
    proactive = {
        row: {column: figure() for column in group["columns"]}
        for group in load_form()[f"proactive_{form}"]
        for row, _ in group["rows"]
    }
    assert base.review is not None
    review = {block: {key: figure() for key in cells} for block, cells in base.review.items()}
    return replace(
        base,
        applications_form=form,
        proactive_form=form,
        applications=rows,
        proactive=proactive,
        review=review,
    )


def grid_to_table(grid: Grid, page: Page) -> Table:
    """The detector's boxes filled with the page's characters."""
    (placed,) = page_to_text(page, [grid]).tables
    return placed.table


def read_rows(table: Table) -> list[list[str]]:
    """The texts of each row, every cell once."""
    rows = []
    for slots in table.dense():
        cells = [c for i, c in enumerate(slots) if c and (not i or slots[i - 1] is not c)]
        rows.append([squeeze(c.text) for c in cells])
    return rows


def assert_rows_kept(sheet: Sheet, table: Table) -> None:
    """Every row of the sheet that has figures stands in the table: its label, and behind it
    its figures and blanks in their order; no row of the table says anything else."""
    wanted: list[list[str]] = []
    for r in range(sheet.rows):
        own = sorted(c for c in sheet.cells if c.r == r)
        label = [squeeze(c.text) for c in own if c.kind == "label"]
        figures = [c.text for c in own if c.kind == "figure"]
        if label and figures:
            wanted.append([label[-1], *figures])
    found = read_rows(table)
    for row in wanted:
        assert any(line[-len(row) :] == row for line in found), (row, found)
    labels = {row[0] for row in wanted}
    for line in found:
        for at, text in enumerate(line):
            if text in labels:
                assert line[at:] in wanted, line


SETTINGS = st.builds(
    Setting,
    width=st.sampled_from((430.0, 452.0, 470.0, 520.0)),
    size=st.sampled_from((7.0, 8.0, 9.0, 10.5)),
    leading=st.sampled_from((1.1, 1.3, 1.6)),
    pad=st.sampled_from((1.5, 2.0, 3.0, 5.0)),
    label_side=st.sampled_from(("left", "middle")),
    figure_side=st.sampled_from(("left", "middle", "right")),
    figure_line=st.sampled_from(("top", "middle", "bottom")),
    head_side=st.sampled_from(("left", "middle", "right")),
    word_line=st.sampled_from(("top", "middle", "bottom")),
    lower=st.sampled_from((0.0, 0.08)),
    style=st.sampled_from(("none", "three", "rows")),
)
WIDTHS = st.tuples(
    st.sampled_from((3.5, 5.0, 7.0)),
    st.sampled_from((6.0, 10.0, 14.0)),
    st.sampled_from((20.0, 26.0, 34.0)),
).map(lambda label: (*label, 8.0, *(8.0,) * 5, 8.0))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), how=SETTINGS, widths=WIDTHS)
def test_matrix_is_given_back_or_nothing(
    seed: int, how: Setting, widths: tuple[float, ...]
) -> None:
    """Whatever the figures, wraps, sides and rules: the rows of the matrix come back exactly,
    or no table does."""
    sheet = applications_sheet(random_report(seed), False, seed % 3 == 0, widths)
    page = sheet_to_page(sheet, how)
    for grid in page_to_grids(page):
        assert_rows_kept(sheet, grid_to_table(grid, page))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), how=SETTINGS, widths=WIDTHS, at=st.integers(1, 26))
def test_both_sides_of_a_break_are_given_back_or_nothing(
    seed: int, how: Setting, widths: tuple[float, ...], at: int
) -> None:
    """A page break between any two rows, those of the header among them: each side comes back
    exactly, or not at all."""
    whole = applications_sheet(random_report(seed), False, False, widths)
    at = min(at, whole.rows - 1)
    parts = cut_sheet(whole, at)
    pages = [sheet_to_page(part, how, number=i) for i, part in enumerate(parts, 1)]
    for grid in pages_to_grids(pages):
        page, part = pages[grid.page - 1], parts[grid.page - 1]
        assert_rows_kept(part, grid_to_table(grid, page))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), how=SETTINGS, misaligned=st.booleans())
def test_proactive_is_given_back_or_nothing(seed: int, how: Setting, misaligned: bool) -> None:
    """The proactive table of either edition, heads over their figures or beside them."""
    (sheet,) = proactive_sheets(random_report(seed), False, misaligned)
    page = sheet_to_page(sheet, how)
    for grid in page_to_grids(page):
        assert_rows_kept(sheet, grid_to_table(grid, page))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), how=SETTINGS)
def test_review_is_given_back_or_nothing(seed: int, how: Setting) -> None:
    """The fifteen figures of the review table, blanks among them, in their columns."""
    sheet = review_sheet(random_report(seed))
    assert sheet is not None
    page = sheet_to_page(sheet, how)
    figures = [c.text for c in sorted(sheet.cells) if c.kind == "figure"]
    for grid in page_to_grids(page):
        assert read_rows(grid_to_table(grid, page))[-1] == figures


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), how=SETTINGS, at=st.integers(1, 3))
def test_a_cut_review_is_given_back_or_nothing(seed: int, how: Setting, at: int) -> None:
    """A page break between any two rows of the review table: its figures come back in their
    columns, or not at all."""
    sheet = review_sheet(random_report(seed))
    assert sheet is not None
    parts = cut_sheet(sheet, at)
    pages = [sheet_to_page(part, how, number=i) for i, part in enumerate(parts, 1)]
    figures = [c.text for c in sorted(sheet.cells) if c.kind == "figure"]
    grids = pages_to_grids(pages)
    assert [g.page for g in grids] in ([], [1, 2])
    for grid in grids[1:]:
        assert read_rows(grid_to_table(grid, pages[1]))[-1] == figures


@pytest.mark.parametrize("style", ["none", "three", "rows"])
def test_ordinary_prints_are_found(style: str) -> None:
    """In the settings of ordinary reports nothing is left out: 40 prints of each table."""
    for seed in range(40):
        how = Setting(
            figure_side=("middle", "left")[seed % 2],
            style=style,
            pad=2.0 + seed % 3,
            size=(8.0, 9.0)[seed % 2],
        )
        report = random_report(seed, marks=("0", "/", "-"))
        widths = (5.0, 10.0, 26.0, 8.0, *(8.0,) * 5, 8.0)
        review = review_sheet(report)
        assert review is not None
        for sheet in (
            applications_sheet(report, False, False, widths),
            review,
            *proactive_sheets(report, False, False),
        ):
            page = sheet_to_page(sheet, how)
            grids = page_to_grids(page)
            assert len(grids) == 1, (seed, sheet.name)
            if sheet.name != "review":
                assert_rows_kept(sheet, grid_to_table(grids[0], page))


def read_fixture(name: str) -> tuple[list[Matrix | None], list[dict[str, object] | None]]:
    """The three matrices of a fixture as the detector's boxes give them, and the golden's."""
    document = pdf_to_document((REPORTS / f"{name}.pdf").read_bytes())
    grids = pages_to_grids(document.pages)
    texts = [page_to_text(p, [g for g in grids if g.page == p.number]) for p in document.pages]
    reading = tables_to_reading(pages_to_tables(without_furniture(texts)))
    golden = json.loads((REPORTS / f"{name}.expected.json").read_text(encoding="utf-8"))
    return list(reading.matrices), [golden[t] for t in ("proactive", "applications", "review")]


def golden_to_numbers(table: dict[str, object]) -> dict[str, list[object]]:
    """Rows of a golden's table as lists of numbers."""
    rows = table.get("rows", table)
    assert isinstance(rows, dict)
    return {
        key: list(row.values()) if isinstance(row, dict) else row
        for key, row in rows.items()
        if key != "form"
    }


@pytest.mark.parametrize("name", UNRULED)
def test_unruled_fixtures_are_read_exactly(name: str) -> None:
    """Every figure of every print without a lattice is the golden's."""
    for matrix, table in zip(*read_fixture(name), strict=True):
        assert matrix is not None
        assert table is not None
        found = {k: [v.number for v in row.values()] for k, row in matrix.rows.items()}
        assert found == golden_to_numbers(table)


@pytest.mark.parametrize("name", RULED)
def test_ruled_fixtures_are_read_without_a_wrong_figure(name: str) -> None:
    """In prints with a lattice no figure is another than the golden's, and none is lost in a
    table whose rows were all found."""
    for matrix, table in zip(*read_fixture(name), strict=True):
        if matrix is None:
            continue
        assert table is not None
        wanted = golden_to_numbers(table)
        for key, row in matrix.rows.items():
            if not matrix.missing:
                assert [v.number for v in row.values()] == wanted[key], key
            for value, number in zip(row.values(), wanted.get(key, ()), strict=False):
                assert value.number in (None, number), key


def page_of(how: Setting, seed: int = 3) -> Page:
    """A page with the whole matrix, figures in every cell."""
    report = random_report(seed, marks=("0",))
    widths = (5.0, 10.0, 26.0, 8.0, *(8.0,) * 5, 8.0)
    return sheet_to_page(applications_sheet(report, False, False, widths), how)


def move_figures(page: Page, right: float, below: float) -> Page:
    """The figures of 二、上年结转 under 自然人 moved."""
    anchor = min((c for c in page.chars if c.text == "二"), key=lambda c: c.x0)
    moved = [
        c._replace(x0=c.x0 + right, x1=c.x1 + right, top=c.top + below, bottom=c.bottom + below)
        if 262 < c.x0 < 298 and abs(c.top - anchor.top) < 3
        else c
        for c in page.chars
    ]
    assert sum(a is not b for a, b in zip(moved, page.chars, strict=True)) > 0
    return replace(page, chars=tuple(moved))


def test_two_figures_in_one_column_give_no_table() -> None:
    """Where a row has two figures in one column, no table is given."""
    page = page_of(Setting())
    assert page_to_grids(page)
    assert page_to_grids(move_figures(page, 22.0, 0.0)) == ()


def test_a_figure_between_two_rows_gives_no_table() -> None:
    """Where a figure stands as near to one label as to the next, no table is given."""
    page = page_of(Setting())
    assert page_to_grids(move_figures(page, 0.0, 8.0)) == ()


def test_text_that_belongs_nowhere_gives_no_table() -> None:
    """A line across the columns of the matrix, which no label explains: no table."""
    page = page_of(Setting())
    anchor = min((c for c in page.chars if c.text == "二"), key=lambda c: c.x0)
    line = text_to_chars("注" * 30, 100.0, anchor.top + 16, 9, run=99999)
    assert page_to_grids(replace(page, chars=(*page.chars, *line))) == ()


def test_prose_that_names_the_labels_is_no_table() -> None:
    """Sentences about the form, figures among them, give nothing."""
    said = "本年新收政府信息公开申请12件，其中自然人10件，商业企业2件。"
    said += "行政复议后起诉1件，信息内容3条。"
    chars: list[Char] = []
    for i in range(30):
        chars += text_to_chars(said[:48], 50.0, 80.0 + 20 * i, 10, run=i)
    assert page_to_grids(Page(1, 595.0, 842.0, tuple(chars))) == ()


def test_a_page_without_labels_costs_nothing() -> None:
    """A full page of other prose is put aside by its words alone, in under 3 ms."""
    chars: list[Char] = []
    for i in range(40):
        chars += text_to_chars("我们继续做好平台建设工作" * 4, 50.0, 60.0 + 18 * i, 10, run=i)
    page = Page(1, 595.0, 842.0, tuple(chars))
    took = []
    for _ in range(5):
        start = process_time()
        assert page_to_grids(page) == ()
        took.append(process_time() - start)
    assert min(took) < 0.003


def test_blank_columns_overleaf_are_those_of_the_page_before() -> None:
    """A part without header and with figures under 自然人 and 总计 alone has the columns of
    the part before it; by itself it gives nothing."""
    report = random_report(8)
    rows = {
        key: tuple(Figure(str(n)) if i in (0, 6) else Figure("") for i, n in enumerate(range(7)))
        for key in report.applications
    }
    sheet = applications_sheet(
        replace(report, applications=rows), False, False, (5.0, 10.0, 26.0, 8.0, *(8.0,) * 5, 8.0)
    )
    parts = cut_sheet(sheet, 15)
    pages = [sheet_to_page(part, Setting(), number=i) for i, part in enumerate(parts, 1)]
    assert page_to_grids(pages[1]) == ()
    first, second = pages_to_grids(pages)
    assert_rows_kept(parts[0], grid_to_table(first, pages[0]))
    assert_rows_kept(parts[1], grid_to_table(second, pages[1]))


PLAIN = (5.0, 10.0, 26.0, 8.0, *(8.0,) * 5, 8.0)
"""Widths of the matrix's columns."""
UNEQUAL = (5.0, 10.0, 26.0, 7.0, 8.0, 8.0, 11.0, 11.0, 6.0, 7.0)
"""The same where columns are as wide as their heads need."""


def assert_pages_kept(parts: Sequence[Sheet], how: Setting) -> None:
    """Each part of a sheet, on a page of its own, comes back whole, with the same columns."""
    pages = [sheet_to_page(part, how, number=i) for i, part in enumerate(parts, 1)]
    grids = pages_to_grids(pages)
    assert [g.page for g in grids] == [p.number for p in pages]
    edges = set()
    for grid, page, part in zip(grids, pages, parts, strict=True):
        edges.add((round(min(b.x0 for b in grid.boxes)), round(max(b.x1 for b in grid.boxes))))
        assert_rows_kept(part, grid_to_table(grid, page))
    assert len(edges) == 1


@pytest.mark.parametrize("side", ["left", "middle"])
@pytest.mark.parametrize("line", ["top", "middle", "bottom"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_matrix_header_cut_by_a_page_is_found(at: int, line: str, side: str) -> None:
    """A header that ends a page, whole or in part, is the header of the rows overleaf."""
    how = Setting(word_line=line, figure_line=line, head_side=side, figure_side=side)
    sheet = applications_sheet(random_report(5, marks=("0", "/")), False, False, PLAIN)
    assert_pages_kept(cut_sheet(sheet, at), how)


@pytest.mark.parametrize("side", ["left", "middle"])
@pytest.mark.parametrize("line", ["top", "middle"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_review_header_cut_by_a_page_is_found(at: int, line: str, side: str) -> None:
    """The names of the blocks, or all heads, may stand on the page before the figures."""
    how = Setting(word_line=line, figure_line=line, head_side=side, figure_side=side)
    sheet = review_sheet(random_report(5, marks=("0",)))
    assert sheet is not None
    parts = cut_sheet(sheet, at)
    pages = [sheet_to_page(part, how, number=i) for i, part in enumerate(parts, 1)]
    grids = pages_to_grids(pages)
    assert [g.page for g in grids] == [1, 2]
    figures = [c.text for c in sorted(sheet.cells) if c.kind == "figure"]
    assert read_rows(grid_to_table(grids[1], pages[1]))[-1] == figures
    heads = [c.text for p in parts for c in p.cells if c.kind == "head" and c.text]
    found = "".join(
        squeeze(c.text)
        for g in grids
        for c in grid_to_table(g, pages[g.page - 1]).cells
        if not c.text.isdigit()
    )
    assert sorted(found) == sorted("".join(heads))


def test_a_header_overleaf_of_a_shifted_page_gives_no_review() -> None:
    """Heads on one page and figures on the next, whose margin is a column further right:
    nothing says over which figures the heads stand."""
    sheet = review_sheet(random_report(5, marks=("0",)))
    assert sheet is not None
    first, second = (
        sheet_to_page(part, Setting(), number=i) for i, part in enumerate(cut_sheet(sheet, 3), 1)
    )
    moved = [c._replace(x0=c.x0 + 30, x1=c.x1 + 30) for c in second.chars]
    assert pages_to_grids((first, second))
    assert pages_to_grids((first, replace(second, chars=tuple(moved)))) == ()


@pytest.mark.parametrize(("head", "figure"), [("left", "right"), ("right", "left")])
def test_heads_and_figures_at_different_sides(head: str, figure: str) -> None:
    """Figures at one side of unequal columns and heads at the other, blanks among them."""
    for seed in range(6):
        how = Setting(width=500.0, head_side=head, figure_side=figure, size=8.0)
        report = random_report(seed, marks=("0", ""))
        sheet = applications_sheet(report, False, False, UNEQUAL)
        page = sheet_to_page(sheet, how)
        (grid,) = page_to_grids(page)
        assert_rows_kept(sheet, grid_to_table(grid, page))


def test_a_last_row_left_blank_overleaf_is_found() -> None:
    """The last label of the matrix alone on a page, with nothing printed in its row."""
    report = random_report(4, marks=("0",))
    rows = dict(report.applications)
    rows[list(rows)[-1]] = (Figure(""),) * 7
    sheet = applications_sheet(replace(report, applications=rows), False, False, PLAIN)
    assert_pages_kept(cut_sheet(sheet, sheet.rows - 1), Setting())


def test_columns_overleaf_are_those_of_the_page_before_too() -> None:
    """Rows before the break that are blank but for two columns have the columns of the part
    overleaf, as far as its header and figures show them."""
    report = random_report(4, marks=("0",))
    rows = dict(report.applications)
    for key in list(rows)[:2]:
        rows[key] = tuple(Figure("7" if i in (0, 6) else "") for i in range(7))
    sheet = applications_sheet(replace(report, applications=rows), False, False, UNEQUAL)
    how = Setting(width=500.0, head_side="left", figure_side="right", size=8.0)
    assert_pages_kept(cut_sheet(sheet, 5), how)


def test_figures_of_a_table_close_above_are_no_heads() -> None:
    """A table of other columns right above the matrix does not hide its header's corner."""
    report = random_report(4, marks=("0",))
    how = Setting(word_line="top", figure_line="top", figure_side="left", head_side="left")
    (upper,) = proactive_sheets(report, False, False)
    lower = applications_sheet(report, False, False, PLAIN)
    above = sheet_to_page(upper, how)
    end = max(c.bottom for c in above.chars if c.top < above.height - 100)
    below = sheet_to_page(lower, how, top=end + 22)
    own = tuple(c for c in above.chars if c.bottom <= end)
    page = replace(below, chars=(*own, *below.chars))
    first, second = page_to_grids(page)
    assert_rows_kept(upper, grid_to_table(first, page))
    assert_rows_kept(lower, grid_to_table(second, page))


def test_labels_of_three_characters_a_line_are_found() -> None:
    """A label column so narrow that no line of it holds more than an ordinal and three
    characters."""
    report = random_report(4, marks=("0",))
    sheet = applications_sheet(report, False, False, (5.0, 8.0, 8.0, 8.0, *(8.0,) * 5, 8.0))
    assert_pages_kept([sheet], Setting(width=520.0, size=11.0, pad=4.0))


@pytest.mark.parametrize(("text", "pieces"), [
    ("商业企业 科研机构", ["商业企业", "科研机构"]),
    ("社会公益 法律服务", ["社会公益", "法律服务"]),
    ("组织 机构", ["组织", "机构"]), ("自然 人", ["自然人"]), ("自 然 人", ["自然人"]),
    ("行政 许可", ["行政许可"]), ("结果维持 结果纠正 总计", ["结果维持", "结果纠正", "总计"]),
])  # fmt: skip
def test_heads_that_nearly_touch_are_two(text: str, pieces: list[str]) -> None:
    """Half an em parts two heads of columns, by their words; it does not part one head."""
    chars = []
    x = 100.0
    for char in text:
        if char == " ":
            x += 5.0
            continue
        chars.append(Char(char, x, 100.0, x + 9.0, 109.0, 9.0, 0))
        x += 9.0
    assert [p.text for p in chars_to_pieces(chars)] == pieces
