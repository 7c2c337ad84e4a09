"""The PDF reader, on files written here byte by byte: what a reader of the page sees, and
where; what is damaged, locked or too large."""

from __future__ import annotations

import math

import pymupdf
import pytest
from drawing import A4, Pdf, chars_to_text, objects_to_pdf, show, stream

import gkextract
from extract.errors import CorruptError, EncryptedError, LimitError
from extract.readers.pdf import MAX_PAGES, pdf_to_document
from extract.readers.turns import Turn, direction_to_turn
from tableparse.model import Box, Char, Document, Page

SEEN = show("1234", 100, 700)


def read(pdf: Pdf | bytes) -> Document:
    """The document; bytes or a description of them."""
    return pdf_to_document(pdf if isinstance(pdf, bytes) else pdf.to_bytes())


def read_page(content: bytes, **options: object) -> Page:
    """The only page of a file with this content."""
    (page,) = read(Pdf((content,), **options)).pages  # type: ignore[arg-type]
    return page


def text_of(page: Page) -> str:
    """Its visible characters in the order of drawing."""
    return chars_to_text(page.chars)


def box(char: Char) -> tuple[float, ...]:
    """Its place, to a tenth of a point."""
    return tuple(round(edge, 1) for edge in char[1:5])


EMS = [(100, 131.4, 107.2, 143.4), (107.2, 131.4, 114.4, 143.4)]
"""The boxes of the first two glyphs of SEEN."""

# -- places ------------------------------------------------------------------------------


def test_box_is_made_of_baseline_and_size() -> None:
    """12-point text whose baseline starts at (100, 700) from below: 142 from above, the box
    an em high around it, as wide as the glyph's advance."""
    page = read_page(SEEN)
    assert text_of(page) == "1234"
    assert (page.width, page.height) == (595, 842)
    assert [box(c) for c in page.chars[:2]] == EMS
    assert {c.size for c in page.chars} == {12.0}
    assert len({c.run for c in page.chars}) == 1


@pytest.mark.parametrize(
    "setting",
    [
        "/F2 1 Tf 12 0 0 12 100 700 Tm",
        "/F2 24 Tf 0.5 0 0 0.5 100 700 Tm",
        "/F2 12 Tf 1 0 0 1 100 700 Tm 100 Tz",
        "/F2 12 Tf 1 0 0.3 1 100 700 Tm",  # slanted glyphs
    ],
)
def test_scaled_text_matrix_gives_the_same_box(setting: str) -> None:
    """However font size and matrix share the scaling, the box is that of the glyph shown."""
    page = read_page(f"BT {setting} (1234) Tj ET".encode())
    assert [box(c) for c in page.chars] == [box(c) for c in read_page(SEEN).chars]


def test_flipped_coordinates_give_the_same_box() -> None:
    """Browsers draw with y downwards and flip each text back."""
    page = read_page(b"q 1 0 0 -1 0 842 cm BT /F2 12 Tf 1 0 0 -1 100 142 Tm (1234) Tj ET Q")
    assert [box(c) for c in page.chars] == [box(c) for c in read_page(SEEN).chars]


@pytest.mark.parametrize(
    ("setting", "width"),
    [
        ("/F2 12 Tf 50 Tz 1 0 0 1 100 700 Tm", 3.6),
        ("/F2 12 Tf 0.5 0 0 1 100 700 Tm", 3.6),
        ("/F2 12 Tf 150 Tz 1 0 0 1 100 700 Tm", 10.8),
        ("/F2 12 Tf 1 0 0 0.5 100 700 Tm", 7.2),
    ],
)
def test_stretched_text_keeps_baseline_and_width(setting: str, width: float) -> None:
    """Text condensed or stretched: each glyph as wide as it is shown, its middle above the
    baseline and below the glyph's top."""
    page = read_page(f"BT {setting} (1234) Tj ET".encode())
    assert text_of(page) == "1234"
    for i, char in enumerate(page.chars):
        x = 100 + i * width
        assert (char.x0, char.x1) == pytest.approx((x, x + width), abs=0.1)
        assert 142 - 12 < (char.top + char.bottom) / 2 < 142


