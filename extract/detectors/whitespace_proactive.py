"""The proactive table on a page without rulings: boxes from its sections' heads and labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extract.detectors.whitespace_columns import (
    PAD,
    columns_to_lines,
    columns_to_side,
    fits_columns,
)
from extract.detectors.whitespace_place import Column, pieces_to_columns
from extract.detectors.whitespace_rows import (
    Row,
    check_whole,
    exact_key,
    lines_to_row,
    lines_to_rows,
    outer_line,
    place_beside,
    rows_to_lines,
)
from tableparse.labels import fold, proactive_rows
from tableparse.model import Box, Page
from tableparse.whitespace import (
    LEVEL,
    Ambiguous,
    Edges,
    Piece,
    edges_to_cuts,
    edges_to_sides,
    is_figure,
    pieces_to_lines,
)

FAR = 90.0
"""Points between labels from which they are of different tables."""
CLOSE = 14.0
"""Points under the last row within which a figure is the rest of one in it."""
SECTION, HEAD = "#section", "#head"


def find_proactive(page: Page, pieces: Sequence[Piece], edges: Edges) -> tuple[Box, ...]:
    """The boxes of the table, or of its part on this page; () where there is none. Raises
    Ambiguous where there is one that its text does not settle."""
    exact = proactive_rows()
    keyed = [(p, key) for p in pieces if (key := exact_key(fold(p.text), exact))]
    keyed = _nearby(keyed)
    anchors = [p for p, key in keyed if key != SECTION]
    if not anchors:
        return ()
    right = max(p.x1 for p in anchors)
    top = min(p.top for p, _ in keyed)
    bottom = max(p.bottom for p, _ in keyed)
    near = [p for p in pieces if top - 40 < p.middle < bottom + 60]
    titles = [line for line in pieces_to_lines(near) if _is_title(line)]
    near = [p for p in near if not any(_within(p, title) for title in titles)]
    values = [p for p in near if p.x0 >= right - 1]
    beside = [p for p in values if top - 6 < p.middle < bottom + 6]
    if not beside:
        return ()
    start = min(p.x0 for p in beside)
    labels = [p for p in near if p.x1 <= start + 0.5 and top - 2 <= p.middle <= bottom + 16]
    if any(top < p.middle < bottom and p.x0 < right - 1 and p.x1 > start + 0.5 for p in near):
        raise Ambiguous("text runs over the columns of the proactive table")
    cuts = edges_to_cuts(edges, min(p.x0 for p in anchors), max(p.x1 for p in beside))
    rows = _rows(pieces_to_lines(labels), cuts)
    if not rows:
        return ()
    lost = place_beside(values, rows, cuts)
    rows = sorted([*rows, *_title_rows(titles)], key=lambda r: r.top)
    while rows and rows[-1].kind == SECTION and rows[-1].top > bottom:
        rows.pop()
    end = rows[-1].bottom
    inside = [p for p in lost if rows[0].top < p.middle < end]
    inside += [p for p in lost if is_figure(p.text) and 0 <= p.middle - end < CLOSE]
    if inside:
        raise Ambiguous(f"'{inside[0].text}' stands beside no row")
    boxes = _boxes(page, rows, right, edges, cuts)
    check_whole(boxes, pieces, rows, ())
    return boxes


def _nearby(keyed: list[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    groups: list[list[tuple[Piece, str]]] = []
    for item in keyed:
        if groups and item[0].top - groups[-1][-1][0].bottom < FAR:
            groups[-1].append(item)
        else:
            groups.append([item])
    return max(groups, key=len, default=[])


def _is_title(line: Piece) -> bool:
    text = fold(line.text)
    if proactive_rows().exact.get(text) == SECTION:
        return True
    if text[:2] not in {w[:2] for w, key in proactive_rows().exact.items() if key == SECTION}:
        return False
    found = proactive_rows().match(line.text)
    return found is not None and found.key == SECTION


def _within(piece: Piece, line: Piece) -> bool:
    return line.top <= piece.middle <= line.bottom and line.x0 <= piece.x0 <= line.x1


def _title_rows(titles: Sequence[Piece]) -> list[Row]:
    rows = [lines_to_row([title], SECTION) for title in titles]
    for row in rows:
        row.kind = SECTION
    return rows


def _rows(lines: Sequence[Piece], cuts: Sequence[float]) -> list[Row]:
    """Label lines as rows, those at either end that no label explains left out."""
    rows = lines_to_rows(lines, proactive_rows(), cuts)
    while rows and rows[-1].key is None:
        rows.pop()
    while rows and rows[0].key is None:
        rows.pop(0)
    for row in rows:
        row.kind = HEAD if row.key == HEAD else "row"
    return rows


def _sections(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows under heads of their own, section titles left out."""
    sections: list[list[Row]] = [[]]
    for row in rows:
        if row.kind != "row" and sections[-1]:
            sections.append([])
        if row.kind != SECTION:
            sections[-1].append(row)
    return [section for section in sections if section]


