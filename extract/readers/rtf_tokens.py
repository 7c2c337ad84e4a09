"""RTF to its words: control words, symbols, braces and bytes of text, and bytes to characters by
the code page of their font. The format is that of the specification 1.9.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extract.errors import LimitError

MAX_TOKENS = 5_000_000
"""Words of one file; a report has some 50,000."""

_TOKEN = re.compile(
    rb"\\(?:([a-zA-Z]{1,32})(-?\d{1,10})? ?|'([0-9a-fA-F]{2})|([^a-zA-Z']))"
    rb"|([{}])|([^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)

CODE_PAGES = {
    437: "cp437", 850: "cp850", 874: "cp874", 932: "cp932", 936: "gb18030", 949: "cp949",
    950: "cp950", 1250: "cp1250", 1251: "cp1251", 1252: "cp1252", 1253: "cp1253", 1254: "cp1254",
    1255: "cp1255", 1256: "cp1256", 1257: "cp1257", 1258: "cp1258", 10000: "mac_roman",
    10008: "gb2312", 54936: "gb18030", 65001: "utf-8",
}  # fmt: skip
"""Codecs by the number of the Windows code page; 936 by its superset."""
CHARSETS = {
    128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 255: 850,
}  # fmt: skip
"""Code pages by the character set number of a font."""
DOUBLE = frozenset({932, 936, 949, 950, 54936})
"""Code pages in which a character is one byte or two."""
SYMBOLS = 2
"""The character set of fonts whose characters have no code."""


class Token(NamedTuple):
    """kind: word (control word), symbol, open, close, text (bytes), or bin (bytes as they are)."""

    kind: str
    word: str = ""
    number: int | None = None
    data: bytes = b""


def bytes_to_tokens(data: bytes) -> Iterator[Token]:
    """The words of an RTF file. Raises LimitError for more words than any report has."""
    at = count = 0
    while found := _TOKEN.match(data, at):
        at = found.end()
        count += 1
        if count > MAX_TOKENS:
            raise LimitError(f"too many control words (granted={MAX_TOKENS})")
        word, number, code, symbol, brace, text = found.groups()
        if word is not None:
            value = int(number) if number is not None else None
            if word == b"bin":
                start, at = at, at + max(value or 0, 0)
                yield Token("bin", data=data[start:at])
            else:
                yield Token("word", word.decode("ascii"), value)
        elif code is not None:
            yield Token("text", data=bytes([int(code, 16)]))
        elif text is not None:
            yield Token("text", data=text)
        elif brace is not None:
            yield Token("open" if brace == b"{" else "close")
        elif symbol is not None:
            yield Token("symbol", symbol.decode("latin-1"))


class Fonts:
    """The code pages of a file: its own and those of its fonts."""

    def __init__(self) -> None:
        self.page = 1252
        self.default = 0
        self._charsets: dict[int, int] = {}
        self._pages: dict[int, int] = {}

    def define(self, font: int, word: str, number: int) -> None:
        """A word of the font table: \\fcharset or \\cpg."""
        if word == "fcharset":
            self._charsets[font] = number
        elif word == "cpg" and number in CODE_PAGES:
            self._pages[font] = number

    def decode(self, data: bytes, font: int | None, eastern: int | None) -> str:
        """Text of a font; bytes that have no character there as U+FFFD.

        Bytes above ASCII are East Asian where the font, the one for East Asian text, or the
        file itself is: writers switch between them without a word."""
        if self._charsets.get(font if font is not None else self.default) == SYMBOLS:
            return "\ufffd" * len(data.strip())
        if data.isascii():
            return data.decode("ascii")
        pages = [self._page_of(f) for f in (font, eastern, self.default)]
        pages.append(self.page)
        double = next((p for p in pages if p in DOUBLE), None)
        single = next((p for p in pages if p is not None), 1252)
        return data.decode(CODE_PAGES.get(double or single, "cp1252"), errors="replace")

    def _page_of(self, font: int | None) -> int | None:
        if font is None:
            return None
        return self._pages.get(font) or CHARSETS.get(self._charsets.get(font, 0))
