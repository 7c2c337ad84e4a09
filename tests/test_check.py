"""The form's identities and the status that they give: each kind, with blanks, marks, doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from drawing import (
    FEW,
    MANY,
    balanced,
    matrix_to_texts,
    printed_form,
    proactive_to_texts,
    review_to_texts,
    rows_to_table,
)
from hypothesis import given
from hypothesis import strategies as st

from tableparse.check import Checks, check_matrices, matrices_to_equations
from tableparse.model import Finding, Matrix, Value
from tableparse.read import judge, tables_to_reading
from tableparse.values import text_to_value

FORM = printed_form()
COLUMNS = FORM["columns"]
OUTCOMES = [key for key, _, over in FORM["rows_2021"] if over != "-"][:-1]


def matrix(
    rows: Mapping[str, Sequence[str]], name: str = "applications", form: str = "2021"
) -> Matrix:
    """A matrix from printed texts."""
    columns = COLUMNS if name == "applications" else FORM["review_columns"]
    values = {
        key: dict(zip(columns, (text_to_value(t) for t in row), strict=True))
        for key, row in rows.items()
    }
    return Matrix(name, form, values)


def change(key: str, column: str, text: str) -> dict[str, list[str]]:
    """Balanced figures but for one cell."""
    rows = {k: list(row) for k, row in balanced().items()}
    rows[key][COLUMNS.index(column)] = text
    return rows


def check(rows: Mapping[str, Sequence[str]]) -> Checks:
    """The identities of an applicant matrix of 2021."""
    return check_matrices([matrix(rows)])


def test_matrix_has_39_equations() -> None:
    """7 balances, 7 sums of outcomes, 25 rows; the 2019 form has 37; all hold, and every
    figure stands in two of them."""
    checks = check(balanced())
    assert (checks.evaluated, checks.held, checks.findings) == (39, 39, ())
    assert len(checks.proven) == 25 * 7
    equations = list(matrices_to_equations([matrix(balanced())]))
    assert {e.name.split("[")[0] for e in equations} == {
        "applications.balance", "applications.outcomes", "applications.row",
    }  # fmt: skip
    for path in checks.proven:
        assert sum(path in e.paths for e in equations) >= 2
    old = {k: r for k, r in balanced().items() if not k.startswith("other.")}
    earlier = matrix({**old, "other": ["0"] * 7}, form="2019")
    assert len(list(matrices_to_equations([earlier]))) == 37


@MANY
@given(
    st.sampled_from([key for key, *_ in FORM["rows_2021"]]),
    st.sampled_from(COLUMNS),
    st.integers(-50, 50).filter(bool),
)
def test_any_single_slip_is_found_and_located(key: str, column: str, by: int) -> None:
    """One wrong figure breaks a row and a column, which cross in that cell alone."""
    right = int(balanced()[key][COLUMNS.index(column)])
    failed = [f for f in check(change(key, column, str(right + by))).findings]
    assert {f.code for f in failed} == {"identity.failed"}
    common = set.intersection(*(set(f.cells) for f in failed))
    assert f"applications.{key}.{column}" in common
    assert len(failed) >= 2
    if key not in ("processed_total", "total") and column != "total":
        assert common == {f"applications.{key}.{column}"}


def test_finding_gives_both_sides() -> None:
    """A failed identity names itself, both sums, the difference, and all its cells."""
    rows = change("granted", "total", "76")
    finding = next(f for f in check(rows).findings if "row[granted]" in f.message)
    assert finding == Finding(
        "identity.failed",
        "error",
        "unknown",
        "applications.row[granted]: 76 = 75 does not hold (difference +1)".replace(
            "75", str(sum(int(n) for n in rows["granted"][:6]))
        ).replace("+1", f"{76 - sum(int(n) for n in rows['granted'][:6]):+}"),
        tuple(f"applications.granted.{c}" for c in ("total", *COLUMNS[:6])),
        76,
        sum(int(n) for n in rows["granted"][:6]),
    )


def test_blank_total_is_not_evaluated() -> None:
    """Totals that are not printed prove nothing and contradict nothing."""
    rows = {key: [*row[:6], ""] for key, row in balanced().items()}
    checks = check(rows)
    assert (checks.evaluated, checks.held, checks.findings) == (12, 12, ())
    assert not any(path.endswith(".total") for path in checks.proven - set(_blank_paths(rows)))


def _blank_paths(rows: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"applications.{key}.{column}"
        for key, row in rows.items()
        for column, text in zip(COLUMNS, row, strict=True)
        if not text
    ]


@pytest.mark.parametrize("mark", ["", "/", "—", "无"])
def test_blank_summands_count_as_zero(mark: str) -> None:
    """Zeros that are blank or marked: the identities hold, and count."""
    rows = {key: [mark if n == "0" else n for n in row] for key, row in balanced().items()}
    assert any(mark in row for row in rows.values())
    checks = check(rows)
    assert (checks.evaluated, checks.held, checks.findings) == (39, 39, ())


def test_blanks_that_do_not_add_up_are_no_failure() -> None:
    """A blank may mean anything: with blanks taken as zero a sum that fails is a hint."""
    checks = check(change("granted", "other", ""))
    assert {f.code for f in checks.findings} == {"identity.blanks"}
    assert {f.severity for f in checks.findings} == {"info"}
    assert checks.evaluated == checks.held == 39 - len(checks.findings)


def test_doubtful_figure_is_not_counted_in() -> None:
    """An identity with a doubtful figure is neither held nor failed."""
    checks = check(change("granted", "other", "1 5"))
    assert checks.findings == ()
    assert checks.evaluated == checks.held == 37
    assert "applications.granted.other" not in checks.proven


def test_side_without_any_figure_is_not_evaluated() -> None:
    """Nothing printed on one side: not zero, but unknown."""
    checks = check({key: [""] * 7 for key in balanced()})
    assert checks == Checks(0, 0, frozenset(), ())
    totals_only = {key: [*[""] * 6, row[6]] for key, row in balanced().items()}
    checks = check(totals_only)
    assert (checks.evaluated, checks.held) == (2, 2)


def test_missing_rows_take_their_identities_with_them() -> None:
    """Without a row the sums that need it are not evaluated; the others are."""
    rows = balanced()
    del rows["declined.repeat"]
    checks = check(rows)
    assert (checks.evaluated, checks.findings) == (7 + 24, ())


def test_subtotals_are_checked_against_their_group() -> None:
    """A printed subtotal is the sum of its group's rows."""
    whole = matrix(balanced())
    denied = [key for key in OUTCOMES if key.startswith("denied.")]
    sums = [sum(int(balanced()[key][c]) for key in denied) for c in range(7)]
    right = {c: Value(str(n), n) for c, n in zip(COLUMNS, sums, strict=True)}
    checks = check_matrices([replace(whole, subtotals={"denied": right})])
    assert (checks.evaluated, checks.held) == (46, 46)
    wrong = {**right, "business": Value("1", 1)}
    (finding,) = check_matrices([replace(whole, subtotals={"denied": wrong})]).findings
    assert finding.message.startswith("applications.subtotal[denied, business]")
    assert finding.cells[0] == "applications.denied.subtotal.business"


