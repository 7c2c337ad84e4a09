"""The prose against the tables: a table of sentences, the report's own year, and real reports."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from drawing import MANY
from hypothesis import given
from hypothesis import strategies as st
from narrative_cases import BUREAU, CASES, CITY, FIGURES, YEAR, Case

import gkextract
from tableparse.finish import finish_report
from tableparse.formdata import read_data
from tableparse.narrative import (
    CODES,
    Number,
    Statement,
    mentions_to_statements,
    narrative_to_mentions,
    statements_to_findings,
)
from tableparse.numerals import text_to_number
from tableparse.prose import Section
from tableparse.prosecheck import check_prose, report_to_statements
from tableparse.report import Report

SHARED = ROOT.parent / "shared"
PRECISION, RECALL = 1.0, 0.98
"""Least share of findings that are right, and of wrong statements that are found."""


def statements_of(
    text: str, agency: str, heading: str = "", figures: Mapping[str, Number | None] = FIGURES
) -> list[Statement]:
    """What a text says of figures, in a section of the report of an agency."""
    mentions = narrative_to_mentions([Section(heading, text)], agency, YEAR)
    return mentions_to_statements(mentions, figures)


def codes_of(case: Case) -> tuple[Counter[str], Counter[str]]:
    """(codes of findings, codes of statements that the tables bear out) of a case."""
    _, agency, text, _, _ = case
    said = statements_of(text, agency, "一、总体情况")
    wrong = Counter(f.code for f in statements_to_findings(said, certain=True))
    return wrong, Counter(s.code for s in said if s.matched is not None)


def prose_report(*texts: str, year: int | None = YEAR, **values: object) -> Report:
    """A report of nothing but prose: the text before the first heading, then section one."""
    sections = (Section("", texts[0]), Section("一、总体情况", "\n".join(texts[1:])))
    made = Report({}, None, BUREAU, year, "verified", None, None, None, sections)
    return replace(made, **values)


def test_precision_and_recall_of_the_sentences() -> None:
    """Of all findings on the table of sentences (150 and more) every one is right, and nearly
    every wrong statement is found."""
    true = false = missed = 0
    for case in CASES:
        found, wanted = codes_of(case)[0], Counter(case[3])
        true += (found & wanted).total()
        false += (found - wanted).total()
        missed += (wanted - found).total()
    print(f"{len(CASES)} sentences: {true} found, {false} false alarms, {missed} missed")
    assert len(CASES) >= 150
    assert len({case[2] for case in CASES}) == len(CASES)
    assert true / (true + false) >= PRECISION
    assert true / (true + missed) >= RECALL


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2][:30])
def test_no_false_alarm(case: Case) -> None:
    """A sentence gives no finding that it should not give, and no statement is taken for one
    that the tables bear out by chance."""
    found, agreed = codes_of(case)
    assert not found - Counter(case[3])
    assert not agreed - Counter(case[4])


def test_every_way_to_say_it_is_tried() -> None:
    """Each rule of the data file has a known code, and nearly every code has sentences on
    either side."""
    assert {rule["code"] for rule in read_data("narrative")["rule"]} == set(CODES)
    for code in CODES:
        assert any(code in case[3] for case in CASES), code
        assert any(code in case[4] for case in CASES), code


NUMBERS = [
    ("0", 0), ("18", 18), ("3,119", 3119), ("003", None), ("1.5", None), ("零", 0), ("两", 2),
    ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("一百一十", 110), ("两千", 2000),
    ("三千零五", 3005), ("一万二千", 12000), ("二三", None), ("二〇二四", None), ("百", None),
    ("万", None), ("", None), ("几", None), ("1,00", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_numerals(text: str, number: int | None) -> None:
    """A number in digits or Chinese numerals is that number; digits named one by one, and
    what is no number, are none."""
    assert text_to_number(text) == number


DIGIT, PLACE = "零一二三四五六七八九", ("", "十", "百", "千")


def to_numeral(number: int) -> str:
    """A number below 10,000 in Chinese numerals."""
    digits = [int(d) for d in str(number)]
    out = ""
    for i, digit in enumerate(digits):
        if digit:
            zero = "零" if i and not digits[i - 1] else ""
            out += zero + DIGIT[digit] + PLACE[len(digits) - 1 - i]
    return out.removeprefix("一") if 10 <= number < 20 else out or "零"


@MANY
@given(st.integers(0, 9999))
def test_numerals_round_trip(number: int) -> None:
    """Every number below ten thousand is read back from its Chinese numeral and its digits."""
    assert text_to_number(to_numeral(number)) == number
    assert text_to_number(f"{number:,}") == number


YEARS = [
    ("报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。", ["narrative.period"]),
    ("报告所列数据的统计期限自2024年1月1日起至2023年12月31日止。", ["narrative.period"]),
    ("报告所列数据的统计期限自 2024 年 1 月 1 日起至 2024 年 12 月 31 日止。", []),
    ("数据统计期限为2024年1月1日—12月31日。", []),
    ("数据统计期限为2023年1月1日—12月31日。", ["narrative.period"]),
    ("2023年1月1日至12月31日，全市经济平稳。", []),
    ("现公布2023年度政府信息公开工作年度报告。", ["narrative.title_year"]),
    ("现将我局2024年政府信息公开工作年度报告公布如下。", []),
    ("根据《条例》规定，编制云溪市财政局2022年政府信息公开年度报告。", ["narrative.title_year"]),
    ("2024年1月，按时发布2023年度政府信息公开工作年度报告。", []),
    ("认真编制并按期公开2023年政府信息公开年度报告。", []),
    ("根据《条例》要求，特编制本报告。", []),
]


@pytest.mark.parametrize(("text", "codes"), YEARS)
def test_year_in_the_text(text: str, codes: list[str]) -> None:
    """A period or a name of the report with another year than the title is told; last year's
    report, spoken of, is none."""
    assert [f.code for f in check_prose(prose_report(text))] == codes
    assert not check_prose(prose_report(text, year=None))


def test_fee_taken_and_not_taken() -> None:
    """A text that says that no fee was taken and that one was contradicts itself; a fee of
    zero does not."""
    both = prose_report("", "全年未收取信息处理费。", "全年收取信息处理费120元。")
    assert [f.code for f in check_prose(both)] == ["narrative.fees"]
    assert not check_prose(prose_report("", "未收取信息处理费。", "收取信息处理费0元。"))


def test_blank_figures_contradict_nothing() -> None:
    """A blank cell is not zero: what the text says beside it is no finding."""
    blank = {path: None for path in FIGURES}
    text = "2024年，全市共收到政府信息公开申请120件，不予公开3件，行政复议8件。"
    assert statements_of(text, CITY, figures=blank) == []


def test_a_statement_says_what_it_equals() -> None:
    """A number that is received and carried in together says so."""
    text = "2024年我局共受理政府信息公开申请125件。"
    (said,) = statements_of(text, BUREAU)
    assert said.matched is not None
    number, cells = said.sums[said.matched]
    assert number == 125
    assert cells == ("applications.received.total", "applications.carried_in.total")


def test_blame_is_the_publishers_only_where_the_tables_are_certain() -> None:
    """Where the tables were read with doubt, the slip may be ours."""
    said = statements_of("我局共收到政府信息公开申请1件。", BUREAU)
    assert [f.blame for f in statements_to_findings(said, certain=True)] == ["publisher"]
    assert [f.blame for f in statements_to_findings(said, certain=False)] == ["unknown"]


def test_a_wrong_total_is_not_the_proses_fault() -> None:
    """Prose that says the sum of a row whose total is printed wrong is no finding: the row's
    equation tells of the total. Prose that says neither is one."""
    report = gkextract.extract(ROOT / "fixtures" / "pages" / "plain-a11-bom.html")
    assert report.applications is not None
    row = [value.number for value in report.applications.rows["received"].values()]
    assert row[-1] == 0
    assert sum(n for n in row if isinstance(n, int)) == 57
    assert not any(f.code.startswith("narrative.") for f in report.findings)
    other = replace(
        report,
        narrative=tuple(
            replace(s, text=s.text.replace("申请57件", "申请58件")) for s in report.narrative
        ),
    )
    assert [f.code for f in check_prose(other)] == ["narrative.received"]


WORDS = re.findall(r"[^，。、（）]{1,6}|[，。、（）]", "".join(case[2] for case in CASES[:120]))
"""Pieces of the sentences, to be mixed."""


@MANY
@given(st.lists(st.sampled_from(WORDS), max_size=120))
def test_any_prose_is_done_in_no_time(words: list[str]) -> None:
    """No text makes a pattern run away: 300 characters of any of the words within half a
    second, and what is found has both numbers."""
    start = time.process_time()
    said = statements_of("".join(words), CITY)
    for finding in statements_to_findings(said, certain=True):
        assert finding.left != finding.right
    assert time.process_time() - start < 0.5


@MANY
@given(st.text(max_size=200), st.text(max_size=30), st.none() | st.integers(0, 3000))
def test_any_text_is_taken(text: str, agency: str, year: int | None) -> None:
    """No text, agency or year, whatever characters they have, breaks a report that was read."""
    made = prose_report(text, text + "申请9999999999999999999件。", year=year, agency=agency)
    done = finish_report(made)
    assert done.status == made.status
    assert done.findings[: len(made.findings)] == made.findings


REAL = {
    "seeds/000_7f3898a790741a5b.txt": [("narrative.received", 18, 97)],
    "seeds/001_1160e2568716ca2c.txt": [("narrative.received", 0, 51)],
    "seeds/002_d083b98e821f74c6.txt": [],
    "seeds/003_dd5696ab118bf5b6.txt": [],
    "seeds/004_87db0895af65e2ac.txt": [],
    "real/hongze-2023.pdf": [],
    "real/huaian-2024.pdf": [],
    "real/shanghai-office-2019.html": [],
}
"""Every disagreement between prose and tables in the reports beside the project."""


def shared(name: str) -> Path:
    """A document beside the project; skips where it is not."""
    path = SHARED / name
    if not path.exists():
        pytest.skip("the document does not lie beside the project")
    return path


@pytest.mark.parametrize("name", REAL)
def test_real_reports(name: str) -> None:
    """On real reports every disagreement is found, nothing else is, and the status is what it
    is without the prose."""
    report = gkextract.extract(shared(name))
    found = [f for f in report.findings if f.code.startswith("narrative.")]
    assert [(f.code, f.left, f.right) for f in found] == REAL[name]
    assert all(f.severity == "warning" for f in found)
    assert not check_prose(replace(report, narrative=()))


def test_most_of_a_real_report_is_understood() -> None:
    """The statements of a report that gives many: each of them equals what the table has."""
    report = gkextract.extract(shared("real/huaian-2024.pdf"))
    said = report_to_statements(report)
    assert len(said) >= 13
    assert all(s.matched is not None for s in said)
