"""The objects of an OFD page (text, paths, pictures, what groups them) as drawn, in the form
in which PyMuPDF gives a PDF page, so that both are understood by the same code after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree

from extract.errors import LimitError
from extract.readers.ofd_geometry import (
    POINTS,
    DamagedError,
    Matrix,
    subpaths_to_items,
    text_to_bool,
    text_to_color,
    text_to_matrix,
    text_to_number,
    text_to_numbers,
    text_to_subpaths,
)
from extract.readers.ofd_text import text_object_to_span
from tableparse.model import Box

MAX_OBJECTS = 500_000
"""Objects that a document may draw, those of templates and composites each time."""
MAX_NESTING = 24
"""How deep blocks and composites may stand in each other."""
LINE_WIDTH = 0.353
"""Millimetres of a line whose width is not given."""
BLACK = (0.0,)


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on a page: its resource, the map from its unit square to the page (millimetres),
    the boundary in points that clips it, its number in the order of drawing, and whether a mask
    or opacity makes it look other than its file."""

    resource: str
    matrix: Matrix
    box: Box
    seqno: int
    mixed: bool


@dataclass(slots=True)
class Drawn:
    """What a page draws: text runs and paths in PyMuPDF's form (lengths in points of the
    page, `seqno` the order of drawing), and its pictures."""

    trace: list[dict[str, Any]] = field(default_factory=list)
    paths: list[dict[str, Any]] = field(default_factory=list)
    images: list[Placed] = field(default_factory=list)


@dataclass(slots=True)
class Resources:
    """Draw parameters, composite units and picture files (the part that lists one, its folder,
    the file's name) by identifier, the count of objects drawn so far, what was found damaged,
    and what only says how things look and is missing."""

    params: dict[str, etree._Element] = field(default_factory=dict)
    units: dict[str, etree._Element] = field(default_factory=dict)
    files: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    count: int = 0
    damage: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


class Place(NamedTuple):
    """Where and how objects are drawn: the map to the page (millimetres), the layer's draw
    parameter, whether they are seen, their opacity, the composites that they stand in."""

    matrix: Matrix
    param: str | None
    visible: bool = True
    opacity: float = 1.0
    within: tuple[str, ...] = ()
    depth: int = 0


def local(element: etree._Element) -> str:
    """The element's name without namespace, whatever that is."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of that local name."""
    return (child for child in element if local(child) == name)


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next(children(element, name), None)


def draw_objects(parent: etree._Element, place: Place, resources: Resources, drawn: Drawn) -> None:
    """Draw the objects in a layer or block. Raises LimitError for too many or too deep."""
    if place.depth > MAX_NESTING:
        raise LimitError(f"objects nest too deep (requested={place.depth}, granted={MAX_NESTING})")
    for element in parent:
        draw = DRAW.get(local(element))
        if draw is None:
            continue
        resources.count += 1
        if resources.count > MAX_OBJECTS:
            raise LimitError(f"too many objects (requested=over {MAX_OBJECTS}, granted=that)")
        try:
            draw(element, place, resources, drawn)
        except DamagedError as error:
            resources.damage.append(f"{local(element)}: {error}")


def _within(element: etree._Element, place: Place) -> Place:
    """The place of what an object holds: Boundary and CTM applied."""
    boundary = text_to_numbers(element.get("Boundary"), 4)
    matrix = text_to_matrix(element.get("CTM"))
    moved = matrix.then(Matrix(e=boundary[0], f=boundary[1])).then(place.matrix)
    alpha = element.get("Alpha")
    return place._replace(
        matrix=moved,
        visible=place.visible and text_to_bool(element.get("Visible"), True),
        opacity=place.opacity * (1.0 if alpha is None else _alpha(alpha)),
        depth=place.depth + 1,
    )


def _alpha(text: str) -> float:
    return min(max(text_to_number(text) / 255, 0.0), 1.0)


def _params(element: etree._Element, place: Place, resources: Resources) -> list[etree._Element]:
    """The elements that say how an object is drawn, the nearest first: its own, its draw
    parameter and what that is relative to, its layer's."""
    found = [element]
    for name in (element.get("DrawParam"), place.param):
        seen: set[str] = set()
        while name is not None and name not in seen:
            seen.add(name)
            param = resources.params.get(name)
            if param is None:
                resources.lacks.append("a draw parameter")
                break
            found.append(param)
            name = param.get("Relative")
    return found


def _color(
    params: list[etree._Element], name: str, default: tuple[float, ...] | None
) -> tuple[tuple[float, ...] | None, float]:
    """The colour (None: none is drawn) and its opacity."""
    for param in params:
        color = child(param, name)
        if color is not None:
            alpha = color.get("Alpha")
            shown = text_to_color(color.get("Value"))
            if len(color) == 0 and color.get("Value") is None:
                shown = BLACK  # a palette's colour, or none: ink until shown otherwise
            return shown, 1.0 if alpha is None else _alpha(alpha)
    return default, 1.0


