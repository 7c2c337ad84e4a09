"""Ruled tables by pdfplumber's table finder, fed with the rulings that the reader saw.

pdfplumber spends its time on reading characters; its finder alone is quick. So the finder's
first stage (edges to intersections) is given nothing but edges: lines already snapped and
joined, one table at a time, with the frame closed. Its second stage (intersections to cells)
compares every point with every other, a seventh of a document's time; the project's own finds
the same cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tableparse.cells import crossings_to_boxes
from tableparse.model import Box, Grid, Page, Ruling
from tableparse.rulings import (
    TOUCH,
    close_frame,
    fills_to_rulings,
    lines_to_groups,
    rulings_to_lines,
)

LEAST_CELLS = 2


def page_to_grids(page: Page) -> tuple[Grid, ...]:
    """The tables that the page's rulings bound, from top to bottom."""
    return _rulings_to_grids(page, page.rulings)


def page_to_filled_grids(page: Page) -> tuple[Grid, ...]:
    """The same where cells are parted by the edges of fills and by lines in the paper's
    colour over them."""
    if not page.fills:
        return ()
    edges = [*page.rulings, *page.pale_rulings, *fills_to_rulings(page.fills)]
    return _rulings_to_grids(page, edges)


def _rulings_to_grids(page: Page, rulings: Iterable[Ruling]) -> tuple[Grid, ...]:
    across, down = rulings_to_lines(rulings)
    grids = []
    for group in lines_to_groups(across, down):
        boxes = _lines_to_boxes(*close_frame(*group))
        if len(boxes) >= LEAST_CELLS:
            grids.append(Grid(page.number, boxes))
    return tuple(sorted(grids, key=lambda g: (min(b.top for b in g.boxes), g.boxes[0].x0)))


def _lines_to_boxes(across: list[Ruling], down: list[Ruling]) -> tuple[Box, ...]:
    from pdfplumber.table import edges_to_intersections

    edges = _lines_to_edges(across, down)
    crossings = {
        point: (_union(meet["v"]), _union(meet["h"]))
        for point, meet in edges_to_intersections(edges, TOUCH, TOUCH).items()
    }
    return tuple(sorted(crossings_to_boxes(crossings), key=lambda b: b[1::-1]))


def _lines_to_edges(across: list[Ruling], down: list[Ruling]) -> list[dict[str, Any]]:
    """Lines as pdfplumber takes them, each with a bit of its own; lines in one place share it."""
    bits: dict[Ruling, int] = {}
    for line in (*across, *down):
        bits.setdefault(line, 1 << len(bits))
    return [
        _edge(line, orientation, bits[line])
        for orientation, lines in (("h", across), ("v", down))
        for line in lines
    ]


def _union(edges: list[dict[str, Any]]) -> int:
    found = 0
    for edge in edges:
        found |= edge["bit"]
    return found


def _edge(line: Ruling, orientation: str, bit: int) -> dict[str, Any]:
    x0, top, x1, bottom = line
    return {
        "object_type": "line",
        "orientation": orientation,
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
        "bit": bit,
    }
