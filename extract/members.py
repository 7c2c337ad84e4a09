"""The report among the members of an archive: every member that may be a document is read, the
one whose reading is best is taken, and what the others are is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from extract.errors import (
    GkextractError,
    LimitError,
    NoContentError,
    exception_to_error,
)
from extract.readers.archive import archive_to_members
from extract.sniff import ARCHIVES, SUPPORTED
from extract.source import Source, bytes_to_source
from extract.trials import RANKS
from extract.unwrap import unwrap_source
from tableparse.model import Finding, Matrix
from tableparse.report import Report

MAX_TRIED = 200
"""Members of an archive that are read."""
MAX_NESTING = 2
"""Archives in one another."""
MAX_TOTAL = 200_000_000
"""Bytes of all members that are read, those of archives inside too."""
TELLING = ("ENCRYPTED", "LIMIT", "DEPENDENCY", "CORRUPT", "TIMEOUT", "MEMORY", "INTERNAL", "FORMAT")
"""Errors of members from the one that says most of why no report was found."""


@dataclass(slots=True)
class Search:
    """What reading the members gave so far."""

    reports: list[tuple[str, Report]]
    errors: list[tuple[str, GkextractError]]
    seen: int = 0
    tried: int = 0
    untried: int = 0
    size: int = 0


def extract_archive(source: Source, extract: Callable[[Source], Report]) -> Report:
    """The report of the best member, its `source.uri` naming it behind a `!`, with findings on
    the others. `extract` reads one document.

    Raises the archive's errors, and where no member is a report the error that tells most."""
    search = Search([], [])
    _look(source, "", 1, extract, search)
    if not search.reports:
        raise _nothing(search)
    name, best = min(search.reports, key=lambda pair: _rank(pair[1]))
    rivals = [(n, r) for n, r in search.reports if r is not best and _differs(r, best)]
    findings = [*source.notes, _tell(search, name), *_several(search, rivals)]
    given = {
        "uri": f"{source.uri}!{name}", "sha256": source.sha256, "bytes": source.bytes,
        "retrieved_at": source.retrieved_at,
    }  # fmt: skip
    doubted = any(f.code == "archive.several" for f in findings)
    worst = RANKS.index("doubtful") if doubted else 0
    return replace(
        best,
        source={**best.source, **given},
        findings=(*best.findings, *findings),
        status=RANKS[max(RANKS.index(best.status), worst)],
    )


def _look(
    source: Source, path: str, depth: int, extract: Callable[[Source], Report], search: Search
) -> None:
    if depth > MAX_NESTING:
        raise LimitError(f"archives nest too deep (requested={depth}, granted={MAX_NESTING})")
    for member in archive_to_members(source.data, source.media_type):
        name = f"{path}{member.name}"
        search.seen += 1
        if search.tried >= MAX_TRIED:
            search.untried += 1
            continue
        search.tried += 1
        try:
            inner = _inner(member.read(), name, search)
            if inner is None:
                continue
            if inner.media_type in ARCHIVES:
                search.seen -= 1
                search.tried -= 1
                _look(inner, f"{name}!", depth + 1, extract, search)
            else:
                search.reports.append((name, extract(inner)))
        except Exception as error:
            search.errors.append((name, exception_to_error(error)))


def _inner(data: bytes, name: str, search: Search) -> Source | None:
    """The member as a source; None where it is no document."""
    search.size += len(data)
    if search.size > MAX_TOTAL:
        raise LimitError(f"members too large (requested={search.size}, granted={MAX_TOTAL})")
    if not data:
        return None
    inner = unwrap_source(bytes_to_source(data, name))
    return inner if inner.media_type in SUPPORTED else None


def _rank(report: Report) -> tuple[int, bool, int]:
    figures = sum(value.number is not None for _, value in report.figures())
    named = report.title is not None and "年度报告" in report.title
    return RANKS.index(report.status), not named, -figures


def _differs(a: Report, b: Report) -> bool:
    """Whether two reports contradict: other year or agency, or another figure in a cell that
    both have. A cover or a text without tables contradicts nothing."""
    if not any((a.proactive, a.applications, a.review)):
        return False
    if any(x and y and x != y for x, y in ((a.year, b.year), (a.agency, b.agency))):
        return True
    pairs = ((a.proactive, b.proactive), (a.applications, b.applications), (a.review, b.review))
    return any(x and y and _contradict(_numbers(x), _numbers(y)) for x, y in pairs)


def _contradict(a: dict[tuple[str, str], object], b: dict[tuple[str, str], object]) -> bool:
    return any(a[cell] != b[cell] for cell in a.keys() & b.keys())


def _numbers(matrix: Matrix) -> dict[tuple[str, str], object]:
    """The figures that were read: a cell that one reading doubts contradicts nothing."""
    return {
        (row, column): value.number
        for row, values in matrix.rows.items()
        for column, value in values.items()
        if value.number is not None
    }


def _tell(search: Search, name: str) -> Finding:
    others = Counter(e.code for _, e in search.errors if e.code not in ("NO_CONTENT", "FORMAT"))
    message = f"members: {search.seen}, reports: {len(search.reports)}, taken: {name}"
    if others:
        message += "; not read: " + ", ".join(f"{n} {code}" for code, n in others.items())
    return Finding("archive.members", "info", "unknown", message)


def _several(search: Search, rivals: list[tuple[str, Report]]) -> Iterator[Finding]:
    if rivals:
        names = ", ".join(name for name, _ in rivals[:5])
        message = f"other reports in the archive that differ from this one: {len(rivals)} ({names})"
        yield Finding("archive.several", "warning", "publisher", message)
    if search.untried:
        message = f"members not looked at: {search.untried} (at most {MAX_TRIED} are)"
        yield Finding("archive.several", "warning", "publisher", message)


def _nothing(search: Search) -> GkextractError:
    for code in TELLING:
        for _, error in search.errors:
            if error.code == code:
                return error
    return NoContentError(
        f"an archive without annual report (members={search.seen})",
        "give the archive that holds the report",
    )
