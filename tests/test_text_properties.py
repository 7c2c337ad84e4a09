"""Laws of the text reader over random figures and the habits of converters."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.readers.text import text_to_document
from tableparse.formdata import Edition, RowLabel, edition
from tableparse.read import tables_to_reading
from tableparse.textrows import slots_to_window, tokens_to_figures

MANY = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SEEDS = st.integers(0, 2**32)
ORDINAL = {"1": "{}.{}", "一": "（{}）{}"}
TOP = ("received", "carried_in", "carried_out")


@dataclass(frozen=True)
class Truth:
    """What the printed report says: figures as text by row key, then column."""

    proactive: dict[str, list[str]]
    applications: dict[str, list[str]]
    review: list[str]


def _figure(rng: random.Random, blanks: bool) -> str:
    if blanks and rng.random() < 0.25:
        return rng.choice(["", "", "/", "-"])
    return str(rng.choice([0, 0, 0, 0, 1, 2, 7, rng.randrange(10, 5000)]))


def make_truth(rng: random.Random, form: Edition, blanks: bool) -> Truth:
    """Random figures for every cell of an edition; with `blanks`, marks and blanks too."""
    return Truth(
        {
            row.key: [_figure(rng, blanks) for _ in section.columns]
            for section in form.proactive
            for row in section.rows
        },
        {row.key: [_figure(rng, blanks) for _ in range(7)] for row in form.rows},
        [_figure(rng, blanks) for _ in range(15)],
    )


def printed_label(row: RowLabel) -> str:
    """The label as the form prints it, with its ordinal."""
    if not row.ordinal:
        return row.label
    if row.ordinal.isdigit():
        return f"{row.ordinal}.{row.label}"
    return f"{row.ordinal}、{row.label}" if row.key in TOP else f"（{row.ordinal}）{row.label}"


def wrap(rng: random.Random, text: str, most: int = 3) -> list[str]:
    """A text cut at up to `most` places."""
    places = range(1 if rng.random() < 0.02 else min(4, len(text) - 1), len(text))
    cuts = sorted(rng.sample(places, min(rng.randrange(most + 1), len(places))))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def header_lines(rng: random.Random, form: Edition, tabs: bool) -> list[str]:
    """The header of the applicant matrix: in tabs, or its words scattered over lines."""
    words = [column.label for column in form.applicants]
    if tabs:
        return ["\t\t\t申请人情况\t\t\t\t\t\t总计", "\t\t\t" + "\t".join(words[:-1]) + "\t"]
    lines = ["申请人情况", "自然", "人", "法人或其他组织", "总计商业", "企业"]
    if rng.random() < 0.5:
        lines = ["申请人情况", "自然人", "法人或其他组织", "总计", "商业企业"]
    return [
        *lines,
        "科研机构 社会公益",
        "组织",
        rng.choice(["法律服务机构 其他", "法律服务\n机构\n其他"]),
    ]


def tab_row(rng: random.Random, labels: list[str], figures: list[str]) -> str:
    """A row of ten cells as a converter with tabs leaves it: label cells lost, cells moved
    to the end, blank cells at the end cut off."""
    labels = list(labels)
    habit = rng.choice(["whole", "lost", "moved", "cut", "more"])
    more = rng.randrange(1, 3) if habit == "more" else 0
    while habit in ("lost", "moved") and "" in labels and rng.random() < 0.7:
        labels.remove("")
        more += habit == "moved"
    line = "\t".join([*labels, *figures, *[""] * more])
    return line.rstrip("\t") if habit == "cut" else line


def tab_matrix(rng: random.Random, form: Edition, truth: Truth) -> list[str]:
    """The applicant matrix in tabs."""
    lines = header_lines(rng, form, True)
    groups = {group.key: printed_label(group) for group in form.groups}
    seen: set[str] = set()
    for row in form.rows:
        labels = ["", "", ""]
        place = 0 if row.key in TOP else 1 if row.group == "results" else 2
        labels[place] = printed_label(row)
        if place and "results" not in seen:
            labels[0] = "三、本年度办理结果"
        if place == 2 and row.group not in seen and rng.random() < 0.9:
            labels[1] = groups[row.group or ""]
        seen |= {"results", row.group or ""} if place else set()
        lines.append(tab_row(rng, labels, truth.applications[row.key]))
        if rng.random() < 0.04:
            lines.append("")
    return lines


def space_row(rng: random.Random, label: str, figures: list[str]) -> list[str]:
    """A row without tabs: blanks leave no trace; label and figures may stand on several
    lines, in any order that converters were seen to make."""
    run = " ".join(figure for figure in figures if figure)
    pieces = wrap(rng, label)
    habit = rng.choice(["line", "line", "line", "after", "ahead", "inside", "last", "first"])
    if not run:
        return pieces
    if habit == "last" and " " in run:
        head, tail = run.rsplit(" ", 1)
        return [*pieces, head, tail]
    if habit == "after":
        return [*pieces, "", run] if rng.random() < 0.5 else [*pieces, run]
    if habit == "ahead":
        return [run, *pieces]
    if habit == "first":
        return [f"{pieces[0]} {run}", *pieces[1:]]
    if habit == "inside":
        at = rng.randrange(len(pieces))
        return [*pieces[:at], run, *pieces[at:]] if at else [*pieces, run]
    return [*pieces[:-1], f"{pieces[-1]} {run}"]


def page_break(rng: random.Random, marked: bool) -> list[str]:
    """What a converter leaves of a page break: a number, with \\f behind it if `marked`."""
    number = rng.randrange(1, 30)
    shown = rng.choice([f"- {number} -", f"第 {number} 页", f"{number}"])
    return ["", shown, "\f"] if marked else ["", shown]


def space_matrix(rng: random.Random, form: Edition, truth: Truth) -> list[str]:
    """The applicant matrix without tabs."""
    lines = header_lines(rng, form, False)
    groups = {group.key: printed_label(group) for group in form.groups}
    seen: set[str] = set()
    tame = rng.random() < 0.5
    marked = rng.random() < 0.7
    for row in form.rows:
        for group in ("results", row.group or ""):
            if row.key not in TOP and group not in seen:
                seen.add(group)
                name = "三、本年度办理结果" if group == "results" else groups[group]
                lines += wrap(rng, name)
        own = space_row(rng, printed_label(row), truth.applications[row.key])
        if tame:
            run = " ".join(figure for figure in truth.applications[row.key] if figure)
            own = [f"{printed_label(row)} {run}"]
        lines += own
        if rng.random() < 0.3:
            lines.append("")
        if rng.random() < 0.06:
            lines += page_break(rng, marked)
    return lines


def small_tables(
    rng: random.Random, form: Edition, truth: Truth, tabs: bool
) -> tuple[list[str], list[str]]:
    """The proactive and the review table, in tabs or without."""
    gap = "\t" if tabs else " "
    proactive: list[str] = []
    for section in form.proactive:
        proactive.append(section.title)
        proactive.append(gap.join(["信息内容", *(column.label for column in section.columns)]))
        for row in section.rows:
            cells = [row.label, *truth.proactive[row.key]]
            if tabs and rng.random() < 0.5:
                cells += [""] * (4 - len(cells))
            proactive.append(gap.join(cell for cell in cells if cell or tabs))
    words = [column.label for column in form.outcomes]
    direct, after = form.blocks[1].label, form.blocks[2].label
    if tabs:
        review = [
            "\t".join(["行政复议", *[""] * 4, "行政诉讼", *[""] * 9]),
            "\t".join([*words, direct, *[""] * 4, after, *[""] * 4]),
            "\t".join([*[""] * 5, *words * 2]),
            "\t".join(truth.review),
        ]
    else:
        review = [
            "行政复议 行政诉讼",
            *words,
            f"{direct} {after}",
            " ".join(words * 2),
            " ".join(figure for figure in truth.review if figure),
        ]
    return proactive, review


def run_together(rng: random.Random, text: str) -> str:
    """Some spaces between figures lost, and some between labels and figures."""
    out = []
    for at, char in enumerate(text):
        between = char == " " and text[at + 1 : at + 2].isdigit()
        if not (between and rng.random() < 0.15):
            out.append(char)
    return "".join(out)


def report_text(rng: random.Random, form: Edition, truth: Truth, tabs: bool) -> str:
    """A whole report as text: title, prose, tables."""
    proactive, review = small_tables(rng, form, truth, tabs)
    matrix = tab_matrix(rng, form, truth) if tabs else space_matrix(rng, form, truth)
    return "\n".join(
        [
            "某某县人民政府2023年政府信息公开工作年度报告", "一、总体情况", "全年公开信息 12 条。",
            "二、主动公开政府信息情况", *proactive, "三、收到和处理政府信息公开申请情况", *matrix,
            "四、政府信息公开行政复议、行政诉讼情况", *review,
            "五、存在的主要问题及改进情况", "无。", "六、其他需要报告的事项", "无",
        ]
    )  # fmt: skip


def wrong_figures(truth: Truth, text: str) -> tuple[list[str], int]:
    """Figures of `text` as read that are not what is printed, or that are lost without a
    word; and how many were read."""
    document = text_to_document(text)
    reading = tables_to_reading(document.tables or ())
    wrong: list[str] = []
    exact = 0
    blocks = [block.key for block in edition("2021").blocks]
    expected = {
        "proactive": truth.proactive,
        "applications": truth.applications,
        "review": {key: truth.review[5 * i : 5 * i + 5] for i, key in enumerate(blocks)},
    }
    for matrix in reading.matrices:
        if matrix is None:
            continue
        for row, values in matrix.rows.items():
            for printed, (column, value) in zip(
                expected[matrix.name].get(row, [None] * 15), values.items(), strict=False
            ):
                number = float(printed) if printed and printed.isdigit() else None
                if value.doubt is None and value.number != number:
                    wrong.append(f"{matrix.name}.{row}.{column}: {value.raw!r} for {printed!r}")
                if value.doubt is not None and value.number is not None:
                    wrong.append(f"{matrix.name}.{row}.{column}: doubtful, yet {value.number}")
                exact += value.doubt is None
    return wrong, exact


def figures_of(truth: Truth) -> int:
    """How many figures a report has."""
    rows = [*truth.proactive.values(), *truth.applications.values(), truth.review]
    return sum(len(row) for row in rows)


@pytest.mark.parametrize("name", ["2019", "2021"])
@pytest.mark.parametrize("tabs", [True, False])
@given(seed=SEEDS)
@MANY
def test_what_comes_out_is_printed_so_or_doubtful(name: str, tabs: bool, seed: int) -> None:
    """No habit of a converter puts a figure where another is printed, or loses one silently."""
    rng = random.Random(seed)
    form = edition(name)
    truth = make_truth(rng, form, blanks=rng.random() < 0.5)
    wrong, _ = wrong_figures(truth, report_text(rng, form, truth, tabs))
    assert wrong == []


@pytest.mark.parametrize("tabs", [True, False])
@given(seed=SEEDS)
@MANY
def test_figures_run_together_are_never_parted(tabs: bool, seed: int) -> None:
    """Lost spaces between figures, and between labels and figures, give doubt, not figures."""
    rng = random.Random(seed)
    form = edition(rng.choice(["2019", "2021"]))
    truth = make_truth(rng, form, blanks=rng.random() < 0.3)
    wrong, _ = wrong_figures(truth, run_together(rng, report_text(rng, form, truth, tabs)))
    assert wrong == []


@given(seed=SEEDS)
@MANY
def test_rows_with_all_figures_in_tabs_are_exact(seed: int) -> None:
    """Lost or moved label cells and cut lines leave nothing in doubt if no cell is blank."""
    rng = random.Random(seed)
    form = edition(rng.choice(["2019", "2021"]))
    truth = make_truth(rng, form, blanks=False)
    assert wrong_figures(truth, report_text(rng, form, truth, True)) == ([], figures_of(truth))


@pytest.mark.parametrize("habit", ["line", "last", "first", "inside", "after", "ahead"])
@given(seed=SEEDS)
@settings(MANY, max_examples=15)
def test_one_habit_throughout_is_exact(habit: str, seed: int) -> None:
    """A text in which every row is broken in the same way is read whole."""
    rng = random.Random(seed)
    form = edition(rng.choice(["2019", "2021"]))
    truth = make_truth(rng, form, blanks=False)
    lines = header_lines(rng, form, False)
    for row in form.rows:
        label, figures = printed_label(row), truth.applications[row.key]
        run, cut = " ".join(figures), len(label) // 2 + 1
        head, tail = label[:cut], label[cut:]
        lines += {
            "line": [f"{label} {run}"],
            "last": [f"{label} {run.rsplit(' ', 1)[0]}", figures[-1]],
            "first": [f"{head} {run}", tail],
            "inside": [head, run, tail],
            "after": [head, tail, "", run],
            "ahead": [run, head, tail],
        }[habit]
    proactive, review = small_tables(rng, form, truth, False)
    text = "\n".join([*proactive, *lines, *review])
    assert wrong_figures(truth, text) == ([], figures_of(truth))


WORDS = st.sampled_from(
    ["行政许可", "规章", "总计", "其他", "0", "7", "无", "\t", " ", "\n", "\f", "（", "1.", "⼀",
     "行政复议", "结果维持", "一、本年新收政府信息公开申请数量", "信息内容", "本年制发件数",
     "\u200b", "１２"]
)  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=5), max_size=60).map("".join))
@settings(MANY, max_examples=300)
def test_any_text_gives_a_document(text: str) -> None:
    """Whatever the text, a document comes out, with its pages counted and every cell on its
    table's grid, no two on one slot."""
    document = text_to_document(text)
    assert document.page_count is not None and document.page_count >= 1
    for table in document.tables or ():
        taken: set[tuple[int, int]] = set()
        for cell in table.cells:
            r0, r1, c0, c1 = cell.span
            assert 0 <= r0 < r1 <= table.rows and 0 <= c0 < c1 <= table.cols
            slots = {(r, c) for r in range(r0, r1) for c in range(c0, c1)}
            assert not slots & taken
            taken |= slots


