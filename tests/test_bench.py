"""The comparison: rivals' rows are mapped fairly, and what is counted is what is so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import gkextract
from bench.__main__ import summaries_to_markdown, summarise
from bench.cold import command_to_cpu_seconds
from bench.counting import Count, figures_to_count, report_to_figures
from bench.exports import lines_to_figures, measure, synthetic_lines
from bench.mapping import COLUMNS, REVIEW, fold, match, number, tables_to_figures
from bench.pages import Measured, measured_to_text
from bench.pages import measure as measure_page
from bench.run import Outcome, find_documents, outcome_to_counts

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("（一）予以\n公开", "予以公开"),
        ("(七) 总计", "总计"),
        ("二、上年结转", "上年结转"),
        ("8．属于⾏政查询事项", "属于行政查询事项"),
        ("1 、重复", "重复"),
        ("5.12", "5.12"),
        ("１２", "12"),
        (None, ""),
    ],
)
def test_labels_are_folded_and_figures_are_not_touched(text: str | None, folded: str) -> None:
    """Numbering, white space and width go; a decimal is no numbering."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("1,234", 1234), ("7730.28", 7730.28), ("-18", -18), ("+2", 2), ("12.0", 12),
     ("", None), ("/", None), ("251000元", None), ("自然人", None)],
)  # fmt: skip
def test_a_number_is_a_number_or_nothing(text: str, value: float | None) -> None:
    """What is not a number as a whole is none."""
    assert number(text) == value


def test_short_labels_must_be_equal() -> None:
    """其他 is part of too many labels to be found inside of them; long ones are found."""
    labels = {"其他": "a", "部分公开(区分处理的)": "b"}
    assert match("其他", labels) == "a"
    assert match("其他处理", labels) is None
    assert match("部分公开", labels) == "b"
    assert match("甲部分公开(区分处理的)乙", labels) == "b"


def test_the_three_tables_are_mapped() -> None:
    """Rows as the extractors give them, merged cells as None or empty, over two pages."""
    seven = [str(n) for n in range(1, 8)]
    tables: list[list[list[str | None]]] = [
        [
            ["第二十条第（一）项", None, None, None],
            ["信息内容", "本年制发件数", "本年废止\n件数", "现行有效件数"],
            ["规章", "1", "0", "11"],
            ["行政规范性文件", "2", "", "22"],
            ["信息内容", "本年处理决定数量", None, None],
            ["行政许可", "550", None, None],
            ["信息内容", "本年收费金额（单位：万元）", "", ""],
            ["行政事业性收费", "5.12", "", ""],
        ],
        [
            ["（本列数据…）", None, None, "自然人", "商业", "科研", "公益", "法律", "其他", "总计"],
            ["一、本年新收政府信息公开申请数量", None, None, *seven],
            ["三、本年度办理结果", "（一）予以公开", None, *seven],
            [None, "（三）不予公开", "1.属于国家秘密", *seven],
        ],
        [["", "", "3.其他", *seven], ["", "（七）总计", "", *seven]],
        [["结果维持"] * 15, [str(n) for n in range(15)]],
    ]
    figures = tables_to_figures(tables)
    rows = ("received", "granted", "denied.state_secret", "other.other", "processed_total")
    assert figures == {
        "proactive.rules.issued": 1,
        "proactive.rules.repealed": 0,
        "proactive.rules.in_force": 11,
        "proactive.normative_documents.issued": 2,
        "proactive.normative_documents.repealed": None,
        "proactive.normative_documents.in_force": 22,
        "proactive.permits.decisions": 550,
        "proactive.fees.amount_10k_yuan": 5.12,
        **{f"applications.{row}.{c}": n for row in rows for n, c in enumerate(COLUMNS, 1)},
        **{path: n for n, path in enumerate(REVIEW)},
    }


def test_what_is_no_table_of_the_form_gives_nothing() -> None:
    """Empty, ragged and foreign rows are passed over."""
    assert tables_to_figures([[[], [None], ["a"] * 9], [["甲", "1"], ["1"] * 12]]) == {}


GOLDEN = {
    "proactive": {"form": "2021", "rules": {"issued": 1, "repealed": None}},
    "applications": {"form": "2021", "columns": ["a", "b"], "rows": {"received": [3, None]}},
    "review": None,
}


def test_a_report_is_flattened_by_path() -> None:
    """Editions are no figures, absent tables have none."""
    assert report_to_figures(GOLDEN) == {
        "proactive.rules.issued": 1,
        "proactive.rules.repealed": None,
        "applications.received.a": 3,
        "applications.received.b": None,
    }


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"proactive.rules.issued": 1, "applications.received.a": 3.0}, Count(1, 1, 2, 2, 0)),
        ({"proactive.rules.issued": 1}, Count(1, 0, 2, 1, 0)),
        ({"proactive.rules.issued": 2, "applications.received.a": 3}, Count(1, 0, 2, 1, 1)),
        ({"applications.received.b": 0}, Count(1, 0, 2, 0, 1)),
        ({"applications.other.a": 5, "applications.received.b": None}, Count(1, 0, 2, 0, 1)),
        ({}, Count(1, 0, 2, 0, 0)),
    ],
)
def test_counts(given: dict[str, Any], count: Count) -> None:
    """Missing is not exact but not wrong; another figure, one for a blank, and one for a cell
    that is not there are wrong; a document is exact when both sides state the same."""
    assert figures_to_count(given, report_to_figures(GOLDEN)) == count


