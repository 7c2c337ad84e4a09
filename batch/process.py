"""One worker as the supervisor sees it: two pipes to talk, one to end it, one for how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path
from typing import Any

from batch import keeper
from batch.frames import FrameError, Inbox, value_to_frame, write_all
from extract.errors import DependencyError

PASSED = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "GKEXTRACT_OFFICE_NETWORK",
)  # fmt: skip
"""The caller's environment variables that a worker gets to see: no credentials, no proxies, no
paths from which libraries would load code."""
SET = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_IO_MAX_IMAGE_PIXELS": "60000000",
    "PYTHONDONTWRITEBYTECODE": "1",
}
PREFIX = "gkextract-worker-"
READ = 1 << 18
FIRST = 10
"""Descriptors from which the pipes' ends are, so that moving them to 0 to 4 overwrites none."""


@dataclass(frozen=True, slots=True)
class Epitaph:
    """How a worker ended: by a signal, or with a code; both None where nobody saw it. `cpu` in
    seconds, `peak_mb` resident, `strays` processes that it left, the end of its stderr."""

    signal: int | None = None
    code: int | None = None
    cpu: float = 0.0
    peak_mb: int = 0
    strays: int = 0
    stderr: str = ""


class Process:
    """A worker with its keeper. `replies` and `epitaph` are descriptors to wait on."""

    def __init__(self, program: str, memory_mb: int, *, fetch: bool, allow_private: bool) -> None:
        """Start both. DependencyError where that cannot be done."""
        self.directory = _make_folder()
        boot = {
            "paths": [os.path.abspath(path) if path else os.getcwd() for path in _paths()],
            "directory": self.directory, "program": program, "memory_mb": memory_mb,
            "fetch": fetch, "allow_private": allow_private,
        }  # fmt: skip
        pipes = [_pipe() for _ in range(4)]
        (asked, self.requests), (self.replies, said) = pipes[0], pipes[1]
        (life, self.life), (self.epitaph, told) = pipes[2], pipes[3]
        theirs = (asked, said, life, told)
        null = os.open(os.devnull, os.O_WRONLY)
        moves = [*zip(theirs, (0, 1, keeper.LIFE, keeper.EPITAPH), strict=True), (null, 2)]
        try:
            self.pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-I", keeper.__file__, json.dumps(boot)],
                _environment(self.directory),
                file_actions=[(os.POSIX_SPAWN_DUP2, own, to) for own, to in moves],
            )
        except OSError as error:
            self._close_all()
            keeper.remove_tree(self.directory)
            raise DependencyError("no worker process can be started") from error
        finally:
            for handle in (*theirs, null):
                os.close(handle)
        os.set_blocking(self.replies, False)
        os.set_blocking(self.epitaph, False)
        self.inbox, self._told = Inbox(), Inbox()
        self.ready = False
        self.served = 0
        self.received = 0
        self.ended: Epitaph | None = None

    def ask(self, request: dict[str, Any]) -> None:
        """Hand over a document. A worker that is gone already tells so by its epitaph."""
        with contextlib.suppress(OSError):
            write_all(self.requests, value_to_frame(request))

    def read(self) -> list[Any]:
        """What the worker has said since. FrameError for what makes no sense."""
        try:
            data = os.read(self.replies, READ)
        except BlockingIOError:
            return []
        self.received += len(data)
        return self.inbox.feed(data)

    def retire(self) -> None:
        """No more documents: the worker ends by itself."""
        self._close("requests")

    def kill(self) -> None:
        """Have the keeper end the worker and all that it started."""
        self._close("life")

    def read_epitaph(self) -> bool:
        """Whether the worker and its keeper have ended; `ended` says how, from then on."""
        try:
            data = os.read(self.epitaph, READ)
        except BlockingIOError:
            return False
        if data:
            with contextlib.suppress(FrameError, TypeError):
                for value in self._told.feed(data):
                    self.ended = Epitaph(**value)
            return False
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.ended = self.ended or Epitaph()
        self._close_all()
        keeper.remove_tree(self.directory)
        return True

    def wait(self) -> Epitaph:
        """End the worker at once and wait until nothing of it is left."""
        self.kill()
        os.set_blocking(self.epitaph, True)
        while not self.read_epitaph():
            pass
        assert self.ended is not None
        return self.ended

    def kill_keeper(self) -> None:
        """For a keeper that does not answer; what the worker left is not found then."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)

    def _close(self, name: str) -> None:
        handle = getattr(self, name, -1)
        if handle >= 0:
            setattr(self, name, -1)
            os.close(handle)

    def _close_all(self) -> None:
        for name in ("requests", "replies", "life", "epitaph"):
            self._close(name)


def _paths() -> list[str]:
    """Where the worker looks for modules: this project before any namesake."""
    return list(dict.fromkeys((str(Path(__file__).parents[1]), *sys.path)))


def _make_folder() -> str:
    """A folder of its own for a worker. DependencyError."""
    parent = next((os.environ[n] for n in ("TMPDIR", "TEMP", "TMP") if os.environ.get(n)), "/tmp")
    folder = os.path.join(os.path.abspath(parent), PREFIX + os.urandom(8).hex())
    try:
        os.mkdir(folder, 0o700)
    except OSError as error:
        raise DependencyError("no folder for temporary files can be made") from error
    return folder


def _environment(directory: str) -> dict[str, str]:
    given = {name: os.environ[name] for name in PASSED if name in os.environ}
    return given | dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), directory) | SET


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    moved = [fcntl(end, F_DUPFD_CLOEXEC, FIRST) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