@given(st.lists(st.text("这是一份预算报告，没有表。0123456789 \t", max_size=30), max_size=20))
@MANY
def test_a_text_without_tables_is_all_lines(lines: list[str]) -> None:
    """Where there is no table of the form, every line that is not blank comes out, in order."""
    document = text_to_document("\n".join(lines))
    assert document.tables == ()
    assert [line.text for line in document.lines] == [x.strip() for x in lines if x.strip()]


@given(st.lists(st.sampled_from(["", "0", "3", "12"]), min_size=1, max_size=12), st.integers(1, 8))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_window_is_the_only_one_that_holds_all_figures(slots: list[str], count: int) -> None:
    """A start is given only if no other start would hold all figures of the row."""
    start = slots_to_window(slots, count)
    filled = {i for i, text in enumerate(slots) if text}
    fits = [at for at in range(len(slots) - count + 1) if filled <= set(range(at, at + count))]
    if filled:
        assert start == (fits[0] if len(fits) == 1 else None)
    else:
        assert start == (0 if fits else None)


@given(st.lists(st.sampled_from(["0", "3", "12", "007", "/"]), max_size=9), st.integers(1, 8))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_tokens_are_figures_only_in_full_number(tokens: list[str], count: int) -> None:
    """Without tabs a row's tokens are its figures exactly if none is missing or run together."""
    whole = len(tokens) == count and "007" not in tokens
    assert tokens_to_figures(tokens, count) == (tuple(tokens) if whole else None)
