"""The applicant matrix on a page without rulings: boxes from its labels, heads and figures.

The labels stand in up to three columns: A (results), B (group), C (label). Rows of kind A
begin in the first and reach over all three, those of kind B over the last two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extract.detectors.whitespace_boxes import matrix_to_boxes
from extract.detectors.whitespace_columns import (
    PAD,
    check_columns,
    columns_to_lines,
    edges_to_columns,
    fits_columns,
)
from extract.detectors.whitespace_head import (
    is_upper,
    pieces_to_head,
    pieces_to_heads,
)
from extract.detectors.whitespace_labels import (
    begins_label,
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
    place_beside,
)
from tableparse.model import Box
from tableparse.whitespace import (
    Ambiguous,
    Edges,
    Piece,
    edges_to_cuts,
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
SAME = 3.0
"""Points by which the column lines of two parts of a matrix may differ."""
FIRST = 12.0
"""Points by which the line between labels and figures may differ."""
FURNITURE = 2
"""Texts of page furniture at most above a part of a matrix that has no figures."""
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

    def is_like(self, other: Fragment) -> bool:
        """Whether both have the same columns, wherever they stand and the labels end."""
        own, others = ([x - f.left for x in f.xs[1:]] for f in (self, other))
        return all(abs(a - b) <= SAME for a, b in zip(own, others, strict=True))


def find_applications(
    pieces: Sequence[Piece], edges: Edges, known: Fragment | None = None
) -> Fragment | None:
    """The matrix, or its part on this page; None where there is none. `known` is its part on
    the page before or after: where that fits, this one has the same columns.

    Raises Ambiguous where there is one that the page's text does not settle.
    """
    found = _find_labels(pieces, edges, known)
    if found is None:
        return None
    rows, beside, head = found.rows, found.beside, found.head
    heads = [p for p in head if p.x0 >= found.right - 1 and not is_upper(p)]
    texts = [*rows, *beside]
    starts = {k: min(r.x0 for r in texts if r.kind == k) for k in {r.kind for r in texts}}
    known = _shifted(known, starts) if known else None
    if not any(r.beside for r in rows) and (known is None or not _is_rest(pieces, rows)):
        return None
    low = max(r.x1 for r in texts)
    known = _fitted(known, low, rows, heads) if known else None
    xs = list(known.xs) if known else _column_lines(rows, low, heads, edges)
    check_columns(xs, (r.beside for r in rows), heads)
    edge = min([r.x0 for r in texts] + [p.x0 for p in head])
    if known and known.left <= edge:
        edge = known.left + PAD
    left, boxes = matrix_to_boxes(rows, beside, head, xs, edge, edges, found.cuts)
    check_whole(boxes, pieces, texts, head)
    return Fragment(boxes, tuple(xs), left, starts)


class _Found(NamedTuple):
    """The rows with the figures beside them, the labels beside many rows, the header, where
    the labels end, and the drawn lines across."""

    rows: list[Row]
    beside: list[Row]
    head: list[Piece]
    right: float
    cuts: list[float]


def _find_labels(pieces: Sequence[Piece], edges: Edges, known: Fragment | None) -> _Found | None:
    """The rows of the matrix by its labels; None where there is none."""
    words = join_spaced((p for p in pieces if not is_number(p)), begins_label)
    anchors = nearest_anchors([(p, kind) for p in words if (kind := piece_to_kind(p))])
    if not anchors:
        return None
    top, bottom = anchors[0][0].top, max(p.bottom for p, _ in anchors)
    right = max(p.x1 for p, _ in anchors)
    near = [p for p in pieces if top - 60 < p.middle < bottom + 60]
    body = [p for p in near if p.x0 >= right - 1]
    figures = [p for p in body if is_figure(p.text) and top - 12 < p.middle < bottom + 12]
    heads = pieces_to_heads([p for p in pieces if top - HEAD < p.middle], right, top)
    if figures:
        left = min(p.x0 for p in (*figures, *heads))
    elif known and not heads:
        left = max(right, known.xs[0])
    else:
        return None
    labels = [p for p in words if p.x1 <= left + 0.5 and top - 60 < p.middle < bottom + 60]
    cuts = edges_to_cuts(edges, left, max((p.x1 for p in figures), default=left + SHIFT))
    rows, beside = labels_to_rows(labels, anchors, cuts)
    if not rows:
        return None
    first, last = rows[0].top, max(r.bottom for r in rows)
    head = pieces_to_head([p for p in pieces if p.middle < first], right, left, first)
    floor = first - 3 if head else first - BEYOND
    values = [p for p in body if floor <= p.middle < last + NEAR]
    values = [p for p in values if p.middle > first - 3 or is_figure(p.text)]
    lost = place_beside(values, rows, cuts)
    lost += [p for p in body if last + NEAR <= p.middle < last + BEYOND]
    rows = sorted([*rows, *_unlabelled(lost, rows, bool(head))], key=lambda r: r.top)
    return _Found(rows, beside, head, right, cuts)


def _fitted(
    known: Fragment, low: float, rows: Sequence[Row], heads: Sequence[Piece]
) -> Fragment | None:
    """The known lines where labels that end at `low`, figures and heads stand between them,
    the first line moved a little if need be: it is the least certain. None where not."""
    texts = [*heads, *(p for row in rows for p in row.beside)]
    first = min([known.xs[1], *(p.x0 for p in texts)]) - 0.5
    first = max(min(known.xs[0], first), low + 0.5)
    xs = (first, *known.xs[1:])
    if abs(first - known.xs[0]) > FIRST or not fits_columns(xs, texts):
        return None
    return Fragment(known.boxes, xs, known.left, known.starts)


def _is_rest(pieces: Sequence[Piece], rows: Sequence[Row]) -> bool:
    """Whether rows without figures are what is left of a matrix: labels of the form word for
    word, above all other text but page furniture."""
    above = {p.text for p in pieces if p.bottom < rows[0].top}
    return all(r.key is not None for r in rows) and len(above) <= FURNITURE


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
    rows: Sequence[Row], low: float, heads: Sequence[Piece], edges: Edges
) -> list[float]:
    """The eight lines that bound the seven columns right of `low`, where the labels end."""
    y0, y1 = rows[0].span[0], rows[-1].span[1]
    columns = find_columns([row.beside for row in rows], heads, COLUMNS)
    if columns is not None:
        return columns_to_lines(columns, low, edges, y0, y1)
    drawn = edges_to_columns(edges, low, y0, y1, COLUMNS)
    if drawn is None:
        raise Ambiguous(f"the figures do not stand in {COLUMNS} columns")
    return drawn