MATRICES = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("lies", MATRICES)
def test_page_is_given_upright(rotate: int, lies: int) -> None:
    """Text on its side, by /Rotate or without, is given as one reads it; `turn` tells how the
    page is shown by a viewer, and its boxes go back to where a viewer shows them."""
    content = f"BT /F2 12 Tf {MATRICES[lies]} 300 400 Tm (1234) Tj ET".encode()
    data = Pdf((content,), page=f"/Rotate {rotate}").to_bytes()
    (page,) = pdf_to_document(data).pages
    assert text_of(page) == "1234"
    tops = {round(c.top, 1) for c in page.chars}
    assert len(tops) == 1
    assert [c.x0 for c in page.chars] == sorted(c.x0 for c in page.chars)
    assert page.chars[1].x0 - page.chars[0].x0 == pytest.approx(7.2, abs=0.01)
    assert page.turn == (lies - rotate) % 360
    back = Turn((360 - page.turn) % 360, page.width, page.height)
    first = Box(*back.box(Box(*page.chars[0][1:5])))
    with pymupdf.open(stream=data, filetype="pdf") as pdf:
        shown = pdf[0].search_for("1234")[0] * pdf[0].rotation_matrix
        assert (back.width, back.height) == pytest.approx(tuple(pdf[0].rect)[2:])
    middle = pymupdf.Point((first.x0 + first.x1) / 2, (first.top + first.bottom) / 2)
    assert middle in pymupdf.Rect(shown.x0 - 2, shown.y0 - 2, shown.x1 + 2, shown.y1 + 2)


def test_most_text_decides_which_way_is_up() -> None:
    """A label on its side does not turn a page of level text."""
    side = b"BT /F2 12 Tf 0 1 -1 0 50 400 Tm (99) Tj ET "
    page = read_page(SEEN + side)
    assert (page.turn, page.width) == (0, 595)
    assert text_of(page) == "123499"


def test_crop_box_is_the_page() -> None:
    """Places are counted from the corner of the page as shown, wherever the file's boxes
    begin; what the crop box cuts off is out of sight."""
    page = read_page(SEEN + show("99", 10, 600), page="/CropBox[50 100 500 800]")
    assert (page.width, page.height) == (450, 700)
    assert (text_of(page), page.hidden) == ("1234", 2)
    assert box(page.chars[0]) == (50, 89.4, 57.2, 101.4)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_media_box_may_begin_anywhere(rotate: int) -> None:
    """A media box with its origin elsewhere, cropped and turned."""
    options = f"/CropBox[80 100 500 780]/Rotate {rotate}"
    page = read_page(SEEN, media=(50, 60, 545, 792), page=options)
    assert (page.width, page.height) == (420, 680)
    assert box(page.chars[0]) == (20, 69.4, 27.2, 81.4)
    rulings = read_page(b"100 700 m 200 700 l S", media=(50, 60, 545, 792), page=options).rulings
    assert len(rulings) == 1


def test_lines_and_text_share_their_coordinates() -> None:
    """A line under a text lies under it, on every page box and turn."""
    line = b"100 698 m 128.8 698 l S "
    crop = "/CropBox[50 100 500 800]"
    for options in ("", "/Rotate 90", crop, crop + "/Rotate 270"):
        page = read_page(line + SEEN, page=options)
        (ruling,) = page.rulings
        first, last = page.chars[0], page.chars[-1]
        assert ruling.top == ruling.bottom == pytest.approx(first.top + 0.88 * 12 + 2, abs=0.1)
        assert (ruling.x0, ruling.x1) == pytest.approx((first.x0, last.x1), abs=0.1)


def test_text_in_a_form_is_text() -> None:
    """Text drawn by a form XObject stands where the form is placed."""
    form = stream(show("77", 100, 700), "/Type/XObject/Subtype/Form/BBox[0 0 600 900]"
                  "/Resources<</Font<</F2 4 0 R>>>>")  # fmt: skip
    page = read_page(SEEN + b"q 1 0 0 1 20 -100 cm /X1 Do Q",
                     resources="/XObject<</X1 100 0 R>>", objects={100: form})  # fmt: skip
    assert text_of(page) == "123477"
    assert box(page.chars[4])[:2] == (120, 231.4)


