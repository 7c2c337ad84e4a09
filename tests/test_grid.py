"""Boxes to grids: merged cells are rebuilt from rectangles and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from drawing import MANY, lattice_to_boxes
from hypothesis import given
from hypothesis import strategies as st

from tableparse.grid import SNAP, GridError, boxes_to_grid, nearest, snap_edges
from tableparse.model import Box, Span

XS, YS = (50.0, 90.0, 130.0, 170.0), (100.0, 120.0, 140.0, 160.0)


def merged(*spans: tuple[int, int, int, int]) -> list[Box]:
    """The boxes of a 3 x 3 lattice, those under each of `spans` as one."""
    boxes = []
    covered = {(r, c) for r0, r1, c0, c1 in spans for r in range(r0, r1) for c in range(c0, c1)}
    for r in range(3):
        for c in range(3):
            if (r, c) not in covered:
                boxes.append(Box(XS[c], YS[r], XS[c + 1], YS[r + 1]))
    return boxes + [Box(XS[c0], YS[r0], XS[c1], YS[r1]) for r0, r1, c0, c1 in spans]


def test_lattice() -> None:
    """Boxes side by side are cells of one slot each."""
    grid = boxes_to_grid(lattice_to_boxes(XS, YS))
    assert (grid.xs, grid.ys) == (XS, YS)
    assert grid.spans == tuple(Span(r, r + 1, c, c + 1) for r in range(3) for c in range(3))


@pytest.mark.parametrize(
    "span",
    [(0, 1, 0, 2), (0, 2, 0, 1), (0, 3, 1, 2), (1, 3, 0, 2), (0, 2, 1, 3), (2, 3, 0, 3)],
)
def test_merged_cell_is_one_span(span: tuple[int, int, int, int]) -> None:
    """A rectangle over several slots is one cell with their rowspan and colspan."""
    grid = boxes_to_grid(merged(span))
    assert Span(*span) in grid.spans
    r0, r1, c0, c1 = span
    assert len(grid.spans) == 9 - (r1 - r0) * (c1 - c0) + 1
    assert grid.span_box(Span(*span)) == Box(XS[c0], YS[r0], XS[c1], YS[r1])


def test_pinwheel() -> None:
    """Five cells turned around one in the middle, which no cut parts from edge to edge."""
    spans = ((0, 1, 0, 2), (0, 2, 2, 3), (2, 3, 1, 3), (1, 3, 0, 1))
    assert boxes_to_grid(merged(*spans)).spans == tuple(
        sorted([*(Span(*s) for s in spans), Span(1, 2, 1, 2)])
    )


@pytest.mark.parametrize("width", [0.3, 1.0, SNAP])
def test_sliver_columns_vanish(width: float) -> None:
    """A column of rounding errors is no column: its lines are one line, its boxes gone."""
    xs = (50.0, 90.0, 90.0 + width, 130.0)
    grid = boxes_to_grid(lattice_to_boxes(xs, YS))
    assert len(grid.xs) == 3
    assert grid.spans == tuple(Span(r, r + 1, c, c + 1) for r in range(3) for c in range(2))


def test_narrow_column_stays() -> None:
    """A column wider than a sliver is a column."""
    grid = boxes_to_grid(lattice_to_boxes((50.0, 90.0, 90.0 + SNAP + 0.5, 130.0), YS))
    assert len(grid.xs) == 4


def test_edges_that_drift_stay_one_line_within_reach_of_the_first() -> None:
    """Edges are one line as far as the tolerance reaches from the first: a chain of small
    steps does not draw far lines together."""
    assert snap_edges([10, 11, 12], 2.0) == (11.0,)
    assert snap_edges([10, 11.5, 13], 2.0) == (10.75, 13.0)
    assert snap_edges([10, 10, 10, 11], 2.0) == (10.5,)
    assert snap_edges([]) == ()


def test_holes_are_cells() -> None:
    """A slot that no box covers is a cell of its own, so that no text there is lost."""
    boxes = lattice_to_boxes(XS, YS)
    del boxes[4]
    grid = boxes_to_grid(boxes)
    assert Span(1, 2, 1, 2) in grid.spans
    assert len(grid.spans) == 9


@pytest.mark.parametrize(
    "box",
    [
        Box(50, 100, 90, 120),  # the same again
        Box(60, 105, 120, 115),  # across two
        Box(50, 100, 170, 160),  # around all
    ],
)
def test_overlapping_boxes_are_no_table(box: Box) -> None:
    """Two boxes that claim one slot raise: which text is whose is not guessed."""
    with pytest.raises(GridError, match=r"two cells claim row \d, column \d"):
        boxes_to_grid([*lattice_to_boxes(XS, YS), box])


def test_overlap_below_the_tolerance_is_drawing() -> None:
    """Boxes that overlap by less than the tolerance lie side by side."""
    grid = boxes_to_grid([Box(50, 100, 90.9, 120), Box(90, 100, 130, 120)])
    assert grid.spans == (Span(0, 1, 0, 1), Span(0, 1, 1, 2))


@pytest.mark.parametrize("boxes", [[], [Box(50, 100, 51, 120)], [Box(50, 100, 90, 101)]])
def test_nothing_encloses_no_slot(boxes: list[Box]) -> None:
    """Boxes without a row or a column are no grid."""
    with pytest.raises(GridError):
        boxes_to_grid(boxes)


def test_nearest_line() -> None:
    """The nearest of ascending lines, the left one of two equally near, the last beyond."""
    assert [nearest((0, 10, 20), at) for at in (-5, 0, 4, 5, 6, 15.1, 20, 99)] == [
        0, 0, 0, 0, 1, 2, 2, 2,
    ]  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """A rectangle of slots cut in two again and again, until it is a cell."""

    spans: tuple[Span, ...]
    rows: int
    cols: int


@st.composite
def guillotine(draw: st.DrawFn) -> Cut:
    """Any partition that straight cuts make of 1 to 8 x 1 to 8 slots, whose every line is
    used by some cell."""
    rows, cols = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    todo, cells = [(0, rows, 0, cols)], []
    while todo:
        r0, r1, c0, c1 = todo.pop()
        ways = [("r", r) for r in range(r0 + 1, r1)] + [("c", c) for c in range(c0 + 1, c1)]
        if not ways or draw(st.integers(0, 3)) == 0:
            cells.append((r0, r1, c0, c1))
            continue
        way, at = draw(st.sampled_from(ways))
        todo += (
            [(r0, at, c0, c1), (at, r1, c0, c1)]
            if way == "r"
            else [(r0, r1, c0, at), (r0, r1, at, c1)]
        )
    ys = sorted({edge for r0, r1, _, _ in cells for edge in (r0, r1)})
    xs = sorted({edge for _, _, c0, c1 in cells for edge in (c0, c1)})
    spans = sorted(
        Span(ys.index(r0), ys.index(r1), xs.index(c0), xs.index(c1)) for r0, r1, c0, c1 in cells
    )
    return Cut(tuple(spans), len(ys) - 1, len(xs) - 1)


@MANY
@given(guillotine(), st.data())
def test_any_partition_is_rebuilt(cut: Cut, data: st.DataObject) -> None:
    """Whatever straight cuts make of a rectangle, drawn with every edge off by up to 0.95
    point and in any order, gives back exactly its spans."""
    steps = st.floats(8, 80)
    xs, ys = [40.0], [60.0]
    for _ in range(cut.cols):
        xs.append(xs[-1] + data.draw(steps))
    for _ in range(cut.rows):
        ys.append(ys[-1] + data.draw(steps))
    off = st.floats(-0.95, 0.95)
    boxes = [
        Box(
            xs[s.c0] + data.draw(off),
            ys[s.r0] + data.draw(off),
            xs[s.c1] + data.draw(off),
            ys[s.r1] + data.draw(off),
        )
        for s in cut.spans
    ]
    grid = boxes_to_grid(data.draw(st.permutations(boxes)))
    assert grid.spans == cut.spans
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (cut.rows, cut.cols)
    assert all(abs(a - b) < 1 for a, b in zip(grid.xs, xs, strict=True))


@MANY
@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=8))
def test_spans_cover_every_slot_once(edges: list[tuple[int, int, int, int]]) -> None:
    """Any boxes at all give a grid whose cells cover each slot exactly once, or GridError."""
    boxes = [Box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in edges]
    try:
        grid = boxes_to_grid(boxes)
    except GridError:
        return
    slots = [(r, c) for s in grid.spans for r in range(s.r0, s.r1) for c in range(s.c0, s.c1)]
    assert len(slots) == len(set(slots)) == (len(grid.ys) - 1) * (len(grid.xs) - 1)
