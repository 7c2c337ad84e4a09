"""Drawn segments to table lines, and lines to boxes, on rulings made by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from drawing import FEW, across, down
from hypothesis import given
from hypothesis import strategies as st

from extract.detectors.plumber import page_to_filled_grids, page_to_grids
from tableparse.grid import boxes_to_grid
from tableparse.model import Box, Page, Ruling, Span
from tableparse.rulings import (
    JOIN,
    SHORT,
    SNAP,
    close_frame,
    fills_to_rulings,
    lines_to_groups,
    rulings_to_lines,
)

YS, XS = (100.0, 120.0, 140.0, 160.0), (50.0, 90.0, 130.0, 170.0)


def full() -> list[Ruling]:
    """A lattice of 3 x 3 cells, a line each."""
    lines = [line for y in YS for line in across(y, XS[0], XS[-1])]
    return lines + [line for x in XS for line in down(x, YS[0], YS[-1])]


def page(rulings: list[Ruling], fills: tuple[Box, ...] = (), pale: tuple[Ruling, ...] = ()) -> Page:
    """A page with nothing but lines and areas."""
    return Page(1, 595, 842, (), tuple(rulings), fills, pale)


def spans(rulings: list[Ruling]) -> list[tuple[Span, ...]]:
    """The spans of each table that the rulings bound."""
    return [boxes_to_grid(grid.boxes).spans for grid in page_to_grids(page(rulings))]


NINE = tuple(Span(r, r + 1, c, c + 1) for r in range(3) for c in range(3))


def test_segments_are_joined_over_gaps() -> None:
    """Border segments, one a cell, with gaps and overlaps below a point, are long lines."""
    pieces = [
        *across(100.0, 50, 89.6, 90.2, 130.3, 129.9, 170),
        *across(100.3, 60, 80),
        *down(50.0, 100, 119.5, 120.5, 160),
    ]
    level, upright = rulings_to_lines(pieces)
    assert len(level) == 1 and len(upright) == 1
    assert (level[0].x0, level[0].x1) == (50, 170)
    assert 100 < level[0].top == level[0].bottom < 100.3
    assert upright == [Ruling(50, 100, 50, 160)]


def test_wider_gaps_stay() -> None:
    """Two pieces farther apart than the join are two lines: a merged cell's missing border."""
    level, _ = rulings_to_lines(across(100.0, 50, 90, 90 + JOIN + 0.1, 170))
    assert [(line.x0, line.x1) for line in level] == [(50, 90), (93.1, 170)]


@pytest.mark.parametrize("apart", [0.5, 1.5, SNAP])
def test_double_lines_are_one(apart: float) -> None:
    """The two strokes of a double border are one line between them."""
    level, _ = rulings_to_lines([*across(100.0, 50, 170), *across(100.0 + apart, 50, 170)])
    assert len(level) == 1
    assert level[0].top == pytest.approx(100 + apart / 2)


def test_dashes_are_a_line() -> None:
    """A dashed line is drawn as many short strokes, and is one line."""
    dashes = [stop for x in range(50, 170, 4) for stop in (x, x + 2.5)]
    level, _ = rulings_to_lines(across(100.0, *dashes))
    assert [(line.x0, line.x1) for line in level] == [(50, 168.5)]


def test_short_strokes_are_no_line() -> None:
    """Strokes that stay short once joined (ticks, underscores, parts of glyphs) are dropped."""
    assert rulings_to_lines([*across(100.0, 50, 50 + SHORT - 0.1), *down(50, 10, 13)]) == ([], [])


def test_order_of_drawing_does_not_matter() -> None:
    """Lines are what they are in whatever order they were drawn."""
    assert rulings_to_lines(reversed(full())) == rulings_to_lines(full())


def test_lattice_is_nine_cells() -> None:
    """Four lines by four lines bound three by three cells."""
    assert spans(full()) == [NINE]


def test_doubled_and_broken_lattice_is_nine_cells() -> None:
    """The same drawn cell by cell, every border twice, a bit off."""
    lines = []
    for y0, y1 in pairwise(YS):
        for x0, x1 in pairwise(XS):
            lines += across(y0 + 0.4, x0, x1 - 0.5) + across(y1 - 0.4, x0 + 0.3, x1)
            lines += down(x0 + 0.2, y0, y1 - 0.4) + down(x1 - 0.2, y0 + 0.5, y1)
    assert spans(lines) == [NINE]


def test_missing_inner_border_merges_cells() -> None:
    """A border that is not drawn between two cells makes them one."""
    lines = [line for y in YS for line in across(y, XS[0], XS[-1])]
    lines += [*down(50, 100, 160), *down(90, 120, 160), *down(130, 100, 160), *down(170, 100, 160)]
    assert spans(lines) == [(Span(0, 1, 0, 2), Span(0, 1, 2, 3), *NINE[3:])]


