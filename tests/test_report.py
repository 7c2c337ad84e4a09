"""A report as JSON: one meaning, one text, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from drawing import (
    FEW,
    balanced,
    matrix_to_texts,
    printed_form,
    proactive_to_texts,
    review_to_texts,
    rows_to_table,
)
from hypothesis import given
from hypothesis import strategies as st

from tableparse.model import Attempt, Box, Finding, Matrix, Value
from tableparse.prose import Section
from tableparse.read import tables_to_reading
from tableparse.report import Report, dict_to_text

FORM = printed_form()
TOP = [
    "schema_version", "generator", "source", "title", "agency", "region", "year", "status",
    "proactive", "applications", "review", "narrative", "checks", "findings", "attempts",
]  # fmt: skip


def report(**changes: Any) -> Report:
    """A whole report of figures that add up."""
    tables = [proactive_to_texts(), matrix_to_texts(balanced()), review_to_texts()]
    reading = tables_to_reading([rows_to_table(t) for t in tables])
    proactive, applications, review = reading.matrices
    return Report(
        **{
            "source": {"uri": "a.pdf", "pages": 3},
            "title": "某县2024年政府信息公开工作年度报告",
            "agency": "某县",
            "year": 2024,
            "status": reading.status,
            "proactive": proactive,
            "applications": applications,
            "review": review,
            "narrative": (Section("一、总体情况", "正文“引号”\n第二段"),),
            "evaluated": reading.checks.evaluated,
            "held": reading.checks.held,
            "findings": (Finding("table.other", "info", "unknown", "一张表", ("a.b.c",), 1, 2.5),),
            "attempts": (Attempt("pdfplumber", 42, 42),),
            "detectors": dict.fromkeys(("proactive", "applications", "review"), "pdfplumber"),
            **changes,
        }
    )


def test_keys_in_the_order_of_the_contract() -> None:
    """Top-level keys, rows and columns in the form's order; evidence only when asked for."""
    data = report().to_dict()
    assert list(data) == TOP
    assert list(data["proactive"]) == [
        "form", "rules", "normative_documents", "permits", "penalties", "coercion", "fees",
    ]  # fmt: skip
    assert list(data["applications"]) == ["form", "columns", "rows"]
    assert data["applications"]["columns"] == FORM["columns"]
    assert list(data["applications"]["rows"]) == [key for key, *_ in FORM["rows_2021"]]
    assert list(data["review"]) == FORM["review_blocks"]
    assert list(report().to_dict(evidence=True)) == [*TOP, "evidence"]


def test_missing_table_is_null_and_missing_row_is_nulls() -> None:
    """A table that was not found is null; a row that was not found has a null a column."""
    whole = report().applications
    assert whole is not None
    rows = {k: v for k, v in whole.rows.items() if k != "granted"}
    part = Matrix("applications", "2021", rows, ("granted",))
    data = report(proactive=None, applications=part, review=None).to_dict()
    assert data["proactive"] is None and data["review"] is None
    assert data["applications"]["rows"]["granted"] == [None] * 7
    assert list(data["applications"]["rows"]) == [key for key, *_ in FORM["rows_2021"]]
    rules = Matrix("proactive", "2021", {}, ("rules",))
    found = report(proactive=rules).to_dict()["proactive"]["rules"]
    assert found == {"issued": None, "repealed": None, "in_force": None}


def test_evidence_has_every_figure() -> None:
    """Each figure by its path: raw text, page, box, reader, and no confidence in doubt."""
    doubted = Value("1 2", None, 2, Box(1, 2, 3.456, 4), "value.unreadable")
    whole = report().review
    assert whole is not None
    rows = {**whole.rows, "reconsideration": {**whole.rows["reconsideration"], "upheld": doubted}}
    evidence = report(review=Matrix("review", "2021", rows)).to_dict(evidence=True)["evidence"]
    assert len(evidence) == 10 + 175 + 15
    assert evidence["review.reconsideration.upheld"] == {
        "raw": "1 2", "page": 2, "bbox": [1, 2, 3.46, 4],
        "detector": "pdfplumber", "confidence": 0.0,
    }  # fmt: skip
    assert evidence["applications.granted.total"]["confidence"] == 1.0
    assert [path for path, _ in report().figures()] == list(evidence)


def test_a_row_of_figures_is_a_line() -> None:
    """A diff of two reports shows the row that differs, and nothing else."""
    lines = report().to_json().splitlines()
    row = next(line for line in lines if '"granted":' in line)
    assert json.loads("{" + row.strip().rstrip(",") + "}")["granted"][6] == int(
        balanced()["granted"][6]
    )
    rows = {k: list(r) for k, r in balanced().items()}
    rows["granted"][0] = "999"
    other = tables_to_reading([rows_to_table(matrix_to_texts(rows))]).matrices[1]
    changed = report(applications=other).to_json().splitlines()
    assert [a for a, b in zip(lines, changed, strict=True) if a != b] == [row]


