"""A report's JSON as rows of flat tables. What the tables are stands in `tables.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from extract.exports.shape import Document
from tableparse.dictionary import Figure, figures_by_path

Row = tuple[Any, ...]


class Column(NamedTuple):
    """A column of a table: its name, its type (integer, number, text) and what it holds."""

    name: str
    type: str
    says: str


class Cell(NamedTuple):
    """A figure of one report: its number and entry in the data dictionary, and what the JSON
    has for it."""

    number: int
    figure: Figure
    edition: str | None
    value: int | float | None
    text: str | None
    """The figure where it is a sum with its printed unit."""


@cache
def tables() -> dict[str, tuple[Column, ...]]:
    """Name -> columns of every table, in the order of the file."""
    return {name: tuple(Column(**c) for c in said["columns"]) for name, said in _data().items()}


def table_says(name: str) -> str:
    """What a line of the table is."""
    return str(_data()[name]["says"])


@cache
def _data() -> dict[str, Any]:
    path = files("extract.exports").joinpath("tables.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def document_to_cells(document: Document) -> Iterator[Cell]:
    """Every figure of a report, blank ones too, in the order of the JSON; none for an error."""
    known = figures_by_path()
    for table in ("proactive", "applications", "review"):
        found = document.get(table)
        if found is None:
            continue
        edition = found.get("form")
        for row, column, value in _FIGURES[table](found):
            number, figure = known[f"{table}.{row}.{column}"]
            if isinstance(value, str):
                yield Cell(number, figure, edition, None, value)
            else:
                yield Cell(number, figure, edition, value, None)


def _of_rows(table: Document) -> Iterator[tuple[str, str, Any]]:
    for row, values in table.items():
        if row != "form":
            for column, value in values.items():
                yield row, column, value


def _of_matrix(table: Document) -> Iterator[tuple[str, str, Any]]:
    columns = table["columns"]
    for row, values in table["rows"].items():
        for column, value in zip(columns, values, strict=True):
            yield row, column, value


_FIGURES = {"proactive": _of_rows, "applications": _of_matrix, "review": _of_rows}


def document_to_report(number: int, document: Document) -> Row:
    """The document's line of `reports`."""
    source = document.get("source") or {}
    error = document.get("error") or {}
    region = document.get("region") or {}
    checks = document.get("checks") or {}
    generator = document.get("generator") or {}
    forms = [(document.get(table) or {}).get("form") for table in ("proactive", "applications")]
    review = None if error else int(document.get("review") is not None)
    return (
        number, document.get("agency"), region.get("code"), region.get("name"),
        document.get("year"), document.get("title"), document.get("status"), *forms, review,
        checks.get("evaluated"), checks.get("held"),
        None if error else len(document.get("findings", ())),
        error.get("type"), error.get("message"),
        *(source.get(k) for k in ("uri", "media_type", "sha256", "bytes", "pages", "retrieved_at")),
        document.get("schema_version"), " ".join(generator.values()) or None,
    )  # fmt: skip


def document_to_tidy(number: int, document: Document) -> Iterator[Row]:
    """The document's lines of `tidy`."""
    region = document.get("region") or {}
    source = document.get("source") or {}
    head = (number, document.get("agency"), region.get("code"), region.get("name"))
    year, status = document.get("year"), document.get("status")
    tail = (source.get("sha256"), source.get("uri"))
    evidence = document.get("evidence") or {}
    named = document_to_named(document)
    for cell in document_to_cells(document):
        figure = cell.figure
        said = evidence_to_row(evidence.get(figure.path))
        yield (
            *head, year, figure.table, cell.edition, figure.row, figure.column, cell.value,
            cell.text, said[0], figure.unit, status, named_codes(named, figure), *said[1:], *tail,
        )  # fmt: skip


def evidence_to_row(evidence: Mapping[str, Any] | None) -> Row:
    """Raw text, page, the four edges, place, detector, confidence; None where not known."""
    if evidence is None:
        return (None,) * 9
    box = evidence.get("bbox") or (None,) * 4
    names = ("place", "detector", "confidence")
    return (evidence["raw"], evidence["page"], *box, *(evidence.get(name) for name in names))


def document_to_named(document: Document) -> dict[str, list[str]]:
    """Path of a figure, row or table -> codes of the findings that name it."""
    named: dict[str, list[str]] = {}
    for finding in document.get("findings", ()):
        for cell in finding["cells"]:
            codes = named.setdefault(cell, [])
            if finding["code"] not in codes:
                codes.append(finding["code"])
    return named


def named_codes(named: Mapping[str, list[str]], figure: Figure) -> str | None:
    """Codes of the findings that name the figure, its row or its table, parted by a space."""
    if not named:
        return None
    paths = (figure.path, f"{figure.table}.{figure.row}", figure.table)
    codes = dict.fromkeys(code for path in paths for code in named.get(path, ()))
    return " ".join(codes) or None


def document_to_lists(number: int, document: Document) -> dict[str, list[Row]]:
    """The document's lines of `findings`, `finding_cells`, `narrative` and `attempts`."""
    findings = list(enumerate(document.get("findings", ()), 1))
    keys = ("code", "severity", "blame", "message", "left", "right")
    tried = ("detector", "evaluated", "held")
    return {
        "findings": [(number, i, *(f[key] for key in keys)) for i, f in findings],
        "finding_cells": [
            (number, i, j, cell) for i, f in findings for j, cell in enumerate(f["cells"], 1)
        ],
        "narrative": [
            (number, i, s["heading"], s["text"])
            for i, s in enumerate(document.get("narrative", ()), 1)
        ],
        "attempts": [
            (number, i, *(a[key] for key in tried))
            for i, a in enumerate(document.get("attempts", ()), 1)
        ],
    }