def _columns(section: Sequence[Row]) -> tuple[list[Column], list[Column]]:
    """(columns of the heads, columns of the figures): the same list where they line up."""
    heads = [p for row in section if row.kind == HEAD for p in row.beside]
    values = [p for row in section if row.kind == "row" for p in row.beside]
    both = pieces_to_columns(values, heads)
    above, below = pieces_to_columns((), heads), pieces_to_columns(values)
    rows = [row.beside for row in section if row.kind == "row"]
    if (not heads or len(both) == len(above)) and _parted(both, rows):
        return both, both
    if len(above) == len(below) and _parted(below, rows):
        return above, below
    raise Ambiguous("heads and figures of the proactive table do not line up")


def _parted(columns: Sequence[Column], rows: Sequence[Sequence[Piece]]) -> bool:
    """Whether no row has two texts at one height in one of the columns."""
    for column in columns:
        for row in rows:
            heights = sorted(p.middle for p in row if p in column.figures)
            if any(b - a < LEVEL * 10 for a, b in pairwise(heights)):
                return False
    return True


def _boxes(
    page: Page, rows: Sequence[Row], low: float, edges: Edges, cuts: Sequence[float]
) -> tuple[Box, ...]:
    sections = [(section, _columns(section)) for section in _sections(rows)]
    every = [c for _, pair in sections for columns in pair for c in columns]
    y0, y1 = rows[0].span[0], rows[-1].span[1]
    own = [r for r in rows if r.kind != SECTION]
    left = min(r.x0 for r in rows)
    if not every:
        raise Ambiguous("the proactive table has no columns")
    text = Box(left, y0, max(c.x1 for c in every), y1)
    sides = edges_to_sides(edges, text)
    if sides is None:
        edge = min(r.x0 for r in own) - PAD
        sides = edge, max(page.width - edge, text.x1 + PAD)
    left, right = min(sides[0], text.x0), max(sides[1], text.x1)
    start = _first_line([pair for _, pair in sections], low, right, edges, y0, y1)
    ys = [outer_line(y0, cuts, False), *rows_to_lines(rows, cuts), outer_line(y1, cuts, True)]
    lines: dict[int, list[float]] = {}
    for section, (above, below) in sections:
        for row in section:
            columns = above if row.kind == HEAD else below
            lines[id(row)] = _inner(columns, start, right, edges, row.span)
            if not fits_columns(lines[id(row)], row.beside):
                raise Ambiguous("a figure runs over the edge of its column")
    boxes: list[Box] = []
    for row, top, bottom in zip(rows, ys, ys[1:], strict=False):
        if row.kind == SECTION:
            boxes.append(Box(left, top, right, bottom))
            continue
        xs = [left, *lines[id(row)]]
        boxes += [Box(a, top, b, bottom) for a, b in pairwise(xs)]
    return tuple(boxes)


def _first_line(
    pairs: Sequence[tuple[list[Column], list[Column]]],
    low: float,
    right: float,
    edges: Edges,
    y0: float,
    y1: float,
) -> float:
    """The line between the labels and all values of the table."""
    every = [c for pair in pairs for columns in pair for c in columns]
    high = min(c.x0 for c in every)
    drawn = [
        r.x0
        for r in edges.down
        if low - 1 <= r.x0 <= high + 1 and min(r.bottom, y1) > max(r.top, y0)
    ]
    if drawn:
        return min(drawn)
    wanted = high - PAD
    if _side(every) == "middle":
        single = [pair[1][0] for pair in pairs if len(pair[1]) == 1]
        several = [pair[1] for pair in pairs if len(pair[1]) > 1]
        if single:
            inked = single[0].figures or single[0].heads
            wanted = inked[0].x0 + inked[0].x1 - right
        elif several:
            wanted = columns_to_lines(several[0], low, edges, y0, y1)[0]
    return wanted if low + 1 <= wanted <= high - 1 else (low + high) / 2


def _side(columns: Sequence[Column]) -> str:
    return columns_to_side([Column(c.x0, c.x1, [*c.figures, *c.heads], []) for c in columns])


def _inner(
    columns: Sequence[Column], start: float, right: float, edges: Edges, span: tuple[float, float]
) -> list[float]:
    if len(columns) < 2:
        return [start, right]
    return [start, *columns_to_lines(columns, start, edges, *span)[1:-1], right]
