"""Readings of one document by several detectors: which one to go by, what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tableparse.model import Finding, Grid, Line, Matrix, Table
from tableparse.read import TABLES, Reading, combine_readings

RANKS = ("verified", "unproven", "inconsistent", "doubtful", "incomplete")
"""From the reading to prefer to the one to take last."""
RECOGNISING = "+ocr"
"""The end of a detector's name where characters were recognised in pictures."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One detector's reading of a document, and the lines outside of its tables. `sources`
    names the detector of each table where the trial combines several. `grids` (as detected, a
    page each) and `tables` (filled and stitched) are what it read them from; `stated` says that
    the document states its cells itself, as web pages and spreadsheets do."""

    detector: str
    reading: Reading
    lines: tuple[Line, ...]
    sources: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    tables: tuple[Table, ...] = ()
    stated: bool = False


def best_trial(trials: Sequence[Trial]) -> Trial:
    """The reading to go by: by status, then by how much was found, then the earliest."""

    if len(trials) == 1:
        return trials[0]

    def rank(trial: Trial) -> tuple[int, int]:
        found = sum(
            value.number is not None
            for matrix in trial.reading.matrices
            if matrix is not None
            for value in matrix.figures.values()
        )
        return RANKS.index(trial.reading.status), -found

    return min(trials, key=rank)


def with_combined(trials: Sequence[Trial], notes: Sequence[Finding]) -> list[Trial]:
    """The trials, and the reading that takes each table from the trial that found it best,
    where that is no trial's own (a document may rule one table and not the next)."""
    readings = [t.reading for t in trials]
    whole = combine_readings(readings, notes)
    if any(whole is r for r in readings):
        return list(trials)
    sources = tuple(
        next(t.detector for t in trials if t.reading.matrices[i] is whole.matrices[i])
        for i in range(len(TABLES))
    )
    used = [t for t in trials if t.detector in sources]
    lines = used[0].lines
    for trial in used[1:]:
        taken = [
            m for m, name in zip(whole.matrices, sources, strict=True) if name == trial.detector
        ]
        lines = _outside(lines, trial, taken)
    return [*trials, Trial("combined", whole, lines, sources)]


def _outside(
    lines: tuple[Line, ...], trial: Trial, taken: Sequence[Matrix | None]
) -> tuple[Line, ...]:
    """The lines that are not of the tables taken from a trial: those that it took for a
    table's too and that stand among the figures, or next to such a line (heads, groups)."""
    reach: dict[int, tuple[float, float]] = {}
    for value in (v for m in taken if m is not None for v in m.figures.values()):
        if value.box is not None and value.page is not None:
            top, bottom = reach.get(value.page, (value.box.top, value.box.bottom))
            reach[value.page] = min(top, value.box.top), max(bottom, value.box.bottom)
    theirs = set(trial.lines)
    gone: set[int] = set()
    for way in (1, -1):
        last: Line | None = None
        for i in range(len(lines))[::way]:
            line = lines[i]
            top, bottom = reach.get(line.page, (0.0, -1.0))
            among = top <= (line.box.top + line.box.bottom) / 2 <= bottom
            beside = last is not None and abs(last.page - line.page) <= 1
            if line not in theirs and (among or beside):
                gone.add(i)
                last = line
            else:
                last = None
    return tuple(line for i, line in enumerate(lines) if i not in gone)


def independent(a: Trial, b: Trial) -> bool:
    """Whether two readings found their cells in different ways. Those of recognised pages
    share their characters, so neither bears the other out."""
    if all(any(RECOGNISING in n for n in t.sources or (t.detector,)) for t in (a, b)):
        return False
    return not (_ways(a) & _ways(b))


def _ways(trial: Trial) -> set[str]:
    return {name.split("+")[0] for name in trial.sources or (trial.detector,)}


def confirmed(
    finding: Finding, own: dict[str, object], others: Sequence[dict[str, object]]
) -> bool:
    """Whether another reading has the same figures in all cells of a finding."""
    return any(
        all(cell in other and other[cell] == own.get(cell) for cell in finding.cells)
        for other in others
    )


def figures(trial: Trial) -> dict[str, object]:
    """Every figure of a reading by its path, printed subtotals too."""
    return {
        path: value.number
        for matrix in trial.reading.matrices
        if matrix is not None
        for path, value in (*matrix.figures.items(), *matrix.subtotal_figures.items())
    }
