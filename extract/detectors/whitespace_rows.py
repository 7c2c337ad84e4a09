"""Rows of a table without rulings, from the form's own labels."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from tableparse.labels import Labels, fold
from tableparse.model import Box
from tableparse.whitespace import Ambiguous, Piece, is_figure

WRAPPED = 0.75
"""Share of the font size that may lie between two lines of one text."""
APART = 1.2
"""The same between two lines of a row's label."""
STACKED = 3.5
"""The same between two lines of a label that stands beside many rows."""
MOST_LINES = 10
"""Lines over which a label may run, one character a line included."""
ORDINALS = frozenset("一二三四五六七八九123456789")


@dataclass(slots=True)
class Row:
    """Lines of label text that make one label of the form, or that no label explains (key
    None), and the texts that stand beside it."""

    text: str
    key: str | None
    x0: float
    top: float
    x1: float
    bottom: float
    kind: str = ""
    beside: list[Piece] = field(default_factory=list)

    @property
    def span(self) -> tuple[float, float]:
        """From the highest to the lowest edge of its text, what stands beside included."""
        return (
            min([self.top, *(p.top for p in self.beside)]),
            max([self.bottom, *(p.bottom for p in self.beside)]),
        )

    @property
    def middles(self) -> tuple[float, float]:
        """The same for the middles of the lines, about."""
        top, bottom = self.span
        least = min(2.0, (bottom - top) / 2)
        return top + least, bottom - least


def lines_to_row(lines: Sequence[Piece], key: str | None) -> Row:
    """Lines of label text as one row."""
    return Row(
        "".join(p.text for p in lines),
        key,
        min(p.x0 for p in lines),
        lines[0].top,
        max(p.x1 for p in lines),
        lines[-1].bottom,
    )


def exact_key(folded: str, labels: Labels) -> str | None:
    """The label that a folded text is in the form's own words, with or without ordinal."""
    key = labels.exact.get(folded)
    if key is None and folded[:1] in ORDINALS:
        key = labels.exact.get(folded[1:])
    return key


def lines_to_rows(lines: Sequence[Piece], labels: Labels, cuts: Sequence[float]) -> list[Row]:
    """Lines of one column of labels, top to bottom, as rows: the longest run of lines that is
    a label of the form word for word; else the run that is likest one; else a line alone."""
    rows: list[Row] = []
    folded = [fold(line.text) for line in lines]
    at = 0
    while at < len(lines):
        take, key = _longest_exact(lines, folded, at, labels, cuts)
        if not take:
            take, key = _likest(lines, folded, at, labels, cuts)
        rows.append(lines_to_row(lines[at : at + take], key))
        at += take
    return rows


def _longest_exact(
    lines: Sequence[Piece], folded: Sequence[str], at: int, labels: Labels, cuts: Sequence[float]
) -> tuple[int, str | None]:
    best: tuple[int, str | None] = (0, None)
    if not folded[at] and lines[at].text[:1] not in "（(":
        return best
    text = ""
    near = True
    for end in range(at, min(at + MOST_LINES, len(lines))):
        if end > at:
            gap = lines[end].top - lines[end - 1].bottom
            if gap > STACKED * lines[end].size:
                break
            near = near and gap <= APART * lines[end].size
            near = near and not parted(lines[at].middle, lines[end].middle, cuts)
        text += folded[end]
        key = exact_key(text, labels) if folded[end] or lines[end].text[:1] not in "（(" else None
        if key and (near or key.startswith("#group")):
            best = (end - at + 1, key)
    return best


def _likest(
    lines: Sequence[Piece], folded: Sequence[str], at: int, labels: Labels, cuts: Sequence[float]
) -> tuple[int, str | None]:
    best: tuple[int, str | None] = (1, None)
    likest = 0.0
    if not folded[at]:
        return best
    text = ""
    for end in range(at, min(at + 5, len(lines))):
        if end > at:
            gap = lines[end].top - lines[end - 1].bottom
            if gap > APART * lines[end].size:
                break
            if parted(lines[at].middle, lines[end].middle, cuts):
                break
            if _longest_exact(lines, folded, end, labels, cuts)[0]:
                break
        text += lines[end].text
        found = labels.match(text)
        if found and found.likeness > likest:
            likest, best = found.likeness, (end - at + 1, found.key)
    return best


