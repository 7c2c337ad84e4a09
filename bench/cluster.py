"""Documents a second on a Dask cluster of one worker and of two, in turn, warm.

.venv/bin/python -m bench.cluster [--copies N] [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from batch.cluster import Cluster
from batch.workers import Task
from bench.throughput import make_files


def read_all(address: str, files: list[Path]) -> float:
    """Seconds for all files on the cluster at an address."""
    with Cluster(address) as cluster:
        list(cluster.map(Task(str(path)) for path in files[:4]))  # start its workers
        start = time.monotonic()
        statuses = [outcome.status for outcome in cluster.map(Task(str(p)) for p in files)]
        assert len(statuses) == len(files) and "failed" not in statuses
        return time.monotonic() - start


def main() -> None:
    """Measure and print."""
    from distributed import LocalCluster

    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    taken: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="gkextract-bench-") as folder:
        files = make_files(Path(folder), args.copies)
        for _ in range(args.rounds):
            for workers in taken:
                with LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None
                ) as cluster:
                    taken[workers].append(read_all(cluster.scheduler_address, files))
    one, two = (statistics.median(times) for times in taken.values())
    print(f"{len(files)} documents, medians of {args.rounds} rounds")
    print(f"one Dask worker {len(files) / one:.1f} a second, two {len(files) / two:.1f}: ", end="")
    print(f"{one / two:.2f} times")


if __name__ == "__main__":
    main()
