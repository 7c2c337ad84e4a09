"""Documents read in processes that may die: the supervisor.

    with Workers(jobs=2) as workers:
        for outcome in workers.map([Task("a.pdf"), Task("b.pdf")]):
            outcome.task, outcome.status, outcome.text, outcome.error

Each worker has one document at a time and is ended as a group when that has had its time, its
memory, or says nonsense; the next one gets a new worker. The supervisor imports no library that
reads documents, waits for all workers in one thread, and takes nothing from them but JSON.

Its own, in some hundred lines, rather than a pool from elsewhere: pools pickle results, which
lets a hijacked worker run code here; they kill a process but not what that has started, and
none knows at what stage and page a worker died, which is what makes a crash cost a detector on
a page and not the document.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterable, Iterator
from time import monotonic
from types import TracebackType

from batch.limits import Limits, load_limits
from batch.process import Process
from batch.slot import Outcome, Slot, Task
from extract.errors import DependencyError

__all__ = ["Outcome", "Task", "Workers", "count_processors"]

STILLBORN = 3
"""Workers in a row that die before they are ready: then none will."""


class Workers:
    """Worker processes, started when they are needed and kept for the next document.

    `fetch`: whether they get a second process that fetches addresses; `allow_private` as in
    `gkextract.extract`, settled here for all of them. `program` is the module whose
    `work(boot)` a worker runs. Not to be shared between threads."""

    def __init__(
        self,
        jobs: int = 1,
        limits: Limits | None = None,
        *,
        fetch: bool = True,
        allow_private: bool = False,
        program: str = "batch.worker",
    ) -> None:
        if not hasattr(os, "fork"):
            raise DependencyError("worker processes need a system with fork", "use Linux or macOS")
        self.limits = limits or load_limits()

        def spawn() -> Process:
            memory = self.limits.memory_mb
            return Process(program, memory, fetch=fetch, allow_private=allow_private)

        self._slots = [Slot(spawn, self.limits) for _ in range(max(jobs, 1))]

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ahead(self) -> int:
        """How many documents are best made ready before they are asked for."""
        return len(self._slots)

    @property
    def grade(self) -> int | None:
        """The least isolation that a worker has reached (`batch.confine.GRADES`), None before
        any has said so."""
        grades = [slot.grade for slot in self._slots if slot.grade is not None]
        return min(grades) if grades else None

    def run(self, task: Task, limits: Limits | None = None) -> Outcome:
        """One document's outcome. Raises DependencyError where no worker can be had."""
        return next(self.map((task,), limits))

    def map(self, tasks: Iterable[Task], limits: Limits | None = None) -> Iterator[Outcome]:
        """The outcomes of the tasks, in the order in which they come. A task is taken from
        `tasks` when a worker is free for it and is under way at once. Whatever happens to a
        document is its outcome; DependencyError where no worker can be started at all."""
        waiting = iter(tasks)
        more = True
        try:
            while True:
                for slot in self._slots:
                    while more and not slot.busy:
                        task = next(waiting, None)
                        if task is None:
                            more = False
                        else:
                            slot.start(task, limits)
                if not any(slot.busy for slot in self._slots):
                    return
                yield from self._wait()
        finally:
            for slot in self._slots:
                if slot.busy:  # whoever wanted the outcomes has left
                    slot.abandon()

    def _wait(self) -> list[Outcome]:
        """Wait until something happens, and what came of it."""
        poll = select.poll()
        owners: dict[int, Slot] = {}
        for slot in self._slots:
            if slot.process is not None:
                for handle in (slot.process.replies, slot.process.epitaph):
                    owners[handle] = slot
                    poll.register(handle, select.POLLIN)
        due = min(slot.due() for slot in self._slots)
        ready = {handle for handle, _ in poll.poll(max(due - monotonic(), 0) * 1000 + 1)}
        outcomes: list[Outcome | None] = []
        for slot in self._slots:
            process = slot.process
            if process is None:
                continue
            if process.replies in ready:
                outcomes.append(slot.hear())
            # what it said last is heard before how it ended
            if slot.process is process and process.epitaph in ready:
                if process.replies in ready:
                    while slot.process is process and self._more(slot, outcomes):
                        pass
                if slot.process is process and process.read_epitaph():
                    outcomes.append(slot.bury())
                    if slot.stillborn >= STILLBORN:
                        raise DependencyError("worker processes end before they are ready")
            slot.check_clocks()
        return [outcome for outcome in outcomes if outcome is not None]

    @staticmethod
    def _more(slot: Slot, outcomes: list[Outcome | None]) -> bool:
        """Hear what is left in the pipe; whether there was anything."""
        assert slot.process is not None
        before = slot.process.received
        outcomes.append(slot.hear())
        return slot.process is not None and slot.process.received > before

    def close(self) -> None:
        """End all workers and what they have started."""
        for slot in self._slots:
            slot.abandon()


def count_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return max(os.cpu_count() or 1, 1)
