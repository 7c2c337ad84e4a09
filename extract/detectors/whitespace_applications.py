"""The applicant matrix on a page without rulings: boxes from its labels, heads and figures.

The labels stand in up to three columns: A (results), B (group), C (label). Rows of kind A
begin in the first and reach over all three, those of kind B over the last two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.detectors.whitespace_columns import (
    PAD,
    check_columns,
    columns_to_lines,
    edges_to_columns,
    fits_columns,
)
from extract.detectors.whitespace_head import (
    head_to_boxes,
    is_upper,
    pieces_to_head,
    pieces_to_heads,
)
from extract.detectors.whitespace_labels import (
    begins_label,
    group_names,
    is_number,
    labels_to_rows,
    nearest_anchors,
    piece_to_kind,
)
from extract.detectors.whitespace_place import find_columns
from extract.detectors.whitespace_rows import (
    Row,
    check_whole,
    lines_to_row,
    outer_line,
    place_beside,
    rows_to_lines,
)
from tableparse.model import Box
from tableparse.whitespace import (
    Ambiguous,
    Edges,
    Piece,
    edges_to_cuts,
    edges_to_sides,
    is_figure,
    join_spaced,
)

COLUMNS = 7
HEAD = 100.0
"""Points above the first label within which the header stands."""
SHIFT = 60.0
"""Points by which a facing page's margins may shift the table."""
BEYOND = 55.0
"""Points above the first or below the last label within which figures of a cut row stand."""
NEAR = 24.0
"""Points below the last label within which a text may stand beside it."""
APART = 45.0
"""Points over which figures of a row are spread at least; a page number in pieces is not."""
CLOSE = 12.0
"""Points from a row within which a lone figure is no page number."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """The matrix as far as one page shows it: its boxes, the lines of its columns (the first
    left of 自然人), its left edge, and where labels of each kind begin."""

    boxes: tuple[Box, ...]
    xs: tuple[float, ...]
    left: float
    starts: dict[str, float]


def find_applications(
    pieces: Sequence[Piece], edges: Edges, before: Fragment | None = None
) -> Fragment | None:
    """The matrix, or its part on this page; None where there is none. `before` is its part on
    the page before: a part without a header has the same columns.

    Raises Ambiguous where there is one that the page's text does not settle.
    """
    words = join_spaced((p for p in pieces if not is_number(p)), begins_label)
    anchors = nearest_anchors([(p, kind) for p in words if (kind := piece_to_kind(p))])
    if not anchors:
        return None
    top, bottom = anchors[0][0].top, max(p.bottom for p, _ in anchors)
    right = max(p.x1 for p, _ in anchors)
    near = [p for p in pieces if top - 60 < p.middle < bottom + 60]
    body = [p for p in near if p.x0 >= right - 1]
    figures = [p for p in body if is_figure(p.text) and top - 12 < p.middle < bottom + 12]
    if not figures:
        return None
    left = min(p.x0 for p in figures)
    heads = pieces_to_heads([p for p in pieces if top - HEAD < p.middle], right, top)
    left = min([left, *(p.x0 for p in heads)])
    labels = [p for p in words if p.x1 <= left + 0.5 and top - 60 < p.middle < bottom + 60]
    cuts = edges_to_cuts(edges, left, max(p.x1 for p in figures))
    rows, beside = labels_to_rows(labels, anchors, cuts)
    if not rows:
        return None
    first = rows[0].top
    head = pieces_to_head([p for p in pieces if p.middle < first], right, left, first)
    heads = [p for p in head if p.x0 >= right - 1 and not is_upper(p)]
    floor = first - 3 if head else first - BEYOND
    last = max(r.bottom for r in rows)
    values = [p for p in body if floor <= p.middle < last + NEAR]
    values = [p for p in values if p.middle > first - 3 or is_figure(p.text)]
    lost = place_beside(values, rows, cuts)
    lost += [p for p in body if last + NEAR <= p.middle < last + BEYOND]
    rows = sorted([*rows, *_unlabelled(lost, rows, bool(head))], key=lambda r: r.top)
    texts = [*rows, *beside]
    starts = {k: min(r.x0 for r in texts if r.kind == k) for k in {r.kind for r in texts}}
    known = _shifted(before, starts) if before and not head else None
    xs = _column_lines(rows, beside, heads, edges, known)
    check_columns(xs, (r.beside for r in rows), heads)
    edge = min([r.x0 for r in texts] + [p.x0 for p in head])
    if known and known.left <= edge:
        edge = known.left + PAD
    left, boxes = _boxes(rows, beside, head, xs, edge, edges, cuts)
    check_whole(boxes, pieces, texts, head)
    return Fragment(boxes, tuple(xs), left, starts)


def _shifted(before: Fragment, starts: dict[str, float]) -> Fragment | None:
    """The part on the page before, moved to where the labels stand on this page; None where
    they do not stand alike."""
    moves = [x - before.starts[kind] for kind, x in starts.items() if kind in before.starts]
    if not moves or max(moves) - min(moves) > 1.0:
        return None
    by = sum(moves) / len(moves)
    if abs(by) > (2.5 if len(moves) == 1 else SHIFT):
        return None
    return Fragment((), tuple(x + by for x in before.xs), before.left + by, starts)


def _unlabelled(lost: Sequence[Piece], rows: Sequence[Row], headed: bool) -> list[Row]:
    """Figures above the first label of a page, or below the last one: their label stands on
    the page before or after. Raises Ambiguous for other figures without a label."""
    found: list[Row] = []
    first, last = rows[0], rows[-1]
    inside = [p for p in lost if first.top < p.middle < last.bottom]
    if inside:
        raise Ambiguous(f"'{inside[0].text}' stands beside no row")
    figures = [p for p in lost if is_figure(p.text)]
    above = [p for p in figures if 0 < first.top - p.middle < BEYOND and not headed]
    below = [p for p in figures if 0 < p.middle - last.bottom < BEYOND]
    for beyond, row in ((above, first), (below, last)):
        if not beyond:
            continue
        near = min(beyond, key=lambda p: min(abs(p.middle - row.top), abs(p.middle - row.bottom)))
        level = [p for p in beyond if abs(p.middle - near.middle) < 0.3 * p.size]
        if max(p.x1 for p in level) - min(p.x0 for p in level) > APART:
            bare = lines_to_row([near], None)
            bare.text, bare.kind, bare.beside = "", row.kind, level
            bare.x0 = bare.x1 = row.x0
            found.append(bare)
        elif min(near.top - row.bottom, row.top - near.bottom, key=abs) < CLOSE:
            raise Ambiguous(f"'{near.text}' stands outside of the rows")
    return found


def _column_lines(
    rows: Sequence[Row],
    beside: Sequence[Row],
    heads: Sequence[Piece],
    edges: Edges,
    known: Fragment | None,
) -> list[float]:
    """The eight lines that bound the seven columns."""
    figures = [row.beside for row in rows]
    low = max(r.x1 for r in (*rows, *beside))
    y0, y1 = rows[0].span[0], rows[-1].span[1]
    every = [p for row in figures for p in row]
    if known and low <= known.xs[0] + 0.5 and fits_columns(known.xs, every):
        return list(known.xs)
    columns = find_columns(figures, heads, COLUMNS)
    if columns is not None:
        return columns_to_lines(columns, low, edges, y0, y1)
    drawn = edges_to_columns(edges, low, y0, y1, COLUMNS)
    if drawn is None:
        raise Ambiguous(f"the figures do not stand in {COLUMNS} columns")
    return drawn


def _boxes(
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