# -- what is seen ------------------------------------------------------------------------

NINES = show("99", 100, 600)
COVER = b"90 590 100 40 re f "


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"BT 3 Tr /F2 12 Tf 1 0 0 1 100 600 Tm (99) Tj ET ", {}),
        (b"1 g " + NINES, {}),
        (b"0.95 g " + NINES, {}),
        (NINES + b"1 g " + COVER, {}),
        (NINES + b"0 g " + COVER, {}),
        (b"0 g " + COVER + b"1 g " + COVER + NINES, {}),
        (b"1 g " + NINES + b"0 g " + COVER, {}),
        (b"0 g " + COVER + NINES, {}),
        (b"/G1 gs " + NINES, {"resources": "/ExtGState<</G1<</ca 0>>>>"}),
        (show("99", 100, 600, 0.4), {}),
        (show("99", -100, 600) + show("88", 100, 900), {}),
        (b"0.8 g BT /F2 60 Tf 0.707 0.707 -0.707 0.707 100 300 Tm (99) Tj ET ", {}),
        (b"0.8 g BT /F2 60 Tf 1 0 0 1 100 300 Tm (99) Tj ET ", {}),
        (b"BT /F2 12 Tf 0.9 0.436 -0.436 0.9 100 600 Tm (99) Tj ET ", {}),
    ],
    ids=[
        "render mode 3", "white on white", "all but white", "under a white box",
        "under a black box", "white on white on black", "white under black", "black on black",
        "transparent", "too small", "off the page", "watermark aslant", "watermark level", "aslant",
    ],
)  # fmt: skip
def test_out_of_sight(content: bytes, options: dict[str, str]) -> None:
    """What a reader of the page does not see as its text is not read, and is counted."""
    page = read_page(SEEN + content, **options)
    assert text_of(page) == "1234"
    assert page.hidden >= 2


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"0 g " + COVER + b"1 g " + NINES, {}),
        (b"0.9 g " + COVER + b"0 g " + NINES, {}),
        (b"1 g " + COVER + b"0 g " + NINES, {}),
        (b"0.7 g " + NINES, {}),
        (b"1 0 0 rg " + NINES, {}),
        (b"/G1 gs " + NINES, {"resources": "/ExtGState<</G1<</ca 0.5>>>>"}),
        (NINES + b"/G1 gs 1 1 0 rg " + COVER, {"resources": "/ExtGState<</G1<</ca 0.3>>>>"}),
        (NINES + b"/G1 gs 1 1 0 rg " + COVER, {"resources": "/ExtGState<</G1<</BM/Multiply>>>>"}),
        (NINES + b"q 0 0 50 50 re W n 1 g 0 0 595 842 re f Q ", {}),
        (NINES + b"0 g 90 590 100 40 re S ", {}),
        (b"BT /F2 12 Tf 0.99996 0.00873 -0.00873 0.99996 100 600 Tm (99) Tj ET ", {}),
        (b"q BT 1 Tr /F2 12 Tf 1 0 0 1 100 600 Tm (99) Tj ET Q ", {}),
        (show("99", 100, 600, 6), {}),
    ],
    ids=[
        "white on black", "black on grey", "black on white", "grey", "red", "half transparent",
        "under a pale glaze", "under a highlight", "beside a clipped box", "in a frame",
        "slightly aslant", "outlines", "small",
    ],
)  # fmt: skip
def test_in_sight(content: bytes, options: dict[str, str]) -> None:
    """What shows is read."""
    page = read_page(SEEN + b"0 g " + content, **options)
    assert text_of(page) == "123499"
    assert page.hidden == 0


