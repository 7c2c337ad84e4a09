"""OFD: what is drawn is read as from a PDF, and nothing else is."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(ROOT))

from ofd_mutants import mutate, package_to_parts, parts_to_package

import gkextract
from extract.errors import CorruptError, EncryptedError, FormatError, GkextractError, LimitError
from extract.readers import ofd, ofd_objects
from extract.readers.ofd import ofd_to_document, resolve
from extract.readers.ofd_geometry import (
    POINTS,
    DamagedError,
    Matrix,
    subpaths_to_items,
    text_to_offsets,
    text_to_subpaths,
)
from fixtures.make.compose import Variant, load_variants
from fixtures.make.golden import golden_to_text, report_to_golden
from fixtures.make.ofd import load_ofd_variants, write_ofd
from fixtures.make.ofd_pen import Style
from fixtures.make.report import load_report

FIXTURES = ROOT / "fixtures" / "ofd"
HOSTILE = ROOT.parent / "shared" / "hostile"
FILES = sorted(FIXTURES.glob("*.ofd"))
KEYS = ("title", "agency", "year", "proactive", "applications", "review", "status")


def golden(path: Path) -> dict[str, Any]:
    """The golden beside a fixture."""
    return json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def page(*objects: str, content: str = "", area: str = "0 0 100 100") -> dict[str, str]:
    """The parts of a package with one page of these objects."""
    layer = f"<Content><Layer>{''.join(objects)}</Layer></Content>"
    return {
        "OFD.xml": "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>",
        "Doc_0/Document.xml": "<Document><CommonData><PageArea><PhysicalBox>"
        f"{area}</PhysicalBox></PageArea></CommonData><Pages>"
        '<Page ID="1" BaseLoc="Pages/P.xml"/></Pages></Document>',
        "Doc_0/Pages/P.xml": f"<Page>{content}{layer}</Page>",
    }


def read(parts: dict[str, str]) -> Any:
    """The document of these parts."""
    return ofd_to_document(parts_to_package(dict(parts)))


def text(code: str, *, at: str = "10 10 50 10", more: str = "", inner: str = "") -> str:
    """A text object of size 5 at a boundary; `code` is its TextCode."""
    return f'<TextObject Boundary="{at}" Size="5" {more}>{inner}{code}</TextObject>'


def shown(parts: dict[str, str]) -> str:
    """The visible characters of the first page."""
    return "".join(c.text for c in read(parts).pages[0].chars)


def test_fixtures_are_those_of_the_data_file() -> None:
    """fixtures/ofd holds a package and a golden for each variant of ofd.toml, at least six."""
    names = {variant.name for variant, _ in load_ofd_variants()}
    wanted = {f"{n}{end}" for n in names for end in (".ofd", ".expected.json")}
    assert {path.name for path in FIXTURES.iterdir()} == wanted
    assert len(names) >= 6


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fixture_is_exact(path: Path) -> None:
    """Every figure, the title and the status are those of the golden; nothing is said but
    what the figures themselves call for."""
    report = gkextract.extract(path)
    found, wanted = report.to_dict(), golden(path)
    assert {key: found[key] for key in KEYS} == {key: wanted[key] for key in KEYS}
    heads = [s["heading"] for s in found["narrative"] if s["heading"]]
    assert heads == wanted["narrative_headings"]
    assert {f.code for f in report.findings} <= {"identity.failed"}
    assert report.source["media_type"] == "application/ofd"


HELD_OUT = [v for v in load_variants() if v.producer != "word" and not v.rotate][::4]


@pytest.mark.parametrize("variant", HELD_OUT, ids=lambda v: v.name)
def test_any_print_in_any_way_is_exact(variant: Variant) -> None:
    """Prints that are committed as PDF of other producers, written as OFD in ways drawn by
    their name, give the golden of their report."""
    rng = Random(variant.name)
    names = [f.name for f in fields(Style) if f.type == "bool" and f.name != "composite"]
    style = Style(prefix=rng.choice(("ofd", "", "x")), **{n: rng.random() < 0.4 for n in names})
    report = load_report(variant.report)
    buffer = io.BytesIO()
    write_ofd(report, variant, style, buffer)
    found = gkextract.extract(buffer.getvalue()).to_dict()
    wanted = json.loads(golden_to_text(report_to_golden(report)))
    assert {key: found[key] for key in KEYS} == {key: wanted[key] for key in KEYS}


def test_same_report_as_from_pdf() -> None:
    """OFD and PDF of the same figures give the same JSON but for source and attempts."""
    found = []
    for name in ("ofd/ofd-a01-ruled-30.ofd", "reports/word-a01-segments-10.pdf"):
        report = gkextract.extract(ROOT / "fixtures" / name).to_dict()
        found.append({k: v for k, v in report.items() if k not in ("source", "attempts")})
    assert found[0] == found[1]


def test_figures_are_where_the_page_shows_them() -> None:
    """The box of a figure holds its characters, in points from the top left of the page, also
    where the page lies on its side."""
    for name in ("ofd-a01-ruled-30", "ofd-a14-sideways-40"):
        path = FIXTURES / f"{name}.ofd"
        pages = ofd_to_document(path.read_bytes()).pages
        width, height = pages[0].width, pages[0].height
        if pages[0].turn:
            width, height = height, width
        for key, value in gkextract.extract(path).figures():
            if value.box and value.number is not None:
                assert 0 <= value.box.x0 < value.box.x1 <= width, key
                assert 0 <= value.box.top < value.box.bottom <= height, key


def test_characters_stand_where_the_offsets_put_them() -> None:
    """Boundary, X, Y and DeltaX (repetitions, too few, too many) give each origin in points."""
    code = '<TextCode X="1" Y="5" DeltaX="g 2 3 7 9 9">1234</TextCode>'
    chars = read(page(text(code))).pages[0].chars
    assert [c.text for c in chars] == list("1234")
    assert [round(c.x0 / POINTS, 3) for c in chars] == [11, 14, 17, 24]
    assert {round(c.bottom / POINTS, 3) for c in chars} == {15 + 0.12 * 5}
    short = read(page(text('<TextCode X="0" Y="5" DeltaX="9">123</TextCode>'))).pages[0].chars
    assert [round(c.x0 / POINTS, 3) for c in short] == [10, 19, 21.5]


def test_matrices_are_applied_from_the_inside_out() -> None:
    """CTM before Boundary, and those of what an object stands in after its own."""
    scaled = text('<TextCode X="4" Y="10">1</TextCode>', more='CTM="0.5 0 0 0.5 1 2"')
    (char,) = read(page(scaled)).pages[0].chars
    assert (round(char.x0 / POINTS, 3), round(char.size / POINTS, 3)) == (13, 2.5)
    parts = page('<CompositeObject Boundary="20 0 9 9" CTM="2 0 0 2 0 0" ResourceID="7"/>')
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        "<CommonData>", "<CommonData><DocumentRes>R.xml</DocumentRes>"
    )
    unit = f'<CompositeGraphicUnit ID="7"><Content>{scaled}</Content></CompositeGraphicUnit>'
    parts["Doc_0/R.xml"] = f"<Res>{unit}</Res>"
    (char,) = read(parts).pages[0].chars
    assert (round(char.x0 / POINTS, 3), round(char.size / POINTS, 3)) == (46, 5)


def test_text_reads_upright_whatever_its_direction() -> None:
    """Text turned by CTM or CharDirection is turned back, with the page."""
    upright = shown(page(text('<TextCode X="0" Y="5" DeltaX="5 5">一二三</TextCode>')))
    turned = page(
        text('<TextCode X="0" Y="5" DeltaX="5 5">一二三</TextCode>', more='CTM="0 1 -1 0 9 0"'),
        area="0 0 100 60",
    )
    document = read(turned)
    assert shown(turned) == upright
    assert (round(document.pages[0].width / POINTS), document.pages[0].turn) == (60, 270)
    (a, b, _) = document.pages[0].chars
    assert a.top == b.top and a.x0 < b.x0


def test_hidden_text_is_left_out_and_counted() -> None:
    """Invisible, without ink, transparent, of the paper's colour, off the page, under an
    opaque area: no character; the count says so."""
    code = '<TextCode X="0" Y="5">1</TextCode>'
    cover = (
        '<PathObject Boundary="0 0 90 90" Stroke="false" Fill="true"><FillColor Value="255 255 '
        '255"/><AbbreviatedData>M 0 0 L 90 0 L 90 90 L 0 90 C</AbbreviatedData></PathObject>'
    )
    hidden = [
        [text(code, more='Visible="false"')],
        [text(code, more='Fill="false"')],
        [text(code, more='Alpha="0"')],
        [text(code, inner='<FillColor Value="255 255 255"/>')],
        [text(code, at="150 10 9 9")],
        [text(code), cover],
        [f'<PageBlock Visible="false">{text(code)}</PageBlock>'],
    ]
    for objects in hidden:
        found = read(page(*objects)).pages[0]
        assert (found.chars, found.hidden) == ((), 1), objects
    seen = read(page(cover, text(code))).pages[0]
    assert (len(seen.chars), seen.hidden) == (1, 0)


def test_text_under_a_picture_is_doubtful() -> None:
    """A picture drawn over characters may hide them: said, with doubt."""
    code = text('<TextCode X="0" Y="5">1</TextCode>')
    picture = '<ImageObject Boundary="0 0 90 90" ResourceID="1"/>'
    assert [n.code for n in read(page(code, picture)).notes] == ["text.covered"]
    assert read(page(picture, code)).notes == ()


def test_glyphs_without_text_count_as_unreadable() -> None:
    """Private code points, and glyphs whose text is not told, are U+FFFD and counted."""
    glyphs = '<CGTransform CodePosition="0"><Glyphs>4 5 6</Glyphs></CGTransform>'
    for objects, count in (
        (text('<TextCode X="0" Y="5" DeltaX="5">\ue001\uf123</TextCode>'), 2),
        (text('<TextCode X="0" Y="5"></TextCode>', inner=glyphs), 3),
        (text("", inner=glyphs), 3),
    ):
        found = read(page(objects)).pages[0]
        assert found.unreadable == count
        assert {c.text for c in found.chars} == {"\ufffd"}
    told = text('<TextCode X="0" Y="5" DeltaX="g 2 5">123</TextCode>', inner=glyphs)
    assert read(page(told)).pages[0].unreadable == 0


def test_lines_are_rulings_and_areas_fills() -> None:
    """A stroke and a thin filled rectangle are the same ruling; a wide one is a fill; line
    widths and colours come from draw parameters where the object has none."""
    line = '<PathObject Boundary="10 10 50 1" {}><AbbreviatedData>{}</AbbreviatedData></PathObject>'
    stroked = line.format("", "M 0 0.5 L 50 0.5")
    filled = line.format(
        'Fill="true" Stroke="false"><FillColor Value="#0 #0 #0"/',
        "M 0 0.4 L 50 0.4 L 50 0.6 L 0 0.6 C",
    ).replace("/>", "/>", 1)
    found = [read(page(x)).pages[0].rulings for x in (stroked, filled)]
    assert [round(v / POINTS, 2) for v in found[0][0]] == [10, 10.5, 60, 10.5]
    assert [round(v, 3) for v in found[0][0]] == [round(v, 3) for v in found[1][0]]
    area = line.format(
        'Fill="true" Stroke="false"><FillColor Value="200 200 200"/', "M 0 0 L 50 0 L 50 9 L 0 9 C"
    )
    assert len(read(page(area)).pages[0].fills) == 1
    thick = page(line.format('DrawParam="2"', "M 0 0.5 L 50 0.5"))
    thick["Doc_0/Document.xml"] = thick["Doc_0/Document.xml"].replace(
        "<CommonData>", "<CommonData><PublicRes>R.xml</PublicRes>"
    )
    thick["Doc_0/R.xml"] = (
        '<Res><DrawParam ID="1" LineWidth="4"/><DrawParam ID="2" Relative="1"/></Res>'
    )
    assert read(thick).pages[0].rulings == ()
    assert len(read(thick).pages[0].fills) == 1


def test_templates_are_drawn_below_or_above() -> None:
    """A background template is covered by the page, a foreground one covers it."""
    cover = (
        '<PathObject Boundary="0 0 90 90" Stroke="false" Fill="true"><FillColor Value="255 255 '
        '255"/><AbbreviatedData>M 0 0 L 90 0 L 90 90 L 0 90 C</AbbreviatedData></PathObject>'
    )
    code = text('<TextCode X="0" Y="5">1</TextCode>')
    for order, seen in (("Background", ""), ("Foreground", "1")):
        parts = page(cover, content=f'<Template TemplateID="5" ZOrder="{order}"/>')
        parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
            "<CommonData>", '<CommonData><TemplatePage ID="5" BaseLoc="/Doc_0/T.xml"/>'
        )
        parts["Doc_0/T.xml"] = f"<Page><Content><Layer>{code}</Layer></Content></Page>"
        assert shown(parts) == seen


def test_broken_packages_are_typed() -> None:
    """Parts that are missing, broken, outside of the package, of another kind, encrypted or
    with a document type: the error says which."""
    good = page(text('<TextCode X="0" Y="5">1</TextCode>'))

    def changed(name: str, old: str, new: str) -> dict[str, str]:
        return good | {name: good[name].replace(old, new)}

    root, document, one = good
    cases: list[tuple[dict[str, str], type[GkextractError]]] = [
        (changed(root, "Doc_0/Document.xml", "../../../etc/passwd"), FormatError),
        (changed(root, "Doc_0/Document.xml", "/../x"), FormatError),
        (changed(root, "Doc_0/Document.xml", "OFD.xml"), CorruptError),
        (changed(root, "Doc_0/Document.xml", "Doc_1/Document.xml"), CorruptError),
        (changed(root, "<DocRoot>Doc_0/Document.xml</DocRoot>", ""), CorruptError),
        (changed(root, "<DocBody>", "<Encryptions/><DocBody>"), EncryptedError),
        (changed(document, "Pages/P.xml", "../OFD.xml"), CorruptError),
        (changed(document, "Pages/P.xml", "Pages/Q.xml"), CorruptError),
        (changed(document, '<Page ID="1" BaseLoc="Pages/P.xml"/>', ""), CorruptError),
        (changed(one, "</Page>", ""), CorruptError),
        (good | {one: f'<!DOCTYPE Page [<!ENTITY e SYSTEM "file:///x">]>{good[one]}'}, FormatError),
        (good | {one: f"<!DOCTYPE Page>{good[one]}"}, FormatError),
    ]
    for parts, error in cases:
        with pytest.raises(error):
            read(parts)
    with pytest.raises(CorruptError):
        ofd_to_document(parts_to_package({"OFD.xml": b"\xff\xfe"}))


def test_damage_is_told() -> None:
    """What cannot be understood is left out with a doubt; what only says how things look and
    is missing is told without one; of several documents the first is read, with a doubt."""
    code = '<TextCode X="0" Y="5">1</TextCode>'
    for broken in (
        text(code, at="x"), text(code, more='CTM="1 0 0"'), text(code, more='HScale="0"'),
        text('<TextCode X="0" Y="5" DeltaX="g 2">12</TextCode>'),
        text('<TextCode X="0" Y="5">1<b>2</b></TextCode>'),
        '<PathObject Boundary="0 0 9 9"><AbbreviatedData>M 0 L</AbbreviatedData></PathObject>',
        '<CompositeObject Boundary="0 0 9 9" ResourceID="404"/>',
    ):  # fmt: skip
        document = read(page(text(code), broken))
        assert [n.code for n in document.notes] == ["source.damaged"], broken
        assert len(document.pages[0].chars) == 1
    lacking = read(page(text(code, more='DrawParam="404"')))
    assert [n.code for n in lacking.notes] == ["source.lacking"]
    parts = page(text(code))
    parts["OFD.xml"] = parts["OFD.xml"].replace("</OFD>", "<DocBody/></OFD>")
    assert [n.code for n in read(parts).notes] == ["archive.several"]


def test_what_holds_itself_ends() -> None:
    """Composites that use themselves or each other, and draw parameters that are relative to
    themselves, end."""
    use = '<CompositeObject Boundary="0 0 9 9" ResourceID="{}"/>'
    parts = page(use.format(1), text('<TextCode X="0" Y="5">1</TextCode>', more='DrawParam="3"'))
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        "<CommonData>", "<CommonData><PublicRes>R.xml</PublicRes>"
    )
    units = "".join(
        f'<CompositeGraphicUnit ID="{a}"><Content>{use.format(b)}</Content></CompositeGraphicUnit>'
        for a, b in ((1, 2), (2, 1))
    )
    parts["Doc_0/R.xml"] = f'<Res>{units}<DrawParam ID="3" Relative="3"/></Res>'
    document = read(parts)
    assert len(document.pages[0].chars) == 1
    assert [n.code for n in document.notes] == ["source.damaged"]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, objects, those that composites multiply, characters and depth are limited."""
    use = '<CompositeObject Boundary="0 0 9 9" ResourceID="{}"/>'
    parts = page(use.format(1))
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        "<CommonData>", "<CommonData><PublicRes>R.xml</PublicRes>"
    )
    units = "".join(
        f'<CompositeGraphicUnit ID="{n}"><Content>{use.format(n + 1) * 30}</Content>'
        "</CompositeGraphicUnit>"
        for n in range(1, 9)
    )
    parts["Doc_0/R.xml"] = f"<Res>{units}</Res>"
    monkeypatch.setattr(ofd_objects, "MAX_OBJECTS", 20_000)
    with pytest.raises(LimitError):
        read(parts)
    deep = "<PageBlock>" * 40 + "</PageBlock>" * 40
    with pytest.raises(LimitError):
        read(page(deep))
    monkeypatch.setattr(ofd, "MAX_PAGE_CHARS", 3)
    with pytest.raises(LimitError):
        read(page(text('<TextCode X="0" Y="5" DeltaX="g 9 1">1234</TextCode>')))
    monkeypatch.setattr(ofd, "MAX_PAGES", 0)
    with pytest.raises(LimitError):
        read(page())


