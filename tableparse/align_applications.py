"""The applicant matrix: columns by the heads 自然人 ... 总计, rows by their own labels.

Nothing here looks at sums. A row is known by the label in the last label cell that stands in
that row alone; its group confirms it where the label by itself could be two rows. A label
that is missing, unknown, or claims a row twice leaves figures unplaced, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from tableparse.formdata import edition
from tableparse.labels import Labels, applicant_columns, applicant_rows, split_ordinal
from tableparse.model import Cell, Finding, Matrix, Row, Table, Value
from tableparse.rows import (
    Head,
    band_to_heads,
    heads_to_values,
    in_doubt,
    note,
    quote,
    row_to_heads,
    same_figures,
)

HEADER_ROWS = 6
"""Rows above the first row of the matrix in which its heads are looked for."""
LEAST_ROWS = 3
"""Rows of the matrix that a table must hold to be taken for it (or a piece of it)."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A row that prints figures: the key its label gives, the ordinal, group and values."""

    key: str
    ordinal: str
    group: str | None
    values: dict[str, Value]


def tables_to_applications(
    tables: Sequence[Table],
) -> tuple[Matrix | None, tuple[Finding, ...], frozenset[int]]:
    """The matrix, what has to be said of it, and the indices of the tables it was read from.

    None where no table has the seven heads and rows of the form.
    """
    found: list[_Found] = []
    findings: list[Finding] = []
    used: set[int] = set()
    heads: tuple[Head, ...] = ()
    grid: Table | None = None
    for index, table in enumerate(tables):
        rows = table.by_row
        first, own = rows_to_header(rows)
        if own:
            heads, grid = own, table
        elif grid is None or not _same_columns(grid, table):
            continue
        if not heads:
            continue
        left, least = min(h.c0 for h in heads), LEAST_ROWS if own else 1
        if sum(1 for _ in islice(filter(partial(_is_row, left=left), rows), least)) < least:
            continue
        used.add(index)
        astray = False
        covered = frozenset(slot for h in heads for slot in range(h.c0, h.c1))
        for row in rows[first:]:
            if _repeats_header(row):
                astray = astray or _contradicts(row, heads)
                continue
            count = len(found)
            _read_row(row, heads, covered, found, findings)
            if astray:
                found[count:] = [_in_doubt(item) for item in found[count:]]
    if not found:
        return None, (), frozenset()
    matrix, more = _found_to_matrix(found)
    return matrix, (*findings, *more), frozenset(used)


def _same_columns(a: Table, b: Table) -> bool:
    return a.cols == b.cols and all(abs(x - y) <= 6 for x, y in zip(a.xs, b.xs, strict=False))


def rows_to_header(rows: Sequence[Row]) -> tuple[int, tuple[Head, ...]]:
    """(first row after the header, the seven heads, each over one run of slots); no heads
    where one of them is missing or stands twice."""
    columns = applicant_columns()
    body = next((i for i, row in enumerate(rows) if _begins_with_label(row)), None)
    if body is None or body == 0:
        return 0, ()
    heads = band_to_heads(rows[max(0, body - HEADER_ROWS) : body], columns, columns)
    wanted = [column.key for column in edition("2021").applicants]
    return body, tuple(heads) if sorted(h.key for h in heads) == sorted(wanted) else ()


def _begins_with_label(row: Row) -> bool:
    """Whether the row's first printed cell is the label of a row or group of the matrix."""
    found = applicant_rows().match(row.texts[0]) if row.texts else None
    return found is not None and found.key != "#subtotal" and not _repeats_header(row)


def _is_row(row: Row, left: int) -> bool:
    leaf = _leaf(row, _label_cells(row, left))
    found = applicant_rows().match(leaf.text) if leaf else None
    return bool(found and not found.key.startswith("#"))


def _label_cells(row: Row, left: int) -> tuple[Cell, ...]:
    """The printed cells before the slot in which the first column begins."""
    for count, cell in enumerate(row.inked):
        if cell.span.c0 >= left:
            return row.inked[:count]
    return row.inked


def _leaf(row: Row, label_cells: Sequence[Cell]) -> Cell | None:
    """The row's own label: the last label cell, if it stands in this row alone."""
    return label_cells[-1] if label_cells and row.alone(label_cells[-1]) else None


def _group(label_cells: Sequence[Cell], labels: Labels) -> str | None:
    for cell in reversed(label_cells[:-1]):
        found = labels.match(cell.text)
        if found:
            return "other" if found.key == "other" else found.key.removeprefix("#group.")
    return None


