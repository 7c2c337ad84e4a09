"""What camelot found, as rectangles of cells on the page as seen.

Used in camelot's own process only (`camelot_worker`). Outside of it nothing here may be
called: camelot can end the process that it runs in.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

RASTER = {"line_scale": 60, "iterations": 1, "erode_iterations": 1, "line_tol": 3, "joint_tol": 3}
"""Raster only. The shortest ruling is the page's side divided by 60, 14 pt on A4, less than
the height of a row: at camelot's own 15 (56 pt) a row's rulings are not seen. Gaps up to that
length are closed, for many producers draw a line in pieces that do not quite meet; as that
moves a line's end by some pixels, lines within 3 pt are one."""
THIN = 1.5
"""Vector only: a fill not wider than this, in points, is a drawn line (camelot's measure)."""

Rect = tuple[float, float, float, float]


class View(NamedTuple):
    """Where the page as seen lies in the coordinates that camelot speaks (points, origin
    bottom left of the MediaBox, the page's own rotation done)."""

    media: Rect
    crop: Rect
    unit: float
    """Points a unit (UserUnit)."""


def page_to_view(page: Any) -> View:
    """The view of a playa page that was opened with `space="page"`."""
    from playa.utils import transform_bbox

    media, crop = page.mediabox, page.cropbox
    both = (
        max(media[0], crop[0]), max(media[1], crop[1]),
        min(media[2], crop[2]), min(media[3], crop[3]),
    )  # fmt: skip
    seen = both if both[0] < both[2] and both[1] < both[3] else media
    unit = page.attrs.get("UserUnit", 1)
    return View(
        transform_bbox(page.ctm, media),
        transform_bbox(page.ctm, seen),
        float(unit) if isinstance(unit, int | float) and unit > 0 else 1.0,
    )


def rect_to_seen(rect: Rect, size: tuple[float, float], turn: str, view: View, engine: str) -> Rect:
    """A rectangle in camelot's points (y upwards, on a page of `size`) as x0, top, x1,
    bottom of the page as seen.

    `turn` is how camelot found the text to run ("", "clockwise", "anticlockwise"): it turned
    the page the other way, which is undone here. The raster engine's coordinates are those
    of a picture of the CropBox stretched to the MediaBox's size."""
    frame = view.media if engine == "vector" else view.crop
    corners = []
    for x, y in (rect[:2], rect[2:]):
        u, v = x / size[0], y / size[1]
        if turn == "clockwise":
            u, v = v, 1 - u
        elif turn == "anticlockwise":
            u, v = 1 - v, u
        corners.append((frame[0] + u * (frame[2] - frame[0]), frame[1] + v * (frame[3] - frame[1])))
    (ax, ay), (bx, by) = corners
    left, upper = view.crop[0], view.crop[3]
    return (
        (min(ax, bx) - left) * view.unit,
        (upper - max(ay, by)) * view.unit,
        (max(ax, bx) - left) * view.unit,
        (upper - min(ay, by)) * view.unit,
    )


def walls_to_spans(
    right: Sequence[Sequence[bool]], below: Sequence[Sequence[bool]]
) -> list[tuple[int, int, int, int]]:
    """Spans (r0, r1, c0, c1), half-open, of slots that no wall parts.

    `right[r][c]` is the wall between a slot and its right neighbour, `below[r][c]` the one
    to the slot beneath. Joined slots that make no rectangle are given one by one: what
    their cell would be is not for a detector to guess."""
    rows, cols = len(right), len(right[0]) if right else 0
    seen: set[tuple[int, int]] = set()
    spans: list[tuple[int, int, int, int]] = []
    for start in ((r, c) for r in range(rows) for c in range(cols)):
        if start in seen:
            continue
        group, edge = {start}, [start]
        while edge:
            near = [n for n in _neighbours(*edge.pop(), right, below) if n not in group]
            group.update(near)
            edge.extend(near)
        seen |= group
        r0, c0 = min(r for r, _ in group), min(c for _, c in group)
        r1, c1 = max(r for r, _ in group) + 1, max(c for _, c in group) + 1
        if len(group) == (r1 - r0) * (c1 - c0):
            spans.append((r0, r1, c0, c1))
        else:
            spans.extend((r, r + 1, c, c + 1) for r, c in sorted(group))
    return spans


