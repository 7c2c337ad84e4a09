"""Figures against goldens: what is exact, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bench.mapping import Figures


class Count(NamedTuple):
    """A document, or the sum of several: cells that the golden has a figure for, how many
    of them were given exactly, and how many figures were given that the golden has not."""

    documents: int = 0
    documents_exact: int = 0
    cells: int = 0
    cells_exact: int = 0
    cells_wrong: int = 0

    def plus(self, other: Count) -> Count:
        """The sum, field by field."""
        return Count(*(a + b for a, b in zip(self, other, strict=True)))


def report_to_figures(report: Mapping[str, Any]) -> Figures:
    """The figures of a report of the JSON contract, or of a golden, by path."""
    figures: Figures = {}
    applications = report.get("applications") or {}
    for row, values in applications.get("rows", {}).items():
        for column, value in zip(applications["columns"], values, strict=True):
            figures[f"applications.{row}.{column}"] = value
    for table in ("proactive", "review"):
        for row, columns in (report.get(table) or {}).items():
            if isinstance(columns, dict):
                figures |= {f"{table}.{row}.{column}": v for column, v in columns.items()}
    return figures


def figures_to_count(given: Figures, golden: Figures) -> Count:
    """One document's count. A blank of the golden is right when nothing is given for it; a
    figure for a cell that the golden does not know is wrong."""
    stated = {path: value for path, value in given.items() if value is not None}
    expected = {path: value for path, value in golden.items() if value is not None}
    exact = sum(path in stated and stated[path] == value for path, value in expected.items())
    return Count(1, int(stated == expected), len(expected), exact, len(stated) - exact)
