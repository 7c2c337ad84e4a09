"""A report's prose against its tables and its title: findings that change neither status nor
figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tableparse.formdata import read_data
from tableparse.model import Finding
from tableparse.narrative import (
    Number,
    Statement,
    mentions_to_statements,
    narrative_to_mentions,
    statements_to_findings,
)
from tableparse.prose import Section
from tableparse.report import Report
from tableparse.sentences import Sentence, sections_to_sentences
from tableparse.statement_rules import compiled

UNCERTAIN = ("doubtful", "incomplete")
"""Statuses of reports whose tables may have been misread where prose and table differ."""


def report_to_figures(report: Report) -> dict[str, Number | None]:
    """The numbers of the tables by path; None for blanks and for what is not certain."""
    matrices = filter(None, (report.proactive, report.applications, report.review))
    return {path: matrix.numbers.get(path) for matrix in matrices for path in matrix.figures}


def report_to_statements(report: Report) -> list[Statement]:
    """What the prose says of the tables' figures, each with what it equals. A statement that
    the parts of a row bear out, where only the row's total is off, is left out: it is the
    total that is wrong, and an equation tells of it."""
    mentions = narrative_to_mentions(report.narrative, report.agency, report.year)
    if not mentions:
        return []
    figures = report_to_figures(report)
    said = mentions_to_statements(mentions, figures)
    if all(s.matched is not None for s in said):
        return said
    summed = figures | _summed_totals(report, figures)
    if summed == figures:
        return said
    again = mentions_to_statements(mentions, summed)
    by_parts = {(s.code, s.quote) for s in again if s.matched is not None}
    return [s for s in said if s.matched is not None or (s.code, s.quote) not in by_parts]


def _summed_totals(
    report: Report, figures: Mapping[str, Number | None]
) -> dict[str, Number | None]:
    """The totals of rows by what they are the sum of, where all of that is printed."""
    found: dict[str, Number | None] = {}
    for matrix in filter(None, (report.applications, report.review)):
        for row, values in matrix.rows.items():
            parts = [figures[f"{matrix.name}.{row}.{c}"] for c in values if c != "total"]
            if "total" in values and None not in parts:
                found[f"{matrix.name}.{row}.total"] = sum(n for n in parts if n is not None)
    return found


def check_prose(report: Report) -> tuple[Finding, ...]:
    """Where the prose says other figures than the tables, or another year than the title."""
    if not report.narrative:
        return ()
    certain = report.status not in UNCERTAIN
    return (
        *statements_to_findings(report_to_statements(report), certain),
        *_fees(report.narrative),
        *_years(report.narrative, report.year),
    )


def _fees(narrative: Iterable[Section]) -> Iterator[Finding]:
    """A fee for handling applications that was taken in one place and not in another."""
    use = read_data("narrative")["fees"]
    texts = [s.text for s in sections_to_sentences(tuple(narrative)) if "费" in s.text]
    none = next((t for t in texts if compiled(use["none"]).search(t)), None)
    if none is None:
        return
    for text in texts:
        match = compiled(use["sum"]).search(text)
        if match and float(match["sum"].replace(",", "")) > 0:
            message = f"a fee was taken ('{match[0]}') and was not ('{none[:48]}')"
            yield Finding("narrative.fees", "warning", "publisher", message)
            return


def _years(narrative: Iterable[Section], year: int | None) -> Iterator[Finding]:
    """Sentences that say what the report is of, and name another year than its title."""
    if year is None:
        return
    for sentence in sections_to_sentences(tuple(narrative)):
        if sentence.heading and not sentence.heading.startswith("一"):
            continue
        for code, said in _said_years(sentence):
            if said - {year}:
                other = ", ".join(map(str, sorted(said - {year})))
                message = (
                    f"the report is for {year}, and its text says {other}: '{sentence.text[:64]}'"
                )
                yield Finding(code, "warning", "publisher", message)


def _said_years(sentence: Sentence) -> Iterator[tuple[str, set[int]]]:
    data: Mapping[str, Mapping[str, str]] = read_data("narrative")
    period, title = data["period"], data["title_year"]
    if "12月31日" in sentence.text and compiled(period["needs"]).search(sentence.text):
        match = compiled(period["pattern"]).search(sentence.text)
        if match:
            yield "narrative.period", {int(y) for y in match.groups() if y}
    if "报" in sentence.text and not compiled(title["not"]).search(sentence.text):
        match = compiled(title["pattern"]).search(sentence.text)
        if match:
            yield "narrative.title_year", {int(match["year"])}
