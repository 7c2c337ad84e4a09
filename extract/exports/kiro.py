"""Reports as packages of KIROGOVCOMPARE (`.kirogov.zip`): the PDF, its text, and the figures under
that system's keys, so that it takes them in without reading the PDF again.

The package must hold the PDF itself, so the document has to be where the report says, unchanged;
a report that is not from a PDF file has no package. What the system has no place for (rows of the
2019 edition) is named in the package."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from typing import Any

from extract.errors import InputError
from extract.exports.layout import headings
from extract.exports.records import document_to_cells
from extract.exports.shape import Document
from extract.output import say
from tableparse.dictionary import dictionary

PDF = "application/pdf"
VERSION = "1.0"
MAX_NAME, MAX_TITLE = 256, 512
"""Characters that the package's schema allows for the agency and the title."""
STEM = "source"
"""Name of the package's three members, with three endings."""
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member: one report gives one package, byte for byte."""
SECTIONS = {
    "proactive": ("table_2", "activeDisclosureData"),
    "applications": ("table_3", "tableData"),
    "review": ("table_4", "reviewLitigationData"),
}


def documents_to_kiro(documents: Iterable[Document], folder: str) -> None:
    """A package a report, named by its number and hash; a line to stderr for each document that
    can have none. Raises InputError where no document can."""
    written = number = 0
    for number, document in enumerate(documents, 1):
        reason, pdf = _pdf_of(document)
        if pdf is None:
            say(f"no package for {(document.get('source') or {}).get('uri')}: {reason}")
            continue
        name = f"{number:06}-{document['source']['sha256'][:12]}.kirogov.zip"
        write_package(document, pdf, os.path.join(folder, name))
        written += 1
    if number and not written:
        raise InputError("no report is from a PDF file that is still there: give such reports")


def write_package(document: Document, pdf: bytes, path: str) -> None:
    """The package of one report and the bytes of its PDF."""
    markdown = document_to_markdown(document).encode("utf-8")
    envelope = document_to_envelope(document, pdf, markdown)
    said = json.dumps(envelope, ensure_ascii=False, indent=2).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for ending, data in (("pdf", pdf), ("md", markdown), ("json", said)):
            info = zipfile.ZipInfo(f"{STEM}.{ending}", DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, data)


def document_to_envelope(document: Document, pdf: bytes, markdown: bytes) -> dict[str, Any]:
    """The package's `.json` member."""
    agency, title, year = document["agency"], document["title"], document["year"]
    return {
        "schema_version": VERSION,
        "package_version": VERSION,
        "generator": {k: document["generator"][k] for k in ("name", "version")},
        "source": {
            "pdf_filename": f"{STEM}.pdf",
            "markdown_filename": f"{STEM}.md",
            "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
            "markdown_sha256": hashlib.sha256(markdown).hexdigest(),
            "organization_name": agency if agency and len(agency) <= MAX_NAME else None,
            "report_year": year,
            "report_title": title if title and len(title) <= MAX_TITLE else None,
        },
        "parsed_json": document_to_parsed(document),
    }


def document_to_parsed(document: Document) -> dict[str, Any]:
    """The figures under that system's keys, with the prose, and what is left out."""
    data: dict[str, dict[str, Any]] = {table: {} for table in SECTIONS}
    omitted = []
    for cell in document_to_cells(document):
        key = cell.figure.crosswalk.get("kiro_path")
        if key is None or cell.text is not None:
            omitted.append(cell.figure.path)
        else:
            _put(data[cell.figure.table], key.split("."), cell.value)
    sections: list[dict[str, Any]] = []
    for (table, (kind, key)), title in zip(SECTIONS.items(), headings(), strict=True):
        if data[table]:
            sections.append({"type": kind, "title": title, key: data[table]})
    for section in document["narrative"]:
        if section["text"]:
            said = {"title": section["heading"], "content": section["text"]}
            sections.append({"type": "text", **said})
    own = {"status": document["status"], "findings": document["findings"], "omitted": omitted}
    return {"sections": sections, "basic_info": {"gkextract": own}}


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    data[path[-1]] = value


def document_to_markdown(document: Document) -> str:
    """The report's text: title, prose, and each table as rows of label and figures."""
    labels = {f.path: f for f in dictionary()}
    parts = [f"# {document['title'] or ''}\n"]
    for section in document["narrative"]:
        if section["text"]:
            heading = f"## {section['heading']}\n\n" if section["heading"] else ""
            parts.append(f"{heading}{section['text']}\n")
    rows: dict[tuple[str, str], list[str]] = {}
    for cell in document_to_cells(document):
        figure = labels[cell.figure.path]
        shown = cell.text if cell.value is None else str(cell.value)
        row = rows.setdefault((figure.table, figure.row_label), [])
        row.append(f"{figure.column_label} {shown or ''}".strip())
    for table, heading in zip(SECTIONS, headings(), strict=True):
        lines = [f"- {label}: {', '.join(v)}" for (t, label), v in rows.items() if t == table]
        if lines:
            parts.append(f"## {heading}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _pdf_of(document: Document) -> tuple[str, bytes | None]:
    """Why there is no PDF, or its bytes, which are those that the report was read from."""
    if "error" in document:
        return f"no report ({document['error']['type']})", None
    if not any(document[table] for table in SECTIONS):
        return "none of the three tables", None
    source = document["source"]
    if source.get("media_type") != PDF:
        return "not a PDF", None
    try:
        with open(source["uri"], "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return "the file is not there", None
    if hashlib.sha256(data).hexdigest() != source.get("sha256"):
        return "the file has changed", None
    return "", data
