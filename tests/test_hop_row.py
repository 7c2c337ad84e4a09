"""Pictures of a page that stand in a row are the pages of one report, fetched with care."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache

import pytest
from picturefiles import KEYS, golden, pngs
from PIL import Image
from web import Web, redirect, reply

import gkextract
from extract.readers.html_pictures import bytes_to_row
from extract.row import MAX_PICTURES, load_row
from extract.source import Source, bytes_to_source
from gkextract import Report


@cache
def small() -> bytes:
    """A picture that is no page."""
    out = io.BytesIO()
    Image.new("1", (90, 90), 1).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with the two pages of a report, and a code that is none."""
    routes = {"/u/p1.png": reply(pngs()[0]), "/u/p2.png": reply(pngs()[1])}
    with Web({**routes, "/u/p0.png": reply(small())}) as server:
        yield server


def page(*names: str) -> str:
    """A page that shows these pictures under the report's title."""
    shown = "".join(f"<p><img src='{name}'></p>" for name in names)
    title = golden()["title"]
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body>"
        f"<img src='/images/logo1.png'><img src='/images/logo2.png'><h1>{title}</h1>{shown}"
        "<img src='/u/qrcode9.png'></body></html>"
    )


def read(web: Web, text: str) -> Report:
    """The report of a page of the server."""
    web.routes["/n/page.html"] = reply(text, Content_Type="text/html")
    return gkextract.extract(f"{web.url}/n/page.html", allow_private=True)


def codes(report: Report) -> list[str]:
    """The codes of its findings."""
    return [f.code for f in report.findings]


def test_row_is_one_report(web: Web) -> None:
    """Two pictures are two pages of one report: proven, each figure with the picture that shows
    it, the page as Referer, and neither logos nor codes nor small pictures among its pages."""
    report = read(web, page("../u/p0.png", "../u/p1.png", "../u/p2.png"))
    data = report.to_dict(evidence=True)
    assert {key: data[key] for key in KEYS} == {key: golden()[key] for key in KEYS}
    assert codes(report) == ["source.pictures", "ocr.page", "ocr.page"]
    assert data["source"]["uri"] == f"{web.url}/n/page.html"
    assert data["source"]["pages"] == 2
    shown = {(e["page"], e["place"]) for e in data["evidence"].values()}
    assert shown == {(1, f"{web.url}/u/p1.png"), (2, f"{web.url}/u/p2.png")}
    assert all(
        re.search(rf"page {n} is \S+/u/p{n}\.png", report.findings[0].message) for n in (1, 2)
    )
    assert web.header("/u/p2.png", "referer") == f"{web.url}/n/page.html"
    assert web.paths() == ["/n/page.html", "/u/p0.png", "/u/p1.png", "/u/p2.png"]
    text = report.to_json(evidence=True)
    assert Report.from_json(text).to_json(evidence=True) == text


def test_lost_picture_is_told_and_never_verified(web: Web) -> None:
    """A picture in the row that is not there may hold the rest of a table: the report is not
    verified though its other pages prove all figures, and a finding says which is missing."""
    report = read(web, page("../u/p1.png", "../u/p2.png", "../u/p3.png"))
    assert report.status == "doubtful"
    (note,) = [f for f in report.findings if f.code == "picture.lost"]
    assert f"page 3, {web.url}/u/p3.png (FETCH: HTTP 404" in note.message
    assert report.to_dict()["source"]["pages"] == 3


def test_nothing_is_joined_over_a_lost_picture(web: Web) -> None:
    """Pages on both sides of a missing one are not next to each other: a table that goes on in
    it is not closed over the gap, and what was to be had keeps the number of its picture."""
    web.routes["/u/p2.png"] = reply("<html>soft 404</html>", Content_Type="image/png")
    web.routes["/u/p3.png"] = reply(pngs()[1])
    report = read(web, page("../u/p1.png", "../u/p2.png", "../u/p3.png"))
    assert report.status in ("doubtful", "incomplete")
    assert {"picture.lost", "text.absent"} <= set(codes(report))
    pages = {e["page"] for e in report.to_dict(evidence=True)["evidence"].values()}
    assert pages <= {1, 3}


def sized(number: int) -> Source:
    """A picture that is a page, by its number."""
    out = io.BytesIO()
    Image.new("1", (600, 800), 1).save(out, "PNG")
    return bytes_to_source(out.getvalue(), f"http://a/{number}.png")


