"""Where the form's labels stand in the words of a text, wrapped or run together.

All words of a text, folded, make one string; labels are found in it wherever a word (or the
ordinal in front of the label) begins, so that line breaks, spaces and figures within a label
are no hindrance. Offsets count characters of that folded string.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from extract.readers.text_items import Item
from tableparse import labels
from tableparse.formdata import editions
from tableparse.labels import Labels, fold, section_headings

_NUMERALS = "0123456789一二三四五六七八九十"
OPENERS = "（(“‘《〈「『【[〔"
SHORT = 5
"""Folded characters below which a label must end where a word, or the next label, does."""
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stream:
    """The items of a text, its words folded into one string, and the offset at which each
    item starts in it (figures and blanks take no room)."""

    items: tuple[Item, ...]
    folded: str
    starts: tuple[int, ...]

    def item_at(self, offset: int) -> int:
        """Index of the word that holds the folded character at `offset`."""
        return bisect_right(self.starts, offset) - 1

    def end(self, index: int) -> int:
        """The offset behind item `index`."""
        after = index + 1
        return self.starts[after] if after < len(self.starts) else len(self.folded)


class Hit(NamedTuple):
    """A label found at folded characters start <= c < end; `label` is the folded wording."""

    start: int
    end: int
    label: str


def items_to_stream(items: tuple[Item, ...]) -> Stream:
    """The stream of a text's items."""
    starts: list[int] = []
    parts: list[str] = []
    offset = 0
    for item in items:
        starts.append(offset)
        if item.kind == "word":
            parts.append(fold(item.text))
            offset += len(parts[-1])
    return Stream(items, "".join(parts), tuple(starts))


@cache
def registries() -> tuple[Labels, ...]:
    """All places that a label can have in the three tables."""
    return (
        labels.applicant_rows(),
        labels.applicant_columns(),
        labels.proactive_rows(),
        labels.proactive_columns(),
        labels.review_blocks(),
        labels.review_columns(),
    )


@cache
def _pattern() -> re.Pattern[str]:
    wordings = {wording for registry in registries() for wording in registry.exact}
    return re.compile("|".join(sorted(wordings, key=lambda w: (-len(w), w))))


@cache
def ordinals() -> dict[str, str]:
    """The ordinal that the form prints in front of each row and group ("#group.<key>")."""
    found: dict[str, str] = {}
    for form in editions():
        found |= {row.key: row.ordinal for row in form.rows}
        found |= {f"#group.{group.key}": group.ordinal for group in form.groups}
    return found


def find_labels(stream: Stream) -> list[Hit]:
    """All exact labels of the three tables that begin and end where words do, in order."""
    words = {s for s, item in zip(stream.starts, stream.items, strict=True) if item.kind == "word"}
    pattern, folded = _pattern(), stream.folded
    hits: list[Hit] = []
    at = 0
    while found := pattern.search(folded, at):
        start, end = found.span()
        begins = (
            start in words
            or folded[start - 1] in _NUMERALS
            or (hits and hits[-1].end == start)
            or _parted(stream, start)
            or folded.endswith(section_headings(), 0, start)
        )
        if begins and (end - start >= SHORT or _ends(stream, end, words)):
            hits.append(Hit(start, end, found.group()))
            at = end
        else:
            at = start + 1
    return hits


def _ends(stream: Stream, end: int, words: set[int]) -> bool:
    return (
        end == len(stream.folded)
        or end in words
        or stream.folded[end] in _NUMERALS
        or _parted(stream, end)
        or bool(_pattern().match(stream.folded, end))
    )


def _parted(stream: Stream, offset: int) -> bool:
    """Whether punctuation or a space stands in front of the folded character at `offset`."""
    if offset >= len(stream.folded):
        return True
    index = stream.item_at(offset)
    text = stream.items[index].text
    place = _raw_place(text, offset - stream.starts[index])
    return place == 0 or text[place] in OPENERS or not text[place - 1].isalnum()


def _raw_place(text: str, count: int) -> int:
    """Index in `text` that parts its first `count` folded characters from the others;
    opening brackets go with the character behind them, other signs with the one before."""
    if count <= 0:
        return 0
    places = _raw_places(text)
    if count >= len(places):
        return len(text)
    index = places[count]
    while index and text[index - 1] in OPENERS:
        index -= 1
    return index


@lru_cache(maxsize=256)
def _raw_places(text: str) -> tuple[int, ...]:
    """For each folded character of `text` the index of the character it comes from."""
    return tuple(i for i, char in enumerate(text) for _ in range(len(fold(char))))


def hits_between(hits: Sequence[Hit], low: int, high: int) -> Sequence[Hit]:
    """Those of `hits` (in order) that stand wholly at low <= offset < high."""
    first = bisect_left(hits, low, key=lambda hit: hit.start)
    last = bisect_right(hits, high, key=lambda hit: hit.end)
    return hits[first:last]


def pieces(stream: Stream, span: Span) -> list[tuple[int, int, int]]:
    """The words that a span of folded characters covers, as (item, from, to) in the raw
    text of each item; words without a letter (a lone bracket) inside the span included."""
    start, end = span
    found: list[tuple[int, int, int]] = []
    if start >= end:
        return found
    for index in range(stream.item_at(start), stream.item_at(end - 1) + 1):
        item = stream.items[index]
        if item.kind == "word":
            base = stream.starts[index]
            found.append(
                (index, _raw_place(item.text, start - base), _raw_place(item.text, end - base))
            )
    return found


def raw_text(stream: Stream, span: Span) -> str:
    """What is printed at a span: parts of a line keep a space between them, lines are joined
    without one."""
    text, line = "", None
    for index, begin, end in pieces(stream, span):
        item = stream.items[index]
        text += (" " if item.line == line else "") + item.text[begin:end].strip()
        line = item.line
    return text
