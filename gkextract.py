"""The three tables of a Chinese 政府信息公开工作年度报告 as one normalised, proven JSON.

    import gkextract
    report = gkextract.extract("report.pdf")
    report.status, report.applications, report.findings
    print(report.to_json(evidence=True))

`extract` gives a Report or raises a GkextractError with `code` and `exit_code`. Importing
this module is quick: document libraries are loaded when a document needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from extract.errors import (
    ERRORS,
    BlockedError,
    CorruptError,
    CrashError,
    DependencyError,
    EncryptedError,
    FetchError,
    FormatError,
    GkextractError,
    InputError,
    InternalError,
    LimitError,
    MemoryLimitError,
    NoContentError,
    OutputError,
    TimeLimitError,
    error_to_dict,
    exception_to_error,
)
from tableparse.version import __version__

if TYPE_CHECKING:
    from extract.fetch import Jar
    from extract.source import Source
    from tableparse.report import Report

__all__ = [
    "DETECTORS",
    "ERRORS",
    "EXPORTS",
    "BlockedError",
    "CorruptError",
    "CrashError",
    "DependencyError",
    "Detector",
    "EncryptedError",
    "FetchError",
    "FormatError",
    "GkextractError",
    "InputError",
    "InternalError",
    "LimitError",
    "MemoryLimitError",
    "NoContentError",
    "OutputError",
    "Report",
    "TimeLimitError",
    "__version__",
    "dictionary",
    "error_to_dict",
    "exception_to_error",
    "export",
    "extract",
    "read_reports",
    "schema",
]

Detector = Literal["auto", "pdfplumber", "whitespace", "camelot"]
DETECTORS: tuple[str, ...] = get_args(Detector)
"""Ways to find the cells: `auto` tries the others in this order until one is proven."""
EXPORTS = ("csv", "wide", "xlsx", "parquet", "sqlite", "stata", "kiro", "table")
"""Forms that `export` writes."""


def extract(
    source: str | Path | bytes, *, detector: str = "auto", allow_private: bool = False
) -> Report:
    """The report that a document prints: `source` is a path, an http or https address, or the
    document's bytes; its kind is told by content. Figures carry their page and box in points.

    An address is fetched, and the attachment of a page that holds the report there; loopback
    and intranet addresses, and ports that are not usual, only with `allow_private`.

    Raises GkextractError (its `code` and `exit_code` tell which, its `source` what is known
    of the document) for everything that stands in the way of a report, and ValueError for a
    detector that is not in DETECTORS."""
    if detector not in DETECTORS:
        raise ValueError(f"detector must be one of {', '.join(DETECTORS)}, not {detector!r}")
    from extract.entry import read_source

    def read(loaded: Source, jar: Jar) -> Report:
        from extract.hop import extract_linked

        return extract_linked(loaded, detector, allow_private=allow_private, jar=jar)

    return read_source(source, read, allow_private=allow_private)


def read_reports(path: str | Path) -> Iterator[dict[str, Any]]:
    """The reports that were written as JSON, one by one, each as its JSON has it: from a file
    (one report, JSON lines, an array) or from all `.json`, `.jsonl`, `.ndjson` files of a folder.
    A document that failed is there too, as `{"source": ..., "error": ...}`.

    Raises GkextractError: INPUT where nothing is there, FORMAT where it is no report's JSON."""
    from extract.exports import path_to_documents

    for document in path_to_documents(str(path)):
        yield dict(document)


def export(
    reports: Iterable[Report | Mapping[str, Any]], form: str, path: str | Path, *, bom: bool = False
) -> dict[str, int]:
    """Write reports, or what `read_reports` gives, in one of EXPORTS to a file or folder that is
    whole or not there; one at a time, so that any number of them may pass. `bom` makes CSV one
    for spreadsheets. Gives the number of documents by status (`failed` for errors).

    Raises ValueError for another form, GkextractError (OUTPUT, LIMIT, DEPENDENCY...)."""
    from extract.exports import export_documents

    documents = (r if isinstance(r, Mapping) else r.to_dict(evidence=True) for r in reports)
    return dict(export_documents(documents, form, str(path), bom=bom))


def schema(kind: str = "report") -> dict[str, Any]:
    """The JSON Schema (2020-12) of a `report`, of an `error`, or of a `line` of a batch, which is
    one of the two. Raises ValueError for another kind."""
    from tableparse import schema as made

    return made.schema(kind)


def dictionary() -> list[dict[str, str | None]]:
    """The data dictionary: for every figure that a report can have its path, table, row, column,
    editions, group, labels, unit, short name, and its keys in other systems."""
    from tableparse.dictionary import dictionary_columns, dictionary_rows

    names = dictionary_columns()
    return [dict(zip(names, row, strict=True)) for row in dictionary_rows()]


def __getattr__(name: str) -> Any:
    """`Report`, loaded on first use."""
    if name == "Report":
        from tableparse.report import Report

        return Report
    raise AttributeError(f"module 'gkextract' has no attribute {name!r}")
