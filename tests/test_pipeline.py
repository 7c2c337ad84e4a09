"""From bytes to a report, on reports that are drawn here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pymupdf
import pytest
from drawing import Pdf, balanced, matrix_to_texts, printed_form, review_to_texts, whole_report

import gkextract
from extract.readers.turns import Turn
from extract.trials import confirmed
from gkextract import NoContentError, Report
from tableparse.model import Finding

FORM = printed_form()
FIGURES = {key: [int(n) for n in row] for key, row in balanced().items()}


@pytest.fixture(scope="module")
def made() -> bytes:
    """A report whose figures prove one another."""
    return whole_report().to_bytes()


def read(data: bytes) -> Report:
    """The report by the first detector alone, where more opinions would change nothing."""
    return gkextract.extract(data, detector="pdfplumber")


def codes(report: Report) -> list[str]:
    """The codes of its findings."""
    return [f.code for f in report.findings]


def test_report_is_read_and_proven(made: bytes) -> None:
    """Title, agency, year, all figures, and the proof."""
    report = gkextract.extract(made)
    assert report.title == "某县人民政府2024年政府信息公开工作年度报告"
    assert (report.agency, report.year) == ("某县人民政府", 2024)
    data = report.to_dict()
    assert data["applications"]["rows"] == FIGURES
    assert data["proactive"]["rules"] == {"issued": 1, "repealed": 0, "in_force": 11}
    assert data["proactive"]["fees"] == {"amount_10k_yuan": 96171.6}
    assert data["review"]["reconsideration"]["total"] == 351
    assert (report.status, codes(report)) == ("verified", [])
    assert data["checks"] == {"evaluated": 42, "held": 42}
    assert data["source"]["pages"] == 2


def test_same_bytes_same_text(made: bytes) -> None:
    """The same document gives the same JSON, byte for byte."""
    first, second = (gkextract.extract(made).to_json(evidence=True) for _ in range(2))
    assert first == second
    assert Report.from_json(first).to_json(evidence=True) == first


def turned(data: bytes, rotate: int, lies: int) -> bytes:
    """The document with every page on its side by `lies` degrees, and /Rotate."""
    with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as out:
        for page in source:
            size = page.rect
            wide, high = (size.width, size.height) if lies % 180 == 0 else (size.height, size.width)
            side = out.new_page(width=wide, height=high)
            side.show_pdf_page(side.rect, source, page.number, rotate=lies)
            side.set_rotation(rotate)
        return bytes(out.tobytes())


@pytest.mark.parametrize("lies", [0, 90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_evidence_lies_on_the_figures_as_shown(made: bytes, rotate: int, lies: int) -> None:
    """Whichever way a page is turned, by /Rotate or by its drawing, the report is the same and
    the box of every figure holds its print, on the page as a viewer shows it."""
    data = turned(made, rotate, lies)
    found = gkextract.extract(data).to_dict(evidence=True)
    assert found["status"] == "verified"
    assert found["applications"]["rows"] == FIGURES
    with pymupdf.open(stream=data, filetype="pdf") as pdf:
        words = {
            page.number + 1: [
                (pymupdf.Rect(w[:4]) * page.rotation_matrix, w[4]) for w in page.get_text("words")
            ]
            for page in pdf
        }
        sizes = {page.number + 1: page.rect for page in pdf}
    for path, evidence in found["evidence"].items():
        box = pymupdf.Rect(evidence["bbox"])
        assert sizes[evidence["page"]].contains(box), path
        middles = [
            text
            for rect, text in words[evidence["page"]]
            if pymupdf.Point((rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2) in box
        ]
        assert "".join(middles) == evidence["raw"], path


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turn_and_back(degrees: int) -> None:
    """A turn and its counterpart give every box back."""
    turn = Turn(degrees, 595, 842)
    back = Turn((360 - degrees) % 360, turn.width, turn.height)
    assert (back.width, back.height) == (595, 842)
    assert back.box(turn.box((10, 20, 110, 70))) == (10, 20, 110, 70)


def changed(key: str, column: int, text: str) -> bytes:
    """The report with one figure of the matrix printed otherwise."""
    rows = {k: list(row) for k, row in balanced().items()}
    rows[key][column] = text
    return replace(whole_report(), applications=matrix_to_texts(rows)).to_bytes()


def test_slip_of_the_publisher_is_carried_and_told() -> None:
    """What is printed is given though it does not add up; nothing is mended."""
    report = gkextract.extract(changed("granted", 0, "999"))
    assert report.status == "inconsistent"
    assert report.to_dict()["applications"]["rows"]["granted"][0] == 999
    failed = [f for f in report.findings if f.code == "identity.failed"]
    assert {f.message.split(":")[0] for f in failed} == {
        "applications.row[granted]",
        "applications.outcomes[natural_person]",
    }
    assert all(f.blame in ("publisher", "unknown") for f in failed)


@pytest.mark.parametrize("text", ["1 5", "1①", "O"])
def test_doubtful_figure_is_null(text: str) -> None:
    """A cell that is not one number is null, and named."""
    report = read(changed("granted", 5, text))
    assert report.status == "doubtful"
    assert report.to_dict()["applications"]["rows"]["granted"][5] is None
    finding = next(f for f in report.findings if f.code == "value.unreadable")
    assert finding.cells == ("applications.granted.other",)


@pytest.mark.parametrize("table", ["proactive", "applications", "review"])
def test_missing_table_is_null(table: str) -> None:
    """Two tables of three: the third is null, and the report incomplete."""
    report = read(replace(whole_report(), **{table: None}).to_bytes())
    assert report.status == "incomplete"
    assert report.to_dict()[table] is None
    assert [f.cells for f in report.findings if f.code == "table.missing"] == [(table,)]


def test_blank_form_is_not_verified() -> None:
    """A form without a figure proves nothing."""
    blank = [[("" if t and t.isdigit() else t) for t in row] for row in matrix_to_texts()]
    review = review_to_texts([""] * 15)
    small = [[("" if t in ("0", "1", "11", "96171.6") else t) for t in row]
             for row in whole_report().proactive or []]  # fmt: skip
    report = gkextract.extract(
        replace(whole_report(), applications=blank, review=review, proactive=small).to_bytes()
    )
    assert report.status == "unproven"
    assert codes(report) == ["report.blank"]
    assert all(value.number is None for _, value in report.figures())


def test_figure_under_a_patch_is_not_read(made: bytes) -> None:
    """A figure painted over is not what the page shows: null, and no longer verified by it."""
    with pymupdf.open(stream=made, filetype="pdf") as pdf:
        evidence = gkextract.extract(made).to_dict(evidence=True)["evidence"]
        box = pymupdf.Rect(evidence["applications.granted.total"]["bbox"])
        patch = pymupdf.Rect(box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1)
        pdf[1].draw_rect(patch, color=None, fill=(1, 1, 1))
        report = read(bytes(pdf.tobytes()))
    assert report.to_dict()["applications"]["rows"]["granted"][6] is None


def test_damaged_file_is_doubtful(made: bytes) -> None:
    """A file that was repaired is not certain, though its figures prove one another."""
    report = read(made.replace(b"startxref", b"startxxxx"))
    assert report.to_dict()["applications"]["rows"] == FIGURES
    assert report.status == "doubtful"
    assert codes(report) == ["source.damaged"]


def test_page_that_is_no_clear_picture_is_told(made: bytes) -> None:
    """A page whose picture is too coarse to be read is named, and its table is missing."""
    with pymupdf.open(stream=made, filetype="pdf") as pdf:
        picture = pdf[1].get_pixmap(dpi=20)
        pdf.delete_page(1)
        page = pdf.new_page(width=595, height=842)
        page.insert_image(page.rect, pixmap=picture)
        report = read(bytes(pdf.tobytes()))
    assert report.status == "incomplete"
    assert {"ocr.page", "table.missing"} <= set(codes(report))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no readable text"), (b"BT /F1 12 Tf 100 700 Td (Minutes) Tj ET", "no annual report")],
)
def test_other_documents_are_no_report(content: bytes, words: str) -> None:
    """A document without title and without tables of the form is NO_CONTENT, and why."""
    with pytest.raises(NoContentError, match=words):
        gkextract.extract(Pdf((content,)).to_bytes())


def test_title_alone_is_a_report_in_part() -> None:
    """A report whose tables are not found is a report, incomplete."""
    whole = whole_report()
    bare = replace(whole, proactive=None, applications=None, review=None)
    report = read(bare.to_bytes())
    assert (report.status, report.agency, report.year) == ("incomplete", "某县人民政府", 2024)
    old = replace(bare, title=("某县人民政府2017年政府信息公开工作年度报告",))
    assert "report.before_form" in codes(read(old.to_bytes()))


@pytest.mark.parametrize("detector", ["pdfplumber", "camelot"])
def test_detectors_of_rulings_read_it_alone(made: bytes, detector: str) -> None:
    """Each of them by itself gives the same figures."""
    report = gkextract.extract(made, detector=detector)
    assert report.to_dict()["applications"]["rows"] == FIGURES
    assert {a.detector.split("+")[0] for a in report.attempts} == {detector}


def test_white_space_gives_the_same_or_null(made: bytes) -> None:
    """The detector that looks at no ruling may find less here, and nothing else."""
    wanted = {path: value.number for path, value in gkextract.extract(made).figures()}
    found = gkextract.extract(made, detector="whitespace")
    for path, value in found.figures():
        assert value.number in (None, wanted[path]), path
    assert found.status != "verified" or len(list(found.figures())) == len(wanted)


def test_unknown_detector_is_refused(made: bytes) -> None:
    """A detector that there is not is the caller's mistake."""
    with pytest.raises(ValueError, match="detector must be one of auto"):
        gkextract.extract(made, detector="guess")


