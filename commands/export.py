"""`gkextract export SOURCE...`: reports' JSON for the other tools; and the same for documents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from commands.one import EXIT_PARTLY
from extract.exports import ALIASES, EXPORTS, Document, export_documents, path_to_documents
from extract.output import say
from extract.source import source_to_uri
from gkextract import GkextractError


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="JSON, JSON lines, a folder of such files, a crawl's store, or - (stdin).",
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
                yield from _source_to_documents(source)
            except GkextractError as error:
                error.source = {"uri": source_to_uri(source)}
                raise

    counts = export_documents(documents(), form, output, bom=bom, sources=sources)
    _say_counts(counts)
    raise typer.Exit(EXIT_PARTLY if counts["broken"] else 0)


def _source_to_documents(source: str) -> Iterator[Document]:
    """The reports of a crawl's store, each agency's of a year once; else those of the files."""
    from crawl.ledger import store_to_ledgers
    from crawl.status import store_to_lines

    store = Path(source)
    if source != "-" and store_to_ledgers(store):
        yield from (report for _, report in store_to_lines(store))
    else:
        yield from path_to_documents(source)


def check_form(form: str, output: str | None) -> None:
    """Raises typer.BadParameter for an unknown form, and for one that needs a path without."""
    export = EXPORTS.get(ALIASES.get(form, form))
    if export is None:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(EXPORTS)}")
    if output is None and not export.text:
        raise typer.BadParameter(f"{form} is no text: give -o PATH ({export.says})")


def texts_to_export(
    texts: Iterable[str], form: str, output: str | None, sources: Sequence[str]
) -> Counter[str]:
    """Write documents' JSON, as it comes from reading them, in a form of EXPORTS. Gives the
    number of documents by status. Raises as `export_documents` does."""
    return export_documents(map(json.loads, texts), form, output, sources=sources)


def _say_counts(counts: Counter[str]) -> None:
    shown = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    say(f"{counts.total()} documents: {shown}" if shown else "no documents")
