"""Paragraphs of a DOCX to what they print: text in order, and what makes it uncertain.

The elements' meaning is ECMA-376 part 1, chapter 17. Text is taken as the final print shows
it: insertions count, deletions do not, hidden text and the codes behind fields do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from extract.readers.merges import UNKNOWN

Element = Any
"""An lxml element; lxml has no types of its own."""

WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
"""The namespace of the transitional and of the strict form."""
_PREFIXES = {
    **dict.fromkeys(WORD, "w:"),
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
}
WRAPPERS = frozenset(
    {"w:customXml", "w:sdtContent", "w:smartTag", "w:hyperlink", "w:fldSimple", "w:dir", "w:bdo"}
)
"""Elements that stand around content and print nothing themselves."""
INSERTED = frozenset({"w:ins", "w:moveTo"})
DELETED = frozenset({"w:del", "w:moveFrom"})
CONTENT = "cell.content"
_PLAIN = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_PICTURES = frozenset({"blip", "imagedata", "chart", "OLEObject", "contentPart", "relIds"})
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_OFF = frozenset({"0", "false", "off"})


@dataclass(slots=True)
class Seen:
    """What was met on the way through a document and has to be told of it."""

    tracked: bool = False
    hidden: bool = False
    parts: int = 0
    """Embedded documents (altChunk, subDoc), which are not read."""


@dataclass(slots=True)
class Ink:
    """What paragraphs print. `odd` is the code of what makes it uncertain as a figure: part of
    it is no text (a picture, a formula, an automatic number) or is struck out, and is not in
    `text`; `boxes` are the contents of text boxes anchored in them."""

    text: str = ""
    odd: str | None = None
    boxes: list[Element] = field(default_factory=list)


def name(element: Element) -> str:
    """The element's name with the usual prefix ("w:tbl"); others without one ("blip")."""
    return _tag_to_name(element.tag)


@lru_cache(maxsize=4096)
def _tag_to_name(tag: str) -> str:
    space, _, local = tag[1:].rpartition("}")
    return _PREFIXES.get(space, "") + local


def child(element: Element, wanted: str) -> Element | None:
    """The first child of that name."""
    for inner in element:
        if _tag_to_name(inner.tag) == wanted:
            return inner
    return None


def attribute(element: Element, local: str) -> str | None:
    """An attribute of the w: namespace."""
    found = (element.get(f"{{{space}}}{local}") for space in WORD)
    return next((str(value) for value in found if value is not None), None)


def setting(properties: Element | None, wanted: str) -> str | None:
    """The w:val of a property ("" where it has none), None where the property is absent."""
    found = None if properties is None else child(properties, wanted)
    return None if found is None else attribute(found, "val") or ""


def is_on(properties: Element | None, wanted: str) -> bool:
    """Whether a property that is on or off is on."""
    value = setting(properties, wanted)
    return value is not None and value not in _OFF


def unwrap(element: Element, seen: Seen) -> Iterator[Element]:
    """The children that count: what wrappers, insertions and alternatives hold in their
    place, without deletions."""
    for inner in element:
        kind = name(inner)
        if kind in DELETED:
            seen.tracked = True
        elif kind in INSERTED:
            seen.tracked = True
            yield from unwrap(inner, seen)
        elif kind in WRAPPERS:
            yield from unwrap(inner, seen)
        elif kind == "w:sdt":
            content = child(inner, "w:sdtContent")
            if content is not None:
                yield from unwrap(content, seen)
        elif kind == "mc:AlternateContent":
            # both alternatives hold the same content: one of them counts
            choice = next((c for c in inner if name(c) in ("mc:Choice", "mc:Fallback")), None)
            if choice is not None:
                yield from unwrap(choice, seen)
        else:
            yield inner


