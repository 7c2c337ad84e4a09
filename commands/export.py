"""`gkextract export SOURCE...`: reports' JSON for the other tools; and the same for documents."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from extract.exports import ALIASES, EXPORTS, Document, export_documents, path_to_documents
from extract.output import say
from extract.source import expand_source, source_to_uri
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


def export_run(
    read: Callable[[str], int], sources: list[str], form: str, output: str | None
) -> int:
    """Documents read and exported in one go: `read` reads them into JSON lines at the path that
    it is given, and gives the exit code, which is ours. Where to write is looked at before.

    Raises what `read` raises, OutputError, LimitError, DependencyError."""
    check_form(form, output)
    code = 0
    with tempfile.TemporaryDirectory(prefix="gkextract-") as folder:
        lines = os.path.join(folder, "reports.jsonl")

        def documents() -> Iterator[Document]:
            nonlocal code
            code = read(lines)
            yield from path_to_documents(lines)

        paths = [path for source in sources for path in _expand(source)]
        export_documents(documents(), form, output, sources=paths)
    return code


def _expand(source: str) -> list[str]:
    try:
        return list(expand_source(source))
    except GkextractError:  # told when it is read
        return []


def _say_counts(counts: Counter[str]) -> None:
    shown = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    say(f"{counts.total()} documents: {shown}" if shown else "no documents")
