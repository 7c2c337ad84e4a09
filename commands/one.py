"""`gkextract SOURCE` where that means one document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from batch.listing import is_address
from batch.workers import Outcome, Task, Workers
from extract.errors import GkextractError
from extract.output import open_output, say

EXIT_PARTLY = 3
"""A batch in which a document failed; with --strict, a report that is not verified."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for, beside the sources."""

    task: Task
    output: str | None = None
    strict: bool = False
    jobs: int = 1
    ledger: str | None = None
    shard: tuple[int, int] | None = None
    page: str | None = None
    dask: str | None = None
    export: str | None = None
    """A form of `extract.exports.EXPORTS` in place of JSON."""


def run_one(source: str, wishes: Wishes) -> int:
    """One document. Where it fails, the output stays as it is. Raises GkextractError."""
    task = replace(wishes.task, source=source)
    if wishes.export is None:
        with open_output(wishes.output, [source]) as write:
            outcome = read_one(task)
            write(outcome.text + "\n")
    else:
        from commands.export import texts_to_export

        outcome = read_one(task)
        texts_to_export([outcome.text], wishes.export, wishes.output, [source])
    return EXIT_PARTLY if wishes.strict and outcome.status != "verified" else 0


def read_one(task: Task) -> Outcome:
    """What a worker of its own makes of one document. Raises GkextractError."""
    private = task.allow_private
    with Workers(1, fetch=is_address(task.source), allow_private=private) as workers:
        outcome = workers.run(task)
    if outcome.error is not None:
        raise outcome.error
    return outcome


def value_to_json(value: Mapping[str, Any], lines: bool) -> str:
    """JSON as a line, or indented."""
    if lines:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=1)


def say_error(error: GkextractError) -> None:
    """The error as a line of words."""
    say(f"{error.code}: {error}")
