"""Tables and lines to everything that a report says: the pure part of the work, the same for
every container and every detector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from tableparse.align_applications import tables_to_applications
from tableparse.align_proactive import tables_to_proactive
from tableparse.align_review import tables_to_review
from tableparse.check import Checks, check_matrices
from tableparse.formdata import read_data
from tableparse.model import Finding, Matrix, Table, Value
from tableparse.rows import quote
from tableparse.sight import Sights, decide_doubts, with_sights

TABLES = ("proactive", "applications", "review")


Matrices = tuple[Matrix | None, Matrix | None, Matrix | None]
"""The matrices of TABLES, None where one was not found."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The three matrices as read one way, with their proof. `said` is what alignment had to
    say of each of TABLES, `aside` of the tables that are none of the form's."""

    matrices: Matrices
    said: tuple[tuple[Finding, ...], ...]
    aside: tuple[Finding, ...]
    checks: Checks
    findings: tuple[Finding, ...]
    status: str


def tables_to_reading(
    tables: Sequence[Table], notes: Sequence[Finding] = (), sights: Sights | None = None
) -> Reading:
    """Align, check and judge. `notes` is what reader and detector already had to say, `sights`
    what was seen on pages that were recognised in their pictures."""
    applications, said_a, used = tables_to_applications(tables)
    rest = [t for i, t in enumerate(tables) if i not in used]
    proactive, said_p, used_p = tables_to_proactive(rest)
    review, said_r, used_r = tables_to_review(rest)
    aside = tuple(_decoy(t) for i, t in enumerate(rest) if i not in used_p | used_r)
    matrices = proactive, applications, review
    if sights:
        p, a, r = (decide_doubts(with_sights(m, sights)) for m in matrices)
        matrices = p, a, r
    return _judged(matrices, (said_p, said_a, said_r), aside, notes)


def combine_readings(readings: Sequence[Reading], notes: Sequence[Finding]) -> Reading:
    """Each table from the reading that found it best: whole before in part, without doubt
    before doubtful, the earlier before the later. What adds up plays no part. Where that is
    all of one reading, it is that reading."""
    if len(readings) == 1:
        return readings[0]
    best = [_best(readings, i) for i in range(len(TABLES))]
    matrices = best[0].matrices[0], best[1].matrices[1], best[2].matrices[2]
    for reading in readings:
        if reading.matrices == matrices:
            return reading
    said = tuple(reading.said[i] for i, reading in enumerate(best))
    aside = tuple(f for f in readings[0].aside if all(f in r.aside for r in readings))
    return _judged(matrices, said, aside, notes)


def _best(readings: Sequence[Reading], table: int) -> Reading:
    return min(readings, key=lambda r: _rank(r.matrices[table], r.said[table]))


def _rank(matrix: Matrix | None, said: Sequence[Finding]) -> tuple[bool, int, bool, int]:
    if matrix is None:
        return True, 0, True, 0
    doubts = sum(value.doubt is not None for _, value in _all_figures(matrix))
    return False, len(matrix.missing), bool(said), doubts


def _judged(
    matrices: Matrices,
    said: tuple[tuple[Finding, ...], ...],
    aside: tuple[Finding, ...],
    notes: Sequence[Finding],
) -> Reading:
    checks = check_matrices(matrices)
    findings = (
        *notes,
        *_missing(matrices),
        *(finding for findings in said for finding in findings),
        *_doubts(matrices),
        *_chosen(matrices),
        *checks.findings,
        *_blank(matrices),
        *aside,
    )
    return Reading(matrices, said, aside, checks, findings, judge(matrices, checks, findings))


def judge(matrices: Sequence[Matrix | None], checks: Checks, findings: Sequence[Finding]) -> str:
    """The status: the worst that applies, from incomplete over doubtful, inconsistent and
    unproven to verified."""
    if any(m is None or m.missing for m in matrices):
        return "incomplete"
    codes = read_data("findings")["findings"]
    if any(f.code not in codes or codes[f.code].get("doubt", False) for f in findings):
        return "doubtful"
    if any(f.code == "identity.failed" for f in findings):
        return "inconsistent"
    figures = [
        path
        for m in matrices[1:]
        if m is not None
        for path, value in m.figures.items()
        if value.number is not None
    ]
    if not checks.evaluated or not checks.proven.issuperset(figures):
        return "unproven"
    return "verified"


def _missing(matrices: Sequence[Matrix | None]) -> list[Finding]:
    found = []
    for name, matrix in zip(TABLES, matrices, strict=True):
        if matrix is None:
            found.append(
                Finding(
                    "table.missing", "error", "unknown", f"the table {name} was not found", (name,)
                )
            )
        elif matrix.missing:
            rows = ", ".join(matrix.missing)
            found.append(
                Finding(
                    "row.missing",
                    "error",
                    "unknown",
                    f"rows of {name} were not found: {rows}",
                    tuple(f"{name}.{row}" for row in matrix.missing),
                )
            )
    return found


def _doubts(matrices: Sequence[Matrix | None]) -> list[Finding]:
    """One finding for the doubtful figures of a row that share a reason."""
    reasons: dict[tuple[str, str], list[tuple[str, Value]]] = {}
    for matrix in matrices:
        for path, value in _all_figures(matrix):
            if value.doubt:
                row = path.rpartition(".")[0]
                reasons.setdefault((row, value.doubt), []).append((path, value))
    found = []
    for (row, code), figures in reasons.items():
        raw = ", ".join(dict.fromkeys(quote(v.raw) for _, v in figures))
        message = f"{row}: {len(figures)} not certain, printed as {raw}"
        paths = tuple(path for path, _ in figures)
        found.append(Finding(code, "error", "unknown", message, paths))
    return found


def _chosen(matrices: Sequence[Matrix | None]) -> list[Finding]:
    found = []
    for matrix in matrices:
        chosen = [(path, value) for path, value in _all_figures(matrix) if value.chosen]
        if chosen:
            said = ", ".join(f"{path} {value.number}" for path, value in chosen)
            message = f"not clear in the picture, taken as the equations allow alone: {said}"
            paths = tuple(path for path, _ in chosen)
            found.append(Finding("ocr.chosen", "info", "extraction", message, paths))
    return found


def _all_figures(matrix: Matrix | None) -> Iterable[tuple[str, Value]]:
    """The figures of a matrix, then its printed subtotals, with their paths."""
    return chain(matrix.figures.items(), matrix.subtotal_figures.items()) if matrix else ()


def _blank(matrices: Sequence[Matrix | None]) -> list[Finding]:
    known = [m for m in matrices if m is not None]
    if not known or any(v.raw for m in known for v in m.figures.values()):
        return []
    message = "the form is blank: no figure is printed in its tables"
    return [Finding("report.blank", "warning", "publisher", message)]


def _decoy(table: Table) -> Finding:
    first = next((c for c in table.cells if c.text), None)
    where = f"page {first.page}: " if first else ""
    shown = quote(first.text) if first else "no text"
    message = f"{where}a table of {table.rows} rows that begins with {shown} is not of the form"
    return Finding("table.other", "info", "unknown", message)
