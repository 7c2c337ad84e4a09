"""Glyphs of a PDF page as drawn to the characters that a reader of the page sees."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from extract.readers.pdf_paths import PAPER, lightness
from extract.readers.turns import QUARTERS, Turn
from tableparse.model import Box, Char

ASCENT, DESCENT = 0.88, 0.12
"""Share of the font size above and below the baseline: the em box of Chinese fonts."""
PALE = 0.5
"""Lightness from which large text is a watermark."""
LARGE = 1.8
"""Times the page's usual font size from which pale text is a watermark."""
INVISIBLE = 3
"""Text that is neither filled nor stroked: the text layer under a scan."""
UNKNOWN = "\ufffd"


class Text(NamedTuple):
    """Visible characters; how many of them no map explains; how many are out of sight."""

    chars: tuple[Char, ...]
    unreadable: int
    hidden: int


def trace_to_chars(
    trace: list[dict[str, Any]],
    turn: Turn,
    covers: tuple[tuple[int, Box], ...],
    fills: tuple[Box, ...],
) -> Text:
    """PyMuPDF's `get_texttrace` spans to characters, in the order of drawing."""
    usual = _usual_size(trace)
    first = trace[0]["seqno"] if trace else 0
    late = [cover for cover in covers if cover[0] > first]
    chars: list[Char] = []
    unreadable = hidden = 0
    for run, span in enumerate(trace):
        found = _span_to_chars(span, run, turn)
        if not _seen(span, found, usual, fills):
            hidden += len(found)
            continue
        if late:
            seqno = span["seqno"]
            over = [box for number, box in late if number > seqno]
            if over:
                kept = [c for c in found if not any(_inside(c, box) for box in over)]
                hidden += len(found) - len(kept)
                found = kept
        unreadable += sum(c.text == UNKNOWN for c in found)
        chars += found
    visible = tuple(
        c for c in chars if -1 <= (c.x0 + c.x1) / 2 <= turn.width + 1 and -1 <= c.bottom
        and c.top <= turn.height + 1
    )
    return Text(visible, unreadable, hidden + len(chars) - len(visible))


def _usual_size(trace: list[dict[str, Any]]) -> float:
    sizes: Counter[float] = Counter()
    for span in trace:
        sizes[round(span["size"])] += len(span["chars"])
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _seen(span: dict[str, Any], found: list[Char], usual: float, fills: tuple[Box, ...]) -> bool:
    """Whether a reader of the page sees the run as text of the page."""
    if span["type"] == INVISIBLE or not found:
        return False
    dx, dy = span["dir"]
    if (round(dx, 2), round(dy, 2)) not in QUARTERS:
        return False
    light = 1 - (1 - lightness(span["color"])) * span["opacity"]
    if light > PALE and span["size"] > LARGE * usual:
        return False
    if light > PAPER:
        return any(_inside(found[0], box) for box in fills)
    return light <= PAPER


def _inside(char: Char, box: Box) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _code_to_text(code: int) -> str:
    if code < 32 or 0xD800 <= code <= 0xF8FF or code == 0xFFFD or code >= 0xF0000:
        return UNKNOWN
    return chr(code)


def _span_to_chars(span: dict[str, Any], run: int, turn: Turn) -> list[Char]:
    size = span["size"]
    above, below = ASCENT * size, DESCENT * size
    level = not turn.degrees and not span["wmode"]
    found: list[Char] = []
    for code, _, (ox, oy), box in span["chars"]:
        text = chr(code) if 32 <= code < 0xD800 else _code_to_text(code)
        if level:
            found.append(Char(text, ox, oy - above, box[2], oy + below, size, run))
            continue
        x0, top, x1, bottom = turn.box(box)
        if span["wmode"]:
            middle = (top + bottom) / 2
            found.append(Char(text, x0, middle - size / 2, x1, middle + size / 2, size, run))
        else:
            y = turn.point(ox, oy)[1]
            found.append(Char(text, x0, y - above, x1, y + below, size, run))
    return found
