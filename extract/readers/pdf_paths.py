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


EMPTY = 0.02
"""Points up to which a strip between two rectangles is none."""


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


def drawings_to_shown(drawings: list[dict[str, Any]], turn: Turn) -> Paths:
    """The same of `get_cdrawings(extended=True)`, areas only as far as they show: cut off and
    punched where they are clipped, and not opaque where they are blended with what lies
    beneath. What is left of an area may be a ruling."""
    found = Paths((), (), (), ())
    around: list[tuple[int, Box | None, Box | None, bool]] = []
    for path in drawings:
        around = [outer for outer in around if outer[0] < path["level"]]
        if path["type"] == "clip":
            box = Box(*turn.box(path["scissor"])) if path.get("scissor") else None
            around.append((path["level"], box, _hole(path, turn), True))
        elif path["type"] == "group":
            plain = path["blendmode"] in ("Normal", "Compatible") and path["opacity"] > 0.9
            around.append((path["level"], None, None, plain))
        else:
            whole = drawings_to_paths([path], turn)
            plain = all(plain for *_, plain in around)
            parts = [part for area in whole.areas for part in _clipped(area, around, plain)]
            found = _add_parts(found, whole, parts)
    return found


def _clipped(
    area: Area, around: list[tuple[int, Box | None, Box | None, bool]], plain: bool
) -> list[Area]:
    """What the clips around an area leave of it."""
    boxes = [area.box]
    for _, scissor, hole, _ in around:
        boxes = [_cut(box, scissor) for box in boxes] if scissor else boxes
        boxes = [part for box in boxes for part in (_ring(box, hole) if hole else [box])]
    return [area._replace(box=box, opaque=area.opaque and plain) for box in boxes]


def _add_parts(found: Paths, whole: Paths, parts: list[Area]) -> Paths:
    ink, pale = list(whole.rulings), list(whole.pale)
    areas = []
    for part in parts:
        if part.box.x1 <= part.box.x0 or part.box.bottom <= part.box.top:
            continue
        if min(part.box.x1 - part.box.x0, part.box.bottom - part.box.top) <= THIN:
            _thin(part.box, pale if part.light > PAPER else ink)
        else:
            areas.append(part)
    fills = tuple(area.box for area in areas if area.light <= WHITE)
    return Paths(
        (*found.rulings, *ink),
        (*found.pale, *pale),
        (*found.fills, *fills),
        (*found.areas, *areas),
    )


def _hole(path: dict[str, Any], turn: Turn) -> Box | None:
    """The rectangle that a clip of two rectangles leaves out in the middle of the larger."""
    boxes = [Box(*turn.box(_item_box(i))) for i in path["items"] if i[0] in ("re", "qu")]
    if len(boxes) != 2 or len(path["items"]) != 2 or not path.get("even_odd"):
        return None
    outer, inner = sorted(boxes, key=lambda b: (b.x0 - b.x1) * (b.bottom - b.top))
    return inner if _within(inner, outer) else None


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
    boxes = _framed(path, turn)
    sides = [i for i in path["items"] if i[0] == "l"]
    if sides and not boxes and len(sides) == len(path["items"]) <= 5:
        square = all(
            abs(a[0] - b[0]) <= STRAIGHT or abs(a[1] - b[1]) <= STRAIGHT for _, a, b in sides
        )
        if square:
            boxes.append(Box(*turn.box(tuple(path["rect"]))))
    return boxes


def _framed(path: dict[str, Any], turn: Turn) -> list[Box]:
    """The rectangles of a filled path; two in one another of which the inner one is left out
    (WeasyPrint draws a cell's border so) as the strips between them."""
    found: list[Box] = []
    last: tuple[Box, Any] | None = None
    for item in path["items"]:
        if item[0] not in ("re", "qu"):
            last = None
            continue
        box = Box(*turn.box(_item_box(item)))
        if last is not None and (path.get("even_odd") or _against(item, last[1])):
            inner, outer = (box, last[0]) if _within(box, last[0]) else (last[0], box)
            if _within(inner, outer):
                found[-1:] = _ring(outer, inner)
                last = None
                continue
        found.append(box)
        last = box, item
    return found


def _against(a: Any, b: Any) -> bool:
    """Whether two rectangles are drawn round in opposite ways."""
    return bool(a[0] == b[0] == "re" and a[2] != b[2])


def _within(inner: Box, outer: Box) -> bool:
    return (
        outer.x0 <= inner.x0
        and inner.x1 <= outer.x1
        and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )


def _ring(box: Box, hole: Box) -> list[Box]:
    """What is left of a rectangle around a hole: at most four strips, none of them empty."""
    x0, top, x1, bottom = box
    if hole.x1 <= x0 or hole.x0 >= x1 or hole.bottom <= top or hole.top >= bottom:
        return [box]
    upper, lower = max(top, hole.top), min(bottom, hole.bottom)
    strips = (
        Box(x0, top, x1, upper),
        Box(x0, lower, x1, bottom),
        Box(x0, top, max(x0, hole.x0), bottom),
        Box(min(x1, hole.x1), top, x1, bottom),
    )
    return [s for s in strips if s.x1 - s.x0 > EMPTY and s.bottom - s.top > EMPTY]
