"""What the pages of an OFD show of pictures: where each is drawn, and its file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from extract.errors import CorruptError
from extract.readers.ofd import Book, open_book, resolve
from extract.readers.ofd_objects import Drawn, Placed
from tableparse.model import Page


@dataclass(frozen=True, slots=True)
class Pictured:
    """The pages of a document, and what each of them draws."""

    book: Book
    pages: tuple[Page, ...]
    drawn: tuple[Drawn, ...]

    def file(self, image: Placed) -> bytes:
        """The file of a picture. Raises CorruptError where there is none, FormatError outside
        of the package, LimitError."""
        listed = self.book.resources.files.get(image.resource)
        if listed is None:
            raise CorruptError("an OFD page that lacks its picture")
        part, folder, name = listed
        try:
            return self.book.parts.part(resolve(part, posixpath.join(folder, name)))
        except CorruptError:  # names are also written from the list's own folder
            return self.book.parts.part(resolve(part, name))


def ofd_to_pictured(data: bytes) -> Pictured:
    """The pages of the first document and what they draw. Raises as `ofd_to_document`."""
    book, _ = open_book(data)
    pages = tuple(book.pages())
    return Pictured(book, pages, tuple(book.drawn))
