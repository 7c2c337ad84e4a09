"""Documents in the wrappings that transfers leave: compression, chunks, base64, bytes before
the beginning. Told by content like everything else, taken off within limits.

Only what is whole is unwrapped: a cut stream of chunks, say, would leave numbers of chunks
among the figures.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable
from dataclasses import replace

from extract.errors import CorruptError, LimitError
from extract.sniff import HEAD, MAGIC, PDF, TEXT, UNKNOWN, bytes_to_media_type
from extract.source import MAX_BYTES, Source
from tableparse.model import Finding

MAX_LAYERS = 3
"""Wrappings taken off one after the other."""
MAX_RATIO = 100
"""Unpacked bytes to packed ones, from FREE bytes on."""
FREE = 1_000_000
STEP = 1 << 20
LONG = 256
"""Bytes from which a chunk, or base64 text, is one and not a figure in a plain text."""
GZIP_MARK = b"\x1f\x8b"
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]{0,9}(;[^\r\n]{0,200})?\r\n")
_TRAILERS = re.compile(rb"(?:[\w-]{1,100}:[^\r\n]{0,1000}\r\n){0,50}\s{0,9}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_START = re.compile(rb"startxref\s{1,9}(\d{1,10})\s")
_PAGE_BEFORE = re.compile(rb"\s*<(?:!doctype|html)\b.*?</html>\s*(?=%PDF-\d)", re.I | re.S)
PAGE_HEAD = 64_000
"""Bytes within which a whole web page before a PDF ends: what a site's guard puts there."""
_XREF = re.compile(rb"\s{0,9}(xref|\d{1,9}\s\d{1,9}\sobj)")


def unwrap_source(source: Source) -> Source:
    """The source with the document that its bytes wrap; size and hash stay those of the bytes
    given, and `notes` says what was taken off.

    Raises CorruptError (a wrapping that is damaged or cut short), LimitError."""
    data, layers = source.data, list[str]()
    while len(layers) < MAX_LAYERS:
        for name, unwrap in WRAPPINGS.items():
            inner = unwrap(data)
            if inner is not None:
                layers.append(name)
                data = inner
                break
        else:
            break
    if not layers:
        return source
    said = ", then ".join(layers)
    note = Finding("source.unwrapped", "info", "publisher", f"the document stood in: {said}")
    media_type = bytes_to_media_type(data)
    return replace(source, data=data, media_type=media_type, notes=(*source.notes, note))


def gunzip(data: bytes) -> bytes | None:
    """What a gzip file holds, all its members; None where it is none."""
    if not data.startswith(GZIP_MARK):
        return None
    out = bytearray()
    at = 0
    stream = zlib.decompressobj(31)
    rest = b""
    while at < len(data) or rest:
        if not rest:
            rest, at = data[at : at + STEP], at + STEP
        if stream.eof:
            rest = rest.lstrip(b"\0")  # files are padded with these
            if not rest:
                continue
            stream = zlib.decompressobj(31)
        try:
            out += stream.decompress(rest, STEP)
        except zlib.error as error:
            raise CorruptError("compressed data that is damaged") from error
        rest = stream.unused_data if stream.eof else stream.unconsumed_tail
        if len(out) > MAX_BYTES:
            raise LimitError(f"unpacked too large (requested={len(out)}, granted={MAX_BYTES})")
        if len(out) > FREE and len(out) > MAX_RATIO * len(data):
            raise LimitError(f"unpacks to over {MAX_RATIO} times its size (a bomb)")
    if not stream.eof:
        raise CorruptError("compressed data that is cut short")
    return bytes(out)


def unchunk(data: bytes) -> bytes | None:
    """The body of a transfer in chunks (size in hexadecimal, bytes, until size 0); None where
    it is none. Raises CorruptError where chunks begin and do not end."""
    chunks: list[bytes] = []
    at = 0
    while head := _SIZE.match(data, at):
        size = int(head[1], 16)
        end = head.end() + size
        if size == 0 and chunks and _TRAILERS.fullmatch(data, head.end()):
            return b"".join(chunks)
        if size == 0 or data[end : end + 2] != b"\r\n":
            break
        chunks.append(data[head.end() : end])
        at = end + 2
    if any(len(chunk) >= LONG for chunk in chunks):
        raise CorruptError("a transfer in chunks that is cut short")
    return None


def unbase64(data: bytes) -> bytes | None:
    """What base64 text holds where that is a document and no text: any word is base64 too."""
    text = data[data.find(b",") + 1 :] if data.startswith(b"data:") else data
    if len(text) < LONG or not _BASE64.fullmatch(text[:64].translate(None, b" \t\r\n")):
        return None
    text = text.translate(None, b" \t\r\n")
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        return None
    inner = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    return None if bytes_to_media_type(inner) in (TEXT, UNKNOWN) else inner


def behead(data: bytes) -> bytes | None:
    """The document behind blanks, a byte order mark or (a PDF only) junk; None where it
    begins at once: also a whole web page directly before the mark of a PDF, which guards of
    sites leave. A PDF whose own references count the junk is left as it is."""
    head = data[:HEAD]
    start = len(head) - len(head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \0"))
    if start and any(data.startswith(magic, start) for magic, _ in MAGIC):
        return data[start:]
    if b"%PDF-" not in data[:PAGE_HEAD]:
        return None
    page = _PAGE_BEFORE.match(data[:PAGE_HEAD])
    if page is not None:
        return data[page.end() :]
    start = data.find(b"%PDF-", 0, HEAD)
    if start <= 0 or bytes_to_media_type(data) != PDF:
        return None
    found = _START.findall(data[-2048:])
    if found and _XREF.match(data, int(found[-1])):
        return None
    return data[start:]


WRAPPINGS: dict[str, Callable[[bytes], bytes | None]] = {
    "gzip compression": gunzip,
    "chunks of a transfer": unchunk,
    "base64 text": unbase64,
    "bytes before its beginning": behead,
}
"""Wrappings by what they are called, in the order in which they are tried."""
