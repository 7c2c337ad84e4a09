"""The readers of scans that are compared: for each a function that loads it once and returns its
run, and how what it needs is installed.

A run takes a document's pages as picture files. Every rival's tables, or lines of boxes where it
knows no tables, go through the mapping of bench/mapping.py. Nothing but the standard library is
imported before a system is loaded: it may run in an environment that has nothing else.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bench.counting import report_to_figures
from bench.mapping import Figures, Rows, tables_to_figures

Run = Callable[[Sequence[str]], tuple[Figures, str]]
"""Paths of the pages' pictures to (figures, status); a rival has no status."""
BoxOfText = tuple[float, float, float, str]
"""Left edge, middle, height in pixels, and text."""

RAPIDAI = "pip install rapid-table==0.3.0 wired-table-rec==1.0.2 rapid-layout==1.2.1 rapidocr"
INSTALL = {
    "img2table": "pip install 'img2table[rapidocr]==2.0.0'",
    "rapid-table": RAPIDAI,
    "wired-table-rec": RAPIDAI,
}
"""Environments of their own: these bring an OpenCV that would take the place of gkextract's. The
versions are the last whose wheels carry their models."""
ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
}


def load_gkextract() -> Run:
    """The whole job, on a PDF of the pictures."""
    import gkextract
    from fixtures.scan.simulate import pictures_to_pdf

    def run(pages: Sequence[str]) -> tuple[Figures, str]:
        report = gkextract.extract(pictures_to_pdf([Path(p).read_bytes() for p in pages]))
        return report_to_figures(report.to_dict()), report.status

    return run


def load_rapidocr() -> Run:
    """rapidocr's own way from a page to boxes of text."""
    import numpy as np

    engine = _rapidocr()

    def boxes(page: str) -> list[BoxOfText]:
        found = engine(page)
        if found.boxes is None:
            return []
        return [
            (float(box[:, 0].min()), float(box[:, 1].mean()), float(np.ptp(box[:, 1])), text)
            for box, text in zip(found.boxes, found.txts, strict=True)
        ]

    return lambda pages: (pages_to_figures(map(boxes, pages)), "")


def load_tesseract() -> Run:
    """tesseract with Simplified Chinese, words as it finds them on the whole page."""
    if shutil.which("tesseract") is None:
        raise ImportError("tesseract is not installed")
    known = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=True
    ).stdout
    if "chi_sim" not in known:
        raise ImportError("tesseract has no chi_sim")

    def boxes(page: str) -> list[BoxOfText]:
        command = ["tesseract", page, "-", "-l", "chi_sim", "--psm", "11", "tsv"]
        done = subprocess.run(command, capture_output=True, check=True)
        rows = [line.split("\t") for line in done.stdout.decode("utf-8").splitlines()[1:]]
        words: dict[tuple[str, ...], list[list[str]]] = {}
        for row in rows:
            if len(row) == 12 and row[11].strip():
                words.setdefault(tuple(row[1:5]), []).append(row)
        found = []
        for line in words.values():
            height = max(float(r[9]) for r in line)
            middle = sum(float(r[7]) + float(r[9]) / 2 for r in line) / len(line)
            found.append((float(line[0][6]), middle, height, "".join(r[11] for r in line)))
        return found

    return lambda pages: (pages_to_figures(map(boxes, pages)), "")


def load_img2table() -> Run:
    """img2table's tables of ruled pages, with the text of rapidocr in Chinese (its own choice
    would be English)."""
    from img2table.document import Image
    from img2table.ocr import RapidOCR
    from rapidocr import LangRec

    ocr = RapidOCR(params={**ONE_THREAD, "Rec.lang_type": LangRec.CH})

    def tables(page: str) -> list[Rows]:
        found = Image(page, detect_rotation=False).extract_tables(ocr=ocr)
        return [[[c.value for c in row] for row in t.content.values()] for t in found]

    return lambda pages: (tables_to_figures(t for page in pages for t in tables(page)), "")


def load_rapid_table() -> Run:
    """rapid-table's slanet-plus on the tables that rapid-layout finds."""
    from rapid_table import RapidTable

    recognise = RapidTable()
    return _run_on_crops(lambda crop, text: recognise(crop, text)[0])


