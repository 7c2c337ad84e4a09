"""The form's side of the page: the three tables as the form prints them, every figure with its
state, and in the margins what each row and column adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extract.view.markup import Markup, join, tag

Plain = dict[str, Any]
HELD, BLANKS, SKIPPED = "✓", "?", "–"


def figure_text(figure: Mapping[str, Any]) -> str:
    """What the matrix shows of a figure: its number, else what is printed."""
    if figure["doubt"]:
        return f"? {figure['raw']}" if figure["raw"] else "?"
    number = figure["number"]
    return str(figure["raw"] if number is None else number)


def figure_attributes(path: str, figure: Mapping[str, Any]) -> dict[str, Any]:
    """What marks an element as this figure's, on either side: its path for the script, its state
    for the eye, words for the ear."""
    said = figure_text(figure) or "blank"
    return {
        "class": f"figure {figure['state']}",
        "data-path": path,
        "tabindex": -1,
        "aria-label": f"{figure['row']}, {figure['column']}: {said}",
    }


def model_to_matrices(model: Plain, words: Plain) -> Markup:
    """The three tables, each a section of its own."""
    return join(_matrix(model, words, matrix) for matrix in model["matrices"])


def _matrix(model: Plain, words: Plain, matrix: Plain) -> Markup:
    form = tag("small", None, f"{matrix['form']} form") if matrix["form"] else None
    head = tag("h3", {"id": f"head-{matrix['name']}"}, matrix["title"], " ", form)
    parts = [_part(model, words, matrix, part) for part in matrix["parts"]]
    if not parts:
        parts = [tag("p", {"class": "absent"}, "This table was not found in the document.")]
    return tag("section", {"class": f"matrix {matrix['name']}"}, head, *parts)


def _part(model: Plain, words: Plain, matrix: Plain, part: Plain) -> Markup:
    margin = (
        tag("th", {"scope": "col", "class": "proof"}, words["margin"][_row_rule(matrix["name"])])
        if part["margin"]
        else None
    )
    head = tag(
        "tr",
        None,
        tag("th", {"scope": "col", "class": "corner"}, part["title"] or ""),
        *(
            tag("th", {"scope": "col", "data-column": at}, column["label"])
            for at, column in enumerate(part["columns"])
        ),
        margin,
    )
    width = len(part["columns"])
    body = [_row(model, row, width, part["margin"]) for row in part["rows"]]
    feet = [_foot(model, words, foot, part["margin"]) for foot in part["feet"]]
    table = tag(
        "table",
        {"role": "grid", "aria-labelledby": f"head-{matrix['name']}"},
        tag("thead", None, head),
        tag("tbody", None, *body),
        tag("tfoot", None, *feet) if feet else None,
    )
    return tag("div", {"class": "scroll"}, table)


def _row_rule(name: str) -> str:
    return "proactive.disclosed" if name == "proactive" else f"{name}.row"


def _row(model: Plain, row: Plain, width: int, margin: bool) -> Markup:
    label = row["label"]
    level = {"scope": "row", "class": f"label level-{row['level']}"}
    if row["kind"] == "group":
        head = tag(
            "th",
            {**level, "scope": "rowgroup", "colspan": width + 1 + margin},
            tag("span", None, label),
        )
        return tag("tr", {"class": "group"}, head)
    if row["kind"] == "subtotal":
        label += " (printed subtotal)"
    cells = [_figure(model, path) for path in row["paths"]]
    if row["kind"] == "missing":
        cells = [tag("td", {"class": "absent", "colspan": width}, "row not found")]
    proof = _proof(model, row["identity"]) if margin else None
    return tag("tr", {"class": row["kind"]}, tag("th", level, label), *cells, proof)


def _figure(model: Plain, path: str | None) -> Markup:
    if path is None:
        return tag("td", {"class": "none"})
    figure = model["figures"][path]
    zero = " zero" if figure["number"] == 0 else ""
    note = tag("sup", {"title": figure["note"]}, "*") if figure["note"] else None
    attributes = figure_attributes(path, figure)
    attributes["class"] += zero
    return tag("td", attributes | {"role": "gridcell"}, figure_text(figure), note)


def _proof(model: Plain, at: int | None, *, both: bool = False) -> Markup:
    """The margin of a row or column: the sum where that is not the total; `both` sides where
    neither is printed beside it."""
    if at is None:
        return tag("td", {"class": "proof"})
    identity = model["identities"][at]
    state, name = identity["state"], identity["name"]
    marks = {"held": HELD, "blanks": BLANKS, "skipped": SKIPPED}
    left = f"{identity['left']} " if both else ""
    text = marks.get(state) or f"{left}{identity['sign']} {identity['right']}"
    return tag(
        "td",
        {"class": f"proof {state}", "data-identity": at, "tabindex": -1, "role": "gridcell",
         "aria-label": f"{name}: {state}", "title": identity["says"]},
        text,
    )  # fmt: skip


def _foot(model: Plain, words: Plain, foot: Plain, margin: bool) -> Markup:
    cells = [_proof(model, at, both=True) for at in foot["identities"]]
    label = tag("th", {"scope": "row", "class": "label"}, words["margin"][foot["rule"]])
    return tag("tr", None, label, *cells, tag("td", {"class": "proof"}) if margin else None)


def labels_text(labels: Sequence[str]) -> str:
    """A sum in words: all its labels, or the first and the last where there are many."""
    return " + ".join(labels if len(labels) <= 4 else (labels[0], "…", labels[-1]))