def test_hidden_layer_is_out_of_sight() -> None:
    """Text and lines of an optional-content group that is off are not there; on, they are."""
    content = SEEN + b"/OC /L1 BDC " + NINES + b"100 100 m 200 100 l S EMC"
    groups = "/OCProperties<</OCGs[100 0 R]/D<</OFF[100 0 R]>>>>"
    options = {"resources": "/Properties<</L1 100 0 R>>",
               "objects": {100: b"<</Type/OCG/Name(layer)>>"}}  # fmt: skip
    off = read_page(content, catalog=groups, **options)
    on = read_page(content, catalog=groups.replace("/OFF[100 0 R]", ""), **options)
    assert (text_of(off), len(off.rulings)) == ("1234", 0)
    assert (text_of(on), len(on.rulings)) == ("123499", 1)


@pytest.mark.parametrize(("flags", "text"), [(4, "123455"), (2, "1234")])
def test_annotation(flags: int, text: str) -> None:
    """Text of an annotation that is shown is text of the page; of a hidden one it is not."""
    look = stream(show("55", 2, 4), "/Type/XObject/Subtype/Form/BBox[0 0 100 20]"
                  "/Resources<</Font<</F2 4 0 R>>>>")  # fmt: skip
    note = f"/Type/Annot/Subtype/FreeText/Rect[100 500 200 520]/F {flags}/AP<</N 100 0 R>>"
    page = read_page(SEEN, page=f"/Annots[<<{note}>>]", objects={100: look})
    assert text_of(page) == text


PICTURE = "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceRGB"


@pytest.mark.parametrize(
    ("order", "text"), [("picture", ""), ("text picture", ""), ("picture text", "1234")]
)
def test_pictures(order: str, text: str) -> None:
    """A page that is a picture has no text, nor has one whose text lies under a picture; text
    over a picture is text."""
    parts = {"text": SEEN, "picture": b"q 595 0 0 842 0 0 cm /I1 Do Q "}
    page = read_page(b"".join(parts[p] for p in order.split()),
                     resources="/XObject<</I1 100 0 R>>",
                     objects={100: stream(b"\xc0" * 12, PICTURE)})  # fmt: skip
    assert text_of(page) == text
    assert page.hidden == (4 if order == "text picture" else 0)
    if not text:
        assert page.images == pytest.approx(1.0, abs=0.01)


# -- what the characters are -------------------------------------------------------------


def test_fake_bold_and_overprint_are_all_given() -> None:
    """Glyphs drawn twice, or over one another, come as they were drawn: which to read is for
    the cell to say."""
    assert text_of(read_page(show("12", 100, 700) + show("12", 100.3, 700))) == "1212"
    assert text_of(read_page(show("12", 100, 700) + show("17", 100, 700))) == "1217"


def cjk(text: str, encoding: str) -> Pdf:
    """Text in a Chinese font that is not embedded, in a given encoding of characters."""
    shown = text.encode("utf-16-be").hex()
    return Pdf(
        (f"BT /F1 12 Tf 1 0 0 1 100 700 Tm <{shown}> Tj ET".encode(),),
        objects={
            3: f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/{encoding}"
               "/DescendantFonts[100 0 R]>>".encode(),
            100: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000"
                 b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
                 b"/FontDescriptor 101 0 R>>",
            # ascent and descent 0, and a box of thousands of units, as real producers write
            101: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/ItalicAngle 0/Ascent 0"
                 b"/Descent 0/CapHeight 0/StemV 80/FontBBox[-997 -1049 2929 1810]>>",
        },
    )  # fmt: skip


def test_metrics_of_the_font_do_not_matter() -> None:
    """A font that states no height or a monstrous one: the box is the em around the baseline."""
    (page,) = read(cjk("本年新收", "UniGB-UCS2-H")).pages
    assert text_of(page) == "本年新收"
    assert [box(c) for c in page.chars[:2]] == [(100, 131.4, 112, 143.4), (112, 131.4, 124, 143.4)]


def test_vertical_writing() -> None:
    """Characters under one another, each an em square, from top to bottom."""
    (page,) = read(cjk("三办理结果", "UniGB-UCS2-V")).pages
    assert text_of(page) == "三办理结果"
    assert page.turn == 0
    assert [round(c.top - page.chars[0].top, 1) for c in page.chars] == [0, 12, 24, 36, 48]
    assert {(round(c.x0, 1), round(c.x1, 1)) for c in page.chars} == {(94, 106)}


