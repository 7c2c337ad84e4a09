"""Spans: stated rowspans and colspans take the slots that browsers give them."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tableparse.model import Cell, Span, Table
from tableparse.ragged import mend_ragged
from tableparse.spans import (
    MAX_COLSPAN,
    MAX_ROWSPAN,
    MAX_SLOTS,
    SlotLimitError,
    Stated,
    groups_to_slots,
    text_to_span,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, 1), ("", 1), ("3", 3), ("2px", 2), ("100%", 100), (" 4", 4), ("+5", 5), ("-2", 1),
        ("abc", 1), ("1.9", 1), ("0", 1), ("1000000000", MAX_COLSPAN), ("9" * 5000, MAX_COLSPAN),
        ("\u0663", 1),
    ],
)  # fmt: skip
def test_span_attributes_are_read_as_browsers_read_them(text: str | None, number: int) -> None:
    """Leading ASCII digits count, anything else is 1, and the standard's limits hold."""
    assert text_to_span(text, MAX_COLSPAN) == number


def test_rowspan_zero_is_kept() -> None:
    """A rowspan of 0 is a statement of its own, not a 1."""
    assert text_to_span("0", MAX_ROWSPAN, least=0) == 0


def tile(rows: int, cols: int, seed: int) -> list[Span]:
    """A random table: rectangles that cover every slot once, in the order of their corners."""
    rng = random.Random(seed)
    taken = [[False] * cols for _ in range(rows)]
    spans = []
    for r in range(rows):
        for c in range(cols):
            if taken[r][c]:
                continue
            wide = 1
            while c + wide < cols and not taken[r][c + wide] and rng.random() < 0.3:
                wide += 1
            deep = 1
            while r + deep < rows and rng.random() < 0.3:
                deep += 1
            for row in taken[r : r + deep]:
                row[c : c + wide] = [True] * wide
            spans.append(Span(r, r + deep, c, c + wide))
    return spans


def stated_rows(spans: list[Span], rows: int) -> list[list[Stated]]:
    """What a page would state for these spans, row by row."""
    return [[Stated(s.r1 - s.r0, s.c1 - s.c0) for s in spans if s.r0 == r] for r in range(rows)]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10**6))
def test_stated_spans_give_back_the_slots(rows: int, cols: int, seed: int) -> None:
    """A random table of merged cells, written as rowspans and colspans, is had again slot for
    slot; columns in which no cell begins are the only thing that is not told."""
    spans = tile(rows, cols, seed)
    slotted = groups_to_slots([stated_rows(spans, rows)])
    last = max(s.c0 for s in spans) + 1
    wanted = [s._replace(c1=min(s.c1, last)) for s in spans]
    assert [s for row in slotted.spans for s in row] == wanted
    assert (slotted.rows, slotted.cols) == (rows, last)
    assert not slotted.overlapped


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), max_size=5), max_size=8))
def test_no_slot_is_given_twice(rows: list[list[tuple[int, int]]]) -> None:
    """Whatever is stated, every slot has at most one cell, no cell leaves the table, and a
    table that is called tiled has no hole."""
    slotted = groups_to_slots([[[Stated(*s) for s in row] for row in rows]])
    seen: set[tuple[int, int]] = set()
    for spans in slotted.spans:
        for span in spans:
            slots = {(r, c) for r in range(span.r0, span.r1) for c in range(span.c0, span.c1)}
            assert slots and not slots & seen
            seen |= slots
            assert span.r1 <= slotted.rows and span.c1 <= slotted.cols
    if slotted.tiled:
        assert len(seen) == slotted.rows * slotted.cols


def test_rowspan_ends_with_its_group() -> None:
    """A rowspan reaches no further than its group of rows; 0 reaches exactly that far."""
    slotted = groups_to_slots([[[Stated(9, 1), Stated()], [Stated()]], [[Stated(0, 1)], []]])
    assert slotted.spans[0][0] == Span(0, 2, 0, 1)
    assert slotted.spans[2][0] == Span(2, 4, 0, 1)


def test_first_cell_keeps_its_slots() -> None:
    """Where two cells claim a slot the one from above has it, and the other is named."""
    slotted = groups_to_slots([[[Stated(), Stated(2, 1), Stated()], [Stated(1, 2), Stated()]]])
    assert slotted.spans[1] == (Span(1, 2, 0, 1), Span(1, 2, 2, 3))
    assert slotted.overlapped == {(1, 0)}
    assert not slotted.tiled


def test_slots_are_limited() -> None:
    """A table over the limit is refused with the number asked for, before it is made."""
    for groups in (
        [[[Stated(MAX_ROWSPAN, MAX_COLSPAN), Stated()]] * 300],
        [[[Stated(1, MAX_COLSPAN), Stated()]] * 300],
        [[[Stated()] * (MAX_SLOTS + 1)]],
    ):
        with pytest.raises(SlotLimitError) as caught:
            groups_to_slots(groups)
        assert caught.value.asked > MAX_SLOTS


