"""What is said of a report once it is read: its region, and what its prose contradicts. Neither
status nor figures change."""

from __future__ import annotations

import re
from dataclasses import replace

from tableparse.formdata import read_data
from tableparse.identify import Context, Identity, agency_to_identity, candidates_to_text
from tableparse.model import Finding
from tableparse.prosecheck import check_prose
from tableparse.regions import full_name
from tableparse.report import Report
from tableparse.sentences import sections_to_sentences
from tableparse.statement_rules import compiled

_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:@]+)", re.IGNORECASE)


def finish_report(report: Report) -> Report:
    """The report with its region, and with findings on its region and its prose."""
    identity = report_to_identity(report)
    findings = [*report.findings, *_ambiguous(report, identity), *check_prose(report)]
    region = None
    if identity.region is not None:
        name = full_name(identity.region, report.year)
        region = {"code": identity.region.code, "name": name}
    return replace(report, region=region, findings=tuple(findings))


def report_to_identity(report: Report) -> Identity:
    """Who the agency of a report is: region, level, kind and the key of its reports."""
    return agency_to_identity(report.agency, report.year, _context(report))


def _context(report: Report) -> Context:
    told = compiled(read_data("agencies")["told"])
    said = [s.text for s in sections_to_sentences(report.narrative) if told.search(s.text)]
    prose = "".join(section.text for section in report.narrative)
    uri = str(report.source.get("uri") or "")
    host = _HOST.match(uri)
    return Context("\n".join([report.title or "", *said]), prose, host[1].lower() if host else "")


def _ambiguous(report: Report, identity: Identity) -> list[Finding]:
    if not identity.candidates:
        return []
    listed = candidates_to_text(identity.candidates, report.year)
    message = f"the region of '{report.agency}' is not certain: it may be {listed}"
    return [Finding("region.ambiguous", "info", "unknown", message)]
