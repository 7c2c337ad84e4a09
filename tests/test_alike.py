"""One report gives one JSON, whatever the container that holds it."""

from __future__ import annotations

from pathlib import Path

from fixtures.alike import (
    Print,
    committed_prints,
    find_differences,
    make_prints,
    own_makers,
    report_names,
    report_to_said,
)

BY_LIBREOFFICE = (".doc", ".odt", ".fodt", ".ods")


def one_of_each(prints: list[Print]) -> list[Print]:
    """The first print of each report in each kind of file that needs no LibreOffice."""
    found: dict[tuple[str, str, bool], Print] = {}
    for item in prints:
        if item.path.suffix not in BY_LIBREOFFICE:
            found.setdefault((item.report, item.path.suffix, item.subtotals), item)
    return list(found.values())


def test_committed_prints_of_a_report_say_the_same() -> None:
    """Every report of the fixtures says the same in each container that it is committed in,
    prose and findings too. The long form, over all prints, is `python -m fixtures.alike`."""
    prints = one_of_each(committed_prints())
    assert {p.report for p in prints} == set(report_names())
    assert len({p.path.suffix for p in prints}) >= 10
    assert find_differences(prints) == []


def test_every_report_says_the_same_in_every_container_of_ours(tmp_path: Path) -> None:
    """Each report as a PDF that is committed and, written here, as a web page, OFD, RTF,
    Markdown, CSV and TSV."""
    pdfs = [p for p in one_of_each(committed_prints()) if p.path.suffix == ".pdf"]
    plain = [p for p in pdfs if not p.subtotals and not p.boxed]
    assert {p.report for p in plain} == set(report_names())
    assert find_differences([*plain, *make_prints(report_names(), own_makers(), tmp_path)]) == []


def test_a_difference_is_found(tmp_path: Path) -> None:
    """Another figure, another paragraph or another finding is a difference; what speaks of the
    container is none."""
    made = make_prints(["a01"], {"html": own_makers()["html"]}, tmp_path)
    text = made[0].path.read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    for old, new, keys in (
        ("</td><td>0", "</td><td>1", {"findings", "checks"}),
        ("<p>&#12288;&#12288;", "<p>　另", {"narrative"}),
    ):
        assert old in text
        other.write_text(text.replace(old, new, 1), encoding="utf-8")
        (said,) = find_differences([*made, Print("a01", other)])
        assert keys <= set(said.partition(": ")[2].split(", "))
    other.write_text(text, encoding="gb18030")
    assert find_differences([*made, Print("a01", other)]) == []


def test_what_speaks_of_the_container_is_left_out() -> None:
    """Source, attempts and the findings of containers are not compared; others are."""
    findings = [
        {"code": "row.moved", "blame": "publisher"}, {"code": "row.twice", "blame": "publisher"},
        {"code": "identity.failed", "blame": "unknown"},
    ]  # fmt: skip
    report = {"source": {}, "attempts": [], "year": 2024, "findings": findings, "narrative": []}
    said = report_to_said(report)
    assert said.keys() == {"year", "findings", "narrative"}
    assert [f["code"] for f in said["findings"]] == ["row.twice", "identity.failed"]
    assert said["findings"][1]["blame"] == "publisher"