def test_locations_stay_inside() -> None:
    """Locations are relative to the part that names them, or to the root."""
    assert resolve("Doc_0/Document.xml", "Pages/P.xml") == "Doc_0/Pages/P.xml"
    assert resolve("Doc_0/Document.xml", "/Doc_0/Pages/P.xml") == "Doc_0/Pages/P.xml"
    assert resolve("Doc_0/Pages/P.xml", "../Res\\R.xml") == "Doc_0/Res/R.xml"
    for outside in ("../../x", "/../x", "a/../../../x"):
        with pytest.raises(FormatError):
            resolve("Doc_0/Document.xml", outside)


def test_path_data() -> None:
    """Every operator is known; a closed rectangle is one, curves are no straight sides; what
    is no path data says so."""
    square = subpaths_to_items(text_to_subpaths("M 0 0 L 9 0 L 9 9 L 0 9 C"), Matrix())
    assert [item[0] for item in square] == ["re"]
    open_ = subpaths_to_items(text_to_subpaths("S 0 0 L 9 0 L 9 9 L 0 9"), Matrix())
    assert [item[0] for item in open_] == ["l", "l", "l"]
    curves = text_to_subpaths("M 0 0 Q 1 1 2 2 B 1 1 2 2 3 3 A 1 1 0 0 1 5 5 C M 1 1 L 2 1")
    assert [(len(points), closed, straight) for points, closed, straight in curves] == [
        (4, True, False), (2, False, True)]  # fmt: skip
    for wrong in ("L 1 1", "M 1", "M 1 x", "Z 1 1", "M 1 1 L nan 1", "M 1e99 1"):
        with pytest.raises(DamagedError):
            text_to_subpaths(wrong)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-99, 99)), max_size=9), st.integers(0, 60))
