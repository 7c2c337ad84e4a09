"""Text that a clip path hides: MuPDF's text trace does not tell of it, its text page does.

A spreadsheet prints what overflows a cell and clips it away; a figure with such digits would
be wrong though every character is in the file.
"""

from __future__ import annotations

from typing import Any

import pymupdf

NEAR = 1
"""Whole points by which the two readings may place a glyph apart."""
DIGITS = "0123456789"


def without_clipped(page: Any, trace: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The spans of `get_texttrace` without the glyphs that no text page shows through its
    clips. Costs a second pass over the text of a page with digits, and a third where the
    digits of the two do not tally."""
    digits = sum(48 <= glyph[0] <= 57 for span in trace for glyph in span["chars"])
    if not digits:
        return trace
    textpage = page.get_textpage(flags=pymupdf.TEXT_CLIP)
    shown = textpage.extractText()
    if sum(map(shown.count, DIGITS)) >= digits:
        return trace
    seen = {
        (char["c"], round(char["origin"][0]), round(char["origin"][1]))
        for block in textpage.extractRAWDICT()["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
        for char in span["chars"]
    }
    paper = page.rect
    return [
        {**span, "chars": [g for g in span["chars"] if g[2] not in paper or _is_seen(g, seen)]}
        for span in trace
    ]


def _is_seen(glyph: Any, seen: set[tuple[str, int, int]]) -> bool:
    """Whether a text page has the digit where the trace draws it; other glyphs are let be:
    text pages compose and drop some of them."""
    if not 48 <= glyph[0] <= 57:
        return True
    text, (x, y) = chr(glyph[0]), glyph[2]
    steps = range(-NEAR, NEAR + 1)
    return any((text, round(x) + dx, round(y) + dy) in seen for dx in steps for dy in steps)
