"""One pass over a page's tags and text, as libxml2's parser tells them.

No tree is built, so that neither depth nor size costs memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lxml import etree

from extract.errors import LimitError
from extract.readers.html_collect import Builder, Collector
from extract.readers.html_data import page_data
from extract.readers.html_raw import Item, RawCell, tidy_text
from extract.readers.html_tags import (
    BLOCK,
    BOX,
    CELL,
    GROUP,
    INLINE,
    KINDS,
    ROW,
    SKIP,
    STRUCK,
    TABLE,
    TABLE_PARTS,
    Kind,
    is_spacer,
    style_to_kind,
)

MAX_DEPTH = 2048
"""Open elements: libxml2's own limit for trees. Unclosed tags of real pages reach some 300."""


class Range(NamedTuple):
    """An element that holds the blocks and tables `first` to `last`; `known` where its name
    is one that articles are held by."""

    first: int
    last: int
    known: bool


@dataclass(frozen=True, slots=True)
class Walked:
    """A page taken apart: what it holds in order, its boxes (inner ones first), its meta
    elements, its title. `cut` says that the parser gave up before the end, `hid` that a part of
    the page is not shown."""

    items: tuple[Item, ...]
    ranges: tuple[Range, ...]
    meta: dict[str, str]
    title: str
    cut: bool = False
    hid: bool = False


class _Open(NamedTuple):
    """An open element, and what its end undoes."""

    kind: Kind
    builder: Builder | None = None
    first: int = 0
    known: bool = False
    chrome: bool = False
    veiled: bool = False


_INLINE = _Open(INLINE)
_BLOCK = _Open(BLOCK)
LEAST_RANGE = 3
"""Lines or tables that a cell must hold to be a part of the page."""


