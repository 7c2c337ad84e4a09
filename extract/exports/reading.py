"""Reports' JSON, one after the other: JSON lines, one report, an array of them, a folder of
such files. Memory holds one report at a time, whatever the size of the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from extract.errors import (
    CorruptError,
    FormatError,
    GkextractError,
    InputError,
    LimitError,
    error_to_dict,
)
from extract.exports.shape import Document, check_document

SUFFIXES = (".json", ".jsonl", ".ndjson")
"""Ends of the names that are read in a folder."""
CHUNK = 1_048_576
MAX_DOCUMENT = 100_000_000
"""Bytes of one report's JSON."""
_SPACE = " \t\r\n,[]"
"""What may stand between the reports of an array."""


class Broken(dict[str, Any]):
    """An error document for a part of a file that is no report: it was not known before."""


def path_to_documents(path: str) -> Iterator[Document]:
    """The reports and errors of a file, of standard input (`-`), or of all files of a folder and
    below it whose names end in SUFFIXES, in the order of their names.

    A broken line is an error document that names its line, so that it is counted and not lost.
    Raises InputError (nothing there), FormatError (no reports' JSON), LimitError."""
    if path == "-":
        yield from stream_to_documents(sys.stdin.buffer, "-")
        return
    place = Path(path)
    if place.is_dir():
        names = sorted(p for p in place.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        if not names:
            raise InputError("the folder holds no reports: give files in JSON or JSON lines")
        for name in names:
            yield from _file_to_documents(name)
    else:
        yield from _file_to_documents(place)


def _file_to_documents(path: Path) -> Iterator[Document]:
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise InputError("the file cannot be opened") from error
    with file:
        yield from stream_to_documents(file, str(path))


def stream_to_documents(stream: BinaryIO, name: str) -> Iterator[Document]:
    """The reports and errors of a stream; `name` is said where a part of it is broken.

    Raises FormatError where even the first is none, LimitError."""
    first = _first_line(stream)
    try:
        _parse(first)
        known = first.startswith(b"{")
    except ValueError:
        known = False
    found = _lines(stream, first) if known else _values(stream, first)
    good = False
    for number, item in enumerate(found, 1):
        try:
            document = check_document(_raise(item) if isinstance(item, GkextractError) else item)
        except GkextractError as error:
            if not good:
                raise
            document = Broken(source={"uri": f"{name}#{number}"}, error=error_to_dict(error))
        good = True
        yield document


def _parse(text: bytes) -> object:
    """The value of a line. Raises ValueError for what is no JSON, NaN too."""
    return json.loads(text, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _raise(error: GkextractError) -> NoReturn:
    raise error


def _first_line(stream: BinaryIO) -> bytes:
    """The first line that is not blank, without byte order mark and white space."""
    line = stream.readline(MAX_DOCUMENT).removeprefix(b"\xef\xbb\xbf")
    while line and not line.strip():
        line = stream.readline(MAX_DOCUMENT)
    return line.strip()


def _lines(stream: BinaryIO, line: bytes) -> Iterator[object]:
    """The value of each line, or the error that it is."""
    while line:
        text = line.strip()
        if text:
            try:
                yield _parse(text)
            except ValueError:  # UnicodeDecodeError is one
                yield CorruptError("a line that is no JSON: write the file again")
        line = stream.readline(MAX_DOCUMENT)
        if len(line) >= MAX_DOCUMENT:
            raise _too_long()


def _values(stream: BinaryIO, start: bytes) -> Iterator[object]:
    """The objects of an array, or of objects one after the other, or the error at the end."""
    decode = json.JSONDecoder(parse_constant=_no_number).raw_decode
    rest = b""
    text = start.decode("utf-8", errors="replace")
    ended = False
    while True:
        text = text.lstrip(_SPACE)
        if text or ended:
            try:
                value, end = decode(text)
            except ValueError:
                if ended:
                    break
            else:
                yield value
                text = text[end:]
                continue
        chunk = stream.read(CHUNK)
        whole, rest = _cut(rest + chunk)
        ended = not chunk
        text += whole.decode("utf-8", errors="replace")
        if len(text) > MAX_DOCUMENT:
            raise _too_long()
    if text:
        yield FormatError("no JSON of reports: give what gkextract wrote")


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """The data up to its last whole UTF-8 character, and the rest."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return (data[:-back], data[-back:]) if back < need else (data, b"")
    return data, b""


def _too_long() -> LimitError:
    return LimitError(f"a report of more than {MAX_DOCUMENT} bytes: give reports only")
