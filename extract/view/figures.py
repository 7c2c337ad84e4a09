"""Every figure with its place and its proof, every equation with both its sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from extract.pipeline import Work
from extract.view.matrices import matrix_labels
from extract.view.places import box_as_shown
from tableparse.check import Equation, equation_to_sums, matrices_to_equations
from tableparse.formdata import read_data
from tableparse.model import Matrix, Value

Plain = dict[str, Any]
KINDS = {"row": "row", "column": "column", "group": "subtotal"}
"""What an equation is about; the form prints the rows of the reviews as blocks of columns."""


SIGNS = {"equation": ("=", "≠"), "order": ("≤", ">")}
"""What stands between the sides of an equation that holds, and of one that does not."""


def work_to_identities(work: Work) -> list[Plain]:
    """The equations of the reading that was taken, in the form's order, each `{name, kind,
    label, rule, over, level, says, state, sign, left, right, cells, sides}`.

    `state` is held, failed, unlikely (should hold, need not, and does not), blanks (does not
    hold with blanks taken as zero: counts neither way) or skipped (a total is blank, or a figure
    not certain); both sums are None then.
    `sides` has the labels of what is added up on either side."""
    rules = {rule["id"]: rule for rule in read_data("identities")["identity"]}
    matrices = work.best.reading.matrices
    labels = _all_labels(matrices)
    numbers: dict[str, float | None] = {}
    for matrix in filter(None, matrices):
        numbers |= matrix.numbers
    found = []
    for equation in matrices_to_equations(matrices):
        rule = rules[equation.name.partition("[")[0]]
        state, left, right = _judge(equation, numbers)
        place = 1 if rule["over"] == "row" else 0
        found.append(
            {
                "name": equation.name,
                "kind": "block" if rule["table"] == "review" else KINDS[rule["over"]],
                "label": _name(equation, labels, rule["over"]),
                "rule": rule["id"],
                "over": rule["over"],
                "level": equation.level,
                "says": rule["says"],
                "state": state,
                "sign": SIGNS[rule["kind"]][state in ("failed", "unlikely", "blanks")],
                "left": left,
                "right": right,
                "cells": list(equation.paths),
                "sides": [
                    [labels[path][place] for path in side]
                    for side in (equation.left, equation.right)
                ],
            }
        )
    return found


def _name(equation: Equation, labels: dict[str, tuple[str, str]], over: str) -> str:
    """The row or column that an equation is about, as printed; of a subtotal both."""
    row, column = labels[equation.paths[0]]
    return {"row": row, "column": column}.get(over, f"{row} · {column}")


def _judge(
    equation: Equation, numbers: Mapping[str, float | None]
) -> tuple[str, float | None, float | None]:
    sums = equation_to_sums(equation, numbers)
    if sums is None:
        return "skipped", None, None
    left, right, blanks = sums
    if left <= right if equation.kind == "order" else left == right:
        return "held", left, right
    if blanks:
        return "blanks", left, right
    return "failed" if equation.level == "E" else "unlikely", left, right


def work_to_figures(work: Work, identities: Sequence[Plain]) -> dict[str, Plain]:
    """Every figure of the report by its path, printed subtotals too: labels of row and column,
    `raw`, `number`, `note`, `page`, `box` (points of the page as a viewer shows it), `place`,
    `doubt`, `state`, the indices of its `identities`.

    `state`: doubt, crossed (a failing row and a failing column meet here), failed (in one of
    them), proven, read (no equation reaches it), blank."""
    report = work.report
    labels = _all_labels((report.proactive, report.applications, report.review))
    stands: dict[str, list[int]] = {}
    for at, identity in enumerate(identities):
        for path in identity["cells"]:
            stands.setdefault(path, []).append(at)
    found = {}
    for path, value in work_to_values(work):
        own = stands.get(path, [])
        row, column = labels[path]
        found[path] = {
            "row": row,
            "column": column,
            "raw": value.raw,
            "number": value.number,
            "note": value.note,
            "page": value.page if work.document.pages else None,
            "box": _box(value) if work.document.pages else None,
            "place": value.place,
            "doubt": value.doubt,
            "state": _state(value, [identities[at] for at in own]),
            "identities": own,
        }
    return found


def _all_labels(matrices: Iterable[Matrix | None]) -> dict[str, tuple[str, str]]:
    return {p: labels for m in matrices if m for p, labels in matrix_labels(m).items()}


def work_to_values(work: Work) -> Iterator[tuple[str, Value]]:
    """Every figure and printed subtotal with its path, boxes on the pages as shown (the report
    has those of the figures so already)."""
    pages = {page.number: page for page in work.document.pages}
    yield from work.report.figures()
    for matrix in (work.report.proactive, work.report.applications, work.report.review):
        for path, value in matrix.subtotal_figures.items() if matrix else ():
            page = pages.get(value.page or 0)
            box = box_as_shown(page, value.box) if page and value.box else value.box
            yield (
                path,
                Value(
                    value.raw, value.number, value.page, box, value.doubt, value.note, value.place
                ),
            )


def _box(value: Value) -> list[float] | None:
    return [round(edge, 2) for edge in value.box] if value.box else None


def _state(value: Value, identities: Sequence[Plain]) -> str:
    if value.doubt:
        return "doubt"
    failed = {i["over"] for i in identities if i["state"] == "failed"}
    if failed:
        return "crossed" if "row" in failed and failed & {"column", "group"} else "failed"
    if value.number is None:
        return "blank"
    proven = any(i["state"] == "held" and i["level"] == "E" for i in identities)
    return "proven" if proven else "read"
