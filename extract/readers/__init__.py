"""Bytes to a `Document`, one module a container; loaded when a document of its kind comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from extract.errors import EncryptedError
from extract.sniff import (
    CSV,
    DOCX,
    HTML,
    MARKDOWN,
    MHT,
    OFD,
    OFFICE,
    PICTURES,
    PROTECTED,
    RTF,
    TSV,
    XLS,
    XLSX,
)
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


def _read_docx(source: Source) -> Document:
    from extract.readers.docx import docx_to_document

    return docx_to_document(source.data)


def _read_rtf(source: Source) -> Document:
    from extract.readers.rtf import rtf_to_document

    return rtf_to_document(source.data)


def _read_xlsx(source: Source) -> Document:
    from extract.readers.sheet_xlsx import xlsx_to_document

    return xlsx_to_document(source.data)


def _read_xls(source: Source) -> Document:
    from extract.readers.sheet_xls import xls_to_document

    return xls_to_document(source.data)


def _read_markdown(source: Source) -> Document:
    from extract.readers.marks import markdown_to_document

    return markdown_to_document(source_to_text(source)[0])


def _read_fields(source: Source) -> Document:
    from extract.readers.marks import rows_text_to_document

    return rows_text_to_document(source_to_text(source)[0], source.media_type)


def _read_office(source: Source) -> Document:
    from extract.readers.office import office_to_document

    return office_to_document(source.data, source.media_type, OFFICE[source.media_type])


def _read_protected(source: Source) -> Document:
    raise EncryptedError("the document is encrypted")


def _read_html(source: Source) -> Document:
    from extract.readers.html import html_to_document

    return html_to_document(source.data, source.charset)


def _read_ofd(source: Source) -> Document:
    from extract.readers.ofd import ofd_to_document

    return ofd_to_document(source.data)


def _read_mht(source: Source) -> Document:
    from extract.readers.mht import mht_to_document

    return mht_to_document(source.data)


def _read_image(source: Source) -> Document:
    from extract.readers.images import image_to_document

    return image_to_document(source.data, source.media_type)


READERS = {
    "application/pdf": Reader("pdf", _read_pdf),
    HTML: Reader("html", _read_html),
    DOCX: Reader("docx", _read_docx),
    RTF: Reader("rtf", _read_rtf),
    PROTECTED: Reader("none", _read_protected),
    XLSX: Reader("xlsx", _read_xlsx),
    XLS: Reader("xls", _read_xls),
    MARKDOWN: Reader("markdown", _read_markdown),
    CSV: Reader("csv", _read_fields),
    TSV: Reader("tsv", _read_fields),
    OFD: Reader("ofd", _read_ofd),
    MHT: Reader("mht", _read_mht),
    "text/plain": Reader("text", _read_text),
}
READERS |= {kind: Reader("libreoffice", _read_office) for kind in OFFICE}
READERS |= {kind: Reader("opencv+ocr", _read_image) for kind in sorted(PICTURES)}
"""Readers by media type."""
