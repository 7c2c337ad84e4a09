"""The same on a Dask cluster: same lines, same ledger; a machine that is lost costs nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from conftest import REPORTS, ROOT, run_gkextract

from batch.cluster import Cluster
from batch.workers import Outcome, Task, Workers
from extract.errors import DependencyError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers need fork"),
    # Dask and its event loop leave sockets to the garbage collector
    pytest.mark.filterwarnings("default"),
]
PDFS = sorted(REPORTS.glob("*.pdf"))[:24]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as made:
            yield made
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def by_key(outcomes: Iterator[Outcome]) -> dict[str, tuple[str, str, str | None]]:
    """What outcomes say, by their keys."""
    return {o.task.key: (o.status, o.text, o.error and o.error.code) for o in outcomes}


def test_cluster_gives_what_workers_give(cluster: Any, tmp_path: Path) -> None:
    """Reports and errors are those of local workers, also for what fsspec reads."""
    store = tmp_path / "stored.pdf"
    store.write_bytes(PDFS[0].read_bytes())
    tasks = [Task(str(path), key=path.name) for path in (*PDFS[:4], tmp_path / "missing.pdf")]
    remote = Task(store.as_uri(), key="remote")
    with Cluster(cluster.scheduler_address) as workers:
        found = by_key(workers.map([*tasks, remote, Task("file:///no/such.pdf", key="none")]))
    with Workers(1) as local:
        wanted = by_key(local.map(tasks))
    given = json.loads(found.pop("remote")[1])
    assert given["source"]["uri"] == store.as_uri()
    assert given["applications"] == json.loads(wanted[PDFS[0].name][1])["applications"]
    assert found.pop("none")[2] == "FETCH"
    assert found == wanted


def test_a_lost_machine_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    """A worker that is killed in the middle of a run: every document has its line, each once,
    and the output is that of a local run."""
    folder = tmp_path / "in"
    folder.mkdir()
    for path in PDFS:
        (folder / path.name).write_bytes(path.read_bytes())
    out = tmp_path / "out.jsonl"

    def kill_one() -> None:
        results = tmp_path / "out.jsonl.gkx" / "results"
        ends = time.monotonic() + 60
        while len(list(results.glob("*/*.json"))) < 3 and time.monotonic() < ends:
            time.sleep(0.01)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    killer = Thread(target=kill_one)
    killer.start()
    ran = run_gkextract(folder, "--dask", cluster.scheduler_address, "-o", out)
    killer.join()
    assert ran.code == 0, ran.err
    assert out.read_text(encoding="utf-8") == run_gkextract(folder).out


def test_no_scheduler_is_dependency() -> None:
    """An address where no scheduler answers is DEPENDENCY."""
    with pytest.raises(DependencyError, match="does not answer"):
        Cluster("tcp://127.0.0.1:9", timeout=0.5)
