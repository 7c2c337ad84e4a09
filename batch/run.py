"""A run over a ledger: what is left to do is done, and the export is made of what was.

Every document is read at most once to its end. What is interrupted is begun again; what ended
its worker is tried once more, alone and with twice the budget, and then put aside (quarantined)
with its reason, for as long as the toolchain stays the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

from batch.ledger import FINAL, PASSING, Ledger, Line, Row
from batch.limits import Limits, load_limits
from batch.listing import with_source
from batch.scribe import Desk, Scribe
from batch.workers import Outcome, Task
from extract.errors import (
    CrashError,
    GkextractError,
    InputError,
    InternalError,
    error_to_line,
)
from extract.source import source_to_uri

AGAIN = frozenset({"TIMEOUT", "MEMORY", "CRASH"})
"""Errors after which a document is tried once more, alone and with twice the budget."""
SHY = 2
"""Unfinished attempts from which a document waits until the others are done."""
MAX_BOOTS = 2
"""Times that the machine may end while a document is read before it is taken for the cause."""
MAX_ATTEMPTS = 1000
"""The same for the end of the run alone, which no document brings about: workers stand
between."""

SYNCS = 4
"""Results that are written at the same time: what they wait for is the disk, and file systems
make what is asked for together last together."""


class Mapper(Protocol):
    """What has documents read: workers here, or a cluster."""

    @property
    def ahead(self) -> int:
        """How many documents are best made ready before they are asked for."""

    def map(self, tasks: Iterable[Task], limits: Limits | None = None) -> Iterator[Outcome]:
        """Outcomes as they come."""

    def run(self, task: Task, limits: Limits | None = None) -> Outcome:
        """The outcome of one."""


Told = Callable[[str, GkextractError | None], None]
"""Gets the status of a document that is finished (`kept` for one that was before) and its error."""
Identify = Callable[[Ledger, str, dict[str, Any]], str]
"""A source's key; raises GkextractError where the source cannot be had."""


Suspect = tuple[int, int, str, str, dict[str, Any]]
"""A document that runs ended on: how often the machine did, attempts, key, word, facts."""


@dataclass(slots=True)
class Run:
    """One run. `template` has the options of every task; `told` is called from a thread of the
    run's own."""

    ledger: Ledger
    mapper: Mapper
    identify: Identify
    template: Task
    told: Told

    def finish_all(self) -> None:
        """Do what is left. Raises OutputError, DependencyError: the same command goes on."""
        begun: set[str] = set()
        later: list[Suspect] = []
        self._map(self._tasks(begun, later), begun)
        later.sort(key=lambda suspect: suspect[:2])  # the least suspicious first
        self._map((self._begin(*s[2:]) for s in later if not s[0]), begun)
        for suspect in later:
            if suspect[0]:  # alone
                self._run(self._begin(*suspect[2:]), None, begun, last=False)
        twice = load_limits().times(2)
        for key, word, facts in self.ledger.keys_in("again"):
            self._run(self._begin(key, word, facts), twice, begun, last=True)

    def _map(self, tasks: Iterable[Task | None], begun: set[str]) -> None:
        """Have them read, several at a time, while a thread of its own keeps the ledger."""
        with ThreadPoolExecutor(SYNCS, "gkextract-sync") as pool:

            def settle(outcomes: list[Outcome]) -> None:
                written = pool.map(self._write, outcomes)
                for outcome, result in zip(outcomes, written, strict=True):
                    self._settle(outcome, result, begun, last=False)

            desk = Desk(tasks, settle, self.ledger.commit)
            with Scribe(desk, self.mapper.ahead) as scribe:
                for outcome in self.mapper.map(scribe.tasks()):
                    scribe.say(outcome)

    def _run(self, task: Task, limits: Limits | None, begun: set[str], *, last: bool) -> None:
        """Have one read alone."""
        self.ledger.commit()
        outcome = self.mapper.run(task, limits)
        self._settle(outcome, self._write(outcome), begun, last=last)
        self.ledger.commit()

    def _tasks(self, begun: set[str], later: list[Suspect]) -> Iterator[Task | None]:
        """The documents to be read, each said to be begun, and None for every other one; those
        that runs ended on before go into `later`."""
        for n, word, facts in self.ledger.sources():
            try:
                key = self.identify(self.ledger, word, facts)
            except GkextractError as error:
                self.ledger.set_key(n, None, with_source(error, word))
                self.told("failed", error)
                yield None
            else:
                self.ledger.set_key(n, key)
                yield self._take(key, word, facts, begun, later)

    def _take(
        self, key: str, word: str, facts: dict[str, Any], begun: set[str], later: list[Suspect]
    ) -> Task | None:
        row = self.ledger.row(key)
        if key in begun or (row is not None and _is_settled(row)):
            self.told("kept", None)
            return None
        if row is not None and row.state == "running":
            if self._give_up(key, word, row):
                return None
            if self._is_suspect(row):
                begun.add(key)
                later.append((self._boots(row), row.attempts, key, word, facts))
                return None
        begun.add(key)
        return self._begin(key, word, facts)

    def _is_suspect(self, row: Row) -> bool:
        """Whether it waits: read alone, it takes nobody with it that was only there as well."""
        return self._boots(row) > 0 or row.attempts >= SHY

    def _boots(self, row: Row) -> int:
        """How often the machine ended while this was being read."""
        return row.boots + (row.boot != self.ledger.boot)

    def _give_up(self, key: str, word: str, row: Row) -> bool:
        if self._boots(row) < MAX_BOOTS and row.attempts < MAX_ATTEMPTS:
            return False
        what = f"the machine or the run ended {row.attempts} times while it was read"
        error = CrashError(what, "look at it on a machine of its own")
        self._fail(key, "quarantined", with_source(error, word), {})
        self.told("failed", error)
        return True

    def _begin(self, key: str, word: str, facts: dict[str, Any]) -> Task:
        self.ledger.begin(key, facts.get("uri") or source_to_uri(word))
        return replace(self.template, source=word, facts=facts, key=key)

    def _write(self, outcome: Outcome) -> str | GkextractError:
        """The SHA-256 of the result's file, which is whole from here on; or why there is none."""
        key = str(outcome.task.key)
        error = outcome.error or _other_bytes(outcome, key)
        return error or self.ledger.results.write(self._name(key), outcome.text)

    def _settle(
        self, outcome: Outcome, written: str | GkextractError, begun: set[str], *, last: bool
    ) -> None:
        key = str(outcome.task.key)
        found = {
            "wall": outcome.wall, "cpu": outcome.cpu, "peak_mb": outcome.peak_mb,
            "reruns": outcome.reruns, "stderr": outcome.stderr or None,
        }  # fmt: skip
        error = written if isinstance(written, GkextractError) else None
        if error is None:
            values = {"status": outcome.status, "code": None, "error": None, "sha256": written}
            self.ledger.finish(key, "done", {**found, **values})
        elif error.code in AGAIN:
            self._fail(key, "quarantined" if last else "again", error, found)
        else:
            self._fail(key, "failed", error, found)
        if error is None or error.code not in PASSING:
            begun.discard(key)  # the ledger knows it from here on
        if error is None or error.code not in AGAIN or last:
            self.told("failed" if error else outcome.status, error)

    def _fail(self, key: str, state: str, error: GkextractError, found: dict[str, Any]) -> None:
        line = json.dumps(error_to_line(error), separators=(",", ":"))
        values = {"status": "failed", "code": error.code, "error": line, "sha256": None}
        self.ledger.finish(key, state, {**found, **values})

    def _name(self, key: str) -> str:
        return key_to_name(key, self.ledger.print)


