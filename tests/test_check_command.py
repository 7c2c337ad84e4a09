"""`gkextract check`: what to mend before publishing, for people and programs, in two languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Ran

import gkextract
from tableparse.formdata import edition, read_data
from tableparse.model import Finding
from tableparse.wording import finding_to_lines, is_to_mend, path_to_label

CLEAN = ROOT / "fixtures" / "documents" / "md-a01.md"
SLIP = ROOT / "fixtures" / "documents" / "csv-a12-slip.csv"
Run = Callable[..., Ran]


def altered(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The clean report with words replaced, as a file."""
    text = CLEAN.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_to_mend_is_exit_0(run_cli: Run) -> None:
    """A report that adds up and whose prose says what its tables have needs nothing, and the
    statements that agree are shown with what they equal."""
    ran = run_cli("check", CLEAN)
    assert ran.code == 0
    assert "3119件' = 3119 (applications.received.total)" in ran.out
    assert ran.out.endswith("1 document, nothing to mend\n")


def test_something_to_mend_is_exit_3(run_cli: Run, tmp_path: Path) -> None:
    """A number in the prose that the table does not have is to be mended, with the cell and
    both numbers, in English and in Chinese."""
    path = altered(tmp_path, "a.md", ("申请3119件", "申请3191件"))
    english, chinese = run_cli("check", path), run_cli("check", path, "--lang", "zh")
    assert english.code == chinese.code == 3
    assert "says 3191, the tables 3119" in english.out
    assert "applications.received.total" in english.out
    assert "文字为3191，表格为3119" in chinese.out
    assert "依申请公开表“本年新收政府信息公开申请数量”·总计" in chinese.out
    assert "1 findings to mend" in english.out
    assert "需要核对的共1处" in chinese.out


def test_failed_equation_names_its_cells(run_cli: Run) -> None:
    """An equation that fails is to be mended, and its cells are named."""
    ran = run_cli("check", SLIP, "--lang", "zh")
    assert ran.code == 3
    assert "identity.failed" in ran.out
    assert "等式左边为" in ran.out


def test_years_are_held_together(run_cli: Run, tmp_path: Path) -> None:
    """Two years of one agency: what the first carries out is not what the second carries in."""
    later = altered(tmp_path, "b.md", ("2024", "2025"))
    ran = run_cli("check", later, CLEAN, "-f", "json")
    assert ran.code == 3
    told = json.loads(ran.out)
    codes = [a["code"] for a in told["across"]]
    assert codes == ["years.carry", "years.copied", "years.stock", "years.stock"]
    assert told["across"][0]["report"].endswith("b.md")
    assert (told["across"][0]["left"], told["across"][0]["right"]) == (34, 80)
    assert told["to_mend"] == 3
    assert all(r["statements"][0]["equals"] for r in told["reports"])


def test_what_cannot_be_read(run_cli: Run, tmp_path: Path) -> None:
    """A single document that gives no report ends with its own exit code, several with 3, and
    the others are checked."""
    lost = tmp_path / "none.pdf"
    alone = run_cli("check", lost)
    assert alone.code == gkextract.ERRORS["INPUT"].exit_code
    assert "0 documents, nothing to mend, 1 not read" in alone.out
    both = run_cli("check", lost, CLEAN, "-f", "json")
    assert both.code == 3
    told = json.loads(both.out)
    assert [e["error"]["type"] for e in told["errors"]] == ["INPUT"]
    assert len(told["reports"]) == 1


def test_every_finding_has_chinese_words() -> None:
    """Each code of findings.toml says in Chinese what was seen and what to do; none is left
    over."""
    zh = read_data("zh")["findings"]
    assert set(zh) == set(read_data("findings")["findings"])
    assert all(len(words) == 2 and all(words) for words in zh.values())


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_figure_has_its_printed_label(form: str) -> None:
    """Every figure of a report is called by the form's own words, each by others."""
    name = "csv-a01.csv" if form == "2021" else "csv-a03-2019.csv"
    report = gkextract.extract(ROOT / "fixtures" / "documents" / name)
    assert report.applications is not None
    assert report.applications.form == form
    paths = [path for path, _ in report.figures()]
    labels = [path_to_label(path, report, "zh") for path in paths]
    assert not any("." in label or label.isascii() for label in labels)
    assert len(set(labels)) == len(paths)
    row = edition(form).rows[2]
    assert path_to_label("applications.granted.other", report, "zh").endswith(f"{row.label}”·其他")
    assert path_to_label("applications.granted", report, "zh") == f"依申请公开表“{row.label}”"
    assert path_to_label("review", report, "zh") == "行政复议诉讼表"


def test_what_no_office_can_mend_is_not_counted() -> None:
    """Information, and findings on how a document was come by, are nothing to mend."""
    assert is_to_mend(Finding("identity.failed", "error", "publisher", ""))
    assert is_to_mend(Finding("narrative.received", "warning", "publisher", ""))
    assert not is_to_mend(Finding("years.copied", "info", "publisher", ""))
    assert not is_to_mend(Finding("detector.lost", "warning", "extraction", ""))


def test_unknown_codes_are_shown_as_they_are() -> None:
    """A code without words is shown with its message in either language."""
    report = gkextract.extract(CLEAN)
    finding = Finding("new.code", "warning", "unknown", "what was seen")
    for lang in ("zh", "en"):
        assert "what was seen" in "".join(finding_to_lines(finding, report, lang))  # type: ignore[arg-type]
