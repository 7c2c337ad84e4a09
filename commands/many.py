"""`gkextract SOURCE...` where that means any number of documents."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from batch.ledger import Ledger
from batch.listing import is_address, list_documents
from batch.run import Mapper, Run, export_lines, find_lost
from batch.tally import Progress, Tally, counts_to_words, tally_to_table
from batch.toolchain import toolchain_to_fingerprint
from batch.workers import Outcome, Task, Workers
from commands.one import EXIT_PARTLY, Wishes, say_error, value_to_json
from extract.errors import GkextractError, error_to_line
from extract.output import open_output, say
from extract.source import hash_file
from extract.staging import check_output, sweep_output

TABLE_FROM = 10
"""Documents from which the summary has a table."""
BESIDE = ".gkx"
"""What the ledger of an output file is called behind the file's name."""


def run_many(words: list[str], wishes: Wishes) -> int:
    """Any number: each gives a report or an error, in order; none stops the others. With an
    output file or a ledger, what is done is kept, and the same command goes on from there.
    Raises OutputError, DependencyError."""
    folder = wishes.ledger or (wishes.output and wishes.output + BESIDE)
    tally = Tally()
    aside: list[tuple[str, str, str]] = []
    with _open_mapper(wishes) as mapper:
        check_output(wishes.page, _paths(words))
        if folder is None:
            progress = Progress(None)
            lines = _read_in_order(words, wishes, mapper, progress, tally)
            counts = _put(lines, words, wishes)
        else:
            check_output(wishes.output, _paths(words))
            with closing(_open_ledger(Path(folder), wishes)) as ledger:
                if wishes.output is not None:
                    sweep_output(wishes.output)  # under the ledger's lock
                progress = _fill_ledger(words, wishes, mapper, ledger)
                counts = _export(ledger, words, wishes)
                for figures in ledger.figures():
                    tally.add(*figures)
                aside = list(ledger.aside())
        progress.wipe()
    _say_summary(counts, progress, tally)
    if wishes.page is not None:
        _write_page(wishes.page, progress, tally, aside)
    unproven = wishes.strict and counts["verified"] != sum(counts.values())
    return EXIT_PARTLY if counts["failed"] or unproven else 0


def _export(ledger: Ledger, words: list[str], wishes: Wishes) -> Counter[str]:
    """Write the output anew from the ledger; gives the statuses."""
    counts: Counter[str] = Counter()
    lines = export_lines(ledger, lambda value: value_to_json(value, wishes.task.lines), counts)
    _put(lines, words, wishes)
    return counts


def _put(lines: Iterable[Line | str], words: list[str], wishes: Wishes) -> Counter[str]:
    """Write the documents where and as it is wished; gives their statuses where they have one."""
    if wishes.export is None:
        with open_output(wishes.output, _paths(words)) as write:
            return _write_lines(lines, wishes.task.lines, write)
    from commands.export import texts_to_export

    texts = (line if isinstance(line, str) else line[0] for line in lines)
    return texts_to_export(texts, wishes.export, wishes.output, _paths(words))


def _paths(words: list[str]) -> list[str]:
    """The words that name one file each: the output must be none of them."""
    return [word for word in words if not is_address(word) and os.path.isfile(word)]


def _open_mapper(wishes: Wishes) -> Any:
    if wishes.dask is not None:
        from batch.cluster import Cluster

        return Cluster(wishes.dask)
    return Workers(wishes.jobs, allow_private=wishes.task.allow_private)


def _open_ledger(folder: Path, wishes: Wishes) -> Ledger:
    task = wishes.task
    options = {
        "detector": task.detector, "evidence": task.evidence, "lines": task.lines,
        "allow_private": task.allow_private,
    }  # fmt: skip
    return Ledger(folder, toolchain_to_fingerprint(options))


def _fill_ledger(words: list[str], wishes: Wishes, mapper: Mapper, ledger: Ledger) -> Progress:
    """Do what is left; afterwards every source of the ledger has its line."""
    progress = Progress(ledger.list_sources(list_documents(words, wishes.shard)))

    def told(status: str, error: GkextractError | None) -> None:
        progress.count(status, error.code if error else "")
        if error is not None:
            progress.wipe()
            say_error(error)

    run = Run(ledger, mapper, identify, wishes.task, told)
    run.finish_all()
    if find_lost(ledger):
        run.finish_all()
    return progress


