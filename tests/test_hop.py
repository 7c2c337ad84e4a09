"""One hop from a page to the document that it holds, against a real server on loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from drawing import Printed, Texts, balanced, matrix_to_texts, rows_to_table, whole_report
from web import Web, raw, redirect, reply, sequence

import gkextract
from extract.hop import MAX_TRIED, compare_reports
from gkextract import BlockedError, CorruptError, FetchError, NoContentError, Report

TITLE = "某县人民政府2024年政府信息公开工作年度报告"


def texts_to_html(texts: Texts) -> str:
    """A table of a page, with its spans."""
    table = rows_to_table(texts)
    out = []
    for r in range(table.rows):
        cells = [c for c in table.cells if c.span.r0 == r]
        out.append("<tr>" + "".join(
            f"<td rowspan={c.span.r1 - c.span.r0} colspan={c.span.c1 - c.span.c0}>{c.text}</td>"
            for c in cells
        ) + "</tr>")  # fmt: skip
    return f"<table>{''.join(out)}</table>"


def page(body: str, title: str = TITLE) -> str:
    """A page."""
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>"
        f"{body}</body></html>"
    )


def report_page(printed: Printed, more: str = "") -> str:
    """A page with the three tables."""
    parts = [
        "<p>一、总体情况</p><p>二、主动公开政府信息情况</p>",
        texts_to_html(printed.proactive or []),
        "<p>三、收到和处理政府信息公开申请情况</p>",
        texts_to_html(printed.applications or []),
        "<p>四、政府信息公开行政复议、行政诉讼情况</p>",
        texts_to_html(printed.review or []),
    ]
    return page("".join(parts) + more, "、".join(printed.title))


@cache
def pdf(year: int = 2024, agency: str = "某县人民政府", granted: str | None = None) -> bytes:
    """A report as PDF; `granted` changes one figure of the matrix."""
    title = (f"{agency}{year}年政府信息公开工作年度报告",)
    return replace(changed(granted), title=title).to_bytes()


def changed(granted: str | None) -> Printed:
    """The report with one figure printed otherwise."""
    rows = {key: list(row) for key, row in balanced().items()}
    if granted is not None:
        rows["granted"][0] = granted
    return replace(whole_report(), applications=matrix_to_texts(rows))


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with a report as PDF."""
    with Web({"/a.pdf": reply(pdf(), Content_Type="text/plain")}) as server:
        yield server


def read(web: Web, text: str | bytes, path: str = "/p/page.html") -> Report:
    """The report that a page of the server leads to."""
    web.routes[path] = reply(text, Content_Type="text/html")
    return gkextract.extract(web.url + path, allow_private=True)


def codes(report: Report) -> list[str]:
    """The codes of its findings."""
    return [f.code for f in report.findings]


LINKS = [
    f"<p><a href='../a.pdf'>附件：{TITLE}.pdf</a></p>",
    "<iframe src='/a.pdf'></iframe>",
    "<embed src='/a.pdf' type=application/pdf>",
    "<object data='/a.pdf'></object>",
    "<iframe src='/pdfjs/web/viewer.html?file=%2Fa.pdf'></iframe>",
    "<script>showVsbpdfIframe('/a.pdf','100%')</script>",
]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("title", [TITLE, "附件"])
def test_attachment_is_the_report(web: Web, link: str, title: str) -> None:
    """A page without tables: its attachment is the report, `source` is the attachment's, a
    finding names the page, and the page is the Referer."""
    report = read(web, page(link, title))
    assert (report.status, codes(report)) == ("verified", ["source.attachment"])
    assert report.title == TITLE
    assert report.source["uri"] == f"{web.url}/a.pdf"
    assert report.source["media_type"] == "application/pdf"
    assert report.source["retrieved_at"].endswith("Z")
    (note,) = report.findings
    assert (note.severity, f"{web.url}/p/page.html" in note.message) == ("info", True)
    assert web.header("/a.pdf", "referer") == f"{web.url}/p/page.html"
    assert web.paths() == ["/p/page.html", "/a.pdf"]


