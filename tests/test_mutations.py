"""Damaged reports: nothing wrong is ever called verified, and what once went wrong stays mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import pymupdf
import pytest
from conftest import REPORTS
from drawing import Texts, rows_to_table, text_to_chars
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.blame import blame_findings
from extract.readers.pdf import pdf_to_document
from extract.trials import Trial
from fixtures.mutate.campaign import MUTATORS, Tally, make_variant, run_campaign, run_files
from fixtures.mutate.edit import only
from fixtures.mutate.law import Read, judge_read
from fixtures.mutate.reading import load_anatomy, quick_ladder, read_document
from tableparse.align_applications import tables_to_applications
from tableparse.align_proactive import tables_to_proactive
from tableparse.fill import chars_to_table
from tableparse.formdata import edition
from tableparse.grid import SpanGrid
from tableparse.labels import applicant_rows
from tableparse.model import Char, Document, Finding, Page, Ruling, Span
from tableparse.read import tables_to_reading
from tableparse.stitch import join

FIXTURES = sorted(p for p in REPORTS.glob("*.pdf"))
SEED = 11
FORM = edition("2021")
ROWS = [(r.key, f"{'（' + r.ordinal + '）' if r.group == 'results' else r.ordinal + '.'}{r.label}")
        for r in FORM.rows]  # fmt: skip
COLUMNS = [(c.key, c.label) for c in FORM.applicants]


@pytest.fixture(scope="module")
def tally() -> Tally:
    """2,000 variants of every fourth fixture, all kinds of damage."""
    return run_campaign(FIXTURES[::4], 2000, SEED)


def bad(tally: Tally, *outcomes: str) -> list[str]:
    """The cases of some outcomes, as the command shows them."""
    return [
        f"{c.fixture} {c.kind} {c.seed}: {c.note}: {c.verdict.paths[:3]}"
        for c in tally.faults
        if c.verdict.outcome in outcomes
    ]


def test_no_damage_is_read_wrong_and_verified(tally: Tally) -> None:
    """In 2,000 variants, each damaged in one figure, word, line or page break, no figure of a
    verified report is other than printed, and nothing crashes."""
    assert tally.variants >= 2000
    assert set(tally.kinds) >= set(MUTATORS) - {"figure.fill_blank", "fill.move", "fill.remove"}
    assert bad(tally, "silent", "crash") == []


def test_hardly_any_damage_is_read_wrong_at_all(tally: Tally) -> None:
    """Null and a finding beat a guess: wrong figures without a finding on them, whatever the
    status, are fewer than one variant in 500."""
    assert len(bad(tally, "wrong")) * 500 <= tally.variants, bad(tally, "wrong")


def test_most_damage_is_read_exactly(tally: Tally) -> None:
    """The law is not kept by refusing everything: over half of the variants are read as
    printed, cell by cell, and over a quarter are verified."""
    assert tally.outcomes()["exact"] * 2 > tally.variants
    verified = sum(n for (status, _), n in tally.statuses.items() if status == "verified")
    assert verified * 4 > tally.variants


def test_no_damaged_file_is_read_wrong_and_verified() -> None:
    """The same for 40 files whose bytes were damaged: figures covered, hidden, redacted, pages
    turned, scaled, cropped, operators cut out."""
    tally = run_files(FIXTURES[1::4], 40, SEED)
    assert tally.variants == 40
    assert bad(tally, "silent", "crash") == []


def test_variants_are_told_by_their_seed() -> None:
    """The same fixture, kind and seed give the same variant; another seed another one."""
    path = FIXTURES[0]
    with quick_ladder() as memo:
        anatomy = load_anatomy(path, memo)
        assert anatomy is not None
        for kind in ("figure.change_digit", "word.exchange", "line.move", "page.cut"):
            one, same, other = (make_variant(anatomy, kind, s) for s in ("1", "1", "2"))
            assert one == same != other


def read(value: int | None, *cells: str, status: str = "doubtful") -> Read:
    """A reading of one figure, with a finding on some cells."""
    findings = [Finding("x", "error", "unknown", "", cells)] if cells else []
    return Read(status, {"review.a.b": value}, findings)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (read(3), "exact"),
        (read(None, "review.a.b"), "withheld"),
        (read(None, "review.a"), "withheld"),
        (read(None, "review"), "withheld"),
        (read(None, "review.c"), "lost"),
        (read(None), "lost"),
        (read(4, "review.a.b"), "named"),
        (read(4), "wrong"),
        (read(4, "review.a.b", status="verified"), "silent"),
        (read(None, "review.a.b", status="verified"), "silent"),
        (read(3, status="verified"), "exact"),
        (Read("verified", {"review.a.b": 3, "review.c.d": 0}, []), "silent"),
    ],
)
def test_law(found: Read, outcome: str) -> None:
    """A figure that is printed as 3 may be 3, or null with a finding that names it; what the
    form does not have must be null; under `verified` nothing may be missing."""
    assert judge_read({"review.a.b": only(3)}, found).outcome == outcome


def rows_of(table_rows: Sequence[Sequence[str]]) -> Texts:
    return [list(row) for row in table_rows]


BLANK = ["", ""]


def test_row_over_both_label_columns_is_no_rest_of_the_row_above_the_break() -> None:
    """A blank row above a break, and a row whose label reaches over two columns below it."""
    label = "5.要求行政机关确认或重新出具已获取信息"
    upper = rows_to_table(rows_of([["（五）不予处理", label, *BLANK]]))
    lower = rows_to_table(rows_of([["（六）其他处理", "<", "1", "1"]]))
    texts = [[c.text if c else None for c in row] for row in join(upper, lower).dense()]
    assert texts[0][2:] == BLANK
    assert texts[1] == ["（六）其他处理", "（六）其他处理", "1", "1"]


def test_figures_without_label_below_a_blank_row_are_doubtful() -> None:
    """Where rows are left blank, figures below a break whose label is lost may not be those of
    the label above it; where no row is blank, they are."""
    head = ["（五）不予处理", "1.信访举报投诉类申请"]
    for figures, doubt in ((BLANK, "align.merged"), (["2", "2"], None)):
        rows = [[*head, *figures], ["^", "2.重复申请", *BLANK]]
        lower = rows_to_table(rows_of([["", "", "1", "1"]]))
        joined = join(rows_to_table(rows_of(rows)), lower).dense()
        cell = joined[1][2]
        assert cell is not None
        assert (cell.text, cell.doubt) == ("1", doubt)


def test_figures_without_label_make_the_proactive_table_doubtful() -> None:
    """A break inside of a row: its figures stand alone above, its label blank below."""
    heads = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    rows = [heads, ["", "1", "0", "4"], ["规章", "", "", ""], ["行政规范性文件", "2", "0", "9"]]
    _, findings, _ = tables_to_proactive([rows_to_table(rows_of(rows))])
    assert [f.code for f in findings if f.cells == ("proactive",)] == ["row.unknown"]


def matrix_rows(*figures: str) -> list[list[str]]:
    """A header and the first rows of the matrix, one of figures a row."""
    labels = ["一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量",
              "（一）予以公开", "1.属于国家秘密", "2.重复申请"]  # fmt: skip
    rows = [[label, *figure] for label, figure in zip(labels, figures, strict=False)]
    return [["", *(label for _, label in COLUMNS)], *rows]


def test_repeated_header_in_another_order_takes_the_figures_away() -> None:
    """Rows under a header that contradicts the first have no column for certain; those above
    it have theirs, and a header that repeats the first changes nothing."""
    rows = matrix_rows(*["1234567"] * 5)
    for again, number in ((rows[0], 2), ([*rows[0][:2], *rows[0][3:1:-1], *rows[0][4:]], None)):
        table = rows_to_table(rows_of([*rows[:4], again, *rows[4:]]))
        matrix, _, _ = tables_to_applications([table])
        assert matrix is not None
        assert matrix.rows["received"]["business"].number == 2
        assert matrix.rows["declined.repeat"]["business"].number == number


def test_blank_that_another_reading_printed_is_doubtful() -> None:
    """Where an identity misses something and another reading has a text for the blank cell, the
    report is doubtful; a blank that no reading has a text for stays a blank."""
    figures = {key: ["1", *["0"] * 5, "1"] for key, _ in ROWS}
    figures["processed_total"] = ["21", *["0"] * 5, "21"]
    figures["received"] = ["21", *["0"] * 5, "21"]

    def trial(name: str, blank: bool) -> Trial:
        lost = {"granted": [""] * 7} if blank else {}
        body = [[label, *{**figures, **lost}[key]] for key, label in ROWS]
        head = ["", *(label for _, label in COLUMNS)]
        return Trial(name, tables_to_reading([rows_to_table(rows_of([head, *body]))]), ())

    best, other = trial("whitespace", True), trial("pdfplumber", False)
    codes = [{f.code for f in blame_findings(best, t)[1]} for t in ([best], [other, best])]
    assert ["detectors.differ" in c for c in codes] == [False, True]
    assert all("identity.blanks" in c for c in codes)


def proactive_trial(name: str, fees: list[str], doubt: str | None) -> Trial:
    """A reading of a whole proactive table of the 2019 form, with these figures for fees."""
    rows = []
    for section in edition("2019").proactive:
        rows.append(["信息内容", *(column.label for column in section.columns)])
        for row in section.rows:
            figures = fees if row.key == "fees" else ["1"] * len(section.columns)
            rows.append([row.label, *figures])
    table = rows_to_table([[*row, *["<"] * (4 - len(row))] for row in rows])
    cells = tuple(c._replace(doubt=doubt if c.text == "315" else None) for c in table.cells)
    return Trial(name, tables_to_reading([replace(table, cells=cells)]), ())


def test_doubt_of_another_reading_holds_where_nothing_proves() -> None:
    """Two figures in one cell by the rulings, one in each column by the white space: no identity
    settles it in the proactive table, so neither is given."""
    best = proactive_trial("whitespace", ["3", "15"], None)
    other = proactive_trial("pdfplumber", ["", "315"], "cell.gap")
    for trials, numbers in (([best], {3, 15}), ([other, best], {None})):
        matrices, _, _ = blame_findings(best, trials)
        assert matrices[0] is not None
        assert {v.number for v in matrices[0].rows["fees"].values()} == numbers


def test_number_over_the_edge_of_the_table_is_doubtful() -> None:
    """Digits that lie beyond the outer frame are not cut off unseen."""
    grid = SpanGrid((50, 90, 130), (100, 120), (Span(0, 1, 0, 1), Span(0, 1, 1, 2)))
    cells = chars_to_table(grid, text_to_chars("381967", 104, 115), 1).table.cells
    assert (cells[1].text, cells[1].doubt) == ("38196", "cell.straddle")
    cells = chars_to_table(grid, text_to_chars("12", 44, 115), 1).table.cells
    assert (cells[0].text, cells[0].doubt) == ("2", "cell.straddle")


@pytest.mark.parametrize(
    "text", ["1.属于国家秘密2.其他法律行政法规禁止公", "2.重复申请3.要求提供公开出版物"]
)
def test_two_labels_in_one_text_are_no_label(text: str) -> None:
    """A cell that holds the labels of two rows names neither."""
    assert applicant_rows().match(text) is None


@pytest.mark.parametrize("text", ["2.其他法", "其他法律", "3.总计划", "合计数"])
def test_short_labels_are_known_word_for_word_only(text: str) -> None:
    """What is left of a cut label is not taken for a row whose label is two characters long."""
    assert applicant_rows().match(text) is None


def printed_text(pdf: pymupdf.Document) -> str:
    """What the reader sees of the first page."""
    page = pdf_to_document(pdf.tobytes()).pages[0]
    return "".join(c.text for c in page.chars if not c.text.isspace())


def test_patch_hides_every_line_of_a_run() -> None:
    """One text object may hold many lines; a patch over the second one hides it."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 72), "12")
        stream = b"BT /helv 11 Tf 1 0 0 1 72 770 Tm 14 TL (12) Tj T* (34) Tj ET\n"
        pdf.update_stream(page.get_contents()[0], stream + b"1 g 70 750 40 15 re f\n")
        assert printed_text(pdf) == "12"


