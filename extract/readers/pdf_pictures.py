"""Text that lies under a picture: what the page shows there decides whether it is seen.

A picture drawn after text may hide it (a patch, a scan over its text layer) or not (a seal, a
watermark, with a transparency that the file states in many ways). So the page is drawn, once,
where such a picture is: a character whose place is all of one colour is out of sight.
"""

from __future__ import annotations

from typing import Any

import pymupdf

ZOOM = 2.0
"""Pixels a point of the drawing in which characters are looked for."""
CONTRAST = 24
"""Grey levels (of 256) between the lightest and darkest pixel from which something shows."""

Span = dict[str, Any]


def without_pictured(trace: list[Span], page: Any) -> tuple[list[Span], int]:
    """The spans of `get_texttrace` without the characters that a picture hides, and how many
    these are. `page` is not rotated. Costs next to nothing on pages without pictures."""
    if not trace or not page.get_images():
        return trace, 0
    first = trace[0]["seqno"]
    pictures = [
        (number, pymupdf.Rect(box))
        for number, (kind, box, *_) in enumerate(page.get_bboxlog())
        if kind == "fill-image" and number > first
    ]
    shown: Any = None
    found: list[Span] = []
    hidden = 0
    for span in trace:
        later = [box for number, box in pictures if number > span["seqno"]]
        under = [g for g in span["chars"] if any(_middle(g, span["size"]) in b for b in later)]
        if under:
            if shown is None:
                matrix = pymupdf.Matrix(ZOOM, ZOOM)
                shown = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
            gone = {id(g) for g in under if not _shows(shown, g, span["size"])}
            hidden += len(gone)
            span = {**span, "chars": tuple(g for g in span["chars"] if id(g) not in gone)}
        found.append(span)
    return found, hidden


def _box(glyph: Any, size: float) -> tuple[float, float, float, float]:
    """The place of a glyph's ink: fonts state boxes of any height."""
    _, _, (_, y), box = glyph
    x0, y0, x1, y1 = box
    middle = (y0 + y1) / 2 if y1 - y0 <= 1.5 * size else y - 0.35 * size
    half = min(y1 - y0, size) / 2
    return x0, middle - half, max(x1, x0 + 1), middle + half


def _middle(glyph: Any, size: float) -> Any:
    x0, y0, x1, y1 = _box(glyph, size)
    return pymupdf.Point((x0 + x1) / 2, (y0 + y1) / 2)


def _shows(shown: Any, glyph: Any, size: float) -> bool:
    if chr(glyph[0]).isspace():
        return True
    x0, y0, x1, y1 = (round(v * ZOOM) for v in _box(glyph, size))
    left, right = max(x0 - shown.x, 0), min(x1 - shown.x, shown.width)
    pixels = b"".join(
        shown.samples_mv[row * shown.stride + left : row * shown.stride + right]
        for row in range(max(y0 - shown.y, 0), min(y1 - shown.y, shown.height))
        if left < right
    )
    return not pixels or max(pixels) - min(pixels) >= CONTRAST