def identify(ledger: Ledger, word: str, facts: dict[str, Any]) -> str:
    """A document's key: the SHA-256 of its bytes, of its address with a `u` where it is one,
    and of what else the manifest says of it. Raises InputError, LimitError."""
    if is_address(word):
        key = hashlib.sha256(word.encode("utf-8", "surrogateescape")).hexdigest() + "u"
    else:
        key = _hash_path(ledger, word)
    if facts:
        told = json.dumps(facts, sort_keys=True).encode()
        key += "." + hashlib.sha256(told).hexdigest()[:12]
    return key


def _hash_path(ledger: Ledger, path: str) -> str:
    full = os.path.abspath(path)
    try:
        facts = os.stat(full)
        known = ledger.known_sha256(full, facts.st_size, facts.st_mtime_ns)
    except (OSError, ValueError):
        known = None
    if known is not None:
        return known
    sha256, size, mtime = hash_file(path)
    ledger.keep_sha256(full, size, mtime, sha256)
    return sha256


Line = tuple[str, str]
"""A document's JSON and its status."""


def _read_in_order(
    words: list[str], wishes: Wishes, mapper: Mapper, progress: Progress, tally: Tally
) -> Iterator[Line]:
    """Each document's JSON and status, in the order of the sources, as soon as it can be said."""
    listed = list_documents(words, wishes.shard)
    early: dict[int, Line | tuple[int, int, str]] = {}
    total = 0

    def tasks() -> Iterator[Task]:
        nonlocal total
        for path, facts, error in listed:
            total += 1
            if error is not None:
                early[total] = _error_to_line(error, wishes, progress)
            else:
                yield replace(wishes.task, source=path, facts=facts, key=total)

    with TemporaryFile(prefix="gkextract-") as spool:
        given = 0
        for outcome in _and_the_end(mapper.map(tasks())):
            if outcome is not None:
                tally.add_outcome(outcome)
                line = _outcome_to_line(outcome, wishes, progress)
                early[outcome.task.key] = _put_aside(spool, *line)
            while given + 1 in early:
                given += 1
                found = early.pop(given)
                yield _take_back(spool, *found) if len(found) == 3 else found


def _and_the_end(outcomes: Iterable[Outcome]) -> Iterator[Outcome | None]:
    """The outcomes, and None behind them."""
    yield from outcomes
    yield None


def _put_aside(spool: IO[bytes], text: str, status: str) -> tuple[int, int, str]:
    """A line on disk, so that one slow document does not keep all later ones in memory."""
    data = text.encode("utf-8", "surrogatepass")
    at = spool.seek(0, os.SEEK_END)
    spool.write(data)
    return at, len(data), status


def _take_back(spool: IO[bytes], at: int, length: int, status: str) -> Line:
    spool.seek(at)
    return spool.read(length).decode("utf-8", "surrogatepass"), status


def _outcome_to_line(outcome: Outcome, wishes: Wishes, progress: Progress) -> Line:
    if outcome.error is not None:
        return _error_to_line(outcome.error, wishes, progress)
    progress.count(outcome.status)
    return outcome.text, outcome.status


def _error_to_line(error: GkextractError, wishes: Wishes, progress: Progress) -> Line:
    progress.count("failed", error.code)
    progress.wipe()
    say_error(error)
    return value_to_json(error_to_line(error), wishes.task.lines), "failed"


def _write_lines(lines: Iterable[Line | str], jsonl: bool, write: Any) -> Counter[str]:
    """Write the lines, as lines or as an array; gives their statuses where they have one."""
    counts: Counter[str] = Counter()
    opening, between, ending = ("", "\n", "\n") if jsonl else ("[\n", ",\n", "\n]\n")
    number = 0
    for number, line in enumerate(lines, 1):
        text, status = (line, "") if isinstance(line, str) else line
        if status:
            counts[status] += 1
        write((opening if number == 1 else between) + text)
    if number:
        write(ending)
    elif not jsonl:
        write("[]\n")
    return counts


def _say_summary(counts: Counter[str], progress: Progress, tally: Tally) -> None:
    total = sum(counts.values())
    words = f"{total} documents: {counts_to_words(counts)}"
    if total >= TABLE_FROM:
        words += f"; {progress.seconds():.1f} s, {progress.rate():.1f} a second\n"
        words += tally_to_table(tally)
    say(words)


def _write_page(
    path: str, progress: Progress, tally: Tally, aside: list[tuple[str, str, str]]
) -> None:
    from batch.page import tally_to_page
    from tableparse.version import __version__

    facts = [
        ("gkextract", __version__),
        ("seconds", f"{progress.seconds():.1f}"),
        ("documents a second", f"{progress.rate():.1f}"),
        ("a worker's memory at most, MB", str(tally.peak_mb)),
    ]
    with open_output(path) as write:
        write(tally_to_page(tally, facts, aside))