def test_row_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures beyond the number or the bytes granted are not asked for, or not kept, and told
    one by one."""
    asked: list[str] = []

    def load(url: str) -> Source:
        asked.append(url)
        return sized(len(asked))

    urls = [f"http://a/{n}.png" for n in range(MAX_PICTURES + 3)]
    row = load_row(urls, load)
    assert len(asked) == MAX_PICTURES
    assert [p.data is None for p in row.pictures] == [False] * MAX_PICTURES + [True] * 3
    assert [n.code for n in row.notes] == ["source.pictures", "picture.lost"]
    assert all(url in row.notes[1].message for url in urls[-3:])
    monkeypatch.setattr("extract.row.MAX_BYTES", 3 * len(sized(0).data))
    asked.clear()
    assert [p.data is None for p in load_row(urls, load).pictures][:5] == [False] * 3 + [True] * 2
    assert len(asked) == 4


def test_row_cannot_lead_elsewhere(web: Web) -> None:
    """Each picture is judged as any address: what leads to this machine's files, or to where
    clouds keep secrets, is not asked for, and the row's time is that of all attachments."""
    web.routes["/u/p1.png"] = redirect("file:///etc/hostname")
    web.routes["/u/p2.png"] = redirect("http://169.254.169.254/p.png")
    report = read(web, page("../u/p1.png", "../u/p2.png"))
    assert report.status == "incomplete"
    (note,) = [f for f in report.findings if f.code == "attachment.lost"]
    assert note.message.count("BLOCKED") == 2


def test_slow_row_ends(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row takes no more time than all attachments of a page may."""
    monkeypatch.setattr("extract.hop.SECONDS", 0.0)
    report = read(web, page("../u/p1.png", "../u/p2.png"))
    assert report.status == "incomplete"
    assert web.paths() == ["/n/page.html"]


ROWS = [
    (["/u/a1.jpg", "/u/a2.jpg"], ["/u/a1.jpg", "/u/a2.jpg"]),
    (["/u/a2.jpg", "/u/a1.jpg", "/u/a2.jpg"], ["/u/a2.jpg", "/u/a1.jpg"]),
    (["/u/a1.jpg"], []),
    (["/images/icon1.png", "/images/icon2.png", "/u/qr1.jpg"], []),
    (["/images/banner1.jpg", "/images/banner2.jpg", "/u/1.jpg", "/u/2.jpg"],
     ["/u/1.jpg", "/u/2.jpg"]),
    (["/P0202501/W020250120.jpg", "/P0202502/W020250121.jpg"],) * 2,
    (["/files/0a1b2c3d4e5f67890a1b/一.png", "/files/99887766554433221100/二.png"],) * 2,
    (["javascript:x", "file:///u/1.jpg", "data:image/png;base64,AA", "http://[/2.jpg"], []),
]  # fmt: skip


@pytest.mark.parametrize(("sources", "wanted"), ROWS)
def test_which_pictures_are_a_row(sources: list[str], wanted: list[str]) -> None:
    """Those of one folder, in the page's order, each once; not what design and systems add."""
    text = "".join(f"<img src='{s}'>" for s in sources)
    assert bytes_to_row(text.encode(), "http://a/n/p.html") == tuple(f"http://a{w}" for w in wanted)


def test_stated_sizes_and_hidden_pictures() -> None:
    """Pictures that the page states to be small, or hides, are no pages; what a script puts in
    the place of a stand-in is the picture."""
    text = (
        "<img src=/u/1.jpg width=80><img src=/u/2.jpg style='display: none'>"
        "<img src=/u/3.jpg hidden>"
        "<img src=/u/blank.gif data-src=/u/4.jpg><img src=/u/5.jpg width=100% height=900px>"
    )
    assert bytes_to_row(text.encode(), "http://a/") == ("http://a/u/4.jpg", "http://a/u/5.jpg")


def test_page_without_report_keeps_its_pictures(web: Web) -> None:
    """A page that is not called a report is not searched for pictures."""
    text = page("../u/p1.png", "../u/p2.png").replace(golden()["title"], "图片新闻")
    with pytest.raises(gkextract.NoContentError):
        read(web, text)
    assert web.paths() == ["/n/page.html"]
