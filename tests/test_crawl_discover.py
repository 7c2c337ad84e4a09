"""Pages to the addresses worth fetching, family by family."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.address import (
    domain_to_shard,
    find_trap,
    host_to_domain,
    is_home,
    strip_session,
    url_to_key,
)
from crawl.discover import discover
from crawl.families import families, readers
from crawl.model import Ask, Candidate, Context, Found

URL = "https://www.example.gov.cn/zwgk/nb/"
HTML = {"content-type": "text/html; charset=utf-8"}
ROW = '<li><a href="/a/{0}.html">某某局{0}年政府信息公开工作年度报告</a></li>'


def _page(body: str, title: str = "政府信息公开年报") -> bytes:
    text = (
        f"<html><head><title>{title}</title></head><body>{body}<p>{'文字' * 40}</p></body></html>"
    )
    return text.encode()


def _found(body: str, url: str = URL, **options: object) -> Found:
    return discover(url, _page(body), HTML, **options)  # type: ignore[arg-type]


def _more(found: Found) -> Candidate:
    (more,) = [c for c in found.candidates if c.kind == "page"]
    return more


def test_reports_and_columns_of_a_page() -> None:
    """Links are told apart by their words; addresses are absolute, each once."""
    found = _found(
        ROW.format(2023) * 2 + '<a href="../ys/">2023年预算</a><a href="2022/">2022年</a>'
    )
    assert [(c.url, c.kind, c.year) for c in found.candidates] == [
        ("https://www.example.gov.cn/a/2023.html", "report", 2023),
        ("https://www.example.gov.cn/zwgk/nb/2022/", "column", 2022),
    ]
    assert found.annual


ID_FIRST = "<script>createPageHTML('page_div',10,{},'xlist','shtml',189);</script>"
VSB = '<div class="p_pages">共120条&nbsp;2/13 <a href="nb/11.htm">下页</a></div>'
PAGERS = [
    ('<script>createPageHTML(55, 0,"index","shtml","b",814)</script>', "index_1.shtml", 55, 814),
    ('<script>createPageHTML(55, 3,"index","shtml")</script>', "index_4.shtml", 55, None),
    (ID_FIRST.format(1), "xlist_2.shtml", 10, 189),
    (ID_FIRST.format(9), "xlist_10.shtml", 10, 189),
    ('<script>$("#p").pagination("setPage",1,7)</script>', "index_2.html", 7, None),
    ('<a href="12.htm">下一页</a> 共13页', "12.htm", 13, None),
    (VSB, "nb/11.htm", 13, 120),
]


@pytest.mark.parametrize(("body", "place", "pages", "rows"), PAGERS)
def test_the_next_page_of_a_list(body: str, place: str, pages: int, rows: int | None) -> None:
    """Both signatures of createPageHTML, other pagers and plain links give the next page and what
    the list declares."""
    found = _found(ROW.format(2023) + body)
    assert _more(found).url == URL + place
    assert (found.pages, found.declared_rows) == (pages, rows)


@pytest.mark.parametrize(
    "body",
    [
        '<script>createPageHTML(5, 4,"index","shtml")</script>',
        "<script>createPageHTML('page_div',10,10,'xlist','shtml',189);</script>",
        '<script>$("#p").pagination("setPage",7,7)</script>',
        "下一页",
    ],
)
def test_the_last_page_has_no_next(body: str) -> None:
    """A list ends with its last page."""
    assert not [c for c in _found(ROW.format(2023) + body).candidates if c.kind == "page"]


def test_pages_of_lists_that_are_no_reports_are_not_followed() -> None:
    """A list of news is not paged through."""
    found = discover(
        URL, _page('<a href="/n/1.html">要闻</a><a href="2.html">下一页</a>', "要闻动态"), HTML
    )
    assert found.candidates == ()


def test_rows_of_an_interface_are_reports_too() -> None:
    """hanweb: rows inside the page and the question for the next ones, by record numbers."""
    link = '<a href="/art/2024/1/30/art_1_{0}.html">某局20{0}年政府信息公开年报</a>'
    record = f"<record><![CDATA[{link}]]></record>"
    records = "".join(record.format(n) for n in (21, 22, 23))
    body = (
        f'<script type="text/xml"><datastore><recordset>{records}</recordset></datastore></script>'
        "<script>columnid:'101',unitid:'44',webid:'3',perpage:1,totalrecord:9,"
        "p:'/module/web/jpage/dataproxy.jsp'</script>"
    )
    found = _found(body, "https://x.gov.cn/col/col101/index.html")
    assert sum(c.kind == "report" for c in found.candidates) == 3
    more = _more(found)
    assert "startrecord=4&endrecord=6&perpage=1" in more.url and "columnid=101" in more.url
    again = discover(more.url, records.encode(), {}, more.context, "page")
    turned = _more(again)  # the same rows: the server does not know startrecord
    assert "page=2" in turned.url and again.declared_rows == 9


def test_attachments_of_a_reports_page() -> None:
    """The files of a report's page are its attachments, those of other things not."""
    body = (
        '<a href="P020250121687787646086.pdf">某局2024年年度报告</a>'
        '<a href="/module/download/downfile.jsp?filename=ab.pdf">附件</a>'
        '<a href="ys.pdf">2024年部门预算</a>'
        '<iframe src="/pdfjs/web/viewer.html?file=%2Fup%2Fa.pdf"></iframe>'
    )
    found = discover(URL, _page(body, "某局2024年政府信息公开工作年度报告"), HTML, None, "report")
    assert found.holds_report and (found.year, found.agency) == (2024, "某局")
    assert {c.url.rpartition("/")[2] for c in found.candidates if c.kind == "attachment"} == {
        "P020250121687787646086.pdf", "downfile.jsp?filename=ab.pdf", "a.pdf",
    }  # fmt: skip


