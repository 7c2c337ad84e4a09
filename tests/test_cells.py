"""Crossings of lines to cells: the project's search beside pdfplumber's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pdfplumber.table import edges_to_intersections, intersections_to_cells

from extract.detectors.plumber import _lines_to_boxes, _lines_to_edges
from tableparse.cells import crossings_to_boxes
from tableparse.model import Box, Ruling
from tableparse.rulings import TOUCH

PLACES = st.integers(0, 12).map(lambda n: n * 7.5)


def lines(level: bool) -> st.SearchStrategy[list[Ruling]]:
    """Level or upright lines on a coarse raster, so that they meet, run on and break off."""

    def line(at: float, ends: tuple[float, float]) -> Ruling:
        start, end = min(ends), max(ends)
        return Ruling(start, at, end, at) if level else Ruling(at, start, at, end)

    return st.lists(st.builds(line, PLACES, st.tuples(PLACES, PLACES)), max_size=14)


@given(lines(level=True), lines(level=False))
def test_cells_are_those_of_pdfplumber(across: list[Ruling], down: list[Ruling]) -> None:
    """Over any lines the cells are the ones that pdfplumber finds, no more, no fewer."""
    edges = _lines_to_edges(across, down)
    theirs = intersections_to_cells(edges_to_intersections(edges, TOUCH, TOUCH))
    ours = _lines_to_boxes(across, down)
    assert sorted(ours) == sorted(Box(*cell) for cell in theirs)


def test_a_gap_in_a_side_makes_the_cell_larger() -> None:
    """A cell's side lies on one line: where two pieces only end at the same points, it does
    not, and the next line that goes through bounds the cell."""
    one, two, left, right, top, middle, bottom = (1 << n for n in range(7))
    crossings = {
        (0.0, 0.0): (left, top),
        (9.0, 0.0): (one, top),
        (0.0, 5.0): (left, middle),
        (9.0, 5.0): (two, middle),
        (20.0, 0.0): (right, top),
        (20.0, 5.0): (right, middle),
        (0.0, 9.0): (left, bottom),
        (20.0, 9.0): (right, bottom),
    }
    assert crossings_to_boxes(crossings) == [Box(0.0, 0.0, 20.0, 5.0), Box(0.0, 5.0, 20.0, 9.0)]
