"""Documents of a store to results beside them: each hash once for a version of the program, read in
worker processes that may die."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from batch.workers import Outcome, Task, Workers
from crawl.blobs import Blobs
from crawl.ledger import now
from extract.errors import error_to_dict
from tableparse.version import __version__

EXTRACTOR = __version__
"""What a result is of, beside the document: another version reads anew."""
_UNREAD = """
    select u.sha256, u.url, u.checked from urls u
    left join results r on r.sha256 = u.sha256 and r.extractor = ?
    where u.document = 1 and u.sha256 is not null and r.sha256 is null
    group by u.sha256 order by u.id limit ?
"""
BATCH = 64
TABLES = ("proactive", "applications", "review")
"""What makes a report: a page that only names one has none of them."""


def read_documents(
    base: sqlite3.Connection,
    store: Path,
    workers: Workers,
    tell: Callable[[str], None] = lambda status: None,
) -> int:
    """Reads what is there to read and has no result yet; how many documents. `tell` is given each
    one's status."""
    count = 0
    while tasks := [*_tasks(base, Blobs(store))]:
        for outcome in workers.map(tasks):
            write_result(base, outcome)
            tell(outcome.status)
            count += 1
    return count


def _tasks(base: sqlite3.Connection, blobs: Blobs) -> Iterator[Task]:
    for found in base.execute(_UNREAD, (EXTRACTOR, BATCH)).fetchall():
        facts = {"uri": found["url"], "retrieved_at": found["checked"]}
        path = str(blobs.path(found["sha256"]))
        yield Task(path, lines=True, facts=facts, key=found["sha256"])


def write_result(base: sqlite3.Connection, outcome: Outcome) -> None:
    """A document's report or error, unless it has one already."""
    agency: Any = None
    year: Any = None
    tables = 0
    if outcome.error is not None:
        code: str | None = outcome.error.code
        line = {"source": outcome.error.source, "error": error_to_dict(outcome.error)}
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    else:
        code, text = None, outcome.text
        said = json.loads(text)
        agency, year = said.get("agency"), said.get("year")
        tables = sum(bool(said.get(name)) for name in TABLES)
    base.execute(
        "insert or ignore into results values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (outcome.task.key, EXTRACTOR, now(), outcome.status, agency, year, code, tables, text),
    )
