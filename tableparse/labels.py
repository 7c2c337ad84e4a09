"""Labels as printed to keys of the form: by likeness of their text, never by place or sum.

A label is compared after `fold`: radicals mended, widths and punctuation gone. An exact match
(of the form's wording or a reviewed variant) is tried first; else the likest label wins if it
is like enough and clearly likelier than the next one. All labels of a table compete, groups
and words of the header too, so that a damaged label is never pressed into the nearest row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from tableparse.formdata import RowLabel, editions, read_data

LIKE_ENOUGH = 0.72
"""Least likeness (difflib ratio, 0 to 1) at which a damaged label still names its row: one
character in two wrong already falls below it for labels of four characters."""
CLEAR_LEAD = 0.12
"""Least lead over the second likest label."""
LEAST = 3
"""Characters from which a label may be known by likeness: what is left of 其他法律行政法规禁止公开
must not be taken for 其他."""
WHOLE = 4
"""Characters from which a label found whole inside of a text names its own row."""

_ORDINAL = re.compile(
    r"^\s*(?:[（(﹙]\s*([一二三四五六七八九十]{1,2}|\d{1,2})\s*[)）﹚]"
    r"|([一二三四五六七八九十]{1,2}|\d{1,2})\s*[、.．,，:：。·)）]"
    r"|(\d{1,2})(?=\s*[^\d\s.,，．]))\s*[、.．]?"
)


@cache
def _glyph_table() -> dict[int, str]:
    """Code point to what it stands for, radicals and variants; white space is untouched."""
    data = read_data("glyphs")
    table = {ord(glyph): plain for part in data.values() for glyph, plain in part.items()}
    for block in (range(0x2F00, 0x2FD6), range(0xF900, 0xFB00)):
        for code in block:
            plain = unicodedata.normalize("NFKC", chr(code))
            if plain != chr(code):
                # a radical may stand for a variant: ⼾ is 戶 to Unicode, which is 户
                table.setdefault(code, plain.translate(table))
    return table


@cache
def _odd_glyphs() -> re.Pattern[str]:
    """Any glyph that is to be replaced: few texts have one, and looking is ten times cheaper
    than replacing."""
    return re.compile(f"[{re.escape(''.join(map(chr, _glyph_table())))}]")


def repair_glyphs(text: str) -> str:
    """`text` with radicals and compatibility glyphs replaced by the characters they show.

    Punctuation, widths and white space stay as printed: this is for text to be shown.
    """
    if text.isascii() or _odd_glyphs().search(text) is None:
        return text
    return text.translate(_glyph_table())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """`text` reduced to what labels are compared by: letters, digits and ideographs after
    glyph repair and NFKC, lower case; no white space, no punctuation."""
    plain = unicodedata.normalize("NFKC", repair_glyphs(text))
    return "".join(c for c in plain if c.isalnum()).lower()


@lru_cache(maxsize=2048)
def squeeze(text: str) -> str:
    """`text` without any white space (also ideographic and zero-width), glyphs repaired."""
    return "".join(repair_glyphs(text).split()).replace("\u200b", "").replace("\ufeff", "")


@lru_cache(maxsize=2048)
def split_ordinal(text: str) -> tuple[str, str]:
    """The ordinal in front of a label ("" if none; without its brackets) and the rest."""
    plain = unicodedata.normalize("NFKC", repair_glyphs(text))
    found = _ORDINAL.match(plain)
    if not found:
        return "", text
    return next(part for part in found.groups() if part), plain[found.end() :]


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was recognised as: a key, how like (1.0 is the form's own wording)."""

    key: str
    likeness: float


