"""Documents by their content: STORE/blobs/ab/<sha256>, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path


class Blobs:
    """The folder of all bytes that were fetched, each once. Threads may share it."""

    def __init__(self, store: Path) -> None:
        self.root = store / "blobs"

    def put(self, data: bytes) -> str:
        """Keeps the bytes and gives their SHA-256. Raises OSError."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(part, 0o644)
            os.replace(part, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(part)
            raise
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash are, or would be."""
        return self.root / sha256[:2] / sha256

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises OSError where they are not there."""
        return self.path(sha256).read_bytes()
