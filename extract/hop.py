"""One hop from a page to the document that it holds: an attachment, a frame, a file in a script.

Pages often carry the report as an attachment instead of in their text, or both ways. Where the
page has no table of the form, the attachment's report is the report; where both have, they are
compared, and what differs is told. Nothing is followed from there on, and from a file on disk
nothing is fetched at all: what a saved page links to is not the user's word. Pictures in a row are
pages of the page itself (`extract/row.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from extract.errors import FetchError, GkextractError, NoContentError, exception_to_error
from extract.pipeline import extract_source
from extract.row import load_row, source_to_row
from extract.sniff import HTML
from extract.source import Source, bytes_to_source, check_supported, fetched_to_source
from extract.trials import RANKS
from extract.unwrap import unwrap_source
from tableparse.compare import compare_reports
from tableparse.model import Finding
from tableparse.report import Report

if TYPE_CHECKING:
    from extract.readers.html_links import Link

MAX_TRIED = 3
"""Attachments of a page that are fetched."""
SECONDS = 120.0
"""For all attachments of a page together; each has at most ONE."""
ONE = 60.0
EMBEDDED = b"JVBERi0"
"""How every PDF begins in base64."""
COPY = 45
"""Points of a link from which it is called a report, or shown in the page: what is fetched only
to be compared."""
MAX_CELLS = 20
"""Cells that a finding lists in its message; `cells` has all."""
_REPORT = re.compile("年度报告|年报|工作报告")
_YEAR = re.compile(r"(20\d\d)\s*年")
_TRIMMED = re.compile(r"附件\s*[一二三四五六\d]*|\.[a-z]{2,5}$|[\W_]+", re.IGNORECASE)
Jar = dict[str, dict[str, str]]
Extract = Callable[[Source], Report]
"""How a document that was found is read."""


@dataclass(slots=True)
class Hop:
    """The terms on which a page's attachments are fetched and read, and what came of them.
    `ends` is a time of the monotonic clock."""

    extract: Extract
    allow_private: bool
    jar: Jar
    ends: float
    errors: list[GkextractError]


def extract_linked(
    source: Source,
    detector: str = "auto",
    *,
    allow_private: bool = False,
    jar: Jar | None = None,
    extract: Extract | None = None,
) -> Report:
    """The report of a document; of a web page that holds it elsewhere, from there. `extract`
    reads a document in place of `extract_source`.

    Raises what `extract_source` raises; for a page that has neither report nor readable
    attachment, the error of its best attachment."""
    extract = extract or (lambda found: extract_source(found, detector))
    if source.media_type != HTML:
        return extract(source)
    page: Report | None = None
    failure: NoContentError | None = None
    try:
        page = extract(source)
    except NoContentError as error:
        failure = error
    hop = Hop(extract, allow_private, {} if jar is None else jar, monotonic() + SECONDS, [])
    row = source_to_row(source)
    links = _links_to_try(source, page, row)
    if page is not None and _has_tables(page):
        if page.status == "incomplete":
            page = _read_row(source, row, hop, page) or page
        return _beside(page, source, links, hop)
    found = _find_report(source, links, hop, page)
    if found is None and page is not None:
        found = _read_row(source, row, hop, page)
    if found is not None:
        return found
    if page is not None:
        return _with_findings(page, _lost(hop, "warning"))
    if hop.errors:
        worst = min(hop.errors, key=lambda e: isinstance(e, NoContentError))
        raise type(worst)(f"the page holds no report, and of its attachment: {worst.message}")
    raise failure or NoContentError("no annual report")


def _has_tables(report: Report) -> bool:
    return _tables(report) > 0


def _links_to_try(source: Source, page: Report | None, row: Sequence[str]) -> list[Link]:
    """The page's attachments, best first, without pictures in a row; those that need no fetch
    only, where the page was not fetched itself.

    Raises NoContentError for a list of reports: which one is wanted, nobody said."""
    links = [link for link in _page_links(source) if link.url not in row]
    named = {_TRIMMED.sub("", link.text) for link in links if _REPORT.search(link.text)}
    years = {year[1] for text in named if (year := _YEAR.search(text))}
    lists = len(years) > 1 or len(named) > MAX_TRIED
    if lists and (page is None or (page.year is None and not _has_tables(page))):
        raise _list_of_reports(len(named))
    if page is not None and page.year is not None:
        # a report of another year that the page links to is not its attachment
        own = str(page.year)
        links = [x for x in links if own in x.text or not _YEAR.search(x.text)]
    if page is not None and _has_tables(page):
        links = [x for x in links if x.score >= COPY]
        if page.status == "verified":
            links = links[:1]
    return links[:MAX_TRIED]


def _page_links(source: Source) -> list[Link]:
    fetched = source.retrieved_at is not None
    if not fetched and EMBEDDED not in source.data:
        return []
    from extract.readers.html_links import bytes_to_links

    try:
        found = bytes_to_links(source.data, source.uri if fetched else "", source.charset)
    except Exception:  # markup that breaks the parser: the page's own reading has told of it
        return []
    return [x for x in found if x.data is not None or (fetched and x.url != source.uri)]


def _list_of_reports(count: int) -> NoContentError:
    return NoContentError(f"a page that lists {count} reports", "give the address of one of them")


def _find_report(
    source: Source, links: Sequence[Link], hop: Hop, page: Report | None
) -> Report | None:
    """The report of the first attachment that has one with a table, with what led there. Where
    the page does not say whose report it is, all are read: two different ones are none."""
    found: Report | None = None
    for link in links:
        report = _try_link(source, link, hop)
        if report is None or not _has_tables(report) or (page and _other_year(page, report)):
            continue
        if found is not None and (found.agency, found.year) != (report.agency, report.year):
            raise _list_of_reports(2)
        found = found or report
        if page is not None:
            break
    if found is None:
        return None
    message = f"the report is an attachment of the page {source.uri}"
    note = Finding("source.attachment", "info", "publisher", message)
    return _with_findings(found, [*source.notes, note])


def _beside(page: Report, source: Source, links: Sequence[Link], hop: Hop) -> Report:
    """The report of a page that has tables, compared with an attachment that has them too. The
    one that was read with less doubt is given; what adds up plays no part."""
    for link in links:
        other = _try_link(source, link, hop)
        if other is None or _other_year(page, other):
            continue
        common, cells = compare_reports(page, other)
        if not common:
            continue
        if cells and page.agency and other.agency and page.agency != other.agency:
            continue  # another agency's report
        given, where = page, "the page"
        if _certainty(other) < _certainty(page):
            given, where = _with_findings(other, source.notes), "the attachment"
        return _with_comparison(given, where, str(other.source["uri"]), source.uri, common, cells)
    return _with_findings(page, _lost(hop, "info"))


def _certainty(report: Report) -> int:
    """0 for a report that was read whole and without doubt, whether it adds up or not."""
    return max(RANKS.index(report.status) - RANKS.index("inconsistent"), 0)


def _with_comparison(
    given: Report, where: str, attachment: str, page: str, common: int, cells: tuple[str, ...]
) -> Report:
    both = f"page and attachment hold the report (given: {where}; page {page}, attachment"
    if not cells:
        message = f"{both} {attachment}); all {common} figures that both have agree"
        note = Finding("source.attachment", "info", "publisher", message)
        return _with_findings(given, [note])
    listed = ", ".join(cells[:MAX_CELLS]) + (", ..." if len(cells) > MAX_CELLS else "")
    message = f"{both} {attachment}); {len(cells)} of {common} figures differ: {listed}"
    note = Finding("attachment.differs", "warning", "publisher", message, cells)
    status = RANKS[max(RANKS.index(given.status), RANKS.index("doubtful"))]
    return replace(_with_findings(given, [note]), status=status)


def _other_year(page: Report, other: Report) -> bool:
    return page.year is not None and other.year is not None and page.year != other.year


def _try_link(source: Source, link: Link, hop: Hop) -> Report | None:
    """The attachment's report; None, and the error kept, where it gives none."""
    try:
        inner = _load_link(source, link, hop)
        check_supported(inner)
        report = hop.extract(inner)
    except Exception as exc:
        hop.errors.append(exception_to_error(exc))
        return None
    if link.data is None:
        return report
    # size and hash are those of the bytes under the address, as with archives
    known = {"sha256": source.sha256, "bytes": source.bytes}
    return replace(report, source={**report.source, **known})


