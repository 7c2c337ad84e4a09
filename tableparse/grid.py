"""Rectangles of cells to a grid with half-open spans: the one place where merged cells are
rebuilt, whatever detector or container the rectangles come from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tableparse.model import Box, Span

SNAP = 3.5
"""Points within which edges of boxes are one line of the grid: rounding to twips, borders
drawn twice and gaps between filled cells make slivers of up to 3 points, and no row or column
that holds text is that thin."""


class GridError(ValueError):
    """The boxes overlap: they are no table."""


@dataclass(frozen=True, slots=True)
class SpanGrid:
    """Column lines `xs` (cols + 1) and row lines `ys` (rows + 1) in points, ascending, and
    the spans of the cells; together the spans cover every slot exactly once."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    spans: tuple[Span, ...]

    def span_box(self, span: Span) -> Box:
        """The rectangle that a span covers."""
        return Box(self.xs[span.c0], self.ys[span.r0], self.xs[span.c1], self.ys[span.r1])


def snap_edges(edges: Iterable[float], tolerance: float = SNAP) -> tuple[float, ...]:
    """Edges that lie within `tolerance` of the first of their kind, as one line each, at
    their mean."""
    lines: list[float] = []
    cluster: list[float] = []
    for edge in sorted(set(edges)):
        if cluster and edge - cluster[0] > tolerance:
            lines.append(sum(cluster) / len(cluster))
            cluster = []
        cluster.append(edge)
    if cluster:
        lines.append(sum(cluster) / len(cluster))
    return tuple(lines)


def nearest(lines: Sequence[float], at: float) -> int:
    """Index of the line nearest to `at`."""
    right = bisect_right(lines, at)
    if right == 0:
        return 0
    if right == len(lines) or at - lines[right - 1] <= lines[right] - at:
        return right - 1
    return right


def boxes_to_grid(boxes: Sequence[Box], tolerance: float = SNAP) -> SpanGrid:
    """Rebuild the grid of one table from the rectangles of its cells.

    A rectangle covers the slots between the lines nearest to its edges; one thinner than the
    tolerance vanishes. Slots that no rectangle covers become cells of their own, so that text
    there is not lost. Raises GridError where two rectangles claim one slot.
    """
    xs = snap_edges([x for b in boxes for x in (b.x0, b.x1)], tolerance)
    ys = snap_edges([y for b in boxes for y in (b.top, b.bottom)], tolerance)
    rows, cols = len(ys) - 1, len(xs) - 1
    if rows < 1 or cols < 1:
        raise GridError("the boxes enclose no slot")
    taken: list[list[bool]] = [[False] * cols for _ in range(rows)]
    column = {x: nearest(xs, x) for x in {e for b in boxes for e in (b.x0, b.x1)}}
    level = {y: nearest(ys, y) for y in {e for b in boxes for e in (b.top, b.bottom)}}
    spans: list[Span] = []
    for box in boxes:
        span = Span(level[box.top], level[box.bottom], column[box.x0], column[box.x1])
        if span.r0 == span.r1 or span.c0 == span.c1:
            continue
        for r in range(span.r0, span.r1):
            row = taken[r]
            for c in range(span.c0, span.c1):
                if row[c]:
                    raise GridError(f"two cells claim row {r + 1}, column {c + 1} of the grid")
                row[c] = True
        spans.append(span)
    spans += [Span(r, r + 1, c, c + 1) for r in range(rows) for c in range(cols) if not taken[r][c]]
    return SpanGrid(xs, ys, tuple(sorted(spans)))