def _draw_block(element: etree._Element, place: Place, resources: Resources, drawn: Drawn) -> None:
    visible = place.visible and text_to_bool(element.get("Visible"), True)
    inner = place._replace(visible=visible, depth=place.depth + 1)
    draw_objects(element, inner, resources, drawn)


def _draw_composite(
    element: etree._Element, place: Place, resources: Resources, drawn: Drawn
) -> None:
    name = element.get("ResourceID") or ""
    unit = resources.units.get(name)
    if unit is None:
        raise DamagedError("its unit is missing")
    if name in place.within:
        raise DamagedError("a unit that holds itself")
    inner = _within(element, place)._replace(within=(*place.within, name))
    content = child(unit, "Content")
    if content is not None:
        draw_objects(content, inner, resources, drawn)


def _draw_text(element: etree._Element, place: Place, resources: Resources, drawn: Drawn) -> None:
    inner = _within(element, place)
    params = _params(element, place, resources)
    fill = text_to_bool(element.get("Fill"), True)
    stroke = text_to_bool(element.get("Stroke"), False)
    if fill or not stroke:
        color, alpha = _color(params, "FillColor", BLACK)
    else:
        color, alpha = _color(params, "StrokeColor", BLACK)
    seen = inner.visible and (fill or stroke) and inner.opacity * alpha > 0.05
    for span in text_object_to_span(element, inner.matrix):
        span["color"] = color
        span["opacity"] = inner.opacity * alpha
        span["type"] = 0 if seen else 3
        span["seqno"] = resources.count
        drawn.trace.append(span)


def _draw_path(element: etree._Element, place: Place, resources: Resources, drawn: Drawn) -> None:
    inner = _within(element, place)
    data = child(element, "AbbreviatedData")
    if not inner.visible or data is None or not (data.text or "").strip():
        return
    params = _params(element, place, resources)
    kind = ""
    path: dict[str, Any] = {"seqno": resources.count, "width": 0.0}
    if text_to_bool(element.get("Fill"), False):
        fill, alpha = _color(params, "FillColor", None)
        if fill is not None:
            kind += "f"
            path |= {"fill": fill, "fill_opacity": alpha * inner.opacity}
    if text_to_bool(element.get("Stroke"), True):
        color, alpha = _color(params, "StrokeColor", BLACK)
        width = next((p.get("LineWidth") for p in params if p.get("LineWidth")), None)
        drawn_width = LINE_WIDTH if width is None else abs(text_to_number(width))
        kind += "s"
        path |= {
            "color": color,
            "stroke_opacity": alpha * inner.opacity,
            "width": drawn_width * inner.matrix.scale * POINTS,
        }
    items = subpaths_to_items(text_to_subpaths(data.text or ""), inner.matrix)
    if kind and items:
        drawn.paths.append(path | {"type": kind, "items": items, "rect": _items_box(items)})


def _items_box(items: list[Any]) -> tuple[float, float, float, float]:
    points: list[tuple[float, float]] = []
    for item in items:
        points += [item[1][:2], item[1][2:]] if item[0] == "re" else item[1:]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _draw_image(element: etree._Element, place: Place, resources: Resources, drawn: Drawn) -> None:
    if not text_to_bool(element.get("Visible"), True) or not place.visible:
        return
    x, y, width, height = text_to_numbers(element.get("Boundary"), 4)
    (ax, ay), (bx, by) = (place.matrix.point(*p) for p in ((x, y), (x + width, y + height)))
    box = Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
    shown = Box(*(side * POINTS for side in box))
    stated = element.get("CTM")
    own = text_to_matrix(stated) if stated else Matrix(a=width, d=height)
    matrix = own.then(Matrix(e=x, f=y)).then(place.matrix)
    alpha = element.get("Alpha")
    mixed = place.opacity * (1.0 if alpha is None else _alpha(alpha)) < 1.0
    mixed = mixed or any(element.get(name) for name in ("ImageMask", "BlendMode"))
    resource = element.get("ResourceID") or ""
    drawn.images.append(Placed(resource, matrix, shown, resources.count, mixed))


DRAW: dict[str, Callable[[etree._Element, Place, Resources, Drawn], None]] = {
    "TextObject": _draw_text,
    "PathObject": _draw_path,
    "ImageObject": _draw_image,
    "PageBlock": _draw_block,
    "CompositeObject": _draw_composite,
}
"""What is drawn, by the local name of its element."""
