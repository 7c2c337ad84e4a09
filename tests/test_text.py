"""Plain text to tables: converter habits seen in the wild, each in a small text made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

import gkextract
from extract.readers.text import text_to_document
from tableparse.model import Document, Matrix
from tableparse.read import Reading, tables_to_reading

SHARED = ROOT.parent / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
HEADER = "自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计"
FIRST = "一、本年新收政府信息公开申请数量 9 0 0 0 0 1 10"
SECOND = "二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1"
LAST = "四、结转下年度继续办理 2 0 0 0 0 0 2"
SECRET = "1.属于国家秘密 3 0 0 0 0 0 3"


def read(text: str) -> tuple[Document, Reading]:
    """The document of a text and what its tables say."""
    document = text_to_document(text)
    return document, tables_to_reading(document.tables or ())


def applications(reading: Reading) -> Matrix | None:
    """The applicant matrix of a reading."""
    return reading.matrices[1]


def row(matrix: Matrix | None, key: str) -> list[object]:
    """A row's numbers; "?" in place of a doubtful figure, None for a blank or a mark."""
    assert matrix is not None
    return ["?" if v.doubt else v.number for v in matrix.rows[key].values()]


def matrix_text(*lines: str) -> str:
    """An applicant matrix with the given lines between its first two rows and its last."""
    return "\n".join([HEADER, FIRST, SECOND, *lines, LAST])