def test_cookie_of_the_page_goes_to_the_attachment(web: Web) -> None:
    """Servers that give attachments only to those who were on the page are satisfied."""

    def handle(request, sock):  # type: ignore[no-untyped-def]
        known = request.headers.get("cookie") == "sid=1" and "referer" in request.headers
        reply(pdf() if known else "no", 200 if known else 403)(request, sock)

    web.routes |= {"/a.pdf": handle, "/page": reply(page(LINKS[0]), Set_Cookie="sid=1; path=/")}
    assert gkextract.extract(f"{web.url}/page", allow_private=True).status == "verified"


def test_query_of_a_link_is_in_the_pages_encoding(web: Web) -> None:
    """A link of a GBK page to a Chinese file name is asked for as browsers do."""
    text = page(f"<a href='/down/downfile.jsp?filename=报告.pdf'>{TITLE}</a>").replace(
        "utf-8", "gbk"
    )
    web.routes["/down/downfile.jsp"] = reply(pdf())
    assert read(web, text.encode("gbk")).status == "verified"
    assert web.paths()[-1] == "/down/downfile.jsp?filename=%B1%A8%B8%E6.pdf"


def test_final_address_of_the_attachment(web: Web) -> None:
    """Redirects of the attachment are followed and told."""
    with Web({"/b": reply(pdf())}) as other:
        web.routes["/a.pdf"] = redirect(f"{other.url}/b")
        report = read(web, page(LINKS[0]))
        assert report.source["uri"] == f"{other.url}/b"
    assert codes(report) == ["source.redirected", "source.attachment"]


def test_second_attachment_is_tried(web: Web) -> None:
    """One that cannot be had, or is no report, does not hide the next; at most three are
    asked for."""
    links = "".join(f"<a href='/{n}.pdf'>附件：{TITLE}（{n}）.pdf</a>" for n in range(5))
    web.routes |= {"/1.pdf": reply("<html>soft 404</html>"), "/2.pdf": reply(pdf())}
    report = read(web, page(links))
    assert report.source["uri"] == f"{web.url}/2.pdf"
    web.requests.clear()
    web.routes["/2.pdf"] = reply(status=404)
    report = read(web, page(links))
    assert len(web.requests) == 1 + MAX_TRIED
    assert report.status == "incomplete"
    assert "attachment.lost" in codes(report)


