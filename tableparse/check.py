"""The form's identities, run on what was read. Findings only: no figure is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tableparse.formdata import edition, read_data
from tableparse.model import Finding, Matrix, Value

Number = int | float
PRECISION = 6
"""Decimal places to which sums of printed decimals are compared."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One identity in one place: `name` as `applications.row[granted]`, and the figures on
    either side by their paths."""

    name: str
    level: str
    kind: str
    left: tuple[tuple[str, Value], ...]
    right: tuple[tuple[str, Value], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all figures that stand in it."""
        return tuple(path for path, _ in (*self.left, *self.right))


@dataclass(frozen=True, slots=True)
class Checks:
    """How many E identities were evaluated and how many of these held, which figures stand
    in one that held, and what has to be said."""

    evaluated: int
    held: int
    proven: frozenset[str]
    findings: tuple[Finding, ...]


def value_path(table: str, row: str, column: str) -> str:
    """The path of a figure in the report: `applications.granted.business`."""
    return f"{table}.{row}.{column}"


def matrices_to_equations(matrices: Sequence[Matrix | None]) -> Iterator[Equation]:
    """Every identity of the form in every place where the matrices have its figures."""
    for matrix in matrices:
        if matrix is None:
            continue
        for rule in read_data("identities")["identity"]:
            if rule["table"] == matrix.name:
                yield from _SCOPES[rule["over"]](rule, matrix)


def _outcomes(matrix: Matrix) -> list[str]:
    rows = edition(matrix.form).rows
    first = next(i for i, row in enumerate(rows) if row.key == "granted")
    last = next(i for i, row in enumerate(rows) if row.key == "processed_total")
    return [row.key for row in rows[first:last]]


def _over_columns(rule: dict[str, object], matrix: Matrix) -> Iterator[Equation]:
    names = {"@outcomes": _outcomes(matrix)}
    left, right = (_expand(rule[side], names) for side in ("left", "right"))
    if not all(row in matrix.rows for row in (*left, *right)):
        return
    for column in (c.key for c in edition(matrix.form).applicants):
        yield _equation(
            f"{rule['id']}[{column}]",
            rule,
            [(value_path(matrix.name, r, column), matrix.rows[r][column]) for r in left],
            [(value_path(matrix.name, r, column), matrix.rows[r][column]) for r in right],
        )


def _over_rows(rule: dict[str, object], matrix: Matrix) -> Iterator[Equation]:
    names = {"@applicants": [c.key for c in edition(matrix.form).applicants][:-1]}
    left, right = (_expand(rule[side], names) for side in ("left", "right"))
    for row, values in matrix.rows.items():
        if all(column in values for column in (*left, *right)):
            yield _equation(
                f"{rule['id']}[{row}]",
                rule,
                [(value_path(matrix.name, row, c), values[c]) for c in left],
                [(value_path(matrix.name, row, c), values[c]) for c in right],
            )


def _over_groups(rule: dict[str, object], matrix: Matrix) -> Iterator[Equation]:
    for group, printed in matrix.subtotals.items():
        rows = [row.key for row in edition(matrix.form).rows if row.group == group]
        if not rows or not all(row in matrix.rows for row in rows):
            continue
        for column, total in printed.items():
            yield _equation(
                f"{rule['id']}[{group}, {column}]",
                rule,
                [(value_path(matrix.name, f"{group}.subtotal", column), total)],
                [(value_path(matrix.name, r, column), matrix.rows[r][column]) for r in rows],
            )


_SCOPES: dict[str, Callable[[dict[str, object], Matrix], Iterator[Equation]]] = {
    "column": _over_columns,
    "row": _over_rows,
    "group": _over_groups,
}


def _expand(side: object, names: dict[str, list[str]]) -> list[str]:
    assert isinstance(side, list)
    return [key for name in side for key in names.get(name, [name])]


def _equation(
    name: str,
    rule: dict[str, object],
    left: list[tuple[str, Value]],
    right: list[tuple[str, Value]],
) -> Equation:
    return Equation(name, str(rule["level"]), str(rule["kind"]), tuple(left), tuple(right))


def check_matrices(matrices: Sequence[Matrix | None]) -> Checks:
    """Run every identity.

    One with a blank total, a side without any figure, or a doubtful figure is not evaluated.
    Blank summands beside printed ones count as zero for that identity alone: held, it counts;
    not held, it is an info finding and no failure.
    """
    evaluated = held = 0
    proven: set[str] = set()
    findings: list[Finding] = []
    for equation in matrices_to_equations(matrices):
        sums = equation_to_sums(equation)
        if sums is None:
            continue
        left, right, blanks = sums
        holds = left <= right if equation.kind == "order" else left == right
        if equation.level == "E" and (holds or not blanks):
            evaluated += 1
            held += holds
        if holds:
            if equation.level == "E":
                proven.update(equation.paths)
        else:
            findings.append(_failure(equation, left, right, blanks))
    return Checks(evaluated, held, frozenset(proven), tuple(findings))


def equation_to_sums(equation: Equation) -> tuple[Number, Number, bool] | None:
    """(left, right, whether blanks were taken as zero), or None where not evaluated."""
    sides = []
    blanks = False
    for side in (equation.left, equation.right):
        values = [value for _, value in side]
        if any(value.doubt or isinstance(value.number, str) for value in values):
            return None
        numbers = [value.number for value in values if isinstance(value.number, (int, float))]
        if not numbers:
            return None
        blanks = blanks or len(numbers) < len(values)
        total = sum(numbers)
        sides.append(round(total, PRECISION) if isinstance(total, float) else total)
    return sides[0], sides[1], blanks


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
