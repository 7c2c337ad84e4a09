"""What the tests of the exports share: documents of every status, and reports rebuilt from what
an export holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from conftest import REPORTS

import gkextract
from tableparse.formdata import edition

Document = dict[str, Any]
NAMES = (
    "chromium-a01-ruled-10",  # verified, both tables 2021
    "chromium-a03-ruled-30",  # verified, both 2019, blanks
    "libreoffice-a02-ruled-20",  # verified, the first table 2021, the matrix 2019
    "libreoffice-a27-none",  # inconsistent, findings that name figures
    "chromium-a19-kangxi-comma",  # doubtful
    "libreoffice-a15-unproven",
    "libreoffice-a25-no-review",  # incomplete
)
ERROR = {"source": {"uri": "gone.pdf"}, "error": {"type": "INPUT", "message": "no such file"}}


@cache
def _texts() -> tuple[str, ...]:
    found = (gkextract.extract(REPORTS / f"{name}.pdf") for name in NAMES)
    return tuple(report.to_json(evidence=True) for report in found)


def documents() -> list[Document]:
    """Reports of both editions with evidence, some with findings, one whose tables are partly
    missing and one whose printed sum keeps its unit, and an error, each a fresh copy."""
    found = [json.loads(text) for text in _texts()]
    lost = json.loads(_texts()[0])
    lost["review"] = None
    lost["applications"]["rows"]["granted"][1] = None
    lost["status"] = "incomplete"
    lost["findings"] = [
        finding("table.missing", "error", ["review"]),
        finding("cell.unreadable", "error", ["applications.granted.business"]),
        finding("identity.failed", "warning", ["applications.granted"], 3, 2.5),
    ]
    lost["evidence"] = {p: e for p, e in lost["evidence"].items() if not p.startswith("review")}
    sums = json.loads(_texts()[1])
    assert sums["proactive"]["form"] == "2019"
    sums["proactive"]["procurement"]["amount"] = "3万元"
    return [*found, lost, sums, json.loads(json.dumps(ERROR))]


def finding(
    code: str, severity: str, cells: list[str], left: Any = None, right: Any = None
) -> Document:
    """A finding of the contract."""
    said = {"code": code, "severity": severity, "blame": "unknown", "message": f"of {code}"}
    return {**said, "cells": cells, "left": left, "right": right}


def tables_of(document: Document) -> Document:
    """The three tables of a report."""
    return {name: document[name] for name in ("proactive", "applications", "review")}


def figures_to_tables(
    figures: Iterable[tuple[str, str, str, Any]], forms: Mapping[str, str | None], review: bool
) -> Document:
    """The three tables from (table, row, column, value): the inverse of a tidy export."""
    found: Document = {"proactive": None, "applications": None, "review": None}
    for name, form in forms.items():
        if form is not None:
            found[name] = {"form": form}
    if review:
        found["review"] = {}
    if found["applications"] is not None:
        columns = [c.key for c in edition(str(forms["applications"])).applicants]
        found["applications"] |= {"columns": columns, "rows": {}}
    for table, row, column, value in figures:
        if table == "applications":
            rows = found[table]["rows"]
            assert len(rows.setdefault(row, [])) == found[table]["columns"].index(column)
            rows[row].append(value)
        else:
            found[table].setdefault(row, {})[column] = value
    return found


def rows_to_document(tables: Mapping[str, list[Mapping[str, Any]]], number: int) -> Document:
    """A document rebuilt from the flat tables `reports`, `tidy`, `findings`, `finding_cells`,
    `narrative` and `attempts`, without evidence."""
    mine = {name: [r for r in rows if r["report"] == number] for name, rows in tables.items()}
    (report,) = mine["reports"]
    source = {
        key: report[key]
        for key in ("uri", "media_type", "sha256", "bytes", "pages", "retrieved_at")
        if report["error"] is None or report[key] is not None
    }
    if report["error"] is not None:
        told = {"type": report["error"], "message": report["error_message"]}
        return {"source": source, "error": told}
    name, version = report["generator"].split(" ")
    forms = {t: report[f"{t}_edition"] for t in ("proactive", "applications")}
    figures = (
        (f["table"], f["row"], f["column"], f["text"] if f["value"] is None else f["value"])
        for f in mine["tidy"]
    )
    keys = ("code", "severity", "blame", "message")
    return {
        "schema_version": report["schema_version"],
        "generator": {"name": name, "version": version},
        "source": source,
        "title": report["title"],
        "agency": report["agency"],
        "region": {"code": report["region_code"], "name": report["region_name"]}
        if report["region_code"]
        else None,
        "year": report["year"],
        "status": report["status"],
        **figures_to_tables(figures, forms, bool(report["review_found"])),
        "narrative": [{"heading": s["heading"], "text": s["text"]} for s in mine["narrative"]],
        "checks": {"evaluated": report["evaluated"], "held": report["held"]},
        "findings": [
            {
                **{key: f[key] for key in keys},
                "cells": [c["cell"] for c in mine["finding_cells"] if c["finding"] == f["finding"]],
                "left": f["left"],
                "right": f["right"],
            }
            for f in mine["findings"]
        ],
        "attempts": [
            {key: a[key] for key in ("detector", "evaluated", "held")} for a in mine["attempts"]
        ],
    }


def without_evidence(document: Document) -> Document:
    """The document as it is without `--evidence`."""
    return {key: value for key, value in document.items() if key != "evidence"}
