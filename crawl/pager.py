"""Lists that no family knows: a link called 下一页, and what the page says of its length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawl.families._common import number
from crawl.model import Context, Declared, Item, More
from crawl.page import Page, same_site
from crawl.titles import is_next

_PAGES = re.compile(r"共\s*(?:<[^>]*>\s*)*(\d{1,5})\s*(?:<[^>]*>\s*)*页")
_OF = re.compile(r"(?<!\d)(\d{1,5})\s*[/／]\s*(\d{1,5})\s*页")


def page_to_more(page: Page, context: Context) -> Iterator[Item]:
    """How many pages the list has by its own words, and the next one."""
    found, of = _PAGES.search(page.source), _OF.search(page.source)
    pages = number(found[1]) if found else number(of[2]) if of else None
    if pages:
        yield Declared(pages)
    for anchor in page.anchors:
        if is_next(anchor.text) and same_site(anchor.url, page.url) and anchor.url != page.url:
            yield More(anchor.url, context.number + 1)
            return
