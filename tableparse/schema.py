"""The JSON Schema (2020-12) of what the program writes, made from the form's data files: a report,
the line that a document without report gives, and either of the two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tableparse.formdata import EDITIONS, Edition, edition, editions
from tableparse.report import MAJOR, SCHEMA_VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STATUSES = ("verified", "inconsistent", "unproven", "doubtful", "incomplete")
KINDS = ("line", "report", "error")
"""What a schema can be asked for: a line of a batch is a report or an error."""

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FIGURE: Schema = {"type": ["number", "null"]}
_PRINTED: Schema = {"type": ["number", "string", "null"]}
"""A sum of money that keeps its printed unit is text."""


def schema(kind: str = "line") -> Schema:
    """The schema of a report, of an error, or of a line that is either; no key is allowed that it
    does not name. Raises ValueError for another kind."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    parts = {"report": _report(), "error": _error()}
    top: Schema = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in parts]}
    if kind != "line":
        top = {"$ref": f"#/$defs/{kind}"}
        parts = {kind: parts[kind]}
    return {
        "$schema": DIALECT,
        "$id": f"urn:gkextract:schema:{SCHEMA_VERSION}:{kind}",
        "title": f"gkextract {kind}, schema version {SCHEMA_VERSION}",
        **top,
        "$defs": {**parts, **_shared(kind)},
    }


def _shared(kind: str) -> Schema:
    return {"source": _source()} | (
        {} if kind == "error" else {"finding": _finding(), "evidence": _evidence()}
    )


def _closed(properties: Schema, required: Iterable[str] | None = None, says: str = "") -> Schema:
    """An object with these keys and no others; all are required if nothing else is said."""
    found: Schema = {"type": "object", "description": says} if says else {"type": "object"}
    return {
        **found,
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def _or_null(inner: Schema) -> Schema:
    return {"oneOf": [inner, {"type": "null"}]}


def _report() -> Schema:
    properties: Schema = {
        "schema_version": {"type": "string", "pattern": rf"^{MAJOR}\.[0-9]+$"},
        "generator": _closed({"name": _TEXT, "version": _TEXT}),
        "source": {"$ref": "#/$defs/source"},
        "title": _TEXT_OR_NULL,
        "agency": _TEXT_OR_NULL,
        "region": _or_null(_closed({"code": _TEXT_OR_NULL, "name": _TEXT_OR_NULL})),
        "year": {"type": ["integer", "null"]},
        "status": {"enum": list(STATUSES)},
        "proactive": _either(_proactive(e) for e in editions()),
        "applications": _either(_applications(e) for e in editions()),
        "review": _either([_review(edition(EDITIONS[-1]))]),
        "narrative": _list(_closed({"heading": _TEXT, "text": _TEXT})),
        "checks": _closed({"evaluated": _COUNT, "held": _COUNT}),
        "findings": _list({"$ref": "#/$defs/finding"}),
        "attempts": _list(_closed({"detector": _TEXT, "evaluated": _COUNT, "held": _COUNT})),
        "evidence": {
            "type": "object",
            "description": "by the path of the figure",
            "propertyNames": {"pattern": r"^(proactive|applications|review)(\.[a-z0-9_]+){2,3}$"},
            "additionalProperties": {"$ref": "#/$defs/evidence"},
        },
    }
    return _closed(properties, [key for key in properties if key != "evidence"], "a report")


def _error() -> Schema:
    told = _closed({"type": {"type": "string", "pattern": "^[A-Z_]+$"}, "message": _TEXT})
    source = _or_null({"$ref": "#/$defs/source"})
    return _closed({"source": source, "error": told}, says="a document that gave no report")


def _source() -> Schema:
    hash_ = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    properties: Schema = {
        "uri": _TEXT,
        "media_type": _TEXT,
        "sha256": hash_,
        "bytes": _COUNT,
        "pages": {"type": ["integer", "null"], "minimum": 0},
        "retrieved_at": _TEXT_OR_NULL,
    }
    # of a document that could not be opened only the address is known
    return _closed(properties, ["uri"])


def _finding() -> Schema:
    return _closed(
        {
            # open: a version may know more codes without being another schema
            "code": {"type": "string", "pattern": r"^[a-z_]+\.[a-z_]+$"},
            "severity": {"enum": ["error", "warning", "info"]},
            "blame": {"enum": ["publisher", "extraction", "unknown"]},
            "message": _TEXT,
            "cells": _list(_TEXT),
            "left": _FIGURE,
            "right": _FIGURE,
        }
    )


def _evidence() -> Schema:
    edges = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    properties: Schema = {
        "raw": _TEXT,
        "page": {"type": ["integer", "null"], "minimum": 1},
        "bbox": _or_null(edges),
        "detector": _TEXT_OR_NULL,
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "place": _TEXT,
    }
    return _closed(properties, [key for key in properties if key != "place"])


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _either(tables: Iterable[Schema]) -> Schema:
    return {"oneOf": [*tables, {"type": "null"}]}


def _proactive(form: Edition) -> Schema:
    rows: Schema = {"form": {"const": form.name}}
    for section in form.proactive:
        for row in section.rows:
            said = {
                c.key: _PRINTED if f"{row.key}.{c.key}" == "procurement.amount" else _FIGURE
                for c in section.columns
            }
            rows[row.key] = _closed(said, says=row.label)
    return _closed(rows)


def _applications(form: Edition) -> Schema:
    columns = [column.key for column in form.applicants]
    figures = {"type": "array", "items": _FIGURE, "minItems": len(columns)}
    figures["maxItems"] = len(columns)
    rows = {row.key: {**figures, "description": row.label} for row in form.rows}
    return _closed(
        {"form": {"const": form.name}, "columns": {"const": columns}, "rows": _closed(rows)}
    )


def _review(form: Edition) -> Schema:
    columns = {column.key: {**_FIGURE, "description": column.label} for column in form.outcomes}
    return _closed({b.key: _closed(columns, says=b.label) for b in form.blocks})
