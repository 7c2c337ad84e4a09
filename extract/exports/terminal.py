"""Reports as tables for a terminal: Chinese characters take two columns, figures stand under their
heads, and what a finding names is marked, in colour where the terminal has any."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wcwidth import wcswidth, wcwidth

from extract.exports.layout import headings, row_label
from extract.exports.records import document_to_named, named_codes
from extract.exports.shape import Document
from tableparse.dictionary import figures_by_path
from tableparse.formdata import EDITIONS, Edition, edition

NULL = "·"
"""Stands for a figure that is null: blank, marked or not certain."""
COLOURS = {"error": "31", "warning": "33", "info": "36", "verified": "32"}
"""Severity or status -> SGR colour."""
HEAD = 8
"""Columns of a terminal for a head: longer ones take two lines."""
LEAST, MOST = 80, 132
"""Columns of a table's widest line, whatever the terminal."""


def documents_to_screen(
    documents: Iterable[Document], *, bom: bool = False, screen: bool = False
) -> Iterator[str]:
    """A block of text a document; colours only for the screen, if that is a terminal, and not
    with NO_COLOR."""
    colour = screen and _has_colours()
    width = min(max(shutil.get_terminal_size((100, 24)).columns, LEAST), MOST)
    for number, document in enumerate(documents):
        lines = document_to_lines(document, width, colour)
        yield ("\n" if number else "") + "\n".join(line.rstrip() for line in lines) + "\n"


def document_to_lines(document: Document, width: int, colour: bool) -> Iterator[str]:
    """The lines of one document for a terminal of so many columns."""
    source = document.get("source") or {}
    if "error" in document:
        error = document["error"]
        yield _paint(f"{error['type']}: {error['message']}", "error", colour)
        yield f"  {source.get('uri')}"
        return
    yield printable(document["title"] or source.get("uri") or "")
    checks = document["checks"]
    told = f"{document['status']}, {checks['held']} of {checks['evaluated']} equations hold"
    kind = "verified" if document["status"] == "verified" else "warning"
    yield f"{printable(document['agency'] or NULL)}  {document['year'] or NULL}  " + _paint(
        told, kind, colour
    )
    marks = _document_to_marks(document)
    for (name, show), heading in zip(_SHOWN.items(), headings(), strict=True):
        yield ""
        yield heading
        found = document[name]
        if found is None:
            yield _paint("  not found", "error", colour)
        else:
            yield from show(found, width, marks, colour)
    yield ""
    yield f"{NULL} blank or not certain; ! named by a finding"
    for finding in document["findings"]:
        code = _paint(f"{finding['severity']}: {finding['code']}", finding["severity"], colour)
        yield f"{code}  {printable(finding['message'])}"


def _document_to_marks(document: Document) -> dict[str, str]:
    """Path of each figure that a finding names -> the worst severity of these."""
    severities: dict[str, str] = {}
    for finding in document["findings"]:
        known = severities.get(finding["code"])
        severities[finding["code"]] = _worst(known, finding["severity"])
    named = document_to_named(document)
    marks = {}
    for path, (_, figure) in figures_by_path().items() if named else ():
        codes = named_codes(named, figure)
        if codes:
            worst: str | None = None
            for code in codes.split():
                worst = _worst(worst, severities[code])
            marks[path] = str(worst)
    return marks


def _worst(a: str | None, b: str) -> str:
    order = list(COLOURS)
    return b if a is None or order.index(b) < order.index(a) else a


def _proactive(
    table: Mapping[str, Any], width: int, marks: Mapping[str, str], colour: bool
) -> Iterator[str]:
    form = edition(table["form"])
    room = max(wcswidth(row.label) for section in form.proactive for row in section.rows)
    for section in form.proactive:
        rows = [
            (row.label, [_cell("proactive", row.key, c.key, table, marks) for c in section.columns])
            for row in section.rows
        ]
        heads = [c.label for c in section.columns]
        yield from grid(heads, rows, width, colour, room, 2 * HEAD)


