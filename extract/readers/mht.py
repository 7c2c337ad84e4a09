"""Saved web pages (MHT: a mail message of the page and what belongs to it), by the standard
library's mail parser, to the reader of web pages."""

from __future__ import annotations

import email
import email.errors
import email.message
from dataclasses import replace

from extract.errors import CorruptError, FormatError, LimitError
from extract.readers.html import html_to_document
from tableparse.model import Document, Finding

MAX_BYTES = 40_000_000
"""Bytes of a saved page with its pictures; the parser takes some five times that."""
MAX_PARTS = 2_000
MAX_NESTING = 8
MAX_PAGES = 20
"""Pages (the page itself and its frames) that are looked at."""
CUT = (
    email.errors.CloseBoundaryNotFoundDefect,
    email.errors.StartBoundaryNotFoundDefect,
    email.errors.MissingHeaderBodySeparatorDefect,
)
BASE64 = (
    email.errors.InvalidBase64PaddingDefect,
    email.errors.InvalidBase64CharactersDefect,
    email.errors.InvalidBase64LengthDefect,
)


def mht_to_document(data: bytes) -> Document:
    """The page; where it has no table, the frame with the most cells.

    Raises FormatError (no page inside), CorruptError, LimitError, and what the reader of web
    pages raises."""
    if len(data) > MAX_BYTES:
        asked = f"bytes requested={len(data)}, granted={MAX_BYTES}"
        raise LimitError(f"the saved page is too large ({asked})")
    parts = data.count(b"\n--")
    if parts > 10 * MAX_PARTS:
        raise LimitError(f"the saved page has too many parts (requested={parts})")
    message = email.message_from_bytes(data)
    defects: list[str] = []
    pages = _pages(message, defects)
    if not pages:
        raise FormatError("a mail message without a web page", "save the page anew")
    found = [_part_to_document(part) for part in pages[:1]]
    if not found[0].tables:
        found += [_part_to_document(part) for part in pages[1:MAX_PAGES]]
    best = max(found, key=_cells)
    if not defects:
        return best
    note = Finding(
        "source.damaged", "warning", "unknown",
        f"the saved page is damaged or cut short: {', '.join(dict.fromkeys(defects))}",
    )  # fmt: skip
    return replace(best, notes=(*best.notes, note))


def _cells(document: Document) -> int:
    return sum(len(table.cells) for table in document.tables or ())


def _pages(message: email.message.Message, defects: list[str]) -> list[email.message.Message]:
    """The parts that are web pages, the one that the message calls its start first."""
    pages: list[email.message.Message] = []
    count = 0
    level = [message]
    for depth in range(MAX_NESTING + 1):
        below: list[email.message.Message] = []
        for part in level:
            count += 1
            if count > MAX_PARTS:
                raise LimitError(f"too many parts (requested={count}, granted={MAX_PARTS})")
            defects += [type(d).__name__ for d in part.defects if isinstance(d, CUT)]
            payload = part.get_payload()
            if part.is_multipart() and isinstance(payload, list):
                below += [p for p in payload if isinstance(p, email.message.Message)]
            elif part.get_content_type() in ("text/html", "application/xhtml+xml"):
                pages.append(part)
        if not below:
            break
        if depth == MAX_NESTING:
            raise LimitError(f"parts nest too deep (granted={MAX_NESTING})")
        level = below
    start = message.get_param("start")
    return sorted(pages, key=lambda part: not start or part.get("Content-ID") != start)


def _part_to_document(part: email.message.Message) -> Document:
    way = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if way not in ("", "7bit", "8bit", "binary", "quoted-printable", "base64"):
        raise FormatError("a saved page in an unknown encoding of bytes", "save the page anew")
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes) or any(isinstance(d, BASE64) for d in part.defects):
        raise CorruptError("a saved page whose base64 is damaged")
    return html_to_document(raw, part.get_content_charset())
