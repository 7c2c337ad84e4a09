"""Packages from strangers: bombs, lies and paths end in typed errors, in little memory."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from officefiles import ROOT, W, docx, p, pack, tbl, tc, tr, xlsx

from extract.errors import (
    CorruptError,
    EncryptedError,
    FormatError,
    GkextractError,
    LimitError,
)
from extract.readers.package import MAX_ENTRIES, Package, bytes_to_xml

MEMORY = 512
"""Megabytes within which every one of these has to end."""


def _stored(parts: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in parts:
                archive.writestr(name, data)
    return buffer.getvalue()


def test_parts_are_read_whole() -> None:
    """A part is what was packed; the names are those listed."""
    package = Package(pack({"a": b"x" * 200_000, "b/c": "text"}))
    assert package.names == {"a", "b/c"}
    assert package.read("a") == b"x" * 200_000
    assert package.read("b/c") == b"text"


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:/a", "a\\..\\b", "\\a"])
def test_names_that_point_outside_are_refused(name: str) -> None:
    """No name leads out of the package, whichever way its slashes lean."""
    with pytest.raises(FormatError):
        Package(_stored([(name, b"x")]))


def test_encrypted_parts_are_told() -> None:
    """A part that needs a password is ENCRYPTED, not damaged."""
    data = bytearray(_stored([("a", b"x")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedError):
        Package(bytes(data)).read("a")


def test_overlapping_parts_are_refused() -> None:
    """Entries that share bytes are refused before one is read."""
    data = _stored([("a", b"x" * 100), ("b", b"y" * 100)])
    second = data.rindex(b"PK\x01\x02")
    with pytest.raises(CorruptError):
        Package(data[: second + 42] + struct.pack("<I", 3) + data[second + 46 :])


def test_lists_beyond_reason_are_refused() -> None:
    """Too many entries are a LIMIT, two parts of one name are CORRUPT where one is asked for,
    as is a part that is not there."""
    with pytest.raises(LimitError):
        Package(b"PK\x03\x04" + b"PK\x01\x02" * (MAX_ENTRIES + 1))
    twice = Package(_stored([("a", b"x"), ("a", b"y")]))
    for name in ("a", "missing"):
        with pytest.raises(CorruptError):
            twice.read(name)


@pytest.mark.parametrize("cut", [10, 40, 100])
def test_cut_and_damaged_files_are_corrupt(cut: int) -> None:
    """A file cut short, or with a part that breaks its check sum, is CORRUPT."""
    data = docx(p("a"))
    with pytest.raises(CorruptError):
        Package(data[:-cut]).read("word/document.xml")
    broken = bytearray(_stored([("a", b"x" * 500)]))
    broken[cut + 30] ^= 1
    with pytest.raises(GkextractError):
        Package(bytes(broken)).read("a")


def test_xml_is_never_expanded() -> None:
    """No document type, in any encoding, and no more markup than a document has."""
    for text in ("<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        for encoding in ("utf-8", "utf-16", "utf-16-be"):
            with pytest.raises((FormatError, CorruptError)):
                bytes_to_xml(text.encode(encoding))
    with pytest.raises(LimitError):
        bytes_to_xml(b"<a>" + b"<b/>" * 1_600_000 + b"</a>")
    with pytest.raises(GkextractError):
        bytes_to_xml(b"<a>" * 1000)


BODY = f'<w:document xmlns:w="{W}"><w:body>'.encode()


def _bomb(path: Path, name: str, size: int, filler: bytes, declared: int | None = None) -> None:
    """A package with one part of that size; `declared` is the size that its header claims."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(name, "w", force_zip64=False) as part:
            part.write(BODY)
            for _ in range(size // 1_000_000):
                part.write(filler * (1_000_000 // len(filler)))
        archive.writestr("xl/workbook.xml" if name.startswith("xl") else "a", b"")
    if declared is not None:
        data = bytearray(path.read_bytes())
        at = data.index(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", declared)
        data[22:26] = struct.pack("<I", declared)
        path.write_bytes(data)


SPAN = '<w:gridSpan w:val="1000000000"/>'
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def _bombs(folder: Path) -> dict[str, str]:
    """Files by name, and the errors each may end in."""
    _bomb(folder / "large", "word/document.xml", 300_000_000, b"<w:p/>")
    _bomb(folder / "lying", "word/document.xml", 300_000_000, b"<w:p/>", declared=10)
    _bomb(folder / "below", "word/document.xml", 60_000_000, bytes(range(32, 60)) * 37)
    files = {
        "span": docx(tbl(tr(tc("a", SPAN)))),
        "xxe": pack({"word/document.xml": ENTITY}),
        "path": pack({"word/document.xml": "<a/>", "../../x": "a"}),
        "far": xlsx('<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                    '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "rtf": b"{\\rtf1" + b"{" * 2_000_000,
        "rows": b"{\\rtf1" + b"\\trowd" + b"\\cellx9" * 900 + b"\\cell" * 60_000 + b"\\row}",
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {
        "large": "LIMIT", "lying": "CORRUPT LIMIT", "below": "LIMIT CORRUPT", "span": "LIMIT",
        "xxe": "FORMAT", "path": "FORMAT", "far": "LIMIT NO_CONTENT", "rtf": "LIMIT",
        "rows": "LIMIT",
    }  # fmt: skip


CODE = """
import json, sys, gkextract
from bench.child import peak_megabytes
try:
    code = gkextract.extract(sys.argv[1]).status
except gkextract.GkextractError as error:
    code = error.code
print(json.dumps([code, peak_megabytes()]))  # ru_maxrss would count what started this
"""


def test_bombs_end_typed_and_small(tmp_path: Path) -> None:
    """A 300 MB part, a lying header, spans, entities, paths, far cells and deep groups end in
    their errors, each in a process under 512 MB."""
    for name, codes in _bombs(tmp_path).items():
        done = subprocess.run(
            [sys.executable, "-c", CODE, str(tmp_path / name)],
            cwd=ROOT, capture_output=True, check=True, timeout=100,
        )  # fmt: skip
        code, peak = json.loads(done.stdout)
        assert code in codes.split() and peak < MEMORY, (name, code, peak)
