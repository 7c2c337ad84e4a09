"""OFD (GB/T 33190) to pages of characters, rulings and fills, as from a PDF.

A package of XML parts: OFD.xml names documents, a document its pages, templates and
resources, a page its layers of objects. Read directly: names of elements without their
namespaces (producers use several), lengths in millimetres made points. What is drawn goes
the way of a PDF page: the text turned upright, what nobody sees left out and counted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lxml import etree

from extract.errors import CorruptError, EncryptedError, FormatError, GkextractError, LimitError
from extract.readers.ofd_geometry import POINTS, DamagedError, Matrix, text_to_numbers
from extract.readers.ofd_objects import (
    Drawn,
    Place,
    Resources,
    child,
    children,
    draw_objects,
    local,
)
from extract.readers.package import Package
from extract.readers.pdf_chars import trace_to_chars
from extract.readers.pdf_paths import drawings_to_paths
from extract.readers.turns import Turn, text_turn
from tableparse.model import Document, Finding, Page

MEDIA_TYPE = "application/ofd"
ENTRY = "OFD.xml"
MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000
SIDES = (5.0, 5000.0)
"""Millimetres between which the sides of a page lie."""
A4 = (0.0, 0.0, 210.0, 297.0)
LAYERS = {"Background": 0, "Body": 1, "Foreground": 2}
"""The order in which layers are drawn; one without type is the body."""


def ofd_to_document(data: bytes) -> Document:
    """Read every page of the first document of the package.

    Raises CorruptError (parts missing or broken), EncryptedError, FormatError (parts outside
    of the package, document types), LimitError."""
    book, bodies = open_book(data)
    pages = tuple(book.pages())
    if not pages:
        raise CorruptError("an OFD document without pages")
    notes = [*_several(bodies), *book.notes, *_resources_to_notes(book.resources)]
    return Document(MEDIA_TYPE, pages, notes=tuple(notes), page_count=len(pages))


def open_book(data: bytes) -> tuple[Book, int]:
    """The first document of the package, and how many there are."""
    package = _Parts(Package(data))
    entry = package.xml(ENTRY, "OFD")
    if any(local(e) in ("Encryptions", "EncryptInfo") for e in entry.iter()) or any(
        name.lower().endswith("encryptions.xml") for name in package.names
    ):
        raise EncryptedError("the document is encrypted")
    bodies = list(children(entry, "DocBody"))
    root = next((e.text for body in bodies for e in children(body, "DocRoot")), None)
    if not root:
        raise CorruptError("an OFD package that names no document")
    return Book(package, resolve(ENTRY, root)), len(bodies)


def resolve(part: str, location: str) -> str:
    """The name of the part that `part` calls `location`: relative to its folder, or from the
    root where it begins with a slash. Raises FormatError outside of the package."""
    path = location.strip().replace("\\", "/")
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), path))
    steps = [*posixpath.dirname(part).split("/"), *path.split("/")]
    depth = 0
    for step in path.split("/") if path.startswith("/") else steps:
        depth += {"": 0, ".": 0, "..": -1}.get(step, 1)
        if depth < 0:
            raise FormatError("a package that points outside of itself", "do not use it")
    return joined.strip("/")


class _Parts:
    """XML parts of a package, found whatever the case of their names."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.names = package.names
        self.folded = {name.lower(): name for name in sorted(self.names)}

    def find(self, name: str) -> str:
        """The name under which a part is listed. Raises CorruptError where it is not."""
        found = name if name in self.names else self.folded.get(name.lower(), name)
        if found not in self.names:
            raise CorruptError("an OFD package that lacks a part")
        return found

    def part(self, name: str) -> bytes:
        """The bytes of a part. Raises as `Package.read`."""
        return self.package.read(self.find(name))

    def xml(self, name: str, root: str) -> etree._Element:
        """The root of a part. Raises CorruptError where that is not called `root`."""
        element = self.package.read_xml(self.find(name))
        if local(element) != root:
            raise CorruptError("a part of an OFD package is not what it should be")
        return element


