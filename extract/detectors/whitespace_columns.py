"""The lines between columns without rulings, from the figures and heads that stand in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extract.detectors.whitespace_place import ALIKE, ANCHORS, Column
from tableparse.grid import snap_edges
from tableparse.whitespace import Ambiguous, Edges, Piece, join_pieces

SAME = 0.8
"""Points by which places differ at least that are not the same."""
PAD = 2.0
"""Points kept between a text and the edge of its cell where nothing says more."""


def columns_to_side(columns: Sequence[Column]) -> str:
    """How the columns are set: the side ("middle", "left", "right") that keeps its place. Where
    the figures do not say, the side that they share with their heads; else "middle"."""
    figures, both = _spreads([c.figures for c in columns]), _spreads(_with_head(columns))
    best = min(figures, key=lambda name: figures[name])
    likely = [name for name in figures if figures[name] - figures[best] < SAME]
    if "middle" not in likely:
        return best
    shared = min(likely, key=lambda name: both[name])
    return shared if both["middle"] - both[shared] >= SAME and both[shared] < ALIKE else "middle"


def _spreads(columns: Sequence[Sequence[Piece]]) -> dict[str, float]:
    """How far a column's pieces differ in place at most, by side."""
    return {
        name: max((max(map(at, c)) - min(map(at, c)) for c in columns if c), default=0.0)
        for name, at in ANCHORS.items()
    }


def _with_head(columns: Sequence[Column]) -> list[list[Piece]]:
    """The figures of each column that has any, with its head as one piece."""
    found = []
    for column in columns:
        if column.figures and column.heads:
            found.append([*column.figures, join_pieces(column.heads)])
    return found


def columns_to_lines(
    columns: Sequence[Column], low: float, edges: Edges, y0: float, y1: float
) -> list[float]:
    """The len(columns) + 1 lines that bound the columns; `low` is where the text to the left
    of them ends. Lines depend on how columns are set, not on how wide their figures happen to
    be, so that the pieces of a table on two pages have the same lines."""
    side = columns_to_side(columns)
    at = ANCHORS[side]
    anchors = []
    for c in columns:
        own = [at(p) for p in c.figures or c.heads]
        anchors.append(sum(own) / len(own))
    ends = [low, *(c.x1 for c in columns)]
    starts = [c.x0 for c in columns]
    if len(columns) == 1:
        wanted = [starts[0] - PAD if side == "left" else (low + starts[0]) / 2]
        last = columns[0].x1 + PAD
    elif side == "middle":
        halves = [(b - a) / 2 for a, b in pairwise(anchors)]
        inner = [a + h for a, h in zip(anchors, halves, strict=False)]
        wanted = [anchors[0] - halves[0], *inner]
        last = max(anchors[-1] + halves[-1], ends[-1] + PAD)
    elif side == "left":
        wanted = [a - PAD for a in anchors]
        last = max(ends[-1] + PAD, anchors[-1] - PAD + (anchors[-1] - anchors[-2]))
    else:
        wanted = [anchors[0] - (anchors[1] - anchors[0]) + PAD, *(a + PAD for a in anchors[:-1])]
        last = anchors[-1] + PAD
    lines = [
        _settle_line(line, end, start, edges, y0, y1)
        for line, end, start in zip(wanted, ends, starts, strict=False)
    ]
    return [*lines, last]


def _settle_line(
    wanted: float, low: float, high: float, edges: Edges, y0: float, y1: float
) -> float:
    """A column line between two texts: where one is drawn, else as wanted, else midway."""
    drawn = [
        r.x0
        for r in edges.down
        if low - 1 <= r.x0 <= high + 1 and min(r.bottom, y1) > max(r.top, y0)
    ]
    if drawn:
        return min(drawn, key=lambda x: abs(x - wanted))
    if high - low < -1.5:
        raise Ambiguous("texts of neighbouring columns overlap")
    margin = min(1.0, (high - low) / 2)
    return wanted if low + margin <= wanted <= high - margin else (low + high) / 2


def edges_to_columns(
    edges: Edges, low: float, y0: float, y1: float, count: int
) -> list[float] | None:
    """The count + 1 vertical lines drawn right of `low` along most of a table's height; None
    where there are more or fewer."""
    tall = [
        r.x0
        for r in edges.down
        if r.x0 >= low - 1 and min(r.bottom, y1) - max(r.top, y0) >= 0.6 * (y1 - y0)
    ]
    lines = snap_edges(tall, 4.0)
    return list(lines) if len(lines) == count + 1 else None


def fits_columns(lines: Sequence[float], pieces: Iterable[Piece]) -> bool:
    """Whether each piece lies between two neighbouring lines."""
    return all(any(a - 0.5 <= p.x0 and p.x1 <= b + 0.5 for a, b in pairwise(lines)) for p in pieces)


def check_columns(
    lines: Sequence[float], rows: Iterable[Sequence[Piece]], heads: Sequence[Piece]
) -> None:
    """See that each figure lies between two neighbouring lines, no two of a row between the
    same, and that there is a head over each column, if there are heads at all.

    Raises Ambiguous else: a figure would stand in the wrong column.
    """
    for row in rows:
        if not fits_columns(lines, row):
            raise Ambiguous("a figure runs over the edge of its column")
        slots = [bisect_right(lines, (p.x0 + p.x1) / 2) for p in row]
        if len(set(slots)) < len(slots):
            raise Ambiguous("two figures of a row stand in one column")
    slots = [bisect_right(lines, (p.x0 + p.x1) / 2) for p in heads]
    if heads and not set(range(1, len(lines))) <= set(slots):
        raise Ambiguous("a column has no head")
