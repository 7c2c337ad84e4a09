"""A whole report in one table of a page, as spreadsheets save it: title, prose and the three
tables under one another, each row of text over the sheet's whole width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extract.readers.html_raw import Block, Item, RawRow, RawTable, cells_to_score
from extract.readers.sheet import is_running_text
from tableparse.labels import fold, section_headings, squeeze
from tableparse.prose import NUMERALS, is_section_heading

HEADING = 6
"""Characters of a section's heading by which it is known."""


def table_to_parts(table: RawTable) -> list[Item]:
    """The table itself; of a table of the form of which rows hold nothing but a heading of the
    form's sections, its rows of running text as lines, and what stands between them as tables
    of their own."""
    if not table.is_form:
        return [table]
    if not any(_may_be_heading(row) for _, rows in table.groups for row in rows):
        return [table]  # most tables
    lone = {id(row): blocks for row, blocks in _lone_rows(table)}
    if not any(_is_heading(blocks) for blocks in lone.values()):
        return [table]
    items: list[Item] = []
    part: list[tuple[str, list[RawRow]]] = []
    for kind, rows in table.groups:
        part.append((kind, []))
        for row in rows:
            blocks = lone.get(id(row))
            if blocks is None or not is_running_text("".join(b.text for b in blocks)):
                part[-1][1].append(row)
                continue
            items += [*_part_to_items(table, part), *blocks]
            part = [(kind, [])]
    return [*items, *_part_to_items(table, part)]


def _lone_rows(table: RawTable) -> Iterator[tuple[RawRow, list[Block]]]:
    """The rows in which one cell holds lines and all others nothing, and which no cell from
    above reaches into, with these lines."""
    for _, rows in table.groups:
        reach = 0
        for at, row in enumerate(rows):
            held = [cell.items for cell in row.cells if cell.items]
            tall = [cell.stated.rowspan for cell in row.cells]
            if at >= reach and len(held) == 1 and all(span == 1 for span in tall):
                blocks = [item for item in held[0] if isinstance(item, Block)]
                if len(blocks) == len(held[0]):
                    yield row, blocks
            deepest = max((span or len(rows) for span in tall), default=1)
            reach = max(reach, at + deepest)


def _may_be_heading(row: RawRow) -> bool:
    """Whether the only cell with text in a row begins as a heading does, at a first look."""
    only: Item | None = None
    for cell in row.cells:
        if cell.items:
            if only is not None:
                return False
            only = cell.items[0]
    return isinstance(only, Block) and only.text[0] in NUMERALS


def _is_heading(blocks: Sequence[Block]) -> bool:
    text = squeeze("".join(b.text for b in blocks))
    words = fold(text)[1:]
    known = any(words.startswith(name[:HEADING]) for name in section_headings())
    return known and is_section_heading(text)


def _part_to_items(table: RawTable, groups: Sequence[tuple[str, list[RawRow]]]) -> list[Item]:
    """The rows between two lines as a table, if they hold anything."""
    kept = [(kind, rows) for kind, rows in groups if rows]
    cells = [cell for _, rows in kept for row in rows for cell in row.cells]
    held = [item for cell in cells for item in cell.items]
    if not held:
        return []
    return [replace(table, seq=held[0].seq, groups=kept, score=cells_to_score(cells), part=True)]
