"""Words of a header that a converter has scattered over lines, found again: all or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice, pairwise
from typing import NamedTuple

from extract.readers.text_labels import Hit, Span, Stream, hits_between, raw_text
from tableparse.formdata import edition
from tableparse.labels import Labels, applicant_columns, fold, review_blocks, review_columns

HEADER_LINES = 60
"""Lines above a table's first row in which its header is looked for."""
REVIEW_WORDS = 3 * 5 + 3 + 4
"""Words of the header of a review table: outcomes, blocks, and some of 行政诉讼."""


class Header(NamedTuple):
    """The header's words as they are to stand in the table, by column key in the form's
    order, and the spans of text that they were found in."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]


def find_applicant_header(
    stream: Stream, hits: Sequence[Hit], floor: int, first: int
) -> Header | None:
    """The header of an applicant matrix whose first row starts at offset `first`, in the text
    from `floor` on; None unless all seven words are there, in the form's order.

    Only 总计 may stand out of order in a text without tabs: it is printed beside the line
    above the five words in the middle.
    """
    columns = applicant_columns()
    own = [h for h in hits_between(hits, floor, first) if h.label in columns.exact]
    names: dict[str, Hit] = {}
    for hit in reversed(own):
        names.setdefault(columns.exact[hit.label], hit)
    wanted = [column.key for column in edition("2021").applicants]
    if all(key in names for key in wanted):
        if not _in_order(stream, [names[key] for key in wanted]):
            return None
        start = min(names[key].start for key in wanted)
        heads = [h for h in own if columns.exact[h.label] == "#head" or h.start >= start]
        words = tuple(raw_text(stream, (names[key].start, names[key].end)) for key in wanted)
        return Header(words, tuple((h.start, h.end) for h in heads))
    span = (_vocabulary_start(stream, floor, first, columns), first)
    words = tuple(column.label for column in edition("2021").applicants)
    others = [label for label, key in columns.exact.items() if key == "#head"]
    text = stream.folded[slice(*span)]
    if same_characters(text, words, others) and begin_in_order(text, words[:-1], others):
        return Header(words, (span,))
    return None


def _in_order(stream: Stream, hits: Sequence[Hit]) -> bool:
    items = [stream.items[stream.item_at(hit.start)] for hit in hits]
    if all(item.tabbed for item in items):
        slots = [item.slot for item in items]
        return all(a < b for a, b in pairwise(slots))
    starts = [hit.start for hit in hits[:-1]]
    return starts == sorted(starts)


def _vocabulary_start(stream: Stream, floor: int, first: int, labels: Labels) -> int:
    """Where the lines above `first` begin that hold characters of `labels` and no figures."""
    known = frozenset("".join(labels.exact))
    start = first
    index = stream.item_at(first) - 1
    while index >= 0 and stream.starts[index] >= floor:
        line = stream.items[index].line
        low = index
        while low and stream.items[low - 1].line == line and stream.starts[low] >= floor:
            low -= 1
        text = stream.folded[stream.starts[low] : stream.end(index)]
        if stream.starts[low] < floor or not set(text) <= known:
            break
        start = stream.starts[low]
        index = low - 1
    return start


def same_characters(text: str, words: Iterable[str], others: Iterable[str] = ()) -> bool:
    """Whether `text` has the characters of all `words`, each as often as they need it, and
    besides only those of some of the `others` (folded), each at most once."""
    rest = Counter(text)
    rest.subtract(Counter("".join(fold(word) for word in words)))
    if any(count < 0 for count in rest.values()):
        return False
    for other in sorted(others, key=len, reverse=True):
        need = Counter(other)
        if all(rest[c] >= n for c, n in need.items()):
            rest.subtract(need)
    return not any(rest.values())


def begin_in_order(text: str, words: Sequence[str], others: Iterable[str] = ()) -> bool:
    """Whether scattered words begin in their own order: each is known by the characters that
    no other word has, or, lacking such, by the last place of its first character."""
    folded = [fold(word) for word in words]
    places: list[int] = []
    for word in folded:
        rest = {c for other in (*folded, *others) if other != word for c in other}
        own = [text.find(c) for c in word if c not in rest]
        places.append(min(own) if own else text.rfind(word[0]))
    return all(a < b for a, b in pairwise([-1, *places]))


@cache
def _review_words() -> tuple[str, ...]:
    form = edition("2021")
    return (*(block.label for block in form.blocks), *[c.label for c in form.outcomes] * 3)


@cache
def _review_vocabulary() -> Labels:
    registries = (review_blocks(), review_columns())
    return Labels([(label, key) for r in registries for label, key in r.exact.items()])


def find_review_headers(stream: Stream, hits: Sequence[Hit]) -> list[Span]:
    """Spans of text that hold the whole header of a review table: three blocks, and the five
    outcomes three times, in the form's order or scattered over lines of their own."""
    labels = _review_vocabulary()
    own = [h for h in hits if h.label in labels.exact]
    first = edition("2021").blocks[0].key
    whole: list[Span] = []
    for place, hit in enumerate(own):
        if labels.exact[hit.label] == first:
            end = _ordered_end(islice(own, place, place + REVIEW_WORDS))
            if end is not None:
                whole.append((hit.start, end))
    return whole + [s for s in _scattered_headers(stream) if not any(_meet(s, w) for w in whole)]


def _meet(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _ordered_end(hits: Iterable[Hit]) -> int | None:
    """Where the header ends that starts with the first of `hits`, None if it is not whole."""
    form = edition("2021")
    blocks, columns = review_blocks(), review_columns()
    named: list[str] = []
    outcomes: list[str] = []
    for hit in hits:
        block = blocks.exact.get(hit.label, "#")
        if hit.label in columns.exact:
            outcomes.append(columns.exact[hit.label])
        elif not block.startswith("#"):
            named.append(block)
        if len(outcomes) == 3 * len(form.outcomes):
            in_order = named == [b.key for b in form.blocks]
            return hit.end if in_order and outcomes == [c.key for c in form.outcomes] * 3 else None
    return None


def _scattered_headers(stream: Stream) -> list[Span]:
    labels = _review_vocabulary()
    known = frozenset("".join(labels.exact))
    others = [label for label, key in labels.exact.items() if key == "#head"]
    spans: list[Span] = []
    start = end = 0
    for index, item in enumerate(stream.items):
        text = stream.folded[stream.starts[index] : stream.end(index)]
        if item.kind == "word" and set(text) <= known:
            end = stream.end(index)
            continue
        if item.kind != "blank":
            text = stream.folded[start:end]
            if text and same_characters(text, _review_words(), others) and _review_order(text):
                spans.append((start, end))
            start = end = stream.end(index)
    return spans


def _review_order(text: str) -> bool:
    """Whether the words of a scattered review header come in the form's order, as far as the
    characters show that only one of them has."""
    pairs = (["维", "纠"], ["其", "尚"])
    in_turn = all([c for c in text if c in pair] == pair * 3 for pair in pairs)
    return in_turn and text.find("未经") < text.rfind("后")
