"""What became of many documents, as counts and times, for people."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from contextlib import suppress
from time import monotonic

from batch.workers import Outcome

STATUSES = ("verified", "unproven", "inconsistent", "doubtful", "incomplete", "failed")
"""From the best to none at all: the order in which they are told."""
BAR_AFTER = 2.0
"""Seconds of work before a progress bar appears."""
BAR_EVERY = 0.2
LINE_EVERY = 30.0
"""Seconds between lines where there is no terminal to draw a bar on."""
BAR_WIDTH = 24
Group = tuple[str, str]
"""Status and, of what failed, the error's code."""


class Tally:
    """Documents by status and code, with the seconds and memory that each took."""

    def __init__(self) -> None:
        self.wall: dict[Group, array[float]] = {}
        self.cpu: dict[Group, array[float]] = {}
        self.peak_mb = 0

    def add(self, status: str, code: str, wall: float, cpu: float, peak_mb: int) -> None:
        """Count a document."""
        group = (status, code)
        self.wall.setdefault(group, array("f")).append(wall)
        self.cpu.setdefault(group, array("f")).append(cpu)
        self.peak_mb = max(self.peak_mb, peak_mb)

    def add_outcome(self, outcome: Outcome) -> None:
        """Count an outcome."""
        code = outcome.error.code if outcome.error else ""
        self.add(outcome.status, code, outcome.wall, outcome.cpu, outcome.peak_mb)

    @property
    def documents(self) -> int:
        """How many were counted."""
        return sum(map(len, self.wall.values()))

    def groups(self) -> list[Group]:
        """The groups that have documents, the best first, then errors by their number."""

        def order(group: Group) -> tuple[int, int, str]:
            status, code = group
            known = STATUSES.index(status) if status in STATUSES else len(STATUSES)
            return known, -len(self.wall[group]), code

        return sorted(self.wall, key=order)

    def rows(self) -> list[tuple[str, int, float, list[float]]]:
        """Label, documents, share, and median, 99th percentile and maximum of the processor
        seconds of each group, and of all."""
        total = self.documents or 1
        rows = []
        for status, code in self.groups():
            cpu = self.cpu[status, code]
            label = f"{status}: {code}" if code else status
            rows.append((label, len(cpu), len(cpu) / total, _quantiles(cpu)))
        every = array("f", (x for part in self.cpu.values() for x in part))
        return [*rows, ("all", len(every), len(every) / total, _quantiles(every))]


def _quantiles(values: array[float]) -> list[float]:
    ordered = sorted(values)
    if not ordered:
        return [0.0, 0.0, 0.0]
    return [ordered[min(int(q * len(ordered)), len(ordered) - 1)] for q in (0.5, 0.99, 1.0)]


def tally_to_table(tally: Tally) -> str:
    """The tally as a table of text."""
    lines = [f"{'':24}{'documents':>10}{'share':>8}{'median':>9}{'99 %':>9}{'most':>9}  CPU-s"]
    for label, count, share, (median, high, most) in tally.rows():
        lines.append(f"{label:24}{count:10}{share:8.1%}{median:9.3f}{high:9.3f}{most:9.3f}")
    return "\n".join(lines)


def counts_to_words(counts: Counter[str]) -> str:
    """`12 verified, 3 failed`, the most first."""
    return ", ".join(f"{n} {status}" for status, n in counts.most_common())


class Progress:
    """A bar on a terminal, a line now and then elsewhere: how far, how fast, how long yet."""

    def __init__(self, total: int | None) -> None:
        """`total` documents, None where that is not known before the end."""
        self.total, self.done = total, 0
        self.counts: Counter[str] = Counter()
        self._fresh = 0
        self._started = self._drawn = monotonic()
        self._bar = sys.stderr is not None and sys.stderr.isatty()

    def count(self, status: str, code: str = "") -> None:
        """One more document; `kept` for one that an earlier run has read."""
        self.done += 1
        self._fresh += status != "kept"
        self.counts[code or status] += 1
        now = monotonic()
        every = BAR_EVERY if self._bar else LINE_EVERY
        if now - self._drawn >= every and now - self._started >= BAR_AFTER:
            self._drawn = now
            self._write(f"\r{self._to_bar()}\x1b[K" if self._bar else f"gkextract: {self}\n")

    def wipe(self) -> None:
        """Take the bar away, for words or at the end."""
        if self._bar and self._drawn > self._started:
            self._write("\r\x1b[K")

    def seconds(self) -> float:
        """Since the beginning."""
        return monotonic() - self._started

    def rate(self) -> float:
        """Documents a second, those read before not counted."""
        return self._fresh / max(self.seconds(), 1e-9)

    def __str__(self) -> str:
        of = f" of {self.total}" if self.total is not None else ""
        words = f"{self.done}{of}, {self.rate():.1f} a second"
        if self.total is not None and self._fresh:
            words += f", {_clock((self.total - self.done) / self.rate())} left"
        return f"{words}: {counts_to_words(self.counts)}"

    def _to_bar(self) -> str:
        if not self.total:
            return str(self)
        full = BAR_WIDTH * self.done // self.total
        return f"[{'#' * full}{'.' * (BAR_WIDTH - full)}] {self}"[:200]

    def _write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"