def _applications(
    table: Mapping[str, Any], width: int, marks: Mapping[str, str], colour: bool
) -> Iterator[str]:
    form: Edition = edition(table["form"])
    by_row = {
        row: dict(zip(table["columns"], values, strict=True))
        for row, values in table["rows"].items()
    }
    groups = {g.key: f"（{g.ordinal}）{g.label}" for g in form.groups if g.key != "results"}
    rows: list[tuple[str, list[tuple[str, str | None]]]] = []
    shown = None
    for row in form.rows:
        if row.group in groups and row.group != shown:
            rows.append((f"  {groups[row.group]}", []))
        shown = row.group
        depth = {None: 0, "results": 2}.get(row.group, 4)
        cells = [_cell("applications", row.key, c, by_row, marks) for c in table["columns"]]
        rows.append((" " * depth + row_label(form, row), cells))
    yield from grid([c.label for c in form.applicants], rows, width, colour)


def _review(
    table: Mapping[str, Any], width: int, marks: Mapping[str, str], colour: bool
) -> Iterator[str]:
    form = edition(EDITIONS[-1])
    rows = [
        (block.label, [_cell("review", block.key, c.key, table, marks) for c in form.outcomes])
        for block in form.blocks
    ]
    yield from grid([c.label for c in form.outcomes], rows, width, colour)


_SHOWN = {"proactive": _proactive, "applications": _applications, "review": _review}


def _cell(
    table: str, row: str, column: str, values: Mapping[str, Any], marks: Mapping[str, str]
) -> tuple[str, str | None]:
    """A figure as shown, and the severity of the finding that names it."""
    value = values.get(row, {}).get(column)
    mark = marks.get(f"{table}.{row}.{column}")
    return ("!" if mark else "") + (NULL if value is None else str(value)), mark


def grid(
    heads: list[str],
    rows: list[tuple[str, list[tuple[str, str | None]]]],
    width: int,
    colour: bool,
    least: int = 0,
    head: int = HEAD,
) -> Iterator[str]:
    """Lines of a table: labels on the left, `least` columns wide, wrapped where the table would
    be too wide; figures flush right under their heads."""
    parts = [wrap(text, head) for text in heads]
    sizes = [
        max(
            *(wcswidth(part) for part in parts[c]),
            *(wcswidth(cells[c][0]) for _, cells in rows if cells),
        )
        for c in range(len(heads))
    ]
    longest = max(least, *(wcswidth(label) for label, _ in rows))
    room = min(longest, width - sum(size + 2 for size in sizes))
    for i in range(max(map(len, parts))):
        shown = [part[i] if i < len(part) else "" for part in parts]
        yield " " * room + "".join(
            "  " + pad(text, size, right=True) for text, size in zip(shown, sizes, strict=True)
        )
    for label, cells in rows:
        indent = " " * (len(label) - len(label.lstrip(" ")))
        first, *more = wrap(label.lstrip(" "), room - len(indent))
        figures = "".join(
            "  " + _paint(pad(text, size, right=True), mark, colour)
            for (text, mark), size in zip(cells, sizes, strict=False)
        )
        yield pad(indent + first, room) + figures
        for line in more:
            yield indent + line


def pad(text: str, width: int, right: bool = False) -> str:
    """The text filled up with spaces to so many columns of a terminal."""
    fill = " " * (width - wcswidth(text))
    return fill + text if right else text + fill


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns of a terminal; Chinese breaks anywhere."""
    lines, line, used = [], "", 0
    for char in text:
        size = max(wcwidth(char), 0)
        if used + size > width and line:
            lines.append(line)
            line, used = "", 0
        line += char
        used += size
    return [*lines, line]


def printable(text: str) -> str:
    """The text without what a terminal would obey: control characters become `?`."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _paint(text: str, kind: str | None, colour: bool) -> str:
    return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if colour and kind in COLOURS else text


def _has_colours() -> bool:
    stdout = sys.stdout
    dumb = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
    return stdout is not None and stdout.isatty() and not dumb
