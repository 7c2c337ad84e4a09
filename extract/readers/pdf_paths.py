"""Drawn paths of a PDF page to rulings, fills and covers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from extract.readers.turns import Turn
from tableparse.model import Box, Ruling

THIN = 3.0
"""Points up to which a filled rectangle, or a stroke's width, is a line and no area."""
STRAIGHT = 0.8
"""Points by which a line may lean and still be level or upright."""
PAPER = 0.93
"""Lightness (0 black to 1 white) from which ink is lost on the paper."""
WHITE = 0.985
"""Lightness from which a filled area is the paper's: tints of 4 % still part cells."""


class Area(NamedTuple):
    """A filled area: its place in the order of drawing, its lightness, and whether it hides
    text drawn before it."""

    order: int
    box: Box
    light: float
    opaque: bool


class Paths(NamedTuple):
    """Rulings in ink, rulings in the paper's colour, tinted areas, and all areas, the
    paper's colour included, in the order of drawing."""

    rulings: tuple[Ruling, ...]
    pale: tuple[Ruling, ...]
    fills: tuple[Box, ...]
    areas: tuple[Area, ...]


@lru_cache(maxsize=256)
def lightness(color: Any) -> float:
    """Lightness from 0 (black) to 1 (white) of a gray, RGB or CMYK tuple; None is black."""
    if color is None:
        return 0.0
    if isinstance(color, (int, float)):
        return float(color)
    if len(color) == 4:
        c, m, y, k = color
        return float((1 - k) * (1 - (0.3 * c + 0.59 * m + 0.11 * y)))
    if len(color) == 3:
        r, g, b = color
        return float(0.3 * r + 0.59 * g + 0.11 * b)
    return float(color[0])


def drawings_to_paths(drawings: list[dict[str, Any]], turn: Turn) -> Paths:
    """The paths of PyMuPDF's `get_cdrawings`, sorted into what they mean for a table."""
    ink: list[Ruling] = []
    pale: list[Ruling] = []
    fills: list[Box] = []
    areas: list[Area] = []
    for path in drawings:
        kind = path["type"]
        if "s" in kind and path.get("stroke_opacity", 1) > 0.1:
            light = lightness(path.get("color"))
            width = path.get("width") or 0.0
            if width <= THIN:
                _stroke(path["items"], turn, pale if light > PAPER else ink)
            elif light <= PAPER:
                bands = _wide_strokes(path["items"], turn, width)
                fills += bands
                areas += (Area(path["seqno"], band, light, False) for band in bands)
        if "f" in kind and (path.get("fill_opacity") or 0) > 0.1:
            shown = lightness(path.get("fill"))
            opaque = (path.get("fill_opacity") or 0) > 0.9
            for box in _areas(path, turn):
                w, h = box.x1 - box.x0, box.bottom - box.top
                if min(w, h) <= THIN:
                    _thin(box, pale if shown > PAPER else ink)
                    continue
                if shown <= WHITE:
                    fills.append(box)
                areas.append(Area(path["seqno"], box, shown, opaque))
    return Paths(tuple(ink), tuple(pale), tuple(fills), tuple(areas))


def drawings_to_areas(drawings: list[dict[str, Any]], turn: Turn) -> tuple[Area, ...]:
    """The filled areas of `get_cdrawings(extended=True)` as far as they show: cut off where
    they are clipped, and not opaque where they are blended with what lies beneath."""
    found: list[Area] = []
    around: list[tuple[int, Box | None, bool]] = []
    for path in drawings:
        around = [outer for outer in around if outer[0] < path["level"]]
        if path["type"] == "clip":
            box = Box(*turn.box(path["scissor"])) if path.get("scissor") else None
            around.append((path["level"], box, True))
        elif path["type"] == "group":
            plain = path["blendmode"] in ("Normal", "Compatible") and path["opacity"] > 0.9
            around.append((path["level"], None, plain))
        else:
            for area in drawings_to_paths([path], turn).areas:
                box = area.box
                for _, scissor, _ in around:
                    box = _cut(box, scissor) if scissor else box
                opaque = area.opaque and all(plain for _, _, plain in around)
                found.append(area._replace(box=box, opaque=opaque))
    return tuple(found)


def _cut(box: Box, by: Box) -> Box:
    """What two boxes share; empty (x1 < x0 or bottom < top) where they share nothing."""
    return Box(
        max(box.x0, by.x0), max(box.top, by.top), min(box.x1, by.x1), min(box.bottom, by.bottom)
    )


DOT = 1.6
"""Points up to which a filled rectangle is a dot of a dotted line, whose way it does not tell."""


def _thin(box: Box, lines: list[Ruling]) -> None:
    x0, top, x1, bottom = box
    w, h = x1 - x0, bottom - top
    dot = max(w, h) <= DOT
    if w >= h or dot:
        middle = (top + bottom) / 2
        lines.append(Ruling(x0, middle, x1, middle))
    if h > w or dot:
        middle = (x0 + x1) / 2
        lines.append(Ruling(middle, top, middle, bottom))


def _segment(a: tuple[float, float], b: tuple[float, float], lines: list[Ruling]) -> None:
    (ax, ay), (bx, by) = a, b
    if abs(ay - by) <= STRAIGHT and abs(ax - bx) >= 1:
        middle = (ay + by) / 2
        lines.append(Ruling(min(ax, bx), middle, max(ax, bx), middle))
    elif abs(ax - bx) <= STRAIGHT and abs(ay - by) >= 1:
        middle = (ax + bx) / 2
        lines.append(Ruling(middle, min(ay, by), middle, max(ay, by)))


def _stroke(items: list[Any], turn: Turn, lines: list[Ruling]) -> None:
    for item in items:
        if item[0] == "l":
            _segment(turn.point(*item[1]), turn.point(*item[2]), lines)
        elif item[0] in ("re", "qu"):
            x0, top, x1, bottom = turn.box(_item_box(item))
            corners = ((x0, top), (x1, top), (x1, bottom), (x0, bottom))
            for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
                _segment(a, b, lines)


def _wide_strokes(items: list[Any], turn: Turn, width: float) -> list[Box]:
    lines: list[Ruling] = []
    _stroke(items, turn, lines)
    half = width / 2
    return [
        Box(x0, top - half, x1, bottom + half)
        if top == bottom
        else Box(x0 - half, top, x1 + half, bottom)
        for x0, top, x1, bottom in lines
    ]


def _item_box(item: Any) -> tuple[float, float, float, float]:
    if item[0] == "re":
        x0, y0, x1, y1 = item[1]
    else:
        xs = [p[0] for p in item[1]]
        ys = [p[1] for p in item[1]]
        x0, y0, x1, y1 = min(xs), min(ys), max(xs), max(ys)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _areas(path: dict[str, Any], turn: Turn) -> list[Box]:
    """The rectangles that a filled path covers; a polygon counts when its sides are level
    and upright (its bounding box is then what it covers)."""
    boxes = [Box(*turn.box(_item_box(i))) for i in path["items"] if i[0] in ("re", "qu")]
    sides = [i for i in path["items"] if i[0] == "l"]
    if sides and not boxes and len(sides) == len(path["items"]) <= 5:
        square = all(
            abs(a[0] - b[0]) <= STRAIGHT or abs(a[1] - b[1]) <= STRAIGHT for _, a, b in sides
        )
        if square:
            boxes.append(Box(*turn.box(tuple(path["rect"]))))
    return boxes
