"""The review table on a page without rulings: boxes from its fifteen heads and figures."""

from __future__ import annotations

from collections.abc import Sequence

from extract.detectors.whitespace_columns import check_columns, columns_to_lines
from extract.detectors.whitespace_place import find_columns
from extract.detectors.whitespace_rows import check_whole, outer_line, row_line
from tableparse.labels import fold, review_blocks, review_columns
from tableparse.model import Box, Page
from tableparse.whitespace import (
    Ambiguous,
    Edges,
    Piece,
    edges_to_cuts,
    edges_to_sides,
    is_figure,
)

BLOCK = 5
COLUMNS = 3 * BLOCK
FOOT = 0.11
"""Share of a page's height, at its foot, in which page numbers stand."""
REACH = 150.0
"""Points below the names of the blocks within which the figures stand."""
SUIT = "#head"


def find_review(page: Page, pieces: Sequence[Piece], edges: Edges) -> tuple[Box, ...]:
    """The boxes of the table; () where there is none. Raises Ambiguous where there is one
    that its text does not settle."""
    names = _block_names(pieces)
    if names is None:
        return ()
    under = names["litigation_direct"].bottom
    figures = _figure_row([p for p in pieces if under < p.middle], under + REACH)
    if not figures:
        return ()
    top = min(p.top for p in names.values())
    ceiling = min(p.top for p in figures)
    if len(figures) == 1 and figures[0].bottom > (1 - FOOT) * page.height:
        raise Ambiguous("a lone number under the review table may be the page's")
    between = [p for p in pieces if top - 2 < p.middle < ceiling and p not in names.values()]
    heads = [p for p in between if is_head(p)]
    if len(heads) != len(between):
        raise Ambiguous("text among the heads of the review table that is no head")
    columns = find_columns([figures], heads, COLUMNS)
    if columns is None:
        raise Ambiguous(f"the review table has not {COLUMNS} columns")
    bottom = max(p.bottom for p in figures)
    xs = columns_to_lines(columns, columns[0].x0 - 30, edges, ceiling, bottom)
    text = Box(columns[0].x0, top, columns[-1].x1, bottom)
    check_columns(xs, [figures], heads)
    sides = edges_to_sides(edges, text)
    if sides is not None:
        xs[0], xs[-1] = min(sides[0], text.x0), max(sides[1], text.x1)
    boxes = _boxes(names, heads, figures, xs, edges_to_cuts(edges, xs[0], xs[-1]))
    check_whole(boxes, pieces, (), [*names.values(), *heads, *figures])
    return boxes


def _block_names(pieces: Sequence[Piece]) -> dict[str, Piece] | None:
    """The names of the blocks, and 行政诉讼 over two of them; None where one is missing."""
    exact = review_blocks().exact
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        key = exact.get(fold(piece.text))
        if key:
            found.setdefault(key, []).append(piece)
    direct = found.get("litigation_direct", [])
    after = found.get("litigation_after_reconsideration", [])
    if len(direct) != 1 or len(after) != 1:
        return None
    names = {"litigation_direct": direct[0], "litigation_after_reconsideration": after[0]}
    if abs(direct[0].middle - after[0].middle) > direct[0].size:
        return None
    for key in ("reconsideration", SUIT):
        near = [p for p in found.get(key, []) if -60 < p.middle - direct[0].middle < 12]
        if len(near) != 1:
            return None
        names[key] = near[0]
    return names


def _figure_row(pieces: Sequence[Piece], reach: float) -> list[Piece]:
    """The one line of figures, above height `reach`. Raises Ambiguous where there is another
    one under it."""
    figures = sorted((p for p in pieces if is_figure(p.text)), key=lambda p: p.middle)
    if not figures or figures[0].middle > reach:
        return []
    first = figures[0]
    row = [p for p in figures if p.middle - first.middle < 0.5 * first.size]
    more = [p for p in figures[len(row) :] if p.top - first.bottom < 3 * first.size]
    if more:
        raise Ambiguous("more than one line of figures in the review table")
    words = [p for p in pieces if not is_figure(p.text)]
    if any(abs(p.middle - first.middle) < first.size for p in words):
        raise Ambiguous("words among the figures of the review table")
    return row


def is_block_name(piece: Piece) -> bool:
    """Whether a piece names a block of the table, or the suits over two of them."""
    return fold(piece.text) in review_blocks().exact


def is_head(piece: Piece) -> bool:
    """Whether a piece may be a column's head, or a line of one."""
    text = fold(piece.text)
    return any(text in word or word[:2] in text for word in review_columns().exact)


def _boxes(
    names: dict[str, Piece],
    heads: Sequence[Piece],
    figures: Sequence[Piece],
    xs: Sequence[float],
    cuts: Sequence[float],
) -> tuple[Box, ...]:
    first, suit = names["reconsideration"], names[SUIT]
    direct, after = names["litigation_direct"], names["litigation_after_reconsideration"]
    ends = {"reconsideration": (0, 5), "litigation_direct": (5, 10), SUIT: (5, 15)}
    for key, (start, end) in {**ends, "litigation_after_reconsideration": (10, 15)}.items():
        middle = (names[key].x0 + names[key].x1) / 2
        if not xs[start] < middle < xs[end]:
            raise Ambiguous(f"'{names[key].text}' does not stand over its columns")
    left = [p for p in heads if (p.x0 + p.x1) / 2 < xs[BLOCK]]
    right = [p for p in heads if p not in left]
    if not left or not right:
        raise Ambiguous("the review table has no heads")
    top = outer_line(min(first.top, suit.top), cuts, False)
    under_suit = row_line(suit.bottom, min(direct.top, after.top), cuts)
    blocks_end = max(direct.bottom, after.bottom)
    under_blocks = row_line(blocks_end, min(p.top for p in right), cuts)
    own = row_line(first.bottom, min(p.top for p in left), cuts)
    room = (first.middle, min(p.middle for p in left))
    own = next((y for y in (under_suit, under_blocks) if room[0] < y < room[1]), own)
    ceiling = min(p.top for p in figures)
    body = row_line(max(p.bottom for p in heads), ceiling, cuts)
    bottom = outer_line(max(p.bottom for p in figures), cuts, True)
    if not top < under_suit < under_blocks < body < bottom or not top < own < body:
        raise Ambiguous("the rows of the review table overlap")
    boxes = [
        Box(xs[0], top, xs[5], own),
        Box(xs[5], top, xs[15], under_suit),
        Box(xs[5], under_suit, xs[10], under_blocks),
        Box(xs[10], under_suit, xs[15], under_blocks),
    ]
    for k in range(COLUMNS):
        under = own if k < BLOCK else under_blocks
        boxes.append(Box(xs[k], under, xs[k + 1], body))
        boxes.append(Box(xs[k], body, xs[k + 1], bottom))
    return tuple(boxes)
