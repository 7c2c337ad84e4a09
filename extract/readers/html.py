"""Web pages: encoding, markup, the body among navigation, tables with their spans.

libxml2 reads the markup (through lxml) and tells it as events; what browsers do with broken
tables is done here, as is everything that decides what a cell holds.
"""

from __future__ import annotations

import re
from dataclasses import replace

from extract.errors import LimitError
from extract.readers.html_body import Body, blocks_to_lines, walked_to_body
from extract.readers.html_data import embedded_strings, page_data
from extract.readers.html_decode import bytes_to_html_text
from extract.readers.html_raw import Block, Item, RawTable
from extract.readers.html_tables import raw_to_table
from extract.readers.html_walk import Walked, walk_page
from tableparse.model import Document, Finding, Table

MEDIA_TYPE = "text/html"
MAX_BYTES = 40_000_000
"""Bytes of a page; real ones have 0.02 to 5 MB, most of it pictures in `data:` addresses."""
MAX_TAGS = 1_000_000
"""Tags of a page; real ones have some thousands."""
LIBXML_BYTES = 9_000_000
"""Bytes from which a page may have what libxml2 gives up at."""
_DATA_URI = re.compile(rb"data:[\w/+.-]{0,60};base64,[A-Za-z0-9+/=%\s]{64,}")
_UNSHOWN = re.compile(rb"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)


def html_to_document(data: bytes, charset: str | None = None) -> Document:
    """The tables and prose of a page's report; `charset` is what the server declared.

    Tables lie on unit grids one below the other on page 1, lines between them. Raises
    LimitError (bytes, tags, depth, slots of a table) and CorruptError (no encoding explains
    the bytes).
    """
    if len(data) > MAX_BYTES:
        asked = f"bytes requested={len(data)}, granted={MAX_BYTES}"
        raise LimitError(f"the page is too large ({asked})")
    decoded = bytes_to_html_text(data, charset)
    page = decoded.text.encode("utf-8", errors="replace")
    tags = page.count(b"<")
    if tags > MAX_TAGS:
        raise LimitError(f"the page has too many tags (requested={tags}, granted={MAX_TAGS})")
    walked, notes = _walk(page)
    if not _has_form(walked):
        walked, more = _look_further(walked, page, decoded.text)
        notes = [*notes, *more]
    body = walked_to_body(walked)
    return _to_document(body, [*decoded.notes, *notes, *body.notes])


def _walk(page: bytes) -> tuple[Walked, list[Finding]]:
    """The page taken apart. libxml2 drops all that follows an attribute, text or comment of
    10 MB and says so nowhere but in its log: from pages that may have one, pictures in
    addresses, scripts and styles are left out, and its limits lifted. What still fails is told."""
    huge = len(page) >= LIBXML_BYTES
    walked = walk_page(
        _UNSHOWN.sub(b"", _DATA_URI.sub(b"data:,", page)) if huge else page, huge=huge
    )
    if not walked.cut:
        return walked, []
    message = "the page's markup could be read in part only"
    return walked, [Finding("source.damaged", "warning", "unknown", message)]


def _has_form(walked: Walked) -> bool:
    return any(isinstance(item, RawTable) and item.is_form for item in walked.items)


def _look_further(walked: Walked, page: bytes, text: str) -> tuple[Walked, list[Finding]]:
    """Where the page shows no table of the form: the article that a script holds for the
    browser to build (as the directory platform gkmlpt does), or a part that is not shown."""
    for inner in embedded_strings(page_data().embedded, text):
        if "<" not in inner:
            continue
        article = walk_page(inner.encode("utf-8", errors="replace"))
        if _has_form(article):
            meta = {**walked.meta}
            for title in embedded_strings(page_data().embedded_titles, text):
                meta.setdefault("title", title)
            return replace(article, meta=meta, title=walked.title), []
    if walked.hid:
        shown = walk_page(page, show=True)
        if _has_form(shown):
            message = "the report stands in a part of the page that is not shown at first"
            return shown, [Finding("text.unshown", "warning", "publisher", message)]
    return walked, []


def _to_document(body: Body, notes: list[Finding]) -> Document:
    tables: list[Table] = []
    blocks: list[tuple[Block, float]] = []
    top = 0.0
    for item in body.items:
        if isinstance(item, Block):
            blocks.append((item, top))
            top += 1
            continue
        table, said = raw_to_table(item, top)
        if table.cells:
            tables.append(table)
        notes += said
        top += table.rows + 1
    return Document(
        MEDIA_TYPE,
        tables=tuple(tables),
        lines=blocks_to_lines(blocks),
        notes=tuple([*notes, *_unreadable(body.items, notes)]),
        meta=body.meta,
    )


def _unreadable(items: tuple[Item, ...], notes: list[Finding]) -> list[Finding]:
    """Characters that the publisher's own software had already lost."""
    lost = sum(item.text.count("\ufffd") for item in items if isinstance(item, Block))
    if not lost or any(note.code == "source.damaged" for note in notes):
        return []
    message = f"{lost} characters of the text are lost in the page itself"
    return [Finding("source.damaged", "warning", "publisher", message)]
