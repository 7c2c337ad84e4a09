"""The same report as pictures in every container that holds some: the same figures, proven."""

from __future__ import annotations

import io
import shutil
from typing import Any

import pytest
from picturefiles import KEYS, golden, pngs
from PIL import Image

import gkextract
from extract.errors import CorruptError, NoContentError
from extract.ocr.ofd_sheets import ofd_to_pictures
from extract.readers.embedded import source_to_embedded
from extract.readers.images import Frames, image_to_document
from extract.readers.office import _can_unshare, convert
from extract.readers.rtf import rtf_to_pictures
from extract.source import bytes_to_source
from fixtures.make.pictures import (
    PICTURES,
    images_to_pngs,
    images_to_tiff,
    pages_to_files,
    pngs_to_docx,
    pngs_to_ofd,
    pngs_to_rtf,
    report_to_images,
)

FILES = ("g4.tif", "long.png", "pictures.docx", "pictures.ofd", "pictures.rtf")
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None or not _can_unshare(), reason="LibreOffice without network"
)


def check(data: bytes) -> dict[str, Any]:
    """The report of a file, which has to be the golden's."""
    report = gkextract.extract(data).to_dict(evidence=True)
    assert {key: report[key] for key in KEYS} == {key: golden()[key] for key in KEYS}
    return report


@pytest.mark.parametrize("name", FILES)
def test_container_gives_the_golden(name: str) -> None:
    """Whatever holds the pictures: title, every figure and the proof are the golden's, figures
    are on the page (or picture) that shows them, and each was recognised."""
    report = check((PICTURES / name).read_bytes())
    evidence = report["evidence"].values()
    assert {e["detector"] for e in evidence} == {"opencv+ocr"}
    assert {e["page"] for e in evidence} == ({1} if name == "long.png" else {1, 2})


def test_committed_files_are_those_made() -> None:
    """fixtures/pictures holds what its script makes and a golden, each file at most 60 kB; what
    is drawn hangs on the library that draws, so their kinds and pages are compared."""
    names = {*pages_to_files(), "pictures.expected.json"}
    assert {path.name for path in PICTURES.iterdir()} == names
    assert {*FILES, "pictures.expected.json"} == names
    assert max(path.stat().st_size for path in PICTURES.iterdir()) <= 60_000


def test_jpeg_frames_of_a_tiff_are_pages() -> None:
    """A TIFF of three JPEG frames is a report of three pages; a blank one between them, as
    scanners of both sides leave it, adds nothing and loses nothing."""
    first, second = report_to_images()
    blank = Image.new("L", first.size, "white")
    data = images_to_tiff([first, second, blank], "jpeg")
    assert check(data)["source"]["pages"] == 3


@pytest.mark.parametrize("behind", [b"", b"\x08\x00\x00\x00", b"7z\xbc\xaf\x27\x1c\x00\x04"])
def test_a_tiff_without_its_directory_is_corrupt(behind: bytes) -> None:
    """A file that begins as a TIFF and is none is a typed error, without a word from Pillow."""
    with pytest.raises(CorruptError):
        Frames(b"II*\x00" + behind)


def test_frames_are_as_they_were_saved() -> None:
    """Frames come in any order from one file that was opened once, those of G4 bit for bit."""
    levels = [Image.new("1", (600 + 10 * n, 800), n % 2) for n in range(3)]
    frames = Frames(images_to_tiff(levels, "group4"))
    for index in (2, 0, 1, 2):
        picture = frames.picture(index)
        assert picture.shape == (800, 600 + 10 * index, 3)
        assert set(picture.ravel()) == {255 * (index % 2)}


