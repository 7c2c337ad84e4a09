"""Paths of figures in a report: `applications.granted.business`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def value_path(table: str, row: str, column: str) -> str:
    """The path of the figure of a table's row and column."""
    return f"{table}.{row}.{column}"


def rows_to_figures(table: str, rows: Mapping[str, Mapping[str, T]]) -> dict[str, T]:
    """The figures of a table by path, given by row and column, in their order."""
    return {
        f"{table}.{row}.{column}": value
        for row, values in rows.items()
        for column, value in values.items()
    }
