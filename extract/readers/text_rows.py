"""Labels found in a text to rows: with the ordinal in front, the tail behind, damaged labels
between them, and the digits that run into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extract.readers.text_labels import OPENERS, Hit, Span, Stream, ordinals, pieces, raw_text
from extract.readers.text_runs import Owner, Row, Run
from tableparse.labels import LIKE_ENOUGH, Labels, fold, split_ordinal

WRAPS = 8
"""Words that a damaged label may be broken into."""
LONGEST = 60
"""Folded characters of a damaged label, with its ordinal: the form's longest has 35."""
_NUMERALS = frozenset("0123456789一二三四五六七八九十")
_BRACKETS = tuple("（(")


class Found(NamedTuple):
    """The rows and heads of a table in the order of the text, which of them owns the first
    and the last character of each word, and figures that are ordinals in truth."""

    rows: list[Row]
    owner: Owner
    ordinal_items: frozenset[int]


def hits_to_rows(stream: Stream, hits: Sequence[tuple[Hit, str, bool]], limit: int) -> Found:
    """Rows for exact labels, each given as (hit, key, whether it is a leaf), in order;
    nothing reaches behind offset `limit`."""
    rows: list[Row] = []
    figures: set[int] = set()
    for place, (hit, key, leaf) in enumerate(hits):
        floor = rows[-1].end if rows else 0
        after = hits[place + 1][0].start if place + 1 < len(hits) else limit
        row = Row(hit.start, hit.end, key, leaf)
        _add_ordinal(stream, row, floor, figures)
        row.end = _tail_end(stream, hit, after)
        if rows:
            rows[-1].end = min(rows[-1].end, row.start)
        rows.append(row)
    return Found(rows, rows_to_owner(stream, rows), frozenset(figures))


def rows_to_owner(stream: Stream, rows: Sequence[Row]) -> Owner:
    """Which rows own the ends of the words that they cover; a lone sign goes with the word
    in front of it, if it is none that opens what follows."""
    first: dict[int, Row] = {}
    last: dict[int, Row] = {}
    for row in rows:
        for index, _, _ in pieces(stream, (row.start, row.end)):
            if row.start <= stream.starts[index]:
                first[index] = row
            if row.end >= stream.end(index):
                last[index] = row
    owner = {i: (first.get(i), last.get(i)) for i in first.keys() | last.keys()}
    for index in sorted(owner):
        following = index + 1
        while following < len(stream.items) and _is_sign(stream, following):
            owner[following] = (owner[index][1], owner[index][1])
            following += 1
    return owner


def _is_sign(stream: Stream, index: int) -> bool:
    item = stream.items[index]
    hollow = item.kind == "word" and stream.starts[index] == stream.end(index)
    return hollow and item.text[-1] not in OPENERS


def _add_ordinal(stream: Stream, row: Row, floor: int, figures: set[int]) -> None:
    index = stream.item_at(row.start)
    expected = ordinals().get(row.key, "")
    before = stream.folded[max(stream.starts[index], floor) : row.start]
    first = floor <= stream.starts[index] and (
        index == 0
        or stream.items[index - 1].line != stream.items[index].line
        or stream.items[index].tabbed
    )
    if before:
        if expected and before.endswith(expected):
            row.start -= len(expected)
        elif first and len(before) <= 2 and set(before) <= _NUMERALS:
            row.start -= len(before)
        return
    if index and row.start == stream.starts[index]:
        above = stream.items[index - 1]
        if above.text == expected != "" and _opens_line(stream, index - 1):
            figures.add(index - 1)
            return
        word = index - 1
        while word and stream.items[word].kind != "word":
            word -= 1
        if stream.starts[word] >= floor and fold(stream.items[word].text) == expected != "":
            row.start = stream.starts[word]
            return
    row.bare = True


def _opens_line(stream: Stream, index: int) -> bool:
    line = stream.items[index].line
    at = index - 1
    while at >= 0 and stream.items[at].line == line:
        if stream.items[at].kind == "figure":
            return False
        at -= 1
    return stream.items[index + 1].line == line


def _tail_end(stream: Stream, hit: Hit, after: int) -> int:
    """Where a label ends that goes on behind its known wording: to the end of the word, and
    with a note in brackets in the words behind it."""
    end = hit.end
    index = stream.item_at(end - 1)
    if end < stream.end(index) <= after and not _has_digit(stream.folded[end : stream.end(index)]):
        end = stream.end(index)
    elif end < stream.end(index):
        return end
    longest = end
    for following in range(index + 1, min(index + 1 + WRAPS, len(stream.items))):
        item = stream.items[following]
        if item.kind != "word" or stream.end(following) > after or _is_ordinal(item.text):
            break
        if item.text.startswith(_BRACKETS) and end == stream.starts[following]:
            longest = end = stream.end(following)
            if not item.text.endswith(("）", ")")):
                continue
        elif "（" in raw_text(stream, (hit.start, longest)) and not _closed(stream, hit, longest):
            longest = end = stream.end(following)
        else:
            break
    return longest


