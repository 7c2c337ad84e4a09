"""Spreadsheets: what a cell shows, what a sheet holds, in XLSX, XLS, CSV and Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from officefiles import X, fixture, pack, xlsx

from extract.errors import CorruptError, FormatError, LimitError
from extract.readers.marks import markdown_to_document, rows_text_to_document
from extract.readers.sheet_format import number_to_shown
from extract.readers.sheet_xls import xls_to_document
from extract.readers.sheet_xlsx import xlsx_to_document
from extract.sniff import bytes_to_media_type
from tableparse.model import Document, Table

CSV, TSV = "text/csv", "text/tab-separated-values"


@pytest.mark.parametrize(("value", "code", "shown"), [
    (96171.600000000006, "General", "96171.6"),
    (0.1 + 0.2, "General", "0.3"),
    (3119.0, "General", "3119"),
    (0.0, "General", "0"),
    (-4.0, "General", "-4"),
    (1e-7, "General", "0.0000001"),
    (1 / 3, "General", None),
    (1000000.1234, "General", None),
    (123456789012.0, "General", "123456789012"),
    (3.7, "0", "4"),
    (0.5, "0", "1"),
    (2.5, "0", "3"),
    (1234567.0, "#,##0", "1,234,567"),
    (1234.5, "#,##0.00", "1,234.50"),
    (96171.6, "0.00", "96171.60"),
    (96171.6, "0.##", "96171.6"),
    (5.0, "0.##", "5."),
    (0.0, "#", ""),
    (7.0, "000", "007"),
    (-18.0, "0;-0;-", "-18"),
    (0.0, "0;-0;-", "-"),
    (0.0, "0;-0;", ""),
    (5.0, ";;;", ""),
    (-18.0, "0;(0)", "(18)"),
    (-18.0, "0;[Red]0", None),
    (-0.2, "0", "0"),
    (0.5, "0%", "50%"),
    (12.0, '0"件"', "12件"),
    (12.0, "0_ ;[Red]-0 ", "12"),
    (12.0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "12"),
    (0.0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
    (12.0, '"¥"#,##0', "¥12"),
    (12.0, "[$¥-804]0", "¥12"),
    (45306.0, "yyyy/m/d", "2024-01-15"),
    (45306.0, 'yyyy"年"m"月"', "2024-01-15"),
    (12000.0, "0,", None),
    (0.5, "# ?/?", None),
    (5.0, "[>3]0;0", None),
    (5.0, "[DBNum1]0", None),
    (5.0, "0.0E+00", None),
    (float("nan"), "0", None),
])  # fmt: skip
def test_number_formats(value: float, code: str, shown: str | None) -> None:
    """A number is what its cell shows; a format that is not understood gives none."""
    assert number_to_shown(value, code) == shown


@given(st.integers(-(10**9), 10**9), st.sampled_from(["General", "0", "#,##0", "0_ ", "0;-0"]))
def test_whole_numbers_are_shown_as_they_are(value: int, code: str) -> None:
    """Whatever plain format a whole number has, its digits are its own."""
    shown = number_to_shown(float(value), code)
    assert shown is not None and int(shown.replace(",", "")) == value


@given(st.integers(0, 10**6 - 1), st.integers(1, 4))
def test_decimals_come_out_exactly(units: int, places: int) -> None:
    """A sum of money of up to four decimals is shown with its digits, not with those of its
    nearest binary fraction."""
    text = f"{units}.{'1234'[:places]}"
    assert number_to_shown(float(text), "General") == text
    assert number_to_shown(float(text), "0." + "0" * places) == text


def cell(place: str, value: str, kind: str = "n", style: int = 0) -> str:
    return f'<c r="{place}" t="{kind}" s="{style}"><v>{value}</v></c>'


def sheet(*rows: str, more: str = "", attributes: dict[int, str] | None = None) -> str:
    own = attributes or {}
    data = "".join(f'<row r="{n}" {own.get(n, "")}>{row}</row>' for n, row in enumerate(rows, 1))
    return f"<sheetData>{data}</sheetData>{more}"


HEAD = cell("A1", "信息内容", "str") + cell("B1", "本年制发件数", "str") + cell("C1", "x", "str")
ROW = cell("A2", "规章", "str") + cell("B2", "7") + cell("C2", "5")


def texts(table: Table) -> list[list[str | None]]:
    return [[c.text if c else None for c in row] for row in table.dense()]


def only(document: Document) -> Table:
    (table,) = document.tables or ()
    return table


def test_sheet_becomes_a_table() -> None:
    """Merged ranges are spans, empty slots are blank cells, places are addresses."""
    merged = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B3:C3"/></mergeCells>'
    table = only(xlsx_to_document(xlsx(sheet(HEAD, ROW, cell("B3", "8"), more=merged))))
    assert texts(table) == [
        ["信息内容", "本年制发件数", "x"], ["信息内容", "7", "5"], ["", "8", "8"],
    ]  # fmt: skip
    assert [c.place for c in table.cells if c.text == "7"] == ["S1!B2"]


def test_values_of_every_kind() -> None:
    """Shared, inline and computed texts, booleans, errors, and numbers by their format."""
    strings = f"<sst {X}><si><t>a</t></si><si><r><t>b</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>1</t></r><rPh><t>z</t></rPh></si></sst>"  # noqa: E501
    styles = (
        f'<styleSheet {X}><numFmts><numFmt numFmtId="170" formatCode="0.0"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    inline = '<c r="C1" t="inlineStr"><is><t>c_x000A_d</t></is></c>'
    computed = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>1+1</f></c>'
    row = cell("A1", "0", "s") + cell("B1", "1", "s") + inline + cell("D1", "#REF!", "e")
    numbers = computed + cell("C2", "2.25", style=1) + cell("D2", "3", style=2)
    table = only(xlsx_to_document(xlsx(sheet(row, numbers), strings=strings, styles=styles)))
    assert texts(table) == [["a", "b¹", "c\nd", "#REF!"], ["2", "\ufffd", "2.3", "3"]]
    assert [c.doubt for c in table.cells if c.doubt] == ["cell.unreadable"]


def test_hidden_parts_are_left_out() -> None:
    """Hidden rows, columns and sheets do not print; merges shrink by them; that is said."""
    hidden = '<cols><col min="2" max="2" hidden="1"/></cols>'
    merged = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    rows = sheet(
        cell("A1", "g", "str"), ROW, cell("A3", "9"), more=merged, attributes={3: 'hidden="1"'}
    )
    document = xlsx_to_document(xlsx(hidden + rows, sheet(HEAD, ROW), states={2: "veryHidden"}))
    assert texts(only(document)) == [["规章", "5"]]
    assert [line.text for line in document.lines] == ["g"]
    assert [f.code for f in document.notes] == ["source.hidden"]


def test_zeros_that_do_not_show() -> None:
    """A sheet that does not show zeros prints blanks."""
    view = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    table = only(xlsx_to_document(xlsx(view + sheet(HEAD, ROW.replace(">7<", ">0<")))))
    assert texts(table)[1] == ["规章", "", "5"]


def test_prose_between_tables() -> None:
    """Rows of one text that is no label are lines and part the tables; section titles of the
    form stay in them."""
    rows = [
        cell("A1", "一、总体情况", "str"), cell("A2", "本年无申请。", "str"), "",
        cell("A4", "第二十条第（一）项", "str"), HEAD.replace("1", "5"), ROW.replace('"B2"', '"B6"')
        .replace('"A2"', '"A6"').replace('"C2"', '"C6"'), cell("A7", "注：略", "str"),
    ]  # fmt: skip
    document = xlsx_to_document(xlsx(sheet(*rows)))
    assert [line.text for line in document.lines] == ["一、总体情况", "本年无申请。", "注：略"]
    assert len(texts(only(document))) == 3


@pytest.mark.parametrize(("data", "error"), [
    (xlsx(sheet('<c r="A1" t="s"><v>5</v></c>')), CorruptError),
    (xlsx(sheet('<c r="A0"><v>5</v></c>')), CorruptError),
    (xlsx(sheet('<c r="A1"><v>five</v></c>')), CorruptError),
    (xlsx(sheet(HEAD, more='<mergeCells><mergeCell ref="B2:A1"/></mergeCells>')), CorruptError),
    (xlsx('<sheetData><row r="1048577"><c><v>1</v></c></row></sheetData>'), CorruptError),
    (xlsx('<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
          '<c r="XFD1048576"><v>1</v></c></row></sheetData>'
          '<mergeCells><mergeCell ref="A2:XFC1048575"/></mergeCells>'), LimitError),
    (pack({"xl/workbook.bin": b"x"}), FormatError),
    (pack({"xl/workbook.xml": "<a/>"}), FormatError),
])  # fmt: skip
def test_hostile_workbooks_are_typed(data: bytes, error: type[Exception]) -> None:
    """Places, numbers and merges that cannot be, and formats that are not read, are typed."""
    with pytest.raises(error):
        xlsx_to_document(data)


@pytest.mark.parametrize("cut", [600, 2000, 5000])
def test_damaged_xls_is_corrupt(cut: int) -> None:
    """A workbook cut short, or with bytes turned over, is CORRUPT or read, nothing else."""
    data = bytearray(fixture("xls-a01.xls"))
    for broken in (bytes(data[:cut]), bytes(data[:cut] + b"\xff" * 64 + data[cut + 64 :])):
        try:
            assert xls_to_document(broken).tables is not None
        except CorruptError as error:
            assert error.exit_code == 6


def test_fields_become_a_table() -> None:
    """Quoted fields with separators and breaks, one row a record."""
    text = '信息内容,本年制发件数,x\r\n"规,章","1,234",\r\n'
    assert texts(only(rows_text_to_document(text, CSV)))[1] == ["规,章", "1,234", ""]
    assert texts(only(rows_text_to_document("信息内容\t本年制发件数\n规章\t7\n", TSV)))[1] == [
        "规章",
        "7",
    ]


def test_review_blocks_reach_over_their_outcomes() -> None:
    """Where cells cannot be merged, the name of a block of the review table stands over the
    empty slots after it."""
    text = "行政复议,,,行政诉讼,\n结果维持,结果纠正,总计,结果维持,总计\n1,2,3,4,5\n"
    assert texts(only(rows_text_to_document(text, CSV)))[0] == ["行政复议"] * 3 + ["行政诉讼"] * 2


def test_markdown() -> None:
    """Pipe tables are tables, marks of headings, lists and emphasis are gone from lines, and
    rows of another width are in doubt."""
    document = markdown_to_document(
        "# 标题\n\n**一、总体情况**\n\n- 甲\\*乙\n\n"
        "| a | b |\n|---|:-:|\n| 1\\|2 | **3** |\n| 4 |\n\n---\n尾\n"
    )
    assert [line.text for line in document.lines] == ["标题", "一、总体情况", "甲*乙", "尾"]
    table = only(document)
    assert texts(table) == [["a", "b"], ["1|2", "3"], ["4", ""]]
    assert {c.doubt for c in table.cells if c.span.r0 == 2} == {"row.ragged"}


@pytest.mark.parametrize(("text", "kind"), [
    ("a,b,c,d,e\n" * 5, CSV),
    ("a\tb\tc\td\te\n" * 5, TSV),
    ("a,b,c,d,e\n" * 4, "text/plain"),
    ("a,b,c,d,e\n" * 5 + "a,b\n", "text/plain"),
    ("政府信息公开\n" + "a\tb\tc\td\te\n" * 9, "text/plain"),
    ('a,"b,c,d,e\n' * 5, "text/plain"),
    ("一、总体情况，二、其他\n" * 9, "text/plain"),
    ("x\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n", "text/markdown"),
    ("x | y\n----\n", "text/plain"),
    ("| a | b |\n| 1 | 2 |\n", "text/plain"),
])  # fmt: skip
def test_only_plain_tables_are_tables(text: str, kind: str) -> None:
    """Text is CSV, TSV or Markdown only where it can be nothing else; text with tabs or pipes
    in it stays text."""
    assert bytes_to_media_type(text.encode()) == kind


def test_figure_under_no_head_is_in_doubt() -> None:
    """A figure of the proactive table that stands beside its head is not lost without a word:
    its row is in doubt."""
    text = "信息内容,本年制发件数,本年废止件数,,现行有效件数\n规章,1,,2,3\n行政规范性文件,4,5,,6\n"
    table = only(rows_text_to_document(text, CSV))
    assert {c.doubt for c in table.cells if c.span.r0 == 1 and c.span.c0} == {"row.ragged"}
    assert {c.doubt for c in table.cells if c.span.r0 != 1} == {None}
