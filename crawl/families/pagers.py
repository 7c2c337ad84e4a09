"""Lists whose pages are counted by one number: the systems are entries of pagers.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crawl.families._common import number, with_query
from crawl.model import Context, Declared, Item, More
from crawl.page import Page, join

NAME = "pagers"


@dataclass(frozen=True, slots=True)
class _Pager:
    pattern: re.Pattern[str]
    where: re.Pattern[str]
    next: str
    query: str


@cache
def _pagers() -> tuple[_Pager, ...]:
    text = files("crawl.families").joinpath("pagers.toml").read_text(encoding="utf-8")
    return tuple(
        _Pager(
            re.compile(p["pattern"], re.DOTALL),
            re.compile(p.get("where", "")),
            p.get("next", ""),
            p.get("query", ""),
        )
        for p in tomllib.loads(text)["pagers"]
    )


def find(page: Page, context: Context) -> Iterator[Item]:
    """How many pages there are, and the next one."""
    for pager in _pagers():
        found = pager.pattern.search(page.source)
        if not found or not pager.where.search(page.url):
            continue
        current, pages = number(found["current"]), number(found["pages"])
        if not pages or current is None or current > pages:
            continue
        yield Declared(pages)
        if current < pages:
            turn = current + 1
            place = pager.next.format(n=turn, m=current)
            first = context.list or page.url
            url = with_query(page.url, **{pager.query: turn}) if pager.query else join(first, place)
            yield More(url, turn)
        return
