"""One system in a process of its own: `python -m bench.child SYSTEM`.

Reads the path of a PDF a line (JSON) and answers a line each: milliseconds, figures, status
or error. At the end of the input it tells its version and peak memory.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.systems import SYSTEMS, Run, result_to_figures


def run_to_answer(run: Run, path: str) -> dict[str, Any]:
    """One timed run. Whatever a system raises is its answer."""
    start = time.perf_counter()
    try:
        result = run(path)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:200]}
    ms = (time.perf_counter() - start) * 1000
    figures = result_to_figures(result)
    return {"ms": ms, "figures": figures, "status": getattr(result, "status", None)}


def peak_megabytes() -> float:
    """Peak resident memory of this process and of the processes that it keeps."""
    try:
        kept = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
        files = [Path("/proc", pid, "status").read_text() for pid in ("self", *kept)]
        peaks = [line.split()[1] for text in files for line in text.splitlines() if "VmHWM" in line]
        return sum(map(int, peaks)) / 1024
    except OSError:
        unit = 1024 if sys.platform != "darwin" else 1024**2
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def version_of(distribution: str) -> str:
    """The installed version, or nothing for a source tree that is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def main(name: str) -> None:
    """Serve paths until the input ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not get between the answers
    load, distribution = SYSTEMS[name]
    warnings.simplefilter("ignore")
    try:
        run = load()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=replies, flush=True)
        return
    print(json.dumps({"version": version_of(distribution)}), file=replies, flush=True)
    for line in sys.stdin:
        print(json.dumps(run_to_answer(run, json.loads(line))), file=replies, flush=True)
    print(json.dumps({"peak_mb": peak_megabytes()}), file=replies, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
