"""A path, address or bytes to a Source: the bytes, where they are from, what they are. The one
place where files of the user's are opened."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extract.errors import CorruptError, FormatError, InputError, LimitError
from extract.sniff import (
    SUPPORTED,
    UndecodableError,
    bytes_to_media_type,
    bytes_to_text,
)
from tableparse.model import Finding

if TYPE_CHECKING:
    from extract.fetch import Fetched, Jar

MAX_BYTES = 100_000_000
"""Bytes that a source may have; real reports have 0.1 to 10 MB."""

URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_USER = re.compile(r"^\s*([a-z][a-z0-9+.-]+://)[^/?#]*@", re.IGNORECASE)

SAVE_AS_PDF = "open it and save it as PDF, then give the PDF"
UNPACK = "unpack it and give the report inside"

# What the kinds of files are called that this version cannot read, and what to do with them.
UNREAD: dict[str, tuple[str, str]] = {
    "application/x-ole-storage": ("an old Office file", SAVE_AS_PDF),
    "application/xml": ("an XML file", SAVE_AS_PDF),
    "application/json": ("JSON, data rather than a document", "give the report itself"),
    "application/gzip": ("a gzip archive", UNPACK),
    "application/octet-stream": ("no kind of file known here", "give a PDF or a plain text file"),
}


class Shown(NamedTuple):
    """A picture that a web page shows as a page of the report: its address, and its bytes; None
    where these could not be had."""

    uri: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Source:
    """A document's bytes and where they are from. `uri` is the path as given, the final URL of
    what was fetched, or `sha256:<hex>` for bytes; `bytes` the length; `retrieved_at` when it
    was fetched (UTC; None for files)."""

    uri: str
    data: bytes = field(repr=False)
    sha256: str
    media_type: str
    bytes: int
    retrieved_at: str | None = None
    notes: tuple[Finding, ...] = ()
    """What is to be said of how the document stood in these bytes, or came."""
    charset: str | None = None
    """The encoding that the server declared."""
    pictures: tuple[Shown, ...] = ()
    """Of a web page: the row of pictures that are its pages, fetched beside it."""


def load_source(
    source: str | Path | bytes, *, allow_private: bool = False, jar: Jar | None = None
) -> Source:
    """The source with its bytes, whatever kind of file it is. An address is fetched, private
    ones only with `allow_private`; `jar` keeps the cookies for what is fetched next.

    Raises InputError (missing, unreadable, no file, empty), LimitError (over MAX_BYTES), and
    for an address BlockedError and FetchError."""
    if isinstance(source, bytes):
        return bytes_to_source(source)
    if isinstance(source, str) and URL.match(source):
        from extract.fetch import fetch

        return fetched_to_source(fetch(source, allow_private=allow_private, jar=jar))
    return bytes_to_source(_read_file(source), source_to_uri(source))


def fetched_to_source(fetched: Fetched) -> Source:
    """The source made of what was fetched; its kind is told by content, not by the server."""
    from extract.fetch import fetched_to_notes

    return replace(
        bytes_to_source(fetched.data, fetched.url),
        retrieved_at=fetched.retrieved_at,
        notes=fetched_to_notes(fetched),
        charset=fetched.charset,
    )


def bytes_to_source(data: bytes, uri: str | None = None) -> Source:
    """The source made of these bytes. Raises InputError (empty), LimitError (over MAX_BYTES)."""
    sha256 = hashlib.sha256(data).hexdigest()
    uri = uri or f"sha256:{sha256}"
    if not data:
        raise InputError("the file is empty", "fetch it again")
    _check_size(len(data))
    return Source(uri, data, sha256, bytes_to_media_type(data), len(data))


def check_supported(source: Source) -> None:
    """Raises FormatError, naming what the file is, unless this version has a reader for it."""
    if source.media_type not in SUPPORTED:
        what, hint = UNREAD.get(source.media_type, (source.media_type, SAVE_AS_PDF))
        raise FormatError(f"{what}, which this version does not read", hint)


def source_to_text(source: Source) -> tuple[str, str]:
    """The text of a plain text source and the encoding it was read with (a byte order mark
    decides, else UTF-8, else GB 18030). Raises CorruptError where no encoding explains it."""
    try:
        return bytes_to_text(source.data)
    except UndecodableError as error:
        raise CorruptError("text with damaged characters") from error


def source_to_dict(source: Source, pages: int | None = None) -> dict[str, Any]:
    """The contract's `source` object."""
    return {
        "uri": source.uri,
        "media_type": source.media_type,
        "sha256": source.sha256,
        "bytes": source.bytes,
        "pages": pages,
        "retrieved_at": source.retrieved_at,
    }