def key_to_name(key: str, fingerprint: str) -> str:
    """The name of a key's result."""
    return f"{key}-{fingerprint[:8]}"


def _is_settled(row: Row) -> bool:
    return row.state == "again" or (row.state in FINAL and row.code not in PASSING)


def _other_bytes(outcome: Outcome, key: str) -> GkextractError | None:
    """The error for a report on other bytes than were hashed; addresses have no hash before."""
    if "u" in key or key.startswith(outcome.sha256):
        return None
    error = InputError("the file was changed while it was read", "run the command again")
    return with_source(error, outcome.task.source)


def export_lines(
    ledger: Ledger, to_text: Callable[[Mapping[str, Any]], str], counts: Counter[str]
) -> Iterator[str]:
    """Each source's line in order, reports as they are stored, errors by `to_text`, under the
    source's own name; `counts` gets their statuses. Raises InternalError for a result that is
    not there or not the one that was written: `find_lost` puts those back to work."""
    for line in ledger.lines():
        own = line.facts.get("uri") or source_to_uri(line.word)
        if line.error is not None:
            counts["failed"] += 1
            yield to_text(_rename_error(line.error, line.uri, own))
            continue
        text = _read_result(ledger, line)
        if text is None:
            raise InternalError("a result is missing from the ledger")
        counts[str(line.status)] += 1
        yield rename_report(text, line.uri or own, own)


def find_lost(ledger: Ledger) -> int:
    """Put documents back to work whose result is not what was written; how many."""
    lost = [x for x in ledger.lines() if x.state == "done" and _read_result(ledger, x) is None]
    for line in lost:
        ledger.finish(str(line.key), "todo", {"sha256": None})
    ledger.commit()
    return len(lost)


def _read_result(ledger: Ledger, line: Line) -> str | None:
    if line.key is None or line.sha256 is None:
        return None
    return ledger.results.read(key_to_name(line.key, ledger.print), line.sha256)


def rename_report(text: str, stored: str, own: str) -> str:
    """A report's JSON under the name of another file with the same bytes: `source.uri` is the
    first of its name; behind it may stand an archive's member."""
    if stored == own:
        return text
    for key in ('"uri":', '"uri": '):
        old = key + json.dumps(stored, ensure_ascii=False)[:-1]
        if old in text:
            return text.replace(old, key + json.dumps(own, ensure_ascii=False)[:-1], 1)
    return text


def _rename_error(line: dict[str, Any], stored: str | None, own: str) -> dict[str, Any]:
    source = line["source"]
    if stored is None or stored == own or not source or "uri" not in source:
        return line
    rest = source["uri"].removeprefix(stored)
    return {**line, "source": {**source, "uri": own + rest}} if rest != source["uri"] else line
