"""One request and its answer: http.client takes the protocol apart, everything that has a limit
is done here.

The body is decompressed as it comes, so that neither a bomb nor an endless body is ever held.
"""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, cast

from extract.errors import FetchError, LimitError
from extract.fetch_tls import Tls, secure_connection
from extract.fetch_wire import Limits, Terms, TransientError, Wire, connect_one, find_addresses
from extract.guard import Target

STEP = 1 << 16
PEEK = 500_000
"""Bytes that are looked at of a body that is no document."""
GZIP_MARK = b"\x1f\x8b"
PLAIN = frozenset({"", "identity", "none", "binary", "utf-8", "utf8", "gbk", "gb2312"})
"""What stands in Content-Encoding where nothing is encoded; servers confuse it with charset."""
_WAYS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
SHORT = "the connection ended before the document did"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. `tls` is None for http."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    tls: Tls | None


def ask_server(
    target: Target,
    headers: Mapping[str, str],
    terms: Terms,
    *,
    body: bytes | None = None,
    lane: str | None = None,
) -> Answer:
    """GET, or POST of a body, and the whole answer; of one without document (no 2xx) the
    beginning of its body. `lane` names the TLS settings that are known to work.

    Raises BlockedError, FetchError (TransientError where it may pass), LimitError."""
    addresses = find_addresses(target, terms)

    with ExitStack() as stack:
        tls: Tls | None = None
        if target.scheme == "https":
            sock, tls = secure_connection(
                lambda: connect_one(addresses, target, terms), target.host, terms, lane
            )
        else:
            sock = cast(Any, connect_one(addresses, target, terms))
        stack.enter_context(sock)
        wire = stack.enter_context(Wire(sock, terms))
        method = "GET" if body is None else "POST"
        lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [] if body is None else [f"Content-Length: {len(body)}"]
        wire.send("\r\n".join([*lines, "", ""]).encode("ascii") + (body or b""))
        response = http.client.HTTPResponse(cast(Any, wire), method=method)
        stack.callback(response.close)
        try:
            response.begin()
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            raise TransientError("the server hung up without an answer") from error
        except (http.client.HTTPException, ValueError) as error:
            raise FetchError("the server does not answer in HTTP") from error
        wire.begin_body()
        return Answer(response.status, response.headers, _to_body(response, terms.limits), tls)


def _to_body(response: http.client.HTTPResponse, limits: Limits) -> bytes:
    if response.status // 100 == 3:
        return b""
    coding = (response.headers.get("Content-Encoding") or "").strip().lower()
    if response.status // 100 == 2:
        return read_body(response, coding, limits)
    try:
        short = replace(limits, body=PEEK, ratio=limits.body, free=PEEK)
        return read_body(response, coding, short)
    except (FetchError, LimitError):
        return b""  # it only tells who refused


def read_body(response: http.client.HTTPResponse, coding: str, limits: Limits) -> bytes:
    """The body as decompressed. Raises TransientError (it is cut short), FetchError (damaged, or
    a coding that was not asked for), LimitError (too large, or a bomb)."""
    declared = response.length
    _check_size(declared or 0, limits)
    unpacker: Unpacker | None = None
    out = bytearray()
    received = 0
    for chunk in _read_chunks(response):
        received += len(chunk)
        if unpacker is None:
            unpacker = Unpacker(coding, chunk)
        for piece in unpacker.feed(chunk):
            out += piece
            _check_size(len(out), limits)
            if len(out) > limits.free and len(out) > limits.ratio * received:
                raise LimitError(f"the body unpacks to over {limits.ratio} times its size (a bomb)")
        _check_size(received, limits)
    if declared is not None and received < declared:
        raise TransientError(f"{SHORT} (bytes promised={declared}, received={received})")
    if unpacker is not None and not unpacker.is_whole:
        raise TransientError(f"{SHORT} (compressed data without end)")
    return bytes(out)


def _read_chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(STEP)
        except http.client.IncompleteRead as error:
            raise TransientError(SHORT) from error
        except (http.client.HTTPException, ValueError) as error:
            raise FetchError("the body breaks the rules of HTTP") from error
        if not chunk:
            return
        yield chunk


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.body:
        raise LimitError(f"the body is too large (bytes requested={size}, granted={limits.body})")


class Unpacker:
    """Undoes a Content-Encoding piece by piece. Servers that say gzip of plain bytes are known:
    the bytes decide. Raises FetchError for codings that were not asked for."""

    def __init__(self, coding: str, first: bytes) -> None:
        self._stream: zlib._Decompress | None = None
        self._bits = 0
        self._rest = b""
        if coding in PLAIN:
            return
        if coding not in _WAYS:
            raise FetchError("the body is in a coding that was not asked for")
        self._bits = _WAYS[coding]
        if self._bits == 31 and not first.startswith(GZIP_MARK):
            return
        if self._bits == 15 and not _is_zlib(first):
            self._bits = -15  # deflate without the frame that the standard asks for
        self._stream = zlib.decompressobj(self._bits)

    @property
    def is_whole(self) -> bool:
        """Whether the compressed data has come to its end."""
        return self._stream is None or self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes give, in pieces of at most STEP bytes."""
        if self._stream is None:
            yield data
            return
        while data or self._rest:
            if self._stream.eof:
                # a file of several members, or bytes behind the end, which are no part of it
                data, self._rest = self._rest + data, b""
                if len(data) < len(GZIP_MARK):
                    self._rest = data
                    return
                if not data.startswith(GZIP_MARK):
                    return
                self._stream = zlib.decompressobj(self._bits)
            try:
                piece = self._stream.decompress(data, STEP)
            except zlib.error as error:
                raise FetchError("the compressed body is damaged") from error
            yield piece
            data = self._stream.unused_data or self._stream.unconsumed_tail
            if not data and len(piece) == STEP:
                yield self._stream.decompress(b"", 0)  # what its last bytes still hold


def _is_zlib(data: bytes) -> bool:
    return len(data) > 1 and data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