class PageTarget(Collector):
    """Takes the parser's events; `close` gives what they make. With `show`, boxes that are
    not shown are read all the same (scripts show them)."""

    def __init__(self, show: bool = False) -> None:
        super().__init__()
        self.open: list[_Open | RawCell] = []
        self.ranges: list[Range] = []
        self.meta: dict[str, str] = {}
        self.titles: list[str] = []
        self.skip = self.raised = self.pre = self.veiled = 0
        self.skipped = SKIP
        self.show, self.hid = show, False

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """A start tag."""
        if self.skip:
            self.skip += 1
            return
        kind = KINDS.get(tag, INLINE)
        veiled = False
        if attrs and ("style" in attrs or "hidden" in attrs):
            look = self._look(tag, attrs)
            if look is SKIP and kind is not Kind.META:
                self._hide(kind)
                return
            veiled = look is STRUCK
            if (veiled and kind not in TABLE_PARTS) or kind is INLINE:
                kind = look
        opened = self.open
        if kind is INLINE:
            opened.append(_INLINE)
        elif kind is BLOCK:
            if self.buf:
                self.flush()
            opened.append(_BLOCK)
        elif kind is CELL and not veiled and not self.veiled:
            opened.append(self.open_cell(attrs) or _BLOCK)
        else:
            _STARTS[kind](self, tag, attrs, veiled)
        if len(opened) > MAX_DEPTH:
            raise LimitError(f"the page nests too deep (elements granted={MAX_DEPTH})")

    def end(self, _: str) -> None:
        """An end tag, also one that the parser supplies."""
        if self.skip:
            self.skip -= 1
            return
        if not self.open:
            return
        done = self.open.pop()
        if done is _INLINE:
            return
        if done is _BLOCK:
            if self.buf:
                self.flush()
        elif isinstance(done, RawCell):
            if self.buf:
                self.flush()
            builder = self.builder
            if builder is not None and builder.cell is done:
                builder.cell = None
                self.flow = builder.stray
            if self.seq - done.first >= LEAST_RANGE:
                self.ranges.append(Range(done.first, self.seq, False))
        elif done.kind is Kind.RAISED:
            self.raised -= 1
        else:
            self._end_box(done)

    def data(self, text: str) -> None:
        """Text, possibly a part of it."""
        if not (self.skip or self.pre or self.raised):
            if self.buf or not text.isspace():  # white space begins no line
                self.buf.append(text)
        elif self.skip:
            if self.skipped is Kind.TITLE:
                self.titles.append(text)
            elif self.skipped is STRUCK and not text.isspace():
                self.mark("cell.struck")
        elif self.pre and "\n" in text:
            for line in text.splitlines():
                self.buf.append(line)
                self.flush()
        else:
            if self.raised and not text.isspace():
                self.mark("cell.sizes")
            self.buf.append(text)

    def close(self) -> Walked:
        """The end of the page."""
        title = tidy_text("".join(self.titles))
        items = self.finish()
        return Walked(items, tuple(self.ranges), self.meta, title, hid=self.hid)

    def _look(self, tag: str, attrs: Mapping[str, str]) -> Kind:
        style = attrs.get("style")
        look = style_to_kind(style) if style else INLINE
        if "hidden" in attrs:
            look = SKIP
        # a hidden body waits for a script to show it
        shown = tag == "body" or (self.show and KINDS.get(tag) is BOX)
        return INLINE if shown and look in (SKIP, STRUCK) else look

    def _hide(self, kind: Kind) -> None:
        if kind is ROW:
            self.skip_row()
        elif kind is CELL:
            self.skip_cell()
        self.hid = self.hid or kind is BOX
        self.skip, self.skipped = 1, SKIP

    def _end_box(self, done: _Open) -> None:
        self.flush()
        self.pre -= done.kind is Kind.PRE
        self.chrome -= done.chrome
        self.veiled -= done.veiled
        if done.builder is not None and done.builder.open:
            if done.kind is TABLE:
                self.close_table(done.builder)
            else:
                self.close_part(done.builder, done.kind is GROUP)
        if done.first and self.seq > done.first:
            self.ranges.append(Range(done.first, self.seq, done.known))

    def _start_part(self, tag: str, attrs: Mapping[str, str], veiled: bool) -> None:
        kind = KINDS[tag]
        if kind is CELL:
            self.open.append(self.open_cell(attrs) or _BLOCK)
            self.mark("cell.struck")
            return
        if kind is ROW:
            builder = self.open_row()
        else:
            builder = self.open_group(tag) if kind is GROUP else self.open_table()
        self.veiled += veiled
        self.open.append(_Open(kind, builder, veiled=veiled))

    def _start_box(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.flush()
        data = page_data()
        names = f"{attrs.get('class', '')} {attrs.get('id', '')}".lower().split()
        known = any(data.containers.fullmatch(name) for name in names)
        chrome = tag in data.chrome_tags or any(data.chrome.fullmatch(name) for name in names)
        self.chrome += chrome
        self.open.append(_Open(BOX, first=self.seq + 1, known=known, chrome=chrome))

    def _start_break(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.flush()
        self.open.append(_INLINE)

    def _start_pre(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.flush()
        self.pre += 1
        self.open.append(_Open(Kind.PRE))

    def _start_skip(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.skip, self.skipped = 1, KINDS.get(tag, SKIP)

    def _start_other(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        if not is_spacer(tag, attrs):
            self.mark("cell.content")
        self.skip, self.skipped = 1, SKIP

    def _start_struck(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.skip, self.skipped = 1, STRUCK

    def _start_raised(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.raised += 1
        self.open.append(_Open(Kind.RAISED))

    def _start_meta(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        name = attrs.get("name") or attrs.get("property")
        if name and attrs.get("content"):
            self.meta.setdefault(name.strip().lower(), tidy_text(attrs["content"]))
        self.open.append(_INLINE)


_STARTS: dict[Kind, Callable[[PageTarget, str, Mapping[str, str], bool], None]] = {
    **dict.fromkeys(TABLE_PARTS, PageTarget._start_part),
    BOX: PageTarget._start_box,
    Kind.BREAK: PageTarget._start_break,
    Kind.PRE: PageTarget._start_pre,
    SKIP: PageTarget._start_skip,
    Kind.TITLE: PageTarget._start_skip,
    Kind.OTHER: PageTarget._start_other,
    Kind.RAISED: PageTarget._start_raised,
    STRUCK: PageTarget._start_struck,
    Kind.META: PageTarget._start_meta,
}


def walk_page(data: bytes, *, huge: bool = False, show: bool = False) -> Walked:
    """Take apart a page in UTF-8. `huge` lifts libxml2's limits, `show` reads hidden boxes too.

    Raises LimitError where the page nests deeper than MAX_DEPTH."""
    parser = etree.HTMLParser(target=PageTarget(show), encoding="utf-8", huge_tree=huge)
    parser.feed(data)
    walked: Walked = parser.close()
    fatal = any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log)
    return replace(walked, cut=fatal)
