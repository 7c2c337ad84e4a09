"""A source to its report with all that led to it, the way `gkextract.extract` goes."""

from __future__ import annotations

from pathlib import Path

from extract.entry import read_source
from extract.fetch import Jar
from extract.hop import extract_linked
from extract.members import extract_archive
from extract.pipeline import Work, source_to_work
from extract.sniff import ARCHIVES
from extract.source import Source
from tableparse.report import Report


def load_work(
    source: str | Path | bytes, *, detector: str = "auto", allow_private: bool = False
) -> Work:
    """The report of a path, address or bytes, and what it was made of; of an archive or a page
    that links to its report, the member or attachment that was taken.

    Raises GkextractError as `gkextract.extract` does."""
    return read_source(
        source,
        lambda loaded, jar: _read(loaded, detector, allow_private, jar),
        allow_private=allow_private,
    )


def _read(source: Source, detector: str, allow_private: bool, jar: Jar) -> Work:
    works: list[Work] = []

    def extract(found: Source) -> Report:
        if found.media_type in ARCHIVES:
            return extract_archive(found, extract)
        works.append(source_to_work(found, detector))
        return works[-1].report

    report = extract_linked(source, allow_private=allow_private, jar=jar, extract=extract)
    return _with_report(works, report)


def _with_report(works: list[Work], report: Report) -> Work:
    """The work that the report is of, under the report as it was given in the end: who chose it
    has added findings and told where it is from, and has left its attempts as they were."""
    work = next(w for w in works if w.report.attempts is report.attempts)
    return Work(work.source, work.document, work.trials, work.best, report)
