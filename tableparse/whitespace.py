"""Tables without rulings: characters to pieces of text, and what is drawn around them.

No general search for columns of white space: what is a row is known by the form's labels,
what is a column by its figures and heads. Where the page leaves a choice, `Ambiguous` is
raised and the table is left to somebody else: a guess would be a silent error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tableparse.labels import (
    applicant_columns,
    fold,
    proactive_columns,
    repair_glyphs,
    review_columns,
)
from tableparse.model import Box, Char, Page, Ruling
from tableparse.rulings import fills_to_rulings, rulings_to_lines

LEVEL = 0.3
"""Share of the font size by which middles differ on one line (half a line of a wrapped label,
where figures stand beside it, is half a font size or more)."""
WORD_GAP = 0.6
"""Share of the font size from which a gap parts two words drawn one after the other."""
FIGURE_GAP = 0.3
"""The same beside a digit or a mark: figures come this near to labels and each other."""
HEAD_GAP = 0.25
"""The same between heads of columns, which are known by their words."""
LATER_GAP = 0.12
"""The same between characters that were not drawn one after the other: different cells."""
SPACED = 1.3
"""Share of the font size that may part the words of one label (自 然 人)."""
FIGURE = re.compile(r"[\d.,+\-/\\*%—–―─…×无]+|\([\d.,]+\)")
FOLIO = re.compile(r"[-—–―─]+\d+[-—–―─]+")


class Ambiguous(ValueError):
    """The page leaves a choice that its text does not settle: no table is better."""


class Piece(NamedTuple):
    """A stretch of text on one line without a wide gap, glyphs repaired, no white space.
    `first` and `last` count its characters in the order of drawing."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    first: int
    last: int

    @property
    def middle(self) -> float:
        """The height of the middle of the line."""
        return (self.top + self.bottom) / 2


_Inked = tuple[float, int, Char]
"""A visible character behind the height of its middle and its number in order of drawing."""


def chars_to_pieces(chars: Iterable[Char]) -> list[Piece]:
    """Characters to pieces, from top to bottom, each line from left to right."""
    inked = [c for c in chars if not c.text.isspace()]
    pieces: list[Piece] = []
    band: list[_Inked] = []
    last = 0.0
    for ink in sorted([((c.top + c.bottom) / 2, i, c) for i, c in enumerate(inked)]):
        if ink[0] - last > LEVEL * ink[2].size and band:
            pieces += _band_to_pieces(band)
            band = []
        band.append(ink)
        last = ink[0]
    pieces += _band_to_pieces(band)
    return pieces


def _by_left(ink: _Inked) -> float:
    return ink[2].x0


def _band_to_pieces(band: list[_Inked]) -> list[Piece]:
    """Characters of close middles; lines that overlap in height are told apart by place."""
    band.sort(key=_by_left)
    done: list[list[_Inked]] = []
    growing: list[list[_Inked]] = []
    for ink in band:
        reach = ink[2].x0 - 2 * ink[2].size
        if growing and growing[0][-1][2].x1 < reach:
            done += [p for p in growing if p[-1][2].x1 < reach]
            growing = [p for p in growing if p[-1][2].x1 >= reach]
        home = None
        for piece in growing:
            step = _step(piece[-1], ink)
            if step < 0:
                break
            if step:
                home = piece
        else:
            if home is None:
                growing.append([ink])
            else:
                home.append(ink)
    found = [_close(part) for piece in (*done, *growing) for part in _at_heads(piece)]
    found.sort(key=lambda p: p.x0)
    return found


def _step(last: _Inked, ink: _Inked) -> int:
    """1 where a character goes on a piece, 0 where not, -1 where it is the last one again."""
    a, b = last[2], ink[2]
    size = b.size
    if abs(last[0] - ink[0]) > LEVEL * size:
        return 0
    if a.text == b.text and b.x0 - a.x0 < 0.25 * size:
        return -1
    gap = (b.x0 - a.x1) / size
    if ink[1] - last[1] != 1:
        return int(-0.9 < gap <= LATER_GAP)
    if gap <= FIGURE_GAP:
        return int(gap > -0.9)
    return int(gap <= WORD_GAP and not (_of_figure(a.text) or _of_figure(b.text)))


