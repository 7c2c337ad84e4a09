"""What a file is, told from its bytes alone: names lie (error pages saved as .pdf, web pages
named .doc), so names are never asked."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

PDF = "application/pdf"
TEXT = "text/plain"
HTML = "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
FODS = "application/vnd.oasis.opendocument.spreadsheet-flat-xml"
FODT = "application/vnd.oasis.opendocument.text-flat-xml"
WORD_2003 = "application/vnd.ms-wordml"
WORD_2006 = "application/vnd.ms-word2006ml"
PROTECTED = "application/x-ooxml-protected"
MARKDOWN = "text/markdown"
CSV = "text/csv"
TSV = "text/tab-separated-values"
OFD = "application/ofd"
MHT = "multipart/related"
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
GZIP = "application/gzip"
PNG = "image/png"
JPEG = "image/jpeg"
GIF = "image/gif"
TIFF = "image/tiff"
BMP = "image/bmp"
WEBP = "image/webp"
UNKNOWN = "application/octet-stream"

OFFICE = {
    DOC: "doc",
    ODT: "odt",
    FODT: "fodt",
    WORD_2003: "xml",
    WORD_2006: "xml",
    ODS: "ods",
    FODS: "fods",
}
"""What LibreOffice reads for us, and the ending that tells it the kind."""

ARCHIVES = frozenset({ZIP, RAR, SEVEN_ZIP})
"""What holds documents as members, which are read one by one."""

PICTURES = frozenset({PNG, JPEG, GIF, TIFF, BMP, WEBP})
"""What is recognised, for it has no text."""

SUPPORTED = frozenset(
    {
        PDF,
        HTML,
        TEXT,
        DOCX,
        RTF,
        XLSX,
        XLS,
        MARKDOWN,
        CSV,
        TSV,
        PROTECTED,
        OFD,
        MHT,
        *OFFICE,
        *ARCHIVES,
        *PICTURES,
    }
)
"""What this version has readers for."""

HEAD = 1024
"""Bytes within which a PDF must show its mark: what the readers of PDF grant as well."""

TEXT_HEAD = 4096
"""Bytes or characters of a text in which the marks of HTML are looked for."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", RTF),
    (b"\x1f\x8b", GZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)

# A name inside a container that tells its kind; nothing is unpacked. In a ZIP it is looked for
# in the list at the end, for members may be such files themselves.
ZIP_ENTRY, ZIP_END = b"PK\x01\x02", b"PK\x05\x06"
MAX_NAMES = 5_000
ZIP_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"word/document", DOCX),
    (b"xl/workbook", XLSX),
    (b"OFD.xml", OFD),
)
ZIP_FIRST: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", ODT),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", ODS),
)
"""Name and content of the first member, not packed."""
OLE_MARKS: tuple[tuple[bytes, str], ...] = (
    ("WordDocument".encode("utf-16-le"), DOC),
    ("Workbook".encode("utf-16-le"), XLS),
    ("EncryptedPackage".encode("utf-16-le"), PROTECTED),
)

XML_MARKS: tuple[tuple[str, str], ...] = (
    ("application/vnd.oasis.opendocument.text", FODT),
    ('office:mimetype="application/vnd.oasis.opendocument.spreadsheet"', FODS),
    ("http://schemas.microsoft.com/office/2006/xmlPackage", WORD_2006),
    ("http://schemas.microsoft.com/office/word/2003/wordml", WORD_2003),
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
# The head of a mail message that holds a page and what belongs to it.
MHT_START = re.compile(
    rb"\s*(?:[a-z0-9-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/",
    re.IGNORECASE,
)
JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*["\[{\]])')
# Control characters that no text file has; line feed, tab, form feed and the like are text.
CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


# A row with pipes and under it a rule of at least three columns, which prose never has.
MARKDOWN_TABLE = re.compile(r"^[^\n]*\|[^\n]*\n[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|){2,}", re.MULTILINE)
LEAST_FIELDS = 5
"""Fields a line of a CSV or TSV with tables of the form has at least."""
LEAST_RECORDS = 5


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
        return WEBP
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return BMP
    if MHT_START.match(data[:TEXT_HEAD].removeprefix(b"\xef\xbb\xbf")):
        return MHT
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
    if media_type == ZIP:
        return _zip_to_media_type(data)
    for mark, kind in OLE_MARKS if media_type == "application/x-ole-storage" else ():
        if mark in data:
            return kind
    return media_type


def _zip_to_media_type(data: bytes) -> str:
    """The kind that the names at the root of a ZIP tell; of one that is cut short, its bytes."""
    for start, kind in ZIP_FIRST:
        if data[30 : 30 + len(start)] == start:
            return kind
    end = data.rfind(ZIP_END)
    if end < 0:
        return next((kind for mark, kind in ZIP_MARKS if mark in data), ZIP)
    listed = data[max(end - int.from_bytes(data[end + 12 : end + 16], "little"), 0) : end]
    entries = islice(re.finditer(ZIP_ENTRY, listed), MAX_NAMES)
    names = [listed[entry.start() + 46 : entry.start() + 66] for entry in entries]
    for mark, kind in ZIP_MARKS:
        if any(name.startswith(mark) for name in names):
            return kind
    return ZIP


def _text_to_media_type(text: str) -> str:
    head = text[:TEXT_HEAD]
    if HTML_START.match(head) or HTML_INSIDE.search(head):
        return HTML
    if head.lstrip().startswith("<?xml"):
        return next((kind for mark, kind in XML_MARKS if mark in head), "application/xml")
    if JSON_START.match(head):
        return "application/json"
    return _table_to_media_type(text) or TEXT


def _table_to_media_type(text: str) -> str | None:
    """The kind of a text that marks its tables itself, None for any other.

    Markdown has a pipe table with its rule. Fields are all that a CSV or TSV has: every line
    that is not blank has as many, as spreadsheets write them; a text with tabs or commas in it
    has not."""
    if MARKDOWN_TABLE.search(text):
        return MARKDOWN
    for delimiter, kind in (("\t", TSV), (",", CSV)):
        first = text.lstrip("\r\n").partition("\n")[0]
        if first.count(delimiter) + 1 < LEAST_FIELDS:
            continue  # the first line is enough to tell most texts
        try:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            continue
        if len(widths) >= LEAST_RECORDS and len(set(widths)) == 1:
            return kind
    return None
