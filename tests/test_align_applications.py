"""The applicant matrix: rows and columns by their labels, whatever their order and damage."""

from __future__ import annotations

import random
from typing import Any

import pytest
from drawing import Texts, balanced, matrix_to_texts, printed_form, rows_to_table

from tableparse.align_applications import tables_to_applications
from tableparse.model import Finding, Matrix

FORM = printed_form()
COLUMNS = FORM["columns"]


def align(*tables: Texts) -> tuple[Matrix, list[str]]:
    """The matrix of these tables and the codes of what is said of it."""
    matrix, findings, _ = tables_to_applications([rows_to_table(t) for t in tables])
    assert matrix is not None
    return matrix, [f.code for f in findings]


def figures(matrix: Matrix) -> dict[str, list[Any]]:
    """The numbers by row, in the form's order of columns."""
    return {key: [values[c].number for c in COLUMNS] for key, values in matrix.rows.items()}


def numbers(texts: dict[str, list[str]]) -> dict[str, list[int]]:
    """Printed whole numbers as such."""
    return {key: [int(text) for text in row] for key, row in texts.items()}


def _label(key: str) -> str:
    return next(label for k, label, _ in FORM["rows_2021"] if k == key)


def rows_of(texts: Texts, start: int) -> Texts:
    """The rows from `start` on, cells that reach in from above begun anew."""
    head = [
        next(t for t in reversed([row[c] for row in texts[: start + 1]]) if t != "^")
        for c in range(len(texts[0]))
    ]
    first = [h if t == "^" else t for t, h in zip(texts[start], head, strict=True)]
    return [first, *texts[start + 1 :]]


def test_every_figure_goes_to_its_row_and_column() -> None:
    """The form as printed: 25 rows of seven, in the form's order, nothing to be said."""
    matrix, codes = align(matrix_to_texts(balanced()))
    assert (matrix.form, matrix.missing, codes) == ("2021", (), [])
    assert figures(matrix) == numbers(balanced())
    assert list(matrix.rows) == [key for key, *_ in FORM["rows_2021"]]


def test_2019_form_has_one_row_for_other() -> None:
    """The 2019 edition is known by its labels: 23 rows, （六）其他处理 is one of them."""
    given = balanced() | {"other": ["7"] * 7}
    matrix, codes = align(matrix_to_texts(given, "2019"))
    assert (matrix.form, matrix.missing, codes) == ("2019", (), [])
    assert len(matrix.rows) == 23
    assert figures(matrix)["other"] == [7] * 7
    assert not any(key.startswith("other.") for key in matrix.rows)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    """Rows and columns in any order give the same matrix: nothing is read by place."""
    rng = random.Random(seed)
    texts = matrix_to_texts(balanced())
    flat: Texts = [["", "", "", *FORM["column_labels"]]]
    for row, (key, _, over) in zip(texts[3:], FORM["rows_2021"], strict=True):
        flat.append(["", over if over not in ("", "-") else "", _label(key), *row[3:]])
    body = flat[1:]
    rng.shuffle(body)
    order = rng.sample(range(3, 10), 7)
    shuffled = [[*row[:3], *(row[c] for c in order)] for row in (flat[0], *body)]
    matrix, codes = align(shuffled)
    assert codes == []
    assert figures(matrix) == numbers(balanced())


def test_merged_groups_replaced_by_empty_cells() -> None:
    """Row-spanned labels that a producer replaced by one label and empty cells below."""
    texts = [["" if t == "^" else t for t in row] for row in matrix_to_texts(balanced())[3:]]
    matrix, codes = align([*matrix_to_texts()[:3], *texts])
    assert (matrix.missing, codes) == ((), [])
    assert figures(matrix) == numbers(balanced())


def test_heads_cut_over_two_rows() -> None:
    """Heads whose names stand in two cells, one above the other (商业 | 企业)."""
    texts = matrix_to_texts(balanced())
    upper, lower = (list(half) for half in zip(*FORM["column_halves"], strict=True))
    matrix, codes = align([["", "", "", *upper], ["", "", "", *lower], *texts[3:]])
    assert (matrix.missing, codes) == ((), [])
    assert figures(matrix) == numbers(balanced())


def test_matrix_scattered_over_many_tables() -> None:
    """Pieces with the same columns and no header of their own belong to the matrix."""
    texts = matrix_to_texts(balanced())
    cuts = [8, 16, 20]
    pieces = [texts[:8], *(rows_of(texts[:b], a) for a, b in ((8, 16), (16, 20), (20, 28)))]
    assert len(pieces) == len(cuts) + 1
    matrix, codes = align(*pieces)
    assert (matrix.missing, codes) == ((), [])
    assert figures(matrix) == numbers(balanced())


