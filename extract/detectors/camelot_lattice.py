"""camelot's lattice as a second, independent opinion on where the cells are.

camelot can be ended by a PDF of 900 bytes (a form that draws itself) and hung by others, and
costs 0.4 CPU-s to import. So it runs in a process of its own, started at the first call and
kept for the next ones. Whatever happens there, the caller gets grids or `DetectorLost`.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from extract.detectors import camelot_worker
from tableparse.model import Box, Grid

PASSED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "SYSTEMROOT")
"""The parent's environment variables that the child gets to see."""
CHILD_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_IO_MAX_IMAGE_PIXELS": "60000000",
}


PAGE_SECONDS = 20.0
"""For one page, after all of them together have ended the process."""
MAX_LOST = 3
"""Pages lost after which camelot is given up for the document."""


class DetectorLost(RuntimeError):
    """camelot gave no answer for this document; another call may well get one.

    `reason` is "died", "timeout", "raised" (an exception of the library, named in the
    message), "protocol" (the answer makes no sense) or "unavailable" (no child starts); `pages`
    names those without answer where others have one, which is in `grids`."""

    def __init__(
        self,
        reason: str,
        message: str,
        pages: tuple[int, ...] = (),
        grids: tuple[Grid, ...] = (),
    ) -> None:
        super().__init__(message)
        self.reason, self.pages, self.grids = reason, pages, grids


class _Child:
    """One camelot process, its pipes and its directory."""

    def __init__(self) -> None:
        """Start the process. OSError if that cannot be done."""
        self.directory = Path(tempfile.mkdtemp(prefix="gkextract-camelot-"))
        # The parent-death signal goes by the thread that started the child, so it is asked
        # for only where that thread lives as long as the process does.
        follow = threading.current_thread() is threading.main_thread()
        environment = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
        home = {name: str(self.directory) for name in ("HOME", "TMPDIR", "TEMP", "TMP")}
        paths = [path for path in sys.path if path]
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", camelot_worker.__file__, str(self.directory),
                 "1" if follow else "0", *paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.directory,
                env=environment | home | CHILD_VARIABLES,
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise

    def ask(self, request: dict[str, Any], timeout: float) -> Any:
        """The child's reply; DetectorLost, and the child ended, if there is none in time."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self.kill()

        clock = threading.Timer(timeout, end)
        clock.daemon = True
        clock.start()
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            camelot_worker.write_frame(self.process.stdin, request)
            reply = camelot_worker.read_frame(self.process.stdout)
        except (EOFError, OSError) as error:
            self.close()
            if late.is_set():
                raise DetectorLost("timeout", f"camelot did not end in {timeout:g} s") from error
            raise DetectorLost("died", f"camelot {self.epitaph()}") from error
        except ValueError as error:
            self.close()
            raise DetectorLost("protocol", "camelot's answer is not to be read") from error
        except BaseException:
            self.close()
            raise
        finally:
            clock.cancel()
            clock.join()
        if late.is_set():  # in the moment in which the answer came
            self.close()
        return reply

    def kill(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg") and self.process.returncode is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.process.kill()

    def close(self) -> None:
        """End the process, wait for it, remove its directory."""
        if self.process.poll() is None:
            self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written to it
                    pipe.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def epitaph(self) -> str:
        """How the process ended, in words."""
        code = self.process.returncode
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"


_lock = threading.Lock()
_child: _Child | None = None


def pdf_to_grids(
    data: bytes, pages: Sequence[int], *, raster: bool = False, timeout: float = 60.0
) -> tuple[Grid, ...]:
    """The tables that camelot's lattice finds on these pages (from 1) of a PDF.

    Reads the drawn lines, or with `raster` a picture of the page at 300 dpi. `timeout` in
    seconds of wall time covers the whole call, with the start of the process. Boxes are in
    points of the page as seen. Pages without a text layer have none: camelot skips them.
    Raises DetectorLost, never anything that camelot raises."""
    if not pages:
        return ()
    request = {
        "pages": sorted(set(pages)),
        "engine": "raster" if raster else "vector",
        "seconds": timeout,
    }
    with _lock:
        try:
            reply = _child_to_reply(data, request, timeout)
        except OSError as error:
            message = f"camelot's process or its file cannot be made: {error}"
            raise DetectorLost("unavailable", message) from error
    return _reply_to_grids(reply)


def pages_to_grids(
    data: bytes, pages: Sequence[int], *, raster: bool, before: Callable[[int], None]
) -> tuple[Grid, ...]:
    """As `pdf_to_grids`; where the process dies or hangs, page by page, so that this costs the
    page that does it. `before` is called with each page, or the first of all. Raises DetectorLost
    with what the other pages gave."""
    if not pages:
        return ()
    before(pages[0])
    try:
        return pdf_to_grids(data, pages, raster=raster)
    except DetectorLost as error:
        if error.reason not in ("died", "timeout") or len(pages) == 1:
            raise
    grids: list[Grid] = []
    lost: list[int] = []
    for page in pages:
        before(page)
        try:
            grids += pdf_to_grids(data, [page], raster=raster, timeout=PAGE_SECONDS)
        except DetectorLost as error:
            lost.append(page)
            if len(lost) == MAX_LOST:
                raise DetectorLost(error.reason, "camelot was lost on several pages") from error
    if lost:
        raise DetectorLost("died", "camelot was lost", tuple(lost), tuple(grids))
    return tuple(grids)


def _child_to_reply(data: bytes, request: dict[str, Any], timeout: float) -> Any:
    """Ask the running child, or a new one, about a document. The lock is held."""
    global _child
    if _child is not None and _child.process.poll() is not None:
        _child.close()  # ended since the last call: no document's doing
        _child = None
    if _child is None:
        _child = _Child()
    path = _child.directory / "document.pdf"
    try:
        path.write_bytes(data)
        return _child.ask(request | {"path": str(path)}, timeout)
    finally:
        if _child.process.returncode is None:
            path.unlink(missing_ok=True)
        else:
            _child = None


def _reply_to_grids(reply: Any) -> tuple[Grid, ...]:
    """What the child said as values. It may be under the document's control: trust nothing."""
    if isinstance(reply, dict) and "error" in reply:
        raise DetectorLost("raised", f"camelot raised {reply['error']}")
    try:
        grids = tuple(
            Grid(int(page), tuple(Box(*map(float, box)) for box in boxes))
            for page, boxes in reply["grids"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DetectorLost("protocol", "camelot's answer is not to be read") from error
    if not all(math.isfinite(side) for grid in grids for box in grid.boxes for side in box):
        raise DetectorLost("protocol", "camelot's boxes are not finite")
    return grids


def close() -> None:
    """End the camelot process, if there is one; the next call starts another."""
    global _child
    with _lock:
        if _child is not None:
            _child.close()
            _child = None


def _forget() -> None:
    """In a forked copy of this process the child belongs to the original."""
    global _child, _lock
    _lock = threading.Lock()
    if _child is not None:
        _child.process.returncode = 0  # not ours to wait for
        _child = None


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
