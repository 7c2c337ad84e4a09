"""A report: what a document says, with its proof, as a value and as JSON.

One meaning has one text: the same report gives the same JSON, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tableparse.formdata import edition
from tableparse.model import Attempt, Box, Finding, Matrix, Value
from tableparse.prose import Section
from tableparse.version import __version__

SCHEMA_VERSION = "1.0"
MAJOR = SCHEMA_VERSION.partition(".")[0]
"""The part of the version that changes when a key is taken away or changes its meaning."""
RECOGNISED = "opencv+ocr"
"""What evidence names as the detector of a figure that was recognised in a picture."""


@dataclass(frozen=True, slots=True)
class Report:
    """One document's report. Tables that were not found are None."""

    source: Mapping[str, Any]
    title: str | None
    agency: str | None
    year: int | None
    status: str
    proactive: Matrix | None
    applications: Matrix | None
    review: Matrix | None
    narrative: tuple[Section, ...] = ()
    evaluated: int = 0
    held: int = 0
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    region: Mapping[str, str] | None = None
    detectors: Mapping[str, str] = field(default_factory=dict)
    """The detector that each table is from, one of the attempts."""
    generator: Mapping[str, str] = field(
        default_factory=lambda: {"name": "gkextract", "version": __version__}
    )

    def figures(self) -> Iterator[tuple[str, Value]]:
        """Every figure with its path (`applications.granted.business`), in JSON order."""
        for matrix in (self.proactive, self.applications, self.review):
            if matrix is not None:
                yield from matrix.figures.items()

    def to_dict(self, *, evidence: bool = False) -> dict[str, Any]:
        """The report as plain values in the contract's order; with `evidence`, also page,
        box in points, raw text and reader of every figure."""
        found: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "generator": dict(self.generator),
            "source": dict(self.source),
            "title": self.title,
            "agency": self.agency,
            "region": dict(self.region) if self.region else None,
            "year": self.year,
            "status": self.status,
            "proactive": _proactive_to_dict(self.proactive),
            "applications": _applications_to_dict(self.applications),
            "review": _review_to_dict(self.review),
            "narrative": [{"heading": s.heading, "text": s.text} for s in self.narrative],
            "checks": {"evaluated": self.evaluated, "held": self.held},
            "findings": [finding_to_dict(f) for f in self.findings],
            "attempts": [
                {"detector": a.detector, "evaluated": a.evaluated, "held": a.held}
                for a in self.attempts
            ],
        }
        if evidence:
            found["evidence"] = {
                path: _value_to_evidence(value, self.detectors.get(path.split(".")[0]))
                for path, value in self.figures()
            }
        return found

    def to_json(self, *, evidence: bool = False) -> str:
        """The report as JSON text: a matrix row a line, so that a diff shows the row."""
        return dict_to_text(self.to_dict(evidence=evidence))

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """The report that `to_json` wrote. Raises ValueError for other JSON.

        Raw texts and boxes are there only if the evidence is.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
            raise ValueError(f"not a report of schema version {SCHEMA_VERSION}")
        evidence = data.get("evidence", {})
        try:
            return cls(
                source=data["source"],
                title=data["title"],
                agency=data["agency"],
                year=data["year"],
                status=data["status"],
                proactive=_dict_to_matrix("proactive", data["proactive"], evidence),
                applications=_dict_to_matrix("applications", data["applications"], evidence),
                review=_dict_to_matrix("review", data["review"], evidence),
                narrative=tuple(Section(s["heading"], s["text"]) for s in data["narrative"]),
                evaluated=data["checks"]["evaluated"],
                held=data["checks"]["held"],
                findings=tuple(
                    Finding(**{**f, "cells": tuple(f["cells"])}) for f in data["findings"]
                ),
                attempts=tuple(Attempt(**a) for a in data["attempts"]),
                detectors=_evidence_to_detectors(evidence),
                region=data["region"],
                generator=data["generator"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a whole report: {error}") from error


def _numbers(values: Mapping[str, Value]) -> dict[str, Any]:
    return {column: value.number for column, value in values.items()}


def _proactive_to_dict(matrix: Matrix | None) -> dict[str, Any] | None:
    if matrix is None:
        return None
    found: dict[str, Any] = {"form": matrix.form}
    for section in edition(matrix.form).proactive:
        for row in section.rows:
            values = matrix.rows.get(row.key)
            found[row.key] = _numbers(values) if values else {c.key: None for c in section.columns}
    return found


def _applications_to_dict(matrix: Matrix | None) -> dict[str, Any] | None:
    if matrix is None:
        return None
    form = edition(matrix.form)
    columns = [column.key for column in form.applicants]
    rows = {
        row.key: [matrix.rows[row.key][c].number for c in columns]
        if row.key in matrix.rows
        else [None] * len(columns)
        for row in form.rows
    }
    return {"form": matrix.form, "columns": columns, "rows": rows}


def _review_to_dict(matrix: Matrix | None) -> dict[str, Any] | None:
    return None if matrix is None else {row: _numbers(v) for row, v in matrix.rows.items()}


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """A finding as plain values in the contract's order."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "blame": finding.blame,
        "message": finding.message,
        "cells": list(finding.cells),
        "left": finding.left,
        "right": finding.right,
    }


