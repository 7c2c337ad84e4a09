"""`gkextract view SOURCE`: one HTML page that shows what was read, and where it stands."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

import gkextract
from batch.workers import Task
from commands.one import read_one
from extract.output import open_output, say, write_stdout
from gkextract import GkextractError, OutputError


def run(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A file, or an http or https URL.")
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PAGE", help="Write to PAGE, whole or not at all."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser when it is made.")
    ] = False,
    detector: Annotated[
        gkextract.Detector,
        typer.Option("--detector", help="How cells are found; auto tries all."),
    ] = "auto",
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Fetch from loopback and intranet addresses, too."),
    ] = False,
) -> None:
    """Make one HTML page of a report: its pages with the cells that were read, its figures with
    what proves them, findings, attempts, prose. The page needs no network.

    Without -o the page goes to stdout; with --open alone, to a new file for temporary ones."""
    if output is None and not show and sys.stdout is not None and sys.stdout.isatty():
        raise typer.BadParameter("a page is not for a terminal: give -o PAGE or --open")
    target = output
    try:
        if show and output is None:
            target = _new_file()
        with open_output(target, [source]) as write:
            write(_source_to_page(source, detector, allow_private))
    except GkextractError as error:
        if target is not None and output is None:
            os.unlink(target)
        say(f"{error.code}: {error}")
        if output is not None or not isinstance(error, OutputError):
            line = {"source": error.source, "error": gkextract.error_to_dict(error)}
            write_stdout(json.dumps(line, ensure_ascii=False, indent=1) + "\n")
        raise typer.Exit(error.exit_code) from error
    if target is not None and show:
        say(f"the page is {target}")
        webbrowser.open(Path(target).absolute().as_uri())


def _source_to_page(source: str, detector: str, allow_private: bool) -> str:
    """The page's text, made where the document is read: in a process that may die of it.
    Raises GkextractError."""
    outcome = read_one(Task(source, detector, allow_private=allow_private, page=True))
    return str(json.loads(outcome.text)["page"])


def _new_file() -> str:
    """A file of its own among temporary ones: it stays, as a browser shows it later."""
    try:
        handle, path = tempfile.mkstemp(prefix="gkextract-view-", suffix=".html")
    except OSError as error:
        raise OutputError("no temporary file can be made", "give -o PAGE") from error
    os.close(handle)
    return path