def test_vertical_writing_does_not_turn_the_page() -> None:
    """Vertical writing says nothing of which way is up."""
    pdf = cjk("三办理结果", "UniGB-UCS2-V")
    contents = (pdf.contents[0] + show("12", 300, 300),)
    (page,) = read(Pdf(contents, objects=pdf.objects)).pages
    assert (page.turn, text_of(page)) == (0, "三办理结果12")


def embedded(text: str, cmap: dict[str, str] | None) -> bytes:
    """Text in an embedded font whose map to Unicode is as given (hexadecimal by character),
    or missing."""
    font = pymupdf.Font("helv")
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=A4[2], height=A4[3])
        page.insert_font("F0", fontbuffer=font.buffer)
        page.insert_text((100, 142), text, fontname="F0", fontsize=12)
        xref = page.get_fonts()[0][0]
        pdf.xref_set_key(xref, "ToUnicode", "null")
        if cmap is not None:
            pairs = " ".join(f"<{font.has_glyph(ord(c)):04x}><{to}>" for c, to in cmap.items())
            number = pdf.get_new_xref()
            pdf.update_object(number, "<<>>")
            pdf.update_stream(
                number,
                b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
                b"1 begincodespacerange <0000><ffff> endcodespacerange "
                + f"{len(cmap)} beginbfchar {pairs} endbfchar".encode()
                + b" endcmap end end",
            )
            pdf.xref_set_key(xref, "ToUnicode", f"{number} 0 R")
        return bytes(pdf.tobytes())


@pytest.mark.parametrize(
    ("cmap", "text", "unreadable"),
    [
        ({"1": "0031", "2": "0032"}, "12", 0),
        ({"1": "e123", "2": "0032"}, "\ufffd2", 1),
        ({"1": "fffd", "2": "0000"}, "\ufffd\ufffd", 2),
        ({"1": "f0b1", "2": "f0b2"}, "\ufffd\ufffd", 2),
        ({"1": "0032", "2": "0032"}, "22", 0),
        ({"1": "ff11", "2": "2f00"}, "１⼀", 0),
    ],
    ids=["plain", "private use", "replacement, NUL", "symbol", "as the file says", "wide, radical"],
)
def test_map_to_unicode(cmap: dict[str, str], text: str, unreadable: int) -> None:
    """A glyph is what the file's map says, unreadable where that says nothing; radicals and
    wide digits stay as the file has them."""
    (page,) = read(embedded("12", cmap)).pages
    assert (text_of(page), page.unreadable) == (text, unreadable)


def test_unreadable_out_of_sight_is_not_counted() -> None:
    """Only what a reader sees can be unreadable to him."""
    with pymupdf.open(stream=embedded("12", {"1": "e123", "2": "0032"}), filetype="pdf") as pdf:
        pdf[0].draw_rect(pymupdf.Rect(90, 120, 200, 160), color=(1, 1, 1), fill=(1, 1, 1))
        (page,) = read(bytes(pdf.tobytes())).pages
    assert (text_of(page), page.unreadable, page.hidden) == ("", 0, 2)


@pytest.mark.parametrize("scale", [0.001, 0.01, 1.0])
def test_type_3_font(scale: float) -> None:
    """A font of drawings, in any units: the box is that of the em, and its strokes are no
    lines of a table."""
    unit = 1 / scale
    ink = f"{0.6 * unit:g} 0 0 0 {unit:g} {unit:g} d1 0 0 {unit / 2:g} {0.7 * unit:g} re f"
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 {unit:g} {unit:g}]"
        f"/FontMatrix[{scale:g} 0 0 {scale:g} 0 0]/CharProcs<</one 101 0 R/two 101 0 R>>"
        "/Encoding<</Type/Encoding/Differences[49/one/two]>>/FirstChar 49/LastChar 50"
        f"/Widths[{0.6 * unit:g} {0.6 * unit:g}]/Resources<<>>>>"
    )
    content = b"BT /F1 12 Tf 1 0 0 1 100 700 Tm (12) Tj ET"
    page = read_page(content, objects={3: font.encode(), 101: stream(ink.encode())})
    assert text_of(page) == "12"
    assert [box(c) for c in page.chars] == EMS
    assert (page.rulings, page.fills) == ((), ())


