"""A place for one worker and the document that it has: clocks, deaths, second tries.

What is true of one document at a time is decided here; `batch.workers` only waits for many.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from batch.deaths import Verdict, death_to_error
from batch.frames import FrameError
from batch.limits import Limits
from batch.process import Epitaph, Process
from extract.errors import ERRORS, GkextractError, InternalError

RERUNS = 3
"""Times that a document is started over with what ended its worker left out."""
MAX_SAID = 64 << 20
"""Bytes that a worker may say of one document."""
DOCUMENTS = 500
"""Documents after which a worker is replaced: what libraries leak ends with it."""
FAT_MB = 1024
"""Memory that a worker may keep between documents."""
KEEPER_SECONDS = 8.0
"""Time that a keeper has to clear up before it is ended itself."""
BEGINNING = ("reading", None)
"""Where a document is before its reader says so."""


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be read: a path or an address, and how. `facts` go into the `source` of
    report and error (a stored file's own address, when it was fetched); `key` is the caller's
    own and comes back untouched. With `page` the outcome's text is no report but `{"status",
    "page"}`, the page of HTML that shows it."""

    source: str
    detector: str = "auto"
    evidence: bool = False
    lines: bool = True
    allow_private: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    page: bool = False
    key: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: the report's JSON without line break and its status, or an error
    (status `failed`). The SHA-256 of the bytes that the report is of, as it says; seconds of wall
    and processor time, the worker's memory where it is known, how often the document was started
    over, its worker's last words if that died."""

    task: Task
    status: str
    text: str = ""
    sha256: str = ""
    error: GkextractError | None = None
    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: int = 0
    reruns: int = 0
    stderr: str = ""


@dataclass(slots=True)
class _Job:
    task: Task
    limits: Limits
    started: float
    heard: float
    at: tuple[str, int | None] = BEGINNING
    skip: list[tuple[str, int | None]] = field(default_factory=list)
    source: dict[str, Any] = field(default_factory=dict)
    pages: int = 0
    extra: float = 0.0
    spent: float = 0.0
    verdict: Verdict | None = None

    def granted(self) -> float:
        """Wall seconds for the document, from its first start."""
        return self.limits.budget(self.pages, self.extra) * self.limits.wall_factor