def _read_row(
    row: Row,
    heads: Sequence[Head],
    covered: frozenset[int],
    found: list[_Found],
    findings: list[Finding],
) -> None:
    label_cells = _label_cells(row, min(covered))
    right = row.inked[len(label_cells) :]
    leaf = _leaf(row, label_cells)
    labels = applicant_rows()
    match = labels.match(leaf.text) if leaf else None
    if match is None:
        if any(row.alone(c) for c in right):
            shown = quote(leaf.text) if leaf else "no label"
            findings.append(
                note("row.unknown", f"a row of the applicant matrix with {shown} has figures")
            )
        return
    if leaf is not None and leaf.doubt == "cell.unreadable" and match.likeness < 1:
        findings.append(note("row.unknown", f"the label {quote(leaf.text)} is not readable"))
        return
    ordinal = split_ordinal(leaf.text)[0] if leaf else ""
    values = heads_to_values(row, heads, match.key)
    outside = [
        c
        for c in right
        if c.span.c0 not in covered and covered.isdisjoint(range(c.span.c0, c.span.c1))
    ]
    if outside:
        shown = quote(outside[0].text)
        findings.append(note("column.unknown", f"{shown} stands in a column without a head"))
    found.append(_Found(match.key, ordinal, _group(label_cells, labels), values))


def _contradicts(row: Row, heads: Sequence[Head]) -> bool:
    """Whether a row that repeats the header has another head over some column."""
    again = row_to_heads(row, applicant_columns())
    return any(a.key != h.key for a in again for h in heads if a.c0 < h.c1 and h.c0 < a.c1)


def _in_doubt(item: _Found) -> _Found:
    """The row under a header that contradicts the first: no figure has its column for certain."""
    values = {
        column: v._replace(number=None, doubt=v.doubt or "column.unknown")
        for column, v in item.values.items()
    }
    return replace(item, values=values)


def _repeats_header(row: Row) -> bool:
    """Whether most of what the row prints are heads. One is not enough: 总计 and 其他 are
    labels of rows too, alone in their row where its figures are blank."""
    count = len(row.texts)
    known = count - list(map(applicant_columns().match, row.texts)).count(None)
    return known > max(1, count / 2)


def _found_to_matrix(found: Sequence[_Found]) -> tuple[Matrix, list[Finding]]:
    """Rows by key in the form's order; the edition by the labels that only one has."""
    keys = {f.key for f in found}
    newer = {"other.not_corrected", "other.fee_unpaid"} & keys
    form = edition("2021" if newer else _edition_of_other(found))
    rows: dict[str, dict[str, Value]] = {}
    subtotals: dict[str, dict[str, Value]] = {}
    findings: list[Finding] = []
    above = ""
    for item in found:
        key = _settle(item, form.name)
        if item.key == "#subtotal" and key in keys:
            key = _group_above(above, key)
        above = key
        if key.startswith("#"):
            _add(subtotals, key.removeprefix("#group."), item.values, findings, "subtotal")
        else:
            _add(rows, key, item.values, findings, "row")
    known = [row.key for row in form.rows]
    for key in sorted(set(rows) - set(known)):
        findings.append(
            note("row.edition", f"the row {key} is not of the {form.name} edition", [key])
        )
    missing = tuple(key for key in known if key not in rows)
    ordered = {key: rows[key] for key in known if key in rows}
    return Matrix("applications", form.name, ordered, missing, subtotals), findings


def _edition_of_other(found: Sequence[_Found]) -> str:
    """The edition by the row 其他 alone: the 2021 form prints it inside its group, the 2019
    form as a row of its own. A row that was not found tells nothing."""
    others = [f for f in found if f.key in ("other", "other.other")]
    inside = any(f.key == "other.other" and _in_group(f) for f in others)
    return "2019" if others and not inside else "2021"


def _in_group(item: _Found) -> bool:
    return item.ordinal in ("1", "2", "3") or item.group == "other"


def _settle(item: _Found, form: str) -> str:
    """The row key for labels that depend on edition, ordinal or group; "#group.<key>" for a
    printed subtotal."""
    if item.key in ("other", "other.other"):
        if form == "2019":
            return "other"
        return (
            "other.other" if item.key == "other.other" and item.ordinal != "六" else "#group.other"
        )
    if item.key == "#subtotal":
        whole = item.ordinal == "七" or item.group in (None, "results")
        return "processed_total" if whole else f"#group.{item.group}"
    if (
        item.key == "processed_total"
        and item.ordinal != "七"
        and item.group
        not in (
            None,
            "results",
        )
    ):
        return f"#group.{item.group}"
    return item.key


def _group_above(above: str, key: str) -> str:
    """The key of a subtotal in a row of which no group is known, in a matrix that has its
    total elsewhere: it is the subtotal of the group of the row above it, if that has one."""
    group, _, row = above.partition(".")
    return f"#group.{group}" if row and not group.startswith("#") else key


def _add(
    into: dict[str, dict[str, Value]],
    key: str,
    values: dict[str, Value],
    findings: list[Finding],
    kind: str,
) -> None:
    """Enter a row; the same row again is let be if it says nothing new, else both are
    doubtful and null."""
    if key not in into:
        into[key] = values
        return
    first = into[key]
    if not any(v.raw for v in values.values()) or same_figures(first, values):
        return
    if not any(v.raw for v in first.values()):
        into[key] = values
        return
    into[key] = {column: in_doubt(v, "row.twice") for column, v in first.items()}
    findings.append(note("row.twice", f"the {kind} {key} is printed twice with other figures"))
