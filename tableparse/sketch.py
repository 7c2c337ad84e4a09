"""How much of one text stands in another, told from small sketches of both.

A sketch is the smallest hashes of a text's shingles (runs of WIDTH characters, figures and stops
left out): what two sketches share tells how much the texts share, whatever their order, and
reports by the thousand are compared without their texts.
"""

from __future__ import annotations

import heapq
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

WIDTH = 8
"""Characters of a shingle: longer than words and set phrases, shorter than a sentence."""
SIZE = 128
"""Hashes of a sketch: the likeness is told to within about 0.04."""
KEYS = 16
"""Hashes by which texts that may be alike are found among many."""
COMMON = 64
"""Texts with one hash from which it is a set phrase and leads to no one."""
_LEFT_OUT = re.compile(
    r"[\W\d_]+|[〇零一二三四五六七八九十百千万]+(?=[件条次个份项期篇场起宗部人年月日])"
)

Sketch = tuple[int, ...]


def text_to_sketch(text: str) -> Sketch:
    """The sketch of a text; texts that are too short to be compared have an empty one."""
    plain = _LEFT_OUT.sub("", text)
    data = plain.encode("utf-32-le")
    step = 4 * WIDTH
    hashes = {zlib.crc32(data[i : i + step]) for i in range(0, len(data) - step + 1, 4)}
    return tuple(heapq.nsmallest(SIZE, hashes)) if len(hashes) >= WIDTH else ()


def sketches_to_likeness(left: Sketch, right: Sketch) -> float:
    """The share of all shingles of two texts that both have, 0 to 1."""
    if not left or not right:
        return 0.0
    union = heapq.nsmallest(SIZE, {*left, *right})
    both = {*left} & {*right}
    return sum(h in both for h in union) / len(union)


def sketches_to_pairs(sketches: Mapping[int, Sketch]) -> Iterator[tuple[int, int]]:
    """Pairs of texts, by their numbers, that may be much alike: they share most of their
    smallest hashes. Cheap among many: only texts with a hash in common meet."""
    holders: dict[int, list[int]] = {}
    for number, sketch in sketches.items():
        for key in sketch[:KEYS]:
            holders.setdefault(key, []).append(number)
    met = Counter(pair for group in _groups(holders.values()) for pair in combinations(group, 2))
    yield from (pair for pair, times in sorted(met.items()) if times >= KEYS // 2)


def _groups(groups: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
    return (group for group in groups if 1 < len(group) <= COMMON)