SURE = [3, 0, 0, 0, 0, 1, 4]
DOUBT = ["?"] * 7
ROWS = {
    "on one line": (["1.属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "ordinal apart": (["1. 属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "ordinal as a token of its own": (["1 属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "no ordinal": (["属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "misprinted label": (["1.属于国家秘蜜 3 0 0 0 0 1 4"], SURE),
    "radicals": (["1.属于国家秘密 ３ 0 0 0 0 1 4"], SURE),
    "label wrapped, figures behind": (["1.属于国", "家秘密 3 0 0 0 0 1 4"], SURE),
    "label wrapped, figures on a line": (["1.属于国", "家秘密", "", "3 0 0 0 0 1 4"], SURE),
    "label wrapped, figures within": (["1.属于国", "3 0 0 0 0 1 4", "家秘密"], SURE),
    "label wrapped, figures on its first line": (["1.属于国 3 0 0 0 0 1 4", "家秘密"], SURE),
    "figures in front": (["3 0 0 0 0 1 4", "1.属于国家秘密"], SURE),
    "last figure alone": (["1.属于国家秘密 3 0 0 0 0 1", "4"], SURE),
    "figures and last figure alone": (["1.属于国家秘密", "3 0 0 0 0 1", "4"], SURE),
    "a figure a line": (["1.属于国家秘密", *"3000014"], SURE),
    "group in front": (["（三）不予公开 1.属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "group wrapped above": (["（三）不", "予公开", "", "1.属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "piece of a group in front": (["（三）不 1.属于国家秘密 3 0 0 0 0 1 4", "予公开"], SURE),
    "tabs, whole": (["\t（三）不予公开\t1.属于国家秘密\t3\t0\t0\t0\t0\t1\t4"], SURE),
    "tabs, label at the left": (["1.属于国家秘密\t\t3\t0\t0\t0\t0\t1\t4\t"], SURE),
    "tabs, blanks inside": (
        ["\t\t1.属于国家秘密\t3\t\t\t\t\t1\t4"], [3, None, None, None, None, 1, 4]),
    "tabs, all blank": (["\t\t1.属于国家秘密\t\t\t\t\t\t\t"], [None] * 7),
    "marks": (["1.属于国家秘密 3 / - — 无 1 4"], [3, None, None, None, None, 1, 4]),
    "page break in front": (["\f", "1.属于国家秘密 3 0 0 0 0 1 4"], SURE),
    "page number and break within": (["1.属于国家秘密", "- 3 -\f", "3 0 0 0 0 1 4"], SURE),
    "a thousands separator": (
        ["1.属于国家秘密 1,203 0 0 0 0 1 1,204"], [1203, 0, 0, 0, 0, 1, 1204]),
    "a note": (["1.属于国家秘密 3（其中补正1件） 0 0 0 0 1 4"], SURE),
    "one figure short": (["1.属于国家秘密 3 0 0 0 1 4"], DOUBT),
    "one figure more": (["1.属于国家秘密 3 0 0 0 0 0 1 4"], DOUBT),
    "no figures": (["1.属于国家秘密"], DOUBT),
    "run together": (["1.属于国家秘密3000014"], DOUBT),
    "first figure in the label": (["1.属于国家秘密3 0 0 0 0 1 4"], DOUBT),
    "seven beside one in the label": (["1.属于国家秘密3 0 0 0 0 1 4 0"], DOUBT),
    "a zero in front": (["1.属于国家秘密 3 00 0 0 0 1 4"], DOUBT),
    "last figure in the next label": (
        ["1.属于国家秘密 3 0 0 0 0 1 42.其他法律行政法规禁止公开"], DOUBT),
    "seven and one in the next label": (
        ["1.属于国家秘密 3 0 0 0 0 1 4 02.其他法律行政法规禁止公开"], DOUBT),
    "the next label's ordinal as seventh": (
        ["1.属于国家秘密 3 0 0 0 1 4", "2", "其他法律行政法规禁止公开 0 0 0 0 0 0 0"], DOUBT),
    "separator apart": (["1.属于国家秘密 1, 203 0 0 0 0 1,203"], DOUBT),
    "a word among the figures": (["1.属于国家秘密 3 0 见附件 0 0 0 1 4"], DOUBT),
    "tabs, blank at both ends": (["1.属于国家秘密\t\t\t3\t\t1\t\t\t\t"], DOUBT),
    "tabs, blanks and cells lost": (["1.属于国家秘密\t3\t\t4"], DOUBT),
    "tabs, two figures run together": (["1.属于国家秘密\t30\t0\t0\t0\t1\t4\t\t"], DOUBT),
    "tabs, blanks at the end cut off": (["\t\t1.属于国家秘密\t3\t0\t0\t0\t0\t1"], DOUBT),
    "tabs, a gap in eight cells": (["\t1.属于国家秘密\t3\t0\t0\t0\t\t0\t1\t4"], DOUBT),
    "two runs": (["1.属于国家秘密 3 0 0 0 0 1 4", "3 0 0 0 0 1 4", "2.重复申请"], SURE),
    "a run between two labels": (["1.属于国家秘密", "3 0 0 0 0 1 4", "2.重复申请"], DOUBT),
    "last figure or page number": (
        ["1.属于国家秘密 3 0 0 0 0 1", "4", "", "2.重复申请 0 0 0 0 0 0 0", "", "5"], DOUBT),
    "last figure where others lack some": (
        ["1.属于国家秘密 3 0 0 0 0 1", "4", "2.重复申请 0 0 0 0 0"], DOUBT),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_exact_or_doubtful(name: str) -> None:
    """Each habit of a converter gives the row's figures, or all seven of them in doubt; the
    rows above and below stay as they are."""
    lines, expected = ROWS[name]
    _, reading = read(matrix_text(*lines))
    assert row(applications(reading), "denied.state_secret") == expected
    assert row(applications(reading), "received") == [9, 0, 0, 0, 0, 1, 10]
    assert row(applications(reading), "carried_out") == [2, 0, 0, 0, 0, 0, 2]


def test_doubtful_figures_show_what_is_printed() -> None:
    """The text of a doubtful row's figures is kept, with its reason, and a finding says so."""
    document, reading = read(matrix_text("1.属于国家秘密300 0014 5"))
    cells = [c for t in document.tables or () for c in t.cells if c.doubt]
    assert {(c.text, c.doubt) for c in cells} == {("300 0014 5", "text.ambiguous")}
    assert [c.span.c0 for c in cells] == list(range(3, 10))
    assert reading.status == "incomplete"
    assert any(f.code == "text.ambiguous" for f in reading.findings)


HEADERS = {
    "one line": [HEADER],
    "scattered": ["申请人情况", "自然", "人", "法人或其他组织", "总计商业", "企业", "科研", "机构",
                  "社会公益", "组织", "法律服务机构", "其他"],
    "side by side": ["自然 商业 科研 社会公 法律服 其他 总计", "人 企业 机构 益组织 务机构"],
    "in three lines": ["自然人 商业 科研 社会 法律 其他 总计", "企业 机构 公益 服务", "组织 机构"],
    "tabs": ["\t\t\t自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计"],
    "tabs over lines": ["\t\t\t申请人情况\t\t\t\t\t\t总计", "\t\t\t自然人\t法人或其他组织",
                        "\t\t\t\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他"],
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_words_of_the_header_are_found_where_all_are_there(name: str) -> None:
    """A header is found however its words are scattered."""
    _, reading = read("\n".join([*HEADERS[name], FIRST, SECRET, LAST]))
    assert row(applications(reading), "received") == [9, 0, 0, 0, 0, 1, 10]


@pytest.mark.parametrize(
    "header",
    ["", "自然人 商业企业 科研机构 社会公益组织 法律服务机构 总计",
     "自然人 科研机构 商业企业 社会公益组织 法律服务机构 其他 总计",
     "自然 科研 商业 社会公 法律服 其他 总计\n人 机构 企业 益组织 务机构",
     "自然人 商业企业 科研机构 社会公益组织 法律服务机构 其它人 总计"],
)  # fmt: skip
def test_a_header_that_lacks_a_word_gives_no_matrix(header: str) -> None:
    """Without all seven words, in the form's order, no figure is given to a column."""
    _, reading = read("\n".join([header, FIRST, SECRET, LAST]))
    assert applications(reading) is None


def test_a_repeated_header_and_group_leave_the_rows_alone() -> None:
    """A page break with number, header and group printed again is no row."""
    text = matrix_text(SECRET, "- 4 -\f", HEADER, "三、本年度办理结果", "（七）总计 8 0 0 0 0 1 9")
    document, reading = read(text)
    assert row(applications(reading), "processed_total") == [8, 0, 0, 0, 0, 1, 9]
    assert document.page_count == 2
    matrix = applications(reading)
    assert matrix and {value.page for value in matrix.rows["processed_total"].values()} == {2}


def test_a_row_of_no_form_is_told_and_harms_no_other() -> None:
    """A row whose label is unknown keeps its figures to itself."""
    _, reading = read(matrix_text(SECRET, "（九）移送案件 5 5 5 5 5 5 5"))
    assert row(applications(reading), "denied.state_secret") == [3, 0, 0, 0, 0, 0, 3]
    assert any(f.code == "row.unknown" for f in reading.findings)


NEWER = "第二十条第（一）项\n信息内容 本年制发件数 本年废止件数 现行有效件数\n"
PERMITS = "第二十条第（五）项\n信息内容 本年处理决定数量\n"
RULES = NEWER + "规章 1 0 22\n"
TABBED = "信息内容\t本年制发件数\t本年废止件数\t现行有效件数\n"
SCATTERED = "信息内容 本年制 本年废 现行有\n发件数 止件数 效件数\n"
PROACTIVE = {
    "three": (RULES, [1, 0, 22]),
    "one": (RULES + PERMITS + "行政许可 340", [340]),
    "blank lines": (NEWER + "\n规章\n\n1 0 22\n", [1, 0, 22]),
    "tabs": (TABBED + "规章\t1\t\t22", [1, None, 22]),
    "heads scattered": (SCATTERED + "规章 1 0 22", [1, 0, 22]),
    "a note": (NEWER + "规章 1 0 22（其中修订16件）", [1, 0, 22]),
    "run together": (NEWER + "规章1022", ["?"] * 3),
    "two of three": (NEWER + "规章 10 22", ["?"] * 3),
    "merged figure printed thrice": (RULES + PERMITS + "行政许可 3 3 3", ["?"]),
    "a page number below": (RULES + PERMITS + "行政许可\n3\n\n4\n", ["?"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PROACTIVE)
def test_a_proactive_row_is_exact_or_doubtful(name: str) -> None:
    """A row has as many figures as its own section's heads, or is doubtful."""
    text, expected = PROACTIVE[name]
    document, _ = read(text)
    cells = [
        c for t in document.tables or () for c in t.cells if c.span.c0 and c.span.r0 == t.rows - 1
    ]
    shown = ["?" if c.doubt else int(c.text.partition("（")[0]) if c.text else None for c in cells]
    assert shown == expected


WORDS = "结果维持 结果纠正 其他结果 尚未审结 总计"
REVIEW = f"行政复议 行政诉讼\n{WORDS} 未经复议直接起诉 复议后起诉\n{WORDS} {WORDS}\n"
FIFTEEN = "1 0 0 0 1 0 2 0 0 2 0 0 3 0 3"
WRAPPED = (
    "行政复议 行政诉讼\n未经复议直接起诉 复议后起诉\n"
    + "结果 结果 其他 尚未 总计 " * 3 + "\n" + "维持 纠正 结果 审结 " * 3 + "\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "known"),
    [(REVIEW + FIFTEEN, True), (WRAPPED + FIFTEEN, True), (REVIEW + FIFTEEN[:-2], False),
     (REVIEW + FIFTEEN + " 0", False), (REVIEW + "\n" + FIFTEEN[:19] + "\n" + FIFTEEN[20:], True),
     (WRAPPED.replace("维持 纠正", "纠正 维持") + FIFTEEN, None),
     (REVIEW + FIFTEEN.replace(" ", ""), False), (REVIEW.rstrip() + FIFTEEN, False)],
)  # fmt: skip
def test_the_review_row_has_fifteen_figures_or_doubt(text: str, known: bool | None) -> None:
    """The row is read where it has exactly fifteen figures, in lines that follow each other."""
    _, reading = read(text + "\n五、存在的主要问题及改进情况")
    if known is None:
        assert reading.matrices[2] is None
        return
    expected = [0, 0, 3, 0, 3] if known else ["?"] * 5
    assert row(reading.matrices[2], "litigation_after_reconsideration") == expected


def test_blank_cells_of_the_review_row_stay_blank() -> None:
    """Fifteen cells in tabs, the first five blank, are five nulls without doubt."""
    _, reading = read(REVIEW + "\t".join([*[""] * 5, *"0000010001"]))
    assert row(reading.matrices[2], "reconsideration") == [None] * 5
    assert row(reading.matrices[2], "litigation_after_reconsideration") == [1, 0, 0, 0, 1]


def test_lines_are_all_that_is_no_table_in_order() -> None:
    """Title, headings and prose stay lines with their pages; numbers of pages at a break and
    what stands in tables do not."""
    text = (
        "某县人民政府2023年政府\n信息公开工作年度报告\n\n一、总体情况\n今年 3 件。\n2\n\f"
        f"三、收到和处理政府信息公开申请情况\n{matrix_text(SECRET)}\n五、存在的主要问题\n7\n无"
    )
    lines = text_to_document(text).lines
    assert [(line.text, line.page) for line in lines] == [
        ("某县人民政府2023年政府", 1), ("信息公开工作年度报告", 1), ("一、总体情况", 1),
        ("今年 3 件。", 1), ("三、收到和处理政府信息公开申请情况", 2), ("五、存在的主要问题", 2),
        ("7", 2), ("无", 2),
    ]  # fmt: skip
    assert [line.box.top for line in lines if line.page == 1] == [0, 1, 3, 4]


@pytest.mark.parametrize(
    "text",
    ["", "\f\f", "某县2023年预算报告\n收入 1 2 3\n总计 4 5 6\n行政许可 7\n其他 8",
     "她说：“行政复议 还是 行政诉讼？”\n总计 三十七回。",
     "办理情况：予以公开 3 件，属于国家秘密 1 件，本机关不掌握相关政府信息 2 件，重复申请 4 件。"],
)  # fmt: skip
def test_text_without_the_form_has_no_tables(text: str) -> None:
    """Words of the form in prose or in another table make no table."""
    document = text_to_document(text)
    assert document.tables == ()
    assert len(document.lines) == len([x for x in text.split("\n") if x.strip()])


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_seeds_are_exact(path: Path) -> None:
    """Real texts give the figures, agency and year that were read off the reports."""
    golden = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    report = gkextract.extract(path).to_dict()
    assert {key: report[key] for key in golden} == golden
    assert report["status"] == "verified"


@pytest.mark.skipif(not SEEDS, reason="the shared reports are not here")
def test_figures_run_together_give_no_figure_at_all() -> None:
    """A real text without spaces between the figures gives nulls and findings alone."""
    report = gkextract.extract(SHARED / "real" / "pingtan-2020.run-together.txt").to_dict()
    rows = report["applications"]["rows"]
    assert len(rows) == 23 and {n for values in rows.values() for n in values} == {None}
    groups = [group for key, group in report["proactive"].items() if key != "form"]
    assert {n for group in groups for n in group.values()} == {None}
    assert report["status"] in ("incomplete", "doubtful")
    assert "text.ambiguous" in {finding["code"] for finding in report["findings"]}
