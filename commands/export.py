"""`gkextract export SOURCE...`: reports' JSON for the other tools; and the same for documents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

import gkextract
from extract.exports import ALIASES, EXPORTS, Document, export_documents, path_to_documents
from extract.output import say, start_progress
from extract.source import expand_source, is_several, source_to_uri
from gkextract import GkextractError

EXIT_PARTLY = 3


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="JSON, JSON lines, a folder of such files, or - (stdin)."
        ),
    ],
    form: Annotated[
        str, typer.Option("--format", "-f", metavar="FORM", help=f"One of {', '.join(EXPORTS)}.")
    ] = "csv",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="Write to PATH, whole or not at all."),
    ] = None,
    bom: Annotated[
        bool,
        typer.Option("--bom", help="CSV for spreadsheets: with a byte order mark, no formulas."),
    ] = False,
) -> None:
    """Write reports that gkextract has read in a form that other tools open."""
    check_form(form, output)

    def documents() -> Iterator[Document]:
        for source in sources:
            try:
                yield from path_to_documents(source)
            except GkextractError as error:
                error.source = {"uri": source_to_uri(source)}
                raise

    counts = export_documents(documents(), form, output, bom=bom, sources=sources)
    _say_counts(counts)
    raise typer.Exit(EXIT_PARTLY if counts["broken"] else 0)


def check_form(form: str, output: str | None) -> None:
    """Raises typer.BadParameter for an unknown form, and for one that needs a path without."""
    export = EXPORTS.get(ALIASES.get(form, form))
    if export is None:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(EXPORTS)}")
    if output is None and not export.text:
        raise typer.BadParameter(f"{form} is no text: give -o PATH ({export.says})")


def run_sources(
    sources: list[str],
    read: Callable[[str], tuple[str, str]],
    form: str,
    output: str | None,
    strict: bool,
) -> int:
    """Documents read and exported in one go: `read` gives a path's JSON and status. A single
    document's error is raised, those of several are lines of the export. Gives the exit code."""
    check_form(form, output)
    several = len(sources) > 1 or is_several(sources[0])
    paths = [(path, error) for source in sources for path, error in _expand(source)]
    tick = start_progress(len(paths))

    def documents() -> Iterator[dict[str, Any]]:
        for done, (path, failed) in enumerate(paths):
            tick(done)
            try:
                if failed:
                    raise failed
                yield json.loads(read(path)[0])
            except GkextractError as error:
                if not several:
                    raise
                tick(-1)
                say(f"{error.code}: {error}")
                yield {"source": error.source, "error": gkextract.error_to_dict(error)}
        tick(-1)

    counts = export_documents(documents(), form, output, sources=[path for path, _ in paths])
    if several:
        _say_counts(counts)
    unproven = strict and counts["verified"] != counts.total()
    return EXIT_PARTLY if counts["failed"] or unproven else 0


def _expand(source: str) -> list[tuple[str, GkextractError | None]]:
    try:
        return [(path, None) for path in expand_source(source)]
    except GkextractError as error:
        error.source = {"uri": source_to_uri(source)}
        return [(source, error)]


def _say_counts(counts: Counter[str]) -> None:
    shown = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    say(f"{counts.total()} documents: {shown}" if shown else "no documents")
