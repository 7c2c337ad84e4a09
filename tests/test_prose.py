"""Title, agency, year and the numbered sections, in shapes that real reports have."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from drawing import MANY
from hypothesis import given
from hypothesis import strategies as st

from tableparse.model import Box, Line
from tableparse.prose import is_section_heading, lines_to_heading, lines_to_sections


def lines(*texts: str, size: float = 12.0) -> list[Line]:
    """Lines one under the other, full width unless the text starts with spaces or ends in a
    backslash (a short line)."""
    found = []
    for i, text in enumerate(texts):
        x0 = 80.0 + (2 * size if text.startswith("  ") else 0.0)
        x1 = 300.0 if text.endswith("\\") else 500.0
        box = Box(x0, 60.0 + 20 * i, x1, 60.0 + 20 * i + size)
        found.append(Line(text.strip().rstrip("\\"), 1, box, size))
    return found


TITLES: list[tuple[list[str], str | None, int | None]] = [
    (["淮安市人民政府2024年政府信息公开工作年度报告"], "淮安市人民政府", 2024),
    (["淮安市人民政府", "2024年政府信息公开工作年度报告"], "淮安市人民政府", 2024),
    (["淮安市人民政府", "2024年政府信息公开", "工作年度报告"], "淮安市人民政府", 2024),
    (["淮安市人民政府 ", " 2024 年政府信息公开工作年度报告"], "淮安市人民政府", 2024),
    (["淮 安 市 人 民 政 府 2 0 2 4 年政府信息公开工作年度报告"], "淮安市人民政府", 2024),
    (["2019年上海市人民政府办公厅政府信息公开工作年度报告"], "上海市人民政府办公厅", 2019),
    (["2022年上海市政府信息公开工作年度报告"], "上海市", 2022),
    (["2022年度上海市政府信息公开工作年度报告"], "上海市", 2022),
    (["西安市高陵区审批局2021年政府信息公开工作年度报告"], "西安市高陵区审批局", 2021),
    (["天水市麦积区花牛镇2025年政府信息公开工作年度报告"], "天水市麦积区花牛镇", 2025),
    (["攀枝花市西区政府办公室2025年政府信息公开工作年度报告"], "攀枝花市西区政府办公室", 2025),
    (["区统计局2023年政府信息公开工作年度报告"], "区统计局", 2023),
    (["红堡镇2023年政府信息公开年度报告"], "红堡镇", 2023),
    (["红堡镇2023年度政府信息公开工作报告"], "红堡镇", 2023),
    (["红堡镇2023年政务信息公开年度报告"], "红堡镇", 2023),
    (["红堡镇2023年政府信息公开年报"], "红堡镇", 2023),
    (["红堡镇2023年政府信息公开工作年度报告（图片版）"], "红堡镇", 2023),
    (["红堡镇2023年政府信息公开工作年度报告(超链版)"], "红堡镇", 2023),
    (["红堡镇２０２３年政府信息公开工作年度报告"], "红堡镇", 2023),
    (["⼤同市⼈⺠政府2023年政府信息公开⼯作年度报告"], "大同市人民政府", 2023),
    (["首页 > 公开", "时间 2025-01-20", "某县2024年政府信息公开工作年度报告"], "某县", 2024),
    (["某县财政局", "2024年度政府信息公开工作年度报告"], "某县财政局", 2024),
    (["平江镇政府信息公开工作2021年度报告"], "平江镇", 2021),
    (["平江镇政府信息公开工作", "2021年度报告"], "平江镇", 2021),
    (["平江镇关于2021年度政府信息公开工作的年度报告"], "平江镇", 2021),
    (["平江镇关于2021年政府信息公开工作情况的报告"], "平江镇", 2021),
    (["2021年平江镇关于政府信息公开工作年度报告"], "平江镇", 2021),
    (["2024年政府信息公开工作年度报告"], None, 2024),
    # no title: the year from the period, no agency
    (["一、总体情况", "本报告所列数据统计期限为2024年1月1日至2024年12月31日。"], None, 2024),
    (["期限自2023年1月1日起至2023年12月31日止"], None, 2023),
    (["一、总体情况", "2024年我局信息公开工作取得进展。"], None, None),
    (["根据《政府信息公开条例》，编制2024年政府信息公开工作年度报告。"], None, None),
    ([], None, None),
]


@pytest.mark.parametrize(("texts", "agency", "year"), TITLES)
def test_title_gives_agency_and_year(
    texts: list[str], agency: str | None, year: int | None
) -> None:
    """Agency and year of a title in any of the shapes that were seen; none is made up."""
    found = lines_to_heading(lines(*texts))
    assert (found.agency, found.year) == (agency, year)
    codes = {f.code for f in found.findings}
    assert ("agency.missing" in codes, "year.missing" in codes) == (agency is None, year is None)


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (["某县", "2024年政府信息公开", "工作年度报告"], "某县2024年政府信息公开工作年度报告"),
        (["某县 2024 年政府信息公开年报（图片版）"], "某县2024年政府信息公开年报（图片版）"),
        (["2024年⼯作", "某县2024年政府信息公开年度报告"], "某县2024年政府信息公开年度报告"),
        (["一、总体情况"], None),
    ],
)
def test_title_is_as_printed_without_white_space(texts: list[str], title: str | None) -> None:
    """The title is all of its lines, radicals mended, white space gone, tail and all."""
    assert lines_to_heading(lines(*texts)).title == title


def test_year_reported_on_is_not_the_year_of_publication() -> None:
    """A date above the title, or in the text, is not the year of the report."""
    texts = ["发布时间：2025年01月20日", "某县2024年政府信息公开工作年度报告", "截至2025年1月"]
    assert lines_to_heading(lines(*texts)).year == 2024


def test_first_title_wins() -> None:
    """A title quoted further down is not the report's."""
    texts = ["甲县2024年政府信息公开工作年度报告", "正文。", "乙县2023年政府信息公开工作年度报告"]
    found = lines_to_heading(lines(*texts))
    assert (found.agency, found.year) == ("甲县", 2024)