def parted(a: float, b: float, cuts: Sequence[float]) -> bool:
    """Whether a drawn line (`cuts`, ascending) runs between two heights."""
    low, high = (a, b) if a < b else (b, a)
    return bool(cuts) and bisect_right(cuts, low) < bisect_left(cuts, high)


def row_line(bottom: float, top: float, cuts: Sequence[float]) -> float:
    """The height that parts a text that ends at `bottom` from the next that begins at `top`:
    the drawn line there, else midway."""
    drawn = [y for y in cuts if bottom - 3 <= y <= top + 3]
    middle = (bottom + top) / 2
    return min(drawn, key=lambda y: abs(y - middle)) if drawn else middle


def pieces_to_blocks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Words wrapped in their cell as one block of lines; a figure is a block of its own."""
    blocks: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.top):
        home = None
        if not is_figure(piece.text):
            home = next((b for b in blocks if _under(b[-1], piece)), None)
        if home is None:
            blocks.append([piece])
        else:
            home.append(piece)
    return blocks


def _under(upper: Piece, lower: Piece) -> bool:
    if is_figure(upper.text) or lower.middle - upper.middle < 0.5 * lower.size:
        return False
    near = lower.top - upper.bottom <= WRAPPED * lower.size
    return near and lower.x0 < upper.x1 and upper.x0 < lower.x1


def place_beside(
    pieces: Sequence[Piece], rows: Sequence[Row], cuts: Sequence[float]
) -> list[Piece]:
    """Give each piece to the row that it stands beside; the pieces that stand beside none.

    Raises Ambiguous where a piece stands as near to one row as to another.
    """
    lost: list[Piece] = []
    known: dict[tuple[float, float, bool], Row | None] = {}
    for block in pieces_to_blocks(pieces):
        place = block[0].top, block[-1].bottom, is_figure(block[0].text)
        if place not in known:
            known[place] = _row_beside(block, rows, cuts)
        row = known[place]
        if row is None:
            lost += block
        else:
            row.beside += block
    return lost


def _row_beside(block: list[Piece], rows: Sequence[Row], cuts: Sequence[float]) -> Row | None:
    top, bottom, size = block[0].top, block[-1].bottom, block[0].size
    middle = (top + bottom) / 2
    ranked: list[tuple[float, Row]] = []
    for row in rows:
        if parted(middle, min(max(middle, row.top), row.bottom), cuts):
            continue
        ranked.append((min(bottom, row.bottom) - max(top, row.top), row))
    if not ranked:
        return None
    ranked.sort(key=lambda item: -item[0])
    first, row = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else -1e9
    if first > 0:
        if second > 0.4 * first:
            raise Ambiguous(f"'{block[0].text}' stands beside two rows")
        return row
    if -first > (STACKED if cuts and is_figure(block[0].text) else WRAPPED) * size:
        return None
    if second > 2 * first - 1:
        raise Ambiguous(f"'{block[0].text}' stands between two rows")
    return row


def rows_to_lines(rows: Sequence[Row], cuts: Sequence[float]) -> list[float]:
    """The heights between successive rows. Raises Ambiguous where rows overlap."""
    lines = []
    for upper, lower in itertools.pairwise(rows):
        line = row_line(upper.span[1], lower.span[0], cuts)
        if not upper.middles[1] < line < lower.middles[0]:
            raise Ambiguous(f"the rows '{upper.text[:12]}' and '{lower.text[:12]}' overlap")
        lines.append(line)
    return lines


def outer_line(at: float, cuts: Sequence[float], down: bool) -> float:
    """The edge of a table above (or `down`: below) its outermost text: the line drawn near
    it, else 2 points off."""
    reach = 12.0
    if down:
        return min((y for y in cuts if at - 3 <= y <= at + reach), default=at + 2)
    return max((y for y in cuts if at - reach <= y <= at + 3), default=at - 2)


def check_whole(
    boxes: Sequence[Box], pieces: Sequence[Piece], rows: Sequence[Row], head: Sequence[Piece]
) -> None:
    """See that what stands in the boxes is what was placed, no character more or fewer.
    Raises Ambiguous else."""
    x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
    inside = sum(
        len(p.text) for p in pieces if top <= p.middle < bottom and p.x1 > x0 and p.x0 < x1
    )
    placed = sum(len(r.text) + sum(len(p.text) for p in r.beside) for r in rows)
    placed += sum(len(p.text) for p in head)
    if inside != placed:
        raise Ambiguous(f"{inside} characters stand in the table, {placed} were placed")
