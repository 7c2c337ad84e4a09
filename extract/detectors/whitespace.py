"""Tables without rulings, with rules under rows only, or with fills only: boxes from the
form's own labels and heads and the white space between columns.

No general finder of tables: it knows the three tables of the form and nothing else, so a page
without their labels costs next to nothing, and where the text does not settle what belongs
together, the table is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from extract.detectors.whitespace_applications import Fragment, find_applications
from extract.detectors.whitespace_proactive import find_proactive
from extract.detectors.whitespace_review import find_review
from tableparse.labels import applicant_rows, proactive_rows, repair_glyphs, review_blocks
from tableparse.model import Box, Grid, Page
from tableparse.whitespace import Ambiguous, chars_to_pieces, page_to_edges

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


def page_to_grids(page: Page) -> tuple[Grid, ...]:
    """The tables of the form on a page, each as the rectangles of its cells, in points, from
    top to bottom. A table that the page's text does not settle is left out."""
    return _page_to_grids(page, None)[0]


def pages_to_grids(pages: Sequence[Page]) -> tuple[Grid, ...]:
    """The same for the pages of a document: a matrix that goes on overleaf without a header,
    and with columns left blank, has the columns of its part on the page before."""
    grids: list[Grid] = []
    before: Fragment | None = None
    for page in pages:
        found, before = _page_to_grids(page, before)
        grids += found
    return tuple(grids)


def _page_to_grids(
    page: Page, before: Fragment | None
) -> tuple[tuple[Grid, ...], Fragment | None]:
    text = "".join("".join([c.text for c in page.chars]).split())
    text = repair_glyphs(text)
    shown = {name for name, words in _markers().items() if any(w in text for w in words)}
    if not shown:
        return (), None
    pieces = chars_to_pieces(page.chars)
    edges = page_to_edges(page)
    found: list[tuple[Box, ...]] = []
    fragment: Fragment | None = None
    if "proactive" in shown:
        with suppress(Ambiguous):
            found.append(find_proactive(page, pieces, edges))
    if "applications" in shown:
        with suppress(Ambiguous):
            fragment = find_applications(pieces, edges, before)
            found.append(fragment.boxes if fragment else ())
    if "review" in shown:
        with suppress(Ambiguous):
            found.append(find_review(page, pieces, edges))
    grids = (Grid(page.number, boxes) for boxes in found if boxes)
    return tuple(sorted(grids, key=lambda g: min(b.top for b in g.boxes))), fragment