def _at_heads(piece: list[_Inked]) -> list[list[_Inked]]:
    """A piece cut where two heads of columns, or lines of them, stand nearer together than
    words do elsewhere: at its wider gaps, if what stands between these is of one head each."""
    parts = [piece[:1]]
    for last, ink in pairwise(piece):
        if ink[2].x0 - last[2].x1 >= HEAD_GAP * ink[2].size:
            parts.append([])
        parts[-1].append(ink)
    if len(parts) == 1:
        return parts
    texts = [fold("".join(ink[2].text for ink in part)) for part in parts]
    whole = all(len(t) > 1 and _of_one_head(t) for t in texts)
    apart = not any(_of_one_head(a + b) for a, b in pairwise(texts))
    return parts if whole and apart else [piece]


@cache
def _of_one_head(text: str) -> bool:
    heads = (applicant_columns(), review_columns(), proactive_columns())
    return any(text in word for labels in heads for word in labels.exact)


def _of_figure(text: str) -> bool:
    return text.isdigit() or text in "/\\*-－—–―─"


def _close(piece: list[_Inked]) -> Piece:
    first, last = piece[0], piece[-1]
    top, bottom, size = first[2].top, first[2].bottom, first[2].size
    text = ""
    for _, _, char in piece:
        text += char.text
        if char.size != size or char.top != top:
            top, bottom = min(top, char.top), max(bottom, char.bottom)
            size = max(size, char.size)
    return Piece(repair_glyphs(text), first[2].x0, top, last[2].x1, bottom, size, first[1], last[1])


def is_figure(text: str) -> bool:
    """Whether a piece is nothing but a number or a mark for none, and no page number."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return FIGURE.fullmatch(plain) is not None and not FOLIO.fullmatch(plain)


class Edges(NamedTuple):
    """Lines and edges of fills that may part cells, joined: horizontal and vertical."""

    across: tuple[Ruling, ...]
    down: tuple[Ruling, ...]


def page_to_edges(page: Page) -> Edges:
    """All that is drawn on the page as rulings, edges of fills among them."""
    drawn = list(page.rulings)
    if page.fills:
        drawn += [*page.pale_rulings, *fills_to_rulings(page.fills)]
    across, down = rulings_to_lines(drawn)
    return Edges(tuple(across), tuple(down))


def edges_to_cuts(edges: Edges, x0: float, x1: float) -> list[float]:
    """Heights of the horizontal lines that run from x0 to x1 but for a tenth of the way."""
    least = 0.9 * (x1 - x0)
    return [r.top for r in edges.across if min(r.x1, x1) - max(r.x0, x0) >= least]


def edges_to_sides(edges: Edges, box: Box) -> tuple[float, float] | None:
    """The outer ends of the horizontal lines that run through or along a box of text; None
    where there are none."""
    slack = 12.0
    long = [
        r
        for r in edges.across
        if box.top - slack <= r.top <= box.bottom + slack
        and min(r.x1, box.x1) - max(r.x0, box.x0) >= 0.6 * (box.x1 - box.x0)
    ]
    if not long:
        return None
    return min(r.x0 for r in long), max(r.x1 for r in long)


def pieces_to_lines(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces of one column at one height as one piece, top to bottom."""
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.middle):
        if groups and piece.middle - groups[-1][0].middle <= LEVEL * piece.size:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [join_pieces(sorted(group, key=lambda p: p.x0)) for group in groups]


def join_pieces(pieces: Sequence[Piece]) -> Piece:
    """Pieces, in reading order, as one."""
    return Piece(
        "".join(p.text for p in pieces),
        min(p.x0 for p in pieces),
        min(p.top for p in pieces),
        max(p.x1 for p in pieces),
        max(p.bottom for p in pieces),
        max(p.size for p in pieces),
        pieces[0].first,
        pieces[-1].last,
    )


def join_spaced(pieces: Iterable[Piece], begins: Callable[[Piece], bool]) -> list[Piece]:
    """Pieces that were drawn one after the other on one line, with no more between them than
    a wide space, as one piece; a piece that `begins` a label of its own is never joined to
    what stands before it."""
    joined: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: p.first):
        last = joined[-1] if joined else None
        if (
            last is not None
            and piece.first == last.last + 1
            and abs(piece.middle - last.middle) <= LEVEL * piece.size
            and -0.5 * piece.size < piece.x0 - last.x1 <= SPACED * piece.size
            and not begins(piece)
        ):
            joined[-1] = join_pieces([last, piece])
        else:
            joined.append(piece)
    return sorted(joined, key=lambda p: (p.top, p.x0))
