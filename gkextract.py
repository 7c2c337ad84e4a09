"""The three tables of a Chinese 政府信息公开工作年度报告 as one normalised, proven JSON.

    import gkextract
    report = gkextract.extract("report.pdf")
    report.status, report.applications, report.findings
    print(report.to_json(evidence=True))

`extract` gives a Report or raises a GkextractError with `code` and `exit_code`. Importing
this module is quick: document libraries are loaded when a document needs them.
"""

from __future__ import annotations

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
    from tableparse.report import Report

__all__ = [
    "DETECTORS",
    "ERRORS",
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
    "error_to_dict",
    "exception_to_error",
    "extract",
]

Detector = Literal["auto", "pdfplumber", "whitespace", "camelot"]
DETECTORS: tuple[str, ...] = get_args(Detector)
"""Ways to find the cells: `auto` tries the others in this order until one is proven."""


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
    from extract.beat import know
    from extract.source import check_supported, load_source, source_to_dict, source_to_uri
    from extract.unwrap import unwrap_source

    known: dict[str, Any] = {}
    try:
        if not isinstance(source, bytes):
            known = {"uri": source_to_uri(source)}
        jar: dict[str, dict[str, str]] = {}
        loaded = load_source(source, allow_private=allow_private, jar=jar)
        known = source_to_dict(loaded)
        loaded = unwrap_source(loaded)
        known = source_to_dict(loaded)
        know(known)
        check_supported(loaded)
        from extract.hop import extract_linked

        return extract_linked(loaded, detector, allow_private=allow_private, jar=jar)
    except Exception as exc:
        error = exception_to_error(exc)
        error.source = error.source or known or None
        if error is exc:
            raise
        raise error from exc


def __getattr__(name: str) -> Any:
    """`Report`, loaded on first use."""
    if name == "Report":
        from tableparse.report import Report

        return Report
    raise AttributeError(f"module 'gkextract' has no attribute {name!r}")
