"""A cell's text to a figure: the number printed, or null with the reason.

Nothing is repaired: what does not read as exactly one number is null. Blanks and marks
("/", "-", "无") are null without doubt. Number words beside the number (units, notes in
brackets) are kept as the value's note. Codes of doubt: `value.unreadable` (no single number),
`value.unit` (printed in a unit that is not the column's).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tableparse.formdata import read_data
from tableparse.labels import repair_glyphs
from tableparse.model import Cell, Value, new_value

_NUMBER = r"(?:[1-9]\d{0,2}(?:[,，]\d{3})+|0|[1-9]\d*)(?:\.\d+)?"
"""No zero in front: that is two cells run together, or no figure at all."""
_PLAIN = re.compile(rf"[+-]?{_NUMBER}")
_NOTE = re.compile(r"[(（][^()（）]*[)）]$")
_FIGURE = re.compile(
    r"(?:[+-]|[增减][加少]?|新增)?\d[\d,.]*(?:[件宗个项条份起次人家部]|人次|[万亿]?元|[万亿])?(?:[(].*)?"
)
LONGEST = 15
"""Digits of the longest number taken for a figure: JSON readers hold no more exactly."""
_SIMPLE = re.compile(rf"0|[1-9][0-9]{{0,{LONGEST - 1}}}")
_SMALL = {str(number): number for number in range(1000)}
"""Nearly every figure."""
AS_PRINTED = frozenset({"procurement.amount"})
"""Figures whose printed unit stays with them, for the form itself does not fix it."""
MONEY = frozenset({"fees.amount_10k_yuan"})
"""Figures in money, whose unit the form fixes: another unit makes them doubtful."""


@cache
def _marks() -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFKC", mark) for mark in read_data("values")["marks"])


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = read_data("values")
    rises = "|".join(sorted(data["rises"], key=len, reverse=True))
    falls = "|".join(sorted(data["falls"], key=len, reverse=True))
    return re.compile(rf"^(?:{rises})(?=\d)"), re.compile(rf"^(?:{falls})(?=\d)")


@cache
def _units(path: str) -> tuple[str, ...]:
    data = read_data("values")
    own = data["units_of"].get(path)
    return tuple(own if own is not None else data["units"])


def is_mark(text: str) -> bool:
    """Whether a cell's text says "nothing to report" in place of a number."""
    return "".join(unicodedata.normalize("NFKC", text).split()) in _marks()


def looks_numeric(text: str) -> bool:
    """Whether a cell's text is a figure, a mark or blank: no label (`2.重复申请` is one)."""
    if text.isdecimal():
        return True
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return not plain or plain in _marks() or _FIGURE.fullmatch(plain) is not None


def text_to_number(text: str) -> int | float | None:
    """The number that `text` is, digits of any width; None where it is not one number, or has
    more digits than JSON readers hold exactly."""
    if _has_raised_digits(text):
        return None
    plain = unicodedata.normalize("NFKC", repair_glyphs(text)).replace("−", "-")
    rises, falls = _signs()
    plain = falls.sub("-", rises.sub("+", plain))
    if not _PLAIN.fullmatch(plain):
        return None
    bare = plain.replace(",", "")
    if sum(map(str.isdecimal, bare)) > LONGEST:
        return None
    return float(bare) if "." in bare else int(bare)


def _has_raised_digits(text: str) -> bool:
    """Whether a footnote's mark (①, ²) is in the text: NFKC would make it a digit of the
    number before it."""
    if text.isascii():
        return False
    odd = (unicodedata.normalize("NFKC", c) for c in text if not c.isdecimal())
    return any(c.isdecimal() for plain in odd for c in plain)


def text_to_value(raw: str, path: str = "") -> Value:
    """The figure that a cell prints. `path` is its row and column key, for its unit."""
    shown = raw.strip()
    if _SIMPLE.fullmatch(shown):
        return Value(shown, int(shown))
    if _has_raised_digits(shown):
        return Value(shown, doubt="value.unreadable")
    plain = unicodedata.normalize("NFKC", repair_glyphs(shown)).strip()
    if not plain or "".join(plain.split()) in _marks():
        return Value(shown)
    number = text_to_number(plain)
    if number is not None:
        return Value(shown, number)
    if path in AS_PRINTED:
        return _as_printed(shown, plain)
    note = _NOTE.search(plain)
    body = plain[: note.start()].strip() if note else plain
    number = text_to_number(body)
    if number is not None and note:
        return Value(shown, number, note=note.group())
    for unit in _units(path):
        if body.endswith(unit):
            number = text_to_number(body[: -len(unit)].strip())
            if number is not None:
                return Value(shown, number, note=unit + (note.group() if note else ""))
    money = path in MONEY and body.endswith("元")
    return Value(shown, doubt="value.unit" if money else "value.unreadable")


def _as_printed(shown: str, plain: str) -> Value:
    found = re.fullmatch(rf"({_NUMBER})\s*(亿元|万元|元|万|亿)", plain)
    if not found:
        return Value(shown, doubt="value.unreadable")
    return Value(shown, "".join(plain.split()))


def cell_to_value(cell: Cell, path: str = "") -> Value:
    """The figure of a cell with its place; a doubt about the text takes the number away."""
    _, text, page, box, doubt, place = cell
    small = _SMALL.get(text)
    if small is not None and doubt is None:  # most cells: not made twice
        return new_value((text, small, page, box, None, None, place, None, (), False))
    value = text_to_value(text, path)
    doubt = doubt or value.doubt
    number = None if doubt else value.number
    return Value(value.raw, number, page, box, doubt, value.note, place)
