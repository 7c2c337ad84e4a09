"""Links of pages that hold their report elsewhere: found, resolved, ranked, never fetched."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.errors import GkextractError, LimitError
from extract.readers.html_links import bytes_to_links

HERE = "http://www.example.gov.cn/art/2024/1/30/art_1_2.html"
PDF = b"%PDF-1.4\n" + b"0" * 200
PDF64 = base64.b64encode(PDF).decode()
DISK = base64.b64encode(json.dumps({"downPath": "/files/nb.pdf"}).encode()).decode()


def urls(page: str, at: str = HERE) -> list[str]:
    """The addresses of a page's candidates, best first."""
    return [link.url for link in bytes_to_links(page.encode(), at)]


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("<a href='./P020240120000000000001.pdf'>附件</a>",
         "/art/2024/1/30/P020240120000000000001.pdf"),
        ("<iframe src='/pdfjs/web/viewer.html?file=%2Ffiles%2Fnb.pdf'></iframe>", "/files/nb.pdf"),
        ("<iframe src='/view?x=1'></iframe>", "/view?x=1"),
        ("<embed src=/nb.pdf>", "/nb.pdf"),
        ("<object data='/nb.pdf'></object>", "/nb.pdf"),
        ("<script>showVsbpdfIframe(\"/__local/A/B0/nb.pdf\",\"100%\",\"600\");</script>",
         "/__local/A/B0/nb.pdf"),
        ("<a href='/module/download/downfile.jsp?classid=0&filename=0a1b.pdf'>下载</a>",
         "/module/download/downfile.jsp?classid=0&filename=0a1b.pdf"),
        ("<a href='/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1'>附件</a>",
         "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1"),
        ("<a href='/virtual_attach_file.vsb?afc=x&e=.pdf'>附件</a>",
         "/virtual_attach_file.vsb?afc=x&e=.pdf"),
        ("<a href=\"javascript:openPdf('/nb.pdf')\">查看</a>", "/nb.pdf"),
        (f"<iframe name='{DISK}'></iframe>", "/files/nb.pdf"),
        ("<script>c = {\"name\": \"年报.docx\", \"url\": \"\\/attachment\\/1\\/nb.docx\"}</script>",
         "/attachment/1/nb.docx"),
        ("<script>load('/a/nb.ofd')</script>", "/a/nb.ofd"),
        ("<img src='W020240120000000000001.jpg' alt=''>",
         "/art/2024/1/30/W020240120000000000001.jpg"),
        ("<base href='http://cdn.example.gov.cn/x/'><a href='nb.pdf'>a</a>",
         "http://cdn.example.gov.cn/x/nb.pdf"),
        ("<iframe src='/onlinePreview?url="
         + base64.b64encode(b"http://www.example.gov.cn/nb.doc").decode() + "'></iframe>",
         "http://www.example.gov.cn/nb.doc"),
    ],
)  # fmt: skip
def test_attachments_are_found_and_resolved(markup: str, url: str) -> None:
    """Every way in which systems hang a file on a page gives its absolute address."""
    wanted = url if url.startswith("http") else "http://www.example.gov.cn" + url
    assert urls(f"<html><p>正文</p>{markup}")[0] == wanted


@pytest.mark.parametrize(
    "markup",
    [
        f'<script>var pdfData = "{PDF64}";</script>',
        f"<iframe src='data:application/pdf;base64,{PDF64}'></iframe>",
    ],
)
def test_files_inside_the_page_are_had_whole(markup: str) -> None:
    """A PDF in base 64 in a script or address comes with its bytes and needs no fetch."""
    (link,) = bytes_to_links(markup.encode(), HERE)
    assert (link.url, link.kind, link.data) == ("", "data", PDF)


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/zwgk/'>政府信息公开年报</a>",
        "<a href='mailto:a@example.gov.cn'>年报.pdf</a>",
        "<a href='file:///etc/nb.pdf'>年报</a>",
        "<a href='#nb.pdf'>年报</a>",
        "<a href='javascript:window.print()'>打印</a>",
        "<a href='ftp://x/nb.pdf'>年报</a>",
        "<img src='/images/logo.png' alt='标志'>",
        '<script>var pdfData = "JVBERi0' + "!" * 200 + '"</script>',
        "<a href='/tpl.doc'>政府信息公开申请表格式</a>",
        "<a href='http://[bad/nb.pdf'>年报</a>",
    ],
)
def test_other_links_are_no_candidates(markup: str) -> None:
    """Links to pages, mail, files of the machine, forms to fill in and pictures of the site's
    own are left out."""
    assert urls(markup) == []


def test_the_report_comes_first() -> None:
    """Words decide between files: the report's name before other attachments, a PDF before an
    archive of the same name, the same address once."""
    page = """
        <a href="/files/bg.xls">附件：统计表.xls</a>
        <a href="/files/nb.zip">云溪市2023年政府信息公开工作年度报告.zip</a>
        <a href="/files/nb.pdf"></a>
        <a href="/files/nb.pdf">云溪市2023年政府信息公开工作年度报告.pdf</a>
        <a href="/files/zn.pdf">政府信息公开指南.pdf</a>"""
    first, *rest = bytes_to_links(page.encode(), HERE)
    assert first.url.endswith("/files/nb.pdf")
    assert first.text == "云溪市2023年政府信息公开工作年度报告.pdf"
    assert [link.url.rpartition("/")[2] for link in rest][:2] == ["nb.zip", "bg.xls"]


def test_page_of_unknown_address_gives_relative_links() -> None:
    """Without the page's address links stay as they are written."""
    assert urls("<a href='nb.pdf'>年报</a>", "") == ["nb.pdf"]


def test_words_are_read_in_the_pages_encoding() -> None:
    """A page in GBK has its links' words as well."""
    page = "<meta charset=gb2312><a href='nb.pdf'>政府信息公开年报</a>".encode("gbk")
    assert bytes_to_links(page, HERE)[0].text == "政府信息公开年报"


def test_pages_over_the_limits_are_refused() -> None:
    """Depth and size have limits here too."""
    for page in (b"<font>" * 5000, b"<a>" * 1_000_001):
        with pytest.raises(LimitError):
            bytes_to_links(page, HERE)


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_page_ends_well(body: str, href: str) -> None:
    """Any markup ends in links with http addresses or in a typed error."""
    page = f"<a href='{href}'>{body}</a><script>{body}</script>"
    try:
        links = bytes_to_links(page.encode(errors="replace"), HERE)
    except GkextractError:
        return
    assert all(link.url.startswith("http") or link.data for link in links)
