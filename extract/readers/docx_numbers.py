"""Automatic numbers of a DOCX's paragraphs (word/numbering.xml), which stand in no text: 一、
before a heading, 1. before a label. Formats that are not known here give no number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.readers.docx_text import Element, attribute, child, name, setting

LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_CHINESE = frozenset(
    {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand"}
)
Place = tuple[str, int]
"""(numId, level) of a paragraph."""


@dataclass(slots=True)
class Level:
    """How a level of a list is numbered: where it starts, its format, its text with %1 ... %9."""

    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class Numbers:
    """The lists of a document and where each has come to."""

    lists: dict[str, str] = field(default_factory=dict)
    """The list that each numId stands for."""
    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    restarts: dict[Place, int] = field(default_factory=dict)
    styles: dict[str, Place] = field(default_factory=dict)
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def next_label(self, properties: Element | None) -> str | None:
        """The number printed before the paragraph with these w:pPr: "" for none, None where it
        is not known how it looks. Every paragraph has to be given, in order."""
        place = self._place(properties)
        if place is None:
            return ""
        key, level = place
        owner = self.lists.get(key)
        stated = self.levels.get((owner, level)) if owner is not None else None
        if owner is None or stated is None:
            return None
        restart = self.restarts.pop(place, None)
        at = self._counts.get((owner, level), stated.start - 1) + 1
        self._counts[owner, level] = at if restart is None else restart
        for deeper in range(level + 1, LEVELS):
            self._counts.pop((owner, deeper), None)
        return self._label(owner, stated)

    def _place(self, properties: Element | None) -> Place | None:
        own = None if properties is None else child(properties, "w:numPr")
        styled = self.styles.get(setting(properties, "w:pStyle") or "")
        if own is None:
            return styled
        key = setting(own, "w:numId") or (styled[0] if styled else "0")
        level = setting(own, "w:ilvl") or (str(styled[1]) if styled else "0")
        known = key != "0" and re.fullmatch("[0-8]", level)
        return (key, int(level)) if known else None

    def _label(self, owner: str, stated: Level) -> str | None:
        label = stated.text
        for digit in set(re.findall(r"%([1-9])", label)):
            level = self.levels.get((owner, int(digit) - 1), Level())
            count = self._counts.get((owner, int(digit) - 1), level.start)
            shown = count_to_text(count, level.form)
            if shown is None:
                return None
            label = label.replace(f"%{digit}", shown)
        return None if stated.form == "bullet" else label


def count_to_text(count: int, form: str) -> str | None:
    """A number in a format of ECMA-376 part 1, 17.18.59; None for those not known here."""
    if form == "decimal":
        return str(count)
    if form == "decimalFullWidth":
        return str(count).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if form == "decimalEnclosedCircle" and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    if form in ("lowerLetter", "upperLetter") and 1 <= count <= 26:
        return chr(ord("a" if form == "lowerLetter" else "A") + count - 1)
    if form in _CHINESE and 1 <= count <= 99:
        tens, ones = divmod(count, 10)
        before = (_DIGITS[tens] if tens > 1 else "") + "十" if tens else ""
        return before + (_DIGITS[ones] if ones else "")
    return "" if form == "none" else None


def parts_to_numbers(numbering: Element, styles: Element | None) -> Numbers:
    """The lists of word/numbering.xml, and the styles of word/styles.xml that are numbered."""
    found = Numbers()
    for part in numbering:
        if name(part) == "w:abstractNum":
            owner = attribute(part, "abstractNumId") or ""
            for level in part:
                _add_level(found, owner, level)
        elif name(part) == "w:num":
            _add_list(found, part)
    if styles is not None:
        _add_styles(found, styles)
    return found


def _add_level(found: Numbers, owner: str, level: Element) -> None:
    if name(level) != "w:lvl":
        return
    start = setting(level, "w:start") or "1"
    found.levels[owner, _to_int(attribute(level, "ilvl"))] = Level(
        _to_int(start), setting(level, "w:numFmt") or "decimal", setting(level, "w:lvlText") or ""
    )


def _add_list(found: Numbers, part: Element) -> None:
    key = attribute(part, "numId") or ""
    found.lists[key] = setting(part, "w:abstractNumId") or ""
    for change in part:
        if name(change) != "w:lvlOverride":
            continue
        at = _to_int(attribute(change, "ilvl"))
        again = setting(change, "w:startOverride")
        if again is not None:
            found.restarts[key, at] = _to_int(again)
        if child(change, "w:lvl") is not None:
            del found.lists[key]  # a list that looks otherwise under this number: not known
            return


def _add_styles(found: Numbers, styles: Element) -> None:
    bases: dict[str, str | None] = {}
    own: dict[str, Place] = {}
    for style in styles:
        key = attribute(style, "styleId")
        if name(style) != "w:style" or key is None:
            continue
        bases[key] = setting(style, "w:basedOn")
        paragraph = child(style, "w:pPr")
        numbered = None if paragraph is None else child(paragraph, "w:numPr")
        if numbered is not None:
            level = _to_int(setting(numbered, "w:ilvl") or "0")
            own[key] = (setting(numbered, "w:numId") or "0", level)
    for key in bases:
        at: str | None = key
        for _ in range(len(bases)):
            if at is None or at in own:
                break
            at = bases.get(at)
        if at in own and own[at][0] != "0":
            found.styles[key] = own[at]


def _to_int(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else 0
