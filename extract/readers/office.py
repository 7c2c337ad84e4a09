"""DOC, WPS, ODT and XML of word processors to DOCX by LibreOffice, then read as DOCX; ODS to
XLSX in the same way.

Nothing pure reads the merged cells of old binary files. LibreOffice fetches whatever a document
names (pictures, style sheets), so it runs without network, in a name space of its own, and with
a profile of its own; where that cannot be had it is not run, unless the environment says
GKEXTRACT_OFFICE_NETWORK=allow.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from extract.errors import (
    CorruptError,
    DependencyError,
    EncryptedError,
    LimitError,
    TimeLimitError,
)
from extract.readers.docx import docx_to_document
from extract.readers.sheet_xlsx import xlsx_to_document
from tableparse.model import Document

SECONDS = 90
"""Time for one document; a report takes about one second."""
MAX_BYTES = 64_000_000
"""Of the document made."""
MAX_ADDRESSES = 4_000_000_000
"""Bytes of memory that LibreOffice may map; it maps over one for an empty document."""
ALLOW = "GKEXTRACT_OFFICE_NETWORK"
WORD, CALC = ("docx", "MS Word 2007 XML", "writer"), ("xlsx", "Calc MS Excel 2007 XML", "calc")
"""What is made of a document: its ending, LibreOffice's filter, the part that has the filter."""
MADE = {"ods": CALC, "fods": CALC}
_WORD = (b"\xec\xa5", b"\xdc\xa5")
"""How the main stream of a DOC begins (Word 97 and later, Word 6 and 95)."""
_SECTOR = 512


def office_to_document(data: bytes, media_type: str, ending: str) -> Document:
    """The tables and lines of a document that LibreOffice opens; `ending` says as what.

    Raises DependencyError (no LibreOffice, or no way to keep it from the network),
    EncryptedError, CorruptError, TimeLimitError, and what reading the DOCX raises."""
    if is_encrypted(data):
        raise EncryptedError("the document is encrypted")
    made = convert(data, ending)
    read = xlsx_to_document if MADE.get(ending) is CALC else docx_to_document
    return replace(read(made), media_type=media_type)


def is_encrypted(data: bytes) -> bool:
    """Whether a DOC says so in its first block (offset 10, bit 8)."""
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    return any(
        data[at : at + 2] in _WORD and data[at + 11] & 1
        for at in range(_SECTOR, len(data) - _SECTOR + 1, _SECTOR)
    )


def convert(data: bytes, ending: str) -> bytes:
    """The document as DOCX, or XLSX. Raises as `office_to_document`."""
    target, wanted, package = MADE.get(ending, WORD)
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise DependencyError(
            "LibreOffice is not installed, which reads such documents",
            f"install the Debian package libreoffice-{package}, or give the report as "
            f"{target.upper()} or PDF",
        )
    with tempfile.TemporaryDirectory(prefix="gkextract-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / f"in.{ending}"
        source.write_bytes(data)
        _run([*_confinement(), program, *_arguments(folder, source, f"{target}:{wanted}")], folder)
        made = Path(folder) / "out" / f"in.{target}"
        if not made.is_file():
            raise CorruptError("LibreOffice cannot open the document")
        size = made.stat().st_size
        if size > MAX_BYTES:
            raise LimitError(f"the document is too large (bytes={size}, granted={MAX_BYTES})")
        return made.read_bytes()


def _arguments(folder: str, source: Path, wanted: str) -> list[str]:
    profile = (Path(folder) / "profile").as_uri()
    return [
        f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck",
        "--nodefault", "--convert-to", wanted,
        "--outdir", os.path.join(folder, "out"), str(source),
    ]  # fmt: skip


def _confinement() -> list[str]:
    """What stands before the program so that it has no network, and limits where there is a
    tool for them."""
    limits = shutil.which("prlimit")
    before = [limits, f"--as={MAX_ADDRESSES}", f"--fsize={MAX_BYTES * 4}"] if limits else []
    if _can_unshare():
        return [*before, "unshare", "--map-root-user", "--net"]
    if os.environ.get(ALLOW) == "allow":
        return before
    raise DependencyError(
        "LibreOffice cannot be kept from the network here (unshare -rn does not work)",
        f"give the report as DOCX or PDF, or set {ALLOW}=allow for documents that you trust",
    )


@cache
def _can_unshare() -> bool:
    try:
        done = subprocess.run(
            ["unshare", "--map-root-user", "--net", "true"], capture_output=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run(command: list[str], folder: str) -> None:
    """Run to the end, or kill the whole group: LibreOffice is several processes."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "TMPDIR": folder}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise TimeLimitError(f"LibreOffice was not done in {SECONDS} seconds") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