@pytest.mark.parametrize("missing", ["top", "bottom", "left", "right", "top and bottom", "all"])
def test_open_frame_is_closed(missing: str) -> None:
    """Outer borders that a browser leaves out where a page breaks are drawn in: no row and
    no column is lost."""
    lines = full()
    frame = {
        "top": across(100.0, 50, 170),
        "bottom": across(160.0, 50, 170),
        "left": down(50.0, 100, 160),
        "right": down(170.0, 100, 160),
    }
    for side, gone in frame.items():
        if side in missing or missing == "all":
            lines = [line for line in lines if line not in gone]
    assert spans(lines) == [NINE]


def test_partly_open_frame_is_closed() -> None:
    """A border that is drawn under some cells only, as under row-spanned labels."""
    lines = [line for line in full() if line not in across(160.0, 50, 170)]
    lines += across(160.0, 90, 170)
    assert spans(lines) == [NINE]


def test_closing_leaves_a_closed_frame_alone() -> None:
    """Closing what is closed changes nothing."""
    level, upright = rulings_to_lines(full())
    assert close_frame(level, upright) == (level, upright)


def test_two_tables_close_together_stay_two() -> None:
    """Tables 12 points apart, with the same columns, are not one."""
    lower = [Ruling(r.x0, r.top + 72, r.x1, r.bottom + 72) for r in full()]
    assert spans([*full(), *lower]) == [NINE, NINE]
    groups = lines_to_groups(*rulings_to_lines([*full(), *lower]))
    assert [(len(level), len(upright)) for level, upright in groups] == [(4, 4), (4, 4)]


def test_lines_that_meet_nothing_are_no_table() -> None:
    """Underlines, rules between sections and frames of less than three lines are no table."""
    assert spans(across(100.0, 50, 500)) == []
    assert spans([*across(100.0, 50, 500), *across(130.0, 50, 500)]) == []
    assert spans([*across(100.0, 50, 500), *down(50.0, 100, 400)]) == []


def test_one_box_is_no_table() -> None:
    """A frame around prose is a single cell, and no table."""
    assert (
        spans(
            [
                *across(100.0, 50, 170),
                *across(160.0, 50, 170),
                *down(50.0, 100, 160),
                *down(170.0, 100, 160),
            ]
        )
        == []
    )


def test_corners_need_not_touch() -> None:
    """Lines that end up to three points before the line that they should meet do meet it."""
    lines = [line for y in YS for line in across(y, XS[0] + 2.5, XS[-1] - 2.5)]
    lines += [line for x in XS for line in down(x, YS[0] + 2.5, YS[-1] - 2.5)]
    assert spans(lines) == [NINE]


def test_fills_bound_cells() -> None:
    """Cells drawn as filled areas side by side, without any line."""
    fills = tuple(Box(x, y, x + 40, y + 20) for y in YS[:3] for x in XS[:3])
    (grid,) = page_to_filled_grids(page([], fills))
    assert boxes_to_grid(grid.boxes).spans == NINE
    assert page_to_grids(page([], fills)) == ()
    assert len(fills_to_rulings(fills)) == 36


def test_pale_lines_part_cells_over_a_fill() -> None:
    """White lines over a coloured area part cells; over bare paper nobody sees them."""
    area = (Box(50, 100, 170, 160),)
    pale = (*across(120.0, 50, 170), *across(140.0, 50, 170), *down(90.0, 100, 160),
            *down(130.0, 100, 160))  # fmt: skip
    (grid,) = page_to_filled_grids(page([], area, pale))
    assert boxes_to_grid(grid.boxes).spans == NINE
    assert page_to_filled_grids(page([], (), pale)) == ()
    assert page_to_grids(page([], (), pale)) == ()


@FEW
@given(
    st.lists(st.floats(8, 60), min_size=1, max_size=6),
    st.lists(st.floats(8, 60), min_size=2, max_size=6),
    st.data(),
)
def test_any_lattice_is_found(
    heights: list[float], widths: list[float], data: st.DataObject
) -> None:
    """A lattice of any rows and columns, each line drawn in pieces that are off by up to 0.6
    point, is found as it is."""
    ys, xs = [100.0], [40.0]
    for height in heights:
        ys.append(ys[-1] + height)
    for width in widths:
        xs.append(xs[-1] + width)
    off = st.floats(-0.6, 0.6)
    lines: list[Ruling] = []
    for y in ys:
        for a, b in pairwise(xs):
            lines += across(y + data.draw(off), a + data.draw(off), b + data.draw(off))
    for x in xs:
        for a, b in pairwise(ys):
            lines += down(x + data.draw(off), a + data.draw(off), b + data.draw(off))
    wanted = tuple(
        Span(r, r + 1, c, c + 1) for r in range(len(heights)) for c in range(len(widths))
    )
    assert spans(data.draw(st.permutations(lines))) == [wanted]
