"""Reports for the other tools: functions in a table, a name to each, loaded when asked for.

A writer takes the documents one by one and holds none: a million of them pass in the memory of
a few hundred."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from extract.errors import GkextractError, OutputError, exception_to_error
from extract.exports.reading import Broken, path_to_documents
from extract.exports.shape import Document, to_unicode
from extract.output import open_output
from extract.staging import stage_folder, stage_output

__all__ = ["EXPORTS", "Broken", "Document", "Export", "export_documents", "path_to_documents"]


class Export(NamedTuple):
    """A form of export: the module and functions that write it, and what it is.

    `text` gives pieces of text for standard output or a file, `file` writes a file, `folder`
    into a folder; with both of the latter, a path that ends in `suffix` means the file."""

    module: str
    says: str
    suffix: str
    text: str | None = None
    file: str | None = None
    folder: str | None = None


EXPORTS: dict[str, Export] = {
    "csv": Export("flat", "CSV, a line a figure", ".csv", text="documents_to_tidy_csv"),
    "wide": Export("flat", "CSV, a line a report", ".csv", text="documents_to_wide_csv"),
    "xlsx": Export(
        "xlsx",
        "Excel, a sheet a report that looks like the form; a folder of workbooks for many",
        ".xlsx",
        file="documents_to_xlsx",
        folder="documents_to_xlsx_folder",
    ),
    "parquet": Export(
        "parquet", "a folder of Parquet files", ".parquet", folder="documents_to_parquet"
    ),
    "sqlite": Export(
        "sqlite", "one SQLite database with views", ".sqlite", file="documents_to_sqlite"
    ),
    "stata": Export("stata", "Stata, a line a report, labelled", ".dta", file="documents_to_stata"),
    "kiro": Export(
        "kiro", "a folder of .kirogov.zip packages", ".kirogov.zip", folder="documents_to_kiro"
    ),
    "table": Export("terminal", "tables for a terminal", ".txt", text="documents_to_screen"),
}
"""Name -> export, in the order of the help."""
_BARE = ("applications", "review")
"""Tables of bare numbers, most of a report: no text to look through."""
ALIASES = {"tidy": "csv"}
"""Other names that people use."""


def export_documents(
    documents: Iterable[Document],
    form: str,
    path: str | None = None,
    *,
    bom: bool = False,
    sources: Sequence[str] = (),
) -> Counter[str]:
    """Write reports and error documents in a form of EXPORTS to a file or folder that is whole
    or not there, or, where the form is text and the path None, to standard output. `bom` makes
    CSV one for spreadsheets; `sources` are files that the output must not be. Gives the number
    of documents by status, `failed` and `broken`.

    Raises ValueError for an unknown form, OutputError (where to, and what could not be written),
    DependencyError, LimitError and whatever the documents raise."""
    export = EXPORTS.get(ALIASES.get(form, form))
    if export is None:
        raise ValueError(f"form must be one of {', '.join((*EXPORTS, *ALIASES))}, not {form!r}")
    module = importlib.import_module(f"extract.exports.{export.module}")
    counts: Counter[str] = Counter()
    counted = _count(documents, counts)
    if export.text:
        with open_output(path, sources) as write:
            for piece in getattr(module, export.text)(counted, bom=bom, screen=path is None):
                write(piece)
        return counts
    if path is None:
        raise OutputError("this form is no text", "give a path for it")
    try:
        if export.file and (export.folder is None or path.endswith(export.suffix)):
            with stage_output(path, sources) as part:
                getattr(module, export.file)(counted, part)
        else:
            assert export.folder
            with stage_folder(path) as part:
                getattr(module, export.folder)(counted, part)
    except Exception as exc:
        raise _to_error(exc) from exc
    return counts


def _count(documents: Iterable[Document], counts: Counter[str]) -> Iterator[Document]:
    for document in documents:
        failed = "broken" if isinstance(document, Broken) else "failed"
        counts[failed if "error" in document else document["status"]] += 1
        yield {k: v if k in _BARE else to_unicode(v) for k, v in document.items()}


def _to_error(exc: Exception) -> GkextractError:
    if type(exc).__module__ == "sqlite3" and "full" in str(exc):
        return OutputError("the result cannot be written (No space left on device)")
    return exception_to_error(exc)
