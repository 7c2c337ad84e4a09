"""RTF, word by word: text in its code page, tables by the words of their rows."""

from __future__ import annotations

import pytest

from extract.errors import CorruptError, LimitError
from extract.readers.rtf import rtf_to_document
from tableparse.model import Document, Table

HEAD = (
    rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}"
    rb"{\f1\fcharset0 Arial;}{\f2\fcharset2 Symbol;}}"
)


def read(body: bytes, head: bytes = HEAD) -> Document:
    return rtf_to_document(head + body + b"}")


def lines(body: bytes, head: bytes = HEAD) -> list[str]:
    return [line.text for line in read(body, head).lines]


def row(*cells: bytes, edges: tuple[int, ...] = (), flags: tuple[bytes, ...] = ()) -> bytes:
    """A row with its definition; edges are 1000 apart unless given."""
    ends = edges or tuple(1000 * (n + 1) for n in range(len(cells)))
    words = flags or (b"",) * len(ends)
    defined = b"".join(f + b"\\cellx%d" % e for f, e in zip(words, ends, strict=True))
    return (
        b"\\trowd"
        + defined
        + b"\\pard\\intbl "
        + b"".join(c + b"\\cell " for c in cells)
        + b"\\row\n"
    )


def texts(table: Table) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in slots] for slots in table.dense()]


def table_of(body: bytes) -> Table:
    (table,) = read(body).tables or ()
    return table


@pytest.mark.parametrize(("body", "text"), [
    (rb"\'d5\'fe\'b8\'ae", "政府"),
    (rb"\f1 \'d5\'fe", "政"),
    ("政府".encode("gb18030"), "政府"),
    (rb"\'81A", "丄"),
    (rb"\u25919?\u24220?", "政府"),
    (rb"\uc2\u25919\'d5\'fe\uc0\u24220", "政府"),
    (rb"{\uc0\u25919}\u24220?", "政府"),
    (rb"\u-10175?\u-9216?", "\U00020400"),
    (rb"\u-10175?a", "\ufffda"),
    (rb"a\~b\_c\-d\{\}\\", "a\u00a0b-cd{}\\"),
    (rb"\ldblquote a\rdblquote\emdash", "“a”—"),
    (rb"a{\*\unknown gone}{\footnote gone}{\v gone}b", "ab"),
    (rb"{\field{\*\fldinst PAGE}{\fldrslt 5}}", "5"),
    (rb"x{\super 1}y{\sub 2}", "x¹y₂"),
    (rb"\f2 a", "\ufffd"),
    (b"a\r\nb", "ab"),
    (rb"{\*\bin4 }}}}}a", "a"),
    (rb"{\pict\bin3 }}}}a", "a"),
    (rb"{\upr{A}{\*\ud{B}}}", "A"),
    (rb"{\listtext 1.\tab}a", "1. a"),
])  # fmt: skip
def test_text(body: bytes, text: str) -> None:
    """Characters come out by the code page of their font, by number, or by name; what does not
    print is left out."""
    assert lines(body) == [text]


def test_code_page_of_the_file() -> None:
    """Where no font says otherwise the file's own code page holds; fonts of East Asian text
    count in a western file too."""
    assert lines(rb"caf\'e9", rb"{\rtf1\ansi\ansicpg1252 ") == ["café"]
    western = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f9\fcharset134 B;}}\f0 "
    assert lines(rb"{\f9\'d5\'fe}\'e9", western) == ["政é"]


def test_cells_and_merges() -> None:
    """\\cellx gives columns, the merge words join cells over rows and columns."""
    table = table_of(
        row(b"g", b"a", b"b", flags=(b"\\clvmgf", b"\\clmgf", b"\\clmrg")).replace(
            b"b\\cell", b"\\cell"
        )
        + row(b"", b"1", b"2", flags=(b"\\clvmrg", b"", b""))
    )
    assert texts(table) == [["g", "a", "a"], ["g", "1", "2"]]
    assert {c.doubt for c in table.cells} == {None}


