"""Plain text to its lines and to the words, figures and blank cells that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tableparse.formdata import read_data
from tableparse.textrows import is_figure
from tableparse.values import is_mark

_WHITE = " \t\r\n\u3000\u00a0\u200b\ufeff"
_TOKEN = re.compile(r"[^\s\u200b\ufeff]+")
_PAGE_NUMBER = re.compile(
    r"[-–—－·~\s]*(?:第\s*)?[1-9]\d{0,3}\s*页?(?:[\s,，/／]*(?:共\s*)?[1-9]\d{0,3}\s*页?)?[-–—－·~\s]*"
)
_BARE_NUMBER = re.compile(r"\d{1,4}")


class SourceLine(NamedTuple):
    """A physical line: its text, its page, its place on the page (both counted by \\f)."""

    text: str
    page: int
    top: int


class Item(NamedTuple):
    """A word, a figure (or mark) or a blank cell, in the order of the text.

    `line` counts the lines of the whole text from 0, `column` the characters of the line;
    `slot` is the cell of a tabbed line, or the place of the token in any other line.
    """

    kind: str
    text: str
    line: int
    column: int
    slot: int
    tabbed: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text as read: its lines, the items they hold, and which lines are numbers of pages."""

    lines: tuple[SourceLine, ...]
    items: tuple[Item, ...]
    page_numbers: frozenset[int]
    pages: int


def text_to_sheet(text: str) -> Sheet:
    """Lines and items of `text`; numbers of pages next to a \\f give no items."""
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    if len(pages) > 1 and not pages[-1].strip(_WHITE):
        pages.pop()
        ended = True
    else:
        ended = False
    lines: list[SourceLine] = []
    numbers: set[int] = set()
    for number, page in enumerate(pages, 1):
        rows = page.split("\n")
        if number > 1:  # so that the lines around a page break are no neighbours
            lines.append(SourceLine("", number, -1))
        first = len(lines)
        lines += [SourceLine(row, number, top) for top, row in enumerate(rows)]
        filled = [i for i in range(first, len(lines)) if lines[i].text.strip(_WHITE)]
        edges = filled[:1] if number > 1 else []
        edges += filled[-1:] if number < len(pages) or ended else []
        numbers |= {i for i in edges if _PAGE_NUMBER.fullmatch(lines[i].text.strip(_WHITE))}
    items = [
        item
        for index, line in enumerate(lines)
        if index not in numbers
        for item in line_to_items(line.text, index)
    ]
    return Sheet(tuple(lines), tuple(items), frozenset(numbers), len(pages))


def line_to_items(text: str, line: int) -> list[Item]:
    """The items of one line: its cells where it has tabs, else its tokens."""
    if not text.strip(_WHITE):
        return []
    if "\t" not in text:
        return list(_tokens_to_items(text, line, 0, 0, False))
    items: list[Item] = []
    column = 0
    for slot, cell in enumerate(text.split("\t")):
        bare = cell.strip(_WHITE)
        at = column + (len(cell) - len(cell.lstrip(_WHITE)))
        if not bare:
            items.append(Item("blank", "", line, at, slot, True))
        elif is_figure(bare):
            items.append(Item("figure", bare, line, at, slot, True))
        else:
            items += _cell_to_items(bare, line, at, slot)
        column += len(cell) + 1
    split = {item.slot for item in items if item.kind == "figure" and not item.tabbed}
    if split:  # figures share a cell: the tabs of this line part no figures
        items = [item._replace(tabbed=False) for item in items]
    return _settle_marks(items)


def _cell_to_items(bare: str, line: int, at: int, slot: int) -> list[Item]:
    """A cell that is no figure as a whole: one word, or a label and the figures behind it."""
    tokens = list(_tokens_to_items(bare, line, at, slot, False))
    last_word = max((i for i, item in enumerate(tokens) if item.kind == "word"), default=-1)
    figures = [item._replace(slot=slot) for item in tokens[last_word + 1 :]]
    if not figures:
        return [Item("word", bare, line, at, slot, True)]
    if last_word < 0:
        return figures
    label = bare[: figures[0].column - at].strip(_WHITE)
    return [Item("word", label, line, at, slot, True), *figures]


def _tokens_to_items(text: str, line: int, at: int, slot: int, tabbed: bool) -> Iterator[Item]:
    found = [(m.group(), m.start()) for m in _TOKEN.finditer(text)]
    items: list[Item] = []
    for token, start in found:
        if items and items[-1].kind == "figure" and _is_unit(token):
            items[-1] = items[-1]._replace(text=f"{items[-1].text} {token}")
            continue
        kind = "figure" if is_figure(token) else "word"
        items.append(Item(kind, token, line, at + start, slot + len(items), tabbed))
    yield from _settle_marks(items)


def _settle_marks(items: list[Item]) -> list[Item]:
    """Words such as 无 are marks only where a label or a figure stands in front of them and
    no word behind: 无 alone on a line is a character of a label printed vertically."""
    words = [i for i, item in enumerate(items) if item.kind == "word"]
    last = words[-1] if words else -1
    alone = sum(item.kind != "blank" for item in items) == 1
    return [
        item._replace(kind="word")
        if item.kind == "figure" and item.text.isalpha() and (alone or i < last)
        else item
        for i, item in enumerate(items)
    ]


@cache
def _units() -> frozenset[str]:
    data = read_data("values")
    own = [unit for units in data["units_of"].values() for unit in units]
    return frozenset(["元", "万元", "亿元", *data["units"], *own])


def _is_unit(token: str) -> bool:
    return token in _units()


def is_lone_number(items: list[Item]) -> bool:
    """Whether the items of one line are a bare number alone: a figure, or a page's number."""
    filled = [item for item in items if item.kind != "blank"]
    return (
        len(filled) == 1
        and bool(_BARE_NUMBER.fullmatch(filled[0].text))
        and not is_mark(filled[0].text)
    )