class Labels:
    """The labels that compete for one place: folded text to key. Entries under a key that
    starts with "#" are words to be recognised and passed over."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self.exact: dict[str, str] = {}
        for label, key in entries:
            self.exact.setdefault(fold(label), key)
        self._long = tuple(label for label in self.exact if len(label) >= WHOLE)
        self.match: Callable[[str], Match | None] = lru_cache(maxsize=4096)(self._find)
        """The label that a text is, or None where none is like enough or two are equally
        like. The ordinal in front is no part of the comparison."""

    def _find(self, text: str) -> Match | None:
        folded = fold(split_ordinal(text)[1])
        key = self.exact.get(folded) or self.exact.get(fold(text))
        return Match(key, 1.0) if key else self._likest(folded)

    def _likest(self, folded: str) -> Match | None:
        if len(folded) < 2:
            return None
        matcher = SequenceMatcher(autojunk=False, b=folded)
        best: dict[str, float] = {}
        for label, key in self.exact.items():
            if len(label) < LEAST:
                continue
            matcher.set_seq1(label)
            if matcher.real_quick_ratio() < LIKE_ENOUGH - CLEAR_LEAD:
                continue
            best[key] = max(best.get(key, 0.0), matcher.ratio())
        ranked = sorted(best.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < LIKE_ENOUGH:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEAR_LEAD:
            return None
        if any(label in folded for label in self._long if self.exact[label] != ranked[0][0]):
            return None  # two labels run together: the figures are anybody's
        return Match(*ranked[0])


def _entries(
    items: Iterable[RowLabel], variants: Mapping[str, list[str]], prefix: str = ""
) -> list[tuple[str, str]]:
    found = [(item.label, prefix + item.key) for item in items]
    for item in items:
        found += [(text, prefix + item.key) for text in variants.get(item.key, ())]
    return found


@cache
def section_headings() -> tuple[str, ...]:
    """The headings of the form's six sections without their numbers, folded."""
    return tuple(map(fold, read_data("variants")["ignored"]["headings"]))


@cache
def applicant_rows() -> Labels:
    """Rows of the applicant matrix; groups as "#group.<key>", subtotals as "#subtotal"."""
    data = read_data("variants")
    entries: list[tuple[str, str]] = []
    for form in reversed(editions()):
        entries += _entries(form.rows, {})
    entries += _entries(editions()[-1].groups, {}, "#group.")
    for form in editions():
        entries += _entries(form.rows, data["applications"]["rows"])
    entries += [(text, "#subtotal") for text in data["ignored"]["subtotal"]]
    return Labels(entries)


@cache
def applicant_columns() -> Labels:
    """Columns of the applicant matrix; words that stand above them as "#head"."""
    data = read_data("variants")
    entries = _entries(editions()[-1].applicants, data["applications"]["columns"])
    return Labels([*entries, *((text, "#head") for text in data["ignored"]["applications"])])


@cache
def proactive_rows() -> Labels:
    """Rows of the proactive table in either edition; section titles as "#section"."""
    data = read_data("variants")
    entries: list[tuple[str, str]] = []
    for form in editions():
        for section in form.proactive:
            entries += _entries(section.rows, data["proactive"]["rows"])
            entries.append((section.title, "#section"))
    return Labels([*entries, *((text, "#head") for text in data["ignored"]["proactive"])])


@cache
def proactive_columns() -> Labels:
    """Columns of the proactive table in either edition, keyed `<edition>:<column>`.

    The two editions' wordings for decisions differ by 本年 alone, which a report may drop or
    add: they share the key `decisions` without an edition.
    """
    data = read_data("variants")
    entries: list[tuple[str, str]] = []
    for form in editions():
        for section in form.proactive:
            entries += [
                (label, key if key == "decisions" else f"{form.name}:{key}")
                for label, key in _entries(section.columns, data["proactive"]["columns"])
            ]
    return Labels([*entries, *((text, "#head") for text in data["ignored"]["proactive"])])


@cache
def review_blocks() -> Labels:
    """The three blocks of the review table; 行政诉讼 over two of them as "#head"."""
    data = read_data("variants")
    entries = _entries(editions()[-1].blocks, data["review"]["blocks"])
    return Labels([*entries, *((text, "#head") for text in data["ignored"]["review"])])


@cache
def review_columns() -> Labels:
    """The five outcome columns that stand under each block of the review table."""
    return Labels(_entries(editions()[-1].outcomes, read_data("variants")["review"]["columns"]))
