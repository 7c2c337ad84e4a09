"""PDFs whose maps to Unicode name other characters than their glyphs show."""

from __future__ import annotations

import json
import re

import pymupdf
import pytest
from conftest import REPORTS

import gkextract
from extract.ocr.doubted import disagreeing_pages
from extract.readers.pdf import pdf_to_document
from extract.source import bytes_to_source
from fixtures.scan.judge import judge_report

TARGETS = re.compile(r"(<[0-9A-Fa-f]+>\s*(?:<[0-9A-Fa-f]+>\s*)?<)([0-9A-Fa-f]{4,})(>\s*\n)")
"""What a line of a map says that its glyphs are, in group 2."""


def moved_map(data: bytes, by: int) -> bytes:
    """The PDF with each glyph said to be the character so many places further in Unicode."""

    def moved(line: re.Match[str]) -> str:
        units = (line[2][i : i + 4] for i in range(0, len(line[2]), 4))
        return line[1] + "".join(f"{(int(unit, 16) + by) % 65536:04X}" for unit in units) + line[3]

    with pymupdf.open(stream=data) as pdf:
        fonts = {font[0] for page in pdf for font in page.get_fonts()}
        maps = {value for f in fonts if (value := pdf.xref_get_key(f, "ToUnicode")[1]) != "null"}
        for number in (int(value.split()[0]) for value in maps):
            text = pdf.xref_stream(number).decode("ascii")
            pdf.update_stream(number, TARGETS.sub(moved, text).encode("ascii"))
        return bytes(pdf.tobytes())


def test_text_that_disagrees_with_its_picture_is_recognised() -> None:
    """What a page shows is what is read, whatever its text layer says that the glyphs are."""
    pdf = REPORTS / "word-a03-ruled-30.pdf"
    report = gkextract.extract(moved_map(pdf.read_bytes(), 7))
    golden = json.loads(pdf.with_suffix(".expected.json").read_text("utf-8"))
    verdict = judge_report(report.to_dict(), golden)
    assert verdict.is_exact and not verdict.silent
    said = [f.message for f in report.findings if f.code == "ocr.page"]
    assert said and all("text that disagrees with its picture" in message for message in said)


@pytest.mark.parametrize(
    "name", ["chromium-a01-ruled-10", "libreoffice-a12-ruled-50", "word-a16-mostly-zeros"]
)
def test_true_text_agrees_with_its_picture(name: str) -> None:
    """Text that is what the page shows is not taken for false."""
    data = (REPORTS / f"{name}.pdf").read_bytes()
    pages = pdf_to_document(data).pages
    assert disagreeing_pages(bytes_to_source(data), pages) == []
