"""Reports as a folder of Parquet files: one a table, `tidy.parquet` with a line a figure.

pyarrow is the reference writer of Parquet, typed, and writes row group by row group; DuckDB
would have to be fed through rows of Python or a CSV between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from extract.errors import DependencyError
from extract.exports.records import (
    Row,
    document_to_lists,
    document_to_report,
    document_to_tidy,
    table_says,
    tables,
)
from extract.exports.shape import Document
from tableparse.dictionary import dictionary_columns, dictionary_rows

GROUP, LONG = 100_000, 5_000
"""Rows of a row group, which memory holds: of `tidy`, and of the others, whose texts are long."""
REPEATED = frozenset(
    [
        "agency",
        "region_code",
        "region_name",
        "table",
        "edition",
        "row",
        "column",
        "unit",
        "status",
        "findings",
        "detector",
        "sha256",
        "uri",
    ]
)
"""Columns of `tidy` whose texts repeat: kept once and pointed at."""


def documents_to_parquet(documents: Iterable[Document], folder: str) -> None:
    """Write the files into a folder that is there. Raises DependencyError without pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DependencyError(
            "Parquet needs pyarrow", "pip install 'gkextract[parquet]'"
        ) from error
    with ExitStack() as stack:
        writers = {name: _Writer(pyarrow, folder, name) for name in tables()}
        for writer in writers.values():
            stack.callback(writer.close)
        for number, document in enumerate(documents, 1):
            writers["reports"].add([document_to_report(number, document)])
            writers["tidy"].add(document_to_tidy(number, document))
            for name, rows in document_to_lists(number, document).items():
                writers[name].add(rows)
    names = dictionary_columns()
    columns = zip(*dictionary_rows(), strict=True)
    table = pyarrow.table(dict(zip(names, map(list, columns), strict=True)))
    pyarrow.parquet.write_table(table, os.path.join(folder, "dictionary.parquet"))


class _Writer:
    """One file: rows are gathered and written as a row group when there are enough."""

    def __init__(self, pyarrow: Any, folder: str, name: str) -> None:
        types = {"integer": pyarrow.int64(), "number": pyarrow.float64(), "text": pyarrow.string()}
        pointed = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        fields = [
            pyarrow.field(
                c.name,
                pointed if name == "tidy" and c.name in REPEATED else types[c.type],
                metadata={"says": c.says},
            )
            for c in tables()[name]
        ]
        self.pyarrow = pyarrow
        self.schema = pyarrow.schema(fields, metadata={"says": table_says(name)})
        self.file = pyarrow.parquet.ParquetWriter(
            os.path.join(folder, f"{name}.parquet"), self.schema, compression="zstd"
        )
        self.rows: list[Row] = []
        self.group = GROUP if name == "tidy" else LONG

    def add(self, rows: Iterable[Row]) -> None:
        self.rows.extend(rows)
        if len(self.rows) >= self.group:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self.file.close()

    def _flush(self) -> None:
        if not self.rows:
            return
        columns = zip(*self.rows, strict=True)
        arrays = [
            self.pyarrow.array(column, type=field.type)
            for column, field in zip(columns, self.schema, strict=True)
        ]
        self.file.write_table(self.pyarrow.Table.from_arrays(arrays, schema=self.schema))
        self.rows.clear()