class Slot:
    """One worker at a time, replaced when it dies, with at most one document."""

    def __init__(self, spawn: Callable[[], Process], limits: Limits) -> None:
        self._spawn = spawn
        self.limits = limits
        self._told = asdict(limits)
        self.process: Process | None = None
        self._job: _Job | None = None
        self._killed = 0.0
        self.grade: int | None = None
        """What isolation the machine gave, once a worker has said so."""
        self.stillborn = 0
        """Workers in a row that ended before they were ready."""

    @property
    def busy(self) -> bool:
        """Whether a document is here."""
        return self._job is not None

    def start(self, task: Task, limits: Limits | None = None) -> None:
        """Take a document, with other limits than usual if they are given."""
        now = monotonic()
        self._job = _Job(task, limits or self.limits, now, now)
        self._dispatch()

    def _dispatch(self) -> None:
        assert self._job is not None
        job, task = self._job, self._job.task
        if self.process is None:
            self.process = self._spawn()
        job.heard, job.at, job.verdict, self._killed = monotonic(), BEGINNING, None, 0.0
        job.pages, job.extra, self.process.received = 0, 0.0, 0
        limits = dict(self._told if job.limits is self.limits else asdict(job.limits))
        for name in ("seconds", "seconds_at_most"):  # what is left of them
            limits[name] = max(limits[name] - job.spent, 1)
        self.process.ask(
            {
                "source": task.source, "detector": task.detector, "evidence": task.evidence,
                "lines": task.lines, "allow_private": task.allow_private, "facts": task.facts,
                "page": task.page, "skip": job.skip, "limits": limits, "folder": _working_folder(),
            }
        )  # fmt: skip

    def due(self) -> float:
        """The time of the monotonic clock at which `check_clocks` has something to do."""
        job = self._job
        if job is None:
            return float("inf")
        if self._killed:
            return self._killed + KEEPER_SECONDS
        return min(job.started + job.granted(), job.heard + job.limits.stall(job.at[0]))

    def check_clocks(self) -> None:
        """End the worker if its document has had its time."""
        job, now = self._job, monotonic()
        if job is None or self.process is None or now < self.due():
            return
        if self._killed:
            self.process.kill_keeper()
            self._killed = now
        elif now >= job.started + job.granted():
            self._end(Verdict("total", now - job.started, job.granted()))
        else:
            self._end(Verdict("stall", now - job.heard, job.limits.stall(job.at[0])))

    def _end(self, verdict: Verdict) -> None:
        assert self._job is not None and self.process is not None
        self._job.verdict = verdict
        self._killed = monotonic()
        self.process.kill()

    def hear(self) -> Outcome | None:
        """Take what the worker has said; the document's outcome, if that was it."""
        assert self.process is not None
        try:
            said = self.process.read()
            if self._job is None or self._killed:
                said = [v for v in said if "ready" in v]
            for value in said:
                outcome = self._take(value)
                if outcome is not None:
                    return outcome
            if self.process.received > MAX_SAID:
                raise FrameError("too much")
        except (FrameError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
            if self._job is not None:
                self._end(Verdict("protocol"))
            else:
                self.process.kill()
        return None

    def _take(self, value: dict[str, Any]) -> Outcome | None:
        if "ready" in value:
            assert self.process is not None
            self.process.ready, self.stillborn = True, 0
            self.grade = int(value["ready"])
            return None
        job = self._job
        assert job is not None
        job.heard = monotonic()
        if "at" in value:
            stage, page = value["at"]
            job.at = (str(stage)[:40], None if page is None else int(page))
            job.extra += job.limits.stage(job.at[0]).seconds
        elif "pages" in value:
            job.pages += int(value["pages"])
        elif "source" in value and "error" not in value:
            job.source = dict(value["source"])
        else:
            return self._finish(value)
        return None

    def _finish(self, said: dict[str, Any]) -> Outcome:
        assert self._job is not None and self.process is not None
        job, cpu, rss = self._job, float(said["cpu"]), int(said["rss_mb"])
        job.spent += cpu
        if "error" in said:
            kind = ERRORS.get(str(said["error"]["type"]), InternalError)
            error = kind(str(said["error"]["message"])[:1000])
            error.source = dict(said["source"]) if said.get("source") else job.source or None
            outcome = self._outcome(job, error=error, peak_mb=rss)
        else:
            status, text = str(said["status"]), str(said["text"])
            # the worker may be under the document's control: its word is not taken for JSON
            report = json.loads(text)
            if report["status"] != status:
                raise FrameError("a report of another status")
            sha256 = str(report.get("source", {}).get("sha256", ""))
            outcome = self._outcome(job, status=status, text=text, sha256=sha256, peak_mb=rss)
        self._job = None
        self.process.served += 1
        starved = outcome.error is not None and outcome.error.code == "MEMORY"
        if self.process.served >= DOCUMENTS or rss > FAT_MB or starved:
            self.retire()
        return outcome

    def bury(self) -> Outcome | None:
        """The worker has ended: its document's outcome, unless that is started over."""
        assert self.process is not None and self.process.ended is not None
        end, job = self.process.ended, self._job
        self.stillborn += not self.process.ready
        self.process = None
        if job is None:
            return None
        job.spent += end.cpu
        left = job.started + job.granted() - monotonic()
        if job.at == BEGINNING and job.verdict is None and not job.skip:
            # it died before it began: no document's doing, unless it happens again
            job.skip.append(BEGINNING)
        elif job.limits.stage(job.at[0]).skip and job.at not in job.skip:
            job.skip.append(job.at)
        else:
            left = 0
        if left > 0 and len(job.skip) <= RERUNS and self.stillborn < RERUNS:
            self._dispatch()
            return None
        self._job = None
        memory = job.limits.memory(job.at[0])
        error = death_to_error(job.verdict, end, job.at, memory)
        error.source = {**(job.source or {"uri": job.task.source}), **job.task.facts}
        return self._outcome(job, error=error, peak_mb=end.peak_mb, stderr=end.stderr)

    def _outcome(self, job: _Job, **found: Any) -> Outcome:
        wall = round(monotonic() - job.started, 4)
        status = found.pop("status", "failed")
        reruns = len(job.skip)
        return Outcome(job.task, status, wall=wall, cpu=round(job.spent, 4), reruns=reruns, **found)

    def retire(self) -> None:
        """Let the worker go once it is done; the next document gets another."""
        if self.process is not None:
            self.process.retire()
            self.process.wait()
            self.process = None

    def abandon(self) -> Epitaph | None:
        """End the worker at once, whatever it has."""
        self._job = None
        end = self.process.wait() if self.process is not None else None
        self.process = None
        return end


def _working_folder() -> str:
    """What relative paths mean here; empty where it is gone."""
    with suppress(OSError):
        return os.getcwd()
    return ""