class TextReader:
    """Reads paragraphs. `hidden_styles` are the styles whose text does not show; `next_label`
    gives the automatic number of each paragraph by its properties ("" for none, None where it
    is not known how it looks)."""

    def __init__(
        self,
        hidden_styles: frozenset[str] = frozenset(),
        next_label: Callable[[Element | None], str | None] = lambda _: "",
    ) -> None:
        self.hidden_styles = hidden_styles
        self.next_label = next_label
        self.seen = Seen()
        self._fields: list[bool] = []  # of each open field, whether its result has begun

    @property
    def open_fields(self) -> int:
        """How many fields have begun and not ended."""
        return len(self._fields)

    def close_fields(self, depth: int) -> bool:
        """End the fields that began since there were `depth`; whether one of them has not
        shown its result, so that what followed was taken for its code."""
        left = self._fields[depth:]
        del self._fields[depth:]
        return not all(left)

    def paragraph(self, element: Element, ink: Ink) -> bool:
        """Add what a w:p prints to `ink`; whether its end is deleted, so that the next
        paragraph goes on in the same line."""
        properties = child(element, "w:pPr")
        style = setting(properties, "w:pStyle")
        mark = None if properties is None else child(properties, "w:rPr")
        before = len(ink.text)
        if style not in self.hidden_styles:
            self._runs(element, ink)
        elif len(element) > (properties is not None):
            self.seen.hidden = True
        label = self.next_label(properties)
        if label != "":
            # an automatic number is printed before the text; in front of digits, or alone, it
            # would be part of a figure
            if any(c.isalpha() for c in ink.text[before:]):
                ink.text = ink.text[:before] + (label or "") + ink.text[before:]
            else:
                ink.odd = ink.odd or CONTENT
        deleted = mark is not None and any(name(c) in DELETED for c in mark)
        self.seen.tracked = self.seen.tracked or deleted
        return deleted

    def _runs(self, element: Element, ink: Ink) -> None:
        for inner in unwrap(element, self.seen):
            kind = name(inner)
            if kind == "w:r":
                self._run(inner, ink)
            elif kind in ("m:oMath", "m:oMathPara"):
                ink.text += "".join(t.text or "" for t in inner.iter() if name(t) == "m:t")
                ink.odd = ink.odd or CONTENT
            elif kind == "w:subDoc":
                self.seen.parts += 1

    def _run(self, run: Element, ink: Ink) -> None:
        properties = child(run, "w:rPr")
        hidden = is_on(properties, "w:vanish") or (
            setting(properties, "w:rStyle") in self.hidden_styles
            and not (properties is not None and child(properties, "w:vanish") is not None)
        )
        struck = is_on(properties, "w:strike") or is_on(properties, "w:dstrike")
        raised = setting(properties, "w:vertAlign")
        for inner in unwrap(run, self.seen):
            kind = name(inner)
            if kind == "w:fldChar":
                self._field(inner, ink)
            elif hidden:
                self.seen.hidden = True
            elif kind == "w:ruby":
                base = child(inner, "w:rubyBase")
                if base is not None:
                    self._runs(base, ink)
            elif kind in ("w:drawing", "w:pict", "w:object"):
                self._drawing(inner, ink)
            elif all(self._fields):
                text = self._characters(kind, inner)
                if struck and text.strip():
                    self.seen.hidden = True
                    ink.odd = ink.odd or "cell.struck"
                else:
                    ink.text += _shift(text, raised)

    def _characters(self, kind: str, element: Element) -> str:
        if kind == "w:t":
            return str(element.text or "")
        return UNKNOWN if kind == "w:sym" else _PLAIN.get(kind, "")

    def _field(self, element: Element, ink: Ink) -> None:
        """Follow a field's marks: its code stands before `separate`, its result after."""
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(False)
            data = child(element, "w:ffData")
            # a list to choose from prints an entry that is in no text
            if data is not None and child(data, "w:ddList") is not None:
                ink.odd = ink.odd or CONTENT
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _drawing(self, element: Element, ink: Ink) -> None:
        boxes = list(_outermost(element, "w:txbxContent", self.seen))
        ink.boxes += boxes
        if any(_local(inner) in _PICTURES for inner in element.iter()):
            ink.odd = ink.odd or CONTENT


def _outermost(element: Element, wanted: str, seen: Seen) -> Iterator[Element]:
    for inner in unwrap(element, seen):
        if name(inner) == wanted:
            yield inner
        else:
            yield from _outermost(inner, wanted, seen)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _shift(text: str, raised: str | None) -> str:
    """Digits above or below the line as such: they are no part of the number beside them."""
    if raised == "superscript":
        return text.translate(_RAISED)
    return text.translate(_LOWERED) if raised == "subscript" else text


def styles_to_hidden(styles: Element) -> frozenset[str]:
    """The ids of styles whose text is hidden, by themselves or by the style they stand on."""
    own: dict[str, bool | None] = {}
    bases: dict[str, str | None] = {}
    for style in styles:
        key = attribute(style, "styleId")
        if name(style) != "w:style" or key is None:
            continue
        properties = child(style, "w:rPr")
        stated = properties is not None and child(properties, "w:vanish") is not None
        own[key] = is_on(properties, "w:vanish") if stated else None
        bases[key] = setting(style, "w:basedOn")

    def hides(key: str | None) -> bool:
        met: set[str] = set()
        while key in own and key not in met:
            met.add(key)
            said = own[key]
            if said is not None:
                return said
            key = bases[key]
        return False

    return frozenset(key for key in own if hides(key))
