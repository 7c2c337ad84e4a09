"""Scans and pictures from bytes to reports: the short form of `python -m fixtures.scan`, and how
it is decided what is recognised."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from conftest import REPORTS
from PIL import Image

import gkextract
from extract.ocr import recogniser
from fixtures.scan.judge import judge_report
from fixtures.scan.simulate import pdf_to_scans, pictures_to_pdf
from gkextract import DependencyError, NoContentError, Report

SMALL = "word-a16-mostly-zeros"


def golden(name: str) -> dict[str, Any]:
    """The golden of a report."""
    return dict(json.loads((REPORTS / f"{name}.expected.json").read_text("utf-8")))


def codes(report: Report) -> set[str]:
    """The codes of its findings."""
    return {f.code for f in report.findings}


@pytest.fixture(scope="module")
def middle() -> list[bytes]:
    """A report's pages as scans of middle severity."""
    return pdf_to_scans(REPORTS / f"{SMALL}.pdf", "middle")


@pytest.fixture(scope="module")
def scanned(middle: list[bytes]) -> Report:
    """What is read of them."""
    return gkextract.extract(pictures_to_pdf(middle))


def test_scan_is_read_and_proven(scanned: Report) -> None:
    """Every cell is as printed, and the equations prove it."""
    verdict = judge_report(scanned.to_dict(), golden(SMALL))
    assert verdict.is_exact
    assert (scanned.status, scanned.title) == ("verified", golden(SMALL)["title"])


def test_scan_says_what_was_done(scanned: Report) -> None:
    """Each page that was recognised is named, and every figure has page, box and certainty."""
    assert "ocr.page" in codes(scanned)
    assert {a.detector for a in scanned.attempts} == {"opencv+ocr"}
    evidence = scanned.to_dict(evidence=True)["evidence"]
    shown = evidence["applications.processed_total.total"]
    assert (shown["page"], shown["raw"], shown["detector"]) == (2, "2", "opencv+ocr")
    assert 0.8 < shown["confidence"] <= 1
    x0, top, x1, bottom = shown["bbox"]
    assert 0 < x0 < x1 < 595 and 0 < top < bottom < 842
    text = scanned.to_json(evidence=True)
    assert Report.from_json(text).to_json(evidence=True) == text


def test_hard_scan_has_no_silent_error() -> None:
    """What a bad scan does not show is null and told."""
    pdf = pictures_to_pdf(pdf_to_scans(REPORTS / "word-a28-slip-2019.pdf", "hard"))
    verdict = judge_report(gkextract.extract(pdf).to_dict(), golden("word-a28-slip-2019"))
    assert not verdict.silent
    assert not verdict.wrong


def test_page_on_its_head_in_a_tiff(middle: list[bytes]) -> None:
    """Frames of a picture file, upside down: turned, read, and shown where they are."""
    frames = [Image.open(io.BytesIO(data)).convert("L").rotate(180) for data in middle]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw")
    report = gkextract.extract(out.getvalue())
    assert not judge_report(report.to_dict(), golden(SMALL)).silent
    assert any("180" in f.message for f in report.findings if f.code == "ocr.page")
    box = report.to_dict(evidence=True)["evidence"]["applications.received.total"]["bbox"]
    assert box[0] < 200  # the last column stands on the left of the page as shown


def second_page_as_picture() -> tuple[bytes, bytes]:
    """A PDF whose second page is a picture, and that picture."""
    with pymupdf.open(REPORTS / f"{SMALL}.pdf") as pdf:
        picture = pdf[1].get_pixmap(dpi=150).tobytes("png")
        size = pdf[1].rect
        pdf.delete_page(1)
        page = pdf.new_page(width=size.width, height=size.height)
        page.insert_image(page.rect, stream=picture)
        return bytes(pdf.tobytes()), picture


def test_pages_are_decided_one_by_one() -> None:
    """Text is read where there is some, pictures are recognised where there is none."""
    report = gkextract.extract(second_page_as_picture()[0], detector="pdfplumber")
    assert not judge_report(report.to_dict(), golden(SMALL)).silent
    assert [f.message[:6] for f in report.findings if f.code == "ocr.page"] == ["page 2"]
    evidence = report.to_dict(evidence=True)["evidence"]
    assert evidence["proactive.rules.issued"]["detector"] != "opencv+ocr"
    assert evidence["review.reconsideration.total"]["detector"] == "opencv+ocr"


def test_pictures_in_web_pages_and_documents() -> None:
    """A page pasted as a picture is read there too: its review table is found."""
    picture = second_page_as_picture()[1]
    title = "北原市公安局2024年政府信息公开工作年度报告"
    data = base64.b64encode(picture).decode()
    page = f"<html><body><h1>{title}</h1><img src='data:image/png;base64,{data}'></body></html>"
    wanted = golden(SMALL)["review"]
    assert gkextract.extract(page.encode()).to_dict()["review"] == wanted
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}" xmlns:r="{office}"><w:body><w:p><w:r><w:t>{title}'
            '</w:t></w:r></w:p><w:p><w:r><w:drawing><a:blip xmlns:a="a" r:embed="i"/>'
            "</w:drawing></w:r></w:p></w:body></w:document>",
        )
        package.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="i" Type="image" '
            'Target="media/a.png"/></Relationships>',
        )
        package.writestr("word/media/a.png", picture)
    assert gkextract.extract(out.getvalue()).to_dict()["review"] == wanted


def test_text_needs_no_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is recognised where the text gives the report."""
    monkeypatch.setattr("extract.scans.recognise_pages", lambda *_: pytest.fail("recognised"))
    assert gkextract.extract(REPORTS / f"{SMALL}.pdf").status == "verified"


def test_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, middle: list[bytes], tmp_path: Path
) -> None:
    """Without the extra, a scan is a DEPENDENCY error that says what to install; a document
    whose other pages have text is still read, and the page told."""
    recogniser.load_recogniser.cache_clear()
    monkeypatch.setattr(recogniser, "find_spec", lambda _: None)
    (tmp_path / "a.jpg").write_bytes(middle[0])
    for source in (pictures_to_pdf(middle), tmp_path / "a.jpg"):
        with pytest.raises(DependencyError, match=r"pip install 'gkextract\[ocr\]'"):
            gkextract.extract(source)
    report = gkextract.extract(second_page_as_picture()[0], detector="pdfplumber")
    assert "text.absent" in codes(report)
    assert report.status == "incomplete"
    recogniser.load_recogniser.cache_clear()


def test_small_picture_is_no_report() -> None:
    """A logo is not recognised at all."""
    out = io.BytesIO()
    Image.new("RGB", (900, 120), "white").save(out, "PNG")
    with pytest.raises(NoContentError, match="too small"):
        gkextract.extract(out.getvalue())
