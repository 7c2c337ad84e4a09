"""What tags, names and style attributes make of the text around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum, auto
from functools import lru_cache

from extract.readers.html_data import page_data


class Kind(IntEnum):
    """What an element is to the text around it."""

    INLINE = auto()
    BLOCK = auto()
    """A line of its own."""
    BOX = auto()
    """A line of its own that parts of a page stand in."""
    BREAK = auto()
    PRE = auto()
    """A block whose line breaks count."""
    TABLE = auto()
    GROUP = auto()
    ROW = auto()
    CELL = auto()
    SKIP = auto()
    """Not shown."""
    OTHER = auto()
    """Shows something that is no text."""
    RAISED = auto()
    """Raised or lowered: a mark, perhaps."""
    STRUCK = auto()
    """Struck through, or there and not to be seen."""
    META = auto()
    TITLE = auto()


# looking up a member costs more than all else that is done for most tags
INLINE, BLOCK, BOX, SKIP, STRUCK = Kind.INLINE, Kind.BLOCK, Kind.BOX, Kind.SKIP, Kind.STRUCK
TABLE, GROUP, ROW, CELL = Kind.TABLE, Kind.GROUP, Kind.ROW, Kind.CELL
TABLE_PARTS = frozenset({TABLE, GROUP, ROW, CELL})

_TAGS = {
    Kind.BLOCK: "p h1 h2 h3 h4 h5 h6 li ul ol dl dt dd center blockquote address figure "
    "figcaption fieldset legend caption hgroup details summary html head",
    Kind.BOX: "div section article main body form aside nav footer header",
    Kind.BREAK: "br hr",
    Kind.PRE: "pre listing plaintext xmp",
    Kind.TABLE: "table",
    Kind.GROUP: "thead tbody tfoot",
    Kind.ROW: "tr",
    Kind.CELL: "td th",
    Kind.SKIP: "script style noscript template noframes noembed rp datalist",
    Kind.OTHER: "img input select textarea iframe object embed applet svg canvas video audio "
    "math meter progress",
    Kind.RAISED: "sup sub",
    Kind.STRUCK: "s strike del",
    Kind.META: "meta",
    Kind.TITLE: "title",
}
KINDS = {tag: kind for kind, tags in _TAGS.items() for tag in tags.split()}
"""Kinds by tag; every other tag is INLINE."""

_HIDDEN = re.compile(r"display\s*:\s*none")
_VEILED = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d])|line-through"
)
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub|text-top|text-bottom)")
_PLACED = re.compile(
    r"display\s*:\s*(?!inline\s*(?:;|!|$)|none|contents)|float\s*:\s*(?:left|right)"
    r"|position\s*:\s*(?:absolute|fixed)"
)


@lru_cache(maxsize=4096)
def style_to_kind(style: str) -> Kind:
    """What a style attribute makes of an inline element: SKIP, STRUCK, RAISED, BLOCK (also
    where it only stands apart, as inline blocks and floats do), or INLINE for nothing."""
    plain = style.lower()
    if _HIDDEN.search(plain):
        return Kind.SKIP
    if _VEILED.search(plain):
        return Kind.STRUCK
    if _RAISED.search(plain):
        return Kind.RAISED
    return Kind.BLOCK if _PLACED.search(plain) else Kind.INLINE


def is_spacer(tag: str, attrs: Mapping[str, str]) -> bool:
    """Whether an OTHER element shows nothing: a hidden field, a picture of a pixel or less."""
    if tag == "input":
        return attrs.get("type", "").strip().lower() == "hidden"
    return tag == "img" and bool({attrs.get("width"), attrs.get("height")} & {"0", "1"})


@lru_cache(maxsize=4096)
def names_to_traits(tag: str, classes: str, identifier: str) -> tuple[bool, bool]:
    """Whether articles are known to be held by a box of these names, and whether it is a menu or
    the like."""
    data = page_data()
    names = f"{classes} {identifier}".lower().split()
    known = any(data.containers.fullmatch(name) for name in names)
    chrome = tag in data.chrome_tags or any(data.chrome.fullmatch(name) for name in names)
    return known, chrome
