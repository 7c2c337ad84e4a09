"""Tables whose header is cut by the end of a page, or stands there alone: what stands at the
foot of the page and what goes on overleaf is looked at as if it stood on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from extract.detectors.whitespace_head import is_corner, is_head_like, is_upper
from extract.detectors.whitespace_labels import begins_label
from extract.detectors.whitespace_review import is_block_name, is_head
from tableparse.labels import fold
from tableparse.model import Box, Page, Ruling
from tableparse.whitespace import Ambiguous, Edges, Piece, is_figure

MARGIN = 0.11
"""Share of a page's height, at its head and foot, in which page furniture stands."""
GAP = 8.0
"""Points laid between the two parts of a table."""
AIR = 3.5
"""Times the font size of air above a part of a header that ends it."""
SHIFT = 12.0
"""Points by which the two parts, or the texts of their pages, may begin in different places:
the pages' margins do not differ by a column."""

Belongs = Callable[[Piece], bool]


class Joined(NamedTuple):
    """The foot of one page and the next page as one: pieces and edges with the heights of the
    first; the height of the break, and by how much the second page was moved down."""

    pieces: list[Piece]
    edges: Edges
    cut: float
    down: float


def in_matrix(piece: Piece) -> bool:
    """Whether a piece may stand in the header of the applicant matrix."""
    return _is_worded(piece) and (is_corner(piece) or is_head_like(piece))


def in_review(piece: Piece) -> bool:
    """Whether a piece may stand in the header of the review table."""
    return _is_worded(piece) and (is_block_name(piece) or is_head(piece))


def _is_worded(piece: Piece) -> bool:
    return bool(fold(piece.text)) and not is_figure(piece.text)


def _is_title(piece: Piece) -> bool:
    return is_upper(piece) or is_block_name(piece)


def pieces_to_foot(page: Page, pieces: Sequence[Piece], belongs: Belongs) -> list[Piece]:
    """The part of a header that ends a page, page furniture left out; [] where there is none."""
    found: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: -p.middle):
        if not belongs(piece):
            if found or piece.top < (1 - MARGIN) * page.height:
                break
            continue
        if found and min(p.top for p in found) - piece.bottom > AIR * piece.size:
            break
        found.append(piece)
    return found if any(_is_title(p) for p in found) else []


def join_pages(
    pages: tuple[Page, Page],
    pieces: tuple[Sequence[Piece], Sequence[Piece]],
    edges: tuple[Edges, Edges],
    belongs: Belongs,
) -> Joined | None:
    """The header at the foot of the first page with the second page under it; None where no
    header ends the first, or the second has one of its own, or the texts of both pages begin
    in different places."""
    foot = pieces_to_foot(pages[0], pieces[0], belongs)
    if not foot:
        return None
    rest = _without_furniture(pages[1], pieces[1], belongs)
    names = {p.text for p in foot if _is_title(p)}
    if not rest or any(belongs(p) and p.text in names for p in rest):
        return None
    if not _begin_alike(foot, rest, pieces, belongs):
        return None
    end, start = max(p.bottom for p in foot), min(p.top for p in rest)
    down, ceiling = end + GAP - start, min(p.top for p in foot) - SHIFT
    count = max(p.last for p in foot) + 1
    moved = [
        p._replace(
            top=p.top + down, bottom=p.bottom + down, first=p.first + count, last=p.last + count
        )
        for p in rest
    ]
    across = [r for r in edges[0].across if ceiling < r.top < end]
    across += [_down(r, down) for r in edges[1].across if r.top > start]
    vertical = [r for r in edges[0].down if r.bottom > ceiling and r.top < end]
    vertical += [_down(r, down) for r in edges[1].down if r.bottom > start]
    joined = Edges(tuple(across), tuple(vertical))
    return Joined(sorted([*foot, *moved], key=lambda p: p.middle), joined, end + GAP / 2, down)


def _begin_alike(
    foot: Sequence[Piece],
    rest: Sequence[Piece],
    pieces: tuple[Sequence[Piece], Sequence[Piece]],
    belongs: Belongs,
) -> bool:
    """Whether both parts of a table, or else the texts of their pages, begin in one place. Of
    no matter where no head of a column stands on the first page."""
    if all(_is_title(p) or is_corner(p) for p in foot):
        return True
    starts = [(min(p.x0 for p in foot), min(p.x0 for p in rest if _keeps(p, belongs)))]
    starts.append((min(p.x0 for p in pieces[0]), min(p.x0 for p in pieces[1])))
    return any(abs(a - b) <= SHIFT for a, b in starts)


def _keeps(piece: Piece, belongs: Belongs) -> bool:
    return belongs(piece) or is_figure(piece.text) or begins_label(piece)


def _without_furniture(page: Page, pieces: Sequence[Piece], belongs: Belongs) -> list[Piece]:
    """The pieces of a page from its table on, where nothing but furniture stands above it; []
    else."""
    kept = [p for p in pieces if _keeps(p, belongs)]
    if not kept:
        return []
    start = min(p.top for p in kept)
    above = [p for p in pieces if p.top < start]
    if any(p.bottom > min(start + 1, MARGIN * page.height) for p in above):
        return []
    return [p for p in pieces if p.top >= start]


def _down(ruling: Ruling, by: float) -> Ruling:
    return ruling._replace(top=ruling.top + by, bottom=ruling.bottom + by)


def part_boxes(boxes: Iterable[Box], joined: Joined) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """The boxes of a joined table for each of its pages, those over the break cut in two.
    Raises Ambiguous where one page has none."""
    cut, down = joined.cut, joined.down
    upper: list[Box] = []
    lower: list[Box] = []
    for box in boxes:
        top, bottom = (cut if abs(y - cut) < GAP / 2 else y for y in (box.top, box.bottom))
        if top < cut:
            upper.append(Box(box.x0, top, box.x1, min(bottom, cut)))
        if bottom > cut:
            lower.append(Box(box.x0, max(top, cut) - down, box.x1, bottom - down))
    if not upper or not lower:
        raise Ambiguous("a table cut by a page stands on one page alone")
    return tuple(upper), tuple(lower)
