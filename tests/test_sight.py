"""Figures recognised in pictures: what is not clear is null, unless the equations leave one choice
among what the cell itself may say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tableparse.model import Box, Matrix, Sight, Value
from tableparse.sight import UNCLEAR, decide_doubts, with_sights

COLUMNS = ("upheld", "corrected", "other", "pending", "total")


def box(column: int) -> Box:
    """The rectangle of the cell in a column."""
    return Box(20.0 * column, 0, 20.0 * column + 20, 20)


def review(texts: list[str]) -> Matrix:
    """A review table with one block, as its cells read."""
    values = {
        c: Value(t, int(t) if t.isdigit() else None, 1, box(i))
        for i, (c, t) in enumerate(zip(COLUMNS, texts, strict=True))
    }
    return Matrix("review", "2021", {"reconsideration": values})


def sight(column: int, text: str, clear: bool = True, choices: Any = ()) -> Sight:
    """What was seen in a column's cell."""
    inside = Box(20.0 * column + 5, 5, 20.0 * column + 15, 15)
    return Sight(inside, text, 0.99 if clear else 0.5, clear, tuple(choices))


def numbers(matrix: Matrix | None) -> list[Any]:
    """The figures of the one block."""
    assert matrix is not None
    return [v.number for v in matrix.rows["reconsideration"].values()]


def decided(texts: list[str], sights: list[Sight]) -> Matrix | None:
    """The matrix after both steps."""
    return decide_doubts(with_sights(review(texts), {1: sights}))


def test_clear_figures_carry_their_score() -> None:
    """A clear figure stays as it is, with the score it was recognised with."""
    texts = ["1", "2", "3", "4", "10"]
    found = decided(texts, [sight(i, t) for i, t in enumerate(texts)])
    assert numbers(found) == [1, 2, 3, 4, 10]
    assert found is not None
    assert {v.score for v in found.rows["reconsideration"].values()} == {0.99}


def test_equation_decides_between_a_cells_own_choices() -> None:
    """Exactly one of a cell's candidates makes its equation hold: it is taken and marked."""
    texts = ["1", "7", "3", "4", "10"]
    sights = [sight(i, t) for i, t in enumerate(texts)]
    sights[1] = sight(1, "7", False, [("7", 0.6), ("2", 0.3)])
    found = decided(texts, sights)
    assert numbers(found) == [1, 2, 3, 4, 10]
    assert found is not None
    assert found.rows["reconsideration"]["corrected"].chosen


@pytest.mark.parametrize(
    "choices",
    [
        [("7", 0.6), ("8", 0.3)],  # none holds
        [],  # nothing was read
        [("/", 0.6)],  # a mark is no figure that an equation could tell
    ],
)
def test_no_choice_that_holds_leaves_null(choices: list[tuple[str, float]]) -> None:
    """Where no candidate makes the equation hold the figure is null and doubtful: nothing is
    computed from the others."""
    texts = ["1", "7", "3", "4", "10"]
    sights = [sight(i, t) for i, t in enumerate(texts)]
    sights[1] = sight(1, "7", False, choices)
    found = decided(texts, sights)
    assert numbers(found) == [1, None, 3, 4, 10]
    assert found is not None
    assert found.rows["reconsideration"]["corrected"].doubt == UNCLEAR


def test_two_solutions_are_none() -> None:
    """Two unclear figures that could each make up for the other stay null."""
    texts = ["1", "2", "3", "4", "10"]
    sights = [sight(i, t) for i, t in enumerate(texts)]
    sights[0] = sight(0, "1", False, [("1", 0.6), ("2", 0.3)])
    sights[1] = sight(1, "2", False, [("2", 0.6), ("1", 0.3)])
    assert numbers(decided(texts, sights)) == [None, None, 3, 4, 10]


def test_zero_and_blank_are_not_told_by_sums() -> None:
    """A faint zero is not chosen: a blank would make the sums hold as well."""
    texts = ["1", "0", "3", "4", "8"]
    sights = [sight(i, t) for i, t in enumerate(texts)]
    sights[1] = sight(1, "0", False, [("0", 0.3)])
    assert numbers(decided(texts, sights)) == [1, None, 3, 4, 8]


def test_ink_without_reading_is_doubtful_and_no_ink_is_blank() -> None:
    """A cell in which something stands that gave no text is doubtful; one without is blank."""
    texts = ["1", "", "3", "", "4"]
    sights = [sight(0, "1"), sight(1, "", False), sight(2, "3"), sight(4, "4")]
    found = decided(texts, sights)
    assert found is not None
    values = found.rows["reconsideration"]
    assert (values["corrected"].doubt, values["pending"].doubt) == (UNCLEAR, None)


def test_figures_without_equations_need_a_higher_score() -> None:
    """The proactive table proves nothing: what is clear elsewhere is not clear enough there."""
    value = Value("12", 12, 1, box(0))
    matrix = Matrix("proactive", "2021", {"permits": {"decisions": value}})
    low = Sight(Box(5, 5, 15, 15), "12", 0.85, True, (("12", 0.85),))
    found = with_sights(matrix, {1: [low]})
    assert found is not None
    assert found.rows["permits"]["decisions"].number is None


@given(
    st.lists(st.integers(0, 99), min_size=5, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.lists(st.lists(st.integers(0, 99), max_size=3), min_size=5, max_size=5),
)
def test_clear_figure_is_never_changed(
    figures: list[int], clear: list[bool], others: list[list[int]]
) -> None:
    """Whatever the sums would like: a clear figure stays, an unclear one is null or one of its
    own candidates, and then the row adds up."""
    texts = [str(n) for n in figures]
    sights = []
    for i, text in enumerate(texts):
        own = [] if clear[i] else [(str(n), 0.6) for n in others[i]]
        sights.append(sight(i, text, clear[i], own))
    found = numbers(decided(texts, sights))
    for i, number in enumerate(found):
        if clear[i]:
            assert number == figures[i]
        elif number is not None:
            assert number in others[i]
            assert None not in found
            assert sum(found[:4]) == found[4]
