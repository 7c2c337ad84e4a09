"""PDF bytes to pages of characters, rulings and fills, read by PyMuPDF.

One pass over a page gives its glyphs as drawn (`get_texttrace`: origin, size, colour, order
of drawing), one its paths (`get_cdrawings`); everything is turned so that the text reads
upright. What a reader of the page cannot see is left out and counted: invisible and covered
text, text in the paper's colour, watermarks.
"""

from __future__ import annotations

from typing import Any

import pymupdf

from extract.errors import CorruptError, EncryptedError, LimitError
from extract.readers.pdf_chars import trace_to_chars
from extract.readers.pdf_clips import without_clipped
from extract.readers.pdf_paths import drawings_to_paths, drawings_to_shown
from extract.readers.pdf_pictures import without_pictured
from extract.readers.turns import Turn, text_turn
from tableparse.model import Document, Finding, Page

MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def pdf_to_document(data: bytes) -> Document:
    """Read every page.

    Raises CorruptError where no page can be had, EncryptedError where a password is needed,
    LimitError beyond MAX_PAGES or MAX_PAGE_CHARS.
    """
    pymupdf.TOOLS.reset_mupdf_warnings()
    try:
        pdf = pymupdf.open(stream=data, filetype="pdf")
    except (pymupdf.FileDataError, pymupdf.EmptyFileError, RuntimeError, ValueError) as error:
        raise CorruptError("the file is damaged beyond repair: fetch or export it again") from error
    with pdf:
        if pdf.needs_pass:
            raise EncryptedError("a password is needed to read the file: save it without one")
        try:
            count = pdf.page_count
            if count > MAX_PAGES:
                raise LimitError(f"the file has {count} pages, at most {MAX_PAGES} are read")
            pages = tuple(_page(pdf[index]) for index in range(count))
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise CorruptError(
                "a page of the file cannot be read: fetch or export it again"
            ) from error
        repaired = bool(pdf.is_repaired)
    if not pages:
        raise CorruptError("the file holds no page: fetch or export it again")
    notes = _damage(repaired, pymupdf.TOOLS.mupdf_warnings())
    return Document("application/pdf", pages, notes=notes, page_count=len(pages))


def _page(page: Any) -> Page:
    rotation = page.rotation
    if rotation:
        page.set_rotation(0)
    trace = page.get_texttrace()
    if sum(len(span["chars"]) for span in trace) > MAX_PAGE_CHARS:
        raise LimitError(
            f"page {page.number + 1} has more than {MAX_PAGE_CHARS} characters: no report has"
        )
    trace, pictured = without_pictured(without_clipped(page, trace), page)
    box = page.rect
    degrees = text_turn(trace, rotation)
    turn = Turn(degrees, box.width, box.height)
    paths = drawings_to_paths(page.get_cdrawings(), turn)
    text = trace_to_chars(trace, turn, paths.areas)
    if text.covered or text.drowned:  # seldom: look closer at what covers it, or lies beneath
        paths = drawings_to_shown(page.get_cdrawings(extended=True), turn)
        text = trace_to_chars(trace, turn, paths.areas)
    return Page(
        number=page.number + 1,
        width=turn.width,
        height=turn.height,
        chars=text.chars,
        rulings=paths.rulings,
        fills=paths.fills,
        pale_rulings=paths.pale,
        images=_image_share(page) if not text.chars or text.hidden + pictured else 0.0,
        unreadable=text.unreadable,
        hidden=text.hidden + pictured,
        turn=(degrees - rotation) % 360,
    )


def _image_share(page: Any) -> float:
    area = abs(page.rect.width * page.rect.height) or 1.0
    shown = 0.0
    for info in page.get_image_info():
        box = pymupdf.Rect(info["bbox"]) & page.rect
        shown += max(box.width, 0) * max(box.height, 0)
    return min(shown / area, 1.0)


HARMLESS = ("bogus font", "invalid marked content", "ICC", "font", "glyph", "FT_", "... repeated")
"""Messages of MuPDF that do not mean that text or lines may be missing."""


def _damage(repaired: bool, messages: str) -> tuple[Finding, ...]:
    lines = [
        line
        for line in messages.splitlines()
        if line and not any(word in line for word in HARMLESS)
    ]
    if not repaired and not lines:
        return ()
    said = "; ".join(dict.fromkeys(lines))[:200]
    return (
        Finding(
            code="source.damaged",
            severity="warning",
            blame="unknown",
            message="the file is damaged and was read in part or after repair: parts may be "
            f"missing or old ({said or 'cross-reference table rebuilt'})",
        ),
    )
