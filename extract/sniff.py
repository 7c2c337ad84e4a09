"""What a file is, told from its bytes alone: names lie (error pages saved as .pdf, web pages
named .doc), so names are never asked."""

from __future__ import annotations

import re

PDF = "application/pdf"
TEXT = "text/plain"
HTML = "text/html"
UNKNOWN = "application/octet-stream"

SUPPORTED = frozenset({PDF, TEXT})
"""What this version has readers for."""

HEAD = 1024
"""Bytes within which a PDF must show its mark: what the readers of PDF grant as well."""

TEXT_HEAD = 4096
"""Bytes or characters of a text in which the marks of HTML are looked for."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)

# A name inside a container that tells its kind; looked for in the bytes, nothing is unpacked.
ZIP_MARKS: tuple[tuple[bytes, str], ...] = (
    (
        b"word/document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (b"xl/workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"OFD.xml", "application/ofd"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
)
OLE_MARKS: tuple[tuple[bytes, str], ...] = (
    ("WordDocument".encode("utf-16-le"), "application/msword"),
    ("Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
)

BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

HTML_START = re.compile(
    r"\s*(<\?xml[^>]*\?>\s*)?(<!--((?!-->).)*-->\s*)*<(!doctype\s+html|html|head|body|title|meta|link|"
    r"script|style|div|p|span|table|center|h[1-6]|br|font|iframe|form)\b",
    re.IGNORECASE | re.DOTALL,
)
HTML_INSIDE = re.compile(r"<(html|head|body)[\s>]", re.IGNORECASE)
JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*["\[{\]])')
# Control characters that no text file has; line feed, tab, form feed and the like are text.
CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


class UndecodableError(ValueError):
    """The bytes are no text in any encoding known here. `damaged` when they are UTF-8 but
    for a few bytes."""

    def __init__(self, damaged: bool) -> None:
        super().__init__("damaged UTF-8" if damaged else "no text")
        self.damaged = damaged


def bytes_to_media_type(data: bytes) -> str:
    """The media type of the content, `application/octet-stream` where none is known."""
    for magic, media_type in MAGIC:
        if data.startswith(magic):
            return _container_to_media_type(data, media_type)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    # tags are ASCII: so are pages known whose own encoding is broken or not known here
    if HTML_START.match(data[:TEXT_HEAD].removeprefix(b"\xef\xbb\xbf").decode("latin-1")):
        return HTML  # before PDF: a web page may speak of %PDF-, a PDF may stand behind junk
    if b"%PDF-" in data[:HEAD] or data.startswith(b"%PDF"):
        return PDF
    try:
        text, _ = bytes_to_text(data)
    except UndecodableError as error:
        return TEXT if error.damaged else UNKNOWN
    return _text_to_media_type(text)


def bytes_to_text(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was read with: a byte order mark decides (UTF-8, UTF-16),
    else UTF-8, else GB 18030. A byte order mark is no part of the text.

    Raises UndecodableError for bytes that are no text, and for UTF-8 with damaged bytes: read
    as GB 18030 these would give other characters without a word."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _decode(data, encoding), encoding
    try:
        return _decode(data, "utf-8"), "utf-8"
    except UndecodableError as error:
        if error.damaged:
            raise
    return _decode(data, "gb18030"), "gb18030"


def _decode(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        damaged = encoding.startswith("utf-8") and _is_damaged_utf8(data)
        raise UndecodableError(damaged) from error
    if CONTROL.search(text):
        raise UndecodableError(damaged=False)
    return text


def _is_damaged_utf8(data: bytes) -> bool:
    """More characters that UTF-8 explains than it does not. Chinese in GB 18030 read as
    UTF-8 is almost nothing but errors."""
    text = data.decode("utf-8", errors="replace")
    if CONTROL.search(text):
        return False
    bad = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - bad > bad


def _container_to_media_type(data: bytes, media_type: str) -> str:
    marks = {"application/zip": ZIP_MARKS, "application/x-ole-storage": OLE_MARKS}
    for mark, kind in marks.get(media_type, ()):
        if mark in data:
            return kind
    return media_type


def _text_to_media_type(text: str) -> str:
    head = text[:TEXT_HEAD]
    if HTML_START.match(head) or HTML_INSIDE.search(head):
        return HTML
    if head.lstrip().startswith("<?xml"):
        return "application/xml"
    if head.lower().startswith("mime-version:"):
        return "multipart/related"
    return "application/json" if JSON_START.match(head) else TEXT
