"""Workers on other machines, by Dask: the same outcomes, ledger and keys.

Each thread of a Dask worker has a worker of its own here (`batch.workers`), so that a document
can neither end nor hang Dask's. What travels is plain values that were JSON before. Documents
are read from a folder that all machines share, from http and https addresses, or by fsspec
(`s3://...`). A machine that is lost costs nothing: Dask gives its documents to another.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from types import TracebackType
from typing import Any

from batch.limits import Limits, dict_to_limits
from batch.workers import Outcome, Task, Workers
from extract.errors import (
    ERRORS,
    CrashError,
    DependencyError,
    FetchError,
    LimitError,
    error_to_line,
)
from extract.source import MAX_BYTES, URL, source_to_uri

GROUP = 8
"""Documents that are given out together: what Dask does for one task costs a third of a document's
reading."""
WAITING = 2
"""Groups given out for every thread: one at work, one at hand."""
RETRIES = 3
"""Machines that may be lost under a document."""
FETCHED = ("http", "https")


class Cluster:
    """A Dask cluster as what reads documents; its methods are those of `Workers`."""

    ahead = 2 * GROUP

    def __init__(self, address: str, timeout: float = 30.0) -> None:
        """Connect to the scheduler at this address within `timeout` seconds. DependencyError
        where Dask is missing or the scheduler does not answer."""
        try:
            from dask.distributed import Client
        except ImportError as error:
            hint = "pip install 'gkextract[dask]', here and on the workers"
            raise DependencyError("Dask is not installed", hint) from error
        try:
            self._client: Any = Client(address, set_as_default=False, timeout=timeout)
        except (OSError, ValueError) as error:
            raise DependencyError("the Dask scheduler does not answer", "check it") from error

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._client.close()

    def run(self, task: Task, limits: Limits | None = None) -> Outcome:
        """One document's outcome."""
        return next(self.map((task,), limits))

    def map(self, tasks: Iterable[Task], limits: Limits | None = None) -> Iterator[Outcome]:
        """The outcomes, in the order in which they come."""
        from dask.distributed import as_completed

        waiting, completed = iter(tasks), as_completed(loop=self._client.loop)
        flying: dict[str, list[Task]] = {}
        told = asdict(limits) if limits is not None else None
        while True:
            while len(flying) < self._width():
                group = list(islice(waiting, GROUP))
                if not group:
                    break
                plain = [asdict(task) for task in group]
                future = self._client.submit(
                    read_remotely, plain, os.getcwd(), told, pure=False, retries=RETRIES
                )
                flying[future.key] = group
                completed.add(future)
            if not flying:
                return
            future = next(completed)
            yield from _future_to_outcomes(future, flying.pop(future.key))

    def _width(self) -> int:
        threads: int = sum(self._client.nthreads().values())
        return max(WAITING * threads, 1)


def _future_to_outcomes(future: Any, tasks: list[Task]) -> list[Outcome]:
    try:
        return [_dict_to_outcome(x, t) for x, t in zip(future.result(), tasks, strict=True)]
    except Exception as error:  # Dask's own: workers lost again and again, no memory
        what = f"the cluster gave the document up ({type(error).__name__})"
        return [_given_up(what, task) for task in tasks]
    finally:
        future.release()


def _given_up(what: str, task: Task) -> Outcome:
    crash = CrashError(what, "look at the cluster's logs")
    crash.source = {"uri": source_to_uri(task.source)}
    return Outcome(task, "failed", error=crash)


def _dict_to_outcome(said: dict[str, Any], task: Task) -> Outcome:
    line = said.pop("line")
    error = None
    if line is not None:
        error = ERRORS[line["error"]["type"]](line["error"]["message"])
        error.source = line["source"]
    return Outcome(task, error=error, **said)


_own = threading.local()


def read_remotely(
    tasks: list[dict[str, Any]], folder: str, limits: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """On a Dask worker: outcomes as plain values. `folder` is what relative paths mean."""
    given = dict_to_limits(limits) if limits is not None else None
    return [_read(Task(**task), folder, given) for task in tasks]


def _read(wanted: Task, folder: str, given: Limits | None) -> dict[str, Any]:
    scheme = wanted.source.partition("://")[0].lower() if URL.match(wanted.source) else ""
    if scheme and scheme not in FETCHED:
        return _read_by_fsspec(wanted, given)
    if not scheme and not os.path.isabs(wanted.source):
        facts = {"uri": source_to_uri(wanted.source), **wanted.facts}
        wanted = replace(wanted, source=os.path.join(folder, wanted.source), facts=facts)
    return _outcome_to_dict(_workers(wanted).run(wanted, given))


def _read_by_fsspec(task: Task, limits: Limits | None) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile(prefix="gkextract-") as file:
        try:
            import fsspec

            with fsspec.open(task.source, "rb") as remote:
                data = remote.read(MAX_BYTES + 1)
        except Exception as error:  # each file system has exceptions of its own
            lost = FetchError(f"the store did not give the document ({type(error).__name__})")
            lost.source = {"uri": source_to_uri(task.source)}
            return _outcome_to_dict(Outcome(task, "failed", error=lost))
        if len(data) > MAX_BYTES:
            large = LimitError(f"the file is too large (bytes granted={MAX_BYTES})")
            large.source = {"uri": source_to_uri(task.source)}
            return _outcome_to_dict(Outcome(task, "failed", error=large))
        file.write(data)
        file.flush()
        facts = {"uri": source_to_uri(task.source), **task.facts}
        local = replace(task, source=file.name, facts=facts)
        return _outcome_to_dict(_workers(local).run(local, limits))


def _workers(task: Task) -> Workers:
    """This thread's worker."""
    if getattr(_own, "workers", None) is None:
        _own.workers = Workers(1, allow_private=task.allow_private)
    workers: Workers = _own.workers
    return workers


def _outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    names = ("status", "text", "sha256", "wall", "cpu", "peak_mb", "reruns", "stderr")
    line = error_to_line(outcome.error) if outcome.error is not None else None
    return {**{name: getattr(outcome, name) for name in names}, "line": line}
