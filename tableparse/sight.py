"""Figures that were recognised in pictures: what is not clear is doubtful, unless the form's
equations leave one choice among what the cell itself may say.

A clear figure is never touched. A doubtful one is taken from its own candidates only where
exactly one choice makes every equation through it hold, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tableparse.check import Equation, equation_to_sums, matrices_to_equations
from tableparse.model import Box, Matrix, Sight, Value, figures_to_numbers
from tableparse.paths import value_path
from tableparse.values import text_to_value

UNCLEAR = "ocr.unclear"
SURE_ZERO = 0.5
"""Score from which a zero may be chosen: no equation tells a zero from a blank."""
UNPROVEN = 0.9
"""Score that a figure has at least that stands in no equation."""
MOST_STEPS = 20_000
"""Choices that are tried for figures that hang together."""

Sights = Mapping[int, Sequence[Sight]]
"""What was seen on each page that was recognised in its picture, by the page's number."""


def with_sights(matrix: Matrix | None, sights: Sights) -> Matrix | None:
    """The matrix with the score of every recognised figure; those that are not clear doubtful."""
    if matrix is None or not sights:
        return matrix

    least = UNPROVEN if matrix.name == "proactive" else 0.0

    def seen(values: Mapping[str, Value], row: str) -> dict[str, Value]:
        return {c: _seen(v, f"{row}.{c}", sights, least) for c, v in values.items()}

    return replace(
        matrix,
        rows={row: seen(values, row) for row, values in matrix.rows.items()},
        subtotals={group: seen(values, group) for group, values in matrix.subtotals.items()},
    )


def _seen(value: Value, path: str, sights: Sights, least: float) -> Value:
    if value.page is None or value.page not in sights or value.box is None:
        return value
    inside = [s for s in sights[value.page] if _holds(value.box, s.box)]
    if not inside:
        return value
    score = min(s.score for s in inside)
    if all(s.clear and (s.score >= least or not s.choices) for s in inside):
        return value._replace(score=score)
    choices = inside[0].choices if len(inside) == 1 else ()
    numbers: dict[int | float, float] = {}
    for text, likely in choices:
        number = text_to_value(text, path).number
        if isinstance(number, (int, float)) and (number or likely >= SURE_ZERO):
            numbers.setdefault(number, likely)
    return value._replace(
        number=None,
        doubt=value.doubt or UNCLEAR,
        score=score,
        choices=tuple(numbers.items()),
    )


def _holds(box: Box, inner: Box) -> bool:
    x, y = (inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2
    return box.x0 <= x < box.x1 and box.top <= y < box.bottom


def decide_doubts(matrix: Matrix | None) -> Matrix | None:
    """The matrix with those doubtful figures taken that its equations leave one choice for."""
    if matrix is None:
        return None
    values = matrix.figures | matrix.subtotal_figures
    open_paths = {p for p, v in values.items() if v.doubt == UNCLEAR and v.choices}
    if not open_paths:
        return matrix
    equations = [e for e in matrices_to_equations([matrix]) if e.level == "E" and e.kind != "order"]
    taken: dict[str, Value] = {}
    for paths in _connected(open_paths, equations):
        bound = [e for e in equations if paths.intersection(e.paths)]
        taken |= _Search(values, sorted(paths), bound).only_solution()
    if not taken:
        return matrix
    return _with_values(matrix, taken)


def _with_values(matrix: Matrix, taken: Mapping[str, Value]) -> Matrix:
    def new(row: str, values: Mapping[str, Value]) -> dict[str, Value]:
        return {c: taken.get(value_path(matrix.name, row, c), v) for c, v in values.items()}

    return replace(
        matrix,
        rows={row: new(row, values) for row, values in matrix.rows.items()},
        subtotals={g: new(f"{g}.subtotal", values) for g, values in matrix.subtotals.items()},
    )


def _connected(paths: set[str], equations: Iterable[Equation]) -> list[set[str]]:
    """The doubtful figures in groups that equations tie together."""
    groups = [{p} for p in sorted(paths)]
    for equation in equations:
        own = paths.intersection(equation.paths)
        if len(own) > 1:
            touched = [g for g in groups if g & own]
            groups = [g for g in groups if not g & own]
            groups.append(set().union(*touched))
    return groups


@dataclass
class _Search:
    """The choices of figures that hang together, tried against their equations."""

    values: Mapping[str, Value]
    paths: list[str]
    equations: list[Equation]
    steps: int = 0

    def only_solution(self) -> dict[str, Value]:
        """The one choice that makes every equation hold; nothing where there are none or more,
        where a figure stands in no equation, or where one cannot be evaluated."""
        standing = {p for e in self.equations for p in e.paths}
        if not standing.issuperset(self.paths):
            lone = set(self.paths) - standing
            self.paths = [p for p in self.paths if p not in lone]
        others = {p for e in self.equations for p in e.paths if self.values[p].doubt}
        if not self.paths or others - set(self.paths):
            return {}
        found: list[dict[str, Value]] = []
        self._try({}, found)
        if len(found) != 1 or self.steps > MOST_STEPS:
            return {}
        return found[0]

    def _try(self, chosen: dict[str, Value], found: list[dict[str, Value]]) -> None:
        self.steps += 1
        if len(found) > 1 or self.steps > MOST_STEPS:
            return
        if len(chosen) == len(self.paths):
            found.append(dict(chosen))
            return
        path = self.paths[len(chosen)]
        value = self.values[path]
        for number, _ in value.choices:
            chosen[path] = value._replace(number=number, doubt=None, chosen=True)
            if all(self._may_hold(e, chosen) for e in self.equations if path in e.paths):
                self._try(chosen, found)
            del chosen[path]

    def _may_hold(self, equation: Equation, chosen: Mapping[str, Value]) -> bool:
        """Whether the equation holds, or waits for figures that are not chosen yet."""
        if any(self.values[p].doubt and p not in chosen for p in equation.paths):
            return True

        values = {path: chosen.get(path, self.values[path]) for path in equation.paths}
        sums = equation_to_sums(equation, figures_to_numbers(values))
        return sums is not None and sums[0] == sums[1]
