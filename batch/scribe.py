"""The thread that waits for the disk, so that no worker waits for it.

What is written of a document lasts before the next thing is done with it: its beginning before
it is given out, its result before it is called done. Each of that takes a disk some
milliseconds, as long as a document takes to be read. The supervisor's own thread would spend
half of its time there while workers stand idle; this one makes a few documents ready ahead of
need, settles outcomes several at a time, and lets one commit stand for all of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from batch.workers import Outcome, Task

PILE = 16
"""Outcomes that may wait to be settled before saying more blocks."""
HEAVY = 4 << 20
"""Characters of their texts together, likewise: reports have some thousand, hostile ones may have
millions."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the thread does: `tasks` says what is begun next (None for a step that begins
    nothing), `settle` writes what became of some, `commit` makes both last. Nobody else may
    touch what they touch meanwhile."""

    tasks: Iterable[Task | None]
    settle: Callable[[list[Outcome]], None]
    commit: Callable[[], None]


class Scribe:
    """The thread at a desk, for the length of a `with` block; leaving it, by whatever way,
    settles all that was said. What the desk raises is raised where the thread is next asked."""

    def __init__(self, desk: Desk, ahead: int) -> None:
        """`ahead` documents are begun before they are asked for."""
        self._desk, self._ahead = desk, ahead
        self._changed = threading.Condition()
        self._ready: deque[Task] = deque()
        self._said: list[Outcome] = []
        self._dry = self._closing = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="gkextract-scribe", daemon=True)

    def __enter__(self) -> Scribe:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if exc is None:
            self._raise()

    def tasks(self) -> Iterator[Task]:
        """The documents that are ready, as long as there are any to come."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ready or self._dry or self._error)
                self._raise()
                if not self._ready:
                    return
                task = self._ready.popleft()
                self._changed.notify_all()
            yield task

    def say(self, outcome: Outcome) -> None:
        """Have an outcome written."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_piled() or self._error)
            self._raise()
            self._said.append(outcome)
            self._changed.notify_all()

    def _is_piled(self) -> bool:
        return len(self._said) >= PILE or sum(len(o.text) for o in self._said) >= HEAVY

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            tasks = iter(self._desk.tasks)
            while self._turn(tasks):
                pass
        except BaseException as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _turn(self, tasks: Iterator[Task | None]) -> bool:
        """Settle what was said, begin what there is room for, commit; whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: self._said or self._closing or self._room())
            said, self._said = self._said, []
            room = 0 if self._closing else self._room()
            self._changed.notify_all()
        if said:
            self._desk.settle(said)
        begun, dry = self._begin(tasks, room) if room else ([], self._dry)
        if said or begun:
            self._desk.commit()
        with self._changed:  # that there are no more is said with the last ones, not before
            self._ready += begun
            self._dry = dry
            self._changed.notify_all()
            return bool(self._said) or not self._closing

    def _begin(self, tasks: Iterator[Task | None], room: int) -> tuple[list[Task], bool]:
        """Documents for the room there is, fewer where there is something else to do first;
        and whether these were the last."""
        begun: list[Task] = []
        for task in tasks:
            if task is not None:
                begun.append(task)
            if len(begun) == room or self._said or self._closing:
                return begun, False
        return begun, True

    def _room(self) -> int:
        return 0 if self._dry else self._ahead - len(self._ready)
