"""Bytes of a web page to its text: what the bytes are decides, not what is said of them.

A byte order mark is believed. Else valid UTF-8 with enough characters of it is UTF-8, whatever
is declared (nothing else looks like it by chance); then what the server, the page itself, or
nobody declares; gb2312 and gbk always as GB 18030, of which they are parts.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from extract.errors import CorruptError
from tableparse.model import Finding

META_BYTES = 4096
"""Bytes at the head of a page in which it may declare its encoding (the standard grants 1024,
pages of agencies need more)."""
SURE = 8
"""Characters beyond ASCII from which valid UTF-8 is no accident."""
CORRUPT_SHARE = 0.1
"""Share of the characters beyond ASCII that may be unreadable; above it there is no page."""
UNKNOWN = "\ufffd"
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.-]{2,40})", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "gb18030": "gb18030", "hz-gb-2312": "gb18030", "cp936": "gb18030", "chinese": "gb18030",
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "unicode": "utf-8",
}  # fmt: skip
"""Declared names to codecs. UTF-16 declared inside a page is UTF-8: else its own declaration
could not be read. Western encodings are left out: servers declare them by default."""


class Decoded(NamedTuple):
    """A page's text, the codec that explains it, and what has to be said of that."""

    text: str
    encoding: str
    notes: tuple[Finding, ...] = ()


def bytes_to_html_text(data: bytes, charset: str | None = None) -> Decoded:
    """The text of a page; `charset` is what the server declared, if any.

    Bytes that no encoding explains come out as U+FFFD and a `source.damaged` note; raises
    CorruptError where they are more than a tenth of what is not ASCII.
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return _decode(data[len(bom) :], codec)
    # no text has NUL; browsers drop it
    plain = data.replace(b"\0", b"") if b"\0" in data else data
    declared = [known for name in _declared(plain, charset) if (known := _NAMES.get(name.lower()))]
    utf8 = _strict(plain, "utf-8")
    if utf8 is not None and (not declared or declared[0] == "utf-8" or _is_sure(utf8)):
        return Decoded(utf8, "utf-8", _wrong(declared, "utf-8") if not utf8.isascii() else ())
    if utf8 is None and _is_damaged_utf8(plain):
        return _decode(plain, "utf-8")
    for codec in (*declared, "gb18030", "utf-8"):
        found = _strict(plain, codec)
        if found is not None:
            return Decoded(found, codec, _wrong(declared, codec))
    return _decode(plain, declared[0] if declared else "gb18030")


def _declared(data: bytes, charset: str | None) -> list[str]:
    names = [charset.strip("\"' ")] if charset else []
    head = data[:META_BYTES]
    found = _META.search(head) or _XML.search(head)
    return [*names, found[1].decode("ascii")] if found else names


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _is_sure(text: str) -> bool:
    return _beyond_ascii(text[: 1 << 20]) >= SURE


def _is_damaged_utf8(data: bytes) -> bool:
    """More characters that UTF-8 explains than it does not: read as GB 18030, these would be
    other characters without a word."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count(UNKNOWN)
    return _beyond_ascii(text) - bad > bad


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", errors="ignore"))


def _decode(data: bytes, codec: str) -> Decoded:
    text = data.decode(codec, errors="replace").replace("\0", "")
    bad = text.count(UNKNOWN)
    if not bad:
        return Decoded(text, codec)
    if bad > CORRUPT_SHARE * _beyond_ascii(text):
        raise CorruptError("the page breaks its own encoding")
    message = f"{bad} characters of the page are unreadable in its encoding ({codec})"
    return Decoded(text, codec, (Finding("source.damaged", "warning", "unknown", message),))


def _wrong(declared: list[str], codec: str) -> tuple[Finding, ...]:
    if not declared or declared[0] == codec:
        return ()
    message = f"the page is declared as {declared[0]} and is {codec}: read as the latter"
    return (Finding("encoding.wrong", "info", "publisher", message),)
