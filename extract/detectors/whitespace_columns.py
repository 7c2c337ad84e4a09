"""Columns of a table without rulings, from the figures and heads that stand in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tableparse.grid import snap_edges
from tableparse.whitespace import Ambiguous, Edges, Piece, join_spaced

UNEVEN = 0.12
"""Share of the columns' pitch by which figures may stand differently under their heads."""
ALIKE = 1.5
"""Points by which figures that keep their distance from a head may differ in it."""
WITNESSES = 3
"""Columns whose figures show how far they keep from the heads."""
PAD = 2.0
"""Points kept between a text and the edge of its cell where nothing says more."""


@dataclass(slots=True)
class Column:
    """A column's figures, its heads, and how far both reach."""

    x0: float
    x1: float
    figures: list[Piece] = field(default_factory=list)
    heads: list[Piece] = field(default_factory=list)


def pieces_to_columns(figures: Iterable[Piece], heads: Iterable[Piece] = ()) -> list[Column]:
    """Pieces that overlap in x, directly or through others, as one column, left to right."""
    columns: list[Column] = []
    marked = [(p, True) for p in figures] + [(p, False) for p in heads]
    for piece, figure in sorted(marked, key=lambda m: m[0].x0):
        if not columns or piece.x0 > columns[-1].x1 - 0.3:
            columns.append(Column(piece.x0, piece.x1))
        column = columns[-1]
        column.x1 = max(column.x1, piece.x1)
        (column.figures if figure else column.heads).append(piece)
    return columns


_ANCHORS: dict[str, Callable[[Piece], float]] = {
    "middle": lambda p: (p.x0 + p.x1) / 2,
    "left": lambda p: p.x0,
    "right": lambda p: p.x1,
}


def columns_to_side(columns: Sequence[Column]) -> str:
    """How the columns are set: the side ("middle", "left", "right") that keeps its place."""
    spreads = {
        name: max(
            (max(map(at, c.figures)) - min(map(at, c.figures)) for c in columns if c.figures),
            default=0.0,
        )
        for name, at in _ANCHORS.items()
    }
    best = min(spreads, key=lambda name: spreads[name])
    return "middle" if spreads["middle"] - spreads[best] < 0.8 else best


def columns_to_lines(
    columns: Sequence[Column], low: float, edges: Edges, y0: float, y1: float
) -> list[float]:
    """The len(columns) + 1 lines that bound the columns; `low` is where the text to the left
    of them ends. Lines depend on how columns are set, not on how wide their figures happen to
    be, so that the pieces of a table on two pages have the same lines."""
    side = columns_to_side(columns)
    at = _ANCHORS[side]
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


def find_columns(
    rows: Sequence[Sequence[Piece]], heads: Sequence[Piece], count: int
) -> list[Column] | None:
    """The `count` columns in which the figures of rows stand, by the figures alone or by
    figures and heads; None where neither gives as many. No row has two figures in one."""
    figures = [p for row in rows for p in row]
    spaced = join_spaced(heads, lambda piece: False)
    for columns in (
        pieces_to_columns(figures),
        pieces_to_columns(figures, heads),
        pieces_to_columns(figures, spaced),
    ):
        if len(columns) != count:
            continue
        slots = [[_slot(columns, p) for p in row] for row in rows]
        if all(len(set(row)) == len(row) for row in slots):
            for head in heads:
                if head not in columns[_slot(columns, head)].heads:
                    columns[_slot(columns, head)].heads.append(head)
            return columns
    for columns in (pieces_to_columns((), heads), pieces_to_columns((), spaced)):
        if len(columns) == count and _stand_under(columns, figures):
            return columns
    for columns in (pieces_to_columns((), heads), pieces_to_columns((), spaced)):
        if len(columns) == count and place_figures(columns, rows):
            return columns
    return None


