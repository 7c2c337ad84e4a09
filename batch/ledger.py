"""What a run has done so far, so that the next one goes on: SQLite and a lock.

A document is known by its key: the SHA-256 of its bytes (of its address, where these are not
known before it is fetched), and what is known is good for one fingerprint of the toolchain. So
the same bytes under two names are read once, and another version reads everything anew.

`sources` is this run's list in its order, `files` spares hashing what has not changed, `work`
is what became of each key. A write is a transaction that is synced before it counts.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from batch.results import WHAT, Results
from extract.errors import GkextractError, OutputError, error_to_line
from extract.staging import output_errors

SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (
    n INTEGER PRIMARY KEY, word BLOB NOT NULL, facts TEXT NOT NULL, key TEXT, error TEXT);
CREATE INDEX IF NOT EXISTS sources_by_key ON sources (key);
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS work (
    key TEXT NOT NULL, print TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    boot TEXT NOT NULL, boots INTEGER NOT NULL, uri TEXT, status TEXT, code TEXT, error TEXT,
    sha256 TEXT, wall REAL, cpu REAL, peak_mb INTEGER, reruns INTEGER, stderr TEXT,
    PRIMARY KEY (key, print)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
VERSION = "1"
FINAL = frozenset({"done", "failed", "quarantined"})
"""States in which a document needs no more work."""
PASSING = frozenset({"FETCH", "OUTPUT", "DEPENDENCY", "INPUT", "BLOCKED"})
"""Errors that may be gone when the same command is given again: of the world, not the bytes."""


class Row(NamedTuple):
    """What is known of a key. `attempts` counts how often it was begun, `boots` how often the
    machine ended while it was being read."""

    state: str
    attempts: int
    boot: str
    boots: int
    code: str | None


class Line(NamedTuple):
    """A source with what became of it: the result's name and hash, or an error."""

    n: int
    word: str
    facts: dict[str, Any]
    key: str | None
    error: dict[str, Any] | None
    state: str | None
    status: str | None
    sha256: str | None
    uri: str | None


