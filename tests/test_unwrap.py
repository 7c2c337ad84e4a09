"""Wrappings of transfers: taken off by content, within limits, and said."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
from collections.abc import Callable

import pytest
from conftest import REPORTS
from hypothesis import given
from hypothesis import strategies as st

import gkextract
from extract import unwrap
from extract.errors import CorruptError, LimitError
from extract.source import bytes_to_source, source_to_dict
from extract.unwrap import MAX_LAYERS, behead, gunzip, unchunk, unwrap_source

PDF = (REPORTS / "word-a13-totals-only-none.pdf").read_bytes()
PAGE = "<html><body>{}</body></html>".format(
    "".join(f"<p>政府信息公开{n * n}</p>" for n in range(400))
).encode()


def chunked(data: bytes, size: int = 4096, end: bytes = b"0\r\n\r\n") -> bytes:
    """The body of a transfer in chunks."""
    parts = (data[i : i + size] for i in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


WRAPPED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("gzip in parts", lambda d: gzip.compress(d[:999]) + gzip.compress(d[999:]) + b"\0" * 512),
    ("chunks", chunked),
    ("chunks with words", lambda d: chunked(d, end=b"0;last\r\nX-Sum: 1\r\n\r\n")),
    ("base64", base64.encodebytes),
    ("base64 in one line", base64.b64encode),
    ("an address", lambda d: b"data:application/pdf;base64," + base64.b64encode(d)),
    ("chunks of gzip", lambda d: chunked(gzip.compress(d))),
    ("gzip, base64, chunks", lambda d: chunked(base64.encodebytes(gzip.compress(d)))),
]


@pytest.mark.parametrize(("name", "wrap"), WRAPPED, ids=[name for name, _ in WRAPPED])
@pytest.mark.parametrize("document", [PDF, PAGE], ids=["pdf", "html"])
def test_wrappings_come_off(name: str, wrap: Callable[[bytes], bytes], document: bytes) -> None:
    """The document comes out byte for byte; size and hash stay those of the file as given,
    the kind is the document's, and one finding tells."""
    given_ = bytes_to_source(wrap(document), "a.doc")
    found = unwrap_source(given_)
    assert found.data == document
    assert (found.sha256, found.bytes, found.uri) == (given_.sha256, given_.bytes, "a.doc")
    assert found.media_type == bytes_to_source(document).media_type
    assert [(n.code, n.severity) for n in found.notes] == [("source.unwrapped", "info")]


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"\r\n \t\0", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_bytes_before_a_pdf(junk: bytes) -> None:
    """They go, so that the file's own references are right; they stay where these count them."""
    assert behead(junk + PDF) == PDF
    start = int(PDF.rsplit(b"startxref", 1)[1].split()[0])
    moved = junk + PDF.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(junk)))
    assert behead(moved) is None
    assert behead(PDF) is None


def test_report_is_the_same_in_any_wrapping() -> None:
    """Wrapped or not, the report is the same but for source and the finding that tells."""

    def without(data: bytes) -> dict[str, object]:
        report = gkextract.extract(data).to_dict()
        kept = [f for f in report["findings"] if f["code"] != "source.unwrapped"]
        return {k: v for k, v in report.items() if k != "source"} | {"findings": kept}

    plain = without(PDF)
    for wrap in (gzip.compress, chunked, base64.encodebytes, lambda d: b"\xef\xbb\xbf" + d):
        assert without(wrap(PDF)) == plain


def test_layers_are_few() -> None:
    """At most MAX_LAYERS wrappings come off; what is left is told as what it is."""
    data = PDF
    for _ in range(MAX_LAYERS):
        data = gzip.compress(data)
    assert unwrap_source(bytes_to_source(data)).data == PDF
    found = unwrap_source(bytes_to_source(gzip.compress(data)))
    assert found.media_type == "application/gzip"
    with pytest.raises(gkextract.FormatError):
        gkextract.extract(gzip.compress(data))


def test_cut_or_damaged_wrappings_are_corrupt() -> None:
    """A stream that ends early is never read as far as it goes."""
    packed = gzip.compress(PDF)
    for broken in (packed[:-1], packed[: len(packed) // 2], packed[:11], packed + b"tail",
                   packed[:99] + b"\xff\xff\xff" + packed[102:]):  # fmt: skip
        with pytest.raises(CorruptError):
            gunzip(broken)
    whole = chunked(PDF)
    for broken in (whole[:-5], whole[:9000], whole[:8000] + whole[8010:]):
        with pytest.raises(CorruptError):
            unchunk(broken)


def test_bombs_are_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to much is LIMIT, after a few megabytes of memory."""
    bomb = gzip.compress(bytes(64 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(LimitError):
            gunzip(bomb)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
    with pytest.raises(LimitError):
        gkextract.extract(gzip.compress(bomb))
    monkeypatch.setattr(unwrap, "MAX_BYTES", 1000)
    with pytest.raises(LimitError, match="granted=1000"):
        gunzip(gzip.compress(bytes(range(256)) * 8))


TEXTS = [
    b"2023\r\nreport\r\n", b"a\r\n" * 200, b"1\r\nx\r\n" * 50, b"0\r\n\r\n", b"12\r\n",
    b"word" * 200, "政府信息公开工作年度报告\r\n".encode() * 50, b"<html>aGVsbG8=</html>",
    b"1" * 500, b" " * 500, b"A" * 63 + b"=", PDF, PAGE,
]  # fmt: skip


@pytest.mark.parametrize("data", TEXTS, ids=range(len(TEXTS)))
def test_documents_are_left_alone(data: bytes) -> None:
    """Plain documents, texts that look a little like a wrapping too, stay as they are."""
    source = bytes_to_source(data)
    assert unwrap_source(source) is source


def test_blanks_cost_no_time() -> None:
    """Long runs of blanks, hexadecimal and base64 words end at once."""
    for data in (b"A" * 63 + b" " * 2_000_000 + b"!", b"1\r\n\n" * 500_000, b"=" * 2_000_000,
                 b"\xef\xbb\xbf" + b"\r\n" * 1_000_000):  # fmt: skip
        assert unwrap_source(bytes_to_source(data)).data == data


@given(st.binary(max_size=2000))
def test_any_bytes_end(data: bytes) -> None:
    """Any bytes come out whole, unwrapped with a word, or as a typed error."""
    for wrap in (bytes, gzip.compress, chunked, base64.b64encode):
        source = bytes_to_source(wrap(data) or b" ")
        try:
            found = unwrap_source(source)
        except (CorruptError, LimitError):
            continue
        assert found is source or found.notes
        assert source_to_dict(found)["sha256"] == source.sha256


def test_guards_page_before_a_pdf_comes_off() -> None:
    """A whole web page directly before a PDF is taken off, and the report is that of the PDF; a
    page that only speaks of one is a page."""
    pdf = min(REPORTS.glob("*.pdf")).read_bytes()
    page = b"<html><head><script>location.reload()</script></head></html>\r\n"
    report = gkextract.extract(page * 3 + pdf)
    assert report.status == gkextract.extract(pdf).status
    assert "source.unwrapped" in {f.code for f in report.findings}
    for other in (page + b"see %PDF-1.7", page[:-9] + pdf):
        assert unwrap_source(bytes_to_source(other)).media_type == "text/html"
