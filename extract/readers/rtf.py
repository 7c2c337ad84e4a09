"""RTF to a document with ready-made tables.

The readers of RTF on PyPI give text alone; LibreOffice keeps tables, but need not be installed
and takes a second a file. So the words of the format that tables and text need are followed
here, and all destinations that print nothing in the body are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from extract.errors import CorruptError, LimitError
from extract.readers.flow import Flow
from extract.readers.rtf_blips import BLIPS, Blips
from extract.readers.rtf_story import WORDS, Story
from extract.readers.rtf_tokens import CODE_PAGES, Fonts, Token, bytes_to_tokens
from tableparse.model import Document, Finding

MEDIA_TYPE = "application/rtf"
MAX_DEPTH = 1_000
"""Groups in groups."""

PASSED_OVER = frozenset({
    "colortbl", "stylesheet", "info", "header", "headerl", "headerr", "headerf", "footer",
    "footerl", "footerr", "footerf", "footnote", "listtable", "listoverridetable", "revtbl",
    "rsidtbl", "filetbl", "fldinst", "objdata", "nonshppict", "nonesttables", "sn", "sv",
    "shprslt", "tc", "tcl", "xe", "rxe", "bkmkstart", "bkmkend", "ftnsep", "ftnsepc", "aftnsep",
    "aftnsepc", "themedata", "generator", "xmlnstbl", "pgptbl", "template", "do",
})  # fmt: skip
"""Destinations that print nothing in the body, or the same once more."""
ENTERED = frozenset({"shpinst", "shppict", "nesttableprops"})
"""Destinations marked to be ignored where unknown (\\*), which are known here."""
CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ",
    "enspace": " ", "qmspace": " ",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}"}
_FLAGS = {"v": "hidden", "deleted": "deleted", "strike": "struck", "striked": "struck"}
KNOWN = frozenset({
    *PASSED_OVER, *ENTERED, *CHARACTERS, *WORDS, *_FLAGS, "u", "uc", "fonttbl", "f", "af", "dbch",
    "deff", "ansicpg", "fcharset", "cpg", "pict", "object", "shptxt", "super", "sub",
    "nosupersub", "up", "dn", "plain", "revised", *BLIPS,
})  # fmt: skip
"""Every word that is acted on."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class State:
    """What a group inherits and its end gives back."""

    skip: bool = False
    fonts: bool = False
    font: int | None = None
    eastern: int | None = None
    fallback: int = 1
    """Characters after \\u that stand for it in old programs."""
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    shift: int = 0
    """Above (1) or below (-1) the line."""
    picture: bool = False
    """The group of a picture itself, not one inside of it."""


def rtf_to_document(data: bytes) -> Document:
    """The tables and lines of an RTF file.

    Raises CorruptError where it is none, LimitError for depth and sizes beyond any report."""
    if not data.startswith(b"{\\rtf"):
        raise CorruptError("no RTF file")
    return _Reader().read(data)


def rtf_to_pictures(data: bytes) -> list[bytes]:
    """The PNG and JPEG files in the body that are seen, in the order of the text.

    Raises as `rtf_to_document`."""
    reader = _Reader(keep=True)
    reader.read(data)
    return reader.blips.found


