"""Reports against one another: what is carried over, what is in force, and texts that are the
same."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random

import pytest
from drawing import MANY
from hypothesis import given
from hypothesis import strategies as st

from tableparse.formdata import edition
from tableparse.model import Matrix, Value
from tableparse.prose import Section
from tableparse.report import Report
from tableparse.sketch import SIZE, sketches_to_likeness, sketches_to_pairs, text_to_sketch
from tableparse.years import reports_to_findings, reports_to_keys, years_to_findings

AGENCY = "淮安市洪泽区财政局"
COLUMNS = tuple(c.key for c in edition("2021").applicants)
TEXT = (
    "我局坚持以公开为常态，按照条例要求健全公开工作机制，细化公开目录，压实科室责任，围绕预算决算、专项资金、政府采购、"
    "减税降费等群众关心的事项主动发布信息，同步制作图文解读，在门户网站和新媒体平台一并推送。畅通受理渠道，"
    "严格登记、审查、办理、答复各环节，对疑难申请会同法律顾问研究。定期开展自查，及时更新失效链接，组织业务培训。"
)


def matrix(name: str, **rows: dict[str, int | None]) -> Matrix:
    """A matrix of some rows."""
    cells = {r: {c: Value(str(n), n) for c, n in v.items()} for r, v in rows.items()}
    return Matrix(name, "2021", cells)


def report(
    year: int,
    carried: tuple[list[int | None], list[int | None]] = ([0] * 7, [0] * 7),
    stock: tuple[int, int, int] = (0, 0, 4),
    text: str = "",
    **changes: object,
) -> Report:
    """A report of a year: (carried in, carried out) by column, (issued, repealed, in force)."""
    into, out = (dict(zip(COLUMNS, row, strict=True)) for row in carried)
    rules = dict(zip(("issued", "repealed", "in_force"), stock, strict=True))
    made = Report(
        {"uri": f"{year}.pdf"},
        None,
        AGENCY,
        year,
        "verified",
        matrix("proactive", rules=rules),
        matrix("applications", carried_in=into, carried_out=out),
        None,
        (Section("一、总体情况", text),),
    )
    return replace(made, **changes)


def codes(*reports: Report) -> list[tuple[int, int, str]]:
    """(report, other, code) of all findings."""
    return [(a.report, a.other, a.finding.code) for a in reports_to_findings(reports)]


CARRIED = [1, 2, 3, 4, 5, 6, 21]


def test_years_that_fit_give_nothing() -> None:
    """What was carried out is carried in, and the stock is last year's with its changes."""
    before = report(2022, ([0] * 7, CARRIED), (1, 0, 5))
    now = report(2023, (CARRIED, [0] * 7), (2, 3, 4))
    assert codes(before, now) == codes(now, before) == []


@pytest.mark.parametrize("column", range(7))
def test_each_column_is_carried(column: int) -> None:
    """A single column that does not fit is found, and named with both figures."""
    wrong = [n + (i == column) for i, n in enumerate(CARRIED)]
    before, now = report(2022, ([0] * 7, CARRIED)), report(2023, (wrong, [0] * 7))
    (finding,) = years_to_findings(before, now)
    assert finding.code == "years.carry"
    assert finding.cells == (f"applications.carried_in.{COLUMNS[column]}",)
    assert (finding.left, finding.right) == (wrong[column], CARRIED[column])
    assert finding.blame == "publisher"


def test_blank_figures_carry_nothing() -> None:
    """A blank is not zero: it fits whatever was carried out."""
    blank: list[int | None] = [None] * 7
    assert codes(report(2022, ([0] * 7, CARRIED)), report(2023, (blank, blank))) == []


@MANY
@given(st.tuples(*[st.integers(0, 50)] * 4), st.integers(-3, 3))
def test_stock_follows_from_the_year_before(figures: tuple[int, ...], slip: int) -> None:
    """In force = last year's + issued - repealed; anything else is found, with both sums."""
    old, issued, repealed, _ = figures
    right = old + issued - repealed
    before = report(2022, stock=(0, 0, old))
    now = report(2023, stock=(issued, repealed, right + slip))
    found = list(years_to_findings(before, now))
    assert [f.code for f in found] == (["years.stock"] if slip else [])
    assert all((f.left, f.right) == (right + slip, right) for f in found)


