"""Whose slip a failed identity looks like, told by comparing independent readings.

Detectors that agree on the figures of the identity put it on the publisher; where they differ,
it is ours: the figures on which they differ are then null and the report is doubtful. A
document that states its cells itself leaves nothing to detect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extract.trials import Trial, confirmed, figures, independent
from tableparse.model import Finding, Matrix, Value
from tableparse.paths import value_path

TEXT_DOUBTS = frozenset({"cell.gap", "cell.lines", "cell.overprint", "cell.straddle"})
"""Doubts about what stands in a cell, which another way to find the cells may not see."""

Judged = tuple[list[Matrix | None], list[Finding], str]


def blame_findings(best: Trial, trials: Sequence[Trial]) -> Judged:
    """(matrices, findings, status) of the best reading, with the blame for every failed
    identity told."""
    if len(trials) == 1 and best.reading.status in ("verified", "unproven"):
        return list(best.reading.matrices), list(best.reading.findings), best.reading.status
    others = [figures(t) for t in trials if independent(best, t)]
    own = figures(best)
    # a blank that another reading has a text for, where the sums miss something, is no blank
    lost = set[str]().union(*map(_printed, trials)) - _printed(best)
    moved = any(f.code == "row.moved" for f in best.reading.findings)
    stated = best.stated and not moved
    judged: list[Finding] = []
    contested: set[str] = set()
    for finding in best.reading.findings:
        if finding.code == "identity.failed":
            blame, differing = _judge(finding, own, others)
            blame = "publisher" if stated and not differing else blame
            contested |= differing
            finding = replace(finding, blame=blame)
        if finding.code == "identity.blanks":
            contested |= lost & set(finding.cells) & set(own)
        judged.append(finding)
    contested |= _doubted_elsewhere(best, trials)
    matrices = list(best.reading.matrices)
    if not contested:
        return matrices, judged, best.reading.status
    paths = tuple(path for path in own if path in contested)
    message = f"{len(paths)} figures were read differently by different detectors"
    judged.append(Finding("detectors.differ", "error", "extraction", message, paths))
    return [_without(m, contested) for m in matrices], judged, "doubtful"


def _doubted_elsewhere(best: Trial, trials: Sequence[Trial]) -> set[str]:
    """Figures that no identity proves, in rows where an independent reading doubts the text of
    a cell, that are doubtful or other there: white space passes over a ruling that runs
    through a figure, or stands it in another cell."""
    own, found = figures(best), set[str]()
    for trial in trials:
        if not independent(best, trial):
            continue
        whole = [m for m in trial.reading.matrices if m is not None and not m.missing]
        for matrix, (row, values) in ((m, item) for m in whole for item in m.rows.items()):
            if any(v.doubt in TEXT_DOUBTS for v in values.values()):
                paths = {value_path(matrix.name, row, c): v for c, v in values.items()}
                found |= {p for p, v in paths.items() if v.doubt or v.number != own.get(p)}
    return found - best.reading.checks.proven


def _printed(trial: Trial) -> set[str]:
    """The paths of cells in which a reading found a figure or a mark."""
    matrices = [m for m in trial.reading.matrices if m is not None]
    return {path for m in matrices for path, value in m.figures.items() if value.raw}


def _judge(
    finding: Finding, own: dict[str, object], others: Sequence[dict[str, object]]
) -> tuple[str, set[str]]:
    if confirmed(finding, own, others):
        return "publisher", set()
    whole = [other for other in others if all(cell in other for cell in finding.cells)]
    differing = {c for c in finding.cells if any(other[c] != own.get(c) for other in whole)}
    return ("extraction" if differing else "unknown"), differing


def _without(matrix: Matrix | None, contested: set[str]) -> Matrix | None:
    if matrix is None:
        return None

    def kept(row: str, column: str, value: Value) -> Value:
        if value_path(matrix.name, row, column) not in contested:
            return value
        return value._replace(number=None, doubt="detectors.differ")

    rows = {r: {c: kept(r, c, v) for c, v in vs.items()} for r, vs in matrix.rows.items()}
    return replace(matrix, rows=rows)