@pytest.mark.parametrize("ground", [(1, 1, 1), (0, 0, 0)])
def test_transparent_text_is_not_seen(ground: tuple[float, ...]) -> None:
    """Text without any opacity shows neither on paper nor on a dark area."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.draw_rect((60, 55, 120, 80), color=None, fill=ground)
        page.insert_text((72, 72), "12", fill_opacity=0, stroke_opacity=0)
        page.insert_text((172, 72), "34")
        assert printed_text(pdf) == "34"


def test_clipped_text_is_not_seen() -> None:
    """Text outside of its clip path is not printed."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 72), "12")
        xref = page.get_contents()[0]
        pdf.update_stream(xref, b"q 0 0 1 1 re W n\n" + pdf.xref_stream(xref) + b"\nQ")
        page.insert_text((172, 72), "34")
        assert printed_text(pdf) == "34"


@pytest.mark.parametrize(("alpha", "shown"), [(255, "56"), (40, "1256")])
def test_picture_hides_what_does_not_show_through(alpha: int, shown: str) -> None:
    """A white picture over text hides it; one that lets the text through does not; text drawn
    on the picture is seen either way."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 72), "12")
        pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 8, 8), True)
        pixels.set_rect(pixels.irect, (255, 255, 255, alpha))
        page.insert_image((60, 55, 120, 80), pixmap=pixels, keep_proportion=False)
        page.insert_text((90, 72), "56")
        assert printed_text(pdf) == shown


@dataclass(frozen=True)
class Layout:
    """The geometry of a printed matrix, in points, and a seed for its figures."""

    size: float
    widths: tuple[float, ...]
    height: float
    place: str
    ruled: bool
    digits: int
    seed: int


LAYOUTS = st.builds(
    Layout,
    size=st.floats(6, 12),
    widths=st.tuples(*[st.floats(18, 70)] * 7),
    height=st.floats(1.1, 2.5),
    place=st.sampled_from(("left", "middle", "right")),
    ruled=st.booleans(),
    digits=st.integers(1, 6),
    seed=st.integers(0, 2**32),
)


def layout_to_page(layout: Layout) -> tuple[Page, dict[str, int]]:
    """The page with the applicant matrix, and its figures by path; figures may be too wide for
    their cells."""
    rng, size, height = Random(layout.seed), layout.size, layout.height * layout.size
    xs = [40.0, 40.0 + 42 * size]
    for width in layout.widths:
        xs.append(xs[-1] + width)
    figures: dict[str, int] = {}
    rows = [("", [label for _, label in COLUMNS])]
    for key, label in ROWS:
        numbers = [rng.randrange(10 ** rng.randint(1, layout.digits)) for _ in COLUMNS]
        rows.append((label, [str(n) for n in numbers]))
        paths = (f"applications.{key}.{column}" for column, _ in COLUMNS)
        figures.update(zip(paths, numbers, strict=True))
    chars: list[Char] = []
    for at, (label, texts) in enumerate(rows):
        base = 60 + (at + 0.5) * height + 0.38 * size
        chars += text_to_chars(label, 42, base, size, run=10 * at)
        for number, text in enumerate(texts, start=1):
            x0, x1 = xs[number], xs[number + 1]
            small = size if at else min(size, (x1 - x0 - 2) / len(text))
            wide = sum(0.5 if c.isascii() else 1.0 for c in text) * small
            x = {"left": x0 + 1, "right": x1 - 1 - wide, "middle": (x0 + x1 - wide) / 2}
            chars += text_to_chars(text, x[layout.place], base, small, run=10 * at + number)
    ys = [60 + at * height for at in range(len(rows) + 1)]
    rulings = [Ruling(xs[0], y, xs[-1], y) for y in ys]
    rulings += [Ruling(x, ys[0], x, ys[-1]) for x in xs]
    drawn = tuple(rulings) if layout.ruled else ()
    return Page(1, xs[-1] + 40, ys[-1] + 60, tuple(chars), drawn), figures


@settings(max_examples=15, deadline=None)
@given(LAYOUTS)
def test_roomy_ruled_layout_is_read_exactly(layout: Layout) -> None:
    """Figures that keep clear of their borders are read, not refused."""
    widths = tuple(width + 25 for width in layout.widths)
    digits = min(layout.digits, 4)
    roomy = replace(layout, ruled=True, size=8.0, height=1.6, widths=widths, digits=digits)
    page, figures = layout_to_page(roomy)
    with quick_ladder():
        found = read_document(Document("application/pdf", (page,), page_count=1))
    assert {p: n for p, n in found.figures.items() if p.startswith("applications")} == figures


@settings(max_examples=60, deadline=None)
@given(LAYOUTS)
def test_any_layout_is_read_exactly_or_flagged(layout: Layout) -> None:
    """Whatever the figures and the geometry, what is read is what was laid out, or null with
    a finding; figures that touch their neighbours are never mixed up unseen."""
    page, figures = layout_to_page(layout)
    with quick_ladder():
        found = read_document(Document("application/pdf", (page,), page_count=1))
    verdict = judge_read({path: only(n) for path, n in figures.items()}, found)
    assert verdict.outcome in ("exact", "withheld"), verdict
