"""A row of plain text to the figures of its cells, only where there is one way to read it.

A converter that writes tables as text drops or adds blank cells, so a row's figures have a
place only if all of them are there (their number is the table's) or if the tabs that were
kept leave one place. All else is None: the caller says that the row is doubtful.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tableparse.values import is_mark, text_to_value

_DIGITS = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
"""What is a figure for the row's sake, though it may not be one number."""
_PADDED = re.compile(r"[+-]?0\d")
"""A number with a zero in front is the figures of two cells run together."""
MARK = 8
"""Characters (spaces too) that a mark has at most: what is longer need not be looked up."""
_COLUMNS_IN_MONEY = ("procurement.amount", "fees.amount_10k_yuan")


def is_figure(text: str) -> bool:
    """Whether `text` is a number (with its unit or note) or a mark, and nothing beside it."""
    if not text or text.isspace():
        return False
    if not any(c.isdigit() for c in text):
        return len(text) <= MARK and is_mark(text)
    plain = unicodedata.normalize("NFKC", text)
    if _DIGITS.fullmatch(plain) or text_to_value(text).number is not None:
        return True
    return any(text_to_value(text, path).number is not None for path in _COLUMNS_IN_MONEY)


def is_padded(text: str) -> bool:
    """Whether `text` is a number with a zero in front of its first digit."""
    return bool(_PADDED.match(unicodedata.normalize("NFKC", text)))


def slots_to_window(slots: Sequence[str], count: int) -> int | None:
    """Where in the cells of a tabbed row its `count` figures start, or None where that is not
    certain.

    `slots` are the texts of the cells behind the label, blanks as "". A start is certain if
    it is the only one that has all figures in `count` successive cells, or if all cells are
    blank.
    """
    filled = [i for i, text in enumerate(slots) if text]
    if len(slots) < count:
        return None
    if not filled:
        return 0
    if any(is_padded(slots[i]) for i in filled):
        return None
    lowest, highest = max(0, filled[-1] - count + 1), min(filled[0], len(slots) - count)
    return lowest if lowest == highest else None


def tokens_to_figures(tokens: Sequence[str], count: int) -> tuple[str, ...] | None:
    """The figures of a row printed without tabs: its tokens (blanks that were kept as "") if
    they are exactly `count`, unbroken and no two of them run together, else None."""
    filled = [i for i, text in enumerate(tokens) if text]
    if len(filled) != count or filled[-1] - filled[0] + 1 != count:
        return None
    found = tuple(tokens[filled[0] : filled[-1] + 1])
    return None if any(is_padded(token) for token in found) else found
