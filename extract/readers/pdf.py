"""PDF bytes to pages of characters, rulings and fills, read by PyMuPDF.

One pass over a page gives its glyphs as drawn (`get_texttrace`: origin, size, colour, order
of drawing), one its paths (`get_cdrawings`); everything is turned so that the text reads
upright. What a reader of the page cannot see is left out and counted: invisible and covered
text, text in the paper's colour, watermarks.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pymupdf

from extract.beat import SkippedError, enter, expect, is_skipped
from extract.errors import CorruptError, EncryptedError, LimitError
from extract.readers.pdf_chars import trace_to_chars
from extract.readers.pdf_clips import without_clipped
from extract.readers.pdf_paths import drawings_to_paths, drawings_to_shown
from extract.readers.pdf_pictures import without_pictured
from extract.readers.pdf_repair import A4, rewrite_pdf
from extract.readers.turns import Turn, text_turn
from tableparse.model import Document, Finding, Page

MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000
BROKEN = (
    RuntimeError, ValueError, LookupError, TypeError, ArithmeticError, pymupdf.mupdf.FzErrorBase,
)  # fmt: skip
"""What PyMuPDF raises on pages that are damaged; MuPDF's own errors are no RuntimeError."""
DAMAGED = "source.damaged"
DAMAGE = "the file is damaged and was read in part or after repair: parts may be missing or old"

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def pdf_to_document(data: bytes) -> Document:
    """Read every page; where one cannot be read, try the file as qpdf rewrites it, and leave
    out what still cannot.

    Raises CorruptError where no page can be had, EncryptedError where a password is needed,
    LimitError beyond MAX_PAGES or MAX_PAGE_CHARS.
    """
    try:
        whole = _read(data, partly=False)
        if whole.pages:
            return whole
        failure = CorruptError("the file holds no page: fetch or export it again")
    except CorruptError as error:
        failure = error
    rewritten = None if is_skipped("repair") else rewrite_pdf(data)
    for version in (rewritten, data):
        if version is not None:
            with contextlib.suppress(CorruptError):
                found = _read(version, partly=True)
                if any(page.chars or page.images for page in found.pages):
                    rest = tuple(n for n in found.notes if n.code != DAMAGED)
                    said = next((n.message for n in found.notes if n.code == DAMAGED), None)
                    note = _damaged(said or "the file does not open as it is")
                    return replace(found, notes=(*rest, note))
    raise failure


def _read(data: bytes, *, partly: bool) -> Document:
    """The pages, `partly` without those that cannot be read. Raises as `pdf_to_document`."""
    pymupdf.TOOLS.reset_mupdf_warnings()
    if is_skipped("pdf"):
        raise CorruptError("the file ends the library that reads it: fetch or export it again")
    enter("pdf")
    try:
        pdf = pymupdf.open(stream=data, filetype="pdf")
    except (pymupdf.FileDataError, pymupdf.EmptyFileError, RuntimeError, ValueError) as error:
        raise CorruptError("the file is damaged beyond repair: fetch or export it again") from error
    with pdf:
        if pdf.needs_pass:
            raise EncryptedError("a password is needed to read the file: save it without one")
        try:
            count = pdf.page_count
        except RuntimeError as error:
            raise CorruptError("the file's pages cannot be counted: fetch it again") from error
        if count > MAX_PAGES:
            raise LimitError(f"the file has {count} pages, at most {MAX_PAGES} are read")
        expect(count)
        pages, lost = [], list[int]()
        for number in range(1, count + 1):
            try:
                pages.append(_numbered_page(pdf, number))
            except (*BROKEN, SkippedError) as error:
                if not partly:
                    raise CorruptError(
                        "a page of the file cannot be read: fetch or export it again"
                    ) from error
                lost.append(number)
                pages.append(Page(number, *A4[2:], chars=()))
        repaired = bool(pdf.is_repaired)
    notes = _damage(repaired, pymupdf.TOOLS.mupdf_warnings(), lost)
    return Document("application/pdf", tuple(pages), notes=notes, page_count=len(pages))


def _numbered_page(pdf: Any, number: int) -> Page:
    enter("pdf", number)
    return _page(pdf[number - 1])


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


def _damage(repaired: bool, messages: str, lost: list[int]) -> tuple[Finding, ...]:
    lines = [
        line
        for line in messages.splitlines()
        if line and not any(word in line for word in HARMLESS)
    ]
    if lost:
        lines.insert(0, f"not read: {len(lost)} pages, the first is {lost[0]}")
    if not repaired and not lines:
        return ()
    said = "; ".join(dict.fromkeys(lines))[:200]
    return (_damaged(said or "cross-reference table rebuilt"),)


def _damaged(said: str) -> Finding:
    if said.startswith(DAMAGE):
        return Finding(DAMAGED, "warning", "unknown", said)
    return Finding(DAMAGED, "warning", "unknown", f"{DAMAGE} ({said})")
