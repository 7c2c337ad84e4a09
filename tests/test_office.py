"""LibreOffice as a reader: kept from the network, bounded in time, asked for by name."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import pytest
from officefiles import fixture

import gkextract
from extract.errors import (
    CorruptError,
    DependencyError,
    EncryptedError,
    GkextractError,
    TimeLimitError,
)
from extract.pipeline import extract_source
from extract.readers import office
from extract.sniff import bytes_to_media_type
from extract.source import bytes_to_source

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None or not office._can_unshare(),
    reason="LibreOffice without network",
)


def test_kinds_by_content() -> None:
    """What calls itself .doc is told by its content: web pages, RTF, flat XML of three kinds,
    protected packages."""
    assert bytes_to_media_type(fixture("fodt-a02.fodt")) == (
        "application/vnd.oasis.opendocument.text-flat-xml"
    )
    for space, kind in (
        ("http://schemas.microsoft.com/office/word/2003/wordml", "application/vnd.ms-wordml"),
        ("http://schemas.microsoft.com/office/2006/xmlPackage", "application/vnd.ms-word2006ml"),
    ):
        assert bytes_to_media_type(f'<?xml version="1.0"?><a xmlns="{space}"/>'.encode()) == kind
    protected = OLE + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedError):
        extract_source(bytes_to_source(protected))


def test_encrypted_doc_is_told() -> None:
    """A DOC whose first block says that it is encrypted is ENCRYPTED, before any program runs."""
    block = bytearray(512)
    block[:2] = b"\xec\xa5"
    block[11] = 1
    head = OLE + b"\0" * 504
    assert office.is_encrypted(head + bytes(block) + b"\0" * 512)
    block[11] = 0
    assert not office.is_encrypted(head + bytes(block) + b"\0" * 512)
    assert not office.is_encrypted(b"PK" + bytes(block))


def test_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without LibreOffice the error names the Debian package to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DependencyError, match="libreoffice-writer"):
        office.convert(b"x", "doc")


def test_network_is_refused_or_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the network cannot be cut LibreOffice does not run, unless the user says so."""
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(office, "_can_unshare", lambda: False)
    with pytest.raises(DependencyError, match=office.ALLOW):
        office.convert(b"x", "doc")
    monkeypatch.setenv(office.ALLOW, "allow")
    with pytest.raises(CorruptError):  # it ran, and made nothing
        office.convert(b"x", "doc")


def test_time_is_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that does not end is killed with what it started."""
    mark = tmp_path / "alive"
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n(/bin/sleep 1; /bin/touch {mark}) &\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(office.ALLOW, "allow")
    monkeypatch.setattr(office, "_can_unshare", lambda: False)
    monkeypatch.setattr(office, "SECONDS", 0.2)
    with pytest.raises(TimeLimitError):
        office.convert(b"x", "doc")
    threading.Event().wait(1.5)
    assert not mark.exists()


REMOTE = """<?xml version="1.0"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink"
 office:mimetype="application/vnd.oasis.opendocument.text" office:version="1.2">
 <office:body><office:text><text:p>a<draw:frame draw:name="x" text:anchor-type="as-char">
 <draw:image xlink:href="http://127.0.0.1:{port}/x.png"/></draw:frame></text:p></office:text>
 </office:body></office:document>"""


@needs_office
def test_nothing_is_fetched() -> None:
    """A document that names a picture on a server is read, and the server hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        text = REMOTE.format(port=server.getsockname()[1])
        made = office.convert(text.encode(), "fodt")
        assert made.startswith(b"PK")
        with pytest.raises(TimeoutError):
            server.accept()


@needs_office
def test_damaged_doc_ends_typed() -> None:
    """A DOC cut short ends in a report or a typed error."""
    data = fixture("doc-a13-totals-only.doc")
    try:
        report = gkextract.extract(data[: len(data) * 9 // 10])
        assert report.status != "verified"
    except GkextractError as error:
        assert error.code in ("CORRUPT", "NO_CONTENT", "FORMAT")
