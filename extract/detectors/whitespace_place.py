"""Columns of figures without rulings: which figures and heads stand in one column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tableparse.whitespace import Piece, join_spaced

UNEVEN = 0.12
"""Share of the columns' pitch by which figures may stand differently under their heads."""
ALIKE = 1.5
"""Points by which figures that keep their distance from a head may differ in it."""
WITNESSES = 3
"""Columns whose figures show how far they keep from the heads."""


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


ANCHORS: dict[str, Callable[[Piece], float]] = {
    "middle": lambda p: (p.x0 + p.x1) / 2,
    "left": lambda p: p.x0,
    "right": lambda p: p.x1,
}


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
            for over in (pieces_to_columns((), heads), pieces_to_columns((), spaced)):
                if _pair(columns, over):
                    return columns
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


def _pair(columns: Sequence[Column], heads: Sequence[Column]) -> bool:
    """Give each column of figures its head, by their order, where there are as many of both
    and no figure or head comes between another pair; False, and nothing given, else."""
    if len(columns) != len(heads) or any(c.heads or not c.figures for c in columns):
        return False
    pairs = list(zip(columns, heads, strict=True))
    reach = [(min(c.x0, h.x0), max(c.x1, h.x1)) for c, h in pairs]
    if any(left[1] > right[0] + 0.3 for left, right in pairwise(reach)):
        return False
    for (column, head), (x0, x1) in zip(pairs, reach, strict=True):
        column.x0, column.x1, column.heads = x0, x1, head.heads
    return True


def _stand_under(heads: Sequence[Column], figures: Sequence[Piece]) -> bool:
    """Whether figures stand alike under their nearest heads: as far to one side in every
    column. Then the heads' places are the columns' (some of which may be blank), and reach as
    far as the figures under them."""
    pitch = (heads[-1].x0 - heads[0].x0) / (len(heads) - 1)
    offsets: dict[str, list[float]] = {name: [] for name in ANCHORS}
    for figure in figures:
        head = heads[_slot(heads, figure)]
        for name, at in ANCHORS.items():
            offsets[name].append(at(figure) - (head.x0 + head.x1) / 2)
    if min(max(found) - min(found) for found in offsets.values()) >= UNEVEN * pitch:
        return False
    slots = [_slot(heads, figure) for figure in figures]
    for figure, slot in zip(figures, slots, strict=True):
        column = heads[slot]
        column.x0, column.x1 = min(column.x0, figure.x0), max(column.x1, figure.x1)
    return True


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
    for at in ANCHORS.values():
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
