"""The process in which camelot runs, because a small PDF can end or hang it for good.

Started by `camelot_lattice` as a script of its own. At its head only the standard library
is imported, nothing of this project, so that it starts in the time of a bare interpreter.

A frame is a length of four bytes (big-endian) and that many bytes of JSON. A request is
`{"path": str, "pages": [int], "engine": "vector" | "raster", "seconds": float}`, its reply
`{"grids": [[page, [[x0, top, x1, bottom], ...]], ...]}` in points of the page as seen, or
`{"error": "Type: message"}`. The end of the input ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import struct
import sys
from pathlib import Path
from typing import IO, Any

FRAME_LIMIT = 64 << 20
"""Longest frame in bytes, both ways."""
MEMORY_LIMIT = 3 << 30
"""Address space of the process in bytes."""
STACK_LIMIT = 1 << 20
"""Stack in bytes, as much as Windows gives any program. A form that draws itself runs into it
after 2 CPU-s; into the usual 8 MiB after 20, with 1.8 GB taken."""
GRACE_SECONDS = 5.0
"""How long after its time a request still runs when the parent is not there to end it."""


def read_frame(stream: IO[bytes]) -> Any:
    """The next frame's value. EOFError at the end of the stream or inside a frame,
    ValueError if the frame is too long or no JSON."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    (length,) = struct.unpack(">I", head)
    if length > FRAME_LIMIT:
        raise ValueError(f"frame of {length} bytes, limit {FRAME_LIMIT}")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return json.loads(body)


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Write one value and flush. ValueError if it is not finite JSON or too long."""
    body = json.dumps(value, allow_nan=False).encode()
    if len(body) > FRAME_LIMIT:
        raise ValueError(f"frame of {len(body)} bytes, limit {FRAME_LIMIT}")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def answer(request: Any) -> dict[str, Any]:
    """The reply to one request; whatever camelot raises is its answer."""
    if hasattr(signal, "setitimer"):  # the kernel's own, for when Python does not come to run
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + GRACE_SECONDS)
    try:
        from extract.detectors.camelot_cells import file_to_grids

        return {"grids": file_to_grids(request["path"], request["pages"], request["engine"])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def restrain(follow_parent: bool) -> None:
    """Limit memory, stack and core files; with `follow_parent` end when the parent does."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_STACK, (STACK_LIMIT, STACK_LIMIT))
        # a caller's limit is for one document, this process is for many and has its own clock
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    if sys.platform == "linux" and follow_parent:
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            pr_set_pdeathsig = 1
            ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM, 0, 0, 0)


def main(directory: str, follow_parent: str, *paths: str) -> None:
    """Serve requests until the input ends. `directory` is the process's own, removed at
    its end; `paths` are the parent's import paths."""

    def leave(*_: object) -> None:
        shutil.rmtree(directory, ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, meant for the parent
    restrain(follow_parent == "1")
    root = str(Path(__file__).parents[2])  # where this project is, before any namesake
    sys.path[:] = dict.fromkeys((root, *paths, *sys.path))
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    requests = sys.stdin.buffer
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            write_frame(replies, answer(read_frame(requests)))
    leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
