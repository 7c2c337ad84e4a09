"""Findings in words for those who draw reports up, in English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from tableparse.formdata import edition, read_data
from tableparse.model import Finding
from tableparse.narrative import Statement
from tableparse.report import Report

Language = Literal["zh", "en"]
TO_MEND = ("error", "warning")
"""Severities of findings that an office has to look at before it publishes."""
NOT_THEIRS = frozenset({"attachment.lost", "detector.lost", "source.tls"})
"""Findings on how a document was come by or read, that no change to it would mend."""
LISTED = 8
"""Cells that are named one by one."""
_QUOTE = re.compile(r": '(?P<quote>.*)'$", re.DOTALL)


def is_to_mend(finding: Finding) -> bool:
    """Whether a finding is something to look at before publishing."""
    return finding.severity in TO_MEND and finding.code not in NOT_THEIRS


def say(name: str, lang: Language) -> str:
    """A word of the data file in Chinese; itself in English."""
    return str(read_data("zh")["words"].get(name, name)) if lang == "zh" else name


@cache
def _labels(form: str) -> Mapping[str, str]:
    """Printed labels of an edition by table and key: `applications.granted`."""
    parts = edition(form)
    found: dict[str, str] = {}
    for section in parts.proactive:
        for item in (*section.rows, *section.columns):
            found[f"proactive.{item.key}"] = item.label
    for item in (*parts.groups, *parts.rows, *parts.applicants):
        # `other` is a row, a column and a group: the column is told by its place
        found.setdefault(f"applications.{item.key}", item.label)
    for item in parts.applicants:
        found[f"applications.column.{item.key}"] = item.label
    for item in (*parts.blocks, *parts.outcomes):
        found[f"review.{item.key}"] = item.label
    return found


def path_to_label(path: str, report: Report, lang: Language) -> str:
    """A figure by its printed labels (依申请公开表“予以公开”·商业企业); in English its path."""
    table, _, rest = path.partition(".")
    if lang == "en":
        return path
    matrix = {m.name: m for m in (report.proactive, report.applications, report.review) if m}
    labels = _labels(matrix[table].form if table in matrix else "2021")
    name = say(table, lang)
    if not rest:
        return name
    if f"{table}.{rest}" in labels:
        return f"{name}“{labels[f'{table}.{rest}']}”"
    row, _, column = rest.rpartition(".")
    row = row.removesuffix(".subtotal")
    end = labels.get(f"{table}.column.{column}") or labels.get(f"{table}.{column}")
    return f"{name}“{labels.get(f'{table}.{row}', row)}”·{end or say(column, lang)}"


def finding_to_lines(finding: Finding, report: Report, lang: Language) -> list[str]:
    """A finding as lines: what was seen, the cells with both sides, what to do."""
    head = f"{say(finding.severity, lang)} {finding.code}"
    if lang == "en":
        advice = read_data("findings")["findings"].get(finding.code, {}).get("advice", "")
        cells = _cells(finding.cells, report, lang)
        lines = [f"{head}: {finding.message}", cells if cells not in finding.message else ""]
        return [lines[0], *(f"  {line}" for line in (*lines[1:], advice) if line)]
    meaning, advice = read_data("zh")["findings"].get(finding.code, (finding.message, ""))
    detail = [_cells(finding.cells, report, lang)]
    sides = read_data("zh")["sides"]
    words = next((w for c, w in sides.items() if finding.code.startswith(c)), None)
    if finding.left is not None and words:
        detail.append(f"{words[0]}{finding.left}，{words[1]}{finding.right}")
    quote = _QUOTE.search(finding.message)
    detail += [f"{say('quote', lang)}：{quote['quote']}"] if quote else []
    detail += [f"{say('do', lang)}：{advice}"] if advice else []
    return [f"{head}（{say(finding.blame, lang)}）：{meaning}", *(f"  {d}" for d in detail if d)]


def _cells(paths: Sequence[str], report: Report, lang: Language) -> str:
    names = [path_to_label(path, report, lang) for path in paths[:LISTED]]
    more = ["..."] if len(paths) > LISTED else []
    return ("、" if lang == "zh" else ", ").join(names + more)


def statement_to_line(statement: Statement, report: Report, lang: Language) -> str:
    """A statement that the tables bear out, and what it equals: received, or received and
    carried in together."""
    total, paths = statement.sums[statement.matched or 0]
    names = [path_to_label(p, report, lang) for p in paths[:LISTED]]
    what = "+".join(names) if lang == "zh" else " + ".join(names)
    if len(paths) > LISTED:
        what += " + ..."
    sign = {"equal": "=", "at_most": "<=", "at_least": ">="}[statement.kind]
    return f"{say('agrees', lang)}: '{statement.quote}' {sign} {total} ({what})"
