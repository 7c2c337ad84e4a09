"""One reader of scans in a process of its own: `python -m bench.scanchild SYSTEM`.

Reads the paths of a document's pages a line (JSON) and answers a line each: CPU seconds, figures,
status or error. At the end of the input it tells its peak memory. The process keeps to one core,
so that no system's waiting threads are counted as its work.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from bench.child import peak_megabytes, version_of
from bench.recognisers import SYSTEMS, Run


def cpu_seconds() -> float:
    """What this process and the children that it waited for have used."""
    used = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def run_to_answer(run: Run, pages: Sequence[str]) -> dict[str, Any]:
    """One document. Whatever a system raises is its answer."""
    start = cpu_seconds()
    try:
        figures, status = run(pages)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:200], "cpu": cpu_seconds() - start}
    return {"cpu": cpu_seconds() - start, "figures": figures, "status": status}


def main(name: str) -> None:
    """Serve documents until the input ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not get between the answers
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    load, distribution = SYSTEMS[name]
    warnings.simplefilter("ignore")
    try:
        run = load()
    except Exception as error:  # not installed, or its models would have to be fetched
        print(json.dumps({"missing": str(error)[:200]}), file=replies, flush=True)
        return
    version = version_of(distribution) if distribution else ""
    print(json.dumps({"version": version}), file=replies, flush=True)
    for line in sys.stdin:
        print(json.dumps(run_to_answer(run, json.loads(line))), file=replies, flush=True)
    # a system that is a command of its own has its memory there
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"peak_mb": peak_megabytes() + started}), file=replies, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
