"""The comparison on scans: rivals' tables are taken as they are, and what is missing is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.recognisers import INSTALL, SYSTEMS, html_to_rows, pages_to_figures
from bench.scanchild import run_to_answer
from bench.scans import Answer, Scan, answer_to_line, make_scans, measure, parse_arguments


def test_merged_cells_of_html_stand_in_every_place() -> None:
    """Rows of one width, as the mapping takes them; a place that no cell covers has nothing."""
    html = (
        "<html><body><table><tr><td rowspan='2'>一</td><td colspan=\"2\">甲<br>乙</td></tr>"
        "<tr><td>1</td><td>2</td></tr><tr><td>二</td></tr></table></body></html>"
    )
    assert html_to_rows(html) == [["一", "甲乙", "甲乙"], ["一", "1", "2"], ["二", None, None]]
    assert html_to_rows("") == []


def test_boxes_at_one_height_are_a_row() -> None:
    """From left to right, whatever the order in which they were found."""
    row = [(90.0 + 10 * i, 50.0 + i % 2, 12.0, str(i)) for i in range(7)]
    label = (5.0, 51.0, 12.0, "二、上年结转政府信息公开申请数量")
    figures = pages_to_figures([[*reversed(row), label]])
    assert [v for k, v in sorted(figures.items()) if k.endswith(("natural_person", "total"))] == [
        0, 6
    ]  # fmt: skip
    assert len(figures) == 7


def test_what_a_system_raises_is_its_answer() -> None:
    """A document on which a system fails gave nothing, and the next one is asked."""

    def run(pages: object) -> tuple[dict[str, int | float | str | None], str]:
        raise ValueError("no")

    said = run_to_answer(run, [])
    assert said["error"] == "ValueError: no"
    answer = Answer()
    answer.add(said, Scan(["a.png"], {"x": 1}))
    assert (answer.failed, answer.count.cells, answer.count.cells_exact) == (1, 1, 0)
    assert "0 of 1, 1 failed" in answer_to_line("rapidocr", answer)


def test_rivals_never_warn_and_gkextract_does() -> None:
    """A wrong figure is silent in what has no status or is called verified, and only there."""
    answer = Answer()
    for status in ("", "verified", "doubtful"):
        answer.add({"figures": {"x": 2}, "status": status}, Scan(["a.png"], {"x": 1}))
    assert (answer.silent, answer.count.cells_wrong) == (2, 3)


def test_missing_systems_are_said_to_be_missing(tmp_path: Path) -> None:
    """A system that cannot be loaded, and one whose Python is not there, has a line that says so
    and how it is had."""
    assert set(INSTALL) < set(SYSTEMS)
    for python in (str(tmp_path / "python"), sys.executable):
        answer = measure("wired-table-rec", [Scan(["a.png"], {})], python)
        line = answer_to_line("wired-table-rec", answer)
        assert "not run: " in line and "wired-table-rec==1.0.2" in line


def test_systems_are_named_and_have_pythons() -> None:
    """A name that is none, and a Python without a path, are told at once."""
    asked = parse_arguments(["--only", "img2table", "--python", "img2table=/x/python"])
    assert (asked.systems, asked.pythons) == (["img2table"], {"img2table": "/x/python"})
    for wrong in (["--only", "x"], ["--python", "x=y"], ["--python", "img2table"]):
        with pytest.raises(SystemExit):
            parse_arguments(wrong)


def test_a_scan_goes_through_a_process(tmp_path: Path) -> None:
    """Pages as files, an answer a document, figures counted, CPU and memory told."""
    (scan,) = make_scans(["word-a16-mostly-zeros"], "mild", 150, tmp_path)
    assert all(Path(page).stat().st_size > 10_000 for page in scan.pages)
    answer = measure("gkextract", [scan])
    assert answer.missing is None and answer.failed == 0
    assert answer.silent == 0 and answer.count.cells_exact > 0.95 * answer.count.cells
    assert answer.cpu > 0.1 and answer.peak_mb > 100