def _read_row(source: Source, urls: Sequence[str], hop: Hop, page: Report) -> Report | None:
    """The report of the page and the pictures in a row on it; None where they add no table, and
    the errors kept."""
    if not urls:
        return None
    row = load_row(urls, lambda url: _fetch(source, url, hop))
    hop.errors += row.errors
    if all(picture.data is None for picture in row.pictures):
        return None
    shown = replace(source, pictures=row.pictures, notes=(*source.notes, *row.notes))
    try:
        report = hop.extract(shown)
    except Exception as exc:
        hop.errors.append(exception_to_error(exc))
        return None
    return report if _tables(report) > _tables(page) else None


def _tables(report: Report) -> int:
    return sum(map(bool, (report.proactive, report.applications, report.review)))


def _load_link(source: Source, link: Link, hop: Hop) -> Source:
    if link.data is None:
        return _fetch(source, link.url, hop)
    inner = unwrap_source(bytes_to_source(link.data, f"{source.uri}!embedded"))
    return replace(inner, retrieved_at=source.retrieved_at)


def _fetch(source: Source, url: str, hop: Hop) -> Source:
    """The document under an address on the page. Raises as `fetch`."""
    from extract.fetch import fetch

    left = hop.ends - monotonic()
    if left <= 0:
        raise FetchError(f"the page's attachments took too long (seconds granted={SECONDS:g})")
    fetched = fetch(
        url,
        referer=source.uri,
        allow_private=hop.allow_private,
        deadline=min(left, ONE),
        jar=hop.jar,
        charset="utf-8" if url.isascii() else _page_encoding(source),
    )
    return unwrap_source(fetched_to_source(fetched))


def _page_encoding(source: Source) -> str:
    """The encoding that the page is in: browsers write the query of its links so."""
    from extract.readers.html_decode import bytes_to_html_text

    return bytes_to_html_text(source.data, source.charset).encoding


def _lost(hop: Hop, severity: str) -> list[Finding]:
    """Attachments that could not be read: what they hold is not known."""
    lost = [e for e in hop.errors if not isinstance(e, NoContentError)]
    if not lost:
        return []
    said = "; ".join(f"{e.code} ({e.message})" for e in lost)
    message = f"attachments of the page that could not be read: {said}"
    return [Finding("attachment.lost", severity, "unknown", message)]


def _with_findings(report: Report, notes: Sequence[Finding]) -> Report:
    return replace(report, findings=(*report.findings, *notes)) if notes else report
