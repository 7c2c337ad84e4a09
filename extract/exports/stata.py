"""Reports as one Stata file (.dta, UTF-8): a line a document, every variable labelled.

pandas writes it, which camelot brings along; it holds the whole table before it writes, so the
number of documents is limited. For more there is `wide`, which Stata imports."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Any

from extract.errors import LimitError
from extract.exports.flat import documents_to_wide
from extract.exports.records import Column, tables
from extract.exports.shape import Document
from tableparse.dictionary import dictionary

MAX_DOCUMENTS = 100_000
"""Documents of one file, about 14 kB of memory each."""
LABEL = 80
"""Characters of a variable's label that Stata keeps."""
STRING = 2045
"""Bytes of a text that is no strL."""
CHUNK = 5_000


def documents_to_stata(documents: Iterable[Document], path: str) -> None:
    """Write the file; figures are numbers under their short names in the data dictionary, blanks
    are missing. Raises LimitError for more than MAX_DOCUMENTS."""
    import pandas

    names = variables()
    rows = documents_to_wide(documents)
    frames: list[Any] = []
    while chunk := list(islice(rows, CHUNK)):
        if len(frames) * CHUNK + len(chunk) > MAX_DOCUMENTS:
            raise LimitError(
                f"too many reports for one Stata file (granted={MAX_DOCUMENTS})",
                "export them as wide, in parts, or as parquet",
            )
        frames.append(_rows_to_frame(pandas, chunk, names))
    frame = pandas.concat(frames) if frames else _rows_to_frame(pandas, [], names)
    for name, (column, _) in names.items():
        if column.type == "text":
            frame[name] = frame[name].fillna("").astype(str)
    frame.to_stata(
        path,
        write_index=False,
        version=118,  # the first in UTF-8; Stata 14 and later
        variable_labels={name: label for name, (_, label) in names.items()},
        convert_strl=[n for n in names if n in _TEXTS and _longest(frame[n]) > STRING],
        data_label="gkextract: 政府信息公开工作年度报告",
    )


def variables() -> dict[str, tuple[Column, str]]:
    """The variables of the file in order: name -> column and label."""
    found = {c.name: (c, c.says[:LABEL]) for c in tables()["reports"]}
    for f in dictionary():
        type_ = "text" if f.unit == "as printed" else "number"
        label = f"{f.row_label}：{f.column_label}"
        if len(label) > LABEL:
            label = f"{f.row_label[: LABEL - len(f.column_label) - 2]}…：{f.column_label}"
        found[f.short] = (Column(f.short, type_, label), label)
    return found


_TEXTS = frozenset(c.name for c in tables()["reports"] if c.type == "text")


def _rows_to_frame(pandas: Any, rows: list[Any], names: dict[str, tuple[Column, str]]) -> Any:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    data = {}
    for (name, (column, _)), values in zip(names.items(), columns, strict=True):
        if column.type == "text":
            texts = [None if v is None else str(v) for v in values]
            data[name] = pandas.Series(texts, dtype="object")
        else:
            numbers = [math.nan if v is None else float(v) for v in values]
            data[name] = pandas.Series(numbers, dtype="float64")
    return pandas.DataFrame(data)


def _longest(series: Any) -> int:
    return max((len(text.encode("utf-8")) for text in series), default=0)
