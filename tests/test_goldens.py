"""Reports against their goldens: every figure, the agency, the year, the title, the status.

A golden is changed by hand and by the makers of `fixtures/` only: there is no option here that
writes what the code finds into what it should find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import REPORTS, ROOT

import gkextract

SHARED = ROOT.parent / "shared"
"""Real reports and seeds that lie beside the project where it is developed; no part of it."""


def documents(folder: Path) -> list[Path]:
    """The documents of a folder that have a golden beside them."""
    found = []
    for golden in sorted(folder.glob("*.expected.json")):
        stem = golden.name.removesuffix(".expected.json")
        found += [p for p in folder.glob(f"{stem}.*") if p.suffix in (".pdf", ".txt")]
    return found


def golden_of(path: Path) -> dict[str, Any]:
    """The golden beside a document."""
    text = path.with_name(path.stem.split(".")[0] + ".expected.json").read_text("utf-8")
    return dict(json.loads(text))


def differences(got: Any, wanted: Any, path: str = "") -> list[str]:
    """Paths at which what was got is not what was wanted, with both sides. Keys that the
    golden does not have are not compared."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [
            found
            for key in wanted
            for found in differences(got.get(key), wanted[key], f"{path}.{key}")
        ]
    same = got == wanted and type(got) is type(wanted)
    return [] if same else [f"{path}: got {got!r}, wanted {wanted!r}"]


def tables(report: dict[str, Any]) -> dict[str, Any]:
    """The three tables of a report or golden, matrix rows by column."""
    found = {key: report[key] for key in ("proactive", "applications", "review")}
    if found["applications"]:
        matrix = found["applications"]
        found["applications"] = {
            "form": matrix["form"],
            **{
                f"{row}.{column}": value
                for row, values in matrix["rows"].items()
                for column, value in zip(matrix["columns"], values, strict=True)
            },
        }
    return found


def compare(path: Path) -> list[str]:
    """All differences between a document's report and its golden."""
    got, wanted = gkextract.extract(path).to_dict(), golden_of(path)
    found = differences(tables(got), tables(wanted))
    for key in ("title", "agency", "year", "status"):
        if key in wanted:
            found += differences(got[key], wanted[key], f".{key}")
    return found


PARTLY = {
    "pingtan-2020": "plain text whose figures run together: 007 may be 0, 0, 7 or 0, 07",
}
"""Documents that are not read whole, and why. An entry that is read whole fails its test."""


def check(path: Path) -> None:
    """Compare a document with its golden; one that is read in part must say so, and every
    figure must be the golden's or null."""
    found = compare(path)
    if path.name.split(".")[0] not in PARTLY:
        assert found == []
        return
    report = gkextract.extract(path)
    assert report.status in ("incomplete", "doubtful")
    assert report.findings
    assert found
    assert [d for d in found if ": got None, " not in d and ".status: " not in d] == []


@pytest.mark.parametrize("path", documents(REPORTS), ids=lambda p: p.stem)
def test_fixture(path: Path) -> None:
    """A printed report gives the figures from which it was printed, all of them, and no other."""
    check(path)


def test_no_fixture_is_left_out() -> None:
    """Every PDF of the fixtures has a golden, and every golden its PDF."""
    pdfs = {p.stem for p in REPORTS.glob("*.pdf")}
    goldens = {p.name.removesuffix(".expected.json") for p in REPORTS.glob("*.expected.json")}
    assert pdfs == goldens
    assert len(pdfs) >= 100


@pytest.mark.skipif(not SHARED.is_dir(), reason="no documents beside the project")
@pytest.mark.parametrize(
    "path", [*documents(SHARED / "real"), *documents(SHARED / "seeds")], ids=lambda p: p.stem
)
def test_real_report(path: Path) -> None:
    """A real report gives what a person read in it, or null where it cannot be told."""
    check(path)


def test_goldens_cannot_be_overwritten(pytestconfig: pytest.Config) -> None:
    """There is no switch that makes a golden of whatever the code gives."""
    with pytest.raises(ValueError, match="no option named"):
        pytestconfig.getoption("--update-goldens")


@pytest.mark.parametrize(
    ("got", "wanted", "count"),
    [
        ({"a": 1}, {"a": 1}, 0),
        ({"a": 1, "b": 2}, {"a": 1}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": 0}, {"a": None}, 1),
        ({"a": None}, {"a": 0}, 1),
        ({"a": 0}, {"a": False}, 1),
        ({"a": 1}, {"a": 1.0}, 1),
        ({}, {"a": {"b": 1}}, 1),
        ({"a": {"b": 1}}, {"a": None}, 1),
        (None, {"a": 1}, 1),
    ],
)
def test_comparison_tells_every_difference(got: Any, wanted: Any, count: int) -> None:
    """Null is not 0, a missing part is a difference, and so is another kind of number."""
    assert len(differences(got, wanted)) == count
