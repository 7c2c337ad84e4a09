"""Tables without rulings, with rules under rows only, or with fills only: boxes from the
form's own labels and heads and the white space between columns.

No general finder of tables: it knows the three tables of the form and nothing else, so a page
without their labels costs next to nothing, and where the text does not settle what belongs
together, the table is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property

from extract.detectors.whitespace_applications import Fragment, find_applications
from extract.detectors.whitespace_carry import (
    Belongs,
    Joined,
    in_matrix,
    in_review,
    join_pages,
    part_boxes,
)
from extract.detectors.whitespace_proactive import find_proactive
from extract.detectors.whitespace_review import find_review
from tableparse.labels import applicant_rows, proactive_rows, repair_glyphs, review_blocks
from tableparse.model import Box, Grid, Page
from tableparse.whitespace import Ambiguous, Edges, Piece, chars_to_pieces, page_to_edges

MARKER = 4
"""Characters of a label that make a page worth a search."""


@cache
def _markers() -> dict[str, tuple[str, ...]]:
    """The beginnings of the labels of each table."""
    rows = {"applications": applicant_rows(), "proactive": proactive_rows()}
    found = {
        name: tuple({w[:MARKER] for w in labels.exact if len(w) >= MARKER})
        for name, labels in rows.items()
    }
    return {**found, "review": tuple(w for w in review_blocks().exact if len(w) > MARKER)}


class _View:
    """A page, and what was made of it so far: its words at once, its pieces when asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        text = "".join("".join([c.text for c in page.chars]).split())
        text = repair_glyphs(text)
        self.shown = {n for n, words in _markers().items() if any(w in text for w in words)}
        self.found: dict[str, tuple[Box, ...]] = {}

    @cached_property
    def pieces(self) -> list[Piece]:
        return chars_to_pieces(self.page.chars)

    @cached_property
    def edges(self) -> Edges:
        return page_to_edges(self.page)


def page_to_grids(page: Page) -> tuple[Grid, ...]:
    """The tables of the form on a page, each as the rectangles of its cells, in points, from
    top to bottom. A table that the page's text does not settle is left out."""
    return pages_to_grids((page,))


def pages_to_grids(pages: Sequence[Page]) -> tuple[Grid, ...]:
    """The same for the pages of a document: a matrix that goes on overleaf without a header,
    and with columns left blank, has the columns of its part on the page before; a header cut
    by the end of a page, or alone there, is that of the table overleaf."""
    views: list[_View] = []
    before: Fragment | None = None
    for page in pages:
        view = _View(page)
        carried = _carry(views[-1], view) if views else None
        fragment = _search(view, before)
        if views and fragment:
            _align_upper(views[-1], before, fragment)
        before = carried or fragment
        views.append(view)
    grids = [Grid(v.page.number, boxes) for v in views for boxes in _in_order(v)]
    return tuple(grids)


def _in_order(view: _View) -> list[tuple[Box, ...]]:
    found = [boxes for boxes in view.found.values() if boxes]
    return sorted(found, key=lambda boxes: min(b.top for b in boxes))


def _search(view: _View, before: Fragment | None) -> Fragment | None:
    """Find the tables of a page that are not known yet; the part of a matrix among them."""
    fragment: Fragment | None = None
    wanted = view.shown - set(view.found)
    if "proactive" in wanted:
        with suppress(Ambiguous):
            view.found["proactive"] = find_proactive(view.page, view.pieces, view.edges)
    if "applications" in wanted:
        with suppress(Ambiguous):
            fragment = find_applications(view.pieces, view.edges, before)
            view.found["applications"] = fragment.boxes if fragment else ()
    if "review" in wanted:
        with suppress(Ambiguous):
            view.found["review"] = find_review(view.page, view.pieces, view.edges)
    return fragment


def _carry(upper: _View, lower: _View) -> Fragment | None:
    """Find the tables whose header ends one page and whose figures stand on the next; the
    part of a matrix among them."""
    fragment: Fragment | None = None
    if "applications" in lower.shown and not upper.found.get("applications"):
        joined = _join(upper, lower, in_matrix)
        with suppress(Ambiguous):
            found = find_applications(joined.pieces, joined.edges) if joined else None
            if joined and found:
                _part(upper, lower, "applications", found.boxes, joined)
                fragment = found
    if "review" in upper.shown | lower.shown and not upper.found.get("review"):
        joined = _join(upper, lower, in_review)
        if joined:
            page = replace(lower.page, height=lower.page.height + joined.down)
            with suppress(Ambiguous):
                boxes = find_review(page, joined.pieces, joined.edges)
                _part(upper, lower, "review", boxes, joined)
    return fragment


def _align_upper(upper: _View, before: Fragment | None, fragment: Fragment) -> None:
    """Look once more at the matrix of the upper page where it has no columns, or others than
    its part overleaf, which may know better."""
    if "applications" not in upper.shown or (before and before.is_like(fragment)):
        return
    with suppress(Ambiguous):
        again = find_applications(upper.pieces, upper.edges, fragment)
        if again and again.is_like(fragment):
            upper.found["applications"] = again.boxes


def _join(upper: _View, lower: _View, belongs: Belongs) -> Joined | None:
    return join_pages(
        (upper.page, lower.page),
        (upper.pieces, lower.pieces),
        (upper.edges, lower.edges),
        belongs,
    )


def _part(upper: _View, lower: _View, name: str, boxes: tuple[Box, ...], joined: Joined) -> None:
    parts = part_boxes(boxes, joined)
    upper.found[name], lower.found[name] = parts
