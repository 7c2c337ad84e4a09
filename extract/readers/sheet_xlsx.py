"""XLSX to a document with ready-made tables, from the package's XML.

The XML is read directly: openpyxl gives values but no shown forms, either streams without
merged ranges or loads everything, and believes what a bomb declares.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from extract.errors import CorruptError, FormatError, LimitError
from extract.readers.docx_text import Element
from extract.readers.flow import Flow
from extract.readers.merges import MAX_CELLS, UNKNOWN
from extract.readers.package import Package
from extract.readers.sheet import Sheet, place_in_sheet, sheet_to_flow
from extract.readers.sheet_format import BUILT_IN, number_to_shown
from tableparse.model import Document, Finding

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""What a sheet may have at most (Excel's limits)."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RAISED = {"superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹", "subscript": "₀₁₂₃₄₅₆₇₈₉"}


def xlsx_to_document(data: bytes) -> Document:
    """The tables and lines of a workbook's visible sheets, in order.

    Raises CorruptError, EncryptedError, LimitError (package and sheet sizes), FormatError (no
    workbook in XML inside)."""
    package = Package(data)
    main = _target(package, "_rels/.rels", "", "/officeDocument") or "xl/workbook.xml"
    if main not in package.names or not main.endswith(".xml"):
        raise FormatError("an Office package without a workbook in XML", "save it as XLSX")
    book = _Book(package, main)
    flow = Flow()
    hidden = False
    for name, part, shown in book.sheets():
        if not shown:
            hidden = True
            continue
        sheet = book.read(name, part)
        hidden = hidden or bool(sheet.hidden_rows or sheet.hidden_columns)
        sheet_to_flow(sheet, flow)
    notes = []
    if hidden:
        message = "sheets, rows or columns that the workbook hides were left out"
        notes.append(Finding("source.hidden", "info", "publisher", message))
    return flow.to_document(MEDIA_TYPE, notes)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (c for c in element if _local(c) == name)


def _relations(package: Package, part: str, base: str) -> dict[str, tuple[str, str]]:
    """Of a part of relations: id -> (type, target inside the package)."""
    if part not in package.names:
        return {}
    found = {}
    for r in package.read_xml(part):
        if r.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", base, r.get("Target", "")))
            found[r.get("Id", "")] = (r.get("Type", ""), target.lstrip("/"))
    return found


def _target(package: Package, part: str, base: str, kind: str) -> str | None:
    targets = _relations(package, part, base).values()
    return next((t for k, t in targets if k.endswith(kind) and t in package.names), None)


class _Book:
    """A workbook's parts that all sheets share."""

    def __init__(self, package: Package, main: str) -> None:
        self.package = package
        self.root = package.read_xml(main)
        if _local(self.root) != "workbook":
            raise FormatError("an Office package without a workbook", "save it as XLSX")
        self.base, name = posixpath.split(main)
        rels = f"{self.base}/_rels/{name}.rels"
        self.relations = _relations(package, rels, self.base)
        properties = next(_children(self.root, "workbookPr"), None)
        self.epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        strings = _target(package, rels, self.base, "/sharedStrings")
        self.strings: list[tuple[str, str | None]] = []
        if strings:
            items = _children(package.read_xml(strings), "si")
            self.strings = [_text_of(item) for item in items]
        styles = _target(package, rels, self.base, "/styles")
        self.formats = _formats(package.read_xml(styles)) if styles else []

    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """(name, part, whether it shows) of every sheet of cells."""
        for sheets in _children(self.root, "sheets"):
            for sheet in _children(sheets, "sheet"):
                key = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
                kind, part = self.relations.get(key, ("", ""))
                if kind.endswith("/worksheet"):
                    if part not in self.package.names:
                        raise CorruptError("a workbook that lacks one of its sheets")
                    shown = sheet.get("state", "visible") == "visible"
                    yield sheet.get("name", "Sheet"), part, shown

    def read(self, name: str, part: str) -> Sheet:
        """A sheet's cells as shown, its merged ranges and what it hides."""
        root = self.package.read_xml(part)
        sheet = Sheet(place_in_sheet(name))
        views = (v for group in _children(root, "sheetViews") for v in group)
        zeros = not any(v.get("showZeros") in ("0", "false") for v in views)
        for group in root:
            kind = _local(group)
            if kind == "sheetData":
                self._rows(group, sheet, zeros)
            elif kind == "mergeCells":
                sheet.merges = [_range(m.get("ref", "")) for m in group]
            elif kind == "cols":
                for column in group:
                    if column.get("hidden") in ("1", "true"):
                        first, last = _int(column.get("min")), _int(column.get("max"))
                        sheet.hidden_columns |= set(range(first - 1, min(last, MAX_COLUMNS)))
        if sheet.texts:
            last = max(c for _, c in sheet.texts)
            sheet.hidden_columns = {c for c in sheet.hidden_columns if c <= last}
        return sheet

    def _rows(self, data: Element, sheet: Sheet, zeros: bool) -> None:
        r = -1
        for row in _children(data, "row"):
            r = _int(row.get("r")) - 1 if row.get("r") else r + 1
            if not 0 <= r < MAX_ROWS:
                raise CorruptError("a sheet with rows outside of it")
            if row.get("hidden") in ("1", "true"):
                sheet.hidden_rows.add(r)
            if len(row):
                sheet.stated.add(r)
            c = -1
            for cell in _children(row, "c"):
                place = cell.get("r")
                c = _range(place)[2] if place else c + 1
                text, odd = self._cell(cell, zeros)
                if text.strip() or odd:
                    sheet.texts[r, c] = text
                    if odd:
                        sheet.odd[r, c] = odd
                    if len(sheet.texts) > MAX_CELLS:
                        raise LimitError(f"a sheet is too large (cells granted={MAX_CELLS})")

    def _cell(self, cell: Element, zeros: bool) -> tuple[str, str | None]:
        """What a cell shows, and why that is not certain, if so."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = next(_children(cell, "is"), None)
            return ("", None) if inline is None else _text_of(inline)
        value = next(_children(cell, "v"), None)
        raw = "" if value is None else (value.text or "")
        if not raw:
            # a formula that was never computed shows what only a spreadsheet program knows
            formula = next(_children(cell, "f"), None)
            return (UNKNOWN, None) if formula is not None and kind != "str" else ("", None)
        if kind == "s":
            index = _int(raw)
            if not raw.strip().isdecimal() or index >= len(self.strings):
                raise CorruptError("a cell names a text that the workbook lacks")
            return self.strings[index]
        if kind != "n":
            return _unescape(raw), None
        return self._number(raw, _int(cell.get("s")), zeros)

    def _number(self, raw: str, style: int, zeros: bool) -> tuple[str, str | None]:
        try:
            number = float(raw)
        except ValueError as error:
            raise CorruptError("a cell whose number is none") from error
        if number == 0 and not zeros:
            return "", None
        code = self.formats[style] if style < len(self.formats) else "General"
        if code is None or code == "@":
            code = "General"
        shown = number_to_shown(number, code, epoch_1904=self.epoch_1904)
        return (raw + UNKNOWN, None) if shown is None else (shown, None)


def _formats(styles: Element) -> list[str | None]:
    """The format code of each cell style; None where no table knows its number."""
    own = {
        _int(f.get("numFmtId")): f.get("formatCode", "General")
        for group in _children(styles, "numFmts")
        for f in group
    }
    return [
        own.get(_int(xf.get("numFmtId")), BUILT_IN.get(_int(xf.get("numFmtId"))))
        for group in _children(styles, "cellXfs")
        for xf in group
    ]


def _text_of(item: Element) -> tuple[str, str | None]:
    """The text of a string with its runs, without its reading aids; digits set above or below
    the line as such; without what is struck out, which is told."""
    text = ""
    struck = None
    for part in item:
        kind = _local(part)
        if kind == "t":
            text += part.text or ""
        elif kind == "r":
            properties = {_local(p): p.get("val") for g in _children(part, "rPr") for p in g}
            own = "".join(t.text or "" for t in _children(part, "t"))
            raised = _RAISED.get(properties.get("vertAlign") or "")
            if raised:
                own = own.translate(str.maketrans("0123456789", raised))
            cut = "strike" in properties and properties["strike"] not in ("0", "false")
            if cut and own.strip():
                struck = "cell.struck"
            else:
                text += own
    return _unescape(text), struck


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text).replace("\r", "")


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _range(reference: str) -> tuple[int, int, int, int]:
    """`B2:C3` or `B2` to (r0, r1, c0, c1), half-open. Raises CorruptError."""
    corners = []
    for corner in (reference.split(":") * 2)[:2] if reference.count(":") < 2 else [""]:
        found = _REFERENCE.fullmatch(corner)
        if not found:
            raise CorruptError("a sheet with a cell of no place")
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        if column > MAX_COLUMNS or int(found[2]) > MAX_ROWS:
            raise CorruptError("a sheet with cells outside of it")
        corners.append((int(found[2]), column))
    (r0, c0), (r1, c1) = corners
    if r1 < r0 or c1 < c0:
        raise CorruptError("a sheet with a range turned round")
    return r0 - 1, r1, c0 - 1, c1