# -- files -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["RC4_40", "RC4_128", "AES_128", "AES_256"])
def test_password(method: str) -> None:
    """A file that asks for a password is ENCRYPTED; one that only restricts its use is read."""
    kind = getattr(pymupdf, f"PDF_ENCRYPT_{method}")
    with pymupdf.open(stream=Pdf((SEEN,)).to_bytes(), filetype="pdf") as pdf:
        locked = pdf.tobytes(encryption=kind, user_pw="u", owner_pw="o")
        guarded = pdf.tobytes(encryption=kind, user_pw="", owner_pw="o", permissions=0)
    with pytest.raises(EncryptedError):
        read(locked)
    assert text_of(read(guarded).pages[0]) == "1234"


def test_page_limit() -> None:
    """As many pages as the limit are read, one more is LIMIT, with both numbers."""
    assert len(read(Pdf((b"",) * 40)).pages) == 40
    with pytest.raises(LimitError, match=rf"2001 pages.*{MAX_PAGES}"):
        read(Pdf((b"",) * (MAX_PAGES + 1)))


@pytest.mark.parametrize(
    "data",
    [
        objects_to_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"}),
        objects_to_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 3>>"}),
        objects_to_pdf({1: b"<</Type/Catalog>>"}),
        b"%PDF-1.7\n",
        b"%PDF-1.7\nnothing of the kind",
    ],
    ids=["no page", "pages without kids", "no pages", "head alone", "words"],
)
def test_damaged_beyond_reading(data: bytes) -> None:
    """A file that has no page to be read is CORRUPT."""
    with pytest.raises(CorruptError):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        Pdf((SEEN, SEEN)).to_bytes().replace(b"12 0 R]", b" 2 0 R]"),
        objects_to_pdf({1: b"<</Type/Catalog/Pages 1 0 R>>"}),
        Pdf((SEEN,)).to_bytes()[:300],
        Pdf((SEEN,)).to_bytes().replace(b"endstream", b"endstrxxm"),
    ],
    ids=["tree in a circle", "catalog is its own tree", "cut short", "stream without end"],
)
def test_any_damage_ends_in_an_error_of_ours(data: bytes) -> None:
    """Whatever is broken, the public function gives a typed error and nothing else."""
    with pytest.raises(gkextract.GkextractError) as caught:
        gkextract.extract(data)
    assert caught.value.code in ("CORRUPT", "NO_CONTENT")


@pytest.mark.parametrize(
    "data",
    [
        Pdf((SEEN, SEEN, SEEN)).to_bytes()[:-450],
        Pdf((SEEN, SEEN)).to_bytes().replace(b"12 0 R]", b"99 0 R]"),
        Pdf((SEEN, SEEN)).to_bytes().replace(b"/Count 2", b"/Count 1"),
        Pdf((SEEN, SEEN)).to_bytes().replace(b"/Contents 13", b"/Contents 77"),
        Pdf((SEEN + b"BT /F2 12 Tf (abc Tj ET " + NINES,)).to_bytes(),
        Pdf((SEEN + b" foo ( )) >> ] Q Q " + NINES,)).to_bytes(),
        Pdf((SEEN,)).to_bytes().replace(b"startxref", b"startxxxx"),
    ],
    ids=["truncated", "a page missing", "a page too many", "no content", "open string",
         "bad operators", "no index"],
)  # fmt: skip
def test_damage_is_told(data: bytes) -> None:
    """What could be read of a damaged file is read, and the damage is spoken of: with it no
    report is certain."""
    document = read(data)
    assert "1234" in text_of(document.pages[0])
    assert [note.code for note in document.notes] == ["source.damaged"]


def test_sound_file_has_no_notes() -> None:
    """A sound file is not called damaged; messages of one file do not reach the next."""
    read(Pdf((SEEN,)).to_bytes().replace(b"startxref", b"startxxxx"))
    assert read(Pdf((SEEN,))).notes == ()


