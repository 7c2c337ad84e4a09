"""The boxes of the applicant matrix on a page without rulings, from its rows, head and lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extract.detectors.whitespace_columns import PAD
from extract.detectors.whitespace_head import head_to_boxes
from extract.detectors.whitespace_labels import group_names
from extract.detectors.whitespace_rows import Row, outer_line, rows_to_lines
from tableparse.model import Box
from tableparse.whitespace import Ambiguous, Edges, Piece, edges_to_sides


def matrix_to_boxes(
    rows: Sequence[Row],
    beside: Sequence[Row],
    head: Sequence[Piece],
    xs: list[float],
    edge: float,
    edges: Edges,
    cuts: Sequence[float],
) -> tuple[float, tuple[Box, ...]]:
    """(left edge, boxes) of the table whose text begins at `edge`; `xs` gets its right edge."""
    y0 = min([rows[0].span[0], *(r.top for r in beside)])
    y1 = max([rows[-1].span[1], *(r.bottom for r in beside)])
    sides = edges_to_sides(edges, Box(edge, y0, xs[-1], y1)) or (edge - PAD, xs[-1])
    left = min(sides[0], edge)
    if abs(sides[1] - xs[-1]) < 0.5 * (xs[-1] - xs[-2]):
        xs[-1] = sides[1]
    ys = [outer_line(y0, cuts, False), *rows_to_lines(rows, cuts), outer_line(y1, cuts, True)]
    boxes: list[Box] = []
    if head:
        ceiling = outer_line(min(p.top for p in head), cuts, False)
        ys[0] = _under_head(max(p.bottom for p in head), y0, cuts)
        boxes += head_to_boxes(head, left, xs, ceiling, ys[0], cuts)
    for top, bottom in pairwise(ys):
        boxes += [Box(a, top, b, bottom) for a, b in pairwise(xs)]
    return left, (*boxes, *_label_boxes(rows, beside, left, xs[0], ys))


def _under_head(under: float, first: float, cuts: Sequence[float]) -> float:
    drawn = [y for y in cuts if under - 3 <= y <= first + 3]
    if first - under < -3:
        raise Ambiguous("the header reaches into the first row")
    return max(drawn) if drawn else (under + first) / 2


def _label_boxes(
    rows: Sequence[Row], beside: Sequence[Row], left: float, right: float, ys: Sequence[float]
) -> list[Box]:
    """The boxes of the labels: rows of their own, and merged ones beside runs of rows."""
    b_x, c_x = _label_lines(rows, beside, left, right)
    boxes: list[Box] = []
    for row, top, bottom in zip(rows, ys, ys[1:], strict=False):
        start = {"A": left, "B": b_x, "C": c_x}[row.kind]
        boxes.append(Box(start, top, right, bottom))
    if b_x > left:
        boxes += [Box(left, ys[i], b_x, ys[j]) for i, j in _runs([r.kind != "A" for r in rows])]
    if c_x > b_x:
        names = group_names(rows)
        for i, j in _runs(names):
            boxes.append(Box(b_x, ys[i], c_x, ys[j]))
    _confirm(rows, beside, boxes)
    return boxes


def _runs(names: Sequence[object]) -> list[tuple[int, int]]:
    """Half-open runs of equal names, without those that are false."""
    runs: list[tuple[int, int]] = []
    start = 0
    for i in range(1, len(names) + 1):
        if i == len(names) or names[i] != names[start]:
            if names[start]:
                runs.append((start, i))
            start = i
    return runs


def _label_lines(
    rows: Sequence[Row], beside: Sequence[Row], left: float, right: float
) -> tuple[float, float]:
    """The x of the lines before the columns B and C of labels; where a column is not on the
    page, its lines fall together."""
    c_x = min((r.x0 for r in rows if r.kind == "C"), default=right)
    b_end = max((r.x1 for r in beside if r.kind == "B"), default=left)
    b_x = min((r.x0 for r in (*rows, *beside) if r.kind == "B"), default=c_x)
    a_end = max((r.x1 for r in beside if r.kind == "A"), default=left)
    if b_end > c_x + 0.5 or a_end > min(b_x, c_x) + 0.5:
        raise Ambiguous("labels of neighbouring columns overlap")
    before_c = max(c_x - PAD, (b_end + c_x) / 2) if c_x < right else right
    if b_x < c_x:
        return max(b_x - PAD, (a_end + b_x) / 2, left), before_c
    return (a_end + before_c) / 2 if a_end > left else left, before_c


def _confirm(rows: Sequence[Row], beside: Sequence[Row], boxes: Sequence[Box]) -> None:
    """Each label that reaches over rows lies inside one box, whole. Raises Ambiguous else."""
    for label in beside:
        x, slack = (label.x0 + label.x1) / 2, 3.0
        if not any(
            b.x0 <= x < b.x1 and b.top - slack <= label.top and label.bottom <= b.bottom + slack
            for b in boxes
        ):
            raise Ambiguous(f"'{label.text[:12]}' reaches over the rows of two groups")
