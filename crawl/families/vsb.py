"""Boda vsb: lists numbered downwards (`tzgg.htm`, then `tzgg/12.htm`), whose next page is a link as
everywhere; articles under two addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawl.families._common import number, query_value
from crawl.model import Context, Declared, Item
from crawl.page import Page

NAME = "vsb"
_MARK = re.compile(r"vsb_content|wbtreeid|_vsl/|vsbscreen|p_pages")
_PAGES = re.compile(r"共\s*(\d+)\s*条\s*(?:<[^>]*>|&nbsp;|\s)*(\d+)\s*/\s*(\d+)")
_INFO = re.compile(r"/info/\d+/(\d+)\.htm$")


def find(page: Page, context: Context) -> Iterator[Item]:
    """How many rows and pages there are."""
    found = _PAGES.search(page.source)
    if found and _MARK.search(page.source):
        yield Declared(number(found[3]), number(found[1]))


def key(url: str) -> str:
    """/info/T/N.htm and content.jsp?...wbnewsid=N are one article."""
    parts = urlsplit(url)
    static = _INFO.search(parts.path)
    news = static[1] if static else ""
    if not news and parts.path.endswith("content.jsp"):
        news = query_value(url, "wbnewsid")
    return f"vsb:{parts.netloc}/{news}" if news else ""