def test_repetitions_say_what_the_list_says(runs: list[tuple[int, int]], most: int) -> None:
    """`g n v` is v, n times over, never more than asked for."""
    plain = [float(v) for n, v in runs for _ in range(n)]
    found = text_to_offsets(" ".join(f"g {n} {v}" for n, v in runs) or None, most)
    assert found == (plain[:most] if runs else None)
    assert text_to_offsets("g 999999999 1", most) == [1.0] * most


@given(st.text("MLQBASC 0123456789.-eg", max_size=60))
def test_any_path_data_ends(data: str) -> None:
    """Any text is path data or damage."""
    try:
        subpaths_to_items(text_to_subpaths(data), Matrix())
    except DamagedError:
        assert data


@pytest.mark.parametrize("part", range(6))
def test_damaged_packages_never_give_a_wrong_figure_as_proven(part: int) -> None:
    """50 damages of the fixtures a part: each ends in a typed error or a report, and a report
    that is verified, unproven or as inconsistent as its golden has no figure but the printed."""
    for seed in range(50 * part, 50 * (part + 1)):
        rng = Random(seed)
        path = rng.choice(FILES)
        wanted = golden(path)
        data = parts_to_package(mutate(package_to_parts(path.read_bytes()), rng))
        try:
            report = gkextract.extract(data)
        except GkextractError as error:
            assert error.code in ("CORRUPT", "FORMAT", "LIMIT", "ENCRYPTED", "NO_CONTENT"), seed
            continue
        if report.status in ("verified", "unproven", wanted["status"]):
            found = report.to_dict()
            for key in ("proactive", "applications", "review"):
                assert agrees(found[key], wanted[key]), (seed, key)


def agrees(found: Any, wanted: Any) -> bool:
    """Whether every figure that was read is the printed one."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return all(agrees(found[k], wanted.get(k)) for k in found)
    if isinstance(found, list) and isinstance(wanted, list):
        return all(agrees(a, b) for a, b in zip(found, wanted, strict=True))
    return found is None or found == wanted


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not beside the checkout")
def test_real_packages_are_read_and_are_no_reports() -> None:
    """Real packages of many producers: no report, but their text comes out."""
    paths = sorted(HOSTILE.glob("*.ofd"))
    texts = {}
    for path in paths:
        with pytest.raises(GkextractError) as caught:
            gkextract.extract(path)
        assert caught.value.code == "NO_CONTENT"
        document = ofd_to_document(path.read_bytes())
        texts[path.name] = "".join(c.text for p in document.pages for c in p.chars)
        assert sum(p.unreadable for p in document.pages) == 0
    assert len(paths) == 25
    assert sum("增值税电子普通发票" in re.sub(r"\s", "", t) for t in texts.values()) >= 5
    assert sum(len(t) > 100 for t in texts.values()) >= 10
    # three hold drawings only
    assert sum(not t for t in texts.values()) == 3
