"""The worker: reads one document at a time, tells what it is at, answers in plain JSON.

A request is `{"source": path or address, "detector", "evidence", "lines", "allow_private",
"facts": {...}, "page", "skip": [[stage, page]], "limits": {...}, "folder"}`. What comes back, in
order: `{"ready": grade}` once; for each request any number of `{"at": [stage, page]}`,
`{"pages": n}` and `{"source": {...}}`; at its end `{"status", "text", ...}` or `{"error":
{"type", "message"}, "source": ..., ...}`, both with `cpu` (seconds) and `rss_mb`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from batch import confine
from batch.frames import (
    FrameError,
    LongFrameError,
    read_frame,
    value_to_frame,
    write_all,
    write_frame,
)
from batch.limits import Limits, dict_to_limits
from extract.errors import InternalError, LimitError, error_to_dict

GARBAGE = 20_000
"""Values made and not let go, from which the collector looks at them (Python's own: 700)."""
Answer = Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], dict[str, Any]]


def work(boot: dict[str, Any]) -> None:
    """Serve requests until there are no more."""
    serve(boot, answer)


def serve(boot: dict[str, Any], reply: Answer) -> None:
    """Confine this process, then answer each request with what `reply` makes of it."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get between the frames
    requests = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    if boot["fetch"]:
        from batch.fetcher import start_fetcher

        start_fetcher(boot["allow_private"])
    write_frame(out, {"ready": confine.confine(boot["memory_mb"])})
    settled = False
    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        started = time.process_time()
        watch = _Watch(out, dict_to_limits(request["limits"]))
        said = reply(request, watch.tell)
        confine.limit_memory(watch.limits.memory(""))
        said["cpu"] = round(time.process_time() - started, 4)
        said["rss_mb"] = _resident_mb()
        write_all(out, _answer_to_frame(said))
        if not settled:  # all is loaded now
            settled = True
            _spare_collector()


def _spare_collector() -> None:
    """Leave what is loaded out of all later searches for garbage, and search less often: a
    document makes many values, none of which refer to one another in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


class _Watch:
    """Passes on what the work tells, and grants what each stage may take."""

    def __init__(self, out: int, limits: Limits) -> None:
        self.out, self.limits = out, limits
        self.pages, self.extra, self.memory = 0, 0.0, limits.memory("")
        self.started = time.process_time()
        confine.limit_memory(self.memory)
        confine.limit_seconds(limits.budget())

    def tell(self, what: dict[str, Any]) -> None:
        """Write it to the supervisor, before anything is done about it."""
        write_frame(self.out, what)
        if "pages" in what:
            self.pages += what["pages"]
            self._grant()
        elif "at" in what:
            stage = self.limits.stage(what["at"][0])
            if stage.seconds:
                self.extra += stage.seconds
                self._grant()
            memory = self.limits.memory(what["at"][0])
            if memory != self.memory:
                self.memory = memory
                confine.limit_memory(memory)

    def _grant(self) -> None:
        left = self.limits.budget(self.pages, self.extra) - (time.process_time() - self.started)
        confine.limit_seconds(max(left, 1))


def _answer_to_frame(said: dict[str, Any]) -> bytes:
    try:
        return value_to_frame(said)
    except FrameError as exc:
        kind = LimitError if isinstance(exc, LongFrameError) else InternalError
        error = error_to_dict(kind(f"the result cannot be handed over ({exc})"))
        return value_to_frame({"error": error, "cpu": said["cpu"], "rss_mb": said["rss_mb"]})


def answer(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The report of the document that is asked for, or the error that stands for it."""
    import gkextract
    from extract import beat

    facts = request["facts"]
    with contextlib.suppress(OSError):
        os.chdir(request["folder"])  # for relative paths; nothing is written there
    if "://" in request["source"]:
        from batch.fetcher import route_fetch

        route_fetch()
    beat.watch(tell, [(stage, page) for stage, page in request["skip"]])
    try:
        options = {"detector": request["detector"], "allow_private": request["allow_private"]}
        if request["page"]:
            return _page(request["source"], options)
        report = gkextract.extract(request["source"], **options)
        if facts:
            report = replace(report, source=_with_facts(report.source, request))
        if request["lines"]:
            value = report.to_dict(evidence=request["evidence"])
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        else:
            text = report.to_json(evidence=request["evidence"]).rstrip("\n")
        return {"status": report.status, "text": text}
    except Exception as exc:
        error = gkextract.exception_to_error(exc)
        source = _with_facts(error.source or {}, request) or None
        return {"error": gkextract.error_to_dict(error), "source": source}
    finally:
        beat.watch(None)


def _page(source: str, options: dict[str, Any]) -> dict[str, Any]:
    from extract.view.load import load_work
    from extract.view.page import work_to_page

    work = load_work(source, **options)
    told = {"status": work.report.status, "page": work_to_page(work)}
    return {"status": work.report.status, "text": json.dumps(told)}


def _with_facts(source: Mapping[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """A source with what the caller knows of it. Behind its own name stays what stands behind
    the path's, an archive's member."""
    from extract.source import source_to_uri

    facts = dict(request["facts"])
    path, uri = source_to_uri(request["source"]), str(source.get("uri", ""))
    if "uri" in facts and uri.startswith(path):
        facts["uri"] += uri.removeprefix(path)
    return {**source, **facts}


def _resident_mb() -> int:
    with contextlib.suppress(OSError, IndexError, ValueError), open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    return 0
