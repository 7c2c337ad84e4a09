"""The three tables as the form prints them: labels, figures by their paths, and beside each row
and under each column the equations that it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tableparse.formdata import Edition, RowLabel, edition, read_data
from tableparse.model import Matrix
from tableparse.read import TABLES

Plain = dict[str, Any]
SUBTOTAL = "subtotal"
ORDINALS = ("{}、", "（{}）", "{}.")
"""How the form prints the number of a row, by its level."""


def matrix_labels(matrix: Matrix) -> dict[str, tuple[str, str]]:
    """Every figure's path, printed subtotals too, to the labels of its row (with its number) and
    its column, as the form prints them."""
    form = edition(matrix.form)
    rows = {row.key: numbered(row, row_level(row)) for row in _rows(matrix.name, form)}
    rows |= {f"{group.key}.{SUBTOTAL}": numbered(group, 1) for group in form.groups}
    columns = {column.key: column.label for column in _columns(matrix.name, form)}
    parts = {**matrix.rows, **{f"{g}.{SUBTOTAL}": v for g, v in matrix.subtotals.items()}}
    return {
        f"{matrix.name}.{row}.{column}": (rows.get(row, row), columns.get(column, column))
        for row, values in parts.items()
        for column in values
    }


def row_level(row: RowLabel) -> int:
    """How deep a row of the applications stands: 0, under 本年度办理结果 1, in a group of it 2."""
    if row.group is None:
        return 0
    return 1 if row.group in ("results", row.key) else 2


def numbered(row: RowLabel, level: int) -> str:
    """The row's label behind its number, as the form prints it on that level."""
    return (ORDINALS[level].format(row.ordinal) if row.ordinal else "") + row.label


def matrices_to_plain(
    matrices: Sequence[Matrix | None], identities: Sequence[Mapping[str, Any]]
) -> list[Plain]:
    """The tables in the form's order, each `{name, title, form, parts}`; a part has heads of its
    own: `{title, columns, rows, feet, margin}`. A table that was not found has no parts."""
    titles = dict(zip(TABLES, read_data("variants")["ignored"]["headings"][1:4], strict=True))
    index = {str(identity["name"]): at for at, identity in enumerate(identities)}
    found = []
    for name, matrix in zip(TABLES, matrices, strict=True):
        parts = [] if matrix is None else _PARTS[name](matrix, edition(matrix.form), index)
        form = None if matrix is None or name == "review" else matrix.form
        found.append({"name": name, "title": titles[name], "form": form, "parts": parts})
    return found


def _rows(name: str, form: Edition) -> Sequence[RowLabel]:
    if name == "proactive":
        return [row for section in form.proactive for row in section.rows]
    return form.rows if name == "applications" else form.blocks


def _columns(name: str, form: Edition) -> Sequence[RowLabel]:
    if name == "proactive":
        return [column for section in form.proactive for column in section.columns]
    return form.applicants if name == "applications" else form.outcomes


def _heads(columns: Sequence[RowLabel]) -> list[Plain]:
    return [{"key": column.key, "label": column.label} for column in columns]


def _row(
    matrix: Matrix, row: RowLabel, columns: Sequence[RowLabel], index: Mapping[str, int]
) -> Plain:
    """A row of figures: a path for each column, None where it has none; `identity` is that of
    its sum."""
    values = matrix.rows.get(row.key)
    rule = {"proactive": "proactive.disclosed"}.get(matrix.name, f"{matrix.name}.row")
    return {
        "kind": "row" if values is not None else "missing",
        "key": row.key,
        "label": numbered(row, row_level(row)),
        "level": row_level(row),
        "paths": [
            f"{matrix.name}.{row.key}.{c.key}" if values is not None and c.key in values else None
            for c in columns
        ],
        "identity": index.get(f"{rule}[{row.key}]"),
    }


def _proactive(matrix: Matrix, form: Edition, index: Mapping[str, int]) -> list[Plain]:
    return [
        {
            "title": section.title,
            "columns": _heads(section.columns),
            "rows": [_row(matrix, row, section.columns, index) for row in section.rows],
            "feet": [],
            "margin": any(f"proactive.disclosed[{row.key}]" in index for row in section.rows),
        }
        for section in form.proactive
    ]


def _review(matrix: Matrix, form: Edition, index: Mapping[str, int]) -> list[Plain]:
    rows = [_row(matrix, block, form.outcomes, index) for block in form.blocks]
    return [
        {"title": None, "columns": _heads(form.outcomes), "rows": rows, "feet": [], "margin": True}
    ]


def _applications(matrix: Matrix, form: Edition, index: Mapping[str, int]) -> list[Plain]:
    groups = {group.key: group for group in form.groups}
    columns = form.applicants
    rows: list[Plain] = []
    opened: set[str] = set()
    for row in form.rows:
        head = groups.get(row.group or "")
        # a group whose only row bears its name (2019: 其他处理) is printed as a row
        if head is not None and row.key != head.key and head.key not in opened:
            opened.add(head.key)
            rows.append(_group(head))
            if head.key in matrix.subtotals:
                rows.append(_subtotal(matrix, head, columns))
        rows.append(_row(matrix, row, columns, index))
    feet = [
        {"rule": rule, "identities": [index.get(f"{rule}[{c.key}]") for c in columns]}
        for rule in ("applications.balance", "applications.outcomes")
    ]
    return [{"title": None, "columns": _heads(columns), "rows": rows, "feet": feet, "margin": True}]


def _group(head: RowLabel) -> Plain:
    level = 0 if head.key == "results" else 1
    return {"kind": "group", "label": numbered(head, level), "level": level}


def _subtotal(matrix: Matrix, head: RowLabel, columns: Sequence[RowLabel]) -> Plain:
    name, values = f"{head.key}.{SUBTOTAL}", matrix.subtotals[head.key]
    return {
        "kind": SUBTOTAL,
        "key": name,
        "label": numbered(head, 1),
        "level": 2,
        "paths": [f"{matrix.name}.{name}.{c.key}" if c.key in values else None for c in columns],
        "identity": None,
    }


_PARTS = {"proactive": _proactive, "applications": _applications, "review": _review}
