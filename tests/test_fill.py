"""Characters to cells: each exactly once, and what makes a text doubtful."""

from __future__ import annotations

from drawing import MANY, lattice_to_boxes, text_to_chars
from hypothesis import given
from hypothesis import strategies as st

from tableparse.fill import chars_to_lines, chars_to_table
from tableparse.grid import boxes_to_grid
from tableparse.model import Box, Cell, Char, Span

GRID = boxes_to_grid(lattice_to_boxes((50, 90, 130, 170), (100, 120, 140, 160)))
ONE = boxes_to_grid([Box(50, 100, 90, 140), Box(90, 100, 130, 140)])


def first_cell(*chars: Char) -> Cell:
    """The left cell of a table of two, filled with these characters."""
    filled = chars_to_table(ONE, chars, 1)
    assert filled.given == filled.placed == len(chars)
    return filled.table.cells[0]


def test_characters_go_where_their_middle_is() -> None:
    """A glyph that hangs over a ruling belongs to the cell that holds its middle."""
    chars = (Char("7", 86.0, 101, 93.0, 111, 10, 0), Char("8", 88.0, 101, 95.0, 111, 10, 1))
    filled = chars_to_table(GRID, chars, 1)
    assert [c.text for c in filled.table.cells[:2]] == ["7", "8"]


def test_cells_know_page_and_place() -> None:
    """Every cell, blank or not, has its page and its rectangle."""
    table = chars_to_table(GRID, text_to_chars("12", 60, 115), 7).table
    assert table.cells[0] == Cell(Span(0, 1, 0, 1), "12", 7, Box(50, 100, 90, 120))
    assert table.cells[8] == Cell(Span(2, 3, 2, 3), "", 7, Box(130, 140, 170, 160))
    assert (table.rows, table.cols, table.xs) == (3, 3, (50, 90, 130, 170))


def test_text_in_a_merged_cell_is_the_cells() -> None:
    """Text anywhere in a merged cell is its text, lines from top to bottom."""
    tall = Box(50, 100, 70, 180)
    grid = boxes_to_grid([tall, *lattice_to_boxes((70, 90, 110), (100, 140, 180))])
    chars = [c for i, t in enumerate("三办理结果") for c in text_to_chars(t, 55, 115 + 14 * i)]
    cells = chars_to_table(grid, chars, 1).table.cells
    assert [c.text for c in cells if c.box == tall] == ["三办理结果"]
    assert sum(len(c.text) for c in cells) == 5


def test_characters_outside_are_not_counted() -> None:
    """Only what lies on the grid is given to it; below it, text hangs out of the last row."""
    inside, left, above = (text_to_chars("1", x, y) for x, y in ((60, 115), (10, 115), (60, 90)))
    filled = chars_to_table(GRID, (*inside, *left, *above), 1)
    assert (filled.given, filled.placed) == (1, 1)
    overhang = chars_to_table(GRID, text_to_chars("果", 60, 172), 1)
    assert overhang.table.dense()[2][0].text == "果"  # type: ignore[union-attr]


def test_digits_of_another_font_are_on_the_line() -> None:
    """Digits that sit lower or higher than the words around them are on their line."""
    chars = (*text_to_chars("共", 55, 115), *text_to_chars("12", 66, 118, 9),
             *text_to_chars("件", 77, 114))  # fmt: skip
    assert first_cell(*chars).text == "共12件"


def test_lines_from_top_to_bottom() -> None:
    """Lines come in reading order in whatever order they were drawn."""
    chars = (*text_to_chars("公开", 55, 135), *text_to_chars("不予", 55, 115))
    assert first_cell(*chars).text == "不予公开"
    assert [len(line) for line in chars_to_lines(chars)] == [2, 2]
    assert chars_to_lines([]) == []


def test_fake_bold_is_read_once() -> None:
    """The same glyphs drawn again a little aside are one text."""
    chars = (*text_to_chars("1122", 55, 115), *text_to_chars("1122", 55.4, 115, run=1))
    cell = first_cell(*chars)
    assert (cell.text, cell.doubt) == ("1122", None)


def test_repeated_digits_are_not_fake_bold() -> None:
    """Narrow digits side by side are as many as they are."""
    cell = first_cell(*text_to_chars("1111", 55, 115, step=2.8))
    assert (cell.text, cell.doubt) == ("1111", None)


def test_overprint_is_doubtful() -> None:
    """Different characters drawn over one another: which one shows is not certain."""
    chars = (*text_to_chars("10", 55, 115), *text_to_chars("12", 55, 115, run=1))
    assert first_cell(*chars).doubt == "cell.overprint"


def test_unknown_glyph_is_doubtful() -> None:
    """A glyph that no map explains, alone or among others."""
    for text in ("\ufffd", "1\ufffd"):
        assert first_cell(*text_to_chars(text, 55, 115)).doubt == "cell.unreadable"


