"""DOCX, element by element: what each construct prints, and what is said of it."""

from __future__ import annotations

import pytest
from officefiles import W, docx, p, pack, run, tbl, tc, tr

from extract.errors import CorruptError, FormatError, GkextractError, LimitError
from extract.readers.docx import docx_to_document
from tableparse.model import Document, Table

SPAN2 = '<w:gridSpan w:val="2"/>'
RESTART, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
BOX = (
    "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>{0}"
    "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
    "<w:txbxContent>{0}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def read(body: str, **parts: str) -> Document:
    return docx_to_document(docx(body, **parts))


def table_of(body: str, **parts: str) -> Table:
    """The only table of a document with this body."""
    (table,) = read(body, **parts).tables or ()
    return table


def texts(table: Table) -> list[list[str | None]]:
    """The text at every slot."""
    return [[cell.text if cell else None for cell in row] for row in table.dense()]


def lines(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.notes]


def test_merged_cells() -> None:
    """gridSpan covers columns, vMerge rows; one cell stands at all slots it covers."""
    table = table_of(tbl(
        tr(tc("a", RESTART), tc("b", SPAN2)),
        tr(tc("", CONTINUE), tc("1"), tc("2")),
    ))  # fmt: skip
    assert texts(table) == [["a", "b", "b"], ["a", "1", "2"]]
    assert len(table.cells) == 4
    assert {cell.doubt for cell in table.cells} == {None}


def test_row_in_a_content_control() -> None:
    """A row inside w:sdt is a row of the table (hard case 1)."""
    inner = tr(tc("1"), tc("2"))
    body = tbl(
        tr(tc("a"), tc("b")), f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    )
    assert texts(table_of(body)) == [["a", "b"], ["1", "2"]]


def test_cell_in_a_content_control() -> None:
    """A cell inside w:sdt is a cell of its row (hard case 2)."""
    wrapped = f"<w:sdt><w:sdtContent>{tc('1')}</w:sdtContent></w:sdt>"
    assert texts(table_of(tbl(tr(tc("a"), tc("b")), tr(wrapped, tc("2"))))) == [
        ["a", "b"],
        ["1", "2"],
    ]


def test_grid_before_and_after() -> None:
    """gridBefore and gridAfter leave columns of a row without cells (hard case 3)."""
    table = table_of(tbl(
        tr(tc("a"), tc("b"), tc("c")),
        tr(tc("2"), tc("3"), properties='<w:gridBefore w:val="1"/>'),
        tr(tc("1"), tc("2"), properties='<w:gridAfter w:val="1"/>'),
    ))  # fmt: skip
    assert texts(table) == [["a", "b", "c"], [None, "2", "3"], ["1", "2", None]]
    assert {cell.doubt for cell in table.cells} == {None}


def test_horizontal_merge_of_old() -> None:
    """hMerge joins a cell to the one before it (hard case 4)."""
    table = table_of(tbl(
        tr(tc("a"), tc("b"), tc("c")),
        tr(tc("1", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("2")),
    ))  # fmt: skip
    assert texts(table)[1] == ["1", "1", "2"]
    assert len(table.cells) == 5


def test_tracked_text() -> None:
    """Inserted text counts, deleted text does not, and the report says so (hard case 5)."""
    changed = (
        "<w:p><w:del><w:r><w:delText>OLD</w:delText></w:r></w:del>"
        f"<w:ins>{run('NEW')}</w:ins><w:moveFrom>{run('gone')}</w:moveFrom></w:p>"
    )
    document = read(tbl(tr(tc("a"), tc(changed))))
    assert document.tables and texts(document.tables[0]) == [["a", "NEW"]]
    assert codes(document) == ["source.tracked"]


def test_deleted_row() -> None:
    """A row deleted under tracking is no row; an inserted one is (hard case 6)."""
    document = read(tbl(
        tr(tc("a"), tc("b")),
        tr(tc("1"), tc("2"), properties="<w:del/>"),
        tr(tc("3"), tc("4"), properties="<w:ins/>"),
    ))  # fmt: skip
    assert document.tables and texts(document.tables[0]) == [["a", "b"], ["3", "4"]]
    assert codes(document) == ["source.tracked"]


def test_vertical_merge_that_changes_its_width() -> None:
    """A merge continued at another width is no rectangle: its text stands in every row as a
    label does, and no figure is read from it (hard case 7)."""
    table = table_of(tbl(
        tr(tc("g", SPAN2 + RESTART), tc("1")),
        tr(tc("", CONTINUE), tc("x"), tc("2")),
    ))  # fmt: skip
    assert texts(table) == [["g", "g", "1"], ["g", "x", "2"]]
    assert {c.doubt for c in table.cells if c.text == "g"} == {"align.merged"}


def test_nested_tables_are_tables_of_their_own() -> None:
    """A table in a cell is read by itself, its text is not the cell's, and the cell says that
    it holds more than text (hard case 8)."""
    inner = tbl(tr(tc("1"), tc("2")))
    document = read(tbl(tr(tc("a"), tc("b"), tc(p("c") + inner)), tr(tc("x"), tc("y"), tc("z"))))
    outer, nested = document.tables or ()
    assert texts(outer) == [["a", "b", "c"], ["x", "y", "z"]]
    assert [c.doubt for c in outer.cells if c.text == "c"] == ["cell.content"]
    assert texts(nested) == [["1", "2"]]


def test_layout_tables_are_text() -> None:
    """A frame around text is text; one around tables is what stands in it, in order."""
    document = read(
        p("0") + tbl(tr(tc(p("title") + tbl(tr(tc("1"), tc("2")))))) + tbl(tr(tc("note")))
    )
    assert lines(document) == ["0", "title", "note"]
    assert [texts(t) for t in document.tables or ()] == [[["1", "2"]]]


def test_text_boxes_count_once() -> None:
    """A text box has two forms in the file and is printed once; in a cell it makes the cell's
    figure uncertain."""
    document = read(f"<w:p>{run('before')}{BOX.format(p('boxed'))}</w:p>")
    assert lines(document) == ["before", "boxed"]
    table = table_of(tbl(tr(tc("a"), tc(f"<w:p>{BOX.format(p('5'))}</w:p>"))))
    assert table.cells[1].doubt == "cell.content"


def test_breaks_tabs_and_paragraphs() -> None:
    """w:br and w:cr and paragraphs break lines, w:tab is white space, hyphens are characters."""
    content = "<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:cr/></w:r></w:p>"
    hyphen = "<w:p><w:r><w:t>d</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>e</w:t></w:r></w:p>"
    assert table_of(tbl(tr(tc("x"), tc(content + hyphen)))).cells[1].text == "a\nb\tc\n\nd-e"
    assert lines(read(content + hyphen)) == ["a", "b c", "d-e"]


RAISED = '<w:vertAlign w:val="superscript"/>'
SHOWN = '<w:vanish w:val="0"/>'
SYMBOL = '<w:sym w:font="Wingdings" w:char="F0FC"/>'
JOINED = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>1</w:t></w:r></w:p>"


@pytest.mark.parametrize(("content", "text", "doubt"), [
    (p("1") + p("2"), "1\n2", "cell.lines"),
    (p("1") + p(""), "1", None),
    (f"<w:p>{run('12')}{run('1', RAISED)}</w:p>", "12¹", None),
    (f"<w:p>{run('3', '<w:strike/>')}{run('5')}</w:p>", "5", "cell.struck"),
    (f"<w:p>{run('3', '<w:vanish/>')}{run('5')}</w:p>", "5", None),
    (f"<w:p>{run('3', SHOWN)}{run('5')}</w:p>", "35", None),
    (f"<w:p><w:r>{SYMBOL}</w:r></w:p>", "\ufffd", "cell.unreadable"),
    ('<w:p><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>', "", "cell.content"),
    ('<w:p><m:oMath><m:r><m:t>7</m:t></m:r></m:oMath></w:p>', "7", "cell.content"),
    (p("", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'), "", "cell.content"),
    (p("5", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'), "5", "cell.content"),
    (p("公开", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'), "公开", None),
    (JOINED + p("2"), "12", None),
    ('<w:p><w:r><w:ruby><w:rt><w:r><w:t>yi</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>一</w:t></w:r>'
     '</w:rubyBase></w:ruby></w:r></w:p>', "一", None),
    (f"<w:p>{run('5')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p>", "5", None),
])  # fmt: skip
def test_what_a_cell_prints(content: str, text: str, doubt: str | None) -> None:
    """The text of a cell is what the print shows, and what is not certain in it is in doubt."""
    cell = table_of(tbl(tr(tc("x"), tc(content)))).cells[1]
    assert (cell.text, cell.doubt) == (text, doubt)


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


def test_fields_print_their_result() -> None:
    """Of a field the result is printed and the code is not, also where fields nest."""
    nested = (
        FIELD.format("begin")
        + run("code")
        + FIELD.format("separate")
        + run("no")
        + FIELD.format("end")
    )
    content = (
        f"<w:p>{FIELD.format('begin')}{run('IF ')}{nested}{FIELD.format('separate')}{run('5')}"
        f"{FIELD.format('end')}<w:fldSimple w:instr='PAGE'>{run('6')}</w:fldSimple></w:p>"
    )
    assert table_of(tbl(tr(tc("x"), tc(content)))).cells[1].text == "56"


def test_field_without_end_is_told() -> None:
    """Text behind a field that does not end is not printed as such: the cell and the document
    say so."""
    document = read(f"<w:p>{FIELD.format('begin')}{run('lost')}</w:p>")
    assert codes(document) == ["source.damaged"] and not document.lines
    cell = table_of(tbl(tr(tc("x"), tc(f"<w:p>{FIELD.format('begin')}{run('5')}</w:p>")))).cells[1]
    assert (cell.text, cell.doubt) == ("", "cell.content")


STYLE = '<w:rStyle w:val="{}"/>'


NUMBERING = """<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/>
</w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2 "/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="hebrew1"/><w:lvlText w:val="%3"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="11"/></w:lvlOverride></w:num></w:numbering>"""
NUMBERED = (
    f'<w:styles xmlns:w="{W}"><w:style w:styleId="H"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
    '</w:pPr></w:style><w:style w:styleId="H2"><w:basedOn w:val="H"/></w:style></w:styles>'
)


def test_automatic_numbers() -> None:
    """Numbers that stand in no text are printed before it: by paragraph or style, level by level,
    started anew where the list says so, left out where their look is not known."""
    body = "".join(
        p(text, f"<w:pPr>{properties}</w:pPr>")
        for text, properties in (
            ("a", '<w:pStyle w:val="H"/>'),
            ("b", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'),
            ("c", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'),
            ("d", '<w:pStyle w:val="H2"/>'),
            ("e", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'),
            ("f", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'),
            ("g", '<w:pStyle w:val="H"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
            ("h", '<w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr>'),
        )
    )
    document = read(body, styles=NUMBERED, numbering=NUMBERING.format(W=W))
    assert lines(document) == ["一、a", "一.3 b", "一.4 c", "二、d", "二.3 e", "十一、f", "g", "h"]


def test_hidden_styles() -> None:
    """A style that hides its text hides it in what stands on it too, unless that says no."""
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>'
        '<w:style w:styleId="C"><w:basedOn w:val="A"/><w:rPr><w:vanish w:val="0"/></w:rPr>'
        "</w:style></w:styles>"
    )
    body = "".join(f"<w:p>{run(name, STYLE.format(name))}</w:p>" for name in "ABCD")
    document = read(body, styles=styles)
    assert lines(document) == ["C", "D"]
    assert codes(document) == ["source.hidden"]


def test_slivers_are_no_columns() -> None:
    """A column narrower than two points, left over from rounding, is none, unless something is
    printed in it."""
    body = tbl(tr(tc("a", SPAN2), tc("b")), tr(tc("1"), tc("2", SPAN2)), widths=(900, 20, 900))
    assert texts(table_of(body)) == [["a", "b"], ["1", "2"]]
    inked = tbl(tr(tc("a"), tc("3"), tc("b")), widths=(900, 20, 900))
    assert texts(table_of(inked)) == [["a", "3", "b"]]


def test_ragged_rows_are_in_doubt() -> None:
    """The cells of a row that ends elsewhere than the others may stand in other columns; where
    it names columns, the whole document is in doubt."""
    row = tr(tc("规章"), tc("1"), tc("2"))
    document = read(tbl(row, row, tr(tc("规章"), tc("2"))))
    assert document.tables
    assert [c.doubt for c in document.tables[0].cells] == [None] * 6 + ["row.ragged"] * 2
    assert codes(document) == []
    head = tr(tc("信息内容"), tc("信息内容"), tc("本年制发件数"), tc("本年废止件数"))
    assert codes(read(tbl(head, row, row))) == ["row.ragged"]


def test_embedded_documents_are_told() -> None:
    """A document embedded by reference is not read, and that is said."""
    assert codes(read("<w:altChunk/>" + p("a"))) == ["source.embedded"]


def test_strict_documents() -> None:
    """The strict form of the standard has other name spaces and is read alike."""
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = docx(tbl(tr(tc("a", SPAN2)), tr(tc("1"), tc("2"))))
    body = f'<w:document xmlns:w="{strict}"><w:body>{tbl(tr(tc("a", SPAN2)), tr(tc("1"), tc("2")))}'
    data = pack({"word/document.xml": body + "</w:body></w:document>"})
    (table,) = docx_to_document(data).tables or ()
    assert texts(table) == [["a", "a"], ["1", "2"]]


def test_main_part_by_relation() -> None:
    """The package's relations say which part is the document."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    data = pack({
        "_rels/.rels": f'<R><Relationship Type="{kind}" Target="/word/document2.xml"/></R>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{p("old")}</w:body></w:document>',
        "word/document2.xml": f'<w:document xmlns:w="{W}"><w:body>{p("new")}</w:body></w:document>',
    })  # fmt: skip
    assert lines(docx_to_document(data)) == ["new"]


@pytest.mark.parametrize(("data", "error"), [
    (docx(tbl(tr(tc("a", '<w:gridSpan w:val="1000000000"/>')))), LimitError),
    (docx(tbl(tr(tc("a"), properties='<w:gridBefore w:val="99999"/>'))), LimitError),
    (docx(tbl(tr(*[tc("a", '<w:gridSpan w:val="900"/>')] * 2))), LimitError),
    (docx("<w:p/>" * 20).replace(b"PK\x03\x04", b"PK\x03\x05", 1), CorruptError),
    (pack({"word/document.xml": "<w:document"}), CorruptError),
    (pack({"word/document.xml": "<a/>"}), FormatError),
    (pack({"word/other.xml": "<a/>"}), FormatError),
    (pack({"word/document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}),
     FormatError),
    (pack({"word/document.xml": "<!DOCTYPE a []><a/>".encode("utf-16")}), FormatError),
    (docx("<w:sdt><w:sdtContent>" * 300), GkextractError),
])  # fmt: skip
def test_hostile_documents_are_typed(data: bytes, error: type[GkextractError]) -> None:
    """Spans without bound, damage, and external entities end in a typed error."""
    with pytest.raises(error):
        docx_to_document(data)


def test_many_cells_of_many_columns_are_a_limit() -> None:
    """Rows times columns are limited before the grid is built."""
    wide = tr(tc("a", '<w:gridSpan w:val="1000"/>'))
    with pytest.raises(LimitError):
        docx_to_document(docx(tbl(*[wide] * 250, tr(tc("a"), tc("b")))))