TROUBLES = [
    (b"<html><body><div id=app></div></body></html>", "stub"),
    ("<html><title>404 页面不存在</title><body>x</body></html>".encode(), "soft_404"),
    (_page("您访问的页面不存在", "提示")[:200], "soft_404"),
    (b"%PDF-1.4", "unreadable"),
    (b"", "unreadable"),
]


@pytest.mark.parametrize(("data", "trouble"), TROUBLES)
def test_troubles_have_names(data: bytes, trouble: str) -> None:
    """A stub, a soft 404 and what is no page are told."""
    assert discover(URL, data, {}).trouble == trouble


def test_queries_are_written_in_the_pages_encoding() -> None:
    """Links of a GBK page ask in GBK, as browsers do."""
    text = '<meta charset="gb2312"><a href="/s?q=年报">某局2023年政府信息公开年报</a>'
    found = discover(URL, text.encode("gb18030"), {})
    assert found.candidates[0].url.endswith("/s?q=%C4%EA%B1%A8")


def test_a_family_is_one_module() -> None:
    """Every module of `families` has a name of its own and something to say."""
    found = families()
    assert len(found) >= 13
    for name, module in found.items():
        assert name == module.NAME and module.__doc__
        assert any(hasattr(module, what) for what in ("find", "read", "key"))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["", *sorted(readers())]), st.binary(max_size=400))
def test_any_bytes_give_something(family: str, data: bytes) -> None:
    """Whatever a server sends to whatever was asked, discovery raises nothing."""
    state = {
        "url": URL, "per": 5, "total": 9, "from": 0, "page": 1, "size": "5", "step": 0, "at": URL,
        "category": "1", "dept": "", "guid": "g", "form": {}, "column": "",
    }  # fmt: skip
    found = discover(URL, data, {}, Context(family=family, annual=True, state=state))
    assert isinstance(found, Found)


SAME = [
    ("http://a.gov.cn/x;jsessionid=1F?id=2", "https://a.gov.cn:443/x?id=2"),
    ("http://a.gov.cn/x?id=2&sessionid=9", "http://A.gov.cn./x?id=2"),
    ("http://a.gov.cn/年报", "http://a.gov.cn/%e5%b9%b4%E6%8A%A5"),
    ("http://a.gov.cn/info/1036/12441.htm",
     "http://a.gov.cn/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1036&wbnewsid=12441"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_for_all_addresses_of_a_document(one: str, other: str) -> None:
    """Sessions, default ports, escapes and double addresses of a system make no difference."""
    assert url_to_key(one) == url_to_key(other)


def test_what_is_asked_makes_a_difference() -> None:
    """Two questions by POST at one address are two addresses of the frontier."""
    url = "http://a.gov.cn/list"
    assert (
        len({url_to_key(url), url_to_key(url, Ask("POST", "a")), url_to_key(url, Ask("POST", "b"))})
        == 3
    )
    assert (
        strip_session("http://a.gov.cn/x;jsessionid=1?sessionid=2&id=3") == "http://a.gov.cn/x?id=3"
    )


def test_traps_are_told_by_form() -> None:
    """Long addresses, deep paths and paths that repeat themselves are traps; others are not."""
    assert find_trap("http://a.gov.cn/" + "x" * 3000)
    assert find_trap("http://a.gov.cn" + "/a/b" * 3)
    assert find_trap("http://a.gov.cn/" + "/".join(map(str, range(20))))
    assert not find_trap("http://a.gov.cn/zwgk/zfxxgknb/202501/t20250121_5000.shtml")
    assert is_home("http://a.gov.cn/index.html") and not is_home("http://a.gov.cn/?a=1")


def test_hosts_of_a_domain_are_one_shards() -> None:
    """A domain's hosts go to one shard, every shard gets some; addresses of numbers stand alone."""
    assert host_to_domain("jyj.beijing.gov.cn") == host_to_domain("www.beijing.gov.cn")
    assert host_to_domain("www.beijing.gov.cn") == "beijing.gov.cn"
    assert host_to_domain("127.0.0.1") == "127.0.0.1"
    assert {domain_to_shard(f"d{n}.gov.cn", 4) for n in range(60)} == {1, 2, 3, 4}
