"""What the words of a link promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.titles import judge_title, tidy_title, title_to_year

REPORTS = [
    ("2023年上海市黄浦区政府信息公开工作年度报告", 2023, "上海市黄浦区"),
    ("云溪市教育局2022年政府信息公开年报", 2022, "云溪市教育局"),
    ("关于公布临江市2022年政府信息公开工作年度报告的公告", 2022, "临江市"),
    ("二〇二二年度政府信息公开工作报告 [2023-01-30]", 2022, ""),
    ("临江市财政局2020年政府信息公开工作年度报告.pdf（1.2MB）", 2020, "临江市财政局"),
    ("云溪市统计局 2021 年政府信息公开工作年度报告（图片版）", 2021, "云溪市统计局"),
    ("政府信息公开工作年度报告2021", 2021, ""),
    ("审计局2019年度政务公开年报", 2019, "审计局"),
]
NONE = [
    "关于印发政府信息公开工作年度报告格式的通知",
    "关于报送2023年政府信息公开工作年度报告的通知",
    "2023年政府工作报告",
    "2023年部门预算",
    "2023年财政决算公开",
    "政府信息公开指南",
    "政府信息公开条例",
    "2023年法治政府建设年度报告",
    "一图读懂2023年政府信息公开工作年度报告",
    "2023年企业年报公示",
    "要闻动态",
    "",
]
ANNUAL = [
    "政府信息公开年报", "政府信息公开工作年度报告", "信息公开年度报告", "年报",
    "黄浦区政府信息公开年报", "公开年报>>", "政府信息公开年度报告列表",
]  # fmt: skip
INSIDE = [
    ("2023年", "annual"), ("2023年度", "annual"), ("市教育局", "annual"), ("2023年年报", "report"),
    ("市教育局2023年年报", "report"), ("2023年法治政府建设年度报告", ""), ("要闻动态", ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "year", "agency"), REPORTS)
def test_titles_of_reports(words: str, year: int, agency: str) -> None:
    """A report's title is known, with its year and agency."""
    verdict = judge_title(words)
    assert (verdict.promise, verdict.year, verdict.agency) == ("report", year, agency)


@pytest.mark.parametrize("words", NONE)
def test_what_stands_beside_reports(words: str) -> None:
    """Formats, notices, guides, reports of work and budgets are no reports, in a column of
    reports neither."""
    assert judge_title(words).promise == ""
    assert judge_title(words, annual=True).promise == ""


@pytest.mark.parametrize("words", ANNUAL)
def test_columns_of_reports(words: str) -> None:
    """The names of columns of reports are known."""
    assert judge_title(words).promise == "annual"


@pytest.mark.parametrize(("words", "promise"), INSIDE)
def test_words_inside_a_column_mean_more(words: str, promise: str) -> None:
    """In a column of reports a year or an agency is a directory, and 年报 of a year a report;
    outside they are nothing."""
    assert judge_title(words, annual=True).promise == promise
    assert judge_title(words).promise == ""


def test_the_year_is_the_reports_not_the_dates() -> None:
    """A date behind a title is not its year; Chinese figures are read."""
    assert title_to_year(tidy_title("政府信息公开年报 2025-01-20")) is None
    assert title_to_year("二○一九年") == 2019
    assert title_to_year("2019年报（2020年发布）") == 2019


@given(st.text(max_size=300), st.booleans())
def test_any_words_have_a_verdict(words: str, annual: bool) -> None:
    """No words raise, and blanks change nothing."""
    verdict = judge_title(words, annual=annual)
    assert verdict.promise in ("report", "annual", "weak", "")