def test_agency_with_the_region_that_the_opening_names() -> None:
    """An opening that names the region before the agency's short name gives it."""
    title = "洪泽区人民政府2023年政府信息公开工作年度报告"
    texts = [title, "本报告由淮安市洪泽区人民政府办公室编制"]
    assert lines_to_heading(lines(*texts)).agency == "淮安市洪泽区人民政府"


def test_known_misprint_is_told() -> None:
    """A name from the reviewed list of misprints is given right, and the print quoted."""
    found = lines_to_heading(lines("沐阳县2024年政府信息公开工作年度报告"))
    assert found.agency == "沭阳县"
    assert found.title == "沐阳县2024年政府信息公开工作年度报告"
    (finding,) = found.findings
    assert finding.code == "agency.misprint"
    assert "沐阳县" in finding.message


@MANY
@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=20),
    st.integers(2008, 2040),
    st.data(),
)
def test_any_agency_broken_anywhere(agency: str, year: int, data: st.DataObject) -> None:
    """A title of any agency, broken into up to three lines with spaces anywhere, is found
    whole."""
    title = f"{agency}{year}年政府信息公开工作年度报告"
    cuts = sorted(data.draw(st.lists(st.integers(1, len(title) - 1), max_size=2, unique=True)))
    pieces = [title[a:b] for a, b in zip([0, *cuts], [*cuts, len(title)], strict=True)]
    spaced = [data.draw(st.sampled_from([" ", "", "\u3000"])).join(piece) for piece in pieces]
    found = lines_to_heading(lines(*spaced))
    assert (found.title, found.agency, found.year) == (title, agency, year)


HEADINGS = [
    ("一、总体情况", True),
    ("⼀、总体情况", True),
    ("二、主动公开政府信息情况", True),
    ("三、收到和处理政府信息公开申请情况", True),
    ("四、政府信息公开行政复议、行政诉讼情况", True),
    ("五、存在的主要问题及改进情况", True),
    ("五、政府信息公开工作存在的主要问题及改进情况", True),
    ("六、其他需要报告的事项", True),
    ("六.其他需要报告的事项", True),
    ("六 、 其他需要报告的事项", True),
    ("总体情况", False),
    ("（一）主动公开", False),
    ("1.主动公开", False),
    ("一、2024年，我局共收到申请12件，均已答复；没有行政复议。", False),
    ("一是加强领导", False),
]


@pytest.mark.parametrize(("text", "is_heading"), HEADINGS)
def test_section_headings(text: str, is_heading: bool) -> None:
    """The form's six headings, worded as agencies word them; paragraphs and lower levels are
    none."""
    assert is_section_heading(text) is is_heading


def test_sections_in_order() -> None:
    """The prose by section; what stands before the first heading has the heading ""."""
    texts = [
        "某县2024年政府信息公开工作年度报告",
        "  根据条例编制。",
        "一、总体情况",
        "  全年公开信息12条。\\",
        "  二是加强管理。",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "六、其他需要报告的事项",
        "  无。",
    ]
    heading = lines_to_heading(lines(*texts))
    sections = lines_to_sections(lines(*texts), heading.title)
    assert [(s.heading, s.text) for s in sections] == [
        ("", "根据条例编制。"),
        ("一、总体情况", "全年公开信息12条。\n二是加强管理。"),
        ("二、主动公开政府信息情况", ""),
        ("三、收到和处理政府信息公开申请情况", ""),
        ("六、其他需要报告的事项", "无。"),
    ]


