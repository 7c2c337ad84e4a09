"""The page of a report: its model has what the report has, its text only what is ours to run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from conftest import REPORTS, ROOT, PdfMaker, run_gkextract
from hostile import CELL, TITLE, hostile_document
from hostile import KINDS as HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from PIL import Image, ImageChops
from web import Web, reply

import gkextract
from extract.pipeline import Work
from extract.view.drawn import page_to_drawing
from extract.view.load import load_work
from extract.view.markup import fit_text, tag, value_to_script
from extract.view.model import work_to_model
from extract.view.page import MAX_SHEETS, model_to_page, pages_to_show, work_to_page
from extract.view.picture_worker import MAX_BYTES
from extract.view.pictures import WIDTH, draw_pages

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


@cache
def _work(path: Path) -> Work:
    return load_work(path)


@cache
def _model(path: Path) -> dict[str, Any]:
    return work_to_model(_work(path))


@cache
def _page(path: Path) -> str:
    return work_to_page(_work(path))


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_report_is_that_of_extraction(path: Path) -> None:
    """What the page shows is the report that extraction gives, key for key and byte for byte."""
    assert _work(path).report.to_json(evidence=True) == gkextract.extract(path).to_json(
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
    page = html.fromstring(_page(SLIP))
    over = {e.get("class") for e in page.xpath("//*[contains(@class, 'band')]")}
    assert {"band row failed", "band column failed"} <= over


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
    model, text = _model(path), _page(path)
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
    text = _page(SLIP)
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


@pytest.mark.parametrize("kind", HOSTILE)
def test_words_of_the_document_are_words(tmp_path: Path, kind: str) -> None:
    """Markup and scripts that a document prints become text, in whatever place of the page: it
    has the two scripts of its own, no attribute that runs, and no link but to the web."""
    text = work_to_page(load_work(hostile_document(kind, tmp_path)))
    page = html.document_fromstring(text)
    shown = "".join(page.itertext())
    assert (TITLE if kind in ("docx", "markdown") else CELL.replace(" ", "")[3:12]) in shown
    assert [e.get("type") for e in page.iter("script")] == ["application/json", None]
    assert not list(page.iter("img", "iframe", "object", "embed", "form", "base", "link"))
    for element in page.iter(etree.Element):
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        target = element.get("href", "#")
        assert target.startswith(("#picture-", "data:image/webp;base64,", "https://")) or (
            target == "#"
        )
    assert json.loads(page.get_element_by_id("model").text)["figures"]


def test_policy_allows_its_own_and_nothing_else() -> None:
    """The page's policy begins with nothing at all and allows its script and style by their
    hashes, as they stand in the page."""
    page = html.document_fromstring(_page(SLIP))
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed.pop("default-src") == "'none'"
    assert allowed.pop("img-src") == "data:"
    for name, element in (("style-src", "//style"), ("script-src", "//script[not(@type)]")):
        (own,) = page.xpath(f"{element}/text()")
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert allowed.pop(name) == f"'sha256-{digest}'"
    assert set(allowed.values()) == {"'none'"}


@given(st.text(), st.text())
def test_text_and_attributes_come_back(text: str, attribute: str) -> None:
    """Any text put into an element and its attribute is read back from the page as it was, but
    for characters that no page may hold."""
    element = html.fragment_fromstring(str(tag("p", {"title": attribute}, text)))
    assert not len(element)
    kept = str.maketrans("\r", "\n")
    assert (element.text or "").replace("\r", "\n") == fit_text(text).translate(kept)
    assert element.get("title").replace("\r", "\n") == fit_text(attribute).translate(kept)


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_data_stays_in_its_block(value: object) -> None:
    """Any value put into a data block is read back from it, and can neither end it nor open a
    comment in it."""
    block = value_to_script(value)
    assert not set("<>&") & set(block)
    assert json.loads(block) == value


def test_drawing_of_a_turned_page_is_turned() -> None:
    """A page without a picture is drawn from what was read, turned as a viewer shows it: its
    characters stand where its figures are marked."""
    path = ROOT / "fixtures" / "ofd" / "ofd-a14-sideways-40.ofd"
    page = _work(path).document.pages[0]
    assert page.turn
    drawing = html.fragment_fromstring(f"<svg>{page_to_drawing(page)}</svg>")
    a, b, c, d, e, f = map(float, re.findall(r"[-\d.]+", drawing.xpath("//g/@transform")[0]))
    figure = _model(path)["figures"]["proactive.fees.amount_10k_yuan"]
    (line,) = [t for t in drawing.iter("text") if t.text.endswith(figure["raw"])]
    x, y = float(line.get("x").split()[-1]), float(line.get("y"))
    x0, top, x1, bottom = figure["box"]
    assert x0 <= a * x + c * y + e <= x1
    assert top <= b * x + d * y + f <= bottom


def test_pictures_keep_every_colour(make_pdf: PdfMaker) -> None:
    """A picture shows each pixel nearly as the page is drawn, a single coloured word on a page
    of black ones too: none of 256 levels is off by more than 24."""
    with pymupdf.open(make_pdf("words.pdf", *["政府信息公开工作年度报告 0123456789"] * 30)) as pdf:
        pdf[0].insert_text((300, 700), "12", color=(0.8, 0, 0), fontsize=9)
        pdf[0].insert_text((400, 700), "34", color=(0, 0.5, 0.2), fontsize=9)
        data = pdf.tobytes()
        zoom = WIDTH / pdf[0].rect.width
        drawn = pdf[0].get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
    shown = Image.open(io.BytesIO(draw_pages(data, "application/pdf", [1])[1])).convert("RGB")
    exact = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)
    assert shown.size == exact.size
    assert max(high for _, high in ImageChops.difference(shown, exact).getextrema()) <= 24


def test_pages_that_cannot_be_drawn_are_left_out() -> None:
    """What is no document, no page of it, or not done in time gives no picture and no error."""
    data = SLIP.read_bytes()
    assert set(draw_pages(data, "application/pdf", [1, 99])) == {1}
    assert draw_pages(data[: len(data) // 3], "application/pdf", [2]) == {}
    assert draw_pages(b"nothing", "application/pdf", [1]) == {}
    assert draw_pages(data, "text/html", [1]) == {}
    assert draw_pages(data, "application/pdf", [1], seconds=0.001) == {}


def test_long_documents_show_the_pages_with_figures() -> None:
    """Of a document with more pages than are shown, those with figures are, in order, and the
    others are named."""
    model = dict(_model(SLIP))
    page = model["pages"][0]
    model["pages"] = [page | {"number": n} for n in range(1, 201)]
    figures = model["figures"]
    model["figures"] = {p: f | {"page": f["page"] + 150} for p, f in figures.items()}
    shown = pages_to_show(model)
    assert len(shown) == MAX_SHEETS
    assert shown == sorted(shown)
    assert {151, 152} <= set(shown)
    assert "Page 200 of 200 is not shown here." in model_to_page(model, {}, {})


def test_pictures_of_scans_are_within_a_size() -> None:
    """A page that is one noisy photograph is drawn with losses until it is small enough, so that
    six pages of a scan stay under 5 MB."""
    noise = random.Random(7).randbytes(827 * 1170)
    scan = Image.frombytes("L", (827, 1170), noise).convert("RGB")
    out = io.BytesIO()
    scan.save(out, "JPEG", quality=80)
    picture = draw_pages(out.getvalue(), "image/jpeg", [1])[1]
    assert len(picture) <= MAX_BYTES
    assert 6 * len(picture) * 4 / 3 < 5_000_000


def test_page_shows_the_attachment_that_was_taken(tmp_path: Path) -> None:
    """Of a web page that links to its report, the attachment is shown, under the report that
    extraction gives, with what led there among the findings."""
    link = '<meta charset=utf-8><p>公告</p><a href="a.pdf">2019年政府信息公开工作年度报告</a>'
    with Web() as web:
        web.routes["/p.html"] = reply(link, Content_Type="text/html")
        web.routes["/a.pdf"] = reply(SLIP.read_bytes(), Content_Type="application/pdf")
        work = load_work(f"{web.url}/p.html", allow_private=True)
    model = work_to_model(work)
    assert model["source"]["uri"] == f"{web.url}/a.pdf"
    assert len(model["pages"]) == 2
    assert "source.attachment" in {f["code"] for f in model["findings"]}


def test_combined_attempts_show_the_cells_they_are_from() -> None:
    """A reading that takes each table from the detector that found it best shows, of each of
    them, the table that it took."""
    path = REPORTS / "weasyprint-a03-zebra-2019.pdf"
    model = _model(path)
    combined = next(a for a in model["attempts"] if a["sources"])
    alone = {a["detector"]: a["pages"] for a in model["attempts"] if not a["sources"]}
    cells = [c for page in combined["pages"].values() for c in page["cells"]]
    assert len(cells) == len({tuple(c) for c in cells})
    for number, page in combined["pages"].items():
        known = [c for n in set(combined["sources"].values()) for c in alone[n][number]["cells"]]
        assert all(c in known for c in page["cells"])


def test_open_shows_the_page_in_the_browser(tmp_path: Path) -> None:
    """With --open the browser is given the page's address; without -o that of a new file, which
    is named on stderr. Where there is no report, neither file nor browser."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s", "TMPDIR": str(tmp_path)}
    csv = DOCUMENTS / "csv-a12-slip.csv"
    (tmp_path / "empty.csv").write_text("a,b\n", encoding="utf-8")
    assert run_gkextract("view", tmp_path / "empty.csv", "--open", env=env).code == 14
    assert not list(tmp_path.glob("*.html"))
    ran = run_gkextract("view", csv, "--open", env=env)
    (made,) = tmp_path.glob("gkextract-view-*.html")
    assert (ran.code, ran.out) == (0, "")
    assert str(made) in ran.err
    assert run_gkextract("view", csv, "--open", "-o", tmp_path / "p.html", env=env).code == 0
    opened = (tmp_path / "opened").read_text("utf-8").split()
    assert opened == [made.as_uri(), (tmp_path / "p.html").as_uri()]


