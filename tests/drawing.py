"""What tests draw by hand: characters, boxes, tables of the form, and PDFs down to their bytes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pymupdf
from hypothesis import settings

from tableparse.model import Box, Cell, Char, Ruling, Span, Table

MANY = settings(deadline=None)
"""For tests by example: machines that are busy take their time."""
FEW = settings(deadline=None, max_examples=30)
"""The same for those whose every example is a whole report."""
A4 = (0.0, 0.0, 595.0, 842.0)


def text_to_chars(
    text: str, x: float, y: float, size: float = 10.0, *, run: int = 0, step: float | None = None
) -> tuple[Char, ...]:
    """A line of text whose first character starts at `x` and whose baseline is at `y`, in
    points; digits are half as wide as other characters unless `step` gives one width."""
    chars = []
    for char in text:
        width = step if step is not None else size * (0.5 if char.isascii() else 1.0)
        chars.append(Char(char, x, y - 0.88 * size, x + width, y + 0.12 * size, size, run))
        x += width
    return tuple(chars)


def lattice_to_boxes(xs: Sequence[float], ys: Sequence[float]) -> list[Box]:
    """The rectangles between column lines `xs` and row lines `ys`, row by row."""
    return [Box(x0, top, x1, bottom) for top, bottom in pairwise(ys) for x0, x1 in pairwise(xs)]


def across(y: float, *stops: float) -> list[Ruling]:
    """Level segments at height `y` between pairs of stops."""
    return [Ruling(a, y, b, y) for a, b in zip(stops[::2], stops[1::2], strict=True)]


def down(x: float, *stops: float) -> list[Ruling]:
    """Upright segments at `x` between pairs of stops."""
    return [Ruling(x, a, x, b) for a, b in zip(stops[::2], stops[1::2], strict=True)]


def rows_to_table(rows: Sequence[Sequence[str | None]], *, width: float = 40.0) -> Table:
    """A table from its texts by slot. `<` continues the cell to the left, `^` the cell above;
    None is a hole. Columns are `width` points wide, rows 20 points high."""
    spans: dict[tuple[int, int], list[int]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is None:
                continue
            at = (r, c)
            if text == "<":
                at = owner[r, c - 1]
            elif text == "^":
                at = owner[r - 1, c]
            owner[r, c] = at
            span = spans.setdefault(at, [r, r + 1, c, c + 1])
            span[1], span[3] = max(span[1], r + 1), max(span[3], c + 1)
    count = max(map(len, rows))
    cells = tuple(
        Cell(
            Span(*span),
            rows[r][c] or "",
            1,
            Box(width * span[2], 20.0 * span[0], width * span[3], 20.0 * span[1]),
        )
        for (r, c), span in spans.items()
    )
    return Table(len(rows), count, cells, tuple(width * i for i in range(count + 1)))


@dataclass(frozen=True)
class Pdf:
    """A PDF written byte by byte: page contents, and whatever a page, the catalog or further
    objects (from number 100 on) need, in PDF syntax."""

    contents: tuple[bytes, ...]
    media: tuple[float, ...] = A4
    page: str = ""
    resources: str = ""
    catalog: str = ""
    objects: Mapping[int, bytes] | None = None
    trailer: str = ""

    def to_bytes(self) -> bytes:
        """The file. Fonts F1 (Helvetica) and F2 (Courier, whose glyphs are 0.6 em wide)."""
        kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(self.contents)))
        found: dict[int, bytes] = {
            1: f"<</Type/Catalog/Pages 2 0 R {self.catalog}>>".encode(),
            2: f"<</Type/Pages/Kids[{kids}]/Count {len(self.contents)}>>".encode(),
            3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            4: b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
            **(self.objects or {}),
        }
        box = " ".join(f"{edge:g}" for edge in self.media)
        for i, content in enumerate(self.contents):
            number = 10 + 2 * i
            found[number] = (
                f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {number + 1} 0 R {self.page}"
                f"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>{self.resources}>>>>"
            ).encode()
            found[number + 1] = stream(content)
        return objects_to_pdf(found, self.trailer)


def stream(data: bytes, entries: str = "") -> bytes:
    """A stream object's body."""
    return f"<</Length {len(data)} {entries}>>stream\n".encode() + data + b"\nendstream"


