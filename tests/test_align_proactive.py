"""The proactive table in both editions: rows by label, columns by the heads of their section."""

from __future__ import annotations

from typing import Any

import pytest
from drawing import Texts, proactive_to_texts, rows_to_table

from tableparse.align_proactive import tables_to_proactive
from tableparse.model import Matrix

NEW = {
    "rules": ["1", "0", "11"],
    "normative_documents": ["5", "2", "63"],
    "permits": ["48043"],
    "penalties": ["26612"],
    "coercion": ["534"],
    "fees": ["96171.6"],
}
OLD = {
    "rules": ["1", "2", "3"],
    "normative_documents": ["22", "20", "140"],
    "permits": ["310", "-18", "48043"],
    "other_management": ["120", "+2", "900"],
    "penalties": ["400", "减4", "26612"],
    "coercion": ["30", "0", "534"],
    "fees": ["7", "-1"],
    "procurement": ["115", "3391.21"],
}


def align(*tables: Texts) -> tuple[Matrix, list[str]]:
    """The matrix of these tables and the codes of what is said of it."""
    matrix, findings, _ = tables_to_proactive([rows_to_table(t) for t in tables])
    assert matrix is not None
    return matrix, [f.code for f in findings]


def figures(matrix: Matrix) -> dict[str, list[Any]]:
    """The numbers by row, in the form's order of columns."""
    return {key: [v.number for v in values.values()] for key, values in matrix.rows.items()}


def test_2021_form() -> None:
    """Six rows, each with the columns of its own section."""
    matrix, codes = align(proactive_to_texts(NEW))
    assert (matrix.form, matrix.missing, codes) == ("2021", (), [])
    assert figures(matrix) == {
        "rules": [1, 0, 11],
        "normative_documents": [5, 2, 63],
        "permits": [48043],
        "penalties": [26612],
        "coercion": [534],
        "fees": [96171.6],
    }
    assert list(matrix.rows["rules"]) == ["issued", "repealed", "in_force"]
    assert list(matrix.rows["fees"]) == ["amount_10k_yuan"]


def test_2019_form() -> None:
    """Eight rows, changes with their sign."""
    matrix, codes = align(proactive_to_texts(OLD, "2019"))
    assert (matrix.form, matrix.missing, codes) == ("2019", (), [])
    assert figures(matrix) == {
        "rules": [1, 2, 3],
        "normative_documents": [22, 20, 140],
        "permits": [310, -18, 48043],
        "other_management": [120, 2, 900],
        "penalties": [400, -4, 26612],
        "coercion": [30, 0, 534],
        "fees": [7, -1],
        "procurement": [115, 3391.21],
    }


def test_four_small_tables_are_one() -> None:
    """A report may print each section as a table of its own."""
    texts = proactive_to_texts(NEW)
    matrix, codes = align(texts[:4], texts[4:7], texts[7:11], texts[11:])
    assert (matrix.missing, codes) == ((), [])
    assert figures(matrix)["coercion"] == [534]


def test_order_of_columns_does_not_matter() -> None:
    """Figures go by their heads: exchanged heads exchange figures."""
    texts = proactive_to_texts(NEW)
    texts[1][1], texts[1][3] = texts[1][3], texts[1][1]
    matrix, codes = align(texts)
    assert codes == []
    assert figures(matrix)["rules"] == [11, 0, 1]


def test_heads_that_do_not_line_up_are_taken_in_order() -> None:
    """In the 2019 table heads and figures may have columns of their own: three and three."""
    texts: Texts = [
        ["第二十条第（一）项", *"<<<<<<"],
        ["信息内容", "本年新制作数量", "<", "本年新公开数量", "<", "对外公开总数量", "<"],
        ["规章", "1", "2", "<", "<", "<", "3"],
        ["规范性文件", "22", "20", "<", "<", "<", "140"],
    ]
    matrix, _ = align([*texts, *[[*r, *"<<<"] for r in proactive_to_texts(OLD, "2019")[4:]]])
    assert figures(matrix)["rules"] == [1, 2, 3]
    assert figures(matrix)["normative_documents"] == [22, 20, 140]


def test_heads_of_one_section_do_not_reach_into_the_next() -> None:
    """A section whose own heads were lost has no columns: its rows are missing, not read
    under the heads above."""
    texts = proactive_to_texts(OLD, "2019")
    at = next(i for i, row in enumerate(texts) if row[0] == "行政处罚") - 1
    del texts[at]
    matrix, _ = align(texts)
    assert matrix.missing == ("penalties", "coercion")


