"""Crossings of lines to the smallest rectangles between them: pdfplumber's search for cells,
with its results and without looking at every point for every point."""

from __future__ import annotations

from collections.abc import Mapping

from tableparse.model import Box

Point = tuple[float, float]
Lines = tuple[int, int]
"""The vertical and the horizontal lines that meet in a point, a bit each."""


def crossings_to_boxes(crossings: Mapping[Point, Lines]) -> list[Box]:
    """The cell that has each point (x, top) for its upper left corner, where there is one:
    the highest, then the narrowest, whose four sides each lie on one line.

    Points of one column have exactly one x, points of one row exactly one top.
    """
    columns: dict[float, list[Point]] = {}
    rows: dict[float, list[Point]] = {}
    for point in sorted(crossings):
        columns.setdefault(point[0], []).append(point)
        rows.setdefault(point[1], []).append(point)
    right = {
        point: [(x, crossings[x, point[1]]) for x, _ in row[i + 1 :]]
        for row in rows.values()
        for i, point in enumerate(row)
    }
    found: list[Box] = []
    for column in columns.values():
        for i, corner in enumerate(column):
            box = _corner_to_box(corner, column[i + 1 :], right[corner], crossings)
            if box is not None:
                found.append(box)
    return found


def _corner_to_box(
    corner: Point,
    below: list[Point],
    right: list[tuple[float, Lines]],
    crossings: Mapping[Point, Lines],
) -> Box | None:
    down, across = crossings[corner]
    for lower in below:
        left, foot = crossings[lower]
        if not down & left:
            continue
        for x, (side, top) in right:
            if not across & top:
                continue
            opposite = crossings.get((x, lower[1]))
            if opposite is not None and side & opposite[0] and foot & opposite[1]:
                return Box(corner[0], corner[1], x, lower[1])
    return None