def test_terminal_is_spared() -> None:
    """Without -o or --open nothing is read and nothing written where stdout is a terminal: the
    command line is wrong."""
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "view", "missing.pdf"],
            cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert b"--open" in done.stderr


def test_what_should_hold_is_no_failure(tmp_path: Path) -> None:
    """An equation that should hold but need not is told as such and never as failing: no figure
    is red for it."""
    text = (DOCUMENTS / "md-a03-2019.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| 规章"))
    cells = row.split("|")
    changed = "|".join([*cells[:3], " 9999 ", *cells[4:]])
    path = tmp_path / "unlikely.md"
    path.write_text(text.replace(row, changed), encoding="utf-8")
    model = work_to_model(load_work(path))
    states = {i["state"] for i in model["identities"] if i["rule"] == "proactive.disclosed"}
    assert "unlikely" in states
    assert "failed" not in {f["state"] for f in model["figures"].values()}
    assert "identity.unlikely" in {f["code"] for f in model["findings"]}


def test_scan_shows_what_text_shows() -> None:
    """Pictures come from the bytes, marks from pages and boxes alone: a scan of a report, read as
    the report was, shows the same figures in the same places over pictures of its own."""
    work = _work(SLIP)
    with pymupdf.open(SLIP) as pdf, pymupdf.open() as scan:
        for page in pdf:
            sheet = scan.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=page.get_pixmap(dpi=100).tobytes("jpeg"))
        scanned = replace(work, source=replace(work.source, data=scan.tobytes()))
    pictures = re.compile(r"data:image/webp;base64,([^\"]+)")
    text, other = _page(SLIP), work_to_page(scanned)
    assert pictures.sub("", other) == pictures.sub("", text)
    assert len(pictures.findall(other)) == 2
    assert set(pictures.findall(other)).isdisjoint(pictures.findall(text))