def load_wired_table() -> Run:
    """wired-table-rec's first model, which its wheel carries, on the tables that rapid-layout
    finds."""
    from wired_table_rec import WiredTableRecognition

    recognise = WiredTableRecognition(version="v1")
    return _run_on_crops(lambda crop, text: recognise(crop, text)[0])


def _rapidocr() -> Any:
    """rapidocr with the models in its wheel, on one thread."""
    from rapidocr import RapidOCR

    return RapidOCR(params=dict(ONE_THREAD))


def _run_on_crops(crop_to_html: Callable[[Any, list[Any]], str]) -> Run:
    """Pages to tables as these libraries' documentation has it: rapid-layout tells where tables
    are, rapidocr what is written there, and `crop_to_html` makes a table of both."""
    import cv2
    from rapid_layout import RapidLayout

    layout, engine = RapidLayout(), _rapidocr()

    def tables(page: str) -> list[Rows]:
        picture = cv2.imread(page)
        found = layout(picture)
        names = zip(found.boxes or [], found.class_names or [], strict=True)
        boxes = sorted((b for b, name in names if name == "table"), key=lambda b: float(b[1]))
        rows = []
        for x0, top, x1, bottom in ([round(float(v)) for v in box] for box in boxes):
            crop = picture[max(top, 0) : bottom, max(x0, 0) : x1]
            text = engine(crop)
            if text.boxes is None:
                continue
            read = zip(text.boxes.tolist(), text.txts, text.scores, strict=True)
            rows.append(html_to_rows(crop_to_html(crop, [list(line) for line in read])))
        return rows

    return lambda pages: (tables_to_figures(t for page in pages for t in tables(page)), "")


class _Cells(HTMLParser):
    """A table's cells in their order: row, rows and columns covered, text."""

    def __init__(self) -> None:
        super().__init__()
        self.row = -1
        self.cells: list[tuple[int, int, int, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row begins, or a cell."""
        if tag == "tr":
            self.row += 1
        elif tag in ("td", "th"):
            given = dict(attrs)
            rows, columns = (int(given.get(k) or 1) for k in ("rowspan", "colspan"))
            self.cells.append((max(self.row, 0), rows, columns, []))

    def handle_data(self, data: str) -> None:
        """Text belongs to the last cell."""
        if self.cells:
            self.cells[-1][3].append(data)


def html_to_rows(html: str) -> Rows:
    """A table in HTML as rows of one width, a merged cell's text in every place that it covers."""
    parser = _Cells()
    parser.feed(html)
    slots: dict[tuple[int, int], str] = {}
    for row, rows, columns, text in parser.cells:
        column = 0
        while (row, column) in slots:
            column += 1
        for r in range(row, row + rows):
            for c in range(column, column + columns):
                slots.setdefault((r, c), "".join(text))
    if not slots:
        return []
    height, width = (max(at[axis] for at in slots) + 1 for axis in (0, 1))
    return [[slots.get((r, c)) for c in range(width)] for r in range(height)]


def pages_to_figures(pages: Iterable[list[BoxOfText]]) -> Figures:
    """The obvious way from boxes: those at one height are a row, from left to right."""
    rows: list[list[str | None]] = []
    for boxes in pages:
        lines: list[list[BoxOfText]] = []
        for box in sorted(boxes, key=lambda b: b[1]):
            if lines and box[1] - lines[-1][0][1] < 0.5 * max(box[2], lines[-1][0][2]):
                lines[-1].append(box)
            else:
                lines.append([box])
        rows += [[re.sub(r"\s", "", b[3]) for b in sorted(line)] for line in lines]
    # of one width, as the mapping takes them; figures stand at the right of a row
    widest = max(map(len, rows), default=0)
    return tables_to_figures([[[None] * (widest - len(row)) + row for row in rows]])


SYSTEMS: dict[str, tuple[Callable[[], Run], str]] = {
    "gkextract": (load_gkextract, "gkextract"),
    "img2table": (load_img2table, "img2table"),
    "rapid-table": (load_rapid_table, "rapid-table"),
    "wired-table-rec": (load_wired_table, "wired-table-rec"),
    "rapidocr": (load_rapidocr, "rapidocr"),
    "tesseract": (load_tesseract, ""),
}
"""Name -> how to load it, and the distribution whose version is told."""
