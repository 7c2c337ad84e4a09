"""Reports as CSV text: tidy (a line a figure) and wide (a line a document)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from extract.exports.records import (
    Row,
    document_to_cells,
    document_to_report,
    document_to_tidy,
    tables,
)
from extract.exports.shape import Document
from tableparse.dictionary import dictionary

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.]*$)")
"""How a text begins that spreadsheets run; a number with a sign is none."""
BUFFER = 262_144
"""Characters gathered before they are written."""


def documents_to_tidy_csv(
    documents: Iterable[Document], *, bom: bool = False, screen: bool = False
) -> Iterator[str]:
    """CSV with a line a figure; columns as `tables.toml` says."""
    head = [column.name for column in tables()["tidy"]]
    rows = (row for i, d in enumerate(documents, 1) for row in document_to_tidy(i, d))
    return rows_to_csv(head, rows, bom)


def documents_to_wide_csv(
    documents: Iterable[Document], *, bom: bool = False, screen: bool = False
) -> Iterator[str]:
    """CSV with a line a document, those that gave an error too: the columns of `reports`, then
    every figure by its path; figures that a report's edition does not have are empty."""
    head = [*(column.name for column in tables()["reports"]), *(f.path for f in dictionary())]
    return rows_to_csv(head, documents_to_wide(documents), bom)


def documents_to_wide(documents: Iterable[Document]) -> Iterator[Row]:
    """A row a document: the columns of `reports`, then the figures of the dictionary, in order;
    a sum with its printed unit is text."""
    count = len(dictionary())
    for number, document in enumerate(documents, 1):
        figures: list[Any] = [None] * count
        for cell in document_to_cells(document):
            figures[cell.number] = cell.value if cell.text is None else cell.text
        yield (*document_to_report(number, document), *figures)


def rows_to_csv(head: Iterable[str], rows: Iterable[Row], bom: bool = False) -> Iterator[str]:
    """CSV text in pieces of some size, lines ended by LF; None is an empty field. With `bom`
    for spreadsheets: a byte order mark, by which they know UTF-8, and an apostrophe before text
    that they would take for a formula."""
    buffer = io.StringIO()
    if bom:
        buffer.write("\ufeff")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow(map(_disarm, row) if bom else row)
        if buffer.tell() > BUFFER:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _disarm(value: Any) -> Any:
    armed = isinstance(value, str) and _FORMULA.match(value)
    return f"'{value}" if armed else value
