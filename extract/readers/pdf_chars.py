"""Glyphs of a PDF page as drawn to the characters that a reader of the page sees."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from extract.readers.pdf_paths import PAPER, Area, lightness
from extract.readers.turns import Turn, direction_to_turn
from tableparse.model import Box, Char

ASCENT, DESCENT = 0.88, 0.12
"""Share of the font size above and below the baseline: the em box of Chinese fonts."""
PALE = 0.5
"""Lightness from which large text is a watermark."""
LARGE = 1.8
"""Times the page's usual font size from which pale text is a watermark."""
INK = 0.07
"""Lightness up to which text is lost on an area as dark."""
LEGIBLE = 1.0
"""Points of font size from which text is legible."""
OPAQUE = 0.05
"""Opacity below which text shows on no ground, be it as dark as it may."""
INVISIBLE = 3
"""Text that is neither filled nor stroked: the text layer under a scan."""
UNKNOWN = "\ufffd"


class Text(NamedTuple):
    """Visible characters; how many of them no map explains; how many are out of sight, and
    how many of these because something drawn later covers them, or because they stand, black,
    on a dark area."""

    chars: tuple[Char, ...]
    unreadable: int
    hidden: int
    covered: int
    drowned: int


def trace_to_chars(
    trace: list[dict[str, Any]],
    turn: Turn,
    areas: tuple[Area, ...],
) -> Text:
    """PyMuPDF's `get_texttrace` spans to characters, in the order of drawing."""
    usual = _usual_size(trace)
    late = _Covers(areas, trace[0]["seqno"] if trace else 0)
    ink = any(area.light <= INK for area in areas)
    chars: list[Char] = []
    unreadable = hidden = covered = drowned = 0
    for run, span in enumerate(trace):
        found, unknown = _span_to_chars(span, run, turn)
        if not _seen(span, usual):
            hidden += len(found)
            continue
        light = _shade(span)
        if light > PAPER or (ink and light <= INK):
            kept = [c for c in found if _stands_out(light, c, span["seqno"], areas)]
            hidden += len(found) - len(kept)
            drowned += len(found) - len(kept) if light <= INK else 0
            found = kept
        if late.boxes and found:
            kept = late.uncovered(found, span["seqno"])
            covered += len(found) - len(kept)
            found = kept
        if not _on_page(span["bbox"], turn):
            kept = [c for c in found if _is_on_page(c, turn)]
            hidden += len(found) - len(kept)
            found = kept
        if unknown:
            unreadable += sum(c.text == UNKNOWN for c in found)
        chars += found
    return Text(tuple(chars), unreadable, hidden + covered, covered, drowned)


class _Covers:
    """Opaque areas drawn after the first text: what they lie over is out of sight."""

    BAND = 40.0

    def __init__(self, areas: tuple[Area, ...], first: int) -> None:
        self.boxes = [(a.order, a.box) for a in areas if a.opaque and a.order > first]
        self.bands: dict[int, list[tuple[int, Box]]] = {}
        for cover in self.boxes:
            _, top, _, bottom = cover[1]
            for band in range(int(top // self.BAND), int(bottom // self.BAND) + 1):
                self.bands.setdefault(band, []).append(cover)

    def uncovered(self, chars: list[Char], seqno: int) -> list[Char]:
        """The characters of a run that nothing drawn later lies over."""
        if any(c.top != chars[0].top for c in chars):  # some producers draw a page as one run
            return [c for c in chars if not self._over(c, seqno)]
        over = self._beside(chars[0], seqno)
        if not over:
            return chars
        return [c for c in chars if not any(_inside(c, box) for box in over)]

    def _beside(self, char: Char, seqno: int) -> list[Box]:
        middle = (char.top + char.bottom) / 2
        band = self.bands.get(int(middle // self.BAND), ())
        return [box for number, box in band if number > seqno and box.top <= middle <= box.bottom]

    def _over(self, char: Char, seqno: int) -> bool:
        return any(_inside(char, box) for box in self._beside(char, seqno))


def _on_page(box: tuple[float, float, float, float], turn: Turn) -> bool:
    x0, y0, x1, y1 = box
    return x0 >= 0 and y0 >= 0 and x1 <= turn.stored_width and y1 <= turn.stored_height


def _is_on_page(char: Char, turn: Turn) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return -1 <= x <= turn.width + 1 and -1 <= y <= turn.height + 1


def _usual_size(trace: list[dict[str, Any]]) -> float:
    sizes: Counter[float] = Counter()
    for span in trace:
        sizes[round(span["size"])] += len(span["chars"])
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _shade(span: dict[str, Any]) -> float:
    """The lightness of a run as it shows on paper."""
    return float(1 - (1 - lightness(span["color"])) * span["opacity"])


def _seen(span: dict[str, Any], usual: float) -> bool:
    """Whether a run is text of the page: drawn, legible, no watermark."""
    if span["type"] == INVISIBLE or span["size"] < LEGIBLE or span["opacity"] < OPAQUE:
        return False
    dx, dy = span["dir"]
    if dx != 1.0 and direction_to_turn(dx, dy) is None:
        return False
    return not (span["size"] > LARGE * usual and _shade(span) > PALE)


def _stands_out(light: float, char: Char, order: int, areas: tuple[Area, ...]) -> bool:
    """Whether a white or black character stands on an area of another shade: the last one
    drawn beneath it, or the paper."""
    beneath = (a.light for a in reversed(areas) if a.order < order and _inside(char, a.box))
    ground = next(beneath, 1.0)
    return ground <= PAPER if light > PAPER else ground > INK


def _inside(char: Char, box: Box) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _code_to_text(code: int) -> str:
    if code < 32 or 0xD800 <= code <= 0xF8FF or code == 0xFFFD or code >= 0xF0000:
        return UNKNOWN
    return chr(code)


def _span_to_chars(span: dict[str, Any], run: int, turn: Turn) -> tuple[list[Char], int]:
    """The characters of a span, and how many of them no map explains."""
    size = span["size"]
    above, below = ASCENT * size, DESCENT * size
    glyphs = span["chars"]
    if turn.degrees or span["wmode"]:
        found = [_turned(glyph, span["wmode"], size, run, turn) for glyph in glyphs]
    else:
        found = []
        for code, _, (ox, oy), box in glyphs:
            text = chr(code) if 32 <= code < 0xD800 else _code_to_text(code)
            # as Char() does it, a third sooner: there are thousands
            char = tuple.__new__(Char, (text, ox, oy - above, box[2], oy + below, size, run))
            found.append(char)
    unknown = 0
    if not all(32 <= glyph[0] < 0xD800 for glyph in glyphs):
        unknown = sum(c.text == UNKNOWN for c in found)
    return found, unknown


def _turned(glyph: Any, wmode: int, size: float, run: int, turn: Turn) -> Char:
    code, _, (ox, oy), box = glyph
    text = _code_to_text(code)
    x0, top, x1, bottom = turn.box(box)
    if wmode:
        middle = (top + bottom) / 2
        return Char(text, x0, middle - size / 2, x1, middle + size / 2, size, run)
    y = turn.point(ox, oy)[1]
    return Char(text, x0, y - ASCENT * size, x1, y + DESCENT * size, size, run)
