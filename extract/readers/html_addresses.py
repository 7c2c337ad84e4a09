"""What all that looks for addresses in a page shares: its limits, its parser, its base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from lxml import etree

from extract.errors import LimitError
from extract.readers.html import MAX_BYTES, MAX_TAGS
from extract.readers.html_decode import bytes_to_html_text
from extract.readers.html_walk import MAX_DEPTH


class AddressTarget:
    """Takes the parser's events; `base` is the address that the page's own are relative to, as
    far as it says one. Who looks for something adds to `start`."""

    def __init__(self) -> None:
        self.base = ""
        self.depth = 0

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """A start tag. Raises LimitError beyond MAX_DEPTH."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LimitError(f"the page nests too deep (elements granted={MAX_DEPTH})")
        if tag == "base":
            self.base = self.base or attrs.get("href", "")

    def end(self, _: str) -> None:
        """An end tag."""
        self.depth -= 1

    def data(self, text: str) -> None:
        """Text says nothing here."""

    def close(self) -> None:
        """The end of the page."""


Target = TypeVar("Target", bound=AddressTarget)


def look_through(data: bytes, charset: str | None, target: Target, what: str) -> Target:
    """The target behind all events of a page; `what` is looked for, for messages.

    Raises LimitError for pages over the limits of reading, CorruptError where no encoding
    explains the bytes."""
    if len(data) > MAX_BYTES or data.count(b"<") > MAX_TAGS:
        raise LimitError(f"the page is too large to look for {what}")
    page = bytes_to_html_text(data, charset).text.encode("utf-8", errors="replace")
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    parser.feed(page)
    parser.close()
    return target
