"""The keeper: a small process around each worker that outlives it and clears up after it.

Started as a script by `batch.process`. It forks the worker, becomes the parent of whatever
that leaves behind, and sleeps. When the worker ends, or the supervisor says so by closing its
end of a pipe, or the supervisor is gone (which closes it too), it kills everything below
itself, removes the worker's folder, and tells how the worker ended. It reads no document and
imports nothing that does.

Descriptors: 0 requests and 1 replies (the worker's own), 3 the pipe whose end is the order to
end, 4 where the epitaph goes, a frame `{"signal", "code", "cpu", "peak_mb", "strays",
"stderr"}`. argv[1] is JSON: `{"paths", "directory", "program", ...}`; `program` is the module
whose `work(boot)` is the worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any

LIFE, EPITAPH = 3, 4
TAIL = 2000
"""Bytes of the worker's stderr that are kept, the last ones."""
SWEEP_SECONDS = 4.0


def main(text: str) -> None:
    """Keep one worker from its beginning to its end."""
    boot: dict[str, Any] = json.loads(text)
    sys.path[:] = boot["paths"]
    with contextlib.suppress(OSError):
        os.setsid()
    os.chdir(boot["directory"])
    from batch import confine

    confine.prctl(confine.PR_SET_CHILD_SUBREAPER, 1)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)  # the supervisor's to decide
    wake, waker = os.pipe()
    for end in (wake, waker):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    errors, stderr = os.pipe()
    parent = os.getpid()
    worker = os.fork()
    if worker == 0:
        _become_worker(boot, parent, stderr, (wake, waker, errors))
    for handle in (0, 1, stderr):
        os.close(handle)
    told, tail = _wait(worker, wake, errors)
    strays = sweep(worker)
    if told is None:
        told = _reaped.get(worker)
    remove_tree(boot["directory"])
    tail = (tail + _drain(errors))[-TAIL:]
    _write_epitaph(told, strays, tail)


def _become_worker(boot: dict[str, Any], parent: int, stderr: int, close: tuple[int, ...]) -> None:
    """The forked side; does not return."""
    code = 70
    try:
        os.setpgid(0, 0)
        from batch.confine import follow_parent

        follow_parent(parent)
        signal.set_wakeup_fd(-1)
        for signum in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_DFL)
        os.dup2(stderr, 2)
        for handle in (*close, stderr, LIFE, EPITAPH):
            os.close(handle)
        import importlib

        importlib.import_module(boot["program"]).work(boot)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


_reaped: dict[int, tuple[int, Any]] = {}


def _wait(worker: int, wake: int, errors: int) -> tuple[tuple[int, Any] | None, bytes]:
    """Until the worker has ended or is to end: (status and usage, or None; stderr's tail)."""
    poll = select.poll()
    for handle in (LIFE, wake, errors):
        poll.register(handle, select.POLLIN)
    os.set_blocking(errors, False)
    tail = b""
    while True:
        ready = {handle for handle, _ in poll.poll()}
        if errors in ready:
            try:
                part = os.read(errors, 1 << 16)
            except BlockingIOError:
                part = b"\n"
            if not part:  # the worker has closed it
                poll.unregister(errors)
            tail = (tail + part)[-TAIL:]
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 512)
            _reap()
            if worker in _reaped:
                return _reaped[worker], tail
        if LIFE in ready:
            return None, tail


def _reap() -> bool:
    """Wait for whoever has ended. False where there is no child any more."""
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        _reaped[pid] = (status, usage)


def sweep(worker: int) -> int:
    """Kill everything below this process; how many there were beside the worker."""
    ends = time.monotonic() + SWEEP_SECONDS
    killed: set[int] = set()
    while _reap() and time.monotonic() < ends:
        if worker not in _reaped:
            with contextlib.suppress(OSError):
                os.killpg(worker, signal.SIGKILL)
        for pid in {worker, *children()} - _reaped.keys():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        time.sleep(0.002)
    return len(killed - {worker})


def children() -> list[int]:
    """The processes whose parent this one is, those that lost theirs among them."""
    found = []
    own = str(os.getpid())
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                if file.read().rpartition(b")")[2].split()[1].decode() == own:
                    found.append(int(name))
    return found


def remove_tree(folder: str) -> None:
    """Remove a folder and all in it, as far as that can be done; links are not followed."""
    for parent, folders, names in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):
            os.chmod(parent, 0o700)
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(parent, name))
        for name in folders:
            path = os.path.join(parent, name)
            with contextlib.suppress(OSError):
                (os.unlink if os.path.islink(path) else os.rmdir)(path)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _drain(errors: int) -> bytes:
    with contextlib.suppress(OSError):
        return os.read(errors, 1 << 16)
    return b""


def _write_epitaph(told: tuple[int, Any] | None, strays: int, tail: bytes) -> None:
    from batch.frames import write_frame

    status, usage = told if told is not None else (-1, None)
    code = os.waitstatus_to_exitcode(status) if status >= 0 else None
    epitaph = {
        "signal": -code if code is not None and code < 0 else None,
        "code": code if code is not None and code >= 0 else None,
        "cpu": round(usage.ru_utime + usage.ru_stime, 3) if usage else 0.0,
        "peak_mb": usage.ru_maxrss >> (20 if sys.platform == "darwin" else 10) if usage else 0,
        "strays": strays,
        "stderr": tail.decode("utf-8", errors="replace"),
    }
    with contextlib.suppress(OSError):
        write_frame(EPITAPH, epitaph)


if __name__ == "__main__":
    main(sys.argv[1])