class Ledger:
    """The ledger in a folder, held by one run at a time, and by one of its threads at a time."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """Open or make it, and lock it. OutputError where that fails or another run has it."""
        self.folder, self.print = folder, fingerprint
        self.results = Results(folder / "results")
        with output_errors(WHAT):
            self._lock = open(folder / "lock", "a+b")  # noqa: SIM115 (held to the end)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise OutputError(
                "another run holds the ledger", "wait for it, or give another --ledger"
            ) from error
        self.boot = read_boot()
        try:
            with database_errors():
                self._open(folder / "ledger.sqlite3")
        except BaseException:
            self._lock.close()
            raise
        self.swept = self.results.sweep()

    def _open(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO meta VALUES ('version', ?)", (VERSION,))
        (found,) = self._db.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        if found != VERSION:
            raise OutputError("the ledger is of another version", "give another --ledger")

    def close(self) -> None:
        """Write what is under way and let go of the lock; nothing the second time."""
        if not self._lock.closed:
            with suppress(sqlite3.Error, OutputError):
                self.commit()
                self._db.close()
            self._lock.close()

    def commit(self) -> None:
        """Make what was said until now last. OutputError."""
        with database_errors():
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    def _write(self, sql: str, values: tuple[Any, ...]) -> None:
        with database_errors():
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(sql, values)

    def list_sources(self, sources: Iterable[tuple[str, dict[str, Any], Any]]) -> int:
        """Take this run's list in the place of the last one's: word, facts, error or None.
        Gives their number."""
        self._write("DELETE FROM sources", ())
        count = 0
        for count, (word, facts, error) in enumerate(sources, 1):
            said = error_to_line(error) if error is not None else None
            self._write(
                "INSERT INTO sources VALUES (?, ?, ?, NULL, ?)",
                (count, os.fsencode(word), _dump(facts), _dump(said) if said else None),
            )
        self.commit()
        return count

    def sources(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """This run's sources that may have work, in order: number, word, facts."""
        last = 0
        while True:
            with database_errors():
                rows = self._db.execute(
                    "SELECT n, word, facts FROM sources WHERE n > ? AND error IS NULL"
                    " ORDER BY n LIMIT 200",
                    (last,),
                ).fetchall()
            if not rows:
                return
            for n, word, facts in rows:
                yield n, os.fsdecode(word), json.loads(facts)
            last = rows[-1][0]

    def set_key(self, n: int, key: str | None, error: GkextractError | None = None) -> None:
        """A source's key, or why it has none."""
        said = _dump(error_to_line(error)) if error is not None else None
        self._write("UPDATE sources SET key = ?, error = ? WHERE n = ?", (key, said, n))

    def known_sha256(self, path: str, size: int, mtime: int) -> str | None:
        """The hash of a file that has kept its size and time since it was taken."""
        with database_errors():
            row = self._db.execute(
                "SELECT sha256 FROM files WHERE path = ? AND size = ? AND mtime = ?",
                (os.fsencode(path), size, mtime),
            ).fetchone()
        return str(row[0]) if row else None

    def keep_sha256(self, path: str, size: int, mtime: int, sha256: str) -> None:
        """Remember a file's hash."""
        values = (os.fsencode(path), size, mtime, sha256)
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values)

    def row(self, key: str) -> Row | None:
        """What is known of a key under this run's fingerprint."""
        with database_errors():
            found = self._db.execute(
                "SELECT state, attempts, boot, boots, code FROM work WHERE key = ? AND print = ?",
                (key, self.print),
            ).fetchone()
        return Row(*found) if found else None

    def begin(self, key: str, uri: str) -> None:
        """Count an attempt; lasts with the next `commit`, which has to come before the attempt
        is made: what ends the machine is counted, too."""
        self._write(
            "INSERT INTO work (key, print, state, attempts, boot, boots, uri)"
            " VALUES (?, ?, 'running', 1, ?, 0, ?)"
            " ON CONFLICT (key, print) DO UPDATE SET state = 'running', attempts = attempts + 1,"
            " boots = boots + (boot <> excluded.boot AND state = 'running'),"
            " boot = excluded.boot, uri = excluded.uri",
            (key, self.print, self.boot, uri),
        )

    def finish(self, key: str, state: str, found: dict[str, Any]) -> None:
        """What became of a key; lasts with the next `commit`. A result's file is there before
        this is said."""
        columns = ", ".join(f"{name} = ?" for name in found)
        self._write(
            f"UPDATE work SET state = ?, {columns} WHERE key = ? AND print = ?",
            (state, *found.values(), key, self.print),
        )

    def keys_in(self, state: str) -> list[tuple[str, str, dict[str, Any]]]:
        """This run's keys that are in a state, in order: key, word, facts of the first source."""
        with database_errors():
            rows = self._db.execute(
                "SELECT w.key, s.word, s.facts, min(s.n) FROM sources s JOIN work w"
                " ON w.key = s.key AND w.print = ? WHERE w.state = ? GROUP BY w.key ORDER BY 4",
                (self.print, state),
            ).fetchall()
        return [(key, os.fsdecode(word), json.loads(facts)) for key, word, facts, _ in rows]

    def lines(self) -> Iterator[Line]:
        """This run's sources in order with what became of them."""
        with database_errors():
            found = self._db.execute(
                "SELECT s.n, s.word, s.facts, s.key, coalesce(s.error, w.error), w.state,"
                " w.status, w.sha256, w.uri FROM sources s LEFT JOIN work w"
                " ON w.key = s.key AND w.print = ? ORDER BY s.n",
                (self.print,),
            )
            for n, word, facts, key, error, *rest in found:
                said = json.loads(error) if error else None
                yield Line(n, os.fsdecode(word), json.loads(facts), key, said, *rest)

    def figures(self) -> Iterator[tuple[str, str, float, float, int]]:
        """Status, error code, wall and processor seconds, memory of each source of this run."""
        with database_errors():
            yield from self._db.execute(
                "SELECT coalesce(w.status, 'failed'),"
                " coalesce(w.code, json_extract(s.error, '$.error.type'), ''),"
                " coalesce(w.wall, 0), coalesce(w.cpu, 0), coalesce(w.peak_mb, 0)"
                " FROM sources s LEFT JOIN work w ON w.key = s.key AND w.print = ?",
                (self.print,),
            )

    def aside(self) -> Iterator[tuple[str, str, str]]:
        """The documents of this run that were put aside: name, error code, message."""
        with database_errors():
            found = self._db.execute(
                "SELECT uri, code, error FROM work WHERE print = ? AND state = 'quarantined'"
                " AND key IN (SELECT key FROM sources) ORDER BY uri",
                (self.print,),
            )
            for uri, code, error in found:
                yield uri, code, json.loads(error)["error"]["message"]


def read_boot() -> str:
    """What tells one start of the machine from the next, empty where nothing does."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


@contextmanager
def database_errors() -> Iterator[None]:
    """What SQLite raises, as OutputError."""
    try:
        yield
    except sqlite3.Error as error:
        raise OutputError(f"the ledger cannot be used ({error})") from error


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
