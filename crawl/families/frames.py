"""Shells: a page without links of its own, whose list stands in a frame of the same host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawl.model import Context, Item, Sub
from crawl.page import Page, same_site

NAME = "frames"
_ASIDE = re.compile(r"login|tree|share|visitcount|count\.|stat|search|weather|map\.", re.IGNORECASE)
MAX_FRAMES = 3
FEW = 30
"""Links up to which a page is a shell."""


def find(page: Page, context: Context) -> Iterator[Item]:
    """Frames of the same host, those that hold logins, trees and counters aside."""
    if context.state.get("framed") or len(page.anchors) > FEW:
        return
    inner = [f for f in page.frames if same_site(f, page.url) and not _ASIDE.search(f)]
    for url in inner[:MAX_FRAMES]:
        yield Sub(url, page.title, state={"framed": True}, sure=True)
