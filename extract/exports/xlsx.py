"""Reports as Excel workbooks: a sheet a report that looks like the form, findings marked in colour
and told in comments, and an index before them.

XlsxWriter writes merged cells and comments in a fraction of openpyxl's memory, and does nothing
else; openpyxl reads what it wrote in the tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from extract.errors import LimitError
from extract.exports.layout import END, WIDTHS, Slot, document_to_layout
from extract.exports.shape import Document

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_SHEETS = 200
"""Reports of one workbook: all of it is in memory until it is closed."""
COLOURS = {"error": "#F8CBAD", "warning": "#FFE699", "info": "#DDEBF7"}
"""Severity -> fill; the worst comes first."""
LINE = 15.0
"""Height of a line in points."""
INDEX = ("sheet", "agency", "year", "status", "findings", "title", "source")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f']")


def documents_to_xlsx(documents: Iterable[Document], path: str) -> None:
    """One workbook. Raises LimitError for more than MAX_SHEETS reports."""
    book = _open(path)
    index = book.add_worksheet("index")
    index.set_landscape()
    index.fit_to_pages(1, 0)
    rows: list[list[Any]] = []
    try:
        for number, document in enumerate(documents, 1):
            if number > MAX_SHEETS:
                raise LimitError(
                    f"too many reports for a workbook (granted={MAX_SHEETS})",
                    "give a folder as PATH for a workbook a report",
                )
            name = "" if "error" in document else _sheet_name(number, document)
            if name:
                _write_report(book, book.add_worksheet(name), document)
            rows.append(_index_row(name, document))
        _write_index(book, index, rows)
    finally:
        book.close()


def documents_to_xlsx_folder(documents: Iterable[Document], folder: str) -> None:
    """A workbook a report, named by its number, agency and year; one for each error too."""
    for number, document in enumerate(documents, 1):
        stem = "error" if "error" in document else _sheet_name(number, document).partition(" ")[2]
        documents_to_xlsx([document], os.path.join(folder, f"{number:06} {stem}.xlsx"))


def _open(path: str) -> Workbook:
    import xlsxwriter

    # text is text: nothing that a report prints becomes a formula or a link
    off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(path, off)


def _sheet_name(number: int, document: Document) -> str:
    said = f"{number} {document['agency'] or ''} {document['year'] or ''}"
    return re.sub(r" +", " ", _FORBIDDEN.sub("", said)).strip()[:31].strip()


def _index_row(name: str, document: Document) -> list[Any]:
    source = document.get("source") or {}
    if "error" in document:
        error = document["error"]
        return ["", None, None, error["type"], None, error["message"], source.get("uri")]
    shown = [document[key] for key in ("agency", "year", "status")]
    return [name, *shown, len(document["findings"]), document["title"], source.get("uri")]


def _write_index(book: Workbook, sheet: Worksheet, rows: list[list[Any]]) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    sheet.write_row(0, 0, INDEX, head)
    for r, row in enumerate(rows, 1):
        sheet.write_row(r, 0, row)
        if row[0]:
            name = str(row[0])
            sheet.write_url(r, 0, f"internal:'{name}'!A1", string=name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 4, 11)
    sheet.set_column(5, 6, 50)
    sheet.autofilter(0, 0, max(len(rows), 1), len(INDEX) - 1)


def _write_report(book: Workbook, sheet: Worksheet, document: Document) -> None:
    for c, width in enumerate(WIDTHS):
        sheet.set_column(c, c, width)
    sheet.set_paper(9)  # A4
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    sheet.merge_range(0, 0, 0, END - 1, document["title"] or "", title)
    sheet.set_row(0, 30)
    named = _named(document)
    heading = book.add_format({"bold": True, "font_size": 12})
    at = 2
    for table, words, slots in document_to_layout(document):
        sheet.write_string(at, 0, words, heading)
        at += 1
        if slots is None:
            sheet.write_string(at, 0, "（not found）")
            at += 2
            continue
        for r, lines in _heights(slots).items():
            sheet.set_row(at + r, LINE * lines)
        for slot in slots:
            _write_slot(book, sheet, at, slot, table, named)
        at += max(slot.r1 for slot in slots) + 1
    _write_findings(book, sheet, at + 1, document)


def _heights(slots: Iterable[Slot]) -> dict[int, int]:
    """Row -> lines of text that its widest label of one row takes."""
    lines: dict[int, int] = {}
    for slot in slots:
        if slot.r1 - slot.r0 == 1 and isinstance(slot.value, str):
            room = sum(WIDTHS[slot.c0 : slot.c1]) - 1
            need = -int(-2 * len(slot.value) // room)
            lines[slot.r0] = max(lines.get(slot.r0, 1), need)
    return lines


def _write_slot(
    book: Workbook, sheet: Worksheet, at: int, slot: Slot, table: str,
    named: Mapping[str, list[Mapping[str, Any]]],
) -> None:  # fmt: skip
    findings: list[Mapping[str, Any]] = []
    if slot.path is not None:
        row = slot.path.rpartition(".")[0]
        findings = [f for path in (slot.path, row, table) for f in named.get(path, ())]
    style = _style(book, slot, findings)
    r0, r1, c0, c1 = slot.r0 + at, slot.r1 + at, slot.c0, slot.c1
    if r1 - r0 > 1 or c1 - c0 > 1:
        sheet.merge_range(r0, c0, r1 - 1, c1 - 1, "", style)
    if slot.value is None:
        sheet.write_blank(r0, c0, None, style)
    elif isinstance(slot.value, str):
        sheet.write_string(r0, c0, slot.value, style)
    else:
        sheet.write_number(r0, c0, slot.value, style)
    if findings:
        told = "\n".join(f"{f['code']}: {f['message']}" for f in findings)
        sheet.write_comment(r0, c0, told, {"x_scale": 2.5, "y_scale": 1.5})


def _style(book: Workbook, slot: Slot, findings: list[Mapping[str, Any]]) -> Any:
    said: dict[str, Any] = {"border": 1, "valign": "vcenter", "text_wrap": True}
    said["align"] = "left" if slot.kind == "label" and slot.c1 - slot.c0 > 1 else "center"
    if slot.kind == "head":
        said["bg_color"] = "#F2F2F2"
    told = {f["severity"] for f in findings}
    colour = next((colour for name, colour in COLOURS.items() if name in told), None)
    if colour:
        said["bg_color"] = colour
    key = tuple(sorted(said.items()))
    styles = book.__dict__.setdefault("gkextract_styles", {})
    if key not in styles:
        styles[key] = book.add_format(said)
    return styles[key]


def _named(document: Document) -> dict[str, list[Mapping[str, Any]]]:
    named: dict[str, list[Mapping[str, Any]]] = {}
    for finding in document["findings"]:
        for cell in finding["cells"]:
            named.setdefault(cell, []).append(finding)
    return named


def _write_findings(book: Workbook, sheet: Worksheet, at: int, document: Document) -> None:
    grey = book.add_format({"font_color": "#666666"})
    checks, source = document["checks"], document["source"]
    sheet.write_string(
        at, 0, f"status {document['status']}; {checks['held']} of {checks['evaluated']} "
        f"equations hold; SHA-256 {source.get('sha256')}", grey,
    )  # fmt: skip
    for r, finding in enumerate(document["findings"], at + 1):
        fill = book.add_format({"bg_color": COLOURS.get(finding["severity"], "#FFFFFF")})
        sheet.merge_range(r, 0, r, 3, f"{finding['severity']}: {finding['code']}", fill)
        sheet.write_string(r, 4, finding["message"])
