"""Where things stand: boxes on the pages as a viewer shows them, and in which cell of which
table a figure was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from extract.readers.turns import Turn
from tableparse.model import Box, Page, Table, Value


def shown_turn(page: Page) -> Turn:
    """The turn from the page as read (its text level) to the page as shown."""
    return Turn(-page.turn % 360, page.width, page.height)


def box_as_shown(page: Page, box: Box) -> Box:
    """A box of the page as read, on the page as shown."""
    return Box(*shown_turn(page).box(box))


Address = tuple[int, int]
"""A table, and a cell of it, by their numbers from 0."""


def figures_to_cells(values: Mapping[str, Value], tables: Sequence[Table]) -> dict[str, Address]:
    """The cell that each figure was read from, for documents without pages: by its place in the
    document where the reader gives one, else by box and text, in the table that has most of
    the matrix's figures. A blank without a place has none."""
    by_place: dict[str, Address] = {}
    by_box: dict[tuple[object, str], list[Address]] = {}
    for t, table in enumerate(tables):
        for c, cell in enumerate(table.cells):
            if cell.place:
                by_place.setdefault(cell.place, (t, c))
            by_box.setdefault((cell.box, cell.text.strip()), []).append((t, c))
    found: dict[str, Address] = {}
    rest: dict[tuple[str, Box | None, str], list[str]] = {}
    for path, value in values.items():
        if value.place in by_place:
            found[path] = by_place[value.place]
        else:
            key = (path.partition(".")[0], value.box, value.raw.strip())
            rest.setdefault(key, []).append(path)
    votes = Counter((path.partition(".")[0], t) for path, (t, _) in found.items())
    votes.update((name, t) for name, box, text in rest for t, _ in by_box.get((box, text), []))
    for (name, box, text), paths in rest.items():
        cells = by_box.get((box, text), [])
        best = max((t for t, _ in cells), key=lambda t: votes[name, t], default=None)
        cells = [cell for cell in cells if cell[0] == best]
        # figures of one stretch of text stand in its cells in order; all else would be a guess
        if len(cells) == len(paths) and (len(cells) == 1 or box is not None):
            found |= zip(paths, cells, strict=True)
    return found
