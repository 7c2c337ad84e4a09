"""Tables without rulings: characters to pieces of text, and what is drawn around them.

No general search for columns of white space: what is a row is known by the form's labels,
what is a column by its figures and heads. Where the page leaves a choice, `Ambiguous` is
raised and the table is left to somebody else: a guess would be a silent error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tableparse.labels import repair_glyphs
from tableparse.model import Box, Char, Page, Ruling
from tableparse.rulings import fills_to_rulings, rulings_to_lines

LEVEL = 0.3
"""Share of the font size by which middles differ on one line (half a line of a wrapped label,
where figures stand beside it, is half a font size or more)."""
WORD_GAP = 0.6
"""Share of the font size from which a gap parts two words."""
RUN_GAP = 0.12
"""The same between two runs of text: cells are drawn as runs of their own."""
FIGURE_GAP = 0.3
"""The same beside a digit: figures of neighbouring columns come this near."""
SPACED = 1.3
"""Share of the font size that a typed space may bridge inside a word (自 然 人)."""
FIGURE = re.compile(r"[\d.,+\-/\\*%()—–―─…×无]+")


class Ambiguous(ValueError):
    """The page leaves a choice that its text does not settle: no table is better."""


class Piece(NamedTuple):
    """A stretch of text on one line without a wide gap, glyphs repaired, no white space."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """The height of the middle of the line."""
        return (self.top + self.bottom) / 2


class _Open:
    """A piece to which characters are still added."""

    __slots__ = ("chars", "last", "middle", "reach", "run")

    def __init__(self, char: Char, middle: float) -> None:
        self.chars = [char]
        self.last, self.run, self.reach, self.middle = char, char.run, char.x1, middle


def chars_to_pieces(chars: Iterable[Char]) -> list[Piece]:
    """Characters to pieces, from top to bottom, each line from left to right."""
    pieces: list[Piece] = []
    band: list[Char] = []
    last = 0.0
    for char in sorted(chars, key=_by_middle):
        middle = (char.top + char.bottom) / 2
        if band and middle - last > LEVEL * char.size:
            pieces += _band_to_pieces(band)
            band = []
        band.append(char)
        last = middle
    pieces += _band_to_pieces(band)
    return pieces


def _by_middle(char: Char) -> float:
    return char.top + char.bottom


def _band_to_pieces(band: list[Char]) -> list[Piece]:
    """Characters of close middles; lines that overlap in height are told apart by place."""
    band.sort(key=lambda c: c.x0)
    done: list[_Open] = []
    growing: list[_Open] = []
    for char in band:
        middle = (char.top + char.bottom) / 2
        size = char.size
        if growing and growing[0].reach < char.x0 - 2 * size:
            done += [p for p in growing if p.reach < char.x0 - 2 * size]
            growing = [p for p in growing if p.reach >= char.x0 - 2 * size]
        blank = not char.text.strip()
        home = None
        for piece in growing:
            if abs(piece.middle - middle) <= LEVEL * size and _goes_on(piece, char, blank):
                home = piece
        if blank:
            if home is not None and char.run == home.run:
                home.reach = min(char.x1, home.last.x1 + SPACED * size)
        elif home is None:
            growing.append(_Open(char, middle))
        elif not (char.text == home.last.text and char.x0 - home.last.x0 < 0.25 * size):
            home.chars.append(char)
            home.last, home.run, home.reach = char, char.run, char.x1
    found = [_close(piece) for piece in (*done, *growing)]
    found.sort(key=lambda p: p.x0)
    return found


def _goes_on(piece: _Open, char: Char, blank: bool) -> bool:
    last = piece.last
    gap = char.x0 - last.x1
    digit = char.text.isdigit() or last.text.isdigit()
    if char.run != piece.run:
        return -0.9 * char.size < gap <= RUN_GAP * char.size
    if gap <= (FIGURE_GAP if digit else WORD_GAP) * char.size:
        return gap > -0.9 * char.size
    if blank or digit:
        return False
    return char.x0 - piece.reach <= 0.1 * char.size and gap <= SPACED * char.size


def _close(piece: _Open) -> Piece:
    chars = piece.chars
    return Piece(
        repair_glyphs("".join(c.text for c in chars)),
        chars[0].x0,
        min(c.top for c in chars),
        max(c.x1 for c in chars),
        max(c.bottom for c in chars),
        max(c.size for c in chars),
    )


def is_figure(text: str) -> bool:
    """Whether a piece is nothing but a number or a mark for none."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return FIGURE.fullmatch(plain) is not None


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
    )