class _Reader:
    """Follows the words; the state is that of the group it is in."""

    def __init__(self, keep: bool = False) -> None:
        self.flow = Flow()
        self.fonts = Fonts()
        self.state = State()
        self.groups: list[tuple[State, Story]] = []
        self.story = Story(self.flow)
        self.pending = b""
        self.high = ""
        self.to_skip = 0
        self.ignorable = False
        self.tracked = self.left_out = False
        self.blips = Blips(keep)

    def read(self, data: bytes) -> Document:
        for token in bytes_to_tokens(data):
            if token.kind == "text":
                self._text(token.data)
                continue
            if token.kind == "bin":
                if self.state.picture:
                    self.blips.raw(token.data)
                continue
            if token.kind == "symbol":
                self._symbol(token.word)
                continue
            if token.kind == "word":
                if token.word not in KNOWN and not self.ignorable:
                    continue  # most words: how things look
                if token.word == "u" and not self.state.skip:
                    self._unicode(token.number or 0)
                    continue
            self._flush()
            if token.kind == "open":
                self._open()
            elif token.kind == "close":
                self._close()
            else:
                self._word(token)
        self._flush()
        while self.groups:  # a cut file: what it holds so far counts, and that is said
            self.left_out = True
            self._close()
        self.story.end()
        return self.flow.to_document(MEDIA_TYPE, self._notes())

    def _notes(self) -> list[Finding]:
        notes = []
        if self.tracked:
            message = "the document holds tracked changes: read as if all were accepted"
            notes.append(Finding("source.tracked", "warning", "publisher", message))
        if self.story.hidden:
            message = "text or rows that the document hides were left out"
            notes.append(Finding("source.hidden", "info", "publisher", message))
        if self.left_out:
            message = "the file ends in the middle"
            notes.append(Finding("source.damaged", "warning", "unknown", message))
        return notes

    def _open(self) -> None:
        if len(self.groups) >= MAX_DEPTH:
            raise LimitError(f"groups nest too deep (granted={MAX_DEPTH})")
        self.groups.append((self.state, self.story))
        self.state = replace(self.state, picture=False)
        self.ignorable = False
        self.to_skip = 0

    def _close(self) -> None:
        if not self.groups:
            return
        if self.state.picture:
            self.blips.end()
        self.state, outer = self.groups.pop()
        if outer is not self.story:
            self.story.end()
            outer.hidden = outer.hidden or self.story.hidden
            self.story = outer
        self.ignorable = False
        self.to_skip = 0

    def _text(self, data: bytes) -> None:
        if self.state.picture:
            self.blips.digits(data)
        if self.state.skip:
            return
        if self.state.fonts:
            return
        if self.to_skip:
            passed = min(self.to_skip, len(data))
            self.to_skip -= passed
            data = data[passed:]
        self.pending += data

    def _flush(self) -> None:
        if self.pending:
            if self.high:
                self._lone_half()
            data, self.pending = self.pending, b""
            self._ink(self.fonts.decode(data, self.state.font, self.state.eastern))

    def _unicode(self, number: int) -> None:
        self._flush()
        unit = number & 0xFFFF
        if self.high and not 0xDC00 <= unit < 0xE000:
            self._lone_half()
        if 0xD800 <= unit < 0xDC00:
            self.high = chr(unit)
        elif 0xDC00 <= unit < 0xE000:
            pair = (self.high + chr(unit)).encode("utf-16-le", "surrogatepass")
            self._ink(pair.decode("utf-16-le", errors="replace"))
            self.high = ""
        else:
            # the area that symbol fonts are mapped to has no characters of its own
            self._ink("\ufffd" if 0xF000 <= unit < 0xF100 else chr(unit))
        self.to_skip = self.state.fallback

    def _lone_half(self) -> None:
        """Half of a character whose other half did not come."""
        self.high = ""
        self._ink("\ufffd")

    def _ink(self, text: str) -> None:
        state = self.state
        if state.skip or state.fonts or not text:
            return
        if state.hidden or state.deleted:
            self.tracked = self.tracked or state.deleted
            self.story.hidden = self.story.hidden or state.hidden
            return
        if state.shift:
            text = text.translate(_RAISED if state.shift > 0 else _LOWERED)
        if state.struck:
            self.story.hidden = True
            self.story.doubt("cell.struck")
        else:
            self.story.add(text)

    def _symbol(self, symbol: str) -> None:
        if self.to_skip and symbol != "*":
            self.to_skip -= 1
            return
        self._flush()
        if symbol == "*":
            self.ignorable = True
        elif symbol in SYMBOLS:
            self._ink(SYMBOLS[symbol])

    def _word(self, token: Token) -> None:
        word, number = token.word, token.number
        ignorable, self.ignorable = self.ignorable, False
        if word in PASSED_OVER or (ignorable and word not in ENTERED):
            self.state = replace(self.state, skip=True)
        if self.state.picture:
            self.blips.word(word)
        if self.state.skip:
            return
        if self.state.fonts or word in ("fonttbl", "f", "af", "dbch", "deff", "ansicpg"):
            self._font(word, number)
        elif word in CHARACTERS:
            self._ink(CHARACTERS[word])
        elif word == "pict":
            self.story.doubt("cell.content")
            seen = not (self.state.hidden or self.state.deleted)
            self.state = replace(self.state, skip=True, picture=seen)
            self.blips.begin()
        elif word == "object":
            self.story.doubt("cell.content")
        elif word == "shptxt":
            self.story.doubt("cell.content")
            self.story = Story(self.flow)
        elif word == "uc":
            self.state = replace(self.state, fallback=max(number or 0, 0))
        elif word in _FLAGS:
            self.state = replace(self.state, **{_FLAGS[word]: number != 0})
        elif word in ("super", "sub", "nosupersub", "up", "dn"):
            self._shift(word, number)
        elif word == "plain":
            self.state = State(font=None, fallback=self.state.fallback)
        elif word == "revised":
            self.tracked = self.tracked or number != 0
        else:
            self.story.word(word, number)

    def _shift(self, word: str, number: int | None) -> None:
        above = word == "super" or (word == "up" and number != 0)
        below = word == "sub" or (word == "dn" and number != 0)
        self.state = replace(self.state, shift=above - below)

    def _font(self, word: str, number: int | None) -> None:
        if word == "fonttbl":
            self.state = replace(self.state, fonts=True)
        elif word == "ansicpg":
            self.fonts.page = number if number in CODE_PAGES else 1252
        elif word == "deff":
            self.fonts.default = number or 0
        elif word == "f":
            self.state = replace(self.state, font=number)
        elif word == "af":
            self.state = replace(self.state, eastern=number)
        elif self.state.fonts and self.state.font is not None and number is not None:
            self.fonts.define(self.state.font, word, number)
