"""The header of the applicant matrix on a page without rulings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from extract.detectors.whitespace_place import pieces_to_columns
from extract.detectors.whitespace_rows import row_line
from tableparse.labels import applicant_columns, fold
from tableparse.model import Box
from tableparse.whitespace import Ambiguous, Piece

LEAST_HEADS = 4
"""Of seven heads, how many must be recognised in part before text above is a header."""
AIR = 2.5
"""Times the font size of air above a header's line that ends it."""


def pieces_to_heads(pieces: Sequence[Piece], right: float, first: float) -> list[Piece]:
    """What stands in the columns right of `right` above height `first`, as far up as it may
    be a part of the header."""
    above = sorted((p for p in pieces if p.bottom <= first + 2), key=lambda p: -p.bottom)
    found: list[Piece] = []
    top = first
    for piece in above:
        if piece.x0 < right - 1:
            continue
        if top - piece.bottom > AIR * piece.size or not is_head_like(piece):
            break
        found.append(piece)
        top = min(top, piece.top)
    return found


def pieces_to_head(pieces: Sequence[Piece], right: float, left: float, first: float) -> list[Piece]:
    """The pieces of the header above height `first`; [] where there is none. Labels end at
    `right`, figures begin at `left`: a line that runs over both is no part of it."""
    found = pieces_to_heads(pieces, right, first)
    if _count_heads(found) < LEAST_HEADS:
        return []
    top = min(p.top for p in found)
    above = sorted((p for p in pieces if p.bottom <= first + 2), key=lambda p: -p.bottom)
    for piece in above:
        if piece.x0 >= right - 1 or piece.x1 > left + 1:
            continue
        if piece.middle <= top - 2 and (top - piece.bottom > piece.size or not is_corner(piece)):
            break
        found.append(piece)
        top = min(top, piece.top)
    return found


def is_corner(piece: Piece) -> bool:
    """Whether a piece is a part of what stands in the header's corner."""
    text = fold(piece.text)
    return any(text in word for word in applicant_columns().exact)


def is_head_like(piece: Piece) -> bool:
    """Whether most characters of a piece are such as the heads are made of."""
    text = fold(piece.text)
    return 2 * sum(c in _head_characters() for c in text) >= len(text)


@cache
def _head_characters() -> frozenset[str]:
    corner = max(applicant_columns().exact, key=len)
    return frozenset("".join(w for w in applicant_columns().exact if w != corner))


def _count_heads(pieces: Sequence[Piece]) -> int:
    words = [w for w, key in applicant_columns().exact.items() if not key.startswith("#")]
    seen: set[str] = set()
    for piece in pieces:
        text = fold(piece.text)
        if len(text) > 1:
            seen.update(w for w in words if text in w or w[:2] in text)
    for column in pieces_to_columns((), [p for p in pieces if not is_upper(p)]):
        text = "".join(p.text for p in sorted(column.heads, key=lambda p: p.middle))
        seen.update(w for w in words if fold(text) == w)
    return len({applicant_columns().exact[w] for w in seen})


def is_upper(piece: Piece) -> bool:
    """Whether a piece is a word that stands above several heads."""
    found = applicant_columns().match(piece.text)
    return found is not None and found.key.startswith("#")


def head_to_boxes(
    head: Sequence[Piece],
    left: float,
    xs: Sequence[float],
    top: float,
    bottom: float,
    cuts: Sequence[float],
) -> list[Box]:
    """The boxes of a header between two heights: the corner, the words that stand over
    several heads, and under them the heads, each as high as there is room."""
    count = len(xs) - 1
    over = [p for p in head if (p.x0 + p.x1) / 2 > xs[0]]
    upper = sorted((p for p in over if is_upper(p)), key=lambda p: p.middle)
    heads: list[list[Piece]] = [[] for _ in range(count)]
    for piece in over:
        if piece not in upper:
            middle = (piece.x0 + piece.x1) / 2
            slot = sum(x <= middle for x in xs[1:-1])
            heads[slot].append(piece)
    starts = [top] * count
    boxes = [Box(left, top, xs[0], bottom)]
    for number, word in enumerate(upper):
        under = _covered(word, heads, xs, upper[number + 1 :])
        if not under:
            raise Ambiguous(f"'{word.text}' stands over no column")
        below = [*upper[number + 1 : number + 2], *(p for k in under for p in heads[k])]
        line = row_line(word.bottom, min((p.top for p in below), default=bottom), cuts)
        start = starts[under[0]]
        if not start < line < bottom or any(starts[k] != start for k in under):
            raise Ambiguous("the header's rows overlap")
        boxes.append(Box(xs[under[0]], start, xs[under[-1] + 1], line))
        for k in under:
            starts[k] = line
    boxes += [Box(xs[k], starts[k], xs[k + 1], bottom) for k in range(count)]
    return boxes


def _covered(
    level: Piece, heads: Sequence[Sequence[Piece]], xs: Sequence[float], lower: Sequence[Piece]
) -> list[int]:
    """The run of columns around a word whose heads all stand below it."""
    count = len(heads)
    below = [all(p.middle > level.middle + 2 for p in column) for column in heads]
    if not lower and count > 2:
        below[0] = below[0] and not heads[0]
        below[-1] = below[-1] and not heads[-1]
    middle = (level.x0 + level.x1) / 2
    at = min(max(sum(x <= middle for x in xs[1:-1]), 0), count - 1)
    if not below[at]:
        return []
    first = last = at
    while first > 0 and below[first - 1]:
        first -= 1
    while last < count - 1 and below[last + 1]:
        last += 1
    return list(range(first, last + 1))
