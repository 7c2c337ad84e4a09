"""Which pages are recognised in their pictures, and the documents that come of it. Decided a
page at a time, and only where a document's own text does not give the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extract.errors import CorruptError, DependencyError, FormatError, LimitError, NoContentError
from extract.sniff import OFD, PDF, PICTURES
from extract.source import Source
from tableparse.model import Document, Finding, Page

if TYPE_CHECKING:
    from extract.ocr.see import Frame

DAMAGED_SHARE = 0.05
"""Share of a page's characters that no map explains from which its text is damaged."""
PICTURE_SHARE = 0.3
"""Share of a page under pictures from which a page without text is a picture of one."""
PASTED_SHARE = 0.08
"""Share of a page that a picture of a table covers at least."""
LEAST_SIDE = 300
"""Points that a picture file is high and wide at least to be a report."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document whose pages were recognised where they had to be: the pages' places on those
    of the file, and what is to be said of them."""

    document: Document
    notes: tuple[Finding, ...] = ()
    frames: Mapping[int, Frame] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)
    """The addresses of pages that are pictures with one of their own."""


def lacks_text(page: Page) -> str | None:
    """What keeps a page's own text from being read: "absent", "hidden", "damaged", or None."""
    if page.sights is not None:
        return None
    if not page.chars and page.images >= PICTURE_SHARE:
        return "hidden" if page.hidden else "absent"
    if page.unreadable > DAMAGED_SHARE * len(page.chars):
        return "damaged"
    return None


SAID = {
    "absent": "a picture and no text",
    "hidden": "only text laid under a picture",
    "damaged": "text with unreadable characters",
    "pasted": "a picture beside its text",
    "false": "text that disagrees with its picture",
}
FORM = ("政府", "信息", "公开", "报告")
"""Words without any of which the text of a report is not what its pages show."""


def text_layer(pages: tuple[Page, ...]) -> list[Finding]:
    """What the pages' text layers lack, where that was not made good."""
    found = []
    for page in pages:
        lack = lacks_text(page)
        if lack in ("absent", "hidden"):
            message = f"page {page.number} has {SAID[lack]}: not read"
            found.append(Finding(f"text.{lack}", "info", "unknown", message))
        elif lack == "damaged":
            message = (
                f"page {page.number}: {page.unreadable} of {len(page.chars)} characters are "
                "unreadable"
            )
            found.append(Finding("text.damaged", "warning", "unknown", message))
    return found


def pages_to_recognise(source: Source, document: Document, incomplete: bool) -> dict[int, str]:
    """Why each page has to be recognised that has to be, by its number. `incomplete` tells that
    a table was not found in the pages' own text: then pictures beside text are looked at too."""
    if source.media_type not in (PDF, OFD) and source.media_type not in PICTURES:
        return {}
    lacks = {p.number: lack for p in document.pages if (lack := lacks_text(p))}
    if source.media_type == PDF and incomplete and not lacks and _is_foreign(document):
        return _false_text(source, document)
    if source.media_type == PDF and incomplete and len(lacks) < len(document.pages):
        from extract.ocr.pictures import pdf_to_image_shares

        shares = pdf_to_image_shares(source.data, [p.number for p in document.pages])
        for page in document.pages:
            if shares.get(page.number, 0.0) >= PASTED_SHARE:
                lacks.setdefault(page.number, "pasted")
    return lacks


def _is_foreign(document: Document) -> bool:
    """Whether the pages' text has none of the words that every report has."""
    texts = ("".join(c.text for c in page.chars) for page in document.pages)
    return not any(word in text for text in texts for word in FORM)


def _false_text(source: Source, document: Document) -> dict[int, str]:
    """The pages whose text, by a map of characters that is wrong, is not what they show; none
    where that cannot be looked at."""
    try:
        from extract.ocr.doubted import disagreeing_pages

        return dict.fromkeys(disagreeing_pages(source, document.pages), "false")
    except (CorruptError, DependencyError, FormatError, LimitError):
        return {}


def recognise_pages(
    source: Source, document: Document, lacks: Mapping[int, str]
) -> Recognised | None:
    """The document with those pages recognised; None where the extra `ocr` is not installed
    or one of them cannot be drawn, and other pages have text.

    Raises DependencyError and what drawing raises where none has, NoContentError for a picture too
    small for a report."""
    if source.media_type in PICTURES and all(
        min(p.width, p.height) < LEAST_SIDE for p in document.pages
    ):
        raise NoContentError("a picture too small to show a report")
    try:
        from extract.ocr.pictures import source_to_pictures
        from extract.ocr.see import see_pages

        why = {number: SAID[lack] for number, lack in lacks.items()}
        seen = see_pages(document.pages, why, source_to_pictures(source))
    except (CorruptError, DependencyError, FormatError, LimitError):
        if any(p.chars for p in document.pages):
            return None
        raise
    return Recognised(replace(document, pages=seen.pages), seen.notes, seen.frames)


def recognise_embedded(source: Source, document: Document) -> Recognised | None:
    """A document that states its tables itself with the pictures in it recognised as pages, by
    their numbers in its order, after those that were fetched beside it; None where it has none.
    A picture that could not be had or unpacked keeps its number, so that nothing is joined over it.

    Raises DependencyError where the extra `ocr` is not installed and no table was found."""
    from extract.readers.embedded import source_to_embedded

    shown = [picture.data for picture in source.pictures]
    pictures = [*shown, *(x if _unpacks(x) else None for x in source_to_embedded(source))]
    if not pictures:
        return None
    notes = _broken(pictures[len(shown) :])
    if all(picture is None for picture in pictures):
        return Recognised(document, notes)
    try:
        from extract.ocr.pictures import image_to_shown
        from extract.ocr.see import see_pages

        blank = [Page(i, 0.0, 0.0, (), images=1.0) for i in range(1, len(pictures) + 1)]
        said = "no text of its own, in the document"
        why = {p.number: said for p in blank if pictures[p.number - 1] is not None}
        seen = see_pages(blank, why, lambda number: image_to_shown(pictures[number - 1] or b""))
    except DependencyError:
        if document.tables:
            message = f"the document holds {len(pictures)} pictures that were not read"
            note = Finding("text.absent", "info", "unknown", message)
            return Recognised(document, (*notes, note))
        raise
    count = len(pictures) if shown else document.page_count
    read = replace(document, pages=seen.pages, page_count=count)
    places = {number: picture.uri for number, picture in enumerate(source.pictures, start=1)}
    return Recognised(read, (*notes, *seen.notes), seen.frames, places)


def _unpacks(data: bytes) -> bool:
    from extract.readers.images import image_to_picture

    try:
        return bool(image_to_picture(data).size)
    except (CorruptError, LimitError):
        return False


def _broken(embedded: Sequence[bytes | None]) -> tuple[Finding, ...]:
    """Pictures of the document itself that cannot be unpacked: a table may go on in them."""
    count = sum(picture is None for picture in embedded)
    message = f"pictures in the document that cannot be unpacked: {count}"
    return (Finding("source.damaged", "warning", "unknown", message),) if count else ()


def heading_doubts(title: str | None, document: Document) -> list[Finding]:
    """What is not clear of a title that was recognised in a picture: the year is in it."""
    if not title:
        return []
    whole = "".join(title.split())
    for page in document.pages:
        for sight in page.sights or ():
            text = "".join(sight.text.split())
            if len(text) > 1 and text in whole and not (sight.clear or sight.choices):
                message = f"page {page.number}: the title is not clear in the picture: {title}"
                return [Finding("ocr.heading", "warning", "extraction", message)]
    return []
