"""The three tables of a report laid out as the official form prints them: cells on a grid, merged
heads and groups, each figure with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from extract.exports.shape import Document
from tableparse.formdata import EDITIONS, Edition, RowLabel, edition, read_data

WIDTHS = (8.2,) * 8 + (10.5,) * 7
"""Widths of the grid's fifteen columns, in characters: the third table has a figure in each, the
first two have their labels over the first eight and their figures over the last seven."""
FIGURES = 8
"""The first column of the figures of the first two tables."""
END = len(WIDTHS)


class Slot(NamedTuple):
    """A cell: rows and columns it covers (half-open, from 0), its text or figure, its kind
    (head, label or figure) and, for a figure, its path."""

    r0: int
    r1: int
    c0: int
    c1: int
    value: str | int | float | None
    kind: str
    path: str | None = None


def proactive_to_slots(table: Mapping[str, Any]) -> Iterator[Slot]:
    """The first table: each section with its band, its heads and its rows."""
    at = 0
    for section in edition(table["form"]).proactive:
        lanes = _lanes(len(section.columns))
        yield Slot(at, at + 1, 0, END, section.title, "head")
        yield Slot(at + 1, at + 2, 0, FIGURES, "信息内容", "head")
        for (c0, c1), column in zip(lanes, section.columns, strict=True):
            yield Slot(at + 1, at + 2, c0, c1, column.label, "head")
        for r, row in enumerate(section.rows, at + 2):
            yield Slot(r, r + 1, 0, FIGURES, row.label, "label")
            values = table.get(row.key, {})
            for (c0, c1), column in zip(lanes, section.columns, strict=True):
                path = f"proactive.{row.key}.{column.key}"
                yield Slot(r, r + 1, c0, c1, values.get(column.key), "figure", path)
        at += 2 + len(section.rows)


def _lanes(count: int) -> list[tuple[int, int]]:
    """The columns under which so many heads stand, over the seven of the applicants."""
    return {1: [(8, 15)], 2: [(8, 11), (11, 15)], 3: [(8, 10), (10, 12), (12, 15)]}[count]


def applications_to_slots(table: Mapping[str, Any]) -> Iterator[Slot]:
    """The applicant matrix: three rows of heads, groups merged downwards, ordinals as printed."""
    form = edition(table["form"])
    yield from _applicant_heads(form)
    first, last = _span(form, lambda row: _outer(form, row) == "results")
    yield Slot(first, last, 0, 1, "三、本年度办理结果", "label")
    for group, rows in groupby(enumerate(form.rows, 3), key=lambda item: _group(form, item[1])):
        numbers = [number for number, _ in rows]
        if group is not None:
            label = f"（{group.ordinal}）{group.label}"
            yield Slot(numbers[0], numbers[-1] + 1, 1, 2, label, "label")
    for r, row in enumerate(form.rows, 3):
        yield Slot(r, r + 1, _indent(form, row), FIGURES, row_label(form, row), "label")
        values = table["rows"].get(row.key, [None] * 7)
        pairs = zip(table["columns"], values, strict=True)
        for c, (column, value) in enumerate(pairs, FIGURES):
            yield Slot(r, r + 1, c, c + 1, value, "figure", f"applications.{row.key}.{column}")


def _applicant_heads(form: Edition) -> Iterator[Slot]:
    person, *legal, total = form.applicants
    words = read_data("variants")["ignored"]["applications"]
    last = END - 1
    yield Slot(0, 3, 0, FIGURES, f"（{words[2]}）", "head")
    yield Slot(0, 1, FIGURES, END, words[0], "head")
    yield Slot(1, 3, FIGURES, FIGURES + 1, person.label, "head")
    yield Slot(1, 2, FIGURES + 1, last, words[1], "head")
    for c, column in enumerate(legal, FIGURES + 1):
        yield Slot(2, 3, c, c + 1, column.label, "head")
    yield Slot(1, 3, last, END, total.label, "head")


def _group(form: Edition, row: RowLabel) -> RowLabel | None:
    """The group of a row that has a cell of its own: 不予公开 and the like."""
    return next((g for g in form.groups if g.key == row.group and g.key != "results"), None)


def _outer(form: Edition, row: RowLabel) -> str:
    """`results` for every row under 三、本年度办理结果, else nothing."""
    return "results" if row.group is not None else ""


def _span(form: Edition, wanted: Any) -> tuple[int, int]:
    numbers = [r for r, row in enumerate(form.rows, 3) if wanted(row)]
    return numbers[0], numbers[-1] + 1


def _indent(form: Edition, row: RowLabel) -> int:
    return 0 if row.group is None else 1 if row.group == "results" else 2


def row_label(form: Edition, row: RowLabel) -> str:
    """The label of a row of the matrix with its ordinal as the form prints it."""
    if row.group is None:
        return f"{row.ordinal}、{row.label}"
    if row.group == "results":
        return f"（{row.ordinal}）{row.label}"
    return f"{row.ordinal}.{row.label}"


def review_to_slots(table: Mapping[str, Any]) -> Iterator[Slot]:
    """The third table: fifteen figures in one row under three blocks."""
    form = edition(EDITIONS[-1])
    reconsideration, *suits = form.blocks
    width = len(form.outcomes)
    yield Slot(0, 2, 0, width, reconsideration.label, "head")
    yield Slot(0, 1, width, width * len(form.blocks), "行政诉讼", "head")
    for i, block in enumerate(suits, 1):
        yield Slot(1, 2, i * width, (i + 1) * width, block.label, "head")
    for i, block in enumerate(form.blocks):
        values = table.get(block.key, {})
        for c, column in enumerate(form.outcomes, i * width):
            yield Slot(2, 3, c, c + 1, column.label, "head")
            path = f"review.{block.key}.{column.key}"
            yield Slot(3, 4, c, c + 1, values.get(column.key), "figure", path)


LAYOUTS = {
    "proactive": proactive_to_slots,
    "applications": applications_to_slots,
    "review": review_to_slots,
}
"""Table -> its layout."""


def headings() -> tuple[str, ...]:
    """The headings of the sections that hold the three tables, as the form numbers them."""
    words = read_data("variants")["ignored"]["headings"]
    return tuple(f"{n}、{words[i]}" for i, n in enumerate("二三四", 1))


def document_to_layout(document: Document) -> Iterable[tuple[str, str, list[Slot] | None]]:
    """Each table: its key, the heading above it, its cells or None where it was not found."""
    for (table, layout), heading in zip(LAYOUTS.items(), headings(), strict=True):
        found = document[table]
        yield table, heading, None if found is None else list(layout(found))
