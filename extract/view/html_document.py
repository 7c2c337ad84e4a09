"""The document's side of the page: pages as pictures with what was read laid over them, or, for
a container without pages, its tables as read."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from extract.view.html_figures import figure_attributes
from extract.view.markup import Markup, join, length, tag

Plain = dict[str, Any]
Rect = tuple[float, float, float, float]
BAND = 2.0
"""Points by which the band of a failing equation reaches beyond its cells."""


def model_to_sheets(
    model: Plain, pictures: Mapping[int, bytes], drawn: Mapping[int, Markup]
) -> Markup:
    """Every page as a figure: its WebP picture, or the drawing of what was read; a page that has
    neither is named and left out."""
    return join(
        _sheet(model, page, pictures.get(page["number"]), drawn.get(page["number"]))
        for page in model["pages"]
    )


def _sheet(model: Plain, page: Plain, picture: bytes | None, drawing: Markup | None) -> Markup:
    number, width, height = page["number"], page["width"], page["height"]
    name = f"Page {number} of {len(model['pages'])}"
    if picture is None and drawing is None:
        return tag("p", {"class": "omitted"}, f"{name} is not shown here.")
    if picture is not None:
        data = base64.b64encode(picture).decode("ascii")
        image = tag(
            "image",
            {
                "id": f"picture-{number}", "width": width, "height": height,
                "preserveAspectRatio": "none", "href": f"data:image/webp;base64,{data}",
            },
        )  # fmt: skip
    else:
        image = tag("g", {"id": f"picture-{number}", "class": "drawn"}, drawing)
        name += ", drawn from what was read"
    own = {path: f for path, f in model["figures"].items() if f["page"] == number and f["box"]}
    sheet = tag(
        "svg",
        {
            "class": "sheet", "viewBox": f"0 0 {length(width)} {length(height)}",
            "role": "group", "aria-label": f"Page {number}", "data-page": number,
        },
        image,
        *(_cells(attempt, at, number) for at, attempt in enumerate(model["attempts"])),
        tag("g", {"class": "bands"}, *_bands(model, own)),
        tag("g", {"class": "figures"}, *(_mark(path, figure) for path, figure in own.items())),
    )  # fmt: skip
    return tag(
        "figure", {"class": "page", "id": f"page-{number}"}, tag("figcaption", None, name), sheet
    )


def boxes_to_path(boxes: Sequence[Sequence[float]]) -> str:
    """Rectangles as one SVG path."""
    return "".join(
        f"M{length(x0)} {length(top)}H{length(x1)}V{length(bottom)}H{length(x0)}z"
        for x0, top, x1, bottom in boxes
    )


def _cells(attempt: Plain, at: int, number: int) -> Markup | None:
    boxes = attempt["pages"].get(number)
    if boxes is None:
        return None
    return tag(
        "path",
        {"class": "cells", "data-attempt": at, "d": boxes_to_path(boxes["cells"]), "hidden": True},
    )


def _mark(path: str, figure: Plain) -> Markup:
    x0, top, x1, bottom = figure["box"]
    return tag(
        "rect",
        figure_attributes(path, figure)
        | {
            "x": x0, "y": top, "width": x1 - x0, "height": bottom - top, "rx": 1,
            "role": "button",
        },
    )  # fmt: skip


def _bands(model: Plain, own: Mapping[str, Plain]) -> list[Markup]:
    """For every failing equation the rectangle of its cells on this page: of a row, or of a
    column, so that the two cross where the slip may be."""
    found = []
    for at, identity in enumerate(model["identities"]):
        boxes = [own[path]["box"] for path in identity["cells"] if path in own]
        if identity["state"] not in ("failed", "unlikely") or not boxes:
            continue
        x0, top = (min(box[i] for box in boxes) - BAND for i in (0, 1))
        x1, bottom = (max(box[i] for box in boxes) + BAND for i in (2, 3))
        place = {"x": x0, "y": top, "width": x1 - x0, "height": bottom - top, "rx": 3}
        name = f"band {identity['over']} {identity['state']}"
        found.append(tag("rect", {"class": name, "data-identity": at, **place}))
    return found


def model_to_tables(model: Plain) -> Markup:
    """The tables of a container without pages as they were read, with their merged cells."""
    by_cell: dict[tuple[int, int], list[str]] = {}
    for path, figure in model["figures"].items():
        if "cell" in figure:
            by_cell.setdefault(tuple(figure["cell"]), []).append(path)
    return join(
        _table(model, number, table, by_cell) for number, table in enumerate(model["tables"])
    )


def _table(
    model: Plain, number: int, table: Plain, by_cell: Mapping[tuple[int, int], list[str]]
) -> Markup:
    rows: list[list[Markup]] = [[] for _ in range(table["rows"])]
    order = sorted(enumerate(table["cells"]), key=lambda item: item[1]["span"][::2])
    for at, cell in order:
        paths = by_cell.get((number, at), [])
        rows[cell["span"][0]].append(_cell(model, cell, paths))
    name = f"Table {number + 1} of {len(model['tables'])}, as read"
    left_out = f" ({table['left_out']} cells are not shown)" if table["left_out"] else ""
    return tag(
        "div",
        {"class": "scroll", "tabindex": 0, "role": "region", "aria-label": name},
        tag(
            "table",
            {"class": "asread"},
            tag("caption", None, name + left_out),
            tag("tbody", None, *(tag("tr", None, *row) for row in rows)),
        ),
    )


def _cell(model: Plain, cell: Plain, paths: Sequence[str]) -> Markup:
    r0, r1, c0, c1 = cell["span"]
    attributes: dict[str, Any] = {
        "rowspan": r1 - r0 if r1 - r0 > 1 else None,
        "colspan": c1 - c0 if c1 - c0 > 1 else None,
        "title": cell["place"],
    }
    if paths:  # one cell that runs over several columns of the form stands for its first
        attributes |= figure_attributes(paths[0], model["figures"][paths[0]])
    elif cell["doubt"]:
        attributes["class"] = "doubtful"
    return tag("td", attributes, cell["text"])
