"""Two reports that should say the same, figure by figure."""

from __future__ import annotations

from tableparse.model import Value
from tableparse.report import Report


def compare_reports(left: Report, right: Report) -> tuple[int, tuple[str, ...]]:
    """How many figures both reports have, and the paths of those that differ. A figure that one
    reading doubts says nothing, nor does a blank beside a zero."""
    ours, theirs = dict(left.figures()), dict(right.figures())
    common = [path for path in ours if path in theirs and _said(ours[path], theirs[path])]
    return len(common), tuple(p for p in common if _differ(ours[p], theirs[p]))


def _said(a: Value, b: Value) -> bool:
    return not (a.doubt or b.doubt)


def _differ(a: Value, b: Value) -> bool:
    if a.number is None or b.number is None:
        return bool(a.number or b.number)
    return a.number != b.number