def test_header_repeated_in_the_middle_is_passed_over() -> None:
    """A header printed again between the rows is no row with figures."""
    texts = matrix_to_texts(balanced())
    matrix, codes = align([*texts[:16], *texts[:3], *rows_of(texts, 16)])
    assert (matrix.missing, codes) == ((), [])
    assert figures(matrix) == numbers(balanced())


def test_blank_rows_of_one_word_are_rows() -> None:
    """其他 and 总计 are rows as well as heads: blank, and without their groups' cells, too."""
    blank = dict.fromkeys(balanced(), [""] * 7)
    texts = [["" if t == "^" else t for t in row] for row in matrix_to_texts(blank)[3:]]
    matrix, codes = align([*matrix_to_texts()[:3], *texts])
    assert (matrix.missing, codes) == ((), [])


def test_subtotal_is_of_the_group_above() -> None:
    """A subtotal whose group cell is lost is of the group of the row above it, where the matrix
    has its own total; it never makes two totals of one."""
    texts = matrix_to_texts({"processed_total": ["9"] * 7})
    at = next(i for i, row in enumerate(texts) if "无法提供" in str(row[1]))
    texts.insert(at, ["", "", "小计", *["99"] * 7])
    matrix, codes = align(texts)
    assert codes == []
    assert [v.number for v in matrix.subtotals["denied"].values()] == [99] * 7
    assert [v.number for v in matrix.rows["processed_total"].values()] == [9] * 7


def test_subtotal_rows_are_kept_apart() -> None:
    """Printed subtotals are checked against their group and are no rows of the form."""
    texts = matrix_to_texts(balanced())
    at = 3 + [key for key, *_ in FORM["rows_2021"]].index("unavailable.not_held")
    texts.insert(at, ["^", "^", "小计", *["99"] * 7])
    matrix, codes = align(texts)
    assert (matrix.missing, codes) == ((), [])
    assert [v.number for v in matrix.subtotals["denied"].values()] == [99] * 7
    assert figures(matrix) == numbers(balanced())


def test_extra_empty_column_moves_nothing() -> None:
    """An empty column without a head, anywhere, changes no figure."""
    for at in (0, 3, 5, 10):
        texts = [
            [*row[:at], "<" if row[at:] and row[at] == "<" else "", *row[at:]]
            for row in matrix_to_texts(balanced())
        ]
        matrix, codes = align(texts)
        assert codes == [], at
        assert figures(matrix) == numbers(balanced()), at


def test_figure_in_a_column_without_head_is_told() -> None:
    """A figure that stands under no head is in no row, and is spoken of."""
    texts = [[*row, ""] for row in matrix_to_texts(balanced())]
    texts[5][-1] = "44"
    matrix, codes = align(texts)
    assert codes == ["column.unknown"]
    assert figures(matrix) == numbers(balanced())


def test_figures_that_slid_left_are_null() -> None:
    """A row whose label cell was lost, its figures one column to the left: not placed."""
    texts = matrix_to_texts(balanced())
    at = 3 + [key for key, *_ in FORM["rows_2021"]].index("declined.repeat")
    texts[at] = ["^", "^", *texts[at][3:], ""]
    matrix, codes = align(texts)
    assert codes == ["row.unknown"]
    assert matrix.missing == ("declined.repeat",)


def test_cell_merged_over_two_columns_belongs_to_neither() -> None:
    """A figure that stands under two heads is null in both, with the reason."""
    texts = matrix_to_texts(balanced())
    texts[5][4] = "<"
    matrix, _ = align(texts)
    row = matrix.rows["granted"]
    for column in ("natural_person", "business"):
        assert (row[column].number, row[column].doubt) == (None, "align.merged")
    assert row["total"].doubt is None


def test_cell_merged_over_two_rows_belongs_to_neither() -> None:
    """A figure that reaches over two rows is null in both, with the reason."""
    texts = matrix_to_texts(balanced())
    texts[6][3] = "^"
    matrix, _ = align(texts)
    for key in ("granted", "granted_in_part"):
        value = matrix.rows[key]["natural_person"]
        assert (value.number, value.doubt) == (None, "align.merged")


def test_row_printed_twice_with_other_figures_is_null() -> None:
    """Neither of two readings of one row is preferred."""
    texts = matrix_to_texts(balanced())
    texts.insert(6, ["^", _label("granted"), "<", *"1234567"])
    matrix, codes = align(texts)
    assert codes == ["row.twice"]
    assert {(v.number, v.doubt) for v in matrix.rows["granted"].values()} == {(None, "row.twice")}


def test_row_printed_twice_alike_or_blank_is_one_row() -> None:
    """The same row again, with the same figures or without any, says nothing new."""
    for printed in (balanced()["granted"], [""] * 7):
        texts = matrix_to_texts(balanced())
        texts.insert(6, ["^", _label("granted"), "<", *printed])
        matrix, codes = align(texts)
        assert codes == []
        assert figures(matrix) == numbers(balanced())


