"""The process in which camelot runs, because a small PDF can end or hang it for good.

Started by `camelot_lattice` as a script of its own. At its head only the standard library
is imported, nothing of this project, so that it starts in the time of a bare interpreter.

A frame is a length of four bytes (big-endian) and that many bytes of JSON. A request is
`{"path": str, "pages": [int], "engine": "vector" | "raster", "seconds": float}`, its reply
`{"grids": [[page, [[x0, top, x1, bottom], ...]], ...]}` in points of the page as seen, or
`{"error": "Type: message"}`. The end of the input ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

FRAME_LIMIT = 64 << 20
"""Longest frame in bytes, both ways."""
MEMORY_LIMIT = 3 << 30
"""Address space of the process in bytes."""
STACK_LIMIT = 1 << 20
"""Stack in bytes, as much as Windows gives any program. A form that draws itself runs into it
after 2 CPU-s; into the usual 8 MiB after 20, with 1.8 GB taken."""
GRACE_SECONDS = 5.0
"""How long after its time a request still runs when the parent is not there to end it."""
LINE_SCALE = 60
"""Raster only: the shortest ruling is the page's side divided by this, 14 pt on A4, less
than the height of a row. At camelot's own 15 a row's rulings (56 pt) are not seen."""

Rect = tuple[float, float, float, float]


def read_frame(stream: IO[bytes]) -> Any:
    """The next frame's value. EOFError at the end of the stream or inside a frame,
    ValueError if the frame is too long or no JSON."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    (length,) = struct.unpack(">I", head)
    if length > FRAME_LIMIT:
        raise ValueError(f"frame of {length} bytes, limit {FRAME_LIMIT}")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return json.loads(body)


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Write one value and flush. ValueError if it is not finite JSON or too long."""
    body = json.dumps(value, allow_nan=False).encode()
    if len(body) > FRAME_LIMIT:
        raise ValueError(f"frame of {len(body)} bytes, limit {FRAME_LIMIT}")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


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


def file_to_grids(path: str, pages: Sequence[int], engine: str) -> list[Any]:
    """`[page, [[x0, top, x1, bottom], ...]]` for each table that camelot's lattice finds."""
    import playa
    from camelot.io import read_pdf
    from camelot.parsers.lattice import Lattice

    # camelot drops tables of which 90 % of the slots are blank as noise; a form that is
    # not filled in is one. Whether a grid is worth anything is decided by its labels.
    Lattice._reject_table = lambda self, table: False  # type: ignore[method-assign]
    tables = read_pdf(
        path,
        pages=",".join(map(str, pages)),
        flavor="lattice",
        engine=engine,
        line_scale=LINE_SCALE,
        suppress_stdout=True,
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


def answer(request: Any) -> dict[str, Any]:
    """The reply to one request; whatever camelot raises is its answer."""
    if hasattr(signal, "setitimer"):  # the kernel's own, for when Python does not come to run
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + GRACE_SECONDS)
    try:
        return {"grids": file_to_grids(request["path"], request["pages"], request["engine"])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def restrain(follow_parent: bool) -> None:
    """Limit memory, stack and core files; with `follow_parent` end when the parent does."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_STACK, (STACK_LIMIT, STACK_LIMIT))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    if sys.platform == "linux" and follow_parent:
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            pr_set_pdeathsig = 1
            ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM, 0, 0, 0)


def main(directory: str, follow_parent: str, *paths: str) -> None:
    """Serve requests until the input ends. `directory` is the process's own, removed at
    its end; `paths` are the parent's import paths."""

    def leave(*_: object) -> None:
        shutil.rmtree(directory, ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, meant for the parent
    restrain(follow_parent == "1")
    sys.path.extend(path for path in paths if path not in sys.path)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    requests = sys.stdin.buffer
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            write_frame(replies, answer(read_frame(requests)))
    leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
