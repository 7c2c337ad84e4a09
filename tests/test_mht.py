"""Saved web pages: the page in the message, whatever its encoding, never half of it."""

from __future__ import annotations

import base64
import json
import quopri
from pathlib import Path

import pytest
from conftest import ROOT

import gkextract
from extract.errors import CorruptError, FormatError, GkextractError, LimitError
from extract.readers import mht
from extract.readers.html import html_to_document
from extract.readers.mht import mht_to_document
from extract.sniff import MHT, bytes_to_media_type

FILES = sorted((ROOT / "fixtures" / "archives").glob("*.mht"))
KEYS = ("title", "agency", "year", "proactive", "applications", "review", "status")
PAGE = (
    "<html><head><title>年报</title></head><body><p>政府信息公开工作年度报告</p>"
    "<table><tr><td>行政许可</td><td>12</td></tr></table></body></html>"
)
FRAME = "<html><body><iframe src='cid:2'></iframe><p>首页</p></body></html>"


def part(text: str, way: str, charset: str, more: str = "") -> bytes:
    """A part with a page, in an encoding of bytes and of characters."""
    raw = text.encode(charset)
    body = {
        "base64": base64.encodebytes,
        "quoted-printable": quopri.encodestring,
        "8bit": bytes,
    }[way](raw)
    head = f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: {way}\r\n"
    return (head + more + "\r\n").encode() + body


def message(*parts: bytes, head: str = "From: <Saved by X>\r\nMIME-Version: 1.0\r\n") -> bytes:
    """A saved page of these parts."""
    start = f'{head}Content-Type: multipart/related;\r\n\tboundary="=_b"\r\n\r\n'.encode()
    return start + b"".join(b"--=_b\r\n" + p + b"\r\n" for p in parts) + b"--=_b--\r\n"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fixture_is_exact(path: Path) -> None:
    """What a browser saved is read exactly."""
    report = gkextract.extract(path)
    found = report.to_dict()
    wanted = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert {key: found[key] for key in KEYS} == {key: wanted[key] for key in KEYS}
    heads = [s["heading"] for s in found["narrative"] if s["heading"]]
    assert heads == wanted["narrative_headings"]
    assert found["source"]["media_type"] == MHT
    assert [a["detector"] for a in found["attempts"]] == ["mht"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030"])
@pytest.mark.parametrize("way", ["base64", "quoted-printable", "8bit"])
def test_every_encoding_gives_the_page(charset: str, way: str) -> None:
    """The page is read as it would be by itself, in any encoding of bytes and characters."""
    data = message(part(PAGE, way, charset))
    assert bytes_to_media_type(data) == MHT
    assert mht_to_document(data) == html_to_document(PAGE.encode(charset), charset)


def test_kind_is_told_by_the_head() -> None:
    """A message that holds parts is a saved page under any order of its headers; other mail,
    and texts that speak of it, are not."""
    one = part(PAGE, "8bit", "utf-8")
    for head in ("", "MIME-Version: 1.0\r\n", "From: a\r\nSubject: =?utf-8?Q?=E5?=\r\n =?x?=\r\n"):
        assert bytes_to_media_type(message(one, head=head)) == MHT
    for text in (
        b"Subject: a\r\n\r\nContent-Type: multipart/related\r\n",
        b"a\nb: c\n",
        PAGE.encode(),
    ):
        assert bytes_to_media_type(text) != MHT


def test_start_and_frames() -> None:
    """The part that the message calls its start is the page; a page without table gives way
    to the frame that has one."""
    two = part(PAGE, "8bit", "utf-8", "Content-ID: <p2>\r\n")
    other = part(PAGE.replace("12", "34"), "8bit", "utf-8", "Content-ID: <p1>\r\n")
    chosen = message(other, two).replace(b"boundary=", b'start="<p2>"; boundary=')
    assert mht_to_document(chosen) == mht_to_document(message(two))
    framed = message(part(FRAME, "8bit", "utf-8"), two)
    assert mht_to_document(framed).tables == mht_to_document(message(two)).tables


def test_nested_parts() -> None:
    """A page in parts within parts is found, and too many levels are LIMIT."""
    inner = part(PAGE, "8bit", "utf-8")
    data = message(inner)
    for level in range(12):
        boundary = f"b{level}".encode()
        data = (
            b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n' % (boundary, boundary)
            + data + b"\r\n--%b--\r\n" % boundary
        )  # fmt: skip
        if level == 3:
            assert mht_to_document(data).tables
    with pytest.raises(LimitError):
        mht_to_document(data)


def test_cut_pages_are_doubtful_or_corrupt() -> None:
    """A message cut short is never read as if it were whole."""
    for way in ("base64", "quoted-printable", "8bit"):
        data = message(part(PAGE * 3, way, "utf-8"))
        for length in range(len(data) // 2, len(data) - 8, 7):
            try:
                document = mht_to_document(data[:length])
            except GkextractError as error:
                assert error.code in ("CORRUPT", "FORMAT")
            else:
                assert "source.damaged" in [n.code for n in document.notes], (way, length)
    path = FILES[0]
    whole = path.read_bytes()
    for share in (0.3, 0.6, 0.9, 0.99):
        report = gkextract.extract(whole[: int(len(whole) * share)])
        assert report.status in ("doubtful", "incomplete")


def test_broken_messages_are_typed() -> None:
    """No page inside, an unknown encoding of bytes, damaged base64: typed."""
    with pytest.raises(FormatError):
        mht_to_document(message(b"Content-Type: image/png\r\n\r\nx"))
    odd = part(PAGE, "8bit", "utf-8").replace(b"8bit", b"x-uuencode")
    with pytest.raises(FormatError):
        mht_to_document(message(odd))
    damaged = part(PAGE, "base64", "utf-8").replace(b"Cjx", b"!!!") + b"!"
    with pytest.raises(CorruptError):
        mht_to_document(message(damaged))


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes and parts are limited before they are parsed."""
    many = message(*([b"Content-Type: image/png\r\n\r\nx"] * (mht.MAX_PARTS + 1)))
    with pytest.raises(LimitError):
        mht_to_document(many)
    monkeypatch.setattr(mht, "MAX_BYTES", 10)
    with pytest.raises(LimitError, match="granted=10"):
        mht_to_document(message())
