"""The proactive table: rows by their labels, columns by the heads of their own section.

Each section (第二十条第（一）项 ...) has its own heads; a report may print one table, four
small ones, or a table cut by a page. Values are found under their head; where heads and
figures do not line up (seen in the 2019 edition), by their order, if there are as many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tableparse.formdata import Edition, edition
from tableparse.labels import proactive_columns, proactive_rows, squeeze
from tableparse.model import Cell, Finding, Matrix, Row, Table, Value
from tableparse.rows import (
    Head,
    head_to_value,
    in_doubt,
    note,
    quote,
    row_to_heads,
    same_figures,
)
from tableparse.values import cell_to_value, looks_numeric

_UNIT = re.compile("[十百千万亿]*元")


def tables_to_proactive(
    tables: Sequence[Table],
) -> tuple[Matrix | None, tuple[Finding, ...], frozenset[int]]:
    """The proactive matrix, what has to be said of it, and the tables it was read from.

    None where no row of it is found under heads of the form.
    """
    rows: dict[str, dict[str, Value]] = {}
    votes: Counter[str] = Counter()
    findings: list[Finding] = []
    used: set[int] = set()
    for index, table in enumerate(tables):
        heads: list[Head] = []
        for row in table.by_row:
            own = row_to_heads(row, proactive_columns())
            if own and not _label(row):
                heads = own
                votes.update(h.key.split(":")[0] for h in own if ":" in h.key)
                continue
            if _opens_section(row):
                heads = []
            found = _label(row)
            if _is_unlabelled(row, heads):
                message = "a row of the proactive table has figures and no label"
                findings.append(note("row.unknown", message, ["proactive"]))
            if found is None or not heads:
                continue
            key, cell = found
            used.add(index)
            findings += _strays(row, cell, heads, key)
            _enter(rows, key, _values(row, cell, heads, key), findings)
    if not rows or not votes:
        return None, (), frozenset()
    name, _ = votes.most_common(1)[0]
    if len(votes) > 1:
        findings.append(
            note("edition.mixed", "the proactive table has heads of both editions", ["proactive"])
        )
    matrix, more = _to_matrix(edition(name), rows)
    return matrix, (*findings, *more), frozenset(used)


def _strays(row: Row, label: Cell, heads: Sequence[Head], key: str) -> list[Finding]:
    """What the row prints under no head: a figure lost to the report, if it is not said. Where
    figures and heads do not line up they pair by order, and none is lost."""
    cells = [c for c in row.cells if c.span.c0 >= label.span.c1]
    if len(cells) == len(heads) and all(row.alone(c) for c in cells):
        return []
    return [
        note(
            "column.unknown", f"{quote(c.text)} of {key} stands under no head", [f"proactive.{key}"]
        )
        for c in cells
        if c.text and not any(c.span.c0 < h.c1 and c.span.c1 > h.c0 for h in heads)
    ]


def _opens_section(row: Row) -> bool:
    """Whether the row is the title of a section, from which on other heads hold."""
    found = proactive_rows().match(row.texts[0]) if row.texts else None
    return found is not None and found.key == "#section"


def _is_unlabelled(row: Row, heads: Sequence[Head]) -> bool:
    """Whether the row prints figures under heads and nothing else: a page break may have cut
    their label off."""
    return 0 < len(row.texts) <= len(heads) and all(map(looks_numeric, row.texts))


def _label(row: Row) -> tuple[str, Cell] | None:
    """The row of the form that the first printed cell names, if it is followed by figures or
    blanks only."""
    inked = row.inked
    if not inked or not row.alone(inked[0]):
        return None
    found = proactive_rows().match(inked[0].text)
    if not found or found.key.startswith("#"):
        return None
    if len(row.cells) < 2 or row_to_heads(row, proactive_columns()):
        return None
    return found.key, inked[0]


def _values(row: Row, label: Cell, heads: Sequence[Head], key: str) -> dict[str, Value]:
    cells = [c for c in row.cells if c.span.c0 >= label.span.c1]
    lined_up = all(
        any(h.c0 <= c.span.c0 and c.span.c1 <= h.c1 for h in heads) for c in cells if c.text
    )
    paths = [f"{key}.{h.key.split(':')[-1]}" for h in heads]
    if not lined_up and len(cells) == len(heads) and all(row.alone(c) for c in cells):
        read = [cell_to_value(cell, path) for cell, path in zip(cells, paths, strict=True)]
    else:
        read = [head_to_value(row, head, path) for head, path in zip(heads, paths, strict=True)]
    return {
        path.split(".")[-1]: _in_unit_of_form(value, head)
        for path, value, head in zip(paths, read, heads, strict=True)
    }


def _in_unit_of_form(value: Value, head: Head) -> Value:
    """The figure, null where its head names a unit of money that is not the form's 万元 and
    the figure none of its own: 251000 under 元 is no 251000 万元."""
    units = _UNIT.findall(squeeze(head.text))
    bare = isinstance(value.number, (int, float)) and not value.note
    if bare and any(unit != "万元" for unit in units):
        return value._replace(number=None, doubt="value.unit")
    return value


def _enter(
    rows: dict[str, dict[str, Value]],
    key: str,
    values: dict[str, Value],
    findings: list[Finding],
) -> None:
    if key not in rows or not any(v.raw for v in rows[key].values()):
        rows[key] = values
    elif any(v.raw for v in values.values()) and not same_figures(rows[key], values):
        rows[key] = {name: in_doubt(v, "row.twice") for name, v in rows[key].items()}
        findings.append(note("row.twice", f"the row {key} is printed twice with other figures"))


def _to_matrix(form: Edition, rows: dict[str, dict[str, Value]]) -> tuple[Matrix, list[Finding]]:
    """The rows in the form's order with the columns that their section has; a row without
    all of its columns is missing, a figure under a head of another section is told."""
    ordered: dict[str, dict[str, Value]] = {}
    missing: list[str] = []
    findings: list[Finding] = []
    for section in form.proactive:
        columns = [column.key for column in section.columns]
        for row in section.rows:
            values = rows.get(row.key)
            if values is None or not set(columns) <= set(values):
                missing.append(row.key)
                continue
            ordered[row.key] = {column: values[column] for column in columns}
            for column in sorted(set(values) - set(columns)):
                if values[column].raw:
                    shown = quote(values[column].raw)
                    findings.append(
                        note("column.unknown", f"{shown} of {row.key} stands under {column}")
                    )
    for key in sorted(set(rows) - {r.key for s in form.proactive for r in s.rows}):
        if any(v.raw for v in rows[key].values()):
            findings.append(
                note("row.edition", f"the row {key} is not of the {form.name} edition", [key])
            )
    return Matrix("proactive", form.name, ordered, tuple(missing)), findings
