"""Documents whose printed words are markup and scripts: what a page of them must never run."""

from __future__ import annotations

import io
import zipfile
from html import escape
from pathlib import Path

from drawing import Printed, Texts, rows_to_table, whole_report

from tableparse.model import Table

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "fixtures" / "documents"
TITLE = "</title></style></script><script>window.owned=true</script>某县"
"""Stands at the head of the title, and so in the agency's name."""
PROSE = (
    "<svg onload=window.owned=1>{{script}}<!--<script><a href=javascript:owned>&lt;b&gt; \u202e"
    "]]></script><img src=x onerror=window.owned=1>"
)
CELL = "\"'><img src=x onerror=window.owned=1>7"
"""Stands where a figure is expected, and so in findings, evidence and every attempt."""
KINDS = ("html", "docx", "markdown", "pdf")


def hostile_document(kind: str, folder: Path) -> Path:
    """A report of this kind with TITLE, PROSE and CELL in it, as words that a person reads."""
    data, ending = _MAKERS[kind]()
    path = folder / f"hostile.{ending}"
    path.write_bytes(data)
    return path


def _texts() -> Printed:
    report = whole_report()
    assert report.applications and report.review and report.proactive
    return Printed(
        title=[f"{TITLE}人民政府2024年政府信息公开工作年度报告"],
        proactive=report.proactive,
        applications=_with_cell(report.applications),
        review=report.review,
    )


def _with_cell(texts: Texts) -> Texts:
    row = next(i for i, row in enumerate(texts) if "予以公开" in str(row))
    return [[*r[:-7], CELL, *r[-6:]] if i == row else r for i, r in enumerate(texts)]


def _html() -> tuple[bytes, str]:
    report = _texts()
    assert report.applications and report.review and report.proactive
    tables = "".join(
        f"<h2>{heading}</h2>{_table(rows_to_table(texts))}"
        for heading, texts in (
            ("二、主动公开政府信息情况", report.proactive),
            ("三、收到和处理政府信息公开申请情况", report.applications),
            ("四、政府信息公开行政复议、行政诉讼情况", report.review),
        )
    )
    head = f"<h1>{escape(report.title[0])}</h1><h2>一、总体情况</h2><p>{escape(PROSE)}</p>"
    page = f"<!doctype html><meta charset=utf-8><body>{head}{tables}"
    return page.encode(), "html"


def _table(table: Table) -> str:
    rows: list[str] = [""] * table.rows
    for cell in sorted(table.cells, key=lambda c: c.span.c0):
        r0, r1, c0, c1 = cell.span
        rows[r0] += f"<td rowspan={r1 - r0} colspan={c1 - c0}>{escape(cell.text)}</td>"
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _docx() -> tuple[bytes, str]:
    whole = (DOCUMENTS / "docx-a01.docx").read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = _replaced(data.decode("utf-8"), escape).encode("utf-8")
            target.writestr(name, data)
    return out.getvalue(), "docx"


def _markdown() -> tuple[bytes, str]:
    text = (DOCUMENTS / "md-a01.md").read_text(encoding="utf-8")
    return _replaced(text, lambda words: words).encode("utf-8"), "md"


def _replaced(text: str, write: object) -> str:
    """The fixture's text with the hostile words in its title, its prose and its first figure."""
    assert callable(write)
    title = "年政府信息公开工作年度报告"
    at = text.index(title) - 4
    text = text[:at] + write(TITLE) + text[at:]
    at = text.index("（一）主动公开情况")
    return text[:at] + write(PROSE) + text[at:]


def _pdf() -> tuple[bytes, str]:
    pdf = _texts().to_pdf()
    pdf[0].insert_text((60, 800), PROSE, fontname="helv", fontsize=6)
    return bytes(pdf.tobytes()), "pdf"


_MAKERS = {"html": _html, "docx": _docx, "markdown": _markdown, "pdf": _pdf}
