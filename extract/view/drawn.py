"""A page drawn from what was read of it, where there is no picture: its characters where they
stand, its rulings and fills."""

from __future__ import annotations

from itertools import groupby

from extract.view.markup import Markup, join, length, tag
from extract.view.places import shown_turn
from tableparse.fill import chars_to_lines
from tableparse.model import Char, Page

MAX_CHARS = 10_000
"""Characters of a page that are drawn; a full page of a report has 2,000."""
BASELINE = 0.12
"""Share of the font size by which the baseline lies above a character's lower edge."""


def page_to_drawing(page: Page) -> Markup:
    """SVG of a page, in points as shown."""
    lines = chars_to_lines(page.chars[:MAX_CHARS])
    fills = [
        tag("rect", {"x": x0, "y": top, "width": x1 - x0, "height": bottom - top})
        for x0, top, x1, bottom in page.fills[:MAX_CHARS]
    ]
    rulings = "".join(
        f"M{length(r.x0)} {length(r.top)}L{length(r.x1)} {length(r.bottom)}"
        for r in page.rulings[:MAX_CHARS]
    )
    turn = shown_turn(page)
    ground = tag("rect", {"class": "paper", "width": turn.width, "height": turn.height})
    inner = tag(
        "g",
        {"transform": _transform(page)},
        tag("g", {"class": "fills"}, *fills),
        tag("path", {"class": "rulings", "d": rulings}),
        *(_text(run) for line in lines for run in _runs(line)),
    )
    return join((ground, inner))


def _transform(page: Page) -> str | None:
    """The turn from the page as read to the page as shown, as an SVG matrix."""
    width, height = length(page.width), length(page.height)
    return {
        90: f"matrix(0 1 -1 0 {height} 0)",
        180: f"matrix(-1 0 0 -1 {width} {height})",
        270: f"matrix(0 -1 1 0 0 {width})",
    }.get(-page.turn % 360)


def _runs(line: list[Char]) -> list[list[Char]]:
    """The characters of a line in runs of one size and height."""
    return [list(run) for _, run in groupby(line, key=lambda c: (c.size, c.bottom))]


def _text(run: list[Char]) -> Markup:
    last = run[0]
    return tag(
        "text",
        {
            "x": " ".join(length(c.x0) for c in run for _ in c.text),
            "y": last.bottom - BASELINE * last.size,
            "font-size": float(last.size),
        },
        "".join(c.text for c in run),
    )
