"""What a page is taken apart into: blocks of text, and tables as marked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from extract.readers.html_data import page_data
from tableparse.spans import PLAIN

_UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
"""Characters without width: between two digits they are not seen."""
SHORT_ITEMS = 6
"""Lines that a cell of a table of figures has at most."""
SHORT_TEXT = 90
"""Characters that such a cell has at most; the form's longest label has 45."""
PROSE_TEXT = 150
"""Characters from which a cell holds prose."""
SIGNS = frozenset("0123456789０１２３４５６７８９.．,，+＋-－−/")
"""What numbers are made of: two lines that would join two of these are two numbers."""
FORM_SCORE = 2
"""Words of the form in short cells from which a table is one of the form's, or a piece."""


class Block(NamedTuple):
    """A line of text as a browser breaks it: a paragraph, a heading, a part up to `<br>`.
    `seq` is its place in the page, `chrome` whether it stands in a menu or the like."""

    seq: int
    text: str
    chrome: bool = False


new_block: Callable[[tuple[int, str, bool]], Block] = partial(tuple.__new__, Block)
"""A block from its fields, without the call into Python that a named tuple's own costs."""


class Flow:
    """A place that text runs into: the lines and tables so far. `stray` for the place between
    the cells of a table."""

    stray = False

    def __init__(self) -> None:
        self.items: list[Item] = []


class Stray(Flow):
    """The place between the cells of a table."""

    stray = True


class RawCell(Flow):
    """A td or th: its number in the row, the spans that it states, what it holds, and `first`,
    the place in the page of the first that it may hold."""

    stated = PLAIN
    doubt: str | None = None

    def __init__(self, number: int, first: int = 0) -> None:
        self.items = []
        self.number, self.first = number, first


@dataclass(slots=True)
class RawRow:
    """A tr: its number in the table, its cells, how many it has with the hidden ones. `stray`
    says that digits stand between its cells, where browsers put them above the table."""

    number: int
    cells: list[RawCell] = field(default_factory=list)
    seen: int = 0
    stray: bool = False


@dataclass(slots=True)
class RawTable:
    """A table of data: its number in the page, rows by group (kind, rows), and how many words
    of the form it has."""

    seq: int
    number: int
    groups: list[tuple[str, list[RawRow]]]
    score: int = 0
    part: bool = False
    """Whether it is a part of a wider table: then its last columns may be empty ones."""

    def rows(self) -> list[RawRow]:
        """All rows in the order of the source."""
        return [row for _, rows in self.groups for row in rows]

    @property
    def is_form(self) -> bool:
        """Whether it is one of the form's tables, or a piece of one."""
        return self.score >= FORM_SCORE


Item = Block | RawTable


def tidy_text(text: str) -> str:
    """A line's text with white space as seen: runs of any kind are one space, none at the
    ends, characters without width gone."""
    if not text.isascii():
        text = _UNSEEN.sub("", text)
    return " ".join(text.split())


def cell_to_text(cell: RawCell) -> tuple[str, str | None]:
    """A cell's text and what makes it doubtful. Its lines run together; where that would join
    two numbers they do not, and the cell is in doubt (`cell.lines`)."""
    text, doubt, items = "", cell.doubt, cell.items
    if not items:
        return text, doubt
    for item in items:
        if isinstance(item, RawTable):
            doubt = doubt or "cell.content"
        elif not text:
            text = item.text
        elif text[-1] in SIGNS and item.text[0] in SIGNS:
            doubt = doubt or "cell.lines"
            text += " " + item.text
        else:
            spaced = text[-1].isascii() and item.text[0].isascii()
            text += (" " if spaced else "") + item.text
    if "\ufffd" in text:
        doubt = "cell.unreadable"
    return text, doubt


def groups_to_items(
    seq: int, number: int, groups: list[tuple[str, list[RawRow]]], holds_form: bool
) -> list[Item]:
    """What a finished table is: one of data, followed by the tables in its cells; or, where
    it only arranges the page, what its cells hold, in order. `holds_form` says that one of the
    form's tables stands in it."""
    cells = [c for _, rows in groups for row in rows for c in row.cells]
    held = [item for cell in cells for item in cell.items]
    if holds_form or not _has_columns(groups):
        return held
    score = cells_to_score(cells)
    tables = [item for item in held if isinstance(item, RawTable)]
    if score < FORM_SCORE and (tables or any(_is_prose(cell) for cell in cells)):
        return held
    return [RawTable(seq, number, groups, score), *tables]


def cells_to_score(cells: Iterable[RawCell]) -> int:
    """How many words of the form stand in short cells."""
    texts: list[str] = []
    for cell in cells:
        items = cell.items
        if len(items) == 1:  # most cells
            first = items[0]
            if isinstance(first, Block):
                texts.append(first.text)
        elif 1 < len(items) <= SHORT_ITEMS:
            texts.append("".join([item.text for item in items if isinstance(item, Block)]))
    words = "\n".join([text for text in texts if len(text) <= SHORT_TEXT])
    return sum([marker in words for marker in page_data().markers])


def _has_columns(groups: list[tuple[str, list[RawRow]]]) -> bool:
    for _, rows in groups:
        for row in rows:
            cells = row.cells
            if len(cells) > 1 or (cells and cells[0].stated.colspan > 1):
                return True
    return False


def _is_prose(cell: RawCell) -> bool:
    blocks = [item for item in cell.items if isinstance(item, Block)]
    return len(blocks) > SHORT_ITEMS or sum(len(b.text) for b in blocks) > PROSE_TEXT
