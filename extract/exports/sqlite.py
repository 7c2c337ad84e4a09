"""Reports as one SQLite database: normal tables, a data dictionary, views for people. Datasette
and every SQL client open it as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from importlib.resources import files
from typing import Any

from extract.exports.records import (
    Column,
    Row,
    document_to_cells,
    document_to_lists,
    document_to_named,
    document_to_report,
    evidence_to_row,
    named_codes,
    table_says,
    tables,
)
from extract.exports.shape import Document
from tableparse.dictionary import dictionary_columns, dictionary_rows, figures_by_path

TYPES = {"integer": "INTEGER", "number": "NUMERIC", "text": "TEXT"}
BATCH = 500
"""Documents a transaction."""
EVIDENCE = ("raw", "page", "x0", "top", "x1", "bottom", "place", "detector", "confidence")
KEYS = {
    "reports": "report",
    "findings": "report, finding",
    "finding_cells": "report, finding, position",
    "narrative": "report, section",
    "attempts": "report, attempt",
    "figures": "report, figure",
    "evidence": "report, figure",
    "dictionary": "figure",
    "columns": '"table", "column"',
}
"""Primary keys; rows come in their order, so that the file is written front to back."""
LEAN = ("figures", "evidence")
"""Tables of many short rows, kept in their key's own order without a second index."""
INDEXES = (
    # rows of a table in the order of the form: the views count on it
    'CREATE INDEX dictionary_by_column ON dictionary ("table", "column")',
    "CREATE INDEX figures_by_figure ON figures (figure, report)",
    "CREATE INDEX reports_by_agency ON reports (agency, year)",
    "CREATE INDEX reports_by_year ON reports (year, status)",
    "CREATE INDEX findings_by_code ON findings (code)",
)


def documents_to_sqlite(documents: Iterable[Document], path: str) -> None:
    """Write the database; the file must not be there. Raises sqlite3.Error, OSError."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        # the file takes its name only when it is whole: no journal has to save half of it
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("PRAGMA temp_store = FILE")
        _create(base)
        base.execute("BEGIN")
        for number, document in enumerate(documents, 1):
            for table, rows in _document_to_rows(number, document):
                base.executemany(_insert(table), rows)
            if number % BATCH == 0:
                base.execute("COMMIT")
                base.execute("BEGIN")
        base.execute("COMMIT")
        for statement in INDEXES:
            base.execute(statement)
        base.executescript(files("extract.exports").joinpath("views.sql").read_text("utf-8"))
        base.execute("ANALYZE")


def _document_to_rows(number: int, document: Document) -> Iterator[tuple[str, Iterable[Row]]]:
    yield "reports", [document_to_report(number, document)]
    named = document_to_named(document)
    yield (
        "figures",
        [
            (number, c.number, c.value, c.text, named_codes(named, c.figure))
            for c in document_to_cells(document)
        ],
    )
    said = document.get("evidence")
    if said:
        known = figures_by_path()
        yield (
            "evidence",
            [(number, known[p][0], *evidence_to_row(e)) for p, e in said.items() if p in known],
        )
    yield from ((table, rows) for table, rows in document_to_lists(number, document).items())


@cache
def all_tables() -> dict[str, tuple[Column, ...]]:
    """Name -> columns of every table of the database."""
    tidy = {column.name: column for column in tables()["tidy"]}
    number = Column("figure", "integer", "number of the figure in the dictionary")
    keys = (tidy["report"], number)
    shown = tuple(Column(n, "text", _DICTIONARY_SAYS.get(n, "")) for n in dictionary_columns())
    return {
        **{name: columns for name, columns in tables().items() if name != "tidy"},
        "figures": (*keys, tidy["value"], tidy["text"], tidy["findings"]),
        "evidence": (*keys, *(tidy[name] for name in EVIDENCE)),
        "dictionary": (number, *shown),
    }


_SAYS = {
    "figures": "a line a figure, blank ones too; the view tidy says what each is",
    "evidence": "a line a figure: what is printed and where, if the reports have evidence",
    "dictionary": "a line for each figure that a report can have, with its labels and its keys in "
    "other systems",
}
_DICTIONARY_SAYS = {
    "path": "place of the figure in the JSON",
    "table": "proactive, applications or review",
    "row": "key of the row",
    "column": "key of the column",
    "editions": "editions of the form that have it",
    "group": "group of rows it belongs to",
    "row_label": "label of the row on the form",
    "column_label": "label of the column on the form",
    "unit": "what it counts",
    "short": "its name where names are short (Stata)",
    "kiro_path": "KIROGOVCOMPARE: path in parsed_json",
    "kiro_cell": "KIROGOVCOMPARE: cell_ref of its facts",
    "kiro_v2": "KIROGOVCOMPARE: table schema v2",
    "govnianbao": "govnianbao: row and column",
}


def _create(base: sqlite3.Connection) -> None:
    for name, columns in all_tables().items():
        said = ", ".join(f'"{c.name}" {TYPES[c.type]}{_points(name, c.name)}' for c in columns)
        lean = "WITHOUT ROWID" if name in LEAN else ""
        base.execute(f"CREATE TABLE {name} ({said}, PRIMARY KEY ({KEYS[name]})) {lean}")
    rows: Iterator[tuple[Any, ...]] = ((i, *row) for i, row in enumerate(dictionary_rows()))
    base.executemany(_insert("dictionary"), rows)
    base.execute(
        'CREATE TABLE columns ("table" TEXT, "column" TEXT, type TEXT, says TEXT, '
        f"PRIMARY KEY ({KEYS['columns']}))"
    )
    for name, columns in {**all_tables(), "tidy": tables()["tidy"]}.items():
        base.execute(
            "INSERT INTO columns VALUES (?, '', 'table', ?)",
            (name, _SAYS.get(name) or table_says(name)),
        )
        base.executemany(
            "INSERT INTO columns VALUES (?, ?, ?, ?)",
            [(name, c.name, c.type, c.says) for c in columns],
        )


def _points(table: str, column: str) -> str:
    """Where a column points to, for programs that follow such columns."""
    target = {"report": "reports", "figure": "dictionary"}.get(column)
    return f" REFERENCES {target}" if target not in (None, table) else ""


@cache
def _insert(table: str) -> str:
    marks = ", ".join("?" * len(all_tables()[table]))
    return f"INSERT INTO {table} VALUES ({marks})"
