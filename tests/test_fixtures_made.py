"""The committed fixtures: goldens, figures, prints and their size."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pymupdf
import pytest

# the makers are no part of the installed package
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fixtures.make.compose import Variant, load_variants
from fixtures.make.golden import golden_to_text, report_to_golden
from fixtures.make.report import FIGURES, HERE, REPORTS, Report, form_rows, load_form, load_report
from fixtures.make.seed import is_zero

MUPDF: Any = pymupdf
VARIANTS = load_variants()
NAMES = sorted(path.stem for path in FIGURES.glob("*.json"))
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def test_every_variant_is_printed_and_nothing_else() -> None:
    """reports/ holds a PDF and a golden for each variant, and no other file."""
    wanted = {f"{v.name}{end}" for v in VARIANTS for end in (".pdf", ".expected.json")}
    assert {path.name for path in REPORTS.iterdir()} == wanted
    assert len({v.name for v in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_golden_is_what_the_figures_say(variant: Variant) -> None:
    """A golden is its report's figures, keys in the order of the contract."""
    text = (REPORTS / f"{variant.name}.expected.json").read_text(encoding="utf-8")
    assert text == golden_to_text(report_to_golden(load_report(variant.report)))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_print_shows_every_figure(variant: Variant) -> None:
    """Each number of the figures stands in the text of the PDF, as often as in the data."""
    with MUPDF.open(REPORTS / f"{variant.name}.pdf") as document:
        text = "\n".join(str(page.get_text()) for page in document)
    shown = Counter(NUMBER.findall(unicodedata.normalize("NFKC", text)))
    wanted = Counter(
        n
        for raw in raw_figures(load_report(variant.report))
        for n in NUMBER.findall(unicodedata.normalize("NFKC", raw))
    )
    assert not wanted - shown


@pytest.mark.parametrize("name", NAMES)
def test_figures_have_the_rows_of_their_edition(name: str) -> None:
    """Rows and columns of each table are those of the edition that the data names."""
    report = load_report(name)
    form = load_form()
    assert list(report.applications) == [r[0] for r in form_rows(report.applications_form)]
    assert {len(cells) for cells in report.applications.values()} == {7}
    groups = form["proactive_" + report.proactive_form]
    wanted = {row: group["columns"] for group in groups for row, _ in group["rows"]}
    assert {row: list(cells) for row, cells in report.proactive.items()} == wanted
    for cells in (report.review or {}).values():
        assert list(cells) == form["review_columns"]


def test_there_are_enough_reports_of_both_editions() -> None:
    """At least 24 reports; both editions, mixed ones, and every status but a rare few."""
    reports = [load_report(name) for name in NAMES]
    editions = Counter((r.proactive_form, r.applications_form) for r in reports)
    assert len(reports) >= 24
    pairs = (("2021", "2021"), ("2019", "2019"), ("2021", "2019"))
    assert min(editions[pair] for pair in pairs) >= 2
    statuses = {report_to_golden(r)["status"] for r in reports}
    assert statuses == {"verified", "inconsistent", "unproven", "doubtful", "incomplete"}


def test_figures_are_spread_over_columns() -> None:
    """Zeros prove nothing: in most reports at least four applicants' columns hold figures."""
    rich = [name for name in NAMES if columns_with_figures(load_report(name)) >= 4]
    assert len(rich) >= 20


def test_every_used_report_is_printed_and_every_producer_is_there() -> None:
    """Each figures file has a print; four producers print each style and each tenth."""
    assert {v.report for v in VARIANTS} == set(NAMES)
    assert {v.producer for v in VARIANTS} == {"chromium", "libreoffice", "weasyprint", "word"}
    styles = {"three_line", "row_lines", "fills", "zebra", "none"}
    for producer in ("chromium", "libreoffice", "word"):
        of = [v for v in VARIANTS if v.producer == producer]
        assert styles <= {v.style for v in of}
        assert {round(v.break_at, 1) for v in of} >= {n / 10 for n in range(1, 10)}


def test_breaks_are_where_they_are_wanted() -> None:
    """A print with a break in the matrix has figures of the matrix on two pages or more."""
    for variant in VARIANTS:
        if variant.break_at and not variant.landscape:
            with MUPDF.open(REPORTS / f"{variant.name}.pdf") as document:
                pages = [p for p in document if len(NUMBER.findall(str(p.get_text()))) > 12]
                assert len(pages) >= 2, variant.name


def test_folder_stays_small() -> None:
    """What is committed here is under 25 MB."""
    assert sum(p.stat().st_size for p in HERE.rglob("*") if p.is_file()) < 25 * 2**20


def raw_figures(report: Report) -> list[str]:
    """All cells of the three tables as printed."""
    tables: list[Any] = [*report.proactive.values(), *(report.review or {}).values()]
    raw = [f.raw for row in tables for f in row.values()]
    return raw + [f.raw for row in report.applications.values() for f in row]


def columns_with_figures(report: Report) -> int:
    """Applicants' columns (without the total) with a figure other than 0."""
    columns = zip(*report.applications.values(), strict=True)
    return sum(any(f.number and not is_zero(f.number) for f in c) for c in list(columns)[:-1])


def test_goldens_are_json_with_the_contract_keys() -> None:
    """Every golden parses and has the same keys at its top."""
    keys = [
        "title",
        "agency",
        "year",
        "proactive",
        "applications",
        "review",
        "status",
        "narrative_headings",
    ]
    for path in Path(REPORTS).glob("*.expected.json"):
        assert list(json.loads(path.read_text(encoding="utf-8"))) == keys
