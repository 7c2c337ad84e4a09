"""TRS WCM, lists by createPageHTML with the number of pages first: page 2 is `index_1`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawl.families._common import number
from crawl.model import Context, Declared, Item, More
from crawl.page import Page, join

NAME = "trs"
_CALL = re.compile(
    r"""createPageHTML\(\s*['"]?(\d+)['"]?\s*,\s*['"]?(\d+)['"]?\s*,\s*['"]([\w-]+)['"]\s*,"""
    r"""\s*['"](\w+)['"](?:\s*,\s*['"][^'"]*['"])?(?:\s*,\s*['"]?(\d+)['"]?)?"""
)


def find(page: Page, context: Context) -> Iterator[Item]:
    """How many pages there are, and the next one."""
    for call in _CALL.finditer(page.source):
        pages, current = number(call[1]), number(call[2])
        if not pages or current is None:
            continue
        yield Declared(pages, number(call[5]))
        if current + 1 < pages:
            yield More(join(page.url, f"{call[3]}_{current + 1}.{call[4]}"), current + 2)
        return