def _stand_under(heads: Sequence[Column], figures: Sequence[Piece]) -> bool:
    """Whether figures stand alike under their nearest heads: as far to one side in every
    column. Then the heads' places are the columns' (some of which may be blank)."""
    pitch = (heads[-1].x0 - heads[0].x0) / (len(heads) - 1)
    offsets: dict[str, list[float]] = {name: [] for name in _ANCHORS}
    for figure in figures:
        head = heads[_slot(heads, figure)]
        for name, at in _ANCHORS.items():
            offsets[name].append(at(figure) - (head.x0 + head.x1) / 2)
    return min(max(found) - min(found) for found in offsets.values()) < UNEVEN * pitch


def _slot(columns: Sequence[Column], piece: Piece) -> int:
    """The column nearest to the middle of a piece."""
    middle = (piece.x0 + piece.x1) / 2
    gaps = [max(c.x0 - middle, middle - c.x1, 0.0) for c in columns]
    return gaps.index(min(gaps))


def place_figures(heads: Sequence[Column], rows: Sequence[Sequence[Piece]]) -> bool:
    """Give the figures to the columns of their heads where heads and figures keep to different
    sides of unequal columns; False, and nothing given, where that leaves a choice.

    A figure over or under which a head stands is in its column. One between two heads is in
    the column in which it stands as all certain figures do, by the edges of the heads: of
    their own one, or of a neighbour, next to which the column ends or begins.
    """
    figures = [p for row in rows for p in row]
    choices = [_choices(heads, p) for p in figures]
    if not all(choices):
        return False
    placings: set[tuple[int, ...]] = set()
    for at in _ANCHORS.values():
        for marks in _marks(heads):
            placing = _place_alike([at(p) for p in figures], choices, marks)
            if placing is not None:
                placings.add(placing)
    if len(placings) != 1:
        return False
    placing = placings.pop()
    slots = dict(zip(map(id, figures), placing, strict=True))
    if any(len({slots[id(p)] for p in row}) < len(row) for row in rows):
        return False
    for piece, slot in zip(figures, placing, strict=True):
        column = heads[slot]
        column.figures.append(piece)
        column.x0, column.x1 = min(column.x0, piece.x0), max(column.x1, piece.x1)
    return True


def _choices(heads: Sequence[Column], piece: Piece) -> list[int]:
    """The columns in which a piece may stand, at most two neighbours; [] where it runs under
    two heads."""
    under = [k for k, c in enumerate(heads) if piece.x0 < c.x1 and c.x0 < piece.x1]
    if under:
        return under if len(under) == 1 else []
    after = sum(c.x1 <= piece.x0 for c in heads)
    return sorted({max(after - 1, 0), min(after, len(heads) - 1)})


def _marks(heads: Sequence[Column]) -> list[list[float | None]]:
    """What a column's figures may keep their distance from: edges and middle of its head, the
    beginning of the next head, the end of the one before."""
    return [
        [c.x0 for c in heads],
        [(c.x0 + c.x1) / 2 for c in heads],
        [c.x1 for c in heads],
        [*(c.x0 for c in heads[1:]), None],
        [None, *(c.x1 for c in heads[:-1])],
    ]


def _place_alike(
    anchors: Sequence[float], choices: Sequence[Sequence[int]], marks: Sequence[float | None]
) -> tuple[int, ...] | None:
    """The column of each figure if all of them stand as far from the marks of their columns,
    and figures of enough columns say how far; None else."""
    certain: dict[int, list[float]] = {}
    for anchor, slots in zip(anchors, choices, strict=True):
        mark = marks[slots[0]]
        if len(slots) == 1 and mark is not None:
            certain.setdefault(slots[0], []).append(anchor - mark)
    offsets = [offset for found in certain.values() for offset in found]
    if len(certain) < WITNESSES or max(offsets) - min(offsets) > ALIKE:
        return None
    usual = (max(offsets) + min(offsets)) / 2
    placing: list[int] = []
    for anchor, slots in zip(anchors, choices, strict=True):
        fit = [k for k in slots if (m := marks[k]) and abs(anchor - m - usual) <= ALIKE]
        if len(slots) > 1 and len(fit) != 1:
            return None
        placing.append(fit[0] if len(slots) > 1 else slots[0])
    return tuple(placing)


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