@pytest.mark.parametrize(
    ("head", "printed", "number", "doubt"),
    [
        ("本年收费金额（单位：万元）", "25.1", 25.1, None),
        ("本年收费金额", "25.1", 25.1, None),
        ("本年收费金额（单位：元）", "251000", None, "value.unit"),
        ("本年收费金额（元）", "0", None, "value.unit"),
        ("本年收费金额（单位：亿元）", "0.1", None, "value.unit"),
        ("本年收费金额（单位：元）", "25.1万元", 25.1, None),
        ("本年收费金额（单位：元）", "", None, None),
        ("本年收费金额（单位：元）", "/", None, None),
        ("本年收费金额（单位：万元）", "251000元", None, "value.unit"),
    ],
)
def test_fees_are_in_the_forms_unit(
    head: str, printed: str, number: float | None, doubt: str | None
) -> None:
    """A sum is in 万元 as the form has it, or null: one in 元 is ten thousand times less."""
    texts = [
        [t.replace("本年收费金额（单位：万元）", head) if t else t for t in row]
        for row in proactive_to_texts({**NEW, "fees": [printed]})
    ]
    matrix, _ = align(texts)
    value = matrix.rows["fees"]["amount_10k_yuan"]
    assert (value.number, value.doubt) == (number, doubt)
    assert value.raw == printed


@pytest.mark.parametrize(
    ("head", "printed", "number", "doubt"),
    [
        ("采购总金额", "3391.21", 3391.21, None),
        ("采购总金额", "3391.21万元", "3391.21万元", None),
        ("采购总金额", "33912100元", "33912100元", None),
        ("采购总金额（单位：万元，保留4位小数）", "3391.2100", 3391.21, None),
        ("采购总金额（单位：元）", "33912100", None, "value.unit"),
        ("采购总金额（单位：元）", "33912100元", "33912100元", None),
    ],
)
def test_procurement_keeps_its_unit(
    head: str, printed: str, number: object, doubt: str | None
) -> None:
    """A sum whose cell names its unit keeps it; one whose head alone names another than 万元
    is null."""
    texts = [
        [head if t == "采购总金额" else t for t in row]
        for row in proactive_to_texts({**OLD, "procurement": ["115", printed]}, "2019")
    ]
    matrix, _ = align(texts)
    value = matrix.rows["procurement"]["amount"]
    assert (value.number, value.doubt) == (number, doubt)


def test_blanks_and_marks_are_null_without_doubt() -> None:
    """What is not printed is null; nothing is to be said of it."""
    matrix, codes = align(proactive_to_texts({**NEW, "rules": ["", "/", "—"], "fees": [""]}))
    assert codes == []
    assert [v.number for v in matrix.rows["rules"].values()] == [None] * 3
    assert [v.raw for v in matrix.rows["rules"].values()] == ["", "/", "—"]
    assert not any(v.doubt for v in matrix.rows["rules"].values())


def test_missing_row_is_missing() -> None:
    """A row that is not printed is named as missing, never made up."""
    matrix, _ = align([row for row in proactive_to_texts(NEW) if row[0] != "行政强制"])
    assert matrix.missing == ("coercion",)
    assert "coercion" not in matrix.rows


def test_row_of_the_other_edition_is_told() -> None:
    """A figure in a row that the edition does not have is spoken of, and no part of it."""
    texts = proactive_to_texts(NEW)
    texts.insert(7, ["其他对外管理服务事项", "12", "<", "<"])
    matrix, codes = align(texts)
    assert codes == ["row.edition"]
    assert "other_management" not in matrix.rows


def test_heads_of_both_editions_are_told() -> None:
    """One table with heads of two editions is doubtful."""
    texts = [*proactive_to_texts(NEW), *proactive_to_texts(OLD, "2019")[:4]]
    _, codes = align(texts)
    assert "edition.mixed" in codes


def test_row_printed_twice_with_other_figures_is_null() -> None:
    """Neither of two readings of one row is preferred."""
    other = {**NEW, "coercion": ["535"]}
    matrix, codes = align(proactive_to_texts(NEW), proactive_to_texts(other))
    assert codes == ["row.twice"]
    value = matrix.rows["coercion"]["decisions"]
    assert (value.number, value.doubt) == (None, "row.twice")
    assert figures(matrix)["penalties"] == [26612]


@pytest.mark.parametrize(
    "table",
    [
        [["行政许可", "5"], ["行政处罚", "6"]],  # no heads
        [["本年处理决定数量", "5"]],  # no rows
        [["索引号", "014/2025"], ["发文日期", "2025-01-20"]],
    ],
)
def test_other_tables_are_passed_over(table: Texts) -> None:
    """Rows without heads of the form, and heads without rows, are no proactive table."""
    assert tables_to_proactive([rows_to_table(table)]) == (None, (), frozenset())
