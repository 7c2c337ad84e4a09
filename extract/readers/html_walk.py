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
from extract.readers.html_raw import Flow, Item, RawCell, tidy_text
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
    names_to_traits,
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
        self.data = self.buf.append
        """Text, possibly a part of it. Nothing is done for it before its line or element ends:
        a call into Python for each would cost as much as the tags do."""
        self.open: list[_Open | RawCell] = []
        self.ranges: list[Range] = []
        self.meta: dict[str, str] = {}
        self.titles: list[str] = []
        self.skip = self.skip_at = self.veiled = 0
        self.skipped = SKIP
        self.show, self.hid = show, False

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """A start tag."""
        if self.skip:
            self.skip += 1
            return
        kind = KINDS.get(tag, INLINE)
        veiled = False
        if attrs:
            look = self._look(tag, attrs)
            if look is SKIP and kind is not Kind.META:
                self._hide(kind)
                return
            veiled = look is STRUCK
            if (veiled and kind not in TABLE_PARTS) or kind is INLINE:
                kind = look
        if kind is CELL and not veiled and not self.veiled:
            self.open.append(self.open_cell(attrs) or _BLOCK)
        elif kind is INLINE:
            self.open.append(_INLINE)
        elif kind is BLOCK:
            if self.buf:
                self.flush()
            self.open.append(_BLOCK)
        else:
            _STARTS[kind](self, tag, attrs, veiled)
        if len(self.open) > MAX_DEPTH:
            raise LimitError(f"the page nests too deep (elements granted={MAX_DEPTH})")

    def end(self, _: str) -> None:
        """An end tag, also one that the parser supplies."""
        if self.skip:
            self.skip -= 1
            if not self.skip:
                self._end_skip()
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
            if self.flow is done and self.builder is not None:
                self.flow = self.builder.stray
            if self.seq - done.first >= LEAST_RANGE:
                self.ranges.append(Range(done.first, self.seq, False))
        elif done.kind is Kind.RAISED:
            self.settle_raised()
            self.raised -= 1
        else:
            self._end_box(done)

    def close(self) -> Walked:
        """The end of the page."""
        if self.skip:
            self._end_skip()
        title = tidy_text("".join(self.titles))
        items = self.finish()
        walked = Walked(items, tuple(self.ranges), self.meta, title, hid=self.hid)
        # lxml's parser and its target hold each other: the page is not to wait for the collector
        self.root = self.flow = Flow()
        self.ranges = []
        return walked

    def _look(self, tag: str, attrs: Mapping[str, str]) -> Kind:
        style = attrs.get("style")
        look = style_to_kind(style) if style else INLINE
        if "hidden" in attrs:
            look = SKIP
        if look is INLINE:
            return look
        # a hidden body waits for a script to show it
        shown = tag == "body" or (self.show and KINDS.get(tag) is BOX)
        return INLINE if shown and look in (SKIP, STRUCK) else look

    def _hide(self, kind: Kind) -> None:
        if kind is ROW:
            self.skip_row()
        elif kind is CELL:
            self.skip_cell()
        self.hid = self.hid or kind is BOX
        self._begin_skip(SKIP)

    def _begin_skip(self, kind: Kind) -> None:
        self.skip, self.skipped, self.skip_at = 1, kind, len(self.buf)

    def _end_skip(self) -> None:
        texts = self.buf[self.skip_at :]
        del self.buf[self.skip_at :]
        if self.skipped is Kind.TITLE:
            self.titles += texts
        elif self.skipped is STRUCK and not all(map(str.isspace, texts)):
            self.mark("cell.struck")

    def _end_box(self, done: _Open) -> None:
        if self.buf:
            self.flush()
        if done.kind is BOX:
            self.chrome -= done.chrome
            if self.seq > done.first:
                self.ranges.append(Range(done.first, self.seq, done.known))
        elif done.kind is Kind.PRE:
            self.pre -= 1
        else:
            self.veiled -= done.veiled
            builder = done.builder
            if builder is not None and builder.open:
                if done.kind is TABLE:
                    self.close_table(builder)
                else:
                    self.close_part(builder, done.kind is GROUP)

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
        self.open.append(_Open(kind, builder, 0, False, False, veiled))

    def _start_box(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        if self.buf:
            self.flush()
        # looking into lxml's empty attributes costs more than all else here
        names = (attrs.get("class", ""), attrs.get("id", "")) if attrs else ("", "")
        known, chrome = names_to_traits(tag, *names)
        self.chrome += chrome
        self.open.append(_Open(BOX, None, self.seq + 1, known, chrome))

    def _start_break(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.flush()
        self.open.append(_INLINE)

    def _start_pre(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self.flush()
        self.pre += 1
        self.open.append(_Open(Kind.PRE))

    def _start_skip(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self._begin_skip(KINDS.get(tag, SKIP))

    def _start_other(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        if not is_spacer(tag, attrs):
            self.mark("cell.content")
        self._begin_skip(SKIP)

    def _start_struck(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        self._begin_skip(STRUCK)

    def _start_raised(self, tag: str, attrs: Mapping[str, str], _: bool) -> None:
        if not self.raised:
            self.raised_at = len(self.buf)
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
