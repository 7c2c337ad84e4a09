"""A crawl from outside: the crawling process, the reading of what it brings, one line of progress.

The crawling process is given the plan and is watched by its pipe; documents are read while it
crawls, for it mostly waits. A store is one crawl's at a time."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from batch.workers import Workers
from crawl.ledger import connect, shard_to_name
from crawl.plan import Plan, plan_to_json
from crawl.reading import read_documents
from extract.errors import DependencyError, InputError, InternalError, OutputError

PAUSE = 0.5
"""Seconds between two looks for documents."""
COUNTED = 5.0
"""Seconds between two counts of what waits."""
PATIENCE = 10.0
"""Seconds that the end of a crawl that was killed is waited for."""
RESUMABLE, BROKEN = 75, 74
"""What the crawling process ends with when it was interrupted, and when it could not write."""

Tell = Callable[[dict[str, Any]], None]


def crawl(plan: Plan, store: Path, tell: Tell, *, jobs: int = 1, read: bool = True) -> bool:
    """Crawls into a store and reads what comes; whether the run came to its end (False when it
    was interrupted: the same command goes on). `tell` is given the counts about once a second.

    Raises DependencyError (the crawler is not installed), InputError (another crawl has the
    store), OutputError (it cannot be written)."""
    check_engine()
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the store cannot be made ({error.strerror})") from error
    path = store / shard_to_name(plan.shard)
    with _locked(path.with_suffix(".lock")) as lock:
        base = connect(path)
        try:
            with _child(plan, store, lock) as child:
                code = _attend(child, base, store, tell, jobs if read else 0)
        finally:
            base.close()
    if code == BROKEN:
        raise OutputError("the store cannot be written", f"see {store / 'crawl.log'}")
    if code not in (0, RESUMABLE):
        raise InternalError(f"the crawling process ended with {code}", f"see {store / 'crawl.log'}")
    return code == 0


def plan_only(plan: Plan, tell: Tell) -> list[dict[str, Any]]:
    """What a crawl would fetch, found without keeping anything: lists are asked for, reports are
    not. Of each: `url`, `host`, `kind`, `year`, `agency`, `words`, `why`, and the host's `delay`.
    Raises what `crawl` raises."""
    with tempfile.TemporaryDirectory(prefix="gkextract-") as folder:
        store = Path(folder)
        crawl(replace(plan, dry=True), store, tell, read=False)
        base = connect(store / shard_to_name(plan.shard))
        query = (
            "select url, host, kind, year, agency, words, why, coalesce(delay, 1) delay "
            "from urls join hosts using (host) where outcome = 'planned' order by urls.id"
        )
        try:
            return [dict(row) for row in base.execute(query)]
        finally:
            base.close()


def check_engine() -> None:
    """Raises DependencyError unless the crawler's libraries are there."""
    from importlib.util import find_spec

    for name in ("scrapy", "protego", "tldextract"):
        if find_spec(name) is None:
            hint = "install them with pip install 'gkextract[crawl]'"
            raise DependencyError("crawling needs libraries of its own", hint)


def _attend(
    child: subprocess.Popen[bytes], base: sqlite3.Connection, store: Path, tell: Tell, jobs: int
) -> int:
    """Passes on progress and reads documents until both are done."""
    assert child.stdout is not None
    os.set_blocking(child.stdout.fileno(), False)
    counts: dict[str, Any] = {"read": {}}
    with Workers(max(jobs, 1), fetch=False) as workers:

        def look(status: str | None = None) -> None:
            if status:
                counts["read"][status] = counts["read"].get(status, 0) + 1
            for line in _lines(child.stdout):
                counts.update(line)
                if time.monotonic() > counts.get("counted", 0.0) + COUNTED:
                    counts.update(_count_waiting(base), counted=time.monotonic())
                tell(counts)

        while True:
            code = child.poll()
            look()
            if jobs:
                read_documents(base, store, workers, look)
            if code is not None:
                break
            with suppress(subprocess.TimeoutExpired):
                child.wait(PAUSE)
    return code


def _lines(stream: IO[bytes] | None) -> Iterator[dict[str, Any]]:
    while stream is not None and (line := stream.readline()):
        with suppress(ValueError):
            yield json.loads(line)


def _count_waiting(base: sqlite3.Connection) -> dict[str, Any]:
    """Addresses that wait, and the seconds that the host with the longest queue needs at least:
    what is not found yet nobody knows."""
    query = (
        "select sum(n) waiting, max(n * coalesce(delay, 1)) seconds from hosts join "
        "(select host, count(*) n from urls where state = 0 group by host) using (host)"
    )
    found = base.execute(query).fetchone()
    return {"waiting": found["waiting"] or 0, "seconds": round(found["seconds"] or 0)}


@contextmanager
def _child(plan: Plan, store: Path, lock: int) -> Iterator[subprocess.Popen[bytes]]:
    """The crawling process. Interrupted, it ends what is under way and goes. It shares the lock,
    so that nobody takes the ledger while it lives, whatever became of this process."""
    command = [sys.executable, "-m", "crawl.engine.child", os.fspath(store)]
    # a group of its own: Ctrl-C is for us to hear and to pass on once
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        pass_fds=(lock,),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert child.stdin is not None
    try:
        with suppress(BrokenPipeError):
            child.stdin.write(plan_to_json(plan).encode() + b"\n")
            child.stdin.flush()
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
        with suppress(OSError):
            child.stdin.close()  # whatever is left of it ends with its pipe
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """One crawl a ledger; the end of one that was killed a moment ago is waited for. The handle
    of the lock."""
    with open(path, "w") as file:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    hint = "wait for it, or give another store"
                    raise InputError("another crawl has this store", hint) from error
                time.sleep(0.1)
        yield file.fileno()
