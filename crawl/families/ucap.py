"""UCAP and newer TRS, lists by createPageHTML with an element's name first: page 2 is `xlist_2`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawl.families._common import number
from crawl.model import Context, Declared, Item, More
from crawl.page import Page, join

NAME = "ucap"
_CALL = re.compile(
    r"""createPageHTML\(\s*['"]([A-Za-z_][\w-]*)['"]\s*,\s*['"]?(\d+)['"]?\s*,\s*['"]?(\d+)['"]?"""
    r"""\s*,\s*['"]([\w-]+)['"]\s*,\s*['"](\w+)['"](?:\s*,\s*['"]?(\d+)['"]?)?"""
)


def find(page: Page, context: Context) -> Iterator[Item]:
    """How many pages there are, and the next one."""
    for call in _CALL.finditer(page.source):
        pages, current = number(call[2]), number(call[3])
        if not pages or current is None:
            continue
        yield Declared(pages, number(call[6]))
        if current < pages:
            yield More(join(page.url, f"{call[4]}_{current + 1}.{call[5]}"), current + 1)
        return
