"""The review table: fifteen figures under three blocks, by their heads."""

from __future__ import annotations

from typing import Any

import pytest
from drawing import Texts, review_to_texts, rows_to_table

from tableparse.align_review import tables_to_review
from tableparse.model import Matrix

FIGURES = [str(n) for n in (72, 64, 178, 37, 351, 31, 1, 5, 3, 40, 12, 0, 1, 2, 15)]


def align(*tables: Texts) -> tuple[Matrix, list[str]]:
    """The matrix of these tables and the codes of what is said of it."""
    matrix, findings, _ = tables_to_review([rows_to_table(t) for t in tables])
    assert matrix is not None
    return matrix, [f.code for f in findings]


def figures(matrix: Matrix) -> list[Any]:
    """The fifteen numbers in the form's order."""
    return [v.number for values in matrix.rows.values() for v in values.values()]


def test_fifteen_figures_under_their_heads() -> None:
    """The form as printed: three blocks of five."""
    matrix, codes = align(review_to_texts(FIGURES))
    assert codes == []
    assert figures(matrix) == [int(n) for n in FIGURES]
    assert list(matrix.rows) == [
        "reconsideration", "litigation_direct", "litigation_after_reconsideration",
    ]  # fmt: skip
    assert list(matrix.rows["reconsideration"]) == [
        "upheld", "corrected", "other", "pending", "total",
    ]  # fmt: skip


def test_order_of_blocks_and_outcomes_does_not_matter() -> None:
    """Blocks and outcomes in another order give the same matrix."""
    texts = review_to_texts(FIGURES)
    order = [*range(4, -1, -1), *range(14, 9, -1), *range(9, 4, -1)]
    table: Texts = [
        ["行政复议", *"<<<<", "行政诉讼", *"<<<<<<<<<"],
        [*texts[1][4::-1], "复议后起诉", *"<<<<", "未经复议直接起诉", *"<<<<"],
        [*"^^^^^", *[texts[2][i] for i in (*range(9, 4, -1), *range(9, 4, -1))]],
        [texts[3][i] for i in order],
    ]
    matrix, codes = align(table)
    assert codes == []
    assert figures(matrix) == [int(n) for n in FIGURES]


def test_outcomes_on_one_level() -> None:
    """The outcomes of 行政复议 may stand on the level of the others, with an empty cell above."""
    texts = review_to_texts(FIGURES)
    heads = texts[1][:5]
    table: Texts = [texts[0], ["^", "<", "<", "<", "<", *texts[1][5:]], [*heads, *texts[2][5:]]]
    matrix, codes = align([*table, texts[3]])
    assert codes == []
    assert figures(matrix) == [int(n) for n in FIGURES]


@pytest.mark.parametrize(("row", "column"), [(1, 0), (2, 7), (0, 0), (1, 5), (1, 10), (2, 14)])
def test_table_without_one_of_its_heads_is_none(row: int, column: int) -> None:
    """A head that is not there is not made up from its place."""
    texts = review_to_texts(FIGURES)
    texts[row][column] = ""
    assert tables_to_review([rows_to_table(texts)]) == (None, (), frozenset())


def test_blank_row_is_a_row() -> None:
    """A form that is not filled in has fifteen nulls, and nothing to be said of them."""
    matrix, codes = align(review_to_texts([""] * 15))
    assert (figures(matrix), codes) == ([None] * 15, [])


def test_figures_printed_under_a_blank_row() -> None:
    """An empty row above the figures does not hide them."""
    matrix, codes = align([*review_to_texts([""] * 15), FIGURES])
    assert (figures(matrix), codes) == ([int(n) for n in FIGURES], [])


def test_two_rows_of_figures_are_null() -> None:
    """Neither of two rows with other figures is preferred; the same row again is no harm."""
    matrix, codes = align([*review_to_texts(FIGURES), ["1"] * 15])
    assert codes == ["row.twice"]
    assert figures(matrix) == [None] * 15
    again, codes = align([*review_to_texts(FIGURES), FIGURES])
    assert (figures(again), codes) == ([int(n) for n in FIGURES], [])


def test_note_under_the_table_is_no_row() -> None:
    """A line of words under the figures is passed over."""
    matrix, codes = align([*review_to_texts(FIGURES), ["注：含上年结转案件", *"<<<<<<<<<<<<<<"]])
    assert (figures(matrix), codes) == ([int(n) for n in FIGURES], [])


def test_header_alone_is_none() -> None:
    """Heads at the foot of a page, their figures lost: no table rather than an empty one."""
    assert tables_to_review([rows_to_table(review_to_texts()[:3])])[0] is None


def test_head_may_reach_into_a_sliver() -> None:
    """A head that reaches over its block's edge into a column of its own, as rounding of
    widths leaves them, is of its block."""
    texts = review_to_texts(FIGURES)
    table: Texts = [
        [*texts[0][:5], "行政诉讼", *"<<<<<<<<<<"],
        [*texts[1][:5], "<", *texts[1][5:]],
        [*texts[2][:5], "^", *texts[2][5:]],
        [*texts[3][:5], "<", *texts[3][5:]],
    ]
    matrix, codes = align(table)
    assert codes == []
    assert figures(matrix) == [int(n) for n in FIGURES]


def test_total_may_be_called_otherwise() -> None:
    """合计 over the last column of a block is its total."""
    texts = [["合计" if t == "总计" else t for t in row] for row in review_to_texts(FIGURES)]
    matrix, codes = align(texts)
    assert codes == []
    assert figures(matrix) == [int(n) for n in FIGURES]