def _value_to_evidence(value: Value, detector: str | None) -> dict[str, Any]:
    found = {
        "raw": value.raw,
        "page": value.page,
        "bbox": [round(edge, 2) for edge in value.box] if value.box else None,
        "detector": detector if value.score is None else RECOGNISED,
        "confidence": _confidence(value),
    }
    return {**found, "place": value.place} if value.place else found


def _confidence(value: Value) -> float:
    if value.doubt:
        return 0.0
    return 1.0 if value.score is None else max(value.score, 0.0001)


def _dict_to_matrix(
    name: str, data: dict[str, Any] | None, evidence: Mapping[str, Any]
) -> Matrix | None:
    if data is None:
        return None
    form = data.get("form", "2021")
    if name == "applications":
        parts = {row: dict(zip(data["columns"], v, strict=True)) for row, v in data["rows"].items()}
    else:
        parts = {row: values for row, values in data.items() if row != "form"}
    rows = {
        row: {
            column: _number_to_value(number, evidence.get(f"{name}.{row}.{column}"))
            for column, number in values.items()
        }
        for row, values in parts.items()
        # the JSON has nulls for a row that was not found, the evidence has nothing
        if not evidence or any(f"{name}.{row}.{column}" in evidence for column in values)
    }
    return Matrix(name, form, rows, tuple(row for row in parts if row not in rows))


def _evidence_to_detectors(evidence: Mapping[str, Any]) -> dict[str, str]:
    """The detector of each table. Figures of one may stand in pages with text and in pictures:
    those of pictures do not tell it."""
    found: dict[str, str] = {}
    for path, entry in evidence.items():
        table = path.split(".")[0]
        if entry["detector"] != RECOGNISED or table not in found:
            found[table] = entry["detector"]
    return found


def _number_to_value(number: Any, evidence: Mapping[str, Any] | None) -> Value:
    if evidence is None:
        return Value("" if number is None else str(number), number)
    box = Box(*evidence["bbox"]) if evidence["bbox"] else None
    doubt = None if evidence["confidence"] else "unknown"
    place = evidence.get("place")
    score = evidence["confidence"] if evidence["detector"] == RECOGNISED else None
    return Value(evidence["raw"], number, evidence["page"], box, doubt, place=place, score=score)


def dict_to_text(data: Mapping[str, Any]) -> str:
    """The contract's layout: one space of indentation, one line for a row of figures, a
    finding, an attempt, a piece of evidence or a section."""
    lines = []
    for key, value in data.items():
        lines.append(f" {_dump(key)}: {_block(key, value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _block(key: str, value: Any) -> str:
    if key in ("proactive", "review", "evidence") and value:
        return _open("{", [f"{_dump(k)}: {_dump(v)}" for k, v in value.items()], "}", 1)
    if key == "applications" and value:
        rows = [f"{_dump(k)}: {_dump(v)}" for k, v in value["rows"].items()]
        parts = [f"{_dump(k)}: {_dump(v)}" for k, v in value.items() if k != "rows"]
        parts.append('"rows": ' + _open("{", rows, "}", 2))
        return _open("{", parts, "}", 1)
    if key in ("narrative", "findings", "attempts") and value:
        return _open("[", [_dump(item) for item in value], "]", 1)
    return _dump(value)


def _open(left: str, parts: list[str], right: str, depth: int) -> str:
    indent = " " * (depth + 1)
    return left + "\n" + ",\n".join(indent + p for p in parts) + "\n" + " " * depth + right


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
