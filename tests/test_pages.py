"""A page taken apart: tables, lines around them, and what is mere furniture."""

from __future__ import annotations

import pytest
from drawing import MANY, across, down, lattice_to_boxes, text_to_chars
from hypothesis import given
from hypothesis import strategies as st

from tableparse.model import Box, Char, Grid, Line, Page, Ruling
from tableparse.pages import PageText, page_to_text, without_furniture

XS, YS = (100.0, 200.0, 300.0), (200.0, 220.0, 240.0)
GRID = Grid(1, tuple(lattice_to_boxes(XS, YS)))


def page(*chars: Char, number: int = 1) -> Page:
    """A4 with these characters."""
    return Page(number, 595, 842, chars)


def texts(found: PageText) -> list[list[str]]:
    """The texts of each table's cells, and of the lines."""
    tables = [[c.text for c in placed.table.cells] for placed in found.tables]
    return [*tables, [line.text for line in found.lines]]


def test_text_in_and_around_a_table() -> None:
    """What lies in the grid is the table's, the rest is lines from top to bottom."""
    found = page_to_text(
        page(
            *text_to_chars("二、下文", 80, 260),
            *text_to_chars("规章", 110, 215),
            *text_to_chars("12", 210, 215),
            *text_to_chars("一、上文", 80, 150),
        ),
        [GRID],
    )
    assert texts(found) == [["规章", "12", "", ""], ["一、上文", "二、下文"]]
    assert found.given == found.placed == 12
    assert found.tables[0].box == Box(100, 200, 300, 240)
    assert found.lines[0] == Line("一、上文", 1, Box(80, 141.2, 120, 151.2), 10)


def test_smallest_grid_takes_the_text() -> None:
    """A frame around a table and its prose does not swallow the table's text."""
    frame = Grid(1, (Box(50, 100, 250, 400), Box(250, 100, 550, 400)))
    found = page_to_text(page(*text_to_chars("规章", 110, 215), *text_to_chars("注", 110, 300)),
                         [frame, GRID])  # fmt: skip
    assert texts(found) == [["注", ""], ["规章", "", "", ""], []]


def test_one_column_is_framed_prose() -> None:
    """Boxes under one another hold prose: their text stays among the lines."""
    grid = Grid(1, (Box(100, 200, 300, 220), Box(100, 220, 300, 240)))
    found = page_to_text(page(*text_to_chars("本年收到申请", 110, 215)), [grid])
    assert texts(found) == [["本年收到申请"]]


def test_overlapping_boxes_are_no_table() -> None:
    """A detector's boxes that overlap are no table; the text is not lost with them."""
    grid = Grid(1, (*GRID.boxes, Box(100, 200, 300, 240)))
    found = page_to_text(page(*text_to_chars("规章", 110, 215)), [grid])
    assert texts(found) == [["规章"]]


def test_label_that_hangs_out_of_the_last_row() -> None:
    """Where a cell has no border at its foot, as browsers print what goes on overleaf, a label
    too long for it goes on below it; prose, page numbers and what stands under a border do
    not."""
    xs, ys = (100.0, 120.0, 300.0), (200.0, 220.0, 240.0)
    grid = Grid(1, (Box(100, 200, 120, 240), *lattice_to_boxes(xs[1:], ys)))
    sides = [line for x in xs for line in down(x, 200, 240)]
    label = [c for i, t in enumerate("办理结果") for c in text_to_chars(t, 105, 215 + 11 * i)]

    def read(chars: list[Char], rulings: list[Ruling]) -> tuple[str, list[str]]:
        found = page_to_text(Page(1, 595, 842, tuple(chars), tuple(rulings)), [grid])
        cells = found.tables[0].table.cells
        tall = next(c for c in cells if c.span.r1 - c.span.r0 == 2)
        return tall.text, [line.text for line in found.lines]

    opened = [*sides, *across(240, 120, 300)]
    assert read(label, opened) == ("办理结果", [])
    for below in ("12", "结果如下所示"):
        chars = [*label[:2], *text_to_chars(below, 105, 250)]
        assert read(chars, opened) == ("办理", [below])


def test_fake_bold_line_is_read_once() -> None:
    """A heading drawn twice is one heading."""
    found = page_to_text(
        page(*text_to_chars("一、总体", 80, 150), *text_to_chars("一、总体", 80.4, 150, run=1)), []
    )
    assert texts(found) == [["一、总体"]]


@MANY
@given(
    st.lists(
        st.tuples(
            st.sampled_from("12本年 "), st.floats(0, 590), st.floats(0, 840), st.floats(1, 30)
        ),
        max_size=50,
    ),
    st.booleans(),
)
def test_no_character_is_lost(drawn: list[tuple[str, float, float, float]], tables: bool) -> None:
    """Any characters anywhere, with any tables: each is put somewhere, and counted."""
    chars = [
        Char(text, x, y - size, x + size / 2, y, size, i)
        for i, (text, x, y, size) in enumerate(drawn)
    ]
    frame = Grid(1, (Box(50, 100, 250, 400), Box(250, 100, 550, 400)))
    found = page_to_text(page(*chars), [GRID, frame] if tables else [])
    assert found.given == found.placed == len(chars)


FURNITURE = [
    "3", "12", "- 12 -", "— 3 —", "－3－", "第3页", "第 3 页 共 6 页", "第3页/共6页", "3/6", "·3·",
]  # fmt: skip


@pytest.mark.parametrize("text", FURNITURE)
def test_page_numbers_are_furniture(text: str) -> None:
    """Page numbers, as producers print them, are no text of the report; in the middle of the
    page the same words are."""
    foot = page_to_text(page(*text_to_chars(text, 280, 820)), [])
    middle = page_to_text(page(*text_to_chars(text, 280, 400)), [])
    assert [len(p.lines) for p in without_furniture([foot])] == [0]
    assert [len(p.lines) for p in without_furniture([middle])] == [1]


@pytest.mark.parametrize("text", ["3.其他", "2024年", "一、总体情况", "12件", "注：1"])
def test_words_in_the_margin_stay(text: str) -> None:
    """What is no page number stays, wherever it stands."""
    foot = page_to_text(page(*text_to_chars(text, 280, 820)), [])
    assert [line.text for line in without_furniture([foot])[0].lines] == [text]


def test_running_titles_are_furniture() -> None:
    """A line that stands at the same height on another page with the same words, numbers
    aside, is furniture; once, or elsewhere, it is text."""
    title = "某区2024年年报"

    def on(number: int, y: float, text: str) -> PageText:
        return page_to_text(page(*text_to_chars(text, 200, y), number=number), [])

    twice = without_furniture([on(1, 40, title + "1"), on(2, 41, title + "2")])
    assert [len(p.lines) for p in twice] == [0, 0]
    moved = without_furniture([on(1, 40, title), on(2, 80, title)])
    assert [len(p.lines) for p in moved] == [1, 1]
    body = without_furniture([on(1, 400, title), on(2, 400, title)])
    assert [len(p.lines) for p in body] == [1, 1]
    assert [len(p.lines) for p in without_furniture([on(1, 40, title)])] == [1]
