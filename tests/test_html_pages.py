"""The committed web pages: goldens, figures, and what they are there for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import gkextract

# the makers are no part of the installed package
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fixtures.make.golden import golden_to_text, report_to_golden
from fixtures.make.pages import PAGES, Page, load_pages, report_to_page
from fixtures.make.pages_rows import QUIRKS
from fixtures.make.report import FIGURES, load_report

ALL = load_pages()


@pytest.mark.parametrize("page", ALL, ids=lambda p: p.name)
def test_page_gives_its_golden(page: Page) -> None:
    """Every figure, the status, title, agency, year and section headings are those of the
    golden, which are those of the PDF from the same figures."""
    report = gkextract.extract(PAGES / f"{page.name}.html")
    found = report.to_dict()
    found["narrative_headings"] = [s["heading"] for s in found["narrative"] if s["heading"]]
    golden = json.loads((PAGES / f"{page.name}.expected.json").read_text(encoding="utf-8"))
    assert {key: found[key] for key in golden} == golden


@pytest.mark.parametrize("page", ALL, ids=lambda p: p.name)
def test_page_is_what_its_figures_say(page: Page) -> None:
    """Pages and goldens come out of the figures byte for byte."""
    report = load_report(page.report)
    assert (PAGES / f"{page.name}.html").read_bytes() == report_to_page(report, page)
    text = (PAGES / f"{page.name}.expected.json").read_text(encoding="utf-8")
    assert text == golden_to_text(report_to_golden(report))


@pytest.mark.parametrize("page", ALL, ids=lambda p: p.name)
def test_prose_is_the_reports_alone(page: Page) -> None:
    """No menu, path, footer or sharing line is taken into the report's prose."""
    report = gkextract.extract(PAGES / f"{page.name}.html")
    prose = "\n".join(section.text for section in report.narrative)
    for word in (
        "首页",
        "当前位置",
        "分享到",
        "主办",
        "版权所有",
        "浏览次数",
        "栏目导航",
        "责任编辑",
    ):
        assert word not in prose
    for heading, paragraphs in load_report(page.report).prose:
        (section,) = [s for s in report.narrative if s.heading == heading]
        assert section.text.split("\n") == list(paragraphs)


def test_folder_has_the_pages_and_nothing_else() -> None:
    """fixtures/pages holds a page and a golden for each entry, and no other file."""
    wanted = {f"{p.name}{end}" for p in ALL for end in (".html", ".expected.json")}
    assert {path.name for path in PAGES.iterdir()} == wanted


def test_every_system_quirk_and_report_is_there() -> None:
    """All five systems, every quirk and every report's figures are among the pages."""
    assert {"hanweb", "trs", "vsb", "ucap", "gkmlpt"} <= {p.template for p in ALL}
    assert {quirk for p in ALL for quirk in p.quirks} == set(QUIRKS)
    assert {p.report for p in ALL} == {path.stem for path in FIGURES.glob("*.json")}
