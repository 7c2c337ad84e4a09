"""XLS and ET (WPS writes the same binary format) to a document with ready-made tables, by xlrd:
it is pure Python, gives merged ranges, formats and what is hidden, and reads nothing else."""

from __future__ import annotations

import io
from typing import Any

import xlrd

from extract.errors import CorruptError, EncryptedError, LimitError
from extract.readers.flow import Flow
from extract.readers.merges import MAX_CELLS, UNKNOWN
from extract.readers.sheet import Sheet, place_in_sheet, sheet_to_flow
from extract.readers.sheet_format import number_to_shown
from tableparse.model import Document, Finding

MEDIA_TYPE = "application/vnd.ms-excel"
MAX_BYTES = 20_000_000
"""Of a file: a blank cell takes 2 bytes in it and 11 in memory."""
_SHIFTED = {1: "⁰¹²³⁴⁵⁶⁷⁸⁹", 2: "₀₁₂₃₄₅₆₇₈₉"}


def xls_to_document(data: bytes) -> Document:
    """The tables and lines of a workbook's visible sheets, in order.

    Raises CorruptError, EncryptedError, LimitError."""
    if len(data) > MAX_BYTES:
        asked = len(data)
        raise LimitError(f"the workbook is too large (bytes={asked}, granted={MAX_BYTES})")
    flow = Flow()
    hidden = False
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, on_demand=True,
            logfile=io.StringIO(),
        )  # fmt: skip
        for number in range(book.nsheets):
            page = book.sheet_by_index(number)
            if page.visibility:
                hidden = True
            else:
                sheet = _page_to_sheet(book, page)
                hidden = hidden or bool(sheet.hidden_rows or sheet.hidden_columns)
                sheet_to_flow(sheet, flow)
            book.unload_sheet(number)
    except (LimitError, MemoryError, RecursionError):
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise EncryptedError("the workbook is encrypted") from error
        raise CorruptError("a workbook whose records are broken") from error
    except Exception as error:  # xlrd meets damage with whatever its code runs into
        raise CorruptError("a workbook whose records are broken") from error
    notes = []
    if hidden:
        message = "sheets, rows or columns that the workbook hides were left out"
        notes.append(Finding("source.hidden", "info", "publisher", message))
    return flow.to_document(MEDIA_TYPE, notes)


def _page_to_sheet(book: Any, page: Any) -> Sheet:
    sheet = Sheet(place_in_sheet(page.name))
    sheet.stated = {r for r in range(page.nrows) if page.row_len(r)}
    for r in range(page.nrows):
        for c in range(page.row_len(r)):
            text, odd = _cell_to_shown(book, page, r, c)
            if text.strip() or odd:
                sheet.texts[r, c] = text
                if odd:
                    sheet.odd[r, c] = odd
                if len(sheet.texts) > MAX_CELLS:
                    raise LimitError(f"a sheet is too large (cells granted={MAX_CELLS})")
    sheet.merges = [tuple(merge) for merge in page.merged_cells]
    sheet.hidden_rows = {r for r, info in page.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {c for c, info in page.colinfo_map.items() if info.hidden}
    return sheet


def _cell_to_shown(book: Any, page: Any, r: int, c: int) -> tuple[str, str | None]:
    """What a cell shows, and why that is not certain, if so."""
    cell = page.cell(r, c)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return _runs_to_text(book, page, r, c)
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        if cell.value == 0 and not page.show_zero_values:
            return "", None
        style = book.xf_list[cell.xf_index]
        code = book.format_map[style.format_key].format_str
        code = "General" if code in ("@", "") else code
        shown = number_to_shown(cell.value, code, epoch_1904=bool(book.datemode))
        return (f"{cell.value!r}{UNKNOWN}", None) if shown is None else (shown, None)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR"), None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return ("TRUE" if cell.value else "FALSE"), None
    return "", None


def _runs_to_text(book: Any, page: Any, r: int, c: int) -> tuple[str, str | None]:
    """A text with digits set above or below the line as such, without what is struck out."""
    text = str(page.cell_value(r, c))
    base = book.font_list[book.xf_list[page.cell_xf_index(r, c)].font_index]
    later = page.rich_text_runlist_map.get((r, c), ())
    runs = [(0, base), *((at, book.font_list[font]) for at, font in later)]
    ends = [*(at for at, _ in runs[1:]), len(text)]
    out = ""
    struck = None
    for (at, font), end in zip(runs, ends, strict=True):
        own = text[at:end]
        digits = _SHIFTED.get(font.escapement)
        if font.struck_out and own.strip():
            struck = "cell.struck"
        else:
            out += own.translate(str.maketrans("0123456789", digits)) if digits else own
    return out, struck
