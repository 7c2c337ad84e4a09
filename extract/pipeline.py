"""From bytes to a report: reader, detectors, the pure part, and the choice between readings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from extract.beat import enter
from extract.blame import blame_findings
from extract.errors import NoContentError
from extract.ladder import page_sights, pages_to_contents, run_ladder
from extract.members import extract_archive
from extract.readers import READERS
from extract.readers.turns import Turn
from extract.scans import (
    Recognised,
    heading_doubts,
    pages_to_recognise,
    recognise_embedded,
    recognise_pages,
    text_layer,
)
from extract.sniff import ARCHIVES, PDF, TEXT
from extract.source import Source, source_to_dict
from extract.trials import RANKS, RECOGNISING, Trial, best_trial
from tableparse.finish import finish_report
from tableparse.model import Attempt, Box, Document, Finding, Matrix, Value
from tableparse.prose import Heading, lines_to_heading, lines_to_sections
from tableparse.read import TABLES, tables_to_reading
from tableparse.report import Report

FORM_SINCE = 2019
"""First year whose reports may use the form."""
UNSTATED = frozenset({TEXT})
"""Kinds of documents without pages in which where a cell ends is not stated."""


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
    scan = Recognised(document)
    trials = _read(source, scan, detector)
    best = best_trial(trials)
    heading = lines_to_heading(best.lines)
    if best.reading.status != "verified" or not heading.title:
        scan = _recognise(source, document, best)
        if scan.document is not document or scan.notes:
            trials = _read(source, scan, detector)
            best = best_trial(trials)
            heading = lines_to_heading(best.lines)
    _refuse_other(scan.document, best, heading)
    report = _to_report(source, scan, trials, best, heading)
    return Work(source, scan.document, tuple(trials), best, report)


def _read(source: Source, scan: Recognised, detector: str) -> list[Trial]:
    """What the detectors, or the reader itself, made of the document."""
    document = scan.document
    notes = (*source.notes, *document.notes, *scan.notes, *text_layer(document.pages))
    if document.tables is None:
        return run_ladder(source.data, document, detector, notes)
    name = READERS[source.media_type].name
    if not document.pages:
        reading = tables_to_reading(document.tables, notes)
        stated = document.media_type not in UNSTATED
        return [Trial(name, reading, document.lines, tables=document.tables, stated=stated)]
    tables, lines = pages_to_contents(document)
    tables = (*document.tables, *tables)
    reading = tables_to_reading(tables, notes, page_sights(document.pages))
    return [Trial(name + RECOGNISING, reading, (*document.lines, *lines), tables=tables)]


def _recognise(source: Source, document: Document, best: Trial) -> Recognised:
    """The document with the pages recognised that have to be; the same one where none has."""
    if document.tables is not None:
        lacking = best.reading.status == "incomplete"
        return (recognise_embedded(source, document) if lacking else None) or Recognised(document)
    lacks = pages_to_recognise(source, document, best.reading.status == "incomplete")
    return (recognise_pages(source, document, lacks) if lacks else None) or Recognised(document)


def _refuse_other(document: Document, best: Trial, heading: Heading) -> None:
    """Raise NoContentError for a document that is no annual report, or shows none."""
    if any(m is not None for m in best.reading.matrices) or heading.title:
        return
    codes = {f.code for f in best.reading.findings}
    if codes & {"text.absent", "text.hidden"}:
        raise NoContentError(
            "no text that says so: pages are pictures that were not recognised",
            "install gkextract[ocr], or look for the report as PDF with text",
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
    source: Source, scan: Recognised, trials: list[Trial], best: Trial, heading: Heading
) -> Report:
    document = scan.document
    matrices, judged, status = blame_findings(best, trials)
    unclear = heading_doubts(heading.title, document)
    findings = [*judged, *heading.findings, *unclear]
    if unclear:
        status = max(status, "doubtful", key=lambda s: RANKS.index(s))
    if heading.year is not None and heading.year < FORM_SINCE and not any(matrices):
        message = f"the report is for {heading.year}: the form exists since {FORM_SINCE}"
        findings.append(Finding("report.before_form", "info", "publisher", message))
    proactive, applications, review = (_as_shown(m, scan) for m in matrices)
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


def _as_shown(matrix: Matrix | None, scan: Recognised) -> Matrix | None:
    """The matrix with its pages and boxes as a viewer of the file shows them."""
    pages = {p.number: p for p in scan.document.pages}
    if matrix is None or not (scan.frames or any(p.turn for p in pages.values())):
        return matrix

    def back(value: Value) -> Value:
        page = pages.get(value.page or 0)
        if page is None or value.box is None:
            return value
        frame = scan.frames.get(page.number)
        box = value.box
        if page.turn:
            box = Box(*Turn(360 - page.turn, page.width, page.height).box(box))
        elif frame is not None:
            box = frame.box(box)
        number = frame.number if frame is not None else page.number
        place = scan.places.get(number, value.place)
        return value._replace(page=number, box=box, place=place)

    rows = {r: {c: back(v) for c, v in values.items()} for r, values in matrix.rows.items()}
    return replace(matrix, rows=rows)
