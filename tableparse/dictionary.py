"""The data dictionary: every figure of both editions, what it is called, counted in, and under
which keys other systems hold it. Made from the form's data files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from tableparse.formdata import Edition, RowLabel, editions, read_data

TABLES = ("proactive", "applications", "review")
"""The three tables in the order of the JSON."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the form. `path` is its place in the JSON (`applications.granted.business`),
    labels are those of the newest edition that has it, `crosswalk` its keys elsewhere."""

    path: str
    table: str
    row: str
    column: str
    editions: tuple[str, ...]
    row_label: str
    column_label: str
    group: str | None
    unit: str
    short: str
    crosswalk: Mapping[str, str]


@cache
def dictionary() -> tuple[Figure, ...]:
    """Every figure that a report can have, table by table, those of the newest edition first."""
    found: dict[str, Figure] = {}
    for edition in reversed(editions()):
        for figure in _edition_to_figures(edition):
            known = found.get(figure.path)
            if known:
                figure = replace(known, editions=(edition.name, *known.editions))
            found[figure.path] = figure
    return tuple(sorted(found.values(), key=lambda f: TABLES.index(f.table)))


@cache
def figures_by_path() -> dict[str, tuple[int, Figure]]:
    """Path -> number in the dictionary, counted from 0, and figure."""
    return {figure.path: (i, figure) for i, figure in enumerate(dictionary())}


def systems() -> dict[str, str]:
    """The systems of the crosswalk: name -> what their keys are."""
    return {name: said["title"] for name, said in read_data("crosswalk")["systems"].items()}


def dictionary_columns() -> tuple[str, ...]:
    """The columns of `dictionary_rows`, in order."""
    plain = ("path", "table", "row", "column", "editions", "group", "row_label", "column_label")
    return (*plain, "unit", "short", *systems())


def dictionary_rows() -> Iterator[tuple[str | None, ...]]:
    """The dictionary as rows of text; editions joined by a comma, None where there is nothing."""
    for f in dictionary():
        keys = (f.crosswalk.get(name) for name in systems())
        shown = (f.path, f.table, f.row, f.column, ",".join(f.editions), f.group)
        yield (*shown, f.row_label, f.column_label, f.unit, f.short, *keys)


def _edition_to_figures(edition: Edition) -> Iterator[Figure]:
    for section in edition.proactive:
        yield from _cross(edition, "proactive", section.rows, section.columns)
    yield from _cross(edition, "applications", edition.rows, edition.applicants)
    yield from _cross(edition, "review", edition.blocks, edition.outcomes)


def _cross(
    edition: Edition, table: str, rows: tuple[RowLabel, ...], columns: tuple[RowLabel, ...]
) -> Iterator[Figure]:
    for row in rows:
        for column in columns:
            yield Figure(
                path=f"{table}.{row.key}.{column.key}",
                table=table,
                row=row.key,
                column=column.key,
                editions=(edition.name,),
                row_label=row.label,
                column_label=column.label,
                group=row.group,
                unit=_unit(table, row.key, column.key),
                short=_short(table, row.key, column.key),
                crosswalk=_crosswalk(table, row.key, column.key),
            )


def _unit(table: str, row: str, column: str) -> str:
    units: dict[str, str] = read_data("dictionary")["units"]
    asked = (f"{row}.{column}", f".{column}" if table == "proactive" else table, table)
    return next(units[key] for key in asked if key in units)


def _short(table: str, row: str, column: str) -> str:
    names = read_data("dictionary")["short"]
    parts = (names["rows"].get(row, row), names["columns"].get(column, column))
    return "_".join((names["tables"][table], *parts))


def _crosswalk(table: str, row: str, column: str) -> dict[str, str]:
    data = read_data("crosswalk")
    rows, columns = data[table]["rows"].get(row), data[table]["columns"].get(column)
    if rows is None or columns is None:
        return {}
    return {
        name: said[table].format(row=rows[name], column=columns[name])
        for name, said in data["systems"].items()
    }