def _is_ordinal(text: str) -> bool:
    """Whether an ordinal stands in front of `text`, or is all of it."""
    return bool(split_ordinal(text)[0]) or set(fold(text)) <= _NUMERALS


def _closed(stream: Stream, hit: Hit, end: int) -> bool:
    text = raw_text(stream, (hit.start, end)).replace("(", "（").replace(")", "）")
    return text.count("（") <= text.count("）")


def find_damaged(
    stream: Stream, found: Found, span: Span, registry: Labels, leaves: frozenset[str]
) -> list[Row]:
    """Rows for labels that are only like the form's, in the words that no row of `found`
    covers within `span`. Keys that `found` has are not looked for again."""
    keys = {row.key for row in found.rows}
    walls = sorted((row.start, row.end) for row in found.rows)
    edges = [span[0], *(edge for wall in walls for edge in wall), span[1]]
    rows: list[Row] = []
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        near = range(stream.item_at(low), stream.item_at(high - 1) + 1) if low < high else ()
        words = [
            i
            for i in near
            if stream.items[i].kind == "word"
            and not _is_sign(stream, i)
            and low <= stream.starts[i]
            and stream.end(i) <= high
        ]
        at = 0
        while at < len(words):
            row, used = _damaged_at(stream, words[at:], registry, keys)
            if row is not None:
                row.leaf = row.key in leaves
                keys.add(row.key)
                rows.append(row)
            at += used
    return rows


def _damaged_at(
    stream: Stream, words: Sequence[int], registry: Labels, keys: set[str]
) -> tuple[Row | None, int]:
    best: tuple[float, int, str] | None = None
    for size in range(1, min(WRAPS, len(words)) + 1):
        if size > 1 and split_ordinal(stream.items[words[size - 1]].text)[0]:
            break
        span = (stream.starts[words[0]], stream.end(words[size - 1]))
        if span[1] - span[0] > LONGEST:
            break
        match = registry.match(raw_text(stream, span))
        if match is None or match.key in keys or match.likeness < LIKE_ENOUGH:
            continue
        if match.key.startswith("#") and not match.key.startswith("#group."):
            continue
        if best is None or match.likeness > best[0]:
            best = (match.likeness, size, match.key)
    if best is None:
        return None, 1
    span = (stream.starts[words[0]], stream.end(words[best[1] - 1]))
    return Row(*span, best[2], leaf=True), best[1]


def mark_fused(stream: Stream, rows: Sequence[Row]) -> None:
    """Note the words with digits between rows on the row above, where they stand on a line
    with its label, its figures or the next label: they are figures that run together. Behind
    the last row only what touches its label or its figures counts."""
    for row, below in zip(rows, [*rows[1:], None], strict=True):
        first = stream.item_at(row.end - 1)
        if below is not None:
            span, last = (row.end, below.start), stream.item_at(below.start)
        else:
            last = _next_word(stream, first)
            same = stream.items[last].line == stream.items[first].line
            digit = stream.folded[stream.starts[last] : stream.end(last)][:1].isdecimal()
            end = stream.end(last if same and digit else first)
            span = (row.end, min(end, row.end + LONGEST))
        near = {stream.items[first].line, stream.items[last].line}
        near |= {item.line for item in stream.items[first : last + 1] if item.kind == "figure"}
        for index, begin, end in pieces(stream, span):
            text = stream.items[index].text[begin:end]
            if stream.items[index].line in near and _has_digit(text):
                row.fused.append((index, begin, end))
    for row in rows:
        words = split_ordinal(raw_text(stream, (row.start, row.end)))[1]
        row.doubt = row.doubt or (row.leaf and _has_digit(words))


def _next_word(stream: Stream, index: int) -> int:
    """The next item that is a word, or `index` itself where there is none."""
    for following in range(index + 1, len(stream.items)):
        if stream.items[following].kind == "word":
            return following
    return index


def _has_digit(text: str) -> bool:
    return any(c in "0123456789" for c in fold(text))


def unknown_rows(stream: Stream, runs: Iterable[Run], rows: Sequence[Row]) -> list[Row]:
    """A row for each run whose label, on its line, is none of the form's."""
    covered = {i for row in rows for i, _, _ in pieces(stream, (row.start, row.end))}
    found: list[Row] = []
    for run in runs:
        line = stream.items[run.items[0]].line
        at = run.items[0]
        while at and _is_free_word(stream, at - 1, line, covered):
            at -= 1
        words = range(at, run.items[0])
        span = (stream.starts[words[0]], stream.end(words[-1])) if words else (0, 0)
        if any(c.isalpha() for c in stream.folded[span[0] : span[1]]):
            found.append(Row(*span, "", leaf=True))
    return found


def _is_free_word(stream: Stream, index: int, line: int, covered: set[int]) -> bool:
    item = stream.items[index]
    return item.kind == "word" and item.line == line and index not in covered