def test_columns_by_their_edges() -> None:
    """Rows of other cells share columns by the edges they share, two points off or less."""
    table = table_of(
        row(b"a", b"b", edges=(1000, 3000)) + row(b"1", b"2", b"3", edges=(1010, 2000, 2990))
    )
    assert texts(table) == [["a", "b", "b"], ["1", "2", "3"]]


def test_definition_holds_on() -> None:
    """A row without a definition of its own has that of the row before."""
    again = b"\\pard\\intbl 1\\cell 2\\cell\\row "
    assert texts(table_of(row(b"a", b"b") + again)) == [["a", "b"], ["1", "2"]]


def test_rows_that_lost_a_cell_are_in_doubt() -> None:
    """Where texts and definitions are not as many, no figure of the row is certain."""
    plain = row(b"a", b"1", b"2")
    table = table_of(plain + plain + plain.replace(b"1\\cell", b""))
    assert {c.doubt for c in table.cells if c.span.r0 < 2} == {None}
    assert {c.doubt for c in table.cells if c.span.r0 == 2} == {"row.ragged"}


@pytest.mark.parametrize(("content", "text", "doubt"), [
    (rb"1\par 2", "1\n2", "cell.lines"),
    (rb"1{\pict 00}", "1", "cell.content"),
    (rb"{\strike 3}5", "5", "cell.struck"),
    (rb"\u-3844?", "\ufffd", "cell.unreadable"),
    (rb"{\deleted 3}5", "5", None),
    (rb"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt 7\par}}{\shprslt 7}}5", "5", "cell.content"),
])  # fmt: skip
def test_what_a_cell_prints(content: bytes, text: str, doubt: str | None) -> None:
    """The text of a cell is what the print shows, and what is not certain in it is in doubt."""
    cell = table_of(row(b"a", content)).cells[1]
    assert (cell.text, cell.doubt) == (text, doubt)


def test_nested_tables() -> None:
    """A table in a cell is a table of its own, and the cell says that it holds more than text."""
    inner = (
        rb"\pard\intbl\itap2 1\nestcell 2\nestcell"
        rb"{\*\nesttableprops\trowd\cellx1500\cellx2000\nestrow}{\nonesttables\par}"
    )
    body = rb"\trowd\cellx1000\cellx3000\pard\intbl\itap1 a\cell " + inner + rb"\pard\intbl b\cell"
    document = read(body + rb"\trowd\cellx1000\cellx3000\row")
    nested, outer = document.tables or ()
    assert texts(nested) == [["1", "2"]]
    assert texts(outer) == [["a", "b"]]
    assert [c.doubt for c in outer.cells] == [None, "cell.content"]


def test_prose_and_tables_in_order() -> None:
    """Paragraphs are lines, a frame of one cell is text, tables end where a paragraph begins."""
    document = read(
        rb"a\par b\par " + row(b"note") + rb"\pard c\par " + row(b"1", b"2") + rb"\pard d"
    )
    assert [line.text for line in document.lines] == ["a", "b", "note", "c", "d"]
    assert [texts(t) for t in document.tables or ()] == [[["1", "2"]]]


def test_tracked_and_hidden_are_told() -> None:
    """Tracked changes, hidden text and hidden rows are said of the document."""
    document = read(rb"{\revised a}{\deleted b}{\v c}\par")
    assert [f.code for f in document.notes] == ["source.tracked", "source.hidden"]


def test_cut_file_is_told() -> None:
    """A file that ends inside a group was cut: what it holds is read and that is said."""
    document = rtf_to_document(HEAD + b"a\\par " + row(b"1", b"2"))
    assert [f.code for f in document.notes] == ["source.damaged"]
    assert len(document.tables or ()) == 1


def test_limits() -> None:
    """Depth, words and cells beyond any report are a LIMIT; other files are CORRUPT."""
    for body in (b"{" * 1001, b"\\itap99", b"\\trowd" + b"\\cellx1" * 1001):
        with pytest.raises(LimitError):
            read(body)
    with pytest.raises(CorruptError):
        rtf_to_document(b"no")
