"""Texts of cells as reports print them, and the figures that they are. Every case was seen in a
report or is the nearest thing to one that was; none is made up to please the code."""

from __future__ import annotations

import re
import unicodedata

import pytest
from drawing import MANY
from hypothesis import given
from hypothesis import strategies as st

from tableparse.formdata import read_data
from tableparse.labels import repair_glyphs
from tableparse.model import Box, Cell, Span, Value
from tableparse.values import (
    LONGEST,
    cell_to_value,
    is_mark,
    looks_numeric,
    text_to_number,
    text_to_value,
)

NUMBERS: list[tuple[str, int | float]] = [
    ("0", 0),
    ("7", 7),
    ("3119", 3119),
    ("1,234", 1234),
    ("1，234", 1234),
    ("12,345,678", 12345678),
    ("1,234.5", 1234.5),
    ("96171.6", 96171.6),
    ("0.0", 0.0),
    ("0.45", 0.45),
    ("251.123456", 251.123456),
    ("１２", 12),
    ("１，２３４．５", 1234.5),
    (" 18 ", 18),
    ("\u300018\u3000", 18),
    ("\u00a018", 18),
    ("-18", -18),
    ("－18", -18),
    ("−18", -18),
    ("‐18", -18),
    ("+2", 2),
    ("＋2", 2),
    ("减4", -4),
    ("减少4", -4),
    ("增3", 3),
    ("增加3", 3),
    ("新增3", 3),
    ("减0.5", -0.5),
    ("999999999999999", 999999999999999),
]

NO_NUMBERS = [
    "1 2",  # two figures in one cell
    "12 0",
    "0 0",
    "1\n2",
    "00",  # two cells run together, or a page number: no figure begins with a zero
    "007",
    "0123.4",
    "1,23",
    "1,2345",
    "12,34,567",
    ",123",
    "1.2.3",
    "1.",
    ".5",
    "1..2",
    "--3",
    "—18",  # a dash that is a mark, or a minus: not to be told
    "增-4",
    "减-4",
    "3-5",
    "3~5",
    "10%",
    "１０％",
    "1/2",
    "½",
    "12①",  # a footnote's mark: not one hundred and twenty-one
    "12¹",
    "5²",
    "⒈",
    "③",
    "12*",
    "约30",
    "30余件",
    "三十",
    "O",
    "l",
    "1O",
    "无0",
    "/0",
    "0/",
    "是",
    "见附件",
    "\ufffd",
    "1\ufffd",
    "1e5",
    "0x10",
    "inf",
    "nan",
    "1_000",
    "1234567890123456",
    "0.1234567890123456",
    "１２３４５６７８９０１２３４５６",
]

WITH_NOTES: list[tuple[str, str, int | float | str, str | None]] = [
    ("22（其中修订16件）", "normative_documents.issued", 22, "(其中修订16件)"),
    ("5件", "rules.issued", 5, "件"),
    ("5 件", "rules.issued", 5, "件"),
    ("3宗", "penalties.decisions", 3, "宗"),
    ("12(含上年结转)", "received.total", 12, "(含上年结转)"),
    ("7件（含废止1件）", "rules.in_force", 7, "件(含废止1件)"),
    ("251.5万元", "fees.amount_10k_yuan", 251.5, "万元"),
    ("251.5 万元", "fees.amount_10k_yuan", 251.5, "万元"),
    ("251.5万", "fees.amount_10k_yuan", 251.5, "万"),
    ("3人次", "received.total", 3, "人次"),
    ("1234.5万元", "procurement.amount", "1234.5万元", None),
    ("251000元", "procurement.amount", "251000元", None),
    ("1.2亿元", "procurement.amount", "1.2亿元", None),
    ("1234.5", "procurement.amount", 1234.5, None),
]

OTHER_UNITS = [
    ("251000元", "fees.amount_10k_yuan", "value.unit"),
    ("1.2亿元", "fees.amount_10k_yuan", "value.unit"),
    ("251000元", "penalties.decisions", "value.unreadable"),
    ("3万", "penalties.decisions", "value.unreadable"),
    ("约1234万元", "procurement.amount", "value.unreadable"),
    ("12①件", "rules.issued", "value.unreadable"),
    ("22（其中修订16件", "rules.issued", "value.unreadable"),
    ("22（16）（3）", "rules.issued", "value.unreadable"),
]

BLANKS = ["", " ", "\n", "\u3000", "\u00a0", " \u3000\n"]