HEAD = ["", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
LABELS = [
    "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "（一）予以公开",
    "四、结转下年度继续办理",
]  # fmt: skip


def matrix(rows: list[list[str]]) -> Table:
    """A table of the applicants' head and rows of plain cells, short ones left short."""
    cells = [
        Cell(Span(r, r + 1, c, c + 1), text)
        for r, row in enumerate([HEAD, *rows])
        for c, text in enumerate(row)
    ]
    return Table(len(rows) + 1, max(map(len, [HEAD, *rows])), tuple(cells))


def row_of(table: Table, r: int) -> list[tuple[int, str, str | None]]:
    """The cells of a row: slot, text, doubt."""
    return [(c.span.c0, c.text, c.doubt) for c in table.cells if c.span.r0 == r and c.text]


WHOLE = [[label, *"1234567"] for label in LABELS]


def test_whole_rows_are_let_be() -> None:
    """A table without ragged rows comes back as it is."""
    table = matrix(WHOLE)
    assert mend_ragged(table) == (table, ())


def wide_matrix(rows: list[list[str]], label: int) -> Table:
    """The same under labels of `label` slots; rows are plain cells all the same."""
    head = [Cell(Span(0, 1, 0, label), "")]
    head += [Cell(Span(0, 1, label + i, label + i + 1), text) for i, text in enumerate(HEAD[1:])]
    body = [
        Cell(Span(r, r + 1, c, c + 1), text)
        for r, row in enumerate(rows, 1)
        for c, text in enumerate(row)
    ]
    return Table(len(rows) + 1, label + 7, (*head, *body))


def test_figures_that_slid_left_are_set_from_the_right() -> None:
    """Seven figures after a label take the last seven columns, and that is told."""
    table, said = mend_ragged(wide_matrix(WHOLE, 3))
    for r in range(1, 5):
        assert row_of(table, r)[1:] == [(3 + i, str(i + 1), None) for i in range(7)]
    assert [finding.code for finding in said] == ["row.moved"] * 4


@pytest.mark.parametrize(
    "figures",
    [list("123456"), list("12345678"), ["", *"12345", ""], list("1234567")[:3]],
    ids=["one lost", "one more", "blank at both ends under spacers", "four lost"],
)
def test_other_ragged_rows_are_doubtful(figures: list[str]) -> None:
    """A row that could be set in two ways, or in none, keeps no figure for certain."""
    spaced = [
        [LABELS[0], "", "", *"1234567"],
        *([label, "", "", *"1234567"] for label in LABELS[1:3]),
    ]
    rows = [*spaced, [LABELS[3], *figures]]
    if len(figures) == 8:
        rows[3] = [LABELS[3], "", "", *figures]
    table, said = mend_ragged(wide_matrix(rows, 3))
    assert all(doubt == "row.ragged" for _, _, doubt in row_of(table, 4)[1:])
    assert row_of(table, 1) == [(0, LABELS[0], None)] + [
        (3 + i, str(i + 1), None) for i in range(7)
    ]
    assert not said


def test_blank_column_that_all_rows_have_is_no_doubt() -> None:
    """Where every row has one blank cell more than the head all stay as they are; a row that
    has lost a figure there is as wide as the head, and doubtful."""
    rows = [[label, *"1234567", ""] for label in LABELS]
    assert mend_ragged(matrix(rows)) == (matrix(rows), ())
    rows[1] = [LABELS[1], *"123456", ""]
    table, _ = mend_ragged(matrix(rows))
    assert all(doubt == "row.ragged" for _, _, doubt in row_of(table, 2)[1:])
    assert all(doubt is None for _, _, doubt in row_of(table, 1))


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_rows_are_what_the_slots_show(seed: int, rows: int, cols: int, twice: bool) -> None:
    """The rows of a table have each of their cells once, in the order of the slots, whatever
    order the cells are given in, and where two claim a slot."""
    spans = tile(rows, cols, seed)
    if twice:
        spans += tile(rows, cols, seed + 1)
    random.Random(seed).shuffle(spans)
    table = Table(rows, cols, tuple(Cell(s, str(i % 3 or "")) for i, s in enumerate(spans)))
    for row, slots in zip(table.by_row, table.dense(), strict=True):
        shown: list[Cell] = []
        for cell in slots:
            if cell is not None and (not shown or shown[-1] is not cell):
                shown.append(cell)
        assert [*map(id, row.cells)] == [*map(id, shown)]
        assert row.inked == tuple(c for c in shown if c.text)
        assert row.texts == tuple(c.text for c in row.inked)


def test_cells_that_reach_down_cost_no_more_than_their_slots() -> None:
    """Many columns taken from above, then many rows and cells: done or refused at once."""
    many = [[Stated(2, 1)] * 60_000, [Stated()] * 60_000, *([[]] * 300_000)]
    start = time.process_time()
    with pytest.raises(SlotLimitError):
        groups_to_slots([many])
    assert time.process_time() - start < 5
