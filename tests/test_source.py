"""Sources: what a file is, is told by its bytes; what cannot be read, says so."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import source as source_module
from extract.errors import (
    BlockedError,
    CorruptError,
    FormatError,
    GkextractError,
    InputError,
    LimitError,
)
from extract.readers import READERS
from extract.sniff import ARCHIVES, SUPPORTED, bytes_to_media_type
from extract.source import (
    UNREAD,
    bytes_to_source,
    check_supported,
    expand_source,
    is_several,
    load_source,
    source_to_dict,
    source_to_text,
)

CHINESE = "政府信息公开工作年度报告\n一、总体情况\n"


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "%PDF-1.4 inside")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

KINDS: list[tuple[bytes, str]] = [
    (b"%PDF-1.7\n", "application/pdf"),
    (b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
    (b"\r\n\r\n  %PDF-1.4\n", "application/pdf"),
    (b"junk before the mark\n" + b"\0" * 900 + b"%PDF-1.4\n", "application/pdf"),
    (b"\0" * 1100 + b"%PDF-1.4\n", "application/octet-stream"),
    (b"<!DOCTYPE html><p>404</p>", "text/html"),
    (b"\xef\xbb\xbf\n<HTML><body>", "text/html"),
    (b"<!-- a -->\n<!-- b --><html>", "text/html"),
    (b"<html>how a file starts with %PDF-1.4</html>", "text/html"),
    (b"<script>location='/x'</script>", "text/html"),
    (b"<html><title>\xff\x00 in no encoding", "text/html"),
    (b"%PDF\n1 0 obj", "application/pdf"),
    ("你好 <html><body>".encode("gb18030"), "text/html"),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html><html/>', "text/html"),
    (b'<?xml version="1.0"?>\n<w:wordDocument/>', "application/xml"),
    (b"MIME-Version: 1.0\nContent-Type: multipart/related", "multipart/related"),
    (
        _zip("word/document.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        _zip("xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (_zip("OFD.xml"), "application/ofd"),
    (_zip("a.pdf"), "application/zip"),
    (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
    (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    (OLE + b"\0" * 100, "application/x-ole-storage"),
    (rb"{\rtf1\ansi}", "application/rtf"),
    (gzip.compress(b"%PDF-1.4", mtime=0), "application/gzip"),
    (b"Rar!\x1a\x07\x00", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff\xe0", "image/jpeg"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"BM\x10\0\0\0\0\0\0\0", "image/bmp"),
    (b"RIFF\0\0\0\0WEBP", "image/webp"),
    (b'{"a": 1}', "application/json"),
    (CHINESE.encode("utf-8"), "text/plain"),
    (CHINESE.encode("utf-8-sig"), "text/plain"),
    (CHINESE.encode("utf-16"), "text/plain"),
    (CHINESE.encode("gb18030"), "text/plain"),
    (b"\x01\x02\x03\x04", "application/octet-stream"),
    (bytes(range(128, 256)), "application/octet-stream"),
]


@pytest.mark.parametrize(("data", "media_type"), KINDS)
def test_content_tells_the_kind(data: bytes, media_type: str) -> None:
    """The kind of a file is told by its bytes; every kind is either read or has a message."""
    assert bytes_to_media_type(data) == media_type
    assert (media_type in SUPPORTED) != (media_type in UNREAD)


def test_supported_kinds_have_readers() -> None:
    """What is called supported is what there are readers for, and what holds such things."""
    assert READERS.keys() | ARCHIVES == SUPPORTED
    assert not READERS.keys() & ARCHIVES


def test_name_is_never_asked(tmp_path: Path) -> None:
    """The same bytes are the same kind under any name."""
    for name in ("a.pdf", "a.html", "a.txt", "a"):
        path = tmp_path / name
        path.write_bytes(b"<html>404</html>")
        assert load_source(path).media_type == "text/html"


def test_unsupported_kinds_say_what_and_what_to_do() -> None:
    """Every kind without a reader is a FORMAT error of one line with a hint."""
    for data, media_type in KINDS:
        source = bytes_to_source(data)
        if media_type in SUPPORTED:
            check_supported(source)
            continue
        with pytest.raises(FormatError) as caught:
            check_supported(source)
        what, hint = UNREAD[media_type]
        assert caught.value.message.startswith(what)
        assert caught.value.message.endswith(hint)


def test_source_knows_its_bytes(tmp_path: Path) -> None:
    """A source states the path as given, size and SHA-256 of exactly the file's bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc")
    assert source_to_dict(load_source(str(path)), pages=3) == {
        "uri": str(path),
        "media_type": "text/plain",
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "bytes": 3,
        "pages": 3,
        "retrieved_at": None,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_decoded_by_its_own_encoding(encoding: str) -> None:
    """Text in any of the encodings comes out the same, without byte order mark."""
    text, used = source_to_text(bytes_to_source(CHINESE.encode(encoding)))
    assert (text, used) == (CHINESE, encoding)


def test_big_endian_utf16() -> None:
    """The byte order mark decides the byte order too."""
    data = b"\xfe\xff" + CHINESE.encode("utf-16-be")
    assert source_to_text(bytes_to_source(data)) == (CHINESE, "utf-16")


def test_damaged_utf8_is_not_read_as_something_else() -> None:
    """UTF-8 with a lost byte is CORRUPT: as GB 18030 it would give wrong characters silently."""
    data = CHINESE.encode()
    for cut in range(1, 30, 3):
        source = bytes_to_source(data[:cut] + data[cut + 1 :])
        with pytest.raises(CorruptError):
            source_to_text(source)


def test_no_file_is_an_input_error(tmp_path: Path) -> None:
    """Missing, empty, a folder, a pipe, no path at all: INPUT, and nothing waits for ever."""
    (tmp_path / "empty.pdf").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("missing.pdf", "empty.pdf", "", "pipe", "loop", "a\0b", "n" * 300, "empty.pdf/x"):
        with pytest.raises(InputError) as caught:
            load_source(f"{tmp_path}/{name}")
        assert caught.value.message.isprintable()
    with pytest.raises(InputError):
        load_source(b"")
    with pytest.raises(InputError):
        load_source("")


def test_addresses_that_are_not_fetched() -> None:
    """An address of this machine is BLOCKED, not read as a path or taken for a missing file."""
    for address in ("file:///etc/hosts", "FILE://x", "http://127.0.0.1/a.pdf", "ftp://a/b"):
        with pytest.raises(BlockedError):
            load_source(address)


def test_size_limit_gives_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused with what it asked for and what is granted."""
    monkeypatch.setattr(source_module, "MAX_BYTES", 10)
    path = tmp_path / "large"
    path.write_bytes(b"x" * 11)
    for source in (path, path.read_bytes()):
        with pytest.raises(LimitError, match="requested=11, granted=10"):
            load_source(source)
    path.write_bytes(b"x" * 10)
    assert load_source(path).bytes == 10


def test_folder_and_pattern_expand_sorted(tmp_path: Path) -> None:
    """A folder means its files, subfolders too, hidden ones not; a pattern its matches; a
    file of a pattern's name is that file."""
    for name in ("b.pdf", "a.txt", "sub/c.pdf", ".hidden/d.pdf", ".e.pdf", "x[1].pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def names(word: str) -> list[str]:
        return [os.path.relpath(path, tmp_path) for path in expand_source(f"{tmp_path}/{word}")]

    assert names("") == ["a.txt", "b.pdf", "sub/c.pdf", "x[1].pdf"]
    assert names("*.pdf") == ["b.pdf", "x[1].pdf"]
    assert names("**/*.pdf") == ["b.pdf", "sub/c.pdf", "x[1].pdf"]
    assert names("x[1].pdf") == ["x[1].pdf"]
    assert not is_several(f"{tmp_path}/x[1].pdf")
    assert names("missing.pdf") == ["missing.pdf"]
    (tmp_path / "nothing").mkdir()
    for word in ("nothing", "*.docx"):
        with pytest.raises(InputError):
            names(word)


@given(st.binary(max_size=3000))
def test_any_bytes_have_a_kind_or_an_error(data: bytes) -> None:
    """Any bytes end as a source of a known kind, or in a typed error."""
    try:
        source = load_source(data)
        check_supported(source)
        if source.media_type == "text/plain":
            source_to_text(source)
    except GkextractError as error:
        assert error.message.isprintable()
    else:
        assert source.media_type in SUPPORTED


@given(st.text(min_size=1, max_size=300).filter(lambda s: not s.startswith("\ufeff")))
def test_utf8_text_comes_back_whole(text: str) -> None:
    """Text in UTF-8 is read back character for character, or is not taken for text."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    source = bytes_to_source(data)
    if source.media_type == "text/plain":
        assert source_to_text(source)[0] == text