def _neighbours(
    r: int, c: int, right: Sequence[Sequence[bool]], below: Sequence[Sequence[bool]]
) -> Iterator[tuple[int, int]]:
    """Slots that no wall parts from slot (r, c)."""
    if c + 1 < len(right[r]) and not right[r][c]:
        yield r, c + 1
    if c > 0 and not right[r][c - 1]:
        yield r, c - 1
    if r + 1 < len(below) and not below[r][c]:
        yield r + 1, c
    if r > 0 and not below[r - 1][c]:
        yield r - 1, c


def table_to_rects(table: Any) -> list[Rect]:
    """Cells of a camelot table, merged where its edge flags know of no line, as x0, y0,
    x1, y1 in camelot's points."""
    cells = table.cells
    rows, cols = len(cells), len(cells[0]) if cells else 0
    right = [
        [cells[r][c].right or (c + 1 < cols and cells[r][c + 1].left) for c in range(cols)]
        for r in range(rows)
    ]
    below = [
        [cells[r][c].bottom or (r + 1 < rows and cells[r + 1][c].top) for c in range(cols)]
        for r in range(rows)
    ]
    return [
        (table.cols[c0][0], table.rows[r1 - 1][1], table.cols[c1 - 1][1], table.rows[r0][0])
        for r0, r1, c0, c1 in walls_to_spans(right, below)
    ]


def outline_to_lines(item: Any) -> list[Rect]:
    """The sides of a stroked outline that runs along the axes, the middle line of a thin
    filled one; none of anything else. `item` is a curve of playa's layout: a rectangle that
    is closed twice (`re h`, as MuPDF writes it) is one there."""
    points, path = item.pts, item.original_path
    sides = list(itertools.pairwise(points))
    straight = all(segment[0] in ("m", "l", "h") for segment in path)
    if not straight or any(min(abs(a - c), abs(b - d)) > 0.5 for (a, b), (c, d) in sides):
        return []
    if item.stroke:
        return [(*start, *end) for start, end in sides if start != end]
    x0, y0, x1, y1 = item.bbox
    if not item.fill or min(x1 - x0, y1 - y0) > THIN or max(x1 - x0, y1 - y0) <= THIN:
        return []
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return [(x0, y, x1, y)] if x1 - x0 > y1 - y0 else [(x, y0, x, y1)]


@functools.cache
def load_camelot() -> Callable[..., Any]:
    """camelot's `read_pdf`, made to see what it passes over.

    camelot drops tables of which 90 % of the slots are blank as noise; a form that is not
    filled in is one, and whether a grid is worth anything is decided by its labels. Its
    vector engine knows lines and rectangles, not outlines."""
    from camelot import image_processing
    from camelot.io import read_pdf
    from camelot.parsers.lattice import Lattice
    from playa.miner import LTContainer, LTCurve

    Lattice._reject_table = lambda self, table: False  # type: ignore[method-assign]
    known = getattr(image_processing, "_ruled_lines_from_layout", None)

    def outlines(container: Any) -> Iterator[Rect]:
        for item in container:
            if type(item) is LTCurve:
                yield from outline_to_lines(item)
            elif isinstance(item, LTContainer):
                yield from outlines(item)

    if known is not None:
        image_processing._ruled_lines_from_layout = lambda layout: [
            *known(layout),
            *outlines(layout),
        ]
    reader: Callable[..., Any] = read_pdf
    return reader


def file_to_grids(path: str, pages: Sequence[int], engine: str) -> list[Any]:
    """`[page, [[x0, top, x1, bottom], ...]]` for each table that camelot's lattice finds."""
    import playa

    tables = load_camelot()(
        path,
        pages=",".join(map(str, pages)),
        flavor="lattice",
        engine=engine,
        suppress_stdout=True,
        **(RASTER if engine == "raster" else {}),
    )
    with playa.open(path, space="page") as document:
        views = {page: page_to_view(document.pages[page - 1]) for page in pages}
    return [
        [
            table.page,
            [
                rect_to_seen(rect, table.pdf_size, table.rotation, views[table.page], engine)
                for rect in table_to_rects(table)
            ],
        ]
        for table in tables
    ]
