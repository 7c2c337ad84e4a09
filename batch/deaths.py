"""From how a worker ended to the error that its document gets."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from batch.process import Epitaph
from extract.errors import (
    CrashError,
    GkextractError,
    MemoryLimitError,
    TimeLimitError,
)

NEAR = 0.8
"""Share of the memory granted from which a crash is taken for its end."""
MEMORY_WORDS = ("bad_alloc", "MemoryError", "out of memory", "annot allocate", "malloc failed")
"""In a worker's last words, what says that memory ended."""
FAULTS = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the supervisor ended a worker: `total`, `stall`, `cpu` or `protocol`; seconds asked
    for (at least) and granted."""

    reason: str
    requested: float = 0.0
    granted: float = 0.0


CLOCKS = {
    "total": "not done within its time",
    "stall": "no sign of life",
    "cpu": "not done within its processor time",
}


def death_to_error(
    verdict: Verdict | None, end: Epitaph, place: tuple[str, int | None], memory_mb: int
) -> GkextractError:
    """The error for a document whose worker ended while it was at this stage and page."""
    where = place_to_words(place)
    if verdict is not None and verdict.reason in CLOCKS:
        said = f"seconds requested>={verdict.requested:.0f}, granted={verdict.granted:g}"
        return TimeLimitError(f"{CLOCKS[verdict.reason]} {where} ({said})", TimeLimitError.advice)
    if verdict is not None:
        return _crash(f"a worker's answer made no sense {where}")
    if end.signal == signal.SIGXCPU:
        return TimeLimitError(f"{CLOCKS['cpu']} {where}", TimeLimitError.advice)
    if end.signal == signal.SIGKILL:
        return _memory(f"the system ended the worker for its memory {where}", end, memory_mb)
    if end.signal == signal.SIGXFSZ:
        return _crash(f"a library wrote a file without end {where}")
    starved = end.peak_mb > NEAR * memory_mb or any(w in end.stderr for w in MEMORY_WORDS)
    if starved and (end.signal in FAULTS or end.code):
        return _memory(f"the memory did not suffice {where}", end, memory_mb)
    if end.signal is not None:
        return _crash(f"a library brought its process down with {_name(end.signal)} {where}")
    if end.code is None:
        return _crash(f"the worker and its keeper vanished {where}")
    return _crash(f"a library ended its process with exit code {end.code} {where}")


def place_to_words(place: tuple[str, int | None]) -> str:
    """`in camelot on page 3`."""
    stage, page = place
    return f"in {stage}" + (f" on page {page}" if page is not None else "")


def _memory(what: str, end: Epitaph, memory_mb: int) -> GkextractError:
    said = f"MB seen={end.peak_mb}, granted={memory_mb}"
    return MemoryLimitError(f"{what} ({said})", MemoryLimitError.advice)


def _crash(what: str) -> GkextractError:
    return CrashError(what, CrashError.advice)


def _name(signum: int) -> str:
    try:
        return signal.Signals(signum).name
    except ValueError:
        return f"signal {signum}"