def test_review_rows() -> None:
    """total = upheld + corrected + other + pending, a block at a time."""
    rows = {key: ["1", "2", "3", "4", "10"] for key in FORM["review_blocks"]}
    checks = check_matrices([matrix(rows, "review")])
    assert (checks.evaluated, checks.held, len(checks.proven)) == (3, 3, 15)
    rows["litigation_direct"] = ["1", "2", "3", "4", "11"]
    (finding,) = check_matrices([matrix(rows, "review")]).findings
    assert (finding.code, finding.left, finding.right) == ("identity.failed", 11, 10)


@pytest.mark.parametrize(
    ("disclosed", "public", "codes"),
    [
        ("3", "5", []),
        ("5", "5", []),
        ("6", "5", ["identity.unlikely"]),
        ("", "5", []),
        ("6", "/", []),
    ],
)
def test_disclosed_is_at_most_what_is_public(disclosed: str, public: str, codes: list[str]) -> None:
    """Of 2019: a warning, no failure, and no proof either way."""
    values = {"produced": Value("1", 1), "disclosed": text_to_value(disclosed),
              "total_public": text_to_value(public)}  # fmt: skip
    checks = check_matrices([Matrix("proactive", "2019", {"rules": values})])
    assert [f.code for f in checks.findings] == codes
    assert (checks.evaluated, checks.proven) == (0, frozenset())


def test_decimals_are_compared_as_printed() -> None:
    """0.1 + 0.2 is 0.3."""
    rows = {key: ["0.1", "0.2", "0", "0", "0.3"] for key in FORM["review_blocks"]}
    checks = check_matrices([matrix(rows, "review")])
    assert (checks.evaluated, checks.held) == (3, 3)


FIFTEEN = [str(n) for n in (1, 2, 3, 4, 10) * 3]


def status(
    rows: Mapping[str, Sequence[str]] | None = None,
    review: Sequence[str] = FIFTEEN,
    proactive: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[Finding] = (),
    without: str = "",
) -> str:
    """The status of a report of these figures."""
    tables = {
        "proactive": rows_to_table(proactive_to_texts(proactive)),
        "applications": rows_to_table(matrix_to_texts(rows or balanced())),
        "review": rows_to_table(review_to_texts(review)),
    }
    tables.pop(without, None)
    return tables_to_reading(list(tables.values()), notes).status


def test_verified() -> None:
    """Three tables, no doubt, every figure proven."""
    assert status() == "verified"


