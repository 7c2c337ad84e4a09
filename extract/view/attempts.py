"""What each detector made of the document, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extract.pipeline import Work
from extract.trials import Trial, figures
from extract.view.places import box_as_shown
from tableparse.model import Box, Page, Table
from tableparse.read import TABLES

Plain = dict[str, Any]


def work_to_attempts(work: Work) -> list[Plain]:
    """Each trial in the order tried: `{detector, sources, taken, status, evaluated, held, found,
    missing, pages}`. `found` counts its figures; `pages` has, by page number, the boxes of the
    `cells` of its tables (points, as shown) and of its `detected` grids as they came."""
    pages = {page.number: page for page in work.document.pages}
    return [
        {
            "detector": trial.detector,
            "sources": dict(zip(TABLES, trial.sources, strict=False)),
            "taken": trial is work.best,
            "status": trial.reading.status,
            "evaluated": trial.reading.checks.evaluated,
            "held": trial.reading.checks.held,
            "found": sum(number is not None for number in figures(trial).values()),
            "missing": [
                name
                for name, matrix in zip(TABLES, trial.reading.matrices, strict=True)
                if matrix is None
            ],
            "pages": _boxes(trial, work.trials, pages),
        }
        for trial in work.trials
    ]


def work_to_differences(work: Work) -> list[Plain]:
    """The figures on which trials differ, in the order of the first that has them: `{path,
    read}`, with what each trial read (raw text, None where it has no such figure)."""
    read = [_raw(trial) for trial in work.trials]
    paths = dict.fromkeys(path for raw in read for path in raw)
    return [
        {"path": path, "read": [raw.get(path) for raw in read]}
        for path in paths
        if len({raw.get(path) for raw in read}) > 1
    ]


def trial_tables(trial: Trial, trials: Sequence[Trial]) -> tuple[Table, ...]:
    """The tables of a trial; of one that combines others, those of theirs that its figures are
    from."""
    if not trial.sources:
        return trial.tables
    found: list[Table] = []
    for name, matrix in zip(trial.sources, trial.reading.matrices, strict=True):
        values = [*matrix.figures.values()] if matrix else []
        places = {(v.page, v.box, v.place) for v in values if v.box or v.place}
        for table in _named(name, trials).tables:
            own = any((c.page, c.box, c.place) in places for c in table.cells)
            if own and table not in found:
                found.append(table)
    return tuple(found)


def _named(name: str, trials: Sequence[Trial]) -> Trial:
    return next(trial for trial in trials if trial.detector == name)


def _raw(trial: Trial) -> dict[str, str]:
    matrices = [m for m in trial.reading.matrices if m is not None]
    return {path: value.raw for m in matrices for path, value in m.figures.items()}


def _boxes(
    trial: Trial, trials: Sequence[Trial], pages: Mapping[int, Page]
) -> dict[int, dict[str, list[list[float]]]]:
    found: dict[int, dict[str, list[list[float]]]] = {}

    def put(kind: str, number: int, box: Box) -> None:
        if number in pages:
            shown = [round(edge, 1) for edge in box_as_shown(pages[number], box)]
            boxes = found.setdefault(number, {"cells": [], "detected": []})[kind]
            boxes.append(shown)

    for table in trial_tables(trial, trials):
        for cell in table.cells:
            if cell.box is not None:
                put("cells", cell.page, cell.box)
    for grid in trial.grids:
        for box in grid.boxes:
            put("detected", grid.page, box)
    return found
