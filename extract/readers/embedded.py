"""Pictures inside web pages and office documents that may be pages of a report: large ones, in
the order of the document. What they show is recognised elsewhere."""

from __future__ import annotations

import base64
import binascii
import email
import io
import posixpath
import re
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

from extract.errors import GkextractError
from extract.readers.images import FORMATS
from extract.readers.package import Package
from extract.sniff import (
    DOC,
    DOCX,
    FODT,
    HTML,
    MHT,
    ODT,
    OFFICE,
    RTF,
    WORD_2003,
    WORD_2006,
)  # fmt: skip
from extract.source import Source

MAX_PICTURES = 20
"""Pictures of a document that are looked at."""
LEAST_WIDTH, LEAST_HEIGHT = 500, 160
"""Pixels of a picture that may show a table: logos and icons are smaller."""
WORDS = (DOC, ODT, FODT, WORD_2003, WORD_2006)
"""Documents that LibreOffice makes DOCX of."""
_DATA = re.compile(rb"data:image/[a-z+.-]{3,10};base64,([A-Za-z0-9+/=\s]{2000,})", re.IGNORECASE)
_USED = re.compile(rb"(?:r:embed|r:id)=\"([^\"]{1,100})\"")


def source_to_embedded(source: Source) -> list[bytes]:
    """The pictures of a document of a word processor, a web page (in `data:` addresses) or a
    saved page that are large enough for a table; none where they cannot be had."""
    find = FIND.get(source.media_type)
    if find is None:
        return []
    found: list[bytes] = []
    try:
        for data in find(source.data):
            if len(found) < MAX_PICTURES and data not in found and _is_large(data):
                found.append(data)
    except GkextractError:  # a damaged package: its text has told of it
        return found
    return found


def _office_pictures(data: bytes, ending: str) -> Iterator[bytes]:
    """Those of the DOCX that LibreOffice makes, as its text is read."""
    from extract.readers.office import convert

    yield from _docx_pictures(convert(data, ending))


def _rtf_pictures(data: bytes) -> Iterator[bytes]:
    from extract.readers.rtf import rtf_to_pictures

    yield from rtf_to_pictures(data)


def _docx_pictures(data: bytes) -> Iterator[bytes]:
    package = Package(data)
    main, relations = "word/document.xml", "word/_rels/document.xml.rels"
    if not {main, relations} <= package.names:
        return
    targets = {r.get("Id"): str(r.get("Target", "")) for r in package.read_xml(relations)}
    for used in _USED.finditer(package.read(main)):
        target = targets.get(used[1].decode("utf-8", "replace"), "")
        name = posixpath.normpath(
            target[1:] if target.startswith("/") else posixpath.join("word", target)
        )
        if name in package.names and "/media/" in f"/{name}":
            yield package.read(name)


def _html_pictures(data: bytes) -> Iterator[bytes]:
    for found in _DATA.finditer(data):
        try:
            yield base64.b64decode(found[1])
        except binascii.Error:
            continue


def _mht_pictures(data: bytes) -> Iterator[bytes]:
    for part in email.message_from_bytes(data).walk():
        if part.get_content_maintype() == "image":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content


def _is_large(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return bool(image.width >= LEAST_WIDTH and image.height >= LEAST_HEIGHT)
    except Exception:  # what Pillow cannot open is no picture of a page
        return False


FIND: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    DOCX: _docx_pictures,
    HTML: _html_pictures,
    MHT: _mht_pictures,
    RTF: _rtf_pictures,
    **{kind: partial(_office_pictures, ending=OFFICE[kind]) for kind in WORDS},
}
"""How the pictures of a kind of document are had."""
