"""Scans without rulings and of other resolutions: short forms of `python -m fixtures.scan
--borderless --dpi 200`, `--dpi 120` and `--dpi 400`."""

from __future__ import annotations

import json
from typing import Any

import pymupdf
from conftest import REPORTS

import gkextract
from fixtures.scan.judge import judge_report
from fixtures.scan.simulate import (
    SETTINGS,
    page_to_picture,
    pdf_to_scans,
    picture_to_bytes,
    pictures_to_pdf,
)


def golden(name: str) -> dict[str, Any]:
    """The golden of a report."""
    return dict(json.loads((REPORTS / f"{name}.expected.json").read_text("utf-8")))


def test_tables_without_rulings_are_read_by_white_space() -> None:
    """Every cell of a scan on which nothing is drawn is as printed, and proven."""
    pdf = REPORTS / "chromium-a08-none-60.pdf"
    report = gkextract.extract(pictures_to_pdf(pdf_to_scans(pdf, "mild", dpi=200)))
    verdict = judge_report(report.to_dict(), golden(pdf.stem))
    assert verdict.is_exact and not verdict.silent
    assert report.status == "verified"
    assert report.attempts[-1].detector == "whitespace+ocr"


def test_coarse_scan_has_no_silent_error() -> None:
    """A scan of 120 dpi gives what is printed, or says what it does not."""
    pdf = REPORTS / "word-a16-mostly-zeros.pdf"
    report = gkextract.extract(pictures_to_pdf(pdf_to_scans(pdf, "mild", dpi=120)))
    verdict = judge_report(report.to_dict(), golden(pdf.stem))
    assert not verdict.silent and not verdict.wrong
    assert verdict.exact >= 0.99 * verdict.cells


def test_fine_picture_is_read_and_proven() -> None:
    """A page of 400 dpi, as drawn: four times the pixels of a usual scan change nothing."""
    with pymupdf.open(REPORTS / "word-a16-mostly-zeros.pdf") as pdf:
        pages = [
            picture_to_bytes(page_to_picture(page, 400), 400, 85, bilevel=False) for page in pdf
        ]
    report = gkextract.extract(pictures_to_pdf(pages))
    assert judge_report(report.to_dict(), golden("word-a16-mostly-zeros")).is_exact
    assert report.status == "verified"


def test_reports_of_the_simulator_are_there() -> None:
    """Every report that the settings name has a golden, and none is in both lists."""
    ruled, borderless = set(SETTINGS["reports"]), set(SETTINGS["borderless"])
    assert not ruled & borderless
    assert all((REPORTS / f"{name}.expected.json").exists() for name in ruled | borderless)