def test_zeros_are_figures() -> None:
    """A report of zeros adds up and is verified: nothing was asked, and it says so."""
    assert status({key: ["0"] * 7 for key in balanced()}, ["0"] * 15) == "verified"


def test_blank_form_is_never_verified() -> None:
    """A form that prints no figure proves nothing, and is spoken of."""
    blank = {key: [""] * 7 for key in balanced()}
    nothing = {key: [""] * 3 for key in ("rules", "normative_documents")}
    nothing |= {key: [""] for key in ("permits", "penalties", "coercion", "fees")}
    tables = [proactive_to_texts(nothing), matrix_to_texts(blank), review_to_texts([""] * 15)]
    reading = tables_to_reading([rows_to_table(t) for t in tables])
    assert reading.status == "unproven"
    assert [f.code for f in reading.findings] == ["report.blank"]
    assert reading.checks.evaluated == 0


@pytest.mark.parametrize("without", ["proactive", "applications", "review"])
def test_incomplete_without_a_table(without: str) -> None:
    """Two tables of three are no report, however well they add up."""
    assert status(without=without) == "incomplete"


def test_incomplete_without_a_row() -> None:
    """A row of the form that was not found."""
    texts = [row for row in matrix_to_texts(balanced()) if "2.重复申请" not in row]
    tables = [proactive_to_texts(), texts, review_to_texts(FIFTEEN)]
    assert tables_to_reading([rows_to_table(t) for t in tables]).status == "incomplete"


def test_doubtful() -> None:
    """One cell that does not read as one number, in any of the tables."""
    assert status(change("granted", "other", "1 5")) == "doubtful"
    assert status(review=["1 2", *FIFTEEN[1:]]) == "doubtful"
    assert status(proactive={"permits": ["12件3"]}) == "doubtful"


def test_inconsistent() -> None:
    """Read with certainty, and it does not add up."""
    assert status(change("granted", "other", "999")) == "inconsistent"
    assert status(review=["9", *FIFTEEN[1:]]) == "inconsistent"


def test_unproven() -> None:
    """Nothing contradicts, but some figure stands in no identity that was evaluated."""
    assert status(review=["1", "2", "3", "4", "", *FIFTEEN[5:]]) == "unproven"
    totals = {key: [*[""] * 6, row[6]] for key, row in balanced().items()}
    assert status(totals) == "verified"
    alone = {**totals, "carried_in": [""] * 7, "received": ["", "5", *[""] * 5]}
    assert status(alone) == "unproven"


def test_proactive_figures_need_no_identity() -> None:
    """The proactive table has no equation: it keeps no report from being verified."""
    assert status(proactive={"rules": ["1", "2", "77"], "fees": ["0.5"]}) == "verified"


def test_worst_status_wins() -> None:
    """incomplete before doubtful before inconsistent before unproven."""
    both = change("granted", "other", "999")
    both["granted_in_part"][0] = "1 5"
    assert status(both) == "doubtful"
    assert status(both, without="review") == "incomplete"
    assert status(change("granted", "other", "999"), review=["1", *[""] * 14]) == "inconsistent"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("source.damaged", "doubtful"),
        ("row.unknown", "doubtful"),
        ("table.other", "verified"),
        ("text.absent", "verified"),
        ("no.such_code", "doubtful"),
    ],
)
def test_findings_that_make_a_report_doubtful(code: str, expected: str) -> None:
    """What the data files call a doubt is one, and so is a code that nobody has explained."""
    assert status(notes=[Finding(code, "warning", "unknown", "said")]) == expected


def test_nothing_is_incomplete() -> None:
    """No tables at all."""
    reading = tables_to_reading([])
    assert (reading.status, reading.matrices) == ("incomplete", (None, None, None))
    assert [f.code for f in reading.findings] == ["table.missing"] * 3
    assert judge((None, None, None), Checks(0, 0, frozenset(), ()), ()) == "incomplete"


@FEW
@given(st.data())
def test_verified_means_that_the_figures_prove_one_another(data: st.DataObject) -> None:
    """However cells are blanked or changed: under `verified` every row and every column that
    is printed whole adds up, and no figure stands alone."""
    rows = {key: list(row) for key, row in balanced().items()}
    for _ in range(data.draw(st.integers(0, 4))):
        key = data.draw(st.sampled_from(sorted(rows)))
        at = data.draw(st.integers(0, 6))
        rows[key][at] = data.draw(st.sampled_from(["", "/", "1 2", "17", "0", rows[key][at]]))
    if status(rows) != "verified":
        return
    for key, row in rows.items():
        assert "1 2" not in row
        if all(t.isdigit() for t in row):
            assert int(row[6]) == sum(map(int, row[:6])), key
    for c in range(7):
        four = [rows[k][c] for k in ("received", "carried_in", "processed_total", "carried_out")]
        if all(t.isdigit() for t in four):
            assert int(four[0]) + int(four[1]) == int(four[2]) + int(four[3]), COLUMNS[c]
