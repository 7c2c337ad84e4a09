"""Web pages: encodings, broken markup, cells, the body, limits. All pages are written here."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_spans import stated_rows, tile

import gkextract
from extract.errors import CorruptError, GkextractError, LimitError
from extract.readers.html import MAX_BYTES, MAX_TAGS, html_to_document
from extract.readers.html_decode import bytes_to_html_text
from tableparse.model import Cell, Document, Table
from tableparse.prose import lines_to_heading, lines_to_sections

PAGES = ROOT / "fixtures" / "pages"
PLAIN = (PAGES / "plain-a01.html").read_text(encoding="utf-8")
CHINESE = "政府信息公开工作年度报告，一、总体情况"


def read(page: str) -> Document:
    """The document of a page."""
    return html_to_document(page.encode())


def only(page: str) -> Table:
    """The one table of a page."""
    (table,) = read(page).tables or ()
    return table


def texts(table: Table) -> list[list[str | None]]:
    """The text of each slot."""
    return [[cell.text if cell else None for cell in row] for row in table.dense()]


def cell(inner: str) -> Cell:
    """The last cell of a table of the form, made of this markup."""
    head = "<tr><td>信息内容</td><td>本年处理决定数量</td></tr>"
    page = f"<table>{head}<tr><td>行政许可</td><td>{inner}</td></tr></table>"
    return (read(page).tables or ())[0].cells[3]


# encodings


@pytest.mark.parametrize(
    ("data", "charset", "encoding", "codes"),
    [
        (CHINESE.encode(), None, "utf-8", []),
        (CHINESE.encode("gbk"), None, "gb18030", []),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "gbk", "utf-8", []),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), "utf-8", "utf-16-le", []),
        (b"<meta charset=gb2312>" + (CHINESE + "㐀镕").encode("gb18030"), None, "gb18030", []),
        (b"<meta charset=gbk>" + CHINESE.encode(), None, "utf-8", ["encoding.wrong"]),
        (b"<meta charset=utf-8>" + CHINESE.encode("gbk"), None, "gb18030", ["encoding.wrong"]),
        (CHINESE.encode("gbk"), "utf-8", "gb18030", ["encoding.wrong"]),
        (CHINESE.encode("gbk"), "ISO-8859-1", "gb18030", []),
        ("政府資訊公開年度報告".encode("big5"), "big5", "big5hkscs", []),
        (CHINESE.encode() + b"\xff", "utf-8", "utf-8", ["source.damaged"]),
        (CHINESE.encode("gbk") + b"\xff", "gbk", "gb18030", ["source.damaged"]),
        ("联通".encode("gbk"), "gbk", "gb18030", []),
        (b"plain", None, "utf-8", []),
    ],
)
def test_bytes_decide_on_the_encoding(
    data: bytes, charset: str | None, encoding: str, codes: list[str]
) -> None:
    """A byte order mark, valid UTF-8, what is declared, GB 18030: in this order; what breaks
    its encoding is told, and so is a wrong declaration."""
    decoded = bytes_to_html_text(data, charset)
    assert (decoded.encoding, [note.code for note in decoded.notes]) == (encoding, codes)
    assert decoded.text.count("\ufffd") == codes.count("source.damaged")


def test_page_without_an_encoding_is_corrupt() -> None:
    """More than a tenth of characters that nothing explains is no page."""
    with pytest.raises(CorruptError):
        bytes_to_html_text(CHINESE.encode("gbk") + b"\xff\xfe\xff" * 9, "gbk")


def test_lost_characters_are_never_silent() -> None:
    """A character lost before the page was written makes its cell doubtful, and in prose the
    page."""
    assert cell("1\ufffd2").doubt == "cell.unreadable"
    assert [n.code for n in read("<p>年报\ufffd</p>").notes] == ["source.damaged"]
    assert cell("1&#xFFFD;2").doubt == "cell.unreadable"


# cells


@pytest.mark.parametrize(
    ("inner", "text", "doubt"),
    [
        ("12", "12", None),
        ("1<span>2</span>3", "123", None),
        ("<p>12</p>", "12", None),
        ("<p></p><p>12</p><p>&nbsp;</p>", "12", None),
        ("&nbsp;&#12288;&emsp;", "", None),
        ("1&#8203;2", "12", None),
        ("1\x002", "12", None),
        ("1 2", "1 2", None),
        ("<p>1</p><p>2</p>", "1 2", "cell.lines"),
        ("1<br>2", "1 2", "cell.lines"),
        ("-<br>5", "- 5", "cell.lines"),
        ("1<span style='display:inline-block'>2</span>", "1 2", "cell.lines"),
        ("1<span style='float: left'>2</span>", "1 2", "cell.lines"),
        ("本年新<br />公开数量", "本年新公开数量", None),
        ("商业\n企业", "商业 企业", None),
        ("12<sup>①</sup>", "12①", "cell.sizes"),
        ("12<span style='vertical-align:super'>1</span>", "121", "cell.sizes"),
        ("<del>11</del>12", "12", "cell.struck"),
        ("<s></s>12", "12", None),
        ("<span style='text-decoration: line-through'>1</span>2", "2", "cell.struck"),
        ("<span style='visibility:hidden'>1</span>2", "2", "cell.struck"),
        ("<span style='font-size:0px'>1</span>2", "2", "cell.struck"),
        ("<span style='font-size:0.8em'>1</span>2", "12", None),
        ("<span style='display:none'>1</span>2", "2", None),
        ("<span hidden>1</span>2", "2", None),
        ("<!-- 1 -->2<script>3</script>", "2", None),
        ("<img src=a.png>", "", "cell.content"),
        ("<img src=a.gif width=1 height=1>5", "5", None),
        ("<input value=12>", "", "cell.content"),
        ("<input type=hidden value=12>5", "5", None),
        ("<table><tr><td>7</td></tr></table>", "7", None),
        ("<table><tr><td>7</td><td>8</td></tr></table>", "", "cell.content"),
        ("<o:p>1</o:p>2", "12", None),
        ("&#150;", "\u2013", None),
    ],
)
def test_what_a_cell_prints(inner: str, text: str, doubt: str | None) -> None:
    """A cell's text is what a browser shows of it; where that may be two numbers, a footnote's
    mark, struck text or a picture, the cell is in doubt."""
    found = cell(inner)
    assert (found.text, found.doubt) == (text, doubt)


def test_struck_row_is_doubtful() -> None:
    """A style that strikes a row or a cell strikes what stands in it."""
    for row, second in (("line-through", ""), ("none", "line-through")):
        table = only(
            f"<table><tr style='text-decoration:{row}'><td>a</td>"
            f"<td style='text-decoration:{second}'>5</td></tr></table>"
        )
        assert table.cells[1].doubt == "cell.struck"


def test_cells_know_their_place() -> None:
    """A cell's address counts tables, rows and cells of the page, hidden ones too; its box is
    on the unit grid, tables one below the other."""
    document = read(
        "<table><tr><td>a<td>b</table><table><tr hidden><td>x</tr>"
        "<tr><td style='display:none'>y<td>c<td>d</table>"
    )
    first, second = document.tables or ()
    assert [c.place for c in first.cells] == ["table[1]/tr[1]/td[1]", "table[1]/tr[1]/td[2]"]
    assert [c.place for c in second.cells] == ["table[2]/tr[2]/td[2]", "table[2]/tr[2]/td[3]"]
    boxes = [c.box for c in (*first.cells, *second.cells) if c.box]
    assert boxes[0][:3] == (0, 0, 1) and boxes[2].top >= boxes[0].bottom


# tables


@pytest.mark.parametrize(
    ("page", "slots"),
    [
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", [["1", "2"], ["3", "4"]]),
        ("<table><tr><td><div>1<td>2<tr><td><div>3<td>4</table>", [["1", "2"], ["3", "4"]]),
        ("<table><td>1<td>2<tr><td>3<td>4</table>", [["1", "2"], ["3", "4"]]),
        ("<table><tr><td>1</td><td>2</td></tr><td>3</td><td>4</td></table>",
         [["1", "2"], ["3", "4"]]),
        ("<table><tr><td>1<td>2</tr><tfoot><tr><td>5<td>6</tfoot><tr><td>3<td>4</table>",
         [["1", "2"], ["3", "4"], ["5", "6"]]),
        ("<table><tbody><tr><td>3<td>4</tbody><thead><tr><th>1<th>2</thead></table>",
         [["1", "2"], ["3", "4"]]),
        ("<table><tr><td>1<td rowspan=0>2<tr><td>3<tbody><tr><td>4<td>5</table>",
         [["1", "2"], ["3", "2"], ["4", "5"]]),
        ("<table><tr><td colspan='2px'>1<td>2<tr><td>3<td>4<td>5</table>",
         [["1", "1", "2"], ["3", "4", "5"]]),
        ("<table><tr><td colspan=1000000000>1<tr><td>3<td>4</table>", [["1", "1"], ["3", "4"]]),
        ("<table><tr><td>1<td>2<tr style='display:none'><td>x<td>y<tr><td>3<td>4</table>",
         [["1", "2"], ["3", "4"]]),
        ("<table><form><tr><td>1<td>2</tr></form></table>", [["1", "2"]]),
        ("<table><tr><table><tr><td>1<td>2</table>", [["1", "2"]]),
    ],
)  # fmt: skip
def test_tables_are_built_as_browsers_build_them(page: str, slots: list[list[str]]) -> None:
    """Missing and misplaced tags, groups out of order, odd spans and hidden rows give the
    table that a browser shows."""
    assert texts(only(page)) == slots


@given(st.integers(1, 9), st.integers(2, 9), st.integers(0, 10**6), st.booleans())
def test_random_spans_come_back_through_markup(
    rows: int, cols: int, seed: int, closed: bool
) -> None:
    """A random table of merged cells, written with or without end tags, is had again cell for
    cell."""
    spans = [s for s in tile(rows, cols, seed)]
    if max(s.c0 for s in spans) < 1:
        return
    names = iter(range(len(spans)))
    out = ["<table>"]
    for row in stated_rows(spans, rows):
        out.append("<tr>")
        for stated in row:
            out.append(
                f"<td rowspan={stated.rowspan} colspan='{stated.colspan}'>n{next(names)}"
                + ("</td>" if closed else "")
            )
        out.append("</tr>" if closed else "")
    table = only("".join([*out, "</table>"]))
    last = max(s.c0 for s in spans) + 1
    wanted = [(s._replace(c1=min(s.c1, last)), f"n{i}") for i, s in enumerate(spans)]
    assert [(c.span, c.text) for c in table.cells] == wanted


def test_layout_tables_are_prose() -> None:
    """A table that holds the article dissolves: its text is prose, its tables are tables, and
    no text is there twice."""
    inner = re.findall("<table.*?</table>", PLAIN, re.DOTALL)[0]
    document = read(
        f"<table><tr><td>左侧栏目<td><p>一、总体情况</p>{inner}<p>五、存在的主要问题</p></table>"
    )
    assert len(document.tables or ()) == 1
    assert [line.text for line in document.lines] == ["一、总体情况", "五、存在的主要问题"]


def test_digits_between_cells_make_their_row_doubtful() -> None:
    """Text that lost its cell is shown above the table by browsers: the row lacks a figure."""
    page = PLAIN.replace("<td>2326</td>", "2326</td>", 1)
    assert page != PLAIN
    report = gkextract.extract(page.encode())
    assert report.status == "doubtful"
    assert report.applications is not None
    assert all(v.number is None for v in report.applications.rows["received"].values())


# the page around the report


def test_blocks_are_paragraphs() -> None:
    """Every block of a page is a paragraph of its own, in the page's order, without scripts,
    styles and menus."""
    document = read(
        "<style>p{}</style><nav><p>首页</p></nav><div class=crumb>当前位置</div>"
        "<p>一、总体情况</p><p>第一段。</p><p>第二段</p><div>第三段<br>第四段</div>"
        "<script>var a = 1</script>"
    )
    (section,) = lines_to_sections(document.lines, None)
    assert section.heading == "一、总体情况"
    assert section.text.split("\n") == ["第一段。", "第二段", "第三段", "第四段"]


def test_title_from_the_page_itself_is_told() -> None:
    """A report that prints no title takes the page's own, with a finding; one that prints it
    does not ask the page."""
    head = "<meta name=ArticleTitle content='云溪市教育局2023年政府信息公开工作年度报告'>"
    document = read(f"{head}<p>一、总体情况</p><p>略。</p>")
    heading = lines_to_heading(document.lines)
    assert (heading.agency, heading.year) == ("云溪市教育局", 2023)
    assert [note.code for note in document.notes] == ["title.elsewhere"]
    printed = read(f"{head}<h1>云溪市水务局2022年政府信息公开工作年度报告</h1><p>一、总体情况</p>")
    assert lines_to_heading(printed.lines).agency == "云溪市水务局"
    assert not printed.notes


def test_date_and_index_number_are_kept() -> None:
    """Date and index number are found in text, tables and meta elements."""
    for page in (
        "<p>索引号：A01/2024-1</p><p>发布日期：2024年1月9日</p>",
        "<table><tr><td>索 引 号</td><td>A01/2024-1</td><td>生成日期</td><td>2024-01-09</td></tr>"
        "<tr><td>名称</td><td>年报</td><td></td><td></td></tr></table>",
        "<meta name=PubDate content='2024/01/09 10:00'><p>[索引号] A01/2024-1</p>",
    ):
        assert dict(read(page).meta) == {"published": "2024-01-09", "index_number": "A01/2024-1"}


def test_hidden_report_is_read_and_doubted() -> None:
    """A report in a box that waits for a script to show it is read, and never verified."""
    page = PLAIN.replace("<body>", "<body><div style='display:none'>").replace(
        "</body>", "</div></body>"
    )
    report = gkextract.extract(page.encode())
    assert report.status == "doubtful"
    assert "text.unshown" in {f.code for f in report.findings}


# limits


@pytest.mark.parametrize(
    "page",
    [
        b"<table><tr>" + b"<td>" * (MAX_TAGS + 1),
        b"<table>" + b"<tr><td colspan=1000>1<td>2" * 3000,
        b"<div>" * 10_000,
        b"<table><tr><td>" * 500,
        b"<p>1" * 60_000,
        b"<html>" + b"x" * MAX_BYTES,
    ],
    ids=["tags", "slots", "depth", "nested tables", "lines", "bytes"],
)
def test_over_the_limits_is_a_limit_error(page: bytes) -> None:
    """What no page of a report needs is refused by name."""
    with pytest.raises(LimitError):
        html_to_document(page)


@pytest.mark.parametrize(
    "junk",
    [
        "<p title='" + "x" * 11_000_000 + "'>",
        "<img src='data:image/png;base64," + "A" * 11_000_000 + "'>",
        "<script>" + "x" * 11_000_000 + "</script>",
        "<!--" + "x" * 11_000_000 + "-->",
        "<table><tr><td colspan=1000000000 rowspan=1000000000>x<td>y</table>",
        "<div>" * 1500,
    ],
    ids=["attribute", "data address", "script", "comment", "spans", "depth"],
)
def test_what_cuts_other_readers_short_does_not_matter(junk: str) -> None:
    """What libxml2 gives up at without a word, and what makes others run out of memory, leaves
    the report behind it whole."""
    page = PLAIN.replace("<body>", "<body>" + junk).encode()
    assert gkextract.extract(page).status == "verified"


def test_bombs_stay_small() -> None:
    """The pages of the two tests above are read in less than 512 MB, one after the other."""
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
import test_html as t
from bench.child import peak_megabytes
from extract.errors import LimitError
for mark in t.test_over_the_limits_is_a_limit_error.pytestmark:
    for page in mark.args[1]:
        try:
            t.html_to_document(page)
        except LimitError:
            pass
for mark in t.test_what_cuts_other_readers_short_does_not_matter.pytestmark:
    for junk in mark.args[1]:
        t.html_to_document(t.PLAIN.replace("<body>", "<body>" + junk).encode())
held = 200  # MB: the pages themselves, which the tests keep in memory
print(peak_megabytes() - held < 512)  # ru_maxrss would count what started this
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.strip() == "True", done.stderr


@given(st.binary(max_size=400))
def test_any_bytes_end_well(data: bytes) -> None:
    """Any bytes after a tag end in a document or a typed error."""
    try:
        html_to_document(b"<table><tr><td>" + data)
    except GkextractError as error:
        assert error.message.isprintable()


# mutation

TAG = re.compile(r"</?(?:table|thead|tbody|tfoot|tr|td|p|span|br)\b[^>]*>")
CELL = re.compile(r"<td\b[^>]*>(?:(?!<td\b|</tr).)*?</td>", re.DOTALL)
BASES = (
    "plain-a01", "plain-a05-blanks-nbsp", "plain-a03-2019-misaligned", "plain-a13-only-totals",
    "word-a14", "plain-a21-empty-for-spans", "plain-a22-lost-colspans", "plain-a26-sections",
    "vsb-a11",
)  # fmt: skip


def mutate(page: str, rng: random.Random) -> str:
    """The page with one tag or cell lost, doubled or put in, or one span changed."""
    how = rng.choice(("tag", "cell", "span"))
    if how == "tag":
        found = rng.choice(list(TAG.finditer(page)))
        new = rng.choice(("", found[0] * 2))
    elif how == "cell":
        found = rng.choice(list(CELL.finditer(page)))
        new = rng.choice(("", found[0] * 2, "<td></td>" + found[0], found[0] + "<td></td>"))
    else:
        found = rng.choice(list(re.finditer(r"<td\b[^>]*>", page)))
        name = rng.choice(("rowspan", "colspan"))
        bare = re.sub(rf'\s*{name}="[^"]*"', "", found[0])
        new = f'{bare[:-1]} {name}="{rng.choice((0, 1, 2, 3, 4, 7, 9, 21, 1000))}">'
    return page[: found.start()] + new + page[found.end() :]


@pytest.mark.parametrize("name", BASES)
def test_broken_pages_are_never_verified_wrong(name: str) -> None:
    """Of pages with a tag, cell or span broken, none is verified with another figure than the
    whole page has: 60 variants of each of nine pages."""
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    whole = {path: value.number for path, value in gkextract.extract(page.encode()).figures()}
    rng = random.Random(name)
    for _ in range(60):
        broken = mutate(page, rng)
        try:
            report = gkextract.extract(broken.encode())
        except gkextract.NoContentError:
            continue
        figures = {path: value.number for path, value in report.figures()}
        if report.status == "verified":
            assert figures == whole


def test_shown_report_equals_its_golden_in_place(tmp_path: Path) -> None:
    """A figure's evidence names the cell of the page that prints it, and survives JSON."""
    report = gkextract.extract(PLAIN.encode())
    evidence = report.to_dict(evidence=True)["evidence"]
    shown = evidence["applications.received.total"]
    table, row, cell_ = map(int, re.findall(r"\[(\d+)\]", shown["place"]))
    tables = re.findall("<table.*?</table>", PLAIN, re.DOTALL)
    rows = re.findall("<tr.*?</tr>", tables[table - 1], re.DOTALL)
    assert f">{shown['raw']}<" in re.findall("<td.*?</td>", rows[row - 1])[cell_ - 1]
    again = gkextract.Report.from_json(report.to_json(evidence=True))
    assert again.to_json(evidence=True) == report.to_json(evidence=True)
