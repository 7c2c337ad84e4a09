"""Results as files that are whole or not there."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from extract.errors import OutputError
from extract.staging import output_errors, sync

PART = ".part"
WHAT = "ledger"
"""What an error of writing is said of."""
LEAST_FREE = 64 << 20
"""Bytes of disk below which a run stops instead of tearing something."""


class Results:
    """A folder of results, one file each, in folders by the first digits of their names."""

    def __init__(self, folder: Path) -> None:
        """Raises OutputError where the folder cannot be made."""
        self.folder = folder
        with output_errors(WHAT):
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> str:
        """Make the file: under another name, synced, renamed, the folder synced. Gives the
        SHA-256 of its bytes. OutputError, and no file then."""
        data = text.encode("utf-8", errors="backslashreplace")
        path = self._path(name)
        part = path.with_name(f"{path.name}{PART}")
        with output_errors(WHAT):
            free = os.statvfs(self.folder)
            if free.f_bavail * free.f_frsize < LEAST_FREE:
                raise OutputError("the disk is full", "make room and run the same command again")
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                sync(self.folder)
            try:
                with open(part, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(part, path)
            except OSError:
                with suppress(OSError):
                    part.unlink()
                raise
            sync(path.parent)
        return hashlib.sha256(data).hexdigest()

    def read(self, name: str, sha256: str) -> str | None:
        """The text of a result; None where the file is not there or not the one that was
        written."""
        try:
            data = self._path(name).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
        return data.decode("utf-8")

    def sweep(self) -> int:
        """Remove what a killed run had begun to write; how many files that were. Only for
        whoever holds the lock: another run's would be among them."""
        found = list(self.folder.glob(f"*/*{PART}"))
        for path in found:
            with suppress(OSError):
                path.unlink()
        return len(found)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name}.json"
