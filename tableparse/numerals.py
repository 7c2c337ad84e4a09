"""Numbers as prose writes them, to int: 3,119 · 一百零五 · 两千 · 十二 · 1万2千 is none."""

from __future__ import annotations

import re

DIGITS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "○": 0}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[〇○零一二两三四五六七八九十百千万]+)"
"""Regular expression of a number in prose, widths folded."""
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_ORDER = re.compile(
    r"(?:[一二两三四五六七八九]千)?(?:零?[一二两三四五六七八九]百)?"
    r"(?:零?[一二两三四五六七八九]?十)?(?:零?[一二三四五六七八九]|两)?"
)


def text_to_number(text: str) -> int | None:
    """The whole number that a text says; None for what is none (`二三`, `1.5`, `003`)."""
    if _PLAIN.fullmatch(text):
        padded = len(text) > 1 and text[0] == "0"
        return None if padded else int(text.replace(",", ""))
    if not text or set(text) - {*DIGITS, *UNITS, "万"}:
        return None
    return _below_10k(text) if "万" not in text else _with_10k(*text.rpartition("万"))


def _with_10k(high: str, _sign: str, low: str) -> int | None:
    left = _below_10k(high)
    right = _below_10k(low.removeprefix("零")) if low else 0
    if not left or right is None or "万" in high:
        return None
    return left * 10_000 + right


def _below_10k(text: str) -> int | None:
    if text in ("零", "〇", "○"):
        return 0
    if not text or not _ORDER.fullmatch(text):
        # 二〇 or 一二 name digits, not a number of things
        return None
    total, digit = 0, 0
    for char in text:
        if char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            digit = DIGITS[char]
    return total + digit
