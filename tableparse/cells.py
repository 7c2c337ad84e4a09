"""Crossings of lines to the smallest rectangles between them: pdfplumber's search for cells,
with its results and without looking at every point for every point."""

from __future__ import annotations

from collections.abc import Mapping

from tableparse.model import Box

Point = tuple[float, float]
Lines = tuple[frozenset[int], frozenset[int]]
"""The vertical and the horizontal lines, by number, that meet in a point."""


def crossings_to_boxes(crossings: Mapping[Point, Lines]) -> list[Box]:
    """The cell that has each point (x, top) for its upper left corner, where there is one:
    the highest, then the narrowest, whose four sides each lie on one line.

    Points of one column have exactly one x, points of one row exactly one top.
    """
    columns: dict[float, list[Point]] = {}
    rows: dict[float, list[Point]] = {}
    points = sorted(crossings)
    for point in points:
        columns.setdefault(point[0], []).append(point)
        rows.setdefault(point[1], []).append(point)
    below: dict[Point, list[Point]] = {}
    right: dict[Point, list[Point]] = {}
    for line in columns.values():
        below.update((point, line[i + 1 :]) for i, point in enumerate(line))
    for line in rows.values():
        right.update((point, line[i + 1 :]) for i, point in enumerate(line))
    found = (_corner_to_box(p, below[p], right[p], crossings) for p in points)
    return [box for box in found if box is not None]


def _corner_to_box(
    corner: Point, below: list[Point], right: list[Point], crossings: Mapping[Point, Lines]
) -> Box | None:
    down, across = crossings[corner]
    beside = [(p[0], crossings[p][0]) for p in right if not across.isdisjoint(crossings[p][1])]
    for lower in below:
        left, foot = crossings[lower]
        if down.isdisjoint(left):
            continue
        for x, side in beside:
            opposite = crossings.get((x, lower[1]))
            if opposite is None or side.isdisjoint(opposite[0]) or foot.isdisjoint(opposite[1]):
                continue
            return Box(corner[0], corner[1], x, lower[1])
    return None
