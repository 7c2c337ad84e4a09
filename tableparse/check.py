"""The form's identities, run on what was read. Findings only: no figure is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from tableparse.formdata import Edition, edition, read_data
from tableparse.model import Finding, Matrix
from tableparse.paths import value_path

Number = int | float
PRECISION = 6
"""Decimal places to which sums of printed decimals are compared."""


class Equation(NamedTuple):
    """One identity in one place: `name` as `applications.row[granted]`, and the figures on
    either side by their paths."""

    name: str
    level: str
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all figures that stand in it."""
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class Checks:
    """How many E identities were evaluated and how many of these held, which figures stand
    in one that held, and what has to be said."""

    evaluated: int
    held: int
    proven: frozenset[str]
    findings: tuple[Finding, ...]


Columns = tuple[tuple[str, tuple[str, ...]], ...]
"""The rows of a matrix, or the groups that it prints subtotals of, each with its columns."""


class _Shape(NamedTuple):
    """All of a matrix but its figures: nearly every report of an edition has the same."""

    table: str
    form: str
    rows: Columns
    subtotals: Columns


def matrices_to_equations(matrices: Sequence[Matrix | None]) -> Iterator[Equation]:
    """Every identity of the form in every place where the matrices have its figures."""
    for matrix in matrices:
        if matrix is not None:
            rows, subtotals = (
                tuple([(name, tuple(values)) for name, values in part.items()])
                for part in (matrix.rows, matrix.subtotals)
            )
            yield from _shape_to_equations(_Shape(matrix.name, matrix.form, rows, subtotals))


@lru_cache(maxsize=256)
def _shape_to_equations(shape: _Shape) -> tuple[Equation, ...]:
    rules = [r for r in read_data("identities")["identity"] if r["table"] == shape.table]
    return tuple(equation for rule in rules for equation in _SCOPES[rule["over"]](rule, shape))


def _over_columns(rule: Mapping[str, object], shape: _Shape) -> Iterator[Equation]:
    form = edition(shape.form)
    names = {"@outcomes": _outcomes(form)}
    left, right = (_expand(rule[side], names) for side in ("left", "right"))
    if {*left, *right} <= {row for row, _ in shape.rows}:
        for column in (c.key for c in form.applicants):
            yield _equation(
                rule, shape, column, [(r, column) for r in left], [(r, column) for r in right]
            )


def _outcomes(form: Edition) -> list[str]:
    rows = [row.key for row in form.rows]
    return rows[rows.index("granted") : rows.index("processed_total")]


def _over_rows(rule: Mapping[str, object], shape: _Shape) -> Iterator[Equation]:
    names = {"@applicants": [c.key for c in edition(shape.form).applicants][:-1]}
    left, right = (_expand(rule[side], names) for side in ("left", "right"))
    for row, columns in shape.rows:
        if {*left, *right} <= {*columns}:
            yield _equation(rule, shape, row, [(row, c) for c in left], [(row, c) for c in right])


def _over_groups(rule: Mapping[str, object], shape: _Shape) -> Iterator[Equation]:
    known = {row for row, _ in shape.rows}
    for group, columns in shape.subtotals:
        rows = [row.key for row in edition(shape.form).rows if row.group == group]
        if not rows or not known.issuperset(rows):
            continue
        for column in columns:
            total = [(f"{group}.subtotal", column)]
            yield _equation(rule, shape, f"{group}, {column}", total, [(r, column) for r in rows])


_SCOPES: dict[str, Callable[[Mapping[str, object], _Shape], Iterator[Equation]]] = {
    "column": _over_columns,
    "row": _over_rows,
    "group": _over_groups,
}


def _expand(side: object, names: dict[str, list[str]]) -> list[str]:
    assert isinstance(side, list)
    return [key for name in side for key in names.get(name, [name])]


def _equation(
    rule: Mapping[str, object],
    shape: _Shape,
    where: str,
    left: list[tuple[str, str]],
    right: list[tuple[str, str]],
) -> Equation:
    sides = [tuple([value_path(shape.table, *at) for at in side]) for side in (left, right)]
    return Equation(f"{rule['id']}[{where}]", str(rule["level"]), str(rule["kind"]), *sides)


def check_matrices(matrices: Sequence[Matrix | None]) -> Checks:
    """Run every identity.

    One with a blank total, a side without any figure, or a doubtful figure is not evaluated.
    Blank summands beside printed ones count as zero for that identity alone: held, it counts;
    not held, it is an info finding and no failure.
    """
    evaluated = held = 0
    proven: set[str] = set()
    findings: list[Finding] = []
    numbers: dict[str, Number | None] = {}
    for matrix in matrices:
        if matrix is not None:
            numbers |= matrix.numbers
    for equation in matrices_to_equations(matrices):
        sums = equation_to_sums(equation, numbers)
        if sums is None:
            continue
        left, right, blanks = sums
        holds = left <= right if equation.kind == "order" else left == right
        if equation.level == "E" and (holds or not blanks):
            evaluated += 1
            held += holds
        if holds:
            if equation.level == "E":
                proven.update(equation.left, equation.right)
        else:
            findings.append(_failure(equation, left, right, blanks))
    return Checks(evaluated, held, frozenset(proven), tuple(findings))


def equation_to_sums(
    equation: Equation, numbers: Mapping[str, Number | None]
) -> tuple[Number, Number, bool] | None:
    """(left, right, whether blanks were taken as zero), or None where not evaluated: where a
    figure is not among `numbers`, or a side has blanks alone."""
    try:
        left = [numbers[path] for path in equation.left]
        right = [numbers[path] for path in equation.right]
    except KeyError:
        return None
    sums = _sum(left), _sum(right)
    if sums[0] is None or sums[1] is None:
        return None
    return sums[0], sums[1], None in left or None in right


def _sum(numbers: Sequence[Number | None]) -> Number | None:
    if None in numbers:
        numbers = [n for n in numbers if n is not None]
        if not numbers:
            return None
    total = sum(cast("Sequence[Number]", numbers))
    return round(total, PRECISION) if isinstance(total, float) else total


def _failure(equation: Equation, left: Number, right: Number, blanks: bool) -> Finding:
    sign = "<=" if equation.kind == "order" else "="
    difference = round(left - right, PRECISION)
    message = f"{equation.name}: {left} {sign} {right} does not hold (difference {difference:+})"
    if blanks:
        return Finding(
            "identity.blanks",
            "info",
            "unknown",
            f"{message}, with blanks taken as zero",
            equation.paths,
            left,
            right,
        )
    severe = equation.level == "E"
    return Finding(
        "identity.failed" if severe else "identity.unlikely",
        "error" if severe else "warning",
        "unknown",
        message,
        equation.paths,
        left,
        right,
    )