def test_unknown_label_with_figures_is_told() -> None:
    """A row under a label that is none of the form's is not pressed into a row that is missing."""
    texts = matrix_to_texts(balanced())
    at = 3 + [key for key, *_ in FORM["rows_2021"]].index("declined.excessive")
    texts[at][2] = "4.申请事项另有规定"
    matrix, codes = align(texts)
    assert codes == ["row.unknown"]
    assert matrix.missing == ("declined.excessive",)


def test_two_labels_exchanged_exchange_their_figures() -> None:
    """Labels are believed, not order and not sums: exchanged labels exchange figures."""
    texts = matrix_to_texts(balanced())
    texts[8][2], texts[9][2] = texts[9][2], texts[8][2]
    matrix, codes = align(texts)
    assert codes == []
    given = numbers(balanced())
    keys = [key for key, *_ in FORM["rows_2021"]][5:7]
    assert figures(matrix)[keys[0]] == given[keys[1]]
    assert figures(matrix)[keys[1]] == given[keys[0]]


def test_two_heads_exchanged_exchange_their_columns() -> None:
    """The same of columns."""
    texts = matrix_to_texts(balanced())
    texts[2][4], texts[2][5] = texts[2][5], texts[2][4]
    matrix, codes = align(texts)
    assert codes == []
    given = numbers(balanced())["granted"]
    assert figures(matrix)["granted"] == [given[0], given[2], given[1], *given[3:]]


@pytest.mark.parametrize("column", range(7))
def test_matrix_without_one_of_its_heads_is_none(column: int) -> None:
    """Seven heads or nothing: a table with six is not read by place."""
    texts = matrix_to_texts(balanced())
    label = FORM["column_labels"][column]
    bare: Texts = [
        [("" if t == label and c > 2 else t) for c, t in enumerate(row)] for row in texts
    ]
    assert tables_to_applications([rows_to_table(bare)]) == (None, (), frozenset())


def test_head_named_twice_is_none() -> None:
    """Two columns that bear one name: which is which is not guessed."""
    texts = matrix_to_texts(balanced())
    texts[2][5] = texts[2][4]
    assert tables_to_applications([rows_to_table(texts)])[0] is None


@pytest.mark.parametrize(
    "table",
    [
        [["发布时间", "2025-01-20"], ["信息来源", "区政府办"], ["浏览次数", "12"]],
        [["首页", "政务公开", "政府信息公开年报"]],
        [["其他", "总计", "自然人"], ["1", "2", "3"]],
        [["", ""], ["", ""]],
    ],
)
def test_other_tables_are_passed_over(table: Texts) -> None:
    """A site's metadata or navigation table is no matrix, alone or before the real one."""
    assert tables_to_applications([rows_to_table(table)])[0] is None
    tables = [rows_to_table(table), rows_to_table(matrix_to_texts(balanced()))]
    matrix, findings, used = tables_to_applications(tables)
    assert matrix is not None
    assert (findings, used) == ((), frozenset({1}))
    assert figures(matrix) == numbers(balanced())


@pytest.mark.parametrize(
    ("six", "form", "key"),
    [
        (["（六）其他处理", _label("other.not_corrected")], "2021", "other.not_corrected"),
        (["", "（六）其他"], "2019", "other"),
        (["", "（六）其他处理"], "2019", "other"),
    ],
)
def test_edition_is_told_by_labels(six: list[str], form: str, key: str) -> None:
    """（六）其他 alone is the row of the 2019 form; its three rows are the 2021 form's."""
    texts = [row for row in matrix_to_texts(balanced(), "2019") if "（六）其他处理" not in row]
    at = next(i for i, row in enumerate(texts) if "（七）总计" in row)
    texts.insert(at, ["^", *six, *"1111117"])
    matrix, _ = align(texts)
    assert matrix.form == form
    assert figures(matrix)[key] == [1, 1, 1, 1, 1, 1, 7]


def test_rows_not_found_do_not_tell_the_edition() -> None:
    """A matrix whose rows of （六） are lost is not of 2019 for want of them."""
    texts = matrix_to_texts(balanced())
    matrix, _ = align(texts[: next(i for i, row in enumerate(texts) if "（六）其他处理" in row)])
    assert matrix.form == "2021"
    assert "other.other" in matrix.missing


def test_findings_name_what_they_speak_of() -> None:
    """A finding quotes the label in question, on one line."""
    texts = matrix_to_texts(balanced())
    texts[8][2] = "2.这一行\n不在表中"
    _, findings, _ = tables_to_applications([rows_to_table(texts)])
    assert findings == (Finding("row.unknown", "warning", "unknown", findings[0].message),)
    assert "'2.这一行不在表中'" in findings[0].message