def source_to_uri(source: str | Path) -> str:
    """The path or address as given; bytes of a file name that are no UTF-8 are shown as U+FFFD,
    a password in an address is not shown."""
    uri = os.fsencode(source).decode("utf-8", errors="replace")
    return _USER.sub(r"\1***@", uri) if isinstance(source, str) else uri


def is_several(source: str) -> bool:
    """Whether a word of the command line means a folder or a pattern: any number of files,
    whatever that number is today."""
    if URL.match(source) or "\0" in source:
        return False
    return os.path.isdir(source) or (not os.path.lexists(source) and glob.has_magic(source))


def expand_source(source: str) -> Iterator[str]:
    """The files that a word of the command line means, as they are found: a folder's files
    (subfolders too, hidden ones not) or a pattern's matches, sorted; anything else is one file.

    Raises InputError for a folder without files and for a pattern without match."""
    if not is_several(source):
        yield source
        return
    found = 0
    if os.path.isdir(source):
        for found, path in enumerate(_iter_folder(source), 1):  # noqa: B007
            yield path
        if not found:
            raise InputError("a folder without readable files", "check the path")
        return
    for path in sorted(glob.iglob(source, recursive=True)):
        if not os.path.isdir(path):
            found += 1
            yield path
    if not found:
        raise InputError("no file matches", "check the pattern")


def _iter_folder(folder: str) -> Iterator[str]:
    """The files of a folder in the order of their sorted paths, a folder's list in memory at a
    time and never all."""
    try:
        with os.scandir(folder) as listed:
            entries = [e for e in listed if not e.name.startswith(".")]
    except OSError:
        yield folder  # kept: it gets its own error instead of being skipped
        return
    for entry in sorted(entries, key=lambda e: e.name + "/" if _is_folder(e) else e.name):
        if not _is_folder(entry):
            yield os.path.join(folder, entry.name)
        elif not entry.is_symlink():
            yield from _iter_folder(os.path.join(folder, entry.name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def hash_file(path: str) -> tuple[str, int, int]:
    """SHA-256, size and time (ns) of a file, read in pieces. Raises as reading it does."""
    with _open_file(path) as file:
        facts = os.fstat(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest(), facts.st_size, facts.st_mtime_ns


def _read_file(path: str | Path) -> bytes:
    with _open_file(path) as file:
        return file.read(MAX_BYTES + 1)


@contextmanager
def _open_file(path: str | Path) -> Iterator[BufferedReader]:
    """A file to be read. Raises InputError (missing, unreadable, no file), LimitError."""
    try:
        facts = os.stat(path)
        if stat.S_ISDIR(facts.st_mode):
            os.listdir(path)  # a folder that may not be read says so
            raise InputError("a folder, not a file", "give the file")
        if not stat.S_ISREG(facts.st_mode):
            # pipes and devices may have no end, or wait for ever
            raise InputError("a pipe or device", "save it to a file and give that")
        _check_size(facts.st_size)
        with open(path, "rb") as file:
            yield file
    except FileNotFoundError as error:
        raise InputError("no such file") from error
    except PermissionError as error:
        raise InputError("the file may not be read", "check the rights on it") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"the file cannot be read ({reason})") from error
    except ValueError as error:  # a NUL in the path
        raise InputError("not a path") from error


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise LimitError(f"the file is too large (bytes requested={size}, granted={MAX_BYTES})")