def test_text_is_chinese_and_strict_json() -> None:
    """Characters stand as they are; NaN and infinity are refused; the text ends in a line."""
    text = report().to_json()
    assert "某县2024年政府信息公开工作年度报告" in text
    assert text.endswith("}\n") and not text.endswith("\n\n")
    with pytest.raises(ValueError):
        dict_to_text({"a": float("nan")})


@pytest.mark.parametrize("evidence", [False, True])
def test_round_trip(evidence: bool) -> None:
    """A report read back from its JSON gives the same JSON, byte for byte."""
    text = report().to_json(evidence=evidence)
    again = Report.from_json(text)
    assert again.to_json(evidence=evidence) == text
    assert Report.from_json(text.encode()).to_dict() == report().to_dict()
    assert json.loads(text) == report().to_dict(evidence=evidence)


def test_round_trip_of_an_empty_report() -> None:
    """Nothing found is told and read back as well."""
    empty = report(
        title=None, agency=None, year=None, status="incomplete", proactive=None,
        applications=None, review=None, narrative=(), findings=(), attempts=(), detectors={},
        evaluated=0, held=0,
    )  # fmt: skip
    for evidence in (False, True):
        text = empty.to_json(evidence=evidence)
        assert Report.from_json(text).to_json(evidence=evidence) == text


@pytest.mark.parametrize("evidence", [False, True])
def test_round_trip_of_a_report_in_part(evidence: bool) -> None:
    """A row that was not found is not made a row of blanks on the way back."""
    whole = report().applications
    assert whole is not None
    rows = {k: v for k, v in whole.rows.items() if k != "granted"}
    part = report(applications=Matrix("applications", "2021", rows, ("granted",)), review=None)
    text = part.to_json(evidence=evidence)
    assert Report.from_json(text).to_json(evidence=evidence) == text
    if evidence:
        again = Report.from_json(text).applications
        assert again is not None
        assert again.missing == ("granted",)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**6), 10**6, places=4).map(float),
)
BOXES = st.tuples(*[st.floats(0, 900).map(lambda x: round(x, 2))] * 4).map(lambda t: Box(*t))
VALUES = st.builds(
    Value,
    st.text(max_size=6),
    NUMBERS,
    st.one_of(st.none(), st.integers(1, 99)),
    st.one_of(st.none(), BOXES),
    st.sampled_from([None, "cell.gap"]),
    note=st.none(),
    place=st.sampled_from([None, "table[1]/tr[2]/td[3]"]),
    score=st.one_of(st.none(), st.floats(0, 1).map(lambda x: round(x, 4))),
    choices=st.just(()),
    chosen=st.just(False),
)
WORDS = st.text(max_size=20)
CELLS = st.lists(WORDS, max_size=2).map(tuple)
FINDINGS = st.builds(Finding, WORDS, WORDS, WORDS, WORDS, CELLS, NUMBERS, NUMBERS)


@FEW
@given(st.data())
def test_round_trip_of_any_figures(data: st.DataObject) -> None:
    """Any figures, places, doubts and words: read back, they give the same text."""
    whole = report()
    matrices = {}
    for matrix in (whole.proactive, whole.applications, whole.review):
        assert matrix is not None
        values = data.draw(st.lists(VALUES, min_size=1, max_size=5))
        rows = {
            row: {c: values[(i + j) % len(values)] for j, c in enumerate(cells)}
            for i, (row, cells) in enumerate(matrix.rows.items())
        }
        matrices[matrix.name] = Matrix(matrix.name, matrix.form, rows)
    found = report(
        **matrices,
        title=data.draw(st.one_of(st.none(), WORDS)),
        region=data.draw(st.one_of(st.none(), st.just({"code": "320800", "name": "淮安市"}))),
        narrative=tuple(data.draw(st.lists(st.builds(Section, WORDS, WORDS), max_size=3))),
        findings=tuple(data.draw(st.lists(FINDINGS, max_size=3))),
    )
    text = found.to_json(evidence=True)
    assert Report.from_json(text).to_json(evidence=True) == text
    assert json.loads(text) == found.to_dict(evidence=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"schema_version": "0.9"}',
        '{"schema_version": "1.0"}',
        '{"schema_version": "1.0", "source": {}, "title": 3}',
    ],
)
def test_other_json_is_refused(text: str) -> None:
    """What is no whole report of this schema raises ValueError."""
    with pytest.raises(ValueError):
        Report.from_json(text)


@pytest.mark.parametrize("key", [k for k in TOP if k not in ("schema_version",)])
def test_report_without_one_of_its_keys_is_refused(key: str) -> None:
    """Every key of the contract is needed."""
    data = report().to_dict()
    del data[key]
    with pytest.raises(ValueError, match="not a whole report"):
        Report.from_json(json.dumps(data))
