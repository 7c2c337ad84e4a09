"""The pictures of an RTF file: \\pict groups that hold a PNG or JPEG file, in hexadecimal digits
or as bytes after \\bin."""

from __future__ import annotations

import binascii

BLIPS = frozenset({"pngblip", "jpegblip"})
"""The words of the kinds of pictures that are files of their own; WMF, EMF and bitmaps are not."""


class Blips:
    """Pictures as they come; the group in hand is collected where `keep` says so."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.found: list[bytes] = []
        self._known = False
        self._digits: list[bytes] = []
        self._raw: list[bytes] = []

    def begin(self) -> None:
        """A \\pict group begins."""
        self._known, self._digits, self._raw = False, [], []

    def word(self, word: str) -> None:
        """A control word of the group itself."""
        self._known = self._known or word in BLIPS

    def digits(self, data: bytes) -> None:
        """Text of the group itself."""
        if self.keep:
            self._digits.append(data)

    def raw(self, data: bytes) -> None:
        """Bytes after \\bin."""
        if self.keep:
            self._raw.append(data)

    def end(self) -> None:
        """The group is over: a picture that is whole digits or bytes is one."""
        if not (self.keep and self._known):
            return
        try:
            data = b"".join(self._raw) or binascii.a2b_hex(
                b"".join(self._digits).translate(None, b" \t")
            )
        except binascii.Error:  # an odd digit, or what is none: no picture is to be had
            return
        if data:
            self.found.append(data)
