"""The page of a report: its model has what the report has, its text only what is ours to run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import REPORTS, ROOT, run_gkextract
from lxml import html

import gkextract
from extract.view.load import load_work
from extract.view.model import work_to_model
from extract.view.page import work_to_page

SLIP = REPORTS / "word-a28-slip-2019.pdf"
DOCUMENTS = ROOT / "fixtures" / "documents"
KINDS = [
    REPORTS / "chromium-a01-ruled-10.pdf",
    SLIP,
    REPORTS / "chromium-a14-rotate-90.pdf",
    DOCUMENTS / "docx-a12-slip.docx",
    DOCUMENTS / "md-a05-blanks.md",
    DOCUMENTS / "csv-a12-slip.csv",
    ROOT / "fixtures" / "pages" / "hanweb-a08.html",
    ROOT / "fixtures" / "ofd" / "ofd-a14-sideways-40.ofd",
    ROOT / "fixtures" / "archives" / "zip-a07-twice.zip",
]
"""A document of every kind of view: pages with pictures, turned, drawn; tables; archives."""


def _model(path: Path) -> dict[str, Any]:
    return work_to_model(load_work(path))


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_report_is_that_of_extraction(path: Path) -> None:
    """What the page shows is the report that extraction gives, key for key and byte for byte."""
    assert load_work(path).report.to_json(evidence=True) == gkextract.extract(path).to_json(
        evidence=True
    )


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_model_is_plain_and_has_every_figure(path: Path) -> None:
    """The model is JSON; its figures are the report's, with the evidence's places, and every
    one stands once in a matrix; a document without pages shows the cell of each figure."""
    model = _model(path)
    assert json.loads(json.dumps(model))["figures"] == model["figures"]
    report = gkextract.extract(path).to_dict(evidence=True)
    figures = model["figures"]
    assert {p for p in figures if ".subtotal." not in p} == set(report["evidence"])
    shown = [
        p
        for matrix in model["matrices"]
        for part in matrix["parts"]
        for row in part["rows"]
        for p in row.get("paths", [])
        if p is not None
    ]
    assert sorted(shown) == sorted(figures)
    for at, evidence in report["evidence"].items():
        assert figures[at]["raw"] == evidence["raw"]
        if model["pages"]:
            assert (figures[at]["page"], figures[at]["box"]) == (
                evidence["page"],
                evidence["bbox"],
            )
        elif "cell" in figures[at] or evidence["raw"]:
            table, cell = figures[at]["cell"]
            assert model["tables"][table]["cells"][cell]["text"].strip() == evidence["raw"]


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_equations_are_those_of_the_report(path: Path) -> None:
    """As many equations are shown evaluated and held as the report counts, and those that fail
    are the findings', with both sums."""
    model = _model(path)
    counted = [i for i in model["identities"] if i["level"] == "E"]
    held = sum(i["state"] == "held" for i in counted)
    failed = [i for i in counted if i["state"] == "failed"]
    assert model["checks"] == {"evaluated": held + len(failed), "held": held}
    found = [f for f in model["findings"] if f["code"] == "identity.failed"]
    assert [model["identities"][f["identity"]]["name"] for f in found] == [
        i["name"] for i in failed
    ]
    assert all(i["left"] != i["right"] for i in failed)


def test_slip_crosses_where_it_is() -> None:
    """A slip of the publisher fails in its row and its column; they cross in the cell, and on
    the page their frames do."""
    model = _model(SLIP)
    crossed = [p for p, f in model["figures"].items() if f["state"] == "crossed"]
    assert len(crossed) == 1
    failing = [model["identities"][at] for at in model["figures"][crossed[0]]["identities"]]
    assert {i["over"] for i in failing if i["state"] == "failed"} == {"row", "column"}
    page = html.fromstring(work_to_page(load_work(SLIP)))
    over = {e.get("class") for e in page.xpath("//*[contains(@class, 'band')]")}
    assert {"band row", "band column"} <= over


def test_boxes_lie_on_the_pages_as_shown() -> None:
    """Of a page that a viewer turns, figures and the detectors' cells lie on the page as it is
    seen: within it, and figure upon cell."""
    model = _model(REPORTS / "chromium-a14-rotate-90.pdf")
    pages = {page["number"]: page for page in model["pages"]}
    cells = model["attempts"][0]["pages"]
    assert len(model["figures"]) > 150
    for figure in model["figures"].values():
        page, (x0, top, x1, bottom) = pages[figure["page"]], figure["box"]
        assert 0 <= x0 < x1 <= page["width"]
        assert 0 <= top < bottom <= page["height"]
        own = cells[figure["page"]]["cells"]
        assert any(
            max(abs(a - b) for a, b in zip(c, figure["box"], strict=True)) < 0.1 for c in own
        )


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_page_links_both_sides(path: Path) -> None:
    """Every figure has its element in the matrix; every one that is printed on a page that is
    shown has one in the document; ids are not given twice."""
    model, text = _model(path), work_to_page(load_work(path))
    page = html.fromstring(text)
    in_matrix = page.xpath("//*[@id='reading']//*[@data-path]/@data-path")
    in_document = page.xpath("//*[@id='document']//*[@data-path]/@data-path")
    assert sorted(in_matrix) == sorted(model["figures"])
    assert len(set(in_document)) == len(in_document)
    placed = {p for p, f in model["figures"].items() if f["box"] or "cell" in f}
    assert set(in_document) == placed
    ids = page.xpath("//@id")
    assert len(set(ids)) == len(ids)


def test_pages_are_pictures_of_few_bytes() -> None:
    """A report's pages are WebP pictures; the page of it stays far under 5 MB for six pages."""
    text = work_to_page(load_work(SLIP))
    model = _model(SLIP)
    assert text.count("data:image/webp;base64,") == len(model["pages"])
    assert len(text.encode()) < 5_000_000 / 6 * len(model["pages"])


def test_command_writes_the_page(tmp_path: Path) -> None:
    """`gkextract view FILE -o PAGE` writes the page whole and says nothing; without -o the same
    page goes to stdout."""
    target = tmp_path / "page.html"
    ran = run_gkextract("view", SLIP, "-o", target)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert re.match(r"<!doctype html>", target.read_text("utf-8"))
    assert run_gkextract("view", SLIP).out == target.read_text("utf-8")


def test_command_fails_as_reading_does(tmp_path: Path) -> None:
    """What is no report gives the error that reading gives: its exit code, its object on
    stdout, and no page."""
    target = tmp_path / "page.html"
    (tmp_path / "notes.txt").write_text("2023年部门预算", encoding="utf-8")
    for name in ("notes.txt", "missing.pdf"):
        read = run_gkextract(tmp_path / name)
        ran = run_gkextract("view", tmp_path / name, "-o", target)
        assert (ran.code, ran.json(), ran.err) == (read.code, read.json(), read.err)
        assert ran.code >= 4
        assert not target.exists()
