"""Tables that plain text marks itself: Markdown with pipe tables, CSV and TSV.

Such tables cannot merge cells: a merged cell's text stands in its first slot, the others are
empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from extract.errors import CorruptError, LimitError
from extract.readers.flow import Flow
from extract.readers.merges import make_cell, text_to_doubt
from extract.readers.sheet import Sheet, cells_to_table, sheet_to_flow
from tableparse.model import Document, Span
from tableparse.spans import MAX_SLOTS

MARKDOWN = "text/markdown"
CSV = "text/csv"
TSV = "text/tab-separated-values"
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+)|\s+#+\s*$")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def rows_text_to_document(text: str, media_type: str) -> Document:
    """The tables and lines of a CSV or TSV. Raises CorruptError for quotes without end,
    LimitError for a table beyond any real one."""
    flow = Flow()
    sheet = Sheet(lambda r, c: f"row {r + 1}, field {c + 1}")
    delimiter = "\t" if media_type == TSV else ","
    try:
        for r, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if row:
                sheet.stated.add(r)
            for c, field in enumerate(row):
                if field.strip():
                    sheet.texts[r, c] = field.replace("\r", "")
            if (r + 1) * max(len(row), 1) > MAX_SLOTS:
                raise LimitError(f"a table is too large (slots granted={MAX_SLOTS})")
    except csv.Error as error:
        raise CorruptError("a table of fields whose quotes have no end") from error
    sheet_to_flow(sheet, flow)
    return flow.to_document(media_type)


def markdown_to_document(text: str) -> Document:
    """The pipe tables and other lines of a Markdown text. Raises LimitError."""
    flow = Flow()
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if is_table_head(lines, at):
            width = len(_split(lines[at]))
            end = at + 2
            while end < len(lines) and "|" in lines[end] and lines[end].strip():
                end += 1
            rows = [(n, _split(lines[n])) for n in (at, *range(at + 2, end))]
            _add_table(rows, width, flow)
            at = end
        else:
            if not _RULE.match(lines[at]):
                flow.add_text(_plain(_MARKS.sub("", lines[at])))
            at += 1
    return flow.to_document(MARKDOWN)


def is_table_head(lines: Sequence[str], at: int) -> bool:
    """Whether a pipe table begins here: a row, and under it a rule of as many columns."""
    if at + 1 >= len(lines) or "|" not in lines[at]:
        return False
    rule = lines[at + 1]
    wide = len(_split(lines[at]))
    return "|" in rule and _RULE.match(rule) is not None and len(_split(rule)) == wide


def _split(line: str) -> list[str]:
    """The cells of a row; `\\|` is no border."""
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [part.strip() for part in re.split(r"(?<!\\)\|", inner)]


def _plain(text: str) -> str:
    text = _EMPHASIS.sub(r"\2", _BREAK.sub("\n", text))
    return _ESCAPED.sub(r"\1", text)


def _add_table(rows: Sequence[tuple[int, Sequence[str]]], width: int, flow: Flow) -> None:
    """Rows of other widths than the head's are ragged: no one knows which cell is lost."""
    wide = max(width, *(len(row) for _, row in rows))
    if wide * len(rows) > MAX_SLOTS:
        raise LimitError(f"a table is too large (slots granted={MAX_SLOTS})")
    ragged = {r for r, (_, row) in enumerate(rows) if len(row) != width}
    number = flow.next_table()

    def cells() -> Iterator[tuple[int, int, str]]:
        for r, (_, row) in enumerate(rows):
            for c, raw in enumerate(row):
                text = _plain(raw)
                if text:
                    yield r, c, text

    made = [
        make_cell(
            Span(r, r + 1, c, c + 1),
            text,
            text_to_doubt(text, None) or ("row.ragged" if r in ragged else None),
            f"table {number}, line {rows[r][0] + 1}, cell {c + 1}",
        )
        for r, c, text in cells()
    ]
    flow.add_table(cells_to_table(made, len(rows), wide, ragged), ragged)