def test_proven_reading_ends_the_ladder(made: bytes) -> None:
    """The cheapest detector that proves the report is the only one asked."""
    report = gkextract.extract(made)
    assert [a.detector for a in report.attempts] == ["pdfplumber"]


def test_failing_detector_costs_its_opinion_alone(
    made: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A detector that raises is reported, and the others go on."""
    import extract.ladder as ladder

    def fail(*_: Any) -> Any:
        raise RuntimeError("internal state of a library")

    broken = replace(ladder.LADDER[0], detect=fail)
    monkeypatch.setattr(ladder, "LADDER", (broken, *ladder.LADDER[1:]))
    report = gkextract.extract(made)
    lost = [f for f in report.findings if f.code == "detector.lost"]
    assert len(lost) == 1
    assert "internal state" not in lost[0].message
    assert report.to_dict()["applications"]["rows"] == FIGURES


def test_readings_agree_only_on_all_cells() -> None:
    """A failed identity is the publisher's where another reading has the same figures in
    every one of its cells."""
    finding = Finding("identity.failed", "error", "unknown", "", ("a", "b"))
    own: dict[str, object] = {"a": 1, "b": 2}
    assert confirmed(finding, own, [{"a": 1, "b": 2, "c": 9}])
    assert not confirmed(finding, own, [{"a": 1, "b": 3}])
    assert not confirmed(finding, own, [{"a": 1}])
    assert not confirmed(finding, own, [])
    assert confirmed(finding, own, [{"a": 0, "b": 0}, {"a": 1, "b": 2}])