@pytest.mark.parametrize(("raw", "number"), NUMBERS)
def test_number_is_what_is_printed(raw: str, number: float) -> None:
    """A text that is one number is that number, whole ones as int; the print is kept."""
    value = text_to_value(raw)
    assert (value.number, value.doubt, value.note) == (number, None, None)
    assert type(value.number) is type(number)
    assert value.raw == raw.strip()


@pytest.mark.parametrize("raw", NO_NUMBERS)
def test_what_is_not_one_number_is_null_and_doubtful(raw: str) -> None:
    """Nothing is repaired or guessed: no number, the print, and the reason."""
    value = text_to_value(raw, "received.total")
    assert value == Value(raw, None, doubt="value.unreadable")
    assert text_to_number(raw) is None


@pytest.mark.parametrize(("raw", "path", "number", "note"), WITH_NOTES)
def test_words_beside_a_number_are_kept(
    raw: str, path: str, number: float | str, note: str | None
) -> None:
    """Units of the column and notes in brackets leave the number its own and stay as a note;
    a sum whose unit the form does not fix stays as printed, unit and all."""
    assert text_to_value(raw, path) == Value(raw, number, note=note)


@pytest.mark.parametrize(("raw", "path", "doubt"), OTHER_UNITS)
def test_other_units_are_not_converted(raw: str, path: str, doubt: str) -> None:
    """A unit that is not the column's makes the figure null, never a conversion."""
    assert text_to_value(raw, path) == Value(raw, None, doubt=doubt)


@pytest.mark.parametrize("raw", BLANKS)
def test_blank_is_null_without_doubt(raw: str) -> None:
    """A blank is null and certain, and never 0."""
    assert text_to_value(raw) == Value("")


@pytest.mark.parametrize("mark", [*read_data("values")["marks"], "－", "／", " / ", "— —", "暂 无"])
def test_mark_is_null_without_doubt(mark: str) -> None:
    """Marks for "nothing" are null and certain, and what was printed is kept."""
    assert text_to_value(mark) == Value(mark.strip())
    assert is_mark(mark)
    assert looks_numeric(mark)


@pytest.mark.parametrize(
    ("text", "numeric"),
    [
        ("", True),
        ("12", True),
        ("-18", True),
        ("减4", True),
        ("22（其中修订16件）", True),
        ("251000元", True),
        ("/", True),
        ("1 2", True),
        ("2.重复申请", False),
        ("3.其他", False),
        ("1、属于国家秘密", False),
        ("（一）予以公开", False),
        ("总计", False),
        ("2024年", False),
    ],
)
def test_figures_are_told_from_labels(text: str, numeric: bool) -> None:
    """A label with an ordinal in front is no figure; a figure with unit or note is one."""
    assert looks_numeric(text) is numeric


@MANY
@given(st.integers(-(10**LONGEST) + 1, 10**LONGEST - 1))
def test_every_whole_number_reads_back(number: int) -> None:
    """Plain, with thousands separators and in full-width digits: the same number."""
    for shown in (str(number), f"{number:,}"):
        assert text_to_value(shown).number == number
        wide = "".join(chr(ord(c) + 0xFEE0) for c in shown)
        assert text_to_value(wide).number == number


@MANY
@given(st.decimals(0, 10**7, places=6, allow_nan=False, allow_infinity=False))
def test_every_sum_reads_back(number: object) -> None:
    """Sums with up to six decimals keep every digit."""
    assert f"{text_to_value(f'{number:f}').number:.6f}" == f"{number:.6f}"


@MANY
@given(st.text(max_size=12))
def test_any_text_gives_a_value(text: str) -> None:
    """Any text gives a value; a number only where each of its digits is a digit of the
    print, in its order; what is neither number, blank nor mark is doubtful."""
    value = text_to_value(text)
    assert value.raw == text.strip()
    if value.number is None:
        blank = not repair_glyphs(value.raw).strip()
        assert value.doubt or blank or is_mark(text)
        return
    assert value.doubt is None
    body = unicodedata.normalize("NFKC", re.split("[(（]", text)[0])
    digits = "".join(c for c in body if c.isdecimal() or c == ".")
    assert abs(float(value.number)) == float(digits)


def test_doubt_of_the_cell_takes_the_number_away() -> None:
    """A cell whose text may not be what is printed has no number, but keeps place and print."""
    box = Box(1, 2, 3, 4)
    cell = Cell(Span(0, 1, 0, 1), "12", 3, box, "cell.gap")
    assert cell_to_value(cell) == Value("12", None, 3, box, "cell.gap")
    sure = Cell(Span(0, 1, 0, 1), "5件", 3, box)
    assert cell_to_value(sure, "rules.issued") == Value("5件", 5, 3, box, None, "件")