def test_numbering_within_a_section_is_text() -> None:
    """一、 again inside a later section does not begin the report anew."""
    headings = ["一、总体情况", "二、主动公开政府信息情况", "五、存在的主要问题及改进情况"]
    found = lines_to_sections(lines(*headings, "一、问题", "  公开不够。"), None)
    assert [s.heading for s in found] == headings
    assert found[-1].text.endswith("公开不够。")


def test_heading_repeated_over_the_page_break() -> None:
    """A heading printed again at the head of the next page is one heading."""
    found = lines_to_sections(lines("一、总体情况", "一、总体情况", "  正文。"), None)
    assert [(s.heading, s.text) for s in found] == [("一、总体情况", "正文。")]


def test_paragraphs() -> None:
    """A line runs on into the next unless that is indented or it ends short; Latin words keep
    their space."""
    found = lines_to_sections(
        lines("  全年公开信息", "十二条，详见 gov", "cn 网站。\\", "此处另起。", "  再一段。"), None
    )
    assert found[0].text == "全年公开信息十二条，详见 gov cn 网站。\n此处另起。\n再一段。"


@MANY
@given(
    st.lists(
        st.sampled_from(["一、总体情况", "正文。", "  段落", "12", "三、收到", "（一）"]),
        max_size=12,
    )
)
def test_no_word_of_the_prose_is_lost(texts: list[str]) -> None:
    """Whatever the order of lines, headings and texts together are the lines, but for a
    heading that is repeated."""
    found = lines_to_sections(lines(*texts), None)
    kept = "".join(s.heading + s.text for s in found)
    for text in texts:
        assert text.strip() in kept
    assert len("".join(kept.split())) <= len("".join("".join(texts).split()))


def test_title_takes_its_tail_along() -> None:
    """A tail in brackets that stands on the next line is of the title."""
    heading = lines_to_heading(
        lines("红堡镇2023年政府信息公开工作年度报告", "（超链版）", "本报告")
    )
    assert heading.title == "红堡镇2023年政府信息公开工作年度报告（超链版）"


@pytest.mark.parametrize(("sizes", "above", "agency"), [
    ((40.0, 18.0), "政府信息公开", "红堡镇"), ((18.0, 18.0), "长清县", "长清县红堡镇"),
    ((0.0, 0.0), "行政处罚", "红堡镇"), ((0.0, 0.0), "长清县", "长清县红堡镇"),
])  # fmt: skip
def test_title_leaves_strangers_above(sizes: tuple[float, float], above: str, agency: str) -> None:
    """A line above the title is of it where it is set in the same size or, in documents without
    sizes, ends as names of agencies and regions do; a cover's or a menu's is not."""
    texts = (above, "红堡镇2023年政府信息公开工作年度报告")
    found = [
        Line(text, 1, Box(80, 60 + 30 * i, 400, 80 + 30 * i), size)
        for i, (text, size) in enumerate(zip(texts, sizes, strict=True))
    ]
    assert lines_to_heading(found).agency == agency


def test_indented_lines_are_paragraphs_of_their_own() -> None:
    """Where every line of a section is indented, as one-line paragraphs are, each that follows
    the end of a sentence is a paragraph; the document's other lines tell its margin."""
    texts = [
        "　本报告按照条例编制，所列数据的统计期限为一年，如有疑问请与本机关",
        "联系，地址见门户网站，邮编及电话同上所列，工作日均可来电来函询问。",
        "本报告分为六个部分，以下依次说明各项工作情况，供公众查阅和监督使用。", "一、总体情况",
        "  做好公开。", "  （一）主动公开。", "  （二）依申请公开，", "  按期办理。",
    ]  # fmt: skip
    (_, section) = lines_to_sections(lines(*texts), None)
    assert section.text == "做好公开。\n（一）主动公开。\n（二）依申请公开，按期办理。"


def test_no_other_characters_are_those_of_a_title() -> None:
    """NFKC makes the characters that every title has of no others: a line without them need
    not be folded to be no title."""
    name = set("信息公开")
    folded = (
        (char, unicodedata.normalize("NFKC", char)) for char in map(chr, range(sys.maxunicode + 1))
    )
    assert [char for char, plain in folded if name.intersection(plain) and char not in name] == []