def test_lines_and_areas() -> None:
    """Strokes, thin rectangles and frames are rulings; wide ones, and tints, are areas; the
    paper's colour is told apart."""
    page = read_page(
        b"100 700 m 200 700 l S "  # a stroke
        b"100 650 100 0.5 re f "  # a thin rectangle
        b"100 600 0.5 40 re f "  # the same upright
        b"300 600 100 50 re S "  # a frame: four lines
        b"0.9 g 300 500 100 50 re f "  # a tint
        b"1 g 300 400 100 50 re f "  # paper
        b"1 G 100 550 m 200 550 l S "  # a line in the paper's colour
        b"0 G 8 w 100 450 m 200 450 l S "  # a bar
        b"1 w [3 2] 0 d 100 300 m 200 300 l S [] 0 d "  # a dashed line
        b"100 250 m 200 280 l S "  # aslant
        b"0 g 300 300 0.7 0.7 re f "  # a dot, which may be of a line either way
    )
    assert len(page.rulings) == 1 + 1 + 1 + 4 + 1 + 2
    assert len(page.pale_rulings) == 1
    assert [(round(b.x0), round(b.top)) for b in page.fills] == [(300, 292), (100, 388)]
    assert {(r.x0, r.x1) for r in page.rulings if r.top == r.bottom and r.x1 <= 200} == {(100, 200)}


def test_text_without_a_direction_is_not_seen() -> None:
    """Text whose matrix a damaged file has flattened to nothing shows nothing, and ends no
    reading: the page is read without it."""
    assert direction_to_turn(0.0, 0.0) is None
    flat = b"BT /F2 12 Tf 0 0 0 0 100 500 Tm (99) Tj ET\n"
    assert text_of(read_page(SEEN + flat)) == "1234"


# -- borders drawn as rings, and clipped ones ---------------------------------------------


@pytest.mark.parametrize("content", [
    b"100 600 200 50 re 101 601 198 48 re f*", b"100 600 200 50 re 101 649 198 -48 re f",
    b"101 601 198 48 re 100 600 200 50 re f*",
])  # fmt: skip
def test_ring_is_four_lines(content: bytes) -> None:
    """Two rectangles in one another of which the inner one is left out are the border of a
    cell, and no area that text could not be seen on."""
    page = read_page(content + b"\n" + show("12", 150, 620))
    assert text_of(page) == "12" and page.fills == ()
    level = {round(r.top) for r in page.rulings if r.top == r.bottom}
    upright = {round(r.x0) for r in page.rulings if r.x0 == r.x1}
    assert (level, upright) == ({192, 242}, {100, 300})


def test_two_rectangles_both_filled_are_areas() -> None:
    """Drawn the same way round and filled alike, one rectangle in another is no hole."""
    page = read_page(b"0.5 g 100 600 200 50 re 101 601 198 48 re f")
    assert len(page.fills) == 2 and page.rulings == ()


def test_text_beside_a_clipped_area_is_seen() -> None:
    """Of a black area only what its clip leaves is black: a border drawn so (as browsers draw
    round corners and shadows) hides no black text, and is a line."""
    inside = b"q 100 600 200 1 re W n 100 600 200 50 re f Q\n"
    page = read_page(inside + show("12", 150, 620))
    assert text_of(page) == "12"
    assert [round(r.top) for r in page.rulings] == [242]
    ring = b"q 0 0 595 842 re 101 601 198 48 re W* n 100 600 200 50 re f Q\n"
    page = read_page(ring + show("12", 150, 620))
    assert text_of(page) == "12" and len(page.rulings) == 4
    page = read_page(b"100 600 200 50 re f\n" + show("12", 150, 620))
    assert text_of(page) == ""


@pytest.mark.parametrize(
    ("direction", "turn"),
    [((1, 0), 0), ((0.999, 0.03), 0), ((0.7, 0.7), None), ((0, 0), None), ((1e39, 0), None),
     ((math.inf, 0), None), ((math.nan, math.nan), None)],
)  # fmt: skip
def test_directions_of_damaged_files_are_none(
    direction: tuple[float, float], turn: int | None
) -> None:
    """Only level and upright text has a turn; what is no unit vector has none."""
    assert direction_to_turn(*direction) == turn