def test_only_one_agencys_successive_years_are_linked() -> None:
    """Another agency, and a year between, break the link; a region that changed its name does
    not."""
    before, now = report(2021, ([0] * 7, CARRIED)), report(2023)
    assert codes(before, now) == []
    other = replace(report(2022, ([0] * 7, CARRIED)), agency="淮安市洪泽区教育局")
    assert codes(other, now) == []
    old = replace(report(2019, ([0] * 7, CARRIED)), agency="海门市财政局")
    new = replace(report(2020), agency="南通市海门区财政局")
    assert codes(old, new) == [(1, 0, "years.carry")]
    assert len(set(reports_to_keys([old, new]))) == 1


def test_a_name_that_many_bear_links_nothing() -> None:
    """Two reports of a 区统计局 may be of two agencies: they are linked only on the word of
    whoever gave them."""
    before = replace(report(2022, ([0] * 7, CARRIED)), agency="区统计局")
    now = replace(report(2023), agency="区统计局")
    assert reports_to_keys([before, now]) == [None, None]
    assert reports_to_findings([before, now]) == []
    trusted = reports_to_findings([before, now], trust_names=True)
    assert [a.finding.code for a in trusted] == ["years.carry"]


def test_doubtful_reports_blame_nobody() -> None:
    """Where one of the reports was read with doubt, the slip may be ours."""
    before = report(2022, ([0] * 7, CARRIED), status="doubtful")
    (finding,) = years_to_findings(before, report(2023))
    assert finding.blame == "unknown"


def test_two_documents_of_one_report() -> None:
    """A page and a PDF of one report that differ are told, with the cells; equal ones not."""
    page, pdf = report(2023, (CARRIED, [0] * 7)), report(2023, (CARRIED, [0] * 7))
    assert codes(page, pdf) == []
    other = report(2023, ([2, 2, 3, 4, 5, 6, 22], [0] * 7))
    (across,) = reports_to_findings([page, other])
    assert across.finding.code == "years.renditions"
    assert across.finding.cells == (
        "applications.carried_in.natural_person",
        "applications.carried_in.total",
    )


def test_copied_prose_is_found() -> None:
    """Last year's text with other figures is a copy, and so is another agency's; another text
    and two documents of one report are none."""
    before = report(2022, text=TEXT + "全年发布信息1200条，培训3次。")
    now = report(2023, text=TEXT + "全年发布信息1388条，培训5次。")
    assert codes(before, now) == [(1, 0, "years.copied")]
    theirs = replace(now, agency="淮安市洪泽区教育局")
    assert codes(now, theirs) == [(1, 0, "years.copied")]
    assert codes(now, now) == []
    fresh = report(2023, text="本年度重点推进惠民政策公开。" * 3 + TEXT[:60] + "新增专栏。" * 20)
    assert codes(before, fresh) == []
    short = (report(y, text="坚持以公开为常态。") for y in (2022, 2023))
    assert codes(*short) == []


def test_likeness_is_the_share_of_text() -> None:
    """Equal texts are alike wholly, strange ones not at all, and half a text by about half of
    what both have together."""
    letters = "".join(chr(0x4E00 + i) for i in range(2000))
    whole, half = text_to_sketch(letters), text_to_sketch(letters[:1000])
    assert len(whole) == SIZE
    assert sketches_to_likeness(whole, whole) == 1
    assert 0.35 < sketches_to_likeness(whole, half) < 0.65
    strange = text_to_sketch("".join(chr(0x7000 + i) for i in range(2000)))
    assert sketches_to_likeness(whole, strange) == 0
    assert text_to_sketch("短") == ()
    assert sketches_to_likeness((), whole) == 0


def test_copies_are_found_among_many() -> None:
    """Two copies among six hundred texts are found in seconds of CPU, and nothing else."""
    start = time.process_time()
    draw = Random(7)
    texts = ["".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(300)) for _ in range(600)]
    texts[599] = texts[3][:290]
    sketches = {i: text_to_sketch(text) for i, text in enumerate(texts)}
    pairs = [
        p
        for p in sketches_to_pairs(sketches)
        if sketches_to_likeness(*map(sketches.__getitem__, p)) > 0.8
    ]
    assert pairs == [(3, 599)]
    assert time.process_time() - start < 10
