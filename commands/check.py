"""`gkextract check FILE...`: what to mend in reports before they are published."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

import gkextract
from batch.workers import Task, Workers
from extract.output import say as say_aside
from extract.output import write_stdout
from extract.source import expand_source, source_to_uri
from gkextract import GkextractError
from tableparse.prosecheck import report_to_statements
from tableparse.report import Report, finding_to_dict
from tableparse.wording import finding_to_lines, is_to_mend, say, statement_to_line
from tableparse.years import Across, reports_to_findings

EXIT_TO_MEND = 3
"""Something to mend, or one of several documents that could not be read."""
Language = Literal["zh", "en"]


def run(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Reports; those of one agency are held together."),
    ],
    lang: Annotated[Language, typer.Option("--lang", help="The language of the findings.")] = "en",
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="For people, or programs.")
    ] = "text",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from loopback and intranet, too.")
    ] = False,
) -> None:
    """Check reports before they are published: the form's equations, the prose against the
    tables, the years against one another. Exit 0: nothing to mend; 3: something is."""
    reports, failed = _read(sources, allow_private)
    across = reports_to_findings(reports, trust_names=True)
    if form == "json":
        write_stdout(json.dumps(_to_dict(reports, across, failed), ensure_ascii=False) + "\n")
    else:
        write_stdout("".join(f"{line}\n" for line in _to_lines(reports, across, failed, lang)))
    if failed and len(reports) + len(failed) == 1:
        raise typer.Exit(failed[0].exit_code)
    raise typer.Exit(EXIT_TO_MEND if failed or _count(reports, across) else 0)


def _read(sources: list[str], allow_private: bool) -> tuple[list[Report], list[GkextractError]]:
    """The reports of all sources in order, and the errors of those that gave none."""
    reports: list[Report] = []
    failed: list[GkextractError] = []
    with Workers(allow_private=allow_private) as workers:
        for source in sources:
            try:
                paths = list(expand_source(source))
            except GkextractError as error:
                failed.append(_told(error, source))
                continue
            for path in paths:
                outcome = workers.run(Task(path, evidence=True, allow_private=allow_private))
                if outcome.error is not None:
                    failed.append(_told(outcome.error, path))
                else:
                    reports.append(Report.from_json(outcome.text))
    return reports, failed


def _told(error: GkextractError, path: str) -> GkextractError:
    error.source = error.source or {"uri": source_to_uri(path)}
    say_aside(f"{error.code}: {error}")
    return error


def _count(reports: list[Report], across: list[Across]) -> int:
    own = [f for report in reports for f in report.findings]
    return sum(is_to_mend(f) for f in (*own, *(a.finding for a in across)))


def _to_dict(
    reports: list[Report], across: list[Across], failed: list[GkextractError]
) -> dict[str, Any]:
    return {
        "to_mend": _count(reports, across),
        "reports": [
            {
                "source": dict(report.source),
                "title": report.title,
                "agency": report.agency,
                "year": report.year,
                "status": report.status,
                "findings": [
                    {**finding_to_dict(f), "to_mend": is_to_mend(f)} for f in report.findings
                ],
                "statements": [
                    {
                        "code": s.code,
                        "number": s.number,
                        "quote": s.quote,
                        "equals": None if s.matched is None else list(s.sums[s.matched][1]),
                    }
                    for s in report_to_statements(report)
                ],
            }
            for report in reports
        ],
        "across": [
            {
                "report": str(reports[a.report].source.get("uri")),
                "other": str(reports[a.other].source.get("uri")),
                **finding_to_dict(a.finding),
                "to_mend": is_to_mend(a.finding),
            }
            for a in across
        ],
        "errors": [{"source": e.source, "error": gkextract.error_to_dict(e)} for e in failed],
    }


def _to_lines(
    reports: list[Report], across: list[Across], failed: list[GkextractError], lang: Language
) -> list[str]:
    lines: list[str] = []
    for report in reports:
        agency = report.agency or say("no_agency", lang)
        who = f"{report.source.get('uri')}: {agency} {report.year or ''}".rstrip()
        lines.append(f"{who}: {say(report.status, lang)}")
        for finding in report.findings:
            lines += [f"  {line}" for line in finding_to_lines(finding, report, lang)]
        agreed = [s for s in report_to_statements(report) if s.matched is not None]
        lines += [f"  {statement_to_line(s, report, lang)}" for s in agreed]
    for a in across:
        uris = (reports[i].source.get("uri") for i in (a.report, a.other))
        lines.append(f" {say('compared', lang)} ".join(map(str, uris)))
        lines += [f"  {line}" for line in finding_to_lines(a.finding, reports[a.report], lang)]
    for error in failed:
        uri = (error.source or {}).get("uri")
        lines.append(f"{uri}: {say('failed', lang)}: {error.code} {error}")
    counts = len(reports), len(failed), _count(reports, across)
    return [*lines, _summary(*counts, lang)]


def _summary(read: int, failed: int, count: int, lang: Language) -> str:
    if lang == "zh":
        told = f"{say('mend', lang)}{count}{say('item', lang)}" if count else say("mend_none", lang)
        lost = f"，{failed}{say('documents', lang)}{say('failed', lang)}" if failed else ""
        return f"{read}{say('documents', lang)}，{told}{lost}"
    told = f"{count} findings to mend" if count else "nothing to mend"
    lost = f", {failed} not read" if failed else ""
    return f"{read} document{'s' if read != 1 else ''}, {told}{lost}"