def test_gap_between_digits_is_doubtful() -> None:
    """Digits far apart on one line may be two figures, whose ruling was lost."""
    chars = (*text_to_chars("1", 55, 115), *text_to_chars("0", 75, 115, run=1))
    assert first_cell(*chars).doubt == "cell.gap"
    near = (*text_to_chars("1", 55, 115), *text_to_chars("0", 60.5, 115, run=1))
    assert first_cell(*near).doubt is None


def test_digits_of_two_sizes_are_doubtful() -> None:
    """A small digit behind a number is a footnote's mark, not its last digit."""
    raised = (*text_to_chars("12", 55, 115), *text_to_chars("1", 65, 111, 6, run=1))
    assert first_cell(*raised).doubt == "cell.sizes"
    lowered = (*text_to_chars("1", 55, 115, 6), *text_to_chars("12", 58, 115, run=1))
    assert first_cell(*lowered).doubt == "cell.sizes"
    words = (*text_to_chars("12", 55, 115), *text_to_chars("件", 65, 113, 6, run=1))
    assert first_cell(*words).doubt is None
    fonts = (*text_to_chars("12", 55, 115), *text_to_chars("5", 65, 115, 9, run=1))
    assert first_cell(*fonts).doubt is None


def test_digits_on_two_lines_are_doubtful() -> None:
    """Two figures one above the other in a cell that had room for both on one line."""
    chars = (*text_to_chars("1", 55, 115), *text_to_chars("0", 55, 130))
    assert first_cell(*chars).doubt == "cell.lines"


def test_wrapped_number_is_one_number() -> None:
    """A number that filled its line and went on below it is no two figures."""
    chars = (*text_to_chars("9617123", 51, 115), *text_to_chars("4", 51, 130))
    cell = first_cell(*chars)
    assert (cell.text, cell.doubt) == ("96171234", None)


def test_note_on_the_next_line_is_no_second_number() -> None:
    """Words may stand on a line of their own beside a number."""
    chars = (*text_to_chars("22", 55, 115), *text_to_chars("（16）", 55, 130, 8))
    cell = first_cell(*chars)
    assert (cell.text, cell.doubt) == ("22（16）", None)


def test_number_over_a_ruling_is_doubtful_on_both_sides() -> None:
    """Digits of one run that go on into the next cell: neither cell's figure is certain."""
    filled = chars_to_table(GRID, text_to_chars("1234", 80, 115), 1)
    assert [(c.text, c.doubt) for c in filled.table.cells[:2]] == [
        ("12", "cell.straddle"),
        ("34", "cell.straddle"),
    ]
    single = [c._replace(run=i) for i, c in enumerate(text_to_chars("1234", 80, 115))]
    cells = chars_to_table(GRID, single, 1).table.cells
    assert [c.doubt for c in cells[:2]] == ["cell.straddle"] * 2
    words = chars_to_table(GRID, text_to_chars("商业企业", 80, 115), 1).table.cells
    assert not any(c.doubt for c in words)


def test_digit_on_a_ruling_is_doubtful_on_both_sides() -> None:
    """A digit through whose middle a ruling goes is in neither cell for certain."""
    filled = chars_to_table(GRID, text_to_chars("7", 87.8, 115), 1)
    assert [c.doubt for c in filled.table.cells[:2]] == ["cell.straddle"] * 2
    near = chars_to_table(GRID, text_to_chars("7", 84.5, 115), 1)
    assert [c.doubt for c in near.table.cells[:2]] == [None] * 2


def test_columns_of_figures_in_one_run_are_no_straddle() -> None:
    """A producer may draw a row of figures as one run, far apart: each has its cell."""
    chars = tuple(c for i in range(3) for c in text_to_chars("10", 60 + 40 * i, 115, run=5))
    cells = chars_to_table(GRID, chars, 1).table.cells
    assert [(c.text, c.doubt) for c in cells[:3]] == [("10", None)] * 3


@MANY
@given(
    st.lists(
        st.tuples(
            st.sampled_from("0129.,/-（）本年"),
            st.floats(40, 180),
            st.floats(90, 170),
            st.floats(5, 14),
        ),
        max_size=60,
    )
)
def test_every_character_is_placed_once(drawn: list[tuple[str, float, float, float]]) -> None:
    """Any characters anywhere: those on the grid are all placed, each in one cell, and
    counted; only what is drawn twice is read once."""
    chars = [
        Char(text, x, y - 0.88 * size, x + size / 2, y + 0.12 * size, size, run)
        for run, (text, x, y, size) in enumerate(drawn)
    ]
    on = [c for c in chars if 50 <= (c.x0 + c.x1) / 2 < 170 and (c.top + c.bottom) / 2 >= 100]
    filled = chars_to_table(GRID, chars, 1)
    assert filled.given == filled.placed == len(on)
    texts = "".join(cell.text for cell in filled.table.cells)
    assert len(texts) <= len(on)
    assert set(texts) == {c.text for c in on}


@MANY
@given(st.permutations(text_to_chars("结果维", 55, 115) + text_to_chars("12件", 55, 133)))
def test_order_of_drawing_does_not_matter(chars: list[Char]) -> None:
    """A cell's text is that of its places, whatever was drawn first."""
    assert first_cell(*chars).text == "结果维12件"