def objects_to_pdf(objects: Mapping[int, bytes], trailer: str = "") -> bytes:
    """Numbered objects as a file with a cross-reference table; the catalog is number 1."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    size = max(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    for number in range(1, size):
        if number in offsets:
            out += f"{offsets[number]:010} 00000 n \n".encode()
        else:
            out += b"0000000000 00000 f \n"
    out += f"trailer\n<</Size {size}/Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def show(text: str, x: float, y: float, size: float = 12.0, font: str = "F2") -> bytes:
    """PDF operators that print Latin text with its baseline's start at (x, y), y upwards."""
    return f"BT /{font} {size:g} Tf 1 0 0 1 {x:g} {y:g} Tm ({text}) Tj ET\n".encode()


def chars_to_text(chars: Iterable[Char]) -> str:
    """The characters in the order given, as one string."""
    return "".join(char.text for char in chars)


def printed_form() -> dict[str, Any]:
    """The form as the makers of fixtures print it: labels apart from the project's own."""
    path = Path(__file__).resolve().parent.parent / "fixtures" / "form.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


Texts = list[list[str | None]]


def matrix_to_texts(
    figures: Mapping[str, Sequence[str]] | None = None, edition: str = "2021"
) -> Texts:
    """The applicant matrix as the form prints it, for `rows_to_table`: three columns of labels
    and seven of figures, three rows of header. Figures not given are "0"."""
    form = printed_form()
    heads = form["column_labels"]
    rows: Texts = [
        [form["corner"], "<", "<", form["applicants"], *"<<<<<<"],
        ["^", "^", "^", heads[0], form["legal_persons"], *"<<<<", heads[6]],
        ["^", "^", "^", "^", *heads[1:6], "^"],
    ]
    group = ""
    for key, label, over in form["rows_2021"]:
        if edition == "2019" and key.startswith("other."):
            if key != "other.other":
                continue
            key, label, over = form["other_2019"]
        printed = list((figures or {}).get(key, ["0"] * 7))
        first = "^" if any(row[0] == form["results"] for row in rows) else form["results"]
        if over == "-":
            rows.append([label, "<", "<", *printed])
        elif over == "":
            rows.append([first, label, "<", *printed])
        else:
            rows.append([first, "^" if over == group else over, label, *printed])
        group = over
    return rows


def proactive_to_texts(
    figures: Mapping[str, Sequence[str]] | None = None, edition: str = "2021"
) -> Texts:
    """The proactive table of an edition, for `rows_to_table`: a label and three columns of
    figures. Figures not given are "0"."""
    rows: Texts = []
    for section in printed_form()[f"proactive_{edition}"]:
        labels = section["labels"]
        rows.append([section["band"], "<", "<", "<"])
        rows.append(["信息内容", *_widen(labels)])
        for key, label in section["rows"]:
            printed = (figures or {}).get(key, ["0"] * len(labels))
            rows.append([label, *_widen(printed)])
    return rows


def _widen(texts: Sequence[str]) -> list[str]:
    return [*texts, *["<"] * (3 - len(texts))]


def review_to_texts(figures: Sequence[str] | None = None) -> Texts:
    """The review table for `rows_to_table`: fifteen columns, three rows of header, a row of
    figures (all "0" unless given)."""
    form = printed_form()
    blocks, heads = form["review_labels"], form["review_column_labels"]
    return [
        [blocks[0], *"<<<<", blocks[1], *"<<<<<<<<<"],
        [*heads, blocks[2], *"<<<<", blocks[3], *"<<<<"],
        [*"^^^^^", *heads, *heads],
        list(figures or ["0"] * 15),
    ]


