"""A work to the model of its page: plain values, nothing but what JSON has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extract.pipeline import Work
from extract.view.attempts import trial_tables, work_to_attempts, work_to_differences
from extract.view.figures import work_to_figures, work_to_identities, work_to_values
from extract.view.matrices import matrices_to_plain
from extract.view.places import figures_to_cells, shown_turn
from tableparse.formdata import read_data
from tableparse.model import Finding, Page, Table

Plain = dict[str, Any]

MAX_CELLS = 20_000
"""Cells of tables that the page shows for a document without pages; reports have under 1,000."""


def work_to_model(work: Work) -> Plain:
    """All that the page shows, pictures aside.

    `pages` are the document's, in points as shown; a container without pages has `tables` in
    their place, and each of its figures the `cell` it is from, [table, cell] from 0."""
    report = work.report
    identities = work_to_identities(work)
    figures = work_to_figures(work, identities)
    matrices = (report.proactive, report.applications, report.review)
    tables: list[Plain] = []
    if not work.document.pages:
        own = trial_tables(work.best, work.trials)
        for path, address in figures_to_cells(dict(work_to_values(work)), own).items():
            figures[path]["cell"] = list(address)
        tables = _tables(own)
    return {
        "title": report.title,
        "agency": report.agency,
        "year": report.year,
        "status": report.status,
        "source": dict(report.source),
        "generator": dict(report.generator),
        "checks": {"evaluated": report.evaluated, "held": report.held},
        "matrices": matrices_to_plain(matrices, identities),
        "figures": figures,
        "identities": identities,
        "findings": [_finding(f, identities) for f in report.findings],
        "attempts": work_to_attempts(work),
        "differences": work_to_differences(work),
        "narrative": [{"heading": s.heading, "text": s.text} for s in report.narrative],
        "pages": [_page(page) for page in work.document.pages],
        "tables": tables,
    }


def _finding(finding: Finding, identities: Sequence[Plain]) -> Plain:
    """A finding with what it means and what to do; `identity` is the one that it is about."""
    entry = read_data("findings")["findings"].get(finding.code, {})
    about = [
        at
        for at, identity in enumerate(identities)
        if finding.code.startswith("identity.") and identity["cells"] == list(finding.cells)
    ]
    return {
        "code": finding.code,
        "severity": finding.severity,
        "blame": finding.blame,
        "message": finding.message,
        "cells": list(finding.cells),
        "identity": about[0] if len(about) == 1 else None,
        "meaning": entry.get("meaning", ""),
        "advice": entry.get("advice", ""),
    }


def _page(page: Page) -> Plain:
    turn = shown_turn(page)
    return {"number": page.number, "width": turn.width, "height": turn.height}


def _tables(tables: Sequence[Table]) -> list[Plain]:
    """Tables as read, cells row by row with their spans; `left_out` counts those beyond
    MAX_CELLS of all tables."""
    found = []
    room = MAX_CELLS
    for table in tables:
        cells = [
            {"span": list(cell.span), "text": cell.text, "place": cell.place, "doubt": cell.doubt}
            for cell in table.cells[:room]
        ]
        left_out = len(table.cells) - len(cells)
        room -= len(cells)
        found.append({"rows": table.rows, "cols": table.cols, "cells": cells, "left_out": left_out})
    return found
