"""The report among what a page holds: its tables, its prose, its title, what is said of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extract.readers.html_data import page_data
from extract.readers.html_raw import Block, Item, RawTable, cell_to_text
from extract.readers.html_walk import Range, Walked
from tableparse.labels import squeeze
from tableparse.model import Box, Finding, Line
from tableparse.prose import TITLE_PIECES, Heading, is_section_heading, lines_to_heading

STEP = 2.0
"""Every line begins further right than the one before: each is a paragraph of its own,
whatever section it falls in."""
TITLE_TEXT = 80
"""Characters that a title has at most."""
TITLE_TRIALS = 40
"""Lines that may end a title, from the last one back."""
_TITLE_END = re.compile("报告|年报")
_DATE = re.compile(r"(20\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)")
_INDEX = re.compile(r"[:：\]】\s]*([A-Za-z0-9][\w./〔〕\[\]-]{4,60})")
_SITE_NAME = re.compile(r"[-_|—–>»]+")


class Body(NamedTuple):
    """What of a page is the report: blocks and tables in order, what was found of its title
    elsewhere, and what has to be said."""

    items: tuple[Item, ...]
    notes: tuple[Finding, ...]
    meta: tuple[tuple[str, str], ...]


def walked_to_body(walked: Walked) -> Body:
    """The report's part of a page: the box that articles are known to be held by, if it has
    all tables of the form; else the smallest box with the tables, the section headings and the
    title; else the whole page without its menus."""
    forms = [i for i in walked.items if isinstance(i, RawTable) and i.is_form]
    title = _title_blocks(walked.items, forms)
    box = _body_range(walked, forms, title)
    inside = [i for i in walked.items if box is None or box.first <= i.seq <= box.last]
    items = [i for i in inside if isinstance(i, RawTable) or not i.chrome]
    outside = [b for b in title if b not in items]
    items = [*outside, *items]
    named, notes = _title_elsewhere(walked, items, title)
    return Body((*named, *items), notes, tuple(_meta(walked)))


def blocks_to_lines(blocks: Iterable[tuple[Block, float]]) -> tuple[Line, ...]:
    """Blocks with their place from the top as lines on the unit grid, a paragraph each."""
    return tuple(
        Line(block.text, 1, Box(STEP * at, top, STEP * at + len(block.text), top + 1.0), 0.0)
        for at, (block, top) in enumerate(blocks)
    )


def _title_blocks(items: Sequence[Item], forms: Sequence[RawTable]) -> list[Block]:
    """The lines of the last title of a report before its first table (menus and paths may have
    it too): the fewest that name an agency, else the fewest that are a title."""
    before = [
        item
        for item in items
        if isinstance(item, Block) and not (forms and item.seq > forms[0].seq)
    ]
    ends = [i for i, b in enumerate(before) if not b.chrome and _TITLE_END.search(b.text)]
    for at in reversed(ends[-TITLE_TRIALS:]):
        weak: list[Block] = []
        for first in range(at, max(at - TITLE_PIECES, -1), -1):
            blocks = before[first : at + 1]
            heading = _heading([b.text for b in blocks])
            if heading.title != squeeze("".join(b.text for b in blocks)):
                continue
            if heading.agency:
                return blocks
            weak = weak or blocks
        if weak:
            return weak
    return []


def _heading(texts: Sequence[str]) -> Heading:
    if sum(map(len, texts)) > TITLE_TEXT:
        return Heading(None, None, None)
    return lines_to_heading([_line(text) for text in texts])


def _body_range(walked: Walked, forms: Sequence[RawTable], title: Sequence[Block]) -> Range | None:
    headings = [
        i for i in walked.items if isinstance(i, Block) and not i.chrome and _is_heading(i.text)
    ]
    core = [f.seq for f in forms] + [b.seq for b in headings] or [b.seq for b in title]
    if not core:
        return None
    known = _smallest(walked.ranges, core, lambda r: r.known)
    if known is not None:
        return known
    return _smallest(walked.ranges, [*core, *(b.seq for b in title)], lambda r: True)


def _is_heading(text: str) -> bool:
    return text[0] in "一二三四五六" and len(text) <= 40 and is_section_heading(text)


def _smallest(
    ranges: Sequence[Range], seqs: Sequence[int], wanted: Callable[[Range], bool]
) -> Range | None:
    first, last = min(seqs), max(seqs)
    found = [r for r in ranges if wanted(r) and r.first <= first and last <= r.last]
    return min(found, key=lambda r: r.last - r.first, default=None)


def _title_elsewhere(
    walked: Walked, items: Sequence[Item], title: Sequence[Block]
) -> tuple[list[Block], tuple[Finding, ...]]:
    """A title for a report that prints none in its body, or none that names the agency: from
    the page's meta elements or the title of its window."""
    if title and _heading([b.text for b in title]).agency:
        return [], ()
    own = lines_to_heading([_line(i.text) for i in items if isinstance(i, Block)])
    if own.title and own.agency:
        return [], ()
    said = [walked.meta[name] for name in page_data().meta["title"] if name in walked.meta]
    for text in (*said, walked.title, *_SITE_NAME.split(walked.title)):
        heading = _heading([text])
        better = heading.title and (heading.agency or not own.title)
        if better and own.year in (None, heading.year):
            message = "the title is not printed in the report: it is the page's own"
            found = Finding("title.elsewhere", "info", "publisher", message)
            return [Block(0, text)], (found,)
    return [], ()


def _line(text: str) -> Line:
    return Line(text, 1, Box(0, 0, 1, 1), 0.0)


def _meta(walked: Walked) -> Iterable[tuple[str, str]]:
    """`published` as YYYY-MM-DD and `index_number`, where the page says them."""
    words = page_data()
    said = [walked.meta[name] for name in words.meta["published"] if name in walked.meta]
    printed = list(_printed(walked.items))
    for text in (*said, *_after(printed, words.printed["published"])):
        found = _DATE.search(text)
        if found:
            year, month, day = found.groups()
            yield "published", f"{year}-{int(month):02}-{int(day):02}"
            break
    for text in _after(printed, words.printed["index_number"]):
        found = _INDEX.match(text)
        if found:
            yield "index_number", found[1]
            break


def _printed(items: Sequence[Item]) -> Iterable[str]:
    """Texts in which a label and what it labels stand together."""
    for item in items:
        if isinstance(item, Block):
            if len(item.text) <= 2 * TITLE_TEXT:
                yield item.text
        elif not item.is_form:
            for row in item.rows():
                texts = [cell_to_text(cell)[0] for cell in row.cells]
                yield from (f"{a}：{b}" for a, b in pairwise(texts) if b)


def _after(texts: Iterable[str], labels: Sequence[str]) -> Iterable[str]:
    """What follows a label, label by label in the order of trust."""
    squeezed = [(text, "".join(text.split())) for text in texts]
    for label in labels:
        for _, plain in squeezed:
            at = plain.find(label)
            if at >= 0 and plain[at + len(label) : at + len(label) + 1] in (":", "：", "]", "】"):
                yield plain[at + len(label) :][:60]
