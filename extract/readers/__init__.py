"""Bytes to a `Document`, one module a container; loaded when a document of its kind comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from extract.source import Source, source_to_text
from tableparse.model import Document


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind of document is read: the name under which its reading is reported where it
    states its tables itself, and the function."""

    name: str
    read: Callable[[Source], Document]


def _read_pdf(source: Source) -> Document:
    from extract.readers.pdf import pdf_to_document

    return pdf_to_document(source.data)


def _read_text(source: Source) -> Document:
    from extract.readers.text import text_to_document

    return text_to_document(source_to_text(source)[0])


READERS = {
    "application/pdf": Reader("pdf", _read_pdf),
    "text/plain": Reader("text", _read_text),
}
"""Readers by media type."""
