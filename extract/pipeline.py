"""From bytes to a report: reader, detectors, the pure part, and the choice between readings."""

from __future__ import annotations

from dataclasses import dataclass

from extract.beat import enter
from extract.blame import blame_findings
from extract.errors import NoContentError
from extract.ladder import Trial, best_trial, run_ladder
from extract.members import extract_archive
from extract.readers import READERS
from extract.readers.turns import Turn
from extract.sniff import ARCHIVES, PDF, TEXT
from extract.source import Source, source_to_dict
from tableparse.finish import finish_report
from tableparse.model import Attempt, Box, Document, Finding, Matrix, Page, Value
from tableparse.prose import Heading, lines_to_heading, lines_to_sections
from tableparse.read import TABLES, tables_to_reading
from tableparse.report import Report

FORM_SINCE = 2019
"""First year whose reports may use the form."""
DAMAGED_SHARE = 0.05
"""Share of a page's characters that no map explains from which its text is damaged."""
UNSTATED = frozenset({TEXT})
"""Kinds of documents without pages in which where a cell ends is not stated."""
PICTURE_SHARE = 0.3
"""Share of a page under pictures from which a page without text is a picture of one."""


@dataclass(frozen=True, slots=True)
class Work:
    """A report and what it was made of: the source, the document as read, every trial, and the
    one that was taken."""

    source: Source
    document: Document
    trials: tuple[Trial, ...]
    best: Trial
    report: Report


def extract_source(source: Source, detector: str = "auto") -> Report:
    """The report of a document, or of the one among an archive's members.

    Raises the archive's errors, and those of `source_to_work`.
    """
    if source.media_type in ARCHIVES:
        return extract_archive(source, lambda member: extract_source(member, detector))
    return source_to_work(source, detector).report


def source_to_work(source: Source, detector: str = "auto") -> Work:
    """The report of a document that is no archive, with all that led to it.

    Raises the reader's errors, and NoContentError where there is neither a title of such a
    report nor one of its tables.
    """
    reader = READERS[source.media_type]
    if source.media_type != PDF:
        enter(reader.name)
    document = reader.read(source)
    notes = (*source.notes, *document.notes, *_text_layer(document.pages))
    if document.tables is None:
        trials = run_ladder(source.data, document, detector, notes)
    else:
        reading = tables_to_reading(document.tables, notes)
        stated = document.media_type not in UNSTATED
        trials = [
            Trial(reader.name, reading, document.lines, tables=document.tables, stated=stated)
        ]
    best = best_trial(trials)
    heading = lines_to_heading(best.lines)
    _refuse_other(document, best, heading)
    report = _to_report(source, document, trials, best, heading)
    return Work(source, document, tuple(trials), best, report)


def _text_layer(pages: tuple[Page, ...]) -> list[Finding]:
    """What the pages' text layers lack, for a person, and for the OCR that may come later."""
    found = []
    for page in pages:
        where = f"page {page.number}"
        if not page.chars and page.images >= PICTURE_SHARE:
            code = "text.hidden" if page.hidden else "text.absent"
            said = "only text laid under a picture" if page.hidden else "a picture and no text"
            found.append(Finding(code, "info", "unknown", f"{where} has {said}: not read"))
        elif page.unreadable > DAMAGED_SHARE * len(page.chars):
            message = f"{where}: {page.unreadable} of {len(page.chars)} characters are unreadable"
            found.append(Finding("text.damaged", "warning", "unknown", message))
    return found


def _refuse_other(document: Document, best: Trial, heading: Heading) -> None:
    """Raise NoContentError for a document that is no annual report, or shows none."""
    if any(m is not None for m in best.reading.matrices) or heading.title:
        return
    codes = {f.code for f in best.reading.findings}
    if codes & {"text.absent", "text.hidden"}:
        raise NoContentError(
            "no text that says so: the pages are pictures, which this version does not read",
            "look for the report as PDF with text",
        )
    if "text.damaged" in codes or (not any(p.chars for p in document.pages) and document.pages):
        raise NoContentError(
            "no readable text: the text layer is damaged or empty",
            "look for the report in another format",
        )
    raise NoContentError(
        "no annual report: neither its title nor one of its tables was found",
        "give the 政府信息公开工作年度报告 itself",
    )


def _to_report(
    source: Source, document: Document, trials: list[Trial], best: Trial, heading: Heading
) -> Report:
    matrices, judged, status = blame_findings(best, trials)
    findings = [*judged, *heading.findings]
    if heading.year is not None and heading.year < FORM_SINCE and not any(matrices):
        message = f"the report is for {heading.year}: the form exists since {FORM_SINCE}"
        findings.append(Finding("report.before_form", "info", "publisher", message))
    proactive, applications, review = (_as_shown(m, document.pages) for m in matrices)
    checks = best.reading.checks
    report = Report(
        source=source_to_dict(source, document.page_count),
        title=heading.title,
        agency=heading.agency,
        year=heading.year,
        status=status,
        proactive=proactive,
        applications=applications,
        review=review,
        narrative=lines_to_sections(best.lines, heading.title),
        evaluated=checks.evaluated,
        held=checks.held,
        findings=tuple(findings),
        attempts=tuple(
            Attempt(t.detector, t.reading.checks.evaluated, t.reading.checks.held) for t in trials
        ),
        detectors=dict(zip(TABLES, best.sources or (best.detector,) * len(TABLES), strict=True)),
    )
    return finish_report(report)


def _as_shown(matrix: Matrix | None, pages: tuple[Page, ...]) -> Matrix | None:
    """The matrix with its boxes on the pages as a viewer shows them."""
    turned = {p.number: p for p in pages if p.turn}
    if matrix is None or not turned:
        return matrix

    def back(value: Value) -> Value:
        page = turned.get(value.page or 0)
        if page is None or value.box is None:
            return value
        box = Turn(360 - page.turn, page.width, page.height).box(value.box)
        return Value(value.raw, value.number, value.page, Box(*box), value.doubt, value.note)

    rows = {r: {c: back(v) for c, v in values.items()} for r, values in matrix.rows.items()}
    return Matrix(matrix.name, matrix.form, rows, matrix.missing, matrix.subtotals)