def balanced() -> dict[str, list[str]]:
    """Figures of a 2021 matrix that satisfy all 39 identities, no two rows alike."""
    rows = {key: [10 * n + c for c in range(6)] for n, (key, *_) in enumerate(_outcome_rows())}
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    out = [3, 1, 4, 1, 5, 9]
    carried = [2, 7, 1, 8, 2, 8]
    rows["processed_total"], rows["carried_out"], rows["carried_in"] = total, out, carried
    rows["received"] = [t + o - c for t, o, c in zip(total, out, carried, strict=True)]
    return {key: [str(n) for n in (*row, sum(row))] for key, row in rows.items()}


def _outcome_rows() -> list[list[str]]:
    return [row for row in printed_form()["rows_2021"] if row[2] != "-"][:-1]


def draw_table(
    page: Any, texts: Texts, top: float, widths: Sequence[float], *, height: float = 15.0
) -> None:
    """A ruled table on a PyMuPDF page: its texts as for `rows_to_table`, columns of these
    widths from 40 points on, rows of one height."""
    xs = list(accumulate(widths, initial=40.0))
    for cell in rows_to_table(texts).cells:
        r0, r1, c0, c1 = cell.span
        frame = pymupdf.Rect(xs[c0], top + height * r0, xs[c1], top + height * r1)
        page.draw_rect(frame, width=0.5)
        per_line = max(1, int((frame.width - 2) // 6))
        size = 6.0 if len(cell.text) * 8 <= per_line * frame.height else 4.0
        per_line = max(1, int((frame.width - 2) // size))
        lines = [cell.text[i : i + per_line] for i in range(0, len(cell.text), per_line)]
        for i, line in enumerate(lines):
            y = frame.y0 + 1.5 + size * (i + 0.88)
            font = "helv" if line.isascii() else "china-s"
            page.insert_text((frame.x0 + 1.5, y), line, fontname=font, fontsize=size)


@dataclass(frozen=True)
class Printed:
    """What a made report prints: the title's lines and the texts of its tables (None for a
    table left out)."""

    title: Sequence[str] = ("某县人民政府2024年政府信息公开工作年度报告",)
    proactive: Texts | None = None
    applications: Texts | None = None
    review: Texts | None = None

    def to_pdf(self) -> Any:
        """The report on two pages, as a PyMuPDF document."""
        pdf = pymupdf.open()
        page = pdf.new_page(width=A4[2], height=A4[3])
        for i, line in enumerate(self.title):
            page.insert_text((80, 60 + 20 * i), line, fontname="china-s", fontsize=14)
        page.insert_text((80, 110), "一、总体情况", fontname="china-s", fontsize=12)
        page.insert_text((80, 130), "二、主动公开政府信息情况", fontname="china-s", fontsize=12)
        if self.proactive:
            draw_table(page, self.proactive, 150, (150, 100, 100, 100))
        page.insert_text((80, 420), "四、行政复议、行政诉讼情况", fontname="china-s", fontsize=12)
        if self.review:
            draw_table(page, self.review, 440, (34,) * 15, height=20)
        page = pdf.new_page(width=A4[2], height=A4[3])
        page.insert_text((80, 60), "三、申请情况", fontname="china-s", fontsize=12)
        if self.applications:
            draw_table(page, self.applications, 80, (40, 60, 170, *(34,) * 7), height=18)
        return pdf

    def to_bytes(self) -> bytes:
        """The report as a file."""
        return bytes(self.to_pdf().tobytes())


def whole_report() -> Printed:
    """A report whose figures prove one another."""
    return Printed(
        proactive=proactive_to_texts({"rules": ["1", "0", "11"], "fees": ["96171.6"]}),
        applications=matrix_to_texts(balanced()),
        review=review_to_texts([str(n) for n in (72, 64, 178, 37, 351, 1, 2, 3, 4, 10, *[0] * 5)]),
    )