def test_a_failure_counts_and_a_floor_does_not(tmp_path: Path) -> None:
    """A system that fails on a document has found none of its cells; a floor has no score;
    the ratio is that of the same document."""
    pdf = tmp_path / "a.pdf"
    pdf.with_suffix(".expected.json").write_text(json.dumps(GOLDEN))
    failed = Outcome("x", answers={str(pdf): {"error": "E: no"}})
    assert outcome_to_counts(failed) == {str(pdf): Count(1, 0, 2, 0, 0)}
    floor = Outcome(
        "floor", times={str(pdf): [2.0, 9.0, 4.0]}, answers={str(pdf): {"figures": None}}
    )
    assert outcome_to_counts(floor) == {}
    right = {"proactive.rules.issued": 1, "applications.received.a": 3, "review.x.y": 9}
    good = Outcome("y", times={str(pdf): [8.0]},
                   answers={str(pdf): {"figures": right, "status": "verified"}})  # fmt: skip
    summaries = [summarise(outcome, floor.medians()) for outcome in (failed, floor, good)]
    assert summaries[2]["ratio"] == 2.0
    text = summaries_to_markdown(summaries, 1, 3)
    assert "| x | 0 of 1 | 0 of 2 | 0 | – | – | – |" in text
    assert "| floor | – | – | – | 4.0 | 1.0 | – |" in text
    assert "| y | 0 of 1 | 2 of 2 | 1 | 8.0 | 2.0 | – |" in text
    assert "y says: 1 verified; wrong cells in verified documents: 1." in text
    assert "x failed on 1 documents." in text


def test_failed_and_slow_documents_are_not_run_again() -> None:
    """One failure, or one time of more than a second, is enough; other times are repeated."""
    outcome = Outcome("x", times={"slow": [1200.0], "quick": [10.0]},
                      answers={"failed": {"error": "E"}, "quick": {}, "slow": {}})  # fmt: skip
    done = {path: outcome.is_done(path) for path in ("failed", "slow", "quick", "new")}
    assert done == {"failed": True, "slow": True, "quick": False, "new": False}


def test_folders_and_files_are_documents(tmp_path: Path) -> None:
    """A folder stands for its PDFs in order, a file for itself."""
    for name in ("b.pdf", "a.pdf", "c.txt"):
        (tmp_path / name).touch()
    folder = str(tmp_path)
    assert find_documents([folder, "x.pdf"]) == [f"{folder}/a.pdf", f"{folder}/b.pdf", "x.pdf"]


def test_the_command_runs() -> None:
    """One system, one round, one document: a line of figures from a process of its own."""
    pdf = next((ROOT / "fixtures" / "reports").glob("word-*-landscape.pdf"))
    run = subprocess.run(
        [sys.executable, "-m", "bench", str(pdf), "--only", "floor,find_tables", "--repeat", "1",
         "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    floor, rival = json.loads(run.stdout)
    assert floor["ratio"] == 1.0 and floor["peak_mb"] > 10 and "cells" not in floor
    assert rival["cells_exact"] == rival["cells"] > 150
    assert rival["documents_exact"] == 1 and rival["cells_wrong"] == 0


def test_cpu_seconds_are_those_of_the_command() -> None:
    """A command that waits costs next to nothing, one that works what it works."""
    assert command_to_cpu_seconds([sys.executable, "-c", "import time; time.sleep(0.5)"]) < 0.4
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    assert command_to_cpu_seconds([sys.executable, "-c", busy]) > 0.4
    with pytest.raises(subprocess.CalledProcessError):
        command_to_cpu_seconds([sys.executable, "-c", "raise SystemExit(3)"])


def test_exports_are_measured_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the reports take ten times the disk and no more memory: what is read is not
    kept. The long form is `python -m bench.exports`."""
    monkeypatch.chdir(ROOT)
    few, many = (measure("sqlite", count, tmp_path) for count in (150, 1500))
    assert many.written > 4 * few.written
    assert many.megabytes < few.megabytes + 10


def test_synthetic_reports_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the exports are measured on is what gkextract writes, and all figures are counted."""
    monkeypatch.chdir(ROOT)
    validator = jsonschema.Draft202012Validator(gkextract.schema("report"))
    found = [json.loads(line) for line in synthetic_lines(9)]
    for report in found:
        validator.validate(report)
    assert lines_to_figures(synthetic_lines(9)) == sum(
        len(list(gkextract.Report.from_json(json.dumps(report)).figures())) for report in found
    )


def test_pages_are_measured_beside_parsing_alone() -> None:
    """A page's whole job and the parsing of its bytes are both timed, and the goal is three
    times the parsing and five milliseconds."""
    page = ROOT / "fixtures" / "pages" / "plain-a01.html"
    found = measure_page(page, 1)
    assert 0 < found.floor < found.whole
    assert found.size == page.stat().st_size
    assert Measured("x", 1, 2.0, 3.0).goal == 11.0
    text = measured_to_text([Measured("a", 1, 2.0, 3.0), Measured("b", 1, 1.0, 9.0)])
    assert "1 within 3 times lxml and 5 ms" in text
    assert text.index("| b |") < text.index("| a |")
