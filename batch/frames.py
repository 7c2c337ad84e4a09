"""Values between processes: a length of four bytes (big-endian) and that many bytes of JSON.

Plain JSON and nothing else: what a worker says may be under a document's control, and whoever
unpickles it runs it.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

LIMIT = 24 << 20
"""Longest frame in bytes; a report of 2,000 pages has less."""
_HEAD = struct.Struct(">I")


class FrameError(ValueError):
    """What came is no frame of JSON, or too long."""


class LongFrameError(FrameError):
    """What is to be said is longer than a frame may be."""


def value_to_frame(value: Any) -> bytes:
    """The frame of a value. FrameError (LongFrameError) where it is no finite JSON (too long)."""
    try:
        # ASCII, so that a lone surrogate from a file name or a font passes
        body = json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (ValueError, TypeError, RecursionError) as error:
        raise FrameError("no finite JSON") from error
    if len(body) > LIMIT:
        raise LongFrameError(f"a frame of {len(body)} bytes, limit {LIMIT}")
    return _HEAD.pack(len(body)) + body


def write_all(handle: int, data: bytes) -> None:
    """Write to a file descriptor until all is written. OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_frame(handle: int, value: Any) -> None:
    """Write a value's frame. FrameError, OSError."""
    write_all(handle, value_to_frame(value))


def read_exactly(handle: int, length: int) -> bytes:
    """So many bytes. EOFError where the stream ends before."""
    parts = []
    while length:
        part = os.read(handle, min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def read_frame(handle: int) -> Any:
    """The next value, waiting for it. EOFError at the end of the stream, FrameError."""
    (length,) = _HEAD.unpack(read_exactly(handle, _HEAD.size))
    if length > LIMIT:
        raise FrameError(f"a frame of {length} bytes, limit {LIMIT}")
    return _body_to_value(read_exactly(handle, length))


class Inbox:
    """Bytes as they come to whole values."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[Any]:
        """The values that these bytes complete. FrameError; nothing is to be read then."""
        self._bytes += data
        values = []
        while len(self._bytes) >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._bytes)
            if length > LIMIT:
                raise FrameError(f"a frame of {length} bytes, limit {LIMIT}")
            end = _HEAD.size + length
            if len(self._bytes) < end:
                break
            values.append(_body_to_value(bytes(self._bytes[_HEAD.size : end])))
            del self._bytes[:end]
        return values


def _body_to_value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError("no JSON") from error
