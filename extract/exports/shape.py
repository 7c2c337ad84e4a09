"""Whether a piece of JSON is a report that the exports can take apart: the quick part of what
the JSON Schema says in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from extract.errors import FormatError
from tableparse.dictionary import TABLES, dictionary
from tableparse.report import MAJOR

Document = Mapping[str, Any]
"""A report as its JSON has it, or a line of a batch that says `source` and `error`."""

_LONE = re.compile("[\ud800-\udfff]")
_NUMBERS = (int, float, type(None))
_PRINTED = (*_NUMBERS, str)
"""Figures of the first table: a sum may keep its printed unit."""
_OBJECT = (dict,)
_OBJECT_OR_NULL = (dict, type(None))
_KEYS: dict[str, tuple[type, ...]] = {
    "generator": _OBJECT,
    "source": _OBJECT,
    "title": (str, type(None)),
    "agency": (str, type(None)),
    "region": _OBJECT_OR_NULL,
    "year": (int, type(None)),
    "status": (str,),
    "proactive": _OBJECT_OR_NULL,
    "applications": _OBJECT_OR_NULL,
    "review": _OBJECT_OR_NULL,
    "narrative": (list,),
    "checks": _OBJECT,
    "findings": (list,),
    "attempts": (list,),
}
_ITEMS = {
    "narrative": ("heading", "text"),
    "findings": ("code", "severity", "blame", "message", "cells", "left", "right"),
    "attempts": ("detector", "evaluated", "held"),
}


def check_document(document: Any) -> Document:
    """The document if it is a report of this schema version, or says an error.

    Raises FormatError."""
    if isinstance(document, dict):
        version = document.get("schema_version")
        if isinstance(version, str):
            if version.partition(".")[0] != MAJOR:
                raise FormatError(f"a report of another schema version than {MAJOR}: read it again")
            wrong = _wrong(document)
            if wrong:
                raise FormatError(f"a report that is not whole ({wrong}): read it again")
            return document
        source, error = document.get("source"), document.get("error")
        if isinstance(source, dict | None) and _is_error(error):
            return document
    raise FormatError("JSON that is no report: give what gkextract wrote")


def _is_error(error: Any) -> bool:
    if not isinstance(error, dict):
        return False
    return all(isinstance(error.get(key), str) for key in ("type", "message"))


def _wrong(document: Mapping[str, Any]) -> str | None:
    """The key at which a report is not as it should be."""
    for key, types in _KEYS.items():
        if key not in document or not isinstance(document[key], types):
            return key
    for key, names in _ITEMS.items():
        for item in document[key]:
            if not isinstance(item, dict) or any(name not in item for name in names):
                return key
    return next((t for t in TABLES if document[t] is not None and not _is_table(t, document)), None)


def _is_table(name: str, document: Mapping[str, Any]) -> bool:
    """Whether a table has rows, columns and values that the form has; of the second and third
    whole rows, of the first the columns that its edition has."""
    table, known = document[name], _known()[name]
    allowed = _PRINTED if name == "proactive" else _NUMBERS
    if name != "applications":
        return all(
            isinstance(values, dict)
            and known.get(row, frozenset()).issuperset(values)
            and (name == "proactive" or len(values) == len(known[row]))
            and all(type(v) in allowed for v in values.values())
            for row, values in table.items()
            if row != "form"
        )
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, dict):
        return False
    return all(
        isinstance(values, list)
        and len(values) == len(columns)
        and known.get(row) == set(columns)
        and all(type(v) in _NUMBERS for v in values)
        for row, values in rows.items()
    )


@cache
def _known() -> dict[str, dict[str, set[str]]]:
    """Table -> row -> columns that any edition has."""
    found: dict[str, dict[str, set[str]]] = {table: {} for table in TABLES}
    for figure in dictionary():
        found[figure.table].setdefault(figure.row, set()).add(figure.column)
    return found


def to_unicode(value: Any) -> Any:
    """The value with halves of surrogate pairs, which JSON can hold and UTF-8 cannot, as U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else _LONE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {to_unicode(key): to_unicode(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_unicode(inner) for inner in value]
    return value
