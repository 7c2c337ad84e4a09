"""What a worker may not: grow, write, dump core, reach the network, outlive its keeper.

All of it is asked of the kernel by the worker itself, before the first document is read.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from typing import Any

FILE_BYTES = 1 << 30
"""Longest file that a worker or what it starts may write."""
OPEN_FILES = 512
HARD_MEMORY = 4_000_000_000
"""Address space up to which a stage may raise its own, and LibreOffice asks for."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

GRADES = {
    0: "limits on memory, time and files; the network is not cut",
    1: "limits on memory, time and files; no network",
}
"""What isolation a machine gives, worst first."""


def confine(memory_mb: int) -> int:
    """Confine this process and all that it will start; gives the grade reached."""
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES, FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    limit_memory(memory_mb)
    if sys.platform != "linux":
        return 0
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory ends, a worker goes first
    grade = int(cut_network())
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    return grade


def follow_parent(parent: int) -> None:
    """End when the parent does; at once where it has ended already."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def limit_memory(memory_mb: int) -> None:
    """Grant so much address space, until the next call. Linux only: elsewhere the limit is
    not kept by the system, or counts what is shared."""
    if sys.platform == "linux":
        size = memory_mb << 20
        _limit(resource.RLIMIT_AS, size, max(size, HARD_MEMORY))


def limit_seconds(seconds: float) -> None:
    """Grant so many seconds of processor time from now on; then comes SIGXCPU."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    _limit(resource.RLIMIT_CPU, soft, resource.RLIM_INFINITY)


def _limit(which: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(which)
    if most != resource.RLIM_INFINITY:
        hard = most if hard == resource.RLIM_INFINITY else min(hard, most)
        soft = min(soft, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(which, (soft, hard))


def prctl(option: int, value: int) -> bool:
    """Ask the kernel for something about this process; False where it will not."""
    libc = _libc()
    return libc is not None and bool(libc.prctl(option, int(value), 0, 0, 0) == 0)


def cut_network() -> bool:
    """Enter a network of our own that has nothing in it. False where that is not allowed."""
    libc = _libc()
    if libc is None:
        return False
    if libc.unshare(CLONE_NEWNET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    with contextlib.suppress(OSError):
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    return True


def _libc() -> Any:
    if sys.platform != "linux":
        return None
    import ctypes

    with contextlib.suppress(OSError):
        return ctypes.CDLL(None, use_errno=True)
    return None