def test_file_of_frames_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the reader nor what recognises opens a file anew for each frame."""
    data = images_to_tiff([Image.new("1", (600, 800), 1)] * 5, "group4")
    opened: list[int] = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda *a, **k: opened.append(1) or real(*a, **k))
    assert len(image_to_document(data, "image/tiff").pages) == 5
    assert len(opened) == 1
    frames = Frames(data)
    for index in range(5):
        assert frames.width(index) and frames.picture(index).size
    assert len(opened) == 2


@pytest.mark.parametrize("raw", [True, False])
def test_pictures_of_rtf(raw: bool) -> None:
    """Pictures come out byte for byte, from bytes and from digits, in their order."""
    assert rtf_to_pictures(pngs_to_rtf(list(pngs()), raw)) == list(pngs())


@pytest.mark.parametrize(
    "around",
    [
        b"{\\v %b}",
        b"{\\deleted %b}",
        b"{\\header %b}",
        b"{\\*\\nonshppict %b}",
        b"{\\*\\unknown %b}",
    ],
)
def test_unseen_pictures_of_rtf(around: bytes) -> None:
    """What a reader of the document does not see in its body is no page of it."""
    (one,) = pngs()[:1]
    group = b"{\\pict\\pngblip\\bin%d %b}" % (len(one), one)
    assert rtf_to_pictures(b"{\\rtf1 " + group + b"}") == [one]
    assert rtf_to_pictures(b"{\\rtf1 " + around % group + b"}") == []


def test_broken_pictures_of_rtf() -> None:
    """Metafiles, odd digits and cut files give no picture, and no error of their own."""
    for group in (
        b"\\wmetafile8 00",
        b"\\pngblip 0",
        b"\\pngblip zz",
        b"\\pngblip",
    ):
        assert rtf_to_pictures(b"{\\rtf1{\\pict" + group + b"}}") == []
    with pytest.raises(NoContentError):
        gkextract.extract(pngs_to_rtf(list(pngs()))[:900])


@needs_office
def test_pictures_of_doc() -> None:
    """A binary DOC's pictures are those of the DOCX that it is read as."""
    odt = bytes_to_source(_to_doc(pngs_to_rtf(list(pngs()))))
    assert odt.media_type == "application/msword"
    assert len(source_to_embedded(odt)) == 2


def _to_doc(rtf: bytes) -> bytes:
    from extract.readers import office

    office.MADE["made-doc"] = ("doc", "MS Word 97", "writer")
    try:
        return convert(rtf, "made-doc")
    finally:
        del office.MADE["made-doc"]


def test_ofd_pictures_are_where_they_are_drawn() -> None:
    """A picture is laid where its map puts it and cut off by its boundary; one turned by a
    quarter comes out turned."""
    out = io.BytesIO()
    mark = Image.new("L", (1240, 1754), "white")
    mark.paste(0, (0, 0, 620, 300))
    mark.save(out, "PNG")
    plain = ofd_to_pictures(pngs_to_ofd([out.getvalue()]))(1)
    assert abs(plain.width - 595.28) < 0.1
    height, width = plain.picture.shape[:2]
    black = plain.picture[:, :, 0] < 128
    assert black[: height // 10, : width // 3].all() and not black[:, width * 2 // 3 :].any()
    half = ofd_to_pictures(pngs_to_ofd([out.getvalue()], "105 0 0 148.5 105 0"))(1).picture < 128
    tall, wide = half.shape[:2]
    assert not half[:, : wide // 2 - 3].any() and half[3 : tall // 20, wide * 5 // 8].all()
    turned = ofd_to_pictures(pngs_to_ofd([out.getvalue()], "0 297 -210 0 210 0"))(1).picture < 128
    tall, wide = turned.shape[:2]
    assert turned[3 : tall // 3, -wide // 10 : -3].all() and not turned[tall * 2 // 3 :].any()


PATH = (
    '<ofd:PathObject ID="7" Boundary="0 0 210 150" Fill="true" Stroke="false">'
    '<ofd:FillColor Value="255 255 255"/><ofd:AbbreviatedData>M 0 0 L 210 0 L 210 150 L 0 150 C'
    "</ofd:AbbreviatedData></ofd:PathObject>"
)


def test_ofd_page_that_its_pictures_do_not_show() -> None:
    """A page with something drawn over its picture, or whose picture is missing, is an error:
    what a viewer shows of it is not known."""
    with pytest.raises(CorruptError, match="over its picture"):
        gkextract.extract(pngs_to_ofd(list(pngs()), more=PATH))
    lacking = pngs_to_ofd(list(pngs())).replace(b"p1.png", b"q1.png")
    with pytest.raises(CorruptError):
        gkextract.extract(lacking)


def test_broken_picture_costs_itself() -> None:
    """A picture cut short, in a document whose others prove every figure: the report is read, and
    doubtful, for a table may have gone on there."""
    third = images_to_pngs([Image.new("L", (1240, 1754), "white").rotate(1, fillcolor=0)])[0]
    report = gkextract.extract(pngs_to_docx([*pngs(), third[: len(third) // 2]]))
    assert report.status == "doubtful"
    assert {"source.damaged", "text.absent"} <= {f.code for f in report.findings}


def test_docx_of_the_pictures_is_the_fixture() -> None:
    """The pictures in the committed DOCX are large enough to be looked at, both of them."""
    assert len(source_to_embedded(bytes_to_source(pngs_to_docx(list(pngs()))))) == 2
