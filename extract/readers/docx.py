"""DOCX to a document with ready-made tables: the main part's XML, walked directly.

No library reads all that agencies' documents hold (rows and cells in content controls, columns
left out before a row, tracked changes, merges of old versions), so the elements are read as the
standard defines them. Headers, footers, foot- and endnotes and comments are other parts and
are not read.
"""

from __future__ import annotations

import posixpath

from extract.errors import FormatError
from extract.readers.docx_numbers import Numbers, parts_to_numbers
from extract.readers.docx_table import RawTable, read_table, table_cells
from extract.readers.docx_text import (
    Element,
    Ink,
    Seen,
    TextReader,
    name,
    styles_to_hidden,
    unwrap,
)
from extract.readers.flow import Flow
from extract.readers.merges import placed_to_table
from extract.readers.package import Package
from tableparse.model import Document, Finding

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = "/relationships/officeDocument"


def docx_to_document(data: bytes) -> Document:
    """The tables and the lines of a DOCX.

    Raises CorruptError, EncryptedError, LimitError (package and table sizes), FormatError (no
    Word document inside, a document type in its XML)."""
    package = Package(data)
    main = _main_part(package)
    root = package.read_xml(main)
    if name(root) != "w:document":
        raise FormatError("an Office package without a Word document", "save it as DOCX anew")
    styles, numbering = (_beside(package, main, part) for part in ("styles", "numbering"))
    hidden = frozenset[str]() if styles is None else styles_to_hidden(styles)
    numbers = Numbers() if numbering is None else parts_to_numbers(numbering, styles)
    walk = _Walk(TextReader(hidden, numbers.next_label))
    for body in root:
        if name(body) == "w:body":
            walk.blocks(body)
    return walk.flow.to_document(MEDIA_TYPE, _notes(walk.reader))


def _main_part(package: Package) -> str:
    """The part that the package's relations call its document."""
    relations = package.read_xml("_rels/.rels") if "_rels/.rels" in package.names else ()
    for relation in relations:
        kind, mode = relation.get("Type", ""), relation.get("TargetMode")
        found = posixpath.normpath(str(relation.get("Target", "")).lstrip("/"))
        if kind.endswith(_MAIN) and mode != "External" and found in package.names:
            return found
    if "word/document.xml" not in package.names:
        raise FormatError("an Office package without a Word document", "save it as DOCX anew")
    return "word/document.xml"


def _beside(package: Package, main: str, name_: str) -> Element | None:
    part = posixpath.join(posixpath.dirname(main), f"{name_}.xml")
    return package.read_xml(part) if part in package.names else None


class _Walk:
    """Paragraphs and tables in the order of the document."""

    def __init__(self, reader: TextReader) -> None:
        self.reader = reader
        self.flow = Flow()

    def blocks(self, parent: Element) -> None:
        ink = Ink()
        for block in unwrap(parent, self.reader.seen):
            kind = name(block)
            if kind == "w:p":
                if not self.reader.paragraph(block, ink):
                    ink = self._end(ink)
            elif kind == "w:tbl":
                ink = self._end(ink)
                self._table(read_table(block, self.reader), block)
            elif kind in ("w:altChunk", "w:subDoc"):
                self.reader.seen.parts += 1
        self._end(ink)

    def _end(self, ink: Ink) -> Ink:
        self.flow.add_text(ink.text)
        for box in ink.boxes:
            self.blocks(box)
        return Ink()

    def _table(self, raw: RawTable, table: Element) -> None:
        """A table as such; one that only lays out text, or other tables, as what it holds."""
        if raw.widest <= 1 or (raw.nested and raw.widest <= 2):
            for cell in table_cells(table, self.reader.seen):
                self.blocks(cell)
            return
        number = self.flow.next_table()
        self.flow.add_table(placed_to_table(raw.cells, raw.rows, number, raw.ragged), raw.ragged)
        for inner in raw.inner:
            if name(inner) == "w:tbl":
                self._table(read_table(inner, self.reader), inner)
            else:
                self.blocks(inner)


def _notes(reader: TextReader) -> list[Finding]:
    """What the reader has to say of the document as a whole."""
    seen: Seen = reader.seen
    notes = []
    if seen.tracked:
        message = "the document holds tracked changes: read as if all were accepted"
        notes.append(Finding("source.tracked", "warning", "publisher", message))
    if seen.hidden:
        message = "text or rows that the document hides were left out"
        notes.append(Finding("source.hidden", "info", "publisher", message))
    if seen.parts:
        message = f"{seen.parts} documents embedded in this one were not read"
        notes.append(Finding("source.embedded", "warning", "unknown", message))
    if reader.close_fields(0):
        message = "a field has no end: text after it was taken for its code and left out"
        notes.append(Finding("source.damaged", "warning", "unknown", message))
    return notes