class Book:
    """One document of a package."""

    def __init__(self, parts: _Parts, name: str) -> None:
        self.parts = parts
        self.name = name
        self.resources = Resources()
        self.document = parts.xml(name, "Document")
        common = child(self.document, "CommonData")
        if common is None:
            raise CorruptError("an OFD document without its common data")
        self.area = self._area(common, "PageArea", A4)
        for kind in ("PublicRes", "DocumentRes"):
            for element in children(common, kind):
                self._add_resources(resolve(name, element.text or ""))
        self.templates = {t.get("ID"): t for t in children(common, "TemplatePage")}
        self.read: dict[str, etree._Element] = {}
        self.notes: list[Finding] = []
        self.drawn: list[Drawn] = []

    def pages(self) -> Iterator[Page]:
        """The pages in order."""
        listed = [p for pages in children(self.document, "Pages") for p in children(pages, "Page")]
        if len(listed) > MAX_PAGES:
            raise LimitError(f"too many pages (requested={len(listed)}, granted={MAX_PAGES})")
        for number, element in enumerate(listed, start=1):
            name = resolve(self.name, element.get("BaseLoc") or "")
            yield self._page(number, name, self.parts.xml(name, "Page"))

    def _page(self, number: int, name: str, page: etree._Element) -> Page:
        self._add_page_resources(name, page)
        x, y, width, height = self._area(page, "Area", self.area)
        layers = [(1, page)]
        for use in children(page, "Template"):
            template = self._template(use)
            if template is not None:
                order = use.get("ZOrder") or "Background"
                layers.append((LAYERS.get(order, 0), template))
        drawn = Drawn()
        for _, holder in sorted(layers, key=lambda pair: pair[0]):
            self._draw(holder, Matrix(e=-x, f=-y), drawn)
        self.drawn.append(drawn)
        covered = _covered(drawn)
        if covered:
            message = f"page {number}: {covered} characters under a picture: seen or not is unknown"
            self.notes.append(Finding("text.covered", "warning", "unknown", message))
        return _drawn_to_page(number, drawn, width * POINTS, height * POINTS)

    def _draw(self, page: etree._Element, matrix: Matrix, drawn: Drawn) -> None:
        content = child(page, "Content")
        if content is None:
            return
        layers = list(children(content, "Layer"))
        layers.sort(key=lambda layer: LAYERS.get(layer.get("Type") or "Body", 1))
        for layer in layers:
            draw_objects(layer, Place(matrix, layer.get("DrawParam")), self.resources, drawn)

    def _template(self, use: etree._Element) -> etree._Element | None:
        """The template page; None, and noted as damage, where it cannot be had."""
        listed = self.templates.get(use.get("TemplateID"))
        if listed is None:
            self.resources.damage.append("a template is missing")
            return None
        name = resolve(self.name, listed.get("BaseLoc") or "")
        if name not in self.read:
            try:
                self.read[name] = self.parts.xml(name, "Page")
            except CorruptError:
                self.resources.damage.append("a template cannot be read")
                return None
        self._add_page_resources(name, self.read[name])
        return self.read[name]

    def _area(
        self, holder: etree._Element, name: str, default: tuple[float, ...]
    ) -> tuple[float, ...]:
        """The physical box (x, y, width, height in millimetres) of a page."""
        area = child(holder, name)
        box = None if area is None else child(area, "PhysicalBox")
        if box is None:
            return default
        try:
            found = text_to_numbers(box.text, 4)
        except DamagedError:
            found = []
        if not found or not all(SIDES[0] <= side <= SIDES[1] for side in found[2:]):
            self.resources.damage.append("a page of no possible size")
            return default
        return tuple(found)

    def _add_page_resources(self, name: str, page: etree._Element) -> None:
        for element in children(page, "PageRes"):
            self._add_resources(resolve(name, element.text or ""))

    def _add_resources(self, name: str) -> None:
        """Note draw parameters, composite units and picture files; fonts are not needed."""
        try:
            res = self.parts.xml(name, "Res")
        except GkextractError as error:
            if not isinstance(error, CorruptError):
                raise
            self.resources.lacks.append("a list of resources")
            return
        params, units = self.resources.params, self.resources.units
        kept = {"DrawParam": params, "CompositeGraphicUnit": units}
        for element in res.iter():
            if local(element) in kept and element.get("ID"):
                kept[local(element)][str(element.get("ID"))] = element
            file = child(element, "MediaFile") if local(element) == "MultiMedia" else None
            if file is not None and file.text and element.get("ID"):
                held = (name, res.get("BaseLoc") or ".", file.text.strip())
                self.resources.files[str(element.get("ID"))] = held


def _drawn_to_page(number: int, drawn: Drawn, width: float, height: float) -> Page:
    count = sum(len(span["chars"]) for span in drawn.trace)
    if count > MAX_PAGE_CHARS:
        granted = f"(requested={count}, granted={MAX_PAGE_CHARS})"
        raise LimitError(f"too many characters on a page {granted}")
    degrees = text_turn(drawn.trace, 0)
    turn = Turn(degrees, width, height)
    paths = drawings_to_paths(drawn.paths, turn)
    text = trace_to_chars(drawn.trace, turn, paths.areas)
    return Page(
        number=number,
        width=turn.width,
        height=turn.height,
        chars=text.chars,
        rulings=paths.rulings,
        fills=paths.fills,
        pale_rulings=paths.pale,
        images=0.0 if text.chars and not text.hidden else _picture_share(drawn, width, height),
        unreadable=text.unreadable,
        hidden=text.hidden,
        turn=degrees,
    )


def _several(count: int) -> list[Finding]:
    if count < 2:
        return []
    message = f"the file holds {count} documents: the first was read"
    return [Finding("archive.several", "warning", "publisher", message)]


def _resources_to_notes(resources: Resources) -> Iterator[Finding]:
    if resources.damage:
        said = "; ".join(dict.fromkeys(resources.damage))[:200]
        message = f"parts of the file are damaged and were left out: {said}"
        yield Finding("source.damaged", "warning", "unknown", message)
    if resources.lacks:
        said = ", ".join(dict.fromkeys(resources.lacks))
        message = f"missing in the file: {said}; lines and colours are those of none given"
        yield Finding("source.lacking", "info", "publisher", message)


def _picture_share(drawn: Drawn, width: float, height: float) -> float:
    shown = 0.0
    for x0, top, x1, bottom in (image.box for image in drawn.images):
        across = min(x1, width) - max(x0, 0.0)
        shown += max(across, 0.0) * max(min(bottom, height) - max(top, 0.0), 0.0)
    return min(shown / (width * height), 1.0)


def _covered(drawn: Drawn) -> int:
    """Characters that a picture drawn later lies over: a seal shows them, a patch does not."""
    if not drawn.images:
        return 0
    count = 0
    for span in drawn.trace:
        later = [image.box for image in drawn.images if image.seqno > span["seqno"]]
        for _, _, _, (x0, top, x1, bottom) in span["chars"] if later else ():
            x, y = (x0 + x1) / 2, (top + bottom) / 2
            count += any(b.x0 < x < b.x1 and b.top < y < b.bottom for b in later)
    return count
