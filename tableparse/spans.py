"""Stated spans (rowspan, colspan) to slots, as browsers place them: for every container whose
tables say which cells are merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tableparse.model import Span, new_span

MAX_SLOTS = 200_000
"""Slots that a table may have: rows times columns. The form's largest has 280."""
MAX_COLSPAN = 1000
MAX_ROWSPAN = 65534


class SlotLimitError(ValueError):
    """A table has more slots than MAX_SLOTS: `asked` is the least number that it needs."""

    def __init__(self, asked: int) -> None:
        super().__init__(f"a table of {asked} slots or more")
        self.asked = asked


class Stated(NamedTuple):
    """The spans that a cell states: 1 and 1 for a plain one; `rowspan` 0 reaches to the end of
    its group of rows."""

    rowspan: int = 1
    colspan: int = 1


PLAIN = Stated()
_SHORT = {str(number): number for number in range(1, 100)}
"""Nearly every span that is stated."""


class Slotted(NamedTuple):
    """A table's size and the span of each cell, row by row as given. `overlapped` are the
    (row, place in the row) of cells that lost slots to a cell above. `tiled` says that every
    slot is covered once, as the cells state it."""

    rows: int
    cols: int
    spans: tuple[tuple[Span, ...], ...]
    overlapped: frozenset[tuple[int, int]] = frozenset()
    tiled: bool = True


def text_to_span(text: str | None, most: int, least: int = 1) -> int:
    """The number of a rowspan or colspan attribute as browsers read it: leading digits count
    ("2px", "100%"), anything else is 1; not below `least`, not over `most`."""
    if text in _SHORT:
        return min(_SHORT[text], most)
    digits = ""
    # more digits than the limits have change nothing
    for char in (text or "").lstrip(" \t\n\f\r").removeprefix("+")[:12]:
        if not ("0" <= char <= "9"):
            break
        digits += char
    number = int(digits) if digits else 1
    return min(number, most) if number >= least else 1


def groups_to_slots(groups: Sequence[Sequence[Sequence[Stated]]]) -> Slotted:
    """Place the cells of a table, given by group of rows (head, bodies, foot), then by row.

    A cell takes the next slots that no cell from above takes, and reaches down no further than
    its group. Where it would cover a slot that is taken, the earlier cell keeps it. Columns at
    the right in which no cell begins do not exist. Raises SlotLimitError over MAX_SLOTS.
    """
    placed: list[list[Span]] = []
    overlapped: set[tuple[int, int]] = set()
    taken = 0
    start = 0
    for group in groups:
        end = start + len(group)
        below: dict[int, int] = {}
        for r, row in enumerate(group, start):
            # without those of rows that have ended: a row's work is that of its own slots
            below = {column: down for column, down in below.items() if down > r}
            spans, lost, slots = _place_row(row, r, end, below)
            overlapped |= {(r, place) for place in lost}
            placed.append(spans)
            taken += slots
            if taken > MAX_SLOTS:
                raise SlotLimitError(taken)
        start = end
    cols = 1 + max((spans[-1].c0 for spans in placed if spans), default=-1)
    if len(placed) * cols > MAX_SLOTS:
        raise SlotLimitError(len(placed) * cols)
    tiled = taken == len(placed) * cols and not overlapped
    if max((spans[-1].c1 for spans in placed if spans), default=0) > cols:
        tiled = False
        placed = [[s._replace(c1=min(s.c1, cols)) for s in spans] for spans in placed]
    found = tuple(map(tuple, placed))
    return Slotted(len(placed), cols, found, frozenset(overlapped), tiled)


def _place_row(
    row: Sequence[Stated], r: int, end: int, below: dict[int, int]
) -> tuple[list[Span], list[int], int]:
    """The spans of a row's cells, the places of those that lost slots, and the slots taken.
    `below` has, for each column that is taken from above, the row down to which it is; what
    this row takes of the next ones is added."""
    spans: list[Span] = []
    lost: list[int] = []
    slots = c = 0
    # from some place on most rows have plain cells alone
    head = max([place for place, stated in enumerate(row, 1) if stated != PLAIN], default=0)
    for place, (deep, wide) in enumerate(row[:head]):
        while c in below:
            c += 1
        wide = max(1, min(wide, MAX_COLSPAN))
        r1 = min(r + min(deep, MAX_ROWSPAN), end) if deep > 0 else end
        c1 = c + 1
        while c1 < c + wide and c1 not in below:
            c1 += 1
        if c1 < c + wide:
            lost.append(place)
        if r1 > r + 1:
            below.update(dict.fromkeys(range(c, c1), r1))
        spans.append(new_span((r, r1, c, c1)))
        slots += (r1 - r) * (c1 - c)
        c += wide
    rest = len(row) - head
    free = [at for at in range(c, c + rest + len(below)) if at not in below][:rest]
    spans += [new_span((r, r + 1, at, at + 1)) for at in free]
    return spans, lost, slots + rest