def test_lost_attachment_is_an_error_of_its_kind(web: Web) -> None:
    """A page that is no report itself gives the error of its attachment."""
    web.routes["/a.pdf"] = reply(status=404)
    with pytest.raises(FetchError, match=r"attachment: HTTP 404") as caught:
        read(web, page(LINKS[0], "附件"))
    assert caught.value.source is not None
    assert caught.value.source["uri"] == f"{web.url}/p/page.html"
    web.routes["/a.pdf"] = reply(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(CorruptError, match="picture"):
        read(web, page(LINKS[0], "附件"))
    web.routes["/a.pdf"] = redirect("file:///etc/hostname")
    with pytest.raises(BlockedError):
        read(web, page(LINKS[0], "附件"))


@pytest.mark.parametrize(
    "place",
    ["file:///etc/hostname", "ftp://127.0.0.1/a.pdf", "http://u:p@127.0.0.1/a.pdf",
     "http://169.254.169.254/a.pdf"],
)  # fmt: skip
def test_links_inside_are_not_followed(web: Web, place: str) -> None:
    """A page cannot send the client where an address could not."""
    with pytest.raises((BlockedError, NoContentError)):
        read(web, page(f"<iframe src='{place}'></iframe><a href='{place}'>{TITLE}.pdf</a>", "附件"))
    assert web.paths() == ["/p/page.html"]


def test_page_without_anything(web: Web) -> None:
    """No report and no attachment: NO_CONTENT, and nothing else is asked for."""
    with pytest.raises(NoContentError):
        read(web, page("<a href='/b.html'>首页</a>", "关于我们"))
    assert web.paths() == ["/p/page.html"]


def test_one_hop_only(web: Web) -> None:
    """A frame's own page is read; what that links to is not followed."""
    web.routes |= {"/f": reply(page(LINKS[0])), "/g": reply(report_page(whole_report()))}
    report = read(web, page("<iframe src=/g></iframe>", "附件"))
    assert (report.status, report.source["uri"]) == ("verified", f"{web.url}/g")
    web.requests.clear()
    with pytest.raises(NoContentError):
        read(web, page("<iframe src=/f></iframe>", "附件"))
    assert web.paths() == ["/p/page.html", "/f"]


@pytest.mark.parametrize("form", ["script", "frame"])
@pytest.mark.parametrize("how", ["file", "bytes", "web"])
def test_file_in_the_page_needs_no_fetch(web: Web, tmp_path: Path, form: str, how: str) -> None:
    """A PDF in the page's script or frame is read, from files too; size and hash are the
    page's."""
    packed = base64.b64encode(pdf()).decode()
    body = {
        "script": f'<script>var pdfData="{packed}";show(pdfData)</script>',
        "frame": f"<iframe src='data:application/pdf;base64,{packed}'></iframe>",
    }[form]
    data = page(body).encode()
    if how == "web":
        report = read(web, data)
        assert web.paths() == ["/p/page.html"]
    else:
        path = tmp_path / "page.html"
        path.write_bytes(data)
        report = gkextract.extract(path if how == "file" else data)
    assert (report.status, codes(report)) == ("verified", ["source.attachment"])
    assert report.source["uri"].endswith("!embedded")
    assert report.source["bytes"] == len(data)
    assert (report.source["retrieved_at"] is None) == (how != "web")


@pytest.mark.parametrize("link", LINKS)
def test_nothing_is_fetched_for_a_file(web: Web, tmp_path: Path, link: str) -> None:
    """A saved page's links are not its user's word: neither the network nor files beside it
    are touched, even where private addresses are allowed."""
    (tmp_path / "a.pdf").write_bytes(pdf())
    path = tmp_path / "page.html"
    path.write_text(page(link + link.replace("/a.pdf", f"{web.url}/a.pdf")), encoding="utf-8")
    report = gkextract.extract(path, allow_private=True)
    assert (report.status, report.source["uri"]) == ("incomplete", str(path))
    assert web.connections == 0


def test_page_and_attachment_agree(web: Web) -> None:
    """Both hold the report with the same figures: the page's is given, and that is told."""
    report = read(web, report_page(whole_report(), LINKS[0]))
    assert (report.status, codes(report)) == ("verified", ["source.attachment"])
    assert report.source["uri"] == f"{web.url}/p/page.html"
    (note,) = report.findings
    assert f"{web.url}/a.pdf" in note.message and "agree" in note.message


def test_page_and_attachment_differ(web: Web) -> None:
    """A figure that differs makes the report doubtful and is named; the page's stays, whichever
    of the two adds up."""
    for printed, attached in ((None, "999"), ("999", None)):
        web.routes["/a.pdf"] = reply(pdf(granted=attached))
        report = read(web, report_page(changed(printed), LINKS[0]))
        (note,) = [f for f in report.findings if f.code == "attachment.differs"]
        assert note.cells == ("applications.granted.natural_person",)
        assert report.status == "doubtful"
        assert report.applications is not None
        shown = report.applications.rows["granted"]["natural_person"].number
        assert shown == int(printed or balanced()["granted"][0])
        assert report.source["uri"] == f"{web.url}/p/page.html"


def test_whole_attachment_beside_half_a_page(web: Web) -> None:
    """Where the page has a part only and the attachment all, the attachment's is given."""
    half = replace(whole_report(), review=None)
    body = report_page(replace(half, review=[["见附件", "<"]]), LINKS[0])
    report = read(web, body)
    assert (report.status, report.source["uri"]) == ("verified", f"{web.url}/a.pdf")
    assert codes(report) == ["source.attachment"]


def test_lost_copy_is_told(web: Web) -> None:
    """The page has the report, its attachment is gone: an info."""
    web.routes["/a.pdf"] = reply(status=404)
    report = read(web, report_page(whole_report(), LINKS[0]))
    (note,) = report.findings
    assert (report.status, note.code, note.severity) == ("verified", "attachment.lost", "info")


def test_other_files_beside_a_report_are_left_alone(web: Web) -> None:
    """A page with its report and links to guides and forms: nothing of these is fetched."""
    links = "<a href=/b.pdf>政府信息公开指南.pdf</a><a href=/c.doc>申请表</a><img src=/logo.png>"
    report = read(web, report_page(whole_report(), links))
    assert (report.status, report.findings) == ("verified", ())
    assert web.paths() == ["/p/page.html"]


@pytest.mark.parametrize(("year", "agency"), [(2023, "某县人民政府"), (2024, "某县财政局")])
def test_other_reports_are_no_attachments(web: Web, year: int, agency: str) -> None:
    """A link to the report of another year or agency is not compared with this one."""
    web.routes["/a.pdf"] = reply(pdf(year, agency, "999"))
    link = "<a href=/a.pdf>政府信息公开工作年度报告.pdf</a>"
    report = read(web, report_page(whole_report(), link))
    assert (report.status, report.findings) == ("verified", ())


def test_lists_of_reports_are_refused(web: Web) -> None:
    """A page that links to the reports of several years, or of many or unlike agencies: which
    one is wanted, nobody said. Told before anything is fetched where the links tell it."""
    years = "".join(
        f"<a href=/{y}.pdf>某县{y}年政府信息公开工作年度报告.pdf</a>" for y in (2022, 2023, 2024)
    )
    many = "".join(f"<a href=/{n}.pdf>某县{n}局政府信息公开年报.pdf</a>" for n in "甲乙丙丁")
    for links in (years, many):
        with pytest.raises(NoContentError, match="lists"):
            read(web, page(links, "年报"))
    assert set(web.paths()) == {"/p/page.html"}
    web.routes |= {"/1.pdf": reply(pdf()), "/2.pdf": reply(pdf(agency="某县财政局"))}
    with pytest.raises(NoContentError, match="lists"):
        read(web, page("<a href=/1.pdf>附件1.pdf</a><a href=/2.pdf>附件2.pdf</a>", "年报"))


def test_report_of_another_year_is_not_taken(web: Web) -> None:
    """A page that is titled with one year does not give the attached report of another."""
    web.routes["/a.pdf"] = reply(pdf(2023))
    report = read(web, page("<a href=/a.pdf>附件.pdf</a>"))
    assert (report.year, report.status) == (2024, "incomplete")


def test_slow_attachment_ends(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """All attachments together have one time limit."""
    monkeypatch.setattr("extract.hop.SECONDS", 1.0)
    web.routes["/a.pdf"] = raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", forever=b"x" * 99, pause=0.2
    )
    with pytest.raises(FetchError, match="seconds granted"):
        read(web, page(LINKS[0], "附件"))


def test_comparison_is_of_what_is_printed() -> None:
    """A blank beside a zero is no difference, a blank beside a figure is; what one reading
    doubts says nothing."""

    def printing(text: str | None) -> Report:
        return gkextract.extract(report_page(changed(text)).encode())

    plain = printing(None)
    assert compare_reports(plain, plain) == (len(dict(plain.figures())), ())
    path = "applications.granted.natural_person"
    zero, blank, mark = (printing(text) for text in ("0", "", "/"))
    assert compare_reports(zero, blank)[1] == ()
    assert compare_reports(zero, mark)[1] == ()
    one = printing("1")
    assert compare_reports(one, blank)[1] == compare_reports(blank, one)[1] == (path,)
    assert compare_reports(one, printing("1 2"))[1] == ()


def test_hop_survives_hostile_attachments(web: Web) -> None:
    """Whatever an attachment is, the page ends in a report or a typed error."""
    for data in (b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"<html>", b"\0" * 100, b"{\\rtf"):
        web.routes["/a.pdf"] = sequence(reply(data))
        with pytest.raises(gkextract.GkextractError) as caught:
            read(web, page(LINKS[0], "附件"))
        assert caught.value.code != "INTERNAL"
